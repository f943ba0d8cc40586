//! Event loops: the program's own, or the default one.

use std::ffi::{c_int, c_void};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::error;
use super::event::vwFreeCallback;
use super::flag::vwEventHandleType;
use super::guard::{Call, guard};
use super::opaque::Opaque;
use crate::sys::PerProcess;
use crate::{
    DefaultLoop, Error, ErrorCode, ErrorDomain, EventLoop, Readiness, Ready, Result,
    register_event_loop,
};

/// vwEventHandleCallback:
/// @watch: the number that vwEventAddHandle() returned
/// @fd: the file descriptor
/// @events: what it is: vwEventHandleType values
/// @opaque: the pointer that was given with the callback
///
/// Tells that a file descriptor is ready. It runs in the event loop; every
/// function of the library may be called in it.
///
/// Since: 0.1.0
pub type vwEventHandleCallback =
    Option<unsafe extern "C" fn(watch: c_int, fd: c_int, events: c_int, opaque: *mut c_void)>;

/// vwEventAddHandleFunc:
/// @fd: a file descriptor
/// @event: what to watch it for: vwEventHandleType values
/// @cb: the callback
/// @opaque: a pointer for the callback
/// @ff: frees @opaque, may be NULL
///
/// An event loop's own vwEventAddHandle().
///
/// Returns a number for it, which is not negative; -1: error, and @ff will not
/// run.
///
/// Since: 0.1.0
pub type vwEventAddHandleFunc = Option<
    unsafe extern "C" fn(
        fd: c_int,
        event: c_int,
        cb: vwEventHandleCallback,
        opaque: *mut c_void,
        ff: vwFreeCallback,
    ) -> c_int,
>;

/// vwEventUpdateHandleFunc:
/// @watch: the number of a file descriptor
/// @event: what to watch it for
///
/// An event loop's own vwEventUpdateHandle().
///
/// Since: 0.1.0
pub type vwEventUpdateHandleFunc = Option<unsafe extern "C" fn(watch: c_int, event: c_int)>;

/// vwEventRemoveHandleFunc:
/// @watch: the number of a file descriptor
///
/// An event loop's own vwEventRemoveHandle(): the callback does not start any
/// more, and what was given to free its pointer is called later, by the loop,
/// when the callback does not run.
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
pub type vwEventRemoveHandleFunc = Option<unsafe extern "C" fn(watch: c_int) -> c_int>;

/// vwEventTimeoutCallback:
/// @timer: the number that vwEventAddTimeout() returned
/// @opaque: the pointer that was given with the callback
///
/// Tells that the time of a timer has come. It runs in the event loop; every
/// function of the library may be called in it.
///
/// Since: 0.1.0
pub type vwEventTimeoutCallback = Option<unsafe extern "C" fn(timer: c_int, opaque: *mut c_void)>;

/// vwEventAddTimeoutFunc:
/// @timeout: milliseconds; 0: in every iteration, -1: never
/// @cb: the callback
/// @opaque: a pointer for the callback
/// @ff: frees @opaque, may be NULL
///
/// An event loop's own vwEventAddTimeout().
///
/// Returns a number for it, which is not negative; -1: error, and @ff will not
/// run.
///
/// Since: 0.1.0
pub type vwEventAddTimeoutFunc = Option<
    unsafe extern "C" fn(
        timeout: c_int,
        cb: vwEventTimeoutCallback,
        opaque: *mut c_void,
        ff: vwFreeCallback,
    ) -> c_int,
>;

/// vwEventUpdateTimeoutFunc:
/// @timer: the number of a timer
/// @timeout: milliseconds; 0: in every iteration, -1: never
///
/// An event loop's own vwEventUpdateTimeout().
///
/// Since: 0.1.0
pub type vwEventUpdateTimeoutFunc = Option<unsafe extern "C" fn(timer: c_int, timeout: c_int)>;

/// vwEventRemoveTimeoutFunc:
/// @timer: the number of a timer
///
/// An event loop's own vwEventRemoveTimeout(), see vwEventRemoveHandleFunc.
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
pub type vwEventRemoveTimeoutFunc = Option<unsafe extern "C" fn(timer: c_int) -> c_int>;

/// An event loop of the program.
#[derive(Clone, Copy)]
struct Table {
    add_handle: unsafe extern "C" fn(
        c_int,
        c_int,
        vwEventHandleCallback,
        *mut c_void,
        vwFreeCallback,
    ) -> c_int,
    update_handle: unsafe extern "C" fn(c_int, c_int),
    remove_handle: unsafe extern "C" fn(c_int) -> c_int,
    add_timeout:
        unsafe extern "C" fn(c_int, vwEventTimeoutCallback, *mut c_void, vwFreeCallback) -> c_int,
    update_timeout: unsafe extern "C" fn(c_int, c_int),
    remove_timeout: unsafe extern "C" fn(c_int) -> c_int,
}

