"""A student as checks see one: what comes back, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from autograder.checks import ARRAY, OPAQUE, CallFailed, Malformed, Student
from autograder.checks.inline import Inline
from autograder.sandbox.protocol import Cell, Held

SOURCE = """
import numpy as np

def pair(X):
    return [2 * X, lambda: X]

def unpair(cache):
    return cache()

def one(X):
    return [X]

def forgets(X):
    pass

def doubles(sizes):
    sizes[0] *= 2
    return np.array(sizes, dtype=float)
"""
CONTRACT = {
    "pair": (ARRAY("A"), OPAQUE("cache")),
    "one": (ARRAY("A"), OPAQUE("cache")),
    "forgets": ARRAY("A"),
    "unpair": ARRAY("X"),
    "missing": ARRAY,
    "doubles": ARRAY("X"),
}
X = np.arange(3.0)


@pytest.fixture
def student() -> Iterator[Student]:
    """Someone who returns lists."""
    inline = Inline([Cell(0, SOURCE)])
    yield Student(inline, CONTRACT)
    inline.close()


def test_a_list_is_unpacked_like_a_tuple(student: Student) -> None:
    """`return [A, cache]` works in every call of a notebook; what is opaque stays inside."""
    A, cache = student.pair(X)
    assert np.array_equal(A, 2 * X)
    assert isinstance(cache, Held)
    assert np.array_equal(student.unpair(cache), X)
    assert isinstance(student.trace[0].value, tuple)


def test_a_malformed_result_says_whose_it_is(student: Student) -> None:
    """So that a check of another function can be skipped."""
    with pytest.raises(
        Malformed, match=r"should return 2 values \(A, cache\); it returned 1"
    ) as one:
        student.one(X)
    assert one.value.function == "one"
    with pytest.raises(Malformed, match="forgets returned None"):
        student.forgets(X)


def test_many_calls_are_one_round_trip(student: Student, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values come in order; the first failure is raised."""
    sizes: list[int] = []
    calls = student._connection.calls

    def counted(requests):  # type: ignore[no-untyped-def]
        sizes.append(len(requests))
        return calls(requests)

    monkeypatch.setattr(student._connection, "calls", counted)
    values = student.pair.each([(X,), (X + 1,)])
    assert [A[0] for A, _ in values] == [0.0, 2.0]
    assert sizes == [2]
    with pytest.raises(CallFailed):
        student.missing.each([(X,), (X,)])


def test_a_check_keeps_what_a_call_alters(student: Student) -> None:
    """In the very same process, too, a call gets copies; that it altered one is seen."""
    sizes = [1, 2]
    called = student.doubles.observed(sizes)
    assert called.value[0] == 2
    assert called.changed
    assert sizes == [1, 2]
