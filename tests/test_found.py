"""Where submissions lie: every layout that a person may have, nothing followed, nobody lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course
from autograder.found import find_submissions
from autograder.problem import Problem


def touch(path: Path) -> Path:
    """An empty file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def names(course: Course, slug: str | None, *paths: Path) -> list[tuple[str, str]]:
    """Who was found for what."""
    return [(f.student, f.assignment) for f in find_submissions(course, slug, paths)]


def test_a_python_files_student_is_its_stem(course: Course, tmp_path: Path) -> None:
    """`ada.py` is ada's."""
    assert names(course, "symmetry", touch(tmp_path / "ada.py")) == [("ada", "symmetry")]


def test_a_notebook_in_its_folder_is_the_folders_owners(course: Course, tmp_path: Path) -> None:
    """The file, the submission folder, the student's and the class's folder all lead to ada."""
    file = touch(tmp_path / "ada" / "symmetry" / "symmetry.ipynb")
    for path in (file, file.parent, file.parent.parent, tmp_path):
        assert names(course, None, path) == [("ada", "symmetry")]


def test_a_folder_without_the_notebook_is_found_all_the_same(
    course: Course, tmp_path: Path
) -> None:
    """Whoever handed in the wrong file is reported, not forgotten."""
    touch(tmp_path / "ada" / "symmetry" / "other.ipynb")
    assert names(course, "symmetry", tmp_path) == [("ada", "symmetry")]


def test_links_are_found_but_not_entered(course: Course, tmp_path: Path) -> None:
    """A student's folder that is a link is that student's problem; its target is not looked at."""
    touch(tmp_path / "elsewhere" / "symmetry" / "symmetry.ipynb")
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "eve").symlink_to(tmp_path / "elsewhere")
    (found,) = find_submissions(course, "symmetry", [tmp_path / "class"])
    assert (found.student, found.path) == ("eve", tmp_path / "class" / "eve")


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_nothing_there_is_told(course: Course, tmp_path: Path, name: str) -> None:
    """A path that does not exist, or holds nothing, is one line."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(Problem, match=name):
        find_submissions(course, "symmetry", [tmp_path / name])


def test_an_unknown_assignment_names_the_known(course: Course) -> None:
    """A typo in the slug is answered with what there is."""
    with pytest.raises(Problem, match="symmetry"):
        find_submissions(course, "simmetry", [])


def test_a_misspelt_folder_is_that_students_line(course: Course, tmp_path: Path) -> None:
    """Nobody vanishes for a letter; whoever has the right folder, too, is graded by that."""
    slug = course.assignments[0].slug
    for student, folder in [("lou", slug[:-2] + slug[-1]), ("max", slug), ("max", slug + "2")]:
        touch(tmp_path / "class" / student / folder / f"{slug}.ipynb")
    lou, other = find_submissions(course, slug, [tmp_path / "class"])
    assert (lou.student, other.student, other.problem) == ("lou", "max", "")
    assert f"rename it to {slug}" in lou.problem


@pytest.mark.parametrize("name", ["bad\udcff", "\udcfe"])
def test_a_name_that_no_program_can_show_is_told(course: Course, tmp_path: Path, name: str) -> None:
    """One line that can itself be shown."""
    slug = course.assignments[0].slug
    touch(tmp_path / "class" / name / slug / f"{slug}.ipynb")
    with pytest.raises(Problem, match="is no name for a student") as caught:
        find_submissions(course, slug, [tmp_path / "class"])
    assert str(caught.value).partition("'")[2].partition("'")[0].isprintable()
