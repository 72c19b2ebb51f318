"""Right solutions of ``regularization`` in unusual styles."""

from autograder.variants import variant

# ------------------------------------------------------------------------------ weight decay


@variant
def decay_by_loops():
    """Weight decay entry by entry."""

    def l2_cost(parameters, lambd, m):
        total = 0.0
        for layer in range(1, len(parameters) // 2 + 1):
            for row in parameters["W" + str(layer)]:
                for w in row:
                    total += w * w
        return total * lambd / 2 / m

    def l2_gradients(parameters, lambd, m):
        grads = {}
        for layer in range(1, len(parameters) // 2 + 1):
            W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
            grads[f"dW{layer}"] = np.array([[lambd * w / m for w in row] for row in W])
            grads[f"db{layer}"] = np.zeros(b.shape)
        return grads


@variant
def decay_by_norms():
    """Weight decay by Frobenius norms, as a 0-d array, and zeros by multiplication."""

    def l2_cost(parameters, lambd, m):
        squares = [np.linalg.norm(P) ** 2 for name, P in parameters.items() if "W" in name]
        return np.asarray(0.5 * lambd / m * np.sum(squares))

    def l2_gradients(parameters, lambd, m):
        rates = {"W": lambd / m, "b": 0.0}
        return {f"d{name}": rates[name[0]] * P for name, P in parameters.items()}


@variant
def decay_by_one_long_vector():
    """All weights in one vector, its square by a dot product, a numpy scalar returned."""

    def l2_cost(parameters, lambd, m):
        flat = np.concatenate([P.ravel() for name, P in parameters.items() if name[0] == "W"])
        return np.float64(flat @ flat * lambd / (2 * m))


@variant
def decay_recursive():
    """Weight decay by recursion over the layers, gradients in reverse order."""

    def l2_cost(parameters, lambd, m, layer=1):
        if f"W{layer}" not in parameters:
            return 0.0
        here = np.trace(parameters[f"W{layer}"] @ parameters[f"W{layer}"].T)
        return lambd / (2 * m) * here + l2_cost(parameters, lambd, m, layer + 1)

    def l2_gradients(parameters, lambd, m):
        return {
            "d" + name: np.where(name.startswith("W"), lambd / m, 0.0) * P
            for name, P in reversed(parameters.items())
        }


@variant
def decay_by_own_slopes():
    """The cost by einsum, the gradient by scaling a deep copy in place."""

    import copy

    def l2_cost(parameters, lambd, m):
        return (
            lambd
            / m
            / 2
            * sum(np.einsum("ij,ij->", P, P) for k, P in parameters.items() if k.startswith("W"))
        )

    def l2_gradients(parameters, lambd, m):
        copies = copy.deepcopy(parameters)
        for name, P in copies.items():
            P *= lambd / m if name[0] == "W" else 0
        return {"d" + name: P for name, P in copies.items()}


# ----------------------------------------------------------------------------------- entropy


@variant
def entropy_by_columns():
    """The entropy column by column in a loop, with logaddexp."""

    def entropy_penalty(logits, beta):
        K, m = logits.shape
        value, dlogits = 0.0, np.zeros((K, m))
        for j in range(m):
            z = logits[:, j]
            log_p = z - np.logaddexp.reduce(z)
            p = np.exp(log_p)
            H = -p @ log_p
            value -= beta * H / m
            dlogits[:, j] = beta / m * p * (log_p + H)
        return value, dlogits


@variant
def entropy_with_jacobian():
    """The gradient through the full Jacobian of the softmax."""

    def entropy_penalty(logits, beta):
        K, m = logits.shape
        e = np.exp(logits - np.max(logits, axis=0))
        p = e / np.sum(e, axis=0)
        log_p = np.log(np.maximum(p, 1e-300))
        value = beta * np.sum(p * log_p) / m
        dp = beta / m * (log_p + 1)
        J = np.einsum("ij,ik->jik", p, np.eye(K)) - np.einsum("ij,kj->jik", p, p)
        return np.asarray(value), np.einsum("jik,ij->kj", J, dp)


@variant
def entropy_masked():
    """0 log 0 avoided by where, warnings and all."""

    def entropy_penalty(logits, beta):
        e = np.exp(logits - logits.max(0))
        p = e / e.sum(0)
        plogp = np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0)
        H = -plogp.sum(0)
        return -beta * H.mean(), beta * (plogp + p * H) / logits.shape[1]


@variant
def entropy_by_scores():
    """H = log Z - E[z], and the gradient p (z - E[z]) with centred scores."""

    def entropy_penalty(logits, beta):
        z = logits - logits.max(axis=0)
        Z = np.exp(z).sum(axis=0)
        p = np.exp(z) / Z
        mean = (p * z).sum(axis=0)
        return float(-beta * np.average(np.log(Z) - mean)), beta * p * (z - mean) / z.shape[1]


@variant
def entropy_with_a_small_number():
    """The usual 1e-12 inside the logarithm."""

    def entropy_penalty(logits, beta):
        e = np.exp(logits - logits.max(axis=0, keepdims=True))
        p = e / e.sum(axis=0, keepdims=True)
        log_p = np.log(p + 1e-12)
        H = -np.sum(p * log_p, axis=0, keepdims=True)
        return -beta * np.mean(H), beta / logits.shape[1] * p * (log_p + H)


# ----------------------------------------------------------------------------------- dropout


@variant
def boolean_mask():
    """A mask of bool, and the factor beside it."""

    def dropout_forward(A, keep_prob, rng, training=True):
        if not training or keep_prob == 1:
            return A.copy(), (np.ones(A.shape, dtype=bool), 1.0)
        mask = rng.random(A.shape) < keep_prob
        return np.where(mask, A / keep_prob, 0.0), (mask, keep_prob)

    def dropout_backward(dout, cache):
        mask, keep_prob = cache
        return np.where(mask, dout / keep_prob, 0.0)


@variant
def binomial_mask():
    """A mask of int64 from rng.binomial."""

    def dropout_forward(A, keep_prob, rng, training=True):
        if not training:
            return A, (1, 1)
        mask = rng.binomial(1, keep_prob, size=A.shape)
        return A * mask / keep_prob, (mask, keep_prob)

    def dropout_backward(dout, cache):
        return dout * cache[0] / cache[1]


@variant
def choice_mask():
    """A mask of int8 from rng.choice, as a dict."""

    def dropout_forward(A, keep_prob, rng, training=True):
        q = keep_prob if training else 1.0
        mask = rng.choice([0, 1], size=A.shape, p=[1 - q, q]).astype(np.int8)
        return mask * A / q, {"mask": mask, "q": q}

    def dropout_backward(dout, cache):
        return cache["mask"] * dout / cache["q"]


@variant
def float32_mask():
    """A mask of float32, applied before the division."""

    def dropout_forward(A, keep_prob, rng, training=True):
        if not training or keep_prob >= 1:
            return A, None
        mask = (rng.random(A.shape) <= keep_prob).astype(np.float32)
        return A * mask / keep_prob, (mask, keep_prob)

    def dropout_backward(dout, cache):
        if cache is None:
            return dout
        mask, keep_prob = cache
        return dout * mask / keep_prob


@variant
def upper_tail():
    """The entry is kept when the draw lies above 1 - keep_prob; drawn in transposed order."""

    def dropout_forward(A, keep_prob, rng, training=True):
        if training:
            D = (rng.random(A.T.shape) >= 1 - keep_prob).T
        else:
            D, keep_prob = np.full(A.shape, True), 1
        return np.multiply(A, D) / keep_prob, (D, keep_prob)

    def dropout_backward(dout, cache):
        return np.multiply(dout, cache[0]) / cache[1]


@variant
def normal_quantile():
    """The mask from normal draws and the normal quantile of keep_prob."""

    from statistics import NormalDist

    def dropout_forward(A, keep_prob, rng, training=True):
        if not training or keep_prob == 1:
            return A + 0, np.ones_like(A)
        limit = NormalDist().inv_cdf(keep_prob)
        mask = np.where(rng.standard_normal(A.shape) < limit, 1 / keep_prob, 0)
        return A * mask, mask


@variant
def entry_by_entry():
    """A draw for each entry in nested loops, column by column."""

    def dropout_forward(A, keep_prob, rng, training=True):
        out, kept = A.copy(), np.ones(A.shape)
        if training and keep_prob < 1:
            for j in range(A.shape[1]):
                for i in range(A.shape[0]):
                    kept[i, j] = 1 / keep_prob if rng.random() < keep_prob else 0.0
                    out[i, j] = A[i, j] * kept[i, j]
        return out, kept


@variant
def kept_indices():
    """The cache holds the flat indices of those who stay."""

    def dropout_forward(A, keep_prob, rng, training=True):
        if not training or keep_prob == 1:
            return A.copy(), (np.arange(A.size), 1.0)
        stay = np.flatnonzero(rng.uniform(size=A.size) < keep_prob)
        out = np.zeros(A.size)
        out[stay] = A.ravel()[stay] / keep_prob
        return out.reshape(A.shape), (stay, keep_prob)

    def dropout_backward(dout, cache):
        stay, keep_prob = cache
        dA = np.zeros(dout.size)
        dA[stay] = dout.ravel()[stay] / keep_prob
        return dA.reshape(dout.shape)


@variant
def closure_cache():
    """The cache is a function."""

    def dropout_forward(A, keep_prob, rng, training=True):
        if not training:
            keep_prob = 1
        mask = rng.random(A.shape) < keep_prob

        def through(values):
            return values * mask / keep_prob

        return through(A), through

    def dropout_backward(dout, cache):
        return cache(dout)


@variant
def object_cache():
    """Dropout is a class, its cache an instance."""

    class Dropout:
        def __init__(self, shape, keep_prob, rng):
            self.factor = (rng.random(shape) < keep_prob) / keep_prob

        def __call__(self, values):
            return values * self.factor

    def dropout_forward(A, keep_prob, rng, training=True):
        layer = Dropout(A.shape, keep_prob if training else 1, rng)
        return layer(A), layer

    def dropout_backward(dout, cache):
        return cache(dout)


@variant
def iterator_cache():
    """The cache can be read once."""

    def dropout_forward(A, keep_prob, rng, training=True):
        q = keep_prob if training else 1.0
        mask = rng.random(A.shape) < q
        return A * mask / q, iter([mask, q])

    def dropout_backward(dout, cache):
        mask = next(cache)
        return dout * mask / next(cache)


@variant
def masked_copy():
    """A copy whose dropped entries are overwritten."""

    def dropout_forward(A, keep_prob, rng, training=True):
        out = A.copy()
        gone = np.zeros(A.shape, dtype=bool)
        if training and keep_prob < 1:
            gone = rng.random(A.shape) > keep_prob
            out /= keep_prob
            out[gone] = 0
        return out, [gone, keep_prob if training else 1]

    def dropout_backward(dout, cache):
        keep_prob = cache.pop()
        dA = dout / keep_prob
        dA[cache.pop()] = 0
        return dA


@variant
def fortran_order():
    """Results in Fortran order, and masks by comparing float32 draws."""

    def dropout_forward(A, keep_prob, rng, training=True):
        q = keep_prob if training else 1.0
        mask = np.asfortranarray(rng.random(A.shape, dtype=np.float32) < q) / q
        return np.asfortranarray(A * mask), mask


# --------------------------------------------------------------------------- whole networks


@variant
def network_without_dropout_forward():
    """The network draws its masks itself, and keeps a cache of tuples."""

    def forward_with_dropout(X, parameters, keep_prob, rng):
        A, cache = X, []
        L = len(parameters) // 2
        for layer in range(1, L + 1):
            W, b = parameters["W" + str(layer)], parameters["b" + str(layer)]
            Z = np.dot(W, A) + b
            if layer < L:
                D = rng.uniform(0, 1, Z.shape) < keep_prob
                cache.append((A, Z, D / keep_prob))
                A = np.maximum(0, Z) * D / keep_prob
            else:
                cache.append((A, Z, None))
                A = 1 / (1 + np.exp(-Z))
        return A, (cache, A)

    def backward_with_dropout(parameters, cache, Y, lambd=0.0):
        layers, AL = cache
        m = Y.shape[1]
        grads, dZ = {}, AL - Y
        for layer in reversed(range(1, len(layers) + 1)):
            A_prev, W = layers[layer - 1][0], parameters["W" + str(layer)]
            grads["dW" + str(layer)] = (np.dot(dZ, A_prev.T) + lambd * W) / m
            grads["db" + str(layer)] = np.sum(dZ, axis=1, keepdims=True) / m
            if layer > 1:
                _, Z, D = layers[layer - 2]
                dZ = np.dot(W.T, dZ) * D * np.int64(Z > 0)
        return grads


@variant
def network_with_all_masks_first():
    """All masks are drawn before the pass, the last layer's first."""

    def forward_with_dropout(X, parameters, keep_prob, rng):
        L, m = len(parameters) // 2, X.shape[1]
        masks = {n: (rng.random((len(parameters[f"W{n}"]), m)) < keep_prob) / keep_prob
                 for n in range(L - 1, 0, -1)}  # fmt: skip
        A = {0: X}
        for n in range(1, L):
            A[n] = masks[n] * relu(parameters[f"W{n}"] @ A[n - 1] + parameters[f"b{n}"])
        AL = sigmoid(parameters[f"W{L}"] @ A[L - 1] + parameters[f"b{L}"])
        return AL, {"A": A, "masks": masks, "AL": AL}

    def backward_with_dropout(parameters, cache, Y, lambd=0.0):
        A, masks, m = cache["A"], cache["masks"], Y.shape[1]
        L = len(A)
        dZ = (cache["AL"] - Y) / m
        grads = {}
        for n in range(L, 0, -1):
            grads[f"dW{n}"] = dZ @ A[n - 1].T + lambd / m * parameters[f"W{n}"]
            grads[f"db{n}"] = dZ @ np.ones((m, 1))
            if n > 1:
                dZ = parameters[f"W{n}"].T @ dZ * masks[n - 1] * (A[n - 1] > 0)
        return grads


@variant
def network_noting_in_its_cache():
    """Layers are asked for by number until there is none; backward leaves notes in its cache."""

    def forward_with_dropout(X, parameters, keep_prob, rng):
        cache, layer = {"A0": X}, 1
        while f"W{layer + 1}" in parameters:
            Z = parameters[f"W{layer}"] @ cache[f"A{layer - 1}"] + parameters[f"b{layer}"]
            cache[f"A{layer}"], cache[f"D{layer}"] = dropout_forward(relu(Z), keep_prob, rng)
            cache[f"on{layer}"], layer = Z > 0, layer + 1
        Z = parameters[f"W{layer}"] @ cache[f"A{layer - 1}"] + parameters[f"b{layer}"]
        cache["AL"], cache["L"] = sigmoid(Z), layer
        return cache["AL"], cache

    def backward_with_dropout(parameters, cache, Y, lambd=0.0):
        m, layer = Y.shape[1], cache["L"]
        cache[f"dZ{layer}"], grads = (cache["AL"] - Y) / m, {}
        while layer > 0:
            W, dZ = parameters[f"W{layer}"], cache[f"dZ{layer}"]
            grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
            grads[f"dW{layer}"] = dZ @ cache[f"A{layer - 1}"].T + lambd / m * W
            layer -= 1
            if layer > 0:
                cache[f"dA{layer}"] = dropout_backward(W.T @ dZ, cache[f"D{layer}"])
                cache[f"dZ{layer}"] = cache[f"dA{layer}"] * cache[f"on{layer}"]
        return grads


@variant
def network_by_recursion():
    """Forward and backward by recursion, with a closure for the way back."""

    def layer_on(A, parameters, keep_prob, rng, n):
        W, b = parameters[f"W{n}"], parameters[f"b{n}"]
        Z = W @ A + b
        if f"W{n + 1}" not in parameters:
            AL = sigmoid(Z)

            def back(Y, lambd):
                dZ = (AL - Y) / Y.shape[1]
                return {f"dW{n}": dZ @ A.T + lambd / Y.shape[1] * W,
                        f"db{n}": dZ.sum(1, keepdims=True)}, W.T @ dZ  # fmt: skip

            return AL, back
        out, cache = dropout_forward(relu(Z), keep_prob, rng)
        AL, further = layer_on(out, parameters, keep_prob, rng, n + 1)

        def back(Y, lambd):
            grads, dout = further(Y, lambd)
            dZ = dropout_backward(dout, cache) * np.heaviside(Z, 0.5)
            grads[f"dW{n}"] = dZ @ A.T + lambd / Y.shape[1] * W
            grads[f"db{n}"] = dZ.sum(1, keepdims=True)
            return grads, W.T @ dZ

        return AL, back

    def forward_with_dropout(X, parameters, keep_prob, rng):
        return layer_on(X, parameters, keep_prob, rng, 1)

    def backward_with_dropout(parameters, cache, Y, lambd=0.0):
        return cache(Y, lambd)[0]


@variant
def network_with_spawned_generators():
    """Each layer gets a generator of its own, spawned from rng's bits."""

    def forward_with_dropout(X, parameters, keep_prob, rng):
        L = len(parameters) // 2
        children = [np.random.default_rng(s) for s in rng.integers(2**62, size=L)]
        inputs, hidden = [X], []
        for layer in range(1, L):
            Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
            out, mask = dropout_forward(relu(Z), keep_prob, children[layer])
            inputs.append(out)
            hidden.append((Z, mask))
        AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
        return AL, (inputs, hidden, AL)


@variant
def network_example_by_example():
    """One column after the other, each with its own pass; the backward pass adds them up."""

    def forward_with_dropout(X, parameters, keep_prob, rng):
        L = len(parameters) // 2
        columns, caches = [], []
        for x in X.T:
            a, cache = x[:, None], []
            for n in range(1, L):
                z = parameters[f"W{n}"] @ a + parameters[f"b{n}"]
                d = (rng.random(z.shape) < keep_prob) / keep_prob
                cache.append((a, z, d))
                a = np.maximum(z, 0) * d
            y = sigmoid(parameters[f"W{L}"] @ a + parameters[f"b{L}"])
            cache.append((a, y, None))
            columns.append(y)
            caches.append(cache)
        return np.hstack(columns), caches

    def backward_with_dropout(parameters, cache, Y, lambd=0.0):
        m = len(cache)
        grads = {"d" + name: np.zeros(P.shape) for name, P in parameters.items()}
        for j, layers in enumerate(cache):
            dz = (layers[-1][1] - Y[:, [j]]) / m
            for n in range(len(layers), 0, -1):
                grads[f"dW{n}"] += dz @ layers[n - 1][0].T
                grads[f"db{n}"] += dz
                if n > 1:
                    _, z, d = layers[n - 2]
                    dz = parameters[f"W{n}"].T @ dz * d * (z >= 0)
        decay = l2_gradients(parameters, lambd, m)
        return {name: grad + decay[name] for name, grad in grads.items()}


@variant
def network_through_the_given_backward():
    """keep_prob 1 is the given forward pass; no random number is drawn for it."""

    def forward_with_dropout(X, parameters, keep_prob, rng):
        if keep_prob == 1:
            AL, activations = forward(X, parameters)
            return AL, (activations, [1.0] * len(activations))
        L = len(parameters) // 2
        activations, factors = [X], [1.0]
        for layer in range(1, L):
            A = relu(parameters[f"W{layer}"] @ activations[-1] + parameters[f"b{layer}"])
            factors.append((rng.random(A.shape) < keep_prob) / keep_prob)
            activations.append(A * factors[-1])
        activations.append(sigmoid(parameters[f"W{L}"] @ activations[-1] + parameters[f"b{L}"]))
        return activations[-1], (activations, [*factors, 1.0])

    def backward_with_dropout(parameters, cache, Y, lambd=0.0):
        activations, factors = cache
        dZ, m, grads = (activations[-1] - Y) / Y.shape[1], Y.shape[1], {}
        for n in range(len(activations) - 1, 0, -1):
            W = parameters[f"W{n}"]
            grads |= {f"dW{n}": dZ @ activations[n - 1].T, f"db{n}": dZ.sum(1)[:, None]}
            dZ = (W.T @ dZ) * (activations[n - 1] > 0) * factors[n - 1]
        return {k: g + l2_gradients(parameters, lambd, m)[k] for k, g in grads.items()}


# ---------------------------------------------------------------------------------- ensemble


@variant
def ensemble_in_one_pass():
    """All members at once: the examples are repeated side by side."""

    def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
        AL, _ = forward_with_dropout(np.tile(X, num_masks), parameters, keep_prob, rng)
        return AL.reshape(AL.shape[0], num_masks, X.shape[1]).mean(axis=1)


@variant
def ensemble_with_running_mean():
    """A running mean of the members."""

    def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
        mean = np.zeros((len(parameters[f"b{len(parameters) // 2}"]), X.shape[1]))
        for count in range(1, num_masks + 1):
            mean += (forward_with_dropout(X, parameters, keep_prob, rng)[0] - mean) / count
        return mean


@variant
def ensemble_example_by_example():
    """Each example asks its own members, averaged by np.average."""

    def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
        columns = []
        for j in range(X.shape[1]):
            members = [forward_with_dropout(X[:, j : j + 1], parameters, keep_prob, rng)[0]
                       for _ in range(num_masks)]  # fmt: skip
            columns.append(np.average(np.hstack(members), axis=1))
        return np.stack(columns, axis=1)


@variant
def ensemble_with_masks_of_its_own():
    """The ensemble draws masks itself, in three-dimensional arrays."""

    def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
        L = len(parameters) // 2
        A = np.repeat(X[np.newaxis], num_masks, axis=0)
        for n in range(1, L):
            A = np.maximum(parameters[f"W{n}"] @ A + parameters[f"b{n}"], 0)
            A *= rng.binomial(1, keep_prob, A.shape) / keep_prob
        return np.mean(sigmoid(parameters[f"W{L}"] @ A + parameters[f"b{L}"]), axis=0)


@variant
def ensemble_by_recursion():
    """The sum of the members by recursion."""

    def ask(X, parameters, keep_prob, rng, left):
        if left == 0:
            return 0.0
        answer = forward_with_dropout(X, parameters, keep_prob, rng)[0]
        return answer + ask(X, parameters, keep_prob, rng, left - 1)

    def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
        return ask(X, parameters, keep_prob, rng, num_masks) / num_masks
