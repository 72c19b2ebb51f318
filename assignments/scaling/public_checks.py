"""The visible checks of the notebook, in one file. Generated: do not edit.

    python public_checks.py                  checks scaling.ipynb beside this file
    python public_checks.py my_copy.ipynb    checks another one

In a Jupyter or Colab cell: `!python public_checks.py`. Save the notebook first.
It needs numpy and nothing else. It runs your cells except figures and experiments, then one check
for each exercise. Those checks are honest but few: the grader tries other shapes and numbers.
"""

import contextlib
import io
import json
import os
import sys
import traceback
import types
from unittest import mock

import numpy as np

def check_forward_deep():
    """forward_deep on a 2-3-2-2 network, for each activation, and on a single layer."""
    X = np.array([[1.0, -0.5], [0.5, 2.0]])
    parameters = {
        "W1": np.array([[0.5, -1.0], [1.0, 0.3], [-0.4, 0.8]]),
        "b1": np.array([[0.1], [-0.2], [0.3]]),
        "W2": np.array([[0.7, -0.6, 1.2], [-0.9, 0.4, 0.5]]),
        "b2": np.array([[0.05], [0.15]]),
        "W3": np.array([[1.5, -1.0], [0.4, 2.0]]),
        "b3": np.array([[-0.1], [0.2]]),
    }
    wanted = {
        "relu": [[0.3340330732, 0.9279087018], [0.7989910002, 0.9741183857]],
        "tanh": [[0.3715941049, 0.4497571209], [0.7571941284, 0.9013646524]],
        "sigmoid": [[0.5819263429, 0.5750037601], [0.8307417842, 0.8602768567]],
    }
    before = {name: value.copy() for name, value in parameters.items()}
    for activation, want in wanted.items():
        result = forward_deep(X, parameters, activation)
        assert isinstance(result, tuple) and len(result) == 2, (
            "forward_deep should return two things: AL, cache"
        )
        AL = result[0]
        assert np.shape(AL) == (2, 2), (
            f"AL should have the shape (2, 2) – outputs, examples – but has {np.shape(AL)}"
        )
        assert np.allclose(AL, want, atol=1e-8), (
            f"{activation}: AL should be\n{np.array(want)}\nbut is\n{AL}\n"
            "Does every hidden layer use this activation, and the last one the sigmoid? "
            "Is every bias added, and does each layer read the activations of the one before?"
        )
    assert all(np.array_equal(parameters[name], before[name]) for name in before), (
        "forward_deep changed the parameters that it was given; it should only read them"
    )
    single = {"W1": np.array([[2.0, -1.0]]), "b1": np.array([[0.5]])}
    try:
        AL = forward_deep(X, single, "relu")[0]
    except KeyError as error:
        raise AssertionError(
            f"a network of one layer has no {error}: find the number of layers from parameters"
        ) from error
    assert np.allclose(AL, [[0.8807970780, 0.0758581800]], atol=1e-8), (
        "A network of one layer has no hidden layer: its output is sigmoid(W1 X + b1)"
    )
    print("✓ forward_deep: the line is connected, through any number of layers.")


def check_initialize_constant():
    """initialize_constant for the layer sizes 4, 3, 2, 1."""
    parameters = initialize_constant([4, 3, 2, 1], 2)
    assert isinstance(parameters, dict), "initialize_constant should return a dict"
    assert set(parameters) == {"W1", "b1", "W2", "b2", "W3", "b3"}, (
        f"four sizes make three layers: W1, b1, W2, b2, W3, b3 – but you have {sorted(parameters)}"
    )
    for name, shape, value in [
        ("W1", (3, 4), 2.0),
        ("W2", (2, 3), 2.0),
        ("W3", (1, 2), 2.0),
        ("b1", (3, 1), 0.0),
        ("b2", (2, 1), 0.0),
        ("b3", (1, 1), 0.0),
    ]:
        got = parameters[name]
        assert np.shape(got) == shape, (
            f"{name} should have the shape {shape} but has {np.shape(got)}. "
            "Weights are (fan_out, fan_in), biases (fan_out, 1)"
        )
        assert getattr(got, "dtype", None) == np.float64, (
            f"{name} should be a float64 array; "
            "an array of whole numbers could never learn a fraction"
        )
        assert np.all(got == value), f"every entry of {name} should be {value}"
    print("✓ initialize_constant: right shapes, right keys, and delightfully dull values.")


