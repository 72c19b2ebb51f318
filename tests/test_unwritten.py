"""A function is unwritten when there is none, or when the last one of its name does nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.submission import NotebookCell, Submission
from autograder.unwritten import unwritten

STUB = 'def double(X):\n    """Twice X."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'


def of(*sources: str, defined: frozenset[str] = frozenset({"double"})) -> str | None:
    """What is told of a notebook with these cells."""
    cells = tuple(NotebookCell(i, "code", source) for i, source in enumerate(sources))
    return unwritten("double", Submission("ada", "toy", Path("toy.ipynb"), cells), defined)


@pytest.mark.parametrize(
    "source",
    [
        STUB,
        "def double(X):\n    pass",
        "def double(X):\n    ...",
        "def double(X):\n    return",
        "def double(X):\n    return None",
        'def double(X):\n    "docs"',
        "def double(X):\n    raise NotImplementedError",
        "%matplotlib inline\n" + STUB,
    ],
)
def test_what_does_nothing_is_unwritten(source: str) -> None:
    """The stub as released, and what students leave in its place; magics beside it or not."""
    assert of(source) == "UNANSWERED"


@pytest.mark.parametrize(
    "sources",
    [
        ["def double(X):\n    return 2 * X"],
        ["def double(X):\n    X *= 2"],
        ["def double(X):\n    if X is None:\n        raise NotImplementedError\n    return 2 * X"],
        ["def double(X):\n    raise ValueError"],
        [STUB, "def double(X):\n    return 2 * X"],
        [STUB, "double = lambda X: 2 * X"],
        [STUB, "import something_of_theirs as double"],
        [STUB, "if True:\n    def double(X):\n        return 2 * X"],
        ["@filled_in\n" + STUB],
        ["class Other:\n    def double(self):\n        pass\ndouble = Other()"],
        ["double = np.double"],
        ["def double(X:", "double = 3"],
    ],
)
def test_what_does_something_is_written(sources: list[str]) -> None:
    """Wrong, half done, defined again below or in another way: it is judged."""
    assert of(*sources) is None


def test_what_is_not_there_is_missing() -> None:
    """Whatever the text says: a cell that stopped defines nothing."""
    assert of(STUB, defined=frozenset()) == "MISSING"
    assert of("def double(X:", defined=frozenset({"other"})) == "MISSING"
