"""The example class in ``capstone``."""

from __future__ import annotations

from make_examples import Notebook, student
from students.answers import changed, solve

PLAIN = {
    "build": """
L = len(layer_dims) - 1
model = {"L": L, "batchnorm": use_batchnorm}
for l in range(1, L + 1):
    fan_in = layer_dims[l - 1]
    fan_out = layer_dims[l]
    if scheme == "zeros":
        std = 0.0
    elif scheme == "small":
        std = 0.01
    elif scheme == "xavier":
        std = np.sqrt(2 / (fan_in + fan_out))
    elif scheme == "he":
        std = np.sqrt(2 / fan_in)
    else:
        raise ValueError(f"no such scheme: {scheme}")
    model[f"W{l}"] = std * rng.standard_normal((fan_out, fan_in))
    model[f"b{l}"] = np.zeros((fan_out, 1))
    if use_batchnorm and l < L:
        model[f"gamma{l}"] = np.ones((fan_out, 1))
        model[f"beta{l}"] = np.zeros((fan_out, 1))
        model[f"mean{l}"] = np.zeros((fan_out, 1))
        model[f"var{l}"] = np.ones((fan_out, 1))
return model
""",
    "predict": """
L = model["L"]
A = X
for l in range(1, L):
    Z = model[f"W{l}"] @ A + model[f"b{l}"]
    if model["batchnorm"]:
        Zhat = (Z - model[f"mean{l}"]) / np.sqrt(model[f"var{l}"] + 1e-5)
        Z = model[f"gamma{l}"] * Zhat + model[f"beta{l}"]
    A = np.maximum(0, Z)
Z = model[f"W{L}"] @ A + model[f"b{L}"]
return np.argmax(Z, axis=0)
""",
    "fit": """
model = dict(model)  # from here on only model[...] = something new
L = model["L"]
m = X.shape[1]
history = []
for epoch in range(epochs):
    perm = rng.permutation(m)
    total = 0.0
    for start in range(0, m, batch_size):
        batch = perm[start:start + batch_size]
        B = len(batch)
        y = Y[batch]

        # ---- forward
        A = {0: X[:, batch]}
        on, mask, Zhat, s = {}, {}, {}, {}
        for l in range(1, L):
            Z = model[f"W{l}"] @ A[l - 1] + model[f"b{l}"]
            if model["batchnorm"]:
                mu = np.mean(Z, axis=1, keepdims=True)
                var = np.var(Z, axis=1, keepdims=True)
                s[l] = np.sqrt(var + 1e-5)
                Zhat[l] = (Z - mu) / s[l]
                Z = model[f"gamma{l}"] * Zhat[l] + model[f"beta{l}"]
                model[f"mean{l}"] = 0.9 * model[f"mean{l}"] + 0.1 * mu
                model[f"var{l}"] = 0.9 * model[f"var{l}"] + 0.1 * var
            on[l] = Z > 0
            A[l] = Z * on[l]
            if keep_prob < 1:
                mask[l] = (rng.random(Z.shape) < keep_prob) / keep_prob
                A[l] = A[l] * mask[l]

        # ---- softmax and cost
        Z = model[f"W{L}"] @ A[L - 1] + model[f"b{L}"]
        Z = Z - np.max(Z, axis=0, keepdims=True)
        logP = Z - np.log(np.sum(np.exp(Z), axis=0, keepdims=True))
        cost = -np.sum(logP[y, np.arange(B)])
        if lambd > 0:
            norms = sum(np.sum(model[f"W{l}"] ** 2) for l in range(1, L + 1))
            cost += B * lambd / (2 * m) * norms
        total += cost

        # ---- backward
        grads = {}
        dZ = np.exp(logP)
        dZ[y, np.arange(B)] -= 1
        dZ = dZ / B
        for l in range(L, 0, -1):
            if l < L:
                dA = model[f"W{l + 1}"].T @ dZ
                if keep_prob < 1:
                    dA = dA * mask[l]
                dZ = dA * on[l]
                if model["batchnorm"]:
                    dgamma = np.sum(dZ * Zhat[l], axis=1, keepdims=True)
                    dbeta = np.sum(dZ, axis=1, keepdims=True)
                    grads[f"gamma{l}"] = dgamma
                    grads[f"beta{l}"] = dbeta
                    dZ = model[f"gamma{l}"] / s[l] * (dZ - (dbeta + Zhat[l] * dgamma) / B)
            grads[f"W{l}"] = dZ @ A[l - 1].T + lambd / m * model[f"W{l}"]
            grads[f"b{l}"] = np.sum(dZ, axis=1, keepdims=True)

        # ---- step
        for name in grads:
            model[name] = model[name] - learning_rate * grads[name]
    history.append(total / m)
return model, history
""",
}


