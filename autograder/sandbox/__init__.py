"""The sandbox. (The theory of operation follows.)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .host import (
        Called,
        Cell,
        CellResult,
        Foreign,
        Held,
        Limits,
        Sandbox,
        SandboxError,
        SandboxMissing,
        Session,
        StudentFailure,
    )
    from .layers import Layer, probe

__all__ = [
    "Called",
    "Cell",
    "CellResult",
    "Foreign",
    "Held",
    "Layer",
    "Limits",
    "Sandbox",
    "SandboxError",
    "SandboxMissing",
    "Session",
    "StudentFailure",
    "probe",
]


def __getattr__(name: str) -> Any:
    """Import the trusted side only where it is used: the warm process imports this package, too."""
    if name in ("Layer", "probe"):
        from . import layers

        return getattr(layers, name)
    if name in __all__:
        from . import host

        return getattr(host, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
