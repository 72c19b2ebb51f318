"""What a known mistake does, as a picture: its values beside the right ones on made-up numbers.

The mistake's own function and the reference are run here, in the trusted process, on `public`
arguments. So a picture shows nothing of a student's, nothing hidden and no code, and there is one
for a mistake, whoever made it. Where values show nothing (a wrong type, a changed argument),
there is none.
"""

from __future__ import annotations

import copy
import inspect
import re
import types
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from autograder.course import Course
from autograder.feedback.drawing import Panel, heat_map, histogram, lines, number
from autograder.feedback.public import World
from autograder.mistakes import Mistake, load_mistakes
from autograder.reference import load_reference

_SMALL = (
    World((3, 4, 2), 5),
    World((3, 4, 2), 5, 1),
    World((3, 4, 1), 4, 2),
    World((3, 5, 4, 2), 5, 3),
    World((3, 5, 4, 1), 4, 4),
    World((4, 4, 4), 4, 5),
    World((2, 3, 2), 1, 6),
)
_WIDE = tuple(World((120, 200, 80), 3, number) for number in range(6))
_SQUARE = World((5, 5, 5), 5)
_RETURNS = re.compile(r"^\s*Returns:\n((?:\s+.*\n?)+)", re.MULTILINE)
_NAMED = re.compile(r"^\s+(\w+(?:, \w+)*): ", re.MULTILINE)
_RESULT = "the result"
_CAPTION = "An example with made-up numbers."
_OUTLINED = f"{_CAPTION} Entries that differ are outlined."
_DRAWN = f"{_CAPTION} One random draw of many is shown for each."
_Parts = dict[str, np.ndarray]


@dataclass(frozen=True)
class Picture:
    """Panels side by side and what to see in them."""

    panels: tuple[Panel, ...]
    caption: str


@dataclass(frozen=True)
class Pictures:
    """The pictures of an assignment's mistakes, each drawn when first asked for."""

    mistakes: Mapping[str, Mistake]
    reference: Mapping[str, Any]
    _drawn: dict[str, Picture | None] = field(default_factory=dict)

    def of(self, slug: str) -> Picture | None:
        """The picture of a mistake, if values can show it."""
        if slug not in self._drawn:
            mistake = self.mistakes.get(slug)
            self._drawn[slug] = _draw(mistake, self.reference) if mistake else None
        return self._drawn[slug]


def pictures(course: Course, slug: str) -> Pictures:
    """The pictures of an assignment."""
    return _pictures(course.mistakes(slug), course.source(slug))


@cache
def _pictures(mistakes: Path, source: Path) -> Pictures:
    known = {mistake.slug: mistake for mistake in load_mistakes(mistakes)}
    return Pictures(known, vars(load_reference(source)))


def _draw(mistake: Mistake, functions: Mapping[str, Any]) -> Picture | None:
    """The first of several ways to look at it that shows a difference."""
    right, wrong = functions[mistake.exercise], mistake.bind(functions)
    random = "rng" in inspect.signature(right).parameters
    draws = random and right.__name__.startswith(("initialize", "variance"))
    for world in _SMALL:
        pair = _Pair.run(right, wrong, functions, world)
        if pair is None:
            continue
        names = pair.differing()
        if draws:  # only what does not vary from draw to draw can be compared entry by entry
            again = _Pair.run(right, right, functions, world, reseed=True)
            varying = again.differing() if again else names
            names = [name for name in names if name not in varying or pair.misfit(name)]
        for name in sorted(names, key=lambda n: pair.expected[n].ndim != 1):  # curves first
            if (picture := _values(pair, name, random)) is not None:
                return picture
    if not draws:
        return _numbers(right, wrong, functions)
    for world in _WIDE:
        if (picture := _distribution(right, wrong, functions, world)) is not None:
            return picture
    return _pattern(right, wrong, functions)


@dataclass(frozen=True)
class _Pair:
    """What the right and the wrong function gave for the same arguments, by name."""

    expected: _Parts
    got: _Parts

    @classmethod
    def run(
        cls,
        right: types.FunctionType,
        wrong: types.FunctionType,
        functions: Mapping[str, Any],
        world: World,
        reseed: bool = False,
    ) -> _Pair | None:
        """Both results; None when either function cannot work with such arguments."""
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                arguments = world.arguments(right, functions)
                expected = right(**copy.deepcopy(arguments))
                if reseed:
                    arguments["rng"] = np.random.default_rng(99)
                got = wrong(**copy.deepcopy(arguments))
            except Exception:
                return None
        names = _names(right)
        return cls(_parts(expected, names), _parts(got, names))

    def misfit(self, name: str) -> bool:
        """Whether the shapes differ."""
        return self.expected[name].shape != self.got[name].shape

    def off(self, name: str) -> np.ndarray | None:
        """Where the values differ; None where shapes do."""
        if self.misfit(name):
            return None
        one, other = self.expected[name], self.got[name]
        scale = float(np.abs(one[np.isfinite(one)]).max(initial=0.0))
        return ~np.isclose(one, other, rtol=1e-6, atol=1e-9 * scale, equal_nan=True)

    def differing(self) -> list[str]:
        """The names of what differs, in the order of the result."""
        common = [name for name in self.expected if name in self.got]
        return [n for n in common if (off := self.off(n)) is None or bool(off.any())]


def _title(name: str) -> str:
    """A result's name, marked as code where it is one."""
    return f"`{name}`" if name.isidentifier() else name


