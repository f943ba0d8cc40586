"""What is dropped is gone: objects, threads, file descriptors, memory."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import weakref
from pathlib import Path
from typing import Any

import virtwatch
from conftest import read_all, wait_until, xml

TIMES = 10_000
MIB = 1 << 20


def memory() -> int:
    """The bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class Callable:
    """A callback that is part of a cycle: it holds the connection that holds it."""

    def __init__(self, conn: virtwatch.Connection) -> None:
        self.conn = conn

    def __call__(self, record: virtwatch.Record) -> None:
        pass


def live(number: int) -> list[weakref.ref[Any]]:
    """Makes one of everything, and drops it in one of several ways."""
    conn = virtwatch.connect("test:///empty")
    callback = Callable(conn)
    conn.register(callback, snapshot=True)
    watch = conn.watch()
    if number % 5 == 0:
        watch.fileno()
    domain = conn.define_xml(xml())
    record = watch.next()
    things = [conn, callback, watch, domain, record]
    if number % 10 == 0:
        things.append(virtwatch.Inventory(conn))
    if number % 2:
        conn.close()
    else:
        with conn, watch:
            pass
    return [weakref.ref(thing) for thing in things]


def test_ten_thousand_connections_leave_nothing() -> None:
    """Cycles of connection, callback and connection are broken by close."""
    for number in range(TIMES // 10):
        live(number)
    gc.collect()
    before, threads, files = memory(), threading.active_count(), descriptors()
    gone: list[weakref.ref[Any]] = []
    for number in range(TIMES):
        gone += live(number)
    gc.collect()
    assert not [reference for reference in gone if reference() is not None]
    assert (threading.active_count(), descriptors()) == (threads, files)
    gone.clear()
    assert memory() - before < 16 * MIB, "less than 2 KiB for each"


def test_ten_thousand_watches_and_callbacks_leave_nothing(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml())

    async def read() -> None:
        async for record in conn.watch():
            if record.kind is virtwatch.RecordKind.SYNCED:
                break

    def live(times: int) -> None:
        for number in range(times):
            registration = conn.register(Callable(conn), snapshot=True)
            with conn.watch() as watch:
                read_all(watch)
            conn.watch().fileno()
            domain.start()
            domain.destroy()
            registration.cancel()
            if number % 20 == 0:
                asyncio.run(read())
                virtwatch.Inventory(conn).listen(print)

    live(TIMES // 10)
    gc.collect()
    before, files = memory(), descriptors()
    live(TIMES)
    gc.collect()
    wait_until(lambda: conn.stats.readers == 0)
    assert not [thing for thing in gc.get_objects() if isinstance(thing, Callable)]
    assert descriptors() == files
    assert memory() - before < 16 * MIB, "less than 2 KiB for each"