def check_initialize_small():
    """initialize_small: shapes, standard deviation, mean, and fresh numbers from rng alone."""
    dims = [400, 300, 300, 300, 100]
    for arguments, scale in [({}, 0.01), ({"scale": 0.5}, 0.5)]:
        rng = np.random.default_rng(1)
        parameters = initialize_small(dims, rng, **arguments)
        assert isinstance(parameters, dict), "initialize_small should return a dict"
        assert set(parameters) == {f"{p}{layer}" for p in "Wb" for layer in range(1, 5)}, (
            f"five sizes make four layers, W1, b1, … W4, b4 – but you have {sorted(parameters)}"
        )
        for layer in range(1, 5):
            fan_in, fan_out = dims[layer - 1], dims[layer]
            W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
            assert np.shape(W) == (fan_out, fan_in), (
                f"W{layer} should have the shape (fan_out, fan_in) = {(fan_out, fan_in)} "
                f"but has {np.shape(W)}"
            )
            assert getattr(W, "dtype", None) == np.float64, f"W{layer} should be a float64 array"
            assert np.shape(b) == (fan_out, 1) and np.all(b == 0), (
                f"b{layer} should be zeros of the shape {(fan_out, 1)}"
            )
            ratio = W.std() / scale
            assert abs(W.mean()) < 0.05 * scale, (
                f"W{layer}'s mean is {W.mean():.5f} where about 0 is wanted: "
                "weights should be positive and negative alike"
            )
            assert 0.95 < ratio < 1.05, (
                f"W{layer}'s standard deviation is {ratio:.3f} times what it should be ({scale}). "
                "scale is a standard deviation, and it is the same for every layer size"
            )
            far = np.mean(np.abs(W) > 2 * scale)
            assert 0.03 < far < 0.06, (
                f"{far:.1%} of W{layer} lies more than two standard deviations from 0; a normal "
                "distribution has 4.6 % there. Did you draw from a normal distribution?"
            )
        assert not np.array_equal(parameters["W2"], parameters["W3"]), (
            "W2 and W3 are the same numbers: draw anew for each layer, and never reset the seed"
        )
        assert not np.array_equal(
            parameters["W1"], initialize_small(dims, rng, **arguments)["W1"]
        ), "two calls with one generator gave the same weights: draw from the rng that is passed"
        again = initialize_small(dims, np.random.default_rng(1), **arguments)
        assert np.array_equal(parameters["W1"], again["W1"]), (
            "the same generator state should give the same weights: draw from rng and nothing else"
        )
    print("✓ initialize_small: small, random, and fresh for every layer.")


def check_activation_variances():
    """activation_variances on a 2-3-2-1 network, for each activation."""
    X = np.array([[1.0, -0.5, 2.0], [0.5, 2.0, -1.0]])
    parameters = {
        "W1": np.array([[0.5, -1.0], [1.0, 0.3], [-0.4, 0.8]]),
        "b1": np.array([[0.1], [-0.2], [0.3]]),
        "W2": np.array([[0.7, -0.6, 1.2], [-0.9, 0.4, 0.5]]),
        "b2": np.array([[0.05], [0.15]]),
        "W3": np.array([[1.5, -1.0]]),
        "b3": np.array([[-0.1]]),
    }
    wanted = {
        "relu": [0.7277777778, 0.774],
        "tanh": [0.509021722, 0.3608544901],
        "sigmoid": [0.0715385261, 0.007597994],
    }
    for activation, want in wanted.items():
        got = np.asarray(activation_variances(X, parameters, activation))
        assert got.shape == (2,), (
            f"three layers, of which two are hidden: the shape should be (2,) but is {got.shape}"
        )
        assert np.allclose(got, want, atol=1e-9), (
            f"{activation}: the variances should be {want} but are {got}. Take np.var of a whole "
            "layer's activations A (not of Z), the first hidden layer first"
        )
    print("✓ activation_variances: the volume meters work.")


