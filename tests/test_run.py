"""What an instructor sees of a run: a table a class, who was not graded, and what moved."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from autograder.gradebook import Moved
from autograder.report import Mistaken, Outcome, Report, Verdict
from autograder.run import show, show_moved


def seen(width: int = 100) -> tuple[Console, io.StringIO]:
    """A terminal, and what is on it."""
    screen = io.StringIO()
    return Console(file=screen, width=width, highlight=False), screen


def outcome(exercise: str, verdict: Verdict, points: float, slug: str = "") -> Outcome:
    """A check worth two points."""
    mistake = Mistaken(slug, "A sentence.") if slug else None
    return Outcome(f"test_{exercise}", exercise, "Title.", verdict, points, 2.0, "", mistake)


def report(student: str, *checks: Outcome, error: str | None = None) -> Report:
    """A report about the toy."""
    score = sum(check.points for check in checks)
    return Report(student, "toy", "toy.py", score, 4.0, checks, "full", 0.1, "ab", error)


@pytest.mark.parametrize(
    ("verdicts", "mark"),
    [
        ([(Verdict.PASSED, 2), (Verdict.PASSED, 2)], "●"),
        ([(Verdict.PASSED, 2), (Verdict.FAILED, 0)], "◐"),
        ([(Verdict.FAILED, 0), (Verdict.TIMED_OUT, 0)], "○"),
        ([(Verdict.UNANSWERED, 0), (Verdict.UNANSWERED, 0)], "–"),
        ([(Verdict.UNANSWERED, 0), (Verdict.FAILED, 0)], "○"),
        ([(Verdict.PASSED, 2), (Verdict.FAULT, 2)], "!"),
        ([(Verdict.PASSED, 2), (Verdict.SKIPPED, 0)], "?"),
        ([(Verdict.SKIPPED, 0), (Verdict.SKIPPED, 0)], "?"),
        ([(Verdict.SKIPPED, 0), (Verdict.FAILED, 0)], "○"),
        ([(Verdict.SKIPPED, 2), (Verdict.SKIPPED, 2)], "●"),
    ],
)
def test_a_mark_says_how_an_exercise_went(verdicts: list[tuple[Verdict, int]], mark: str) -> None:
    """Full, part, none, not written; and a fault of the grader's stands out, points or not."""
    console, screen = seen()
    show([report("ada", *(outcome("double", v, p) for v, p in verdicts))], console)
    (row,) = (line for line in screen.getvalue().splitlines() if "ada" in line)
    assert f" {mark} " in row
    assert all(f" {other} " not in row for other in "●◐○?–!" if other != mark)


def test_the_table_names_mistakes_once_and_gives_the_median() -> None:
    """A line a student: score, exercises in order, each mistake of theirs once."""
    console, screen = seen()
    right, wrong = Verdict.PASSED, Verdict.FAILED
    reports = [
        report("ada", outcome("double", right, 2), outcome("noise", right, 2)),
        report("bela", outcome("double", wrong, 0, "adds-two"), outcome("noise", right, 2)),
        report("chidi", *[outcome("double", wrong, 0, "adds-two")] * 2, outcome("noise", wrong, 0)),
    ]
    show(reports, console)
    said = screen.getvalue()
    assert "toy: 3 graded, median 2 of 4" in said
    assert "1\N{NO-BREAK SPACE}double · 2\N{NO-BREAK SPACE}noise" in said
    rows = {name: next(x for x in said.splitlines() if name in x) for name in ("bela", "chidi")}
    assert "○ ●" in rows["bela"]
    assert rows["chidi"].count("adds-two") == 1


def test_lateness_has_a_column_where_somebody_is_late() -> None:
    """Days, what they take, what is left; the score stays as earned; otherwise no such column."""
    console, screen = seen()
    ada, bela = (report(name, outcome("double", Verdict.PASSED, 2)) for name in ("ada", "bela"))
    show([replace(ada, days_late=3, late_penalty=0.6), bela], console)
    rows = {r.split()[1]: r.split("│")[2:5] for r in screen.getvalue().splitlines() if "│ " in r}
    assert [cell.strip() for cell in rows["ada"]] == ["2", "3 d, −0.6", "1.4"]
    assert [cell.strip() for cell in rows["bela"]] == ["2", "", "2"]
    console, screen = seen()
    show([ada, bela], console)
    assert "late" not in screen.getvalue()


def test_who_was_not_graded_is_told_below() -> None:
    """One line each, however long, and no table where nobody was graded."""
    console, screen = seen(40)
    show([report("ada", error="submitted/ada/toy/toy.ipynb: is empty, alas, alas, alas")], console)
    line = "not graded ada: submitted/ada/toy/toy.ipynb: is empty, alas, alas, alas"
    assert screen.getvalue().splitlines() == [line]


def test_scores_that_moved_are_listed_by_their_cause() -> None:
    """One line a cause, with everyone; exercises and causes are not mixed."""
    console, screen = seen(40)
    fixed = "It doubles. (failed → passed)"
    show_moved(
        [
            Moved("ada", "double", 1.0, 3.0, fixed),
            Moved("ada", "noise", 2.0, 0.0, "handed in again: It is random. (passed → failed)"),
            Moved("bela", "double", 0.5, 2 / 3, fixed),
        ],
        console,
    )
    assert screen.getvalue().splitlines() == [
        "3 scores moved:",
        f"  double: ada 1 → 3, bela 0.5 → 0.67 – {fixed}",
        "  noise: ada 2 → 0 – handed in again: It is random. (passed → failed)",
    ]


def test_nothing_is_said_when_nothing_moved() -> None:
    """A regrade that changes nothing is no news; one score is not "scores"."""
    console, screen = seen()
    show_moved([], console)
    assert screen.getvalue() == ""
    show_moved([Moved("ada", "double", 1.0, 3.0, "why")], console)
    assert screen.getvalue().startswith("1 score moved:")


def test_names_of_strangers_are_shown_and_not_obeyed() -> None:
    """Neither markup nor a control character reaches the terminal."""
    console, screen = seen()
    name = "\x1b[31m[bold]eve[/bold]"
    show_moved([Moved(name, "double", 1.0, 3.0, "[red]why\x07")], console)
    said = screen.getvalue()
    assert "[bold]eve[/bold]" in said
    assert "[red]why" in said
    assert "\x1b" not in said
    assert "\x07" not in said
