"""The measured figures: kept with their content, also when an audit is interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit.measured import measured
from autograder.audit.rates import rate_findings, simulated_draws
from autograder.audit.simulation import Sample, Tally
from tests.audit.test_rates import HONEST
from tests.toy import CHECKS, toy_course

ONE = Sample("test_mean", None)


def test_figures_belong_to_their_content(tmp_path: Path) -> None:
    """One changed character of the checks, or another rate, and nothing is known."""
    course = toy_course(tmp_path)
    with measured(course, "toy", 1e-9) as known:
        known[ONE] = Tally(3, 250)
    for alpha, text in [(1e-9, {ONE: Tally(3, 250)}), (1e-8, {})]:
        with measured(course, "toy", alpha) as known:
            assert known == text
    toy_course(tmp_path, checks=CHECKS + "\n")
    with measured(course, "toy", 1e-9) as known:
        assert known == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"content": 1}', "\x00"])
def test_a_spoilt_file_is_measured_anew(tmp_path: Path, text: str) -> None:
    """What cannot be read counts for nothing, and is written again."""
    course = toy_course(tmp_path)
    path = tmp_path / "autograder/audit/measured/toy.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with measured(course, "toy", 1e-9) as known:
        assert known == {}
        known[ONE] = Tally(0, 1)
    with measured(course, "toy", 1e-9) as known:
        assert known == {ONE: Tally(0, 1)}


def test_an_interrupted_audit_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Whole tallies are kept, no draw is counted twice, and the figures are those of one run."""
    level = HONEST.replace("LEVEL", "statistics.alpha")
    made: list[int] = []

    def interrupt(draws: int) -> None:
        made.append(draws)
        if len(made) == 3:
            raise KeyboardInterrupt

    course = toy_course(tmp_path / "one", checks=CHECKS + level)
    total = simulated_draws(course, "toy", 500)
    with pytest.raises(KeyboardInterrupt):
        rate_findings(course, "toy", 500, 1, interrupt)
    left = simulated_draws(course, "toy", 500)
    assert 0 < left < total
    whole = toy_course(tmp_path / "two", checks=CHECKS + level)
    assert rate_findings(course, "toy", 500, 1, lambda _: None) == rate_findings(
        whole, "toy", 500, 1, lambda _: None
    )
    assert simulated_draws(course, "toy", 500) == 0
