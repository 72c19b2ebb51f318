"""The gradebook on a real PostgreSQL server, of its own, in a folder that goes away with it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import HOME, load_course
from autograder.gradebook import record
from autograder.problem import Problem
from autograder.report import Outcome, Report, Verdict
from tests.workflow.conftest import solve
from tests.workflow.people import Person

pytestmark = pytest.mark.filterwarnings("default")  # nbgrader's own code is not free of warnings
SLUG = "batchnorm"


def programs() -> Path | None:
    """Where a server's programs stand: the newest that Debian has installed, or on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    here = shutil.which("initdb")
    return found[-1].parent if found else Path(here).parent if here else None


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server on loopback; gives the address of an empty database."""
    if (bin_folder := programs()) is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    if os.getuid() == 0:
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            user = pwd.getpwnam("nobody")
    else:
        user = pwd.getpwuid(os.getuid())
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    os.chown(folder, user.pw_uid, user.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *words: str) -> None:
        # The server refuses to run as root.
        who = {"user": user.pw_uid, "group": user.pw_gid} if os.getuid() == 0 else {}
        subprocess.run(
            [bin_folder / program, *words], cwd=folder, check=True, timeout=60,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **who,
        )  # fmt: skip

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "teacher", "-A", "trust", "--no-sync", "-E", "UTF8")
    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -F"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "teacher", "marks")
        yield f"postgresql+psycopg://teacher@127.0.0.1:{port}/marks"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def hers(teacher: Person, server: str) -> Person:
    """The instructor, whose course.yml names the server."""
    with (teacher.folder / "course.yml").open("a", encoding="utf-8") as file:
        file.write(f"\ngradebook:\n  url: {server}\n")
    return teacher


def report_of(student: str, points: float, folder: Path) -> Report:
    """A report of one check; its notebook is a solved one."""
    notebook = folder / "submitted" / student / SLUG / f"{SLUG}.ipynb"
    if not notebook.exists():
        notebook.parent.mkdir(parents=True)
        shutil.copy(HOME / "assignments" / SLUG / f"{SLUG}.ipynb", notebook)
        solve(notebook)
    check = Outcome("c", "fold_batchnorm", "It folds.", Verdict.PASSED, points, 4.0)
    return Report(student, SLUG, str(notebook), points, 16.0, (check,), "full", 0.1, "00")


def test_both_roads_keep_their_marks_on_the_server(hers: Person, server: str) -> None:
    """`record` writes a class, changes a mark; stock autograde and export go on from there."""
    course = load_course(hers.folder)
    names = [f"student-{number:03}" for number in range(30)]
    record(course, [report_of(name, 3.0, hers.folder) for name in names])
    (moved,) = record(course, [report_of(names[0], 2.0, hers.folder)])
    assert (moved.student, moved.before, moved.after) == (names[0], 3.0, 2.0)
    with Gradebook(server, course.course.id) as book:
        assert {s.student.id: s.score for s in book.assignment_submissions(SLUG)} == {
            name: 2.0 if name == names[0] else 3.0 for name in names
        }
    said = hers.nbgrader("autograde", SLUG, "--force", "--student", names[1])
    assert f"{names[1]}: 16 of 16" in said
    with Gradebook(server, course.course.id) as book:
        assert book.find_submission(SLUG, names[1]).score == 16
        assert book.find_submission(SLUG, names[2]).score == 3
    hers.nbgrader("export")
    assert f"{names[1]}" in (hers.folder / "grades.csv").read_text(encoding="utf-8")
    assert not (hers.folder / "gradebook.db").exists()


def test_a_server_that_is_not_there_is_one_line(hers: Person, server: str) -> None:
    """The address is wrong: the line names the place to put it right, not a password."""
    path = hers.folder / "course.yml"
    text = path.read_text(encoding="utf-8")
    wrong = "postgresql+psycopg://teacher:geheim@127.0.0.1:1/marks"
    path.write_text(text.replace(server, wrong), encoding="utf-8")
    with pytest.raises(Problem, match=r"gradebook\.url in course\.yml") as caught:
        record(load_course(hers.folder), [report_of("ada", 3.0, hers.folder)])
    assert "geheim" not in str(caught.value)
    assert "\n" not in str(caught.value)
