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
# # Learned by heart
#
# A lighthouse keeper walks along two bends of the coast and marks every nest on a map: gulls on the
# one bend, terns on the other. The light is poor, and about one mark in eight names the wrong bird.
# Next spring a network is to tell, from the position alone, whose nest it is.
#
# A large network has no trouble with the map. It learns it *by heart*, the wrong marks included,
# and is then wrong about next year's nests, like the student who knows last year's exam word for
# word. This assignment is about three pieces of advice to such a student:
#
# 1. **Weight decay**: *say it more simply.*
# 2. **Entropy**: *don't be so sure.*
# 3. **Dropout**: *don't rely on your neighbour.*
#
# **Goal.** You can write each of the three and its gradient, say what it costs and what it buys,
# and tell a network that has understood from one that has memorised.
#
# **What you will build.** Eight short functions: `l2_cost`, `l2_gradients`, `entropy_penalty`,
# `dropout_forward`, `dropout_backward`, `forward_with_dropout`, `backward_with_dropout` and
# `predict_ensemble`.
#
# **Out of scope.** Optimisers other than gradient descent, early stopping, more data (the best
# regulariser of all), and batch normalisation, which is the next assignment.
#
# **How it works.** Replace each `raise NotImplementedError()` by your own code. The cell after it
# checks your function on small examples and tells you what it sees; the grader tries other shapes
# and other numbers. Cells that draw figures need the functions above them, so go from top to
# bottom.
#
# **House rules.** One column is one example: `X` has shape $(n_x, m)$ and `Y` has shape $(n_y, m)$.
# Layer $l$ computes $Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]}$. `parameters` holds `"W1"`, `"b1"`,
# `"W2"`, …; `grads` holds `"dW1"`, `"db1"`, …. All randomness comes from the generator `rng` that a
# function is given. No function changes its arguments.

# %% [markdown]
# ## What you bring along
#
# The next cell is given. It holds what you wrote in the earlier assignments: a stable sigmoid, He's
# initialisation, the forward and backward pass of a deep network with ReLU (hidden layers) and
# sigmoid (output), and the cost.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np


def sigmoid(Z):
    """1 / (1 + exp(-Z)) that never overflows: exp only ever sees a number below zero."""
    small = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, small) / (1 + small)


def relu(Z):
    """max(0, Z), entry by entry."""
    return np.maximum(Z, 0)


def initialize_he(layer_dims, rng):
    """Weights from N(0, 2 / fan_in), biases zero, for layers of the sizes in layer_dims."""
    parameters = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(layer_dims), start=1):
        parameters[f"W{layer}"] = np.sqrt(2 / fan_in) * rng.standard_normal((fan_out, fan_in))
        parameters[f"b{layer}"] = np.zeros((fan_out, 1))
    return parameters


def forward(X, parameters):
    """ReLU hidden layers and a sigmoid output: returns AL and the list [X, A1, ..., AL]."""
    L = len(parameters) // 2
    activations = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ activations[-1] + parameters[f"b{layer}"]
        activations.append(relu(Z) if layer < L else sigmoid(Z))
    return activations[-1], activations


def compute_cost(AL, Y):
    """Cross-entropy, summed over the outputs and averaged over the m examples."""
    tiny = np.finfo(float).tiny
    losses = -Y * np.log(np.maximum(AL, tiny)) - (1 - Y) * np.log(np.maximum(1 - AL, tiny))
    return float(losses.sum() / Y.shape[1])


def backward(parameters, activations, Y):
    """The gradient of compute_cost, from the activations that forward returned."""
    grads = {}
    dZ = (activations[-1] - Y) / Y.shape[1]
    for layer in range(len(parameters) // 2, 0, -1):
        grads[f"dW{layer}"] = dZ @ activations[layer - 1].T
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        dZ = (parameters[f"W{layer}"].T @ dZ) * (activations[layer - 1] > 0)
    return grads


# %% [markdown]
# ## The keeper's map
#
# Here are the data and the network that learns them by heart. *Before you run the cell, guess:* 100
# marks, of which about 12 are wrong, and a network with 4,417 parameters. Which share of the marks
# will it get right after 5,000 steps of gradient descent? And of next year's nests, mapped in full
# daylight?

# %% tags=["demo"]
GULL, TERN = (
    "#e08214",
    "#542788",
)  # the two ends of the colour map PuOr, which colour-blind readers can tell apart
BLUE, GREEN, RED, GREY = "#0072b2", "#009e73", "#d55e00", "#666666"


def map_nests(m, rng, wrong):
    """m nests along two bends of the coast, gulls (0) and terns (1); a share `wrong` is
    mislabelled."""
    birds = np.arange(m)[np.newaxis] % 2
    angle = np.pi * rng.random(m)
    bend = np.where(birds, -1, 1) * np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25])
    mislabelled = rng.random((1, m)) < wrong
    return bend + 0.15 * rng.standard_normal((2, m)), birds ^ mislabelled, mislabelled[0]


nature = np.random.default_rng(13)
X_train, Y_train, mislabelled = map_nests(100, nature, wrong=0.12)
X_test, Y_test, _ = map_nests(2000, nature, wrong=0)
START = initialize_he([2, 64, 64, 1], np.random.default_rng(5))


def error(parameters, X, Y):
    """The share of nests for which the network, without any dropout, names the wrong bird."""
    return np.mean((forward(X, parameters)[0] > 0.5) != Y)


def descend(gradients_at, num_iterations=5000, learning_rate=0.5):
    """Gradient descent from START, down the slope that gradients_at(parameters) tells."""
    parameters, history = START, []
    for i in range(num_iterations + 1):
        if i % 50 == 0:
            costs = [
                compute_cost(forward(X, parameters)[0], Y)
                for X, Y in ((X_train, Y_train), (X_test, Y_test))
            ]
            size = np.sqrt(sum(np.sum(P**2) for name, P in parameters.items() if name[0] == "W"))
            history.append((i, *costs, size))
        grads = gradients_at(parameters)
        parameters = {name: P - learning_rate * grads["d" + name] for name, P in parameters.items()}
    return parameters, np.array(history).T


def draw_map(ax, output_at, title, nests=True):
    """Colour the plane by output_at(positions), with the 50 % line and the keeper's marks."""
    x, y = np.meshgrid(np.linspace(-2.1, 2.1, 120), np.linspace(-1.5, 1.5, 100))
    tern = output_at(np.stack([x.ravel(), y.ravel()])).reshape(x.shape)
    ax.pcolormesh(x, y, tern, cmap="PuOr", vmin=-0.25, vmax=1.25, alpha=0.75, rasterized=True)
    ax.contour(x, y, tern, levels=[0.5], colors="black", linewidths=1.2)
    if nests:
        for bird, colour, marker in ((0, GULL, "o"), (1, TERN, "^")):
            ax.scatter(
                *X_train[:, Y_train[0] == bird],
                s=22,
                c=colour,
                marker=marker,
                edgecolors="white",
                linewidths=0.5,
            )
    ax.set(title=title, xticks=[], yticks=[], aspect="equal")


def errors_text(parameters):
    """Both errors, for the title of a map."""
    on_map, next_year = error(parameters, X_train, Y_train), error(parameters, X_test, Y_test)
    return f"errors: map {on_map:.0%}, next year {next_year:.1%}"


by_heart, by_heart_history = descend(lambda p: backward(p, forward(X_train, p)[1], Y_train))

