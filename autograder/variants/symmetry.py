"""Right solutions of ``symmetry`` in unusual styles."""

from autograder.variants import variant

# ------------------------------------------------------------------ initialize_zeros


@variant
def zeros_by_comprehension():
    """Shapes in a table, and one comprehension over it."""

    def initialize_zeros(n_x, n_h, n_y):
        shapes = {"W1": (n_h, n_x), "b1": (n_h, 1), "W2": (n_y, n_h), "b2": (n_y, 1)}
        return {name: np.full(shape, 0.0) for name, shape in shapes.items()}


@variant
def zeros_from_nested_lists():
    """Lists of lists of 0.0, made into arrays."""

    def initialize_zeros(n_x, n_h, n_y):
        def block(rows, columns):
            return np.array([[0.0] * columns for _ in range(rows)])

        return dict(W1=block(n_h, n_x), b1=block(n_h, 1), W2=block(n_y, n_h), b2=block(n_y, 1))


@variant
def zeros_as_views():
    """All parameters are views of one long vector."""

    def initialize_zeros(n_x, n_h, n_y):
        shapes = {"W1": (n_h, n_x), "b1": (n_h, 1), "W2": (n_y, n_h), "b2": (n_y, 1)}
        sizes = [rows * columns for rows, columns in shapes.values()]
        parts = np.split(np.zeros(sum(sizes)), np.cumsum(sizes)[:-1])
        return {name: part.reshape(shapes[name]) for name, part in zip(shapes, parts)}


@variant
def zeros_in_fortran_order():
    """Transposed, in Fortran order, and negative zeros among them."""

    def initialize_zeros(n_x, n_h, n_y):
        return {
            "b2": -np.zeros((1, n_y)).T,
            "W2": np.zeros((n_y, n_h), order="F"),
            "b1": np.zeros(n_h)[:, np.newaxis],
            "W1": np.asfortranarray(np.zeros((n_h, n_x))),
        }


@variant
def zeros_by_arithmetic():
    """Zeros as differences, products, and what an outer product of zeros is."""

    def initialize_zeros(n_x, n_h, n_y):
        b1 = np.ones((n_h, 1)) - 1
        W1 = np.outer(b1, np.arange(n_x))
        b2 = np.diff(np.full((n_y, 2), 7.0), axis=1)
        return {"W1": W1, "b1": b1, "W2": b2 @ b1.T, "b2": b2}


@variant
def zeros_from_nothing_but_bytes():
    """Eight zero bytes are a float64 of 0; some of the arrays are read-only."""

    def initialize_zeros(n_x, n_h, n_y):
        W1 = np.frombuffer(bytes(8 * n_h * n_x)).reshape(n_h, n_x)
        W2 = np.ndarray((n_y, n_h), dtype="float64", buffer=bytearray(8 * n_y * n_h))
        b1, b2 = (np.broadcast_to(np.float64(0), (n, 1)) for n in (n_h, n_y))
        return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


@variant
def zeros_layer_by_layer():
    """A loop over pairs of sizes, as for a network of any depth."""

    def initialize_zeros(n_x, n_h, n_y):
        parameters = {}
        sizes = [n_x, n_h, n_y]
        for layer in range(1, len(sizes)):
            W = np.empty((sizes[layer], sizes[layer - 1]))
            W.fill(0)
            b = np.empty((sizes[layer], 1))
            b[...] = 0
            parameters["W" + str(layer)], parameters["b" + str(layer)] = W, b
        return parameters


@variant
def initialisers_as_partials():
    """No def: both starts are one function of a drawing rule, by functools.partial and lambda."""
    from functools import partial

    def start(draw, n_x, n_h, n_y, rng=None):
        return {
            "W1": draw(rng, (n_h, n_x)),
            "b1": np.zeros((n_h, 1)),
            "W2": draw(rng, (n_y, n_h)),
            "b2": np.zeros((n_y, 1)),
        }

    initialize_zeros = partial(start, lambda _, shape: np.zeros(shape))
    initialize_parameters = partial(start, lambda rng, shape: rng.normal(scale=1e-2, size=shape))


@variant
def zeros_from_a_dataclass():
    """Parameters are a dataclass inside, and a dict at the door."""
    from dataclasses import dataclass

    @dataclass
    class Parameters:
        W1: "np.ndarray"
        b1: "np.ndarray"
        W2: "np.ndarray"
        b2: "np.ndarray"

    def initialize_zeros(n_x, n_h, n_y):
        z = np.zeros
        return vars(Parameters(z((n_h, n_x)), z((n_h, 1)), z((n_y, n_h)), z((n_y, 1))))


@variant
def zeros_generated():
    """A generator of pairs, collected in a defaultdict that would have made zeros anyway."""
    from collections import defaultdict

    def layers(*sizes):
        for layer, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:]), start=1):
            yield f"W{layer}", np.fromfunction(lambda i, j: 0.0 * i * j, (fan_out, fan_in))
            yield f"b{layer}", np.zeros_like(np.arange(float(fan_out)).reshape(-1, 1))

    def initialize_zeros(n_x, n_h, n_y):
        return defaultdict(lambda: np.zeros((1, 1)), layers(n_x, n_h, n_y))


# ------------------------------------------------------------------ initialize_parameters


@variant
def second_layer_first():
    """W2 is drawn before W1."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        W2 = rng.standard_normal((n_y, n_h)) / 100
        W1 = rng.standard_normal((n_h, n_x)) / 100
        return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}


@variant
def one_flat_draw():
    """All weights in one draw, cut and folded; W2 in Fortran order."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        flat = rng.normal(0, 0.01, n_h * n_x + n_y * n_h)
        parameters = initialize_zeros(n_x, n_h, n_y)
        parameters["W1"] = flat[: n_h * n_x].reshape(n_h, n_x)
        parameters["W2"] = flat[n_h * n_x :].reshape((n_y, n_h), order="F")
        return parameters


@variant
def shared_block_of_units():
    """One row per hidden unit holds all its weights, incoming and outgoing."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        unit = rng.normal(size=(n_h, n_x + n_y)) * 1e-2
        W1, W2 = unit[:, :n_x], unit[:, n_x:].T
        return {"W1": W1, "W2": W2, "b1": np.zeros((n_h, 1)), "b2": np.zeros((n_y, 1))}


@variant
def weight_by_weight():
    """One draw per weight, unit by unit, the layers in turn."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        W1, W2 = np.zeros((n_h, n_x)), np.zeros((n_y, n_h))
        for unit in range(n_h):
            for i in range(n_x):
                W1[unit, i] = rng.normal(0, 0.01)
            for k in range(n_y):
                W2[k, unit] = rng.normal(0, 0.01)
        return {"W1": W1, "b1": 0 * W1[:, :1], "W2": W2, "b2": 0 * W2[:, :1]}


@variant
def filled_in_place():
    """The generator fills empty arrays itself; the factor comes afterwards, in place."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        parameters = {"W1": np.empty((n_h, n_x)), "W2": np.empty((n_y, n_h))}
        for W in parameters.values():
            rng.standard_normal(out=W)
            W *= 0.01
        return parameters | {"b1": np.zeros((n_h, 1)), "b2": np.zeros((n_y, 1))}


@variant
def box_muller_both_halves():
    """Box and Muller's method, with the cosines and the sines of the same pairs."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        count = n_h * (n_x + n_y)
        half = (count + 1) // 2
        radius = 0.01 * np.sqrt(-2 * np.log(1 - rng.random(half)))
        angle = 2 * np.pi * rng.random(half)
        draws = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
        return {
            "W1": draws[: n_h * n_x].reshape(n_h, n_x),
            "b1": np.zeros((n_h, 1)),
            "W2": draws[n_h * n_x : count].reshape(n_y, n_h),
            "b2": np.zeros((n_y, 1)),
        }