def check_variance_scaling():
    """variance_scaling: shape, variance and distribution for a wide, a tall and a square matrix."""
    cases = [
        # fan_in, fan_out, scale, mode, n
        (500, 200, 1.0, "fan_in", 500),
        (500, 200, 2.0, "fan_out", 200),
        (200, 500, 3.0, "fan_avg", 350),
        (300, 300, 0.5, "fan_in", 300),
    ]
    for fan_in, fan_out, scale, mode, n in cases:
        for distribution in ("normal", "uniform"):
            call = (
                f"variance_scaling({fan_in}, {fan_out}, rng, {scale}, {mode!r}, {distribution!r})"
            )
            rng = np.random.default_rng(2)
            W = variance_scaling(fan_in, fan_out, rng, scale, mode, distribution)
            assert np.shape(W) == (fan_out, fan_in), (
                f"{call}: the shape should be (fan_out, fan_in) = {(fan_out, fan_in)} "
                f"but is {np.shape(W)}"
            )
            assert getattr(W, "dtype", None) == np.float64, f"{call}: should be a float64 array"
            variance = scale / n
            assert abs(W.mean()) < 0.03 * variance**0.5, (
                f"{call}: the mean is {W.mean():.5f} where about 0 is wanted"
            )
            ratio = W.var() / variance
            assert 0.95 < ratio < 1.05, (
                f"{call}: the variance is {ratio:.3f} times {scale} / {n}. A normal distribution "
                "is told its standard deviation, the root of the variance; a uniform one its "
                "bound, the root of three times the variance. And which n does this mode ask for?"
            )
            beyond = np.mean(np.abs(W) > (3 * variance) ** 0.5 * (1 + 1e-9))
            if distribution == "uniform":
                assert beyond == 0, f"{call}: no weight may lie beyond ±√(3 · variance)"
            else:
                assert 0.06 < beyond < 0.11, (
                    f"{call}: {beyond:.1%} of the weights lie beyond ±√(3 · variance); of a normal "
                    "distribution it is 8.3 %. Is it normal?"
                )
            assert not np.array_equal(
                W, variance_scaling(fan_in, fan_out, rng, scale, mode, distribution)
            ), f"{call}: two calls with one generator gave the same weights; draw from rng"
            assert np.array_equal(
                W,
                variance_scaling(
                    fan_in, fan_out, np.random.default_rng(2), scale, mode, distribution
                ),
            ), f"{call}: the same generator state should give the same weights"
    print("✓ variance_scaling: one formula, and the rest is choosing scale, mode and distribution.")


def check_initialize_uniform_fan_in():
    """initialize_uniform_fan_in: shapes, bounds, variance, fresh numbers from rng alone."""
    dims = [400, 300, 300, 300, 100]
    rng = np.random.default_rng(3)
    parameters = initialize_uniform_fan_in(dims, rng)
    assert isinstance(parameters, dict), "initialize_uniform_fan_in should return a dict"
    assert set(parameters) == {f"{p}{layer}" for p in "Wb" for layer in range(1, 5)}, (
        f"five sizes make four layers, W1, b1, … W4, b4 – but you have {sorted(parameters)}"
    )
    for layer in range(1, 5):
        fan_in, fan_out = dims[layer - 1], dims[layer]
        W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
        assert np.shape(W) == (fan_out, fan_in), (
            f"W{layer} should have the shape (fan_out, fan_in) = {(fan_out, fan_in)} "
            f"but has {np.shape(W)}"
        )
        assert getattr(W, "dtype", None) == np.float64, f"W{layer} should be a float64 array"
        assert np.shape(b) == (fan_out, 1) and np.all(b == 0), (
            f"b{layer} should be zeros of the shape {(fan_out, 1)}"
        )
        bound = 1 / fan_in**0.5
        assert np.max(np.abs(W)) <= bound * (1 + 1e-9), (
            f"W{layer} has an entry of size {np.max(np.abs(W)):.4f}, beyond 1/√fan_in = {bound:.4f}"
        )
        assert abs(W.mean()) < 0.04 * bound, f"W{layer}'s mean is {W.mean():.5f}, not about 0"
        ratio = W.var() * 3 * fan_in
        assert 0.95 < ratio < 1.05, (
            f"W{layer}'s variance is {ratio:.3f} times 1/(3 fan_in): do the weights fill the "
            "whole interval from -1/√fan_in to 1/√fan_in, evenly?"
        )
    assert not np.array_equal(parameters["W2"], parameters["W3"]), (
        "W2 and W3 are the same numbers: draw anew for each layer"
    )
    assert not np.array_equal(parameters["W1"], initialize_uniform_fan_in(dims, rng)["W1"]), (
        "two calls with one generator gave the same weights: draw from the rng that is passed"
    )
    again = initialize_uniform_fan_in(dims, np.random.default_rng(3))
    assert np.array_equal(parameters["W1"], again["W1"]), (
        "the same generator state should give the same weights: draw from rng and nothing else"
    )
    print(
        "✓ initialize_uniform_fan_in: right bounds – and only a third of the variance it suggests."
    )


