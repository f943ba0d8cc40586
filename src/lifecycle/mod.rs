#![forbid(unsafe_code)]
//! What a change of a domain means: the one place that knows which events it makes.
//!
//! Pure: no I/O, no locks, no clock. [`apply`] is the table of `docs/semantics.md`, [`path`] its
//! consequence for every kind of catching up.

mod change;
mod path;

pub use change::{Change, Steps, Unlawful, apply};
pub use path::{Passage, path};

use crate::domain::Condition;
use crate::event::EventKind;

/// One event in the making: what happened, between which conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Type and detail.
    pub kind: EventKind,
    /// What the domain was.
    pub before: Condition,
    /// What it is after.
    pub after: Condition,
}