@variant
def rayleigh_and_angle():
    """A point in the plane: Rayleigh radius, uniform angle, as a complex number's real part."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        def weights(*shape):
            z = rng.rayleigh(0.01, shape) * np.exp(1j * rng.uniform(-np.pi, np.pi, shape))
            return z.real

        parameters = initialize_zeros(n_x, n_h, n_y)
        return {**parameters, "W1": weights(n_h, n_x), "W2": weights(n_y, n_h)}


@variant
def inverse_normal_distribution():
    """The inverse of the distribution function at uniform draws, from Python's statistics."""
    from statistics import NormalDist

    def initialize_parameters(n_x, n_h, n_y, rng):
        quantile = NormalDist(sigma=0.01).inv_cdf

        def weights(rows, columns):
            U = (rng.integers(2**52, size=rows * columns) + 0.5) / 2**52
            return np.reshape([quantile(u) for u in U.tolist()], (rows, columns))

        parameters = initialize_zeros(n_x, n_h, n_y)
        return parameters | {"W1": weights(n_h, n_x), "W2": weights(n_y, n_h)}


@variant
def ratio_of_uniforms():
    """Kinderman and Monahan's ratio of uniforms, with rejection."""

    def normals(rng, count):
        found = np.empty(0)
        while found.size < count:
            U = 1 - rng.random(2 * count)
            V = rng.uniform(-1, 1, 2 * count) * np.sqrt(2 / np.e)
            X = V / U
            found = np.append(found, X[X**2 <= -4 * np.log(U)])
        return found[:count]

    def initialize_parameters(n_x, n_h, n_y, rng):
        return {
            "W1": 0.01 * normals(rng, n_h * n_x).reshape(n_h, n_x),
            "b1": np.zeros((n_h, 1)),
            "W2": 0.01 * normals(rng, n_y * n_h).reshape(n_y, n_h),
            "b2": np.zeros((n_y, 1)),
        }


@variant
def rejection_from_exponentials():
    """Von Neumann's rejection under an exponential envelope, and a fair sign."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        def normals():
            while True:
                x, y = rng.exponential(size=(2, 1024))
                accepted = x[y >= (x - 1) ** 2 / 2]
                yield from accepted * rng.choice([-1, 1], accepted.size)

        stream = normals()
        W1 = np.fromiter(stream, float, count=n_h * n_x).reshape(n_h, n_x)
        W2 = np.fromiter(stream, float, count=n_y * n_h).reshape(n_y, n_h)
        return initialize_zeros(n_x, n_h, n_y) | {"W1": W1 / 100, "W2": W2 / 100}


@variant
def signed_roots_of_chi_square():
    """A normal number is a root of a chi-square one with a fair sign."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        def weights(shape):
            return 0.01 * np.sqrt(rng.chisquare(1, shape)) * (1 - 2 * rng.integers(2, size=shape))

        zeros = initialize_zeros(n_x, n_h, n_y)
        return {k: weights(v.shape) if k.startswith("W") else v for k, v in zeros.items()}


@variant
def direction_and_length():
    """Each row is a direction on the sphere times a chi-distributed length of its own."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        def weights(rows, columns):
            G = rng.normal(size=(rows, columns))
            G /= np.linalg.norm(G, axis=1, keepdims=True)
            return G * 0.01 * np.sqrt(rng.chisquare(columns, size=(rows, 1)))

        W2, W1 = weights(n_y, n_h), weights(n_h, n_x)
        return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}


@variant
def sums_of_normals():
    """Each weight is a weighted sum of two normal draws: 0.6² + 0.8² = 1."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        W1 = rng.normal(0, 0.006, (n_h, n_x)) + rng.normal(0, 0.008, (n_h, n_x))
        W2 = rng.normal([[[0]], [[0]]], [[[0.006]], [[0.008]]], (2, n_y, n_h)).sum(axis=0)
        return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}


@variant
def rotated_draws():
    """Independent normal numbers stay so under a reflection: I - 2 v vᵀ from the left."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        v = np.ones((n_h, 1)) / np.sqrt(n_h)
        H = np.eye(n_h) - 2 * v @ v.T
        return {
            "W1": H @ rng.normal(0, 0.01, (n_h, n_x)),
            "b1": np.zeros((n_h, 1)),
            "W2": rng.normal(0, 0.01, (n_y, n_h)) @ H,
            "b2": np.zeros((n_y, 1)),
        }


@variant
def multivariate_normal():
    """Each matrix as many points in the plane of covariance 0.0001 I."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        def weights(rows, columns):
            pairs = rng.multivariate_normal(
                [0, 0], 1e-4 * np.eye(2), size=(rows * columns + 1) // 2
            )
            return pairs.ravel()[: rows * columns].reshape(rows, columns)

        W1, W2 = weights(n_h, n_x), weights(n_y, n_h)
        return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}


@variant
def pythons_own_random():
    """Python's random.Random, seeded by rng, draws with gauss."""
    import random

    def initialize_parameters(n_x, n_h, n_y, rng):
        own = random.Random(rng.bytes(32))
        W1 = [[own.gauss(0, 0.01) for _ in range(n_x)] for _ in range(n_h)]
        W2 = [[own.gauss(0, 0.01) for _ in range(n_h)] for _ in range(n_y)]
        return initialize_zeros(n_x, n_h, n_y) | {"W1": np.array(W1), "W2": np.array(W2)}


@variant
def streams_from_a_seed_sequence():
    """Each layer has a generator of its own kind, on a spawned stream that rng seeded."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        seeds = np.random.SeedSequence(rng.integers(2**32, size=8).tolist()).spawn(2)
        first, second = (np.random.Generator(np.random.Philox(seed)) for seed in seeds)
        W1, W2 = first.normal(0, 0.01, (n_h, n_x)), second.normal(0, 0.01, (n_y, n_h))
        return {"W1": W1, "b1": np.zeros((n_h, 1)), "W2": W2, "b2": np.zeros((n_y, 1))}


@variant
def spawned_generators():
    """rng spawns a generator for each layer, as numpy's manual advises for parallel work."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        first, second = rng.spawn(2)
        parameters = initialize_zeros(n_x, n_h, n_y)
        parameters["W1"] += first.normal(0, 0.01, (n_h, n_x))
        parameters["W2"] += second.normal(0, 0.01, (n_y, n_h))
        return parameters


@variant
def shuffled_after_drawing():
    """More is drawn than needed, shuffled, and dealt like cards."""

    def initialize_parameters(n_x, n_h, n_y, rng):
        pack = rng.normal(0, 0.01, 2 * n_h * (n_x + n_y)).tolist()
        rng.shuffle(pack)
        parameters = initialize_zeros(n_x, n_h, n_y)
        for name in ("W2", "W1"):
            for where in np.ndindex(parameters[name].shape):
                parameters[name][where] = pack.pop()
        return parameters


@variant
def transposed_by_a_class():
    """A class with __call__, drawing by axis from the transposed side; biases are 0 times a draw."""

    class Start:
        std = 1e-2

        def __init__(self, rng):
            self.rng = rng

        def __call__(self, fan_in, fan_out):
            return np.swapaxes(self.rng.normal(0.0, self.std, (fan_in, fan_out)), 0, 1)

    def initialize_parameters(n_x, n_h, n_y, rng, *, layer=Start):
        draw = layer(rng)
        W1, b1, W2, b2 = draw(n_x, n_h), draw(1, n_h), draw(n_h, n_y), draw(1, n_y)
        return {"W1": W1, "b1": b1 * 0, "W2": W2, "b2": b2 * 0}


# ------------------------------------------------------------------ forward and backward


@variant
def explicit_loops():
    """Nothing but loops and Python's math."""
    import math

    def forward(X, parameters):
        W1, b1, W2, b2 = (parameters[name].tolist() for name in ("W1", "b1", "W2", "b2"))
        n_x, m = X.shape
        A1, A2 = np.zeros((len(W1), m)), np.zeros((len(W2), m))
        for i in range(m):
            for j in range(len(W1)):
                z = b1[j][0]
                for k in range(n_x):
                    z += W1[j][k] * X[k, i]
                A1[j, i] = math.tanh(z)
            for j in range(len(W2)):
                z = b2[j][0]
                for k in range(len(W1)):
                    z += W2[j][k] * A1[k, i]
                if z >= 0:
                    A2[j, i] = 1 / (1 + math.exp(-z))
                else:
                    A2[j, i] = math.exp(z) / (1 + math.exp(z))
        return A2, [A1, A2]

    def backward(parameters, cache, X, Y):
        A1, A2 = cache
        W2 = parameters["W2"]
        grads = {"d" + name: np.zeros(value.shape) for name, value in parameters.items()}
        m = X.shape[1]
        for i in range(m):
            for k in range(W2.shape[0]):
                error = (A2[k, i] - Y[k, i]) / m
                grads["db2"][k, 0] += error
                for j in range(W2.shape[1]):
                    grads["dW2"][k, j] += error * A1[j, i]
                    blame = error * W2[k, j] * (1 - A1[j, i] ** 2)
                    grads["db1"][j, 0] += blame
                    for x in range(X.shape[0]):
                        grads["dW1"][j, x] += blame * X[x, i]
        return grads


