"""The reference fold and the inventory (guarantees G1, G2, G4, G5, G7)."""

from __future__ import annotations

import asyncio
import gc
import json
import pickle
import sys
import threading
import uuid
from xml.etree import ElementTree

import pytest
import virtwatch
from conftest import Thread, listing, of_view, read_all, wait_until, xml
from virtwatch import DomainView, Inventory, State, _native
from virtwatch._contents import Contents


def test_it_is_complete_from_the_start() -> None:
    with virtwatch.connect("test:///default") as conn, Inventory(conn) as inventory:
        domain = conn.lookup_by_name("test")
        assert len(inventory) == 1 and domain.uuid in inventory
        assert inventory[domain.uuid].name == "test"
        assert inventory.by_name("test") is inventory[domain.uuid]
        assert dict(inventory) == inventory.snapshot() == dict(inventory.items())
        assert list(inventory) == list(inventory.keys()) == [domain.uuid]
        assert repr(inventory) == "<Inventory of 1 domain>"


def test_it_follows_every_change(conn: virtwatch.Connection) -> None:
    with Inventory(conn) as inventory:
        domain = conn.define_xml(xml("vm"))
        assert inventory.wait_for(lambda view: domain.uuid in view)
        domain.start()
        assert inventory.wait_for(lambda view: view[domain.uuid].active)
        domain.destroy()
        domain.rename("new")
        assert inventory.wait_for(lambda view: view.by_name("new"))
        assert inventory.by_name("vm") is None
        assert of_view(inventory.snapshot()) == listing(conn)
        domain.undefine()
        assert inventory.wait_for(lambda view: not view)
        assert inventory.by_name("new") is None
        with pytest.raises(KeyError):
            inventory[domain.uuid]
        assert inventory.get(uuid.uuid4()) is None


def test_a_change_is_seen_whole(conn: virtwatch.Connection) -> None:
    seen: list[DomainView] = []
    with Inventory(conn) as inventory:

        def look(view: Inventory) -> bool:
            seen.extend(view.values())
            return len(view) == 200

        thread = Thread(lambda: inventory.wait_for(look))
        for number in range(200):
            conn.create_xml(xml(f"vm{number}"), paused=True)
        thread.end()
    assert {view.state for view in seen} <= {State.PAUSED}


def test_waiting(conn: virtwatch.Connection) -> None:
    inventory = Inventory(conn)
    assert inventory.wait_for(lambda _: False, timeout=0.01) is False
    assert inventory.wait_for(lambda _: True, timeout=0) is True
    thread = Thread(lambda: pytest.raises(virtwatch.ClosedError, inventory.wait_for, lambda _: 0))
    inventory.close()
    thread.end()
    inventory.close()
    assert "ended" in repr(inventory)


def test_it_ends_with_its_connection_and_keeps_what_it_knew(conn: virtwatch.Connection) -> None:
    conn.define_xml(xml("vm"))
    inventory = Inventory(conn)
    thread = Thread(lambda: pytest.raises(virtwatch.ClosedError, inventory.wait_for, lambda _: 0))
    conn.close()
    thread.end()
    assert inventory.by_name("vm") is not None
    with pytest.raises(virtwatch.ClosedError):
        Inventory(conn)


def test_it_ends_when_nobody_holds_it(conn: virtwatch.Connection) -> None:
    Inventory(conn)
    gc.collect()
    assert conn.stats.readers == 0


def test_letting_go_does_not_wait_for_a_listener(conn: virtwatch.Connection) -> None:
    """It may happen anywhere, with any lock held."""
    lock, inside, left = threading.Lock(), threading.Event(), threading.Event()

    def listen(*_: object) -> None:
        inside.set()
        with lock:
            left.set()

    inventory = Inventory(conn)
    inventory.listen(listen)
    with lock:
        conn.define_xml(xml())
        inside.wait()
        del inventory
        gc.collect()
        assert not left.is_set()
    wait_until(lambda: conn.stats.readers == 0)
    assert left.is_set()


def test_iterating_is_not_disturbed(conn: virtwatch.Connection) -> None:
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            conn.define_xml(xml("x")).undefine()

    with Inventory(conn) as inventory:
        thread = Thread(churn)
        for _ in range(300):
            for key, view in inventory.items():
                assert view.uuid == key
            list(inventory), list(inventory.values()), inventory.by_name("x")
        stop.set()
        thread.end()


def test_it_is_right_through_lag(conn: virtwatch.Connection) -> None:
    """G5: the list is never half empty, and right at the end."""
    contents = Contents()
    sizes: list[int] = []
    domains = [conn.define_xml(xml(f"vm{number}")) for number in range(20)]
    with conn.watch(max_lag=30) as watch:

        def read() -> None:
            for record in read_all(watch):
                contents.apply(record)
                sizes.append(len(contents.view))

        read()
        for domain in domains:
            domain.start()
            domain.destroy()
        for domain in domains[:5]:
            domain.undefine()
        sizes.clear()
        read()
        assert watch.stats.coalesced > 0
        assert set(sizes) == {20, 15}
        assert of_view(contents.view) == listing(conn)
        assert set(contents.names) == {domain.name for domain in domains[5:]}


