"""An instructor at the form grader, and the student who sees what comes back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from autograder.course import HOME
from tests.browser.lab import assignment_list, formgrader, lab
from tests.workflow.conftest import solve
from tests.workflow.people import Office, Person

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect
pytestmark = pytest.mark.filterwarnings("default")  # nbgrader's own code is not free of warnings

SLUGS = ("symmetry", "capstone")
CLASS = """id,first_name,last_name
{},Farah,Amiri
ada,Ada,Okafor
emil,Emil,Lindqvist
goran,Goran,Petrov
hana,Hana,Sato
ines,Ines,Duarte
"""
ANSWER = """\
1. **Zeros.** The cost stays at 2.303, which is ln 10: all ten scores are equal. W = 0 passes no
   gradient down.
2. **Small.** Every layer multiplies the signal by about 0.057. After nine layers 6e-12 is left.
3. **Xavier and He.** Xavier loses a factor 0.71 in each layer and waits; He pays for the ReLU.
4. **Batch normalisation.** It divides by the standard deviation, so the scale of W cancels.
5. **What I saw.** 1 and 8 are confused most often."""
ADVICE = "The scale is right. Which distribution does rng.random draw from?"
PRAISE = "A reason and a number each time. Point 5 needs a cause, and a test of it."


def test_read_override_comment_return(
    page: Page, office: Office, teacher: Person, shot: Callable[..., None]
) -> None:
    """Why points were lost is seen beside the score; what a person decides reaches the student."""
    student = graded(office, teacher)
    with lab(teacher, page):
        grader = formgrader(page)
        rows = submissions(grader, "symmetry")
        farah = rows.filter(has_text="Amiri, Farah")
        expect(farah).to_contain_text("17.7 / 21")
        expect(rows.filter(has_text="Okafor, Ada")).to_contain_text("21 / 21")
        expect(rows.filter(has_text="Lindqvist, Emil")).to_contain_text("6 / 21")
        grader.get_by_role("button", name="Show All Names").click()
        expect(farah.get_by_role("link", name="Amiri, Farah")).to_be_visible()
        shot(page, "formgrader", size=(1280, 650))
        given = {"forward": "3", "compute_cost": "0.5", "initialize_parameters": "1.2"}
        read(grader, farah.get_by_role("link", name="Amiri, Farah"), given)
        why = grader.get_by_text("No weight of yours is negative.").first
        expect(why).to_contain_text("The values of W1 are not centred on 0")
        comment(page, grader, "initialize_parameters", ADVICE)
        override(page, grader, "initialize_parameters_checks", "2")
        # Code, verdicts, picture and score: what a person needs to decide is in one view.
        heading = grader.locator(".panel-heading", has_text="initialize_parameters_checks")
        heading.evaluate("element => element.scrollIntoView(false)")
        expect(why).to_be_in_viewport()
        expect(grader.get_by_role("img", name="The weights in W1")).to_be_in_viewport()
        expect(grader.get_by_text("rng.random((n_h, n_x))")).to_be_in_viewport()
        shot(page, "formgrader-why", heading)

        row = submissions(grader, "capstone")
        expect(row).to_contain_text("15 / 20")
        expect(row.locator(".needs-manual-grade .glyphicon-ok")).to_be_visible()
        read(grader, row.get_by_role("link", name="Submission #1"), {"build": "4", "fit": "8"})
        answer = grader.locator(".nbgrader_cell", has_text="After nine layers 6e-12 is left.")
        expect(answer).to_be_visible()
        comment(page, grader, "answer_curves", PRAISE)
        override(page, grader, "answer_curves", "4")
        shot(page, "written-answer", answer, (1280, 635))
        row = submissions(grader, "capstone")
        expect(row).to_contain_text("19 / 20")
        expect(row.locator(".needs-manual-grade .glyphicon-ok")).to_have_count(0)
        rows = submissions(grader, "symmetry")
        expect(rows.filter(has_text="Amiri, Farah")).to_contain_text("18.5 / 21")

    for slug in SLUGS:
        teacher.nbgrader("generate_feedback", slug, f"--student={student.name}")
        teacher.nbgrader("release_feedback", slug)
    with lab(student, page):
        *_, submitted = assignment_list(page)
        returned = feedback(page, submitted, "capstone")
        expect(returned.get_by_text("capstone (Score: 19.0 / 20.0)")).to_be_visible()
        expect(returned.get_by_text(PRAISE)).to_be_visible()
        returned = feedback(page, submitted, "symmetry")
        expect(returned.get_by_text("symmetry (Score: 18.5 / 21.0)")).to_be_visible()
        expect(returned.get_by_text(ADVICE)).to_be_visible()
        changed = returned.locator(".panel-heading", has_text="initialize_parameters_checks")
        expect(changed).to_contain_text("Score: 2.0 / 3.0")
        shot(page, "feedback-nbgrader", changed)


def graded(office: Office, teacher: Person) -> Person:
    """A small class, graded by stock commands; one student is there to get something back."""
    student = office.person("student")
    examples = HOME / "examples" / "submitted"
    for slug in SLUGS:
        teacher.nbgrader("generate_assignment", slug)
        teacher.nbgrader("release_assignment", slug)
        student.nbgrader("fetch_assignment", slug)
    shutil.copy(examples / "farah" / "symmetry" / "symmetry.ipynb", student.folder / "symmetry")
    solve(student.folder / "capstone" / "capstone.ipynb", answer=ANSWER)
    for name in ("ada", "emil", "goran", "hana", "ines"):
        theirs = teacher.folder / "submitted" / name / "symmetry"
        shutil.copytree(examples / name / "symmetry", theirs)
    (teacher.folder / "class.csv").write_text(CLASS.format(student.name), encoding="utf-8")
    teacher.nbgrader("db", "student", "import", "class.csv")
    for slug in SLUGS:
        student.nbgrader("submit", slug)
        teacher.nbgrader("collect", slug)
        teacher.nbgrader("autograde", slug)
    return student


def submissions(grader: FrameLocator, slug: str) -> Locator:
    """Go to an assignment's submissions; gives their rows."""
    trail = grader.locator(".breadcrumb li")
    grader.get_by_role("link", name="Manual Grading").first.click()
    for way in (["Manual Grading"], ["Manual Grading", slug]):
        expect(trail).to_have_text(way)
        grader.locator("tbody").get_by_role("link", name=slug).click()
    expect(trail).to_have_text(["Manual Grading", slug, slug])
    return grader.locator("tbody tr")


