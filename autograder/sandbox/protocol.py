"""What crosses the border between the grader and a submission, and how it is written.

A frame is a fixed prefix (magic, header length, body length), a JSON header and raw buffers. The
header holds a *tree* for each value: plain JSON for None, bool, int, float and str, a tagged list
for everything else; the bytes of arrays follow in the body, in the order in which the tree names
them. Nothing is ever unpickled, and nothing that comes out of the submission decides how much
memory or time the reader spends: bytes, depth, items, dictionary sizes, array ranks and names are
all bounded.

`Writer` and `Reader` are the same code on both sides. A `Reader` without `inside` stands in the
trusted process and refuses the two tags that only ever travel inwards (generators and handles).
"""

from __future__ import annotations

import json
import math
import re
import struct
import zlib
from array import array
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

__all__ = [
    "Call",
    "Called",
    "Cell",
    "CellResult",
    "Foreign",
    "Held",
    "Hold",
    "Kind",
    "Limits",
    "ProtocolError",
    "Reader",
    "StudentFailure",
    "TooLarge",
    "Tree",
    "Writer",
    "cross",
    "pack",
    "prefix_sizes",
    "safe_name",
    "unpack_header",
]

Tree = Any
"""A value as JSON: None, bool, int, float, str, or a list whose first item is a tag."""

Kind = Literal[
    "MISSING", "UNANSWERED", "ERRORED", "TIMED_OUT", "OUT_OF_MEMORY", "DIED", "TOO_LARGE"
]
Hold = Collection[int] | Literal["all"]
Call = tuple[str, Sequence[Any], Mapping[str, Any], Hold]
"""One call: function, positional and named arguments, what to hold of the result."""

# What comes out is bounded tightly; what goes in may hold several such values side by side.
MAX_HEADER, MAX_HEADER_INWARDS = 4 << 20, 64 << 20
MAX_DEPTH, MAX_DEPTH_INWARDS = 24, 32
MAX_ITEMS, MAX_ITEMS_INWARDS = 200_000, 2_000_000
MAX_KEYS = 1_024
MAX_TEXT = 100_000
MAX_NAME = 80
MAX_RANK = 16
MAX_INT_BITS = 4_096

_PREFIX = struct.Struct("<4sII")
_MAGIC = b"AGS1"
PREFIX_SIZE = _PREFIX.size

# Every dtype that may cross, by the name it has on the wire. The table, not numpy's parser, reads
# it.
_DTYPES: dict[str, np.dtype[Any]] = {
    np.dtype(code).str: np.dtype(code) for code in "?bhilBHILefdgFDG"
}
_BIT_GENERATORS = frozenset({"PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"})
_UNSAFE = re.compile(r"[^A-Za-z0-9_.\[\]<>' -]")


class ProtocolError(Exception):
    """A frame that no honest worker writes. The grader kills its sender."""


class TooLarge(Exception):
    """A value beyond the bounds: too many bytes or items, too deep, too many keys."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one submission may use.

    `seconds` holds for each cell and each call, `total_seconds` for the time spent waiting for the
    submission as a whole. Memory is counted over what a fresh worker already uses; `output_mb`
    bounds one returned value, `files_mb` the private file system.
    """

    seconds: float = 10.0
    total_seconds: float = 120.0
    memory_mb: int = 1024
    output_mb: int = 64
    files_mb: int = 64


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell of a notebook, or the whole of a `.py` file."""

    index: int
    source: str


@dataclass(frozen=True, slots=True)
class CellResult:
    """How a cell ended: `error` is None, a builtin exception's name, or one of "TimeLimit",
    "MemoryLimit" and "Died"; `line` is the line of the cell where it happened, from 1."""

    index: int
    error: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """What a call gave: its value, the paths of the arguments that it altered, the categories of
    the warnings that it raised (each once, in order)."""

    value: Any
    changed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A value that stayed inside. It stands for the very same object whenever it is passed back,
    for as long as the worker lives that holds it."""

    ident: int
    worker: int