def _names(function: types.FunctionType) -> list[str]:
    """What the function returns, as its docstring calls it."""
    section = _RETURNS.search((function.__doc__ or "") + "\n")
    lines = _NAMED.findall(section.group(1)) if section else []
    return [name for line in lines for name in line.split(", ")]


def _parts(value: Any, names: list[str]) -> _Parts:
    """The arrays, sequences and numbers of a result; a cache is the student's own affair."""
    if isinstance(value, tuple):
        if len(names) != len(value):
            names = [f"result {place}" for place in range(1, len(value) + 1)]
        named = dict(zip(names, value, strict=True))
    elif isinstance(value, dict):
        named = value
    else:
        named = {names[0] if names else _RESULT: value}
    parts: _Parts = {}
    for name, item in named.items():
        if isinstance(item, dict) and name != "cache":
            parts |= _parts(item, [])
        elif name != "cache":
            try:
                array = np.asarray(item, dtype=float)
            except (TypeError, ValueError):
                continue
            parts[name] = array
    return parts


def _values(pair: _Pair, name: str, random: bool) -> Picture | None:
    """One part of both results: curves for sequences, cells for matrices, nothing for a number."""
    expected, got = pair.expected[name], pair.got[name]
    if not pair.misfit(name) and np.allclose(got, expected, rtol=0.02, equal_nan=True):
        return None  # nobody would see it
    if expected.ndim == got.ndim == 1 and min(expected.size, got.size) > 1:
        panel = lines(_title(name), expected, got)
        return Picture((panel,), _CAPTION)
    if expected.ndim != 2 or got.ndim > 2 or got.ndim < 1 or not (expected.size and got.size):
        return None
    scale = float(np.abs(expected[np.isfinite(expected)]).max(initial=0.0)) or float(
        np.abs(got[np.isfinite(got)]).max(initial=0.0)
    )
    shapes = [f", shape {a.shape}" if pair.misfit(name) else "" for a in (expected, got)]
    off = None if random else pair.off(name)
    return Picture(
        (
            heat_map(f"{_title(name)} expected{shapes[0]}", expected, scale),
            heat_map(
                f"{_title(name)} with this mistake{shapes[1]}", np.atleast_2d(got), scale, off
            ),
        ),
        _DRAWN if random else _CAPTION if off is None else _OUTLINED,
    )


def _numbers(
    right: types.FunctionType, wrong: types.FunctionType, functions: Mapping[str, Any]
) -> Picture | None:
    """A function that gives one number, on several examples."""
    expected, got = [], []
    for case in range(10):
        pair = _Pair.run(right, wrong, functions, World((3, 4, 1 + case % 2), 3 + case % 3, case))
        if pair is None:
            continue
        for name in pair.expected:
            if name in pair.got and pair.expected[name].ndim == pair.got[name].ndim == 0:
                expected.append(float(pair.expected[name]))
                got.append(float(pair.got[name]))
                break
    if len(expected) < 5 or np.allclose(expected, got, rtol=1e-6, equal_nan=True):
        return None
    panel = lines("Ten examples", np.array(expected), np.array(got), joined=False)
    return Picture((panel,), "What the function gives for ten examples with made-up numbers.")


def _distribution(
    right: types.FunctionType,
    wrong: types.FunctionType,
    functions: Mapping[str, Any],
    world: World,
) -> Picture | None:
    """The weights of a wide layer, when they follow another law."""
    pair = _Pair.run(right, wrong, functions, world)
    if pair is None:
        return None
    for name in pair.expected:
        expected, got = pair.expected[name].ravel(), pair.got.get(name, np.empty(0)).ravel()
        if got.size < 2 or not np.isfinite(got).all() or np.ptp(expected) == 0:
            continue
        if stats.ks_2samp(expected, got, method="asymp").pvalue < 1e-6:
            return Picture(
                (histogram(f"The weights in {_title(name)}", expected, got),),
                f"A wide layer, each curve scaled to its own peak. Expected: mean "
                f"{_rounded(expected.mean(), expected)}, standard deviation "
                f"{number(expected.std())}. With this mistake: mean {_rounded(got.mean(), got)}, "
                f"standard deviation {number(got.std())}.",
            )
    return None


def _rounded(mean: float, sample: np.ndarray) -> str:
    """A mean, as 0 where it is 0 within the accuracy of the sample."""
    return number(0.0 if abs(mean) < 4 * sample.std() / np.sqrt(sample.size) else mean)


def _pattern(
    right: types.FunctionType, wrong: types.FunctionType, functions: Mapping[str, Any]
) -> Picture | None:
    """Draws that should be independent and are not: two layers, or two calls, side by side."""
    first = _Pair.run(right, wrong, functions, _SQUARE)
    second = _Pair.run(right, wrong, functions, World(_SQUARE.layer_dims, 5, 6))
    if first is None or second is None:
        return None
    weights = [name for name in first.got if np.ptp(first.got[name]) > 0]
    calls = (("first call", first.got), ("second call", second.got))
    blocks = [
        (f"{_title(n)} of the {call}", got[n]) for call, got in calls for n in weights if n in got
    ]
    for i, (title, one) in enumerate(blocks):
        for other_title, other in blocks[:i]:
            if one.shape == other.shape and _proportional(one, other):
                scale = max(float(np.abs(a).max()) for a in (one, other))
                return Picture(
                    (heat_map(other_title, other, scale), heat_map(title, one, scale)),
                    "With this mistake these two follow one another; they should be independent.",
                )
    return None


def _proportional(one: np.ndarray, other: np.ndarray) -> bool:
    a, b = one.ravel(), other.ravel()
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return length > 0 and abs(float(a @ b)) > (1 - 1e-9) * length
