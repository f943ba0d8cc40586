#![forbid(unsafe_code)]
//! A domain as a source lists it, and how the registry is led to that.

use std::sync::Arc;

use super::Draft;
use crate::domain::{Condition, Config, Entry, Facts, Identity, Status};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::lifecycle::path;

/// A domain as a source lists it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) persistent: bool,
    pub(crate) status: Status,
    /// Where the source gives them out.
    pub(crate) id: Option<i32>,
    /// The stored configuration, of a transient domain that of the instance.
    pub(crate) config: Arc<Config>,
    /// It is another one than the source listed before.
    pub(crate) is_new_config: bool,
}

impl Draft<'_> {
    /// Leads the domain to what it was found to be, by the shortest path; `None`: it is not there.
    ///
    /// A reason alone is no difference, nor is an id that the source does not tell. The name of a
    /// running domain stays.
    ///
    /// # Errors
    /// OPERATION_FAILED: name or id belong to another domain.
    pub(crate) fn lead_to(&mut self, found: Option<&Found>) -> Result<()> {
        let found = found.filter(|found| found.persistent || found.status.is_active());
        let before = self.entry().cloned();
        let after = match found {
            Some(found) => Some(self.entry_for(before.as_ref(), found)?),
            None => None,
        };
        let known = before.as_ref().map(|entry| &entry.facts);
        for passage in path(known, after.as_ref().map(|entry| &entry.facts)) {
            self.push(&passage.identity, passage.step);
        }
        self.replace(after);
        Ok(())
    }

    /// What is to be kept of a domain that was found.
    fn entry_for(&mut self, before: Option<&Entry>, found: &Found) -> Result<Entry> {
        let is_active = found.status.is_active();
        let known = before.map_or(Condition::ABSENT, |entry| entry.facts.condition);
        let same_run = is_active
            && known.is_active()
            && found.id.is_none_or(|id| known.id().is_none_or(|known| known == id));
        // A transient domain ends with its run.
        let before = before.filter(|_| known.is_persistent() || same_run || !is_active);
        let known = before.map_or(Condition::ABSENT, |entry| entry.facts.condition);

        let mut condition = Condition::ABSENT.with_status(found.status);
        if is_active {
            let id = match known.id().filter(|_| same_run) {
                Some(id) => id,
                None => self.id_for(found.id)?,
            };
            condition = condition.with_run(id, found.status);
        }
        if before.is_some()
            && known.status().state() == condition.status().state()
            && same_run == is_active
        {
            condition = condition.with_status(known.status());
        }
        if found.persistent {
            let definition = if known.is_persistent() && !found.is_new_config {
                known.definition()
            } else {
                self.next_definition()
            };
            condition = condition.with_definition(definition);
        }
        let identity = self.identity_of(before, found, same_run)?;
        // The name of a run stays.
        let config = if found.config.name() == identity.name() {
            Arc::clone(&found.config)
        } else {
            Arc::new(found.config.renamed(identity.name())?)
        };
        let stored = match before {
            _ if !found.persistent => None,
            Some(Entry { stored: Some(stored), .. })
                if !found.is_new_config
                    && !stored.is_bare()
                    && stored.name() == identity.name() =>
            {
                Some(Arc::clone(stored))
            }
            _ => Some(Arc::clone(&config)),
        };
        let live = match before {
            _ if !is_active => None,
            Some(Entry { live: Some(live), .. }) if same_run && !live.is_bare() => {
                Some(Arc::clone(live))
            }
            _ => stored.clone().or(Some(config)),
        };
        // A run that begins takes the image up.
        let managed_save = before.filter(|_| !is_active || same_run);
        Ok(Entry {
            facts: Facts { identity, condition },
            stored,
            live,
            managed_save: managed_save.and_then(|entry| entry.managed_save.clone()),
            tie: before.filter(|_| is_active && same_run).and_then(|entry| entry.tie),
            autostart: found.persistent && before.is_some_and(|entry| entry.autostart),
        })
    }

    fn identity_of(
        &mut self,
        before: Option<&Entry>,
        found: &Found,
        same_run: bool,
    ) -> Result<Arc<Identity>> {
        let name = found.config.name();
        if let Some(entry) = before
            && (same_run || entry.facts.name() == name)
        {
            return Ok(Arc::clone(&entry.facts.identity));
        }
        if let Some(owner) = self.owner_of(name) {
            let info = format!("domain '{name}' already exists with uuid {owner}");
            return Err(Error::new(ErrorCode::OperationFailed, ErrorDomain::Domain, info));
        }
        Ok(match before {
            Some(entry) => Arc::new(entry.facts.identity.renamed(name)),
            None => self.new_identity(name),
        })
    }
}
