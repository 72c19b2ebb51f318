"""What grading says: plain data, JSON in and out, one line a report."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

FORMAT_VERSION = 1


def printable(text: str) -> str:
    """The text without what a terminal, a page or a file obeys instead of showing it.

    Control and format characters (a change of direction, say), and halves of characters.
    """
    if text.isprintable():
        return text
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c)[0] == "C" and c not in "\n\t" else c
        for c in text
    )


Text = Annotated[
    str, BeforeValidator(lambda value: printable(value) if isinstance(value, str) else value)
]
"""Words that may quote a stranger's."""


def points_words(number: float) -> str:
    """Points with at most two decimals: 3, 1.5, 0.67."""
    return f"{round(number, 2):g}"


_CONFIG = ConfigDict(extra="forbid", strict=False)


class Verdict(StrEnum):
    """How one check ended."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    ERRORED = "ERRORED"
    UNANSWERED = "UNANSWERED"
    TIMED_OUT = "TIMED_OUT"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    SKIPPED = "SKIPPED"
    FAULT = "FAULT"
    """The grader's own failure: costs nobody a point and sends the exercise to a human."""


@dataclass(frozen=True, config=_CONFIG)
class Mistaken:
    """The known mistake that explains a failed check."""

    slug: str
    message: str


@dataclass(frozen=True, config=_CONFIG)
class Outcome:
    """One check's result; ``points`` out of ``max_points`` count towards ``exercise``."""

    check: str
    exercise: str
    title: str
    verdict: Verdict
    points: float
    max_points: float
    message: Text = ""
    mistake: Mistaken | None = None


@dataclass(frozen=True, config=_CONFIG)
class Report:
    """One graded submission."""

    student: str
    assignment: str
    submission: str
    score: float
    max_score: float
    checks: tuple[Outcome, ...]
    sandbox: str
    seconds: float
    seed: str
    error: Text | None = None
    """Why the submission could not be read at all, in one line; then ``checks`` is empty."""
    notes: tuple[Text, ...] = ()
    """What a person should know about the notebook itself: a cell that stopped, a copied cell."""
    format_version: int = FORMAT_VERSION
    days_late: int = 0
    late_penalty: float = 0.0
    """The points that lateness takes from ``score``, which is what was earned."""

    @property
    def final_score(self) -> float:
        """What is left of the score when lateness has taken its share."""
        return round(self.score - self.late_penalty, 6)

    @property
    def needs_human(self) -> tuple[str, ...]:
        """The exercises in which the grader itself failed, in order, each once."""
        return tuple(dict.fromkeys(o.exercise for o in self.checks if o.verdict is Verdict.FAULT))

    def exercise_scores(self) -> dict[str, tuple[float, float]]:
        """Points and maximum of each exercise, in the order of the checks."""
        scores: dict[str, tuple[float, float]] = {}
        for outcome in self.checks:
            points, maximum = scores.get(outcome.exercise, (0.0, 0.0))
            scores[outcome.exercise] = (points + outcome.points, maximum + outcome.max_points)
        return {name: (round(p, 6), round(m, 6)) for name, (p, m) in scores.items()}

    def to_json(self) -> str:
        """One line of JSON, keys in a fixed order."""
        return _ADAPTER.dump_json(self).decode()

    @classmethod
    def from_json(cls, line: str | bytes) -> Report:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: the line is not a report of this format version.
        """
        report = _ADAPTER.validate_json(line)
        if report.format_version != FORMAT_VERSION:
            raise ValueError(f"report format {report.format_version}, expected {FORMAT_VERSION}")
        return report

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """The JSON schema of a report line."""
        return _ADAPTER.json_schema()


_ADAPTER = TypeAdapter(Report)
