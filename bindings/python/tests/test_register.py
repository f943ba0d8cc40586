"""Callbacks (guarantees G8, G9, G10)."""

from __future__ import annotations

import contextlib
import functools
import gc
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
import virtwatch
from conftest import Thread, wait_until, xml
from virtwatch import EventType


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    seen: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append((args.exc_value, args.object)))
    yield seen


def test_a_callback_gets_the_records(conn: virtwatch.Connection) -> None:
    records: list[virtwatch.Record] = []
    domain = conn.define_xml(xml())
    registration = conn.register(records.append, snapshot=True)
    domain.start()
    wait_until(lambda: len(records) == 5)
    with conn.watch(resume=records[3].cursor) as watch:
        assert watch.next() == records[4]
    assert records[4].type is EventType.STARTED
    assert registration.active
    registration.cancel()
    registration.cancel()
    assert not registration.active and "ended" in repr(registration)
    domain.destroy()
    conn.close()
    assert len(records) == 5


def test_it_begins_after_what_was_before(conn: virtwatch.Connection) -> None:
    """G8: exactly the events numbered after the registry's seq when register returned."""
    domain = conn.define_xml(xml())
    records: list[virtwatch.Record] = []
    with conn.register(records.append):
        domain.start()
        wait_until(lambda: records)
    assert [record.seq for record in records] == [3]


def test_filters_and_resume(conn: virtwatch.Connection) -> None:
    start = conn.cursor
    domain, other = conn.define_xml(xml("one")), conn.define_xml(xml("two"))
    other.start()
    domain.start()
    records: list[virtwatch.Record] = []
    conn.register(records.append, types={EventType.STARTED}, domain=domain.uuid, resume=start)
    wait_until(lambda: records)
    assert [(record.name, record.type) for record in records] == [("one", EventType.STARTED)]


def test_one_callable_any_number_of_times(conn: virtwatch.Connection) -> None:
    records: list[virtwatch.Record] = []
    registrations = [conn.register(records.append) for _ in range(5)]
    assert len({registration.id for registration in registrations}) == 5
    domain = conn.define_xml(xml())
    wait_until(lambda: len(records) == 10)
    registrations[2].cancel()
    domain.start()
    wait_until(lambda: len(records) == 14)


def test_it_goes_on_when_nobody_holds_the_registration() -> None:
    conn = virtwatch.connect("test:///empty")
    records: list[virtwatch.Record] = []
    conn.register(records.append)
    domain = conn.define_xml(xml())
    del conn
    gc.collect()
    domain.start()
    wait_until(lambda: len(records) == 3)
    domain.connection.close()


def test_what_is_not_callable_is_refused(conn: virtwatch.Connection) -> None:
    with pytest.raises(TypeError, match="int cannot be called"):
        conn.register(7)  # type: ignore[arg-type]


def test_exceptions_go_to_the_unraisable_hook(
    conn: virtwatch.Connection, unraisable: list[Any]
) -> None:
    records: list[virtwatch.Record] = []

    def fails(record: virtwatch.Record) -> None:
        records.append(record)
        raise ValueError(record.seq)

    conn.register(fails)
    conn.define_xml(xml())
    wait_until(lambda: len(records) == 2 and len(unraisable) == 2)
    assert [(str(error), where) for error, where in unraisable] == [("1", fails), ("2", fails)]
    conn.close()


def test_every_method_works_in_a_callback(conn: virtwatch.Connection) -> None:
    """G9."""
    failures: list[BaseException] = []
    done = threading.Event()

    def callback(record: virtwatch.Record) -> None:
        try:
            if record.type is EventType.STARTED:
                domain = conn.lookup_by_name("vm")
                domain.suspend()
                assert domain.xml() and conn.domains() == [domain] and conn.audit() == 0
                with conn.watch() as watch:
                    assert watch.next() is not None
                with virtwatch.Inventory(conn) as inventory:
                    assert domain.uuid in inventory
                conn.register(lambda _: None).cancel()
                with virtwatch.connect("test:///empty") as other:
                    other.register(lambda _: None)
                domain.destroy()
            elif record.type is EventType.STOPPED:
                registration.cancel()
                conn.close()
                conn.close()
                with pytest.raises(virtwatch.ClosedError):
                    conn.domains()
                done.set()
        except BaseException as failure:
            failures.append(failure)
            done.set()

    registration = conn.register(callback)
    conn.define_xml(xml("vm")).start()
    done.wait()
    assert failures == []


