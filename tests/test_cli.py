"""The command line: exit codes, one-line errors, reports on standard output and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.report import Report
from autograder.sandbox.layers import probe
from tests.toy import SOURCE, toy_course

MODE = "full" if all(layer.present or layer.optional for layer in probe()) else "reduced"


def autograder(folder: Path, *words: str, mode: str = MODE) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    options = ["--sandbox", mode] if words[0] == "grade" else []
    return subprocess.run(
        [Path(sys.executable).with_name("autograder"), *words, *options],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A toy course with three submissions: right, wrong and unreadable."""
    toy_course(tmp_path)
    for name, text in {
        "ada": SOURCE,
        "bela": SOURCE.replace("2 * X", "2 + X"),
        "carl": "\0\xff",
    }.items():
        path = tmp_path / "class" / name / "toy" / "toy.py"
        path.parent.mkdir(parents=True)
        path.write_bytes(text.encode("latin-1"))
    return tmp_path


def test_reports_alone_on_standard_output(folder: Path) -> None:
    """`--json -` is for programs: one report a line, in the order of the class, nothing else."""
    done = autograder(folder, "grade", "toy", "class", "--json", "-")
    reports = [Report.from_json(line) for line in done.stdout.splitlines()]
    assert [(r.student, r.score) for r in reports] == [("ada", 5.0), ("bela", 3.0), ("carl", 0.0)]
    assert reports[2].error is not None
    assert "UTF-8" in reports[2].error
    assert done.returncode == 1


def test_all_graded_is_success_whatever_the_scores(folder: Path) -> None:
    """Bad marks are no failure of the command."""
    done = autograder(folder, "grade", "toy", "class/bela", "--json", "out.json")
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "out.json").read_text())["score"] == 3.0
    assert "adds-two" in done.stdout
    assert MODE in (folder / "out.json").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("grade", "toyy"), "no assignment 'toyy'"),
        (("grade", "toy", "nowhere"), "nowhere: no such file or folder"),
        (("grade",), "submitted: no such file or folder"),
        (("grade", "toy", "class", "--course", "nowhere.yml"), "nowhere.yml: no such file"),
        (("grade", "toy", "class", "--jobs", "0"), "--jobs"),
        (("release", "toyy"), "no assignment 'toyy'"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(
    folder: Path, words: tuple[str, ...], says: str
) -> None:
    """Whatever a person can cure is told without a traceback."""
    done = autograder(folder, *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_a_hostile_name_reaches_no_terminal(folder: Path) -> None:
    """Escape sequences and markup in a student's name are shown, not obeyed."""
    target = folder / "class" / "\x1b[31meve[bold]" / "toy" / "toy.py"
    target.parent.mkdir(parents=True)
    target.write_text(SOURCE)
    done = autograder(folder, "grade", "toy", "class")
    assert "\x1b[31m" not in done.stdout
    assert "eve[bold]" in done.stdout.replace("\n", "")


def test_help_names_every_command() -> None:
    """The help is the manual."""
    done = autograder(Path.cwd(), "--help")
    for command in ("grade", "release", "new", "audit", "doctor", "schema"):
        assert command in done.stdout


def test_doctor_shows_each_layer_and_agrees_with_grading(folder: Path) -> None:
    """Where the doctor finds every layer, grading runs with every layer; else it refuses."""
    done = autograder(folder, "doctor")
    for layer in probe():
        assert layer.name in done.stdout
    graded = autograder(folder, "grade", "toy", "class/ada", mode="full")
    assert graded.returncode == (0 if done.returncode == 0 else 2)


def test_grading_without_protection_says_so(folder: Path) -> None:
    """The report records that nothing protected the grading."""
    done = autograder(folder, "grade", "toy", "class/ada", "--json", "-", mode="none")
    assert json.loads(done.stdout)["sandbox"].startswith("none")
