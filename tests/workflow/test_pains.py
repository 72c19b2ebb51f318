"""What hurts instructors in nbgrader, and hurts no longer: stock commands, and ours beside them."""

from __future__ import annotations

import html
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.course import HOME, load_course
from autograder.feedback import write_pages
from autograder.report import Report, Verdict
from autograder.run import Run, grade_run
from autograder.source_notebook import source_files
from tests.test_cli import MODE
from tests.test_nbgrader_plugin import cell_of, hand_in, rows
from tests.workflow.people import Office, Person
from tests.workflow.test_circle import assert_tells_no_secret, own_lines

pytestmark = pytest.mark.filterwarnings("default")  # nbgrader's own code is not free of warnings

SLUG = "symmetry"
TOTAL = 21
Tree = dict[str, Any]


def begins(tree: Tree, exercise: str, code: str) -> None:
    """Let a function begin with other lines."""
    source = "".join(cell_of(tree, exercise)["source"])
    solution = source.rindex("    ### BEGIN SOLUTION")
    cell_of(tree, exercise)["source"] = source[:solution] + code + source[solution:]


def add_cell(tree: Tree, source: str, place: int = 1) -> None:
    """A cell of the student's own."""
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    tree["cells"].insert(place, {**cell, "execution_count": None})


def copied(tree: Tree) -> None:
    """A cell copied with all its marks: nbgrader ends the whole class for that."""
    place = tree["cells"].index(cell_of(tree, "forward"))
    tree["cells"].insert(place, json.loads(json.dumps(cell_of(tree, "forward"))))


def warned(tree: Tree) -> None:
    """Right, with numpy's warnings on stderr, when a cell runs and when a function is called."""
    add_cell(tree, "import numpy as np\nnp.log(np.zeros(3))\nnp.float64(1) / 0")
    begins(tree, "update_parameters", "    np.log(np.zeros(3)), np.arange(3) / 0\n")


SUMMED = """    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)))
"""


def overhear(tree: Tree) -> None:
    """Tells whatever the checks pass to it: by an error, by a value of a wrong type."""
    begins(tree, "forward", "    raise ValueError('OVER' + 'HEARD' + repr(X))\n")
    begins(tree, "compute_cost", "    return 'OVER' + 'HEARD' + repr(A2)\n")


EDITS: dict[str, Callable[[Tree], None]] = {
    "perfect": lambda tree: None,
    "copied": copied,
    "unreadable_cell": lambda tree: add_cell(tree, "def forward(:"),
    "failing_cell": lambda tree: add_cell(tree, "1 / 0"),
    "warned": warned,
    "exits": lambda tree: begins(tree, "forward", "    import os; os._exit(0)\n"),
    "kills": lambda tree: begins(
        tree, "forward", "    import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"
    ),
    "loops": lambda tree: begins(tree, "forward", "    while True: pass\n"),
    "loops_at_once": lambda tree: add_cell(tree, "while True: pass"),
    "exits_at_once": lambda tree: add_cell(tree, "import os; os._exit(0)"),
    "nothing": lambda tree: begins(tree, "forward", "    return None\n"),
    "overhears": overhear,
    "sums": lambda tree: begins(tree, "compute_cost", SUMMED),
}
LATE = {  # due at 12:00 in Berlin, the day before its clocks go back; grace: 15 minutes
    "copied": "2026-10-24 10:14:00 UTC",
    "unreadable_cell": "2026-10-25 11:14:00 UTC",  # 25 hours and 14 minutes later: 12:14 there
    "failing_cell": "2026-10-25 11:16:00 UTC",
    "warned": "2026-10-26 11:14:00 UTC",
}


FEW = ("perfect", "copied", "sums")


@dataclass(frozen=True)
class Class:
    """A class as the stock command left it, and what that said."""

    teacher: Person
    lines: list[str]

    @property
    def root(self) -> Path:
        """The course's folder."""
        return self.teacher.folder


