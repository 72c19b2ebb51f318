"""What can go wrong around a class: one line and a cure, and a second run ends where one would."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import HOME, load_course
from autograder.gradebook import opened
from autograder.release import release
from tests.test_cli import MODE
from tests.test_nbgrader_plugin import files, rows
from tests.toy import SOURCE, toy_course
from tests.workflow.people import ROOT, Done, Office, Person
from tests.workflow.test_circle import own_lines

pytestmark = pytest.mark.filterwarnings("default")  # nbgrader's own code is not free of warnings

SLUG = "toy"
PUBLIC = '''
# %% checks="double"
def check_double():
    """Twice three is six."""
    assert double(3) == 6, "It should be 6."


check_double()

# %% checks="noise"
def check_noise():
    """A square of the size that was asked for."""
    assert noise(2, np.random.default_rng(1)).shape == (2, 2), "It should be 2 by 2."


check_noise()
'''
CLASS = [f"s{number:02}" for number in range(6)]
# Root may read and write whatever it likes, unless it gives that up.
HUMBLE = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if ROOT else []


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office without a right over other people's files."""
    if HUMBLE and shutil.which(HUMBLE[0]) is None:
        pytest.skip("setpriv is not installed: apt-get install util-linux")
    office = Office(tmp_path_factory.mktemp("bad"), SLUG, HUMBLE)
    yield office
    office.close()


@pytest.fixture(scope="module")
def fresh(office: Office) -> Path:
    """A course of two tiny functions, released, with a class that has handed in."""
    folder = office.person("fresh").folder
    toy_course(folder)
    (folder / "solutions" / "toy.py").write_text(SOURCE + PUBLIC, encoding="utf-8")
    shutil.copy(HOME / "nbgrader_config.py", folder)
    release(load_course(folder), SLUG)
    notebook = (folder / "source" / SLUG / f"{SLUG}.ipynb").read_text(encoding="utf-8")
    for number, student in enumerate(CLASS):
        path = folder / "submitted" / student / SLUG / f"{SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        text = notebook.replace("2 * X", f"{2 + number % 2} * X")
        path.write_text(text, encoding="utf-8")
    with opened(load_course(folder)):  # once, for it takes longer than all the rest
        pass
    return folder


@pytest.fixture
def teacher(office: Office, fresh: Path, tmp_path: Path) -> Iterator[Person]:
    """The course in a folder of its own, not graded yet."""
    folder = office.root / tmp_path.name
    shutil.copytree(fresh, folder)
    yield office.person(folder.name)
    shutil.rmtree(folder)


def grade(teacher: Person, *words: str, before: str = "") -> Done:
    """`autograder grade toy`, after these lines of Python."""
    done = teacher.autograder("grade", SLUG, "--sandbox", MODE, *words, before=before)
    assert "Traceback" not in done.err, done.err
    return done


def the_line(done: Done) -> str:
    """The only one of a command that did not work."""
    assert done.code != 0
    (line,) = own_lines(done.err)
    return line


ROADS = pytest.mark.parametrize("road", ["stock", "ours"])


def on(road: str, teacher: Person) -> Done:
    """Grade the class on one of the two roads."""
    return teacher.tries("autograde", SLUG) if road == "stock" else grade(teacher)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("autograde", "No notebooks were matched"),
        ("generate_assignment", "No notebooks were matched"),
        ("release_assignment", "Assignment not found"),
        ("fetch_assignment", "Assignment not found"),
        ("generate_feedback", "No notebooks were matched"),
        ("release_feedback", "run `nbgrader generate_feedback toyy`"),
    ],
)
def test_an_unknown_assignment(teacher: Person, command: str, says: str) -> None:
    """Each stock command says what it looked for; none shows its own insides."""
    (teacher.folder / "feedback").mkdir()
    done = teacher.tries(command, "toyy")
    assert says in done.text
    assert "Traceback" not in done.text
    assert len(own_lines(done.text)) <= 3


def test_a_missing_exchange(teacher: Person) -> None:
    """A folder that is not there and that nobody here may make: its name, and what is wrong."""
    theirs = teacher.folder / "theirs"
    theirs.mkdir(mode=0o555)
    for command in ("release_assignment", "collect", "list"):
        done = teacher.tries(command, SLUG, f"--Exchange.root={theirs}/exchange")
        assert done.code != 0
        assert f"{theirs}/exchange" in done.text
        assert "Traceback" not in done.text
        assert len(own_lines(done.text)) <= 3


@pytest.mark.parametrize("command", ["autograde", "generate_assignment", "collect", "list"])
def test_a_broken_course_file_ends_every_stock_command(teacher: Person, command: str) -> None:
    """nbgrader itself would go on, and run submissions with nothing around them."""
    path = teacher.folder / "course.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("seconds: 1", "sconds: 1"))
    line = the_line(teacher.tries(command, *([] if command == "list" else [SLUG])))
    assert line.startswith(f"nbgrader: {path}:")
    assert "unknown key 'sconds'" in line
    assert not (teacher.folder / "autograded").exists()


