#![forbid(unsafe_code)]
//! What is told between events: that the source cannot be reached, that it is back, that it is gone
//! for good. Marks have no number in the journal; each has its place after an event.

use std::collections::VecDeque;
use std::mem::discriminant;
use std::sync::Arc;

use crate::event::Record;

/// How many marks are kept for readers that have not read them. Who misses some is told the next
/// that says something new.
const MARKS: usize = 1024;

/// Whether the source can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Source {
    #[default]
    Up,
    /// Why not.
    /// Why not.
    Down(Arc<str>),
    /// Gone for good.
    Closed,
}

impl Source {
    fn is_like(&self, other: &Self) -> bool {
        discriminant(self) == discriminant(other)
    }

    fn record(&self) -> Record {
        match self {
            Self::Up => Record::SourceUp,
            Self::Down(message) => Record::SourceDown { message: Arc::clone(message) },
            Self::Closed => Record::Closed,
        }
    }
}

/// From here on the source is like that.
#[derive(Debug, Clone)]
struct Mark {
    /// The number of the last event before it.
    after: u64,
    source: Source,
}

/// The marks of a journal.
#[derive(Debug, Default)]
pub(super) struct Marks {
    kept: VecDeque<Mark>,
    /// How many there have been.
    count: u64,
}

impl Marks {
    pub(super) fn source(&self) -> Source {
        self.kept.back().map_or(Source::Up, |mark| mark.source.clone())
    }

    /// Appends a mark after the event with that number. False, and nothing done, when it says
    /// nothing new; nothing is new after the end.
    pub(super) fn append(&mut self, after: u64, source: Source) -> bool {
        let now = self.source();
        if now == Source::Closed || now.is_like(&source) {
            return false;
        }
        if self.kept.len() == MARKS {
            self.kept.pop_front();
        }
        self.kept.push_back(Mark { after, source });
        self.count += 1;
        true
    }

    /// The marks that come after the first `count`.
    fn after(&self, count: u64) -> impl Iterator<Item = &Mark> {
        let unread = usize::try_from(self.count - count).unwrap_or(usize::MAX);
        self.kept.iter().skip(self.kept.len().saturating_sub(unread))
    }
}

/// The marks that a reader has yet to tell.
#[derive(Debug)]
pub(super) struct Unread {
    /// Each says something new.
    marks: VecDeque<Mark>,
    /// How many have been taken from the journal.
    taken: u64,
    /// What the reader was told last.
    told: Source,
}

impl Unread {
    /// A reader that begins at `place` is to be told how the source was there, and all that follows
    /// it.
    pub(super) fn begin(marks: &Marks, place: u64) -> Self {
        let later = marks.kept.iter().rev().take_while(|mark| mark.after >= place).count();
        let taken = marks.count - (later as u64 + 1).min(marks.count);
        let mut unread = Self { marks: VecDeque::new(), taken, told: Source::Up };
        unread.take(marks);
        unread
    }

    pub(super) fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Whether the journal has marks that were not taken.
    pub(super) fn is_behind(&self, marks: &Marks) -> bool {
        self.taken != marks.count
    }

    /// Takes what is new in the journal.
    pub(super) fn take(&mut self, marks: &Marks) {
        for mark in marks.after(self.taken) {
            let last = self.marks.back().map_or(&self.told, |mark| &mark.source);
            if !last.is_like(&mark.source) {
                self.marks.push_back(mark.clone());
            }
        }
        self.taken = marks.count;
    }

    /// Leaves out what a catch-up up to `place` stands for: all marks up to there but the last.
    /// Returns that, if it says something new.
    pub(super) fn catch_up(&mut self, place: u64) -> Option<Record> {
        while self.marks.get(1).is_some_and(|next| next.after <= place) {
            self.marks.pop_front();
        }
        while self.marks.front().is_some_and(|mark| mark.source.is_like(&self.told)) {
            self.marks.pop_front();
        }
        self.tell(place + 1)
    }

    /// The next mark, if it comes before the event with the number `next`.
    pub(super) fn tell(&mut self, next: u64) -> Option<Record> {
        let mark = self.marks.pop_front_if(|mark| mark.after < next)?;
        self.told = mark.source;
        Some(self.told.record())
    }
}
