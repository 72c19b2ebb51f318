"""Statistical tests with a stated false-alarm rate: how a random function is judged fairly.

A right solution may draw in any order and by any method, so no seed predicts its numbers; what it
must follow is a law. Each function below turns a sample into a p-value with

    P(p <= a) <= a    for every a, when the sample follows the law (the null hypothesis),

and says whether it is *exact* (equality, in a continuous law), *rigorous* (a proven bound, a little
cautious) or *asymptotic* (with the order of its error).

=================== ============ ======================================================== ========
test                law          statistic and its distribution                           kind
=================== ============ ======================================================== ========
`normal_variance`   N(μ, σ²)     Σ (xᵢ − μ)² / σ² ~ χ²(n)                                 exact
`normal_mean`       N(μ, σ²)     (x̄ − μ) √n / σ ~ N(0, 1)                                 exact
`uniform_variance`  U(−a, a)     mean of (xᵢ/a)²: Chernoff; any |xᵢ| > a gives 0          rigorous
`uniform_mean`      U(−a, a)     mean of xᵢ/a: Chernoff; any |xᵢ| > a gives 0             rigorous
`uniform_bound`     U(−a, a)     max |xᵢ|/a: P(max <= x) = xⁿ; any |xᵢ| > a gives 0       exact
`normal_shape`,     fully        Kolmogorov–Smirnov distance D: Massart, 2 exp(−2nD²)     rigorous
`uniform_shape`     specified
`bernoulli`         B(rate)      successes ~ Binomial(n, rate), smaller tail doubled      exact¹
`correlation`       x normal     r = x·y / |x||y|, y independent: r² ~ Beta(½, (n−1)/2)   exact
`row_correlation`   N(0, σ²)     largest |r| over all pairs of rows, times their number   rigorous
`signed_product`    x symmetric  S = Σ xᵢyᵢ: Hoeffding, 2 exp(−S² / 2Σ(xᵢyᵢ)²)            rigorous
`shared_values`     continuous   entries of one that occur in the other: binomial tail    rigorous
=================== ============ ======================================================== ========

¹ Discrete: P(p <= a) <= a, mostly smaller.

Two rows that are equal to the last bit need no test: under a continuous law that has probability 0,
and for two rows of k doubles less than 2^-40k.

How large a sample must be follows from the nearest mistake that has to be caught: `sample_size` for
a wrong scale, `bernoulli_sample_size` for a wrong rate. With false-alarm rate alpha and miss rate
beta, a scale wrong by the factor r needs about ((z(alpha/2) + z(beta)) / log r)² / 2 draws; both
functions give the exact smallest number. At alpha = 10^-11, beta = 10^-3 that is 124 thousand draws
for two per cent.

`fit_law` reads off which rule a student implemented, from arrays of many shapes.

Sources:
    Glorot & Bengio, Understanding the difficulty of training deep feedforward networks, 2010;
    He, Zhang, Ren & Sun, Delving deep into rectifiers, 2015; Srivastava et al., Dropout, 2014;
    Ioffe & Szegedy, Batch normalization, 2015: the laws that students implement.
    Hoeffding, Probability inequalities for sums of bounded random variables, 1963; Chernoff, 1952.
    Muirhead, Aspects of multivariate statistical theory, 1982, theorem 1.5.7 (correlation).
    Massart, The tight constant in the Dvoretzky–Kiefer–Wolfowitz inequality, 1990: for
    thousands of draws a few per cent above the exact p-value, and cheap.
    TensorFlow Probability's `statistical_testing`, for error rates as arguments.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, special, stats

from autograder.checks.expect import CheckFailed

_ROUNDING = 1 + 1e-12
"""A draw may exceed the bound of its uniform law by the rounding of ``low + width * u``."""

_TIE = 2.0**-23
"""Two draws agree to the last bit with at most this chance, even when drawn as float32."""

_GRID = 4096
"""At so many points of a distribution function its shape is looked at."""


# ------------------------------------------------------------------ p-values: pure functions


def normal_variance(sample: np.ndarray, std: float, mean: float = 0.0) -> float:
    """P-value of a variance for draws of N(mean, std²), the mean known. Two-sided, exact."""
    square = float(np.sum((sample - mean) ** 2)) / std**2
    n = sample.size
    return float(_both(special.chdtr(n, square), special.chdtrc(n, square)))


def normal_mean(sample: np.ndarray, std: float, mean: float = 0.0) -> float:
    """P-value of a mean for draws of N(mean, std²). Two-sided, exact."""
    z = (float(np.mean(sample)) - mean) * math.sqrt(sample.size) / std
    return float(2 * special.ndtr(-abs(z)))


def uniform_variance(sample: np.ndarray, bound: float) -> float:
    """P-value of a variance for draws of U(-bound, bound). Two-sided, rigorous.

    With u = x/bound, E exp(t u²) = M(t) has a closed form (Dawson's integral, the error function),
    and P(mean of u² beyond v) <= exp(-n (t v - log M(t))) for the t of the right sign.
    """
    if _beyond(sample, bound):
        return 0.0
    value = float(np.mean((sample / bound) ** 2))
    return _chernoff(value, 1 / 3, 1.0, sample.size, _log_moments_of_square)


def uniform_mean(sample: np.ndarray, bound: float) -> float:
    """P-value of a mean for draws of U(-bound, bound). Two-sided, rigorous."""
    if _beyond(sample, bound):
        return 0.0
    value = abs(float(np.mean(sample))) / bound
    return _chernoff(value, 0.0, 1.0, sample.size, _log_moments_of_uniform)


def uniform_bound(sample: np.ndarray, bound: float) -> float:
    """P-value of a largest absolute value for draws of U(-bound, bound). One-sided, exact."""
    if _beyond(sample, bound):
        return 0.0
    largest = min(float(np.max(np.abs(sample))) / bound, 1.0)
    return float(largest**sample.size)


def normal_shape(sample: np.ndarray, std: float, mean: float = 0.0) -> float:
    """Kolmogorov–Smirnov p-value for draws of N(mean, std²)."""
    return _kolmogorov(special.ndtr((sample - mean) / std))


def uniform_shape(sample: np.ndarray, bound: float) -> float:
    """Kolmogorov–Smirnov p-value for draws of U(-bound, bound)."""
    return _kolmogorov(np.clip((sample / bound + 1) / 2, 0, 1))


def bernoulli(successes: int, trials: int, rate: float) -> float:
    """P-value of a number of successes. Two-sided by doubling the smaller tail, exact."""
    below = special.bdtr(successes, trials, rate)
    above = special.bdtrc(successes - 1, trials, rate) if successes else 1.0
    return float(_both(below, above))


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """P-value of r = x·y / |x||y| for independent x and y, one of them iid N(0, ·). Exact."""
    x, y = one.ravel(), other.ravel()
    lengths = math.sqrt(float(x @ x) * float(y @ y))
    return _correlation_tail(abs(float(x @ y)) / lengths if lengths else 1.0, x.size)


def row_correlation(array: np.ndarray) -> float:
    """P-value of the largest |r| between any two rows of iid N(0, ·). Rigorous (Bonferroni)."""
    rows, columns = array.shape
    if rows < 2 or columns < 2:
        return 1.0
    lengths = np.linalg.norm(array, axis=1, keepdims=True)
    if not lengths.all():
        return 0.0  # a row of zeros has probability 0
    units = array / lengths
    r = np.abs(units @ units.T)
    np.fill_diagonal(r, 0)
    return float(min(1.0, rows * (rows - 1) / 2 * _correlation_tail(float(r.max()), columns)))


def signed_product(one: np.ndarray, other: np.ndarray) -> float:
    """P-value of x·y for independent x and y, the entries of x symmetric about 0. Rigorous.

    Given |x| and y, the signs of x are fair coins, and Hoeffding's bound holds for their sum. It
    serves uniform draws, masked ones, and mixtures of scales alike.
    """
    products = one.ravel() * other.ravel()
    total, squares = float(np.sum(products)), float(np.sum(products**2))
    return min(1.0, 2 * math.exp(-(total**2) / (2 * squares))) if squares else 1.0


def shared_values(one: np.ndarray, other: np.ndarray) -> float:
    """P-value of how many absolute values two independent samples have in common. Rigorous.

    Each entry of the smaller one occurs in the other with a chance of at most n · 2^-23.
    """
    few, many = sorted((np.abs(one.ravel()), np.abs(other.ravel())), key=np.size)
    common = int(np.isin(few, many).sum())
    return bernoulli_above(common, few.size, min(1.0, many.size * _TIE))


def bernoulli_above(successes: int, trials: int, rate: float) -> float:
    """P-value of so many successes or more, when the rate is at most ``rate``. One-sided, exact."""
    return float(special.bdtrc(successes - 1, trials, rate)) if successes else 1.0


def _both(below: float, above: float) -> float:
    return min(1.0, 2 * min(below, above))


def _beyond(sample: np.ndarray, bound: float) -> bool:
    return bool(np.max(np.abs(sample)) > bound * _ROUNDING)


def _correlation_tail(r: float, n: int) -> float:
    return float(special.betainc((n - 1) / 2, 0.5, max(0.0, (1 - r) * (1 + r))))


def _kolmogorov(levels: np.ndarray) -> float:
    """The two-sided test of values of a distribution function, seen at `_GRID` points of it.

    The largest distance at some points is at most the largest of all, so that the bound holds; and
    counting needs no sorting.
    """
    if not np.isfinite(levels).all():
        return 0.0
    n = levels.size
    counts = np.bincount((levels * _GRID).astype(np.intp).ravel(), minlength=_GRID)
    below = np.cumsum(counts[:_GRID]) / n
    distance = float(np.abs(below - np.arange(1, _GRID + 1) / _GRID).max())
    return min(1.0, 2 * math.exp(-2 * n * distance**2))


def _chernoff(
    value: float, mean: float, most: float, n: int, log_moments: Callable[[float], float]
) -> float:
    """Twice the Chernoff bound of a mean of n draws beyond ``value``, to the side where it lies.

    Any t gives a valid bound, so that the accuracy of the search costs power and never truth.
    """
    if value >= most or value <= mean - most:
        value = math.copysign(min(abs(value), most * (1 - 1e-12)), value)
    ends = (0.0, 2000.0) if value > mean else (-2000.0, 0.0)
    best = optimize.minimize_scalar(
        lambda t: log_moments(t) - t * value, bounds=ends, method="bounded"
    )
    return min(1.0, 2 * math.exp(n * min(0.0, float(best.fun))))


def _log_moments_of_square(t: float) -> float:
    """The logarithm of E exp(t u²) for u ~ U(-1, 1)."""
    if abs(t) < 1e-3:
        return t / 3 + 2 * t * t / 45
    root = math.sqrt(abs(t))
    if t > 0:
        return t + math.log(special.dawsn(root) / root)
    return math.log(math.sqrt(math.pi) / 2 * math.erf(root) / root)


def _log_moments_of_uniform(t: float) -> float:
    """The logarithm of E exp(t u) = sinh(t)/t for u ~ U(-1, 1)."""
    t = abs(t)
    return t * t / 6 if t < 1e-3 else t + math.log(-math.expm1(-2 * t) / (2 * t))


# ------------------------------------------------------------------ how large a sample must be


@functools.cache
def sample_size(alpha: float, beta: float, ratio: float) -> int:
    """The smallest n at which `normal_variance` at rate ``alpha`` catches a wrong scale.

    Draws of standard deviation ``ratio * std`` pass with probability at most ``beta``. Exact.
    """
    if not (0 < alpha < 1 and 0 < beta < 1 and ratio > 0 and ratio != 1):
        raise ValueError("alpha and beta lie between 0 and 1, and ratio is positive and not 1")
    high = 1
    while variance_miss(high, alpha, ratio) > beta:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if variance_miss(middle, alpha, ratio) <= beta else (middle, high)
    return high


def variance_miss(n: int, alpha: float, ratio: float) -> float:
    """The chance that n draws of scale ``ratio * std`` pass `normal_variance`. Exact."""
    lowest, highest = stats.chi2.ppf(alpha / 2, n), stats.chi2.isf(alpha / 2, n)
    return float(special.chdtr(n, highest / ratio**2) - special.chdtr(n, lowest / ratio**2))


@functools.cache
def bernoulli_sample_size(alpha: float, beta: float, rate: float, other: float) -> int:
    """The smallest n at which `bernoulli` at rate ``alpha`` tells rate ``other`` from ``rate``.

    Draws of rate ``other`` pass with probability at most ``beta``. Exact; a slightly larger n may
    miss a little more often, because counts are whole.
    """
    if not (0 < alpha < 1 and 0 < beta < 1 and rate != other):
        raise ValueError("alpha and beta lie between 0 and 1, and the rates differ")
    block = 4096
    for start in range(1, 10**8, block):
        n = np.arange(start, start + block)
        caught = bernoulli_miss(n, alpha, rate, other) <= beta
        if caught.any():
            return int(n[caught][0])
    raise ValueError("the rates are too close to be told apart")


def bernoulli_miss(n: np.ndarray, alpha: float, rate: float, other: float) -> np.ndarray:
    """The chance that n draws of rate ``other`` pass `bernoulli` for ``rate``. Exact."""
    # Counts that pass: both tails, the count itself included, reach alpha/2.
    lowest, highest = stats.binom.ppf(alpha / 2, n, rate), stats.binom.isf(alpha / 2, n, rate)
    passes = stats.binom.cdf(highest, n, other) - stats.binom.cdf(lowest - 1, n, other)
    return np.asarray(passes)


# ------------------------------------------------------------------ which rule was implemented


@dataclass(frozen=True)
class Law:
    """std = exp(constant) · fan_in^fan_in · fan_out^fan_out, as fitted; ``misfit`` is a p-value."""

    constant: float
    fan_in: float
    fan_out: float
    covariance: np.ndarray
    """Of the three, shape (3, 3): exact for normal draws."""
    misfit: float
    """How well any such power law fits: tiny for, say, 2/(fan_in + fan_out)."""

    def words(self) -> str:
        """The law as a person reads it, exponents to two digits."""
        return (
            f"{math.exp(self.constant):.3g} · fan_in^{self.fan_in:z.2f}"
            f" · fan_out^{self.fan_out:z.2f}"
        )

    def agrees(self, constant: float, fan_in: float, fan_out: float) -> float:
        """P-value of these three true values: Wald's chi², asymptotic like the covariance."""
        off = np.array([self.constant, self.fan_in, self.fan_out]) - (constant, fan_in, fan_out)
        return float(special.chdtrc(3, off @ np.linalg.solve(self.covariance, off)))


def fit_law(arrays: Iterable[np.ndarray], kurtosis: float = 3.0) -> Law:
    """Fit log std = constant + a log fan_in + b log fan_out by least squares over many shapes.

    Each array is (fan_out, fan_in), of mean 0. For n normal draws, log s = log std + ½ log(chi²/n):
    bias ½(ψ(n/2) - log(n/2)), variance ¼ψ'(n/2) = 1/(2n) + O(1/n²). Another law of the given
    kurtosis has variance (kurtosis - 1)/(4n) + O(1/n²); uniform: 1.8.

    Args:
        arrays: at least four, in shapes whose logarithms do not lie on one line.
        kurtosis: E x⁴ / (E x²)² of the draws.

    Raises:
        ValueError: the shapes cannot tell the exponents apart.
    """
    samples = list(arrays)
    n = np.array([a.size for a in samples], dtype=float)
    design = np.array([[1, math.log(a.shape[1]), math.log(a.shape[0])] for a in samples])
    if np.linalg.matrix_rank(design) < 3 or len(samples) < 4:
        raise ValueError("a law needs four shapes or more that vary in both directions")
    with np.errstate(divide="ignore"):
        logs = np.array([0.5 * np.log(np.mean(a**2)) for a in samples])
    logs = logs - 0.5 * (special.psi(n / 2) - np.log(n / 2))
    weight = 1 / (special.polygamma(1, n / 2) / 4 * (kurtosis - 1) / 2)
    covariance = np.linalg.inv(design.T * weight @ design)
    constant, fan_in, fan_out = covariance @ (design.T * weight) @ logs
    rest = logs - design @ (constant, fan_in, fan_out)
    misfit = special.chdtrc(len(samples) - 3, float(rest**2 @ weight))
    return Law(float(constant), float(fan_in), float(fan_out), covariance, float(misfit))


# ------------------------------------------------------------------ tests that spend a budget


class BudgetSpent(RuntimeError):
    """A check makes more tests than it split its rate for: its author's fault, not a student's."""


@dataclass(frozen=True)
class Result:
    """One test that was made: what it looked at, and its p-value."""

    test: str
    name: str
    p: float


@dataclass
class Statistics:
    """Tests that together raise a false alarm at rate ``alpha`` at most (Bonferroni).

    ``alpha`` is divided evenly into ``shares``; each test spends one, and fails when its p-value is
    below it. ``statistics.split(5)`` is a budget for five tests. A budget may be split again, which
    spends one of its shares.

    Every method raises CheckFailed with a sentence for the student, and BudgetSpent when no share
    is left. ``hint`` is added to the sentence.
    """

    alpha: float
    shares: int = 1
    results: list[Result] = field(default_factory=list)
    _taken: int = 0

    @property
    def share(self) -> float:
        """The false-alarm rate of one test."""
        return self.alpha / self.shares

    def split(self, tests: int) -> Statistics:
        """One share of this budget, divided among so many tests."""
        if tests < 1:
            raise ValueError("a budget is split among one test or more")
        self._take()
        return Statistics(self.share, tests, self.results)

    def variance(
        self, sample: np.ndarray, std: float, name: str, law: str = "normal", hint: str = ""
    ) -> None:
        """The scale of draws around 0 is ``std``: `normal_variance` or `uniform_variance`."""
        p = _pick(law, normal_variance, uniform_variance)(sample, std)
        got = math.sqrt(float(np.mean(sample**2)))
        self._judge(
            "variance", name, p,
            f"The values of {name} are spread too {'little' if got < std else 'widely'}: their "
            f"root mean square is {got:.4g}, expected {std:.4g}.", hint,
        )  # fmt: skip

    def mean(
        self, sample: np.ndarray, std: float, name: str, law: str = "normal", hint: str = ""
    ) -> None:
        """The mean is 0, given the scale: `normal_mean` or `uniform_mean`."""
        p = _pick(law, normal_mean, uniform_mean)(sample, std)
        self._judge(
            "mean", name, p,
            f"The values of {name} are not centred on 0: their mean is {np.mean(sample):.4g}.",
            hint,
        )  # fmt: skip

    def distribution(
        self, sample: np.ndarray, std: float, name: str, law: str = "normal", hint: str = ""
    ) -> None:
        """The shape is a normal or a uniform distribution's of that scale: Kolmogorov–Smirnov."""
        p = _pick(law, normal_shape, uniform_shape)(sample, std)
        self._judge(
            "distribution", name, p,
            f"The values of {name} do not follow a {law} distribution with mean 0 and "
            f"standard deviation {std:.4g}.", hint,
        )  # fmt: skip

    def bernoulli(self, kept: np.ndarray, rate: float, name: str, hint: str = "") -> None:
        """Each entry is true (not 0) with probability ``rate``: the exact binomial test."""
        count = int(np.count_nonzero(kept))
        self._judge(
            "bernoulli", name, bernoulli(count, kept.size, rate),
            f"{name}: a share of {count / kept.size:.4g}, expected {rate:.4g}.", hint,
        )  # fmt: skip

    def uncorrelated(
        self, one: np.ndarray, other: np.ndarray, name: str, normal: bool = True, hint: str = ""
    ) -> None:
        """Two samples, entry by entry, have nothing to do with each other.

        ``normal``: one of them is iid normal (`correlation`, exact); else one of them is only
        symmetric about 0 (`signed_product`). The longer one is cut.
        """
        n = min(one.size, other.size)
        test = correlation if normal else signed_product
        p = test(one.ravel()[:n], other.ravel()[:n])
        self._judge("uncorrelated", name, p, f"{name} are not independent of each other.", hint)

    def rows(self, array: np.ndarray, name: str, hint: str = "") -> None:
        """No two rows of normal draws are correlated: `row_correlation`."""
        p = row_correlation(array)
        self._judge("rows", name, p, f"The rows of {name} are not independent of each other.", hint)

    def columns(self, array: np.ndarray, name: str, hint: str = "") -> None:
        """No two columns of normal draws are correlated: `row_correlation` of the transpose."""
        p = row_correlation(array.T)
        self._judge(
            "columns", name, p, f"The columns of {name} are not independent of each other.", hint
        )

    def unshared(self, one: np.ndarray, other: np.ndarray, name: str, hint: str = "") -> None:
        """Two samples do not hold the same draws, at whatever places: `shared_values`."""
        p = shared_values(one, other)
        self._judge("unshared", name, p, f"{name} contain the same random numbers.", hint)

    def judge(self, p: float, name: str, message: str) -> None:
        """Spend a share on a test of your own, whose p-value you have: fail with ``message``."""
        self._judge("own", name, p, message, "")

    def _judge(self, test: str, name: str, p: float, message: str, hint: str) -> None:
        self._take()
        self.results.append(Result(test, name, p))
        if not p >= self.share:  # nan fails, too
            raise CheckFailed(f"{message} {hint}".rstrip())

    def _take(self) -> None:
        if self._taken >= self.shares:
            raise BudgetSpent(
                f"this check split its false-alarm rate for {self.shares} test(s) and makes more"
            )
        self._taken += 1


def _pick(
    law: str,
    normal: Callable[[np.ndarray, float], float],
    uniform: Callable[[np.ndarray, float], float],
) -> Callable[[np.ndarray, float], float]:
    """The test for a law, given its standard deviation."""
    if law == "normal":
        return normal
    if law == "uniform":
        return lambda sample, std: uniform(sample, std * math.sqrt(3))
    raise ValueError(f"the law is 'normal' or 'uniform', not {law!r}")
