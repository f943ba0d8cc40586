//! One open URI of a driver that the program brings: where it reports what happens.

use std::ffi::{c_char, c_int, c_uchar};

use super::guard::{Call, guard};
use super::handle::Object;
use super::sized::Growing;
use crate::lifecycle::Change;
use crate::{
    Error, Host, Listed, PmSuspendedDetail, Report, Result, ResumedDetail, ShutdownDetail,
    StartedDetail, Status, StoppedDetail, SuspendedDetail, Uuid,
};

/// vwHost:
///
/// One open URI of a driver, shared by all connections to it. It is made when the
/// URI is opened and valid until the driver's close function has returned. It is
/// not freed.
///
/// Since: 0.1.0
#[derive(Debug)]
pub struct vwHost {
    pub(super) host: Host,
}

/// A host, as functions take it.
pub type vwHostPtr = *mut vwHost;

impl Object for vwHost {
    const KIND: u64 = u64::from_be_bytes(*b"vw--Host");

    fn invalid(function: &str) -> Error {
        Error::invalid_arg(format!("invalid host pointer in {function}"))
    }
}

/// vwChangeType:
///
/// What happened to a domain. Each has its detail, from the enumeration of the
/// event type that it makes; where none is named it is 0.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwChangeType {
    /// it was looked at: in a listing what it is, in a report nothing new
    VW_CHANGE_OBSERVED = 0,
    /// a configuration was stored, the first or another
    VW_CHANGE_DEFINED = 1,
    /// the stored configuration was edited
    VW_CHANGE_EDITED = 2,
    /// the stored configuration went back to a snapshot's
    VW_CHANGE_REVERTED = 3,
    /// it has another name
    VW_CHANGE_RENAMED = 4,
    /// the stored configuration is gone, and with it a managed-save image
    VW_CHANGE_UNDEFINED = 5,
    /// a running instance came to be; detail: vwDomainEventStartedDetailType, without WAKEUP
    VW_CHANGE_STARTED = 6,
    /// it is paused; detail: vwDomainEventSuspendedDetailType
    VW_CHANGE_SUSPENDED = 7,
    /// it runs again; detail: vwDomainEventResumedDetailType
    VW_CHANGE_RESUMED = 8,
    /// power management suspended it; detail: vwDomainEventPMSuspendedDetailType
    VW_CHANGE_PMSUSPENDED = 9,
    /// it woke from that
    VW_CHANGE_WOKEN = 10,
    /// the guest has shut down, the instance is still there; detail: vwDomainEventShutdownDetailType
    VW_CHANGE_SHUTDOWN = 11,
    /// the guest panicked, the instance is still there
    VW_CHANGE_PANICKED = 12,
    /// the guest panicked and loads its crash kernel
    VW_CHANGE_CRASHLOADED = 13,
    /// it was reset or rebooted
    VW_CHANGE_RESET = 14,
    /// it was restarted in place after a panic
    VW_CHANGE_RESTARTED = 15,
    /// the instance is gone; detail: vwDomainEventStoppedDetailType
    VW_CHANGE_STOPPED = 16,
}

/// vwChangeFlags:
///
/// What else is to be said of a change.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwChangeFlags {
    /// STARTED: it is paused from the start
    VW_CHANGE_PAUSED = 1,
    /// STOPPED: the hypervisor was killed
    VW_CHANGE_KILLED = 2,
    /// in a listing: it has a stored configuration
    VW_CHANGE_PERSISTENT = 4,
    /// STARTED and in a listing: id is set; otherwise the library gives one
    VW_CHANGE_ID = 8,
}

