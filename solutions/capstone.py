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
# # Capstone: ten layers learn to read
#
# Thirteen people sat down and wrote digits, 1,797 of them. Each became a picture of 8 × 8 pixels.
# You can read nearly all of them, and you could not write down a rule for a single one. So you
# will let a network find the rules – a network of **ten layers**, deep enough that everything
# this course has been about decides whether it learns at all.
#
# Nothing but the *first draw* of the weights will differ between a network that reads nineteen
# digits out of twenty and a network that might as well throw dice.
#
# **Goal.** Put the whole lesson to work on real data, and explain what you see in your own
# curves.
#
# **What you will build**, with numpy alone: `build` draws a network by one of four schemes,
# `predict` lets it read, `fit` trains it by mini-batch gradient descent – with softmax, and with
# batch normalisation, dropout and weight decay for whoever asks for them. Then you run the
# experiments and write half a page about them.
#
# **Out of scope.** Convolutions, momentum, Adam, early stopping, and tuning for the last per
# cent.
#
# **How it works.** Replace each `raise NotImplementedError()` by your own code. The check after
# it is honest but short; the grader tries other shapes, other settings and other pictures. You
# may write helper functions above the one you are asked for, in the same cell, and use them in
# later cells. Everything you wrote for assignments 1 to 4 is yours to bring along.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

# %% [markdown]
# ## The digits
#
# One column is one picture: $X$ has shape $(64, m)$, with pixels from 0 (paper) to 1 (ink), and
# $Y$ has shape $(m,)$ and holds the labels, whole numbers from 0 to 9. We shuffle once, with a
# fixed seed, and split: **1,200 pictures to train on, 297 to validate with** – and 300 that we
# leave alone.
#
# *And what are you graded on?* This data set is on every computer that has scikit-learn, so it
# would be silly to call any part of it secret. The grader makes pictures for you instead: it
# mixes up the pixels (the same way in every picture), renames the digits, draws its own split,
# and adds noise to the pictures it tests with. Your network won't mind. It has never been told
# which pixel is next to which, nor what a seven is called. It learns what `fit` is given, and so
# it is `fit` that must be right.

# %% tags=["demo"]
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "figure.dpi": 100})

from sklearn.datasets import load_digits  # here, for the grader needs no scikit-learn

digits = load_digits()
order = np.random.default_rng(1797).permutation(1797)
pixels, labels = digits.data[order].T / 16, digits.target[order]
X_train, Y_train = pixels[:, :1200], labels[:1200]
X_valid, Y_valid = pixels[:, 1200:1497], labels[1200:1497]

