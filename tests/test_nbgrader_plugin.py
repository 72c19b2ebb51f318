"""Two roads to one gradebook: stock `nbgrader autograde` through the plug-in, and `record`."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from traitlets.config import Config

from autograder import gradebook, nbgrader_plugin
from autograder.autograded import grade_id, restored
from autograder.classroom import Classroom
from autograder.course import HOME, Course, load_course
from autograder.found import find_submissions
from autograder.gradebook import record
from autograder.problem import Problem
from autograder.report import Outcome, Report, Verdict
from autograder.sandbox.host import Sandbox
from autograder.seeds import course_secret
from autograder.source_notebook import source_files

# nbgrader's own code is not free of warnings.
pytestmark = pytest.mark.filterwarnings("default")

SLUG = "symmetry"
Tree = dict[str, Any]
Row = tuple[Any, ...]
UNREADABLE = ("empty", "link", "pipe", "not_json")


def cell_of(tree: Tree, name: str) -> Tree:
    """The cell of that grade_id."""
    return next(cell for cell in tree["cells"] if grade_id(cell) == name)


def swap(tree: Tree, name: str, old: str, new: str) -> None:
    """Change a cell's text."""
    cell = cell_of(tree, name)
    cell["source"] = "".join(cell["source"]).replace(old, new)
    assert new in cell["source"]


def copied(tree: Tree) -> None:
    """A cell copied with its marks; the later one is wrong, and it runs last."""
    cell = json.loads(json.dumps(cell_of(tree, "forward")))
    cell["source"] = "def forward(X, parameters):\n    return X, None"
    tree["cells"].append(cell)


def old_schema(tree: Tree) -> None:
    """Made with an nbgrader of another age."""
    for cell in tree["cells"]:
        if grade_id(cell):
            cell["metadata"]["nbgrader"]["schema_version"] = 1


def retyped(tree: Tree) -> None:
    """An exercise and its checks turned into text."""
    for name in ("forward", "forward_checks"):
        cell = cell_of(tree, name)
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]


def deleted(tree: Tree) -> None:
    """No checks of one exercise, nothing at all of another."""
    gone = ("train_checks", "count_distinct_units", "count_distinct_units_checks")
    tree["cells"] = [cell for cell in tree["cells"] if grade_id(cell) not in gone]


def emptied(tree: Tree) -> None:
    """Grade cells that cannot fail, worth a thousand points each."""
    for cell in tree["cells"]:
        if str(grade_id(cell)).endswith("_checks"):
            cell["source"] = "1000.0"
            cell["metadata"]["nbgrader"]["points"] = 1000
        elif grade_id(cell):
            cell["source"] = "pass"


def nonsense(tree: Tree) -> None:
    """Marks, sources and outputs of the wrong kind everywhere."""
    tree["cells"][0]["metadata"]["nbgrader"] = 5
    tree["cells"][1]["metadata"] = []
    tree["cells"][2]["source"] = {"a": 1}
    tree["cells"].append({"cell_type": "code", "source": "1", "outputs": {"x": 1}})
    tree["cells"].append({"cell_type": "magic", "source": "\ud800"})
    tree["cells"].append(7)


def talkative(tree: Tree) -> None:
    """Right, but it prints what it is given, on both streams."""
    talk = "    import sys\n    for where in (sys.stdout, sys.stderr):\n"
    talk += "        print('OVERHEARD', X, file=where)\n    A1 ="
    swap(tree, "forward", "    A1 =", talk)


def half(tree: Tree) -> None:
    """Partial credit: in place, for one thing."""
    swap(tree, "compute_cost", "m = Y.shape[1]", "m = 1")


