#![forbid(unsafe_code)]
//! The audit of a registry that is itself the truth.

use std::collections::HashMap;

use uuid::Uuid;

use super::journal::lines;
use super::{Registry, WALK};
use crate::event::Event;

impl Registry {
    /// Checks that the indices lead to every domain, and that what is shown of each is what the
    /// fold of the journal says. Returns how many differences there are.
    pub(crate) fn audit(&self) -> u64 {
        let drift = (self.misplaced() + self.unlike_journal()) as u64;
        let mut state = self.state.lock();
        state.audits += 1;
        state.drift += drift;
        drift
    }

    fn misplaced(&self) -> usize {
        let mut found = 0;
        self.walk(|table, slots| found += table.misplaced(slots));
        found
    }

    /// Domains that change meanwhile are left out.
    fn unlike_journal(&self) -> usize {
        let state = self.state.lock();
        let head = state.journal.head();
        let evicted = state.journal.evicted();
        let chunks = state.journal.chunks_after(evicted);
        drop(state);

        let mut view: HashMap<Uuid, &Event> = HashMap::new();
        for line in lines(&chunks, evicted + 1..head + 1) {
            view.insert(line.event.uuid(), &line.event);
        }
        let last_events: Vec<_> = view.into_values().collect();
        let unlike = |piece: &[&Event]| {
            let state = self.state.lock();
            let differs = |event: &&&Event| match state.table.row(event.uuid()) {
                Some(row) => {
                    row.last.seq <= head && Some(&row.entry.facts) != event.facts().as_ref()
                }
                None => state.journal.head() == head && event.facts().is_some(),
            };
            piece.iter().filter(differs).count()
        };
        last_events.chunks(WALK as usize).map(unlike).sum()
    }
}
