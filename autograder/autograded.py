"""The notebook a person reads after grading: the student's cells, and what the engine says.

It is built from three things: what was released, what came back, and the report. Of what came
back nothing is believed. Cells are matched by their ``grade_id``; locked text and all metadata
are ours again; a copied cell becomes an ordinary one, a deleted one is put back where it stood.
Hence nbgrader accepts every result, whatever a student did to the notebook.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.course import Course, Feedback
from autograder.feedback import exercise_feedback, figure_html
from autograder.report import Outcome, Report, Verdict, points_words
from autograder.source_notebook import CHECKS

Cell = dict[str, Any]

NOT_GRADED = "NotGraded"
_VERDICTS = "verdicts"
_IMAGES = ("image/png", "image/jpeg")
_MAX_TEXT = 10_000
_MAX_IMAGE = 4 << 20
_MAX_IMAGES = 32 << 20
_ASIDE = "white-space:pre-wrap;margin-left:1.4em"

_MARKS = {
    Verdict.PASSED: ("✓", "passed"),
    Verdict.FAILED: ("✗", "failed"),
    Verdict.ERRORED: ("✗", "stopped with an error"),
    Verdict.UNANSWERED: ("·", "not written"),
    Verdict.TIMED_OUT: ("✗", "took too long"),
    Verdict.OUT_OF_MEMORY: ("✗", "needed too much memory"),
    Verdict.SKIPPED: ("–", "could not be judged"),
    Verdict.FAULT: ("!", "a person will look at it"),
}


_TAG = re.compile(r"<(?=[A-Za-z/!?])[^<>]*>?")
_PLAIN_TAG = re.compile(
    r"</?(b|i|u|em|strong|br|hr|p|sub|sup|code|kbd|small|ul|ol|li|table|thead|tbody|tr|td|th)\s*/?>",
    re.IGNORECASE,
)
_SCRIPT_LINK = re.compile(r"script\s*:", re.IGNORECASE)
_ATTACHMENT = re.compile(r"attachment:([^)\s\"'<>]+)")


def restored(released: Mapping[str, Any], submitted: Sequence[Cell]) -> dict[str, Any]:
    """A valid notebook with the student's text and the released notebook's marks.

    Args:
        released: the released notebook.
        submitted: the cells that came back, any shape; empty for what could not be read.
    """
    cells = _matched(released["cells"], submitted)
    place: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if name := grade_id(cell):
            place[name] = index
    # Each missing cell goes behind the one that was released before it.
    previous = -1
    for ours in released["cells"]:
        name = grade_id(ours)
        if not name:
            if not submitted:
                cells.append(_copy(ours))
            continue
        if name in place:
            previous = place[name]
            continue
        previous = previous + 1 if submitted else len(cells)
        cells.insert(previous, _copy(ours))
        place = {n: i + (i >= previous) for n, i in place.items()} | {name: previous}
    for index, cell in enumerate(cells):
        cell["id"] = grade_id(cell) or f"cell-{index}"
    return {
        "cells": cells, "metadata": released["metadata"], "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip


def grade_id(cell: Mapping[str, Any]) -> str | None:
    """The cell's name for nbgrader, if it has one that can be a name."""
    marks = _dict(_dict(cell.get("metadata")).get("nbgrader"))
    name = marks.get("grade_id")
    return name if isinstance(name, str) and name else None


def _matched(released: Sequence[Cell], submitted: Sequence[Cell]) -> list[Cell]:
    """The student's cells in their order, each graded one once: the last, for it runs last."""
    ours = {name: cell for cell in released if (name := grade_id(cell))}
    # A program that drops nbgrader's marks may keep cells' ids, which are the same words.
    named = [(grade_id(cell) or _text(cell.get("id")), i) for i, cell in enumerate(submitted)]
    fits = [
        name in ours and submitted[index].get("cell_type") == ours[name]["cell_type"]
        for name, index in named
    ]
    # Later entries win: of right type before retyped, and the last before the first.
    chosen = dict(sorted(((n, i) for n, i in named if n in ours), key=lambda p: (fits[p[1]], p[1])))
    for name in [name for name in ours if name not in chosen]:
        for index, cell in enumerate(submitted):
            if index not in chosen.values() and f"def {name}(" in _text(cell.get("source")):
                chosen[name] = index
    places = {index: name for name, index in chosen.items()}
    budget = [_MAX_IMAGES]
    cells = []
    for index, cell in enumerate(submitted):
        if index in places:
            fresh = _copy(ours[places[index]])
            marks = fresh["metadata"]["nbgrader"]
            if marks["solution"]:
                fresh["source"] = _text(cell.get("source"))
                if fresh["cell_type"] == "markdown":
                    fresh |= _written(cell, budget)
        else:
            fresh = _ordinary(cell, budget)
        cells.append(fresh)
    return cells


