"""`virtwatch.libvirt`: programs that are written for libvirt-python print the same with it."""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import virtwatch
import virtwatch.libvirt as libvirt
from conftest import run_python, wait_until, xml
from virtwatch.libvirt import constants

PROGRAMS = sorted(Path(__file__).with_name("libvirt").glob("*.py"))
PROGRAMS = [path for path in PROGRAMS if path.stem != "ported"]
IMPORTS = {
    "import virtwatch.libvirt as libvirt\n": "import libvirt\n",
    "import virtwatch.libvirtaio as libvirtaio\n": "import libvirtaio\n",
}
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "python-libvirt.md"
DEBIANS = "/usr/bin/python3"
"""Debian's python3-libvirt is for this interpreter."""


def run(python: str, program: str) -> str:
    path = os.pathsep.join([str(PROGRAMS[0].parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [python, "-X", "faulthandler", "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def libvirts_python() -> str:
    for python in (sys.executable, DEBIANS):
        if Path(python).exists():
            found = subprocess.run(
                [python, "-c", "import libvirt"], capture_output=True, check=False
            )
            if found.returncode == 0:
                return python
    if "CI" in os.environ:
        pytest.fail("python3-libvirt is not installed")
    pytest.skip("python3-libvirt is not installed")


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_prints_the_same_with_both(path: Path, libvirts_python: str) -> None:
    ours = path.read_text()
    theirs = ours
    for mine, other in IMPORTS.items():
        theirs = theirs.replace(mine, other)
    assert theirs != ours
    printed = run(libvirts_python, theirs)
    assert printed
    assert run(sys.executable, ours) == printed


def ask_libvirt(python: str, expression: str) -> Any:
    """What an expression is with libvirt-python."""
    program = f"import json, libvirt; print(json.dumps({expression}))"
    return json.loads(run(python, program))


def test_every_number_is_libvirts(libvirts_python: str) -> None:
    theirs = ask_libvirt(
        libvirts_python, "{n: getattr(libvirt, n) for n in dir(libvirt) if n[:4] == 'VIR_'}"
    )
    ours = {name: number for name, number in vars(constants).items() if name.startswith("VIR_")}
    added = {name for name in ours if name not in theirs}
    assert {name: theirs[name] for name in ours if name not in added} == {
        name: number for name, number in ours.items() if name not in added
    }
    assert added == {
        "VIR_DOMAIN_EVENT_ID_FULL_LIFECYCLE",
        "VIR_DOMAIN_EVENT_ADDED",
        "VIR_DOMAIN_EVENT_ADDED_DEFINED",
        "VIR_DOMAIN_EVENT_ADDED_STARTED",
        "VIR_DOMAIN_EVENT_REMOVED",
        "VIR_DOMAIN_EVENT_REMOVED_STOPPED",
        "VIR_DOMAIN_EVENT_REMOVED_UNDEFINED",
    }


@pytest.mark.parametrize(
    ("numbers", "prefix"),
    [
        (virtwatch.EventType, "VIR_DOMAIN_EVENT_"),
        (virtwatch.State, "VIR_DOMAIN_"),
        (virtwatch.ErrorCode, "VIR_ERR_"),
        (virtwatch.ErrorDomain, "VIR_FROM_"),
        *(
            (getattr(virtwatch, f"{name}Detail"), f"VIR_DOMAIN_EVENT_{name.upper()}_")
            for name in (
                "Added Removed Defined Undefined Started Suspended Resumed Stopped Shutdown "
                "PmSuspended Crashed"
            ).split()
        ),
        *(
            (getattr(virtwatch, f"{name}Reason"), f"VIR_DOMAIN_{name.upper()}_")
            for name in ("Running", "Paused", "Shutdown", "Shutoff", "Crashed")
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_every_number_of_virtwatch_is_there(numbers: Any, prefix: str) -> None:
    for member in numbers:
        assert getattr(constants, prefix + member.name) == member


def covered() -> set[str]:
    """The functions and methods that there are."""
    names = {
        name
        for name, value in vars(libvirt).items()
        if callable(value) and not name.startswith("_") and not isinstance(value, type)
    }
    for kind in (libvirt.virConnect, libvirt.virDomain, libvirt.libvirtError):
        methods = [name for name in vars(kind) if not name.startswith("_")]
        names |= {f"{kind.__name__}.{name}" for name in methods}
    return names


def test_what_is_covered_is_what_the_document_says() -> None:
    text = DOCUMENT.read_text()
    table = re.search(r"<!-- functions -->(.*)<!-- end -->", text, re.DOTALL)
    assert table is not None
    said = set()
    for row in re.findall(r"^\| `?([^|]*?)`? \| (.*) \|$", table[1], re.MULTILINE)[1:]:
        owner = f"{row[0]}." if row[0] in ("virConnect", "virDomain", "libvirtError") else ""
        said |= {owner + name for name in re.findall(r"`(\w+)`", row[1])}
    assert said == covered()


def test_what_is_covered_has_libvirts_parameters(libvirts_python: str) -> None:
    theirs = ask_libvirt(
        libvirts_python,
        "(i := __import__('inspect')) and {p + n: list(i.signature(f).parameters)"
        " for p, o in (('', libvirt), ('virConnect.', libvirt.virConnect),"
        " ('virDomain.', libvirt.virDomain), ('libvirtError.', libvirt.libvirtError))"
        " for n, f in vars(o).items() if i.isfunction(f)}",
    )
    for name in covered():
        owner, _, function = name.rpartition(".")
        mine = getattr(getattr(libvirt, owner) if owner else libvirt, function)
        assert list(inspect.signature(mine).parameters) == theirs[name], name


class Log(list[tuple[str, int, int, int]]):
    """Notes what a callback is given, and its thread."""

    threads: set[threading.Thread]

    def __init__(self) -> None:
        super().__init__()
        self.threads = set()

    def __call__(
        self, conn: libvirt.virConnect, dom: libvirt.virDomain, event: int, detail: int, opaque: Any
    ) -> None:
        assert type(event) is int and type(detail) is int
        self.threads.add(threading.current_thread())
        self.append((dom.name(), dom.ID(), event, detail))


def test_without_a_loop_callbacks_run_on_a_thread_of_the_connection() -> None:
    conn = libvirt.open("test:///empty")
    log = Log()
    number = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, log, None)
    dom = conn.defineXML(xml("vm"))
    dom.create()
    dom.destroy()
    wait_until(lambda: len(log) == 3)
    assert log == [("vm", -1, 0, 0), ("vm", 1, 2, 0), ("vm", 1, 5, 1)]
    assert threading.current_thread() not in log.threads
    conn.domainEventDeregisterAny(number)
    dom.undefine()
    assert len(log) == 3


def test_all_eleven_types_come_with_the_id_that_virtwatch_adds() -> None:
    conn = libvirt.open("test:///empty")
    log = Log()
    conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_FULL_LIFECYCLE, log, None)
    conn.createXML(xml("job")).destroy()
    wait_until(lambda: len(log) == 4)
    assert [event for _, _, event, _ in log] == [
        libvirt.VIR_DOMAIN_EVENT_ADDED,
        libvirt.VIR_DOMAIN_EVENT_STARTED,
        libvirt.VIR_DOMAIN_EVENT_STOPPED,
        libvirt.VIR_DOMAIN_EVENT_REMOVED,
    ]


def test_one_function_may_be_registered_twice() -> None:
    conn = libvirt.open("test:///empty")
    log = Log()
    numbers = [conn.domainEventRegisterAny(None, 0, log, None) for _ in range(2)]
    assert numbers == [0, 1]
    dom = conn.defineXML(xml("vm"))
    wait_until(lambda: len(log) == 2)
    conn.domainEventDeregisterAny(0)
    dom.undefine()
    wait_until(lambda: len(log) == 3)
    conn.domainEventDeregisterAny(1)


def test_a_domain_of_an_event_outlives_it() -> None:
    """The handle keeps the name and id of the event, and is the domain all the same."""
    conn = libvirt.open("test:///empty")
    seen: list[libvirt.virDomain] = []
    conn.domainEventRegisterAny(None, 0, lambda conn, dom, *_: seen.append(dom), None)
    vm = conn.defineXML(xml("vm"))
    vm.create()
    vm.destroy()
    vm.rename("new")
    vm.create()
    wait_until(lambda: len(seen) == 6)
    defined, started, stopped, _, renamed, restarted = seen
    assert [dom.ID() for dom in seen] == [-1, 1, 1, -1, -1, 2]
    assert (defined.name(), renamed.name()) == ("vm", "new")
    assert stopped.isActive() and stopped.UUID() == vm.UUID() and stopped.connect() is conn
    started.destroy()
    assert not restarted.isActive()


def test_what_a_callback_raises_goes_to_the_excepthook(monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: raised.append(str(error)))
    conn = libvirt.open("test:///empty")

    def fails(*_: object) -> None:
        raise ValueError("no")

    conn.domainEventRegisterAny(None, 0, fails, None)
    conn.defineXML(xml())
    wait_until(lambda: raised == ["no"])


def test_close_says_whether_something_keeps_it_open() -> None:
    conn = libvirt.open("test:///empty")
    assert conn.close() == 0
    with pytest.raises(libvirt.libvirtError) as caught:
        conn.listAllDomains()
    assert caught.value.get_error_code() == libvirt.VIR_ERR_INVALID_CONN
    conn = libvirt.open("test:///empty")
    dom, log = conn.defineXML(xml("vm")), Log()
    assert conn.close() == 1
    dom.create()
    conn = libvirt.open("test:///empty")
    conn.domainEventRegisterAny(None, 0, log, None)
    assert conn.close() == 1
    with libvirt.open("test:///empty") as conn:
        pass
    with pytest.raises(libvirt.libvirtError):
        conn.getURI()


class Reachable(virtwatch.Driver):
    """One whose source can be lost."""

    def __init__(self) -> None:
        self.is_lost = False

    def list(self, host: virtwatch.Host) -> list[virtwatch.Listed]:
        if self.is_lost:
            raise ConnectionError("the cable is out")
        return []


def test_the_close_callback_tells_that_the_source_is_lost() -> None:
    """G6: once, and the connection returns by itself."""
    driver = Reachable()
    virtwatch.register_driver("reachable", driver)
    try:
        conn = libvirt.open("reachable:///?poll=1ms")
        told: list[tuple[object, ...]] = []
        assert conn.registerCloseCallback(lambda *arguments: told.append(arguments), "opaque") == 0
        with pytest.raises(libvirt.libvirtError) as caught:
            conn.registerCloseCallback(lambda *_: None, None)
        assert caught.value.get_error_code() == libvirt.VIR_ERR_OPERATION_INVALID
        driver.is_lost = True
        wait_until(lambda: told)
        assert told == [(conn, libvirt.VIR_CONNECT_CLOSE_REASON_ERROR, "opaque")]
        assert not conn.isAlive()
        driver.is_lost = False
        wait_until(conn.isAlive)
        driver.is_lost = True
        wait_until(lambda: not conn.isAlive())
        assert len(told) == 1
        conn.unregisterCloseCallback()
    finally:
        virtwatch.unregister_driver("reachable")


def test_migration_between_two_connections() -> None:
    source, destination = libvirt.open("test:///empty"), libvirt.open("test:///empty")
    log = Log()
    destination.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, log, None)
    vm = source.defineXML(xml("vm"))
    vm.create()
    flags = libvirt.VIR_MIGRATE_LIVE | libvirt.VIR_MIGRATE_PERSIST_DEST
    moved = vm.migrate(destination, flags | libvirt.VIR_MIGRATE_UNDEFINE_SOURCE, "moved")
    assert moved.connect() is destination and moved.name() == "moved"
    assert moved.state() == [libvirt.VIR_DOMAIN_RUNNING, libvirt.VIR_DOMAIN_RUNNING_MIGRATED]
    assert moved.isPersistent() and source.listAllDomains() == []
    wait_until(lambda: len(log) == 2)
    assert [event for _, _, event, _ in log] == [2, 0]
    with pytest.raises(libvirt.libvirtError) as caught:
        moved.migrate(source, libvirt.VIR_MIGRATE_TUNNELLED)
    assert caught.value.get_error_code() == libvirt.VIR_ERR_INVALID_ARG


def test_what_it_shows_of_itself() -> None:
    conn = libvirt.open("test:///empty")
    vm = conn.defineXML(xml("vm"))
    assert repr(vm) == f"<virDomain 'vm' {vm.UUIDString()}>"
    assert repr(conn) == "<virConnect to test:///empty>"
    conn.close()
    assert repr(conn) == "<virConnect, closed>"


def test_the_last_error_is_that_of_this_threads_last_call() -> None:
    conn = libvirt.open("test:///empty")
    with pytest.raises(libvirt.libvirtError) as caught:
        conn.lookupByName("nobody")
    error = caught.value
    assert libvirt.virGetLastError() == error.err
    assert error.get_error_code() == libvirt.virGetLastErrorCode() == libvirt.VIR_ERR_NO_DOMAIN
    assert error.get_error_domain() == libvirt.virGetLastErrorDomain() == libvirt.VIR_FROM_TEST
    assert error.get_error_message() == libvirt.virGetLastErrorMessage() == str(error)
    assert error.get_error_level() == libvirt.VIR_ERR_ERROR
    assert [error.get_str1(), error.get_str2(), error.get_str3()] == [None] * 3
    assert [error.get_int1(), error.get_int2()] == [0, 0]
    other: list[object] = []
    thread = threading.Thread(target=lambda: other.append(libvirt.virGetLastError()))
    thread.start()
    thread.join()
    assert other == [None]
    conn.getURI()
    assert libvirt.virGetLastError() is None
    assert libvirt.libvirtError("plain").get_error_code() is None


LOOP = """
import threading, time
import virtwatch.libvirt as libvirt
from conftest import xml
libvirt.virEventRegisterDefaultImpl()
def run():
    while True:
        libvirt.virEventRunDefaultImpl()
loop = threading.Thread(target=run, daemon=True)
conn = libvirt.open("test:///empty")
"""


def in_loop(program: str) -> None:
    """Runs a program of which nothing but the end is to be seen. A loop is for a whole process."""
    here = repr(str(Path(__file__).parent))
    program = f"import sys; sys.path.insert(0, {here})\n{LOOP}\n{program}"
    ast.parse(program)
    assert run_python(program).stdout == ""


def test_deregistering_waits_for_the_callback_in_the_loop() -> None:
    """G8."""
    in_loop(
        """
inside, leave, left = threading.Event(), threading.Event(), []
def callback(*_):
    inside.set()
    leave.wait()
    time.sleep(0.01)
    left.append(1)
loop.start()
number = conn.domainEventRegisterAny(None, 0, callback, None)
conn.defineXML(xml()).create()
inside.wait()
threading.Timer(0.01, leave.set).start()
conn.domainEventDeregisterAny(number)
assert left == [1], left
"""
    )


def test_deregistering_inside_a_callback_does_not_wait() -> None:
    """G8, G9."""
    in_loop(
        """
seen = []
def first(conn, dom, event, detail, opaque):
    seen.append(1)
    for number in numbers:
        conn.domainEventDeregisterAny(number)
    conn.domainEventRegisterAny(None, 0, lambda *_: seen.append(3), None)
numbers = [
    conn.domainEventRegisterAny(None, 0, first, None),
    conn.domainEventRegisterAny(None, 0, lambda *_: seen.append(2), None),
]
vm = conn.defineXML(xml())
vm.create()
libvirt.virEventRunDefaultImpl()
vm.destroy()
while len(seen) < 2:
    libvirt.virEventRunDefaultImpl()
assert seen == [1, 3], seen
"""
    )


def test_a_registration_in_a_loop_sees_exactly_what_comes_after_it() -> None:
    """G8. Another one is far behind at that moment."""
    in_loop(
        """
early, late = [], []
conn.domainEventRegisterAny(None, 0, lambda c, d, *_: early.append(d.name()), None)
for name in "abc":
    conn.defineXML(xml(name))
conn.domainEventRegisterAny(None, 0, lambda c, d, *_: late.append(d.name()), None)
conn.defineXML(xml("d"))
libvirt.virEventRunDefaultImpl()
assert (early, late) == (list("abcd"), ["d"]), (early, late)
"""
    )


def test_a_loop_that_was_not_run_for_long_is_brought_to_now() -> None:
    """G5."""
    in_loop(
        """
seen = []
vm, other = conn.createXML(xml("vm")), conn.createXML(xml("other"))
conn.domainEventRegisterAny(None, 0, lambda c, d, e, *_: seen.append((d.name(), e)), None)
other.suspend()
for _ in range(100_000):
    vm.suspend()
    vm.resume()
vm.suspend()
libvirt.virEventRunDefaultImpl()
assert sorted(seen) == [("other", 3), ("vm", 3)], len(seen)
vm.resume()
libvirt.virEventRunDefaultImpl()
assert seen[2:] == [("vm", 4)]
"""
    )


def test_callbacks_go_on_after_close_and_end_with_the_last() -> None:
    in_loop(
        """
import gc, weakref, os
before = len(os.listdir("/proc/self/fd"))
seen = []
other = libvirt.open("test:///default")
def callback(conn, dom, event, detail, opaque):
    seen.append(event)
    assert conn is other
number = other.domainEventRegisterAny(None, 0, callback, None)
dom = other.lookupByName("test")
gone = weakref.ref(dom._core)
assert other.close() == 1
dom.suspend()
libvirt.virEventRunDefaultImpl()
assert seen == [3]
other._callbacks.remove(number)
libvirt.virEventRunDefaultImpl()
del dom, callback, other
gc.collect()
assert gone() is None
assert len(os.listdir("/proc/self/fd")) <= before + 1
"""
    )


def test_a_second_loop_is_ignored_and_a_connection_from_before_keeps_its_thread() -> None:
    program = """
import threading
import virtwatch.libvirt as libvirt
from conftest import wait_until, xml
conn, where = libvirt.open("test:///empty"), []
conn.domainEventRegisterAny(None, 0, lambda *_: where.append(threading.current_thread()), None)
libvirt.virEventRegisterDefaultImpl()
libvirt.virEventRegisterImpl(None, None, None, None, None, None)
conn.defineXML(xml())
wait_until(lambda: where)
assert where[0] is not threading.main_thread()
other = libvirt.open("test:///empty")
other.domainEventRegisterAny(None, 0, lambda *_: where.append(threading.current_thread()), None)
other.defineXML(xml())
libvirt.virEventRunDefaultImpl()
assert where[1] is threading.main_thread()
"""
    here = repr(str(Path(__file__).parent))
    run_python(f"import sys; sys.path.insert(0, {here})\n{program}")


def test_the_default_loop_has_to_be_registered_to_be_run() -> None:
    run_python(
        """
import virtwatch.libvirt as libvirt
try:
    libvirt.virEventRunDefaultImpl()
except libvirt.libvirtError as error:
    assert error.get_error_code() == libvirt.VIR_ERR_OPERATION_INVALID
else:
    raise AssertionError
"""
    )


def test_a_loop_that_is_interrupted_goes_on() -> None:
    in_loop(
        """
import os, signal
threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    libvirt.virEventRunDefaultImpl()
except KeyboardInterrupt:
    pass
seen = []
conn.domainEventRegisterAny(None, 0, lambda *_: seen.append(1), None)
conn.defineXML(xml())
libvirt.virEventRunDefaultImpl()
assert seen == [1]
"""
    )


def test_numbers_that_are_none_harm_nothing_in_asyncios_loop() -> None:
    run_python(
        """
import asyncio
import virtwatch.libvirt as libvirt
import virtwatch.libvirtaio as libvirtaio
async def main():
    impl = libvirtaio.virEventRegisterAsyncIOImpl()
    ticks = asyncio.Queue()
    timer = libvirt.virEventAddTimeout(1, lambda timer, opaque: ticks.put_nowait(timer), None)
    for number in (timer, 4711):
        libvirt.virEventUpdateHandle(number, 1)
        try:
            libvirt.virEventRemoveHandle(number)
        except libvirt.libvirtError:
            pass
        else:
            raise AssertionError
    libvirt.virEventUpdateTimeout(4711, 1)
    assert await ticks.get() == timer
    await asyncio.to_thread(libvirt.virEventRemoveTimeout, timer)
    assert not impl.callbacks
    await impl.drain()
    assert impl.is_idle()
asyncio.run(main())
"""
    )


def test_a_signal_handler_may_change_the_loop_and_the_registrations() -> None:
    in_loop(
        """
import signal
seen = []
def handler(*_):
    number = conn.domainEventRegisterAny(None, 0, lambda *_: seen.append(1), None)
    timer = libvirt.virEventAddTimeout(-1, print, None)
    libvirt.virEventRemoveTimeout(timer)
    conn.domainEventDeregisterAny(number)
    rounds.append(1)
rounds = []
signal.signal(signal.SIGALRM, handler)
conn.domainEventRegisterAny(None, 0, lambda *_: None, None)
vm = conn.defineXML(xml())
while len(rounds) < 100:
    signal.setitimer(signal.ITIMER_REAL, 0.0002)
    vm.create()
    vm.destroy()
    number = conn.domainEventRegisterAny(vm, 0, lambda *_: None, None)
    libvirt.virEventRunDefaultImpl()
    conn.domainEventDeregisterAny(number)
signal.setitimer(signal.ITIMER_REAL, 0)
"""
    )


def test_a_program_may_end_while_the_loop_runs() -> None:
    for _ in range(5):
        in_loop(
            """
conn.domainEventRegisterAny(None, 0, lambda *_: None, None)
loop.start()
vm = conn.defineXML(xml())
def churn():
    while True:
        vm.create()
        vm.destroy()
threading.Thread(target=churn, daemon=True).start()
time.sleep(0.02)
"""
        )


def test_registrations_that_come_and_go_in_a_storm() -> None:
    """G8: in threads beside the loop. None is called once its deregistration has returned."""
    in_loop(
        """
loop.start()
stop, late = threading.Event(), []
vm = conn.defineXML(xml())
conn.domainEventRegisterAny(None, 0, lambda *_: None, None)
def churn():
    while not stop.is_set():
        vm.create()
        vm.destroy()
        time.sleep(0.0002)
def come_and_go():
    for round in range(100):
        ended, seen = [], threading.Event()
        def callback(*_):
            seen.set()
            if ended:
                late.append(round)
        number = conn.domainEventRegisterAny(vm if round % 2 else None, 0, callback, None)
        seen.wait()
        conn.domainEventDeregisterAny(number)
        ended.append(1)
threads = [threading.Thread(target=come_and_go) for _ in range(3)]
writer = threading.Thread(target=churn)
for thread in (writer, *threads):
    thread.start()
for thread in threads:
    thread.join()
stop.set()
writer.join()
assert not late, late
"""
    )


def test_the_child_of_a_fork_opens_anew() -> None:
    """G12."""
    in_loop(
        """
import os
seen = []
conn.domainEventRegisterAny(None, 0, lambda *_: seen.append(1), None)
vm = conn.defineXML(xml())
loop.start()
while not seen:
    time.sleep(0.001)
child = os.fork()
if child == 0:
    try:
        vm.create()
    except libvirt.libvirtError as error:
        assert error.get_error_code() == libvirt.VIR_ERR_INVALID_CONN
    other = libvirt.open("test:///empty")
    other.domainEventRegisterAny(None, 0, lambda *_: seen.append(2), None)
    other.defineXML(xml())
    while seen[-1] != 2:
        libvirt.virEventRunDefaultImpl()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
vm.create()
while len(seen) < 2:
    time.sleep(0.001)
"""
    )


def test_many_callbacks_of_single_domains_cost_the_others_nothing_and_one_descriptor() -> None:
    in_loop(
        """
import os
before = len(os.listdir("/proc/self/fd"))
seen = []
vms = [conn.defineXML(xml(f"vm{number}")) for number in range(2000)]
numbers = [
    conn.domainEventRegisterAny(vm, 0, lambda c, d, e, _, o: seen.append((d.name(), o)), vm.name())
    for vm in vms
]
assert len(os.listdir("/proc/self/fd")) <= before + 2
for vm in vms:
    vm.create()
libvirt.virEventRunDefaultImpl()
assert seen == [(f"vm{number}",) * 2 for number in range(2000)]
for number in numbers:
    conn.domainEventDeregisterAny(number)
"""
    )


def test_a_handle_needs_a_descriptor() -> None:
    run_python(
        """
        import virtwatch.libvirt as libvirt
        libvirt.virEventRegisterDefaultImpl()
        try:
            libvirt.virEventAddHandle(-1, libvirt.VIR_EVENT_HANDLE_READABLE, print, None)
        except libvirt.libvirtError:
            libvirt.virEventAddTimeout(0, lambda *_: None, None)
            libvirt.virEventRunDefaultImpl()
        else:
            raise SystemExit("not refused")
        """
    )


def test_a_loop_of_asyncio_that_is_closed_takes_nothing() -> None:
    run_python(
        """
        import asyncio
        import virtwatch.libvirt as libvirt, virtwatch.libvirtaio as libvirtaio
        async def main():
            impl = libvirtaio.virEventRegisterAsyncIOImpl()
            conn = libvirt.open("test:///default")
            return impl, conn, conn.domainEventRegisterAny(None, 0, lambda *_: None, None)
        impl, conn, number = asyncio.run(main())
        conn.domainEventDeregisterAny(number)
        assert impl.is_idle()
        try:
            conn.domainEventRegisterAny(None, 0, lambda *_: None, None)
        except libvirt.libvirtError:
            assert impl.is_idle()
        else:
            raise SystemExit("not refused")
        """
    )
