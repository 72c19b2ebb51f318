"""Right solutions of ``scaling`` in unusual styles."""

import numpy as np

from autograder.variants import variant

# ------------------------------------------------------------------ forward and backward


@variant
def forward_recursive():
    """The network is its last layer on top of a smaller network; the cache is nested."""

    def forward_deep(X, parameters, activation, last=True):
        L = len(parameters) // 2
        if L == 0:
            return X, None
        rest = {k: v for k, v in parameters.items() if int(k[1:]) < L}
        A, below = forward_deep(X, rest, activation, False)
        out = activate(
            parameters[f"W{L}"] @ A + parameters[f"b{L}"], "sigmoid" if last else activation
        )
        return out, (below, A, out)

    def backward_deep(parameters, cache, Y, activation):
        grads = {}

        def back(layer, node, dZ):
            if node is None:
                return
            below, A_prev, _ = node
            grads[f"dW{layer}"] = dZ @ A_prev.T / Y.shape[1]
            grads[f"db{layer}"] = np.mean(dZ, axis=1, keepdims=True)
            back(layer - 1, below, parameters[f"W{layer}"].T @ dZ * slope(A_prev, activation))

        back(len(parameters) // 2, cache, cache[2] - Y)
        return grads

    def activation_variances(X, parameters, activation):
        _, node = forward_deep(X, parameters, activation)
        found = []
        while node[0] is not None:
            found.append(np.var(node[1]))
            node = node[0]
        return np.array(found[::-1])

    def gradient_variances(X, Y, parameters, activation):
        AL, node = forward_deep(X, parameters, activation)
        dZ, found = AL - Y, []
        for layer in range(len(parameters) // 2, 1, -1):
            dZ = parameters[f"W{layer}"].T @ dZ * slope(node[1], activation)
            found = [np.var(dZ), *found]
            node = node[0]
        return np.array(found)


@variant
def cache_of_z():
    """The cache holds pairs of Z and A_prev, and slopes are taken from Z."""

    def forward_deep(X, parameters, activation):
        A, caches = X, []
        L = len(parameters) // 2
        for layer in range(1, L + 1):
            Z = np.dot(parameters["W" + str(layer)], A) + parameters["b" + str(layer)]
            caches.append((A, Z))
            A = (
                sigmoid(Z)
                if layer == L or activation == "sigmoid"
                else (np.tanh(Z) if activation == "tanh" else Z * (Z > 0))
            )
        return A, caches

    def backward_deep(parameters, caches, Y, activation):
        L, m, grads = len(caches), Y.shape[1], {}
        dZ = sigmoid(caches[-1][1]) - Y
        for layer in reversed(range(1, L + 1)):
            A_prev, _ = caches[layer - 1]
            grads["dW" + str(layer)] = np.dot(dZ, A_prev.T) / m
            grads["db" + str(layer)] = np.sum(dZ, axis=1, keepdims=True) / m
            if layer > 1:
                Z = caches[layer - 2][1]
                dA = np.dot(parameters["W" + str(layer)].T, dZ)
                if activation == "relu":
                    dZ = np.where(Z >= 0, dA, 0)
                elif activation == "tanh":
                    dZ = dA * (1 - np.tanh(Z) ** 2)
                else:
                    s = sigmoid(Z)
                    dZ = dA * s * (1 - s)
        return grads

    def activation_variances(X, parameters, activation):
        _, caches = forward_deep(X, parameters, activation)
        return np.array([np.var(A) for A, _ in caches[1:]])

    def gradient_variances(X, Y, parameters, activation):
        AL, caches = forward_deep(X, parameters, activation)
        dZ, out = AL - Y, []
        for layer in range(len(caches), 1, -1):
            dZ = parameters[f"W{layer}"].T @ dZ * slope(caches[layer - 1][0], activation)
            out.append(np.var(dZ))
        return np.array(out)[::-1]


@variant
def cache_is_a_closure():
    """The cache is a function that knows the way back."""

    def forward_deep(X, parameters, activation):
        L = len(parameters) // 2
        activations = [X]
        for layer in range(1, L + 1):
            Z = parameters[f"W{layer}"] @ activations[-1] + parameters[f"b{layer}"]
            activations.append(activate(Z, activation if layer < L else "sigmoid"))

        def pull_back(Y):
            grads, dZ = {}, (activations[-1] - Y) / Y.shape[1]
            for layer in range(L, 0, -1):
                grads[f"dW{layer}"] = dZ @ activations[layer - 1].T
                grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
                dZ = parameters[f"W{layer}"].T @ dZ * slope(activations[layer - 1], activation)
            return grads

        pull_back.activations = activations
        return activations[-1], pull_back

    def backward_deep(parameters, cache, Y, activation):
        return cache(Y)

    def activation_variances(X, parameters, activation):
        return np.array(
            [A.var() for A in forward_deep(X, parameters, activation)[1].activations[1:-1]]
        )

    def gradient_variances(X, Y, parameters, activation):
        # dZ of layer layer is m · d cost / d Z, found by moving through the layers once more.
        A = forward_deep(X, parameters, activation)[1].activations
        dZ, result = A[-1] - Y, np.empty(len(A) - 2)
        for layer in range(len(A) - 2, 0, -1):
            dZ = parameters[f"W{layer + 1}"].T @ dZ * slope(A[layer], activation)
            result[layer - 1] = dZ.var()
        return result


@variant
def cache_is_an_object():
    """The cache is an instance of a class of the student's own; the network is an object, too."""

    class Layer:
        def __init__(self, W, b, activation):
            self.W, self.b, self.activation = W, b, activation

        def forward(self, A):
            self.A_prev = A
            self.A = activate(self.W @ A + self.b, self.activation)
            return self.A

        def backward(self, dZ):
            m = dZ.shape[1]
            return dZ @ self.A_prev.T / m, dZ.mean(axis=1, keepdims=True), self.W.T @ dZ

    class Network:
        def __init__(self, parameters, activation):
            L = len(parameters) // 2
            self.layers = [
                Layer(parameters[f"W{i}"], parameters[f"b{i}"], activation if i < L else "sigmoid")
                for i in range(1, L + 1)
            ]

        def __call__(self, X):
            for layer in self.layers:
                X = layer.forward(X)
            return X

    def forward_deep(X, parameters, activation):
        network = Network(parameters, activation)
        return network(X), network

    def backward_deep(parameters, cache, Y, activation):
        dZ, grads = cache.layers[-1].A - Y, {}
        for i in range(len(cache.layers), 0, -1):
            layer = cache.layers[i - 1]
            grads[f"dW{i}"], grads[f"db{i}"], dA = layer.backward(dZ)
            if i > 1:
                dZ = dA * slope(layer.A_prev, activation)
        return grads

    def activation_variances(X, parameters, activation):
        _, network = forward_deep(X, parameters, activation)
        return np.array([np.var(layer.A) for layer in network.layers[:-1]])

    def gradient_variances(X, Y, parameters, activation):
        AL, network = forward_deep(X, parameters, activation)
        dZ, out = AL - Y, []
        for layer in network.layers[:0:-1]:
            dZ = layer.W.T @ dZ * slope(layer.A_prev, activation)
            out.insert(0, dZ.var())
        return np.asarray(out)


@variant
def no_cache_at_all():
    """The cache is X alone; the way back computes everything again."""

    def forward_deep(X, parameters, activation):
        A = X
        for layer in range(1, len(parameters) // 2):
            A = activate(parameters[f"W{layer}"] @ A + parameters[f"b{layer}"], activation)
        L = len(parameters) // 2
        return sigmoid(parameters[f"W{L}"] @ A + parameters[f"b{L}"]), X

    def backward_deep(parameters, cache, Y, activation):
        L = len(parameters) // 2
        A = [cache]
        for layer in range(1, L):
            A.append(
                activate(parameters[f"W{layer}"] @ A[-1] + parameters[f"b{layer}"], activation)
            )
        AL, _ = forward_deep(cache, parameters, activation)
        delta, grads = AL - Y, {}
        for layer in range(L, 0, -1):
            grads[f"dW{layer}"] = np.einsum("im,jm->ij", delta, A[layer - 1]) / Y.shape[1]
            grads[f"db{layer}"] = np.einsum("im->i", delta)[:, None] / Y.shape[1]
            if layer > 1:
                delta = np.einsum("ij,im->jm", parameters[f"W{layer}"], delta)
                delta = delta * slope(A[layer - 1], activation)
        return grads

    def activation_variances(X, parameters, activation):
        A, out = X, []
        for layer in range(1, len(parameters) // 2):
            A = activate(parameters[f"W{layer}"] @ A + parameters[f"b{layer}"], activation)
            out.append((A**2).mean() - A.mean() ** 2)
        return np.array(out)

    def gradient_variances(X, Y, parameters, activation):
        # From the gradients of the biases of single examples: db is then dZ itself.
        columns = []
        for i in range(X.shape[1]):
            _, cache = forward_deep(X[:, [i]], parameters, activation)
            columns.append(backward_deep(parameters, cache, Y[:, [i]], activation))
        layers = range(1, len(parameters) // 2)
        return np.array([np.var([c[f"db{layer}"] for c in columns]) for layer in layers])


@variant
def loops_over_examples():
    """One example at a time, with Python loops inside."""

    def forward_deep(X, parameters, activation):
        L, columns = len(parameters) // 2, []
        caches = []
        for i in range(X.shape[1]):
            a, trail = X[:, i], [X[:, i]]
            for layer in range(1, L + 1):
                z = parameters[f"W{layer}"].dot(a) + parameters[f"b{layer}"].ravel()
                a = activate(z, activation if layer < L else "sigmoid")
                trail.append(a)
            columns.append(a)
            caches.append(trail)
        return np.stack(columns, axis=1), caches

    def backward_deep(parameters, cache, Y, activation):
        L, m = len(parameters) // 2, len(cache)
        grads = {"d" + name: np.zeros_like(value) for name, value in parameters.items()}
        for i, trail in enumerate(cache):
            dz = trail[-1] - Y[:, i]
            for layer in range(L, 0, -1):
                grads[f"dW{layer}"] += np.outer(dz, trail[layer - 1]) / m
                grads[f"db{layer}"][:, 0] += dz / m
                dz = parameters[f"W{layer}"].T.dot(dz) * slope(trail[layer - 1], activation)
        return grads

    def activation_variances(X, parameters, activation):
        _, caches = forward_deep(X, parameters, activation)
        L = len(parameters) // 2
        return np.array([np.var([trail[layer] for trail in caches]) for layer in range(1, L)])

    def gradient_variances(X, Y, parameters, activation):
        _, caches = forward_deep(X, parameters, activation)
        L = len(parameters) // 2
        found = [[] for _ in range(L - 1)]
        for i, trail in enumerate(caches):
            dz = trail[-1] - Y[:, i]
            for layer in range(L - 1, 0, -1):
                dz = parameters[f"W{layer + 1}"].T.dot(dz) * slope(trail[layer], activation)
                found[layer - 1].extend(dz)
        return np.array([np.var(values) for values in found])


@variant
def folded_bias():
    """Each bias is a column of the weight matrix, each input gets a row of ones."""

    def forward_deep(X, parameters, activation):
        L, A, cache = len(parameters) // 2, X, [X]
        ones = np.ones((1, X.shape[1]))
        for layer in range(1, L + 1):
            W = np.hstack([parameters[f"W{layer}"], parameters[f"b{layer}"]])
            A = activate(W @ np.vstack([A, ones]), activation if layer < L else "sigmoid")
            cache.append(A)
        return A, tuple(cache)


@variant
def transposed_world():
    """Examples are rows inside; results come back as transposed views in Fortran order."""

    def forward_deep(X, parameters, activation):
        L, A = len(parameters) // 2, X.T
        cache = {"A0": A}
        for layer in range(1, L + 1):
            A = activate(
                A @ parameters[f"W{layer}"].T + parameters[f"b{layer}"].T,
                activation if layer < L else "sigmoid",
            )
            cache[f"A{layer}"] = A
        return A.T, cache

    def backward_deep(parameters, cache, Y, activation):
        L = len(parameters) // 2
        dZ, grads = cache[f"A{L}"] - Y.T, {}
        for layer in range(L, 0, -1):
            grads[f"dW{layer}"] = (cache[f"A{layer - 1}"].T @ dZ).T / len(dZ)
            grads[f"db{layer}"] = dZ.mean(axis=0)[None].T
            dZ = dZ @ parameters[f"W{layer}"] * slope(cache[f"A{layer - 1}"], activation)
        return grads

    def activation_variances(X, parameters, activation):
        _, cache = forward_deep(X, parameters, activation)
        return np.array([np.var(cache[f"A{layer}"]) for layer in range(1, len(cache) - 1)])

    def gradient_variances(X, Y, parameters, activation):
        AL, cache = forward_deep(X, parameters, activation)
        dZ, out = (AL - Y).T, []
        for layer in range(len(cache) - 2, 0, -1):
            dZ = dZ @ parameters[f"W{layer + 1}"] * slope(cache[f"A{layer}"], activation)
            out = [dZ.var(), *out]
        return np.array(out)


@variant
def relu_subgradient_half():
    """At exactly 0, ReLU's slope is taken to be ½; the output's error is chained through the cost."""

    def forward_deep(X, parameters, activation):
        L, A, cache = len(parameters) // 2, X, []
        for layer in range(1, L + 1):
            Z = parameters[f"W{layer}"] @ A + parameters[f"b{layer}"]
            cache.append((A, Z))
            A = activate(Z, activation if layer < L else "sigmoid")
        return A, [*cache, A]

    def backward_deep(parameters, cache, Y, activation):
        *layers, AL = cache
        grads, m = {}, Y.shape[1]
        dZ = AL - Y
        for layer in range(len(layers), 0, -1):
            A_prev, _ = layers[layer - 1]
            grads[f"dW{layer}"], grads[f"db{layer}"] = (
                dZ @ A_prev.T / m,
                dZ.sum(1, keepdims=True) / m,
            )
            if layer > 1:
                Z = layers[layer - 2][1]
                step = {
                    "relu": lambda Z: np.heaviside(Z, 0.5),
                    "tanh": lambda Z: 1 / np.cosh(Z) ** 2,
                    "sigmoid": lambda Z: sigmoid(Z) * sigmoid(-Z),
                }[activation]
                dZ = parameters[f"W{layer}"].T @ dZ * step(Z)
        return grads

    def activation_variances(X, parameters, activation):
        *layers, _ = forward_deep(X, parameters, activation)[1]
        return np.array([np.var(A) for A, _ in layers[1:]])

    def gradient_variances(X, Y, parameters, activation):
        AL, cache = forward_deep(X, parameters, activation)
        dZ, out = AL - Y, []
        for layer in range(len(cache) - 1, 1, -1):
            dZ = parameters[f"W{layer}"].T @ dZ * slope(cache[layer - 1][0], activation)
            out.append(np.var(dZ))
        return np.flip(out)


@variant
def naive_sigmoid():
    """1 / (1 + exp(-Z)): it overflows to infinity, warns, and is right all the same."""

    def forward_deep(X, parameters, activation):
        L = len(parameters) // 2
        cache = [X]
        for layer in range(1, L + 1):
            Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
            if layer == L or activation == "sigmoid":
                cache.append(1 / (1 + np.exp(-Z)))
            else:
                cache.append(activate(Z, activation))
        return cache[-1], cache


@variant
def sigmoid_by_tanh():
    """The sigmoid is half of one plus a tanh; ReLU is half of Z plus its absolute value."""

    def forward_deep(X, parameters, activation):
        L = len(parameters) // 2
        cache = [X]
        for layer in range(1, L + 1):
            Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
            if layer == L or activation == "sigmoid":
                cache.append((1 + np.tanh(Z / 2)) / 2)
            elif activation == "relu":
                cache.append((Z + np.abs(Z)) / 2)
            else:
                cache.append(2 / (1 + np.exp(-2 * Z)) - 1)
        return cache[-1], cache


@variant
def clipped_sigmoid():
    """The sigmoid of Z cut off at plus and minus 500, so that exp cannot overflow."""

    def forward_deep(X, parameters, activation):
        L = len(parameters) // 2
        cache = [X]
        for layer in range(1, L + 1):
            Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
            if layer == L or activation == "sigmoid":
                cache.append(1 / (1 + np.exp(-np.clip(Z, -500, 500))))
            else:
                cache.append(activate(Z, activation))
        return cache[-1], cache


@variant
def sigmoid_from_one_half():
    """The sigmoid is one half plus half a tanh: very small outputs are exactly 0."""

    def forward_deep(X, parameters, activation):
        L = len(parameters) // 2
        cache = [X]
        for layer in range(1, L + 1):
            Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
            if layer == L or activation == "sigmoid":
                cache.append(0.5 + 0.5 * np.tanh(Z / 2))
            else:
                cache.append(activate(Z, activation))
        return cache[-1], cache


@variant
def sigmoid_by_complement():
    """The sigmoid is one minus its mirror image: very small outputs are exactly 0, or 1e-16."""

    def forward_deep(X, parameters, activation):
        L = len(parameters) // 2
        cache = [X]
        for layer in range(1, L + 1):
            Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
            if layer == L or activation == "sigmoid":
                cache.append(1 - 1 / (1 + np.exp(Z)))
            else:
                cache.append(activate(Z, activation))
        return cache[-1], cache


@variant
def piecewise_sigmoid():
    """The sigmoid by masks, each half with the exponential that cannot overflow."""

    def stable(Z):
        out = np.empty_like(Z)
        positive = Z >= 0
        out[positive] = 1 / (1 + np.exp(-Z[positive]))
        E = np.exp(Z[~positive])
        out[~positive] = E / (1 + E)
        return out

    def forward_deep(X, parameters, activation):
        L = len(parameters) // 2
        cache = [X]
        for layer in range(1, L + 1):
            Z = parameters[f"W{layer}"] @ cache[-1] + parameters[f"b{layer}"]
            cache.append(stable(Z) if layer == L else activate(Z, activation))
        return cache[-1], cache


@variant
def layers_found_from_keys():
    """The number of layers is found by looking for keys; a while loop walks up."""

    def forward_deep(X, parameters, activation):
        A, cache, layer = X, [X], 1
        while f"W{layer}" in parameters:
            last = f"W{layer + 1}" not in parameters
            A = activate(
                np.matmul(parameters[f"W{layer}"], A) + parameters[f"b{layer}"],
                "sigmoid" if last else activation,
            )
            cache.append(A)
            layer += 1
        return A, cache


@variant
def decorated():
    """A decorator counts calls; numpy's functions are imported by name."""
    import functools

    def counted(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            wrapper.calls += 1
            return function(*args, **kwargs)

        wrapper.calls = 0
        return wrapper

    @counted
    def saturation(A, activation, threshold=0.05):
        return np.count_nonzero(slope(A, activation) < threshold) / A.size

    @counted
    def initialize_constant(layer_dims, value):
        return build_parameters(layer_dims, lambda i, o: value * np.ones((o, i)))


@variant
def reduce_and_accumulate():
    """Forward is an accumulation, backward a reduction."""
    from itertools import accumulate

    def forward_deep(X, parameters, activation):
        L = len(parameters) // 2

        def step(A, layer):
            Z = parameters[f"W{layer}"] @ A + parameters[f"b{layer}"]
            return sigmoid(Z) if layer == L else activate(Z, activation)

        cache = list(accumulate(range(1, L + 1), step, initial=X))
        return cache[-1], cache


@variant
def extra_keys_in_grads():
    """The gradients come with dA and dZ, as in many courses."""

    def backward_deep(parameters, cache, Y, activation):
        grads, m = {}, Y.shape[1]
        L = len(parameters) // 2
        dZ = cache[L] - Y
        for layer in range(L, 0, -1):
            grads[f"dZ{layer}"] = dZ
            grads[f"dW{layer}"] = dZ @ cache[layer - 1].T / m
            grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
            grads[f"dA{layer - 1}"] = parameters[f"W{layer}"].T @ dZ
            dZ = grads[f"dA{layer - 1}"] * slope(cache[layer - 1], activation)
        return grads


@variant
def divided_by_m_at_once():
    """The 1/m goes into the output's error, once, and travels along."""

    def backward_deep(parameters, cache, Y, activation):
        dZ = np.subtract(cache[-1], Y) / Y.shape[1]
        grads = {}
        for layer in reversed(range(1, len(cache))):
            grads[f"db{layer}"] = dZ @ np.ones((dZ.shape[1], 1))
            grads[f"dW{layer}"] = np.tensordot(dZ, cache[layer - 1], axes=(1, 1))
            dZ = (dZ.T @ parameters[f"W{layer}"]).T * slope(cache[layer - 1], activation)
        return grads


@variant
def gradients_from_biases():
    """The gradients' variances come from backward_deep, one example at a time."""

    def gradient_variances(X, Y, parameters, activation):
        layers = range(1, len(parameters) // 2)
        rows = {layer: [] for layer in layers}
        for x, y in zip(X.T, Y.T):
            _, cache = forward_deep(x[:, None], parameters, activation)
            grads = backward_deep(parameters, cache, y[:, None], activation)
            for layer in layers:
                rows[layer].append(grads[f"db{layer}"])
        return np.array([np.var(np.hstack(rows[layer])) for layer in layers])


# ------------------------------------------------------------------ instruments


@variant
def variances_as_lists():
    """The variances are lists of numpy scalars; the first layers' networks are run one by one."""

    def activation_variances(X, parameters, activation):
        _, cache = forward_deep(X, parameters, activation)
        return [np.var(A) for A in cache[1:-1]]

    def gradient_variances(X, Y, parameters, activation):
        AL, cache = forward_deep(X, parameters, activation)
        dZ, out = AL - Y, []
        for layer in range(len(cache) - 2, 0, -1):
            dZ = parameters[f"W{layer + 1}"].T @ dZ * slope(cache[layer], activation)
            out.append(np.var(dZ))
        out.reverse()
        return out


@variant
def welford_variances():
    """Variances by Welford's running update, entry by entry."""

    def welford(values):
        mean, total = 0.0, 0.0
        for count, value in enumerate(values, start=1):
            delta = value - mean
            mean += delta / count
            total += delta * (value - mean)
        return total / len(values)

    def activation_variances(X, parameters, activation):
        _, cache = forward_deep(X, parameters, activation)
        return np.array([welford(A.ravel()) for A in cache[1:-1]])


@variant
def variances_by_std():
    """Variances as squared standard deviations, filled into an array of zeros."""

    def activation_variances(X, parameters, activation):
        _, cache = forward_deep(X, parameters, activation)
        out = np.zeros(len(cache) - 2)
        for i, A in enumerate(cache[1:-1]):
            out[i] = np.std(A) ** 2
        return out

    def gradient_variances(X, Y, parameters, activation):
        AL, cache = forward_deep(X, parameters, activation)
        out = np.zeros(len(cache) - 2)
        dZ = Y - AL
        for layer in range(len(out), 0, -1):
            dZ = parameters[f"W{layer + 1}"].T @ dZ * slope(cache[layer], activation)
            out[layer - 1] = dZ.std() ** 2
        return out


@variant
def variances_of_truncated_networks():
    """Layer by layer, without forward_deep."""

    def activation_variances(X, parameters, activation):
        def layers():
            A = X
            for layer in range(1, len(parameters) // 2):
                A = activate(parameters[f"W{layer}"] @ A + parameters[f"b{layer}"], activation)
                yield A

        return np.fromiter((np.var(A) for A in layers()), dtype=float)


@variant
def saturation_by_hand():
    """The derivatives written out, counted in a loop; the share as a 0-d array."""

    def saturation(A, activation, threshold=0.05):
        count = 0
        for a in A.flat:
            if activation == "relu":
                derivative = 1.0 if a > 0 else 0.0
            elif activation == "tanh":
                derivative = (1 - a) * (1 + a)
            else:
                derivative = a - a * a
            count += derivative < threshold
        return np.array(count / A.size)


@variant
def saturation_of_masks():
    """A numpy scalar, from a mean over axes one after another."""

    def saturation(A, activation, threshold=0.05):
        if activation == "relu":
            D = np.where(A > 0, 1, 0)
        elif activation == "tanh":
            D = 1 - np.square(A)
        else:
            D = A * (1 - A)
        return (D < threshold).astype(float).mean(axis=0).mean()


@variant
def saturation_as_fraction():
    """One minus the share of entries that are alive."""

    def saturation(A, activation, threshold=0.05):
        alive = sum(1 for d in slope(A, activation).ravel().tolist() if d >= threshold)
        return (A.size - alive) / A.size


# ------------------------------------------------------------------ initialisers


@variant
def constant_by_broadcast():
    """A dict comprehension; weights as sums with zeros, float whatever the value's type."""

    def initialize_constant(layer_dims, value):
        pairs = list(zip(layer_dims[:-1], layer_dims[1:]))
        weights = {f"W{i + 1}": np.zeros((o, n)) + value for i, (n, o) in enumerate(pairs)}
        biases = {f"b{i + 1}": np.zeros((o, 1)) for i, (n, o) in enumerate(pairs)}
        return {**weights, **biases}


@variant
def constant_in_fortran_order():
    """Weights are transposed views or in Fortran order."""

    def initialize_constant(layer_dims, value):
        return build_parameters(layer_dims, lambda i, o: np.full((i, o), float(value)).T)

    def initialize_small(layer_dims, rng, scale=0.01):
        return build_parameters(
            layer_dims, lambda i, o: np.asfortranarray(scale * rng.standard_normal((o, i)))
        )


@variant
def last_layer_first():
    """Layers are drawn from the last to the first."""

    def backwards(layer_dims, draw):
        parameters = {}
        for layer in range(len(layer_dims) - 1, 0, -1):
            i, o = layer_dims[layer - 1], layer_dims[layer]
            parameters[f"b{layer}"] = np.zeros((o, 1))
            parameters[f"W{layer}"] = draw(i, o)
        return parameters

    def initialize_small(layer_dims, rng, scale=0.01):
        return backwards(layer_dims, lambda i, o: rng.standard_normal((o, i)) * scale)

    def initialize_uniform_fan_in(layer_dims, rng):
        return backwards(layer_dims, lambda i, o: rng.uniform(-1, 1, (o, i)) / np.sqrt(i))

    def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
        return backwards(
            layer_dims, lambda i, o: variance_scaling(i, o, rng, 2, mode, distribution)
        )

    def initialize_xavier(layer_dims, rng, distribution="uniform"):
        return backwards(
            layer_dims, lambda i, o: variance_scaling(i, o, rng, 1.0, "fan_avg", distribution)
        )


@variant
def one_long_stream():
    """All draws of a network at once, cut into layers afterwards."""

    def cut(layer_dims, stream, spread):
        parameters, start = {}, 0
        for layer, (i, o) in enumerate(zip(layer_dims, layer_dims[1:]), start=1):
            parameters[f"W{layer}"] = stream[start : start + i * o].reshape(o, i) * spread(i, o)
            parameters[f"b{layer}"] = np.zeros((o, 1))
            start += i * o
        return parameters

    def count(layer_dims):
        return sum(i * o for i, o in zip(layer_dims, layer_dims[1:]))

    def initialize_small(layer_dims, rng, scale=0.01):
        return cut(layer_dims, rng.normal(size=count(layer_dims)), lambda i, o: scale)

    def initialize_uniform_fan_in(layer_dims, rng):
        stream = rng.uniform(-1, 1, count(layer_dims))
        return cut(layer_dims, stream, lambda i, o: i**-0.5)

    def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
        def spread(i, o):
            fan = i if mode == "fan_in" else o if mode == "fan_out" else (i + o) / 2
            return (2 / fan) ** 0.5

        stream = rng.normal(size=count(layer_dims))
        if distribution == "uniform":
            stream = rng.uniform(-(3**0.5), 3**0.5, size=count(layer_dims))
        return cut(layer_dims, stream, spread)

    def initialize_xavier(layer_dims, rng, distribution="uniform"):
        if distribution == "uniform":
            stream = 2 * rng.random(count(layer_dims)) - 1
            return cut(layer_dims, stream, lambda i, o: np.sqrt(6 / (i + o)))
        return cut(
            layer_dims, rng.normal(size=count(layer_dims)), lambda i, o: np.sqrt(2 / (i + o))
        )


@variant
def transposed_draws():
    """Matrices are drawn as (fan_in, fan_out) and then transposed."""

    def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": 0.5 * (fan_in + fan_out)}[mode]
        if distribution == "uniform":
            limit = np.sqrt(3 * scale / n)
            return rng.uniform(low=-limit, high=limit, size=(fan_in, fan_out)).T
        return rng.normal(loc=0, scale=np.sqrt(scale / n), size=(fan_in, fan_out)).T


@variant
def inverse_distribution_function():
    """Normal draws by the inverse of the distribution function, from Python's statistics."""
    from statistics import NormalDist

    def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
        U = 1 - rng.random((fan_out, fan_in))
        if distribution == "uniform":
            return np.sqrt(3 * scale / n) * (2 * U - 1)
        law = NormalDist(0, np.sqrt(scale / n))
        values = [law.inv_cdf(min(u, 1 - 2**-53)) for u in U.ravel().tolist()]
        return np.array(values).reshape(U.shape)


@variant
def box_muller():
    """Normal draws by Box and Muller's method."""

    def gauss(rng, shape):
        R = np.sqrt(-2 * np.log1p(-rng.random(shape)))
        return R * np.cos(2 * np.pi * rng.random(shape))

    def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
        std = np.sqrt(scale / n)
        if distribution == "normal":
            return std * gauss(rng, (fan_out, fan_in))
        return std * np.sqrt(12) * (rng.random((fan_out, fan_in)) - 0.5)

    def initialize_small(layer_dims, rng, scale=0.01):
        return build_parameters(layer_dims, lambda i, o: scale * gauss(rng, (o, i)))


@variant
def polar_method():
    """Normal draws by Marsaglia's polar method, with rejection."""

    def gauss(rng, count):
        found = np.empty(0)
        while len(found) < count:
            U, V = rng.uniform(-1, 1, (2, count + 8))
            S = U**2 + V**2
            U, S = U[(S > 0) & (S < 1)], S[(S > 0) & (S < 1)]
            found = np.append(found, U * np.sqrt(-2 * np.log(S) / S))
        return found[:count]

    def initialize_small(layer_dims, rng, scale=0.01):
        return build_parameters(layer_dims, lambda i, o: (scale * gauss(rng, i * o)).reshape(o, i))


@variant
def row_by_row():
    """One row at a time, stacked."""

    def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
        std = (scale / n) ** 0.5
        rows = []
        for _ in range(fan_out):
            if distribution == "normal":
                rows.append(rng.standard_normal(fan_in) * std)
            else:
                rows.append((rng.random(fan_in) * 2 - 1) * std * 3**0.5)
        return np.vstack(rows)


@variant
def column_by_column():
    """One column at a time, into an empty array."""

    def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
        n = fan_in if mode == "fan_in" else fan_out if mode == "fan_out" else (fan_in + fan_out) / 2
        W = np.empty((fan_out, fan_in))
        bound = np.sqrt(3 * scale / n)
        for j in range(fan_in):
            if distribution == "normal":
                W[:, j] = rng.normal(0.0, np.sqrt(scale / n), fan_out)
            else:
                W[:, j] = rng.uniform(-bound, bound, fan_out)
        return W


@variant
def a_seed_for_each_layer():
    """The generator draws a seed for each layer, and each layer has a generator of its own."""

    def initialize_small(layer_dims, rng, scale=0.01):
        parameters = {}
        for layer in range(1, len(layer_dims)):
            own = np.random.default_rng(rng.integers(2**63))
            shape = (layer_dims[layer], layer_dims[layer - 1])
            parameters[f"W{layer}"] = own.normal(0, scale, shape)
            parameters[f"b{layer}"] = np.zeros((layer_dims[layer], 1))
        return parameters

    def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
        return build_parameters(
            layer_dims,
            lambda i, o: variance_scaling(
                i, o, np.random.default_rng(rng.integers(2**63, size=2)), 2, mode, distribution
            ),
        )


@variant
def antipodal_signs():
    """Sizes and signs are drawn apart."""

    def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
        shape = (fan_out, fan_in)
        signs = rng.choice([-1.0, 1.0], size=shape)
        if distribution == "normal":
            return signs * np.abs(rng.normal(0, np.sqrt(scale / n), shape))
        return signs * rng.random(shape) * np.sqrt(3 * scale / n)


@variant
def shuffled_draws():
    """Draws are permuted before use."""

    def initialize_small(layer_dims, rng, scale=0.01):
        def draw(i, o):
            values = rng.normal(0, scale, i * o)
            return rng.permutation(values).reshape(o, i)

        return build_parameters(layer_dims, draw)


@variant
def extra_draws():
    """Draws are made and thrown away: for biases, then set to 0."""

    def initialize_uniform_fan_in(layer_dims, rng):
        parameters = {}
        for layer in range(1, len(layer_dims)):
            bound = 1 / np.sqrt(layer_dims[layer - 1])
            parameters[f"b{layer}"] = 0 * rng.uniform(size=(layer_dims[layer], 1))
            parameters[f"W{layer}"] = rng.uniform(
                -bound, bound, (layer_dims[layer], layer_dims[layer - 1])
            )
        return parameters

    def initialize_xavier(layer_dims, rng, distribution="uniform"):
        rng.random(17)
        return build_parameters(
            layer_dims, lambda i, o: variance_scaling(i, o, rng, 1, "fan_avg", distribution)
        )


@variant
def he_through_xavier():
    """Each initialiser is another one rescaled."""

    def initialize_xavier(layer_dims, rng, distribution="uniform"):
        parameters = initialize_he(layer_dims, rng, distribution, "fan_avg")
        for layer in range(1, len(layer_dims)):
            parameters[f"W{layer}"] = parameters[f"W{layer}"] / np.sqrt(2)
        return parameters

    def initialize_uniform_fan_in(layer_dims, rng):
        parameters = initialize_he(layer_dims, rng, "uniform")
        return {k: v / np.sqrt(6) if k[0] == "W" else v for k, v in parameters.items()}

    def initialize_small(layer_dims, rng, scale=0.01):
        parameters = initialize_he(layer_dims, rng)
        for layer in range(1, len(layer_dims)):
            parameters[f"W{layer}"] *= scale * np.sqrt(layer_dims[layer - 1] / 2)
        return parameters


@variant
def all_by_variance_scaling():
    """Even N(0, scale²) is a variance scaling, with a scale that undoes the fan-in."""

    def initialize_small(layer_dims, rng, scale=0.01):
        return build_parameters(
            layer_dims, lambda i, o: variance_scaling(i, o, rng, scale**2 * i, "fan_in", "normal")
        )


@variant
def everything_standalone():
    """No initialiser uses a helper or another function."""

    def initialize_he(layer_dims, rng, distribution="normal", mode="fan_in"):
        parameters = {}
        for layer in range(1, len(layer_dims)):
            fan_in, fan_out = layer_dims[layer - 1], layer_dims[layer]
            if mode == "fan_in":
                fan = fan_in
            elif mode == "fan_out":
                fan = fan_out
            else:
                fan = (fan_in + fan_out) / 2
            if distribution == "normal":
                W = rng.normal(size=(fan_out, fan_in)) * np.sqrt(2 / fan)
            else:
                W = rng.uniform(-1, 1, size=(fan_out, fan_in)) * np.sqrt(6 / fan)
            parameters["W" + str(layer)] = W
            parameters["b" + str(layer)] = np.zeros((fan_out, 1))
        return parameters

    def initialize_xavier(layer_dims, rng, distribution="uniform"):
        parameters = {}
        for layer in range(1, len(layer_dims)):
            fan_in, fan_out = layer_dims[layer - 1], layer_dims[layer]
            if distribution == "uniform":
                bound = np.sqrt(6.0) / np.sqrt(fan_in + fan_out)
                W = rng.uniform(-bound, bound, size=(fan_out, fan_in))
            else:
                W = np.sqrt(2.0 / (fan_in + fan_out)) * rng.standard_normal((fan_out, fan_in))
            parameters["W" + str(layer)] = W
            parameters["b" + str(layer)] = np.zeros((fan_out, 1))
        return parameters


@variant
def legacy_generator_inside():
    """A RandomState seeded from rng: the old interface, drawing from the right source."""

    def initialize_small(layer_dims, rng, scale=0.01):
        old = np.random.RandomState(rng.integers(2**32, size=4, dtype=np.uint32))
        return build_parameters(layer_dims, lambda i, o: old.randn(o, i) * scale)


@variant
def draws_as_lists():
    """Weights grow as nested lists of floats and become arrays at the end."""

    def initialize_uniform_fan_in(layer_dims, rng):
        parameters = {}
        for layer in range(1, len(layer_dims)):
            i, o = layer_dims[layer - 1], layer_dims[layer]
            rows = [[rng.uniform(-1, 1) / i**0.5 for _ in range(i)] for _ in range(o)]
            parameters[f"W{layer}"] = np.array(rows)
            parameters[f"b{layer}"] = np.array([[0.0]] * o)
        return parameters


@variant
def ordered_and_typed():
    """An OrderedDict, biases first, and numpy integers as sizes."""
    from collections import OrderedDict

    def initialize_constant(layer_dims, value):
        sizes = np.array(layer_dims)
        parameters = OrderedDict()
        for layer in range(1, len(sizes)):
            parameters[f"b{layer}"] = np.zeros((sizes[layer], 1), dtype=np.float64)
        for layer in range(1, len(sizes)):
            parameters[f"W{layer}"] = np.full(
                (sizes[layer], sizes[layer - 1]), value, dtype=np.float64
            )
        return parameters
