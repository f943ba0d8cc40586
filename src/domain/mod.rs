#![forbid(unsafe_code)]
//! The nouns: who a domain is, what state it is in, how it is configured. No I/O, no locks.

mod config;
mod entry;
mod facts;
mod status;
mod uuid;

pub use self::uuid::parse_uuid;
pub use config::{Config, LifecycleAction, Metadata};
pub(crate) use entry::{Entry, SavedImage, SavedState, Tie};
pub use facts::{Condition, Facts, Identity};
pub use status::{
    CrashedReason, PausedReason, RunningReason, ShutdownReason, ShutoffReason, State, Status,
};
