//! The callback for a connection that has lost its source.

use std::ffi::{c_int, c_void};
use std::ptr;

use super::connection::{vwConnect, vwConnectPtr};
use super::event::{no_event, vwFreeCallback};
use super::guard::{Call, guard};
use super::handle::Ref;
use super::number::vwConnectCloseReason;
use super::opaque::Opaque;
use crate::{Error, Record};

/// vwConnectCloseFunc:
/// @conn: the connection that it was registered with
/// @reason: a vwConnectCloseReason
/// @opaque: the pointer that was given with the callback
///
/// Tells that the source of a connection cannot be reached any more. The rules of
/// vwConnectDomainEventCallback() apply.
///
/// Since: 0.1.0
pub type vwConnectCloseFunc =
    Option<unsafe extern "C" fn(conn: vwConnectPtr, reason: c_int, opaque: *mut c_void)>;

type Close = unsafe extern "C" fn(vwConnectPtr, c_int, *mut c_void);

/// A close callback of a connection: the one that is registered, or one that is being called.
#[derive(Debug)]
pub(super) struct Closing {
    callback: Close,
    /// The number of its registration; `None` while that is being made.
    id: Option<i32>,
    /// It is called, or has been.
    is_told: bool,
}

/// Its registration.
struct Listener {
    callback: Close,
    id: i32,
    // Dropped in this order: the program's pointer is freed while the connection is there.
    opaque: Opaque,
    connect: Ref<vwConnect>,
}

impl Listener {
    fn hear(&self, record: &Record) {
        let reason = match record {
            Record::SourceDown { .. } => vwConnectCloseReason::VW_CONNECT_CLOSE_REASON_ERROR,
            Record::Closed => vwConnectCloseReason::VW_CONNECT_CLOSE_REASON_EOF,
            _ => return,
        };
        // It is told once, and is over then; who ends it meanwhile waits for this.
        {
            let mut closing = self.connect.closing();
            let Some(it) = closing.iter_mut().find(|it| it.id == Some(self.id)) else { return };
            if std::mem::replace(&mut it.is_told, true) {
                return;
            }
        }
        let (conn, opaque) = (self.connect.as_ptr(), self.opaque.pointer());
        // SAFETY: the program registered a callback of this form; conn lives through it.
        unsafe { (self.callback)(conn, reason as c_int, opaque) };
        self.connect.closing().retain(|it| it.id != Some(self.id));
        // Another thread may have been faster, and drops it then.
        drop(self.connect.connection.deregister(self.id, false));
    }
}

/// vwConnectRegisterCloseCallback:
/// @conn: a connection
/// @cb: the callback
/// @opaque: a pointer for the callback
/// @freecb: frees @opaque, may be NULL
///
/// Registers the callback for the loss of the source: a connection has one. It is
/// called at the first loss, at once if there is no source now, and is then no
/// longer registered; the connection itself stays, and returns to the source by
/// itself. The registration holds @conn. The test driver is never lost.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (there is one already),
/// VW_ERR_INVALID_ARG, and @freecb will not run.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectRegisterCloseCallback(
    conn: vwConnectPtr,
    cb: vwConnectCloseFunc,
    opaque: *mut c_void,
    freecb: vwFreeCallback,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectRegisterCloseCallback") }, |call| {
        let conn = call.connection(conn)?;
        let callback = cb.ok_or_else(|| call.refuse("cb", "must not be NULL"))?;
        {
            let mut closing = conn.closing();
            if closing.iter().any(|it| !it.is_told) {
                return Err(Error::not_valid("the connection has a close callback already"));
            }
            closing.push(Closing { callback, id: None, is_told: false });
        }
        let registered = conn.connection.register_by_id(no_event(), |id| {
            conn.closing().iter_mut().filter(|it| it.id.is_none()).for_each(|it| it.id = Some(id));
            let opaque = Opaque::new(opaque, freecb);
            let listener = Listener { callback, id, opaque, connect: conn.keep() };
            Box::new(move |record| listener.hear(record))
        });
        if registered.is_err() {
            conn.closing().retain(|it| it.id.is_some());
        }
        registered.map(|_| 0)
    })
}

/// vwConnectUnregisterCloseCallback:
/// @conn: the connection that the callback was registered with
/// @cb: the callback
///
/// Ends the registration, as vwConnectDomainEventDeregisterAny() does. A callback
/// that is being called is no longer registered: this fails then, but not before
/// the call has returned, unless it is made inside a callback.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID, the connection has no such close
/// callback (any more).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectUnregisterCloseCallback(
    conn: vwConnectPtr,
    cb: vwConnectCloseFunc,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectUnregisterCloseCallback") }, |call| {
        // A reference of its own: the callback that goes may have held the last one.
        let conn = call.connection(conn)?.keep();
        let callback = cb.ok_or_else(|| call.refuse("cb", "must not be NULL"))?;
        let is_it = |it: &&Closing| ptr::fn_addr_eq(it.callback, callback);
        let id_of = |it: &Closing| Some((it.id?, it.is_told));
        let found: Vec<_> = conn.closing().iter().filter(is_it).filter_map(id_of).collect();
        let mut ended = Err(Error::not_valid("the connection does not have that close callback"));
        for (id, is_told) in found {
            if conn.connection.deregister(id, true).is_ok() && !is_told {
                conn.closing().retain(|it| it.id != Some(id));
                ended = Ok(0);
            }
        }
        ended
    })
}

since! { "VIRTWATCH_0.1.0":
    vwConnectRegisterCloseCallback vwConnectUnregisterCloseCallback
}
