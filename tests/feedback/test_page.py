"""The page that a student reads: what it says, in which order, and what it can never do."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.feedback import feedback_html, write_feedback, write_pages
from autograder.feedback.page import listed, prose
from autograder.mistakes import load_mistakes
from autograder.problem import Problem
from autograder.report import Mistaken, Outcome, Report, Verdict, points_words

EVIL = """<script>alert(1)</script><img src=x onerror=alert(1)>"'&"""
VOID = {"meta", "rect", "circle", "path"}


def outcome(exercise: str, verdict: Verdict, message: str = "", **other: object) -> Outcome:
    """A check worth one point."""
    earned = float(verdict in (Verdict.PASSED, Verdict.FAULT))
    made = Outcome(
        f"test_{exercise}", exercise, f"A title of {exercise}.", verdict, earned, 1.0, message
    )
    return replace(made, **other)  # type: ignore[arg-type]


def report(*checks: Outcome, **other: object) -> Report:
    """A report of ada's."""
    made = Report(
        student="ada",
        assignment="symmetry",
        submission="/srv/course/submitted/ada/symmetry/symmetry.ipynb",
        score=sum(check.points for check in checks),
        max_score=float(len(checks)),
        checks=checks,
        sandbox="full",
        seconds=1.25,
        seed="5eed5eed5eed5eed",
    )
    return replace(made, **other)  # type: ignore[arg-type]


def telling(course: Course, detail: str) -> Course:
    """The course with another level of detail."""
    grading = course.grading.model_copy(update={"feedback": detail})
    return course.model_copy(update={"grading": grading})


class _Reader(HTMLParser):
    """Reads a page as a browser would: its words, its tags, whether all of them are closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.stack:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def text(page: str) -> str:
    """What a reader sees."""
    return _Reader(page).text


MISTAKE = Mistaken("some-slug", "Which axis holds the `examples`?")
MIXED = (
    outcome("forward", Verdict.FAILED, "A2 is 1, expected 2.", mistake=MISTAKE),
    outcome("forward", Verdict.FAILED, "A2 is 3, expected 4.", mistake=MISTAKE),
    outcome("forward", Verdict.PASSED, title="The passed one."),
    outcome("backward", Verdict.PASSED),
    outcome("backward", Verdict.FAULT, "The grader itself failed here."),
    outcome("train", Verdict.SKIPPED, "Cannot be judged: forward is not written yet."),
)


def test_everything_from_a_student_or_a_check_is_escaped(course: Course) -> None:
    """Markup in names, messages, titles, notes, sentences and errors is shown, never obeyed."""
    bad = outcome(EVIL, Verdict.FAILED, EVIL, title=EVIL, mistake=Mistaken("evil", f"`{EVIL}`"))
    for made in (
        report(bad, bad, student=EVIL, notes=(EVIL,)),
        report(student=EVIL, error=EVIL, submission=EVIL),
    ):
        page = feedback_html(made, course)
        reader = _Reader(page)
        assert not reader.stack
        assert {tag for tag, _ in reader.tags}.isdisjoint({"script", "img", "iframe", "object"})
        assert not any(name.startswith("on") for _, attrs in reader.tags for name in attrs)
        assert "<script>alert(1)</script>" in reader.text


def test_the_page_needs_and_allows_nothing_from_outside(course: Course) -> None:
    """No resource is named; the policy allows the page's own style sheet, by digest, alone."""
    page = feedback_html(report(*MIXED), course)
    for tag, attrs in _Reader(page).tags:
        assert tag not in ("link", "script", "img")
        assert "src" not in attrs
        assert "style" not in attrs
        assert (attrs.get("href") or "#").startswith("#")
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert len(style) == 1
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert "url(" not in style[0]
    assert "@import" not in style[0]


