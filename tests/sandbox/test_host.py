"""The sandbox as graders use it, in mode "none" and, where the machine allows, "full"."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.sandbox import (
    Called,
    Cell,
    Held,
    Limits,
    Sandbox,
    SandboxError,
    SandboxMissing,
    StudentFailure,
    host,
    probe,
)


@pytest.fixture(scope="module", params=["none", "full"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox with numpy and matplotlib."""
    try:
        sandbox = Sandbox(Limits(seconds=5), ["numpy", "matplotlib"], request.param)
    except SandboxMissing as missing:
        pytest.skip(str(missing))
    with sandbox:
        yield sandbox


def test_a_submission(sandbox: Sandbox) -> None:
    """Cells, names, values, handles, changed arguments: the road that every grading takes."""
    source = """
import numpy as np
def forward(X, parameters):
    parameters["b"][0] = 1
    return X @ X, {"X": X, "anything": object()}
def backward(cache): return cache["X"] + 1
"""
    with sandbox.open([Cell(1, source), Cell(2, "1 / 0")]) as session:
        assert [cell.error for cell in session.cells] == [None, "ZeroDivisionError"]
        assert session.functions >= {"forward", "backward"}
        X = np.arange(4.0).reshape(2, 2)
        called = session.call("forward", (X, {"b": np.zeros(2)}), hold=[1])
        assert np.array_equal(called.value[0], X @ X)
        assert called.changed == ("parameters['b']",)
        assert isinstance(called.value[1], Held)
        assert np.array_equal(session.call("backward", (called.value[1],)).value, X + 1)


def test_a_held_generator_is_one_object(sandbox: Sandbox) -> None:
    """A generator that is held goes on where it stopped; one that is passed starts anew."""
    with sandbox.open([Cell(1, "def draw(rng): return rng.random()")]) as session:
        rng = np.random.default_rng(7)
        held = session.hold(rng)
        inside = [session.call("draw", (held,)).value for _ in range(3)]
        fresh = [session.call("draw", (rng,)).value for _ in range(2)]
        assert fresh[0] == fresh[1] == inside[0]
        assert inside == [rng.random() for _ in range(3)]


def test_global_generators_differ_between_submissions(sandbox: Sandbox) -> None:
    """numpy and its generator are imported before any fork, and yet no two forks draw alike."""
    source = (
        "import random\nimport numpy as np\n"
        "def draw(): return float(np.random.rand()), random.random()"
    )
    draws = []
    for _ in range(3):
        with sandbox.open([Cell(1, source)]) as session:
            draws.append(session.call("draw").value)
    assert all(len(set(column)) == 3 for column in zip(*draws, strict=True))


def test_matplotlib_draws(sandbox: Sandbox) -> None:
    """A cell may plot, show and save into its own folder."""
    source = (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2], label='$x^2$')\nplt.legend()\n"
        "plt.savefig('a.png')\nplt.show()\n"
        "def f(): return len(open('a.png', 'rb').read()) > 1000"
    )
    with sandbox.open([Cell(1, source)]) as session:
        assert session.cells[0].error is None
        assert session.call("f").value is True


def test_batches(sandbox: Sandbox) -> None:
    """Many calls in one go come back in order, failures in their places."""
    source = (
        "import os\ndef f(x):\n    if x == 3: raise ValueError\n"
        "    if x == 5: os._exit(1)\n    return x"
    )
    with sandbox.open([Cell(1, source)]) as session:
        results = session.calls([("f", (x,), {}, ()) for x in range(8)])
    assert [r.value for r in results if isinstance(r, Called)] == [0, 1, 2, 4, 6, 7]
    assert [r.kind for r in results if isinstance(r, StudentFailure)] == ["ERRORED", "DIED"]
    assert isinstance(results[3], StudentFailure)
    assert isinstance(results[5], StudentFailure)


def test_large_values_both_ways(sandbox: Sandbox) -> None:
    """Twenty megabytes in and out again."""
    X = np.random.default_rng(1).random((2500, 1000))
    with sandbox.open([Cell(1, "def f(X): return X")]) as session:
        assert np.array_equal(session.call("f", (X,)).value, X)


