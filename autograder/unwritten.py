"""Whether a student has written a function at all, told from the text: nothing runs for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal

from autograder.sandbox.magics import plain_python
from autograder.submission import Submission


def unwritten(
    function: str, submission: Submission, defined: frozenset[str]
) -> Literal["MISSING", "UNANSWERED"] | None:
    """Why there is nothing to judge: no such function among those ``defined``, or an empty one."""
    if function not in defined:
        return "MISSING"
    last = None
    for statement in _statements(submission):
        if isinstance(statement, ast.FunctionDef) and statement.name == function:
            last = statement
        elif any(function in _bound(node) for node in ast.walk(statement)):
            last = None  # named again in another way, which is not followed
    empty = last is not None and not last.decorator_list and all(map(_does_nothing, last.body))
    return "UNANSWERED" if empty else None


def _statements(submission: Submission) -> Iterator[ast.stmt]:
    for cell in submission.code:
        for source in (cell.source, plain_python(cell.source)):
            try:
                tree = ast.parse(source)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            yield from tree.body
            break


def _bound(node: ast.AST) -> tuple[str | None, ...]:
    match node:
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
            return (name,)
        case ast.Name(name, ast.Store()):
            return (name,)
        case ast.alias(name, other):
            return (name, other)
    return ()


def _does_nothing(statement: ast.stmt) -> bool:
    """A docstring, ``...``, ``pass``, ``return`` of nothing, or the stub's own exception."""
    match statement:
        case ast.Pass() | ast.Expr(ast.Constant()) | ast.Return(None | ast.Constant(None)):
            return True
        case ast.Raise(ast.Name(name) | ast.Call(ast.Name(name))):
            return name == "NotImplementedError"
    return False
