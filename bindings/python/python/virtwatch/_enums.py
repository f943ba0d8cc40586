"""The numbers of virtwatch by name. What libvirt has, has libvirt's numbers."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class _Number(IntEnum):
    """A number that prints as its name in lower case."""

    def __str__(self) -> str:
        return self.name.lower().replace("_", " ")

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class RecordKind(_Number):
    """What a record is."""

    EVENT = 0
    """Something happened to a domain."""
    CATCHUP = 1
    """The reader is brought to now: events with `in_catchup` follow, then SYNCED."""
    SYNCED = 2
    """What the reader knows equals what the registry knew at `seq`."""
    SOURCE_DOWN = 3
    """The source cannot be reached; its domains stay listed, stale."""
    SOURCE_UP = 4
    """The source is back; the differences follow as events."""
    CLOSED = 5
    """Nothing will ever follow."""


class Origin(_Number):
    """How the registry learned of an event, or why a catch-up is made."""

    NATIVE = 0
    """The hypervisor told, or the registry is itself the truth."""
    DERIVED = 1
    """Deduced exactly from what the hypervisor told, or from two known states."""
    POLLED = 2
    """Found by comparing listings: at most an interval late, details may be guesses."""
    RESYNC = 3
    """Found when a source came back or a doubt was settled; details may be guesses."""
    SNAPSHOT = 4
    """Catch-up: the reader asked for a snapshot."""
    LAG = 5
    """Catch-up: the reader fell more than its `max_lag` behind."""
    RESET = 6
    """Catch-up: the cursor could not be used; what is not named before SYNCED does not exist."""


class EventSupport(_Number):
    """What a source can tell about an event type."""

    NEVER = 0
    """It never occurs."""
    POLLED = 1
    """Found by comparing listings, at most an interval late."""
    DERIVED = 2
    """Deduced exactly from other events."""
    NATIVE = 3
    """The hypervisor tells."""


class EventType(_Number):
    """The type of a lifecycle event: `virDomainEventType`, and the 2008 RFC's two."""

    DEFINED = 0
    """A configuration was stored."""
    UNDEFINED = 1
    """The stored configuration was removed."""
    STARTED = 2
    """The domain has a running instance."""
    SUSPENDED = 3
    """The domain was paused."""
    RESUMED = 4
    """The domain runs again."""
    STOPPED = 5
    """The running instance is gone."""
    SHUTDOWN = 6
    """The guest has shut down; the instance is still there."""
    PMSUSPENDED = 7
    """The guest's power management suspended it."""
    CRASHED = 8
    """The guest has panicked; the instance is still there."""
    ADDED = 32
    """The domain exists from now on: the first event of an incarnation."""
    REMOVED = 33
    """The domain no longer exists: the last event of an incarnation."""


class DefinedDetail(_Number):
    """Details of DEFINED."""

    ADDED = 0
    UPDATED = 1
    RENAMED = 2
    FROM_SNAPSHOT = 3


class UndefinedDetail(_Number):
    """Details of UNDEFINED."""

    REMOVED = 0
    RENAMED = 1


class StartedDetail(_Number):
    """Details of STARTED."""

    BOOTED = 0
    MIGRATED = 1
    RESTORED = 2
    FROM_SNAPSHOT = 3
    WAKEUP = 4


class SuspendedDetail(_Number):
    """Details of SUSPENDED."""

    PAUSED = 0
    MIGRATED = 1
    IOERROR = 2
    WATCHDOG = 3
    RESTORED = 4
    FROM_SNAPSHOT = 5
    API_ERROR = 6
    POSTCOPY = 7
    POSTCOPY_FAILED = 8


class ResumedDetail(_Number):
    """Details of RESUMED."""

    UNPAUSED = 0
    MIGRATED = 1
    FROM_SNAPSHOT = 2
    POSTCOPY = 3
    POSTCOPY_FAILED = 4


class StoppedDetail(_Number):
    """Details of STOPPED."""

    SHUTDOWN = 0
    DESTROYED = 1
    CRASHED = 2
    MIGRATED = 3
    SAVED = 4
    FAILED = 5
    FROM_SNAPSHOT = 6


class ShutdownDetail(_Number):
    """Details of SHUTDOWN."""

    FINISHED = 0
    GUEST = 1
    HOST = 2


class PmSuspendedDetail(_Number):
    """Details of PMSUSPENDED."""

    MEMORY = 0
    DISK = 1


class CrashedDetail(_Number):
    """Details of CRASHED."""

    PANICKED = 0
    CRASHLOADED = 1


class AddedDetail(_Number):
    """Details of ADDED: by what the domain came to exist."""

    DEFINED = 0
    STARTED = 1


class RemovedDetail(_Number):
    """Details of REMOVED: by what the domain ceased to exist."""

    UNDEFINED = 0
    STOPPED = 1


class State(_Number):
    """The state of a domain: `virDomainState`."""

    NOSTATE = 0
    RUNNING = 1
    BLOCKED = 2
    PAUSED = 3
    SHUTDOWN = 4
    SHUTOFF = 5
    CRASHED = 6
    PMSUSPENDED = 7