def write(notebook: Notebook, text: str) -> None:
    """Answer in words below the figures: the part that a person grades."""
    notebook.cell("answer_curves")["source"] = text.strip("\n")


# ------------------------------------------------------------------------- full marks, two ways


@student()
def ada(notebook: Notebook) -> None:
    """Right, with loops, picture by picture where time allows; an answer in key words."""
    solve(
        notebook,
        PLAIN,
        build="""
n = len(layer_dims) - 1  # number of layers
W = [None] * n
b = [None] * n
norm = [None] * n  # [gamma, beta, running mean, running var] of a hidden layer
for k in range(n):
    rows = layer_dims[k + 1]
    columns = layer_dims[k]
    variance = 0.0
    if scheme == "small":
        variance = 0.01 * 0.01
    if scheme == "xavier":
        variance = 2.0 / (rows + columns)
    if scheme == "he":
        variance = 2.0 / columns
    W[k] = np.zeros((rows, columns))
    b[k] = np.zeros((rows, 1))
    for i in range(rows):
        for j in range(columns):
            W[k][i, j] = variance ** 0.5 * rng.standard_normal()
    if use_batchnorm and k < n - 1:
        norm[k] = [np.ones((rows, 1)), np.zeros((rows, 1)), np.zeros((rows, 1)), np.ones((rows, 1))]
return W, b, norm
""",
        predict="""
W, b, norm = model
m = X.shape[1]
labels = np.zeros(m, dtype=int)
for i in range(m):
    a = X[:, i:i + 1]
    for k in range(len(W)):
        a = W[k] @ a + b[k]
        if k == len(W) - 1:
            break
        if norm[k] is not None:
            gamma, beta, mean, var = norm[k]
            a = gamma * (a - mean) / np.sqrt(var + 1e-5) + beta
        a = a * (a > 0)
    # the largest score
    best = 0
    for c in range(len(a)):
        if a[c, 0] > a[best, 0]:
            best = c
    labels[i] = best
return labels
""",
        fit="""
W, b, norm = model
n = len(W)
# copies, nothing of the old model may change
W = [w.copy() for w in W]
b = [v.copy() for v in b]
norm = [None if q is None else [x.copy() for x in q] for q in norm]
m = X.shape[1]
history = []

for epoch in range(epochs):
    order = rng.permutation(m)
    cost = 0.0
    for first in range(0, m, batch_size):
        batch = order[first:first + batch_size]
        B = len(batch)

        # up: what goes into layer k is inputs[k]
        inputs = [X[:, batch]]
        factors = []  # of relu and dropout
        hats = []
        roots = []
        for k in range(n - 1):
            Z = W[k] @ inputs[k] + b[k]
            hat = root = None
            if norm[k] is not None:
                gamma, beta, old_mean, old_var = norm[k]
                mean = Z.sum(axis=1, keepdims=True) / B
                var = ((Z - mean) ** 2).sum(axis=1, keepdims=True) / B
                root = np.sqrt(var + 1e-5)
                hat = (Z - mean) / root
                Z = gamma * hat + beta
                norm[k][2] = 0.9 * old_mean + 0.1 * mean
                norm[k][3] = 0.9 * old_var + 0.1 * var
            factor = np.where(Z > 0, 1.0, 0.0)
            if keep_prob < 1:
                factor[rng.random(Z.shape) >= keep_prob] = 0.0
                factor /= keep_prob
            hats.append(hat)
            roots.append(root)
            factors.append(factor)
            inputs.append(factor * Z)
        Z = W[n - 1] @ inputs[n - 1] + b[n - 1]

        # softmax
        Z = Z - Z.max(axis=0)
        E = np.exp(Z)
        sums = E.sum(axis=0)
        dZ = E / sums
        for i in range(B):
            right = Y[batch[i]]
            cost += np.log(sums[i]) - Z[right, i]
            dZ[right, i] -= 1
        dZ /= B
        for k in range(n):
            cost += B * lambd / (2 * m) * (W[k] * W[k]).sum()

        # down again
        for k in range(n - 1, -1, -1):
            if k < n - 1:
                dZ = dA * factors[k]
                if norm[k] is not None:
                    dgamma = (dZ * hats[k]).sum(axis=1, keepdims=True)
                    dbeta = dZ.sum(axis=1, keepdims=True)
                    dZ = norm[k][0] / roots[k] * (dZ - dbeta / B - hats[k] * dgamma / B)
                    norm[k][0] -= learning_rate * dgamma
                    norm[k][1] -= learning_rate * dbeta
            dA = W[k].T @ dZ  # before W changes!
            W[k] -= learning_rate * (dZ @ inputs[k].T + lambd / m * W[k])
            b[k] -= learning_rate * dZ.sum(axis=1, keepdims=True)
    history.append(cost / m)
return (W, b, norm), history
""",
    )
    write(
        notebook,
        """
1. zeros: stays at ln 10 = 2.303. All scores equal -> P = 1/10 for every class -> cost ln 10.
   Only the output biases move (a little, the classes are not exactly equally frequent). dW10 = dZ
   times A9 and A9 = 0. Below: W10' dZ = 0 because W10 = 0. So nothing.
2. small: not the same reason. The weights differ, so there is no symmetry. But each layer keeps
   0.01 * sqrt(64/2) = 0.057 of the signal, 0.057^9 = 6e-12. Gradient of W10 is proportional to
   that, and on the way down the gradient is multiplied by 0.057 each time, too. In 30 epochs
   nothing happens. In theory it would learn.
3. xavier: ReLU halves the mean square, xavier gives 1 per layer without ReLU, so 1/sqrt(2) per
   layer, 0.044 after nine. he has the 2 -> factor 1. In the curve: xavier starts flat for a few
   epochs. It gets there because 0.044 is small but not hopeless, and weights grow.
4. BN divides by the std, so 0.057 does not matter. 0 / sqrt(0 + eps) = 0, zeros stay zero.
5. no time
""",
    )


