"""What a student's function returns, and the mark that makes a function a check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pytest

from autograder.checks.expect import CheckFailed, describe

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True)
class Returns:
    """One returned thing: its name for the student and how its kind is told.

    ``read`` turns an acceptable value into what checks work with, or raises CheckFailed.
    """

    name: str
    read: Callable[[Any, str], Any]

    def __call__(self, name: str) -> Returns:
        """The same kind under the name that the lesson gives it."""
        return Returns(name, self.read)


def check(exercise: str, points: float = 1) -> Callable[[F], F]:
    """Mark a pytest function as a check of ``exercise`` that weighs ``points`` inside it."""
    mark: Callable[[F], F] = pytest.mark.check(exercise, points=points)
    return mark


def _array(value: Any, name: str) -> np.ndarray:
    if not isinstance(value, np.ndarray):
        raise CheckFailed(f"{name} should be a numpy array, got {describe(value)}.")
    if value.dtype.kind not in "biuf":
        raise CheckFailed(f"{name} should hold real numbers, got {describe(value)}.")
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, (bool, np.bool_)) or (
        isinstance(value, np.ndarray) and value.shape == () and value.dtype.kind == "b"
    ):
        raise CheckFailed(f"{name} should be a number, got {describe(value)}.")
    if isinstance(value, (int, float, np.integer, np.floating)):
        try:
            return float(value)
        except OverflowError:
            raise CheckFailed(f"{name} is an integer too large for a float.") from None
    if isinstance(value, np.ndarray) and value.shape == () and value.dtype.kind in "iuf":
        return float(value)
    raise CheckFailed(f"{name} should be a single number, got {describe(value)}.")


def _integer(value: Any, name: str) -> int:
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value[()]
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return int(value)
    raise CheckFailed(f"{name} should be an int, got {describe(value)}.")


def _numbers(value: Any, name: str) -> np.ndarray:
    if isinstance(value, np.ndarray):
        if value.ndim != 1 or value.dtype.kind not in "iuf":
            raise CheckFailed(f"{name} should be a sequence of numbers, got {describe(value)}.")
        return value.astype(float)
    if not isinstance(value, (list, tuple)):
        raise CheckFailed(f"{name} should be a sequence of numbers, got {describe(value)}.")
    return np.array([_number(item, f"{name}[{i}]") for i, item in enumerate(value)], dtype=float)


def _parameters(value: Any, name: str) -> dict[str, np.ndarray]:
    if not isinstance(value, dict):
        raise CheckFailed(f"{name} should be a dict, got {describe(value)}.")
    for key, item in value.items():
        if key.lstrip("d")[:1] in ("W", "b") and key.lstrip("dWb").isdigit():
            _array(item, f'{name}["{key}"]')
    return value


def _anything(value: Any, name: str) -> Any:
    return value


ARRAY = Returns("the result", _array)
NUMBER = Returns("the result", _number)
INTEGER = Returns("the result", _integer)
NUMBERS = Returns("the result", _numbers)
"""A list, a tuple or a one-dimensional array of numbers; checks see an array."""
PARAMETERS = Returns("the result", _parameters)
"""A dict of arrays such as W1, b1, dW1, db1."""
OPAQUE = Returns("cache", _anything)
"""The student's own: it stays inside, and checks only hand it back."""
ANYTHING = Returns("the result", _anything)


def structured(value: Any, returns: Returns | tuple[Returns, ...], function: str) -> Any:
    """Check a returned value's structure in teaching order, and give it as checks want it.

    Raises:
        CheckFailed: nothing was returned, not a tuple of the right length, or a part of the
            wrong kind.
    """
    if value is None:
        raise CheckFailed(f"{function} returned None: is there a return at its end?")
    if isinstance(returns, Returns):
        name = f"{function}'s result" if returns.name == "the result" else returns.name
        return returns.read(value, name)
    names = ", ".join(part.name for part in returns)
    if not isinstance(value, tuple):
        raise CheckFailed(f"{function} should return {names}; it returned {describe(value)}.")
    if len(value) != len(returns):
        raise CheckFailed(
            f"{function} should return {len(returns)} values ({names}); it returned {len(value)}."
        )
    return tuple(part.read(item, part.name) for part, item in zip(returns, value, strict=True))
