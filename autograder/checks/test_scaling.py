# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, no-warn-return-any
"""Hidden checks of ``scaling``: signals through depth, and the laws of the initial weights.

What calls another of the student's functions is judged on its own work. A gradient may be right for
the student's own ``forward_deep``, and an initialiser may hand on what the student's own
``variance_scaling`` draws; an error there costs its points there alone.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from autograder.checks import (
    ARRAY,
    NUMBER,
    NUMBERS,
    OPAQUE,
    PARAMETERS,
    CallFailed,
    CheckFailed,
    CheckSkipped,
    Malformed,
    Student,
    check,
    expect,
)
from autograder.checks.statistics import Statistics, fit_law, uniform_bound
from autograder.sandbox.protocol import Called

RETURNS = {
    "forward_deep": (ARRAY("AL"), OPAQUE),
    "initialize_constant": PARAMETERS("parameters"),
    "initialize_small": PARAMETERS("parameters"),
    "activation_variances": NUMBERS("the variances"),
    "variance_scaling": ARRAY("the weights"),
    "initialize_uniform_fan_in": PARAMETERS("parameters"),
    "initialize_he": PARAMETERS("parameters"),
    "backward_deep": PARAMETERS("grads"),
    "gradient_variances": NUMBERS("the variances"),
    "initialize_xavier": PARAMETERS("parameters"),
    "saturation": NUMBER("the share"),
}

ACTIVATIONS = ("relu", "tanh", "sigmoid")
DEEP = (
    (3, 5, 2),
    (4, 3, 5, 2, 3),
    (2, 6, 4, 5, 3, 4, 1),
    (5, 4, 4, 4, 6, 5, 5, 4, 6, 6, 4, 3, 2),
)
"""Layer sizes from two layers to twelve, some of them square, with one output and several."""
EDGES = ((4, 3), (1, 1), (3, 1), (1, 4, 1), (2, 1, 3))
"""One layer, one input, one hidden unit, one output."""

Parameters = dict[str, np.ndarray]
Judge = Callable[[list[np.ndarray], float], None]
"""Judges a result by a network's signals, up to a relative error."""


def network(dims: Sequence[int], rng: np.random.Generator) -> Parameters:
    """A lively network: weights that keep signals alive, and biases that are not 0.

    A layer is known by its name alone: in a deep network, the keys stand in any order.
    """
    parameters = {}
    for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(dims), start=1):
        parameters[f"W{layer}"] = rng.normal(0, 1.5 / math.sqrt(fan_in), size=(fan_out, fan_in))
        parameters[f"b{layer}"] = rng.normal(0, 0.5, size=(fan_out, 1))
    keys = rng.permutation(list(parameters)) if len(dims) > 6 else parameters
    return {str(key): parameters[str(key)] for key in keys}


@dataclass(frozen=True)
class Case:
    """A network with data; Y holds zeros and ones."""

    X: np.ndarray
    Y: np.ndarray
    parameters: Parameters
    activation: str

    @property
    def depth(self) -> int:
        """The number of layers."""
        return len(self.parameters) // 2

    def layers(self, first: int, last: int) -> Case:
        """Some of the layers as a network of its own."""
        part = {
            f"{key}{layer - first + 1}": self.parameters[f"{key}{layer}"]
            for layer in range(first, last + 1)
            for key in "Wb"
        }
        return replace(self, parameters=part)


def cases(all_dims: Sequence[Sequence[int]], rng: np.random.Generator) -> Iterator[Case]:
    """Each network with each activation, on several examples and on one."""
    for index, dims in enumerate(all_dims):
        for activation in ACTIVATIONS:
            m = (7, 1, 4)[(index + ACTIVATIONS.index(activation)) % 3]
            X = rng.normal(size=(dims[0], m))
            Y = rng.integers(0, 2, size=(dims[-1], m)).astype(float)
            yield Case(X, Y, network(dims, rng), activation)


def loud_and_quiet(rng: np.random.Generator) -> Iterator[Case]:
    """A network of activations around 100, and some whose outputs are nearly perfect."""
    loud, *others = cases(((4, 6, 5, 3),), rng)
    parameters = loud.parameters | {"W3": loud.parameters["W3"] / 100}
    yield replace(loud, X=100 * loud.X, parameters=parameters)
    for case in others:
        sure = rng.choice([-8.0, 8.0], size=(len(case.Y), 1))
        parameters = case.parameters | {"W3": case.parameters["W3"] / 10, "b3": sure}
        yield replace(case, Y=np.where(sure > 0, 1.0, np.zeros_like(case.Y)), parameters=parameters)


# ------------------------------------------------------------------ forward_deep


def check_forward(student: Student, reference: Any, some: Iterable[Case]) -> None:
    """The outputs of several networks: all of them computed first, for the diagnosis to see."""
    outputs = [(c, student.forward_deep(c.X, c.parameters, c.activation)[0]) for c in some]
    for case, got in outputs:
        want, _ = reference.forward_deep(case.X, case.parameters, case.activation)
        expect.array(got, want, f"AL ({case.depth} layers, {case.activation})")


@check("forward_deep", points=2)
def test_forward_values(student, reference, rng):
    """Hidden layers compute activation(W A + b), and the last one sigmoid(W A + b)."""
    check_forward(student, reference, cases(DEEP, rng))


@check("forward_deep")
def test_forward_edges(student, reference, rng):
    """A single layer, single units and a single output work as well."""
    check_forward(student, reference, cases(EDGES, rng))


@check("forward_deep")
def test_forward_extremes(student, reference, rng):
    """Very large signals still give numbers between 0 and 1."""
    for case in cases(((3, 4, 4, 2),), rng):
        loud = {name: 1000 * value for name, value in case.parameters.items()}
        got, _ = student.forward_deep(case.X, loud, case.activation)
        want, _ = reference.forward_deep(case.X, loud, case.activation)
        name = f"AL (very large signals, {case.activation})"
        expect.shape(got, want.shape, name)
        # Absolutely, for all of a small AL may be tiny, and 0 is as good as 1e-170.
        expect.numbers(got.ravel(), want.ravel(), name, atol=1e-9)


