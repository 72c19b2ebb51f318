"""Runs one submission: its cells in order, then its functions, on request.

Everything here shares a process with the student's code, which can replace any of it. It is
therefore written to be fast and exact for honest code, and nothing the grader believes rests on
it: what it sends counts as the student's word. `Worker` is driven in-process by benchmarks and by
tests; `serve` drives it from a descriptor, inside a fork that is locked down.
"""

from __future__ import annotations
import __future__ as future

import builtins
import contextlib
import linecache
import os
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .magics import plain_python
from .protocol import (
    MAX_HEADER_INWARDS,
    MAX_NAME,
    PREFIX_SIZE,
    Called,
    Cell,
    CellResult,
    Held,
    Hold,
    ProtocolError,
    Reader,
    StudentFailure,
    TooLarge,
    Writer,
    pack,
    prefix_sizes,
    safe_name,
    unpack_header,
)

__all__ = ["Worker", "serve"]

_FUTURES = 0
for _feature in future.all_feature_names:
    _FUTURES |= getattr(future, _feature).compiler_flag

_MAX_WARNINGS = 20
_MAX_CHANGES = 50
_MAX_FUNCTIONS = 2_000
_MAX_INWARDS = 1 << 31


def _ignore(*_args: object, **_kwargs: object) -> None:
    """What `display` and `get_ipython` are outside a notebook."""