def test_cancelling_waits_for_the_callback(conn: virtwatch.Connection) -> None:
    """G8."""
    inside, leave = threading.Event(), threading.Event()
    left: list[bool] = []

    def callback(_: virtwatch.Record) -> None:
        inside.set()
        leave.wait()
        left.append(True)

    registration = conn.register(callback)
    conn.define_xml(xml())
    inside.wait()
    thread = Thread(registration.cancel)
    time.sleep(0.02)
    assert thread.is_alive()
    leave.set()
    thread.end()
    assert left == [True]


@pytest.mark.parametrize("end", ["cancel", "close"])
def test_ending_with_callbacks_in_flight_does_not_deadlock(end: str) -> None:
    for _ in range(30):
        with virtwatch.connect("test:///empty") as conn:
            count = [0]

            def callback(_: virtwatch.Record) -> None:
                count[0] += 1
                with contextlib.suppress(virtwatch.ClosedError):
                    conn.stats

            registrations = [conn.register(callback) for _ in range(3)]
            domain = conn.define_xml(xml())

            def churn() -> None:
                try:
                    while True:
                        domain.start()
                        domain.destroy()
                except virtwatch.ClosedError:
                    pass

            thread = Thread(churn)
            wait_until(lambda: count[0] > 20)
            if end == "cancel":
                for registration in registrations:
                    registration.cancel()
                seen = count[0]
                time.sleep(0.001)
                assert count[0] == seen
            conn.close()
            thread.end()


def test_two_connections_cancel_each_other(conn: virtwatch.Connection) -> None:
    """G8: on a thread that is inside any callback it never waits."""
    with virtwatch.connect("test:///empty") as other:
        barrier = threading.Barrier(2)
        ended = threading.Semaphore(0)

        def first(record: virtwatch.Record) -> None:
            if record.type is not EventType.ADDED:
                return
            barrier.wait()
            two.cancel()
            ended.release()

        def second(record: virtwatch.Record) -> None:
            if record.type is not EventType.ADDED:
                return
            barrier.wait()
            one.cancel()
            ended.release()

        one, two = conn.register(first), other.register(second)
        conn.define_xml(xml())
        other.define_xml(xml())
        ended.acquire()
        ended.acquire()


def test_a_callback_that_hangs_delays_its_own_connection_only(
    conn: virtwatch.Connection,
) -> None:
    """G10."""
    leave = threading.Event()
    with virtwatch.connect("test:///default") as one, virtwatch.connect("test:///default") as two:
        domain = one.lookup_by_name("test")
        records: list[virtwatch.Record] = []
        one.register(lambda _: leave.wait())
        two.register(records.append)
        domain.suspend()
        domain.resume()
        wait_until(lambda: len(records) == 2)
        leave.set()


class Callable:
    def __init__(self, conn: virtwatch.Connection) -> None:
        self.conn = conn

    def __call__(self, record: virtwatch.Record) -> None:
        pass


def test_the_callable_is_dropped_at_once(conn: virtwatch.Connection) -> None:
    callback = Callable(conn)
    gone = weakref.ref(callback)
    one, two = conn.register(callback), conn.register(callback)
    del callback
    one.cancel()
    gc.collect()
    assert gone() is not None
    two.cancel()
    assert gone() is None


def test_dropping_the_callable_may_call_everything(conn: virtwatch.Connection) -> None:
    ended: list[object] = []

    class Final(Callable):
        def __del__(self) -> None:
            ended.append(self.conn.domains())
            self.conn.close()

    conn.register(Final(conn)).cancel()
    assert ended == [[]] and conn.closed


def test_an_unclosed_connection_without_callbacks_is_collected() -> None:
    import threading as threads

    before = threads.active_count()
    for _ in range(200):
        conn = virtwatch.connect("test:///empty")
        conn.register(print).cancel()
    gone = weakref.ref(conn)
    del conn
    assert gone() is None and threads.active_count() == before


def test_callbacks_run_one_at_a_time_and_each_in_order(conn: virtwatch.Connection) -> None:
    """G3."""
    inside = threading.Lock()
    seqs: dict[int, list[int | None]] = {0: [], 1: [], 2: []}

    def callback(record: virtwatch.Record, place: int) -> None:
        assert inside.acquire(blocking=False)
        seqs[place].append(record.seq)
        inside.release()

    for place in seqs:
        conn.register(functools.partial(callback, place=place))
    for number in range(100):
        conn.define_xml(xml(f"vm{number}"))
    wait_until(lambda: all(len(seen) == 200 for seen in seqs.values()))
    assert all(seen == list(range(1, 201)) for seen in seqs.values())
