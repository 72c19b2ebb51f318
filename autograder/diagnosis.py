"""Which known mistake explains what was seen.

Every call of a hidden check is replayed with each known wrong solution of that exercise. A
deterministic one explains the student's function when all its results, errors, altered arguments
and warnings are the same; a random one when everything seen is what its law would give (see
`autograder.likeness`). What a check measured of a function from outside is measured of the wrong
ones in the same way. A mistake is named only when it differs from the reference in what was seen
and no other known mistake fits as well: better no word than a wrong one.
"""

from __future__ import annotations

import copy
import inspect
import types
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks.student import Observed, Origin
from autograder.likeness import Likeness, equal
from autograder.mistakes import Mistake
from autograder.sandbox.protocol import Held as Handle

_ERRORS = (Exception, SystemExit)
Held = dict[int, Any]
"""The objects behind handles in one replay, by the identity of their `Origin`."""


@dataclass(frozen=True)
class Diagnosis:
    """The known mistakes of an assignment, among the functions of its reference."""

    mistakes: tuple[Mistake, ...]
    reference: Mapping[str, Any]

    def explain(self, traces: Mapping[str, Sequence[Observed]]) -> dict[str, Mistake]:
        """The mistake in each exercise that lost points, where exactly one explains its calls.

        ``traces`` holds the calls of each such exercise. An exercise is looked at with the
        mistakes already named in earlier ones, so that two mistakes in two functions are both
        found although one works on what the other made.
        """
        named: dict[str, Mistake] = {}
        for exercise, calls in traces.items():
            if not calls:
                continue
            candidates = [m for m in self.mistakes if m.exercise == exercise]
            world = dict(self.reference)
            overlays = [world, _overlaid(world, named.values())] if named else [world]
            for namespace in reversed(overlays):
                fitting = _fitting(candidates, calls, namespace)
                if len({m.message for m in fitting}) == 1:
                    named[exercise] = fitting[0]
                    break
        return named


def _overlaid(world: dict[str, Any], mistakes: Iterable[Mistake]) -> dict[str, Any]:
    """The reference's functions with the named mistakes in their places, calling one another."""
    overlay = dict(world)
    for name, value in world.items():
        if isinstance(value, types.FunctionType) and value.__globals__ is not overlay:
            overlay[name] = _among(value, overlay)
    for mistake in mistakes:
        overlay[mistake.exercise] = _among(mistake.function, overlay)
    return overlay


def _among(function: types.FunctionType, namespace: dict[str, Any]) -> types.FunctionType:
    """The function, looking its globals up in ``namespace`` itself: later changes count."""
    for name, value in function.__globals__.items():
        namespace.setdefault(name, value)
    bound = types.FunctionType(
        function.__code__, namespace, function.__name__, function.__defaults__, function.__closure__
    )
    bound.__kwdefaults__ = function.__kwdefaults__
    return bound


def _fitting(
    candidates: Sequence[Mistake], calls: Sequence[Observed], namespace: Mapping[str, Any]
) -> list[Mistake]:
    """The mistakes that explain the calls: draw by draw if any does so, else by their law."""
    right = namespace[calls[0].function]
    for law in (None, Likeness()) if any(map(_is_random, calls)) else (None,):
        if _explains(right, namespace, calls, law):
            return []  # nothing that was seen speaks against the function
        fitting = [m for m in candidates if _explains(*_made(m, namespace), calls, law)]
        if fitting:
            return fitting
    return []


def _made(
    mistake: Mistake, namespace: Mapping[str, Any]
) -> tuple[types.FunctionType, Mapping[str, Any]]:
    """The wrong function, and the world in which whatever it made earlier was made wrongly too."""
    wrong = mistake.bind({**namespace, mistake.exercise: None})
    wrong.__globals__[mistake.exercise] = wrong  # recursion means the wrong function itself
    return wrong, {**namespace, mistake.exercise: wrong}


