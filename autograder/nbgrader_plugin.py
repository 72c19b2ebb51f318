"""nbgrader, taught to grade with this kit."""

from __future__ import annotations

import logging
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.problem import Problem


def generate(root: Path, slug: str) -> None:
    """Run nbgrader's generate step on ``root/source/<slug>``; no gradebook is touched.

    Raises:
        Problem: nbgrader refuses the notebook.
    """
    config = Config()
    config.SaveCells.enabled = False
    directory = CourseDirectory(
        root=str(root), assignment_id=slug, release_directory="assignments", db_url="sqlite://"
    )
    heard = _Heard()
    converter = GenerateAssignment(
        coursedir=directory, config=config, no_database=True, log=heard.logger
    )
    try:
        converter.start()
    except NbGraderException:
        words = heard.words[0] if heard.words else "see nbgrader generate_assignment"
        raise Problem(f"nbgrader cannot release {slug}: {words}") from None


class _Heard(logging.Handler):
    """nbgrader's complaints, kept instead of printed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.words: list[str] = []
        self.logger = logging.Logger("nbgrader")
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.words.append(record.getMessage().strip().splitlines()[-1])
