"""Waiting for a virtual machine in a test: without sleeping, and without asking again and again.

    pytest test_boot.py

Each test gets a registry of its own. VIRTWATCH_TEST_URI names another source, on which domains may be
created and destroyed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
import virtwatch
from virtwatch import Inventory, State

URI = os.environ.get("VIRTWATCH_TEST_URI", "test:///empty")
SECONDS = 60.0


@pytest.fixture
def conn() -> Iterator[virtwatch.Connection]:
    with virtwatch.connect(URI) as conn:
        yield conn


@pytest.fixture
def inventory(conn: virtwatch.Connection) -> Iterator[Inventory]:
    with Inventory(conn) as inventory:
        yield inventory


def document(uuid: UUID) -> str:
    return (
        f"<domain type='test'><name>vm-{uuid}</name><uuid>{uuid}</uuid>"
        "<memory unit='MiB'>64</memory><os><type>hvm</type></os></domain>"
    )


def provision(conn: virtwatch.Connection, uuid: UUID) -> None:
    """What is tested: it brings a machine up, in its own time."""
    conn.create_xml(document(uuid), paused=True).resume()


def test_it_comes_up(conn: virtwatch.Connection, inventory: Inventory) -> None:
    uuid = uuid4()
    threading.Thread(target=provision, args=(conn, uuid)).start()
    assert inventory.wait_for(
        lambda now: uuid in now and now[uuid].state is State.RUNNING, timeout=SECONDS
    )
    conn.lookup_by_uuid(uuid).shutdown()
    assert inventory.wait_for(lambda now: uuid not in now, timeout=SECONDS)


def test_what_happened_on_the_way(conn: virtwatch.Connection) -> None:
    """A watch of the one domain, begun before there is one, misses nothing."""
    uuid = uuid4()
    with conn.watch(domain=uuid, snapshot=False) as watch:
        threading.Thread(target=provision, args=(conn, uuid)).start()
        states: list[State | None] = []
        while State.RUNNING not in states[-1:]:
            record = watch.next(timeout=SECONDS)
            assert record is not None, "it did not come up in time"
            states.append(record.state_after)
    assert State.PAUSED in states
    conn.lookup_by_uuid(uuid).destroy()
