# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Why a network must not start at zero
#
# Gradient descent improves whatever you give it. So surely it does not matter where you start, and
# zero is as good a number as any? In this notebook you start a small network at zero, watch it
# fail completely, find out exactly why, and cure it with one line of code.
#
# **Goal.** Understand *symmetry* between hidden units: why it is fatal, why no amount of training
# repairs it, and what it takes to break it.
#
# **You will build**, with numpy alone, a network with one hidden layer: two ways to start it (one
# fails, one works), the forward pass, the cost, the backward pass, the training loop, and a little
# instrument that counts how many of your hidden units are really different. At the end you build
# logistic regression, which may do what the network must not.
#
# **Out of scope.** Deep networks, and *how large* the random numbers should be when layers are
# wide (assignment 2); regularisation (3); batch normalisation (4); real data (5).
#
# **How it works.** Replace each `raise NotImplementedError()` by your own code. The cell after it
# checks your function on a small example and tells you what it sees. Those checks are honest but
# few: the grader tries other shapes and other numbers. Cells that draw figures need the functions
# above them, so go from top to bottom. You may add cells of your own wherever you like.

# %%
import matplotlib.pyplot as plt
import numpy as np

# %% [markdown]
# ## The island and the four surveyors
#
# An island lies somewhere in the sea. Nobody has a map of it, but 400 boats have each sent in one
# report: *at this place* $(x_1, x_2)$ *there is land*, or *there is water*. Here they are.


# %%
def make_island(rng, m):
    """Report land (1) or water (0) at m random places: X of shape (2, m), Y of shape (1, m)."""
    X = rng.uniform(-2, 2, size=(2, m))
    radius = np.hypot(X[0], X[1])
    angle = np.arctan2(X[1], X[0])
    coast = 1.2 + 0.2 * np.cos(2 * angle - 0.6) + 0.12 * np.cos(4 * angle - 0.3)
    Y = (radius < coast).astype(float).reshape(1, m)
    return X, Y


X, Y = make_island(np.random.default_rng(2024), 400)

# %% tags=["demo"]
WATER, LAND = "#0072B2", "#E69F00"  # colours that colour-blind readers can tell apart, too


def draw_reports(ax, X, Y, size=16):
    """Mark the places where boats reported land and water."""
    land = Y[0] == 1
    ax.scatter(*X[:, ~land], s=size, color=WATER, edgecolor="white", linewidth=0.4, label="water")
    ax.scatter(
        *X[:, land], s=size * 1.3, color=LAND, marker="^", edgecolor="black", linewidth=0.4,
        label="land",
    )
    ax.set(xlim=(-2, 2), ylim=(-2, 2), aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
    ax.set(xticks=range(-2, 3), yticks=range(-2, 3))


fig, ax = plt.subplots(figsize=(5, 5), layout="constrained")
draw_reports(ax, X, Y, size=30)
ax.set_title("400 reports: where is the coast?")
fig.legend(loc="outside lower center", ncols=2, frameon=False)
plt.show()

# %% [markdown]
# To draw the coast we hire four surveyors. Each of them can do only one thing: lay *one straight
# line* across the map and say on which side of it a place lies, and how far from it. A chief then
# listens to all four and decides: land or water?
#
# That is a neural network. Each surveyor is a **hidden unit** that computes
# $\tanh(w_1 x_1 + w_2 x_2 + b)$, and the line is where this is zero. The chief is the **output
# unit**. One line cannot fence in an island. Four lines can, *if they are four different lines.*
#
# ### The symbols
# One column is one example, so $m$ examples are one matrix and no loop is needed.
#
# | symbol | in the code | shape | meaning |
# |---|---|---|---|
# | $X$ | `X` | $(n_x, m)$ | inputs: here $n_x = 2$ coordinates, $m = 400$ places |
# | $Y$ | `Y` | $(n_y, m)$ | targets, 0 or 1: here $n_y = 1$ |
# | $W_1, b_1$ | `"W1"`, `"b1"` | $(n_h, n_x)$, $(n_h, 1)$ | hidden layer: **one row per unit** |
# | $W_2, b_2$ | `"W2"`, `"b2"` | $(n_y, n_h)$, $(n_y, 1)$ | output layer: one column per unit |
# | $A_1, A_2$ | `A1`, `A2` | $(n_h, m)$, $(n_y, m)$ | activations: what the layers say |
# | $J$ | `cost` | a number | how wrong the network is on average |
#
# Everywhere below, $n_x$, $n_h$, $n_y$ and $m$ can be any numbers from 1 up. Write your code for
# any shape, not only for the island's.

# %% [markdown]
# ## 1 · The obvious start: everything zero
#
# Before anything is known about the island, no direction is better than another. So let us be
# impartial, and set every number to zero. (Before you read on: do you see anything wrong with
# that?)


# %% exercise="initialize_zeros"
def initialize_zeros(n_x, n_h, n_y):
    """Start every weight and every bias at zero.

    Args:
        n_x: number of inputs.
        n_h: number of hidden units.
        n_y: number of outputs.

    Returns:
        parameters: a dict of four float64 arrays of zeros,
            "W1" of shape (n_h, n_x), "b1" of shape (n_h, 1),
            "W2" of shape (n_y, n_h), "b2" of shape (n_y, 1).
    """
    ### BEGIN SOLUTION
    return {
        "W1": np.zeros((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": np.zeros((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }
    ### END SOLUTION


# %% checks="initialize_zeros"
def check_initialize_zeros():
    """Four float64 arrays of the right shapes, all zero."""
    parameters = initialize_zeros(3, 4, 2)
    assert isinstance(parameters, dict), (
        f"initialize_zeros should return a dict, but it returned a {type(parameters).__name__}."
    )
    shapes = {"W1": (4, 3), "b1": (4, 1), "W2": (2, 4), "b2": (2, 1)}
    for name, shape in shapes.items():
        assert name in parameters, f'There is no "{name}" among the parameters.'
        array = parameters[name]
        assert isinstance(array, np.ndarray), (
            f"{name} should be a numpy array, but it is a {type(array).__name__}."
        )
        assert array.shape == shape, (
            f"With n_x=3, n_h=4, n_y=2, {name} should have shape {shape}, not {array.shape}."
        )
        assert array.dtype == np.float64, (
            f"{name} should hold float64 numbers, but it holds {array.dtype}."
        )
        assert np.all(array == 0), f"Every entry of {name} should be 0."
    print("✓ initialize_zeros: perfectly impartial. We will see where that leads.")


check_initialize_zeros()

# %% [markdown]
# ## 2 · Forward: from a place to a probability
#
# The surveyors speak, then the chief decides:
#
# $$Z_1 = W_1 X + b_1, \qquad A_1 = \tanh(Z_1), \qquad
#   Z_2 = W_2 A_1 + b_2, \qquad A_2 = \sigma(Z_2).$$
#
# The biases have one column; numpy repeats it for each of the $m$ examples (*broadcasting*). The
# sigmoid $\sigma(z) = 1 / (1 + e^{-z})$ turns any number into one between 0 and 1, which we read
# as the probability of land.
#
# Typed exactly as it stands, though, that formula has a flaw: for $z = -1000$ it asks for
# $e^{1000}$, more than a floating-point number can hold, and numpy warns of an *overflow*.
# Multiply numerator and denominator by $e^{z}$ and you get $e^{z} / (1 + e^{z})$: the same
# function, now safe for negative $z$. The function below uses whichever form is safe, so that the
# exponent is never positive. You will start a network far too large later on, and be glad of it.


# %%
def sigmoid(Z):
    """Return 1 / (1 + exp(-Z)), entry by entry, without overflow for any finite Z."""
    small = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1.0, small) / (1.0 + small)


# %% [markdown]
# `forward` returns two things: $A_2$, and a **cache**. The cache is a parcel that you send to your
# own future self: put into it whatever `backward` will need and should not have to compute twice.
# (What it holds, and whether it is a tuple or a dict, is entirely up to you.)


# %% exercise="forward"
def forward(X, parameters):
    """Compute A2 = sigmoid(W2 tanh(W1 X + b1) + b2).

    Args:
        X: inputs, shape (n_x, m).
        parameters: dict with "W1" (n_h, n_x), "b1" (n_h, 1), "W2" (n_y, n_h), "b2" (n_y, 1).

    Returns:
        A2: the outputs, shape (n_y, m). No finite input may cause an overflow warning.
        cache: anything that backward will need, in any form you like.
    """
    ### BEGIN SOLUTION
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}
    ### END SOLUTION


# %% checks="forward"
def check_forward():
    """The right values for two inputs, three hidden units, two outputs; calm when Z is huge."""
    import warnings

    X = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]])
    parameters = {
        "W1": np.array([[0.5, -1.0], [0.0, 0.25], [-0.5, 1.5]]),
        "b1": np.array([[0.1], [-0.2], [0.3]]),
        "W2": np.array([[1.0, -2.0, 0.5], [0.3, 0.6, -0.9]]),
        "b2": np.array([[0.0], [0.2]]),
    }
    expected = np.array(
        [[0.697012659, 0.261107315, 0.378664595], [0.603561607, 0.307967570, 0.285423253]]
    )
    result = forward(X, parameters)
    assert isinstance(result, tuple) and len(result) == 2, (
        "forward should return two things, A2 and a cache: `return A2, cache`."
    )
    A2 = result[0]
    assert np.shape(A2) == (2, 3), (
        f"For 2 outputs and 3 examples A2 should have shape (2, 3), but it has {np.shape(A2)}."
    )
    assert np.allclose(A2, expected, rtol=0, atol=1e-6), (
        f"A2 should be\n{expected}\nbut it is\n{A2}\n"
        "Check one step at a time: Z1, tanh, Z2, sigmoid; and both biases."
    )
    huge = {name: 1000 * value for name, value in parameters.items()}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        A2 = forward(X, huge)[0]
    assert not caught, (
        f"With very large weights numpy warned: {caught[0].message}. The sigmoid above is safe."
    )
    assert np.allclose(A2, [[1, 0, 0], [1, 0, 0]], rtol=0, atol=1e-6), (
        f"With very large weights A2 should be 0s and 1s (here [[1, 0, 0], [1, 0, 0]]), not\n{A2}"
    )
    print("✓ forward: the surveyors speak and the chief decides.")


