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
# # The automatic volume control
#
# In assignment 2 you sent a signal through fifty layers. If each layer made it a little too quiet,
# nothing arrived; if each made it a little too loud, only noise arrived. There was one right
# setting of the volume, He's, and you had to set it on the first day, for every layer, and hope
# that it would last.
#
# An old radio does better. It has an *automatic volume control*: a little circuit that listens to
# the signal and turns the knob, so that the weak station and the strong one come out equally loud.
# Ioffe & Szegedy (2015) built one into a neural network and called it **batch normalisation**.
#
# **Goal.** You can write batch normalisation, its gradient through mean and variance, and its quiet
# form for use after training. You know what it forgives (a bad initial scale), what it does not
# (zero), and when it goes wrong (a batch of one).
#
# **What you will build.** Three functions: `batchnorm_forward`, `batchnorm_backward` and
# `fold_batchnorm`.
#
# **Out of scope.** Layer, group and instance normalisation; images and convolutions; why exactly
# batch normalisation speeds training up, about which people still argue.
#
# **How it works.** Replace each `raise NotImplementedError()` by your own code. The cell after it
# checks your function on small examples and tells you what it sees; the grader tries other shapes
# and other numbers. Cells that draw figures need the functions above them, so go from top to
# bottom.
#
# **House rules.** Arrays are $(n, m)$: one row is one unit, one column is one example. All
# statistics are taken *over the examples*, so a statistic of $n$ units has shape $(n, 1)$. No
# function changes its arguments.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

# %% [markdown]
# ## One knob, twenty layers
#
# The next cell is given: a stable sigmoid, and weights with any scale you like. `scale=1` is He's
# rule, standard deviation $\sqrt{2/\text{fan\_in}}$; any other number multiplies it.


# %%
def sigmoid(Z):
    """1 / (1 + exp(-Z)) that never overflows: exp only ever sees a number below zero."""
    small = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, small) / (1 + small)


def relu(Z):
    """max(0, Z), entry by entry."""
    return np.maximum(Z, 0)


def initialize_weights(layer_dims, rng, scale=1.0):
    """The list of weight matrices (fan_out, fan_in), from N(0, scale² · 2 / fan_in)."""
    return [
        scale * np.sqrt(2 / fan_in) * rng.standard_normal((fan_out, fan_in))
        for fan_in, fan_out in pairwise(layer_dims)
    ]


# %% [markdown]
# *Guess before you run the next cell:* somebody sets every weight to a tenth of He's. How loud is
# layer 20? And with ten times He's?

# %% tags=["demo"]
BLUE, SKY, GREEN, ORANGE, RED, GREY = (
    "#0072b2",
    "#56b4e9",
    "#009e73",
    "#e69f00",
    "#d55e00",
    "#666666",
)
SCALES = {10: (RED, "^"), 3: (ORANGE, "D"), 1: (GREEN, "o"), 0.3: (SKY, "s"), 0.1: (BLUE, "v")}
X_demo = np.random.default_rng(0).standard_normal((100, 200))


def loudness(scale, control=lambda Z: Z):
    """Standard deviation of Z in each of 20 ReLU layers, after `control` has been applied to Z."""
    A, heard = X_demo, []
    for W in initialize_weights([100] * 21, np.random.default_rng(1), scale):
        Z = control(W @ A)
        heard.append(Z.std())
        A = relu(Z)
    return heard


fig, ax = plt.subplots(figsize=(8, 4.2), layout="constrained")
for scale, (colour, marker) in SCALES.items():
    ax.semilogy(range(1, 21), loudness(scale), marker=marker, color=colour, label=f"{scale} · He")
