#![forbid(unsafe_code)]
//! Catching up: a reader is led to what was the truth at one place of the journal, the target, by
//! the shortest path of each domain, while changes go on.

use std::collections::{HashMap, VecDeque};
use std::mem;

use uuid::Uuid;

use super::{Batch, Reader};
use crate::domain::Facts;
use crate::event::{CatchupCause, Event, Origin, Record};
use crate::lifecycle::path;
use crate::registry::archive::Note;
use crate::registry::journal::Place;
use crate::registry::table::{Row, Slot};
use crate::registry::told::{Told, existing};
use crate::registry::{WALK, realtime_ns};
use crate::sync::{self, Ordering};

/// A catch-up under way: the reader is led to what was the truth at `target`.
pub(super) struct Catchup {
    target: u64,
    /// Events after `target` and up to here have been searched for domains that changed before
    /// they were told.
    searched: u64,
    rest: Rest,
}

/// What is still to be told.
enum Rest {
    /// For a snapshot: the table from this slot on.
    Table(Slot),
    /// For a lag: these domains, which have changed since the reader was told this of them.
    Told(Told),
}

impl Catchup {
    fn new(target: u64, rest: Rest) -> Self {
        Self { target, searched: target, rest }
    }

    /// What is kept of domains for it.
    pub(super) fn told(&self) -> Option<&Told> {
        match &self.rest {
            Rest::Table(_) => None,
            Rest::Told(told) => Some(told),
        }
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
            None => self.catchup = Some(Catchup::new(head, Rest::Table(0))),
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
            let told = self.gather_told();
            self.catchup = Some(Catchup::new(self.seen, Rest::Told(told)));
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
        let Some(fetched) = state.feeds.seen_mut(self.id).map(|seen| mem::replace(seen, head))
        else {
            return Told::default();
        };
        let history = state.history(fetched);
        let spent = state.spent_archive();
        drop(state);
        drop(spent);

        let mut told = Told::default();
        for first in history.firsts(fetched, fetched + 1..head + 1) {
            told.note(first.before);
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
        let (told, unread) = match state.feeds.one_mut(self.id) {
            Some(one) => (one.told.take(), mem::take(&mut one.queue)),
            None => (None, VecDeque::new()),
        };
        self.consumed = self.produced.load(Ordering::Acquire);
        drop(state);
        let missed = told.or_else(|| unread.front().map(Event::facts_before));
        self.batch = Batch::Own(VecDeque::new());
        self.seen = head;
        self.reached = head;
        (missed, target, head)
    }

    /// One step of a catch-up: at most [`WALK`] domains under the lock.
    pub(super) fn walk(&mut self) {
        let Some(mut catchup) = self.catchup.take() else {
            return;
        };
        let is_done = match &mut catchup.rest {
            Rest::Table(next) => self.walk_table(catchup.target, &mut catchup.searched, next),
            Rest::Told(told) => self.walk_told(catchup.target, &mut catchup.searched, told),
        };
        if is_done {
            self.ready.push_back(Record::Synced { seq: catchup.target });
        } else {
            self.catchup = Some(catchup);
        }
    }

    /// Tells what was there at the target: rows that have not changed since as they are, the others
    /// as their first event since says. True when it is done.
    fn walk_table(&mut self, target: u64, searched: &mut u64, next: &mut Slot) -> bool {
        let state = self.registry.state.lock();
        let head = state.journal.head();
        let history = state.history(*searched);
        let slots = state.table.slots();
        let end = slots.min(next.saturating_add(WALK));
        let unchanged: Vec<Target> = (*next..end)
            .filter_map(|slot| state.table.get(slot))
            .filter(|row| row.last.seq <= target)
            .map(|row| Target::now(Some(row), target))
            .collect();
        sync::unlock_fair(state);

        let changed = history
            .firsts(target, *searched + 1..head + 1)
            .filter(|first| first.slot >= *next && first.before.condition.exists());
        for target in unchanged.into_iter().chain(changed.map(Target::before)) {
            self.lead(None, &target);
        }
        (*next, *searched) = (end, head);
        end == slots
    }

    /// Leads the domains that have changed from what was told to what they were at the target. True
    /// when it is done.
    fn walk_told(&mut self, target: u64, searched: &mut u64, told: &mut Told) -> bool {
        let mut steps: Vec<(Facts, Target)> = Vec::new();
        let mut place: HashMap<Uuid, usize> = HashMap::new();
        let step = told.take(WALK as usize);
        let state = self.registry.state.lock();
        let head = state.journal.head();
        let history = state.history(*searched);
        for facts in step {
            // A row that has changed since is told by its first event since, a few lines down; or
            // it was born since.
            let row = state.table.row(facts.uuid()).filter(|row| row.last.seq <= target);
            place.insert(facts.uuid(), steps.len());
            steps.push((facts, Target::now(row, target)));
        }
        sync::unlock_fair(state);

        let changed = history
            .firsts(target, *searched + 1..head + 1)
            .filter(|first| first.before.condition.exists());
        for first in changed {
            let uuid = first.before.uuid();
            if let Some(step) = place.remove(&uuid).and_then(|place| steps.get_mut(place)) {
                step.1 = Target::before(first);
            } else if let Some(facts) = told.remove(uuid) {
                steps.push((facts, Target::before(first)));
            }
        }
        for (facts, target) in &steps {
            self.lead(Some(facts), target);
        }
        *searched = head;
        told.is_empty()
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
    /// The domain's last event; the place reached, where it is gone.
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
    fn before(event: Note) -> Self {
        Self { facts: Some(event.before), last: event.previous }
    }
}
