"""A pool's processes end with the one that they work for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import threadpoolctl

from autograder.pool import pool

BEGUN = """
import os, pathlib, sys, time
from autograder.pool import pool

def begin(folder):
    pathlib.Path(folder, str(os.getpid())).touch()

if __name__ == "__main__":
    with pool(2, begin, sys.argv[1]) as processes:
        for _ in processes.map(time.sleep, [0.1, 0.1, 600, 600]):
            pass
"""


def _nothing() -> None:
    pass


def _blas_threads() -> int:
    np.eye(2) @ np.eye(2)
    found = threadpoolctl.threadpool_info()
    return max(library["num_threads"] for library in found if library["user_api"] == "blas")


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_one_thread_of_linear_algebra_each() -> None:
    """However many cores there are."""
    with pool(1, _nothing) as processes:
        assert processes.submit(_blas_threads).result() == 1


def test_a_killed_run_leaves_no_process_behind(tmp_path: Path) -> None:
    """SIGKILL cannot be caught by the one that it hits: the others notice."""
    script = tmp_path / "run.py"
    script.write_text(BEGUN)
    begun = tmp_path / "begun"
    begun.mkdir()
    run = subprocess.Popen([sys.executable, str(script), str(begun)])
    deadline = time.monotonic() + 60
    while len(list(begun.iterdir())) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    workers = [int(path.name) for path in begun.iterdir()]
    assert all(map(_alive, workers))
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    while any(map(_alive, workers)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
