//! Connections.

use std::ffi::{CString, c_char, c_int, c_uint, c_ulong};
use std::ptr;
use std::time::Duration;

use super::auth::vwConnectAuthPtr;
use super::close::Closing;
use super::flag::vwConnectFlags;
use super::guard::{Call, count, guard};
use super::handle::{self, Object};
use super::handler::Handler;
use super::legacy::ByFunction;
use super::{library, string};
use crate::sync::{Mutex, MutexGuard};
use crate::{Connection, Error, ErrorCode, ErrorDomain, EventType, Result};

/// vwConnect:
///
/// A connection to a source of domains. It may be used by any number of threads
/// at once. Domains, watches and registrations hold it.
///
/// Since: 0.1.0
#[derive(Debug)]
pub struct vwConnect {
    pub(super) connection: Connection,
    /// The URI, as records name their source.
    pub(super) uri: CString,
    driver_type: CString,
    // Leaf locks, held for a few instructions.
    handler: Mutex<Option<Handler>>,
    by_function: Mutex<ByFunction>,
    closing: Mutex<Vec<Closing>>,
}

/// A connection, as functions take it.
pub type vwConnectPtr = *mut vwConnect;

impl Object for vwConnect {
    const KIND: u64 = u64::from_be_bytes(*b"vwConnct");

    fn invalid(function: &str) -> Error {
        Error::new(ErrorCode::InvalidConn, ErrorDomain::Domain, function)
    }
}

impl vwConnect {
    fn new(connection: Connection) -> Self {
        Self {
            uri: string::terminated(connection.uri()),
            driver_type: string::terminated(connection.driver_type()),
            connection,
            handler: Mutex::default(),
            by_function: Mutex::default(),
            closing: Mutex::default(),
        }
    }

    /// Whom to tell of errors.
    pub(super) fn handler(&self) -> Option<Handler> {
        *self.handler.lock()
    }

    pub(super) fn set_handler(&self, handler: Option<Handler>) {
        *self.handler.lock() = handler;
    }

    /// The callbacks that were registered by function.
    pub(super) fn by_function(&self) -> MutexGuard<'_, ByFunction> {
        self.by_function.lock()
    }

    /// Its close callbacks.
    pub(super) fn closing(&self) -> MutexGuard<'_, Vec<Closing>> {
        self.closing.lock()
    }
}

fn open(
    call: &Call,
    name: *const c_char,
    open: fn(&str) -> Result<Connection>,
) -> Result<vwConnectPtr> {
    let connection = open(call.text_or_null(name, "name")?.unwrap_or_default())?;
    Ok(handle::give(vwConnect::new(connection)))
}

/// vwConnectOpen:
/// @name: the URI of a source of domains; NULL or empty for the default one
///
/// Opens a connection. "test:///default" is one registry per process, with the
/// running domain "test"; "test:///empty" is an empty registry of this
/// connection alone; "test:///path/of/a/file.xml" one that the <node> document
/// in that file fills. The default is what the environment variable
/// VIRTWATCH_DEFAULT_URI says, or else LIBVIRT_DEFAULT_URI.
///
/// No thread is started before a callback is registered, but for a driver of the
/// program that lists its domains: a thread that looks at them runs from here on
/// (see vwDriverRegister()). No event loop is needed.
///
/// Returns the connection, to be closed with vwConnectClose(); NULL:
/// VW_ERR_NO_CONNECT (no driver takes the URI), VW_ERR_INVALID_ARG (it is no
/// URI, not UTF-8, or there is no default), or what is wrong with the file.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectOpen(name: *const c_char) -> vwConnectPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwConnectOpen") }, |call| {
        open(call, name, Connection::open)
    })
}

/// vwConnectOpenReadOnly:
/// @name: the URI of a source of domains; NULL or empty for the default one
///
/// Opens a connection that can watch and look up, but changes nothing: what
/// would, fails with VW_ERR_OPERATION_DENIED.
///
/// Returns as vwConnectOpen().
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectOpenReadOnly(name: *const c_char) -> vwConnectPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwConnectOpenReadOnly") }, |call| {
        open(call, name, Connection::open_read_only)
    })
}