ax.set(
    title="How loud is each layer?",
    xlabel="layer",
    ylabel="standard deviation of Z",
    xticks=range(1, 21, 2),
)
ax.legend(title="initial weights", loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# **What to see.** The errors multiply: a factor 10 in each layer is a factor $10^{20}$ after
# twenty. Only the green line stays. And it stays only until training starts to move the weights.

# %% [markdown]
# ---
# ## Listen, then turn the knob
#
# Take one layer's $Z = WA + b$ of shape $(n, m)$, for a *batch* of $m$ examples. For each unit,
# that is, for each row, listen:
#
# $$ \mu = \frac1m \sum_{j=1}^m Z_{:j}, \qquad
# v = \frac1m \sum_{j=1}^m \left(Z_{:j} - \mu\right)^2 . $$
#
# Then turn the knob, so that the row has mean 0 and variance 1:
#
# $$ \hat Z = \frac{Z - \mu}{\sqrt{v + \varepsilon}} . $$
#
# The small number $\varepsilon$ (`eps`) sits *under the root* and keeps a silent row, $v = 0$, from
# a division by zero. But who says that mean 0 and variance 1 is what the next layer needs? So the
# unit gets two numbers that are learned like all others, a gain $\gamma$ and an offset $\beta$,
# each of shape $(n, 1)$:
#
# $$ \text{out} = \gamma \odot \hat Z + \beta . $$
#
# They start at $\gamma = 1$, $\beta = 0$. ($\odot$ multiplies entry by entry. The layer's old bias
# $b$ can go: subtracting $\mu$ removes it anyway.)
#
# ### And when there is no batch?
#
# In use, the network is shown one example and must answer. Its answer shouldn't depend on who else
# is in the room. So during training each layer also keeps a *memory* of how loud things usually
# are, a running average:
#
# $$ \text{running} \leftarrow \text{momentum} \cdot \text{running}
# + (1 - \text{momentum}) \cdot \text{batch}, $$
#
# once for the mean and once for the variance. In use (`training=False`) the running statistics take
# the place of $\mu$ and $v$, and are left alone.
#
# > **Two dialects.** We divide the variance by $m$ everywhere and let `momentum` be the share of
# > the *old* value. PyTorch's `momentum` is the share of the *new* value (its 0.1 is our 0.9), and
# > its running variance divides by $m - 1$. When you read code, look first which dialect it speaks.
#
# ### Exercise: `batchnorm_forward`


# %% exercise="batchnorm_forward"
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    """Normalise each row of Z, then scale it by gamma and shift it by beta.

    Args:
        Z: array (n, m), n units and m examples.
        gamma, beta: arrays (n, 1), the learned gain and offset.
        running_mean, running_var: arrays (n, 1), the memory.
        momentum: the share of the old value in the new memory.
        eps: added to the variance, under the root.
        training: if True, use the batch's mean and variance (divided by m) and update the memory;
            if False, use the memory and leave it as it is.

    Returns:
        out: array (n, m), gamma * (Z - mean) / sqrt(variance + eps) + beta.
        cache: whatever batchnorm_backward will need.
        running_mean, running_var: new arrays (n, 1).
    """
    ### BEGIN SOLUTION
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()
    ### END SOLUTION


# %% checks="batchnorm_forward"
def check_batchnorm_forward():
    """Two units, four examples. Means 4 and 0, variances 5 and 0.0001: the second one needs eps."""
    Z = np.array([[1.0, 3.0, 5.0, 7.0], [0.01, -0.01, 0.01, -0.01]])
    gamma, beta = np.array([[2.0], [3.0]]), np.array([[10.0], [-1.0]])
    old_mean, old_var = np.array([[1.0], [2.0]]), np.array([[3.0], [0.5]])
    given = {"Z": Z, "gamma": gamma, "beta": beta, "running_mean": old_mean, "running_var": old_var}
    before = {name: value.copy() for name, value in given.items()}

    def same(got, want):
        return np.shape(got) == np.shape(want) and np.allclose(got, want, rtol=1e-7)

    def normalised(mean, var):
        return gamma * (Z - mean) / np.sqrt(var + 1e-5) + beta

    mean, var = np.array([[4.0], [0.0]]), np.array([[5.0], [0.0001]])
    answer = batchnorm_forward(Z, gamma, beta, old_mean, old_var)
    assert isinstance(answer, tuple), "Return four things: out, cache, running_mean, running_var."
    assert len(answer) == 4, (
        f"Return four things: out, cache, running_mean, running_var; you returned {len(answer)}."
    )
    out, _, new_mean, new_var = answer
    for name, value in given.items():
        assert np.array_equal(value, before[name]), (
            f"{name} was changed. Compute new arrays instead of changing the old ones."
        )
    assert np.shape(out) == (2, 4), f"out has the shape of Z, (2, 4); got {np.shape(out)}."
    assert not same(out, normalised(mean, var * 4 / 3)), (
        "The variance in the normaliser is divided by m, not by m - 1."
    )
    assert not same(out, gamma * (Z - mean) / (np.sqrt(var) + 1e-5) + beta), (
        "eps belongs under the root: sqrt(variance + eps)."
    )
    assert not same(out, gamma * (Z - mean) / np.sqrt(var) + beta), (
        "eps is missing: divide by sqrt(variance + eps)."
    )
    assert not same(out, gamma * (Z - mean) / (var + 1e-5) + beta), (
        "Divide by the standard deviation, the root of variance + eps, not by the variance."
    )
    assert not same(out, normalised(old_mean, old_var)), (
        "While training, use the batch's own mean and variance, not the running ones."
    )
    assert not same(out, beta * (Z - mean) / np.sqrt(var + 1e-5) + gamma), (
        "gamma and beta have changed places."
    )
    assert same(out, normalised(mean, var)), (
        f"Expected out =\n{normalised(mean, var).round(4)}\ngot\n{np.round(out, 4)}\nAre the "
        "statistics taken along each row, over the examples?"
    )
    for name, got, old, batch in (
        ("running_mean", new_mean, old_mean, mean),
        ("running_var", new_var, old_var, var),
    ):
        assert np.shape(got) == (2, 1), f"{name} has shape (n, 1) = (2, 1); got {np.shape(got)}."
        assert not same(got, old), f"{name} wasn't updated."
        assert not same(got, batch), (
            f"{name} was overwritten by the batch: mix old and new, 0.9 of the old and 0.1 of the "
            "new."
        )
        assert not same(got, 0.1 * old + 0.9 * batch), (
            f"{name}: momentum is the share of the old value, not of the new one."
        )
        assert not same(got, 0.9 * old + 0.1 * (batch + 1e-5)), (
            f"{name} has eps mixed in: eps belongs to the normaliser only."
        )
        if name == "running_var":
            assert not same(got, 0.9 * old + 0.1 * batch * 4 / 3), (
                "running_var takes the variance divided by m here, not by m - 1."
            )
        assert same(got, 0.9 * old + 0.1 * batch), (
            f"Expected {name} = 0.9·old + 0.1·batch =\n{0.9 * old + 0.1 * batch}\ngot\n{got}"
        )
    _, _, new_mean, _ = batchnorm_forward(Z, gamma, beta, old_mean, old_var, momentum=0.25)
    assert same(new_mean, 0.25 * old_mean + 0.75 * mean), (
        "The argument momentum is ignored: with 0.25 the memory is 0.25·old + 0.75·batch."
    )
    out = batchnorm_forward(Z, gamma, beta, old_mean, old_var, eps=1.0)[0]
    assert same(out, gamma * (Z - mean) / np.sqrt(var + 1) + beta), (
        "The argument eps is ignored: with eps=1 the row is divided by sqrt(variance + 1)."
    )

    small_var = 0.0001 * old_var
    out, _, new_mean, new_var = batchnorm_forward(
        Z, gamma, beta, old_mean, small_var, training=False
    )
    assert not same(out, normalised(mean, var)), (
        "With training=False use the running mean and variance, not the batch's."
    )
    assert same(out, normalised(old_mean, small_var)), (
        "With training=False out = gamma (Z - running_mean) / sqrt(running_var + eps) + beta. Is "
        "eps there, too?"
    )
    for name, got, old in (
        ("running_mean", new_mean, old_mean),
        ("running_var", new_var, small_var),
    ):
        assert same(got, old), f"With training=False {name} stays as it is."
        assert not np.shares_memory(got, old), (
            f"With training=False, too, return a new array: a copy of {name}."
        )
    print("batchnorm_forward: the knob turns itself.")


check_batchnorm_forward()

# %% [markdown]
# ### Twenty layers again
#
# The very same badly set networks as above, with your function between $Z$ and the ReLU.


# %% tags=["demo"]
def controlled(Z, eps=1e-5):
    """Your batch normalisation as at the start of training: gain 1, offset 0."""
    one, zero = np.ones((len(Z), 1)), np.zeros((len(Z), 1))
    return batchnorm_forward(Z, one, zero, zero, one, eps=eps)[0]


fig, (left, middle, right) = plt.subplots(
    1, 3, figsize=(13, 4), width_ratios=[1, 1, 1.15], layout="constrained"
)
for scale, (colour, marker) in SCALES.items():
    left.semilogy(range(1, 21), loudness(scale), marker=marker, markersize=4, color=colour)
    middle.semilogy(
        range(1, 21),
        loudness(scale, controlled),
        marker=marker,
        markersize=4,
        color=colour,
        label=f"{scale} · He",
    )
for ax, title in ((left, "without"), (middle, "with batch normalisation")):
    ax.set(
        title=title,
        xlabel="layer",
        ylabel="standard deviation of Z",
        ylim=(1e-21, 1e21),
        xticks=range(2, 21, 6),
    )
middle.legend(title="initial weights")
scales = np.logspace(-7, 3, 60)
z_first = initialize_weights([100, 100], np.random.default_rng(1))[0] @ X_demo
for eps, colour, line in ((1e-3, RED, "-."), (1e-5, GREEN, "-"), (1e-9, BLUE, "--")):
    right.semilogx(
        scales,
        [controlled(s * z_first, eps).std() for s in scales],
        color=colour,
        linestyle=line,
        label=f"eps = {eps:g}",
    )
    right.axvline(np.sqrt(eps) / z_first.std(), color=colour, linestyle=":", linewidth=1)
right.annotate("silence", (1.5e-7, 0.02), (1.2e-7, 0.35), arrowprops={"arrowstyle": "->"})
right.set(
    title="How quiet may a layer be?",
    xlabel="scale of the weights, in units of He",
    ylabel="standard deviation after normalising",
    ylim=(-0.03, 1.08),
)
right.legend(loc="center right")
plt.show()

# %% [markdown]
# **What to see.** *Middle:* five lines, and you see one. Whatever the scale, the loudness is 1 in
# each layer: a factor in front of $W$ is in $Z$, in $\mu$ and in $\sqrt v$ alike, and cancels.
# *Right:* the forgiveness has a floor. When the standard deviation of $Z$ falls below
# $\sqrt\varepsilon$ (dotted), $\varepsilon$ wins under the root, and the output fades. At scale
# exactly 0 there is nothing to amplify: $Z - \mu = 0$, and $0/\sqrt\varepsilon = 0$. *A volume
# control cannot make a song out of silence.*

# %% [markdown]
# ---
# ## The way back
#
# Let $J$ be the cost and $G = \partial J/\partial\,\text{out}$ (`dout`), of shape $(n, m)$. Two
# gradients are easy. $\gamma$ and $\beta$ are shared by all examples of a row, so their gradients
# add up:
#
# $$ \frac{\partial J}{\partial\gamma} = \sum_j G_{:j} \odot \hat Z_{:j}, \qquad
# \frac{\partial J}{\partial\beta} = \sum_j G_{:j} . $$
#
# For $Z$ one must be careful: a single $Z_{ij}$ acts on its own output, *and* on the mean, *and* on
# the variance, and through those two on every other example of the row. Put $D = \gamma \odot G$
# (the gradient with respect to $\hat Z$) and $s = \sqrt{v + \varepsilon}$, and follow the three
# roads for one row:
#
# $$
# \begin{aligned}
# \text{directly:} && \tfrac{D_j}{s} & \\
# \text{through the variance:} && \tfrac{\partial J}{\partial v} &= -\tfrac{1}{2 s^3}
# \textstyle\sum_k D_k (Z_k - \mu), & \tfrac{\partial v}{\partial Z_j} &= \tfrac{2}{m}(Z_j - \mu) \\
# \text{through the mean:} && \tfrac{\partial J}{\partial \mu} &= -\tfrac1s
# \textstyle\sum_k D_k, & \tfrac{\partial \mu}{\partial Z_j} &= \tfrac1m
# \end{aligned}
# $$
#
# Add them up, and it becomes short. With $\overline{\,\cdot\,}$ for the mean over the examples,
#
# $$ \boxed{\; \frac{\partial J}{\partial Z} = \frac{1}{s} \left( D - \overline{D}
# - \hat Z \odot \overline{D \odot \hat Z} \right) \;} $$
#
# (Doesn't $v$ depend on $\mu$, too? It does, but $\partial v/\partial\mu = -\frac2m\sum_j (Z_j -
# \mu) = 0$.) You may write the three roads or the short form. Both are right.
#
# ### Exercise: `batchnorm_backward`


# %% exercise="batchnorm_backward"
def batchnorm_backward(dout, cache):
    """Gradients of a training-mode batchnorm_forward, through mean and variance.

    Args:
        dout: array (n, m), the gradient with respect to out.
        cache: what batchnorm_forward returned with training=True.

    Returns:
        dZ: array (n, m).
        dgamma, dbeta: arrays (n, 1).
    """
    ### BEGIN SOLUTION
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m)
    return dZ, dgamma, dbeta
    ### END SOLUTION