def make_course(root: Path) -> None:
    """One assignment, due when clocks change; a person for what cannot be judged; quick limits."""
    text = (HOME / "course.yml").read_text(encoding="utf-8")
    first, others = text.index("\n  - slug: scaling"), text.index("\nlimits:")
    text = text[:first] + text[others:]
    for old, new in {
        "seconds: 2 ": "seconds: 0.5 ",
        "skipped: lose": "skipped: manual",
        "due: 2026-12-04 23:59": "due: 2026-10-24 12:00",
        "cap_percent: 50": "cap_percent: 50\n      extensions: {warned: 2026-10-26 12:00}",
    }.items():
        assert old in text
        text = text.replace(old, new)
    (root / "course.yml").write_text(text, encoding="utf-8")
    shutil.copy(HOME / "nbgrader_config.py", root)


def solved() -> Tree:
    """The notebook with every exercise solved."""
    tree: Tree = json.loads(source_files(load_course(HOME), SLUG)[f"{SLUG}.ipynb"])
    return tree


def stamp(root: Path, student: str, moment: str) -> None:
    """When a submission came in."""
    (root / "submitted" / student / SLUG / "timestamp.txt").write_text(moment)


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for the module."""
    office = Office(tmp_path_factory.mktemp("pains"), load_course(HOME).course.id)
    yield office
    office.close()


@pytest.fixture(scope="module")
def graded(shared_office: Office) -> Class:
    """Everything that hurts in one class, graded by one stock command."""
    teacher = shared_office.person("course")
    make_course(teacher.folder)
    for student, edit in EDITS.items():
        tree = solved()
        edit(tree)
        hand_in(teacher.folder, student, json.dumps(tree))
    released = HOME / "assignments" / SLUG / f"{SLUG}.ipynb"
    hand_in(teacher.folder, "untouched", released.read_text(encoding="utf-8"))
    # Without a time, nobody can tell that an answer which a person has graded is the same again.
    for student, moment in {**LATE, "sums": "2026-10-20 10:00:00 UTC"}.items():
        stamp(teacher.folder, student, moment)
    return Class(teacher, own_lines(teacher.nbgrader("autograde", SLUG)))


@pytest.fixture
def again(shared_office: Office, graded: Class, tmp_path: Path) -> Iterator[Person]:
    """A few of them in a folder of their own, to be changed at will."""
    folder = shared_office.root / tmp_path.name
    others = {*EDITS, "untouched"} - set(FEW)
    shutil.copytree(graded.root, folder, ignore=shutil.ignore_patterns(*others))
    yield shared_office.person(folder.name)
    shutil.rmtree(folder)


def ours(root: Path, json_file: Path | None = None, feedback: Path | None = None) -> int:
    """`autograder grade symmetry` in the course's folder."""
    name = str(json_file) if json_file else None
    return grade_run(Run(load_course(root), SLUG, [], name, feedback, 1, MODE))  # type: ignore[arg-type]


def scores(root: Path, student: str) -> dict[str, float]:
    """What the gradebook gives a student for each exercise."""
    found = rows(root).items()
    return {cell.removesuffix("_checks"): row[0] for (who, cell), row in found if who == student}


def outputs_of(root: Path, student: str) -> str:
    """All outputs of an autograded notebook."""
    path = root / "autograded" / student / SLUG / f"{SLUG}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return json.dumps([cell.get("outputs") for cell in cells], ensure_ascii=False)


def test_one_line_a_student(graded: Class) -> None:
    """Not a log: the student, the score, and what else a person must know."""
    told = dict(line.split(": ", 1) for line in graded.lines)
    assert len(graded.lines) == len(told)
    assert told.keys() == {*EDITS, "untouched"}
    assert told["perfect"] == f"{TOTAL} of {TOTAL}"
    assert told["untouched"] == f"0 of {TOTAL}"
    assert told["failing_cell"] == f"{TOTAL} of {TOTAL}, 2 days late"


@pytest.mark.parametrize("student", ["copied", "unreadable_cell", "failing_cell", "warned"])
def test_an_accident_costs_nothing(graded: Class, student: str) -> None:
    """A copied cell, a broken one, warnings on stderr: what is right stays right."""
    assert sum(scores(graded.root, student).values()) == TOTAL


