/*
 * virtwatch: a registry of virtual machines ("domains"), and an exact stream of
 * their lifecycle events.
 *
 * Names, arguments, numbers and return values are libvirt's wherever libvirt has
 * the function, with vw and VW_ in place of vir and VIR_.
 *
 * Errors: a function that fails returns -1 or NULL (what its description says)
 * and keeps the error for its thread, see vwGetLastError(). Nothing has changed
 * then.
 *
 * Threads: every function may be called from any thread, handles may be shared,
 * and inside a callback everything may be called. Callbacks run one at a time,
 * in the event loop that was registered before their connection was opened, see
 * vwEventRegisterImpl(), or else on a thread that the connection has for them,
 * with all Unix signals blocked. No lock is held while they run. Only watches
 * are used by one thread at a time.
 *
 * Ownership: what ...Open, ...New, ...Lookup, ...Define, ...Create and ...List
 * return is a reference that the caller gives back with vwConnectClose(),
 * vwDomainFree() or vwWatchFree(). Strings are UTF-8. A "char *" that is returned
 * is the caller's, who frees it with free(); a "const char *" is not.
 *
 * Handles: NULL, a handle of another kind, and any of the last 4,096 that were
 * freed are refused with an error. Older pointers are the caller's fault.
 *
 * Flags and numbers that are not known are refused; so they can gain a meaning.
 * Enumerations that functions return may grow.
 *
 * After fork() the child can use no handle of its parent but to free it.
 */

#ifndef VIRTWATCH_H
#define VIRTWATCH_H

/* Generated from src/ffi by `UPDATE=1 cargo test --test header`: not to be edited. */

#include <stddef.h>
#include <stdint.h>

/** The release that this header belongs to, as vwGetVersion() tells it. */
#define VW_VERSION_NUMBER \
    (VW_VERSION_MAJOR * 1000000 + VW_VERSION_MINOR * 1000 + VW_VERSION_MICRO)

/** Whether this header belongs to that release, or a later one. */
#define VW_CHECK_VERSION(major, minor, micro) \
    ((major) * 1000000 + (minor) * 1000 + (micro) <= VW_VERSION_NUMBER)

/** The form in which vwConnectDomainEventRegisterAny() takes a callback. */
#define VW_DOMAIN_EVENT_CALLBACK(cb) \
    ((vwConnectDomainEventGenericCallback)(void (*)(void))(cb))


/** The release that this header belongs to: its first number. */
#define VW_VERSION_MAJOR 0

/** Its second number. */
#define VW_VERSION_MINOR 1

/** Its third number. */
#define VW_VERSION_MICRO 0

/** The room for the name of a parameter, with its NUL. */
#define VW_TYPED_PARAM_FIELD_LENGTH 80

/** How many bytes a UUID has. */
#define VW_UUID_BUFLEN 16

/** How many bytes a UUID has as a string, with the NUL. */
#define VW_UUID_STRING_BUFLEN 37

/** How many bytes a cursor has as a string at most, with the NUL. */
#define VW_CURSOR_STRING_BUFLEN 58

/**
 * vwErrorLevel:
 *
 * How bad an error is.
 *
 * Since: 0.1.0
 */
typedef enum vwErrorLevel {
    /** none */
    VW_ERR_NONE = 0,
    /** a warning */
    VW_ERR_WARNING = 1,
    /** an error */
    VW_ERR_ERROR = 2,
} vwErrorLevel;

/**
 * vwDomainEventType:
 *
 * The type of a lifecycle event. The first nine are libvirt's; ADDED and
 * REMOVED, the first and the last event of every domain, sit apart. Later
 * releases may add values.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventType {
    /** a configuration was stored */
    VW_DOMAIN_EVENT_DEFINED = 0,
    /** the stored configuration was removed */
    VW_DOMAIN_EVENT_UNDEFINED = 1,
    /** the domain has a running instance */
    VW_DOMAIN_EVENT_STARTED = 2,
    /** the domain was paused */
    VW_DOMAIN_EVENT_SUSPENDED = 3,
    /** the domain runs again */
    VW_DOMAIN_EVENT_RESUMED = 4,
    /** the running instance is gone */
    VW_DOMAIN_EVENT_STOPPED = 5,
    /** the guest has shut down; the instance is still there */
    VW_DOMAIN_EVENT_SHUTDOWN = 6,
    /** the guest's power management suspended it */
    VW_DOMAIN_EVENT_PMSUSPENDED = 7,
    /** the guest has panicked; the instance is still there */
    VW_DOMAIN_EVENT_CRASHED = 8,
    /** the domain exists from now on: the first event of an incarnation */
    VW_DOMAIN_EVENT_ADDED = 32,
    /** the domain no longer exists: the last event of an incarnation */
    VW_DOMAIN_EVENT_REMOVED = 33,
} vwDomainEventType;

/**
 * vwDomainEventDefinedDetailType:
 *
 * Details of VW_DOMAIN_EVENT_DEFINED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventDefinedDetailType {
    /** it had no stored configuration before */
    VW_DOMAIN_EVENT_DEFINED_ADDED = 0,
    /** the stored configuration was replaced or edited */
    VW_DOMAIN_EVENT_DEFINED_UPDATED = 1,
    /** under its new name */
    VW_DOMAIN_EVENT_DEFINED_RENAMED = 2,
    /** the configuration went back to a snapshot's */
    VW_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT = 3,
} vwDomainEventDefinedDetailType;

/**
 * vwDomainEventUndefinedDetailType:
 *
 * Details of VW_DOMAIN_EVENT_UNDEFINED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventUndefinedDetailType {
    /** the stored configuration is gone */
    VW_DOMAIN_EVENT_UNDEFINED_REMOVED = 0,
    /** only the old name is; DEFINED(RENAMED) follows */
    VW_DOMAIN_EVENT_UNDEFINED_RENAMED = 1,
} vwDomainEventUndefinedDetailType;

/**
 * vwDomainEventStartedDetailType:
 *
 * Details of VW_DOMAIN_EVENT_STARTED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventStartedDetailType {
    /** booted */
    VW_DOMAIN_EVENT_STARTED_BOOTED = 0,
    /** came by migration */
    VW_DOMAIN_EVENT_STARTED_MIGRATED = 1,
    /** restored from a state file */
    VW_DOMAIN_EVENT_STARTED_RESTORED = 2,
    /** restored from a snapshot */
    VW_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT = 3,
    /** woken from power-management suspend; it was active all the time */
    VW_DOMAIN_EVENT_STARTED_WAKEUP = 4,
} vwDomainEventStartedDetailType;

/**
 * vwDomainEventSuspendedDetailType:
 *
 * Details of VW_DOMAIN_EVENT_SUSPENDED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventSuspendedDetailType {
    /** on request */
    VW_DOMAIN_EVENT_SUSPENDED_PAUSED = 0,
    /** for a migration */
    VW_DOMAIN_EVENT_SUSPENDED_MIGRATED = 1,
    /** after an input/output error */
    VW_DOMAIN_EVENT_SUSPENDED_IOERROR = 2,
    /** by the watchdog */
    VW_DOMAIN_EVENT_SUSPENDED_WATCHDOG = 3,
    /** restored paused */
    VW_DOMAIN_EVENT_SUSPENDED_RESTORED = 4,
    /** restored paused from a snapshot */
    VW_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT = 5,
    /** left paused after an operation on it failed */
    VW_DOMAIN_EVENT_SUSPENDED_API_ERROR = 6,
    /** for post-copy migration */
    VW_DOMAIN_EVENT_SUSPENDED_POSTCOPY = 7,
    /** after a failed post-copy migration */
    VW_DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED = 8,
} vwDomainEventSuspendedDetailType;

/**
 * vwDomainEventResumedDetailType:
 *
 * Details of VW_DOMAIN_EVENT_RESUMED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventResumedDetailType {
    /** on request */
    VW_DOMAIN_EVENT_RESUMED_UNPAUSED = 0,
    /** after a migration */
    VW_DOMAIN_EVENT_RESUMED_MIGRATED = 1,
    /** from a snapshot */
    VW_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT = 2,
    /** in post-copy migration */
    VW_DOMAIN_EVENT_RESUMED_POSTCOPY = 3,
    /** after a failed post-copy migration */
    VW_DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED = 4,
} vwDomainEventResumedDetailType;

/**
 * vwDomainEventStoppedDetailType:
 *
 * Details of VW_DOMAIN_EVENT_STOPPED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventStoppedDetailType {
    /** shut down in order */
    VW_DOMAIN_EVENT_STOPPED_SHUTDOWN = 0,
    /** destroyed */
    VW_DOMAIN_EVENT_STOPPED_DESTROYED = 1,
    /** the guest crashed */
    VW_DOMAIN_EVENT_STOPPED_CRASHED = 2,
    /** migrated away */
    VW_DOMAIN_EVENT_STOPPED_MIGRATED = 3,
    /** saved to a file */
    VW_DOMAIN_EVENT_STOPPED_SAVED = 4,
    /** the hypervisor or its start failed */
    VW_DOMAIN_EVENT_STOPPED_FAILED = 5,
    /** a snapshot in which it was off was restored */
    VW_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT = 6,
} vwDomainEventStoppedDetailType;

/**
 * vwDomainEventShutdownDetailType:
 *
 * Details of VW_DOMAIN_EVENT_SHUTDOWN.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventShutdownDetailType {
    /** finished; by whom is not known */
    VW_DOMAIN_EVENT_SHUTDOWN_FINISHED = 0,
    /** by the guest */
    VW_DOMAIN_EVENT_SHUTDOWN_GUEST = 1,
    /** by the host */
    VW_DOMAIN_EVENT_SHUTDOWN_HOST = 2,
} vwDomainEventShutdownDetailType;

/**
 * vwDomainEventPMSuspendedDetailType:
 *
 * Details of VW_DOMAIN_EVENT_PMSUSPENDED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventPMSuspendedDetailType {
    /** to memory */
    VW_DOMAIN_EVENT_PMSUSPENDED_MEMORY = 0,
    /** to disk */
    VW_DOMAIN_EVENT_PMSUSPENDED_DISK = 1,
} vwDomainEventPMSuspendedDetailType;

/**
 * vwDomainEventCrashedDetailType:
 *
 * Details of VW_DOMAIN_EVENT_CRASHED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventCrashedDetailType {
    /** the guest panicked */
    VW_DOMAIN_EVENT_CRASHED_PANICKED = 0,
    /** the guest panicked and loads its crash kernel; it runs on */
    VW_DOMAIN_EVENT_CRASHED_CRASHLOADED = 1,
} vwDomainEventCrashedDetailType;

/**
 * vwDomainEventAddedDetailType:
 *
 * Details of VW_DOMAIN_EVENT_ADDED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventAddedDetailType {
    /** its configuration was stored */
    VW_DOMAIN_EVENT_ADDED_DEFINED = 0,
    /** a transient domain was started */
    VW_DOMAIN_EVENT_ADDED_STARTED = 1,
} vwDomainEventAddedDetailType;

/**
 * vwDomainEventRemovedDetailType:
 *
 * Details of VW_DOMAIN_EVENT_REMOVED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventRemovedDetailType {
    /** its configuration was removed while it was inactive */
    VW_DOMAIN_EVENT_REMOVED_UNDEFINED = 0,
    /** a transient domain stopped */
    VW_DOMAIN_EVENT_REMOVED_STOPPED = 1,
} vwDomainEventRemovedDetailType;

/**
 * vwDomainState:
 *
 * The state of a domain. Later releases may add values.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainState {
    /** not known */
    VW_DOMAIN_NOSTATE = 0,
    /** running */
    VW_DOMAIN_RUNNING = 1,
    /** waiting for a resource. Kept as running; never a fact */
    VW_DOMAIN_BLOCKED = 2,
    /** paused; still active */
    VW_DOMAIN_PAUSED = 3,
    /** the guest has shut down, the instance is still there */
    VW_DOMAIN_SHUTDOWN = 4,
    /** inactive */
    VW_DOMAIN_SHUTOFF = 5,
    /** the guest has panicked, the instance is still there */
    VW_DOMAIN_CRASHED = 6,
    /** suspended by the guest's power management */
    VW_DOMAIN_PMSUSPENDED = 7,
} vwDomainState;

/**
 * vwDomainNostateReason:
 *
 * Reasons of VW_DOMAIN_NOSTATE.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainNostateReason {
    /** not known */
    VW_DOMAIN_NOSTATE_UNKNOWN = 0,
} vwDomainNostateReason;

/**
 * vwDomainRunningReason:
 *
 * Reasons of VW_DOMAIN_RUNNING.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainRunningReason {
    /** not known */
    VW_DOMAIN_RUNNING_UNKNOWN = 0,
    /** booted */
    VW_DOMAIN_RUNNING_BOOTED = 1,
    /** came by migration */
    VW_DOMAIN_RUNNING_MIGRATED = 2,
    /** restored from a state file */
    VW_DOMAIN_RUNNING_RESTORED = 3,
    /** restored from a snapshot */
    VW_DOMAIN_RUNNING_FROM_SNAPSHOT = 4,
    /** resumed */
    VW_DOMAIN_RUNNING_UNPAUSED = 5,
    /** a migration was given up */
    VW_DOMAIN_RUNNING_MIGRATION_CANCELED = 6,
    /** a save was given up */
    VW_DOMAIN_RUNNING_SAVE_CANCELED = 7,
    /** woken from power-management suspend */
    VW_DOMAIN_RUNNING_WAKEUP = 8,
    /** restarted in place after a panic */
    VW_DOMAIN_RUNNING_CRASHED = 9,
    /** runs in post-copy migration */
    VW_DOMAIN_RUNNING_POSTCOPY = 10,
    /** runs after a failed post-copy migration */
    VW_DOMAIN_RUNNING_POSTCOPY_FAILED = 11,
} vwDomainRunningReason;

/**
 * vwDomainBlockedReason:
 *
 * Reasons of VW_DOMAIN_BLOCKED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainBlockedReason {
    /** not known */
    VW_DOMAIN_BLOCKED_UNKNOWN = 0,
} vwDomainBlockedReason;

/**
 * vwDomainPausedReason:
 *
 * Reasons of VW_DOMAIN_PAUSED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainPausedReason {
    /** not known */
    VW_DOMAIN_PAUSED_UNKNOWN = 0,
    /** on request */
    VW_DOMAIN_PAUSED_USER = 1,
    /** for a migration */
    VW_DOMAIN_PAUSED_MIGRATION = 2,
    /** for a save */
    VW_DOMAIN_PAUSED_SAVE = 3,
    /** for a dump */
    VW_DOMAIN_PAUSED_DUMP = 4,
    /** after an input/output error */
    VW_DOMAIN_PAUSED_IOERROR = 5,
    /** by the watchdog */
    VW_DOMAIN_PAUSED_WATCHDOG = 6,
    /** restored paused from a snapshot */
    VW_DOMAIN_PAUSED_FROM_SNAPSHOT = 7,
    /** while it shuts down */
    VW_DOMAIN_PAUSED_SHUTTING_DOWN = 8,
    /** for a snapshot */
    VW_DOMAIN_PAUSED_SNAPSHOT = 9,
    /** after a panic */
    VW_DOMAIN_PAUSED_CRASHED = 10,
    /** while it starts */
    VW_DOMAIN_PAUSED_STARTING_UP = 11,
    /** for post-copy migration */
    VW_DOMAIN_PAUSED_POSTCOPY = 12,
    /** after a failed post-copy migration */
    VW_DOMAIN_PAUSED_POSTCOPY_FAILED = 13,
} vwDomainPausedReason;

