#![forbid(unsafe_code)]
//! Reading the journal: at the reader's own speed, never in the way of a writer.

mod catchup;

use std::collections::VecDeque;
use std::sync::Arc;

use uuid::Uuid;

use self::catchup::Catchup;
use super::Registry;
use super::archive::Note;
use super::feed::{OneFeed, Scope, Wake, most_behind};
use super::journal::{Chunk, lines};
use super::mark::Unread;
use super::told::Told;
use crate::domain::Facts;
use crate::event::{CatchupCause, Cursor, Event, EventTypes, Record};
use crate::sync::{AtomicU64, Ordering};

/// What a watch is to deliver, and from where on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WatchOptions {
    /// Begin with everything that exists.
    pub snapshot: bool,
    /// How many of its own events the reader may fall behind before it is brought to now in one
    /// go. 0 = 65,536 or four times the number of domains, whichever is more.
    pub max_lag: u32,
    /// Only events of these types. Applied last, to catch-ups too.
    pub types: EventTypes,
    /// Only events of this domain, which need not exist yet.
    pub uuid: Option<Uuid>,
    /// Go on after this place, for a reader that has its list as it was there. If the place cannot
    /// be used, begin with everything that exists.
    pub resume: Option<Cursor>,
}

/// Figures of one reader. `events` = `delivered` + `filtered` + `coalesced` + `pending`, counted
/// from where it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct WatchStats {
    /// Events of the journal that concern it.
    pub events: u64,
    /// Of these, delivered as they are.
    pub delivered: u64,
    /// Of these, kept back by the filter of types.
    pub filtered: u64,
    /// Of these, stood for by a catch-up.
    pub coalesced: u64,
    /// Of these, not yet read.
    pub pending: u64,
    /// Catch-ups begun, the first snapshot too.
    pub catchups: u64,
    /// Bytes noted of domains that changed while it did not read.
    pub memory: u64,
}

/// The reading half of a watch.
pub(crate) struct Reader {
    registry: Arc<Registry>,
    id: u64,
    options: WatchOptions,
    /// The number of the last event dealt with.
    seen: u64,
    /// More events of the change that `seen` belongs to follow; they are in `batch`.
    mid_change: bool,
    batch: Batch,
    /// Every event of its own up to here has been dealt with or is in `batch`.
    reached: u64,
    marks: Unread,
    catchup: Option<Catchup>,
    /// Records of a catch-up that are ready.
    ready: VecDeque<Record>,
    cursor: Cursor,
    /// How many events there have been for it, and how many it has dealt with.
    produced: Arc<AtomicU64>,
    consumed: u64,
    /// How many events it may be behind, as of the last look.
    most_behind: u64,
    stats: WatchStats,
}

/// Events fetched from the registry.
enum Batch {
    Chunk(Chunk, usize),
    Own(VecDeque<Event>),
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.registry.state.lock();
        let feed = state.feeds.remove(self.id);
        if let Some(uuid) = self.options.uuid {
            state.update_watched(uuid);
        }
        let spent = state.spent_archive();
        drop(state);
        drop((feed, spent));
    }
}

