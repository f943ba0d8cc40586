//! The numbers of the interface, as C enumerations.
//!
//! They are libvirt's where libvirt has them. What C passes is an integer all the same, checked:
//! an enumeration that held a number that it does not have would be undefined behaviour.

use std::ffi::c_int;

use super::guard::Call;
use crate::{Record, Result};

/// vwDomainEventType:
///
/// The type of a lifecycle event. The first nine are libvirt's; ADDED and
/// REMOVED, the first and the last event of every domain, sit apart. Later
/// releases may add values.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventType {
    /// a configuration was stored
    VW_DOMAIN_EVENT_DEFINED = 0,
    /// the stored configuration was removed
    VW_DOMAIN_EVENT_UNDEFINED = 1,
    /// the domain has a running instance
    VW_DOMAIN_EVENT_STARTED = 2,
    /// the domain was paused
    VW_DOMAIN_EVENT_SUSPENDED = 3,
    /// the domain runs again
    VW_DOMAIN_EVENT_RESUMED = 4,
    /// the running instance is gone
    VW_DOMAIN_EVENT_STOPPED = 5,
    /// the guest has shut down; the instance is still there
    VW_DOMAIN_EVENT_SHUTDOWN = 6,
    /// the guest's power management suspended it
    VW_DOMAIN_EVENT_PMSUSPENDED = 7,
    /// the guest has panicked; the instance is still there
    VW_DOMAIN_EVENT_CRASHED = 8,
    /// the domain exists from now on: the first event of an incarnation
    VW_DOMAIN_EVENT_ADDED = 32,
    /// the domain no longer exists: the last event of an incarnation
    VW_DOMAIN_EVENT_REMOVED = 33,
}

/// vwDomainEventDefinedDetailType:
///
/// Details of VW_DOMAIN_EVENT_DEFINED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventDefinedDetailType {
    /// it had no stored configuration before
    VW_DOMAIN_EVENT_DEFINED_ADDED = 0,
    /// the stored configuration was replaced or edited
    VW_DOMAIN_EVENT_DEFINED_UPDATED = 1,
    /// under its new name
    VW_DOMAIN_EVENT_DEFINED_RENAMED = 2,
    /// the configuration went back to a snapshot's
    VW_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT = 3,
}

/// vwDomainEventUndefinedDetailType:
///
/// Details of VW_DOMAIN_EVENT_UNDEFINED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventUndefinedDetailType {
    /// the stored configuration is gone
    VW_DOMAIN_EVENT_UNDEFINED_REMOVED = 0,
    /// only the old name is; DEFINED(RENAMED) follows
    VW_DOMAIN_EVENT_UNDEFINED_RENAMED = 1,
}

/// vwDomainEventStartedDetailType:
///
/// Details of VW_DOMAIN_EVENT_STARTED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventStartedDetailType {
    /// booted
    VW_DOMAIN_EVENT_STARTED_BOOTED = 0,
    /// came by migration
    VW_DOMAIN_EVENT_STARTED_MIGRATED = 1,
    /// restored from a state file
    VW_DOMAIN_EVENT_STARTED_RESTORED = 2,
    /// restored from a snapshot
    VW_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT = 3,
    /// woken from power-management suspend; it was active all the time
    VW_DOMAIN_EVENT_STARTED_WAKEUP = 4,
}

/// vwDomainEventSuspendedDetailType:
///
/// Details of VW_DOMAIN_EVENT_SUSPENDED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventSuspendedDetailType {
    /// on request
    VW_DOMAIN_EVENT_SUSPENDED_PAUSED = 0,
    /// for a migration
    VW_DOMAIN_EVENT_SUSPENDED_MIGRATED = 1,
    /// after an input/output error
    VW_DOMAIN_EVENT_SUSPENDED_IOERROR = 2,
    /// by the watchdog
    VW_DOMAIN_EVENT_SUSPENDED_WATCHDOG = 3,
    /// restored paused
    VW_DOMAIN_EVENT_SUSPENDED_RESTORED = 4,
    /// restored paused from a snapshot
    VW_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT = 5,
    /// left paused after an operation on it failed
    VW_DOMAIN_EVENT_SUSPENDED_API_ERROR = 6,
    /// for post-copy migration
    VW_DOMAIN_EVENT_SUSPENDED_POSTCOPY = 7,
    /// after a failed post-copy migration
    VW_DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED = 8,
}