check_forward()

# %% [markdown]
# ## 3 · Cost: how wrong are we?
#
# If the network says "land with probability $a$" and it is land ($y = 1$), we charge it $-\log a$:
# nothing if it was certain, more and more the surer it was of the opposite. If it is water, we
# charge $-\log(1 - a)$. (We use the natural logarithm.) Both cases in one formula, summed over the
# $n_y$ outputs and averaged over the $m$ examples, are the **cross-entropy**:
#
# $$J = -\frac{1}{m} \sum_{i=1}^{m} \sum_{k=1}^{n_y}
#   \Big[\, y_{ki} \log a_{ki} + (1 - y_{ki}) \log(1 - a_{ki}) \,\Big].$$
#
# A network that is certain can say exactly 0 or exactly 1, and $\log 0 = -\infty$. Even where it
# is certain *and right*, numpy computes $0 \cdot (-\infty)$, which is `nan`, and one `nan` spoils
# the whole sum. So don't let the logarithm see a zero: `np.maximum` can put a floor under its
# argument.
#
# How low a floor? People often write `1e-8`, but then a network that says $10^{-300}$ is charged
# as if it had said $10^{-8}$, and the cost is wrong. The smallest positive number that numpy can
# represent is about `5e-324`; even its logarithm is a harmless $-744.4$.


# %% exercise="compute_cost"
def compute_cost(A2, Y):
    """Compute the cross-entropy, summed over the outputs and averaged over the examples.

    J = -1/m * sum of (Y log A2 + (1 - Y) log(1 - A2)), with the natural logarithm.

    Args:
        A2: outputs between 0 and 1 (either may occur exactly), shape (n_y, m).
        Y: targets, shape (n_y, m).

    Returns:
        cost: a float. Finite even where A2 is exactly 0 or 1; everywhere else exact to 1e-6,
            even where A2 is as small as 1e-300.
    """
    ### BEGIN SOLUTION
    smallest = 5e-324  # the smallest positive float64: it replaces 0 and nothing else
    log_land = np.log(np.maximum(A2, smallest))
    log_water = np.log(np.maximum(1 - A2, smallest))
    m = Y.shape[1]
    return float(-np.sum(Y * log_land + (1 - Y) * log_water) / m)
    ### END SOLUTION


# %% checks="compute_cost"
def check_compute_cost():
    """The right value, one number, and finite for an output that is certain."""
    A2 = np.array([[0.9, 0.2, 0.5], [0.6, 0.1, 0.7]])
    Y = np.array([[1.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    cost = compute_cost(A2, Y)
    assert cost is not None, "compute_cost returned nothing. Is the `return` missing?"
    assert np.ndim(cost) == 0, (
        f"The cost should be a single number, but it is an array of shape {np.shape(cost)}."
    )
    assert np.isclose(cost, 0.947270064, rtol=0, atol=1e-6), (
        f"The cost should be 0.947270, but it is {cost:.6f}. "
        "Are both terms there, the minus, and 1/m with m = 3 examples (not 6 entries)?"
    )
    certain = compute_cost(np.array([[1.0, 0.0, 0.5]]), np.array([[1.0, 0.0, 1.0]]))
    assert np.isclose(certain, 0.231049060, rtol=0, atol=1e-6), (
        "Two answers that are certain and right, and one of 0.5, should cost log(2)/3 = 0.231049, "
        f"not {certain:.6f}. Don't let the log see a 0."
    )
    wrong = compute_cost(np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]]))
    assert np.isfinite(wrong) and wrong > 0, (
        f"Certain and wrong should cost a lot, but a finite amount; it costs {wrong}."
    )
    tiny = compute_cost(np.array([[1e-300, 0.5]]), np.array([[1.0, 1.0]]))
    assert np.isclose(tiny, 345.734337539, rtol=0, atol=1e-6), (
        f"Outputs 1e-300 and 0.5 for two places on land should cost 345.734338, not {tiny:.6f}. "
        "Is the floor under the logarithm too high, or something added to every output?"
    )
    print("✓ compute_cost: now we know how wrong we are.")


check_compute_cost()

