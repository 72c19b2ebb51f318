"""Diagnosis names what explains everything that was seen, and else nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.checks.student import Observed
from autograder.diagnosis import Diagnosis
from autograder.mistakes import Mistake

Weights = Callable[[np.random.Generator], np.ndarray]


def weights(rng: np.random.Generator) -> np.ndarray:
    """The right one: standard deviation 1."""
    return rng.standard_normal(50)


def _wrong(slug: str, function: Any) -> Mistake:
    function.__name__ = "weights"
    return Mistake(slug, f"The sentence of {slug}.", function)


def _double(rng: np.random.Generator) -> np.ndarray:
    return 2 * rng.standard_normal(50)


def _cubes(rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(50) ** 3


def _raises(rng: np.random.Generator) -> np.ndarray:
    raise ValueError


DIAGNOSIS = Diagnosis(
    (_wrong("double", _double), _wrong("cubes", _cubes), _wrong("raises", _raises)),
    {"weights": weights},
)


def sizes(function: Weights, seed: int) -> np.ndarray:
    """What a check measures from outside: the sizes of a hundred draws."""
    rng = np.random.default_rng(seed)
    return np.array([np.linalg.norm(function(rng)) for _ in range(100)])


def named(value: np.ndarray, seed: int = 1) -> str | None:
    """The mistake that explains a measurement, if one does."""
    seen = Observed("weights", (), {}, value, through=lambda function: sizes(function, seed))
    found = DIAGNOSIS.explain({"weights": [seen]}).get("weights")
    return found and found.slug


@pytest.mark.parametrize("seed", range(5))
def test_what_was_measured_names_the_mistake(seed: int) -> None:
    """The wrong function is told by its measurement alone, drawn from other numbers."""
    assert named(sizes(_double, 100 + seed), seed) == "double"
    assert named(sizes(_cubes, 100 + seed), seed) == "cubes"


def test_what_the_right_function_gives_has_no_name() -> None:
    """Nothing that was seen speaks against it."""
    assert named(sizes(weights, 7)) is None


def test_what_no_mistake_gives_has_no_name() -> None:
    """An unknown scale is not called by the nearest known one's name."""
    assert named(0.2 * sizes(weights, 7)) is None


def test_two_that_fit_are_no_name_unless_they_say_the_same() -> None:
    """Where two mistakes explain what was seen, neither is named; one sentence for both is."""
    twin = dataclasses.replace(DIAGNOSIS.mistakes[0], slug="twin", message="Another sentence.")
    both = Diagnosis((*DIAGNOSIS.mistakes, twin), {"weights": weights})
    value = sizes(_double, 3)
    seen = Observed("weights", (), {}, value, through=lambda function: sizes(function, 4))
    assert both.explain({"weights": [seen]}) == {}
    same = dataclasses.replace(twin, message=DIAGNOSIS.mistakes[0].message)
    both = Diagnosis((*DIAGNOSIS.mistakes, same), {"weights": weights})
    assert both.explain({"weights": [seen]})["weights"].slug == "double"