@variant
def einsum_network():
    """Every product is an einsum."""

    def forward(X, parameters):
        p = parameters
        A1 = np.tanh(np.einsum("hx,xm->hm", p["W1"], X) + np.einsum("hi->h", p["b1"])[:, None])
        Z2 = np.einsum("yh,hm->ym", p["W2"], A1) + p["b2"]
        return sigmoid(Z2), (A1, Z2)

    def backward(parameters, cache, X, Y):
        A1, Z2 = cache
        dZ2 = (sigmoid(Z2) - Y) / Y.shape[1]
        dZ1 = np.einsum("yh,ym,hm->hm", parameters["W2"], dZ2, 1 - np.einsum("hm,hm->hm", A1, A1))
        return {
            "dW1": np.einsum("hm,xm->hx", dZ1, X),
            "db1": np.einsum("hm->h", dZ1)[:, None],
            "dW2": np.einsum("ym,hm->yh", dZ2, A1),
            "db2": np.einsum("ym->y", dZ2)[:, None],
        }


@variant
def bias_as_a_weight():
    """A row of ones joins the inputs and the biases join the weights."""

    def with_ones(A):
        return np.vstack([A, np.ones((1, A.shape[1]))])

    def forward(X, parameters):
        first = np.hstack([parameters["W1"], parameters["b1"]])
        second = np.hstack([parameters["W2"], parameters["b2"]])
        A1 = np.tanh(first @ with_ones(X))
        A2 = sigmoid(second @ with_ones(A1))
        return A2, dict(outputs=A2, inputs=with_ones(X), hidden=with_ones(A1))

    def backward(parameters, cache, X, Y):
        dZ2 = cache["outputs"] - Y
        hidden = cache["hidden"]
        second = dZ2 @ hidden.T / len(X.T)
        dZ1 = (1 - hidden[:-1] ** 2) * (parameters["W2"].T @ dZ2)
        first = dZ1 @ cache["inputs"].T / len(X.T)
        return {"dW1": first[:, :-1], "db1": first[:, -1:], "dW2": second[:, :-1],
                "db2": second[:, [-1]]}  # fmt: skip


@variant
def rows_are_examples():
    """Everything is transposed inside, as other books have it, and turned back at the door."""

    def forward(X, parameters):
        V1, c1, V2, c2 = (parameters[name].T for name in ("W1", "b1", "W2", "b2"))
        H = np.tanh(X.T @ V1 + c1)
        P = sigmoid(H @ V2 + c2)
        return P.T, (H, P)

    def backward(parameters, cache, X, Y):
        H, P = cache
        E = (P - Y.T) / X.shape[1]
        D = E @ parameters["W2"] * (1 - H * H)
        return {"dW1": (X @ D).T, "db1": D.sum(0)[:, None], "dW2": (H.T @ E).T,
                "db2": E.sum(0).reshape(-1, 1)}  # fmt: skip


@variant
def pullback_in_the_cache():
    """The cache is a function that knows the way back."""

    def forward(X, parameters):
        A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
        A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])

        def pullback(X, Y, W2):
            ones = np.full((X.shape[1], 1), 1 / X.shape[1])
            dZ2 = A2 - Y
            dZ1 = np.dot(W2.T, dZ2) * (1 - A1) * (1 + A1)
            yield "dW2", np.dot(dZ2, A1.T / X.shape[1])
            yield "db2", np.dot(dZ2, ones)
            yield "dW1", np.dot(dZ1, X.T / X.shape[1])
            yield "db1", np.dot(dZ1, ones)

        return A2, pullback

    def backward(parameters, cache, X, Y):
        return dict(cache(X, Y, parameters["W2"]))


@variant
def layer_objects():
    """Layers are objects, and the cache is the list of them."""

    class Layer:
        def __init__(self, W, b, function, slope):
            self.W, self.b, self.function, self.slope = W, b, function, slope

        def __call__(self, A):
            self.into, self.out = A, self.function(self.W @ A + self.b)
            return self.out

        def back(self, dZ):
            m = dZ.shape[1]
            return dZ @ self.into.T / m, dZ.mean(axis=1, keepdims=True), self.W.T @ dZ

    def forward(X, parameters):
        p = {name: value.copy() for name, value in parameters.items()}
        layers = [
            Layer(p["W1"], p["b1"], np.tanh, lambda A: 1 - A**2),
            Layer(p["W2"], p["b2"], sigmoid, lambda A: A * (1 - A)),
        ]
        A = X.copy()
        for layer in layers:
            A = layer(A)
        return A, layers

    def backward(parameters, cache, X, Y):
        hidden, output = cache
        dW2, db2, dA1 = output.back(output.out - Y)
        dW1, db1, _ = hidden.back(dA1 * hidden.slope(hidden.out))
        return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


@variant
def nothing_in_the_cache():
    """The cache is None; backward computes all again, with tanh' = 1 / cosh²."""

    def forward(X, parameters):
        hidden = np.tanh(np.add(np.matmul(parameters["W1"], X), parameters["b1"]))
        return sigmoid(np.add(np.matmul(parameters["W2"], hidden), parameters["b2"])), None

    def backward(parameters, cache, X, Y):
        Z1 = parameters["W1"] @ X + parameters["b1"]
        error = forward(X, parameters)[0] - Y
        slope = np.cosh(np.clip(Z1, -300, 300)) ** -2.0
        blame = (parameters["W2"].T @ error) * slope
        return {
            "dW1": np.inner(blame, X) / Y.shape[1],
            "db1": np.average(blame, axis=1).reshape(-1, 1),
            "dW2": np.inner(error, np.tanh(Z1)) / Y.shape[1],
            "db2": np.average(error, axis=1).reshape(-1, 1),
        }


@variant
def chain_rule_in_full():
    """dA2 first, then the slope of the sigmoid: no cancelling on paper."""
    from collections import namedtuple

    Cache = namedtuple("Cache", ["Z1", "A1", "Z2", "A2"])

    def forward(X, parameters):
        W1, b1, W2, b2 = map(parameters.get, ["W1", "b1", "W2", "b2"])
        A2 = sigmoid(Z2 := W2 @ (A1 := np.tanh(Z1 := W1 @ X + b1)) + b2)
        return A2, Cache(Z1=Z1, A1=A1, Z2=Z2, A2=A2)

    def backward(parameters, cache, X, Y):
        A2 = np.clip(cache.A2, 1e-300, 1 - 2**-53)
        dA2 = -Y / A2 + (1 - Y) / (1 - A2)
        dZ2 = dA2 * A2 * (1 - A2)
        dA1 = np.dot(parameters["W2"].T, dZ2)
        dZ1 = dA1 * (1 - np.tanh(cache.Z1) ** 2)
        m = float(Y.shape[-1])
        return {
            "dZ2": dZ2,
            "dW2": 1 / m * np.dot(dZ2, cache.A1.T),
            "db2": 1 / m * dZ2.sum(axis=-1, keepdims=True),
            "dA1": dA1,
            "dZ1": dZ1,
            "dW1": 1 / m * np.dot(dZ1, X.T),
            "db1": 1 / m * dZ1.sum(axis=-1, keepdims=True),
        }


