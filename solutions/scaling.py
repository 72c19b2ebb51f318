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
# # Scaling: a voice through fifty layers
#
# In January 1915 Alexander Graham Bell, in New York, spoke by telephone to his old assistant Thomas
# Watson in San Francisco. A voice fades in a wire of that length long before it arrives. What
# carried it across were amplifiers along the line, each making up for the loss of the stretch
# before it.
#
# Now suppose that there are fifty of them and that each is set *a little* wrong. If every one
# passes on 90 % of what it should, the far end receives $0.9^{50} \approx 0.005$ of the voice:
# silence. If every one passes on 110 %, the far end receives $1.1^{50} \approx 117$ times the
# voice: a howl. In a long chain there is no "a little wrong".
#
# A deep network is such a line, twice over. Activations travel forward through it, gradients travel
# back, and the amplifiers are its **initial weights**. In this notebook you find out how to set
# them.
#
# **Goal.** Given a network's layer sizes and its activation, you can say what variance its weights
# should start with, explain why, and measure whether it worked.
#
# **What you will build.** Eleven short functions: a deep network's forward and backward pass, five
# ways to initialise it, the one formula behind them, and three instruments that measure what a
# network does to its signals.
#
# **Out of scope.** Why a network must not start at zero (that was the lesson on symmetry; one
# exercise here looks back at it), normalisation layers, optimisers, convolutions.
#
# Two papers stand behind everything here, and both are pleasant to read:
#
# * X. Glorot and Y. Bengio (2010). *Understanding the difficulty of training deep feedforward
#   neural networks.* AISTATS.
# * K. He, X. Zhang, S. Ren and J. Sun (2015). *Delving deep into rectifiers: surpassing human-level
#   performance on ImageNet classification.* ICCV.

# %%
import matplotlib.pyplot as plt
import numpy as np

# %% [markdown]
# ## The network and its conventions
#
# One column is one example: $X$ has shape $(n_0, m)$ for $m$ examples with $n_0$ features each. The
# network has $L$ layers; layer $l$ has $n_l$ units and computes
#
# $$Z_l = W_l A_{l-1} + b_l, \qquad A_l = \varphi(Z_l), \qquad A_0 = X,$$
#
# with $W_l$ of shape $(n_l, n_{l-1})$ and $b_l$ of shape $(n_l, 1)$. Every hidden layer
# ($l = 1, \dots, L-1$) uses the same activation $\varphi$ – `"relu"`, `"tanh"` or `"sigmoid"` – and
# the last layer always uses the sigmoid. All sizes together are one list,
# `layer_dims = [n_0, n_1, ..., n_L]`.
#
# Seen from the matrix $W_l$, the number of units that feed it, $n_{l-1}$, is its **fan-in**; the
# number that it feeds, $n_l$, is its **fan-out**. So a weight matrix has the shape
# `(fan_out, fan_in)`. Keep that order in mind: mixing up the two is the commonest slip in this
# notebook, and with square matrices nobody notices.
#
# What we need from earlier lessons is given. Note that `slope` finds the derivative $\varphi'(Z)$
# from the *activation* $A = \varphi(Z)$ alone.


# %%
def sigmoid(Z):
    """1 / (1 + exp(-Z)), written so that no finite Z overflows."""
    return np.exp(-np.logaddexp(0, -Z))


def activate(Z, activation):
    """The activation "relu", "tanh" or "sigmoid" of every entry of Z."""
    functions = {"relu": lambda Z: np.maximum(Z, 0), "tanh": np.tanh, "sigmoid": sigmoid}
    return functions[activation](Z)


def slope(A, activation):
    """The derivative of the activation, entry by entry, found from its value A = activate(Z)."""
    functions = {
        "relu": lambda A: (A > 0).astype(float),
        "tanh": lambda A: 1 - A**2,
        "sigmoid": lambda A: A * (1 - A),
    }
    return functions[activation](A)


def compute_cost(AL, Y):
    """Cross-entropy of AL and Y, both (n_L, m): sum over outputs, mean over the m examples."""
    tiny = np.finfo(float).tiny  # keeps log away from 0 and changes nothing else
    log_likelihood = Y * np.log(np.maximum(AL, tiny)) + (1 - Y) * np.log(np.maximum(1 - AL, tiny))
    return float(-np.sum(log_likelihood) / Y.shape[1])


# %% tags=["demo"]
# Colours that readers with any kind of colour vision can tell apart (Okabe and Ito).
BLUE, ORANGE, GREEN, RED, PURPLE, SKY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
)
plt.rcParams.update(
    {
        "figure.dpi": 100,
        "figure.constrained_layout.use": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.25,
        "legend.frameon": False,
    }
)

# %% [markdown]
# ## Exercise 1 – forward, through any number of layers
#
# First the line itself. `parameters` is a dict with the keys `"W1", "b1", "W2", "b2", …`, two per
# layer, so $L$ is `len(parameters) // 2`.
#
# What you return as `cache` is your own business. Nobody looks inside; it is handed back to *your*
# `backward_deep` later. Think for a moment about what the way back will need.


# %% exercise="forward_deep"
def forward_deep(X, parameters, activation):
    """Carry X forward through all L layers.

    Every hidden layer computes A = activation(W A_prev + b), the last one
    AL = sigmoid(W A_prev + b).

    Args:
        X: examples, array of shape (n_0, m).
        parameters: dict of "W1" (n_1, n_0), "b1" (n_1, 1), ..., "WL", "bL".
        activation: the hidden layers' activation, "relu", "tanh" or "sigmoid".

    Returns:
        AL: the output, array of shape (n_L, m).
        cache: whatever your backward_deep will need.
    """
    ### BEGIN SOLUTION
    L = len(parameters) // 2
    cache = [X]  # cache[l] is A_l, the input of layer l + 1
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        cache.append(activate(Z, activation if layer < L else "sigmoid"))
    return cache[-1], cache
    ### END SOLUTION


# %% checks="forward_deep"
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


check_forward_deep()

# %% [markdown]
# ## Exercise 2 – the constant start, once more
#
# Before we set the amplifiers well, let us set them badly. In the lesson on symmetry a hidden layer
# that starts from one constant had units that all computed the same thing, forever. Does depth
# rescue it? Write the initialiser, and we shall count.