def check_initialize_he():
    """initialize_he: shapes, variance, distribution, both modes, fresh numbers from rng alone."""
    dims = [400, 300, 300, 300, 100]
    cases = [
        ({}, "normal", "fan_in"),
        ({"mode": "fan_out"}, "normal", "fan_out"),
        ({"distribution": "uniform"}, "uniform", "fan_in"),
        ({"distribution": "uniform", "mode": "fan_out"}, "uniform", "fan_out"),
    ]
    for arguments, distribution, mode in cases:
        rng = np.random.default_rng(4)
        parameters = initialize_he(dims, rng, **arguments)
        assert isinstance(parameters, dict), "initialize_he should return a dict"
        assert set(parameters) == {f"{p}{layer}" for p in "Wb" for layer in range(1, 5)}, (
            f"five sizes make four layers, W1, b1, … W4, b4 – but you have {sorted(parameters)}"
        )
        for layer in range(1, 5):
            fan_in, fan_out = dims[layer - 1], dims[layer]
            W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
            assert np.shape(W) == (fan_out, fan_in), (
                f"W{layer} should have the shape (fan_out, fan_in) = {(fan_out, fan_in)} "
                f"but has {np.shape(W)}"
            )
            assert getattr(W, "dtype", None) == np.float64, f"W{layer} should be a float64 array"
            assert np.shape(b) == (fan_out, 1) and np.all(b == 0), (
                f"b{layer} should be zeros of the shape {(fan_out, 1)}"
            )
            fan = {"fan_in": fan_in, "fan_out": fan_out}[mode]
            bound = (6 / fan) ** 0.5
            assert abs(W.mean()) < 0.04 * bound, f"W{layer}'s mean is {W.mean():.5f}, not about 0"
            ratio = W.var() * fan / 2
            assert 0.95 < ratio < 1.05, (
                f"{distribution}, {mode}: the variance of W{layer} is {ratio:.3f} times 2/{mode}. "
                "A normal distribution is told its standard deviation √(2/fan), a uniform one "
                "its bound √(6/fan). Is it the right fan – and in every layer?"
            )
            beyond = np.mean(np.abs(W) > bound * (1 + 1e-9))
            if distribution == "uniform":
                assert beyond == 0, f"uniform: no entry of W{layer} may lie beyond ±√(6/fan)"
            else:
                assert 0.06 < beyond < 0.11, (
                    f"normal: {beyond:.1%} of W{layer} lies beyond ±√(6/fan), where a normal "
                    "distribution has 8.3 %. Is it normal?"
                )
        assert not np.array_equal(parameters["W2"], parameters["W3"]), (
            "W2 and W3 are the same numbers: draw anew for each layer"
        )
        assert not np.array_equal(parameters["W1"], initialize_he(dims, rng, **arguments)["W1"]), (
            "two calls with one generator gave the same weights: draw from the rng that is passed"
        )
        again = initialize_he(dims, np.random.default_rng(4), **arguments)
        assert np.array_equal(parameters["W1"], again["W1"]), (
            "the same generator state should give the same weights: draw from rng and nothing else"
        )
    print("✓ initialize_he: the half that ReLU throws away is made up for.")


