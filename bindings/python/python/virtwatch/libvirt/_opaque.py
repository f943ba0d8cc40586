"""What an event loop is given with a callback: (function, data, what frees the data)."""

from __future__ import annotations

from typing import Any


def handle_ready(watch: int, fd: int, events: int, opaque: Any, data: Any = None) -> None:
    """What a loop calls for a handle. Old ones take the opaque to pieces."""
    function, data = opaque[:2] if isinstance(opaque, tuple) else (opaque, data)
    function(watch, fd, events, data)


def timeout_ready(timer: int, opaque: Any, data: Any = None) -> None:
    """What a loop calls for a timeout."""
    function, data = opaque[:2] if isinstance(opaque, tuple) else (opaque, data)
    function(timer, data)


def virEventInvokeFreeCallback(opaque: Any) -> None:
    """For event loops: frees the opaque of a handle or timeout that was removed.

    A loop calls it some time after the removal, not inside of it.
    """
    _, data, free = opaque
    if free is not None:
        free(data)
