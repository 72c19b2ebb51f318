"""One assignment's rows in the gradebook, a class in a transaction."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import nbformat
from nbgrader import utils
from nbgrader.api import Assignment as AssignmentRow
from nbgrader.api import (
    Comment,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.api import Grade as GradeRow
from sqlalchemy import bindparam, insert, select, update

from autograder.autograded import Cell, grade_id
from autograder.course import Assignment, Course
from autograder.gradebook.folders import why_moved
from autograder.gradebook.marks import Mark, awarded, needs_person
from autograder.handed_in import submission_folder, submitted_at
from autograder.late import extension_of, late_penalty
from autograder.report import Report
from autograder.source_notebook import CHECKS

_log = logging.getLogger(__name__)
_ROUNDING = 1e-5


@dataclass(frozen=True)
class Moved:
    """A score that a regrade changed, and why."""

    student: str
    exercise: str
    before: float
    after: float
    why: str


@dataclass
class _Sheet:
    """One student's rows for the assignment."""

    id: str
    notebook: str
    timestamp: datetime | None = None
    extension: timedelta | None = None
    penalty: float = 0.0
    marks: dict[str, Mark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)


class Ledger:
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
            row.id: (
                row.student_id,
                _Sheet(row.sheet, row.id, row.timestamp, row.extension, row.penalty or 0.0),
            )
            for row in db.execute(
                select(part.id, whole.id.label("sheet"), whole.student_id, whole.timestamp,
                       whole.extension, part.late_submission_penalty.label("penalty"))
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
        submitted = submitted_at(submission_folder(report), _log.warning)
        extension = extension_of(self.course, self.assignment, student) or sheet.extension
        resubmitted = submitted is None or submitted != sheet.timestamp
        again = "handed in again: " if sheet.timestamp not in (None, submitted) else ""
        moved, before = [], sum(mark.score for mark in sheet.marks.values())
        for name, mark in sheet.marks.items():
            auto, human = self._score(report, name, notebook)
            exercise = name.removesuffix(CHECKS)
            if mark.auto is not None and mark.auto != (auto or 0.0):
                why = again + (report.error or why_moved(self.course, report, notebook, exercise))
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
        cost = functools.partial(
            late_penalty, self.course, self.assignment, student, submitted, extension
        )
        old, now = before - sheet.penalty, before - (cost(before) or 0.0)
        if sheet.timestamp is not None and abs(old - now) > _ROUNDING:
            why = again + "the due date, the late policy or an extension changed"
            moved.append(Moved(student, "lateness", old, now, why))
        costs = cost(sum(mark.score for mark in sheet.marks.values()))
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


def extensions(book: Gradebook, slug: str) -> dict[str, timedelta]:
    """Each student's extension for an assignment, of those who have one."""
    whole, assignments = SubmittedAssignment.__table__.c, AssignmentRow.__table__.c
    rows = book.db.execute(
        select(whole.student_id, whole.extension)
        .join_from(whole.id.table, assignments.id.table, whole.assignment_id == assignments.id)
        .where(assignments.name == slug, whole.extension.is_not(None))
    )
    return {row.student_id: row.extension for row in rows}
