"""All claims about one assignment, in the order in which one would want to know."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.audit.bank import Bank
from autograder.audit.finding import Finding
from autograder.audit.handout import handout_findings
from autograder.audit.rates import Advance, rate_findings
from autograder.course import Course
from autograder.grading import Grader
from autograder.sandbox.host import Limits, Mode, Sandbox


def audit_assignment(
    course: Course, slug: str, mode: Mode, draws: int, jobs: int, advance: Advance
) -> Iterator[Finding]:
    """Every claim about an assignment, each as soon as it is settled."""
    grader = Grader(course, course.assignment(slug), b"an audit's own secret, the same each time")
    grader.prepare()
    yield from handout_findings(course, slug)
    with Sandbox(Limits(**course.limits.model_dump()), course.packages, mode) as sandbox:
        yield from Bank(grader, sandbox).findings()
    if draws:
        yield from rate_findings(course, slug, draws, jobs, advance)
