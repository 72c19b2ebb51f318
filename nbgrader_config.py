"""Makes every stock ``nbgrader`` command work from here; ``course.yml`` says the rest."""

from pathlib import Path

from autograder.nbgrader_plugin import configure

configure(get_config(), Path(__file__).resolve().parent)  # noqa: F821
