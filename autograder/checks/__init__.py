"""The hidden checks: ``test_<slug>.py``, and the few words that they are written in.

A check is an ordinary pytest function marked with its exercise. It gets ``student``, ``reference``
and ``rng``, and says what it expects with :mod:`autograder.checks.expect`.
"""

from autograder.checks.contract import (
    ANYTHING,
    ARRAY,
    INTEGER,
    NUMBER,
    NUMBERS,
    OPAQUE,
    PARAMETERS,
    Returns,
    check,
)
from autograder.checks.expect import CheckFailed, CheckSkipped, Malformed
from autograder.checks.student import CallFailed, Student

__all__ = [
    "ANYTHING",
    "ARRAY",
    "INTEGER",
    "NUMBER",
    "NUMBERS",
    "OPAQUE",
    "PARAMETERS",
    "CallFailed",
    "CheckFailed",
    "CheckSkipped",
    "Malformed",
    "Returns",
    "Student",
    "check",
]