# %% exercise="initialize_constant"
def initialize_constant(layer_dims, value):
    """Give every weight the same value, and every bias 0.

    Args:
        layer_dims: the sizes [n_0, n_1, ..., n_L].
        value: the value of every weight.

    Returns:
        parameters: dict of "W1" (n_1, n_0), "b1" (n_1, 1), ..., "WL", "bL", all float64.
    """
    ### BEGIN SOLUTION
    parameters = {}
    for layer in range(1, len(layer_dims)):
        parameters[f"W{layer}"] = np.full((layer_dims[layer], layer_dims[layer - 1]), float(value))
        parameters[f"b{layer}"] = np.zeros((layer_dims[layer], 1))
    return parameters
    ### END SOLUTION


# %% checks="initialize_constant"
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


check_initialize_constant()

# %% tags=["demo"]
examples = np.random.default_rng(0).normal(size=(20, 100))
for value in (0.0, 0.05, 0.3):
    constant = initialize_constant([20, 30, 30, 4], value)
    output, _ = forward_deep(examples, constant, "tanh")
    distinct = len(np.unique(output.round(12), axis=0))
    print(
        f"all weights {value:4}: 4 output units, {distinct} of them different; "
        f"the output varies over examples by {np.std(output[0]):.3f}"
    )

# %% [markdown]
# Depth rescues nothing. Every unit of a layer adds up the same numbers with the same weights, so
# each layer of thirty acts as a layer of one. A constant may be as big as it likes; it is
# **randomness** that tells units apart. So the weights must be random, with mean 0 – and the
# question for the rest of this notebook is: *how large?*
#
# You have now written the loop over the layers once. All initialisers to come share it, and differ
# only in how they draw one matrix. So here it is, given, to use or not as you like: you pass a
# function that draws one matrix.


# %%
def build_parameters(layer_dims, draw):
    """Parameters with weights draw(fan_in, fan_out), one call a layer, and biases 0."""
    parameters = {}
    for layer in range(1, len(layer_dims)):
        fan_in, fan_out = layer_dims[layer - 1], layer_dims[layer]
        parameters[f"W{layer}"] = draw(fan_in, fan_out)
        parameters[f"b{layer}"] = np.zeros((fan_out, 1))
    return parameters


# %% [markdown]
# ## Exercise 3 – small random numbers
#
# The classic first answer: draw from a normal distribution with mean 0 and a small standard
# deviation, 0.01. It served us well with one hidden layer.
#
# `rng` is a `numpy.random.Generator`. Draw everything from it, and from nothing else: no
# `np.random.seed`, no generator of your own. Then whoever calls your function decides whether two
# runs should be equal, and no two layers share their numbers.


# %% exercise="initialize_small"
def initialize_small(layer_dims, rng, scale=0.01):
    """Draw every weight from N(0, scale²); every bias is 0.

    Args:
        layer_dims: the sizes [n_0, n_1, ..., n_L].
        rng: a numpy.random.Generator, the only source of randomness.
        scale: the weights' standard deviation, the same in every layer.

    Returns:
        parameters: dict of "W1" (n_1, n_0), "b1" (n_1, 1), ..., "WL", "bL", all float64.
    """
    ### BEGIN SOLUTION
    return build_parameters(
        layer_dims, lambda fan_in, fan_out: rng.normal(0, scale, size=(fan_out, fan_in))
    )
    ### END SOLUTION


# %% checks="initialize_small"
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


check_initialize_small()

# %% [markdown]
# ## Exercise 4 – an instrument: how loud is each layer?
#
# To see what an initialisation does we need a volume meter at every layer. The **variance** of all
# activations of a hidden layer, over its units and the examples together, is a good one. It falls
# to 0 when the signal dies out – or when every activation is the same, which tells as little.


# %% exercise="activation_variances"
def activation_variances(X, parameters, activation):
    """Measure the variance of every hidden layer's activations.

    For layer l that is the population variance (the mean squared distance from the mean) of all
    n_l · m entries of A_l, units and examples together.

    Args:
        X: examples, array of shape (n_0, m).
        parameters: dict of "W1" (n_1, n_0), "b1" (n_1, 1), ..., "WL", "bL".
        activation: the hidden layers' activation, "relu", "tanh" or "sigmoid".

    Returns:
        array of shape (L - 1,): the variances of A_1, ..., A_(L-1); the output is not among them.
    """
    ### BEGIN SOLUTION
    _, cache = forward_deep(X, parameters, activation)
    return np.array([np.var(A) for A in cache[1:-1]])
    ### END SOLUTION


# %% checks="activation_variances"
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


check_activation_variances()

# %% [markdown]
# ### Turning the knob by hand
#
# Fifty layers, ReLU, and one knob: the standard deviation of all weights. Which setting carries the
# signal to the end? Guess before you run the cell. The left network is 64 units wide, the right one
# 256.

# %% tags=["demo"]
depth = 50
scales = (0.01, 0.05, 0.1, 0.2, 1.0)
colours = (BLUE, SKY, GREEN, ORANGE, RED)
figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
for width, ax in zip((64, 256), axes):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(width, 200))
    for scale, colour in zip(scales, colours):
        knob = initialize_small([width] * depth + [1], rng, scale)
        heard = activation_variances(X, knob, "relu")
        ax.semilogy(range(1, depth), heard, color=colour, lw=2)
        ax.annotate(
            f"{scale:g}", (depth - 1, heard[-1]), (5, -3), textcoords="offset points", color=colour
        )
    ax.axhline(1, color="black", lw=1, ls=":")
    ax.set(title=f"{width} units a layer", xlabel="hidden layer", xlim=(1, 55))
    ax.set_yticks(10.0 ** np.arange(-120, 101, 40))
axes[0].set_ylabel("variance of the activations")
figure.suptitle("Fifty ReLU layers and one knob; each line is labelled with the weights' std")
plt.show()

