"""The gradebook and ``autograded/``, as nbgrader keeps them, written by one process in batches.

Beside `nbgrader_plugin` this is the second module that imports nbgrader. That one lives inside
nbgrader's pipeline, a submission at a time; this one is called by `autograder grade` with a class
and writes the same rows and files. What both must agree on is here: `awarded`, `settle`, `late`.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import json
import logging
import os
import re
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import utils
from nbgrader.api import (
    Base,
    Comment,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.api import Grade as GradeRow
from nbgrader.preprocessors import SaveCells
from sqlalchemy import bindparam, delete, false, insert, select, update
from sqlalchemy.exc import DatabaseError

from autograder.autograded import Cell, grade_id, restored, show, verdicts
from autograder.course import Assignment, Course
from autograder.late import days_late, deadline, in_utc, penalty
from autograder.problem import Problem
from autograder.report import Report, Verdict
from autograder.source_notebook import CHECKS, PUBLIC_CHECKS
from autograder.submission import read_whole_cells

_log = logging.getLogger(__name__)

BATCH = 200
"""Submissions a transaction: a kill loses at most these, and the next run writes them."""
_CURES = {
    "locked": "another program is writing to it: wait, or stop that one",
    "no such (column|table)|(column|relation) .* does not exist":
        "back it up, then run `nbgrader db upgrade`",
    "readonly|unable to open": "it and its folder must be yours to write to",
    "full|disk I/O": "make room on the disk, then run the same command again",
    "not a database|malformed": "put a backup in its place",
}  # fmt: skip
_MAX_FILE = 16 << 20
_MAX_FILES = 100


@dataclass(frozen=True)
class Moved:
    """A score that a regrade changed, and why."""

    student: str
    exercise: str
    before: float
    after: float
    why: str


def record(course: Course, reports: Sequence[Report]) -> list[Moved]:
    """Write reports into the gradebook and into ``autograded/``; manual grades stay.

    Returns:
        what moved against an earlier grading.

    Raises:
        Problem: nothing was released, the gradebook cannot be used, the disk is full. What was
            written until then is whole; a second run writes the rest.
    """
    moved: list[Moved] = []
    for slug in dict.fromkeys(report.assignment for report in reports):
        mine = [report for report in reports if report.assignment == slug]
        released = read_released(course, slug)
        with opened(course) as book:
            register(book, course, slug, released)
            ledger = _Ledger(book, course, course.assignment(slug))
            for start in range(0, len(mine), BATCH):
                for report in mine[start : start + BATCH]:
                    notebook = _autograded(course, released, report)
                    moved += ledger.enter(report, notebook)
                    _write_folder(course, report, notebook)
                ledger.write()
    return moved


def database(course: Course) -> str:
    """The gradebook's address."""
    return course.gradebook.url or f"sqlite:///{course.root / 'gradebook.db'}"


def find_alembic() -> None:
    """nbgrader calls a program to make a gradebook; it stands beside this Python."""
    if shutil.which("alembic") is None:
        here = Path(sys.executable).parent
        os.environ["PATH"] = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{here}"


@contextmanager
def opened(course: Course) -> Iterator[Gradebook]:
    """The course's gradebook, its failures told in one line.

    Raises:
        Problem: it is locked, of an older schema, out of reach or out of disk.
    """
    find_alembic()
    with _told(), Gradebook(database(course), course.course.id) as book:
        yield book


@contextmanager
def _told() -> Iterator[None]:
    """What a database fails at, in one line."""
    try:
        yield
    except DatabaseError as error:
        words = str(error.orig).strip().splitlines()[0]
        cures = (cure for pattern, cure in _CURES.items() if re.search(pattern, words))
        cure = next(cures, "see gradebook.url in course.yml")
        raise Problem(f"the gradebook cannot be used ({words}): {cure}") from None


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
        with _told():  # before nbgrader makes three pages of it
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


def awarded(course: Course, report: Report | None, exercise: str) -> tuple[float | None, bool]:
    """The automatic score of an exercise, and whether a person must look at it.

    No report, no check or an unreadable file: no score at all, and a person. A check at fault
    costs nothing, and a person looks.
    """
    if report is None or report.error is not None:
        return None, True
    verdicts = {o.verdict for o in report.checks if o.exercise == exercise}
    if not verdicts:
        return None, True
    unjudged = course.grading.skipped == "manual" and Verdict.SKIPPED in verdicts
    return report.exercise_scores()[exercise][0], Verdict.FAULT in verdicts or unjudged


def needs_person(mark: Mark, auto: float | None, human: bool, resubmitted: bool) -> bool:
    """Whether a grade must be looked at, once ``auto`` is its automatic score.

    A person's grade stays what it is; it is asked for again only if what it was given for moved.
    """
    if mark.manual is None:
        return human or auto is None
    return mark.needs or resubmitted or mark.auto != auto


