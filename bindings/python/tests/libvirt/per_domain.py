"""Callbacks for one domain, for two, and what ends them."""

import virtwatch.libvirt as libvirt
from ported import A, B, TYPES, document, show, watchdog

log: list[str] = []


def callback(
    conn: libvirt.virConnect, dom: libvirt.virDomain, event: int, detail: int, opaque: str
) -> None:
    log.append(f"{opaque}: {dom.UUIDString()[0]} {dom.name()} {TYPES[event][0]}")


def once(
    conn: libvirt.virConnect, dom: libvirt.virDomain, event: int, detail: int, opaque: list[int]
) -> None:
    log.append(f"once: {dom.name()} {TYPES[event][0]}")
    conn.domainEventDeregisterAny(opaque[0])


def flush(count: int) -> None:
    while len(log) < count:
        libvirt.virEventRunDefaultImpl()
    print(*log, sep="\n")
    log.clear()


watchdog()
libvirt.virEventRegisterDefaultImpl()
libvirt.registerErrorHandler(lambda ctx, error: None, None)
conn = libvirt.open("test:///default")
vm, other = conn.defineXML(document("vm", A)), conn.defineXML(document("other", B))
LIFECYCLE = libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE
one = conn.domainEventRegisterAny(vm, LIFECYCLE, callback, "one")
two = conn.domainEventRegisterAny(other, LIFECYCLE, callback, "two")
every = conn.domainEventRegisterAny(None, LIFECYCLE, callback, "all")
print(one, two, every)
vm.create()
other.create()
flush(4)

conn.domainEventDeregisterAny(every)
vm.destroy()
vm.rename("new")
vm.undefine()
conn.defineXML(document("anew", A))
flush(5)

numbers: list[int] = []
numbers.append(conn.domainEventRegisterAny(None, LIFECYCLE, once, numbers))
conn.lookupByName("anew").create()
flush(2)
other.suspend()
flush(1)
conn.domainEventDeregisterAny(one)
conn.domainEventDeregisterAny(two)
show("twice", lambda: conn.domainEventDeregisterAny(two))
show("never", lambda: conn.domainEventDeregisterAny(4711))
show("unknown id", lambda: conn.domainEventRegisterAny(None, 27, callback, None))
show("negative id", lambda: conn.domainEventRegisterAny(None, -1, callback, None))
elsewhere = libvirt.open("test:///default").lookupByName("test")
show("another's", lambda: conn.domainEventRegisterAny(elsewhere, LIFECYCLE, callback, None))
for number in range(1, 27):
    conn.domainEventDeregisterAny(conn.domainEventRegisterAny(None, number, callback, None))
show("close callback", lambda: conn.registerCloseCallback(lambda conn, reason, opaque: None, 1))
show("close callback", conn.unregisterCloseCallback)
print(conn.close())
