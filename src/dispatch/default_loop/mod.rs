#![forbid(unsafe_code)]
//! The event loop for programs that have none: poll(2), and timers.

mod source;

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

pub use self::source::Readiness;
use self::source::{Callback, Handle, Sources, Timer};
use super::event_loop::{EventLoop, Ready};
use super::user_code;
use crate::error::{Error, Result};
use crate::sync::{Condvar, Mutex};
use crate::sys::{self, Signal, Thread, Waited};

/// A loop over file descriptors and timers.
///
/// It may be changed by any thread and inside its callbacks, also while it runs. Callbacks run on
/// the thread that runs it, one at a time, with no lock held.
///
/// What is removed is not called any more, even if it was ready already. Its callback is dropped
/// later, by the loop, when no call of it is under way.
#[derive(Default)]
pub struct DefaultLoop {
    state: Mutex<State>,
    /// Set when nobody runs it any more.
    free: Condvar,
    /// Set when something changes while it waits.
    changed: Signal,
}

#[derive(Default)]
struct State {
    handles: Sources<Handle>,
    timers: Sources<Timer>,
    /// Callbacks that were removed and do not run.
    removed: Vec<Callback>,
    /// Which thread runs it, and how deep: its callbacks may run it again.
    runner: Option<Thread>,
    depth: usize,
    waits: bool,
}

/// What an iteration has to call.
struct Round {
    now: Instant,
    timers: Vec<i32>,
    handles: Vec<(i32, Readiness)>,
}

impl std::fmt::Debug for DefaultLoop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DefaultLoop").finish_non_exhaustive()
    }
}

impl EventLoop for DefaultLoop {
    fn add(&self, fd: BorrowedFd<'_>, ready: Ready) -> Option<i32> {
        Some(self.add_handle(fd.as_raw_fd(), Readiness::READABLE, move |_, _| ready()))
    }

    fn remove(&self, watch: i32) {
        self.remove_handle(watch);
    }
}

impl DefaultLoop {
    /// Calls `callback` with its number and what `fd` is, each time that it is one of `events`;
    /// errors and hang-ups are told too. With no events it is disabled (`virEventAddHandle`).
    ///
    /// The descriptor is to stay open until this is removed.
    pub fn add_handle(
        &self,
        fd: RawFd,
        events: Readiness,
        callback: impl FnMut(i32, Readiness) + Send + 'static,
    ) -> i32 {
        let callback = Box::new(callback);
        self.change(|state| state.handles.add(Handle { fd, events }, callback))
    }

    /// Changes what a descriptor is watched for. Whether there is one with that number.
    pub fn update_handle(&self, watch: i32, events: Readiness) -> bool {
        self.change(|state| {
            let handle = state.handles.waits_for(watch);
            handle.map(|handle| handle.events = events).is_some()
        })
    }

    /// Removes a descriptor. Whether there was one with that number.
    pub fn remove_handle(&self, watch: i32) -> bool {
        self.change(|state| {
            let (was_there, callback) = state.handles.remove(watch);
            state.removed.extend(callback);
            was_there
        })
    }

    /// Calls `callback` with its number each time that so much time has passed: zero for every
    /// iteration, `None` for never (`virEventAddTimeout`).
    pub fn add_timeout(
        &self,
        frequency: Option<Duration>,
        mut callback: impl FnMut(i32) + Send + 'static,
    ) -> i32 {
        let callback = Box::new(move |timer, _| callback(timer));
        self.change(|state| state.timers.add(Timer::new(frequency), callback))
    }

    /// Changes the time of a timer, and has it begin anew. Whether there is one with that number.
    pub fn update_timeout(&self, timer: i32, frequency: Option<Duration>) -> bool {
        self.change(|state| {
            let timer = state.timers.waits_for(timer);
            timer.map(|timer| *timer = Timer::new(frequency)).is_some()
        })
    }

    /// Removes a timer. Whether there was one with that number.
    pub fn remove_timeout(&self, timer: i32) -> bool {
        self.change(|state| {
            let (was_there, callback) = state.timers.remove(timer);
            state.removed.extend(callback);
            was_there
        })
    }

