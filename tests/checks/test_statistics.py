"""The statistical tests keep the error rates that they state."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.stats import norm

from autograder.checks import statistics as s
from autograder.checks.expect import CheckFailed

DRAWS = 10_000


@pytest.fixture
def rng():
    return np.random.default_rng(20261125)


def ks_against_uniform(p_values):
    return s.uniform_shape(2 * np.asarray(p_values) - 1, 1.0)


def rate_is_at_most(p_values, level):
    """Not more p-values below the level than chance gives at the level, at one in a million."""
    below = int(np.sum(np.asarray(p_values) <= level))
    return s.bernoulli_above(below, len(p_values), level) > 1e-6


EXACT = {
    "normal_variance": lambda rng: s.normal_variance(3 + 0.01 * rng.normal(size=7), 0.01, 3.0),
    "normal_mean": lambda rng: s.normal_mean(0.2 * rng.normal(size=7), 0.2),
    "uniform_bound": lambda rng: s.uniform_bound(rng.uniform(-2, 2, 9), 2.0),
    "correlation": lambda rng: s.correlation(rng.normal(size=6), rng.exponential(size=6)),
}

CAUTIOUS = {
    "normal_shape": lambda rng: s.normal_shape(1 + 2 * rng.normal(size=12), 2.0, 1.0),
    "uniform_shape": lambda rng: s.uniform_shape(rng.uniform(-3, 3, 12), 3.0),
    "uniform_variance": lambda rng: s.uniform_variance(rng.uniform(-2, 2, 20), 2.0),
    "uniform_mean": lambda rng: s.uniform_mean(rng.uniform(-2, 2, 20), 2.0),
    "bernoulli": lambda rng: s.bernoulli(int(rng.binomial(40, 0.3)), 40, 0.3),
    "row_correlation": lambda rng: s.row_correlation(rng.normal(size=(4, 8))),
    "signed_product": lambda rng: s.signed_product(rng.uniform(-1, 1, 15), rng.random(15)),
    "shared_values": lambda rng: s.shared_values(rng.normal(size=9), rng.normal(size=9)),
}


@pytest.mark.parametrize("name", EXACT)
def test_p_values_of_exact_tests_are_uniform_under_the_null(name, rng):
    """An exact p-value of a continuous law is uniform, whatever the sample's size."""
    assert ks_against_uniform([EXACT[name](rng) for _ in range(DRAWS)]) > 1e-6


@pytest.mark.parametrize("name", CAUTIOUS)
def test_cautious_tests_never_alarm_more_often_than_stated(name, rng):
    """P(p <= a) <= a, for discrete statistics and proven bounds."""
    p_values = [CAUTIOUS[name](rng) for _ in range(DRAWS)]
    assert all(rate_is_at_most(p_values, level) for level in (0.001, 0.01, 0.05, 0.2, 0.5))
    assert max(p_values) <= 1


def test_bounds_are_not_empty(rng):
    """A rigorous bound still catches what it is for: a scale wrong by √3, a shift, equal draws."""
    uniform = rng.uniform(-1, 1, 2000)
    assert s.uniform_variance(uniform, math.sqrt(3)) < 1e-20
    assert s.uniform_variance(uniform, 0.99) == 0
    assert s.uniform_mean(0.5 * (uniform + 1), 1.0) < 1e-20
    assert s.uniform_mean(np.ones(50), 1.0) < 1e-10
    assert s.uniform_variance(np.zeros(50), 1.0) < 1e-10
    assert s.signed_product(uniform, uniform) < 1e-20
    assert s.shared_values(uniform[:500], -uniform[::-1]) < 1e-20
    assert s.row_correlation(np.vstack([uniform, -uniform])) == 0
    assert s.row_correlation(np.zeros((2, 5))) == 0


def test_chernoff_is_close_to_the_truth(rng):
    """The bound for a uniform's variance loses less than a factor of 40 at one in a thousand."""
    u = np.mean(rng.uniform(-1, 1, (DRAWS, 30)) ** 2, axis=1)
    edge = float(np.quantile(u, 0.999))
    bound = s.uniform_variance(np.full(30, math.sqrt(edge)), 1.0)
    assert 0.001 < bound < 0.04