/**
 * vwDomainShutdownReason:
 *
 * Reasons of VW_DOMAIN_SHUTDOWN.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainShutdownReason {
    /** not known */
    VW_DOMAIN_SHUTDOWN_UNKNOWN = 0,
    /** on request */
    VW_DOMAIN_SHUTDOWN_USER = 1,
} vwDomainShutdownReason;

/**
 * vwDomainShutoffReason:
 *
 * Reasons of VW_DOMAIN_SHUTOFF.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainShutoffReason {
    /** not known, or never started */
    VW_DOMAIN_SHUTOFF_UNKNOWN = 0,
    /** shut down in order */
    VW_DOMAIN_SHUTOFF_SHUTDOWN = 1,
    /** destroyed */
    VW_DOMAIN_SHUTOFF_DESTROYED = 2,
    /** crashed */
    VW_DOMAIN_SHUTOFF_CRASHED = 3,
    /** migrated away */
    VW_DOMAIN_SHUTOFF_MIGRATED = 4,
    /** saved to a file */
    VW_DOMAIN_SHUTOFF_SAVED = 5,
    /** failed to start */
    VW_DOMAIN_SHUTOFF_FAILED = 6,
    /** restored from a snapshot in which it was off */
    VW_DOMAIN_SHUTOFF_FROM_SNAPSHOT = 7,
    /** the daemon stopped it */
    VW_DOMAIN_SHUTOFF_DAEMON = 8,
} vwDomainShutoffReason;

/**
 * vwDomainCrashedReason:
 *
 * Reasons of VW_DOMAIN_CRASHED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainCrashedReason {
    /** not known */
    VW_DOMAIN_CRASHED_UNKNOWN = 0,
    /** the guest panicked */
    VW_DOMAIN_CRASHED_PANICKED = 1,
} vwDomainCrashedReason;

/**
 * vwDomainPMSuspendedReason:
 *
 * Reasons of VW_DOMAIN_PMSUSPENDED.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainPMSuspendedReason {
    /** not known */
    VW_DOMAIN_PMSUSPENDED_UNKNOWN = 0,
} vwDomainPMSuspendedReason;

/**
 * vwErrorNumber:
 *
 * The kind of an error, with libvirt's numbers. Later releases may add values.
 *
 * Since: 0.1.0
 */
typedef enum vwErrorNumber {
    /** no error */
    VW_ERR_OK = 0,
    /** something that should not happen, or libvirt's catch-all for malformed values */
    VW_ERR_INTERNAL_ERROR = 1,
    /** the driver does not offer this function */
    VW_ERR_NO_SUPPORT = 3,
    /** no driver takes this URI */
    VW_ERR_NO_CONNECT = 5,
    /** the connection handle is not one */
    VW_ERR_INVALID_CONN = 6,
    /** the domain handle is not one */
    VW_ERR_INVALID_DOMAIN = 7,
    /** an argument is out of its range */
    VW_ERR_INVALID_ARG = 8,
    /** the operation was tried and failed; also clashes of name and UUID */
    VW_ERR_OPERATION_FAILED = 9,
    /** the document has no name */
    VW_ERR_NO_NAME = 21,
    /** the document is well formed but not what it should be */
    VW_ERR_XML_ERROR = 27,
    /** a read-only connection may not do this */
    VW_ERR_OPERATION_DENIED = 29,
    /** the document is not well formed; or a name holds a character that it must not */
    VW_ERR_XML_DETAIL = 35,
    /** the operating system refused */
    VW_ERR_SYSTEM_ERROR = 38,
    /** no domain with that name, UUID or id */
    VW_ERR_NO_DOMAIN = 42,
    /** not in this state */
    VW_ERR_OPERATION_INVALID = 55,
    /** the document asks for something that is not known */
    VW_ERR_CONFIG_UNSUPPORTED = 67,
    /** the argument is valid but not supported here */
    VW_ERR_ARGUMENT_UNSUPPORTED = 74,
    /** the call was broken off by a cancel */
    VW_ERR_OPERATION_ABORTED = 78,
    /** the metadata asked for is not there */
    VW_ERR_NO_DOMAIN_METADATA = 80,
    /** the value does not fit */
    VW_ERR_OVERFLOW = 82,
} vwErrorNumber;

/**
 * vwErrorDomain:
 *
 * The part of the library that refused, with libvirt's numbers. Later releases
 * may add values.
 *
 * Since: 0.1.0
 */
typedef enum vwErrorDomain {
    /** no part in particular */
    VW_FROM_NONE = 0,
    /** the XML reader */
    VW_FROM_XML = 5,
    /** operations on domains */
    VW_FROM_DOM = 6,
    /** the `test` driver */
    VW_FROM_TEST = 12,
    /** domain configuration and the list of domains */
    VW_FROM_DOMAIN = 20,
} vwErrorDomain;

/**
 * vwDomainEventID:
 *
 * What a callback is registered for.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainEventID {
    /** the lifecycle as libvirt tells it: its nine types */
    VW_DOMAIN_EVENT_ID_LIFECYCLE = 0,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_REBOOT = 1,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_RTC_CHANGE = 2,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_WATCHDOG = 3,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_IO_ERROR = 4,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_GRAPHICS = 5,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_IO_ERROR_REASON = 6,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_CONTROL_ERROR = 7,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_BLOCK_JOB = 8,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_DISK_CHANGE = 9,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_TRAY_CHANGE = 10,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_PMWAKEUP = 11,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_PMSUSPEND = 12,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_BALLOON_CHANGE = 13,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_PMSUSPEND_DISK = 14,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_DEVICE_REMOVED = 15,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_BLOCK_JOB_2 = 16,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_TUNABLE = 17,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_AGENT_LIFECYCLE = 18,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_DEVICE_ADDED = 19,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_MIGRATION_ITERATION = 20,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_JOB_COMPLETED = 21,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED = 22,
    /** metadata was set or removed: see vwConnectDomainEventMetadataChangeCallback */
    VW_DOMAIN_EVENT_ID_METADATA_CHANGE = 23,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_BLOCK_THRESHOLD = 24,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_MEMORY_FAILURE = 25,
    /** accepted, heard of where the driver tells such events */
    VW_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE = 26,
    /** the whole lifecycle, ADDED and REMOVED too */
    VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE = 1000,
} vwDomainEventID;

/**
 * vwConnectCredentialType:
 *
 * What a credential is.
 *
 * Since: 0.1.0
 */
typedef enum vwConnectCredentialType {
    /** who to act as */
    VW_CRED_USERNAME = 1,
    /** who it is */
    VW_CRED_AUTHNAME = 2,
    /** languages, as RFC 1766 lists them */
    VW_CRED_LANGUAGE = 3,
    /** a nonce */
    VW_CRED_CNONCE = 4,
    /** a passphrase */
    VW_CRED_PASSPHRASE = 5,
    /** the answer to a challenge, which may be seen */
    VW_CRED_ECHOPROMPT = 6,
    /** the answer to a challenge, which must not be seen */
    VW_CRED_NOECHOPROMPT = 7,
    /** a realm */
    VW_CRED_REALM = 8,
    /** settled elsewhere */
    VW_CRED_EXTERNAL = 9,
} vwConnectCredentialType;

/**
 * vwConnectCloseReason:
 *
 * Why a close callback is called.
 *
 * Since: 0.1.0
 */
typedef enum vwConnectCloseReason {
    /** the source cannot be reached */
    VW_CONNECT_CLOSE_REASON_ERROR = 0,
    /** the source is gone for good */
    VW_CONNECT_CLOSE_REASON_EOF = 1,
    /** the source gave no sign of life */
    VW_CONNECT_CLOSE_REASON_KEEPALIVE = 2,
    /** the program asked for it */
    VW_CONNECT_CLOSE_REASON_CLIENT = 3,
} vwConnectCloseReason;

/**
 * vwConnectFlags:
 *
 * How to open a connection.
 *
 * Since: 0.1.0
 */
typedef enum vwConnectFlags {
    /** to watch and look up only */
    VW_CONNECT_RO = 1,
    /** the URI is no alias; there are none */
    VW_CONNECT_NO_ALIASES = 2,
} vwConnectFlags;

/**
 * vwDeregisterFlags:
 *
 * How to end a registration.
 *
 * Since: 0.1.0
 */
typedef enum vwDeregisterFlags {
    /** do not wait for a call that is under way */
    VW_DOMAIN_EVENT_DEREGISTER_NOWAIT = 1,
} vwDeregisterFlags;

/**
 * vwEventHandleType:
 *
 * What a file descriptor is watched for, and what it is.
 *
 * Since: 0.1.0
 */
typedef enum vwEventHandleType {
    /** it can be read */
    VW_EVENT_HANDLE_READABLE = 1,
    /** it can be written */
    VW_EVENT_HANDLE_WRITABLE = 2,
    /** there is an error, or it is no file descriptor */
    VW_EVENT_HANDLE_ERROR = 4,
    /** the other end is gone */
    VW_EVENT_HANDLE_HANGUP = 8,
} vwEventHandleType;

/**
 * vwEventSupport:
 *
 * What a source can tell about events of a type.
 *
 * Since: 0.1.0
 */
typedef enum vwEventSupport {
    /** it never occurs */
    VW_EVENT_SUPPORT_NEVER = 0,
    /** found by comparing listings, at most an interval late */
    VW_EVENT_SUPPORT_POLLED = 1,
    /** deduced exactly from other events */
    VW_EVENT_SUPPORT_DERIVED = 2,
    /** the hypervisor tells */
    VW_EVENT_SUPPORT_NATIVE = 3,
} vwEventSupport;

/**
 * vwOrigin:
 *
 * How the registry learned of an event, or why a reader is brought to now.
 *
 * Since: 0.1.0
 */
typedef enum vwOrigin {
    /** the hypervisor told, or the registry is itself the truth */
    VW_ORIGIN_NATIVE = 0,
    /** deduced exactly from what the hypervisor told, or from two known sets of facts */
    VW_ORIGIN_DERIVED = 1,
    /** found by comparing listings: at most an interval late, details may be guesses */
    VW_ORIGIN_POLLED = 2,
    /** found when a source came back or a doubt was settled; details may be guesses */
    VW_ORIGIN_RESYNC = 3,
    /** it asked for a snapshot */
    VW_ORIGIN_SNAPSHOT = 4,
    /** it fell more than its max_lag behind */
    VW_ORIGIN_LAG = 5,
    /** its cursor could not be used: what is not named before SYNCED does not exist */
    VW_ORIGIN_RESET = 6,
} vwOrigin;

/**
 * vwRecordKind:
 *
 * What a record is. Later releases may add values.
 *
 * Since: 0.1.0
 */
typedef enum vwRecordKind {
    /** something happened to a domain */
    VW_RECORD_EVENT = 0,
    /** the reader is brought to now: events with VW_EVENT_IN_CATCHUP follow, then SYNCED */
    VW_RECORD_CATCHUP = 1,
    /** what the reader knows equals what the registry knew at seq */
    VW_RECORD_SYNCED = 2,
    /** the source cannot be reached; its domains stay listed, stale */
    VW_RECORD_SOURCE_DOWN = 3,
    /** the source is back; the differences follow as events */
    VW_RECORD_SOURCE_UP = 4,
    /** nothing will ever follow */
    VW_RECORD_CLOSED = 5,
} vwRecordKind;

/**
 * vwEventFlags:
 *
 * What else is known of an event. Later releases may add values.
 *
 * Since: 0.1.0
 */
typedef enum vwEventFlags {
    /** the domain had a stored configuration */
    VW_EVENT_PERSISTENT_BEFORE = 1,
    /** it has one now */
    VW_EVENT_PERSISTENT_AFTER = 2,
    /** the domain had a running instance */
    VW_EVENT_ACTIVE_BEFORE = 4,
    /** it has one now */
    VW_EVENT_ACTIVE_AFTER = 8,
    /** more events of the same change follow at once */
    VW_EVENT_MORE = 16,
    /** part of a catch-up: complete only at its SYNCED */
    VW_EVENT_IN_CATCHUP = 32,
} vwEventFlags;

/**
 * vwWatchFlags:
 *
 * How a watch begins.
 *
 * Since: 0.1.0
 */
typedef enum vwWatchFlags {
    /** with everything that exists */
    VW_WATCH_SNAPSHOT = 1,
} vwWatchFlags;

/**
 * vwChangeType:
 *
 * What happened to a domain. Each has its detail, from the enumeration of the
 * event type that it makes; where none is named it is 0.
 *
 * Since: 0.1.0
 */
typedef enum vwChangeType {
    /** it was looked at: in a listing what it is, in a report nothing new */
    VW_CHANGE_OBSERVED = 0,
    /** a configuration was stored, the first or another */
    VW_CHANGE_DEFINED = 1,
    /** the stored configuration was edited */
    VW_CHANGE_EDITED = 2,
    /** the stored configuration went back to a snapshot's */
    VW_CHANGE_REVERTED = 3,
    /** it has another name */
    VW_CHANGE_RENAMED = 4,
    /** the stored configuration is gone, and with it a managed-save image */
    VW_CHANGE_UNDEFINED = 5,
    /** a running instance came to be; detail: vwDomainEventStartedDetailType, without WAKEUP */
    VW_CHANGE_STARTED = 6,
    /** it is paused; detail: vwDomainEventSuspendedDetailType */
    VW_CHANGE_SUSPENDED = 7,
    /** it runs again; detail: vwDomainEventResumedDetailType */
    VW_CHANGE_RESUMED = 8,
    /** power management suspended it; detail: vwDomainEventPMSuspendedDetailType */
    VW_CHANGE_PMSUSPENDED = 9,
    /** it woke from that */
    VW_CHANGE_WOKEN = 10,
    /** the guest has shut down, the instance is still there; detail: vwDomainEventShutdownDetailType */
    VW_CHANGE_SHUTDOWN = 11,
    /** the guest panicked, the instance is still there */
    VW_CHANGE_PANICKED = 12,
    /** the guest panicked and loads its crash kernel */
    VW_CHANGE_CRASHLOADED = 13,
    /** it was reset or rebooted */
    VW_CHANGE_RESET = 14,
    /** it was restarted in place after a panic */
    VW_CHANGE_RESTARTED = 15,
    /** the instance is gone; detail: vwDomainEventStoppedDetailType */
    VW_CHANGE_STOPPED = 16,
} vwChangeType;

/**
 * vwChangeFlags:
 *
 * What else is to be said of a change.
 *
 * Since: 0.1.0
 */
typedef enum vwChangeFlags {
    /** STARTED: it is paused from the start */
    VW_CHANGE_PAUSED = 1,
    /** STOPPED: the hypervisor was killed */
    VW_CHANGE_KILLED = 2,
    /** in a listing: it has a stored configuration */
    VW_CHANGE_PERSISTENT = 4,
    /** STARTED and in a listing: id is set; otherwise the library gives one */
    VW_CHANGE_ID = 8,
} vwChangeFlags;

/**
 * vwOperationType:
 *
 * What a driver is asked to do. Later releases may add values: a driver refuses
 * what it does not know.
 *
 * Since: 0.1.0
 */
