# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
"""Hidden checks of ``symmetry``: one hidden layer, and why it must not start at zero.

A function is judged on what it does with what it gets. Where it works on another function's
result (`backward` on a cache, `train` on everything), several readings count as right: the lesson's
values, or those that follow from the student's own functions. So one mistake costs one exercise.

All calls of a check are made before the first is judged where that is cheap: the more is seen, the
better a known mistake can be told from the next.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator

import numpy as np
from scipy import special

from autograder.checks import (
    ARRAY,
    INTEGER,
    NUMBER,
    NUMBERS,
    OPAQUE,
    PARAMETERS,
    CallFailed,
    CheckFailed,
    CheckSkipped,
    Malformed,
    check,
    expect,
)
from autograder.checks.statistics import sample_size

RETURNS = {
    "initialize_zeros": PARAMETERS("parameters"),
    "initialize_parameters": PARAMETERS("parameters"),
    "forward": (ARRAY("A2"), OPAQUE),
    "compute_cost": NUMBER("cost"),
    "backward": PARAMETERS("grads"),
    "update_parameters": PARAMETERS("parameters"),
    "train": (PARAMETERS("parameters"), NUMBERS("costs")),
    "count_distinct_units": INTEGER("count"),
    "train_logistic_regression": (ARRAY("w"), NUMBER("b"), NUMBERS("costs")),
}

SHAPES = [(3, 4, 1, 5), (1, 1, 1, 1), (2, 5, 3, 7), (4, 2, 2, 1), (3, 3, 3, 3)]
"""(n_x, n_h, n_y, m): rectangular, one unit, several outputs, one example, square."""


def network(rng, n_x, n_h, n_y):
    """Parameters of every kind of value, biases included."""
    shapes = {"W1": (n_h, n_x), "b1": (n_h, 1), "W2": (n_y, n_h), "b2": (n_y, 1)}
    return {name: rng.normal(scale=0.8, size=shape) for name, shape in shapes.items()}


def problem(rng, n_x, n_h, n_y, m):
    """A network, inputs, and targets of both kinds wherever there is room for both."""
    Y = rng.integers(0, 2, size=(n_y, m)).astype(float)
    Y.flat[:2] = [1.0, 0.0][: Y.size]
    return network(rng, n_x, n_h, n_y), rng.normal(size=(n_x, m)), Y


def tied(value, n_x, n_h, n_y):
    """A start at which all hidden units are the same."""
    return {
        "W1": np.full((n_h, n_x), value),
        "b1": np.zeros((n_h, 1)),
        "W2": np.full((n_y, n_h), value),
        "b2": np.zeros((n_y, 1)),
    }


def at_once(function, calls, alone=operator.call):
    """What the function gives for each of the calls, to be asked for one by one.

    All are made in one round trip. Where one fails, each is made when it is asked for: ``alone``
    gets the function, or what stands for it, and the arguments.
    """
    calls = list(calls)
    try:
        made = [lambda *_, value=value: value for value in function.each(calls)]
    except (CallFailed, Malformed):
        made = [function] * len(calls)
    return [functools.partial(alone, one, *call) for one, call in zip(made, calls, strict=True)]


# ------------------------------------------------------------------ initialize_zeros


@check("initialize_zeros")
def test_zeros_shapes(student, reference):
    """Every weight and bias has the right name and shape."""
    sizes = [shape[:3] for shape in SHAPES]
    for size, parameters in zip(sizes, student.initialize_zeros.each(sizes), strict=True):
        expect.shapes(parameters, reference.initialize_zeros(*size), "parameters")


@check("initialize_zeros")
def test_zeros_values(student):
    """Every weight and bias is exactly 0."""
    for parameters in student.initialize_zeros.each(shape[:3] for shape in SHAPES):
        for name in ("W1", "b1", "W2", "b2"):
            expect.that(name in parameters, f'parameters lacks the key "{name}".')
            expect.that(not np.any(parameters[name]), f"{name} should be 0 everywhere.")


# ------------------------------------------------------------------ forward


@check("forward", points=3)
def test_forward_values(student, reference, rng):
    """The output is sigmoid(W2 tanh(W1 X + b1) + b2)."""
    calls = []
    for shape in SHAPES:
        parameters, X, _ = problem(rng, *shape)
        calls.append((X, parameters))
    for call, (A2, _) in zip(calls, student.forward.each(calls), strict=True):
        expect.array(A2, reference.forward(*call)[0], "A2")
    # Also where the sigmoid is nearly flat: the largest Z2 is 16, its distance to 0 or 1 is 1e-7.
    parameters = {**parameters, "b2": np.zeros_like(parameters["b2"])}
    A2 = reference.forward(X, parameters)[0]
    W2 = parameters["W2"] * 16 / np.abs(np.log(A2) - np.log1p(-A2)).max()
    parameters = {**parameters, "W2": W2}
    A2, _ = student.forward(X, parameters)
    expect.array(A2, reference.forward(X, parameters)[0], "A2", atol=1e-8)


@check("forward")
def test_forward_extreme(student, reference, rng):
    """Large inputs give outputs of 0 and 1, without an overflow warning."""
    parameters, X, _ = problem(rng, 3, 4, 2, 6)
    parameters = {**parameters, "W2": 2000 * parameters["W2"]}
    A2, _ = expect.no_warning(student.forward, 1000 * X, parameters)
    expect.finite(A2, "A2")
    # Only the sign of Z2 matters here: a wrong formula is another check's business.
    expect.that(A2.size and 0 <= A2.min() <= A2.max() <= 1, "A2 should lie between 0 and 1.")


@check("forward")
def test_forward_leaves_its_arguments(student, rng):
    """X and parameters stay as they are."""
    for m, scale in ((5, 1000), (1, 1)):
        parameters, X, _ = problem(rng, 3, 4, 2, m)
        expect.unchanged(student.forward, scale * X, parameters)


# ------------------------------------------------------------------ compute_cost


def outputs(rng, n_y, m):
    """Outputs well inside (0, 1) and targets of both kinds."""
    Y = rng.integers(0, 2, size=(n_y, m)).astype(float)
    Y.flat[:2] = [1.0, 0.0][: Y.size]
    return rng.uniform(0.03, 0.97, size=(n_y, m)), Y


@check("compute_cost", points=4)
def test_cost_values(student, reference, rng):
    """The cost is the cross-entropy, summed over outputs, averaged over examples."""
    calls = []
    for n_y, m in [(1, 6), (1, 1), (3, 5), (4, 1)]:
        A2, Y = outputs(rng, n_y, m)
        calls += [(A2, Y), (A2, 1 - Y)]
    for call, cost in zip(calls, student.compute_cost.each(calls), strict=True):
        expect.number(cost, reference.compute_cost(*call), "cost", 1e-6, 1e-6)


@check("compute_cost", points=2)
def test_cost_near_certainty(student, reference, rng):
    """It is exact to 1e-6 also for outputs close to 0 and to 1."""
    last = np.nextafter(1, 0)
    calls = []
    for near in [(1e-9, 1 - 1e-9, 1e-5, 1 - 1e-5), (1e-12, 1 - 1e-12), (1e-200, last)]:
        A2, Y = outputs(rng, 1, 6)
        A2[0, : len(near)] = near
        calls += [(A2, Y), (A2, 1 - Y)]
    for call, got in zip(calls, student.compute_cost.each(calls), strict=True):
        want = reference.compute_cost(*call)
        expect.finite(got, "cost")
        expect.that(
            abs(got - want) <= 1e-6 + 1e-7 * abs(want),
            f"With outputs very close to 0 and 1 the cost is {got:.8g}, expected {want:.8g}.",
        )


def finite(cost, calls):
    """Whether the cost is finite in each of the calls."""
    with np.errstate(all="ignore"):
        return [math.isfinite(cost(A2.copy(), Y.copy())) for A2, Y in calls]


@check("compute_cost", points=1.5)
def test_cost_at_certainty(student, rng):
    """It is finite also where an output is exactly 0 or 1, and counts the others there."""
    A2, Y = outputs(rng, 2, 4)
    Y[0] = 0, 0, 1, 1
    right, almost = (0, 0, 1, 1), (1e-12, 1e-12, 1 - 1e-12, 1 - 1e-12)
    some_wrong = [(0, 0.5, 0, 0.5), (0.5, 1, 0.5, 1), (0, 1, 0, 1), (0.5, 0.5, 0, 0.5),
                  (0.5, 1, 0.5, 0.5)]  # fmt: skip
    calls = [(np.vstack([row, A2[1]]), Y) for row in (right, almost, *some_wrong)]
    seen = len(student.trace)
    certain, nearly, *costs = student.compute_cost.each(calls)
    # How much certainty costs where it is wrong is the student's own choice, if it is finite:
    # the diagnosis of other mistakes shall not depend on it.
    del student.trace[seen + 2 :]
    student.compute_cost.noted(
        [math.isfinite(cost) for cost in costs], lambda cost: finite(cost, calls[2:])
    )
    for cost in (certain, *costs):
        expect.that(
            math.isfinite(cost), f"Where an output is exactly 0 or 1, the cost comes out as {cost}."
        )
    expect.that(
        abs(certain) > 0.99 * abs(nearly),
        f"Some outputs are exactly right, and the cost of the others is lost: it is {certain:.6g}.",
    )


@check("compute_cost", points=0.5)
def test_cost_leaves_its_arguments(student, rng):
    """A2 and Y stay as they are."""
    A2, Y = outputs(rng, 2, 5)
    A2[0, :2] = Y[0, :2]
    A2[1, :2] = Y[1, :2] = 0, 1
    expect.unchanged(student.compute_cost, A2, Y)


# ------------------------------------------------------------------ backward


def passed_on(student, X, parameters):
    """The student's output and cache; None for both, and why, where forward fails."""
    try:
        return student.forward(X, parameters), None
    except (CallFailed, CheckFailed) as failure:
        return (None, student.hold(None)), failure


