"""A watch in an event loop: by its file descriptor, without a thread."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

from ._errors import CancelledError
from ._native import Record, Watch

_TURN = 64
"""After so many records in a row the event loop's other work gets its turn."""


class Records(AsyncIterator[Record]):
    """The records of a watch. If the watch is `owned`, it ends with this, however this ends: when
    the loop over it is left, when its task is cancelled, when nobody holds it any more."""

    def __init__(self, watch: Watch, owned: bool) -> None:
        self._watch = watch
        self._owned = owned
        self._in_a_row = 0

    async def __anext__(self) -> Record:
        try:
            self._in_a_row += 1
            if self._in_a_row > _TURN:
                self._in_a_row = 0
                await asyncio.sleep(0)
            while (record := self._watch.next(timeout=0)) is None:
                self._in_a_row = 0
                await self._readable()
            return record
        except CancelledError:
            self._end()
            raise StopAsyncIteration from None
        except BaseException:
            self._end()
            raise

    async def aclose(self) -> None:
        """Ends it, for `contextlib.aclosing()`."""
        self._end()

    def __del__(self) -> None:
        self._end()

    def _end(self) -> None:
        if self._owned:
            self._watch.__exit__(None, None, None)

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        # One of its own: the watch's may be closed, or awaited by another task.
        fd = os.dup(self._watch.fileno())
        try:
            loop.add_reader(fd, readable.set)
            try:
                await readable.wait()
            finally:
                loop.remove_reader(fd)
        finally:
            os.close(fd)


async def enter(watch: Watch) -> Watch:
    """The beginning of an `async with` block."""
    return watch.__enter__()


async def leave(watch: Watch) -> None:
    """The end of an `async with` block."""
    watch.__exit__(None, None, None)
