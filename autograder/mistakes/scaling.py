"""Wrong solutions of ``scaling`` that students really hand in, and some subtler ones."""

import numpy as np

from autograder.mistakes import mistake

# ------------------------------------------------------------------ forward_deep


@mistake(
    "forward-no-hidden-bias", "The output layer adds its b. What became of the hidden layers' b?"
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L):
        cache.append(activate(parameters[f"W{layer}"] @ cache[-1], activation))
    cache.append(sigmoid(parameters[f"W{L}"] @ cache[-1] + parameters[f"b{L}"]))
    return cache[-1], cache


@mistake("forward-no-bias", "Each layer computes W A + b. What became of b?")
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1]
        cache.append(activate(Z, activation if layer < L else "sigmoid"))
    return cache[-1], cache


@mistake(
    "forward-no-output-bias",
    "The hidden layers add their bias. Does the output layer add its own?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L):
        cache.append(
            activate(parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"], activation)
        )
    cache.append(sigmoid(parameters[f"W{L}"] @ cache[-1]))
    return cache[-1], cache


@mistake(
    "forward-first-bias-only",
    "The first layer's bias is at work; do the later layers' biases change anything?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1]
        if layer == 1:
            Z = Z + parameters["b1"]
        cache.append(activate(Z, activation if layer < L else "sigmoid"))
    return cache[-1], cache


@mistake(
    "forward-bias-after-activation",
    "The bias arrives too late: it should move the input of the activation, not its output.",
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        A = activate(parameters[f"W{layer}"] @ cache[-1], activation if layer < L else "sigmoid")
        cache.append(A + parameters[f"b{layer}"])
    return cache[-1], cache


@mistake(
    "forward-hidden-activation-on-output",
    "The last layer follows the same rule as the hidden ones here. Should it?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    cache = [X]
    for layer in range(1, len(parameters) // 2 + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        cache.append(activate(Z, activation))
    return cache[-1], cache


@mistake(
    "forward-linear-output",
    "The outputs are not between 0 and 1: what does the last layer still have to apply?",
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        cache.append(activate(Z, activation) if layer < L else Z)
    return cache[-1], cache


@mistake(
    "forward-linear-hidden",
    "The hidden layers are linear: however many there are, together they do no more than one.",
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        cache.append(parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"])
    cache[-1] = sigmoid(cache[-1])
    return cache[-1], cache


@mistake(
    "forward-always-relu",
    "The output is the same whichever activation is asked for. Is the argument used?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        cache.append(activate(Z, "relu" if layer < L else "sigmoid"))
    return cache[-1], cache


@mistake(
    "forward-sigmoid-becomes-tanh",
    "ReLU and tanh are right. What do the hidden layers do when the sigmoid is asked for?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        if layer == L:
            cache.append(sigmoid(Z))
        elif activation == "relu":
            cache.append(np.maximum(Z, 0))
        else:
            cache.append(np.tanh(Z))
    return cache[-1], cache


@mistake(
    "forward-leaky-relu",
    "Below zero your ReLU still lets a little through. What should it return there?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        if layer < L and activation == "relu":
            cache.append(np.where(Z > 0, Z, 0.01 * Z))
        else:
            cache.append(activate(Z, activation if layer < L else "sigmoid"))
    return cache[-1], cache


@mistake(
    "forward-overflow",
    "For very large signals the output is not a number. What happens to exp on the way?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        if layer < L:
            cache.append(activate(Z, activation))
        else:
            cache.append(np.exp(Z) / (1 + np.exp(Z)))
    return cache[-1], cache


@mistake(
    "forward-softmax-output",
    "Each output is a yes or no of its own; here they compete, as if only one could be true.",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        if layer < L:
            cache.append(activate(Z, activation))
        elif len(Z) == 1:
            cache.append(sigmoid(Z))
        else:
            E = np.exp(Z - Z.max(axis=0))
            cache.append(E / E.sum(axis=0))
    return cache[-1], cache


@mistake(
    "forward-squeezed-output",
    "With one output or one example, AL loses an axis. Which shape should it always have?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        cache.append(activate(Z, activation if layer < L else "sigmoid"))
    return np.squeeze(cache[-1]), cache


@mistake(
    "forward-widens-bias",
    "The parameters have changed during the call: compare the biases' shapes before and after.",
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        # One copy of the bias for each example, so that the shapes agree.
        parameters[f"b{layer}"] = np.tile(parameters[f"b{layer}"], (1, X.shape[1]))
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        cache.append(activate(Z, activation if layer < L else "sigmoid"))
    return cache[-1], cache


@mistake(
    "forward-float32",
    "AL has only half the digits: which dtype does it have?",
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        cache.append(activate(Z, activation if layer < L else "sigmoid"))
    return cache[-1].astype(np.float32), cache


@mistake(
    "forward-normalised-input",
    "X is rescaled on the way in. The network should see the examples as they are.",
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X - X.mean(axis=1, keepdims=True)]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        cache.append(activate(Z, activation if layer < L else "sigmoid"))
    return cache[-1], cache


@mistake(
    "forward-float32-throughout",
    "AL has only half the digits: which dtype does it have?",
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X.astype(np.float32)]
    for layer in range(1, L + 1):
        W = parameters[f"W{layer}"].astype(np.float32)
        Z = W @ cache[-1] + parameters[f"b{layer}"].astype(np.float32)
        cache.append(activate(Z, activation if layer < L else "sigmoid"))
    return cache[-1], cache


@mistake(
    "forward-last-hidden-linear",
    "All hidden layers but the last one have their activation. Where does your loop stop?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    L = len(parameters) // 2
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        if layer == L:
            cache.append(sigmoid(Z))
        else:
            cache.append(activate(Z, activation) if layer < L - 1 else Z)
    return cache[-1], cache


@mistake(
    "forward-sorted-keys",
    "Up to nine layers it works. Which layer comes second when names are sorted as words?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    weights = sorted(key for key in parameters if key.startswith("W"))
    biases = sorted(key for key in parameters if key.startswith("b"))
    cache = [X]
    for W, b in zip(weights, biases):
        Z = parameters[W] @ cache[-1] + parameters[b]
        cache.append(activate(Z, activation if W != weights[-1] else "sigmoid"))
    return cache[-1], cache


@mistake(
    "forward-one-digit",
    "Up to nine layers it works. How many digits can the number of a layer have?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    L = max(int(key[1]) for key in parameters)
    cache = [X]
    for layer in range(1, L + 1):
        Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
        cache.append(activate(Z, activation if layer < L else "sigmoid"))
    return cache[-1], cache


@mistake(
    "forward-dict-order",
    "The layers are taken as they lie in the dictionary. What says which one is the first?",
    subtle=True,
)
def forward_deep(X, parameters, activation):
    weights = [value for key, value in parameters.items() if key.startswith("W")]
    biases = [value for key, value in parameters.items() if key.startswith("b")]
    cache = [X]
    for layer, (W, b) in enumerate(zip(weights, biases), start=1):
        Z = W @ cache[-1] + b
        cache.append(activate(Z, activation if layer < len(weights) else "sigmoid"))
    return cache[-1], cache


# ------------------------------------------------------------------ initialize_constant


@mistake("constant-bias-too", "The weights are right. Which value should the biases have?")
def initialize_constant(layer_dims, value):
    parameters = {}
    for layer in range(1, len(layer_dims)):
        parameters[f"W{layer}"] = np.full((layer_dims[layer], layer_dims[layer - 1]), float(value))
        parameters[f"b{layer}"] = np.full((layer_dims[layer], 1), float(value))
    return parameters


@mistake(
    "constant-transposed",
    "Which comes first in the shape of W: the number of units, or of their inputs?",
    subtle=True,
)
def initialize_constant(layer_dims, value):
    parameters = {}
    for layer in range(1, len(layer_dims)):
        parameters[f"W{layer}"] = np.full((layer_dims[layer - 1], layer_dims[layer]), float(value))
        parameters[f"b{layer}"] = np.zeros((layer_dims[layer], 1))
    return parameters


@mistake(
    "constant-integers",
    "For a whole number as value the weights are whole numbers, too. Which dtype should they have?",
    subtle=True,
)
def initialize_constant(layer_dims, value):
    parameters = {}
    for layer in range(1, len(layer_dims)):
        parameters[f"W{layer}"] = np.full((layer_dims[layer], layer_dims[layer - 1]), value)
        parameters[f"b{layer}"] = np.zeros((layer_dims[layer], 1))
    return parameters


@mistake(
    "constant-last-layer-omitted",
    "A layer is missing at the end: how many layers does a list of n sizes describe?",
)
def initialize_constant(layer_dims, value):
    parameters = {}
    for layer in range(1, len(layer_dims) - 1):
        parameters[f"W{layer}"] = np.full((layer_dims[layer], layer_dims[layer - 1]), float(value))
        parameters[f"b{layer}"] = np.zeros((layer_dims[layer], 1))
    return parameters


@mistake("constant-flat-bias", "A bias is a column. How many axes does yours have?")
def initialize_constant(layer_dims, value):
    parameters = {}
    for layer in range(1, len(layer_dims)):
        parameters[f"W{layer}"] = np.full((layer_dims[layer], layer_dims[layer - 1]), float(value))
        parameters[f"b{layer}"] = np.zeros(layer_dims[layer])
    return parameters


@mistake("constant-counts-from-zero", "The first layer is layer 1. What are your keys called?")
def initialize_constant(layer_dims, value):
    parameters = {}
    for layer in range(len(layer_dims) - 1):
        parameters[f"W{layer}"] = np.full((layer_dims[layer + 1], layer_dims[layer]), float(value))
        parameters[f"b{layer}"] = np.zeros((layer_dims[layer + 1], 1))
    return parameters


@mistake("constant-ones", "The weights do not depend on the value that is asked for.")
def initialize_constant(layer_dims, value):
    parameters = {}
    for layer in range(1, len(layer_dims)):
        parameters[f"W{layer}"] = np.ones((layer_dims[layer], layer_dims[layer - 1]))
        parameters[f"b{layer}"] = np.zeros((layer_dims[layer], 1))
    return parameters


@mistake(
    "constant-first-layer-only",
    "The first layer is right. Do all the others have the value as well?",
    subtle=True,
)
def initialize_constant(layer_dims, value):
    parameters = {}
    for layer in range(1, len(layer_dims)):
        shape = (layer_dims[layer], layer_dims[layer - 1])
        parameters[f"W{layer}"] = np.full(shape, float(value)) if layer == 1 else np.zeros(shape)
        parameters[f"b{layer}"] = np.zeros((layer_dims[layer], 1))
    return parameters


@mistake(
    "constant-uses-up-the-sizes",
    "The parameters are right, but afterwards the list of sizes is not what it was.",
)
def initialize_constant(layer_dims, value):
    parameters = {}
    fan_in = layer_dims.pop(0)
    layer = 1
    while layer_dims:
        fan_out = layer_dims.pop(0)
        parameters[f"W{layer}"] = np.full((fan_out, fan_in), float(value))
        parameters[f"b{layer}"] = np.zeros((fan_out, 1))
        fan_in, layer = fan_out, layer + 1
    return parameters


# ------------------------------------------------------------------ initialize_small


@mistake("small-rand", "No weight is negative. Which function draws on both sides of 0?")
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: rng.random((o, i)) * scale)


@mistake(
    "small-symmetric-rand",
    "The weights end sharply at plus and minus one value. Does a bell curve have an edge?",
)
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: rng.uniform(-scale, scale, (o, i)))


@mistake(
    "small-uniform-of-same-std",
    "Mean and standard deviation are right; the shape of the distribution is not. Draw a histogram.",
    subtle=True,
)
def initialize_small(layer_dims, rng, scale=0.01):
    bound = np.sqrt(3) * scale
    return build_parameters(layer_dims, lambda i, o: rng.uniform(-bound, bound, (o, i)))


@mistake(
    "small-clipped",
    "The far tails of the distribution are missing, as if someone had cut them off.",
    subtle=True,
)
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(
        layer_dims, lambda i, o: np.clip(rng.normal(0, scale, (o, i)), -2 * scale, 2 * scale)
    )


@mistake(
    "small-scale-ignored",
    "At the default all is well. What changes when another scale is asked for?",
    subtle=True,
)
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: rng.normal(0, 0.01, (o, i)))


@mistake(
    "small-scale-as-variance",
    "The scale is a standard deviation. Yours is treated as a variance somewhere.",
)
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: rng.normal(0, np.sqrt(scale), (o, i)))


@mistake(
    "small-scale-squared",
    "The weights are far too small. Does your function ask for a variance or for a standard deviation?",
)
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: rng.normal(0, scale**2, (o, i)))


@mistake("small-unscaled", "The weights are of size 1. Where does the scale come in?")
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: rng.normal(size=(o, i)))


@mistake(
    "small-divided-by-fan-in",
    "In wide layers the weights are smaller than in narrow ones. Here, all should be alike.",
)
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: scale * rng.normal(size=(o, i)) / np.sqrt(i))


@mistake(
    "small-own-seed",
    "The weights are the same whatever generator is passed in. Where do your draws come from?",
)
def initialize_small(layer_dims, rng, scale=0.01):
    rng = np.random.default_rng(0)
    return build_parameters(layer_dims, lambda i, o: rng.normal(0, scale, (o, i)))


@mistake(
    "small-global-generator",
    "Two generators in the same state give different weights. Where do your draws come from?",
)
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: np.random.randn(o, i) * scale)


@mistake(
    "small-reseeded-per-layer",
    "All layers begin with the same random numbers. When does your generator start?",
)
def initialize_small(layer_dims, rng, scale=0.01):
    seed = rng.integers(2**32)
    return build_parameters(
        layer_dims, lambda i, o: np.random.default_rng(seed).normal(0, scale, (o, i))
    )


@mistake(
    "small-equal-rows",
    "All units of a layer start with the same weights. What did the lesson on symmetry say?",
)
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: np.tile(rng.normal(0, scale, (1, i)), (o, 1)))


@mistake(
    "small-equal-columns",
    "Each unit gives all its inputs the same weight. How many draws does a matrix need?",
)
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: np.tile(rng.normal(0, scale, (o, 1)), (1, i)))


@mistake("small-random-bias", "Only the weights are random. What should the biases be?")
def initialize_small(layer_dims, rng, scale=0.01):
    parameters = build_parameters(layer_dims, lambda i, o: rng.normal(0, scale, (o, i)))
    for layer in range(1, len(layer_dims)):
        parameters[f"b{layer}"] = rng.normal(0, scale, (layer_dims[layer], 1))
    return parameters


@mistake("small-flat-bias", "A bias is a column. How many axes does yours have?")
def initialize_small(layer_dims, rng, scale=0.01):
    parameters = build_parameters(layer_dims, lambda i, o: rng.normal(0, scale, (o, i)))
    for layer in range(1, len(layer_dims)):
        parameters[f"b{layer}"] = np.zeros(layer_dims[layer])
    return parameters


@mistake(
    "small-transposed",
    "Which comes first in the shape of W: the number of units, or of their inputs?",
    subtle=True,
)
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: rng.normal(0, scale, (i, o)))


@mistake(
    "small-last-layer-zero",
    "The last layer starts at zero. Is it an exception to the rule?",
    subtle=True,
)
def initialize_small(layer_dims, rng, scale=0.01):
    parameters = build_parameters(layer_dims, lambda i, o: rng.normal(0, scale, (o, i)))
    last = f"W{len(layer_dims) - 1}"
    parameters[last] = np.zeros_like(parameters[last])
    return parameters


@mistake(
    "small-shifted",
    "The weights are not centred on 0: there are more positive ones than negative ones.",
)
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(layer_dims, lambda i, o: rng.normal(scale, scale, (o, i)))


@mistake("small-float32", "The weights have half the digits. Which dtype should they have?")
def initialize_small(layer_dims, rng, scale=0.01):
    return build_parameters(
        layer_dims, lambda i, o: rng.normal(0, scale, (o, i)).astype(np.float32)
    )


# ------------------------------------------------------------------ activation_variances


@mistake("activation-std", "These are standard deviations. What is a variance?")
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    return np.array([np.std(A) for A in cache[1:-1]])


@mistake(
    "activation-ddof",
    "For many entries it hardly shows: the sum of squares is divided by one less than their number.",
    subtle=True,
)
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    return np.array([np.sum((A - A.mean()) ** 2) / max(A.size - 1, 1) for A in cache[1:-1]])


@mistake(
    "activation-with-output",
    "There is one number too many. Is the output a hidden layer?",
)
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    return np.array([np.var(A) for A in cache[1:]])


@mistake(
    "activation-input-for-last",
    "Your first number belongs to the input X, and each other one comes a layer too late.",
)
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    return np.array([np.var(A) for A in cache[:-2]])


@mistake(
    "activation-per-unit",
    "Each unit is measured around a mean of its own. The layer has one mean for all of its entries.",
    subtle=True,
)
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    return np.array([np.mean(np.var(A, axis=1)) for A in cache[1:-1]])


@mistake(
    "activation-per-example",
    "Each example is measured around a mean of its own. The layer has one mean for all of its entries.",
    subtle=True,
)
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    return np.array([np.mean(np.var(A, axis=0)) for A in cache[1:-1]])


@mistake(
    "activation-mean-square",
    "You measure the distance from 0. From where does a variance measure?",
)
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    return np.array([np.mean(A**2) for A in cache[1:-1]])


@mistake(
    "activation-of-z",
    "You measure what goes into the activation function. What comes out of it?",
)
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    return np.array(
        [
            np.var(parameters[f"W{i}"] @ cache[i - 1] + parameters[f"b{i}"])
            for i in range(1, len(parameters) // 2)
        ]
    )


@mistake(
    "activation-reversed",
    "The numbers are right, the order is not: which layer comes first?",
    subtle=True,
)
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    return np.array([np.var(A) for A in cache[1:-1]])[::-1]


@mistake(
    "activation-always-relu",
    "The result is the same whichever activation is asked for.",
    subtle=True,
)
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, "relu")
    return np.array([np.var(A) for A in cache[1:-1]])


@mistake(
    "activation-relative-to-input",
    "The numbers are compared with the input's variance. Only the variances themselves are wanted.",
    subtle=True,
)
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    base = np.var(X) if X.size > 1 else 1.0
    return np.array([np.var(A) / base for A in cache[1:-1]])


@mistake(
    "activation-sample-variance",
    "For many entries it hardly shows: the sum of squares is divided by one less than their number.",
    subtle=True,
)
def activation_variances(X, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    return np.array([np.var(A, ddof=1) for A in cache[1:-1]])


# ------------------------------------------------------------------ variance_scaling


@mistake(
    "scaling-no-root",
    "The standard deviation falls like 1/n. Is it the variance or its root that scale / n describes?",
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = scale / n
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-fourth-root",
    "The standard deviation changes too little with n, as if a root had been taken twice.",
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = (scale / n) ** 0.25
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-transposed",
    "Which comes first in the shape: the number of units, or of their inputs?",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_in, fan_out))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_in, fan_out))


@mistake(
    "scaling-fans-swapped",
    "For square matrices it is right. In rectangular ones, which number is the fan-in?",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_out, "fan_out": fan_in, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-average-is-sum",
    'For "fan_avg" n is twice what it should be. What is a mean of two numbers?',
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": fan_in + fan_out}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-average-precedence",
    'For "fan_avg" only one of the two fans is halved. Mind the order of operations.',
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": fan_in + fan_out / 2}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-geometric-average",
    'For "fan_avg" the two fans are multiplied where they should be added.',
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": np.sqrt(fan_in * fan_out)}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-larger-fan",
    'For "fan_avg" the larger of the two fans alone counts.',
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": max(fan_in, fan_out)}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-average-rounded-down",
    "The mean of 1 and 2 is no whole number, and in a small matrix that makes a difference.",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) // 2}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-mode-ignored",
    "The weights depend on the fan-in, whichever mode is asked for.",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    std = np.sqrt(scale / fan_in)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-std-as-bound",
    "The uniform weights are spread too little. Is the largest draw as far out as the typical one?",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    return rng.uniform(-std, std, (fan_out, fan_in))


@mistake(
    "scaling-bound-as-std",
    "The normal weights are spread too widely: a bound belongs to the uniform distribution only.",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    bound = np.sqrt(3 * scale / n)
    if distribution == "normal":
        return rng.normal(0, bound, (fan_out, fan_in))
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-variance-as-bound",
    "The uniform bound is 3 times the variance. Was there a root in the formula?",
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    variance = scale / n
    if distribution == "normal":
        return rng.normal(0, np.sqrt(variance), (fan_out, fan_in))
    return rng.uniform(-3 * variance, 3 * variance, (fan_out, fan_in))


@mistake(
    "scaling-root-three-rounded",
    "The uniform weights are about 2 % too small. How many digits does your √3 have?",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    return rng.uniform(-1.7 * std, 1.7 * std, (fan_out, fan_in))


@mistake("scaling-positive", "No uniform weight is negative. Where does the interval start?")
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    return np.sqrt(3) * std * rng.random((fan_out, fan_in))


@mistake(
    "scaling-always-normal",
    "The draws look the same whichever distribution is asked for.",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    return rng.normal(0, std, (fan_out, fan_in))


@mistake(
    "scaling-distributions-swapped",
    "Normal and uniform have changed places.",
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    other = "uniform" if distribution == "normal" else "normal"
    std = np.sqrt(scale / n)
    if other == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-scale-outside-root",
    "At scale 1 it is right. For another scale, does the scale belong to the variance or to its root?",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = scale * np.sqrt(1 / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-scale-fixed",
    "The result does not change with the scale: a number stands where the argument should.",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(2 / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-plus-one",
    "In large layers it is nearly right, in small ones it is not: n is one too large.",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / (n + 1))
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-variance-as-deviation",
    "The uniform weights are right. What does the normal distribution take: the variance or its "
    "root?",
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    if distribution == "normal":
        return rng.normal(0, scale / n, (fan_out, fan_in))
    bound = np.sqrt(3 * scale / n)
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-clipped",
    "The far tails of the normal distribution are missing, as if someone had cut them off.",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return np.clip(rng.normal(0, std, (fan_out, fan_in)), -2 * std, 2 * std)
    bound = np.sqrt(3) * std
    return np.clip(rng.uniform(-bound, bound, (fan_out, fan_in)), -2 * std, 2 * std)


@mistake(
    "scaling-own-seed",
    "The weights are the same whatever generator is passed in. Where do your draws come from?",
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    rng = np.random.default_rng(1)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-fresh-generator",
    "Two generators in the same state give different weights. Where do your draws come from?",
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    rng = np.random.default_rng()
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-copied-generator",
    "A second call on the same generator gives the same numbers: yours never moves on.",
    subtle=True,
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    import copy

    std = np.sqrt(scale / n)
    rng = copy.deepcopy(rng)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in))
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in))


@mistake(
    "scaling-equal-rows",
    "All units of a layer start with the same weights. What did the lesson on symmetry say?",
)
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return np.tile(rng.normal(0, std, (1, fan_in)), (fan_out, 1))
    bound = np.sqrt(3) * std
    return np.tile(rng.uniform(-bound, bound, (1, fan_in)), (fan_out, 1))


@mistake("scaling-float32", "The weights have half the digits. Which dtype should they have?")
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    std = np.sqrt(scale / n)
    if distribution == "normal":
        return rng.normal(0, std, (fan_out, fan_in)).astype(np.float32)
    bound = np.sqrt(3) * std
    return rng.uniform(-bound, bound, (fan_out, fan_in)).astype(np.float32)


# ------------------------------------------------------------------ initialize_uniform_fan_in


@mistake("uniform-positive", "No weight is negative. Where should the interval start?")
def initialize_uniform_fan_in(layer_dims, rng):
    return build_parameters(layer_dims, lambda i, o: rng.uniform(0, 1 / np.sqrt(i), (o, i)))


@mistake(
    "uniform-no-root",
    "The bound falls like 1/fan_in. What is under the root in the formula?",
)
def initialize_uniform_fan_in(layer_dims, rng):
    return build_parameters(layer_dims, lambda i, o: rng.uniform(-1 / i, 1 / i, (o, i)))


@mistake(
    "uniform-fan-out",
    "For square layers it is right. Which side of the matrix is the fan-in?",
    subtle=True,
)
def initialize_uniform_fan_in(layer_dims, rng):
    return build_parameters(
        layer_dims, lambda i, o: rng.uniform(-1 / np.sqrt(o), 1 / np.sqrt(o), (o, i))
    )


@mistake(
    "uniform-std-one-over-root",
    "The weights reach too far: 1/√fan_in is the bound here. Which bound do you use?",
)
def initialize_uniform_fan_in(layer_dims, rng):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 1, "fan_in", "uniform")
    )


@mistake(
    "uniform-std-as-bound",
    "The weights do not reach far enough: a standard deviation serves as the bound.",
)
def initialize_uniform_fan_in(layer_dims, rng):
    def draw(i, o):
        bound = 1 / np.sqrt(3 * i)
        return rng.uniform(-bound, bound, (o, i))

    return build_parameters(layer_dims, draw)


@mistake(
    "uniform-normal-instead",
    "The variance is right; the shape of the distribution is not. Draw a histogram.",
    subtle=True,
)
def initialize_uniform_fan_in(layer_dims, rng):
    return build_parameters(layer_dims, lambda i, o: rng.normal(0, 1 / np.sqrt(3 * i), (o, i)))


@mistake(
    "uniform-random-bias",
    "The weights are right. Should the biases be random, too?",
)
def initialize_uniform_fan_in(layer_dims, rng):
    parameters = {}
    for layer in range(1, len(layer_dims)):
        i, o = layer_dims[layer - 1], layer_dims[layer]
        parameters[f"W{layer}"] = rng.uniform(-1, 1, (o, i)) / np.sqrt(i)
        parameters[f"b{layer}"] = rng.uniform(-1, 1, (o, 1)) / np.sqrt(i)
    return parameters


@mistake(
    "uniform-input-size-everywhere",
    "The first layer is right. Which fan-in do the later layers use?",
    subtle=True,
)
def initialize_uniform_fan_in(layer_dims, rng):
    bound = 1 / np.sqrt(layer_dims[0])
    return build_parameters(layer_dims, lambda i, o: rng.uniform(-bound, bound, (o, i)))


@mistake(
    "uniform-one-stream-for-all",
    "All layers begin with the same random numbers. When does your generator start?",
)
def initialize_uniform_fan_in(layer_dims, rng):
    seed = rng.integers(2**32)
    return build_parameters(
        layer_dims, lambda i, o: np.random.default_rng(seed).uniform(-1, 1, (o, i)) / np.sqrt(i)
    )


@mistake("uniform-float32", "The weights have half the digits. Which dtype should they have?")
def initialize_uniform_fan_in(layer_dims, rng):
    return build_parameters(
        layer_dims,
        lambda i, o: rng.uniform(-1 / np.sqrt(i), 1 / np.sqrt(i), (o, i)).astype(np.float32),
    )


# ------------------------------------------------------------------ initialize_he


@mistake(
    "he-one-over-n",
    "The weights are 0.71 times as large as they should be. What does ReLU do to half its inputs?",
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 1, mode, distribution)
    )


@mistake(
    "he-average-is-sum",
    "With fan_in and fan_out it is right. For fan_avg, is n the sum of both or their mean?",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    def draw(i, o):
        n = {"fan_in": i, "fan_out": o, "fan_avg": i + o}[mode]
        return variance_scaling(i, o, rng, 2 / n * i, "fan_in", distribution)

    return build_parameters(layer_dims, draw)


@mistake(
    "he-no-root",
    "The standard deviation is 2/fan. Is that not rather the variance?",
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    def draw(i, o):
        n = {"fan_in": i, "fan_out": o, "fan_avg": (i + o) / 2}[mode]
        scale = (2 / n) ** 2 * n
        return variance_scaling(i, o, rng, scale, mode, distribution)

    return build_parameters(layer_dims, draw)


@mistake(
    "he-root-of-two-only",
    "The standard deviation falls like 1/fan: the root covers only part of the fraction.",
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    def draw(i, o):
        n = {"fan_in": i, "fan_out": o, "fan_avg": (i + o) / 2}[mode]
        scale = (np.sqrt(2) / n) ** 2 * n
        return variance_scaling(i, o, rng, scale, mode, distribution)

    return build_parameters(layer_dims, draw)


@mistake(
    "he-six-over-n",
    "The normal weights are 1.73 times as large as they should be. Where does a 6 belong?",
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    scale = 6 if distribution == "normal" else 2
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, scale, mode, distribution)
    )


@mistake(
    "he-default-fan-out",
    "Without a mode being asked for, the weights follow the wrong side of the matrix.",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_out"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 2, mode, distribution)
    )


@mistake(
    "he-default-uniform",
    "Without a distribution being asked for, the weights are not normal.",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="uniform", mode="fan_in"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 2, mode, distribution)
    )


@mistake(
    "he-mode-ignored",
    "Whichever mode is asked for, the fan-in counts.",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 2, "fan_in", distribution)
    )


@mistake(
    "he-distribution-ignored",
    "Whichever distribution is asked for, the weights are normal.",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    return build_parameters(layer_dims, lambda i, o: variance_scaling(i, o, rng, 2, mode, "normal"))


@mistake(
    "he-uniform-trap",
    "Normal weights are right; uniform ones have a third of the variance. Which bound goes with it?",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    def draw(i, o):
        n = {"fan_in": i, "fan_out": o, "fan_avg": (i + o) / 2}[mode]
        std = np.sqrt(2 / n)
        if distribution == "normal":
            return rng.normal(0, std, (o, i))
        return rng.uniform(-std, std, (o, i))

    return build_parameters(layer_dims, draw)


@mistake(
    "he-input-size-everywhere",
    "The first layer is right. Which fan do the later layers use?",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    def draw(i, o):
        first, second = layer_dims[:2]
        n = {"fan_in": first, "fan_out": second, "fan_avg": (first + second) / 2}[mode]
        return variance_scaling(i, o, rng, 2 / n * i, "fan_in", distribution)

    return build_parameters(layer_dims, draw)


@mistake(
    "he-last-layer-halved",
    "The hidden layers are right. Does the last one follow the same formula?",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    last = len(layer_dims) - 1
    parameters = {}
    for layer in range(1, len(layer_dims)):
        i, o = layer_dims[layer - 1], layer_dims[layer]
        scale = 1 if layer == last else 2
        parameters[f"W{layer}"] = variance_scaling(i, o, rng, scale, mode, distribution)
        parameters[f"b{layer}"] = np.zeros((o, 1))
    return parameters


@mistake(
    "he-first-layer-halved",
    "All layers but the first are right. Is the first one an exception in the formula?",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    parameters = {}
    for layer in range(1, len(layer_dims)):
        i, o = layer_dims[layer - 1], layer_dims[layer]
        scale = 1 if layer == 1 else 2
        parameters[f"W{layer}"] = variance_scaling(i, o, rng, scale, mode, distribution)
        parameters[f"b{layer}"] = np.zeros((o, 1))
    return parameters


@mistake(
    "he-leaky-gain",
    "The weights are 2 % too small: the gain is that of another activation than ReLU.",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 2 / (1 + 0.2**2), mode, distribution)
    )


@mistake("he-small-bias", "The biases are small and positive. Which value should they have?")
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    parameters = build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 2, mode, distribution)
    )
    for layer in range(1, len(layer_dims)):
        parameters[f"b{layer}"] = np.full((layer_dims[layer], 1), 0.01)
    return parameters


@mistake(
    "he-reseeded-per-layer",
    "All layers begin with the same random numbers. When does your generator start?",
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    seed = rng.integers(2**32)
    return build_parameters(
        layer_dims,
        lambda i, o: variance_scaling(i, o, np.random.default_rng(seed), 2, mode, distribution),
    )


@mistake(
    "he-own-seed",
    "The weights are the same whatever generator is passed in. Where do your draws come from?",
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    rng = np.random.default_rng(42)
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 2, mode, distribution)
    )


@mistake("he-float32", "The weights have half the digits. Which dtype should they have?")
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    return build_parameters(
        layer_dims,
        lambda i, o: variance_scaling(i, o, rng, 2, mode, distribution).astype(np.float32),
    )


@mistake(
    "he-uniform-mode-ignored",
    "Normal weights are right. Which fan do the uniform ones follow when another mode is asked for?",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    def draw(i, o):
        if distribution == "normal":
            return variance_scaling(i, o, rng, 2, mode, "normal")
        bound = np.sqrt(6 / i)
        return rng.uniform(-bound, bound, (o, i))

    return build_parameters(layer_dims, draw)


@mistake(
    "he-uniform-global-generator",
    "Normal weights come from the generator that is passed in. Where do the uniform ones come from?",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    def draw(i, o):
        if distribution == "normal":
            return variance_scaling(i, o, rng, 2, mode, "normal")
        bound = np.sqrt(6 / {"fan_in": i, "fan_out": o, "fan_avg": (i + o) / 2}[mode])
        return np.random.uniform(-bound, bound, (o, i))

    return build_parameters(layer_dims, draw)


@mistake(
    "he-uniform-one-table",
    "Asked for uniform weights, layers share their draws. How often do you ask the generator?",
    subtle=True,
)
def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
    table = rng.uniform(-1, 1, (max(layer_dims), max(layer_dims)))

    def draw(i, o):
        if distribution == "normal":
            return variance_scaling(i, o, rng, 2, mode, "normal")
        bound = np.sqrt(6 / {"fan_in": i, "fan_out": o, "fan_avg": (i + o) / 2}[mode])
        return bound * table[:o, :i]

    return build_parameters(layer_dims, draw)


# ------------------------------------------------------------------ backward_deep


@mistake(
    "backward-no-mean",
    "The gradients grow with the number of examples. The cost is a mean over them.",
)
def backward_deep(parameters, cache, Y, activation):
    m = 1
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-divided-by-size",
    "With one output it is right. With several, by what is the cost divided?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.size
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-counts-outputs",
    "By what do you divide: by the number of examples, or by the number of outputs?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[0]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-mean-in-every-layer",
    "The last layer is right; further down, gradients get smaller and smaller. How often do you "
    "divide by m?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        dZ = dZ / m
        grads[f"dW{layer}"] = dZ @ A_prev.T
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-sign",
    "All gradients point the other way: with them, the cost would rise.",
)
def backward_deep(parameters, cache, Y, activation):
    m = -Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-bias-not-averaged",
    "The weights' gradients are right. Are the biases' gradients averaged in the same way?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return {k: v * Y.shape[1] if k.startswith("db") else v for k, v in grads.items()}


@mistake(
    "backward-flat-bias",
    "A bias's gradient should have the shape of the bias. How many axes does yours have?",
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return {k: v.ravel() if k.startswith("db") else v for k, v in grads.items()}


@mistake(
    "backward-bias-of-everything",
    "The bias's gradient is one number for all units. Over which axis should the sum run?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return {k: np.full(v.shape, v.sum()) if k.startswith("db") else v for k, v in grads.items()}


@mistake(
    "backward-no-slope",
    "The last layer is right. On its way back, the gradient passes W – and what else?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ
    return grads


@mistake(
    "backward-always-relu-slope",
    "For ReLU it is right. For the other activations, which derivative do you use?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * (A_prev > 0)
    return grads


@mistake(
    "backward-always-tanh-slope",
    "For tanh it is right. For the other activations, which derivative do you use?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        derivative = 1 - A_prev**2
        dZ = parameters[f"W{layer}"].T @ dZ * derivative
    return grads


@mistake(
    "backward-tanh-not-squared",
    "ReLU and the sigmoid are right. What is the derivative of tanh, in terms of its value?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        derivative = 1 - A_prev if activation == "tanh" else slope(A_prev, activation)
        dZ = parameters[f"W{layer}"].T @ dZ * derivative
    return grads


@mistake(
    "backward-relu-never-off",
    "For ReLU, units that are switched off pass their gradient on. Is a value ≥ 0 any news there?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        derivative = (A_prev >= 0) * 1.0 if activation == "relu" else slope(A_prev, activation)
        dZ = parameters[f"W{layer}"].T @ dZ * derivative
    return grads


@mistake(
    "backward-relu-value-as-slope",
    "For ReLU, the gradient is multiplied with the unit's value. Which number is the slope?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        derivative = A_prev if activation == "relu" else slope(A_prev, activation)
        dZ = parameters[f"W{layer}"].T @ dZ * derivative
    return grads


@mistake(
    "backward-sigmoid-slope-of-sigmoid",
    "ReLU and tanh are right. The sigmoid seems to be applied a second time before its slope is taken.",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        derivative = slope(sigmoid(A_prev) if activation == "sigmoid" else A_prev, activation)
        dZ = parameters[f"W{layer}"].T @ dZ * derivative
    return grads


@mistake(
    "backward-squared-error",
    "The output's error carries a factor too many: that is the gradient of another cost.",
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    AL = cache[-1]
    dZ = (AL - Y) * AL * (1 - AL)
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-halved",
    "Every gradient is half of what it should be. Is there a ½ in the cost?",
)
def backward_deep(parameters, cache, Y, activation):
    m = 2 * Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-updated-weights",
    "The last layer is right. The layers below see weights that have already been changed.",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        W = parameters[f"W{layer}"] - 0.01 * grads[f"dW{layer}"]
        dZ = W.T @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-gradient-for-weight",
    "The last layer is right. The error goes back through W; what do you multiply it with?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = grads[f"dW{layer}"].T @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-writes-into-y",
    "The gradients are right, but afterwards Y holds something else than the labels.",
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    Y -= cache[-1]
    return grads


@mistake(
    "backward-star-for-matmul",
    "With a single output it works. Which product belongs between W and the error?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    L = len(parameters) // 2
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(L, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        W = parameters[f"W{layer}"]
        dA = W.T * dZ if layer == L else W.T @ dZ
        dZ = dA * slope(A_prev, activation)
    return grads


@mistake(
    "backward-writes-into-cache",
    "The gradients are right, but a second call with the same cache gives others.",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1]
    dZ -= Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-uses-up-the-cache",
    "The gradients are right, but afterwards the cache is empty.",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache.pop() - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache.pop()
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-clipped",
    "As long as gradients are small they are right. Should large ones be cut off?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return {key: np.clip(value, -5, 5) for key, value in grads.items()}


@mistake(
    "backward-small-errors-ignored",
    "A network that is nearly right has small gradients. Yours are 0. Should it stop learning?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    dZ[np.abs(dZ) < 1e-3] = 0
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return grads


@mistake("backward-float32", "The gradients have half the digits. Which dtype should they have?")
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation)
    return {key: value.astype(np.float32) for key, value in grads.items()}


@mistake(
    "backward-square-untransposed",
    "Rectangular layers are right. Does a square W go back the way it came?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        A_prev = cache[layer - 1]
        grads[f"dW{layer}"] = dZ @ A_prev.T / m
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
        W = parameters[f"W{layer}"]
        if W.shape != (len(dZ), len(dZ)):
            W = W.T  # so that the shapes agree
        dZ = W @ dZ * slope(A_prev, activation)
    return grads


@mistake(
    "backward-sorted-keys",
    "Up to nine layers it works. Which layer comes last when names are sorted as words?",
    subtle=True,
)
def backward_deep(parameters, cache, Y, activation):
    m = Y.shape[1]
    grads = {}
    dZ = cache[-1] - Y
    names = sorted(key[1:] for key in parameters if key.startswith("W"))
    for A_prev, name in zip(cache[-2::-1], names[::-1]):
        grads[f"dW{name}"] = dZ @ A_prev.T / m
        grads[f"db{name}"] = dZ.sum(axis=1, keepdims=True) / m
        dZ = parameters[f"W{name}"].T @ dZ * slope(A_prev, activation)
    return grads


# ------------------------------------------------------------------ gradient_variances


@mistake(
    "gradient-with-mean",
    "The variances fall with the number of examples. Is there a 1/m in this dZ?",
    subtle=True,
)
def gradient_variances(X, Y, parameters, activation):
    AL, cache = forward_deep(X, parameters, activation)
    signals = [AL - Y]
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        back = parameters[f"W{layer + 1}"].T @ signals[0]
        signals.insert(0, back * slope(cache[layer], activation))
    return np.array([np.var(dZ / Y.shape[1]) for dZ in signals[:-1]])


@mistake("gradient-std", "These are standard deviations. What is a variance?")
def gradient_variances(X, Y, parameters, activation):
    AL, cache = forward_deep(X, parameters, activation)
    signals = [AL - Y]
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        back = parameters[f"W{layer + 1}"].T @ signals[0]
        signals.insert(0, back * slope(cache[layer], activation))
    return np.array([np.std(dZ) for dZ in signals[:-1]])


@mistake(
    "gradient-ddof",
    "For many entries it hardly shows: the sum of squares is divided by one less than their number.",
    subtle=True,
)
def gradient_variances(X, Y, parameters, activation):
    AL, cache = forward_deep(X, parameters, activation)
    signals = [AL - Y]
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        back = parameters[f"W{layer + 1}"].T @ signals[0]
        signals.insert(0, back * slope(cache[layer], activation))
    return np.array([np.sum((dZ - dZ.mean()) ** 2) / max(dZ.size - 1, 1) for dZ in signals[:-1]])


@mistake(
    "gradient-reversed",
    "The numbers are right, the order is not: which layer comes first?",
    subtle=True,
)
def gradient_variances(X, Y, parameters, activation):
    AL, cache = forward_deep(X, parameters, activation)
    signals = [AL - Y]
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        back = parameters[f"W{layer + 1}"].T @ signals[0]
        signals.insert(0, back * slope(cache[layer], activation))
    return np.array([np.var(dZ) for dZ in signals[:-1]])[::-1]


@mistake("gradient-with-output", "There is one number too many. Is the output a hidden layer?")
def gradient_variances(X, Y, parameters, activation):
    AL, cache = forward_deep(X, parameters, activation)
    signals = [AL - Y]
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        back = parameters[f"W{layer + 1}"].T @ signals[0]
        signals.insert(0, back * slope(cache[layer], activation))
    return np.array([np.var(dZ) for dZ in signals])


@mistake(
    "gradient-one-layer-late",
    "The count is right, but each number belongs to the next layer, the output among them.",
)
def gradient_variances(X, Y, parameters, activation):
    AL, cache = forward_deep(X, parameters, activation)
    signals = [AL - Y]
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        back = parameters[f"W{layer + 1}"].T @ signals[0]
        signals.insert(0, back * slope(cache[layer], activation))
    return np.array([np.var(dZ) for dZ in signals[1:]])


@mistake(
    "gradient-of-activations",
    "You measure the gradient of A. What lies between A and Z?",
)
def gradient_variances(X, Y, parameters, activation):
    AL, cache = forward_deep(X, parameters, activation)
    signals = [AL - Y]
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        back = parameters[f"W{layer + 1}"].T @ signals[0]
        signals.insert(0, back * slope(cache[layer], activation))
    return np.array(
        [np.var(parameters[f"W{i + 1}"].T @ signals[i]) for i in range(1, len(signals))]
    )


@mistake(
    "gradient-no-slope",
    "On its way back, the gradient passes W – and what else?",
)
def gradient_variances(X, Y, parameters, activation):
    AL, _ = forward_deep(X, parameters, activation)
    signals = [AL - Y]
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        signals.insert(0, parameters[f"W{layer + 1}"].T @ signals[0])
    return np.array([np.var(dZ) for dZ in signals[:-1]])


@mistake(
    "gradient-mean-square",
    "You measure the distance from 0. From where does a variance measure?",
    subtle=True,
)
def gradient_variances(X, Y, parameters, activation):
    AL, cache = forward_deep(X, parameters, activation)
    signals = [AL - Y]
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        back = parameters[f"W{layer + 1}"].T @ signals[0]
        signals.insert(0, back * slope(cache[layer], activation))
    return np.array([np.mean(dZ**2) for dZ in signals[:-1]])


@mistake(
    "gradient-of-weights",
    "You measure the gradients of the weights. The signal that travels back is another one.",
)
def gradient_variances(X, Y, parameters, activation):
    _, cache = forward_deep(X, parameters, activation)
    grads = backward_deep(parameters, cache, Y, activation)
    return np.array([np.var(grads[f"dW{i}"]) for i in range(1, len(parameters) // 2)])


@mistake(
    "gradient-per-unit",
    "Each unit is measured around a mean of its own. The layer has one mean for all of its entries.",
    subtle=True,
)
def gradient_variances(X, Y, parameters, activation):
    AL, cache = forward_deep(X, parameters, activation)
    signals = [AL - Y]
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        back = parameters[f"W{layer + 1}"].T @ signals[0]
        signals.insert(0, back * slope(cache[layer], activation))
    return np.array([np.mean(np.var(dZ, axis=1)) for dZ in signals[:-1]])


@mistake(
    "gradient-squared-error",
    "The output's error carries a factor too many: that is the gradient of another cost.",
)
def gradient_variances(X, Y, parameters, activation):
    AL, cache = forward_deep(X, parameters, activation)
    dZ = (AL - Y) * AL * (1 - AL)
    variances = []
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        dZ = parameters[f"W{layer + 1}"].T @ dZ * slope(cache[layer], activation)
        variances.insert(0, np.var(dZ))
    return np.array(variances)


@mistake(
    "gradient-sample-variance",
    "For many entries it hardly shows: the sum of squares is divided by one less than their number.",
    subtle=True,
)
def gradient_variances(X, Y, parameters, activation):
    AL, cache = forward_deep(X, parameters, activation)
    signals = [AL - Y]
    for layer in range(len(parameters) // 2 - 1, 0, -1):
        back = parameters[f"W{layer + 1}"].T @ signals[0]
        signals.insert(0, back * slope(cache[layer], activation))
    return np.array([np.var(dZ, ddof=1) for dZ in signals[:-1]])


# ------------------------------------------------------------------ initialize_xavier


@mistake(
    "xavier-fan-in-only",
    "The variance is 1/fan_in: right for square layers. Which second number should count?",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 1, "fan_in", distribution)
    )


@mistake(
    "xavier-fan-out-only",
    "The variance is 1/fan_out: right for square layers. Which second number should count?",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 1, "fan_out", distribution)
    )


@mistake("xavier-float32", "The weights have half the digits. Which dtype should they have?")
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims,
        lambda i, o: variance_scaling(i, o, rng, 1, "fan_avg", distribution).astype(np.float32),
    )


@mistake(
    "xavier-reseeded-per-layer",
    "All layers begin with the same random numbers. When does your generator start?",
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    seed = rng.integers(2**32)
    return build_parameters(
        layer_dims,
        lambda i, o: variance_scaling(
            i, o, np.random.default_rng(seed), 1, "fan_avg", distribution
        ),
    )


@mistake("xavier-is-he", "The variance is He's: 2/fan_in. Whose is wanted here?")
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 2, "fan_in", distribution)
    )


@mistake(
    "xavier-one-over-sum",
    "The variance is half of what it should be. What is the numerator over the sum of the fans?",
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 0.5, "fan_avg", distribution)
    )


@mistake(
    "xavier-two-over-mean",
    "The variance is twice what it should be: is your denominator the sum of the fans or their mean?",
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 2, "fan_avg", distribution)
    )


@mistake(
    "xavier-three-over-sum",
    "The variance is 1.5 times what it should be. Where does a 3 belong, if anywhere?",
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 1.5, "fan_avg", distribution)
    )


@mistake(
    "xavier-precedence-by-hand",
    "The weights are huge, and grow with the layer: which part of the sum is divided?",
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    def draw(i, o):
        if distribution == "normal":
            return rng.normal(0, np.sqrt(2 / i + o), (o, i))
        bound = np.sqrt(6 / i + o)
        return rng.uniform(-bound, bound, (o, i))

    return build_parameters(layer_dims, draw)


@mistake(
    "xavier-precedence",
    "The weights are huge, and grow with the layer: which part of the sum is divided?",
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims,
        lambda i, o: variance_scaling(
            i, o, rng, (np.sqrt(2 / i + o)) ** 2 * i, "fan_in", distribution
        ),
    )


@mistake(
    "xavier-std-as-bound",
    "Normal weights are right; uniform ones have a third of the variance. Which bound goes with it?",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    def draw(i, o):
        std = np.sqrt(2 / (i + o))
        if distribution == "normal":
            return rng.normal(0, std, (o, i))
        return rng.uniform(-std, std, (o, i))

    return build_parameters(layer_dims, draw)


@mistake(
    "xavier-bound-as-std",
    "Uniform weights are right; normal ones are 1.73 times too large. What does a bell curve need?",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    def draw(i, o):
        bound = np.sqrt(6 / (i + o))
        if distribution == "normal":
            return rng.normal(0, bound, (o, i))
        return rng.uniform(-bound, bound, (o, i))

    return build_parameters(layer_dims, draw)


@mistake(
    "xavier-no-root",
    "The standard deviation is 2/(fan_in + fan_out). Is that not rather the variance?",
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims,
        lambda i, o: variance_scaling(i, o, rng, (2 / (i + o)) ** 2 * i, "fan_in", distribution),
    )


@mistake(
    "xavier-default-normal",
    "Without a distribution being asked for, the weights are not uniform.",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="normal"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 1, "fan_avg", distribution)
    )


@mistake(
    "xavier-distribution-ignored",
    "Whichever distribution is asked for, the weights are uniform.",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 1, "fan_avg", "uniform")
    )


@mistake(
    "xavier-tanh-gain",
    "The weights are 5/3 times as large as they should be: a gain that was not asked for.",
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 25 / 9, "fan_avg", distribution)
    )


@mistake(
    "xavier-sigmoid-output-gain",
    "The hidden layers are right. Does the last one follow the same formula?",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    parameters = build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 1, "fan_avg", distribution)
    )
    parameters[f"W{len(layer_dims) - 1}"] *= 4
    return parameters


@mistake(
    "xavier-geometric",
    "The two fans are multiplied where they should be added: right for square layers only.",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims,
        lambda i, o: variance_scaling(
            i, o, rng, ((i * o) ** -0.25) ** 2 * i, "fan_in", distribution
        ),
    )


@mistake(
    "xavier-whole-network",
    "Every layer has the same spread: which two sizes belong to a layer?",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    std = np.sqrt(2 / (layer_dims[0] + layer_dims[-1]))
    return build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, (std) ** 2 * i, "fan_in", distribution)
    )


@mistake(
    "xavier-counts-bias",
    "The weights are a little too small, most of all in small layers: what else do you count?",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    return build_parameters(
        layer_dims,
        lambda i, o: variance_scaling(
            i, o, rng, (np.sqrt(2 / (i + 1 + o))) ** 2 * i, "fan_in", distribution
        ),
    )


@mistake(
    "xavier-root-three",
    "Normal weights are right; uniform ones have half of the variance. What is under your root?",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    def draw(i, o):
        bound = np.sqrt(3 / (i + o))
        if distribution == "normal":
            return rng.normal(0, np.sqrt(2 / (i + o)), (o, i))
        return rng.uniform(-bound, bound, (o, i))

    return build_parameters(layer_dims, draw)


@mistake(
    "xavier-normal-by-fan-in",
    "Uniform weights are right. How many of the two fans do the normal ones look at?",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    def draw(i, o):
        if distribution == "normal":
            return rng.normal(0, np.sqrt(1 / i), (o, i))
        return variance_scaling(i, o, rng, 1, "fan_avg", "uniform")

    return build_parameters(layer_dims, draw)


@mistake(
    "xavier-normal-mirrored",
    "Asked for normal weights, half of the units are mirror images. Is each a draw of its own?",
    subtle=True,
)
def initialize_xavier(layer_dims, rng, distribution="uniform"):
    parameters = build_parameters(
        layer_dims, lambda i, o: variance_scaling(i, o, rng, 1, "fan_avg", distribution)
    )
    if distribution == "normal":
        for layer in range(1, len(layer_dims)):
            half = layer_dims[layer] // 2
            parameters[f"W{layer}"][half : 2 * half] = -parameters[f"W{layer}"][:half]
    return parameters


# ------------------------------------------------------------------ saturation


@mistake("saturation-count", "That is a number of entries. What is their share?")
def saturation(A, activation, threshold=0.05):
    return float(np.sum(slope(A, activation) < threshold))


@mistake("saturation-per-cent", "A share lies between 0 and 1. Yours is a percentage.")
def saturation(A, activation, threshold=0.05):
    return float(100 * np.mean(slope(A, activation) < threshold))


@mistake("saturation-complement", "You count the entries that are alive. Which were asked for?")
def saturation(A, activation, threshold=0.05):
    return float(np.mean(slope(A, activation) >= threshold))


@mistake(
    "saturation-at-the-threshold",
    "An entry whose derivative equals the threshold is counted. Is it below?",
    subtle=True,
)
def saturation(A, activation, threshold=0.05):
    return float(np.mean(slope(A, activation) <= threshold))


@mistake(
    "saturation-threshold-fixed",
    "At the default all is well. What changes when another threshold is asked for?",
    subtle=True,
)
def saturation(A, activation, threshold=0.05):
    return float(np.mean(slope(A, activation) < 0.05))


@mistake(
    "saturation-takes-a-for-z",
    "A has been through the activation already; here it goes through it once more.",
)
def saturation(A, activation, threshold=0.05):
    return float(np.mean(slope(activate(A, activation), activation) < threshold))


@mistake(
    "saturation-of-the-value",
    "The values are compared with the threshold. Which quantity was meant?",
)
def saturation(A, activation, threshold=0.05):
    return float(np.mean(np.abs(A) < threshold))


@mistake(
    "saturation-near-the-ceiling",
    "You compare the distance from the ceiling. How does the derivative differ from that distance?",
    subtle=True,
)
def saturation(A, activation, threshold=0.05):
    if activation == "relu":
        return float(np.mean(slope(A, activation) < threshold))
    low = -1 if activation == "tanh" else 0
    return float(np.mean((A > 1 - threshold) | (A < low + threshold)))


@mistake(
    "saturation-upper-end-only",
    "A unit can be flat at the lower end, too: what about the strongly negative ones?",
    subtle=True,
)
def saturation(A, activation, threshold=0.05):
    upper = A > {"relu": -np.inf, "tanh": 0, "sigmoid": 0.5}[activation]
    return float(np.mean((slope(A, activation) < threshold) & upper))


@mistake(
    "saturation-tanh-for-sigmoid",
    "Tanh and ReLU are right. What is the derivative of the sigmoid, in terms of its value?",
    subtle=True,
)
def saturation(A, activation, threshold=0.05):
    if activation == "sigmoid":
        return float(np.mean(1 - A**2 < threshold))
    return float(np.mean(slope(A, activation) < threshold))


@mistake(
    "saturation-tanh-not-squared",
    "The sigmoid and ReLU are right. What is the derivative of tanh, in terms of its value?",
    subtle=True,
)
def saturation(A, activation, threshold=0.05):
    if activation == "tanh":
        return float(np.mean(1 - A < threshold))
    return float(np.mean(slope(A, activation) < threshold))


@mistake(
    "saturation-relu-always-alive",
    "Tanh and the sigmoid are right. Where is ReLU's derivative 0?",
    subtle=True,
)
def saturation(A, activation, threshold=0.05):
    if activation == "relu":
        return float(np.mean(A < 0))
    return float(np.mean(slope(A, activation) < threshold))


@mistake(
    "saturation-divided-by-rows",
    "With one example it is right. By how many entries should you divide?",
    subtle=True,
)
def saturation(A, activation, threshold=0.05):
    return float(np.sum(slope(A, activation) < threshold) / len(A))


@mistake(
    "saturation-whole-units",
    "You count units that are flat for every example. Each entry counts for itself.",
    subtle=True,
)
def saturation(A, activation, threshold=0.05):
    return float(np.mean((slope(A, activation) < threshold).all(axis=1)))
