#![forbid(unsafe_code)]
//! The calls into a hypervisor for one host: none begins once the host is closed, and `close` comes
//! after all others.

use std::cell::Cell;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Host, Hypervisor};
use crate::error::{Error, Result};
use crate::inside;
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
    /// `close` has returned: what is reported counts no more.
    is_over: AtomicBool,
    closed: Condvar,
}

struct State {
    /// Gone once the host is closed.
    hypervisor: Option<Arc<dyn Hypervisor>>,
    /// It was opened, and is to be closed.
    is_open: bool,
    is_closing: bool,
    /// Nothing of the hypervisor is held any more.
    is_closed: bool,
    under_way: usize,
}

/// A call under way.
pub(super) struct Call<'a> {
    // Fields are dropped in this order: who waits for the call finds the hypervisor let go.
    hypervisor: Arc<dyn Hypervisor>,
    _counted: Counted<'a>,
}

/// One of the calls under way.
struct Counted<'a> {
    host: &'a Host,
    _inside: Inside,
}

/// This thread is inside a hypervisor.
struct Inside {
    _program: inside::Inside,
}

impl Inside {
    fn enter() -> Self {
        DEPTH.with(|depth| depth.set(depth.get() + 1));
        Self { _program: inside::Inside::enter() }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}

impl Calls {
    pub(super) fn new(hypervisor: Arc<dyn Hypervisor>) -> Self {
        let hypervisor = Some(hypervisor);
        let (is_open, is_closing, is_closed, under_way) = Default::default();
        let state = State { hypervisor, is_open, is_closing, is_closed, under_way };
        let is_over = AtomicBool::new(false);
        Self { state: Mutex::new(state), is_over, closed: Condvar::new() }
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
                let counted = Counted { host, _inside: Inside::enter() };
                Ok(Call { hypervisor, _counted: counted })
            }
            _ => Err(Error::not_valid(format!("the driver of '{}' is gone", host.uri()))),
        }
    }

    /// The hypervisor has been opened.
    pub(super) fn set_open(&self) {
        self.state.lock().is_open = true;
    }

    /// Whether what is reported counts. Inside a change the answer holds until that is made: who
    /// tells CLOSED comes later.
    pub(super) fn may_report(&self) -> bool {
        !self.is_over.load(Ordering::Acquire)
    }

    /// Closes the host, once. On return no call is under way, `close` has returned, and the
    /// hypervisor is let go; inside a hypervisor this does not wait.
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
        while !state.is_closed && !is_inside() {
            self.closed.wait(&mut state);
        }
    }

    /// Calls `close`, the last call of all, and lets the hypervisor go.
    fn end(&self, host: &Host) {
        let mut state = self.state.lock();
        let hypervisor = state.hypervisor.take();
        let is_open = state.is_open;
        drop(state);
        let inside = Inside::enter();
        // Whoever closes goes on, whatever panics.
        if let Some(hypervisor) = &hypervisor
            && is_open
        {
            drop(catch_unwind(AssertUnwindSafe(|| hypervisor.close(host))));
        }
        self.is_over.store(true, Ordering::Release);
        // With no lock held: it may be the last there is.
        drop(catch_unwind(AssertUnwindSafe(|| drop(hypervisor))));
        drop(inside);
        self.state.lock().is_closed = true;
        self.closed.notify_all();
    }
}

impl Deref for Call<'_> {
    type Target = dyn Hypervisor;

    fn deref(&self) -> &Self::Target {
        &*self.hypervisor
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
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
