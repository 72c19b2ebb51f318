"""A report as one HTML page that needs nothing else: no script, no font, no network.

Everything that came from a student or a check is escaped. The page knows the report and the course
only, so it cannot show a hidden input; seeds, paths and the sandbox are nobody's business here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.course import Course
from autograder.feedback.picture import Picture, pictures
from autograder.late import days_words, percent
from autograder.problem import Problem
from autograder.report import Mistaken, Outcome, Report, Verdict, points_words

_CODE = re.compile(r"`([^`]+)`")
_WHOLE_CELL = "nothing in it counts"


@dataclass(frozen=True)
class ExerciseFeedback:
    """One function of the student's: its points, what was found, and what explains it."""

    name: str
    points: float
    max_points: float
    open: tuple[Outcome, ...]
    """The checks to read, the grader's own failures first."""
    passed: tuple[Outcome, ...]
    mistake: Mistaken | None = None
    picture: Picture | None = None

    @property
    def checks(self) -> tuple[Outcome, ...]:
        """All checks, those to read first."""
        return self.open + self.passed

    @property
    def open_alike(self) -> list[list[Outcome]]:
        """The checks to read, those that say the same together: it need not be read many times."""
        alike = groupby(self.open, key=lambda outcome: (outcome.verdict, outcome.message))
        return [list(outcomes) for _, outcomes in alike]

    @property
    def state(self) -> Verdict:
        """The verdict that stands for the exercise: the worst thing to know about it."""
        verdicts = [outcome.verdict for outcome in self.open]
        return next((v for v in _STANDS_FOR_ALL if v in verdicts), Verdict.PASSED)


_STANDS_FOR_ALL = (
    Verdict.FAULT, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.ERRORED, Verdict.FAILED,
    Verdict.UNANSWERED, Verdict.SKIPPED,
)  # fmt: skip


def write_feedback(report: Report, course: Course, path: Path) -> None:
    """Write the page of a report.

    Raises:
        Problem: the file cannot be written.
    """
    _write(path, feedback_html(report, course))


def write_pages(reports: Sequence[Report], course: Course, folder: Path) -> Path:
    """Write each report's page, and an index for the instructor, which is returned.

    Pages stand at ``<student>/<assignment>.html``, beside the folder of that name in which
    nbgrader keeps its own with a person's comments: neither ever takes the other's place.

    Raises:
        Problem: a file cannot be written.
    """
    groups = []
    for slug in dict.fromkeys(report.assignment for report in reports):
        rows = []
        for report in (r for r in reports if r.assignment == slug):
            path = Path(report.student, f"{slug}.html")
            write_feedback(report, course, folder / path)
            rows.append((report, quote(path.as_posix())))
        groups.append((course.assignment(slug), rows))
    _write(folder / "index.html", _render("index.html", course=course.course, groups=groups))
    return folder / "index.html"


def feedback_html(report: Report, course: Course) -> str:
    """The page of a report, as detailed as ``course.grading.feedback`` allows.

    ``full`` shows everything; ``hints`` the sentence of a named mistake but neither what a check
    got nor a picture; ``verdicts`` neither.
    """
    exercises = exercise_feedback(report, course)
    return _render(
        "page.html",
        report=report,
        course=course.course,
        assignment=course.assignment(report.assignment),
        detail=course.grading.feedback,
        exercises=exercises,
        late_percent=percent(course.assignment(report.assignment).late, report.days_late),
        faults=[exercise.name for exercise in exercises if exercise.state is Verdict.FAULT],
        next_step=_next_step(report, exercises),
        error=_without_folder(report),
    )


def _write(path: Path, page: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise Problem(f"the feedback cannot be written: {error.strerror}", path) from None


def _render(template: str, **values: Any) -> str:
    """A page with its style sheet inside, of which the content policy names the digest."""
    css = _text("page.css") + _text("figure.css")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    page = _environment().get_template(template)
    return page.render(css=Markup(css), digest=digest, **values)


def figure_html(picture: Picture) -> str:
    """A picture with the style it needs, for a notebook's output: in light colours only."""
    colours = _text("page.css").partition("}")[0].replace(":root", ".drawings") + "}\n"
    figure = _environment().get_template("figure.html").render(picture=picture)
    return f"<style>\n{colours}{_text('figure.css')}</style>\n{figure}"


@cache
def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "prose": prose,
        "points": points_words,
        "listed": listed,
        "days": days_words,
    }
    return environment


def exercise_feedback(report: Report, course: Course) -> list[ExerciseFeedback]:
    """What a report says of each exercise, in their order, as detailed as the course allows."""
    detail = course.grading.feedback
    result = []
    for name, (earned, maximum) in report.exercise_scores().items():
        outcomes = [outcome for outcome in report.checks if outcome.exercise == name]
        unsolved = [o for o in outcomes if o.verdict is not Verdict.PASSED]
        mistake = None
        if detail != "verdicts":
            mistake = next((o.mistake for o in unsolved if o.mistake), None)
        picture = None
        if detail == "full" and mistake:
            picture = pictures(course, report.assignment).of(mistake.slug)
        result.append(
            ExerciseFeedback(
                name,
                earned,
                maximum,
                tuple(sorted(unsolved, key=lambda o: o.verdict is not Verdict.FAULT)),
                tuple(o for o in outcomes if o.verdict is Verdict.PASSED),
                mistake,
                picture,
            )
        )
    return result


def _next_step(report: Report, exercises: Sequence[ExerciseFeedback]) -> str:
    """The one thing to do first: what comes early in the lesson carries what comes late."""
    if report.error:
        return "Nothing could be judged yet: put right what is said below and hand in again."
    if broken := next((note for note in report.notes if _WHOLE_CELL in note), None):
        return f"Start with {broken.partition(':')[0]}: Python cannot read it as it stands."
    unsolved = [e for e in exercises if e.state not in (Verdict.PASSED, Verdict.FAULT)]
    if not unsolved:
        waiting = any(e.state is Verdict.FAULT for e in exercises)
        return "Nothing to do for you now." if waiting else "Everything is right. Well done!"
    own = [e for e in unsolved if e.state is not Verdict.SKIPPED]
    first = (own or unsolved)[0]
    match first.state:
        case Verdict.UNANSWERED:
            step = f"Next, write `{first.name}`"
        case Verdict.TIMED_OUT:
            step = f"Start with `{first.name}`: it does not come to an end"
        case _ if first.mistake:
            step = f"Start with `{first.name}`: there is a word below about what went wrong"
        case _:
            step = f"Start with `{first.name}`"
    rest = len(unsolved) - 1
    if not rest:
        return f"{step}; the rest is right."
    return f"{step}; after that, {rest} more {'function waits' if rest == 1 else 'functions wait'}."


def _without_folder(report: Report) -> str | None:
    """Why nothing could be read, with the file's name but not where the instructor keeps it."""
    if report.error is None:
        return None
    return report.error.replace(f"{Path(report.submission).parent}/", "")


def prose(text: str) -> Markup:
    """A sentence of ours with its `code` marked up; everything in it is escaped."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def listed(names: Sequence[str]) -> str:
    """Names joined for reading: a, b and c."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
