"""A connection."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from typing import Any
from uuid import UUID

from .. import _native
from .._enums import RecordKind, State
from .._native import Connection, Record
from . import _loop
from . import constants as n
from ._domain import how, virDomain
from ._error import check_flags, entry, guarded, refusal, refuse
from ._event import Callbacks, InLoop, OnThread

_DomainCallback = Callable[["virConnect", virDomain, int, int, Any], object]
_CloseCallback = Callable[["virConnect", int, Any], object]

_CREATE = (
    n.VIR_DOMAIN_START_PAUSED
    | n.VIR_DOMAIN_START_AUTODESTROY
    | n.VIR_DOMAIN_START_VALIDATE
    | n.VIR_DOMAIN_START_RESET_NVRAM
)
_RESTORE = (
    n.VIR_DOMAIN_SAVE_BYPASS_CACHE
    | n.VIR_DOMAIN_SAVE_RUNNING
    | n.VIR_DOMAIN_SAVE_PAUSED
    | n.VIR_DOMAIN_SAVE_RESET_NVRAM
)
_LIST = (n.VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT << 1) - 1
_STATES: dict[int, list[State]] = {
    n.VIR_CONNECT_LIST_DOMAINS_RUNNING: [State.RUNNING],
    n.VIR_CONNECT_LIST_DOMAINS_PAUSED: [State.PAUSED],
    n.VIR_CONNECT_LIST_DOMAINS_SHUTOFF: [State.SHUTOFF],
    n.VIR_CONNECT_LIST_DOMAINS_OTHER: [
        state for state in State if state not in (State.RUNNING, State.PAUSED, State.SHUTOFF)
    ],
}

_REASONS = {
    RecordKind.SOURCE_DOWN: n.VIR_CONNECT_CLOSE_REASON_ERROR,
    RecordKind.CLOSED: n.VIR_CONNECT_CLOSE_REASON_EOF,
}


class virConnect:
    """A connection: `open()` makes one. It lasts as long as its domains and callbacks do."""

    def __init__(self, _obj: Connection) -> None:
        self._o: Connection | None = _obj
        loop = _loop.registered()
        self._callbacks: Callbacks = OnThread() if loop is None else InLoop(loop)
        self._by_function: dict[_DomainCallback, int] = {}
        self._on_close: int | None = None

    def __enter__(self) -> virConnect:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<virConnect, closed>" if self._o is None else f"<virConnect to {self._o.uri}>"

    def _core(self) -> Connection:
        if self._o is None:
            raise refusal("invalid connection pointer", n.VIR_ERR_INVALID_CONN, n.VIR_FROM_DOMAIN)
        return self._o

    @entry
    def close(self) -> int:
        """Lets go of it. 0: it is closed; 1: domains of it or callbacks keep it open."""
        core = self._core()
        self._o = None
        open_still = weakref.ref(core)
        del core
        return 0 if open_still() is None else 1

    @entry
    def getURI(self) -> str:
        """Its URI."""
        return self._core().uri

    @entry
    def getType(self) -> str:
        """The name of its driver."""
        return self._core().driver

    @entry
    def getHostname(self) -> str:
        """The name of the host that the domains run on."""
        return self._core().hostname

    @entry
    def getVersion(self) -> int:
        """The version of the hypervisor: 1000000 * major + 1000 * minor + release."""
        return self._core().version

    @entry
    def getCapabilities(self) -> str:
        """What the host and its hypervisor can do, a document."""
        return self._core().capabilities()

    @entry
    def getLibVersion(self) -> int:
        """The release of virtwatch: 1000000 * major + 1000 * minor + release."""
        self._core()
        return _version()

    @entry
    def isAlive(self) -> int:
        """1: the source can be reached."""
        return int(self._core().is_alive)

    @entry
    def isSecure(self) -> int:
        """1: nobody on the way to the source can listen or interfere."""
        return int(self._core().is_secure)

    @entry
    def isEncrypted(self) -> int:
        """1: what goes over the way to the source is encrypted."""
        return int(self._core().is_encrypted)

    @entry
    def setKeepAlive(self, interval: int, count: int) -> int:
        """Gives the source up after `count` times `interval` seconds without a sign of life."""
        self._core().keep_alive(interval, count)
        return 0

    @entry
    def numOfDomains(self) -> int:
        """How many domains are active."""
        return self._core().stats.active

    @entry
    def numOfDefinedDomains(self) -> int:
        """How many are inactive."""
        stats = self._core().stats
        return stats.domains - stats.active

    @entry
    def listDomainsID(self) -> list[int]:
        """The ids of the active ones."""
        ids = [domain.noted_id for domain in self._core().domains(active=True)]
        return [number for number in ids if number is not None]

    @entry
    def listDefinedDomains(self) -> list[str]:
        """The names of the inactive ones."""
        return [domain.name for domain in self._core().domains(active=False)]

    @entry
    def listAllDomains(self, flags: int = 0) -> list[virDomain]:
        """The domains that fit one flag of each group of which any flag is given."""
        check_flags("virConnectListAllDomains", flags, _LIST)
        core = self._core()
        if _choice(flags, n.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT) or _choice(
            flags, n.VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT
        ):
            return []
        domains = core.domains(
            active=_choice(flags, n.VIR_CONNECT_LIST_DOMAINS_ACTIVE),
            persistent=_choice(flags, n.VIR_CONNECT_LIST_DOMAINS_PERSISTENT),
            managed_save=_choice(flags, n.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE),
            autostart=_choice(flags, n.VIR_CONNECT_LIST_DOMAINS_AUTOSTART),
            states=[state for flag in _STATES if flags & flag for state in _STATES[flag]] or None,
        )
        return [virDomain(self, core, domain) for domain in domains]

    @entry
    def lookupByName(self, name: str) -> virDomain:
        """The domain with that name."""
        core = self._core()
        return virDomain(self, core, core.lookup_by_name(name))

    @entry
    def lookupByUUID(self, uuid: bytes) -> virDomain:
        """The domain with that UUID, 16 bytes."""
        if len(uuid) != 16:
            raise refusal("uuid must be 16 bytes", n.VIR_ERR_INVALID_ARG)
        core = self._core()
        return virDomain(self, core, core.lookup_by_uuid(UUID(bytes=uuid)))

    @entry
    def lookupByUUIDString(self, uuidstr: str) -> virDomain:
        """The domain with that UUID."""
        core = self._core()
        return virDomain(self, core, core.lookup_by_uuid(uuidstr))

    @entry
    def lookupByID(self, id: int) -> virDomain:
        """The active domain with that id."""
        core = self._core()
        return virDomain(self, core, core.lookup_by_id(id))

    @entry
    def defineXML(self, xml: str) -> virDomain:
        """Stores a configuration: a new domain, or another configuration of a known one."""
        core = self._core()
        return virDomain(self, core, core.define_xml(xml))

    @entry
    def defineXMLFlags(self, xml: str, flags: int = 0) -> virDomain:
        """Stores a configuration; `VIR_DOMAIN_DEFINE_VALIDATE` is what is always checked."""
        check_flags("virDomainDefineXMLFlags", flags, n.VIR_DOMAIN_DEFINE_VALIDATE)
        core = self._core()
        return virDomain(self, core, core.define_xml(xml))

    @entry
    def createXML(self, xmlDesc: str, flags: int = 0) -> virDomain:
        """Starts a domain without storing its configuration."""
        check_flags("virDomainCreateXML", flags, _CREATE)
        core = self._core()
        domain = core.create_xml(
            xmlDesc,
            paused=bool(flags & n.VIR_DOMAIN_START_PAUSED),
            autodestroy=bool(flags & n.VIR_DOMAIN_START_AUTODESTROY),
            validate=bool(flags & n.VIR_DOMAIN_START_VALIDATE),
            reset_nvram=bool(flags & n.VIR_DOMAIN_START_RESET_NVRAM),
        )
        return virDomain(self, core, domain)

    @entry
    def restore(self, frm: str) -> int:
        """Starts a domain from a file that `virDomain.save` wrote."""
        self._core().restore(frm)
        return 0

    @entry
    def restoreFlags(self, frm: str, dxml: str | None = None, flags: int = 0) -> int:
        """Starts a domain from a file that `virDomain.save` wrote."""
        check_flags("virDomainRestoreFlags", flags, _RESTORE)
        refuse("dxml", dxml)
        reset_nvram = bool(flags & n.VIR_DOMAIN_SAVE_RESET_NVRAM)
        self._core().restore(frm, reset_nvram=reset_nvram, **how(flags))
        return 0

    @entry
    def domainEventRegister(self, cb: _DomainCallback, opaque: Any) -> None:
        """Calls `cb(conn, dom, event, detail, opaque)` for each of libvirt's nine types of events.

        A function that is registered so already gets another opaque.
        """
        known = self._by_function.pop(cb, None)
        if known is not None:
            self._callbacks.remove(known)
        core = self._core()
        take = self._lifecycle(core, cb, opaque, n.VIR_DOMAIN_EVENT_CRASHED)
        self._by_function[cb] = self._callbacks.add(core, take, None)

    @entry
    def domainEventDeregister(self, cb: _DomainCallback) -> None:
        """Ends what `domainEventRegister` began, as `domainEventDeregisterAny` does."""
        self._core()
        number = self._by_function.pop(cb, None)
        if number is None:
            message = "invalid argument: cb is not registered"
            raise refusal(message, n.VIR_ERR_INVALID_ARG, n.VIR_FROM_NONE)
        self._callbacks.remove(number)

    @entry
    def domainEventRegisterAny(
        self, dom: virDomain | None, eventID: int, cb: Callable[..., object], opaque: Any
    ) -> int:
        """Calls a function for the events of a domain, or of all. Returns its number.

        With `VIR_DOMAIN_EVENT_ID_LIFECYCLE` it is `cb(conn, dom, event, detail, opaque)` for
        libvirt's nine types, with `VIR_DOMAIN_EVENT_ID_FULL_LIFECYCLE` for all eleven. Other ids of
        libvirt are taken, but nothing tells of such events yet. Any function may be registered any
        number of times.
        """
        core = self._core()
        if dom is not None and dom.connect() is not self:
            message = "dom in virConnectDomainEventRegisterAny must be of this connection"
            raise refusal(message, n.VIR_ERR_INVALID_ARG)
        if not callable(cb):
            raise TypeError(f"a {type(cb).__name__} cannot be called")
        take: Callable[[Record], object] = _ignore
        if eventID == n.VIR_DOMAIN_EVENT_ID_FULL_LIFECYCLE:
            take = self._lifecycle(core, cb, opaque, n.VIR_DOMAIN_EVENT_REMOVED)
        elif eventID == n.VIR_DOMAIN_EVENT_ID_LIFECYCLE:
            take = self._lifecycle(core, cb, opaque, n.VIR_DOMAIN_EVENT_CRASHED)
        elif not 0 <= eventID <= n.VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE:
            message = f"eventID in virConnectDomainEventRegisterAny must not be {eventID}"
            raise refusal(message, n.VIR_ERR_INVALID_ARG)
        return self._callbacks.add(core, take, None if dom is None else dom._o)

    @entry
    def domainEventDeregisterAny(self, callbackID: int) -> None:
        """Ends it. On return it runs in no other thread and will not start again; inside a callback
        this does not wait.
        """
        self._core()
        if not self._callbacks.remove(callbackID):
            message = f"invalid argument: callbackID {callbackID} is not registered"
            raise refusal(message, n.VIR_ERR_INVALID_ARG, n.VIR_FROM_NONE)

    def _lifecycle(
        self, core: Connection, cb: _DomainCallback, opaque: Any, last: int
    ) -> Callable[[Record], object]:
        """What calls a function for events of the types up to `last`."""

        def take(record: Record) -> None:
            try:
                event, detail = record.type, record.detail
                if event is not None and detail is not None and event <= last:
                    domain = virDomain(self, core, core.domain_of(record), True)
                    cb(self, domain, int(event), int(detail), opaque)
            except Exception:
                sys.excepthook(*sys.exc_info())

        return take

    @entry
    def registerCloseCallback(self, cb: _CloseCallback, opaque: Any) -> int:
        """Calls `cb(conn, reason, opaque)` when the source is lost, which ends it."""
        core = self._core()
        if self._on_close is not None:
            message = "Requested operation is not valid: a close callback is registered already"
            raise refusal(message, n.VIR_ERR_OPERATION_INVALID)

        def take(record: Record) -> None:
            reason = _REASONS.get(record.kind)
            if reason is not None:
                self.unregisterCloseCallback()
                guarded(cb, self, reason, opaque)

        self._on_close = self._callbacks.add(core, take, None)
        return 0

    @entry
    def unregisterCloseCallback(self) -> None:
        """Ends it, if there is one."""
        number, self._on_close = self._on_close, None
        if number is not None:
            self._callbacks.remove(number)


def _ignore(record: Record) -> None:
    """For events that nothing tells of."""


def _choice(flags: int, yes: int) -> bool | None:
    """What two flags select, the second of which is twice the first: has it, has it not, or all."""
    chosen = flags & (yes | yes << 1)
    return None if chosen in (0, yes | yes << 1) else chosen == yes


@entry
def open(name: str | None = None) -> virConnect:
    """Opens a connection. Without a name `VIRTWATCH_DEFAULT_URI` or `LIBVIRT_DEFAULT_URI` is it."""
    return virConnect(_native.connect(name))


@entry
def openReadOnly(name: str | None = None) -> virConnect:
    """Opens a connection that may only watch and look up."""
    return virConnect(_native.connect(name, read_only=True))


@entry
def openAuth(uri: str | None, auth: Any, flags: int = 0) -> virConnect:
    """Opens a connection; nothing is asked of `auth`."""
    check_flags("virConnectOpenAuth", flags, n.VIR_CONNECT_RO | n.VIR_CONNECT_NO_ALIASES)
    return virConnect(_native.connect(uri, read_only=bool(flags & n.VIR_CONNECT_RO)))


@entry
def getVersion(name: str | None = None) -> int | tuple[int, int]:
    """The release of virtwatch: 1000000 * major + 1000 * minor + release; with the name of a driver
    twice.
    """
    return _version() if name is None else (_version(), _version())


def virInitialize() -> int:
    """0. There is nothing to initialize."""
    return 0


def _version() -> int:
    major, minor, release = (int(part) for part in _native.__version__.split("."))
    return 1_000_000 * major + 1_000 * minor + release
