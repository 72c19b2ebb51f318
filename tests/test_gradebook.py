"""What goes into the gradebook, column by column; `test_nbgrader_plugin` compares both roads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from autograder.course import Course, load_course
from autograder.gradebook import (
    Mark,
    awarded,
    connection,
    database,
    granted,
    needs_person,
    opened,
    record,
)
from autograder.problem import Problem
from autograder.release import release
from autograder.report import Outcome, Report, Verdict
from tests.toy import COURSE, SOURCE, toy_course
from tests.workflow.test_bad_input import PUBLIC

pytestmark = pytest.mark.filterwarnings("default")  # nbgrader's own code is not free of warnings


def check(verdict: Verdict, points: float = 0.0, title: str = "It doubles.") -> Outcome:
    """A check of `double`, worth three points."""
    return Outcome("test_values", "double", title, verdict, points, 3.0)


def report(*checks: Outcome, folder: Path = Path("nowhere"), error: str | None = None) -> Report:
    """Ada's report."""
    score = sum(one.points for one in checks)
    path = str(folder / "toy.ipynb")
    return Report("ada", "toy", path, score, 5.0, checks, "full", 0.1, "ab", error)


def with_skipped(folder: Path, how: str) -> Course:
    """The toy course with a word about what cannot be judged."""
    return toy_course(folder, course=COURSE + f"grading: {{skipped: {how}}}\n")


@pytest.mark.parametrize(
    ("verdict", "how", "score", "human"),
    [
        (Verdict.PASSED, "lose", 3.0, False),
        (Verdict.FAILED, "lose", 0.0, False),
        (Verdict.FAULT, "lose", 3.0, True),
        (Verdict.SKIPPED, "lose", 0.0, False),
        (Verdict.SKIPPED, "excuse", 3.0, False),
        (Verdict.SKIPPED, "manual", 0.0, True),
    ],
)
def test_the_automatic_score_and_who_must_look(
    tmp_path: Path, verdict: Verdict, how: str, score: float, human: bool
) -> None:
    """A person for a fault of the grader's, and for what cannot be judged if the course says so."""
    made = report(check(verdict, score))
    assert awarded(with_skipped(tmp_path, how), made, "double") == (score, human)


def test_without_a_verdict_there_is_no_score(tmp_path: Path) -> None:
    """No report, no check of the exercise, an unreadable file: a person decides, not a zero."""
    course = toy_course(tmp_path)
    for made in (None, report(), report(check(Verdict.PASSED, 3.0), error="is empty")):
        assert awarded(course, made, "double") == (None, True)


@pytest.mark.parametrize(
    ("mark", "auto", "human", "resubmitted", "needs"),
    [
        (Mark("x"), 2.0, False, True, False),
        (Mark("x"), 2.0, True, False, True),
        (Mark("x"), None, False, False, True),
        (Mark("x", auto=2.0, manual=1.0, needs=False), 2.0, True, False, False),
        (Mark("x", auto=2.0, manual=1.0, needs=False), 3.0, False, False, True),
        (Mark("x", auto=2.0, manual=1.0, needs=False), 2.0, False, True, True),
        (Mark("x", auto=2.0, manual=1.0, needs=True), 2.0, False, False, True),
    ],
)
def test_a_person_is_asked_once(
    mark: Mark, auto: float | None, human: bool, resubmitted: bool, needs: bool
) -> None:
    """And again only when what the grade was given for has changed."""
    assert needs_person(mark, auto, human, resubmitted) == needs


