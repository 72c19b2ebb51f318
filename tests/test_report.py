"""Reports: JSON out and in again, the promised keys, nothing unknown accepted."""

from __future__ import annotations

import json

import pytest

from autograder.report import Mistaken, Outcome, Report, Verdict

OUTCOMES = (
    Outcome("test_a", "forward", "A", Verdict.FAILED, 0.0, 2.0, "no", Mistaken("slug", "why")),
    Outcome("test_b", "forward", "B", Verdict.PASSED, 1.0, 1.0),
    Outcome("test_c", "backward", "C", Verdict.FAULT, 3.0, 3.0),
)
REPORT = Report("ada", "symmetry", "ada.py", 4.0, 6.0, OUTCOMES, "full", 0.1, "ab12")


def test_json_round_trip() -> None:
    """What is written on one line is read as the same report."""
    line = REPORT.to_json()
    assert "\n" not in line
    assert Report.from_json(line) == REPORT


def test_the_promised_keys() -> None:
    """Other programs rely on these names."""
    tree = json.loads(REPORT.to_json())
    assert set(tree) >= {
        "format_version", "student", "assignment", "submission", "score", "max_score", "checks",
        "sandbox", "seconds", "seed",
    }  # fmt: skip
    assert set(tree["checks"][0]) == {
        "check", "exercise", "title", "verdict", "points", "max_points", "message", "mistake",
    }  # fmt: skip
    assert tree["checks"][0]["mistake"] == {"slug": "slug", "message": "why"}
    assert tree["checks"][1]["mistake"] is None


def test_scores_by_exercise_and_who_needs_a_human() -> None:
    """Checks add up by exercise; a FAULT calls a person."""
    assert REPORT.exercise_scores() == {"forward": (1.0, 3.0), "backward": (3.0, 3.0)}
    assert REPORT.needs_human == ("backward",)


@pytest.mark.parametrize(
    "change", [{"format_version": 2}, {"extra": 1}, {"score": "many"}, {"checks": None}]
)
def test_another_format_is_refused(change: dict[str, object]) -> None:
    """A report of another version or shape is not read as if it were one."""
    with pytest.raises(ValueError):
        Report.from_json(json.dumps({**json.loads(REPORT.to_json()), **change}))


def test_a_strangers_words_are_shown_and_not_obeyed() -> None:
    """Half a character, a change of direction, a control code: none stops or steers a reader."""
    words = "the key W\ud800 \u202eback \x1b[31mred\x07 ünï → ²\n"
    outcome = Outcome("test_a", "forward", "A", Verdict.FAILED, 0.0, 2.0, words)
    report = Report(
        "ada", "toy", "ada.py", 0.0, 2.0, (outcome,), "full", 0.1, "ab", words, (words,)
    )
    shown = "the key W\ufffd \ufffdback \ufffd[31mred\ufffd ünï → ²\n"
    assert (report.error, report.notes, outcome.message) == (shown, (shown,), shown)
    assert Report.from_json(report.to_json()) == report