@pytest.mark.parametrize("student", ["exits", "kills", "loops"])
def test_a_function_that_ends_the_process_costs_its_own_points(graded: Class, student: str) -> None:
    """A dead kernel, an endless loop: a verdict, no full marks; what is right beside it counts."""
    course = load_course(graded.root).assignment(SLUG)
    earned = scores(graded.root, student)
    assert earned["forward"] == 0
    for exercise in (
        "initialize_zeros", "initialize_parameters", "compute_cost", "update_parameters",
        "count_distinct_units", "train_logistic_regression",
    ):  # fmt: skip
        assert earned[exercise] == course.points[exercise], exercise
    told = outputs_of(graded.root, student)
    assert ("took too long" if student == "loops" else "stopped with an error") in told


@pytest.mark.parametrize("student", ["loops_at_once", "exits_at_once"])
def test_a_cell_that_ends_the_process_is_left_out(graded: Class, student: str) -> None:
    """The other cells run without it, and a note on top says which one it was."""
    assert sum(scores(graded.root, student).values()) == TOTAL
    path = graded.root / "autograded" / student / SLUG / f"{SLUG}.ipynb"
    note = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
    assert re.search(r"cell 2: .* was left out", "".join(note["source"]))


def test_students_get_no_secret_back(graded: Class) -> None:
    """Neither autograded/ nor feedback holds a hidden check, a hidden input or the reference."""
    source = (HOME / "solutions" / f"{SLUG}.py").read_text(encoding="utf-8")
    regions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, re.DOTALL)
    given = re.sub(r"### BEGIN SOLUTION\n.*?### END SOLUTION", "", source, flags=re.DOTALL)
    lines = {line.strip() for region in regions for line in region.splitlines()}
    reference = {line for line in lines if len(line) > 20 and line not in given}
    assert len(reference) > 10
    for student in ("untouched", "overhears"):
        graded.teacher.nbgrader("generate_feedback", SLUG, "--student", student, "--force")
        page = (graded.root / "feedback" / student / SLUG / f"{SLUG}.html").read_text("utf-8")
        assert_tells_no_secret(page + "passed", SLUG)
        assert "OVERHEARD" not in page
        assert "OVERHEARD" not in outputs_of(graded.root, student)
        beside = {path.name for path in (graded.root / "autograded" / student / SLUG).iterdir()}
        assert beside == {f"{SLUG}.ipynb", "public_checks.py"}
        if student == "untouched":
            text = (graded.root / "autograded" / student / SLUG / f"{SLUG}.ipynb").read_text(
                "utf-8"
            )
            sources = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
            seen = sources + html.unescape(re.sub(r"<[^>]*>", "", page))
            assert not [line for line in reference if line in seen]


