"""Right solutions of ``capstone`` in unusual styles: other models, other draws, other bookkeeping.

Those that differ from the reference in a line or two are told by that; the others stand in full.
"""

import linecache
import textwrap
from pathlib import Path

from autograder.reference import percent_cells
from autograder.variants import variant

SOURCE = Path(__file__).parents[2] / "solutions" / "capstone.py"
EXERCISES = {
    marker.split('"')[1]: "\n".join(line for line in source.splitlines() if "###" not in line)
    + "\n"
    for marker, source, _ in percent_cells(SOURCE.read_text(encoding="utf-8"))
    if "exercise=" in marker
}


def altered(exercise, name, title, changes):
    """Declare the reference with some pieces replaced a right solution."""
    body = EXERCISES[exercise]
    for old, new in changes.items():
        if body.count(old) != 1:
            raise ValueError(f"{name}: {old!r} stands {body.count(old)} times in {exercise}")
        body = body.replace(old, new)
    text = f'def {name}():\n    """{title}"""\n{textwrap.indent(body, "    ")}'
    file = f"<variant {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace = {}
    exec(compile(text, file, "exec"), namespace)
    variant(namespace[name])


DRAW = "W = std * rng.standard_normal((fan_out, fan_in))"

altered(
    "build",
    "uniform_draws",
    "Uniform weights of the same variance.",
    {DRAW: "W = rng.uniform(-np.sqrt(3) * std, np.sqrt(3) * std, (fan_out, fan_in))"},
)
altered(
    "build",
    "transposed_draws",
    "Weights drawn as (fan_in, fan_out) and turned round: a view.",
    {DRAW: "W = (std * rng.normal(size=(fan_in, fan_out))).T"},
)
altered(
    "build", "box_muller", "Normal numbers by Box and Muller.",
    {DRAW: "u = 1 - rng.random((2, fan_out, fan_in))\n"
           "        W = std * np.sqrt(-2 * np.log(u[0])) * np.cos(2 * np.pi * u[1])"},
)  # fmt: skip
altered(
    "build",
    "row_by_row",
    "One unit after the other, in lists.",
    {DRAW: "W = np.array([[rng.normal(0, std) for _ in range(fan_in)] for _ in range(fan_out)])"},
)
altered(
    "build", "layers_backwards", "The output layer is drawn first.",
    {"in pairwise(layer_dims)": "in reversed(list(pairwise(layer_dims)))",
     "    if use_batchnorm": "    model.reverse()\n    if use_batchnorm"},
)  # fmt: skip
altered(
    "build",
    "zeros_draw_nothing",
    "Zeros need no rng, and are np.zeros.",
    {
        DRAW: "shape = fan_out, fan_in\n"
        '        W = np.zeros(shape) if scheme == "zeros" else rng.normal(0, std, shape)'
    },
)
altered(
    "predict", "softmax_and_int32", "Probabilities first; the labels are int32.",
    {"return np.argmax(": "S = (", ', axis=0)': ')\n    P = np.exp(S - S.max(axis=0))\n'
     "    return (P / P.sum(axis=0)).argmax(axis=0).astype(np.int32)"},
)  # fmt: skip
altered(
    "predict", "one_by_one", "One picture after the other, into a list.",
    {"    A = X\n": "    if X.shape[1] > 1:\n        columns = np.hsplit(X, X.shape[1])\n"
                    "        return np.array([predict(model, x)[0] for x in columns])\n"
                    "    A = X\n"},
)  # fmt: skip
altered(
    "fit",
    "history_as_array",
    "The history is a numpy array.",
    {"return model, history": "return model, np.array(history)"},
)
altered(
    "fit",
    "history_as_tuple",
    "The history is a tuple of 0-d arrays.",
    {"return model, history": "return model, tuple(np.array(cost) for cost in history)"},
)
altered(
    "fit", "history_of_batches", "The cost of an epoch is the mean of its batches' means.",
    {"total = 0.0": "costs = []", "total += ": "costs.append((",
     "log_P[labels, columns].sum()": "log_P[labels, columns].sum()) / batch.size)",
     "total / m": "np.mean(costs)"},
)  # fmt: skip
altered(
    "fit",
    "history_without_penalty",
    "The history leaves the penalty out.",
    {"lambd * squares / (2 * m) * batch.size": "0 * squares"},
)
altered(
    "fit",
    "slope_one_at_zero",
    "ReLU has slope 1 at 0.",
    {"(Z > 0)": "(Z >= 0)"},
)
altered(
    "fit", "binomial_masks", "Masks are binomial integers, drawn at keep_prob 1 too.",
    {"if keep_prob < 1:": "if True:",
     "(rng.random(Z.shape) < keep_prob)": "rng.binomial(1, keep_prob, Z.shape)"},
)  # fmt: skip
altered(
    "fit", "boolean_masks", "What falls below 1 - keep_prob is dropped in place.",
    {"slope *= (rng.random(Z.shape) < keep_prob) / keep_prob":
     "slope[rng.random(Z.shape) < 1 - keep_prob] = 0\n                    slope /= keep_prob"},
)  # fmt: skip
altered(
    "fit", "logaddexp", "log softmax by np.logaddexp.reduce.",
    {"np.log(np.exp(logits).sum(axis=0))": "np.logaddexp.reduce(logits, axis=0)",
     "logits = logits - logits.max(axis=0)": "pass"},
)  # fmt: skip
altered(
    "fit",
    "shuffled_in_place",
    "rng.shuffle on an index array.",
    {"order = rng.permutation(m)": "order = np.arange(m)\n        rng.shuffle(order)"},
)
altered(
    "fit",
    "shuffled_by_sorting",
    "The order comes from sorting random numbers.",
    {"order = rng.permutation(m)": "order = rng.random(m).argsort()"},
)
altered(
    "fit", "staged_batchnorm", "Batch normalisation's way back in stages, by the chain rule.",
    {'dZ = layer["gamma"] / std * (dZ - (dbeta + normalised * dgamma) / batch.size)':
     'dN, C = layer["gamma"] * dZ, normalised * std\n'
     "                    dvar = np.sum(dN * C, axis=1, keepdims=True) * -0.5 / std**3\n"
     "                    dmean = -np.sum(dN / std, axis=1, keepdims=True)\n"
     "                    dZ = dN / std + dvar * 2 * C / batch.size + dmean / batch.size"},
)  # fmt: skip
altered(
    "fit", "decay_before_the_step", "Weights shrink first, then take the plain step.",
    {' + lambd / m * layer["W"]\n': "\n",
     'layer["W"] = layer["W"] - learning_rate * dW':
     'layer["W"] = (1 - learning_rate * lambd / m) * layer["W"] - learning_rate * dW'},
)  # fmt: skip
altered(
    "fit", "einsum", "Every product is an einsum.",
    {'layer["W"].T @ dZ': 'np.einsum("oi,om->im", layer["W"], dZ)',
     "dZ @ A_prev.T": 'np.einsum("om,im->oi", dZ, A_prev)'},
)  # fmt: skip
altered(
    "fit", "deep_copy", "A deep copy, updated in place.",
    {"model = [dict(layer) for layer in model]": "import copy\n\n    model = copy.deepcopy(model)",
     'layer["W"] = layer["W"] - learning_rate * dW': 'layer["W"] -= learning_rate * dW',
     'layer["b"] = layer["b"] - l': 'layer["b"] -= l'},
)  # fmt: skip
altered(
    "fit", "shuffled_copies", "Each epoch works on shuffled copies of the data.",
    {"order = rng.permutation(m)": "order = rng.permutation(m)\n"
                                   "        X, Y = X[:, order], Y[order]\n"
                                   "        order = np.arange(m)"},
)  # fmt: skip


