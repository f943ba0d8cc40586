#![forbid(unsafe_code)]
//! Whose turn it is: the registration whose next event has the lowest number.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// When a registration is due again.
#[derive(Clone, Copy)]
pub(super) enum Due {
    /// When it has something to read; its bell will tell.
    Nothing,
    /// At once, but not in this round: something came when it had just read all there was.
    Again,
    /// When the others have had a turn, and not in this round: it took nothing.
    Refused,
    /// When the others have got their events up to this number.
    At(u64),
    /// When the others that are due now have had a turn.
    AfterOthers,
}

/// The registrations that have something to read.
#[derive(Default)]
pub(super) struct Order {
    /// What is due, by the number of its next event.
    due: BinaryHeap<Reverse<(u64, i32)>>,
    /// Catch-ups that have had a turn: they and the others take turns.
    catching_up: VecDeque<i32>,
    catch_up_first: bool,
}

impl Order {
    pub(super) fn is_empty(&self) -> bool {
        self.due.is_empty() && self.catching_up.is_empty()
    }

    /// Those that may have something to read.
    pub(super) fn add(&mut self, ids: impl IntoIterator<Item = i32>) {
        self.due.extend(ids.into_iter().map(|id| Reverse((0, id))));
    }

    /// Takes out the one whose turn it is.
    pub(super) fn next(&mut self) -> Option<i32> {
        self.catch_up_first = !self.catch_up_first && !self.catching_up.is_empty();
        let other = if self.catch_up_first { None } else { self.due.pop() };
        other.map(|next| next.0.1).or_else(|| self.catching_up.pop_front())
    }

    /// The event up to which the one that was taken out has its turn, and who is next.
    pub(super) fn others(&self) -> (u64, i32) {
        self.due.peek().map_or((u64::MAX, i32::MAX), |next| next.0)
    }

    /// Puts the one that has had its turn where it belongs.
    pub(super) fn put_back(&mut self, id: i32, due: Due) {
        match due {
            Due::Nothing => {}
            Due::Again => self.due.push(Reverse((0, id))),
            Due::At(seq) => self.due.push(Reverse((seq, id))),
            Due::AfterOthers | Due::Refused => self.catching_up.push_back(id),
        }
    }
}
