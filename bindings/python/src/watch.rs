//! A watch.

use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::PyAny;
use virtwatch::{Canceller, Error, ErrorCode, ErrorDomain};

use crate::cursor::Cursor;
use crate::error::{OrRaise, cancelled, exception};
use crate::number;
use crate::process;
use crate::record::Record;
use crate::session::Session;
use crate::stats::WatchStats;

/// The longest wait without a look at Python's signals: one may come just before the wait begins,
/// too early to interrupt it.
const PATIENCE: Duration = Duration::from_secs(1);

/// A watch: an iterator that delivers what exists, if asked to, and then every change in order.
///
/// It is read at the reader's own speed; a slow reader costs the others nothing, and is brought to
/// now when it is more than `max_lag` of its events behind. One thread uses a watch at a time; only
/// `cancel()` may be called from any.
///
/// At the end of its `with` or `async with` block it is cancelled and its file descriptor closed;
/// without a block, at the end of its `async for` loop, however that ends. `cursor` and `stats` stay.
#[pyclass(frozen, weakref, module = "virtwatch")]
pub(crate) struct Watch {
    // Fields are dropped in this order: the connection ends with the session.
    /// Held by the one thread that uses it; nobody waits for it.
    core: Mutex<Core>,
    /// Held for no longer than a cancel. It shares the file descriptor, so it is released too.
    canceller: Mutex<Option<Canceller>>,
    /// A `with` block says how long it lives.
    in_block: AtomicBool,
    session: Arc<Session>,
}

/// What there is of a watch.
#[expect(clippy::large_enum_variant, reason = "there is one to a watch")]
enum Core {
    Open(virtwatch::Watch),
    /// It was released; this is what it had come to.
    Ended {
        cursor: virtwatch::Cursor,
        stats: WatchStats,
    },
}

impl Core {
    fn open(&mut self) -> Option<&mut virtwatch::Watch> {
        match self {
            Self::Open(watch) => Some(watch),
            Self::Ended { .. } => None,
        }
    }

    /// Leaves what it had come to.
    fn end(&mut self) -> Option<Self> {
        let watch = self.open()?;
        let ended = Self::Ended { cursor: watch.cursor(), stats: watch.stats().into() };
        Some(std::mem::replace(self, ended))
    }

    /// Leaves nothing.
    fn take(&mut self) -> Self {
        let nothing =
            Self::Ended { cursor: virtwatch::Cursor::NOWHERE, stats: WatchStats::default() };
        std::mem::replace(self, nothing)
    }
}

impl Watch {
    pub(crate) fn new(core: virtwatch::Watch, session: Arc<Session>) -> Self {
        let canceller = Mutex::new(Some(core.canceller()));
        let in_block = AtomicBool::new(false);
        Self { core: Mutex::new(Core::Open(core)), canceller, in_block, session }
    }

    /// Has the watch to itself.
    fn take(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, Core>> {
        if !self.session.is_of_this_process() {
            self.session.core(py)?;
        }
        match self.core.try_lock() {
            Ok(core) => Ok(core),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {
                let why = "another call is using this watch";
                let (code, domain) = (ErrorCode::OperationInvalid, ErrorDomain::None);
                Err(exception(py, &Error::plain(code, domain, why)))
            }
        }
    }

    fn canceller(&self) -> MutexGuard<'_, Option<Canceller>> {
        self.canceller.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs something with the watch, detached from Python.
    fn run<T: Send>(
        &self,
        py: Python<'_>,
        f: impl FnOnce(&mut virtwatch::Watch) -> virtwatch::Result<T> + Send,
    ) -> PyResult<T> {
        let mut core = self.take(py)?;
        let watch = core.open().ok_or_else(|| cancelled(py))?;
        py.detach(|| f(watch)).or_raise(py)
    }

    /// Waits for the next record. Who does not wait needs no clock.
    fn read(&self, py: Python<'_>, timeout: Option<Duration>) -> PyResult<Reading> {
        let mut core = self.take(py)?;
        let Some(watch) = core.open() else { return Ok(Reading::Cancelled) };
        let at_once = timeout == Some(Duration::ZERO);
        // A time-out that no clock can tell is for ever.
        let deadline =
            timeout.filter(|_| !at_once).and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            let wait = left.map_or(PATIENCE, |left| left.min(PATIENCE));
            let wait = if at_once { Duration::ZERO } else { wait };
            match py.detach(|| watch.next(Some(wait))) {
                Ok(Some(record)) => {
                    return Ok(Reading::Record(Record::new(record, self.session.source())));
                }
                Ok(None) => py.check_signals()?,
                Err(error) if error.code() == ErrorCode::OperationAborted => {
                    return Ok(Reading::Cancelled);
                }
                Err(error) => return Err(exception(py, &error)),
            }
            if at_once || deadline.is_some_and(|end| end <= Instant::now()) {
                return Ok(Reading::TimedOut);
            }
        }
    }
}

