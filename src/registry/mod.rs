#![forbid(unsafe_code)]
//! The truth: every domain, the journal of what happened, and the readers of it.
//!
//! A change takes three steps. *Decide*: under the lock, against the newest decided facts, its
//! events are made and numbered. *Store*: all decided changes since the last commit go to the store
//! together; without one this step is empty. *Show*: facts, indices and journal change together,
//! readers are woken, and the writer's call returns. Readers see what is shown, writers decide on
//! what is decided, and the order of showing is the order of the numbers.

mod act;
mod archive;
mod audit;
mod draft;
mod feed;
mod found;
mod index;
mod journal;
mod mark;
mod notices;
mod parts;
mod pending;
mod reader;
mod table;
mod told;

#[cfg(test)]
#[cfg(loom)]
pub(crate) mod model;
#[cfg(test)]
#[cfg(not(loom))]
mod tests;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use smallvec::SmallVec;
use uuid::Uuid;

use self::archive::{Archive, History, Readers};
use self::draft::{Counters, Events, Owners};
use self::feed::Feeds;
use self::journal::{Journal, Line, Place};
use self::mark::Marks;
use self::pending::{Decided, Pending, Queued};
use self::table::{Row, Slot, Table};
use crate::domain::{Condition, Config, Entry, Facts, Identity, SavedImage, Status};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{Cursor, EventKind, EventTypes};
use crate::store::Store;
use crate::sync::{self, AtomicU64, Condvar, Mutex, MutexGuard, Ordering};

pub(crate) use self::act::Act;
pub(crate) use self::draft::Draft;
pub(crate) use self::feed::Wake;
pub(crate) use self::found::Found;
pub(crate) use self::mark::Source;
pub(crate) use self::notices::{Mailbox, Notices};
pub(crate) use self::reader::Reader;
pub use self::reader::{WatchOptions, WatchStats};

/// How many domains one walk handles before it lets others have the lock.
const WALK: u32 = if cfg!(feature = "tiny") { 2 } else { 1024 };

/// How many events the journal keeps for those who resume.
const JOURNAL: u64 = if cfg!(feature = "tiny") { 16 } else { 65_536 };

/// The readers to be woken once the lock is free.
type Wakes = SmallVec<[Arc<dyn Wake>; 4]>;

/// A domain that a registry is born with.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) config: Arc<Config>,
    pub(crate) persistent: bool,
    pub(crate) status: Status,
    pub(crate) managed_save: Option<SavedImage>,
}

/// What a change would do.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) acts: Vec<Act>,
    /// What would be known of the domain then; of one that would be gone, what was known last.
    pub(crate) facts: Option<Facts>,
    pub(crate) event_types: EventTypes,
}

/// Figures of a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Domains that exist.
    pub domains: u64,
    /// Of these, active.
    pub active: u64,
    /// Events since the registry was made: the number of the last one.
    pub events: u64,
    /// Of these, still in the journal.
    pub journal: u64,
    /// Watches and registrations.
    pub readers: u64,
    /// Listings asked of the source after the first.
    pub listings: u64,
    /// Audits made.
    pub audits: u64,
    /// Differences that audits found.
    pub drift: u64,
    /// Times when what the source said did not fit what was known.
    pub doubts: u64,
}

/// The registry of one source.
pub(crate) struct Registry {
    epoch: Uuid,
    store: Option<Box<dyn Store>>,
    /// The one lock. Held for the time of a change or of a piece of a walk; never while user code
    /// or a store runs.
    state: Mutex<State>,
    /// A batch has been shown or dropped.
    settled: Condvar,
    /// The number of the last shown event, to be read without the lock.
    head: Arc<AtomicU64>,
    notices: Notices,
}

