"""Named wrong solutions, one file an assignment.

A mistake is a wrong solution that runs: a function of the contract, written the way a student
writes it, with a slug and a sentence that helps without giving the answer away. It may call every
other function and helper of the assignment by name, as a student's would.
"""

from __future__ import annotations

import inspect
import re
import runpy
import textwrap
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.problem import code_problem

__all__ = ["Mistake", "load_mistakes", "mistake", "with_function"]

_registry: list[Mistake] | None = None
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Mistake:
    """One known wrong way to write one exercise."""

    slug: str
    message: str
    function: types.FunctionType
    subtle: bool = False
    """Right in the common case: for square layers, at one value of a parameter, within 2 %."""

    @property
    def exercise(self) -> str:
        """The function that is written wrongly."""
        return self.function.__name__

    @property
    def source(self) -> str:
        """The wrong function as a student would hand it in."""
        return function_source(self.function)

    def bind(self, namespace: Mapping[str, Any]) -> types.FunctionType:
        """The wrong function among the functions of ``namespace``."""
        return rebind(self.function, namespace)


def mistake(
    slug: str, message: str, *, subtle: bool = False
) -> Callable[[types.FunctionType], types.FunctionType]:
    """Declare the decorated function a known mistake."""

    def declare(function: types.FunctionType) -> types.FunctionType:
        if _SLUG.fullmatch(slug) is None:
            raise ValueError(f"mistake slug {slug!r}: lower case words joined by hyphens")
        if _registry is not None:
            if any(known.slug == slug for known in _registry):
                raise ValueError(f"mistake slug {slug!r} stands twice")
            _registry.append(Mistake(slug, message, function, subtle))
        return function

    return declare


def load_mistakes(path: Path) -> tuple[Mistake, ...]:
    """Run a mistakes file; a course without one has no named mistakes.

    Raises:
        Problem: the file has an error; with its line.
    """
    global _registry  # noqa: PLW0603 - the decorator's way to the loader
    if not path.is_file():
        return ()
    _registry = []
    try:
        runpy.run_path(str(path), run_name=f"mistakes_{path.stem}")
        return tuple(_registry)
    except Exception as error:
        raise code_problem(error, path) from None
    finally:
        _registry = None


def function_source(function: types.FunctionType) -> str:
    """A function's source without its decorators, dedented."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith("def "))
    return "".join(lines[first:])


def rebind(function: types.FunctionType, namespace: Mapping[str, Any]) -> types.FunctionType:
    """The same function with other globals: its own module's, overlaid by ``namespace``."""
    bound = types.FunctionType(
        function.__code__,
        {**function.__globals__, **namespace},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    bound.__kwdefaults__ = function.__kwdefaults__
    return bound


def with_function(definitions: str, *functions: str) -> str:
    """An assignment's definitions in which later functions replace earlier ones of the same name.

    Python's own rule does it: the last definition of a name holds.
    """
    return "\n\n".join([definitions.rstrip(), *functions]) + "\n"