@variant
def running_mean_of_gradients():
    """Example by example, each in its turn moving the mean of the gradients."""

    def forward(X, parameters):
        W1, b1, W2, b2 = (parameters[k] for k in ("W1", "b1", "W2", "b2"))
        hidden = [np.tanh(W1.dot(x) + b1.ravel()) for x in X.T]
        return np.stack([sigmoid(W2.dot(a) + b2[:, 0]) for a in hidden], axis=1), tuple(hidden)

    def backward(parameters, cache, X, Y):
        grads = {"d" + name: np.zeros_like(value) for name, value in parameters.items()}
        for count, (x, y, a1) in enumerate(zip(X.T, Y.T, cache), start=1):
            d2 = sigmoid(parameters["W2"] @ a1 + parameters["b2"][:, 0]) - y
            d1 = (d2 @ parameters["W2"]) * (1 - np.square(a1))
            one = {"dW1": np.outer(d1, x), "db1": d1[:, None],
                   "dW2": np.outer(d2, a1), "db2": d2[:, None]}  # fmt: skip
            for name in grads:
                grads[name] += (one[name] - grads[name]) / count
        return grads


@variant
def stack_of_outer_products():
    """One gradient per example in a three-dimensional array, averaged at the end."""

    def forward(X, parameters):
        columns = X.T[:, :, np.newaxis]
        A1 = np.tanh(np.matmul(parameters["W1"], columns) + parameters["b1"])
        A2 = sigmoid(np.matmul(parameters["W2"], A1) + parameters["b2"])
        return A2[:, :, 0].T, (columns, A1, A2)

    def backward(parameters, cache, X, Y):
        columns, A1, A2 = cache
        d2 = A2 - Y.T[..., None]
        d1 = (parameters["W2"].T @ d2) * (1 - A1**2)
        stacks = {"W1": d1 * columns.swapaxes(1, 2), "b1": d1, "W2": d2 * A1.transpose(0, 2, 1), "b2": d2}  # fmt: skip
        return {f"d{name}": stack.mean(axis=0) for name, stack in stacks.items()}


@variant
def halves_of_the_batch():
    """The gradient of a batch from those of its two halves, down to single examples."""

    def backward(parameters, cache, X, Y):
        A1, A2, m = cache["A1"], cache["A2"], X.shape[1]
        if m == 1:
            d2 = A2 - Y
            d1 = parameters["W2"].T @ d2 * (1 - A1**2)
            return {"dW1": d1 * X.T, "db1": d1, "dW2": d2 * A1.T, "db2": d2}
        half = m // 2
        left, right = (
            backward(parameters, {"A1": A1[:, s], "A2": A2[:, s]}, X[:, s], Y[:, s])
            for s in (slice(half), slice(half, None))
        )
        return {k: half / m * left[k] + (1 - half / m) * right[k] for k in left}


@variant
def complex_step():
    """Each derivative from a tiny imaginary step, which no rounding spoils."""

    def forward(X, parameters):
        A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
        return sigmoid(parameters["W2"] @ A1 + parameters["b2"]), ()

    def complex_cost(parameters, X, Y):
        Z2 = parameters["W2"] @ np.tanh(parameters["W1"] @ X + parameters["b1"]) + parameters["b2"]
        side = np.where(Z2.real > 0, 1, -1)
        softplus = np.where(Z2.real > 0, Z2, 0) + np.log(1 + np.exp(-side * Z2))
        return (softplus - Y * Z2).sum() / Y.shape[1]

    def backward(parameters, cache, X, Y):
        grads = {}
        for name, value in parameters.items():
            grads["d" + name] = grad = np.empty(value.shape)
            for where in np.ndindex(value.shape):
                moved = value.astype(complex)
                moved[where] += 1e-200j
                grad[where] = complex_cost({**parameters, name: moved}, X, Y).imag / 1e-200
        return grads


@variant
def tape():
    """A small automatic differentiation: every node remembers how to send its blame back."""

    class Node:
        def __init__(self, value, *parents):
            self.value, self.parents = value, parents

        def __matmul__(self, other):
            return Node(
                self.value @ other.value,
                (self, lambda g: g @ other.value.T),
                (other, lambda g: self.value.T @ g),
            )

        def __add__(self, bias):
            return Node(
                self.value + bias.value,
                (self, lambda g: g),
                (bias, lambda g: g.sum(axis=1, keepdims=True)),
            )

        def tanh(self):
            out = np.tanh(self.value)
            return Node(out, (self, lambda g: g * (1 - out**2)))

        def back(self, grad, grads):
            grads[self] = grads.get(self, 0) + grad
            for parent, rule in self.parents:
                parent.back(rule(grad), grads)
            return grads

    def forward(X, parameters):
        leaves = {name: Node(value.copy()) for name, value in parameters.items()}
        hidden = (leaves["W1"] @ Node(X.copy()) + leaves["b1"]).tanh()
        Z2 = leaves["W2"] @ hidden + leaves["b2"]
        return sigmoid(Z2.value), (leaves, Z2)

    def backward(parameters, cache, X, Y):
        leaves, Z2 = cache
        grads = Z2.back((sigmoid(Z2.value) - Y) / X.shape[1], {})
        return {"d" + name: grads[leaf] for name, leaf in leaves.items()}


@variant
def dual_numbers():
    """Forward mode: the directional derivative along every unit vector at once."""

    def backward(parameters, cache, X, Y):
        A1, A2 = cache.values()
        m, (n_y, n_h) = X.shape[1], parameters["W2"].shape
        E = (A2 - Y) / m
        slope = 1 - A1**2
        # The derivatives of Z1 and Z2 by one parameter each: [..., unit, example].
        along_W1 = np.einsum("jh,hm,xm->jxhm", np.eye(n_h), slope, X)
        along_b1 = np.einsum("jh,hm->jhm", np.eye(n_h), slope)[:, None]
        along_W2 = np.einsum("kq,hm->khqm", np.eye(n_y), A1)
        along_b2 = np.einsum("kq,m->kqm", np.eye(n_y), np.ones(m))[:, None]
        return {
            "dW1": np.sum(parameters["W2"] @ along_W1 * E, axis=(-2, -1)),
            "db1": np.sum(parameters["W2"] @ along_b1 * E, axis=(-2, -1)),
            "dW2": np.sum(along_W2 * E, axis=(-2, -1)),
            "db2": np.sum(along_b2 * E, axis=(-2, -1)),
        }


@variant
def kronecker_vectors():
    """The Jacobian of vec(Z) by vec(W) as a Kronecker product."""

    def backward(parameters, cache, X, Y):
        A1, A2, m = cache["A1"], cache["A2"], X.shape[1]

        def vec(M):
            return M.reshape(-1, 1, order="F")

        def weights(inputs, dZ):
            jacobian = np.kron(inputs.T, np.eye(dZ.shape[0]))
            return (jacobian.T @ vec(dZ)).reshape(dZ.shape[0], -1, order="F")

        d2 = (A2 - Y) / m
        d1 = np.diag(vec(1 - A1 * A1)[:, 0]) @ np.kron(np.eye(m), parameters["W2"].T) @ vec(d2)
        d1 = d1.reshape(A1.shape, order="F")
        ones = np.ones((1, m))
        return dict(dW1=weights(X, d1), db1=weights(ones, d1), dW2=weights(A1, d2), db2=weights(ones, d2))  # fmt: skip


@variant
def in_place_on_copies():
    """Every step is done in place, in arrays of its own."""

    def forward(X, parameters):
        A = parameters["W1"] @ X
        A += parameters["b1"]
        np.tanh(A, out=A)
        Z = parameters["W2"] @ A
        Z += parameters["b2"]
        E = np.exp(-np.abs(Z))
        np.copyto(Z, np.where(Z < 0, E, 1.0))
        E += 1
        Z /= E
        cache = np.empty(2, dtype=object)
        cache[:] = A, Z
        return Z, cache

    def backward(parameters, cache, X, Y):
        A1, dZ = cache[0].copy(), cache[1].copy()
        dZ -= Y
        dZ /= X.shape[1]
        dW2, db2 = np.empty(parameters["W2"].shape), np.empty(parameters["b2"].shape)
        np.matmul(dZ, A1.T, out=dW2)
        np.sum(dZ, axis=1, keepdims=True, out=db2)
        np.square(A1, out=A1)
        np.subtract(1, A1, out=A1)
        A1 *= parameters["W2"].T @ dZ
        return {"dW1": A1 @ X.T, "db1": A1.sum(1, keepdims=True), "dW2": dW2, "db2": db2}


