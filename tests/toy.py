"""A course of two tiny functions in a folder of its own, for tests of the engine itself."""

from __future__ import annotations

from pathlib import Path

from autograder.course import Course, load_course
from autograder.mistakes import with_function
from autograder.reference import definition_source
from autograder.submission import NotebookCell, Submission

COURSE = """\
format_version: 1
course: {id: toy, title: Toy, term: now, timezone: Europe/Berlin}
assignments:
  - slug: toy
    title: Toy
    points: {double: 3, noise: 2}
limits: {seconds: 1, total_seconds: 20, memory_mb: 512, output_mb: 8}
"""

SOURCE = """# %%
import numpy as np

# %% exercise="double"
def double(X):
    ### BEGIN SOLUTION
    return 2 * X
    ### END SOLUTION

# %% exercise="noise"
def noise(n, rng):
    ### BEGIN SOLUTION
    return rng.normal(0, 0.5, (n, n))
    ### END SOLUTION
"""

CHECKS = '''"""Checks of the toy."""
from autograder.checks import ARRAY, CheckSkipped, check, expect

RETURNS = {"double": ARRAY, "noise": ARRAY}


@check("double", points=2)
def test_values(student, reference, rng):
    """double doubles."""
    for shape in [(2, 3), (1, 1)]:
        X = rng.normal(size=shape)
        expect.array(student.double(X), reference.double(X), "the result")


@check("double")
def test_unchanged(student, rng):
    """double leaves X alone."""
    expect.unchanged(student.double, rng.normal(size=(2, 2)))


@check("noise")
def test_scale(student, rng):
    """The standard deviation is 0.5."""
    std = student.noise(200, rng).std()
    expect.that(0.45 < std < 0.55, f"The standard deviation is {std:.2f}, expected 0.5.")


@check("noise")
def test_noise_of_doubles(student, rng):
    """Noise has the shape of its double (needs double, too)."""
    doubled = student.double(rng.normal(size=(3, 3)))
    expect.that(student.noise(3, rng).shape == doubled.shape, "no")
'''

MISTAKES = """from autograder.mistakes import mistake


@mistake("adds-two", "Is 3 doubled really 5?")
def double(X):
    return X + 2


@mistake("in-place", "Whose array is it?")
def double(X):
    X *= 2
    return X


@mistake("variance-as-scale", "Which of its arguments is the spread?")
def noise(n, rng):
    return rng.normal(0, 0.25, (n, n))


@mistake("uniform", "What shape has the histogram?")
def noise(n, rng):
    return rng.uniform(-0.5, 0.5, (n, n))


@mistake("one-row", "How many rows has it?")
def noise(n, rng):
    return rng.normal(0, 0.5, (1, n))


@mistake("positive", "Are all of your numbers on one side?")
def noise(n, rng):
    return rng.uniform(0, 1, (n, n))
"""


def toy_course(folder: Path, *, checks: str = CHECKS, course: str = COURSE) -> Course:
    """Write the toy course and read it."""
    for name, text in {
        "course.yml": course,
        "solutions/toy.py": SOURCE,
        "autograder/checks/test_toy.py": checks,
        "autograder/mistakes/toy.py": MISTAKES,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_course(folder)


def toy_submission(*functions: str, student: str = "ada") -> Submission:
    """The toy's reference with functions replaced, as a `.py` file."""
    text = with_function(definition_source(SOURCE), *functions)
    return Submission(student, "toy", Path(f"{student}.py"), (NotebookCell(0, "code", text),))
