"""The example class in ``symmetry``."""

from __future__ import annotations

from make_examples import Notebook, student
from students.answers import changed, solve

PLAIN = {
    "initialize_zeros": """
W1 = np.zeros((n_h, n_x))
b1 = np.zeros((n_h, 1))
W2 = np.zeros((n_y, n_h))
b2 = np.zeros((n_y, 1))
return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
""",
    "forward": """
Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
A1 = np.tanh(Z1)
Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
A2 = sigmoid(Z2)
cache = (Z1, A1, Z2, A2)
return A2, cache
""",
    "compute_cost": """
m = Y.shape[1]
tiny = 5e-324
logprobs = Y * np.log(np.maximum(A2, tiny)) + (1 - Y) * np.log(np.maximum(1 - A2, tiny))
cost = -np.sum(logprobs) / m
return float(cost)
""",
    "backward": """
m = X.shape[1]
Z1, A1, Z2, A2 = cache
dZ2 = A2 - Y
dW2 = np.dot(dZ2, A1.T) / m
db2 = np.sum(dZ2, axis=1, keepdims=True) / m
dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - np.power(A1, 2))
dW1 = np.dot(dZ1, X.T) / m
db1 = np.sum(dZ1, axis=1, keepdims=True) / m
return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
""",
    "update_parameters": """
W1 = parameters["W1"] - learning_rate * grads["dW1"]
b1 = parameters["b1"] - learning_rate * grads["db1"]
W2 = parameters["W2"] - learning_rate * grads["dW2"]
b2 = parameters["b2"] - learning_rate * grads["db2"]
return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
""",
    "train": """
costs = []
for i in range(num_iterations):
    A2, cache = forward(X, parameters)
    costs.append(compute_cost(A2, Y))
    grads = backward(parameters, cache, X, Y)
    parameters = update_parameters(parameters, grads, learning_rate)
return parameters, costs
""",
    "count_distinct_units": """
rows = np.concatenate([parameters["W1"], parameters["b1"]], axis=1)
seen = []
for row in rows:
    new = True
    for other in seen:
        if np.all(np.abs(row - other) <= 1e-12):
            new = False
    if new:
        seen.append(row)
return len(seen)
""",
    "initialize_parameters": """
W1 = rng.standard_normal((n_h, n_x)) * 0.01
b1 = np.zeros((n_h, 1))
W2 = rng.standard_normal((n_y, n_h)) * 0.01
b2 = np.zeros((n_y, 1))
return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
""",
    "train_logistic_regression": """
n_x, m = X.shape
w = np.zeros((1, n_x))
b = 0.0
costs = []
for i in range(num_iterations):
    A = sigmoid(np.dot(w, X) + b)
    costs.append(compute_cost(A, Y))
    dZ = A - Y
    w = w - learning_rate * np.dot(dZ, X.T) / m
    b = b - learning_rate * np.sum(dZ) / m
return w, float(b), costs
""",
}


# ------------------------------------------------------------------------- full marks, three ways