# %% [markdown]
# ## 4 · Backward: whose fault is it?
#
# The chain rule sends the blame back, layer by layer. We write $dZ$ for the derivative of one
# example's cost with respect to $Z$, and $dW$, $db$ for derivatives of the average cost $J$.
#
# **The chief's error.** Sigmoid and cross-entropy are made for each other, and everything cancels
# to
#
# $$dZ_2 = A_2 - Y .$$
#
# **The surveyors' share.** Each hidden unit is blamed in proportion to the weight with which the
# chief listens to it, times the slope of its own tanh, which is $\tanh'(z) = 1 - \tanh^2(z)$:
#
# $$dZ_1 = W_2^{\top}\, dZ_2 \,\odot\, (1 - A_1 \odot A_1) ,$$
#
# where $\odot$ multiplies entry by entry. **The gradients** average over the examples:
#
# $$dW_2 = \tfrac1m\, dZ_2\, A_1^{\top}, \qquad db_2 = \tfrac1m \sum_i dZ_2^{(i)}, \qquad
#   dW_1 = \tfrac1m\, dZ_1\, X^{\top}, \qquad db_1 = \tfrac1m \sum_i dZ_1^{(i)} .$$
#
# A sound habit: each gradient has the same shape as its parameter. For the biases, that means a
# sum over columns that *stays* a column (`keepdims=True`).
#
# *Have another look at the formula for $dZ_1$ before you go on. What will it be if $W_2$ is zero?*


# %% exercise="backward"
def backward(parameters, cache, X, Y):
    """Compute the gradient of the cost with respect to every parameter.

    Args:
        parameters: dict with "W1" (n_h, n_x), "b1" (n_h, 1), "W2" (n_y, n_h), "b2" (n_y, 1).
        cache: what forward(X, parameters) returned as its second value.
        X: inputs, shape (n_x, m).
        Y: targets, shape (n_y, m).

    Returns:
        grads: dict with "dW1", "db1", "dW2", "db2", each of the shape of its parameter.
    """
    ### BEGIN SOLUTION
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }
    ### END SOLUTION


# %% checks="backward"
def check_backward():
    """Four gradients with the right shapes and values, on the example of check_forward."""
    X = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]])
    Y = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    parameters = {
        "W1": np.array([[0.5, -1.0], [0.0, 0.25], [-0.5, 1.5]]),
        "b1": np.array([[0.1], [-0.2], [0.3]]),
        "W2": np.array([[1.0, -2.0, 0.5], [0.3, 0.6, -0.9]]),
        "b2": np.array([[0.0], [0.2]]),
    }
    expected = {
        "dW2": np.array(
            [[0.045900170, 0.034941723, -0.096256164], [0.220768025, -0.021704140, -0.170783817]]
        ),
        "db2": np.array([[-0.221071810], [0.065650810]]),
        "dW1": np.array(
            [[0.031295228, -0.040038210], [0.039501189, 0.064765508], [-0.226912657, 0.003836988]]
        ),
        "db1": np.array([[-0.079044093], [0.477830611], [-0.218443033]]),
    }
    _, cache = forward(X, parameters)
    grads = backward(parameters, cache, X, Y)
    assert isinstance(grads, dict), (
        f"backward should return a dict, but it returned a {type(grads).__name__}."
    )
    for name, value in expected.items():
        assert name in grads, f'There is no "{name}" among the gradients.'
        assert np.shape(grads[name]) == value.shape, (
            f"{name} should have the shape of its parameter, {value.shape}, "
            f"but it has {np.shape(grads[name])}."
        )
        assert np.allclose(grads[name], value, rtol=0, atol=1e-6), (
            f"{name} should be\n{value}\nbut it is\n{grads[name]}"
        )
    print("✓ backward: blame, fairly shared.")


check_backward()

# %% [markdown]
# ## 5 · One step downhill, and then many
#
# Each parameter takes a step against its gradient; the **learning rate** $\alpha$ says how far:
#
# $$W_1 \leftarrow W_1 - \alpha\, dW_1, \qquad b_1 \leftarrow b_1 - \alpha\, db_1, \qquad
#   W_2 \leftarrow W_2 - \alpha\, dW_2, \qquad b_2 \leftarrow b_2 - \alpha\, db_2 .$$
#
# Return *new* arrays and leave the old ones as they are. We want to compare several trainings that
# begin at the same start, and that goes wrong if the first training has moved the start. Beware of
# `-=`: it changes the array that it is given.


# %% exercise="update_parameters"
def update_parameters(parameters, grads, learning_rate):
    """Take one step of gradient descent: W := W - learning_rate * dW, and likewise for b.

    Args:
        parameters: dict with "W1", "b1", "W2", "b2". It and its arrays stay as they are.
        grads: dict with "dW1", "db1", "dW2", "db2", of the same shapes.
        learning_rate: the step size, a positive float.

    Returns:
        parameters: a new dict of new arrays, with the same names and shapes.
    """
    ### BEGIN SOLUTION
    return {name: value - learning_rate * grads["d" + name] for name, value in parameters.items()}
    ### END SOLUTION


# %% checks="update_parameters"
def check_update_parameters():
    """A step against the gradient, in new arrays."""
    old = {
        "W1": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        "b1": np.array([[0.0], [1.0], [2.0]]),
        "W2": np.array([[1.0, -1.0, 0.5]]),
        "b2": np.array([[0.25]]),
    }
    parameters = {name: value.copy() for name, value in old.items()}
    grads = {
        "dW1": np.array([[1.0, 0.0], [-1.0, 2.0], [0.0, 4.0]]),
        "db1": np.array([[1.0], [-2.0], [0.0]]),
        "dW2": np.array([[2.0, 0.0, -2.0]]),
        "db2": np.array([[-1.0]]),
    }
    expected = {
        "W1": np.array([[0.5, 2.0], [3.5, 3.0], [5.0, 4.0]]),
        "b1": np.array([[-0.5], [2.0], [2.0]]),
        "W2": np.array([[0.0, -1.0, 1.5]]),
        "b2": np.array([[0.75]]),
    }
    new = update_parameters(parameters, grads, 0.5)
    assert isinstance(new, dict), (
        f"update_parameters should return a dict, but it returned a {type(new).__name__}."
    )
    for name, value in expected.items():
        assert name in new, f'There is no "{name}" among the new parameters.'
        assert np.array_equal(parameters[name], old[name]), (
            f"Your function changed the old {name}. Compute a new array instead: "
            "`W - learning_rate * dW`, not `W -= ...`."
        )
        assert np.shape(new[name]) == value.shape, (
            f"The new {name} should keep the shape {value.shape}, not {np.shape(new[name])}."
        )
        assert np.allclose(new[name], value, rtol=0, atol=1e-9), (
            f"With learning rate 0.5 the new {name} should be\n{value}\nbut it is\n{new[name]}"
        )
    print("✓ update_parameters: one step downhill, and the old place is still on the map.")


check_update_parameters()

# %% [markdown]
# **Training** is that step, again and again: forward, cost, backward, update. All examples take
# part in every step (*full-batch* gradient descent). Keep a diary: note the cost *before* each
# step, so that the first entry is the cost of the start.


# %% exercise="train"
def train(X, Y, parameters, num_iterations, learning_rate):
    """Train by full-batch gradient descent.

    Args:
        X: inputs, shape (n_x, m).
        Y: targets, shape (n_y, m).
        parameters: where to start. It stays as it is.
        num_iterations: how many steps to take.
        learning_rate: the size of each step.

    Returns:
        parameters: the parameters after the last step.
        costs: num_iterations floats, the cost before each step.
    """
    ### BEGIN SOLUTION
    costs = []
    for _ in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs
    ### END SOLUTION


