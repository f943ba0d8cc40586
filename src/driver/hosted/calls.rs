#![forbid(unsafe_code)]
//! The calls into a hypervisor for one host: none begins once the host is closed, and `close` comes
//! after all others.

use std::cell::Cell;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::{Host, Hypervisor};
use crate::error::{Error, Result};
use crate::sync::{Condvar, Mutex};

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread is inside a hypervisor.
pub(super) fn is_inside() -> bool {
    DEPTH.with(Cell::get) > 0
}

/// The way into a hypervisor for one host.
pub(super) struct Calls {
    state: Mutex<State>,
    closed: Condvar,
}

struct State {
    /// Gone once the host is closed.
    hypervisor: Option<Arc<dyn Hypervisor>>,
    /// It was opened, and is to be closed.
    is_open: bool,
    is_closing: bool,
    under_way: usize,
}

/// A call under way.
pub(super) struct Call<'a> {
    host: &'a Host,
    hypervisor: Arc<dyn Hypervisor>,
}

impl Calls {
    pub(super) fn new(hypervisor: Arc<dyn Hypervisor>) -> Self {
        let hypervisor = Some(hypervisor);
        let state = State { hypervisor, is_open: false, is_closing: false, under_way: 0 };
        Self { state: Mutex::new(state), closed: Condvar::new() }
    }

    /// Begins a call.
    ///
    /// # Errors
    /// OPERATION_INVALID: the host is closed.
    pub(super) fn begin<'a>(&self, host: &'a Host) -> Result<Call<'a>> {
        let mut state = self.state.lock();
        match &state.hypervisor {
            Some(hypervisor) if !state.is_closing => {
                let hypervisor = Arc::clone(hypervisor);
                state.under_way += 1;
                DEPTH.with(|depth| depth.set(depth.get() + 1));
                Ok(Call { host, hypervisor })
            }
            _ => Err(Error::not_valid(format!("the driver of '{}' is gone", host.uri()))),
        }
    }

    /// The hypervisor has been opened.
    pub(super) fn set_open(&self) {
        self.state.lock().is_open = true;
    }

    /// Whether what is reported counts.
    pub(super) fn may_report(&self) -> bool {
        self.state.lock().hypervisor.is_some()
    }

    /// Closes the host, once. On return no call is under way, and `close` has returned; inside a
    /// hypervisor this does not wait.
    pub(super) fn close(&self, host: &Host) {
        let mut state = self.state.lock();
        if !state.is_closing {
            state.is_closing = true;
            if state.under_way == 0 {
                drop(state);
                self.end(host);
                state = self.state.lock();
            }
        }
        while state.hypervisor.is_some() && !is_inside() {
            self.closed.wait(&mut state);
        }
    }

    /// Calls `close`, the last call of all.
    fn end(&self, host: &Host) {
        let state = self.state.lock();
        let hypervisor = state.hypervisor.clone();
        let is_open = state.is_open;
        drop(state);
        if let Some(hypervisor) = &hypervisor
            && is_open
        {
            DEPTH.with(|depth| depth.set(depth.get() + 1));
            // Whoever closes goes on.
            drop(catch_unwind(AssertUnwindSafe(|| hypervisor.close(host))));
            DEPTH.with(|depth| depth.set(depth.get() - 1));
        }
        let kept = self.state.lock().hypervisor.take();
        self.closed.notify_all();
        // With no lock held: it may be the program's last.
        drop((kept, hypervisor));
    }
}

impl Deref for Call<'_> {
    type Target = dyn Hypervisor;

    fn deref(&self) -> &Self::Target {
        &*self.hypervisor
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
        let calls = &self.host.core.calls;
        let mut state = calls.state.lock();
        state.under_way -= 1;
        let is_last = state.is_closing && state.under_way == 0;
        drop(state);
        if is_last {
            calls.end(self.host);
        }
    }
}
