"""Hypervisors that a program brings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from ._enums import Answer, ErrorCode, EventType, State
from ._errors import NotSupportedError
from ._native import Host, Request


@dataclass(frozen=True, slots=True)
class Listed:
    """A domain in a listing of a `Driver`."""

    uuid: UUID
    name: str
    state: State
    reason: int = 0
    """`RunningReason` and so on, by the state; 0 where it is not known, which is no difference."""
    persistent: bool = True
    """It has a stored configuration."""
    id: int | None = None
    """Of the running instance; None if the registry is to give ids out."""
    xml: str | None = None
    """The stored configuration, of a transient domain that of the instance; None: as it was, or one
    that says nothing but name and UUID."""


class Driver:
    """A hypervisor that a program brings, for `register_driver()`: subclass it. The registry, the
    events, watches, callbacks and operations come with it.

    One object stands behind all URIs of its scheme; each URI that is open has a `Host`, to which
    what happens is reported. The methods are called on any thread, several at a time, but for
    operations on one domain, which come one after the other. Everything may be called in them, and
    they may take as long as they need. What they raise is the refusal of what was asked: the program
    that asked gets it as it is.
    """

    native: Iterable[EventType] = ()
    """The event types, of libvirt's nine, that it reports by itself, whoever brings the change
    about. Where it lists, the others are found by comparing listings, every 2 seconds or as the
    URI's parameter `poll` says. Where it does not, others cannot happen."""

    def open(self, host: Host, uri: str) -> None:
        """A URI is opened. What is reported before this returns, together with the first listing,
        is what there is to begin with: it is shown, and no event."""

    def close(self, host: Host) -> None:
        """The last connection to the URI is gone, with all domains, watches and registrations that
        came from it, or the driver is taken away: the last call for that host. What is reported
        after this returns is refused."""

    def operate(self, host: Host, request: Request) -> Answer | None:
        """Carries out what is asked, and says whether it is done (`Answer.DONE`, or None): then what
        usually happens has happened, unless something else was reported; or whether it will be done
        and then reported (`Answer.ACCEPTED`)."""
        raise NotSupportedError(
            f"this function is not supported by the connection driver: {request.kind}",
            ErrorCode.NO_SUPPORT,
        )

    def list(self, host: Host) -> Iterable[Listed]:
        """Every domain as it is now; a driver that cannot list leaves this as it is. Raising says
        that the source cannot be reached: SOURCE_DOWN, and its domains stay listed, stale."""
        raise NotImplementedError

    @property
    def _lists(self) -> bool:
        return type(self).list is not Driver.list
