"""Hypervisors that a program brings (guarantees G1, G2, G3, G6, G8, G9, G12)."""

from __future__ import annotations

import gc
import random
import threading
import uuid
import weakref
from collections.abc import Callable, Iterable, Iterator

import pytest
import virtwatch
from conftest import Thread, listing, of_view, read_all, run_python, wait_until, xml
from virtwatch import (
    Answer,
    Driver,
    EventSupport,
    EventType,
    Host,
    Inventory,
    Listed,
    Origin,
    RecordKind,
    Request,
    RequestKind,
    RunningReason,
    State,
    StoppedDetail,
)

ALL = [event for event in EventType if event not in (EventType.ADDED, EventType.REMOVED)]


class Teller(Driver):
    """One that tells everything."""

    native = ALL

    def __init__(self) -> None:
        self.hosts: dict[Host, str] = {}
        self.requests: list[Request] = []
        self.closed: list[str] = []

    def open(self, host: Host, uri: str) -> None:
        self.hosts[host] = uri

    def close(self, host: Host) -> None:
        self.closed.append(self.hosts.pop(host))

    def operate(self, host: Host, request: Request) -> Answer | None:
        self.requests.append(request)
        if request.kind is RequestKind.REBOOT:
            raise virtwatch.NotSupportedError("no reboot here", virtwatch.ErrorCode.NO_SUPPORT, 20)
        if request.kind is RequestKind.RESET:
            raise ZeroDivisionError("not that")
        return None

    @property
    def host(self) -> Host:
        (host,) = self.hosts
        return host


@pytest.fixture
def teller() -> Iterator[Teller]:
    teller = Teller()
    virtwatch.register_driver("teller", teller)
    try:
        yield teller
    finally:
        virtwatch.unregister_driver("teller")


def test_operations_come_as_requests(teller: Teller) -> None:
    with virtwatch.connect("teller:///a") as conn, conn.watch() as watch:
        assert conn.driver == "TELLER" and conn.uri == "teller:///a"
        assert teller.host.uri == "teller:///a" and repr(teller.host) == "<Host of teller:///a>"
        domain = conn.define_xml(xml("vm"))
        domain.start(paused=True)
        domain.resume()
        domain.destroy()
        domain.rename("new")
        domain.undefine()
        kinds = [request.kind for request in teller.requests]
        assert kinds == [
            RequestKind.DEFINE,
            RequestKind.CREATE,
            RequestKind.RESUME,
            RequestKind.DESTROY,
            RequestKind.RENAME,
            RequestKind.UNDEFINE,
        ]
        define, create = teller.requests[:2]
        assert (define.uuid, define.name, define.path) == (domain.uuid, "vm", None)
        assert define.xml is not None and "<name>vm</name>" in define.xml
        assert create.flags == 1 and create.xml == define.xml
        assert teller.requests[4].name == "new"
        assert repr(create) == f"<Request create 'vm' {domain.uuid}>"
        records = [r for r in read_all(watch) if r.kind is RecordKind.EVENT]
        assert [r.type for r in records][0] is EventType.ADDED
        assert [r.type for r in records][-1] is EventType.REMOVED
        assert [r.seq for r in records] == list(range(1, len(records) + 1))
    assert teller.closed == []
    del conn, watch, domain
    assert teller.closed == ["teller:///a"]


def test_what_it_raises_is_raised_where_it_was_asked(teller: Teller) -> None:
    with virtwatch.connect("teller:///a") as conn:
        domain = conn.create_xml(xml())
        before = conn.cursor
        with pytest.raises(virtwatch.NotSupportedError, match="no reboot here") as caught:
            domain.reboot()
        assert (caught.value.code, caught.value.domain) == (3, 20)
        with pytest.raises(ZeroDivisionError, match="not that") as failed:
            domain.reset()
        assert any(entry.name == "operate" for entry in failed.traceback)
        with pytest.raises(virtwatch.InvalidStateError):
            domain.resume()
        assert conn.cursor == before


class Refuser(Driver):
    native = ALL

    def open(self, host: Host, uri: str) -> None:
        raise PermissionError(uri)