/// Whose functions the functions below call.
enum Implementation {
    Program(Table),
    Default(Arc<DefaultLoop>),
}

/// Set by whoever registers first; to `None` when Rust code has registered a loop before.
static IMPLEMENTATION: PerProcess<OnceLock<Option<Implementation>>> = PerProcess::new();

/// Registers it, unless there is one. On return it is there, whoever was faster.
fn register(implementation: Implementation) {
    IMPLEMENTATION.get().get_or_init(|| {
        let event_loop: Arc<dyn EventLoop> = match &implementation {
            Implementation::Program(table) => Arc::new(*table),
            Implementation::Default(default) => Arc::clone(default) as _,
        };
        register_event_loop(event_loop).then_some(implementation)
    });
}

fn registered() -> Option<&'static Implementation> {
    IMPLEMENTATION.get().get()?.as_ref()
}

impl EventLoop for Table {
    fn add(&self, fd: BorrowedFd<'_>, ready: Ready) -> Option<i32> {
        let opaque = Box::into_raw(Box::new(ready));
        let (fd, events) = (fd.as_raw_fd(), vwEventHandleType::VW_EVENT_HANDLE_READABLE as c_int);
        // SAFETY: the program registered it as what the header says.
        let watch = error::untouched(|| unsafe {
            (self.add_handle)(fd, events, Some(on_ready), opaque.cast(), Some(free_ready))
        });
        if watch < 0 {
            // SAFETY: made above, and not kept by a loop that refused it.
            drop(unsafe { Box::from_raw(opaque) });
            return None;
        }
        Some(watch)
    }

    fn remove(&self, watch: i32) {
        // SAFETY: the program registered it as what the header says.
        error::untouched(|| unsafe { (self.remove_handle)(watch) });
    }
}

/// What a loop of the program calls for a dispatcher.
unsafe extern "C" fn on_ready(_: c_int, _: c_int, _: c_int, opaque: *mut c_void) {
    // SAFETY: it was given with this function, and is not freed before the loop calls it.
    let ready = unsafe { &*opaque.cast::<Ready>() };
    // The loop may free it while it runs.
    let ready = Arc::clone(ready);
    error::untouched(|| {
        // SAFETY: no argument is read by it.
        guard((), unsafe { Call::new("vwEventHandleCallback") }, |_| {
            ready();
            Ok(())
        });
    });
}

unsafe extern "C" fn free_ready(opaque: *mut c_void) {
    // SAFETY: it was given with this function, which is called once.
    drop(unsafe { Box::from_raw(opaque.cast::<Ready>()) });
}

fn implementation() -> Result<&'static Implementation> {
    registered().ok_or_else(|| {
        let info = "no event loop implementation is registered";
        Error::new(ErrorCode::OperationInvalid, ErrorDomain::None, info)
    })
}

/// What a function of the program's loop returned: numbers for what was added, and 0.
fn accepted(function: &str, returned: c_int) -> Result<c_int> {
    if returned < 0 {
        let info = format!("{function} of the event loop returned {returned}");
        return Err(Error::new(ErrorCode::OperationFailed, ErrorDomain::None, info));
    }
    Ok(returned)
}

/// `is_there` of the default loop: whether it knows the number of a handle or a timer.
fn known(call: &Call, argument: &str, is_there: bool) -> Result<c_int> {
    if is_there { Ok(0) } else { Err(call.refuse(argument, "must be one that was added")) }
}

fn readiness(call: &Call, events: c_int) -> Result<Readiness> {
    Readiness::from_bits(events.cast_unsigned())
        .ok_or_else(|| call.refuse("events", "must be vwEventHandleType values"))
}

fn frequency(milliseconds: c_int) -> Option<Duration> {
    u64::try_from(milliseconds).ok().map(Duration::from_millis)
}