#[derive(Debug, Default)]
struct State {
    table: Table,
    journal: Journal,
    archive: Archive,
    marks: Marks,
    feeds: Feeds,
    pending: Pending,
    counters: Counters,
    /// The base is complete: from now on what changes is journaled.
    begun: bool,
    listings: u64,
    doubts: u64,
    audits: u64,
    drift: u64,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

impl Registry {
    /// A registry whose base is to come: until [`Registry::begin`] changes are shown but not
    /// journaled.
    pub(crate) fn new(store: Option<Box<dyn Store>>) -> Self {
        Self {
            epoch: Uuid::new_v4(),
            store,
            state: Mutex::new(State::default()),
            settled: Condvar::new(),
            head: Arc::new(AtomicU64::new(0)),
            notices: Notices::default(),
        }
    }

    /// Completes the base with these domains.
    ///
    /// # Errors
    /// Two domains have the same name or UUID.
    pub(crate) fn begin(&self, base: Vec<Base>) -> Result<()> {
        let now_ns = realtime_ns();
        let mut state = self.state.lock();
        for domain in base {
            state.add_base(domain, now_ns)?;
        }
        state.begun = true;
        Ok(())
    }

    /// Who is told what is no event.
    pub(crate) fn notices(&self) -> &Notices {
        &self.notices
    }

    pub(crate) fn epoch(&self) -> Uuid {
        self.epoch
    }

    /// The place of the last shown event.
    pub(crate) fn cursor(&self) -> Cursor {
        Cursor { epoch: self.epoch, seq: self.head.load(Ordering::Acquire) }
    }

    /// Whether the source can be reached.
    pub(crate) fn source(&self) -> Source {
        self.state.lock().marks.source()
    }

    /// Tells every reader how the source is from now on, if that is new. What is known of the
    /// domains stays (G6).
    pub(crate) fn set_source(&self, source: Source) {
        let mut wakes = Wakes::new();
        let mut state = self.state.lock();
        let head = state.journal.head();
        if state.marks.append(head, source) {
            state.feeds.wake_everyone(&mut wakes);
        }
        drop(state);
        for wake in wakes {
            wake.wake();
        }
    }

    /// Changes one domain. `decide` runs under the lock: it must be quick and call nobody.
    ///
    /// Returns when the change is shown.
    ///
    /// # Errors
    /// What `decide` refused, or that the store failed; nothing changed.
    pub(crate) fn change<T>(
        &self,
        uuid: Uuid,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<T>,
    ) -> Result<T> {
        self.decide_and_show(self.state.lock(), uuid, decide)
    }

    fn decide_and_show<'a, T>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        uuid: Uuid,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<T>,
    ) -> Result<T> {
        let (decided, counters, value) = state.decide(uuid, decide)?;
        state.counters = counters;
        match self.store.as_deref() {
            None => self.show(state, std::iter::once(decided)),
            Some(store) => self.store_and_show(state, store, decided)?,
        }
        Ok(value)
    }

    /// The same, unless the domain has changed after event `since`: nothing happens then, and there
    /// is nothing to return.
    pub(crate) fn change_unless_changed<T>(
        &self,
        uuid: Uuid,
        since: u64,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let state = self.state.lock();
        if state.has_changed(uuid, since) {
            return Ok(None);
        }
        self.decide_and_show(state, uuid, decide).map(Some)
    }

    /// Whether a domain has an event after `since`, as far as is still known.
    pub(crate) fn has_changed(&self, uuid: Uuid, since: u64) -> bool {
        self.state.lock().has_changed(uuid, since)
    }

    /// What `decide` would do, step by step, and what the domain would be then. Nothing happens.
    ///
    /// # Errors
    /// What `decide` refused.
    pub(crate) fn plan(
        &self,
        uuid: Uuid,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<()>,
    ) -> Result<Plan> {
        let state = self.state.lock();
        let mut draft = state.draft(uuid);
        draft.set_planning();
        decide(&mut draft)?;
        let event_types = draft.event_types();
        let (acts, facts) = draft.into_plan();
        Ok(Plan { acts, facts, event_types })
    }

