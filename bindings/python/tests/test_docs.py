"""The README's examples and the programs in examples/python do what they say."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest
import virtwatch
from conftest import WATCHDOG, Thread, run_python, wait_until, xml
from virtwatch import EventType, Host, Inventory, StoppedDetail

HERE = Path(__file__).resolve()
README = HERE.parents[1] / "README.md"
EXAMPLES = HERE.parents[3] / "examples" / "python"

BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


@pytest.mark.parametrize("place", range(len(BLOCKS)))
def test_every_example_of_the_readme_runs(place: int) -> None:
    assert run_python(BLOCKS[place]).stderr == ""


def test_the_example_of_the_readme_prints_what_it_says() -> None:
    found = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", README.read_text(), re.DOTALL)
    assert found is not None
    program, output = found.groups()
    assert run_python(program).stdout == output


def test_the_links_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README.read_text())
    assert links and not [link for link in links if not (README.parent / link).exists()]


def test_the_example_of_the_project_readme_runs() -> None:
    text = (HERE.parents[3] / "README.md").read_text()
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    assert run_python(found[1]).stdout.splitlines() == [
        "0 test ADDED SHUTOFF",
        "0 test DEFINED SHUTOFF",
        "0 test STARTED RUNNING",
        "1 test SUSPENDED PAUSED",
        "['test']",
    ]


def run_example(name: str, *arguments: object) -> str:
    """What a program of the examples prints."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WATCHDOG, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def load_example(name: str) -> types.ModuleType:
    """A program of the examples as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_demo_keeps_a_list_that_equals_the_registry() -> None:
    output = run_example("inventory.py")
    last = output.splitlines()[-1]
    assert last.startswith("the list kept from events equals the registry: ")
    assert "ADDED" in output and "REMOVED" in output


@pytest.mark.parametrize("as_json", [False, True])
def test_the_event_log_goes_on_where_it_stopped(tmp_path: Path, as_json: bool) -> None:
    file = tmp_path / "cursor"
    command = [sys.executable, "-W", "error", str(EXAMPLES / "follow.py"), "--cursor", str(file)]
    for run in range(2):
        with subprocess.Popen(
            [*command, *["--json"] * as_json], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(5)]
            process.send_signal(signal.SIGINT)
            assert process.communicate()[0] == ""
        assert process.returncode == 0
        assert virtwatch.Cursor.parse(file.read_text().strip()).seq == 0
        # It is another process, and so another journal.
        how = "reset" if run else "snapshot"
        if as_json:
            assert json.loads(lines[0])["origin"] == how
            assert json.loads(lines[3])["type"] == "started"
        else:
            assert lines[0] == f"-- {how}: what exists, told anew\n"
            assert lines[3].endswith("test: started (booted)\n")


class Crasher(virtwatch.Driver):
    """A hypervisor whose domains crash when they are told to."""

    native = [event for event in EventType if event < EventType.ADDED]

    def open(self, host: Host, uri: str) -> None:
        self.host = host

    def operate(self, host: Host, request: virtwatch.Request) -> None:
        pass


def test_what_has_crashed_is_started_again_a_little_later_each_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    example = load_example("restart_on_crash")
    crasher = Crasher()
    virtwatch.register_driver("crasher", crasher)

    async def keep(conn: virtwatch.Connection, inventory: Inventory) -> None:
        keeper = example.Keeper(conn, first=0.001, longest=100)
        task = asyncio.create_task(keeper.run())
        await asyncio.sleep(0.01)
        domain = conn.define_xml(xml("vm"))
        transient = conn.create_xml(xml("transient"))
        domain.start()
        crasher.host.stopped(transient, StoppedDetail.CRASHED)
        for _ in range(4):
            runs = {domain.id, None}
            crasher.host.stopped(domain, StoppedDetail.CRASHED)
            assert await inventory.wait_for_async(
                lambda now: domain.uuid in now and now[domain.uuid].id not in runs
            )
        keeper.delays[domain.uuid] = 80.0
        crasher.host.stopped(domain, StoppedDetail.CRASHED)
        while domain.uuid not in keeper.waiting:
            await asyncio.sleep(0.001)
        assert transient.uuid not in keeper.waiting
        domain.start()
        while keeper.waiting:
            await asyncio.sleep(0.001)
        domain.destroy()
        await asyncio.sleep(0.05)
        assert not keeper.waiting and not domain.is_active, "it was not a crash"
        task.cancel()

    try:
        with virtwatch.connect("crasher:///") as conn, Inventory(conn) as inventory:
            asyncio.run(keep(conn, inventory))
    finally:
        virtwatch.unregister_driver("crasher")
    delays = re.findall(r"vm has crashed; starting it in ([0-9.]+) s", capsys.readouterr().out)
    assert delays == ["0.001", "0.002", "0.004", "0.008", "100"]


def test_the_targets_follow_the_domains(tmp_path: Path) -> None:
    file = tmp_path / "targets.json"
    assert run_example("file_sd.py", "--once", file) == ""
    (target,) = json.loads(file.read_text())
    assert target["targets"] == ["test:9100"]
    assert target["labels"]["__meta_virtwatch_state"] == "running"
    example = load_example("file_sd")

    def names() -> list[str]:
        return [target["targets"][0] for target in json.loads(file.read_text())]

    with virtwatch.connect("test:///empty") as conn, Inventory(conn) as inventory:
        thread = Thread(
            lambda: pytest.raises(
                virtwatch.ClosedError, example.keep, inventory, file, port=1, once=False
            )
        )
        wait_until(lambda: names() == [])
        domain = conn.create_xml(xml("b"))
        conn.create_xml(xml("a"))
        wait_until(lambda: names() == ["a:1", "b:1"])
        domain.destroy()
        wait_until(lambda: names() == ["a:1"])
    thread.end()
    assert names() == ["a:1"]
    assert [path.name for path in tmp_path.iterdir()] == ["targets.json"]


def test_waiting_in_a_test_works() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, str(EXAMPLES / "test_boot.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout
