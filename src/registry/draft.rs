#![forbid(unsafe_code)]
//! A domain while a change of it is decided.

use std::sync::Arc;

use smallvec::SmallVec;
use uuid::Uuid;

use super::Act;
use crate::domain::{Condition, Config, Entry, Facts, Identity, SavedImage, Tie};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{Event, EventTypes, Origin, StartedDetail, SuspendedDetail};
use crate::lifecycle::{self, Change, Step, Unlawful};

/// The events of a change. Most make one or two.
pub(super) type Events = SmallVec<[Event; 2]>;

/// The numbers that a registry gives out. None is given twice within an epoch.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counters {
    /// The number of the last event decided.
    pub(super) seq: u64,
    pub(super) incarnation: u64,
    pub(super) definition: u64,
    pub(super) id: i32,
}

impl Counters {
    fn definition(&mut self) -> u64 {
        self.definition += 1;
        self.definition
    }
}

/// A domain while a change of it is decided: what it is so far, and the events so far.
///
/// Each method is one change of the table and refuses what the table refuses. When the decision
/// ends in an error nothing of it happened.
pub(crate) struct Draft<'a> {
    uuid: Uuid,
    entry: Option<Entry>,
    /// What was known of it when it ceased to exist.
    gone: Option<Facts>,
    events: Events,
    /// The steps so far, where they are planned and not done.
    plan: Option<Vec<Act>>,
    counters: Counters,
    origin: Origin,
    /// The id of the next run, where the driver gives them out.
    next_id: Option<i32>,
    now_ns: i64,
    owners: &'a dyn Owners,
}

/// Who has what only one domain can have.
pub(super) trait Owners {
    fn of_name(&self, name: &str) -> Option<Uuid>;
    fn of_id(&self, id: i32) -> Option<Uuid>;
}

