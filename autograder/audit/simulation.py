"""Draws of statistical checks, spread over processes, and counted."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import NamedTuple

from autograder.audit.bank import Advance
from autograder.audit.draws import Chunk, Sample, alarms_in, begin
from autograder.course import Course
from autograder.pool import pool
from autograder.problem import Problem

_CHUNK = 250


class Tally(NamedTuple):
    """In how many draws a check failed."""

    alarms: int = 0
    draws: int = 0


def missing(wanted: Mapping[Sample, int], known: Mapping[Sample, Tally]) -> Iterator[Chunk]:
    """The draws still to be made, in portions."""
    for sample, draws in wanted.items():
        for start in range(known.get(sample, Tally()).draws, draws, _CHUNK):
            yield Chunk(sample, start, min(_CHUNK, draws - start))


def simulate(
    course: Course,
    slug: str,
    wanted: Mapping[Sample, int],
    known: dict[Sample, Tally],
    jobs: int,
    advance: Advance,
) -> None:
    """Make the missing draws; ``known`` gets the tally of each sample when it is whole.

    Raises:
        Problem: a process died, of memory perhaps.
    """
    chunks = list(missing(wanted, known))
    if not chunks:
        return
    left = Counter(chunk.sample for chunk in chunks)
    counted = {sample: known.get(sample, Tally()) for sample in left}
    with pool(jobs, begin, course, slug) as processes:
        futures = {processes.submit(_alarms_in, chunk): chunk for chunk in chunks}
        try:
            for future in as_completed(futures):
                sample, _, draws = futures[future]
                alarms, before = counted[sample]
                counted[sample] = Tally(alarms + future.result(), before + draws)
                left[sample] -= 1
                if not left[sample]:
                    known[sample] = counted[sample]
                advance(draws)
        except BrokenProcessPool:
            words = "a simulating process died: run the command again, it goes on from here"
            raise Problem(words) from None
        finally:
            processes.shutdown(cancel_futures=True)


def _alarms_in(chunk: Chunk) -> int:
    try:
        return alarms_in(chunk)
    finally:
        gc.collect()  # a failure's frames hold large arrays, which the collector does not count
