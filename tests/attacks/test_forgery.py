"""What a submission writes to its channel is its own word at most; garbage costs it its worker."""

# ruff: noqa: E501 – texts

from __future__ import annotations

import json
import struct
import time

import numpy as np
import pytest

from autograder.sandbox import Called, Cell, Foreign, Held, Sandbox, StudentFailure


def frame(message: object, body: bytes = b"", header: bytes | None = None) -> bytes:
    """A frame as a forger would write it."""
    text = json.dumps(message).encode() if header is None else header
    return struct.pack("<4sII", b"AGS1", len(text), len(body)) + text + body


def answer(tree: object, body: bytes = b"", kept: object = ()) -> bytes:
    """A forged answer; NUMBER stands for the number of the call that is being answered."""
    return frame(["called", 987654321, tree, [], [], list(kept)], body)  # type: ignore[call-overload]


FORGERIES = {
    "garbage": b"\x00" * 100,
    "text": b"HTTP/1.1 200 OK\r\n\r\n" * 10,
    "huge-header": struct.pack("<4sII", b"AGS1", 2**32 - 1, 0),
    "huge-body": struct.pack("<4sII", b"AGS1", 2, 2**32 - 1) + b"[]",
    "no-json": frame(None, header=b"\xff\xfe nonsense"),
    "deep-json": frame(None, header=b"[" * 1_000_000),
    "long-number": frame(None, header=b'["called",' + b"9" * 100_000 + b"]"),
    "not-a-list": frame({"called": 1}),
    "empty-list": frame([]),
    "unknown-kind": frame(["granted", 987654321, 1, [], [], []]),
    "wrong-number": frame(["called", -5, 1, [], [], []]),
    "number-as-text": frame(["called", "987654321", 1, [], [], []]),
    "too-few": frame(["called", 987654321]),
    "bad-failure": frame(["failed", 987654321, "PASSED", None, None, None]),
    "failure-as-dict": frame(["failed", 987654321, {"a": 1}, [], {}, {}]),
    "object-dtype": answer(["array", "|O", [1], "C"], bytes(8)),
    "structured-dtype": answer(["array", "i4,i4", [1], "C"], bytes(8)),
    "dtype-as-list": answer(["array", ["<f8"], [1], "C"], bytes(8)),
    "negative-shape": answer(["array", "<f8", [-1], "C"], bytes(8)),
    "float-shape": answer(["array", "<f8", [1.0], "C"], bytes(8)),
    "true-shape": answer(["array", "<f8", [True], "C"], bytes(8)),
    "huge-shape": answer(["array", "<f8", [2**40, 2**40], "C"], bytes(8)),
    "empty-huge-shape": answer(["array", "<f8", [0, 2**39, 2**39], "C"]),
    "rank": answer(["array", "<f8", [1] * 60, "C"], bytes(8)),
    "too-short": answer(["array", "<f8", [100], "C"], bytes(8)),
    "left-over": answer(["array", "<f8", [1], "C"], bytes(80)),
    "unknown-tag": answer(["pickle", "cos\nsystem"]),
    "unhashable-tag": answer([["list"], 1]),
    "generator": answer(["generator", ["dict", [], []]]),
    "held": answer(["held", 1]),
    "handles": answer(["tuple", [1, 2]], kept=[1, 2]),
    "many-items": answer(["list", [0] * 300_000]),
    "many-keys": answer(["dict", [str(i) for i in range(5000)], [0] * 5000]),
    "keys-mismatch": answer(["dict", ["a", "b"], [1]]),
    "keys-unhashable": answer(["dict", [["a"]], [1]]),
    "deep-tree": answer(json.loads('["list",[' * 100 + "1" + "]]" * 100)),
    "object": answer({"a": 1}),
    "complex": answer(["complex", "1", [2]]),
    "scalar": answer(["scalar", "<f8", "00"]),
    "scalar-hex": answer(["scalar", "<f8", "zz" * 8]),
    "names": frame(["called", 987654321, 1, ["a"] * 1000, [], []]),
    "names-dict": frame(["called", 987654321, 1, {"a": 1}, [], []]),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_answer_is_the_forgers_loss(name: str, full: Sandbox) -> None:
    """A frame that no worker writes ends the call as DIED; the grader lives and asks on."""
    data = FORGERIES[name]
    source = (
        "import os, sys\nDATA = " + repr(data) + "\n"
        "def f():\n"
        "    frame = sys._getframe()\n"
        "    while 'number' not in frame.f_locals: frame = frame.f_back\n"
        "    data = DATA.replace(b'987654321', str(frame.f_locals['number']).encode())\n"
        "    data = DATA if len(data) == len(DATA) else data[:4] + "
        "(int.from_bytes(data[4:8], 'little') + len(data) - len(DATA)).to_bytes(4, 'little')"
        " + data[8:]\n"
        "    while data: data = data[os.write(3, data):]\n"
        "    os._exit(0)\n"
        "def honest(): return 42\n"
    )
    with full.open([Cell(1, source)]) as session:
        start = time.monotonic()
        with pytest.raises(StudentFailure) as caught:
            print(session.call("f"))
        assert caught.value.kind == "DIED"
        assert session.call("honest").value == 42
        assert time.monotonic() - start < 2


def test_forged_value_is_only_a_value(full: Sandbox) -> None:
    """A well-formed forgery is believed as what it is: the submission's own return value."""
    source = """
import os, sys, json, struct
def f():
    frame = sys._getframe()
    while 'number' not in frame.f_locals: frame = frame.f_back
    text = json.dumps(["called", frame.f_locals['number'], 7, [], [], []]).encode()
    os.write(3, struct.pack("<4sII", b"AGS1", len(text), 0) + text)
    os._exit(0)
"""
    with full.open([Cell(1, source)]) as session:
        assert session.call("f") == Called(7)


def test_dribbled_answer_is_late(full: Sandbox) -> None:
    """An answer that comes a byte at a time does not stretch the time limit."""
    source = """
import os, time
def f():
    os.write(3, b"AGS1" + (100).to_bytes(4, "little") + (0).to_bytes(4, "little"))
    while True:
        os.write(3, b" ")
        time.sleep(.04)
"""
    with full.open([Cell(1, source)]) as session:
        start = time.monotonic()
        with pytest.raises(StudentFailure) as caught:
            session.call("f")
        assert caught.value.kind == "TIMED_OUT"
        assert time.monotonic() - start < 2 * full.limits.seconds


def test_reply_ahead_of_its_question(full: Sandbox) -> None:
    """Answers written before they are asked for put no other function's call in doubt for the
    grader: whatever comes of it is a value or a failure of this submission."""
    source = """
import os, json, struct
def frames():
    for number in range(1, 50):
        text = json.dumps(["called", number, 7, [], [], []]).encode()
        yield struct.pack("<4sII", b"AGS1", len(text), 0) + text
os.write(3, b"".join(frames()))
def f(): return 1
"""
    with full.open([Cell(1, source)]) as session:
        assert session.cells[0].error == "Died"
        with pytest.raises(StudentFailure):
            session.call("f")


def test_names_are_cut_and_cleaned(full: Sandbox) -> None:
    """No name from inside carries control characters, markup beyond <>, or length."""
    source = """
T = type("x\\x1b[31m\\n" + "A" * 500, (), {"__module__": "<script>&"})
def f(): return T()
def g(**kwargs):
    kwargs["a"][0] = 1
"""
    with full.open([Cell(1, source)]) as session:
        value = session.call("f").value
        assert isinstance(value, Foreign)
        assert len(value.type_name) <= 80
        assert value.type_name.isprintable()
        assert "&" not in value.type_name
        assert session.call("g", (), {"a": np.zeros(2)}).changed == ("a",)


def test_value_does_not_change_after_the_check(full: Sandbox) -> None:
    """An array that a thread goes on changing is copied once: what was checked is what was got."""
    source = """
import threading, numpy as np
A = np.zeros(50_000)
def spin():
    while True: A[:] += 1
def f():
    threading.Thread(target=spin, daemon=True).start()
    return A
"""
    with full.open([Cell(1, source)]) as session:
        got = session.call("f").value
        first = got.copy()
        time.sleep(0.05)
        assert np.array_equal(got, first)


def test_boolean_bytes_are_cleaned(full: Sandbox) -> None:
    """A boolean array whose bytes are not 0 or 1 comes out as booleans."""
    source = "import numpy as np\ndef f(): return np.arange(4, dtype=np.uint8).view(bool)"
    with full.open([Cell(1, source)]) as session:
        assert session.call("f").value.view(np.uint8).tolist() == [0, 1, 1, 1]


def test_handle_of_a_dead_worker(full: Sandbox) -> None:
    """What died with its worker is not silently something else in the next one."""
    source = "def f(): return 1, object()\ndef g(x): return x is not None\ndef die(): import os; os._exit(0)"
    with full.open([Cell(1, source)]) as session:
        held = session.call("f", hold=[1]).value[1]
        assert isinstance(held, Held)
        assert session.call("g", (held,)).value is True
        with pytest.raises(StudentFailure):
            session.call("die")
        with pytest.raises(StudentFailure) as caught:
            session.call("g", (held,))
        assert caught.value.kind == "DIED"