/// vwEventRegisterImpl:
/// @addHandle: as vwEventAddHandle()
/// @updateHandle: as vwEventUpdateHandle()
/// @removeHandle: as vwEventRemoveHandle()
/// @addTimeout: as vwEventAddTimeout()
/// @updateTimeout: as vwEventUpdateTimeout()
/// @removeTimeout: as vwEventRemoveTimeout()
///
/// Has the callbacks of connections that are opened from now on run in an event
/// loop of the program. It can be done once in a process; what is registered
/// later is ignored. The program has to run its loop then: nothing is delivered
/// while it does not, and no watch and no change waits for it.
///
/// For each connection the library adds one handle with the first callback, which
/// is readable while there is something to deliver, and removes it when the
/// connection is gone. It does so on the threads that register and that end the
/// connection, with no lock held. The other functions it calls only for those who call vwEventAddHandle()
/// and its kin. The handle's callback may be called on any thread; called while
/// it runs, it does nothing. It delivers all that there is.
///
/// No loop has to be registered: without one, callbacks run on a thread of their
/// connection. A child of fork() has none until it registers one.
///
/// An argument that is NULL is an error, and nothing is registered.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwEventRegisterImpl(
    addHandle: vwEventAddHandleFunc,
    updateHandle: vwEventUpdateHandleFunc,
    removeHandle: vwEventRemoveHandleFunc,
    addTimeout: vwEventAddTimeoutFunc,
    updateTimeout: vwEventUpdateTimeoutFunc,
    removeTimeout: vwEventRemoveTimeoutFunc,
) {
    // SAFETY: the caller keeps what the header asks for.
    guard((), unsafe { Call::new("vwEventRegisterImpl") }, |call| {
        let missing = |argument| move || call.refuse(argument, "must not be NULL");
        let table = Table {
            add_handle: addHandle.ok_or_else(missing("addHandle"))?,
            update_handle: updateHandle.ok_or_else(missing("updateHandle"))?,
            remove_handle: removeHandle.ok_or_else(missing("removeHandle"))?,
            add_timeout: addTimeout.ok_or_else(missing("addTimeout"))?,
            update_timeout: updateTimeout.ok_or_else(missing("updateTimeout"))?,
            remove_timeout: removeTimeout.ok_or_else(missing("removeTimeout"))?,
        };
        register(Implementation::Program(table));
        Ok(())
    });
}

/// vwEventRegisterDefaultImpl:
///
/// Registers the event loop of this library, see vwEventRegisterImpl(). The
/// program runs it by calling vwEventRunDefaultImpl() again and again.
///
/// Returns 0, also if an event loop was registered before, which stays.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwEventRegisterDefaultImpl() -> c_int {
    // SAFETY: it has no arguments.
    guard(-1, unsafe { Call::new("vwEventRegisterDefaultImpl") }, |_| {
        register(Implementation::Default(Arc::default()));
        Ok(0)
    })
}

/// vwEventRunDefaultImpl:
///
/// Runs one iteration of the event loop that vwEventRegisterDefaultImpl() has
/// registered: waits until something is ready, calls everything that is, once,
/// and frees what was removed. All events that there are for callbacks are
/// delivered in one iteration. A Unix signal ends the wait.
///
/// While another thread runs the loop, it waits until that is done. In a
/// callback of the loop it may be called too; callbacks that are running are
/// left out then.
///
/// Returns 0; -1: VW_ERR_OPERATION_INVALID (that loop is not registered),
/// VW_ERR_SYSTEM_ERROR.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwEventRunDefaultImpl() -> c_int {
    // SAFETY: it has no arguments.
    guard(-1, unsafe { Call::new("vwEventRunDefaultImpl") }, |_| {
        let Some(Implementation::Default(default)) = registered() else {
            let info = "the default event loop is not registered";
            return Err(Error::new(ErrorCode::OperationInvalid, ErrorDomain::None, info));
        };
        error::untouched(|| default.run()).map(|()| 0)
    })
}

/// vwEventAddHandle:
/// @fd: a file descriptor, to stay open until it is removed
/// @events: what to watch it for: vwEventHandleType values, 0 for nothing
/// @cb: the callback
/// @opaque: a pointer for the callback
/// @ff: frees @opaque, may be NULL
///
/// Has the event loop call @cb whenever a file descriptor is ready. Errors and
/// hang-ups are told whether they were asked for or not, unless @events is 0.
///
/// This and the next five go to the event loop that is registered. The default
/// one may be changed by any thread, and in its callbacks.
///
/// Returns a number for it, from 1 on; -1: VW_ERR_OPERATION_INVALID (no event
/// loop is registered), VW_ERR_INVALID_ARG, or the loop refused, and @ff will not
/// run.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwEventAddHandle(
    fd: c_int,
    events: c_int,
    cb: vwEventHandleCallback,
    opaque: *mut c_void,
    ff: vwFreeCallback,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwEventAddHandle") }, |call| {
        if fd < 0 {
            return Err(call.refuse("fd", "must be zero or greater"));
        }
        let readiness = readiness(call, events)?;
        let callback = cb.ok_or_else(|| call.refuse("cb", "must not be NULL"))?;
        match implementation()? {
            Implementation::Program(table) => {
                // SAFETY: the program registered it as what the header says.
                let watch =
                    error::untouched(|| unsafe { (table.add_handle)(fd, events, cb, opaque, ff) });
                accepted("addHandle", watch)
            }
            Implementation::Default(default) => {
                let opaque = Opaque::new(opaque, ff);
                Ok(default.add_handle(fd, readiness, move |watch, found| {
                    let events = found.bits().cast_signed();
                    // SAFETY: the program gave a callback of this form, and the pointer for it.
                    unsafe { callback(watch, fd, events, opaque.pointer()) };
                }))
            }
        }
    })
}

