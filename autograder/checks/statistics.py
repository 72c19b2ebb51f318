"""Statistical tests with a stated false-alarm rate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Statistics:
    """The tests that one check may make, which together raise a false alarm at rate ``alpha``."""

    alpha: float