@student(figures=True)
def bela(notebook: Notebook) -> None:
    """Right, with a class for a layer; ran everything and wrote a page with numbers of her own."""
    notebook.answer(
        "build",
        """
std = {
    "zeros": lambda fan_in, fan_out: 0,
    "small": lambda fan_in, fan_out: 0.01,
    "xavier": lambda fan_in, fan_out: (2 / (fan_in + fan_out)) ** 0.5,
    "he": lambda fan_in, fan_out: (2 / fan_in) ** 0.5,
}[scheme]
layers = [
    Layer(rng.normal(0, std(fan_in, fan_out), (fan_out, fan_in)), norm=use_batchnorm)
    for fan_in, fan_out in pairwise(layer_dims)
]
layers[-1].last, layers[-1].norm = True, False
return layers
""",
        before='''
import copy


class Layer:
    """W A + b, then (perhaps) batch normalisation, ReLU and dropout: not so in the last layer."""

    def __init__(self, W, norm):
        n = len(W)
        self.W, self.b = W, np.zeros((n, 1))
        self.gamma, self.beta = np.ones((n, 1)), np.zeros((n, 1))
        self.mean, self.var = np.zeros((n, 1)), np.ones((n, 1))
        self.norm, self.last = norm, False

    def read(self, A):
        """How predict goes through the layer."""
        Z = self.W @ A + self.b
        if self.norm:
            Z = self.gamma * (Z - self.mean) / np.sqrt(self.var + 1e-5) + self.beta
        return Z if self.last else np.maximum(Z, 0)

    def forward(self, A, rng, keep_prob):
        """How fit does; remembers what backward needs."""
        self.A = A
        Z = self.W @ A + self.b
        if self.norm:
            mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
            self.mean = 0.9 * self.mean + 0.1 * mean
            self.var = 0.9 * self.var + 0.1 * var
            self.s = np.sqrt(var + 1e-5)
            self.hat = (Z - mean) / self.s
            Z = self.gamma * self.hat + self.beta
        if self.last:
            return Z
        self.slope = 1.0 * (Z > 0)
        if keep_prob < 1:
            self.slope *= rng.binomial(1, keep_prob, Z.shape) / keep_prob
        return self.slope * Z

    def backward(self, G, rate, decay):
        """Takes dJ/d(output), gives dJ/d(input), and makes the step on the way."""
        B = G.shape[1]
        if not self.last:
            G = G * self.slope
        if self.norm:
            dgamma, dbeta = (G * self.hat).sum(axis=1, keepdims=True), G.sum(axis=1, keepdims=True)
            G = self.gamma / self.s * (G - (dbeta + self.hat * dgamma) / B)
            self.gamma = self.gamma - rate * dgamma
            self.beta = self.beta - rate * dbeta
        below = self.W.T @ G  # with the old W
        self.W = self.W - rate * (G @ self.A.T + decay * self.W)
        self.b = self.b - rate * G.sum(axis=1, keepdims=True)
        return below
''',
    )
    notebook.answer(
        "predict",
        """
for layer in model:
    X = layer.read(X)
return X.argmax(axis=0)
""",
    )
    notebook.answer(
        "fit",
        """
model = copy.deepcopy(model)
m = len(Y)
history = []
for _ in range(epochs):
    costs = np.zeros(m)
    order = np.arange(m)
    rng.shuffle(order)
    for batch in np.split(order, range(batch_size, m, batch_size)):
        A = X[:, batch]
        for layer in model:
            A = layer.forward(A, rng, keep_prob)
        log_p = log_softmax(A)
        right = np.eye(len(A))[:, Y[batch]]  # one-hot
        costs[batch] = -np.sum(right * log_p, axis=0)
        costs[batch] += lambd / (2 * m) * sum(np.sum(layer.W**2) for layer in model)
        G = (np.exp(log_p) - right) / len(batch)
        for layer in reversed(model):
            G = layer.backward(G, learning_rate, lambd / m)
    history.append(costs.mean())
return model, history
""",
        before="""
def log_softmax(Z):
    Z = Z - Z.max(axis=0)
    return Z - np.log(np.exp(Z).sum(axis=0))
""",
    )
    write(
        notebook,
        r"""
**1. Zeros.** The cost stays at 2.30, in all three runs. With every weight zero all ten scores are
equal, softmax says 1/10 whatever the picture is, and $-\ln(1/10) = \ln 10 = 2.3026$. Only
$b^{[10]}$ moves: its gradient is (share said) − (share there is), and my ten classes are not
exactly equally frequent. That is why I end at 2.3016 and not at 2.3026. All else gets nothing,
for two reasons: $dW^{[10]} = dZ\,A^{[9]\top}$ and $A^{[9]} = 0$; and what goes down is
$W^{[10]\top} dZ$ with $W^{[10]} = 0$. So it is not even the symmetry of assignment 1, it is
worse: there is no gradient that could be symmetric.

**2. Small.** Same curve (mine agree in every digit that I can read), other reason. The units are
all different, but each layer keeps only $0.01 \cdot \sqrt{64} \cdot \sqrt{1/2} \approx 0.057$,
and $0.057^9 \approx 6 \cdot 10^{-12}$. On the way down the gradient loses the same factor per
layer. So $dW^{[l]}$ has lost $10 - l$ factors from above and $l - 1$ from below, nine altogether,
**in every layer**: no layer is better off than the others. With a rate of 0.03 and 38 steps an
epoch that is for ever.

**3. Xavier and He.** With widths 64 and 64 Xavier's variance is 1/64, which would keep the mean
square if there were no ReLU. ReLU throws half of it away: $\sqrt{1/2}$ per layer, 0.044 after
nine. He has 2/64, and the 2 is that half. In my curves: he is below 1.0 after 3 or 4 epochs,
xavier after 10 to 13, and for the first four it hardly moves (2.18, 2.27 and 2.26 in the fourth).
It gets there all the same because 0.044 is not $10^{-12}$: the gradients are weak, not dead, and
as soon as the weights have grown a little it goes as with he. At the end he has a cost of 0.002
and reads 96.5 %, xavier 0.06 to 0.09 and 93.6 to 95.6 %.

**4. Batch normalisation** divides each unit by its own standard deviation, so a common factor of
0.057 cancels (0.01 per weight is far above the floor that $\varepsilon$ makes: each layer starts
from a normalised one). "small" is at 1.79 after one epoch, better than he without it. For zeros
$Z - \mu$ is exactly 0, and $0/\sqrt{\varepsilon} = 0$. There is nothing to be rescaled.

**5. Mine.** The second xavier run has a bump near the end: the cost is 0.067 in epoch 28, 0.402
in epoch 29, 0.083 in epoch 30. But the *accuracy* falls one epoch **earlier**: 96.3 % after epoch
27, 69.4 % after 28, 92.3 % after 29. First I looked for a bug. I think it is this: the cost of an
epoch is collected *before* each step, the accuracy is measured after the last one. So the
accident happened in the last steps of epoch 28, and most of epoch 28 does not know of it yet.
What the accident is I can't see from here; my guess is one step that was too long, since the
network has become steep by then. To find out I would keep the cost of each batch, and start again
from the model of epoch 27 with half the rate and the same order. If the bump is gone it was the
step; if not, it is the pictures in that batch.

Digits: of the ten mistakes of my first he network four are 8s (twice read as 5, then 1 and 9).
With three runs I would not bet on the order of the others.
""",
    )


