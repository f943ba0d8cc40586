#![forbid(unsafe_code)]
//! Reading the journal: at the reader's own speed, never in the way of a writer.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use uuid::Uuid;

use super::feed::{AllFeed, OneFeed, Scope, Wake, Walk, most_behind};
use super::journal::{Chunk, Line, Place, lines};
use super::table::Row;
use super::told::{Told, existing};
use super::{Registry, WALK, realtime_ns};
use crate::domain::Facts;
use crate::event::{CatchupCause, Cursor, Event, EventTypes, Origin, Record};
use crate::lifecycle::path;
use crate::sync::{self, AtomicU64, Ordering};

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
    /// Go on after this place. If it cannot be used, begin with everything that exists.
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

/// A catch-up under way: the reader is led to what was the truth at `target`.
struct Catchup {
    target: u64,
    /// For a lag: what the reader was last told of domains that changed since. For a snapshot the
    /// feed's walk says how far it has come.
    told: Option<Told>,
    /// Events after `target` and up to here have been searched.
    searched: u64,
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
        drop(state);
        drop(feed);
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
            None => {
                let walk = cause.map(|_| Walk { next: 0, searched: head, owed: Vec::new() });
                Scope::All(AllFeed { seen: from, told: Told::default(), walk })
            }
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

    /// The next record, if there is one now.
    pub(crate) fn next(&mut self) -> Option<Record> {
        loop {
            let record = self.next_unfiltered()?;
            match &record {
                Record::Event(event) if !self.options.types.contains(event.kind.event_type()) => {
                    self.stats.filtered += u64::from(!event.in_catchup);
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

    /// The place up to which everything has been delivered; a catch-up counts at its SYNCED.
    pub(crate) fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Whether the next record is here without looking at the registry.
    pub(crate) fn has_more_at_hand(&self) -> bool {
        self.catchup.is_some() || !self.ready.is_empty() || !self.batch.is_empty()
    }

    /// Asks for one call of `waker` when there is something to read. False if there is now.
    pub(crate) fn arm(&self, waker: Arc<dyn Wake>) -> bool {
        if self.has_more_at_hand() {
            return false;
        }
        let mut state = self.registry.state.lock();
        let head = state.journal.head();
        state.feeds.arm(self.id, head, waker)
    }

    pub(crate) fn stats(&self) -> WatchStats {
        let mut state = self.registry.state.lock();
        let noted = state.feeds.all_mut(self.id).map_or(0, |all| all.told.size());
        let catching = self.catchup.as_ref().and_then(|catchup| catchup.told.as_ref());
        let pending = self.produced.load(Ordering::Acquire) - self.consumed;
        let WatchStats { delivered, filtered, coalesced, .. } = self.stats;
        WatchStats {
            events: delivered + filtered + coalesced + pending,
            pending,
            memory: (noted + catching.map_or(0, Told::size)) as u64,
            ..self.stats
        }
    }

    fn is_too_far_behind(&self) -> bool {
        self.produced.load(Ordering::Acquire) - self.consumed > self.most_behind
    }

    /// Gets more events. False if there are none.
    fn fetch(&mut self) -> bool {
        let mut state = self.registry.state.lock();
        self.most_behind = most_behind(self.options.max_lag, state.table.len() as u64);
        let (head, evicted) = (state.journal.head(), state.journal.evicted());
        if let Some(one) = state.feeds.one_mut(self.id) {
            if one.told.is_some() {
                // The bound has shrunk since the last look.
                drop(state);
                self.begin_lag();
                return true;
            }
            self.batch = Batch::Own(std::mem::take(&mut one.queue));
            if self.batch.is_empty() {
                // Nothing up to the head concerns it any more.
                self.cursor = Cursor { epoch: self.registry.epoch, seq: head };
            }
        } else if let Some((chunk, place)) = state.journal.chunk_after(self.seen) {
            if let (Some(all), Some(last)) = (state.feeds.all_mut(self.id), chunk.last()) {
                all.seen = last.event.seq;
            }
            self.batch = Batch::Chunk(chunk, place);
        } else if evicted > self.seen {
            drop(state);
            self.begin_lag();
            return true;
        }
        !self.batch.is_empty()
    }

    fn begin_snapshot(&mut self, cause: CatchupCause, head: u64) {
        self.stats.catchups += 1;
        let from_seq = self.options.resume.map_or(0, |cursor| cursor.seq);
        let count = if cause == CatchupCause::Snapshot { head } else { 0 };
        self.ready.push_back(Record::Catchup { cause, from_seq, count });
        match self.options.uuid {
            Some(uuid) => {
                let (_, target, seq) = self.look_at(uuid);
                self.lead(None, &target);
                self.ready.push_back(Record::Synced { seq });
            }
            None => self.catchup = Some(Catchup { target: head, told: None, searched: head }),
        }
    }

    /// The reader is too far behind: from here on it is led to now.
    fn begin_lag(&mut self) {
        let (from_seq, consumed) = (self.cursor.seq, self.consumed);
        let records = self.ready.len();
        if let Some(uuid) = self.options.uuid {
            let next = self.batch.next().map(|event| event.facts_before());
            let (missed, target, seq) = self.look_at(uuid);
            self.lead(next.or(missed).as_ref(), &target);
            self.ready.push_back(Record::Synced { seq });
        } else {
            let told = Some(self.gather_told());
            self.catchup = Some(Catchup { target: self.seen, told, searched: self.seen });
        }
        let count = self.consumed - consumed;
        self.stats.catchups += 1;
        self.stats.coalesced += count;
        let begin = Record::Catchup { cause: CatchupCause::Lag, from_seq, count };
        self.ready.insert(records, begin);
    }

    /// What the reader was last told of every domain that has changed since. From now on it has
    /// seen everything.
    fn gather_told(&mut self) -> Told {
        let mut state = self.registry.state.lock();
        let head = state.journal.head();
        let Some(all) = state.feeds.all_mut(self.id) else {
            return Told::default();
        };
        let fetched = std::mem::replace(&mut all.seen, head);
        let mut told = std::mem::take(&mut all.told);
        let from = fetched.max(state.journal.evicted());
        let chunks = state.journal.chunks_after(from);
        drop(state);

        for line in lines(&chunks, fetched + 1..head + 1) {
            told.pass(line, fetched);
        }
        if let Batch::Chunk(chunk, place) = &self.batch {
            for line in chunk.iter().skip(*place).rev() {
                told.set(line.event.facts_before());
            }
        }
        self.batch = Batch::Own(VecDeque::new());
        self.consumed = head;
        self.seen = head;
        told
    }

    /// Looks at the one domain of this reader, which has seen everything then. Returns what it was
    /// before the first event that was not fetched, what it is, and the place.
    fn look_at(&mut self, uuid: Uuid) -> (Option<Facts>, Target, u64) {
        let mut state = self.registry.state.lock();
        let head = state.journal.head();
        let target = Target::now(state.table.row(uuid), head);
        let missed = state.feeds.one_mut(self.id).and_then(|one| {
            let queue = std::mem::take(&mut one.queue);
            one.told.take().or_else(|| queue.front().map(Event::facts_before))
        });
        self.consumed = self.produced.load(Ordering::Acquire);
        drop(state);
        self.batch = Batch::Own(VecDeque::new());
        self.seen = head;
        (missed, target, head)
    }

    /// One step of a catch-up: at most [`WALK`] domains under the lock.
    fn walk(&mut self) {
        let Some(catchup) = self.catchup.take() else {
            return;
        };
        let done = match catchup.told {
            None => self.walk_table(catchup),
            Some(_) => self.walk_told(catchup),
        };
        if let Some(seq) = done {
            self.ready.push_back(Record::Synced { seq });
        }
    }

    /// Tells what was there at the target: rows that have not changed since as they are, the others
    /// as their first event since says.
    fn walk_table(&mut self, mut catchup: Catchup) -> Option<u64> {
        let mut state = self.registry.state.lock();
        let head = state.journal.head();
        let from = catchup.searched.max(state.journal.evicted());
        let chunks = state.journal.chunks_after(from);
        let slots = state.table.slots();
        let all = state.feeds.all_mut(self.id)?;
        let walk = all.walk.as_mut()?;
        let met = Walk { next: walk.next, searched: walk.searched, owed: Vec::new() };
        let owed = std::mem::take(&mut walk.owed);
        let end = slots.min(met.next.saturating_add(WALK));
        walk.next = end;
        walk.searched = head;
        if end == slots {
            all.walk = None;
        }
        let unchanged: Vec<Target> = (met.next..end)
            .filter_map(|slot| state.table.get(slot))
            .filter(|row| row.last.seq <= catchup.target)
            .map(|row| Target::now(Some(row), catchup.target))
            .collect();
        drop(state);

        let changed = lines(&chunks, catchup.searched + 1..head + 1)
            .filter(|line| line.is_first_after(catchup.target) && met.has_missed(line))
            .map(Target::before);
        let owed = owed.into_iter().map(|facts| Target::at(facts, catchup.target));
        for target in unchanged.into_iter().chain(changed).chain(owed) {
            self.lead(None, &target);
        }
        catchup.searched = head;
        let done = end == slots;
        let target = catchup.target;
        if !done {
            self.catchup = Some(catchup);
        }
        done.then_some(target)
    }

    /// Leads the domains that have changed from what was told to what they were at the target.
    fn walk_told(&mut self, mut catchup: Catchup) -> Option<u64> {
        let target = catchup.target;
        let told = catchup.told.as_mut()?;
        let mut steps: Vec<(Facts, Target)> = Vec::new();
        let mut place: HashMap<Uuid, usize> = HashMap::new();
        let step = told.take(WALK as usize);
        let mut state = self.registry.state.lock();
        let head = state.journal.head();
        let chunks = state.journal.chunks_after(catchup.searched.max(state.journal.evicted()));
        for facts in step {
            let uuid = facts.uuid();
            let all = state.feeds.all_mut(self.id);
            if let Some(evicted) = all.and_then(|all| all.told.get(uuid)) {
                steps.push((facts, Target::at(evicted.clone(), target)));
            } else {
                // A row that has changed since is told by its first event since, a few lines
                // down; or it was born since.
                let row = state.table.row(uuid).filter(|row| row.last.seq <= target);
                place.insert(uuid, steps.len());
                steps.push((facts, Target::now(row, target)));
            }
        }
        sync::unlock_fair(state);

        let first_since = lines(&chunks, catchup.searched + 1..head + 1)
            .filter(|line| line.is_first_after(target) && line.event.before.exists());
        for line in first_since {
            let uuid = line.event.uuid();
            if let Some(step) = place.remove(&uuid).and_then(|place| steps.get_mut(place)) {
                step.1 = Target::before(line);
            } else if let Some(facts) = told.remove(uuid) {
                steps.push((facts, Target::before(line)));
            }
        }
        for (facts, target) in &steps {
            self.lead(Some(facts), target);
        }
        catchup.searched = head;
        let done = told.is_empty();
        if !done {
            self.catchup = Some(catchup);
        }
        done.then_some(target)
    }

    /// Makes the records that lead from what was told of a domain to what it was.
    fn lead(&mut self, told: Option<&Facts>, target: &Target) {
        let passages = path(told.and_then(existing), target.facts.as_ref().and_then(existing));
        let last = passages.len();
        for (number, passage) in passages.into_iter().enumerate() {
            self.ready.push_back(Record::Event(Event {
                seq: target.last.seq,
                realtime_ns: target.last.realtime_ns,
                identity: passage.identity,
                before: passage.step.before,
                after: passage.step.after,
                kind: passage.step.kind,
                origin: Origin::Derived,
                more: number + 1 < last,
                in_catchup: true,
            }));
        }
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

    fn is_empty(&self) -> bool {
        match self {
            Self::Chunk(chunk, place) => *place >= chunk.len(),
            Self::Own(events) => events.is_empty(),
        }
    }
}

/// What a catch-up leads a domain to.
struct Target {
    facts: Option<Facts>,
    /// The domain's last event; the place reached, where it is gone or that is no longer known.
    last: Place,
}

impl Target {
    /// What a domain is now; `seq` is the place reached.
    fn now(row: Option<&Row>, seq: u64) -> Self {
        match row {
            Some(row) => Self { facts: Some(row.entry.facts.clone()), last: row.last },
            None => Self { facts: None, last: Place { seq, realtime_ns: realtime_ns() } },
        }
    }

    /// What a domain was before an event.
    fn before(line: &Line) -> Self {
        Self { facts: Some(line.event.facts_before()), last: line.previous }
    }

    /// What a domain was at the place reached, when more is not known.
    fn at(facts: Facts, seq: u64) -> Self {
        Self { facts: Some(facts), last: Place { seq, realtime_ns: realtime_ns() } }
    }
}
