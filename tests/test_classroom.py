"""A class: graded in several processes with the same result as in one, nobody lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.classroom import Classroom, write_reports
from autograder.course import Course
from autograder.found import find_submissions
from autograder.grading import Grader
from autograder.problem import Problem
from autograder.report import Report
from autograder.sandbox import Sandbox
from autograder.submission import Submission
from tests.test_cli import MODE
from tests.toy import SOURCE, toy_course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A toy course with twenty submissions, some of which cannot be read."""
    course = toy_course(tmp_path)
    for number in range(20):
        path = tmp_path / "submitted" / f"s{number:02}" / "toy" / "toy.py"
        path.parent.mkdir(parents=True)
        if number % 7 == 3:
            path.symlink_to(tmp_path / "solutions" / "toy.py")
        else:
            path.write_text(SOURCE.replace("2 * X", f"{number % 3} * X"))
    return course


def test_processes_change_nothing(course: Course) -> None:
    """Two processes give the reports that one gives; a link to the solution earns nothing."""
    found = find_submissions(course, "toy", [])
    room = Classroom(course, b"secret", MODE)  # type: ignore[arg-type]
    one, two = (
        {r.student: replace(r, seconds=0) for r in room.grade(found, jobs=jobs)} for jobs in (1, 2)
    )
    assert one == two
    assert len(one) == 20
    assert {s for s, r in one.items() if r.error} == {"s03", "s10", "s17"}
    assert all(r.score == 0 and "symbolic link" in r.error for r in one.values() if r.error)
    assert {r.score for r in one.values() if not r.error} == {3.0, 5.0}


def test_reports_are_replaced_whole(tmp_path: Path) -> None:
    """A file of reports is the old one or the new one, never a part."""
    report = Report("ada", "toy", "ada.py", 1.0, 2.0, (), "full", 0.1, "ab")
    path = tmp_path / "reports" / "toy.jsonl"
    write_reports([report, report], path)
    assert [Report.from_json(line) for line in path.read_text().splitlines()] == [report, report]
    assert [p.name for p in path.parent.iterdir()] == ["toy.jsonl"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """One line, no traceback."""
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match="cannot be written"):
        write_reports([], tmp_path / "file" / "toy.jsonl")


def test_whatever_one_submission_sets_off_the_class_goes_on(
    course: Course, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error nobody thought of is that student's line; the others have their reports."""
    grade = Grader.grade

    def stumbles(self: Grader, submission: Submission, sandbox: Sandbox) -> Report:
        if submission.student == "s01":
            raise ZeroDivisionError
        return grade(self, submission, sandbox)

    monkeypatch.setattr(Grader, "grade", stumbles)
    found = find_submissions(course, "toy", [])
    reports = list(Classroom(course, b"secret" * 4, MODE).grade(found[:4], 1))
    lost = {report.student: report.error for report in reports if report.error}
    assert lost.keys() == {"s01", "s03"}
    assert "the grader itself failed" in str(lost["s01"])
    assert "ZeroDivisionError" in caplog.text