def _copy(cell: Cell) -> Cell:
    metadata = dict(cell["metadata"])
    if "nbgrader" in metadata:
        metadata["nbgrader"] = dict(metadata["nbgrader"])
    fresh = {"cell_type": cell["cell_type"], "metadata": metadata, "source": _text(cell["source"])}
    if cell["cell_type"] == "code":
        fresh |= {"execution_count": None, "outputs": []}
    return fresh


def _ordinary(cell: Cell, budget: list[int]) -> Cell:
    kind = cell.get("cell_type")
    kind = kind if kind in ("code", "markdown") else "raw"
    fresh: Cell = {"cell_type": kind, "metadata": {}, "source": _text(cell.get("source"))}
    if kind == "code":
        outputs = cell.get("outputs")
        safe = (_output(o, budget) for o in (outputs if isinstance(outputs, list) else [])[:100])
        fresh |= {"execution_count": None, "outputs": [output for output in safe if output]}
    elif kind == "markdown":
        fresh |= _written(cell, budget)
    return fresh


def _output(output: Any, budget: list[int]) -> Cell | None:
    """A student's own output as pictures and plain text: nothing that a browser would run."""
    output = _dict(output)
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return {"output_type": "stream", "name": name, "text": _short(output.get("text"))}
        case "error":
            trace = _short(output.get("traceback"), "\n")
            words = {k: _short(output.get(k)) for k in ("ename", "evalue")}
            return {"output_type": "error", **words, "traceback": trace.splitlines()}
        case "display_data" | "execute_result":
            data = _images(output.get("data"), budget)
            if plain := _short(_dict(output.get("data")).get("text/plain")):
                data["text/plain"] = plain
            return {"output_type": "display_data", "data": data, "metadata": {}}
    return None


def _written(cell: Cell, budget: list[int]) -> Cell:
    """A student's text and the pictures pasted into it: nothing that a browser would run.

    The form grader's page would obey tags; all but the plainest are opened by a space and shown.
    """
    pictures = _attachments(cell, budget)
    known = pictures.get("attachments", {})
    text = _TAG.sub(lambda m: m[0] if _PLAIN_TAG.fullmatch(m[0]) else f"< {m[0][1:]}",
                    _text(cell.get("source")))  # fmt: skip
    text = _SCRIPT_LINK.sub("script\N{ZERO WIDTH SPACE}:", text)
    # nbconvert gives up at a picture that is not there, and the student would get no page at all.
    text = _ATTACHMENT.sub(lambda m: m[0] if m[1] in known else "#", text)
    return {"source": text, **pictures}


def _attachments(cell: Cell, budget: list[int]) -> Cell:
    """Pictures pasted into a written answer."""
    found = {
        name: images
        for name, data in list(_dict(cell.get("attachments")).items())[:20]
        if (images := _images(data, budget))
    }
    return {"attachments": found} if found else {}


def _images(data: Any, budget: list[int]) -> dict[str, str]:
    images = {}
    for kind in _IMAGES:
        text = "".join(_text(_dict(data).get(kind)).split())
        if not text or len(text) > min(_MAX_IMAGE, budget[0]):
            continue
        try:
            base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            continue
        budget[0] -= len(text)
        images[kind] = text
    return images