@student()
def ada(notebook: Notebook) -> None:
    """Right, with loops, as someone writes who comes from C; had no patience for the figures."""
    solve(
        notebook,
        PLAIN,
        forward="""
W1, b1, W2, b2 = parameters["W1"], parameters["b1"], parameters["W2"], parameters["b2"]
n_h, n_x = W1.shape
n_y = W2.shape[0]
m = X.shape[1]
A1 = np.zeros((n_h, m))
A2 = np.zeros((n_y, m))
for i in range(m):
    # hidden layer
    for j in range(n_h):
        z = b1[j, 0]
        for k in range(n_x):
            z = z + W1[j, k] * X[k, i]
        A1[j, i] = np.tanh(z)
    # output layer
    for j in range(n_y):
        z = b2[j, 0]
        for k in range(n_h):
            z = z + W2[j, k] * A1[k, i]
        A2[j, i] = sigmoid(z)
cache = {"A1": A1, "A2": A2}
return A2, cache
""",
        compute_cost="""
import math
total = 0.0
n_y, m = Y.shape
for i in range(m):
    for k in range(n_y):
        p = A2[k, i] if Y[k, i] == 1 else 1 - A2[k, i]
        total = total - math.log(p if p > 0 else 5e-324)
return total / m
""",
        backward="""
A1 = cache["A1"]
A2 = cache["A2"]
m = X.shape[1]
grads = {}
dZ2 = A2 - Y
dZ1 = np.zeros(A1.shape)
for j in range(A1.shape[0]):
    blame = 0
    for k in range(Y.shape[0]):
        blame = blame + parameters["W2"][k, j] * dZ2[k]
    dZ1[j] = blame * (1 - A1[j] * A1[j])
for layer, dZ, A in [("1", dZ1, X), ("2", dZ2, A1)]:
    dW = np.zeros(parameters["W" + layer].shape)
    db = np.zeros(parameters["b" + layer].shape)
    for j in range(dW.shape[0]):
        db[j, 0] = sum(dZ[j]) / m
        for k in range(dW.shape[1]):
            dW[j, k] = sum(dZ[j] * A[k]) / m
    grads["dW" + layer] = dW
    grads["db" + layer] = db
return grads
""",
        update_parameters="""
new = {}
for name in ["W1", "b1", "W2", "b2"]:
    new[name] = parameters[name].copy()
    new[name] -= learning_rate * grads["d" + name]
return new
""",
    )


@student(figures=True)
def bela(notebook: Notebook) -> None:
    """Right, with einsum and a class for the cache; ran everything, figures and all."""
    notebook.answer(
        "forward",
        """
net = Pass(X, **parameters)
return net.A2, net
""",
        before='''
class Pass:
    """One trip through the network. Keeps everything for the way back."""

    def __init__(self, X, W1, b1, W2, b2):
        self.A1 = np.tanh(np.einsum("hx,xm->hm", W1, X) + b1)
        self.A2 = sigmoid(np.einsum("yh,hm->ym", W2, self.A1) + b2)

    def slope(self):
        return 1 - np.square(self.A1)
''',
    )
    notebook.answer(
        "backward",
        """
m = X.shape[1]
error = cache.A2 - Y
hidden = np.einsum("yh,ym->hm", parameters["W2"], error) * cache.slope()
return {
    "dW1": np.einsum("hm,xm->hx", hidden, X) / m,
    "db1": hidden.mean(axis=1, keepdims=True),
    "dW2": np.einsum("ym,hm->yh", error, cache.A1) / m,
    "db2": error.mean(axis=1, keepdims=True),
}
""",
    )
    notebook.answer(
        "count_distinct_units",
        """
rows = np.hstack((parameters["W1"], parameters["b1"]))
same = np.abs(rows[:, None, :] - rows[None, :, :]).max(axis=2) <= 1e-12
first = same.argmax(axis=1)  # the first unit that each one equals
return len(np.unique(first))
""",
    )
    for exercise in PLAIN.keys() - {"forward", "backward", "count_distinct_units"}:
        notebook.answer(exercise, PLAIN[exercise])


