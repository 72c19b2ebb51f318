"""What many tests need: the course, its grader, and submissions written on the spot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.course import HOME, Course, load_course
from autograder.grading import Grader
from autograder.mistakes import with_function
from autograder.reference import definition_source
from autograder.report import Outcome, Report
from autograder.sandbox.host import Limits, Sandbox, SandboxError
from autograder.submission import NotebookCell, Submission

SECRET = b"a secret of the tests, always the same"


@pytest.fixture(scope="session")
def course() -> Course:
    """The kit's own course."""
    return load_course(HOME / "course.yml")


@pytest.fixture(scope="session")
def grader(course: Course) -> Grader:
    """The grader of ``symmetry``."""
    return Grader(course, course.assignment("symmetry"), SECRET)


@pytest.fixture(scope="session")
def sandbox(course: Course) -> Iterator[Sandbox]:
    """A sandbox with every layer, or with those that this machine has."""
    limits = Limits(**course.limits.model_dump())
    try:
        sandbox = Sandbox(limits, course.packages)
    except SandboxError:
        sandbox = Sandbox(limits, course.packages, "reduced")
    with sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def definitions(course: Course) -> str:
    """The reference of ``symmetry`` as a student would hand it in."""
    return definition_source(course.source("symmetry").read_text(encoding="utf-8"))


Hand = Callable[..., Submission]


@pytest.fixture
def hand_in(definitions: str) -> Hand:
    """A submission: the reference with some functions replaced by the given texts."""

    def make(*functions: str, student: str = "ada") -> Submission:
        text = with_function(definitions, *functions)
        cells = (NotebookCell(0, "code", text),)
        return Submission(student, "symmetry", Path(f"{student}.py"), cells)

    return make


def of(report: Report, exercise: str) -> list[Outcome]:
    """The outcomes of one exercise."""
    return [outcome for outcome in report.checks if outcome.exercise == exercise]