typedef enum vwOperationType {
    /** store the configuration xml */
    VW_OPERATION_DEFINE = 0,
    /** forget the stored configuration */
    VW_OPERATION_UNDEFINE = 1,
    /** start from the stored configuration, which is in xml, or from the managed-save image */
    VW_OPERATION_CREATE = 2,
    /** start from the configuration xml, which is not stored */
    VW_OPERATION_CREATE_XML = 3,
    /** pause */
    VW_OPERATION_SUSPEND = 4,
    /** run again */
    VW_OPERATION_RESUME = 5,
    /** ask the guest to shut down */
    VW_OPERATION_SHUTDOWN = 6,
    /** ask the guest to reboot */
    VW_OPERATION_REBOOT = 7,
    /** reset, as a reset button does */
    VW_OPERATION_RESET = 8,
    /** end the running instance at once */
    VW_OPERATION_DESTROY = 9,
    /** save the state to the file path, and end the instance */
    VW_OPERATION_SAVE = 10,
    /** start from the file path; the driver reports STARTED of the domain in it before it is done */
    VW_OPERATION_RESTORE = 11,
    /** save the state where the next start finds it, and end the instance */
    VW_OPERATION_MANAGED_SAVE = 12,
    /** drop what was saved for the next start */
    VW_OPERATION_MANAGED_SAVE_REMOVE = 13,
    /** take the name name */
    VW_OPERATION_RENAME = 14,
    /** suspend by power management; flags is the target: 0 memory, 1 disk, 2 both */
    VW_OPERATION_PM_SUSPEND = 15,
    /** wake from that */
    VW_OPERATION_PM_WAKEUP = 16,
    /** start with the host (flags 1), or no longer (flags 0) */
    VW_OPERATION_SET_AUTOSTART = 17,
} vwOperationType;

/**
 * vwDomainDefineFlags:
 *
 * How to define.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainDefineFlags {
    /** check against the schema; the test driver has none beyond what it always checks */
    VW_DOMAIN_DEFINE_VALIDATE = 1,
} vwDomainDefineFlags;

/**
 * vwDomainCreateFlags:
 *
 * How to start.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainCreateFlags {
    /** as usual */
    VW_DOMAIN_NONE = 0,
    /** leave it paused */
    VW_DOMAIN_START_PAUSED = 1,
    /** end this run when the connection that starts it is gone */
    VW_DOMAIN_START_AUTODESTROY = 2,
    /** around the file cache, when it is restored from a managed-save image */
    VW_DOMAIN_START_BYPASS_CACHE = 4,
    /** boot even if there is a managed-save image, and drop the image */
    VW_DOMAIN_START_FORCE_BOOT = 8,
    /** check the document against the schema; the test driver has none beyond what it always checks */
    VW_DOMAIN_START_VALIDATE = 16,
    /** with the NVRAM as its template has it */
    VW_DOMAIN_START_RESET_NVRAM = 32,
} vwDomainCreateFlags;

/**
 * vwDomainUndefineFlagsValues:
 *
 * What goes with the configuration.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainUndefineFlagsValues {
    /** the managed-save image; without this flag an image is in the way */
    VW_DOMAIN_UNDEFINE_MANAGED_SAVE = 1,
    /** the metadata of snapshots */
    VW_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA = 2,
    /** the NVRAM file */
    VW_DOMAIN_UNDEFINE_NVRAM = 4,
    /** not the NVRAM file */
    VW_DOMAIN_UNDEFINE_KEEP_NVRAM = 8,
    /** the metadata of checkpoints */
    VW_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA = 16,
    /** the state of the TPM */
    VW_DOMAIN_UNDEFINE_TPM = 32,
    /** not the state of the TPM */
    VW_DOMAIN_UNDEFINE_KEEP_TPM = 64,
} vwDomainUndefineFlagsValues;

/**
 * vwDomainDestroyFlagsValues:
 *
 * How to destroy.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainDestroyFlagsValues {
    /** as usual */
    VW_DOMAIN_DESTROY_DEFAULT = 0,
    /** only with a signal that can be handled */
    VW_DOMAIN_DESTROY_GRACEFUL = 1,
    /** with its log files */
    VW_DOMAIN_DESTROY_REMOVE_LOGS = 2,
} vwDomainDestroyFlagsValues;

/**
 * vwDomainShutdownFlagValues:
 *
 * By what the guest is asked to shut down.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainShutdownFlagValues {
    /** as the hypervisor likes */
    VW_DOMAIN_SHUTDOWN_DEFAULT = 0,
    /** the ACPI power button */
    VW_DOMAIN_SHUTDOWN_ACPI_POWER_BTN = 1,
    /** the guest agent */
    VW_DOMAIN_SHUTDOWN_GUEST_AGENT = 2,
    /** the init control pipe */
    VW_DOMAIN_SHUTDOWN_INITCTL = 4,
    /** a signal to init */
    VW_DOMAIN_SHUTDOWN_SIGNAL = 8,
    /** a paravirtual channel */
    VW_DOMAIN_SHUTDOWN_PARAVIRT = 16,
} vwDomainShutdownFlagValues;

/**
 * vwDomainRebootFlagValues:
 *
 * By what the guest is asked to reboot.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainRebootFlagValues {
    /** as the hypervisor likes */
    VW_DOMAIN_REBOOT_DEFAULT = 0,
    /** the ACPI power button */
    VW_DOMAIN_REBOOT_ACPI_POWER_BTN = 1,
    /** the guest agent */
    VW_DOMAIN_REBOOT_GUEST_AGENT = 2,
    /** the init control pipe */
    VW_DOMAIN_REBOOT_INITCTL = 4,
    /** a signal to init */
    VW_DOMAIN_REBOOT_SIGNAL = 8,
    /** a paravirtual channel */
    VW_DOMAIN_REBOOT_PARAVIRT = 16,
} vwDomainRebootFlagValues;

/**
 * vwDomainSaveRestoreFlags:
 *
 * How to save and restore.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainSaveRestoreFlags {
    /** around the file cache */
    VW_DOMAIN_SAVE_BYPASS_CACHE = 1,
    /** it runs when restored, whatever it did when saved */
    VW_DOMAIN_SAVE_RUNNING = 2,
    /** it is paused when restored, whatever it was when saved */
    VW_DOMAIN_SAVE_PAUSED = 4,
    /** with the NVRAM as its template has it, when restored */
    VW_DOMAIN_SAVE_RESET_NVRAM = 8,
} vwDomainSaveRestoreFlags;

/**
 * vwDomainMigrateFlags:
 *
 * How to migrate: the flags of libvirt that are supported.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainMigrateFlags {
    /** while it runs, as far as that can be */
    VW_MIGRATE_LIVE = 1,
    /** store its configuration at the destination */
    VW_MIGRATE_PERSIST_DEST = 8,
    /** do not keep it at the source */
    VW_MIGRATE_UNDEFINE_SOURCE = 16,
    /** leave it paused at the destination */
    VW_MIGRATE_PAUSED = 32,
    /** even if that may harm its disks */
    VW_MIGRATE_UNSAFE = 512,
    /** the configuration alone; a running instance stays where it is */
    VW_MIGRATE_OFFLINE = 1024,
} vwDomainMigrateFlags;

/**
 * vwDomainMetadataType:
 *
 * Which metadata.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainMetadataType {
    /** the description */
    VW_DOMAIN_METADATA_DESCRIPTION = 0,
    /** the title, one line */
    VW_DOMAIN_METADATA_TITLE = 1,
    /** the element of a namespace */
    VW_DOMAIN_METADATA_ELEMENT = 2,
} vwDomainMetadataType;

/**
 * vwDomainModificationImpact:
 *
 * Which configuration a change is about.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainModificationImpact {
    /** the one in effect: of an active domain the live one, else the stored one */
    VW_DOMAIN_AFFECT_CURRENT = 0,
    /** that of the running instance */
    VW_DOMAIN_AFFECT_LIVE = 1,
    /** the stored one, which the next start takes */
    VW_DOMAIN_AFFECT_CONFIG = 2,
} vwDomainModificationImpact;

/**
 * vwNodeSuspendTarget:
 *
 * Where a guest that is suspended by power management keeps its state.
 *
 * Since: 0.1.0
 */
typedef enum vwNodeSuspendTarget {
    /** in memory (S3) */
    VW_NODE_SUSPEND_TARGET_MEM = 0,
    /** on disk (S4), and the instance is gone */
    VW_NODE_SUSPEND_TARGET_DISK = 1,
    /** on disk and in memory */
    VW_NODE_SUSPEND_TARGET_HYBRID = 2,
} vwNodeSuspendTarget;

/**
 * vwDomainXMLFlags:
 *
 * Which document is asked for.
 *
 * Since: 0.1.0
 */
typedef enum vwDomainXMLFlags {
    /** with what is secret; nothing is left out without it */
    VW_DOMAIN_XML_SECURE = 1,
    /** the configuration of the next start, of an active domain too */
    VW_DOMAIN_XML_INACTIVE = 2,
    /** with the CPU as the host has it; nothing is changed */
    VW_DOMAIN_XML_UPDATE_CPU = 4,
    /** fit for migration; nothing is changed */
    VW_DOMAIN_XML_MIGRATABLE = 8,
} vwDomainXMLFlags;

/**
 * vwConnectListAllDomainsFlags:
 *
 * Which domains to list: those that fit one flag of each group of which any is
 * given. The groups are the pairs, and the four about the state.
 *
 * Since: 0.1.0
 */
typedef enum vwConnectListAllDomainsFlags {
    /** active ones */
    VW_CONNECT_LIST_DOMAINS_ACTIVE = 1,
    /** inactive ones */
    VW_CONNECT_LIST_DOMAINS_INACTIVE = 2,
    /** persistent ones */
    VW_CONNECT_LIST_DOMAINS_PERSISTENT = 4,
    /** transient ones */
    VW_CONNECT_LIST_DOMAINS_TRANSIENT = 8,
    /** running ones */
    VW_CONNECT_LIST_DOMAINS_RUNNING = 16,
    /** paused ones */
    VW_CONNECT_LIST_DOMAINS_PAUSED = 32,
    /** those that are shut off */
    VW_CONNECT_LIST_DOMAINS_SHUTOFF = 64,
    /** those in any other state */
    VW_CONNECT_LIST_DOMAINS_OTHER = 128,
    /** with a managed-save image */
    VW_CONNECT_LIST_DOMAINS_MANAGEDSAVE = 256,
    /** without one */
    VW_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE = 512,
    /** started with the host */
    VW_CONNECT_LIST_DOMAINS_AUTOSTART = 1024,
    /** not started with the host */
    VW_CONNECT_LIST_DOMAINS_NO_AUTOSTART = 2048,
    /** with snapshots: none so far */
    VW_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT = 4096,
    /** without snapshots */
    VW_CONNECT_LIST_DOMAINS_NO_SNAPSHOT = 8192,
    /** with checkpoints: none so far */
    VW_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT = 16384,
    /** without checkpoints */
    VW_CONNECT_LIST_DOMAINS_NO_CHECKPOINT = 32768,
} vwConnectListAllDomainsFlags;

/**
 * vwConnect:
 *
 * A connection to a source of domains. It may be used by any number of threads
 * at once. Domains, watches and registrations hold it.
 *
 * Since: 0.1.0
 */
typedef struct vwConnect vwConnect;

/**
 * vwDomain:
 *
 * A domain: its connection and UUID, with the name and the id of the moment
 * when it was looked up. It never changes and may be used by any number of
 * threads at once. Every function finds the domain by UUID, and fails with
 * VW_ERR_NO_DOMAIN when there is none (any more).
 *
 * Since: 0.1.0
 */
typedef struct vwDomain vwDomain;

/**
 * vwHost:
 *
 * One open URI of a driver, shared by all connections to it. It is made when the
 * URI is opened and valid until the driver's close function has returned. It is
 * not freed.
 *
 * Since: 0.1.0
 */
typedef struct vwHost vwHost;

/**
 * vwWatch:
 *
 * A reader of the journal: what exists, if asked for, and then every change, in
 * order. Reading at its own speed it delays nobody; when it is too far behind
 * it is brought to now in one go. A watch is used by one thread at a time, but
 * for vwWatchCancel(). It holds its connection.
 *
 * Since: 0.1.0
 */
typedef struct vwWatch vwWatch;

/** A connection, as functions take it. */
typedef struct vwConnect *vwConnectPtr;

/** A domain, as functions take it. */
typedef struct vwDomain *vwDomainPtr;

/**
 * vwError:
 *
 * What went wrong. The layout is libvirt's. There are two forms: most texts are
 * a standard text for the code (@str1, with %s for what was added) and what was
 * added (@str2), @int1 and @int2 are then -1, but for VW_ERR_SYSTEM_ERROR,
 * whose @int1 is an errno. The text of a check of arguments stands alone; @str1
 * is then the name of the function, @str2 that of the argument where it is
 * known, @int1 and @int2 are 0.
 *
 * Since: 0.1.0
 */
typedef struct vwError {
    /** the kind of error: a vwErrorNumber */
    int code;
    /** the part of the library that refused: a vwErrorDomain */
    int domain;
    /** human-readable, names the argument or the domain */
    char *message;
    /** how bad it is */
    enum vwErrorLevel level;
    /** unused: NULL */
    vwConnectPtr conn;
    /** unused: NULL */
    vwDomainPtr dom;
    /** the standard text, or the function */
    char *str1;
    /** what was added to it, or the argument; may be NULL */
    char *str2;
    /** unused: NULL */
    char *str3;
    /** -1, an errno, or 0 */
    int int1;
    /** -1 or 0 */
    int int2;
    /** unused: NULL */
    void *net;
} vwError;

/** A pointer to an error. */
typedef struct vwError *vwErrorPtr;

/**
 * vwErrorFunc:
 * @userData: the pointer that was given with the handler
 * @error: what went wrong, good until the handler returns
 *
 * Is called on the thread whose call has failed, before that returns. No lock
 * is held: every function of the library may be called in it. What fails in it
 * is not told to a handler again; the last error of the thread is afterwards
 * what it was before.
 *
 * Since: 0.1.0
 */
typedef void (*vwErrorFunc)(void *userData, vwErrorPtr error);

/**
 * vwConnectCredential:
 *
 * One question to the program.
 *
 * Since: 0.1.0
 */
typedef struct vwConnectCredential {
    /** a vwConnectCredentialType */
    int type;
    /** what to show */
    const char *prompt;
    /** more to show */
    const char *challenge;
    /** the answer if there is no other */
    const char *defresult;
    /** the answer, from malloc() */
    char *result;
    /** how long the answer is */
    unsigned int resultlen;
} vwConnectCredential;

/** A question, as callbacks take it. */
typedef struct vwConnectCredential *vwConnectCredentialPtr;

/**
 * vwConnectAuthCallbackPtr:
 * @cred: an array of questions
 * @ncred: how many they are
 * @cbdata: the pointer that was given with the callback
 *
 * Answers questions.
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
typedef int (*vwConnectAuthCallbackPtr)(vwConnectCredentialPtr cred,
                                        unsigned int ncred,
                                        void *cbdata);

/**
 * vwConnectAuth:
 *
 * Who answers questions, and which.
 *
 * Since: 0.1.0
 */
typedef struct vwConnectAuth {
    /** an array of vwConnectCredentialType */
    int *credtype;
    /** how many they are */
    unsigned int ncredtype;
    /** the callback */
    vwConnectAuthCallbackPtr cb;
    /** a pointer for the callback */
    void *cbdata;
} vwConnectAuth;

/** Who answers questions, as functions take it. */
typedef struct vwConnectAuth *vwConnectAuthPtr;

/**
 * vwDomainInfo:
 *
 * What vwDomainGetInfo() tells.
 *
 * Since: 0.1.0
 */
typedef struct vwDomainInfo {
    /** a vwDomainState */
    unsigned char state;
    /** the memory of the guest in KiB */
    unsigned long maxMem;
    /** the memory that it uses in KiB */
    unsigned long memory;
    /** how many virtual CPUs it has */
    unsigned short nrVirtCpu;
    /** the CPU time used in nanoseconds; 0 where that is not known */
    unsigned long long cpuTime;
} vwDomainInfo;