# %% checks="batchnorm_backward"
def check_batchnorm_backward():
    """The slopes of J = sum(dout * out), measured through your own batchnorm_forward."""
    rng = np.random.default_rng(2)
    Z, dout = rng.standard_normal((3, 5)), rng.standard_normal((3, 5))
    inputs = {"Z": Z, "gamma": rng.uniform(0.5, 2, (3, 1)), "beta": rng.standard_normal((3, 1))}
    mean, var = np.zeros((3, 1)), np.ones((3, 1))
    before = dout.copy()

    def weighted_sum(**inputs):
        return np.sum(dout * batchnorm_forward(**inputs, running_mean=mean, running_var=var)[0])

    def slopes(name, step=1e-5):
        """Central differences of J in every entry of one input."""
        slope = np.zeros(inputs[name].shape)
        for at in np.ndindex(slope.shape):
            nudge = np.zeros(slope.shape)
            nudge[at] = step
            up, down = inputs[name] + nudge, inputs[name] - nudge
            slope[at] = weighted_sum(**inputs | {name: up}) - weighted_sum(**inputs | {name: down})
        return slope / (2 * step)

    cache = batchnorm_forward(**inputs, running_mean=mean, running_var=var)[1]
    answer = batchnorm_backward(dout, cache)
    assert isinstance(answer, tuple), "Return three things: dZ, dgamma, dbeta."
    assert len(answer) == 3, f"Return three things: dZ, dgamma, dbeta; you returned {len(answer)}."
    assert np.array_equal(dout, before), (
        "dout was changed. Compute new arrays instead of changing the old ones."
    )
    hints = {
        "beta": "beta is added to every example of its row: sum dout over the examples.",
        "gamma": "gamma multiplies the normalised Z: sum dout times the normalised Z over the "
        "examples.",
        "Z": "There are three roads: directly, through the variance, and through the mean. Is the "
        "factor gamma there?",
    }
    for name, got in zip(("beta", "gamma", "Z"), reversed(answer), strict=True):
        want = slopes(name)
        assert np.shape(got) == want.shape, f"d{name} has shape {want.shape}; got {np.shape(got)}."
        if name == "Z":
            assert np.allclose(np.sum(got, axis=1), 0, atol=1e-7), (
                "Adding one number to a whole row of Z changes nothing, so each row of dZ must add "
                "up to 0. Yours doesn't: is the road through the mean there?"
            )
        elif not np.allclose(want, 0):
            assert not np.allclose(got, want / 5, rtol=1e-4), (
                f"d{name} is m times too small: sum over the examples, don't average."
            )
        assert np.allclose(got, want, rtol=1e-4, atol=1e-6), (
            f"d{name} is not the slope. "
            f"{hints[name]}\nmeasured:\n{want.round(5)}\nyours:\n{np.round(got, 5)}"
        )
    print("batchnorm_backward: all three roads lead back.")


