"""The reference: a source notebook's definitions, without its figures and public checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course
from autograder.reference import definition_source, load_reference

TEXT = """# %% [markdown]
# words

# %%
K = 3

# %% exercise="f"
def f(x):
    return K * x

# %% checks="f"
raise SystemExit("a public check ran")

# %% tags=["demo"]
raise SystemExit("a figure was drawn")

# %%
def g(x):
    raise ValueError(x)
"""


def test_definitions_alone_run(tmp_path: Path) -> None:
    """Given cells and exercises run; markdown, public checks and figures do not."""
    path = tmp_path / "slug.py"
    path.write_text(TEXT)
    assert load_reference(path).f(2) == 6


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """A traceback points at the line of the source notebook."""
    path = tmp_path / "slug.py"
    path.write_text(TEXT)
    with pytest.raises(ValueError, match="boom") as caught:
        load_reference(path).g("boom")
    line = TEXT.splitlines().index("    raise ValueError(x)") + 1
    assert caught.traceback[-1].lineno + 1 == line


def test_every_exercise_has_its_function(course: Course) -> None:
    """Each assignment's reference defines what `course.yml` gives points for."""
    for assignment in course.assignments:
        reference = load_reference(course.source(assignment.slug))
        assert all(callable(getattr(reference, name)) for name in assignment.points)
        text = definition_source(course.source(assignment.slug).read_text("utf-8"))
        assert "load_digits" not in text
