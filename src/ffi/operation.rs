//! What can be done with domains.

use std::ffi::{c_char, c_int, c_uint, c_ulonglong};
use std::ptr;

use super::connection::vwConnectPtr;
use super::domain::{vwDomain, vwDomainPtr};
use super::flag::vwDomainDefineFlags;
use super::guard::{Call, guard};
use crate::{
    Connection, CreateFlags, DestroyFlags, Domain, Error, ErrorCode, ErrorDomain, Result,
    SaveFlags, ShutdownFlags, SuspendTarget, UndefineFlags,
};

/// How a domain can be started of a document.
const CREATE_XML: CreateFlags = CreateFlags::PAUSED
    .union(CreateFlags::AUTODESTROY)
    .union(CreateFlags::VALIDATE)
    .union(CreateFlags::RESET_NVRAM);

/// How one can be started of what is kept of it.
const CREATE: CreateFlags = CreateFlags::all().difference(CreateFlags::VALIDATE);

/// How one can be saved.
const SAVE: SaveFlags = SaveFlags::all().difference(SaveFlags::RESET_NVRAM);

/// Makes a domain, over a connection that may. A driver may close it meanwhile.
fn make(
    call: &Call,
    conn: vwConnectPtr,
    make: impl FnOnce(&Connection) -> Result<Domain>,
) -> Result<vwDomainPtr> {
    let conn = call.connection(conn)?;
    let _kept = conn.keep();
    call.writable(&conn.connection)?;
    Ok(vwDomain::give(&conn, make(&conn.connection)?))
}

/// Changes a domain, if its connection may. A driver may free it meanwhile. 0 is success.
fn change(
    call: &Call,
    domain: vwDomainPtr,
    change: impl FnOnce(&Domain) -> Result<()>,
) -> Result<c_int> {
    let domain = call.domain(domain)?.keep();
    call.writable(domain.domain.connection())?;
    change(&domain.domain)?;
    Ok(0)
}

/// Starts a saved domain. 0 is success.
fn restore(
    call: &Call,
    conn: vwConnectPtr,
    from: *const c_char,
    flags: SaveFlags,
) -> Result<c_int> {
    let conn = call.connection(conn)?.keep();
    call.writable(&conn.connection)?;
    conn.connection.restore(call.path(from, "from")?, flags)?;
    Ok(0)
}

/// Refuses another document for a saved domain.
fn no_other_document(call: &Call, dxml: *const c_char) -> Result<()> {
    if dxml.is_null() {
        return Ok(());
    }
    let info = format!("dxml in {} must be NULL", call.function());
    Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::None, info))
}

/// vwDomainDefineXML:
/// @conn: a connection
/// @xml: a <domain> document
///
/// Stores a configuration. A domain that has the UUID gets it as its
/// configuration (of the next start, when it is active); otherwise a domain is
/// made, inactive. A document without a UUID gets a random one.
///
/// Returns the domain, to be freed with vwDomainFree(); NULL: what is wrong with
/// the document, VW_ERR_OPERATION_FAILED (name or UUID belong to another domain),
/// VW_ERR_OPERATION_DENIED (the connection is read-only).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainDefineXML(conn: vwConnectPtr, xml: *const c_char) -> vwDomainPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainDefineXML") }, |call| {
        make(call, conn, |connection| connection.define_xml(call.text(xml, "xml")?))
    })
}

/// vwDomainDefineXMLFlags:
/// @conn: a connection
/// @xml: a <domain> document
/// @flags: VW_DOMAIN_DEFINE_VALIDATE or 0: the test driver has no schema to check
///   against, and checks what it always does
///
/// Does as vwDomainDefineXML().
///
/// Returns as vwDomainDefineXML().
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainDefineXMLFlags(
    conn: vwConnectPtr,
    xml: *const c_char,
    flags: c_uint,
) -> vwDomainPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainDefineXMLFlags") }, |call| {
        make(call, conn, |connection| {
            call.only_flag(flags, vwDomainDefineFlags::VW_DOMAIN_DEFINE_VALIDATE as u32)?;
            connection.define_xml(call.text(xml, "xml")?)
        })
    })
}