check_batchnorm_backward()

# %% [markdown]
# ### What the gradient knows
#
# The box above says: from $D$, take away its mean, and take away its part along $\hat Z$. Two
# things remain forbidden to the gradient, and both make sense. It may not shift a whole row (that
# would change nothing), and it may not stretch one (that would change nothing either). And a second
# gift is hidden in the factor $1/s$. *Guess:* if all weights are ten times too large, is the
# gradient larger, equal, or smaller?


# %% tags=["demo"]
def gradient_sizes(scale, normalise):
    """Length of dJ/dW in each of 20 ReLU layers, for J = the sum of random multiples of the last
    Z."""
    weights, A, tape = initialize_weights([100] * 21, np.random.default_rng(1), scale), X_demo, []
    one, zero = np.ones((100, 1)), np.zeros((100, 1))
    for W in weights:
        Z, cache = W @ A, None
        if normalise:
            Z, cache, _, _ = batchnorm_forward(Z, one, zero, zero, one)
        tape.append((A, Z, cache))
        A = relu(Z)
    dZ, sizes = np.random.default_rng(3).standard_normal(Z.shape), []
    for W, (A, Z, cache) in zip(weights[::-1], tape[::-1], strict=True):
        dZ = dZ * (Z > 0) if sizes else dZ
        dZ = batchnorm_backward(dZ, cache)[0] if normalise else dZ
        sizes.append(np.linalg.norm(dZ @ A.T))
        dZ = W.T @ dZ
    return sizes[::-1]


fig, (left, middle, right) = plt.subplots(
    1, 3, figsize=(13, 4), width_ratios=[1.15, 1, 1], layout="constrained"
)
rng = np.random.default_rng(5)
row, dout = np.sort(rng.standard_normal((1, 14))), rng.standard_normal((1, 14)) + 0.6
one, zero = np.ones((1, 1)), np.zeros((1, 1))
out, cache, _, _ = batchnorm_forward(row, one, zero, zero, one)
back = batchnorm_backward(dout, cache)[0]
naive = dout / row.std()
left.axhline(0, color=GREY, linewidth=0.8)
left.vlines(out[0], naive[0], back[0], color=GREY, linewidth=1)
left.plot(out[0], naive[0], "o", color=ORANGE, label="first road only")
left.plot(out[0], back[0], "s", color=BLUE, label="all three roads")
for values, colour in ((naive, ORANGE), (back, BLUE)):
    left.plot(
        out[0],
        np.polyval(np.polyfit(out[0], values[0], 1), out[0]),
        color=colour,
        linewidth=1.5,
        linestyle="--",
    )