# %% [markdown]
# Every curve is a straight line on a logarithmic axis: each layer multiplies the variance by the
# same factor, its **gain**. With 0.01 the signal at the end is some hundred orders of magnitude
# down, with 1 it is as far up. And look closely at 0.1 and 0.2. At 64 units the good setting lies
# between them; at 256 units 0.1 is already too loud. **No single number is right**: the good
# setting depends on the width. How?
#
# ## The law
#
# Take one unit, $z = \sum_{j=1}^{\text{fan-in}} w_j x_j$. Let its weights be independent of each
# other and of the inputs, with mean 0 and variance $\operatorname{Var}(w)$. Then the terms
# $w_j x_j$ have mean 0, they are uncorrelated, and their variances add up:
#
# $$\operatorname{Var}(z) \;=\; \text{fan-in} \cdot \operatorname{Var}(w) \cdot \mathrm{E}[x^2].$$
#
# When the inputs have mean 0, $\mathrm{E}[x^2]$ is just $\operatorname{Var}(x)$. The way back is as
# easy. With $\delta$ for the cost's gradient with respect to $z$, the gradient with respect to
# input $x_j$ is $\sum_{i=1}^{\text{fan-out}} w_{ij} \delta_i$: now it is the units *fed* by $x_j$
# that add up, and
#
# $$\operatorname{Var}(\partial x) \;=\; \text{fan-out} \cdot \operatorname{Var}(w) \cdot
# \mathrm{E}[\delta^2].$$
#
# Don't believe it; measure it. Each dot below is one random matrix of its own rectangular shape,
# its weights of variance 1.

# %% tags=["demo"]
rng = np.random.default_rng(1)
sizes = (8, 16, 32, 64, 128, 256, 512)
figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
for fan_in in sizes:
    for fan_out in sizes:
        W = rng.normal(size=(fan_out, fan_in))
        x, delta = rng.normal(size=(fan_in, 400)), rng.normal(size=(fan_out, 400))
        position = np.log2(fan_out / fan_in) / 6  # from -1, wide to narrow, to 1, narrow to wide
        style = {
            "color": plt.cm.cividis((position + 1) / 2),
            "s": 26,
            "lw": 0.4,
            "edgecolor": "black",
        }
        aside = 2 ** (position / 3)  # a little to the side, so that no dot hides another
        axes[0].scatter(fan_in * aside, np.var(W @ x), **style)
        axes[1].scatter(fan_out * aside, np.var(W.T @ delta), **style)
for ax, name in zip(axes, ("fan-in", "fan-out")):
    ax.step(
        np.r_[sizes, 1024] / np.sqrt(2),
        np.r_[sizes, 512],
        where="post",
        color=RED,
        lw=2,
        zorder=0,
        label=f"the law: {name}",
    )
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set_xlabel(name)
    ax.legend(loc="upper left")
axes[0].set(title="Forward: variance of W x", ylabel="gain in variance, for Var(w) = 1")
axes[1].set_title("Backward: variance of Wᵀ δ")
figure.colorbar(
    plt.cm.ScalarMappable(plt.Normalize(-6, 6), "cividis"), ax=axes, label="log₂(fan-out / fan-in)"
)
plt.show()

# %% [markdown]
# Forward, only the fan-in counts; backward, only the fan-out. The matrices of one size stand side
# by side on their step, and their colour, which tells how far each is from square, makes no
# difference at all. (Lower down the dots scatter more, for there are fewer weights to average.)
#
# So to hold a signal's variance through a layer, $\text{fan} \cdot \operatorname{Var}(w)$ has to be
# constant, and
#
# $$\operatorname{Var}(w) = \frac{\text{scale}}{n}, \qquad
# n = \text{fan-in},\ \text{fan-out}\ \text{or their mean.}$$
#
# ## Exercise 5 – one formula behind them all
#
# Here is that formula as a function. It leaves two things to the caller: which $n$, and which
# distribution. Only mean and variance entered the law, so a uniform distribution does as well as a
# normal one. But mind its bound: $U(-a, a)$ has the variance
#
# $$\int_{-a}^{a} \frac{x^2}{2a}\,dx = \frac{a^2}{3},
# \qquad\text{so}\qquad a = \sqrt{3 \cdot \operatorname{Var}(w)}.$$


# %% exercise="variance_scaling"
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    """Draw one weight matrix with mean 0 and variance scale / n.

    Args:
        fan_in: number of inputs of the layer.
        fan_out: number of its units.
        rng: a numpy.random.Generator, the only source of randomness.
        scale: the numerator of the variance.
        mode: what n is: "fan_in", "fan_out", or "fan_avg", the mean of the two.
        distribution: "normal", or "uniform" between plus and minus √(3 · variance).

    Returns:
        float64 array of shape (fan_out, fan_in).
    """
    ### BEGIN SOLUTION
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, size=(fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, size=(fan_out, fan_in))
    ### END SOLUTION


# %% checks="variance_scaling"
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


check_variance_scaling()

# %% [markdown]
# ## Exercise 6 – the common heuristic
#
# Before 2010 many people drew weights from $U(-1/\sqrt{n}, 1/\sqrt{n})$, with $n$ the fan-in.
# Glorot and Bengio call it a "commonly used heuristic". It looks like variance $1/n$. Is it? Work
# out its variance, then write it.


# %% exercise="initialize_uniform_fan_in"
def initialize_uniform_fan_in(layer_dims, rng):
    """Draw weights from U(-1/√fan_in, 1/√fan_in), so with variance 1/(3 fan_in); biases are 0.

    Args:
        layer_dims: the sizes [n_0, n_1, ..., n_L].
        rng: a numpy.random.Generator, the only source of randomness.

    Returns:
        parameters: dict of "W1" (n_1, n_0), "b1" (n_1, 1), ..., "WL", "bL", all float64.
    """
    ### BEGIN SOLUTION
    return build_parameters(
        layer_dims,
        lambda fan_in, fan_out: variance_scaling(fan_in, fan_out, rng, 1 / 3, "fan_in", "uniform"),
    )
    ### END SOLUTION


# %% checks="initialize_uniform_fan_in"
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


check_initialize_uniform_fan_in()

