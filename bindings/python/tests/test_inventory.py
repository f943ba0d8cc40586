"""The reference fold and the inventory (guarantees G1, G2, G4, G5, G7)."""

from __future__ import annotations

import gc
import threading
import uuid

import pytest
import virtwatch
from conftest import Thread, listing, of_view, read_all, wait_until, xml
from virtwatch import DomainView, Inventory, State


def test_it_is_complete_from_the_start() -> None:
    with virtwatch.connect("test:///default") as conn, Inventory(conn) as inventory:
        domain = conn.lookup_by_name("test")
        assert len(inventory) == 1 and domain.uuid in inventory
        assert inventory[domain.uuid].name == "test"
        assert inventory.by_name("test") is inventory[domain.uuid]
        assert dict(inventory) == inventory.snapshot() == dict(inventory.items())
        assert list(inventory) == list(inventory.keys()) == [domain.uuid]
        assert repr(inventory) == "<Inventory of 1 domains>"


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


def test_it_is_right_through_lag(
    conn: virtwatch.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G5: the list is never half empty, and right at the end."""
    from virtwatch import inventory as module

    contents = module._Contents()
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
    from virtwatch import inventory as module

    contents = module._Contents()
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