def test_it_is_right_through_a_reset(conn: virtwatch.Connection) -> None:
    """G7: what is not named before SYNCED does not exist, and readers see that at SYNCED."""
    contents = Contents()
    for number in range(5):
        conn.define_xml(xml(f"vm{number}"))
    with conn.watch() as watch:
        for record in read_all(watch):
            contents.apply(record)
    with virtwatch.connect("test:///empty") as other:
        for number in range(3):
            other.define_xml(xml(f"other{number}"))
        sizes = []
        with other.watch(resume=conn.cursor) as watch:
            for record in read_all(watch):
                contents.apply(record)
                sizes.append(len(contents.view))
        assert sizes[:-1] == [5] * (len(sizes) - 1) and sizes[-1] == 3
        assert of_view(contents.view) == listing(other)


def source(down: bool) -> virtwatch.Record:
    """What is told of a source that is lost or back."""
    parts = ("cut off",) if down else ()
    return _native.record("test:///default", uuid.uuid4(), 3 if down else 4, parts)


def test_it_is_right_through_the_loss_of_the_source(conn: virtwatch.Connection) -> None:
    """G6: domains stay listed, stale; on return the differences follow."""
    conn.define_xml(xml("vm"))
    with Inventory(conn) as inventory:
        assert not inventory.stale and repr(inventory) == "<Inventory of 1 domain>"
        contents = inventory._contents
        thread = Thread(lambda: inventory.wait_for(lambda view: view.stale))
        contents.apply(source(down=True))
        thread.end()
        assert inventory.stale and len(inventory) == 1
        assert repr(inventory) == "<Inventory of 1 domain, stale>"
        contents.begin(is_alive=True)
        assert inventory.stale, "a record knows better"
        contents.apply(source(down=False))
        conn.create_xml(xml("other"))
        assert inventory.wait_for(lambda view: not view.stale and len(view) == 2)
    assert inventory.stale and inventory.wait_for(lambda view: len(view) == 2)
    contents = Contents()
    contents.begin(is_alive=False)
    assert contents.source_is_lost
    contents.apply(_native.record("test:///default", uuid.uuid4(), 5, ()))
    assert contents.ended


def test_a_listener_is_told_each_change_whole(conn: virtwatch.Connection) -> None:
    told: list[tuple[DomainView | None, DomainView | None]] = []
    with Inventory(conn) as inventory:
        with inventory.listen(lambda *change: told.append(change)) as listener:
            assert listener.active
            domain = conn.define_xml(xml("old"))
            domain.start(paused=True)
            domain.destroy()
            domain.rename("new")
            domain.undefine()
            wait_until(lambda: len(told) == 5)
        assert not listener.active
        conn.define_xml(xml("unseen"))
        assert inventory.wait_for(lambda view: view.by_name("unseen"))
    assert len(told) == 5
    assert told[0][0] is None and told[-1][1] is None
    for (_, after), (before, _) in zip(told, told[1:]):
        assert after == before and after is not None
    states = [after.state for _, after in told if after is not None]
    assert states == [State.SHUTOFF, State.PAUSED, State.SHUTOFF, State.SHUTOFF]


def name_of(domain: DomainView | None) -> str | None:
    return None if domain is None else domain.name


def test_a_listener_is_told_the_differences_of_a_catchup(conn: virtwatch.Connection) -> None:
    """G5."""
    contents = Contents()
    told: list[tuple[str | None, str | None]] = []
    domains = [conn.define_xml(xml(f"vm{number}")) for number in range(5)]
    with conn.watch(max_lag=3) as watch:
        for record in read_all(watch):
            contents.apply(record)
        for _ in range(10):
            domains[0].start()
            domains[0].destroy()
        domains[1].undefine()
        domains[2].start()
        conn.define_xml(xml("late"))
        for record in read_all(watch):
            for before, after in contents.apply(record):
                told.append((name_of(before), name_of(after)))
    assert told == [("vm0", "vm0"), ("vm1", None), ("vm2", "vm2"), (None, "late")]


