"""Mistakes of ``capstone``: `fit` is long, so each is told by what it does differently.

Every entry replaces a few pieces of the reference's text. A piece must stand there exactly once, so
a change of the reference that an entry depends on is noticed when this file is loaded.
"""

import linecache
from itertools import pairwise
from pathlib import Path

import numpy as np

from autograder.mistakes import mistake
from autograder.reference import percent_cells

SOURCE = Path(__file__).parents[2] / "solutions" / "capstone.py"
EXERCISES = {
    marker.split('"')[1]: "\n".join(line for line in source.splitlines() if "###" not in line)
    + "\n"
    for marker, source, _ in percent_cells(SOURCE.read_text(encoding="utf-8"))
    if "exercise=" in marker
}


def altered(exercise, slug, message, changes, subtle=False):
    """Declare the reference with some pieces replaced a mistake."""
    text = EXERCISES[exercise]
    for old, new in changes.items():
        if text.count(old) != 1:
            raise ValueError(f"{slug}: {old!r} stands {text.count(old)} times in {exercise}")
        text = text.replace(old, new)
    # inspect finds the source of a function that has no file in the line cache.
    file = f"<mistake {slug}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace = {"np": np, "pairwise": pairwise, "__name__": __name__}
    exec(compile(text, file, "exec"), namespace)
    mistake(slug, message, subtle=subtle)(namespace[exercise])


# ----------------------------------------------------------------------------------- build

HE = '"he": np.sqrt(2 / fan_in)'
XAVIER = '"xavier": np.sqrt(2 / (fan_in + fan_out))'
DRAW = "W = std * rng.standard_normal((fan_out, fan_in))"