impl Reader {
    /// A reader that begins now.
    pub(crate) fn new(registry: Arc<Registry>, options: WatchOptions) -> Self {
        let mut state = registry.state.lock();
        let head = state.journal.head();
        let resume = options.resume.filter(|cursor| {
            cursor.epoch == registry.epoch && (state.journal.evicted()..=head).contains(&cursor.seq)
        });
        let cause = match (resume, options.resume, options.snapshot) {
            (Some(_), ..) | (None, None, false) => None,
            (None, Some(_), _) => Some(CatchupCause::Reset),
            (None, None, true) => Some(CatchupCause::Snapshot),
        };
        let from = resume.map_or(head, |cursor| cursor.seq);
        let reached = if options.uuid.is_some() { head } else { from };
        // Who begins now is told how the source is now, not how it came to be so.
        let marks = Unread::begin(&state.marks, if resume.is_some() { from } else { head + 1 });
        let evicted = state.journal.evicted();
        let chunks = match resume {
            Some(_) => state.journal.chunks_after(from.saturating_sub(1).max(evicted)),
            None => Vec::new(),
        };
        let domains = state.table.len() as u64;
        let produced = match options.uuid {
            None => Arc::clone(&registry.head),
            Some(_) => Arc::new(AtomicU64::new(0)),
        };
        let scope = match options.uuid {
            None => Scope::All(from),
            Some(uuid) => Scope::One(OneFeed::new(uuid, Arc::clone(&produced))),
        };
        let id = state.feeds.add(options.max_lag, scope);
        if let Some(uuid) = options.uuid {
            state.update_watched(uuid);
        }
        drop(state);

        let mut reader = Self {
            id,
            options,
            seen: from,
            mid_change: false,
            batch: Batch::Own(VecDeque::new()),
            reached,
            marks,
            catchup: None,
            ready: VecDeque::new(),
            // A cursor that cannot be used now might fit later: it must not be handed on.
            cursor: match cause {
                None => Cursor { epoch: registry.epoch, seq: from },
                Some(_) => Cursor::NOWHERE,
            },
            consumed: if options.uuid.is_none() { from } else { 0 },
            most_behind: most_behind(options.max_lag, domains),
            produced,
            stats: WatchStats::default(),
            registry,
        };
        if let Some(cause) = cause {
            reader.begin_snapshot(cause, head);
        } else if resume.is_some() {
            reader.take_up(&chunks, from);
        }
        reader
    }

    /// Takes up reading after `from`, which may lie within a change.
    fn take_up(&mut self, chunks: &[Chunk], from: u64) {
        let last = lines(chunks, from..from + 1).next();
        let mine = |uuid| self.options.uuid.is_none_or(|own| own == uuid);
        self.mid_change = last.is_some_and(|line| line.event.more && mine(line.event.uuid()));
        if self.options.uuid.is_some() {
            let later = lines(chunks, from + 1..u64::MAX).map(|line| &line.event);
            let own: VecDeque<Event> = later.filter(|event| mine(event.uuid())).cloned().collect();
            self.produced.fetch_add(own.len() as u64, Ordering::AcqRel);
            self.batch = Batch::Own(own);
        } else if self.mid_change {
            self.fetch();
        }
    }

    /// The next record, if there is one now. However fast the events come that the filter keeps
    /// back: those that come after it has met the first are left to the next call.
    pub(crate) fn next(&mut self) -> Option<Record> {
        let mut there = None;
        loop {
            let record = self.next_unfiltered()?;
            match &record {
                Record::Event(event) if !self.options.types.contains(event.kind.event_type()) => {
                    self.stats.filtered += u64::from(!event.in_catchup);
                    let there = *there.get_or_insert_with(|| self.produced.load(Ordering::Acquire));
                    if self.consumed > there && !event.in_catchup {
                        return None;
                    }
                }
                Record::Event(event) => {
                    self.stats.delivered += u64::from(!event.in_catchup);
                    return Some(record);
                }
                _ => return Some(record),
            }
        }
    }