/// vwConnectOpenAuth:
/// @name: the URI of a source of domains; NULL or empty for the default one
/// @auth: who answers questions for credentials: no driver has any, NULL will do
/// @flags: vwConnectFlags
///
/// Opens a connection as vwConnectOpen(), with VW_CONNECT_RO as
/// vwConnectOpenReadOnly().
///
/// Returns as vwConnectOpen().
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectOpenAuth(
    name: *const c_char,
    auth: vwConnectAuthPtr,
    flags: c_uint,
) -> vwConnectPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwConnectOpenAuth") }, |call| {
        let _ = auth;
        if vwConnectFlags::ask_for_read_only(call, flags)? {
            open(call, name, Connection::open_read_only)
        } else {
            open(call, name, Connection::open)
        }
    })
}

/// vwConnectRef:
/// @conn: a connection
///
/// Takes one more reference, to be dropped with vwConnectClose().
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectRef(conn: vwConnectPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectRef") }, |call| {
        call.connection(conn)?.give();
        Ok(0)
    })
}

/// vwConnectClose:
/// @conn: a connection
///
/// Drops one reference. Domains, watches and registered callbacks have
/// references of their own: the connection stays open, and callbacks go on,
/// until the last of them is gone. It may be called in any callback.
///
/// Returns 0: the connection is gone; 1: something still holds it; -1:
/// VW_ERR_INVALID_CONN, it is no connection, or the program has no reference to
/// it (any more).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectClose(conn: vwConnectPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectClose") }, |call| Ok((!call.release(conn)?).into()))
}

/// vwConnectGetURI:
/// @conn: a connection
///
/// Returns the URI that opened the registry, which the caller frees with
/// free(); NULL: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectGetURI(conn: vwConnectPtr) -> *mut c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwConnectGetURI") }, |call| {
        Ok(string::give(call.connection(conn)?.connection.uri()))
    })
}

/// vwConnectGetType:
/// @conn: a connection
///
/// Returns the name of the driver, such as "TEST", good as long as the
/// connection and not to be freed; NULL: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectGetType(conn: vwConnectPtr) -> *const c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null(), unsafe { Call::new("vwConnectGetType") }, |call| {
        Ok(call.connection(conn)?.driver_type.as_ptr())
    })
}

/// vwConnectGetHostname:
/// @conn: a connection
///
/// Returns the name of the host that the domains run on, which the caller frees
/// with free(); NULL: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectGetHostname(conn: vwConnectPtr) -> *mut c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwConnectGetHostname") }, |call| {
        Ok(string::give(&call.connection(conn)?.connection.hostname()?))
    })
}

/// vwConnectGetVersion:
/// @conn: a connection
/// @hvVer: where to write the version
///
/// Tells the version of the hypervisor: 1,000,000 * major + 1,000 * minor +
/// micro. The test driver's is 2.
///
/// Returns 0; -1: VW_ERR_NO_SUPPORT, the driver does not tell it.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectGetVersion(conn: vwConnectPtr, hvVer: *mut c_ulong) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectGetVersion") }, |call| {
        let conn = call.connection(conn)?;
        let place = call.out(hvVer, "hvVer")?;
        place.write(conn.connection.version()?);
        Ok(0)
    })
}

/// vwConnectGetCapabilities:
/// @conn: a connection
///
/// Returns a <capabilities> document, what the host and its hypervisor can do,
/// which the caller frees with free(); NULL: VW_ERR_NO_SUPPORT, the driver does
/// not tell it.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectGetCapabilities(conn: vwConnectPtr) -> *mut c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwConnectGetCapabilities") }, |call| {
        Ok(string::give(&call.connection(conn)?.connection.capabilities()?))
    })
}

