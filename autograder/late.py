"""What lateness costs, by the course's policy: days as the calendar counts them, where it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from autograder.course import LatePolicy


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


def penalty(policy: LatePolicy, days: int, score: float) -> float:
    """The points that so many days cost of a score."""
    percent = min(policy.percent_per_day * days, policy.cap_percent)
    return round(score * percent / 100, 6)
