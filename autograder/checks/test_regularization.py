"""Hidden checks of ``regularization``.

A function is judged on what it does with the student's own other functions, however they are:
``dropout_backward`` by the mask and factor of their own ``dropout_forward``;
``forward_with_dropout`` by the law of Srivastava et al. (2014), or else by their own
``dropout_forward`` layer after layer;
``backward_with_dropout`` by the slopes of their own forward pass; ``predict_ensemble`` by the exact
law of its mean, or else by the mean of their own forward passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise, product
from typing import Any

import numpy as np

from autograder.checks import (
    ARRAY,
    NUMBER,
    OPAQUE,
    PARAMETERS,
    CallFailed,
    CheckFailed,
    CheckSkipped,
    Student,
    check,
    expect,
)
from autograder.checks.statistics import Statistics

RETURNS = {
    "l2_cost": NUMBER("the penalty"),
    "l2_gradients": PARAMETERS("grads"),
    "entropy_penalty": (NUMBER("value"), ARRAY("dlogits")),
    "dropout_forward": (ARRAY("out"), OPAQUE),
    "dropout_backward": ARRAY("dA"),
    "forward_with_dropout": (ARRAY("AL"), OPAQUE),
    "backward_with_dropout": PARAMETERS("grads"),
    "predict_ensemble": ARRAY("the ensemble's answer"),
}

Parameters = dict[str, np.ndarray]


def _parameters(rng: np.random.Generator, dims: list[int]) -> Parameters:
    """Weights of unit variance per layer, and biases that are not 0."""
    parameters = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(dims), start=1):
        parameters[f"W{layer}"] = rng.normal(size=(fan_out, fan_in)) / np.sqrt(fan_in)
        parameters[f"b{layer}"] = rng.normal(0, 0.5, size=(fan_out, 1))
    return parameters


_DEEP = [2, 3, 1, 4, 2, 3, 3, 2, 4, 1, 3, 2, 2]


def _deep(rng: np.random.Generator) -> Parameters:
    """Twelve layers in no order: a layer is told by its number, be it of one digit or two."""
    parameters = _parameters(rng, _DEEP)
    return {name: parameters[name] for name in rng.permutation(list(parameters)).tolist()}


def _activations(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """Numbers of both signs, none near 0, no two alike."""
    return np.asarray(rng.uniform(1, 2, (n, m)) * rng.choice([-1.0, 1.0], (n, m)))


def _labels(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    return rng.integers(0, 2, (n, m)).astype(float)


def _seeds(rng: np.random.Generator) -> Callable[[], np.random.Generator]:
    """A generator of the same state at each call, for calls that are to draw the same."""
    state = int(rng.integers(2**62))
    return lambda: np.random.default_rng(state)


@contextmanager
def _aside(student: Student) -> Iterator[None]:
    """Calls that only help to judge another function are no evidence for the diagnosis."""
    seen = len(student.trace)
    try:
        yield
    finally:
        del student.trace[seen:]


def _unchanged(student: Student, function: str) -> None:
    """No call of the function has altered what it was given; a cache is the student's own."""
    changed = (path for call in student.trace if call.function == function for path in call.changed)
    for path in changed:
        if not path.startswith("cache"):
            expect.fail(
                f"{function} changed its argument {path}: "
                "work on a copy, or write the result into a new array."
            )


# ------------------------------------------------------------------------------ weight decay


def _decays(rng: np.random.Generator) -> list[tuple[Parameters, float, int]]:
    """Parameters, lambd and m: few layers and many, one example and several, no decay as well."""
    few = [([3, 4, 2], 0.7, 5), ([1, 1], 2.5, 1), ([4, 2, 3, 1], 0.1, 12), ([3, 2, 1], 0.0, 3)]
    shallow = [(_parameters(rng, dims), lambd, m) for dims, lambd, m in few]
    return [*shallow, (_deep(rng), 0.9, 4)]


@check("l2_cost", points=2)
def test_l2_cost_value(student: Student, reference: Any, rng: np.random.Generator) -> None:
    """The penalty is lambd / (2 m) times the sum of all squared weights."""
    cases = _decays(rng)
    for case, got in zip(cases, student.l2_cost.each(cases), strict=True):
        expect.number(got, reference.l2_cost(*case), "the penalty")


@check("l2_cost", points=0.5)
def test_l2_cost_unchanged(student: Student, rng: np.random.Generator) -> None:
    """The parameters are left as they were."""
    student.l2_cost.each(_decays(rng))
    _unchanged(student, "l2_cost")


@check("l2_gradients", points=2)
def test_l2_gradients_values(student: Student, reference: Any, rng: np.random.Generator) -> None:
    """The gradient is lambd / m times the weights, and 0 for the biases."""
    cases = _decays(rng)
    for case, got in zip(cases, student.l2_gradients.each(cases), strict=True):
        expect.arrays(got, reference.l2_gradients(*case), "grads")


@check("l2_gradients", points=0.5)
def test_l2_gradients_unchanged(student: Student, rng: np.random.Generator) -> None:
    """The parameters are left as they were."""
    student.l2_gradients.each(_decays(rng))
    _unchanged(student, "l2_gradients")


# ----------------------------------------------------------------------------------- entropy


def _logits(rng: np.random.Generator) -> list[tuple[np.ndarray, float]]:
    """Moderate logits, each with its beta."""
    shapes = [(3, 5, 0.8), (2, 1, 2.5), (4, 4, 0.3), (5, 2, 1.7), (1, 3, 1.2)]
    return [(rng.normal(0.5, 1.5, size=(classes, m)), beta) for classes, m, beta in shapes]


