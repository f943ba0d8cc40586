//! Watches.

use std::ffi::{c_int, c_uchar};
use std::os::fd::AsRawFd;
use std::ptr;
use std::time::Duration;

use super::connection::{vwConnect, vwConnectPtr};
use super::cursor::vwCursor;
use super::flag::vwWatchFlags;
use super::guard::{Call, guard};
use super::handle::{self, Object, Ref};
use super::record::{Strings, vwRecord};
use super::sized::Growing;
use crate::sync::{Mutex, MutexGuard};
use crate::{Canceller, Error, ErrorCode, ErrorDomain, EventTypes, Result, Watch, WatchOptions};

/// vwWatch:
///
/// A reader of the journal: what exists, if asked for, and then every change, in
/// order. Reading at its own speed it delays nobody; when it is too far behind
/// it is brought to now in one go. A watch is used by one thread at a time, but
/// for vwWatchCancel(). It holds its connection.
///
/// Since: 0.1.0
#[derive(Debug)]
pub struct vwWatch {
    reading: Mutex<Reading>,
    canceller: Canceller,
    pub(super) connect: Ref<vwConnect>,
}

/// What the one thread that reads a watch uses.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) watch: Watch,
    strings: Strings,
}

/// A watch, as functions take it.
pub type vwWatchPtr = *mut vwWatch;

/// vwWatchOptions:
///
/// What a watch delivers, and from where on. All 0 is the default: every event
/// from now on. The structure may grow at the end; it travels with its size.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vwWatchOptions {
    /// vwWatchFlags
    pub flags: u32,
    /// how many of its own events it may fall behind; 0 = 65,536 or four times the domains
    pub max_lag: u32,
    /// bit n = events of type n; 0 = all, also those of later releases
    pub types: u64,
    /// 16 bytes: events of this domain only, which need not exist yet; NULL = of all
    pub uuid: *const c_uchar,
    /// go on after this place; if it cannot be used, begin with what exists (VW_ORIGIN_RESET)
    pub resume: *const vwCursor,
}

// SAFETY: numbers and pointers without a gap.
unsafe impl Growing for vwWatchOptions {
    const FIRST: usize = 16 + 2 * size_of::<*const c_uchar>();
}

impl Object for vwWatch {
    const KIND: u64 = u64::from_be_bytes(*b"vw-Watch");

    fn invalid(function: &str) -> Error {
        Error::invalid_arg(format!("invalid watch pointer in {function}"))
    }
}

impl vwWatch {
    /// Takes the watch for this thread, or refuses when another one has it.
    pub(super) fn reading(&self, call: &Call) -> Result<MutexGuard<'_, Reading>> {
        self.reading.try_lock().ok_or_else(|| {
            let info = format!("the watch in {} is in use by another thread", call.function());
            Error::new(ErrorCode::OperationInvalid, ErrorDomain::None, info)
        })
    }
}

/// What C asks of a watch.
pub(super) fn options(
    call: &Call,
    opts: *const vwWatchOptions,
    size: usize,
) -> Result<WatchOptions> {
    if opts.is_null() {
        return Ok(WatchOptions::default());
    }
    let opts = call.read_sized((opts, "opts"), (size, "optsSize"))?;
    let snapshot = vwWatchFlags::ask_for_snapshot(call, opts.flags)?;
    let types = match opts.types {
        0 => EventTypes::ALL,
        bits => EventTypes::from_bits(bits).ok_or_else(|| {
            call.refuse("opts->types", &format!("has a bit without an event type ({bits:#x})"))
        })?,
    };
    let uuid = if opts.uuid.is_null() { None } else { Some(call.uuid(opts.uuid, "opts->uuid")?) };
    let resume = if opts.resume.is_null() {
        None
    } else {
        Some(call.read(opts.resume, "opts->resume")?.into())
    };
    Ok(WatchOptions { snapshot, max_lag: opts.max_lag, types, uuid, resume })
}

/// vwWatchNew:
/// @conn: a connection
/// @opts: what to deliver, NULL for every event from now on
/// @optsSize: sizeof(vwWatchOptions)
///
/// Makes a watch. With VW_WATCH_SNAPSHOT it delivers CATCHUP, what leads from
/// nothing to what exists, SYNCED, and then every later event: nothing is lost
/// in between, nothing comes twice. With a cursor it goes on behind it; when the
/// cursor cannot be used it delivers CATCHUP of origin VW_ORIGIN_RESET and all
/// that exists, so that what is not named before SYNCED exists no more.
///
/// The filter of types comes last: in catch-ups too, while CATCHUP, SYNCED and
/// SOURCE_* always pass. Gaps in the numbers are normal under a filter; a loss is
/// always a CATCHUP.
///
/// Returns the watch, to be freed with vwWatchFree(); NULL: VW_ERR_INVALID_ARG
/// (unknown flags, a bit without a type, a size that is too small, unknown
/// members that are not 0).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwWatchNew(
    conn: vwConnectPtr,
    opts: *const vwWatchOptions,
    optsSize: usize,
) -> vwWatchPtr {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwWatchNew") }, |call| {
        let conn = call.connection(conn)?;
        let watch = conn.connection.watch(options(call, opts, optsSize)?)?;
        let canceller = watch.canceller();
        let reading = Mutex::new(Reading { watch, strings: Strings::default() });
        Ok(handle::give(vwWatch { reading, canceller, connect: conn.keep() }))
    })
}

