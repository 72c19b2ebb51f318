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
from autograder.audit.measured import measured
from autograder.audit.simulation import Tally, missing, simulate
from autograder.course import Course
from autograder.grading import Grader

_SURE = 1e-6  # chance that an honest check is reported as too eager


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
    with measured(course, slug, grader) as known:
        simulate(course, slug, wanted, known, jobs, advance)
        tallies = {sample: known[sample] for sample in wanted}
    return [_false_alarms(grader, slug, tallies), _misses(grader, slug, tallies)]


def simulated_draws(course: Course, slug: str, draws: int) -> int:
    """How many draws `rate_findings` has to make, for a progress bar."""
    grader = Grader(course, course.assignment(slug), b"audit")
    with measured(course, slug, grader) as known:
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


def _misses(grader: Grader, slug: str, tallies: dict[Sample, Tally]) -> Finding:
    """A mistake is missed in a draw when none of its exercise's statistical checks alarms.

    The checks of an exercise are simulated apart, so the best of them bounds the miss rate above.
    Mistakes that no statistical check is meant to see are the other checks' affair.
    """
    rates: dict[str, float] = {}
    sizes: dict[str, int] = {}
    for mistake in grader.diagnosis.mistakes:
        shares = [
            (1 - alarms / draws, draws)
            for sample, (alarms, draws) in tallies.items()
            if sample.mistake == mistake.slug
        ]
        if shares and min(shares)[0] < 0.5:
            rates[mistake.slug], sizes[mistake.slug] = min(shares)
    faults = [
        f"{name}: missed in {rate:.2%} of {sizes[name]} draws"
        for name, rate in rates.items()
        if rate > 0.01
    ]
    worst = max(rates.values(), default=0.0)
    return finding(
        slug, "statistical checks catch what they are for", faults,
        f"{len(rates)} mistakes, worst miss rate {worst:.2%} in {sum(sizes.values())} draws",
        miss_rates=rates, draws=sizes,
    )  # fmt: skip
