//! Moving domains.

use std::ffi::{c_char, c_double, c_int, c_longlong, c_uint, c_ulong, c_ulonglong};
use std::ptr;

use super::connection::vwConnectPtr;
use super::domain::{vwDomain, vwDomainPtr};
use super::guard::{Call, guard};
use crate::{Error, ErrorCode, ErrorDomain, MigrateFlags};

/// The room for the name of a parameter, with its NUL.
pub const VW_TYPED_PARAM_FIELD_LENGTH: usize = 80;

/// vwTypedParameter:
///
/// A parameter with a name and a type, as libvirt has it.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Clone, Copy)]
pub struct vwTypedParameter {
    /// the name
    pub field: [c_char; VW_TYPED_PARAM_FIELD_LENGTH],
    /// which member of the value: 1 to 7, in their order
    pub r#type: c_int,
    /// the value
    pub value: vwTypedParameterValue,
}

/// The value of a parameter.
#[repr(C)]
#[derive(Clone, Copy)]
pub union vwTypedParameterValue {
    /// type 1
    pub i: c_int,
    /// type 2
    pub ui: c_uint,
    /// type 3
    pub l: c_longlong,
    /// type 4
    pub ul: c_ulonglong,
    /// type 5
    pub d: c_double,
    /// type 6
    pub b: c_char,
    /// type 7
    pub s: *mut c_char,
}

impl std::fmt::Debug for vwTypedParameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("vwTypedParameter").field("type", &self.r#type).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for vwTypedParameterValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("vwTypedParameterValue").finish_non_exhaustive()
    }
}

/// A parameter, as functions take it.
pub type vwTypedParameterPtr = *mut vwTypedParameter;

/// vwDomainMigrate:
/// @domain: a domain
/// @dconn: a connection to another source of this process
/// @flags: vwDomainMigrateFlags
/// @dname: another name there; NULL: the same
/// @uri: NULL: there is no other way to reach the destination
/// @bandwidth: ignored
///
/// Moves a running domain to another source, where it runs on: paused if it was
/// or VW_MIGRATE_PAUSED is given, transient unless VW_MIGRATE_PERSIST_DEST is
/// given, which stores its configuration there. The source keeps what it has
/// stored unless VW_MIGRATE_UNDEFINE_SOURCE is given. With VW_MIGRATE_OFFLINE, which
/// needs VW_MIGRATE_PERSIST_DEST, the configuration alone is taken over, of an
/// inactive domain too, and a running instance stays where it is.
///
/// The destination changes before the source: for a moment the domain is in both,
/// at no time in none. When the source has changed meanwhile this fails, and the
/// run at the destination ends as VW_DOMAIN_EVENT_STOPPED_FAILED.
///
/// Returns the domain there, to be freed with vwDomainFree(); NULL:
/// VW_ERR_OPERATION_INVALID (it does not run, ends with its connection, or is active
/// there already; VW_MIGRATE_OFFLINE without VW_MIGRATE_PERSIST_DEST),
/// VW_ERR_OPERATION_FAILED (name or UUID belong to another domain there, or it
/// changed on its way), VW_ERR_INTERNAL_ERROR (it is there already),
/// VW_ERR_NO_SUPPORT (not with this hypervisor), VW_ERR_ARGUMENT_UNSUPPORTED (@uri is
/// not NULL), what is wrong with the name, VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED
/// (one of the connections is read-only).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainMigrate(
    domain: vwDomainPtr,
    dconn: vwConnectPtr,
    flags: c_ulong,
    dname: *const c_char,
    uri: *const c_char,
    bandwidth: c_ulong,
) -> vwDomainPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainMigrate") }, |call| {
        // There is nothing that it could slow down.
        let _ = bandwidth;
        let domain = call.domain(domain)?;
        call.writable(domain.domain.connection())?;
        let dconn = call.connection(dconn)?;
        call.writable(&dconn.connection)?;
        let flags = call.long_flags(flags, MigrateFlags::all())?;
        let name = call.text_or_null(dname, "dname")?;
        if call.text_or_null(uri, "uri")?.is_some() {
            let info = "uri in vwDomainMigrate must be NULL";
            return Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::None, info));
        }
        let there = domain.domain.migrate(&dconn.connection, flags, name)?;
        Ok(vwDomain::give(&dconn, there))
    })
}

/// vwDomainMigrateToURI3:
/// @domain: a domain
/// @dconnuri: the URI of the destination, may be NULL
/// @params: parameters, may be NULL if there are none
/// @nparams: how many
/// @flags: vwDomainMigrateFlags
///
/// Has a hypervisor move a domain by itself. The test driver has none that could.
///
/// Returns -1: VW_ERR_NO_SUPPORT, VW_ERR_INVALID_ARG, VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainMigrateToURI3(
    domain: vwDomainPtr,
    dconnuri: *const c_char,
    params: vwTypedParameterPtr,
    nparams: c_uint,
    flags: c_uint,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainMigrateToURI3") }, |call| {
        let domain = call.domain(domain)?;
        call.writable(domain.domain.connection())?;
        call.text_or_null(dconnuri, "dconnuri")?;
        if nparams > 0 {
            call.out(params, "params")?;
        }
        call.flags(flags, MigrateFlags::all())?;
        let function = call.function();
        Err(Error::new(ErrorCode::NoSupport, ErrorDomain::Dom, function))
    })
}

since! { "VIRTWATCH_0.1.0": vwDomainMigrate vwDomainMigrateToURI3 }
