"""Both error rates of the statistical checks: computed from the budget, measured by simulation.

A rate of 1e-10 cannot be seen in any affordable number of draws. The false-alarm rate is measured
at a budget at which it can be, `ALPHA`: a check that spends its budget honestly raises an alarm in
at most that share of the draws. Its scaling down to the course's rate is the tests' exact null
distributions, which are tested themselves. The miss rate is measured at the course's own rate.
"""

from __future__ import annotations

from scipy import stats

from autograder.audit.bank import Advance
from autograder.audit.draws import ALPHA, Sample
from autograder.audit.finding import Finding, finding
from autograder.audit.measured import Measured
from autograder.audit.simulation import Tally, missing, simulate
from autograder.course import Course
from autograder.grading import Grader

_SURE = 1e-6  # chance that an honest check is reported as too eager
_OFTEN = 0.01  # a mistake missed in more draws than these is reported


def rate_findings(
    course: Course, slug: str, draws: int, jobs: int, advance: Advance
) -> list[Finding]:
    """The measured and computed rates of an assignment's statistical checks.

    Each check is drawn ``draws`` times on the reference, and as often on the mistakes of its
    exercise together.
    """
    grader = Grader(course, course.assignment(slug), b"audit")
    wanted = _wanted(grader, draws)
    if not wanted:
        return []
    known = Measured(course, slug, grader)
    simulate(course, slug, wanted, known, jobs, advance)
    others = _others(grader, {sample: known[sample] for sample in wanted})
    simulate(course, slug, others, known, jobs, lambda draws: None)
    tallies = {sample: known[sample] for sample in (*wanted, *others)}
    return [_false_alarms(grader, slug, tallies), _misses(slug, tallies)]


def simulated_draws(course: Course, slug: str, draws: int) -> int:
    """How many draws `rate_findings` has to make, for a progress bar."""
    grader = Grader(course, course.assignment(slug), b"audit")
    known = Measured(course, slug, grader)
    return sum(chunk.draws for chunk in missing(_wanted(grader, draws), known))


def _wanted(grader: Grader, draws: int) -> dict[Sample, int]:
    """How many draws of which samples."""
    wanted: dict[Sample, int] = {}
    for check in grader.checks.checks:
        if "statistics" not in check.wants:
            continue
        wanted[Sample(check.name, None)] = draws
        mistakes = [m for m in grader.diagnosis.mistakes if m.exercise == check.exercise]
        for mistake in mistakes:
            wanted[Sample(check.name, mistake.slug)] = -(-draws // len(mistakes))
    return wanted


def _others(grader: Grader, tallies: dict[Sample, Tally]) -> dict[Sample, int]:
    """Draws of an exercise's other checks, for what its statistical ones see now and then."""
    doubtful = {
        name: draws for name, (rate, draws) in _miss_rates(tallies).items() if rate > _OFTEN
    }
    return {
        Sample(check.name, mistake.slug): doubtful[mistake.slug]
        for mistake in grader.diagnosis.mistakes
        if mistake.slug in doubtful
        for check in grader.checks.of(mistake.exercise)
        if "statistics" not in check.wants
    }


def _miss_rates(tallies: dict[Sample, Tally]) -> dict[str, tuple[float, int]]:
    """How often a mistake was missed by the check that sees it best, and in how many draws.

    A mistake is missed in a draw when none of its exercise's checks alarms. The checks are
    simulated apart, so the best of them bounds the rate above. Mistakes that no draw showed to a
    statistical check are the other checks' affair.
    """
    rates: dict[str, tuple[float, int]] = {}
    for (_, mistake), (alarms, draws) in tallies.items():
        if mistake is not None and alarms:
            rate = (1 - alarms / draws, draws)
            rates[mistake] = min(rate, rates.get(mistake, rate))
    return rates


def _false_alarms(grader: Grader, slug: str, tallies: dict[Sample, Tally]) -> Finding:
    right = {sample.check: tally for sample, tally in tallies.items() if sample.mistake is None}
    faults = [
        f"{name}: {alarms} alarms in {draws} draws at a budget of {ALPHA:g}"
        for name, (alarms, draws) in right.items()
        if alarms > stats.binom.isf(_SURE / len(right), draws, ALPHA)
    ]
    computed = grader.alpha * len(right)
    worst = max(alarms / draws for alarms, draws in right.values())
    fewest = min(draws for _, draws in right.values())
    return finding(
        slug, "false alarms stay within the course's rate", faults,
        f"computed {computed:.0e} a submission; measured at {ALPHA:g}: at most {worst:.4f} "
        f"in {fewest} draws for each of {len(right)} checks",
        computed=computed, budget=ALPHA, draws=fewest,
        alarms={name: alarms for name, (alarms, _) in right.items()},
    )  # fmt: skip


def _misses(slug: str, tallies: dict[Sample, Tally]) -> Finding:
    rates = _miss_rates(tallies)
    faults = [
        f"{name}: missed in {rate:.2%} of {draws} draws"
        for name, (rate, draws) in rates.items()
        if rate > _OFTEN
    ]
    worst = max((rate for rate, _ in rates.values()), default=0.0)
    sizes = {name: draws for name, (_, draws) in rates.items()}
    return finding(
        slug, "mistakes in random functions are caught in every draw", faults,
        f"{len(rates)} mistakes, worst miss rate {worst:.2%} in {sum(sizes.values())} draws",
        miss_rates={name: rate for name, (rate, _) in rates.items()}, draws=sizes,
    )  # fmt: skip