def test_nothing_about_seeds_folders_or_the_sandbox_is_told(course: Course) -> None:
    """What the instructor's machine knows stays there."""
    unreadable = report(error="/srv/course/submitted/ada/symmetry/symmetry.ipynb: is empty")
    for made in (report(*MIXED), unreadable):
        page = feedback_html(made, course)
        assert "5eed" not in page
        assert "/srv" not in page
        assert "sandbox" not in page
        assert "test_forward" not in page
    assert "symmetry.ipynb: is empty" in text(feedback_html(unreadable, course))


def test_reading_order(course: Course) -> None:
    """Score, then exercises in the order of checks; in each the mistake, once, then the checks."""
    words = text(feedback_html(report(*MIXED), course))
    places = [
        words.index(part)
        for part in (
            "2",
            "of 6 points",
            "Start with",
            "The grader itself failed",
            "At a glance",
            "Which axis holds the",
            "A2 is 1, expected 2.",
            "A2 is 3, expected 4.",
            "1 check passed",
            "The passed one.",
            "for a person to look at",
            "The grader failed; this costs you nothing.",
            "Could not be judged.",
        )
    ]
    assert places == sorted(places)
    assert words.count("Which axis holds the") == 1


def test_what_many_checks_say_is_said_once(course: Course) -> None:
    """One reason over all that share it, in their order; another reason keeps its place."""
    none = "train returned None: is there a return at its end?"
    checks = [outcome("train", Verdict.FAILED, none, title=f"Title {i}.") for i in range(3)]
    other = outcome("train", Verdict.FAILED, "costs[0] is 2, expected 1.", title="Title 3.")
    words = text(feedback_html(report(*checks, other), course))
    assert words.count(none) == 1
    told = ["3 checks: not right yet.", none, *(f"Title {i}." for i in range(4)), "costs[0] is 2"]
    places = [words.index(part) for part in told]
    assert places == sorted(places)


def test_passed_checks_are_folded_away(course: Course) -> None:
    """They stand inside a closed <details>."""
    page = feedback_html(report(*MIXED), course)
    folded = re.search(r"<details>(.*?)</details>", page, re.DOTALL)
    assert folded is not None
    assert "The passed one." in folded[1]
    assert page.count("The passed one.") == 1


@pytest.mark.parametrize(
    ("detail", "message", "sentence"),
    [("full", True, True), ("hints", False, True), ("verdicts", False, False)],
)
def test_the_course_decides_how_much_is_told(
    detail: str, message: bool, sentence: bool, course: Course
) -> None:
    """full: got and expected, too; hints: the mistake's sentence; verdicts: neither."""
    words = text(feedback_html(report(*MIXED), telling(course, detail)))
    assert ("A2 is 1, expected 2." in words) is message
    assert ("Which axis holds the" in words) is sentence
    assert "Not right yet." in words


def test_a_picture_comes_with_a_mistake_and_full_feedback_only(course: Course) -> None:
    """A mistake of the bank brings its picture into the page, whole and closed."""
    known = next(
        m for m in load_mistakes(course.mistakes("symmetry")) if m.slug == "rand-for-randn"
    )
    named = Mistaken(known.slug, known.message)
    made = report(outcome(known.exercise, Verdict.FAILED, mistake=named))
    assert "<figure>" in feedback_html(made, course)
    assert not _Reader(feedback_html(made, course)).stack
    assert "<figure>" not in feedback_html(made, telling(course, "hints"))


