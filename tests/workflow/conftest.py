"""A course on a real exchange, and people who come and go."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.autograded import grade_id
from autograder.course import HOME, load_course
from autograder.source_notebook import source_files
from tests.workflow.people import Office, Person

Tree = dict[str, Any]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The system, until the end of the test."""
    office = Office(tmp_path, load_course(HOME).course.id)
    yield office
    office.close()


@pytest.fixture
def teacher(office: Office) -> Person:
    """The instructor in an own course; what it does not have is the kit's."""
    teacher = office.person("course")
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(HOME / name, teacher.folder)
    return teacher


ANSWER = "The deep net stands still: its signal dies out on the way."


def solve(notebook: Path, *exercises: str, answer: str = ANSWER) -> None:
    """Write solutions into a fetched notebook, of these exercises or of all; and an answer."""
    slug = notebook.stem
    solved = json.loads(source_files(load_course(HOME), slug)[f"{slug}.ipynb"])
    solutions = {grade_id(cell): cell["source"] for cell in solved["cells"] if grade_id(cell)}
    tree: Tree = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in tree["cells"]:
        name = grade_id(cell) or ""
        if name.startswith("answer_"):
            cell["source"] = answer
        elif name and not name.endswith("_checks") and (not exercises or name in exercises):
            cell["source"] = solutions[name]
    notebook.write_text(json.dumps(tree), encoding="utf-8")


def skip_figures(notebook: Path) -> None:
    """Take out what a student runs for insight alone, and a test would only wait for."""
    tree: Tree = json.loads(notebook.read_text(encoding="utf-8"))
    tree["cells"] = [c for c in tree["cells"] if "demo" not in c["metadata"].get("tags", [])]
    notebook.write_text(json.dumps(tree), encoding="utf-8")
