#![forbid(unsafe_code)]
//! The one thread of an instance that looks at its source: at intervals, and when there is doubt.

use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::sync::{self, Condvar, Mutex};
use crate::sys;

/// How its thread is told.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    told: Mutex<Told>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct Told {
    look: bool,
    stop: bool,
}

impl Alarm {
    /// Asks for a look now.
    pub(super) fn ask(&self) {
        self.told.lock().look = true;
        self.bell.notify_all();
    }

    /// Ends the thread, after the look that it is taking.
    pub(super) fn stop(&self) {
        self.told.lock().stop = true;
        self.bell.notify_all();
    }

    /// Waits until a look is due: when it is asked for, or the time is over. False: it is to end.
    fn wait(&self, interval: Option<Duration>) -> bool {
        let deadline = sys::deadline(interval);
        let mut told = self.told.lock();
        while !told.look && !told.stop {
            if !sync::wait_until(&self.bell, &mut told, deadline) {
                break;
            }
        }
        told.look = false;
        !told.stop
    }
}

/// Starts a thread that looks when it is due; `interval` says when it is due without being asked.
///
/// # Errors
/// The thread could not be started.
pub(super) fn start<T: AsRef<Alarm> + Send + 'static>(
    source: T,
    interval: impl Fn(&T) -> Option<Duration> + Send + 'static,
    look: impl Fn(&T) + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    sys::spawn("virtwatch-watch", move || {
        while source.as_ref().wait(interval(&source)) {
            look(&source);
        }
    })
}
