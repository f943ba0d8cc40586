"""Measures virtwatch beside libvirt's test driver, in alternating runs, against the budgets.

    benches/compare.py LIBRARY_DIRECTORY WORK_DIRECTORY [ROW...]

Of several rounds the fastest counts: what disturbs a run only ever makes it slower. A budget that is
missed is told, and is no failure.
"""

import subprocess
import sys
from pathlib import Path

ROUNDS = 5

# What is measured, and how many times cheaper than libvirt it has to be.
COMPARED = {
    "deliver": ("deliver an event to a callback, in the loop", 100),
    "deliver-4000": ("the same with 4,000 per-domain callbacks", 1000),
    "define-95": ("define, 95 bytes", 40),
    "define-1k": ("define, 1 kB", 15),
    "define-6k": ("define, 6 kB", 10),
    "create": ("create a defined domain", 400),
    "suspend": ("suspend, resume", 20),
    "name": ("look up by name, of 20,000", 20),
    "uuid": ("look up by UUID, of 20,000", 30),
    "id": ("look up by id, of 20,000", 4000),
    "list": ("list all and free them, per domain", 40),
    "memory": ("memory per defined domain, bytes", 5),
}

# What has no counterpart, and how many times dearer than what it is compared with it may be, or
# up to how many nanoseconds.
ALONE = {
    "million-define": ("1,000,000 domains beside 20,000: define", 2.5, None),
    "million-create": ("… create", 2.5, None),
    "million-deliver": ("… deliver", 2.5, None),
    "million-suspend": ("… suspend, resume", 2.5, None),
    "million-name": ("… look up by name", None, None),
    "million-uuid": ("… look up by UUID", None, None),
    "million-id": ("… look up by id", None, None),
    "million-list": ("… list all and free them, per domain", None, None),
    "longest-define": ("longest define while growing to 1,000,000", None, 2e6),
    "waiting-1000": ("an event, 1,000 watches waiting beside 1", 1.2, None),
    "longest-append-1000": ("longest event with 1,000 watches waiting", None, 5e4),
    "dead-8": ("an event, 8 watches that nobody reads beside none", 1.2, None),
}


def pkg_config(package: str) -> list[str]:
    command = ["pkg-config", "--cflags", "--libs", package]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def build(source: str, program: Path, options: list[str]) -> Path:
    path = Path(__file__).with_name(source)
    flags = ["-O2", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-pthread"]
    subprocess.run(["cc", *flags, "-o", program, path, *options], check=True)
    return program


def run(program: Path, *arguments: str) -> str:
    command = [str(program), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def verdict(met: bool | None) -> str:
    return {True: "met", False: "not met", None: ""}[met]


def compare(libvirt: Path, virtwatch: Path, rows: list[str]) -> None:
    print(f"{'':50} {'libvirt':>11} {'virtwatch':>11} {'ratio':>8} {'budget':>8}")
    for row in rows:
        what, budget = COMPARED[row]
        runs = [(float(run(libvirt, row)), float(run(virtwatch, row))) for _ in range(ROUNDS)]
        theirs, ours = (min(column) for column in zip(*runs))
        ratio = theirs / ours
        line = f"{what:50} {theirs:11,.1f} {ours:11,.1f} {ratio:7,.1f}× {budget:7,}×"
        print(line, verdict(ratio >= budget), flush=True)


def alone(scale: Path) -> None:
    print(f"\n{'':50} {'compared':>11} {'virtwatch':>11} {'times':>8} {'budget':>10}")
    rounds = [run(scale).splitlines() for _ in range(ROUNDS)]
    for lines in zip(*rounds):
        row = lines[0].split("\t")[0]
        columns = zip(*(line.split("\t")[1:] for line in lines))
        ours, other = (min(map(float, column)) for column in columns)
        what, times, limit = ALONE[row]
        ratio, met, budget = ours / other, None, ""
        if times is not None:
            met, budget = ratio <= times, f"{times:g}×"
        if limit is not None:
            met, budget = ours <= limit, f"{limit:,.0f} ns"
        print(f"{what:50} {other:11,.1f} {ours:11,.1f} {ratio:7,.2f}× {budget:>12}", verdict(met))


def main() -> None:
    library, work, *rows = sys.argv[1:]
    include = Path(__file__).parent.parent / "include"
    link = [f"-I{include}", f"-L{library}", "-lvirtwatch", f"-Wl,-rpath,{library}"]
    Path(work).mkdir(parents=True, exist_ok=True)
    libvirt = build("work.c", Path(work, "libvirt"), pkg_config("libvirt"))
    compat = [f"-I{include}/virtwatch/compat", *link]
    virtwatch = build("work.c", Path(work, "virtwatch"), compat)
    compare(libvirt, virtwatch, rows or list(COMPARED))
    if not rows:
        alone(build("scale.c", Path(work, "scale"), link))


main()
