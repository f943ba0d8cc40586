"""The fold of any watch equals the registry at every SYNCED and at the end (G2, G4, G5, G7)."""

from __future__ import annotations

import contextlib
import os
import tempfile
import uuid
from pathlib import Path

import virtwatch
from conftest import listing, of_view, read_all, xml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from virtwatch import DomainView, EventType, MetadataType, RecordKind, SuspendTarget

UUIDS = [uuid.UUID(int=number + 1) for number in range(4)]
NAMES = ["a", "b", "c", "d", "e"]

OPERATIONS = {
    "start": lambda domain: domain.start(),
    "start paused": lambda domain: domain.start(paused=True),
    "force boot": lambda domain: domain.start(force_boot=True),
    "suspend": lambda domain: domain.suspend(),
    "resume": lambda domain: domain.resume(),
    "shutdown": lambda domain: domain.shutdown(),
    "reboot": lambda domain: domain.reboot(),
    "reset": lambda domain: domain.reset(),
    "destroy": lambda domain: domain.destroy(),
    "managed save": lambda domain: domain.managed_save(),
    "managed save paused": lambda domain: domain.managed_save(paused=True),
    "suspend to memory": lambda domain: domain.pm_suspend(SuspendTarget.MEM),
    "suspend to disk": lambda domain: domain.pm_suspend(SuspendTarget.DISK),
    "wake up": lambda domain: domain.pm_wakeup(),
    "title": lambda domain: domain.set_metadata(MetadataType.TITLE, "another", config=True),
    "autostart": lambda domain: domain.set_autostart(True),
    "undefine": lambda domain: domain.undefine(),
    "undefine all": lambda domain: domain.undefine(managed_save=True),
}


class Reader:
    """A watch of everything, or of one domain, and its view."""

    def __init__(
        self,
        conn: virtwatch.Connection,
        domain: uuid.UUID | None,
        max_lag: int | None,
        resume: tuple[virtwatch.Cursor, dict[uuid.UUID, DomainView]] | None = None,
    ) -> None:
        self.conn, self.domain, self.max_lag = conn, domain, max_lag
        cursor, self.view = resume or (None, {})
        self.watch = conn.watch(domain=domain, max_lag=max_lag, resume=cursor)
        self.synced = cursor is not None

    def read(self, limit: int | None = None) -> None:
        while limit is None or limit > 0 or not self.at_rest:
            record = self.watch.next(timeout=0)
            if record is None:
                break
            limit = None if limit is None else limit - 1
            self.apply(record)
        if limit is None:
            self.check()

    at_rest = True

    def apply(self, record: virtwatch.Record) -> None:
        virtwatch.fold(self.view, record)
        if record.kind is RecordKind.EVENT:
            self.at_rest = not record.more and not record.in_catchup
        else:
            self.at_rest = record.kind is RecordKind.SYNCED

    def check(self) -> None:
        truth = listing(self.conn)
        if self.domain is not None:
            truth = {key: what for key, what in truth.items() if key == self.domain}
        assert of_view(self.view) == truth
        stats = self.watch.stats
        assert stats.events == stats.delivered + stats.filtered + stats.coalesced + stats.pending

    def resumed(self) -> Reader:
        """Another watch that goes on where this one is."""
        resume = (self.watch.cursor, self.view)
        with self.watch:
            pass
        return Reader(self.conn, self.domain, self.max_lag, resume)


class Registry(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.conn = virtwatch.connect("test:///empty")
        self.other = virtwatch.connect("test:///empty")
        self.directory = tempfile.TemporaryDirectory()
        self.inventory = virtwatch.Inventory(self.conn)
        self.readers = [Reader(self.conn, None, None)]
        self.filtered = self.conn.watch(types={EventType.ADDED, EventType.REMOVED})

    @rule(uuid=st.sampled_from(UUIDS), name=st.sampled_from(NAMES))
    def define(self, uuid: uuid.UUID, name: str) -> None:
        self.attempt(lambda: self.conn.define_xml(xml(name, uuid)))

    @rule(uuid=st.sampled_from(UUIDS), name=st.sampled_from(NAMES), paused=st.booleans())
    def create(self, uuid: uuid.UUID, name: str, paused: bool) -> None:
        self.attempt(lambda: self.conn.create_xml(xml(name, uuid), paused=paused))

    @rule(uuid=st.sampled_from(UUIDS), operation=st.sampled_from(sorted(OPERATIONS)))
    def operate(self, uuid: uuid.UUID, operation: str) -> None:
        self.attempt(lambda: OPERATIONS[operation](self.conn.lookup_by_uuid(uuid)))

    @rule(uuid=st.sampled_from(UUIDS), name=st.sampled_from(NAMES))
    def rename(self, uuid: uuid.UUID, name: str) -> None:
        self.attempt(lambda: self.conn.lookup_by_uuid(uuid).rename(name))

    @rule(uuid=st.sampled_from(UUIDS))
    def save(self, uuid: uuid.UUID) -> None:
        file = Path(self.directory.name) / str(uuid)
        self.attempt(lambda: self.conn.lookup_by_uuid(uuid).save(file))

    @rule(uuid=st.sampled_from(UUIDS))
    def restore(self, uuid: uuid.UUID) -> None:
        self.attempt(lambda: self.conn.restore(Path(self.directory.name) / str(uuid)))

    @rule(uuid=st.sampled_from(UUIDS), back=st.booleans(), persist=st.booleans())
    def migrate(self, uuid: uuid.UUID, back: bool, persist: bool) -> None:
        here, there = (self.other, self.conn) if back else (self.conn, self.other)
        with contextlib.suppress(virtwatch.Error):
            here.lookup_by_uuid(uuid).migrate(there, persist_dest=persist, undefine_source=persist)

    def attempt(self, operation: object) -> None:
        """A refusal changes nothing."""
        before = self.conn.cursor
        try:
            operation()  # type: ignore[operator]
        except virtwatch.Error as error:
            assert error.code in (9, 38, 42, 55), error
            assert self.conn.cursor == before

    @rule(
        domain=st.none() | st.sampled_from(UUIDS),
        max_lag=st.none() | st.integers(min_value=1, max_value=8),
    )
    def watch(self, domain: uuid.UUID | None, max_lag: int | None) -> None:
        if len(self.readers) < 6:
            self.readers.append(Reader(self.conn, domain, max_lag))

    @rule(data=st.data(), limit=st.none() | st.integers(min_value=1, max_value=5))
    def read(self, data: st.DataObject, limit: int | None) -> None:
        data.draw(st.sampled_from(self.readers)).read(limit)

    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(min_value=0, max_value=len(self.readers) - 1))
        reader = self.readers[place]
        if reader.synced or reader.watch.cursor.epoch == self.conn.epoch:
            self.readers[place] = reader.resumed()

    @invariant()
    def the_registry_is_whole(self) -> None:
        if hasattr(self, "conn"):
            assert self.conn.audit() == 0

    def teardown(self) -> None:
        if not hasattr(self, "conn"):
            return
        with self.conn, self.other:
            for reader in self.readers:
                reader.read()
            truth = listing(self.conn)
            assert self.inventory.wait_for(lambda view: of_view(view.snapshot()) == truth)
            births = {EventType.ADDED: 1, EventType.REMOVED: -1, None: 0}
            balance = sum(births[record.type] for record in read_all(self.filtered))
            assert balance == len(truth)
        self.directory.cleanup()


def test_the_fold_is_the_registry() -> None:
    run_state_machine_as_test(
        Registry,
        settings=settings(
            max_examples=int(os.environ.get("VIRTWATCH_EXAMPLES", "60")),
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
