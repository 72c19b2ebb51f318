"""The tutorial tells the truth: its files are written and its commands run, block by block."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
from pathlib import Path

import pytest

from autograder.course import HOME
from tests.test_cli import MODE, autograder

TUTORIAL = (HOME / "docs/tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^(?:\*\*`(?P<file>[^`]+)`\*\*\n\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def blocks() -> list[re.Match[str]]:
    """The code blocks in order, each with the file that it is, if its caption says so."""
    return list(BLOCK.finditer(TUTORIAL))


def write(folder: Path, name: str, text: str) -> None:
    """Write a file as the tutorial shows it; of ``course.yml`` it shows the new entry alone."""
    path = folder / name
    if name == "course.yml":
        course = path.read_text(encoding="utf-8")
        text, count = re.subn(
            r"^  - slug: leaky\n(?:    .*\n)+", lambda _: text, course, flags=re.M
        )
        assert count == 1
    path.write_text(text, encoding="utf-8")


def run(folder: Path, text: str) -> None:
    """Run a console block's command and compare what it prints; ``…`` stands for anything."""
    command, _, shown = text.partition("\n")
    prompt, program, *words = shlex.split(command)
    assert (prompt, program) == ("$", "autograder")
    sandbox = ["--sandbox", MODE] if words[0] == "audit" else []  # `autograder` adds it to grade
    done = autograder(folder, *words, *sandbox)
    assert done.returncode == 0, done.stdout + done.stderr
    parts = [re.escape(" ".join(part.split())) for part in shown.split("…")]
    printed = " ".join(done.stdout.split())
    assert re.fullmatch(r"\s*.*?\s*".join(parts), printed), f"{command}\n{done.stdout}"


def test_the_tutorial_leads_where_it_says(tmp_path: Path) -> None:
    """In a course's root, from nothing to released, graded and audited."""
    shutil.copy(HOME / "course.yml", tmp_path)
    for block in blocks():
        if block["file"]:
            write(tmp_path, block["file"], block["text"])
        elif block["kind"] == "pycon":
            session = doctest.DocTestParser().get_doctest(block["text"], {}, "tutorial", None, 0)
            assert doctest.DocTestRunner().run(session) == (0, 2)
        else:
            assert block["kind"] == "console", f"a block without a caption: {block['text'][:60]}"
            run(tmp_path, block["text"])


@pytest.mark.parametrize("command", ["new", "release", "grade", "audit"])
def test_it_goes_the_whole_way(command: str) -> None:
    """Each step is a command that the test above has run, with output that says something."""
    shown = [block["text"] for block in blocks() if block["kind"] == "console"]
    assert any(re.match(rf"\$ autograder {command} leaky\b.*\n\S", text) for text in shown)


def test_it_takes_three_files() -> None:
    """Lesson, checks and mistakes in full, an entry in the course, and two students' work."""
    files = [block["file"] for block in blocks() if block["file"]]
    assert files == [
        "solutions/leaky.py", "autograder/checks/test_leaky.py", "autograder/mistakes/leaky.py",
        "course.yml", "ada.py", "bela.py",
    ]  # fmt: skip