/// vwDomainCreateXML:
/// @conn: a connection
/// @xmlDesc: a <domain> document
/// @flags: vwDomainCreateFlags: VW_DOMAIN_START_PAUSED,
///   VW_DOMAIN_START_AUTODESTROY; VW_DOMAIN_START_VALIDATE and
///   VW_DOMAIN_START_RESET_NVRAM mean nothing to the test driver
///
/// Starts a domain without storing its configuration: it is transient, and
/// exists until it stops. Of a persistent, inactive domain it starts a run with
/// that configuration. With VW_DOMAIN_START_AUTODESTROY the run ends, as
/// vwDomainDestroy() would end it, when the connection is gone: when
/// vwConnectClose() has dropped its last reference.
///
/// Returns the domain, to be freed with vwDomainFree(); NULL: what is wrong with
/// the document, VW_ERR_OPERATION_INVALID (it is active already),
/// VW_ERR_OPERATION_FAILED (name or UUID belong to another domain),
/// VW_ERR_OPERATION_DENIED (the connection is read-only).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainCreateXML(
    conn: vwConnectPtr,
    xmlDesc: *const c_char,
    flags: c_uint,
) -> vwDomainPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainCreateXML") }, |call| {
        make(call, conn, |connection| {
            let flags = call.flags(flags, CREATE_XML)?;
            connection.create_xml(call.text(xmlDesc, "xmlDesc")?, flags)
        })
    })
}

/// vwDomainRestore:
/// @conn: a connection
/// @from: the path of a file that vwDomainSave() made
///
/// Starts a domain from a saved state: running, or paused if it was. Look it up
/// by name or UUID, or learn of it by its events.
///
/// Returns 0; -1: VW_ERR_SYSTEM_ERROR or VW_ERR_OPERATION_FAILED (the file
/// cannot be read, or is no saved domain), or as vwDomainCreateXML().
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainRestore(conn: vwConnectPtr, from: *const c_char) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainRestore") }, |call| {
        restore(call, conn, from, SaveFlags::empty())
    })
}

/// vwDomainRestoreFlags:
/// @conn: a connection
/// @from: the path of a file that vwDomainSave() made
/// @dxml: NULL: another document is not supported
/// @flags: vwDomainSaveRestoreFlags: VW_DOMAIN_SAVE_RUNNING or
///   VW_DOMAIN_SAVE_PAUSED, whatever it was; VW_DOMAIN_SAVE_BYPASS_CACHE and
///   VW_DOMAIN_SAVE_RESET_NVRAM mean nothing to the test driver
///
/// Does as vwDomainRestore().
///
/// Returns 0; -1: as vwDomainRestore(); VW_ERR_INVALID_ARG: flags that exclude
/// each other; VW_ERR_ARGUMENT_UNSUPPORTED: @dxml is not NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainRestoreFlags(
    conn: vwConnectPtr,
    from: *const c_char,
    dxml: *const c_char,
    flags: c_uint,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainRestoreFlags") }, |call| {
        no_other_document(call, dxml)?;
        restore(call, conn, from, call.flags(flags, SaveFlags::all())?)
    })
}

/// vwDomainUndefine:
/// @domain: a domain
///
/// Removes the stored configuration. An inactive domain no longer exists then; an
/// active one becomes transient.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is transient, or has a managed-save
/// image), VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainUndefine(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainUndefine") }, |call| {
        change(call, domain, |domain| domain.undefine(UndefineFlags::empty()))
    })
}