/** Where vwDomainGetInfo() writes. */
typedef struct vwDomainInfo *vwDomainInfoPtr;

/** The value of a parameter. */
typedef union vwTypedParameterValue {
    /** type 1 */
    int i;
    /** type 2 */
    unsigned int ui;
    /** type 3 */
    long long l;
    /** type 4 */
    unsigned long long ul;
    /** type 5 */
    double d;
    /** type 6 */
    char b;
    /** type 7 */
    char *s;
} vwTypedParameterValue;

/**
 * vwTypedParameter:
 *
 * A parameter with a name and a type, as libvirt has it.
 *
 * Since: 0.1.0
 */
typedef struct vwTypedParameter {
    /** the name */
    char field[VW_TYPED_PARAM_FIELD_LENGTH];
    /** which member of the value: 1 to 7, in their order */
    int type;
    /** the value */
    union vwTypedParameterValue value;
} vwTypedParameter;

/** A parameter, as functions take it. */
typedef struct vwTypedParameter *vwTypedParameterPtr;

/**
 * vwCursor:
 *
 * A place in the journal of one registry: everything up to @seq has been seen.
 * It is good across connections, and tells whether it still fits: see
 * vwWatchNew().
 *
 * Since: 0.1.0
 */
typedef struct vwCursor {
    /** which journal; all 0 for a place that fits none */
    unsigned char epoch[16];
    /** the number of the last event seen */
    uint64_t seq;
} vwCursor;

/**
 * vwConnectDomainEventGenericCallback:
 * @conn: the connection that it was registered with
 * @dom: the domain that the event is about
 * @opaque: the pointer that was given with the callback
 *
 * The form that vwConnectDomainEventRegisterAny() takes callbacks in, whatever
 * they are: see VW_DOMAIN_EVENT_CALLBACK().
 *
 * Since: 0.1.0
 */
typedef void (*vwConnectDomainEventGenericCallback)(vwConnectPtr conn,
                                                    vwDomainPtr dom,
                                                    void *opaque);

/**
 * vwFreeCallback:
 * @opaque: the pointer that was given with the callback
 *
 * Frees what belongs to a registered callback. It runs exactly once, after the
 * last call of the callback has returned, with no lock held: on the thread that
 * deregisters, or where the callback was running then.
 * Every function of the library may be called in it. It never runs when the
 * registration failed.
 *
 * Since: 0.1.0
 */
typedef void (*vwFreeCallback)(void *opaque);

/**
 * vwWatchOptions:
 *
 * What a watch delivers, and from where on. All 0 is the default: every event
 * from now on. The structure may grow at the end; it travels with its size.
 *
 * Since: 0.1.0
 */
typedef struct vwWatchOptions {
    /** vwWatchFlags */
    uint32_t flags;
    /** how many of its own events it may fall behind; 0 = 65,536 or four times the domains */
    uint32_t max_lag;
    /** bit n = events of type n; 0 = all, also those of later releases */
    uint64_t types;
    /** 16 bytes: events of this domain only, which need not exist yet; NULL = of all */
    const unsigned char *uuid;
    /** go on after this place; if it cannot be used, begin with what exists (VW_ORIGIN_RESET) */
    const struct vwCursor *resume;
} vwWatchOptions;

/**
 * vwRecord:
 *
 * One record of a watch. Events are complete: no call is needed to follow a
 * domain. What a member does not stand for is 0 or NULL; @type, @detail and @id
 * are then -1. The structure may grow at the end; it travels with its size.
 *
 * The strings are good until the next call on the watch, or until the callback
 * returns.
 *
 * Since: 0.1.0
 */
typedef struct vwRecord {
    /** what it is: a vwRecordKind */
    uint32_t kind;
    /** EVENT: how the registry learned it; CATCHUP: why: a vwOrigin */
    uint32_t origin;
    /** which journal the numbers belong to */
    unsigned char epoch[16];
    /** EVENT: which domain */
    unsigned char uuid[16];
    /** EVENT: its number, in a catch-up that of the domain's last event; SYNCED: the place reached */
    uint64_t seq;
    /** CATCHUP: the place that it leads on from */
    uint64_t from_seq;
    /** CATCHUP: how many events it stands for, 0 where that is not known */
    uint64_t count;
    /** EVENT: which existence of the UUID, from ADDED to REMOVED */
    uint64_t incarnation;
    /** EVENT: the number of the stored configuration after it, 0 = none */
    uint64_t definition;
    /** EVENT: when the registry learned it, in nanoseconds since 1970 UTC */
    int64_t realtime_ns;
    /** EVENT: a vwDomainEventType */
    int32_t type;
    /** EVENT: a number that goes with the type */
    int32_t detail;
    /** EVENT: the id of the run that it is about, with STOPPED of the one that ended */
    int32_t id;
    /** EVENT: a vwDomainState */
    int32_t state_before;
    /** EVENT: a number that goes with the state */
    int32_t reason_before;
    /** EVENT: a vwDomainState */
    int32_t state_after;
    /** EVENT: a number that goes with the state */
    int32_t reason_after;
    /** EVENT: vwEventFlags */
    uint32_t flags;
    /** EVENT: the name of the domain, in a renaming the new one */
    const char *name;
    /** EVENT: the name before, in the two events of a renaming */
    const char *old_name;
    /** the URI of the registry */
    const char *source;
    /** SOURCE_DOWN: what happened */
    const char *message;
} vwRecord;

/**
 * vwDomainRecordCallback:
 * @conn: the connection that it was registered with
 * @rec: the record, good until the callback returns
 * @opaque: the pointer that was given with the callback
 *
 * Tells a record, as vwWatchNext() does. The rules of
 * vwConnectDomainEventCallback() apply.
 *
 * Since: 0.1.0
 */
typedef void (*vwDomainRecordCallback)(vwConnectPtr conn,
                                       const struct vwRecord *rec,
                                       void *opaque);

/**
 * vwConnectDomainEventCallback:
 * @conn: the connection that it was registered with
 * @dom: the domain that the event is about, with the name and id of the event;
 *   good until the callback returns, vwDomainRef() keeps it longer
 * @event: a vwDomainEventType
 * @detail: a number that goes with the type
 * @opaque: the pointer that was given with the callback
 *
 * Tells an event of the lifecycle. It runs in the event loop that was registered
 * before the connection was opened, or else on a thread of the connection, one
 * call at a time; every function of the library may be called in it. It must
 * return: no longjmp() and no C++ exception may leave it.
 *
 * Returns anything.
 *
 * Since: 0.1.0
 */
typedef int (*vwConnectDomainEventCallback)(vwConnectPtr conn,
                                            vwDomainPtr dom,
                                            int event,
                                            int detail,
                                            void *opaque);

/**
 * vwConnectCloseFunc:
 * @conn: the connection that it was registered with
 * @reason: a vwConnectCloseReason
 * @opaque: the pointer that was given with the callback
 *
 * Tells that the source of a connection cannot be reached any more. The rules of
 * vwConnectDomainEventCallback() apply.
 *
 * Since: 0.1.0
 */
typedef void (*vwConnectCloseFunc)(vwConnectPtr conn, int reason, void *opaque);

/**
 * vwEventHandleCallback:
 * @watch: the number that vwEventAddHandle() returned
 * @fd: the file descriptor
 * @events: what it is: vwEventHandleType values
 * @opaque: the pointer that was given with the callback
 *
 * Tells that a file descriptor is ready. It runs in the event loop; every
 * function of the library may be called in it.
 *
 * Since: 0.1.0
 */
typedef void (*vwEventHandleCallback)(int watch,
                                      int fd,
                                      int events,
                                      void *opaque);

/**
 * vwEventAddHandleFunc:
 * @fd: a file descriptor
 * @event: what to watch it for: vwEventHandleType values
 * @cb: the callback
 * @opaque: a pointer for the callback
 * @ff: frees @opaque, may be NULL
 *
 * An event loop's own vwEventAddHandle().
 *
 * Returns a number for it, which is not negative; -1: error, and @ff will not
 * run.
 *
 * Since: 0.1.0
 */
typedef int (*vwEventAddHandleFunc)(int fd,
                                    int event,
                                    vwEventHandleCallback cb,
                                    void *opaque,
                                    vwFreeCallback ff);

/**
 * vwEventUpdateHandleFunc:
 * @watch: the number of a file descriptor
 * @event: what to watch it for
 *
 * An event loop's own vwEventUpdateHandle().
 *
 * Since: 0.1.0
 */
typedef void (*vwEventUpdateHandleFunc)(int watch, int event);

/**
 * vwEventRemoveHandleFunc:
 * @watch: the number of a file descriptor
 *
 * An event loop's own vwEventRemoveHandle(): the callback does not start any
 * more, and what was given to free its pointer is called later, by the loop,
 * when the callback does not run.
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
typedef int (*vwEventRemoveHandleFunc)(int watch);

/**
 * vwEventTimeoutCallback:
 * @timer: the number that vwEventAddTimeout() returned
 * @opaque: the pointer that was given with the callback
 *
 * Tells that the time of a timer has come. It runs in the event loop; every
 * function of the library may be called in it.
 *
 * Since: 0.1.0
 */
typedef void (*vwEventTimeoutCallback)(int timer, void *opaque);

/**
 * vwEventAddTimeoutFunc:
 * @timeout: milliseconds; 0: in every iteration, -1: never
 * @cb: the callback
 * @opaque: a pointer for the callback
 * @ff: frees @opaque, may be NULL
 *
 * An event loop's own vwEventAddTimeout().
 *
 * Returns a number for it, which is not negative; -1: error, and @ff will not
 * run.
 *
 * Since: 0.1.0
 */
typedef int (*vwEventAddTimeoutFunc)(int timeout,
                                     vwEventTimeoutCallback cb,
                                     void *opaque,
                                     vwFreeCallback ff);

/**
 * vwEventUpdateTimeoutFunc:
 * @timer: the number of a timer
 * @timeout: milliseconds; 0: in every iteration, -1: never
 *
 * An event loop's own vwEventUpdateTimeout().
 *
 * Since: 0.1.0
 */
typedef void (*vwEventUpdateTimeoutFunc)(int timer, int timeout);

/**
 * vwEventRemoveTimeoutFunc:
 * @timer: the number of a timer
 *
 * An event loop's own vwEventRemoveTimeout(), see vwEventRemoveHandleFunc.
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
typedef int (*vwEventRemoveTimeoutFunc)(int timer);

/** A watch, as functions take it. */
typedef struct vwWatch *vwWatchPtr;

/** A host, as functions take it. */
typedef struct vwHost *vwHostPtr;

/**
 * vwChange:
 *
 * What happened to a domain, or what it is. Members that are not needed are 0.
 * The structure and what it points to are the caller's, and only read during
 * the call.
 *
 * A configuration that is not given is the one that the library has: that of the
 * operation under way, else the domain's. Where only a name is known, one that
 * says nothing but name and UUID stands in.
 *
 * Since: 0.1.0
 */
typedef struct vwChange {
    /** vwChangeType */
    uint32_t change;
    /** the detail of the event */
    int32_t detail;
    /** the id of the running instance, with VW_CHANGE_ID */
    int32_t id;
    /** vwChangeFlags */
    uint32_t flags;
    /** 16 bytes: the domain */
    const unsigned char *uuid;
    /** its name: in a listing, RENAMED (the new one), and where it is not known yet */
    const char *name;
    /** DEFINED, EDITED, REVERTED, STARTED and in a listing: the <domain> document, or NULL */
    const char *xml;
    /** in a listing: vwDomainState */
    int32_t state;
    /** in a listing: the reason, 0 where it is not known */
    int32_t reason;
} vwChange;

/**
 * vwDriverOpen:
 * @host: where to report; all connections to this URI share it
 * @uri: the URI
 * @opaque: the driver's pointer
 *
 * Opens a URI of the driver's scheme. What is reported before it returns, and the
 * first listing, is what there is to begin with. It must not open the same URI.
 *
 * Returns 0; -1: the program's vwConnectOpen() fails.
 *
 * Since: 0.1.0
 */
typedef int (*vwDriverOpen)(vwHostPtr host, const char *uri, void *opaque);

/**
 * vwDriverClose:
 * @host: the host
 * @opaque: the driver's pointer
 *
 * Closes what vwDriverOpen opened: once, after all other calls for @host have
 * returned. @host is invalid when it returns.
 *
 * Since: 0.1.0
 */
typedef void (*vwDriverClose)(vwHostPtr host, void *opaque);

/**
 * vwOperation:
 *
 * What a driver is asked to do, and with which domain. It and what it points to
 * are valid until the operate function returns. Later releases may add members
 * at the end.
 *
 * Since: 0.1.0
 */
typedef struct vwOperation {
    /** vwOperationType */
    uint32_t operation;
    /** the flags of the function that was called, with their numbers there */
    uint32_t flags;
    /** 16 bytes: the domain; all zero in RESTORE */
    const unsigned char *uuid;
    /** its name; in RENAME the new one; empty in RESTORE */
    const char *name;
    /** DEFINE, CREATE, CREATE_XML: a <domain> document; else NULL */
    const char *xml;
    /** SAVE, RESTORE: a file; else NULL */
    const char *path;
} vwOperation;

/**
 * vwDriverOperate:
 * @host: the host
 * @op: what is asked
 * @opaque: the driver's pointer
 *
 * Carries out an operation that fits what is known of the domain.
 *
 * Returns 0: it is done, and the library shows what such an operation usually
 * does, as far as it has not been reported; 1: it is accepted, the caller goes on
 * at once, and vwHostReport() will tell what happens; -1: it is refused. The
 * caller then gets the error of the virtwatch function that failed last in here,
 * or VW_ERR_OPERATION_FAILED, and nothing has changed.
 *
 * Since: 0.1.0
 */
typedef int (*vwDriverOperate)(vwHostPtr host,
                               const struct vwOperation *op,
                               void *opaque);

/**
 * vwDriverEach:
 * @domain: a domain as it is: change VW_CHANGE_OBSERVED, uuid, name, state, reason,
 *          flags, and id and xml where they are known
 * @data: what the list function was given
 *
 * Takes one domain of a listing.
 *
 * Returns 0, or -1: it makes no sense, see the last error.
 *
 * Since: 0.1.0
 */
typedef int (*vwDriverEach)(const struct vwChange *domain, void *data);

/**
 * vwDriverList:
 * @host: the host
 * @each: to be called for every domain
 * @data: to be handed to @each
 * @opaque: the driver's pointer
 *
 * Lists every domain that exists. What was reported before it was called must be
 * in it.
 *
 * Returns 0; -1: the domains cannot be listed: VW_RECORD_SOURCE_DOWN, and nothing
 * that is known changes until a listing succeeds.
 *
 * Since: 0.1.0
 */
typedef int (*vwDriverList)(vwHostPtr host,
                            vwDriverEach each,
                            void *data,
                            void *opaque);

/**
 * vwDriver:
 *
 * A hypervisor that the program brings. Any of the functions may be NULL: without
 * @operate nothing can be changed over connections, without @list there must be
 * enough in @native.
 *
 * Threads: the functions are called on any thread, several at a time; only the
 * operations on one domain come one after the other. No lock is held: every
 * function of virtwatch may be called in them, also on connections to the same
 * URI, and they may take as long as they need. They must return to their caller,
 * not by longjmp() or an exception.
 *
 * The structure may grow at the end; it travels with its size and is copied.
 *
 * Since: 0.1.0
 */
typedef struct vwDriver {
    /** bit n = it reports what makes events of type n, whoever brings it about: libvirt's nine */
    uint64_t native;
    /** opens a URI */
    vwDriverOpen open;
    /** closes it */
    vwDriverClose close;
    /** carries out an operation */
    vwDriverOperate operate;
    /** lists the domains, for what is not in native, for audits and where there is doubt */
    vwDriverList list;
} vwDriver;

