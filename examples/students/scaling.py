"""The example class in ``scaling``."""

from __future__ import annotations

from make_examples import Notebook, student
from students.answers import changed, solve

PLAIN = {
    "forward_deep": """
L = len(parameters) // 2
A = X
cache = []
for l in range(1, L + 1):
    A_prev = A
    Z = np.dot(parameters["W" + str(l)], A_prev) + parameters["b" + str(l)]
    if l < L:
        A = activate(Z, activation)
    else:
        A = sigmoid(Z)
    cache.append((A_prev, A))
return A, cache
""",
    "initialize_constant": """
parameters = {}
for l in range(1, len(layer_dims)):
    parameters["W" + str(l)] = value * np.ones((layer_dims[l], layer_dims[l - 1]))
    parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
return parameters
""",
    "initialize_small": """
def draw(fan_in, fan_out):
    return scale * rng.standard_normal((fan_out, fan_in))

return build_parameters(layer_dims, draw)
""",
    "activation_variances": """
AL, cache = forward_deep(X, parameters, activation)
variances = []
for A_prev, A in cache[:-1]:  # without the output
    variances.append(np.var(A))
return np.array(variances)
""",
    "variance_scaling": """
if mode == "fan_in":
    n = fan_in
elif mode == "fan_out":
    n = fan_out
else:
    n = (fan_in + fan_out) / 2
var = scale / n
if distribution == "uniform":
    a = np.sqrt(3 * var)
    return rng.uniform(-a, a, size=(fan_out, fan_in))
return rng.normal(0, np.sqrt(var), size=(fan_out, fan_in))
""",
    "initialize_uniform_fan_in": """
def draw(fan_in, fan_out):
    a = 1 / np.sqrt(fan_in)
    return rng.uniform(-a, a, size=(fan_out, fan_in))

return build_parameters(layer_dims, draw)
""",
    "initialize_he": """
def draw(fan_in, fan_out):
    return variance_scaling(fan_in, fan_out, rng, 2.0, mode, distribution)

return build_parameters(layer_dims, draw)
""",
    "backward_deep": """
L = len(cache)
m = Y.shape[1]
grads = {}
A_prev, AL = cache[L - 1]
dZ = AL - Y
for l in range(L, 0, -1):
    A_prev = cache[l - 1][0]
    grads["dW" + str(l)] = np.dot(dZ, A_prev.T) / m
    grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
    if l > 1:
        dZ = np.dot(parameters["W" + str(l)].T, dZ) * slope(A_prev, activation)
return grads
""",
    "gradient_variances": """
AL, cache = forward_deep(X, parameters, activation)
dZ = AL - Y
variances = []
for l in range(len(cache), 1, -1):
    A_prev = cache[l - 1][0]
    dZ = np.dot(parameters["W" + str(l)].T, dZ) * slope(A_prev, activation)
    variances.append(np.var(dZ))
variances.reverse()  # collected from the back to the front
return np.array(variances)
""",
    "initialize_xavier": """
def draw(fan_in, fan_out):
    if distribution == "uniform":
        a = np.sqrt(6 / (fan_in + fan_out))
        return rng.uniform(-a, a, size=(fan_out, fan_in))
    std = np.sqrt(2 / (fan_in + fan_out))
    return std * rng.standard_normal((fan_out, fan_in))

return build_parameters(layer_dims, draw)
""",
    "saturation": """
derivative = slope(A, activation)
return np.mean(derivative < threshold)
""",
}


# ------------------------------------------------------------------------- full marks, three ways


