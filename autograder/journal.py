"""What an unfinished run has graded, one report a line: the next run goes on where it stopped.

A run that ends takes its journal away, so nothing old is ever believed. Of a run that was stopped,
a report counts if all that it followed from is the same to the byte, or the file has not been
touched since: the course, its checks, mistakes and solution, this kit, the sandbox, the submission.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from autograder.course import HOME, Course
from autograder.found import SUFFIXES, Found
from autograder.report import Report
from autograder.sandbox.host import Mode


class Journal:
    """The reports of a run that has not ended. A convenience: without a place, it keeps nothing."""

    def __init__(self, course: Course, secret: bytes, mode: Mode) -> None:
        self.path = course.root / ".autograder" / "unfinished.jsonl"
        self._terms = f"{_state_of(course)} {hashlib.sha256(secret).hexdigest()} {mode}"
        self._known: dict[str, Report] = {}
        with suppress(OSError), self.path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                key, _, text = line.partition(" ")
                with suppress(ValueError):  # a kill may leave half a line
                    self._known[key] = Report.from_json(text)

    def get(self, found: Found) -> Report | None:
        """The report of a submission that was graded under the same terms."""
        return self._known.get(self._key(found.student, found.assignment, _file(found)))

    def add(self, report: Report) -> None:
        """Keep a report; one that says why there is none is quicker made again."""
        key = self._key(report.student, report.assignment, Path(report.submission))
        if report.error is not None or not key:
            return
        with suppress(OSError):
            self.path.parent.mkdir(exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{key} {report.to_json()}\n")

    def end(self) -> None:
        """The run has ended, and what it found is written elsewhere."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _key(self, student: str, assignment: str, path: Path) -> str:
        try:
            state = path.lstat()
        except OSError:
            return ""
        touched = f"{path} {state.st_ino} {state.st_size} {state.st_mtime_ns}"
        words = "\0".join((self._terms, student, assignment, touched))
        return hashlib.sha256(words.encode("utf-8", "surrogateescape")).hexdigest()


def _file(found: Found) -> Path:
    """The file that a report of this submission names."""
    inside = (found.path / f"{found.assignment}{end}" for end in SUFFIXES)
    return next((path for path in inside if os.path.isfile(path)), found.path)


def _state_of(course: Course) -> str:
    """A digest of the course's files and of the kit's, but for what it holds on other courses."""
    files = [course.root / "course.yml"]
    for slug in (assignment.slug for assignment in course.assignments):
        released = course.file(f"assignments/{slug}/{slug}.ipynb")
        files += [course.source(slug), course.checks(slug), course.mistakes(slug), released]
    kit = sorted((HOME / "autograder").rglob("*.py"))
    others = ("mistakes", "variants", "audit")
    files += [p for p in kit if p.parent.name not in others and not p.name.startswith("test_")]
    digest = hashlib.sha256()
    for path in files:
        with suppress(OSError):
            text = path.read_bytes()
            digest.update(f"{path}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()
