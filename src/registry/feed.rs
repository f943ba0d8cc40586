#![forbid(unsafe_code)]
//! What the registry keeps for each reader.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use uuid::Uuid;

use super::Wakes;
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
    /// Every domain, from the journal. Everything up to this number has been handed to it.
    All(u64),
    /// One domain, from a queue of its own, so that others cost it nothing.
    One(OneFeed),
}

/// A reader of one domain.
#[derive(Debug)]
pub(super) struct OneFeed {
    uuid: Uuid,
    pub(super) queue: VecDeque<Event>,
    /// What the domain was before the first event, once they are too many for the queue; what is
    /// still there will not be read.
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

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty() && self.waiting.is_empty() && self.of_domain.is_empty()
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

    /// Up to where everything has been handed to a reader of every domain.
    pub(super) fn seen_mut(&mut self, id: u64) -> Option<&mut u64> {
        match &mut self.by_id.get_mut(&id)?.scope {
            Scope::All(seen) => Some(seen),
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
            Scope::All(seen) => *seen == head,
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
            if one.told.is_some() {
                // Bit by bit: there may be very many, and this is inside an append.
                one.queue.truncate(one.queue.len().saturating_sub(8));
            } else {
                one.queue.extend(events.iter().cloned());
                if one.queue.len() as u64 > most_behind(feed.max_lag, domains) {
                    one.told = one.queue.front().map(Event::facts_before);
                }
            }
            wakes.extend(feed.waker.take());
        }
    }

    /// How far the readers of the journal are: the place up to which none of them needs it, since
    /// those that are too far behind will catch up without it; and what each has seen, in ascending
    /// order.
    pub(super) fn progress(&self, head: u64, domains: u64) -> (u64, Vec<u64>) {
        let mut pinned = head;
        let mut all_seen = Vec::new();
        for feed in self.by_id.values() {
            let Scope::All(seen) = feed.scope else { continue };
            if head - seen <= most_behind(feed.max_lag, domains) {
                pinned = pinned.min(seen);
            }
            all_seen.push(seen);
        }
        all_seen.sort_unstable();
        (pinned, all_seen)
    }

    /// Whether a reader of the journal has not seen an event with that number.
    pub(super) fn any_behind(&self, seq: u64) -> bool {
        let mut scopes = self.by_id.values().map(|feed| &feed.scope);
        scopes.any(|scope| matches!(scope, Scope::All(seen) if *seen < seq))
    }
}

/// How many events a reader may be behind.
pub(super) fn most_behind(max_lag: u32, domains: u64) -> u64 {
    if max_lag == 0 { DEFAULT_LAG.max(4 * domains) } else { u64::from(max_lag) }
}
