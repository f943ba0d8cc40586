#![forbid(unsafe_code)]
//! Event types and details. What libvirt has keeps libvirt's numbers; the two types of the 2008
//! RFC that libvirt never shipped, ADDED and REMOVED, sit apart so that libvirt can grow.

use std::fmt;

use crate::numbered::numbered;

numbered! {
    /// The type of a lifecycle event: `virDomainEventType`, and the RFC's two.
    pub enum EventType {
        /// A configuration was stored.
        Defined = 0 "defined",
        /// The stored configuration was removed.
        Undefined = 1 "undefined",
        /// The domain has a running instance.
        Started = 2 "started",
        /// The domain was paused.
        Suspended = 3 "suspended",
        /// The domain runs again.
        Resumed = 4 "resumed",
        /// The running instance is gone.
        Stopped = 5 "stopped",
        /// The guest has shut down; the instance is still there.
        Shutdown = 6 "shutdown",
        /// The guest's power management suspended it.
        PmSuspended = 7 "pmsuspended",
        /// The guest has panicked; the instance is still there.
        Crashed = 8 "crashed",
        /// The domain exists from now on: the first event of an incarnation.
        Added = 32 "added",
        /// The domain no longer exists: the last event of an incarnation.
        Removed = 33 "removed",
    }
}

numbered! {
    /// Details of ADDED: by what the domain came to exist.
    pub enum AddedDetail {
        /// Its configuration was stored.
        Defined = 0 "defined",
        /// A transient domain was started.
        Started = 1 "started",
    }
}

numbered! {
    /// Details of REMOVED: by what the domain ceased to exist.
    pub enum RemovedDetail {
        /// Its configuration was removed while it was inactive.
        Undefined = 0 "undefined",
        /// A transient domain stopped.
        Stopped = 1 "stopped",
    }
}

numbered! {
    /// Details of DEFINED: `virDomainEventDefinedDetailType`.
    pub enum DefinedDetail {
        /// It had no stored configuration before.
        Added = 0 "added",
        /// The stored configuration was replaced or edited.
        Updated = 1 "updated",
        /// Under its new name.
        Renamed = 2 "renamed",
        /// The configuration went back to a snapshot's.
        FromSnapshot = 3 "from snapshot",
    }
}

numbered! {
    /// Details of UNDEFINED: `virDomainEventUndefinedDetailType`.
    pub enum UndefinedDetail {
        /// The stored configuration is gone.
        Removed = 0 "removed",
        /// Only the old name is; DEFINED(RENAMED) follows.
        Renamed = 1 "renamed",
    }
}

numbered! {
    /// Details of STARTED: `virDomainEventStartedDetailType`.
    pub enum StartedDetail {
        /// Booted.
        Booted = 0 "booted",
        /// Came by migration.
        Migrated = 1 "migrated",
        /// Restored from a state file.
        Restored = 2 "restored",
        /// Restored from a snapshot.
        FromSnapshot = 3 "from snapshot",
        /// Woken from power-management suspend; it was active all the time.
        Wakeup = 4 "wakeup",
    }
}

numbered! {
    /// Details of SUSPENDED: `virDomainEventSuspendedDetailType`.
    pub enum SuspendedDetail {
        /// On request.
        Paused = 0 "paused",
        /// For a migration.
        Migrated = 1 "migrated",
        /// After an input/output error.
        IoError = 2 "ioerror",
        /// By the watchdog.
        Watchdog = 3 "watchdog",
        /// Restored paused.
        Restored = 4 "restored",
        /// Restored paused from a snapshot.
        FromSnapshot = 5 "from snapshot",
        /// Left paused after an operation on it failed.
        ApiError = 6 "api error",
        /// For post-copy migration.
        Postcopy = 7 "post-copy",
        /// After a failed post-copy migration.
        PostcopyFailed = 8 "post-copy failed",
    }
}

numbered! {
    /// Details of RESUMED: `virDomainEventResumedDetailType`.
    pub enum ResumedDetail {
        /// On request.
        Unpaused = 0 "unpaused",
        /// After a migration.
        Migrated = 1 "migrated",
        /// From a snapshot.
        FromSnapshot = 2 "from snapshot",
        /// In post-copy migration.
        Postcopy = 3 "post-copy",
        /// After a failed post-copy migration.
        PostcopyFailed = 4 "post-copy failed",
    }
}

numbered! {
    /// Details of STOPPED: `virDomainEventStoppedDetailType`.
    pub enum StoppedDetail {
        /// Shut down in order.
        Shutdown = 0 "shutdown",
        /// Destroyed.
        Destroyed = 1 "destroyed",
        /// The guest crashed.
        Crashed = 2 "crashed",
        /// Migrated away.
        Migrated = 3 "migrated",
        /// Saved to a file.
        Saved = 4 "saved",
        /// The hypervisor or its start failed.
        Failed = 5 "failed",
        /// A snapshot in which it was off was restored.
        FromSnapshot = 6 "from snapshot",
    }
}

numbered! {
    /// Details of SHUTDOWN: `virDomainEventShutdownDetailType`.
    pub enum ShutdownDetail {
        /// Finished; by whom is not known.
        Finished = 0 "finished",
        /// By the guest.
        Guest = 1 "guest",
        /// By the host.
        Host = 2 "host",
    }
}

numbered! {
    /// Details of PMSUSPENDED: `virDomainEventPMSuspendedDetailType`.
    pub enum PmSuspendedDetail {
        /// To memory.
        Memory = 0 "memory",
        /// To disk.
        Disk = 1 "disk",
    }
}