/// vwDomainEventResumedDetailType:
///
/// Details of VW_DOMAIN_EVENT_RESUMED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventResumedDetailType {
    /// on request
    VW_DOMAIN_EVENT_RESUMED_UNPAUSED = 0,
    /// after a migration
    VW_DOMAIN_EVENT_RESUMED_MIGRATED = 1,
    /// from a snapshot
    VW_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT = 2,
    /// in post-copy migration
    VW_DOMAIN_EVENT_RESUMED_POSTCOPY = 3,
    /// after a failed post-copy migration
    VW_DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED = 4,
}

/// vwDomainEventStoppedDetailType:
///
/// Details of VW_DOMAIN_EVENT_STOPPED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventStoppedDetailType {
    /// shut down in order
    VW_DOMAIN_EVENT_STOPPED_SHUTDOWN = 0,
    /// destroyed
    VW_DOMAIN_EVENT_STOPPED_DESTROYED = 1,
    /// the guest crashed
    VW_DOMAIN_EVENT_STOPPED_CRASHED = 2,
    /// migrated away
    VW_DOMAIN_EVENT_STOPPED_MIGRATED = 3,
    /// saved to a file
    VW_DOMAIN_EVENT_STOPPED_SAVED = 4,
    /// the hypervisor or its start failed
    VW_DOMAIN_EVENT_STOPPED_FAILED = 5,
    /// a snapshot in which it was off was restored
    VW_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT = 6,
}

/// vwDomainEventShutdownDetailType:
///
/// Details of VW_DOMAIN_EVENT_SHUTDOWN.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventShutdownDetailType {
    /// finished; by whom is not known
    VW_DOMAIN_EVENT_SHUTDOWN_FINISHED = 0,
    /// by the guest
    VW_DOMAIN_EVENT_SHUTDOWN_GUEST = 1,
    /// by the host
    VW_DOMAIN_EVENT_SHUTDOWN_HOST = 2,
}

/// vwDomainEventPMSuspendedDetailType:
///
/// Details of VW_DOMAIN_EVENT_PMSUSPENDED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventPMSuspendedDetailType {
    /// to memory
    VW_DOMAIN_EVENT_PMSUSPENDED_MEMORY = 0,
    /// to disk
    VW_DOMAIN_EVENT_PMSUSPENDED_DISK = 1,
}

/// vwDomainEventCrashedDetailType:
///
/// Details of VW_DOMAIN_EVENT_CRASHED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventCrashedDetailType {
    /// the guest panicked
    VW_DOMAIN_EVENT_CRASHED_PANICKED = 0,
    /// the guest panicked and loads its crash kernel; it runs on
    VW_DOMAIN_EVENT_CRASHED_CRASHLOADED = 1,
}

/// vwDomainEventAddedDetailType:
///
/// Details of VW_DOMAIN_EVENT_ADDED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventAddedDetailType {
    /// its configuration was stored
    VW_DOMAIN_EVENT_ADDED_DEFINED = 0,
    /// a transient domain was started
    VW_DOMAIN_EVENT_ADDED_STARTED = 1,
}

/// vwDomainEventRemovedDetailType:
///
/// Details of VW_DOMAIN_EVENT_REMOVED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventRemovedDetailType {
    /// its configuration was removed while it was inactive
    VW_DOMAIN_EVENT_REMOVED_UNDEFINED = 0,
    /// a transient domain stopped
    VW_DOMAIN_EVENT_REMOVED_STOPPED = 1,
}

/// vwDomainState:
///
/// The state of a domain. Later releases may add values.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainState {
    /// not known
    VW_DOMAIN_NOSTATE = 0,
    /// running
    VW_DOMAIN_RUNNING = 1,
    /// waiting for a resource. Kept as running; never a fact
    VW_DOMAIN_BLOCKED = 2,
    /// paused; still active
    VW_DOMAIN_PAUSED = 3,
    /// the guest has shut down, the instance is still there
    VW_DOMAIN_SHUTDOWN = 4,
    /// inactive
    VW_DOMAIN_SHUTOFF = 5,
    /// the guest has panicked, the instance is still there
    VW_DOMAIN_CRASHED = 6,
    /// suspended by the guest's power management
    VW_DOMAIN_PMSUSPENDED = 7,
}

/// vwDomainNostateReason:
///
/// Reasons of VW_DOMAIN_NOSTATE.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainNostateReason {
    /// not known
    VW_DOMAIN_NOSTATE_UNKNOWN = 0,
}