def check_backward_deep():
    """backward_deep against the measured slope of the cost, for each activation."""
    X = np.array([[1.0, -0.5, 2.0], [0.5, 2.0, -1.0]])
    Y = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    start = {
        "W1": np.array([[0.5, -1.0], [1.0, 0.3], [-0.4, 0.8]]),
        "b1": np.array([[0.1], [-0.2], [0.3]]),
        "W2": np.array([[0.7, -0.6, 1.2], [-0.9, 0.4, 0.5]]),
        "b2": np.array([[0.05], [0.15]]),
        "W3": np.array([[1.5, -1.0], [0.4, 2.0]]),
        "b3": np.array([[-0.1], [0.2]]),
    }

    def cost(parameters, activation):
        A = forward_deep(X, parameters, activation)[0]
        return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / 3

    for activation in ("tanh", "sigmoid", "relu"):
        parameters = {name: value.copy() for name, value in start.items()}
        _, cache = forward_deep(X, parameters, activation)
        grads = backward_deep(parameters, cache, Y, activation)
        assert isinstance(grads, dict), "backward_deep should return a dict"
        assert set(grads) == {f"d{name}" for name in start}, (
            f"the keys should be {sorted('d' + name for name in start)} but are {sorted(grads)}"
        )
        assert all(np.array_equal(parameters[name], start[name]) for name in start), (
            "backward_deep changed the parameters; that is left to the update"
        )
        for name in reversed(list(start)):  # the last layer first, as the gradient travels
            got = grads[f"d{name}"]
            assert np.shape(got) == start[name].shape, (
                f"d{name} should have the shape of {name}, {start[name].shape}, "
                f"but has {np.shape(got)}"
            )
            for place in np.ndindex(start[name].shape):
                up = {key: value.copy() for key, value in start.items()}
                down = {key: value.copy() for key, value in start.items()}
                up[name][place] += 1e-6
                down[name][place] -= 1e-6
                slope_there = (cost(up, activation) - cost(down, activation)) / 2e-6
                assert abs(got[place] - slope_there) < 1e-6, (
                    f"{activation}: d{name}[{', '.join(map(str, place))}] is {got[place]:.6f}, but "
                    f"the cost's measured slope there is {slope_there:.6f}. "
                    f"Look at the step of layer {name[1:]}; the layers after it are right"
                )
    print("✓ backward_deep: every slope is what it should be.")


def check_gradient_variances():
    """gradient_variances on a 2-3-2-1 network, for each activation."""
    X = np.array([[1.0, -0.5, 2.0], [0.5, 2.0, -1.0]])
    Y = np.array([[1.0, 0.0, 1.0]])
    parameters = {
        "W1": np.array([[0.5, -1.0], [1.0, 0.3], [-0.4, 0.8]]),
        "b1": np.array([[0.1], [-0.2], [0.3]]),
        "W2": np.array([[0.7, -0.6, 1.2], [-0.9, 0.4, 0.5]]),
        "b2": np.array([[0.05], [0.15]]),
        "W3": np.array([[1.5, -1.0]]),
        "b3": np.array([[-0.1]]),
    }
    wanted = {
        "relu": [0.2247590874, 0.5622408962],
        "tanh": [0.1881415747, 0.2870578468],
        "sigmoid": [0.0007228572, 0.018210553],
    }
    for activation, want in wanted.items():
        got = np.asarray(gradient_variances(X, Y, parameters, activation))
        assert got.shape == (2,), (
            f"three layers, of which two are hidden: the shape should be (2,) but is {got.shape}"
        )
        assert not np.allclose(got * 9, want), (
            "these are the variances of dZ/m: leave the 1/m away, so that the number of examples "
            "doesn't matter"
        )
        assert not np.allclose(got[::-1], want), "the first hidden layer should come first"
        assert np.allclose(got, want, atol=1e-9), (
            f"{activation}: the variances should be {want} but are {got}. Take np.var of each "
            "hidden layer's dZ – the gradient after it has passed the activation's derivative"
        )
    print("✓ gradient_variances: now both directions have their meter.")


