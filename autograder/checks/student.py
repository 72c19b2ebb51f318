"""The student, as a check sees them: functions to call, values to judge, handles to hand back."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from autograder.checks.contract import OPAQUE, Returns, structured
from autograder.checks.expect import CheckFailed, Malformed
from autograder.sandbox.protocol import Call, Called, Held, Hold, StudentFailure

Contract = Mapping[str, Returns | tuple[Returns, ...]]
_Arguments = tuple[tuple[Any, ...], Mapping[str, Any]]


class Connection(Protocol):
    """What a sandbox session offers, and what any other way to a student's functions must."""

    def calls(self, requests: Sequence[Call]) -> Sequence[Called | StudentFailure]: ...

    def hold(self, value: Any) -> Held: ...


class CallFailed(Exception):
    """A call gave no value: which function's, and how it ended."""

    def __init__(self, function: str, failure: StudentFailure) -> None:
        super().__init__(function, failure)
        self.function = function
        self.failure = failure


@dataclass(frozen=True)
class Observed:
    """One call as it happened: kept for the diagnosis, which explains it with known mistakes.

    An argument that was a handle is recorded as the `Origin` it came from.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    value: Any = None
    error: str | None = None
    changed: tuple[str, ...] = ()
    warned: bool = False
    through: Callable[[Callable[..., Any]], Any] | None = None
    """How the value was got from the function, when it is a measurement of many calls."""


@dataclass(frozen=True)
class Origin:
    """Where a handle came from: a part of what an earlier call returned, or a held value."""

    call: Observed | None
    position: int | None
    value: Any = None


class Student:
    """The submission under test. ``student.forward(X, parameters)`` calls the student's function.

    Raises, from every call:
        CallFailed: the function is missing, unanswered, raised, hung or died.
        Malformed: what it returned is not built as the contract says.
    """

    def __init__(self, connection: Connection, contract: Contract) -> None:
        self._connection = connection
        self._contract = contract
        self._origins: dict[Held, Origin] = {}
        self.trace: list[Observed] = []

    def __getattr__(self, name: str) -> StudentFunction:
        if name.startswith("_") or name not in self._contract:
            raise AttributeError(f"{name!r} is not in RETURNS")
        return StudentFunction(self, name)

    def hold(self, value: Any) -> Held:
        """Put a value (a generator, say) inside; each use of the handle is the same object."""
        held = self._connection.hold(value)
        self._origins[held] = Origin(None, None, self._shown(value))
        return held

    def works(self, name: str, *args: Any, **kwargs: Any) -> bool:
        """Whether a call gives any value at all."""
        (result,) = self._connection.calls([(name, args, kwargs, ())])
        return isinstance(result, Called)

    def _observed(self, name: str, calls: Sequence[_Arguments]) -> Iterator[Called]:
        """What each call gave, in order; raises where one failed. One round trip for all."""
        returns = self._contract[name]
        hold: Hold = ()
        if isinstance(returns, tuple):
            hold = tuple(i for i, part in enumerate(returns) if part.read is OPAQUE.read)
        elif returns.read is OPAQUE.read:
            hold = "all"
        before = [
            Observed(name, tuple(map(self._shown, args)),
                     {key: self._shown(value) for key, value in kwargs.items()})
            for args, kwargs in calls
        ]  # fmt: skip
        results = self._connection.calls([(name, args, kwargs, hold) for args, kwargs in calls])
        for seen, result in zip(before, results, strict=True):
            if isinstance(result, StudentFailure):
                self.trace.append(replace(seen, error=result.error or result.kind))
                raise CallFailed(name, result)
            if isinstance(returns, tuple) and isinstance(result.value, list):
                # `return [A2, cache]` is unpacked like a tuple.
                result = replace(result, value=tuple(result.value))  # noqa: PLW2901
            yield replace(result, value=_well_formed(self._note(seen, result), returns, name))

    def _note(self, seen: Observed, called: Called) -> Any:
        """Keep what was seen, and where handles in the value come from; gives the value."""
        value = called.value
        seen = replace(seen, value=value, changed=called.changed, warned=bool(called.warnings))
        self.trace.append(seen)
        for position, part in enumerate(value if isinstance(value, tuple) else ()):
            if isinstance(part, Held):
                self._origins[part] = Origin(seen, position)
        if isinstance(value, Held):
            self._origins[value] = Origin(seen, None)
        return value

    def _shown(self, value: Any) -> Any:
        """An argument as the diagnosis can use it again: a generator in the state it had."""
        if isinstance(value, Held):
            return self._origins.get(value, value)
        return copy.deepcopy(value) if isinstance(value, np.random.Generator) else value


def _well_formed(value: Any, returns: Returns | tuple[Returns, ...], function: str) -> Any:
    try:
        return structured(value, returns, function)
    except CheckFailed as failure:
        raise Malformed(function, str(failure)) from None


class StudentFunction:
    """One of the student's functions."""

    def __init__(self, student: Student, name: str) -> None:
        self._student = student
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it; gives the value."""
        return self.observed(*args, **kwargs).value

    def observed(self, *args: Any, **kwargs: Any) -> Called:
        """Call it; gives the value, the arguments that it altered and the warnings it raised."""
        return next(self._student._observed(self.__name__, [(args, kwargs)]))

    def noted(self, value: Any, through: Callable[[Callable[..., Any]], Any]) -> None:
        """Keep a measurement for the diagnosis, which has ``through`` measure known mistakes too.

        For functions whose results are the student's own and can only be measured from outside.
        """
        seen = Observed(self.__name__, (), {}, value, through=through)
        self._student.trace.append(seen)

    def each(self, calls: Iterable[tuple[Any, ...]]) -> list[Any]:
        """Call it with each of these tuples of arguments, in one round trip; gives the values.

        None of the calls may need what another one gives. The first that fails raises.
        """
        requests: list[_Arguments] = [(args, {}) for args in calls]
        return [called.value for called in self._student._observed(self.__name__, requests)]