def _explains(
    function: Callable[..., Any],
    world: Mapping[str, Any],
    calls: Sequence[Observed],
    law: Likeness | None,
) -> bool:
    """Whether the function gives what the student's function gave, in every call; by its law, if
    one is given."""
    names = tuple(inspect.signature(function).parameters)
    replays: list[Observed] = []
    held: Held = {}
    for call in calls:
        replay = _replay(function, names, call, world, held)
        if replay is None or not _fits(call, replay, law):
            return False
        replays.append(replay)
    return law is None or law.same_pattern(calls, replays)


def _is_random(call: Observed) -> bool:
    values = (*call.args, *call.kwargs.values())
    return call.through is not None or any(
        isinstance(v, np.random.Generator)
        or (isinstance(v, Origin) and isinstance(v.value, np.random.Generator))
        for v in values
    )


def _fits(seen: Observed, replay: Observed, law: Likeness | None) -> bool:
    if seen.error is not None or replay.error is not None:
        return seen.error == replay.error
    if _altered(seen) != _altered(replay) or seen.warned != replay.warned:
        return False
    if law is None or not _is_random(seen):
        return equal(seen.value, replay.value)
    return law.same_pattern([seen], [replay]) and law.alike(seen.value, replay.value)


def _altered(call: Observed) -> set[str]:
    """The arguments in which something was altered, wherever in them."""
    return {name.partition("[")[0] for name in call.changed}


def _replay(
    function: Callable[..., Any],
    names: tuple[str, ...],
    call: Observed,
    namespace: Mapping[str, Any],
    held: Held,
) -> Observed | None:
    """What ``function`` gives for the same arguments; None when they cannot be had again."""
    try:
        args = [_argument(value, namespace, held) for value in call.args]
        kwargs = {name: _argument(v, namespace, held) for name, v in call.kwargs.items()}
    except _ERRORS:
        return None
    names += ("argument",) * len(args)
    before = {**dict(zip(names, call.args, strict=False)), **call.kwargs}
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    with warnings.catch_warnings(record=True) as seen, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        try:
            value = call.through(function) if call.through else function(*args, **kwargs)
        except _ERRORS as error:
            return Observed(call.function, call.args, call.kwargs, error=error_name(error))
    changed = tuple(
        name
        for name in given
        if not isinstance(before[name], Origin) and not equal(before[name], given[name], exact=True)
    )
    value = _hidden(value, call.value)
    return Observed(
        call.function, call.args, call.kwargs, value, changed=changed, warned=bool(seen)
    )


def _hidden(value: Any, seen: Any) -> Any:
    """The value without what stayed inside when the student's function gave it."""
    if isinstance(seen, Handle):
        return seen
    if isinstance(seen, tuple) and isinstance(value, tuple) and len(seen) == len(value):
        return tuple(_hidden(one, other) for one, other in zip(value, seen, strict=True))
    return value


def _argument(value: Any, namespace: Mapping[str, Any], held: Held) -> Any:
    """A fresh copy of an argument; a handle is made again, by the call that it came from.

    A held value (a generator, say) is one object in all calls of a replay, as it was in theirs.
    """
    if not isinstance(value, Origin):
        return _fresh(value)
    if value.call is None:
        return held.setdefault(id(value), copy.deepcopy(value.value))
    args = [_argument(v, namespace, held) for v in value.call.args]
    kwargs = {k: _argument(v, namespace, held) for k, v in value.call.kwargs.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = namespace[value.call.function](*args, **kwargs)
    return result if value.position is None else result[value.position]


def _fresh(value: Any) -> Any:
    """A deep copy; most arguments are arrays, and dictionaries of them."""
    if type(value) is np.ndarray:
        return value.copy(order="K")
    if type(value) is dict:
        return {key: _fresh(part) for key, part in value.items()}
    return copy.deepcopy(value)


def error_name(error: BaseException) -> str:
    """The name of the nearest builtin class of an exception, as the sandbox reports it."""
    if isinstance(error, np.linalg.LinAlgError):
        return "LinAlgError"
    return next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")


__all__ = ["Diagnosis", "error_name"]