def read(grader: FrameLocator, link: Locator, given: dict[str, str]) -> None:
    """Open a submission, where the points of the checks stand in grey in the boxes."""
    link.click()
    for exercise, points in given.items():
        box = grader.locator(f"#{exercise}_checks")
        expect(box).to_have_attribute("placeholder", points)
    # The form grader glides to each box that is entered, for half a second: here at once.
    grader.locator("body").evaluate("() => { jQuery.fx.off = true; }")


def comment(page: Page, grader: FrameLocator, name: str, words: str) -> None:
    """Write below a student's cell, and wait until it is in the gradebook."""
    box = grader.locator(f"#{name}-comment")
    box.fill(words)
    with page.expect_response(re.compile("/api/comment/")) as answer:
        box.press("Tab")
    assert answer.value.ok


def override(page: Page, grader: FrameLocator, name: str, points: str) -> None:
    """Give a cell other points, and wait until they are in the gradebook."""
    box = grader.locator(f"#{name}")
    box.fill(points)
    with page.expect_response(re.compile("/api/grade/")) as answer:
        box.press("Tab")
    assert answer.value.ok


def feedback(page: Page, submitted: Locator, slug: str) -> FrameLocator:
    """Fetch what came back, and open it as the student does."""
    page.get_by_role("tab", name="Assignments").click()
    row = submitted.locator("> .list_item", has_text=slug)
    expect(row).to_contain_text("(feedback available to fetch)")
    row.get_by_role("button", name="Fetch Feedback").click()
    row.get_by_text("(view feedback)").click()
    page.get_by_role("listitem", name=f"{slug}.html").dblclick()
    return page.locator("iframe:visible").content_frame
