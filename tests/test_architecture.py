"""The house: imports run downward only, and what runs inside the sandbox knows nothing of us."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from autograder.course import HOME

PACKAGE = HOME / "autograder"

# Each floor may import from those below it and from its own rooms.
FLOORS = [
    {"cli"},
    {"run"},
    {"audit"},
    {"release"},
    {"nbgrader_plugin"},
    {"gradebook"},
    {"autograded"},
    {"feedback"},
    {"classroom", "source_notebook", "scaffold"},
    {"journal"},
    {"found"},
    {"late"},
    {"handed_in"},
    {"grading"},
    {"diagnosis", "notebook", "unwritten", "wording"},
    {"likeness", "variants"},
    {"mistakes"},
    {"checks"},
    {"reference", "seeds"},
    {"submission", "pool"},
    {"course", "report"},
    {"problem", "sandbox"},
]
LEVEL = {room: level for level, floor in enumerate(FLOORS) for room in floor}
INSIDE = {"zygote", "worker", "lockdown", "seccomp", "protocol", "magics"}


def imports(path: Path) -> set[str]:
    """The modules that a file imports, at the top or anywhere in it, relative ones spelled out."""
    package = ".".join(path.relative_to(HOME).parent.parts)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parent = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
                base = f"{parent}.{base}".rstrip(".")
            found.add(base)
            if base in ("autograder", package):
                found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def room(module: str) -> str:
    """The room of the house that a module stands in."""
    return module.split(".")[1] if "." in module else ""


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_downward(path: Path) -> None:
    """No room imports from a floor above it, nor from a neighbour on its own."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert own in LEVEL, f"{own} has no floor: give it one here, and say why in CONTRIBUTING.md"
    for module in imports(path):
        other = room(module) if module.startswith("autograder.") else own
        if other in LEVEL and other != own:
            assert LEVEL[other] > LEVEL[own], f"{own} imports {module}"


@pytest.mark.parametrize("name", sorted(INSIDE))
def test_what_runs_inside_imports_the_standard_library_and_numpy(name: str) -> None:
    """Nothing of the trusted world is in the memory of a process that runs student code."""
    for module in imports(PACKAGE / "sandbox" / f"{name}.py"):
        if module.startswith("autograder.sandbox."):
            assert module.split(".")[2] in INSIDE
        elif module not in ("autograder", "autograder.sandbox"):
            top = module.split(".")[0]
            assert top in sys.stdlib_module_names | {"numpy", "IPython"}, module


def test_few_rooms_know_nbgrader() -> None:
    """Everything that nbgrader might change is in few places."""
    knowing = {
        path.relative_to(PACKAGE).parts[0]
        for path in FILES
        if any(module.split(".")[0] == "nbgrader" for module in imports(path))
    }
    assert knowing <= {"nbgrader_plugin.py", "gradebook", "release.py", "late.py"}