altered(
    "fit",
    "decay_by_batch",
    "Weight decay is divided by the pictures in the batch, as the batch's cost is.",
    {"lambd / m *": "lambd / batch.size *", "(2 * m) * batch.size": "2"},
)
altered(
    "fit", "equal_batches", "The pictures are cut into batches of equal size, decay by the batch.",
    {"for start in range(0, m, batch_size):":
     "for batch in np.array_split(order, -(-m // batch_size)):",
     "            batch = order[start : start + batch_size]\n": "",
     "lambd / m *": "lambd / batch.size *"},
)  # fmt: skip
altered(
    "fit",
    "clipped_cost",
    "The probability is kept from 0 before its logarithm is taken.",
    {"log_P[labels, columns].sum()": "np.log(np.exp(log_P[labels, columns]) + 1e-12).sum()"},
)
altered(
    "fit", "history_after_the_epoch", "The cost of all pictures after the epoch, as predict reads.",
    {"history.append(total / m)":
     "A = X\n"
     "        for layer in model[:-1]:\n"
     '            A = layer["W"] @ A + layer["b"]\n'
     '            if "gamma" in layer:\n'
     '                A = (A - layer["mean"]) / np.sqrt(layer["var"] + 1e-5)\n'
     '                A = layer["gamma"] * A + layer["beta"]\n'
     "            A = np.maximum(A, 0)\n"
     '        Z = model[-1]["W"] @ A + model[-1]["b"]\n'
     "        history.append(np.mean(np.logaddexp.reduce(Z, axis=0) - Z[Y, np.arange(m)]))"},
)  # fmt: skip
altered(
    "fit", "exact_statistics", "After the training, the statistics of all pictures.",
    {"return model, history":
     "A = X\n"
     "    for layer in model[:-1]:\n"
     '        A = layer["W"] @ A + layer["b"]\n'
     '        if "gamma" in layer:\n'
     '            layer["mean"] = A.mean(axis=1, keepdims=True)\n'
     '            layer["var"] = A.var(axis=1, keepdims=True)\n'
     '            A = (A - layer["mean"]) / np.sqrt(layer["var"] + 1e-5)\n'
     '            A = layer["gamma"] * A + layer["beta"]\n'
     "        A = np.maximum(A, 0)\n"
     "    return model, history"},
)  # fmt: skip
altered(
    "fit", "slow_statistics", "A running mean of momentum 0.99.",
    {'0.9 * layer["mean"] + 0.1 * mean': '0.99 * layer["mean"] + 0.01 * mean',
     '0.9 * layer["var"] + 0.1 * var': '0.99 * layer["var"] + 0.01 * var'},
)  # fmt: skip
for name, rate in [
    ("unbiased_statistics", "max(0.1, 1 / {})"),
    ("cumulative_statistics", "1 / {}"),
]:
    share = rate.format('layer["seen"]')
    altered(
        "fit", name, "The first batches count for more: a running mean that forgets its start.",
        {'layer["mean"] = 0.9 * layer["mean"] + 0.1 * mean':
         'layer["seen"] = layer.get("seen", 0) + 1\n'
         f'                    layer["mean"] = layer["mean"] + {share} * (mean - layer["mean"])',
         '0.9 * layer["var"] + 0.1 * var': f'layer["var"] + {share} * (var - layer["var"])'},
    )  # fmt: skip


