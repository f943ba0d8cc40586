//! The naive model of a registry: a list of domains, a list of events.

use std::collections::BTreeMap;

use super::{Change, Event, Facts, Refusal, Text, apply, outcome};

/// An event in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// From 1, without gaps.
    pub(crate) seq: u64,
    pub(crate) uuid: u128,
    pub(crate) event: Event,
    /// Another event of the same change follows.
    pub(crate) more: bool,
}

/// Everything that exists, and everything that happened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registry {
    pub(crate) domains: BTreeMap<u128, Facts>,
    pub(crate) journal: Vec<Entry>,
    births: u64,
}

impl Registry {
    /// A change of the domain `uuid`. `name` is what the configuration given with DEFINED or
    /// STARTED says; other changes do not look at it. Returns the new entries of the journal.
    pub(crate) fn report(
        &mut self,
        uuid: u128,
        name: Text,
        change: Change,
    ) -> Result<Vec<Entry>, Refusal> {
        let before = self.domains.get(&uuid).copied();
        match change {
            Change::Defined { .. } | Change::Started { .. } => {
                let clash = match before {
                    Some(known) => known.name != name,
                    None => self.knows(name),
                };
                if clash {
                    return Err(Refusal::OperationFailed);
                }
            }
            // Also to its own name.
            Change::Renamed { to } if before.is_some() && self.knows(to) => {
                return Err(Refusal::OperationInvalid);
            }
            _ => {}
        }

        let events = apply(before, change, (name, self.births + 1))?;
        if before.is_none() && !events.is_empty() {
            self.births += 1;
        }
        match outcome(before, &events) {
            Some(facts) => self.domains.insert(uuid, facts),
            None => self.domains.remove(&uuid),
        };
        let entries: Vec<Entry> = (1..)
            .zip(&events)
            .map(|(nth, event)| Entry {
                seq: (self.journal.len() + nth) as u64,
                uuid,
                event: *event,
                more: nth < events.len(),
            })
            .collect();
        self.journal.extend(&entries);
        Ok(entries)
    }

    fn knows(&self, name: Text) -> bool {
        self.domains.values().any(|facts| facts.name == name)
    }
}
