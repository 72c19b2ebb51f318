# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
"""Hidden checks of ``capstone``.

A model is the student's own, and nobody looks inside. It is measured from outside: a `fit` whose
steps have size 0 only tells the cost. Of one column with label k the cost is -log P_k, so costs for
several labels give the differences of the output scores, exactly. For a network without hidden
layers these are the weights themselves; for a chain of single units they are polynomials in the
learning rate whose coefficients tell whether the right gradient was followed.

What measures is `fit` at rate 0: a wrong gradient does not disturb the checks of ``build`` and
``predict``, and a cost in other units is calibrated away.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from dataclasses import dataclass

import numpy as np
from scipy import stats

from autograder.checks import (
    NUMBERS,
    OPAQUE,
    CallFailed,
    CheckFailed,
    CheckSkipped,
    Malformed,
    Returns,
    check,
    expect,
)

LABELS = Returns("labels", lambda value, name: value)

RETURNS = {
    "build": OPAQUE("model"),
    "predict": LABELS,
    "fit": (OPAQUE("model"), NUMBERS("history")),
}

RATE, BATCH = 0.03, 32
DEEP = [64] * 10 + [10]
EPOCHS, CALLS, FRESH = 8, 3, 3
"""A run is at most `CALLS` calls of `EPOCHS` epochs each; `FRESH` must fail to lose points."""


# ------------------------------------------------------------------------------ measuring


class Meter:
    """Measures models through the student's `fit`, with steps of size 0.

    What is wrong with `fit` then skips the checks of other functions.
    """

    def __init__(self, student, looks=0):
        self.student, self.looks = student, looks
        self.rng = student.hold(np.random.default_rng(0))
        self.blind = functools.cache(self._blind)
        self._used = {}

    def cost(self, model, X, Y):
        """The mean cost of the columns of X, all in one batch; the last one of too long a history.

        The network may first get used to the batch, by so many looks at it.
        """
        X, Y = np.atleast_2d(np.asarray(X, dtype=float)), np.atleast_1d(np.asarray(Y))
        if self.looks:
            key = (model, X.tobytes())
            if key not in self._used:
                looks = self.student.fit(model, X, Y, self.rng, self.looks, X.shape[1], 0.0)
                self._used[key] = looks[0]
            model = self._used[key]
        _, history = self.student.fit(model, X, Y, self.rng, 1, X.shape[1], 0.0)
        if len(history) == 0 or not np.isfinite(history[-1]):
            raise Malformed("fit", "history should hold one finite cost for one epoch.")
        return float(history[-1])

    def settled(self):
        """A meter for batch normalisation, or None when there is none.

        A history may be computed as `predict` would, with the running statistics: those are a
        batch's own after it has been shown often enough.
        """
        model = self.student.build([1, 6, 3], "he", self.rng, True)
        X, Y = np.array([[3.0, 5.0, 4.0, 8.0]]), np.array([0, 1, 2, 0])
        for looks in (0, 250):
            _, history = self.student.fit(model, X, Y, self.rng, looks + 2, 4, 0.0)
            if len(history) < 2 or np.isclose(history[-1], history[-2], rtol=1e-9):
                return Meter(self.student, looks)
        return None

    def costs(self, model, x, labels):
        """The cost of one column, for each label."""
        column = np.reshape(x, (-1, 1))
        return np.array([self.cost(model, column, [label]) for label in labels])

    def unit(self, n_x, classes):
        """What the student's `fit` calls ln(classes), in natural logarithms: 1 when it is right."""
        blind = self.student.build([n_x, classes], "zeros", self.rng)
        costs = self.costs(blind, np.zeros(n_x), range(min(classes, 8)))
        if classes <= 8 and abs(np.exp(-costs).sum() - 1) < 1e-6:
            return 1.0
        scale = costs.mean() / np.log(classes)
        if abs(scale) < 1e-3 or (classes <= 8 and np.ptp(costs) > 1e-6 * abs(costs.mean())):
            raise CheckSkipped("Cannot be judged: fit's costs are not -log of probabilities.")
        return scale

    def _blind(self, n_x, labels, classes):
        """What a batch of pictures with these labels costs when nothing is told of them."""
        model = self.student.build([n_x, classes], "zeros", self.rng)
        return self.cost(model, np.zeros((n_x, len(labels))), np.array(labels))

    def scatter(self, model, X, classes):
        """Σ (z - mean z)² over all classes and the columns of X, for scores z linear in X.

        One batch of small columns with every label: a column's mean cost is ln(classes) + Var z / 2
        + O(z³), and the batch's mean is told exactly by a `fit` that takes means or sums.
        """
        small, labels = 0.03, np.tile(np.arange(classes), X.shape[1])
        batch = np.repeat(small * X, classes, axis=1)
        unit = self.blind(X.shape[0], tuple(labels), classes) / np.log(classes)
        if abs(unit) < 1e-3:
            return np.nan
        excess = self.cost(model, batch, labels) / unit - np.log(classes)
        return 2 * labels.size * excess / small**2

    def scatter_by_label(self, model, X, classes):
        """What `scatter` measures, label by label: slow, and right for every `fit` that learns."""
        unit = self.unit(X.shape[0], classes)
        scores = np.array([-self.costs(model, x, range(classes)) / unit for x in X.T])
        return np.sum((scores - scores.mean(axis=1, keepdims=True)) ** 2)

    def softmax_twin(self, reference, model, n_x, classes):
        """The reference's network without hidden layers that has the same probabilities."""
        bias, *columns = (
            -self.costs(model, x, range(classes)) for x in (np.zeros(n_x), *np.eye(n_x))
        )
        W = np.array([column - bias for column in columns]).T
        return [{"W": W - W.mean(axis=0), "b": (bias - bias.mean())[:, None]}]

    def averages(self, rng):
        """Whether the cost of several pictures is the mean of each one's."""
        model, X, Y = (
            self.student.build([2, 3], "he", generator(rng)),
            rng.normal(size=(2, 6)),
            [0, 1, 2] * 2,
        )
        each = [self.cost(model, X[:, [i]], [Y[i]]) for i in range(6)]
        return all(np.isclose(self.cost(model, X, Y), np.mean(each), rtol=1e-6) for _ in range(4))

    def margin(self, model, x):
        """z_1 - z_0 at one column of a network with two classes."""
        zero, one = self.costs(model, x, (0, 1))
        return zero - one

    def margins_in_batch(self, model, X):
        """z_1 - z_0 of every column, with the statistics of the whole batch."""
        m = X.shape[1]
        base = self.cost(model, X, np.zeros(m, dtype=int))
        return np.array([m * (base - self.cost(model, X, np.eye(m, dtype=int)[i]))
                         for i in range(m)])  # fmt: skip


def forget(*functions):
    """Keep calls of these functions from the diagnosis: they depend on the student's own draws.

    They are also many, or long; each would be replayed with every known mistake.
    """

    def decorate(test):
        @functools.wraps(test)
        def wrapped(student, **fixtures):
            start = len(student.trace)
            try:
                test(student=student, **fixtures)
            finally:
                made = student.trace[start:]
                student.trace[start:] = [
                    call for call in made if call.through or call.function not in functions
                ]

        return wrapped

    return decorate


def excused(*excuses):
    """Skip a check that fails when another function gives reason: each excuse gives a word or none.

    They are looked for only where something is wrong, and cost the others no time.
    """

    def decorate(test):
        @functools.wraps(test)
        def wrapped(student, **fixtures):
            try:
                test(student=student, **fixtures)
            except CheckFailed:
                kept, words = len(student.trace), None
                for excuse in excuses:
                    with contextlib.suppress(CallFailed, CheckFailed, CheckSkipped):
                        words = words or excuse(student)
                del student.trace[kept:]
                if words:
                    raise CheckSkipped(f"Cannot be judged: {words}") from None
                raise

        return wrapped

    return decorate


def build_is_too_deep(student):
    """Whether a network that should have no hidden layers has some, as predict tells.

    Without them no picture is of the same class as its negative.
    """
    X, source = np.random.default_rng(0).normal(size=(3, 40)), np.random.default_rng(1)
    model = student.build([3, 4], "he", source)
    labels, negatives = (np.ravel(student.predict(model, s * X)) for s in (1, -1))
    odd = labels.shape == negatives.shape and 3 < np.sum(labels == negatives) < 37
    return "build does not heed layer_dims." if odd else None


def build_always_normalises(student):
    """Whether a network has batch normalisation that was not asked for."""
    Meter(student).unit(3, 4)  # of costs that are none nothing can be said
    return "build's batch normalisation is not asked for." if _normalises(student, False) else None


