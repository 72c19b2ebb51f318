"""What a measured figure follows from, as a digest: change any of it, and it is measured anew."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator

from autograder.audit.draws import Sample
from autograder.course import HOME, Course
from autograder.grading import Grader

_ENGINE = [HOME / "autograder" / "checks" / "statistics.py", HOME / "autograder/audit/draws.py"]


class Content:
    """The digests of an assignment's samples."""

    def __init__(self, course: Course, slug: str, grader: Grader) -> None:
        engine = [path.read_text(encoding="utf-8") for path in _ENGINE]
        solution = course.source(slug).read_text(encoding="utf-8")
        self._common = "\0".join([*engine, *map(ast.unparse, _statements(solution))])
        self._definitions = Definitions(course.checks(slug).read_text(encoding="utf-8"))
        self._alpha = grader.alpha
        self._mistakes = {mistake.slug: mistake.source for mistake in grader.diagnosis.mistakes}

    def of(self, sample: Sample) -> str:
        """Of the solution, the check and all that it uses of its file, the mistake at its rate."""
        parts = [self._common, self._definitions.behind(sample.check.partition("[")[0])]
        if sample.mistake is not None:
            parts += [repr(self._alpha), self._mistakes[sample.mistake]]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


class Definitions:
    """The names of a Python file, and what stands behind each."""

    def __init__(self, text: str) -> None:
        self._sources: dict[str, list[str]] = {"": []}
        self._uses: dict[str, set[str]] = {}
        for statement in _statements(text):
            source = ast.unparse(statement)
            for name in _names(statement) or [""]:
                self._sources.setdefault(name, []).append(source)
                used = self._uses.setdefault(name, set())
                used |= {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}

    def behind(self, name: str) -> str:
        """The source of a name, of every name in it, and so on; and of what has no name."""
        found, todo = set(), ["", name]
        while todo:
            one = todo.pop()
            if one in self._sources and one not in found:
                found.add(one)
                todo += self._uses.get(one, ())
        return "\n".join(source for one in sorted(found) for source in self._sources[one])


def _statements(text: str) -> Iterator[ast.stmt]:
    """A file's statements, one for each import; without prose, which changes no draw."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            node.body = [line for line in node.body if not _is_text(line)] or [ast.Pass()]
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                yield ast.ImportFrom(statement.module, [alias], statement.level)
        else:
            yield statement


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _names(statement: ast.stmt) -> list[str]:
    """What a statement at the top of a file defines."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [statement.name]
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
            return [name.id for name in names if isinstance(name.ctx, ast.Store)]
        case ast.Import() | ast.ImportFrom():
            return [alias.asname or alias.name for alias in statement.names]
    return []
