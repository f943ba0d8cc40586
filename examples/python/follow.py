"""Writes what happens to every domain, a line for each event, and goes on where it stopped.

    python follow.py [--cursor FILE] [--json] [URI]

It runs until Ctrl-C. With a FILE it remembers how far it came, and the next run with the same journal
begins there; where that is not possible it says so and begins with what exists.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import virtwatch
from virtwatch import Cursor, Record, RecordKind


def line(record: Record) -> str:
    """A record for a person."""
    if record.kind is RecordKind.EVENT and record.time is not None:
        time = record.time.isoformat(timespec="milliseconds")
        renamed = f" (was {record.old_name})" if record.old_name else ""
        return f"{time} {record.name}{renamed}: {record.type} ({record.detail})"
    if record.kind is RecordKind.CATCHUP:
        return f"-- {record.origin}: what exists, told anew"
    if record.kind is RecordKind.SOURCE_DOWN:
        return f"-- the source is lost: {record.message}"
    return f"-- {record.kind}"


def remembered(file: Path | None) -> Cursor | None:
    """Where the last run stopped."""
    if file is None or not file.exists():
        return None
    return Cursor.parse(file.read_text().strip())


def follow(watch: virtwatch.Watch, as_json: bool) -> None:
    for record in watch:
        print(json.dumps(record.to_dict()) if as_json else line(record), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes what happens to every domain.")
    parser.add_argument("uri", nargs="?", default="test:///default")
    parser.add_argument("--cursor", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with virtwatch.connect(arguments.uri, read_only=True) as conn:
        with conn.watch(resume=remembered(arguments.cursor)) as watch:
            try:
                follow(watch, arguments.json)
            except KeyboardInterrupt:
                pass
        if arguments.cursor is not None:
            arguments.cursor.write_text(f"{watch.cursor}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
