#![forbid(unsafe_code)]
//! What the registry keeps for each reader.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use uuid::Uuid;

use super::Wakes;
use super::journal::{Chunk, Line};
use super::table::Slot;
use super::told::Told;
use crate::domain::Facts;
use crate::event::Event;
use crate::sync::{AtomicU64, Ordering};

/// The least number of events that a reader may fall behind by default.
const DEFAULT_LAG: u64 = 65_536;

/// Something that waits for a reader to have more to read.
pub(crate) trait Wake: Send + Sync {
    /// Called without a lock, once each time the reader has gone to wait.
    fn wake(&self);
}

/// The registry's half of a reader.
pub(super) struct Feed {
    /// 0 = default.
    pub(super) max_lag: u32,
    /// Set while the reader waits.
    waker: Option<Arc<dyn Wake>>,
    pub(super) scope: Scope,
}

/// What a reader reads.
pub(super) enum Scope {
    /// Every domain, from the journal.
    All(AllFeed),
    /// One domain, from a queue of its own, so that others cost it nothing.
    One(OneFeed),
}

/// A reader of every domain.
#[derive(Debug)]
pub(super) struct AllFeed {
    /// Everything up to here has been handed to the reader.
    pub(super) seen: u64,
    /// What domains were at `seen` that have changed in events evicted unread.
    pub(super) told: Told,
    /// How far a snapshot's walk has come; `None` outside of one.
    pub(super) walk: Option<Walk>,
}

/// A walk over the table that tells what each domain was at the feed's `seen`.
#[derive(Debug)]
pub(super) struct Walk {
    /// The next slot.
    pub(super) next: Slot,
    /// Events up to here have been searched for domains that changed before the walk met them.
    pub(super) searched: u64,
    /// Such domains found in events evicted since.
    pub(super) owed: Vec<Facts>,
}

/// A reader of one domain.
#[derive(Debug)]
pub(super) struct OneFeed {
    uuid: Uuid,
    pub(super) queue: VecDeque<Event>,
    /// What the domain was before the first event that did not fit into the queue.
    pub(super) told: Option<Facts>,
    /// How many events of the domain there have been for this reader.
    pub(super) produced: Arc<AtomicU64>,
}

impl OneFeed {
    pub(super) fn new(uuid: Uuid, produced: Arc<AtomicU64>) -> Self {
        Self { uuid, queue: VecDeque::new(), told: None, produced }
    }
}

/// All readers of a registry.
#[derive(Default)]
pub(super) struct Feeds {
    by_id: BTreeMap<u64, Feed>,
    last_id: u64,
    /// The waiting ones that read every domain.
    waiting: Vec<u64>,
    of_domain: HashMap<Uuid, Vec<u64>>,
}

impl std::fmt::Debug for Feeds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feeds").field("len", &self.by_id.len()).finish_non_exhaustive()
    }
}

impl Feeds {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn add(&mut self, max_lag: u32, scope: Scope) -> u64 {
        self.last_id += 1;
        if let Scope::One(one) = &scope {
            self.of_domain.entry(one.uuid).or_default().push(self.last_id);
        }
        self.by_id.insert(self.last_id, Feed { max_lag, waker: None, scope });
        self.last_id
    }

    /// Takes a reader out; what it kept is to be dropped with no lock held.
    pub(super) fn remove(&mut self, id: u64) -> Option<Feed> {
        let feed = self.by_id.remove(&id)?;
        self.waiting.retain(|&waiting| waiting != id);
        if let Scope::One(one) = &feed.scope
            && let Some(ids) = self.of_domain.get_mut(&one.uuid)
        {
            ids.retain(|&other| other != id);
            if ids.is_empty() {
                self.of_domain.remove(&one.uuid);
            }
        }
        Some(feed)
    }

    pub(super) fn all_mut(&mut self, id: u64) -> Option<&mut AllFeed> {
        match &mut self.by_id.get_mut(&id)?.scope {
            Scope::All(all) => Some(all),
            Scope::One(_) => None,
        }
    }

