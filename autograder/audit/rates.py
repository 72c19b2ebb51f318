"""Both error rates of the statistical checks: computed from the budget, measured by simulation.

A rate of 1e-10 cannot be seen in any affordable number of draws. The false-alarm rate is measured
at a budget at which it can be, `ALPHA`: a check that spends its budget honestly raises an alarm in
at most that share of the draws. Its scaling down to the course's rate is the tests' exact null
distributions, which are tested themselves. The miss rate is measured at the course's own rate.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from scipy import stats

from autograder.audit.bank import Advance
from autograder.audit.finding import Finding, finding
from autograder.checks.expect import CheckFailed, CheckSkipped
from autograder.checks.inline import Inline
from autograder.checks.statistics import Statistics
from autograder.checks.student import CallFailed, Student
from autograder.course import HOME, Course
from autograder.grading import Grader
from autograder.mistakes import with_function
from autograder.reference import definition_source
from autograder.sandbox.protocol import Cell, StudentFailure

ALPHA = 0.01
CHUNK = 250
_SURE = 1e-6  # chance that an honest check is reported as too eager


@dataclass(frozen=True)
class _Task:
    """Draws of one check on one text: the reference (mistake None) or a known mistake."""

    check: str
    mistake: str | None
    alpha: float
    first: int
    draws: int


def rate_findings(
    course: Course, slug: str, draws: int, jobs: int, advance: Advance
) -> list[Finding]:
    """The measured and computed rates of an assignment's statistical checks.

    Results are kept by content, in ``.autograder/rates``: nothing is simulated twice.
    """
    grader = Grader(course, course.assignment(slug), b"audit")
    names = [check.name for check in grader.checks.checks if "statistics" in check.wants]
    if not names:
        return []
    cache = _Cache(course, slug)
    tasks = list(_tasks(grader, names, draws))
    alarms = dict(_simulated(course, slug, tasks, jobs, cache, advance))
    cache.save()
    return [_false_alarms(grader, slug, names, draws, alarms), _misses(grader, slug, tasks, alarms)]


def simulated_draws(course: Course, slug: str, draws: int) -> int:
    """How many draws `rate_findings` makes, for a progress bar."""
    grader = Grader(course, course.assignment(slug), b"audit")
    names = [check.name for check in grader.checks.checks if "statistics" in check.wants]
    return sum(task.draws for task in _tasks(grader, names, draws))


def _tasks(grader: Grader, names: list[str], draws: int) -> Iterator[_Task]:
    for check in grader.checks.checks:
        if check.name not in names:
            continue
        for first in range(0, draws, CHUNK):
            yield _Task(check.name, None, ALPHA, first, min(CHUNK, draws - first))
        mistakes = [m for m in grader.diagnosis.mistakes if m.exercise == check.exercise]
        each = -(-draws // max(len(mistakes), 1))
        for mistake in mistakes:
            for first in range(0, each, CHUNK):
                size = min(CHUNK, each - first)
                yield _Task(check.name, mistake.slug, grader.alpha, first, size)


def _simulated(
    course: Course, slug: str, tasks: list[_Task], jobs: int, cache: _Cache, advance: Advance
) -> Iterator[tuple[_Task, int]]:
    todo = []
    for task in tasks:
        known = cache.get(task)
        if known is None:
            todo.append(task)
        else:
            advance(task.draws)
            yield task, known
    if not todo:
        return
    context = get_context("forkserver")
    with ProcessPoolExecutor(jobs, context, _begin, (course, slug)) as pool:
        futures = {pool.submit(_alarms, task): task for task in todo}
        for future in as_completed(futures):
            task = futures[future]
            cache.put(task, future.result())
            advance(task.draws)
            yield task, future.result()


def _false_alarms(
    grader: Grader, slug: str, names: list[str], draws: int, alarms: dict[_Task, int]
) -> Finding:
    limit = int(stats.binom.isf(_SURE / len(names), draws, ALPHA))
    counts = {
        name: sum(n for task, n in alarms.items() if task.check == name and task.mistake is None)
        for name in names
    }
    faults = [
        f"{name}: {count} alarms in {draws} draws at a budget of {ALPHA:g}"
        for name, count in counts.items()
        if count > limit
    ]
    computed = grader.alpha * len(names)
    worst = max(counts.values()) / draws
    return finding(
        slug, "false alarms stay within the course's rate", faults,
        f"computed {computed:.0e} a submission; measured at {ALPHA:g}: at most {worst:.4f} "
        f"in {draws} draws for each of {len(names)} checks",
        computed=computed, budget=ALPHA, draws=draws, alarms=counts,
    )  # fmt: skip


def _misses(grader: Grader, slug: str, tasks: list[_Task], alarms: dict[_Task, int]) -> Finding:
    """A mistake is missed in a draw when none of its exercise's statistical checks alarms.

    The checks of an exercise are simulated apart, so the best of them bounds the miss rate above.
    Mistakes that no statistical check is meant to see are the other checks' affair.
    """
    rates: dict[str, float] = {}
    sizes: dict[str, int] = {}
    for mistake in grader.diagnosis.mistakes:
        by_check: dict[str, tuple[int, int]] = {}
        for task in tasks:
            if task.mistake == mistake.slug:
                caught, size = by_check.get(task.check, (0, 0))
                by_check[task.check] = (caught + alarms[task], size + task.draws)
        shares = [(1 - caught / size, size) for caught, size in by_check.values()]
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


class _Cache:
    """Simulations by content: of the checks, the solution, the mistakes and the engine."""

    def __init__(self, course: Course, slug: str) -> None:
        parts = [course.source(slug), course.checks(slug), course.mistakes(slug)]
        parts += sorted((HOME / "autograder" / "checks").glob("[!t]*.py"))
        parts += [HOME / "autograder" / "sandbox" / "worker.py", Path(__file__)]
        digest = hashlib.sha256()
        for part in parts:
            digest.update(part.read_bytes() if part.is_file() else b"")
        self.path = course.root / ".autograder" / "rates" / f"{slug}-{digest.hexdigest()[:16]}.json"
        self.known: dict[str, int] = {}
        if self.path.is_file():
            self.known = json.loads(self.path.read_text(encoding="utf-8"))

    def get(self, task: _Task) -> int | None:
        return self.known.get(repr(task))

    def put(self, task: _Task, alarms: int) -> None:
        self.known[repr(task)] = alarms

    def save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.known), encoding="utf-8")


_grader: Grader | None = None
_texts: dict[str | None, str] = {}


def _begin(course: Course, slug: str) -> None:
    global _grader  # noqa: PLW0603 - a pool's initializer has no other way to hand something on
    _grader = Grader(course, course.assignment(slug), b"audit")
    base = definition_source(course.source(slug).read_text(encoding="utf-8"))
    _texts[None] = base
    for mistake in _grader.diagnosis.mistakes:
        _texts[mistake.slug] = with_function(base, mistake.source)


def _alarms(task: _Task) -> int:
    """In how many draws the check fails."""
    assert _grader is not None
    check = next(c for c in _grader.checks.checks if c.name == task.check)
    inline = Inline([Cell(0, _texts[task.mistake])])
    alarms = 0
    for draw in range(task.first, task.first + task.draws):
        rng = np.random.default_rng([draw, *task.check.encode(), *(task.mistake or "").encode()])
        student = Student(inline, _grader.checks.contract)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                check.run(
                    student=student, reference=_grader.reference, rng=rng,
                    statistics=Statistics(task.alpha),
                )  # fmt: skip
        except (CheckFailed, CallFailed, CheckSkipped, StudentFailure):
            alarms += 1
    inline.close()
    return alarms
