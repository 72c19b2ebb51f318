"""What was measured, kept beside the course: nothing is simulated twice.

Each figure stands with the digest of what it follows from (see `content`), and is on disk as soon
as it is whole: a run of an hour that is killed has lost nothing but its last minute.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from autograder.audit.content import Content
from autograder.audit.draws import Sample
from autograder.audit.simulation import Tally
from autograder.course import Course
from autograder.grading import Grader


class Measured(dict[Sample, Tally]):
    """The known tallies of an assignment; each one added is on disk at once."""

    def __init__(self, course: Course, slug: str, grader: Grader) -> None:
        self._path = course.root / "autograder" / "audit" / "measured" / f"{slug}.json"
        self._content = Content(course, slug, grader)
        super().__init__(_read(self._path, self._content))

    def __setitem__(self, sample: Sample, tally: Tally) -> None:
        super().__setitem__(sample, tally)
        _write(self._path, self._content, self)


def _read(path: Path, content: Content) -> dict[Sample, Tally]:
    known: dict[Sample, Tally] = {}
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
        for check, figures in json.loads(path.read_text(encoding="utf-8")).items():
            for mistake, figure in figures.items():
                sample, (tally, digest) = Sample(check, mistake or None), figure.split()
                with contextlib.suppress(KeyError):  # a mistake that is no more
                    if digest == content.of(sample):
                        known[sample] = Tally(*map(int, tally.split("/")))
    return known


def _write(path: Path, content: Content, known: dict[Sample, Tally]) -> None:
    figures: dict[str, dict[str, str]] = {}
    for (check, mistake), (alarms, draws) in sorted(known.items(), key=_by_name):
        digest = content.of(Sample(check, mistake))
        figures.setdefault(check, {})[mistake or ""] = f"{alarms}/{draws} {digest}"
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")  # a run cut short while it writes leaves the old figures whole
    fresh.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    os.replace(fresh, path)


def _by_name(item: tuple[Sample, Tally]) -> tuple[str, str]:
    return item[0].check, item[0].mistake or ""
