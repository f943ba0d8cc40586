"""What an inventory knows, how records change it, and who is told."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TypeAlias
from uuid import UUID

from . import _fork
from ._enums import Origin, RecordKind
from ._native import Record, inside_callback, unraisable
from .view import DomainView, fold

Change: TypeAlias = tuple[DomainView | None, DomainView | None]
"""A domain before and after; None stands for one that does not exist."""


class Contents:
    """What is known. Readers may look at `view` at any time; who changes it holds `changed`."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.version = 0
        self.ended = False
        self.source_is_lost = False
        self.view: dict[UUID, DomainView] = {}
        self.names: dict[str, UUID] = {}
        self.listeners: dict[Listener, None] = {}
        self.telling: Listener | None = None
        """The one that is called now."""
        self._told_of_source = False
        self._wakers: list[Callable[[], object]] = []
        self._next: dict[UUID, DomainView] | None = None
        """During a catch-up: what will be known at its end."""
        self.why_ended = "the inventory has ended"
        _fork.note(self)

    def forked(self) -> None:
        """Nothing changes in the child, and nobody is told."""
        self.changed = threading.Condition()
        if not self.ended:
            self.ended = True
            self.why_ended = "the inventory was made before a fork; make another in the child"
        self.version += 1
        # A change may have been half made.
        self.names = {domain.name: domain.uuid for domain in self.view.values()}
        self.listeners, self.telling, self._wakers = {}, None, []

    def begin(self, is_alive: bool) -> None:
        """How the source is, if no record has told yet."""
        with self.changed:
            if not self._told_of_source:
                self.source_is_lost = not is_alive

    def apply(self, record: Record) -> list[Change]:
        """Takes a record, and says what that has changed."""
        if record.kind == RecordKind.CATCHUP:
            fresh = record.origin != Origin.LAG
            self._next = {} if fresh else dict(self.view)
        elif record.kind in (RecordKind.SOURCE_DOWN, RecordKind.SOURCE_UP):
            with self.changed:
                self._told_of_source = True
                self.source_is_lost = record.kind == RecordKind.SOURCE_DOWN
                self._notify()
        elif record.kind == RecordKind.CLOSED:
            self.end()
        elif self._next is not None and record.kind == RecordKind.SYNCED:
            return self._replace(self._next)
        elif self._next is not None:
            fold(self._next, record)
        elif record.kind == RecordKind.EVENT and not record.more:
            # The last event of a change says all that the change did.
            return self._fold(record)
        return []

    def _replace(self, view: dict[UUID, DomainView]) -> list[Change]:
        before = self.view
        names = {domain.name: domain.uuid for domain in view.values()}
        with self.changed:
            self.view, self.names, self._next = view, names, None
            self._notify()
        # First those that were, then those that came to be.
        changes = ((before.get(uuid), view.get(uuid)) for uuid in {**before, **view})
        return [(was, now) for was, now in changes if was != now]

    def _fold(self, record: Record) -> list[Change]:
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
        return [(before, after)]

    def end(self) -> None:
        """Nothing will change any more."""
        with self.changed:
            self.ended = True
            self.listeners.clear()
            self._notify()

    @contextlib.contextmanager
    def wake(self, waker: Callable[[], object]) -> Iterator[None]:
        """Calls `waker` after every change; it must not block."""
        with self.changed:
            self._wakers.append(waker)
        try:
            yield
        finally:
            with self.changed:
                self._wakers = [other for other in self._wakers if other is not waker]

    def _notify(self) -> None:
        self.version += 1
        self.changed.notify_all()
        for waker in self._wakers:
            # Its event loop may have been closed without ending its tasks.
            with contextlib.suppress(RuntimeError):
                waker()

    def tell(self, before: DomainView | None, after: DomainView | None) -> None:
        """Calls the listeners, with no lock held."""
        with self.changed:
            listeners = tuple(self.listeners)
        for listener in listeners:
            with self.changed:
                if listener not in self.listeners:
                    continue
                self.telling = listener
            try:
                listener.callback(before, after)
            except BaseException as error:
                unraisable(error, listener.callback)
            finally:
                with self.changed:
                    self.telling = None
                    self.changed.notify_all()


class Listener:
    """A listener to the changes of an inventory. As a context manager it is cancelled at the end of
    the block."""

    def __init__(
        self,
        contents: Contents,
        callback: Callable[[DomainView | None, DomainView | None], object],
    ) -> None:
        if not callable(callback):
            raise TypeError(f"a {type(callback).__name__} cannot be called")
        self._contents = contents
        self.callback = callback
        with contents.changed:
            if not contents.ended:
                contents.listeners[self] = None

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return self in self._contents.listeners

    def cancel(self) -> None:
        """Ends it. On return it runs in no other thread and will not start again; inside a callback
        this does not wait. Of one that has ended it does nothing."""
        contents = self._contents
        with contents.changed:
            contents.listeners.pop(self, None)
            if not inside_callback():
                contents.changed.wait_for(lambda: contents.telling is not self)

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()


class Feed:
    """The registered callback. It is dropped when the registration ends, however it ends."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    def __call__(self, record: Record) -> None:
        for before, after in self._contents.apply(record):
            self._contents.tell(before, after)

    def __del__(self) -> None:
        self._contents.end()