@pytest.mark.parametrize(
    ("checks", "notes", "step"),
    [
        ([("forward", "PASSED")], (), "Everything is right."),
        ([("forward", "FAULT")], (), "Nothing to do for you now."),
        ([("forward", "UNANSWERED")], (), "Next, write forward; the rest is right."),
        ([("forward", "TIMED_OUT"), ("train", "FAILED")], (), "it does not come to an end; after"),
        (
            [("train", "SKIPPED"), ("forward", "FAILED")],
            (),
            "Start with forward; after that, 1 more",
        ),
        (
            [("train", "UNANSWERED")],
            ("cell 7, line 2: nothing in it counts",),
            "with cell 7, line 2",
        ),
    ],
)
def test_one_sentence_says_what_to_do_next(
    checks: list[tuple[str, str]], notes: tuple[str, ...], step: str, course: Course
) -> None:
    """A cell that cannot be read first, then what comes first in the lesson; skipped ones last."""
    made = report(*(outcome(name, Verdict(verdict)) for name, verdict in checks), notes=notes)
    page = feedback_html(made, course)
    sentence = re.search(r'<p class="next">(.*?)</p>', page)
    assert sentence is not None
    assert step in re.sub(r"</?code>", "", sentence[1])


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_said_in_words_and_has_a_shape(verdict: Verdict, course: Course) -> None:
    """No verdict is told by its colour alone or by its name in the program."""
    page = feedback_html(report(outcome("forward", verdict)), course)
    assert f'class="mark {verdict.value}"' in page
    words = text(page)
    assert verdict.value not in words
    assert {"PASSED": "1 of 1 right", "FAULT": "costs you nothing"}.get(
        verdict.value, "0 of 1 right"
    ) in words


def test_a_page_for_each_and_an_index(course: Course, tmp_path: Path) -> None:
    """A page has a place of its own, odd names are linked rightly, faults stand out."""
    made = [report(*MIXED), report(error="symmetry.ipynb: is empty", student="o'neil & <co> #1")]
    index = write_pages(made, course, tmp_path)
    page = index.read_text(encoding="utf-8")
    links = [attrs["href"] for tag, attrs in _Reader(page).tags if tag == "a"]
    assert links == [
        "ada/symmetry.html",
        "o%27neil%20%26%20%3Cco%3E%20%231/symmetry.html",
    ]
    assert (tmp_path / "ada/symmetry.html").is_file()
    assert (tmp_path / "o'neil & <co> #1/symmetry.html").is_file()
    assert "the grader failed in backward" in text(page)
    assert "could not be read" in text(page)


def test_lateness_is_told(course: Course, tmp_path: Path) -> None:
    """The student reads days, share and what is left; the index counts what is left."""
    late = report(outcome("train", Verdict.PASSED), days_late=1, late_penalty=0.1)
    words = "Handed in 1 day late: that takes 10 % and leaves 0.9 points."
    assert words in text(feedback_html(late, course))
    assert "late" not in text(feedback_html(report(outcome("train", Verdict.PASSED)), course))
    index = text(write_pages([late], course, tmp_path).read_text(encoding="utf-8"))
    assert re.search(r"1 day late: 1 − 0.1\s+0.9\s*/ 1", index)


def test_the_index_tells_assignments_apart(course: Course, tmp_path: Path) -> None:
    """Every one has its title, the one that is named like the course, too."""
    made = [report(*MIXED), report(*MIXED, assignment="scaling")]
    page = write_pages(made, course, tmp_path).read_text(encoding="utf-8")
    for slug in ("symmetry", "scaling"):
        assert f"<h2>{course.assignment(slug).title}</h2>" in page


def test_the_index_names_mistakes(course: Course, tmp_path: Path) -> None:
    """Each once, so that an instructor sees what a class stumbles over."""
    named = outcome("train", Verdict.FAILED, mistake=Mistaken("uphill", "Which way is down?"))
    index = text(write_pages([report(named, named)], course, tmp_path).read_text(encoding="utf-8"))
    assert index.count("uphill") == 1


def test_a_page_that_cannot_be_written_is_a_problem(course: Course, tmp_path: Path) -> None:
    """A file in the folder's place: one line, no traceback."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(Problem, match="feedback cannot be written"):
        write_feedback(report(*MIXED), course, tmp_path / "taken" / "page.html")


def test_the_same_report_gives_the_same_page(course: Course) -> None:
    """Nothing of the day or the machine gets in."""
    assert feedback_html(report(*MIXED), course) == feedback_html(report(*MIXED), course)


def test_words_for_reading() -> None:
    """Points are short, names are joined, code is marked up."""
    assert [points_words(x) for x in (3.0, 1.5, 2 / 3, 0)] == ["3", "1.5", "0.67", "0"]
    assert [listed(x) for x in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]
    assert prose("is `a < b`?") == "is <code>a &lt; b</code>?"