@variant
def objects():
    """Classes: layers know their way forward and back; one-hot labels; statistics of shape (n,)."""

    class Dense:
        def __init__(self, W):
            self.W, self.b = W, np.zeros(len(W))

        def forward(self, A, training):
            self.A = A
            return (A.T @ self.W.T + self.b).T

        def backward(self, dZ, rate, decay):
            dA = self.W.T @ dZ
            self.W = self.W - rate * (dZ @ self.A.T + decay * self.W)
            self.b = self.b - rate * dZ.sum(axis=1)
            return dA

    class Norm:
        def __init__(self, n):
            self.gamma, self.beta, self.mean, self.var = (
                np.ones(n),
                np.zeros(n),
                np.zeros(n),
                np.ones(n),
            )

        def forward(self, Z, training):
            mean, var = self.mean, self.var
            if training:
                mean, var = np.mean(Z, 1), np.mean((Z.T - np.mean(Z, 1)) ** 2, 0)
                self.mean += 0.1 * (mean - self.mean)
                self.var += 0.1 * (var - self.var)
            self.root = np.sqrt(var + 1e-5)
            self.Z = (Z.T - mean) / self.root
            return (self.gamma * self.Z + self.beta).T

        def backward(self, D, rate, decay):
            D = D.T
            dZ = self.gamma / self.root * (D - D.mean(0) - self.Z * (D * self.Z).mean(0))
            self.gamma -= rate * (D * self.Z).sum(0)
            self.beta -= rate * D.sum(0)
            return dZ.T

    class ReLU:
        def __init__(self):
            self.keep, self.rng = 1.0, None

        def forward(self, Z, training):
            self.factor = (Z > 0).astype(float)
            if training and self.keep < 1:
                self.factor *= self.rng.choice(
                    [0, 1 / self.keep], Z.shape, p=[1 - self.keep, self.keep]
                )
            return Z * self.factor

        def backward(self, dA, rate, decay):
            return dA * self.factor

    class Network:
        def __init__(self, layers):
            self.layers = layers

        def scores(self, X, training=False):
            for layer in self.layers:
                X = layer.forward(X, training)
            return X

    def build(layer_dims, scheme, rng, use_batchnorm=False):
        layers = []
        for i in range(1, len(layer_dims)):
            n_in, n_out = layer_dims[i - 1], layer_dims[i]
            var = {"zeros": 0, "small": 1e-4, "xavier": 2 / (n_in + n_out), "he": 2 / n_in}[scheme]
            layers.append(Dense(rng.normal(0, var**0.5, (n_out, n_in))))
            if i < len(layer_dims) - 1:
                layers += [Norm(n_out)] * use_batchnorm + [ReLU()]
        return Network(layers)

    def predict(model, X):
        import copy

        return copy.deepcopy(model).scores(X).argmax(0)

    def fit(model, X, Y, rng, epochs, batch_size, learning_rate, keep_prob=1.0, lambd=0.0):
        import copy

        model, m, history = copy.deepcopy(model), X.shape[1], []
        for layer in model.layers:
            if isinstance(layer, ReLU):
                layer.keep, layer.rng = keep_prob, rng
        for epoch in range(epochs):
            order, costs = rng.permutation(m), np.empty(m)
            for batch in np.split(order, range(batch_size, m, batch_size)):
                Z = model.scores(X[:, batch], training=True)
                E = np.exp(Z - Z.max(0))
                onehot = np.eye(len(Z))[:, Y[batch]]
                costs[batch] = np.log(E.sum(0)) - ((Z - Z.max(0)) * onehot).sum(0)
                dense = [layer for layer in model.layers if isinstance(layer, Dense)]
                costs[batch] += lambd / (2 * m) * sum(np.linalg.norm(d.W) ** 2 for d in dense)
                D = (E / E.sum(0) - onehot) / len(batch)
                for layer in model.layers[::-1]:
                    D = layer.backward(D, learning_rate, lambd / m)
            history.append(float(costs.mean()))
        return model, history


