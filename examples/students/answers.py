"""How a student of the example class answers: all in the plain way, but for what is changed."""

from __future__ import annotations

from collections.abc import Mapping

from make_examples import Notebook


def solve(notebook: Notebook, plain: Mapping[str, str], **changed: str | None) -> None:
    """Answer everything in the plain way, but for what is changed (None: left as it was)."""
    for exercise, body in {**plain, **changed}.items():
        if body is not None:
            notebook.answer(exercise, body)


def changed(plain: Mapping[str, str], exercise: str, *edits: tuple[str, str]) -> dict[str, str]:
    """The plain answer to one exercise with some text changed."""
    body = plain[exercise]
    for old, new in edits:
        assert old in body, f"{old!r} is not in the answer to {exercise}"
        body = body.replace(old, new)
    return {exercise: body}
