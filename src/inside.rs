#![forbid(unsafe_code)]
//! Whether this thread is inside code of the program: a callback or a hypervisor. There it waits for
//! no callback, which might wait for it.

use std::cell::Cell;

use crate::sync::thread_local;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// This thread is inside code of the program.
pub(crate) struct Inside(());

impl Inside {
    pub(crate) fn enter() -> Self {
        DEPTH.with(|depth| depth.set(depth.get() + 1));
        Self(())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}

/// Whether this thread is inside code of the program.
pub(crate) fn is_inside() -> bool {
    DEPTH.with(Cell::get) > 0
}