left.set(
    title="One row: what the roads take away",
    xlabel=r"normalised $\hat Z$ of the example",
    ylabel="gradient of the example",
)
left.legend(fontsize=9)
layers = range(1, 21)
for scale, (colour, marker) in SCALES.items():
    middle.semilogy(layers, gradient_sizes(scale, False), marker=marker, markersize=4, color=colour)
    right.semilogy(
        layers, gradient_sizes(scale, True), marker=marker, markersize=4, color=colour,
        label=f"{scale} · He",
    )  # fmt: skip
middle.set(
    title="Length of each layer's gradient, without …", xlabel="layer", xticks=range(2, 21, 6),
    ylim=(1e-20, 1e26),
)  # fmt: skip
right.set(
    title="… with batch normalisation",
    xlabel="layer",
    xticks=range(2, 21, 6),
    ylim=middle.get_ylim(),
)
right.legend(title="initial weights", loc="lower right", fontsize=9)
plt.show()

# %% [markdown]
# **What to see.** *Left:* the dashed lines are straight-line fits. What is left of the gradient
# (blue) has mean 0 and slope 0: exactly the part that shifting and stretching cannot explain away.
# *Right:* nearly forty orders of magnitude have become two, and the order of the colours is upside
# down. Weights that are ten times *larger* get a gradient ten times *smaller*, because $J$ depends
# on the direction of $W$ only. Too large weights change slowly, too small ones grow fast: the knob
# looks after itself even while the network learns. (Within a line there is still a slope, the
# gradients get larger towards the first layer. Batch normalisation is good, not magic.)

# %% [markdown]
# ---
# ## What it forgives, and what it doesn't
#
# Now let us train: ten layers, two spirals, and initial weights from one ten-millionth of He's to a
# thousand times He's. And zero.


# %% tags=["demo"]
def spirals(m, rng):
    """Two spirals, wound around each other: positions (2, m) and labels (1, m)."""
    Y = np.arange(m)[np.newaxis] % 2
    turn = 3.2 * np.sqrt(rng.random(m)) + 0.35
    X = turn * np.stack([np.cos(turn * 1.6 + np.pi * Y[0]), np.sin(turn * 1.6 + np.pi * Y[0])]) / 2
    return X + 0.05 * rng.standard_normal((2, m)), Y


nature = np.random.default_rng(8)
X_train, Y_train = spirals(400, nature)
X_test, Y_test = spirals(1000, nature)
LAYERS = [2] + [24] * 9 + [1]


def new_network(scale, rng, normalise=True):
    """Ten layers; each hidden one has either a bias or gamma, beta and the running statistics."""
    layers = []
    for W in initialize_weights(LAYERS, rng, scale):
        zero, one = np.zeros((len(W), 1)), np.ones((len(W), 1))
        layer = {"W": W, "b": zero}
        if normalise and len(layers) < len(LAYERS) - 2:
            layer = {"W": W, "gamma": one, "beta": zero, "mean": zero, "var": one}
        layers.append(layer)
    return layers


def run(layers, X, training=False):
    """The network's output, its tape for the way back, and the layers with their new memory."""
    A, tape, updated = X, [], []
    for layer in layers:
        Z, cache = layer["W"] @ A, None
        if "gamma" in layer:
            Z, cache, mean, var = batchnorm_forward(
                Z, layer["gamma"], layer["beta"], layer["mean"], layer["var"], training=training
            )
            layer = layer | {"mean": mean, "var": var}
        else:
            Z = Z + layer["b"]
        tape.append((A, Z, cache))
        updated.append(layer)
        A = relu(Z)
    return sigmoid(Z), tape, updated


def step(layers, X, Y, learning_rate):
    """One step of gradient descent on one batch."""
    output, tape, layers = run(layers, X, training=True)
    dZ, moved = (output - Y) / Y.shape[1], []
    for layer, (A, _, cache) in zip(layers[::-1], tape[::-1], strict=True):
        if cache is None:
            grads = {"b": dZ.sum(axis=1, keepdims=True)}
        else:
            dZ, dgamma, dbeta = batchnorm_backward(dZ, cache)
            grads = {"gamma": dgamma, "beta": dbeta}
        grads["W"] = dZ @ A.T
        dZ = (layer["W"].T @ dZ) * (A > 0)
        moved.append(
            layer | {name: layer[name] - learning_rate * grad for name, grad in grads.items()}
        )
    return moved[::-1]


def train(layers, batch_size=50, epochs=60, learning_rate=0.1, seed=3):
    """Mini-batch gradient descent; returns the layers and the cost per epoch (inference mode)."""
    rng, costs = np.random.default_rng(seed), []
    for _ in range(epochs):
        order = rng.permutation(X_train.shape[1])
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            layers = step(layers, X_train[:, batch], Y_train[:, batch], learning_rate)
        p = np.clip(
            np.where(Y_train == 1, run(layers, X_train)[0], 1 - run(layers, X_train)[0]), 1e-12, 1
        )
        costs.append(-np.mean(np.log(p)))
    return layers, costs


def accuracy(layers, X=None, Y=None, training=False):
    """Share of right answers (on the test set, unless told otherwise)."""
    X, Y = (X_test, Y_test) if X is None else (X, Y)
    return np.mean((run(layers, X, training)[0] > 0.5) == Y)


