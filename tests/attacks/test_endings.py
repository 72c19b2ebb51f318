"""Every way to die, hang, or swell has its verdict; the functions beside it still earn their points."""

# ruff: noqa: E501 – a table of texts

from __future__ import annotations

import time

import pytest

from autograder.sandbox import Cell, Limits, Sandbox, StudentFailure

HONEST = "import os, sys, time, ctypes, threading, signal, gc\nimport numpy as np\ndef honest(): return 42\n"

ENDINGS = {
    # time
    "busy": ("while True: pass", "TIMED_OUT"),
    "sleep": ("time.sleep(1000)", "TIMED_OUT"),
    "print": ("while True: print('x' * 1000)", "TIMED_OUT"),
    "stubborn": ("while True:\n  try: time.sleep(9)\n  except BaseException: pass", "TIMED_OUT"),
    "regex": ("import re; re.match('(a*)*b', 'a' * 40)", "TIMED_OUT"),
    "big-power": ("return 10 ** 10 ** 9", "TIMED_OUT|OUT_OF_MEMORY|ERRORED"),
    "hash-bomb": ("return len({i * (2 ** 61 - 1): 0 for i in range(10 ** 6)})", "TIMED_OUT"),
    "ignores-signals": ("[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]\nwhile True: pass", "TIMED_OUT"),
    # memory
    "memory": ("x = []\nwhile True: x.append(bytearray(1 << 20))", "OUT_OF_MEMORY"),
    "array": ("return np.ones(10 ** 9)", "OUT_OF_MEMORY"),
    "shared-memory": ("import mmap\nreturn mmap.mmap(-1, 1 << 30)", "ERRORED|OUT_OF_MEMORY"),
    "string": ("return 'x' * (1 << 33)", "OUT_OF_MEMORY"),
    # processes and threads
    "fork-bomb": ("while True: os.fork()", "ERRORED"),
    "thread-bomb": ("while True: threading.Thread(target=time.sleep, args=(99,)).start()", "ERRORED|DIED|OUT_OF_MEMORY"),
    # files
    "disk": ("f = open('big', 'wb')\nwhile True: f.write(bytes(1 << 16))", "ERRORED|DIED"),
    "many-files": ("for i in range(10 ** 6): open(str(i), 'w').close()", "ERRORED"),
    "descriptors": ("return [os.pipe() for _ in range(10 ** 5)]", "ERRORED"),
    # output
    "huge": ("return np.zeros(10 ** 7)", "TOO_LARGE"),
    "lazy": ("return np.broadcast_to(0.0, (10 ** 6, 10 ** 6))", "TOO_LARGE"),
    "deep": ("x = []\nfor _ in range(10 ** 5): x = [x]\nreturn x", "TOO_LARGE"),
    "cyclic": ("x = []; x.append(x); return x", "TOO_LARGE"),
    "wide": ("return list(range(10 ** 6))", "TOO_LARGE"),
    "keys": ("return {str(i): i for i in range(10 ** 5)}", "TOO_LARGE"),
    "text": ("return 'x' * 10 ** 6", "TOO_LARGE"),
    "branching": ("x = [1]\nfor _ in range(20): x = [x, x]\nreturn x", "TOO_LARGE|TIMED_OUT"),
    # exceptions
    "exit": ("sys.exit(0)", "ERRORED"),
    "interrupt": ("raise KeyboardInterrupt", "ERRORED"),
    "base-exception": ("class E(BaseException): pass\nraise E", "ERRORED"),
    "generator-exit": ("raise GeneratorExit", "ERRORED"),
    "evil-exception": ("class E(Exception):\n  def __str__(self): raise self\n  __repr__ = __str__\nraise E", "ERRORED"),
    "evil-metaclass": ("class M(type):\n  __mro__ = property(lambda c: 1/0)\nclass E(Exception, metaclass=M): pass\nraise E", "ERRORED|DIED"),
    "recursion": ("return f()", "ERRORED"),
    "not-implemented": ("raise NotImplementedError", "UNANSWERED"),
    # sudden ends
    "os-exit": ("os._exit(0)", "DIED"),
    "segfault": ("ctypes.string_at(0)", "DIED"),
    "abort": ("ctypes.CDLL(None).abort()", "DIED"),
    "deep-recursion": ("sys.setrecursionlimit(10 ** 9)\nclass A:\n  def __getattr__(s, n): return getattr(s, n)\nA().x", "DIED|OUT_OF_MEMORY|ERRORED|TIMED_OUT"),
    "stack": ("x = ()\nfor _ in range(10 ** 7): x = (x,)\nsys.setrecursionlimit(10 ** 9)\nreturn hash(x)", "DIED|OUT_OF_MEMORY|TIMED_OUT"),
    "closes-descriptors": ("os.closerange(0, 99)", "DIED"),
    "alarm": ("signal.signal(14, signal.SIG_DFL); signal.setitimer(0, .01)\nwhile True: pass", "DIED|TIMED_OUT"),
    # breaks the ground it stands on
    "no-builtins": ("import builtins\nfor n in list(vars(builtins)): delattr(builtins, n)", "DIED|ERRORED|value"),
    "no-len": ("import builtins; builtins.len = None", "DIED|ERRORED|value"),
    "no-print": ("import builtins; builtins.print = None; sys.stdout = None; return 1", "value"),
    "no-worker": ("m = sys.modules['autograder.sandbox.worker']; m.pack = m.Writer = None", "DIED|ERRORED"),
    "no-numpy": ("np.ndarray = np.generic = np.float64 = None; return 1", "value|DIED|ERRORED"),
    "trace": ("sys.settrace(lambda *a: 1 / 0); return 1", "value|ERRORED|DIED"),
    "gc-callback": ("gc.callbacks.append(lambda *a: os._exit(3)); gc.collect()", "DIED"),
    "atexit": ("import atexit; atexit.register(time.sleep, 99); return 1", "value"),
    "frames": ("for fr in sys._current_frames().values():\n  fr.f_globals.clear()", "DIED|ERRORED|value"),
    "no-modules": ("sys.modules.clear(); return 1", "value|DIED|ERRORED"),
    "thread-left": ("threading.Thread(target=lambda: [None for _ in iter(int, 1)]).start(); return 1", "value"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDINGS)
def test_ending(name: str, full: Sandbox) -> None:
    """The verdict is one of those expected, in bounded time, and an honest function works after it."""
    body, expected = ENDINGS[name]
    source = HONEST + "def f():\n" + "\n".join(f"    {line}" for line in body.splitlines())
    start = time.monotonic()
    with full.open([Cell(1, source)]) as session:
        assert session.cells[0].error is None
        try:
            session.call("f")
            got = "value"
        except StudentFailure as failure:
            got = failure.kind
        assert got in expected.split("|")
        if name not in ("frames", "no-modules"):  # those took their own functions away
            assert session.call("honest").value == 42
    assert time.monotonic() - start < 3


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("while True: pass", "TimeLimit"),
        ("import os; os._exit(1)", "Died"),
        ("x = [0] * 10 ** 9", "MemoryLimit"),
        ("1 / 0", "ZeroDivisionError"),
        ("def f(:", "SyntaxError"),
        ("import sys; sys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("class E(KeyError): pass\nraise E", "KeyError"),
        ("import os; os.write(3, b'garbage' * 9)", "Died"),
        ("import os; os.close(3)", "Died"),
        ("(" * 5000, "SyntaxError|MemoryLimit|RecursionError"),
        ("x = 1\x00", "SyntaxError|ValueError"),
    ],
)
def test_cell_ending(body: str, error: str, full: Sandbox) -> None:
    """A cell's end is named, and the cells around it are run all the same."""
    cells = [Cell(1, "def a(): return 1"), Cell(2, body), Cell(3, "def b(): return a() + 1")]
    with full.open(cells) as session:
        assert [cell.index for cell in session.cells] == [1, 2, 3]
        assert session.cells[0].error is None
        assert session.cells[2].error is None
        assert session.cells[1].error in error.split("|")
        assert session.call("b").value == 2