# %% checks="train"
def check_train():
    """Three steps on a small example: costs before each step, parameters after the last."""
    X = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]])
    Y = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    start = {
        "W1": np.array([[0.5, -1.0], [0.0, 0.25], [-0.5, 1.5]]),
        "b1": np.array([[0.1], [-0.2], [0.3]]),
        "W2": np.array([[1.0, -2.0, 0.5], [0.3, 0.6, -0.9]]),
        "b2": np.array([[0.0], [0.2]]),
    }
    parameters = {name: value.copy() for name, value in start.items()}
    result = train(X, Y, parameters, num_iterations=3, learning_rate=0.5)
    assert isinstance(result, tuple) and len(result) == 2, (
        "train should return two things: `return parameters, costs`."
    )
    trained, costs = result
    assert all(np.array_equal(parameters[name], start[name]) for name in start), (
        "Training changed the parameters that it started from; it should leave them alone."
    )
    assert np.shape(costs) == (3,), (
        f"3 iterations should give a sequence of 3 costs, but yours has shape {np.shape(costs)}."
    )
    expected = [1.393932639, 1.223120487, 1.129440226]
    assert np.allclose(costs, expected, rtol=0, atol=1e-6), (
        f"The costs before steps 1, 2 and 3 should be {expected}, but they are {list(costs)}."
    )
    W2 = np.array(
        [[0.989152601, -2.076454774, 0.583360951], [0.010148806, 0.633573895, -0.716650290]]
    )
    assert isinstance(trained, dict) and "W2" in trained, (
        'The first value that train returns should be the dict of parameters, with a "W2".'
    )
    assert np.allclose(trained["W2"], W2, rtol=0, atol=1e-6), (
        f"After 3 steps W2 should be\n{W2}\nbut it is\n{trained['W2']}"
    )
    print("✓ train: you have built a neural network. Now let it loose on the island.")


check_train()

# %% [markdown]
# ## 6 · The experiment
#
# Four surveyors, 400 reports, 5,000 steps, and a start at zero. Before you run the next cell,
# **bet**: what will the curve of the cost look like?

# %% tags=["demo"]
SURVEYORS = ["#000000", "#009E73", "#D55E00", "#8B3A8B"]
STYLES = ["-", "--", "-.", ":"]


def draw_map(ax, parameters, X, Y, lines=True):
    """Colour the map by the network's answer and draw each surveyor's line."""
    ticks = np.linspace(-2, 2, 201)
    grid = np.array(np.meshgrid(ticks, ticks)).reshape(2, -1)
    answer = forward(grid, parameters)[0].reshape(201, 201)
    image = ax.imshow(
        answer, extent=(-2, 2, -2, 2), origin="lower", cmap="BrBG_r", vmin=0, vmax=1, alpha=0.7
    )
    draw_reports(ax, X, Y, size=7)
    if lines:
        draw_lines(ax, parameters)
    return image


def draw_lines(ax, parameters):
    """Draw the line w·x + b = 0 of every hidden unit that has one."""
    for unit, (w, b) in enumerate(zip(parameters["W1"], parameters["b1"][:, 0], strict=True)):
        if np.any(w):
            foot = -b * w / (w @ w)
            along = np.array([-w[1], w[0]]) / np.hypot(*w)
            ends = foot[:, None] + along[:, None] * np.array([-9, 9])
            ax.plot(*ends, color=SURVEYORS[unit % 4], linestyle=STYLES[unit % 4], linewidth=2)


zeros = initialize_zeros(2, 4, 1)
from_zeros, costs_zeros = train(X, Y, zeros, 5000, 1.0)

fig, axes = plt.subplots(1, 2, figsize=(10, 4.2), width_ratios=[1.25, 1], layout="constrained")
axes[0].plot(costs_zeros, color=WATER, linewidth=2.5)
axes[0].set(
    title="The cost, from a start at zero", xlabel="iteration", ylabel="cost $J$", ylim=(0, 0.75)
)
image = draw_map(axes[1], from_zeros, X, Y)
axes[1].set_title("What the network believes afterwards")
fig.colorbar(image, ax=axes[1], label="probability of land", shrink=0.85)
plt.show()

for name in ("W1", "b1", "W2", "b2"):
    print(f"{name} after 5000 steps:", np.array2string(from_zeros[name].ravel(), precision=4))
print(f"sigmoid(b2): {sigmoid(from_zeros['b2']).item():.4f}")
print(f"share of land in the reports: {Y.mean():.4f}")

# %% [markdown]
# **What to see.** The cost drops a little within a few steps and then lies down flat, for ever.
# The map is one and the same colour everywhere: the network has no idea where the island is. And
# look at the numbers: of 17 parameters, *one* has moved. The output's bias $b_2$ has learned that
# three places in ten are land, and so that is the answer to every question.
#
# The formulas say why. With $W_1 = 0$ and $b_1 = 0$ every $A_1$ is $\tanh(0) = 0$, so
#
# $$dW_2 = \tfrac1m\, dZ_2\, A_1^{\top} = 0 \qquad\text{and, with } W_2 = 0,\qquad
#   dZ_1 = W_2^{\top} dZ_2 \odot (\dots) = 0 \;\Rightarrow\; dW_1 = 0,\ db_1 = 0 .$$
#
# So nothing but $b_2$ moves, and after the step we are again in a state with $W_1 = 0$, $b_1 = 0$,
# $W_2 = 0$. The chief listens to nobody, so no surveyor hears what was wrong; the surveyors say
# nothing, so the chief has no reason to listen to anyone.

# %% [markdown]
# ## 7 · An instrument: how many different surveyors?
#
# "Zero is special", you may say: "it multiplies everything away. Start at 0.5 and all is well."
# Let us build an instrument before we try it.
#
# What a hidden unit computes is fixed by its weights and its bias, that is, by its row of
# $[\,W_1\ \ b_1\,]$. Two units with the same row compute the same function: they are one surveyor
# on two salaries. Computers round, so we do not ask for equality to the last bit: **two rows count
# as one when no entry differs by more than $10^{-12}$**. (The last section will show you what a
# good idea that is.)
#
# Think before you reach for a ready-made function: `np.unique` compares exactly; `np.allclose` has
# a *relative* tolerance of its own unless you switch it off; and rounding to 12 digits can tear
# two close neighbours apart.


# %% exercise="count_distinct_units"
def count_distinct_units(parameters):
    """Count the hidden units that compute different functions.

    Two units count as one when no entry of their rows of [W1 b1] differs by more than 1e-12.
    (Rows that are this close only through a third one between them will not occur.)

    Args:
        parameters: dict with "W1" (n_h, n_x) and "b1" (n_h, 1), among others.

    Returns:
        count: an int from 1 (all the same) to n_h (all different).
    """
    ### BEGIN SOLUTION
    distinct = []
    for row in np.hstack([parameters["W1"], parameters["b1"]]):
        if all(np.max(np.abs(row - other)) > 1e-12 for other in distinct):
            distinct.append(row)
    return len(distinct)
    ### END SOLUTION


