"""``course.yml``: what is taught, what it is worth, when it is due, what submissions may use."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from autograder.problem import Problem

HOME = Path(__file__).resolve().parent.parent
"""The kit's own root; a course elsewhere falls back on it for sources, checks and mistakes."""

Skipped = Literal["lose", "excuse", "manual"]
Feedback = Literal["full", "hints", "verdicts"]

_EXERCISE = re.compile(r'^# %%.*\bexercise="([A-Za-z_]\w*)"', re.MULTILINE)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: object) -> object:
    try:
        ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"unknown time zone {name!r}, expected a name such as Europe/Berlin"
        ) from None
    return str(name)


def _naive(value: object) -> object:
    """Dates are local to the course's time zone, so an offset would be a second truth."""
    moment = value if isinstance(value, datetime) else None
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"bad date {value!r}, expected YYYY-MM-DD HH:MM") from None
    if moment is None:
        raise ValueError(f"bad date {str(value)!r}, expected YYYY-MM-DD HH:MM")
    if moment.tzinfo is not None:
        raise ValueError("a date is local to course.timezone: leave the offset out")
    # The YAML library's own subclass of datetime does not pickle.
    return datetime(*moment.timetuple()[:6])


def _given(value: object) -> object:
    if value is None:
        raise ValueError("is empty: write a date, YYYY-MM-DD HH:MM, or leave the line out")
    return value


LocalTime = Annotated[datetime, BeforeValidator(_naive)]
Percent = Annotated[float, Field(ge=0, le=100)]
Points = Annotated[float, Field(ge=0, le=1000)]


class CourseInfo(_Strict):
    """Who teaches what, and in which time zone its dates are meant."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")]
    title: str
    term: str
    timezone: Annotated[str, BeforeValidator(_zone)]


class LatePolicy(_Strict):
    """What lateness costs, in per cent of the score, and who has more time."""

    percent_per_day: Percent = 0
    grace_minutes: Annotated[int, Field(ge=0)] = 0
    cap_percent: Percent = 100
    extensions: dict[str, LocalTime] = Field(default_factory=dict)
    """A student's own due date."""


class Assignment(_Strict):
    """One notebook; ``slug`` names it everywhere."""

    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    due: Annotated[LocalTime | None, BeforeValidator(_given)] = None
    points: dict[str, Points]
    """Points of each exercise, an exercise being one function of the student's."""
    manual: dict[str, Points] = Field(default_factory=dict)
    """Points of each written answer, graded by hand."""
    late: LatePolicy = LatePolicy()

    @property
    def max_score(self) -> float:
        """What the automated part is worth."""
        return sum(self.points.values())


class LimitsSpec(_Strict):
    """What one submission may use."""

    seconds: Annotated[float, Field(gt=0, le=600)] = 2
    total_seconds: Annotated[float, Field(gt=0, le=3600)] = 30
    memory_mb: Annotated[int, Field(ge=64, le=65536)] = 1024
    output_mb: Annotated[int, Field(ge=1, le=1024)] = 32
    files_mb: Annotated[int, Field(ge=1, le=4096)] = 16


class GradebookSpec(_Strict):
    """Where the marks are kept."""

    url: str | None = None
    """A database's address, say ``postgresql://user@host/name``; none: ``gradebook.db``."""


class Grading(_Strict):
    """How strict, how talkative."""

    false_alarm_rate: Annotated[float, Field(gt=0, lt=0.01)] = 1e-9
    feedback: Feedback = "full"
    skipped: Skipped = "lose"


class Course(_Strict):
    """The whole of ``course.yml``, checked."""

    format_version: Literal[1]
    course: CourseInfo
    assignments: Annotated[list[Assignment], Field(min_length=1)]
    limits: LimitsSpec = LimitsSpec()
    packages: list[str] = Field(default_factory=lambda: ["numpy"])
    grading: Grading = Grading()
    gradebook: GradebookSpec = GradebookSpec()

    _root: Path = PrivateAttr(default=HOME)

    @property
    def root(self) -> Path:
        """The folder that holds ``course.yml``."""
        return self._root

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of every date in the file."""
        return ZoneInfo(self.course.timezone)

    def assignment(self, slug: str) -> Assignment:
        """The assignment of that name.

        Raises:
            Problem: there is none.
        """
        for assignment in self.assignments:
            if assignment.slug == slug:
                return assignment
        known = ", ".join(a.slug for a in self.assignments)
        raise Problem(f"no assignment {slug!r}: the course has {known}", self.root / "course.yml")

    def file(self, relative: str) -> Path:
        """A file of the course, or the kit's own where the course has none."""
        own = self.root / relative
        return own if own.exists() else HOME / relative

    def source(self, slug: str) -> Path:
        """The hand-written notebook of an assignment."""
        return self.file(f"solutions/{slug}.py")

    def checks(self, slug: str) -> Path:
        """The hidden checks of an assignment."""
        return self.file(f"autograder/checks/test_{slug}.py")

    def mistakes(self, slug: str) -> Path:
        """The known mistakes of an assignment."""
        return self.file(f"autograder/mistakes/{slug}.py")