fig, axes = plt.subplots(1, 3, figsize=(13, 3.9), width_ratios=[1.2, 1.2, 1], layout="constrained")
for bird, colour, marker, name in ((0, GULL, "o", "gull"), (1, TERN, "^", "tern")):
    axes[0].scatter(
        *X_train[:, Y_train[0] == bird], s=28, c=colour, marker=marker, label=f"marked “{name}”"
    )
axes[0].scatter(
    *X_train[:, mislabelled],
    s=110,
    facecolors="none",
    edgecolors="black",
    label="the mark is wrong",
)
axes[0].set(
    title="What the keeper wrote down", xlim=(-2.1, 2.1), ylim=(-1.5, 2.1), aspect="equal",
    xlabel="west - east", ylabel="south - north",
)  # fmt: skip
axes[0].legend(loc="upper center", fontsize=9, ncols=2)
draw_map(
    axes[1],
    lambda X: forward(X, by_heart)[0],
    "What the network made of it\n" + errors_text(by_heart),
)
steps, train_cost, test_cost, _ = by_heart_history
axes[2].plot(steps, train_cost, color=BLUE, label="on the map it learns from")
axes[2].plot(steps, test_cost, color=RED, linestyle="--", label="on next year's nests")
axes[2].set(title="The gap", xlabel="gradient step", ylabel="cost", ylim=(0, 0.85))
axes[2].legend()
plt.show()

# %% [markdown]
# **What to see.** The network has grown a small island or a long spit of land around nearly every
# wrong mark. It is proud of its map and useless next year. The curves on the right tell when it
# happened: for the first few hundred steps both costs fall together, because the two bends are the
# simplest thing to learn. Then the blue one goes on falling and the red one turns round. From there
# on the network learns *the map*, no longer *the coast*.

# %% [markdown]
# ---
# ## Advice 1: say it more simply
#
# To draw a border around a single nest, a network must rise from "surely a gull" to "surely a tern"
# within a step's length. Steep functions need large weights. So let us charge rent for them. To the
# cost we add
#
# $$ J_\text{decay} = \frac{\lambda}{2m} \sum_{l} \big\lVert W^{[l]} \big\rVert^2,
# \qquad \lVert W \rVert^2 = \sum_{i,j} W_{ij}^2 . $$
#
# - $\lambda \ge 0$ is the rent, called `lambd` in code because `lambda` is a reserved word in
#   Python.
# - The 1/2 is there for the derivative's sake.
# - The $1/m$ keeps pace with the rest of the cost, which is an average over the $m$ examples: with
#   more examples, the data speak louder.
# - The biases pay nothing. A bias moves a border; it cannot make it steeper. And there are few of
#   them.
#
# ### Exercise: `l2_cost`


# %% exercise="l2_cost"
def l2_cost(parameters, lambd, m):
    """The rent on large weights: lambd / (2 m) times the sum of all squared weights.

    Args:
        parameters: dict "W1", "b1", "W2", "b2", … of any number of layers.
        lambd: strength of the penalty, at least 0.
        m: number of examples.

    Returns:
        The penalty, a float. Biases don't count.
    """
    ### BEGIN SOLUTION
    squares = sum(np.sum(P**2) for name, P in parameters.items() if name.startswith("W"))
    return float(lambd / (2 * m) * squares)
    ### END SOLUTION


# %% checks="l2_cost"
def check_l2_cost():
    """Two small layers, worked out by hand: 1 + 4 + 0 + 9 = 14 in the first, 4 + 1 = 5 in the
    second."""
    parameters = {
        "W1": np.array([[1.0, -2.0], [0.0, 3.0]]), "b1": np.array([[10.0], [10.0]]),
        "W2": np.array([[2.0, 1.0]]), "b2": np.array([[10.0]]),
    }  # fmt: skip
    cost = l2_cost(parameters, 0.5, 4)
    assert cost is not None, "l2_cost returned None: is the return statement missing?"
    assert np.ndim(cost) == 0, f"The cost is one number, not an array of shape {np.shape(cost)}."
    without_biases = 0.5 / (2 * 4) * 19
    assert not np.isclose(cost, 0.5 / (2 * 4) * (19 + 300)), (
        "The biases pay no rent: sum over the weights only."
    )
    assert not np.isclose(cost, 2 * without_biases), (
        "Exactly twice too much: it is λ/(2m), not λ/m."
    )
    assert not np.isclose(cost, without_biases * 4), (
        "Exactly m times too much: divide by 2m, not by 2 alone."
    )
    assert np.isclose(cost, without_biases), (
        f"Expected 0.5/(2·4) · (14 + 5) = {without_biases}, got {cost}."
    )
    assert np.isclose(l2_cost(parameters, 0.0, 4), 0), "With λ = 0 there is nothing to pay."
    print("l2_cost: the rent is right, and the biases live free.")


check_l2_cost()

# %% [markdown]
# ### Exercise: `l2_gradients`
#
# What does the rent do to a gradient step? Differentiate $J_\text{decay}$ and put it into the
# update:
#
# $$ \frac{\partial J_\text{decay}}{\partial W} = \frac{\lambda}{m} W
# \qquad\Longrightarrow\qquad
# W - \alpha \Big( dW + \frac{\lambda}{m} W \Big)
# = \underbrace{\Big(1 - \frac{\alpha\lambda}{m}\Big)}_{\text{a bit less than 1}} W
# - \alpha\, dW . $$
#
# Each step first shrinks every weight by the same factor, and only then listens to the data. A
# weight that the data don't keep alive *decays*, hence the name.


# %% exercise="l2_gradients"
def l2_gradients(parameters, lambd, m):
    """The gradient of l2_cost: lambd / m times W for the weights, 0 for the biases.

    Args:
        parameters: dict "W1", "b1", "W2", "b2", … of any number of layers.
        lambd: strength of the penalty, at least 0.
        m: number of examples.

    Returns:
        dict "dW1", "db1", "dW2", "db2", …; each array has the shape of its parameter.
    """
    ### BEGIN SOLUTION
    return {
        "d" + name: lambd / m * P if name.startswith("W") else np.zeros_like(P)
        for name, P in parameters.items()
    }
    ### END SOLUTION


# %% checks="l2_gradients"
def check_l2_gradients():
    """The layers of check_l2_cost again: λ/m = 0.5/4 = 0.125 of each weight, nothing of a bias."""
    parameters = {
        "W1": np.array([[1.0, -2.0], [0.0, 3.0]]), "b1": np.array([[10.0], [10.0]]),
        "W2": np.array([[2.0, 1.0]]), "b2": np.array([[10.0]]),
    }  # fmt: skip
    before = {name: P.copy() for name, P in parameters.items()}
    grads = l2_gradients(parameters, 0.5, 4)
    assert isinstance(grads, dict), f"Return a dict of gradients, not {type(grads).__name__}."
    assert set(grads) == {"dW1", "db1", "dW2", "db2"}, (
        f"The keys are dW1, db1, dW2, db2; got {sorted(grads)}."
    )
    for name, P in parameters.items():
        got = np.asarray(grads["d" + name])
        assert got.shape == P.shape, (
            f"d{name} has shape {got.shape}, but {name} has shape {P.shape}."
        )
        if name.startswith("b"):
            assert np.all(got == 0), f"d{name} should be 0: the biases pay no rent."
        else:
            assert not np.allclose(got, 0.0625 * P), (
                f"d{name} is half of what it should be: the square's 2 cancels the 1/2."
            )
            assert not np.allclose(got, 0.5 * P), (
                f"d{name} is m times too large: don't forget the 1/m."
            )
            assert np.allclose(got, 0.125 * P), (
                f"d{name} should be λ/m · {name} =\n{0.125 * P}\ngot\n{got}"
            )
        assert np.array_equal(P, before[name]), (
            f"{name} was changed. Return new arrays, leave the old ones alone."
        )
    print("l2_gradients: every weight is pulled towards zero, in proportion to its size.")