# %% [markdown]
# Its variance is $1/(3n)$: a third of what a linear layer needs to keep its signal. With five
# layers that is a factor $3^5 = 243$ in variance, and one can live with it. With fifty it is
# $3^{50} \approx 10^{24}$.
#
# ## Exercise 7 – He: what ReLU needs
#
# What scale does a ReLU network need? Let $z$ be symmetric around 0. ReLU sets the negative half to
# 0 and leaves the positive half alone, so of $\mathrm{E}[z^2]$ exactly half survives:
#
# $$\mathrm{E}[\operatorname{relu}(z)^2] = \tfrac12 \operatorname{Var}(z)
# \quad\Longrightarrow\quad
# \operatorname{Var}(z_l) = \tfrac12 \, \text{fan-in} \cdot \operatorname{Var}(w) \cdot
# \operatorname{Var}(z_{l-1}).$$
#
# (Mind that it is $\mathrm{E}[x^2]$ in the law, not $\operatorname{Var}(x)$: ReLU's outputs have a
# mean above 0.) To make up for the lost half, the weights need twice the variance:
# $\operatorname{Var}(w) = 2/\text{fan-in}$. That is the initialisation of He et al. (2015). The
# derivative of ReLU is 0 on one half and 1 on the other, so the way back loses one half too, and
# needs $2/\text{fan-out}$; `mode` lets the caller choose.


# %% exercise="initialize_he"
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    """Initialise for ReLU (He et al., 2015): weights of variance 2 / fan; biases are 0.

    Args:
        layer_dims: the sizes [n_0, n_1, ..., n_L].
        rng: a numpy.random.Generator, the only source of randomness.
        distribution: "normal", or "uniform" between plus and minus √(6 / fan).
        mode: what fan is: "fan_in" (keeps the forward signal), "fan_out" (keeps the gradient), or
            "fan_avg", the mean of the two.

    Returns:
        parameters: dict of "W1" (n_1, n_0), "b1" (n_1, 1), ..., "WL", "bL", all float64.
    """
    ### BEGIN SOLUTION
    return build_parameters(
        layer_dims,
        lambda fan_in, fan_out: variance_scaling(fan_in, fan_out, rng, 2, mode, distribution),
    )
    ### END SOLUTION


# %% checks="initialize_he"
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


check_initialize_he()

# %% [markdown]
# ### The "He uniform" trap
#
# The normal version has the standard deviation $\sqrt{2/n}$. So the uniform one is
# $U(-\sqrt{2/n}, \sqrt{2/n})$ – says a good part of the internet. Your formula says $\sqrt{6/n}$.
# Who is right? Let us ask a network of fifty layers.

# %% tags=["demo"]
width, depth = 256, 50
dims = [width] * depth + [10]


def initialize_trap(layer_dims, rng):
    """U(±√(2/n)): a standard deviation taken for a bound."""

    def draw(fan_in, fan_out):
        return rng.uniform(-1, 1, size=(fan_out, fan_in)) * np.sqrt(2 / fan_in)

    return build_parameters(layer_dims, draw)


X = np.random.default_rng(5).normal(size=(width, 200))
figure, axes = plt.subplots(1, 2, figsize=(10, 4))
for initialize, options, label, colour in [
    (initialize_he, {"distribution": "normal"}, "N(0, 2/n)", BLUE),
    (initialize_he, {"distribution": "uniform"}, "U(±√(6/n))", GREEN),
    (initialize_trap, {}, "U(±√(2/n)), the trap", RED),
]:
    parameters = initialize(dims, np.random.default_rng(6), **options)
    weights = np.concatenate([parameters[f"W{layer}"].ravel() for layer in range(1, 9)]) * np.sqrt(
        width / 2
    )
    axes[0].hist(
        weights,
        bins=np.arange(-3.5, 3.51, 0.1),
        density=True,
        histtype="step",
        color=colour,
        lw=2,
        label=f"{label}: std {weights.std():.2f}",
    )
    variances = activation_variances(X, parameters, "relu")
    axes[1].semilogy(range(1, depth), variances, color=colour, lw=2, label=label)
layers = np.arange(1, depth)
axes[1].semilogy(layers, 3.0**-layers, color="black", ls=":", label="3 times less in each layer")
axes[0].set(title="The weights", xlabel="weight / √(2/n)", ylabel="density", ylim=(0, 0.75))
axes[0].legend(loc="upper center", fontsize=9)
axes[1].set(
    title="The signal, layer by layer", xlabel="hidden layer", ylabel="variance of the activations"
)
axes[1].legend(loc="lower left")
plt.show()

# %% [markdown]
# The normal and the right uniform distribution look quite different and do exactly the same work:
# only the variance matters. The trap's variance is $(2/n)/3$, a third, and after fifty layers the
# signal is down by $3^{50}$. A standard deviation isn't a bound; the factor between them is
# $\sqrt 3$.
#
# PyTorch gets this right. Its initialisers take a *gain* $g$, find the standard deviation
# $g/\sqrt{n}$, and multiply by $\sqrt 3$ to make it a bound. In our words:
#
# * `kaiming_uniform_(W, nonlinearity="relu")`: $g = \sqrt 2$, so the bound is
#   $\sqrt{6/\text{fan-in}}$, that of `initialize_he(…, "uniform")`. With `mode="fan_out"` it is
#   $\sqrt{6/\text{fan-out}}$.
# * `xavier_uniform_(W)`: $g = 1$ and $n$ the mean of the two, so the bound is
#   $\sqrt{6/(\text{fan-in}+\text{fan-out})}$. You will write it in Exercise 10.
# * `kaiming_uniform_(W, a=√5)`: $g = \sqrt{2/(1+5)} = 1/\sqrt 3$, so the bound is
#   $1/\sqrt{\text{fan-in}}$. That is the heuristic of Exercise 6 – and PyTorch's *default* for
#   `nn.Linear`. Whoever stacks many plain ReLU layers should set their weights themselves.
#
# ## Exercise 8 – the way back
#
# A network doesn't learn from its activations but from its gradients, and these travel the line in
# the other direction. With the cross-entropy cost and a sigmoid output the journey starts simply,
# and then repeats one step from layer to layer:
#
# $$dZ_L = A_L - Y, \qquad dW_l = \tfrac1m\, dZ_l A_{l-1}^\top, \qquad
# db_l = \tfrac1m \sum_{\text{examples}} dZ_l, \qquad
# dZ_{l-1} = \left(W_l^\top dZ_l\right) \odot \varphi'(Z_{l-1}).$$
#
# Here $\odot$ multiplies entry by entry, and $dZ_l$ has one column an example: it is the gradient
# of the *sum* of the examples' costs; the $\frac1m$ that makes the sum a mean comes in only with
# $dW_l$ and $db_l$.
#
# The check measures the slope of the cost itself: it nudges each parameter up and down by a hair
# and looks at how the cost changes. You can do that with any gradient that you ever write.


