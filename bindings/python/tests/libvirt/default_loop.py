"""Handles and timeouts of the program itself in the default loop, and callbacks beside them."""

import os
import threading
from collections.abc import Callable
from typing import Any

import virtwatch.libvirt as libvirt
from ported import watchdog

log: list[object] = []
READABLE = libvirt.VIR_EVENT_HANDLE_READABLE


def run_until(count: int) -> None:
    while len(log) < count:
        libvirt.virEventRunDefaultImpl()
    print(log)
    log.clear()


def readable(watch: int, fd: int, events: int, opaque: Any) -> None:
    log.append((watch == handle, fd == reader, events & READABLE, os.read(fd, 100), opaque))


def timeout(timer: int, opaque: Any) -> None:
    log.append((timer == ticker, opaque))
    if len(log) == 3:
        libvirt.virEventUpdateTimeout(timer, -1)


def lifecycle(
    conn: libvirt.virConnect, dom: libvirt.virDomain, event: int, detail: int, opaque: Any
) -> None:
    log.append((dom.name(), event, detail))


watchdog()
libvirt.registerErrorHandler(lambda ctx, error: None, None)
additions: list[Callable[[], int]] = [
    lambda: libvirt.virEventAddTimeout(1, timeout, None),
    lambda: libvirt.virEventAddHandle(0, READABLE, readable, None),
]
for call in additions:
    try:
        call()
    except libvirt.libvirtError as error:
        print(error, error.get_error_code())
print(libvirt.virEventRegisterDefaultImpl())

reader, writer = os.pipe()
handle = libvirt.virEventAddHandle(reader, READABLE, readable, "pipe")
os.write(writer, b"one")
run_until(1)
libvirt.virEventUpdateHandle(handle, 0)
os.write(writer, b"two")
ticker = libvirt.virEventAddTimeout(2, timeout, "tick")
run_until(3)
libvirt.virEventUpdateHandle(handle, READABLE)
run_until(1)
print(libvirt.virEventRemoveHandle(handle))
os.write(writer, b"three")
libvirt.virEventUpdateTimeout(ticker, 0)
run_until(3)
print(libvirt.virEventRemoveTimeout(ticker))
for remove in (libvirt.virEventRemoveHandle, libvirt.virEventRemoveTimeout):
    try:
        remove(4711)
    except libvirt.libvirtError as error:
        print(error, error.get_error_code())

conn = libvirt.open("test:///default")
number = conn.domainEventRegisterAny(None, 0, lifecycle, None)
dom = conn.lookupByName("test")
# What another thread does wakes the loop.
threading.Thread(target=lambda: dom.suspend() + dom.resume()).start()
run_until(2)
for _ in range(100):
    dom.suspend()
    dom.resume()
# One round delivers everything that there is.
libvirt.virEventRunDefaultImpl()
print(len(log))
conn.domainEventDeregisterAny(number)
