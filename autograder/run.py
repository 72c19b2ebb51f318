"""One run of ``autograder grade``: progress while it goes, a table at its end, files beside."""

from __future__ import annotations

import contextlib
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from autograder.classroom import Classroom, write_reports
from autograder.course import Course
from autograder.found import Found, find_submissions
from autograder.journal import Journal
from autograder.late import with_lateness
from autograder.problem import Problem
from autograder.report import Report, Verdict, points_words
from autograder.sandbox.host import Mode
from autograder.seeds import course_secret

if TYPE_CHECKING:
    from autograder.gradebook import Moved


@dataclass(frozen=True)
class Run:
    """What was asked for."""

    course: Course
    slug: str | None
    paths: list[Path]
    json_file: str | None
    feedback: Path | None
    jobs: int | None
    sandbox: Mode


def grade_run(run: Run) -> int:
    """Grade, show, write; gives the exit code.

    Raises:
        Problem: the course or the call is wrong; nothing has been written.
    """
    start = time.perf_counter()
    found = find_submissions(run.course, run.slug, run.paths)
    secret = course_secret(run.course.root)
    classroom = Classroom(run.course, secret, run.sandbox)
    journal = Journal(run.course, secret, run.sandbox)
    # Standard output is the reports' own when they go there.
    console = Console(stderr=run.json_file == "-", highlight=False)
    classroom.prepare([one.assignment for one in found])
    if not run.paths:
        from autograder.gradebook import read_released

        for slug in dict.fromkeys(one.assignment for one in found):
            read_released(run.course, slug)  # a stale one is told before anyone is graded
    reports = _in_order(found, _graded(classroom, found, run, journal, console))
    reports = _with_lateness(run, reports)
    seconds = time.perf_counter() - start
    if run.json_file == "-":
        for report in reports:
            sys.stdout.write(report.to_json() + "\n")
    elif run.json_file is not None:
        write_reports(reports, Path(run.json_file))
    show(reports, console)
    lost = sum(report.error is not None for report in reports)
    console.print(
        f"{len(reports) - lost} graded{f', {lost} not' if lost else ''} in {seconds:.1f} s."
    )
    _write(run, reports, console)
    journal.end()
    return 1 if any(report.error for report in reports) else 0


def _graded(
    classroom: Classroom, found: list[Found], run: Run, journal: Journal, console: Console
) -> Iterator[Report]:
    """What the journal has of an earlier run that was stopped, then the others as they end."""
    kept = [report for one in found if (report := journal.get(one))]
    todo = [one for one in found if not journal.get(one)]
    if kept:
        console.print(f"{len(kept)} of {len(found)} were graded before the last run was stopped.")
    yield from kept
    progress = Progress(
        TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("ETA"), TimeRemainingColumn(), console=Console(stderr=True), transient=True,
        disable=not sys.stderr.isatty(),
    )  # fmt: skip
    with progress:
        task = progress.add_task("grading", total=len(found), completed=len(kept))
        for report in classroom.grade(todo, run.jobs):
            journal.add(report)
            progress.advance(task)
            yield report


def _in_order(found: list[Found], reports: Iterator[Report]) -> list[Report]:
    place = {(one.student, one.assignment): index for index, one in enumerate(found)}
    return sorted(reports, key=lambda report: place[report.student, report.assignment])


def _with_lateness(run: Run, reports: list[Report]) -> list[Report]:
    """What lateness costs; of the course's own folder, with the extensions of its gradebook."""
    extensions: dict[tuple[str, str], timedelta] = {}
    if not run.paths:
        from autograder.gradebook import granted

        with contextlib.suppress(Problem):  # is told when the gradebook is written
            for slug in dict.fromkeys(report.assignment for report in reports):
                theirs = granted(run.course, slug)
                extensions |= {(slug, student): more for student, more in theirs.items()}
    return [
        with_lateness(run.course, report, extensions.get((report.assignment, report.student)))
        for report in reports
    ]


