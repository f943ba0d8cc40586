"""Domains and operations."""

from __future__ import annotations

import weakref
from pathlib import Path

import pytest
import virtwatch
from conftest import xml
from virtwatch import (
    MetadataType,
    PausedReason,
    RunningReason,
    ShutdownMethod,
    ShutoffReason,
    State,
    SuspendTarget,
)


def test_a_life(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml("vm"))
    assert (domain.state, domain.reason) == (State.SHUTOFF, ShutoffReason.UNKNOWN)
    assert domain.id is None and domain.is_persistent and not domain.is_active
    domain.start()
    assert (domain.state, domain.reason) == (State.RUNNING, RunningReason.BOOTED)
    assert isinstance(domain.reason, RunningReason) and domain.id is not None
    domain.suspend()
    domain.suspend()
    assert (domain.state, domain.reason) == (State.PAUSED, PausedReason.USER)
    domain.resume()
    domain.reboot()
    domain.reset()
    domain.shutdown()
    assert (domain.state, domain.reason) == (State.SHUTOFF, ShutoffReason.SHUTDOWN)
    domain.start(paused=True)
    assert domain.state == State.PAUSED
    domain.destroy()
    assert (domain.state, domain.reason) == (State.SHUTOFF, ShutoffReason.DESTROYED)
    domain.undefine()
    with pytest.raises(virtwatch.NotFoundError):
        domain.state
    assert "gone" in repr(domain)


def test_operations_that_the_state_does_not_allow(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml())
    before = conn.cursor
    for operation in (
        domain.suspend,
        domain.resume,
        domain.shutdown,
        domain.reboot,
        domain.reset,
        domain.destroy,
        domain.managed_save,
        lambda: domain.save("/nowhere/file"),
    ):
        with pytest.raises(virtwatch.InvalidStateError) as caught:
            operation()
        assert caught.value.code == 55
    assert conn.cursor == before


def test_a_transient_domain(conn: virtwatch.Connection) -> None:
    domain = conn.create_xml(xml("vm"), paused=True)
    assert domain.state == State.PAUSED and not domain.is_persistent
    with pytest.raises(virtwatch.InvalidStateError):
        domain.managed_save()
    domain.destroy()
    assert conn.domains() == []


def test_save_and_restore(conn: virtwatch.Connection, tmp_path: Path) -> None:
    file = tmp_path / "image"
    domain = conn.create_xml(xml("vm"))
    domain.save(file)
    assert conn.domains() == []
    assert conn.restore(str(file)).reason == RunningReason.RESTORED
    domain.save(file, paused=True)
    assert conn.restore(file).state == State.PAUSED
    domain.save(file)
    assert conn.restore(file, running=True).state == State.RUNNING
    with pytest.raises(virtwatch.InvalidArgumentError):
        domain.save(file, running=True, paused=True)
    with pytest.raises(virtwatch.SystemCallError):
        domain.save(tmp_path / "no" / "such" / "directory")
    with pytest.raises(virtwatch.Error):
        conn.restore(tmp_path / "missing")


def test_managed_save(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml())
    domain.start()
    domain.managed_save()
    assert domain.has_managed_save and not domain.is_active
    with pytest.raises(virtwatch.InvalidStateError):
        domain.undefine()
    domain.start()
    assert domain.reason == RunningReason.RESTORED and not domain.has_managed_save
    domain.managed_save(paused=True)
    domain.start()
    assert domain.state == State.PAUSED
    domain.managed_save()
    domain.start(force_boot=True)
    assert domain.reason == RunningReason.BOOTED
    domain.managed_save()
    domain.remove_managed_save()
    assert not domain.has_managed_save
    domain.start()
    domain.managed_save()
    domain.undefine(managed_save=True)
    assert conn.domains() == []


def test_rename_keeps_the_old_handle(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml("old"))
    domain.rename("new")
    assert domain.name == "old"
    assert conn.lookup_by_name("new") == domain
    with pytest.raises(virtwatch.NotFoundError):
        conn.lookup_by_name("old")


