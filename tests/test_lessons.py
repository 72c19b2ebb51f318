"""The lessons as instructors see them: notebooks with solutions run from top to bottom."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

from autograder.course import HOME, load_course

COURSE = load_course(HOME)
SECONDS = 120  # a cell's; a whole lesson takes a fifth of it on two cores


@pytest.mark.parametrize("slug", [assignment.slug for assignment in COURSE.assignments])
def test_a_lesson_runs_from_top_to_bottom(
    slug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an error or a warning, every exercise checked, with figures."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = jupytext.read(COURSE.source(slug))
    client = NotebookClient(
        notebook, timeout=SECONDS, kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Jupyter's own libraries
        client.execute(env=os.environ)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert [o["text"] for o in outputs if o.get("name") == "stderr"] == []
    figures = [o for o in outputs if "image/png" in o.get("data", ())]
    assert len(figures) >= 2
    checked = [cell for cell in notebook.cells if "checks" in cell.metadata]
    exercises = COURSE.assignment(slug).points
    assert {cell.metadata["checks"] for cell in checked} <= set(exercises)
    assert len(checked) >= len(exercises) - 1  # the capstone's written answer has none
    assert all(cell["outputs"] for cell in checked)  # one happy line each