altered(
    "build",
    "he-without-root",
    'The variance of "he" is 2 / fan_in; what you multiply the draws by is its square root.',
    {HE: '"he": 2 / fan_in'},
)
altered(
    "build",
    "he-is-xavier",
    '"he" has Xavier\'s variance. ReLU throws away half of the signal: who pays for that?',
    {HE: '"he": np.sqrt(2 / (fan_in + fan_out))'},
    subtle=True,
)
altered(
    "build",
    "he-fan-out",
    '"he" counts the inputs of a unit, not its outputs.',
    {HE: '"he": np.sqrt(2 / fan_out)'},
    subtle=True,
)
altered(
    "build",
    "he-one-over-fan-in",
    'The variance of "he" is twice as large: ReLU halves the signal.',
    {HE: '"he": np.sqrt(1 / fan_in)'},
)
altered(
    "build",
    "xavier-without-root",
    'The variance of "xavier" is 2 / (fan_in + fan_out); the draws are multiplied by its root.',
    {XAVIER: '"xavier": 2 / (fan_in + fan_out)'},
)
altered(
    "build",
    "xavier-fan-in",
    '"xavier" is a compromise of both directions: count fan_out too.',
    {XAVIER: '"xavier": np.sqrt(1 / fan_in)'},
    subtle=True,
)
altered(
    "build",
    "xavier-precedence",
    "2 / fan_in + fan_out is not 2 / (fan_in + fan_out).",
    {XAVIER: '"xavier": np.sqrt(2 / fan_in + fan_out)'},
)
altered(
    "build",
    "small-squared",
    '0.01 is the standard deviation of "small", not its variance\'s root.',
    {'"small": 0.01': '"small": 0.01**2'},
)
altered(
    "build",
    "small-too-large",
    '"small" has a standard deviation of 0.01.',
    {'"small": 0.01': '"small": 0.1'},
)
altered(
    "build",
    "zeros-is-small",
    'With "zeros" every weight is exactly 0.',
    {'"zeros": 0.0': '"zeros": 0.01'},
)
altered(
    "build",
    "zeros-is-he",
    'With "zeros" every weight is exactly 0; yours are drawn like the others.',
    {'"zeros": 0.0': '"zeros": np.sqrt(2 / fan_in)'},
)
altered(
    "build",
    "random-biases",
    "Biases start at zero.",
    {'"b": np.zeros((fan_out, 1))': '"b": 0.1 * rng.standard_normal((fan_out, 1))'},
)
altered(
    "build",
    "positive-draws",
    "rng.random gives numbers from 0 to 1, never negative ones.",
    {DRAW: "W = std * rng.random((fan_out, fan_in))"},
)
altered(
    "build",
    "deviation-as-bound",
    "A uniform draw from -b to b has the standard deviation b / √3, not b.",
    {DRAW: "W = rng.uniform(-std, std, (fan_out, fan_in))"},
)
altered(
    "build",
    "variance-as-scale",
    "The second argument of rng.normal is the standard deviation.",
    {DRAW: "W = rng.normal(0, std**2, (fan_out, fan_in))"},
)
altered(
    "build",
    "one-constant",
    "All units of a layer are equal: draw a number for each weight.",
    {DRAW: "W = std * np.ones((fan_out, fan_in))"},
)
altered(
    "build",
    "one-draw-per-layer",
    "Each weight needs a draw of its own: give rng the shape.",
    {DRAW: "W = std * rng.standard_normal() * np.ones((fan_out, fan_in))"},
)
altered(
    "build",
    "reseeded-per-layer",
    "Use the rng you were given: a fresh seed gives each layer the same draws.",
    {DRAW: "W = std * np.random.default_rng(1).standard_normal((fan_out, fan_in))"},
)
altered(
    "build",
    "layers-share-draws",
    "Two layers share their draws: take the next numbers of the one rng for each layer.",
    {
        "model = []": "model = []\n    seed = int(rng.integers(2**31))",
        DRAW: "W = std * np.random.default_rng(seed).standard_normal((fan_out, fan_in))",
    },
    subtle=True,
)
altered(
    "build",
    "global-generator",
    "np.random is not rng: the same rng must give the same network.",
    {DRAW: "W = std * np.random.standard_normal((fan_out, fan_in))"},
)
altered(
    "build",
    "output-layer-small",
    "The output layer has its scheme's variance too.",
    {
        "    if use_batchnorm:": '    model[-1]["W"] = 0.01 * rng.standard_normal(W.shape)\n'
        "    if use_batchnorm:"
    },
)
altered(
    "build",
    "output-layer-unscaled",
    "The output layer has its scheme's variance too.",
    {
        "    if use_batchnorm:": '    model[-1]["W"] = rng.standard_normal(W.shape)\n'
        "    if use_batchnorm:"
    },
)
altered(
    "build",
    "scale-of-first-layer",
    "Each layer has its own fan_in and fan_out.",
    {
        "        std = {": "        fan = layer_dims[0]\n        std = {",
        HE: '"he": np.sqrt(2 / fan)',
    },
    subtle=True,
)
altered(
    "build",
    "layer-dims-consumed",
    "layer_dims belongs to the caller: leave the list as it is.",
    {"pairwise(layer_dims)": "list(pairwise([layer_dims.pop(0), *layer_dims]))"},
)
altered(
    "build",
    "gamma-zero",
    "γ starts at 1: a γ of 0 silences its unit.",
    {"gamma=ones": "gamma=zeros"},
)
altered(
    "build",
    "beta-one",
    "β starts at 0.",
    {"beta=zeros": "beta=ones"},
)

altered(
    "build",
    "use-batchnorm-ignored",
    "use_batchnorm makes no difference to the network: what will fit know of it?",
    {"if use_batchnorm:": "if False:"},
    subtle=True,
)
altered(
    "build",
    "batchnorm-always",
    "There is batch normalisation only where use_batchnorm asks for it.",
    {"if use_batchnorm:": "if True:"},
)
altered(
    "build",
    "small-is-he",
    '"small" is the same for every layer, however many inputs it has.',
    {'"small": 0.01': '"small": np.sqrt(2 / fan_in)'},
)
altered(
    "build",
    "depth-ignored",
    "layer_dims says how many layers there are, and how wide each is.",
    {"pairwise(layer_dims)": "pairwise([layer_dims[0], *[layer_dims[1]] * 9, layer_dims[-1]])"},
)

