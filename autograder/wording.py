"""What a student is told when a function gave no value: words of ours, never text of theirs.

Whatever runs during a hidden call may have seen hidden inputs, so an exception's text stays inside.
What is shown is the kind of error, and the line of the student's own file as the grader read it.
"""

from __future__ import annotations

from autograder.sandbox.protocol import StudentFailure
from autograder.submission import Submission

_HINTS = {
    "NameError": "a name is used that is not defined; a typo, or a variable of another cell?",
    "UnboundLocalError": "a variable is used before it has a value",
    "AttributeError": "an object has no attribute or method of that name",
    "IndexError": "an index is out of range",
    "KeyError": "a dict has no such key",
    "TypeError": "a value has the wrong type, or a function got too many or too few arguments",
    "ValueError": "a value does not fit; often two arrays whose shapes don't match",
    "ZeroDivisionError": "something is divided by zero",
    "RecursionError": "a function calls itself without end",
    "ModuleNotFoundError": "an import is not available to the grader",
    "ImportError": "an import is not available to the grader",
    "AssertionError": "an assert of your own did not hold",
    "LinAlgError": "a linear-algebra routine of numpy refused its input",
    "SystemExit": "the code asks Python to exit",
}


def failure_words(failure: StudentFailure, function: str, submission: Submission) -> str:
    """One or two sentences about why ``function`` gave no value."""
    match failure.kind:
        case "MISSING":
            return f"There is no function {function}: was its cell deleted, renamed or broken?"
        case "UNANSWERED":
            return f"{function} is not written yet."
        case "TIMED_OUT":
            return f"{function} did not finish in time: is there a loop that never ends?"
        case "OUT_OF_MEMORY":
            return f"{function} needed more memory than is allowed."
        case "DIED":
            return f"{function} ended the Python process that ran it."
        case "TOO_LARGE":
            return f"{function} returned more data than is allowed."
        case _:
            place = where(failure.cell, failure.line, submission)
            hint = _HINTS.get(failure.error or "")
            return f"{function} raised {failure.error or 'an exception'}{place}" + (
                f": {hint}." if hint else "."
            )


def where(cell: int | None, line: int | None, submission: Submission) -> str:
    """The place in the student's own text, quoted from the file and not from the sandbox."""
    if cell is None or line is None or submission.path.suffix == ".py":
        source = submission.cells[0].source if submission.path.suffix == ".py" else ""
        return _quoted(source, line, "") if line is not None else ""
    source = next((c.source for c in submission.cells if c.index == cell), "")
    return _quoted(source, line, f"cell {cell + 1}, ")


def _quoted(source: str, line: int, cell: str) -> str:
    lines = source.splitlines()
    if not 1 <= line <= len(lines):
        return ""
    return f" in {cell}line {line}, `{lines[line - 1].strip()[:80]}`"