    /// Waits until something is ready, then calls everything that is, once, and drops what was
    /// removed. A Unix signal ends the wait (`virEventRunDefaultImpl`).
    ///
    /// While another thread runs the loop, this waits until that is done. Inside its callbacks it
    /// may be run again; what is running is left out then.
    ///
    /// # Errors
    /// SYSTEM_ERROR: it cannot wait.
    pub fn run(&self) -> Result<()> {
        let here = sys::this_thread();
        let mut state = self.state.lock();
        while state.runner.is_some_and(|runner| runner != here) {
            self.free.wait(&mut state);
        }
        state.runner = Some(here);
        state.depth += 1;
        drop(state);
        let waited = self.wait().map(|round| self.call_all(&round));
        let mut state = self.state.lock();
        state.depth -= 1;
        if state.depth == 0 {
            state.runner = None;
            self.free.notify_all();
        }
        waited.map_err(|cause| Error::system("cannot wait for events", &cause))
    }

    /// Changes something, and lets a thread that waits know.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock();
        let result = change(&mut state);
        let waits = state.waits;
        drop(state);
        if waits {
            self.changed.set();
        }
        result
    }

    /// Waits until there is something to do, or a Unix signal comes.
    fn wait(&self) -> io::Result<Round> {
        let changed = self.changed.fd()?.as_raw_fd();
        loop {
            let mut state = self.state.lock();
            let polled =
                state.handles.idle().filter_map(|(id, handle)| Some((id, handle.pollfd()?)));
            let (ids, mut fds): (Vec<_>, Vec<_>) = polled.unzip();
            fds.push(libc::pollfd { fd: changed, events: libc::POLLIN, revents: 0 });
            let deadline = state.deadline();
            state.waits = true;
            drop(state);
            let waited = sys::poll(&mut fds, deadline);

            let mut state = self.state.lock();
            state.waits = false;
            if fds.pop().is_some_and(|changed| changed.revents != 0) {
                self.changed.clear();
            }
            let waited = waited?;
            let now = Instant::now();
            let found = ids.into_iter().zip(fds.into_iter().map(Readiness::found));
            let handles: Vec<_> = found.filter(|(_, found)| !found.is_empty()).collect();
            let is_due = |timer: &Timer| timer.due.is_some_and(|due| due <= now);
            let timers = state.timers.idle().filter(|(_, timer)| is_due(timer));
            let timers: Vec<_> = timers.map(|(id, _)| id).collect();
            let is_idle = handles.is_empty() && timers.is_empty() && state.removed.is_empty();
            if !is_idle || waited == Waited::Interrupted {
                return Ok(Round { now, timers, handles });
            }
        }
    }

    fn call_all(&self, round: &Round) {
        for &id in &round.timers {
            let told = |timer: &mut Timer| timer.fire(round.now).then(Readiness::empty);
            self.call(|state| &mut state.timers, id, told);
        }
        for &(id, found) in &round.handles {
            self.call(|state| &mut state.handles, id, |handle| handle.told(found));
        }
        let removed = std::mem::take(&mut self.state.lock().removed);
        for callback in removed {
            user_code(|| drop(callback));
        }
    }

    /// Calls one that was found ready, unless another callback has changed that.
    fn call<W>(
        &self,
        sources: fn(&mut State) -> &mut Sources<W>,
        id: i32,
        told: impl FnOnce(&mut W) -> Option<Readiness>,
    ) {
        let mut state = self.state.lock();
        let told = sources(&mut state).waits_for(id).and_then(told);
        let Some(told) = told else { return };
        let Some(mut callback) = sources(&mut state).take(id) else { return };
        drop(state);
        user_code(|| callback(id, told));
        let mut state = self.state.lock();
        let removed = sources(&mut state).bring_back(id, callback);
        state.removed.extend(removed);
    }
}

impl State {
    /// When a wait is over if nothing comes before.
    fn deadline(&self) -> Option<Instant> {
        if !self.removed.is_empty() {
            return Some(Instant::now());
        }
        self.timers.idle().filter_map(|(_, timer)| timer.due).min()
    }
}
