"""``grade(submission) -> Report``: run the checks, share out the points, name the mistakes."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import ModuleType

import numpy as np

from autograder.checks.collected import Check, Checks, collect_checks
from autograder.checks.expect import CheckFailed, CheckSkipped, Malformed
from autograder.checks.inline import Inline
from autograder.checks.statistics import Statistics
from autograder.checks.student import CallFailed, Observed, Student
from autograder.course import Assignment, Course
from autograder.diagnosis import Diagnosis
from autograder.mistakes import load_mistakes
from autograder.notebook import Released, functions_of_stopped_cells, notes_on_cells
from autograder.problem import Problem
from autograder.reference import definition_source, load_reference
from autograder.report import Mistaken, Outcome, Report, Verdict
from autograder.sandbox.host import Sandbox, Session
from autograder.sandbox.protocol import Cell, StudentFailure
from autograder.seeds import generator, seed
from autograder.submission import Submission
from autograder.unwritten import unwritten
from autograder.wording import failure_words

_log = logging.getLogger(__name__)

_VERDICTS = {
    "MISSING": Verdict.UNANSWERED,
    "UNANSWERED": Verdict.UNANSWERED,
    "ERRORED": Verdict.ERRORED,
    "DIED": Verdict.ERRORED,
    "TOO_LARGE": Verdict.FAILED,
    "TIMED_OUT": Verdict.TIMED_OUT,
    "OUT_OF_MEMORY": Verdict.OUT_OF_MEMORY,
}


_STUMBLED = (
    "What was returned is not built as the exercise says: it stopped the check. If you think that "
    "it is right, show it to your instructor."
)


@dataclass(frozen=True)
class Grader:
    """All that grading one assignment needs; built once, used for every submission."""

    course: Course
    assignment: Assignment
    secret: bytes

    @cached_property
    def checks(self) -> Checks:
        """The hidden checks, every exercise of the course having some."""
        path = self.course.checks(self.assignment.slug)
        checks = collect_checks(path)
        for check in checks.checks:
            if check.exercise not in self.assignment.points:
                raise Problem(f"{check.name} is about {check.exercise!r}, no exercise", path)
        for exercise in self.assignment.points:
            if not checks.of(exercise):
                raise Problem(f"no check is about {exercise!r}, which has points", path)
        return checks

    @cached_property
    def reference(self) -> ModuleType:
        """The reference solution."""
        return load_reference(self.course.source(self.assignment.slug))

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """The known mistakes."""
        mistakes = load_mistakes(self.course.mistakes(self.assignment.slug))
        return Diagnosis(mistakes, vars(self.reference))

    @cached_property
    def released(self) -> Released:
        """What students were given."""
        return Released.read(self.course, self.assignment.slug)

    def prepare(self) -> None:
        """Read everything now, so that an error in it is told before anyone is graded.

        Raises:
            Problem: one line naming file and line.
        """
        _ = self.checks, self.diagnosis, self.released

    def grade(self, submission: Submission, sandbox: Sandbox) -> Report:
        """Grade one submission."""
        start = time.perf_counter()
        cells = self.released.without_demonstrations(submission)
        with sandbox.open(cells) as session:
            notes = notes_on_cells(submission, session, self.released)
            stopped = functions_of_stopped_cells(submission, session)
            outcomes = [
                self._run(check, submission, session, stopped) for check in self.checks.checks
            ]
        checks = self._with_mistakes(outcomes)
        return Report(
            student=submission.student,
            assignment=self.assignment.slug,
            submission=str(submission.path),
            score=_rounded(sum(o.points for o in checks)),
            max_score=_rounded(self.assignment.max_score),
            checks=tuple(checks),
            sandbox=sandbox_words(sandbox),
            seconds=round(time.perf_counter() - start, 4),
            seed=self._seed(submission.student),
            notes=notes,
        )

    def unreadable(self, student: str, path: str, problem: str, sandbox: str) -> Report:
        """The report of a submission that could not be graded: no check ran, nothing is lost."""
        return Report(
            student=student,
            assignment=self.assignment.slug,
            submission=path,
            score=0.0,
            max_score=_rounded(self.assignment.max_score),
            checks=(),
            sandbox=sandbox,
            seconds=0.0,
            seed=self._seed(student),
            error=problem,
        )

    def _seed(self, student: str) -> str:
        """What names a student's seed without giving it away."""
        return seed(self.secret, "name", student, self.assignment.slug).hex()[:16]

    def _run(
        self, check: Check, submission: Submission, session: Session, stopped: Mapping[str, str]
    ) -> _Ran:
        def run(student: Student) -> None:
            check.run(
                student=student,
                reference=self.reference,
                rng=generator(self.secret, submission.student, self.assignment.slug, check.name),
                statistics=Statistics(self.alpha),
            )

        student = Student(session, self.checks.contract)
        verdict, message = self._verdict(lambda: run(student), check, submission, stopped)
        if verdict is Verdict.FAULT and self._works_on_the_reference(run):
            verdict, message = Verdict.FAILED, _STUMBLED
        elif verdict is Verdict.SKIPPED and (
            kind := unwritten(check.exercise, submission, session.functions)
        ):
            # A stub is a stub, whatever else could not be judged with it.
            nothing = CallFailed(check.exercise, StudentFailure(kind))
            verdict, message = _called(nothing, submission, stopped)
        maximum = self._share(check)
        outcome = Outcome(
            check.name, check.exercise, check.title, verdict,
            maximum if self._earns(verdict) else 0.0, maximum, message,
        )  # fmt: skip
        return _Ran(outcome, tuple(student.trace))

    @cached_property
    def alpha(self) -> float:
        """The false-alarm rate of each statistical check; together they keep to the course's."""
        statistical = sum("statistics" in check.wants for check in self.checks.checks)
        return self.course.grading.false_alarm_rate / max(statistical, 1)

    def _works_on_the_reference(self, run: Callable[[Student], None]) -> bool:
        """Whether a check that stopped does so by what the student returned, not by itself."""
        source = self.course.source(self.assignment.slug).read_text(encoding="utf-8")
        inline = Inline([Cell(0, definition_source(source))])
        try:
            with np.errstate(all="ignore"):
                run(Student(inline, self.checks.contract))
        except Exception:
            return False
        finally:
            inline.close()
        return True

    def _verdict(
        self,
        run: Callable[[], None],
        check: Check,
        submission: Submission,
        stopped: Mapping[str, str],
    ) -> tuple[Verdict, str]:
        try:
            with np.errstate(all="ignore"):  # a student's 1e308 squared is no affair of the log's
                run()
        except CheckFailed as failure:
            if isinstance(failure, Malformed) and failure.function != check.exercise:
                return Verdict.SKIPPED, f"Cannot be judged: {failure}"
            return Verdict.FAILED, str(failure)
        except CheckSkipped as skipped:
            return Verdict.SKIPPED, str(skipped)
        except CallFailed as failed:
            verdict, words = _called(failed, submission, stopped)
            if failed.function != check.exercise:
                return Verdict.SKIPPED, f"Cannot be judged: {words}"
            return verdict, words
        except StudentFailure as failure:  # no function's: the submission's time is used up, say
            return _VERDICTS[failure.kind], failure_words(failure, check.exercise, submission)
        except Exception as error:
            if isinstance(error, AssertionError):
                return Verdict.FAILED, check.title
            # Only the instructor's log gets the details: they may hold hidden inputs.
            who, details = submission.student, traceback.format_exc()
            _log.error("check %s stopped at %s's submission:\n%s", check.name, who, details)
            return Verdict.FAULT, (
                "The grader itself failed here. This costs you nothing: a person will look at it."
            )
        return Verdict.PASSED, ""

    def _share(self, check: Check) -> float:
        total = sum(other.weight for other in self.checks.of(check.exercise))
        # Fine enough for shares to add up to the whole again, whose sixth digit is the last.
        return round(self.assignment.points[check.exercise] * check.weight / total, 12)

    def _earns(self, verdict: Verdict) -> bool:
        """Whether a verdict gives its points: a pass, the grader's own fault, an excused skip."""
        excused = verdict is Verdict.SKIPPED and self.course.grading.skipped == "excuse"
        return verdict in (Verdict.PASSED, Verdict.FAULT) or excused

    def _with_mistakes(self, ran: Sequence[_Ran]) -> list[Outcome]:
        """Name, in every exercise that lost points, the one mistake that explains what was seen."""
        wrong = dict.fromkeys(
            r.outcome.exercise
            for r in ran
            if r.outcome.verdict in (Verdict.FAILED, Verdict.ERRORED)
        )
        traces = {
            exercise: tuple(call for r in ran for call in r.trace if call.function == exercise)
            for exercise in wrong
        }
        try:
            explained = self.diagnosis.explain(traces)
        except Exception:  # a word withheld costs less than a grade
            _log.exception("the diagnosis stopped")
            explained = {}
        named = {
            exercise: Mistaken(mistake.slug, mistake.message)
            for exercise, mistake in explained.items()
        }
        return [
            replace(r.outcome, mistake=named.get(r.outcome.exercise))
            if r.outcome.verdict in (Verdict.FAILED, Verdict.ERRORED)
            else r.outcome
            for r in ran
        ]


def _called(
    failed: CallFailed, submission: Submission, stopped: Mapping[str, str]
) -> tuple[Verdict, str]:
    """What a call that gave no value says of the function that was called."""
    if failed.failure.kind == "MISSING" and failed.function in stopped:
        return Verdict.ERRORED, stopped[failed.function]
    words = failure_words(failed.failure, failed.function, submission)
    return _VERDICTS[failed.failure.kind], words


@dataclass(frozen=True)
class _Ran:
    outcome: Outcome
    trace: tuple[Observed, ...]


def sandbox_words(sandbox: Sandbox) -> str:
    """What protected the grading, for the report."""
    if sandbox.mode == "full":
        return "full"
    return f"{sandbox.mode} ({', '.join(sandbox.layers) or 'no layer'})"


def _rounded(points: float) -> float:
    return round(points, 6)
