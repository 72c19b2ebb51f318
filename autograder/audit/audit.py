"""All claims about one assignment, in the order in which one would want to know."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.audit.bank import Advance, Bank
from autograder.audit.finding import Finding
from autograder.audit.handout import handout_findings
from autograder.audit.rates import rate_findings, simulated_draws
from autograder.classroom import Classroom
from autograder.course import Course
from autograder.grading import Grader
from autograder.sandbox.host import Mode

_SECRET = b"an audit's own secret, the same each time"


class Audit:
    """The audit of one assignment. ``draws`` for each statistical check; 0: no simulation."""

    def __init__(self, course: Course, slug: str, mode: Mode, draws: int, jobs: int) -> None:
        self.course, self.slug, self.draws, self.jobs = course, slug, draws, jobs
        grader = Grader(course, course.assignment(slug), _SECRET)
        grader.prepare()
        self.classroom = Classroom(course, _SECRET, mode)
        self.bank = Bank(grader)

    @property
    def steps(self) -> tuple[int, int]:
        """How many submissions will be graded and how many draws be made, for progress bars."""
        return len(self.bank.submissions()), simulated_draws(self.course, self.slug, self.draws)

    def findings(self, graded: Advance, drawn: Advance) -> Iterator[Finding]:
        """Every claim, each as soon as it is settled."""
        yield from handout_findings(self.course, self.slug)
        self.bank.grade(self.classroom, self.jobs, graded)
        yield from self.bank.findings()
        if self.draws:
            yield from rate_findings(self.course, self.slug, self.draws, self.jobs, drawn)