# --------------------------------------------------------------------------------- predict

OUT = 'np.argmax(model[-1]["W"] @ A + model[-1]["b"], axis=0)'
NORMALISED = '(Z - layer["mean"]) / np.sqrt(layer["var"] + 1e-5)'

altered(
    "predict",
    "least-probable",
    "The label is the class with the largest score, not the smallest.",
    {"np.argmax": "np.argmin"},
)
altered(
    "predict",
    "wrong-axis",
    "One column is one picture: look for the largest score along axis 0.",
    {"axis=0": "axis=1"},
)
altered(
    "predict",
    "scores-for-labels",
    "The label is where the largest score stands, not the score.",
    {"np.argmax": "np.max"},
)
altered("predict", "labels-from-one", "Labels count from 0.", {OUT: f"{OUT} + 1"})
altered(
    "predict",
    "labels-from-one-wrapped",
    "The labels are shifted by one class.",
    {OUT: f'({OUT} + 1) % model[-1]["b"].size'},
)
altered(
    "predict",
    "last-class-never",
    "There may be more classes than nine.",
    {OUT: 'np.argmax((model[-1]["W"] @ A + model[-1]["b"])[:9], axis=0)'},
    subtle=True,
)
altered(
    "predict",
    "labels-modulo-ten",
    "There may be more classes than ten.",
    {OUT: f"{OUT} % 10"},
    subtle=True,
)
altered("predict", "float-labels", "Labels are integers.", {OUT: f"{OUT}.astype(float)"})
altered(
    "predict", "labels-in-a-row", "The labels have shape (m,), not (1, m).", {OUT: f"{OUT}[None]"}
)
altered(
    "predict",
    "no-relu",
    "The hidden layers lack their ReLU.",
    {"A = np.maximum(Z, 0)": "A = Z"},
)
altered(
    "predict",
    "absolute-value",
    "ReLU is max(0, z), not |z|.",
    {"A = np.maximum(Z, 0)": "A = np.abs(Z)"},
)
altered(
    "predict",
    "sigmoid-for-relu",
    "The hidden layers were trained with ReLU.",
    {"A = np.maximum(Z, 0)": "A = 1 / (1 + np.exp(-Z))"},
)
altered(
    "predict",
    "hidden-bias-forgotten",
    "The hidden layers have biases.",
    {'Z = layer["W"] @ A + layer["b"]': 'Z = layer["W"] @ A'},
)
altered(
    "predict",
    "output-bias-forgotten",
    "The output layer has a bias.",
    {OUT: 'np.argmax(model[-1]["W"] @ A, axis=0)'},
)
altered(
    "predict",
    "relu-on-output",
    "There is no ReLU on the output: all scores may be negative.",
    {OUT: 'np.argmax(np.maximum(model[-1]["W"] @ A + model[-1]["b"], 0), axis=0)'},
    subtle=True,
)
altered(
    "predict",
    "batch-statistics",
    "At inference batch normalisation uses the running statistics.",
    {NORMALISED: "(Z - Z.mean(1, keepdims=True)) / np.sqrt(Z.var(1, keepdims=True) + 1e-5)"},
)
altered(
    "predict",
    "no-gamma",
    "γ and β belong to batch normalisation at inference too.",
    {'layer["gamma"] * normalised + layer["beta"]': "normalised"},
)
altered(
    "predict",
    "variance-for-deviation",
    "Divide by the root of the variance.",
    {NORMALISED: '(Z - layer["mean"]) / (layer["var"] + 1e-5)'},
    subtle=True,
)
altered(
    "predict",
    "dropout-at-inference",
    "There is no dropout when the network reads.",
    {"A = np.maximum(Z, 0)": "A = np.maximum(Z, 0) * (np.random.random(Z.shape) < 0.8) / 0.8"},
)
altered(
    "predict",
    "picture-scaled-by-set",
    "What is said of one picture must not depend on the others.",
    {"A = X\n": "A = X - X.mean(axis=1, keepdims=True)\n"},
)