@student()
def ada(notebook: Notebook) -> None:
    """Right, with loops and indices from 0, as someone writes who comes from C."""
    solve(
        notebook,
        PLAIN,
        forward_deep="""
L = len(parameters) // 2
m = X.shape[1]
A = [X]  # A[0] is the input, A[L] the output
for l in range(1, L + 1):
    W = parameters["W%d" % l]
    b = parameters["b%d" % l]
    rows, cols = W.shape
    Z = np.zeros((rows, m))
    for i in range(rows):
        for e in range(m):
            z = b[i, 0]
            for j in range(cols):
                z = z + W[i, j] * A[l - 1][j, e]
            Z[i, e] = z
    if l == L:
        A.append(sigmoid(Z))
    else:
        A.append(activate(Z, activation))
return A[L], A
""",
        initialize_constant="""
parameters = {}
n = len(layer_dims) - 1  # number of layers
for l in range(n):
    cols = layer_dims[l]
    rows = layer_dims[l + 1]
    W = np.zeros((rows, cols))
    b = np.zeros((rows, 1))
    for i in range(rows):
        for j in range(cols):
            W[i, j] = value
    parameters["W%d" % (l + 1)] = W
    parameters["b%d" % (l + 1)] = b
return parameters
""",
        activation_variances="""
AL, A = forward_deep(X, parameters, activation)
L = len(A) - 1
result = np.zeros(L - 1)
for l in range(1, L):
    n, m = A[l].shape
    mean = 0.0
    for i in range(n):
        for e in range(m):
            mean += A[l][i, e]
    mean /= n * m
    # second pass (never E[x^2] - mean^2, it cancels)
    s = 0.0
    for i in range(n):
        for e in range(m):
            d = A[l][i, e] - mean
            s += d * d
    result[l - 1] = s / (n * m)
return result
""",
        variance_scaling="""
n = 0.0
if mode == "fan_in":
    n = fan_in
if mode == "fan_out":
    n = fan_out
if mode == "fan_avg":
    n = 0.5 * (fan_in + fan_out)
sigma = (scale / n) ** 0.5
W = np.empty((fan_out, fan_in))
# one row at a time. One number at a time takes for ever with the big matrices in the check
for i in range(fan_out):
    if distribution == "normal":
        W[i] = sigma * rng.standard_normal(fan_in)
    else:
        W[i] = sigma * 3 ** 0.5 * (2 * rng.random(fan_in) - 1)
return W
""",
        backward_deep="""
A = cache
L = len(A) - 1
m = Y.shape[1]
grads = {}
dZ = A[L] - Y
for l in range(L, 0, -1):
    W = parameters["W%d" % l]
    rows, cols = W.shape
    dW = np.zeros((rows, cols))
    db = np.zeros((rows, 1))
    for i in range(rows):
        for e in range(m):
            db[i, 0] += dZ[i, e] / m
            for j in range(cols):
                dW[i, j] += dZ[i, e] * A[l - 1][j, e] / m
    grads["dW%d" % l] = dW
    grads["db%d" % l] = db
    if l == 1:
        break
    # what layer l - 1 gets back
    dA = np.zeros((cols, m))
    for j in range(cols):
        for e in range(m):
            for i in range(rows):
                dA[j, e] += W[i, j] * dZ[i, e]
    dZ = dA * slope(A[l - 1], activation)
return grads
""",
        gradient_variances="""
AL, A = forward_deep(X, parameters, activation)
L = len(A) - 1
m = X.shape[1]
result = np.zeros(L - 1)
dZ = AL - Y
for l in range(L - 1, 0, -1):
    W = parameters["W%d" % (l + 1)]
    new = np.zeros((W.shape[1], m))
    for j in range(W.shape[1]):
        for i in range(W.shape[0]):
            new[j] += W[i, j] * dZ[i]
    dZ = new * slope(A[l], activation)
    mean = sum(dZ.flat) / dZ.size
    result[l - 1] = sum((d - mean) ** 2 for d in dZ.flat) / dZ.size
return result
""",
        saturation="""
count = 0
total = 0
for a in np.nditer(A):
    if activation == "relu":
        d = 1 if a > 0 else 0
    elif activation == "tanh":
        d = 1 - a * a
    else:
        d = a * (1 - a)
    if d < threshold:
        count += 1
    total += 1
return count / total
""",
    )


