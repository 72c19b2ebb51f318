"""The checks of one assignment, collected by pytest once and called directly ever after."""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.checks.student import Contract
from autograder.problem import Problem, code_problem

FIXTURES = frozenset({"student", "reference", "rng", "statistics"})


@dataclass(frozen=True)
class Check:
    """One hidden check: ``weight`` is its share of its exercise's points."""

    name: str
    exercise: str
    title: str
    weight: float
    function: Callable[..., None]
    wants: tuple[str, ...]

    def run(self, **fixtures: Any) -> None:
        """Call the check with what it asks for."""
        self.function(**{name: fixtures[name] for name in self.wants})


@dataclass(frozen=True)
class Checks:
    """An assignment's checks in the order of the file, and what its functions return."""

    contract: Contract
    checks: tuple[Check, ...]

    def of(self, exercise: str) -> tuple[Check, ...]:
        """The checks of one exercise."""
        return tuple(check for check in self.checks if check.exercise == exercise)


class _Collector:
    def __init__(self) -> None:
        self.items: list[pytest.Item] = []
        self.errors: list[BaseException] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = list(session.items)

    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        if call.excinfo is not None:
            # pytest wraps what a module raised; its cause is what the author wants to know.
            self.errors.append(call.excinfo.value.__cause__ or call.excinfo.value)


def collect_checks(path: Path) -> Checks:
    """Collect a check file with pytest.

    Raises:
        Problem: the file is missing or has an error, with its line; or a check in it has no
            exercise, no title, or asks for a fixture that does not exist.
    """
    if not path.is_file():
        raise Problem("no such check file", path)
    collector = _Collector()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        ended = pytest.main(
            ["--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p",
             "no:hypothesispytest", "-W", "ignore", "-c", "/dev/null", "--import-mode", "importlib",
             "--rootdir", path.anchor or "/", "--noconftest", str(path)],
            plugins=[collector, _Mark()],
        )  # fmt: skip
    if ended is pytest.ExitCode.INTERRUPTED and not collector.errors:
        raise KeyboardInterrupt  # which pytest took for its own
    if collector.errors:
        raise code_problem(collector.errors[0], path)
    functions = [item for item in collector.items if isinstance(item, pytest.Function)]
    contract = getattr(functions[0].module, "RETURNS", None) if functions else None
    if not isinstance(contract, dict):
        raise Problem("has no checks, or no RETURNS that names what each function returns", path)
    return Checks(contract, tuple(_check(item, path) for item in functions))


class _Mark:
    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "check(exercise, points=1): a hidden check")


def _check(item: pytest.Function, path: Path) -> Check:
    function = item.function
    line = inspect.getsourcelines(function)[1]
    mark = item.get_closest_marker("check")
    if mark is None or len(mark.args) != 1:
        raise Problem(f'{item.name} needs a mark such as @check("forward", points=2)', path, line)
    title = (inspect.getdoc(function) or "").partition("\n")[0]
    if not title:
        raise Problem(f"{item.name} needs a docstring: it is the check's public name", path, line)
    given = item.callspec.params if hasattr(item, "callspec") else {}
    wants = tuple(name for name in inspect.signature(function).parameters if name not in given)
    unknown = [name for name in wants if name not in FIXTURES]
    if unknown:
        known = ", ".join(sorted(FIXTURES))
        raise Problem(f"{item.name} asks for {unknown[0]!r}; there is {known}", path, line)
    weight = float(mark.kwargs.get("points", 1))
    bound = functools.partial(function, **given) if given else function
    return Check(item.name, mark.args[0], title, weight, bound, wants)
