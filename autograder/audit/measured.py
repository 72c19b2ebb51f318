"""What was measured, kept beside the course: nothing is simulated twice.

The file says of which content its figures are: one changed character of the checks, the solution,
the mistakes or the statistical tests, and they are measured anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from autograder.audit.simulation import Sample, Tally
from autograder.course import HOME, Course

_ENGINE = HOME / "autograder"


@contextlib.contextmanager
def measured(course: Course, slug: str, alpha: float) -> Iterator[dict[Sample, Tally]]:
    """The known tallies, to be added to; they are kept also when the audit is interrupted."""
    path = course.root / "autograder" / "audit" / "measured" / f"{slug}.json"
    content = _content(course, slug, alpha)
    known = _read(path, content)
    before = dict(known)
    try:
        yield known
    finally:
        if known != before:
            _write(path, content, known)


def _content(course: Course, slug: str, alpha: float) -> str:
    parts = [course.source(slug), course.checks(slug), course.mistakes(slug)]
    parts += [_ENGINE / "checks" / "statistics.py", _ENGINE / "audit" / "simulation.py"]
    digest = hashlib.sha256(repr(alpha).encode())
    for part in parts:
        digest.update(part.read_bytes() if part.is_file() else b"")
    return digest.hexdigest()[:16]


def _read(path: Path, content: str) -> dict[Sample, Tally]:
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["content"] == content:
            return {
                Sample(check, mistake or None): Tally(*map(int, tally.split("/")))
                for check, tallies in stored["alarms of draws"].items()
                for mistake, tally in tallies.items()
            }
    return {}


def _write(path: Path, content: str, known: dict[Sample, Tally]) -> None:
    tallies: dict[str, dict[str, str]] = {}
    for (check, mistake), (alarms, draws) in sorted(known.items(), key=_by_name):
        tallies.setdefault(check, {})[mistake or ""] = f"{alarms}/{draws}"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"content": content, "alarms of draws": tallies}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _by_name(item: tuple[Sample, Tally]) -> tuple[str, str]:
    return item[0].check, item[0].mistake or ""