def _is_linear(student):
    """Whether scores, as costs tell them, are linear in the pictures in spite of hidden layers."""
    meter, source = Meter(student), np.random.default_rng(2)
    for _ in range(4):  # all five units on for both pictures, or off: not every time
        model = student.build([2, 5, 2], "he", source)
        plus, minus, middle = (meter.margin(model, [x, 0.5 * x]) for x in (1.0, -1.0, 0.0))
        if abs(plus - middle) < 1e-9 or abs(plus + minus - 2 * middle) > 1e-9:
            return False
    return True


def fit_is_linear(student):
    """Whether fit knows no hidden layers although the network has some, as predict tells."""
    if not _is_linear(student):
        return None
    X, source = np.random.default_rng(0).normal(size=(3, 40)), np.random.default_rng(1)
    for _ in range(4):
        model = student.build([3, 6, 4], "he", source)
        labels, negatives = (np.ravel(student.predict(model, s * X)) for s in (1, -1))
        if labels.shape == negatives.shape and np.sum(labels == negatives) > 3:
            return (
                "with hidden layers fit's costs are those of scores linear in the pictures: what "
                "happened to the ReLU, or to the layers?"
            )
    return None


def fit_redraws(student):
    """Whether fit, with steps of size 0, gives another network than it was given."""
    X, Y = np.random.default_rng(0).normal(size=(3, 40)), np.arange(40) % 4
    for scheme in ("zeros", "he"):
        source = np.random.default_rng(1)
        model = student.build([3, 4], scheme, source)
        new, _ = student.fit(model, X, Y, source, 1, 40, 0.0)
        before, after = (np.ravel(student.predict(one, X)) for one in (model, new))
        if before.shape == after.shape and np.sum(before != after) > 4:
            return "with steps of size 0, fit gives another network than it was given."
    return None


def labels_of(student, model, X, classes):
    """The student's labels, shape and kind checked."""
    got = student.predict(model, X)
    if not isinstance(got, np.ndarray):
        raise CheckFailed(f"labels should be a numpy array, got {expect.describe(got)}.")
    m = X.shape[1]
    expect.that(got.shape == (m,), f"labels has shape {got.shape}, expected {(m,)}.")
    expect.that(got.dtype.kind in "iu", f"labels has dtype {got.dtype}, expected integers.")
    expect.that(
        bool(((got >= 0) & (got < classes)).all()),
        f"labels should be from 0 to {classes - 1}, got some from {got.min()} to {got.max()}.",
    )
    return got


def accuracy(student, model, X, Y):
    """The share of right labels; how they are packed is for the checks of `predict`."""
    said = np.ravel(student.predict(model, X))
    return float(np.mean(said == Y)) if said.size == Y.size else 0.0


def generator(rng):
    """A fresh generator for one call."""
    return np.random.default_rng(int(rng.integers(2**63)))


@functools.cache
def digits():
    """scikit-learn's digits: pixels (64, 1797) in [0, 1], and labels."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return data.data.T / 16, data.target


def unseen_digits(rng):
    """Training and test images that nobody has got: pixels mixed, digits renamed, own split."""
    X, Y = digits()
    order, pixels, names = rng.permutation(1797), rng.permutation(64), rng.permutation(10)
    X, Y = X[pixels][:, order], names[Y[order]]
    noisy = np.clip(X[:, 1200:] + rng.normal(0, 0.1, (64, 597)), 0, 1)
    return X[:, :1200].copy(), Y[:1200], noisy, Y[1200:]


# ---------------------------------------------------------------------------------- build

STD = {
    "small": lambda fan_in, fan_out: 0.01,
    "xavier": lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out)),
    "he": lambda fan_in, fan_out: np.sqrt(2 / fan_in),
}

SHAPES = {
    "small": [(2, 8, 10)],
    "xavier": [(2, 8, 15), (8, 2, 8)],
    "he": [(2, 8, 24), (8, 2, 8)],
}
"""fan_in, fan_out and number of networks: enough to tell each scheme from its nearest mistake,
which has twice or half its variance for "he" (1 / fan_in), 2.5 times for
"xavier", a third for "small"."""


class Person:
    """Whoever wrote `build`, with a `fit` to measure it by."""

    def __init__(self, build, fit):
        self.build, self.fit = build, fit

    @staticmethod
    def hold(value):
        return value


def _normalises(student, use_batchnorm=True):
    """Whether batch normalisation makes a network's costs independent of the size of its inputs."""
    meter, X = Meter(student).settled(), np.array([[3.0, 5.0, 4.0, -8.0], [1.0, -2.0, 3.0, 5.0]])
    if meter is None:
        return use_batchnorm  # what is settled so slowly is some running mean
    for seed in range(3):  # a unit may be so small that epsilon counts, but not every time
        model = student.build([2, 6, 3], "he", np.random.default_rng(seed), use_batchnorm)
        small, large = (meter.cost(model, s * X, np.arange(4) % 3) for s in (1, 10))
        if np.isclose(small, large, rtol=0.02):
            return True
    return False


def _asked(student):
    """Whether build or fit looks at use_batchnorm: an array has no truth value, so who asks fails.

    Tells whose fault it is when nothing is normalised: of build, if what it gives cannot tell.
    """
    try:
        model = student.build([2, 6, 3], "he", np.random.default_rng(0), np.array([True, True]))
    except CallFailed:
        return True
    X, Y = np.ones((2, 4)), np.array([0, 1, 2, 0])
    return not student.works("fit", model, X, Y, np.random.default_rng(0), 1, 4, 0.0)


def _needs_normalisation(student, message):
    """Fail when fit does not normalise; skip the check when build lets it not know."""
    if not _normalises(student):
        if not _asked(student):
            raise CheckSkipped("Cannot be judged: build does not heed use_batchnorm.")
        raise CheckFailed(message)


def measured(student, reference, measure):
    """What `measure` gives of the student; noted, to be measured of known mistakes of build too."""
    value = measure(student)
    student.build.noted(value, lambda build: measure(Person(build, reference.fit)))
    return value


@check("build")
def test_build_leaves_its_arguments_alone(student):
    """Every scheme gives a model, with and without batch normalisation; layer_dims stays."""
    for scheme, use_batchnorm in itertools.product(("zeros", *STD), (False, True)):
        for layer_dims in ([3, 2], [2, 4, 3, 5]):
            expect.unchanged(
                student.build, layer_dims, scheme, np.random.default_rng(1), use_batchnorm
            )


@check("build")
@forget("build", "fit", "predict")
@excused(fit_redraws)
def test_build_zeros(student, reference, rng):
    """Zeros are zeros: every picture costs ln(number of classes), whatever its label."""
    for layer_dims in ([4, 5], [3, 4, 4, 3]):
        X, seed = 10 * rng.normal(size=(layer_dims[0], 4)), int(rng.integers(2**63))
        costs = functools.partial(_costs_of_zeros, layer_dims=layer_dims, X=X, seed=seed)
        for cost in np.ravel(measured(student, reference, costs)):
            expect.number(cost, np.log(layer_dims[-1]), 'a "zeros" network\'s cost', 1e-7)


def _costs_of_zeros(person, layer_dims, X, seed):
    meter, labels = Meter(person), range(layer_dims[-1])
    source = person.hold(np.random.default_rng(seed))
    unit = meter.unit(layer_dims[0], layer_dims[-1])
    models = [person.build(layer_dims, "zeros", source, norm) for norm in (False, True)]
    return np.array([meter.costs(model, x, labels) for model in models for x in X.T]) / unit


@check("build", points=2)
@forget("build", "fit", "predict")
@excused(fit_redraws)
def test_build_scale_without_hidden_layers(student, reference, rng, statistics):
    """ "small", "xavier" and "he" have the variance that their formulas say, seen in one layer."""
    scales = [
        Scale(
            scheme, [n_x, classes],
            np.hstack([np.eye(n_x), -np.eye(n_x)]),  # both signs: odd powers of z cancel
            networks, count=networks * n_x * (classes - 1),
            square=STD[scheme](n_x, classes) ** 2 * 2,  # each weight is seen twice
        )
        for scheme, shapes in SHAPES.items() for n_x, classes, networks in shapes
    ]  # fmt: skip
    _judge_scales(student, reference, rng, statistics, scales)


@check("build", points=2)
@forget("build", "fit", "predict")
@excused(fit_redraws)
def test_build_scale_in_deep_networks(student, reference, rng, statistics):
    """In deep networks every layer has its scheme's variance: signals have the right size."""
    try:
        _judge_scales(student, reference, rng, statistics, _deep_scales(0.5))
    except CheckFailed:
        if not _is_linear(student):
            raise
        _judge_scales(student, reference, rng, statistics, _deep_scales(1.0))


