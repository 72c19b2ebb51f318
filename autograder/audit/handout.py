"""What students get: up to date, and without anything they must not have."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from autograder.audit.finding import Finding, finding
from autograder.course import Course
from autograder.release import released_files

_SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
_LONG = 24  # characters; a shorter line of a solution may well stand elsewhere too


def handout_findings(course: Course, slug: str) -> list[Finding]:
    """Whether the released files are those of the source, and hold no secret."""
    folder = course.root / "assignments" / slug
    expected = released_files(course, slug)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    there = {str(path.relative_to(folder)): path.read_bytes() for path in files}
    cure = f"run `autograder release {slug}`"
    stale = [
        f"{name} is stale: {cure}"
        for name, text in expected.items()
        if there.get(name) != text.encode()
    ]
    stale += [f"{name} is nobody's: delete it" for name in there if name not in expected]
    return [
        finding(slug, "the released files are fresh", stale, f"{len(files)} files"),
        finding(slug, "students get no solution and no check", _secrets(course, slug, files)),
    ]


def _secrets(course: Course, slug: str, files: list[Path]) -> list[str]:
    source = course.source(slug).read_text(encoding="utf-8")
    solutions = "".join(_SOLUTION.findall(source))
    given = _SOLUTION.sub("", source)
    lines = {line.strip() for line in solutions.splitlines() if len(line.strip()) >= _LONG}
    secrets = {line for line in lines if line not in given}
    secrets |= {"BEGIN SOLUTION", "BEGIN HIDDEN TESTS"}
    tree = ast.parse(course.checks(slug).read_text(encoding="utf-8"))
    secrets |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} & {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    return [
        f"{path.name} holds {secret[:60]!r}"
        for path in files
        for secret in sorted(secrets)
        if secret in path.read_text(encoding="utf-8", errors="replace").replace('\\"', '"')
    ]
