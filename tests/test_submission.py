"""Reading what students hand in: one clear line for what cannot be read, and nothing followed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder import submission as module
from autograder.problem import Problem
from autograder.submission import read_submission

NAME = "symmetry.ipynb"


def code(source: Any, grade_id: str | None = None, **other: Any) -> dict[str, Any]:
    """A code cell, marked by nbgrader when it has a name."""
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    cell = {"cell_type": "code", "metadata": metadata, "execution_count": None, "outputs": []}
    return cell | {"source": source} | other


def notebook(*cells: Any, **metadata: Any) -> bytes:
    """A notebook of format 4."""
    tree = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(tree).encode()


def read(folder: Path) -> module.Submission:
    return read_submission(folder, "ada", "symmetry")


def refused(path: Path) -> str:
    """The one line that says why."""
    with pytest.raises(Problem) as problem:
        read_submission(path, "ada", "symmetry")
    line = str(problem.value)
    assert "\n" not in line
    assert len(line) < 300 + len(str(path))
    return line


BAD_BYTES = {
    "not JSON": (b'{"cells": [\n<<<<<<< HEAD\n]}', "symmetry.ipynb:2: is not a notebook"),
    "cut off": (notebook(code("x = 1"))[:-9], "not valid JSON"),
    "JSON, but no object": (b"[1, 2]", "not a notebook of format 4"),
    "no cells": (b'{"nbformat": 4}', "not a notebook of format 4"),
    "format 3": (b'{"worksheets": [], "nbformat": 3}', "open and save it in JupyterLab"),
    "nested without end": (b"[" * 200_000, "not valid JSON"),
    "a number without end": (b'{"cells": ' + b"9" * 10_000 + b"}", "not valid JSON"),
    "not UTF-8": (notebook(code("x = 1")).replace(b"x", b"\xff"), "is not UTF-8 text (byte"),
    "UTF-16": (notebook(code("x = 1")).decode().encode("utf-16"), "is not UTF-8"),
    "empty": (b"", "is empty"),
    "nothing but space": (b" \n\n", "is empty"),
    "an R notebook": (notebook(kernelspec={"language": "R", "name": "ir"}), "kernel 'R'"),
    "a Julia notebook": (notebook(language_info={"name": "julia"}), "kernel 'julia'"),
}


@pytest.mark.parametrize(("data", "words"), BAD_BYTES.values(), ids=BAD_BYTES.keys())
def test_a_file_that_is_no_notebook_is_refused_with_its_reason(
    data: bytes, words: str, tmp_path: Path
) -> None:
    """Whatever the bytes are, there is one line: the file, what is wrong with it, the cure."""
    (tmp_path / NAME).write_bytes(data)
    line = refused(tmp_path)
    assert words in line
    assert NAME in line


def _link(path: Path) -> None:
    secret = path.parent.parent / "solution.ipynb"
    secret.write_bytes(notebook(code("secret = 1")))
    path.symlink_to(secret)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_link, "is a symbolic link, which is not followed"),
        (_pipe, "is not a regular file"),
        (_folder, "is not a regular file"),
    ],
)
@pytest.mark.parametrize("named", [True, False], ids=["by file", "by folder"])
def test_what_is_not_a_regular_file_is_neither_followed_nor_waited_for(
    make: Callable[[Path], None], words: str, named: bool, tmp_path: Path
) -> None:
    """A link to the solution, a pipe that nobody writes to, a folder in a notebook's place."""
    path = tmp_path / "ada" / NAME
    path.parent.mkdir()
    make(path)
    start = time.perf_counter()
    if make is _folder and named:
        words = f"has no {NAME}"
    assert words in refused(path if named else path.parent)
    assert time.perf_counter() - start < 1