# %% checks="count_distinct_units"
def check_count_distinct_units():
    """Weights and biases both count, neighbours or not; the tolerance is 1e-12."""

    def count(rows):
        rows = np.array(rows)
        n_h = len(rows)
        result = count_distinct_units(
            {
                "W1": rows[:, :-1],
                "b1": rows[:, -1:],
                "W2": np.arange(1.0, n_h + 1).reshape(1, n_h),
                "b2": np.zeros((1, 1)),
            }
        )
        assert np.ndim(result) == 0 and np.asarray(result).dtype.kind in "iu", (
            f"count_distinct_units should return one whole number (an int), not {result!r}."
        )
        return result

    a, b, c = [1.0, 2.0, 0.5], [1.0, -2.0, 0.5], [1.0, 2.0, -0.5]
    assert count([a, a, a]) == 1, f"Three equal units are one unit, not {count([a, a, a])}."
    assert count([a, b]) == 2, f"These two differ in a weight: 2 units, not {count([a, b])}."
    assert count([a, c]) == 2, (
        f"These two have equal weights and different biases: 2 units, not {count([a, c])}."
    )
    assert count([a, b, a, c, b]) == 3, (
        f"Units a, b, a, c, b are 3 different ones, not {count([a, b, a, c, b])}. "
        "Equal rows need not stand side by side."
    )
    near = [1.0, 2.0 + 1e-13, 0.5]
    assert count([a, near]) == 1, (
        "Units that differ by 1e-13 count as one: that is within the tolerance of 1e-12."
    )
    far = [1.0, 2.0 + 1e-9, 0.5]
    assert count([a, far]) == 2, (
        "Units that differ by 1e-9 are different: that is far more than 1e-12. "
        "(Has np.allclose or np.isclose added its relative tolerance, rtol?)"
    )
    low, high = [0.0, 0.0, 4.9e-13], [0.0, 0.0, 5.1e-13]
    assert count([low, high]) == 1, (
        "Biases of 4.9e-13 and 5.1e-13 are closer than 1e-12, so they count as one. "
        "(Rounding to 12 digits separates them. Look at differences instead.)"
    )
    print("✓ count_distinct_units: nobody draws two salaries unnoticed any more.")


check_count_distinct_units()

# %% [markdown]
# Now the objection. Every weight starts at 0.5, every bias at 0.

# %% tags=["demo"]
def start_at(value, n_x=2, n_h=4, n_y=1):
    """Start every weight at the same value, and every bias at zero."""
    weights = {"W1": np.full((n_h, n_x), value), "W2": np.full((n_y, n_h), value)}
    return initialize_zeros(n_x, n_h, n_y) | weights


constant = start_at(0.5)
from_constant, costs_constant = train(X, Y, constant, 1500, 1.0)

fig, axes = plt.subplots(1, 2, figsize=(10, 4.2), width_ratios=[1.25, 1], layout="constrained")
axes[0].plot(costs_zeros[:1500], color=WATER, linewidth=2.5, label="from zeros")
axes[0].plot(costs_constant, color="#D55E00", linewidth=2.5, linestyle="--", label="from 0.5")
axes[0].set(
    title="Better than zero, but not good", xlabel="iteration", ylabel="cost $J$", ylim=(0, 1.1)
)
axes[0].legend()
image = draw_map(axes[1], from_constant, X, Y)
axes[1].set_title("Four lines, all in the same place")
fig.colorbar(image, ax=axes[1], label="probability of land", shrink=0.85)
plt.show()

_, cache = forward(X, constant)
print("dW1 before the first step from 0.5, one row per hidden unit:")
print(backward(constant, cache, X, Y)["dW1"])
print("Distinct hidden units after 1, 10 and 100 steps:")
for value in (0.01, 0.5, -2.0, 42.0):
    trained = [train(X, Y, start_at(value), steps, 1.0)[0] for steps in (1, 10, 100)]
    print(f"  from {value:5}:", *map(count_distinct_units, trained))

# %% [markdown]
# **What to see.** This time the network does learn: but only what *one* surveyor could have
# learned alone. One straight line cuts the map in two. North of it: sea, for certain. South of it:
# no idea. That is as good as it gets. All four lines are drawn in the right-hand picture; they lie
# exactly on top of one another. The rows of $dW_1$ are equal, so the units move together, and the
# instrument says 1, whatever the constant.
#
# ### Why it never ends: a proof by induction
#
# Call the network *tied* when all rows of $[\,W_1\ \ b_1\,]$ are equal **and** all columns of
# $W_2$ are equal. (The second part says that the chief listens to every surveyor equally.)
#
# *Claim: a tied network is still tied after a step of gradient descent.*
#
# 1. Equal rows of $[\,W_1\ \ b_1\,]$ give equal rows of $A_1 = \tanh(W_1 X + b_1)$. *Same method,
#    same answers.*
# 2. Row $j$ of $dZ_1$ is (column $j$ of $W_2$)$^{\top} dZ_2$ times $1 - (\text{row } j \text{ of }
#    A_1)^2$. Everything in it is equal for all $j$, so the rows of $dZ_1$ are equal. *Same
#    answers, same weight, same blame.*
# 3. Row $j$ of $dW_1 = \frac1m dZ_1 X^{\top}$ and entry $j$ of $db_1$ need only row $j$ of $dZ_1$:
#    all equal. Column $j$ of $dW_2 = \frac1m dZ_2 A_1^{\top}$ needs only row $j$ of $A_1$: all
#    equal. *Same blame, same correction.*
# 4. Equal rows minus $\alpha$ times equal rows are equal rows, and likewise for the columns of
#    $W_2$. The network is tied again. $\blacksquare$
#
# By induction it stays tied at every step: after ten and after ten billion. The value does not
# matter (0, 0.5, 42), nor do the data, the number of outputs or the learning rate. Nowhere did we
# use that the cost is high or low: **a gradient treats equals equally**. That is what *symmetry*
# means here, and no amount of training breaks it. It has to be broken at the start.

# %% [markdown]
# ## 8 · The cure
#
# Give every surveyor a slightly different first idea. It need not be a *good* idea: it only has to
# be their own. Draw every weight from a normal distribution with mean 0 and a small standard
# deviation,
#
# $$W_{jk} \sim \mathcal N(0,\ 0.01^2) \quad \text{independently}, \qquad b = 0 .$$
#
# All randomness comes from `rng`, a `numpy.random.Generator` such as `np.random.default_rng(7)`:
# `rng.standard_normal((3, 4))` gives a fresh $3 \times 4$ array from $\mathcal N(0, 1)$. Whoever
# has a generator in the same state gets the same network, so experiments can be repeated. Do not
# make a generator of your own inside the function, and do not seed anything: two layers, or two
# calls, would get *the same* numbers, and what is drawn to break the symmetry must not be copied.


# %% exercise="initialize_parameters"
def initialize_parameters(n_x, n_h, n_y, rng):
    """Draw every weight independently from N(0, 0.01²); start the biases at zero.

    Args:
        n_x: number of inputs.
        n_h: number of hidden units.
        n_y: number of outputs.
        rng: a numpy.random.Generator, the only source of randomness.

    Returns:
        parameters: a dict of float64 arrays,
            "W1" of shape (n_h, n_x), "b1" of shape (n_h, 1),
            "W2" of shape (n_y, n_h), "b2" of shape (n_y, 1).
    """
    ### BEGIN SOLUTION
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }
    ### END SOLUTION


