"""nbgrader, taught to grade with this kit: what ``nbgrader_config.py`` puts into its pipeline.

`nbgrader autograde` converts each submission twice. First `SubmissionExporter` reads what came
back, within bounds, and hands on a notebook that every later step accepts. Then
`GradeWithEngine`, in place of `Execute`, grades the submitted file and writes verdicts into the
grade cells, `SaveEngineGrades` puts them into the gradebook, and `LatePolicyPlugin` takes off
what lateness costs. No step earns a point by failing: a cell starts as not graded.
"""

# mypy: disable-error-code="no-untyped-call, no-any-return, misc"
from __future__ import annotations

import fnmatch
import glob
import json
import logging
import os
import re
import shutil
import sys
import warnings
import weakref
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from sqlalchemy.exc import SAWarning
from traitlets import Enum
from traitlets.config import Config

from autograder.autograded import close, is_shown, restored, show
from autograder.course import Course, load_course
from autograder.gradebook import (
    Mark,
    awarded,
    database,
    find_alembic,
    needs_person,
    opened,
    read_released,
    register,
)
from autograder.grading import Grader
from autograder.handed_in import submitted_at
from autograder.late import days_words, extension_of, late_penalty, lateness
from autograder.problem import Problem
from autograder.report import Report, points_words
from autograder.sandbox import Limits, Sandbox, SandboxError
from autograder.seeds import course_secret
from autograder.source_notebook import CHECKS, build_source, needs_build
from autograder.submission import read_submission, read_whole_cells

__all__ = [
    "GradeWithEngine", "LatePolicyPlugin", "ReleaseFeedback", "SaveEngineGrades",
    "SubmissionExporter", "configure", "generate",
]  # fmt: skip