/// vwDomainRunningReason:
///
/// Reasons of VW_DOMAIN_RUNNING.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainRunningReason {
    /// not known
    VW_DOMAIN_RUNNING_UNKNOWN = 0,
    /// booted
    VW_DOMAIN_RUNNING_BOOTED = 1,
    /// came by migration
    VW_DOMAIN_RUNNING_MIGRATED = 2,
    /// restored from a state file
    VW_DOMAIN_RUNNING_RESTORED = 3,
    /// restored from a snapshot
    VW_DOMAIN_RUNNING_FROM_SNAPSHOT = 4,
    /// resumed
    VW_DOMAIN_RUNNING_UNPAUSED = 5,
    /// a migration was given up
    VW_DOMAIN_RUNNING_MIGRATION_CANCELED = 6,
    /// a save was given up
    VW_DOMAIN_RUNNING_SAVE_CANCELED = 7,
    /// woken from power-management suspend
    VW_DOMAIN_RUNNING_WAKEUP = 8,
    /// restarted in place after a panic
    VW_DOMAIN_RUNNING_CRASHED = 9,
    /// runs in post-copy migration
    VW_DOMAIN_RUNNING_POSTCOPY = 10,
    /// runs after a failed post-copy migration
    VW_DOMAIN_RUNNING_POSTCOPY_FAILED = 11,
}

/// vwDomainBlockedReason:
///
/// Reasons of VW_DOMAIN_BLOCKED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainBlockedReason {
    /// not known
    VW_DOMAIN_BLOCKED_UNKNOWN = 0,
}

/// vwDomainPausedReason:
///
/// Reasons of VW_DOMAIN_PAUSED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainPausedReason {
    /// not known
    VW_DOMAIN_PAUSED_UNKNOWN = 0,
    /// on request
    VW_DOMAIN_PAUSED_USER = 1,
    /// for a migration
    VW_DOMAIN_PAUSED_MIGRATION = 2,
    /// for a save
    VW_DOMAIN_PAUSED_SAVE = 3,
    /// for a dump
    VW_DOMAIN_PAUSED_DUMP = 4,
    /// after an input/output error
    VW_DOMAIN_PAUSED_IOERROR = 5,
    /// by the watchdog
    VW_DOMAIN_PAUSED_WATCHDOG = 6,
    /// restored paused from a snapshot
    VW_DOMAIN_PAUSED_FROM_SNAPSHOT = 7,
    /// while it shuts down
    VW_DOMAIN_PAUSED_SHUTTING_DOWN = 8,
    /// for a snapshot
    VW_DOMAIN_PAUSED_SNAPSHOT = 9,
    /// after a panic
    VW_DOMAIN_PAUSED_CRASHED = 10,
    /// while it starts
    VW_DOMAIN_PAUSED_STARTING_UP = 11,
    /// for post-copy migration
    VW_DOMAIN_PAUSED_POSTCOPY = 12,
    /// after a failed post-copy migration
    VW_DOMAIN_PAUSED_POSTCOPY_FAILED = 13,
}

/// vwDomainShutdownReason:
///
/// Reasons of VW_DOMAIN_SHUTDOWN.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainShutdownReason {
    /// not known
    VW_DOMAIN_SHUTDOWN_UNKNOWN = 0,
    /// on request
    VW_DOMAIN_SHUTDOWN_USER = 1,
}

/// vwDomainShutoffReason:
///
/// Reasons of VW_DOMAIN_SHUTOFF.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainShutoffReason {
    /// not known, or never started
    VW_DOMAIN_SHUTOFF_UNKNOWN = 0,
    /// shut down in order
    VW_DOMAIN_SHUTOFF_SHUTDOWN = 1,
    /// destroyed
    VW_DOMAIN_SHUTOFF_DESTROYED = 2,
    /// crashed
    VW_DOMAIN_SHUTOFF_CRASHED = 3,
    /// migrated away
    VW_DOMAIN_SHUTOFF_MIGRATED = 4,
    /// saved to a file
    VW_DOMAIN_SHUTOFF_SAVED = 5,
    /// failed to start
    VW_DOMAIN_SHUTOFF_FAILED = 6,
    /// restored from a snapshot in which it was off
    VW_DOMAIN_SHUTOFF_FROM_SNAPSHOT = 7,
    /// the daemon stopped it
    VW_DOMAIN_SHUTOFF_DAEMON = 8,
}

/// vwDomainCrashedReason:
///
/// Reasons of VW_DOMAIN_CRASHED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainCrashedReason {
    /// not known
    VW_DOMAIN_CRASHED_UNKNOWN = 0,
    /// the guest panicked
    VW_DOMAIN_CRASHED_PANICKED = 1,
}

