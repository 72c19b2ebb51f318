"""When two results are the same, and when two random results follow the same law."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from scipy.special import kolmogorov, ndtri, stdtr

from autograder.sandbox.protocol import Foreign, Held

P_VALUE = 1e-7
"""Below this, two samples do not come from one law. Small: many arrays are compared, and a word
withheld costs less than a wrong one, and the checks' samples tell neighbours apart far below it."""

_DEVIATIONS = -float(ndtri(P_VALUE / 2))
_ENOUGH = 10_000
_HEAD = 4


class _Seen(Protocol):
    @property
    def value(self) -> Any: ...


def equal(one: Any, other: Any, *, exact: bool = False) -> bool:
    """The same kind, structure, shapes and dtypes, and values equal up to rounding (or exactly)."""
    return _compare(one, other, lambda a, b: _close(a, b, exact))


def alike(one: Any, other: Any) -> bool:
    """The same structure, shapes and dtypes, and every array could be the other's next draw."""
    return _compare(one, other, _one_law)


def _compare(one: Any, other: Any, arrays: Any) -> bool:
    if isinstance(one, Held) or isinstance(other, Held):
        return True  # what stays inside is the student's own
    if isinstance(one, Foreign):
        return type(other).__name__ == one.type_name.rpartition(".")[2]
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


def _close(one: np.ndarray, other: np.ndarray, exact: bool) -> bool:
    if exact:
        return np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
    if one.dtype.kind not in "biufc":
        return np.array_equal(one, other)
    finite = one[np.isfinite(one)]
    scale = float(np.abs(finite).max(initial=0.0))
    return np.allclose(one, other, rtol=1e-6, atol=1e-9 * scale, equal_nan=True)


