"""``autograder new SLUG``: an assignment to begin with, small, complete and gradable at once.

The templates beside this file are the three hand-written files of an assignment and its entry in
``course.yml``, about one example exercise that an instructor replaces by the first of their own.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from autograder.course import Course, load_course
from autograder.problem import Problem

TEMPLATES = {
    "solution": "solutions/{}.py",
    "checks": "autograder/checks/test_{}.py",
    "mistakes": "autograder/mistakes/{}.py",
}
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,63}")


def scaffold(course_file: Path, slug: str) -> list[Path]:
    """Write an assignment's three files and its entry in ``course.yml``; gives the four paths.

    Nothing is written unless everything can be, and nothing is ever overwritten.

    Raises:
        Problem: a bad slug, one that is taken, or a course that cannot be added to.
    """
    if _SLUG.fullmatch(slug) is None:
        raise Problem(
            f"{slug!r} cannot name an assignment: use up to 64 lower-case letters, digits and _, "
            "a letter first, such as leaky_relu"
        )
    course = load_course(course_file)
    own = course_file / "course.yml" if course_file.is_dir() else course_file
    if any(assignment.slug == slug for assignment in course.assignments):
        raise Problem(f"has an assignment {slug!r} already: choose another name", own)
    files = {
        course.root / place.format(slug): _filled(name, slug) for name, place in TEMPLATES.items()
    }
    for path in files:
        if path.exists() or path.is_symlink():
            raise Problem("exists already: move it away, or choose another name", path)
    entered = _with_entry(own, _filled("entry", slug))
    for path, text in {**files, own: entered}.items():
        _write(path, text)
    return [*files, own]


def next_steps(course: Course, slug: str) -> str:
    """What to do with a new assignment, one line a step."""
    return f"""\
Grade it as it is, then make it yours:
  1. solutions/{slug}.py: the lesson, one function after the other, each with its public checks
  2. autograder/checks/test_{slug}.py: the hidden checks, and RETURNS, what each function returns
  3. autograder/mistakes/{slug}.py: wrong solutions that you know, each with a sentence that helps
  4. {course.root / "course.yml"}: title, due date, points of each exercise
Then: autograder release {slug}; autograder audit {slug} --draws 0
docs/tutorial.md goes the whole way with an example."""


def _filled(name: str, slug: str) -> str:
    template = (Path(__file__).parent / f"{name}.template").read_text(encoding="utf-8")
    title = slug.replace("_", " ").strip().capitalize()
    return template.replace("@SLUG@", slug).replace("@TITLE@", title)


def _with_entry(path: Path, entry: str) -> str:
    """The course file with one more assignment; every other line, comment and anchor as it was.

    The YAML library says where the list ends, but its round trip would move blank lines and
    comments about; so the entry goes into the text, and the library confirms the result.
    """
    text = path.read_text(encoding="utf-8")
    before = YAML().load(text)
    lines = text.splitlines(keepends=True)
    start = before.lc.key("assignments")[0]
    keys = (before.lc.key(key)[0] for key in before)
    end = min((line for line in keys if line > start), default=len(lines))
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1  # what stands before the next key belongs to it
    lines[end - 1] = lines[end - 1].rstrip("\n") + "\n"
    first: str = lines[before["assignments"].lc.item(0)[0]]
    indent = " " * (len(first) - len(first.lstrip()))
    added = [indent + line for line in entry.splitlines(keepends=True)]
    result = "".join([*lines[:end], "\n", *added, *lines[end:]])
    if not _adds_one(before, result):
        raise Problem(
            "the list of assignments is not written as a block, one `- slug: …` below the other: "
            "write it so, then run again", path, start + 1,
        )  # fmt: skip
    return result


def _adds_one(before: Any, result: str) -> bool:
    try:
        after = YAML().load(result)
        *old, _ = after["assignments"]
    except Exception:
        return False
    return {**after, "assignments": old} == {**before}


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.new")
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        raise Problem(f"cannot be written: {error.strerror}", path) from None
