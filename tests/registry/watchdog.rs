//! Ends the process when a test hangs: no test asserts how long something takes.

use std::io::Write;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// Aborts when its patience is over, unless it is dropped before.
#[derive(Debug)]
pub(crate) struct Watchdog {
    _alive: Sender<()>,
}

impl Watchdog {
    pub(crate) fn new(what: &str) -> Self {
        Self::patient(what, Duration::from_secs(30))
    }

    /// For tests that have a lot to do.
    #[expect(clippy::disallowed_methods, reason = "a thread of a test")]
    pub(crate) fn patient(what: &str, patience: Duration) -> Self {
        let (alive, dropped) = channel::<()>();
        let what = what.to_owned();
        std::thread::spawn(move || {
            use std::sync::mpsc::RecvTimeoutError::Timeout;

            if dropped.recv_timeout(patience) == Err(Timeout) {
                // Not by `eprintln!`, which a test runner captures.
                drop(std::io::stderr().write_all(format!("{what}: hangs\n").as_bytes()));
                std::process::abort();
            }
        });
        Self { _alive: alive }
    }
}
