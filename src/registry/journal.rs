#![forbid(unsafe_code)]
//! The numbered sequence of events: one append, whatever the number of readers.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::table::Slot;
use crate::event::Event;

/// Number and time of an event.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) seq: u64,
    pub(super) realtime_ns: i64,
}

impl Place {
    pub(super) fn of(event: &Event) -> Self {
        Self { seq: event.seq, realtime_ns: event.realtime_ns }
    }
}

/// An event in the journal.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) event: Event,
    /// The incarnation's previous event; number 0 for its first. So a reader that has seen
    /// everything up to `n` knows a line as the domain's first unread one by `previous.seq <= n`.
    pub(super) previous: Place,
    /// The domain's place in the table.
    pub(super) slot: Slot,
}

impl Line {
    /// Whether it is the first event of its incarnation after `seq`.
    pub(super) fn is_first_after(&self, seq: u64) -> bool {
        self.event.seq > seq && self.previous.seq <= seq
    }
}

/// A run of lines that is read without a lock. It never ends within a change.
pub(super) type Chunk = Arc<[Line]>;

/// Lines per chunk, and a few more where a change would be cut. What is done chunk by chunk is done
/// within an append, so that chunks are small.
pub(super) const CHUNK: usize = if cfg!(feature = "tiny") { 4 } else { 256 };

/// The journal: sealed chunks, and the open one that is appended to.
#[derive(Debug, Default)]
pub(super) struct Journal {
    sealed: VecDeque<Chunk>,
    open: Vec<Line>,
    /// How many events have been evicted: the number of the last one.
    evicted: u64,
    /// The number of the last event.
    head: u64,
}

impl Journal {
    /// The number of the last event; 0 before the first.
    pub(super) fn head(&self) -> u64 {
        self.head
    }

    /// The number of the last event that is no longer here.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted
    }

    pub(super) fn append(&mut self, line: Line) {
        self.head = line.event.seq;
        self.open.push(line);
    }

    /// Ends a change. True when a chunk is full, and with it the time to look for old ones.
    pub(super) fn end_change(&mut self) -> bool {
        let full = self.open.len() >= CHUNK;
        if full {
            self.seal();
        }
        full
    }

    fn seal(&mut self) {
        if !self.open.is_empty() {
            self.sealed.push_back(self.open.drain(..).collect());
        }
    }

    /// A chunk with the event after `seq`, and its place there.
    pub(super) fn chunk_after(&self, seq: u64) -> Option<(Chunk, usize)> {
        if seq >= self.head || seq < self.evicted {
            return None;
        }
        let at = self.sealed.partition_point(|chunk| last(chunk) <= seq);
        match self.sealed.get(at) {
            Some(chunk) => {
                Some((Arc::clone(chunk), chunk.partition_point(|line| line.event.seq <= seq)))
            }
            None => Some((self.open_after(seq), 0)),
        }
    }

    /// Chunks with every event after `seq` that is still here.
    pub(super) fn chunks_after(&self, seq: u64) -> Vec<Chunk> {
        if seq >= self.head {
            return Vec::new();
        }
        let at = self.sealed.partition_point(|chunk| last(chunk) <= seq);
        let open = self.open_after(seq);
        self.sealed.range(at..).map(Arc::clone).chain([open]).collect()
    }

    /// A copy of what is in the open chunk after `seq`. Sealing it for every reader that keeps up
    /// would cut the journal into pieces.
    fn open_after(&self, seq: u64) -> Chunk {
        let at = self.open.partition_point(|line| line.event.seq <= seq);
        self.open.iter().skip(at).cloned().collect()
    }

    /// The oldest chunk, when the journal holds more than `keep` events without it and it ends
    /// before `pinned`.
    pub(super) fn evict(&mut self, keep: u64, pinned: u64) -> Option<Chunk> {
        let end = last(self.sealed.front()?);
        if end > pinned || self.head - end < keep {
            return None;
        }
        self.evicted = end;
        self.sealed.pop_front()
    }
}

/// The number of the last event in a chunk.
fn last(chunk: &Chunk) -> u64 {
    chunk.last().map_or(0, |line| line.event.seq)
}

/// The lines of `chunks` with a number in `range`.
pub(super) fn lines(chunks: &[Chunk], range: Range<u64>) -> impl Iterator<Item = &Line> {
    chunks.iter().flat_map(|chunk| chunk.iter()).filter(move |line| range.contains(&line.event.seq))
}