/// vwDomainUndefineFlags:
/// @domain: a domain
/// @flags: vwDomainUndefineFlagsValues
///
/// Does as vwDomainUndefine(), and removes what goes with the configuration: with
/// VW_DOMAIN_UNDEFINE_MANAGED_SAVE a managed-save image.
///
/// Returns 0; -1: as vwDomainUndefine(); VW_ERR_INVALID_ARG: flags that exclude each
/// other.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainUndefineFlags(domain: vwDomainPtr, flags: c_uint) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainUndefineFlags") }, |call| {
        change(call, domain, |domain| domain.undefine(call.flags(flags, UndefineFlags::all())?))
    })
}

/// vwDomainCreate:
/// @domain: a domain
///
/// Starts a persistent domain: from its managed-save image if it has one, and the
/// image is gone then.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is active already), VW_ERR_NO_DOMAIN,
/// VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainCreate(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainCreate") }, |call| {
        change(call, domain, |domain| domain.start(CreateFlags::empty()))
    })
}

/// vwDomainCreateWithFlags:
/// @domain: a domain
/// @flags: vwDomainCreateFlags: VW_DOMAIN_START_PAUSED,
///   VW_DOMAIN_START_AUTODESTROY, VW_DOMAIN_START_FORCE_BOOT;
///   VW_DOMAIN_START_BYPASS_CACHE and VW_DOMAIN_START_RESET_NVRAM mean nothing to
///   the test driver
///
/// Starts a persistent domain: paused, or booting even though there is a
/// managed-save image, which is dropped. VW_DOMAIN_START_AUTODESTROY is as with
/// vwDomainCreateXML(): it is about this run, not about later ones.
///
/// Returns 0; -1: as vwDomainCreate().
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainCreateWithFlags(domain: vwDomainPtr, flags: c_uint) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainCreateWithFlags") }, |call| {
        change(call, domain, |domain| domain.start(call.flags(flags, CREATE)?))
    })
}

/// vwDomainSuspend:
/// @domain: a domain
///
/// Pauses the guest; of a paused one this is a success. It stays active.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it does not run), VW_ERR_NO_DOMAIN,
/// VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainSuspend(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainSuspend") }, |call| change(call, domain, Domain::suspend))
}

/// vwDomainResume:
/// @domain: a domain
///
/// Has a paused guest run again.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not paused), VW_ERR_NO_DOMAIN,
/// VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainResume(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainResume") }, |call| change(call, domain, Domain::resume))
}

/// vwDomainShutdown:
/// @domain: a domain
///
/// Asks the guest to shut down. What comes of it is told by events; with
/// <on_poweroff>restart</on_poweroff> it starts again.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_NO_DOMAIN,
/// VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainShutdown(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainShutdown") }, |call| {
        change(call, domain, |domain| domain.shutdown(ShutdownFlags::empty()))
    })
}

/// vwDomainShutdownFlags:
/// @domain: a domain
/// @flags: vwDomainShutdownFlagValues: VW_DOMAIN_SHUTDOWN_ACPI_POWER_BTN,
///   VW_DOMAIN_SHUTDOWN_GUEST_AGENT; the others are for hypervisors that have
///   such guests
///
/// Does as vwDomainShutdown(); the flags say by what the guest is asked.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_INVALID_ARG
/// (the guest cannot be asked so), VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainShutdownFlags(domain: vwDomainPtr, flags: c_uint) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainShutdownFlags") }, |call| {
        change(call, domain, |domain| domain.shutdown(call.flags(flags, ShutdownFlags::all())?))
    })
}

/// vwDomainReboot:
/// @domain: a domain
/// @flags: vwDomainRebootFlagValues: as vwDomainShutdownFlags()
///
/// Asks the guest to reboot; the instance stays. With
/// <on_reboot>destroy</on_reboot> it shuts down.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_INVALID_ARG
/// (the guest cannot be asked so), VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainReboot(domain: vwDomainPtr, flags: c_uint) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainReboot") }, |call| {
        change(call, domain, |domain| domain.reboot(call.flags(flags, ShutdownFlags::all())?))
    })
}

