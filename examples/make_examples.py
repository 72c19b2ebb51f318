"""Make the example class: real notebooks, the way students leave them, and their golden report.

    python examples/make_examples.py            write examples/submitted/<student>/<assignment>/
    python examples/make_examples.py --golden   grade them and write
                                                examples/golden/<assignment>/<student>.json

Each notebook is the released one, edited as `students/<assignment>.py` says and then run from top to
bottom, as far as it goes, so that its outputs are real. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import ast
import base64
import contextlib
import io
import json
import re
import signal
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.classroom import Classroom
from autograder.course import load_course
from autograder.found import find_submissions
from autograder.report import Report

HERE = Path(__file__).resolve().parent
SECRET = b"the example class has no secrets"
_STUB = re.compile(r"    # YOUR CODE HERE\n    raise NotImplementedError\(\)")
_PATIENCE = 3  # seconds until a student presses the stop button

Edit = Callable[["Notebook"], None]
Key = tuple[str, str]
STUDENTS: dict[Key, Student] = {}
"""By assignment and name."""


@dataclass(frozen=True)
class Student:
    """What one student did with the notebook, and how they ran it before handing it in."""

    edit: Edit
    loses: frozenset[str]
    ran: bool
    figures: bool


def student(*loses: str, ran: bool = True, figures: bool = False) -> Callable[[Edit], Edit]:
    """Declare a student: the decorated function edits the notebook and says why in a docstring.

    The assignment is the one that its module is named after. ``loses``: the exercises that lose
    points. ``ran``: outputs are there; ``figures``: those of the lesson's figures, too.
    """

    def declare(edit: Edit) -> Edit:
        STUDENTS[edit.__module__.rpartition(".")[2], edit.__name__] = Student(
            edit, frozenset(loses), ran, figures
        )
        return edit

    return declare


@dataclass
class Notebook:
    """The released notebook on a student's desk."""

    tree: dict[str, Any]
    raw: bytes | None = None
    """Set when what is handed in is not what JupyterLab would have saved."""
    added: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The cells, to be changed in place."""
        return self.tree["cells"]

    def position(self, grade_id: str) -> int:
        """Where the cell of that name stands."""
        return next(
            i
            for i, cell in enumerate(self.cells)
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
        )

    def cell(self, grade_id: str) -> dict[str, Any]:
        """The cell of that name."""
        return self.cells[self.position(grade_id)]

    def answer(self, exercise: str, body: str, before: str = "") -> None:
        """Write a function's body in place of the stub, and perhaps something above it."""
        cell = self.cell(exercise)
        lines = ["    " + line if line else "" for line in body.strip("\n").splitlines()]
        source, count = _STUB.subn(lambda _: "\n".join(lines), source_of(cell))
        assert count == 1, f"{exercise} has no stub"
        cell["source"] = before.strip("\n") + "\n\n\n" + source if before else source

    def replace(self, grade_id: str, old: str, new: str) -> None:
        """Change some text of a cell."""
        cell = self.cell(grade_id)
        assert old in source_of(cell), f"{old!r} is not in {grade_id}"
        cell["source"] = source_of(cell).replace(old, new)

    def insert(self, after: str, source: str, kind: str = "code") -> None:
        """Add a cell of one's own."""
        cell: dict[str, Any] = {"cell_type": kind, "id": f"own-{next(self.added)}", "metadata": {}}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        cell["source"] = source.strip("\n")
        self.cells.insert(self.position(after) + 1, cell)


def source_of(cell: dict[str, Any]) -> str:
    """A cell's text, which the format keeps as a string or as lines."""
    return "".join(cell["source"])


def place(key: Key) -> Path:
    """Where a student's notebook lies."""
    slug, name = key
    return HERE / "submitted" / name / slug / f"{slug}.ipynb"


def make(key: Key, *, run: bool = True) -> bytes:
    """The file that a student hands in; without ``run``, without outputs."""
    chosen = STUDENTS[key]
    released = HERE.parent / "assignments" / key[0] / f"{key[0]}.ipynb"
    notebook = Notebook(json.loads(released.read_text(encoding="utf-8")))
    chosen.edit(notebook)
    if notebook.raw is not None:
        return notebook.raw
    if chosen.ran and run:
        run_cells(notebook, chosen.figures)
    for cell in notebook.cells:
        cell["source"] = source_of(cell).splitlines(keepends=True)
    return (json.dumps(notebook.tree, indent=1, ensure_ascii=False) + "\n").encode()


def run_cells(notebook: Notebook, figures: bool) -> None:
    """Run a notebook in this process and keep its outputs, as a student's kernel would.

    A cell that takes too long is interrupted, as students do. Only for the examples: nothing is
    isolated here.
    """
    import matplotlib
    from IPython.core.inputtransformer2 import TransformerManager

    matplotlib.use("Agg")
    module = types.ModuleType("__main__")
    count = 0
    for cell in notebook.cells:
        if cell["cell_type"] != "code" or (
            "demo" in cell["metadata"].get("tags", ()) and not figures
        ):
            continue
        count += 1
        cell["execution_count"] = count
        source = TransformerManager().transform_cell(source_of(cell))
        outputs: list[dict[str, Any]] = []
        module.__dict__["get_ipython"] = _Magics
        with _shown(outputs, figures):
            try:
                with _interrupted_after(60 if figures else _PATIENCE):
                    _execute(source, module, outputs, count)
            except (Exception, KeyboardInterrupt) as error:
                outputs.append(
                    {"output_type": "error", "ename": type(error).__name__, "evalue": str(error),
                     "traceback": [f"{type(error).__name__}: {error}"]}
                )  # fmt: skip
        cell["outputs"] = outputs


