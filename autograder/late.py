"""What lateness costs, by the course's policy: days as the calendar counts them, where it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from autograder.course import Assignment, Course, LatePolicy
from autograder.handed_in import submission_folder, submitted_at
from autograder.report import Report


def deadline(policy: LatePolicy, due: datetime | None, student: str) -> datetime | None:
    """A student's own due date, in the course's local time; None where there is none."""
    return policy.extensions.get(student, due)


def in_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    """A local time as naive UTC, which is how nbgrader keeps its dates.

    Of an hour that the clocks repeat in autumn, it is the second one: to the student's benefit.
    """
    return moment.replace(tzinfo=zone, fold=1).astimezone(UTC).replace(tzinfo=None)


def days_late(
    policy: LatePolicy, due: datetime | None, zone: ZoneInfo, student: str, submitted: datetime
) -> int:
    """Days begun after the student's due date; the grace holds at the end of each of them.

    Args:
        policy: extensions and grace.
        due: the assignment's due date, local to ``zone``.
        zone: the course's time zone. A day ends at the due date's time of day on the next date,
            be it 23, 24 or 25 hours later.
        student: whose submission it is.
        submitted: when it came in, naive UTC, as nbgrader keeps it.
    """
    own = deadline(policy, due, student)
    if own is None:
        return 0
    submitted -= timedelta(minutes=policy.grace_minutes)
    # From a day before what the difference suggests: it is at most one off where clocks change.
    days = max(0, (submitted - in_utc(own, zone)).days - 1)
    while in_utc(own + timedelta(days=days), zone) < submitted:
        days += 1
    return days


def days_words(days: int) -> str:
    """1 day, 2 days."""
    return f"{days} {'day' if days == 1 else 'days'}"


def percent(policy: LatePolicy, days: int) -> float:
    """The share of a score that so many days cost."""
    return min(policy.percent_per_day * days, policy.cap_percent)


def penalty(policy: LatePolicy, days: int, score: float) -> float:
    """The points that so many days cost of a score."""
    return round(score * percent(policy, days) / 100, 6)


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


def with_lateness(course: Course, report: Report, extension: timedelta | None) -> Report:
    """The report with what lateness costs of its score; ``extension`` as for `lateness`."""
    assignment = course.assignment(report.assignment)
    submitted = submitted_at(submission_folder(report))
    days = lateness(course, assignment, report.student, submitted, extension)
    costs = penalty(assignment.late, days, report.score)
    return replace(report, days_late=days, late_penalty=costs)
