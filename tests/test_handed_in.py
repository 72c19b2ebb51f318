"""What stands beside a notebook: when it came in, and the student's other files."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from autograder.handed_in import beside, submitted_at


@pytest.mark.parametrize(
    ("data", "moment"),
    [
        (b"2026-12-06 12:00:00.5 UTC", datetime(2026, 12, 6, 12, 0, 0, 500000)),
        (b"2026-12-06 12:00:00", datetime(2026, 12, 6, 12, 0)),
        (b"2026-12-06 12:00:00 Europe/Berlin", datetime(2026, 12, 6, 11, 0)),
        (b"2026-12-06T12:00:00-08:00", datetime(2026, 12, 6, 20, 0)),
        (b"", None),
        (b"yesterday", None),
        (b"today at UTC", None),
        (b"UTC", None),
        (b"\xff\xfe", None),
        (b"2026-13-45", None),
    ],
)
def test_a_time_is_read_or_told(tmp_path: Path, data: bytes, moment: datetime | None) -> None:
    """What is no time counts as none, and one line says so; an empty file is as good as none."""
    (tmp_path / "timestamp.txt").write_bytes(data)
    told: list[str] = []
    assert submitted_at(tmp_path, told.append) == moment
    assert len(told) == (moment is None and data != b"")


def test_nothing_odd_beside_a_notebook_is_taken(tmp_path: Path) -> None:
    """Files are; links, pipes, folders and other notebooks are not; nor is a folder not there."""
    (tmp_path / "data.txt").write_text("mine")
    (tmp_path / "other.ipynb").write_text("{}")
    (tmp_path / "link.txt").symlink_to("/etc/hostname")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    assert beside(tmp_path) == {"data.txt": b"mine"}
    assert beside(tmp_path / "nowhere") == {}