check_l2_gradients()

# %% [markdown]
# ### How much rent?
#
# The same network, the same start, the same 5,000 steps, and three levels of rent. *Guess first:*
# can one overdo it? What would the map look like then?


# %% tags=["demo"]
def plain_slope(parameters):
    """The gradient of the cost on the keeper's map, without any advice."""
    return backward(parameters, forward(X_train, parameters)[1], Y_train)


def decayed_slope(lambd):
    """plain_slope plus the rent on the weights."""

    def slope(parameters):
        rent = l2_gradients(parameters, lambd, X_train.shape[1])
        return {name: grad + rent[name] for name, grad in plain_slope(parameters).items()}

    return slope


decayed = {0: (by_heart, by_heart_history)} | {
    lambd: descend(decayed_slope(lambd)) for lambd in (0.1, 0.5, 5)
}

fig, axes = plt.subplots(1, 4, figsize=(13, 3), layout="constrained")
for ax, (lambd, (parameters, _)) in zip(axes, decayed.items(), strict=True):
    draw_map(
        ax,
        lambda X, p=parameters: forward(X, p)[0],
        f"λ = {lambd}\n" + errors_text(parameters).replace(", ", "\n"),
    )
fig.suptitle("From a map learned by heart to one that says next to nothing", fontweight="bold")
plt.show()

doubted = (forward(X_train, decayed[0.5][0])[0] > 0.5)[0] != Y_train[0]
print(f"At λ = 0.5 the network contradicts {doubted.sum()} of the keeper's 100 marks.")
print(
    f"{np.sum(doubted & mislabelled)} of them are among the {mislabelled.sum()} marks that are "
    "wrong."
)

# %% [markdown]
# **What to see.** From left to right the coast line gets smoother. At λ = 0.5 the network is *wrong
# about the map* in 12 of 100 cases, and nine of these are marks that the keeper got wrong. It has
# stopped believing them, and next year it is right. At λ = 5 the rent is so high that hardly any
# weight can be afforded: one straight, soft line is all that is left. The colours tell it too: the
# network on the left is sure of itself nearly everywhere, the one on the right nowhere.
#
# Now look inside.

# %% tags=["demo"]
fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
looks = {0: (GREY, "-"), 0.1: (BLUE, "--"), 0.5: (GREEN, "-"), 5: (RED, "-.")}
for lambd, (parameters, history) in decayed.items():
    colour, line = looks[lambd]
    left.plot(
        np.linspace(0, 1, parameters["W2"].size), np.sort(np.abs(parameters["W2"]).ravel())[::-1],
        color=colour, linestyle=line, linewidth=2, label=f"λ = {lambd}",
    )  # fmt: skip
    right.plot(
        history[0], history[3], color=colour, linestyle=line, linewidth=2, label=f"λ = {lambd}"
    )
left.set(
    title="The 4,096 weights of layer 2, largest first", xlabel="share of the weights",
    ylabel="size of the weight, |w|", yscale="log", ylim=(1e-8, 3), xlim=(0, 1),
)  # fmt: skip
left.legend()
pure = np.linspace(0, 5000, 200)
initial_size = decayed[5][1][3][0]
right.plot(
    pure,
    initial_size * (1 - 0.5 * 0.5 / 100) ** pure,
    color=GREEN,
    linestyle=":",
    label="λ = 0.5 if there were no data",
)
right.set(
    title="Length of all weights together during training", xlabel="gradient step",
    ylabel=r"$\sqrt{\sum \Vert W\Vert^2}$", ylim=(0, 36),
)  # fmt: skip
right.legend(loc="upper left", ncols=2, fontsize=9)
plt.show()

# %% [markdown]
# **What to see.** *Right:* without rent the weights grow and don't stop. With rent, the data and
# the decay pull in opposite directions, and the length settles where they balance. The dotted line
# is the pure decay $(1 - \alpha\lambda/m)^t$: the solid green line follows it for the first hundred
# steps, then the data hold on to what they need. *Left:* weight decay doesn't make all weights a
# bit smaller. It lets some live, and lets the others die: at λ = 0.5 half of the weights are
# hundreds of times smaller than the largest, and at λ = 5 four in ten have vanished altogether. The
# network has as many parameters as before, and behaves like a much smaller one.

# %% [markdown]
# ---
# ## Advice 2: don't be so sure
#
# The keeper also caught some birds and wrote down wing and beak length. There are three species,
# and they overlap: for a bird in between, an honest answer is "60 to 40". A network trained to the
# end doesn't give honest answers. Cross-entropy always pays a little more for 99 % than for 90 %,
# so on the training data it drives every probability to 0 or 1.
#
# How undecided an answer is can be measured. For one example with logits $z_1, \dots, z_K$ (the
# numbers before the softmax) let
#
# $$ p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad H = -\sum_{k} p_k \log p_k . $$
#
# The *entropy* $H$ is 0 for somebody who is certain and $\log K$ for somebody who has no idea. We
# reward doubt, by adding to the cost (Pereyra et al., 2017)
#
# $$ R = -\frac{\beta}{m} \sum_{j=1}^{m} H_j, $$
#
# with $H_j$ the entropy of column $j$ and $\beta \ge 0$ the strength of the advice. Mind the sign:
# a *larger* entropy gives a *smaller* cost.
#
# ### Exercise: `entropy_penalty`
#
# The gradient is short. Since $\partial p_i / \partial z_k = p_i(\delta_{ik} - p_k)$, where
# $\delta_{ik}$ is 1 for $i = k$ and 0 otherwise,
#
# $$ \frac{\partial H}{\partial z_k} = -\sum_i \frac{\partial p_i}{\partial z_k} (\log p_i + 1)
# = -p_k \left( \log p_k + H \right)
# \qquad\text{(try it on paper)}. $$
#
# Two traps. `np.exp(1000)` is infinite, so subtract each column's maximum first; the softmax
# doesn't notice. And $0 \cdot \log 0$ is `nan` for NumPy, so don't take the logarithm of a
# probability that may have become 0. Get it directly: $\log p_k = z_k - \log \sum_j e^{z_j}$.


# %% exercise="entropy_penalty"
def entropy_penalty(logits, beta):
    """Minus beta times the mean entropy of the predictions, and its gradient.

    Each column of logits is one example, with p its softmax and H = -sum of p log p (natural log).
    Stable for logits of any size.

    Args:
        logits: array (K, m), the numbers before the softmax.
        beta: strength of the penalty, at least 0.

    Returns:
        value: -beta times the mean of H over the m columns, a float.
        dlogits: array (K, m), the gradient of value.
    """
    ### BEGIN SOLUTION
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (log_p + H)
    ### END SOLUTION