@pytest.mark.parametrize("level", [0.05, 1e-4, 1e-9])
def test_shape_is_close_to_the_truth(level, rng):
    """For thousands of draws the bound exceeds the exact p-value by less than half."""
    sample = np.sort(rng.uniform(-1, 1, 3000))
    shift = stats.kstwo.isf(level, 3000) - stats.kstest(sample, "uniform", (-1, 2)).statistic
    moved = np.clip(sample + 2 * shift * np.sign(shift), -1, 1)
    exact = stats.kstest(moved, "uniform", (-1, 2), method="exact").pvalue
    assert exact <= s.uniform_shape(moved, 1.0) < 1.5 * exact


@pytest.mark.parametrize("ratio", [0.7, 1.1, 1.4])
def test_sample_size_is_the_smallest_that_keeps_the_miss_rate(ratio, rng):
    """The stated miss rate holds, computed and measured; with one draw fewer it does not."""
    alpha, beta = 1e-4, 0.05
    n = s.sample_size(alpha, beta, ratio)
    assert s.variance_miss(n, alpha, ratio) <= beta < s.variance_miss(n - 1, alpha, ratio)
    missed = [s.normal_variance(ratio * rng.normal(size=n), 1.0) >= alpha for _ in range(2000)]
    assert s.bernoulli(sum(missed), len(missed), s.variance_miss(n, alpha, ratio)) > 1e-6


def test_bernoulli_sample_size_is_the_smallest_that_keeps_the_miss_rate(rng):
    """The same for a rate: 0.69 for 0.5 is what a normal mask below 0.5 keeps."""
    alpha, beta, rate, other = 1e-4, 0.05, 0.5, 0.69
    n = s.bernoulli_sample_size(alpha, beta, rate, other)
    miss = s.bernoulli_miss(np.array([n - 1, n]), alpha, rate, other)
    assert miss[1] <= beta < miss[0]
    counts = rng.binomial(n, other, size=4000)
    missed = sum(s.bernoulli(int(c), n, rate) >= alpha for c in counts)
    assert s.bernoulli(missed, 4000, float(miss[1])) > 1e-6


def test_two_per_cent_at_the_grader_s_rate():
    """The module's docstring states how many draws two per cent take; the formula agrees."""
    n = s.sample_size(1e-11, 1e-3, 1.02)
    assert 120_000 < n < 128_000
    z = norm.isf(0.5e-11) + norm.isf(1e-3)
    assert n == pytest.approx((z / math.log(1.02)) ** 2 / 2, rel=0.05)


SHAPES = [(20, 300), (300, 20), (60, 60), (40, 500), (500, 40), (150, 90), (90, 150)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (lambda i, o: math.sqrt(2 / i), (math.log(2) / 2, -0.5, 0)),
        (lambda i, o: math.sqrt(2 / o), (math.log(2) / 2, 0, -0.5)),
        (lambda i, o: 2 / i, (math.log(2), -1, 0)),
        (lambda i, o: 0.01, (math.log(0.01), 0, 0)),
    ],
)
def test_law_reads_off_the_rule(rule, expected, rng):
    """The fitted constant and exponents are those of the rule, as far as their covariance says."""
    law = s.fit_law([rule(i, o) * rng.normal(size=(o, i)) for o, i in SHAPES])
    assert law.agrees(*expected) > 1e-6 < law.misfit
    assert law.agrees(expected[0] + 0.05, *expected[1:]) < 1e-6


def test_law_p_values_are_uniform_under_the_null(rng):
    """Wald's test and the misfit keep their levels with the covariance that the module states."""
    shapes = [(4, 60), (60, 4), (25, 25), (9, 90), (90, 9)]
    laws = [s.fit_law([rng.normal(size=shape) for shape in shapes]) for _ in range(2000)]
    assert ks_against_uniform([law.agrees(0, 0, 0) for law in laws]) > 1e-6
    assert ks_against_uniform([law.misfit for law in laws]) > 1e-6


