"""Measures virtwatch's Python beside libvirt-python, in alternating runs.

    benches/python.py [ROW...]

The interpreter that runs it has to have both modules. Of several rounds the fastest counts. What is
counted is the time that the process computes, so that what else the machine does matters little. A
budget that is missed is told, and is no failure.
"""

import subprocess
import sys
from pathlib import Path

ROUNDS = 5

SAME = {
    "callback": "an event to a callback, in the default loop",
    "suspend": "suspend, resume",
    "define": "define, 95 bytes",
    "create": "create a defined domain",
    "name": "look up by name, of 2,000",
    "uuid": "look up by UUID, of 2,000",
    "id": "look up by id, of 2,000",
    "list": "list all, per domain",
    "state": "ask for the state",
}
"""One source with both modules."""

OURS = {
    "register": ("an event to a registered callback", 15),
    "watch": ("an event by iteration over a watch", None),
}
"""virtwatch's own, beside libvirt-python's callback; and how many times cheaper it has to be."""


def run(module: str, row: str) -> float:
    command = [sys.executable, str(Path(__file__).with_name("work.py")), module, row]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def compare(what: str, theirs: tuple[str, str], ours: tuple[str, str], budget: int | None) -> None:
    runs = [(run(*theirs), run(*ours)) for _ in range(ROUNDS)]
    libvirt, virtwatch = (min(column) for column in zip(*runs, strict=True))
    ratio = libvirt / virtwatch
    line = f"{what:50} {libvirt:11,.1f} {virtwatch:11,.1f} {ratio:7,.1f}×"
    if budget is not None:
        line += f" {budget:7,}× {'met' if ratio >= budget else 'not met'}"
    print(line, flush=True)


def main() -> None:
    rows = sys.argv[1:] or [*OURS, *SAME]
    print(f"{'':50} {'libvirt':>11} {'virtwatch':>11} {'ratio':>8} {'budget':>8}")
    for row in rows:
        if row in OURS:
            what, budget = OURS[row]
            compare(what, ("libvirt", "callback"), ("virtwatch", row), budget)
        else:
            compare(SAME[row], ("libvirt", row), ("virtwatch.libvirt", row), None)


main()
