"""The gradebook's database: where it is, and what it fails at in one line."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy.exc import DatabaseError

from autograder.course import Course
from autograder.problem import Problem

_CURES = {
    "locked": "another program is writing to it: wait, or stop that one",
    "no such (column|table)|(column|relation) .* does not exist":
        "back it up, then run `nbgrader db upgrade`",
    "readonly|unable to open": "it and its folder must be yours to write to",
    "full|disk I/O": "make room on the disk, then run the same command again",
    "not a database|malformed": "put a backup in its place",
}  # fmt: skip


def database(course: Course) -> str:
    """The gradebook's address."""
    return course.gradebook.url or f"sqlite:///{course.root / 'gradebook.db'}"


def find_alembic() -> None:
    """nbgrader calls a program to make a gradebook; it stands beside this Python."""
    if shutil.which("alembic") is None:
        here = Path(sys.executable).parent
        os.environ["PATH"] = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{here}"


@contextmanager
def opened(course: Course) -> Iterator[Gradebook]:
    """The course's gradebook, its failures told in one line.

    Raises:
        Problem: it is locked, of an older schema, out of reach or out of disk.
    """
    find_alembic()
    with told(), Gradebook(database(course), course.course.id) as book:
        yield book


@contextmanager
def told() -> Iterator[None]:
    """What a database fails at, in one line."""
    try:
        yield
    except DatabaseError as error:
        words = str(error.orig).strip().splitlines()[0]
        cures = (cure for pattern, cure in _CURES.items() if re.search(pattern, words))
        cure = next(cures, "see gradebook.url in course.yml")
        raise Problem(f"the gradebook cannot be used ({words}): {cure}") from None