@check("forward_deep")
def test_forward_arguments(student, rng):
    """X and the parameters stay as they were."""
    for case in cases(((3, 4, 2), (2, 3)), rng):
        called = student.forward_deep.observed(case.X, case.parameters, case.activation)
        expect.shape(called.value[0], case.Y.shape, "AL")
        stays("forward_deep", called.changed)


def stays(function: str, changed: Sequence[str]) -> None:
    """A call altered nothing."""
    if changed:
        raise CheckFailed(
            f"{function} changed its argument {changed[0]}: "
            "work on a copy, or write the result into a new array."
        )


# ------------------------------------------------------------------ initialize_constant


def blank(dims: Sequence[int], value: float = 0.0) -> Parameters:
    """Parameters of the right shapes, every weight ``value``."""
    pairs = enumerate(itertools.pairwise(dims), start=1)
    return {
        key: array
        for layer, (fan_in, fan_out) in pairs
        for key, array in (
            (f"W{layer}", np.full((fan_out, fan_in), value)),
            (f"b{layer}", np.zeros((fan_out, 1))),
        )
    }


@check("initialize_constant", points=2)
def test_constant_values(student, rng):
    """Every weight of every layer is the value, and every bias is 0."""
    for dims in DEEP:
        value = float(rng.choice([-1, 1]) * rng.uniform(0.1, 3))
        called = student.initialize_constant.observed(list(dims), value)
        expect.arrays(called.value, blank(dims, value), "parameters")
        stays("initialize_constant", called.changed)


@check("initialize_constant")
def test_constant_edges(student, rng):
    """One layer, single units, whole numbers and zero work as well."""
    for dims, value in zip(EDGES, (2, 0, -1, 0.0, int(rng.integers(3, 9))), strict=True):
        got = student.initialize_constant(list(dims), value)
        expect.arrays(got, blank(dims, float(value)), "parameters")


# ------------------------------------------------------------------ laws of random weights


@dataclass(frozen=True)
class Spec:
    """A law of weights, in the words of variance_scaling."""

    scale: float
    mode: str = "fan_in"
    law: str = "normal"

    def std(self, fan_in: int, fan_out: int) -> float:
        """The standard deviation of a layer's weights; mode "none" doesn't look at the layer."""
        fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2, "none": 1}
        return math.sqrt(self.scale / fans[self.mode])

    def words(self) -> str:
        """The rule as a person reads it."""
        root = math.sqrt(self.scale)
        match self.mode:
            case "none":
                return f"{root:.3g} in every layer"
            case "fan_avg":
                return f"{root:.3g} · ((fan_in + fan_out)/2)^-0.50"
            case _:
                return f"{root:.3g} · {self.mode}^-0.50"


@dataclass(frozen=True)
class Drawn:
    """A weight matrix that a student's function drew, and its name."""

    name: str
    weights: np.ndarray
    std: float
    law: str

    def normal(self) -> np.ndarray:
        """The weights as standard normal numbers, which they are when they follow their law."""
        if self.law == "normal":
            return self.weights / self.std
        inside = np.clip(self.weights / (self.std * math.sqrt(3)), -1 + 1e-15, 1 - 1e-15)
        return special.ndtri((inside + 1) / 2)


@dataclass(frozen=True)
class Run:
    """One call of an initialiser: its layer sizes, the generator's seed, and what it gave."""

    dims: list[int]
    seed: int
    parameters: Parameters

    def drawn(self, spec: Spec) -> list[Drawn]:
        """The weight matrices, and what is expected of each.

        Raises:
            CheckFailed: shapes, dtypes or biases are not what they should be.
        """
        structured(self.parameters, self.dims)
        return [
            Drawn(f"W{layer}", self.parameters[f"W{layer}"], spec.std(fan_in, fan_out), spec.law)
            for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(self.dims), start=1)
        ]


def structured(parameters: Parameters, dims: Sequence[int]) -> None:
    """Keys, shapes and dtypes are right, and biases 0."""
    expected = blank(dims)
    expect.shapes(parameters, expected, "parameters")
    zero_biases(parameters, expected)


def zero_biases(parameters: Parameters, expected: Parameters) -> None:
    """The biases have their shapes and are 0."""
    expect.keys(parameters, expected, "parameters")
    for key, want in expected.items():
        if key.startswith("b"):
            expect.array(parameters[key], want, f'parameters["{key}"]')


def fresh(rng: np.random.Generator) -> int:
    """A seed for a student's generator."""
    return int(rng.integers(2**62))


def wide(rng: np.random.Generator) -> list[int]:
    """Layer sizes in which every layer is rectangular and has at least 400 weights.

    With 400 draws a layer whose scale is wrong by a third is found, and all layers together, some
    65,000 in a network, suffice for 2 % (see `autograder.checks.statistics.sample_size`).
    """
    sizes = [4, 400, 3, 560, 2, 480, 40, 560, 40]
    return [int(n * rng.uniform(1, 1.15)) if n > 10 else n for n in sizes]


def initialised(student: Student, name: str, dims: Sequence[int], seed: int, **options: Any) -> Run:
    """Call an initialiser with a generator of that seed.

    Raises:
        CheckFailed: it altered the layer sizes.
        CheckSkipped: the call failed inside the student's own variance_scaling.
    """
    try:
        called = getattr(student, name).observed(list(dims), np.random.default_rng(seed), **options)
    except CallFailed as failed:
        _skip_if_inside_scaling(student, name, dims, failed, options)
        raise
    stays(name, called.changed)
    return Run(list(dims), seed, called.value)


