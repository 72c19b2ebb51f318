"""What a student handed in beside the notebook: when, and which files."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from dateutil import parser, tz

from autograder.report import Report

_MAX_FILE = 16 << 20
_MAX_FILES = 100


def submission_folder(report: Report) -> Path:
    """The folder of a submission, be it that or a file in it."""
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
        moment = _moment(words)
    except (ValueError, OverflowError):
        tell(f"{path}: is no time, so the submission counts as in time")
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _moment(words: str) -> datetime:
    """A date and a time, and perhaps a zone's name, with which nbgrader ends what it writes."""
    *rest, last = words.split(" ")
    zone = tz.gettz(last) if last[0].isalpha() else None
    moment: datetime = parser.parse(" ".join(rest) if zone else words)
    return moment.replace(tzinfo=zone) if zone else moment


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