@dataclass(frozen=True, slots=True)
class Foreign:
    """A value that does not cross; only the name of its type does."""

    type_name: str


class StudentFailure(Exception):
    """A call that gave no value. `error` is a builtin exception's name, never its text; `cell` and
    `line` say where in the submission it was raised, when that is known."""

    def __init__(
        self, kind: Kind, error: str | None = None, cell: int | None = None, line: int | None = None
    ) -> None:
        super().__init__(kind, error, cell, line)
        self.kind: Kind = kind
        self.error = error
        self.cell = cell
        self.line = line

    def __str__(self) -> str:
        """In a line, for a log; not for students."""
        place = "" if self.cell is None else f" in cell {self.cell}, line {self.line}"
        return self.kind + (f" ({self.error}{place})" if self.error else place)


def safe_name(name: object) -> str:
    """A name from the untrusted side, cut to a bounded length and a harmless alphabet."""
    text = str.__str__(name) if isinstance(name, str) else "?"
    return _UNSAFE.sub("?", text[:MAX_NAME]) or "?"


# ------------------------------------------------------------------------------------- values,
# written


class Writer:
    """Turns values into trees and collects their buffers. Raises TooLarge beyond the bounds.

    `worker` is the number of the worker that the frame is for; a handle of another worker raises
    StudentFailure("DIED"), because what it stood for has died. None: no handle may be written.
    """

    def __init__(self, max_bytes: int, worker: int | None = None) -> None:
        self.buffers: list[memoryview | bytes] = []
        self.room = max_bytes
        self.items = 0
        self.worker = worker
        self.max_items = MAX_ITEMS if worker is None else MAX_ITEMS_INWARDS
        self.max_depth = MAX_DEPTH if worker is None else MAX_DEPTH_INWARDS

    def tree(self, value: Any, depth: int = 0) -> Tree:
        """The tree of `value`; types are judged by `type`, which a class cannot lie to."""
        self.items += 1
        if self.items > self.max_items:
            raise TooLarge(f"more than {self.max_items} items")
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            return value if value.bit_length() <= MAX_INT_BITS else self._foreign("int")
        if kind is str:
            return self._text(value)
        if kind is np.ndarray:
            return self._array(value)
        if kind is complex:
            return ["complex", value.real, value.imag]
        if depth >= self.max_depth:
            raise TooLarge(f"nested more than {self.max_depth} deep")
        if issubclass(kind, tuple):
            return ["tuple", self._items(tuple.__iter__(value), depth)]
        for sequence in (list, deque, array):
            if issubclass(kind, sequence):
                return ["list", self._items(sequence.__iter__(value), depth)]
        if issubclass(kind, dict):
            return self._dict(value, depth)
        if issubclass(kind, np.generic):
            return self._scalar(value)
        if issubclass(kind, float):
            return float.__float__(value)
        if issubclass(kind, int):
            return self.tree(int.__int__(value), depth)
        if kind is Foreign:
            return self._foreign(value.type_name)
        if self.worker is not None:  # inwards
            if kind is Held:
                return self._held(value)
            if kind is np.random.Generator:
                return ["generator", self.tree(value.bit_generator.state, depth + 1)]
        if self.worker is not None:
            raise TypeError(f"a {_type_name(kind)} cannot be sent into the sandbox")
        return self._foreign(_type_name(kind))

    def _items(self, items: Iterator[Any], depth: int) -> Tree:
        return [self.tree(item, depth + 1) for item in items]

    def _foreign(self, name: str) -> Tree:
        return ["foreign", safe_name(name)]

    def _text(self, text: str) -> str:
        if len(text) > MAX_TEXT:
            raise TooLarge(f"a text of more than {MAX_TEXT} characters")
        return text

    def _held(self, held: Held) -> Tree:
        if held.worker != self.worker:
            raise StudentFailure("DIED")
        return ["held", held.ident]

    def _dict(self, value: dict[Any, Any], depth: int) -> Tree:
        keys = list(dict.keys(value))
        if len(keys) > MAX_KEYS:
            raise TooLarge(f"a dict of more than {MAX_KEYS} keys")
        for key in keys:
            if type(key) is not str:
                return self._foreign(f"dict with {_type_name(type(key))} keys")
        values = [self.tree(item, depth + 1) for item in dict.values(value)]
        return ["dict", [self._text(key) for key in keys], values]

    def _scalar(self, value: np.generic) -> Tree:
        dtype = value.dtype.newbyteorder("=")
        if dtype.str not in _DTYPES:
            return self._foreign(_type_name(type(value)))
        return ["scalar", dtype.str, np.asarray(value, dtype).tobytes().hex()]

    def _array(self, values: np.ndarray[Any, Any]) -> Tree:
        dtype = values.dtype.newbyteorder("=")
        if dtype.str not in _DTYPES or values.ndim > MAX_RANK:
            return self._foreign(f"ndarray of {values.dtype.kind} {values.ndim}-d")
        self.room -= values.nbytes
        if self.room < 0:
            raise TooLarge("more bytes than the limit on output")
        # An array that is Fortran-ordered stays so: a function may be right for one order only.
        order: Literal["C", "F"] = (
            "F" if values.flags.f_contiguous and not values.flags.c_contiguous else "C"
        )
        self.buffers.append(values.astype(dtype, copy=False).tobytes(order))
        return ["array", dtype.str, list(values.shape), order]