def configure(config: Config, root: Path) -> None:
    """Make every stock ``nbgrader`` command work from a course's root.

    What goes wrong here ends the command in one line: nbgrader would go on without this file, and
    run submissions with nothing around them. A server goes on, for what grades is set first.
    """
    warnings.simplefilter("ignore", SAWarning)  # nbgrader's own way with SQLAlchemy 2.1
    find_alembic()
    plugin = f"{__name__}."
    config.Autograde.exporter_class = plugin + "SubmissionExporter"
    config.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.Autograde.autograde_preprocessors = [
        plugin + "GradeWithEngine",
        plugin + "SaveEngineGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.AssignLatePenalties.plugin_class = plugin + "LatePolicyPlugin"
    config.ExchangeFactory.release_feedback = plugin + "ReleaseFeedback"
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.release_directory = "assignments"
    try:
        course = load_course(root)
        # What students hold to is the committed notebook; nbgrader's source is built when stale.
        for assignment in course.assignments:
            if needs_build(course, assignment.slug):
                build_source(course, assignment.slug)
    except Exception as error:
        if "jupyter_server.serverapp" not in sys.modules:
            sys.exit(f"nbgrader: {error}")
        return
    config.CourseDirectory.course_id = course.course.id
    config.CourseDirectory.db_url = database(course)


def generate(root: Path, slug: str) -> None:
    """Run nbgrader's generate step on ``root/source/<slug>``; no gradebook is touched.

    Raises:
        Problem: nbgrader refuses the notebook.
    """
    config = Config()
    config.SaveCells.enabled = False
    directory = CourseDirectory(
        root=str(root), assignment_id=slug, release_directory="assignments", db_url="sqlite://"
    )
    heard = _Heard()
    converter = GenerateAssignment(
        coursedir=directory, config=config, no_database=True, log=heard.logger
    )
    try:
        converter.start()
    except NbGraderException:
        words = heard.words[0] if heard.words else "see nbgrader generate_assignment"
        raise Problem(f"nbgrader cannot release {slug}: {words}") from None


class _Heard(logging.Handler):
    """nbgrader's complaints, kept instead of printed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.words: list[str] = []
        self.logger = logging.Logger("nbgrader")
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        first = record.getMessage().strip().partition("\n")[0]
        self.words.append(first.removesuffix(" Cell contents are:").rstrip(" ."))


class Engine:
    """One run's course, sandbox and graders, alive from its first submission to its last."""

    def __init__(self, root: Path, mode: str) -> None:
        self.course: Course = load_course(root)
        self._graders: dict[str, Grader] = {}
        self._released: dict[str, dict[str, Any]] = {}
        self._secret = course_secret(self.course.root)
        limits = Limits(**self.course.limits.model_dump())
        self.sandbox = Sandbox(limits, self.course.packages, mode)  # type: ignore[arg-type]

    def released(self, slug: str) -> dict[str, Any]:
        if slug not in self._released:
            self._released[slug] = read_released(self.course, slug)
        return self._released[slug]

    def grader(self, slug: str) -> Grader:
        if slug not in self._graders:
            grader = Grader(self.course, self.course.assignment(slug), self._secret)
            grader.prepare()
            self._graders[slug] = grader
        return self._graders[slug]

    def grade(self, folder: Path, student: str, slug: str) -> Report:
        grader = self.grader(slug)
        try:
            return grader.grade(read_submission(folder, student, slug), self.sandbox)
        except (Problem, SandboxError) as problem:
            return grader.unreadable(student, str(folder), str(problem), self.sandbox.mode)


class SubmissionExporter(NotebookExporter):
    """Reads a submission so that nothing in it can stop the class, and holds the run's engine."""

    sandbox = Enum(
        ["full", "reduced", "none"], "full", help="How well submissions are locked in."
    ).tag(config=True)

    parent: Any

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.converter = self.parent
        self._ignored = list(self.converter.coursedir.ignore)
        self.converter.pre_convert_hook = self._before
        # nbgrader's own fails on a file that says no time, and waits for a pipe.
        self.converter.coursedir.get_existing_timestamp = lambda path: submitted_at(Path(path))
        self.resubmitted = True
        try:
            _ = self.engine
            self._register()
        except (Problem, SandboxError, OSError) as problem:
            self.log.error("%s", problem)  # the stock command ends without a word of its own
            raise NbGraderException(str(problem)) from None
        _quieten(self.converter.parent)

    @cached_property
    def engine(self) -> Engine:
        engine = Engine(Path(self.converter.coursedir.root), self.sandbox)
        weakref.finalize(self, engine.sandbox.close)
        return engine

    def folder(self, student: str, slug: str) -> Path:
        directory = self.converter.coursedir
        return Path(directory.format_path(directory.submitted_directory, student, slug))

    def _register(self) -> None:
        """Before the first submission: the gradebook knows the assignment, the checks are read."""
        for assignment in self.engine.course.assignments:
            if fnmatch.fnmatch(assignment.slug, self.converter.coursedir.assignment_id):
                slug = assignment.slug
                self.engine.grader(slug)
                with opened(self.engine.course) as book:
                    register(book, self.engine.course, slug, self.engine.released(slug))
                self._must_be_writable(slug)
                self._remove_unfinished(slug)

    def _must_be_writable(self, slug: str) -> None:
        """nbgrader would end in a traceback, because it cannot clean up after itself either."""
        made = Path(self.converter.coursedir.root, self.converter.coursedir.autograded_directory)
        for place in (made, *made.glob("*"), *made.glob(f"*/{slug}")):
            if place.is_dir() and not os.access(place, os.W_OK | os.X_OK):
                raise Problem("cannot be written: it must be yours to write to", place)

    def _remove_unfinished(self, slug: str) -> None:
        """What a killed run left sanitized but not graded would pass for done."""
        directory = self.converter.coursedir
        made = directory.format_path(directory.autograded_directory, "*", slug)
        for path in glob.glob(f"{made}/{slug}.ipynb"):
            finished = False
            with suppress(ValueError):
                finished = is_shown(json.loads(Path(path).read_text(encoding="utf-8")))
            if not finished:
                shutil.rmtree(Path(path).parent)

    def _before(self, notebooks: list[str], **_: Any) -> None:
        """Before each submission: what nbgrader would copy or forget."""
        folder = Path(notebooks[0]).parent
        student, slug = folder.parent.name, folder.name
        directory = self.converter.coursedir
        if shutil.disk_usage(directory.root).free < _ROOM:
            # Nothing less ends the run: nbgrader takes any Exception for one student's and goes on.
            sys.exit("nbgrader: the disk is full: make room, then run the same command again")
        # Of what lies beside the notebook, nbgrader copies links' targets and waits for pipes.
        odd = [path.name for path in folder.rglob("*") if _is_odd(path)]
        directory.ignore = [*self._ignored, *(_literal(name) for name in odd)]
        with opened(self.engine.course) as book:
            try:
                known = book.find_submission(slug, student).timestamp
            except MissingEntry:
                known = None
        now = submitted_at(folder, self.log.warning)
        self.resubmitted = now is None or now != known

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[Any, Any]:
        if not self.converter._sanitizing:
            return super().from_filename(filename, resources, **kwargs)
        folder = Path(filename).parent
        try:
            cells = read_whole_cells(_own(folder), folder.name)
        except Problem:
            cells = []  # GradeWithEngine says why
        tree = nbformat.from_dict(restored(self.engine.released(folder.name), cells))
        return self.from_notebook_node(tree, resources, **kwargs)


_ROOM = 4 << 20
"""Bytes that a submission's notebook and its rows should find free."""


def _own(folder: Path) -> Path:
    """The folder itself, unless its student's folder is a link to elsewhere."""
    return folder.parent if folder.parent.is_symlink() else folder


def _is_odd(path: Path) -> bool:
    return path.is_symlink() or not (path.is_file() or path.is_dir())


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _quieten(app: Any) -> None:
    """One line a submission on the terminal instead of twelve, unless someone debugs."""
    if app is None or app.log_level <= logging.DEBUG:
        return
    logger = getattr(app.log, "logger", app.log)
    for handler in logger.handlers:
        if not isinstance(handler, logging.FileHandler):
            handler.addFilter(_is_worth_a_line)
    # nbgrader.api shows a traceback here and raises: what was raised is told, and once will do.
    logging.getLogger("tornado.application").addFilter(lambda record: record.exc_info is None)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Warnings, errors and our own lines; of a traceback, the line that says what happened."""
    said = record.getMessage()
    if said.startswith("Traceback"):
        record.msg = (re.findall(r"^[\w.]+: .*", said, re.MULTILINE) or said.splitlines())[-1]
    ours = getattr(record, "ours", False)  # a student's line says this, too
    return ours or (record.levelno > logging.INFO and not _SAID.match(said))


_SAID = re.compile(r"(Removing|Updating) existing assignment|Late submission|.* seconds late$")


class GradeWithEngine(NbGraderPreprocessor):
    """In place of `Execute`: the engine grades the submitted file, its verdicts become outputs."""

    def preprocess(self, nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        student = resources["nbgrader"]["student"]
        slug = resources["nbgrader"]["assignment"]
        close(nb, "the grader did not get to this exercise")
        try:
            exporter: SubmissionExporter = self.parent
            folder = _own(exporter.folder(student, slug))
            report = exporter.engine.grade(folder, student, slug)
            show(nb, report, exporter.engine.course)
            resources["autograder"] = report
        except Exception:
            close(nb, "the grader itself failed: a person will look at it")
            self.log.exception("%s: the grader itself failed, so a person must grade", student)
        return nbformat.from_dict(nb), resources


class SaveEngineGrades(SaveAutoGrades):
    """nbgrader's own step, and what outputs cannot say: that a person must look.

    Then one line for the student: the score, and what a regrade moved.
    """

    def preprocess(self, nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        self.moved: list[str] = []
        course: Course = self.parent.engine.course
        assignment = course.assignment(resources["nbgrader"]["assignment"])
        student = resources["nbgrader"]["student"]
        with opened(course) as book:
            submission = book.find_submission(assignment.slug, student)
            extension = extension_of(course, assignment, student)
            submission.extension = extension or submission.extension
            self.late = lateness(
                course, assignment, student, submission.timestamp, submission.extension
            )
            book.db.commit()
        nb, resources = super().preprocess(nb, resources)
        if report := resources.get("autograder"):
            words = (
                report.error or f"{points_words(report.score)} of {points_words(report.max_score)}"
            )
            words += f" ({', '.join(self.moved)})" if self.moved else ""
            words += f", {days_words(self.late)} late" if self.late else ""
            self.log.info("%s: %s", report.student, words, extra={"ours": True})
        return nb, resources

    def _add_score(self, cell: Any, resources: dict[str, Any]) -> None:
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = self.gradebook.find_grade(
            name, self.notebook_id, self.assignment_id, self.student_id
        )
        before = Mark(grade.id, grade.auto_score, grade.manual_score)
        before.needs = grade.needs_manual_grade
        super()._add_score(cell, resources)
        human = False
        if name.endswith(CHECKS):
            report: Report | None = resources.get("autograder")
            course = self.parent.engine.course
            score, human = awarded(course, report, name.removesuffix(CHECKS))
            if score is None:
                grade.auto_score = None
            if before.auto is not None and before.auto != (score or 0.0):
                exercise = name.removesuffix(CHECKS)
                self.moved.append(
                    f"{exercise} {points_words(before.auto)} → {points_words(score or 0.0)}"
                )
        grade.needs_manual_grade = needs_person(
            before, grade.auto_score, human, self.parent.resubmitted
        )
        self.gradebook.db.commit()


class LatePolicyPlugin(LateSubmissionPlugin):
    """The late policy of ``course.yml``."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        step = self.parent
        submission = step.gradebook.find_submission(step.assignment_id, student_id)
        course: Course = step.parent.engine.course
        submitted: datetime = submission.timestamp
        return late_penalty(
            course, course.assignment(step.assignment_id), student_id, submitted,
            submission.extension, score,
        )  # fmt: skip


class ReleaseFeedback(ExchangeReleaseFeedback):
    """nbgrader's own, past students whose work did not come by the exchange: they have no key."""

    def copy_files(self) -> None:
        pages = [Path(page) for page in glob.glob(f"{self.src_path}/*.html")]
        if not pages:
            slug = self.coursedir.assignment_id
            self.log.warning("there is none: run `nbgrader generate_feedback %s`", slug)
        needed = ("timestamp.txt", "submission_secret.txt")
        others = {
            page.parent.parent.name
            for page in pages
            if not all((page.parent / name).is_file() for name in needed)
        }
        if others:
            self.log.warning(
                "not released, for it was not submitted through the exchange: send %s by hand",
                ", ".join(f"feedback/{name}/" for name in sorted(others)),
            )
        excluded = {*self.coursedir.student_id_exclude.split(","), *others} - {""}
        self.coursedir.student_id_exclude = ",".join(sorted(excluded))
        super().copy_files()