def gradients(student, *problems):
    """What the student's backward makes of the student's forward: A2, cache and grads of each.

    All forward passes come first: a cache belongs to its own pass, not to the last one. A backward
    that does not look at the cache can be judged even where there is none.
    """
    forward = [(X, parameters) for parameters, X, _ in problems]
    try:
        passes = [(one, None) for one in student.forward.each(forward)]
    except (CallFailed, CheckFailed):
        passes = [passed_on(student, *one) for one in forward]
    calls = [
        (parameters, cache, X, Y)
        for (parameters, X, Y), ((_, cache), _) in zip(problems, passes, strict=True)
    ]
    results = at_once(student.backward, calls)
    return [
        (*one, descended(result, failure))
        for (one, failure), result in zip(passes, results, strict=True)
    ]


def descended(result, failure):
    """The gradients; that there are none is forward's fault where it failed."""
    try:
        return result()
    except (CallFailed, CheckFailed):
        if failure is None:
            raise
        if isinstance(failure, CallFailed):
            raise failure from None
        raise CheckSkipped(f"Cannot be judged: {failure}") from None


def judge_all_gradients(student, reference, *problems):
    """The gradients of each problem."""
    for problem, made in zip(problems, gradients(student, *problems), strict=True):
        judge_gradients(student, reference, *problem, *made)