class RunningReason(_Number):
    """Why a domain runs."""

    UNKNOWN = 0
    BOOTED = 1
    MIGRATED = 2
    RESTORED = 3
    FROM_SNAPSHOT = 4
    UNPAUSED = 5
    MIGRATION_CANCELED = 6
    SAVE_CANCELED = 7
    WAKEUP = 8
    CRASHED = 9
    POSTCOPY = 10
    POSTCOPY_FAILED = 11


class PausedReason(_Number):
    """Why a domain is paused."""

    UNKNOWN = 0
    USER = 1
    MIGRATION = 2
    SAVE = 3
    DUMP = 4
    IOERROR = 5
    WATCHDOG = 6
    FROM_SNAPSHOT = 7
    SHUTTING_DOWN = 8
    SNAPSHOT = 9
    CRASHED = 10
    STARTING_UP = 11
    POSTCOPY = 12
    POSTCOPY_FAILED = 13


class ShutdownReason(_Number):
    """Why a domain has shut down."""

    UNKNOWN = 0
    USER = 1


class ShutoffReason(_Number):
    """Why a domain is inactive."""

    UNKNOWN = 0
    SHUTDOWN = 1
    DESTROYED = 2
    CRASHED = 3
    MIGRATED = 4
    SAVED = 5
    FAILED = 6
    FROM_SNAPSHOT = 7
    DAEMON = 8


class CrashedReason(_Number):
    """Why a domain counts as crashed."""

    UNKNOWN = 0
    PANICKED = 1


class SuspendTarget(_Number):
    """Where a guest that its power management suspends keeps its state: `virNodeSuspendTarget`."""

    MEM = 0
    """In memory."""
    DISK = 1
    """On disk, and the instance is gone."""
    HYBRID = 2
    """On disk and in memory."""


class MetadataType(_Number):
    """Which metadata of a domain: `virDomainMetadataType`."""

    DESCRIPTION = 0
    TITLE = 1
    """One line."""
    ELEMENT = 2
    """An XML element of another program, known by its namespace."""


class RequestKind(_Number):
    """What a driver is asked to do."""

    DEFINE = 0
    """Store a configuration."""
    UNDEFINE = 1
    """Forget the stored configuration."""
    CREATE = 2
    """Start from the stored configuration, or from the managed-save image."""
    CREATE_XML = 3
    """Start from a configuration that is not stored."""
    SUSPEND = 4
    RESUME = 5
    SHUTDOWN = 6
    """Ask the guest to shut down."""
    REBOOT = 7
    """Ask the guest to reboot."""
    RESET = 8
    DESTROY = 9
    """End the running instance at once."""
    SAVE = 10
    """Save the state to a file and end the instance."""
    RESTORE = 11
    """Start from a file that was saved. Which domain it is, is reported before it is done."""
    MANAGED_SAVE = 12
    """Save the state where the next start finds it, and end the instance."""
    MANAGED_SAVE_REMOVE = 13
    """Drop what was saved for the next start."""
    RENAME = 14
    PM_SUSPEND = 15
    """Suspend the guest by power management; the flags are a `SuspendTarget`."""
    PM_WAKEUP = 16
    SET_AUTOSTART = 17
    """Start with the host (flags 1), or no longer (flags 0)."""


class Answer(_Number):
    """How a driver took a request."""

    DONE = 0
    """It is done. What usually happens has happened, unless something else was reported."""
    ACCEPTED = 1
    """It will be done, and then reported."""


class ShutdownMethod(IntFlag):
    """By what a guest is asked to shut down or reboot: `virDomainShutdownFlagValues`. Several may
    be joined by `|`: one of them is taken."""

    ACPI_POWER_BUTTON = 1
    GUEST_AGENT = 2
    INITCTL = 4
    SIGNAL = 8
    PARAVIRT = 16


class ErrorCode(_Number):
    """Error codes: libvirt's `virErrorNumber`, as far as they are used."""

    INTERNAL_ERROR = 1
    NO_SUPPORT = 3
    NO_CONNECT = 5
    INVALID_CONN = 6
    INVALID_DOMAIN = 7
    INVALID_ARG = 8
    OPERATION_FAILED = 9
    NO_NAME = 21
    XML_ERROR = 27
    OPERATION_DENIED = 29
    XML_DETAIL = 35
    SYSTEM_ERROR = 38
    NO_DOMAIN = 42
    OPERATION_INVALID = 55
    CONFIG_UNSUPPORTED = 67
    ARGUMENT_UNSUPPORTED = 74
    OPERATION_ABORTED = 78
    NO_DOMAIN_METADATA = 80
    OVERFLOW = 82


class ErrorDomain(_Number):
    """The part of the library that refused: libvirt's `virErrorDomain`, as far as it is used."""

    NONE = 0
    XML = 5
    DOM = 6
    TEST = 12
    DOMAIN = 20
