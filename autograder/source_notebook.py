"""From ``solutions/<slug>.py`` to nbgrader's source folder, ``source/<slug>/``, never committed.

It holds the notebook with solutions and with nbgrader's marks, and the public checks in a file of
their own. Both are functions of the source and of ``course.yml``, to the byte.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course
from autograder.problem import Problem
from autograder.reference import percent_cells

ANSWER = "answer_"
CHECKS = "_checks"
PUBLIC_CHECKS = "public_checks.py"
_TEMPLATE = Path(__file__).with_name("public_checks.template")


def needs_build(course: Course, slug: str) -> bool:
    """Whether nbgrader's source folder is missing or older than what it is made from."""
    built = course.root / "source" / slug / f"{slug}.ipynb"
    if not built.exists():
        return True
    origins = (course.source(slug), course.root / "course.yml", _TEMPLATE, Path(__file__))
    return built.stat().st_mtime < max(origin.stat().st_mtime for origin in origins)


def build_source(course: Course, slug: str) -> Path:
    """Write nbgrader's source folder of an assignment.

    Raises:
        Problem: the source breaks a convention, or a file cannot be written.
    """
    return write_all(course.root / "source" / slug, source_files(course, slug))


def source_files(course: Course, slug: str) -> dict[str, str]:
    """The notebook with solutions and nbgrader's marks, and the public checks on their own."""
    assignment = course.assignment(slug)
    path = course.source(slug)
    text = path.read_text(encoding="utf-8")
    return {
        f"{slug}.ipynb": _source_notebook(text, assignment, path),
        PUBLIC_CHECKS: _public_checks(text, assignment, path),
    }


def _source_notebook(text: str, assignment: Assignment, path: Path) -> str:
    import jupytext

    notebook = jupytext.reads(text, fmt="py:percent")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = []
    ids: set[str] = set()
    for cell in notebook.cells:
        marks = _marks(cell.metadata, assignment, path)
        name = marks["grade_id"] if marks else _content_id(cell.cell_type + cell.source, ids)
        if name in ids:
            raise Problem(f"has two cells for {name!r}", path)
        ids.add(name)
        tags = cell.metadata.get("tags")
        metadata = {"nbgrader": marks} if marks else {"tags": tags} if tags else {}
        code: dict[str, Any] = {"execution_count": None, "outputs": []}
        cells.append({
            "cell_type": cell.cell_type, "id": name, "metadata": metadata,
            "source": cell.source.splitlines(keepends=True),
            **(code if cell.cell_type == "code" else {}),
        })  # fmt: skip
    for name in (
        *assignment.points, *(n + CHECKS for n in assignment.points),
        *(ANSWER + n for n in assignment.manual),
    ):  # fmt: skip
        if name not in ids:
            raise Problem(f"has no cell for {name!r}, which course.yml gives points", path)
    tree = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(tree, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _marks(metadata: dict[str, Any], assignment: Assignment, path: Path) -> dict[str, Any] | None:
    """nbgrader's metadata for a cell of that role; None where it is nobody's to grade."""
    base = {"schema_version": 3, "task": False}
    if name := metadata.get("exercise"):
        return {**base, "grade_id": name, "grade": False, "solution": True, "locked": False}
    if name := metadata.get("checks"):
        points = _points(assignment.points, name, path)
        marks = {"grade_id": name + CHECKS, "grade": True, "solution": False, "locked": True}
        return {**base, **marks, "points": points}
    if name := metadata.get("answer"):
        points = _points(assignment.manual, name, path)
        marks = {"grade_id": ANSWER + name, "grade": True, "solution": True, "locked": False}
        return {**base, **marks, "points": points}
    return None


def _points(table: dict[str, float], name: str, path: Path) -> float:
    if name not in table:
        raise Problem(f"has a cell for {name!r}, to which course.yml gives no points", path)
    # A whole number stays one: nbgrader's checksum reads it as a float, people read it as it is.
    return int(table[name]) if table[name] == int(table[name]) else table[name]


def _content_id(content: str, taken: set[str]) -> str:
    """A cell id that changes with the cell alone, not with what stands before it."""
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    count = 1
    while (name := digest if count == 1 else f"{digest}-{count}") in taken:
        count += 1
    return name


def _public_checks(text: str, assignment: Assignment, path: Path) -> str:
    sources = {}
    for marker, source, line in percent_cells(text):
        if 'checks="' in marker:
            name = marker.split('checks="')[1].split('"')[0]
            sources[name] = _definition(source, f"check_{name}", path, line)
    body = "\n\n\n".join(sources.values())
    table = "".join(f"    {name!r}: check_{name},\n" for name in sources).replace("'", '"')
    template = _TEMPLATE.read_text(encoding="utf-8")
    for blank, filled in (
        ("@SLUG@", assignment.slug), ("@CHECKS@", body), ("@TABLE@", table)
    ):  # fmt: skip
        template = template.replace(blank, filled)
    return template


def _definition(source: str, name: str, path: Path, line: int) -> str:
    """The function of a checks cell, without the call after it."""
    body = ast.parse(source).body
    if not (
        len(body) == 2
        and isinstance(body[0], ast.FunctionDef)
        and body[0].name == name
        and ast.unparse(body[1]) == f"{name}()"
    ):
        raise Problem(f"a checks cell defines {name} and calls it, nothing else", path, line)
    return "\n".join(source.splitlines()[: body[0].end_lineno]).strip("\n")


def content(path: Path) -> str | None:
    """A text file as it stands; None where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def write_all(folder: Path, files: dict[str, str]) -> Path:
    """Write files aside and rename them, so that a kill leaves the old or the new one whole."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            if content(folder / name) == text:
                os.utime(folder / name)  # it is up to date, and says so
            else:
                aside = folder / f".{name}.{os.getpid()}"
                aside.write_text(text, encoding="utf-8")
                aside.replace(folder / name)
    except OSError as error:
        raise Problem(f"cannot be written: {error.strerror}", folder) from None
    return folder