def judge_gradients(student, reference, parameters, X, Y, A2, cache, grads):
    """The gradient of the lesson's cost, or of the student's own network.

    With a wrong forward, two different backwards are right: the one that follows the lesson's
    formulas from what forward left in the cache, and the true gradient of that wrong forward.
    """
    right = reference.forward(X, parameters)
    want = reference.backward(parameters, right[1], X, Y)
    # A forward in single precision leaves no more digits to backward.
    single = (1e-3, 1e-3) if A2 is not None and A2.dtype == np.float32 else ()

    def lesson():
        expect.arrays(grads, want, "grads", *single)

    def own_network():
        expect.shapes(grads, want, "grads")
        numeric = central_differences(student, reference, parameters, X, Y)
        expect.arrays(grads, numeric, "grads", rtol=1e-5, atol=1e-6)
        expect.that(any(map(np.any, numeric.values())), "A2 does not depend on the parameters")

    def formulas():
        expect.shapes(grads, want, "grads")
        follow_formulas(student, parameters, cache, A2, X, Y, grads, *single)

    if A2 is None or matches(A2, right[0]):
        lesson()
    else:
        expect.any_of(lesson, own_network, formulas)


def matches(A2, want):
    """Whether forward was right here."""
    try:
        expect.array(A2, want, "A2")
    except CheckFailed:
        return False
    return True


def central_differences(student, reference, parameters, X, Y, step=1e-5):
    """The gradient of the lesson's cost of the student's own outputs."""

    numeric = {}
    for name, values in parameters.items():
        steps = step * np.eye(values.size).reshape(-1, *values.shape)
        changed = [{**parameters, name: values + one} for one in (*steps, *-steps)]
        costs = []
        for A2, _ in student.forward.each([(X, p) for p in changed]):
            expect.shape(A2, Y.shape, "A2")
            costs.append(reference.compute_cost(A2, Y))
        up, down = np.reshape(costs, (2, *values.shape))
        numeric["d" + name] = (up - down) / (2 * step)
    return numeric


def follow_formulas(student, parameters, cache, A2, X, Y, grads, rtol=1e-6, atol=1e-8):
    """The lesson's formulas from the student's own A1 and A2, where these are wrong.

    dW2 = (A2 - Y) A1ᵀ / m is linear in Y: turning one target round shows one column of A1.
    """
    m = X.shape[1]
    A1 = np.empty((parameters["W2"].shape[1], m))
    for i in range(m):
        turned = Y.copy()
        turned[0, i] = 1 - Y[0, i]
        other = student.backward(parameters, cache, X, turned)
        expect.keys(other, grads, "grads")
        A1[:, i] = m * (other["dW2"] - grads["dW2"])[0] / (Y[0, i] - turned[0, i])
    dZ2 = expect.shape(A2.astype(float), Y.shape, "A2") - Y
    dZ1 = parameters["W2"].T @ dZ2 * (1 - A1**2)
    formulas = {
        "dW1": dZ1 @ X.T / m,
        "db1": dZ1.mean(axis=1, keepdims=True),
        "dW2": dZ2 @ A1.T / m,
        "db2": dZ2.mean(axis=1, keepdims=True),
    }
    expect.arrays(grads, formulas, "grads", rtol, atol)