def test_a_poisoned_worker_costs_the_innocent_nothing(sandbox: Sandbox) -> None:
    """A function that breaks the worker for the next one loses its own points only."""
    source = "import os\ndef poison(): os.dup2(0, 3)\ndef honest(): return 42"
    with sandbox.open([Cell(1, source)]) as session:
        with pytest.raises(StudentFailure):
            session.call("poison")
        assert session.call("honest").value == 42


def test_sessions_side_by_side(sandbox: Sandbox) -> None:
    """Two submissions may be open at once."""
    cells = [[Cell(1, f"def f(): return {number}")] for number in (1, 2)]
    with sandbox.open(cells[0]) as one, sandbox.open(cells[1]) as two:
        assert (one.call("f").value, two.call("f").value) == (1, 2)


def test_no_cells(sandbox: Sandbox) -> None:
    """An empty submission is one in which everything is missing."""
    with sandbox.open([]) as session:
        assert session.cells == ()
        with pytest.raises(StudentFailure, match="MISSING"):
            session.call("f")


def test_missing_layer_is_refused_with_a_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mode "full" refuses a machine without a layer; "reduced" goes on and says what is left."""
    real = host._Zygote

    def without_landlock(request: dict[str, object]) -> host._Zygote:
        if "landlock" in request["layers"]:  # type: ignore[operator]
            raise SandboxMissing("landlock", "Function not implemented")
        return real(request)

    monkeypatch.setattr(host, "_Zygote", without_landlock)
    with pytest.raises(SandboxMissing, match=r"landlock.*; use Linux 5\.13"):
        Sandbox(Limits(), mode="full")
    with Sandbox(Limits(), mode="reduced") as sandbox:
        assert "landlock" not in sandbox.layers


def test_full_means_all() -> None:
    """Nobody can call a part of the layers "full"."""
    with pytest.raises(ValueError, match="reduced"):
        Sandbox(Limits(), mode="full", layers=["seccomp"])


def test_a_refusing_kernel_is_noticed() -> None:
    """A layer whose call really fails in the worker stops the sandbox, in words."""
    if not {layer.name: layer.present for layer in probe()}["landlock"]:
        pytest.skip("no Landlock here")
    package = str(Path(host.__file__).parents[2])
    code = (
        f"import sys; sys.path.insert(0, {package!r})\n"
        "from autograder.sandbox import Sandbox, host\n"
        "host._BOOT = host._BOOT.replace('from autograder.sandbox.zygote', "
        "'from autograder.sandbox import lockdown; lockdown._LANDLOCK_RESTRICT = 10**6; "
        "from autograder.sandbox.zygote')\n"
        "try: Sandbox(mode='reduced', layers=['landlock']).close()\n"
        "except host.SandboxError as error: print(error)\n"
        "try: Sandbox(mode='full')\n"
        "except host.SandboxError as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "sandbox layer missing: landlock" in run.stdout or "layer missing: user" in run.stdout


def test_unknown_package() -> None:
    """A package that is not there is one line with the cure."""
    with pytest.raises(SandboxError, match="pip install no-such-thing"):
        Sandbox(Limits(), ["no-such-thing"])


def test_closed_things_refuse() -> None:
    """A closed session or sandbox says so; closing twice is nothing."""
    sandbox = Sandbox(Limits(), mode="none")
    session = sandbox.open([Cell(1, "def f(): return 1")])
    sandbox.close()
    sandbox.close()
    with pytest.raises(SandboxError, match="closed"):
        session.call("f")
    with pytest.raises(SandboxError, match="closed"):
        sandbox.open([])


def test_probe_names_every_layer() -> None:
    """`doctor`'s list: each layer once, with a cure of one line, the optional ones marked."""
    layers = probe()
    assert [layer.name for layer in layers][:-1] == list(host.LAYERS)
    assert all(layer.cure and "\n" not in layer.cure for layer in layers)
    assert [layer.name for layer in layers if layer.optional] == ["cgroup"]


def test_imports_run_downwards() -> None:
    """What runs inside imports the standard library, numpy and its own three modules."""
    import ast

    folder = Path(host.__file__).parent
    for name in ("protocol", "worker", "magics"):
        tree = ast.parse((folder / f"{name}.py").read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                inner = node.level == 1 and node.module in ("protocol", "magics")
                assert inner or (node.module or "") in sys.stdlib_module_names | {"collections.abc"}
            elif isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= sys.stdlib_module_names | {"numpy"}
