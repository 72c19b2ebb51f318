"""Say what is expected, in teaching order: missing, shape, dtype, finite, value.

Every function raises `CheckFailed` with a sentence for the student. It shows what was got and what
was expected, and never what the function was given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from autograder.sandbox.protocol import Called, Foreign, Held


class CheckFailed(AssertionError):
    """The student's function did not do what the check expects; ``args[0]`` is for the student."""


class Malformed(CheckFailed):
    """A function's result is not built as the contract says, whatever is in it."""

    def __init__(self, function: str, message: str) -> None:
        super().__init__(message)
        self.function = function


class CheckSkipped(Exception):
    """The check cannot be judged, because another of the student's functions does not work."""


class _Observable(Protocol):
    __name__: str

    def observed(self, *args: Any, **kwargs: Any) -> Called: ...


_NOTHING = 1e-30
_TYPE = re.compile(r"[A-Za-z_]{1,20}\d{0,2}", re.ASCII)


def describe(value: Any) -> str:
    """A value's kind in a few words, bounded, without its content."""
    match value:
        case None:
            return "None"
        case Foreign():
            name = value.type_name.rpartition(".")[2]
            return f"an object of type {name}" if _TYPE.fullmatch(name) else "an object"
        case Held():
            return "an object"
        case np.ndarray():
            return f"an array of shape {value.shape} and dtype {value.dtype}"
        case dict():
            keys = ", ".join(repr(k)[:20] for k in list(value)[:6])
            return f"a dict with the keys {keys}" if value else "an empty dict"
        case tuple() | list():
            return f"a {type(value).__name__} of {len(value)} items"
        case bool() | np.bool_():
            return "a bool"
        case str():
            return "a str"
        case _:
            return f"a {type(value).__name__}"


def fail(message: str) -> None:
    """Fail with a sentence of your own."""
    raise CheckFailed(message)


def that(condition: object, message: str) -> None:
    """Fail with ``message`` unless ``condition`` holds."""
    if not condition:
        raise CheckFailed(message)


def shape(got: Any, expected: tuple[int, ...], name: str) -> np.ndarray:
    """A float64 array of that shape."""
    if not isinstance(got, np.ndarray):
        raise CheckFailed(f"{name} should be a numpy array, got {describe(got)}.")
    if got.shape != expected:
        raise CheckFailed(f"{name} has shape {got.shape}, expected {expected}.")
    if got.dtype != np.float64:
        raise CheckFailed(f"{name} has dtype {got.dtype}, expected float64.")
    return got


def finite(got: Any, name: str) -> None:
    """No nan and no infinity."""
    values = np.asarray(got)
    if np.isnan(values).any():
        raise CheckFailed(f"{name} contains nan (not a number).")
    if np.isinf(values).any():
        raise CheckFailed(f"{name} contains an infinite value.")


def array(
    got: Any, expected: np.ndarray, name: str, rtol: float = 1e-7, atol: float = 1e-10
) -> None:
    """A float64 array equal to ``expected`` up to rounding.

    ``atol`` is relative to the largest expected entry, so that small-scale problems are judged
    as strictly as large ones; below `_NOTHING`, as a saturated sigmoid is, it is nothing at all.
    """
    shape(got, expected.shape, name)
    finite(got, name)
    scale = float(np.abs(expected).max(initial=0.0))
    room = atol * min(max(scale, _NOTHING), 1.0)
    wrong = np.abs(got - expected) > room + rtol * np.abs(expected)
    if scale == 0.0:
        wrong = np.abs(got) > 1e-14
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise CheckFailed(
            f"{name} has a wrong value: at {list(where)} got {got[where]:.6g}, "
            f"expected {expected[where]:.6g}"
            f"{'' if got.size == 1 else f' ({int(wrong.sum())} of {got.size} entries are off)'}."
        )


def number(got: float, expected: float, name: str, rtol: float = 1e-7, atol: float = 1e-12) -> None:
    """A finite number equal to ``expected`` up to rounding."""
    finite(got, name)
    if abs(got - expected) > atol + rtol * abs(expected):
        raise CheckFailed(f"{name} is {got:.8g}, expected {expected:.8g}.")


def numbers(
    got: np.ndarray, expected: np.ndarray, name: str, rtol: float = 1e-7, atol: float = 1e-10
) -> None:
    """A sequence of numbers equal to ``expected`` up to rounding."""
    if len(got) != len(expected):
        raise CheckFailed(f"{name} has {len(got)} entries, expected {len(expected)}.")
    finite(got, name)
    for index, (mine, theirs) in enumerate(zip(got, expected, strict=True)):
        if abs(mine - theirs) > atol + rtol * abs(theirs):
            raise CheckFailed(f"{name}[{index}] is {mine:.8g}, expected {theirs:.8g}.")


_LAYER = re.compile(r"d?[Wb]_?\d{1,3}", re.ASCII)


def keys(got: Mapping[str, Any], expected: Mapping[str, Any], name: str) -> None:
    """The expected keys, and no further layer."""
    missing = [key for key in expected if key not in got]
    if missing:
        raise CheckFailed(f'{name} lacks the key "{missing[0]}".')
    layers = {key for key in got if key.lstrip("d")[:1] in ("W", "b") and key[-1:].isdigit()}
    extra = sorted(layers - set(expected))
    if extra:
        # Quoted only where it can be a layer's: what a stranger writes here may be hidden inputs.
        key = f'the key "{extra[0]}"' if _LAYER.fullmatch(extra[0]) else "a key of another layer"
        raise CheckFailed(f"{name} has {key}, but the network has no such layer.")


def shapes(got: Mapping[str, Any], expected: Mapping[str, np.ndarray], name: str) -> None:
    """The keys, shapes and dtypes of ``expected``, whatever the values."""
    keys(got, expected, name)
    for key, want in expected.items():
        finite(shape(got[key], want.shape, f'{name}["{key}"]'), f'{name}["{key}"]')


def arrays(
    got: Mapping[str, Any],
    expected: Mapping[str, np.ndarray],
    name: str,
    rtol: float = 1e-7,
    atol: float = 1e-10,
) -> None:
    """A dict of arrays equal to ``expected``, keys first, then shapes, then values."""
    keys(got, expected, name)
    for key, want in expected.items():
        shape(got[key], want.shape, f'{name}["{key}"]')
    for key, want in expected.items():
        array(got[key], want, f'{name}["{key}"]', rtol, atol)


def unchanged(function: _Observable, *args: Any, **kwargs: Any) -> None:
    """The call leaves every argument as it was."""
    changed = function.observed(*args, **kwargs).changed
    if changed:
        raise CheckFailed(
            f"{function.__name__} changed its argument {changed[0]}: "
            "work on a copy, or write the result into a new array."
        )


def no_warning(function: _Observable, *args: Any, **kwargs: Any) -> Any:
    """The call raises no warning (overflow, invalid value, division by zero); gives its value.

    What warns of old-fashioned style, such as np.matrix, is not about numbers and costs nothing.
    """
    called = function.observed(*args, **kwargs)
    if "RuntimeWarning" in called.warnings:
        raise CheckFailed(
            f"{function.__name__} raised a RuntimeWarning (overflow, invalid value or "
            "division by zero) on large inputs."
        )
    return called.value


def any_of(*attempts: Callable[[], None]) -> None:
    """One of several readings is right; when none is, the first one's sentence is said."""
    first: CheckFailed | None = None
    for attempt in attempts:
        try:
            attempt()
            return
        except CheckFailed as failure:
            first = first or failure
    if first is not None:
        raise first
