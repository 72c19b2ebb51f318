"""``pytest autograder/checks --submission FILE``: the hidden checks as ordinary pytest tests.

Without ``--submission`` they run on the reference. Both run in this process, unprotected: it is
for people who write checks. Grading goes through the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.checks.inline import Inline
from autograder.checks.statistics import Statistics
from autograder.checks.student import Student
from autograder.course import load_course
from autograder.reference import definition_source, load_reference
from autograder.sandbox.protocol import Cell
from autograder.submission import read_submission

_SLUG = "test_"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the checks."""
    parser.addoption("--submission", type=Path, help="the notebook or Python file to check")
    parser.addoption("--course", type=Path, default=Path("course.yml"), help="the course file")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark, so that it works from any folder."""
    config.addinivalue_line("markers", "check(exercise, points=1): a hidden check of one exercise")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With a submission, only its own assignment's checks are of interest."""
    file = config.getoption("--submission")
    if file is None or not collection_path.name.startswith(_SLUG):
        return None
    own = collection_path.with_name(f"{_SLUG}{file.stem}.py")
    return True if own.exists() and own != collection_path else None


def _slug(request: pytest.FixtureRequest) -> str:
    return request.path.stem.removeprefix(_SLUG)


@pytest.fixture(scope="module")
def reference(request: pytest.FixtureRequest) -> Any:
    """The reference solution of the assignment."""
    course = load_course(request.config.getoption("--course"))
    return load_reference(course.source(_slug(request)))


@pytest.fixture(scope="module")
def _connection(request: pytest.FixtureRequest) -> Iterator[Inline]:
    file = request.config.getoption("--submission")
    if file is None:
        source = load_course(request.config.getoption("--course")).source(_slug(request))
        cells: tuple[Cell, ...] = (Cell(0, definition_source(source.read_text("utf-8"))),)
    else:
        cells = read_submission(file, file.stem, _slug(request)).code
    inline = Inline(cells)
    yield inline
    inline.close()


@pytest.fixture
def student(_connection: Inline, request: pytest.FixtureRequest) -> Student:
    """The submission under test."""
    return Student(_connection, request.module.RETURNS)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Another generator for each check, the same at every run."""
    return np.random.default_rng(list(request.node.name.encode()))


@pytest.fixture
def statistics() -> Statistics:
    """The statistical tests, at the rate that one check of many would get."""
    return Statistics(1e-10)
