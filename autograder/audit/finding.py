"""What an audit says about one claim."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """A claim about an assignment, whether it holds, and what was counted or found wanting."""

    assignment: str
    claim: str
    holds: bool
    measured: str = ""
    faults: tuple[str, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)


def finding(
    assignment: str, claim: str, faults: list[str], measured: str = "", **figures: Any
) -> Finding:
    """A claim that holds when nothing speaks against it."""
    return Finding(assignment, claim, not faults, measured, tuple(faults), figures)