/**
 * vwStats:
 *
 * Figures of a registry. The structure may grow at the end; it travels with
 * its size.
 *
 * Since: 0.1.0
 */
typedef struct vwStats {
    /** domains that exist */
    uint64_t domains;
    /** of these, active */
    uint64_t active;
    /** events since the registry was made: the number of the last one */
    uint64_t events;
    /** of these, still in the journal */
    uint64_t journal;
    /** watches and registered callbacks */
    uint64_t readers;
    /** listings asked of the source after the first */
    uint64_t listings;
    /** audits made */
    uint64_t audits;
    /** differences that audits found */
    uint64_t drift;
    /** times when what the source said did not fit what was known */
    uint64_t doubts;
} vwStats;

/**
 * vwWatchStats:
 *
 * Figures of a watch, counted from where it began: @events = @delivered +
 * @filtered + @coalesced + @pending. The structure may grow at the end; it
 * travels with its size.
 *
 * Since: 0.1.0
 */
typedef struct vwWatchStats {
    /** events of the journal that concern it */
    uint64_t events;
    /** of these, delivered as they are */
    uint64_t delivered;
    /** of these, kept back by the filter of types */
    uint64_t filtered;
    /** of these, stood for by a catch-up */
    uint64_t coalesced;
    /** of these, not yet read */
    uint64_t pending;
    /** catch-ups begun, the first snapshot too */
    uint64_t catchups;
    /** bytes noted of domains that changed while it did not read */
    uint64_t memory;
} vwWatchStats;

/**
 * vwConnectDomainEventMetadataChangeCallback:
 * @conn: the connection that it was registered with
 * @dom: the domain whose metadata was set or removed, good until the callback
 *   returns
 * @type: a vwDomainMetadataType
 * @nsuri: the namespace of an element, otherwise NULL; good until the callback
 *   returns
 * @opaque: the pointer that was given with the callback
 *
 * Tells a call of vwDomainSetMetadata(), whatever it affected: the form of
 * callbacks for VW_DOMAIN_EVENT_ID_METADATA_CHANGE. The rules of
 * vwConnectDomainEventCallback() apply.
 *
 * Since: 0.1.0
 */
typedef void (*vwConnectDomainEventMetadataChangeCallback)(vwConnectPtr conn,
                                                           vwDomainPtr dom,
                                                           int type,
                                                           const char *nsuri,
                                                           void *opaque);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/** Answers nothing. It is there for programs that are written for libvirt. */
extern vwConnectAuthPtr vwConnectAuthPtrDefault;

/**
 * vwInitialize:
 *
 * Prepares the library. Opening a connection does it too, so that calling this
 * is good for nothing but telling that the library is there.
 *
 * Returns 0.
 *
 * Since: 0.1.0
 */
int vwInitialize(void);

/**
 * vwGetVersion:
 * @libVer: where to write the version of the library
 * @type: unused, may be NULL
 * @typeVer: where to write the same once more, may be NULL
 *
 * Tells the release of the library that runs, which may be newer than the one
 * that a program was compiled with: 1,000,000 * major + 1,000 * minor + micro,
 * as VW_VERSION_NUMBER is.
 *
 * Returns 0, or -1: @libVer is NULL.
 *
 * Since: 0.1.0
 */
int vwGetVersion(unsigned long *libVer,
                 const char *type,
                 unsigned long *typeVer);

/**
 * vwGetLastError:
 *
 * The error of the last call on this thread that failed, unless a later call
 * succeeded: every function but those about errors forgets it first.
 *
 * Returns the error, which belongs to the thread and is good until its next
 * call; NULL if there is none.
 *
 * Since: 0.1.0
 */
vwErrorPtr vwGetLastError(void);

/**
 * vwGetLastErrorCode:
 *
 * Returns the code of the last error of this thread, VW_ERR_OK if there is
 * none.
 *
 * Since: 0.1.0
 */
int vwGetLastErrorCode(void);

/**
 * vwGetLastErrorDomain:
 *
 * Returns the part of the library that the last error of this thread came
 * from, VW_FROM_NONE if there is none.
 *
 * Since: 0.1.0
 */
int vwGetLastErrorDomain(void);

/**
 * vwGetLastErrorMessage:
 *
 * Returns the text of the last error of this thread, good until its next call;
 * "no error" if there is none. Never NULL, not to be freed.
 *
 * Since: 0.1.0
 */
const char *vwGetLastErrorMessage(void);

/**
 * vwSaveLastError:
 *
 * Copies the last error of this thread, so that cleaning up does not lose it.
 *
 * Returns the copy, to be freed with vwFreeError(); its code is VW_ERR_OK if
 * there was no error.
 *
 * Since: 0.1.0
 */
vwErrorPtr vwSaveLastError(void);

/**
 * vwCopyLastError:
 * @to: where to copy the error
 *
 * Copies the last error of this thread. What @to held before is overwritten,
 * not freed; vwResetError() frees what it holds then.
 *
 * Returns the code of the error, VW_ERR_OK if there is none, -1 if @to is NULL.
 *
 * Since: 0.1.0
 */
int vwCopyLastError(vwErrorPtr to);

/**
 * vwResetLastError:
 *
 * Forgets the last error of this thread.
 *
 * Since: 0.1.0
 */
void vwResetLastError(void);

/**
 * vwResetError:
 * @err: an error, may be NULL
 *
 * Frees the texts of an error, and makes it none.
 *
 * Since: 0.1.0
 */
void vwResetError(vwErrorPtr err);

/**
 * vwFreeError:
 * @err: an error from vwSaveLastError(), may be NULL
 *
 * Frees an error.
 *
 * Since: 0.1.0
 */
void vwFreeError(vwErrorPtr err);

/**
 * vwSetErrorFunc:
 * @userData: a pointer for the handler
 * @handler: the handler, NULL for none
 *
 * Has failures of this process be told to a handler, in place of the one before.
 * Unlike libvirt, virtwatch prints nothing when there is none. The child of a
 * fork begins without one.
 *
 * Since: 0.1.0
 */
void vwSetErrorFunc(void *userData,
                    vwErrorFunc handler);

/**
 * vwConnSetErrorFunc:
 * @conn: a connection
 * @userData: a pointer for the handler
 * @handler: the handler, NULL for none
 *
 * Has failures of calls with this connection, and with its domains and watches,
 * be told to a handler instead of the global one.
 *
 * Since: 0.1.0
 */
void vwConnSetErrorFunc(vwConnectPtr conn, void *userData, vwErrorFunc handler);

/**
 * vwConnectOpen:
 * @name: the URI of a source of domains; NULL or empty for the default one
 *
 * Opens a connection. "test:///default" is one registry per process, with the
 * running domain "test"; "test:///empty" is an empty registry of this
 * connection alone; "test:///path/of/a/file.xml" one that the <node> document
 * in that file fills. The default is what the environment variable
 * VIRTWATCH_DEFAULT_URI says, or else LIBVIRT_DEFAULT_URI.
 *
 * No thread is started before a callback is registered, but for a driver of the
 * program that lists its domains: a thread that looks at them runs from here on
 * (see vwDriverRegister()). No event loop is needed.
 *
 * Returns the connection, to be closed with vwConnectClose(); NULL:
 * VW_ERR_NO_CONNECT (no driver takes the URI), VW_ERR_INVALID_ARG (it is no
 * URI, not UTF-8, or there is no default), or what is wrong with the file.
 *
 * Since: 0.1.0
 */
vwConnectPtr vwConnectOpen(const char *name);

/**
 * vwConnectOpenReadOnly:
 * @name: the URI of a source of domains; NULL or empty for the default one
 *
 * Opens a connection that can watch and look up, but changes nothing: what
 * would, fails with VW_ERR_OPERATION_DENIED.
 *
 * Returns as vwConnectOpen().
 *
 * Since: 0.1.0
 */
vwConnectPtr vwConnectOpenReadOnly(const char *name);

/**
 * vwConnectOpenAuth:
 * @name: the URI of a source of domains; NULL or empty for the default one
 * @auth: who answers questions for credentials: no driver has any, NULL will do
 * @flags: vwConnectFlags
 *
 * Opens a connection as vwConnectOpen(), with VW_CONNECT_RO as
 * vwConnectOpenReadOnly().
 *
 * Returns as vwConnectOpen().
 *
 * Since: 0.1.0
 */
vwConnectPtr vwConnectOpenAuth(const char *name,
                               vwConnectAuthPtr auth,
                               unsigned int flags);

/**
 * vwConnectRef:
 * @conn: a connection
 *
 * Takes one more reference, to be dropped with vwConnectClose().
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
int vwConnectRef(vwConnectPtr conn);

/**
 * vwConnectClose:
 * @conn: a connection
 *
 * Drops one reference. Domains, watches and registered callbacks have
 * references of their own: the connection stays open, and callbacks go on,
 * until the last of them is gone. It may be called in any callback.
 *
 * Returns 0: the connection is gone; 1: something still holds it; -1:
 * VW_ERR_INVALID_CONN, it is no connection, or the program has no reference to
 * it (any more).
 *
 * Since: 0.1.0
 */
int vwConnectClose(vwConnectPtr conn);

/**
 * vwConnectGetURI:
 * @conn: a connection
 *
 * Returns the URI that opened the registry, which the caller frees with
 * free(); NULL: error.
 *
 * Since: 0.1.0
 */
char *vwConnectGetURI(vwConnectPtr conn);

/**
 * vwConnectGetType:
 * @conn: a connection
 *
 * Returns the name of the driver, such as "TEST", good as long as the
 * connection and not to be freed; NULL: error.
 *
 * Since: 0.1.0
 */
const char *vwConnectGetType(vwConnectPtr conn);

/**
 * vwConnectGetHostname:
 * @conn: a connection
 *
 * Returns the name of the host that the domains run on, which the caller frees
 * with free(); NULL: error.
 *
 * Since: 0.1.0
 */
char *vwConnectGetHostname(vwConnectPtr conn);

/**
 * vwConnectGetVersion:
 * @conn: a connection
 * @hvVer: where to write the version
 *
 * Tells the version of the hypervisor: 1,000,000 * major + 1,000 * minor +
 * micro. The test driver's is 2.
 *
 * Returns 0; -1: VW_ERR_NO_SUPPORT, the driver does not tell it.
 *
 * Since: 0.1.0
 */
int vwConnectGetVersion(vwConnectPtr conn, unsigned long *hvVer);

/**
 * vwConnectGetCapabilities:
 * @conn: a connection
 *
 * Returns a <capabilities> document, what the host and its hypervisor can do,
 * which the caller frees with free(); NULL: VW_ERR_NO_SUPPORT, the driver does
 * not tell it.
 *
 * Since: 0.1.0
 */
char *vwConnectGetCapabilities(vwConnectPtr conn);

/**
 * vwConnectGetLibVersion:
 * @conn: a connection
 * @libVer: where to write the version
 *
 * Tells the version of the library at the other end, which is this one for
 * sources in this process. See vwGetVersion().
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
int vwConnectGetLibVersion(vwConnectPtr conn, unsigned long *libVer);

/**
 * vwConnectIsAlive:
 * @conn: a connection
 *
 * Returns 1: the source can be reached, the test driver always; 0: it cannot, and
 * what is listed is stale; -1: error.
 *
 * Since: 0.1.0
 */
int vwConnectIsAlive(vwConnectPtr conn);

/**
 * vwConnectIsSecure:
 * @conn: a connection
 *
 * Returns 1: nobody on the way to the source can listen or interfere, as with
 * one in this process; 0: somebody might; -1: error.
 *
 * Since: 0.1.0
 */
int vwConnectIsSecure(vwConnectPtr conn);

/**
 * vwConnectIsEncrypted:
 * @conn: a connection
 *
 * Returns 1: what goes to the source is encrypted; 0: it is not, or goes
 * nowhere; -1: error.
 *
 * Since: 0.1.0
 */
int vwConnectIsEncrypted(vwConnectPtr conn);

/**
 * vwConnectSetKeepAlive:
 * @conn: a connection
 * @interval: seconds of silence after which to ask for a sign of life
 * @count: how often to ask in vain
 *
 * Says when a silent source counts as lost.
 *
 * Returns 0; -1: VW_ERR_NO_SUPPORT, the source is in this process.
 *
 * Since: 0.1.0
 */
int vwConnectSetKeepAlive(vwConnectPtr conn, int interval, unsigned int count);

/**
 * vwConnectGetEventSupport:
 * @conn: a connection
 * @type: a vwDomainEventType
 *
 * Tells what the source can say about events of a type, so that a program
 * knows which it may rely on.
 *
 * Returns a vwEventSupport; -1: error, VW_ERR_INVALID_ARG if there is no such
 * type.
 *
 * Since: 0.1.0
 */
int vwConnectGetEventSupport(vwConnectPtr conn, int type);

/**
 * vwConnectAudit:
 * @conn: a connection
 * @flags: 0
 *
 * Compares the registry with its source; where the registry is itself the
 * truth, with its journal. Costs the time of a listing.
 *
 * Returns how many domains differed, which is 0 unless something went wrong;
 * -1: error.
 *
 * Since: 0.1.0
 */
int vwConnectAudit(vwConnectPtr conn, unsigned int flags);

/**
 * vwConnectNumOfDomains:
 * @conn: a connection
 *
 * Returns how many domains are active; -1: error.
 *
 * Since: 0.1.0
 */
int vwConnectNumOfDomains(vwConnectPtr conn);

/**
 * vwConnectListDomains:
 * @conn: a connection
 * @ids: an array to fill
 * @maxids: how many ids fit into it
 *
 * Lists the ids of active domains, smallest first.
 *
 * Returns how many ids were written; -1: error.
 *
 * Since: 0.1.0
 */
int vwConnectListDomains(vwConnectPtr conn, int *ids, int maxids);

/**
 * vwConnectNumOfDefinedDomains:
 * @conn: a connection
 *
 * Returns how many domains are inactive; -1: error.
 *
 * Since: 0.1.0
 */
int vwConnectNumOfDefinedDomains(vwConnectPtr conn);

/**
 * vwConnectListDefinedDomains:
 * @conn: a connection
 * @names: an array to fill
 * @maxnames: how many names fit into it
 *
 * Lists the names of inactive domains, in no order. The caller frees each with
 * free().
 *
 * Returns how many names were written; -1: error.
 *
 * Since: 0.1.0
 */
int vwConnectListDefinedDomains(vwConnectPtr conn, char **names, int maxnames);

/**
 * vwConnectListAllDomains:
 * @conn: a connection
 * @domains: where to write the array, NULL to count only
 * @flags: vwConnectListAllDomainsFlags
 *
 * Lists the domains that fit one flag of each group of which any flag is given;
 * without flags all. They come in no order. A long listing lets changes in
 * between: for the exact state at one moment, and everything after it, take a
 * watch with VW_WATCH_SNAPSHOT.
 *
 * Returns how many domains there are; -1: error. The caller frees each with
 * vwDomainFree() and the array, which ends with a NULL that is not counted,
 * with free().
 *
 * Since: 0.1.0
 */
int vwConnectListAllDomains(vwConnectPtr conn,
                            vwDomainPtr **domains,
                            unsigned int flags);

/**
 * vwDomainLookupByID:
 * @conn: a connection
 * @id: the id of an active domain
 *
 * Finds an active domain.
 *
 * Returns the domain, to be freed with vwDomainFree(); NULL: VW_ERR_NO_DOMAIN,
 * VW_ERR_INVALID_ARG (the id is negative).
 *
 * Since: 0.1.0
 */