def test_xml(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml("vm"))
    assert "<name>vm</name>" in domain.xml()
    domain.start()
    assert f"id='{domain.id}'" in domain.xml()
    assert "id='" not in domain.xml(inactive=True).split(">", 1)[0]


def test_the_configuration(conn: virtwatch.Connection) -> None:
    body = (
        "<title>Shop</title><currentMemory>512</currentMemory><vcpu current='2'>4</vcpu>"
        "<on_reboot>destroy</on_reboot><pm><suspend-to-disk enabled='no'/></pm>"
    )
    domain = conn.define_xml(xml("vm", body=body))
    config = domain.config()
    assert (config.name, config.uuid, config.domain_type) == ("vm", domain.uuid, "test")
    assert (config.os_type, config.title, config.description) == ("hvm", "Shop", None)
    assert (config.memory_kib, config.current_memory_kib) == (1024, 512)
    assert (config.max_vcpus, config.vcpus) == (4, 2)
    assert (config.on_poweroff, config.on_reboot, config.on_crash) == (
        "destroy",
        "destroy",
        "destroy",
    )
    assert config.suspend_to_mem and not config.suspend_to_disk
    assert virtwatch.Config.parse(config.xml) == config
    assert repr(config) == f"<Config of 'vm' {domain.uuid}>"
    with pytest.raises(virtwatch.XmlError):
        virtwatch.Config.parse("<domain>")


def test_facts_are_of_one_moment(conn: virtwatch.Connection) -> None:
    """G2: what a domain says of itself is what the fold of its events says."""
    with virtwatch.Inventory(conn) as inventory:
        domain = conn.define_xml(xml("vm"))
        domain.start(paused=True)
        assert inventory.wait_for(lambda view: view.get(domain.uuid) == domain.facts())
        domain.undefine()
        domain.destroy()
    with pytest.raises(virtwatch.NotFoundError):
        domain.facts()


def test_autostart(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml())
    before = conn.cursor
    assert not domain.autostart
    domain.set_autostart(True)
    assert domain.autostart and conn.cursor == before
    with pytest.raises(virtwatch.InvalidStateError):
        conn.create_xml(xml("transient")).set_autostart(True)


def test_power_management(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml())
    domain.start()
    domain.pm_suspend(SuspendTarget.MEM)
    assert (domain.state, domain.is_active) == (State.PMSUSPENDED, True)
    domain.pm_wakeup()
    assert (domain.state, domain.reason) == (State.RUNNING, RunningReason.WAKEUP)
    with pytest.raises(virtwatch.InvalidStateError):
        domain.pm_wakeup()
    with pytest.raises(virtwatch.NotSupportedError):
        domain.pm_suspend(SuspendTarget.MEM, seconds=5)
    with pytest.raises(virtwatch.InvalidArgumentError, match="target must be"):
        domain.pm_suspend(7)  # type: ignore[arg-type]
    domain.pm_suspend(SuspendTarget.DISK)
    assert not domain.is_active


def test_metadata(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml())
    with conn.watch(snapshot=False) as watch:
        domain.set_metadata(MetadataType.TITLE, "Shop")
        record = watch.next(timeout=0)
        assert record is not None and record.detail is virtwatch.DefinedDetail.UPDATED
    assert domain.metadata(MetadataType.TITLE) == domain.config().title == "Shop"
    with pytest.raises(virtwatch.NotFoundError):
        domain.metadata(MetadataType.DESCRIPTION)
    uri = "urn:test:owner"
    domain.start()
    domain.set_metadata(MetadataType.ELEMENT, "<owner name='me'/>", "o", uri, live=True, config=True)
    assert "name='me'" in domain.metadata(MetadataType.ELEMENT, uri, config=True)
    domain.set_metadata(MetadataType.ELEMENT, None, uri=uri, live=True)
    with pytest.raises(virtwatch.NotFoundError):
        domain.metadata(MetadataType.ELEMENT, uri, live=True)
    assert domain.metadata(MetadataType.ELEMENT, uri, config=True)
    with pytest.raises(virtwatch.InvalidArgumentError, match="needs a uri"):
        domain.metadata(MetadataType.ELEMENT)
    with pytest.raises(virtwatch.InvalidArgumentError, match="which must be"):
        domain.metadata(7)  # type: ignore[arg-type]
    with pytest.raises(virtwatch.InvalidArgumentError):
        domain.set_metadata(MetadataType.TITLE, "two\nlines")