def forged(tree: Tree) -> None:
    """Outputs that claim points and would run in a browser, saved with the notebook."""
    script = {"text/html": "<script>OVERHEARD</script>", "text/plain": "99"}
    output = {"output_type": "execute_result", "data": script, "metadata": {}}
    for cell in tree["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{**output, "execution_count": 1}]
    swap(tree, "forward", "A1 = np.tanh", "A1 = np.sin")


EDITS: dict[str, Callable[[Tree], None]] = {
    "perfect": lambda tree: None, "copied": copied, "old_schema": old_schema,
    "retyped": retyped, "deleted": deleted, "emptied": emptied, "nonsense": nonsense,
    "talkative": talkative, "half": half, "forged": forged,
}  # fmt: skip


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory, course: Course) -> Path:
    """A course of one assignment and a class that has done everything to its notebooks."""
    root = tmp_path_factory.mktemp("nbgrader") / "course"
    root.mkdir()
    text = (HOME / "course.yml").read_text(encoding="utf-8")
    first, others = text.index("\n  - slug: scaling"), text.index("\nlimits:")
    (root / "course.yml").write_text(text[:first] + text[others:], encoding="utf-8")
    shutil.copy(HOME / "nbgrader_config.py", root)
    full = source_files(course, SLUG)[f"{SLUG}.ipynb"]
    for student, edit in EDITS.items():
        tree = json.loads(full)
        edit(tree)
        hand_in(root, student, json.dumps(tree))
    hand_in(root, "empty", "")
    hand_in(root, "not_json", "{'cells': []}")
    (root / "secret.txt").write_text("OVERHEARD", encoding="utf-8")
    (root / "solution.ipynb").write_text(full, encoding="utf-8")
    link = hand_in(root, "link", "")
    link.unlink()
    link.symlink_to(root / "solution.ipynb")
    pipe = hand_in(root, "pipe", "")
    pipe.unlink()
    os.mkfifo(pipe)
    # What lies beside a notebook is not followed either.
    beside = root / "submitted" / "perfect" / SLUG
    (beside / "notes.txt").symlink_to(root / "secret.txt")
    os.mkfifo(beside / "pipe.txt")
    (beside / "data.txt").write_text("mine", encoding="utf-8")
    (root / "submitted/half/symmetry/timestamp.txt").write_text("2026-12-06 12:00:00.5 UTC")
    return root


def hand_in(root: Path, student: str, text: str) -> Path:
    """Put a notebook where nbgrader collects it."""
    path = root / "submitted" / student / SLUG / f"{SLUG}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def copy_of(root: Path, name: str) -> Path:
    """The same class in another folder, not graded yet."""
    other = root.parent / name
    subprocess.run(["cp", "-r", root, other], check=True)  # shutil would open the pipes
    return other


def autograde(root: Path, mode: str, student: str = "*") -> None:
    """`nbgrader autograde symmetry`, in this process."""
    config = Config()
    nbgrader_plugin.configure(config, root)
    config.SubmissionExporter.sandbox = mode
    directory = CourseDirectory(config=config, assignment_id=SLUG, student_id=student)
    Autograde(coursedir=directory, config=config, force=True).start()


def graded(root: Path, mode: str) -> list[Report]:
    """The reports of `autograder grade`, in order of students."""
    course = load_course(root)
    room = Classroom(course, course_secret(root), mode)  # type: ignore[arg-type]
    found = find_submissions(course, SLUG, [])
    return sorted(room.grade(found, jobs=1), key=lambda report: report.student)


@pytest.fixture(scope="module")
def reports(classroom: Path, sandbox: Sandbox) -> list[Report]:
    """The engine's word."""
    return graded(classroom, sandbox.mode)


@pytest.fixture(scope="module")
def stock(classroom: Path, reports: list[Report], sandbox: Sandbox) -> Path:
    """The class as the stock command left it: one run for everyone, no exception."""
    root = copy_of(classroom, "stock")
    autograde(root, sandbox.mode)
    return root


@pytest.fixture
def ours(classroom: Path, reports: list[Report], tmp_path: Path) -> Iterator[Path]:
    """The class as `record` left it, to be changed at will."""
    root = copy_of(classroom, f"ours-{tmp_path.name}")
    record(load_course(root), moved_to(root, reports))
    yield root
    shutil.rmtree(root)


def moved_to(root: Path, reports: list[Report]) -> list[Report]:
    """The same reports about the same class in another folder."""
    old = f"{root.parent}/course/"
    lines = (report.to_json().replace(old, f"{root}/") for report in reports)
    return [Report.from_json(line) for line in lines]


def rows(root: Path) -> dict[tuple[str, str], Row]:
    """What the gradebook says of each student and cell, manual grades and comments included."""
    query = """
        select s.student_id, c.name, g.auto_score, g.needs_manual_grade, g.manual_score,
               k.auto_comment, k.manual_comment, n.late_submission_penalty, s.timestamp, s.extension
        from submitted_assignment s
        join submitted_notebook n on n.assignment_id = s.id
        left join grade g on g.notebook_id = n.id
        join base_cell c on c.id = g.cell_id
        left join base_cell x on x.notebook_id = c.notebook_id
             and x.name = replace(c.name, '_checks', '') and x.type = 'SolutionCell'
        left join comment k on k.notebook_id = n.id and k.cell_id = x.id
    """
    with sqlite3.connect(root / "gradebook.db") as connection:
        found = {(row[0], row[1]): tuple(row[2:]) for row in connection.execute(query)}
    connection.close()
    return found


