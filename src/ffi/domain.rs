//! Domains: looking them up, and what is known of them.

use std::ffi::{CString, c_char, c_int, c_uchar, c_uint, c_ulong, c_ulonglong, c_ushort};
use std::ptr;
use std::sync::OnceLock;

use super::connection::{vwConnect, vwConnectPtr};
use super::guard::{Call, guard};
use super::handle::{Borrowed, Object, Ref};
use super::uuid::VW_UUID_STRING_BUFLEN;
use super::{handle, string};
use crate::{
    Config, Connection, Domain, Error, ErrorCode, ErrorDomain, Event, Facts, Notice, Result,
    XmlFlags,
};

/// vwDomain:
///
/// A domain: its connection and UUID, with the name and the id of the moment
/// when it was looked up. It never changes and may be used by any number of
/// threads at once. Every function finds the domain by UUID, and fails with
/// VW_ERR_NO_DOMAIN when there is none (any more).
///
/// Since: 0.1.0
#[derive(Debug)]
pub struct vwDomain {
    pub(super) domain: Domain,
    pub(super) connect: Ref<vwConnect>,
    /// Made for a callback: its id is the event's.
    of_event: bool,
    /// Made when it is first asked for.
    name: OnceLock<CString>,
}

/// A domain, as functions take it.
pub type vwDomainPtr = *mut vwDomain;

/// vwDomainInfo:
///
/// What vwDomainGetInfo() tells.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vwDomainInfo {
    /// a vwDomainState
    pub state: c_uchar,
    /// the memory of the guest in KiB
    pub maxMem: c_ulong,
    /// the memory that it uses in KiB
    pub memory: c_ulong,
    /// how many virtual CPUs it has
    pub nrVirtCpu: c_ushort,
    /// the CPU time used in nanoseconds; 0 where that is not known
    pub cpuTime: c_ulonglong,
}

/// Where vwDomainGetInfo() writes.
pub type vwDomainInfoPtr = *mut vwDomainInfo;

impl Object for vwDomain {
    const KIND: u64 = u64::from_be_bytes(*b"vwDomain");

    fn invalid(function: &str) -> Error {
        Error::new(ErrorCode::InvalidDomain, ErrorDomain::Dom, function)
    }
}

impl vwDomain {
    fn new(connect: Ref<vwConnect>, domain: Domain, of_event: bool) -> Self {
        Self { domain, connect, of_event, name: OnceLock::new() }
    }

    /// A handle for C to keep.
    pub(super) fn give(conn: &Borrowed<'_, vwConnect>, domain: Domain) -> vwDomainPtr {
        handle::give(Self::new(conn.keep(), domain, false))
    }

    /// The domain that an event is about, to be given to a callback.
    pub(super) fn of_event(connect: &Ref<vwConnect>, event: &Event) -> Self {
        let domain = Domain::of_event(&connect.connection, event);
        Self::new(Ref::clone(connect), domain, true)
    }

    /// The domain that a notice is about, to be given to a callback.
    pub(super) fn of_notice(connect: &Ref<vwConnect>, notice: &Notice) -> Self {
        let domain = Domain::of_notice(&connect.connection, notice);
        Self::new(Ref::clone(connect), domain, true)
    }

    /// Has the handle be about another event of its connection.
    pub(super) fn turn_to(&mut self, event: &Event) {
        self.domain = Domain::of_event(&self.connect.connection, event);
        self.name = OnceLock::new();
    }

    /// Whether it was made by this connection handle.
    pub(super) fn is_of(&self, conn: &Borrowed<'_, vwConnect>) -> bool {
        ptr::eq(self.connect.as_ptr(), conn.as_ptr())
    }

    fn id(&self) -> Result<Option<i32>> {
        if self.of_event { Ok(self.domain.noted_id()) } else { Ok(self.domain.facts()?.id()) }
    }
}

/// Finds a domain.
fn look_up(
    call: &Call,
    conn: vwConnectPtr,
    find: impl FnOnce(&Connection) -> Result<Domain>,
) -> Result<vwDomainPtr> {
    let conn = call.connection(conn)?;
    Ok(vwDomain::give(&conn, find(&conn.connection)?))
}

/// vwDomainLookupByID:
/// @conn: a connection
/// @id: the id of an active domain
///
/// Finds an active domain.
///
/// Returns the domain, to be freed with vwDomainFree(); NULL: VW_ERR_NO_DOMAIN,
/// VW_ERR_INVALID_ARG (the id is negative).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainLookupByID(conn: vwConnectPtr, id: c_int) -> vwDomainPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainLookupByID") }, |call| {
        look_up(call, conn, |connection| {
            if id < 0 {
                return Err(call.refuse("id", "must be zero or greater"));
            }
            connection.lookup_by_id(id)
        })
    })
}

/// vwDomainLookupByUUID:
/// @conn: a connection
/// @uuid: 16 bytes
///
/// Finds a domain by what identifies it.
///
/// Returns the domain, to be freed with vwDomainFree(); NULL: VW_ERR_NO_DOMAIN.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainLookupByUUID(
    conn: vwConnectPtr,
    uuid: *const c_uchar,
) -> vwDomainPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainLookupByUUID") }, |call| {
        look_up(call, conn, |connection| connection.lookup_by_uuid(call.uuid(uuid, "uuid")?))
    })
}

