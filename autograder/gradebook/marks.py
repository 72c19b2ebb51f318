"""An exercise's score in the gradebook, and whether a person must look at it."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course import Course
from autograder.report import Report, Verdict


@dataclass
class Mark:
    """A grade's row: what was there, and what is to be."""

    id: str
    auto: float | None = None
    manual: float | None = None
    extra: float | None = None
    needs: bool = True

    @property
    def score(self) -> float:
        """As nbgrader computes it: a person's score goes before the automatic one."""
        given = self.manual if self.manual is not None else self.auto
        return 0.0 if given is None else given + (self.extra or 0.0)


def awarded(course: Course, report: Report | None, exercise: str) -> tuple[float | None, bool]:
    """The automatic score of an exercise, and whether a person must look at it.

    No report, no check or an unreadable file: no score at all, and a person. A check at fault
    costs nothing, and a person looks.
    """
    if report is None or report.error is not None:
        return None, True
    verdicts = {o.verdict for o in report.checks if o.exercise == exercise}
    if not verdicts:
        return None, True
    unjudged = course.grading.skipped == "manual" and Verdict.SKIPPED in verdicts
    return report.exercise_scores()[exercise][0], Verdict.FAULT in verdicts or unjudged


def needs_person(mark: Mark, auto: float | None, human: bool, resubmitted: bool) -> bool:
    """Whether a grade must be looked at, once ``auto`` is its automatic score.

    A person's grade stays what it is; it is asked for again only if what it was given for moved.
    """
    if mark.manual is None:
        return human or auto is None
    return mark.needs or resubmitted or mark.auto != auto