def check_initialize_xavier():
    """initialize_xavier: shapes, variance, distribution, fresh numbers from rng alone."""
    dims = [400, 300, 300, 300, 100]
    for arguments, distribution in [({}, "uniform"), ({"distribution": "normal"}, "normal")]:
        rng = np.random.default_rng(7)
        parameters = initialize_xavier(dims, rng, **arguments)
        assert isinstance(parameters, dict), "initialize_xavier should return a dict"
        assert set(parameters) == {f"{p}{layer}" for p in "Wb" for layer in range(1, 5)}, (
            f"five sizes make four layers, W1, b1, … W4, b4 – but you have {sorted(parameters)}"
        )
        for layer in range(1, 5):
            fan_in, fan_out = dims[layer - 1], dims[layer]
            W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
            assert np.shape(W) == (fan_out, fan_in), (
                f"W{layer} should have the shape (fan_out, fan_in) = {(fan_out, fan_in)} "
                f"but has {np.shape(W)}"
            )
            assert getattr(W, "dtype", None) == np.float64, f"W{layer} should be a float64 array"
            assert np.shape(b) == (fan_out, 1) and np.all(b == 0), (
                f"b{layer} should be zeros of the shape {(fan_out, 1)}"
            )
            bound = (6 / (fan_in + fan_out)) ** 0.5
            assert abs(W.mean()) < 0.04 * bound, f"W{layer}'s mean is {W.mean():.5f}, not about 0"
            ratio = W.var() * (fan_in + fan_out) / 2
            assert 0.95 < ratio < 1.05, (
                f"{distribution}: the variance of W{layer} is {ratio:.3f} times 2/(in + out). "
                "Is there a bracket around the sum? And is a bound a bound, √(6/(in + out)), "
                "and a standard deviation a standard deviation?"
            )
            beyond = np.mean(np.abs(W) > bound * (1 + 1e-9))
            if distribution == "uniform":
                assert beyond == 0, f"uniform: no entry of W{layer} may lie beyond ±√(6/(in + out))"
            else:
                assert 0.06 < beyond < 0.11, (
                    f"normal: {beyond:.1%} of W{layer} lies beyond ±√(6/(in + out)), where a "
                    "normal distribution has 8.3 %. Is it normal?"
                )
        assert not np.array_equal(parameters["W2"], parameters["W3"]), (
            "W2 and W3 are the same numbers: draw anew for each layer"
        )
        assert not np.array_equal(
            parameters["W1"], initialize_xavier(dims, rng, **arguments)["W1"]
        ), "two calls with one generator gave the same weights: draw from the rng that is passed"
        again = initialize_xavier(dims, np.random.default_rng(7), **arguments)
        assert np.array_equal(parameters["W1"], again["W1"]), (
            "the same generator state should give the same weights: draw from rng and nothing else"
        )
    print("✓ initialize_xavier: a fair deal between the way there and the way back.")


def check_saturation():
    """saturation of a few activations whose derivatives are easy to work out."""
    cases = [
        # A, activation, options, wanted
        ([[0.0, 0.5], [0.99, -0.99]], "tanh", {}, 0.5),
        ([[0.9, -0.9, 0.0, 0.1]], "tanh", {"threshold": 0.2}, 0.5),
        ([[0.5, 0.01], [0.99, 0.1]], "sigmoid", {}, 0.5),
        ([[0.5, 0.9, 0.2, 0.3]], "sigmoid", {"threshold": 0.1}, 0.25),
        ([[0.0, 2.0, 0.01, 0.0]], "relu", {}, 0.5),
        ([[1e-9, 3.0], [2.0, 5.0]], "relu", {}, 0.0),
    ]
    for A, activation, options, want in cases:
        A = np.array(A)
        got = saturation(A, activation, **options)
        assert np.shape(got) == (), f"saturation is one number, but yours is {got!r}"
        assert abs(got - want) < 1e-12, (
            f"{activation}: of the activations {A.tolist()} a share of {want} is saturated "
            f"(threshold {options.get('threshold', 0.05)}), but you found {got}. "
            "It is the derivative that is compared with the threshold, found from A; "
            "and the answer is a share, not a number of entries"
        )
    print("✓ saturation: you can see the ceiling.")