# %% checks="entropy_penalty"
def check_entropy_penalty():
    """Two birds: one that could be any of three species, one with odds 1/2, 1/4, 1/4 (entropy 1.5
    log 2)."""
    logits = np.log(np.array([[1 / 3, 1 / 2], [1 / 3, 1 / 4], [1 / 3, 1 / 4]])) + np.array(
        [[5.0, -2.0]]
    )
    before = logits.copy()
    answer = entropy_penalty(logits, 2.0)
    assert isinstance(answer, tuple), "Return two things: value, dlogits."
    assert len(answer) == 2, f"Return two things: value, dlogits; you returned {len(answer)}."
    value, dlogits = answer
    assert np.ndim(value) == 0, f"value is one number, not an array of shape {np.shape(value)}."
    want = -2.0 * (np.log(3) + 1.5 * np.log(2)) / 2
    assert not np.isclose(value, -want), (
        "The sign is flipped: doubt is rewarded, so the penalty is -β times the entropy."
    )
    assert not np.isclose(value, 2 * want), (
        "Twice too much for two examples: take the mean over the columns, not the sum."
    )
    assert not np.isclose(value, want / np.log(2)), (
        "That is the entropy in bits: use the natural logarithm."
    )
    assert np.isclose(value, want), (
        f"Expected -2 · (log 3 + 1.5 log 2)/2 = {want:.6f}, got {value:.6f}. Is the softmax taken "
        "down each column?"
    )
    assert np.shape(dlogits) == (3, 2), (
        f"dlogits has the shape of logits, (3, 2); got {np.shape(dlogits)}."
    )
    assert np.allclose(dlogits[:, 0], 0), (
        "A bird that could be anything has the highest entropy, so its gradient is 0."
    )
    want = np.array([0.5, -0.25, -0.25]) * 0.5 * np.log(2)
    assert not np.allclose(dlogits[:, 1], 2 * want), (
        "The gradient is twice too large for two examples: the mean's 1/m is missing."
    )
    assert not np.allclose(dlogits[:, 1], -want), (
        "The gradient has the wrong sign: it is β/m · p (log p + H)."
    )
    assert np.allclose(dlogits[:, 1], want), (
        f"The second bird's gradient should be {want.round(4)}, got {np.round(dlogits[:, 1], 4)}."
    )
    with np.errstate(
        all="ignore"
    ):  # the complaints of a slip here would hide the sentence that helps
        value, dlogits = entropy_penalty(
            np.array([[1000.0, 0.0], [0.0, 0.0], [-1000.0, -1000.0]]), 1.0
        )
    for got in (value, dlogits):
        assert np.all(np.isfinite(got)), (
            "Logits of ±1000 gave nan or inf. Subtract each column's maximum, and use "
            "log p = z - log Σ exp z."
        )
    assert np.isclose(value, -np.log(2) / 2), (
        f"For logits (1000, 0, -1000) and (0, 0, -1000) expected -0.346574, got {value:.6f}."
    )
    assert np.array_equal(logits, before), "logits was changed. Work on a copy."
    print("entropy_penalty: it knows doubt when it sees it.")


check_entropy_penalty()

# %% [markdown]
# ### What the advice does to an answer
#
# Every answer with three classes is a point in a triangle: a corner is certainty, the centre is "no
# idea". Below, the arrows on the left show where the entropy penalty alone would move an answer. On
# the right, a classifier that makes 30 features out of two measurements learns 60 birds, with and
# without the advice, and then sees 6,000 new ones: *when it says 90 %,
# is it right nine times in ten?*


# %% tags=["demo"]
def softmax(logits):
    """Column-wise softmax."""
    exponentials = np.exp(logits - logits.max(axis=0))
    return exponentials / exponentials.sum(axis=0)


def catch_birds(m, rng):
    """Wing and beak length of m birds of three species that overlap, and their species."""
    species = rng.integers(3, size=m)
    centres = np.array([[0.0, 1.0, -1.0], [1.0, -0.6, -0.6]])
    return centres[:, species] + 0.8 * rng.standard_normal((2, m)), species


birds = np.random.default_rng(1)
measured, species = catch_birds(60, birds)
measured_new, species_new = catch_birds(6000, birds)
features = initialize_he([2, 30], birds)  # 30 fixed random features of two measurements
features["b1"] = birds.standard_normal((30, 1))


def classifier(beta, num_iterations=4000, learning_rate=0.1):
    """Softmax regression on the 30 features with the entropy penalty; probabilities of the new
    birds."""
    F, F_new = (relu(features["W1"] @ x + features["b1"]) for x in (measured, measured_new))
    V, one_hot = np.zeros((3, 30)), np.eye(3)[:, species]
    for _ in range(num_iterations):
        logits = V @ F
        V = (
            V
            - learning_rate
            * ((softmax(logits) - one_hot) / 60 + entropy_penalty(logits, beta)[1])
            @ F.T
        )
    return softmax(V @ F_new)


fig, (left, right) = plt.subplots(
    1, 2, figsize=(12, 4.6), width_ratios=[1, 1.1], layout="constrained"
)
corners = np.array([[0, 1, 0.5], [0, 0, np.sqrt(3) / 2]])
grid = np.array([(i, j, 60 - i - j) for i in range(61) for j in range(61 - i)]).T / 60
entropy = -np.sum(grid * np.log(np.maximum(grid, 1e-300)), axis=0)
shades = left.tricontourf(
    *corners @ grid, entropy, levels=np.linspace(0, np.log(3) + 1e-9, 12), cmap="cividis"
)
fig.colorbar(
    shades, ax=left, label="entropy H", ticks=[0, np.log(2), np.log(3)], shrink=0.8
).ax.set_yticklabels(["0", "log 2", "log 3"])
answers = np.array([(i, j, 14 - i - j) for i in range(1, 14) for j in range(1, 14 - i)]).T / 14
pull = -entropy_penalty(np.log(answers), answers.shape[1])[1]  # downhill in the logits …
motion = answers * (
    pull - np.sum(answers * pull, axis=0)
)  # … and what that does to the probabilities
left.quiver(*corners @ answers, *corners @ motion, color="white", scale=2.2, width=0.006)
for corner, name, side in zip(
    corners.T, ("surely gull", "surely tern", "surely skua"), (-0.06, -0.06, 0.04), strict=True
):
    left.text(corner[0], corner[1] + side, name, ha="center", va="center")
left.set(
    title="Where the entropy penalty moves an answer",
    aspect="equal",
    xlim=(-0.1, 1.1),
    ylim=(-0.1, 0.95),
)
left.axis("off")
right.plot([1 / 3, 1], [1 / 3, 1], color=GREY, linewidth=1, label="an honest answer")
for beta, colour, marker in ((0, RED, "o"), (0.5, GREEN, "s"), (1, BLUE, "^")):
    p = classifier(beta)
    sure, right_answer = p.max(axis=0), p.argmax(axis=0) == species_new
    bins = np.clip((sure * 10).astype(int), 3, 9)
    used = [b for b in range(3, 10) if np.sum(bins == b) >= 50]
    right.plot(
        [sure[bins == b].mean() for b in used], [right_answer[bins == b].mean() for b in used],
        color=colour, marker=marker,
        label=f"β = {beta}: says {sure.mean():.0%}, is right in {right_answer.mean():.0%}",
    )  # fmt: skip
right.set(
    title="Is it right as often as it says?", xlabel="how sure the classifier says it is",
    ylabel="share of right answers",
    xlim=(0.32, 1.01), ylim=(0.2, 1.02),
)  # fmt: skip
right.legend(loc="lower right", fontsize=9)
plt.show()

# %% [markdown]
# **What to see.** *Left:* every arrow points to doubt. The arrows are longest half-way, and vanish
# in the corners: somebody who is already completely sure no longer hears the advice (the factor
# $p_k$ in the gradient), so it must be given from the start. *Right:* without the advice (red) the
# classifier lies far below the diagonal: where it says 98 %, it is right in 87 of 100 cases. With
# some advice (green) it means what it says. Too much (blue) makes it lie above: it says "65 %,
# perhaps" of things that it gets right in 86 of 100 cases. The share of right answers is the same
# for all three; what has changed is whether you can *believe* them.