def test_what_fails_while_nbgrader_is_set_up_ends_it(teacher: Person) -> None:
    """Not only what we thought of: a source that may not be read, for example."""
    (teacher.folder / "solutions" / "toy.py").chmod(0)
    assert "Permission denied" in the_line(teacher.tries("autograde", SLUG))
    assert not (teacher.folder / "autograded").exists()


def test_checks_of_a_courses_own_do_not_hide_the_kit(teacher: Person) -> None:
    """nbgrader looks into the current folder first, where an autograder/ is not the kit's."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", SLUG, "--student", CLASS[0]],
        cwd=teacher.folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (teacher.folder / "autograder" / "checks").is_dir()
    assert own_lines(done.stderr)[-1] == f"{CLASS[0]}: 5 of 5"


def test_without_the_kit_nothing_is_run(teacher: Person) -> None:
    """Where the kit is not installed, the stock command ends before it touches a submission."""
    config = teacher.folder / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("autograder.nbgrader_plugin", "no_kit.nbgrader_plugin"))
    assert the_line(teacher.tries("autograde", SLUG)).startswith("nbgrader: No module named")
    assert not (teacher.folder / "autograded").exists()


@ROADS
@pytest.mark.parametrize("where", ["notebook", "gradebook", "secret", "autograded"])
def test_no_permission(teacher: Person, road: str, where: str) -> None:
    """A student's file: the others are graded. The gradebook, the secret: one line, no grade."""
    on(road, teacher)
    notebook = teacher.folder / "submitted" / CLASS[0] / SLUG / f"{SLUG}.ipynb"
    path, mode = {
        "notebook": (notebook, 0),
        "gradebook": (teacher.folder / "gradebook.db", 0o444),
        "secret": (teacher.folder / ".autograder" / "secret", 0),
        "autograded": (teacher.folder / "autograded" / CLASS[0] / SLUG, 0o555),
    }[where]
    path.chmod(mode)
    before = rows(teacher.folder)
    done = teacher.tries("autograde", SLUG, "--force") if road == "stock" else on(road, teacher)
    if where == "notebook":
        after = rows(teacher.folder)
        assert after[CLASS[0], "double_checks"][:2] == (None, 1)
        assert {key for key in after if after[key] != before[key]} == {
            (CLASS[0], "double_checks"), (CLASS[0], "noise_checks"),
        }  # fmt: skip
    else:
        words = {
            "gradebook": "must be yours to write to", "secret": "Permission denied",
            "autograded": f"{CLASS[0]}/{SLUG}: cannot be written",
        }[where]  # fmt: skip
        assert words in the_line(done)
        path.chmod(0o755)
        assert rows(teacher.folder) == before


def test_folders_that_may_not_be_read(teacher: Person) -> None:
    """A student's folder is that student's line, not forgotten; the class's ends the run."""
    folder = teacher.folder / "submitted"
    (folder / CLASS[0] / SLUG).chmod(0)
    (folder / CLASS[1]).chmod(0)
    done = grade(teacher)
    assert done.code == 1
    found = rows(teacher.folder)
    for student in CLASS:
        graded = found[student, "noise_checks"][:2] == (2.0, 0)
        assert graded == (student not in CLASS[:2])
    folder.chmod(0)
    assert the_line(grade(teacher)).endswith("submitted: cannot be read: Permission denied")
    for path in (folder, folder / CLASS[1], folder / CLASS[0] / SLUG):
        path.chmod(0o755)


@ROADS
def test_a_gradebook_of_an_older_schema(teacher: Person, road: str) -> None:
    """Told before anyone is graded, with the command that cures it."""
    on(road, teacher)
    with sqlite3.connect(teacher.folder / "gradebook.db") as book:
        book.execute("alter table submitted_notebook drop column late_submission_penalty")
    book.close()
    line = the_line(on(road, teacher))
    assert "back it up, then run `nbgrader db upgrade`" in line


def test_a_locked_gradebook(teacher: Person) -> None:
    """The stock road says what ours says, after waiting as long as SQLite does."""
    on("ours", teacher)
    with sqlite3.connect(teacher.folder / "gradebook.db") as other:
        other.execute("begin exclusive")
        line = the_line(teacher.tries("autograde", SLUG, "--force"))
    other.close()
    assert "another program is writing to it" in line


@ROADS
def test_a_file_that_is_no_gradebook(teacher: Person, road: str) -> None:
    """Not taken for an empty one."""
    (teacher.folder / "gradebook.db").write_bytes(b"once upon a time " * 1000)
    assert "put a backup in its place" in the_line(on(road, teacher))