# %% exercise="backward_deep"
def backward_deep(parameters, cache, Y, activation):
    """Find the gradient of the mean cross-entropy with respect to every parameter.

    Args:
        parameters: dict of "W1" (n_1, n_0), "b1" (n_1, 1), ..., "WL", "bL".
        cache: what forward_deep returned for the same parameters.
        Y: labels, array of shape (n_L, m), of zeros and ones.
        activation: the hidden layers' activation, "relu", "tanh" or "sigmoid".

    Returns:
        grads: dict of "dW1", "db1", ..., "dWL", "dbL", each of the shape of its parameter. The cost
        is summed over the outputs and averaged over the m examples, as in compute_cost.
    """
    ### BEGIN SOLUTION
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return grads
    ### END SOLUTION


# %% checks="backward_deep"
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


check_backward_deep()

# %% [markdown]
# ## Exercise 9 – the second instrument: how loud is the gradient?
#
# The same meter for the other direction. Measure each hidden layer's $dZ_l$, the gradient of the
# **sum** of the examples' costs: without the $\frac1m$, so that the reading doesn't depend on how
# many examples we happened to take.
#
# (Your `backward_deep` doesn't return $dZ_l$, so walk the way back once more. Or find a trick: what
# is $db_l$ when $m = 1$?)


# %% exercise="gradient_variances"
def gradient_variances(X, Y, parameters, activation):
    """Measure the variance of the gradient at every hidden layer.

    For layer l that is the population variance of all n_l · m entries of dZ_l, the gradient of the
    sum of the examples' costs with respect to Z_l (no 1/m).

    Args:
        X: examples, array of shape (n_0, m).
        Y: labels, array of shape (n_L, m).
        parameters: dict of "W1" (n_1, n_0), "b1" (n_1, 1), ..., "WL", "bL".
        activation: the hidden layers' activation, "relu", "tanh" or "sigmoid".

    Returns:
        array of shape (L - 1,): the variances of dZ_1, ..., dZ_(L-1); the output is not among them.
    """
    ### BEGIN SOLUTION
    AL, cache = forward_deep(X, parameters, activation)
    dZ = AL - Y
    variances = []
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        dZ = parameters[f"W{layer + 1}"].T @ dZ * slope(cache[layer], activation)
        variances.append(np.var(dZ))
    return np.array(variances[::-1])
    ### END SOLUTION


# %% checks="gradient_variances"
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


check_gradient_variances()

# %% [markdown]
# ## Why both directions agree only for square layers
#
# Forward, a layer keeps its signal when $\text{fan-in} \cdot \operatorname{Var}(w) = 1$; backward,
# when $\text{fan-out} \cdot \operatorname{Var}(w) = 1$. (For ReLU write 2 instead of 1; the
# argument is the same.) A matrix has but one variance, so both can hold only if
# $\text{fan-in} = \text{fan-out}$. What if they differ?
#
# Glorot and Bengio's answer is a compromise: put the **mean** of the two in the denominator,
#
# $$\operatorname{Var}(w) = \frac{1}{\tfrac12(\text{fan-in} + \text{fan-out})}
# = \frac{2}{\text{fan-in} + \text{fan-out}}.$$
#
# Then neither direction is kept exactly, but their gains,
# $\frac{2\,\text{fan-in}}{\text{fan-in}+\text{fan-out}}$ and
# $\frac{2\,\text{fan-out}}{\text{fan-in}+\text{fan-out}}$, are on either side of 1 and add up to 2:
# **neither ever exceeds 2**, however unequal the layer. It goes by Glorot's first name, Xavier.
#
# ## Exercise 10 – Xavier
#
# The last of the initialisers. In the paper it is uniform, so that is the default here. What is its
# bound?


# %% exercise="initialize_xavier"
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    """Initialise as Glorot and Bengio (2010): variance 2 / (fan_in + fan_out); biases are 0.

    Args:
        layer_dims: the sizes [n_0, n_1, ..., n_L].
        rng: a numpy.random.Generator, the only source of randomness.
        distribution: "normal", or "uniform" between plus and minus √(6 / (fan_in + fan_out)).

    Returns:
        parameters: dict of "W1" (n_1, n_0), "b1" (n_1, 1), ..., "WL", "bL", all float64.
    """
    ### BEGIN SOLUTION
    return build_parameters(
        layer_dims,
        lambda fan_in, fan_out: variance_scaling(fan_in, fan_out, rng, 1, "fan_avg", distribution),
    )
    ### END SOLUTION


# %% checks="initialize_xavier"
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


check_initialize_xavier()

# %% [markdown]
# The same in PyTorch's terms, a gain and a fan, next to the largest weight that your functions
# draw:


# %% tags=["demo"]
def pytorch_bound(gain, fan):
    """The bound of torch.nn.init's uniform initialisers: √3 times the standard deviation."""
    return np.sqrt(3) * gain / np.sqrt(fan)


rng = np.random.default_rng(13)
sizes = [400, 200]
for name, gain, fan, drawn in [
    ("kaiming_uniform_", np.sqrt(2), 400, initialize_he(sizes, rng, "uniform")),
    ("… with mode='fan_out'", np.sqrt(2), 200, initialize_he(sizes, rng, "uniform", "fan_out")),
    ("xavier_uniform_", 1, 300, initialize_xavier(sizes, rng)),
    ("nn.Linear's default", np.sqrt(1 / 3), 400, initialize_uniform_fan_in(sizes, rng)),
]:
    largest = np.abs(drawn["W1"]).max()
    print(f"{name:21}  bound {pytorch_bound(gain, fan):.6f}   your largest weight {largest:.6f}")

