"""Nothing of a submission outlives it, and nothing of the sandbox outlives the grader."""

# ruff: noqa: E501 – a table of texts

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from autograder.sandbox import Cell, Limits, Sandbox, SandboxError, SandboxMissing

ROOT = Path(__file__).parents[2]

LEAVE = {
    "file": ("open('note', 'w').write('x')", "os.path.exists('note')"),
    "monkeypatch": ("np.sum = np.mean = None", "np.sum is None"),
    "module": ("sys.modules['note'] = sys", "'note' in sys.modules"),
    "builtin": ("import builtins; builtins.note = 1", "hasattr(__builtins__, 'note')"),
    "environment": ("os.environ['NOTE'] = '1'", "'NOTE' in os.environ"),
    "folder": ("os.mkdir('d'); os.chdir('d')", "os.getcwd().endswith('d')"),
    "seterr": ("np.seterr(all='raise')", "np.geterr()['over'] == 'raise'"),
    "umask": ("os.umask(0)", "os.umask(0) == 0"),
    "signal": ("signal.signal(1, signal.SIG_IGN)", "signal.getsignal(1) == signal.SIG_IGN"),
    "warnings": ("warnings.simplefilter('error', append=True)", "any(f[0] == 'error' for f in warnings.filters)"),
}  # fmt: skip


@pytest.mark.parametrize("what", LEAVE)
def test_no_note_for_the_next(what: str, full: Sandbox) -> None:
    """What one submission leaves, it finds again itself; the next one does not."""
    leave, find = LEAVE[what]
    head = "import os, sys, signal, warnings\nimport numpy as np\n"
    look = f"def found(): return bool({find})"
    with full.open([Cell(1, head + leave), Cell(2, look)]) as session:
        assert session.call("found").value is True
    with full.open([Cell(1, head), Cell(2, look)]) as session:
        assert session.call("found").value is False


def test_two_open_sessions_do_not_meet(full: Sandbox) -> None:
    """Two submissions that are open at once share no files."""
    look = [Cell(1, "import os\nopen(__name__ + str(len(os.listdir('.'))), 'w')\n"
                    "def f(): return os.listdir('.')")]  # fmt: skip
    with full.open(look) as one, full.open(look) as two:
        assert one.call("f").value == two.call("f").value == ["__main__0"]


def children_of(pid: int) -> list[int]:
    """Every process that descends from this one."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found, queue = [], [pid]
    while queue:
        below = parents.get(queue.pop(), [])
        found += below
        queue += below
    return found


def settles_at(count: int, sandbox: Sandbox) -> bool:
    """Whether so many processes live in the sandbox, be it in a moment.

    Idle it has two: the warm process and, forked meanwhile, the worker for the next submission.
    """
    assert sandbox._zygote is not None
    for _ in range(100):
        if len(children_of(sandbox._zygote.process.pid)) == count:
            return True
        time.sleep(0.05)
    return False


def test_nothing_survives_a_submission(full: Sandbox) -> None:
    """A submission's threads, and what it tried to start, end with its session."""
    source = """
import os, threading, time
threading.Thread(target=time.sleep, args=(999,)).start()
try:
    if os.fork() == 0: time.sleep(999)
except OSError: pass
"""
    assert settles_at(2, full)
    with full.open([Cell(1, source)]):
        assert settles_at(3, full)
    assert settles_at(2, full)


def test_pid_namespace_alone_ends_grandchildren() -> None:
    """Where nothing but namespaces is on, a process that a submission started dies with it."""
    try:
        sandbox = Sandbox(Limits(seconds=5), mode="reduced", layers={"user", "pid"})
    except SandboxMissing as missing:
        pytest.skip(str(missing))
    if "pid" not in sandbox.layers:
        sandbox.close()
        pytest.skip("no pid namespaces here")
    source = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(999)"
    with sandbox:
        assert settles_at(2, sandbox)
        with sandbox.open([Cell(1, source)]):
            assert settles_at(4, sandbox)
        assert settles_at(2, sandbox)


def test_warm_process_is_started_anew() -> None:
    """When the warm process dies, the next submission finds another one."""
    with Sandbox(Limits(seconds=5), mode="none") as sandbox:
        for _ in range(2):
            for pid in children_of(os.getpid()):
                with contextlib.suppress(ProcessLookupError):  # it died with its parent
                    os.kill(pid, signal.SIGKILL)
            with sandbox.open([Cell(1, "def f(): return 1")]) as session:
                assert session.call("f").value == 1


def test_session_outlives_no_warm_process(full: Sandbox) -> None:
    """When the warm process dies under an open session, its call goes on in another one."""
    with full.open([Cell(1, "def f(): return 1")]) as session:
        assert session.call("f").value == 1
        assert full._zygote is not None
        for pid in children_of(full._zygote.process.pid):
            with contextlib.suppress(ProcessLookupError):  # it died with its parent
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
        session._failures.clear()
        assert session.calls([("f", (), {}, ())] * 2)[1].value == 1  # type: ignore[union-attr]


GRADER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from autograder.sandbox import Cell, Limits, Sandbox
sandbox = Sandbox(Limits(seconds=100), mode=sys.argv[2])
session = sandbox.open([Cell(1, "def f(): return 1")])
print("open", flush=True)
try:
    session.call("f")
    session._worker.socket.close()
    session = sandbox.open([Cell(1, "while True: pass")])
except KeyboardInterrupt:
    pass
"""


@pytest.mark.parametrize("mode", ["none", "full"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_grader_ends_everything_ends(mode: str, how: int) -> None:
    """However the grader ends, its warm process and its workers end with it."""
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(GRADER), str(ROOT), mode],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as grader:  # fmt: skip
        assert grader.stdout is not None
        if grader.stdout.readline() != "open\n":
            pytest.skip("no sandbox of this mode here")
        time.sleep(0.1)
        family = children_of(grader.pid)
        assert len(family) >= 3
        watched = [os.pidfd_open(pid) for pid in family]
        grader.send_signal(how)
    for pidfd in watched:
        assert select.select([pidfd], [], [], 5)[0], "a process outlived the grader"
        os.close(pidfd)


def test_not_shared_between_processes() -> None:
    """A fork of the grader cannot use its sandbox by mistake."""
    with Sandbox(Limits(), mode="none") as sandbox:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                sandbox.open([])
            except SandboxError:
                os.write(write, b"refused")
            finally:
                os._exit(0)
        os.close(write)
        os.waitpid(pid, 0)
        with os.fdopen(read, "rb") as file:
            assert file.read() == b"refused"