# %% [markdown]
# ---
# ## Advice 3: don't rely on your neighbour
#
# In a team that learns by heart, everyone memorises a fragment that only makes sense together with
# the neighbours' fragments. Srivastava et al. (2014) call it *co-adaptation*, and their cure is
# rude: at each step of training, send every unit home with some probability. Whoever is left must
# get by with whoever is left.
#
# Let `keep_prob` $= q$ be the probability that an entry is **kept**. (Careful: some libraries want
# the probability that it is *dropped*.) For every entry of the activations $A$, draw a mask entry
# $M_{ij}$ that is 1 with probability $q$ and 0 otherwise, each on its own, and put out
#
# $$ \tilde A_{ij} = \frac{M_{ij}}{q}\, A_{ij} . $$
#
# Why divide by $q$? Because then nothing changes on average:
#
# $$ \mathbb E\big[\tilde A_{ij}\big] = \frac{q \cdot 1 + (1 - q) \cdot 0}{q} A_{ij} = A_{ij},
# \qquad
# \operatorname{Var}\big[\tilde A_{ij}\big] = \frac{q - q^2}{q^2} A_{ij}^2
# = \frac{1 - q}{q} A_{ij}^2 . $$
#
# So the next layer sees the same input as ever, plus noise. At the exam, when everybody is present,
# there is nothing left to do: dropout is then simply switched off. This form is called *inverted*
# dropout. (Srivastava et al. first put it the other way round: no division in training, weights
# times $q$ at test time.)
#
# ### Exercise: `dropout_forward`


# %% exercise="dropout_forward"
def dropout_forward(A, keep_prob, rng, training=True):
    """Inverted dropout: keep each entry with probability keep_prob, and divide it by keep_prob.

    Args:
        A: array (n, m) of activations.
        keep_prob: probability that an entry is kept, in (0, 1].
        rng: numpy.random.Generator, the only source of randomness.
        training: if False, the output is A itself (as it is when keep_prob is 1).

    Returns:
        out: array (n, m): A / keep_prob where kept, 0 where dropped.
        cache: whatever dropout_backward will need.
    """
    ### BEGIN SOLUTION
    if training and keep_prob < 1:
        mask = (rng.random(A.shape) < keep_prob) / keep_prob
    else:
        mask = np.ones(A.shape)
    return A * mask, mask
    ### END SOLUTION


# %% checks="dropout_forward"
def check_dropout_forward():
    """60 by 80 activations, some negative, none zero. Each bound leaves room for 6 standard
    deviations of luck."""
    A = np.random.default_rng(0).uniform(1, 2, (60, 80)) * np.where(np.arange(80) % 2, 1, -1)
    before = A.copy()
    rng = np.random.default_rng(1)
    answer = dropout_forward(A, 0.8, rng)
    assert isinstance(answer, tuple), "Return two things: out, cache."
    assert len(answer) == 2, f"Return two things: out, cache; you returned {len(answer)}."
    out = answer[0]
    assert np.shape(out) == A.shape, f"out has the shape of A, {A.shape}; got {np.shape(out)}."
    assert np.array_equal(A, before), "A was changed. Return a new array."
    kept = out != 0
    assert not kept.all(), "With keep_prob = 0.8 nothing was dropped."
    for axis, name in ((0, "column"), (1, "row")):
        whole = kept.all(axis=axis) | ~kept.any(axis=axis)
        assert not whole.all(), (
            f"Every {name} is kept or dropped as a whole. Each entry has its own draw."
        )
    share = kept.mean()
    assert not 0.15 < share < 0.25, (
        "About 20 % were kept: keep_prob is the probability to keep, not to drop."
    )
    assert abs(share - 0.8) < 0.035, (
        f"With keep_prob = 0.8 about 80 % of the entries are kept, not {share:.0%}. Is the mask "
        "drawn with rng.random?"
    )
    assert not np.allclose(out[kept], A[kept]), (
        "The kept entries must be divided by keep_prob, so that the mean stays."
    )
    assert np.allclose(out[kept], A[kept] / 0.8), (
        "A kept entry is A / keep_prob. Some of yours have another factor."
    )
    again = dropout_forward(A, 0.8, rng)[0]
    assert not np.array_equal(out, again), (
        "A second call gave the same mask. Draw from the rng you are given, and don't seed one of "
        "your own."
    )
    assert abs((dropout_forward(A, 0.3, rng)[0] != 0).mean() - 0.3) < 0.04, (
        "With keep_prob = 0.3 about 30 % should be kept."
    )
    assert np.array_equal(dropout_forward(A, 0.8, rng, training=False)[0], A), (
        "With training=False the output is A itself: no mask, no factor."
    )
    assert np.array_equal(dropout_forward(A, 1.0, rng)[0], A), (
        "With keep_prob = 1 everybody stays: the output is A itself."
    )
    print("dropout_forward: everyone tosses a coin of their own.")


check_dropout_forward()

# %% [markdown]
# ### The same on average, but noisier
#
# Take 40 activations and drop them 4,000 times. Does the mean stay? And how large does the noise
# get as `keep_prob` goes down?

# %% tags=["demo"]
experiment = np.random.default_rng(4)
A = np.sort(np.abs(experiment.standard_normal((40, 1))), axis=0)
keep_probs = np.linspace(0.1, 1, 10)
dropped = {q: dropout_forward(np.tile(A, 4000), q, experiment)[0] for q in [*keep_probs, 0.5]}

fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
one_mask, many = dropped[0.5][:, 0], dropped[0.5].mean(axis=1)
left.plot([0, 2.6], [0, 2.6], color=GREY, linewidth=1, label="unchanged")
left.plot([0, 2.6], [0, 5.2], color=GREY, linewidth=1, linestyle=":", label="doubled")
left.plot(A[:, 0], one_mask, "x", color=RED, label="after one mask")
left.plot(A[:, 0], many, "o", color=BLUE, markerfacecolor="none", label="mean of 4,000 masks")
left.set(
    title="keep_prob = 0.5: one mask, and the mean of many",
    xlabel="activation before",
    ylabel="activation after",
)
left.legend(fontsize=9)
smooth = np.linspace(0.08, 1, 200)
right.plot(smooth, (1 - smooth) / smooth, color=GREY, label=r"theory: $(1-q)/q$")
right.plot(
    keep_probs, [np.mean(dropped[q].var(axis=1, keepdims=True) / A**2) for q in keep_probs],
    "o", color=BLUE,
    markerfacecolor="none", label="measured",
)  # fmt: skip
right.set(
    title="The noise: variance over the squared activation", xlabel="keep_prob $q$",
    ylabel=r"Var$[\tilde A]\,/\,A^2$",
    ylim=(0, 10),
)  # fmt: skip
right.annotate(
    "half the units dropped:\nnoise as large as the signal",
    (0.5, 1),
    (0.55, 3.2),
    arrowprops={"arrowstyle": "->"},
)
right.legend()
plt.show()

# %% [markdown]
# **What to see.** *Left:* each red cross is either 0 or exactly doubled. None of them is right, and
# yet their mean (blue) lies on the line. *Right:* the price of the advice. At $q = 0.8$ the noise
# is mild, at 0.5 it is as large as the signal, and below 0.2 it drowns everything. That's why
# hidden layers are usually given 0.5 to 0.8.

# %% [markdown]
# ### Exercise: `dropout_backward`
#
# A unit that went home said nothing, so it is to blame for nothing. A unit that stayed was heard
# $1/q$ times as loud. By the chain rule,
#
# $$ \frac{\partial J}{\partial A_{ij}} = \frac{M_{ij}}{q}\,
# \frac{\partial J}{\partial \tilde A_{ij}} , $$
#
# with **the same mask** as on the way forward: that's what the cache is for. Don't try to guess the
# mask from zeros in the output. After a ReLU, half of the activations are 0 although they were
# kept.


