"""One run of ``autograder audit``: findings as they come, a word at the end, JSON beside."""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder.audit.audit import Audit
from autograder.audit.finding import Finding
from autograder.course import Course
from autograder.sandbox.host import Mode

_SHOWN = 20  # faults of one claim; the rest are in the JSON


def audit_run(
    course: Course,
    slugs: Sequence[str],
    json_file: str | None,
    mode: Mode,
    draws: int,
    jobs: int | None,
) -> int:
    """Audit, show, write; gives the exit code."""
    start = time.perf_counter()
    console = Console(stderr=json_file == "-", highlight=False, soft_wrap=True)
    findings: list[Finding] = []
    for slug in slugs:
        console.print(f"[bold]{escape(slug)}[/]")
        with Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"),
            TimeElapsedColumn(), TextColumn("ETA"), TimeRemainingColumn(),
            console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty(),
        ) as progress:  # fmt: skip
            audit = Audit(course, slug, mode, draws, jobs or os.cpu_count() or 1)
            submissions, simulations = audit.steps
            graded = progress.add_task("grading", total=submissions)
            drawn = progress.add_task("simulating", total=simulations, visible=simulations > 0)
            for found in audit.findings(
                functools.partial(progress.advance, graded),
                functools.partial(progress.advance, drawn),
            ):
                findings.append(found)
                _show(found, progress.console if sys.stderr.isatty() else console)
    broken = [found for found in findings if not found.holds]
    words = f"{len(broken)} do not hold" if broken else "all hold"
    console.print(f"{len(findings)} claims, {words} ({time.perf_counter() - start:.0f} s).")
    if json_file is not None:
        text = json.dumps([found.to_dict() for found in findings], indent=1) + "\n"
        if json_file == "-":
            sys.stdout.write(text)
        else:
            Path(json_file).write_text(text, encoding="utf-8")
    return 1 if broken else 0


def _show(found: Finding, console: Console) -> None:
    mark = "[green]holds[/]" if found.holds else "[red]fails[/]"
    tail = f" [dim]{escape(found.measured)}[/]" if found.measured else ""
    console.print(f"  {mark}  {escape(found.claim)}{tail}")
    for fault in found.faults[:_SHOWN]:
        console.print(f"         {escape(fault)}")
    if len(found.faults) > _SHOWN:
        console.print(f"         … and {len(found.faults) - _SHOWN} more")
