//! Drivers that the program brings, as tables of functions.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_int, c_uchar, c_void};
use std::os::unix::ffi::OsStrExt;
use std::ptr;

use super::event::vwFreeCallback;
use super::guard::{Call, guard};
use super::handle::Ref;
use super::host::{vwChange, vwHost, vwHostPtr};
use super::opaque::Opaque;
use super::sized::Growing;
use super::{error, string};
use crate::sync::Mutex;
use crate::{
    Answer, Error, ErrorCode, ErrorDomain, EventTypes, Host, Hypervisor, Listed, Request, Result,
    register_made, unregister_driver,
};

/// vwOperationType:
///
/// What a driver is asked to do. Later releases may add values: a driver refuses
/// what it does not know.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwOperationType {
    /// store the configuration xml
    VW_OPERATION_DEFINE = 0,
    /// forget the stored configuration
    VW_OPERATION_UNDEFINE = 1,
    /// start from the stored configuration, which is in xml, or from the managed-save image
    VW_OPERATION_CREATE = 2,
    /// start from the configuration xml, which is not stored
    VW_OPERATION_CREATE_XML = 3,
    /// pause
    VW_OPERATION_SUSPEND = 4,
    /// run again
    VW_OPERATION_RESUME = 5,
    /// ask the guest to shut down
    VW_OPERATION_SHUTDOWN = 6,
    /// ask the guest to reboot
    VW_OPERATION_REBOOT = 7,
    /// reset, as a reset button does
    VW_OPERATION_RESET = 8,
    /// end the running instance at once
    VW_OPERATION_DESTROY = 9,
    /// save the state to the file path, and end the instance
    VW_OPERATION_SAVE = 10,
    /// start from the file path; the driver reports STARTED of the domain in it before it is done
    VW_OPERATION_RESTORE = 11,
    /// save the state where the next start finds it, and end the instance
    VW_OPERATION_MANAGED_SAVE = 12,
    /// drop what was saved for the next start
    VW_OPERATION_MANAGED_SAVE_REMOVE = 13,
    /// take the name name
    VW_OPERATION_RENAME = 14,
    /// suspend by power management; flags is the target: 0 memory, 1 disk, 2 both
    VW_OPERATION_PM_SUSPEND = 15,
    /// wake from that
    VW_OPERATION_PM_WAKEUP = 16,
    /// start with the host (flags 1), or no longer (flags 0)
    VW_OPERATION_SET_AUTOSTART = 17,
}

/// vwOperation:
///
/// What a driver is asked to do, and with which domain. It and what it points to
/// are valid until the operate function returns. Later releases may add members
/// at the end.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vwOperation {
    /// vwOperationType
    pub operation: u32,
    /// the flags of the function that was called, with their numbers there
    pub flags: u32,
    /// 16 bytes: the domain; all zero in RESTORE
    pub uuid: *const c_uchar,
    /// its name; in RENAME the new one; empty in RESTORE
    pub name: *const c_char,
    /// DEFINE, CREATE, CREATE_XML: a <domain> document; else NULL
    pub xml: *const c_char,
    /// SAVE, RESTORE: a file; else NULL
    pub path: *const c_char,
}

/// vwDriverOpen:
/// @host: where to report; all connections to this URI share it
/// @uri: the URI
/// @opaque: the driver's pointer
///
/// Opens a URI of the driver's scheme. What is reported before it returns, and the
/// first listing, is what there is to begin with. It must not open the same URI.
///
/// Returns 0; -1: the program's vwConnectOpen() fails.
///
/// Since: 0.1.0
pub type vwDriverOpen =
    Option<unsafe extern "C" fn(host: vwHostPtr, uri: *const c_char, opaque: *mut c_void) -> c_int>;

/// vwDriverClose:
/// @host: the host
/// @opaque: the driver's pointer
///
/// Closes what vwDriverOpen opened: once, after all other calls for @host have
/// returned. @host is invalid when it returns.
///
/// Since: 0.1.0
pub type vwDriverClose = Option<unsafe extern "C" fn(host: vwHostPtr, opaque: *mut c_void)>;

/// vwDriverOperate:
/// @host: the host
/// @op: what is asked
/// @opaque: the driver's pointer
///
/// Carries out an operation that fits what is known of the domain.
///
/// Returns 0: it is done, and the library shows what such an operation usually
/// does, as far as it has not been reported; 1: it is accepted, the caller goes on
/// at once, and vwHostReport() will tell what happens; -1: it is refused. The
/// caller then gets the error of the virtwatch function that failed last in here,
/// or VW_ERR_OPERATION_FAILED, and nothing has changed.
///
/// Since: 0.1.0
pub type vwDriverOperate = Option<
    unsafe extern "C" fn(host: vwHostPtr, op: *const vwOperation, opaque: *mut c_void) -> c_int,
>;