    /// Shows changes and wakes their readers, the lock released.
    fn show(&self, mut state: MutexGuard<'_, State>, batch: impl Iterator<Item = Decided>) {
        let mut wakes = Wakes::new();
        for decided in batch {
            state.show(decided, &mut wakes);
        }
        self.head.store(state.journal.head(), Ordering::Release);
        drop(state);
        for wake in wakes {
            wake.wake();
        }
    }

    /// Queues a decided change and waits for its outcome. A writer that finds nobody storing stores
    /// for all that wait.
    fn store_and_show<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        store: &dyn Store,
        decided: Decided,
    ) -> Result<()> {
        let outcome = state.pending.push(decided);
        loop {
            if let Some(outcome) = outcome.get() {
                return outcome.clone();
            }
            if state.pending.storing {
                self.settled.wait(&mut state);
                continue;
            }
            state.pending.storing = true;
            let batch = std::mem::take(&mut state.pending.queue);
            drop(state);
            let stored: Vec<_> = batch.iter().map(|queued| queued.decided.stored()).collect();
            let commit = AssertUnwindSafe(|| store.commit(&stored));
            let result = catch_unwind(commit).unwrap_or_else(|_| {
                let info = "the store panicked";
                Err(Error::new(ErrorCode::InternalError, ErrorDomain::None, info))
            });
            drop(stored);
            self.settle(batch, &result);
            state = self.state.lock();
        }
    }

    /// Ends the store step of a batch. When it failed, what was decided meanwhile stands on changes
    /// that never were, and fails with it.
    fn settle(&self, mut batch: Vec<Queued>, result: &Result<()>) {
        let mut state = self.state.lock();
        state.pending.storing = false;
        if result.is_err() {
            batch.append(&mut state.pending.queue);
            state.counters.seq = state.journal.head();
        }
        state.pending.settle();
        let (decided, outcomes): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|queued| (queued.decided, queued.outcome)).unzip();
        for outcome in outcomes {
            outcome.get_or_init(|| result.clone());
        }
        if result.is_ok() {
            self.show(state, decided.into_iter());
        } else {
            drop(state);
        }
        self.settled.notify_all();
    }

    /// All that is kept of a domain.
    pub(crate) fn entry(&self, uuid: Uuid) -> Option<Entry> {
        self.state.lock().table.row(uuid).map(|row| row.entry.clone())
    }

    pub(crate) fn facts(&self, uuid: Uuid) -> Option<Facts> {
        self.state.lock().table.row(uuid).map(|row| row.entry.facts.clone())
    }

    pub(crate) fn facts_by_name(&self, name: &str) -> Option<Facts> {
        let state = self.state.lock();
        let slot = state.table.by_name(name)?;
        state.table.get(slot).map(|row| row.entry.facts.clone())
    }

    pub(crate) fn facts_by_id(&self, id: i32) -> Option<Facts> {
        let state = self.state.lock();
        let slot = state.table.by_id(id)?;
        state.table.get(slot).map(|row| row.entry.facts.clone())
    }

    /// The entries that `select` chooses, in no order. A long listing lets writers in between, so
    /// it is no snapshot: a watch makes one.
    pub(crate) fn list<T>(&self, mut select: impl FnMut(&Entry) -> Option<T>) -> Vec<T> {
        let mut chosen = Vec::new();
        self.walk(|table, slots| {
            let rows = slots.filter_map(|slot| table.get(slot));
            chosen.extend(rows.filter_map(|row| select(&row.entry)));
        });
        chosen
    }

    /// The bytes of those identities that are no longer any domain's.
    fn size_of_former(&self, facts: &[&Facts]) -> usize {
        let is_former = |state: &State, facts: &Facts| {
            let row = state.table.row(facts.uuid());
            row.is_none_or(|row| !Arc::ptr_eq(&row.entry.facts.identity, &facts.identity))
        };
        let size = |piece: &[&Facts]| -> usize {
            let state = self.state.lock();
            let former = piece.iter().filter(|facts| is_former(&state, facts));
            former.map(|facts| facts.identity.size()).sum()
        };
        facts.chunks(WALK as usize).map(size).sum()
    }

    /// Walks over all slots in pieces of at most [`WALK`], and lets writers in between.
    fn walk(&self, mut look_at: impl FnMut(&Table, Range<Slot>)) {
        let mut next: Slot = 0;
        loop {
            let state = self.state.lock();
            let end = state.table.slots().min(next.saturating_add(WALK));
            look_at(&state.table, next..end);
            if end == state.table.slots() {
                return;
            }
            next = end;
            sync::unlock_fair(state);
        }
    }

    /// Counts a listing of the source.
    pub(crate) fn count_listing(&self) {
        self.state.lock().listings += 1;
    }

    /// Counts a doubt.
    pub(crate) fn count_doubt(&self) {
        self.state.lock().doubts += 1;
    }

    /// Counts differences that an audit found in the source.
    pub(crate) fn count_drift(&self, drift: u64) {
        self.state.lock().drift += drift;
    }

    pub(crate) fn stats(&self) -> Stats {
        let state = self.state.lock();
        Stats {
            domains: state.table.len() as u64,
            active: state.table.active() as u64,
            events: state.journal.head(),
            journal: state.journal.head() - state.journal.evicted(),
            readers: state.feeds.len() as u64,
            listings: state.listings,
            doubts: state.doubts,
            audits: state.audits,
            drift: state.drift,
        }
    }
}

