"""The command line: ``autograder grade``, ``release``, ``doctor`` and what goes with them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from autograder.course import Course, course_schema, load_course
from autograder.problem import Problem

app = typer.Typer(
    help="Grade notebooks on weight initialisation: fairly, safely, with words that teach.",
    epilog="Start with: autograder doctor, then: autograder grade symmetry examples/submitted",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    add_completion=False,
)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

CourseFile = Annotated[
    Path, typer.Option("--course", help="The course file.", show_default=True, metavar="FILE")
]
SandboxMode = Annotated[
    Literal["full", "reduced", "none"],
    typer.Option(
        "--sandbox",
        help="full refuses to run when a layer is missing; reduced uses what is there; "
        "none protects nothing. Every report says which.",
    ),
]
DEFAULT_COURSE = Path("course.yml")
INTERRUPTED = 130
"""The exit code that Ctrl-C is given, as in a shell."""


@app.command()
def grade(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ASSIGNMENT] [PATH]...",
            help="The assignment's slug, then notebooks (.ipynb), Python files, submission folders "
            "or class folders <student>/<assignment>/. Without a PATH: the course's submitted/, "
            "and the gradebook and autograded/ are written as nbgrader would, and feedback/.",
            show_default=False,
        ),
    ] = None,
    json_file: Annotated[
        str | None,
        typer.Option(
            "--json", metavar="FILE", help="Write one report a line (-: standard output)."
        ),
    ] = None,
    feedback: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write a page for each student, and an index."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes.  [default: one a core]")
    ] = None,
    sandbox: SandboxMode = "full",
    course: CourseFile = DEFAULT_COURSE,
) -> None:
    """Grade submissions.

    Exit code 0: all graded, whatever the scores; 1: some could not be graded; 2: the course or
    the call is wrong.

    [bold]autograder grade[/] grades everything in submitted/;
    [bold]autograder grade symmetry examples/submitted[/] a class folder;
    [bold]autograder grade symmetry ada.py --json -[/] one file, as JSON.
    """
    from autograder.run import Run, grade_run

    loaded = load_course(course)
    slug, paths = _targets(loaded, targets or [])
    run = Run(loaded, slug, paths, json_file, feedback, jobs, sandbox)
    raise typer.Exit(grade_run(run))


def _targets(course: Course, targets: list[str]) -> tuple[str | None, list[Path]]:
    """A first word that names an assignment is one; whatever else must be a path."""
    slugs = {assignment.slug for assignment in course.assignments}
    if targets and targets[0] in slugs:
        return targets[0], [Path(target) for target in targets[1:]]
    if targets and not Path(targets[0]).exists() and "/" not in targets[0]:
        course.assignment(targets[0])  # says which assignments there are
    return None, [Path(target) for target in targets]


@app.command()
def release(
    slugs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ASSIGNMENT]...", help="Default: all.", show_default=False),
    ] = None,
    course: CourseFile = DEFAULT_COURSE,
) -> None:
    """Generate what students get, assignments/<slug>/, from solutions/<slug>.py."""
    from autograder.release import release as release_assignment

    loaded = load_course(course)
    for slug in slugs or [assignment.slug for assignment in loaded.assignments]:
        loaded.assignment(slug)
        folder = release_assignment(loaded, slug)
        typer.echo(f"{slug}: released to {folder}")


@app.command()
def audit(
    slugs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ASSIGNMENT]...", help="Default: all.", show_default=False),
    ] = None,
    json_file: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Write the findings (-: standard output)."),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, help="Simulated draws of each statistical check; 0: none.")
    ] = 10_000,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes.  [default: one a core]")
    ] = None,
    sandbox: SandboxMode = "full",
    course: CourseFile = DEFAULT_COURSE,
) -> None:
    """Prove the course sound: right solutions keep every point, mistakes are caught and named.

    Exit code 0: every claim holds; 1: some does not; 2: the course or the call is wrong.
    """
    from autograder.audit.run import audit_run

    loaded = load_course(course)
    chosen = slugs or [assignment.slug for assignment in loaded.assignments]
    for slug in chosen:
        loaded.assignment(slug)
    raise typer.Exit(audit_run(loaded, chosen, json_file, sandbox, draws, jobs))


@app.command()
def new(
    slug: Annotated[
        str, typer.Argument(help="Its name everywhere: lower-case letters, digits and _.")
    ],
    course: CourseFile = DEFAULT_COURSE,
) -> None:
    """Begin an assignment: three files and an entry in course.yml, gradable at once."""
    from autograder.scaffold import next_steps, scaffold

    console = Console(highlight=False, soft_wrap=True)
    for path in scaffold(course, slug):
        console.print(f"[green]written[/]  {escape(str(path))}")
    console.print(next_steps(load_course(course), slug), markup=False)


@app.command()
def doctor() -> None:
    """Show each layer of the sandbox as present or missing, with the cure."""
    from autograder.sandbox.layers import probe

    layers = probe()
    console = Console(highlight=False)
    for layer in layers:
        if layer.present:
            console.print(f"[green]present[/]  {layer.name}")
        else:
            word = "[yellow]absent [/]" if layer.optional else "[red]missing[/]"
            console.print(f"{word}  {layer.name}: {escape(layer.cure)}", soft_wrap=True)
    missing = [layer.name for layer in layers if not layer.present and not layer.optional]
    if missing:
        console.print(
            f"Grading refuses to run without {', '.join(missing)}. "
            "--sandbox=reduced uses the layers that are there."
        )
        raise typer.Exit(1)
    console.print("All layers are present: submissions can be graded safely.")


@app.command()
def schema() -> None:
    """Print the JSON schema of course.yml, for editors."""
    import json

    sys.stdout.write(json.dumps(course_schema(), indent=2) + "\n")


def main() -> None:
    """Run the command line; whatever a person can cure is one line and exit code 2."""
    from autograder.sandbox.host import SandboxError

    try:
        app()
    except (Problem, SandboxError) as problem:
        errors.print(f"autograder: {escape(str(problem))}")
        sys.exit(2)
    except OSError as error:  # no permission, no space: whatever the call was, a person can cure it
        where = f"{error.filename}: " if error.filename else ""
        errors.print(f"autograder: {escape(where)}{error.strerror}")
        sys.exit(2)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            errors.print("autograder: interrupted; run the same command again")
        raise


if __name__ == "__main__":
    main()