# %% checks="initialize_parameters"
def check_initialize_parameters():
    """Shapes, zero biases, N(0, 0.01²), and all randomness from rng."""
    small = initialize_parameters(3, 4, 2, np.random.default_rng(1))
    assert isinstance(small, dict), (
        f"initialize_parameters should return a dict, not a {type(small).__name__}."
    )
    shapes = {"W1": (4, 3), "b1": (4, 1), "W2": (2, 4), "b2": (2, 1)}
    for name, shape in shapes.items():
        assert name in small, f'There is no "{name}" among the parameters.'
        assert np.shape(small[name]) == shape, (
            f"With n_x=3, n_h=4, n_y=2, {name} should have shape {shape}, "
            f"not {np.shape(small[name])}."
        )
        assert np.asarray(small[name]).dtype == np.float64, f"{name} should hold float64 numbers."
    for name in ("b1", "b2"):
        assert np.all(small[name] == 0), f"The biases {name} should be zero."

    again = initialize_parameters(3, 4, 2, np.random.default_rng(1))
    other = initialize_parameters(3, 4, 2, np.random.default_rng(2))
    for name in ("W1", "W2"):
        assert np.array_equal(small[name], again[name]), (
            f"Two generators in the same state gave two different {name}. Use rng for every draw."
        )
        assert not np.array_equal(small[name], other[name]), (
            f"Generators with different seeds gave the same {name}. Draw it from rng."
        )

    # So many weights that a right answer fails any test below less than once in 10^20 classes.
    rng = np.random.default_rng(3)
    first = initialize_parameters(200, 100, 200, rng)
    second = initialize_parameters(200, 100, 200, rng)
    assert not np.array_equal(first["W1"], second["W1"]), (
        "Two calls with one generator gave the same weights. Don't reseed inside the function."
    )
    assert not np.allclose(first["W1"].ravel(), first["W2"].ravel()), (
        "W1 and W2 hold the same numbers. Each layer needs draws of its own."
    )
    for name in ("W1", "W2"):
        weights = np.asarray(first[name])
        assert abs(weights.mean()) < 0.001, (
            f"The weights should average about 0, but those in {name} average {weights.mean():.4f}."
            " (rng.random is never negative; rng.standard_normal is what you need.)"
        )
        assert abs(weights.std() - 0.01) < 0.0005, (
            f"The standard deviation of {name} should be about 0.01, not {weights.std():.4g}."
        )
        beyond = np.mean(np.abs(weights) > 0.02)
        assert 0.03 < beyond < 0.06, (
            f"In a normal distribution about 4.6 % lie beyond two standard deviations; in {name} "
            f"it is {100 * beyond:.1f} %. Did you draw from another distribution?"
        )
    print("✓ initialize_parameters: four surveyors with ideas of their own.")


check_initialize_parameters()

# %% [markdown]
# Does so little make a difference? Same island, same four surveyors, same learning rate.

# %% tags=["demo"]
random_start = initialize_parameters(2, 4, 1, np.random.default_rng(1))
moments = (0, 150, 400, 5000)

fig, axes = plt.subplots(2, 2, figsize=(9, 8), sharex=True, sharey=True, layout="constrained")
for ax, steps in zip(axes.flat, moments, strict=True):
    state, costs_random = train(X, Y, random_start, steps, 1.0)
    image = draw_map(ax, state, X, Y)
    right = np.mean((forward(X, state)[0] > 0.5) == Y)
    ax.set_title(f"after {steps:,} steps: {100 * right:.0f} % right")
    ax.label_outer()
fig.colorbar(image, ax=axes, label="probability of land", shrink=0.75)
fig.suptitle("Four surveyors find the island", fontsize=14)
plt.show()

fig, ax = plt.subplots(figsize=(8, 3.8), layout="constrained")
ax.plot(costs_zeros, color=WATER, linewidth=2.5, label="zeros")
ax.plot(costs_constant, color="#D55E00", linewidth=2.5, linestyle="--", label="constant 0.5")
ax.plot(costs_random, color="#009E73", linewidth=2.5, linestyle="-.", label="random, 0.01")
ax.set(
    title="One line of code makes the difference", xlabel="iteration", ylabel="cost $J$",
    xlim=(-20, 1500), ylim=(0, 1.1),
)
ax.legend(title="start")
plt.show()

# %% [markdown]
# **What to see.** At the start all four lines run through the middle of the map, because all
# biases are zero, but *in four directions*. That is enough. The gradient now tells every surveyor
# something different; the lines part, move outwards, and in the end they fence in the island.
#
# The green curve has an interesting beginning. For about a hundred steps it creeps along the very
# plateau on which the zero start stays for ever. The point where all weights are zero is a
# *saddle* of the cost: the gradient there vanishes (apart from $b_2$'s), but there are ways down.
# Exactly on it, gradient descent sees none of them; a hundredth away, it finds one.
#
# Now watch the units themselves. Each has a row of two weights, so it is a *point in the plane*
# that travels as training proceeds.

# %% tags=["demo"]
def trace(start, blocks=150, steps=10):
    """Return W1 every few steps of training, as an array (blocks + 1, n_h, n_x)."""
    states = [start]
    for _ in range(blocks):
        states.append(train(X, Y, states[-1], steps, 1.0)[0])
    return np.array([state["W1"] for state in states])


fig, axes = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
titles = ("constant start: one path for four", "random start: four paths")
for ax, start, title in zip(axes, (constant, random_start), titles, strict=True):
    path = trace(start)
    for unit in range(4):
        # On the left each path is narrower than the one beneath, so that all four show.
        width = 10 - 2.7 * unit if start is constant else 3
        ax.plot(*path[:, unit].T, color=SURVEYORS[unit], linewidth=width, label=f"unit {unit + 1}")
    ax.scatter(*path[0].T, s=60, color="white", edgecolor="black", zorder=4, label="start")
    ax.set(title=title, xlabel="first weight of the unit", ylabel="second weight of the unit")
    ax.legend()
plt.show()

# %% [markdown]
# **What to see.** On the left, four paths are one. On the right all four begin so close to zero
# that you see one white point, and then each goes its own way.

# %% [markdown]
# ## 9 · What exactly has to be random? (Zero biases are harmless)
#
# We drew random weights and left the biases at zero. Is that not dangerous? Look at the proof
# again: it needs *all* the rows of $[\,W_1\ \ b_1\,]$ equal and all the columns of $W_2$, too.
# Break any one of these ties, and the argument falls. Let us try one at a time.

# %% tags=["demo"]
rng = np.random.default_rng(4)
noise = {name: 0.01 * rng.standard_normal(value.shape) for name, value in zeros.items()}
starts = {
    "everything zero": zeros,
    "W1 and W2 random (the rule)": random_start,
    "W1 random, the rest zero": zeros | {"W1": noise["W1"]},
    "W2 random, the rest zero": zeros | {"W2": noise["W2"]},
    "b1 random, the rest zero": zeros | {"b1": noise["b1"]},
    "b2 random, the rest zero": zeros | {"b2": noise["b2"]},
}
print(f"{'start':<30}{'distinct units before, after 1, after 2 steps':^48}{'cost at the end':>15}")
for name, start in starts.items():
    counts = [count_distinct_units(train(X, Y, start, steps, 1.0)[0]) for steps in (0, 1, 2)]
    end = train(X, Y, start, 3000, 1.0)[1][-1]
    print(f"{name:<30}{counts[0]:>16}{counts[1]:>10}{counts[2]:>10}{end:>27.3f}")

# %% [markdown]
# **What to see.** Random numbers in $W_1$ alone are enough. So, surprisingly, are random numbers
# in $W_2$ alone: all surveyors start alike, but the chief listens to them differently, so each
# gets a different correction and they part at the first step. Even random hidden biases would do.
# What does not help is $b_2$: it does not belong to any one hidden unit, so it cannot tell them
# apart.
#
# So **zero biases are harmless**, as long as the weights are random. That is why nearly everyone
# starts biases at zero: there is no symmetry left for them to break.