def test_opening_may_be_refused() -> None:
    virtwatch.register_driver("refuser", Refuser())
    try:
        with pytest.raises(PermissionError, match="refuser:///x"):
            virtwatch.connect("refuser:///x")
    finally:
        virtwatch.unregister_driver("refuser")
    with pytest.raises(virtwatch.ConnectError):
        virtwatch.connect("refuser:///x")


def test_what_is_told_is_judged(teller: Teller) -> None:
    """G1, G3: a report of what cannot be changes nothing."""
    with virtwatch.connect("teller:///a") as conn:
        host, vm = teller.host, uuid.uuid4()
        with pytest.raises(virtwatch.Error):
            host.stopped(vm)
        with pytest.raises(virtwatch.InvalidArgumentError):
            host.defined(vm)
        with pytest.raises(virtwatch.InvalidArgumentError, match="how must be"):
            host.started(vm, 4, name="vm")  # type: ignore[arg-type]
        assert conn.cursor.seq == 0 and conn.domains() == []
        host.started(vm, name="vm", id=17)
        domain = conn.lookup_by_id(17)
        assert (domain.name, domain.reason, domain.is_persistent) == (
            "vm",
            RunningReason.BOOTED,
            False,
        )
        host.defined(domain, xml=xml("vm", vm, "<title>told</title>"))
        assert "told" in domain.xml(inactive=True)
        host.suspended(domain)
        host.resumed(domain)
        host.pm_suspended(domain)
        host.woken(domain)
        host.crashloaded(domain)
        host.panicked(domain)
        host.restarted(domain)
        host.reset(domain)
        host.shut_down(domain)
        host.stopped(domain, StoppedDetail.FAILED, killed=True)
        host.renamed(domain, "new")
        host.edited(domain)
        host.reverted(domain)
        host.undefined(str(vm))
        assert conn.domains() == [] and conn.audit() == 0


def test_the_base_is_no_event() -> None:
    class Based(Driver):
        native = ALL

        def open(self, host: Host, uri: str) -> None:
            host.defined(uuid.uuid4(), name="one")
            host.started(uuid.uuid4(), name="two")

    virtwatch.register_driver("based", Based())
    try:
        with virtwatch.connect("based:///") as conn:
            assert {domain.name for domain in conn.domains()} == {"one", "two"}
            assert conn.cursor.seq == 0
    finally:
        virtwatch.unregister_driver("based")


def test_any_thread_may_report(teller: Teller) -> None:
    """G2, G3: whoever reports, every reader's list is the registry's."""
    with virtwatch.connect("teller:///a") as conn, Inventory(conn) as inventory:
        host = teller.host
        watches = [conn.watch(), conn.watch(max_lag=5), conn.watch(snapshot=False)]

        reports: list[Callable[[uuid.UUID], None]] = [
            lambda vm: host.defined(vm, name=f"vm{vm.int}"),
            host.undefined,
            lambda vm: host.started(vm, name=f"vm{vm.int}"),
            host.suspended,
            host.resumed,
            host.panicked,
            lambda vm: host.stopped(vm, StoppedDetail.CRASHED),
        ]

        def work(seed: int) -> None:
            choose = random.Random(seed)
            known = [uuid.UUID(int=100 * seed + number) for number in range(1, 4)]
            for _ in range(300):
                try:
                    choose.choice(reports)(choose.choice(known))
                except virtwatch.Error as error:
                    assert error.code in (8, 42, 55), error

        for thread in [Thread(lambda seed=seed: work(seed)) for seed in range(1, 5)]:  # type: ignore[misc]
            thread.end()
        truth = listing(conn)
        assert inventory.wait_for(lambda view: of_view(view.snapshot()) == truth)
        for watch in watches:
            view: dict[uuid.UUID, virtwatch.DomainView] = {}
            for record in read_all(watch):
                virtwatch.fold(view, record)
            assert of_view(view) == truth
        assert conn.audit() == 0


def test_an_operation_may_be_accepted_and_reported_later() -> None:
    class Slow(Driver):
        native = ALL

        def operate(self, host: Host, request: Request) -> Answer | None:
            assert request.uuid is not None
            threads.append(Thread(lambda: host.started(request.uuid, name=request.name)))  # type: ignore[arg-type]
            return Answer.ACCEPTED

    threads: list[Thread] = []
    virtwatch.register_driver("slow", Slow())
    try:
        with virtwatch.connect("slow:///") as conn, Inventory(conn) as inventory:
            domain = conn.create_xml(xml("vm"))
            assert inventory.wait_for(lambda view: domain.uuid in view)
            threads[0].end()
    finally:
        virtwatch.unregister_driver("slow")


