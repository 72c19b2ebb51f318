"""An independent oracle: every reference agrees with PyTorch, where that is installed.

Nothing here is computed twice by one formula: gradients are PyTorch's automatic ones, bounds and
variances are those of what ``torch.nn.init`` draws, layers and optimisers are ``torch.nn`` and
``torch.optim``.

PyTorch's conventions differ from the lesson's. Its batches are ``(m, n)``, one example a row; ours
are ``(n, m)``. Its batch normalisation's ``momentum`` is the share of the *new* value, ours of the
old; its running variance divides by m − 1, ours by m, while both normalise with the population
variance. Its dropout takes the probability to *drop*. Its ``weight_decay`` is what we call
lambd / m. The weight of its ``Linear`` layer is ``(fan_out, fan_in)``, as ours is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import stats

from autograder.course import HOME
from autograder.reference import load_reference

torch = pytest.importorskip(
    "torch", reason="the independent oracle needs PyTorch: pip install torch"
)
F = torch.nn.functional
init = torch.nn.init

symmetry, scaling, regularization, batchnorm, capstone = (
    load_reference(HOME / "solutions" / f"{slug}.py")
    for slug in ("symmetry", "scaling", "regularization", "batchnorm", "capstone")
)
ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


def tensors(parameters: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The same parameters for PyTorch to differentiate by."""
    return {key: tensor(value).requires_grad_() for key, value in parameters.items()}


def tensor(array: np.ndarray) -> Any:
    """A float64 tensor with memory of its own."""
    return torch.tensor(array, dtype=torch.float64)


def same(got: Any, want: Any, rtol: float = 1e-9) -> None:
    """Equal up to rounding; a tensor is what PyTorch says."""
    want = want.detach().numpy() if isinstance(want, torch.Tensor) else want
    np.testing.assert_allclose(got, want, rtol=rtol, atol=1e-12)


def same_gradients(grads: Mapping[str, np.ndarray], by: Mapping[str, Any]) -> None:
    """Our gradients are those that PyTorch left in its tensors."""
    assert set(grads) == {f"d{key}" for key in by}
    for key, parameter in by.items():
        same(grads[f"d{key}"], parameter.grad)


def network(rng: np.random.Generator, *dims: int) -> dict[str, np.ndarray]:
    """Weights and biases that are all at work."""
    parameters = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(dims), start=1):
        parameters[f"W{layer}"] = rng.normal(0, fan_in**-0.5, (fan_out, fan_in))
        parameters[f"b{layer}"] = rng.normal(0, 0.3, (fan_out, 1))
    return parameters