@check("backward", points=3)
def test_backward_one_output(student, reference, rng):
    """The gradient is right for one output."""
    problems = [problem(rng, *shape) for shape in [(3, 4, 1, 5), (2, 3, 1, 1)]]
    # Steep slopes, and the small ones of a network whose errors are about 2e-4.
    parameters, X, Y = problem(rng, 3, 4, 1, 5)
    steep = {**parameters, "W1": parameters["W1"] / 50}
    sure = {**parameters, "W2": parameters["W2"] / 4, "b2": np.full((1, 1), 8.5)}
    problems += [(steep, 50 * X, Y), (sure, X, np.ones_like(Y))]
    judge_all_gradients(student, reference, *problems)


@check("backward", points=3)
def test_backward_several_outputs(student, reference, rng):
    """The gradient is right for several outputs, for one unit, and for square layers."""
    shapes = [(2, 5, 3, 6), (1, 1, 1, 1), (4, 1, 2, 3), (3, 3, 3, 3)]
    judge_all_gradients(student, reference, *(problem(rng, *shape) for shape in shapes))


@check("backward", points=1.5)
def test_backward_tied_units(student, reference, rng):
    """Hidden units that are equal get equal gradients; at zero they get none."""
    _, X, Y = problem(rng, 3, 4, 2, 5)
    starts = [tied(value, 3, 4, 2) for value in (0.5, 0.0)]
    made = gradients(student, *((start, X, Y) for start in starts))
    for start, (_, _, grads) in zip(starts, made, strict=True):
        want = reference.backward(start, reference.forward(X, start)[1], X, Y)
        expect.shapes(grads, want, "grads")
        rows = {"dW1": grads["dW1"], "db1": grads["db1"], "columns of dW2": grads["dW2"].T}
        for name, tie in rows.items():
            expect.that(
                np.ptp(tie, axis=0).max() <= 1e-9 or not tied_outputs(student, X, start),
                f"All hidden units are equal, but their gradients differ ({name}).",
            )


def tied_outputs(student, X, start):
    """Whether the student's forward treats equal units alike: swapping their weights shows it."""
    swapped = {**start, "W1": start["W1"][::-1], "W2": start["W2"][:, ::-1]}
    return np.allclose(*(student.forward(X, p)[0] for p in (start, swapped)))


@check("backward", points=0.5)
def test_backward_leaves_its_arguments(student, rng):
    """parameters, cache, X and Y stay as they are."""
    parameters, X, Y = problem(rng, 3, 4, 2, 5)
    (_, cache), failure = passed_on(student, X, parameters)
    if failure is None:
        expect.unchanged(student.backward, parameters, cache, X, Y)
    else:
        gradients(student, (parameters, X, Y))


# ------------------------------------------------------------------ update_parameters


@check("update_parameters", points=3)
def test_update_values(student, reference, rng):
    """Each parameter moves against its gradient, by the learning rate."""
    calls = []
    for n_x, n_h, n_y, _ in SHAPES:
        parameters, slopes = network(rng, n_x, n_h, n_y), network(rng, n_x, n_h, n_y)
        grads = {"d" + name: value for name, value in slopes.items()}
        calls += [(parameters, grads, learning_rate) for learning_rate in (0.37, 1.0, 0.002)]
    for arguments, got in zip(calls, student.update_parameters.each(calls), strict=True):
        want = reference.update_parameters(*arguments)
        expect.arrays(got, want, "parameters", rtol=1e-9)


@check("update_parameters")
def test_update_leaves_its_arguments(student, rng):
    """The old parameters and the gradients stay as they are."""
    parameters, slopes = network(rng, 3, 4, 2), network(rng, 3, 4, 2)
    grads = {"d" + name: value for name, value in slopes.items()}
    expect.unchanged(student.update_parameters, parameters, grads, 0.3)


# ------------------------------------------------------------------ train


def trained(student, train, X, Y, parameters, steps, learning_rate):
    """What train gives, and after how many steps: one, where own functions fail at the next.

    A failure is the fault of the function in which it arose.
    """
    try:
        return train(X, Y, parameters, steps, learning_rate), steps
    except CallFailed:
        own = composed(student, student, student)
        try:
            own(X, Y, parameters, min(steps, 3), learning_rate)
        except CallFailed as failed:
            try:
                return student.train(X, Y, parameters, 1, learning_rate), 1
            except CallFailed:
                raise failed from None
        raise


def trainings(student, cases):
    """``trained`` in each case (X, Y, parameters, steps, learning_rate), asked for one by one."""
    return at_once(student.train, cases, functools.partial(trained, student))