@variant
def numbered_parameters():
    """A dict W1, b1, …; forward and backward by recursion; gradients first, then the update."""

    def build(layer_dims, scheme, rng, use_batchnorm=False):
        model = {"L": len(layer_dims) - 1, "norm": use_batchnorm}
        for i in range(1, len(layer_dims)):
            a, b = layer_dims[i - 1 : i + 1]
            if scheme == "zeros":
                std = 0
            elif scheme == "small":
                std = 0.01
            elif scheme == "xavier":
                std = (2.0 / (a + b)) ** 0.5
            else:
                std = (2.0 / a) ** 0.5
            model[f"W{i}"] = rng.standard_normal((b, a)) * std
            model[f"b{i}"] = np.zeros((b, 1))
            for name, start in (("gamma", 1.0), ("beta", 0.0), ("mu", 0.0), ("var", 1.0)):
                model[f"{name}{i}"] = np.full((b, 1), start)
        return model

    def predict(model, X):
        A = X
        for i in range(1, model["L"] + 1):
            A = model[f"W{i}"] @ A + model[f"b{i}"]
            if i < model["L"]:
                if model["norm"]:
                    A = (A - model[f"mu{i}"]) * (model[f"var{i}"] + 1e-5) ** -0.5
                    A = A * model[f"gamma{i}"] + model[f"beta{i}"]
                A = np.where(A > 0, A, 0)
        return np.array([int(np.flatnonzero(s == s.max())[0]) for s in A.T])

    def fit(model, X, Y, rng, epochs, batch_size, learning_rate, keep_prob=1.0, lambd=0.0):
        model = {
            key: value.copy() if hasattr(value, "copy") else value for key, value in model.items()
        }
        m, history = X.shape[1], []

        def through(i, A, y, grads):
            """The cost of layers i to L, and the gradient of A."""
            W, n = model[f"W{i}"], len(y)
            Z = W @ A + model[f"b{i}"]
            if i == model["L"]:
                Z = Z - Z.max(axis=0, keepdims=True)
                P = np.exp(Z) / np.exp(Z).sum(axis=0, keepdims=True)
                cost = np.sum(np.log(np.exp(Z).sum(axis=0)) - Z[y, range(n)])
                dZ = P.copy()
                dZ[y, range(n)] -= 1
                dZ = dZ / n
            else:
                H = Z
                if model["norm"]:
                    mu, var = Z.mean(1, keepdims=True), Z.var(1, keepdims=True)
                    hat = (Z - mu) / np.sqrt(var + 1e-5)
                    model[f"mu{i}"] = 0.9 * model[f"mu{i}"] + (1 - 0.9) * mu
                    model[f"var{i}"] = 0.9 * model[f"var{i}"] + (1 - 0.9) * var
                    H = model[f"gamma{i}"] * hat + model[f"beta{i}"]
                mask = np.ones(H.shape)
                if keep_prob != 1:
                    mask = rng.uniform(size=H.shape) <= keep_prob
                out = np.maximum(H, 0) * mask / keep_prob
                cost, dA = through(i + 1, out, y, grads)
                dZ = dA * mask / keep_prob * (H > 0)
                if model["norm"]:
                    grads[f"gamma{i}"] = (dZ * hat).sum(1, keepdims=True)
                    grads[f"beta{i}"] = dZ.sum(1, keepdims=True)
                    dH = dZ * model[f"gamma{i}"]
                    dZ = dH - dH.mean(1, keepdims=True)
                    dZ -= hat * (dH * hat).mean(1, keepdims=True)
                    dZ = dZ / np.sqrt(var + 1e-5)
            grads[f"W{i}"] = dZ @ A.T + lambd / m * W
            grads[f"b{i}"] = dZ.sum(1, keepdims=True)
            return cost, W.T @ dZ

        while len(history) < epochs:
            order, total, start = rng.permutation(m), 0, 0
            while start < m:
                index, grads = order[start : start + batch_size], {}
                decay = sum((model[f"W{i + 1}"] ** 2).sum() for i in range(model["L"]))
                total += through(1, X[:, index], Y[index], grads)[0]
                total += len(index) * lambd / 2 / m * decay
                for name, gradient in grads.items():
                    model[name] = model[name] - learning_rate * gradient
                start += batch_size
            history.append(total / m)
        return model, history


@variant
def closures():
    """A model is a function that gives its layers; the reference's lines work on what it gives."""
    reference_build, reference_predict, reference_fit = build, predict, fit  # noqa: F821

    def build(layer_dims, scheme, rng, use_batchnorm=False):
        layers = reference_build(layer_dims, scheme, rng, use_batchnorm)
        return lambda: layers

    def predict(model, X):
        return reference_predict(model(), X)

    def fit(model, X, Y, rng, *args, **options):
        layers, history = reference_fit(model(), X, Y, rng, *args, **options)
        return (lambda: layers), history
