#![forbid(unsafe_code)]
//! The event loop that a program brings, or asks for.

use std::os::fd::BorrowedFd;
use std::sync::{Arc, OnceLock};

use crate::sys::PerProcess;

/// What a loop calls when a file descriptor is readable.
pub type Ready = Arc<dyn Fn() + Send + Sync>;

/// An event loop in which callbacks are to run.
///
/// Its methods are called by any thread that registers a callback or ends a connection, inside
/// callbacks too, with no lock held. Nothing is asked of it by those that change domains.
pub trait EventLoop: Send + Sync {
    /// Calls `ready` whenever `fd` is readable, until it is removed. The descriptor stays open as
    /// long as `ready` is kept. Returns a number for it; `None` when that is not possible.
    fn add(&self, fd: BorrowedFd<'_>, ready: Ready) -> Option<i32>;

    /// Ends that: `ready` is not called any more.
    fn remove(&self, watch: i32);
}

/// A forked child has none, until it registers one: the threads that ran the loop are not there.
static REGISTERED: PerProcess<OnceLock<Arc<dyn EventLoop>>> = PerProcess::new();

/// Has the callbacks of connections that are opened from now on run in that loop, instead of on a
/// thread of each connection (`virEventRegisterImpl`). It has to run then: nothing is delivered
/// while it does not, and no watch and no change waits for it.
///
/// It can be done once in a process; later loops are ignored. Whether it is this one.
pub fn register_event_loop(event_loop: Arc<dyn EventLoop>) -> bool {
    REGISTERED.get().set(event_loop).is_ok()
}

/// The loop for a connection that is opened now.
pub(crate) fn registered() -> Option<Arc<dyn EventLoop>> {
    REGISTERED.get().get().cloned()
}