# ------------------------------------------------------------------------------------- fit

COPY = "model = [dict(layer) for layer in model]"
MASK = "slope *= (rng.random(Z.shape) < keep_prob) / keep_prob"
TAPE = "tape.append((layer, A, slope, normalised, std))"
DW = 'dW = dZ @ A_prev.T + lambd / m * layer["W"]'
STEP_W = 'layer["W"] = layer["W"] - learning_rate * dW'
STEP_B = 'layer["b"] = layer["b"] - learning_rate * dZ.sum(axis=1, keepdims=True)'
OLD = 'gradient = layer["W"].T @ dZ  # with the old weights'
BN = 'dZ = layer["gamma"] / std * (dZ - (dbeta + normalised * dgamma) / batch.size)'
PENALTY = "lambd * squares / (2 * m) * batch.size"
NO_BATCHES = {"range(0, m, batch_size)": "range(1)", "order[start : start + batch_size]": "order"}

altered(
    "fit",
    "no-relu-in-fit",
    "Without a ReLU after each hidden layer the network is one linear map, however deep: predict "
    "has it, fit has not.",
    {"slope = (Z > 0).astype(float)": "slope = np.ones_like(Z)"},
)
altered(
    "fit",
    "no-mini-batches",
    "batch_size is ignored: each batch makes a step of its own.",
    NO_BATCHES,
)
altered(
    "fit",
    "last-batch-dropped",
    "The last, smaller batch of an epoch is lost.",
    {"range(0, m, batch_size)": "range(0, max(m - batch_size, 0) + 1, batch_size)"},
    subtle=True,
)
altered(
    "fit",
    "not-shuffled",
    "The pictures come in the same order in every epoch: shuffle them with rng.",
    {"rng.permutation(m)": "np.arange(m)"},
    subtle=True,
)
altered(
    "fit",
    "labels-not-shuffled",
    "Pictures are shuffled but labels are not: they no longer belong together.",
    {"Y[batch]": "Y[start : start + batch_size]"},
)
altered(
    "fit",
    "drawn-with-replacement",
    "In an epoch each picture is shown once, none twice.",
    {"rng.permutation(m)": "rng.integers(0, m, m)"},
    subtle=True,
)
altered("fit", "global-generator-in-fit",
        "np.random is not rng: the same rng gives the same result.",
        {"rng.permutation(m)": "np.random.permutation(m)"})  # fmt: skip
