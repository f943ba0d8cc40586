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

/// The close callback of a connection.
#[derive(Debug)]
pub(super) struct Closing {
    callback: Close,
    /// The number of its registration; `None` while that is being made.
    id: Option<i32>,
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
        // It is told once, and is over then.
        if self.connect.closing().take_if(|closing| closing.id == Some(self.id)).is_none() {
            return;
        }
        let (conn, opaque) = (self.connect.as_ptr(), self.opaque.pointer());
        // SAFETY: the program registered a callback of this form; conn lives through it.
        unsafe { (self.callback)(conn, reason as c_int, opaque) };
        // Another thread may be ending it, and waits for this one then.
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
            if closing.is_some() {
                return Err(Error::not_valid("the connection has a close callback already"));
            }
            *closing = Some(Closing { callback, id: None });
        }
        let registered = conn.connection.register_by_id(no_event(), |id| {
            *conn.closing() = Some(Closing { callback, id: Some(id) });
            let opaque = Opaque::new(opaque, freecb);
            let listener = Listener { callback, id, opaque, connect: conn.keep() };
            Box::new(move |record| listener.hear(record))
        });
        if registered.is_err() {
            *conn.closing() = None;
        }
        registered.map(|_| 0)
    })
}

/// vwConnectUnregisterCloseCallback:
/// @conn: the connection that the callback was registered with
/// @cb: the callback
///
/// Ends the registration, as vwConnectDomainEventDeregisterAny() does.
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
        let is_it = |closing: &&Closing| ptr::fn_addr_eq(closing.callback, callback);
        let id = conn.closing().as_ref().filter(is_it).and_then(|closing| closing.id);
        if id.is_none_or(|id| conn.connection.deregister(id, true).is_err()) {
            return Err(Error::not_valid("the connection does not have that close callback"));
        }
        conn.closing().take_if(|closing| closing.id == id);
        Ok(0)
    })
}

since! { "VIRTWATCH_0.1.0":
    vwConnectRegisterCloseCallback vwConnectUnregisterCloseCallback
}
