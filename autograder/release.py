"""What students get: ``assignments/<slug>/``, made from ``solutions/<slug>.py``.

The hand-written source becomes nbgrader's source notebook (`source_notebook`); nbgrader's own
generate step makes the released notebook of it. The result is committed, and the same source and
``course.yml`` give the same bytes, so that a test can tell when it is stale.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from autograder.course import Course
from autograder.nbgrader_plugin import generate
from autograder.source_notebook import build_source, content, source_files, write_all


def release(course: Course, slug: str) -> Path:
    """Generate an assignment's folder for students; files that are up to date stay as they are.

    Raises:
        Problem: the source breaks a convention, or a file cannot be written.
    """
    files = released_files(course, slug)
    build_source(course, slug)
    return write_all(course.root / "assignments" / slug, files)


def is_fresh(course: Course, slug: str) -> bool:
    """Whether ``assignments/<slug>/`` is what :func:`release` would write."""
    folder = course.root / "assignments" / slug
    files = released_files(course, slug)
    return all(content(folder / name) == text for name, text in files.items())


def released_files(course: Course, slug: str) -> dict[str, str]:
    """What students get, name by name.

    Raises:
        Problem: the source breaks a convention.
    """
    sources = source_files(course, slug)
    with tempfile.TemporaryDirectory() as scratch:
        write_all(Path(scratch, "source", slug), sources)
        generate(Path(scratch), slug)
        notebook = Path(scratch, "assignments", slug, f"{slug}.ipynb").read_text(encoding="utf-8")
    return {**sources, f"{slug}.ipynb": notebook}
