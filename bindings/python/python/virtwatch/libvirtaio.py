"""libvirtaio's names: asyncio as the event loop of `virtwatch.libvirt`.

import virtwatch.libvirtaio as libvirtaio

async def main() -> None:
    libvirtaio.virEventRegisterAsyncIOImpl()
    conn = libvirt.open("test:///default")
    ...
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import libvirt

__all__ = ["getCurrentImpl", "virEventAsyncIOImpl", "virEventRegisterAsyncIOImpl"]


@dataclass(eq=False)
class _Handle:
    fd: int
    events: int
    callback: Callable[..., None]
    opaque: Any


@dataclass(eq=False)
class _Timeout:
    callback: Callable[..., None]
    opaque: Any
    frequency: int = -1
    call: asyncio.TimerHandle | None = None


class virEventAsyncIOImpl:
    """asyncio's loop, or the current one, as an event loop of libvirt's.

    It may be changed from any thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.loop = loop or asyncio.get_event_loop()
        self.callbacks: dict[int, _Handle | _Timeout] = {}
        """What is registered."""
        self._numbers = itertools.count(1)
        self._removed: dict[int, Any] = {}
        """The opaques that are still to be freed, by number."""
        self._freed = asyncio.Event()

    def __repr__(self) -> str:
        return f"<virEventAsyncIOImpl callbacks={len(self.callbacks)}>"

    def register(self) -> virEventAsyncIOImpl:
        """Registers it, once in a process."""
        libvirt.virEventRegisterImpl(
            self._add_handle,
            self._update_handle,
            self._remove_handle,
            self._add_timeout,
            self._update_timeout,
            self._remove_timeout,
        )
        return self

    def is_idle(self) -> bool:
        """Nothing is registered, and everything is freed."""
        return not self.callbacks and not self._removed

    async def drain(self) -> None:
        """Waits until it is idle."""
        while not self.is_idle():
            self._freed.clear()
            await self._freed.wait()

    def _add_handle(self, fd: int, events: int, callback: Callable[..., None], opaque: Any) -> int:
        if self.loop.is_closed():
            return -1
        watch = self._add(_Handle(fd, events, callback, opaque))
        self._soon(self._look_at, fd)
        return watch

    def _update_handle(self, watch: int, events: int) -> None:
        handle = self.callbacks.get(watch)
        if isinstance(handle, _Handle):
            handle.events = events
            self._soon(self._look_at, handle.fd)

    def _remove_handle(self, watch: int) -> int:
        handle = self.callbacks.get(watch)
        if not isinstance(handle, _Handle):
            return -1
        del self.callbacks[watch]
        self._soon(self._look_at, handle.fd)
        self._free(watch, handle.opaque)
        return 0

    def _add_timeout(self, frequency: int, callback: Callable[..., None], opaque: Any) -> int:
        if self.loop.is_closed():
            return -1
        timer = self._add(_Timeout(callback, opaque))
        self._update_timeout(timer, frequency)
        return timer

    def _update_timeout(self, timer: int, frequency: int) -> None:
        timeout = self.callbacks.get(timer)
        if isinstance(timeout, _Timeout):
            timeout.frequency = frequency
            self._soon(self._set, timer, timeout)

    def _remove_timeout(self, timer: int) -> int:
        timeout = self.callbacks.get(timer)
        if not isinstance(timeout, _Timeout):
            return -1
        del self.callbacks[timer]
        timeout.frequency = -1
        self._soon(self._set, timer, timeout)
        self._free(timer, timeout.opaque)
        return 0

    def _add(self, what: _Handle | _Timeout) -> int:
        number = next(self._numbers)
        self.callbacks[number] = what
        return number

    def _free(self, number: int, opaque: Any) -> None:
        """Frees it later, from the loop itself; at once when that is closed."""
        if self.loop.is_closed():
            libvirt.virEventInvokeFreeCallback(opaque)
            return
        self._removed[number] = opaque

        def free() -> None:
            libvirt.virEventInvokeFreeCallback(self._removed.pop(number))
            self._freed.set()

        self.loop.call_soon_threadsafe(free)

    def _soon(self, change: Callable[..., None], *arguments: Any) -> None:
        """Changes the loop: now where that is safe, else from the loop itself."""
        if self.loop.is_closed():
            return
        try:
            here = asyncio.get_running_loop() is self.loop
        except RuntimeError:
            here = not self.loop.is_running()
        if here:
            change(*arguments)
        else:
            self.loop.call_soon_threadsafe(change, *arguments)

    def _look_at(self, fd: int) -> None:
        """Has the loop look for what is wanted of a descriptor."""
        wanted = 0
        for handle in self.callbacks.values():
            if isinstance(handle, _Handle) and handle.fd == fd:
                wanted |= handle.events
        if wanted & libvirt.VIR_EVENT_HANDLE_READABLE:
            self.loop.add_reader(fd, self._ready, fd, libvirt.VIR_EVENT_HANDLE_READABLE)
        else:
            self.loop.remove_reader(fd)
        if wanted & libvirt.VIR_EVENT_HANDLE_WRITABLE:
            self.loop.add_writer(fd, self._ready, fd, libvirt.VIR_EVENT_HANDLE_WRITABLE)
        else:
            self.loop.remove_writer(fd)

    def _ready(self, fd: int, events: int) -> None:
        for watch, handle in list(self.callbacks.items()):
            # A callback before it may have removed it.
            if watch not in self.callbacks or not isinstance(handle, _Handle):
                continue
            if handle.fd == fd and handle.events & events:
                handle.callback(watch, fd, events, handle.opaque)

    def _set(self, timer: int, timeout: _Timeout) -> None:
        if timeout.call is not None:
            timeout.call.cancel()
            timeout.call = None
        if timeout.frequency >= 0:
            timeout.call = self.loop.call_later(
                timeout.frequency / 1000, self._over, timer, timeout
            )

    def _over(self, timer: int, timeout: _Timeout) -> None:
        timeout.call = None
        # Another thread may have removed it.
        if timer in self.callbacks:
            self._set(timer, timeout)
            timeout.callback(timer, timeout.opaque)


_current: virEventAsyncIOImpl | None = None


def getCurrentImpl() -> virEventAsyncIOImpl | None:
    """What was registered last."""
    return _current


def virEventRegisterAsyncIOImpl(
    loop: asyncio.AbstractEventLoop | None = None,
) -> virEventAsyncIOImpl:
    """Has callbacks run in that loop of asyncio's, or in the current one."""
    global _current
    _current = virEventAsyncIOImpl(loop).register()
    return _current
