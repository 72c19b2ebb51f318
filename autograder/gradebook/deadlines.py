"""The late policy of ``course.yml`` in nbgrader's terms: naive UTC, extensions, penalties."""

from __future__ import annotations

from datetime import datetime, timedelta

from autograder.course import Assignment, Course
from autograder.late import days_late, deadline, in_utc, penalty


def lateness(
    course: Course,
    assignment: Assignment,
    student: str,
    submitted: datetime | None,
    extension: timedelta | None,
) -> int:
    """Days late, by the late policy.

    Args:
        submitted: naive UTC, as nbgrader keeps it.
        extension: granted in nbgrader; one in ``course.yml`` goes before it.
    """
    if submitted is None or assignment.due is None:
        return 0
    due = assignment.due + (extension or timedelta())
    return days_late(assignment.late, due, course.zone, student, submitted)


def late_penalty(
    course: Course,
    assignment: Assignment,
    student: str,
    submitted: datetime | None,
    extension: timedelta | None,
    score: float,
) -> float | None:
    """What lateness costs of a score; None where it costs nothing."""
    days = lateness(course, assignment, student, submitted, extension)
    return penalty(assignment.late, days, score) if days else None


def extension_of(course: Course, assignment: Assignment, student: str) -> timedelta | None:
    """A student's extension by ``course.yml``, as nbgrader keeps it."""
    own = deadline(assignment.late, assignment.due, student)
    if assignment.due is None or own is None or own == assignment.due:
        return None
    return in_utc(own, course.zone) - in_utc(assignment.due, course.zone)
