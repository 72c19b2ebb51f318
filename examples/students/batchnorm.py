"""The example class in ``batchnorm``."""

from __future__ import annotations

from make_examples import Notebook, student
from students.answers import changed, solve

PLAIN = {
    "batchnorm_forward": """
if training:
    mu = np.mean(Z, axis=1, keepdims=True)
    v = np.mean((Z - mu) ** 2, axis=1, keepdims=True)
    new_mean = momentum * running_mean + (1 - momentum) * mu
    new_var = momentum * running_var + (1 - momentum) * v
else:
    mu = running_mean
    v = running_var
    new_mean = running_mean.copy()
    new_var = running_var.copy()
s = np.sqrt(v + eps)
Zhat = (Z - mu) / s
out = gamma * Zhat + beta
cache = (Zhat, s, gamma)
return out, cache, new_mean, new_var
""",
    "batchnorm_backward": """
Zhat, s, gamma = cache
dbeta = np.sum(dout, axis=1, keepdims=True)
dgamma = np.sum(dout * Zhat, axis=1, keepdims=True)
D = gamma * dout
D_mean = np.mean(D, axis=1, keepdims=True)
DZ_mean = np.mean(D * Zhat, axis=1, keepdims=True)
dZ = (D - D_mean - Zhat * DZ_mean) / s
return dZ, dgamma, dbeta
""",
    "fold_batchnorm": """
s = np.sqrt(running_var + eps)
W_new = W * (gamma / s)
b_new = gamma * (b - running_mean) / s + beta
return W_new, b_new
""",
}


# ----------------------------------------------------------------------- full marks, three ways


@student()
def ada(notebook: Notebook) -> None:
    """Right, with loops over units and examples, as someone writes who comes from C."""
    solve(
        notebook,
        PLAIN,
        batchnorm_forward="""
import math
n, m = Z.shape
out = np.zeros((n, m))
hat = np.zeros((n, m))
root = np.zeros(n)
new_mean = running_mean.copy()
new_var = running_var.copy()
for i in range(n):
    if training:
        mean = 0.0
        for j in range(m):
            mean += Z[i, j]
        mean /= m
        var = 0.0
        for j in range(m):
            var += (Z[i, j] - mean) * (Z[i, j] - mean)
        var /= m
        new_mean[i, 0] = momentum * new_mean[i, 0] + (1 - momentum) * mean
        new_var[i, 0] = momentum * new_var[i, 0] + (1 - momentum) * var
    else:
        mean = running_mean[i, 0]
        var = running_var[i, 0]
    root[i] = math.sqrt(var + eps)
    for j in range(m):
        hat[i, j] = (Z[i, j] - mean) / root[i]
        out[i, j] = gamma[i, 0] * hat[i, j] + beta[i, 0]
cache = {"hat": hat, "root": root, "gamma": gamma}
return out, cache, new_mean, new_var
""",
        batchnorm_backward="""
hat, root, gamma = cache["hat"], cache["root"], cache["gamma"]
n, m = dout.shape
dZ = np.zeros((n, m))
dgamma = np.zeros((n, 1))
dbeta = np.zeros((n, 1))
for i in range(n):
    for j in range(m):
        dbeta[i, 0] += dout[i, j]
        dgamma[i, 0] += dout[i, j] * hat[i, j]
    # the boxed formula. gamma is the same in the whole row so it can stand in front
    for j in range(m):
        rest = dout[i, j] - dbeta[i, 0] / m - hat[i, j] * dgamma[i, 0] / m
        dZ[i, j] = gamma[i, 0] / root[i] * rest
return dZ, dgamma, dbeta
""",
        fold_batchnorm="""
W2 = W.copy()
b2 = b.copy()
for i in range(W.shape[0]):
    factor = gamma[i, 0] / np.sqrt(running_var[i, 0] + eps)
    for k in range(W.shape[1]):
        W2[i, k] *= factor
    b2[i, 0] = factor * (b[i, 0] - running_mean[i, 0]) + beta[i, 0]
return W2, b2
""",
    )


@student(figures=True)
def bela(notebook: Notebook) -> None:
    """Right, with a class that walks the three roads one by one; ran everything, figures too."""
    notebook.answer(
        "batchnorm_forward",
        """
if not training:
    knob = Knob(Z, running_mean, running_var, gamma, eps)
    return knob.out + beta, knob, running_mean.copy(), running_var.copy()
mean = np.einsum("nm->n", Z)[:, None] / Z.shape[1]
var = np.einsum("nm,nm->n", Z - mean, Z - mean)[:, None] / Z.shape[1]
knob = Knob(Z, mean, var, gamma, eps)
# towards the batch, by a share of 1 - momentum
running_mean = running_mean + (1 - momentum) * (mean - running_mean)
running_var = running_var + (1 - momentum) * (var - running_var)
return knob.out + beta, knob, running_mean, running_var
""",
        before='''
class Knob:
    """One layer's volume control, with all that the way back needs."""

    def __init__(self, Z, mean, var, gamma, eps):
        self.gamma = gamma
        self.centred = Z - mean
        self.s = np.sqrt(var + eps)
        self.hat = self.centred / self.s
        self.out = gamma * self.hat  # without beta

    def back(self, dout):
        """The three roads from out to Z, in the order of the notebook."""
        m = dout.shape[1]
        D = self.gamma * dout
        direct = D / self.s
        dv = -np.einsum("nm,nm->n", D, self.centred)[:, None] / (2 * self.s**3)
        dmu = -np.einsum("nm->n", D)[:, None] / self.s
        return direct + dv * 2 * self.centred / m + dmu / m
''',
    )
    notebook.answer(
        "batchnorm_backward",
        """
dgamma = np.einsum("nm,nm->n", dout, cache.hat).reshape(-1, 1)
dbeta = np.einsum("nm->n", dout).reshape(-1, 1)
return cache.back(dout), dgamma, dbeta
""",
    )
    notebook.answer(
        "fold_batchnorm",
        """
# what the layer says to 0 is the new bias, and its columns are what it says to the unit vectors
layer = Knob(np.hstack([b, W + b]), running_mean, running_var, gamma, eps).out + beta
return layer[:, 1:] - layer[:, :1], layer[:, :1].copy()
""",
    )


