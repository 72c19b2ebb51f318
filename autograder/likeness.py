"""When two results are the same, and when two random results follow the same law."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from scipy.special import kolmogorov, ndtri, stdtr

from autograder.sandbox.protocol import Foreign, Held

P_VALUE = 1e-7
"""Below this, two samples do not come from one law. Small: many arrays are compared, and a word
withheld costs less than a wrong one, and the checks' samples tell neighbours apart far below it."""

_DEVIATIONS = -float(ndtri(P_VALUE / 2))
_ROUNDING = 1e-16
"""What is left of a sum of ones that is 0 in theory: its digits tell nothing."""
_ENOUGH = 10_000
_HEAD = 32
_TELLING = 24
"""So many entries of a mask are not those of another one by chance."""


class _Seen(Protocol):
    @property
    def value(self) -> Any: ...


def equal(one: Any, other: Any, *, exact: bool = False) -> bool:
    """The same kind, structure, shapes and dtypes, and values equal up to rounding (or exactly)."""
    return _compare(one, other, lambda a, b: _close(a, b, exact))


class Likeness:
    """Compares what was seen with what others give. What was seen is summed up once."""

    def __init__(self) -> None:
        self._samples: dict[int, _Sample] = {}
        self._patterns: dict[tuple[int, ...], tuple[Sequence[_Seen], set[tuple[int, int]]]] = {}

    def alike(self, one: Any, other: Any) -> bool:
        """The same structure, shapes and dtypes, and every array could be the other's next draw.

        ``one`` is of what was seen.
        """
        return _compare(one, other, lambda a, b: _one_law(self._sample(a), _Sample(b)))

    def same_pattern(self, seen: Sequence[_Seen], other: Sequence[_Seen]) -> bool:
        """Whether the same pairs of calls, and of arrays within a call, share their draws."""
        key = tuple(map(id, seen))
        if key not in self._patterns:
            self._patterns[key] = seen, _shared(seen)
        return self._patterns[key][1] == _shared(other)

    def _sample(self, values: np.ndarray) -> _Sample:
        """A sample keeps its values, so that their identity stays theirs."""
        known = self._samples.get(id(values))
        if known is None:
            known = self._samples[id(values)] = _Sample(values)
        return known


def _compare(one: Any, other: Any, arrays: Callable[[Any, Any], bool]) -> bool:
    if isinstance(one, Held) or isinstance(other, Held):
        return True  # what stays inside is the student's own
    if isinstance(one, Foreign):
        return type(other).__name__ == one.type_name.rpartition(".")[2]
    if type(one) is not type(other) and _is_sequence(one) and _is_sequence(other):
        one, other = list(one), list(other)
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return (
            type(one) is type(other)
            and one.shape == other.shape
            and one.dtype == other.dtype
            and bool(arrays(one, other))
        )
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(_compare(one[key], other[key], arrays) for key in one)
        )
    if isinstance(one, (list, tuple)):
        return (
            isinstance(other, type(one))
            and len(one) == len(other)
            and all(_compare(a, b, arrays) for a, b in zip(one, other, strict=True))
        )
    if isinstance(one, np.random.Generator):
        return isinstance(other, np.random.Generator)
    if isinstance(one, (bool, str, type(None))) or isinstance(other, (bool, str, type(None))):
        return type(one) is type(other) and one == other
    try:
        a, b = np.asarray(one), np.asarray(other)
        return a.dtype.kind == b.dtype.kind and bool(arrays(a, b))
    except (TypeError, ValueError):
        return one is other


def _is_sequence(value: Any) -> bool:
    """Whether it is a sequence of numbers: for a history, say, any kind of one will do."""
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.dtype.kind in "iuf"
    return isinstance(value, (list, tuple)) and all(
        isinstance(item, (int, float, np.number)) and not isinstance(item, bool) for item in value
    )


def _close(one: np.ndarray, other: np.ndarray, exact: bool) -> bool:
    if one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes():
        return True
    if exact:
        return np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
    if one.dtype.kind not in "biufc":
        return np.array_equal(one, other)
    finite = one[np.isfinite(one)]
    scale = float(np.abs(finite).max(initial=0.0))
    atol = max(1e-9 * scale, _ROUNDING)
    return np.allclose(one, other, rtol=1e-6, atol=atol, equal_nan=True)