# %% [markdown]
# Now see the compromise at work, first as a formula and then in a funnel: a ReLU network whose
# layers shrink from 1024 units to 32, each to about 0.7 of the one before. All three settings have
# scale 2, for ReLU, and differ in `mode`.

# %% tags=["demo"]
ratios = np.logspace(-1.2, 1.2, 200)  # fan-in / fan-out
modes = {  # the forward and the backward gain as functions of that ratio
    "fan_in": (BLUE, np.ones_like(ratios), 1 / ratios),
    "fan_out": (ORANGE, ratios, np.ones_like(ratios)),
    "fan_avg": (GREEN, 2 * ratios / (1 + ratios), 2 / (1 + ratios)),
}
funnel = [round(1024 / 2 ** (k / 2)) for k in range(11)] + [10]
figure, axes = plt.subplots(1, 3, figsize=(12, 4))
for mode, (colour, forward_gain, backward_gain) in modes.items():
    axes[0].loglog(ratios, forward_gain, color=colour, lw=2, label=mode)
    axes[0].loglog(ratios, backward_gain, color=colour, lw=2, ls="--")
    forward, backward = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(funnel[0], 100))
        Y = rng.integers(0, 2, size=(10, 100))
        parameters = initialize_he(funnel, rng, "normal", mode)
        forward.append(activation_variances(X, parameters, "relu"))
        backward.append(gradient_variances(X, Y, parameters, "relu"))
    for ax, runs, end in [(axes[1], forward, 0), (axes[2], backward, -1)]:
        curve = np.mean(runs, axis=0)
        ax.semilogy(range(1, 11), curve / curve[end], "o-", color=colour, lw=2, label=mode)
axes[0].plot([], [], color="grey", lw=2, label="forward")
axes[0].plot([], [], color="grey", lw=2, ls="--", label="backward")
axes[0].set(
    title="Gain of one layer",
    xlabel="fan-in / fan-out",
    ylabel="gain in variance",
    ylim=(0.05, 130),
)
axes[0].legend(ncols=2, loc="upper center")
axes[1].set(
    title="Funnel, forward →", xlabel="hidden layer", ylabel="activations: variance / the first's"
)
axes[2].set(
    title="Funnel, backward ←", xlabel="hidden layer", ylabel="gradient: variance / the last's"
)
for ax in axes[1:]:
    ax.axhline(1, color="black", lw=1, ls=":")
    ax.legend(title="mode")
plt.show()

# %% [markdown]
# On the left, solid lines are the forward and broken lines the backward gain. With `fan_in` (blue)
# or `fan_out` (orange) one of the two runs away as the layer gets less square; in the compromise
# (green) both stay below 2.
#
# In the funnel, `fan_in` keeps the way forward about level and `fan_out` the way back; each leaves
# a factor of twenty or so in the other direction. `fan_avg` shares out the error between the two.
#
# How bad is it to choose one direction? He et al. noticed that it is harmless: with `fan_in` the
# backward gain of a layer is $n_l/n_{l-1}$, and over the layers these fractions cancel, all but the
# first denominator and the last numerator. From 1024 to 32 units that is a factor 32 in all,
# however deep the funnel, and not a power of the depth. *(A puzzle for the train home: in a network
# whose widths alternate, 64, 256, 64, 256, …, which of the three modes loses the signal after
# all?)*
#
# ## 0.01, Xavier and He, side by side
#
# Now the whole line, both directions: fifty ReLU layers of 256 units. The line is the median size
# of all entries that are not 0, of the activations above and of the gradients below; the dark band
# holds the middle half of them, the light one the middle nine tenths.

# %% tags=["demo"]
width, depth = 256, 50
dims = [width] * depth + [10]


def trace(X, Y, parameters, activation):
    """All hidden layers' activations and gradients dZ, as two lists of arrays."""
    L = len(parameters) // 2
    activations = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ activations[-1] + parameters[f"b{layer}"]
        activations.append(activate(Z, activation if layer < L else "sigmoid"))
    gradients = [activations[-1] - Y]
    for layer in range(L - 1, 0, -1):
        back = parameters[f"W{layer + 1}"].T @ gradients[0]
        gradients.insert(0, back * slope(activations[layer], activation))
    return activations[1:-1], gradients[:-1]


rng = np.random.default_rng(8)
X, Y = rng.normal(size=(width, 100)), rng.integers(0, 2, size=(10, 100))
schemes = {
    "0.01": (RED, initialize_small(dims, rng)),
    "Xavier": (ORANGE, initialize_xavier(dims, rng)),
    "He": (BLUE, initialize_he(dims, rng)),
}
figure, axes = plt.subplots(2, 3, figsize=(11, 6), sharex=True, sharey="row")
for column, (name, (colour, parameters)) in enumerate(schemes.items()):
    for row, signals in enumerate(trace(X, Y, parameters, "relu")):
        sizes = [np.abs(signal[signal != 0]) for signal in signals]
        low, lower, middle, upper, high = np.transpose(
            [np.quantile(size, [0.05, 0.25, 0.5, 0.75, 0.95]) for size in sizes]
        )
        ax = axes[row, column]
        ax.fill_between(range(1, depth), low, high, color=colour, alpha=0.2, lw=0)
        ax.fill_between(range(1, depth), lower, upper, color=colour, alpha=0.4, lw=0)
        ax.semilogy(range(1, depth), middle, color=colour, lw=2)
        ax.axhline(1, color="black", lw=1, ls=":")
        ax.set_ylim(1e-13, 1e2)
        far_end, layer = (middle[-1], depth - 1) if row == 0 else (middle[0], 1)
        ax.text(
            0.97 if row == 0 else 0.03,
            0.06,
            f"median at layer {layer}: {far_end:.0e}",
            transform=ax.transAxes,
            ha="right" if row == 0 else "left",
            color=colour,
            weight="bold",
        )
    axes[0, column].set_title(name)
    axes[1, column].set_xlabel("hidden layer")