@student(figures=True)
def bela(notebook: Notebook) -> None:
    """Right, with a class for a station, a decorator and einsum; ran everything, with figures."""
    notebook.answer(
        "forward_deep",
        """
depth = len(parameters) // 2
line = []
for k in range(1, depth + 1):
    kind = "sigmoid" if k == depth else activation
    station = Station(parameters[f"W{k}"], parameters[f"b{k}"], kind)
    X = station.send(X)
    line.append(station)
return X, line
""",
        before='''
class Station:
    """One amplifier along the line. Remembers what passed, for the way back."""

    def __init__(self, W, b, kind):
        self.W, self.b, self.kind = W, b, kind

    def send(self, heard):
        self.heard = heard
        # optimize=True, or the last figure takes ages
        Z = np.einsum("oi,im->om", self.W, heard, optimize=True) + self.b
        self.said = activate(Z, self.kind)
        return self.said

    def back(self, delta):
        """The gradient one station earlier (with respect to what came out there)."""
        return np.einsum("oi,om->im", self.W, delta, optimize=True)

    def grads(self, delta):
        return np.einsum("om,im->oi", delta, self.heard, optimize=True), delta.sum(1, keepdims=True)


def walk_back(line, Y):
    """Pairs (station, dZ), from the last station to the first."""
    delta = line[-1].said - Y
    yield line[-1], delta
    for station, later in zip(line[-2::-1], line[:0:-1]):
        delta = later.back(delta) * slope(station.said, station.kind)
        yield station, delta
''',
    )
    notebook.answer(
        "initialize_constant",
        """
return build_all(layer_dims, lambda shape: np.full(shape, value, dtype=float))
""",
        before='''
import functools


def checked(initialize):
    """Looks at what an initialiser returns, before I train with nonsense for an hour."""

    @functools.wraps(initialize)
    def wrapper(layer_dims, *args, **kwargs):
        parameters = initialize(layer_dims, *args, **kwargs)
        assert len(parameters) == 2 * len(layer_dims) - 2
        for k, shape in enumerate(zip(layer_dims[1:], layer_dims), start=1):
            assert parameters[f"W{k}"].shape == shape, f"W{k}: {parameters[f'W{k}'].shape}"
            assert not parameters[f"b{k}"].any(), f"b{k} is not 0"
        return parameters

    return wrapper


def build_all(layer_dims, draw):
    shapes = list(zip(layer_dims[1:], layer_dims))
    weights = {f"W{k}": draw(shape) for k, shape in enumerate(shapes, start=1)}
    return weights | {f"b{k}": np.zeros((out, 1)) for k, (out, _) in enumerate(shapes, start=1)}
''',
    )
    for exercise, body in {
        "initialize_small": """
return build_all(layer_dims, functools.partial(rng.normal, 0, scale))
""",
        "activation_variances": """
_, line = forward_deep(X, parameters, activation)
return np.array([station.said.var() for station in line[:-1]])
""",
        "variance_scaling": """
n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": np.mean([fan_in, fan_out])}[mode]
draws = {
    "normal": lambda shape: rng.normal(size=shape),
    "uniform": lambda shape: np.sqrt(3) * rng.uniform(-1, 1, size=shape),
}
W = draws[distribution]((fan_out, fan_in))  # variance 1 so far
W *= np.sqrt(scale / n)
return W
""",
        "initialize_uniform_fan_in": """
return build_all(layer_dims, lambda shape: rng.uniform(-1, 1, shape) / np.sqrt(shape[1]))
""",
        "initialize_he": """
def draw(shape):
    fan_out, fan_in = shape
    return variance_scaling(fan_in, fan_out, rng, 2, mode, distribution)

return build_all(layer_dims, draw)
""",
        "backward_deep": """
m = Y.shape[1]
grads = {}
k = len(cache)
for station, delta in walk_back(cache, Y):
    dW, db = station.grads(delta)
    grads[f"dW{k}"] = dW / m
    grads[f"db{k}"] = db / m
    k -= 1
return grads
""",
        "gradient_variances": """
_, line = forward_deep(X, parameters, activation)
deltas = [delta for _, delta in walk_back(line, Y)]
return np.array([delta.var() for delta in deltas[:0:-1]])
""",
        "initialize_xavier": """
def draw(shape):
    fan_out, fan_in = shape
    return variance_scaling(fan_in, fan_out, rng, 1, "fan_avg", distribution)

return build_all(layer_dims, draw)
""",
        "saturation": """
flat = slope(A, activation) < threshold
return np.count_nonzero(flat) / flat.size
""",
    }.items():
        notebook.answer(exercise, body)
    for name in ("constant", "small", "uniform_fan_in", "he", "xavier"):
        definition = f"def initialize_{name}("
        notebook.replace(f"initialize_{name}", definition, f"@checked\n{definition}")