def _skip_if_inside_scaling(
    student: Student, name: str, dims: Sequence[int], failed: CallFailed, options: dict[str, Any]
) -> None:
    spec = _default(name, options)
    if spec is None or failed.failure.kind == "MISSING":
        return
    for fan_in, fan_out in itertools.pairwise(dims):
        try:
            generator = np.random.default_rng(1)
            student.variance_scaling(fan_in, fan_out, generator, spec.scale, spec.mode, spec.law)
        except CallFailed as inner:
            if _place(inner) == _place(failed):
                raise CheckSkipped(
                    f"Cannot be judged: {name} uses variance_scaling, which does not work yet."
                ) from None
        except CheckFailed:
            return


def _place(failed: CallFailed) -> tuple[str, int | None, int | None]:
    return failed.failure.kind, failed.failure.cell, failed.failure.line


def _default(name: str, options: dict[str, Any]) -> Spec | None:
    """The law of an initialiser with these options; None when it needs no variance_scaling."""
    match name:
        case "initialize_he":
            return Spec(2, options.get("mode", "fan_in"), options.get("distribution", "normal"))
        case "initialize_xavier":
            return Spec(1, "fan_avg", options.get("distribution", "uniform"))
        case "initialize_uniform_fan_in":
            return Spec(1 / 3, "fan_in", "uniform")
        case _:
            return None


def by_law_or_own(
    student: Student, spec: Spec, runs: Sequence[Run], judge: Callable[[], None]
) -> None:
    """Right by its law, or else exactly what the student's own variance_scaling gives."""
    expect.any_of(judge, lambda: _is_own(student, spec, runs))


def _is_own(student: Student, spec: Spec, runs: Sequence[Run]) -> None:
    for run in runs:
        zero_biases(run.parameters, blank(run.dims))
        layers = range(1, len(run.dims))
        got = [run.parameters[f"W{layer}"] for layer in layers]
        if not any(
            _same(got, _own(student, spec, run, order)) for order in (layers, reversed(layers))
        ):
            _is_own_law(student, spec, run, got)
        elif all((w == w.flat[0]).all() for w in got) and max(w.size for w in got) > 1:
            raise CheckSkipped("Cannot be judged: your own variance_scaling draws nothing.")


def _own(
    student: Student, spec: Spec, run: Run, order: Sequence[int] | Iterator[int]
) -> list[np.ndarray]:
    """What the student's own variance_scaling draws for each layer, one after another."""
    generator = student.hold(np.random.default_rng(run.seed))
    weights = {}
    for layer in order:
        try:
            weights[layer] = student.variance_scaling(
                run.dims[layer - 1], run.dims[layer], generator, spec.scale, spec.mode, spec.law
            )
        except CallFailed:
            raise CheckFailed("variance_scaling does not work") from None
    return [weights[layer] for layer in sorted(weights)]