vwDomainPtr vwDomainLookupByID(vwConnectPtr conn, int id);

/**
 * vwDomainLookupByUUID:
 * @conn: a connection
 * @uuid: 16 bytes
 *
 * Finds a domain by what identifies it.
 *
 * Returns the domain, to be freed with vwDomainFree(); NULL: VW_ERR_NO_DOMAIN.
 *
 * Since: 0.1.0
 */
vwDomainPtr vwDomainLookupByUUID(vwConnectPtr conn, const unsigned char *uuid);

/**
 * vwDomainLookupByUUIDString:
 * @conn: a connection
 * @uuidstr: a UUID, as vwUUIDParse() reads it
 *
 * Finds a domain by what identifies it.
 *
 * Returns the domain, to be freed with vwDomainFree(); NULL: VW_ERR_NO_DOMAIN,
 * VW_ERR_INVALID_ARG (it is no UUID).
 *
 * Since: 0.1.0
 */
vwDomainPtr vwDomainLookupByUUIDString(vwConnectPtr conn, const char *uuidstr);

/**
 * vwDomainLookupByName:
 * @conn: a connection
 * @name: the name of a domain
 *
 * Finds a domain by its name, which another domain may bear later.
 *
 * Returns the domain, to be freed with vwDomainFree(); NULL: VW_ERR_NO_DOMAIN.
 *
 * Since: 0.1.0
 */
vwDomainPtr vwDomainLookupByName(vwConnectPtr conn, const char *name);

/**
 * vwDomainRef:
 * @domain: a domain
 *
 * Takes one more reference, to be dropped with vwDomainFree(). So a callback
 * keeps the domain that it was given.
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
int vwDomainRef(vwDomainPtr domain);

/**
 * vwDomainFree:
 * @domain: a domain
 *
 * Drops one reference. The domain itself is not touched.
 *
 * Returns 0; -1: VW_ERR_INVALID_DOMAIN, it is no domain, or the program has no
 * reference to it: a callback's is only lent.
 *
 * Since: 0.1.0
 */
int vwDomainFree(vwDomainPtr domain);

/**
 * vwDomainGetConnect:
 * @domain: a domain
 *
 * Returns the connection that the domain was looked up with, good as long as
 * @domain; vwConnectRef() keeps it longer. NULL: error.
 *
 * Since: 0.1.0
 */
vwConnectPtr vwDomainGetConnect(vwDomainPtr domain);

/**
 * vwDomainGetName:
 * @domain: a domain
 *
 * Returns the name that the domain had when it was looked up, good as long as
 * @domain and not to be freed; NULL: error.
 *
 * Since: 0.1.0
 */
const char *vwDomainGetName(vwDomainPtr domain);

/**
 * vwDomainGetUUID:
 * @domain: a domain
 * @uuid: where to write 16 bytes
 *
 * Tells the UUID.
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
int vwDomainGetUUID(vwDomainPtr domain, unsigned char *uuid);

/**
 * vwDomainGetUUIDString:
 * @domain: a domain
 * @buf: a buffer of VW_UUID_STRING_BUFLEN bytes
 *
 * Tells the UUID as a string.
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
int vwDomainGetUUIDString(vwDomainPtr domain, char *buf);

/**
 * vwDomainGetID:
 * @domain: a domain
 *
 * Tells the id of the running instance, which is another for every run. A
 * domain that was given to a callback answers with the id that its event is
 * about, after STOPPED too; any other asks the registry.
 *
 * Returns the id; (unsigned int) -1: the domain is not active, or error.
 *
 * Since: 0.1.0
 */
unsigned int vwDomainGetID(vwDomainPtr domain);

/**
 * vwDomainGetState:
 * @domain: a domain
 * @state: where to write a vwDomainState
 * @reason: where to write the reason, a number that goes with the state (see
 *   vwDomainRunningReason and those after it); may be NULL
 * @flags: 0
 *
 * Tells state and reason.
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
int vwDomainGetState(vwDomainPtr domain,
                     int *state,
                     int *reason,
                     unsigned int flags);

/**
 * vwDomainGetInfo:
 * @domain: a domain
 * @info: where to write it
 *
 * Tells state and size.
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
int vwDomainGetInfo(vwDomainPtr domain, vwDomainInfoPtr info);

/**
 * vwDomainGetXMLDesc:
 * @domain: a domain
 * @flags: vwDomainXMLFlags
 *
 * Tells the configuration: of an active domain the one it runs with, and its
 * id; with VW_DOMAIN_XML_INACTIVE the one of the next start. It is the document
 * that was given, with a UUID if it had none.
 *
 * Returns the document, which the caller frees with free(); NULL: error.
 *
 * Since: 0.1.0
 */
char *vwDomainGetXMLDesc(vwDomainPtr domain, unsigned int flags);

/**
 * vwDomainGetOSType:
 * @domain: a domain
 *
 * Returns the type of the guest, "hvm" for a full virtual machine, which the
 * caller frees with free(); NULL: error.
 *
 * Since: 0.1.0
 */
char *vwDomainGetOSType(vwDomainPtr domain);

/**
 * vwDomainGetMaxMemory:
 * @domain: a domain
 *
 * Returns the memory of the guest in KiB; 0: error.
 *
 * Since: 0.1.0
 */
unsigned long vwDomainGetMaxMemory(vwDomainPtr domain);

/**
 * vwDomainGetMaxVcpus:
 * @domain: a domain
 *
 * Returns how many virtual CPUs the guest can have; -1: error.
 *
 * Since: 0.1.0
 */
int vwDomainGetMaxVcpus(vwDomainPtr domain);

/**
 * vwDomainIsActive:
 * @domain: a domain
 *
 * Returns 1: it has a running instance (paused counts); 0: it has not; -1:
 * error.
 *
 * Since: 0.1.0
 */
int vwDomainIsActive(vwDomainPtr domain);

/**
 * vwDomainIsPersistent:
 * @domain: a domain
 *
 * Returns 1: it has a stored configuration; 0: it is transient; -1: error.
 *
 * Since: 0.1.0
 */
int vwDomainIsPersistent(vwDomainPtr domain);

/**
 * vwDomainGetAutostart:
 * @domain: a domain
 * @autostart: where to write 1: it starts with the host; or 0
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
int vwDomainGetAutostart(vwDomainPtr domain, int *autostart);

/**
 * vwDomainIsUpdated:
 * @domain: a domain
 *
 * Returns 0: no running instance is updated in place; -1: error.
 *
 * Since: 0.1.0
 */
int vwDomainIsUpdated(vwDomainPtr domain);

/**
 * vwDomainDefineXML:
 * @conn: a connection
 * @xml: a <domain> document
 *
 * Stores a configuration. A domain that has the UUID gets it as its
 * configuration (of the next start, when it is active); otherwise a domain is
 * made, inactive. A document without a UUID gets a random one.
 *
 * Returns the domain, to be freed with vwDomainFree(); NULL: what is wrong with
 * the document, VW_ERR_OPERATION_FAILED (name or UUID belong to another domain),
 * VW_ERR_OPERATION_DENIED (the connection is read-only).
 *
 * Since: 0.1.0
 */
vwDomainPtr vwDomainDefineXML(vwConnectPtr conn,
                              const char *xml);

/**
 * vwDomainDefineXMLFlags:
 * @conn: a connection
 * @xml: a <domain> document
 * @flags: VW_DOMAIN_DEFINE_VALIDATE or 0: the test driver has no schema to check
 *   against, and checks what it always does
 *
 * Does as vwDomainDefineXML().
 *
 * Returns as vwDomainDefineXML().
 *
 * Since: 0.1.0
 */
vwDomainPtr vwDomainDefineXMLFlags(vwConnectPtr conn,
                                   const char *xml,
                                   unsigned int flags);

/**
 * vwDomainCreateXML:
 * @conn: a connection
 * @xmlDesc: a <domain> document
 * @flags: vwDomainCreateFlags: VW_DOMAIN_START_PAUSED,
 *   VW_DOMAIN_START_AUTODESTROY; VW_DOMAIN_START_VALIDATE and
 *   VW_DOMAIN_START_RESET_NVRAM mean nothing to the test driver
 *
 * Starts a domain without storing its configuration: it is transient, and
 * exists until it stops. Of a persistent, inactive domain it starts a run with
 * that configuration. With VW_DOMAIN_START_AUTODESTROY the run ends, as
 * vwDomainDestroy() would end it, when the connection is gone: when
 * vwConnectClose() has dropped its last reference.
 *
 * Returns the domain, to be freed with vwDomainFree(); NULL: what is wrong with
 * the document, VW_ERR_OPERATION_INVALID (it is active already),
 * VW_ERR_OPERATION_FAILED (name or UUID belong to another domain),
 * VW_ERR_OPERATION_DENIED (the connection is read-only).
 *
 * Since: 0.1.0
 */
vwDomainPtr vwDomainCreateXML(vwConnectPtr conn,
                              const char *xmlDesc,
                              unsigned int flags);

/**
 * vwDomainRestore:
 * @conn: a connection
 * @from: the path of a file that vwDomainSave() made
 *
 * Starts a domain from a saved state: running, or paused if it was. Look it up
 * by name or UUID, or learn of it by its events.
 *
 * Returns 0; -1: VW_ERR_SYSTEM_ERROR or VW_ERR_OPERATION_FAILED (the file
 * cannot be read, or is no saved domain), or as vwDomainCreateXML().
 *
 * Since: 0.1.0
 */
int vwDomainRestore(vwConnectPtr conn, const char *from);

/**
 * vwDomainRestoreFlags:
 * @conn: a connection
 * @from: the path of a file that vwDomainSave() made
 * @dxml: NULL: another document is not supported
 * @flags: vwDomainSaveRestoreFlags: VW_DOMAIN_SAVE_RUNNING or
 *   VW_DOMAIN_SAVE_PAUSED, whatever it was; VW_DOMAIN_SAVE_BYPASS_CACHE and
 *   VW_DOMAIN_SAVE_RESET_NVRAM mean nothing to the test driver
 *
 * Does as vwDomainRestore().
 *
 * Returns 0; -1: as vwDomainRestore(); VW_ERR_INVALID_ARG: flags that exclude
 * each other; VW_ERR_ARGUMENT_UNSUPPORTED: @dxml is not NULL.
 *
 * Since: 0.1.0
 */
int vwDomainRestoreFlags(vwConnectPtr conn,
                         const char *from,
                         const char *dxml,
                         unsigned int flags);

/**
 * vwDomainUndefine:
 * @domain: a domain
 *
 * Removes the stored configuration. An inactive domain no longer exists then; an
 * active one becomes transient.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is transient, or has a managed-save
 * image), VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainUndefine(vwDomainPtr domain);

/**
 * vwDomainUndefineFlags:
 * @domain: a domain
 * @flags: vwDomainUndefineFlagsValues
 *
 * Does as vwDomainUndefine(), and removes what goes with the configuration: with
 * VW_DOMAIN_UNDEFINE_MANAGED_SAVE a managed-save image.
 *
 * Returns 0; -1: as vwDomainUndefine(); VW_ERR_INVALID_ARG: flags that exclude each
 * other.
 *
 * Since: 0.1.0
 */
int vwDomainUndefineFlags(vwDomainPtr domain,
                          unsigned int flags);

/**
 * vwDomainCreate:
 * @domain: a domain
 *
 * Starts a persistent domain: from its managed-save image if it has one, and the
 * image is gone then.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is active already), VW_ERR_NO_DOMAIN,
 * VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainCreate(vwDomainPtr domain);

/**
 * vwDomainCreateWithFlags:
 * @domain: a domain
 * @flags: vwDomainCreateFlags: VW_DOMAIN_START_PAUSED,
 *   VW_DOMAIN_START_AUTODESTROY, VW_DOMAIN_START_FORCE_BOOT;
 *   VW_DOMAIN_START_BYPASS_CACHE and VW_DOMAIN_START_RESET_NVRAM mean nothing to
 *   the test driver
 *
 * Starts a persistent domain: paused, or booting even though there is a
 * managed-save image, which is dropped. VW_DOMAIN_START_AUTODESTROY is as with
 * vwDomainCreateXML(): it is about this run, not about later ones.
 *
 * Returns 0; -1: as vwDomainCreate().
 *
 * Since: 0.1.0
 */
int vwDomainCreateWithFlags(vwDomainPtr domain,
                            unsigned int flags);

/**
 * vwDomainSuspend:
 * @domain: a domain
 *
 * Pauses the guest; of a paused one this is a success. It stays active.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it does not run), VW_ERR_NO_DOMAIN,
 * VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainSuspend(vwDomainPtr domain);

/**
 * vwDomainResume:
 * @domain: a domain
 *
 * Has a paused guest run again.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not paused), VW_ERR_NO_DOMAIN,
 * VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainResume(vwDomainPtr domain);

/**
 * vwDomainShutdown:
 * @domain: a domain
 *
 * Asks the guest to shut down. What comes of it is told by events; with
 * <on_poweroff>restart</on_poweroff> it starts again.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_NO_DOMAIN,
 * VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainShutdown(vwDomainPtr domain);

/**
 * vwDomainShutdownFlags:
 * @domain: a domain
 * @flags: vwDomainShutdownFlagValues: VW_DOMAIN_SHUTDOWN_ACPI_POWER_BTN,
 *   VW_DOMAIN_SHUTDOWN_GUEST_AGENT; the others are for hypervisors that have
 *   such guests
 *
 * Does as vwDomainShutdown(); the flags say by what the guest is asked.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_INVALID_ARG
 * (the guest cannot be asked so), VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainShutdownFlags(vwDomainPtr domain,
                          unsigned int flags);

/**
 * vwDomainReboot:
 * @domain: a domain
 * @flags: vwDomainRebootFlagValues: as vwDomainShutdownFlags()
 *
 * Asks the guest to reboot; the instance stays. With
 * <on_reboot>destroy</on_reboot> it shuts down.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_INVALID_ARG
 * (the guest cannot be asked so), VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainReboot(vwDomainPtr domain,
                   unsigned int flags);

/**
 * vwDomainReset:
 * @domain: a domain
 * @flags: 0
 *
 * Resets the guest as a reset button does; the instance stays.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_NO_DOMAIN,
 * VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainReset(vwDomainPtr domain, unsigned int flags);

/**
 * vwDomainPMSuspendForDuration:
 * @domain: a domain
 * @target: a vwNodeSuspendTarget
 * @duration: for how many seconds; 0: until it is woken
 * @flags: 0
 *
 * Has the guest's power management suspend it. It stays active, until
 * vwDomainPMWakeup() has it run again; but a guest that is suspended to disk
 * powers off. The test driver knows no duration but 0.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it does not run, or its configuration
 * forbids it: <pm><suspend-to-mem enabled='no'/></pm>),
 * VW_ERR_ARGUMENT_UNSUPPORTED (the duration), VW_ERR_INVALID_ARG (there is no such
 * target), VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainPMSuspendForDuration(vwDomainPtr domain,
                                 unsigned int target,
                                 unsigned long long duration,
                                 unsigned int flags);

/**
 * vwDomainPMWakeup:
 * @domain: a domain
 * @flags: 0
 *
 * Wakes a guest that its power management has suspended.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not suspended so),
 * VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainPMWakeup(vwDomainPtr domain, unsigned int flags);

/**
 * vwDomainDestroy:
 * @domain: a domain
 *
 * Ends the running instance at once, as pulling the plug does. A transient
 * domain no longer exists then.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_NO_DOMAIN,
 * VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainDestroy(vwDomainPtr domain);

/**
 * vwDomainDestroyFlags:
 * @domain: a domain
 * @flags: vwDomainDestroyFlagsValues
 *
 * Does as vwDomainDestroy().
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_NO_DOMAIN,
 * VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainDestroyFlags(vwDomainPtr domain, unsigned int flags);

/**
 * vwDomainSave:
 * @domain: a domain
 * @to: the path of a file
 *
 * Saves the state of the guest to a file and ends the instance. A transient
 * domain no longer exists then; vwDomainRestore() brings it back.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active), VW_ERR_SYSTEM_ERROR
 * (the file cannot be written), VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainSave(vwDomainPtr domain,
                 const char *to);

/**
 * vwDomainSaveFlags:
 * @domain: a domain
 * @to: the path of a file
 * @dxml: NULL: another document is not supported
 * @flags: vwDomainSaveRestoreFlags: VW_DOMAIN_SAVE_RUNNING or
 *   VW_DOMAIN_SAVE_PAUSED say how it is when restored;
 *   VW_DOMAIN_SAVE_BYPASS_CACHE means nothing to the test driver
 *
 * Does as vwDomainSave().
 *
 * Returns 0; -1: as vwDomainSave(); VW_ERR_INVALID_ARG: flags that exclude each
 * other; VW_ERR_ARGUMENT_UNSUPPORTED: @dxml is not NULL.
 *
 * Since: 0.1.0
 */
