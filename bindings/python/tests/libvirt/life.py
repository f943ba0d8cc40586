"""Leads domains through their lives, and meets every refusal on the way."""

import os
import tempfile
from collections.abc import Callable

import virtwatch.libvirt as libvirt
from ported import A, B, document, show, watchdog


def step(what: str, call: Callable[[], object], uuid: str) -> None:
    show(what, call)
    try:
        dom = conn.lookupByUUIDString(uuid)
    except libvirt.libvirtError as error:
        print("   gone:", error.get_error_code())
    else:
        print("  ", dom.name(), dom.state(), dom.isPersistent(), dom.ID())


def shape(call: Callable[[], object]) -> None:
    """What an exception tells, as far as both tell the same."""
    try:
        call()
    except libvirt.libvirtError as error:
        assert error.get_error_message() == str(error)
        print(error.get_error_code(), error.get_error_level(), len(error.err or ()))
        assert libvirt.virGetLastError() == error.err
        assert libvirt.virGetLastErrorCode() == error.get_error_code()
        assert libvirt.virGetLastErrorMessage() == str(error)


watchdog()
seen: list[tuple[str, int]] = []
libvirt.registerErrorHandler(lambda ctx, error: seen.append((ctx, error[0])), "ctx")
image = os.path.join(tempfile.mkdtemp(), "image")
conn = libvirt.open("test:///default")

vm = conn.defineXML(document("vm"))
step("destroy", vm.destroy, A)
step("save", lambda: vm.save(image), A)
step("managedSave", vm.managedSave, A)
step("create", vm.create, A)
step("reset", vm.reset, A)
step("suspend", vm.suspend, A)
step("resume", vm.resume, A)
step("rename", lambda: vm.rename("other"), A)
step("shutdown", vm.shutdown, A)
step("createWithFlags", vm.createWithFlags, A)
step("destroyFlags", lambda: vm.destroyFlags(libvirt.VIR_DOMAIN_DESTROY_GRACEFUL), A)
step("create", vm.create, A)
step("save", lambda: vm.saveFlags(image, None, 0), A)
step("restore", lambda: conn.restore(image), A)
step("restore", lambda: conn.restoreFlags(image), A)
step("managedSave", vm.managedSave, A)
step("hasManagedSaveImage", vm.hasManagedSaveImage, A)
step("undefine", vm.undefine, A)
step("managedSaveRemove", vm.managedSaveRemove, A)
step("rename", lambda: vm.rename("test"), A)
step("rename", lambda: vm.rename("vm"), A)
step("rename", lambda: vm.rename("vm/2"), A)
step("rename", lambda: vm.rename("renamed"), A)
print(vm.name())
step("create", vm.create, A)
step("undefine", vm.undefine, A)
step("defineXML", lambda: conn.defineXML(document("renamed")).name(), A)
step("destroy", vm.destroy, A)
step("undefineFlags", lambda: vm.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE), A)
step("create", vm.create, A)
step("undefine", vm.undefine, A)

job = conn.createXML(document("job", B))
step("createXML", lambda: conn.createXML(document("job", B)), B)
step("createXML", lambda: conn.createXML(document("job", A)), A)
step("createXML", lambda: conn.createXML(document("other", B)), B)
step("defineXML", lambda: conn.defineXML(document("test", B)), B)
step("destroy", job.destroy, B)
step("destroy", job.destroy, B)

for bad in (
    "",
    "<network/>",
    "<domain/>",
    "<domain type='test'><name>a/b</name></domain>",
    "<domain type='zorg'><name>a</name><memory>1</memory><os><type>hvm</type></os></domain>",
    "<domain type='test'><name>a</name><os><type>hvm</type></os></domain>",
    "<domain type='test'><name>a</name><uuid>1</uuid><os><type>hvm</type></os></domain>",
):
    shape(lambda bad=bad: conn.defineXML(bad))  # type: ignore[misc]
shape(lambda: conn.lookupByName("nobody"))
print(conn.getURI(), libvirt.virGetLastErrorMessage(), libvirt.virGetLastErrorCode())
print(libvirt.libvirtError("plain"), libvirt.libvirtError("plain").get_error_code())
print(sorted(set(seen)))
os.unlink(image)
