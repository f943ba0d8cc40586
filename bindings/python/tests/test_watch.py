"""Watches (guarantees G4, G5, G7)."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import os
import pickle
import select
import signal
import threading
import time
import uuid
import weakref
from collections.abc import Callable
from datetime import datetime, timezone

import pytest
import virtwatch
from conftest import Thread, read_all, run_python, wait_until, xml
from virtwatch import Cursor, EventType, Origin, RecordKind, State


def later(run: Callable[[], object]) -> Callable[[], None]:
    """The same when another thread is probably waiting."""

    def wait_and_run() -> None:
        time.sleep(0.05)
        run()

    return wait_and_run


def test_a_snapshot_and_then_every_change(conn: virtwatch.Connection) -> None:
    """G4."""
    domain = conn.define_xml(xml("vm"))
    with conn.watch() as watch:
        domain.start()
        records = read_all(watch)
    assert [record.kind for record in records] == [
        RecordKind.CATCHUP,
        RecordKind.EVENT,
        RecordKind.EVENT,
        RecordKind.SYNCED,
        RecordKind.EVENT,
    ]
    catchup, added, defined, synced, started = records
    assert catchup.origin is Origin.SNAPSHOT and catchup.cursor is None
    assert (added.type, defined.type) == (EventType.ADDED, EventType.DEFINED)
    assert added.in_catchup and added.more and not defined.more and added.cursor is None
    assert synced.seq == 2 and synced.cursor == Cursor(conn.epoch, 2)
    assert started.seq == 3 and not started.in_catchup


def test_a_record_says_everything(conn: virtwatch.Connection) -> None:
    """G2."""
    with conn.watch(snapshot=False) as watch:
        domain = conn.define_xml(xml("vm"))
        domain.start()
        record = read_all(watch)[-1]
    assert record.kind is RecordKind.EVENT and record.origin is Origin.NATIVE
    assert record.type is EventType.STARTED
    assert record.detail is virtwatch.StartedDetail.BOOTED
    assert (record.uuid, record.name, record.id) == (domain.uuid, "vm", domain.id)
    assert record.old_name is None
    assert (record.state_before, record.state_after) == (State.SHUTOFF, State.RUNNING)
    assert record.reason_before is virtwatch.ShutoffReason.UNKNOWN
    assert record.reason_after is virtwatch.RunningReason.BOOTED
    assert (record.persistent_before, record.persistent_after) == (True, True)
    assert (record.active_before, record.active_after) == (False, True)
    assert (record.seq, record.epoch) == (3, conn.epoch)
    assert record.incarnation == record.definition == 1
    assert record.source == "test:///empty"
    assert record.message is None and record.from_seq is None and record.count is None
    assert record.time is not None and record.time_ns is not None
    assert record.time.tzinfo is timezone.utc
    assert abs(record.time - datetime.now(timezone.utc)).total_seconds() < 3600
    assert int(record.time.timestamp()) == record.time_ns // 10**9
    assert repr(record) == "<Record 3 started(booted) 'vm': shutoff -> running (booted)>"


def test_a_rename_carries_both_names(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml("old"))
    with conn.watch(snapshot=False) as watch:
        domain.rename("new")
        records = read_all(watch)
    assert [(r.type, r.name, r.old_name, r.more) for r in records] == [
        (EventType.UNDEFINED, "new", "old", True),
        (EventType.DEFINED, "new", "old", False),
    ]


def test_records_become_json(conn: virtwatch.Connection) -> None:
    conn.define_xml(xml("vm"))
    with conn.watch() as watch:
        records = read_all(watch)
    documents = [json.loads(json.dumps(record.to_dict())) for record in records]
    assert {document["schema"] for document in documents} == {"virtwatch.record/1"}
    assert [document["kind"] for document in documents] == ["catchup", "event", "event", "synced"]
    event = documents[2]
    assert (event["type"], event["type_number"]) == ("defined", 0)
    assert (event["state_after"], event["state_after_number"]) == ("shutoff", 5)
    assert event["time"].endswith("Z") and event["time"][-10:-1] == str(event["realtime_ns"])[-9:]


def test_records_travel(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml("old"))
    with conn.watch() as watch:
        domain.rename("new")
        domain.start(paused=True)
        domain.undefine()
        domain.destroy()
        conn.define_xml(xml("other"))
        records = read_all(watch)
    assert len(records) > 10
    for record in records:
        for copied in (pickle.loads(pickle.dumps(record)), copy.deepcopy(record)):
            assert copied == record and hash(copied) == hash(record)
            assert copied.to_dict() == record.to_dict() and repr(copied) == repr(record)
            assert copied.source == record.source and copied.cursor == record.cursor


@pytest.mark.parametrize("what", [(0, ()), (1, (4, -1, 0)), (1, (99, 0, 0)), (2, ("x",)), (9, ())])
def test_a_strange_pickle_makes_no_record(what: tuple[int, tuple[object, ...]]) -> None:
    from virtwatch import _native

    with pytest.raises((ValueError, TypeError, OverflowError)):
        _native.record("test:///default", uuid.uuid4(), *what)


def test_records_compare(conn: virtwatch.Connection) -> None:
    with conn.watch() as one, conn.watch() as two:
        conn.define_xml(xml())
        assert read_all(one) == read_all(two)
        assert len({*read_all(conn.watch()), *read_all(conn.watch())}) == 4


def test_a_filter_of_types(conn: virtwatch.Connection) -> None:
    with conn.watch(types={EventType.STARTED}) as watch, conn.watch(types=[]) as silent:
        conn.define_xml(xml()).start()
        types = [record.type for record in read_all(watch)]
        assert types == [None, None, EventType.STARTED]
        assert [record.kind for record in read_all(silent)] == [
            RecordKind.CATCHUP,
            RecordKind.SYNCED,
        ]
        assert (watch.stats.delivered, watch.stats.filtered) == (1, 2)
    for wrong in ([9], [-1], [99]):
        with pytest.raises(virtwatch.InvalidArgumentError):
            conn.watch(types=wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        conn.watch(types=EventType.STARTED)  # type: ignore[arg-type]


def test_a_filter_of_one_domain(conn: virtwatch.Connection) -> None:
    later = uuid.uuid4()
    domain = conn.define_xml(xml("one"))
    with conn.watch(domain=domain) as one, conn.watch(domain=later, snapshot=False) as two:
        conn.define_xml(xml("two", later))
        domain.start()
        assert {record.name for record in read_all(one)} == {None, "one"}
        assert [record.name for record in read_all(two)] == ["two", "two"]


def test_resume(conn: virtwatch.Connection) -> None:
    """G7."""
    domain = conn.define_xml(xml())
    with conn.watch() as watch:
        read_all(watch)
        cursor = watch.cursor
    assert watch.cursor == cursor and watch.stats.catchups == 1 and "ended" in repr(watch)
    domain.start()
    with conn.watch(resume=cursor) as watch:
        assert [record.type for record in read_all(watch)] == [EventType.STARTED]
        assert watch.cursor.seq == cursor.seq + 1
    for useless in (Cursor(uuid.uuid4(), 1), Cursor(conn.epoch, 10**9)):
        with conn.watch(resume=useless, snapshot=False) as watch:
            first = watch.next(timeout=0)
            assert first is not None and first.origin is Origin.RESET


def test_lag(conn: virtwatch.Connection) -> None:
    """G5."""
    domain = conn.define_xml(xml())
    with conn.watch(snapshot=False, max_lag=10) as watch:
        for _ in range(50):
            domain.start()
            domain.destroy()
        domain.start()
        records = read_all(watch)
        assert records[0].origin is Origin.LAG and records[0].count == 101
        assert [record.type for record in records[1:]] == [EventType.STARTED, None]
        assert watch.stats.coalesced == 101


def test_cursors(conn: virtwatch.Connection) -> None:
    epoch = uuid.uuid4()
    cursor = Cursor(epoch, 7)
    assert (cursor.epoch, cursor.seq) == (epoch, 7)
    assert str(cursor) == f"{epoch}:7"
    assert Cursor.parse(str(cursor)) == cursor
    assert pickle.loads(pickle.dumps(cursor)) == cursor
    assert len({cursor, Cursor(epoch, 7), Cursor(epoch, 8)}) == 2
    for text in ("", "7", f"{epoch}", f"{epoch}:", f"{epoch}:x", f"{epoch}:-1", "\0" * 100):
        with pytest.raises(virtwatch.InvalidArgumentError):
            Cursor.parse(text)
    with pytest.raises(OverflowError):
        Cursor(epoch, -1)


def test_next_times_out(conn: virtwatch.Connection) -> None:
    with conn.watch(snapshot=False) as watch:
        assert watch.next(timeout=0) is None
        assert watch.next(timeout=-1) is None
        before = time.monotonic()
        assert watch.next(timeout=0.05) is None
        assert time.monotonic() - before >= 0.05
        with pytest.raises(virtwatch.InvalidArgumentError):
            watch.next(timeout=float("nan"))
        conn.define_xml(xml())
        assert watch.next(timeout=float("inf")) is not None


def test_next_wakes_for_a_change(conn: virtwatch.Connection) -> None:
    with conn.watch(snapshot=False) as watch:
        domain = conn.define_xml(xml())
        read_all(watch)
        thread = Thread(later(domain.start))
        record = watch.next()
        assert record is not None and record.type is EventType.STARTED
        thread.end()


def test_cancel_ends_a_wait_in_another_thread(conn: virtwatch.Connection) -> None:
    watch = conn.watch()
    records: list[virtwatch.Record] = []
    thread = Thread(lambda: records.extend(watch))
    wait_until(lambda: len(records) == 2)
    watch.cancel()
    thread.end()
    assert list(watch) == []
    with pytest.raises(virtwatch.CancelledError) as caught:
        watch.next()
    assert caught.value.code == 78


def test_closing_the_connection_ends_a_wait(conn: virtwatch.Connection) -> None:
    watch = conn.watch()
    thread = Thread(lambda: list(watch))
    conn.close()
    thread.end()


def test_one_thread_at_a_time(conn: virtwatch.Connection) -> None:
    watch = conn.watch(snapshot=False)
    thread = Thread(lambda: list(watch))

    def is_busy() -> bool:
        try:
            return watch.next(timeout=0) is None and False
        except virtwatch.InvalidStateError as error:
            return error.message == "another call is using this watch"

    wait_until(is_busy)
    watch.cancel()
    thread.end()


def test_the_file_descriptor_shows_whether_there_is_more(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml())
    watch = conn.watch()
    fd = watch.fileno()
    assert fd == watch.fileno() and not os.get_inheritable(fd)

    def readable() -> bool:
        return select.select([watch], [], [], 0)[0] != []

    assert readable()
    read_all(watch)
    assert not readable()
    domain.start()
    assert readable() and readable()
    read_all(watch)
    assert not readable()
    watch.cancel()
    assert readable()
    with watch:
        pass
    with pytest.raises(OSError):
        os.fstat(fd)
    with pytest.raises(virtwatch.CancelledError):
        watch.fileno()


def test_a_dropped_watch_is_gone(conn: virtwatch.Connection) -> None:
    watch = conn.watch()
    assert conn.stats.readers == 1
    gone = weakref.ref(watch)
    del watch
    gc.collect()
    assert gone() is None and conn.stats.readers == 0


def test_ctrl_c_ends_a_wait() -> None:
    main = threading.get_ident()
    with virtwatch.connect("test:///empty") as conn, conn.watch() as watch:
        thread = Thread(later(lambda: signal.pthread_kill(main, signal.SIGINT)))
        before = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            for _ in watch:
                pass
        assert time.monotonic() - before < 60
        thread.end()
        assert watch.next(timeout=0) is None


def test_other_signals_do_not_end_a_wait(conn: virtwatch.Connection) -> None:
    seen: list[int] = []
    main = threading.get_ident()
    previous = signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    try:
        with conn.watch(snapshot=False) as watch:

            def disturb() -> None:
                for _ in range(5):
                    time.sleep(0.01)
                    signal.pthread_kill(main, signal.SIGUSR1)

            thread = Thread(disturb)
            before = time.monotonic()
            assert watch.next(timeout=0.2) is None
            assert time.monotonic() - before >= 0.2
            thread.end()
            assert len(seen) == 5
    finally:
        signal.signal(signal.SIGUSR1, previous)


def test_a_program_that_waits_ends_by_ctrl_c() -> None:
    done = run_python(
        """
        import os, signal, threading, virtwatch
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            for record in virtwatch.connect("test:///default").watch():
                pass
        except KeyboardInterrupt:
            print("interrupted")
        """
    )
    assert done.stdout == "interrupted\n"