class _Sample:
    """An array as a sample of its law, each feature worked out when it is asked for."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    @cached_property
    def flat(self) -> np.ndarray:
        """All entries."""
        flat: np.ndarray = self.values.ravel().astype(float)
        return flat

    @cached_property
    def is_finite(self) -> np.ndarray:
        """Which entries are finite."""
        finite: np.ndarray = np.isfinite(self.flat)
        return finite

    @cached_property
    def is_constant(self) -> bool:
        """Whether all entries are one number."""
        return bool(np.ptp(self.flat) == 0)

    @cached_property
    def lines(self) -> tuple[bool, bool]:
        """Whether all rows are equal, and all columns."""
        values = self.values
        rows = values.ndim == 2 and len(values) > 1 and bool((values == values[:1]).all())
        columns = values.ndim == 2 and values.shape[1] > 1 and bool((values == values[:, :1]).all())
        return rows, columns

    @cached_property
    def draws(self) -> np.ndarray:
        """The entries, a row or column that is repeated being one draw, not many."""
        if not any(self.lines):
            return self.flat
        first = tuple(slice(1) if repeated else slice(None) for repeated in self.lines)
        draws: np.ndarray = self.values[first].ravel().astype(float)
        return draws

    @cached_property
    def nonzero(self) -> np.ndarray:
        """The draws that are not 0."""
        nonzero: np.ndarray = self.draws[self.draws != 0]
        return nonzero

    @cached_property
    def is_positive(self) -> bool:
        """Whether all draws but zeros are."""
        return bool((self.nonzero > 0).all())

    @cached_property
    def moments(self) -> tuple[float, float, float]:
        """Mean, variance and kurtosis of the draws that are not 0."""
        mean = float(self.nonzero.mean())
        squares = np.square(self.nonzero - mean)
        variance = float(squares.mean())
        kurtosis = float(np.square(squares).mean()) / variance**2 if variance > 0 else 1.0
        return mean, variance, kurtosis

    @cached_property
    def repeats(self) -> tuple[bool, bool]:
        """Whether the first entry comes again, and whether entries repeat at all."""
        flat = self.flat
        block = flat.size > 3 and flat[0] != 0 and bool((flat[1:] == flat[0]).any())
        some = np.sort(flat[flat != 0][:_ENOUGH])
        again = int((some[1:] == some[:-1]).sum())
        return block, some.size > 3 and some.size - again < 0.9 * some.size

    @cached_property
    def ordered(self) -> np.ndarray:
        """At most `_ENOUGH` of the draws that are not 0, evenly spaced, in order of size."""
        return np.sort(self.nonzero[:: -(-self.nonzero.size // _ENOUGH)])


def _one_law(one: _Sample, other: _Sample) -> bool:
    """Whether both could be draws of one law, as far as entries, rows and columns tell."""
    if one.values.dtype.kind not in "biuf" or other.values.dtype.kind not in "biuf":
        return np.array_equal(one.values, other.values)
    if not (one.is_finite.all() and other.is_finite.all()):
        return bool((one.is_finite == other.is_finite).all())
    if np.array_equal(one.flat, other.flat):
        return True
    if one.flat.size == 1:
        return True  # one draw tells nothing of its law
    if one.is_constant or other.is_constant:
        return (
            one.is_constant
            and other.is_constant
            and bool(np.allclose(one.flat, other.flat, rtol=1e-9))
        )
    return one.lines == other.lines and _same_distribution(one, other)


def _same_distribution(one: _Sample, other: _Sample) -> bool:
    """The cheap tests come first: most laws differ in their scale."""
    zeros = [sample.draws.size - sample.nonzero.size for sample in (one, other)]
    if max(zeros) and not _same_share(zeros, one.draws.size):
        return False
    sizes = (one.nonzero.size, other.nonzero.size)
    if min(sizes) < 8:
        return one.repeats == other.repeats
    if one.is_positive != other.is_positive and min(sizes) > 24:
        return False
    (mean_a, var_a, kurtosis_a), (mean_b, var_b, kurtosis_b) = one.moments, other.moments
    if not var_a > 0 < var_b:
        return False
    kurtosis = max(kurtosis_a, kurtosis_b)
    width = math.sqrt(max(kurtosis - 1, 0.2) / 4 * (1 / sizes[0] + 1 / sizes[1]))
    if abs(math.log(var_a / var_b) / 2) > _DEVIATIONS * width:
        return False
    if _welch(mean_a - mean_b, (var_a, var_b), sizes) < P_VALUE:
        return False
    if one.repeats != other.repeats:
        return False
    return _kolmogorov_smirnov(one.ordered, other.ordered) > P_VALUE


def _welch(difference: float, variances: tuple[float, float], sizes: tuple[int, int]) -> float:
    """The p-value of two means (Welch 1947), without scipy's checks of its input."""
    errors = [variance / (size - 1) for variance, size in zip(variances, sizes, strict=True)]
    freedom = sum(errors) ** 2 / sum(e**2 / (n - 1) for e, n in zip(errors, sizes, strict=True))
    return float(2 * stdtr(freedom, -abs(difference) / math.sqrt(sum(errors))))


