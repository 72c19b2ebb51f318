"""Sameness of values and of laws: equal things are equal, near laws are told apart."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from autograder.likeness import Likeness, equal
from autograder.sandbox.protocol import Foreign, Held

RNG = np.random.default_rng(7)
NORMAL = RNG.normal(size=(300, 200))


@pytest.mark.parametrize(
    "other",
    [
        NORMAL.astype(np.float32),
        NORMAL[:, :1],
        NORMAL * (1 + 1e-4),
        [1.0],
        None,
        Foreign("matrix"),
        {"W1": NORMAL},
    ],
)
def test_different_things_are_not_equal(other: object) -> None:
    """Another dtype, shape, value or kind is another result."""
    assert not equal(NORMAL, other)
    assert equal(NORMAL, NORMAL * (1 + 1e-12))


def test_structure_is_compared_part_by_part() -> None:
    """Dicts, tuples and lists are the same when their parts are; what is held is the student's."""
    one = {"W1": NORMAL, "costs": [1.0, 2.0]}
    assert equal((one, Held(1, 1)), ({"W1": NORMAL.copy(), "costs": [1.0, 2.0]}, object()))
    assert not equal(one, {"W1": NORMAL, "costs": [1.0, 2.1]})
    assert not equal(one, {"W1": NORMAL})
    assert equal(Foreign("numpy.ma.MaskedArray"), np.ma.masked_array(NORMAL[:2]))


LAWS = {
    "normal": lambda rng: rng.normal(0, 0.1, (300, 200)),
    "normal, 2 % wider": lambda rng: rng.normal(0, 0.1025, (300, 200)),
    "uniform": lambda rng: rng.uniform(-1, 1, (300, 200)) * np.sqrt(0.03),
    "one-sided": lambda rng: np.abs(rng.normal(0, 0.1, (300, 200))),
    "biased": lambda rng: rng.normal(0.01, 0.1, (300, 200)),
    "one row": lambda rng: np.tile(rng.normal(0, 0.1, (1, 200)), (300, 1)),
    "one column": lambda rng: np.tile(rng.normal(0, 0.1, (300, 1)), (1, 200)),
    "half dropped": lambda rng: rng.normal(0, 0.1, (300, 200)) * (rng.random((300, 200)) < 0.5),
    "six tenths kept": lambda rng: rng.normal(0, 0.1, (300, 200)) * (rng.random((300, 200)) < 0.6),
    "constant": lambda rng: np.full((300, 200), 0.1),
}


@pytest.mark.parametrize("one", LAWS)
@pytest.mark.parametrize("other", LAWS)
def test_a_law_is_like_itself_alone(one: str, other: str) -> None:
    """Two draws of one law are alike; a draw of a neighbouring law is not."""
    a = LAWS[one](np.random.default_rng(1))
    b = LAWS[other](np.random.default_rng(2))
    assert Likeness().alike(a, b) == (one == other)


def seen(*values: object) -> list[SimpleNamespace]:
    """Calls that returned these values."""
    return [SimpleNamespace(value=value) for value in values]


def test_shared_draws_are_a_pattern() -> None:
    """Layers that repeat one another's draws, at whatever scale, differ from those that don't."""
    a, b, c = (np.random.default_rng(i).normal(size=(4, 3)) for i in range(3))
    law, two = Likeness(), seen({"W1": a, "W2": b})
    for _ in range(2):  # what was seen is looked at once, and remembered as what it was
        assert law.same_pattern(two, seen({"W1": b, "W2": c}))
        assert not law.same_pattern(two, seen({"W1": b, "W2": 0.3 * b}))
        assert not law.same_pattern(seen(a, a), seen(a, b))
    texts, objects = np.array(["x", "y"]), np.array([{}, None])
    odd = [a * np.inf, b > 0, c + 1j, texts, objects, {1: a, "1": b}, None]
    assert law.same_pattern(seen(*odd), seen(*odd))


def test_what_was_seen_is_summed_up_once_and_not_confused() -> None:
    """One likeness judges many arrays as fresh ones do, also when their memory is used again."""
    one = Likeness()
    for name in LAWS:
        for i in range(3):
            a = LAWS[name](np.random.default_rng(i))
            assert one.alike(a, LAWS[name](np.random.default_rng(9 + i)))
            del a


def test_any_sequence_of_numbers_will_do() -> None:
    """A history may be a list, a tuple or an array; a matrix stays a matrix."""
    assert equal([1.0, 2.0], np.array([1.0, 2.0]))
    assert equal((1.0, np.float64(2.0)), [1.0, 2.0])
    assert not equal([1.0, 2.0], np.array([1.0, 2.1]))
    assert not equal([1.0, 2.0], np.array([1.0, 2.0, 3.0]))
    assert not equal([[1.0, 2.0]], np.array([[1.0, 2.0]]))
    assert not equal([True, False], np.array([1.0, 0.0]))


def test_what_rounding_leaves_of_zero_tells_nothing() -> None:
    """Gradients that cancel come out as 1e-18, each time another; 1e-12 is a value."""
    assert equal({"b1": np.array([9.1e-19, 2e-18])}, {"b1": np.array([-3e-19, 0.0])})
    assert not equal({"b1": np.array([9.1e-12])}, {"b1": np.array([9.2e-12])})


def test_one_number_tells_nothing_of_its_law() -> None:
    """A cost that happens to be 0 is no evidence against any function."""
    assert Likeness().alike([0.0, 3.1], [0.4, 0.0])
    assert Likeness().alike(np.float64(0.0), np.float64(1e5))


def test_a_matrix_may_be_drawn_lying_on_its_side() -> None:
    """Two matrices from one state share their draws, by rows or by columns."""
    draws = np.random.default_rng(3).normal(size=60)
    upright = seen(draws.reshape(6, 10), draws[:12].reshape(4, 3))
    lying = seen(draws.reshape(10, 6).T, draws[:12].reshape(3, 4).T)
    apart = seen(draws.reshape(6, 10), NORMAL[:4, :3])
    assert Likeness().same_pattern(upright, lying)
    assert not Likeness().same_pattern(upright, apart)


def test_small_masks_may_be_alike_by_chance() -> None:
    """A handful of kept and dropped entries shares nothing; large masks that are the same do."""
    small, other = np.array([0.0, 2.0, 0.0]), np.array([2.0, 0.0, 0.0])
    assert Likeness().same_pattern(seen(small, small.copy()), seen(small, other))
    mask, fresh = (np.random.default_rng(i).random((5, 8)) < 0.5 for i in range(2))
    assert not Likeness().same_pattern(seen(mask, mask.copy()), seen(mask, fresh))
