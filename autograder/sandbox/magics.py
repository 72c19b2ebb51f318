"""Notebook text that is not Python: IPython's `%magic`, `!shell` and `?help` lines, made harmless.

Only called when a cell does not compile. Lines are replaced, never removed, so that line numbers
and blocks stay as they are.
"""

from __future__ import annotations

import re

__all__ = ["plain_python"]

# Cell magics whose body is Python and is run; the body of any other (%%bash, %%html) is not.
_PYTHON_BODIES = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "pypy"})

_MAGIC = re.compile(r"^(\s*)(?:%{1,2}[A-Za-z_]|!{1,2}|\?{1,2}\s*[A-Za-z_%])")
_ASSIGNED = re.compile(r"^(\s*[A-Za-z_][\w.,\s\[\]'\"]*=\s*)(?:!|%[A-Za-z_])[^=].*$")
_HELP = re.compile(r"^(\s*)%{0,2}[A-Za-z_][\w.*]*\?{1,2}\s*$")


def plain_python(source: str) -> str:
    """The cell with IPython's own syntax replaced by `pass` (or `None` where it is assigned)."""
    lines = source.splitlines()
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].startswith("%%"):
        name = re.split(r"\W", lines[first][2:], maxsplit=1)[0]
        if name not in _PYTHON_BODIES:
            return ""
    return "\n".join(map(_plain_line, lines))


def _plain_line(line: str) -> str:
    if match := _MAGIC.match(line) or _HELP.match(line):
        return f"{match.group(1)}pass"
    if match := _ASSIGNED.match(line):
        return f"{match.group(1)}None"
    return line
