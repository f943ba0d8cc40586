"""Logs the events of all domains, while the default loop runs in a thread."""

import threading
import time

import virtwatch.libvirt as libvirt
from ported import A, B, TYPES, document, watchdog


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(
        self, conn: libvirt.virConnect, dom: libvirt.virDomain, event: int, detail: int, opaque: str
    ) -> None:
        name, details = TYPES[event]
        self.lines.append(f"{opaque} {conn.getURI()} {dom.name()} {name} {details[detail]}")

    def wait_for(self, count: int) -> None:
        while len(self.lines) < count:
            time.sleep(0.001)
        for line in self.lines:
            print(line)
        self.lines.clear()


def run_loop() -> None:
    while True:
        libvirt.virEventRunDefaultImpl()


watchdog()
libvirt.virEventRegisterDefaultImpl()
threading.Thread(target=run_loop, daemon=True).start()

conn = libvirt.open("test:///default")
legacy, log = Log(), Log()
conn.domainEventRegister(legacy, "legacy")
number = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, log, "any")

dom = conn.defineXML(document("vm"))
conn.defineXML(document("vm"))
dom.create()
dom.suspend()
dom.resume()
dom.destroy()
dom.rename("other")
dom.undefine()
legacy.wait_for(9)
log.wait_for(9)

conn.domainEventDeregister(legacy)
job = conn.createXML(document("job", B))
conn.defineXML(document("job", B))
job.undefine()
job.destroy()
log.wait_for(4)

conn.domainEventDeregisterAny(number)
conn.defineXML(document("unseen", A)).undefine()
number = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, log, "again")
conn.lookupByName("test").suspend()
log.wait_for(1)
conn.domainEventDeregisterAny(number)
print(len(legacy.lines), len(log.lines))