def _type_name(kind: type) -> str:
    module, name = kind.__module__, kind.__qualname__
    return str(name if module in ("builtins", "__main__") else f"{module}.{name}")


# --------------------------------------------------------------------------------------- values,
# read


class Reader:
    """Turns trees back into values. Raises ProtocolError for anything a Writer does not write.

    `inside` maps handles to objects; it is given inside the worker, where frames come from the
    grader. Without it the reader stands in the grader and trusts nothing.
    """

    def __init__(
        self, body: memoryview | bytes | bytearray, inside: Mapping[int, object] | None = None
    ) -> None:
        self.body = memoryview(body)
        self.position = 0
        self.items = 0
        self.inside = inside
        self.max_items = MAX_ITEMS if inside is None else MAX_ITEMS_INWARDS
        self.max_depth = MAX_DEPTH if inside is None else MAX_DEPTH_INWARDS

    def value(self, tree: Tree, depth: int = 0) -> Any:
        """The value of a tree."""
        self.items += 1
        if self.items > self.max_items or depth > self.max_depth:
            raise ProtocolError("too many items or too deep")
        if tree is None or isinstance(tree, (bool, float)):
            return tree
        if isinstance(tree, int):
            if tree.bit_length() > MAX_INT_BITS:
                raise ProtocolError("an integer too long")
            return tree
        if isinstance(tree, str):
            if len(tree) > MAX_TEXT:
                raise ProtocolError("a text too long")
            return tree
        try:
            tag, *rest = tree
            read = _READERS[tag]
            return read(self, depth, *rest)
        except (TypeError, ValueError, KeyError, LookupError, OverflowError) as error:
            raise ProtocolError(f"not a value: {type(error).__name__}") from None

    def finish(self) -> None:
        """Refuse bytes that no array claimed."""
        if self.position != len(self.body):
            raise ProtocolError("bytes left over")

    def _items(self, trees: object, depth: int) -> list[Any]:
        if not isinstance(trees, list):
            raise ProtocolError("not a list of values")
        return [self.value(tree, depth + 1) for tree in trees]

    def _list(self, depth: int, trees: Tree) -> list[Any]:
        return self._items(trees, depth)

    def _tuple(self, depth: int, trees: Tree) -> tuple[Any, ...]:
        return tuple(self._items(trees, depth))

    def _dict(self, depth: int, keys: Tree, trees: Tree) -> dict[str, Any]:
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise ProtocolError("not a list of keys")
        if len(keys) > MAX_KEYS or any(len(key) > MAX_TEXT for key in keys):
            raise ProtocolError("too many keys or too long")
        return dict(zip(keys, self._items(trees, depth), strict=True))

    def _complex(self, _depth: int, real: Tree, imag: Tree) -> complex:
        if type(real) is not float or type(imag) is not float:
            raise ProtocolError("not a complex number")
        return complex(real, imag)

    def _scalar(self, _depth: int, name: Tree, text: Tree) -> np.generic:
        dtype = _DTYPES[name]
        return _clean(np.frombuffer(bytes.fromhex(text), dtype, 1), dtype)[0]  # type: ignore[no-any-return]

    def _array(self, _depth: int, name: Tree, shape: Tree, order: Tree) -> np.ndarray[Any, Any]:
        dtype = _DTYPES[name]
        if not isinstance(shape, list) or len(shape) > MAX_RANK or order not in ("C", "F"):
            raise ProtocolError("not a shape")
        if not all(type(size) is int and 0 <= size < 1 << 40 for size in shape):
            raise ProtocolError("not a size")
        size = math.prod(shape)
        end = self.position + size * dtype.itemsize
        if end > len(self.body):
            raise ProtocolError("an array larger than its frame")
        flat = np.frombuffer(self.body[self.position : end], dtype)
        self.position = end
        return _clean(flat, dtype).reshape(shape, order=order)

    def _foreign(self, _depth: int, name: Tree) -> Foreign:
        return Foreign(safe_name(name))

    def _held(self, _depth: int, ident: Tree) -> object:
        if self.inside is None:
            raise ProtocolError("a handle from inside")
        return self.inside[ident]

    def _generator(self, depth: int, tree: Tree) -> np.random.Generator:
        if self.inside is None:
            raise ProtocolError("a generator from inside")
        state = self.value(tree, depth + 1)
        name = state["bit_generator"]
        if name not in _BIT_GENERATORS:
            raise ProtocolError("not a bit generator")
        # The seed only matters to `rng.spawn`, which then follows from the state as well.
        bits = getattr(np.random, name)(zlib.crc32(repr(tree).encode()))
        bits.state = state
        return np.random.Generator(bits)


