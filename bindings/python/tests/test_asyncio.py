"""Watches in an event loop: no thread, no polling, nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import uuid
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import virtwatch
from conftest import listing, of_view, xml
from virtwatch import EventType, RecordKind


def test_async_for(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml())

    async def read() -> list[EventType | None]:
        types = []
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, domain.start)
        loop.call_later(0.02, domain.destroy)
        watch = conn.watch()
        async for record in watch:
            types.append(record.type)
            if record.type is EventType.STOPPED:
                break
        assert conn.stats.readers == 0, "the watch goes with the loop"
        assert watch.cursor == conn.cursor and "ended" in repr(watch)
        return types

    assert asyncio.run(read())[-2:] == [EventType.STARTED, EventType.STOPPED]


def test_async_for_lets_others_work(conn: virtwatch.Connection) -> None:
    async def read() -> int:
        count = 0
        for number in range(500):
            conn.define_xml(xml(f"vm{number}"))
        watch = conn.watch()

        async def others() -> int:
            await asyncio.sleep(0)
            return count

        other = asyncio.create_task(others())
        async for record in watch:
            count += 1
            if record.kind is RecordKind.SYNCED:
                break
        assert count == 1002
        return await other

    assert 0 < asyncio.run(read()) < 1000


def test_it_costs_neither_thread_nor_descriptor(conn: virtwatch.Connection) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    async def read() -> None:
        before = descriptors()
        tasks = [asyncio.create_task(count(conn)) for _ in range(50)]
        await asyncio.sleep(0.01)
        domain = conn.define_xml(xml())
        await asyncio.sleep(0.01)
        assert threading.active_count() == threads and conn.stats.readers == 50
        domain.undefine()
        assert await asyncio.gather(*tasks) == [4] * 50
        assert conn.stats.readers == 0 and descriptors() == before

    async def count(conn: virtwatch.Connection) -> int:
        seen = 0
        async for record in conn.watch(snapshot=False):
            seen += 1
            if record.type is EventType.REMOVED:
                break
        return seen

    threads = threading.active_count()
    asyncio.run(read())


def test_many_watches_in_one_loop_see_the_same(conn: virtwatch.Connection) -> None:
    """G2, G3, G4: one that begins at any time, and reads at any speed, ends with the same list."""

    async def keep(late: int) -> object:
        for _ in range(late):
            await asyncio.sleep(0)
        view: dict[uuid.UUID, virtwatch.DomainView] = {}
        complete = False
        async for record in conn.watch(max_lag=40):
            virtwatch.fold(view, record)
            complete |= record.name == "last"
            at_rest = not (record.more or record.in_catchup or record.kind is RecordKind.CATCHUP)
            if complete and at_rest:
                break
            if late % 3 == 0:
                await asyncio.sleep(0)
        return of_view(view)

    async def live() -> list[object]:
        tasks = [asyncio.create_task(keep(late)) for late in range(40)]
        for number in range(60):
            domain = conn.define_xml(xml(f"vm{number}"))
            await asyncio.sleep(0)
            if number % 2:
                domain.undefine()
        conn.create_xml(xml("last"))
        return await asyncio.gather(*tasks)

    assert asyncio.run(live()) == [listing(conn)] * 40


def test_cancelling_the_watch_ends_the_loop(conn: virtwatch.Connection) -> None:
    async def read() -> int:
        watch = conn.watch()
        asyncio.get_running_loop().call_later(0.01, watch.cancel)
        return len([record async for record in watch])

    assert asyncio.run(read()) == 2


def test_closing_the_connection_ends_the_loop(conn: virtwatch.Connection) -> None:
    async def read() -> int:
        asyncio.get_running_loop().call_later(0.01, conn.close)
        return len([record async for record in conn.watch()])

    assert asyncio.run(read()) == 2


def test_cancelling_the_task_frees_the_watch(conn: virtwatch.Connection) -> None:
    """While the task, its exception and the watch are still held."""

    async def read() -> None:
        watch = conn.watch()

        async def forever() -> None:
            async for _ in watch:
                pass

        task = asyncio.create_task(forever())
        await asyncio.sleep(0.01)
        fd = watch.fileno()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert conn.stats.readers == 0 and caught.value is not None
        with pytest.raises(OSError):
            os.fstat(fd)
        assert list(watch) == [] and watch.cursor == conn.cursor

    asyncio.run(read())


def test_the_end_of_the_event_loop_frees_the_watch(conn: virtwatch.Connection) -> None:
    async def forever() -> None:
        async for _ in conn.watch():
            pass

    async def leave() -> None:
        tasks.append(asyncio.create_task(forever()))
        await asyncio.sleep(0.01)

    tasks: list[asyncio.Task[None]] = []
    asyncio.run(leave())
    assert tasks[0].cancelled() and conn.stats.readers == 0


@pytest.mark.parametrize("inside", [True, False])
def test_an_exception_in_the_loop_frees_the_watch(
    conn: virtwatch.Connection, inside: bool
) -> None:
    conn.define_xml(xml())

    async def read() -> None:
        watch = conn.watch()
        with contextlib.suppress(ZeroDivisionError):
            async for _ in watch:
                if inside:
                    await asyncio.sleep(0)
                1 / 0  # noqa: B018
        assert conn.stats.readers == 0
        assert [record async for record in watch] == []

    asyncio.run(read())


def test_a_block_keeps_the_watch_from_loop_to_loop(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml())

    async def read() -> list[EventType | None]:
        types = []
        async with conn.watch() as watch:
            async for record in watch:
                if record.kind is RecordKind.SYNCED:
                    break
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(anext(aiter(watch)), timeout=0.01)
            domain.start()
            async for record in watch:
                types.append(record.type)
                break
            assert conn.stats.readers == 1
        assert conn.stats.readers == 0
        return types

    assert asyncio.run(read()) == [EventType.STARTED]


def test_an_async_generator_may_be_left(conn: virtwatch.Connection) -> None:
    conn.define_xml(xml("one"))
    conn.define_xml(xml("two"))

    async def names() -> AsyncGenerator[str, None]:
        async for record in conn.watch(types={EventType.ADDED}):
            if record.name:
                yield record.name

    async def read() -> None:
        async with contextlib.aclosing(names()) as found:
            async for name in found:
                assert name in ("one", "two")
                break
        assert conn.stats.readers == 0
        async with contextlib.aclosing(aiter(conn.watch())) as records:
            await anext(records)
        assert conn.stats.readers == 0

    asyncio.run(read())


def test_another_thread_changes_what_the_loop_sees(conn: virtwatch.Connection) -> None:
    """Nothing is lost between finding nothing to read and waiting."""

    def churn() -> None:
        for number in range(500):
            conn.define_xml(xml(f"vm{number}"))
        conn.define_xml(xml("last"))

    async def read() -> dict[uuid.UUID, virtwatch.DomainView]:
        view: dict[uuid.UUID, virtwatch.DomainView] = {}
        task = asyncio.create_task(asyncio.to_thread(churn))
        async for record in conn.watch():
            virtwatch.fold(view, record)
            if record.name == "last" and not record.more:
                break
        await task
        return view

    assert of_view(asyncio.run(read())) == listing(conn)
