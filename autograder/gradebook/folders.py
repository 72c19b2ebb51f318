"""``autograded/<student>/<assignment>/``, as nbgrader's own command leaves it."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat

from autograder.autograded import Cell, restored, show, verdicts
from autograder.course import Course
from autograder.handed_in import beside, submission_folder
from autograder.problem import Problem
from autograder.report import Report
from autograder.source_notebook import PUBLIC_CHECKS
from autograder.submission import read_whole_cells


def autograded_notebook(
    course: Course, released: Mapping[str, Any], report: Report
) -> dict[str, Any]:
    """The released notebook with a student's cells and the verdicts in it."""
    cells: list[Cell] = []
    if report.error is None:
        # It was readable when it was graded; whoever took it away since gets the empty form.
        with suppress(Problem):
            cells = read_whole_cells(Path(report.submission), report.assignment)
    notebook = restored(released, cells)
    show(notebook, report, course)
    return notebook


def _place(course: Course, report: Report) -> Path:
    return course.root / "autograded" / report.student / report.assignment


def why_moved(course: Course, report: Report, notebook: Mapping[str, Any], exercise: str) -> str:
    """What is said of an exercise now and was not in the autograded notebook that is replaced."""
    path = _place(course, report) / f"{report.assignment}.ipynb"
    before: dict[str, str] = {}
    with suppress(OSError, ValueError, KeyError, TypeError):
        before = verdicts(json.loads(path.read_text(encoding="utf-8"))).get(exercise, {})
    now = verdicts(notebook).get(exercise, {})
    changed = [
        f"{title} ({before[title]} → {now[title]})" if title in before else f"{title} (new)"
        for title in now
        if before.get(title) != now[title]
    ]
    gone = [f"{title} (no longer checked)" for title in before if title not in now]
    return " ".join(changed + gone) or "its points or the weights of its checks changed"


def write_folder(course: Course, report: Report, notebook: Mapping[str, Any]) -> None:
    """Write a graded submission, one file at a time, each whole.

    Raises:
        Problem: the folder cannot be written.
    """
    folder = _place(course, report)
    text = nbformat.v4.writes(nbformat.from_dict(notebook)) + "\n"
    files = {f"{report.assignment}.ipynb": text.encode()}
    source = submission_folder(report)
    if source.name == report.assignment:
        files |= beside(source)
    public = course.file(f"assignments/{report.assignment}/{PUBLIC_CHECKS}")
    if public.is_file():
        files[PUBLIC_CHECKS] = public.read_bytes()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            aside = folder / f".{name}.{os.getpid()}"
            aside.write_bytes(data)
            aside.chmod(0o444)
            aside.replace(folder / name)
    except OSError as error:
        raise Problem(f"cannot be written: {error.strerror}", folder) from None
