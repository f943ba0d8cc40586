#![forbid(unsafe_code)]
//! The only way from a driver into the registry.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::{Entry, Facts};
use crate::error::{Error, Result};
use crate::registry::{Draft, Plan, Registry, Source};

/// Where a driver reports what changed, and looks up what is known: from any thread, at any time.
/// What is reported before the driver is open belongs to the base.
#[derive(Debug, Clone)]
pub(crate) struct Reporter {
    registry: Arc<Registry>,
}

impl Reporter {
    pub(crate) fn new(registry: Arc<Registry>) -> Self {
        Self { registry }
    }

    /// Reports changes of one domain, which happen together or not at all. `decide` sees the domain
    /// as it is now; it must be quick and call nobody. Returns what is known of the domain then; of
    /// one that is gone, what was known last.
    pub(crate) fn change(
        &self,
        uuid: Uuid,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<()>,
    ) -> Result<Facts> {
        self.registry.change(uuid, |domain| {
            decide(domain)?;
            domain.last_known().cloned().ok_or_else(|| Error::no_such_uuid(uuid))
        })
    }

    /// The same, unless the domain has changed after event `since`.
    pub(crate) fn change_unless_changed<T>(
        &self,
        uuid: Uuid,
        since: u64,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.registry.change_unless_changed(uuid, since, decide)
    }

    /// What `decide` would do. Nothing happens.
    ///
    /// # Errors
    /// What `decide` refused.
    pub(crate) fn plan(
        &self,
        uuid: Uuid,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<()>,
    ) -> Result<Plan> {
        self.registry.plan(uuid, decide)
    }

    /// Whether the source can be reached, as it was told last.
    pub(crate) fn source(&self) -> Source {
        self.registry.source()
    }

    /// Tells whether the source can be reached.
    pub(crate) fn set_source(&self, source: Source) {
        self.registry.set_source(source);
    }

    /// The number of the last event.
    pub(crate) fn head(&self) -> u64 {
        self.registry.cursor().seq
    }

    /// Whether a domain has changed after event `since`.
    pub(crate) fn has_changed(&self, uuid: Uuid, since: u64) -> bool {
        self.registry.has_changed(uuid, since)
    }

    /// The domains that exist.
    pub(crate) fn uuids(&self) -> Vec<Uuid> {
        self.registry.list(|entry| Some(entry.facts.uuid()))
    }

    /// Counts a listing of the source.
    pub(crate) fn count_listing(&self) {
        self.registry.count_listing();
    }

    /// Counts a time when what the source said did not fit what was known.
    pub(crate) fn count_doubt(&self) {
        self.registry.count_doubt();
    }

    /// Counts differences that an audit found in the source.
    pub(crate) fn count_drift(&self, drift: u64) {
        self.registry.count_drift(drift);
    }

    /// All that is kept of a domain.
    ///
    /// # Errors
    /// NO_DOMAIN.
    pub(crate) fn entry(&self, uuid: Uuid) -> Result<Entry> {
        self.registry.entry(uuid).ok_or_else(|| Error::no_such_uuid(uuid))
    }
}