int vwDomainSaveFlags(vwDomainPtr domain,
                      const char *to,
                      const char *dxml,
                      unsigned int flags);

/**
 * vwDomainManagedSave:
 * @domain: a domain
 * @flags: vwDomainSaveRestoreFlags: VW_DOMAIN_SAVE_RUNNING or
 *   VW_DOMAIN_SAVE_PAUSED say how it is when started again;
 *   VW_DOMAIN_SAVE_BYPASS_CACHE means nothing to the test driver
 *
 * Saves the state of the guest where the next start finds it, and ends the
 * instance.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is not active, or transient),
 * VW_ERR_INVALID_ARG (flags that exclude each other), VW_ERR_NO_DOMAIN,
 * VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainManagedSave(vwDomainPtr domain, unsigned int flags);

/**
 * vwDomainHasManagedSaveImage:
 * @domain: a domain
 * @flags: 0
 *
 * Returns 1: the next start restores a managed-save image; 0: there is none;
 * -1: error.
 *
 * Since: 0.1.0
 */
int vwDomainHasManagedSaveImage(vwDomainPtr domain, unsigned int flags);

/**
 * vwDomainManagedSaveRemove:
 * @domain: a domain
 * @flags: 0
 *
 * Drops the managed-save image, if there is one.
 *
 * Returns 0; -1: VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainManagedSaveRemove(vwDomainPtr domain, unsigned int flags);

/**
 * vwDomainSetAutostart:
 * @domain: a domain
 * @autostart: 1: start it with the host; 0: do not
 *
 * Keeps with the configuration whether the domain starts with the host. There is
 * no event for it. The test driver starts nothing by itself.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is transient), VW_ERR_NO_DOMAIN,
 * VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainSetAutostart(vwDomainPtr domain,
                         int autostart);

/**
 * vwDomainRename:
 * @domain: a domain
 * @new_name: another name
 * @flags: 0
 *
 * Gives an inactive, persistent domain another name. @domain itself goes on
 * showing the name that it was looked up with.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (it is active or transient, has a
 * managed-save image, or the name is taken), what is wrong with the name,
 * VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainRename(vwDomainPtr domain,
                   const char *new_name,
                   unsigned int flags);

/**
 * vwDomainSetMetadata:
 * @domain: a domain
 * @type: a vwDomainMetadataType
 * @metadata: a text, or a document whose root element is kept; NULL, or an empty
 *   text, to remove what there is
 * @key: the prefix to write an element with; NULL otherwise
 * @uri: the namespace of an element, which identifies it; NULL otherwise
 * @flags: vwDomainModificationImpact
 *
 * Keeps a title, a description or an element with the configuration in effect:
 * of an active domain the live one, else the stored one; or with those that the
 * flags name. An element takes the place of the one in its namespace. Nothing
 * else of the document changes. Of the stored one this makes an event,
 * VW_DOMAIN_EVENT_DEFINED with VW_DOMAIN_EVENT_DEFINED_UPDATED, once a call.
 *
 * Returns 0; -1: VW_ERR_INVALID_ARG (an argument, a title of several lines),
 * VW_ERR_XML_DETAIL (the document is not well formed, too long or too deep),
 * VW_ERR_XML_ERROR (it is in another namespace, or uses a prefix that it does not
 * declare), VW_ERR_INTERNAL_ERROR (@key is no prefix, or stands for something else
 * in it), VW_ERR_OPERATION_INVALID (the domain does not have that configuration),
 * VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainSetMetadata(vwDomainPtr domain,
                        int type,
                        const char *metadata,
                        const char *key,
                        const char *uri,
                        unsigned int flags);

/**
 * vwDomainGetMetadata:
 * @domain: a domain
 * @type: a vwDomainMetadataType
 * @uri: the namespace of an element; NULL otherwise
 * @flags: vwDomainModificationImpact
 *
 * Tells a title, a description or an element of the configuration in effect, or
 * of the one that the flag names. An element is told as it was given to
 * vwDomainSetMetadata(), without the prefix.
 *
 * Returns the text, which the caller frees with free(); NULL:
 * VW_ERR_NO_DOMAIN_METADATA (there is none), VW_ERR_INVALID_ARG,
 * VW_ERR_OPERATION_INVALID (the domain does not have that configuration),
 * VW_ERR_NO_DOMAIN.
 *
 * Since: 0.1.0
 */
char *vwDomainGetMetadata(vwDomainPtr domain,
                          int type,
                          const char *uri,
                          unsigned int flags);

/**
 * vwDomainMigrate:
 * @domain: a domain
 * @dconn: a connection to another source of this process
 * @flags: vwDomainMigrateFlags
 * @dname: another name there; NULL: the same
 * @uri: NULL: there is no other way to reach the destination
 * @bandwidth: ignored
 *
 * Moves a running domain to another source, where it runs on: paused if it was
 * or VW_MIGRATE_PAUSED is given, transient unless VW_MIGRATE_PERSIST_DEST is
 * given, which stores its configuration there. The source keeps what it has
 * stored unless VW_MIGRATE_UNDEFINE_SOURCE is given. With VW_MIGRATE_OFFLINE, which
 * needs VW_MIGRATE_PERSIST_DEST, the configuration alone is taken over, of an
 * inactive domain too, and a running instance stays where it is.
 *
 * The destination changes before the source: for a moment the domain is in both,
 * at no time in none. When the source has changed meanwhile this fails, and the
 * run at the destination ends as VW_DOMAIN_EVENT_STOPPED_FAILED.
 *
 * Returns the domain there, to be freed with vwDomainFree(); NULL:
 * VW_ERR_OPERATION_INVALID (it does not run, ends with its connection, or is active
 * there already; VW_MIGRATE_OFFLINE without VW_MIGRATE_PERSIST_DEST),
 * VW_ERR_OPERATION_FAILED (name or UUID belong to another domain there, or it
 * changed on its way), VW_ERR_INTERNAL_ERROR (it is there already),
 * VW_ERR_NO_SUPPORT (not with this hypervisor), VW_ERR_ARGUMENT_UNSUPPORTED (@uri is
 * not NULL), what is wrong with the name, VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED
 * (one of the connections is read-only).
 *
 * Since: 0.1.0
 */
vwDomainPtr vwDomainMigrate(vwDomainPtr domain,
                            vwConnectPtr dconn,
                            unsigned long flags,
                            const char *dname,
                            const char *uri,
                            unsigned long bandwidth);

/**
 * vwDomainMigrateToURI3:
 * @domain: a domain
 * @dconnuri: the URI of the destination, may be NULL
 * @params: parameters, may be NULL if there are none
 * @nparams: how many
 * @flags: vwDomainMigrateFlags
 *
 * Has a hypervisor move a domain by itself. The test driver has none that could.
 *
 * Returns -1: VW_ERR_NO_SUPPORT, VW_ERR_INVALID_ARG, VW_ERR_OPERATION_DENIED.
 *
 * Since: 0.1.0
 */
int vwDomainMigrateToURI3(vwDomainPtr domain,
                          const char *dconnuri,
                          vwTypedParameterPtr params,
                          unsigned int nparams,
                          unsigned int flags);

/**
 * vwUUIDGenerate:
 * @uuid: where to write 16 bytes
 *
 * Makes a random UUID (version 4).
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
int vwUUIDGenerate(unsigned char *uuid);

/**
 * vwUUIDParse:
 * @text: a UUID
 * @uuid: where to write 16 bytes
 *
 * Reads a UUID as libvirt does: 32 hexadecimal digits of any case, with hyphens
 * and spaces before any byte, and white space around it.
 *
 * Returns 0; -1: VW_ERR_INVALID_ARG, it is none.
 *
 * Since: 0.1.0
 */
int vwUUIDParse(const char *text, unsigned char *uuid);

/**
 * vwUUIDFormat:
 * @uuid: 16 bytes
 * @buf: a buffer of VW_UUID_STRING_BUFLEN bytes
 *
 * Writes a UUID as a string with hyphens, in lower case.
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
int vwUUIDFormat(const unsigned char *uuid, char *buf);

/**
 * vwCursorFormat:
 * @cursor: a cursor
 * @buf: a buffer
 * @size: how many bytes it has; VW_CURSOR_STRING_BUFLEN always suffice
 *
 * Writes a cursor as a string, "epoch:seq".
 *
 * Returns 0; -1: VW_ERR_INVALID_ARG, the buffer is too small.
 *
 * Since: 0.1.0
 */
int vwCursorFormat(const struct vwCursor *cursor, char *buf, size_t size);

/**
 * vwCursorParse:
 * @text: what vwCursorFormat() wrote
 * @cursor: where to write the cursor
 *
 * Reads a cursor.
 *
 * Returns 0; -1: VW_ERR_INVALID_ARG, it is none.
 *
 * Since: 0.1.0
 */
int vwCursorParse(const char *text, struct vwCursor *cursor);

/**
 * vwConnectDomainEventRegisterAny:
 * @conn: a connection
 * @dom: a domain of this connection, to hear of it alone; NULL for all
 * @eventID: a vwDomainEventID
 * @cb: the callback, in VW_DOMAIN_EVENT_CALLBACK()
 * @opaque: a pointer for the callback
 * @freecb: frees @opaque, may be NULL
 *
 * Registers a callback: for VW_DOMAIN_EVENT_ID_LIFECYCLE the nine types of
 * libvirt, for VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE all of them, ADDED and REMOVED
 * too. Both are of the form vwConnectDomainEventCallback. For
 * VW_DOMAIN_EVENT_ID_METADATA_CHANGE it hears of every vwDomainSetMetadata() since
 * this returned, in the form vwConnectDomainEventMetadataChangeCallback; of a
 * callback that is more than 1,024 calls behind, the oldest are dropped. Other ids
 * that libvirt has are accepted, and heard of where the driver tells such events.
 *
 * A lifecycle callback hears exactly the events numbered after the moment when
 * this returned, in order. One that is more than 65,536 of its events behind, or
 * four times the domains, is brought to now: in their place it hears what leads
 * each domain, by the shortest lawful way, from what it was told last to what is.
 * This form has no place to mark that, and leaves out lives that began and ended
 * meanwhile; vwConnectDomainRecordRegister() marks it, and lets the bound be
 * chosen.
 *
 * It may be registered any number of times. The registration holds @conn.
 *
 * Returns the id of the registration, for
 * vwConnectDomainEventDeregisterAny(); -1: VW_ERR_INVALID_ARG,
 * VW_ERR_INTERNAL_ERROR (the event loop refused), and @freecb will not run.
 *
 * Since: 0.1.0
 */
int vwConnectDomainEventRegisterAny(vwConnectPtr conn,
                                    vwDomainPtr dom,
                                    int eventID,
                                    vwConnectDomainEventGenericCallback cb,
                                    void *opaque,
                                    vwFreeCallback freecb);

/**
 * vwConnectDomainEventDeregisterAny:
 * @conn: the connection that the callback was registered with
 * @callbackID: the id of the registration
 *
 * Ends a registration of any kind. On return the callback runs in no thread and
 * will not start, and the free callback has run. Inside any callback it does
 * not wait: the callback will not start again, and the free callback runs when
 * the last call has returned.
 *
 * Returns 0; -1: VW_ERR_INVALID_ARG, there is no such registration (any more).
 *
 * Since: 0.1.0
 */
int vwConnectDomainEventDeregisterAny(vwConnectPtr conn, int callbackID);

/**
 * vwConnectDomainEventDeregisterAnyFlags:
 * @conn: the connection that the callback was registered with
 * @callbackID: the id of the registration
 * @flags: VW_DOMAIN_EVENT_DEREGISTER_NOWAIT or 0
 *
 * Does as vwConnectDomainEventDeregisterAny(). With
 * VW_DOMAIN_EVENT_DEREGISTER_NOWAIT it never waits, as libvirt's does not: a
 * call may still be under way on return.
 *
 * Returns 0; -1: VW_ERR_INVALID_ARG, there is no such registration (any more).
 *
 * Since: 0.1.0
 */
int vwConnectDomainEventDeregisterAnyFlags(vwConnectPtr conn,
                                           int callbackID,
                                           unsigned int flags);

/**
 * vwConnectDomainRecordRegister:
 * @conn: a connection
 * @opts: what to deliver, NULL for every event from now on
 * @optsSize: sizeof(vwWatchOptions)
 * @cb: the callback
 * @opaque: a pointer for the callback
 * @freecb: frees @opaque, may be NULL
 *
 * Registers a callback for the records of a watch: see vwWatchNew(). With
 * VW_WATCH_SNAPSHOT a program knows every domain from its callback alone.
 *
 * Returns the id of the registration, for
 * vwConnectDomainEventDeregisterAny(); -1: as vwWatchNew(), and @freecb will not
 * run.
 *
 * Since: 0.1.0
 */
int vwConnectDomainRecordRegister(vwConnectPtr conn,
                                  const struct vwWatchOptions *opts,
                                  size_t optsSize,
                                  vwDomainRecordCallback cb,
                                  void *opaque,
                                  vwFreeCallback freecb);

/**
 * vwConnectDomainEventRegister:
 * @conn: a connection
 * @cb: the callback
 * @opaque: a pointer for the callback
 * @freecb: frees @opaque, may be NULL
 *
 * Does as vwConnectDomainEventRegisterAny() for VW_DOMAIN_EVENT_ID_LIFECYCLE and
 * all domains, for a callback that is known by its function. Registered several
 * times, it is called several times.
 *
 * Returns 0; -1: VW_ERR_INVALID_ARG, and @freecb will not run.
 *
 * Since: 0.1.0
 */
int vwConnectDomainEventRegister(vwConnectPtr conn,
                                 vwConnectDomainEventCallback cb,
                                 void *opaque,
                                 vwFreeCallback freecb);

/**
 * vwConnectDomainEventDeregister:
 * @conn: the connection that the callback was registered with
 * @cb: the callback
 *
 * Ends the oldest registration of that function by vwConnectDomainEventRegister();
 * otherwise as vwConnectDomainEventDeregisterAny().
 *
 * Returns 0; -1: VW_ERR_INVALID_ARG, there is no such registration (any more).
 *
 * Since: 0.1.0
 */
int vwConnectDomainEventDeregister(vwConnectPtr conn,
                                   vwConnectDomainEventCallback cb);

