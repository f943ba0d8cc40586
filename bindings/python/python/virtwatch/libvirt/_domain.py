"""A domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from .._enums import MetadataType, ShutdownMethod, SuspendTarget
from .._native import Connection, Domain
from . import constants as n
from ._error import check_flags, entry, refuse, refusal

if TYPE_CHECKING:
    from ._connect import virConnect

_XML = (
    n.VIR_DOMAIN_XML_SECURE
    | n.VIR_DOMAIN_XML_INACTIVE
    | n.VIR_DOMAIN_XML_UPDATE_CPU
    | n.VIR_DOMAIN_XML_MIGRATABLE
)
_START = (
    n.VIR_DOMAIN_START_PAUSED
    | n.VIR_DOMAIN_START_AUTODESTROY
    | n.VIR_DOMAIN_START_BYPASS_CACHE
    | n.VIR_DOMAIN_START_FORCE_BOOT
    | n.VIR_DOMAIN_START_RESET_NVRAM
)
_DESTROY = n.VIR_DOMAIN_DESTROY_GRACEFUL | n.VIR_DOMAIN_DESTROY_REMOVE_LOGS
_SAVE = n.VIR_DOMAIN_SAVE_BYPASS_CACHE | n.VIR_DOMAIN_SAVE_RUNNING | n.VIR_DOMAIN_SAVE_PAUSED
_ASK = sum(ShutdownMethod)
_AFFECT = n.VIR_DOMAIN_AFFECT_LIVE | n.VIR_DOMAIN_AFFECT_CONFIG
_MIGRATE = (
    n.VIR_MIGRATE_LIVE
    | n.VIR_MIGRATE_PERSIST_DEST
    | n.VIR_MIGRATE_UNDEFINE_SOURCE
    | n.VIR_MIGRATE_PAUSED
    | n.VIR_MIGRATE_UNSAFE
    | n.VIR_MIGRATE_OFFLINE
)
_UNDEFINE = (
    n.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | n.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | n.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
    | n.VIR_DOMAIN_UNDEFINE_NVRAM
    | n.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM
    | n.VIR_DOMAIN_UNDEFINE_TPM
    | n.VIR_DOMAIN_UNDEFINE_KEEP_TPM
)


class virDomain:
    """A domain: its UUID, with the name that it had when it was looked up or when an event told it.

    It keeps its connection open.
    """

    __slots__ = ("__weakref__", "_conn", "_core", "_o", "_told")

    def __init__(
        self, conn: virConnect, core: Connection, _obj: Domain, told: bool = False
    ) -> None:
        self._conn = conn
        self._core = core
        """Kept, so that it is open."""
        self._o = _obj
        self._told = told
        """By an event, whose id it has."""

    def __repr__(self) -> str:
        return f"<virDomain '{self._o.name}' {self._o.uuid}>"

    def connect(self) -> virConnect:
        """The connection that it came from."""
        return self._conn

    @entry
    def name(self) -> str:
        """Its name."""
        return self._o.name

    @entry
    def UUID(self) -> bytes:
        """Its UUID, 16 bytes."""
        return self._o.uuid.bytes

    @entry
    def UUIDString(self) -> str:
        """Its UUID."""
        return str(self._o.uuid)

    @entry
    def ID(self) -> int:
        """The id of its run, in a callback that of the event; -1 when it does not run."""
        number = self._o.noted_id if self._told else self._o.id
        return -1 if number is None else number

    @entry
    def OSType(self) -> str:
        """The type of its operating system."""
        return self._o.config().os_type

    @entry
    def XMLDesc(self, flags: int = 0) -> str:
        """Its configuration: of the run, or with `VIR_DOMAIN_XML_INACTIVE` the stored one."""
        check_flags("virDomainGetXMLDesc", flags, _XML)
        if flags & n.VIR_DOMAIN_XML_SECURE and self._core.read_only:
            message = "operation forbidden: read only access prevents VIR_DOMAIN_XML_SECURE"
            raise refusal(message, n.VIR_ERR_OPERATION_DENIED)
        return self._o.xml(inactive=bool(flags & n.VIR_DOMAIN_XML_INACTIVE))

    @entry
    def state(self, flags: int = 0) -> list[int]:
        """Its state and the reason."""
        check_flags("virDomainGetState", flags)
        domain = self._o
        return [int(domain.state), int(domain.reason)]

    @entry
    def info(self) -> list[int]:
        """State, memory that it may have and has in KiB, virtual CPUs, time used in nanoseconds: 0
        where it is not known.
        """
        config, state = self._o.config(), int(self._o.state)
        return [state, config.memory_kib, config.current_memory_kib, config.vcpus, 0]

    @entry
    def maxMemory(self) -> int:
        """The memory that it may have, in KiB."""
        return self._o.config().memory_kib

    @entry
    def maxVcpus(self) -> int:
        """How many virtual CPUs it may have."""
        return self._o.config().max_vcpus

    @entry
    def isActive(self) -> int:
        """1: it runs, or is paused."""
        return int(self._o.is_active)

    @entry
    def isPersistent(self) -> int:
        """1: it has a stored configuration."""
        return int(self._o.is_persistent)

    @entry
    def isUpdated(self) -> int:
        """0: no running instance is updated in place."""
        self._o.facts()
        return 0

    @entry
    def hasManagedSaveImage(self, flags: int = 0) -> int:
        """1: it has one."""
        check_flags("virDomainHasManagedSaveImage", flags)
        return int(self._o.has_managed_save)

    @entry
    def create(self) -> int:
        """Starts it."""
        self._o.start()
        return 0

    @entry
    def createWithFlags(self, flags: int = 0) -> int:
        """Starts it."""
        check_flags("virDomainCreateWithFlags", flags, _START)
        self._o.start(
            paused=bool(flags & n.VIR_DOMAIN_START_PAUSED),
            autodestroy=bool(flags & n.VIR_DOMAIN_START_AUTODESTROY),
            bypass_cache=bool(flags & n.VIR_DOMAIN_START_BYPASS_CACHE),
            force_boot=bool(flags & n.VIR_DOMAIN_START_FORCE_BOOT),
            reset_nvram=bool(flags & n.VIR_DOMAIN_START_RESET_NVRAM),
        )
        return 0

    @entry
    def suspend(self) -> int:
        """Pauses it."""
        self._o.suspend()
        return 0

    @entry
    def resume(self) -> int:
        """Lets it run again."""
        self._o.resume()
        return 0

    @entry
    def shutdown(self) -> int:
        """Asks the guest to shut down."""
        self._o.shutdown()
        return 0

    @entry
    def shutdownFlags(self, flags: int = 0) -> int:
        """Asks the guest to shut down."""
        check_flags("virDomainShutdownFlags", flags, _ASK)
        self._o.shutdown(ShutdownMethod(flags))
        return 0

    @entry
    def reboot(self, flags: int = 0) -> int:
        """Asks the guest to start anew."""
        check_flags("virDomainReboot", flags, _ASK)
        self._o.reboot(ShutdownMethod(flags))
        return 0

    @entry
    def reset(self, flags: int = 0) -> int:
        """Resets it, as a button does."""
        check_flags("virDomainReset", flags)
        self._o.reset()
        return 0

    @entry
    def destroy(self) -> int:
        """Ends its run at once."""
        self._o.destroy()
        return 0

    @entry
    def destroyFlags(self, flags: int = 0) -> int:
        """Ends its run at once."""
        check_flags("virDomainDestroyFlags", flags, _DESTROY)
        self._o.destroy(
            graceful=bool(flags & n.VIR_DOMAIN_DESTROY_GRACEFUL),
            remove_logs=bool(flags & n.VIR_DOMAIN_DESTROY_REMOVE_LOGS),
        )
        return 0

    @entry
    def save(self, to: str) -> int:
        """Ends its run, kept in a file that `virConnect.restore` takes."""
        self._o.save(to)
        return 0

    @entry
    def saveFlags(self, to: str, dxml: str | None = None, flags: int = 0) -> int:
        """Ends its run, kept in a file that `virConnect.restore` takes."""
        check_flags("virDomainSaveFlags", flags, _SAVE)
        refuse("dxml", dxml)
        self._o.save(to, **how(flags))
        return 0

    @entry
    def managedSave(self, flags: int = 0) -> int:
        """Ends its run, kept for its next start."""
        check_flags("virDomainManagedSave", flags, _SAVE)
        self._o.managed_save(**how(flags))
        return 0

    @entry
    def managedSaveRemove(self, flags: int = 0) -> int:
        """Forgets the run that was kept."""
        check_flags("virDomainManagedSaveRemove", flags)
        self._o.remove_managed_save()
        return 0

    @entry
    def rename(self, new_name: str, flags: int = 0) -> int:
        """Gives it another name. This object keeps the old one."""
        check_flags("virDomainRename", flags)
        self._o.rename(new_name)
        return 0

    @entry
    def migrate(
        self,
        dconn: virConnect,
        flags: int = 0,
        dname: str | None = None,
        uri: str | None = None,
        bandwidth: int = 0,
    ) -> virDomain:
        """Moves it to another connection of this process, and returns the domain there. No address
        is needed, nor is there a bandwidth to limit.
        """
        check_flags("virDomainMigrate", flags, _MIGRATE)
        refuse("uri", uri)
        core = dconn._core()
        moved = self._o.migrate(
            core,
            dname,
            live=bool(flags & n.VIR_MIGRATE_LIVE),
            persist_dest=bool(flags & n.VIR_MIGRATE_PERSIST_DEST),
            undefine_source=bool(flags & n.VIR_MIGRATE_UNDEFINE_SOURCE),
            paused=bool(flags & n.VIR_MIGRATE_PAUSED),
            unsafe=bool(flags & n.VIR_MIGRATE_UNSAFE),
            offline=bool(flags & n.VIR_MIGRATE_OFFLINE),
        )
        return virDomain(dconn, core, moved)

    @entry
    def undefine(self) -> int:
        """Removes its stored configuration."""
        self._o.undefine()
        return 0

    @entry
    def undefineFlags(self, flags: int = 0) -> int:
        """Removes its stored configuration."""
        check_flags("virDomainUndefineFlags", flags, _UNDEFINE)
        self._o.undefine(
            managed_save=bool(flags & n.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE),
            snapshots_metadata=bool(flags & n.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA),
            checkpoints_metadata=bool(flags & n.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA),
            nvram=_choice("NVRAM", flags, n.VIR_DOMAIN_UNDEFINE_NVRAM),
            tpm=_choice("TPM", flags, n.VIR_DOMAIN_UNDEFINE_TPM),
        )
        return 0

    @entry
    def autostart(self) -> int:
        """1: it starts with the host."""
        return int(self._o.autostart)

    @entry
    def setAutostart(self, autostart: int) -> int:
        """Has it start with the host, or no longer."""
        self._o.set_autostart(bool(autostart))
        return 0

    @entry
    def metadata(self, type: int, uri: str | None, flags: int = 0) -> str:
        """Its title, description or element of other programs (`VIR_DOMAIN_METADATA_…`)."""
        check_flags("virDomainGetMetadata", flags, _AFFECT)
        return self._o.metadata(
            _metadata(type),
            uri,
            live=bool(flags & n.VIR_DOMAIN_AFFECT_LIVE),
            config=bool(flags & n.VIR_DOMAIN_AFFECT_CONFIG),
        )

    @entry
    def setMetadata(
        self, type: int, metadata: str | None, key: str | None, uri: str | None, flags: int = 0
    ) -> int:
        """Gives it another one, or none."""
        check_flags("virDomainSetMetadata", flags, _AFFECT)
        self._o.set_metadata(
            _metadata(type),
            metadata,
            key,
            uri,
            live=bool(flags & n.VIR_DOMAIN_AFFECT_LIVE),
            config=bool(flags & n.VIR_DOMAIN_AFFECT_CONFIG),
        )
        return 0

    @entry
    def pMSuspendForDuration(self, target: int, duration: int, flags: int = 0) -> int:
        """Has the guest's power management suspend it (`VIR_NODE_SUSPEND_TARGET_…`), for so many
        seconds, or with 0 until `pMWakeup`.
        """
        check_flags("virDomainPMSuspendForDuration", flags)
        if target not in list(SuspendTarget):
            message = f"invalid argument: unknown suspend target '{target}'"
            raise refusal(message, n.VIR_ERR_INVALID_ARG)
        self._o.pm_suspend(SuspendTarget(target), duration)
        return 0

    @entry
    def pMWakeup(self, flags: int = 0) -> int:
        """Wakes it."""
        check_flags("virDomainPMWakeup", flags)
        self._o.pm_wakeup()
        return 0


class How(TypedDict):
    """Flags of saving and restoring as virtwatch takes them."""

    running: bool
    paused: bool
    bypass_cache: bool


def how(flags: int) -> How:
    """Flags of saving and restoring as virtwatch takes them."""
    return {
        "running": bool(flags & n.VIR_DOMAIN_SAVE_RUNNING),
        "paused": bool(flags & n.VIR_DOMAIN_SAVE_PAUSED),
        "bypass_cache": bool(flags & n.VIR_DOMAIN_SAVE_BYPASS_CACHE),
    }


def _metadata(number: int) -> MetadataType:
    if number not in list(MetadataType):
        message = f"invalid argument: unknown metadata type '{number}'"
        raise refusal(message, n.VIR_ERR_INVALID_ARG)
    return MetadataType(number)


def _choice(name: str, flags: int, remove: int) -> bool | None:
    """Remove, or keep: flags that exclude each other, the second of which is twice the first."""
    chosen = flags & (remove | remove << 1)
    if chosen == remove | remove << 1:
        message = f"flags {name} and KEEP_{name} are mutually exclusive"
        raise refusal(message, n.VIR_ERR_INVALID_ARG)
    return None if chosen == 0 else chosen == remove
