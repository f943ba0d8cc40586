#![forbid(unsafe_code)]
//! What is told beside the lifecycle.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::Identity;

/// Something that happened to a domain and is no event of its lifecycle: it has no number, and is
/// told once to those who listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Which domain.
    pub identity: Arc<Identity>,
    /// The id of its run.
    pub id: Option<i32>,
    /// What happened.
    pub kind: NoticeKind,
}

/// What a notice tells.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoticeKind {
    /// The description was set or removed, live or stored.
    Description,
    /// The title was.
    Title,
    /// The element of this namespace was.
    Element(Box<str>),
}

impl Notice {
    /// The UUID of the domain.
    pub fn uuid(&self) -> Uuid {
        self.identity.uuid()
    }
}