def _deep_scales(kept):
    """Each ReLU keeps half of the mean square, or where it is missing all of it."""
    layer_dims, networks, scales = [1, 60, 60, 12], 24, []
    for scheme, law in STD.items():
        square = kept ** (len(layer_dims) - 2)
        for fan_in, fan_out in itertools.pairwise(layer_dims):
            square *= fan_in * law(fan_in, fan_out) ** 2
        X, count = np.array([[1, -1]]) / np.sqrt(square), networks * 2 * (layer_dims[-1] - 1)
        # The mean squares of the hidden layers vary too: exact chi-squared bounds, and a margin
        # of 7 standard deviations of their mean's logarithm (0.06) for them.
        scales.append(Scale(scheme, layer_dims, X, networks, count, square=1.0, margin=1.5))
    return scales


@dataclass(frozen=True)
class Scale:
    """Networks of one scheme: Σ (z - mean z)² / square over them is chi-squared with `count`."""

    scheme: str
    layer_dims: list[int]
    X: np.ndarray
    networks: int
    count: int
    square: float
    margin: float = 1.0

    def scatters(self, person, seed, look):
        """Σ (z - mean z)² of each network; what is but rounding is 0."""
        look, source = getattr(Meter(person), look), person.hold(np.random.default_rng(seed))
        return np.round([
            look(person.build(self.layer_dims, self.scheme, source), self.X, self.layer_dims[-1])
            for _ in range(self.networks)
        ], 10)  # fmt: skip

    def judge(self, alpha, total):
        """Fail when the sum over all networks is none of a chi-squared law, within the margin.

        For uniform weights a sum of squares varies less, so the rate holds all the more.
        """
        low = stats.chi2.ppf(alpha / 2, self.count) / self.margin
        high = stats.chi2.isf(alpha / 2, self.count) * self.margin
        expect.that(
            low < total / self.square < high,
            f'"{self.scheme}" for layer_dims {self.layer_dims}: the scores vary '
            f"{max(total / self.square / self.count, 0):.3g} times as much as they should "
            f"(allowed: {low / self.count:.2f} to {high / self.count:.2f}). Which variance do the "
            "weights of each layer have?",
        )


def _judge_scales(student, reference, rng, statistics, scales):
    """Measure all, then judge each."""
    seeds = rng.integers(2**63, size=(2, len(scales)))
    looks = [
        measured(student, reference, functools.partial(scale.scatters, seed=seed, look="scatter"))
        for scale, seed in zip(scales, seeds[0], strict=True)
    ]
    alpha = statistics.alpha / len(scales)
    for scale, seed, scatters in zip(scales, seeds[1], looks, strict=True):
        try:
            scale.judge(alpha, scatters.sum())
        except CheckFailed:
            Meter(student).unit(2, 3)  # of costs that are none nothing can be said
            if Meter(student).averages(rng):
                raise
            # Once more, in the way that few mistakes of `fit` disturb.
            scale.judge(alpha, scale.scatters(student, seed, "scatter_by_label").sum())


@check("build")
@forget("build", "fit", "predict")
@excused(fit_redraws)
def test_build_biases_are_zero(student, reference, rng):
    """Biases and beta start at 0, gamma at 1: blank pictures score the same for every class."""
    seed, X = int(rng.integers(2**63)), rng.normal(size=(3, 4))
    costs = measured(student, reference, functools.partial(_costs_of_blanks, seed=seed))
    for cost in np.ravel(costs):
        expect.number(cost, np.log(3), "a blank picture's cost", 1e-7)
    # Equal pictures are normalised to 0, which leaves beta; different ones are told apart.
    if not _normalises(student):
        expect.that(
            _asked(student),
            "With use_batchnorm the network is the same as without it: nothing that build gives "
            "to fit depends on it.",
        )
        return  # fit does not normalise: judged where it belongs
    settled = Meter(student).settled()
    if settled is None or not settled.averages(rng):
        return  # fit sums: judged where it belongs
    for scheme in STD:
        costs = functools.partial(
            _costs_when_normalised, scheme=scheme, X=X, seed=seed, looks=settled.looks
        )
        alike, different = measured(student, reference, costs)
        expect.number(alike, np.log(3), "with batch normalisation, equal pictures' cost", 1e-6)
        expect.that(
            abs(different - np.log(3)) > 1e-9,
            "With batch normalisation a new network tells no pictures apart: is gamma 1?",
        )


def _costs_of_blanks(person, seed):
    meter, source = Meter(person), person.hold(np.random.default_rng(seed))
    unit = meter.unit(3, 3)
    return np.array([
        meter.costs(person.build(layer_dims, scheme, source), np.zeros(layer_dims[0]), range(3))
        for layer_dims, scheme in itertools.product(([2, 3], [3, 5, 4, 3]), STD)
    ]) / unit  # fmt: skip


def _costs_when_normalised(person, scheme, X, seed, looks):
    meter, Y = Meter(person, looks), np.arange(4) % 3
    model = person.build([3, 5, 4, 3], scheme, np.random.default_rng(seed), True)
    return np.array([meter.cost(model, pictures, Y) for pictures in (np.ones((3, 4)), X)]) / (
        meter.unit(3, 3)
    )


@check("build", points=2)
@forget("build", "fit", "predict")
@excused(fit_redraws)
def test_build_draws_are_fresh(student, reference, rng, statistics):
    """rng is the only source of randomness, and each network and each layer has its own draws."""
    meter = Meter(student)
    x, alpha = rng.uniform(0.5, 2, size=3), statistics.alpha
    meter.unit(1, 8)  # of costs that are none nothing can be said
    blind = meter.blind(1, (0,), 8)
    for scheme in STD:
        change = functools.partial(_changes, scheme=scheme, x=x, seed=int(rng.integers(2**63)))
        same, moved = measured(student, reference, change)
        expect.that(
            same == 0, f'"{scheme}" gave another network for the same rng: use nothing but rng.'
        )
        expect.that(moved > 0, f'"{scheme}" gave the same network twice although rng had moved on.')
    # One hidden unit with weight w: a picture of w's sign shows the first output weight. Two layers
    # that share their draws give it that sign too often; independent ones half of the time.
    source, same, count = student.hold(generator(rng)), 0, 0
    for _ in range(110):
        model = student.build([1, 1, 8], "he", source)
        for sign in (1, -1):
            score = blind - meter.cost(model, [[sign * 1e-4]], [0])
            if abs(score) > 1e-12:
                count, same = count + 1, same + (score * sign > 0)
                break
    p_value = 2 * min(stats.binom.cdf(same, count, 0.5), stats.binom.sf(same - 1, count, 0.5))
    expect.that(
        count > 0, "A hidden unit answers to no picture at all: are its weights drawn from rng?"
    )
    expect.that(
        p_value > alpha, "Two layers share their draws: draw each layer's weights anew from rng."
    )


def _changes(person, scheme, x, seed):
    """How much the costs differ for two networks of the same rng, and of one that has moved on."""
    meter, source = Meter(person), person.hold(np.random.default_rng(seed))
    first, second, third = (
        meter.costs(person.build([3, 3], scheme, g), x, range(3))
        for g in (source, person.hold(np.random.default_rng(seed)), source)
    )
    return [float(np.round(np.abs(first - one).max(), 9)) for one in (second, third)]


# -------------------------------------------------------------------------------- predict


@check("predict")
def test_predict_returns_labels(student, rng):
    """The labels are integers from 0 to C - 1 in an array of shape (m,); nothing is changed."""
    for layer_dims, m in [([3, 4], 5), ([2, 6, 5, 3], 7), ([4, 3], 1)]:
        for use_batchnorm in (False, True):
            model = student.build(layer_dims, "he", np.random.default_rng(3), use_batchnorm)
            X = rng.normal(size=(layer_dims[0], m))
            labels = labels_of(student, model, X, layer_dims[-1])
            expect.unchanged(student.predict, model, X)
            expect.that(
                np.array_equal(labels, labels_of(student, model, X, layer_dims[-1])),
                "The same pictures got other labels the second time. predict should not change "
                "the model, and there is no dropout in it.",
            )


def _trained(student, rng, layer_dims, use_batchnorm=False):
    """A network with lopsided biases, made of the student's own functions."""
    model = student.build(layer_dims, "he", np.random.default_rng(5), use_batchnorm)
    X = rng.normal(size=(layer_dims[0], 24)) + 1
    Y = np.minimum(rng.integers(0, layer_dims[-1] + 1, 24), layer_dims[-1] - 1)
    return student.fit(model, X, Y, np.random.default_rng(6), 12, 8, 0.2)[0]