def test_a_listener_may_call_everything_and_fail(
    conn: virtwatch.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G9."""
    failed: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: failed.append(str(args.exc_value)))
    done = threading.Event()
    inventory = Inventory(conn)

    def listen(before: DomainView | None, after: DomainView | None) -> None:
        if after is not None and after.name == "vm":
            assert inventory[after.uuid] is after and conn.lookup_by_name("vm").facts() == after
            inventory.listen(lambda *_: None).cancel()
            conn.define_xml(xml("another"))
            raise ValueError("of a listener")
        first.cancel()
        inventory.close()
        done.set()

    first = inventory.listen(listen)
    with pytest.raises(TypeError, match="int cannot be called"):
        inventory.listen(7)  # type: ignore[arg-type]
    conn.define_xml(xml("vm"))
    done.wait()
    assert failed == ["of a listener"]
    wait_until(lambda: inventory.stale)
    assert not inventory.listen(print).active


def test_cancelling_a_listener_waits_for_it(conn: virtwatch.Connection) -> None:
    """G8."""
    inside, leave = threading.Event(), threading.Event()
    left: list[bool] = []

    def listen(*_: object) -> None:
        inside.set()
        leave.wait()
        left.append(True)

    with Inventory(conn) as inventory:
        listener = inventory.listen(listen)
        conn.define_xml(xml())
        inside.wait()
        thread = Thread(listener.cancel)
        with virtwatch.connect("test:///empty") as other:
            ended: list[None] = []
            other.register(lambda _: ended.append(listener.cancel()))  # type: ignore[func-returns-value]
            other.define_xml(xml())
            wait_until(lambda: ended)
        assert thread.is_alive(), "who is inside another callback does not wait"
        leave.set()
        thread.end()
        assert left == [True]


def test_an_event_loop_may_wait(conn: virtwatch.Connection) -> None:
    async def wait() -> None:
        inventory = Inventory(conn)
        assert await inventory.wait_for_async(lambda view: not view)
        assert await inventory.wait_for_async(lambda view: view, timeout=0.01) is False
        task = asyncio.create_task(inventory.wait_for_async(lambda view: view.by_name("vm")))
        both = asyncio.create_task(inventory.wait_for_async(lambda view: len(view) == 2))
        gone = asyncio.create_task(inventory.wait_for_async(lambda view: False))
        await asyncio.sleep(0)
        conn.define_xml(xml("vm"))
        assert await task
        gone.cancel()
        await asyncio.to_thread(lambda: conn.define_xml(xml("other")))
        assert await both
        ended = asyncio.create_task(inventory.wait_for_async(lambda view: False))
        await asyncio.sleep(0)
        inventory.close()
        with pytest.raises(virtwatch.ClosedError):
            await ended
        assert inventory._contents._wakers == []

    asyncio.run(wait())


def test_a_notebook_shows_a_table(conn: virtwatch.Connection) -> None:
    conn.create_xml(xml("a&lt;b>&amp;"))
    domain = conn.define_xml(xml("zzz"))
    with Inventory(conn) as inventory:
        html = inventory._repr_html_()
        assert "<td>a&lt;b&gt;&amp;</td><td>running (booted)</td><td>1</td>" in html
        assert f"<td>zzz</td><td>shutoff</td><td></td><td>persistent</td><td>{domain.uuid}" in html
        assert html.index("a&lt;b") < html.index("zzz")
        assert "<caption>2 domains</caption>" in html
        for number in range(300):
            conn.define_xml(xml(f"vm{number}"))
        assert inventory.wait_for(lambda view: len(view) == 302)
        assert "102 more" in inventory._repr_html_()
        ElementTree.fromstring(inventory._repr_html_())


def test_what_is_known_becomes_json(conn: virtwatch.Connection) -> None:
    """As in the record that told it."""
    with conn.watch(snapshot=False) as watch:
        domain = conn.define_xml(xml("vm"))
        domain.start()
        domain.pm_suspend(virtwatch.SuspendTarget.MEM)
        domain.pm_wakeup()
        domain.suspend()
        domain.destroy()
        view: dict[uuid.UUID, DomainView] = {}
        for record in read_all(watch):
            virtwatch.fold(view, record)
            if record.type is virtwatch.EventType.ADDED:
                continue
            told = json.loads(json.dumps(view[domain.uuid].to_dict()))
            event = record.to_dict()
            for name in ("state", "state_number", "reason", "reason_number", "persistent"):
                assert told[name] == event[f"{name}_after".replace("_number_after", "_after_number")]
            for name in ("uuid", "name", "incarnation", "definition"):
                assert told[name] == event[name]
    assert told["schema"] == "virtwatch.domain/1" and told["id"] is None
    assert pickle.loads(pickle.dumps(view)) == view


def test_the_fold_clears_on_reset(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml("vm"))
    view: dict[uuid.UUID, DomainView] = {}
    with conn.watch() as watch:
        for record in read_all(watch):
            virtwatch.fold(view, record)
    assert view == {
        domain.uuid: DomainView(
            uuid=domain.uuid,
            name="vm",
            id=None,
            incarnation=1,
            definition=1,
            persistent=True,
            active=False,
            state=State.SHUTOFF,
            reason=virtwatch.ShutoffReason.UNKNOWN,
        )
    }
    with conn.watch(resume=virtwatch.Cursor(uuid.uuid4(), 0)) as watch:
        first = watch.next()
        assert first is not None and first.origin is virtwatch.Origin.RESET
        virtwatch.fold(view, first)
    assert view == {}
    wait_until(lambda: conn.stats.readers == 0)