/// vwConnectGetLibVersion:
/// @conn: a connection
/// @libVer: where to write the version
///
/// Tells the version of the library at the other end, which is this one for
/// sources in this process. See vwGetVersion().
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectGetLibVersion(conn: vwConnectPtr, libVer: *mut c_ulong) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectGetLibVersion") }, |call| {
        call.connection(conn)?;
        call.out(libVer, "libVer")?.write(library::VERSION);
        Ok(0)
    })
}

/// vwConnectIsAlive:
/// @conn: a connection
///
/// Returns 1: the source can be reached, the test driver always; 0: it cannot, and
/// what is listed is stale; -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectIsAlive(conn: vwConnectPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectIsAlive") }, |call| {
        Ok(call.connection(conn)?.connection.is_alive().into())
    })
}

/// vwConnectIsSecure:
/// @conn: a connection
///
/// Returns 1: nobody on the way to the source can listen or interfere, as with
/// one in this process; 0: somebody might; -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectIsSecure(conn: vwConnectPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectIsSecure") }, |call| {
        Ok(call.connection(conn)?.connection.is_secure().into())
    })
}

/// vwConnectIsEncrypted:
/// @conn: a connection
///
/// Returns 1: what goes to the source is encrypted; 0: it is not, or goes
/// nowhere; -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectIsEncrypted(conn: vwConnectPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectIsEncrypted") }, |call| {
        Ok(call.connection(conn)?.connection.is_encrypted().into())
    })
}

/// vwConnectSetKeepAlive:
/// @conn: a connection
/// @interval: seconds of silence after which to ask for a sign of life
/// @count: how often to ask in vain
///
/// Says when a silent source counts as lost.
///
/// Returns 0; -1: VW_ERR_NO_SUPPORT, the source is in this process.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectSetKeepAlive(
    conn: vwConnectPtr,
    interval: c_int,
    count: c_uint,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectSetKeepAlive") }, |call| {
        let conn = call.connection(conn)?;
        let interval = u64::try_from(interval)
            .map_err(|_| call.refuse("interval", "must be zero or greater"))?;
        conn.connection.keep_alive(Duration::from_secs(interval), count)?;
        Ok(0)
    })
}

/// vwConnectGetEventSupport:
/// @conn: a connection
/// @type: a vwDomainEventType
///
/// Tells what the source can say about events of a type, so that a program
/// knows which it may rely on.
///
/// Returns a vwEventSupport; -1: error, VW_ERR_INVALID_ARG if there is no such
/// type.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectGetEventSupport(conn: vwConnectPtr, r#type: c_int) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectGetEventSupport") }, |call| {
        let conn = call.connection(conn)?;
        let event_type = EventType::from_number(r#type)
            .ok_or_else(|| call.refuse("type", "must be an event type"))?;
        Ok(conn.connection.event_support(event_type).number())
    })
}

/// vwConnectAudit:
/// @conn: a connection
/// @flags: 0
///
/// Compares the registry with its source; where the registry is itself the
/// truth, with its journal. Costs the time of a listing.
///
/// Returns how many domains differed, which is 0 unless something went wrong;
/// -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectAudit(conn: vwConnectPtr, flags: c_uint) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectAudit") }, |call| {
        // A driver may close it meanwhile.
        let conn = call.connection(conn)?.keep();
        call.no_flags(flags)?;
        Ok(count(usize::try_from(conn.connection.audit()?).unwrap_or(usize::MAX)))
    })
}

since! { "VIRTWATCH_0.1.0":
    vwConnectOpen vwConnectOpenReadOnly vwConnectOpenAuth vwConnectRef vwConnectClose
    vwConnectGetURI vwConnectGetType vwConnectGetHostname vwConnectGetVersion
    vwConnectGetCapabilities vwConnectGetLibVersion vwConnectIsAlive vwConnectIsSecure
    vwConnectIsEncrypted vwConnectSetKeepAlive vwConnectGetEventSupport vwConnectAudit
}