/// vwDomainReset:
/// @domain: a domain
/// @flags: 0
///
/// Resets the guest as a reset button does; the instance stays.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_NO_DOMAIN,
/// VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainReset(domain: vwDomainPtr, flags: c_uint) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainReset") }, |call| {
        change(call, domain, |domain| {
            call.no_flags(flags)?;
            domain.reset()
        })
    })
}

/// vwDomainPMSuspendForDuration:
/// @domain: a domain
/// @target: a vwNodeSuspendTarget
/// @duration: for how many seconds; 0: until it is woken
/// @flags: 0
///
/// Has the guest's power management suspend it. It stays active, until
/// vwDomainPMWakeup() has it run again; but a guest that is suspended to disk
/// powers off. The test driver knows no duration but 0.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it does not run, or its configuration
/// forbids it: <pm><suspend-to-mem enabled='no'/></pm>),
/// VW_ERR_ARGUMENT_UNSUPPORTED (the duration), VW_ERR_INVALID_ARG (there is no such
/// target), VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainPMSuspendForDuration(
    domain: vwDomainPtr,
    target: c_uint,
    duration: c_ulonglong,
    flags: c_uint,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainPMSuspendForDuration") }, |call| {
        change(call, domain, |domain| {
            call.no_flags(flags)?;
            let target = i32::try_from(target).ok().and_then(SuspendTarget::from_number);
            let target =
                target.ok_or_else(|| call.refuse("target", "must be a vwNodeSuspendTarget"))?;
            domain.pm_suspend(target, duration)
        })
    })
}

/// vwDomainPMWakeup:
/// @domain: a domain
/// @flags: 0
///
/// Wakes a guest that its power management has suspended.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not suspended so),
/// VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainPMWakeup(domain: vwDomainPtr, flags: c_uint) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainPMWakeup") }, |call| {
        change(call, domain, |domain| {
            call.no_flags(flags)?;
            domain.pm_wakeup()
        })
    })
}

/// vwDomainDestroy:
/// @domain: a domain
///
/// Ends the running instance at once, as pulling the plug does. A transient
/// domain no longer exists then.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_NO_DOMAIN,
/// VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainDestroy(domain: vwDomainPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainDestroy") }, |call| {
        change(call, domain, |domain| domain.destroy(DestroyFlags::empty()))
    })
}

/// vwDomainDestroyFlags:
/// @domain: a domain
/// @flags: vwDomainDestroyFlagsValues
///
/// Does as vwDomainDestroy().
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_NO_DOMAIN,
/// VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainDestroyFlags(domain: vwDomainPtr, flags: c_uint) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainDestroyFlags") }, |call| {
        change(call, domain, |domain| domain.destroy(call.flags(flags, DestroyFlags::all())?))
    })
}

/// vwDomainSave:
/// @domain: a domain
/// @to: the path of a file
///
/// Saves the state of the guest to a file and ends the instance. A transient
/// domain no longer exists then; vwDomainRestore() brings it back.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_SYSTEM_ERROR
/// (the file cannot be written), VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainSave(domain: vwDomainPtr, to: *const c_char) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainSave") }, |call| {
        change(call, domain, |domain| domain.save(call.path(to, "to")?, SaveFlags::empty()))
    })
}

/// vwDomainSaveFlags:
/// @domain: a domain
/// @to: the path of a file
/// @dxml: NULL: another document is not supported
/// @flags: vwDomainSaveRestoreFlags: VW_DOMAIN_SAVE_RUNNING or
///   VW_DOMAIN_SAVE_PAUSED say how it is when restored;
///   VW_DOMAIN_SAVE_BYPASS_CACHE means nothing to the test driver
///
/// Does as vwDomainSave().
///
/// Returns 0; -1: as vwDomainSave(); VW_ERR_INVALID_ARG: flags that exclude each
/// other; VW_ERR_ARGUMENT_UNSUPPORTED: @dxml is not NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainSaveFlags(
    domain: vwDomainPtr,
    to: *const c_char,
    dxml: *const c_char,
    flags: c_uint,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainSaveFlags") }, |call| {
        change(call, domain, |domain| {
            no_other_document(call, dxml)?;
            domain.save(call.path(to, "to")?, call.flags(flags, SAVE)?)
        })
    })
}

