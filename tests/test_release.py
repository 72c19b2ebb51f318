"""What students get: made from one source, fresh, valid for nbgrader, and without a secret."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.nbgraderformat import reads as nbgrader_reads

from autograder.course import HOME, Course, load_course
from autograder.problem import Problem
from autograder.release import is_fresh, release, released_files
from autograder.source_notebook import (
    PUBLIC_CHECKS,
    build_source,
    needs_build,
    source_files,
)

SLUGS = [assignment.slug for assignment in load_course(HOME).assignments]
REGION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
each = pytest.mark.parametrize("slug", SLUGS)


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A course of one exercise, to be broken."""
    text = (HOME / "course.yml").read_text(encoding="utf-8")
    head, rest = text.split("assignments:", 1)
    tail = rest[rest.index("\nlimits:") :]
    assignment = "\n  - slug: toy\n    title: Toy\n    points: {double: 2.5}\n"
    (tmp_path / "course.yml").write_text(f"{head}assignments:{assignment}{tail}", encoding="utf-8")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "toy.py").write_text(TOY, encoding="utf-8")
    return tmp_path


TOY = '''# %%
import numpy as np

# %% exercise="double"
def double(x):
    """Return 2 x."""
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION

# %% checks="double"
def check_double():
    """Twice three is six."""
    assert double(3) == 6, f"double(3) should be 6, not {double(3)}."
    print("✓ double")


check_double()

# %% tags=["demo"]
raise RuntimeError("a figure")
'''


@each
def test_committed_files_are_fresh(slug: str, course: Course) -> None:
    """Whoever changes a source or its points releases it again: `autograder release`."""
    assert is_fresh(course, slug), f"stale: run `autograder release {slug}`"


def test_a_changed_source_makes_the_release_stale(toy: Path) -> None:
    """The test above can fail: for another text, and for other points."""
    release(load_course(toy), "toy")
    assert is_fresh(load_course(toy), "toy")
    config = (toy / "course.yml").read_text(encoding="utf-8")
    (toy / "course.yml").write_text(config.replace("double: 2.5", "double: 3"), encoding="utf-8")
    assert not is_fresh(load_course(toy), "toy")
    (toy / "course.yml").write_text(config, encoding="utf-8")
    (toy / "solutions" / "toy.py").write_text(TOY.replace("2 x", "2x"), encoding="utf-8")
    assert not is_fresh(load_course(toy), "toy")


def test_the_same_source_gives_the_same_bytes(toy: Path) -> None:
    """Nothing of the day, the machine or the run is in it."""
    assert released_files(load_course(toy), "toy") == released_files(load_course(toy), "toy")


def test_the_source_is_built_when_it_is_missing_or_old(toy: Path) -> None:
    """A fresh clone has no `source/`; stock nbgrader commands need one."""
    course = load_course(toy)
    assert needs_build(course, "toy")
    build_source(course, "toy")
    assert not needs_build(course, "toy")
    os.utime(toy / "source" / "toy" / "toy.ipynb", (0, 0))
    assert needs_build(course, "toy")


@each
def test_students_get_no_solution(slug: str, course: Course) -> None:
    """No line of a solution that is not given elsewhere, no delimiter, and a stub for each."""
    source = course.source(slug).read_text(encoding="utf-8")
    given = REGION.sub("", source)
    solutions = [line.strip() for region in REGION.findall(source) for line in region.splitlines()]
    secret = [line for line in solutions if len(line) > 30 and line not in given]
    assert secret
    for name, text in released_files(course, slug).items():
        plain = "\n".join(sources(text)) if name.endswith(".ipynb") else text
        for line in [*secret, "BEGIN SOLUTION", "END SOLUTION"]:
            assert line not in plain
    stubs = "".join(sources(released_files(course, slug)[f"{slug}.ipynb"]))
    assert stubs.count("# YOUR CODE HERE\n    raise NotImplementedError()") == len(
        course.assignment(slug).points
    )


