"""A live list of the domains."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from uuid import UUID

from ._contents import Contents, Feed, Listener
from ._enums import ErrorCode, RecordKind
from ._errors import ClosedError
from ._html import table
from ._native import Connection
from .view import DomainView


class Inventory(Mapping[UUID, DomainView]):
    """A live, read-only mapping from UUID to what is known of the domain.

    It is complete before the constructor returns and follows every change from then on, without
    polling. Each change is seen whole, and a catch-up as one change. Every method may be called
    from any thread; iterating goes over what there is at that moment, so that changes do not
    disturb it.

    It ends with `close()`, with its connection, or when nobody holds it any more; then it keeps what
    it knew last.
    """

    def __init__(self, connection: Connection) -> None:
        contents = Contents()
        with connection.watch(snapshot=True) as watch:
            for record in watch:
                contents.apply(record)
                if record.kind == RecordKind.SYNCED:
                    break
        self._contents = contents
        registration = connection.register(Feed(contents), resume=watch.cursor)
        # The feed tells of the source from now on; this is for a source that it found as it is.
        contents.begin(connection.is_alive)
        self._registration = registration
        # At the end of the interpreter everything is closed, which Ctrl-C can interrupt.
        weakref.finalize(self, registration._drop).atexit = False

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
        return f"<Inventory of {self._summary()}>"

    def _repr_html_(self) -> str:
        return table(self.values(), self._summary())

    def _summary(self) -> str:
        domains = "1 domain" if len(self) == 1 else f"{len(self)} domains"
        if self._contents.ended:
            return f"{domains}, ended"
        return f"{domains}, stale" if self.stale else domains

    @property
    def stale(self) -> bool:
        """Whether it may be out of date: the source cannot be reached, or this has ended. When the
        source is back, what has changed meanwhile follows."""
        return self._contents.ended or self._contents.source_is_lost

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

    def listen(
        self, listener: Callable[[DomainView | None, DomainView | None], object]
    ) -> Listener:
        """Has every later change of a domain told: `listener(before, after)`, where None stands for
        a domain that does not exist.

        It is called on the thread of the connection's callbacks, one call at a time, when the
        inventory shows the change already; no lock is held, and it may call everything. What it
        raises goes to `sys.unraisablehook`. It goes on until it is cancelled or the inventory ends,
        also when nobody holds what this returns.
        """
        return Listener(self._contents, listener)

    def wait_for(
        self, predicate: Callable[[Inventory], object], timeout: float | None = None
    ) -> bool:
        """Waits until the predicate holds. False when `timeout` seconds are over and it does not.

        It is called with the inventory, in this thread, once at first and then after changes; no
        lock is held meanwhile. Raises `ClosedError` when no change can come any more. In a callback
        of the same connection nothing changes while this waits.
        """
        contents = self._contents
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            seen, ended = contents.version, contents.ended
            if predicate(self):
                return True
            left = _left(contents, deadline, ended)
            if left is not None and left <= 0:
                return False
            with contents.changed:
                contents.changed.wait_for(lambda: contents.version != seen, left)

    async def wait_for_async(
        self, predicate: Callable[[Inventory], object], timeout: float | None = None
    ) -> bool:
        """The same for a task of an event loop: the predicate is called there."""
        contents = self._contents
        deadline = None if timeout is None else time.monotonic() + timeout
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        with contents.wake(lambda: loop.call_soon_threadsafe(changed.set)):
            while True:
                changed.clear()
                ended = contents.ended
                if predicate(self):
                    return True
                left = _left(contents, deadline, ended)
                if left is not None and left <= 0:
                    return False
                try:
                    await asyncio.wait_for(changed.wait(), left)
                except asyncio.TimeoutError:
                    pass

    def close(self) -> None:
        """Ends it: it no longer follows the changes. On return no listener runs, unless this is
        called inside a callback."""
        self._registration.cancel()

    def __enter__(self) -> Inventory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _left(contents: Contents, deadline: float | None, ended: bool) -> float | None:
    """How many seconds to wait for a change; `ClosedError` when none can come."""
    if ended:
        raise ClosedError(contents.why_ended, ErrorCode.INVALID_CONN)
    return None if deadline is None else deadline - time.monotonic()
