"""What was measured, kept beside the course: nothing is simulated twice.

Each figure stands with the digest of what it follows from (see `content`).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from autograder.audit.content import Content
from autograder.audit.draws import Sample
from autograder.audit.simulation import Tally
from autograder.course import Course
from autograder.grading import Grader


@contextlib.contextmanager
def measured(course: Course, slug: str, grader: Grader) -> Iterator[dict[Sample, Tally]]:
    """The known tallies, to be added to; they are kept also when the audit is interrupted."""
    path = course.root / "autograder" / "audit" / "measured" / f"{slug}.json"
    content = Content(course, slug, grader)
    known = _read(path, content)
    before = dict(known)
    try:
        yield known
    finally:
        if known != before:
            _write(path, content, known)


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
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _by_name(item: tuple[Sample, Tally]) -> tuple[str, str]:
    return item[0].check, item[0].mistake or ""
