"""Whatever a function returns, its checks end in a verdict with a sentence: never in a FAULT.

Every exercise of every assignment in turn is spoilt, the rest of the submission being right. Its
checks and the diagnosis see values that no check's author thought of.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from autograder.checks.contract import OPAQUE
from autograder.course import HOME, load_course
from autograder.grading import Grader
from autograder.reference import definition_source
from autograder.report import Verdict
from autograder.sandbox.host import Sandbox
from autograder.submission import NotebookCell, Submission

COURSE = load_course(HOME / "course.yml")
EXERCISES = [
    (assignment.slug, exercise)
    for assignment in COURSE.assignments
    if COURSE.checks(assignment.slug).is_file()
    for exercise in assignment.points
]
SPARSELY = {"capstone": 4}
"""Where each check trains a network: one value in so many is tried, to keep to the time."""

SPOILER = '''
import functools
import numpy as np


class Lazy:
    """Looks like an array and is none."""
    shape, ndim, dtype = (3, 4), 2, np.dtype(float)
    def __len__(self): raise RuntimeError
    def __eq__(self, other): raise RuntimeError
    def __getattr__(self, name): raise RuntimeError
    def __array__(self, dtype=None, copy=None): raise RuntimeError


class Text(str):
    """A string with opinions."""
    def __eq__(self, other): raise RuntimeError
    __hash__ = str.__hash__


def endless():
    while True:
        yield 1.0


def circle():
    items = []
    items.append(items)
    return items


def as_tuple(value):
    return value if isinstance(value, tuple) else (value,)


# The whole result is something else; `right()` would be the right one, which may take a while.
WHOLE = {
    "None": lambda right: None,
    "a string": lambda right: "0.5",
    "a string subclass": lambda right: Text("0.5"),
    "bytes": lambda right: b"0.5",
    "a function": lambda right: endless,
    "a class": lambda right: Lazy,
    "a lazy object": lambda right: Lazy(),
    "an endless generator": lambda right: endless(),
    "an iterator": lambda right: iter([right()]),
    "a set": lambda right: {1, 2},
    "an empty list": lambda right: [],
    "an empty tuple": lambda right: (),
    "an empty dict": lambda right: {},
    "a ragged list": lambda right: [[1.0, 2.0], [3.0]],
    "a list in itself": lambda right: circle(),
    "a deep list": lambda right: functools.reduce(lambda inner, _: [inner], range(500), 0.0),
    "a dict with other keys": lambda right: {1: right(), (2, 3): None},
    "a dict of everything": lambda right: {"W1": None, "b1": "b", "W": 1j, "dW1": [], "": right()},
    "one too many": lambda right: (*as_tuple(right()), None),
    "one too few": lambda right: as_tuple(right())[:-1],
    "a million numbers": lambda right: [0.0] * 1_000_000,
    "a gigantic array": lambda right: np.zeros(1 << 26),
    "a gigantic view": lambda right: np.broadcast_to(1.0, (1 << 30, 1 << 30)),
    "an array of records": lambda right: np.zeros(3, dtype=[("a", float)]),
    "an array of dates": lambda right: np.zeros((2, 2), dtype="datetime64[s]"),
    "not a time": lambda right: np.datetime64("NaT"),
    "an empty array": lambda right: np.zeros((0, 3)),
}

# The structure is right: each array and each number in it is spoilt.
PARTS = {
    "nan": (lambda a: a * np.nan, lambda x: np.nan),
    "inf": (lambda a: np.full(a.shape, np.inf), lambda x: np.inf),
    "both infinities": (lambda a: np.copysign(np.inf, a), lambda x: -np.inf),
    "almost too large": (lambda a: np.full(a.shape, 1.7e308), lambda x: 1.7e308),
    "complex": (lambda a: a + 0j, complex),
    "strings": (lambda a: a.astype(str), str),
    "bools": (lambda a: a.astype(bool), bool),
    "objects": (lambda a: a.astype(object), lambda x: np.array(x, dtype=object)),
    "lists": (lambda a: [a.tolist()], lambda x: [x]),
    "None": (lambda a: None, lambda x: None),
    "huge integers": (lambda a: [10**400], lambda x: 10**400),
    "one axis more": (lambda a: a[None], lambda x: np.array([[x]])),
    "one axis less": (lambda a: a.ravel()[:1] if a.ndim > 1 else a[0], lambda x: np.array([x])),
    "one entry more": (lambda a: np.append(a, 0.0), lambda x: [x, x]),
    "sixty-four axes": (lambda a: np.zeros((1,) * 64), lambda x: np.zeros((1,) * 64)),
    "a matrix": (lambda a: np.asmatrix(a), lambda x: np.matrix([[x]])),
    "a masked array": (lambda a: np.ma.array(a), lambda x: np.ma.array(x)),
    "a masked value": (lambda a: np.ma.masked, lambda x: np.ma.masked),
    "lazy objects": (lambda a: Lazy(), lambda x: Lazy()),
}


def in_parts(value, array, number):
    if isinstance(value, np.ndarray) and value.ndim:
        return array(value)
    if isinstance(value, dict):
        return {key: in_parts(item, array, number) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(in_parts(item, array, number) for item in value)
    return number(value)


chosen = None


def choose(name):
    global chosen
    chosen = name


def scribble(value):
    """Change every array in an argument; tells whether there was one."""
    if isinstance(value, np.ndarray) and value.flags.writeable:
        value += 1
        return True
    items = value.values() if isinstance(value, dict) else value
    return isinstance(value, (dict, list, tuple)) and any([scribble(item) for item in items])


scribbled = False


def had_arrays():
    return scribbled


def spoilt(function, opaque):
    @functools.wraps(function)
    def wrong(*args, **kwargs):
        global scribbled
        if chosen in WHOLE:
            return WHOLE[chosen](lambda: function(*args, **kwargs))
        right = function(*args, **kwargs)
        if chosen == "changed arguments":
            scribbled = any([scribble(value) for value in (*args, *kwargs.values())]) or scribbled
            return right
        change = PARTS[chosen[len("in parts: "):]]
        if isinstance(right, tuple):
            return tuple(item if index in opaque else in_parts(item, *change)
                         for index, item in enumerate(right))
        return in_parts(right, *change)

    return wrong
'''
_tables: dict[str, dict[str, object]] = {}
exec(SPOILER, _tables)  # type: ignore[arg-type]
WHOLE = list(_tables["WHOLE"])
PARTS = [f"in parts: {name}" for name in _tables["PARTS"]]


@cache
def grader_of(slug: str) -> Grader:
    """One grader an assignment: its checks are collected once."""
    return Grader(COURSE, COURSE.assignment(slug), b"secret of these tests")


@pytest.mark.parametrize(("slug", "exercise"), EXERCISES, ids=map("/".join, EXERCISES))
def test_any_value_gets_a_verdict_and_a_sentence(
    slug: str, exercise: str, sandbox: Sandbox
) -> None:
    """No FAULT, a word for each lost point, and never full points for a wrong kind of value."""
    grader = grader_of(slug)
    returns = grader.checks.contract[exercise]
    parts = returns if isinstance(returns, tuple) else (returns,)
    opaque = [index for index, part in enumerate(parts) if part.read is OPAQUE.read]
    definitions = definition_source(COURSE.source(slug).read_text(encoding="utf-8"))
    text = f"{definitions}\n{SPOILER}\n{exercise} = spoilt({exercise}, {opaque})\n"
    submission = Submission("eve", slug, Path("eve.py"), (NotebookCell(0, "code", text),))
    # What is the student's own in its entirety has no parts that we could know.
    values = WHOLE if len(opaque) == len(parts) else [*WHOLE, *PARTS]
    values = values[:: SPARSELY.get(slug, 1)]
    faults = []
    with sandbox.open(submission.code) as session:
        for value in [*values, "changed arguments"]:
            session.call("choose", (value,), {})
            ran = [
                grader._run(check, submission, session, {}) for check in grader.checks.of(exercise)
            ]
            outcomes = grader._with_mistakes(ran)
            faults += [
                f"{value}: {o.check} stumbles"
                for o in outcomes
                if o.verdict is Verdict.FAULT or "it stopped the check" in o.message
            ]
            faults += [
                f"{value}: {o.check} says nothing"
                for o in outcomes
                if o.verdict is not Verdict.PASSED and not o.message.strip()
            ]
            wrong = value != "changed arguments" or session.call("had_arrays", (), {}).value
            if wrong and all(o.verdict is Verdict.PASSED for o in outcomes):
                faults.append(f"{value}: full points")
    assert not faults, "\n".join(faults)
