"""The reference solution of an assignment: its source notebook's definitions as a module."""

from __future__ import annotations

import linecache
import re
import sys
from pathlib import Path
from types import ModuleType

_MARKER = re.compile(r"^# %%(.*)$", re.MULTILINE)


def percent_cells(text: str) -> list[tuple[str, str, int]]:
    """Split a percent-format notebook into (marker, source, first line), header left out."""
    marks = list(_MARKER.finditer(text))
    ends = [m.start() for m in marks[1:]] + [len(text)]
    return [
        (mark.group(1).strip(), text[mark.end() + 1 : end], text.count("\n", 0, mark.end()) + 2)
        for mark, end in zip(marks, ends, strict=True)
    ]


def definition_source(text: str) -> str:
    """What the grader runs of a source notebook: the exercises and what is given to students.

    Line numbers stay those of the file, so that a traceback points into it.
    """
    lines = [""] * (text.count("\n") + 1)
    for marker, source, first in percent_cells(text):
        if marker.startswith("[") or "checks=" in marker or "tags=" in marker:
            continue
        for offset, line in enumerate(source.splitlines()):
            lines[first - 1 + offset] = line
    return "\n".join(lines).rstrip() + "\n"


def load_reference(path: Path) -> ModuleType:
    """Run a source notebook's definitions; figures, experiments and public checks are left out.

    The result is in nobody's ``sys.modules`` but under a name of its own, so that pickling and
    ``inspect`` work.
    """
    source = definition_source(path.read_text(encoding="utf-8"))
    module = ModuleType(f"reference_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    linecache.checkcache(str(path))
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module