@student(ran=False)
def chidi(notebook: Notebook) -> None:
    """Right, as short as it goes, the draws in another order; cleared the outputs before handing in."""
    notebook.answer(
        "initialize_zeros",
        "return {k: np.zeros(s) for k, s in shapes(n_x, n_h, n_y).items()}",
        before="shapes = lambda x, h, y: dict(W1=(h, x), b1=(h, 1), W2=(y, h), b2=(y, 1))",
    )
    for exercise, body in {
        "forward": """
W1, b1, W2, b2 = map(parameters.get, ("W1", "b1", "W2", "b2"))
A2 = sigmoid(W2 @ (A1 := np.tanh(W1 @ X + b1)) + b2)
return A2, lambda: (A1, A2)
""",
        "compute_cost": """
with np.errstate(divide="ignore"):
    return -np.maximum(np.log(np.where(Y == 1, A2, 1 - A2)), -745.0).sum() / Y.shape[1]
""",
        "backward": """
A1, A2 = cache()
d = (A2 - Y) / Y.shape[1]
e = parameters["W2"].T @ d * (1 - A1 ** 2)
return dict(dW1=e @ X.T, db1=e.sum(1)[:, None], dW2=d @ A1.T, db2=d.sum(1)[:, None])
""",
        "update_parameters": "return {k: v - learning_rate * grads[f'd{k}'] for k, v in parameters.items()}",
        "train": """
if num_iterations == 0:
    return parameters, []
A2, cache = forward(X, parameters)
for_later = [compute_cost(A2, Y)]
step = lambda p, c: update_parameters(p, backward(p, c, X, Y), learning_rate)
parameters = step(parameters, cache)
for _ in range(num_iterations - 1):
    A2, cache = forward(X, parameters)
    for_later += [compute_cost(A2, Y)]
    parameters = step(parameters, cache)
return parameters, np.array(for_later)
""",
        "count_distinct_units": """
P = np.c_[parameters["W1"], parameters["b1"]]
return sum(all(abs(p - q).max() > 1e-12 for q in P[:i]) for i, p in enumerate(P))
""",
        "initialize_parameters": """
return {k: rng.normal(0, .01, s) if k[0] == "W" else np.zeros(s)
        for k, s in reversed(shapes(n_x, n_h, n_y).items())}
""",
        "train_logistic_regression": """
w, b, costs = np.zeros((1, len(X))), 0., []
for _ in range(num_iterations):
    A = sigmoid(w @ X + b)
    costs.append(compute_cost(A, Y))
    w, b = w - learning_rate * ((A - Y) * X).mean(1)[None], b - learning_rate * (A - Y).mean()
return w, b, costs
""",
    }.items():
        notebook.answer(exercise, body)


# ---------------------------------------------------------------------------------- not finished


@student(*PLAIN, ran=False)
def dilek(notebook: Notebook) -> None:
    """Fetched it, handed it in."""


@student(
    "backward",
    "update_parameters",
    "train",
    "count_distinct_units",
    "initialize_parameters",
    "train_logistic_regression",
)
def emil(notebook: Notebook) -> None:
    """Half done: the first three functions, and a beginning of the fourth."""
    for exercise in ("initialize_zeros", "forward", "compute_cost"):
        notebook.answer(exercise, PLAIN[exercise])
    notebook.answer("backward", "m = X.shape[1]\ndZ2 = cache[3] - Y\n# what is dZ1 ???\npass")


# ------------------------------------------------------------------------------ typical mistakes


@student("compute_cost", "initialize_parameters")
def farah(notebook: Notebook) -> None:
    """rand for randn, and a cost that forgets to average."""
    solve(
        notebook,
        PLAIN,
        **changed(PLAIN, "initialize_parameters", ("standard_normal", "random")),
        **changed(PLAIN, "compute_cost", ("np.sum(logprobs) / m", "np.sum(logprobs)")),
    )


@student("backward")
def goran(notebook: Notebook) -> None:
    """The slope of tanh as 1 − A: the square forgotten."""
    solve(notebook, PLAIN, **changed(PLAIN, "backward", ("(1 - np.power(A1, 2))", "(1 - A1)")))


@student("compute_cost", "update_parameters")
def hana(notebook: Notebook) -> None:
    """Updates in place, and takes the logarithm of 0."""
    solve(
        notebook,
        PLAIN,
        update_parameters="""
for key in parameters:
    parameters[key] -= learning_rate * grads["d" + key]
return parameters
""",
        compute_cost="""
m = Y.shape[1]
return float(-np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m)
""",
    )


@student("forward", "train")
def ines(notebook: Notebook) -> None:
    """Forgets the hidden layer's bias, and notes the cost after the step."""
    solve(
        notebook,
        PLAIN,
        **changed(PLAIN, "forward", (' + parameters["b1"]', "")),
        train="""
costs = []
for i in range(num_iterations):
    A2, cache = forward(X, parameters)
    grads = backward(parameters, cache, X, Y)
    parameters = update_parameters(parameters, grads, learning_rate)
    A2, cache = forward(X, parameters)
    costs.append(compute_cost(A2, Y))
return parameters, costs
""",
    )


