"""A live list of the domains."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from uuid import UUID

from ._enums import ErrorCode, Origin, RecordKind
from ._errors import ClosedError
from ._native import Connection, Record
from .view import DomainView, fold


class Inventory(Mapping[UUID, DomainView]):
    """A live, read-only mapping from UUID to what is known of the domain.

    It is complete before the constructor returns and follows every change from then on, without
    polling. Each change is seen whole. Every method may be called from any thread; iterating goes
    over what there is at that moment, so that changes do not disturb it.

    It ends with `close()`, with its connection, or when nobody holds it any more; then it keeps what
    it knew last.
    """

    def __init__(self, connection: Connection) -> None:
        contents = _Contents()
        with connection.watch(snapshot=True) as watch:
            for record in watch:
                contents.apply(record)
                if record.kind == RecordKind.SYNCED:
                    break
            cursor = watch.cursor
        self._contents = contents
        registration = connection.register(_Feed(contents), resume=cursor)
        self._end = weakref.finalize(self, registration.cancel)

    def __getitem__(self, uuid: UUID) -> DomainView:
        return self._contents.view[uuid]

    def __contains__(self, uuid: object) -> bool:
        return uuid in self._contents.view

    def __len__(self) -> int:
        return len(self._contents.view)

    def __iter__(self) -> Iterator[UUID]:
        return iter(self.snapshot())

    def keys(self) -> KeysView[UUID]:
        return self.snapshot().keys()

    def values(self) -> ValuesView[DomainView]:
        return self.snapshot().values()

    def items(self) -> ItemsView[UUID, DomainView]:
        return self.snapshot().items()

    def __repr__(self) -> str:
        ended = ", ended" if self._contents.ended else ""
        return f"<Inventory of {len(self)} domains{ended}>"

    def snapshot(self) -> dict[UUID, DomainView]:
        """A copy of what is known now."""
        with self._contents.changed:
            return dict(self._contents.view)

    def by_name(self, name: str) -> DomainView | None:
        """The domain that has the name now."""
        contents = self._contents
        with contents.changed:
            uuid = contents.names.get(name)
            return None if uuid is None else contents.view[uuid]

    def wait_for(
        self, predicate: Callable[[Inventory], object], timeout: float | None = None
    ) -> bool:
        """Waits until the predicate holds. False when `timeout` seconds are over and it does not.

        It is called with the inventory, in this thread, once at first and then after changes; no
        lock is held meanwhile. Raises `ClosedError` when no change can come any more. In a callback
        of the same connection nothing changes while this waits.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        contents = self._contents
        while True:
            seen, ended = contents.version, contents.ended
            if predicate(self):
                return True
            if ended:
                raise ClosedError("the inventory has ended", ErrorCode.INVALID_CONN)
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            with contents.changed:
                contents.changed.wait_for(lambda: contents.version != seen, left)

    def close(self) -> None:
        """Ends it: it no longer follows the changes."""
        self._end()

    def __enter__(self) -> Inventory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Contents:
    """What is known. Readers may look at `view` at any time; who changes it holds `changed`."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.version = 0
        self.ended = False
        self.view: dict[UUID, DomainView] = {}
        self.names: dict[str, UUID] = {}
        self._next: dict[UUID, DomainView] | None = None
        """During a catch-up: what will be known at its end."""

    def apply(self, record: Record) -> None:
        if record.kind == RecordKind.CATCHUP:
            fresh = record.origin != Origin.LAG
            self._next = {} if fresh else dict(self.view)
        elif self._next is not None and record.kind == RecordKind.SYNCED:
            names = {domain.name: domain.uuid for domain in self._next.values()}
            with self.changed:
                self.view, self.names, self._next = self._next, names, None
                self._notify()
        elif self._next is not None:
            fold(self._next, record)
        elif record.kind == RecordKind.EVENT and not record.more:
            # The last event of a change says all that the change did.
            self._fold(record)

    def _fold(self, record: Record) -> None:
        assert record.uuid is not None
        with self.changed:
            before = self.view.get(record.uuid)
            if before is not None and self.names.get(before.name) == before.uuid:
                del self.names[before.name]
            fold(self.view, record)
            after = self.view.get(record.uuid)
            if after is not None:
                self.names[after.name] = after.uuid
            self._notify()

    def end(self) -> None:
        with self.changed:
            self.ended = True
            self._notify()

    def _notify(self) -> None:
        self.version += 1
        self.changed.notify_all()


class _Feed:
    """The registered callback. It is dropped when the registration ends, however it ends."""

    def __init__(self, contents: _Contents) -> None:
        self._contents = contents

    def __call__(self, record: Record) -> None:
        self._contents.apply(record)

    def __del__(self) -> None:
        self._contents.end()