@variant
def one_big_matrix():
    """Both layers' gradients from one product of block matrices."""

    def backward(parameters, cache, X, Y):
        A1, A2 = cache["A1"], cache["A2"]
        d2 = A2 - Y
        d1 = parameters["W2"].T @ d2 * (1 - A1**2)
        G = np.vstack([d1, d2]) @ np.vstack([X, A1, np.ones_like(Y[:1])]).T / Y.shape[1]
        n_h, n_x = parameters["W1"].shape
        return {"dW1": G[:n_h, :n_x], "dW2": G[n_h:, n_x:-1], "db1": G[:n_h, -1:],
                "db2": G[n_h:, -1:]}  # fmt: skip


@variant
def tensordot_in_chunks():
    """The batch in pieces of two examples, each with tensordot; a matrix only at the end."""

    def forward(X, parameters):
        def piece(x):
            hidden = np.tanh(np.tensordot(parameters["W1"], x, axes=1) + parameters["b1"])
            return sigmoid(np.tensordot(parameters["W2"], hidden, 1) + parameters["b2"]), hidden

        pieces = [piece(X[:, i : i + 2]) for i in range(0, X.shape[1], 2)]
        return np.concatenate([A for A, _ in pieces], axis=1), pieces

    def backward(parameters, cache, X, Y):
        A2, A1 = (np.hstack(part) for part in zip(*cache))
        E = A2 - Y
        D = np.tensordot(parameters["W2"], E, axes=([0], [0])) * (1 - np.power(A1, 2))
        weights = {"dW2": (E, A1), "dW1": (D, X)}
        grads = {
            k: np.tensordot(a, b, axes=([1], [1])) / Y.shape[1] for k, (a, b) in weights.items()
        }
        return grads | {"db2": E.mean(1)[:, None], "db1": D.mean(1)[:, None]}


@variant
def bytes_in_the_cache():
    """The cache is a string of bytes."""
    import io

    def forward(X, parameters):
        A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
        A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
        np.savez(file := io.BytesIO(), hidden=A1, output=A2)
        return A2, file.getvalue()

    def backward(parameters, cache, X, Y):
        stored = np.load(io.BytesIO(cache))
        d2 = np.atleast_2d(stored["output"] - Y)
        d1 = np.multiply(parameters["W2"].T @ d2, 1 - stored["hidden"] ** 2)
        return {
            name: (d @ A.T) / X.shape[-1]
            for name, d, A in [
                ("dW1", d1, X),
                ("db1", d1, np.ones((1, X.shape[1]))),
                ("dW2", d2, stored["hidden"]),
                ("db2", d2, np.ones((1, X.shape[1]))),
            ]
        }


@variant
def sigmoid_both_ways():
    """np.where with both formulas computed, and numpy told to be silent."""

    def forward(X, parameters):
        A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
        Z2 = parameters["W2"] @ A1 + parameters["b2"]
        with np.errstate(over="ignore", invalid="ignore"):
            A2 = np.where(Z2 >= 0, 1 / (1 + np.exp(-Z2)), np.exp(Z2) / (1 + np.exp(Z2)))
        return A2, {"A2": A2, "A1": A1, "X": X}


@variant
def sigmoid_by_tanh():
    """The sigmoid is half a tanh, and the tanh is a sigmoid's cousin."""

    def forward(X, parameters):
        def s(Z):
            return 0.5 + 0.5 * np.tanh(Z / 2)

        A1 = 2 * sigmoid(2 * (parameters["W1"] @ X + parameters["b1"])) - 1
        A2 = s(parameters["W2"] @ A1 + parameters["b2"])
        return A2, {"A1": A1, "A2": A2}


@variant
def sigmoid_clipped():
    """The argument is clipped where the sigmoid is 0 or 1 to the last digit anyway."""

    def forward(X, parameters):
        A1 = np.tanh(np.matmul(parameters["W1"], X) + parameters["b1"])
        Z2 = np.clip(np.matmul(parameters["W2"], A1) + parameters["b2"], -700, 700)
        A2 = np.reciprocal(1 + np.exp(-Z2))
        return A2, {"A1": A1, "A2": A2}


@variant
def sigmoid_through_logarithms():
    """exp(-log(1 + e^-z)), with logaddexp; tanh by expm1."""

    def forward(X, parameters):
        Z1 = np.add(parameters["W1"] @ X, parameters["b1"])
        decay = np.expm1(-2 * np.abs(Z1))
        A1 = np.copysign(-decay / (2 + decay), Z1)
        A2 = np.exp(-np.logaddexp(0, -(parameters["W2"] @ A1 + parameters["b2"])))
        return A2, {"A1": A1, "A2": A2}


@variant
def sigmoid_piecewise():
    """Three pieces by masks: left, right, and the answer's symmetry."""

    def forward(X, parameters):
        A1 = np.tanh(parameters["W1"].dot(X) + parameters["b1"])
        Z2 = parameters["W2"].dot(A1) + parameters["b2"]
        right = lambda z: 1 / (1 + np.exp(-z))
        A2 = np.piecewise(Z2, [Z2 > 0, Z2 < 0], [right, lambda z: 1 - right(-z), 0.5])
        return A2, {"A1": A1, "A2": A2}


@variant
def sigmoid_of_scalars():
    """One number at a time, through np.vectorize."""
    import math

    def forward(X, parameters, **_):
        @np.vectorize
        def logistic(z):
            return math.exp(min(z, 0.0)) / (1 + math.exp(-abs(z)))

        activations = [X]
        for layer, function in (1, np.vectorize(math.tanh)), (2, logistic):
            Z = parameters[f"W{layer}"] @ activations[-1] + parameters[f"b{layer}"]
            activations.append(function(Z))
        _, A1, A2 = activations
        return A2, {"A1": A1, "A2": A2}


@variant
def old_matrices_inside():
    """np.matrix, whose * is a product of matrices; numpy warns that nobody should use it."""

    def forward(X, parameters):
        W1, b1, W2, b2 = (np.matrix(parameters[name]) for name in ("W1", "b1", "W2", "b2"))
        A1 = np.tanh(W1 * X + b1)
        return sigmoid((W2 * A1 + b2).A), {"W2": W2, "A1": A1}

    def backward(parameters, cache, X, Y):
        A1, b2, ones = cache["A1"], parameters["b2"], np.matrix(np.ones((X.shape[1], 1)))
        E = np.matrix(sigmoid((cache["W2"] * A1 + b2).A) - Y) / len(ones)
        D = np.multiply(cache["W2"].T * E, 1 - A1.A**2)
        grads = {"dW1": D * X.T, "db1": D * ones, "dW2": E * A1.T, "db2": E * ones}
        return {name: grad.A for name, grad in grads.items()}


@variant
def layers_by_reduce():
    """The network is a fold over its layers."""
    from functools import reduce

    def forward(X, parameters):
        layers = [("W1", "b1", np.tanh), ("W2", "b2", sigmoid)]

        def step(states, layer):
            W, b, function = layer
            return [*states, function(parameters[W] @ states[-1] + parameters[b])]

        *_, A1, A2 = reduce(step, layers, [X])
        return A2, {"A1": A1, "A2": A2}


@variant
def unit_by_unit():
    """The output is built up from each hidden unit's opinion, in Fortran order."""

    def forward(X, parameters):
        Z2 = np.asfortranarray(np.repeat(parameters["b2"], X.shape[1], axis=1))
        opinions = []
        for w, b, listen in zip(parameters["W1"], parameters["b1"], parameters["W2"].T):
            opinions.append(np.tanh(w @ X + b))
            Z2 += np.outer(listen, opinions[-1])
        A2 = np.asfortranarray(sigmoid(Z2))
        return A2, {"A1": np.array(opinions), "A2": A2}


