"""Grading: every way to be right, wrong, absent or hostile has its verdict and its points."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.diagnosis import Diagnosis
from autograder.grading import Grader
from autograder.problem import Problem
from autograder.report import Report, Verdict
from autograder.sandbox.host import Limits, Sandbox, SandboxError, Session
from autograder.sandbox.protocol import StudentFailure
from autograder.submission import NotebookCell, Submission
from tests.toy import CHECKS, COURSE, toy_course, toy_submission

SECRET = b"secret of these tests"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The toy course."""
    return toy_course(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def toy_sandbox(course: Course) -> Iterator[Sandbox]:
    """A sandbox with the toy's limits."""
    limits = Limits(**course.limits.model_dump())
    try:
        sandbox = Sandbox(limits, course.packages)
    except SandboxError:
        sandbox = Sandbox(limits, course.packages, "reduced")
    with sandbox:
        yield sandbox


class Graded:
    """A report, by check."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.by_check = {o.check: o for o in report.checks}

    def __getitem__(self, name: str) -> Verdict:
        return self.by_check[f"test_{name}"].verdict


@pytest.fixture
def grade(course: Course, toy_sandbox: Sandbox):  # type: ignore[no-untyped-def]
    """Grade the toy's reference with some functions replaced."""
    grader = Grader(course, course.assignment("toy"), SECRET)

    def run(*functions: str, student: str = "ada") -> Graded:
        return Graded(grader.grade(toy_submission(*functions, student=student), toy_sandbox))

    return run


def test_a_right_solution_has_every_point(grade) -> None:  # type: ignore[no-untyped-def]
    """The reference scores the maximum, with no word of blame."""
    report = grade().report
    assert (report.score, report.max_score) == (5.0, 5.0)
    assert all(o.verdict is Verdict.PASSED and not o.message for o in report.checks)


def test_points_are_shared_out_by_weight(grade) -> None:  # type: ignore[no-untyped-def]
    """A check of weight 2 of 3 is worth 2 of an exercise's 3 points."""
    graded = grade("def double(X):\n    X *= 2\n    return X")
    assert graded["values"] is Verdict.PASSED
    assert graded["unchanged"] is Verdict.FAILED
    assert graded.report.exercise_scores()["double"] == (2.0, 3.0)


@pytest.mark.parametrize(
    ("function", "verdict", "words"),
    [
        ("def double(X):\n    raise NotImplementedError()", "UNANSWERED", "not written yet"),
        ("del double", "UNANSWERED", "no function double"),
        ("def double(X):\n    return X + 1", "FAILED", "wrong value"),
        ("def double(X):\n    return None", "FAILED", "is there a return"),
        ("def double(X):\n    return X[99]", "ERRORED", "IndexError in line .*`return X\\[99\\]`"),
        ("def double(X):\n    import sys; sys.exit()", "ERRORED", "SystemExit"),
        ("def double(X):\n    import os; os._exit(3)", "ERRORED", "ended the Python process"),
        ("def double(X):\n    while True: pass", "TIMED_OUT", "loop that never ends"),
        ("def double(X):\n    return np.ones((1 << 40,))", "OUT_OF_MEMORY", "more memory"),
        ("def double(X):\n    return np.ones((1 << 21,))", "FAILED", "more data"),
        ("double = 3", "UNANSWERED", "no function double"),
    ],
)
def test_every_way_to_fail_has_its_verdict(grade, function, verdict, words) -> None:  # type: ignore[no-untyped-def]
    """One verdict and one sentence; the other exercise keeps its points."""
    graded = grade(function)
    assert graded["values"] == verdict
    outcome = graded.by_check["test_values"]
    assert outcome.points == 0
    assert re.search(words, outcome.message), outcome.message
    assert graded["scale"] is Verdict.PASSED


def test_one_functions_failure_is_another_checks_skip(grade) -> None:  # type: ignore[no-untyped-def]
    """A check of `noise` that needs `double` cannot be judged when `double` raises."""
    graded = grade("def double(X):\n    raise KeyError(X)")
    outcome = graded.by_check["test_noise_of_doubles"]
    assert outcome.verdict is Verdict.SKIPPED
    assert "Cannot be judged: double raised KeyError" in outcome.message


def test_a_malformed_result_of_another_function_is_a_skip_too(grade) -> None:  # type: ignore[no-untyped-def]
    """What is not built as the contract says costs its own exercise, and only that."""
    graded = grade("def double(X):\n    X * 2")
    assert graded["values"] is Verdict.FAILED
    outcome = graded.by_check["test_noise_of_doubles"]
    assert outcome.verdict is Verdict.SKIPPED
    assert "Cannot be judged: double returned None" in outcome.message


@pytest.mark.parametrize(
    ("noise", "words"),
    [
        ("def noise(n, rng):\n    raise NotImplementedError()", "noise is not written yet"),
        ("def noise(n, rng):\n    pass", "noise is not written yet"),
        ("del noise", "There is no function noise"),
    ],
)
def test_what_is_not_written_is_never_excused(
    tmp_path: Path, toy_sandbox: Sandbox, noise: str, words: str
) -> None:
    """A stub is UNANSWERED, not SKIPPED, though another function keeps it from being judged."""
    course = toy_course(tmp_path, course=COURSE + "grading: {skipped: excuse}\n")
    grader = Grader(course, course.assignment("toy"), SECRET)
    graded = Graded(
        grader.grade(toy_submission("def double(X):\n    raise KeyError", noise), toy_sandbox)
    )
    outcome = graded.by_check["test_noise_of_doubles"]
    assert outcome.verdict is Verdict.UNANSWERED
    assert words in outcome.message
    assert outcome.points == 0


@pytest.mark.parametrize(("rule", "points"), [("lose", 1.0), ("excuse", 2.0)])
def test_the_course_decides_what_a_skip_is_worth(
    tmp_path: Path, toy_sandbox: Sandbox, rule: str, points: float
) -> None:
    """`grading.skipped` gives or keeps the points of what cannot be judged."""
    course = toy_course(tmp_path, course=COURSE + f"grading: {{skipped: {rule}}}\n")
    grader = Grader(course, course.assignment("toy"), SECRET)
    report = grader.grade(toy_submission("def double(X):\n    raise KeyError"), toy_sandbox)
    assert report.exercise_scores()["noise"] == (points, 2.0)


def test_the_graders_own_fault_costs_nothing(
    tmp_path: Path, toy_sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug in a check is a FAULT: full points, a call for a person, details in the log alone."""
    course = toy_course(tmp_path, checks=CHECKS.replace("X = rng", "X = secret_name + rng"))
    grader = Grader(course, course.assignment("toy"), SECRET)
    with caplog.at_level(logging.ERROR):
        report = grader.grade(toy_submission(), toy_sandbox)
    outcome = report.checks[0]
    assert outcome.verdict is Verdict.FAULT
    assert outcome.points == outcome.max_points
    assert report.needs_human == ("double",)
    assert "secret_name" not in outcome.message
    assert "secret_name" in caplog.text


def test_a_plain_assert_never_shows_its_values(tmp_path: Path, toy_sandbox: Sandbox) -> None:
    """A bare assert in a check fails with the check's title, not with hidden inputs."""
    checks = CHECKS.replace(
        'expect.array(student.double(X), reference.double(X), "the result")', "assert X is None"
    )
    course = toy_course(tmp_path, checks=checks)
    grader = Grader(course, course.assignment("toy"), SECRET)
    outcome = grader.grade(toy_submission(), toy_sandbox).checks[0]
    assert (outcome.verdict, outcome.message) == (Verdict.FAILED, "double doubles.")


def test_nothing_that_a_student_says_in_a_hidden_call_is_shown(grade) -> None:  # type: ignore[no-untyped-def]
    """Neither an exception's text, nor its name, nor what was printed reaches the report."""
    report = grade(
        "class Leak(ValueError):\n    pass\n"
        "def double(X):\n"
        "    print('LE' + 'AK', X)\n"
        "    raise type('LE' + 'AK' + str(X.shape[0]), (Leak,), {})('LE' + 'AK', X)"
    ).report
    assert "LEAK" not in report.to_json()
    assert "double raised ValueError" in report.checks[0].message


def test_a_regrade_gives_the_same_report(grade) -> None:  # type: ignore[no-untyped-def]
    """To the bit, but for the time that it took; another student draws other numbers."""
    wrong = "def noise(n, rng):\n    return rng.normal(0, 1, (n, n))"
    reports = [grade(wrong).report.to_json() for _ in range(2)]
    one, two = (r[: r.index('"seconds"')] + r[r.index('"seed"') :] for r in reports)
    assert one == two
    assert grade(wrong, student="bela").report.seed != grade(wrong).report.seed


def test_the_mistake_is_named(grade) -> None:  # type: ignore[no-untyped-def]
    """A known wrong value, a known wrong law and a known wrong habit are called by their names."""
    for function, check, slug in [
        ("def double(X):\n    return 2 + X", "values", "adds-two"),
        ("def double(X):\n    X *= 2\n    return X", "unchanged", "in-place"),
        ("def noise(n, rng):\n    return rng.standard_normal((n, n)) / 4", "scale",
         "variance-as-scale"),
    ]:  # fmt: skip
        mistake = grade(function).by_check[f"test_{check}"].mistake
        assert mistake is not None
        assert mistake.slug == slug


def test_two_mistakes_in_two_functions_are_both_named(grade) -> None:  # type: ignore[no-untyped-def]
    """One does not hide the other."""
    graded = grade(
        "def double(X):\n    return X + 2", "def noise(n, rng):\n    return rng.random((n, n))"
    )
    slugs = {o.mistake.slug for o in graded.report.checks if o.mistake}
    assert slugs == {"adds-two", "positive"}


def test_an_unknown_mistake_has_no_name(grade) -> None:  # type: ignore[no-untyped-def]
    """Better no word than a wrong one."""
    for function in (
        "def double(X):\n    return X + 3",
        "def noise(n, rng):\n    return np.ones((n, n))",
    ):
        assert not any(o.mistake for o in grade(function).report.checks)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('@check("double")', '@check("duoble")', "about 'duoble', no exercise"),
        ('@check("noise")', '@check("double")', "no check is about 'noise'"),
    ],
)
def test_checks_and_points_belong_together(tmp_path: Path, old: str, new: str, words: str) -> None:
    """A check of no exercise, and an exercise without a check, stop the run at its start."""
    course = toy_course(tmp_path, checks=CHECKS.replace(old, new))
    with pytest.raises(Problem, match=words):
        Grader(course, course.assignment("toy"), SECRET).prepare()