/// vwWatchNext:
/// @watch: a watch
/// @rec: where to write the record
/// @recSize: sizeof(vwRecord)
/// @timeoutMs: how long to wait in milliseconds, 0 not at all, -1 for ever
///
/// Waits for the next record. The strings of @rec are good until the next call
/// on this watch.
///
/// Returns 1: a record; 0: the time is over, or a Unix signal came; -1: error,
/// VW_ERR_OPERATION_ABORTED once the watch was cancelled,
/// VW_ERR_OPERATION_INVALID if another thread is using it.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwWatchNext(
    watch: vwWatchPtr,
    rec: *mut vwRecord,
    recSize: usize,
    timeoutMs: c_int,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwWatchNext") }, |call| {
        let watch = call.watch(watch)?;
        let place = call.out_sized((rec, "rec"), (recSize, "recSize"))?;
        let timeout = match timeoutMs {
            -1 => None,
            ms => Some(Duration::from_millis(
                u64::try_from(ms).map_err(|_| call.refuse("timeoutMs", "must be -1 or more"))?,
            )),
        };
        let mut reading = watch.reading(call)?;
        let Some(record) = reading.watch.next(timeout)? else { return Ok(0) };
        let epoch = reading.watch.epoch();
        place.write(&vwRecord::new(&record, epoch, &watch.connect.uri, &mut reading.strings));
        Ok(1)
    })
}

/// vwWatchCancel:
/// @watch: a watch that is not freed meanwhile
///
/// From now on vwWatchNext() returns -1 with VW_ERR_OPERATION_ABORTED, also where
/// it waits. May be called by any thread, and in a signal handler: it takes no
/// lock, allocates nothing and leaves errno alone. Of a pointer that is no watch
/// it keeps no error.
///
/// Returns 0; -1: not a watch.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwWatchCancel(watch: vwWatchPtr) -> c_int {
    // Not in `guard`: the last error of a thread is not to be touched in a signal handler.
    // SAFETY: the caller keeps what the header asks for.
    let call = unsafe { Call::new("vwWatchCancel") };
    call.watch_in_handler(watch).map_or(-1, |watch| {
        super::guard::errno_untouched(|| watch.canceller.cancel());
        0
    })
}

/// vwWatchGetFD:
/// @watch: a watch
///
/// Makes the watch fit for poll() and event loops: the file descriptor is
/// readable while there is a record to read, or the watch was cancelled. It is
/// for polling only, level-triggered, closed on exec, and belongs to the watch.
///
/// Returns the file descriptor, always the same one; -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwWatchGetFD(watch: vwWatchPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwWatchGetFD") }, |call| {
        let watch = call.watch(watch)?;
        let fd = watch.reading(call)?.watch.fd()?.as_raw_fd();
        Ok(fd)
    })
}

/// vwWatchGetCursor:
/// @watch: a watch
/// @cursor: where to write the cursor
///
/// Tells the place up to which everything has been delivered. It moves over a
/// catch-up only at its SYNCED, so that breaking off repeats it harmlessly.
///
/// Returns 0; -1: error, VW_ERR_OPERATION_INVALID if another thread is using the
/// watch.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwWatchGetCursor(watch: vwWatchPtr, cursor: *mut vwCursor) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwWatchGetCursor") }, |call| {
        let watch = call.watch(watch)?;
        let place = call.out(cursor, "cursor")?;
        place.write(watch.reading(call)?.watch.cursor().into());
        Ok(0)
    })
}

/// vwWatchFree:
/// @watch: a watch
///
/// Ends a watch.
///
/// Returns 0; -1: error, VW_ERR_OPERATION_INVALID if another thread is using it
/// (cancel it first, and wait for that thread).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwWatchFree(watch: vwWatchPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwWatchFree") }, |call| {
        if let Some(watch) = call.watch_in_handler(watch) {
            drop(watch.reading(call)?);
        }
        call.release(watch)?;
        Ok(0)
    })
}

since! { "VIRTWATCH_0.1.0":
    vwWatchNew vwWatchNext vwWatchCancel vwWatchGetFD vwWatchGetCursor vwWatchFree
}
