"""How fast: stock nbgrader, this engine and the floor, side by side in one run on one machine.

Usage: python benchmarks/compare.py [--copies 60] [--rounds 3] [--skip-nbgrader]

- *nbgrader*: ``nbgrader autograde`` as an instructor uses it today, the same hidden checks run by
  the notebook's grade cells in the student's own kernel;
- *engine*: this kit, every layer of the sandbox, one worker;
- *floor*: the same checks in this very process, without isolation.

The examples are copied until there are enough; each is graded as often in all three.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from rich.console import Console
from rich.table import Table

from autograder.checks.expect import CheckFailed, CheckSkipped
from autograder.checks.inline import Inline
from autograder.checks.statistics import Statistics
from autograder.checks.student import CallFailed, Student
from autograder.classroom import Classroom
from autograder.course import HOME, load_course
from autograder.found import Found, find_submissions
from autograder.grading import Grader
from autograder.report import Verdict
from autograder.sandbox.protocol import StudentFailure
from autograder.seeds import generator
from autograder.submission import read_submission

SLUG = "symmetry"
SECRET = b"benchmark secret"


def readable(classroom: Classroom, found: list[Found]) -> list[Found]:
    """The examples that all three can grade.

    What hangs or cannot be read is left out: nbgrader would wait for its timeout, or stop the
    class, and the floor has no way to end a loop.
    """
    kept = []
    for report in classroom.grade(found, jobs=1):
        hangs = any(o.verdict is Verdict.TIMED_OUT for o in report.checks)
        odd = any("did not finish" in note or "times" in note for note in report.notes)
        if report.error is None and not hangs and not odd:
            kept.append(next(one for one in found if one.student == report.student))
    return sorted(kept, key=lambda one: one.student)


def floor(grader: Grader, found: list[Found]) -> float:
    """Seconds for the checks alone, in-process."""
    start = time.perf_counter()
    for one in found:
        submission = read_submission(one.path, one.student, SLUG)
        inline = Inline(grader.released.without_demonstrations(submission))
        for check in grader.checks.checks:
            student = Student(inline, grader.checks.contract)
            rng = generator(SECRET, one.student, SLUG, check.name)
            with contextlib.suppress(CheckFailed, CheckSkipped, CallFailed, StudentFailure):
                check.run(
                    student=student, reference=grader.reference, rng=rng,
                    statistics=Statistics(grader.alpha),
                )  # fmt: skip
        inline.close()
    return time.perf_counter() - start


def engine(classroom: Classroom, found: list[Found]) -> float:
    """Seconds through the whole engine with one worker, its start included."""
    start = time.perf_counter()
    for _ in classroom.grade(found, jobs=1):
        pass
    return time.perf_counter() - start


def without_figures(path: Path) -> str:
    """A notebook without our figures, which this engine does not run either."""
    notebook = json.loads(path.read_text("utf-8"))
    cells = notebook["cells"]
    notebook["cells"] = [c for c in cells if "demo" not in c["metadata"].get("tags", [])]
    return json.dumps(notebook)


def stock(found: list[Found], folder: Path) -> float:
    """Seconds of ``nbgrader autograde`` with the hidden checks in the cells."""
    source = folder / "source" / SLUG
    source.mkdir(parents=True)
    course = load_course(HOME / "course.yml")
    released = json.loads(course.file(f"assignments/{SLUG}/{SLUG}.ipynb").read_text("utf-8"))
    for cell in released["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade") and cell["cell_type"] == "code":
            exercise = marks["grade_id"].removesuffix("_checks")
            cell["source"] = (
                f"from in_cell import run_checks\nrun_checks({SLUG!r}, {exercise!r}, globals())\n"
            )
            marks.pop("checksum", None)
    (source / f"{SLUG}.ipynb").write_text(json.dumps(released), "utf-8")
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n"
        "c.ClearSolutions.enforce_metadata = False\n"
    )
    for one in found:
        target = folder / "submitted" / one.student / SLUG
        target.mkdir(parents=True)
        path = one.path / f"{SLUG}.ipynb" if one.path.is_dir() else one.path
        (target / f"{SLUG}.ipynb").write_text(without_figures(path), "utf-8")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(HOME), str(HOME / "benchmarks")]),
    }
    command = [sys.executable, "-m", "nbgrader"]
    quiet = {"cwd": folder, "env": environment, "capture_output": True}
    subprocess.run([*command, "generate_assignment", SLUG], check=True, **quiet)
    start = time.perf_counter()
    subprocess.run([*command, "autograde", SLUG], check=False, **quiet)
    seconds = time.perf_counter() - start
    done = len(list((folder / "autograded").glob(f"*/{SLUG}/{SLUG}.ipynb")))
    if done != len(found):
        sys.exit(f"nbgrader graded {done} of {len(found)} submissions: the comparison is void")
    return seconds


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--copies", type=int, default=60, help="submissions for nbgrader")
    parser.add_argument("--class-size", type=int, default=240, help="submissions for the others")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the median counts")
    parser.add_argument("--skip-nbgrader", action="store_true")
    arguments = parser.parse_args()
    course = load_course(HOME / "course.yml")
    grader = Grader(course, course.assignment(SLUG), SECRET)
    grader.prepare()
    classroom = Classroom(course, SECRET)
    examples = find_submissions(course, SLUG, [HOME / "examples" / "submitted"])
    originals = readable(classroom, examples)
    cycle = itertools.islice(itertools.cycle(originals), arguments.class_size)
    found = [Found(f"{one.student}{i:04}", SLUG, one.path) for i, one in enumerate(cycle)]
    seconds: dict[str, list[float]] = {"floor": [], "engine": [], "nbgrader": []}
    floor(grader, found[:3])
    for _ in range(arguments.rounds):
        seconds["floor"].append(floor(grader, found))
        seconds["engine"].append(engine(classroom, found))
    if not arguments.skip_nbgrader:
        with tempfile.TemporaryDirectory() as folder:
            few = found[: arguments.copies]
            seconds["nbgrader"].append(stock(few, Path(folder)) * len(found) / len(few))
    show({name: statistics.median(times) for name, times in seconds.items() if times}, len(found))


def show(medians: dict[str, float], count: int) -> None:
    """The three rates and their ratios."""
    table = Table(title=f"{count} submissions of {SLUG}, one worker", title_justify="left")
    for column in ("", "ms a submission", "rate, engine = 1"):
        table.add_column(column, justify="right")
    for name, median in medians.items():
        table.add_row(name, f"{1000 * median / count:.1f}", f"{medians['engine'] / median:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
