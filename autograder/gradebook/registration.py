"""Making the gradebook know an assignment: its cells, points and due date, as released."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import nbformat
from nbgrader.api import Base, Comment, Gradebook
from nbgrader.preprocessors import SaveCells
from sqlalchemy import delete, false, select

from autograder.autograded import grade_id
from autograder.course import Course
from autograder.gradebook.connection import told
from autograder.late import in_utc
from autograder.problem import Problem
from autograder.source_notebook import CHECKS


def read_released(course: Course, slug: str) -> dict[str, Any]:
    """The released notebook, worth what ``course.yml`` says now.

    Raises:
        Problem: it is missing, or its points are others.
    """
    path = course.file(f"assignments/{slug}/{slug}.ipynb")
    cure = f"run `autograder release {slug}`"
    try:
        tree: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Problem(f"there is no released notebook: {cure}", path) from None
    for cell in tree["cells"]:
        cell["source"] = "".join(cell["source"])
    points = {
        name: cell["metadata"]["nbgrader"]["points"]
        for cell in tree["cells"]
        if (name := grade_id(cell)) and cell["metadata"]["nbgrader"]["grade"]
    }
    for exercise, now in course.assignment(slug).points.items():
        if (then := points.get(exercise + CHECKS)) != now:
            words = f"{exercise} is worth {now:g} in course.yml and {then} in what was released"
            raise Problem(f"{words}: {cure}", path)
    return tree


def register(book: Gradebook, course: Course, slug: str, released: Mapping[str, Any]) -> None:
    """Make the gradebook know an assignment as released: its cells, points and due date.

    Raises:
        Problem: submissions of another set of cells are in the gradebook.
    """
    due = course.assignment(slug).due
    for table in Base.metadata.sorted_tables:  # an older schema is told before anything is written
        book.db.execute(select(table).limit(0))
    book.db.execute(delete(Comment.__table__).where(false()))  # and that it is only for reading
    book.db.rollback()
    try:
        with _one_transaction(book):
            book.update_or_create_assignment(slug, duedate=due and in_utc(due, course.zone))
            if not _is_registered(book, slug, released):
                _save_cells(book, slug, nbformat.from_dict(released))
    except RuntimeError:
        raise Problem(
            f"exercises of {slug} were added or removed, and the gradebook holds submissions of "
            f"the old ones: back it up, then run `nbgrader db assignment remove {slug} --force`"
        ) from None


def _save_cells(book: Gradebook, slug: str, notebook: Any) -> None:
    """nbgrader's own step, in the transaction that is open."""
    step = SaveCells()
    step.gradebook, step.notebook_id, step.assignment_id = book, slug, slug
    step.new_grade_cells, step.new_solution_cells = {}, {}
    step.new_task_cells, step.new_source_cells = {}, {}
    for index, cell in enumerate(notebook.cells):
        step.preprocess_cell(cell, {}, index)
    step._create_notebook(notebook)


@contextmanager
def _one_transaction(book: Gradebook) -> Iterator[None]:
    """nbgrader commits after each row; here all of them count, or none."""
    commit = book.db.commit

    def flush() -> None:
        with told():  # before nbgrader makes three pages of it
            book.db.flush()

    book.db.commit = flush
    try:
        yield
        commit()
    except BaseException:
        book.db.rollback()
        raise
    finally:
        book.db.commit = commit


def _is_registered(book: Gradebook, slug: str, released: Mapping[str, Any]) -> bool:
    known = {
        cell.name: cell.checksum
        for notebook in book.find_assignment(slug).notebooks
        if notebook.name == slug
        for cell in notebook.source_cells
    }
    # A checksum covers the text, the role and the points of a cell.
    return known == {
        name: cell["metadata"]["nbgrader"]["checksum"]
        for cell in released["cells"]
        if (name := grade_id(cell))
    }
