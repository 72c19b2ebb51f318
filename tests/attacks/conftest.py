"""A sandbox with every layer and small limits, shared by the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox import Limits, Sandbox, SandboxMissing


@pytest.fixture(scope="module")
def full() -> Iterator[Sandbox]:
    """Every layer, half a second a call, 128 MiB, 2 MiB out, 2 MiB of files."""
    limits = Limits(seconds=0.5, total_seconds=8, memory_mb=128, output_mb=2, files_mb=2)
    try:
        sandbox = Sandbox(limits, ["numpy"])
    except SandboxMissing as missing:
        pytest.skip(str(missing))
    with sandbox:
        yield sandbox
