"""What a draw is: one check, one text, one seed. The measured figures follow from this file."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from autograder.checks.expect import CheckFailed, CheckSkipped
from autograder.checks.inline import Inline
from autograder.checks.statistics import Statistics
from autograder.checks.student import CallFailed, Student
from autograder.course import Course
from autograder.grading import Grader
from autograder.mistakes import with_function
from autograder.reference import definition_source
from autograder.sandbox.protocol import Cell, StudentFailure

ALPHA = 0.01
"""The budget at which false alarms are frequent enough to be counted."""


class Sample(NamedTuple):
    """One check on one text: the reference, at `ALPHA`, or a mistake, at the course's own rate."""

    check: str
    mistake: str | None


class Chunk(NamedTuple):
    """Some draws of a sample; each draw's number is its seed."""

    sample: Sample
    first: int
    draws: int


_grader: Grader | None = None
_texts: dict[str | None, str] = {}


def begin(course: Course, slug: str) -> None:
    """Make ready for the draws of an assignment."""
    global _grader  # noqa: PLW0603 - a pool's initializer has no other way to hand something on
    _grader = Grader(course, course.assignment(slug), b"audit")
    base = definition_source(course.source(slug).read_text(encoding="utf-8"))
    _texts[None] = base
    for mistake in _grader.diagnosis.mistakes:
        _texts[mistake.slug] = with_function(base, mistake.source)


def alarms_in(chunk: Chunk) -> int:
    """In how many of the draws the check fails."""
    assert _grader is not None
    name, mistake = chunk.sample
    check = next(c for c in _grader.checks.checks if c.name == name)
    alpha = ALPHA if mistake is None else _grader.alpha
    inline = Inline([Cell(0, _texts[mistake])])
    alarms = 0
    for draw in range(chunk.first, chunk.first + chunk.draws):
        rng = np.random.default_rng([draw, *name.encode(), *(mistake or "").encode()])
        student = Student(inline, _grader.checks.contract)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                check.run(
                    student=student, reference=_grader.reference, rng=rng,
                    statistics=Statistics(alpha),
                )  # fmt: skip
        except (CheckFailed, CallFailed, CheckSkipped, StudentFailure):
            alarms += 1
        inline.forget()
    inline.close()
    return alarms