def test_migration(conn: virtwatch.Connection) -> None:
    """G1: for a moment it is in both, at no time in none."""
    with virtwatch.connect("test:///empty") as there:
        with virtwatch.Inventory(conn) as before, virtwatch.Inventory(there) as after:
            domain = conn.define_xml(xml("vm"))
            domain.start()
            moved = domain.migrate(there, "moved", live=True, persist_dest=True, paused=True)
            assert moved.connection == there and moved.uuid == domain.uuid
            assert (moved.name, moved.state) == ("moved", State.PAUSED) and moved.is_persistent
            assert domain.reason == ShutoffReason.MIGRATED
            assert after.wait_for(lambda view: view.get(moved.uuid) == moved.facts())
            assert before.wait_for(lambda view: view.get(domain.uuid) == domain.facts())
        with pytest.raises(virtwatch.InvalidStateError):
            domain.migrate(there)
    with pytest.raises(virtwatch.ClosedError):
        domain.migrate(there)


def test_a_run_ends_with_its_connection() -> None:
    with virtwatch.connect("test:///default") as stays:
        with virtwatch.connect("test:///default") as conn:
            mine = conn.create_xml(xml("mine"), autodestroy=True)
            kept = conn.define_xml(xml("kept"))
            kept.start(autodestroy=True)
            assert len(stays.domains(active=True)) == 3
        assert [domain.name for domain in stays.domains(active=True)] == ["test"]
        assert stays.lookup_by_uuid(kept.uuid).reason == ShutoffReason.DESTROYED
        with pytest.raises(virtwatch.NotFoundError):
            stays.lookup_by_uuid(mine.uuid)


def test_the_means_of_a_shutdown(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml())
    domain.start()
    domain.reboot(ShutdownMethod.GUEST_AGENT)
    domain.shutdown(ShutdownMethod.ACPI_POWER_BUTTON | ShutdownMethod.GUEST_AGENT)
    assert not domain.is_active
    with pytest.raises(virtwatch.InvalidArgumentError, match="methods"):
        domain.shutdown(1024)  # type: ignore[arg-type]


def test_the_domain_of_an_event(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml("old"))
    with conn.watch(snapshot=False) as watch:
        domain.start()
        run = domain.id
        domain.destroy()
        domain.rename("new")
        records = list(iter(lambda: watch.next(timeout=0), None))
    domains = [conn.domain_of(record) for record in records]
    assert [known.noted_id for known in domains] == [run, run, None, None]
    assert [known.name for known in domains] == ["old", "old", "old", "new"]
    assert set(domains) == {domain}
    with conn.watch() as watch:
        first = watch.next()
    assert first is not None
    with pytest.raises(virtwatch.InvalidArgumentError, match="record is not an event"):
        conn.domain_of(first)


def test_undefine_flags_that_exclude_each_other_cannot_be_said(
    conn: virtwatch.Connection,
) -> None:
    conn.define_xml(xml()).undefine(
        nvram=True, tpm=False, snapshots_metadata=True, checkpoints_metadata=True
    )
    assert conn.domains() == []


def test_a_domain_keeps_its_connection_open() -> None:
    conn = virtwatch.connect("test:///empty")
    domain = conn.define_xml(xml())
    gone = weakref.ref(conn)
    del conn
    assert gone() is None
    domain.start()
    assert domain.connection.domains() == [domain]
    domain.connection.close()


def test_a_domain_is_frozen(conn: virtwatch.Connection) -> None:
    domain = conn.define_xml(xml("vm"))
    with pytest.raises(AttributeError):
        domain.name = "other"  # type: ignore[misc]
    assert domain in {domain} and domain != "vm"
    assert repr(domain) == f"<Domain 'vm' {domain.uuid} shutoff>"
