#![forbid(unsafe_code)]
//! Changes that are decided but not yet shown, while a store is busy with them.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use uuid::Uuid;

use super::draft::Events;
use crate::domain::{Entry, Identity};
use crate::error::Result;
use crate::store::Stored;

/// A decided change.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) uuid: Uuid,
    /// Who the domain was before; `None` if it did not exist.
    pub(super) before: Option<Arc<Identity>>,
    pub(super) entry: Option<Entry>,
    pub(super) events: Events,
}

/// A decided change whose writer waits for the outcome.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) decided: Decided,
    /// Set when it has been shown or dropped.
    pub(super) outcome: Arc<OnceLock<Result<()>>>,
}

impl Decided {
    pub(super) fn stored(&self) -> Stored<'_> {
        Stored { uuid: self.uuid, entry: self.entry.as_ref(), events: &self.events }
    }
}

/// What is decided over what is shown: writers look here first. Empty without a store.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// In the order of the decisions.
    pub(super) queue: Vec<Queued>,
    /// A writer is storing a batch.
    pub(super) storing: bool,
    domains: HashMap<Uuid, Option<Entry>>,
    names: HashMap<Box<str>, Option<Uuid>>,
}

impl Pending {
    /// What is decided of a domain, else what is `shown` of it.
    pub(super) fn entry_over<'a>(
        &'a self,
        uuid: Uuid,
        shown: impl FnOnce() -> Option<&'a Entry>,
    ) -> Option<&'a Entry> {
        self.domains.get(&uuid).map_or_else(shown, Option::as_ref)
    }

    /// Whether a change of the domain is decided and not shown.
    pub(super) fn has(&self, uuid: Uuid) -> bool {
        self.domains.contains_key(&uuid)
    }

    /// Who is decided to have a name, else who is `shown` to have it.
    pub(super) fn owner_over(
        &self,
        name: &str,
        shown: impl FnOnce() -> Option<Uuid>,
    ) -> Option<Uuid> {
        self.names.get(name).map_or_else(shown, |&owner| owner)
    }

    /// Who is decided to have an id, else who is `shown` to have it.
    pub(super) fn owner_of_id_over(
        &self,
        id: i32,
        shown: impl FnOnce() -> Option<Uuid>,
    ) -> Option<Uuid> {
        let decided = self
            .domains
            .iter()
            .find_map(|(uuid, entry)| (entry.as_ref()?.facts.id() == Some(id)).then_some(*uuid));
        decided.or_else(|| shown().filter(|owner| !self.domains.contains_key(owner)))
    }

    pub(super) fn push(&mut self, decided: Decided) -> Arc<OnceLock<Result<()>>> {
        self.overlay(&decided);
        let outcome = Arc::new(OnceLock::new());
        self.queue.push(Queued { decided, outcome: Arc::clone(&outcome) });
        outcome
    }

    /// Forgets what has been shown or dropped: only the queue is pending now.
    pub(super) fn settle(&mut self) {
        self.domains.clear();
        self.names.clear();
        let queue = std::mem::take(&mut self.queue);
        for queued in &queue {
            self.overlay(&queued.decided);
        }
        self.queue = queue;
    }

    fn overlay(&mut self, decided: &Decided) {
        // The name is freed, unless the domain keeps it.
        if let Some(before) = &decided.before {
            self.names.insert(before.name().into(), None);
        }
        if let Some(entry) = &decided.entry {
            self.names.insert(entry.facts.name().into(), Some(decided.uuid));
        }
        self.domains.insert(decided.uuid, decided.entry.clone());
    }
}
