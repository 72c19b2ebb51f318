"""What lateness costs: days as the calendar counts them, in the course's own time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder.course import LatePolicy
from autograder.late import (
    days_late,
    days_words,
    extension_of,
    in_utc,
    late_penalty,
    lateness,
    penalty,
    with_lateness,
)
from autograder.report import Report
from tests.toy import COURSE, toy_course

BERLIN = ZoneInfo("Europe/Berlin")
POLICY = LatePolicy(
    percent_per_day=10, grace_minutes=15, cap_percent=50,
    extensions={"ada": datetime(2026, 12, 7, 12, 0)},
)  # fmt: skip
DUE = datetime(2026, 12, 4, 23, 59)


def late(submitted: datetime, due: datetime = DUE, student: str = "bela") -> int:
    """Days late of a submission at that local time of the course."""
    return days_late(POLICY, due, BERLIN, student, in_utc(submitted, BERLIN))


@pytest.mark.parametrize(
    ("after", "days"),
    [
        (timedelta(days=-30), 0),
        (timedelta(0), 0),
        (timedelta(minutes=15), 0),
        (timedelta(minutes=15, seconds=1), 1),
        (timedelta(days=1, minutes=15), 1),
        (timedelta(days=1, minutes=16), 2),
        (timedelta(days=400), 400),
    ],
)
def test_a_day_counts_when_it_has_begun_and_its_grace_is_over(after: timedelta, days: int) -> None:
    """The grace holds at the due date and at the end of each day after it."""
    assert late(DUE + after) == days


@pytest.mark.parametrize("month_and_day", [(3, 28), (10, 24)], ids=["spring", "autumn"])
def test_a_day_ends_at_the_same_time_of_day_when_clocks_change(
    month_and_day: tuple[int, int],
) -> None:
    """A day of 23 or of 25 hours is one day; one of 24 hours would end an hour off."""
    due = datetime(2026, *month_and_day, 12, 0)
    assert late(due + timedelta(days=1, minutes=15), due) == 1
    assert late(due + timedelta(days=1, minutes=16), due) == 2


def test_an_hour_that_comes_twice_is_due_the_second_time() -> None:
    """Whoever submits in the repeated hour is in time."""
    due = datetime(2026, 10, 25, 2, 30)  # 00:30 and 01:30 UTC
    assert days_late(POLICY, due, BERLIN, "bela", datetime(2026, 10, 25, 1, 45)) == 0
    assert days_late(POLICY, due, BERLIN, "bela", datetime(2026, 10, 25, 1, 46)) == 1


def test_dates_are_the_courses_and_timestamps_are_utc() -> None:
    """23:59 in Berlin is 22:59 UTC in winter; in Los Angeles it is the next morning."""
    at = datetime(2026, 12, 4, 23, 30)
    assert days_late(POLICY, DUE, BERLIN, "bela", at) == 1
    assert days_late(POLICY, DUE, ZoneInfo("America/Los_Angeles"), "bela", at) == 0


def test_an_extension_is_its_students_own() -> None:
    """One student has more time, the others do not."""
    at = datetime(2026, 12, 7, 12, 10)
    assert late(at, student="ada") == 0
    assert late(at, student="bela") == 3
    assert late(at + timedelta(hours=1), student="ada") == 1


def test_without_a_due_date_nothing_is_late() -> None:
    """An assignment without a date costs nothing."""
    assert days_late(POLICY, None, BERLIN, "bela", datetime(2030, 1, 1)) == 0


@pytest.mark.parametrize(("days", "points"), [(0, 0), (1, 2), (4, 8), (5, 10), (90, 10)])
def test_the_penalty_grows_by_the_day_up_to_the_cap(days: int, points: float) -> None:
    """Ten per cent of 20 points a day, never more than half."""
    assert penalty(POLICY, days, 20) == points


LATE = """\
    due: 2026-10-24 12:00
    late: {percent_per_day: 10, cap_percent: 15, extensions: {ada: 2026-10-26 12:00}}
"""


def test_an_extension_of_the_course_goes_before_one_of_nbgraders(tmp_path: Path) -> None:
    """48 hours by the calendar are 49 when the clocks go back; nbgrader keeps the real ones."""
    text = COURSE.replace("    title: Toy\n", "    title: Toy\n" + LATE)
    course = toy_course(tmp_path, course=text)
    assignment = course.assignment("toy")
    assert extension_of(course, assignment, "ada") == timedelta(hours=49)
    assert extension_of(course, assignment, "bela") is None
    moment = datetime(2026, 10, 26, 10, 30)  # UTC, 11:30 in Berlin
    given = timedelta(hours=49)
    assert lateness(course, assignment, "ada", moment, given) == 0
    assert lateness(course, assignment, "bela", moment, None) == 2
    assert lateness(course, assignment, "bela", moment, timedelta(days=1)) == 1
    assert lateness(course, assignment, "bela", None, None) == 0
    assert late_penalty(course, assignment, "bela", moment, None, 5.0) == 0.75
    assert late_penalty(course, assignment, "ada", moment, given, 5.0) is None


def test_a_report_says_what_lateness_costs(tmp_path: Path) -> None:
    """By the time beside the submission; the score itself stays as earned."""
    text = COURSE.replace("    title: Toy\n", "    title: Toy\n" + LATE)
    course = toy_course(tmp_path, course=text)
    path = str(tmp_path / "toy.ipynb")
    report = Report("bela", "toy", path, 4.0, 5.0, (), "full", 0.1, "ab")
    assert with_lateness(course, report, None) == report
    (tmp_path / "timestamp.txt").write_text("2026-10-24 11:00:00 UTC")
    late = with_lateness(course, report, None)
    assert (late.score, late.days_late, late.late_penalty, late.final_score) == (4.0, 1, 0.4, 3.6)
    assert with_lateness(course, report, timedelta(days=1)) == report


@pytest.mark.parametrize(("days", "words"), [(0, "0 days"), (1, "1 day"), (2, "2 days")])
def test_days_are_counted_in_words(days: int, words: str) -> None:
    """One is a day."""
    assert days_words(days) == words
