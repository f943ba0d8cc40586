"""Callbacks in asyncio's loop."""

import asyncio
import os
from typing import Any

import virtwatch.libvirt as libvirt
import virtwatch.libvirtaio as libvirtaio
from ported import document, watchdog

events: "asyncio.Queue[tuple[object, ...]]" = asyncio.Queue()


def lifecycle(
    conn: libvirt.virConnect, dom: libvirt.virDomain, event: int, detail: int, opaque: Any
) -> None:
    assert asyncio.get_running_loop() is opaque
    events.put_nowait((dom.name(), event, detail))


def readable(watch: int, fd: int, ready: int, opaque: Any) -> None:
    events.put_nowait((os.read(fd, 100), ready, opaque))


async def main() -> None:
    loop = asyncio.get_running_loop()
    impl = libvirtaio.virEventRegisterAsyncIOImpl()
    print(impl is libvirtaio.getCurrentImpl(), impl.loop is loop, impl.is_idle())
    conn = libvirt.open("test:///default")
    number = conn.domainEventRegisterAny(None, 0, lifecycle, loop)
    vm = conn.defineXML(document("vm"))
    await asyncio.to_thread(vm.create)
    print(await events.get(), await events.get())
    job = asyncio.create_task(asyncio.to_thread(vm.destroy))
    print(await events.get(), await job)
    conn.domainEventDeregisterAny(number)
    vm.undefine()

    reader, writer = os.pipe()
    handle = libvirt.virEventAddHandle(reader, 1, readable, "pipe")
    os.write(writer, b"bytes")
    print(await events.get())
    libvirt.virEventRemoveHandle(handle)
    ticks: asyncio.Queue[int] = asyncio.Queue()
    timer = libvirt.virEventAddTimeout(1, lambda timer, opaque: ticks.put_nowait(opaque), 7)
    print(await ticks.get(), await ticks.get())
    libvirt.virEventRemoveTimeout(timer)
    print(conn.close())
    await impl.drain()
    print(impl.is_idle(), events.empty())


watchdog()
asyncio.run(main())
