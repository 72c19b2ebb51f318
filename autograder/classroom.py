"""Many submissions: graded in parallel, each report as soon as it is there, none of them lost."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from autograder.course import Course
from autograder.found import Found
from autograder.grading import Grader
from autograder.pool import pool
from autograder.problem import Problem
from autograder.report import Report
from autograder.sandbox.host import Limits, Mode, Sandbox, SandboxError
from autograder.submission import Submission, read_submission

_log = logging.getLogger(__name__)

HandedIn = Found | Submission
"""A submission, still to be read or already there."""

_WORTH_A_PROCESS = 8  # submissions; below this, a second process costs more than it saves


@dataclass(frozen=True)
class Classroom:
    """What grades a class: the course, its secret, and how well submissions are locked in."""

    course: Course
    secret: bytes
    mode: Mode = "full"

    def prepare(self, slugs: Sequence[str]) -> None:
        """Read the checks, mistakes and references of these assignments.

        Raises:
            Problem: one of them has an error; nobody has been graded yet.
        """
        for slug in dict.fromkeys(slugs):
            Grader(self.course, self.course.assignment(slug), self.secret).prepare()

    def grade(self, found: Sequence[HandedIn], jobs: int | None = None) -> Iterator[Report]:
        """Grade submissions in ``jobs`` processes (None: one a core), in the order they end.

        Raises:
            SandboxError: the sandbox cannot be set up.
        """
        most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        workers = min(jobs or most or 1, max(1, len(found) // _WORTH_A_PROCESS))
        if workers == 1:
            with _Desk(self) as desk:
                for submission in found:
                    yield desk.grade(submission)
        else:
            yield from self._in_processes(found, workers)

    def _in_processes(self, found: Sequence[HandedIn], workers: int) -> Iterator[Report]:
        with _Desk(self):
            pass  # a missing layer is told once, here
        with pool(workers, _sit_down, self) as processes:
            futures: dict[Future[Report], HandedIn] = {
                processes.submit(_grade, one): one for one in found
            }
            try:
                for future in as_completed(futures):
                    try:
                        yield future.result()
                    except BrokenProcessPool:
                        words = "a grading process died: run the command again for this submission"
                        yield lost(self, futures[future], words)
            finally:  # who stops a run does not wait for the rest
                processes.shutdown(cancel_futures=True)


def lost(classroom: Classroom, found: HandedIn, words: str) -> Report:
    """The report of a submission that could not be graded, so that it is not forgotten."""
    assignment = classroom.course.assignment(found.assignment)
    grader = Grader(classroom.course, assignment, classroom.secret)
    return grader.unreadable(found.student, str(found.path), words, classroom.mode)


class _Desk:
    """One process's place to grade: a sandbox, and a grader for each assignment it meets."""

    def __init__(self, classroom: Classroom) -> None:
        self.classroom = classroom
        self._graders: dict[str, Grader] = {}
        self._stack = ExitStack()

    def __enter__(self) -> _Desk:
        course = self.classroom.course
        limits = Limits(**course.limits.model_dump())
        self._stack.enter_context(threadpool_limits(1))  # see `pool`
        self.sandbox = self._stack.enter_context(
            Sandbox(limits, course.packages, self.classroom.mode)
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def grade(self, found: HandedIn) -> Report:
        grader = self._grader(found.assignment)
        try:
            if isinstance(found, Found):
                if found.problem:
                    raise Problem(found.problem, found.path)
                found = read_submission(found.path, found.student, found.assignment)
            return grader.grade(found, self.sandbox)
        except (Problem, SandboxError) as problem:
            return lost(self.classroom, found, str(problem))
        except Exception:  # whatever one submission sets off, the class goes on
            _log.exception("the grader failed at %s", found.path)
            return lost(self.classroom, found, "the grader itself failed here: see its log")

    def _grader(self, slug: str) -> Grader:
        if slug not in self._graders:
            course = self.classroom.course
            self._graders[slug] = Grader(course, course.assignment(slug), self.classroom.secret)
        return self._graders[slug]


_desk: _Desk | None = None


def _sit_down(classroom: Classroom) -> None:
    global _desk  # noqa: PLW0603 - a pool's initializer has no other way to hand something on
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    _desk = _Desk(classroom).__enter__()


def _grade(found: HandedIn) -> Report:
    assert _desk is not None
    return _desk.grade(found)


def write_reports(reports: Sequence[Report], path: Path) -> None:
    """One report a line, written aside and renamed: a kill leaves the old file whole.

    Raises:
        Problem: the file cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text("".join(f"{report.to_json()}\n" for report in reports), encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise Problem(f"cannot be written: {error.strerror}", path) from None