/// vwChange:
///
/// What happened to a domain, or what it is. Members that are not needed are 0.
/// The structure and what it points to are the caller's, and only read during
/// the call.
///
/// A configuration that is not given is the one that the library has: that of the
/// operation under way, else the domain's. Where only a name is known, one that
/// says nothing but name and UUID stands in.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vwChange {
    /// vwChangeType
    pub change: u32,
    /// the detail of the event
    pub detail: i32,
    /// the id of the running instance, with VW_CHANGE_ID
    pub id: i32,
    /// vwChangeFlags
    pub flags: u32,
    /// 16 bytes: the domain
    pub uuid: *const c_uchar,
    /// its name: in a listing, RENAMED (the new one), and where it is not known yet
    pub name: *const c_char,
    /// DEFINED, EDITED, REVERTED, STARTED and in a listing: the <domain> document, or NULL
    pub xml: *const c_char,
    /// in a listing: vwDomainState
    pub state: i32,
    /// in a listing: the reason, 0 where it is not known
    pub reason: i32,
}

// SAFETY: numbers and pointers without a gap.
unsafe impl Growing for vwChange {
    const FIRST: usize = 24 + 3 * size_of::<*const c_char>();
}

const PAUSED: u32 = vwChangeFlags::VW_CHANGE_PAUSED as u32;
const KILLED: u32 = vwChangeFlags::VW_CHANGE_KILLED as u32;
const PERSISTENT: u32 = vwChangeFlags::VW_CHANGE_PERSISTENT as u32;
const ID: u32 = vwChangeFlags::VW_CHANGE_ID as u32;

impl Call {
    fn change_flags(&self, change: &vwChange, allowed: u32) -> Result<()> {
        match change.flags & !allowed {
            0 => Ok(()),
            more => {
                let wish = format!("has flags that do not belong to it ({more:#x})");
                Err(self.refuse("change->flags", &wish))
            }
        }
    }

    /// A detail, or 0 where there is none to choose.
    fn detail<T>(&self, change: &vwChange, from_number: fn(i32) -> Option<T>) -> Result<T> {
        from_number(change.detail)
            .ok_or_else(|| self.refuse("change->detail", "must be a detail of the event"))
    }