@student(ran=False)
def chidi(notebook: Notebook) -> None:
    """Right, as short as it goes, the last layer drawn first; cleared the outputs."""
    notebook.answer(
        "initialize_constant",
        "return net(layer_dims, lambda i, o: np.full((o, i), value, float))",
        before="""
net = lambda dims, draw: {f"{k}{l}": draw(dims[l - 1], dims[l]) if k == "W" else np.zeros((dims[l], 1))
                          for l in range(len(dims) - 1, 0, -1) for k in "Wb"}
""",
    )
    for exercise, body in {
        "forward_deep": """
A, L = [X], len(parameters) // 2
for l in range(1, L + 1):
    A.append(activate(parameters[f"W{l}"] @ A[-1] + parameters[f"b{l}"], [activation, "sigmoid"][l == L]))
return A[-1], A
""",
        "initialize_small": "return net(layer_dims, lambda i, o: rng.normal(0, scale, (o, i)))",
        "activation_variances": "return [*map(np.var, forward_deep(X, parameters, activation)[1][1:-1])]",
        "variance_scaling": """
std = (scale / dict(fan_in=fan_in, fan_out=fan_out, fan_avg=(fan_in + fan_out) / 2)[mode]) ** .5
draw = rng.standard_normal if distribution == "normal" else lambda s: 12 ** .5 * (rng.random(s) - .5)
return std * draw((fan_in, fan_out)).T
""",
        "initialize_uniform_fan_in": """
return net(layer_dims, lambda i, o: variance_scaling(i, o, rng, 1 / 3, "fan_in", "uniform"))
""",
        "initialize_he": """
return net(layer_dims, lambda i, o: variance_scaling(i, o, rng, 2, mode, distribution))
""",
        "backward_deep": """
g, d = {}, (cache[-1] - Y) / Y.shape[1]
for l in range(len(cache) - 1, 0, -1):
    g |= {f"dW{l}": d @ cache[l - 1].T, f"db{l}": d.sum(1)[:, None]}
    d = parameters[f"W{l}"].T @ d * slope(cache[l - 1], activation)
return g
""",
        "gradient_variances": """
# the trick: db is dZ when m = 1
g = [backward_deep(parameters, forward_deep(X[:, [i]], parameters, activation)[1], Y[:, [i]], activation)
     for i in range(X.shape[1])]
return np.array([np.var([d[f"db{l}"] for d in g]) for l in range(1, len(parameters) // 2)])
""",
        "initialize_xavier": """
# He's 2 / mean is twice Xavier's 1 / mean (the biases don't mind)
return {k: v / 2 ** .5 for k, v in initialize_he(layer_dims, rng, distribution, "fan_avg").items()}
""",
        "saturation": "return (slope(A, activation) < threshold).mean()",
    }.items():
        notebook.answer(exercise, body)


# ---------------------------------------------------------------------------------- not finished


@student(*PLAIN, ran=False)
def dilek(notebook: Notebook) -> None:
    """Fetched it, handed it in."""


@student(
    "variance_scaling",
    "initialize_uniform_fan_in",
    "initialize_he",
    "backward_deep",
    "gradient_variances",
    "initialize_xavier",
    "saturation",
)
def emil(notebook: Notebook) -> None:
    """Half done: the first four functions, and a beginning of the fifth."""
    for exercise in (
        "forward_deep",
        "initialize_constant",
        "initialize_small",
        "activation_variances",
    ):
        notebook.answer(exercise, PLAIN[exercise])
    notebook.answer(
        "variance_scaling",
        """
if mode == "fan_in":
    n = fan_in
# TODO the others
std = np.sqrt(scale / fan_in)
pass
""",
    )


# ------------------------------------------------------------------------------ typical mistakes


@student("initialize_small", "backward_deep")
def farah(notebook: Notebook) -> None:
    """rand for randn, and gradients that forget to average."""
    solve(
        notebook,
        PLAIN,
        **changed(PLAIN, "initialize_small", ("standard_normal", "random")),
        **changed(PLAIN, "backward_deep", (" / m", ""), ("m = Y.shape[1]\n", "")),
    )


