#![forbid(unsafe_code)]
//! One numbered event, and the records that a watch delivers.

use std::sync::Arc;

use uuid::Uuid;

use super::kind::{EventKind, UndefinedDetail};
use crate::domain::{Condition, Facts, Identity};
use crate::numbered::numbered;

numbered! {
    /// How the registry learned of an event.
    pub enum Origin {
        /// The hypervisor told, or the registry is itself the truth.
        Native = 0 "native",
        /// Deduced exactly from what the hypervisor told, or from two known sets of facts.
        Derived = 1 "derived",
        /// Found by comparing listings: at most an interval late, details may be guesses.
        Polled = 2 "polled",
        /// Found when a source came back or a doubt was settled; details may be guesses.
        Resync = 3 "resync",
    }
}

numbered! {
    /// Why a reader is brought to now in one go.
    pub enum CatchupCause {
        /// It asked for a snapshot.
        Snapshot = 4 "snapshot",
        /// It fell more than its `max_lag` behind.
        Lag = 5 "lag",
        /// Its cursor could not be used: what is not named before SYNCED does not exist.
        Reset = 6 "reset",
    }
}

numbered! {
    /// What a source can tell about an event type (RFC, last paragraph).
    pub enum EventSupport {
        /// It never occurs.
        Never = 0 "never",
        /// Found by comparing listings, at most an interval late.
        Polled = 1 "polled",
        /// Deduced exactly from other events.
        Derived = 2 "derived",
        /// The hypervisor tells.
        Native = 3 "native",
    }
}

/// One numbered event of the lifecycle stream.
///
/// It is complete: a reader needs no call to follow a domain. One change of a domain makes one to
/// four events with consecutive numbers; all but the last have `more`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number; in a catch-up that of the domain's last event (of the place reached, when the
    /// domain is gone).
    pub seq: u64,
    /// When the registry learned it: nanoseconds since 1970 UTC. In a catch-up, when it learned the
    /// domain's last event.
    pub realtime_ns: i64,
    /// Of which domain.
    pub identity: Arc<Identity>,
    /// What the domain was: `after` of its previous event.
    pub before: Condition,
    /// What it is now.
    pub after: Condition,
    /// Type and detail.
    pub kind: EventKind,
    /// How the registry learned it.
    pub origin: Origin,
    /// More events of the same change follow at once.
    pub more: bool,
    /// Part of a catch-up: complete only at its SYNCED.
    pub in_catchup: bool,
}

impl Event {
    /// The UUID of the domain.
    pub fn uuid(&self) -> Uuid {
        self.identity.uuid()
    }

    /// The name of the domain, the new one in a renaming.
    pub fn name(&self) -> &str {
        self.identity.name()
    }

    /// The name before, in the two events of a renaming.
    pub fn old_name(&self) -> Option<&str> {
        self.kind.is_renaming().then(|| self.identity.former_name()).flatten()
    }

    /// The id of the run that the event is about: with STOPPED the one that ended.
    pub fn id(&self) -> Option<i32> {
        self.after.id().or(self.before.id())
    }

    /// What was known of the domain before the event, under the name it had; also of one that did
    /// not exist.
    pub fn facts_before(&self) -> Facts {
        let identity = match self.kind {
            EventKind::Undefined(UndefinedDetail::Renamed) => {
                Arc::new(self.identity.before_renaming())
            }
            _ => Arc::clone(&self.identity),
        };
        Facts { identity, condition: self.before }
    }

    /// What is known of the domain after the event; `None` when it no longer exists.
    pub fn facts(&self) -> Option<Facts> {
        self.after
            .exists()
            .then(|| Facts { identity: Arc::clone(&self.identity), condition: self.after })
    }
}

/// What a watch delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record {
    /// Something happened to a domain.
    Event(Event),
    /// The reader is brought to now: events with `in_catchup` follow, then SYNCED.
    Catchup {
        /// Why.
        cause: CatchupCause,
        /// The place from which it leads on.
        from_seq: u64,
        /// How many events it stands for; 0 where that is not known.
        count: u64,
    },
    /// What the reader knows equals what the registry knew at `seq`.
    Synced {
        /// The place reached.
        seq: u64,
    },
    /// The source cannot be reached; its domains stay listed, stale.
    SourceDown {
        /// What happened.
        message: Arc<str>,
    },
    /// The source is back; the differences follow as events.
    SourceUp,
    /// Nothing will ever follow.
    Closed,
}
