"""The one kind of error that a person can cause and cure."""

from __future__ import annotations

import traceback
from pathlib import Path


class Problem(Exception):
    """One line: what is wrong, where, and what cures it. Shown as it is, without a traceback."""

    def __init__(self, what: str, where: Path | str | None = None, line: int | None = None) -> None:
        place = "" if where is None else f"{where}:{line}: " if line else f"{where}: "
        super().__init__(f"{place}{' '.join(what.split())}")


def code_problem(error: BaseException, path: Path) -> Problem:
    """An error in a course's own Python file, told with the line of the file where it arose."""
    if isinstance(error, SyntaxError):
        return Problem(f"SyntaxError: {error.msg}", path, error.lineno)
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path)
    ]
    return Problem(f"{type(error).__name__}: {error}", path, lines[-1] if lines else None)
