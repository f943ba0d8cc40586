"""What the programs of this directory share."""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Callable

A = "aaaaaaaa-1111-4111-8111-111111111111"
B = "bbbbbbbb-2222-4222-8222-222222222222"

TYPES = (
    ("defined", ("added", "updated", "renamed", "from snapshot")),
    ("undefined", ("removed", "renamed")),
    ("started", ("booted", "migrated", "restored", "from snapshot", "wakeup")),
    ("suspended", ("paused", "migrated", "ioerror", "watchdog", "restored", "from snapshot")),
    ("resumed", ("unpaused", "migrated", "from snapshot")),
    ("stopped", ("shutdown", "destroyed", "crashed", "migrated", "saved", "failed")),
    ("shutdown", ("finished", "guest", "host")),
    ("pmsuspended", ("memory", "disk")),
    ("crashed", ("panicked", "crashloaded")),
)


def document(name: str, uuid: str = A) -> str:
    return (
        f"<domain type='test'><name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>8</memory>"
        "<currentMemory unit='KiB'>4096</currentMemory><vcpu current='2'>3</vcpu>"
        "<os><type>hvm</type></os></domain>"
    )


def watchdog() -> None:
    """Ends a program that hangs."""
    faulthandler.dump_traceback_later(60, exit=True, file=sys.stderr)


def show(what: str, call: Callable[[], object]) -> None:
    """Prints what a call returns, or the code with which it is refused."""
    try:
        result = call()
    except Exception as error:
        code = getattr(error, "get_error_code", None)
        if code is None:
            raise
        print(f"{what}: refused with {code()}")
    else:
        print(f"{what}: {result!r}")