# --------------------------------------------------------------------------------- not finished


@student(*PLAIN, ran=False)
def dilek(notebook: Notebook) -> None:
    """Fetched it, handed it in."""


@student(*PLAIN)
def emil(notebook: Notebook) -> None:
    """Half done: draws networks and reads, and shuffles, but teaches nothing; no answer."""
    for exercise in ("build", "predict"):
        notebook.answer(exercise, PLAIN[exercise])
    notebook.answer(
        "fit",
        """
m = X.shape[1]
history = []
for epoch in range(epochs):
    perm = rng.permutation(m)
    for start in range(0, m, batch_size):
        batch = perm[start:start + batch_size]
        # forward, softmax, backward, step
        pass
""",
    )


# ----------------------------------------------------------------------------- typical mistakes


@student("build", "fit")
def farah(notebook: Notebook) -> None:
    """rand for randn again, and a cost that is summed, not averaged; half of an answer."""
    solve(
        notebook,
        PLAIN,
        **changed(PLAIN, "build", ("rng.standard_normal(", "rng.random(")),
        **changed(PLAIN, "fit", ("history.append(total / m)", "history.append(total)")),
    )
    write(
        notebook,
        """
**Zeros** stays at a constant cost because of symmetry: all units of a layer do the same thing and
get the same gradient, so they can never become different. Therefore the network cannot learn.

**Small** is the same, since 0.01 is nearly zero.

**Xavier and He**: He is for ReLU and Xavier is for tanh, so He is better here. My curves look
strange (very large numbers) so I can't say where one sees it.

**Batch norm** normalises the activations in every layer to mean 0 and variance 1, therefore small
should work with it.
""",
    )


