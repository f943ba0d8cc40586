"""A loop of the program's own, on selectors, with libvirt's handles and timeouts in it."""

import itertools
import os
import selectors
import time
from collections.abc import Callable
from typing import Any

import virtwatch.libvirt as libvirt
from ported import document, watchdog

BITS = (
    (libvirt.VIR_EVENT_HANDLE_READABLE, selectors.EVENT_READ),
    (libvirt.VIR_EVENT_HANDLE_WRITABLE, selectors.EVENT_WRITE),
)


class Loop:
    """Each handle is looked at by a duplicate of its descriptor, so that they do not meet."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.numbers = itertools.count(1)
        self.handles: dict[int, tuple[int, int, Callable[..., None], Any]] = {}
        self.timeouts: dict[int, list[Any]] = {}
        self.removed: list[Any] = []
        self.freed = 0

    def register(self) -> None:
        libvirt.virEventRegisterImpl(
            self.add_handle,
            self.update_handle,
            self.remove_handle,
            self.add_timeout,
            self.update_timeout,
            self.remove_timeout,
        )

    def add_handle(self, fd: int, events: int, callback: Callable[..., None], opaque: Any) -> int:
        number = next(self.numbers)
        self.handles[number] = os.dup(fd), fd, callback, opaque
        self.update_handle(number, events)
        return number

    def update_handle(self, number: int, events: int) -> None:
        fd = self.handles[number][0]
        if fd in self.selector.get_map():
            self.selector.unregister(fd)
        wanted = sum(bit for event, bit in BITS if events & event)
        if wanted:
            self.selector.register(fd, wanted, number)

    def remove_handle(self, number: int) -> int:
        self.update_handle(number, 0)
        fd, _, _, opaque = self.handles.pop(number)
        os.close(fd)
        self.removed.append(opaque)
        return 0

    def add_timeout(self, frequency: int, callback: Callable[..., None], opaque: Any) -> int:
        number = next(self.numbers)
        self.timeouts[number] = [frequency, 0.0, callback, opaque]
        self.update_timeout(number, frequency)
        return number

    def update_timeout(self, number: int, frequency: int) -> None:
        self.timeouts[number][:2] = frequency, time.monotonic() + frequency / 1000

    def remove_timeout(self, number: int) -> int:
        self.removed.append(self.timeouts.pop(number)[3])
        return 0

    def run(self) -> None:
        due = [due for frequency, due, _, _ in self.timeouts.values() if frequency >= 0]
        left = max(min(due) - time.monotonic(), 0) if due else 0.05
        for key, mask in self.selector.select(left):
            if key.data in self.handles:
                _, fd, callback, opaque = self.handles[key.data]
                callback(key.data, fd, sum(event for event, bit in BITS if mask & bit), opaque)
        for number, (frequency, due_at, callback, opaque) in list(self.timeouts.items()):
            if number in self.timeouts and frequency >= 0 and due_at <= time.monotonic():
                self.update_timeout(number, frequency)
                callback(number, opaque)
        for opaque in self.removed:
            libvirt.virEventInvokeFreeCallback(opaque)
            self.freed += 1
        self.removed.clear()


log: list[object] = []


def lifecycle(
    conn: libvirt.virConnect, dom: libvirt.virDomain, event: int, detail: int, opaque: Any
) -> None:
    log.append((dom.name(), event, detail, opaque))


def readable(watch: int, fd: int, events: int, opaque: Any) -> None:
    log.append((watch == handle, fd == reader, os.read(fd, 100), opaque))


def tick(timer: int, opaque: Any) -> None:
    log.append((timer == ticker, opaque))


def run_until(count: int) -> None:
    while len(log) < count:
        loop.run()
    print(log[:count])
    log.clear()


watchdog()
loop = Loop()
loop.register()
conn = libvirt.open("test:///default")
number = conn.domainEventRegisterAny(None, 0, lifecycle, "opaque")
vm = conn.defineXML(document("vm"))
vm.create()
vm.destroy()
run_until(3)
reader, writer = os.pipe()
handle = libvirt.virEventAddHandle(reader, libvirt.VIR_EVENT_HANDLE_READABLE, readable, "pipe")
os.write(writer, b"bytes")
run_until(1)
libvirt.virEventRemoveHandle(handle)
ticker = libvirt.virEventAddTimeout(1, tick, "tick")
run_until(2)
libvirt.virEventRemoveTimeout(ticker)
vm.undefine()
run_until(1)
conn.domainEventDeregisterAny(number)
conn.close()
while loop.removed or loop.handles or any(item[0] >= 0 for item in loop.timeouts.values()):
    loop.run()
print(loop.freed > 1, log)