@check("predict", points=3)
@forget("build", "fit")
@excused(fit_redraws, fit_is_linear, build_always_normalises)
def test_predict_is_the_most_probable_class(student, rng):
    """The label is the class with the largest score, of a new and of a trained network."""
    meter = Meter(student)
    # A blank picture is taught to be of each of 12 classes: the biases alone decide.
    start, blank = student.build([2, 12], "he", generator(rng)), np.zeros((2, 1))
    for k in range(12):
        model = student.fit(start, blank, np.array([k]), meter.rng, 1, 1, 1.0)[0]
        (label,) = labels_of(student, model, blank, 12)
        if label != k:
            costs = meter.costs(model, blank[:, 0], (label, k))
            expect.that(
                costs[0] <= costs[1] + 1e-9,
                f"With 12 classes, a picture of the most probable class {k} was labelled {label}.",
            )
    for layer_dims in ([3, 4], [3, 6, 5], [2, 7, 6, 3]):
        classes, n_x = layer_dims[-1], layer_dims[0]
        unit = meter.unit(n_x, classes)
        models = [student.build(layer_dims, "he", generator(rng))]
        with contextlib.suppress(Malformed):  # a fit that diverges: the newborn one must do
            trained = _trained(student, rng, layer_dims)
            meter.cost(trained, np.ones((n_x, 1)), [0])
            models.append(trained)
        for model in models:
            # On the way from one picture to others: where the label turns, little makes it wrong.
            share, ends = np.linspace(-0.5, 1.5, 150), rng.normal(size=(5, n_x, 1))
            X = np.hstack([ends[0] + share * (end - ends[0]) for end in ends[1:]])
            labels = labels_of(student, model, X, classes)
            turns = rng.permutation(np.flatnonzero(np.diff(labels)))[:5]
            for i in (0, *turns, *turns + 1, 599):
                label = labels[i]
                costs = meter.costs(model, X[:, i], range(classes)) / unit
                if abs(np.exp(-costs).sum() - 1) > 1e-6:
                    raise CheckSkipped(
                        "Cannot be judged: fit's costs are not -log of probabilities."
                    )
                if costs[label] > costs.min() + 1e-9:
                    raise CheckFailed(
                        f"A picture was labelled {label}, but with the student's own costs class "
                        f"{np.argmin(costs)} is the most probable ({np.exp(-costs.min()):.2f}, "
                        f"against {np.exp(-costs[label]):.2f})."
                    )


@check("predict", points=2)
@forget("build", "fit")
def test_predict_decides_each_picture_alone(student, rng):
    """What is said of one picture does not depend on the others, with or without batch norm."""
    for use_batchnorm, layer_dims in itertools.product((False, True), ([3, 8, 8, 5], [4, 9, 4])):
        newborn = student.build(layer_dims, "he", generator(rng), use_batchnorm)
        for model in (newborn, _trained(student, rng, layer_dims, use_batchnorm)):
            X = rng.normal(size=(layer_dims[0], 60)) + 1
            together = labels_of(student, model, X, layer_dims[-1])
            for part in (np.arange(60)[::-1], *np.split(np.arange(60), 6), *np.arange(8)[:, None]):
                some = labels_of(student, model, X[:, part], layer_dims[-1])
                expect.that(
                    np.array_equal(some, together[part]),
                    "Pictures get other labels in other company. "
                    + (
                        "For predict, batch normalisation uses the running statistics."
                        if use_batchnorm
                        else "predict neither scales the pictures by one another nor "
                        "drops anything."
                    ),
                )


@check("predict", points=2)
@forget("build", "fit")
@excused(fit_redraws, fit_is_linear, build_always_normalises)
def test_predict_uses_the_running_statistics(student, rng):
    """With batch normalisation it computes what training does, with running mean and variance."""
    meter = Meter(student).settled()
    if meter is None or not meter.averages(rng):
        return  # fit's cost of several pictures is wrong: judged where it belongs
    for layer_dims in ([2, 6, 3], [3, 5, 5, 3]):
        unit = meter.unit(layer_dims[0], 3)
        for m in (6, 16):
            model = _trained(student, rng, layer_dims, use_batchnorm=True)
            X = 2 * rng.normal(size=(layer_dims[0], m)) - 1
            base, columns = rng.integers(0, 3, m), np.arange(m)
            # Many looks at one batch without learning: the running statistics become the batch's.
            for looks, rest in [(400, 1e-6), (2000, 0.03)]:  # a running mean may be a slow one
                model = student.fit(model, X, np.zeros(m, dtype=int), meter.rng, looks, m, 0.0)[0]
                labels = labels_of(student, model, X, 3)
                costs = np.array([
                    [meter.cost(model, X, np.where(columns == i, k, base)) for k in range(3)]
                    for i in columns
                ]) * (m / unit)  # fmt: skip
                wrong = int(np.sum(costs[columns, labels] - costs.min(axis=1) > rest))
                if not wrong:
                    break
            if not wrong:
                continue
            # Is it fit that collects them wrongly? One that learns nothing tells: then only what
            # predict does with the first statistics, mean 0 and variance 1, could be judged.
            if not _collects(student, meter):
                return
            raise CheckFailed(
                f"With batch normalisation, {wrong} of {m} pictures get another label than "
                "the class that was most probable in training, though the running statistics "
                "are those of that very batch."
            )


ONE_BATCH = (np.array([[3.0, 5.0, 4.0, 8.0]]), 4, 5.0)
"""Pictures, batch_size, and the mean of a batch."""


def _turning_point(student, meter, X, batch_size, mean, epochs, seeds=range(12)):
    """Where a [1, 6, 10] network's label turns, in units of a batch's mean; None: nowhere.

    All inputs of the hidden units' ReLUs are multiples of x - (running mean of x): the label is
    constant on both sides of that mean, and all scores are 0 at it.
    """
    for seed in seeds:
        model = student.build([1, 6, 10], "he", np.random.default_rng(seed), use_batchnorm=True)
        first = _turns(student, model, mean)
        if len(first) == 0:
            continue
        if len(first) > 1 or abs(first[0]) > 0.006:
            return None  # predict is wrong already where the running mean is 0: no word about fit
        Y = np.arange(X.shape[1])
        model = student.fit(model, X, Y, meter.rng, epochs, batch_size, 0.0)[0]
        turns = _turns(student, model, mean)
        if len(turns):
            return turns
    return None


def _turns(student, model, mean):
    """Between which inputs the label changes; nowhere when predict looks at the other pictures."""
    grid = np.linspace(-0.0495, 1.2505, 131)  # no point at a likely turn
    labels = np.ravel(student.predict(model, mean * grid[None]))
    if not np.array_equal(labels[:50], np.ravel(student.predict(model, mean * grid[None, :50]))):
        return np.array([])
    return grid[np.flatnonzero(labels[1:] != labels[:-1])] + 0.005


def _collects(student, meter):
    turns = _turning_point(student, meter, *ONE_BATCH, 400, seeds=range(8))
    right = turns is not None and len(turns) == 1 and abs(turns[0] - 1) < 0.1
    return right and _collects_variance(student, meter)


def _collects_variance(student, meter):
    """Whether the size of the pictures' numbers leaves the labels as they are, or nearly.

    An output bias wins near the mean. Without the running variance, pictures a thousand times as
    large drown it. (Where predict divides by too much, the bias wins all the more.)
    """
    grid, shares = np.linspace(-3, 3, 60)[None], []
    model = student.build([1, 6, 10], "he", np.random.default_rng(0), True)
    k = min(set(range(10)) - set(np.ravel(student.predict(model, grid)).tolist()))
    model = student.fit(model, np.ones((1, 4)), np.full(4, k), meter.rng, 1, 4, 3.0)[0]
    for size in (1.0, 1e3):
        X, Y = size * ONE_BATCH[0], np.arange(4)
        seen = student.fit(model, X, Y, meter.rng, 100, 4, 0.0)[0]
        shares.append(np.mean(np.ravel(student.predict(seen, size * (5 + 2 * grid))) == k))
    return shares[1] >= shares[0] / 2


# ------------------------------------------------------------------------------------ fit


def _softmax_problem(rng, n_x, classes, m):
    return rng.normal(size=(n_x, m)), rng.integers(0, classes, m)


