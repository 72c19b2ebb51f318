"""Right solutions in unusual styles, one file an assignment: proof that style costs nobody a point.

A variant is a function whose body is what a student would write: any of the contract's functions,
with whatever helpers they need. The body is read as text and put after the reference's definitions.
"""

from __future__ import annotations

import inspect
import runpy
import textwrap
import types
from dataclasses import dataclass
from pathlib import Path

from autograder.problem import code_problem

__all__ = ["Variant", "load_variants", "variant"]

_registry: list[Variant] | None = None


@dataclass(frozen=True)
class Variant:
    """One unusual but right way to write some of the exercises."""

    name: str
    title: str
    source: str


def variant(function: types.FunctionType) -> types.FunctionType:
    """Declare the body of the decorated function a right solution; its docstring says what is odd."""
    if _registry is not None:
        lines = textwrap.dedent(inspect.getsource(function)).splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith("def ")) + 1
        title = (inspect.getdoc(function) or "").partition("\n")[0]
        body = textwrap.dedent("\n".join(lines[start:]))
        _registry.append(Variant(function.__name__, title, body + "\n"))
    return function


def load_variants(path: Path) -> tuple[Variant, ...]:
    """Read a variants file; a course without one has none.

    Raises:
        Problem: the file has an error; with its line.
    """
    global _registry  # noqa: PLW0603 - the decorator's way to the loader
    if not path.is_file():
        return ()
    _registry = []
    try:
        runpy.run_path(str(path), run_name=f"variants_{path.stem}")
        return tuple(_registry)
    except Exception as error:
        raise code_problem(error, path) from None
    finally:
        _registry = None
