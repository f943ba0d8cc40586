//! An open connection, shared by the objects that come from it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use virtwatch::{Connection, Uuid};

use crate::driver;
use crate::error::{OrRaise, closed};
use crate::process;

/// Where records come from.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) uri: String,
    pub(crate) epoch: Uuid,
}

/// An open connection. Domains, watches and callbacks share it; it is closed by hand, or when
/// nobody has it any more.
#[derive(Debug)]
pub(crate) struct Session {
    /// Empty only while it is dropped.
    core: Option<Connection>,
    source: Arc<Source>,
    generation: u64,
    closed: AtomicBool,
    /// `None` once it is closed. Held for no longer than a look.
    registrations: Mutex<Option<HashMap<i32, virtwatch::Registration>>>,
}

impl Session {
    pub(crate) fn open(py: Python<'_>, uri: &str, read_only: bool) -> PyResult<Arc<Self>> {
        if process::is_closing() {
            return Err(closed(py, "the interpreter is about to end"));
        }
        let open = || {
            if read_only { Connection::open_read_only(uri) } else { Connection::open(uri) }
        };
        driver::forget_raised(py);
        let core = py.detach(open).or_raise(py)?;
        let source = Source { uri: core.uri().to_owned(), epoch: core.epoch() };
        let session = Arc::new(Self {
            core: Some(core),
            source: Arc::new(source),
            generation: process::generation(),
            closed: AtomicBool::new(false),
            registrations: Mutex::new(Some(HashMap::new())),
        });
        process::note(py, Arc::downgrade(&session));
        Ok(session)
    }

    /// The URI and the epoch of its registry.
    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Whether it was closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Whether this is the process that it was opened in.
    pub(crate) fn is_of_this_process(&self) -> bool {
        self.generation == process::generation()
    }

    /// The core's connection.
    ///
    /// # Errors
    /// `ClosedError`: it is closed, or was opened before a fork.
    pub(crate) fn core(&self, py: Python<'_>) -> PyResult<&Connection> {
        if !self.is_of_this_process() {
            let why = "the connection was opened before a fork; open another in the child";
            return Err(closed(py, why));
        }
        match &self.core {
            Some(core) if !self.is_closed() => Ok(core),
            _ => Err(closed(py, "the connection is closed")),
        }
    }

    /// Runs something with the core's connection, detached from Python.
    pub(crate) fn run<T: Send>(
        &self,
        py: Python<'_>,
        f: impl FnOnce(&Connection) -> virtwatch::Result<T> + Send,
    ) -> PyResult<T> {
        let core = self.core(py)?;
        driver::forget_raised(py);
        py.detach(|| f(core)).or_raise(py)
    }

    /// Cancels its watches and ends its registrations; waits until no callback runs, unless this is
    /// called inside one.
    pub(crate) fn close(&self, py: Python<'_>) {
        if !self.is_of_this_process() {
            return;
        }
        // Who is not the first to close waits for the callbacks all the same.
        self.closed.store(true, Ordering::Release);
        let registrations = self.registrations().take();
        py.detach(|| {
            if let Some(core) = &self.core {
                core.close();
            }
            drop(registrations);
        });
    }

    /// Keeps a registration until it is cancelled. False when the connection was closed meanwhile.
    pub(crate) fn keep(&self, py: Python<'_>, registration: virtwatch::Registration) -> bool {
        let late = match self.registrations().as_mut() {
            Some(registrations) => registrations.insert(registration.id(), registration),
            None => Some(registration),
        };
        let kept = late.is_none();
        py.detach(|| drop(late));
        kept
    }

    /// Ends a registration, if it has not ended yet.
    pub(crate) fn cancel(&self, py: Python<'_>, id: i32) {
        if self.is_of_this_process() {
            let ended = self.registrations().as_mut().and_then(|kept| kept.remove(&id));
            py.detach(|| drop(ended));
        }
    }

    /// Ends a registration, if it has not ended yet, without waiting for its callback.
    pub(crate) fn forget(&self, py: Python<'_>, id: i32) {
        if self.is_of_this_process() {
            let ended = self.registrations().as_mut().and_then(|kept| kept.remove(&id));
            py.detach(|| ended.map(virtwatch::Registration::forget));
        }
    }

    /// Whether a registration goes on.
    pub(crate) fn has(&self, id: i32) -> bool {
        self.is_of_this_process()
            && self.registrations().as_ref().is_some_and(|kept| kept.contains_key(&id))
    }

    fn registrations(&self) -> MutexGuard<'_, Option<HashMap<i32, virtwatch::Registration>>> {
        self.registrations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Session {
    /// Every other object drops its part of the connection before its part of the session, so that
    /// the connection ends here: detached, because its thread is waited for.
    fn drop(&mut self) {
        if self.is_of_this_process() {
            process::drop_detached(self.core.take());
        } else {
            #[expect(clippy::mem_forget, reason = "its locks and threads stayed in the parent")]
            std::mem::forget(self.core.take());
        }
    }
}
