//! What a watch is asked for.

use virtwatch::{Cursor, EventType, EventTypes, WatchOptions};

use super::world::uuid;

/// What a watch is asked for, as plain data that can be printed and shrunk.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) snapshot: bool,
    pub(crate) max_lag: u32,
    /// Of these types alone; none stands for all.
    pub(crate) types: Vec<EventType>,
    pub(crate) domain: Option<usize>,
}

impl Wish {
    pub(crate) fn options(&self, resume: Option<Cursor>) -> WatchOptions {
        let types = if self.types.is_empty() {
            EventTypes::ALL
        } else {
            self.types.iter().copied().collect()
        };
        WatchOptions {
            snapshot: self.snapshot,
            max_lag: self.max_lag,
            types,
            uuid: self.domain.map(uuid),
            resume,
        }
    }

    pub(crate) fn is_about(&self, domain: usize) -> bool {
        self.domain.is_none_or(|own| own == domain)
    }

    pub(crate) fn wants(&self, event_type: EventType) -> bool {
        self.types.is_empty() || self.types.contains(&event_type)
    }

    /// The default for fewer domains than a quarter of it.
    pub(crate) fn most_behind(&self) -> u64 {
        if self.max_lag == 0 { 65_536 } else { u64::from(self.max_lag) }
    }
}
