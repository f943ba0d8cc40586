#![forbid(unsafe_code)]
//! What a loop waits for.

use std::collections::BTreeMap;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use bitflags::bitflags;

use crate::sys;

bitflags! {
    /// What a file descriptor is watched for, and what it is (`virEventHandleType`).
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Readiness: u32 {
        /// It can be read.
        const READABLE = 1;
        /// It can be written.
        const WRITABLE = 2;
        /// There is an error, or it is no descriptor: told unasked.
        const ERROR = 4;
        /// The other end is gone: told unasked.
        const HANGUP = 8;
    }
}

/// How readiness and poll(2) name the same.
const NAMES: [(Readiness, libc::c_short); 4] = [
    (Readiness::READABLE, libc::POLLIN),
    (Readiness::WRITABLE, libc::POLLOUT),
    (Readiness::ERROR, libc::POLLERR | libc::POLLNVAL),
    (Readiness::HANGUP, libc::POLLHUP),
];

impl Readiness {
    /// What poll(2) has found.
    pub(super) fn found(pollfd: libc::pollfd) -> Self {
        let names = NAMES.iter().filter(|(_, name)| pollfd.revents & name != 0);
        names.map(|&(readiness, _)| readiness).fold(Self::empty(), Self::union)
    }

    /// What poll(2) is to look for.
    fn asked(self) -> libc::c_short {
        let names = NAMES.iter().filter(|(readiness, _)| self.contains(*readiness));
        names.fold(0, |asked, (_, name)| asked | name)
    }
}

/// It is given its number, and for a descriptor what that is.
pub(super) type Callback = Box<dyn FnMut(i32, Readiness) + Send>;

/// A file descriptor.
pub(super) struct Handle {
    pub(super) fd: RawFd,
    /// Empty while it is disabled.
    pub(super) events: Readiness,
}

impl Handle {
    pub(super) fn pollfd(&self) -> Option<libc::pollfd> {
        let is_enabled = !self.events.is_empty();
        is_enabled.then(|| libc::pollfd { fd: self.fd, events: self.events.asked(), revents: 0 })
    }

    /// What its callback is to be told, if anything.
    pub(super) fn told(&self, found: Readiness) -> Option<Readiness> {
        let told = found & (self.events | Readiness::ERROR | Readiness::HANGUP);
        (!self.events.is_empty() && !told.is_empty()).then_some(told)
    }
}

/// A moment that comes again and again.
pub(super) struct Timer {
    /// `None` while it is disabled.
    frequency: Option<Duration>,
    pub(super) due: Option<Instant>,
}

impl Timer {
    pub(super) fn new(frequency: Option<Duration>) -> Self {
        Self { frequency, due: sys::deadline(frequency) }
    }

    /// Whether its moment has come; the next one is set then.
    pub(super) fn fire(&mut self, now: Instant) -> bool {
        let has_come = self.due.is_some_and(|due| due <= now);
        if has_come {
            self.due = sys::deadline(self.frequency);
        }
        has_come
    }
}

/// Handles, or timers, by their numbers.
pub(super) struct Sources<W> {
    by_id: BTreeMap<i32, Source<W>>,
    last_id: i32,
}

struct Source<W> {
    waits_for: W,
    /// `None` while it runs.
    callback: Option<Callback>,
}

impl<W> Default for Sources<W> {
    fn default() -> Self {
        Self { by_id: BTreeMap::new(), last_id: 0 }
    }
}

impl<W> Sources<W> {
    pub(super) fn add(&mut self, waits_for: W, callback: Callback) -> i32 {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            if !self.by_id.contains_key(&self.last_id) {
                break;
            }
        }
        self.by_id.insert(self.last_id, Source { waits_for, callback: Some(callback) });
        self.last_id
    }

    pub(super) fn waits_for(&mut self, id: i32) -> Option<&mut W> {
        self.by_id.get_mut(&id).map(|source| &mut source.waits_for)
    }

    /// Those whose callback does not run.
    pub(super) fn idle(&self) -> impl Iterator<Item = (i32, &W)> {
        let idle = self.by_id.iter().filter(|(_, source)| source.callback.is_some());
        idle.map(|(&id, source)| (id, &source.waits_for))
    }

    /// Takes a callback out to run it.
    pub(super) fn take(&mut self, id: i32) -> Option<Callback> {
        self.by_id.get_mut(&id)?.callback.take()
    }

    /// Brings it back. It is returned when it was removed meanwhile.
    pub(super) fn bring_back(&mut self, id: i32, callback: Callback) -> Option<Callback> {
        match self.by_id.get_mut(&id) {
            Some(source) => source.callback.replace(callback),
            None => Some(callback),
        }
    }

    /// Removes one: whether it was there, and its callback if that does not run.
    pub(super) fn remove(&mut self, id: i32) -> (bool, Option<Callback>) {
        let source = self.by_id.remove(&id);
        (source.is_some(), source.and_then(|source| source.callback))
    }
}
