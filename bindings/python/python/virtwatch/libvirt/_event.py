"""Where the callbacks of a connection run: in the loop of the program, or on its own thread."""

from __future__ import annotations

import itertools
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from .. import _fork
from .._errors import CancelledError, ClosedError
from .._native import Connection, Domain, Record, Registration, Watch
from ._error import refusal
from ._loop import Loop, add_handle
from .constants import VIR_ERR_INTERNAL_ERROR, VIR_EVENT_HANDLE_READABLE

_inside: set[int] = set()
"""The threads that are inside a callback in a loop."""


class Callbacks(ABC):
    """The registered functions of a connection, each with a number."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    @abstractmethod
    def add(self, core: Connection, take: Callable[[Record], object], domain: Domain | None) -> int:
        """Calls a function from now on for each record of a domain, or of all; it raises nothing.
        Returns its number.
        """

    @abstractmethod
    def remove(self, number: int) -> bool:
        """Ends it. On return it runs in no other thread and will not start again; inside a callback
        this does not wait. False when there is none with that number.
        """


class OnThread(Callbacks):
    """They run on a thread of the connection: no loop was registered when it was opened."""

    def __init__(self) -> None:
        super().__init__()
        self._registrations: dict[int, tuple[Registration, Connection]] = {}

    def add(self, core: Connection, take: Callable[[Record], object], domain: Domain | None) -> int:
        registration = core.register(take, domain=domain)
        number = next(self._numbers)
        self._registrations[number] = registration, core
        return number

    def remove(self, number: int) -> bool:
        registration, _ = self._registrations.pop(number, (None, None))
        if registration is None:
            return False
        registration.cancel()
        return True


class _Reader:
    """A registered function, and what it is to read."""

    __slots__ = ("after", "domain", "ended", "number", "removed", "take")

    def __init__(
        self, number: int, take: Callable[[Record], object], domain: Domain | None
    ) -> None:
        self.number = number
        self.take = take
        self.domain = domain
        self.after = 0
        """The last event before it was registered; 0 once that is behind."""
        self.removed = False
        self.ended = threading.Event()
        """Set at its end when it was removed while it ran."""


class _Stream:
    """A watch that a loop looks at."""

    def __init__(self, loop: Loop, core: Connection) -> None:
        self.core = core
        self.watch: Watch = core.watch(snapshot=False)
        self._loop = loop
        self._lock = threading.RLock()
        self._handle: int | None = None
        self._ended = False

    def start(self, read: Callable[[int, int, int, object], None]) -> bool:
        """Puts it into the loop. False when the loop refuses."""
        handle = add_handle(
            self._loop, self.watch.fileno(), VIR_EVENT_HANDLE_READABLE, read, self, _release
        )
        if handle == -1:
            return False
        with self._lock:
            if not self._ended:
                self._handle = handle
                return True
        self._loop.remove_handle(handle)
        return True

    def forked(self) -> None:
        """The loop of the child has it still; it ends there when that looks at it."""
        self._lock = threading.RLock()

    def end(self) -> None:
        """Takes it out of the loop. Once the loop has let go of it, its descriptor is closed."""
        with self._lock:
            handle, self._handle, self._ended = self._handle, None, True
        self.watch.cancel()
        if handle is not None:
            self._loop.remove_handle(handle)


def _release(stream: _Stream) -> None:
    with stream.watch:
        pass


class InLoop(Callbacks):
    """They run in the loop of the program, which looks at one watch for all of them.

    What is registered while the watch is so far behind that it is brought to now in one go may be
    told of changes from before.
    """

    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self._loop = loop
        self._lock = threading.RLock()
        """Protects the readers and the stream; held for no longer than a change of them. A signal
        handler may come then.
        """
        self._readers: dict[int, _Reader] = {}
        self._of_all: tuple[_Reader, ...] = ()
        """Of these those that want to read of all domains."""
        self._of_domain: dict[Domain, tuple[_Reader, ...]] = {}
        """And those that want one."""
        self._stream: _Stream | None = None
        self._reading = False
        self._running: _Reader | None = None
        """What is being called."""
        _fork.note(self)

    def forked(self) -> None:
        """In the child nobody reads; what is registered there is refused by the connection."""
        self._lock = threading.RLock()
        if self._stream is not None:
            self._stream.forked()
        self._running, self._reading = None, False
        _inside.intersection_update({threading.get_ident()})

    def add(self, core: Connection, take: Callable[[Record], object], domain: Domain | None) -> int:
        opened = None
        with self._lock:
            if self._stream is None:
                self._stream = opened = _Stream(self._loop, core)
            reader = _Reader(next(self._numbers), take, domain)
            reader.after = core.cursor.seq
            self._readers[reader.number] = reader
            self._set(domain, (*self._get(domain), reader))
        if opened is not None and not opened.start(self._read):
            self.remove(reader.number)
            raise refusal("internal error: the event loop takes no handle", VIR_ERR_INTERNAL_ERROR)
        return reader.number

    def remove(self, number: int) -> bool:
        ended = None
        with self._lock:
            reader = self._readers.pop(number, None)
            if reader is None:
                return False
            reader.removed = True
            others = (other for other in self._get(reader.domain) if other is not reader)
            self._set(reader.domain, tuple(others))
            if not self._readers:
                ended, self._stream = self._stream, None
        if ended is not None:
            ended.end()
        # Who calls it notes that first and looks at `removed` then; here it is the other way round.
        if self._running is reader and threading.get_ident() not in _inside:
            reader.ended.wait()
        return True

    def _read(self, watch: int, fd: int, events: int, stream: object) -> None:
        """Calls what is registered for all events that there are. Their own come the next time."""
        if self._reading or stream is not self._stream or not isinstance(stream, _Stream):
            return
        thread = threading.get_ident()
        outermost = thread not in _inside
        _inside.add(thread)
        self._reading = True
        try:
            core = stream.core
            for _ in range(stream.watch.stats.pending + 1):
                record = stream.watch.next(0)
                if record is None:
                    break
                for reader in self._readers_of(core, record) if self._of_domain else self._of_all:
                    if reader.after:
                        # Another registration has been behind.
                        if record.seq is not None and record.seq <= reader.after:
                            continue
                        if not record.in_catchup:
                            reader.after = 0
                    self._call(reader, record)
        except (CancelledError, ClosedError):
            stream.end()
        finally:
            self._reading = False
            if outermost:
                _inside.discard(thread)

    def _call(self, reader: _Reader, record: Record) -> None:
        self._running = reader
        try:
            if not reader.removed:
                reader.take(record)
        finally:
            self._running = None
            if reader.removed:
                reader.ended.set()

    def _readers_of(self, core: Connection, record: Record) -> tuple[_Reader, ...]:
        """In the order in which they were registered."""
        if record.type is None:
            return self._of_all
        of_domain = self._get(core.domain_of(record))
        if not self._of_all:
            return of_domain
        return tuple(sorted(self._of_all + of_domain, key=lambda reader: reader.number))

    def _get(self, domain: Domain | None) -> tuple[_Reader, ...]:
        return self._of_all if domain is None else self._of_domain.get(domain, ())

    def _set(self, domain: Domain | None, readers: tuple[_Reader, ...]) -> None:
        if domain is None:
            self._of_all = readers
        elif readers:
            self._of_domain[domain] = readers
        else:
            del self._of_domain[domain]