    fn next_unfiltered(&mut self) -> Option<Record> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                if let Record::Synced { seq } = record {
                    self.marks.take(&self.registry.state.lock().marks);
                    self.ready.extend(self.marks.catch_up(seq));
                    self.cursor = Cursor { epoch: self.registry.epoch, seq };
                }
                return Some(record);
            }
            if self.catchup.is_some() {
                self.walk();
                continue;
            }
            if !self.mid_change && self.is_too_far_behind() {
                self.begin_lag();
                continue;
            }
            if let Some(mark) = self.next_mark() {
                return Some(mark);
            }
            if let Some(event) = self.batch.next() {
                self.consumed += 1;
                self.seen = event.seq;
                self.mid_change = event.more;
                self.cursor = Cursor { epoch: self.registry.epoch, seq: event.seq };
                return Some(Record::Event(event));
            }
            if !self.fetch() {
                return None;
            }
        }
    }

    /// The mark that comes before the next event. None comes within a change.
    fn next_mark(&mut self) -> Option<Record> {
        if self.marks.is_empty() || self.mid_change {
            return None;
        }
        let next = self.batch.peek().map_or(self.reached + 1, |event| event.seq);
        self.marks.tell(next)
    }

    /// The place up to which everything has been delivered; a catch-up counts at its SYNCED.
    pub(crate) fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Whether the next record is here without looking at the registry.
    pub(crate) fn has_more_at_hand(&self) -> bool {
        self.catchup.is_some()
            || !self.ready.is_empty()
            || !self.batch.is_empty()
            || !self.marks.is_empty()
    }

    /// Asks for one call of `waker` when there is something to read. False if there is now.
    pub(crate) fn arm(&self, waker: Arc<dyn Wake>) -> bool {
        if self.has_more_at_hand() {
            return false;
        }
        let mut state = self.registry.state.lock();
        let head = state.journal.head();
        !self.marks.is_behind(&state.marks) && state.feeds.arm(self.id, head, waker)
    }

    pub(crate) fn stats(&self) -> WatchStats {
        let pending = self.produced.load(Ordering::Acquire) - self.consumed;
        let WatchStats { delivered, filtered, coalesced, .. } = self.stats;
        WatchStats {
            events: delivered + filtered + coalesced + pending,
            pending,
            memory: self.memory() as u64,
            ..self.stats
        }
    }

    /// The bytes kept of domains for it: what they were, and who, where the registry itself does not
    /// know that any more. What other readers need too counts for each.
    fn memory(&self) -> usize {
        let mut state = self.registry.state.lock();
        let seen = state.feeds.seen_mut(self.id).map_or(u64::MAX, |seen| *seen);
        let history = state.history(seen);
        drop(state);
        let told = self.catchup.as_ref().and_then(Catchup::told);
        let mut size = told.map_or(0, Told::size);
        let mut facts: Vec<&Facts> = told.into_iter().flat_map(Told::iter).collect();
        for note in history.notes().filter(|note| note.is_first_after(seen)) {
            size += size_of::<Note>();
            facts.push(&note.before);
        }
        size + self.registry.size_of_former(&facts)
    }

    fn is_too_far_behind(&self) -> bool {
        self.produced.load(Ordering::Acquire) - self.consumed > self.most_behind
    }

    /// Gets more events and marks. False if there are none.
    fn fetch(&mut self) -> bool {
        let mut state = self.registry.state.lock();
        self.most_behind = most_behind(self.options.max_lag, state.table.len() as u64);
        let (head, evicted) = (state.journal.head(), state.journal.evicted());
        self.marks.take(&state.marks);
        if let Some(one) = state.feeds.one_mut(self.id) {
            if one.told.is_some() {
                // The bound has shrunk since the last look.
                drop(state);
                self.begin_lag();
                return true;
            }
            self.batch = Batch::Own(std::mem::take(&mut one.queue));
            self.reached = head;
            if self.batch.is_empty() {
                // Nothing up to the head concerns it any more.
                self.cursor = Cursor { epoch: self.registry.epoch, seq: head };
            }
        } else if let Some((chunk, place)) = state.journal.chunk_after(self.seen) {
            if let (Some(seen), Some(last)) = (state.feeds.seen_mut(self.id), chunk.last()) {
                *seen = last.event.seq;
                self.reached = last.event.seq;
            }
            self.batch = Batch::Chunk(chunk, place);
        } else if evicted > self.seen {
            drop(state);
            self.begin_lag();
            return true;
        }
        !self.batch.is_empty() || !self.marks.is_empty()
    }
}

impl Batch {
    fn next(&mut self) -> Option<Event> {
        match self {
            Self::Chunk(chunk, place) => {
                let line = chunk.get(*place)?;
                *place += 1;
                Some(line.event.clone())
            }
            Self::Own(events) => events.pop_front(),
        }
    }

    fn peek(&self) -> Option<&Event> {
        match self {
            Self::Chunk(chunk, place) => chunk.get(*place).map(|line| &line.event),
            Self::Own(events) => events.front(),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Chunk(chunk, place) => *place >= chunk.len(),
            Self::Own(events) => events.is_empty(),
        }
    }
}
