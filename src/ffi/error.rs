//! The last error of each thread.

use std::cell::UnsafeCell;
use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use super::connection::vwConnectPtr;
use super::domain::vwDomainPtr;
use super::number::vwErrorLevel;
use super::string;
use crate::{Error, ErrorCode, ErrorDomain};

/// The longest message in bytes, as in libvirt; a longer one is cut.
const LONGEST: usize = 1023;

/// vwError:
///
/// What went wrong. The layout is libvirt's. There are two forms: most texts are
/// a standard text for the code (@str1, with %s for what was added) and what was
/// added (@str2), @int1 and @int2 are then -1, but for VW_ERR_SYSTEM_ERROR,
/// whose @int1 is an errno. The text of a check of arguments stands alone; @str1
/// is then the name of the function, @str2 that of the argument where it is
/// known, @int1 and @int2 are 0.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vwError {
    /// the kind of error: a vwErrorNumber
    pub code: c_int,
    /// the part of the library that refused: a vwErrorDomain
    pub domain: c_int,
    /// human-readable, names the argument or the domain
    pub message: *mut c_char,
    /// how bad it is
    pub level: vwErrorLevel,
    /// unused: NULL
    pub conn: vwConnectPtr,
    /// unused: NULL
    pub dom: vwDomainPtr,
    /// the standard text, or the function
    pub str1: *mut c_char,
    /// what was added to it, or the argument; may be NULL
    pub str2: *mut c_char,
    /// unused: NULL
    pub str3: *mut c_char,
    /// -1, an errno, or 0
    pub int1: c_int,
    /// -1 or 0
    pub int2: c_int,
    /// unused: NULL
    pub net: *mut c_void,
}

/// A pointer to an error.
pub type vwErrorPtr = *mut vwError;

impl vwError {
    const NONE: Self = Self {
        code: 0,
        domain: 0,
        message: ptr::null_mut(),
        level: vwErrorLevel::VW_ERR_NONE,
        conn: ptr::null_mut(),
        dom: ptr::null_mut(),
        str1: ptr::null_mut(),
        str2: ptr::null_mut(),
        str3: ptr::null_mut(),
        int1: 0,
        int2: 0,
        net: ptr::null_mut(),
    };

    /// What `function` failed with.
    fn new(error: &Error, function: &str) -> Self {
        let (code, message) = (error.code(), error.message());
        let bare = Self {
            code: code.number(),
            domain: error.domain().number(),
            message: string::give(cut(message)),
            level: vwErrorLevel::VW_ERR_ERROR,
            ..Self::NONE
        };
        let form = code.form();
        let (before, info) = match form.strip_suffix("%s") {
            Some(before) => (before, message.strip_prefix(before)),
            None => (form, None),
        };
        if message.starts_with(before) {
            Self {
                str1: string::give(form),
                str2: info.map(cut).map_or(ptr::null_mut(), string::give),
                int1: error.errno().unwrap_or(-1),
                int2: -1,
                ..bare
            }
        } else {
            Self {
                str1: string::give(function),
                str2: argument(message, function).map_or(ptr::null_mut(), string::give),
                ..bare
            }
        }
    }
}

/// A text as long as libvirt's can be.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// Which argument a check speaks of: as libvirt's it begins with the name, or is about flags.
fn argument<'a>(message: &'a str, function: &str) -> Option<&'a str> {
    match message.split_once(" in ") {
        Some((argument, rest)) if rest.starts_with(function) => Some(argument),
        _ => message.contains("flag").then_some("flags"),
    }
}

/// Where a thread keeps its last error. C may read and reset it by pointer.
struct Slot(UnsafeCell<vwError>);

impl Drop for Slot {
    fn drop(&mut self) {
        reset(self.0.get());
    }
}

thread_local! {
    static LAST: Slot = const { Slot(UnsafeCell::new(vwError::NONE)) };
}

/// The last error of this thread; `None` while the thread ends.
fn last() -> Option<vwErrorPtr> {
    LAST.try_with(|slot| slot.0.get()).ok()
}

/// Makes it no error, and frees its text.
fn reset(error: vwErrorPtr) {
    // SAFETY: it is the slot of this thread, or what the caller of `vwResetError` answers for.
    let old = unsafe { error.replace(vwError::NONE) };
    for text in [old.message, old.str1, old.str2, old.str3] {
        if !text.is_null() {
            // SAFETY: the texts of an error come from malloc.
            unsafe { string::release(text) };
        }
    }
}

/// The code of an error.
fn code(error: vwErrorPtr) -> c_int {
    // SAFETY: as `reset`.
    unsafe { (*error).code }
}

/// Forgets the last error of this thread.
pub(super) fn clear() {
    if let Some(last) = last()
        && code(last) != 0
    {
        reset(last);
    }
}

/// Keeps what `function` failed with as the last error of this thread.
pub(super) fn set(error: &Error, function: &str) {
    if let Some(last) = last() {
        reset(last);
        // SAFETY: the slot of this thread.
        unsafe { last.write(vwError::new(error, function)) };
    }
}

/// Runs user code with the last error of this thread, which comes back as that left it; the code
/// finds a copy in its place.
pub(super) fn show(run: impl FnOnce(vwErrorPtr)) {
    let Some(last) = last() else { return };
    // SAFETY: the slot of this thread.
    let mut shown = unsafe { last.read() };
    copy(&raw mut shown, last);
    run(&raw mut shown);
    reset(last);
    // SAFETY: as above.
    unsafe { last.write(shown) };
}