def composed(network, cost, update):
    """Gradient descent by somebody's forward and backward, somebody's cost, somebody's update."""

    def descend(X, Y, parameters, steps, learning_rate):
        costs, start = [], parameters
        for _ in range(steps):
            if any(value.size > 100 * start[name].size for name, value in parameters.items()):
                raise CheckFailed("such matrices make gigantic products")
            A2, cache = network.forward(X, parameters)
            costs.append(cost.compute_cost(A2, Y))
            grads = network.backward(parameters, cache, X, Y)
            parameters = update.update_parameters(parameters, grads, learning_rate)
        return parameters, np.array(costs)

    return descend


def judge_training(student, reference, got, X, Y, parameters, steps, learning_rate):
    """The lesson's gradient descent, or the one that the student's own functions make.

    A student may call own functions and write others out again: any mixture is right.
    """

    def reading(network, cost, update):
        def attempt():
            descend = composed(network, cost, update)
            if network is cost is update is reference:
                want = descend(X, Y, parameters, steps, learning_rate)
            else:
                want = own_reading(descend, X, Y, parameters, steps, learning_rate)
                if same_overflow(got, want):
                    return
                if alike(want, (parameters, want[1])):
                    needs_costs_that_tell(network, cost, X, Y, parameters)
            expect.numbers(got[1], want[1], "costs", rtol=1e-6, atol=1e-6)
            expect.arrays(got[0], want[0], "parameters", rtol=1e-6, atol=1e-8)

        return attempt

    people = (reference, student)
    try:
        expect.any_of(*(reading(*who) for who in itertools.product(people, repeat=3)))
    except CheckFailed:
        # Where own functions cannot be put together, what train made of them is unknown.
        composed(student, student, student)(X, Y, parameters, steps, learning_rate)
        if helpers_change(student, X, Y, parameters):
            raise CheckSkipped(
                "Cannot be judged: a function that train calls changes its arguments."
            ) from None
        raise


def needs_costs_that_tell(network, cost, X, Y, parameters):
    """A training that moves no parameter shows itself in its costs alone; these must be some."""
    moved = {name: value + 0.5 for name, value in parameters.items()}
    if cost_of(network, cost, X, Y, parameters) == cost_of(network, cost, X, Y, moved):
        raise CheckSkipped(
            "Cannot be judged: your other functions move no parameter, and the cost is the same "
            "for all of them."
        )


def cost_of(network, cost, X, Y, parameters):
    """Somebody's cost of somebody's outputs."""
    return cost.compute_cost(network.forward(X, parameters)[0], Y)


def same_overflow(got, want):
    """Whether own functions blow up, and the training with them, to the same values."""
    finite = np.isfinite(want[1]).all() and all(np.isfinite(v).all() for v in want[0].values())
    return not finite and alike(got, want)


def alike(got, want):
    """Whether two trainings end in the same parameters, by the same costs, however large."""
    pairs = [(got[1], want[1]), *((got[0].get(name), want[0][name]) for name in want[0])]
    return all(
        np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-6, atol=1e-14, equal_nan=True)
        for a, b in pairs
    )


def each(cases, judge):
    """Judge every case; one that other functions spoil counts only when all are spoilt."""
    spoilt: Exception | None = None
    judged = 0
    for case in cases:
        try:
            judge(*case)
            judged += 1
        except CheckSkipped as skipped:
            spoilt = skipped
        except (CallFailed, Malformed) as failed:
            if failed.function == "train":
                raise
            spoilt = failed
    if spoilt is not None and not judged:
        raise spoilt


def own_reading(descend, *args):
    """A reading that cannot be had, because a function in it fails, explains nothing."""
    try:
        with np.errstate(all="ignore"):
            return descend(*args)
    except (CallFailed, CheckFailed, ValueError, TypeError, KeyError):
        raise CheckFailed("no such reading") from None


@check("train", points=3)
def test_train_values(student, reference, rng):
    """Parameters and costs are those of full-batch gradient descent."""

    cases = []
    for shape, steps in zip(SHAPES, (4, 3, 3, 1, 2), strict=True):
        parameters, X, Y = problem(rng, *shape)
        cases.append((X, Y, parameters, steps, 0.6))

    def judge(training, X, Y, parameters, _, learning_rate):
        got, made = training()
        judge_training(student, reference, got, X, Y, parameters, made, learning_rate)

    made = zip(trainings(student, cases), cases, strict=True)
    each(((training, *case) for training, case in made), judge)


