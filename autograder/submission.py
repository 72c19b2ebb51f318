"""One student's file, read within bounds and never followed outside its folder."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.problem import Problem
from autograder.sandbox.protocol import Cell

MAX_BYTES = 256 << 20
MAX_SOURCE_BYTES = 4 << 20
MAX_CELLS = 5_000
_KERNELS = {"python", "python3", "ipython", "xpython", "pyodide"}


@dataclass(frozen=True)
class NotebookCell:
    """What grading needs of a notebook cell; outputs are left behind when it is read."""

    index: int
    kind: str
    source: str
    grade_id: str | None = None
    nbgrader: bool = False


@dataclass(frozen=True)
class Submission:
    """A student's text, as it stands: nothing in it has run or been believed."""

    student: str
    assignment: str
    path: Path
    cells: tuple[NotebookCell, ...]

    @property
    def code(self) -> tuple[Cell, ...]:
        """The code cells, in order."""
        return tuple(Cell(c.index, c.source) for c in self.cells if c.kind == "code")


def read_submission(path: Path, student: str, assignment: str) -> Submission:
    """Read an ``.ipynb`` or ``.py`` file, or the folder that holds ``<assignment>.ipynb``.

    Raises:
        Problem: one line; the file is left as it is.
    """
    path = _located(path, assignment)
    text = _bounded_text(path)
    cells = _notebook(path, text) if path.suffix == ".ipynb" else (NotebookCell(0, "code", text),)
    if sum(len(cell.source) for cell in cells) > MAX_SOURCE_BYTES:
        raise Problem(f"has more than {MAX_SOURCE_BYTES >> 20} MiB of source text", path)
    return Submission(student, assignment, path, cells)


def read_whole_cells(path: Path, assignment: str) -> list[dict[str, Any]]:
    """The cells of a submission as the student left them, outputs included; believe none of it.

    Raises:
        Problem: as :func:`read_submission`.
    """
    path = _located(path, assignment)
    text = _bounded_text(path)
    if path.suffix != ".ipynb":
        return [{"cell_type": "code", "metadata": {}, "source": text}]
    return [cell for cell in _tree(path, text)["cells"] if isinstance(cell, dict)]


def _located(path: Path, assignment: str) -> Path:
    try:
        if path.is_symlink():
            raise Problem("is a symbolic link, which is not followed: submit the file itself", path)
        return _in_folder(path, assignment) if path.is_dir() else path
    except OSError as error:
        raise Problem(f"cannot be read: {error.strerror}", path) from None


def _in_folder(folder: Path, assignment: str) -> Path:
    for suffix in (".ipynb", ".py"):
        path = folder / f"{assignment}{suffix}"
        if path.is_symlink() or path.exists():
            return path
    raise Problem(f"has no {assignment}.ipynb: it must keep the name it was released under", folder)


def _bounded_text(path: Path) -> str:
    """The text of a regular file, opened so that no link, pipe or device can trick the reader."""
    if path.suffix not in (".ipynb", ".py"):
        raise Problem("is neither a notebook (.ipynb) nor a Python file (.py)", path)
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if path.is_symlink():
            what = "is a symbolic link, which is not followed: submit the file itself"
            raise Problem(what, path) from None
        raise Problem(f"cannot be read: {error.strerror}", path) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Problem("is not a regular file", path)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Problem(f"is larger than {MAX_BYTES >> 20} MiB: clear its outputs", path)
    if not data.strip():
        raise Problem("is empty", path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(f"is not UTF-8 text (byte {error.start}): save it as UTF-8", path) from None


def _notebook(path: Path, text: str) -> tuple[NotebookCell, ...]:
    return tuple(_cells(_tree(path, text)["cells"]))


def _tree(path: Path, text: str) -> dict[str, Any]:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise Problem("is not a notebook: it is not valid JSON", path, line) from None
    if not isinstance(tree, dict) or not isinstance(tree.get("cells"), list):
        old = isinstance(tree, dict) and isinstance(tree.get("worksheets"), list)
        cure = ": it is in format 3, open and save it in JupyterLab" if old else ""
        raise Problem(f"is not a notebook of format 4{cure}", path)
    _check_kernel(path, tree.get("metadata"))
    if len(tree["cells"]) > MAX_CELLS:
        raise Problem(f"has more than {MAX_CELLS} cells", path)
    return tree


def _check_kernel(path: Path, metadata: Any) -> None:
    metadata = metadata if isinstance(metadata, dict) else {}
    for key, field in (
        ("kernelspec", "language"),
        ("kernelspec", "name"),
        ("language_info", "name"),
    ):
        part = metadata.get(key)
        name = part.get(field) if isinstance(part, dict) else None
        if not isinstance(name, str):
            continue
        if key == "kernelspec" and field == "name" and name not in ("ir", "julia", "javascript"):
            continue  # a kernel's name is a person's choice; only its language says what it runs
        if name.lower() not in _KERNELS:
            raise Problem(f"is a notebook of the kernel {name[:40]!r}, expected Python", path)


def _cells(raw: list[Any]) -> Iterator[NotebookCell]:
    for index, cell in enumerate(raw):
        if not isinstance(cell, dict):
            continue
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        if not isinstance(source, str):
            continue
        metadata = cell.get("metadata")
        marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
        kind = cell.get("cell_type")
        yield NotebookCell(
            index,
            kind if kind in ("code", "markdown") else "raw",
            source,
            grade_id if isinstance(grade_id, str) else None,
            isinstance(marks, dict),
        )