altered(
    "fit",
    "softmax-not-shifted",
    "Subtract each picture's largest score before the exponential.",
    {"logits = logits - logits.max(axis=0)": "pass"},
    subtle=True,
)
altered(
    "fit",
    "softmax-along-pictures",
    "Softmax sums over the classes, that is, over axis 0.",
    {"np.exp(logits).sum(axis=0)": "np.exp(logits).sum(axis=1, keepdims=True)"},
)
altered(
    "fit",
    "no-cost-sign",
    "The cost is minus the logarithm of the probability.",
    {"- log_P[labels, columns].sum()": "+ log_P[labels, columns].sum()"},
)
altered(
    "fit",
    "cost-in-bits",
    "The cost is a natural logarithm.",
    {"- log_P[labels, columns].sum()": "- log_P[labels, columns].sum() / np.log(2)"},
)
altered(
    "fit",
    "gradient-summed",
    "The gradient is the mean over the batch, not the sum.",
    {"gradient /= batch.size": "gradient /= 1"},
)
altered(
    "fit",
    "gradient-over-all",
    "Divide the gradient by the size of the batch, not of the whole set.",
    {"gradient /= batch.size": "gradient /= m"},
    subtle=True,
)
altered(
    "fit",
    "gradient-over-batch-size",
    "The last batch may be smaller than batch_size: divide by the number of pictures in it.",
    {"gradient /= batch.size": "gradient /= batch_size"},
    subtle=True,
)
altered(
    "fit",
    "gradient-over-entries",
    "Divide by the number of pictures, not of entries.",
    {"gradient /= batch.size": "gradient /= gradient.size"},
)
altered(
    "fit",
    "gradient-is-probability",
    "The gradient of the scores is P - 1 at the right label.",
    {"gradient[labels, columns] -= 1": "gradient[labels, columns] -= 0"},
)
altered(
    "fit",
    "uphill",
    "A step goes downhill: subtract the gradient.",
    {STEP_W: STEP_W.replace("- l", "+ l"), STEP_B: STEP_B.replace("- l", "+ l")},
)
altered(
    "fit",
    "learning-rate-ignored",
    "The size of the step is learning_rate.",
    {
        STEP_W: STEP_W.replace("learning_rate", "0.03"),
        STEP_B: STEP_B.replace("learning_rate", "0.03"),
    },
)
altered("fit", "biases-never-move", "The biases learn too.", {STEP_B: "pass"})
altered(
    "fit",
    "hidden-biases-never-move",
    "The biases of the hidden layers learn too.",
    {STEP_B: f"if layer is output:\n                    {STEP_B}"},
    subtle=True,
)
altered(
    "fit",
    "bias-gradient-averaged",
    "db is the sum over the columns of dZ, which holds the 1/B already.",
    {"dZ.sum(axis=1, keepdims=True)": "dZ.mean(axis=1, keepdims=True)"},
)
altered(
    "fit",
    "model-changed",
    "fit changes the model that it was given: train a copy.",
    {COPY: "model = model"},
)
altered(
    "fit",
    "untrained-returned",
    "fit returns the model as it was before the training.",
    {
        COPY: "newborn, model = model, [dict(layer) for layer in model]",
        "return model, history": "return newborn, history",
    },
)
altered("fit", "history-missing", "fit returns two things: the model and the history.",
        {"return model, history": "return model"})  # fmt: skip
