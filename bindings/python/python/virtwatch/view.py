"""What a reader knows of the domains, and how records change it."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from uuid import UUID

from ._enums import Origin, RecordKind, State
from ._native import Record


@dataclass(frozen=True, slots=True)
class DomainView:
    """What is known of a domain at one place of the stream."""

    uuid: UUID
    name: str
    id: int | None
    """The number of the run; None when it does not run."""
    incarnation: int
    """The number of this existence of the UUID, from ADDED to REMOVED."""
    definition: int
    """The number of the stored configuration; it grows with every one. 0 = none."""
    persistent: bool
    """It has a stored configuration."""
    active: bool
    """It has a running instance; a paused one counts."""
    state: State
    reason: int
    """Why it is in this state: `RunningReason` and so on, by the state."""

    def to_dict(self) -> dict[str, Any]:
        """What can be written as JSON, by the schema of the command line's `list --json`:
        enumerations by name, and by number under `…_number`."""
        reason = str(self.reason) if isinstance(self.reason, IntEnum) else "unknown"
        return {
            "schema": "virtwatch.domain/1",
            "uuid": str(self.uuid),
            "name": self.name,
            "id": self.id,
            "incarnation": self.incarnation,
            "definition": self.definition,
            "persistent": self.persistent,
            "active": self.active,
            "state": str(self.state),
            "state_number": int(self.state),
            "reason": reason,
            "reason_number": int(self.reason),
        }


def fold(view: MutableMapping[UUID, DomainView], record: Record) -> None:
    """Applies a record to a view: how a reader keeps its list of domains from events alone.

    The view equals the registry at every SYNCED and, after it, at the end of every change (a record
    without `more`). The records have to be those of a watch without a filter of types.
    """
    if record.kind == RecordKind.EVENT:
        after = _after(record)
        if after.persistent or after.active:
            view[after.uuid] = after
        else:
            view.pop(after.uuid, None)
    elif record.kind == RecordKind.CATCHUP and record.origin == Origin.RESET:
        view.clear()


def _after(record: Record) -> DomainView:
    """What the domain of an event is after it."""
    assert record.uuid is not None and record.name is not None
    assert record.incarnation is not None and record.definition is not None
    assert record.state_after is not None and record.reason_after is not None
    return DomainView(
        uuid=record.uuid,
        name=record.name,
        id=record.id if record.active_after else None,
        incarnation=record.incarnation,
        definition=record.definition,
        persistent=bool(record.persistent_after),
        active=bool(record.active_after),
        state=record.state_after,
        reason=record.reason_after,
    )