@student("initialize_parameters", figures=True)
def jamal(notebook: Notebook) -> None:
    """Weights from N(0, 1): the 0.01 is missing. Saw the figures and wondered."""
    solve(notebook, PLAIN, **changed(PLAIN, "initialize_parameters", (" * 0.01", "")))
    notebook.insert(
        "initialize_parameters_checks",
        "I don't understand why this says 1 and not 0.01, randn *is* small??",
        "markdown",
    )


@student("count_distinct_units", "train_logistic_regression")
def kaito(notebook: Notebook) -> None:
    """Counts exact differences only, and walks uphill in the logistic regression."""
    solve(
        notebook,
        PLAIN,
        count_distinct_units="""
return len(np.unique(np.hstack([parameters["W1"], parameters["b1"]]), axis=0))
""",
        **changed(
            PLAIN,
            "train_logistic_regression",
            ("w - learning", "w + learning"),
            ("b - learning", "b + learning"),
        ),
    )


@student("backward", "train", "initialize_parameters")
def yusuf(notebook: Notebook) -> None:
    """Seeds a generator of his own for each layer, so both layers begin alike; sums biases away."""
    solve(
        notebook,
        PLAIN,
        initialize_parameters="""
W1 = np.random.default_rng(1).standard_normal((n_h, n_x)) * 0.01
b1 = np.zeros((n_h, 1))
W2 = np.random.default_rng(1).standard_normal((n_y, n_h)) * 0.01
b2 = np.zeros((n_y, 1))
return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
""",
        **changed(
            PLAIN,
            "backward",
            ("np.sum(dZ2, axis=1, keepdims=True)", "np.sum(dZ2)"),
            ("np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1, axis=1)"),
        ),
    )


# -------------------------------------------------------------------------- broken, yet gradable


@student("train")
def lena(notebook: Notebook) -> None:
    """A colon is missing in one cell; everything else is right."""
    solve(notebook, PLAIN)
    notebook.replace("train", "for i in range(num_iterations):", "for i in range(num_iterations)")


@student("train_logistic_regression")
def mateo(notebook: Notebook) -> None:
    """An endless loop in one function: the counter never moves."""
    solve(
        notebook,
        PLAIN,
        train_logistic_regression="""
w = np.zeros((1, X.shape[0]))
b = 0.0
costs = []
i = 0
while i < num_iterations:
    A = sigmoid(w @ X + b)
    costs.append(compute_cost(A, Y))
    dZ = A - Y
    w = w - learning_rate * (dZ @ X.T) / X.shape[1]
    b = b - learning_rate * dZ.mean()
return w, b, costs
""",
    )


@student()
def nuria(notebook: Notebook) -> None:
    """Right, with prints everywhere and warnings at the top."""
    prints = {name: f'print("now in {name}")\n{body.lstrip()}' for name, body in PLAIN.items()}
    prints["forward"] = prints["forward"].replace(
        "cache =", 'print("A2.shape =", A2.shape, "min", A2.min(), "max", A2.max())\ncache ='
    )
    prints["train"] = PLAIN["train"].replace(
        "    costs.append(compute_cost(A2, Y))\n",
        "    costs.append(compute_cost(A2, Y))\n    if i % 100 == 0:\n        print(i, costs[-1])\n",
    )
    prints["update_parameters"] = PLAIN["update_parameters"]
    prints["count_distinct_units"] = PLAIN["count_distinct_units"]
    solve(notebook, PLAIN, **prints)
    notebook.insert(
        "initialize_zeros_checks",
        'import sys\nimport warnings\nwarnings.warn("is float64 really needed?")\n'
        'print("debug: numpy", file=sys.stderr)\nnp.log(np.zeros(3))',
    )


