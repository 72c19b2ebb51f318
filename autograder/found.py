"""Where submissions lie: files, submission folders and class folders, without following links."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from autograder.course import Course
from autograder.problem import Problem

SUFFIXES = (".ipynb", ".py")


@dataclass(frozen=True)
class Found:
    """A submission that is there, not read yet."""

    student: str
    assignment: str
    path: Path
    problem: str = ""
    """Why it is none that can be read, where its place says so already."""


def find_submissions(course: Course, slug: str | None, paths: Sequence[Path]) -> list[Found]:
    """The submissions under ``paths``, or under the course's ``submitted/``, in order.

    A path is an ``.ipynb`` or ``.py`` file, a submission folder that holds ``<assignment>.ipynb``,
    a student's folder of such folders, or a class folder ``<student>/<assignment>/``.

    Raises:
        Problem: a path does not exist, cannot be read, holds no submission, or does not tell its
            assignment.
    """
    if slug is not None:
        course.assignment(slug)
    found: list[Found] = []
    for path in paths or [course.root / "submitted"]:
        if not path.exists() and not path.is_symlink():
            cure = "" if paths else ": collect submissions into it, or name a file or folder"
            raise Problem(f"no such file or folder{cure}", path)
        try:
            here = list(_under(course, slug, path))
        except OSError as error:
            raise Problem(f"cannot be read: {error.strerror}", path) from None
        if not here:
            wanted = slug or "any assignment"
            raise Problem(f"holds no submission of {wanted} (<student>/<assignment>/)", path)
        found += here
    for one in found:
        if one.student.encode(errors="replace") != one.student.encode(errors="surrogateescape"):
            name = ascii(one.student)
            raise Problem(f"{name} is no name for a student: rename it", one.path.parent)
    return found


def _under(course: Course, slug: str | None, path: Path) -> Iterator[Found]:
    slugs = [slug] if slug else [a.slug for a in course.assignments]
    if path.is_dir():
        os.scandir(path).close()  # says so if it may not be read
    else:
        assignment = slug or _assignment_of(path, slugs)
        yield Found(_student_of(path, assignment), assignment, path)
        return
    for name in slugs:
        if path.name == name or any(_there(path / f"{name}{end}") for end in SUFFIXES):
            yield Found(_owner(path, name), name, path)
            return
    own = any(_there(path / name) for name in slugs)  # one student's folder, not a class's
    for student in [path.absolute()] if own else sorted(path.iterdir()):
        if student.name.startswith(".") or (not student.is_dir() and not student.is_symlink()):
            continue
        known = set() if student.is_symlink() else {n for n in slugs if _there(student / n)}
        for name in slugs:
            if student.is_symlink():
                yield Found(student.name, name, student)
            elif name in known:
                yield Found(student.name, name, student / name)
        if not known and not student.is_symlink() and (slip := _misspelt(student, slugs)):
            words = f"is no assignment's folder: rename it to {slip[0]}"
            yield Found(student.name, slip[0], slip[1], words)


def _misspelt(student: Path, slugs: Sequence[str]) -> tuple[str, Path] | None:
    """A folder named nearly as an assignment: whoever reads it will say what is wrong."""
    with suppress(OSError):
        for folder in sorted(student.iterdir()):
            if near := get_close_matches(folder.name, slugs, 1, 0.75):
                return near[0], folder
    return None


def _there(path: Path) -> bool:
    """Whether something is there; what may not be looked at is: whoever reads it will say so."""
    try:
        path.lstat()
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _owner(folder: Path, slug: str) -> str:
    """``<student>/<assignment>/`` names its student; any other folder is named after them."""
    resolved = folder.absolute()
    return resolved.parent.name if resolved.name == slug else resolved.name


def _student_of(path: Path, slug: str) -> str:
    """A file is named after its student, unless it has the notebook's own name."""
    if path.suffix == ".ipynb" and path.stem == slug:
        return _owner(path.absolute().parent, slug)
    return path.stem


def _assignment_of(path: Path, slugs: Sequence[str]) -> str:
    for name in (path.stem, path.absolute().parent.name):
        if name in slugs:
            return name
    if len(slugs) == 1:
        return slugs[0]
    raise Problem(
        f"does not tell its assignment: `autograder grade {slugs[0]} {path}`, for example", path
    )