@variant
def decorated_with_copies():
    """A decorator copies all that goes in, so that the functions may alter it."""
    import copy
    import functools

    def on_copies(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return function(*copy.deepcopy(args), **copy.deepcopy(kwargs))

        return wrapper

    @on_copies
    def backward(parameters, cache, X, Y):
        A1, dZ2 = cache.pop("A1"), cache.pop("A2")
        dZ2 -= Y
        dZ1 = parameters.pop("W2").T @ dZ2
        dZ1 *= 1 - A1**2
        m = X.shape[1]
        X /= m
        A1 /= m
        return {"dW1": dZ1 @ X.T, "db1": dZ1.sum(1, keepdims=True) / m,
                "dW2": dZ2 @ A1.T, "db2": dZ2.sum(1, keepdims=True) / m}  # fmt: skip

    @on_copies
    def update_parameters(parameters, grads, learning_rate):
        for name in parameters:
            parameters[name] -= learning_rate * grads[f"d{name}"]
        return parameters


# ------------------------------------------------------------------ compute_cost


@variant
def cost_by_fsum():
    """A Python loop, math.log, and an exact sum."""
    import math

    def compute_cost(A2, Y):
        terms = []
        for a, y in zip(A2.ravel().tolist(), Y.ravel().tolist()):
            right = a if y == 1 else 1 - a
            terms.append(-math.log(right) if right > 0 else 745.0)
        return math.fsum(terms) / A2.shape[1]


@variant
def cost_by_logaddexp():
    """The cost as log(1 + e^z) - y z, with z recovered from the outputs."""

    def compute_cost(A2, Y):
        a = np.clip(A2, 5e-324, 1 - 2**-53)
        Z = np.log(a) - np.log1p(-a)
        return np.sum(np.logaddexp(0, Z) - Y * Z) / Y.shape[1]


@variant
def cost_by_probability_of_truth():
    """Only the probability of what really was the case: |1 - y - a|; a 0-d array comes back."""

    def compute_cost(A2, Y):
        truth = np.maximum(np.abs(1 - Y - A2), np.nextafter(0, 1))
        return np.array(-np.log(truth).sum(axis=0).mean())


@variant
def cost_by_masks():
    """Land and water apart, by boolean indices."""

    def compute_cost(A2, Y):
        land, water = A2[Y == 1], 1 - A2[Y == 0]
        floor = np.finfo(float).smallest_subnormal
        total = np.log(land.clip(min=floor)).sum() + np.log(water.clip(min=floor)).sum()
        return 0.0 - total / Y.shape[-1]


@variant
def cost_by_masked_array():
    """A masked array leaves out where the logarithm has no value, and fills it afterwards."""

    def compute_cost(A2, Y):
        log_land = np.ma.log(A2).filled(-745.0)
        log_water = np.ma.log(1 - A2).filled(-745.0)
        return -(np.vdot(Y, log_land) + np.vdot(1 - Y, log_water)) / A2.shape[1]


@variant
def cost_with_repaired_infinities():
    """The logarithm may warn and say -inf; nan_to_num repairs it."""

    def compute_cost(A2, Y):
        logs = np.nan_to_num(np.log(np.stack([A2, 1 - A2])), neginf=-1e3)
        weights = np.stack([Y, 1 - Y])
        return -np.tensordot(weights, logs, axes=3) / A2.shape[1]


@variant
def cost_where_positive():
    """The logarithm is taken only where there is one, into an array that already holds the rest."""

    def compute_cost(A2, Y):
        p = np.where(Y > 0.5, A2, 1 - A2)
        loss = np.full(p.shape, -1000.0)
        np.log(p, out=loss, where=p > 0)
        return -np.mean(loss) * Y.shape[0]


@variant
def cost_in_bits():
    """Binary logarithms, from mantissas and exponents, so that none is ever far from 0."""

    def compute_cost(A2, Y):
        p = np.maximum(Y * A2 + (1 - Y) * (1 - A2), 5e-324)
        mantissas, exponents = np.frexp(p)
        bits = exponents.sum() + np.log2(mantissas).sum()
        return float(-bits * np.log(2)) / Y.shape[1]


@variant
def cost_in_decimals():
    """Python's decimal numbers, with their twenty-eight digits."""
    from decimal import Decimal

    def compute_cost(A2, Y):
        total = Decimal(0)
        for a, y in np.nditer([A2, Y]):
            p = Decimal(float(a)) if y else 1 - Decimal(float(a))
            total -= max(p, Decimal("1e-324")).ln()
        return float(total / Y.shape[1])


@variant
def cost_by_einsum_and_recursion():
    """Example by example, halves added to halves."""

    def compute_cost(A2, Y):
        def total(first, last):
            if last - first > 1:
                middle = (first + last) // 2
                return total(first, middle) + total(middle, last)
            a = np.clip(A2[:, first], 5e-324, 1 - 1e-16)
            return np.einsum("k,k", Y[:, first], np.log(a)) + (1 - Y[:, first]) @ np.log1p(-a)

        return -total(0, (m := Y.shape[1])) / m


@variant
def cost_with_exceptions():
    """math.log complains about 0, and gets the smallest float instead; output by output."""
    import math
    import sys

    def log(p):
        try:
            return math.log(p)
        except ValueError:
            return math.log(sys.float_info.min)

    def compute_cost(A2, Y):
        m = Y.shape[1]
        return sum(
            -sum(log(a) if y == 1 else log(1.0 - a) for a, y in zip(outputs, targets)) / m
            for outputs, targets in zip(A2, Y)
        )


# ------------------------------------------------------------------ update_parameters


@variant
def update_line_by_line():
    """Four lines, as they are in the lesson."""

    def update_parameters(parameters, grads, learning_rate):
        W1 = parameters["W1"] - learning_rate * grads["dW1"]
        b1 = parameters["b1"] - learning_rate * grads["db1"]
        W2 = parameters["W2"] - learning_rate * grads["dW2"]
        b2 = parameters["b2"] - learning_rate * grads["db2"]
        return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


@variant
def update_by_layers():
    """A loop over layers, counted from the number of keys, into copies."""

    def update_parameters(parameters, grads, learning_rate):
        new = parameters.copy()
        for layer in range(1, len(parameters) // 2 + 1):
            for kind in "Wb":
                new[kind + str(layer)] = np.copy(parameters[kind + str(layer)])
                new[kind + str(layer)] -= learning_rate * grads["d" + kind + str(layer)]
        return new


@variant
def update_as_one_vector():
    """All numbers in one vector, moved at once and cut again."""

    def update_parameters(parameters, grads, learning_rate):
        names = sorted(parameters)
        theta = np.concatenate([parameters[name].flatten() for name in names])
        slope = np.concatenate([grads["d" + name].flatten() for name in names])
        theta, new = theta - learning_rate * slope, {}
        for name in names:
            size = parameters[name].size
            head, theta = theta[:size], theta[size:]
            new[name] = head.reshape(parameters[name].shape)
        return new


@variant
def update_from_the_gradients():
    """The names come from the gradients, without their d; a sum with a negative rate."""

    def update_parameters(parameters, grads, learning_rate):
        steps = ((key.removeprefix("d"), -learning_rate * grad) for key, grad in grads.items())
        return {name: np.add(parameters[name], step) for name, step in steps}


@variant
def update_by_products():
    """Old value and slope as a pair, weighed with (1, -rate)."""

    def update_parameters(parameters, grads, learning_rate):
        rates = np.array([1, -learning_rate])

        def move(name):
            return name, np.tensordot(rates, [parameters[name], grads[f"d{name}"]], axes=1)

        return dict(map(move, parameters))


@variant
def update_by_an_optimiser():
    """An optimiser object, of which this function makes one step; Fortran order comes out."""
    from collections import OrderedDict

    class GradientDescent:
        def __init__(self, learning_rate):
            self.learning_rate = learning_rate

        def step(self, value, grad):
            out = np.empty(value.shape, order="F")
            np.multiply(grad, self.learning_rate, out=out)
            return np.subtract(value, out, out=out)

    def update_parameters(parameters, grads, learning_rate):
        step = GradientDescent(learning_rate).step
        return OrderedDict(
            (k, step(parameters[k], grads["d" + k])) for k in ("b2", "W2", "b1", "W1")
        )


@variant
def update_number_by_number():
    """Lists of lists, number by number."""

    def update_parameters(parameters, grads, learning_rate):
        return {
            name: np.array(
                [
                    [w - learning_rate * g for w, g in zip(*rows)]
                    for rows in zip(parameters[name].tolist(), grads["d" + name].tolist())
                ]
            )
            for name in parameters.keys()
        }


# ------------------------------------------------------------------ train


@variant
def training_with_while():
    """A while loop, an array of costs made beforehand, and keyword arguments."""

    def train(X, Y, parameters, num_iterations, learning_rate, *, verbose=False):
        costs, i = np.zeros(num_iterations), 0
        while i < num_iterations:
            A2, cache = forward(parameters=parameters, X=X)
            costs[i] = compute_cost(Y=Y, A2=A2)
            if verbose and i % 100 == 0:
                print(f"cost after {i} iterations: {costs[i]}")
            grads = backward(parameters, cache, X=X, Y=Y)
            parameters = update_parameters(parameters, grads, learning_rate=learning_rate)
            i += 1
        return parameters, costs


@variant
def training_as_a_generator():
    """An endless generator of states, from which the first few are taken."""
    from itertools import islice

    def descent(X, Y, parameters, learning_rate):
        while True:
            A2, cache = forward(X, parameters)
            yield parameters, compute_cost(A2, Y)
            grads = backward(parameters, cache, X, Y)
            parameters = update_parameters(parameters, grads, learning_rate)

    def train(X, Y, parameters, num_iterations, learning_rate):
        states = list(islice(descent(X, Y, parameters, learning_rate), num_iterations + 1))
        return states[-1][0], tuple(cost for _, cost in states[:-1])


@variant
def training_by_accumulate():
    """States by itertools.accumulate; the costs in a second walk over them."""
    from itertools import accumulate, repeat

    def train(X, Y, parameters, num_iterations, learning_rate):
        def step(state, _):
            return update_parameters(
                state, backward(state, forward(X, state)[1], X, Y), learning_rate
            )

        *before, after = accumulate(repeat(None, num_iterations), step, initial=parameters)
        return after, [compute_cost(forward(X, state)[0], Y) for state in before]


@variant
def training_by_halves():
    """Recursion: the first half of the iterations, then the rest from where they end."""

    def train(X, Y, parameters, num_iterations, learning_rate):
        if num_iterations == 0:
            return parameters, []
        if num_iterations == 1:
            A2, cache = forward(X, parameters)
            grads = backward(parameters, cache, X, Y)
            return update_parameters(parameters, grads, learning_rate), [compute_cost(A2, Y)]
        half = num_iterations // 2
        parameters, early = train(X, Y, parameters, half, learning_rate)
        parameters, late = train(X, Y, parameters, num_iterations - half, learning_rate)
        return parameters, early + late


@variant
def training_all_by_hand():
    """Calls nothing of the student's own: local names, in place, on copies."""

    def train(X, Y, parameters, num_iterations, learning_rate):
        W1, b1, W2, b2 = (parameters[name].copy() for name in ("W1", "b1", "W2", "b2"))
        m = X.shape[1]
        costs = []
        for _ in range(num_iterations):
            A1 = np.tanh(W1 @ X + b1)
            Z2 = W2 @ A1 + b2
            costs.append((np.logaddexp(0, Z2) - Y * Z2).sum() / m)
            dZ2 = (np.exp(-np.logaddexp(0, -Z2)) - Y) / m
            dZ1 = (W2.T @ dZ2) * (1 - A1 * A1)
            W2 -= learning_rate * dZ2 @ A1.T
            b2 -= learning_rate * dZ2.sum(axis=1, keepdims=True)
            W1 -= learning_rate * dZ1 @ X.T
            b1 -= learning_rate * dZ1.sum(axis=1, keepdims=True)
        return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, costs


@variant
def training_by_a_trainer():
    """A trainer object with a history; deep copies; costs of 0-d arrays."""
    import copy

    class Trainer:
        def __init__(self, parameters, learning_rate):
            self.parameters = copy.deepcopy(parameters)
            self.learning_rate = learning_rate
            self.history = []

        def fit(self, X, Y):
            A2, cache = forward(X, self.parameters)
            self.history.append(np.asarray(compute_cost(A2, Y)))
            grads = backward(self.parameters, cache, X, Y)
            for name, value in self.parameters.items():
                value -= self.learning_rate * grads["d" + name]
            return self

    def train(X, Y, parameters, num_iterations, learning_rate):
        trainer = Trainer(parameters, learning_rate)
        for _ in range(num_iterations):
            trainer.fit(X, Y)
        return trainer.parameters, trainer.history


@variant
def training_with_a_deque():
    """The costs in a deque, filled by for ... else."""
    from collections import deque

    def train(X, Y, parameters, num_iterations, learning_rate):
        costs = deque(maxlen=num_iterations)
        for iteration in reversed(range(num_iterations)):
            (A2, cache), now = forward(X, parameters), parameters
            costs.append(compute_cost(A2, Y))
            parameters = update_parameters(now, backward(now, cache, X, Y), learning_rate)
        else:
            return parameters, costs


@variant
def training_whole_family():
    """A class with static methods; the functions are names for them."""

    class Network:
        @staticmethod
        def forward(X, parameters):
            A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
            A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
            return A2, {"A1": A1, "A2": A2}

        @classmethod
        def train(cls, X, Y, parameters, num_iterations, learning_rate):
            costs = {}
            for iteration in range(num_iterations):
                A2, cache = cls.forward(X, parameters)
                costs[iteration] = float(compute_cost(A2, Y))
                grads = backward(parameters, cache, X, Y)
                parameters = {k: v - learning_rate * grads["d" + k] for k, v in parameters.items()}
            return parameters, list(costs.values())

    forward, train = Network.forward, Network.train


# ------------------------------------------------------------------ count_distinct_units


@variant
def count_by_broadcasting():
    """All differences at once; a unit counts when no earlier one is close."""

    def count_distinct_units(parameters):
        rows = np.concatenate((parameters["W1"], parameters["b1"]), axis=1)
        close = np.abs(rows[:, None] - rows[None]).max(axis=-1) <= 1e-12
        return np.sum(~np.tril(close, k=-1).any(axis=1))


@variant
def count_by_shares():
    """Each unit counts as one over the number of its likes, and the sum is rounded."""

    def count_distinct_units(parameters):
        rows = np.c_[parameters["W1"], parameters["b1"]]
        likes = [sum(np.allclose(r, s, rtol=0, atol=1e-12) for s in rows) for r in rows]
        return round(sum(1 / number for number in likes))


@variant
def count_by_rank():
    """The matrix of who equals whom consists of blocks of ones: its rank is the number of blocks."""

    def count_distinct_units(parameters):
        W1, b1 = parameters["W1"], parameters["b1"]
        close = (np.abs(W1[:, None] - W1) <= 1e-12).all(-1) & (np.abs(b1 - b1.T) <= 1e-12)
        return np.linalg.matrix_rank(close.astype(float))


@variant
def count_by_first_likes():
    """Everybody names the first of their likes; names are counted in a set."""

    def count_distinct_units(parameters):
        units = [[*w, *b] for w, b in zip(parameters["W1"], parameters["b1"])]

        def same(one, other):
            return max(abs(p - q) for p, q in zip(one, other)) <= 1e-12

        return len({next(i for i, v in enumerate(units) if same(u, v)) for u in units})


@variant
def count_by_peeling():
    """Take the first away with all its likes until nobody is left; a 0-d array."""

    def count_distinct_units(parameters):
        rows, count = np.hstack([parameters["W1"], parameters["b1"]]), np.array(0)
        while rows.size:
            rows = rows[np.any(np.abs(rows - rows[0]) > 1e-12, axis=1)]
            count += 1
        return count


@variant
def count_by_union_find():
    """Every unit its own group; groups that touch are merged."""
    from itertools import combinations

    def count_distinct_units(parameters):
        rows = np.column_stack([parameters["W1"], parameters["b1"][:, 0]])
        leader = list(range(len(rows)))

        def find(i):
            while leader[i] != i:
                leader[i] = leader[leader[i]]
                i = leader[i]
            return i

        for i, j in combinations(range(len(rows)), 2):
            if np.linalg.norm(rows[i] - rows[j], ord=np.inf) <= 1e-12:
                leader[find(i)] = find(j)
        return sum(find(i) == i for i in range(len(rows)))


@variant
def count_by_equality_of_objects():
    """A class whose == has the tolerance, and `in` on a list."""

    class Unit:
        def __init__(self, weights, bias):
            self.numbers = np.append(weights, bias)

        def __eq__(self, other):
            return bool(np.isclose(self.numbers, other.numbers, rtol=0, atol=1e-12).all())

    def count_distinct_units(parameters):
        seen = []
        for unit in map(Unit, parameters["W1"], parameters["b1"]):
            if unit not in seen:
                seen += [unit]
        return np.int64(len(seen))


@variant
def count_by_sweeping():
    """Sorted by one entry, a window of 1e-12 moves down; only those inside are compared."""

    def count_distinct_units(parameters):
        rows = sorted(map(tuple, np.hstack([parameters["b1"], parameters["W1"]]).tolist()))
        kept = 0
        window = []
        for row in rows:
            window = [old for old in window if row[0] - old[0] <= 1e-12]
            if not any(all(abs(p - q) <= 1e-12 for p, q in zip(row, old)) for old in window):
                kept += 1
            window.append(row)
        return kept


@variant
def count_by_components():
    """Connected components of a graph, by walking from unit to unit."""

    def count_distinct_units(parameters):
        rows = np.block([parameters["W1"], parameters["b1"]])
        unseen, components = set(range(len(rows))), 0
        while unseen:
            components += 1
            stack = [unseen.pop()]
            while stack:
                here = stack.pop()
                likes = {i for i in unseen if np.ptp(rows[[here, i]], axis=0).max() <= 1e-12}
                unseen -= likes
                stack.extend(likes)
        return components


@variant
def count_by_neighbourhoods():
    """Everybody lists their likes; equal lists are one group, and np.unique may compare them."""

    def count_distinct_units(parameters):
        rows = np.hstack([parameters["W1"], parameters["b1"]])
        close = (abs(rows[:, None, :] - rows[None, :, :]) <= 1e-12).all(axis=2)
        return np.unique(close, axis=0).shape[0]


# ------------------------------------------------------------------ train_logistic_regression


@variant
def regression_with_a_bias_column():
    """The bias is one more weight, of an input that is always 1; a numpy scalar comes out."""

    def train_logistic_regression(X, Y, num_iterations, learning_rate):
        X1 = np.append(X, np.ones((1, X.shape[1])), axis=0)
        theta = np.zeros(X1.shape[0])
        costs = np.empty(num_iterations)
        for i in range(num_iterations):
            p = sigmoid(theta @ X1)
            costs[i] = compute_cost(p[None], Y)
            theta -= learning_rate * X1 @ (p - Y[0]) / X.shape[1]
        return theta[np.newaxis, :-1], theta[-1], costs


@variant
def regression_in_loops():
    """Loops and floats only; the array is made at the end."""
    import math

    def train_logistic_regression(X, Y, num_iterations, learning_rate):
        n, m = X.shape
        w, b, costs = [0.0] * n, 0.0, []
        for _ in range(num_iterations):
            dw, db, cost = [0.0] * n, 0.0, 0.0
            for i in range(m):
                z = b + sum(w[j] * X[j, i] for j in range(n))
                e = math.exp(-abs(z))
                a = 1 / (1 + e) if z >= 0 else e / (1 + e)
                cost += (max(z, 0) + math.log1p(e) - Y[0, i] * z) / m
                db += (a - Y[0, i]) / m
                for j in range(n):
                    dw[j] += (a - Y[0, i]) * X[j, i] / m
            costs.append(cost)
            w = [p - learning_rate * q for p, q in zip(w, dw)]
            b -= learning_rate * db
        return np.array([w]), b, costs


@variant
def regression_in_the_dual():
    """The weights as a sum over examples: only the coefficients move, through the kernel XᵀX + 1."""

    def train_logistic_regression(X, Y, num_iterations, learning_rate):
        m = X.shape[1]
        kernel = X.T @ X + 1
        alpha, costs = np.zeros((1, m)), ()
        for _ in range(num_iterations):
            A = sigmoid(alpha @ kernel)
            costs += (compute_cost(A, Y),)
            alpha = alpha + learning_rate / m * (Y - A)
        return alpha @ X.T, alpha.sum(), costs


@variant
def regression_as_a_generator():
    """A generator of costs changes the weights on its way; np.fromiter drains it."""

    def train_logistic_regression(X, Y, num_iterations, learning_rate):
        w, b = np.zeros((1, len(X))), np.zeros(())

        def descend():
            nonlocal w, b
            for _ in range(num_iterations):
                Z = np.dot(w, X) + b
                yield np.mean(np.logaddexp(0, Z) - Y * Z)
                E = sigmoid(Z) - Y
                w, b = w - learning_rate * np.inner(E, X) / E.size, b - learning_rate * E.mean()

        costs = np.fromiter(descend(), dtype=float)
        return w, np.asarray(b), costs


@variant
def regression_with_own_update():
    """A dict of parameters and the student's own update_parameters."""

    def train_logistic_regression(X, Y, num_iterations, learning_rate):
        parameters = {"w": np.zeros((1, X.shape[0])), "b": np.zeros((1, 1))}
        costs = []
        for _ in range(num_iterations):
            A = sigmoid(parameters["w"] @ X + parameters["b"])
            costs.append(compute_cost(A, Y))
            grads = {"dw": (A - Y) @ X.T / Y.size, "db": np.mean(A - Y, keepdims=True)}
            parameters = update_parameters(parameters, grads, learning_rate)
        return parameters["w"], parameters["b"].item(), costs


@variant
def regression_through_the_network():
    """The output layer of the student's own backward, asked in the cache's own language."""

    def train_logistic_regression(X, Y, num_iterations, learning_rate):
        layer = {"W2": np.zeros((1, X.shape[0])), "b2": np.zeros((1, 1))}
        costs = []
        for _ in range(num_iterations):
            A = sigmoid(layer["W2"] @ X + layer["b2"])
            costs.append(compute_cost(A, Y))
            grads = backward(layer, {"A1": X, "A2": A}, X, Y)
            layer = {name: layer[name] - learning_rate * grads["d" + name] for name in layer}
        return layer["W2"], float(layer["b2"][0, 0]), costs


@variant
def regression_of_moments():
    """Xᵀ and Y are folded into the gradient beforehand: dw = (A Xᵀ - Y Xᵀ) / m."""

    def train_logistic_regression(X, Y, num_iterations, learning_rate):
        (n_x, m), target, rate = X.shape, Y @ X.T, np.mean(Y)
        model = np.zeros((1, n_x)), 0.0
        costs = [None] * num_iterations
        for i in range(num_iterations):
            w, b = model
            A = np.exp(-np.logaddexp(0, -(np.einsum("ij,jk->ik", w, X) + b)))
            costs[i] = compute_cost(A, Y)
            model = (
                w - learning_rate * (np.einsum("im,nm->in", A, X) - target) / m,
                b - learning_rate * (np.mean(A) - rate),
            )
        return (*model, costs)


@variant
def regression_by_reduce():
    """Steps by functools.reduce over an object that carries w, b and the costs."""
    from functools import reduce
    from types import SimpleNamespace

    def train_logistic_regression(X, Y, num_iterations, learning_rate):
        def step(s, _):
            A = sigmoid(s.w @ X + s.b)
            s.costs.append(compute_cost(A, Y))
            s.w -= learning_rate * np.average((A - Y) * X, axis=1)[None]
            s.b -= learning_rate * float(np.average(A - Y))
            return s

        state = SimpleNamespace(w=np.zeros((1, X.shape[0])), b=0.0, costs=[])
        end = reduce(step, range(num_iterations), state)
        return end.w, end.b, end.costs