/**
 * vwConnectRegisterCloseCallback:
 * @conn: a connection
 * @cb: the callback
 * @opaque: a pointer for the callback
 * @freecb: frees @opaque, may be NULL
 *
 * Registers the callback for the loss of the source: a connection has one. It is
 * called at the first loss, at once if there is no source now, and is then no
 * longer registered; the connection itself stays, and returns to the source by
 * itself. The registration holds @conn. The test driver is never lost.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (there is one already),
 * VW_ERR_INVALID_ARG, and @freecb will not run.
 *
 * Since: 0.1.0
 */
int vwConnectRegisterCloseCallback(vwConnectPtr conn,
                                   vwConnectCloseFunc cb,
                                   void *opaque,
                                   vwFreeCallback freecb);

/**
 * vwConnectUnregisterCloseCallback:
 * @conn: the connection that the callback was registered with
 * @cb: the callback
 *
 * Ends the registration, as vwConnectDomainEventDeregisterAny() does. A callback
 * that is being called is no longer registered: this fails then, but not before
 * the call has returned, unless it is made inside a callback.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID, the connection has no such close
 * callback (any more).
 *
 * Since: 0.1.0
 */
int vwConnectUnregisterCloseCallback(vwConnectPtr conn,
                                     vwConnectCloseFunc cb);

/**
 * vwEventRegisterImpl:
 * @addHandle: as vwEventAddHandle()
 * @updateHandle: as vwEventUpdateHandle()
 * @removeHandle: as vwEventRemoveHandle()
 * @addTimeout: as vwEventAddTimeout()
 * @updateTimeout: as vwEventUpdateTimeout()
 * @removeTimeout: as vwEventRemoveTimeout()
 *
 * Has the callbacks of connections that are opened from now on run in an event
 * loop of the program. It can be done once in a process; what is registered
 * later is ignored. The program has to run its loop then: nothing is delivered
 * while it does not, and no watch and no change waits for it.
 *
 * For each connection the library adds one handle with the first callback, which
 * is readable while there is something to deliver, and removes it when the
 * connection is gone. It does so on the threads that register and that end the
 * connection, with no lock held. The other functions it calls only for those who call vwEventAddHandle()
 * and its kin. The handle's callback may be called on any thread; called while
 * it runs, it does nothing. It delivers all that there is.
 *
 * No loop has to be registered: without one, callbacks run on a thread of their
 * connection. A child of fork() has none until it registers one.
 *
 * An argument that is NULL is an error, and nothing is registered.
 *
 * Since: 0.1.0
 */
void vwEventRegisterImpl(vwEventAddHandleFunc addHandle,
                         vwEventUpdateHandleFunc updateHandle,
                         vwEventRemoveHandleFunc removeHandle,
                         vwEventAddTimeoutFunc addTimeout,
                         vwEventUpdateTimeoutFunc updateTimeout,
                         vwEventRemoveTimeoutFunc removeTimeout);

/**
 * vwEventRegisterDefaultImpl:
 *
 * Registers the event loop of this library, see vwEventRegisterImpl(). The
 * program runs it by calling vwEventRunDefaultImpl() again and again.
 *
 * Returns 0, also if an event loop was registered before, which stays.
 *
 * Since: 0.1.0
 */
int vwEventRegisterDefaultImpl(void);

/**
 * vwEventRunDefaultImpl:
 *
 * Runs one iteration of the event loop that vwEventRegisterDefaultImpl() has
 * registered: waits until something is ready, calls everything that is, once,
 * and frees what was removed. All events that there are for callbacks are
 * delivered in one iteration. A Unix signal ends the wait.
 *
 * While another thread runs the loop, it waits until that is done. In a
 * callback of the loop it may be called too; callbacks that are running are
 * left out then.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID (that loop is not registered),
 * VW_ERR_SYSTEM_ERROR.
 *
 * Since: 0.1.0
 */
int vwEventRunDefaultImpl(void);

/**
 * vwEventAddHandle:
 * @fd: a file descriptor, to stay open until it is removed
 * @events: what to watch it for: vwEventHandleType values, 0 for nothing
 * @cb: the callback
 * @opaque: a pointer for the callback
 * @ff: frees @opaque, may be NULL
 *
 * Has the event loop call @cb whenever a file descriptor is ready. Errors and
 * hang-ups are told whether they were asked for or not, unless @events is 0.
 *
 * This and the next five go to the event loop that is registered. The default
 * one may be changed by any thread, and in its callbacks.
 *
 * Returns a number for it, from 1 on; -1: VW_ERR_OPERATION_INVALID (no event
 * loop is registered), VW_ERR_INVALID_ARG, or the loop refused, and @ff will not
 * run.
 *
 * Since: 0.1.0
 */
int vwEventAddHandle(int fd,
                     int events,
                     vwEventHandleCallback cb,
                     void *opaque,
                     vwFreeCallback ff);

/**
 * vwEventUpdateHandle:
 * @watch: the number of a file descriptor
 * @events: what to watch it for: vwEventHandleType values, 0 for nothing
 *
 * Changes what a file descriptor is watched for. That takes effect at once,
 * also for one that is ready already and was not called yet.
 *
 * Since: 0.1.0
 */
void vwEventUpdateHandle(int watch, int events);

/**
 * vwEventRemoveHandle:
 * @watch: the number of a file descriptor
 *
 * Removes a file descriptor: its callback does not start any more. What frees
 * its pointer is called later, in the loop, when the callback does not run.
 *
 * Returns 0; -1: VW_ERR_INVALID_ARG (it is not there), VW_ERR_OPERATION_INVALID
 * (no event loop is registered), or the loop refused.
 *
 * Since: 0.1.0
 */
int vwEventRemoveHandle(int watch);

/**
 * vwEventAddTimeout:
 * @frequency: milliseconds; 0: in every iteration, -1: never
 * @cb: the callback
 * @opaque: a pointer for the callback
 * @ff: frees @opaque, may be NULL
 *
 * Has the event loop call @cb each time that so much time has passed, until the
 * timer is changed or removed.
 *
 * Returns a number for it, from 1 on; -1: as vwEventAddHandle().
 *
 * Since: 0.1.0
 */
int vwEventAddTimeout(int frequency,
                      vwEventTimeoutCallback cb,
                      void *opaque,
                      vwFreeCallback ff);

/**
 * vwEventUpdateTimeout:
 * @timer: the number of a timer
 * @frequency: milliseconds; 0: in every iteration, -1: never
 *
 * Changes the time of a timer, which begins to run anew.
 *
 * Since: 0.1.0
 */
void vwEventUpdateTimeout(int timer, int frequency);

/**
 * vwEventRemoveTimeout:
 * @timer: the number of a timer
 *
 * Removes a timer, as vwEventRemoveHandle() does a file descriptor.
 *
 * Returns 0; -1: as vwEventRemoveHandle().
 *
 * Since: 0.1.0
 */
int vwEventRemoveTimeout(int timer);

/**
 * vwWatchNew:
 * @conn: a connection
 * @opts: what to deliver, NULL for every event from now on
 * @optsSize: sizeof(vwWatchOptions)
 *
 * Makes a watch. With VW_WATCH_SNAPSHOT it delivers CATCHUP, what leads from
 * nothing to what exists, SYNCED, and then every later event: nothing is lost
 * in between, nothing comes twice. With a cursor it goes on behind it; when the
 * cursor cannot be used it delivers CATCHUP of origin VW_ORIGIN_RESET and all
 * that exists, so that what is not named before SYNCED exists no more.
 *
 * The filter of types comes last: in catch-ups too, while CATCHUP, SYNCED and
 * SOURCE_* always pass. Gaps in the numbers are normal under a filter; a loss is
 * always a CATCHUP.
 *
 * Returns the watch, to be freed with vwWatchFree(); NULL: VW_ERR_INVALID_ARG
 * (unknown flags, a bit without a type, a size that is too small, unknown
 * members that are not 0).
 *
 * Since: 0.1.0
 */
vwWatchPtr vwWatchNew(vwConnectPtr conn,
                      const struct vwWatchOptions *opts,
                      size_t optsSize);

/**
 * vwWatchNext:
 * @watch: a watch
 * @rec: where to write the record
 * @recSize: sizeof(vwRecord)
 * @timeoutMs: how long to wait in milliseconds, 0 not at all, -1 for ever
 *
 * Waits for the next record. The strings of @rec are good until the next call
 * on this watch.
 *
 * Returns 1: a record; 0: the time is over, or a Unix signal came; -1: error,
 * VW_ERR_OPERATION_ABORTED once the watch was cancelled,
 * VW_ERR_OPERATION_INVALID if another thread is using it.
 *
 * Since: 0.1.0
 */
int vwWatchNext(vwWatchPtr watch,
                struct vwRecord *rec,
                size_t recSize,
                int timeoutMs);

/**
 * vwWatchCancel:
 * @watch: a watch that is not freed meanwhile
 *
 * From now on vwWatchNext() returns -1 with VW_ERR_OPERATION_ABORTED, also where
 * it waits. May be called by any thread, and in a signal handler: it takes no
 * lock, allocates nothing and leaves errno alone. Of a pointer that is no watch
 * it keeps no error.
 *
 * Returns 0; -1: not a watch.
 *
 * Since: 0.1.0
 */
int vwWatchCancel(vwWatchPtr watch);

/**
 * vwWatchGetFD:
 * @watch: a watch
 *
 * Makes the watch fit for poll() and event loops: the file descriptor is
 * readable while there is a record to read, or the watch was cancelled. It is
 * for polling only, level-triggered, closed on exec, and belongs to the watch.
 *
 * Returns the file descriptor, always the same one; -1: error.
 *
 * Since: 0.1.0
 */
int vwWatchGetFD(vwWatchPtr watch);

/**
 * vwWatchGetCursor:
 * @watch: a watch
 * @cursor: where to write the cursor
 *
 * Tells the place up to which everything has been delivered. It moves over a
 * catch-up only at its SYNCED, so that breaking off repeats it harmlessly.
 *
 * Returns 0; -1: error, VW_ERR_OPERATION_INVALID if another thread is using the
 * watch.
 *
 * Since: 0.1.0
 */
int vwWatchGetCursor(vwWatchPtr watch, struct vwCursor *cursor);

/**
 * vwWatchFree:
 * @watch: a watch
 *
 * Ends a watch.
 *
 * Returns 0; -1: error, VW_ERR_OPERATION_INVALID if another thread is using it
 * (cancel it first, and wait for that thread).
 *
 * Since: 0.1.0
 */
int vwWatchFree(vwWatchPtr watch);

/**
 * vwHostReport:
 * @host: the host that was given to the driver's open function
 * @change: what happened
 * @size: sizeof(vwChange)
 *
 * Reports what happened to a domain. It is judged by what is known, and on return
 * it is shown and numbered: every watch and callback hears of it.
 *
 * What is reported before the open function returns is what there is to begin
 * with, and no event. Reports of one domain have to come in the order in which
 * things happened. Any thread may report at any time, also inside the driver's
 * functions, until the close function returns.
 *
 * VW_CHANGE_OBSERVED says that nothing came of an operation that was accepted: what
 * the library kept for it, a configuration above all, is dropped.
 *
 * Returns 0; -1: VW_ERR_OPERATION_INVALID, VW_ERR_NO_DOMAIN or
 * VW_ERR_OPERATION_FAILED, it cannot have happened: nothing changes, and a doubt
 * is raised: if the driver has a list function, it is asked. VW_ERR_INVALID_ARG
 * or what is wrong with the document: the report makes no sense.
 *
 * Since: 0.1.0
 */
int vwHostReport(vwHostPtr host,
                 const struct vwChange *change,
                 size_t size);

/**
 * vwDriverRegister:
 * @scheme: the scheme of its URIs: lower-case letters, digits, "+", "-" and "."
 * @driver: its functions, which are copied
 * @size: sizeof(vwDriver)
 * @opaque: a pointer for the functions
 * @freecb: frees @opaque, may be NULL
 *
 * Brings a hypervisor: from now on @scheme:///... can be opened, by C, Python and
 * the command line of this process alike. The library keeps the registry, the
 * configurations, the events and the callbacks.
 *
 * What is in @driver->native is reported, whoever brings it about. Where there is
 * a list function, everything else is found by listing the domains every two
 * seconds, or as often as the parameter "poll" of the URI says (2, 0.5, 500ms, 1m).
 * Where there is none, what is not in @driver->native cannot happen: STARTED and
 * STOPPED must be in it, and of DEFINED and UNDEFINED, of SUSPENDED and RESUMED
 * both or neither. vwConnectGetEventSupport() says what comes of it.
 *
 * A child of fork() begins without drivers.
 *
 * Returns 0; -1: VW_ERR_INVALID_ARG, VW_ERR_OPERATION_INVALID (the scheme is taken),
 * and @freecb will not run.
 *
 * Since: 0.1.0
 */
int vwDriverRegister(const char *scheme,
                     const struct vwDriver *driver,
                     size_t size,
                     void *opaque,
                     vwFreeCallback freecb);

/**
 * vwDriverUnregister:
 * @scheme: the scheme that it was registered for
 *
 * Takes a hypervisor away. Its URIs cannot be opened any more. Open connections
 * stay: their domains are listed as they were known last, vwConnectIsAlive() is
 * 0, operations fail, and every watch and record callback is told
 * VW_RECORD_CLOSED. The close function is called for every open host.
 *
 * On return none of its functions runs, and its free callback has run. Inside one
 * of its functions this does not wait; both come when the last has returned.
 *
 * Returns 0; -1: VW_ERR_INVALID_ARG, no driver is registered for @scheme.
 *
 * Since: 0.1.0
 */
int vwDriverUnregister(const char *scheme);

/**
 * vwConnectGetStats:
 * @conn: a connection
 * @stats: where to write the figures
 * @size: sizeof(vwStats)
 *
 * Tells figures of the registry.
 *
 * Returns 0, or -1.
 *
 * Since: 0.1.0
 */
int vwConnectGetStats(vwConnectPtr conn, struct vwStats *stats, size_t size);

/**
 * vwWatchGetStats:
 * @watch: a watch
 * @stats: where to write the figures
 * @size: sizeof(vwWatchStats)
 *
 * Tells figures of the watch.
 *
 * Returns 0; -1: error, VW_ERR_OPERATION_INVALID if another thread is using the
 * watch.
 *
 * Since: 0.1.0
 */
int vwWatchGetStats(vwWatchPtr watch, struct vwWatchStats *stats, size_t size);

/**
 * vwDomainEventTypeToString:
 * @type: a vwDomainEventType
 *
 * Returns the name of an event type in lower case, such as "started", never to
 * be freed; NULL: VW_ERR_INVALID_ARG, there is no such type.
 *
 * Since: 0.1.0
 */
const char *vwDomainEventTypeToString(int type);

/**
 * vwDomainEventDetailToString:
 * @type: a vwDomainEventType
 * @detail: a detail of that type
 *
 * Returns the name of a detail in lower case, such as "booted", never to be
 * freed; NULL: VW_ERR_INVALID_ARG, there is no such detail.
 *
 * Since: 0.1.0
 */
const char *vwDomainEventDetailToString(int type, int detail);

/**
 * vwDomainStateToString:
 * @state: a vwDomainState
 *
 * Returns the name of a state in lower case, such as "running", never to be
 * freed; NULL: VW_ERR_INVALID_ARG, there is no such state.
 *
 * Since: 0.1.0
 */
const char *vwDomainStateToString(int state);

/**
 * vwDomainReasonToString:
 * @state: a vwDomainState
 * @reason: a reason of that state
 *
 * Returns the name of a reason in lower case, such as "booted", never to be
 * freed; NULL: VW_ERR_INVALID_ARG, there is no such reason.
 *
 * Since: 0.1.0
 */
const char *vwDomainReasonToString(int state, int reason);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* VIRTWATCH_H */