@check("fit")
def test_fit_keeps_to_the_contract(student, rng):
    """It returns a model and one cost an epoch, and changes neither X nor Y nor the model."""
    for layer_dims, epochs, use_batchnorm in [
        ([3, 4], 3, False), ([2, 5, 5, 3], 2, False), ([2, 5, 5, 3], 4, True),
    ]:  # fmt: skip
        X, Y = _softmax_problem(rng, layer_dims[0], layer_dims[-1], 9)
        model = student.build(layer_dims, "he", np.random.default_rng(2), use_batchnorm)
        _, history = student.fit(model, X, Y, np.random.default_rng(3), epochs, 4, 0.1)
        expect.that(
            len(history) == epochs,
            f"history should hold {epochs} costs, one for each epoch; it holds {len(history)}.",
        )
        expect.finite(history, "history")
        expect.unchanged(student.fit, model, X, Y, np.random.default_rng(3), epochs, 4, 0.1)


@check("fit", points=2)
@excused(build_is_too_deep, build_always_normalises)
def test_fit_softmax_regression_costs(student, reference, rng):
    """Without hidden layers, from zeros, every epoch's cost is known exactly."""
    for n_x, classes, m, rate in [(3, 4, 7, 0.5), (5, 2, 4, 0.1), (1, 3, 12, 1.0)]:
        X, Y = _softmax_problem(rng, n_x, classes, m)
        _history(student, reference, [n_x, classes], X, Y, m, rate)


def _history(student, reference, layer_dims, X, Y, batch_size, rate, **options):
    """Four epochs from zeros, the cost taken before each step or after it."""
    source = np.random.default_rng(4)
    model = student.build(layer_dims, "zeros", source)
    _, history = student.fit(model, X, Y, np.random.default_rng(5), 4, batch_size, rate, **options)
    # Zeros, if build is right; if not, fit is judged on what it was given.
    newborn = Meter(student).softmax_twin(reference, model, *layer_dims)
    before = reference.fit(newborn, X, Y, source, 5, batch_size, rate, **options)[1]
    expect.any_of(
        lambda: expect.numbers(history, np.array(before[:4]), "history", 1e-6, 1e-9),
        lambda: expect.numbers(history, np.array(before[1:]), "history", 1e-6, 1e-9),
    )


@check("fit", points=2)
@excused(build_is_too_deep, build_always_normalises)
def test_fit_softmax_regression_steps(student, reference, rng):
    """Without hidden layers, each step moves weights and biases as gradient descent should."""
    meter = Meter(student)
    for n_x, classes, m, batch, epochs, same in [
        (2, 3, 6, 6, 1, False), (3, 2, 5, 5, 3, False), (2, 3, 7, 3, 1, True),
        (1, 2, 5, 2, 2, True),
        (2, 4, 3, 8, 2, False), (2, 2, 4, 1, 1, True),
    ]:  # fmt: skip
        X, Y = _softmax_problem(rng, n_x, classes, m)
        if same:  # the same picture again and again: the order cannot matter
            X, Y = np.repeat(X[:, :1], m, axis=1), np.repeat(Y[:1], m)
        start = student.build([n_x, classes], "zeros", np.random.default_rng(1))
        twin = meter.softmax_twin(reference, start, n_x, classes)
        got, want = (
            one.fit(model, X, Y, np.random.default_rng(2), epochs, batch, 0.4)[0]
            for one, model in ((student, start), (reference, twin))
        )
        for x in (np.zeros(n_x), rng.normal(size=n_x)):
            expect.numbers(
                meter.costs(got, x, range(classes)), _reference_costs(reference, want, x, classes),
                f"after {epochs} epoch{'s' * (epochs > 1)} with "
                f"{'one batch' if batch >= m else f'batches of {batch} of {m} pictures'}, the cost",
                1e-6, 1e-9,
            )  # fmt: skip


def _reference_costs(reference, model, x, classes):
    return np.array([
        reference.fit(model, np.reshape(x, (-1, 1)), np.array([k]), np.random.default_rng(0), 1, 1,
                      0.0)[1][0]
        for k in range(classes)
    ])  # fmt: skip


@check("fit", points=2)
@excused(build_is_too_deep, build_always_normalises)
def test_fit_shows_each_picture_once(student, reference, rng):
    """An epoch shows each picture once, with its own label, in an order that rng decides."""
    X, Y = np.array([[1.0, -0.5, 2.0], [0.3, 1.5, -1.0]]), np.array([0, 1, 2])
    probe = np.array([0.7, 0.4])
    meter, start = Meter(student), student.build([2, 3], "zeros", np.random.default_rng(1))
    twin, outcomes = meter.softmax_twin(reference, start, 2, 3), {}
    for lasts in itertools.product(range(3), repeat=2):
        model = twin
        for last in lasts:
            for batch in (np.delete(np.arange(3), last), [last]):
                model = reference.fit(
                    model, X[:, batch], Y[batch], np.random.default_rng(0), 1, 2, 0.5
                )[0]
        outcomes[lasts] = _reference_costs(reference, model, probe, 3)
    seen = set()
    for _ in range(22):
        model = student.fit(start, X, Y, generator(rng), 2, 2, 0.5)[0]
        costs = meter.costs(model, probe, range(3))
        fits = [lasts for lasts, want in outcomes.items() if np.allclose(costs, want, rtol=1e-6)]
        expect.that(
            fits,
            "After two epochs of 3 pictures in batches of 2 the network is not what any order of "
            "the pictures would give.",
        )
        seen.add(fits[0])
    # Three pictures can be the last: that one and the same is it 22 times has chance 3**-21.
    expect.that(
        len({first for first, _ in seen}) > 1,
        "The batches are the same in every epoch, whatever rng: shuffle them.",
    )
    expect.that(
        any(first != second for first, second in seen),
        "The second epoch always has the batches of the first one: shuffle before each epoch.",
    )


@check("fit")
@excused(build_is_too_deep, build_always_normalises)
def test_fit_history_covers_the_epoch(student, rng):
    """The cost of an epoch is the mean over all its pictures: no sum, not the last batch's."""
    meter = Meter(student)
    for layer_dims, m, batch in [([3, 4], 12, 4), ([2, 6, 3], 6, 2)]:
        X, Y = _softmax_problem(rng, layer_dims[0], layer_dims[-1], m)
        model = student.build(layer_dims, "he", np.random.default_rng(7))
        whole = meter.cost(model, X, Y)
        _, history = student.fit(model, X, Y, np.random.default_rng(8), 2, batch, 0.0)
        expect.numbers(history, np.array([whole, whole]), "history at learning rate 0", 1e-6)


@check("fit")
@excused(build_is_too_deep, build_always_normalises)
def test_fit_is_safe_for_large_scores(student, rng):
    """Large scores overflow nowhere: the costs stay finite and right, or large."""
    meter = Meter(student)
    model = student.build([2, 3], "he", np.random.default_rng(9))
    x = rng.normal(size=2)
    model = student.fit(model, x[:, None], np.array([1]), meter.rng, 1, 1, 0.5)[0]
    blank = meter.costs(model, np.zeros(2), range(3))
    small, large = (meter.costs(model, x * size, range(3)) for size in (1.0, 1e4))
    scores = 1e4 * (blank - small) - blank
    for got, want in zip(large, scores.max() - scores, strict=True):
        # The probability may be kept from 0 by something tiny before its logarithm is taken.
        if min(got, want) < -np.log(1e-7):
            expect.number(got, want, "the cost of large scores", 1e-6, 1e-6)


@check("fit")
def test_fit_leaves_its_model_alone(student, rng):
    """Training again from the same model with the same rng gives the same again."""
    for use_batchnorm, options in [
        (False, {}), (True, {}), (False, {"keep_prob": 0.7}), (False, {"lambd": 0.5}),
    ]:  # fmt: skip
        X, Y = _softmax_problem(rng, 3, 4, 10)
        model = student.build([3, 8, 4], "he", np.random.default_rng(11), use_batchnorm)
        first, again = (
            student.fit(model, X, Y, np.random.default_rng(12), 3, 4, 0.1, **options)[1]
            for _ in range(2)
        )
        expect.that(
            np.allclose(first, again, rtol=1e-9),
            "Training the same model again, with the same rng, gave another history: fit changed "
            "the model that it was given, or used randomness other than rng.",
        )


@check("fit", points=2)
@excused(build_is_too_deep, build_always_normalises)
def test_fit_follows_the_gradient_of_hidden_layers(student, rng):
    """In a chain of single hidden units every layer's weight and bias follows its gradient."""
    meter = Meter(student)
    for _ in range(3):
        for model, sign, margin in _active(student, meter, rng, [1, 1, 1, 2]):
            _chain(student, meter, model, sign, margin)
        for model, sign, margin in _active(student, meter, rng, [1, 1, 2]):
            _dead_step(student, meter, model, sign, margin)


