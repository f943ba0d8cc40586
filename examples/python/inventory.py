"""Keeps a list of virtual machines ("domains") from lifecycle events alone.

One watch delivers what exists and then every change. The list below is made from its records and
from nothing else; at the end it is compared with what the registry says.

    python inventory.py [URI]

The URI has to be one whose domains may be created and destroyed: test:///empty, if none is given.
"""

from __future__ import annotations

import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import virtwatch
from virtwatch import DomainView, MetadataType, Record, RecordKind, SuspendTarget


class Demo:
    """A list of domains, and the watch that it is kept from."""

    def __init__(self, conn: virtwatch.Connection) -> None:
        self.conn = conn
        self.view: dict[UUID, DomainView] = {}
        self.watch = conn.watch(snapshot=True)
        self.steps = 0

    def follow(self) -> None:
        """Reads what there is to read, and keeps the list with it."""
        before = dict(self.view)
        records = []
        while (record := self.watch.next(timeout=0)) is not None:
            virtwatch.fold(self.view, record)
            records.append(record)
        for record in records:
            print("   ", describe(record))
        if not records:
            print("    no event: nothing that a list shows has changed")
        print()
        for line in table(before, self.view):
            print("       ", line)
        print()

    def step(self, heading: str, remark: str, operation: Callable[[], object]) -> None:
        """Has something done, and shows its events and the list after them."""
        self.steps += 1
        print(f"{self.steps:2}. {heading}")
        if remark:
            print(textwrap.indent(textwrap.fill(remark, 88), "    "))
        operation()
        self.follow()


def describe(record: Record) -> str:
    """A record in words."""
    if record.kind is RecordKind.CATCHUP:
        return f"what exists ({record.origin}):"
    if record.kind is RecordKind.SYNCED:
        return "that is all; from here on every change"
    if record.kind is not RecordKind.EVENT or record.type is None:
        return str(record.kind)
    name = record.name
    if record.old_name:
        name = f"{record.old_name} -> {record.name}"
    return f"event {record.seq:>3}  {record.type.name:<9}  {record.detail!s:<10}  {name}"


def table(before: dict[UUID, DomainView], now: dict[UUID, DomainView]) -> list[str]:
    """The list: + is new, * has changed, - is gone."""
    rows = []
    for domain in sorted({**before, **now}.values(), key=lambda domain: domain.name):
        mark = " "
        if domain.uuid not in now:
            mark = "-"
        elif domain.uuid not in before:
            mark = "+"
        elif before[domain.uuid] != domain:
            mark = "*"
        kind = "persistent" if domain.persistent else "transient"
        state = f"{domain.state} ({domain.reason})" if domain.reason else str(domain.state)
        number = "-" if domain.id is None else str(domain.id)
        if mark == "-":
            number, state, kind = "", "gone", ""
        rows.append(f"{mark} {domain.name:<10} {number:>3}  {state:<22} {kind}".rstrip())
    return rows or ["(no domains)"]


def document(name: str, uuid: UUID, memory: int = 512, body: str = "") -> str:
    """The configuration of a domain, as libvirt writes it."""
    return (
        f"<domain type='test'><name>{name}</name><uuid>{uuid}</uuid>"
        f"<memory unit='MiB'>{memory}</memory><os><type>hvm</type></os>{body}</domain>"
    )