axes[0, 0].set_ylabel("size of the activations →")
axes[1, 0].set_ylabel("size of the gradients ←")
figure.suptitle("Fifty ReLU layers of 256 units: activations travel right, gradients travel left")
plt.show()

# %% [markdown]
# *0.01*: activations and gradients lose a factor of about nine in every layer. After a dozen layers
# the line has left the figure, and at the far end there is some $10^{-47}$ of what was sent. No
# learning rate can make up for that.
#
# *Xavier*: its variance is $1/n$ for square layers, half of what ReLU needs, so each layer loses a
# factor $\sqrt 2$ in size. Harmless over five layers; over fifty it is $2^{25}$, more than ten
# million.
#
# *He*: level from end to end, in both directions. (It wavers a little. The law speaks of the
# average over all random matrices, and a real network has drawn one of each.)
#
# The only difference between the last two is **a factor 2** in the variance.
#
# ## Exercise 11 – the third instrument: saturation
#
# So is more always better? No: tanh and the sigmoid have a ceiling. Where $|z|$ is large they are
# flat, the derivative is almost 0, and the unit passes no gradient back: it is **saturated**. Count
# such units: the share of entries at which the derivative is below a threshold. (ReLU's derivative
# is 0 or 1, so for ReLU it counts the units that are switched off.)
#
# The given function `slope` is at your service.


# %% exercise="saturation"
def saturation(A, activation, threshold=0.05):
    """Measure the share of activations at which the activation function is flat.

    Args:
        A: activations (not Z), an array of any shape.
        activation: "relu", "tanh" or "sigmoid".
        threshold: an entry counts when the derivative there – 1 - A² for tanh, A (1 - A) for
            sigmoid, and for ReLU 1 where A > 0, else 0 – is below this number.

    Returns:
        float between 0 and 1.
    """
    ### BEGIN SOLUTION
    return float(np.mean(slope(A, activation) < threshold))
    ### END SOLUTION


# %% checks="saturation"
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


check_saturation()

# %% [markdown]
# Now tanh, thirty layers of it. What do its activations look like on their way through? Too small,
# right, and too large:

# %% tags=["demo"]
width, depth = 256, 31
dims = [width] * depth + [10]
rng = np.random.default_rng(9)
X, Y = rng.normal(size=(width, 100)), rng.integers(0, 2, size=(10, 100))
schemes = {
    "std 0.01": (RED, initialize_small(dims, rng)),
    "Xavier": (BLUE, initialize_xavier(dims, rng)),
    "std 1": (PURPLE, initialize_small(dims, rng, 1.0)),
}
shown = (1, 5, 15, 30)
figure, axes = plt.subplots(len(shown), 3, figsize=(10, 6), sharex=True)
for column, (name, (colour, parameters)) in enumerate(schemes.items()):
    activations, _ = trace(X, Y, parameters, "tanh")
    for ax, layer in zip(axes[:, column], shown):
        A = activations[layer - 1]
        ax.hist(A.ravel(), bins=np.linspace(-1, 1, 62), color=colour)
        ax.set(yticks=[], ylim=(0, 1.35 * ax.get_ylim()[1]))
        label = f"std {np.std(A):.2g}, {saturation(A, 'tanh'):.0%} saturated"
        ax.text(0.5, 0.97, label, transform=ax.transAxes, ha="center", va="top", fontsize=9)
    axes[0, column].set_title(name)
    axes[-1, column].set_xlabel("activation")
for ax, layer in zip(axes[:, 0], shown):
    ax.set_ylabel(f"layer {layer}")
figure.suptitle("Thirty tanh layers: all activations of four of them")
plt.show()

# %% [markdown]
# With 0.01 all activations collapse to one spike at 0. With standard deviation 1 nine units in ten
# sit at the ceiling or the floor, as if the network were made of switches. They pass nothing back;
# and the tenth one passes it through weights so large that the gradient explodes after all, as the
# next figure will show. With Xavier the activations stay in between, where tanh is alive. (They do
# shrink a little, since tanh squeezes whatever passes. But they shrink like a power of the depth
# and not like an exponential, and that does no harm.)
#
# ## What tanh, the sigmoid and ReLU each need
#
# Give all layers the variance $\text{scale}/n$, send a gradient back through thirty layers, and
# find how much one layer multiplies its variance by on average. Where that gain is 1 the gradient
# arrives as it was sent. Which scale does each activation want? For tanh near 0, where its slope is
# 1, the law says 1; for ReLU 2. For the sigmoid the slope is at most $\frac14$, squared
# $\frac1{16}$, so the scale should be 16 at the least. Let us look.

# %% tags=["demo"]
width, depth = 200, 30
dims = [width] * depth + [10]
rng = np.random.default_rng(10)
X, Y = rng.normal(size=(width, 40)), rng.integers(0, 2, size=(10, 40))
scales = 2.0 ** np.arange(-2, 9.01, 0.5)
figure, axes = plt.subplots(2, 1, figsize=(9, 6.5), sharex=True, height_ratios=(3, 2))
for activation, colour, marker in [
    ("tanh", BLUE, "o"),
    ("relu", RED, "s"),
    ("sigmoid", GREEN, "^"),
]:
    gains, shares = [], []
    for scale in scales:
        parameters = initialize_xavier(dims, rng, "normal")  # scale 1
        for layer in range(1, depth + 1):
            parameters[f"W{layer}"] *= np.sqrt(scale)
        variances = gradient_variances(X, Y, parameters, activation)
        gains.append((variances[4] / variances[-1]) ** (1 / (len(variances) - 5)))
        shares.append(saturation(trace(X, Y, parameters, activation)[0][-1], activation))
    style = {"color": colour, "marker": marker, "ms": 5, "lw": 2, "label": activation}
    axes[0].loglog(scales, gains, **style)
    axes[1].semilogx(scales, shares, **style)
axes[0].axhline(1, color="black", lw=1)
axes[0].axhspan(0.9, 1.1, color="black", alpha=0.08)
for scale, name, side in [(1, "1: Xavier", "right"), (2, "2: He", "left"), (16, "16", "left")]:
    axes[0].axvline(scale, color="grey", lw=1, ls=":")
    axes[0].text(scale, 0.009, f" {name} ", color="dimgrey", ha=side)