def _write(run: Run, reports: list[Report], console: Console) -> None:
    """The gradebook for the course's own folder; pages there, or where they were asked for."""
    folder = run.feedback
    if not run.paths:
        from autograder.gradebook import record

        show_moved(record(run.course, reports), console)
        folder = folder or run.course.root / "feedback"
        console.print("Recorded in the gradebook and in autograded/.")
    if folder is not None:
        from autograder.feedback import write_pages

        page = write_pages(reports, run.course, folder)
        console.print(f"Look at {escape(str(page))}", soft_wrap=True)


def show(reports: list[Report], console: Console) -> None:
    """A table a student for each assignment, then what could not be graded."""
    for slug in dict.fromkeys(report.assignment for report in reports):
        mine = [report for report in reports if report.assignment == slug]
        graded = [report for report in mine if report.error is None]
        if graded:
            console.print(_table(slug, graded))
        for report in mine:
            if report.error is not None:
                console.print(
                    f"[red]not graded[/] {_plain(report.student)}: {_plain(report.error)}",
                    soft_wrap=True,
                )


def show_moved(moved: Sequence[Moved], console: Console) -> None:
    """What a regrade changed: one line a cause, with everyone whose score it moved."""
    causes: dict[tuple[str, str], list[Moved]] = {}
    for one in moved:
        causes.setdefault((one.exercise, one.why), []).append(one)
    if moved:
        console.print(f"{len(moved)} {'score' if len(moved) == 1 else 'scores'} moved:")
    for (exercise, why), those in causes.items():
        who = ", ".join(
            f"{one.student} {points_words(one.before)} → {points_words(one.after)}" for one in those
        )
        console.print(f"  {exercise}: {_plain(who)} – {_plain(why)}", soft_wrap=True)


def _table(slug: str, reports: list[Report]) -> Table:
    exercises = list(reports[0].exercise_scores())
    middle = statistics.median(report.score for report in reports)
    table = Table(
        title=f"{slug}: {len(reports)} graded, median {points_words(middle)} "
        f"of {points_words(reports[0].max_score)}",
        caption=" · ".join(f"{i}\N{NO-BREAK SPACE}{name}" for i, name in enumerate(exercises, 1))
        + "\n● full  ◐ part  ○ none  ? cannot be judged  – not written  ! needs a person",
        title_justify="left", caption_justify="left", min_width=60, caption_style="dim",
    )  # fmt: skip
    table.add_column("student", overflow="fold")
    table.add_column("score", justify="right")
    late = any(report.days_late for report in reports)
    if late:
        table.add_column("late", justify="right")
        table.add_column("leaves", justify="right")
    width = len(str(len(exercises)))
    table.add_column(
        " ".join(f"{number:<{width}}" for number in range(1, len(exercises) + 1)), no_wrap=True
    )
    table.add_column("mistakes", overflow="fold")
    for report in reports:
        marks = " ".join(_mark(report, name) + " " * (width - 1) for name in exercises)
        slugs = dict.fromkeys(o.mistake.slug for o in report.checks if o.mistake)
        score = [points_words(report.score), *(_late(report) if late else ())]
        table.add_row(_plain(report.student), *score, marks, ", ".join(slugs))
    return table


def _late(report: Report) -> tuple[str, str]:
    words = f"{report.days_late} d, −{points_words(report.late_penalty)}"
    return words if report.days_late else "", points_words(report.final_score)


def _mark(report: Report, exercise: str) -> str:
    verdicts = [o.verdict for o in report.checks if o.exercise == exercise]
    points, maximum = report.exercise_scores()[exercise]
    if Verdict.FAULT in verdicts:
        return "[bold red]![/]"
    if all(verdict is Verdict.UNANSWERED for verdict in verdicts):
        return "[dim]–[/]"
    if points >= maximum:
        return "[green]●[/]"
    lost = {verdict for verdict in verdicts if verdict is not Verdict.PASSED}
    if lost == {Verdict.SKIPPED}:
        return "[magenta]?[/]"
    return "[yellow]◐[/]" if points > 0 else "[red]○[/]"


def _plain(text: str) -> str:
    """Text of a stranger: no markup, no control characters for the terminal to obey."""
    return escape("".join(c if c.isprintable() else "�" for c in text))


with contextlib.suppress(AttributeError):  # a terminal without UTF-8 must not end a run
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
