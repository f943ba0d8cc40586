"""`async for` over a watch: by its file descriptor, without a thread."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

from ._errors import CancelledError
from ._native import Record, Watch

_TURN = 64
"""After so many records in a row the event loop's other work gets its turn."""


class Records(AsyncIterator[Record]):
    """The records of a watch, which lives as long as somebody holds it or this."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._in_a_row = 0

    async def __anext__(self) -> Record:
        self._in_a_row += 1
        if self._in_a_row > _TURN:
            self._in_a_row = 0
            await asyncio.sleep(0)
        try:
            while (record := self._watch.next(timeout=0)) is None:
                self._in_a_row = 0
                await self._readable()
        except CancelledError:
            raise StopAsyncIteration from None
        return record

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