def _large_logits(rng: np.random.Generator) -> list[tuple[np.ndarray, float]]:
    """Columns that lie far off, on either side, and columns that are torn apart."""
    cases = []
    for size in (50.0, 1000.0, 1e5):
        logits = rng.normal(size=(4, 6)) + size * rng.integers(-1, 2, (1, 6))
        logits[:, :2] += size * rng.choice([-1, 1], (4, 2))
        cases.append((logits, 0.6))
    return cases


@check("entropy_penalty", points=2)
def test_entropy_penalty_value(student: Student, reference: Any, rng: np.random.Generator) -> None:
    """The value is minus beta times the mean entropy of the columns."""
    cases = _logits(rng)
    for case, (value, _) in zip(cases, student.entropy_penalty.each(cases), strict=True):
        expect.number(value, reference.entropy_penalty(*case)[0], "value", 1e-6, 1e-7)


@check("entropy_penalty", points=2)
def test_entropy_penalty_gradient(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """dlogits is the slope of the value in the logits."""
    cases = _logits(rng)
    for case, (_, dlogits) in zip(cases, student.entropy_penalty.each(cases), strict=True):
        want = reference.entropy_penalty(*case)[1]
        if len(want) == 1:  # certain whatever its logit
            expect.shape(dlogits, want.shape, "dlogits")
            expect.that(np.abs(dlogits).max() < 1e-7, "dlogits should be 0 for a single class.")
        else:
            expect.array(dlogits, want, "dlogits", 1e-6, 1e-7)


@check("entropy_penalty")
def test_entropy_penalty_large_logits(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """Large logits give no nan and no infinity, and the right answer."""
    cases = _large_logits(rng)
    for case, (value, dlogits) in zip(cases, student.entropy_penalty.each(cases), strict=True):
        want, gradient = reference.entropy_penalty(*case)
        expect.number(value, want, "value for large logits", 1e-6, 1e-7)
        expect.array(dlogits, gradient, "dlogits for large logits", 1e-5, 1e-6)


@check("entropy_penalty", points=0.5)
def test_entropy_penalty_unchanged(student: Student, rng: np.random.Generator) -> None:
    """The logits are left as they were."""
    student.entropy_penalty.each(_logits(rng) + _large_logits(rng))
    _unchanged(student, "entropy_penalty")


# --------------------------------------------------------------------------- dropout_forward


@check("dropout_forward", points=2)
def test_dropout_forward_values(student: Student, rng: np.random.Generator) -> None:
    """Each entry is either 0 or the activation divided by keep_prob."""
    for n, m, keep_prob in [(20, 30, 0.35), (1, 400, 0.8), (300, 1, 0.62)]:
        A = _activations(rng, n, m)
        out, _ = student.dropout_forward(A, keep_prob, np.random.default_rng(rng.integers(2**62)))
        expect.finite(expect.shape(out, A.shape, "out"), "out")
        kept = out != 0
        expect.that(kept.any(), "Everything was dropped.")
        expect.array(out[kept], A[kept] / keep_prob, "out, where it is not 0,")


@check("dropout_forward", points=3)
def test_dropout_forward_law(
    student: Student, rng: np.random.Generator, statistics: Statistics
) -> None:
    """Each entry is kept with probability keep_prob, on its own."""
    # 56,000 draws tell a rate from one that is 0.02 off: miss rate below 10^-3 at 10^-11.
    n, m = 200, 280
    budget = statistics.split(8)
    masks = []
    for keep_prob in (0.35, 0.9, 0.35):
        A = _activations(rng, n, m)
        out, _ = student.dropout_forward(A, keep_prob, np.random.default_rng(rng.integers(2**62)))
        masks.append(expect.shape(out, A.shape, "out") != 0)
        if len(masks) < 3:
            budget.bernoulli(masks[-1], keep_prob, "the entries kept")
            agree = keep_prob**2 + (1 - keep_prob) ** 2
            for mask, name in ((masks[-1], "units"), (masks[-1].T, "examples")):
                budget.bernoulli(
                    mask[::2] == mask[1::2], agree, f"neighbouring {name} that share their fate",
                    "Does every entry have a draw of its own?",
                )  # fmt: skip
    budget.bernoulli(
        masks[0] == masks[2], 0.35**2 + 0.65**2, "entries with the same fate in two calls",
        "Does every draw come from the rng that you are given?",
    )  # fmt: skip
    budget.judge(
        *_always_as_many(student, rng),
        "In every call exactly as many entries are kept. Each entry is to have its own draw.",
    )


def _always_as_many(student: Student, rng: np.random.Generator) -> tuple[float, str]:
    """P-value of as many entries kept in each of twelve calls: largest chance of a count, ^11."""
    A, counts = _activations(rng, 7, 9), set()
    for _ in range(12):
        out, _ = student.dropout_forward(A, 0.6, np.random.default_rng(rng.integers(2**62)))
        counts.add(int(np.count_nonzero(out)))
    return (0.103**11 if len(counts) == 1 else 1.0), "the number of entries kept"


@check("dropout_forward")
def test_dropout_forward_reproducible(student: Student, rng: np.random.Generator) -> None:
    """The same state of rng gives the same mask: there is no other source of randomness."""
    A, state = _activations(rng, 12, 15), _seeds(rng)
    first, second = (student.dropout_forward(A, 0.6, state())[0] for _ in range(2))
    expect.that(
        np.array_equal(first, second),
        "The same state of rng gave two different masks. Where else does randomness come from?",
    )


@check("dropout_forward", points=2)
def test_dropout_forward_identity(student: Student, rng: np.random.Generator) -> None:
    """With training=False, and with keep_prob = 1, nothing happens."""
    for keep_prob, training in [(0.4, False), (0.7, False), (1.0, True), (1.0, False)]:
        A = _activations(rng, 4, 6)
        out, _ = student.dropout_forward(A, keep_prob, _seeds(rng)(), training=training)
        expect.array(out, A, "out with training=False" if not training else "out for keep_prob = 1")


@check("dropout_forward", points=0.5)
def test_dropout_forward_unchanged(student: Student, rng: np.random.Generator) -> None:
    """The activations are left as they were."""
    student.dropout_forward.each(
        (_activations(rng, n, m), keep_prob, _seeds(rng)(), training)
        for n, m in [(4, 6), (1, 5), (3, 1)]
        for keep_prob, training in [(0.6, True), (0.6, False), (1.0, True)]
    )
    _unchanged(student, "dropout_forward")


# -------------------------------------------------------------------------- dropout_backward


def _own_factor(out: np.ndarray, A: np.ndarray) -> np.ndarray:
    """By what the student's own dropout_forward multiplied each (nonzero) entry of A."""
    if out.shape != A.shape or not np.isfinite(out).all():
        raise CheckSkipped("Cannot be judged: dropout_forward's out has no right shape or value.")
    return np.asarray(out / A)


@contextmanager
def _of_dropout(student: Student, rng: np.random.Generator) -> Iterator[None]:
    """Nothing is said against dropout_backward when dropout_forward lets no sign through.

    A mask that is told from the values is a wrong one then.
    """
    try:
        yield
    except CheckFailed:
        with _aside(student):
            both = [student.dropout_forward(np.full((20, 20), sign), 0.8, _seeds(rng)())[0]
                    for sign in (1.0, -1.0)]  # fmt: skip
        if not all(out.any() for out in both):
            raise CheckSkipped(
                "Cannot be judged: dropout_forward drops every activation of one sign."
            ) from None
        raise


def _expect_masked(got: Any, dout: np.ndarray, factor: np.ndarray, keep_prob: float) -> None:
    expect.any_of(
        lambda: expect.array(got, dout * factor, "dA", atol=1e-9),
        lambda: expect.array(got, dout * (factor != 0) / keep_prob, "dA", atol=1e-9),
    )


@check("dropout_backward", points=2)
def test_dropout_backward_values(student: Student, rng: np.random.Generator) -> None:
    """The gradient goes through the same mask, with the same factor."""
    for n, m, keep_prob in [(6, 9, 0.35), (1, 40, 0.8), (25, 1, 0.62)]:
        A, dout = _activations(rng, n, m), rng.normal(size=(n, m))
        out, cache = student.dropout_forward(A, keep_prob, _seeds(rng)())
        got = student.dropout_backward(dout, cache)
        with _of_dropout(student, rng):
            _expect_masked(got, dout, _own_factor(out, A), keep_prob)


@check("dropout_backward")
def test_dropout_backward_silent_units(student: Student, rng: np.random.Generator) -> None:
    """An activation of 0 is kept or dropped like any other, and so is its gradient."""
    keep_prob, (n, m) = 0.6, (50, 40)
    A, dout = _activations(rng, n, m), _activations(rng, n, m)
    silent = rng.random((n, m)) < 0.5
    silenced = np.where(silent, 0.0, A)
    masks = [student.dropout_forward(A, keep_prob, _seeds(rng)())[0] != 0 for _ in range(2)]
    out, cache = student.dropout_forward(silenced, keep_prob, _seeds(rng)())
    got = student.dropout_backward(dout, cache)
    expect.finite(expect.shape(got, (n, m), "dA"), "dA")
    factor = _own_factor(np.where(silent, 1.0, out), np.where(silent, 1.0, A))
    with _of_dropout(student, rng):
        _expect_masked(got[~silent], dout[~silent], factor[~silent], keep_prob)
    if np.array_equal(*masks) or masks[0].all():
        return  # their own forward pass has no mask that one could tell from the values
    kept = got[silent] != 0
    expect.that(
        kept.any(),
        "No gradient reaches an activation that happens to be 0, although most of them were kept. "
        "Can a mask be told from the values?",
    )
    expect.that(not kept.all(), "An activation of 0 that was dropped gets a gradient.")


@check("dropout_backward")
def test_dropout_backward_identity(student: Student, rng: np.random.Generator) -> None:
    """Where nothing happened on the way forward, the gradient passes as it is."""
    for keep_prob, training in [(0.4, False), (1.0, True)]:
        A, dout = _activations(rng, 4, 6), rng.normal(size=(4, 6))
        out, cache = student.dropout_forward(A, keep_prob, _seeds(rng)(), training=training)
        got = student.dropout_backward(dout, cache)
        _expect_masked(got, dout, _own_factor(out, A), 1.0)


@check("dropout_backward")
def test_dropout_backward_caches(student: Student, rng: np.random.Generator) -> None:
    """Every cache belongs to its own forward pass, and dout is left as it was."""
    layers = [_activations(rng, 5, 8), _activations(rng, 5, 8)]
    passes = [student.dropout_forward(A, 0.7, _seeds(rng)()) for A in layers]
    for A, (out, cache) in zip(layers, passes, strict=True):
        dout = rng.normal(size=A.shape)
        called = student.dropout_backward.observed(dout, cache)
        if any(path.startswith("dout") for path in called.changed):
            expect.fail("dropout_backward changed dout: write the result into a new array.")
        with _of_dropout(student, rng):
            _expect_masked(called.value, dout, _own_factor(out, A), 0.7)


# ---------------------------------------------------------------------- forward_with_dropout


def _own_composition(
    student: Student, X: np.ndarray, parameters: Parameters, keep_prob: float, rng: Any
) -> np.ndarray:
    """The forward pass with the student's own dropout_forward after each hidden layer."""
    layers = len(parameters) // 2
    A, state = X, student.hold(rng)
    for layer in range(1, layers):
        Z = parameters[f"W{layer}"] @ A + parameters[f"b{layer}"]
        A, _ = student.dropout_forward(np.maximum(Z, 0), keep_prob, state)
    Z = parameters[f"W{layers}"] @ A + parameters[f"b{layers}"]
    return np.asarray(1 / (1 + np.exp(-Z)))


def _or_own_dropout(
    judge: Callable[[], None],
    student: Student,
    AL: np.ndarray,
    X: np.ndarray,
    parameters: Parameters,
    keep_prob: float,
    state: Callable[[], np.random.Generator],
) -> None:
    """``judge`` passes, or AL is what the student's own dropout_forward gives layer by layer."""
    try:
        judge()
    except CheckFailed:
        try:
            with _aside(student):
                own = _own_composition(student, X, parameters, keep_prob, state())
        except Exception:
            own = None
        if own is None or (own.shape, own.dtype) != (AL.shape, AL.dtype):
            raise
        if not np.allclose(own, AL, rtol=1e-7, atol=1e-10):
            raise


@check("forward_with_dropout", points=2)
def test_forward_with_dropout_plain(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """With keep_prob = 1 it is the plain forward pass: ReLU inside, sigmoid at the end."""
    for dims, m in [([3, 5, 1], 4), ([2, 4, 3, 2], 6), ([3, 2], 5), ([1] * 5, 1), (_DEEP, 7)]:
        parameters = _deep(rng) if dims is _DEEP else _parameters(rng, dims)
        X, state = rng.normal(size=(dims[0], m)), _seeds(rng)
        AL, _ = student.forward_with_dropout(X, parameters, 1.0, state())
        want = reference.forward_with_dropout(X, parameters, 1.0, state())[0]
        _or_own_dropout(
            partial(expect.array, AL, want, "AL for keep_prob = 1"),
            student, AL, X, parameters, 1.0, state,
        )  # fmt: skip


class _Lanes:
    """A network whose output tells every mask: each unit of a layer feeds one of the next.

    Output j of an example is one of three numbers: the second hidden unit was dropped; it was kept
    and the first one dropped; both were kept.
    """

    def __init__(self, rng: np.random.Generator, n: int, m: int, keep_prob: float) -> None:
        diagonal = [np.diag(rng.uniform(0.5, 1, n)) for _ in range(2)]
        self.X = rng.uniform(0.5, 1.5, (3, m))
        self.parameters = {
            "W1": rng.uniform(0.1, 0.4, (n, 3)), "b1": rng.uniform(0.1, 0.3, (n, 1)),
            "W2": keep_prob * diagonal[0], "b2": rng.uniform(0.3, 0.6, (n, 1)),
            "W3": keep_prob * diagonal[1], "b3": rng.uniform(-1, -0.5, (n, 1)),
        }  # fmt: skip
        self.keep_prob = keep_prob
        p, q = self.parameters, keep_prob
        first = (p["W1"] @ self.X + p["b1"]) / q
        none, kept = p["b2"] + 0 * first, p["W2"] @ first + p["b2"]
        self.levels = [
            1 / (1 + np.exp(-(p["W3"] @ second / q + p["b3"])))
            for second in (0 * first, none, kept)
        ]

    def masks(self, AL: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The masks of both layers; the first is told only where the second kept its unit."""
        expect.finite(expect.shape(AL, self.levels[0].shape, "AL"), "AL")
        distance = np.abs(np.stack(self.levels) - AL)
        nearest = distance.argmin(axis=0)
        expect.that(
            distance.min(axis=0).max() < 1e-8,
            "AL is none of the values that it can have when each hidden unit is either dropped or "
            "divided by keep_prob, and input and output are left alone.",
        )
        return nearest == 2, nearest > 0


@check("forward_with_dropout", points=2)
def test_forward_with_dropout_values(student: Student, rng: np.random.Generator) -> None:
    """Hidden units are dropped or divided by keep_prob; input and output are left alone."""
    for keep_prob, n, m in [(0.4, 6, 20), (0.8, 1, 50)]:
        lanes, state = _Lanes(rng, n, m, keep_prob), _seeds(rng)
        AL, _ = student.forward_with_dropout(lanes.X, lanes.parameters, keep_prob, state())

        def judge(lanes: _Lanes = lanes, AL: np.ndarray = AL) -> None:
            _, second = lanes.masks(AL)
            expect.that(not second.all(), "No unit of the last hidden layer was dropped.")

        _or_own_dropout(judge, student, AL, lanes.X, lanes.parameters, keep_prob, state)


@check("forward_with_dropout", points=3)
def test_forward_with_dropout_law(
    student: Student, rng: np.random.Generator, statistics: Statistics
) -> None:
    """Each unit of each layer is kept with probability keep_prob for each example, on its own."""
    # As many draws as for dropout_forward; the first layer is seen where the second kept its unit.
    keep_prob, agree = 0.65, 0.65**2 + 0.35**2
    lanes, state = _Lanes(rng, 24, 3200, keep_prob), _seeds(rng)
    AL, _ = student.forward_with_dropout(lanes.X, lanes.parameters, keep_prob, state())

    def judge() -> None:
        first, second = lanes.masks(AL)
        budget = statistics.split(4)
        budget.bernoulli(second, keep_prob, "units of the last hidden layer that are kept")
        budget.bernoulli(
            first[second], keep_prob, "units of the first hidden layer kept where the last did",
            "Does each layer draw a mask of its own?",
        )  # fmt: skip
        for mask, name in ((second, "units"), (second.T, "examples")):
            budget.bernoulli(
                mask[::2] == mask[1::2], agree, f"neighbouring {name} that share their fate",
                "Does every entry have a draw of its own?",
            )  # fmt: skip

    _or_own_dropout(judge, student, AL, lanes.X, lanes.parameters, keep_prob, state)


@check("forward_with_dropout")
def test_forward_with_dropout_reproducible(student: Student, rng: np.random.Generator) -> None:
    """The same state of rng gives the same masks, another state gives others."""
    X, parameters, A = rng.normal(size=(3, 8)), _parameters(rng, [3, 20, 15, 2]), np.ones((20, 8))
    state, other = _seeds(rng), _seeds(rng)

    def fate(function: Any, *args: Any) -> tuple[bool, bool]:
        one, two, three = (function(*args, 0.6, make())[0] for make in (state, state, other))
        return np.array_equal(one, two), not np.array_equal(one, three)

    same, differs = fate(student.forward_with_dropout, X, parameters)
    if same and differs:
        return
    try:
        same_own, differs_own = fate(student.dropout_forward, A)
    except Exception:
        same_own = differs_own = True
    # A flaw of their own dropout_forward costs its points there, not here.
    expect.that(
        same or not same_own,
        "The same state of rng gave two different outputs. Where else does randomness come from?",
    )
    expect.that(differs or not differs_own, "The masks do not depend on the rng that is given.")


@check("forward_with_dropout", points=0.5)
def test_forward_with_dropout_unchanged(student: Student, rng: np.random.Generator) -> None:
    """Input and parameters are left as they were."""
    student.forward_with_dropout.each(
        (rng.normal(size=(dims[0], m)), _parameters(rng, dims), keep_prob, _seeds(rng)())
        for dims, m in [([3, 4, 2], 4), ([2, 3, 3, 1], 1), ([2, 3], 5)]
        for keep_prob in (0.7, 1.0)
    )
    _unchanged(student, "forward_with_dropout")


# --------------------------------------------------------------------- backward_with_dropout


def _cost(AL: np.ndarray, Y: np.ndarray) -> float:
    return float(-np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / Y.shape[1])


def _far_from_kinks(
    rng: np.random.Generator, dims: list[int], m: int, keep_prob: float
) -> tuple[np.ndarray, Parameters]:
    """X and parameters of a net with two hidden layers: no ReLU turns over, whatever the masks."""
    while True:
        X, p = rng.normal(size=(dims[0], m)), _parameters(rng, dims)
        Z1 = p["W1"] @ X + p["b1"]
        A1 = np.maximum(Z1, 0) / keep_prob
        masks = [np.array(bits)[:, None] for bits in product((0, 1), repeat=dims[1])]
        smallest = min(np.abs(p["W2"] @ (mask * A1) + p["b2"]).min() for mask in masks)
        if np.abs(Z1).min() > 0.01 and smallest > 0.01:
            return X, p


def _all_on(rng: np.random.Generator, dims: list[int], m: int) -> tuple[np.ndarray, Parameters]:
    """X and parameters of a net of any depth: every ReLU passes all on, whatever the masks."""
    p = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(dims), start=1):
        p[f"W{layer}"] = rng.uniform(0.5, 1.5, (fan_out, fan_in)) / fan_in
        p[f"b{layer}"] = rng.uniform(0.1, 0.3, (fan_out, 1))
    return rng.uniform(0.5, 1.5, (dims[0], m)), p


def _own_slopes(
    student: Student,
    X: np.ndarray,
    parameters: Parameters,
    Y: np.ndarray,
    keep_prob: float,
    state: Callable[[], np.random.Generator],
    step: float = 1e-5,
) -> Parameters:
    """Central differences of the cost of the student's own forward pass, its masks held fast."""

    moved = []
    for name, P in parameters.items():
        for nudge in step * np.eye(P.size).reshape(-1, *P.shape):
            moved += [parameters | {name: P + nudge}, parameters | {name: P - nudge}]
    outputs = student.forward_with_dropout.each((X, p, keep_prob, state()) for p in moved)
    costs = np.array([_cost(AL, Y) for AL, _ in outputs])
    flat, slopes = (costs[::2] - costs[1::2]) / (2 * step), {}
    for name, P in parameters.items():
        slopes[f"d{name}"], flat = flat[: P.size].reshape(P.shape), flat[P.size :]
    return slopes


def _decayed(grads: Parameters, parameters: Parameters, rate: float) -> Parameters:
    """The gradients with weight decay: rate (lambd / m) times the weights."""
    return {
        name: grad + rate * parameters[name[1:]] if name.startswith("dW") else grad
        for name, grad in grads.items()
    }


def _double(grads: Parameters) -> Parameters:
    """The arrays among them, whatever else a student keeps there, as float64."""
    arrays = {name: grad for name, grad in grads.items() if isinstance(grad, np.ndarray)}
    return {name: grad.astype(float) for name, grad in arrays.items() if grad.dtype.kind in "biuf"}


def _sane(AL: np.ndarray, Y: np.ndarray) -> bool:
    return AL.shape == Y.shape and bool(((AL > 0) & (AL < 1)).all())


def _own_backward(
    student: Student,
    X: np.ndarray,
    parameters: Parameters,
    Y: np.ndarray,
    AL: np.ndarray,
    keep_prob: float,
    rng: np.random.Generator,
    decay: float = 0.0,
) -> Parameters:
    """The lesson's formulas at the student's own AL, through their own two dropout functions."""
    L, state = len(parameters) // 2, student.hold(rng)
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, cache = student.dropout_forward(np.maximum(Z, 0), keep_prob, state)
        inputs.append(out)
        hidden.append((Z, cache))
    grads, dZ = {}, (AL - Y) / Y.shape[1]
    for layer in range(L, 0, -1):
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, cache = hidden[layer - 2]
            dA = student.dropout_backward(parameters[f"W{layer}"].T @ dZ, cache)
            dZ = dA * (Z > 0)
    return _decayed(grads, parameters, decay)


def _or_own_backward(
    judge: Callable[[], None],
    student: Student,
    got: Parameters,
    *others: Callable[[], Parameters],
) -> None:
    """``judge`` passes, or the gradients are one of the others, made by the student's functions."""
    try:
        judge()
    except CheckFailed:
        with _aside(student):
            agreed = any(_agrees(got, other) for other in others)
        if not agreed:
            raise


@contextmanager
def _of_network(
    student: Student, reference: Any, X: np.ndarray, parameters: Parameters
) -> Iterator[None]:
    """Nothing is said against backward_with_dropout when forward_with_dropout is no such network.

    What the gradient of a pass should be that is wrong even without dropout is anyone's guess.
    """
    try:
        yield
    except (CheckFailed, CallFailed) as failure:
        if isinstance(failure, CallFailed) and failure.failure.kind != "ERRORED":
            raise
        plain = (X, parameters, 1.0, np.random.default_rng(0))
        with _aside(student):
            AL, _ = student.forward_with_dropout(*plain)
        want, _ = reference.forward_with_dropout(*plain)
        if AL.shape != want.shape or not np.allclose(AL, want, rtol=1e-6, atol=1e-9):
            raise CheckSkipped(
                "Cannot be judged: forward_with_dropout is wrong even for keep_prob = 1."
            ) from None
        raise


def _agrees(got: Parameters, make: Callable[[], Parameters]) -> bool:
    """Whether the gradients are those; what cannot be made agrees with nothing.

    Another dtype than float64 is no difference where their own dropout functions bring it in.
    """
    try:
        own = make()
        if any(grad.dtype != np.float64 for grad in own.values()):
            own, got = _double(own), _double(got)
        expect.arrays(got, own, "grads", 1e-5, 1e-6)
    except Exception:
        return False
    return True


@check("backward_with_dropout", points=2)
def test_backward_with_dropout_plain(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """With keep_prob = 1 it is the plain gradient of the cost."""
    shapes = [([3, 4, 1], 5), ([2, 4, 3, 2], 7), ([3, 2], 4), (_DEEP, 6)]
    # All forward passes come first: a gradient belongs to its cache, not to the latest pass.
    passes = []
    for dims, m in shapes:
        parameters = _deep(rng) if dims is _DEEP else _parameters(rng, dims)
        X, Y, state = rng.normal(size=(dims[0], m)), _labels(rng, dims[-1], m), _seeds(rng)
        AL, cache = student.forward_with_dropout(X, parameters, 1.0, state())
        passes.append((X, parameters, Y, state, AL, cache))
    for X, parameters, Y, state, AL, cache in passes:
        want = reference.backward_with_dropout(
            parameters, reference.forward_with_dropout(X, parameters, 1.0, state())[1], Y
        )
        with _of_network(student, reference, X, parameters):
            got = student.backward_with_dropout(parameters, cache, Y)
            _or_own_backward(
                partial(expect.arrays, got, want, "grads"), student, got,
                partial(_own_backward, student, X, parameters, Y, AL, 1.0, state()),
                partial(_own_slopes, student, X, parameters, Y, 1.0, state),
            )  # fmt: skip


@check("backward_with_dropout", points=3)
def test_backward_with_dropout_masks(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """The gradient goes through the masks of its own forward pass, with their factor."""
    state = _seeds(rng)
    many = [(rng.normal(size=(3, 100)), _parameters(rng, [3, 6, 2]), 0.6)] * 2
    outputs = student.forward_with_dropout.each((*call, state()) for call in many)
    if not np.array_equal(outputs[0][0], outputs[1][0]):
        _by_masks_read_off(student, reference, rng)
        return
    for dims, m, keep_prob, lambd in [
        ([3, 4, 3, 2], 6, 0.6, 0.0), ([2, 3, 4, 1], 4, 0.8, 1.3), ([2, 3, 2, 3, 2, 1], 4, 0.7, 0.0)
    ]:  # fmt: skip
        shallow = len(dims) == 4
        X, parameters = (
            _far_from_kinks(rng, dims, m, keep_prob) if shallow else _all_on(rng, dims, m)
        )
        Y, state = _labels(rng, dims[-1], m), _seeds(rng)
        AL, cache = student.forward_with_dropout(X, parameters, keep_prob, state())
        if not _sane(AL, Y):
            raise CheckSkipped("Cannot be judged: forward_with_dropout's AL is no probability.")
        with _aside(student):
            slopes = _own_slopes(student, X, parameters, Y, keep_prob, state)
        want = _decayed(slopes, parameters, lambd / m)
        own = (student, X, parameters, Y, AL, keep_prob, state(), lambd / m)
        with _of_network(student, reference, X, parameters):
            got = student.backward_with_dropout(parameters, cache, Y, lambd)
            _or_own_backward(
                partial(expect.arrays, got, want, "grads", 1e-5, 1e-6), student, got,
                partial(_own_backward, *own),
            )  # fmt: skip


def _by_masks_read_off(student: Student, reference: Any, rng: np.random.Generator) -> None:
    """For a forward pass that does not draw the same again: a network that tells its masks."""
    lanes = _Lanes(rng, 4, 6, 0.6)
    p, X, Y = lanes.parameters, lanes.X, _labels(rng, 4, 6)
    AL, cache = student.forward_with_dropout(X, p, 0.6, _seeds(rng)())
    try:
        first, second = (mask / 0.6 for mask in lanes.masks(AL))
    except CheckFailed as failure:
        raise CheckSkipped(f"Cannot be judged: {failure}") from None
    Z1 = p["W1"] @ X + p["b1"]
    Z2 = p["W2"] @ (Z1 * first) + p["b2"]
    inputs, hidden = [X, Z1 * first, Z2 * second], [(Z1, first), (Z2, second)]
    want = reference.backward_with_dropout(p, (inputs, hidden, AL), Y)
    got = student.backward_with_dropout(p, cache, Y)
    # Off the diagonal, dW2 needs masks of the first layer that the output does not tell.
    expect.shapes(got, want, "grads")
    mine, theirs = (grads | {"dW2": np.diag(np.diag(grads["dW2"]))} for grads in (got, want))
    expect.arrays(mine, theirs, "grads", 1e-6, 1e-8)


@check("backward_with_dropout")
def test_backward_with_dropout_decay(student: Student, rng: np.random.Generator) -> None:
    """Weight decay adds lambd / m times W to each dW, and nothing to a db."""
    for dims, m, lambd in [([3, 4, 2], 5, 0.7), ([2, 3, 2, 1], 9, 2.0)]:
        parameters, X = _parameters(rng, dims), rng.normal(size=(dims[0], m))
        Y, state = _labels(rng, dims[-1], m), _seeds(rng)
        caches = [student.forward_with_dropout(X, parameters, 1.0, state())[1] for _ in (1, 2)]
        # What is wrong without decay, their dtype for one, costs its points without decay.
        plain = _double(student.backward_with_dropout(parameters, caches[0], Y))
        decayed = _double(student.backward_with_dropout(parameters, caches[1], Y, lambd))
        expect.shapes(plain, {f"d{name}": P for name, P in parameters.items()}, "grads")
        expect.arrays(decayed, _decayed(plain, parameters, lambd / m), "grads", 1e-7, 1e-9)


@check("backward_with_dropout", points=0.5)
def test_backward_with_dropout_unchanged(student: Student, rng: np.random.Generator) -> None:
    """Parameters and labels are left as they were, and the cache is as good as before."""
    parameters, X, Y = _parameters(rng, [3, 4, 2]), rng.normal(size=(3, 5)), _labels(rng, 2, 5)
    for keep_prob, lambd in [(0.7, 0.5), (1.0, 0.0)]:
        _, cache = student.forward_with_dropout(X, parameters, keep_prob, _seeds(rng)())
        first = student.backward_with_dropout(parameters, cache, Y, lambd)
        _unchanged(student, "backward_with_dropout")
        try:
            second = student.backward_with_dropout(parameters, cache, Y, lambd)
            same = _agrees(_double(second), partial(_double, first))
        except CallFailed:
            same = False
        if not same and _repeats(student):
            expect.fail(
                "A second call with the same cache does not give the same gradients: "
                "backward_with_dropout changed its argument cache."
            )


def _repeats(student: Student) -> bool:
    """Whether the student's own dropout_backward gives the same again for the same cache."""
    A = np.ones((4, 5))
    try:
        with _aside(student):
            _, cache = student.dropout_forward(A, 0.5, np.random.default_rng(0))
            return np.array_equal(*student.dropout_backward.each([(A, cache)] * 2))
    except (CallFailed, CheckFailed):
        return False


# -------------------------------------------------------------------------- predict_ensemble


def _or_own_mean(
    judge: Callable[[], None],
    student: Student,
    got: np.ndarray,
    call: tuple[np.ndarray, Parameters, float],
    state: Callable[[], np.random.Generator],
    num_masks: int,
) -> None:
    """``judge`` passes, or the answer is the mean of the student's own forward passes."""
    try:
        judge()
    except CheckFailed:
        for own in _own_means(student, call, state, num_masks):
            if own.shape == got.shape and np.allclose(own, got, rtol=1e-7, atol=1e-10):
                return
        raise


def _own_means(
    student: Student,
    call: tuple[np.ndarray, Parameters, float],
    state: Callable[[], np.random.Generator],
    num_masks: int,
) -> Iterator[np.ndarray]:
    """The mean of the student's own passes: one after another, or all at once side by side."""
    X, parameters, keep_prob = call
    m = X.shape[1]

    def one_after_another() -> np.ndarray:
        held = student.hold(state())
        passes = [student.forward_with_dropout(*call, held)[0] for _ in range(num_masks)]
        return np.asarray(np.mean(passes, axis=0))

    def side_by_side(copies: np.ndarray, shape: tuple[int, int], axis: int) -> np.ndarray:
        AL, _ = student.forward_with_dropout(copies, parameters, keep_prob, state())
        return np.asarray(AL.reshape(len(AL), *shape).mean(axis=axis))

    for way in (
        one_after_another,
        partial(side_by_side, np.tile(X, num_masks), (num_masks, m), 1),
        partial(side_by_side, np.repeat(X, num_masks, axis=1), (m, num_masks), 2),
    ):
        try:
            with _aside(student):
                mean = way()
        except (CallFailed, CheckFailed, ValueError, TypeError):
            continue
        yield mean


@check("predict_ensemble")
def test_predict_ensemble_plain(student: Student, reference: Any, rng: np.random.Generator) -> None:
    """With keep_prob = 1 all members agree, however many they are."""
    for dims, m, num_masks in [([3, 4, 2], 5, 3), ([2, 3, 3, 1], 1, 1), ([1, 2, 3], 4, 7)]:
        parameters, X, state = _parameters(rng, dims), rng.normal(size=(dims[0], m)), _seeds(rng)
        got = student.predict_ensemble(X, parameters, 1.0, state(), num_masks)
        want = reference.predict_ensemble(X, parameters, 1.0, state(), num_masks)
        _or_own_mean(
            partial(expect.array, got, want, "the answer for keep_prob = 1"),
            student, got, (X, parameters, 1.0), state, num_masks,
        )  # fmt: skip


class _Votes:
    """One hidden layer, each unit of it with an output of its own: the mean tells the votes."""

    def __init__(self, rng: np.random.Generator, n: int, m: int, keep_prob: float) -> None:
        self.X = rng.uniform(0.5, 1.5, (2, m))
        self.parameters = p = {
            "W1": rng.uniform(0.2, 0.8, (n, 2)), "b1": rng.uniform(0.1, 0.3, (n, 1)),
            "W2": keep_prob * np.diag(rng.uniform(2, 4, n)), "b2": rng.uniform(-2, -1, (n, 1)),
        }  # fmt: skip
        kept = p["W2"] @ (p["W1"] @ self.X + p["b1"]) / keep_prob + p["b2"]
        self.goes, self.stays = 1 / (1 + np.exp(-p["b2"])), 1 / (1 + np.exp(-kept))

    def counted(self, got: np.ndarray, num_masks: int) -> np.ndarray:
        """In how many members each unit was kept."""
        expect.finite(expect.shape(got, self.stays.shape, "the answer"), "the answer")
        votes = num_masks * (got - self.goes) / (self.stays - self.goes)
        expect.that(
            np.abs(votes - np.round(votes)).max() < 1e-6
            and -0.5 < votes.min() <= votes.max() < num_masks + 0.5,
            "The answer is not the mean of num_masks members' outputs. Mind what is averaged, and "
            "by what the sum is divided.",
        )
        return np.round(votes).astype(int)


@check("predict_ensemble", points=2)
def test_predict_ensemble_mean(student: Student, rng: np.random.Generator) -> None:
    """The answer is the mean of the members' outputs, after the sigmoid."""
    for n, m, keep_prob, num_masks in [(5, 12, 0.7, 4), (1, 60, 0.4, 3), (3, 40, 0.8, 1)]:
        votes, state = _Votes(rng, n, m, keep_prob), _seeds(rng)
        got = student.predict_ensemble(votes.X, votes.parameters, keep_prob, state(), num_masks)

        def judge(votes: _Votes = votes, got: np.ndarray = got, many: int = num_masks) -> None:
            expect.that(votes.counted(got, many).min() < many, "No unit was ever dropped.")

        call = (votes.X, votes.parameters, keep_prob)
        _or_own_mean(judge, student, got, call, state, num_masks)


@check("predict_ensemble", points=2)
def test_predict_ensemble_law(
    student: Student, rng: np.random.Generator, statistics: Statistics
) -> None:
    """Every member draws masks of its own, and keeps a unit with probability keep_prob."""
    keep_prob, num_masks = 0.35, 4
    votes, state = _Votes(rng, 20, 600, keep_prob), _seeds(rng)
    got = student.predict_ensemble(votes.X, votes.parameters, keep_prob, state(), num_masks)

    def judge() -> None:
        counts, budget = votes.counted(got, num_masks), statistics.split(2)
        expect.that(  # by chance: less than 0.4 to the power of 600
            (counts != counts[:, :1]).any(),
            "A unit is kept for all examples or for none: does every example have its own masks?",
        )
        kept = np.arange(num_masks) < counts.reshape(-1, 1)
        budget.bernoulli(kept, keep_prob, "units kept, over all members")
        budget.bernoulli(
            (counts == 0) | (counts == num_masks),
            keep_prob**num_masks + (1 - keep_prob) ** num_masks,
            "units on which all members agree", "Does every member draw masks of its own?",
        )  # fmt: skip

    _or_own_mean(judge, student, got, (votes.X, votes.parameters, keep_prob), state, num_masks)


@check("predict_ensemble", points=0.5)
def test_predict_ensemble_draws_from_rng(student: Student, rng: np.random.Generator) -> None:
    """rng is the only source of randomness: its state, and nothing else, decides the masks."""
    votes = _Votes(rng, 5, 40, 0.6)
    call, seeds = (votes.X, votes.parameters, 0.6), [int(s) for s in rng.integers(2**62, size=2)]
    seeds.append(seeds[0])

    def follows(answer: Callable[[int], np.ndarray]) -> bool:
        one, other, again = map(answer, seeds)
        return np.array_equal(one, again) and not np.array_equal(one, other)

    if follows(lambda seed: student.predict_ensemble(*call, np.random.default_rng(seed), 3)):
        return
    with _aside(student):
        own = follows(lambda s: student.forward_with_dropout(*call, np.random.default_rng(s))[0])
    if not own:
        raise CheckSkipped("Cannot be judged: forward_with_dropout does not follow rng.")
    raise CheckFailed(
        "The masks do not follow rng: with rng in one state the answer should be the same again, "
        "and in another state another one."
    )


@check("predict_ensemble", points=0.5)
def test_predict_ensemble_unchanged(student: Student, rng: np.random.Generator) -> None:
    """Input and parameters are left as they were."""
    for keep_prob, num_masks in [(0.7, 3), (0.7, 1), (1.0, 2)]:
        X, parameters = rng.normal(size=(3, 4)), _parameters(rng, [3, 4, 2])
        call = (X, parameters, keep_prob)
        if student.predict_ensemble.observed(*call, _seeds(rng)(), num_masks).changed:
            if student.forward_with_dropout.observed(*call, _seeds(rng)()).changed:
                raise CheckSkipped("Cannot be judged: forward_with_dropout changes its arguments.")
            _unchanged(student, "predict_ensemble")