class _Magics:
    """What `%` and `!` lines call: they do nothing here."""

    def run_line_magic(self, *_: object) -> None: ...
    def run_cell_magic(self, *_: object) -> None: ...
    def system(self, *_: object) -> None: ...
    def getoutput(self, *_: object) -> list[str]:
        return []


def _execute(source: str, module: types.ModuleType, outputs: list[Any], count: int) -> None:
    tree = ast.parse(source, f"<cell {count}>")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, f"<cell {count}>", "exec"), module.__dict__)
    if last is not None and not source.rstrip().endswith(";"):
        value = eval(
            compile(ast.Expression(last.value), f"<cell {count}>", "eval"), module.__dict__
        )
        if value is not None:
            outputs.append(
                {"output_type": "execute_result", "execution_count": count, "metadata": {},
                 "data": {"text/plain": repr(value)}}
            )  # fmt: skip


@contextlib.contextmanager
def _shown(outputs: list[dict[str, Any]], figures: bool) -> Iterator[None]:
    """Collect what is printed, warned of and drawn into ``outputs``."""
    import matplotlib.pyplot as plt

    def show(*_: object, **__: object) -> None:
        for number in plt.get_fignums() if figures else ():
            image = io.BytesIO()
            plt.figure(number).savefig(image, format="png", dpi=40, metadata={"Software": None})
            outputs.append(
                {"output_type": "display_data", "metadata": {},
                 "data": {"image/png": base64.b64encode(image.getvalue()).decode() + "\n",
                          "text/plain": "<Figure>"}}
            )  # fmt: skip
        plt.close("all")

    printed, complained = io.StringIO(), io.StringIO()
    kept, plt.show = plt.show, show
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(complained),
            warnings.catch_warnings(record=True) as caught,
        ):
            warnings.simplefilter("default")
            yield
    finally:
        plt.show = kept
        plt.close("all")
    for warning in caught:
        complained.write(f"{warning.category.__name__}: {warning.message}\n")
    for name, stream in (("stderr", complained), ("stdout", printed)):
        if text := stream.getvalue():
            outputs.insert(0, {"output_type": "stream", "name": name, "text": text})


@contextlib.contextmanager
def _interrupted_after(seconds: float) -> Iterator[None]:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def golden(report: Report) -> dict[str, Any]:
    """What must stay the same of a report: numbers in sentences depend on draws and platform."""
    return {
        "student": report.student,
        "score": report.score,
        "error": masked(report.error or "") or None,
        "notes": list(map(masked, report.notes)),
        "checks": [
            {
                "check": outcome.check,
                "verdict": outcome.verdict.value,
                "points": outcome.points,
                "mistake": outcome.mistake.slug if outcome.mistake else None,
                "message": masked(outcome.message),
            }
            for outcome in report.checks
        ],
    }


def masked(text: str) -> str:
    """A sentence with # for every number, and without the folder in front of a file's name."""
    text = text.replace(f"{HERE}/", "")
    return re.sub(r"(?<![\w.])[-−]?\d+(\.\d*)?(e[-+]?\d+)?|\binf\b|\bnan\b", "#", text)


def golden_file(key: Key) -> Path:
    """Where a student's golden report lies."""
    return HERE / "golden" / key[0] / f"{key[1]}.json"


def grade_class(keys: Iterable[Key] | None = None) -> Iterator[Report]:
    """Grade the example class, or some of it, by the engine itself; one report a student."""
    course = load_course(HERE.parent / "course.yml")
    found = [
        one
        for key in sorted(keys or STUDENTS)
        for one in find_submissions(course, key[0], [place(key).parent])
    ]
    yield from Classroom(course, SECRET, "reduced").grade(found, jobs=1)


def main() -> None:
    """Write the notebooks, or the golden reports, of the whole class or of those named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--golden", action="store_true", help="rewrite the golden reports")
    parser.add_argument("names", nargs="*", help="only these students, or all of an assignment")
    arguments = parser.parse_args()
    keys = [key for key in sorted(STUDENTS) if not arguments.names or {*key} & {*arguments.names}]
    if arguments.golden:
        for report in grade_class(keys):
            path = golden_file((report.assignment, report.student))
            path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(golden(report), indent=1, ensure_ascii=False)
            path.write_text(text + "\n", encoding="utf-8")
            print(
                f"{report.assignment:14} {report.student:8} {report.score:5g} of {report.max_score:g}"
            )
        return
    for key in keys:
        path = place(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make(key))
        print(path.relative_to(HERE))


if __name__ == "__main__":
    sys.modules["make_examples"] = sys.modules["__main__"]  # the students register themselves there
    import students  # noqa: F401

    main()