def _kolmogorov_smirnov(a: np.ndarray, b: np.ndarray) -> float:
    """The asymptotic p-value of the two-sample test, of samples in order of size."""
    both = np.concatenate([a, b])
    shares = [np.searchsorted(x, both, side="right") / x.size for x in (a, b)]
    distance = float(np.abs(shares[0] - shares[1]).max())
    return float(kolmogorov(distance * np.sqrt(a.size * b.size / (a.size + b.size))))


def _same_share(counts: Sequence[int], size: int) -> bool:
    share = sum(counts) / (2 * size)
    width = np.sqrt(max(share * (1 - share), 1e-12) * 2 / size)
    return bool(abs(counts[0] - counts[1]) / size <= 5.4 * width)


def _shared(calls: Sequence[_Seen]) -> set[tuple[int, int]]:
    """The pairs of arrays whose first entries are one draw, if need be at two scales.

    First by rows or first by columns: some draw a matrix lying on its side.
    """
    arrays = [array for call in calls for array in _random_arrays(call.value)]
    by_rows = _same_start([array.ravel() for array in arrays])
    if all(array.ndim == 1 for array in arrays):
        return by_rows
    return by_rows | _same_start([array.ravel("F") for array in arrays])


@np.errstate(invalid="ignore", over="ignore")
def _same_start(arrays: Sequence[np.ndarray]) -> set[tuple[int, int]]:
    """The pairs that begin alike, as far as both go.

    What is not finite shares nothing; what is partly 0 may be alike by chance while it is small.
    """
    sizes = np.array([min(array.size, _HEAD) for array in arrays], dtype=int)
    partly = np.array([not array[:_HEAD].all() for array in arrays], dtype=bool)
    sizes[(sizes < _TELLING) & partly] = 0
    shared = set()
    for count in np.unique(sizes[sizes > 1]).tolist():
        index = np.flatnonzero(sizes >= count).tolist()
        heads: np.ndarray = np.stack([arrays[i][:count] for i in index]).astype(float)
        lengths = np.linalg.norm(heads, axis=1)
        products = np.outer(lengths, lengths)
        cosines = np.abs(heads @ heads.T) / np.where(products > 0, products, np.inf)
        for i, j in np.argwhere(np.tril(cosines > 1 - 1e-12, -1)):
            if min(sizes[index[i]], sizes[index[j]]) == count:  # as many as both have
                shared.add((index[i], index[j]))
    return shared


def _random_arrays(value: Any) -> list[np.ndarray]:
    """The real arrays of a result in a fixed order, those that are constant left out."""
    if isinstance(value, dict):
        return [a for key in sorted(value, key=str) for a in _random_arrays(value[key])]
    if isinstance(value, (list, tuple)):
        return [a for item in value for a in _random_arrays(item)]
    real = isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.size > 1
    return [value] if real and (value != value.flat[0]).any() else []
