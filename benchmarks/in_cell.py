"""The hidden checks inside a notebook's own kernel: what an instructor without isolation does.

As light as it can be, in nbgrader's favour: the check file is imported, not collected by pytest.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from types import ModuleType
from typing import Any

from autograder.checks.inline import Inline
from autograder.checks.statistics import Statistics
from autograder.checks.student import Student
from autograder.course import HOME
from autograder.reference import load_reference
from autograder.seeds import generator


@functools.cache
def _reference(slug: str) -> ModuleType:
    return load_reference(HOME / "solutions" / f"{slug}.py")


def run_checks(slug: str, exercise: str, namespace: dict[str, Any]) -> None:
    """Run the checks of one exercise on a kernel's namespace; the first failure raises."""
    module = importlib.import_module(f"autograder.checks.test_{slug}")
    inline = Inline([])
    inline.worker.namespace = namespace
    try:
        for name, check in vars(module).items():
            marks = getattr(check, "pytestmark", [])
            if any(mark.name == "check" and mark.args[0] == exercise for mark in marks):
                fixtures = {
                    "student": Student(inline, module.RETURNS),
                    "reference": _reference(slug),
                    "rng": generator(b"benchmark secret", name),
                    "statistics": Statistics(1e-10),
                }
                check(**{key: fixtures[key] for key in inspect.signature(check).parameters})
    finally:
        inline.close()
