"""Starts a persistent domain again when it has crashed, a little later each time.

    python restart_on_crash.py [--first SECONDS] [--longest SECONDS] [URI]

It waits 1 second before it starts a domain again, twice as long after each further crash, 5 minutes at
most; a domain that has run for that long begins anew. It runs until Ctrl-C.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from uuid import UUID

import virtwatch
from virtwatch import EventType, Record, StoppedDetail

CRASHES = {StoppedDetail.CRASHED, StoppedDetail.FAILED}


class Keeper:
    """Starts again what has crashed."""

    def __init__(self, conn: virtwatch.Connection, first: float, longest: float) -> None:
        self.conn = conn
        self.first, self.longest = first, longest
        self.delays: dict[UUID, float] = {}
        """How long each domain waited last."""
        self.started: dict[UUID, float] = {}
        self.waiting: dict[UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        async for record in self.conn.watch(types={EventType.STARTED, EventType.STOPPED}):
            if record.uuid is None or record.in_catchup:
                continue
            if record.type is EventType.STARTED:
                self.started[record.uuid] = time.monotonic()
                self.forget(record.uuid)
            elif record.detail in CRASHES and record.persistent_after:
                self.plan(record, record.uuid)

    def forget(self, uuid: UUID) -> None:
        """Somebody has started it."""
        task = self.waiting.pop(uuid, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def plan(self, record: Record, uuid: UUID) -> None:
        ran = time.monotonic() - self.started.get(uuid, time.monotonic())
        last = self.delays.get(uuid)
        delay = self.first if last is None or ran >= self.longest else min(2 * last, self.longest)
        self.delays[uuid] = delay
        print(f"{record.name} has crashed; starting it in {delay:g} s", flush=True)
        self.forget(uuid)
        self.waiting[uuid] = asyncio.create_task(self.start(uuid, delay))

    async def start(self, uuid: UUID, delay: float) -> None:
        await asyncio.sleep(delay)
        del self.waiting[uuid]
        try:
            # It may take long, and the other domains do not wait.
            await asyncio.to_thread(self.conn.lookup_by_uuid(uuid).start)
        except virtwatch.Error as error:
            print(f"{uuid} was not started: {error}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Starts again what has crashed.")
    parser.add_argument("uri", nargs="?", default="test:///default")
    parser.add_argument("--first", type=float, default=1.0, metavar="SECONDS")
    parser.add_argument("--longest", type=float, default=300.0, metavar="SECONDS")
    arguments = parser.parse_args()
    with virtwatch.connect(arguments.uri) as conn:
        try:
            asyncio.run(Keeper(conn, arguments.first, arguments.longest).run())
        except KeyboardInterrupt:
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
