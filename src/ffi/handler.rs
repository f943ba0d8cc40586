//! What a program wants to be called with errors.

use std::cell::Cell;
use std::ffi::c_void;

use super::connection::vwConnectPtr;
use super::error::{self, vwErrorPtr};
use super::guard::{Call, guard};
use crate::sync::Mutex;
use crate::sys::PerProcess;

/// vwErrorFunc:
/// @userData: the pointer that was given with the handler
/// @error: what went wrong, good until the handler returns
///
/// Is called on the thread whose call has failed, before that returns. No lock
/// is held: every function of the library may be called in it. What fails in it
/// is not told to a handler again; the last error of the thread is afterwards
/// what it was before.
///
/// Since: 0.1.0
pub type vwErrorFunc = Option<unsafe extern "C" fn(userData: *mut c_void, error: vwErrorPtr)>;

/// A handler with the program's pointer for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Handler {
    function: unsafe extern "C" fn(*mut c_void, vwErrorPtr),
    data: *mut c_void,
}

// SAFETY: the header says that a handler runs on whatever thread a call fails on.
unsafe impl Send for Handler {}

impl Handler {
    fn new(function: vwErrorFunc, data: *mut c_void) -> Option<Self> {
        function.map(|function| Self { function, data })
    }
}

/// The handler of the process. A leaf lock, never held while it runs.
static GLOBAL: PerProcess<Mutex<Option<Handler>>> = PerProcess::new();

thread_local! {
    /// A handler runs on this thread.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

/// The handler of the process, if there is one.
pub(super) fn global() -> Option<Handler> {
    *GLOBAL.get().lock()
}

/// Tells a handler of the last error of this thread, unless it failed inside one.
pub(super) fn tell(handler: Option<Handler>) {
    let Some(Handler { function, data }) = handler else { return };
    if TELLING.try_with(|telling| telling.replace(true)) != Ok(false) {
        return;
    }
    // SAFETY: the program gave both for each other; the error lives through the call.
    error::show(|error| unsafe { function(data, error) });
    TELLING.set(false);
}

/// vwSetErrorFunc:
/// @userData: a pointer for the handler
/// @handler: the handler, NULL for none
///
/// Has failures of this process be told to a handler, in place of the one before.
/// Unlike libvirt, virtwatch prints nothing when there is none. The child of a
/// fork begins without one.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwSetErrorFunc(userData: *mut c_void, handler: vwErrorFunc) {
    // SAFETY: the caller keeps what the header asks for.
    guard((), unsafe { Call::new("vwSetErrorFunc") }, |_| {
        *GLOBAL.get().lock() = Handler::new(handler, userData);
        Ok(())
    });
}

/// vwConnSetErrorFunc:
/// @conn: a connection
/// @userData: a pointer for the handler
/// @handler: the handler, NULL for none
///
/// Has failures of calls with this connection, and with its domains and watches,
/// be told to a handler instead of the global one.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnSetErrorFunc(
    conn: vwConnectPtr,
    userData: *mut c_void,
    handler: vwErrorFunc,
) {
    // SAFETY: the caller keeps what the header asks for.
    guard((), unsafe { Call::new("vwConnSetErrorFunc") }, |call| {
        call.connection(conn)?.set_handler(Handler::new(handler, userData));
        Ok(())
    });
}

since! { "VIRTWATCH_0.1.0": vwSetErrorFunc vwConnSetErrorFunc }