def files(root: Path) -> dict[str, bytes]:
    """Everything under ``autograded/``; the class's own path counts for nothing."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in (root / "autograded").rglob("*")
        if path.is_file()
    }


def test_both_roads_write_the_same_gradebook(stock: Path, ours: Path) -> None:
    """Scores, who must look, comments, times and penalties: every column for every student."""
    assert rows(stock) == rows(ours)


def test_both_roads_write_the_same_notebooks(stock: Path, ours: Path) -> None:
    """To the byte, and the files beside them."""
    assert files(stock).keys() == files(ours).keys()
    for name, data in files(stock).items():
        assert data == files(ours)[name], name


def test_scores_are_the_engines(stock: Path, reports: list[Report]) -> None:
    """Each exercise's points, partial credit too; of what cannot be read, nothing and a person."""
    found = rows(stock)
    assert {student for student, _ in found} == {*EDITS, *UNREADABLE}
    for report in reports:
        for exercise, (points, _) in report.exercise_scores().items():
            assert found[report.student, f"{exercise}_checks"][:2] == (points, 0)
        if report.error:
            assert report.student in UNREADABLE
            mine = {row[:2] for (student, _), row in found.items() if student == report.student}
            assert mine == {(None, 1)}


def test_broken_cells_earn_what_the_code_earns(reports: list[Report]) -> None:
    """The class above is what its names say: no edit gains, no accident costs more than it must."""
    score = {report.student: report.score for report in reports}
    exercise = {r.student: r.exercise_scores() for r in reports}
    assert score["perfect"] == score["old_schema"] == score["talkative"] == 21
    assert score["emptied"] == 0
    assert exercise["copied"]["forward"][0] < 1  # it leaves its arguments alone
    assert exercise["retyped"]["forward"][0] == 0
    assert exercise["deleted"]["count_distinct_units"][0] == 0
    assert exercise["deleted"]["train"][0] == 3
    assert 0 < exercise["half"]["compute_cost"][0] < 2


def test_nothing_is_followed_or_overheard(stock: Path, ours: Path) -> None:
    """Links beside a notebook, prints during hidden calls, forged outputs: none of it arrives."""
    for root in (stock, ours):
        assert f"autograded/perfect/{SLUG}/data.txt" in files(root)
        for name, data in files(root).items():
            assert "notes.txt" not in name
            assert "pipe.txt" not in name
            tree = json.loads(data) if name.endswith(".ipynb") else {"cells": []}
            outputs = [cell.get("outputs") for cell in tree["cells"]]
            assert "OVERHEARD" not in json.dumps(outputs), name
            assert str(root.parent) not in data.decode()


def test_every_autograded_notebook_is_valid(stock: Path) -> None:
    """For Jupyter and for nbgrader, whatever the student did; locked text is as released."""
    released = json.loads((HOME / f"assignments/{SLUG}/{SLUG}.ipynb").read_text(encoding="utf-8"))
    for student in [*EDITS, *UNREADABLE]:
        path = stock / "autograded" / student / SLUG / f"{SLUG}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
        for ours in released["cells"]:
            if (name := grade_id(ours)) and name.endswith("_checks"):
                assert cell_of(notebook, name)["source"] == "".join(ours["source"])


def test_a_check_says_what_was_seen(stock: Path) -> None:
    """The form grader shows title, verdict and message below the code, then the points."""
    path = stock / "autograded" / "half" / SLUG / f"{SLUG}.ipynb"
    tree = json.loads(path.read_text(encoding="utf-8"))
    told, *_ = (output["data"] for output in cell_of(tree, "compute_cost")["outputs"])
    (number,) = (output["data"] for output in cell_of(tree, "compute_cost_checks")["outputs"])
    assert "✗" in "".join(told["text/plain"])
    assert "expected" in "".join(told["text/html"])
    assert 0 < float("".join(number["text/plain"])) < 2


