"""What a run that was stopped leaves for the next one: the same report, or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.course import Course, load_course
from autograder.found import Found
from autograder.journal import Journal
from autograder.report import Report
from tests.toy import SOURCE, toy_course

SECRET = b"s" * 32


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A toy course with ada's submission, in a folder."""
    path = tmp_path / "submitted" / "ada" / "toy" / "toy.py"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE, encoding="utf-8")
    return toy_course(tmp_path)


def ada(course: Course) -> tuple[Found, Report]:
    """Her submission as it is found, and a report of it."""
    folder = course.root / "submitted" / "ada" / "toy"
    report = Report("ada", "toy", str(folder / "toy.py"), 3.0, 5.0, (), "full", 0.1, "ab")
    return Found("ada", "toy", folder), report


def stopped(course: Course) -> tuple[Found, Report]:
    """A run graded her, and was stopped."""
    found, report = ada(course)
    journal = Journal(course, SECRET, "full")
    journal.add(report)
    assert journal.path.is_file()
    return found, report


def test_a_report_is_there_for_the_next_run(course: Course) -> None:
    """The same to the last digit; once a run has ended, nothing is left."""
    found, report = stopped(course)
    journal = Journal(course, SECRET, "full")
    assert journal.get(found) == report
    assert journal.get(Found("bela", "toy", found.path)) is None
    journal.end()
    assert not journal.path.exists()
    assert Journal(course, SECRET, "full").get(found) is None


@pytest.mark.parametrize(
    "changed",
    ["course.yml", "solutions/toy.py", "autograder/checks/test_toy.py",
     "autograder/mistakes/toy.py", "submitted/ada/toy/toy.py"],
)  # fmt: skip
def test_whatever_changes_a_report_makes_it_void(course: Course, changed: str) -> None:
    """The course, its checks, mistakes and solution, and what was handed in."""
    found, _ = stopped(course)
    path = course.root / changed
    path.write_text(path.read_text(encoding="utf-8") + "\n# another\n", encoding="utf-8")
    assert Journal(load_course(course.root), SECRET, "full").get(found) is None


def test_another_secret_or_sandbox_makes_it_void(course: Course) -> None:
    """Other seeds, other protection: another report."""
    found, _ = stopped(course)
    assert Journal(course, b"t" * 32, "full").get(found) is None
    assert Journal(course, SECRET, "reduced").get(found) is None


def test_a_kill_in_the_middle_of_a_line_costs_that_line(course: Course) -> None:
    """The whole ones before it are believed."""
    found, report = stopped(course)
    path = course.root / ".autograder" / "unfinished.jsonl"
    line = path.read_text(encoding="utf-8")
    path.write_text(line + line[:150], encoding="utf-8")
    assert Journal(course, SECRET, "full").get(found) == report
    path.write_text(line[:150], encoding="utf-8")
    assert Journal(course, SECRET, "full").get(found) is None


def test_what_could_not_be_graded_is_tried_again(course: Course) -> None:
    """A report of an error is not kept."""
    found, report = ada(course)
    journal = Journal(course, SECRET, "full")
    failed = Report(**{**vars(report), "error": "a grading process died"})
    journal.add(failed)
    assert Journal(course, SECRET, "full").get(found) is None


def test_without_a_place_a_run_works_all_the_same(course: Course) -> None:
    """A file where the folder should be: nothing is kept, nothing is said."""
    (course.root / ".autograder").write_text("", encoding="utf-8")
    found, report = ada(course)
    journal = Journal(course, SECRET, "full")
    journal.add(report)
    journal.end()
    assert journal.get(found) is None
    assert os.path.isfile(course.root / ".autograder")
