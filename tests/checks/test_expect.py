"""Expectations: right values pass, wrong ones get the first sentence in teaching order."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import ARRAY, INTEGER, NUMBER, NUMBERS, OPAQUE, PARAMETERS, expect
from autograder.checks.contract import Returns, structured
from autograder.checks.expect import CheckFailed
from autograder.sandbox.protocol import Called, Foreign

W = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (None, "should be a numpy array, got None"),
        ([[1.0, 2.0], [3.0, 4.0]], "should be a numpy array, got a list"),
        (Foreign("matrix"), "an object of type matrix"),
        (W.ravel(), r"has shape \(4,\), expected \(2, 2\)"),
        (W.astype(np.float32), "has dtype float32, expected float64"),
        (W.astype(complex), "has dtype complex128"),
        (W * np.nan, "contains nan"),
        (W * np.inf, "contains an infinite value"),
        (W + np.diag([0, 1e-3]), r"at \[1, 1\] got 4.001, expected 4 \(1 of 4"),
    ],
)
def test_array_complains_in_teaching_order(got: object, words: str) -> None:
    """Kind before shape before dtype before finiteness before value."""
    with pytest.raises(CheckFailed, match=words):
        expect.array(got, W, "W1")


def test_array_forgives_rounding_and_nothing_more() -> None:
    """An order of summation costs nobody a point, half a per mille does."""
    expect.array(W * (1 + 1e-9), W, "W1")
    with pytest.raises(CheckFailed):
        expect.array(W * (1 + 5e-4), W, "W1")
    tiny = W * 1e-12
    with pytest.raises(CheckFailed):
        expect.array(tiny * 1.01, tiny, "W1")
    with pytest.raises(CheckFailed):
        expect.array(W * 0 + 1e-9, W * 0, "W1")


@pytest.mark.parametrize(
    ("returns", "value", "words"),
    [
        (ARRAY("A2"), None, "returned None: is there a return"),
        ((ARRAY("A2"), OPAQUE), W, r"should return A2, cache; it returned an array of shape"),
        ((ARRAY("A2"), OPAQUE), (W, 1, 2), "2 values .* it returned 3"),
        (NUMBER, np.zeros((1, 1)), "should be a single number, got an array of shape"),
        (NUMBER, True, "got a bool"),
        (NUMBER, "0.5", "got a str"),
        (NUMBER, 1j, "got a complex"),
        (INTEGER, 2.0, "should be an int, got a float"),
        (NUMBERS, W, "should be a sequence of numbers"),
        (NUMBERS, [1.0, [2.0]], r"\[1\] should be a single number, got a list"),
        (PARAMETERS("parameters"), [W], "should be a dict, got a list"),
        (PARAMETERS("parameters"), {"W1": [1]}, r'parameters\["W1"\] should be a numpy array'),
    ],
)
def test_wrong_structure_is_named(
    returns: Returns | tuple[Returns, ...], value: object, words: str
) -> None:
    """Before a check sees a value, its structure is what the contract says."""
    with pytest.raises(CheckFailed, match=words):
        structured(value, returns, "forward")


@pytest.mark.parametrize("value", [0.5, 1, np.float64(0.5), np.float32(0.5), np.array(0.5)])
def test_every_kind_of_number_is_a_number(value: object) -> None:
    """A float, an int, a numpy scalar and a 0-d array are all right."""
    assert structured(value, NUMBER, "compute_cost") == pytest.approx(float(value), rel=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", [[0.5, 1], (0.5, 1.0), np.array([0.5, 1]), [np.array(0.5), np.float64(1)]]
)
def test_every_kind_of_sequence_is_one(value: object) -> None:
    """Costs may be a list, a tuple, an array, or a list of 0-d arrays."""
    assert structured(value, NUMBERS("costs"), "train").tolist() == [0.5, 1.0]


def test_keys_missing_and_layers_too_many() -> None:
    """A missing key is named, a layer too many too; whatever else a student keeps is theirs."""
    with pytest.raises(CheckFailed, match='lacks the key "b1"'):
        expect.arrays({"W1": W}, {"W1": W, "b1": W}, "parameters")
    with pytest.raises(CheckFailed, match='"W3", but the network has no such layer'):
        expect.arrays({"W1": W, "W3": W}, {"W1": W}, "parameters")
    expect.arrays({"W1": W, "sizes": [2, 2]}, {"W1": W}, "parameters")


class Warned:
    """A function whose calls raised these warnings."""

    __name__ = "forward"

    def __init__(self, *warnings: str) -> None:
        self.warnings = warnings

    def observed(self, *_args: object) -> Called:
        """Its value is W."""
        return Called(W, (), self.warnings)


def test_only_warnings_about_numbers_count() -> None:
    """An overflow costs points, an old-fashioned class does not."""
    assert expect.no_warning(Warned()) is W
    assert expect.no_warning(Warned("PendingDeprecationWarning")) is W
    with pytest.raises(CheckFailed, match="forward raised a RuntimeWarning"):
        expect.no_warning(Warned("PendingDeprecationWarning", "RuntimeWarning"))


def test_any_of_says_the_first_failure() -> None:
    """One right reading is enough; when none is, the first reading's sentence is said."""
    expect.any_of(lambda: expect.fail("one"), lambda: None)
    with pytest.raises(CheckFailed, match="one"):
        expect.any_of(lambda: expect.fail("one"), lambda: expect.fail("two"))