impl std::fmt::Debug for Draft<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("entry", &self.entry).finish_non_exhaustive()
    }
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        uuid: Uuid,
        entry: Option<Entry>,
        counters: Counters,
        now_ns: i64,
        owners: &'a dyn Owners,
    ) -> Self {
        Self {
            uuid,
            entry,
            gone: None,
            events: Events::new(),
            plan: None,
            counters,
            origin: Origin::Native,
            next_id: None,
            now_ns,
            owners,
        }
    }

    /// The outcome: what is kept from now on, the events, the counters.
    pub(super) fn finish(mut self) -> (Option<Entry>, Events, Counters) {
        if let Some(last) = self.events.last_mut() {
            last.more = false;
        }
        (self.entry, self.events, self.counters)
    }

    /// Notes every step from here on.
    pub(super) fn set_planning(&mut self) {
        self.plan = Some(Vec::new());
    }

    /// The steps noted, and what the domain would be after them.
    pub(super) fn into_plan(self) -> (Vec<Act>, Option<Facts>) {
        let last_known = self.last_known().cloned();
        (self.plan.unwrap_or_default(), last_known)
    }

    /// The types of the events so far.
    pub(crate) fn event_types(&self) -> EventTypes {
        self.events.iter().map(|event| event.kind.event_type()).collect()
    }

    /// How the changes from here on were learned. Unless this is called the driver told them.
    pub(crate) fn set_origin(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// The id that the next run has. Unless this is called the registry gives it one.
    ///
    /// # Errors
    /// OPERATION_INVALID: another domain has it.
    pub(crate) fn set_next_id(&mut self, id: i32) -> Result<()> {
        match self.owners.of_id(id) {
            Some(owner) if owner != self.uuid => {
                Err(Error::not_valid(format!("the domain with uuid {owner} has the id {id}")))
            }
            _ => {
                self.next_id = Some(id);
                Ok(())
            }
        }
    }

    /// All that is kept of the domain as it is now; `None` if it does not exist.
    pub(crate) fn entry(&self) -> Option<&Entry> {
        self.entry.as_ref()
    }

    /// What is known of the domain; of one that is gone, what was known last.
    pub(crate) fn last_known(&self) -> Option<&Facts> {
        self.entry.as_ref().map(|entry| &entry.facts).or(self.gone.as_ref())
    }

    /// The same, and NO_DOMAIN if it does not exist.
    pub(crate) fn existing(&self) -> Result<&Entry> {
        self.entry.as_ref().ok_or_else(|| Error::no_such_uuid(self.uuid))
    }

    /// The configuration is stored: a new domain, or another configuration of a known one.
    pub(crate) fn define(&mut self, config: Arc<Config>) -> Result<()> {
        self.settle_clashes(&config)?;
        self.note(|| Act::Define(Arc::clone(&config)));
        let definition = self.counters.definition();
        self.apply(Change::Defined { definition }, Some(config.name()))?;
        self.keep(|entry| entry.stored = Some(config));
        Ok(())
    }

    /// The stored configuration went back to a snapshot's.
    pub(crate) fn revert(&mut self, config: Arc<Config>) -> Result<()> {
        self.existing()?;
        self.note(|| Act::Revert(Arc::clone(&config)));
        let definition = self.counters.definition();
        self.apply(Change::Reverted { definition }, None)?;
        self.keep(|entry| entry.stored = Some(config));
        Ok(())
    }

    /// The stored configuration is gone, and a managed-save image would be in the way.
    pub(crate) fn undefine(&mut self) -> Result<()> {
        self.existing()?.can_be_undefined()?;
        self.note(|| Act::Undefine);
        self.apply(Change::Undefined, None)?;
        self.keep(|entry| {
            entry.stored = None;
            entry.autostart = false;
        });
        Ok(())
    }

    /// The domain has another name: `renamed` is its stored configuration under that name.
    pub(crate) fn rename(&mut self, renamed: Arc<Config>) -> Result<()> {
        let entry = self.existing()?;
        let name = renamed.name();
        if entry.facts.is_active() {
            return Err(Error::not_valid("cannot rename active domain"));
        }
        if entry.managed_save.is_some() {
            return Err(Error::not_valid("domain with a managed saved state can't be renamed"));
        }
        if entry.facts.name() == name {
            return Err(Error::not_valid("Can't rename domain to itself"));
        }
        if self.owners.of_name(name).is_some() {
            return Err(Error::not_valid(format!("domain with name '{name}' already exists")));
        }
        self.note(|| Act::Rename(Arc::clone(&renamed)));
        self.apply(Change::Renamed, Some(name))?;
        self.keep(|entry| entry.stored = Some(renamed));
        Ok(())
    }

    /// Configurations are edited; of the stored one this makes an event.
    pub(crate) fn edit(
        &mut self,
        live: Option<Arc<Config>>,
        stored: Option<Arc<Config>>,
    ) -> Result<()> {
        self.existing()?;
        self.note(|| Act::Edit { live: live.clone(), stored: stored.clone() });
        if let Some(stored) = stored {
            let definition = self.counters.definition();
            self.apply(Change::Edited { definition }, None)?;
            self.keep(|entry| entry.stored = Some(stored));
        }
        if let Some(live) = live {
            self.keep(|entry| entry.live = Some(live));
        }
        Ok(())
    }

    /// A running instance came to be: of the stored configuration, or of `own`, which then is the
    /// instance's until it stops.
    pub(crate) fn start(
        &mut self,
        how: StartedDetail,
        paused: Option<SuspendedDetail>,
        own: Option<Arc<Config>>,
    ) -> Result<()> {
        match &own {
            None => self.existing().map(drop)?,
            Some(config) => {
                self.settle_clashes(config)?;
                if self.entry.as_ref().is_some_and(|entry| entry.facts.is_active()) {
                    let info = format!("domain '{}' is already active", config.name());
                    return Err(Error::not_valid(info));
                }
            }
        }
        self.note(|| Act::Start { how, paused, own: own.clone() });
        let id = self.next_id();
        let change = Change::Started { how, paused, id };
        self.apply(change, own.as_ref().map(|config| config.name()))?;
        self.keep(|entry| entry.live = own.or_else(|| entry.stored.clone()));
        Ok(())
    }

    /// A change of the state of an active domain. The others need more than themselves and have
    /// methods of their own.
    pub(crate) fn change(&mut self, change: Change) -> Result<()> {
        debug_assert!(change.is_of_state(), "{change:?} needs more than itself");
        self.existing()?;
        self.note(|| Act::Change(change));
        self.apply(change, None)?;
        self.keep(|entry| {
            if !entry.facts.is_active() {
                entry.live = None;
                entry.tie = None;
            }
        });
        Ok(())
    }

    /// There is a managed-save image from now on, or none. No event.
    pub(crate) fn set_managed_save(&mut self, image: Option<SavedImage>) {
        self.note(|| Act::SetManagedSave(image.clone()));
        self.keep(|entry| entry.managed_save = image);
    }

    /// Something keeps the running instance from being migrated, or no longer does. No event.
    pub(crate) fn set_tie(&mut self, tie: Option<Tie>) {
        self.note(|| Act::SetTie(tie));
        self.keep(|entry| entry.tie = tie);
    }

    /// The domain starts with the host from now on, or no longer does. No event.
    pub(crate) fn set_autostart(&mut self, autostart: bool) -> Result<()> {
        if !self.existing()?.facts.is_persistent() {
            return Err(Error::not_valid("cannot set autostart for transient domain"));
        }
        self.note(|| Act::SetAutostart(autostart));
        self.keep(|entry| entry.autostart = autostart);
        Ok(())
    }

    /// The name of `config` must be the domain's, or free.
    fn settle_clashes(&self, config: &Config) -> Result<()> {
        let clash =
            |info: String| Err(Error::new(ErrorCode::OperationFailed, ErrorDomain::Domain, info));
        match &self.entry {
            Some(entry) if entry.facts.name() == config.name() => Ok(()),
            Some(entry) => clash(format!(
                "domain '{}' is already defined with uuid {}",
                entry.facts.name(),
                self.uuid
            )),
            None => match self.owners.of_name(config.name()) {
                Some(owner) => {
                    clash(format!("domain '{}' already exists with uuid {owner}", config.name()))
                }
                None => Ok(()),
            },
        }
    }

    fn note(&mut self, act: impl FnOnce() -> Act) {
        if let Some(plan) = &mut self.plan {
            plan.push(act());
        }
    }

    /// The id of a run that begins.
    fn next_id(&mut self) -> i32 {
        let id = self.next_id.take().unwrap_or(self.counters.id + 1);
        self.counters.id = self.counters.id.max(id);
        id
    }

    /// The same, where the source may have given it.
    pub(super) fn id_for(&mut self, given: Option<i32>) -> Result<i32> {
        if let Some(id) = given {
            self.set_next_id(id)?;
        }
        Ok(self.next_id())
    }

    pub(super) fn next_definition(&mut self) -> u64 {
        self.counters.definition()
    }

    /// Which other domain has a name.
    pub(super) fn owner_of(&self, name: &str) -> Option<Uuid> {
        self.owners.of_name(name).filter(|owner| *owner != self.uuid)
    }

    pub(super) fn new_identity(&mut self, name: &str) -> Arc<Identity> {
        self.counters.incarnation += 1;
        Arc::new(Identity::new(self.uuid, self.counters.incarnation, name))
    }

    /// Puts `entry` in the place of what was kept, once its events are pushed.
    pub(super) fn replace(&mut self, entry: Option<Entry>) {
        let before = std::mem::replace(&mut self.entry, entry);
        if self.entry.is_none() {
            self.gone = before.map(|entry| entry.facts);
        }
    }

    pub(super) fn push(&mut self, identity: &Arc<Identity>, step: Step) {
        self.counters.seq += 1;
        self.events.push(Event {
            seq: self.counters.seq,
            realtime_ns: self.now_ns,
            identity: Arc::clone(identity),
            before: step.before,
            after: step.after,
            kind: step.kind,
            origin: self.origin,
            more: true,
            in_catchup: false,
        });
    }

    /// Changes what is kept beside the facts.
    fn keep(&mut self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = &mut self.entry {
            change(entry);
        }
    }

    /// Applies the table; `name` is that of a new or renamed domain.
    fn apply(&mut self, change: Change, name: Option<&str>) -> Result<()> {
        let before = self.entry.as_ref().map(|entry| entry.facts.condition);
        let steps = lifecycle::apply(before, change).map_err(|unlawful| match unlawful {
            Unlawful::Missing => Error::no_such_uuid(self.uuid),
            _ => Error::not_valid(unlawful.to_string()),
        })?;
        let Some(last) = steps.last() else {
            return Ok(());
        };
        let condition: Condition = last.after;
        let identity = self.identity_for(name);
        for step in steps {
            self.push(&identity, step);
        }
        let facts = Facts { identity, condition };
        if condition.exists() {
            self.entry = Some(match self.entry.take() {
                Some(entry) => Entry { facts, ..entry },
                None => Entry {
                    facts,
                    stored: None,
                    live: None,
                    managed_save: None,
                    tie: None,
                    autostart: false,
                },
            });
        } else {
            self.entry = None;
            self.gone = Some(facts);
        }
        Ok(())
    }

    fn identity_for(&mut self, name: Option<&str>) -> Arc<Identity> {
        match (&self.entry, name) {
            (Some(entry), Some(name)) if entry.facts.name() != name => {
                Arc::new(entry.facts.identity.renamed(name))
            }
            (Some(entry), _) => Arc::clone(&entry.facts.identity),
            (None, name) => self.new_identity(name.unwrap_or_default()),
        }
    }
}