def test_both_roads_agree_on_everybody(graded: Class, tmp_path: Path) -> None:
    """Scores, who must look, lateness: in every column and for every student."""
    stock = rows(graded.root)
    make_course(tmp_path)
    shutil.copytree(graded.root / "submitted", tmp_path / "submitted")
    shutil.copytree(graded.root / ".autograder", tmp_path / ".autograder")
    assert ours(tmp_path, tmp_path / "reports.jsonl") == 0
    assert rows(tmp_path) == stock
    # A check that cannot be judged waits for a person, as course.yml says; nothing else does.
    lines = (tmp_path / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    checks = [(r.student, o) for r in map(Report.from_json, lines) for o in r.checks]
    skipped = {(who, f"{o.exercise}_checks") for who, o in checks if o.verdict is Verdict.SKIPPED}
    assert ("nothing", "train_checks") in skipped
    assert {key for key, row in stock.items() if row[1]} == skipped


def test_lateness_is_counted_by_the_calendar(graded: Class) -> None:
    """The day on which the clocks go back has 25 hours; an extension of course.yml holds."""
    costs = {student: rows(graded.root)[student, "forward_checks"][5] for student in LATE}
    assert costs == {
        "copied": None, "unreadable_cell": pytest.approx(2.1),
        "failing_cell": pytest.approx(4.2), "warned": None,
    }  # fmt: skip


BENT = '''

@check("compute_cost", points=2)
def test_bent(student: Student) -> None:
    """The cost of a coin is ln 2."""
    cost = student.compute_cost(np.full((1, 4), 0.5), np.ones((1, 4)))
    expect.that(abs(cost - {value}) < 1e-9, "It is not.")
'''


def bend(root: Path, value: float) -> None:
    """Give the course's own checks one more, which expects this cost."""
    path = root / "autograder" / "checks" / f"test_{SLUG}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (HOME / "autograder" / "checks" / f"test_{SLUG}.py").read_text(encoding="utf-8")
    path.write_text(text + BENT.format(value=value), encoding="utf-8")


def a_person_grades(root: Path) -> None:
    """A grade and a comment by hand."""
    with sqlite3.connect(root / "gradebook.db") as book:
        book.execute(
            "update grade set manual_score = 1.25, needs_manual_grade = 0 where id in ("
            "select g.id from grade g join submitted_notebook n on n.id = g.notebook_id "
            "join submitted_assignment s on s.id = n.assignment_id "
            "join base_cell c on c.id = g.cell_id "
            "where s.student_id = 'sums' and c.name in ('forward_checks', 'compute_cost_checks'))"
        )
        book.execute(
            "update comment set manual_comment = 'Nearly!' where id in ("
            "select k.id from comment k join submitted_notebook n on n.id = k.notebook_id "
            "join submitted_assignment s on s.id = n.assignment_id where s.student_id = 'sums')"
        )
    book.close()


@pytest.mark.parametrize("road", ["stock", "ours"])
def test_a_check_put_right_changes_what_it_must(again: Person, road: str) -> None:
    """Whose score moved and why is told; manual grades, comments and everything else stay."""

    def grade() -> list[str]:
        if road == "stock":
            return own_lines(again.nbgrader("autograde", SLUG, "--force"))
        done = again.autograder("grade", SLUG, "--sandbox", MODE)
        assert done.code == 0, done.text
        return done.out.splitlines()

    bend(again.folder, 0.5)
    grade()
    a_person_grades(again.folder)
    before = rows(again.folder)
    bend(again.folder, 0.6931471805599453)
    said = grade()
    after = rows(again.folder)
    moved = {key for key in after if after[key] != before[key]}
    right = {("perfect", "compute_cost_checks"), ("copied", "compute_cost_checks")}
    assert moved - {("sums", "compute_cost_checks")} == right
    assert [(before[key][0], after[key][0]) for key in right] == [(1.6, 2)] * 2
    for cell in ("forward_checks", "compute_cost_checks"):
        assert after["sums", cell][2] == 1.25
        assert after["sums", cell][4] == "Nearly!"
    if road == "stock":
        assert f"perfect: {TOTAL} of {TOTAL} (compute_cost 1.6 → 2)" in said
    else:
        why = "The cost of a coin is ln 2. (failed → passed)"
        assert said[said.index("2 scores moved:") + 1] == (
            f"  compute_cost: copied 1.6 → 2, perfect 1.6 → 2 – {why}"
        )


def test_a_newer_submission_replaces_the_older(
    again: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    """Autograde grades it without --force, and nobody else; ours says it was handed in again."""
    path = again.folder / "submitted" / "copied" / SLUG / f"{SLUG}.ipynb"
    tree = solved()
    begins(tree, "forward", "    return None\n")
    path.write_text(json.dumps(tree), encoding="utf-8")
    stamp(again.folder, "copied", "2026-10-24 10:14:30 UTC")
    (line,) = own_lines(again.nbgrader("autograde", SLUG))
    assert re.match(r"copied: .* of 21 \(.*forward 3 → 0", line)
    assert scores(again.folder, "copied")["forward"] == 0
    path.write_text(json.dumps(solved()), encoding="utf-8")
    stamp(again.folder, "copied", "2026-10-24 10:14:45 UTC")
    ours(again.folder)
    assert "forward: copied 0 → 3 – handed in again: " in capsys.readouterr().out
    found = {key: row for key, row in rows(again.folder).items() if key[0] == "copied"}
    assert len(found) == len(load_course(again.folder).assignment(SLUG).points)  # one of two


@pytest.mark.parametrize("road", ["stock", "ours"])
def test_points_changed_after_the_release_are_told(again: Person, road: str) -> None:
    """One line says what differs and the command that cures it; nobody's score has changed."""
    path = again.folder / "course.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("forward: 3", "forward: 5"), encoding="utf-8")
    before = rows(again.folder)
    if road == "stock":
        done = again.tries("autograde", SLUG, "--force")
        assert done.code == 1
        (line,) = own_lines(done.text)
    else:
        with pytest.raises(Exception, match="is worth") as caught:
            ours(again.folder)
        line = str(caught.value)
    assert "forward is worth 5 in course.yml and 3 in what was released" in line
    assert "run `autograder release symmetry`" in line
    assert rows(again.folder) == before


def test_feedback_of_two_kinds_does_not_collide(again: Person, tmp_path: Path) -> None:
    """Both name the mistake and show its picture; neither ever takes the other's place."""
    folder = again.folder / "feedback"
    ours(again.folder, tmp_path / "reports.jsonl", folder)
    own = folder / "sums" / f"{SLUG}.html"
    written = own.read_bytes()
    again.nbgrader("generate_feedback", SLUG, "--student", "sums")
    stock = folder / "sums" / SLUG / f"{SLUG}.html"
    pages = (written.decode(), stock.read_text(encoding="utf-8"))
    lines = (tmp_path / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    report = next(r for r in map(Report.from_json, lines) if r.student == "sums")
    (mistake,) = {o.mistake.message for o in report.checks if o.mistake}
    for page in pages:
        assert mistake in html.unescape(re.sub(r"</?code>", "`", page))
        assert re.search(r'<svg [^>]*class="picture"', page)
    assert own.read_bytes() == written
    write_pages([report], load_course(again.folder), folder)
    assert stock.read_text(encoding="utf-8") == pages[1]


def test_points_without_an_explanation_do_not_exist(graded: Class) -> None:
    """Every exercise of everybody has verdicts below the code, and a number in its grade cell."""
    exercises = load_course(graded.root).assignment(SLUG).points
    for path in (graded.root / "autograded").glob(f"*/{SLUG}/{SLUG}.ipynb"):
        tree = json.loads(path.read_text(encoding="utf-8"))
        for exercise in exercises:
            assert cell_of(tree, exercise)["outputs"], path
            (number,) = cell_of(tree, f"{exercise}_checks")["outputs"]
            assert 0 <= float("".join(number["data"]["text/plain"])) <= exercises[exercise]


def test_a_notebook_killed_halfway_is_graded_again(again: Person) -> None:
    """What a killed autograde left sanitized but not graded does not pass for done."""
    path = again.folder / "autograded" / "perfect" / SLUG / f"{SLUG}.ipynb"
    tree = json.loads(path.read_text(encoding="utf-8"))
    for cell in tree["cells"]:
        cell |= {"outputs": []} if cell["cell_type"] == "code" else {}
    path.chmod(0o644)
    path.write_text(json.dumps(tree), encoding="utf-8")
    assert own_lines(again.nbgrader("autograde", SLUG)) == [f"perfect: {TOTAL} of {TOTAL}"]


def test_what_was_released_before_still_counts(again: Person) -> None:
    """Points changed and released anew: what students hold is graded for what it is worth now."""
    path = again.folder / "course.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("forward: 3", "forward: 5"), encoding="utf-8")
    again.nbgrader("generate_assignment", SLUG, "--force")
    again.nbgrader("autograde", SLUG, "--force", "--student", "perfect")
    assert scores(again.folder, "perfect")["forward"] == 5