/// Runs user code from which the last error comes back as it was.
pub(super) fn untouched<T>(run: impl FnOnce() -> T) -> T {
    let Some(last) = last() else { return run() };
    // SAFETY: the slot of this thread.
    let before = unsafe { last.replace(vwError::NONE) };
    let result = run();
    reset(last);
    // SAFETY: as above.
    unsafe { last.write(before) };
    result
}

/// Runs a function of the program; what it left as the last error goes with what it returned. The
/// error from before comes back.
pub(super) fn caught<T>(run: impl FnOnce() -> T) -> (T, Option<Error>) {
    untouched(|| {
        let result = run();
        let error = last().filter(|last| code(*last) != 0).and_then(|last| {
            // SAFETY: the slot of this thread.
            let vwError { code, domain, message, .. } = unsafe { last.read() };
            // SAFETY: the texts of an error end with a NUL, and nobody frees this one meanwhile.
            let message = unsafe { string::bytes(message) }.unwrap_or_default();
            let domain = ErrorDomain::from_number(domain).unwrap_or(ErrorDomain::None);
            let message = String::from_utf8_lossy(message);
            Some(Error::plain(ErrorCode::from_number(code)?, domain, message))
        });
        (result, error)
    })
}

/// Writes a copy with texts of its own.
fn copy(from: vwErrorPtr, to: vwErrorPtr) {
    // SAFETY: as `reset`.
    let mut copy = unsafe { from.read() };
    for text in [&mut copy.message, &mut copy.str1, &mut copy.str2, &mut copy.str3] {
        // SAFETY: the texts of an error end with a NUL.
        if let Some(bytes) = unsafe { string::bytes(*text) } {
            *text = string::give(&String::from_utf8_lossy(bytes));
        }
    }
    // SAFETY: as `reset`.
    unsafe { to.write(copy) };
}

/// vwGetLastError:
///
/// The error of the last call on this thread that failed, unless a later call
/// succeeded: every function but those about errors forgets it first.
///
/// Returns the error, which belongs to the thread and is good until its next
/// call; NULL if there is none.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwGetLastError() -> vwErrorPtr {
    match last() {
        Some(last) if code(last) != 0 => last,
        _ => ptr::null_mut(),
    }
}

/// vwGetLastErrorCode:
///
/// Returns the code of the last error of this thread, VW_ERR_OK if there is
/// none.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwGetLastErrorCode() -> c_int {
    last().map_or(0, code)
}

/// vwGetLastErrorDomain:
///
/// Returns the part of the library that the last error of this thread came
/// from, VW_FROM_NONE if there is none.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwGetLastErrorDomain() -> c_int {
    // SAFETY: the slot of this thread.
    last().map_or(0, |last| unsafe { (*last).domain })
}

/// vwGetLastErrorMessage:
///
/// Returns the text of the last error of this thread, good until its next call;
/// "no error" if there is none. Never NULL, not to be freed.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwGetLastErrorMessage() -> *const c_char {
    let Some(last) = last().filter(|&last| code(last) != 0) else {
        return c"no error".as_ptr();
    };
    // SAFETY: the slot of this thread.
    let message = unsafe { (*last).message };
    if message.is_null() { c"unknown error".as_ptr() } else { message }
}

/// vwSaveLastError:
///
/// Copies the last error of this thread, so that cleaning up does not lose it.
///
/// Returns the copy, to be freed with vwFreeError(); its code is VW_ERR_OK if
/// there was no error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwSaveLastError() -> vwErrorPtr {
    let saved: vwErrorPtr = string::allocate(1);
    let mut none = vwError::NONE;
    copy(last().unwrap_or(&raw mut none), saved);
    saved
}

/// vwCopyLastError:
/// @to: where to copy the error
///
/// Copies the last error of this thread. What @to held before is overwritten,
/// not freed; vwResetError() frees what it holds then.
///
/// Returns the code of the error, VW_ERR_OK if there is none, -1 if @to is NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwCopyLastError(to: vwErrorPtr) -> c_int {
    if to.is_null() {
        return -1;
    }
    let mut none = vwError::NONE;
    let from = last().unwrap_or(&raw mut none);
    // The last error itself may be given, and is then as it is.
    if from != to {
        copy(from, to);
    }
    code(to)
}

/// vwResetLastError:
///
/// Forgets the last error of this thread.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwResetLastError() {
    clear();
}

/// vwResetError:
/// @err: an error, may be NULL
///
/// Frees the texts of an error, and makes it none.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwResetError(err: vwErrorPtr) {
    if !err.is_null() {
        reset(err);
    }
}

/// vwFreeError:
/// @err: an error from vwSaveLastError(), may be NULL
///
/// Frees an error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwFreeError(err: vwErrorPtr) {
    if !err.is_null() {
        reset(err);
        // SAFETY: it came from `vwSaveLastError`, says the caller.
        unsafe { string::release(err) };
    }
}

since! { "VIRTWATCH_0.1.0":
    vwGetLastError vwGetLastErrorCode vwGetLastErrorDomain vwGetLastErrorMessage
    vwSaveLastError vwCopyLastError vwResetLastError vwResetError vwFreeError
}
