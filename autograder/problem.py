"""The one kind of error that a person can cause and cure."""

from __future__ import annotations

from pathlib import Path


class Problem(Exception):
    """One line: what is wrong, where, and what cures it. Shown as it is, without a traceback."""

    def __init__(self, what: str, where: Path | str | None = None, line: int | None = None) -> None:
        place = "" if where is None else f"{where}:{line}: " if line else f"{where}: "
        super().__init__(f"{place}{' '.join(what.split())}")