fig, axes = plt.subplots(6, 10, figsize=(9, 5.9), layout="constrained")
for label, column in enumerate(axes.T):
    column[0].set_title(f"{label}", fontsize=14)
    for ax, index in zip(column, np.flatnonzero(Y_train == label), strict=False):
        ax.imshow(X_train[:, index].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set(visible=True, color="0.8")
fig.suptitle("Six of each, as the network gets them: 8 × 8 pixels")
plt.show()

# %% [markdown]
# *Look for* the two kinds of 1, the 7 with and without a bar, and the 8s that lean. Some are hard
# even for you; keep them in mind when you meet the confusion matrix.

# %% [markdown]
# ## The network
#
# `layer_dims` lists the widths, the pixels first and the classes last. In this notebook it is
# $[64, 64, \dots, 64, 10]$: nine hidden layers and an output layer, which makes ten sets of
# weights, and $L = 10$. With $A^{[0]} = X$,
#
# $$Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]}, \qquad A^{[l]} = \max(0, Z^{[l]}) \quad (l < L),
# \qquad P = \operatorname{softmax}(Z^{[L]}),$$
#
# where $W^{[l]}$ has shape (fan_out, fan_in) and softmax turns each column of $Z^{[L]}$ into
# probabilities. How should the weights start? There are four candidates:
#
# | `scheme` | standard deviation of each weight | where it comes from |
# |---|---|---|
# | `"zeros"` | 0 | tempting |
# | `"small"` | 0.01 | the rule of assignment 1 |
# | `"xavier"` | $\sqrt{2/(\text{fan\_in} + \text{fan\_out})}$ | Glorot and Bengio, 2010 |
# | `"he"` | $\sqrt{2/\text{fan\_in}}$ | He et al., 2015 |
#
# The mean is 0 and all biases start at zero; whether you draw from a normal or a uniform
# distribution is up to you.
#
# Before you write a line, here is what these numbers do to the pictures. We send the training set
# through nine freshly drawn hidden layers and ask after each of them: *how large are the
# activations?* Look at the scale before you look at the shapes: each grey line is **a
# thousandfold**.

# %% tags=["demo"]
SCHEMES = ("zeros", "small", "xavier", "he")
COLOUR = dict(zip(SCHEMES, ("#000000", "#D55E00", "#0072B2", "#009E73"), strict=True))
STYLE = dict(zip(SCHEMES, ("-", (0, (4, 2)), "-.", "-"), strict=True))
DEEP = [64] * 10 + [10]  # 64 pixels, nine hidden layers, ten classes

fig, axes = plt.subplots(1, 3, figsize=(10, 4.8), sharey=True, sharex=True, layout="constrained")
bins = np.linspace(-13.5, 1.5, 181)
stds = (0.01, (1 / 64) ** 0.5, (2 / 64) ** 0.5)
for ax, scheme, std in zip(axes, SCHEMES[1:], stds, strict=True):
    ax.vlines(range(-12, 1, 3), 0.6, 10, color="0.88", linewidth=0.8, zorder=0)
    A, rng = X_train, np.random.default_rng(2015)
    for layer in range(1, 10):
        A = np.maximum(std * rng.standard_normal((64, 64)) @ A, 0)
        height, edges = np.histogram(np.log10(A[A > 0]), bins)
        ridge = 10 - layer + 0.92 * height / height.max()
        ax.fill_between(
            edges[:-1], 10 - layer, ridge, color=COLOUR[scheme], alpha=0.75, step="post",
            edgecolor="white", linewidth=0.4, zorder=layer,
        )
    ax.set_title(f'"{scheme}":  weights ± {std:.3g}', color=COLOUR[scheme])
    ax.set(xticks=range(-12, 1, 3), xlabel="activation (those above 0)")
    ax.set_xticklabels([f"$10^{{{power}}}$" for power in range(-12, 0, 3)] + ["1"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
axes[0].set(yticks=range(1, 10), ylim=(0.7, 10.1), xlim=(-13.5, 1.5))
axes[0].set_yticklabels([f"layer {layer}" for layer in range(9, 0, -1)])
fig.suptitle("What is left of the pictures after one to nine layers, before any training")
plt.show()

# %% [markdown]
# *What to see.* With 0.01, each layer keeps about a twentieth of the one before it, and after
# nine layers the picture of a digit is a whisper of size $10^{-12}$. Xavier was made for
# activations that are linear near zero; ReLU throws away half of the signal's mean square, so
# each layer loses a factor $\sqrt{2}$ – a slow drift to the left. He's 2 in place of Xavier's 1
# pays for exactly that half, and the histograms stand one above the other. For `"zeros"` there is
# nothing to draw.
#
# *A question to carry along:* a whisper is still a signal, and a computer has floating-point
# numbers. Will `"small"` be merely slower than `"he"`?

# %% [markdown]
# ## Exercise 1 – draw a network
#
# What a `model` looks like is your own decision: a dict, a list of layers, an object. Nobody
# looks inside but your own `fit` and `predict`.
#
# If `use_batchnorm` is true, each *hidden* layer also gets batch normalisation, between its
# linear step and its ReLU. So put what you will need into the model now: per hidden unit a
# $\gamma$ (starts at 1), a $\beta$ (0), a running mean (0) and a running variance (1).


# %% exercise="build"
def build(layer_dims, scheme, rng, use_batchnorm=False):
    """Draw a fresh network: ReLU hidden layers and a softmax output layer.

    Args:
        layer_dims: widths from input to output, for example [64, 32, 10]; at least two of them.
        scheme: "zeros", "small" (standard deviation 0.01), "xavier" (variance
            2 / (fan_in + fan_out)) or "he" (variance 2 / fan_in). Biases are always 0.
        rng: np.random.Generator, the only source of randomness. Every layer gets fresh draws.
        use_batchnorm: whether each hidden layer has batch normalisation before its ReLU.

    Returns:
        model: whatever your fit and predict need.
    """
    ### BEGIN SOLUTION
    model = []
    for fan_in, fan_out in pairwise(layer_dims):
        std = {
            "zeros": 0.0,
            "small": 0.01,
            "xavier": np.sqrt(2 / (fan_in + fan_out)),
            "he": np.sqrt(2 / fan_in),
        }[scheme]
        W = std * rng.standard_normal((fan_out, fan_in))
        model.append({"W": W, "b": np.zeros((fan_out, 1))})
    if use_batchnorm:
        for layer in model[:-1]:
            zeros, ones = np.zeros_like(layer["b"]), np.ones_like(layer["b"])
            layer.update(gamma=ones, beta=zeros, mean=zeros, var=ones)
    return model
    ### END SOLUTION


# %% checks="build"
def check_build():
    """Every scheme gives a model, and the random ones really ask rng for numbers."""
    for use_batchnorm in (False, True):
        for scheme in ("zeros", "small", "xavier", "he"):
            rng = np.random.default_rng(1)
            before = rng.bit_generator.state
            model = build([5, 4, 4, 3], scheme, rng, use_batchnorm=use_batchnorm)
            assert model is not None, f'build(…, "{scheme}", …) returned None. Is there a return?'
            if scheme != "zeros":
                assert rng.bit_generator.state != before, (
                    f'"{scheme}" drew no number from rng. Use rng.standard_normal or rng.uniform, '
                    "not np.random: otherwise the same rng does not give the same network again."
                )
    widths = [5, 4, 3]
    build(widths, "he", np.random.default_rng(1))
    assert widths == [5, 4, 3], "build changed the list layer_dims that it was given."
    print("✓ build: four kinds of newborn network. Whether they can learn, we shall see.")


check_build()

# %% [markdown]
# ## Exercise 2 – let it read
#
# For each picture the network names the class with the largest $Z^{[L]}$. (Softmax keeps the
# order, so `predict` doesn't need it.)
#
# Two things are different from training. There is **no dropout**. And batch normalisation uses
# the **running** mean $\mu$ and variance $\sigma^2$ that training has collected,
#
# $$\gamma\,\frac{Z - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta, \qquad \varepsilon = 10^{-5},$$
#
# never those of the pictures at hand. *Why not?* Because otherwise what your 7 is read as would
# depend on who else is in the queue.


# %% exercise="predict"
def predict(model, X):
    """Name the class of every picture.

    Args:
        model: a network from build or fit.
        X: pictures of shape (n_x, m), one a column.

    Returns:
        labels: integer array of shape (m,), values from 0 to layer_dims[-1] - 1. What is
            said of one column does not depend on the others. The model and X stay as they are.
    """
    ### BEGIN SOLUTION
    A = X
    for layer in model[:-1]:
        Z = layer["W"] @ A + layer["b"]
        if "gamma" in layer:
            normalised = (Z - layer["mean"]) / np.sqrt(layer["var"] + 1e-5)
            Z = layer["gamma"] * normalised + layer["beta"]
        A = np.maximum(Z, 0)
    return np.argmax(model[-1]["W"] @ A + model[-1]["b"], axis=0)
    ### END SOLUTION


# %% checks="predict"
def check_predict():
    """Labels are integers, one a column, each decided without looking at the other columns."""
    X = np.random.default_rng(0).uniform(size=(6, 40))
    for use_batchnorm in (False, True):
        model = build([6, 20, 20, 5], "he", np.random.default_rng(2), use_batchnorm=use_batchnorm)
        before = X.copy()
        labels = predict(model, X)
        assert isinstance(labels, np.ndarray), (
            f"predict should return an array, but it returned a {type(labels).__name__}."
        )
        assert labels.shape == (40,), (
            f"For 40 pictures the labels should have shape (40,), not {labels.shape}."
        )
        assert np.issubdtype(labels.dtype, np.integer), (
            f"The labels should be integers, but their dtype is {labels.dtype}."
        )
        assert set(labels.tolist()) <= set(range(5)), (
            f"With 5 classes labels go from 0 to 4, but yours are {np.unique(labels)}."
        )
        assert np.array_equal(X, before), "predict changed the pictures X."
        alone = np.concatenate([predict(model, X[:, [i]]) for i in range(40)])
        assert np.array_equal(alone, labels), (
            f"Pictures get other labels one by one than all together "
            f"(use_batchnorm={use_batchnorm}). Batch normalisation must use the running statistics."
        )
    blind = predict(build([6, 20, 5], "zeros", np.random.default_rng(2)), X)
    assert len(set(blind.tolist())) == 1, (
        "A network of zeros sees no difference between pictures, but yours gave different labels."
    )
    print("✓ predict: it reads, and lets nobody else in the queue talk it into anything.")


check_predict()

# %% [markdown]
# A newborn network has never seen a digit. How many does it get right? Guess before you run the
# cell.

# %% tags=["demo"]
for scheme in SCHEMES:
    newborn = build(DEEP, scheme, np.random.default_rng(5))
    said = predict(newborn, X_valid)
    print(
        f"{scheme:>6}: {np.mean(said == Y_valid):4.0%} right; "
        f"it has used {len(np.unique(said))} of the 10 labels"
    )

# %% [markdown]
# Did three of them say exactly the same? If your `build` draws its normal numbers in the same
# order for each scheme, they must: the three networks differ only by a positive factor per layer,
# ReLU lets positive factors pass, and the largest score stays the largest. *Before* training,
# `"small"` is every bit as good as `"he"`. The difference must come from learning.

# %% [markdown]
# ## Exercise 3 – teach it
#
# Everything comes together in `fit`. Here are the parts.
#
# **The rhythm.** One *epoch* shows the network each picture once: shuffle the columns, cut them
# into batches of `batch_size` (the last may be smaller), and take one step downhill for each
# batch.
#
# **Softmax, safely.** For one picture with scores $z_1, \dots, z_C$ and label $y$, the cost is
# $-\log p_y$, with
#
# $$\log p_k = (z_k - z_{\max}) - \log \sum_j e^{z_j - z_{\max}} .$$
#
# Taking away the largest score of the picture changes nothing in exact arithmetic and everything
# on a computer: no exponent is above zero, so nothing overflows; the sum is at least 1, so its
# logarithm is harmless. Work with $\log p$ and never take the logarithm of a probability that has
# been rounded to 0.
#
# **Backward.** For a batch of $B$ pictures, with $\mathbb 1_Y$ the matrix that holds a 1 at each
# picture's label,
#
# $$dZ^{[L]} = \frac{P - \mathbb 1_Y}{B}, \qquad
# dW^{[l]} = dZ^{[l]} A^{[l-1]\top}, \qquad db^{[l]} = \sum_{\text{columns}} dZ^{[l]}, \qquad
# dA^{[l-1]} = W^{[l]\top} dZ^{[l]},$$
#
# and $dZ^{[l]} = dA^{[l]}$ where $Z^{[l]} > 0$, and 0 elsewhere. Compute all gradients with the
# *old* weights.
#
# **Weight decay.** `lambd` adds $\frac{\lambda}{2m}\sum_l \lVert W^{[l]} \rVert^2$ to the cost,
# and so $\frac{\lambda}{m} W^{[l]}$ to $dW^{[l]}$. Here $m$ is the number of pictures that `fit`
# was given, *not* the size of the batch, so the choice of `batch_size` doesn't change what is
# minimised. No decay for biases, $\gamma$ and $\beta$.
#
# **Dropout** comes after each hidden ReLU, never on the input or the output: keep each activation
# with probability `keep_prob`, divide those that stay by `keep_prob`, and use the same mask on
# the way back.
#
# **Batch normalisation** takes mean and (population) variance of each row of $Z$ over the batch,
# normalises to $\hat Z$, and hands $\gamma \hat Z + \beta$ to the ReLU. For the way back, with
# $D$ the gradient that arrives at $\gamma \hat Z + \beta$ and sums over the batch,
#
# $$d\gamma = \sum D \odot \hat Z, \qquad d\beta = \sum D, \qquad
# dZ = \frac{\gamma}{\sqrt{\sigma^2 + \varepsilon}}
# \Big( D - \frac{d\beta + \hat Z \odot d\gamma}{B} \Big).$$
#
# In passing, it updates what `predict` will need: running $\leftarrow$ 0.9 running + 0.1 batch.
#
# *Advice.* First write `fit` for the plain network, and run the check. It names what is still
# missing, and the extras are two or three lines each.


# %% exercise="fit"
def fit(model, X, Y, rng, epochs, batch_size, learning_rate, keep_prob=1.0, lambd=0.0):
    """Train a network by mini-batch gradient descent.

    Args:
        model: a network from build or from an earlier fit. It is not changed: train a copy.
        X: pictures of shape (n_x, m), one a column.
        Y: labels of shape (m,), integers from 0 to layer_dims[-1] - 1.
        rng: np.random.Generator for the order of the pictures and for the dropout masks.
        epochs: how many times each picture is shown.
        batch_size: pictures per step; the last batch of an epoch takes what is left.
        learning_rate: W := W - learning_rate * dW, and likewise for b, gamma and beta.
        keep_prob: the probability that dropout keeps an activation; 1 means no dropout.
        lambd: weight decay; adds lambd / (2 m) * sum of all squared weights to the cost,
            with m = X.shape[1].

    Returns:
        model: the trained network.
        history: a sequence of `epochs` floats. Each is the mean cost of the pictures
            (natural log, weight decay included) over one epoch, each picture's taken in its batch
            before that batch's step.
    """
    ### BEGIN SOLUTION
    model = [dict(layer) for layer in model]  # arrays are replaced below, never written into
    m = X.shape[1]
    history = []
    for _ in range(epochs):
        order = rng.permutation(m)
        total = 0.0
        for start in range(0, m, batch_size):
            batch = order[start : start + batch_size]
            A, labels, columns = X[:, batch], Y[batch], np.arange(batch.size)

            tape = []  # what each layer's backward step will need
            for layer in model[:-1]:
                Z, normalised, std = layer["W"] @ A + layer["b"], None, None
                if "gamma" in layer:
                    mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
                    std = np.sqrt(var + 1e-5)
                    normalised = (Z - mean) / std
                    Z = layer["gamma"] * normalised + layer["beta"]
                    layer["mean"] = 0.9 * layer["mean"] + 0.1 * mean
                    layer["var"] = 0.9 * layer["var"] + 0.1 * var
                slope = (Z > 0).astype(float)  # ReLU and dropout in one: A = slope * Z
                if keep_prob < 1:
                    slope *= (rng.random(Z.shape) < keep_prob) / keep_prob
                tape.append((layer, A, slope, normalised, std))
                A = slope * Z

            output = model[-1]
            logits = output["W"] @ A + output["b"]
            logits = logits - logits.max(axis=0)
            log_P = logits - np.log(np.exp(logits).sum(axis=0))
            squares = sum(np.sum(layer["W"] ** 2) for layer in model)
            total += lambd * squares / (2 * m) * batch.size - log_P[labels, columns].sum()

            gradient = np.exp(log_P)  # of the cost, with respect to what a layer hands on
            gradient[labels, columns] -= 1
            gradient /= batch.size
            tape.append((output, A, 1.0, None, None))
            for layer, A_prev, slope, normalised, std in reversed(tape):
                dZ = gradient * slope
                if normalised is not None:
                    dgamma = np.sum(dZ * normalised, axis=1, keepdims=True)
                    dbeta = np.sum(dZ, axis=1, keepdims=True)
                    dZ = layer["gamma"] / std * (dZ - (dbeta + normalised * dgamma) / batch.size)
                    layer["gamma"] = layer["gamma"] - learning_rate * dgamma
                    layer["beta"] = layer["beta"] - learning_rate * dbeta
                gradient = layer["W"].T @ dZ  # with the old weights
                dW = dZ @ A_prev.T + lambd / m * layer["W"]
                layer["W"] = layer["W"] - learning_rate * dW
                layer["b"] = layer["b"] - learning_rate * dZ.sum(axis=1, keepdims=True)
        history.append(total / m)
    return model, history
    ### END SOLUTION


# %% checks="fit"
def check_fit():
    """From the smallest network to a deep one, and from the plain step to the extras."""

    def seeded(seed=3):
        return np.random.default_rng(seed)

    # Four points, no hidden layer, one batch: the costs can be worked out by hand.
    X = np.array([[1.0, -1.0, 0.5, 0.0], [0.0, 1.0, -1.0, 2.0]])
    Y = np.array([0, 1, 2, 1])
    X_before, Y_before = X.copy(), Y.copy()
    result = fit(build([2, 3], "zeros", seeded()), X, Y, seeded(), 3, 4, 0.5)
    assert isinstance(result, tuple), "fit should return two things: return model, history"
    assert len(result) == 2, f"fit should return 2 things, not {len(result)}."
    history = np.asarray(result[1], dtype=float)
    assert history.shape == (3,), (
        f"For 3 epochs history should hold 3 numbers, but its shape is {history.shape}."
    )
    assert np.array_equal(X, X_before), "fit changed the pictures X."
    assert np.array_equal(Y, Y_before), "fit changed the labels Y."
    by_hand = np.array([1.0986122887, 0.7932930724, 0.6406340538, 0.5530303784])
    assert np.allclose(history, by_hand[:3], atol=1e-6) or np.allclose(
        history, by_hand[1:], atol=1e-6
    ), (
        f"Softmax regression from zero should cost {by_hand[:3].round(4)} in its first three "
        f"epochs, but yours cost {history.round(4)}. Check the softmax, the factor 1/B "
        "and the biases."
    )

    # Three times the same point, so that the order doesn't matter: batches of 2 and 1, two steps.
    def cost_after(epochs, batch_size):
        same, label = np.full((2, 3), 0.5), np.array([1, 1, 1])
        start = build([2, 3], "zeros", seeded())
        model, _ = fit(start, same, label, seeded(), epochs, batch_size, 0.5)
        return fit(model, same, label, seeded(), 1, 3, 0.0)[1][0]

    assert np.isclose(cost_after(1, 2), cost_after(2, 3)), (
        "Three pictures in batches of two should make two steps an epoch: one batch of 2, one "
        "of 1. Is the last, smaller batch lost, or divided by the wrong number?"
    )

    # Six clouds of points, two to a class, so that a straight line is not enough.
    rng = seeded(0)
    angles = rng.integers(0, 6, size=150)
    X = np.array([np.cos(angles * np.pi / 3), np.sin(angles * np.pi / 3)])
    X = X + 0.1 * rng.standard_normal(X.shape)
    Y = angles % 3

    newborn = build([2, 24, 24, 24, 3], "he", seeded())
    trained, history = fit(newborn, X, Y, seeded(), 40, 16, 0.1)
    assert np.all(np.isfinite(history)), "history contains nan or inf."
    right = np.mean(predict(trained, X) == Y)
    for good in (history[-1] < 0.3, right > 0.9):
        assert good, (
            f'"he" should learn these clouds: cost below 0.3, more than 90 % right. Yours ends at '
            f"{history[-1]:.3f} with {right:.0%} right. Check the hidden layers' gradients."
        )
    _, again = fit(newborn, X, Y, seeded(), 40, 16, 0.1)
    assert np.allclose(again, history), (
        "Training the same newborn network again, with the same rng, gave another history. "
        "Either fit changed the model that it was given, or it used randomness from outside rng."
    )
    _, huge = fit(build([2, 3], "he", seeded()), 1e4 * X, Y, seeded(), 1, 16, 0.0)
    assert np.all(np.isfinite(huge)), (
        "Large scores give nan or inf. Subtract each column's maximum."
    )

    count = np.bincount(Y).min()
    balanced = np.concatenate([np.nonzero(label == Y)[0][:count] for label in range(3)])
    _, stuck = fit(
        build([2, 8, 8, 3], "zeros", seeded()),
        X[:, balanced], Y[balanced], seeded(), 5, 3 * count, 0.5,
    )
    assert np.allclose(stuck, np.log(3)), (
        f'From "zeros", with three classes of equal size, each epoch costs ln 3 = {np.log(3):.4f}, '
        f"but yours cost {np.round(stuck, 4)}. Is everything zero at the start?"
    )

    # The extras.
    decayed, _ = fit(newborn, X, Y, seeded(), 40, 16, 0.1, lambd=5.0)
    _, without_penalty = fit(decayed, X, Y, seeded(), 1, 150, 0.0)  # a step of 0 only measures
    assert without_penalty[0] > 2 * history[-1], (
        "lambd = 5 made hardly any difference to the network. "
        "Does weight decay reach the gradients?"
    )
    _, dropped = fit(newborn, X, Y, seeded(), 40, 16, 0.1, keep_prob=0.8)
    assert dropped[-1] > 1.5 * history[-1], (
        "keep_prob = 0.8 made hardly any difference to the cost."
    )
    _, shallow = fit(build([2, 3], "zeros", seeded()), X, Y, seeded(), 3, 150, 0.5)
    _, dropped = fit(build([2, 3], "zeros", seeded()), X, Y, seeded(), 3, 150, 0.5, keep_prob=0.5)
    assert np.allclose(shallow, dropped), (
        "Without hidden layers there is nothing to drop, but keep_prob = 0.5 changed the cost. "
        "Dropout belongs neither on the input nor on the output."
    )
    bright = 5 * X + 10  # far from mean 0 and variance 1, so that the running statistics matter
    for scheme in ("small", "he"):
        attempts = []  # three, for a single one can have bad luck
        for seed in (3, 4, 5):
            rng = seeded(seed)
            newborn = build([2, 24, 24, 24, 24, 3], scheme, rng, use_batchnorm=True)
            trained, history = fit(newborn, bright, Y, rng, 100, 75, 0.03)
            attempts.append((np.mean(predict(trained, bright) == Y), history[-1]))
        right, cost = max(attempts)
        assert cost < 0.6, (
            f'"{scheme}" with batch normalisation should get below a cost of 0.6, but yours ends '
            f"at {cost:.3f}."
        )
        assert right > 0.7, (
            f'"{scheme}" with batch normalisation learned (cost {cost:.3f}), but predict gets only '
            f"{right:.0%} right. Does fit keep the running mean and variance up to date?"
        )
    print("✓ fit: it learns, it leaves what it was given alone, and the extras do their work.")


check_fit()

# %% [markdown]
# ## The experiment
#
# Same pictures, same ten layers, same learning rate, same order of batches. Only the first draw
# differs. We train for 30 epochs, three networks for each scheme, and after each epoch we ask two
# things: the cost, and the share of *validation* pictures read correctly. The dotted line in the
# left panel is at $\ln 10 \approx 2.303$. *What is so special about that number?*

# %% tags=["demo"]
EPOCHS, BATCH, RATE = 30, 32, 0.03


def watch(scheme, seed, use_batchnorm=False, epochs=EPOCHS):
    """Train epoch by epoch; return the model, its costs and its validation accuracies."""
    rng = np.random.default_rng(seed)
    model = build(DEEP, scheme, rng, use_batchnorm=use_batchnorm)
    rng = np.random.default_rng(seed + 1000)  # the same order of pictures for every scheme
    costs, accuracies = [], []
    for _ in range(epochs):
        model, history = fit(model, X_train, Y_train, rng, 1, BATCH, RATE)
        costs.append(history[0])
        accuracies.append(np.mean(predict(model, X_valid) == Y_valid))
    return model, costs, accuracies


runs = {scheme: [watch(scheme, seed) for seed in range(3)] for scheme in SCHEMES}


# %% tags=["demo"]
def prepare(axes):
    """Label a panel for costs and a panel for accuracies."""
    axes[0].axhline(np.log(10), color="0.5", linewidth=1, linestyle=":", zorder=0)
    axes[0].text(EPOCHS, np.log(10) + 0.05, "ln 10", color="0.4", ha="right")
    axes[0].set(title="Cost on the training pictures", ylabel="cost", ylim=(0, 2.5))
    axes[1].axhline(0.1, color="0.5", linewidth=1, linestyle=":", zorder=0)
    axes[1].text(EPOCHS, 0.12, "guessing", color="0.4", ha="right")
    axes[1].set(title="Validation pictures read correctly", ylabel="accuracy", ylim=(0, 1))
    axes[1].yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    for ax in axes:
        ax.set(xlabel="epoch", xlim=(1, EPOCHS))


def draw(axes, scheme, costs, accuracies, **style):
    """Add one run to both panels."""
    style = {"color": COLOUR[scheme], "linestyle": STYLE[scheme], "linewidth": 2} | style
    for ax, values in zip(axes, (costs, accuracies), strict=True):
        ax.plot(range(1, len(values) + 1), values, **style)


fig, axes = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
prepare(axes)
WIDTH = {"zeros": 4.5, "small": 2, "xavier": 1.8, "he": 1.8}  # "zeros" lies under "small"
for scheme in SCHEMES:
    for seed, (_, costs, accuracies) in enumerate(runs[scheme]):
        label = f'"{scheme}"' if seed == 0 else None
        draw(axes, scheme, costs, accuracies, linewidth=WIDTH[scheme], label=label)
axes[0].legend(
    title="three runs each", loc="center right", bbox_to_anchor=(1, 0.62), handlelength=3
)
fig.suptitle("Ten layers, one learning rate, four ways to start")
plt.show()

# %% [markdown]
# *What to see.* Two of the four lines lie on the dotted line, on top of each other, and never
# leave it. Not slower: *never*, as far as anyone has the patience to wait. One scheme hesitates
# for some epochs, then falls, and stumbles on the way. One sets off at once. You will be asked
# below to say why. (Your curves may differ in the details: your draws are your own.)

# %% [markdown]
# ## What it still gets wrong
#
# One of the `"he"` networks, on pictures it has never been trained on. A row is what the writer
# meant, a column is what the network said. Only mistakes are coloured: what is right would
# outshine them.

# %% tags=["demo"]
best = runs["he"][0][0]
said = predict(best, X_valid)
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (Y_valid, said), 1)
mistakes = confusion - np.diag(np.diag(confusion))

fig = plt.figure(figsize=(10, 4.8), layout="constrained")
left, right = fig.subfigures(1, 2, width_ratios=(1.15, 1))
ax = left.subplots()
ax.imshow(np.ma.masked_equal(mistakes, 0), cmap="Oranges", vmin=0, vmax=max(4, mistakes.max() + 1))
for row, column in np.argwhere(confusion > 0):
    ax.text(
        column, row, confusion[row, column], ha="center", va="center",
        color="0.55" if row == column else "black",
        fontweight="normal" if row == column else "bold",
    )
ax.set(xticks=range(10), yticks=range(10), xlabel="what the network said", ylabel="what was meant")
ax.set_xticks(np.arange(-0.5, 10), minor=True)
ax.set_yticks(np.arange(-0.5, 10), minor=True)
ax.grid(which="minor", color="0.92")
ax.tick_params(which="both", length=0)
ax.spines[:].set_visible(False)
ax.set_title(f"{np.mean(said == Y_valid):.1%} of {Y_valid.size} pictures read correctly")

wrong = np.flatnonzero(said != Y_valid)[:12]
gallery = right.subplots(3, 4)
right.suptitle(f"Its first {len(wrong)} mistakes" if len(wrong) == 12 else "All its mistakes")
for ax in gallery.flat:
    ax.axis("off")
for ax, index in zip(gallery.flat, wrong, strict=False):
    ax.imshow(X_valid[:, index].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
    ax.set_title(f"{said[index]}, meant {Y_valid[index]}", fontsize=10)
plt.show()

# %% [markdown]
# *What to see.* There are few mistakes, and they are not spread evenly. In our run the 8 suffers
# most: half a loop too faint, and it is a 5, a 9 or a 1. Cover the captions and read the pictures
# yourself: how many would you have got right?

# %% [markdown]
# ## Can batch normalisation save a bad start?
#
# It rescales every layer, whatever comes in. So it should not care whether the weights are of
# size 0.01 or of the right size. And zero? Write down your guess for both before you run the next
# cell.

# %% tags=["demo"]
rescued = {scheme: watch(scheme, 0, use_batchnorm=True) for scheme in ("zeros", "small")}

fig, axes = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
prepare(axes)
draw(axes, "zeros", *rescued["zeros"][1:], linewidth=4.5, label='"zeros" + batch norm')
draw(axes, "small", *runs["small"][0][1:], label='"small"')
draw(axes, "small", *rescued["small"][1:], linestyle="-", marker="o", markersize=4,
     label='"small" + batch norm')
draw(axes, "he", *runs["he"][0][1:], alpha=0.6, linewidth=1.5, label='"he", for comparison')
axes[0].legend(loc="center right", bbox_to_anchor=(1, 0.62), handlelength=3)
fig.suptitle("Batch normalisation forgives a bad scale. It does not forgive zero.")
plt.show()

# %% [markdown]
# *What to see.* A whisper can be amplified, because it still tells one picture from another.
# Silence cannot: with every weight at zero each unit has the same value for all pictures, and
# normalising turns that into $0/\sqrt{0 + \varepsilon} = 0$. ReLU hands on 0, and what comes back
# down is 0 as well. Batch normalisation mends *scale*; zero is not a scale problem.

# %% [markdown]
# ## And the extras?
#
# With 1,200 pictures there is little to cure. So let us be stingy: **200 pictures**, 100 epochs,
# four networks for each row. Every plain `"he"` network learns the 200 by heart; the question is
# what it can do with the pictures it has not seen.

# %% tags=["demo"]
TRIALS = {  # label: (batch normalisation?, what fit is asked for)
    "plain": (False, {}),
    "weight decay, λ = 1": (False, {"lambd": 1.0}),
    "dropout, keep 0.9": (False, {"keep_prob": 0.9}),
    "dropout, keep 0.8": (False, {"keep_prob": 0.8}),
    "batch norm": (True, {}),
    "batch norm, keep 0.8": (True, {"keep_prob": 0.8}),
}
fig, ax = plt.subplots(figsize=(9, 3.9), layout="constrained")
for row, (use_batchnorm, options) in enumerate(TRIALS.values()):
    scores = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        model = build(DEEP, "he", rng, use_batchnorm=use_batchnorm)
        model, _ = fit(model, X_train[:, :200], Y_train[:200], rng, 100, BATCH, RATE, **options)
        known = np.mean(predict(model, X_train[:, :200]) == Y_train[:200])
        scores.append((known, np.mean(predict(model, X_valid) == Y_valid)))
    known, fresh = np.transpose(scores)
    ax.plot([fresh.mean(), known.mean()], [row, row], color="0.85", linewidth=3, zorder=0)
    where = np.full(4, row) + np.linspace(-0.15, 0.15, 4)
    label = ("its 200 training pictures", "297 validation pictures") if row == 0 else (None, None)
    ax.scatter(known, where, s=34, facecolor="white", edgecolor="#D55E00", label=label[0])
    ax.scatter(fresh, where, s=34, color="#0072B2", edgecolor="white", label=label[1], zorder=3)
ax.set(yticks=range(len(TRIALS)), xlabel="pictures read correctly", ylim=(len(TRIALS) - 0.5, -0.5))
ax.set_yticklabels(TRIALS)
ax.tick_params(axis="y", length=0)
ax.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
ax.grid(axis="x", color="0.92")
ax.set_axisbelow(True)
ax.legend(loc="lower left", title="share right, of")
ax.set_title("Ten layers and only 200 pictures: what the extras buy")
plt.show()

# %% [markdown]
# *What to see.* Plain `"he"` reads all 200, and about seven in eight of the others. Weight decay
# makes little difference here. A little dropout may buy a per cent or two – look how far apart
# four runs of the *same* row are before you believe it – and a bit more of it wrecks the network:
# nine layers of noise in a row are a lot, and at keep 0.8 a path from the pixels to the label
# survives with probability $0.8^9 \approx 13\,\%$. Yet with batch normalisation the same noise
# does far less harm, for it cannot build up from layer to layer. *No trick is good or bad by
# itself; ask what your network is short of.*

# %% [markdown]
# ## In your own words
#
# Now explain your own curves. Half a page to a page; numbers from *your* figures, not from ours.
# Please cover:
#
# 1. **Zeros.** At which cost does `"zeros"` stay, and why at exactly this number? Which
#    parameters of the network move at all, and why do the others get no gradient?
# 2. **Small.** Its curve looks the same as that of `"zeros"`. Is it the same reason? Estimate by
#    which factor the activations shrink per layer and what nine layers make of it, and say what
#    this does to the gradients.
# 3. **Xavier and He.** By which factor does the signal shrink per layer with Xavier, and why does
#    He's choice prevent that? Where in your curves can one see it? Why does Xavier get there all
#    the same?
# 4. **Batch normalisation.** Why does it rescue `"small"` and not `"zeros"`?
# 5. **One more observation** that is yours: a bump in a curve, a digit that is confused, a run
#    that surprised you, and what you think is behind it. How would you find out?

# %% [markdown] answer="curves"
# ### BEGIN SOLUTION
# **Marking guide: five parts of equal weight.** Full marks for a part need a reason *and* a
# number from the student's own figures; half for either alone. Judge an explanation against the
# curves that the student has got, even where a faulty `fit` drew them: a right explanation of a
# wrong curve earns its marks.
#
# 1. **Zeros.** The cost stays at ln 10 ≈ 2.303 (2.300 to 2.305 in practice): all scores are
#    equal, so softmax gives 1/10 to each class, whatever the picture. Only the *output biases*
#    move; they learn how frequent the labels are in the training set, which is why the cost may
#    creep a thousandth below ln 10. All hidden activations are 0, so dW of the output layer is
#    dZ·0 = 0; W of the output layer is 0, so dA = Wᵀ dZ = 0 and nothing reaches the layers below.
#    *Accept:* "by induction all stay zero". *Half:* only "symmetry is not broken". That is true,
#    but with ReLU and zeros it is worse: there is no gradient at all, not merely the same for all
#    units.
# 2. **Small.** Another reason: units differ, but the signal vanishes. Per layer the root mean
#    square is multiplied by 0.01·√(64/2) ≈ 0.057 (read from the figure: about a twentieth); nine
#    layers give 0.057⁹ ≈ 6·10⁻¹². Going back, each layer multiplies the gradient by the same
#    factor, and dW is the product of a forward and a backward signal: about 10⁻¹² or less in
#    *every* layer. Steps of 0.03 times that do not show in 30 epochs. *Half:* "vanishing
#    gradients" without factor or depth.
# 3. **Xavier and He.** For 64 in and 64 out Xavier's variance is 1/64. ReLU discards half of the
#    mean square, so the root mean square falls by √(1/2) ≈ 0.71 per layer, 0.71⁹ ≈ 0.04 after
#    nine, and gradients likewise. He's 2/64 pays for the half. In the curves: a plateau near ln
#    10 for the first epochs with Xavier, none with He. It gets there because 0.04 is small but
#    not hopeless: gradients are non-zero, the weights grow slowly, and with them the factor per
#    layer.
# 4. **Batch normalisation.** It divides by the standard deviation over the batch, so the scale of
#    W cancels (as long as the variance is well above ε = 10⁻⁵); the differences between pictures
#    are still there and are amplified. With zeros there are no differences: Z − mean = 0, output
#    β = 0, and as W = 0 no gradient passes down; even γ and β of the last hidden layer get none,
#    because dA = Wᵀ dZ = 0.
# 5. **Own observation.** Any concrete feature of the student's figures with a plausible cause and
#    a feasible test (another seed, a smaller rate, the pictures in question, more epochs). For
#    example: bumps in Xavier's or He's cost are steps that are too long for the steep place the
#    network has just reached, and a smaller learning rate removes them; 1 and 8 are confused
#    because a fat 1 has the outline of an 8.
# ### END SOLUTION

# %% [markdown]
# ## What to take home
#
# - **Zero** is not a small number. It is silence, and nothing amplifies silence.
# - **Small** is enough for two layers, and hopeless for ten: what is multiplied ten times must be
#   close to 1.
# - **Xavier** counts both directions, **He** also counts what ReLU throws away. At ten layers the
#   factor $\sqrt{2}$ costs epochs; at fifty it would cost you the network.
# - **Batch normalisation** forgives a wrong scale, and that is one reason why many people have
#   never met the problem you have just studied.
#
# **Sources.** X. Glorot and Y. Bengio, *Understanding the difficulty of training deep feedforward
# neural networks*, AISTATS 2010. K. He, X. Zhang, S. Ren and J. Sun, *Delving deep into
# rectifiers*, ICCV 2015. S. Ioffe and C. Szegedy, *Batch normalization*, ICML 2015. N. Srivastava
# et al., *Dropout*, JMLR 15,
# 2014. The digits: E. Alpaydin and C. Kaynak, *Optical recognition of handwritten digits*, UCI
#       Machine Learning Repository, 1998.