/// vwDriverEach:
/// @domain: a domain as it is: change VW_CHANGE_OBSERVED, uuid, name, state, reason,
///          flags, and id and xml where they are known
/// @data: what the list function was given
///
/// Takes one domain of a listing.
///
/// Returns 0, or -1: it makes no sense, see the last error.
///
/// Since: 0.1.0
pub type vwDriverEach =
    Option<unsafe extern "C" fn(domain: *const vwChange, data: *mut c_void) -> c_int>;

/// vwDriverList:
/// @host: the host
/// @each: to be called for every domain
/// @data: to be handed to @each
/// @opaque: the driver's pointer
///
/// Lists every domain that exists. What was reported before it was called must be
/// in it.
///
/// Returns 0; -1: the domains cannot be listed: VW_RECORD_SOURCE_DOWN, and nothing
/// that is known changes until a listing succeeds.
///
/// Since: 0.1.0
pub type vwDriverList = Option<
    unsafe extern "C" fn(
        host: vwHostPtr,
        each: vwDriverEach,
        data: *mut c_void,
        opaque: *mut c_void,
    ) -> c_int,
>;

/// vwDriver:
///
/// A hypervisor that the program brings. Any of the functions may be NULL: without
/// @operate nothing can be changed over connections, without @list there must be
/// enough in @native.
///
/// Threads: the functions are called on any thread, several at a time; only the
/// operations on one domain come one after the other. No lock is held: every
/// function of virtwatch may be called in them, also on connections to the same
/// URI, and they may take as long as they need. They must return to their caller,
/// not by longjmp() or an exception.
///
/// The structure may grow at the end; it travels with its size and is copied.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vwDriver {
    /// bit n = it reports what makes events of type n, whoever brings it about: libvirt's nine
    pub native: u64,
    /// opens a URI
    pub open: vwDriverOpen,
    /// closes it
    pub close: vwDriverClose,
    /// carries out an operation
    pub operate: vwDriverOperate,
    /// lists the domains, for what is not in native, for audits and where there is doubt
    pub list: vwDriverList,
}

// SAFETY: a number and pointers to functions that may be NULL, without a gap.
unsafe impl Growing for vwDriver {
    const FIRST: usize = 8 + 4 * size_of::<vwDriverClose>();
}

/// A table of functions as a hypervisor.
struct Table {
    scheme: String,
    native: EventTypes,
    functions: vwDriver,
    opaque: Opaque,
    /// The handles of open hosts. A leaf lock, held for a look-up.
    hosts: Mutex<BTreeMap<u64, Ref<vwHost>>>,
}

// SAFETY: the header says that the functions are called on several threads at once; the pointer is
// handed to them and nobody else.
unsafe impl Sync for Table {}

impl Table {
    fn handle(&self, host: &Host) -> vwHostPtr {
        let hosts = self.hosts.lock();
        hosts.get(&host.id()).map_or(ptr::null_mut(), Ref::as_ptr)
    }

    /// Runs a function of the program and gives what it returned; when that is less than 0, the
    /// error that it left, or one that names what failed.
    fn run(&self, what: &str, function: impl FnOnce() -> c_int) -> Result<c_int> {
        match error::caught(function) {
            (result @ 0.., _) => Ok(result),
            (_, Some(error)) => Err(error),
            (_, None) => {
                let info = format!("the driver '{}' failed to {what}", self.scheme);
                Err(Error::new(ErrorCode::OperationFailed, ErrorDomain::None, info))
            }
        }
    }
}

impl Hypervisor for Table {
    fn native(&self) -> EventTypes {
        self.native
    }

    fn open(&self, host: &Host, uri: &str) -> Result<()> {
        let handle = Ref::new(vwHost { host: host.clone() });
        let pointer = handle.as_ptr();
        self.hosts.lock().insert(host.id(), handle);
        let Some(open) = self.functions.open else { return Ok(()) };
        let uri = string::terminated(uri);
        let opened = self.run("open", || {
            // SAFETY: the program registered a function of this form; its arguments live through it.
            unsafe { open(pointer, uri.as_ptr(), self.opaque.pointer()) }
        });
        if opened.is_err() {
            let handle = self.hosts.lock().remove(&host.id());
            drop(handle);
        }
        opened.map(drop)
    }

    fn close(&self, host: &Host) {
        if let Some(close) = self.functions.close {
            let pointer = self.handle(host);
            // SAFETY: as in `open`.
            error::untouched(|| unsafe { close(pointer, self.opaque.pointer()) });
        }
        let handle = self.hosts.lock().remove(&host.id());
        drop(handle);
    }

