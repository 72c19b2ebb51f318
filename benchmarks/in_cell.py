"""The hidden checks inside a notebook's own kernel: what an instructor without isolation does."""

from __future__ import annotations

import functools
from typing import Any

from autograder.checks.inline import Inline
from autograder.checks.statistics import Statistics
from autograder.checks.student import Student
from autograder.course import HOME, load_course
from autograder.grading import Grader
from autograder.seeds import generator


@functools.cache
def _grader(slug: str) -> Grader:
    course = load_course(HOME / "course.yml")
    grader = Grader(course, course.assignment(slug), b"benchmark secret")
    grader.prepare()
    return grader


def run_checks(slug: str, exercise: str, namespace: dict[str, Any]) -> None:
    """Run the checks of one exercise on a kernel's namespace; the first failure raises."""
    grader = _grader(slug)
    inline = Inline([])
    inline.worker.namespace = namespace
    try:
        for check in grader.checks.of(exercise):
            check.run(
                student=Student(inline, grader.checks.contract),
                reference=grader.reference,
                rng=generator(b"benchmark secret", check.name),
                statistics=Statistics(grader.alpha),
            )
    finally:
        inline.close()