# %% [markdown]
# ## 10 · Why 0.01? Why not 1, or 1000?
#
# If different is good, is *very* different not better? Let us look at one surveyor's
# $z = \sum_k w_k x_k$. It is a sum of $n_x$ independent terms, so its variance is the sum of
# theirs. With weights of standard deviation $s$ and inputs of about size 1,
#
# $$\operatorname{std}(z) \approx s\,\sqrt{n_x} .$$
#
# And tanh is a curve with a steep middle and flat ends. A unit whose $z$ lies at the flat ends is
# **saturated**: it says $+1$ or $-1$ about every place, and its slope
# $\tanh'(z) = 1 - \tanh^2(z)$, the factor in $dZ_1$ by which it learns, is almost zero.
#
# The island has only $n_x = 2$ inputs. Networks mostly have many more, so let us also give the
# surveyors 400 instruments: each measures the place in its own way, with some noise.


# %%
def read_instruments(X, rng, number):
    """Measure the places X (2, m) by noisy linear instruments; standardise: (number, m)."""
    readings = rng.standard_normal((number, 2)) @ X
    readings += 0.3 * rng.standard_normal(readings.shape)
    mean = readings.mean(axis=1, keepdims=True)
    return (readings - mean) / readings.std(axis=1, keepdims=True)


# %% tags=["demo"]
X_wide = read_instruments(X, np.random.default_rng(5), 400)
SCALES = (0.01, 1, 100, 1000)
SCALE_COLOURS = ("#009E73", "#E69F00", "#D55E00", "#8B3A8B")


def start_with_scale(scale, n_x):
    """Draw the start of the rule, and blow it up from 0.01 to the given scale."""
    start = initialize_parameters(n_x, 4, 1, np.random.default_rng(1))
    return {name: scale / 0.01 * value for name, value in start.items()}


fig, axes = plt.subplots(1, 4, figsize=(13, 3.6), sharey=True, layout="constrained")
z = np.linspace(-3, 3, 200)
for ax, scale, colour in zip(axes, SCALES, SCALE_COLOURS, strict=True):
    start = start_with_scale(scale, 400)
    A1 = np.tanh(start["W1"] @ X_wide + start["b1"])
    ax.hist(A1.ravel(), bins=np.linspace(-1, 1, 41), weights=np.full(A1.size, 1 / A1.size),
            color=colour)
    saturated = np.mean(1 - A1**2 < 0.05)
    ax.set(
        title=f"scale {scale}\n{100 * saturated:.0f} % saturated", xlabel=r"activation $\tanh(z)$"
    )
axes[0].set_ylabel("share of activations")
fig.suptitle("What four hidden units say about 400 places, before training (400 inputs)")
plt.show()

# %% [markdown]
# **What to see.** With scale 0.01, the units use the steep middle of the tanh: they can be taught.
# From scale 1 on, nearly all that they say is "$-1$!" or "$+1$!", with a slope of nearly zero. (We
# call a unit saturated where the slope is below 0.05.) Now let them learn. More inputs make larger
# gradients, so the steps on the right are smaller.

# %% tags=["demo"]
fig, axes = plt.subplots(1, 2, figsize=(12, 5), sharey=True, layout="constrained")
cases = ((X, 1.0, "2 inputs"), (X_wide, 0.03, "400 inputs"))
for ax, (inputs, learning_rate, title) in zip(axes, cases, strict=True):
    for scale, colour, style in zip(SCALES, SCALE_COLOURS, STYLES, strict=True):
        start = start_with_scale(scale, len(inputs))
        end, costs = train(inputs, Y, start, 2000, learning_rate)
        right = np.mean((forward(inputs, end)[0] > 0.5) == Y)
        ax.plot(
            costs, color=colour, linestyle=style, linewidth=2.2,
            label=f"scale {scale}: {100 * right:.0f} % right",
        )
    ax.axhline(costs_zeros[-1], color="grey", linewidth=1)
    ax.annotate("from zeros", (2000, costs_zeros[-1]), color="grey", ha="right", va="bottom")
    ax.set(title=f"{title}, learning rate {learning_rate:g}", xlabel="iteration", yscale="log")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2, frameon=False)
axes[0].set_ylabel("cost $J$ (logarithmic)")
plt.show()

# %% [markdown]
# **What to see.** Scales 100 and 1000 are a catastrophe in both pictures: not only does learning
# crawl, it starts at a cost of *hundreds*. The sigmoid is saturated, too: the network is
# absolutely certain, and often wrong. After many hundred steps, the luckiest of these runs arrives
# at the grey line, where the zero start was almost at once, knowing nothing except that land is
# rarer than water.
#
# Scale 1 is the instructive case. With 2 inputs it is fine, even faster than 0.01, which has to
# leave its plateau first: $\operatorname{std}(z) \approx \sqrt 2$ is still in the steep part. With
# 400 inputs, $\operatorname{std}(z) \approx 20$, and it crawls: after 2,000 steps it knows hardly
# more than the zero start.
#
# So 0.01 is no law of nature. It is small enough to keep one hidden layer out of saturation for
# most numbers of inputs, and large enough to leave the saddle. What the right size has to do with
# the number of inputs, and why 0.01 is *too small* for a network of fifty layers, is the story of
# assignment 2.

# %% [markdown]
# ## 11 · One who may start at zero
#
# Take away the surveyors, and let the chief look at the map directly: $A = \sigma(w X + b)$. This
# is **logistic regression**, and it starts at zero with a clear conscience. With $w$ of shape
# $(1, n_x)$, its gradients are
#
# $$dw = \tfrac1m (A - Y) X^{\top}, \qquad db = \tfrac1m \sum_i (a_i - y_i) .$$
#
# Where is the difference? At zero every $a_i$ is ½, and so
# $dw_k = \frac1m \sum_i (\frac12 - y_i)\, x_{ki}$. Each weight is multiplied by its *own input*,
# and different inputs make different gradients. No two weights play the same part, so there is no
# symmetry to break. (Besides, the cost is convex in $w$ and $b$: wherever you start, the way down
# leads to the same lowest cost.)


# %% exercise="train_logistic_regression"
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    """Train A = sigmoid(w X + b) by full-batch gradient descent, from w = 0 and b = 0.

    Args:
        X: inputs, shape (n_x, m).
        Y: targets, shape (1, m).
        num_iterations: how many steps to take.
        learning_rate: the size of each step.

    Returns:
        w: the weights after the last step, shape (1, n_x).
        b: the bias after the last step, a float.
        costs: num_iterations floats, the cross-entropy before each step.
    """
    ### BEGIN SOLUTION
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for _ in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs
    ### END SOLUTION