@student("variance_scaling")
def goran(notebook: Notebook) -> None:
    """The standard deviation as the uniform bound: the 3 forgotten. He and Xavier inherit it."""
    solve(
        notebook,
        PLAIN,
        **changed(PLAIN, "variance_scaling", ("np.sqrt(3 * var)", "np.sqrt(var)")),
        initialize_xavier="""
def draw(fan_in, fan_out):
    return variance_scaling(fan_in, fan_out, rng, 1.0, "fan_avg", distribution)

return build_parameters(layer_dims, draw)
""",
    )


@student("forward_deep", "initialize_constant")
def hana(notebook: Notebook) -> None:
    """Takes the sizes off the list that was passed, and has a sigmoid that overflows."""
    solve(
        notebook,
        PLAIN,
        **changed(PLAIN, "forward_deep", ("sigmoid(Z)", "np.exp(Z) / (1 + np.exp(Z))")),
        initialize_constant="""
parameters = {}
l = 1
n_prev = layer_dims.pop(0)
while layer_dims:
    n = layer_dims.pop(0)
    parameters[f"W{l}"] = np.full((n, n_prev), float(value))
    parameters[f"b{l}"] = np.zeros((n, 1))
    n_prev = n
    l += 1
return parameters
""",
    )


@student("forward_deep", "gradient_variances")
def ines(notebook: Notebook) -> None:
    """Forgets the hidden layers' bias, and measures dZ before the activation's slope."""
    solve(
        notebook,
        PLAIN,
        forward_deep="""
L = len(parameters) // 2
cache = []
A_prev = X
for l in range(1, L):
    Z = parameters["W" + str(l)] @ A_prev
    A = activate(Z, activation)
    cache.append((A_prev, A))
    A_prev = A
# output layer
Z = parameters["W" + str(L)] @ A_prev + parameters["b" + str(L)]
AL = sigmoid(Z)
cache.append((A_prev, AL))
return AL, cache
""",
        gradient_variances="""
AL, cache = forward_deep(X, parameters, activation)
L = len(parameters) // 2
variances = np.zeros(L - 1)
dZ = AL - Y
for l in range(L - 1, 0, -1):
    A = cache[l - 1][1]
    dA = parameters["W" + str(l + 1)].T @ dZ
    variances[l - 1] = np.var(dA)
    dZ = dA * slope(A, activation)
return variances
""",
    )


@student("initialize_he", "initialize_xavier")
def yusuf(notebook: Notebook) -> None:
    """Seeds a generator of his own, for reproducibility; and a sum without its bracket."""
    solve(
        notebook,
        PLAIN,
        initialize_he="""
rng = np.random.default_rng(1)  # for reproducibility
parameters = {}
for i in range(1, len(layer_dims)):
    W = variance_scaling(layer_dims[i - 1], layer_dims[i], rng, 2, mode, distribution)
    parameters["W" + str(i)] = W
    parameters["b" + str(i)] = np.zeros((layer_dims[i], 1))
return parameters
""",
        **changed(
            PLAIN,
            "initialize_xavier",
            ("(fan_in + fan_out))\n        ", "fan_in + fan_out)\n        "),
            ("2 / (fan_in + fan_out)", "2 / fan_in + fan_out"),
        ),
    )


# -------------------------------------------------------------------------- broken, yet gradable


@student("initialize_xavier")
def lena(notebook: Notebook) -> None:
    """A bracket is never closed in one cell; everything else is right."""
    solve(notebook, PLAIN)
    notebook.replace(
        "initialize_xavier", "np.sqrt(6 / (fan_in + fan_out))", "np.sqrt(6 / (fan_in + fan_out)"
    )


@student("initialize_small")
def mateo(notebook: Notebook) -> None:
    """An endless loop in one function: draws until the mean is 0, and it never is."""
    solve(
        notebook,
        PLAIN,
        initialize_small="""
def draw(fan_in, fan_out):
    W = scale * rng.standard_normal((fan_out, fan_in))
    # the mean has to be 0, so throw away those where it isn't
    while np.mean(W) != 0:
        W = scale * rng.standard_normal((fan_out, fan_in))
    return W

return build_parameters(layer_dims, draw)
""",
    )
