"""A student at JupyterLab: fetches, writes, runs, validates, hands in; what the screen shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from autograder.course import HOME, load_course
from tests.browser.lab import assignment_list, cell, lab
from tests.workflow.conftest import skip_figures, solve
from tests.workflow.people import Office, Person

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect
pytestmark = pytest.mark.filterwarnings("default")  # nbgrader's own code is not free of warnings

COURSE = load_course(HOME)
OTHERS = [name for name in COURSE.assignment("symmetry").points if name != "forward"]
FORGOTTEN = 'A1 = np.tanh(parameters["W1"] @ X)'
WRONG = f"""\
{FORGOTTEN}
A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
return A2, {{"A1": A1, "A2": A2}}"""
MEND = ' + parameters["b1"]'
MENDED = f"{FORGOTTEN[:-1]}{MEND})"


def test_fetch_write_validate_submit(
    page: Page, office: Office, teacher: Person, shot: Callable[..., None]
) -> None:
    """Public checks speak, in the notebook and at Validate; what is handed in is what is seen."""
    teacher.nbgrader("generate_assignment", "symmetry")
    teacher.nbgrader("release_assignment", "symmetry")
    student = office.person("student")
    with lab(student, page):
        released, fetched, submitted = assignment_list(page)
        released.get_by_role("button", name="Fetch").click()
        fetched.get_by_role("button", name="symmetry").click()
        notebook = student.folder / "symmetry" / "symmetry.ipynb"
        solve(notebook, *OTHERS)
        skip_figures(notebook)
        fetched.get_by_role("link", name="symmetry", exact=True).click()

        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
        forward = cell(page, "def forward(X, parameters):")
        checks = cell(page, "def check_forward():")
        forward.get_by_text("raise NotImplementedError()").click()
        page.keyboard.press("Home")
        page.keyboard.press("Shift+End")
        page.keyboard.type(WRONG)
        expect(forward).to_contain_text(WRONG.splitlines()[-1])
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Above Selected Cell").click()
        run(forward, checks)
        expect(checks).to_contain_text("Check one step at a time: Z1, tanh, Z2, sigmoid;")

        page.get_by_role("button", name="Validate").click()
        results = page.get_by_role("dialog")
        expect(results).to_contain_text("The following cell failed")
        assert_shows_public_checks(results, "forward", "backward", "train")
        shot(page, "student-validate", results.locator("pre").nth(1))
        results.get_by_role("button", name="Ok").click()

        forward.get_by_text(FORGOTTEN).click()
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        page.keyboard.type(MEND)
        expect(forward).to_contain_text(MENDED)
        run(forward, checks)
        expect(checks).to_contain_text("✓ forward: the surveyors speak and the chief decides.")
        page.get_by_role("button", name="Validate").click()
        expect(results).to_contain_text("Success! Your notebook passes all the tests.")
        results.get_by_role("button", name="Ok").click()

        page.get_by_role("tab", name="Assignments").click()
        expect(submitted).to_contain_text("There are no submitted assignments.")
        fetched.get_by_role("button", name="Submit").click()
        expect(submitted.get_by_text("symmetry")).to_be_visible()
    (handed_in,) = (office.exchange / COURSE.course.id / "inbound").glob("*/symmetry.ipynb")
    assert json.dumps(MENDED)[1:-1] in handed_in.read_text(encoding="utf-8")


def run(*cells: Locator) -> None:
    """Run these cells, one after the other."""
    for one in cells:
        one.locator(".cm-content").press("Shift+Enter")


def assert_shows_public_checks(results: Locator, *exercises: str) -> None:
    """These exercises failed: each with the cell that the student has, then what it says."""
    released = json.loads((HOME / "assignments/symmetry/symmetry.ipynb").read_bytes())
    public = {"".join(cell["source"]).strip() for cell in released["cells"]}
    shown = results.locator("pre").all_inner_texts()
    sources, errors = shown[::2], shown[1::2]
    assert [text.split("(")[0] for text in sources] == [f"def check_{name}" for name in exercises]
    assert set(sources) <= public
    assert all("AssertionError: " in error for error in errors)
    assert not [error for error in errors if "autograder" in error.replace(str(HOME), "")]
    assert "and both biases" in errors[0]