def lateness(
    course: Course,
    assignment: Assignment,
    student: str,
    submitted: datetime | None,
    extension: timedelta | None,
) -> int:
    """Days late, by the late policy.

    Args:
        submitted: naive UTC, as nbgrader keeps it.
        extension: granted in nbgrader; one in ``course.yml`` goes before it.
    """
    if submitted is None or assignment.due is None:
        return 0
    due = assignment.due + (extension or timedelta())
    return days_late(assignment.late, due, course.zone, student, submitted)


def late_penalty(
    course: Course,
    assignment: Assignment,
    student: str,
    submitted: datetime | None,
    extension: timedelta | None,
    score: float,
) -> float | None:
    """What lateness costs of a score; None where it costs nothing."""
    days = lateness(course, assignment, student, submitted, extension)
    return penalty(assignment.late, days, score) if days else None


def extension_of(course: Course, assignment: Assignment, student: str) -> timedelta | None:
    """A student's extension by ``course.yml``, as nbgrader keeps it."""
    own = deadline(assignment.late, assignment.due, student)
    if assignment.due is None or own is None or own == assignment.due:
        return None
    return in_utc(own, course.zone) - in_utc(assignment.due, course.zone)


@dataclass
class Mark:
    """A grade's row: what was there, and what is to be."""

    id: str
    auto: float | None = None
    manual: float | None = None
    extra: float | None = None
    needs: bool = True

    @property
    def score(self) -> float:
        """As nbgrader computes it: a person's score goes before the automatic one."""
        given = self.manual if self.manual is not None else self.auto
        return 0.0 if given is None else given + (self.extra or 0.0)


@dataclass
class _Sheet:
    """One student's rows for the assignment."""

    id: str
    notebook: str
    timestamp: datetime | None = None
    extension: timedelta | None = None
    marks: dict[str, Mark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)


class _Ledger:
    """One assignment's rows: read once, changed in memory, written a transaction a batch.

    It reads and writes columns, not objects: nbgrader's objects compute every sum by a subquery
    each, which is most of the second that its own road takes for a submission.
    """

    def __init__(self, book: Gradebook, course: Course, assignment: Assignment) -> None:
        self.book, self.course, self.assignment = book, course, assignment
        slug = assignment.slug
        self.assignment_id = book.find_assignment(slug).id
        notebook = book.find_notebook(slug, slug)
        self.notebook_id = notebook.id
        self.graded = {cell.name: cell.id for cell in notebook.grade_cells}
        self.solved = {cell.name: cell.id for cell in notebook.solution_cells}
        self.students = set(book.db.scalars(select(Student.__table__.c.id)))
        self.sheets = self._sheets()
        self.added: dict[Any, list[dict[str, Any]]] = {}
        self.changed: dict[Any, list[dict[str, Any]]] = {}

    def _sheets(self) -> dict[str, _Sheet]:
        whole, part = SubmittedAssignment.__table__.c, SubmittedNotebook.__table__.c
        db = self.book.db
        sheets = {
            row.id: (row.student_id, _Sheet(row.sheet, row.id, row.timestamp, row.extension))
            for row in db.execute(
                select(part.id, whole.id.label("sheet"), whole.student_id, whole.timestamp,
                       whole.extension)
                .join_from(part.id.table, whole.id.table, part.assignment_id == whole.id)
                .where(part.notebook_id == self.notebook_id)
            )
        }  # fmt: skip
        names = {v: k for k, v in (self.graded | self.solved).items()}
        names |= {v: k for k, v in self.graded.items()}
        grade, comment = GradeRow.__table__.c, Comment.__table__.c
        for row in db.execute(select(grade.id.table).where(grade.notebook_id.in_(list(sheets)))):
            mark = Mark(
                row.id, row.auto_score, row.manual_score, row.extra_credit, row.needs_manual_grade
            )
            sheets[row.notebook_id][1].marks[names[row.cell_id]] = mark
        for row in db.execute(
            select(comment.id, comment.notebook_id, comment.cell_id)
            .where(comment.notebook_id.in_(list(sheets)))
        ):  # fmt: skip
            sheets[row.notebook_id][1].comments[names[row.cell_id]] = row.id
        return dict(sheets.values())

    def enter(self, report: Report, notebook: Mapping[str, Any]) -> list[Moved]:
        """Take one report in; gives the scores that moved."""
        student = report.student
        sheet = self.sheets.get(student) or self._new_sheet(student)
        submitted = submitted_at(_folder(report), _log.warning)
        extension = extension_of(self.course, self.assignment, student) or sheet.extension
        resubmitted = submitted is None or submitted != sheet.timestamp
        again = "handed in again: " if sheet.timestamp not in (None, submitted) else ""
        moved = []
        for name, mark in sheet.marks.items():
            auto, human = self._score(report, name, notebook)
            exercise = name.removesuffix(CHECKS)
            if mark.auto is not None and mark.auto != (auto or 0.0):
                why = again + (report.error or _why(self.course, report, notebook, exercise))
                moved.append(Moved(student, exercise, mark.auto, auto or 0.0, why))
            mark.needs = needs_person(mark, auto, human, resubmitted)
            mark.auto = auto
            self._change(
                GradeRow, mark.id, auto_score=auto, needs_manual_grade=mark.needs
            )  # fmt: skip
        cells = {grade_id(cell): cell for cell in notebook["cells"]}
        for name, row in sheet.comments.items():
            words = "No response." if _is_untouched(cells[name]) else None
            self._change(Comment, row, auto_comment=words)
        score = sum(mark.score for mark in sheet.marks.values())
        costs = late_penalty(
            self.course, self.assignment, student, submitted, extension, score
        )  # fmt: skip
        self._change(SubmittedNotebook, sheet.notebook, late_submission_penalty=costs)
        self._change(SubmittedAssignment, sheet.id, timestamp=submitted, extension=extension)
        sheet.timestamp, sheet.extension = submitted, extension
        return moved

    def _score(
        self, report: Report, name: str, notebook: Mapping[str, Any]
    ) -> tuple[float | None, bool]:
        if name.endswith(CHECKS):
            return awarded(self.course, report, name.removesuffix(CHECKS))
        cell = next(cell for cell in notebook["cells"] if grade_id(cell) == name)
        score, _ = utils.determine_grade(nbformat.from_dict(cell))
        return score, False

    def _new_sheet(self, student: str) -> _Sheet:
        if student not in self.students:
            self.students.add(student)
            self._add(Student, id=student)
        sheet = self.sheets[student] = _Sheet(new_uuid(), new_uuid())
        self._add(
            SubmittedAssignment, id=sheet.id, assignment_id=self.assignment_id, student_id=student
        )  # fmt: skip
        self._add(
            SubmittedNotebook, id=sheet.notebook, assignment_id=sheet.id, flagged=False,
            notebook_id=self.notebook_id,
        )  # fmt: skip
        for name, cell in self.graded.items():
            mark = sheet.marks[name] = Mark(new_uuid())
            self._add(
                GradeRow, id=mark.id, cell_id=cell, notebook_id=sheet.notebook,
                needs_manual_grade=True,
            )  # fmt: skip
        for name, cell in self.solved.items():
            sheet.comments[name] = row = new_uuid()
            self._add(Comment, id=row, cell_id=cell, notebook_id=sheet.notebook)
        return sheet

    def _add(self, model: Any, **values: Any) -> None:
        self.added.setdefault(model.__table__, []).append(values)

    def _change(self, model: Any, row: str, **values: Any) -> None:
        self.changed.setdefault(model.__table__, []).append({"row": row, **values})

    def write(self) -> None:
        """Write what was entered, all or nothing."""
        db = self.book.db
        try:
            for table, rows in self.added.items():
                db.execute(insert(table), rows)
            for table, rows in self.changed.items():
                names = [name for name in rows[0] if name != "row"]
                statement = update(table).where(table.c.id == bindparam("row"))
                db.connection().execute(
                    statement.values({name: bindparam(name) for name in names}), rows
                )
            db.commit()
        except BaseException:
            db.rollback()
            raise
        self.added, self.changed = {}, {}


