"""A submission in this very process, unprotected: for writing checks, and for simulations."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.sandbox.protocol import Call, Called, Cell, Held, Hold, StudentFailure
from autograder.sandbox.worker import Worker


class Inline:
    """What a sandbox session is to a `Student`, without the sandbox."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.worker = Worker()
        self.results = tuple(self.worker.execute(cells))
        self._handles = 0

    def close(self) -> None:
        """Give the process its own `__main__` back."""
        self.worker.close()

    def calls(self, requests: Sequence[Call]) -> list[Called | StudentFailure]:
        """Call functions of the submission, one after another."""
        return [self._call(*request) for request in requests]

    def _call(
        self, function: str, args: Sequence[Any], kwargs: Mapping[str, Any], hold: Hold
    ) -> Called | StudentFailure:
        first = self._handles + 1
        self._handles += 64
        given = [self._inside(value) for value in args]
        named = {name: self._inside(value) for name, value in kwargs.items()}
        try:
            return self.worker.call(function, given, named, hold, first)
        except StudentFailure as failure:
            return failure

    def hold(self, value: Any) -> Held:
        """Keep a value, and give its handle."""
        self._handles += 1
        self.worker.hold(self._handles, value)
        return Held(self._handles, 0)

    def forget(self) -> None:
        """Let go of all that is held: the handles given so far are worth nothing now."""
        self.worker.held.clear()

    def _inside(self, value: Any) -> Any:
        """What a call gets: what is held itself, of everything else a copy, as in a sandbox."""
        return self.worker.held[value.ident] if isinstance(value, Held) else copy.deepcopy(value)