# %% checks="train_logistic_regression"
def check_train_logistic_regression():
    """Three steps on four examples."""
    X = np.array([[1.0, 2.0, -1.0, 0.0], [0.0, 1.0, -1.0, -2.0]])
    Y = np.array([[1.0, 1.0, 0.0, 1.0]])
    result = train_logistic_regression(X, Y, num_iterations=3, learning_rate=0.5)
    assert isinstance(result, tuple) and len(result) == 3, (
        "train_logistic_regression should return three things: `return w, b, costs`."
    )
    w, b, costs = result
    assert np.shape(w) == (1, 2), f"w should have shape (1, 2), but it has {np.shape(w)}."
    assert np.ndim(b) == 0, f"b should be one number, but it has shape {np.shape(b)}."
    assert np.shape(costs) == (3,), (
        f"3 iterations should give a sequence of 3 costs, but yours has shape {np.shape(costs)}."
    )
    expected_costs = [0.693147181, 0.554255503, 0.467810104]
    assert np.allclose(costs, expected_costs, rtol=0, atol=1e-6), (
        f"The costs before steps 1, 2 and 3 should be {expected_costs}, not {list(costs)}. "
        "(The first one is log 2: at zero every answer is ½.)"
    )
    expected_w = np.array([[0.607527312, -0.037339763]])
    assert np.allclose(w, expected_w, rtol=0, atol=1e-6), (
        f"After 3 steps w should be {expected_w}, but it is {w}."
    )
    assert np.isclose(b, 0.292032415, rtol=0, atol=1e-6), (
        f"After 3 steps b should be 0.292032415, but it is {b:.9f}."
    )
    print("✓ train_logistic_regression: from zero, with a clear conscience.")


check_train_logistic_regression()

# %% [markdown]
# One straight line cannot fence in an island, so give the chief an easier map: a coast that runs
# straight through it, and a few boats that do not quite know where they are.

# %% tags=["demo"]
rng = np.random.default_rng(8)
X_coast = rng.uniform(-2, 2, size=(2, 400))
distance = X_coast[0] - 0.6 * X_coast[1] + 0.4
Y_coast = (distance + 0.35 * rng.standard_normal(400) > 0).astype(float).reshape(1, -1)

w, b, costs_logistic = train_logistic_regression(X_coast, Y_coast, 300, 1.0)
_, costs_network = train(X_coast, Y_coast, zeros, 300, 1.0)

fig, axes = plt.subplots(1, 2, figsize=(10, 4.2), width_ratios=[1.25, 1], layout="constrained")
axes[0].plot(costs_network, color=WATER, linewidth=2.5, label="network with four hidden units")
axes[0].plot(
    costs_logistic, color="#D55E00", linewidth=2.5, linestyle="--", label="logistic regression"
)
axes[0].set(title="Both start at zero", xlabel="iteration", ylabel="cost $J$", ylim=(0, 0.8))
axes[0].legend(loc="center right")
ticks = np.linspace(-2, 2, 201)
grid = np.array(np.meshgrid(ticks, ticks)).reshape(2, -1)
image = axes[1].imshow(
    sigmoid(w @ grid + b).reshape(201, 201), extent=(-2, 2, -2, 2), origin="lower", cmap="BrBG_r",
    vmin=0, vmax=1, alpha=0.8,
)
draw_reports(axes[1], X_coast, Y_coast, size=7)
draw_lines(axes[1], {"W1": w, "b1": np.array([[b]])})
axes[1].set_title("Logistic regression finds the coast")
fig.colorbar(image, ax=axes[1], label="probability of land", shrink=0.85)
plt.show()

# %% [markdown]
# **What to see.** The simpler model wins by a mile, because the larger one stands still. Zero is
# not a bad number. *Hidden units that start as equals* are the trouble, and logistic regression
# has no hidden units.

# %% [markdown]
# ## 12 · An epilogue: the flaw in our proof
#
# The proof is right about real numbers. A computer uses floating-point numbers, rounded to about
# 16 digits, and their sums depend on the order of the terms: `0.1 + 0.2 + 0.3` is not
# `0.3 + 0.2 + 0.1` (try it). Inside `W1 @ X` and `dZ1 @ X.T`, a fast library sums the rows in
# blocks, and the last rows, which do not fill a block, perhaps in another order than the first.
# Then two equal rows get gradients that are equal on paper and differ in the last digit in the
# machine.
#
# Does such a speck matter? Below, networks with 2 to 8 hidden units start at the constant 0.5. For
# each we plot the widest **gap** between two rows of $W_1$. And because it depends on your machine
# whether any gap opens, we add one network in which we *help*: we change a single weight of one
# unit from 0.5 to the very next number that the computer knows, $0.5 + 1.1 \cdot 10^{-16}$.

# %% tags=["demo"]
def gaps(start, blocks=80, steps=50):
    """Return the widest difference between two hidden units' weights, every few steps."""
    widest, state = [], start
    for _ in range(blocks):
        widest.append(np.ptp(state["W1"], axis=0).max())
        state, _ = train(X, Y, state, steps, 1.0)
    return np.array(widest)


nudged = start_at(0.5)
nudged["W1"][0, 0] = np.nextafter(0.5, 1)

fig, ax = plt.subplots(figsize=(10, 4.6), layout="constrained")
iterations = 50 * np.arange(80)
exact = []
for n_h in range(2, 9):
    gap = gaps(start_at(0.5, n_h=n_h))
    if gap.any():
        gap[gap == 0] = np.nan
        colour = plt.get_cmap("viridis_r")((n_h - 1) / 8)
        ax.plot(iterations, gap, linewidth=2, color=colour, label=f"{n_h} units, left alone")
    else:
        exact.append(str(n_h))
ax.plot(
    iterations, gaps(nudged), color="black", linewidth=2.5, linestyle="--",
    label="4 units, one weight nudged",
)
ax.axhline(1e-12, color="grey", linewidth=1)
ax.annotate("tolerance of count_distinct_units", (3950, 2e-12), color="grey", ha="right")
ax.set(
    title="A tie that breaks by rounding alone", xlabel="iteration",
    ylabel="widest gap between units", yscale="log",
)
fig.legend(loc="outside right center", frameon=False)
plt.show()
print("The tie held to the last bit on this machine for n_h =", ", ".join(exact) or "none of them")

# %% [markdown]
# **What to see.** Symmetry on a computer is like a pencil balanced on its tip: perfect, and
# unstable. A difference of $10^{-16}$ grows by a nearly constant factor every so many steps
# (nearly a straight line on this logarithmic axis), until after some two thousand steps the units
# are really different. Where the machine treats all rows alike, the gap stays exactly 0 and cannot
# be drawn here.
#
# Two things to remember. First, never *rely* on this: it is slow, and whether it happens at all
# depends on the number of units and on the machine, and from zeros it never happens, for
# $0 \cdot x$ is 0 exactly, however it is rounded. Secondly, when you test on a computer whether
# things are equal, allow for rounding. That is why your instrument has a tolerance.

# %% [markdown]
# ## What to take home
#
# - Hidden units that start equal get equal gradients and stay equal, at every step: **symmetry**.
#   A hundred tied units are worth one.
# - At zero it is worse still: $dW_1 = 0$ and $dW_2 = 0$, and only the output's bias learns.
# - **Random weights** break the symmetry; zero biases are harmless beside them.
# - **Small** random weights keep tanh and sigmoid out of saturation, where gradients vanish. How
#   small depends on the number of inputs.
# - Logistic regression has no hidden units, no symmetry, and no trouble with zero.
#
# *Where this comes from.* Rumelhart, Hinton and Williams named the problem, and the cure, in the
# paper that made back-propagation famous ("Learning internal representations by error
# propagation", 1986: look for *symmetry breaking*). LeCun, Bottou, Orr and Müller explain
# saturation and the size of the weights in "Efficient BackProp" (1998). Glorot and Bengio (2010)
# ask what that size should be in deep networks, and so will you, in assignment 2.
