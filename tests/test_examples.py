"""The example class is made as its script says, and graded as its golden reports say."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from autograder.course import HOME, load_course
from autograder.report import Report, Verdict
from tests.conftest import of

sys.path.insert(0, str(HOME / "examples"))
import make_examples
import students  # noqa: F401 - fills make_examples.STUDENTS

Key = tuple[str, str]
KEYS: list[Key] = sorted(make_examples.STUDENTS)
CURE = "run `python examples/make_examples.py`, look at the difference, and commit it"


@pytest.fixture(scope="module")
def reports() -> dict[Key, Report]:
    """A report for each student and assignment, all graded in one run."""
    return {(r.assignment, r.student): r for r in make_examples.grade_class()}


def without_outputs(data: bytes) -> Any:
    """A notebook as text alone; what is no notebook as its bytes."""
    try:
        tree = json.loads(data)
    except ValueError:
        return data
    for cell in tree["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return tree


def lost(report: Report) -> set[str]:
    """The exercises that lost points."""
    scores = report.exercise_scores()
    return {exercise for exercise, (got, most) in scores.items() if got < most}


def test_the_class_is_complete() -> None:
    """Every student has a notebook and a golden report, and nothing else lies about."""
    examples = HOME / "examples"
    for folder, place in [
        ("submitted", make_examples.place), ("golden", make_examples.golden_file),
    ]:  # fmt: skip
        files = {path for path in (examples / folder).rglob("*") if path.is_file()}
        assert files == set(map(place, KEYS)), CURE
    assert sum(slug == "symmetry" for slug, _ in KEYS) >= 15
    course = load_course(HOME / "course.yml")
    assert {slug for slug, _ in KEYS} == {one.slug for one in course.assignments}


@pytest.mark.parametrize("key", KEYS, ids="/".join)
def test_notebooks_are_made_from_the_released_one(key: Key) -> None:
    """What stands in a committed notebook, but for outputs, is what the script makes today."""
    made = without_outputs(make_examples.make(key, run=False))
    assert without_outputs(make_examples.place(key).read_bytes()) == made, CURE


@pytest.mark.parametrize("key", KEYS, ids="/".join)
def test_reports_are_golden(key: Key, reports: dict[Key, Report]) -> None:
    """Scores, verdicts, mistakes, notes and sentences (numbers masked) stay as they were."""
    expected = json.loads(make_examples.golden_file(key).read_text(encoding="utf-8"))
    cure = "if this is meant, run `python examples/make_examples.py --golden`"
    assert make_examples.golden(reports[key]) == expected, cure


@pytest.mark.parametrize("key", KEYS, ids="/".join)
def test_points_are_lost_where_the_mistakes_are(key: Key, reports: dict[Key, Report]) -> None:
    """Where the student went wrong, and nowhere else.

    Style, prints, warnings, extra cells, copies and magics cost nothing; a wrong, broken or endless
    function leaves the points of all others alone.
    """
    assert lost(reports[key]) == make_examples.STUDENTS[key].loses


@pytest.mark.parametrize("slug", sorted({slug for slug, _ in KEYS}))
def test_an_endless_loop_is_told_as_one(slug: str, reports: dict[Key, Report]) -> None:
    """The function that never ends is TIMED_OUT, not wrong; what needs it is SKIPPED."""
    report = reports[slug, "mateo"]
    endless = {o.exercise for o in report.checks if o.verdict is Verdict.TIMED_OUT}
    (exercise,) = endless
    assert {o.verdict for o in of(report, exercise)} == {Verdict.TIMED_OUT}
    elsewhere = {o.verdict for o in report.checks if o.exercise != exercise}
    assert elsewhere <= {Verdict.PASSED, Verdict.SKIPPED}


def test_the_grader_itself_never_fails(reports: dict[Key, Report]) -> None:
    """No notebook of the class is a FAULT, and only the unreadable ones have an error."""
    assert not any(report.needs_human for report in reports.values())
    unread = {key for key, report in reports.items() if report.error}
    assert unread == {("symmetry", "viktor"), ("symmetry", "wen")}