def test_a_failure_of_the_plugin_earns_nothing(
    classroom: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Perfect code, and the engine raises: no score, a person must look, and the class goes on."""
    root = copy_of(classroom, "failing")

    def fail(*_: object) -> Report:
        raise RuntimeError("out of order")

    monkeypatch.setattr(nbgrader_plugin.Engine, "grade", fail)
    autograde(root, sandbox.mode, "perfect")
    assert {row[:2] for row in rows(root).values()} == {(None, 1)}
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        assert book.find_submission(SLUG, "perfect").score == 0


def test_a_step_that_fails_halfway_earns_nothing(
    classroom: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error while verdicts are written leaves the error in every cell, and no score."""
    root = copy_of(classroom, "halfway")

    def fail(notebook: Tree, *_: object) -> None:
        cell_of(notebook, "forward_checks")["outputs"] = []
        raise RuntimeError("out of order")

    monkeypatch.setattr(nbgrader_plugin, "show", fail)
    autograde(root, sandbox.mode, "perfect")
    assert {row[:2] for row in rows(root).values()} == {(None, 1)}
    data = files(root)[f"autograded/perfect/{SLUG}/{SLUG}.ipynb"]
    outputs = cell_of(json.loads(data), "forward_checks")["outputs"]
    assert [output["output_type"] for output in outputs] == ["error"]


def test_a_fault_of_the_grader_keeps_the_points_and_calls_a_person(
    ours: Path, reports: list[Report]
) -> None:
    """FAULT costs nobody a point, and the exercise waits in the form grader."""
    course = load_course(ours)
    perfect = next(r for r in moved_to(ours, reports) if r.student == "perfect")
    first, *rest = perfect.checks
    record(course, [replace(perfect, checks=(replace(first, verdict=Verdict.FAULT), *rest))])
    row = rows(ours)["perfect", f"{first.exercise}_checks"]
    assert row[:2] == (course.assignment(SLUG).points[first.exercise], 1)


def test_a_regrade_keeps_a_persons_grades_and_says_what_moved(
    ours: Path, reports: list[Report]
) -> None:
    """Only a grade whose ground moved is asked for again; comments stay."""
    course, mine = load_course(ours), moved_to(ours, reports)
    name, other = "compute_cost_checks", "forward_checks"
    with Gradebook(f"sqlite:///{ours}/gradebook.db") as book:
        for cell in (name, other):
            grade = book.find_grade(cell, SLUG, SLUG, "half")
            grade.manual_score, grade.needs_manual_grade = 1.75, False
        book.find_comment("compute_cost", SLUG, SLUG, "half").manual_comment = "nearly"
        book.db.commit()
    before = rows(ours)
    assert record(course, mine) == []
    assert rows(ours) == before
    report = next(r for r in mine if r.student == "half")
    checks = [
        replace(o, points=0.0, verdict=Verdict.FAILED) if o.exercise == "compute_cost" else o
        for o in report.checks
    ]
    earlier = report.exercise_scores()["compute_cost"][0]
    moved = record(course, [replace(report, checks=tuple(checks))])
    assert [(m.student, m.exercise, m.before, m.after) for m in moved] == [
        ("half", "compute_cost", earlier, 0.0)
    ]
    after = rows(ours)
    assert after["half", name][:3] == (0.0, 1, 1.75)
    assert after["half", name][4] == "nearly"
    assert after["half", other] == before["half", other]


def test_lateness_costs_the_same_on_both_roads(stock: Path, reports: list[Report]) -> None:
    """Two days begun after the due date cost 20 %; who has no timestamp is in time."""
    half = next(r for r in reports if r.student == "half")
    found = rows(stock)
    assert found["half", "forward_checks"][5] == pytest.approx(half.score * 0.2)
    assert found["perfect", "forward_checks"][5] is None


def test_an_extension_of_the_course_reaches_the_gradebook(
    ours: Path, reports: list[Report]
) -> None:
    """One line in course.yml, and the penalty is gone; the form grader knows the new date."""
    path = ours / "course.yml"
    text = path.read_text(encoding="utf-8")
    granted = "cap_percent: 50\n      extensions: {half: 2026-12-06 23:59}"
    path.write_text(text.replace("cap_percent: 50", granted), encoding="utf-8")
    record(load_course(ours), moved_to(ours, reports))
    with Gradebook(f"sqlite:///{ours}/gradebook.db") as book:
        submission = book.find_submission(SLUG, "half")
        assert submission.total_seconds_late == 0
        assert submission.notebooks[0].late_submission_penalty is None


def test_an_interrupted_run_leaves_a_whole_gradebook(
    classroom: Path, reports: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch counts or does not; the next run writes the rest, the same as without the stop."""
    root = copy_of(classroom, "interrupted")
    course, mine = load_course(root), moved_to(root, reports)
    monkeypatch.setattr(gradebook, "BATCH", 5)
    enter = gradebook.Ledger.enter

    def stop(ledger: Any, report: Report, notebook: Tree) -> Any:
        if report is mine[7]:
            raise KeyboardInterrupt
        return enter(ledger, report, notebook)

    monkeypatch.setattr(gradebook.Ledger, "enter", stop)
    with pytest.raises(KeyboardInterrupt):
        record(course, mine)
    assert {student for student, _ in rows(root)} == {r.student for r in mine[:5]}
    monkeypatch.undo()
    record(course, mine)
    assert {student for student, _ in rows(root)} == {r.student for r in mine}
    assert not [name for name in files(root) if "/." in name]


def test_points_changed_after_the_release_are_one_clear_line(
    ours: Path, reports: list[Report], sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """What differs, and the command that cures it, on both roads before anyone is graded."""
    path = ours / "course.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("forward: 3", "forward: 5"), encoding="utf-8")
    words = r"forward is worth 5 .* and 3 .* `autograder release symmetry`"
    with pytest.raises(Problem, match=words):
        record(load_course(ours), moved_to(ours, reports))
    with pytest.raises(NbGraderException, match=words):
        autograde(ours, sandbox.mode)
    assert [message for message in caplog.messages if "is worth 5" in message]


def test_a_locked_gradebook_is_one_clear_line(ours: Path, reports: list[Report]) -> None:
    """Another program writes: say so, after waiting as long as SQLite does."""
    with sqlite3.connect(ours / "gradebook.db") as other:
        other.execute("begin exclusive")
        with pytest.raises(Problem, match="another program"):
            record(load_course(ours), moved_to(ours, reports))
    other.close()


def test_a_written_answer_waits_for_a_person(tmp_path: Path, course: Course) -> None:
    """An answer asks for a grade once; an untouched one is worth nothing and says so."""
    shutil.copy(HOME / "course.yml", tmp_path)
    text = (HOME / "assignments/capstone/capstone.ipynb").read_text(encoding="utf-8")
    tree = json.loads(text)
    cell_of(tree, "answer_curves")["source"] = "Because of symmetry."
    reports = []
    for student, notebook in (("answered", json.dumps(tree)), ("silent", text)):
        path = tmp_path / "submitted" / student / "capstone" / "capstone.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook, encoding="utf-8")
        check = Outcome("c", "fit", "It fits.", Verdict.PASSED, 8.0, 8.0)
        reports.append(
            Report(student, "capstone", str(path), 8.0, 15.0, (check,), "full", 0.1, "00")
        )
    record(load_course(tmp_path), reports)
    found = rows(tmp_path)
    assert found["answered", "answer_curves"][:2] == (None, 1)
    assert found["silent", "answer_curves"][:2] == (0.0, 0)
    assert found["answered", "fit_checks"][:2] == (8.0, 0)
    assert found["answered", "build_checks"][:2] == (None, 1)  # no check ran: nothing is earned


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [{}],
        [{"cell_type": 3, "metadata": 3, "source": 3, "outputs": 3, "attachments": 3}],
        [{"cell_type": "code", "metadata": {"nbgrader": {"grade_id": []}}, "outputs": [1, None]}],
        [{"cell_type": "markdown", "source": [1, "a"], "attachments": {"a": 1, "b": {"x": 2}}}],
        [{"metadata": {"nbgrader": {"grade_id": "forward", "schema_version": "x"}}}] * 3,
        [
            {
                "cell_type": "code",
                "outputs": [
                    {"output_type": "stream", "text": 5},
                    {"output_type": "error", "traceback": [1]},
                    {"output_type": "display_data", "data": {"image/png": "no picture <"}},
                ],
            }
        ],
    ],
)
def test_any_cells_make_a_valid_notebook(cells: list[Any], course: Course) -> None:
    """Nothing that JSON can hold stops the restoring, and every graded cell stands there once."""
    released = gradebook.read_released(course, SLUG)
    notebook = nbformat.from_dict(restored(released, cells))
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    names = [name for cell in notebook.cells if (name := grade_id(cell))]
    wanted = [name for cell in released["cells"] if (name := grade_id(cell))]
    assert sorted(names) == sorted(wanted)


def test_stock_commands_work_from_the_root(stock: Path) -> None:
    """validate, generate_assignment, list and generate_feedback, as anyone types them."""

    def nbgrader(*args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *args], cwd=stock, capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    assert "Success" in nbgrader("validate", f"source/{SLUG}/{SLUG}.ipynb")
    failed = nbgrader("validate", str(HOME / f"assignments/{SLUG}/{SLUG}.ipynb"))
    assert "VALIDATION FAILED ON 9 CELL(S)" in failed
    nbgrader("generate_assignment", SLUG, "--force")
    for name in (f"{SLUG}.ipynb", "public_checks.py"):
        made = (stock / "assignments" / SLUG / name).read_bytes()
        assert made == (HOME / "assignments" / SLUG / name).read_bytes()
    nbgrader("generate_feedback", SLUG, "--student", "half")
    page = (stock / "feedback" / "half" / SLUG / f"{SLUG}.html").read_text(encoding="utf-8")
    assert "expected" in page
