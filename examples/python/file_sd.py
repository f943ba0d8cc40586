"""Keeps a file of the running domains for Prometheus, which reads it whenever it changes (file_sd).

    python file_sd.py [--port PORT] [--once] FILE [URI]

Each running domain becomes a target NAME:PORT with labels that begin with `__meta_virtwatch_`. The file
is replaced as a whole, so that nobody reads half of one. While the source cannot be reached the file
stays as it is: what is not reachable is not gone. It runs until Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import virtwatch
from virtwatch import DomainView, Inventory


def target(domain: DomainView, port: int) -> dict[str, object]:
    return {
        "targets": [f"{domain.name}:{port}"],
        "labels": {
            "__meta_virtwatch_name": domain.name,
            "__meta_virtwatch_uuid": str(domain.uuid),
            "__meta_virtwatch_state": str(domain.state),
            "__meta_virtwatch_persistent": str(domain.persistent).lower(),
        },
    }


def targets(inventory: Inventory, port: int) -> list[dict[str, object]]:
    running = [domain for domain in inventory.values() if domain.active]
    return [target(domain, port) for domain in sorted(running, key=lambda domain: domain.name)]


def replace(file: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as fresh:
        fresh.write(text)
        os.fchmod(fresh.fileno(), 0o644)
    os.replace(fresh.name, file)


def keep(inventory: Inventory, file: Path, port: int, once: bool) -> None:
    written = None
    while True:
        wanted = targets(inventory, port)
        if wanted != written and not inventory.stale:
            replace(file, json.dumps(wanted, indent=2) + "\n")
            written = wanted
        if once:
            return
        inventory.wait_for(lambda now: not now.stale and targets(now, port) != written)


def main() -> int:
    parser = argparse.ArgumentParser(description="Keeps a file of the running domains.")
    parser.add_argument("file", type=Path)
    parser.add_argument("uri", nargs="?", default="test:///default")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--once", action="store_true", help="write the file and end")
    arguments = parser.parse_args()
    with virtwatch.connect(arguments.uri, read_only=True) as conn, Inventory(conn) as inventory:
        try:
            keep(inventory, arguments.file.absolute(), arguments.port, arguments.once)
        except KeyboardInterrupt:
            pass
        except virtwatch.ClosedError:
            print("the source is gone", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