def data(rng: np.random.Generator, n_x: int, n_y: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs, and targets that are 0 or 1."""
    return rng.normal(size=(n_x, m)), rng.integers(0, 2, (n_y, m)).astype(float)


def forward(X: np.ndarray, p: Mapping[str, Any], activation: str) -> tuple[list[Any], list[Any]]:
    """PyTorch's forward pass: every Z and every A, gradients of the Z kept."""
    A, Zs, As = tensor(X), [], []
    depth = len(p) // 2
    for layer in range(1, depth + 1):
        Z = p[f"W{layer}"] @ A + p[f"b{layer}"]
        Z.retain_grad()
        A = torch.sigmoid(Z) if layer == depth else ACTIVATIONS[activation](Z)
        Zs.append(Z)
        As.append(A)
    return Zs, As


def cost(A: Any, Y: np.ndarray) -> Any:
    """Cross-entropy, summed over outputs and averaged over examples."""
    return F.binary_cross_entropy(A, tensor(Y), reduction="sum") / Y.shape[1]


# ------------------------------------------------------------------------------------- symmetry


@pytest.mark.parametrize("dims", [(3, 5, 1), (4, 2, 3)])
def test_shallow_network(rng: np.random.Generator, dims: tuple[int, int, int]) -> None:
    """Output, cost and gradient of one hidden layer."""
    parameters = network(rng, *dims)
    X, Y = data(rng, dims[0], dims[2], 7)
    A2, cache = symmetry.forward(X, parameters)
    theirs = tensors(parameters)
    want = forward(X, theirs, "tanh")[1][-1]
    loss = cost(want, Y)
    loss.backward()
    same(A2, want)
    same(symmetry.compute_cost(A2, Y), loss)
    same_gradients(symmetry.backward(parameters, cache, X, Y), theirs)


def test_training_is_gradient_descent(rng: np.random.Generator) -> None:
    """Twenty steps of ``torch.optim.SGD`` end at the same parameters, by the same costs."""
    parameters = network(rng, 3, 4, 2)
    X, Y = data(rng, 3, 2, 9)
    trained, costs = symmetry.train(X, Y, parameters, 20, 0.7)
    theirs = tensors(parameters)
    want = descend(theirs, lambda: cost(forward(X, theirs, "tanh")[1][-1], Y), 20, 0.7)
    same(costs, want)
    for key, value in theirs.items():
        same(trained[key], value)


def test_logistic_regression(rng: np.random.Generator) -> None:
    """From zero, the same weights, bias and costs."""
    X, Y = data(rng, 4, 1, 9)
    w, b, costs = symmetry.train_logistic_regression(X, Y, 20, 0.5)
    theirs = tensors({"w": np.zeros((1, 4)), "b": np.zeros(())})
    want = descend(
        theirs, lambda: cost(torch.sigmoid(theirs["w"] @ tensor(X) + theirs["b"]), Y), 20, 0.5
    )
    same(costs, want)
    same(w, theirs["w"])
    same(b, theirs["b"])


def descend(
    parameters: Mapping[str, Any], loss: Callable[[], Any], steps: int, learning_rate: float
) -> list[float]:
    """PyTorch's own gradient descent; gives the cost before each step."""
    optimiser = torch.optim.SGD(list(parameters.values()), lr=learning_rate)
    costs = []
    for _ in range(steps):
        optimiser.zero_grad()
        value = loss()
        value.backward()
        optimiser.step()
        costs.append(float(value.detach()))
    return costs


# -------------------------------------------------------------------------------------- scaling


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("dims", [(3, 5, 4, 6, 2), (4, 1)])
def test_deep_network(rng: np.random.Generator, dims: Sequence[int], activation: str) -> None:
    """Output, gradient, and the variances of activations and of gradients, layer by layer."""
    parameters = network(rng, *dims)
    X, Y = data(rng, dims[0], dims[-1], 8)
    theirs = tensors(parameters)
    Zs, As = forward(X, theirs, activation)
    cost(As[-1], Y).backward()
    AL, cache = scaling.forward_deep(X, parameters, activation)
    same(AL, As[-1])
    same_gradients(scaling.backward_deep(parameters, cache, Y, activation), theirs)
    same(
        scaling.activation_variances(X, parameters, activation),
        [float(A.detach().var(correction=0)) for A in As[:-1]],
    )
    # Theirs is the gradient of the mean cost, ours of the sum.
    same(
        scaling.gradient_variances(X, Y, parameters, activation),
        [float((8 * Z.grad).var(correction=0)) for Z in Zs[:-1]],
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_saturation(rng: np.random.Generator, activation: str) -> None:
    """The share of small slopes, the slopes being PyTorch's."""
    Z = tensor(rng.normal(0, 3, (20, 30))).requires_grad_()
    A = ACTIVATIONS[activation](Z)
    A.sum().backward()
    same(scaling.saturation(A.detach().numpy(), activation), float((Z.grad < 0.05).double().mean()))


FAN_IN, FAN_OUT = 900, 400


def layer(initialise: Callable[..., Any], **options: Any) -> Callable[[Any], Any]:
    """One layer's weights as they come out of our initialiser."""
    return lambda rng: initialise([FAN_IN, FAN_OUT], rng, **options)["W1"]


def scaled(*law: Any) -> Callable[[Any], Any]:
    """Weights from variance_scaling."""
    return lambda rng: scaling.variance_scaling(FAN_IN, FAN_OUT, rng, *law)


LAWS = {
    "he normal": (layer(scaling.initialize_he), "kaiming_normal_", {}),
    "he normal fan_out": (
        layer(scaling.initialize_he, mode="fan_out"), "kaiming_normal_", {"mode": "fan_out"},
    ),
    "he uniform": (
        layer(scaling.initialize_he, distribution="uniform"), "kaiming_uniform_", {},
    ),
    "he uniform fan_out": (
        layer(scaling.initialize_he, distribution="uniform", mode="fan_out"),
        "kaiming_uniform_", {"mode": "fan_out"},
    ),
    "xavier uniform": (layer(scaling.initialize_xavier), "xavier_uniform_", {}),
    "xavier normal": (
        layer(scaling.initialize_xavier, distribution="normal"), "xavier_normal_", {},
    ),
    "Linear's own": (
        layer(scaling.initialize_uniform_fan_in), "kaiming_uniform_",
        {"a": 5**0.5, "nonlinearity": "leaky_relu"},
    ),
    "lecun normal": (
        scaled(1.0, "fan_in", "normal"), "kaiming_normal_", {"nonlinearity": "linear"},
    ),
    "lecun uniform": (
        scaled(1.0, "fan_in", "uniform"), "kaiming_uniform_", {"nonlinearity": "linear"},
    ),
    "scale 2, fan_avg": (scaled(2.0, "fan_avg", "normal"), "xavier_normal_", {"gain": 2**0.5}),
    "small": (layer(scaling.initialize_small), "normal_", {"std": 0.01}),
    "the 0.01 rule": (
        lambda rng: symmetry.initialize_parameters(FAN_IN, FAN_OUT, 1, rng)["W1"],
        "normal_", {"std": 0.01},
    ),
}  # fmt: skip


@pytest.mark.parametrize("law", LAWS)
def test_initial_weights_follow_the_same_law(rng: np.random.Generator, law: str) -> None:
    """Shape, standard deviation, bound and distribution of 360,000 weights, ours and PyTorch's.

    The two standard deviations differ by luck by 0.17 %, normal, or 0.11 %, uniform (one standard
    error); the bounds of two uniform samples by a few parts in a million.
    """
    ours, name, options = LAWS[law]
    if name.startswith("kaiming"):
        options = {"nonlinearity": "relu", **options}
    torch.manual_seed(0)
    theirs = getattr(init, name)(torch.empty(FAN_OUT, FAN_IN, dtype=torch.float64), **options)
    W, want = ours(rng), theirs.numpy()
    assert W.shape == want.shape
    assert W.std() == pytest.approx(want.std(), rel=0.008)
    assert stats.ks_2samp(W.ravel(), want.ravel()).pvalue > 1e-6
    if "uniform" in name:
        assert np.abs(W).max() == pytest.approx(np.abs(want).max(), rel=1e-4)


# ------------------------------------------------------------------------------- regularization


def test_weight_decay(rng: np.random.Generator) -> None:
    """A step of SGD whose ``weight_decay`` is lambd / m, is a step along l2_gradients."""
    parameters, lambd, m = network(rng, 3, 4, 2), 0.7, 11
    theirs = tensors(parameters)
    weights = [value for key, value in theirs.items() if key[0] == "W"]
    penalty = lambd / (2 * m) * sum((W**2).sum() for W in weights)
    same(regularization.l2_cost(parameters, lambd, m), penalty)
    for value in theirs.values():
        value.grad = torch.zeros_like(value)
    biases = [value for key, value in theirs.items() if key[0] == "b"]
    groups = [{"params": weights, "weight_decay": lambd / m}, {"params": biases}]
    torch.optim.SGD(groups, lr=1.0).step()
    grads = regularization.l2_gradients(parameters, lambd, m)
    for key, value in theirs.items():
        same(parameters[key] - grads[f"d{key}"], value)


@pytest.mark.parametrize("size", [1.0, 30.0])
def test_entropy_penalty(rng: np.random.Generator, size: float) -> None:
    """Minus beta times the entropy of ``Categorical``, and its automatic gradient."""
    logits = rng.normal(0, size, (5, 7))
    theirs = tensor(logits).requires_grad_()
    want = -0.3 * torch.distributions.Categorical(logits=theirs.T).entropy().mean()
    want.backward()
    value, dlogits = regularization.entropy_penalty(logits, 0.3)
    same(value, want)
    same(dlogits, theirs.grad)


@pytest.mark.parametrize("keep_prob", [0.5, 0.8, 1.0])
def test_dropout(rng: np.random.Generator, keep_prob: float) -> None:
    """The same two values, the same share up to luck, the same gradient, and rest at inference."""
    ones, dout = np.ones((300, 400)), rng.normal(size=(300, 400))
    out, cache = regularization.dropout_forward(ones, keep_prob, rng)
    torch.manual_seed(1)
    theirs = F.dropout(tensor(ones), p=1 - keep_prob)
    same(np.unique(out), theirs.unique())
    five_sigma = 5 * np.sqrt(2 * keep_prob * (1 - keep_prob) / out.size)
    assert abs(np.mean(out > 0) - float((theirs > 0).double().mean())) <= five_sigma
    # PyTorch lets no one choose the mask, so it differentiates a product with ours.
    A = tensor(ones).requires_grad_()
    (A * tensor(out) * tensor(dout)).sum().backward()
    same(regularization.dropout_backward(dout, cache), A.grad)
    rest, _ = regularization.dropout_forward(dout, keep_prob, rng, training=False)
    same(rest, F.dropout(tensor(dout), p=1 - keep_prob, training=False))


@pytest.mark.parametrize("keep_prob", [0.6, 1.0])
def test_gradient_through_dropout_and_decay(rng: np.random.Generator, keep_prob: float) -> None:
    """The gradient of cross-entropy plus weight decay, through the masks that were drawn."""
    parameters, lambd = network(rng, 3, 6, 5, 2), 0.4
    X, Y = data(rng, 3, 2, 8)
    AL, cache = regularization.forward_with_dropout(X, parameters, keep_prob, rng)
    masks = [mask for _, mask in cache[1]]  # as the reference keeps them
    theirs, A = tensors(parameters), tensor(X)
    for number, mask in enumerate(masks, start=1):
        A = torch.relu(theirs[f"W{number}"] @ A + theirs[f"b{number}"]) * tensor(mask)
    A = torch.sigmoid(theirs["W3"] @ A + theirs["b3"])
    same(AL, A)
    decay = sum((value**2).sum() for key, value in theirs.items() if key[0] == "W")
    (cost(A, Y) + lambd / (2 * Y.shape[1]) * decay).backward()
    same_gradients(regularization.backward_with_dropout(parameters, cache, Y, lambd), theirs)


# ------------------------------------------------------------------------------------ batchnorm


@pytest.fixture
def batch(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Z (4, 9), and gamma, beta, running mean and running variance, each (4, 1)."""
    column = (4, 1)
    return (
        rng.normal(2, 3, (4, 9)), rng.normal(size=column), rng.normal(size=column),
        rng.normal(size=column), rng.uniform(0.5, 2, column),
    )  # fmt: skip


def batch_norm(batch: tuple[np.ndarray, ...], momentum: float, eps: float) -> Any:
    """PyTorch's layer in the same state; ``momentum`` is ours."""
    _, gamma, beta, mean, var = batch
    theirs = torch.nn.BatchNorm1d(4, eps=eps, momentum=1 - momentum, dtype=torch.float64)
    state = {"weight": gamma, "bias": beta, "running_mean": mean, "running_var": var}
    theirs.load_state_dict({key: tensor(value[:, 0]) for key, value in state.items()}, strict=False)
    return theirs


@pytest.mark.parametrize(("momentum", "eps"), [(0.9, 1e-5), (0.6, 0.1)])
def test_batchnorm_in_training(
    batch: tuple[np.ndarray, ...], rng: np.random.Generator, momentum: float, eps: float
) -> None:
    """Output, memory and gradient; the memory's variance is translated from m − 1 to m."""
    Z, _, _, _, old_var = batch
    out, cache, mean, var = batchnorm.batchnorm_forward(*batch, momentum=momentum, eps=eps)
    layer = batch_norm(batch, momentum, eps)
    theirs = tensor(Z).requires_grad_()
    want = layer(theirs.T).T
    same(out, want)
    same(mean[:, 0], layer.running_mean)
    m = Z.shape[1]
    kept = momentum * old_var[:, 0]
    same(var[:, 0], kept + (layer.running_var.numpy() - kept) * (m - 1) / m)
    dout = rng.normal(size=Z.shape)
    want.backward(tensor(dout))
    dZ, dgamma, dbeta = batchnorm.batchnorm_backward(dout, cache)
    same(dZ, theirs.grad)
    same(dgamma[:, 0], layer.weight.grad)
    same(dbeta[:, 0], layer.bias.grad)


def test_batchnorm_in_use(batch: tuple[np.ndarray, ...]) -> None:
    """At inference the memory takes the batch's place and stays as it is."""
    out, _, mean, var = batchnorm.batchnorm_forward(*batch, training=False)
    layer = batch_norm(batch, 0.9, 1e-5).eval()
    same(out, layer(tensor(batch[0]).T).T)
    same(mean[:, 0], layer.running_mean)
    same(var[:, 0], layer.running_var)


def test_folding_batchnorm(batch: tuple[np.ndarray, ...], rng: np.random.Generator) -> None:
    """The folded layer is PyTorch's own fusion of the two."""
    W, b = rng.normal(size=(4, 3)), rng.normal(size=(4, 1))
    linear = torch.nn.Linear(3, 4, dtype=torch.float64)
    linear.load_state_dict({"weight": tensor(W), "bias": tensor(b[:, 0])})
    fused = torch.nn.utils.fuse_linear_bn_eval(linear.eval(), batch_norm(batch, 0.9, 1e-5).eval())
    folded_W, folded_b = batchnorm.fold_batchnorm(W, b, *batch[1:])
    same(folded_W, fused.weight)
    same(folded_b[:, 0], fused.bias)


# ------------------------------------------------------------------------------------- capstone


@pytest.mark.parametrize("use_batchnorm", [False, True])
def test_capstone_training(rng: np.random.Generator, use_batchnorm: bool) -> None:
    """Three epochs of mini-batches of softmax cross-entropy with weight decay: all parameters.

    The reference keeps a layer as a dict, and shows the pictures in the order of rng.permutation.
    """
    dims, m, size, lambd, rate = (6, 8, 7, 4), 20, 5, 0.3, 0.2
    X, Y = rng.normal(size=(6, m)), rng.integers(0, 4, m)
    model = capstone.build(list(dims), "he", rng, use_batchnorm)
    order_rng = np.random.default_rng(7)
    orders = [order_rng.permutation(m) for _ in range(3)]
    trained, history = capstone.fit(
        model, X, Y, np.random.default_rng(7), 3, size, rate, lambd=lambd
    )
    net, weights, others = twin(model)
    groups = [{"params": weights, "weight_decay": lambd / m}, {"params": others}]
    optimiser = torch.optim.SGD(groups, lr=rate)
    for order, want in zip(orders, history, strict=True):
        costs = []
        for start in range(0, m, size):
            picked = order[start : start + size]
            optimiser.zero_grad()
            loss = F.cross_entropy(net(tensor(X[:, picked].T)), torch.tensor(Y[picked]))
            decay = lambd / (2 * m) * sum(float((W.detach() ** 2).sum()) for W in weights)
            costs.append(float(loss.detach()) + decay)
            loss.backward()
            optimiser.step()
        same(want, np.mean(costs))
    linears = [part for part in net if isinstance(part, torch.nn.Linear)]
    for got, linear in zip(trained, linears, strict=True):
        same(got["W"], linear.weight, rtol=1e-7)
        same(got["b"][:, 0], linear.bias, rtol=1e-7)
    norms = [part for part in net if isinstance(part, torch.nn.BatchNorm1d)]
    for got, norm in zip(trained, norms, strict=False):  # the output layer has none
        same(got["gamma"][:, 0], norm.weight, rtol=1e-7)
        same(got["beta"][:, 0], norm.bias, rtol=1e-7)
        same(got["mean"][:, 0], norm.running_mean, rtol=1e-7)
    if not use_batchnorm:
        same(capstone.predict(trained, X), net(tensor(X.T)).argmax(dim=1))


def twin(model: list[dict[str, np.ndarray]]) -> tuple[Any, list[Any], list[Any]]:
    """The same network in PyTorch; its weights, and its other parameters."""
    parts: list[Any] = []
    for number, layer in enumerate(model, start=1):
        linear = torch.nn.Linear(*reversed(layer["W"].shape), dtype=torch.float64)
        linear.load_state_dict({"weight": tensor(layer["W"]), "bias": tensor(layer["b"][:, 0])})
        parts.append(linear)
        if "gamma" in layer:
            parts.append(torch.nn.BatchNorm1d(len(layer["W"]), dtype=torch.float64))
        if number < len(model):
            parts.append(torch.nn.ReLU())
    net = torch.nn.Sequential(*parts)
    weights = [part.weight for part in parts if isinstance(part, torch.nn.Linear)]
    known = {id(weight) for weight in weights}
    return net, weights, [p for p in net.parameters() if id(p) not in known]


@pytest.fixture
def rng() -> np.random.Generator:
    """The same numbers in every run: no test here can fail by luck."""
    return np.random.default_rng(2015)
