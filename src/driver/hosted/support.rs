#![forbid(unsafe_code)]
//! What can be known of a hypervisor's events.

use crate::error::{Error, Result};
use crate::event::{EventSupport, EventType, EventTypes};

/// What a hypervisor reports by itself, and whether the rest can be found by listing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Support {
    pub(super) native: EventTypes,
    pub(super) lists: bool,
}

impl Support {
    /// Refuses a hypervisor of which the registry could not know what is true.
    ///
    /// # Errors
    /// INVALID_ARG.
    pub(super) fn check(self) -> Result<()> {
        for derived in [EventType::Added, EventType::Removed] {
            if self.native.contains(derived) {
                return Err(Error::invalid_arg(format!(
                    "native must not have {derived}, which follows from the other types"
                )));
            }
        }
        let lacks = |wanted: &EventType| !self.lists && !self.native.contains(*wanted);
        if let Some(missing) = [EventType::Started, EventType::Stopped].iter().find(|t| lacks(t)) {
            return Err(Error::invalid_arg(format!(
                "native must have {missing} where there is no list, or nobody could know the domains"
            )));
        }
        for (one, other) in
            [(EventType::Defined, EventType::Undefined), (EventType::Suspended, EventType::Resumed)]
        {
            if lacks(&one) != lacks(&other) {
                return Err(Error::invalid_arg(format!(
                    "native must have both of {one} and {other} where there is no list, or neither"
                )));
            }
        }
        Ok(())
    }

    pub(super) fn of(self, event_type: EventType) -> EventSupport {
        match event_type {
            EventType::Added => self.derived([EventType::Defined, EventType::Started]),
            EventType::Removed => self.derived([EventType::Undefined, EventType::Stopped]),
            _ if self.native.contains(event_type) => EventSupport::Native,
            _ if self.lists => EventSupport::Polled,
            _ => EventSupport::Never,
        }
    }

    /// What follows from others is as good as the worst of them.
    fn derived(self, causes: [EventType; 2]) -> EventSupport {
        if causes.iter().any(|&cause| self.of(cause) == EventSupport::Polled) {
            EventSupport::Polled
        } else {
            EventSupport::Derived
        }
    }

    /// Whether listings have to be compared for what is not reported.
    pub(super) fn is_polled(self) -> bool {
        EventType::ALL.iter().any(|&event_type| self.of(event_type) == EventSupport::Polled)
    }

    /// Whether any of these types is reported.
    pub(super) fn reports_any(self, event_types: EventTypes) -> bool {
        let mut all = EventType::ALL.iter();
        all.any(|&event_type| event_types.contains(event_type) && self.native.contains(event_type))
    }

    /// The first of these types that cannot occur.
    pub(super) fn never(self, event_types: EventTypes) -> Option<EventType> {
        let mut all = EventType::ALL.iter().copied();
        all.find(|&event_type| {
            event_types.contains(event_type) && self.of(event_type) == EventSupport::Never
        })
    }
}
