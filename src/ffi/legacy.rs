//! Lifecycle callbacks that are told apart by their function, as in libvirt's first interface.

use std::ffi::{c_int, c_void};
use std::ptr;

use super::connection::vwConnectPtr;
use super::event::{Lifecycle, listen, vwConnectDomainEventCallback, vwFreeCallback};
use super::guard::{Call, guard};
use crate::{Error, ErrorCode, ErrorDomain, EventTypes, WatchOptions};

/// Callbacks registered by function, with the numbers of their registrations, oldest first.
#[derive(Debug, Default)]
pub(super) struct ByFunction(Vec<(Lifecycle, i32)>);

impl ByFunction {
    /// The registrations of a function.
    fn of(&self, callback: Lifecycle) -> Vec<i32> {
        let own = self.0.iter().filter(|&&(other, _)| ptr::fn_addr_eq(other, callback));
        own.map(|&(_, id)| id).collect()
    }

    /// A registration has ended.
    pub(super) fn forget(&mut self, id: i32) {
        self.0.retain(|&(_, other)| other != id);
    }
}

/// vwConnectDomainEventRegister:
/// @conn: a connection
/// @cb: the callback
/// @opaque: a pointer for the callback
/// @freecb: frees @opaque, may be NULL
///
/// Does as vwConnectDomainEventRegisterAny() for VW_DOMAIN_EVENT_ID_LIFECYCLE and
/// all domains, for a callback that is known by its function. Registered several
/// times, it is called several times.
///
/// Returns 0; -1: VW_ERR_INVALID_ARG, and @freecb will not run.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectDomainEventRegister(
    conn: vwConnectPtr,
    cb: vwConnectDomainEventCallback,
    opaque: *mut c_void,
    freecb: vwFreeCallback,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectDomainEventRegister") }, |call| {
        let conn = call.connection(conn)?;
        let callback = cb.ok_or_else(|| call.refuse("cb", "must not be NULL"))?;
        let options = WatchOptions { types: EventTypes::LIBVIRT, ..WatchOptions::default() };
        // Known before it is heard of: the callback may deregister itself.
        let note = |id| conn.by_function().0.push((callback, id));
        listen(&conn, options, callback, (opaque, freecb), note)?;
        Ok(0)
    })
}

/// vwConnectDomainEventDeregister:
/// @conn: the connection that the callback was registered with
/// @cb: the callback
///
/// Ends the oldest registration of that function by vwConnectDomainEventRegister();
/// otherwise as vwConnectDomainEventDeregisterAny().
///
/// Returns 0; -1: VW_ERR_INVALID_ARG, there is no such registration (any more).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectDomainEventDeregister(
    conn: vwConnectPtr,
    cb: vwConnectDomainEventCallback,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectDomainEventDeregister") }, |call| {
        // A reference of its own: the callback that goes may have held the last one.
        let conn = call.connection(conn)?.keep();
        let callback = cb.ok_or_else(|| call.refuse("cb", "must not be NULL"))?;
        let ids = conn.by_function().of(callback);
        // One that another thread has ended meanwhile is passed over.
        let ended = ids.into_iter().find(|&id| conn.connection.deregister(id, true).is_ok());
        let id = ended.ok_or_else(|| {
            let info = format!("event callback function {callback:p} not registered");
            Error::new(ErrorCode::InvalidArg, ErrorDomain::None, info)
        })?;
        conn.by_function().forget(id);
        Ok(0)
    })
}

since! { "VIRTWATCH_0.1.0": vwConnectDomainEventRegister vwConnectDomainEventDeregister }