def _dict(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _text(source: Any, between: str = "") -> str:
    if isinstance(source, list):
        source = between.join(part for part in source if isinstance(part, str))
    # A lone surrogate is valid in JSON and cannot be written as UTF-8.
    return source.encode("utf-8", "replace").decode() if isinstance(source, str) else ""


def _short(source: Any, between: str = "") -> str:
    text = _text(source, between)
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "\n… (cut)"


def close(notebook: dict[str, Any], why: str) -> None:
    """Give every grade cell an output that earns nothing: what is not graded stays so."""
    for cell in _grade_cells(notebook):
        cell["outputs"] = [_not_graded(why)]


def show(notebook: dict[str, Any], report: Report, course: Course) -> None:
    """Write verdicts below the student's functions, points into the grade cells, notes on top.

    In the form grader a verdict then stands between the code and the score; below the grade
    cell, it would be a screen of public checks away from both. With it comes the picture of a
    named mistake: what a student's page has, this has too.
    """
    # The place on the grader's machine is nobody else's business.
    error = (report.error or "").replace(f"{Path(report.submission).parent}/", "")
    close(notebook, error or "no check of this exercise ran")
    cells = {grade_id(cell): cell for cell in notebook["cells"]}
    for exercise in exercise_feedback(report, course):
        checks = cells[exercise.name + CHECKS]
        told = [_verdicts(exercise.checks, course.grading.feedback)]
        if exercise.picture:
            told.append(_display(figure_html(exercise.picture), exercise.picture.caption))
        cells[exercise.name]["outputs"] = told
        points = min(exercise.points, float(checks["metadata"]["nbgrader"]["points"]))
        checks["outputs"] = [_score(points, exercise.max_points)]
    lines = [f"**Not graded:** {_escaped(error)}"] if error else []
    lines += [f"- {_escaped(note)}" for note in report.notes]
    if lines:
        top = {
            "cell_type": "markdown", "id": "notes-of-the-grader", "metadata": {},
            "source": "**From the grader**\n\n" + "\n".join(lines),
        }  # fmt: skip
        notebook["cells"].insert(0, top)


def verdicts(notebook: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What :func:`show` wrote into a notebook: each exercise's checks and how they ended."""
    return {
        str(grade_id(cell)): output["metadata"][_VERDICTS]
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if grade_id(cell) and _VERDICTS in output.get("metadata", ())
    }


def is_shown(notebook: dict[str, Any]) -> bool:
    """Whether :func:`show` or :func:`close` has been there: no grade cell is without a word."""
    return all(cell["outputs"] for cell in _grade_cells(notebook))


def _grade_cells(notebook: dict[str, Any]) -> list[Cell]:
    """The cells that the engine grades; written answers are a person's."""
    return [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("grade")
    ]


def _not_graded(why: str) -> Cell:
    return {"output_type": "error", "ename": NOT_GRADED, "evalue": why, "traceback": [why]}


def _verdicts(outcomes: Sequence[Outcome], detail: Feedback) -> Cell:
    """What people read."""
    said = [(*_MARKS[o.verdict], o.title, _message(o, detail)) for o in outcomes]
    plain = "\n".join(
        f"{mark} {title} ({words})" + (f"\n    {message}" if message else "")
        for mark, words, title, message in said
    )
    rows = "".join(
        f"<li style='list-style:none'><b>{mark}</b> {_escaped(title)} <i>({words})</i>"
        + (f"<div style='{_ASIDE}'>{_escaped(message)}</div>" if message else "")
        + "</li>"
        for mark, words, title, message in said
    )
    ended = {title: words for _, words, title, _ in said}
    return _display(f"<ul>{rows}</ul>", plain) | {"metadata": {_VERDICTS: ended}}


def _display(page: str, plain: str) -> Cell:
    data = {"text/html": page, "text/plain": plain}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def _score(points: float, maximum: float) -> Cell:
    """The number that nbgrader reads: a bare float, between 0 and all; a person may change it."""
    said = f"The checks give {points_words(points)} of {points_words(maximum)} points."
    data = {"text/html": f"<b>{said}</b>", "text/plain": repr(float(points))}
    return {"output_type": "execute_result", "metadata": {}, "execution_count": None, "data": data}


def _message(outcome: Outcome, detail: Feedback) -> str:
    if outcome.verdict is Verdict.PASSED or detail == "verdicts":
        return ""
    mistake = outcome.mistake.message if outcome.mistake else ""
    if detail == "hints" and outcome.verdict is not Verdict.FAULT:
        return mistake
    return "\n".join(dict.fromkeys(part for part in (outcome.message, mistake) if part))


def _escaped(text: str) -> str:
    return html.escape("".join(c if c.isprintable() or c == "\n" else "�" for c in text))
