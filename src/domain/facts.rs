#![forbid(unsafe_code)]
//! Who a domain is and what is known of it.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::status::{RunningReason, ShutoffReason, Status};

/// Who: one incarnation of a domain, under one name.
///
/// An incarnation is one existence of a UUID, from ADDED to REMOVED. Its number is drawn from a
/// counter of the whole registry: unique within an epoch, meaningless across registries.
#[derive(Debug, Clone)]
pub struct Identity {
    uuid: Uuid,
    incarnation: u64,
    name: Box<str>,
    former_name: Option<Box<str>>,
}

/// Equal is the same incarnation under the same name, whatever it was called before.
impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid && self.incarnation == other.incarnation && self.name == other.name
    }
}

impl Eq for Identity {}

impl Identity {
    /// A domain as it is born.
    pub fn new(uuid: Uuid, incarnation: u64, name: impl Into<Box<str>>) -> Self {
        Self { uuid, incarnation, name: name.into(), former_name: None }
    }

    /// The same incarnation under another name.
    #[must_use]
    pub fn renamed(&self, name: impl Into<Box<str>>) -> Self {
        Self { name: name.into(), former_name: Some(self.name.clone()), ..*self }
    }

    /// The same incarnation under the name it had before its last renaming.
    #[must_use]
    pub fn before_renaming(&self) -> Self {
        let name = self.former_name.clone().unwrap_or_else(|| self.name.clone());
        Self { name, former_name: None, ..*self }
    }

    /// The UUID: what a domain is known by.
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// The number of this existence of the UUID.
    pub fn incarnation(&self) -> u64 {
        self.incarnation
    }

    /// The name; it may change within an incarnation.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes that it occupies.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.name.len() + self.former_name.as_ref().map_or(0, |name| name.len())
    }

    /// The name before the last renaming of this incarnation.
    pub fn former_name(&self) -> Option<&str> {
        self.former_name.as_deref()
    }
}

/// What moves while a domain lives: the facts without the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    definition: u64,
    id: i32,
    status: Status,
}

impl Condition {
    /// The id of a domain without a running instance, as C shows it.
    pub const NO_ID: i32 = -1;

    /// Where every life begins: not persistent, inactive, SHUTOFF/UNKNOWN.
    pub const ABSENT: Self =
        Self { definition: 0, id: Self::NO_ID, status: Status::Shutoff(ShutoffReason::Unknown) };

    /// The same with a stored configuration of that number; 0 = none.
    #[must_use]
    pub const fn with_definition(self, definition: u64) -> Self {
        Self { definition, ..self }
    }

    /// The same in a run with that id.
    #[must_use]
    pub const fn with_run(self, id: i32, status: Status) -> Self {
        Self { id, ..self }.with_status(status)
    }

    /// The same with another status. An inactive domain has no id; BLOCKED and NOSTATE come and go
    /// without an event and are kept as RUNNING.
    #[must_use]
    pub const fn with_status(self, status: Status) -> Self {
        match status {
            Status::NoState | Status::Blocked => {
                Self { status: Status::Running(RunningReason::Unknown), ..self }
            }
            Status::Shutoff(_) => Self { status, id: Self::NO_ID, ..self },
            _ => Self { status, ..self },
        }
    }

    /// The number of the stored configuration; it grows with every one. 0 = none.
    pub const fn definition(self) -> u64 {
        self.definition
    }

    /// State and reason.
    pub const fn status(self) -> Status {
        self.status
    }

    /// Whether the domain has a stored configuration.
    pub const fn is_persistent(self) -> bool {
        self.definition != 0
    }

    /// Whether there is a running instance (paused counts).
    pub const fn is_active(self) -> bool {
        self.status.is_active()
    }

    /// Whether the domain exists: persistent or active.
    pub const fn exists(self) -> bool {
        self.is_persistent() || self.is_active()
    }

    /// The id of the running instance; `None` also where a run that nobody saw is told afterwards.
    pub const fn id(self) -> Option<i32> {
        if self.is_active() && self.id != Self::NO_ID { Some(self.id) } else { None }
    }

    /// The id as C shows it: [`Condition::NO_ID`] without a running instance.
    pub const fn raw_id(self) -> i32 {
        self.id
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} id={} definition={}", self.status, self.id, self.definition)
    }
}

/// What a registry knows of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who it is.
    pub identity: Arc<Identity>,
    /// What state it is in.
    pub condition: Condition,
}

impl Facts {
    /// The UUID.
    pub fn uuid(&self) -> Uuid {
        self.identity.uuid()
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.identity.name()
    }

    /// The number of this existence of the UUID.
    pub fn incarnation(&self) -> u64 {
        self.identity.incarnation()
    }

    /// The id of the running instance.
    pub fn id(&self) -> Option<i32> {
        self.condition.id()
    }

    /// State and reason.
    pub fn status(&self) -> Status {
        self.condition.status()
    }

    /// The number of the stored configuration; 0 = none.
    pub fn definition(&self) -> u64 {
        self.condition.definition()
    }

    /// Whether the domain has a stored configuration.
    pub fn is_persistent(&self) -> bool {
        self.condition.is_persistent()
    }

    /// Whether there is a running instance (paused counts).
    pub fn is_active(&self) -> bool {
        self.condition.is_active()
    }
}
