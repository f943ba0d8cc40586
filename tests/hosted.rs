//! Hypervisors that a program brings: what they report, what the library adds and finds, and what
//! readers are told when they cannot be reached.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "hosted/alike.rs"]
mod alike;
#[path = "hosted/fake.rs"]
mod fake;
#[path = "hosted/lost.rs"]
mod lost;
#[path = "hosted/operations.rs"]
mod operations;
#[path = "hosted/polling.rs"]
mod polling;
#[path = "hosted/registering.rs"]
mod registering;
#[path = "hosted/reports.rs"]
mod reports;