/// vwEventUpdateHandle:
/// @watch: the number of a file descriptor
/// @events: what to watch it for: vwEventHandleType values, 0 for nothing
///
/// Changes what a file descriptor is watched for. That takes effect at once,
/// also for one that is ready already and was not called yet.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwEventUpdateHandle(watch: c_int, events: c_int) {
    // SAFETY: the caller keeps what the header asks for.
    guard((), unsafe { Call::new("vwEventUpdateHandle") }, |call| {
        let readiness = readiness(call, events)?;
        match implementation()? {
            Implementation::Program(table) => {
                // SAFETY: the program registered it as what the header says.
                error::untouched(|| unsafe { (table.update_handle)(watch, events) });
                Ok(())
            }
            Implementation::Default(default) => {
                known(call, "watch", default.update_handle(watch, readiness)).map(drop)
            }
        }
    });
}

/// vwEventRemoveHandle:
/// @watch: the number of a file descriptor
///
/// Removes a file descriptor: its callback does not start any more. What frees
/// its pointer is called later, in the loop, when the callback does not run.
///
/// Returns 0; -1: VW_ERR_INVALID_ARG (it is not there), VW_ERR_OPERATION_INVALID
/// (no event loop is registered), or the loop refused.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwEventRemoveHandle(watch: c_int) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwEventRemoveHandle") }, |call| match implementation()? {
        Implementation::Program(table) => {
            // SAFETY: the program registered it as what the header says.
            accepted("removeHandle", error::untouched(|| unsafe { (table.remove_handle)(watch) }))
        }
        Implementation::Default(default) => known(call, "watch", default.remove_handle(watch)),
    })
}

/// vwEventAddTimeout:
/// @frequency: milliseconds; 0: in every iteration, -1: never
/// @cb: the callback
/// @opaque: a pointer for the callback
/// @ff: frees @opaque, may be NULL
///
/// Has the event loop call @cb each time that so much time has passed, until the
/// timer is changed or removed.
///
/// Returns a number for it, from 1 on; -1: as vwEventAddHandle().
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwEventAddTimeout(
    frequency: c_int,
    cb: vwEventTimeoutCallback,
    opaque: *mut c_void,
    ff: vwFreeCallback,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwEventAddTimeout") }, |call| {
        let callback = cb.ok_or_else(|| call.refuse("cb", "must not be NULL"))?;
        match implementation()? {
            Implementation::Program(table) => {
                // SAFETY: the program registered it as what the header says.
                let timer =
                    error::untouched(|| unsafe { (table.add_timeout)(frequency, cb, opaque, ff) });
                accepted("addTimeout", timer)
            }
            Implementation::Default(default) => {
                let opaque = Opaque::new(opaque, ff);
                Ok(default.add_timeout(self::frequency(frequency), move |timer| {
                    // SAFETY: the program gave a callback of this form, and the pointer for it.
                    unsafe { callback(timer, opaque.pointer()) };
                }))
            }
        }
    })
}

/// vwEventUpdateTimeout:
/// @timer: the number of a timer
/// @frequency: milliseconds; 0: in every iteration, -1: never
///
/// Changes the time of a timer, which begins to run anew.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwEventUpdateTimeout(timer: c_int, frequency: c_int) {
    // SAFETY: the caller keeps what the header asks for.
    guard((), unsafe { Call::new("vwEventUpdateTimeout") }, |call| match implementation()? {
        Implementation::Program(table) => {
            // SAFETY: the program registered it as what the header says.
            error::untouched(|| unsafe { (table.update_timeout)(timer, frequency) });
            Ok(())
        }
        Implementation::Default(default) => {
            let is_there = default.update_timeout(timer, self::frequency(frequency));
            known(call, "timer", is_there).map(drop)
        }
    });
}

/// vwEventRemoveTimeout:
/// @timer: the number of a timer
///
/// Removes a timer, as vwEventRemoveHandle() does a file descriptor.
///
/// Returns 0; -1: as vwEventRemoveHandle().
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwEventRemoveTimeout(timer: c_int) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwEventRemoveTimeout") }, |call| match implementation()? {
        Implementation::Program(table) => {
            // SAFETY: the program registered it as what the header says.
            accepted("removeTimeout", error::untouched(|| unsafe { (table.remove_timeout)(timer) }))
        }
        Implementation::Default(default) => known(call, "timer", default.remove_timeout(timer)),
    })
}

since! { "VIRTWATCH_0.1.0":
    vwEventRegisterImpl vwEventRegisterDefaultImpl vwEventRunDefaultImpl
    vwEventAddHandle vwEventUpdateHandle vwEventRemoveHandle
    vwEventAddTimeout vwEventUpdateTimeout vwEventRemoveTimeout
}
