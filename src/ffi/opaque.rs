//! What a registration carries for the program: a pointer, and what frees it.

use std::ffi::c_void;

use super::error;
use super::event::vwFreeCallback;

/// The program's pointer; freed when dropped.
#[derive(Debug)]
pub(super) struct Opaque {
    pointer: *mut c_void,
    free: vwFreeCallback,
}

// SAFETY: the header says that callbacks and the free callback run on threads of the library, one
// call at a time.
unsafe impl Send for Opaque {}

impl Opaque {
    pub(super) fn new(pointer: *mut c_void, free: vwFreeCallback) -> Self {
        Self { pointer, free }
    }

    pub(super) fn pointer(&self) -> *mut c_void {
        self.pointer
    }
}

impl Drop for Opaque {
    fn drop(&mut self) {
        if let Some(free) = self.free {
            // SAFETY: the program gave both for each other; this is the only call.
            error::untouched(|| unsafe { free(self.pointer) });
        }
    }
}