def test_a_broken_mistakes_file_is_one_line(tmp_path: Path) -> None:
    """An error in the mistakes file is told with its line before anyone is graded."""
    course = toy_course(tmp_path)
    path = course.mistakes("toy")
    path.write_text(path.read_text() + "\n\n1 / 0\n")
    with pytest.raises(Problem, match=rf"toy\.py:{path.read_text().count(chr(10))}: ZeroDivision"):
        Grader(course, course.assignment("toy"), SECRET).prepare()


def test_a_check_that_stumbles_over_a_result_pays_nothing(
    tmp_path: Path, toy_sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """What the reference passes and a student's value stops is no fault that earns points."""
    old = 'expect.array(student.double(X), reference.double(X), "the result")'
    new = "{True: 1}[bool((student.double(X) == reference.double(X)).all())]"
    course = toy_course(tmp_path, checks=CHECKS.replace(old, new))
    grader = Grader(course, course.assignment("toy"), SECRET)
    with caplog.at_level(logging.ERROR):
        wrong = grader.grade(toy_submission("def double(X):\n    return X"), toy_sandbox).checks[0]
    assert (wrong.verdict, wrong.points) == (Verdict.FAILED, 0.0)
    assert "it stopped the check" in wrong.message
    assert "KeyError" in caplog.text
    assert "ada" in caplog.text
    right = grader.grade(toy_submission(), toy_sandbox).checks[0]
    assert right.verdict is Verdict.PASSED


def test_a_diagnosis_that_stops_costs_a_word_and_no_grade(
    course: Course, toy_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The points stay what the checks found; only the mistake has no name."""

    def stop(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Diagnosis, "explain", stop)
    wrong = toy_submission("def double(X):\n    return X + 2")
    report = Grader(course, course.assignment("toy"), SECRET).grade(wrong, toy_sandbox)
    assert 0 < report.score < report.max_score
    assert not any(o.mistake for o in report.checks)


def test_time_that_is_used_up_earns_nothing(
    tmp_path: Path, toy_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that cannot even put a value inside is the submission's verdict, no fault of ours."""

    def late(*_: object) -> None:
        raise StudentFailure("TIMED_OUT")

    monkeypatch.setattr(Session, "hold", late)
    old = 'expect.array(student.double(X), reference.double(X), "the result")'
    course = toy_course(tmp_path, checks=CHECKS.replace(old, f"student.hold(rng); {old}"))
    grader = Grader(course, course.assignment("toy"), SECRET)
    outcome = grader.grade(toy_submission(), toy_sandbox).checks[0]
    assert (outcome.verdict, outcome.points) == (Verdict.TIMED_OUT, 0.0)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("def double(X:\n    return X", "cell 2, line 1 has a syntax error"),
        ("1 / 0\ndef double(X):\n    return 2 * X", "cell 2, line 1 raised ZeroDivisionError"),
    ],
)
def test_a_cell_that_stopped_is_not_called_unwritten(
    course: Course, toy_sandbox: Sandbox, cell: str, words: str
) -> None:
    """Whose function is missing since its cell stopped hears where and why."""
    text = toy_submission("del double").cells[0].source
    cells = (NotebookCell(0, "code", text), NotebookCell(1, "code", cell))
    submission = Submission("ada", "toy", Path("toy.ipynb"), cells)
    report = Grader(course, course.assignment("toy"), SECRET).grade(submission, toy_sandbox)
    mine = [o for o in report.checks if o.exercise == "double"]
    assert {o.verdict for o in mine} == {Verdict.ERRORED}
    assert all(f"There is no double: {words}" in o.message for o in mine)
    assert any("cell 2 (double), line 1: " in note for note in report.notes)