@student("predict", figures=True)
def goran(notebook: Notebook) -> None:
    """Divides by the variance when it reads: the root forgotten. A middling answer."""
    solve(
        notebook,
        PLAIN,
        **changed(
            PLAIN, "predict", ('np.sqrt(model[f"var{l}"] + 1e-5)', '(model[f"var{l}"] + 1e-5)')
        ),
    )
    write(
        notebook,
        """
The cost of `"zeros"` stays at 2.303 = ln 10. This is what one gets for guessing, since with 10
classes every class has probability 1/10 and -ln(1/10) = 2.303. Because all weights are zero the
activations are zero, too, so the gradients of the weights are zero and only the bias of the last
layer can move.

`"small"` looks the same but the reason is a different one (vanishing gradients). Per layer the
signal gets smaller by about 1/20, so after 9 layers it is about 20^-9 which is around 10^-12. The
gradients are as small as that.

He's variance is twice that of Xavier when all layers are of size 64. The ReLU throws away one half,
this is why the 2 is needed. In the figure "xavier" begins to learn later than "he" but in the end
it is at the same cost.

Batch normalisation divides by the standard deviation so it makes the small activations large again.
With zeros there is nothing to divide.

One observation: with batch normalisation and "small" the training cost goes down nicely to 0.11,
but the accuracy on the validation pictures jumps up and down between 50 and 90 percent and ends
at 77, although "he" has 97 there. I think this comes from the running mean that lags behind.
""",
    )


