"""The measured figures: kept with what they follow from, also when an audit is interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit.content import Definitions
from autograder.audit.draws import Sample
from autograder.audit.measured import Measured
from autograder.audit.rates import rate_findings, simulated_draws
from autograder.audit.simulation import Tally
from autograder.course import Course, load_course
from autograder.grading import Grader
from tests.audit.test_rates import HONEST
from tests.toy import CHECKS, toy_course

LEVEL = HONEST.replace("LEVEL", "statistics.alpha")
RIGHT, WRONG = Sample("test_mean", None), Sample("test_mean", "positive")


def grader(course: Course) -> Grader:
    """The toy's grader."""
    return Grader(course, course.assignment("toy"), b"secret")


def known(course: Course) -> dict[Sample, Tally]:
    """What is known of the toy's checks."""
    return dict(Measured(course, "toy", grader(course)))


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A toy course with two figures."""
    course = toy_course(tmp_path, checks=CHECKS + LEVEL)
    tallies = Measured(course, "toy", grader(course))
    tallies[RIGHT], tallies[WRONG] = Tally(3, 250), Tally(250, 250)
    assert set(known(course)) == {RIGHT, WRONG}
    return course


@pytest.mark.parametrize(
    ("name", "old", "new", "left"),
    [
        ("autograder/checks/test_toy.py", "erfc(abs(z)", "erfc(abs(2 * z)", set()),
        ("autograder/checks/test_toy.py", "0.45 < std", "0.4 < std", {RIGHT, WRONG}),
        ("autograder/checks/test_toy.py", "from math", "# a word\n    from math", {RIGHT, WRONG}),
        ("autograder/mistakes/toy.py", "rng.uniform(0, 1,", "rng.uniform(0, 2,", {RIGHT}),
        ("autograder/mistakes/toy.py", "rng.normal(0, 0.25", "rng.normal(0, 0.2", {RIGHT, WRONG}),
        ("solutions/toy.py", "rng.normal(0, 0.5", "rng.normal(0.0, 0.5", set()),
        ("solutions/toy.py", "import numpy", "# a word\nimport numpy", {RIGHT, WRONG}),
        ("course.yml", "limits:", "grading: {false_alarm_rate: 1.0e-6}\nlimits:", {RIGHT}),
    ],
)
def test_a_figure_is_worth_what_it_follows_from(
    course: Course, name: str, old: str, new: str, left: set[Sample]
) -> None:
    """The check and what it uses, the mistake at its rate, the solution; and nothing else."""
    path = course.root / name
    assert path.read_text().count(old) == 1
    path.write_text(path.read_text().replace(old, new))
    assert set(known(load_course(course.root))) == left


def test_what_a_check_uses_is_followed_through_its_file() -> None:
    """Helpers of helpers, constants and statements without a name count; neighbours do not."""
    file = Definitions(
        "import numpy as np\nN = 3\nM = 4\ndef low(x): return x * N\ndef high(x): return low(x)\n"
        "def other(x): return M\nprint('always')\n"
    )
    behind = file.behind("high")
    assert all(part in behind for part in ("def high", "def low", "N = 3", "print"))
    assert not any(part in behind for part in ("def other", "M = 4", "import"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"test_mean": {"": 1}}', '{"a": 1}', "\x00"])
def test_a_spoilt_file_is_measured_anew(course: Course, text: str) -> None:
    """What cannot be read counts for nothing, and is written again."""
    (course.root / "autograder/audit/measured/toy.json").write_text(text)
    assert known(course) == {}
    Measured(course, "toy", grader(course))[RIGHT] = Tally(0, 1)
    assert known(course) == {RIGHT: Tally(0, 1)}


def test_an_interrupted_audit_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Whole tallies are kept, no draw is counted twice, and the figures are those of one run."""
    made: list[int] = []

    def interrupt(draws: int) -> None:
        made.append(draws)
        if len(made) == 3:
            made.append(simulated_draws(course, "toy", 500))
            raise KeyboardInterrupt

    course = toy_course(tmp_path / "one", checks=CHECKS + LEVEL)
    total = simulated_draws(course, "toy", 500)
    with pytest.raises(KeyboardInterrupt):
        rate_findings(course, "toy", 500, 1, interrupt)
    left = simulated_draws(course, "toy", 500)
    assert 0 < left < total
    assert made[-1] == left, "what is whole is on disk while the run goes on"
    whole = toy_course(tmp_path / "two", checks=CHECKS + LEVEL)
    assert rate_findings(course, "toy", 500, 1, lambda _: None) == rate_findings(
        whole, "toy", 500, 1, lambda _: None
    )
    assert simulated_draws(course, "toy", 500) == 0
