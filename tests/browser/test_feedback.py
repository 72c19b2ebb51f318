"""The kit's own feedback, from the command line to what a student sees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.course import HOME
from tests.test_cli import autograder

if TYPE_CHECKING:
    from playwright.sync_api import Page

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect


def test_from_the_table_to_what_went_wrong(
    page: Page, tmp_path: Path, shot: Callable[..., None]
) -> None:
    """One click to a student, one to a function; a mistake is named, and its picture is seen."""
    work = HOME / "examples" / "submitted"
    words = ["grade", "symmetry", str(work / "tariq"), str(work / "farah")]
    done = autograder(HOME, *words, "--feedback", str(tmp_path))
    assert done.returncode == 0, done.stderr
    page.goto((tmp_path / "index.html").as_uri())
    page.get_by_role("link", name="tariq").click()
    expect(page.get_by_text("18.6 of 21 points")).to_be_visible()
    forward = page.locator("section", has_text="forward").first
    expect(forward).to_contain_text("Which of the two activations belongs to the hidden layer")
    expect(forward.get_by_role("img", name="A2 with this mistake")).to_be_visible()
    shot(page, "feedback", size=(820, 1305))
    page.go_back()
    page.get_by_role("link", name="farah").click()
    page.get_by_role("link", name="initialize_parameters").click()
    weights = page.locator("section", has_text="No weight of yours is negative.")
    expect(weights.get_by_role("img")).to_be_in_viewport()
    expect(weights).to_contain_text("The values of W1 are not centred on 0")
    shot(page, "feedback-figure", weights, (820, 620))