@check("train")
def test_train_costs(student, rng):
    """There is one cost for each iteration, be there none or many."""
    parameters, X, Y = problem(rng, 2, 3, 1, 6)
    cases = [(X, Y, parameters, steps, 0.3) for steps in (1, 7, 12, 0)]
    # Near zero the cost stands nearly still before it falls: that is no reason to stop. Whatever
    # the student's other functions do, a long training is two short ones, one after the other.
    start = {name: 3e-10 * (name[0] == "W") * value for name, value in parameters.items()}
    Y = np.array([[1.0, 0.0] * 3])
    X = 2 * Y - 1 + 0.3 * X
    cases += [(X, Y, start, steps, 0.3) for steps in (50, 100)]
    made = []
    for training in trainings(student, cases):
        result, steps = training()
        made.append((result, steps))
        expect.that(
            len(result[1]) == steps,
            f"{steps} iterations should give {steps} costs, not {len(result[1])}.",
        )
    ((middle, first), half), (whole, steps) = made[-2:]
    if (half, steps) == (50, 100):
        (end, second), _ = trained(student, student.train, X, Y, middle, 50, 0.3)
        expect.that(
            alike(whole, (end, np.hstack([first, second]))),
            "100 iterations do not lead to where 50, and 50 again do.",
        )


@check("train")
def test_train_symmetry(student, reference, rng):
    """Units that start equal stay equal; units that start different stay different."""

    kinds, cases = list(itertools.product((1, 2), (0.0, 0.3, None))), []
    for n_y, value in kinds:
        start, X, Y = problem(rng, 3, 4, n_y, 8)
        cases.append((X, Y, start if value is None else tied(value, 3, 4, n_y), 12, 0.5))

    def judge(training, differ, X, Y, start, _, learning_rate):
        (end, _), made = training()
        expect.keys(end, start, "parameters")
        W1 = expect.shape(end["W1"], start["W1"].shape, 'parameters["W1"]')
        if np.isfinite(W1).all() and (np.ptp(W1, axis=0).max() > 1e-8) == differ:
            return
        # Not train's fault when the student's other functions, step by step, do the same.
        own = composed(student, student, student)
        want, _ = own_reading(own, X, Y, start, made, learning_rate)
        expect.that(
            np.allclose(W1, want["W1"], rtol=1e-6, equal_nan=True),
            "Units that start different come out equal after training."
            if differ
            else "Units that start equal come out different after training.",
        )

    made = zip(trainings(student, cases), kinds, cases, strict=True)
    each(((training, value is None, *case) for training, (_, value), case in made), judge)


@check("train")
def test_train_leaves_its_arguments(student, rng):
    """X, Y and the first parameters stay as they are."""
    parameters, X, Y = problem(rng, 3, 4, 1, 5)
    trained(student, student.train, X, Y, parameters, 1, 0.5)
    if student.train.observed(X, Y, parameters, 1, 0.5).changed and not helpers_change(
        student, X, Y, parameters
    ):
        expect.unchanged(student.train, X, Y, parameters, 1, 0.5)


def helpers_change(student, X, Y, parameters):
    """Whether one of the functions that train may call alters what it is given."""
    try:
        forward = student.forward.observed(X, parameters)
        A2, cache = forward.value
        cost = student.compute_cost.observed(A2, Y)
        backward = student.backward.observed(parameters, cache, X, Y)
        update = student.update_parameters.observed(parameters, backward.value, 0.5)
    except (CallFailed, CheckFailed):
        return False
    return any(called.changed for called in (forward, cost, backward, update))


# ------------------------------------------------------------------ count_distinct_units


def units(rng, rows, differ=True):
    """A network whose hidden units have these rows of [W1 b1]; do their outgoing weights differ?"""
    rows = np.array(rows)
    return {
        "W1": rows[:, :-1].copy(),
        "b1": rows[:, -1:].copy(),
        "W2": rng.normal(size=(2, 1)) + differ * rng.normal(size=(2, len(rows))),
        "b2": rng.normal(size=(2, 1)),
    }


def judge_counts(student, rng, *cases):
    """So many different units in each case, at whatever places they stand."""
    counts = student.count_distinct_units.each(
        (units(rng, rows, differ=i % 2 > 0),) for i, (_, rows, _) in enumerate(cases)
    )
    for got, (words, _, expected) in zip(counts, cases, strict=True):
        expect.that(got == expected, f"{words}: counted {got}, expected {expected}.")