@pytest.mark.parametrize(
    ("mark", "score"),
    [
        (Mark("x"), 0.0),
        (Mark("x", auto=2.0), 2.0),
        (Mark("x", auto=2.0, manual=0.0), 0.0),
        (Mark("x", auto=2.0, extra=0.5), 2.5),
        (Mark("x", auto=2.0, manual=1.0, extra=0.5), 1.5),
    ],
)
def test_a_persons_score_goes_before_the_automatic_one(mark: Mark, score: float) -> None:
    """Zero by hand is zero; extra credit comes on top."""
    assert mark.score == score


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        ("database is locked", "wait, or stop"),
        ("no such column: a.b", "nbgrader db upgrade"),
        ("no such table: grade", "nbgrader db upgrade"),
        ('column "x" of relation "grade" does not exist', "nbgrader db upgrade"),
        ("attempt to write a readonly database", "yours to write to"),
        ("unable to open database file", "yours to write to"),
        ("database or disk is full", "make room"),
        ("disk I/O error", "make room"),
        ("file is not a database", "backup"),
        ('connection failed\nDETAIL: database "marks" does not exist', "gradebook.url"),
    ],
)
def test_every_failure_of_a_database_has_its_cure(
    tmp_path: Path, words: str, cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, by what the database said."""

    def fail(*_: object) -> SimpleNamespace:
        raise OperationalError("select", {}, Exception(words))

    monkeypatch.setattr(connection, "Gradebook", fail)
    with pytest.raises(Problem, match=cure) as caught, opened(toy_course(tmp_path)):
        pass
    assert "\n" not in str(caught.value)


def test_the_gradebook_stands_in_the_courses_root(tmp_path: Path) -> None:
    """Unless course.yml names another."""
    assert database(toy_course(tmp_path)) == f"sqlite:///{tmp_path}/gradebook.db"
    text = COURSE + "gradebook: {url: postgresql://a@b/c}\n"
    assert database(toy_course(tmp_path, course=text)) == "postgresql://a@b/c"


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., list[str]]:
    """Record reports of ada's, one after the other; gives why scores moved, of the last."""
    toy_course(tmp_path)
    (tmp_path / "solutions" / "toy.py").write_text(SOURCE + PUBLIC, encoding="utf-8")
    course = load_course(tmp_path)
    release(course, "toy")
    folder = tmp_path / "submitted" / "ada" / "toy"
    folder.mkdir(parents=True)

    def why(*made: Report) -> list[str]:
        moved = [record(course, [replace(r, submission=str(folder / "toy.ipynb"))]) for r in made]
        assert not any(moved[:-1])
        return [f"{m.exercise} {m.before:g} → {m.after:g}: {m.why}" for m in moved[-1]]

    return why


def test_why_a_score_moved(told: Callable[..., list[str]], tmp_path: Path) -> None:
    """A verdict that changed, a check that came or went, weights, a new submission, a bad file."""
    failed, passed = report(check(Verdict.FAILED)), report(check(Verdict.PASSED, 3.0))
    assert told(failed, passed) == ["double 0 → 3: It doubles. (failed → passed)"]
    assert told(passed) == []
    assert told(report(check(Verdict.PASSED, 1.0, "It is new."))) == [
        "double 3 → 1: It is new. (new) It doubles. (no longer checked)"
    ]
    assert told(report(check(Verdict.PASSED, 2.0, "It is new."))) == [
        "double 1 → 2: its points or the weights of its checks changed"
    ]
    stamp = tmp_path / "submitted" / "ada" / "toy" / "timestamp.txt"
    stamp.write_text("2026-10-10 12:00:00 UTC")
    assert told(report(check(Verdict.PASSED, 2.0, "It is new."))) == []
    stamp.write_text("2026-10-11 12:00:00 UTC")
    assert told(report(check(Verdict.FAILED, 0.0, "It is new."))) == [
        "double 2 → 0: handed in again: It is new. (passed → failed)"
    ]
    assert told(report(error="toy.ipynb: is empty")) == []  # it was worth nothing already
    told(passed)
    assert told(report(error="toy.ipynb: is empty")) == ["double 3 → 0: toy.ipynb: is empty"]


def test_a_moved_due_date_is_told(told: Callable[..., list[str]], tmp_path: Path) -> None:
    """What lateness takes is part of a score: when the policy changes it, that is said once."""
    passed = report(check(Verdict.PASSED, 3.0))
    (tmp_path / "submitted/ada/toy/timestamp.txt").write_text("2026-10-11 12:00:00 UTC")
    assert told(passed) == []
    due = "    due: 2026-10-10 12:00\n    late: {percent_per_day: 10}\n"
    text = COURSE.replace("    title: Toy\n", "    title: Toy\n" + due)
    why = "the due date, the late policy or an extension changed"
    late = toy_course(tmp_path, course=text)
    again = replace(passed, submission=str(tmp_path / "submitted/ada/toy/toy.ipynb"))
    (moved,) = record(late, [again])
    assert (moved.exercise, moved.before, moved.after, moved.why) == ("lateness", 3.0, 2.4, why)
    assert record(late, [again]) == []
    # A score that moves takes its share of the penalty along: that is no change of the policy.
    (moved,) = record(late, [replace(again, checks=(check(Verdict.FAILED),))])
    assert moved.exercise == "double"


def test_an_extension_of_the_gradebook_counts(
    told: Callable[..., list[str]], tmp_path: Path
) -> None:
    """`granted` knows those that a person gave in nbgrader, and nobody else."""
    course = load_course(tmp_path)
    assert granted(course, "toy") == {}
    told(report(check(Verdict.PASSED, 3.0)))
    with opened(course) as book:
        book.find_submission("toy", "ada").extension = timedelta(days=1)
        book.db.commit()
    assert granted(course, "toy") == {"ada": timedelta(days=1)}
    assert granted(course, "other") == {}