    pub(super) fn one_mut(&mut self, id: u64) -> Option<&mut OneFeed> {
        match &mut self.by_id.get_mut(&id)?.scope {
            Scope::One(one) => Some(one),
            Scope::All(_) => None,
        }
    }

    /// Whether a domain has a reader of its own.
    pub(super) fn watches(&self, uuid: Uuid) -> bool {
        self.of_domain.contains_key(&uuid)
    }

    /// The reader waits: the next event for it calls `waker` once. False, and nothing done, when
    /// there is something to read.
    pub(super) fn arm(&mut self, id: u64, head: u64, waker: Arc<dyn Wake>) -> bool {
        let Some(feed) = self.by_id.get_mut(&id) else {
            return false;
        };
        let drained = match &feed.scope {
            Scope::All(all) => all.seen == head && all.walk.is_none(),
            Scope::One(one) => one.queue.is_empty() && one.told.is_none(),
        };
        if drained && feed.waker.replace(waker).is_none() && matches!(feed.scope, Scope::All(_)) {
            self.waiting.push(id);
        }
        drained
    }

    /// Something was appended to the journal.
    pub(super) fn wake_all(&mut self, wakes: &mut Wakes) {
        for id in self.waiting.drain(..) {
            wakes.extend(self.by_id.get_mut(&id).and_then(|feed| feed.waker.take()));
        }
    }

    /// Something was told that concerns all readers.
    pub(super) fn wake_everyone(&mut self, wakes: &mut Wakes) {
        self.waiting.clear();
        wakes.extend(self.by_id.values_mut().filter_map(|feed| feed.waker.take()));
    }

    /// Hands the events of one change to the readers of that domain alone.
    pub(super) fn push(&mut self, uuid: Uuid, events: &[Event], domains: u64, wakes: &mut Wakes) {
        for id in self.of_domain.get(&uuid).into_iter().flatten() {
            let Some(feed) = self.by_id.get_mut(id) else {
                continue;
            };
            let Scope::One(one) = &mut feed.scope else {
                continue;
            };
            one.produced.fetch_add(events.len() as u64, Ordering::Release);
            if one.told.is_none() {
                one.queue.extend(events.iter().cloned());
                if one.queue.len() as u64 > most_behind(feed.max_lag, domains) {
                    one.told = one.queue.front().map(Event::facts_before);
                    one.queue = VecDeque::new();
                }
            }
            wakes.extend(feed.waker.take());
        }
    }

    /// The place up to which no reader of the journal needs it: those that are too far behind will
    /// catch up without it.
    pub(super) fn pinned(&self, head: u64, domains: u64) -> u64 {
        let needs = |feed: &Feed| match &feed.scope {
            Scope::All(all) if head - all.seen <= most_behind(feed.max_lag, domains) => {
                Some(all.seen)
            }
            _ => None,
        };
        self.by_id.values().filter_map(needs).min().unwrap_or(head)
    }

    /// Notes for those that have not read it what an evicted chunk takes with it.
    pub(super) fn shed(&mut self, chunk: &Chunk) {
        for feed in self.by_id.values_mut() {
            if let Scope::All(all) = &mut feed.scope {
                all.shed(chunk);
            }
        }
    }
}

impl AllFeed {
    fn shed(&mut self, chunk: &Chunk) {
        if chunk.last().is_none_or(|line| line.event.seq <= self.seen) {
            return;
        }
        for line in chunk.iter().filter(|line| line.event.seq > self.seen) {
            if let Some(walk) = &mut self.walk
                && line.is_first_after(self.seen)
                && line.event.seq > walk.searched
                && walk.has_missed(line)
            {
                walk.owed.push(line.event.facts_before());
            }
            self.told.pass(line, self.seen);
        }
    }
}

impl Walk {
    /// Whether the domain of a line existed when the walk began and was not met before it changed.
    pub(super) fn has_missed(&self, line: &Line) -> bool {
        line.slot >= self.next && line.event.before.exists()
    }
}

/// How many events a reader may be behind.
pub(super) fn most_behind(max_lag: u32, domains: u64) -> u64 {
    if max_lag == 0 { DEFAULT_LAG.max(4 * domains) } else { u64::from(max_lag) }
}
