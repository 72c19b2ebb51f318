"""The released notebook beside a submitted one: what is ours, what is theirs, what went missing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course import Course
from autograder.sandbox.host import Session
from autograder.sandbox.protocol import Cell, CellResult
from autograder.submission import Submission


@dataclass(frozen=True)
class Released:
    """What was handed out: figures and experiments by their text, graded cells by their id."""

    demonstrations: frozenset[str]
    grade_ids: tuple[str, ...]

    @classmethod
    def read(cls, course: Course, slug: str) -> Released:
        """Read the released notebook; before the first release there is nothing to know."""
        path = course.file(f"assignments/{slug}/{slug}.ipynb")
        if not path.is_file():
            return cls(frozenset(), ())
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        demonstrations = {
            _normal("".join(cell["source"]))
            for cell in cells
            if cell["cell_type"] == "code" and _is_ours(cell["metadata"])
        }
        ids = [c["metadata"]["nbgrader"]["grade_id"] for c in cells if "nbgrader" in c["metadata"]]
        return cls(frozenset(demonstrations), tuple(ids))

    def without_demonstrations(self, submission: Submission) -> tuple[Cell, ...]:
        """The code to run: everything but figures, experiments and public checks as released.

        They are recognised by their text, so a changed one is the student's own and runs.
        """
        return tuple(
            cell for cell in submission.code if _normal(cell.source) not in self.demonstrations
        )


def _is_ours(metadata: dict[str, object]) -> bool:
    marks = metadata.get("nbgrader")
    graded = isinstance(marks, dict) and marks.get("grade") is True
    tags = metadata.get("tags")
    return graded or (isinstance(tags, list) and "demo" in tags)


def _normal(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def notes_on_cells(submission: Submission, session: Session, released: Released) -> tuple[str, ...]:
    """One line for each thing about the notebook that a person should know."""
    notes = []
    for cell in session.cells:
        if cell.error is None or cell.error == "NotImplementedError":
            continue
        notes.append(_cell_words(submission, cell, _defined_in(submission, cell), ": "))
    if released.grade_ids and submission.path.suffix == ".ipynb":
        present = [cell.grade_id for cell in submission.cells if cell.grade_id]
        if not present:
            return (*notes, "no cell has nbgrader's marks: another program saved the notebook")
        kinds = {c.grade_id: c.kind for c in submission.cells}
        for name in released.grade_ids:
            if name not in present:
                notes.append(f"the cell {name} was deleted")
            elif present.count(name) > 1:
                notes.append(f"the cell {name} stands {present.count(name)} times")
            elif not name.startswith("answer") and kinds[name] != "code":
                notes.append(f"the cell {name} was turned into a {kinds[name]} cell")
    return tuple(notes)


def functions_of_stopped_cells(submission: Submission, session: Session) -> dict[str, str]:
    """The functions that a cell which stopped was to define, and in words why they are missing."""
    stopped = [cell for cell in session.cells if cell.error is not None]
    return {
        name: f"There is no {name}: {_cell_words(submission, cell, (), ' ')}."
        for cell in stopped
        for name in _defined_in(submission, cell)
        if name not in session.functions
    }


def _defined_in(submission: Submission, cell: CellResult) -> list[str]:
    source = next((c.source for c in submission.cells if c.index == cell.index), "")
    return re.findall(r"^def\s+(\w+)", source, re.MULTILINE)


def _cell_words(
    submission: Submission, cell: CellResult, functions: Sequence[str], colon: str
) -> str:
    place = [] if submission.path.suffix == ".py" else [f"cell {cell.index + 1}"]
    if place and functions:
        place[0] += f" ({', '.join(functions)})"
    if cell.line is not None:
        place.append(f"line {cell.line}")
    words = _CELL_WORDS.get(cell.error or "", f"raised {cell.error}")
    return colon.join(filter(None, [", ".join(place), words]))


_CELL_WORDS = {
    "SyntaxError": "has a syntax error, so nothing in it counts",
    "IndentationError": "has wrong indentation, so nothing in it counts",
    "TabError": "mixes tabs and spaces, so nothing in it counts",
    "TimeLimit": "did not finish in time and was left out",
    "MemoryLimit": "needed more memory than is allowed",
    "Died": "ended the Python process and was left out",
}
