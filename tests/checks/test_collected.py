"""Collecting: pytest's own view of a check file, and one line for what is wrong in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.checks.collected import collect_checks
from autograder.problem import Problem

GOOD = '''"""Checks."""
import pytest
from autograder.checks import NUMBER, check, expect

RETURNS = {"f": NUMBER}


@check("f", points=2)
def test_twice(student, rng):
    """f doubles."""
    x = rng.normal()
    expect.number(student.f(x), 2 * x, "f(x)")


@check("f")
@pytest.mark.parametrize("x", [0.0, 1.0])
def test_at(student, x):
    """f at one point."""
    expect.number(student.f(x), 2 * x, "f(x)")
'''


def write(tmp_path: Path, text: str) -> Path:
    """A check file."""
    path = tmp_path / "test_slug.py"
    path.write_text(text)
    return path


def test_what_is_collected(tmp_path: Path) -> None:
    """Exercise, weight, title and fixtures of each check; a parametrised one is several."""
    checks = collect_checks(write(tmp_path, GOOD))
    assert [(c.exercise, c.weight, c.title) for c in checks.checks] == [
        ("f", 2.0, "f doubles."), ("f", 1.0, "f at one point."), ("f", 1.0, "f at one point."),
    ]  # fmt: skip
    assert checks.checks[0].wants == ("student", "rng")
    assert checks.checks[1].wants == ("student",)
    assert set(checks.contract) == {"f"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "    expect.number(student.f(x), 2",
            "    expect.number((student.f(x), 2",
            "test_slug.py:1",
        ),
        ("import pytest", "import pytestt", "test_slug.py:2: .*pytestt"),
        ("RETURNS = ", "RETURNS = undefined or ", "test_slug.py:5: .*undefined"),
        ('@check("f", points=2)', "", "test_slug.py:.*needs a mark"),
        ('    """f doubles."""', "", "test_slug.py:8: .*needs a docstring"),
        ("(student, rng)", "(student, rgn)", "asks for 'rgn'"),
        ('RETURNS = {"f": NUMBER}', "", "no RETURNS"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    """A check file with an error is told before anyone is graded, by file and line."""
    assert old in GOOD
    with pytest.raises(Problem, match=words) as caught:
        collect_checks(write(tmp_path, GOOD.replace(old, new, 1)))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """No check file, no grading."""
    with pytest.raises(Problem, match="no such check file"):
        collect_checks(tmp_path / "test_slug.py")


def test_ctrl_c_is_not_taken_for_an_empty_file(tmp_path: Path) -> None:
    """pytest swallows an interruption while it collects; here it goes on upwards."""
    with pytest.raises(KeyboardInterrupt):
        collect_checks(write(tmp_path, "raise KeyboardInterrupt"))