impl State {
    fn add_base(&mut self, domain: Base, now_ns: i64) -> Result<()> {
        let Base { config, persistent, status, managed_save } = domain;
        let clash = |info| Err(Error::new(ErrorCode::OperationFailed, ErrorDomain::Domain, info));
        if self.table.by_uuid(config.uuid()).is_some() {
            return clash(format!("two domains have the uuid {}", config.uuid()));
        }
        if self.table.by_name(config.name()).is_some() {
            return clash(format!("two domains have the name '{}'", config.name()));
        }
        self.counters.incarnation += 1;
        let mut condition = Condition::ABSENT;
        if persistent {
            self.counters.definition += 1;
            condition = condition.with_definition(self.counters.definition);
        }
        if status.is_active() {
            self.counters.id += 1;
            condition = condition.with_run(self.counters.id, status);
        } else {
            condition = condition.with_status(status);
        }
        let identity = Identity::new(config.uuid(), self.counters.incarnation, config.name());
        let entry = Entry {
            facts: Facts { identity: Arc::new(identity), condition },
            stored: persistent.then(|| Arc::clone(&config)),
            live: condition.is_active().then_some(config),
            managed_save,
            tie: None,
            autostart: false,
        };
        let last = Place { seq: 0, realtime_ns: now_ns };
        self.table.insert(Row { entry, last, watched: false });
        Ok(())
    }