def _clean(flat: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """An owned, writable copy; a forged boolean is brought back to 0 or 1, which numpy relies
    on."""
    return flat.view(np.uint8) != 0 if dtype.kind == "b" else flat.copy()


_READERS: dict[str, Callable[..., Any]] = {
    "list": Reader._list,
    "tuple": Reader._tuple,
    "dict": Reader._dict,
    "complex": Reader._complex,
    "scalar": Reader._scalar,
    "array": Reader._array,
    "foreign": Reader._foreign,
    "held": Reader._held,
    "generator": Reader._generator,
}


def cross(value: object, max_bytes: int = 64 << 20) -> Any:
    """What `value` would be on the other side: Foreign where it does not cross."""
    writer = Writer(max_bytes)
    tree = writer.tree(value)
    return Reader(b"".join(writer.buffers)).value(tree)


# ---------------------------------------------------------------------------------------------
# frames


def pack(
    message: Sequence[Tree],
    buffers: Sequence[memoryview | bytes] = (),
    max_header: int = MAX_HEADER,
) -> bytes:
    """One frame: the message as JSON, then the buffers."""
    header = json.dumps(message, separators=(",", ":")).encode()
    if len(header) > max_header:
        raise TooLarge("a header larger than its limit")
    return b"".join((_PREFIX.pack(_MAGIC, len(header), sum(map(len, buffers))), header, *buffers))


def prefix_sizes(
    prefix: bytes | bytearray, max_body: int, max_header: int = MAX_HEADER
) -> tuple[int, int]:
    """The lengths of header and body that a frame's first PREFIX_SIZE bytes announce."""
    magic, header, body = _PREFIX.unpack(prefix)
    if magic != _MAGIC or header > max_header or body > max_body:
        raise ProtocolError("not a frame, or a frame too large")
    return header, body


def unpack_header(header: bytes | bytearray | memoryview) -> list[Tree]:
    """The message of a frame."""
    try:
        message = json.loads(bytes(header))
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not a header: {type(error).__name__}") from None
    if not isinstance(message, list) or not message or not isinstance(message[0], str):
        raise ProtocolError("not a message")
    return message