@ROADS
def test_a_timestamp_that_is_no_time(teacher: Person, road: str) -> None:
    """Words, bytes, a pipe: the submission counts as in time, and a line says so."""
    for student, data in zip(CLASS, (b"yesterday", b"\xff\xfe", b"9999-99-99 25:61"), strict=False):
        (teacher.folder / "submitted" / student / SLUG / "timestamp.txt").write_bytes(data)
    os.mkfifo(teacher.folder / "submitted" / CLASS[3] / SLUG / "timestamp.txt")
    done = on(road, teacher)
    assert done.code == 0
    assert done.text.count("is no time, so the submission counts as in time") == 3
    found = rows(teacher.folder)
    assert {who for who, _ in found} == set(CLASS)
    assert {row[6] for row in found.values()} == {None}


@pytest.fixture(scope="module")
def uninterrupted(office: Office, fresh: Path) -> Path:
    """What a run that nothing stops makes of the class."""
    folder = office.root / "uninterrupted"
    shutil.copytree(fresh, folder)
    assert grade(office.person("uninterrupted")).code == 0
    return folder


def assert_as_if_nothing_had_happened(folder: Path, uninterrupted: Path) -> None:
    """The same marks, the same notebooks, nothing left lying about."""
    assert rows(folder) == rows(uninterrupted)
    assert files(folder) == files(uninterrupted)
    assert [path.name for path in (folder / ".autograder").iterdir()] == ["secret"]
    assert not list(folder.rglob(".*.[0-9]*"))


def test_a_full_disk(teacher: Person, uninterrupted: Path) -> None:
    """One line that asks for room; with room, a second run ends where one would have."""
    shutil.copytree(uninterrupted / ".autograder", teacher.folder / ".autograder")
    full = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (40_000, -1))"
    line = the_line(grade(teacher, before=full))
    assert "room" in line or "File too large" in line
    assert grade(teacher).code == 0
    assert_as_if_nothing_had_happened(teacher.folder, uninterrupted)


FILLS = """
import shutil, types
free = iter([1 << 30, 1 << 30])  # bytes at the first and the second submission; then hardly any
shutil.disk_usage = lambda path: types.SimpleNamespace(free=next(free, 1000))
"""


def test_a_disk_that_fills_up_in_the_middle(teacher: Person, uninterrupted: Path) -> None:
    """The stock command stops in one line that asks for room, and goes on where it stopped."""
    shutil.copytree(uninterrupted / ".autograder", teacher.folder / ".autograder")
    config = teacher.folder / "nbgrader_config.py"
    roomy = config.read_text(encoding="utf-8")
    config.write_text(roomy + FILLS, encoding="utf-8")
    done = teacher.tries("autograde", SLUG)
    assert done.code != 0
    *_, last = own_lines(done.text)
    assert last == "nbgrader: the disk is full: make room, then run the same command again"
    assert "Traceback" not in done.text
    assert {student for student, _ in rows(teacher.folder)} == set(CLASS[:2])
    config.write_text(roomy, encoding="utf-8")
    assert teacher.tries("autograde", SLUG).code == 0
    assert rows(teacher.folder) == rows(uninterrupted)
    assert files(teacher.folder) == files(uninterrupted)


KILL = """
import os, signal
from autograder import gradebook
gradebook.BATCH = 2
enter, seen = gradebook.Ledger.enter, []

def killed(*args):
    seen.append(1)
    if len(seen) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return enter(*args)

gradebook.Ledger.enter = killed
"""


def test_a_kill_while_marks_are_written(teacher: Person, uninterrupted: Path) -> None:
    """What was written is whole; a second run has the reports still, and writes the rest."""
    shutil.copytree(uninterrupted / ".autograder", teacher.folder / ".autograder")
    assert grade(teacher, before=KILL).code == -signal.SIGKILL
    assert {student for student, _ in rows(teacher.folder)} == set(CLASS[:2])
    journal = teacher.folder / ".autograder" / "unfinished.jsonl"
    assert len(journal.read_text(encoding="utf-8").splitlines()) == len(CLASS)
    nobody = "from autograder.grading import Grader\nGrader.grade = None"  # nobody is graded again
    assert grade(teacher, before=nobody).code == 0
    assert_as_if_nothing_had_happened(teacher.folder, uninterrupted)


CTRL_C = """
import os, signal
from autograder import classroom, run
classroom._WORTH_A_PROCESS = 1  # a second process for a small class
os.setpgid(0, 0)
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell started it with &
add, seen = run.Journal.add, []

def pressed(*args):
    add(*args)
    seen.append(1)
    if len(seen) == 3:
        os.killpg(0, signal.SIGINT)  # as a terminal does: every process of the command gets it

run.Journal.add = pressed
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c(teacher: Person, uninterrupted: Path, jobs: str) -> None:
    """One line and the shell's exit code; what was graded is kept, and not graded again."""
    shutil.copytree(uninterrupted / ".autograder", teacher.folder / ".autograder")
    done = grade(teacher, "--jobs", jobs, before=CTRL_C)
    assert done.code == 130
    assert the_line(done) == "autograder: interrupted; run the same command again"
    done = grade(teacher)
    assert done.code == 0
    assert f"3 of {len(CLASS)} were graded before the last run was stopped." in done.out
    assert_as_if_nothing_had_happened(teacher.folder, uninterrupted)
