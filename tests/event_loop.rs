//! Callbacks in an event loop: what holds on the threads of connections holds there too.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and has threads of its own"
)]

#[path = "event_loop/default_loop.rs"]
mod default_loop;
#[path = "registry/dispatch.rs"]
mod dispatch;
#[path = "registry/numbered.rs"]
mod numbered;
#[path = "registry/reentrance.rs"]
mod reentrance;
#[path = "registry/watchdog.rs"]
mod watchdog;

use std::sync::{Arc, Once};

use virtwatch::{Connection, DefaultLoop, register_event_loop};

/// A connection whose callbacks run in the loop, which a thread runs for all tests.
fn open(uri: &str) -> Connection {
    static RUN: Once = Once::new();
    RUN.call_once(|| {
        let event_loop = Arc::new(DefaultLoop::default());
        assert!(register_event_loop(Arc::clone(&event_loop) as _));
        assert!(!register_event_loop(Arc::new(DefaultLoop::default())), "a second one is taken");
        std::thread::spawn(move || while event_loop.run().is_ok() {});
    });
    Connection::open(uri).unwrap()
}
