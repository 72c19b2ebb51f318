"""The worker, driven in-process: cells, calls, arguments, warnings, failures."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest

from autograder.sandbox.protocol import Called, Cell, CellResult, Held, StudentFailure
from autograder.sandbox.worker import Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A worker that gives `__main__` back."""
    worker = Worker()
    yield worker
    worker.close()


def run(worker: Worker, *sources: str) -> list[CellResult]:
    """Run cells numbered from 1."""
    return list(worker.execute(Cell(i, source) for i, source in enumerate(sources, 1)))


def test_cells_share_a_namespace_and_go_on(worker: Worker) -> None:
    """A cell that raises does not stop the next; its error has a name and a line."""
    results = run(worker, "a = 1", "b = 2\n1 / 0\nc = 3", "def f(:\n  pass", "d = a + b")
    assert results == [
        CellResult(1),
        CellResult(2, "ZeroDivisionError", 2),
        CellResult(3, "SyntaxError", 1),
        CellResult(4),
    ]
    assert worker.namespace["d"] == 3
    assert "c" not in worker.namespace


def test_line_is_of_student_text(worker: Worker) -> None:
    """The innermost line of the student's, not of the library that raised."""
    run(
        worker,
        "import numpy as np\ndef g(x):\n    return np.zeros(2) @ x\n",
        "\n\ndef f(x):\n    return g(x)",
    )
    with pytest.raises(StudentFailure) as caught:
        worker.call("f", (np.zeros(3),), {})
    assert (caught.value.kind, caught.value.error) == ("ERRORED", "ValueError")
    assert (caught.value.cell, caught.value.line) == (1, 3)


def test_own_exceptions_have_builtin_names(worker: Worker) -> None:
    """A student's exception class never gives its own name away; numpy's LinAlgError keeps its."""
    run(worker, "class Secret(KeyError): pass\ndef f(): raise Secret('text')",
        "import numpy as np\ndef g(): np.linalg.inv(np.zeros((2, 2)))")  # fmt: skip
    for name, error in (("f", "KeyError"), ("g", "LinAlgError")):
        with pytest.raises(StudentFailure) as caught:
            worker.call(name, (), {})
        assert caught.value.error == error


def test_real_module(worker: Worker) -> None:
    """Dataclasses, pickling and inspect work as in a notebook."""
    results = run(
        worker,
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 1\n",
        "import pickle, inspect\ndef f():\n    return pickle.loads(pickle.dumps(P(3))).x, "
        "inspect.getsource(f)\n",
    )
    assert [r.error for r in results] == [None, None]
    number, source = worker.call("f", (), {}).value
    assert number == 3
    assert source.startswith("def f():")
    assert worker.namespace["__name__"] == "__main__"


def test_future_imports_hold_on(worker: Worker) -> None:
    """`from __future__ import annotations` is for the cells after it, too."""
    results = run(worker, "from __future__ import annotations", "def f(x: Undefined): return x")
    assert [r.error for r in results] == [None, None]


def test_magics_and_display(worker: Worker) -> None:
    """What only a notebook understands does no harm, and is no function of the submission."""
    assert run(worker, "%matplotlib inline\nx = 1\ndisplay(x)")[0].error is None
    assert worker.functions() == []


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("X[0] = 9", ("X",)),
        ("p['W'] += 1", ("p['W']",)),
        ("p['W'] = p['W'] + 0", ()),
        ("p['new'] = 1", ("p",)),
        ("del p['W']", ("p",)),
        ("p['L'][1] = 5", ("p['L'][1]",)),
        ("p['L'].append(1)", ("p['L']",)),
        ("X.shape = (1, 3)", ("X",)),
        ("X = X + 1; p = dict(p)", ()),
        ("X[1] = float('nan')", ()),
    ],
)
def test_changed_arguments(worker: Worker, body: str, changed: tuple[str, ...]) -> None:
    """The paths of altered arguments, by the function's own names; NaN equals itself."""
    run(worker, f"def f(X, p):\n    {body}")
    args = (np.array([1.0, np.nan, 2.0]), {"W": np.zeros(2), "L": [1, 2]})
    assert worker.call("f", args, {}).changed == changed


def test_warnings_are_named(worker: Worker) -> None:
    """Categories, each once, and at every call anew."""
    run(worker, "import numpy as np\ndef f():\n    np.exp(np.array([1e9])); np.log(np.zeros(1))\n"
                "    import warnings; warnings.warn('x', DeprecationWarning)")  # fmt: skip
    for _ in range(2):
        assert worker.call("f", (), {}).warnings == ("RuntimeWarning", "DeprecationWarning")


def test_holding(worker: Worker) -> None:
    """Held items stay, the others come; what is not a tuple comes whole."""
    run(worker, "def f(): return 1, object, 3\ndef g(): return 5")
    assert worker.call("f", (), {}, [1], 10) == Called((1, Held(11, 0), 3))
    assert worker.held[11] is object
    assert worker.call("f", (), {}, [7], 20).value == (1, object, 3)
    assert worker.call("g", (), {}, [1], 30).value == 5
    assert worker.call("g", (), {}, "all", 40).value == Held(40, 0)
    assert worker.held[40] == 5


@pytest.mark.parametrize(
    ("name", "kind"),
    [("nothing", "MISSING"), ("x", "MISSING"), ("display", "MISSING"), ("stub", "UNANSWERED"),
     ("big", "OUT_OF_MEMORY"), ("leave", "ERRORED")],
)  # fmt: skip
def test_failures(worker: Worker, name: str, kind: str) -> None:
    """Each way of giving no value has its kind."""
    run(worker, "import sys\nx = 1\ndef stub(): raise NotImplementedError\n"
                "def big(): raise MemoryError\ndef leave(): sys.exit()")  # fmt: skip
    with pytest.raises(StudentFailure) as caught:
        worker.call(name, (), {})
    assert caught.value.kind == kind


def test_close_gives_main_back() -> None:
    """A process that goes on has its own `__main__` again."""
    before = sys.modules["__main__"]
    worker = Worker()
    assert sys.modules["__main__"] is worker.module
    worker.close()
    assert sys.modules["__main__"] is before