def load_course(path: Path) -> Course:
    """Read and check a ``course.yml``.

    Raises:
        Problem: with the file, the line and the cure.
    """
    if path.is_dir():
        path = path / "course.yml"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Problem(
            "no such file: run from the course's root or name it with --course", path
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"cannot be read: {error}", path) from None
    try:
        tree = YAML(typ="rt").load(text)
    except YAMLError as error:
        raise _yaml_problem(error, path) from None
    if not isinstance(tree, dict):
        raise Problem("expected keys such as format_version, course and assignments", path, 1)
    try:
        course = Course.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        raise Problem(_words(first), path, _line(tree, first["loc"])) from None
    course._root = path.resolve().parent
    for index, assignment in enumerate(course.assignments):
        _check_assignment(course, assignment, index, tree, path)
    return course


def _check_assignment(
    course: Course, assignment: Assignment, index: int, tree: Any, path: Path
) -> None:
    at = ("assignments", index)
    if assignment.slug in {a.slug for a in course.assignments[:index]}:
        raise Problem(
            f"assignment {assignment.slug!r} stands twice", path, _line(tree, (*at, "slug"))
        )
    source = course.source(assignment.slug)
    if not source.is_file():
        raise Problem(
            f"assignment {assignment.slug!r} has no {source.name} in solutions/: "
            f"take it out and run `autograder new {assignment.slug}`, which writes both",
            path,
            _line(tree, (*at, "slug")),
        )
    exercises = exercise_names(source)
    for name in assignment.points:
        if name not in exercises:
            raise Problem(
                f"points for {name!r}, which is no exercise of {source.name}; "
                f"it has {', '.join(exercises)}",
                path,
                _line(tree, (*at, "points", name)),
            )
    missing = [name for name in exercises if name not in assignment.points]
    if missing:
        raise Problem(
            f"no points for {', '.join(missing)}, an exercise of {source.name}",
            path,
            _line(tree, (*at, "points")),
        )


def exercise_names(source: Path) -> list[str]:
    """The exercises that a source notebook declares, in the order of its cells."""
    return _EXERCISE.findall(source.read_text(encoding="utf-8"))


def course_schema() -> dict[str, Any]:
    """The JSON schema of ``course.yml``, for editors."""
    schema = Course.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _yaml_problem(error: YAMLError, path: Path) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Problem(f"not valid YAML: {what}", path, mark.line + 1 if mark else None)


def _words(error: Any) -> str:
    """What pydantic found, in the words of someone who edits the file."""
    key = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key {error['loc'][-1]!r}: {_cure(str(error['loc'][-1]))}"
        case "missing":
            return f"{key} is missing"
        case "value_error":
            return f"{key}: {error['ctx']['error']}"
        case _:
            message = error["msg"].replace("Input should be", "expected")
            return f"{key}: {message}, got {error['input']!r}"


def _cure(unknown: str) -> str:
    """What an unknown key was probably meant to be."""
    known = [name for model in _Strict.__subclasses__() for name in model.model_fields]
    near = difflib.get_close_matches(unknown, known, n=1)
    return f"did you mean {near[0]!r}?" if near else "remove it, or see docs/course.schema.json"


def _line(tree: Any, loc: Sequence[int | str]) -> int | None:
    """The line of the deepest part of ``loc`` that stands in the file, from 1."""
    line: int | None = 1
    for part in loc:
        try:
            place = tree.lc.key(part) if hasattr(tree, "keys") else tree.lc.item(part)
            line = place[0] + 1
            tree = tree[part]
        except (KeyError, AttributeError, IndexError, TypeError):
            break
    return line