CHECKS = {
    "forward_deep": check_forward_deep,
    "initialize_constant": check_initialize_constant,
    "initialize_small": check_initialize_small,
    "activation_variances": check_activation_variances,
    "variance_scaling": check_variance_scaling,
    "initialize_uniform_fan_in": check_initialize_uniform_fan_in,
    "initialize_he": check_initialize_he,
    "backward_deep": check_backward_deep,
    "gradient_variances": check_gradient_variances,
    "initialize_xavier": check_initialize_xavier,
    "saturation": check_saturation,
}


def is_left_out(cell):
    """Tell figures and experiments, and the checks that stand in the notebook."""
    metadata = cell.get("metadata", {})
    return "demo" in metadata.get("tags", []) or metadata.get("nbgrader", {}).get("grade", False)


def without_magics(source):
    """Put `pass` for lines that only Jupyter understands: %magics, !commands, help?."""
    lines = []
    for line in source.splitlines():
        words = line.strip()
        magic = words.startswith(("%", "!", "?")) or words.endswith("?")
        lines.append(line[: len(line) - len(line.lstrip())] + "pass" if magic else line)
    return "\n".join(lines)


def run_cells(cells):
    """Run a notebook's code; return what it defines, and a line for each cell that stopped."""
    space, stopped = {"__name__": "notebook"}, []
    for number, cell in enumerate(cells, start=1):
        if cell.get("cell_type") != "code" or is_left_out(cell):
            continue
        source = "".join(cell.get("source", ""))
        try:
            try:
                code = compile(source, f"cell {number}", "exec")
            except SyntaxError:
                code = compile(without_magics(source), f"cell {number}", "exec")
            with contextlib.redirect_stdout(io.StringIO()):
                exec(code, space)
        except NotImplementedError:
            continue  # an exercise called before it is written: its own check says so
        except (Exception, SystemExit) as error:
            line = getattr(error, "lineno", None) or line_in(error, f"cell {number}")
            stopped.append(f"Cell {number} stopped in line {line}: {words_for(error)}")
    return space, stopped


def line_in(error, name):
    """Find the line of the cell in which an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == name), "?")


def words_for(error):
    """Say what went wrong in one line or a few."""
    return f"{type(error).__name__}: {error}".rstrip(": ")


def run_check(name, check, space):
    """Run one check on the notebook's definitions; return whether it passed."""
    if not callable(space.get(name)):
        print(f"✗ {name}: there is no function of this name.")
        return False
    try:
        # The check sees the notebook's functions as if it stood in the notebook.
        types.FunctionType(check.__code__, {**space, "np": np})()
    except NotImplementedError:
        print(f"· {name}: not written yet.")
    except AssertionError as error:
        print(f"✗ {name}: " + str(error).replace("\n", "\n    "))
    except (Exception, SystemExit) as error:
        print(f"✗ {name}: your code stopped with {words_for(error)}")
    else:
        return True
    return False


def main(path):
    """Check a notebook; return 0 if every check passed, else 1."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            cells = json.load(file)["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{path} cannot be read as a notebook ({words_for(error)}).")
        print("Save the notebook, or name it: python public_checks.py my_copy.ipynb")
        return 1
    os.environ["MPLBACKEND"] = "Agg"  # no window opens
    try:
        import matplotlib.pyplot  # noqa: F401
    except ImportError:  # only figures need it, and they are left out
        sys.modules["matplotlib"] = sys.modules["matplotlib.pyplot"] = mock.MagicMock()
    space, stopped = run_cells(cells)
    for line in stopped:
        print(line)
    passed = sum(run_check(name, check, space) for name, check in CHECKS.items())
    print(f"{passed} of {len(CHECKS)} checks pass.")
    return 0 if passed == len(CHECKS) else 1


if __name__ == "__main__":
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(errors="replace")  # a terminal without ✓ must not stop the checks
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scaling.ipynb")
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else beside))
