"""Draws of statistical checks on the reference and on known mistakes, spread over processes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from autograder.audit.bank import Advance
from autograder.checks.expect import CheckFailed, CheckSkipped
from autograder.checks.inline import Inline
from autograder.checks.statistics import Statistics
from autograder.checks.student import CallFailed, Student
from autograder.course import Course
from autograder.grading import Grader
from autograder.mistakes import with_function
from autograder.reference import definition_source
from autograder.sandbox.protocol import Cell, StudentFailure

ALPHA = 0.01
"""The budget at which false alarms are frequent enough to be counted."""
_CHUNK = 250


class Sample(NamedTuple):
    """One check on one text: the reference, at `ALPHA`, or a mistake, at the course's own rate."""

    check: str
    mistake: str | None


class Tally(NamedTuple):
    """In how many draws a check failed."""

    alarms: int = 0
    draws: int = 0


def missing(wanted: Mapping[Sample, int], known: Mapping[Sample, Tally]) -> Iterator[_Chunk]:
    """The draws still to be made, in portions: seeds follow from their numbers."""
    for sample, draws in wanted.items():
        first = known.get(sample, Tally()).draws
        for start in range(first, draws, _CHUNK):
            yield _Chunk(sample, start, min(_CHUNK, draws - start))


def simulate(
    course: Course,
    slug: str,
    wanted: Mapping[Sample, int],
    known: dict[Sample, Tally],
    jobs: int,
    advance: Advance,
) -> None:
    """Make the missing draws; ``known`` gets the tally of each sample when it is whole."""
    chunks = list(missing(wanted, known))
    if not chunks:
        return
    open_chunks = {sample: 0 for sample, _, _ in chunks}
    for sample, _, _ in chunks:
        open_chunks[sample] += 1
    counted = {sample: known.get(sample, Tally()) for sample in open_chunks}
    context = get_context("forkserver")
    with ProcessPoolExecutor(jobs, context, _begin, (course, slug)) as pool:
        futures = {pool.submit(_alarms, chunk): chunk for chunk in chunks}
        try:
            for future in as_completed(futures):
                sample, _, draws = futures[future]
                alarms, before = counted[sample]
                counted[sample] = Tally(alarms + future.result(), before + draws)
                open_chunks[sample] -= 1
                if not open_chunks[sample]:
                    known[sample] = counted[sample]
                advance(draws)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class _Chunk(NamedTuple):
    sample: Sample
    first: int
    draws: int


_grader: Grader | None = None
_texts: dict[str | None, str] = {}


def _begin(course: Course, slug: str) -> None:
    global _grader  # noqa: PLW0603 - a pool's initializer has no other way to hand something on
    threadpool_limits(1)  # see `classroom`
    _grader = Grader(course, course.assignment(slug), b"audit")
    base = definition_source(course.source(slug).read_text(encoding="utf-8"))
    _texts[None] = base
    for mistake in _grader.diagnosis.mistakes:
        _texts[mistake.slug] = with_function(base, mistake.source)


def _alarms(chunk: _Chunk) -> int:
    """In how many draws the check fails."""
    assert _grader is not None
    name, mistake = chunk.sample
    check = next(c for c in _grader.checks.checks if c.name == name)
    alpha = ALPHA if mistake is None else _grader.alpha
    inline = Inline([Cell(0, _texts[mistake])])
    alarms = 0
    for draw in range(chunk.first, chunk.first + chunk.draws):
        rng = np.random.default_rng([draw, *name.encode(), *(mistake or "").encode()])
        student = Student(inline, _grader.checks.contract)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                check.run(
                    student=student, reference=_grader.reference, rng=rng,
                    statistics=Statistics(alpha),
                )  # fmt: skip
        except (CheckFailed, CallFailed, CheckSkipped, StudentFailure):
            alarms += 1
        inline.forget()
    inline.close()
    return alarms