class Lister(Driver):
    """One that tells nothing, and can be cut off."""

    def __init__(self) -> None:
        self.domains: list[Listed] = []
        self.cut_off = False

    def list(self, host: Host) -> Iterable[Listed]:
        if self.cut_off:
            raise ConnectionError("the cable is out")
        return iter(self.domains)


def test_what_is_listed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """G6: a source that cannot be reached loses no domain; when it is back, the differences come."""
    lister = Lister()
    one = Listed(uuid.uuid4(), "one", State.RUNNING, persistent=False, id=5)
    two = Listed(uuid.uuid4(), "two", State.SHUTOFF)
    lister.domains = [one, two]
    virtwatch.register_driver("lister", lister)
    try:
        with virtwatch.connect("lister:///?poll=10ms") as conn, Inventory(conn) as inventory:
            assert conn.event_support(EventType.STARTED) is EventSupport.POLLED
            assert conn.lookup_by_id(5).name == "one" and len(inventory) == 2
            with pytest.raises(virtwatch.NotSupportedError):
                conn.lookup_by_name("two").start()
            with conn.watch(snapshot=False) as watch:
                lister.domains = [one, Listed(two.uuid, "two", State.PAUSED)]
                assert inventory.wait_for(lambda view: view[two.uuid].state is State.PAUSED)
                record = watch.next()
                assert record is not None and record.origin is Origin.POLLED
                lister.cut_off = True
                assert inventory.wait_for(lambda view: view.stale)
                assert len(inventory) == 2 and not conn.is_alive
                with Inventory(conn) as late:
                    assert late.stale and late.snapshot() == inventory.snapshot()
                lister.domains = [two]
                lister.cut_off = False
                assert inventory.wait_for(lambda view: not view.stale and len(view) == 1)
                records = read_all(watch)
                kinds = [record.kind for record in records]
                down, up = kinds.index(RecordKind.SOURCE_DOWN), kinds.index(RecordKind.SOURCE_UP)
                assert down < up and "the cable is out" in (records[down].message or "")
                assert {r.origin for r in records[up + 1 :]} == {Origin.RESYNC}
            lister.domains = [Listed(two.uuid, "two", 99)]  # type: ignore[arg-type]
            with pytest.raises(virtwatch.Error, match="state 99"):
                conn.audit()
            lister.domains = ["two"]  # type: ignore[list-item]
            with pytest.raises(AttributeError):
                conn.audit()
    finally:
        virtwatch.unregister_driver("lister")


def test_taking_it_away_closes() -> None:
    """G8: on return nothing of it runs, and it is dropped."""
    teller = Teller()
    gone = weakref.ref(teller)
    virtwatch.register_driver("taken", teller)
    with virtwatch.connect("taken:///") as conn:
        inventory = Inventory(conn)
        host = teller.host
        conn.create_xml(xml("vm"))
        assert inventory.wait_for(lambda view: len(view) == 1)
        virtwatch.unregister_driver("taken")
        assert teller.closed == ["taken:///"]
        del teller
        gc.collect()
        assert gone() is None
        assert inventory.wait_for(lambda view: view.stale) and len(inventory) == 1
        assert not conn.is_alive
        with pytest.raises(virtwatch.InvalidStateError):
            host.started(uuid.uuid4(), name="late")
        with pytest.raises(virtwatch.Error):
            conn.create_xml(xml())
        virtwatch.register_driver("taken", Teller())
        with virtwatch.connect("taken:///") as fresh:
            assert fresh.epoch != conn.epoch and fresh.is_alive and fresh.domains() == []
        virtwatch.unregister_driver("taken")
        assert len(inventory) == 1
    with pytest.raises(virtwatch.InvalidArgumentError, match="no registered driver"):
        virtwatch.unregister_driver("taken")


