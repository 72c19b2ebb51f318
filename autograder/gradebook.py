"""The gradebook and ``autograded/``, as nbgrader keeps them, written by one process in batches.

Beside `nbgrader_plugin` this is the second module that imports nbgrader. That one lives inside
nbgrader's pipeline, a submission at a time; this one is called by `autograder grade` with a class
and writes the same rows and files. What both must agree on is here: `awarded`, `settle`, `late`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import utils
from nbgrader.api import (
    Comment,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.api import Grade as GradeRow
from nbgrader.preprocessors import SaveCells
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from autograder.autograded import grade_id, restored, show
from autograder.course import Assignment, Course
from autograder.late import days_late, in_utc, penalty
from autograder.problem import Problem
from autograder.release import CHECKS, PUBLIC_CHECKS
from autograder.report import Report, Verdict
from autograder.submission import read_whole_cells

_log = logging.getLogger(__name__)

BATCH = 200
_MAX_FILE = 16 << 20
_MAX_FILES = 100
