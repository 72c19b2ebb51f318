"""A browser, and the course that it looks at."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.workflow.conftest import office, teacher

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

__all__ = ["office", "page", "shot", "teacher"]  # a course on a real exchange, as in the workflow

PATIENCE = 60_000  # ms that a slow machine may need for anything
SIZE = (1280, 900)
ELSEWHERE = re.compile(r"https?://(?!127\.0\.0\.1[:/])")


@pytest.fixture
def page() -> Iterator[Page]:
    """A page in Debian's Chromium, which reaches this machine and nothing else."""
    if (chromium := shutil.which("chromium")) is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    if find_spec("jupyterlab") is None:
        pytest.skip("JupyterLab is not installed: pip install jupyterlab")
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    sync_api.expect.set_options(timeout=PATIENCE)
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.set_default_timeout(PATIENCE)
        page.route(ELSEWHERE, lambda route: route.abort())
        yield page
        browser.close()


@pytest.fixture
def shot() -> Callable[..., None]:
    """Keep what is seen, as ``$AUTOGRADER_SCREENSHOTS/<name>.png`` if that folder is given."""
    folder = os.environ.get("AUTOGRADER_SCREENSHOTS")

    def save(
        page: Page, name: str, last: Locator | None = None, size: tuple[int, int] = SIZE
    ) -> None:
        """A picture of this width and height, with ``last`` at its lower edge if given."""
        if folder is None:
            return
        page.set_viewport_size({"width": size[0], "height": size[1]})
        if last is not None:
            last.evaluate("element => element.scrollIntoView(false)")
        page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")
        page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})

    return save
