"""Values cross whole or not at all, and nothing unbounded is read."""

from __future__ import annotations

import contextlib
import json
import math
from array import array
from collections import OrderedDict, deque, namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.sandbox import protocol
from autograder.sandbox.protocol import (
    Foreign,
    Held,
    ProtocolError,
    Reader,
    StudentFailure,
    TooLarge,
    Writer,
    cross,
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=20)
)
ARRAYS = hnp.arrays(
    hnp.boolean_dtypes()
    | hnp.integer_dtypes()
    | hnp.floating_dtypes()
    | hnp.complex_number_dtypes(),
    hnp.array_shapes(min_dims=0, min_side=0, max_side=4),
)
VALUES = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    """The same type and, to the bit, the same value."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        # Of two names for one type (long, long long) numpy's usual one comes out.
        native = a.astype(a.dtype.newbyteorder("="))
        return a.shape == b.shape and native.dtype == b.dtype and native.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, complex):
        return repr(a) == repr(b)
    return a == b or (a != a and b != b)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_values_come_back_to_the_bit(value: Any) -> None:
    """Every value of the kinds that cross is itself on the other side, after JSON too."""
    writer = Writer(1 << 20)
    tree = json.loads(json.dumps(writer.tree(value)))
    reader = Reader(b"".join(writer.buffers))
    assert same(value, reader.value(tree))
    reader.finish()


JUNK = st.recursive(
    SCALARS | st.sampled_from([*protocol._READERS, "<f8", "C", "|b1"]),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(JUNK, st.binary(max_size=64))
def test_junk_is_a_value_or_a_protocol_error(tree: Any, body: bytes) -> None:
    """No tree, however wrong, raises anything that the grader does not expect."""
    with contextlib.suppress(ProtocolError):
        Reader(body).value(tree)


@given(st.binary(max_size=200))
def test_junk_headers(header: bytes) -> None:
    """No header, however wrong, raises anything that the grader does not expect."""
    with contextlib.suppress(ProtocolError):
        protocol.unpack_header(header)


def test_arrays_keep_their_order_and_are_writable() -> None:
    """A Fortran-ordered array stays so; what comes out is owned and can be written."""
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    got = cross(array)
    assert got.flags.f_contiguous
    assert got.flags.owndata or got.base.flags.owndata
    got[0, 0] = 7
    assert np.array_equal(cross(array[:, ::2]), array[:, ::2])


@pytest.mark.parametrize("value", [np.float32(1.5), np.int64(-3), np.bool_(True), np.complex64(1j)])
def test_numpy_scalars_keep_their_type(value: np.generic) -> None:
    """A numpy scalar is not turned into Python's, whose arithmetic differs."""
    got = cross(value)
    assert type(got) is type(value)
    assert got == value


def test_containers_of_other_classes_are_plain() -> None:
    """Named tuples, ordered dicts, deques and arrays of the standard library are plain."""
    point = namedtuple("point", "x y")
    assert cross(point(1, 2)) == (1, 2)
    assert type(cross(OrderedDict(a=1))) is dict
    assert cross(deque([1.0, 2.0])) == cross(array("d", [1.0, 2.0])) == [1.0, 2.0]


def test_numbers_of_other_classes_are_plain() -> None:
    """A subclass of float or int is the number that it holds, whatever its methods say."""

    class Sly(float):
        def __float__(self) -> float:
            return 7.0

        def __repr__(self) -> str:
            return "7.0"

    class Count(int):
        pass

    assert cross(Sly(0.5)) == 0.5
    assert type(cross(Sly(0.5))) is float
    assert type(cross(Count(3))) is int
    assert isinstance(cross(Count(1 << 10_000)), Foreign)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (np.array([object()]), "ndarray of O 1-d"),
        (np.zeros(2, "i4,i4"), "ndarray of V 1-d"),
        (np.ma.zeros(2), "numpy.ma.MaskedArray"),
        ({1: 2}, "dict with int keys"),
        (b"x", "bytes"),
        (len, "builtin_function_or_method"),
        (1 << 10_000, "int"),
        (np.random.default_rng(0), "numpy.random._generator.Generator"),
        (Held(1, 1), "autograder.sandbox.protocol.Held"),
    ],
)
def test_what_does_not_cross_is_named(value: Any, name: str) -> None:
    """Any other value comes out as the name of its type."""
    assert cross(value) == Foreign(name)


