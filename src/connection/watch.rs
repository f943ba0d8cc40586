#![forbid(unsafe_code)]
//! A watch: the reader of a journal that a program waits on.

use std::cell::LazyCell;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::Connection;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{Cursor, Record};
use crate::registry::{Reader, Wake, WatchOptions, WatchStats};
use crate::sys::{self, Signal, Waited};

/// What a watch shares with those that wake and cancel it.
#[derive(Debug, Default)]
pub(super) struct Control {
    signal: Signal,
    cancelled: AtomicBool,
}

impl Control {
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        // Either the reader sees the flag, or this thread sees the descriptor that it waits on.
        fence(Ordering::SeqCst);
        self.signal.set();
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

impl Wake for Control {
    fn wake(&self) {
        self.signal.set();
    }
}

/// Those of the watches of a connection.
#[derive(Debug, Default)]
pub(super) struct Controls(Vec<Weak<Control>>);

impl Controls {
    /// Adds one. Those of watches that are gone are looked for before the list would grow, and then
    /// not again before it is twice as long.
    pub(super) fn add(&mut self, control: Weak<Control>) {
        if self.0.len() == self.0.capacity() {
            self.0.retain(|control| control.strong_count() > 0);
            self.0.reserve(self.0.len() + 1);
        }
        self.0.push(control);
    }

    /// Cancels the watches.
    pub(super) fn cancel(self) {
        for control in self.0.iter().filter_map(Weak::upgrade) {
            control.cancel();
        }
    }
}

/// Cancels a watch from another thread, or from a signal handler.
#[derive(Debug, Clone)]
pub struct Canceller {
    control: Arc<Control>,
}

impl Canceller {
    /// From now on every call of [`Watch::next`] fails with OPERATION_ABORTED, one that waits too.
    pub fn cancel(&self) {
        self.control.cancel();
    }
}

/// A watch: it delivers what exists, if asked to, and then every change in order.
///
/// It is read at the reader's own speed; a slow reader costs the others nothing, and is brought to
/// now when it is more than `max_lag` of its events behind. One thread reads a watch at a time.
#[derive(Debug)]
pub struct Watch {
    connection: Connection,
    reader: Reader,
    control: Arc<Control>,
    /// The file descriptor is in the program's hands: it has to show whether there is more.
    polled: bool,
}

impl Watch {
    pub(super) fn new(connection: Connection, options: WatchOptions) -> Self {
        let reader = Reader::new(Arc::clone(connection.inner.instance.registry()), options);
        Self { connection, reader, control: Arc::default(), polled: false }
    }

    pub(super) fn control(&self) -> Weak<Control> {
        Arc::downgrade(&self.control)
    }

    /// The next record. Waits for one until `timeout` is over, or for ever without one; `None` when
    /// the time is over or a Unix signal came.
    ///
    /// # Errors
    /// OPERATION_ABORTED: the watch was cancelled, or has told CLOSED. SYSTEM_ERROR: it cannot wait.
    pub fn next(&mut self, timeout: Option<Duration>) -> Result<Option<Record>> {
        let deadline = LazyCell::new(|| sys::deadline(timeout));
        let mut time_is_over = timeout == Some(Duration::ZERO);
        loop {
            if self.control.is_cancelled() {
                let info = "the watch was cancelled";
                return Err(Error::new(ErrorCode::OperationAborted, ErrorDomain::Dom, info));
            }
            if let Some(record) = self.reader.next() {
                if matches!(record, Record::Closed) {
                    self.control.cancel();
                }
                if self.polled && !self.reader.has_more_at_hand() {
                    self.show();
                }
                return Ok(Some(record));
            }
            if time_is_over {
                if self.polled {
                    self.show();
                }
                return Ok(None);
            }
            match self.wait(*deadline) {
                // There may be events without end that the filter keeps back.
                Ok(Waited::Set) => time_is_over = deadline.is_some_and(|end| Instant::now() >= end),
                Ok(Waited::TimedOut | Waited::Interrupted) => time_is_over = true,
                Err(cause) => return Err(Error::system("cannot wait for an event", &cause)),
            }
        }
    }

    fn wait(&self, deadline: Option<Instant>) -> std::io::Result<Waited> {
        self.control.signal.fd()?;
        if self.show() { Ok(Waited::Set) } else { self.control.signal.wait(deadline) }
    }

    /// Sets the signal if there is something to read, or the watch is cancelled; otherwise it will
    /// be when there is.
    fn show(&self) -> bool {
        self.control.signal.clear();
        let waker = Arc::clone(&self.control);
        fence(Ordering::SeqCst);
        let set = !self.reader.arm(waker) || self.control.is_cancelled();
        if set {
            self.control.signal.set();
        }
        set
    }

    /// A file descriptor that is readable while there is something to read, for polling only. It
    /// stays open as long as the watch.
    ///
    /// # Errors
    /// SYSTEM_ERROR: there are too many file descriptors.
    pub fn fd(&mut self) -> Result<BorrowedFd<'_>> {
        self.control
            .signal
            .fd()
            .map_err(|cause| Error::system("cannot make a file descriptor", &cause))?;
        if !self.polled {
            self.polled = true;
            self.show();
        }
        self.control.signal.fd().map_err(|cause| Error::system("cannot poll", &cause))
    }

    /// What cancels this watch from another thread.
    pub fn canceller(&self) -> Canceller {
        Canceller { control: Arc::clone(&self.control) }
    }

    /// The place up to which everything has been delivered. It moves over a catch-up only at its
    /// SYNCED; before the first SYNCED of a snapshot it is a place that fits no journal.
    pub fn cursor(&self) -> Cursor {
        self.reader.cursor()
    }

    /// The journal that the numbers of its records belong to.
    pub fn epoch(&self) -> Uuid {
        self.connection.epoch()
    }

    /// The connection that it watches.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Figures of this watch.
    pub fn stats(&self) -> WatchStats {
        self.reader.stats()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A million watches that are open at once are a list of a million; of a million that come and go
    /// hardly any are kept. To look at all of them for each would take hours.
    #[test]
    fn watches_that_are_open_are_not_looked_at_for_each_new_one() {
        let (mut controls, open) = (Controls::default(), Arc::default());
        for _ in 0..1_000_000 {
            controls.add(Arc::downgrade(&open));
        }
        assert_eq!(controls.0.len(), 1_000_000);
        controls.cancel();
        assert!(open.is_cancelled());

        let mut controls = Controls::default();
        controls.add(Arc::downgrade(&open));
        for _ in 0..1_000_000 {
            controls.add(Weak::new());
        }
        assert!(controls.0.len() < 10, "{}", controls.0.len());
        assert_eq!(controls.0.iter().filter_map(Weak::upgrade).count(), 1);
    }
}