def test_law_says_when_no_power_law_fits(rng):
    """Glorot's 2/(fan_in + fan_out) is no product of powers."""
    law = s.fit_law([math.sqrt(2 / (i + o)) * rng.normal(size=(o, i)) for o, i in SHAPES])
    assert law.misfit < 1e-6


def test_law_needs_shapes_that_vary(rng):
    """Square arrays cannot tell fan_in from fan_out."""
    with pytest.raises(ValueError, match="four shapes"):
        s.fit_law([rng.normal(size=(n, n)) for n in (5, 10, 20, 40)])


def test_a_budget_is_never_exceeded():
    """The shares of all tests add up to alpha, also through nested splits; one more is an error."""
    budget = s.Statistics(1e-10)
    parts = budget.split(4)
    inner = parts.split(5)
    assert inner.share * 5 + parts.share * 3 == pytest.approx(1e-10)
    for _ in range(3):
        parts.judge(1.0, "x", "never")
    with pytest.raises(s.BudgetSpent):
        parts.judge(1.0, "x", "never")
    with pytest.raises(s.BudgetSpent):
        budget.split(2)


def test_a_test_fails_below_its_share_and_on_nan():
    """The share decides, not alpha; a p-value that is no number passes nothing."""
    budget = s.Statistics(0.01).split(4)
    budget.judge(0.003, "x", "too small")
    with pytest.raises(CheckFailed, match="too small"):
        budget.judge(0.002, "x", "too small")
    with pytest.raises(CheckFailed, match="too small"):
        budget.judge(math.nan, "x", "too small")
    assert [result.p for result in budget.results][:2] == [0.003, 0.002]


def test_methods_pass_what_is_right_and_explain_what_is_not(rng):
    """Every method accepts its own law, and its sentence names what was judged."""
    normal, uniform = 0.1 * rng.normal(size=(60, 80)), rng.uniform(-0.3, 0.3, size=(60, 80))
    std = 0.3 / math.sqrt(3)
    good = s.Statistics(1e-6).split(12)
    good.variance(normal, 0.1, "W1")
    good.variance(uniform, std, "W1", "uniform")
    good.mean(normal, 0.1, "W1")
    good.mean(uniform, std, "W1", "uniform")
    good.distribution(normal, 0.1, "W1")
    good.distribution(uniform, std, "W1", "uniform")
    good.bernoulli(normal > 0, 0.5, "kept")
    good.uncorrelated(normal, uniform, "W1 and W2")
    good.uncorrelated(uniform, uniform[::-1] ** 2, "W1 and W2", normal=False)
    good.rows(normal, "W1")
    good.columns(normal, "W1")
    good.unshared(normal, uniform, "W1 and W2")
    bad = [
        (lambda t: t.variance(1.2 * normal, 0.1, "W1"), "too widely"),
        (lambda t: t.mean(normal + 0.03, 0.1, "W1"), "not centred"),
        (lambda t: t.distribution(uniform, std, "W1"), "normal distribution"),
        (lambda t: t.bernoulli(normal > 0.1, 0.5, "kept"), "a share of"),
        (lambda t: t.uncorrelated(normal, 3 * normal, "W1 and W2"), "independent"),
        (lambda t: t.rows(np.vstack([normal, normal[:1]]), "W1"), "rows of W1"),
        (lambda t: t.columns(np.hstack([normal, normal[:, :1]]), "W1"), "columns of W1"),
        (lambda t: t.unshared(normal, -normal.T, "W1 and W2"), "same random numbers"),
    ]
    for attempt, words in bad:
        with pytest.raises(CheckFailed, match=words):
            attempt(s.Statistics(1e-6))
    with pytest.raises(ValueError, match="cauchy"):
        s.Statistics(1e-6).mean(normal, 0.1, "W1", "cauchy")
