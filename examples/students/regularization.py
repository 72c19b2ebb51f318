"""The example class in ``regularization``."""

from __future__ import annotations

from make_examples import Notebook, student
from students.answers import changed, solve

PLAIN = {
    "l2_cost": """
total = 0
for l in range(1, len(parameters) // 2 + 1):
    total += np.sum(np.square(parameters["W" + str(l)]))
return lambd * total / (2 * m)
""",
    "l2_gradients": """
grads = {}
for l in range(1, len(parameters) // 2 + 1):
    W, b = parameters["W" + str(l)], parameters["b" + str(l)]
    grads["dW" + str(l)] = lambd * W / m
    grads["db" + str(l)] = np.zeros(b.shape)
return grads
""",
    "entropy_penalty": """
m = logits.shape[1]
Z = logits - np.max(logits, axis=0, keepdims=True)  # or exp overflows
log_p = Z - np.log(np.sum(np.exp(Z), axis=0, keepdims=True))
p = np.exp(log_p)
H = -np.sum(p * log_p, axis=0, keepdims=True)
value = -beta * np.mean(H)
dlogits = beta / m * p * (log_p + H)
return value, dlogits
""",
    "dropout_forward": """
if not training:
    return A.copy(), 1
mask = rng.random(A.shape) < keep_prob
out = A * mask / keep_prob
cache = mask / keep_prob
return out, cache
""",
    "dropout_backward": """
return dout * cache
""",
    "forward_with_dropout": """
L = len(parameters) // 2
A = X
cache = []
for l in range(1, L):
    A_prev = A
    Z = np.dot(parameters["W" + str(l)], A_prev) + parameters["b" + str(l)]
    A, mask = dropout_forward(relu(Z), keep_prob, rng)
    cache.append((A_prev, Z, mask))
Z = np.dot(parameters["W" + str(L)], A) + parameters["b" + str(L)]
AL = sigmoid(Z)
cache.append((A, AL))
return AL, cache
""",
    "backward_with_dropout": """
L = len(cache)
m = Y.shape[1]
A_prev, AL = cache[L - 1]
dZ = AL - Y
grads = {}
for l in range(L, 0, -1):
    W = parameters["W" + str(l)]
    A_prev = cache[l - 1][0]
    grads["dW" + str(l)] = np.dot(dZ, A_prev.T) / m + lambd / m * W
    grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
    if l > 1:
        A, Z, mask = cache[l - 2]
        dA = dropout_backward(np.dot(W.T, dZ), mask)
        dZ = dA * (Z > 0)
return grads
""",
    "predict_ensemble": """
total = 0
for i in range(num_masks):
    AL, cache = forward_with_dropout(X, parameters, keep_prob, rng)
    total = total + AL
return total / num_masks
""",
}


# ------------------------------------------------------------------------- full marks, three ways


@student()
def ada(notebook: Notebook) -> None:
    """Right, with loops over every weight and every example, as someone writes who comes from C."""
    solve(
        notebook,
        PLAIN,
        l2_cost="""
sum = 0.0
for name in parameters:
    if name[0] != "W":
        continue  # biases don't pay
    W = parameters[name]
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            sum += W[i, j] * W[i, j]
return 0.5 * lambd / m * sum
""",
        l2_gradients="""
grads = {}
for name in parameters:
    P = parameters[name]
    g = np.zeros(P.shape)
    if name[0] == "W":
        for i in range(P.shape[0]):
            for j in range(P.shape[1]):
                g[i, j] = lambd * P[i, j] / m
    grads["d" + name] = g
return grads
""",
        entropy_penalty="""
import math
K, m = logits.shape
dlogits = np.zeros((K, m))
value = 0.0
for e in range(m):
    biggest = logits[0, e]
    for k in range(K):
        if logits[k, e] > biggest:
            biggest = logits[k, e]
    total = 0.0
    for k in range(K):
        total += math.exp(logits[k, e] - biggest)
    # log p without ever taking the log of 0
    log_p = [logits[k, e] - biggest - math.log(total) for k in range(K)]
    entropy = 0.0
    for k in range(K):
        entropy -= math.exp(log_p[k]) * log_p[k]
    value -= beta * entropy / m
    for k in range(K):
        dlogits[k, e] = beta / m * math.exp(log_p[k]) * (log_p[k] + entropy)
return value, dlogits
""",
        dropout_forward="""
out = np.zeros(A.shape)
keep = np.ones(A.shape, dtype=bool)
for i in range(A.shape[0]):
    for j in range(A.shape[1]):
        if training:
            keep[i, j] = rng.random() < keep_prob
        if keep[i, j]:
            out[i, j] = A[i, j] / (keep_prob if training else 1)
cache = {"keep": keep, "q": keep_prob if training else 1}
return out, cache
""",
        dropout_backward="""
keep, q = cache["keep"], cache["q"]
dA = np.zeros(dout.shape)
for i in range(dout.shape[0]):
    for j in range(dout.shape[1]):
        if keep[i, j]:
            dA[i, j] = dout[i, j] / q
return dA
""",
    )


