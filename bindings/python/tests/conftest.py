"""What the tests share. A test that hangs is ended with the stacks of its threads."""

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
import textwrap
import threading
import time
import uuid as uuids
from collections.abc import Callable, Iterator

import pytest
import virtwatch

WATCHDOG = float(os.environ.get("VIRTWATCH_WATCHDOG", "120"))


stderr = -1
"""Where the watchdog writes: pytest keeps the other one to itself."""


def pytest_configure(config: pytest.Config) -> None:
    global stderr
    capture = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        stderr = os.dup(2)


@pytest.fixture(autouse=True)
def watchdog() -> Iterator[None]:
    faulthandler.dump_traceback_later(WATCHDOG, exit=True, file=stderr)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(trylast=True)
def pytest_exception_interact() -> None:
    """pytest ends the watchdog when a test fails; its clean-up may hang as well."""
    faulthandler.dump_traceback_later(WATCHDOG, exit=True, file=stderr)


@pytest.fixture
def conn() -> Iterator[virtwatch.Connection]:
    with virtwatch.connect("test:///empty") as conn:
        yield conn


def xml(name: str = "vm", uuid: uuids.UUID | None = None, body: str = "") -> str:
    return (
        f"<domain type='test'><name>{name}</name><uuid>{uuid or uuids.uuid4()}</uuid>"
        f"<memory>1024</memory><os><type>hvm</type></os>{body}</domain>"
    )


def wait_until(condition: Callable[[], object]) -> None:
    """The watchdog ends a wait for what never comes."""
    while not condition():
        time.sleep(0.001)


def read_all(watch: virtwatch.Watch) -> list[virtwatch.Record]:
    """What there is to read now."""
    records = []
    while (record := watch.next(timeout=0)) is not None:
        records.append(record)
    return records


def listing(conn: virtwatch.Connection) -> dict[uuids.UUID, tuple[object, ...]]:
    """What the registry says, to be compared with `of_view`."""
    return {
        domain.uuid: (
            domain.name,
            domain.id,
            domain.is_persistent,
            domain.is_active,
            domain.state,
            domain.reason,
        )
        for domain in conn.domains()
    }


def of_view(view: dict[uuids.UUID, virtwatch.DomainView]) -> dict[uuids.UUID, tuple[object, ...]]:
    return {
        uuid: (
            domain.name,
            domain.id,
            domain.persistent,
            domain.active,
            domain.state,
            domain.reason,
        )
        for uuid, domain in view.items()
    }


def run_python(
    program: str, expect: int | None = 0, timeout: float = WATCHDOG
) -> subprocess.CompletedProcess[str]:
    """Runs a program in an interpreter of its own, with warnings as errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "faulthandler", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if expect is not None:
        assert done.returncode == expect, (done.returncode, done.stdout, done.stderr)
    return done


class Thread(threading.Thread):
    """A thread whose failure is its joiner's."""

    def __init__(self, run: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._run = run
        self._failure: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._run()
        except BaseException as failure:
            self._failure = failure

    def end(self) -> None:
        self.join()
        if self._failure is not None:
            raise self._failure