def test_a_linked_folder_is_not_followed(tmp_path: Path) -> None:
    """A submission folder that points elsewhere is refused, whatever lies there."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / NAME).write_bytes(notebook(code("x = 1")))
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert "is a symbolic link" in refused(tmp_path / "link")


def test_a_link_in_place_of_the_notebook_does_not_fall_back_on_a_py_file(tmp_path: Path) -> None:
    """A dangling link is told as a link, not skipped in favour of another file."""
    (tmp_path / NAME).symlink_to(tmp_path / "gone.ipynb")
    (tmp_path / "symmetry.py").write_text("x = 1\n")
    assert "is a symbolic link" in refused(tmp_path)


def test_a_folder_without_the_notebook_is_told_the_name_to_keep(tmp_path: Path) -> None:
    """A renamed notebook is not guessed at."""
    (tmp_path / "symmetry (1).ipynb").write_bytes(notebook(code("x = 1")))
    assert f"has no {NAME}: it must keep the name" in refused(tmp_path)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    """Only notebooks and Python files are read."""
    path = tmp_path / "symmetry.pdf"
    path.write_bytes(b"%PDF")
    assert "neither a notebook (.ipynb) nor a Python file" in refused(path)


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    """What the system says becomes one line."""
    assert "cannot be read: No such file" in refused(tmp_path / "gone.ipynb")


def test_a_hundred_megabytes_of_outputs_are_read_past_quickly(tmp_path: Path) -> None:
    """Outputs are left behind: only the cells' text is kept, within a few seconds."""
    stream = {"output_type": "stream", "name": "stdout", "text": "x" * (100 << 20)}
    (tmp_path / NAME).write_bytes(notebook(code("answer = 42", outputs=[stream])))
    start = time.perf_counter()
    cells = read(tmp_path).cells
    assert [cell.source for cell in cells] == ["answer = 42"]
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        ("MAX_BYTES", "clear its outputs"),
        ("MAX_CELLS", "cells"),
        ("MAX_SOURCE_BYTES", "of source text"),
    ],
)
def test_nothing_is_read_without_bounds(
    bound: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes, cells and source text are bounded, each with a line of its own."""
    (tmp_path / NAME).write_bytes(notebook(code("x = 1"), code("y = 2")))
    assert len(read(tmp_path).cells) == 2
    monkeypatch.setattr(module, bound, 1)
    assert words in refused(tmp_path)


def test_copied_deleted_and_retyped_cells_are_kept_as_they_stand(tmp_path: Path) -> None:
    """Damage to graded cells is no reason to refuse: all is read, in order, with its name."""
    (tmp_path / NAME).write_bytes(
        notebook(
            code("def forward(): ...", "forward"),
            code("def forward(): return 1", "forward"),
            code("def backward(): ...", "backward", cell_type="markdown"),
            code("note", cell_type="raw"),
        )
    )
    cells = read(tmp_path).cells
    assert [(cell.grade_id, cell.kind) for cell in cells] == [
        ("forward", "code"),
        ("forward", "code"),
        ("backward", "markdown"),
        (None, "raw"),
    ]
    assert [cell.index for cell in read(tmp_path).code] == [0, 1]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        7,
        "cell",
        {},
        code(None),
        code({"a": 1}),
        code("x", metadata=None),
        code("x", metadata={"nbgrader": []}),
        code("x", metadata={"nbgrader": {"grade_id": 3}}),
        code(["a\n", 1, None, "b"]),
        code("x", cell_type=["code"]),
    ],
    ids=repr,
)
def test_odd_cells_do_no_harm_to_their_neighbours(odd: Any, tmp_path: Path) -> None:
    """A cell that is no cell is left out or read as far as it goes; the others are all there."""
    (tmp_path / NAME).write_bytes(notebook(code("first = 1"), odd, code("last = 1")))
    cells = read(tmp_path).cells
    assert cells[0].source == "first = 1"
    assert cells[-1].source == "last = 1"
    assert cells[-1].index == 2
    assert all(cell.grade_id is None for cell in cells)


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"kernelspec": {"name": "python3", "language": "python"}},
        {"kernelspec": {"name": "my-course-env", "display_name": "Course"}},
        {"language_info": {"name": "Python"}},
        {"kernelspec": None, "language_info": 3},
    ],
    ids=repr,
)
def test_a_python_notebook_is_read_whatever_its_kernel_is_called(
    metadata: dict[str, Any], tmp_path: Path
) -> None:
    """A kernel's name is a person's choice; only another language is refused."""
    (tmp_path / NAME).write_bytes(notebook(code("x = 1"), **metadata))
    assert len(read(tmp_path).cells) == 1


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    """Some editors put one in front of UTF-8."""
    (tmp_path / NAME).write_bytes(b"\xef\xbb\xbf" + notebook(code("x = 1")))
    assert read(tmp_path).cells[0].source == "x = 1"


def test_a_python_file_is_one_cell(tmp_path: Path) -> None:
    """A .py file is read as it stands, by its own path or from its folder."""
    path = tmp_path / "symmetry.py"
    path.write_text("x = 1\n", encoding="utf-8")
    assert [cell.source for cell in read(path).code] == ["x = 1\n"]
    assert read(tmp_path).path == path


def test_reading_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    """Neither content nor times change."""
    path = tmp_path / NAME
    path.write_bytes(notebook(code("x = 1")))
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    read(tmp_path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