scales = [0, 1e-7, 1e-5, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000]
with np.errstate(all="ignore"):  # the networks without a volume control overflow at 100 and more
    results = {
        (scale, normalise): train(new_network(scale, np.random.default_rng(4), normalise))
        for scale in scales
        for normalise in (False, True)
    }

fig, (left, right) = plt.subplots(
    1, 2, figsize=(13, 4.3), width_ratios=[1, 1.2], layout="constrained"
)
for (scale, normalise), colour in zip(
    ((1, False), (0.1, False), (1, True), (0.1, True), (0, True)),
    (GREY, GREY, GREEN, BLUE, RED),
    strict=True,
):
    left.plot(
        results[scale, normalise][1], color=colour, linewidth=2 if scale else 3,
        linestyle="-" if scale == 1 else "--" if scale else ":",
        label=f"{scale} · He" + (", batch normalisation" if normalise else ", plain"),
    )  # fmt: skip
left.set(title="Learning two spirals", xlabel="epoch", ylabel="cost", ylim=(0, 1.2))
left.legend(fontsize=9, ncols=2, loc="upper right")
places = range(len(scales))
with np.errstate(all="ignore"):
    for normalise, colour, marker, label in (
        (False, GREY, "s", "plain"),
        (True, GREEN, "o", "batch normalisation"),
    ):
        right.plot(
            places,
            [accuracy(results[s, normalise][0]) for s in scales],
            marker=marker,
            color=colour,
            label=label,
        )
right.axhline(0.5, color=GREY, linestyle=":", linewidth=1)
right.text(9.2, 0.51, "tossing a coin", ha="right", color=GREY)
right.set(
    title="How badly may the weights start?", xlabel="scale of the initial weights, in units of He",
    ylabel="accuracy on new points",
    ylim=(0.4, 1.03), xticks=places, xticklabels=[f"{s:g}" for s in scales],
)  # fmt: skip
right.legend(loc="lower center")
plt.show()
rows = [len(np.unique(results[0, True][0][layer]["W"].round(12), axis=0)) for layer in range(9)]
print(f"Started at zero, after training: {rows} different units in the nine hidden layers of 24.")

# %% [markdown]
# **What to see.** The plain network learns at He's scale and nowhere else. With batch normalisation
# there is a broad plateau: a thousand times too small, a hundred times too large, it doesn't mind.
# At 1000 · He it has not finished (weights that large take steps that small, as you saw above). On
# the left the floor of $\varepsilon$ is reached and the plateau ends, and at exactly **0** batch
# normalisation is as helpless as anything else. All units of a layer are alike, get the same
# gradient, and stay alike. Batch normalisation repairs a *scale*. It cannot break a *symmetry*:
# that is the business of the random start, as in assignment 1.

# %% [markdown]
# ---
# ## The company you keep
#
# While training, an example's output depends on the other examples in its batch. How much? Take one
# fixed example, and put it into many random batches of size $m$. *Think first:* what can $\hat Z$
# be when $m = 1$? And when $m = 2$?

# %% tags=["demo"]
company = np.random.default_rng(6)
FIXED = 0.8  # our example's Z; the others come from N(0, 1)
batch_sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256]


def normalised_in_company(m, times=600):
    """Our example's normalised value in `times` random batches of size m."""
    Z = company.standard_normal(
        (times, m)
    )  # one row is one batch: rows are normalised each on its own
    Z[:, 0] = FIXED
    return controlled(Z)[:, 0]


small_batches = {}
for m in (1, 2, 4, 8, 50):  # the small ones get 2,400 steps each, the large one 480
    network = new_network(1, np.random.default_rng(4))
    small_batches[m] = train(network, batch_size=m, epochs=min(6 * m, 60))[0]

fig, (left, right) = plt.subplots(
    1, 2, figsize=(13, 4.2), width_ratios=[1.5, 1], layout="constrained"
)
for place, m in enumerate(batch_sizes):
    values = normalised_in_company(m)
    spread = company.uniform(-0.3, 0.3, len(values))
    left.plot(place + spread, values, ".", markersize=3, alpha=0.35, color=RED if m <= 2 else BLUE)
    left.errorbar(
        place, values.mean(), values.std(), color="black", capsize=4, marker="_", linewidth=1.5
    )
left.axhline(FIXED, color=GREEN, linewidth=1.2, label="with the true mean and variance")
left.legend(loc="upper right")
left.set(
    title="The same example in 600 batches", xlabel="batch size m",
    ylabel=r"its normalised value $\hat Z$",
    xticks=range(len(batch_sizes)), xticklabels=batch_sizes,
)  # fmt: skip
right.bar(
    range(len(small_batches)), [accuracy(layers) for layers in small_batches.values()],
    color=[RED if m <= 2 else BLUE for m in small_batches], width=0.6,
)  # fmt: skip
right.bar_label(right.containers[0], fmt="{:.0%}")
right.axhline(0.5, color=GREY, linestyle=":")
right.set(
    title="Accuracy after training with batches of m", xlabel="batch size m", ylim=(0, 1.08),
    xticks=range(len(small_batches)),
    xticklabels=small_batches, ylabel="accuracy on new points",
)  # fmt: skip
plt.show()