/// vwDomainPMSuspendedReason:
///
/// Reasons of VW_DOMAIN_PMSUSPENDED.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainPMSuspendedReason {
    /// not known
    VW_DOMAIN_PMSUSPENDED_UNKNOWN = 0,
}

/// vwErrorNumber:
///
/// The kind of an error, with libvirt's numbers. Later releases may add values.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwErrorNumber {
    /// no error
    VW_ERR_OK = 0,
    /// something that should not happen, or libvirt's catch-all for malformed values
    VW_ERR_INTERNAL_ERROR = 1,
    /// the driver does not offer this function
    VW_ERR_NO_SUPPORT = 3,
    /// no driver takes this URI
    VW_ERR_NO_CONNECT = 5,
    /// the connection handle is not one
    VW_ERR_INVALID_CONN = 6,
    /// the domain handle is not one
    VW_ERR_INVALID_DOMAIN = 7,
    /// an argument is out of its range
    VW_ERR_INVALID_ARG = 8,
    /// the operation was tried and failed; also clashes of name and UUID
    VW_ERR_OPERATION_FAILED = 9,
    /// the document has no name
    VW_ERR_NO_NAME = 21,
    /// the document is well formed but not what it should be
    VW_ERR_XML_ERROR = 27,
    /// a read-only connection may not do this
    VW_ERR_OPERATION_DENIED = 29,
    /// the document is not well formed; or a name holds a character that it must not
    VW_ERR_XML_DETAIL = 35,
    /// the operating system refused
    VW_ERR_SYSTEM_ERROR = 38,
    /// no domain with that name, UUID or id
    VW_ERR_NO_DOMAIN = 42,
    /// not in this state
    VW_ERR_OPERATION_INVALID = 55,
    /// the document asks for something that is not known
    VW_ERR_CONFIG_UNSUPPORTED = 67,
    /// the argument is valid but not supported here
    VW_ERR_ARGUMENT_UNSUPPORTED = 74,
    /// the call was broken off by a cancel
    VW_ERR_OPERATION_ABORTED = 78,
    /// the metadata asked for is not there
    VW_ERR_NO_DOMAIN_METADATA = 80,
    /// the value does not fit
    VW_ERR_OVERFLOW = 82,
}

/// vwErrorDomain:
///
/// The part of the library that refused, with libvirt's numbers. Later releases
/// may add values.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwErrorDomain {
    /// no part in particular
    VW_FROM_NONE = 0,
    /// the XML reader
    VW_FROM_XML = 5,
    /// operations on domains
    VW_FROM_DOM = 6,
    /// the `test` driver
    VW_FROM_TEST = 12,
    /// domain configuration and the list of domains
    VW_FROM_DOMAIN = 20,
}

/// vwErrorLevel:
///
/// How bad an error is.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwErrorLevel {
    /// none
    VW_ERR_NONE = 0,
    /// a warning
    VW_ERR_WARNING = 1,
    /// an error
    VW_ERR_ERROR = 2,
}

/// vwDomainEventID:
///
/// What a callback is registered for.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainEventID {
    /// the lifecycle as libvirt tells it: its nine types
    VW_DOMAIN_EVENT_ID_LIFECYCLE = 0,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_REBOOT = 1,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_RTC_CHANGE = 2,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_WATCHDOG = 3,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_IO_ERROR = 4,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_GRAPHICS = 5,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_IO_ERROR_REASON = 6,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_CONTROL_ERROR = 7,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_BLOCK_JOB = 8,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_DISK_CHANGE = 9,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_TRAY_CHANGE = 10,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_PMWAKEUP = 11,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_PMSUSPEND = 12,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_BALLOON_CHANGE = 13,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_PMSUSPEND_DISK = 14,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_DEVICE_REMOVED = 15,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_BLOCK_JOB_2 = 16,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_TUNABLE = 17,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_AGENT_LIFECYCLE = 18,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_DEVICE_ADDED = 19,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_MIGRATION_ITERATION = 20,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_JOB_COMPLETED = 21,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED = 22,
    /// metadata was set or removed: see vwConnectDomainEventMetadataChangeCallback
    VW_DOMAIN_EVENT_ID_METADATA_CHANGE = 23,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_BLOCK_THRESHOLD = 24,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_MEMORY_FAILURE = 25,
    /// accepted, heard of where the driver tells such events
    VW_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE = 26,
    /// the whole lifecycle, ADDED and REMOVED too
    VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE = 1000,
}