/// vwDomainLookupByUUIDString:
/// @conn: a connection
/// @uuidstr: a UUID, as vwUUIDParse() reads it
///
/// Finds a domain by what identifies it.
///
/// Returns the domain, to be freed with vwDomainFree(); NULL: VW_ERR_NO_DOMAIN,
/// VW_ERR_INVALID_ARG (it is no UUID).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainLookupByUUIDString(
    conn: vwConnectPtr,
    uuidstr: *const c_char,
) -> vwDomainPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainLookupByUUIDString") }, |call| {
        look_up(call, conn, |connection| {
            connection.lookup_by_uuid(call.uuid_text(uuidstr, "uuidstr")?)
        })
    })
}

/// vwDomainLookupByName:
/// @conn: a connection
/// @name: the name of a domain
///
/// Finds a domain by its name, which another domain may bear later.
///
/// Returns the domain, to be freed with vwDomainFree(); NULL: VW_ERR_NO_DOMAIN.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainLookupByName(
    conn: vwConnectPtr,
    name: *const c_char,
) -> vwDomainPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainLookupByName") }, |call| {
        look_up(call, conn, |connection| connection.lookup_by_name(call.text(name, "name")?))
    })
}

/// vwDomainRef:
/// @domain: a domain
///
/// Takes one more reference, to be dropped with vwDomainFree(). So a callback
/// keeps the domain that it was given.
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainRef(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainRef") }, |call| {
        call.domain(domain)?.give();
        Ok(0)
    })
}

/// vwDomainFree:
/// @domain: a domain
///
/// Drops one reference. The domain itself is not touched.
///
/// Returns 0; -1: VW_ERR_INVALID_DOMAIN, it is no domain, or the program has no
/// reference to it: a callback's is only lent.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainFree(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainFree") }, |call| {
        call.release(domain)?;
        Ok(0)
    })
}

/// vwDomainGetConnect:
/// @domain: a domain
///
/// Returns the connection that the domain was looked up with, good as long as
/// @domain; vwConnectRef() keeps it longer. NULL: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetConnect(domain: vwDomainPtr) -> vwConnectPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainGetConnect") }, |call| {
        Ok(call.domain(domain)?.connect.as_ptr())
    })
}

/// vwDomainGetName:
/// @domain: a domain
///
/// Returns the name that the domain had when it was looked up, good as long as
/// @domain and not to be freed; NULL: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetName(domain: vwDomainPtr) -> *const c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null(), unsafe { Call::new("vwDomainGetName") }, |call| {
        let domain = call.domain(domain)?;
        let name = domain.name.get_or_init(|| string::terminated(domain.domain.name()));
        Ok(name.as_ptr())
    })
}

/// vwDomainGetUUID:
/// @domain: a domain
/// @uuid: where to write 16 bytes
///
/// Tells the UUID.
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetUUID(domain: vwDomainPtr, uuid: *mut c_uchar) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainGetUUID") }, |call| {
        let domain = call.domain(domain)?;
        call.out_uuid(uuid, "uuid")?.write(domain.domain.uuid().into_bytes());
        Ok(0)
    })
}

/// vwDomainGetUUIDString:
/// @domain: a domain
/// @buf: a buffer of VW_UUID_STRING_BUFLEN bytes
///
/// Tells the UUID as a string.
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetUUIDString(domain: vwDomainPtr, buf: *mut c_char) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainGetUUIDString") }, |call| {
        let uuid = call.domain(domain)?.domain.uuid().to_string();
        call.out_text((buf, "buf"), (VW_UUID_STRING_BUFLEN, "buf"), &uuid)?;
        Ok(0)
    })
}

/// vwDomainGetID:
/// @domain: a domain
///
/// Tells the id of the running instance, which is another for every run. A
/// domain that was given to a callback answers with the id that its event is
/// about, after STOPPED too; any other asks the registry.
///
/// Returns the id; (unsigned int) -1: the domain is not active, or error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetID(domain: vwDomainPtr) -> c_uint {
    // SAFETY: the caller keeps what the header asks for.
    guard(c_uint::MAX, unsafe { Call::new("vwDomainGetID") }, |call| {
        Ok(call.domain(domain)?.id()?.map_or(c_uint::MAX, i32::cast_unsigned))
    })
}

/// What is known of a domain now.
fn facts(call: &Call, domain: vwDomainPtr) -> Result<Facts> {
    call.domain(domain)?.domain.facts()
}

/// vwDomainGetState:
/// @domain: a domain
/// @state: where to write a vwDomainState
/// @reason: where to write the reason, a number that goes with the state (see
///   vwDomainRunningReason and those after it); may be NULL
/// @flags: 0
///
/// Tells state and reason.
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetState(
    domain: vwDomainPtr,
    state: *mut c_int,
    reason: *mut c_int,
    flags: c_uint,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainGetState") }, |call| {
        let domain = call.domain(domain)?;
        call.no_flags(flags)?;
        let state = call.out(state, "state")?;
        let reason = call.out_or_null(reason, "reason")?;
        let status = domain.domain.facts()?.status();
        state.write(status.state().number());
        if let Some(reason) = reason {
            reason.write(status.reason());
        }
        Ok(0)
    })
}