class Worker:
    """A submission's namespace, as the module `__main__`."""

    def __init__(self) -> None:
        self.module = types.ModuleType("__main__")
        self.namespace: dict[str, Any] = self.module.__dict__
        self.namespace.update(__builtins__=builtins, display=_ignore)
        self.given = frozenset(self.namespace)
        self.held: dict[int, object] = {}
        self._files: dict[str, int] = {}
        self._flags = 0
        self._replaced = sys.modules.get("__main__")
        sys.modules["__main__"] = self.module

    def close(self) -> None:
        """Give `__main__` back; for a worker inside a process that lives on."""
        if self._replaced is not None and sys.modules.get("__main__") is self.module:
            sys.modules["__main__"] = self._replaced
        for name in self._files:
            linecache.cache.pop(name, None)

    # ------------------------------------------------------------------------------------------
    # cells

    def execute(self, cells: Iterable[Cell]) -> Iterator[CellResult]:
        """Run the cells, each one when it is asked for; a cell that raises does not stop the
        next."""
        for cell in cells:
            try:
                exec(self._compile(cell), self.namespace)
                yield CellResult(cell.index)
            except GeneratorExit:
                raise
            except BaseException as error:
                # A syntax error names its own line; any other is where the student's text was last.
                name = "MemoryLimit" if issubclass(type(error), MemoryError) else _nearest(error)
                line = self._where(error)[1]
                if line is None and issubclass(type(error), SyntaxError):
                    line = getattr(error, "lineno", None)
                yield CellResult(cell.index, name, line if type(line) is int else None)

    def _compile(self, cell: Cell) -> types.CodeType:
        name = f"<cell {cell.index}>"
        self._files[name] = cell.index
        # With no modification time the entry is never checked against a file: inspect finds it.
        lines = cell.source.splitlines(keepends=True)
        linecache.cache[name] = (len(cell.source), None, lines, name)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # "invalid escape sequence" is said to its author by others
            try:
                code = self._compiled(cell.source, name)
            except SyntaxError:
                source = plain_python(cell.source)
                if source == cell.source:
                    raise
                code = self._compiled(source, name)
        # In a notebook, `from __future__ import …` holds for the cells that follow.
        self._flags |= code.co_flags & _FUTURES
        return code

    def _compiled(self, source: str, name: str) -> types.CodeType:
        code: types.CodeType = compile(source, name, "exec", flags=self._flags, dont_inherit=True)
        return code

    def _where(self, error: BaseException) -> tuple[int | None, int | None]:
        """Cell and line of the innermost frame that is student text."""
        place: tuple[int | None, int | None] = (None, None)
        traceback = error.__traceback__
        while traceback is not None:
            cell = self._files.get(traceback.tb_frame.f_code.co_filename)
            if cell is not None:
                place = (cell, traceback.tb_lineno)
            traceback = traceback.tb_next
        return place

    # --------------------------------------------------------------------------------------
    # functions

    def functions(self) -> list[str]:
        """The names of what can be called."""
        found = []
        for name, value in list(self.namespace.items()):
            sound = type(name) is str and name.isidentifier() and len(name) <= MAX_NAME
            if sound and callable(value) and name not in self.given:
                found.append(name)
        return found[:_MAX_FUNCTIONS]

    def hold(self, ident: int, value: object) -> None:
        """Keep a value under a handle's number."""
        self.held[ident] = value

    def call(
        self,
        function: str,
        args: Sequence[Any],
        kwargs: dict[str, Any],
        hold: Hold = (),
        first: int = 0,
    ) -> Called:
        """Call a function of the submission; raises StudentFailure when it gives no value.

        With `hold`, positions of the returned tuple stay here as handles numbered from `first`;
        what is not there to be held is returned as it is.
        """
        target = self.namespace.get(function)
        if function in self.given or not callable(target):
            raise StudentFailure("MISSING")
        before = [_snapshot(value) for value in args]
        before_named = {name: _snapshot(value) for name, value in kwargs.items()}
        try:
            with warnings.catch_warnings(record=True) as seen:
                warnings.simplefilter("always")
                value = target(*args, **kwargs)
            changed: list[str] = []
            for name, old, new in zip(_names(target, len(args)), before, args, strict=True):
                _compare(old, new, name, changed)
            for name, old in before_named.items():
                _compare(old, kwargs[name], name, changed)
            categories = dict.fromkeys(_nearest_class(w.category) for w in seen)
            return Called(
                self._keep(value, hold, first), tuple(changed), tuple(categories)[:_MAX_WARNINGS]
            )
        except BaseException as error:
            raise self._failure(error) from None

    def _keep(self, value: Any, hold: Hold, first: int) -> Any:
        if hold == "all":
            self.held[first] = value
            return Held(first, 0)
        kind = next((kind for kind in (tuple, list) if issubclass(type(value), kind)), None)
        if hold and kind is not None:
            items = list(kind.__iter__(value))
            for position in hold:
                if isinstance(position, int) and 0 <= position < len(items):
                    self.held[first + position] = items[position]
                    items[position] = Held(first + position, 0)
            return tuple(items)
        return value

    def _failure(self, error: BaseException) -> StudentFailure:
        kind = type(error)
        if issubclass(kind, MemoryError):
            return StudentFailure("OUT_OF_MEMORY", "MemoryError", *self._where(error))
        if issubclass(kind, NotImplementedError):
            return StudentFailure("UNANSWERED", "NotImplementedError", *self._where(error))
        return StudentFailure("ERRORED", _nearest(error), *self._where(error))


def _nearest(error: BaseException) -> str:
    return _nearest_class(type(error))


def _nearest_class(kind: type) -> str:
    """The name of the nearest class that is Python's or numpy's own, never one of the student's."""
    for ancestor in kind.__mro__:
        if getattr(builtins, ancestor.__name__, None) is ancestor:
            return str(ancestor.__name__)
        if ancestor is np.linalg.LinAlgError:
            return "LinAlgError"
    return "Exception"


# ------------------------------------------------------------------------------- arguments,
# before/after


def _snapshot(value: Any) -> Any:
    """What is needed to tell later whether a mutable argument was altered."""
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    if type(value) is dict:
        return {key: _snapshot(item) for key, item in value.items()}
    if type(value) is list:
        return [_snapshot(item) for item in value]
    if type(value) is tuple:
        return tuple(_snapshot(item) for item in value)
    return value