def _active(student, meter, rng, layer_dims):
    """A chain of single units that answers to x = sign and to nothing else, and its margin there.

    None when `build` makes no such network in many tries: that is judged where it belongs.
    """
    kept = len(student.trace)
    for _ in range(60):
        del student.trace[kept:]  # the search tells the diagnosis nothing
        model = student.build(layer_dims, "he", generator(rng))
        plus, minus = (meter.margin(model, [x]) for x in (1.0, -1.0))
        margin, sign, other = (plus, 1.0, minus) if abs(plus) > abs(minus) else (minus, -1.0, plus)
        if abs(other) < 1e-12 and 0.2 < abs(margin) < 4 and abs(meter.margin(model, [0.0])) < 1e-12:
            return [(model, sign, margin)]
    _needs_hidden_layers(student)
    return []


def _needs_hidden_layers(student):
    """Fail or skip when fit knows no hidden layer: predict tells whether there is one."""
    if words := fit_is_linear(student):
        raise CheckFailed(words[0].upper() + words[1:])
    if _is_linear(student):
        raise CheckSkipped(
            "Cannot be judged: a network that should have hidden layers has scores linear in the "
            "pictures."
        )


def _chain(student, meter, model, sign, margin):
    """With weights u, v and output difference w: one step from x = sign with the favoured label.

    Let d = rate * (P_1 - y), p = uvw = margin, a = u², b = v², c = w². The new margin at x is
    (w - 2duv)((v - dwu)((u - dwv) x - dwv) - dw) - 2d: at 0 and as a slope, cubic in d. The first
    two coefficients give b and c; all others must agree with them.
    """
    y = int(margin > 0)
    delta = 1 / (1 + np.exp(-margin)) - y
    rates = np.array([0.02, 0.04, 0.06])
    at_zero, slope = [], []
    for rate in rates:
        new = student.fit(model, np.array([[sign]]), np.array([y]), meter.rng, 1, 1, rate)[0]
        at_zero.append(meter.margin(new, [0.0]))
        slope.append(meter.margin(new, [sign]) - at_zero[-1])
    d = rates * delta
    powers = d[:, None] ** np.arange(1, 4)
    i1, i2, i3 = np.linalg.solve(powers, at_zero)
    s1, s2, s3 = np.linalg.solve(powers, np.array(slope) - margin)
    p = margin
    # c + 2b = i2 / p - 2 and c (1 + b) = -i1 - 2
    total, product = i2 / p - 2, -i1 - 2
    root = np.sqrt(max((total - 2) ** 2 - 8 * (product - total), 0.0))
    fits = []
    for b in ((total - 2 + root) / 4, (total - 2 - root) / 4):
        c = total - 2 * b
        if b <= 0 or c <= 0:
            continue
        a = p * p / (b * c)
        expected = np.array([
            -c * b - c - 2, p * (c + 2 * b + 2), -2 * a * b * c,
            -(2 * a * b + c * a + c * b), p * (2 * a + 2 * b + c), -2 * a * b * c,
        ])  # fmt: skip
        got = np.array([i1, i2, i3, s1, s2, s3])
        fits.append(np.allclose(got, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max()))
    expect.that(
        any(fits),
        "After one step of a network with two hidden layers of one unit each, the scores are not "
        "what gradient descent gives: some layer's weight or bias moves wrongly, or not at all.",
    )


def _dead_step(student, meter, model, sign, margin):
    """A hidden unit that is off lets no gradient through: only the output biases move."""
    new = student.fit(model, np.array([[-sign]]), np.array([0]), meter.rng, 1, 1, 0.5)[0]
    bias = -2 * 0.5 * 0.5
    for x, want in [(-sign, bias), (0.0, bias), (sign, margin + bias)]:
        expect.number(
            meter.margin(new, [x]), want,
            "after a step for a picture that no hidden unit answers to, z[1] - z[0]", 1e-6, 1e-9,
        )  # fmt: skip


@check("fit", points=2)
@forget("build", "fit", "predict")
@excused(build_is_too_deep, build_always_normalises)
def test_fit_gradients_are_symmetric(student, rng):
    """What a step on some pictures does to the cost of others agrees with the reverse.

    A small step along the gradient g_A changes the cost of B by -rate * g_A . g_B, and the reverse.
    """
    _active(student, Meter(student), rng, [1, 1, 2])  # fails or skips when no layer is hidden
    for use_batchnorm, meter in [(False, Meter(student)), (True, Meter(student).settled())]:
        if meter is None:
            continue
        attempts = [_asymmetry(student, meter, rng, use_batchnorm) for _ in range(2)]
        if min(attempts) > 0.002:  # a step may cross a kink of ReLU, but not every time
            attempts += [_asymmetry(student, meter, rng, use_batchnorm) for _ in range(4)]
        expect.that(
            min(attempts) < 0.002,
            f"{'With' if use_batchnorm else 'Without'} batch normalisation the steps of a "
            "network with hidden layers do not follow the gradient of the cost: check the way "
            "back through the layers.",
        )


def _asymmetry(student, meter, rng, use_batchnorm):
    model = student.build([3, 6, 5, 3], "he", generator(rng), use_batchnorm)
    # Hardly any picture is negative throughout: if all weights are positive, such a picture puts
    # the second layer exactly at the kink of ReLU.
    sets = [(X + 1, Y) for X, Y in (_softmax_problem(rng, 3, 3, m) for m in (6, 7))]
    step = 1e-4
    changes = np.empty((2, 2))
    for i, (X, Y) in enumerate(sets):
        moved = [
            student.fit(model, X, Y, meter.rng, 1, len(Y), rate)[0] for rate in (0, step, 2 * step)
        ]
        for j, (X_other, Y_other) in enumerate(sets):
            c0, c1, c2 = (meter.cost(m, X_other, Y_other) for m in moved)
            unit = (
                meter.blind(3, tuple(Y_other), 3) or np.nan
            )  # a sum over the batch is judged elsewhere
            changes[i, j] = (4 * c1 - 3 * c0 - c2) / (2 * step * unit)
    size = np.sqrt(abs(changes[0, 0] * changes[1, 1])) + 1e-12
    return abs(changes[0, 1] - changes[1, 0]) / size


