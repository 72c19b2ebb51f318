"""A student's own check, a file beside the notebook: numpy alone, from anywhere, no secret."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import HOME, load_course
from autograder.release import release
from autograder.source_notebook import PUBLIC_CHECKS, source_files
from tests.test_release import TOY
from tests.toy import COURSE
from tests.workflow.conftest import solve

COURSE_OF_THE_KIT = load_course(HOME)
SLUGS = [assignment.slug for assignment in COURSE_OF_THE_KIT.assignments]

# What a student's machine has: an import of anything else is an import of what is not there.
ALONE = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top != "numpy":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Nothing())
sys.argv = sys.argv[1:]
import runpy
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def check(folder: Path, *words: str, cwd: Path) -> tuple[int, list[str]]:
    """Run the file as a student does, elsewhere, with numpy alone; exit code and lines."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", ALONE, str(folder / PUBLIC_CHECKS), *words], cwd=cwd,
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        env={"PYTHONIOENCODING": "utf-8", "PATH": ""},
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize("slug", SLUGS)
def test_it_needs_numpy_alone_and_the_notebook_beside_it(slug: str, tmp_path: Path) -> None:
    """It finds the notebook from any folder, passes a solved one, and says what is unwritten."""
    folder = tmp_path / "hers"
    shutil.copytree(HOME / "assignments" / slug, folder)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    points = COURSE_OF_THE_KIT.assignment(slug).points
    solve(folder / f"{slug}.ipynb", *list(points)[:1])
    code, said = check(folder, cwd=elsewhere)
    assert code == 1
    assert sum("not written yet" in line for line in said) == len(points) - 1
    assert said[-1] == f"1 of {len(points)} checks pass."
    (folder / "mine.ipynb").write_text(source_files(COURSE_OF_THE_KIT, slug)[f"{slug}.ipynb"])
    code, said = check(folder, str(folder / "mine.ipynb"), cwd=elsewhere)
    assert (code, said[-1]) == (0, f"{len(points)} of {len(points)} checks pass.")
    assert not list(elsewhere.iterdir())


@pytest.mark.parametrize("slug", SLUGS)
def test_it_holds_no_secret(slug: str) -> None:
    """No line of a hidden check and nothing of this machine or of the kit."""
    text = (HOME / "assignments" / slug / PUBLIC_CHECKS).read_text(encoding="utf-8")
    hidden = (HOME / "autograder" / "checks" / f"test_{slug}.py").read_text(encoding="utf-8")
    lines = {line.strip() for line in hidden.splitlines() if "expect." in line or "rng" in line}
    assert len(lines) > 10
    assert not [line for line in lines if line in text]
    assert str(HOME) not in text
    assert "autograder" not in text
    assert "expect." not in text


def test_a_notebook_that_lost_its_marks_is_checked_all_the_same(tmp_path: Path) -> None:
    """Another program may save it without metadata: figures then fail, functions are judged."""
    points = COURSE.replace("points: {double: 3, noise: 2}", "points: {double: 3}")
    (tmp_path / "course.yml").write_text(points, encoding="utf-8")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "toy.py").write_text(TOY, encoding="utf-8")
    folder = release(load_course(tmp_path), "toy")
    tree = json.loads(source_files(load_course(tmp_path), "toy")["toy.ipynb"])
    for cell in tree["cells"]:
        cell["metadata"] = {}
    (folder / "toy.ipynb").write_text(json.dumps(tree), encoding="utf-8")
    code, said = check(folder, cwd=tmp_path)
    assert code == 0
    assert any(line.startswith("Cell 4 stopped") and "a figure" in line for line in said)
    assert said[-1] == "1 of 1 checks pass."
