"""Processes that work for this one, and end with it, however it ends."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from threadpoolctl import threadpool_limits


def pool(workers: int, begin: Callable[..., None], *args: Any) -> ProcessPoolExecutor:
    """A pool in which each process has called ``begin(*args)`` before its first task.

    Forked from a small server process: quicker than a new interpreter for each, and none of this
    process's threads are copied.
    """
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(workers, context, _begin, (begin, *args))


def _begin(begin: Callable[..., None], *args: Any) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # The matrices are small: threads of the linear algebra would only get in one another's way.
    threadpool_limits(1)
    begin(*args)


def _end_with_parent() -> None:
    """Nobody tells a pool's processes that theirs was killed: they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
