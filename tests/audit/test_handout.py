"""What students get: a stale, stray or leaking file is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit.finding import Finding
from autograder.audit.handout import handout_findings
from autograder.course import Course
from autograder.release import release
from tests.toy import SOURCE, toy_course

SOLVED = "2 * X  # a solution's line, long enough"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A released toy course."""
    course = toy_course(tmp_path)
    checks = '\n# %% checks="{0}"\ndef check_{0}():\n    assert {0}\n\n\ncheck_{0}()\n'
    source = SOURCE.replace("2 * X", SOLVED)
    head, tail = source.split('\n# %% exercise="noise"')
    text = (
        head + checks.format("double") + '\n# %% exercise="noise"' + tail + checks.format("noise")
    )
    course.source("toy").write_text(text)
    release(course, "toy")
    return course


def audited(course: Course) -> dict[str, Finding]:
    """The findings, by claim."""
    return {f.claim: f for f in handout_findings(course, "toy")}


def test_a_fresh_release_holds(course: Course) -> None:
    """Nothing is found right after a release."""
    assert all(f.holds for f in audited(course).values()), audited(course)


@pytest.mark.parametrize(
    "text", [f"return {SOLVED}", "### BEGIN SOLUTION", "def test_values(student):"]
)
def test_a_leak_is_found(course: Course, text: str) -> None:
    """A solution's line, its marker and a hidden check's name must not reach students."""
    path = course.root / "assignments" / "toy" / "public_checks.py"
    path.write_text(path.read_text() + f"\n# {text}\n")
    found = audited(course)
    assert not found["students get no solution and no check"].holds
    assert not found["the released files are fresh"].holds


def test_a_stray_file_is_found(course: Course) -> None:
    """Whatever lies in the release folder goes to students."""
    (course.root / "assignments" / "toy" / "notes.txt").write_text("mine")
    faults = audited(course)["the released files are fresh"].faults
    assert faults == ("notes.txt is nobody's: delete it",)
