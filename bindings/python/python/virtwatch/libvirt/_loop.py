"""The event loop of the program: six functions that it registers once, or those of the default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ._default_loop import DefaultLoop
from ._error import entry, libvirtError, refusal
from ._opaque import handle_ready, timeout_ready
from .constants import VIR_ERR_OPERATION_INVALID, VIR_FROM_EVENT


class Loop(NamedTuple):
    """What an event loop offers. The opaque that it is given is one of `_opaque`."""

    add_handle: Callable[[int, int, Callable[..., None], Any], int]
    update_handle: Callable[[int, int], object]
    remove_handle: Callable[[int], Any]
    add_timeout: Callable[[int, Callable[..., None], Any], int]
    update_timeout: Callable[[int, int], object]
    remove_timeout: Callable[[int], Any]


_default = DefaultLoop()
_registered: Loop | None = None


def registered() -> Loop | None:
    """The loop of the program."""
    return _registered


def add_handle(loop: Loop, fd: int, events: int, callback: Any, data: Any, free: Any) -> int:
    """Watches a file descriptor: `callback(watch, fd, events, data)`, at last `free(data)`."""
    return loop.add_handle(fd, events, handle_ready, (callback, data, free))


@entry
def virEventRegisterImpl(
    addHandle: Callable[[int, int, Callable[..., None], Any], int],
    updateHandle: Callable[[int, int], object],
    removeHandle: Callable[[int], Any],
    addTimeout: Callable[[int, Callable[..., None], Any], int],
    updateTimeout: Callable[[int, int], object],
    removeTimeout: Callable[[int], Any],
) -> None:
    """Registers the event loop of the program, in which the callbacks of every connection run that
    is opened from now on. The first one stays: a second is ignored.
    """
    _register(Loop(addHandle, updateHandle, removeHandle, addTimeout, updateTimeout, removeTimeout))


@entry
def virEventRegisterDefaultImpl() -> int:
    """Registers the default event loop, which the program drives by `virEventRunDefaultImpl()`."""
    loop = _default
    _register(
        Loop(
            loop.add_handle,
            loop.update_handle,
            loop.remove_handle,
            loop.add_timeout,
            loop.update_timeout,
            loop.remove_timeout,
        )
    )
    return 0


def _register(loop: Loop) -> None:
    global _registered
    if _registered is None:
        _registered = loop


@entry
def virEventRunDefaultImpl() -> int:
    """Waits until a handle is ready or a timeout is over, and calls all that are."""
    if _registered is None or _registered.add_handle != _default.add_handle:
        message = "the default event loop is not registered"
        raise refusal(message, VIR_ERR_OPERATION_INVALID, VIR_FROM_EVENT)
    _default.run()
    return 0


@entry
def virEventAddHandle(
    fd: int, events: int, cb: Callable[[int, int, int, Any], object], opaque: Any
) -> int:
    """Watches a file descriptor in the registered loop: `cb(watch, fd, events, opaque)`.

    Returns the watch: what `virEventUpdateHandle` and `virEventRemoveHandle` take.
    """
    watch = -1
    if _registered is not None:
        watch = add_handle(_registered, fd, events, cb, opaque, None)
    return _done(watch, "virEventAddHandle")


@entry
def virEventUpdateHandle(watch: int, events: int) -> None:
    """Changes the events that are waited for."""
    if _registered is not None:
        _registered.update_handle(watch, events)


@entry
def virEventRemoveHandle(watch: int) -> int:
    """Ends it."""
    result = -1 if _registered is None else _registered.remove_handle(watch)
    return _done(result, "virEventRemoveHandle")


@entry
def virEventAddTimeout(timeout: int, cb: Callable[[int, Any], object], opaque: Any) -> int:
    """Calls `cb(timer, opaque)` every `timeout` milliseconds in the registered loop.

    0: in every round of the loop; -1: not until it is updated. Returns the timer.
    """
    timer = -1
    if _registered is not None:
        timer = _registered.add_timeout(timeout, timeout_ready, (cb, opaque, None))
    return _done(timer, "virEventAddTimeout")


@entry
def virEventUpdateTimeout(timer: int, timeout: int) -> None:
    """Changes how often it is called."""
    if _registered is not None:
        _registered.update_timeout(timer, timeout)


@entry
def virEventRemoveTimeout(timer: int) -> int:
    """Ends it."""
    result = -1 if _registered is None else _registered.remove_timeout(timer)
    return _done(result, "virEventRemoveTimeout")


def _done(result: Any, function: str) -> int:
    """What a loop's function returned. Some return the opaque, or nothing, where it is removed."""
    if result == -1:
        raise libvirtError(f"{function}() failed")
    return result if isinstance(result, int) else 0