    /// What is reported.
    fn report(&self, change: &vwChange) -> Result<Report<'_>> {
        use vwChangeType as Type;
        const NOTHING: u32 = Type::VW_CHANGE_OBSERVED as u32;
        let is = |one: Type| change.change == one as u32;
        let none = |number: i32| (number == 0).then_some(());
        let xml = self.text_or_null(change.xml, "change->xml")?;
        let name = self.text_or_null(change.name, "change->name")?;
        let allowed = if is(Type::VW_CHANGE_STARTED) {
            PAUSED | ID
        } else if is(Type::VW_CHANGE_STOPPED) {
            KILLED
        } else {
            0
        };
        self.change_flags(change, allowed)?;
        let simple = |report| self.detail(change, none).map(|()| report);
        let turn = |change| simple(Report::Changed(change));
        if is(Type::VW_CHANGE_DEFINED) {
            simple(Report::Defined { xml, name })
        } else if is(Type::VW_CHANGE_EDITED) {
            simple(Report::Edited { xml })
        } else if is(Type::VW_CHANGE_REVERTED) {
            simple(Report::Reverted { xml })
        } else if is(Type::VW_CHANGE_RENAMED) {
            let name = name.ok_or_else(|| self.refuse("change->name", "must not be NULL"))?;
            simple(Report::Renamed { name })
        } else if is(Type::VW_CHANGE_UNDEFINED) {
            simple(Report::Undefined)
        } else if is(Type::VW_CHANGE_STARTED) {
            Ok(Report::Started {
                how: self.detail(change, |detail| {
                    StartedDetail::from_number(detail).filter(|how| *how != StartedDetail::Wakeup)
                })?,
                paused: change.flags & PAUSED != 0,
                id: self.change_id(change)?,
                xml,
                name,
            })
        } else if is(Type::VW_CHANGE_SUSPENDED) {
            let why = self.detail(change, SuspendedDetail::from_number)?;
            Ok(Report::Changed(Change::Suspended(why)))
        } else if is(Type::VW_CHANGE_RESUMED) {
            let why = self.detail(change, ResumedDetail::from_number)?;
            Ok(Report::Changed(Change::Resumed(why)))
        } else if is(Type::VW_CHANGE_PMSUSPENDED) {
            let target = self.detail(change, PmSuspendedDetail::from_number)?;
            Ok(Report::Changed(Change::PmSuspended(target)))
        } else if is(Type::VW_CHANGE_WOKEN) {
            turn(Change::Woken)
        } else if is(Type::VW_CHANGE_SHUTDOWN) {
            let by = self.detail(change, ShutdownDetail::from_number)?;
            Ok(Report::Changed(Change::ShutDown(by)))
        } else if is(Type::VW_CHANGE_PANICKED) {
            turn(Change::Panicked)
        } else if is(Type::VW_CHANGE_CRASHLOADED) {
            turn(Change::Crashloaded)
        } else if is(Type::VW_CHANGE_RESET) {
            turn(Change::Reset)
        } else if is(Type::VW_CHANGE_RESTARTED) {
            turn(Change::Restarted)
        } else if is(Type::VW_CHANGE_STOPPED) {
            let how = self.detail(change, StoppedDetail::from_number)?;
            Ok(Report::Changed(Change::Stopped { how, killed: change.flags & KILLED != 0 }))
        } else if change.change == NOTHING {
            turn(Change::Observed)
        } else {
            Err(self.refuse("change->change", "must be a vwChangeType"))
        }
    }

    fn change_id(&self, change: &vwChange) -> Result<Option<i32>> {
        match change.flags & ID {
            0 => Ok(None),
            _ if change.id < 0 => Err(self.refuse("change->id", "must be zero or greater")),
            _ => Ok(Some(change.id)),
        }
    }

    /// A domain in a listing.
    pub(super) fn listed(&self, change: *const vwChange) -> Result<Listed<'_>> {
        let change = self.read(change, "change")?;
        if change.change != vwChangeType::VW_CHANGE_OBSERVED as u32 {
            return Err(self.refuse("change->change", "must be VW_CHANGE_OBSERVED in a listing"));
        }
        self.change_flags(&change, PERSISTENT | ID)?;
        Ok(Listed {
            uuid: self.uuid(change.uuid, "change->uuid")?,
            name: self.text(change.name, "change->name")?,
            persistent: change.flags & PERSISTENT != 0,
            status: Status::from_numbers(change.state, change.reason)
                .ok_or_else(|| self.refuse("change->state", "must be a vwDomainState"))?,
            id: self.change_id(&change)?,
            xml: self.text_or_null(change.xml, "change->xml")?,
        })
    }
}

/// vwHostReport:
/// @host: the host that was given to the driver's open function
/// @change: what happened
/// @size: sizeof(vwChange)
///
/// Reports what happened to a domain. It is judged by what is known, and on return
/// it is shown and numbered: every watch and callback hears of it.
///
/// What is reported before the open function returns is what there is to begin
/// with, and no event. Reports of one domain have to come in the order in which
/// things happened. Any thread may report at any time, also inside the driver's
/// functions, until the close function returns.
///
/// VW_CHANGE_OBSERVED says that nothing came of an operation that was accepted: what
/// the library kept for it, a configuration above all, is dropped.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID, VW_ERR_NO_DOMAIN or
/// VW_ERR_OPERATION_FAILED, it cannot have happened: nothing changes, and a doubt
/// is raised: if the driver has a list function, it is asked. VW_ERR_INVALID_ARG
/// or what is wrong with the document: the report makes no sense.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwHostReport(
    host: vwHostPtr,
    change: *const vwChange,
    size: usize,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwHostReport") }, |call| {
        let host = call.host(host)?;
        let change = call.read_sized((change, "change"), (size, "size"))?;
        let uuid: Uuid = call.uuid(change.uuid, "change->uuid")?;
        host.host.report(uuid, &call.report(&change)?)?;
        Ok(0)
    })
}

since! { "VIRTWATCH_0.1.0": vwHostReport }