@student(figures=True)
def bela(notebook: Notebook) -> None:
    """Right, with a class for a layer that remembers who went home; ran everything, figures too."""
    notebook.answer(
        "l2_cost",
        """
W = np.concatenate([matrix.ravel() for matrix in weights(parameters).values()])
return lambd / (2 * m) * (W @ W)
""",
        before='''
def weights(parameters):
    """Who pays rent."""
    return {name: P for name, P in parameters.items() if name.startswith("W")}
''',
    )
    notebook.answer(
        "l2_gradients",
        """
free = {"d" + name: np.zeros_like(P) for name, P in parameters.items()}
return free | {"d" + name: lambd / m * W for name, W in weights(parameters).items()}
""",
    )
    notebook.answer(
        "entropy_penalty",
        """
log_p = logits - np.logaddexp.reduce(logits, axis=0)
p = np.exp(log_p)
H = -np.einsum("km,km->m", p, log_p)
return -beta * H.mean(), beta * p * (log_p + H) / H.size
""",
    )
    notebook.answer(
        "dropout_forward",
        """
crew = Crew(A.shape, keep_prob if training else 1, rng)
return crew.act(A), crew
""",
        before='''
class Crew:
    """Who is on duty, for one forward pass and its way back."""

    def __init__(self, shape, q, rng):
        self.q = q
        self.here = rng.binomial(1, q, size=shape) if q < 1 else np.ones(shape)

    def act(self, values):
        """Those who are here speak louder. The same in both directions."""
        return np.where(self.here, values / self.q, 0.0)
''',
    )
    notebook.answer("dropout_backward", "return cache.act(dout)")
    notebook.answer(
        "forward_with_dropout",
        """
return run([Layer(W, parameters["b" + name[1:]]) for name, W in sorted_layers(parameters)],
           X, lambda A: dropout_forward(A, keep_prob, rng))
""",
        before='''
class Layer:
    """Keeps all it needs for the way back."""

    def __init__(self, W, b):
        self.W, self.b = W, b

    def send(self, A):
        self.heard = A
        self.Z = self.W @ A + self.b
        return self.Z

    def grads(self, dZ):
        return dZ @ self.heard.T, dZ.sum(1, keepdims=True)


def sorted_layers(parameters):
    """(name, W) from the first layer to the last. W10 comes after W9."""
    return sorted(weights(parameters).items(), key=lambda pair: int(pair[0][1:]))


def run(layers, A, drop):
    crews = []
    for layer in layers[:-1]:
        A, crew = drop(relu(layer.send(A)))
        crews.append(crew)
    AL = sigmoid(layers[-1].send(A))
    return AL, (layers, crews, AL)
''',
    )
    notebook.answer(
        "backward_with_dropout",
        """
layers, crews, AL = cache
m = Y.shape[1]
rent = l2_gradients(parameters, lambd, m)
grads = {}
dZ = (AL - Y) / m
for k in range(len(layers), 0, -1):
    dW, db = layers[k - 1].grads(dZ)
    grads[f"dW{k}"] = dW + rent[f"dW{k}"]
    grads[f"db{k}"] = db
    if k > 1:
        dA = layers[k - 1].W.T @ dZ
        dZ = dropout_backward(dA, crews[k - 2]) * np.heaviside(layers[k - 2].Z, 0)
return grads
""",
    )
    notebook.answer(
        "predict_ensemble",
        """
members = [forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks)]
return np.mean(members, axis=0)
""",
    )