def _is_untouched(cell: Cell) -> bool:
    marks = cell["metadata"]["nbgrader"]
    return bool(marks.get("checksum") == utils.compute_checksum(nbformat.from_dict(cell)))


def _folder(report: Report) -> Path:
    path = Path(report.submission)
    return path.parent if path.suffix in (".ipynb", ".py") else path


def submitted_at(
    folder: Path, tell: Callable[[str], object] = lambda words: None
) -> datetime | None:
    """When a submission came in, by the file that nbgrader puts beside it; naive UTC.

    ``tell`` hears of a file that says no time.
    """
    path = folder / "timestamp.txt"
    words = (_regular_bytes(path) or b"").decode(errors="replace").strip()
    if not words:
        return None
    try:
        moment: datetime = utils.parse_utc(words)
    except (ValueError, OverflowError):
        tell(f"{path}: is no time, so the submission counts as in time")
        return None
    return moment


def _autograded(course: Course, released: Mapping[str, Any], report: Report) -> dict[str, Any]:
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


def _why(course: Course, report: Report, notebook: Mapping[str, Any], exercise: str) -> str:
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


def _write_folder(course: Course, report: Report, notebook: Mapping[str, Any]) -> None:
    folder = _place(course, report)
    text = nbformat.v4.writes(nbformat.from_dict(notebook)) + "\n"
    files = {f"{report.assignment}.ipynb": text.encode()}
    files |= beside(_folder(report)) if _folder(report).name == report.assignment else {}
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


def beside(folder: Path) -> dict[str, bytes]:
    """What a student handed in beside the notebook: regular files of a sane size, not links."""
    files = {}
    with suppress(OSError):  # a folder that is not there, or not for us to read, has nothing
        for path in sorted(folder.iterdir())[:_MAX_FILES]:
            if path.suffix != ".ipynb" and (data := _regular_bytes(path)) is not None:
                files[path.name] = data
    return files


def _regular_bytes(path: Path) -> bytes | None:
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > _MAX_FILE:
            return None
        return file.read(_MAX_FILE)