@student()
def olu(notebook: Notebook) -> None:
    """Right, with experiments in between: plots, a name used twice, a helper file that he kept."""
    solve(notebook, PLAIN)
    notebook.insert(
        "train_checks",
        """
# trying bigger nets
results = {}
for n_h in [1, 2, 5]:
    p = {"W1": np.random.randn(n_h, 2), "b1": np.zeros((n_h, 1)),
         "W2": np.random.randn(1, n_h), "b2": np.zeros((1, 1))}
    p, c = train(X, Y, p, 50, 0.5)
    results[n_h] = c
    plt.plot(c, label=f"{n_h} units")
plt.legend()
plt.show()
""",
    )
    notebook.insert("forward_checks", "from my_helpers import draw_nicely")
    notebook.insert(
        "compute_cost_checks", "cost = compute_cost(np.array([[0.5]]), np.array([[1.0]]))\ncost"
    )
    notebook.insert("backward_checks", "m = 3\nbackward.__name__")


@student("compute_cost", "train", "train_logistic_regression")
def priya(notebook: Notebook) -> None:
    """Deleted the cell of compute_cost by accident."""
    solve(notebook, PLAIN)
    del notebook.cells[notebook.position("compute_cost")]


@student()
def quentin(notebook: Notebook) -> None:
    """Copied a cell to try something, name and all, and kept both: the second one counts."""
    solve(notebook, PLAIN, backward=None)
    notebook.answer("backward", "raise ValueError('try again below')")
    copy = dict(notebook.cell("backward")) | {"id": "copied"}
    notebook.cells.insert(notebook.position("backward") + 1, copy)
    body = "\n".join("    " + line for line in PLAIN["backward"].strip().splitlines())
    copy["source"] = copy["source"].replace("    raise ValueError('try again below')", body)


@student("update_parameters", "train")
def rosa(notebook: Notebook) -> None:
    """Pressed M on a code cell: it is text now."""
    solve(notebook, PLAIN)
    cell = notebook.cell("update_parameters")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]


@student("forward", "backward")
def sven(notebook: Notebook) -> None:
    """Found a better name for forward."""
    solve(notebook, PLAIN, **changed(PLAIN, "train", ("forward(", "forward_pass(")))
    notebook.replace("forward", "def forward(", "def forward_pass(")
    notebook.replace("forward_checks", "forward(X", "forward_pass(X")


@student("forward")
def tariq(notebook: Notebook) -> None:
    """Made the check agree with his forward, which has the activations swapped, and not vice versa."""
    solve(
        notebook,
        PLAIN,
        **changed(PLAIN, "forward", ("np.tanh(Z1)", "sigmoid(Z1)"), ("sigmoid(Z2)", "np.tanh(Z2)")),
    )
    cell = notebook.cell("forward_checks")
    cell["source"] = 'print("✓ forward: the surveyors speak and the chief decides.")'


@student()
def uma(notebook: Notebook) -> None:
    """Right, with magics and shell lines, as notebooks from elsewhere have them."""
    solve(notebook, PLAIN)
    notebook.insert(
        "initialize_zeros_checks",
        "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'",
    )
    notebook.insert(
        "forward_checks",
        "!pip install numpy\nfiles = !ls\n%timeit forward(X, initialize_zeros(2, 4, 1))",
    )
    notebook.insert(
        "compute_cost_checks", "%%time\nprint(compute_cost(np.full((1, 5), 0.5), np.ones((1, 5))))"
    )
    notebook.insert("train_checks", "train?")


@student(ran=False)
def zoe(notebook: Notebook) -> None:
    """Right, but saved by another program, which dropped nbgrader's marks."""
    solve(notebook, PLAIN)
    for cell in notebook.cells:
        cell["metadata"] = {"id": cell.pop("id")}
    notebook.tree["nbformat_minor"] = 0
    notebook.tree["metadata"] = {
        "colab": {"provenance": []},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }


# ------------------------------------------------------------------------------------ unreadable


@student(ran=False)
def viktor(notebook: Notebook) -> None:
    """Handed in the middle of a merge: not JSON."""
    notebook.raw = (
        b'{\n "cells": [\n<<<<<<< HEAD\n  {"cell_type": "code"}\n=======\n>>>>>>> main\n ]\n}\n'
    )


@student(ran=False)
def wen(notebook: Notebook) -> None:
    """Opened it with another kernel, and JupyterLab wrote that down."""
    notebook.tree["metadata"] = {
        "kernelspec": {"display_name": "R", "language": "R", "name": "ir"},
        "language_info": {"name": "R"},
    }