axes[0].set(
    title="What one layer does to the gradient on its way back",
    ylabel="gain in variance a layer",
    ylim=(0.007, 8),
)
axes[0].legend(loc="lower right")
axes[1].set(
    title="Saturated units in the last hidden layer",
    xlabel="scale: Var(w) = scale / n",
    ylabel="share",
    ylim=(-0.03, 1.03),
)
axes[1].set_xscale("log", base=2)
axes[1].xaxis.set_major_formatter(lambda value, _: f"{value:g}")
plt.show()

# %% [markdown]
# * **tanh** meets the line at 1: Xavier. Beyond it, its own ceiling slows the growth, which makes
#   it forgiving: many people use a little more (PyTorch's recommended gain for tanh is $5/3$, a
#   scale of $2.8$), at the price of some saturation.
# * **ReLU** crosses at 2: He. It has no ceiling, so its gain is simply $\text{scale}/2$, and it
#   forgives nothing. Half of its units are off, whatever the scale.
# * **The sigmoid** has no good setting. At 16, four times Xavier's standard deviation, an old
#   recipe, the gradient still shrinks at every layer. The reason is its other flaw: its outputs lie
#   around $\frac12$ instead of 0, so $\mathrm{E}[x^2]$ is far larger than $\operatorname{Var}(x)$,
#   and the $z$ of the next layer are driven from the steep middle to the flat ends. When the
#   gradient does get through, at a scale of 100 or so, most units are saturated. That is why deep
#   networks have no sigmoids inside.
#
# ## Does it matter? A race
#
# To end with, let it learn. Two spirals wind around each other, a network of thirty ReLU layers is
# to tell them apart, and gradient descent starts from our three settings. Same data, same learning
# rate, same number of steps. Place your bets.

# %% tags=["demo"]
rng = np.random.default_rng(11)
turn = np.sqrt(rng.uniform(0.02, 1, size=150)) * 3 * np.pi
arm = np.array([turn * np.cos(turn), turn * np.sin(turn)]) / (1.5 * np.pi)
X = np.hstack([arm, -arm]) + rng.normal(0, 0.04, size=(2, 300))
Y = np.repeat([[0.0, 1.0]], 150, axis=1)
dims = [2] + [32] * 29 + [1]
grid = np.stack(np.meshgrid(np.linspace(-2.4, 2.4, 120), np.linspace(-2.4, 2.4, 120)))
figure = plt.figure(figsize=(10, 6))
panels = figure.subplot_mosaic(
    [["cost", "cost", "cost"], ["0.01", "Xavier", "He"]], height_ratios=(2, 3)
)
for name, initialize, colour, style in [
    ("0.01", initialize_small, RED, "-"),
    ("Xavier", initialize_xavier, ORANGE, "--"),
    ("He", initialize_he, BLUE, "-"),
]:
    parameters, costs = initialize(dims, np.random.default_rng(12)), []
    for _ in range(1500):
        AL, cache = forward_deep(X, parameters, "relu")
        costs.append(compute_cost(AL, Y))
        grads = backward_deep(parameters, cache, Y, "relu")
        parameters = {key: parameters[key] - 0.005 * grads[f"d{key}"] for key in parameters}
    panels["cost"].plot(costs, style, color=colour, lw=1.5, label=name)
    surface = forward_deep(grid.reshape(2, -1), parameters, "relu")[0].reshape(120, 120)
    right = np.mean((forward_deep(X, parameters, "relu")[0] > 0.5) == Y)
    ax = panels[name]
    ax.pcolormesh(*grid, surface, cmap="PuOr", vmin=-0.2, vmax=1.2, rasterized=True)
    ax.scatter(*X, c=Y[0], cmap="PuOr", edgecolor="white", lw=0.5, s=18)
    ax.set(title=f"{name}: {right:.0%} right", aspect="equal", xticks=[], yticks=[])
panels["cost"].axhline(np.log(2), color="black", lw=1, ls=":")
panels["cost"].text(1500, 0.71, "a coin's cost, log 2", ha="right", va="bottom")
panels["cost"].set(
    title="Thirty ReLU layers learn two spirals", xlabel="step", ylabel="cost", ylim=(0, 1)
)
panels["cost"].legend(loc="lower left")
plt.show()

# %% [markdown]
# Above, the cost; below, what each network thinks of every point of the plane after 1500 steps.
#
# The network that began at 0.01 still tosses a coin, and it always will: no message gets through.
# Xavier's has only just begun to move: a factor 2 in the variance, thirty times over, is a factor
# of a billion. He's network passed both of them hundreds of steps ago. (Its cost jumps about on the
# way down: full-batch steps in so deep a network are bold, and neither momentum nor normalisation
# steadies them here.) He et al. saw the same in 2015, with thirty layers and real images: with
# their initialisation the network learned, with Xavier's it stalled.
#
# ## What you take home
#
# With $n_i$ for the fan-in and $n_o$ for the fan-out:
#
# | activation | start with | variance | uniform bound |
# |---|---|---|---|
# | tanh, linear | Xavier | $2/(n_i+n_o)$ | $\sqrt{6/(n_i+n_o)}$ |
# | ReLU | He | $2/n_i$ | $\sqrt{6/n_i}$ |
# | sigmoid | another activation | | |
#
# * Weights need to be random, to tell units apart, and of the right size, to keep signals alive.
# * Forward, a layer multiplies the variance by $\text{fan-in} \cdot \operatorname{Var}(w)$;
#   backward, by $\text{fan-out} \cdot \operatorname{Var}(w)$; and the activation takes its share:
#   nothing near 0 for tanh, one half for ReLU.
# * Layers multiply. What is slightly wrong once is hopelessly wrong fifty times.
# * A standard deviation is not a variance, and neither is a bound.
#
# The line is up, and the voice arrives at the far end as it was spoken. In the next lessons, we
# shall disturb it on purpose, to keep the network from learning by heart, and then build amplifiers
# that adjust themselves.