# ------------------------------------------------------------------------- broken, yet gradable


@student(*PLAIN)
def lena(notebook: Notebook) -> None:
    """A colon is missing in predict, which others' checks need, too; one line for an answer."""
    solve(notebook, PLAIN)
    notebook.replace("predict", "for l in range(1, L):", "for l in range(1, L)")
    write(
        notebook,
        "Zeros and small don't learn (cost stays at ln 10) and he learns best, see the figures.",
    )


@student(*PLAIN)
def mateo(notebook: Notebook) -> None:
    """Reads in fifty portions: of fewer pictures a portion is none, and that never ends.

    All else is right, but a check of build and three of fit need predict, too.
    """
    solve(
        notebook,
        PLAIN,
        predict="""
L = model["L"]
m = X.shape[1]
portion = m // 50  # not all at once, my laptop is old
labels = []
while len(labels) < m:
    A = X[:, len(labels):len(labels) + portion]
    for l in range(1, L):
        Z = model[f"W{l}"] @ A + model[f"b{l}"]
        if model["batchnorm"]:
            Z = (Z - model[f"mean{l}"]) / np.sqrt(model[f"var{l}"] + 1e-5)
            Z = model[f"gamma{l}"] * Z + model[f"beta{l}"]
        A = np.maximum(Z, 0)
    Z = model[f"W{L}"] @ A + model[f"b{L}"]
    labels.extend(np.argmax(Z, axis=0))
return np.array(labels)
""",
    )
    write(
        notebook,
        """
(The check below predict hangs on my computer, I had to interrupt it. All figures are fine though.)

1. ln 10, since all ten classes get the same probability. Only the last bias moves, everything else
   has gradient 0: A is 0 in front of it and W is 0 behind it.
2. No. With small the units are different. It shrinks by 0.01·√64·√½ ≈ 0.057 per layer, after nine
   layers that's around 10⁻¹¹. The gradients are even smaller because they shrink on the way back
   too.
3. Xavier by √½ per layer, because of the ReLU. He multiplies the variance by two for that.
4. It repairs the scale and zeros has none.
5. In one run of xavier the cost goes up for one epoch shortly before the end and comes down again.
   Maybe the step was too large there; I would try it with half the learning rate.
""",
    )