@student(ran=False)
def chidi(notebook: Notebook) -> None:
    """Right, as short as it goes, the cache a function; cleared the outputs before handing in."""
    for exercise, body in {
        "batchnorm_forward": """
stats = [Z.mean(1)[:, None], Z.var(1)[:, None]] if training else [running_mean, running_var]
share = momentum if training else 1
memory = [share * old + (1 - share) * new for old, new in zip((running_mean, running_var), stats)]
s = (stats[1] + eps) ** .5
H = (Z - stats[0]) / s
return gamma * H + beta, lambda: (H, gamma / s), *memory
""",
        "batchnorm_backward": """
H, g = cache()
dgamma, dbeta = (dout * H).sum(1)[:, None], dout.sum(1)[:, None]
return g * (dout - (dbeta + H * dgamma) / dout.shape[1]), dgamma, dbeta
""",
        "fold_batchnorm": """
return (g := gamma * (running_var + eps) ** -.5) * W, beta + g * (b - running_mean)
""",
    }.items():
        notebook.answer(exercise, body)


# --------------------------------------------------------------------------------- not finished


@student(*PLAIN, ran=False)
def dilek(notebook: Notebook) -> None:
    """Fetched it, handed it in."""


@student("batchnorm_backward", "fold_batchnorm")
def emil(notebook: Notebook) -> None:
    """Half done: the forward pass, and two of the three gradients without a return."""
    notebook.answer("batchnorm_forward", PLAIN["batchnorm_forward"])
    notebook.answer(
        "batchnorm_backward",
        """
Zhat, s, gamma = cache
dgamma = np.sum(dout * Zhat, axis=1, keepdims=True)
dbeta = np.sum(dout, axis=1, keepdims=True)
# dZ: the three roads, tomorrow
pass
""",
    )


# ----------------------------------------------------------------------------- typical mistakes


@student("batchnorm_forward", "batchnorm_backward")
def farah(notebook: Notebook) -> None:
    """PyTorch's momentum, which is the share of the new, and means where the gradients are sums."""
    solve(
        notebook,
        PLAIN,
        **changed(
            PLAIN,
            "batchnorm_forward",
            (
                "momentum * running_mean + (1 - momentum) * mu",
                "(1 - momentum) * running_mean + momentum * mu",
            ),
            (
                "momentum * running_var + (1 - momentum) * v",
                "(1 - momentum) * running_var + momentum * v",
            ),
        ),
        **changed(
            PLAIN,
            "batchnorm_backward",
            ("np.sum(dout, ", "np.mean(dout, "),
            ("np.sum(dout * Zhat, ", "np.mean(dout * Zhat, "),
        ),
    )


@student("batchnorm_backward")
def goran(notebook: Notebook) -> None:
    """Forgets that the variance depends on Z: the second of the three roads is missing."""
    solve(
        notebook,
        PLAIN,
        batchnorm_backward="""
Zhat, s, gamma = cache
m = dout.shape[1]
dbeta = np.sum(dout, axis=1, keepdims=True)
dgamma = np.sum(dout * Zhat, axis=1, keepdims=True)
dZhat = gamma * dout
# Zhat = (Z - mu) / s
dmu = -np.sum(dZhat, axis=1, keepdims=True) / s
dZ = dZhat / s + dmu / m
return dZ, dgamma, dbeta
""",
    )


@student("batchnorm_forward", "fold_batchnorm")
def hana(notebook: Notebook) -> None:
    """Updates the memory and the layer in place."""
    solve(
        notebook,
        PLAIN,
        batchnorm_forward="""
if training:
    mu = Z.mean(axis=1, keepdims=True)
    v = Z.var(axis=1, keepdims=True)
    running_mean *= momentum
    running_mean += (1 - momentum) * mu
    running_var *= momentum
    running_var += (1 - momentum) * v
else:
    mu, v = running_mean, running_var
s = np.sqrt(v + eps)
Zhat = (Z - mu) / s
return gamma * Zhat + beta, (Zhat, s, gamma), running_mean, running_var
""",
        fold_batchnorm="""
gain = gamma / np.sqrt(running_var + eps)
W *= gain
b -= running_mean
b *= gain
b += beta
return W, b
""",
    )


# ------------------------------------------------------------------------- broken, yet gradable


@student("batchnorm_backward")
def lena(notebook: Notebook) -> None:
    """A bracket is not closed in one cell; everything else is right."""
    solve(notebook, PLAIN)
    line = "dbeta = np.sum(dout, axis=1, keepdims=True)"
    notebook.replace("batchnorm_backward", line, line.removesuffix(")"))


@student("fold_batchnorm")
def mateo(notebook: Notebook) -> None:
    """An endless loop in one function: row by row, and always the first row."""
    solve(
        notebook,
        PLAIN,
        fold_batchnorm="""
W_new = np.zeros(W.shape)
b_new = np.zeros(b.shape)
s = np.sqrt(running_var + eps)
row = 0
while row < len(W):
    W_new[row] = gamma[row] * W[row] / s[row]
    b_new[row] = gamma[row] * (b[row] - running_mean[row]) / s[row] + beta[row]
return W_new, b_new
""",
    )
