#![forbid(unsafe_code)]
//! Catching up: a reader is led to what was the truth at one place of the journal, the target, by
//! the shortest path of each domain, while changes go on.

use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

use super::{Batch, Reader};
use crate::domain::Facts;
use crate::event::{CatchupCause, Event, Origin, Record};
use crate::lifecycle::path;
use crate::registry::feed::Walk;
use crate::registry::journal::{Line, Place, lines};
use crate::registry::table::Row;
use crate::registry::told::{Told, existing};
use crate::registry::{WALK, realtime_ns};
use crate::sync::{self, Ordering};

/// A catch-up under way: the reader is led to what was the truth at `target`.
pub(super) struct Catchup {
    target: u64,
    /// For a lag: what the reader was last told of domains that changed since. For a snapshot the
    /// feed's walk says how far it has come.
    told: Option<Told>,
    /// Events after `target` and up to here have been searched.
    searched: u64,
}

impl Catchup {
    /// The bytes that its notes occupy.
    pub(super) fn size(&self) -> usize {
        self.told.as_ref().map_or(0, Told::size)
    }
}

impl Reader {
    pub(super) fn begin_snapshot(&mut self, cause: CatchupCause, head: u64) {
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
    pub(super) fn begin_lag(&mut self) {
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
        self.reached = head;
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
        self.reached = head;
        (missed, target, head)
    }

    /// One step of a catch-up: at most [`WALK`] domains under the lock.
    pub(super) fn walk(&mut self) {
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