/// vwConnectCloseReason:
///
/// Why a close callback is called.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwConnectCloseReason {
    /// the source cannot be reached
    VW_CONNECT_CLOSE_REASON_ERROR = 0,
    /// the source is gone for good
    VW_CONNECT_CLOSE_REASON_EOF = 1,
    /// the source gave no sign of life
    VW_CONNECT_CLOSE_REASON_KEEPALIVE = 2,
    /// the program asked for it
    VW_CONNECT_CLOSE_REASON_CLIENT = 3,
}

/// vwEventSupport:
///
/// What a source can tell about events of a type.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwEventSupport {
    /// it never occurs
    VW_EVENT_SUPPORT_NEVER = 0,
    /// found by comparing listings, at most an interval late
    VW_EVENT_SUPPORT_POLLED = 1,
    /// deduced exactly from other events
    VW_EVENT_SUPPORT_DERIVED = 2,
    /// the hypervisor tells
    VW_EVENT_SUPPORT_NATIVE = 3,
}

/// vwOrigin:
///
/// How the registry learned of an event, or why a reader is brought to now.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwOrigin {
    /// the hypervisor told, or the registry is itself the truth
    VW_ORIGIN_NATIVE = 0,
    /// deduced exactly from what the hypervisor told, or from two known sets of facts
    VW_ORIGIN_DERIVED = 1,
    /// found by comparing listings: at most an interval late, details may be guesses
    VW_ORIGIN_POLLED = 2,
    /// found when a source came back or a doubt was settled; details may be guesses
    VW_ORIGIN_RESYNC = 3,
    /// it asked for a snapshot
    VW_ORIGIN_SNAPSHOT = 4,
    /// it fell more than its max_lag behind
    VW_ORIGIN_LAG = 5,
    /// its cursor could not be used: what is not named before SYNCED does not exist
    VW_ORIGIN_RESET = 6,
}

/// vwRecordKind:
///
/// What a record is. Later releases may add values.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwRecordKind {
    /// something happened to a domain
    VW_RECORD_EVENT = 0,
    /// the reader is brought to now: events with VW_EVENT_IN_CATCHUP follow, then SYNCED
    VW_RECORD_CATCHUP = 1,
    /// what the reader knows equals what the registry knew at seq
    VW_RECORD_SYNCED = 2,
    /// the source cannot be reached; its domains stay listed, stale
    VW_RECORD_SOURCE_DOWN = 3,
    /// the source is back; the differences follow as events
    VW_RECORD_SOURCE_UP = 4,
    /// nothing will ever follow
    VW_RECORD_CLOSED = 5,
}

impl vwRecordKind {
    /// What a record is.
    pub(super) fn of(record: &Record) -> Self {
        match record {
            Record::Event(_) => Self::VW_RECORD_EVENT,
            Record::Catchup { .. } => Self::VW_RECORD_CATCHUP,
            Record::Synced { .. } => Self::VW_RECORD_SYNCED,
            Record::SourceDown { .. } => Self::VW_RECORD_SOURCE_DOWN,
            Record::SourceUp => Self::VW_RECORD_SOURCE_UP,
            Record::Closed => Self::VW_RECORD_CLOSED,
        }
    }

    pub(super) fn number(self) -> u32 {
        self as u32
    }
}

/// What an event id stands for.
pub(super) enum EventId {
    /// libvirt's nine types.
    Lifecycle,
    /// All types.
    FullLifecycle,
    /// Changes of metadata.
    MetadataChange,
    /// An id of libvirt's that no driver here has events for.
    Unheard,
}

impl EventId {
    /// # Errors
    /// INVALID_ARG: there is no such id.
    pub(super) fn check(call: &Call, id: c_int) -> Result<Self> {
        const LIFECYCLE: c_int = vwDomainEventID::VW_DOMAIN_EVENT_ID_LIFECYCLE as c_int;
        const LAST: c_int = vwDomainEventID::VW_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE as c_int;
        const METADATA: c_int = vwDomainEventID::VW_DOMAIN_EVENT_ID_METADATA_CHANGE as c_int;
        const FULL: c_int = vwDomainEventID::VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE as c_int;
        match id {
            i32::MIN..LIFECYCLE => Err(call.refuse("eventID", "must be zero or greater")),
            LIFECYCLE => Ok(Self::Lifecycle),
            METADATA => Ok(Self::MetadataChange),
            1..=LAST => Ok(Self::Unheard),
            FULL => Ok(Self::FullLifecycle),
            _ => {
                let wish = format!("must be less than {} or {FULL}", LAST + 1);
                Err(call.refuse("eventID", &wish))
            }
        }
    }
}