    fn operate(&self, host: &Host, request: &Request<'_>) -> Result<Answer> {
        let Some(operate) = self.functions.operate else {
            let info = format!("{} by the driver '{}'", request.kind, self.scheme);
            return Err(Error::new(ErrorCode::NoSupport, ErrorDomain::None, info));
        };
        let name = string::terminated(request.name);
        let xml = request.xml.map(string::terminated);
        // A path came as a C string, so that no NUL is in it.
        let path = request.path.and_then(|path| CString::new(path.as_os_str().as_bytes()).ok());
        let or_null =
            |text: &Option<CString>| text.as_ref().map_or(ptr::null(), |text| text.as_ptr());
        let operation = vwOperation {
            operation: request.kind.number().unsigned_abs(),
            flags: request.flags,
            uuid: request.uuid.as_bytes().as_ptr(),
            name: name.as_ptr(),
            xml: or_null(&xml),
            path: or_null(&path),
        };
        let pointer = self.handle(host);
        let answer = self.run(&request.kind.to_string(), || {
            // SAFETY: as in `open`.
            unsafe { operate(pointer, &raw const operation, self.opaque.pointer()) }
        })?;
        Ok(if answer == 0 { Answer::Done } else { Answer::Accepted })
    }

    fn lists(&self) -> bool {
        self.functions.list.is_some()
    }

    fn list(&self, host: &Host, each: &mut dyn FnMut(Listed<'_>) -> Result<()>) -> Result<()> {
        let Some(list) = self.functions.list else { return Ok(()) };
        let mut each = each;
        let data = (&raw mut each).cast();
        let pointer = self.handle(host);
        let listed = self.run("list", || {
            // SAFETY: as in `open`; what `data` points to lives through it.
            unsafe { list(pointer, Some(take_one), data, self.opaque.pointer()) }
        });
        listed.map(drop)
    }
}

/// Takes one domain of a listing: the `each` that a list function is given.
unsafe extern "C" fn take_one(domain: *const vwChange, data: *mut c_void) -> c_int {
    // SAFETY: the driver keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDriverEach") }, |call| {
        let each = data.cast::<&mut dyn FnMut(Listed<'_>) -> Result<()>>();
        if each.is_null() {
            return Err(call.refuse("data", "must be what the list function was given"));
        }
        // SAFETY: the header has the driver hand on what `list` was given, while it runs.
        let each = unsafe { &mut *each };
        each(call.listed(domain)?)?;
        Ok(0)
    })
}

/// vwDriverRegister:
/// @scheme: the scheme of its URIs: lower-case letters, digits, "+", "-" and "."
/// @driver: its functions, which are copied
/// @size: sizeof(vwDriver)
/// @opaque: a pointer for the functions
/// @freecb: frees @opaque, may be NULL
///
/// Brings a hypervisor: from now on @scheme:///... can be opened, by C, Python and
/// the command line of this process alike. The library keeps the registry, the
/// configurations, the events and the callbacks.
///
/// What is in @driver->native is reported, whoever brings it about. Where there is
/// a list function, everything else is found by listing the domains every two
/// seconds, or as often as the parameter "poll" of the URI says (2, 0.5, 500ms, 1m).
/// Where there is none, what is not in @driver->native cannot happen: STARTED and
/// STOPPED must be in it, and of DEFINED and UNDEFINED, of SUSPENDED and RESUMED
/// both or neither. vwConnectGetEventSupport() says what comes of it.
///
/// A child of fork() begins without drivers.
///
/// Returns 0; -1: VW_ERR_INVALID_ARG, VW_ERR_OPERATION_INVALID (the scheme is taken),
/// and @freecb will not run.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDriverRegister(
    scheme: *const c_char,
    driver: *const vwDriver,
    size: usize,
    opaque: *mut c_void,
    freecb: vwFreeCallback,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDriverRegister") }, |call| {
        let scheme = call.text(scheme, "scheme")?;
        let functions = call.read_sized((driver, "driver"), (size, "size"))?;
        let native = EventTypes::from_bits(functions.native)
            .ok_or_else(|| call.refuse("driver->native", "has a bit without an event type"))?;
        register_made(scheme, native, functions.list.is_some(), || Table {
            scheme: scheme.to_owned(),
            native,
            functions,
            opaque: Opaque::new(opaque, freecb),
            hosts: Mutex::default(),
        })?;
        Ok(0)
    })
}

/// vwDriverUnregister:
/// @scheme: the scheme that it was registered for
///
/// Takes a hypervisor away. Its URIs cannot be opened any more. Open connections
/// stay: their domains are listed as they were known last, vwConnectIsAlive() is
/// 0, operations fail, and every watch and record callback is told
/// VW_RECORD_CLOSED. The close function is called for every open host.
///
/// On return none of its functions runs, and its free callback has run. Inside one
/// of its functions this does not wait; both come when the last has returned.
///
/// Returns 0; -1: VW_ERR_INVALID_ARG, no driver is registered for @scheme.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDriverUnregister(scheme: *const c_char) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDriverUnregister") }, |call| {
        unregister_driver(call.text(scheme, "scheme")?)?;
        Ok(0)
    })
}

since! { "VIRTWATCH_0.1.0": vwDriverRegister vwDriverUnregister }
