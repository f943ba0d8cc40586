//! The grammar of a life.

use std::collections::{HashMap, HashSet};

use virtwatch::{Event, EventType, Uuid};

/// G1: per incarnation ADDED comes first and once, REMOVED last and once.
#[derive(Debug, Default)]
pub(crate) struct Grammar {
    living: HashMap<u64, Uuid>,
    dead: HashSet<u64>,
}

impl Grammar {
    pub(crate) fn take_in(&mut self, event: &Event) {
        let incarnation = event.identity.incarnation();
        assert!(!self.dead.contains(&incarnation), "after REMOVED: {event:?}");
        match event.kind.event_type() {
            EventType::Added => {
                let twice = self.living.insert(incarnation, event.uuid());
                assert_eq!(twice, None, "{event:?}");
                let others = self.living.values().filter(|uuid| **uuid == event.uuid());
                assert_eq!(others.count(), 1, "two lives at a time: {event:?}");
            }
            EventType::Removed => {
                assert_eq!(self.living.remove(&incarnation), Some(event.uuid()), "{event:?}");
                self.dead.insert(incarnation);
            }
            _ => assert!(self.living.contains_key(&incarnation), "before ADDED: {event:?}"),
        }
    }
}
