"""The work that is measured in Python: written for libvirt-python, run with its module and ours.

    work.py MODULE ROW

Prints what one unit costs in nanoseconds. The rows of `OURS` are for virtwatch alone.
"""

import importlib
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

clock = time.process_time
"""What else the machine does is not counted. Nothing here waits."""

EVENTS = 20_000
MANY = 2_000


def document(number: int) -> str:
    return (
        f"<domain type='test'><name>vm-{number:06}</name><memory>1</memory>"
        "<os><type>hvm</type></os></domain>"
    )


class Work:
    """One row each: a method that returns what one unit costs."""

    def __init__(self, libvirt: Any) -> None:
        self.libvirt = libvirt
        libvirt.virEventRegisterDefaultImpl()
        self.conn = libvirt.open("test:///default")
        self.heard = 0

    def count(self, conn: Any, dom: Any, event: int, detail: int, opaque: Any) -> None:
        self.heard += 1

    def listen(self) -> None:
        self.conn.domainEventRegisterAny(None, 0, self.count, None)

    def drain(self, events: int) -> None:
        while self.heard < events:
            self.libvirt.virEventRunDefaultImpl()
        self.heard = 0

    def domains(self) -> list[Any]:
        return [self.conn.defineXML(document(number)) for number in range(MANY)]

    def callback(self) -> float:
        dom = self.conn.lookupByName("test")
        self.listen()
        return best(lambda: queue(dom.suspend, dom.resume), lambda: self.drain(EVENTS), EVENTS)

    def suspend(self) -> float:
        dom = self.conn.lookupByName("test")
        self.listen()
        return best(
            lambda: None,
            lambda: queue(dom.suspend, dom.resume),
            EVENTS,
            lambda: self.drain(EVENTS),
        )

    def define(self) -> float:
        self.listen()
        begun = clock()
        self.domains()
        return (clock() - begun) / MANY

    def create(self) -> float:
        domains = self.domains()
        self.listen()
        begun = clock()
        for dom in domains:
            dom.create()
        return (clock() - begun) / MANY

    def name(self) -> float:
        names = [dom.name() for dom in self.domains()]
        return each(self.conn.lookupByName, names)

    def uuid(self) -> float:
        uuids = [dom.UUIDString() for dom in self.domains()]
        return each(self.conn.lookupByUUIDString, uuids)

    def id(self) -> float:
        for dom in self.domains():
            dom.create()
        return each(self.conn.lookupByID, self.conn.listDomainsID())

    def list(self) -> float:
        self.domains()
        return best(lambda: None, self.conn.listAllDomains, MANY)

    def state(self) -> float:
        return each(lambda dom: dom.state(), self.domains())


class Ours:
    """What virtwatch has beside libvirt's interface."""

    def __init__(self) -> None:
        import virtwatch

        self.conn = virtwatch.connect("test:///empty")
        self.dom = self.conn.create_xml(document(0))

    def register(self) -> float:
        """A registered callback. Another one holds the thread back until all events are queued."""
        gate, done = threading.Semaphore(0), threading.Semaphore(0)
        other = self.conn.create_xml(document(1))
        heard = 0

        def callback(record: Any) -> None:
            nonlocal heard
            heard += 1
            if heard == EVENTS + 2:
                done.release()

        def queue_all() -> None:
            nonlocal heard
            other.suspend()
            other.resume()
            queue(self.dom.suspend, self.dom.resume)
            heard = 0

        def deliver() -> None:
            gate.release(2)
            done.acquire()

        self.conn.register(lambda record: gate.acquire(), domain=other)
        self.conn.register(callback)
        return best(queue_all, deliver, EVENTS)

    def watch(self) -> float:
        with self.conn.watch(snapshot=False) as watch:

            def read() -> None:
                left = EVENTS
                for _ in watch:
                    left -= 1
                    if not left:
                        break

            return best(lambda: queue(self.dom.suspend, self.dom.resume), read, EVENTS)


def queue(suspend: Callable[[], object], resume: Callable[[], object]) -> None:
    for _ in range(EVENTS // 2):
        suspend()
        resume()


def best(
    before: Callable[[], object],
    work: Callable[[], object],
    units: int,
    after: Callable[[], object] = lambda: None,
) -> float:
    """Of several runs the fastest."""
    spent = []
    for _ in range(7):
        before()
        begun = clock()
        work()
        spent.append(clock() - begun)
        after()
    return min(spent) / units


def each(call: Callable[[Any], object], arguments: list[Any]) -> float:
    def work() -> None:
        for argument in arguments:
            call(argument)

    return best(lambda: None, work, len(arguments))


def main() -> None:
    module, row = sys.argv[1:]
    work = Ours() if module == "virtwatch" else Work(importlib.import_module(module))
    print(getattr(work, row)() * 1e9)


main()