def test_a_class_cannot_lie_about_itself() -> None:
    """`__class__` is the student's to set; `type` is not."""

    class Liar:
        __class__ = dict  # type: ignore[assignment]

    assert isinstance(cross(Liar()), Foreign)


@pytest.mark.parametrize("name", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_generators_go_inwards_by_their_state(name: str) -> None:
    """Every bit generator of numpy draws inside what it would have drawn outside."""
    rng = np.random.Generator(getattr(np.random, name)(5))
    rng.random(3)
    writer = Writer(1 << 20, worker=1)
    tree = json.loads(json.dumps(writer.tree(rng)))
    copy = Reader(b"".join(writer.buffers), inside={}).value(tree)
    assert np.array_equal(copy.random(5), rng.random(5))
    with pytest.raises(ProtocolError):
        Reader(b"".join(writer.buffers)).value(tree)


def test_handles_are_of_one_worker() -> None:
    """A handle is written for its own worker only, and read inside only."""
    assert Writer(1, worker=3).tree(Held(8, 3)) == ["held", 8]
    with pytest.raises(StudentFailure) as caught:
        Writer(1, worker=4).tree(Held(8, 3))
    assert caught.value.kind == "DIED"
    assert Reader(b"", inside={8: len}).value(["held", 8]) is len


@pytest.mark.parametrize(
    "value", [np.zeros(100), [0] * 300_000, {str(i): 0 for i in range(2000)}, "x" * 200_000]
)
def test_too_large(value: Any) -> None:
    """Bytes, items, keys and text are bounded when written."""
    with pytest.raises(TooLarge):
        Writer(799).tree(value)


def test_shared_lists_do_not_multiply_unbounded() -> None:
    """A list that holds itself twice at each of 20 levels has a million items, and is refused."""
    value: list[Any] = []
    for _ in range(20):
        value = [value, value]
    with pytest.raises(TooLarge):
        Writer(100).tree(value)


def test_what_cannot_be_sent_in_is_the_graders_mistake() -> None:
    """Inwards, a value that does not cross is an error, but what came out foreign goes back so."""
    with pytest.raises(TypeError, match="function cannot be sent"):
        Writer(100, worker=1).tree([test_prefix])
    assert Reader(b"", inside={}).value(Writer(1, 1).tree(Foreign("x"))) == Foreign("x")


def test_large_lists_go_back_in() -> None:
    """Several values, each as large as one may be that comes out, can be passed back together."""
    tree = Writer(100, worker=1).tree(([0] * 199_000, [0] * 199_000))
    assert len(Reader(b"", inside={}).value(tree)) == 2


def test_prefix() -> None:
    """A frame's announcement is bounded before anything is read for it."""
    frame = protocol.pack(["x"], [b"abc"])
    assert protocol.prefix_sizes(frame[: protocol.PREFIX_SIZE], 3) == (5, 3)
    with pytest.raises(ProtocolError):
        protocol.prefix_sizes(frame[: protocol.PREFIX_SIZE], 2)
    with pytest.raises(ProtocolError):
        protocol.prefix_sizes(b"XXXX" + frame[4 : protocol.PREFIX_SIZE], 3)


def test_special_floats() -> None:
    """NaN, infinities and minus zero survive JSON."""
    got = cross([math.nan, math.inf, -math.inf, -0.0])
    assert math.isnan(got[0])
    assert got[1:3] == [math.inf, -math.inf]
    assert math.copysign(1, got[3]) == -1