def live(demo: Demo, directory: Path) -> None:
    """Lives of persistent and of transient domains."""
    conn, step = demo.conn, demo.step
    web, job = uuid4(), uuid4()

    step(
        "Define the domain web",
        "Its configuration is stored: it is persistent, and it exists although it does not run.",
        lambda: conn.define_xml(document("web", web)),
    )
    domain = conn.lookup_by_uuid(web)
    step(
        "Define web again, with more memory",
        "",
        lambda: conn.define_xml(document("web", web, 1024)),
    )
    step("Start web", "", domain.start)
    step("Suspend web", "", domain.suspend)
    step("Resume web", "", domain.resume)
    step("Reboot web", "The guest restarts inside the same instance.", domain.reboot)
    step(
        "Suspend web to memory, by its power management",
        "It stays active.",
        lambda: domain.pm_suspend(SuspendTarget.MEM),
    )
    step("Wake web", "", domain.pm_wakeup)
    step(
        "Give web another title",
        "It is kept with the configuration.",
        lambda: domain.set_metadata(MetadataType.TITLE, "the shop", live=True, config=True),
    )
    step(
        "Shut web down",
        "First the guest is down, then its instance is gone.",
        domain.shutdown,
    )
    domain.start()
    step(
        "Start web, then suspend it to disk",
        "The guest keeps its state there and powers off.",
        lambda: domain.pm_suspend(SuspendTarget.DISK),
    )
    step("Start web paused", "", lambda: domain.start(paused=True))
    step("Destroy web", "As if by pulling the plug.", domain.destroy)

    conn.define_xml(document("web", web, 1024, "<on_reboot>destroy</on_reboot>"))
    step(
        "Define web so that a reboot ends it, and start it",
        "",
        domain.start,
    )
    step("Reboot web", "", domain.reboot)

    domain.start()
    step("Start web, then save it where its next start finds it", "", domain.managed_save)
    step("Start web: it takes up the saved state", "", domain.start)
    step("Save web to a file", "", lambda: domain.save(directory / "web"))
    step("Restore web from the file", "", lambda: conn.restore(directory / "web"))

    domain.destroy()
    step(
        "Destroy web, then rename it",
        "It is the same domain under another name, not one removed and one added.",
        lambda: domain.rename("shop"),
    )
    domain.start()
    step(
        "Start shop, then undefine it while it runs",
        "Only its configuration is gone. It still exists, as a transient domain.",
        domain.undefine,
    )
    step(
        "Shut shop down",
        "A transient domain ceases to exist when it stops.",
        domain.shutdown,
    )

    step(
        "Create the transient domain job, which never has a stored configuration",
        "",
        lambda: conn.create_xml(document("job", job)),
    )
    domain = conn.lookup_by_uuid(job)
    step(
        "Save job to a file",
        "It ceases to exist; what is in the file is no domain.",
        lambda: domain.save(directory / "job"),
    )
    step(
        "Restore job",
        "It comes to exist anew: another incarnation of the same UUID.",
        lambda: conn.restore(directory / "job"),
    )
    step(
        "Define job while it runs",
        "It becomes persistent. It is not added again, for it has existed all the time.",
        lambda: conn.define_xml(document("job", job)),
    )
    step("Destroy job", "As it is persistent now, it stays in the list.", domain.destroy)

    step(
        "Create the transient domain batch, paused",
        "",
        lambda: conn.create_xml(document("batch", uuid4()), paused=True),
    )
    step(
        "Define the domain mail, and undefine it",
        "",
        lambda: conn.define_xml(document("mail", uuid4())).undefine(),
    )


def agrees(demo: Demo) -> bool:
    """Whether the list kept from events is what the registry says."""
    registry = {
        domain.uuid: (domain.name, domain.id, domain.state, domain.reason, domain.is_persistent)
        for domain in demo.conn.domains()
    }
    kept = {
        domain.uuid: (domain.name, domain.id, domain.state, domain.reason, domain.persistent)
        for domain in demo.view.values()
    }
    if kept != registry:
        print("the list kept from events differs from the registry:")
        print("    events:  ", kept)
        print("    registry:", registry)
        return False
    plural = "domain" if len(kept) == 1 else "domains"
    print(f"the list kept from events equals the registry: {len(kept)} {plural}")
    return True


def main() -> int:
    uri = sys.argv[1] if len(sys.argv) > 1 else "test:///empty"
    with virtwatch.connect(uri) as conn, tempfile.TemporaryDirectory() as directory:
        print(f"Watching {conn.uri}. The lists below are made from events alone: nothing is polled.")
        print("In a list, + is new, * has changed, - is gone; the number is the id of the run.\n")
        demo = Demo(conn)
        demo.step("Begin to watch", "", lambda: None)
        live(demo, Path(directory))
        return 0 if agrees(demo) else 1


if __name__ == "__main__":
    sys.exit(main())