/// vwDomainManagedSave:
/// @domain: a domain
/// @flags: vwDomainSaveRestoreFlags: VW_DOMAIN_SAVE_RUNNING or
///   VW_DOMAIN_SAVE_PAUSED say how it is when started again;
///   VW_DOMAIN_SAVE_BYPASS_CACHE means nothing to the test driver
///
/// Saves the state of the guest where the next start finds it, and ends the
/// instance.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active, or transient),
/// VW_ERR_INVALID_ARG (flags that exclude each other), VW_ERR_NO_DOMAIN,
/// VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainManagedSave(domain: vwDomainPtr, flags: c_uint) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainManagedSave") }, |call| {
        change(call, domain, |domain| domain.managed_save(call.flags(flags, SAVE)?))
    })
}

/// vwDomainHasManagedSaveImage:
/// @domain: a domain
/// @flags: 0
///
/// Returns 1: the next start restores a managed-save image; 0: there is none;
/// -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainHasManagedSaveImage(domain: vwDomainPtr, flags: c_uint) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainHasManagedSaveImage") }, |call| {
        let domain = call.domain(domain)?;
        call.no_flags(flags)?;
        Ok(domain.domain.has_managed_save()?.into())
    })
}

/// vwDomainManagedSaveRemove:
/// @domain: a domain
/// @flags: 0
///
/// Drops the managed-save image, if there is one.
///
/// Returns 0; -1: VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainManagedSaveRemove(domain: vwDomainPtr, flags: c_uint) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainManagedSaveRemove") }, |call| {
        change(call, domain, |domain| {
            call.no_flags(flags)?;
            domain.remove_managed_save()
        })
    })
}

/// vwDomainSetAutostart:
/// @domain: a domain
/// @autostart: 1: start it with the host; 0: do not
///
/// Keeps with the configuration whether the domain starts with the host. There is
/// no event for it. The test driver starts nothing by itself.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is transient), VW_ERR_NO_DOMAIN,
/// VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainSetAutostart(domain: vwDomainPtr, autostart: c_int) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainSetAutostart") }, |call| {
        change(call, domain, |domain| domain.set_autostart(autostart != 0))
    })
}

/// vwDomainRename:
/// @domain: a domain
/// @new_name: another name
/// @flags: 0
///
/// Gives an inactive, persistent domain another name. @domain itself goes on
/// showing the name that it was looked up with.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (it is active or transient, has a
/// managed-save image, or the name is taken), what is wrong with the name,
/// VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainRename(
    domain: vwDomainPtr,
    new_name: *const c_char,
    flags: c_uint,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainRename") }, |call| {
        change(call, domain, |domain| {
            call.no_flags(flags)?;
            domain.rename(call.text(new_name, "new_name")?)
        })
    })
}

since! { "VIRTWATCH_0.1.0":
    vwDomainDefineXML vwDomainDefineXMLFlags vwDomainCreateXML vwDomainRestore vwDomainRestoreFlags
    vwDomainUndefine vwDomainUndefineFlags vwDomainCreate vwDomainCreateWithFlags vwDomainSuspend
    vwDomainResume vwDomainShutdown vwDomainShutdownFlags vwDomainReboot vwDomainReset
    vwDomainPMSuspendForDuration vwDomainPMWakeup
    vwDomainDestroy vwDomainDestroyFlags vwDomainSave vwDomainSaveFlags vwDomainManagedSave
    vwDomainHasManagedSaveImage vwDomainManagedSaveRemove vwDomainSetAutostart vwDomainRename
}
