#![forbid(unsafe_code)]
//! Which thread waits for which to be done with something, so that none waits in a circle.

use crate::error::{Error, Result};
use crate::sync::Mutex;
use crate::sys::{self, PerProcess, Thread};

struct Wait {
    who: Thread,
    whom: Thread,
    /// Where: the address of what is waited at.
    at: usize,
}

static WAITS: PerProcess<Mutex<Vec<Wait>>> = PerProcess::new();

/// This thread is about to wait for another one, until that says [`end`] at the same place.
///
/// # Errors
/// OPERATION_INVALID: that one waits for this one, perhaps by way of others.
pub(crate) fn begin(whom: Thread, at: usize) -> Result<()> {
    let who = sys::this_thread();
    let mut waits = WAITS.get().lock();
    waits.retain(|wait| wait.who != who);
    let mut next = Some(whom);
    while let Some(thread) = next {
        if thread == who {
            drop(waits);
            return Err(Error::not_valid("what this has to wait for waits for this to be done"));
        }
        next = waits.iter().find(|wait| wait.who == thread).map(|wait| wait.whom);
    }
    waits.push(Wait { who, whom, at });
    Ok(())
}

/// Nobody waits for this thread at that place any more: who did looks anew.
pub(crate) fn end(at: usize) {
    let me = sys::this_thread();
    WAITS.get().lock().retain(|wait| wait.whom != me || wait.at != at);
}
