"""``course.yml``: what is right is read, what is wrong is one line with its place."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from autograder.course import HOME, Course, course_schema, exercise_names, load_course
from autograder.problem import Problem

TEXT = (HOME / "course.yml").read_text(encoding="utf-8")


def broken(tmp_path: Path, old: str, new: str) -> tuple[str, int]:
    """The problem with a course in which ``old`` was replaced, and the line that was touched."""
    assert old in TEXT
    path = tmp_path / "course.yml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    line = TEXT[: TEXT.index(old)].count("\n") + 1 + new.count("\n")
    with pytest.raises(Problem) as caught:
        load_course(path)
    words = str(caught.value)
    assert "\n" not in words
    assert words.startswith(f"{path}:")
    return words, line


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  memory_mb:", "  memory_mib:", "unknown key 'memory_mib': did you mean 'memory_mb'"),
        ("  memory_mb:", "  elephants:", "unknown key 'elephants': remove it"),
        ("due: 2026-12-04 23:59", "due:", "due: is empty"),
        ("  memory_mb: 1024", "  memory_mb: much", "expected a valid integer"),
        ("due: 2026-12-04 23:59", "due: 2026-13-04 23:59", "bad date"),
        ("due: 2026-12-04 23:59", "due: next week", "bad date"),
        ("due: 2026-12-04 23:59", "due: 2026-12-04 23:59+01:00", "leave the offset out"),
        ("timezone: Europe/Berlin", "timezone: Europe/Atlantis", "unknown time zone"),
        ("      forward: ", "      froward: ", "no exercise of symmetry.py"),
        ("format_version: 1", "format_version: 7", "format_version"),
        ("  false_alarm_rate: 1.0e-9", "  false_alarm_rate: 2", "less than 0.01"),
        ("      forward: ", "      forward: -", "greater than or equal to 0"),
        ("slug: symmetry", "slug: simmetry", "has no simmetry.py"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    """Every wrong entry is told with file, line and what was expected."""
    message, line = broken(tmp_path, old, new)
    assert words in message
    assert f"course.yml:{line}: " in message


@pytest.mark.parametrize("text", ["a: [1", "a: 1\na: 2", "- 1", "", "\t"])
def test_what_is_no_course_is_one_line(tmp_path: Path, text: str) -> None:
    """Broken YAML, a duplicated key, a list and an empty file have one line each, no traceback."""
    path = tmp_path / "course.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=r"course\.yml"):
        load_course(path)


def test_a_missing_file_says_how_to_name_one(tmp_path: Path) -> None:
    """Whoever runs it in the wrong folder learns what to do."""
    with pytest.raises(Problem, match="--course"):
        load_course(tmp_path / "course.yml")


def test_an_exercise_without_points_is_told(tmp_path: Path) -> None:
    """Forgetting an exercise's points is an error, not a silent zero."""
    start = TEXT.index("      forward: ")
    line = TEXT[start : TEXT.index("\n", start) + 1]
    assert "no points for forward" in broken(tmp_path, line, "")[0]


def test_every_assignment_gives_points_to_its_exercises(course: Course) -> None:
    """The points of the kit's course are those of the notebooks' exercises."""
    for assignment in course.assignments:
        assert list(assignment.points) == exercise_names(course.source(assignment.slug)) or set(
            assignment.points
        ) == set(exercise_names(course.source(assignment.slug)))
        assert assignment.max_score > 0


def test_the_schema_accepts_the_course_and_refuses_unknown_keys() -> None:
    """Editors accept what the kit accepts, and mark what it refuses."""
    tree = json.loads(json.dumps(YAML(typ="safe").load(TEXT), default=str))
    jsonschema.validate(tree, course_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**tree, "extra": 1}, course_schema())


def test_the_committed_schema_is_fresh() -> None:
    """Editors get the schema of this version: `autograder schema > docs/course.schema.json`."""
    committed = json.loads((HOME / "docs" / "course.schema.json").read_text(encoding="utf-8"))
    assert committed == course_schema()