def _compare(old: Any, new: Any, path: str, changed: list[str]) -> None:
    """Append the paths at which `new` is no longer what `old` remembers."""
    if len(changed) >= _MAX_CHANGES or old is new:
        return
    if type(old) is not type(new):
        changed.append(path)
    elif isinstance(old, np.ndarray):
        if old.dtype != new.dtype or old.shape != new.shape or old.tobytes() != new.tobytes():
            changed.append(path)
    elif type(old) is dict:
        if list(old) != list(new):
            changed.append(path)
        for key in old.keys() & new.keys() if len(old) != len(new) else old:
            if key in new:
                _compare(old[key], new[key], f"{path}[{key!r}]"[:80], changed)
    elif type(old) in (list, tuple):
        if len(old) != len(new):
            changed.append(path)
        else:
            for index, pair in enumerate(zip(old, new, strict=True)):
                _compare(*pair, f"{path}[{index}]"[:80], changed)
    elif not (old == new or old != old):  # noqa: PLR0124 – nan is nan
        changed.append(path)


def _names(function: Callable[..., Any], count: int) -> list[str]:
    """What the function calls its first positional arguments."""
    names: tuple[str, ...] = ()
    code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
    if isinstance(code, types.CodeType):
        names = code.co_varnames[: code.co_argcount]
    return [names[i] if i < len(names) else f"argument {i + 1}" for i in range(count)]


# ---------------------------------------------------------------------------------------- the
# descriptor


def _read(descriptor: int, size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        chunk = os.readv(descriptor, [view])
        if chunk == 0:
            raise EOFError
        view = view[chunk:]
    return data


def _write(descriptor: int, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[os.write(descriptor, view) :]


def serve(descriptor: int, max_output: int) -> None:
    """Answer the grader's frames until it hangs up. The first one to be sent says "ready"."""
    worker = Worker()
    _write(descriptor, pack(["ready"]))
    with contextlib.suppress(EOFError):
        while True:
            header, body = prefix_sizes(
                _read(descriptor, PREFIX_SIZE), _MAX_INWARDS, MAX_HEADER_INWARDS
            )
            message = unpack_header(_read(descriptor, header))
            reader = Reader(_read(descriptor, body), worker.held)
            for reply in _answers(worker, message, reader, max_output):
                _write(descriptor, reply)


def _answers(
    worker: Worker, message: list[Any], reader: Reader, max_output: int
) -> Iterator[bytes]:
    kind, number, payload = message
    if kind == "cells":
        for result in worker.execute(Cell(index, source) for index, source in payload):
            yield pack(["cell", number, result.index, result.error, result.line])
        yield pack(["names", number, worker.functions()])
    elif kind == "hold":
        ident, tree = payload
        worker.hold(ident, reader.value(tree))
        yield pack(["held", number])
    elif kind == "calls":
        for offset, call in enumerate(payload):
            yield _answer(worker, number + offset, call, reader, max_output)
    else:
        raise ProtocolError(kind)


def _answer(worker: Worker, number: int, call: list[Any], reader: Reader, max_output: int) -> bytes:
    function, args_tree, kwargs_tree, hold, first = call
    reader.items = 0  # the bound is one for each call
    args, kwargs = reader.value(args_tree), reader.value(kwargs_tree)
    try:
        called = worker.call(function, args, kwargs, hold, first)
        try:
            kept: list[int] = []
            writer = Writer(max_output)
            if hold == "all":
                kept, tree = [first], None
            elif hold and type(called.value) is tuple:
                kept = [item.ident for item in called.value if type(item) is Held]
                # A held item is written as None; `kept` says where.
                items = tuple(None if type(item) is Held else item for item in called.value)
                tree = writer.tree(items)
            else:
                tree = writer.tree(called.value)
            names = [
                [safe_name(name) for name in many] for many in (called.changed, called.warnings)
            ]
            return pack(["called", number, tree, *names, kept], writer.buffers)
        except TooLarge:
            raise StudentFailure("TOO_LARGE") from None
        except BaseException as error:
            raise worker._failure(error) from None
    except StudentFailure as failure:
        return pack(["failed", number, failure.kind, failure.error, failure.cell, failure.line])