@check("fit", points=2)
@excused(build_is_too_deep, build_always_normalises)
def test_fit_weight_decay(student, reference, rng):
    """lambd / m times W is added to each layer's gradient, for any batch size; not to biases."""
    meter = Meter(student)
    # Blank pictures, one of each class, give no gradient: only the decay moves the weights.
    for layer_dims, times, rate, lambd in [([2, 3], 1, 0.5, 0.9), ([3, 5, 2], 2, 0.2, 2.0),
                                          ([2, 7, 6, 3], 1, 0.3, 1.5)]:  # fmt: skip
        classes = layer_dims[-1]
        Y = np.tile(np.arange(classes), times)
        blank, x = np.zeros((layer_dims[0], Y.size)), rng.normal(size=layer_dims[0])
        model = student.build(layer_dims, "he", np.random.default_rng(13))
        if not np.allclose(meter.costs(model, blank[:, 0], range(classes)), np.log(classes)):
            continue  # build's biases are no zeros, or the cost is wrong: judged elsewhere
        new = student.fit(model, blank, Y, meter.rng, 1, Y.size, rate, lambd=lambd)[0]
        old_costs, new_costs = (meter.costs(one, x, range(classes)) for one in (model, new))
        shrink = (1 - rate * lambd / Y.size) ** (len(layer_dims) - 1)
        expect.numbers(
            new_costs - new_costs[0], shrink * (old_costs - old_costs[0]),
            "after a step of weight decay alone, the difference of two classes' costs", 1e-6, 1e-9,
        )  # fmt: skip
    _no_decay_of_gamma(student)
    # The same picture again and again, in batches: the weights and the biases are known. The m of
    # lambd / m may be the number of all pictures, of those in the batch, or batch_size; batches may
    # be cut of equal size.
    for sizes in ((6,), (2, 2, 2), (4, 2)):
        X, Y = np.repeat(rng.normal(size=(2, 1)), 6, axis=1), np.ones(6, dtype=int)
        start = student.build([2, 3], "zeros", np.random.default_rng(1))
        got = student.fit(start, X, Y, np.random.default_rng(2), 3, sizes[0], 0.4, lambd=1.5)[0]
        probes = np.array([np.zeros(2), X[:, 0]])
        costs = np.ravel([meter.costs(got, x, range(3)) for x in probes])
        equal, twin = (6 // len(sizes),) * len(sizes), meter.softmax_twin(reference, start, 2, 3)

        def is_right(parts, divisors, X=X, twin=twin, probes=probes, costs=costs):
            want = _decayed(reference, twin, X, [*zip(parts, divisors, strict=False)] * 3)
            expect.numbers(
                costs, np.ravel([_reference_costs(reference, want, x, 3) for x in probes]),
                "after 3 epochs with weight decay, the cost", 1e-6, 1e-9,
            )  # fmt: skip

        expect.any_of(*(
            functools.partial(is_right, parts, divisors)
            for parts, divisors in [
                (sizes, [6] * 3), (sizes, sizes), (sizes, sizes[:1] * 3), (equal, equal),
            ]
        ))  # fmt: skip


def _decayed(reference, model, X, batches):
    """The network after a step for each batch's size and divisor of lambd; all pictures equal."""
    for size, divisor in batches:
        model = reference.fit(
            model, X[:, :size], np.ones(size, dtype=int), np.random.default_rng(0), 1, size, 0.4,
            lambd=1.5 * size / divisor,
        )[0]  # fmt: skip
    return model


def _no_decay_of_gamma(student):
    """Of equal pictures batch normalisation leaves nothing: only the decay moves the network.

    The hidden weight's size is normalised away: the scores shrink as the output weights do.
    """
    meter = Meter(student).settled()
    model = student.build([1, 1, 2], "he", np.random.default_rng(3), True)
    equal, X = np.ones((1, 2)), np.array([[1e5, 2e5, 6e5]])
    if meter is None or not np.isclose(meter.cost(model, equal, [0, 1]), np.log(2), rtol=1e-6):
        return  # nothing is normalised, or beta is not 0: judged where it belongs
    new = student.fit(model, equal, np.array([0, 1]), meter.rng, 1, 2, 0.3, lambd=0.8)[0]
    old_margins, new_margins = (meter.margins_in_batch(one, X) for one in (model, new))
    expect.numbers(
        new_margins, (1 - 0.3 * 0.8 / 2) * old_margins,
        "with batch normalisation, after a step of weight decay alone, z[1] - z[0]", 1e-3, 1e-6,
    )  # fmt: skip


@check("fit")
@excused(build_is_too_deep, build_always_normalises)
def test_fit_weight_decay_in_the_cost(student, reference, rng):
    """With weight decay, the history is right: lambd / (2 m) times the sum of squared weights."""
    X, Y = _softmax_problem(rng, 3, 3, 6)
    options = {"lambd": 2.0}
    source = np.random.default_rng(1)
    model = student.build([3, 3], "zeros", source)
    _, history = student.fit(model, X, Y, source, 4, 6, 0.5, **options)
    at = Meter(student).softmax_twin(reference, model, 3, 3)
    if np.abs(at[0]["W"]).max() > 1e-9:
        return  # zeros that are none: judged in build, and their squares are not to be seen
    full, plain = [], []
    for _ in range(5):
        full += reference.fit(at, X, Y, source, 1, 6, 0.0, **options)[1]
        plain += reference.fit(at, X, Y, source, 1, 6, 0.0)[1]
        at = reference.fit(at, X, Y, source, 1, 6, 0.5, **options)[0]
    expect.any_of(*(
        functools.partial(expect.numbers, history, np.array(costs), "history", 1e-6)
        for costs in (full[:4], full[1:], plain[:4], plain[1:])
    ))  # fmt: skip


@check("fit", points=2)
@excused(build_is_too_deep, build_always_normalises)
def test_fit_dropout_masks(student, rng, statistics):
    """Dropout keeps hidden activations with probability keep_prob and divides them by it."""
    meter = Meter(student)
    for keep, (model, sign, margin) in itertools.product(
        (0.5, 0.8), _active(student, meter, rng, [1, 1, 2])
    ):
        # Steps of size 0: each epoch is a fresh mask on the one hidden unit.
        _, history = student.fit(
            model, np.array([[sign]]), np.array([0]), generator(rng), 400, 1, 0.0, keep_prob=keep
        )
        history, kept, off = history[-400:], np.logaddexp(0, margin / keep), np.log(2)
        is_kept, is_off = (np.isclose(history, value, rtol=1e-6) for value in (kept, off))
        if np.allclose(history, np.logaddexp(0, margin), rtol=1e-6):
            # The history is computed without dropout; what the steps do is judged elsewhere.
            is_off = _dropped(student, meter, rng, model, sign, margin, 1, keep)
            is_kept, history = ~is_off, is_off
        expect.that(
            bool(is_kept.any()) and bool(is_off.any()),
            f"With keep_prob = {keep} and a single hidden unit, the cost should be one value "
            "when it is kept (and divided by keep_prob) and ln 2 when it is dropped.",
        )
        expect.that(
            bool((is_kept | is_off).all()),
            f"With keep_prob = {keep} some costs belong neither to a unit that is kept and divided "
            "by keep_prob nor to one that is dropped.",
        )
        share, number = int(is_kept.sum()), len(history)
        tails = stats.binom.cdf(share, number, keep), stats.binom.sf(share - 1, number, keep)
        expect.that(
            min(tails) > statistics.alpha / 4,
            f"With keep_prob = {keep} a unit was kept {share} times of {number}.",
        )
    X, Y = _softmax_problem(rng, 3, 3, 6)
    model = student.build([3, 3], "zeros", np.random.default_rng(1))
    plain, dropped = (
        student.fit(model, X, Y, np.random.default_rng(2), 4, 6, 0.5, keep_prob=keep)[1]
        for keep in (1.0, 0.5)
    )
    expect.numbers(dropped, plain, "history without hidden layers, with dropout,", 1e-6)


@check("fit")
@excused(build_is_too_deep, build_always_normalises)
def test_fit_dropout_is_independent(student, rng, statistics):
    """Each picture and each unit has its own mask."""
    meter = Meter(student)
    for model, sign, margin in _active(student, meter, rng, [1, 1, 2]):
        m, epochs = 4, 200
        _, history = student.fit(model, np.full((1, m), sign), np.zeros(m, dtype=int),
                                 generator(rng),
                                 epochs, m, 0.0, keep_prob=0.5)  # fmt: skip
        kept, off = np.logaddexp(0, margin / 0.5), np.log(2)
        history = history[-epochs:] * off / meter.blind(1, (0,) * m, 2)
        if np.allclose(history, np.logaddexp(0, margin), rtol=1e-6):
            # None: chance 1/16 a step with a mask for each picture, 1/2 with one for all.
            is_off = _dropped(student, meter, rng, model, sign, margin, m, 0.5)
            tail = stats.binom.sf(is_off.sum() - 1, is_off.size, 1 / 16)
        else:
            shares = np.round((history - off) / (kept - off) * m)
            expect.that(
                np.allclose(history, off + shares / m * (kept - off), rtol=1e-6),
                "With dropout the mean cost of equal pictures is not a mixture of those with the "
                "unit kept and those with it dropped.",
            )
            # All or none: chance 1/8 an epoch with a mask for each picture, certain with one.
            tail = stats.binom.sf(int(np.isin(shares, (0, m)).sum()) - 1, epochs, 1 / 8)
        expect.that(
            tail > statistics.alpha / 2,
            "Dropout drops a unit for all pictures of a batch at once: each needs its own mask.",
        )
    for model, sign, margin in _active(student, meter, rng, [1, 1, 1, 2]):
        _, history = student.fit(model, np.array([[sign]]), np.array([0]), generator(rng), 300, 1,
                                 0.0, keep_prob=0.5)  # fmt: skip
        is_off = np.isclose(history, np.log(2), rtol=1e-6)
        if np.allclose(history, np.logaddexp(0, margin), rtol=1e-6):
            is_off = _dropped(student, meter, rng, model, sign, margin, 1, 0.5)
        # Both units are kept one time in four; with one mask for both, every other time.
        expect.that(
            stats.binom.cdf(is_off.sum(), is_off.size, 3 / 4) > statistics.alpha / 2,
            "Dropout drops the units of two layers together: each layer needs a mask of its own.",
        )


def _dropped(student, meter, rng, model, sign, margin, m, keep):
    """In which of 100 steps on m equal pictures nothing but the output biases moved."""
    rate, y = 0.1, int(margin > 0)
    X, Y, off = np.full((1, m), sign), np.full(m, y), -2 * rate * (0.5 - y)
    steps = student.fit.each([(model, X, Y, generator(rng), 1, m, rate, keep) for _ in range(100)])
    return np.array([np.isclose(meter.margin(new, [sign]), margin + off) for new, _ in steps])


@check("fit", points=2)
@excused(build_is_too_deep, build_always_normalises)
def test_fit_dropout_gradient(student, rng):
    """On the way back dropout uses the same mask and the same factor."""
    meter = Meter(student)
    for keep in (1.0, 0.5, 0.75):
        for model, sign, margin in _active(student, meter, rng, [1, 1, 2]):
            for _ in range(1 if keep == 1 else 8):
                _dropped_step(student, meter, generator(rng), model, sign, margin, keep)


def _dropped_step(student, meter, source, model, sign, margin, keep):
    """One step of a [1, 1, 2] network: the unit was either off, or on and divided by keep.

    Let w be its weight, c the square of the output weights' difference v, d = rate * (P_1 - y) and
    q = 1 / keep. When on, the new margin is (v - 2dqw)((w - dqv) x - dqv) - 2d.
    """
    rate, y = 0.1, int(margin > 0)
    new = student.fit(model, np.array([[sign]]), np.array([y]), source, 1, 1, rate, keep_prob=keep)[
        0
    ]
    at_zero = meter.margin(new, [0.0])
    slope = meter.margin(new, [sign]) - at_zero
    off = -2 * rate * (0.5 - y)
    if keep < 1 and np.allclose([at_zero, slope], [off, margin], rtol=1e-6):
        return
    q = 1 / keep
    d = rate * (1 / (1 + np.exp(-q * margin)) - y)
    c = (2 * d * d * q * q * margin - 2 * d - at_zero) / (d * q)
    a = ((margin - slope + 2 * d * d * q * q * margin) / (d * q) - c) / 2
    expect.that(
        c > 0 and a > 0 and np.isclose(a * c, margin**2, rtol=1e-4),
        "After one step of a network with one hidden unit the scores are not what gradient descent "
        f"gives (keep_prob = {keep}).",
    )


@check("fit", points=2)
@excused(build_is_too_deep, build_always_normalises)
def test_fit_batchnorm_training(student, reference, rng):
    """Batch normalisation uses the batch's mean and variance; gamma and beta learn."""
    _needs_normalisation(student, "With batch normalisation in the model fit normalises nothing: "
                         "the costs depend on how large the pictures' numbers are.")  # fmt: skip
    meter = Meter(student).settled()
    if meter is None or not meter.averages(rng):
        return  # costs that are none are judged where they belong
    for m in (4, 7):
        X = 5e4 * rng.normal(size=(1, m)) + 3e5  # so large that epsilon does not matter
        Y = rng.integers(0, 2, m)
        model = student.build([1, 1, 2], "he", np.random.default_rng(int(rng.integers(99))), True)
        normal = (X[0] - X.mean()) / X.std()
        got = meter.margins_in_batch(model, X)
        on = np.abs(got) > 1e-9
        equal = meter.margins_in_batch(model, np.ones((1, 2)))
        if not on.any() or np.abs(equal).max() > 1e-9:
            return  # build's beta, gamma or output biases are wrong: judged where they belong
        sign = 1.0 if np.array_equal(on, normal > 0) else -1.0
        strength = float(np.sum(got[on]) / np.sum(sign * normal[on]))
        expect.that(
            np.allclose(got, strength * np.maximum(sign * normal, 0), rtol=1e-3, atol=1e-6),
            "With batch normalisation the scores are not proportional to ReLU of the normalised "
            "inputs: mean 0, population variance 1 over the batch.",
        )
        twin = reference.build([1, 1, 2], "he", np.random.default_rng(1), True)
        twin[0]["W"], twin[1]["W"] = np.array([[sign]]), np.array([[0.0], [strength]])
        after, want = (
            one.fit(start, X, Y, np.random.default_rng(2), 3, m, 0.1)[0]
            for one, start in ((student, model), (reference, twin))
        )
        for i in range(m):
            for label in (0, 1):
                one = np.where(np.arange(m) == i, label, Y)
                expect.number(
                    meter.cost(after, X, one),
                    reference.fit(want, X, one, np.random.default_rng(0), 1, m, 0.0)[1][0],
                    "after 3 steps with batch normalisation, the cost", 1e-4, 1e-6,
                )  # fmt: skip


@check("fit", points=2)
@forget("build", "fit", "predict")
def test_fit_running_mean(student):
    """The running mean follows the batches' means, and no batch counts for more than all others."""
    _needs_normalisation(student, "There is no running mean: fit normalises nothing.")
    meter = Meter(student)
    turns = _turning_point(student, meter, *ONE_BATCH, 100)
    if turns is None or len(turns) != 1:
        return  # predict does not use running statistics: that is judged where it belongs
    expect.that(
        0.5 < turns[0] < 1.006,
        f"After 100 epochs of one batch the running mean is {max(turns[0], 0):.2f} times that "
        "batch's.",
    )
    expect.that(
        _collects_variance(student, meter),
        "After 100 epochs of one batch the running variance is not that batch's.",
    )
    # One picture is unlike the others: how much does its batch of two count, of 5 an epoch?
    for _ in range(8):
        turns = _turning_point(student, meter, np.eye(1, 10), 2, 0.5, 2)
        if turns is None or len(turns) != 1:
            return
        expect.that(
            0.001 < turns[0] < 0.75,
            f"After 2 epochs of 5 batches one batch counts for {max(turns[0], 0):.0%} of the "
            "running mean: each should have its share, and not only the last one.",
        )


@check("fit", points=3)
@forget("build", "fit", "predict")
def test_fit_reads_unseen_digits(student, rng):
    """A ten-layer "he" network reads at least 80 % of images that nobody has seen."""
    best = max(_accuracies(student, rng, [("he", False)] * FRESH + FORGIVING, 0.80))
    expect.that(
        best >= 0.80,
        f'A ten-layer "he" network reads {best:.0%} of unseen images, expected at least 80 %.',
    )


@check("fit", points=2)
@forget("build", "fit", "predict")
def test_fit_batchnorm_saves_a_small_start(student, rng):
    """With batch normalisation even "small" learns to read at least 75 % of unseen images."""
    _needs_normalisation(student, "With batch normalisation in the model fit normalises nothing.")
    best = max(_accuracies(student, rng, [("small", True)] * FRESH + FORGIVING[1:], 0.75))
    expect.that(
        best >= 0.75,
        f'"small" with batch normalisation reads {best:.0%} of unseen images at best, expected at '
        "least 75 %.",
    )


@check("build", points=2)
@forget("build", "fit", "predict")
@excused(fit_redraws)
def test_build_what_must_not_learn(student, rng):
    """Ten layers from "zeros" or "small" learn nothing; batch norm does not help "zeros"."""
    X, Y, X_test, Y_test = unseen_digits(rng)
    for scheme, use_batchnorm in [("zeros", False), ("zeros", True), ("small", False)]:
        model = student.build(DEEP, scheme, generator(rng), use_batchnorm)
        model, _ = student.fit(model, X, Y, generator(rng), 2, BATCH, RATE)
        right = accuracy(student, model, X_test, Y_test)
        expect.that(
            right <= 0.25,
            f'A ten-layer "{scheme}" network reads {right:.0%} of unseen images, though there is '
            "nothing for it to learn from.",
        )


FORGIVING = [("xavier", False), ("xavier", True)]
"""Tried last, for those whose `build` has a wrong scheme: that costs points where it is."""


def _accuracies(student, rng, starts, enough):
    """The accuracies of runs on unseen images, until one is enough; a cost as low will do as well.

    The cost is looked at for the sake of those whose `predict` is wrong and whose `fit` is right.
    """
    _active(student, Meter(student), rng, [1, 1, 2])  # fails or skips when no layer is hidden
    for scheme, use_batchnorm in starts:
        X, Y, X_test, Y_test = unseen_digits(rng)
        model = student.build(DEEP, scheme, generator(rng), use_batchnorm)
        source = student.hold(generator(rng))
        right = 0.0
        for call in range(CALLS):
            model, history = student.fit(model, X, Y, source, EPOCHS, BATCH, RATE)
            right = accuracy(student, model, X_test, Y_test)
            if right >= enough:
                break
            if not np.isfinite(history).all() or (call == 1 and history[-1] > 2.2):
                break  # hopeless; a right one is far below ln 10 after 16 epochs
        else:
            meter = Meter(student)
            if meter.cost(model, X_test, Y_test) < 0.5:
                right = enough
        yield right
        if right >= enough:
            return
    # Are all hidden units on for the same pictures? Then build's draws are at fault, not fit.
    meter = Meter(student)
    chains = (student.build([1, 1, 2], "he", generator(rng)) for _ in range(24))
    on = [abs(meter.margin(model, [1.0])) > 1e-12 for model in chains]
    blind = student.build([3, 8, 3], "he", generator(rng), True)  # with gamma 0, say
    X, Y = _softmax_problem(rng, 3, 3, 6)
    if all(on) or not any(on) or abs(meter.cost(blind, X, Y) - np.log(3)) < 1e-9:
        yield 1.0
