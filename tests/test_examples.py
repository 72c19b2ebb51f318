"""The example class is made as its script says, and graded as its golden reports say."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.course import HOME
from autograder.report import Report, Verdict
from tests.conftest import of

sys.path.insert(0, str(HOME / "examples"))
import make_examples
import students  # noqa: F401 - fills make_examples.STUDENTS

NAMES = sorted(make_examples.STUDENTS)
CURE = "run `python examples/make_examples.py`, look at the difference, and commit it"


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """A report for each student, all graded in one run."""
    return {report.student: report for report in make_examples.grade_class()}


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


def test_the_class_is_complete() -> None:
    """Every student has a notebook and a golden report, and nothing else lies about."""
    submitted = HOME / "examples" / "submitted"
    files = {p.relative_to(submitted) for p in submitted.rglob("*") if p.is_file()}
    assert files == {Path(name, "symmetry", "symmetry.ipynb") for name in NAMES}, CURE
    assert sorted(p.stem for p in (HOME / "examples" / "golden").iterdir()) == NAMES
    assert len(NAMES) >= 15


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_are_made_from_the_released_one(name: str) -> None:
    """What stands in a committed notebook, but for outputs, is what the script makes today."""
    path = HOME / "examples" / "submitted" / name / "symmetry" / "symmetry.ipynb"
    made = without_outputs(make_examples.make(name, run=False))
    assert without_outputs(path.read_bytes()) == made, CURE


@pytest.mark.parametrize("name", NAMES)
def test_reports_are_golden(name: str, reports: dict[str, Report]) -> None:
    """Scores, verdicts, mistakes, notes and sentences (numbers masked) stay as they were."""
    path = HOME / "examples" / "golden" / f"{name}.json"
    expected = json.loads(path.read_text(encoding="utf-8"))
    cure = "if this is meant, run `python examples/make_examples.py --golden`"
    assert make_examples.golden(reports[name]) == expected, cure


@pytest.mark.parametrize("name", ["ada", "bela", "chidi", "nuria", "olu", "quentin", "uma", "zoe"])
def test_right_notebooks_get_full_marks(name: str, reports: dict[str, Report]) -> None:
    """Style, prints, warnings, extra cells, copies and magics cost nothing."""
    assert reports[name].score == reports[name].max_score


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("farah", {"initialize_parameters", "compute_cost"}),
        ("goran", {"backward"}),
        ("hana", {"update_parameters", "compute_cost"}),
        ("jamal", {"initialize_parameters"}),
        ("kaito", {"count_distinct_units", "train_logistic_regression"}),
        ("lena", {"train"}),
        ("mateo", {"train_logistic_regression"}),
        ("ines", {"forward", "train"}),
        ("tariq", {"forward"}),
    ],
)
def test_a_mistake_costs_the_function_where_it_is(
    name: str, wrong: set[str], reports: dict[str, Report]
) -> None:
    """A wrong, broken or endless function leaves the points of all others alone."""
    scores = reports[name].exercise_scores()
    assert {exercise for exercise, (got, most) in scores.items() if got < most} == wrong


def test_an_endless_loop_is_told_as_one(reports: dict[str, Report]) -> None:
    """The function that never ends is TIMED_OUT, not wrong."""
    verdicts = {o.verdict for o in of(reports["mateo"], "train_logistic_regression")}
    assert verdicts == {Verdict.TIMED_OUT}


def test_the_grader_itself_never_fails(reports: dict[str, Report]) -> None:
    """No notebook of the class is a FAULT, and only the unreadable ones have an error."""
    assert not any(report.needs_human for report in reports.values())
    assert {name for name, report in reports.items() if report.error} == {"viktor", "wen"}