# %% exercise="dropout_backward"
def dropout_backward(dout, cache):
    """The gradient with respect to dropout's input: the same mask and the same factor as forward.

    Args:
        dout: array (n, m), the gradient with respect to dropout's output.
        cache: what dropout_forward returned.

    Returns:
        dA: array (n, m).
    """
    ### BEGIN SOLUTION
    return dout * cache
    ### END SOLUTION


# %% checks="dropout_backward"
def check_dropout_backward():
    """The mask can be read off dropout_forward's output, as long as no activation is zero."""
    rng = np.random.default_rng(2)
    A, dout = rng.uniform(1, 2, (30, 40)), rng.uniform(1, 2, (30, 40))
    before = dout.copy()
    out, cache = dropout_forward(A, 0.7, rng)
    dA = dropout_backward(dout, cache)
    assert dA is not None, "dropout_backward returned None: is the return statement missing?"
    assert np.shape(dA) == (30, 40), f"dA has the shape of dout, (30, 40); got {np.shape(dA)}."
    assert np.array_equal(dout, before), "dout was changed. Return a new array."
    assert not np.any(dA[out == 0]), (
        "A dropped entry got a gradient. Use the same mask as on the way forward, kept in the "
        "cache."
    )
    assert np.all(dA[out != 0]), (
        "An entry that was kept got no gradient. Use the same mask as on the way forward, kept in "
        "the cache."
    )
    assert np.allclose(dA, dout * out / A), (
        "The mask is right, the factor is not: multiply by the very factor that dropout_forward "
        "used, 1/keep_prob."
    )
    _, cache = dropout_forward(np.zeros((30, 40)), 0.7, rng)
    share = (dropout_backward(dout, cache) != 0).mean()
    assert abs(share - 0.7) < 0.08, (
        f"All activations zero: still about 70 % were kept, but {share:.0%} got a gradient. Keep "
        "the mask, don't guess it from the values."
    )
    _, cache = dropout_forward(A, 0.7, rng, training=False)
    assert np.allclose(dropout_backward(dout, cache), dout), (
        "After training=False the gradient passes unchanged."
    )
    print("dropout_backward: no blame for those who were not there.")


check_dropout_backward()

# %% [markdown]
# ### Exercise: `forward_with_dropout`
#
# Now the whole network. With $L$ layers, for $l = 1, \dots, L - 1$:
#
# $$ Z^{[l]} = W^{[l]} \tilde A^{[l-1]} + b^{[l]}, \qquad
# \tilde A^{[l]} = \operatorname{dropout}\big(\operatorname{relu}(Z^{[l]})\big), \qquad
# \tilde A^{[0]} = X, $$
#
# and at the end $A^{[L]} = \sigma\big(W^{[L]} \tilde A^{[L-1]} + b^{[L]}\big)$. No dropout on the
# input (the data are what they are) and none on the output (an answer is an answer). Every layer
# draws its own mask.


# %% exercise="forward_with_dropout"
def forward_with_dropout(X, parameters, keep_prob, rng):
    """Forward pass in training: ReLU hidden layers, dropout after each; a sigmoid output.

    Args:
        X: array (n_x, m).
        parameters: dict "W1", "b1", …, "WL", "bL".
        keep_prob: probability that a hidden activation is kept, in (0, 1].
        rng: numpy.random.Generator for the masks.

    Returns:
        AL: array (n_y, m), the output.
        cache: whatever backward_with_dropout will need.
    """
    ### BEGIN SOLUTION
    L = len(parameters) // 2
    inputs, hidden = [X], []  # inputs[l - 1] is what layer l sees
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)
    ### END SOLUTION


