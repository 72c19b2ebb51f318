"""From the source to the student's feedback and the instructor's table, by stock commands alone."""

from __future__ import annotations

import csv
import html
import os
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from autograder.course import HOME, load_course
from tests.workflow.conftest import skip_figures, solve
from tests.workflow.people import ROOT, Office, Person

pytestmark = pytest.mark.filterwarnings("default")  # nbgrader's own code is not free of warnings

COURSE = load_course(HOME)
SLUGS = [assignment.slug for assignment in COURSE.assignments]
GAMES, MAN = 5, 6  # users that every Debian has
LMS_NAME = r"--FileNameCollectorPlugin.named_regexp=" + (
    r".*/\w+_(?P<student_id>\w+)_attempt_(?P<timestamp>[-0-9]+)_(?P<file_id>\w+)"
)


def test_the_whole_circle(office: Office, teacher: Person) -> None:
    """Five assignments go out and come back; three students, two roads in, one road back."""
    ada = office.person("ada", GAMES)
    release(teacher)
    for slug in SLUGS:
        ada.nbgrader("fetch_assignment", slug)
        solve(ada.folder / slug / f"{slug}.ipynb")
        ada.nbgrader("submit", slug)
    ben = two_versions(office) if ROOT else None
    from_the_lms(teacher, "cyd")

    for slug in SLUGS:
        teacher.nbgrader("collect", slug)
        lines = own_lines(teacher.nbgrader("autograde", slug))
        total = COURSE.assignment(slug).max_score
        assert f"{ada.name}: {total:g} of {total:g}" in lines
        assert len(lines) == len(list((teacher.folder / "submitted").glob(f"*/{slug}")))
        teacher.nbgrader("generate_feedback", slug)
        teacher.nbgrader("release_feedback", slug)
        ada.nbgrader("fetch_feedback", slug)
        (page,) = (ada.folder / slug / "feedback").glob("*/*.html")
        assert_tells_no_secret(page.read_text(encoding="utf-8"), slug)
    teacher.nbgrader("export")
    scores = exported(teacher)
    # The written answer waits for a person: the rest of the points are there.
    for slug in SLUGS:
        assert scores[ada.name, slug] == COURSE.assignment(slug).max_score
    assert scores["cyd", "symmetry"] == 3
    if ben is not None:
        assert scores[ben.name, "symmetry"] == 3 + 2
        a_third_version(teacher, ben)


def release(teacher: Person) -> None:
    """Generate and release; the result is the committed notebook, and it holds no solution."""
    for slug in SLUGS:
        teacher.nbgrader("generate_assignment", slug)
        made = (teacher.folder / "assignments" / slug / f"{slug}.ipynb").read_bytes()
        assert made == (HOME / "assignments" / slug / f"{slug}.ipynb").read_bytes()
        teacher.nbgrader("release_assignment", slug)
    out = teacher.nbgrader("list")
    assert all(slug in out for slug in SLUGS)


def two_versions(office: Office) -> Person:
    """A student who submits twice: the later one counts, though it was the worse on the way."""
    ben = office.person("ben", MAN)
    ben.nbgrader("fetch_assignment", "symmetry")
    solve(ben.folder / "symmetry" / "symmetry.ipynb", "forward")
    ben.nbgrader("submit", "symmetry")
    solve(ben.folder / "symmetry" / "symmetry.ipynb", "compute_cost")
    ben.nbgrader("submit", "symmetry")
    inbound = list((office.exchange / COURSE.course.id / "inbound").glob(f"{ben.name}+*"))
    assert len(inbound) == 2
    return ben


def from_the_lms(teacher: Person, student: str) -> None:
    """A learning management system hands over files with names of its own."""
    archive = teacher.folder / "downloaded" / "symmetry" / "archive"
    archive.mkdir(parents=True)
    path = archive / f"course_{student}_attempt_2026-11-30-10-00-00_symmetry.ipynb"
    fresh = archive / "symmetry.ipynb"
    shutil.copy(HOME / "assignments/symmetry/symmetry.ipynb", fresh)
    solve(fresh, "forward")
    fresh.rename(path)
    teacher.nbgrader("zip_collect", "symmetry", LMS_NAME)
    assert (teacher.folder / "submitted" / student / "symmetry" / "symmetry.ipynb").is_file()


def a_third_version(teacher: Person, ben: Person) -> None:
    """A newer submission is graded again without --force, and nobody else is."""
    before = files_of(teacher, "cyd")
    solve(ben.folder / "symmetry" / "symmetry.ipynb", "backward")
    ben.nbgrader("submit", "symmetry")
    teacher.nbgrader("collect", "symmetry", "--update")
    lines = own_lines(teacher.nbgrader("autograde", "symmetry"))
    assert [line for line in lines if " of " in line] == [f"{ben.name}: 9 of 21 (backward 0 → 4)"]
    assert files_of(teacher, "cyd") == before
    teacher.nbgrader("generate_feedback", "symmetry")
    teacher.nbgrader("release_feedback", "symmetry")
    ben.nbgrader("fetch_feedback", "symmetry")
    pages = sorted((ben.folder / "symmetry" / "feedback").glob("*/symmetry.html"))
    assert "9.0 / 21.0" in " ".join(pages[-1].read_text(encoding="utf-8").split())
    with sqlite3.connect(teacher.folder / "gradebook.db") as book:
        (count,) = book.execute("select count(*) from submitted_assignment").fetchone()
    book.close()
    assert count == len(SLUGS) + 2


def own_lines(text: str) -> list[str]:
    """What the terminal said, without the name of the program."""
    return [re.sub(r"^\[.*?\] ", "", line) for line in text.splitlines() if line.strip()]


def files_of(teacher: Person, student: str) -> dict[str, tuple[int, bytes]]:
    """Everything autograded of a student, with its time."""
    folder = teacher.folder / "autograded" / student
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def assert_tells_no_secret(page: str, slug: str) -> None:
    """Feedback shows what was checked; no line of a hidden check, no place on the machine."""
    assert "passed" in page
    assert str(HOME) not in page
    seen = html.unescape(re.sub(r"<[^>]*>", "", page))  # highlighting puts tags between words
    released = (HOME / "assignments" / slug / f"{slug}.ipynb").read_text(encoding="utf-8")
    checks = (HOME / "autograder" / "checks" / f"test_{slug}.py").read_text(encoding="utf-8")
    hidden = {line.strip() for line in checks.splitlines() if "expect." in line or "rng" in line}
    assert len(hidden) > 10
    assert not [line for line in hidden if line in seen and line not in released]


def exported(teacher: Person) -> dict[tuple[str, str], float]:
    """The instructor's table."""
    with (teacher.folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["student_id"], row["assignment"]): float(row["score"]) for row in rows}


def test_validate_shows_public_checks_only(office: Office, teacher: Person) -> None:
    """A stub fails in friendly words, a solved notebook succeeds; neither knows a hidden check."""
    student = office.person("student")  # the interpreter's own user: validate starts a kernel
    folder = student.folder / "symmetry"
    shutil.copytree(HOME / "assignments" / "symmetry", folder)
    notebook = folder / "symmetry.ipynb"
    solve(notebook, "initialize_zeros", "forward")
    skip_figures(notebook)
    said = student.nbgrader("validate", "symmetry/symmetry.ipynb")
    assert "VALIDATION FAILED ON 7 CELL(S)" in said
    assert "autograder" not in said.replace(str(Path(os.path.abspath(HOME))), "")
    solve(notebook)
    assert "Success" in student.nbgrader("validate", "symmetry/symmetry.ipynb")
