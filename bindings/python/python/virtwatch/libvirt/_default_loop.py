"""The event loop for programs that have none."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ._error import guarded
from ._opaque import virEventInvokeFreeCallback
from .constants import (
    VIR_EVENT_HANDLE_ERROR,
    VIR_EVENT_HANDLE_HANGUP,
    VIR_EVENT_HANDLE_READABLE,
    VIR_EVENT_HANDLE_WRITABLE,
)

_POLL = (
    (VIR_EVENT_HANDLE_READABLE, select.POLLIN),
    (VIR_EVENT_HANDLE_WRITABLE, select.POLLOUT),
    (VIR_EVENT_HANDLE_ERROR, select.POLLERR | select.POLLNVAL),
    (VIR_EVENT_HANDLE_HANGUP, select.POLLHUP),
)


@dataclass(slots=True)
class _Handle:
    fd: int
    events: int
    callback: Callable[..., None]
    opaque: Any


@dataclass(slots=True)
class _Timeout:
    frequency: int
    """Milliseconds; -1 = never."""
    due: float
    """By the monotonic clock, in seconds."""
    callback: Callable[..., None]
    opaque: Any


class DefaultLoop:
    """A loop of handles and timeouts. One thread runs it, any may change it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        """Protects what follows; held for no longer than a look. A signal handler may come then."""
        self._handles: dict[int, _Handle] = {}
        self._timeouts: dict[int, _Timeout] = {}
        self._removed: list[Any] = []
        """The opaques that are still to be freed."""
        self._last_handle = 0
        self._last_timeout = 0
        self._waker: int | None = None
        """Wakes a thread that waits in `run`."""
        os.register_at_fork(after_in_child=self._forked)

    def _forked(self) -> None:
        """The lock may have been held, and the waker is the parent's."""
        self._lock = threading.RLock()
        self._waker = None

    def add_handle(self, fd: int, events: int, callback: Callable[..., None], opaque: Any) -> int:
        if fd < 0:
            return -1
        with self._lock:
            self._last_handle += 1
            watch = self._last_handle
            self._handles[watch] = _Handle(fd, events, callback, opaque)
        self._wake()
        return watch

    def update_handle(self, watch: int, events: int) -> None:
        with self._lock:
            if watch in self._handles:
                self._handles[watch].events = events
        self._wake()

    def remove_handle(self, watch: int) -> int:
        return self._remove(self._handles, watch)

    def add_timeout(self, frequency: int, callback: Callable[..., None], opaque: Any) -> int:
        with self._lock:
            self._last_timeout += 1
            timer = self._last_timeout
            self._timeouts[timer] = _Timeout(frequency, _due(frequency), callback, opaque)
        self._wake()
        return timer

    def update_timeout(self, timer: int, frequency: int) -> None:
        with self._lock:
            if timer in self._timeouts:
                timeout = self._timeouts[timer]
                timeout.frequency, timeout.due = frequency, _due(frequency)
        self._wake()

    def remove_timeout(self, timer: int) -> int:
        return self._remove(self._timeouts, timer)

    def _remove(self, table: dict[int, Any], number: int) -> int:
        with self._lock:
            removed = table.pop(number, None)
            if removed is None:
                return -1
            self._removed.append(removed.opaque)
        self._wake()
        return 0

    def run(self) -> None:
        """Waits until something is ready, and calls all that is."""
        while not self._turn():
            pass

    def _turn(self) -> bool:
        """One look. False when it was a change alone that woke it."""
        poll, waker = select.poll(), self._open_waker()
        poll.register(waker, select.POLLIN)
        with self._lock:
            wanted: dict[int, int] = {}
            for handle in self._handles.values():
                wanted[handle.fd] = wanted.get(handle.fd, 0) | handle.events
            due = [timeout.due for timeout in self._timeouts.values() if timeout.frequency >= 0]
            if self._removed:
                due.append(0.0)
        for fd, events in wanted.items():
            poll.register(fd, sum(bits for event, bits in _POLL if events & event))
        left = max(min(due) - time.monotonic(), 0.0) * 1000 if due else None
        ready = dict(poll.poll(left))
        if ready.pop(waker, None):
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(waker)
        called = self._call_handles(ready) + self._call_timeouts()
        with self._lock:
            removed, self._removed = self._removed, []
        for opaque in removed:
            guarded(virEventInvokeFreeCallback, opaque)
        return bool(called or removed)

    def _call_handles(self, ready: dict[int, int]) -> int:
        called = 0
        with self._lock:
            watches = [watch for watch, handle in self._handles.items() if handle.fd in ready]
        for watch in watches:
            with self._lock:
                # A callback before it may have removed it.
                handle = self._handles.get(watch)
            if handle is None:
                continue
            bits = ready.get(handle.fd, 0)
            always = VIR_EVENT_HANDLE_ERROR | VIR_EVENT_HANDLE_HANGUP
            events = sum(event for event, poll in _POLL if bits & poll)
            events &= handle.events | always
            if events:
                guarded(handle.callback, watch, handle.fd, events, handle.opaque)
                called += 1
        return called

    def _call_timeouts(self) -> int:
        called, now = 0, time.monotonic()
        with self._lock:
            timers = list(self._timeouts)
        for timer in timers:
            with self._lock:
                timeout = self._timeouts.get(timer)
                if timeout is None or timeout.frequency < 0 or timeout.due > now:
                    continue
                timeout.due = _due(timeout.frequency)
            guarded(timeout.callback, timer, timeout.opaque)
            called += 1
        return called

    def _open_waker(self) -> int:
        with self._lock:
            if self._waker is None:
                self._waker = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
            return self._waker

    def _wake(self) -> None:
        waker = self._waker
        if waker is not None:
            os.eventfd_write(waker, 1)


def _due(frequency: int) -> float:
    return time.monotonic() + max(frequency, 0) / 1000
