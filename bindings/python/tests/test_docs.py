"""The README's example and the demo do what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from conftest import run_python

HERE = Path(__file__).resolve()
README = HERE.parents[1] / "README.md"
DEMO = HERE.parents[3] / "examples" / "python" / "inventory.py"


def test_the_example_of_the_readme_prints_what_it_says() -> None:
    text = README.read_text()
    found = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
    assert found is not None
    program, output = found.groups()
    assert run_python(program).stdout == output


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


def test_the_demo_keeps_a_list_that_equals_the_registry() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(DEMO)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    last = done.stdout.splitlines()[-1]
    assert last == "the list kept from events equals the registry: 2 domains"
    assert "ADDED" in done.stdout and "REMOVED" in done.stdout
