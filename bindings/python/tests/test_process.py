"""The end of the interpreter, and forks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import WATCHDOG, run_python

RUNS = int(os.environ.get("VIRTWATCH_EXITS", "20"))
"""How often an interpreter is ended in the middle of everything."""

BUSY = """
import threading, time, virtwatch
conn = virtwatch.connect("test:///default")
domain = conn.lookup_by_name("test")
count = 0
def callback(record):
    global count
    count += 1
    conn.stats
registrations = [conn.register(callback, snapshot=True) for _ in range(3)]
inventory = virtwatch.Inventory(conn)
def churn():
    while True:
        domain.suspend()
        domain.resume()
def read():
    for record in virtwatch.connect("test:///default").watch():
        repr(record)
def quietly(run):
    def quiet():
        try:
            run()
        except virtwatch.ClosedError:
            pass
    return quiet
for run in (churn, read, read):
    threading.Thread(target=quietly(run), daemon=True).start()
while count < 100:
    time.sleep(0.001)
"""


def test_busy_programs_end_cleanly() -> None:
    """Callbacks, watches and threads are all live when the interpreter ends."""
    with ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        for done in pool.map(lambda _: run_python(BUSY), range(RUNS)):
            assert (done.stdout, done.stderr) == ("", "")


def test_it_ends_cleanly_whatever_is_left() -> None:
    for program in (
        "import virtwatch; conn = virtwatch.connect('test:///empty'); conn.register(print)",
        "import virtwatch; watch = virtwatch.connect('test:///empty').watch(); watch.fileno()",
        "import virtwatch; virtwatch.connect('test:///empty').register(lambda r: 1 / 0)",
        "import virtwatch; v = virtwatch.Inventory(virtwatch.connect('test:///default'))",
        "import virtwatch; virtwatch.connect('test:///empty').close(); raise SystemExit(0)",
    ):
        done = run_python(program)
        assert (done.stdout, done.stderr) == ("", "")


def test_the_end_waits_for_a_callback() -> None:
    done = run_python(
        """
        import threading, time, virtwatch
        inside = threading.Event()
        conn = virtwatch.connect("test:///default")
        def callback(record):
            registration.cancel()
            inside.set()
            time.sleep(0.2)
            print("left")
        registration = conn.register(callback)
        conn.lookup_by_name("test").suspend()
        inside.wait()
        """
    )
    assert (done.stdout, done.stderr) == ("left\n", "")


@pytest.mark.parametrize("pause", ["threading.Event().wait()", "time.sleep(0.0005)"])
@pytest.mark.parametrize(
    "register",
    [
        "conn.register(callback)",
        "inventory = virtwatch.Inventory(conn); inventory.listen(callback)",
    ],
)
def test_ctrl_c_ends_a_program_with_a_callback_that_does_not_end(pause: str, register: str) -> None:
    program = f"""
        import threading, time, virtwatch
        inside = threading.Event()
        conn = virtwatch.connect("test:///default")
        def callback(*_):
            inside.set()
            while True:
                {pause}
        {register}
        conn.lookup_by_name("test").suspend()
        inside.wait()
        print("ending", flush=True)
        """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "ending\n"
        time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
    assert "KeyboardInterrupt" in stderr
    assert process.returncode == -signal.SIGINT


def test_daemon_threads_that_are_refused_do_not_disturb_the_end() -> None:
    for _ in range(10):
        done = run_python(
            """
            import threading, time, virtwatch
            conn = virtwatch.connect("test:///empty")
            def run():
                while True:
                    try:
                        conn.is_alive, conn.watch(), conn.domains()
                    except virtwatch.Error:
                        pass
            for _ in range(8):
                threading.Thread(target=run, daemon=True).start()
            time.sleep(0.05)
            """
        )
        assert (done.stdout, done.stderr) == ("", "")


def test_nothing_opens_at_the_end() -> None:
    done = run_python(
        """
        import atexit
        def late():
            import virtwatch
            try:
                virtwatch.connect("test:///default")
            except virtwatch.ClosedError as error:
                print(error)
        atexit.register(late)
        import virtwatch
        """
    )
    assert done.stdout == "the interpreter is about to end\n"


def test_the_child_of_a_fork_has_no_connections() -> None:
    """G12."""
    done = run_python(
        """
        import os, sys, virtwatch
        conn = virtwatch.connect("test:///default")
        domain = conn.lookup_by_name("test")
        watch = conn.watch()
        watch.fileno()
        registration = conn.register(lambda record: None)
        inventory = virtwatch.Inventory(conn)
        closed = virtwatch.connect("test:///empty")
        leftover = closed.define_xml(
            "<domain type='test'><name>x</name><memory>1</memory><os><type>hvm</type></os></domain>")
        closed.register(print)
        closed.close()
        child = os.fork()
        if child == 0:
            for use in (conn.domains, conn.watch, lambda: conn.register(print),
                        domain.suspend, lambda: domain.state, watch.next, watch.fileno,
                        lambda: virtwatch.Inventory(conn)):
                try:
                    use()
                except virtwatch.ClosedError as error:
                    assert "fork" in str(error), error
                else:
                    sys.exit("not refused")
            assert len(inventory) == 1 and not registration.active
            watch.cancel(), registration.cancel(), inventory.close(), conn.close(), repr(domain)
            with watch:
                pass
            del watch, inventory, registration, domain, leftover, closed, conn
            with virtwatch.connect("test:///empty") as fresh:
                got = []
                fresh.register(got.append, snapshot=True)
                while len(got) < 2:
                    pass
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0
        domain.suspend()
        assert [r.type for r in iter(lambda: watch.next(0), None)][-1] == 3
        """
    )
    assert done.stderr == ""


def test_an_inventory_survives_a_fork_in_the_middle_of_changes() -> None:
    """G12: in the child it has ended, though a thread that is not there was changing it."""
    run_python(
        """
        import os, signal, threading, virtwatch
        conn = virtwatch.connect("test:///default")
        inventory = virtwatch.Inventory(conn)
        inventory.listen(lambda before, after: None)
        held, forked = threading.Event(), threading.Event()
        def change():
            with inventory._contents.changed:
                held.set()
                forked.wait()
        thread = threading.Thread(target=change)
        thread.start()
        held.wait()
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            assert inventory.stale and len(inventory.snapshot()) == 1
            assert inventory.by_name("test") is not None
            assert not inventory.listen(print).active
            try:
                inventory.wait_for(lambda view: False)
            except virtwatch.ClosedError as error:
                assert "fork" in str(error)
                os._exit(0)
            os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        forked.set()
        thread.join()
        """
    )


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing(method: str, tmp_path: Path) -> None:
    """G12: what is open stays where it is, records and cursors travel; a child opens its own."""
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent(
            f"""
            import multiprocessing, virtwatch

            def work(record):
                with virtwatch.connect("test:///default") as conn:
                    return conn.lookup_by_uuid(record.uuid).name, record.cursor

            def inherited(_):
                try:
                    conn.domains()
                except virtwatch.ClosedError as error:
                    return str(error)

            if __name__ == "__main__":
                conn = virtwatch.connect("test:///default")
                conn.register(lambda record: None, snapshot=True)
                conn.lookup_by_name("test").suspend()
                with conn.watch(resume=virtwatch.Cursor(conn.epoch, 0)) as watch:
                    record = watch.next()
                context = multiprocessing.get_context({method!r})
                with context.Pool(2) as pool:
                    assert pool.map(work, [record] * 4) == [("test", record.cursor)] * 4
                    if {method!r} == "fork":
                        print(*set(pool.map(inherited, [0] * 4)))
                    try:
                        pool.map(work, [conn])
                    except TypeError as error:
                        print(error)
                assert conn.lookup_by_name("test").state == virtwatch.State.PAUSED
            """
        )
    )
    # CPython warns of forks beside threads, which is what this is about.
    command = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WATCHDOG, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "cannot pickle" in lines[-1]
    if method == "fork":
        assert lines[0] == "the connection was opened before a fork; open another in the child"


def test_a_subinterpreter_is_refused() -> None:
    done = run_python(
        """
        import virtwatch
        try:
            import _xxsubinterpreters as interpreters
        except ImportError:
            import _interpreters as interpreters
        id = interpreters.create()
        try:
            print(interpreters.run_string(id, "import virtwatch"))
        except interpreters.RunFailedError as error:
            print(error)
        interpreters.destroy(id)
        """,
        expect=None,
    )
    assert "ImportError" in done.stdout and done.returncode == 0, (done.stdout, done.stderr)
