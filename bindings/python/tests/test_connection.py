"""Connections and lookups."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import virtwatch
from conftest import xml
from virtwatch import EventSupport, EventType, State


def test_a_connection_is_a_context_manager() -> None:
    with virtwatch.connect("test:///default") as conn:
        assert conn.uri == "test:///default"
        assert conn.driver == "TEST"
        assert conn.hostname
        assert conn.version == 2 and "<capabilities>" in conn.capabilities()
        assert conn.is_secure and not conn.is_encrypted
        with pytest.raises(virtwatch.NotSupportedError):
            conn.keep_alive(5, 3)
        assert conn.is_alive and not conn.closed and not conn.read_only
    assert conn.closed and not conn.is_alive
    assert repr(conn) == "<Connection to test:///default, closed>"


def test_connections_to_one_uri_share_the_registry() -> None:
    with virtwatch.connect("test:///default") as a, virtwatch.connect("test:///default") as b:
        assert a != b and a == a and len({a, b}) == 2
        assert a.epoch == b.epoch
        one, two = a.lookup_by_name("test"), b.lookup_by_name("test")
        assert one == two and hash(one) == hash(two) and one.connection == a
    with virtwatch.connect("test:///empty") as c, virtwatch.connect("test:///empty") as d:
        same = uuid.uuid4()
        assert c.define_xml(xml(uuid=same)) != d.define_xml(xml(uuid=same))


def test_the_default_uri_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIBVIRT_DEFAULT_URI", raising=False)
    monkeypatch.setenv("VIRTWATCH_DEFAULT_URI", "test:///empty")
    with virtwatch.connect() as conn:
        assert conn.uri == "test:///empty"
    monkeypatch.delenv("VIRTWATCH_DEFAULT_URI")
    with pytest.raises(virtwatch.InvalidArgumentError):
        virtwatch.connect()


def test_a_node_document_fills_the_registry(tmp_path: Path) -> None:
    file = tmp_path / "node.xml"
    file.write_text(f"<node>{xml('a')}{xml('b')}</node>")
    with virtwatch.connect(f"test://{file}") as conn:
        assert {domain.name for domain in conn.domains()} == {"a", "b"}


def test_lookups(conn: virtwatch.Connection) -> None:
    made = conn.define_xml(xml("vm"))
    made.start()
    assert made.id is not None
    for found in (
        conn.lookup_by_name("vm"),
        conn.lookup_by_uuid(made.uuid),
        conn.lookup_by_uuid(str(made.uuid)),
        conn.lookup_by_uuid(f" {made.uuid.hex.upper()}\n"),
        conn.lookup_by_id(made.id),
    ):
        assert found == made
    misses: list[Callable[[], object]] = [
        lambda: conn.lookup_by_name("other"),
        lambda: conn.lookup_by_uuid(uuid.uuid4()),
        lambda: conn.lookup_by_id(77),
    ]
    for miss in misses:
        with pytest.raises(virtwatch.NotFoundError) as caught:
            miss()
        assert caught.value.code == 42
    with pytest.raises(virtwatch.InvalidArgumentError):
        conn.lookup_by_id(-1)
    for no_uuid in ("no uuid", f"{{{made.uuid}}}", made.uuid.urn):
        with pytest.raises(virtwatch.InvalidArgumentError, match="is not a UUID"):
            conn.lookup_by_uuid(no_uuid)


def test_listings(conn: virtwatch.Connection) -> None:
    conn.define_xml(xml("off")).set_autostart(True)
    conn.define_xml(xml("on")).start()
    conn.create_xml(xml("transient"), paused=True)
    saved = conn.define_xml(xml("saved"))
    saved.start()
    saved.managed_save()

    def names(domains: list[virtwatch.Domain]) -> set[str]:
        return {domain.name for domain in domains}

    assert names(conn.domains()) == {"off", "on", "transient", "saved"}
    assert names(conn.domains(active=True)) == {"on", "transient"}
    assert names(conn.domains(active=False)) == {"off", "saved"}
    assert names(conn.domains(persistent=True)) == {"off", "on", "saved"}
    assert names(conn.domains(persistent=False, active=True)) == {"transient"}
    assert names(conn.domains(persistent=False, active=False)) == set()
    assert names(conn.domains(managed_save=True)) == {"saved"}
    assert names(conn.domains(managed_save=False, active=False)) == {"off"}
    assert names(conn.domains(autostart=True)) == {"off"}
    assert names(conn.domains(states={State.PAUSED, State.RUNNING})) == {"on", "transient"}
    assert names(conn.domains(states=[State.CRASHED])) == set()
    assert names(conn.domains(states=[])) == set()
    with pytest.raises(virtwatch.InvalidArgumentError, match="state must be"):
        conn.domains(states=[99])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="states must be"):
        conn.domains(states=State.PAUSED)  # type: ignore[arg-type]


def test_a_read_only_connection_changes_nothing() -> None:
    with virtwatch.connect("test:///default", read_only=True) as conn:
        assert conn.read_only
        before = conn.cursor
        domain = conn.lookup_by_name("test")
        with pytest.raises(virtwatch.PermissionDeniedError) as caught:
            domain.suspend()
        assert caught.value.code == virtwatch.ErrorCode.OPERATION_DENIED
        assert caught.value.code == 29
        assert conn.cursor == before
        with conn.watch() as watch:
            assert watch.next(timeout=0) is not None


def test_event_support(conn: virtwatch.Connection) -> None:
    support = {event: conn.event_support(event) for event in EventType}
    assert support[EventType.ADDED] is EventSupport.NATIVE
    assert support[EventType.CRASHED] is EventSupport.NEVER
    with pytest.raises(virtwatch.InvalidArgumentError):
        conn.event_support(9)  # type: ignore[arg-type]


def test_audit_and_stats(conn: virtwatch.Connection) -> None:
    conn.define_xml(xml()).start()
    assert conn.audit() == 0
    stats = conn.stats
    assert (stats.domains, stats.active, stats.audits, stats.drift) == (1, 1, 1, 0)
    assert stats.events == conn.cursor.seq == 3
    assert repr(stats).startswith("Stats(domains=1, active=1,")


def test_a_closed_connection_says_so(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml())
    conn.close()
    conn.close()
    uses: list[Callable[[], object]] = [
        lambda: conn.domains(),
        lambda: conn.watch(),
        lambda: conn.register(print),
        lambda: conn.define_xml(xml()),
        lambda: conn.stats,
        lambda: domain.start(),
        lambda: domain.state,
    ]
    for use in uses:
        with pytest.raises(virtwatch.ClosedError) as caught:
            use()
        assert caught.value.code == 6
    assert domain.name == "vm"
    assert "closed" in repr(domain)


def test_errors_are_a_tree_and_travel() -> None:
    import pickle

    for cls in (virtwatch.ConnectError, virtwatch.XmlError, virtwatch.CancelledError):
        assert issubclass(cls, virtwatch.Error)
    with pytest.raises(virtwatch.ConnectError) as caught:
        virtwatch.connect("nothing://at/all")
    error = caught.value
    assert (error.code, error.domain) == (5, 0)
    assert str(error) == error.message
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and copy.args == error.args and str(copy) == str(error)


def test_what_is_open_cannot_be_pickled(conn: virtwatch.Connection) -> None:
    import pickle

    for thing in (conn, conn.define_xml(xml()), conn.watch(), conn.register(print)):
        with pytest.raises(TypeError, match="cannot pickle"):
            pickle.dumps(thing)