@each
def test_nbgrader_accepts_it_and_its_points_are_the_courses(slug: str, course: Course) -> None:
    """One grade cell an exercise, locked; one solution cell before it; answers are both."""
    assignment = course.assignment(slug)
    notebook = nbgrader_reads(released_files(course, slug)[f"{slug}.ipynb"], as_version=4)
    MetadataValidator().validate_nb(notebook)
    marks = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    points = {m.grade_id: m.points for m in marks if m.grade}
    wanted = {f"{name}_checks": value for name, value in assignment.points.items()}
    wanted |= {f"answer_{name}": value for name, value in assignment.manual.items()}
    assert points == wanted
    for m in marks:
        assert m.locked == m.grade_id.endswith("_checks")
        assert m.solution != m.locked


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("check_double()\n\n# %% tags", "check_double()\nx = 1\n\n# %% tags", "nothing else"),
        ('checks="double"', 'tags=["x"]', "no cell for 'double_checks'"),
        ('checks="double"', 'checks="triple"', "'triple'"),
        ("    ### END SOLUTION\n", "", "No end solution"),
    ],
)
def test_a_source_that_breaks_a_convention_is_one_line(
    toy: Path, old: str, new: str, words: str
) -> None:
    """What, where, and nothing written."""
    (toy / "solutions" / "toy.py").write_text(TOY.replace(old, new), encoding="utf-8")
    with pytest.raises(Problem, match=words) as caught:
        release(load_course(toy), "toy")
    assert "\n" not in str(caught.value)
    assert not (toy / "assignments").exists()


def test_an_unknown_assignment_is_one_line(course: Course) -> None:
    """It says which there are."""
    with pytest.raises(Problem, match="the course has symmetry"):
        release(course, "asymmetry")


def run_public(folder: Path, *args: str, before: str = "") -> tuple[int, str]:
    """Run public_checks.py as a student does, and give exit code and output."""
    script = folder / PUBLIC_CHECKS
    program = f"{before}\nimport runpy, sys\nsys.argv[0] = {str(script)!r}\n"
    program += f"runpy.run_path({str(script)!r}, run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", program, *args], capture_output=True, text=True, timeout=120,
        encoding="utf-8", check=False,
        env={"PYTHONIOENCODING": "utf-8", "PATH": "", "MPLCONFIGDIR": str(folder)},
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@each
def test_public_checks_know_a_solution_from_a_stub(
    slug: str, course: Course, tmp_path: Path
) -> None:
    """All pass with solutions, each says "not written yet" without, with numpy alone."""
    for name, text in released_files(course, slug).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    only_numpy = "import sys; sys.modules['matplotlib'] = sys.modules['sklearn'] = None"
    code, said = run_public(tmp_path, before=only_numpy)
    count = len(course.assignment(slug).points)
    assert code == 1
    assert said.count("not written yet") == count
    full = tmp_path / "full.ipynb"
    full.write_text(source_files(course, slug)[f"{slug}.ipynb"], encoding="utf-8")
    code, said = run_public(tmp_path, str(full), before=only_numpy)
    assert (code, said.splitlines()[-1]) == (0, f"{count} of {count} checks pass.")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("def double(x): return x", "✗ double: double(3) should be 6, not 3."),
        ("def double(x): return x / 0", "✗ double: your code stopped with ZeroDivisionError"),
        ("def double(x):\nreturn x", "Cell 2 stopped in line 2: IndentationError"),
        ("1 + 1\n1 / 0", "Cell 2 stopped in line 2: ZeroDivisionError"),
        ("", "✗ double: there is no function of this name."),
        ("import sys\nsys.exit()", "Cell 2 stopped in line 2: SystemExit"),
        ("%matplotlib inline\n!ls\ndef double(x): return 2 * x", "1 of 1 checks pass."),
    ],
)
def test_public_checks_are_kind_to_whatever_they_meet(toy: Path, cell: str, words: str) -> None:
    """Wrong, broken, missing, magic: a sentence each, and no traceback."""
    folder = release(load_course(toy), "toy")
    tree = json.loads((folder / "toy.ipynb").read_text(encoding="utf-8"))
    tree["cells"][1]["source"] = cell
    (folder / "toy.ipynb").write_text(json.dumps(tree), encoding="utf-8")
    code, said = run_public(folder)
    assert words in said
    assert code == ("1 of 1" not in said)


def test_public_checks_say_when_there_is_no_notebook(toy: Path) -> None:
    """A missing file and a file that is none end with what to do."""
    folder = release(load_course(toy), "toy")
    code, said = run_public(folder, str(toy / "course.yml"))
    assert code == 1
    assert "cannot be read as a notebook" in said


def sources(notebook: str) -> list[str]:
    """The text of each cell."""
    tree: dict[str, Any] = json.loads(notebook)
    return ["".join(cell["source"]) for cell in tree["cells"]]
