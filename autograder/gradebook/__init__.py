"""The gradebook and ``autograded/``, as nbgrader keeps them, written by one process in batches.

Beside `nbgrader_plugin` this is the second room that knows nbgrader. That one lives inside
nbgrader's pipeline, a submission at a time; this one is called by `autograder grade` with a class
and writes the same rows and files. What both must agree on is in `marks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from autograder.course import Course
from autograder.gradebook.connection import database, find_alembic, opened
from autograder.gradebook.folders import autograded_notebook, write_folder
from autograder.gradebook.ledger import Ledger, Moved, extensions
from autograder.gradebook.marks import Mark, awarded, needs_person
from autograder.gradebook.registration import read_released, register
from autograder.report import Report

__all__ = [
    "BATCH",
    "Ledger",
    "Mark",
    "Moved",
    "awarded",
    "database",
    "extensions",
    "find_alembic",
    "granted",
    "needs_person",
    "opened",
    "read_released",
    "record",
    "register",
]

BATCH = 200
"""Submissions a transaction: a kill loses at most these, and the next run writes them."""


def granted(course: Course, slug: str) -> dict[str, timedelta]:
    """The extensions that students have in the gradebook; none where there is no such book yet."""
    with opened(course) as book:
        return extensions(book, slug)


def record(course: Course, reports: Sequence[Report]) -> list[Moved]:
    """Write reports into the gradebook and into ``autograded/``; manual grades stay.

    Returns:
        what moved against an earlier grading.

    Raises:
        Problem: nothing was released, the gradebook cannot be used, the disk is full. What was
            written until then is whole; a second run writes the rest.
    """
    moved: list[Moved] = []
    for slug in dict.fromkeys(report.assignment for report in reports):
        mine = [report for report in reports if report.assignment == slug]
        released = read_released(course, slug)
        with opened(course) as book:
            register(book, course, slug, released)
            ledger = Ledger(book, course, course.assignment(slug))
            for start in range(0, len(mine), BATCH):
                for report in mine[start : start + BATCH]:
                    notebook = autograded_notebook(course, released, report)
                    moved += ledger.enter(report, notebook)
                    write_folder(course, report, notebook)
                ledger.write()
    return moved