@check("count_distinct_units", points=3)
def test_count_copies(student, rng):
    """Copies count once, wherever they stand."""
    cases = []
    for n_h, n_x in [(6, 3), (1, 4), (5, 1), (9, 2)]:
        different = rng.normal(size=(n_h, n_x + 1))
        some = different[: (n_h + 1) // 2]
        cases += [
            ("Units that are all different", different, n_h),
            ("Copies of one unit", different[[0] * n_h], 1),
            ("Each unit twice, in mixed order", rng.permutation([*some, *some[::-1]]), len(some)),
        ]
    judge_counts(student, rng, *cases)


@check("count_distinct_units", points=2)
def test_count_single_entries(student, rng):
    """One different weight, or the bias alone, makes another unit."""
    unit = rng.normal(size=4)
    flipped = unit * (1 - 2 * np.eye(4))
    judge_counts(
        student,
        rng,
        *(("Two units of unequal weight", [unit, other, unit], 2) for other in flipped[:3]),
        ("Two units that differ in the bias", [unit, flipped[3], unit], 2),
        ("The same weights at other inputs", [unit, unit[[1, 0, 2, 3]]], 2),
        ("Different units of equal sum", [unit, unit + np.array([0.5, -0.5, 0, 0])], 2),
        ("A unit, its opposite, and zero", [unit, -unit, 0 * unit], 3),
    )


@check("count_distinct_units", points=2)
def test_count_tolerance(student, rng):
    """Differences up to 1e-12 do not count, larger ones do."""
    unit = rng.uniform(0.1, 0.9, size=3)
    edge = [[0, 0.4e-12, 0], [0, 0.6e-12, 0]]
    judge_counts(
        student,
        rng,
        *(("Two units less than 1e-12 apart", [unit, unit + 3e-13 * e], 1) for e in np.eye(3)),
        *(("Two units more than 1e-12 apart", [unit, unit + 1e-10 * e], 2) for e in np.eye(3)),
        *(("Two units more than 1e-12 apart", [unit, unit + 1e-7 * e], 2) for e in np.eye(3)),
        ("Two units less than 1e-12 apart", edge, 1),
        ("Two large units more than 1e-12 apart", [1000 * unit, 1000 * unit + 1e-8], 2),
        ("Tiny units more than 1e-12 apart", 1e-11 * np.eye(3, 4), 3),
        ("Three units, no entry more than 1e-12 apart", unit + 8e-13 * np.eye(3), 1),
    )


@check("count_distinct_units")
def test_count_leaves_its_argument(student, rng):
    """The parameters stay as they are."""
    expect.unchanged(student.count_distinct_units, units(rng, rng.normal(size=(4, 3))))


# ------------------------------------------------------------------ initialize_parameters


@check("initialize_parameters")
def test_random_shapes(student, reference, rng):
    """Names and shapes are right, and the biases are 0."""
    calls = [(n_x, n_h, n_y, rng) for n_x, n_h, n_y, _ in SHAPES]
    for sizes, got in zip(calls, student.initialize_parameters.each(calls), strict=True):
        expect.shapes(got, reference.initialize_zeros(*sizes[:3]), "parameters")
        for name in ("b1", "b2"):
            expect.that(
                not np.any(got[name]) or np.array_equal(got[name], own_zeros(student, sizes, name)),
                f"The biases {name} should be 0.",
            )


def own_zeros(student, sizes, name):
    """What initialize_parameters may have taken from the student's own initialize_zeros."""
    try:
        return student.initialize_zeros(*sizes[:3]).get(name)
    except (CallFailed, CheckFailed):
        return None


def largest_of_normal(largest, n):
    """P-value of the largest |x| of n draws of N(0, 1): P(max <= x) = (1 - 2Q(x))^n. Exact."""
    below = n * np.log1p(-2 * special.ndtr(-largest))
    return min(1.0, 2 * min(np.exp(below), -np.expm1(below)))


@check("initialize_parameters", points=2)
def test_random_law(student, reference, rng, statistics):
    """The weights of both layers follow N(0, 0.01²)."""
    tests = statistics.split(8)
    # So large that a scale wrong by two per cent passes less than once in a thousand times.
    other = math.ceil(sample_size(tests.share, 1e-3, 1.02) / 400)
    n_x, n_h, n_y = other + 7, 400, other
    got = student.initialize_parameters(n_x, n_h, n_y, rng)
    expect.keys(got, reference.initialize_zeros(1, 1, 1), "parameters")
    for name, shape in {"W1": (n_h, n_x), "W2": (n_y, n_h)}.items():
        weights = expect.shape(got[name], shape, name)
        expect.finite(weights, name)
        # Said first is what is wrong against the draws' own spread: with a wrong scale, both are.
        centred = abs(weights.mean()) < 0.1 * weights.std()
        for judge in (tests.variance, tests.mean) if centred else (tests.mean, tests.variance):
            judge(weights, 0.01, name)
        tests.distribution(weights[::4], 0.01, name)
        largest = float(np.abs(weights).max()) / 0.01
        tests.judge(
            largest_of_normal(largest, weights.size),
            name,
            f"The largest value of {name} is {largest:.3g} standard deviations from 0. Of so many "
            "draws from a normal distribution, that is not to be expected.",
        )


@check("initialize_parameters")
def test_random_independence(student, reference, rng, statistics):
    """Units and layers have nothing to do with each other."""
    tests = statistics.split(10)
    generator = student.hold(rng)
    first, second = (student.initialize_parameters(60, 80, 60, generator) for _ in range(2))
    for got in (first, second):
        expect.shapes(got, reference.initialize_zeros(60, 80, 60), "parameters")
    for name in ("W1", "W2"):
        tests.rows(first[name], name)
        tests.columns(first[name], name)
        tests.uncorrelated(first[name], second[name], f"{name} of two calls with one generator")
    tests.uncorrelated(first["W1"], first["W2"], "W1 and W2")
    tests.uncorrelated(first["W1"].T, first["W2"], "W1 and W2")
    tests.unshared(first["W1"], first["W2"], "W1 and W2")
    tests.unshared(
        np.hstack([first["W1"].ravel(), first["W2"].ravel()]),
        np.hstack([second["W1"].ravel(), second["W2"].ravel()]),
        "Two calls with one generator",
    )


@check("initialize_parameters")
def test_random_source(student, rng):
    """rng alone decides: the same state gives the same weights, another state others."""
    seeds = rng.integers(2**32, size=2)
    first, again, other = student.initialize_parameters.each(
        (5, 6, 4, np.random.default_rng(seeds[i])) for i in (0, 0, 1)
    )
    for name in ("W1", "W2"):
        expect.that(
            all(name in got for got in (first, again, other)), f'parameters lacks the key "{name}".'
        )
        expect.that(
            np.array_equal(first[name], again[name]),
            f"Two generators in the same state gave two different {name}: use rng for every draw.",
        )
        expect.that(
            not np.array_equal(first[name], other[name]),
            f"Two generators in different states gave the same {name}: is rng used at all?",
        )


# ------------------------------------------------------------------ train_logistic_regression


def regression(rng, n_x, m):
    """Inputs and targets for one output."""
    _, X, Y = problem(rng, n_x, 1, 1, m)
    return X, Y


def regressed(student, regress, X, Y, steps, learning_rate):
    """What the student's regression gives; a failure in compute_cost is compute_cost's."""
    try:
        return regress(X, Y, steps, learning_rate)
    except CallFailed:
        student.compute_cost(np.full(Y.shape, 0.5), Y)
        raise


def regressions(student, cases):
    """``regressed`` in each case (X, Y, steps, learning_rate), and the case."""
    alone = functools.partial(regressed, student)
    made = at_once(student.train_logistic_regression, cases, alone)
    for regression, case in zip(made, cases, strict=True):
        yield regression(), case


def regression_costs(reference, student, X, Y, steps, learning_rate):
    """The costs on the lesson's path, by the student's own compute_cost."""
    path = []
    w, b = np.zeros((1, len(X))), 0.0
    for _ in range(steps):
        A2 = reference.sigmoid(w @ X + b)
        path.append((A2, Y))
        w = w - learning_rate * (A2 - Y) @ X.T / X.shape[1]
        b = b - learning_rate * np.mean(A2 - Y)
    return np.array(student.compute_cost.each(path))


@check("train_logistic_regression", points=2.5)
def test_regression_weights(student, reference, rng):
    """w and b are those of gradient descent from zero."""
    sizes = [(3, 6, 5), (1, 4, 3), (4, 1, 2), (5, 8, 1), (4, 4, 3), (2, 9, 100)]
    cases = [(*regression(rng, n_x, m), steps, 0.7) for n_x, m, steps in sizes]
    for (w, b, _), case in regressions(student, cases):
        want = reference.train_logistic_regression(*case)
        expect.array(w, want[0], "w", rtol=1e-6, atol=1e-8)
        expect.number(b, want[1], "b", rtol=1e-6, atol=1e-8)


@check("train_logistic_regression")
def test_regression_costs(student, reference, rng):
    """costs holds the cross-entropy before each step, if there is any."""
    sizes = [(3, 6, 5), (1, 1, 1), (2, 7, 9), (2, 4, 0)]
    cases = [(*regression(rng, n_x, m), steps, 0.7) for n_x, m, steps in sizes]
    for (_, _, costs), case in regressions(student, cases):
        want = reference.train_logistic_regression(*case)[2]

        def lesson(costs=costs, want=want):
            expect.numbers(costs, np.array(want), "costs", 1e-6, 1e-6)

        def own_cost(costs=costs, case=case):
            own = own_reading(regression_costs, reference, student, *case)
            expect.numbers(costs, own, "costs", 1e-6, 1e-6)

        expect.any_of(lesson, own_cost)


@check("train_logistic_regression", points=0.5)
def test_regression_leaves_its_arguments(student, rng):
    """X and Y stay as they are."""
    X, Y = regression(rng, 3, 6)
    for inputs, steps in ((X, 2), (200 * X, 1)):
        regressed(student, student.train_logistic_regression, inputs, Y, steps, 0.5)
        called = student.train_logistic_regression.observed(inputs, Y, steps, 0.5)
        A2 = np.full(Y.shape, 0.5)
        if called.changed and not student.compute_cost.observed(A2, Y).changed:
            expect.unchanged(student.train_logistic_regression, inputs, Y, steps, 0.5)