altered(
    "fit",
    "slope-always-one",
    "No gradient passes a ReLU whose Z was not positive.",
    {TAPE: TAPE.replace("slope", "slope.max()")},
)
altered(
    "fit",
    "new-weights-in-backward",
    "All gradients are computed with the old weights.",
    {OLD: "pass", STEP_W: f'{STEP_W}\n                gradient = layer["W"].T @ dZ'},
    subtle=True,
)
altered(
    "fit",
    "last-layer-only",
    "Only the output layer is trained.",
    {"in reversed(tape)": "in tape[-1:]"},
    subtle=True,
)
altered(
    "fit",
    "first-layer-frozen",
    "The first layer is not trained.",
    {"in reversed(tape)": "in (reversed(tape[1:]) if len(tape) > 1 else tape)"},
    subtle=True,
)
altered(
    "fit",
    "activation-not-previous",
    "dW multiplies dZ by what came into the layer.",
    {"dW = dZ @ A_prev.T": "dW = dZ @ np.abs(A_prev).T"},
    subtle=True,
)
altered(
    "fit", "decay-on-biases", "There is no weight decay for biases.",
    {STEP_B: 'layer["b"] = (1 - learning_rate * lambd / m) * layer["b"]'
             " - learning_rate * dZ.sum(axis=1, keepdims=True)"}, subtle=True,
)  # fmt: skip
altered(
    "fit",
    "decay-halved",
    "The gradient of λ/(2m) ‖W‖² is λ/m W.",
    {"lambd / m *": "lambd / (2 * m) *"},
)
altered(
    "fit",
    "decay-without-m",
    "Weight decay is divided by the number of pictures.",
    {"lambd / m *": "lambd *"},
)
altered("fit", "decay-missing", "lambd does not reach the gradients.", {"lambd / m *": "0 *"})
altered(
    "fit",
    "decay-grows",
    "Weight decay makes weights smaller: mind the sign.",
    {"+ lambd / m": "- lambd / m"},
)
altered(
    "fit",
    "decay-on-output-only",
    "Weight decay concerns every layer.",
    {"lambd / m *": "(lambd if layer is output else 0) / m *"},
    subtle=True,
)
altered(
    "fit",
    "penalty-doubled",
    "The penalty in the cost is λ/(2m) Σ‖W‖².",
    {"squares / (2 * m)": "squares / m"},
    subtle=True,
)
altered("fit", "dropout-missing", "keep_prob has no effect.", {MASK: "pass"})
altered(
    "fit",
    "dropout-unscaled",
    "What dropout keeps is divided by keep_prob.",
    {MASK: "slope *= rng.random(Z.shape) < keep_prob"},
)
altered(
    "fit",
    "dropout-inverted",
    "keep_prob is the probability to keep, not to drop.",
    {MASK: "slope *= (rng.random(Z.shape) > keep_prob) / keep_prob"},
    subtle=True,
)
altered(
    "fit",
    "dropout-per-unit",
    "Each picture needs its own mask.",
    {MASK: "slope *= (rng.random((len(Z), 1)) < keep_prob) / keep_prob"},
    subtle=True,
)
altered(
    "fit",
    "dropout-normal",
    "A probability needs uniform random numbers: rng.random.",
    {MASK: "slope *= (rng.standard_normal(Z.shape) < keep_prob) / keep_prob"},
)
altered(
    "fit",
    "dropout-not-in-backward",
    "The way back needs the same mask as the way forward.",
    {TAPE: TAPE.replace("slope", "(Z > 0).astype(float)")},
    subtle=True,
)
altered(
    "fit",
    "dropout-backward-unscaled",
    "The way back needs the factor 1 / keep_prob as well.",
    {TAPE: TAPE.replace("slope", "(slope > 0).astype(float)")},
    subtle=True,
)
altered(
    "fit", "dropout-on-input", "Dropout does not belong on the input.",
    {"tape = []": "A = A if keep_prob == 1 else A * (rng.random(A.shape) < keep_prob) / keep_prob\n"
                  "            tape = []"},
)  # fmt: skip
altered(
    "fit",
    "batchnorm-ignored",
    "A model with batch normalisation needs it in training.",
    {'if "gamma" in layer:': "if False:"},
)
altered(
    "fit",
    "sample-variance",
    "The batch's variance divides by the number of pictures, not one less.",
    {"Z.var(axis=1, keepdims=True)": "Z.var(axis=1, keepdims=True, ddof=min(1, batch.size - 1))"},
    subtle=True,
)
altered(
    "fit",
    "statistics-held-constant",
    "The batch's mean and variance depend on Z: so does the gradient.",
    {BN: 'dZ = layer["gamma"] / std * dZ'},
    subtle=True,
)
altered(
    "fit",
    "variance-held-constant",
    "The batch's variance depends on Z: a term of dZ is missing.",
    {BN: 'dZ = layer["gamma"] / std * (dZ - dbeta / batch.size)'},
    subtle=True,
)
altered(
    "fit",
    "gamma-frozen",
    "γ learns too.",
    {'layer["gamma"] = layer["gamma"] - learning_rate * dgamma': "pass"},
    subtle=True,
)
altered(
    "fit",
    "beta-frozen",
    "β learns too.",
    {'layer["beta"] = layer["beta"] - learning_rate * dbeta': "pass"},
    subtle=True,
)
altered(
    "fit", "momentum-reversed", "The running mean keeps 0.9 of the old and takes 0.1 of the new.",
    {'0.9 * layer["mean"] + 0.1 * mean': '0.1 * layer["mean"] + 0.9 * mean',
     '0.9 * layer["var"] + 0.1 * var': '0.1 * layer["var"] + 0.9 * var'}, subtle=True,
)  # fmt: skip
altered(
    "fit",
    "running-statistics-overwritten",
    "The running statistics remember more than the last batch.",
    {'0.9 * layer["mean"] + 0.1 * mean': "mean", '0.9 * layer["var"] + 0.1 * var': "var"},
    subtle=True,
)
altered(
    "fit", "running-statistics-missing", "predict needs running statistics: keep them up to date.",
    {'layer["mean"] = 0.9 * layer["mean"] + 0.1 * mean': "pass",
     'layer["var"] = 0.9 * layer["var"] + 0.1 * var': "pass"},
)  # fmt: skip
altered(
    "fit",
    "running-variance-missing",
    "predict divides by the root of the running variance: keep it up to date, too.",
    {'layer["var"] = 0.9 * layer["var"] + 0.1 * var': "pass"},
    subtle=True,
)
altered(
    "fit", "history-per-batch", "history holds one cost an epoch, not one a batch.",
    {"gradient = np.exp(log_P)": "history.append(-log_P[labels, columns].mean())\n"
                                 "            gradient = np.exp(log_P)",
     "history.append(total / m)": "pass"},
)  # fmt: skip
altered(
    "fit", "history-of-last-batch", "The cost of an epoch is the mean over all its pictures.",
    {"total += ": "total = m / batch.size * "
     "(", ".sum()\n\n            gradient": ".sum())\n\n            gradient"}, subtle=True,
)  # fmt: skip
altered(
    "fit",
    "history-summed",
    "The cost of an epoch is a mean, not a sum.",
    {"total / m": "total"},
)
altered(
    "fit",
    "history-over-batch",
    "Divide the costs of all pictures by their number, not by the batch's.",
    {"total / m": "total / batch_size"},
    subtle=True,
)
altered(
    "fit",
    "history-too-long",
    "history holds one cost an epoch; the cost before all training is one too many.",
    {"history.append(total / m)": "history += [total / m] * (1 if history else 2)"},
)
altered(
    "fit",
    "history-of-accuracy",
    "history holds costs, not the share of right labels.",
    {
        "lambd * squares / (2 * m) * batch.size - log_P[labels, columns].sum()": (
            "np.sum(log_P.argmax(axis=0) == labels)"
        )
    },
)
altered(
    "fit",
    "shuffled-once",
    "Shuffle before each epoch, not once for all.",
    {
        "        order = rng.permutation(m)\n": "",
        "history = []": "history = []\n    order = rng.permutation(m)",
    },
    subtle=True,
)
altered(
    "fit",
    "layers-share-masks",
    "Each layer needs a dropout mask of its own.",
    {
        "tape = []": "masks, tape = {}, []",
        MASK: "slope *= masks.setdefault(Z.shape, rng.random(Z.shape)) < keep_prob\n"
        "                    slope /= keep_prob",
    },
    subtle=True,
)
altered(
    "fit",
    "decay-on-gamma",
    "Weight decay is for weights, not for γ and β.",
    {
        "learning_rate * dgamma": 'learning_rate * (dgamma + lambd / m * layer["gamma"])',
    },
    subtle=True,
)
altered(
    "fit",
    "zeros-drawn-anew",
    "fit trains the network that it is given, even one of zeros.",
    {
        COPY: f"{COPY}\n"
        '    if not any(layer["W"].any() for layer in model):\n'
        "        for layer in model:\n"
        '            layer["W"] = rng.standard_normal(layer["W"].shape)'
    },
)
altered(
    "fit",
    "network-drawn-anew",
    "fit trains the network that it is given: the weights are build's affair.",
    {
        COPY: f"{COPY}\n"
        "    for layer in model:\n"
        '        if layer["W"].std() > 0.02:\n'
        '            layer["W"] = np.random.default_rng(0).standard_normal(layer["W"].shape)'
    },
)