def _same(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> bool:
    return all(
        a.shape == b.shape and a.dtype == b.dtype and np.allclose(a, b, rtol=1e-6, equal_nan=True)
        for a, b in zip(one, other, strict=True)
    )


def _is_own_law(student: Student, spec: Spec, run: Run, got: Sequence[np.ndarray]) -> None:
    """For a variance_scaling that doesn't listen to its generator, a common law must do."""
    own, again = (_own(student, spec, run, range(1, len(run.dims))) for _ in range(2))
    expect.that(not _same(own, again), "the weights are not those of variance_scaling")
    for mine, theirs in zip(got, own, strict=True):
        expect.that(mine.shape == theirs.shape, "the weights are not those of variance_scaling")
        p = stats.ks_2samp(mine.ravel(), theirs.ravel(), method="asymp").pvalue
        expect.that(p > 1e-9, "the weights do not follow the law of variance_scaling")


def follow_law(drawn: Sequence[Drawn], spec: Spec, statistics: Statistics, function: str) -> None:
    """Variance in every layer and overall, mean and distribution are those of the law."""
    budget = statistics.split(4)
    layers = budget.split(2 * len(drawn))
    try:
        for one in drawn:
            name = f"{function}'s {one.name} ({one.weights.shape[0]}, {one.weights.shape[1]})"
            if one.law == "uniform":
                _reaches_its_bound(one, name, layers)
            layers.variance(one.weights, one.std, name, one.law)
            _is_not_clipped(one.weights, name)
        # One sample of the same law, scaled to a standard deviation of 1.
        pooled = np.concatenate([one.weights.ravel() / one.std for one in drawn])
        _same_scale(budget, pooled, spec, function)
    except CheckFailed as failure:
        raise CheckFailed(f"{failure}{_read_off(drawn, spec)}") from None
    budget.mean(pooled, 1.0, f"{function}'s weights (scaled to standard deviation 1)", spec.law)
    budget.distribution(
        pooled, 1.0, f"{function}'s weights (scaled to standard deviation 1)", spec.law
    )


def _reaches_its_bound(one: Drawn, name: str, budget: Statistics) -> None:
    """Uniform draws of about the right scale reach up to their bound and no further."""
    bound, reach = one.std * math.sqrt(3), float(np.abs(one.weights).max())
    if 0.9 < math.sqrt(float(np.mean(one.weights**2))) / one.std < 1.1:
        budget.judge(
            uniform_bound(one.weights, bound),
            name,
            f"The values of {name} reach up to ±{reach:.4g}, expected ±{bound:.4g}.",
        )


def _is_not_clipped(weights: np.ndarray, name: str) -> None:
    """The largest value does not come again and again; of real numbers it never does."""
    sizes = np.abs(weights)
    largest = sizes.max()
    if np.count_nonzero(sizes == largest) > 4:
        raise CheckFailed(
            f"The largest values of {name} are all {largest:.4g}: draws that are cut off at a "
            "bound do not follow the law."
        )


def _same_scale(budget: Statistics, pooled: np.ndarray, spec: Spec, function: str) -> None:
    try:
        budget.variance(pooled, 1.0, function, spec.law)
    except CheckFailed:
        raise CheckFailed(
            f"Over all layers, {function}'s weights have "
            f"{math.sqrt(float(np.mean(pooled**2))):.3f} times the expected standard deviation."
        ) from None


def _read_off(drawn: Sequence[Drawn], spec: Spec) -> str:
    """The rule that the weights follow, as a power of fan_in and fan_out."""
    try:
        law = fit_law([one.weights for one in drawn])
    except (ValueError, np.linalg.LinAlgError):
        return ""
    if not law.misfit > 1e-6:  # it is no such power at all, or not even a number
        return ""
    exponents = {"fan_in": (-0.5, 0.0), "fan_out": (0.0, -0.5), "none": (0.0, 0.0)}.get(spec.mode)
    if exponents is not None:
        off = np.subtract(
            (law.constant, law.fan_in, law.fan_out), (math.log(spec.scale) / 2, *exponents)
        )
        if np.abs(off).max() < 0.05:
            return ""
    return (
        f" Over layers of many shapes, the standard deviation goes like {law.words()}; "
        f"expected: {spec.words()}."
    )


def independent(drawn: Sequence[Drawn], statistics: Statistics, function: str) -> None:
    """No two layers, rows or columns have to do with each other."""
    budget = statistics.split(3 * len(drawn))
    for one in drawn:
        z = one.normal()
        name = f"{function}'s {one.name}"
        budget.rows(z, name, "Does each unit get weights of its own?")
        budget.columns(z, name, "Does each input get weights of its own?")
    for one, other in itertools.pairwise(drawn):
        budget.uncorrelated(
            one.normal(), other.normal(), f"{function}'s {one.name} and {other.name}"
        )


def from_rng_alone(
    student: Student, name: str, spec: Spec, rng: np.random.Generator, **options: Any
) -> None:
    """The same state gives the same weights, another state gives others."""
    dims = [3, 5, 4, 2]
    seed, other = fresh(rng), fresh(rng)
    first, again, differs = (
        initialised(student, name, dims, s, **options) for s in (seed, seed, other)
    )

    def judge() -> None:
        for key in blank(dims):
            if not key.startswith("W"):
                continue
            one, two, three = (run.parameters.get(key, ()) for run in (first, again, differs))
            expect.that(key in first.parameters, f'parameters lacks the key "{key}".')
            expect.that(
                np.array_equal(one, two),
                f"{name} gives other weights when it is called again with a generator in the same "
                "state: every draw should come from rng.",
            )
            expect.that(
                not np.array_equal(one, three),
                f"{name} gives the same weights whatever the state of rng.",
            )

    by_law_or_own(student, spec, (first, again, differs), judge)


def small_runs(student: Student, name: str, rng: np.random.Generator) -> list[Run]:
    """Calls on small networks of all kinds, for their structure."""
    return [initialised(student, name, dims, fresh(rng)) for dims in (*DEEP, *EDGES)]


def all_drawn(runs: Sequence[Run], spec: Spec) -> list[Drawn]:
    """The weights of several calls."""
    return [one for run in runs for one in run.drawn(spec)]


def check_structure(student: Student, name: str, rng: np.random.Generator) -> None:
    """Names, shapes and dtypes of weights and biases; biases 0."""
    spec = _default(name, {})
    for run in small_runs(student, name, rng):
        judge = _judge_structure(run)
        if spec is None:
            judge()
        else:
            by_law_or_own(student, spec, (run,), judge)


def _judge_structure(run: Run) -> Callable[[], None]:
    return lambda: structured(run.parameters, run.dims)


def check_law(
    student: Student,
    name: str,
    spec: Spec,
    rng: np.random.Generator,
    statistics: Statistics,
    calls: int = 2,
    **options: Any,
) -> None:
    """The weights of wide networks follow the law, whatever the layers' shapes."""
    runs = [initialised(student, name, wide(rng), fresh(rng), **options) for _ in range(calls)]

    def judge() -> None:
        follow_law(all_drawn(runs, spec), spec, statistics, name)

    if spec.mode == "none":
        judge()
    else:
        by_law_or_own(student, spec, runs, judge)


def check_draws(
    student: Student,
    name: str,
    spec: Spec,
    rng: np.random.Generator,
    statistics: Statistics,
    **options: Any,
) -> None:
    """Layers, rows and columns are independent, square layers of equal size among them.

    And all that is random in them comes from rng.
    """
    run = initialised(student, name, [24, 30, 30, 30, 24], fresh(rng), **options)

    def judge() -> None:
        independent(run.drawn(spec), statistics, name)

    if spec.mode == "none":
        judge()
    else:
        by_law_or_own(student, spec, (run,), judge)
    from_rng_alone(student, name, spec, rng, **options)


# ------------------------------------------------------------------ initialize_small


@check("initialize_small")
def test_small_structure(student, rng):
    """Weights and biases have their names and shapes, and every bias is 0."""
    check_structure(student, "initialize_small", rng)


@check("initialize_small", points=2)
def test_small_law(student, rng, statistics):
    """Weights follow N(0, 0.01²) in layers of every shape."""
    check_law(student, "initialize_small", Spec(0.01**2, "none"), rng, statistics)


@check("initialize_small")
def test_small_scale(student, rng, statistics):
    """The scale that is asked for is the weights' standard deviation."""
    budget = statistics.split(2)
    for low, high in ((0.05, 0.5), (2, 8)):
        scale = float(rng.uniform(low, high))
        run = initialised(student, "initialize_small", [20, 60, 30, 7], fresh(rng), scale=scale)
        spec = Spec(scale**2, "none")
        follow_law(run.drawn(spec), spec, budget.split(1), "initialize_small")


@check("initialize_small")
def test_small_draws(student, rng, statistics):
    """Every weight is a draw of its own from rng, in every layer."""
    check_draws(student, "initialize_small", Spec(0.01**2, "none"), rng, statistics)


# ------------------------------------------------------------------ activation_variances


@contextlib.contextmanager
def relying_on_forward(student: Student, reference: Any, name: str, case: Case) -> Iterator[None]:
    """For calls and judgements of a function that may use the student's forward_deep.

    Raises:
        CheckSkipped: forward_deep failed inside, or led the function astray.
    """
    try:
        yield
    except (CallFailed, CheckFailed) as failed:
        if _own_fault(student, reference, case, failed):
            raise
        raise CheckSkipped(
            f"Cannot be judged: {name} uses forward_deep, which does not work yet."
        ) from None


def _own_fault(
    student: Student, reference: Any, case: Case, failed: CallFailed | CheckFailed
) -> bool:
    """Whether a failure is not the fault of forward_deep, as far as can be told."""
    crash = failed if isinstance(failed, CallFailed) else None
    if isinstance(failed, Malformed) or (crash and crash.failure.kind == "MISSING"):
        return True
    try:
        called = forwarded(student, case)
    except CallFailed as inside:
        return crash is None or _place(inside) != _place(crash)
    except Malformed:
        return False
    if crash and crash.failure.kind == "UNANSWERED":
        return True
    return not called.changed and understood(student, reference, case, called.value[0])


def understood(student: Student, reference: Any, case: Case, AL: np.ndarray) -> bool:
    """Whether forward_deep's output is right, or wrong just as its layers, one by one, are."""
    *right, want = reference.forward_deep(case.X, case.parameters, case.activation)[1]
    A: np.ndarray | None = case.X
    for layer in range(1, case.depth):
        if A is not None:
            A = read_off(student, replace(case.layers(layer, layer), X=A), right[layer])
    W, b = (case.parameters[f"{key}{case.depth}"] for key in "Wb")
    own = want if A is None else reference.sigmoid(W @ A + b)
    try:
        expect.any_of(
            lambda: expect.array(AL, want, "AL"), lambda: expect.array(AL, own, "AL", 1e-5)
        )
    except CheckFailed:
        return False
    return True


def forwarded(student: Student, case: Case) -> Called:
    """The student's own forward pass.

    Raises:
        CallFailed: forward_deep does not work.
        Malformed: it returns something else than AL and cache.
    """
    return student.forward_deep.observed(case.X, case.parameters, case.activation)


def signals(student: Student, reference: Any, case: Case) -> Iterator[list[np.ndarray]]:
    """The layers' activations, X first: the reference's, then those of the student's forward."""
    right = reference.forward_deep(case.X, case.parameters, case.activation)[1][:-1]
    yield right
    own = [case.X]
    for layer in range(1, case.depth):
        A = read_off(student, case.layers(1, layer), right[layer])
        if A is None:
            return
        own.append(A)
    yield own


def read_off(student: Student, case: Case, right: np.ndarray) -> np.ndarray | None:
    """What the student's forward_deep has in a network's last layer, were it a hidden one.

    It is read off through the front door: under one more layer, of W = I/s and b = 0, the output
    is sigmoid(A/s), whence A. ``right`` says how large A should be; None where it can't be told.
    """
    units, size = len(right), max(1.0, float(np.abs(right).max()))
    for s in (4 * size, 1000 * size):
        top = {f"W{case.depth + 1}": np.eye(units) / s, f"b{case.depth + 1}": np.zeros((units, 1))}
        try:
            out, _ = student.forward_deep(case.X, case.parameters | top, case.activation)
        except (CallFailed, CheckFailed):
            return None
        if out.shape == right.shape and np.all((out > 0.01) & (out < 0.99)):
            A = s * np.log(out / (1 - out))
            return np.where(np.abs(A) < 1e-9, 0.0, A)
    return None


def judge_by_signals(student: Student, reference: Any, case: Case, judge: Judge) -> None:
    """Right with the reference's signals, or with those of the student's own forward_deep."""
    failure = None
    for attempt, found in enumerate(signals(student, reference, case)):
        try:
            # The student's own signals are read off with a little rounding.
            judge(found, 1e-7 if attempt == 0 else 1e-5)
            return
        except CheckFailed as wrong:
            failure = failure or wrong
    if failure is not None:
        raise failure


def check_activation_variances(student: Student, reference: Any, some: Iterable[Case]) -> None:
    """The variances of several networks' hidden activations, all computed before any is judged."""
    relying = partial(relying_on_forward, student, reference, "activation_variances")
    results = []
    for case in some:
        with relying(case):
            got = student.activation_variances(case.X, case.parameters, case.activation)
        results.append((case, got))
    for case, got in results:
        with relying(case):
            judge_by_signals(student, reference, case, of_activations(got, case))


def of_activations(got: np.ndarray, case: Case) -> Judge:
    """Whether those are the variances of a network's signals."""

    def judge(found: list[np.ndarray], rtol: float) -> None:
        want = np.array([np.var(A) for A in found[1:]])
        expect.numbers(got, want, f"the variances ({case.activation})", rtol, 1e-12)

    return judge


@check("activation_variances", points=2)
def test_activation_variances(student, reference, rng):
    """The population variance of every hidden layer's activations, units and examples together."""
    check_activation_variances(student, reference, cases(DEEP, rng))


@check("activation_variances")
def test_activation_variances_edges(student, reference, rng):
    """Single units and examples work; without a hidden layer, there are no variances."""
    check_activation_variances(student, reference, cases(EDGES, rng))


@check("activation_variances")
def test_activation_variances_arguments(student, reference, rng):
    """X and the parameters stay as they were."""
    arguments_stay(student, reference, "activation_variances", rng)


def arguments_stay(student: Student, reference: Any, name: str, rng: np.random.Generator) -> None:
    """A function leaves its arguments alone, or alters just what the student's own forward does."""
    for case in cases(((3, 4, 2),), rng):
        given = (case.X, case.Y) if name == "gradient_variances" else (case.X,)
        function = getattr(student, name)
        with relying_on_forward(student, reference, name, case):
            called = function.observed(*given, case.parameters, case.activation)
            expect.that(
                len(called.value) == case.depth - 1,
                f"There are {len(called.value)} variances for {case.depth - 1} hidden layer(s).",
            )
            expect.finite(called.value, "the variances")
        if called.changed:
            inside = forwarded(student, case).changed
            stays(name, [argument for argument in called.changed if argument not in inside])


# ------------------------------------------------------------------ variance_scaling

SHAPES = ((4, 400), (400, 4), (3, 700), (700, 3), (60, 400), (400, 60), (150, 240), (240, 150))
"""Rectangular, (fan_in, fan_out), at least 1600 weights each and 125,000 together."""


def scaled(
    student: Student, shapes: Sequence[tuple[int, int]], spec: Spec, rng: np.random.Generator
) -> list[Drawn]:
    """Matrices of those shapes from the student's variance_scaling, shapes and dtypes checked."""
    drawn = []
    for fan_in, fan_out in shapes:
        generator = np.random.default_rng(fresh(rng))
        got = student.variance_scaling(fan_in, fan_out, generator, spec.scale, spec.mode, spec.law)
        expect.finite(expect.shape(got, (fan_out, fan_in), "the weights"), "the weights")
        drawn.append(Drawn("weights", got, spec.std(fan_in, fan_out), spec.law))
    return drawn


@check("variance_scaling")
def test_scaling_structure(student, rng):
    """The result is a float64 array of shape (fan_out, fan_in)."""
    for index, shape in enumerate([(3, 5), (5, 3), (1, 4), (4, 1), (1, 1), (2, 2)]):
        for law in ("normal", "uniform"):
            mode = ("fan_in", "fan_out", "fan_avg")[index % 3]
            scaled(student, [shape], Spec(1.5, mode, law), rng)


@check("variance_scaling", points=2)
@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
def test_scaling_law(student, rng, statistics, mode):
    """The variance is scale / n for matrices of every shape, drawn normally or uniformly."""
    budget = statistics.split(2)
    for law in ("normal", "uniform"):
        # Scales on both sides of 1, and never near 1 or 2, at which mistakes hide.
        scale = float(rng.choice([rng.uniform(0.2, 0.5), rng.uniform(3, 6)]))
        spec = Spec(scale, mode, law)
        drawn = scaled(student, SHAPES, spec, rng)
        follow_law(drawn, spec, budget.split(1), f"variance_scaling ({mode}, {law})")


@check("variance_scaling")
def test_scaling_smallest(student, rng):
    """In the smallest matrices, too, uniform weights stay within √(3 · scale / n)."""
    for mode in ("fan_in", "fan_out", "fan_avg"):
        spec = Spec(float(rng.uniform(1, 3)), mode, "uniform")
        for one in scaled(student, [(1, 2), (2, 1)] * 12, spec, rng):
            expect.that(
                np.abs(one.weights).max() <= one.std * math.sqrt(3) * (1 + 1e-12),
                f"variance_scaling ({mode}, uniform): in a small matrix a weight lies outside "
                "plus and minus √(3 · scale / n). What is n there, exactly?",
            )


@check("variance_scaling")
def test_scaling_draws(student, rng, statistics):
    """Every weight is a draw of its own from rng, and the next call draws anew."""
    budget = statistics.split(2)
    for law in ("normal", "uniform"):
        spec = Spec(1.5, "fan_in", law)
        independent(scaled(student, [(30, 24), (24, 30)], spec, rng), budget.split(1),
                    "variance_scaling")  # fmt: skip
        seed = fresh(rng)
        held = student.hold(np.random.default_rng(seed))
        same = np.random.default_rng(seed)
        first, second, again = (
            student.variance_scaling(4, 3, generator, 1.5, "fan_in", law)
            for generator in (held, held, same)
        )
        expect.that(
            np.array_equal(first, again),
            "variance_scaling gives other weights when it is called again with a generator in the "
            "same state: every draw should come from rng.",
        )
        expect.that(
            not np.array_equal(first, second),
            "variance_scaling gives the same weights at each call: every draw should come from "
            "rng, so that each layer gets its own.",
        )


# ------------------------------------------------------------------ initialize_uniform_fan_in


@check("initialize_uniform_fan_in")
def test_uniform_structure(student, rng):
    """Weights and biases have their names and shapes, and every bias is 0."""
    check_structure(student, "initialize_uniform_fan_in", rng)


@check("initialize_uniform_fan_in", points=2)
def test_uniform_law(student, rng, statistics):
    """Weights are uniform between plus and minus 1/√fan_in in layers of every shape."""
    check_law(
        student, "initialize_uniform_fan_in", Spec(1 / 3, "fan_in", "uniform"), rng, statistics
    )


@check("initialize_uniform_fan_in")
def test_uniform_draws(student, rng, statistics):
    """Every weight is a draw of its own from rng, in every layer."""
    spec = Spec(1 / 3, "fan_in", "uniform")
    check_draws(student, "initialize_uniform_fan_in", spec, rng, statistics)


# ------------------------------------------------------------------ initialize_he


@check("initialize_he")
def test_he_structure(student, rng):
    """Weights and biases have their names and shapes, and every bias is 0."""
    check_structure(student, "initialize_he", rng)


@check("initialize_he", points=2)
def test_he_law(student, rng, statistics):
    """By default, weights follow N(0, 2 / fan_in) in layers of every shape."""
    check_law(student, "initialize_he", Spec(2), rng, statistics)


@check("initialize_he")
def test_he_options(student, rng, statistics):
    """The distribution and the mode that are asked for are used."""
    budget = statistics.split(4)
    for mode, law in [("fan_in", "uniform"), ("fan_out", "normal"), ("fan_out", "uniform"),
                      ("fan_avg", "normal")]:  # fmt: skip
        options = {"distribution": law, "mode": mode}
        check_law(student, "initialize_he", Spec(2, mode, law), rng, budget.split(1), 1, **options)


@check("initialize_he")
def test_he_draws(student, rng, statistics):
    """Every weight is a draw of its own from rng, in every layer."""
    budget = statistics.split(2)
    check_draws(student, "initialize_he", Spec(2), rng, budget.split(1))
    options = {"distribution": "uniform", "mode": "fan_out"}
    spec = Spec(2, "fan_out", "uniform")
    check_draws(student, "initialize_he", spec, rng, budget.split(1), **options)


# ------------------------------------------------------------------ backward_deep


def passed_on(student: Student, case: Case) -> tuple[np.ndarray, Any]:
    """The outputs and the cache of the student's own forward pass.

    Raises:
        CallFailed: forward_deep does not work.
        CheckSkipped: forward_deep returns something else than AL and cache.
    """
    AL, cache = forwarded(student, case).value
    return AL, cache


def gradients(AL: np.ndarray, found: list[np.ndarray], case: Case, reference: Any) -> Parameters:
    """What backpropagation gives for those outputs and activations."""
    m = case.Y.shape[1]
    dZ, grads = error(AL, case), {}
    for layer in range(case.depth, 0, -1):
        grads[f"dW{layer}"] = dZ @ found[layer - 1].T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        if layer > 1:
            slope = reference.slope(found[layer - 1], case.activation)
            dZ = case.parameters[f"W{layer}"].T @ dZ * slope
    return grads


def check_backward(
    student: Student, reference: Any, some: Iterable[Case], rng: np.random.Generator
) -> None:
    """The gradients of several networks, all computed before any is judged."""
    relying = partial(relying_on_forward, student, reference, "backward_deep")
    results = []
    for case in some:
        AL, cache = passed_on(student, case)
        with relying(case):
            got = student.backward_deep(case.parameters, cache, case.Y, case.activation)
        results.append((case, AL, got))
    for case, AL, got in results:
        with relying(case):
            _judge_gradients(student, reference, case, AL, got, rng)


def _judge_gradients(
    student: Student,
    reference: Any,
    case: Case,
    AL: np.ndarray,
    got: Parameters,
    rng: np.random.Generator,
) -> None:
    """The reference's gradients, or the right ones for the student's own forward."""
    _, right = reference.forward_deep(case.X, case.parameters, case.activation)
    want = reference.backward_deep(case.parameters, right, case.Y, case.activation)

    def by_reference() -> None:
        expect.arrays(got, want, f"grads ({case.activation})")

    def by_differences() -> None:
        expect.keys(got, want, "grads")
        moves = False
        for name, value in case.parameters.items():
            gradient = expect.shape(got[f"d{name}"], value.shape, f'grads["d{name}"]')
            direction = rng.normal(size=value.shape)
            slope = _difference(student, reference, case, name, direction)
            expect.number(float(np.sum(gradient * direction)), slope, f"d{name}", 1e-5, 1e-7)
            moves = moves or slope != 0
        expect.that(moves, "AL does not depend on the parameters")

    def by_own_signals() -> None:
        def judge(found: list[np.ndarray], rtol: float) -> None:
            own = gradients(AL, found, case, reference)
            expect.arrays(got, own, "grads", rtol, 1e-6 if rtol > 1e-7 else 1e-10)

        judge_by_signals(student, reference, case, judge)

    expect.any_of(by_reference, by_differences, by_own_signals)


def _difference(
    student: Student, reference: Any, case: Case, name: str, direction: np.ndarray
) -> float:
    """The central difference of the cost along a direction of one parameter."""
    costs = []
    for step in (1e-5, -1e-5):
        moved = {**case.parameters, name: case.parameters[name] + step * direction}
        AL, _ = student.forward_deep(case.X, moved, case.activation)
        expect.that(AL.shape == case.Y.shape and np.isfinite(AL).all(), "AL has no cost")
        costs.append(reference.compute_cost(AL, case.Y))
    return (costs[0] - costs[1]) / 2e-5


@check("backward_deep", points=3)
def test_backward_values(student, reference, rng):
    """The gradient of the mean cross-entropy with respect to every parameter."""
    some = (*cases(DEEP, rng), *loud_and_quiet(rng))
    check_backward(student, reference, some, rng)


@check("backward_deep")
def test_backward_edges(student, reference, rng):
    """A single layer, single units and a single output work as well."""
    check_backward(student, reference, cases(EDGES, rng), rng)


@check("backward_deep")
def test_backward_arguments(student, rng):
    """Parameters, cache and labels stay as they were, and the cache that is given is used."""
    calls = []
    for case in cases(((3, 4, 2),), rng):
        _, cache = passed_on(student, case)
        given = (case.parameters, cache, case.Y, case.activation)
        called = student.backward_deep.observed(*given)
        expect.shapes(called.value, {f"d{k}": v for k, v in case.parameters.items()}, "grads")
        stays("backward_deep", called.changed)
        calls.append((given, called.value))
    # Whatever kind of thing a cache is, what became of it since then shows in the gradients.
    for given, grads in calls:
        try:
            expect.arrays(student.backward_deep(*given), grads, "grads")
        except (CallFailed, CheckFailed):
            raise CheckFailed(
                "Called again with a cache that it has had before, backward_deep does not give "
                "the same gradients, for forward_deep has seen other networks in the meantime. "
                "Does it use the cache that it is given, and is that still what it was?"
            ) from None


# ------------------------------------------------------------------ gradient_variances


def check_gradient_variances(student: Student, reference: Any, some: Iterable[Case]) -> None:
    """The variances of several networks' dZ, all computed before any is judged."""
    relying = partial(relying_on_forward, student, reference, "gradient_variances")
    results = []
    for case in some:
        with relying(case):
            got = student.gradient_variances(case.X, case.Y, case.parameters, case.activation)
        results.append((case, got))
    for case, got in results:
        right, _ = reference.forward_deep(case.X, case.parameters, case.activation)
        found = next(signals(student, reference, case))
        with relying(case):
            expect.any_of(
                partial(of_gradients(got, right, case, reference), found, 1e-7),
                partial(_by_own_forward, student, reference, case, got),
            )


def of_gradients(got: np.ndarray, AL: np.ndarray, case: Case, reference: Any) -> Judge:
    """Whether those are the variances of dZ for these outputs and a network's signals."""

    def judge(found: list[np.ndarray], rtol: float) -> None:
        dZ = error(AL, case)
        want: list[float] = []
        for layer in range(case.depth - 1, 0, -1):
            slope = reference.slope(found[layer], case.activation)
            dZ = case.parameters[f"W{layer + 1}"].T @ dZ * slope
            want.insert(0, np.var(dZ))
        expect.numbers(got, np.array(want), f"the variances ({case.activation})", rtol, 1e-12)

    return judge


def error(AL: np.ndarray, case: Case) -> np.ndarray:
    """AL - Y as numpy has it, although AL may lack an axis.

    Raises:
        CheckFailed: their shapes don't go together at all.
    """
    try:
        return AL - case.Y
    except ValueError:
        raise CheckFailed("AL has another shape than Y.") from None


def _by_own_forward(student: Student, reference: Any, case: Case, got: np.ndarray) -> None:
    AL, _ = forwarded(student, case).value
    judge_by_signals(student, reference, case, of_gradients(got, AL, case, reference))


@check("gradient_variances", points=2)
def test_gradient_variances(student, reference, rng):
    """The population variance of every hidden layer's dZ, units and examples together."""
    some = (*cases(DEEP, rng), *loud_and_quiet(rng))
    check_gradient_variances(student, reference, some)


@check("gradient_variances")
def test_gradient_variances_edges(student, reference, rng):
    """Single units and examples work; without a hidden layer, there are no variances."""
    check_gradient_variances(student, reference, cases(EDGES, rng))


@check("gradient_variances")
def test_gradient_variances_arguments(student, reference, rng):
    """X, Y and the parameters stay as they were."""
    arguments_stay(student, reference, "gradient_variances", rng)


# ------------------------------------------------------------------ initialize_xavier


@check("initialize_xavier")
def test_xavier_structure(student, rng):
    """Weights and biases have their names and shapes, and every bias is 0."""
    check_structure(student, "initialize_xavier", rng)


@check("initialize_xavier", points=2)
def test_xavier_law(student, rng, statistics):
    """By default, weights are uniform with variance 2 / (fan_in + fan_out)."""
    check_law(student, "initialize_xavier", Spec(1, "fan_avg", "uniform"), rng, statistics)


@check("initialize_xavier")
def test_xavier_normal(student, rng, statistics):
    """Asked for the normal distribution, weights follow N(0, 2 / (fan_in + fan_out))."""
    spec = Spec(1, "fan_avg", "normal")
    check_law(student, "initialize_xavier", spec, rng, statistics, distribution="normal")


@check("initialize_xavier")
def test_xavier_smallest(student, rng, statistics):
    """In the smallest layers, too, weights reach up to √(6 / (fan_in + fan_out)) and no further."""
    spec = Spec(1, "fan_avg", "uniform")
    # Many small layers in a few calls: a sum that is one too large shows nowhere else.
    runs = [initialised(student, "initialize_xavier", [1, 2] * 60, fresh(rng)) for _ in range(3)]

    def judge() -> None:
        reach = np.concatenate([one.weights.ravel() / one.std for one in all_drawn(runs, spec)])
        limit = math.sqrt(3)
        statistics.judge(
            uniform_bound(reach, limit),
            "small layers",
            f"In small layers, initialize_xavier's weights reach up to "
            f"{np.abs(reach).max() / limit:.3g} times √(6/(fan_in + fan_out)), expected 1.",
        )

    by_law_or_own(student, spec, runs, judge)


@check("initialize_xavier")
def test_xavier_draws(student, rng, statistics):
    """Every weight is a draw of its own from rng, in every layer."""
    budget = statistics.split(2)
    for law in ("uniform", "normal"):
        options = {} if law == "uniform" else {"distribution": law}
        spec = Spec(1, "fan_avg", law)
        check_draws(student, "initialize_xavier", spec, rng, budget.split(1), **options)


# ------------------------------------------------------------------ saturation


@check("saturation", points=2)
def test_saturation_values(student, reference, rng):
    """The share of activations at which the derivative is below the threshold."""
    low = {"relu": 0.0, "tanh": -1.0, "sigmoid": 0.0}
    for activation in ACTIVATIONS:
        for shape in ((6, 9), (1, 40), (40, 1)):
            A = rng.uniform(low[activation], 1, size=shape)
            A[rng.random(shape) < 0.4] = low[activation]
            if activation != "relu":
                A = np.where(rng.random(shape) < 0.3, rng.uniform(0.96, 1, size=shape), A)
            got = student.saturation(A, activation)
            expect.number(got, reference.saturation(A, activation), f"the share ({activation})")


@check("saturation")
def test_saturation_threshold(student, reference, rng):
    """Another threshold is honoured, and only a derivative below it counts."""
    for activation, threshold in [("tanh", 0.4), ("sigmoid", 0.15), ("relu", 0.5)]:
        A = rng.uniform(0, 1, size=(8, 12))
        A[:, :3] = 0
        got = student.saturation(A, activation, threshold=threshold)
        want = reference.saturation(A, activation, threshold)
        expect.number(got, want, f"the share ({activation}, another threshold)")
    # At these places the derivative is exactly the threshold, and that is not below it.
    for activation, middle, threshold in [("tanh", 0, 1.0), ("sigmoid", 0.5, 0.25)]:
        A = np.array([[middle, 0.875], [middle, middle]])
        got = student.saturation(A, activation, threshold)
        expect.number(got, 0.25, f"the share ({activation}, derivative equal to the threshold)")


@check("saturation")
def test_saturation_edges(student, rng):
    """All, none and a single activation; A stays as it was."""
    for activation, A, want in [
        ("tanh", [[0.999, -0.999]], 1.0),
        ("tanh", [[0.1, -0.2]], 0.0),
        ("sigmoid", [[0.001]], 1.0),
        ("sigmoid", [[0.4], [0.6]], 0.0),
        ("relu", [[0.0, 0.0, 0.0]], 1.0),
        ("relu", [[0.01]], 0.0),
    ]:
        got = student.saturation(np.array(A), activation)
        expect.number(got, want, f"the share ({activation})")
        expect.unchanged(student.saturation, rng.uniform(0.1, 0.9, size=(3, 4)), activation)
