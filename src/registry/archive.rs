#![forbid(unsafe_code)]
//! What is kept of evicted events for readers that have not seen them.
//!
//! A view of all domains would cost every reader memory for each of them. It is not needed: of a
//! domain without unread events a reader knows what the registry knows, and of the others it knows
//! what they were before their first unread event, which that event says itself. When it is evicted
//! unread, a note of that is kept: once, however many readers need it.

use std::collections::VecDeque;
use std::mem;
use std::ops::Range;
use std::sync::Arc;

use super::journal::{CHUNK, Chunk, Line, Place, lines};
use super::table::{Slot, Table};
use crate::domain::Facts;

/// What a domain was before an event that is the first of its incarnation to some reader.
#[derive(Debug, Clone)]
pub(super) struct Note {
    /// The number of the event.
    pub(super) seq: u64,
    /// Also of a domain that did not exist.
    pub(super) before: Facts,
    /// The incarnation's previous event; number 0 for its first.
    pub(super) previous: Place,
    /// The domain's place in the table.
    pub(super) slot: Slot,
}

impl Note {
    pub(super) fn of(line: &Line) -> Self {
        let Line { ref event, previous, slot } = *line;
        Self { seq: event.seq, before: event.facts_before(), previous, slot }
    }

    /// Whether the event is the first of its incarnation after `seq`.
    pub(super) fn is_first_after(&self, seq: u64) -> bool {
        self.seq > seq && self.previous.seq <= seq
    }
}

/// A run of notes that is read without a lock.
pub(super) type Block = Arc<[Note]>;

/// The notes, in the order of their numbers: full blocks, and the open one that is appended to.
#[derive(Debug, Default)]
pub(super) struct Archive {
    blocks: VecDeque<Block>,
    open: Vec<Note>,
    /// The block that is looked through next for notes that nobody needs any more.
    next: usize,
}

/// Who needs notes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Readers<'a> {
    /// What the readers have seen, in ascending order.
    pub(super) seen: &'a [u64],
    pub(super) table: &'a Table,
}

impl Readers<'_> {
    fn need_line(self, line: &Line) -> bool {
        let Line { ref event, previous, slot } = *line;
        let born = (!event.before.exists()).then_some((slot, event.identity.incarnation()));
        self.need(event.seq, previous.seq, born)
    }

    fn need_note(self, note: &Note) -> bool {
        let Note { seq, ref before, previous, slot } = *note;
        let born = (!before.condition.exists()).then_some((slot, before.incarnation()));
        self.need(seq, previous.seq, born)
    }

    /// Whether an event is to one of them the first of its incarnation. The birth of a domain that
    /// does not live any more is nothing to those that did not see it.
    fn need(self, seq: u64, previous: u64, born: Option<(Slot, u64)>) -> bool {
        let first = self.seen.partition_point(|&seen| seen < previous);
        let lives = |(slot, incarnation)| {
            self.table.get(slot).is_some_and(|row| row.entry.facts.incarnation() == incarnation)
        };
        self.seen.get(first).is_some_and(|&seen| seen < seq) && born.is_none_or(lives)
    }
}

impl Archive {
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.open.is_empty()
    }

    /// Keeps of an evicted chunk what readers need.
    pub(super) fn take_over(&mut self, chunk: &Chunk, readers: Readers<'_>) {
        let needed = chunk.iter().filter(|line| readers.need_line(line));
        self.open.extend(needed.map(Note::of));
        if self.open.len() >= CHUNK {
            self.blocks.push_back(self.open.drain(..).collect());
        }
        self.sweep(readers);
    }

    /// Drops from one block what nobody needs any more, and joins what remains to the block before
    /// if there is room.
    fn sweep(&mut self, readers: Readers<'_>) {
        let at = mem::take(&mut self.next);
        let Some(block) = self.blocks.get(at) else { return };
        self.next = at + 1;
        let kept: Vec<Note> =
            block.iter().filter(|note| readers.need_note(note)).cloned().collect();
        if kept.len() == block.len() {
            return;
        }
        let before = at.checked_sub(1).and_then(|before| self.blocks.get_mut(before));
        if let Some(before) =
            before.filter(|before| kept.is_empty() || before.len() + kept.len() <= CHUNK)
        {
            *before = before.iter().cloned().chain(kept).collect();
            self.blocks.remove(at);
            self.next = at;
        } else if let Some(block) = self.blocks.get_mut(at) {
            *block = kept.into();
        }
    }

    /// All notes after `seq`: full blocks, which may begin before, and a copy of the open one.
    pub(super) fn after(&self, seq: u64) -> Vec<Block> {
        let at = self.blocks.partition_point(|block| last(block) <= seq);
        let open = self.open.iter().filter(|note| note.seq > seq).cloned().collect();
        self.blocks.range(at..).map(Arc::clone).chain([open]).collect()
    }
}

/// What is known of the events after a place: notes of those that are evicted, the others all.
pub(super) struct History {
    pub(super) blocks: Vec<Block>,
    pub(super) chunks: Vec<Chunk>,
}

impl History {
    /// Of the events in `range` those that are the first of their incarnation after `seen`.
    pub(super) fn firsts(&self, seen: u64, range: Range<u64>) -> impl Iterator<Item = Note> {
        let noted = self.notes().filter({
            let range = range.clone();
            move |note| range.contains(&note.seq) && note.is_first_after(seen)
        });
        let lines = lines(&self.chunks, range).filter(move |line| line.is_first_after(seen));
        noted.cloned().chain(lines.map(Note::of))
    }

    pub(super) fn notes(&self) -> impl Iterator<Item = &Note> {
        self.blocks.iter().flat_map(|block| block.iter())
    }
}

/// The number of the last event in a block.
fn last(block: &Block) -> u64 {
    block.last().map_or(0, |note| note.seq)
}