# %% checks="forward_with_dropout"
def check_forward_with_dropout():
    """Without dropout it is the given forward; with it, tiny networks whose output tells who was
    kept."""
    rng = np.random.default_rng(3)
    parameters = initialize_he([3, 5, 4, 2], rng)
    X = rng.standard_normal((3, 6))
    answer = forward_with_dropout(X, parameters, 1.0, rng)
    assert isinstance(answer, tuple), "Return two things: AL, cache."
    assert len(answer) == 2, f"Return two things: AL, cache; you returned {len(answer)}."
    want = forward(X, parameters)[0]
    assert np.shape(answer[0]) == want.shape, (
        f"AL has shape (n_y, m) = {want.shape}; got {np.shape(answer[0])}."
    )
    assert np.allclose(answer[0], want), (
        "With keep_prob = 1 the output must be that of the plain forward pass: ReLU inside, "
        "sigmoid at the end."
    )

    # The input is 1, and both hidden units say 1; those kept add 1 and 2 to the logit.
    q, m = 0.8, 2000
    parameters = {
        "W1": np.ones((2, 1)),
        "b1": np.zeros((2, 1)),
        "W2": q * np.array([[1.0, 2.0]]),
        "b2": np.zeros((1, 1)),
    }
    AL = forward_with_dropout(np.ones((1, m)), parameters, q, rng)[0]
    assert np.all((AL > 0) & (AL < 1)), (
        "Some outputs are exactly 0 or lie above 1. The output layer gets no dropout."
    )
    logits = np.log(AL / (1 - AL))
    assert not np.allclose(logits, 3 * q), (
        "Nothing was dropped after the hidden layer, although keep_prob is 0.8."
    )
    assert not np.allclose(logits / q, np.round(logits / q)), (
        "The hidden units that stay must be divided by keep_prob."
    )
    assert np.allclose(logits, np.round(logits)), (
        "Only hidden activations are dropped and scaled. Is there dropout on the input X, too?"
    )
    sums = np.round(logits).astype(int)
    for unit, kept in (("first", sums % 2), ("second", sums // 2)):
        assert abs(kept.mean() - q) < 0.06, (
            f"The {unit} hidden unit was kept in {kept.mean():.0%} of {m} examples; about {q:.0%} "
            "were due."
        )
    assert abs(np.isin(sums, (0, 3)).mean() - 0.68) < 0.07, (
        "The two units come and go together. Every entry of the layer has its own draw."
    )

    # Two hidden layers of one unit. Logit 2: both stayed; 1: only the second; 0: the second went.
    parameters = {"W1": np.ones((1, 1)), "W2": q * np.ones((1, 1)), "W3": q * np.ones((1, 1))}
    parameters |= {"b1": np.zeros((1, 1)), "b2": np.ones((1, 1)), "b3": np.zeros((1, 1))}
    AL = forward_with_dropout(np.ones((1, m)), parameters, q, rng)[0]
    logits = np.log(AL / (1 - AL))
    assert np.allclose(logits, np.round(logits)), (
        "With two hidden layers something is off: dropout follows each of them, once."
    )
    only_second = np.isclose(logits, 1).mean()
    assert only_second > 0, "The two hidden layers share their mask. Each layer draws its own."
    for share, due in ((only_second, q * (1 - q)), (np.isclose(logits, 2).mean(), q * q)):
        assert abs(share - due) < 0.07, (
            "With two hidden layers the masks come too often or too rarely: each layer draws its "
            "own, once."
        )
    print("forward_with_dropout: everybody in the hidden layers takes a turn at going home.")


check_forward_with_dropout()

# %% [markdown]
# ### Exercise: `backward_with_dropout`
#
# The cost is that of the earlier assignments, cross-entropy summed over the outputs and averaged
# over the $m$ examples, plus the rent of advice 1. Starting from $dZ^{[L]} = (A^{[L]} - Y)/m$, for
# $l = L, \dots, 1$:
#
# $$ dW^{[l]} = dZ^{[l]} \tilde A^{[l-1]\top} + \frac{\lambda}{m} W^{[l]}, \qquad
# db^{[l]} = \sum_{\text{examples}} dZ^{[l]}, $$
# $$ dZ^{[l-1]} = \operatorname{dropout\_backward}\big(W^{[l]\top} dZ^{[l]}\big)
# \odot \big[ Z^{[l-1]} > 0 \big] . $$
#
# The bracket is ReLU's derivative, 1 where $Z > 0$ and 0 elsewhere, and $\odot$ multiplies entry by
# entry.


# %% exercise="backward_with_dropout"
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    """Gradient of cross-entropy plus weight decay, through the masks of forward_with_dropout.

    Args:
        parameters: dict "W1", "b1", …, "WL", "bL", as given to forward_with_dropout.
        cache: what forward_with_dropout returned.
        Y: array (n_y, m) of labels 0 and 1; the m of the 1/m is its number of columns.
        lambd: strength of weight decay; it adds lambd / m times W to each dW.

    Returns:
        dict "dW1", "db1", …, "dWL", "dbL".
    """
    ### BEGIN SOLUTION
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads
    ### END SOLUTION


# %% checks="backward_with_dropout"
def check_backward_with_dropout():
    """A generator in the same state gives the same masks, so the slope of your own forward can be
    measured."""
    data = np.random.default_rng(6)
    parameters = initialize_he([3, 5, 4, 2], data)
    parameters = {name: P + 0.1 * data.standard_normal(P.shape) for name, P in parameters.items()}
    X, Y = data.standard_normal((3, 6)), np.array([[0, 1, 1, 0, 1, 0], [1, 1, 0, 0, 0, 1]])

    def forward_again(parameters, keep_prob):
        return forward_with_dropout(X, parameters, keep_prob, np.random.default_rng(8))

    def slope(name, at, keep_prob, step=1e-5):
        """Central difference of the cost in one entry of one parameter."""
        costs = []
        for sign in (1, -1):
            moved = {key: P.copy() for key, P in parameters.items()}
            moved[name][at] += sign * step
            costs.append(compute_cost(forward_again(moved, keep_prob)[0], Y))
        return (costs[0] - costs[1]) / (2 * step)

    for keep_prob, hint in (
        (1.0, "This is without dropout: compare with the given backward. Is the 1/m there, once?"),
        (
            0.6,
            "Without dropout all was well: on the way back each hidden layer needs its own mask, "
            "and the factor 1/keep_prob.",
        ),
    ):
        grads = backward_with_dropout(parameters, forward_again(parameters, keep_prob)[1], Y)
        assert isinstance(grads, dict), f"Return a dict of gradients, not {type(grads).__name__}."
        assert set(grads) == {"d" + name for name in parameters}, (
            f"The keys are dW1, db1, …, dW3, db3; got {sorted(grads)}."
        )
        for name, P in reversed(parameters.items()):
            got = np.asarray(grads["d" + name])
            assert got.shape == P.shape, (
                f"d{name} has shape {got.shape}, but {name} has shape {P.shape}."
            )
            want = np.array([slope(name, at, keep_prob) for at in np.ndindex(P.shape)]).reshape(
                P.shape
            )
            assert np.allclose(got, want, rtol=1e-4, atol=1e-7), (
                f"d{name} is not the slope of the cost at keep_prob = {keep_prob}. "
                f"{hint}\nmeasured slope:\n{want.round(5)}\nyours:\n{got.round(5)}"
            )
    decayed = backward_with_dropout(parameters, forward_again(parameters, 0.6)[1], Y, lambd=1.5)
    for name, P in parameters.items():
        rent = decayed["d" + name] - grads["d" + name]
        want = 1.5 / 6 * P if name.startswith("W") else np.zeros(P.shape)
        assert np.allclose(rent, want), (
            f"With lambd = 1.5 and m = 6, d{name} should grow by "
            f"{'1.5/6 · ' + name if name[0] == 'W' else 'nothing'}."
        )
    print("backward_with_dropout: downhill, whoever is there.")


check_backward_with_dropout()

# %% [markdown]
# ### Does it close the gap?
#
# Back to the keeper's map, with four students: one without advice, one with weight decay, one with
# dropout, and one that gets both.


# %% tags=["demo"]
def dropout_slope(keep_prob, lambd, rng):
    """One step's gradient with freshly drawn masks."""

    def slope(parameters):
        cache = forward_with_dropout(X_train, parameters, keep_prob, rng)[1]
        return backward_with_dropout(parameters, cache, Y_train, lambd)

    return slope


students = {
    "no advice": (by_heart, by_heart_history),
    "weight decay, λ = 0.5": decayed[0.5],
    "dropout, q = 0.5": descend(dropout_slope(0.5, 0, np.random.default_rng(7))),
    "dropout and decay, λ = 0.3": descend(dropout_slope(0.5, 0.3, np.random.default_rng(7))),
}

fig = plt.figure(figsize=(13, 7.2), layout="constrained")
top, bottom = fig.subfigures(2, 1, height_ratios=[1.15, 1])
learning, reality = top.subplots(1, 2, sharey=True)
for (name, (_, history)), colour, line in zip(
    students.items(), (GREY, BLUE, RED, GREEN), ("-", "--", "-", "-."), strict=True
):
    learning.plot(history[0], history[1], color=colour, linestyle=line, label=name)
    reality.plot(history[0], history[2], color=colour, linestyle=line, label=name)
learning.set(
    title="Cost on the map it learns from",
    xlabel="gradient step",
    ylabel="cost (everybody present)",
    ylim=(0, 0.75),
)
reality.set(title="Cost on next year's nests", xlabel="gradient step")
learning.legend(ncols=2)
for ax, (name, (parameters, _)) in zip(bottom.subplots(1, 4), students.items(), strict=True):
    draw_map(
        ax,
        lambda X, p=parameters: forward(X, p)[0],
        f"{name}\n" + errors_text(parameters).replace(", ", "\n"),
    )
plt.show()

# %% [markdown]
# **What to see.** The grey student is the best on the left and the worst on the right: *that* is
# overfitting. The others refuse to learn most of the wrong marks. Look where they stop: with 12 of
# 100 marks wrong, anybody who has understood the coast must be wrong about the map in about 12 %.
# Dropout alone slows memorising down, but given enough steps it starts to give in (there is an
# island again); together with a little rent it holds. One map and one seed prove nothing, though.
# Change the seed of `nature` above, and see what stays and what doesn't.

# %% [markdown]
# ---
# ## A committee of networks
#
# A network with 128 hidden units contains $2^{128}$ smaller networks, one for each choice of who
# goes home, and all of them share their weights. Dropout trains a random one at each step. At the
# exam we could ask a great many and average their answers:
#
# $$ \bar A = \frac{1}{N} \sum_{s=1}^{N} A^{[L]}_{(s)}, \qquad
# A^{[L]}_{(s)}\ \text{with its own freshly drawn masks.} $$
#
# Or we ask the full network once, with everybody present, thanks to the factor $1/q$. Is it the
# same? For a *linear* network it would be, exactly. But for a sigmoid the mean of the answers is
# not the answer to the mean. *Guess:* how far apart are they?
#
# ### Exercise: `predict_ensemble`


# %% exercise="predict_ensemble"
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    """The mean output of num_masks thinned networks, each with masks of its own.

    Args:
        X: array (n_x, m).
        parameters: dict "W1", "b1", …, "WL", "bL".
        keep_prob: probability that a hidden activation is kept, in (0, 1].
        rng: numpy.random.Generator for the masks.
        num_masks: number of thinned networks, at least 1.

    Returns:
        array (n_y, m): the average of the outputs, that is, after the sigmoid.
    """
    ### BEGIN SOLUTION
    outputs = (forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks))
    return sum(outputs) / num_masks
    ### END SOLUTION


# %% checks="predict_ensemble"
def check_predict_ensemble():
    """A network with one hidden unit says sigmoid(2) when the unit stays and sigmoid(-2) when it
    goes."""
    rng = np.random.default_rng(9)
    q, m = 0.5, 400
    parameters = {
        "W1": np.ones((1, 1)),
        "b1": np.zeros((1, 1)),
        "W2": np.full((1, 1), 4 * q),
        "b2": np.full((1, 1), -2.0),
    }
    X = np.ones((1, m))
    answer = predict_ensemble(X, parameters, q, rng, 3)
    assert answer is not None, "predict_ensemble returned None: is the return statement missing?"
    assert np.shape(answer) == (1, m), (
        f"The answer has shape (n_y, m) = (1, {m}); got {np.shape(answer)}."
    )
    stays, goes = sigmoid(2.0), sigmoid(-2.0)
    assert not np.allclose(answer, forward(X, parameters)[0]), (
        "Nothing was dropped: sample masks with forward_with_dropout."
    )
    assert np.all(answer <= 1), "Some answers lie above 1: divide the sum by num_masks."
    votes = (np.asarray(answer) - goes) / (stays - goes) * 3
    assert np.allclose(votes, np.round(votes)), (
        "Each of 3 networks says sigmoid(2) or sigmoid(-2), and the answer is the mean of those "
        "three. Average after the sigmoid, not before."
    )
    assert {1, 2} <= set(np.round(votes).ravel()), (
        "All networks used the same masks. Draw new ones for each."
    )
    many = np.mean(predict_ensemble(X, parameters, q, rng, 50))
    assert abs(many - 0.5) < 0.02, (
        f"At keep_prob = 0.5 the mean of very many networks is 0.5 here; yours is {many:.3f}."
    )
    assert np.allclose(predict_ensemble(X, parameters, 1.0, rng, 4), 0.5), (
        "With keep_prob = 1 all networks are the full network."
    )
    print("predict_ensemble: the committee has voted.")


check_predict_ensemble()

# %% [markdown]
# Let us meet some members of the committee, the ones that the dropout student trained.

# %% tags=["demo"]
dropout_student = students["dropout, q = 0.5"][0]
members = np.random.default_rng(11)

fig, axes = plt.subplots(2, 4, figsize=(13, 5.2), layout="constrained")
for number, ax in enumerate(axes[:, :3].ravel(), start=1):
    # One column holds the masks for all positions: thin the weights instead of the activations.
    thinned = dict(dropout_student)
    for layer in (2, 3):
        _, mask = dropout_forward(np.ones((64, 1)), 0.5, members)
        thinned[f"W{layer}"] = dropout_student[f"W{layer}"] * mask.T
    draw_map(
        ax,
        lambda X, p=thinned: forward(X, p)[0],
        f"member {number}: {error(thinned, X_test, Y_test):.1%}",
        nests=False,
    )
committee_error = np.mean(
    (predict_ensemble(X_test, dropout_student, 0.5, members, 100) > 0.5) != Y_test
)
draw_map(
    axes[0, 3], lambda X: predict_ensemble(X, dropout_student, 0.5, members, 100),
    f"mean of 100: {committee_error:.1%}", nests=False,
)  # fmt: skip
draw_map(
    axes[1, 3], lambda X: forward(X, dropout_student)[0],
    f"full network, once: {error(dropout_student, X_test, Y_test):.1%}", nests=False,
)  # fmt: skip
for ax in axes[:, 3]:
    ax.title.set_fontweight("bold")
    for spine in ax.spines.values():
        spine.set_linewidth(2.5)
fig.suptitle("Six members, each with half of the units, and their errors on next year's nests")
plt.show()

sizes = 2 ** np.arange(10)
some_nests = X_test[:, :500]
reference_vote = predict_ensemble(some_nests, dropout_student, 0.5, members, 2000)
scaled = forward(some_nests, dropout_student)[0]


def distance(P, Q):
    """Root-mean-square difference of two sets of answers."""
    return np.sqrt(np.mean((P - Q) ** 2))


votes = [predict_ensemble(some_nests, dropout_student, 0.5, members, size) for size in sizes]
fig, ax = plt.subplots(figsize=(7.5, 4), layout="constrained")
ax.loglog(
    sizes,
    [distance(vote, reference_vote) for vote in votes],
    "o-",
    color=BLUE,
    label="to the committee of 2,000",
)
ax.loglog(
    sizes, [distance(vote, scaled) for vote in votes], "s--", color=RED, label="to the full network"
)
ax.loglog(
    sizes,
    distance(votes[0], reference_vote) / np.sqrt(sizes),
    color=GREY,
    linewidth=1,
    label=r"slope $1/\sqrt{N}$",
)
ax.axhline(
    distance(scaled, reference_vote),
    color=GREY,
    linestyle=":",
    label="full network to the committee of 2,000",
)
ax.set(
    title="How far is a committee's answer from …",
    xlabel="members of the committee, N",
    ylabel="root-mean-square distance",
)
ax.legend(fontsize=9)
plt.show()

# %% [markdown]
# **What to see.** The members disagree about the details: some have an island, some a bay, some
# neither. What they have in common is the coast, and that is what the mean keeps. (Its speckle is
# sampling noise: every position draws masks of its own.) The full network, asked once, gives almost
# the same picture at a hundredth of the price. *Almost:* the committee's sampling noise (blue)
# falls like $1/\sqrt N$, but the red line stops falling. That remaining distance is no noise. It is
# the bend of the sigmoid and the ReLUs, $\mathbb E[\sigma(z)] \ne \sigma(\mathbb E[z])$: the full
# network is a good approximation of the committee, and only that.

# %% [markdown]
# ---
# ## What you take with you
#
# | advice | how | what it costs |
# |---|---|---|
# | say it simply | every step shrinks $W$ by $1 - \alpha\lambda/m$ | too much: it learns nothing |
# | don't be so sure | $-\beta H$ pushes answers off the corners | too much: it is coy |
# | don't rely on your neighbour | masks over $q$, the same backward | noisier, slower training |
#
# - The training cost tells how well a network knows the map. Only data that it has never seen tell
#   how well it knows the coast.
# - Inverted dropout keeps the mean and adds variance $A^2 (1-q)/q$.
# - **To think about:** Why must the λ be chosen with a third set of nests, neither the map nor next
#   year's? What would weight decay on the biases do to a network whose data are far from the
#   origin? With $q = 0.5$ after each of two layers, what variance does an activation of the second
#   layer get?
#
# ## Sources
#
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov: *Dropout: A simple way
#   to prevent neural networks from overfitting.* Journal of Machine Learning Research 15 (2014),
#   1929-1958.
# - G. Pereyra, G. Tucker, J. Chorowski, Ł. Kaiser, G. Hinton: *Regularizing neural networks by
#   penalizing confident output distributions.* arXiv:1701.06548 (2017).
# - A. Krogh, J. A. Hertz: *A simple weight decay can improve generalization.* Advances in Neural
#   Information Processing Systems 4 (1991), 950-957.
# - K. He, X. Zhang, S. Ren, J. Sun: *Delving deep into rectifiers.* International Conference on
#   Computer Vision (2015), 1026-1034.