    /// A domain as it is decided.
    fn draft(&self, uuid: Uuid) -> Draft<'_> {
        let shown = || self.table.row(uuid).map(|row| &row.entry);
        let entry = self.pending.entry_over(uuid, shown).cloned();
        Draft::new(uuid, entry, self.counters, realtime_ns(), self)
    }

    /// Whether a domain has an event after `since`, as far as is still known.
    fn has_changed(&self, uuid: Uuid, since: u64) -> bool {
        if self.pending.has(uuid) || since < self.journal.evicted() {
            return true;
        }
        if let Some(row) = self.table.row(uuid) {
            return row.last.seq > since;
        }
        let later = self.journal.chunks_after(since);
        journal::lines(&later, since + 1..u64::MAX).any(|line| line.event.uuid() == uuid)
    }

    fn decide<T>(
        &self,
        uuid: Uuid,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<T>,
    ) -> Result<(Decided, Counters, T)> {
        let mut draft = self.draft(uuid);
        let before = draft.entry().map(|entry| Arc::clone(&entry.facts.identity));
        let value = decide(&mut draft)?;
        let (entry, mut events, mut counters) = draft.finish();
        if !self.begun {
            events.clear();
            counters.seq = 0;
        }
        Ok((Decided { uuid, before, entry, events }, counters, value))
    }

    /// Shows a decided change: facts, indices and journal together.
    fn show(&mut self, decided: Decided, wakes: &mut Wakes) {
        let Decided { uuid, entry, events, .. } = decided;
        let slot = self.table.by_uuid(uuid);
        let row = slot.and_then(|slot| self.table.get(slot));
        let previous = match row {
            Some(row) => row.last,
            None if self.begun => Place::default(),
            None => Place { seq: 0, realtime_ns: realtime_ns() },
        };
        let watched = row.map_or_else(|| self.feeds.watches(uuid), |row| row.watched);
        let last = events.last().map_or(previous, Place::of);
        let slot = match (slot, entry) {
            (Some(slot), Some(entry)) => {
                self.table.replace(slot, entry, last);
                slot
            }
            (None, Some(entry)) => self.table.insert(Row { entry, last, watched }),
            (Some(slot), None) => {
                self.table.remove(slot);
                slot
            }
            (None, None) => Slot::MAX,
        };
        if !events.is_empty() {
            if watched {
                self.feeds.push(uuid, &events, self.table.len() as u64, wakes);
            }
            self.append(events, previous, slot);
            self.feeds.wake_all(wakes);
        }
    }

    /// Appends the events of a change to the journal; the first follows the domain's event
    /// `previous`.
    fn append(&mut self, events: Events, mut previous: Place, slot: Slot) {
        for event in events {
            if matches!(event.kind, EventKind::Added(_)) {
                previous = Place::default();
            }
            let place = Place::of(&event);
            self.journal.append(Line { event, previous, slot });
            previous = place;
        }
        if self.journal.end_change() {
            let domains = self.table.len() as u64;
            let (pinned, seen) = self.feeds.progress(self.journal.head(), domains);
            let readers = Readers { seen: &seen, table: &self.table };
            // One chunk has come; two may go, so that a backlog shrinks without a long pause.
            for _ in 0..2 {
                let Some(chunk) = self.journal.evict(JOURNAL, pinned) else { break };
                self.archive.take_over(&chunk, readers);
            }
        }
    }

    /// What is known of the events after `seq`.
    fn history(&self, seq: u64) -> History {
        let evicted = self.journal.evicted();
        let blocks = if seq < evicted { self.archive.after(seq) } else { Vec::new() };
        History { blocks, chunks: self.journal.chunks_after(seq.max(evicted)) }
    }

    /// The archive, if no reader needs it any more, to be dropped with no lock held.
    fn spent_archive(&mut self) -> Option<Archive> {
        let is_needed = self.feeds.any_behind(self.journal.evicted());
        (!is_needed).then(|| std::mem::take(&mut self.archive))
    }

    /// Notes on a domain, if it exists, whether it has a reader of its own.
    fn update_watched(&mut self, uuid: Uuid) {
        let watched = self.feeds.watches(uuid);
        let slot = self.table.by_uuid(uuid);
        if let Some(row) = slot.and_then(|slot| self.table.get_mut(slot)) {
            row.watched = watched;
        }
    }
}

/// As decided.
impl Owners for State {
    fn of_name(&self, name: &str) -> Option<Uuid> {
        self.pending.owner_over(name, || {
            let row = self.table.get(self.table.by_name(name)?)?;
            Some(row.entry.facts.uuid())
        })
    }

    fn of_id(&self, id: i32) -> Option<Uuid> {
        self.pending.owner_of_id_over(id, || {
            let row = self.table.get(self.table.by_id(id)?)?;
            Some(row.entry.facts.uuid())
        })
    }
}

/// Nanoseconds since 1970 UTC.
fn realtime_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