def test_total_time_is_bounded() -> None:
    """A submission in which everything hangs ends, with TIMED_OUT everywhere."""
    functions = "".join(f"def f{i}():\n    while True: pass\n" for i in range(40))
    limits = Limits(seconds=0.3, total_seconds=1)
    with Sandbox(limits, mode="none") as sandbox:
        start = time.monotonic()
        with sandbox.open([Cell(1, functions), Cell(2, "while True: pass")]) as session:
            results = session.calls([(f"f{i}", (), {}, ()) for i in range(40)])
        assert time.monotonic() - start < 2
    assert {r.kind for r in results if isinstance(r, StudentFailure)} == {"TIMED_OUT"}
    assert len(results) == 40


def test_twice_is_enough(full: Sandbox) -> None:
    """A function that has hung twice is not called a third time; one that hung once is."""
    with full.open([Cell(1, "def f():\n    while True: pass\ndef g(): return 1")]) as session:
        start = time.monotonic()
        results = session.calls([("f", (), {}, ())] * 20 + [("g", (), {}, ())])
        assert time.monotonic() - start < 3 * full.limits.seconds
    assert all(isinstance(r, StudentFailure) and r.kind == "TIMED_OUT" for r in results[:20])
    assert not isinstance(results[20], StudentFailure)
