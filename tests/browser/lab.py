"""JupyterLab as a person starts it: a real server in the person's folder; and where things are."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.workflow.people import Person

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page

PATIENCE = 60  # seconds that a slow machine may need until the server answers


@contextmanager
def lab(person: Person, page: Page) -> Iterator[None]:
    """Run JupyterLab until the end of the block, and open it on the page."""
    home = person.folder  # as for the person's commands, which share nbgrader's cache with it
    settings = home / ".jupyter/lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    runtime = home / ".runtime"
    environment = {
        **person.office.environment, "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(runtime),
    }  # fmt: skip
    words = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    words += ["--LabApp.extension_manager=readonly", f"--ServerApp.root_dir={home}"]
    log = home / ".lab.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *words], cwd=home, env=environment,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        page.goto(_address(process, runtime / f"jpserver-{process.pid}.json", log))
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _address(process: subprocess.Popen[bytes], note: Path, log: Path) -> str:
    """What the server notes down about itself as soon as it listens."""
    end = time.monotonic() + PATIENCE
    while not (note.is_file() and (text := note.read_text(encoding="utf-8"))):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        time.sleep(0.05)
    said = json.loads(text)
    return f"{said['url']}lab?token={said['token']}"


def assignment_list(page: Page) -> tuple[Locator, Locator, Locator]:
    """Open nbgrader's list; gives its released, downloaded and submitted assignments."""
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Assignment List").click()
    released, fetched, submitted = (
        page.locator(f"#{name}_assignments_list") for name in ("released", "fetched", "submitted")
    )
    return released, fetched, submitted


def cell(page: Page, words: str) -> Locator:
    """The notebook's cell with these words."""
    return page.locator(".jp-Notebook .jp-Cell", has_text=words)


def formgrader(page: Page) -> FrameLocator:
    """Open nbgrader's form grader, and give it room; gives what is in its frame."""
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    page.get_by_role("tab", name="File Browser").click()
    return page.frame_locator("iframe:visible")
