//! Strings, from C and to C.

use std::ffi::{CStr, CString, c_char};

/// The bytes of a string, without the NUL; `None` for NULL.
///
/// # Safety
/// It is NULL, or ends with a NUL and stays as it is for `'a`.
pub(super) unsafe fn bytes<'a>(text: *const c_char) -> Option<&'a [u8]> {
    if text.is_null() {
        return None;
    }
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    Some(text.to_bytes())
}

/// A copy that the program frees with `free()`. A text with a NUL inside ends there.
pub(super) fn give(text: &str) -> *mut c_char {
    let text = terminated(text);
    let bytes = text.as_bytes_with_nul();
    let copy: *mut c_char = allocate(bytes.len());
    // SAFETY: as many bytes as were allocated just now, elsewhere.
    unsafe { copy.copy_from_nonoverlapping(bytes.as_ptr().cast(), bytes.len()) };
    copy
}

/// Memory for `len` values that the program frees with `free()`, from `malloc`.
pub(super) fn allocate<T>(len: usize) -> *mut T {
    let size = len.saturating_mul(size_of::<T>());
    // SAFETY: malloc takes any size.
    let memory = unsafe { libc::malloc(size.max(1)) };
    if memory.is_null() {
        let layout = std::alloc::Layout::new::<T>();
        std::alloc::handle_alloc_error(layout);
    }
    memory.cast()
}

/// Frees what `malloc` gave; NULL is nothing.
///
/// # Safety
/// It is NULL, or came from `malloc` and is used by nobody any more.
pub(super) unsafe fn release<T>(memory: *mut T) {
    // SAFETY: the caller's promise.
    unsafe { libc::free(memory.cast()) };
}

/// The text as a C string, up to a NUL inside.
pub(super) fn terminated(text: &str) -> CString {
    let text = text.split('\0').next().unwrap_or_default();
    CString::new(text).unwrap_or_default()
}

/// A string that is written anew again and again.
#[derive(Debug, Default)]
pub(super) struct Reused {
    bytes: Vec<u8>,
}

impl Reused {
    /// The text as a C string, good until the next call.
    pub(super) fn set(&mut self, text: &str) -> *const c_char {
        self.bytes.clear();
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(0);
        self.bytes.as_ptr().cast()
    }

    /// The same of a text that there need not be: NULL.
    pub(super) fn set_or_null(&mut self, text: Option<&str>) -> *const c_char {
        text.map_or(std::ptr::null(), |text| self.set(text))
    }
}

/// An array of the values that the program frees with `free()`.
pub(super) fn give_array<T: Copy>(values: impl IntoIterator<Item = T>) -> *mut T {
    let values: Vec<T> = values.into_iter().collect();
    let array = allocate(values.len());
    // SAFETY: as many values as were allocated just now, elsewhere.
    unsafe { values.as_ptr().copy_to_nonoverlapping(array, values.len()) };
    array
}
