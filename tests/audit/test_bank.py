"""The audit of the bank: a sound course passes, and every planted fault is found and named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.audit.bank import Bank
from autograder.audit.finding import Finding
from autograder.classroom import Classroom
from autograder.course import Course
from autograder.grading import Grader
from autograder.sandbox.host import Sandbox
from tests.toy import CHECKS, toy_course

Audit = Callable[[Course], dict[str, Finding]]


@pytest.fixture
def audit(sandbox: Sandbox) -> Audit:
    """The findings about a toy course, by claim; the stub is another test's affair."""

    def run(course: Course) -> dict[str, Finding]:
        bank = Bank(Grader(course, course.assignment("toy"), b"secret"))
        bank.grade(Classroom(course, b"secret", sandbox.mode), 1, lambda _: None)
        found = {finding.claim: finding for finding in bank.findings()}
        del found["the stub scores zero"]
        return found

    return run


def add(course: Course, name: str, text: str) -> None:
    """Write more of a course's file."""
    path = course.root / "autograder" / name / "toy.py"
    path.parent.mkdir(exist_ok=True)
    before = path.read_text() if path.exists() else "from autograder.variants import variant\n"
    path.write_text(before + "\n\n" + text)


def test_a_sound_course_passes(audit: Audit, tmp_path: Path) -> None:
    """Nothing is found where nothing is wrong, and the counts are told."""
    course = toy_course(tmp_path)
    add(
        course,
        "variants",
        'def twice():\n    """Adds."""\n    def double(X):\n        return X + X\n',
    )
    add(course, "variants", "variant(twice)\n")
    found = audit(course)
    assert all(f.holds for f in found.values()), found
    assert found["every mistake loses points"].figures["mistakes"] == 6
    assert found["no mistake is called by a wrong name"].figures["right"] == 6
    assert found["right solutions in every style score full"].figures["variants"] == 1


PLANTED = {
    "every mistake loses points": (
        "mistakes",
        '@mistake("no-mistake", "It is right.")\ndef double(X):\n    return X + X\n',
        "no-mistake keeps all points of double",
    ),
    "a mistake costs its own exercise only": (
        "mistakes",
        '@mistake("first-row", "Where is the rest?")\ndef double(X):\n    return 2 * X[:1]\n',
        "first-row in double costs points of noise",
    ),
    "no mistake is called by a wrong name": (
        "mistakes",
        '@mistake("two-faced", "Whose?")\ndef double(X):\n'
        '    return X + 2 if __name__ == "__main__" else X + 7\n',
        "two-faced is called adds-two",
    ),
    "right solutions in every style score full": (
        "variants",
        '@variant\ndef wrong():\n    """Not right."""\n    def double(X):\n        return 3 * X\n',
        "wrong: test_values FAILED",
    ),
}


@pytest.mark.parametrize("claim", PLANTED)
def test_a_planted_fault_is_found(audit: Audit, tmp_path: Path, claim: str) -> None:
    """The claim that it breaks fails, and names it."""
    course = toy_course(tmp_path)
    kind, text, words = PLANTED[claim]
    add(course, kind, text)
    found = audit(course)[claim]
    assert not found.holds
    assert any(words in fault for fault in found.faults), found.faults


def test_a_check_that_cannot_fail_is_found(audit: Audit, tmp_path: Path) -> None:
    """A check that nothing turns red is worth nothing."""
    idle = '\n\n@check("double")\ndef test_idle(student):\n    """Nothing."""\n    student.double\n'
    found = audit(toy_course(tmp_path, checks=CHECKS + idle))["every check can fail, and says why"]
    assert found.faults == ("test_idle: no mistake makes it fail",)


def test_a_silent_check_is_found(audit: Audit, tmp_path: Path) -> None:
    """A failure without a word teaches nothing."""
    checks = CHECKS.replace('f"The standard deviation is {std:.2f}, expected 0.5."', '""')
    found = audit(toy_course(tmp_path, checks=checks))["every check can fail, and says why"]
    assert found.faults == ("test_scale fails without a word",)