@student(ran=False)
def chidi(notebook: Notebook) -> None:
    """Right, as short as it goes, the caches functions; cleared the outputs before handing in."""
    for exercise, body in {
        "l2_cost": "return sum((P**2).sum() for k, P in parameters.items() if 'W' in k) * lambd / m / 2",
        "l2_gradients": "return {'d' + k: P * ('W' in k) * lambd / m for k, P in parameters.items()}",
        "entropy_penalty": """
l = logits - logits.max(0)
l -= np.log(np.exp(l).sum(0))
H = (np.exp(l) * -l).sum(0)
return -beta * H.mean(), beta / len(H) * np.exp(l) * (l + H)
""",
        "dropout_forward": """
q = keep_prob if training else 1
keep = rng.uniform(size=A.shape) <= q
return (drop := lambda x: x * keep / q)(A), drop
""",
        "dropout_backward": "return cache(dout)",
        "forward_with_dropout": """
L, A, cache = len(parameters) // 2, X, []
for l in range(1, L):
    W, b = parameters[f"W{l}"], parameters[f"b{l}"]
    out, drop = dropout_forward(Z := relu(W @ A + b), keep_prob, rng)
    cache += [(A, drop, Z > 0)]
    A = out
return (AL := sigmoid(parameters[f"W{L}"] @ A + parameters[f"b{L}"])), cache + [(A, AL, None)]
""",
        "backward_with_dropout": """
g, d = {}, (cache[-1][1] - Y) / Y.shape[1]
for l in range(len(cache), 0, -1):
    g[f"dW{l}"] = d @ cache[l - 1][0].T + lambd / Y.shape[1] * parameters[f"W{l}"]
    g[f"db{l}"] = d.sum(1)[:, None]
    if l > 1:
        _, drop, on = cache[l - 2]
        d = on * drop(parameters[f"W{l}"].T @ d)
return g
""",
        "predict_ensemble": """
return sum(forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks)) / num_masks
""",
    }.items():
        notebook.answer(exercise, body)


# --------------------------------------------------------------------------------- not finished


@student(*PLAIN, ran=False)
def dilek(notebook: Notebook) -> None:
    """Fetched it, handed it in."""


@student("forward_with_dropout", "backward_with_dropout", "predict_ensemble")
def emil(notebook: Notebook) -> None:
    """Half done: both penalties and dropout itself, and a forward pass that stops half-way."""
    solve(
        notebook,
        PLAIN,
        forward_with_dropout="""
L = len(parameters) // 2
A = X
for l in range(1, L):
    Z = np.dot(parameters["W" + str(l)], A) + parameters["b" + str(l)]
    A, mask = dropout_forward(relu(Z), keep_prob, rng)
# TODO output layer, and what is the cache?
pass
""",
        backward_with_dropout=None,
        predict_ensemble=None,
    )


# ----------------------------------------------------------------------------- typical mistakes


@student("l2_cost", "dropout_forward")
def farah(notebook: Notebook) -> None:
    """Lets the biases pay rent, and does not divide by keep_prob."""
    solve(
        notebook,
        PLAIN,
        l2_cost="""
total = 0
for P in parameters.values():
    total += np.sum(np.square(P))
return lambd * total / (2 * m)
""",
        **changed(PLAIN, "dropout_forward", ("A * mask / keep_prob", "A * mask"),
                  ("cache = mask / keep_prob", "cache = mask")),
    )  # fmt: skip


@student("entropy_penalty", "backward_with_dropout")
def goran(notebook: Notebook) -> None:
    """Adds up over the batch instead of averaging, and forgets the masks on the way back."""
    solve(
        notebook,
        PLAIN,
        **changed(
            PLAIN,
            "entropy_penalty",
            ("value = -beta * np.mean(H)", "value = -beta * np.sum(H)"),
            ("beta / m * p", "beta * p"),
        ),
        **changed(
            PLAIN,
            "backward_with_dropout",
            ("dropout_backward(np.dot(W.T, dZ), mask)", "np.dot(W.T, dZ)"),
        ),
    )


@student("l2_gradients", "predict_ensemble")
def hana(notebook: Notebook) -> None:
    """No entries for biases, and one committee member asked again and again."""
    solve(
        notebook,
        PLAIN,
        **changed(
            PLAIN, "l2_gradients", ('    grads["db" + str(l)] = np.zeros(b.shape)\n', "")
        ),
        predict_ensemble="""
seed = rng.integers(10**6)
total = 0
for i in range(num_masks):
    rng = np.random.default_rng(seed)
    total = total + forward_with_dropout(X, parameters, keep_prob, rng)[0]
return total / num_masks
""",
    )  # fmt: skip


# ------------------------------------------------------------------------- broken, yet gradable


@student("entropy_penalty")
def lena(notebook: Notebook) -> None:
    """A bracket is not closed in one cell; everything else is right."""
    solve(notebook, PLAIN)
    line = "value = -beta * np.mean(H)"
    notebook.replace("entropy_penalty", line, line.removesuffix(")"))


@student("predict_ensemble")
def mateo(notebook: Notebook) -> None:
    """An endless loop in one function: the committee is never full."""
    solve(
        notebook,
        PLAIN,
        predict_ensemble="""
votes = []
member = 0
while member < num_masks:
    AL, cache = forward_with_dropout(X, parameters, keep_prob, rng)
    total = AL if member == 0 else total + AL
return total / num_masks
""",
    )