/// vwDomainGetInfo:
/// @domain: a domain
/// @info: where to write it
///
/// Tells state and size.
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetInfo(domain: vwDomainPtr, info: vwDomainInfoPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainGetInfo") }, |call| {
        let domain = call.domain(domain)?;
        let info = call.out(info, "info")?;
        let state = domain.domain.facts()?.status().state();
        let config = domain.domain.config()?;
        info.write(vwDomainInfo {
            state: c_uchar::try_from(state.number()).unwrap_or_default(),
            maxMem: config.memory_kib(),
            memory: config.current_memory_kib(),
            nrVirtCpu: c_ushort::try_from(config.vcpus()).unwrap_or(c_ushort::MAX),
            cpuTime: 0,
        });
        Ok(0)
    })
}

/// vwDomainGetXMLDesc:
/// @domain: a domain
/// @flags: vwDomainXMLFlags
///
/// Tells the configuration: of an active domain the one it runs with, and its
/// id; with VW_DOMAIN_XML_INACTIVE the one of the next start. It is the document
/// that was given, with a UUID if it had none.
///
/// Returns the document, which the caller frees with free(); NULL: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetXMLDesc(domain: vwDomainPtr, flags: c_uint) -> *mut c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainGetXMLDesc") }, |call| {
        let domain = call.domain(domain)?;
        let flags = call.flags(flags, XmlFlags::all())?;
        if flags.contains(XmlFlags::SECURE) {
            call.writable(domain.domain.connection())?;
        }
        Ok(string::give(&domain.domain.xml(flags)?))
    })
}

/// Something from the configuration in effect.
fn configured<T>(call: &Call, domain: vwDomainPtr, get: impl FnOnce(&Config) -> T) -> Result<T> {
    Ok(get(&*call.domain(domain)?.domain.config()?))
}

/// vwDomainGetOSType:
/// @domain: a domain
///
/// Returns the type of the guest, "hvm" for a full virtual machine, which the
/// caller frees with free(); NULL: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetOSType(domain: vwDomainPtr) -> *mut c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainGetOSType") }, |call| {
        configured(call, domain, |config| string::give(config.os_type()))
    })
}

/// vwDomainGetMaxMemory:
/// @domain: a domain
///
/// Returns the memory of the guest in KiB; 0: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetMaxMemory(domain: vwDomainPtr) -> c_ulong {
    // SAFETY: the caller keeps what the header asks for.
    guard(0, unsafe { Call::new("vwDomainGetMaxMemory") }, |call| {
        configured(call, domain, Config::memory_kib)
    })
}

/// vwDomainGetMaxVcpus:
/// @domain: a domain
///
/// Returns how many virtual CPUs the guest can have; -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetMaxVcpus(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainGetMaxVcpus") }, |call| {
        let vcpus = configured(call, domain, Config::max_vcpus)?;
        Ok(c_int::try_from(vcpus).unwrap_or(c_int::MAX))
    })
}

/// vwDomainIsActive:
/// @domain: a domain
///
/// Returns 1: it has a running instance (paused counts); 0: it has not; -1:
/// error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainIsActive(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainIsActive") }, |call| {
        Ok(facts(call, domain)?.is_active().into())
    })
}

/// vwDomainIsPersistent:
/// @domain: a domain
///
/// Returns 1: it has a stored configuration; 0: it is transient; -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainIsPersistent(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainIsPersistent") }, |call| {
        Ok(facts(call, domain)?.is_persistent().into())
    })
}

/// vwDomainGetAutostart:
/// @domain: a domain
/// @autostart: where to write 1: it starts with the host; or 0
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetAutostart(domain: vwDomainPtr, autostart: *mut c_int) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainGetAutostart") }, |call| {
        let domain = call.domain(domain)?;
        let out = call.out(autostart, "autostart")?;
        out.write(domain.domain.autostart()?.into());
        Ok(0)
    })
}

/// vwDomainIsUpdated:
/// @domain: a domain
///
/// Returns 0: no running instance is updated in place; -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainIsUpdated(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainIsUpdated") }, |call| {
        facts(call, domain)?;
        Ok(0)
    })
}

since! { "VIRTWATCH_0.1.0":
    vwDomainLookupByID vwDomainLookupByUUID vwDomainLookupByUUIDString vwDomainLookupByName
    vwDomainRef vwDomainFree vwDomainGetConnect vwDomainGetName vwDomainGetUUID
    vwDomainGetUUIDString vwDomainGetID vwDomainGetState vwDomainGetInfo vwDomainGetXMLDesc
    vwDomainGetOSType vwDomainGetMaxMemory vwDomainGetMaxVcpus vwDomainIsActive
    vwDomainIsPersistent vwDomainGetAutostart vwDomainIsUpdated
}