lonely, cache, _, _ = batchnorm_forward(
    np.array([[7.0]]), np.ones((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), np.ones((1, 1))
)
print(
    "A batch of one, Z = 7: out =",
    lonely[0, 0],
    " dZ =",
    batchnorm_backward(np.ones((1, 1)), cache)[0][0, 0],
)

# %% [markdown]
# **What to see.** A batch of **one** is its own mean: $Z - \mu = 0$ always, so the output is
# $\beta$ whatever the input, and the gradient is 0. The network is deaf. In a batch of **two** one
# is always $+1$ and the other $-1$: all that is left is *who of us is larger*. (A network trained
# on such signs has never seen the sizes that its memory later shows it, hence the poor second bar.)
# With more company the value settles, with a noise that falls like $1/\sqrt m$. A little of this
# noise is even welcome (it acts somewhat like dropout), but below about 8 it hurts. When memory
# allows small batches only, people use layer or group normalisation, which listen across units
# instead.

# %% [markdown]
# ---
# ## Training and use are two things
#
# After training, use the memory. How long must the memory be? And what happens if one forgets to
# switch?

# %% tags=["demo"]
fig, (left, right) = plt.subplots(1, 2, figsize=(13, 4.2), layout="constrained")
stream = np.random.default_rng(9)
batches = [3 + 2 * stream.standard_normal((1, 16)) for _ in range(200)]
for momentum, colour, line in ((0.5, ORANGE, "-"), (0.9, BLUE, "-"), (0.99, RED, "--")):
    mean, var, remembered = np.zeros((1, 1)), np.ones((1, 1)), []
    for Z in batches:
        _, _, mean, var = batchnorm_forward(
            Z, np.ones((1, 1)), np.zeros((1, 1)), mean, var, momentum=momentum
        )
        remembered.append(var[0, 0])
    left.plot(remembered, color=colour, linestyle=line, linewidth=1.6, label=f"momentum {momentum}")
left.axhline(4, color="black", linewidth=1, label="true variance")
left.axhline(4 * 15 / 16, color="black", linewidth=1, linestyle=":", label="true variance · 15/16")
left.set(title="The memory of a variance", xlabel="batch", ylabel="running variance", ylim=(0, 9))
left.legend(loc="upper right", ncols=3, fontsize=9)

trained = results[1, True][0]
sizes = [1, 2, 4, 8, 16, 32, 64, 128]
by_class = np.argsort(Y_test[0], kind="stable")  # first all of one spiral, then all of the other


def forgetful(order, m):
    """Accuracy when somebody forgets training=False and shows the test points in batches of m."""
    batches = [order[start : start + m] for start in range(0, len(order), m)]
    return np.mean(
        np.concatenate(
            [(run(trained, X_test[:, b], True)[0] > 0.5)[0] == Y_test[0, b] for b in batches]
        )
    )


mixed = nature.permutation(1000)
right.axhline(accuracy(trained), color=GREEN, linewidth=2, label="training=False, any batch")
right.semilogx(
    sizes,
    [forgetful(mixed, m) for m in sizes],
    "s--",
    color=BLUE,
    base=2,
    label="forgotten, batches mixed",
)
right.semilogx(
    sizes,
    [forgetful(by_class, m) for m in sizes],
    "^:",
    color=RED,
    base=2,
    label="forgotten, batches of one spiral each",
)
right.set(
    title="One network, used rightly and wrongly",
    xlabel="batch size in use",
    ylabel="accuracy on new points",
    ylim=(0.4, 1.03),
    xticks=sizes,
    xticklabels=sizes,
)
right.legend(loc="lower right", fontsize=9)
plt.show()

# %% [markdown]
# **What to see.** *Left:* a short memory (0.5) is nervous, a long one (0.99) needs hundreds of
# batches before it has forgotten the 1 it started with: whoever tests too early is disappointed.
# And all of them settle a little too low, at $(m-1)/m = 15/16$ of the truth, for a batch's variance
# is measured around its *own* mean; that is why PyTorch's memory divides by $m - 1$. *Right:* the
# same network gives the same answers in any company as long as it uses its memory. If one forgets
# to switch, it is at the mercy of its neighbours, and with batches of a single class, as happens
# when files are sorted, the mean itself carries the class away.

# %% [markdown]
# ---
# ## Solder the knob in place
#
# After training the knob no longer turns: $\gamma$, $\beta$ and the memory are fixed numbers. Then
# linear layer plus batch normalisation is
#
# $$ \gamma \odot \frac{(W A + b) - \mu}{\sqrt{v + \varepsilon}} + \beta, $$
#
# with $\mu$ and $v$ from the memory. That is linear in $A$! So there is *one* linear layer $(W',
# b')$ that does the same, and nobody has to pay for the normalisation any more. This is what
# happens inside your phone. *Find $W'$ and $b'$ yourself.* One hint: each row of $W$ belongs to one
# unit.
#
# ### Exercise: `fold_batchnorm`


# %% exercise="fold_batchnorm"
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    """The one linear layer that equals linear layer plus batch normalisation at inference.

    Args:
        W: array (n, n_prev); b: array (n, 1), the linear layer.
        gamma, beta, running_mean, running_var: arrays (n, 1), the batch normalisation.
        eps: as in batchnorm_forward.

    Returns:
        W: array (n, n_prev) and b: array (n, 1) of the new layer, as new arrays.
    """
    ### BEGIN SOLUTION
    gain = gamma / np.sqrt(running_var + eps)
    return gain * W, gain * (b - running_mean) + beta
    ### END SOLUTION


# %% checks="fold_batchnorm"
def check_fold_batchnorm():
    """Two units that see three: standard deviations 2 and 0.1, so the gains are 3/2 and 5/0.1
    (nearly)."""
    W, b = np.array([[1.0, 0.0, 2.0], [-1.0, 1.0, 0.0]]), np.array([[4.0], [1.0]])
    gamma, beta = np.array([[3.0], [5.0]]), np.array([[7.0], [-2.0]])
    mean, var = np.array([[2.0], [3.0]]), np.array([[4.0], [0.01]])
    given = {"W": W, "b": b, "gamma": gamma, "beta": beta, "running_mean": mean, "running_var": var}
    before = {name: value.copy() for name, value in given.items()}
    answer = fold_batchnorm(**given)
    assert isinstance(answer, tuple), "Return two things: W, b."
    assert len(answer) == 2, f"Return two things: W, b; you returned {len(answer)}."
    for name, value in given.items():
        assert np.array_equal(value, before[name]), f"{name} was changed. Return new arrays."
    new_W, new_b = answer
    assert np.shape(new_W) == (2, 3), (
        f"The new W has the shape of the old one, (2, 3); got {np.shape(new_W)}."
    )
    assert np.shape(new_b) == (2, 1), f"The new b has shape (2, 1); got {np.shape(new_b)}."
    gain = gamma / np.sqrt(var + 1e-5)
    assert not np.allclose(new_W, gamma * W / np.sqrt(var), rtol=1e-7), (
        "eps is missing: the memory's variance also gets eps under the root."
    )
    assert np.allclose(new_W, gain * W, rtol=1e-7), (
        "Each row of W is multiplied by its unit's gamma / sqrt(running_var + eps). "
        f"Expected\n{(gain * W).round(4)}\ngot\n{np.round(new_W, 4)}"
    )
    assert not np.allclose(new_b, b + beta - gain * mean), (
        "The old bias goes through the normalisation, too: it is multiplied by the gain."
    )
    assert not np.allclose(new_b, beta - gain * mean), "The old bias b is lost."
    assert not np.allclose(new_b, gain * (b - mean)), "beta is lost."
    assert np.allclose(new_b, gain * (b - mean) + beta, rtol=1e-7), (
        f"The new b is not right. Put A = 0 into the formula: what comes out?\ngot\n{new_b}"
    )
    other = fold_batchnorm(**given, eps=5.0)[0]
    assert np.allclose(other, gamma * W / np.sqrt(var + 5), rtol=1e-7), (
        "The argument eps is ignored."
    )
    print("fold_batchnorm: soldered.")


check_fold_batchnorm()

# %% [markdown]
# Fold the network that you trained above, and look for a difference.

# %% tags=["demo"]
folded = []
for layer in trained:
    if "gamma" in layer:
        memory = layer["gamma"], layer["beta"], layer["mean"], layer["var"]
        W, b = fold_batchnorm(layer["W"], np.zeros((len(layer["W"]), 1)), *memory)
        layer = {"W": W, "b": b}
    folded.append(layer)

x, y = np.meshgrid(np.linspace(-2.2, 2.2, 150), np.linspace(-2.2, 2.2, 150))
plane = np.stack([x.ravel(), y.ravel()])
original, soldered = (run(layers, plane)[0].reshape(x.shape) for layers in (trained, folded))
fig, axes = plt.subplots(1, 3, figsize=(13, 4.1), layout="constrained")
for ax, output, title in (
    (axes[0], original, "linear layers + batch normalisation"),
    (axes[1], soldered, "folded: linear layers only"),
):
    ax.pcolormesh(x, y, output, cmap="PuOr", vmin=-0.25, vmax=1.25, alpha=0.8, rasterized=True)
    for spiral, colour, marker in ((0, "#b35806", "o"), (1, "#542788", "^")):
        ax.scatter(*X_test[:, Y_test[0] == spiral][:, :150], s=9, c=colour, marker=marker)
    ax.set(title=title, xticks=[], yticks=[], aspect="equal")
difference = axes[2].pcolormesh(
    x, y, np.abs(original - soldered) / np.finfo(float).eps, cmap="cividis", rasterized=True
)
axes[2].set(title="their difference", xticks=[], yticks=[], aspect="equal")
fig.colorbar(difference, ax=axes[2], label=r"in units of rounding, $2.2 \cdot 10^{-16}$")
plt.show()

numbers = [
    sum(value.size for layer in layers for value in layer.values()) for layers in (trained, folded)
]
print(
    f"Numbers to store: {numbers[0]} before, {numbers[1]} after. Largest difference: "
    f"{np.abs(original - soldered).max():.1e}"
)

# %% [markdown]
# **What to see.** Two spirals, cleanly told apart, twice the same picture. The difference is
# rounding, and some of it gathers along the border, where the network is steepest.

# %% [markdown]
# ---
# ## What you take with you
#
# | question | answer |
# |---|---|
# | What does it do? | gives each unit mean $\beta$ and standard deviation $\gamma$ over the batch |
# | What does it forgive? | any initial scale well above $\sqrt\varepsilon$ |
# | What doesn't it forgive? | zero: silence stays silent, twins stay twins |
# | Batch of one? | out $= \beta$, gradient 0; of two: only signs are left |
# | In use? | running statistics, left alone; fold them into $W$ and $b$ |
#
# **To think about.** Why does weight decay (assignment 3) in front of a batch normalisation change
# the speed of learning, but not what the network can say? If dropout comes right before batch
# normalisation, its noise adds to the variance in training and not in use: what happens to the
# memory? And would batch normalisation save the network whose weights are all equal to the same
# number, not zero?
#
# ## Sources
#
# - S. Ioffe, C. Szegedy: *Batch normalization: Accelerating deep network training by reducing
#   internal covariate shift.* International Conference on Machine Learning (2015), 448-456.
# - K. He, X. Zhang, S. Ren, J. Sun: *Delving deep into rectifiers.* International Conference on
#   Computer Vision (2015), 1026-1034.
# - S. Santurkar, D. Tsipras, A. Ilyas, A. Mądry: *How does batch normalization help optimization?*
#   Advances in Neural Information Processing Systems 31 (2018).
# - Y. Wu, K. He: *Group normalization.* European Conference on Computer Vision (2018), 3-19.
