//! The registry through the public API, against the naive model: operations, watches, callbacks.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#[path = "registry/crowd.rs"]
mod crowd;
#[path = "registry/dispatch.rs"]
mod dispatch;
#[path = "registry/evicted.rs"]
mod evicted;
#[path = "registry/grammar.rs"]
mod grammar;
#[path = "registry/isolation.rs"]
mod isolation;
#[path = "registry/lives.rs"]
mod lives;
#[expect(dead_code, reason = "the test of the table uses all of it")]
mod model;
#[path = "registry/numbered.rs"]
mod numbered;
#[path = "registry/oracle.rs"]
mod oracle;
#[path = "registry/probe.rs"]
mod probe;
#[path = "registry/random.rs"]
mod random;
#[path = "registry/reentrance.rs"]
mod reentrance;
#[path = "registry/sequences.rs"]
mod sequences;
#[path = "registry/waiting.rs"]
mod waiting;
#[path = "registry/watchdog.rs"]
mod watchdog;
#[path = "registry/wish.rs"]
mod wish;
#[path = "registry/world.rs"]
mod world;

/// A connection whose callbacks run on a thread of its own.
fn open(uri: &str) -> virtwatch::Connection {
    virtwatch::Connection::open(uri).unwrap()
}