def test_every_method_works_inside_a_driver() -> None:
    """G9."""

    class Busy(Teller):
        def operate(self, host: Host, request: Request) -> Answer | None:
            if request.kind is RequestKind.SUSPEND:
                with virtwatch.connect(host.uri) as other:
                    assert other.lookup_by_name("vm").state is State.RUNNING
                    with Inventory(other) as inventory:
                        assert len(inventory) == 1
                    other.register(print).cancel()
                    other.define_xml(xml("another"))
                host.started(uuid.uuid4(), name="third")
            return None

    virtwatch.register_driver("busy", Busy())
    try:
        with virtwatch.connect("busy:///") as conn:
            conn.create_xml(xml("vm")).suspend()
            assert {domain.name for domain in conn.domains()} == {"vm", "another", "third"}
    finally:
        virtwatch.unregister_driver("busy")


def test_what_cannot_be_registered(teller: Teller) -> None:
    with pytest.raises(virtwatch.InvalidStateError):
        virtwatch.register_driver("teller", Teller())
    for scheme in ("", "test", "Upper", "a b"):
        with pytest.raises(virtwatch.InvalidArgumentError):
            virtwatch.register_driver(scheme, Teller())
    with pytest.raises(virtwatch.InvalidArgumentError):
        virtwatch.register_driver("blind", Driver())
    with pytest.raises(AttributeError):
        virtwatch.register_driver("nothing", object())  # type: ignore[arg-type]


def test_a_failing_close_goes_to_the_unraisable_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    class Failing(Teller):
        def close(self, host: Host) -> None:
            raise ValueError("of close")

    seen: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append(str(args.exc_value)))
    virtwatch.register_driver("failing", Failing())
    virtwatch.connect("failing:///").close()
    gc.collect()
    virtwatch.unregister_driver("failing")
    assert seen == ["of close"]


def test_a_program_ends_while_its_domains_are_listed() -> None:
    for _ in range(5):
        done = run_python(
            """
            import uuid, virtwatch
            listed = 0
            class Mine(virtwatch.Driver):
                def list(self, host):
                    global listed
                    listed += 1
                    yield virtwatch.Listed(uuid.UUID(int=1), f"vm{listed}", virtwatch.State.SHUTOFF)
            virtwatch.register_driver("mine", Mine())
            conn = virtwatch.connect("mine:///?poll=1ms")
            conn.register(lambda record: None)
            while listed < 20:
                pass
            """
        )
        assert (done.stdout, done.stderr) == ("", "")


def test_a_program_ends_and_forks_with_a_driver() -> None:
    """G12, and the driver is closed before the interpreter ends."""
    done = run_python(
        """
        import os, sys, threading, uuid, virtwatch

        class Mine(virtwatch.Driver):
            native = [event for event in virtwatch.EventType if event < 32]
            def open(self, host, uri):
                self.host = host
            def close(self, host):
                print("closed", flush=True)

        mine = Mine()
        virtwatch.register_driver("mine", mine)
        conn = virtwatch.connect("mine:///")
        inventory = virtwatch.Inventory(conn)
        child = os.fork()
        if child == 0:
            try:
                mine.host.started(uuid.uuid4(), name="vm")
            except virtwatch.ClosedError as error:
                assert "fork" in str(error)
            else:
                os._exit(1)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0

        def work():
            while True:
                vm = uuid.uuid4()
                try:
                    mine.host.started(vm, name="vm")
                    mine.host.stopped(vm)
                except virtwatch.Error:
                    pass
        for _ in range(3):
            threading.Thread(target=work, daemon=True).start()
        while conn.cursor.seq < 1000:
            pass
        """
    )
    assert (done.stdout, done.stderr) == ("closed\n", "")


def test_who_asks_for_an_audit_gets_what_the_listing_raised() -> None:
    class Interrupted(Driver):
        raises = False

        def list(self, host: virtwatch.Host) -> list[Listed]:
            if self.raises:
                raise KeyboardInterrupt
            return []

    driver = Interrupted()
    virtwatch.register_driver("interrupted", driver)
    try:
        with virtwatch.connect("interrupted:///") as conn:
            driver.raises = True
            with pytest.raises(KeyboardInterrupt):
                conn.audit()
            driver.raises = False
    finally:
        virtwatch.unregister_driver("interrupted")