numbered! {
    /// Details of CRASHED: `virDomainEventCrashedDetailType`.
    pub enum CrashedDetail {
        /// The guest panicked.
        Panicked = 0 "panicked",
        /// The guest panicked and loads its crash kernel; it runs on.
        Crashloaded = 1 "crashloaded",
    }
}

/// Type and detail of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the types and their details say it")]
pub enum EventKind {
    Defined(DefinedDetail),
    Undefined(UndefinedDetail),
    Started(StartedDetail),
    Suspended(SuspendedDetail),
    Resumed(ResumedDetail),
    Stopped(StoppedDetail),
    Shutdown(ShutdownDetail),
    PmSuspended(PmSuspendedDetail),
    Crashed(CrashedDetail),
    Added(AddedDetail),
    Removed(RemovedDetail),
}

impl EventKind {
    /// The type alone.
    pub const fn event_type(self) -> EventType {
        match self {
            Self::Defined(_) => EventType::Defined,
            Self::Undefined(_) => EventType::Undefined,
            Self::Started(_) => EventType::Started,
            Self::Suspended(_) => EventType::Suspended,
            Self::Resumed(_) => EventType::Resumed,
            Self::Stopped(_) => EventType::Stopped,
            Self::Shutdown(_) => EventType::Shutdown,
            Self::PmSuspended(_) => EventType::PmSuspended,
            Self::Crashed(_) => EventType::Crashed,
            Self::Added(_) => EventType::Added,
            Self::Removed(_) => EventType::Removed,
        }
    }

    /// The number of the detail, to be read together with the type.
    pub const fn detail(self) -> i32 {
        match self {
            Self::Defined(detail) => detail.number(),
            Self::Undefined(detail) => detail.number(),
            Self::Started(detail) => detail.number(),
            Self::Suspended(detail) => detail.number(),
            Self::Resumed(detail) => detail.number(),
            Self::Stopped(detail) => detail.number(),
            Self::Shutdown(detail) => detail.number(),
            Self::PmSuspended(detail) => detail.number(),
            Self::Crashed(detail) => detail.number(),
            Self::Added(detail) => detail.number(),
            Self::Removed(detail) => detail.number(),
        }
    }

    /// The name of the detail.
    pub const fn detail_name(self) -> &'static str {
        match self {
            Self::Defined(detail) => detail.name(),
            Self::Undefined(detail) => detail.name(),
            Self::Started(detail) => detail.name(),
            Self::Suspended(detail) => detail.name(),
            Self::Resumed(detail) => detail.name(),
            Self::Stopped(detail) => detail.name(),
            Self::Shutdown(detail) => detail.name(),
            Self::PmSuspended(detail) => detail.name(),
            Self::Crashed(detail) => detail.name(),
            Self::Added(detail) => detail.name(),
            Self::Removed(detail) => detail.name(),
        }
    }

    /// Whether it is one of the two events of a renaming.
    pub const fn is_renaming(self) -> bool {
        matches!(
            self,
            Self::Undefined(UndefinedDetail::Renamed) | Self::Defined(DefinedDetail::Renamed)
        )
    }

    /// The kind with these numbers, if there is one.
    pub fn from_numbers(event_type: i32, detail: i32) -> Option<Self> {
        Some(match EventType::from_number(event_type)? {
            EventType::Defined => Self::Defined(DefinedDetail::from_number(detail)?),
            EventType::Undefined => Self::Undefined(UndefinedDetail::from_number(detail)?),
            EventType::Started => Self::Started(StartedDetail::from_number(detail)?),
            EventType::Suspended => Self::Suspended(SuspendedDetail::from_number(detail)?),
            EventType::Resumed => Self::Resumed(ResumedDetail::from_number(detail)?),
            EventType::Stopped => Self::Stopped(StoppedDetail::from_number(detail)?),
            EventType::Shutdown => Self::Shutdown(ShutdownDetail::from_number(detail)?),
            EventType::PmSuspended => Self::PmSuspended(PmSuspendedDetail::from_number(detail)?),
            EventType::Crashed => Self::Crashed(CrashedDetail::from_number(detail)?),
            EventType::Added => Self::Added(AddedDetail::from_number(detail)?),
            EventType::Removed => Self::Removed(RemovedDetail::from_number(detail)?),
        })
    }
}

impl fmt::Display for EventKind {
    /// `type(detail)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.event_type(), self.detail_name())
    }
}

/// A set of event types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTypes(u64);

impl EventTypes {
    /// Every type, also those that later versions add.
    pub const ALL: Self = Self(u64::MAX);

    /// libvirt's nine.
    pub const LIBVIRT: Self = Self(0x1ff);

    /// The set with bit n for type n; `None` if a bit stands for no type. 0 is the empty set.
    pub fn from_bits(bits: u64) -> Option<Self> {
        let known: Self = EventType::ALL.iter().copied().collect();
        (bits & !known.0 == 0).then_some(Self(bits))
    }

    /// Whether the type is in the set.
    pub const fn contains(self, event_type: EventType) -> bool {
        self.0 & Self::bit(event_type) != 0
    }

    const fn bit(event_type: EventType) -> u64 {
        1 << event_type as u32
    }
}

impl FromIterator<EventType> for EventTypes {
    fn from_iter<I: IntoIterator<Item = EventType>>(types: I) -> Self {
        Self(types.into_iter().fold(0, |bits, event_type| bits | Self::bit(event_type)))
    }
}

impl Default for EventTypes {
    fn default() -> Self {
        Self::ALL
    }
}
