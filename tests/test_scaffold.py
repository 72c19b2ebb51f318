"""``autograder new``: what it writes is gradable at once, and nothing is lost or overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit import Audit
from autograder.course import HOME, load_course
from autograder.grading import Grader
from autograder.problem import Problem
from autograder.release import release
from autograder.sandbox.host import Sandbox
from autograder.scaffold import scaffold
from autograder.submission import read_submission
from tests.test_cli import autograder
from tests.toy import COURSE, toy_course


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course of one assignment."""
    toy_course(tmp_path)
    return tmp_path


def test_what_it_writes_is_gradable_at_once(folder: Path, sandbox: Sandbox) -> None:
    """Released, its stub scores zero, its solution everything; and the audit finds no fault."""
    scaffold(folder / "course.yml", "ridge_walk")
    course = load_course(folder)
    released = release(course, "ridge_walk")
    grader = Grader(course, course.assignment("ridge_walk"), b"secret of these tests")
    scores = [
        grader.grade(read_submission(path, "ada", "ridge_walk"), sandbox).score
        for path in (released, course.source("ridge_walk"))
    ]
    assert scores == [0.0, grader.assignment.max_score]
    audit = Audit(course, "ridge_walk", sandbox.mode, draws=0, jobs=1)
    findings = list(audit.findings(lambda graded: None, lambda drawn: None))
    assert len(findings) > 5
    assert not [fault for found in findings for fault in found.faults]


def test_the_course_file_keeps_every_line(folder: Path) -> None:
    """Comments, anchors and blank lines stay; the one change is the entry after the last one."""
    kit = (HOME / "course.yml").read_text(encoding="utf-8")
    for text in (kit, COURSE, COURSE.rstrip("\n")):
        (folder / "course.yml").write_text(text, encoding="utf-8")
        for path in scaffold(folder / "course.yml", "ridge")[:-1]:
            path.unlink()
        lines = (folder / "course.yml").read_text(encoding="utf-8").splitlines()
        start, end = lines.index("  - slug: ridge") - 1, lines.index("      centre: 2") + 1
        assert [*lines[:start], *lines[end:]] == text.splitlines()


def test_the_list_may_be_the_end_of_the_file(folder: Path) -> None:
    """Nothing needs to follow the assignments, not even a line's end."""
    head, _, tail = COURSE.partition("assignments:\n")
    assignments, limits = tail.split("limits:")
    text = f"{head}limits:{limits}assignments:\n{assignments}".rstrip("\n")
    (folder / "course.yml").write_text(text, encoding="utf-8")
    scaffold(folder, "ridge")
    assert [a.slug for a in load_course(folder).assignments] == ["toy", "ridge"]


@pytest.mark.parametrize(
    "slug", ["Ridge", "2nd", "a-b", "../x", "a/b", "", "a b", "é", "a" * 65, "ridge\n"]
)
def test_a_bad_name_is_one_line(folder: Path, slug: str) -> None:
    """A slug names files, functions and cells: it is checked before anything is written."""
    before = sorted(folder.rglob("*"))
    with pytest.raises(Problem, match=r"\Acannot name|cannot name an assignment: use .*\Z"):
        scaffold(folder / "course.yml", slug)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "place",
    ["solutions/ridge.py", "autograder/checks/test_ridge.py", "autograder/mistakes/ridge.py"],
)
def test_nothing_is_overwritten(folder: Path, place: str) -> None:
    """One file in the way, even a broken link, and nothing at all is written."""
    (folder / place).symlink_to("nowhere")
    before = {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}
    with pytest.raises(Problem, match=f"{place}: exists already: move it away"):
        scaffold(folder / "course.yml", "ridge")
    assert {path: path.lstat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_name_that_is_taken(folder: Path) -> None:
    """An assignment of the course is not begun twice."""
    with pytest.raises(Problem, match=r"course\.yml: has an assignment 'toy' already"):
        scaffold(folder / "course.yml", "toy")


def test_a_list_in_one_line_is_not_guessed_at(folder: Path) -> None:
    """Where the entry cannot be put in safely, the cure is told and the file left alone."""
    head, _, tail = COURSE.partition("assignments:\n")
    limits = tail[tail.index("limits:") :]
    one = "assignments: [{slug: toy, title: Toy, points: {double: 3, noise: 2}}]\n"
    text = head + one + limits
    (folder / "course.yml").write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=r"course\.yml:3: .* not written as a block"):
        scaffold(folder / "course.yml", "ridge")
    assert (folder / "course.yml").read_text(encoding="utf-8") == text
    assert not (folder / "solutions/ridge.py").exists()


def test_the_command_says_what_to_edit_next(folder: Path) -> None:
    """Each written file, then each step; a second time it is one line and exit code 2."""
    done = autograder(folder, "new", "ridge")
    assert done.returncode == 0, done.stderr
    for place in ("solutions/ridge.py", "checks/test_ridge.py", "mistakes/ridge.py", "course.yml"):
        assert done.stdout.count(place) == 2
    again = autograder(folder, "new", "ridge")
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.count("\n") == 1
