"""The measured error rates: an honest check stays within its budget, an eager one is caught."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit.finding import Finding
from autograder.audit.rates import rate_findings
from tests.toy import CHECKS, toy_course

HONEST = '''

@check("noise")
def test_mean(student, rng, statistics):
    """The mean is 0."""
    from math import erfc, sqrt
    from autograder.checks import CheckFailed
    z = student.noise(40, rng).mean() * 40 / 0.5
    if erfc(abs(z) / sqrt(2)) < LEVEL:
        raise CheckFailed("The mean is off.")
'''


def findings(tmp_path: Path, level: str, draws: int = 1000) -> tuple[list[Finding], int]:
    """What is measured of a check that uses this level, and how many draws it took."""
    course = toy_course(tmp_path, checks=CHECKS + HONEST.replace("LEVEL", level))
    made: list[int] = []
    return rate_findings(course, "toy", draws, 1, made.append), sum(made)


def test_an_honest_check_holds_and_its_power_is_measured(tmp_path: Path) -> None:
    """Alarms come about as often as the budget says; the one-sided mistake is always caught."""
    (alarms, misses), draws = findings(tmp_path, "statistics.alpha")
    assert alarms.holds, alarms
    assert 1 <= alarms.figures["alarms"]["test_mean"] <= 30
    assert misses.holds
    assert misses.figures["miss_rates"] == {"positive": 0.0, "one-row": 0.0}
    assert draws >= 2000


@pytest.mark.parametrize("level", ["3 * statistics.alpha", "0.05"])
def test_an_eager_check_is_caught(tmp_path: Path, level: str) -> None:
    """A check that spends more than its budget is named."""
    (alarms, _), _ = findings(tmp_path, level)
    assert not alarms.holds
    assert "test_mean" in alarms.faults[0]


def test_nothing_is_simulated_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second audit of the same content reads what the first one measured."""
    first, _ = findings(tmp_path, "statistics.alpha", 250)

    def refuse(*_: object) -> None:
        raise AssertionError("simulated again")

    monkeypatch.setattr("autograder.audit.simulation.pool", refuse)
    assert findings(tmp_path, "statistics.alpha", 250)[0] == first


@pytest.mark.parametrize(("std", "holds"), [(0.7, True), (0.5, False)])
def test_other_checks_may_catch_what_a_statistical_one_sees_now_and_then(
    tmp_path: Path, std: float, holds: bool
) -> None:
    """A mistake is missed when all checks of its exercise miss it, and then it is named."""
    course = toy_course(tmp_path, checks=CHECKS + HONEST.replace("LEVEL", "statistics.alpha"))
    with (tmp_path / "autograder/mistakes/toy.py").open("a") as file:
        file.write(
            '\n\n@mistake("leaning", "On which side?")\ndef noise(n, rng):\n'
            f"    return rng.normal(0.085, {std}, (n, n))\n"
        )
    _, misses = rate_findings(course, "toy", 1000, 1, lambda _: None)
    assert misses.holds is holds
    assert (misses.figures["miss_rates"]["leaning"] == 0.0) is holds
    assert [fault.partition(":")[0] for fault in misses.faults] == ([] if holds else ["leaning"])