def _one_law(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether both could be draws of one law, as far as entries, rows and columns tell."""
    if one.dtype.kind not in "biuf" or other.dtype.kind not in "biuf":
        return np.array_equal(one, other)
    a, b = one.ravel().astype(float), other.ravel().astype(float)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return bool((np.isfinite(a) == np.isfinite(b)).all())
    if np.array_equal(a, b):
        return True
    if a.size == 1:
        return bool((a == 0) == (b == 0))  # one draw tells no more
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return bool(np.ptp(a) == np.ptp(b) == 0) and bool(np.allclose(a, b, rtol=1e-9))
    ties = _ties(one)
    if ties != _ties(other):
        return False
    # A row that is repeated is one draw, not many.
    first = (slice(1) if ties[0] else slice(None), slice(1) if ties[1] else slice(None))
    if any(ties[:2]):
        a, b = one[first].ravel().astype(float), other[first].ravel().astype(float)
    return _same_distribution(a, b)


def _same_distribution(a: np.ndarray, b: np.ndarray) -> bool:
    zeros = (int((a == 0).sum()), int((b == 0).sum()))
    if max(zeros) and not _same_share(zeros, a.size):
        return False
    a, b = a[a != 0], b[b != 0]
    if min(a.size, b.size) < 8:
        return True
    if (a > 0).all() != (b > 0).all() and min(a.size, b.size) > 24:
        return False
    (mean_a, var_a, kurtosis_a), (mean_b, var_b, kurtosis_b) = _moments(a), _moments(b)
    if not var_a > 0 < var_b:
        return False
    kurtosis = max(kurtosis_a, kurtosis_b)
    width = np.sqrt(max(kurtosis - 1, 0.2) / 4 * (1 / a.size + 1 / b.size))
    if abs(math.log(var_a / var_b) / 2) > _DEVIATIONS * width:
        return False
    if _welch(mean_a - mean_b, (var_a, var_b), (a.size, b.size)) < P_VALUE:
        return False
    return _kolmogorov_smirnov(_some(a), _some(b)) > P_VALUE


def _moments(a: np.ndarray) -> tuple[float, float, float]:
    """Mean, variance and kurtosis of a sample."""
    mean = float(a.mean())
    squares = np.square(a - mean)
    variance = float(squares.mean())
    return mean, variance, float(np.square(squares).mean()) / variance**2 if variance > 0 else 1.0


def _welch(difference: float, variances: tuple[float, float], sizes: tuple[int, int]) -> float:
    """The p-value of two means (Welch 1947), without scipy's checks of its input."""
    errors = [variance / (size - 1) for variance, size in zip(variances, sizes, strict=True)]
    freedom = sum(errors) ** 2 / sum(e**2 / (n - 1) for e, n in zip(errors, sizes, strict=True))
    return float(2 * stdtr(freedom, -abs(difference) / math.sqrt(sum(errors))))


def _kolmogorov_smirnov(a: np.ndarray, b: np.ndarray) -> float:
    """The asymptotic p-value of the two-sample test, without scipy's checks of its input."""
    a, b = np.sort(a), np.sort(b)
    both = np.concatenate([a, b])
    shares = [np.searchsorted(x, both, side="right") / x.size for x in (a, b)]
    distance = float(np.abs(shares[0] - shares[1]).max())
    return float(kolmogorov(distance * np.sqrt(a.size * b.size / (a.size + b.size))))


def _some(values: np.ndarray) -> np.ndarray:
    """At most `_ENOUGH` entries, evenly spaced: shapes of laws and repeats show in them."""
    return values[:: -(-values.size // _ENOUGH)]


def _same_share(counts: tuple[int, int], size: int) -> bool:
    share = sum(counts) / (2 * size)
    width = np.sqrt(max(share * (1 - share), 1e-12) * 2 / size)
    return bool(abs(counts[0] - counts[1]) / size <= 5.4 * width)


def _ties(values: np.ndarray) -> tuple[bool, bool, bool, bool]:
    """Which entries repeat: equal rows, equal columns, a repeated block, repeats at all."""
    flat = values.ravel()
    nonzero = flat[flat != 0][:_ENOUGH]
    rows = values.ndim == 2 and len(values) > 1 and bool((values == values[:1]).all())
    columns = values.ndim == 2 and values.shape[1] > 1 and bool((values == values[:, :1]).all())
    block = flat.size > 3 and flat[0] != 0 and bool((flat[1:] == flat[0]).any())
    repeats = nonzero.size > 3 and len(np.unique(nonzero)) < 0.9 * nonzero.size
    return rows, columns, block, repeats


def same_pattern(one: Sequence[_Seen], other: Sequence[_Seen]) -> bool:
    """Whether the same pairs of calls, and of arrays within a call, share their draws."""
    return _shared(one) == _shared(other)


def _shared(calls: Sequence[_Seen]) -> set[tuple[int, int]]:
    """The pairs of arrays whose first entries are one draw, if need be at two scales."""
    arrays = [array.ravel() for call in calls for array in _random_arrays(call.value)]
    sizes = np.array([min(array.size, _HEAD) for array in arrays])
    shared = set()
    for count in range(2, _HEAD + 1):
        index = np.flatnonzero(sizes >= count)
        heads = np.array([arrays[i][:count] for i in index], dtype=float).reshape(-1, count)
        lengths = np.linalg.norm(heads, axis=1)
        products = np.outer(lengths, lengths)
        cosines = np.abs(heads @ heads.T) / np.where(products > 0, products, np.inf)
        for i, j in np.argwhere(np.tril(cosines > 1 - 1e-12, -1)):
            if min(sizes[index[i]], sizes[index[j]]) == count:  # as many as both have
                shared.add((int(index[i]), int(index[j])))
    return shared


def _random_arrays(value: Any) -> list[np.ndarray]:
    """The arrays of a result in a fixed order, those that are constant left out."""
    if isinstance(value, dict):
        return [a for key in sorted(value) for a in _random_arrays(value[key])]
    if isinstance(value, (list, tuple)):
        return [a for item in value for a in _random_arrays(item)]
    constant = not isinstance(value, np.ndarray) or value.size < 2 or np.ptp(value) == 0
    return [] if constant else [value]
