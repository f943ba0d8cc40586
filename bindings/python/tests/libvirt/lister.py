"""Lists, looks up and asks, in every way there is."""

import uuid

import virtwatch.libvirt as libvirt
from ported import A, B, document, show, watchdog

FLAGS = [name for name in sorted(dir(libvirt)) if name.startswith("VIR_CONNECT_LIST_DOMAINS_")]


def show_domain(dom: libvirt.virDomain) -> None:
    print(dom.name(), dom.UUIDString(), uuid.UUID(bytes=dom.UUID()), dom.ID(), bool(dom.OSType()))
    print(" ", dom.state()[0], dom.info()[:4], dom.maxMemory())
    print(" ", dom.isActive(), dom.isPersistent(), dom.isUpdated(), dom.hasManagedSaveImage())
    print(" ", dom.autostart(), dom.connect() is conn)


watchdog()
libvirt.registerErrorHandler(lambda ctx, error: None, None)
conn = libvirt.open("test:///default")
print(conn.getURI(), conn.getType(), bool(conn.getHostname()), conn.isAlive())
print(conn.getVersion(), conn.isSecure(), conn.isEncrypted(), "<host>" in conn.getCapabilities())
show("keep alive", lambda: conn.setKeepAlive(5, 3))
vm = conn.defineXML(document("vm", A))
job = conn.createXML(document("job", B))
saved = conn.defineXML(document("saved", "cccccccc-3333-4333-8333-333333333333"))
saved.create()
saved.managedSave()
job.suspend()
vm.setAutostart(1)

print(conn.numOfDomains(), conn.numOfDefinedDomains())
print(sorted(conn.listDomainsID()), sorted(conn.listDefinedDomains()))
for name in FLAGS:
    print(name, sorted(dom.name() for dom in conn.listAllDomains(getattr(libvirt, name))))
both = (
    libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE
    | libvirt.VIR_CONNECT_LIST_DOMAINS_INACTIVE
    | libvirt.VIR_CONNECT_LIST_DOMAINS_PAUSED
    | libvirt.VIR_CONNECT_LIST_DOMAINS_SHUTOFF
)
print(sorted(dom.name() for dom in conn.listAllDomains(both)))
impossible = libvirt.VIR_CONNECT_LIST_DOMAINS_INACTIVE | libvirt.VIR_CONNECT_LIST_DOMAINS_TRANSIENT
print(conn.listAllDomains(impossible))
show("unknown flag", lambda: conn.listAllDomains(1 << 25))

for dom in sorted(conn.listAllDomains(), key=lambda dom: dom.name()):
    show_domain(dom)
show_domain(conn.lookupByName("vm"))
show_domain(conn.lookupByUUIDString(A))
show_domain(conn.lookupByUUID(uuid.UUID(B).bytes))
show_domain(conn.lookupByID(job.ID()))
show("no such name", lambda: conn.lookupByName("nobody"))
show("no such id", lambda: conn.lookupByID(99))
show("negative id", lambda: conn.lookupByID(-1))
show("no such UUID", lambda: conn.lookupByUUID(b"0123456789abcdef"))
show("no UUID", lambda: conn.lookupByUUIDString("zzz"))
for flag in (0, libvirt.VIR_DOMAIN_XML_INACTIVE):
    xml = job.XMLDesc(flag)
    print("<name>job</name>" in xml, f"id='{job.ID()}'" in xml)
show("unknown flag", lambda: job.XMLDesc(1 << 20))
show("unknown flag", lambda: job.state(1))

TITLE, DESCRIPTION = libvirt.VIR_DOMAIN_METADATA_TITLE, libvirt.VIR_DOMAIN_METADATA_DESCRIPTION
ELEMENT, CONFIG = libvirt.VIR_DOMAIN_METADATA_ELEMENT, libvirt.VIR_DOMAIN_AFFECT_CONFIG
show("no title", lambda: vm.metadata(TITLE, None))
show("title", lambda: vm.setMetadata(TITLE, "A title", None, None))
show("title", lambda: vm.metadata(TITLE, None, CONFIG))
show("description", lambda: vm.setMetadata(DESCRIPTION, "What it is for", None, None, CONFIG))
show("description", lambda: vm.metadata(DESCRIPTION, None))
show("element", lambda: vm.setMetadata(ELEMENT, "<tag/>", "key", "urn:x", CONFIG))
show("element", lambda: "tag" in vm.metadata(ELEMENT, "urn:x"))
show("element", lambda: vm.setMetadata(ELEMENT, None, "key", "urn:x", 0))
show("no element", lambda: vm.metadata(ELEMENT, "urn:x"))
show("live of an inactive one", lambda: vm.metadata(TITLE, None, libvirt.VIR_DOMAIN_AFFECT_LIVE))
show("stored of a transient one", lambda: job.metadata(TITLE, None, CONFIG))
show("no such type", lambda: vm.metadata(99, None))

reader = libvirt.openReadOnly("test:///default")
show("read only", lambda: reader.lookupByName("test").destroy())
show("read only", lambda: reader.defineXML(document("x")))
show_domain_of = libvirt.openAuth("test:///default", [[], None, None], libvirt.VIR_CONNECT_RO)
show("read only", lambda: show_domain_of.lookupByName("test").suspend())
print(conn.close())
show("closed", conn.getURI)
print(vm.name(), vm.isActive(), vm.state()[0])