/// What a wait for a record ended with.
enum Reading {
    Record(Record),
    TimedOut,
    Cancelled,
}

#[pymethods]
impl Watch {
    /// The next record. Waits for one until `timeout` seconds are over, or for ever without one;
    /// None when the time is over. `CancelledError` when the watch was cancelled.
    #[pyo3(signature = (timeout=None))]
    fn next(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Option<Record>> {
        let timeout = timeout.map(|timeout| number::seconds(py, "timeout", timeout)).transpose()?;
        match self.read(py, timeout)? {
            Reading::Record(record) => Ok(Some(record)),
            Reading::TimedOut => Ok(None),
            Reading::Cancelled => Err(cancelled(py)),
        }
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Record>> {
        match self.read(py, None)? {
            Reading::Record(record) => Ok(Some(record)),
            Reading::TimedOut | Reading::Cancelled => Ok(None),
        }
    }

    /// The records for a task of an event loop, by the file descriptor and without a thread. Outside
    /// a `with` or `async with` block they take the watch with them when they end.
    fn __aiter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        let owned = !slf.get().in_block.load(Ordering::Relaxed);
        slf.py().import("virtwatch._aio")?.call_method1("Records", (slf, owned))
    }

    /// A file descriptor that is readable while there is something to read, or the watch is
    /// cancelled; for polling only. It stays open as long as the watch.
    fn fileno(&self, py: Python<'_>) -> PyResult<RawFd> {
        self.run(py, |watch| watch.fd().map(|fd| fd.as_raw_fd()))
    }

    /// The place up to which everything has been delivered: where another watch can resume, also
    /// after the end of this one. It moves over a catch-up only at its SYNCED; before the first
    /// SYNCED of a snapshot it is a place that fits no journal.
    #[getter]
    fn cursor(&self, py: Python<'_>) -> PyResult<Cursor> {
        Ok(Cursor(match &*self.take(py)? {
            Core::Open(watch) => watch.cursor(),
            Core::Ended { cursor, .. } => *cursor,
        }))
    }

    /// Figures of this watch, also after its end.
    #[getter]
    fn stats(&self, py: Python<'_>) -> PyResult<WatchStats> {
        let core = self.take(py)?;
        Ok(match &*core {
            Core::Open(watch) => py.detach(|| watch.stats()).into(),
            Core::Ended { stats, .. } => *stats,
        })
    }

    /// Ends it: reading it, also in a thread that waits, ends now and for ever.
    fn cancel(&self) {
        if self.session.is_of_this_process()
            && let Some(canceller) = &*self.canceller()
        {
            canceller.cancel();
        }
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf.get().in_block.store(true, Ordering::Relaxed);
        slf
    }

    /// Cancels it and closes its file descriptor.
    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) {
        self.cancel();
        // While another thread is using it, it is left to be dropped with this object.
        let Ok(mut core) = self.take(py) else { return };
        let core = &mut *core;
        let ended = py.detach(|| core.end());
        if ended.is_some() {
            drop(self.canceller().take());
        }
        py.detach(|| drop(ended));
    }

    fn __aenter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        slf.py().import("virtwatch._aio")?.call_method1("enter", (slf,))
    }

    #[pyo3(signature = (*_exception))]
    fn __aexit__<'py>(
        slf: Bound<'py, Self>,
        _exception: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("virtwatch._aio")?.call_method1("leave", (slf,))
    }

    fn __repr__(&self) -> String {
        let ended = if self.canceller().is_some() { "" } else { ", ended" };
        format!("<Watch of {}{ended}>", self.session.source().uri)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let core = self.core.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if self.session.is_of_this_process() {
            process::drop_detached(core);
        } else {
            #[expect(clippy::mem_forget, reason = "its locks stayed in the parent")]
            std::mem::forget(core);
        }
    }
}
