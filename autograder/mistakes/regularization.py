"""Known mistakes of ``regularization``, written as a student would."""

import numpy as np

from autograder.mistakes import mistake

# ----------------------------------------------------------------------------------- l2_cost


@mistake(
    "l2-cost-without-the-half",
    "Exactly twice too much. What is the 2 in the formula for?",
)
def l2_cost(parameters, lambd, m):
    return lambd / m * sum(np.sum(P**2) for name, P in parameters.items() if name[0] == "W")


@mistake(
    "l2-cost-without-m",
    "With a single example the penalty is right. How does it depend on the number of examples?",
    subtle=True,
)
def l2_cost(parameters, lambd, m):
    return lambd / 2 * sum(np.sum(P**2) for name, P in parameters.items() if name[0] == "W")


@mistake(
    "l2-cost-divided-by-half-of-m",
    "lambd / 2 * m and lambd / (2 * m) are not the same: with m = 1 nobody sees it.",
    subtle=True,
)
def l2_cost(parameters, lambd, m):
    return lambd / 2 * m * sum(np.sum(P**2) for name, P in parameters.items() if name[0] == "W")


@mistake(
    "l2-cost-of-biases",
    "The penalty is too large. Which of the parameters pay rent?",
)
def l2_cost(parameters, lambd, m):
    return lambd / (2 * m) * sum(np.sum(P**2) for P in parameters.values())


@mistake(
    "l2-cost-with-norm-not-squared",
    "Doubling every weight doubles the penalty. Should it?",
)
def l2_cost(parameters, lambd, m):
    norms = (np.linalg.norm(P) for name, P in parameters.items() if name[0] == "W")
    return float(lambd / (2 * m) * sum(norms))


@mistake(
    "l1-for-l2",
    "Large weights pay too little and small ones too much: which power of a weight counts?",
)
def l2_cost(parameters, lambd, m):
    sizes = (np.sum(np.abs(P)) for name, P in parameters.items() if name[0] == "W")
    return float(lambd / (2 * m) * sum(sizes))


@mistake(
    "l2-cost-of-the-sum-squared",
    "Weights of opposite sign cancel. What comes first: squaring, or adding up?",
)
def l2_cost(parameters, lambd, m):
    sums = (np.sum(P) ** 2 for name, P in parameters.items() if name[0] == "W")
    return float(lambd / (2 * m) * sum(sums))


@mistake(
    "l2-cost-with-spectral-norm",
    "For a single row the norm is right. Which norm of a matrix is the sum of all squares?",
    subtle=True,
)
def l2_cost(parameters, lambd, m):
    norms = (np.linalg.norm(P, 2) ** 2 for name, P in parameters.items() if name[0] == "W")
    return float(lambd / (2 * m) * sum(norms))


@mistake(
    "l2-cost-of-two-layers",
    "For two layers the penalty is right. How many layers may a network have?",
    subtle=True,
)
def l2_cost(parameters, lambd, m):
    weights = [parameters[name] for name in ("W1", "W2") if name in parameters]
    return float(lambd / (2 * m) * sum(np.sum(W**2) for W in weights))


@mistake(
    "l2-cost-of-exactly-two-layers",
    "For two layers the penalty is right. How many layers may a network have?",
)
def l2_cost(parameters, lambd, m):
    squares = np.sum(parameters["W1"] ** 2) + np.sum(parameters["W2"] ** 2)
    return float(lambd / (2 * m) * squares)


@mistake(
    "l2-cost-without-the-last-layer",
    "One layer pays nothing. How far does your loop run?",
)
def l2_cost(parameters, lambd, m):
    layers = range(1, len(parameters) // 2)
    return float(lambd / (2 * m) * sum(np.sum(parameters[f"W{layer}"] ** 2) for layer in layers))


@mistake(
    "l2-cost-averaged-over-entries",
    "The larger a layer, the less each of its weights pays. Is the penalty a sum or a mean?",
)
def l2_cost(parameters, lambd, m):
    means = (np.mean(P**2) for name, P in parameters.items() if name[0] == "W")
    return float(lambd / (2 * m) * sum(means))


@mistake(
    "l2-cost-of-nine-layers",
    "For nine layers the penalty is right. How is the tenth one called?",
    subtle=True,
)
def l2_cost(parameters, lambd, m):
    weights = [P for name, P in parameters.items() if name[0] == "W" and len(name) == 2]
    return float(lambd / (2 * m) * sum(np.sum(W**2) for W in weights))


@mistake(
    "l2-cost-of-every-second-array",
    "The penalty is right where W and b come in turns. A dict is asked by its keys: which of them "
    "are the weights?",
    subtle=True,
)
def l2_cost(parameters, lambd, m):
    weights = list(parameters.values())[::2]
    return float(lambd / (2 * m) * sum(np.sum(W**2) for W in weights))


@mistake(
    "l2-cost-of-flat-biases",
    "The penalty is right unless a bias has a single entry. Can a bias be told by its shape?",
    subtle=True,
)
def l2_cost(parameters, lambd, m):
    paying = (P for name, P in parameters.items() if name[0] == "W" or P.shape[0] == 1)
    return float(lambd / (2 * m) * sum(np.sum(P**2) for P in paying))


# ------------------------------------------------------------------------------ l2_gradients


@mistake("l2-gradients-halved", "Half of what is due. What is the derivative of a square?")
def l2_gradients(parameters, lambd, m):
    return {
        "d" + name: lambd / (2 * m) * P if name[0] == "W" else np.zeros_like(P)
        for name, P in parameters.items()
    }


@mistake("l2-gradients-doubled", "Twice of what is due. What was the half in the cost for?")
def l2_gradients(parameters, lambd, m):
    return {
        "d" + name: 2 * lambd / m * P if name[0] == "W" else np.zeros_like(P)
        for name, P in parameters.items()
    }


@mistake(
    "l2-gradients-without-m",
    "With a single example the gradient is right. How does it depend on the number of examples?",
    subtle=True,
)
def l2_gradients(parameters, lambd, m):
    return {
        "d" + name: lambd * P if name[0] == "W" else np.zeros_like(P)
        for name, P in parameters.items()
    }


@mistake("l2-gradients-of-biases", "The biases decay as well. Do they pay rent?")
def l2_gradients(parameters, lambd, m):
    return {"d" + name: lambd / m * P for name, P in parameters.items()}


@mistake("l2-gradients-with-the-sign-flipped", "A step downhill would make the weights larger.")
def l2_gradients(parameters, lambd, m):
    return {
        "d" + name: -lambd / m * P if name[0] == "W" else np.zeros_like(P)
        for name, P in parameters.items()
    }


@mistake("l2-gradients-of-the-sign", "Every weight is pulled equally hard. Should it be?")
def l2_gradients(parameters, lambd, m):
    return {
        "d" + name: lambd / m * np.sign(P) if name[0] == "W" else np.zeros_like(P)
        for name, P in parameters.items()
    }


@mistake(
    "l2-gradients-without-biases",
    "Some keys are missing. Which gradient does a parameter have that the cost does not depend on?",
)
def l2_gradients(parameters, lambd, m):
    return {"d" + name: lambd / m * P for name, P in parameters.items() if name[0] == "W"}


@mistake(
    "l2-gradients-named-like-parameters",
    "The keys are those of the parameters. What are the gradients called?",
)
def l2_gradients(parameters, lambd, m):
    return {
        name: lambd / m * P if name[0] == "W" else np.zeros_like(P)
        for name, P in parameters.items()
    }


@mistake(
    "l2-gradients-flat-biases",
    "db has lost an axis. Which shape does b have?",
)
def l2_gradients(parameters, lambd, m):
    return {
        "d" + name: lambd / m * P if name[0] == "W" else np.zeros(len(P))
        for name, P in parameters.items()
    }


@mistake(
    "l2-gradients-in-place",
    "The caller's weights are different after the call. How do you make new arrays instead?",
)
def l2_gradients(parameters, lambd, m):
    grads = {}
    for name, P in parameters.items():
        grads["d" + name] = P if name[0] == "W" else np.zeros_like(P)
        if name[0] == "W":
            grads["d" + name] *= lambd / m
    return grads


@mistake(
    "l2-gradients-of-the-first-layer-only",
    "With one layer the gradient is right. Do the other layers pay rent?",
    subtle=True,
)
def l2_gradients(parameters, lambd, m):
    return {
        "d" + name: lambd / m * P if name == "W1" else np.zeros_like(P)
        for name, P in parameters.items()
    }


@mistake(
    "l2-gradients-of-nine-layers",
    "For nine layers the gradients are right. How is the tenth one called?",
    subtle=True,
)
def l2_gradients(parameters, lambd, m):
    grads = {}
    for layer in range(1, min(len(parameters) // 2, 9) + 1):
        grads[f"dW{layer}"] = lambd / m * parameters[f"W{layer}"]
        grads[f"db{layer}"] = np.zeros_like(parameters[f"b{layer}"])
    return grads


@mistake(
    "l2-gradients-of-every-second-array",
    "The gradients are right where W and b come in turns. A dict is asked by its keys: which of "
    "them are the weights?",
    subtle=True,
)
def l2_gradients(parameters, lambd, m):
    return {
        "d" + name: lambd / m * P if place % 2 == 0 else np.zeros_like(P)
        for place, (name, P) in enumerate(parameters.items())
    }


@mistake(
    "l2-gradients-of-nothing-without-decay",
    "With decay the gradients are right. Which gradients has a network for lambd = 0?",
    subtle=True,
)
def l2_gradients(parameters, lambd, m):
    if lambd == 0:
        return {}
    return {
        "d" + name: lambd / m * P if name[0] == "W" else np.zeros_like(P)
        for name, P in parameters.items()
    }


@mistake(
    "l2-gradients-with-plain-zeros-for-biases",
    "A gradient has the shape of what it belongs to, even where it is 0 everywhere.",
)
def l2_gradients(parameters, lambd, m):
    return {"d" + name: lambd / m * P if name[0] == "W" else 0.0 for name, P in parameters.items()}


@mistake(
    "l2-gradients-of-the-output-bias",
    "One bias decays as well. Does it pay rent?",
    subtle=True,
)
def l2_gradients(parameters, lambd, m):
    last = f"b{len(parameters) // 2}"
    return {
        "d" + name: lambd / m * P if name[0] == "W" or name == last else np.zeros_like(P)
        for name, P in parameters.items()
    }


# --------------------------------------------------------------------------- entropy_penalty


@mistake(
    "entropy-with-the-sign-flipped",
    "Doubt is punished where it should be rewarded: which sign has the penalty?",
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(beta * H.mean()), -beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "entropy-value-with-the-sign-flipped",
    "value and dlogits contradict each other: walking downhill makes value larger.",
    subtle=True,
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(beta * H.mean()), beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "entropy-gradient-with-the-sign-flipped",
    "value is right, and walking along -dlogits makes it larger.",
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), -beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "entropy-over-the-wrong-axis",
    "The softmax runs along the rows. One column is one example: over what should the "
    "probabilities add up to 1?",
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=1, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[0] * p * (log_p + H)


@mistake(
    "entropy-of-one-softmax-over-everything",
    "With a single example value is right. With more, do all probabilities together add up to 1, "
    "or those of each example?",
    subtle=True,
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max()
    log_p = shifted - np.log(np.exp(shifted).sum())
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "entropy-shifted-by-the-global-maximum",
    "For moderate logits all is well. What happens to a column that lies a thousand below another?",
    subtle=True,
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max()
    exponentials = np.exp(shifted)
    log_p = shifted - np.log(exponentials.sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "entropy-not-shifted",
    "For moderate logits all is well. What is the exponential of a thousand?",
    subtle=True,
)
def entropy_penalty(logits, beta):
    log_p = logits - np.log(np.exp(logits).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "entropy-log-of-zero",
    "For moderate logits all is well. What is 0 times the logarithm of 0 for NumPy?",
    subtle=True,
)
def entropy_penalty(logits, beta):
    exponentials = np.exp(logits - logits.max(axis=0, keepdims=True))
    p = exponentials / exponentials.sum(axis=0, keepdims=True)
    H = -(p * np.log(p)).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (np.log(p) + H)


@mistake(
    "entropy-of-the-logits",
    "The entropy is taken of the logits themselves. Of what is it defined?",
)
def entropy_penalty(logits, beta):
    log_p = np.log(np.maximum(np.abs(logits), 1e-12))
    p = logits
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "entropy-in-bits",
    "value is the same in another unit: which logarithm is due?",
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = (shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))) / np.log(2)
    p = 2**log_p
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "entropy-summed-over-examples",
    "With a single example all is well. Is the entropy of several added up or averaged?",
    subtle=True,
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.sum()), beta * p * (log_p + H)


@mistake(
    "entropy-gradient-without-m",
    "value is right, and with a single example dlogits, too. What does the mean do to the slope?",
    subtle=True,
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta * p * (log_p + H)


@mistake(
    "entropy-averaged-over-classes",
    "Everything is as many times too small as there are classes: over what is averaged?",
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(beta * np.mean(p * log_p)), beta / logits.size * p * (log_p + H)


@mistake(
    "entropy-gradient-without-beta",
    "value is right, and with beta = 1 dlogits is, too.",
    subtle=True,
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), p * (log_p + H) / logits.shape[1]


@mistake(
    "entropy-gradient-in-the-probabilities",
    "value is right. dlogits is the slope in the probabilities: what is the one in the logits?",
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * (log_p + 1)


@mistake(
    "entropy-gradient-diagonal-only",
    "value is right. Each probability depends on every logit of its column: does dlogits know?",
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (1 - p) * (log_p + 1)


@mistake(
    "entropy-gradient-without-the-entropy",
    "value is right. A column of dlogits should add up to 0, for a shift of all its logits changes "
    "nothing. Yours doesn't.",
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * log_p


@mistake(
    "entropy-gradient-with-the-mean-entropy",
    "value is right, and with a single example dlogits is, too. Whose entropy stands in a column's "
    "gradient?",
    subtle=True,
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (log_p + H.mean())


@mistake(
    "logits-shifted-in-place",
    "The caller's logits are different after the call. Which of your lines writes into them?",
)
def entropy_penalty(logits, beta):
    logits -= logits.max(axis=0, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "large-logits-shifted-in-place",
    "Moderate logits are left alone, large ones are different after the call. Which of your lines "
    "writes into them?",
    subtle=True,
)
def entropy_penalty(logits, beta):
    if logits.max() > 100:
        logits -= logits.max(axis=0, keepdims=True)
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "entropy-value-in-bits",
    "dlogits is right, and value is the same in another unit: which logarithm is due?",
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean() / np.log(2)), beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "entropy-value-summed-over-examples",
    "dlogits is right, and with a single example value is, too. Is the entropy of several added up "
    "or averaged?",
    subtle=True,
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.sum()), beta / logits.shape[1] * p * (log_p + H)


@mistake(
    "entropy-gradient-with-one-for-the-entropy",
    "value is right. A column of dlogits should add up to 0, for a shift of all its logits changes "
    "nothing. What does p log p become once p depends on every logit?",
)
def entropy_penalty(logits, beta):
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (log_p + 1)


@mistake(
    "entropy-with-too-large-a-small-number",
    "The answer is off from the sixth digit on. What do you add inside the logarithm, and is it "
    "needed at all?",
    subtle=True,
)
def entropy_penalty(logits, beta):
    e = np.exp(logits - logits.max(axis=0, keepdims=True))
    p = e / e.sum(axis=0, keepdims=True)
    log_p = np.log(p + 1e-6)
    H = -(p * log_p).sum(axis=0, keepdims=True)
    return float(-beta * H.mean()), beta / logits.shape[1] * p * (log_p + H)


# --------------------------------------------------------------------------- dropout_forward


@mistake(
    "normal-mask",
    "The share of kept entries is not keep_prob. How often is a standard normal number below "
    "keep_prob?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.standard_normal(A.shape) < keep_prob) / keep_prob
    return A * mask, mask


@mistake(
    "keep-and-drop-confused-always",
    "With keep_prob = 0.5 nobody sees it, with 1 nothing is left: is keep_prob the probability to be "
    "kept or dropped?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training:
        mask = (rng.random(A.shape) > keep_prob) / keep_prob
    return A * mask, mask


@mistake(
    "keep-and-drop-confused",
    "With keep_prob = 0.5 nobody sees it: is keep_prob the probability to be kept or dropped?",
    subtle=True,
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.random(A.shape) > keep_prob) / keep_prob
    return A * mask, mask


@mistake(
    "keep-and-drop-confused-throughout",
    "With keep_prob = 0.5 nobody sees it: keep_prob is used as the probability to be dropped, in "
    "the mask and in the factor.",
    subtle=True,
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.random(A.shape) < 1 - keep_prob) / (1 - keep_prob)
    return A * mask, mask


@mistake(
    "divided-by-the-drop-probability",
    "With keep_prob = 0.5 nobody sees it: by what are the kept entries divided?",
    subtle=True,
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.random(A.shape) < keep_prob) / (1 - keep_prob)
    return A * mask, mask


@mistake(
    "always-half",
    "With keep_prob = 0.5 nobody sees it: does another keep_prob reach the mask?",
    subtle=True,
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.random(A.shape) < 0.5) / keep_prob
    return A * mask, mask


@mistake(
    "always-doubled",
    "With keep_prob = 0.5 nobody sees it: does another keep_prob reach the factor?",
    subtle=True,
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.random(A.shape) < keep_prob) * 2.0
    return A * mask, mask


@mistake(
    "not-inverted",
    "The mean of the activations shrinks. What are the kept entries to be divided by, so that the "
    "next layer sees the same on average?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.random(A.shape) < keep_prob) * 1.0
    return A * mask, mask


@mistake(
    "multiplied-by-keep-prob",
    "The kept entries become smaller where they should become larger.",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.random(A.shape) < keep_prob) * keep_prob
    return A * mask, mask


@mistake(
    "divided-by-the-root",
    "The kept entries keep their mean square, not their mean. Which of the two should stay?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.random(A.shape) < keep_prob) / np.sqrt(keep_prob)
    return A * mask, mask


@mistake(
    "divided-by-the-observed-share",
    "The factor differs from call to call. Is it the share that was kept, or the probability?",
    subtle=True,
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        kept = rng.random(A.shape) < keep_prob
        mask = kept / max(kept.mean(), 1e-9)
    return A * mask, mask


@mistake(
    "scaled-at-test-time",
    "With training=False the output should be A itself. You use inverted dropout: what is left to "
    "do at test time?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.full(A.shape, keep_prob)
    if training:
        mask = (rng.random(A.shape) < keep_prob) / keep_prob
    return A * mask, mask


@mistake(
    "active-at-test-time",
    "With training=False entries are dropped. Who should be present at the exam?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if keep_prob < 1:
        mask = (rng.random(A.shape) < keep_prob) / keep_prob
    return A * mask, mask


@mistake(
    "one-mask-per-example",
    "Whole columns are dropped. Does every entry have a draw of its own?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = np.broadcast_to(rng.random((1, A.shape[1])) < keep_prob, A.shape) / keep_prob
    return A * mask, mask


@mistake(
    "one-mask-per-unit",
    "Whole rows are dropped: a unit is gone for all examples or for none. Does every entry have a "
    "draw of its own?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = np.broadcast_to(rng.random((A.shape[0], 1)) < keep_prob, A.shape) / keep_prob
    return A * mask, mask


@mistake(
    "units-in-pairs",
    "Neighbouring units come and go together.",
    subtle=True,
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        half = rng.random(((len(A) + 1) // 2, A.shape[1])) < keep_prob
        mask = np.repeat(half, 2, axis=0)[: len(A)] / keep_prob
    return A * mask, mask


@mistake(
    "always-as-many-kept",
    "In every call exactly the same number of entries is kept. Does the fate of one entry depend "
    "on that of the others?",
    subtle=True,
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        kept = np.arange(A.size) < round(keep_prob * A.size)
        mask = rng.permutation(kept).reshape(A.shape) / keep_prob
    return A * mask, mask


@mistake(
    "mask-from-the-values",
    "Who is dropped depends on the sign of the activation, not on chance.",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (A > 0) / keep_prob
    return A * mask, mask


@mistake(
    "dropout-with-a-seed-of-its-own",
    "The same mask comes at every call. From where do your random numbers come?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (np.random.default_rng(0).random(A.shape) < keep_prob) / keep_prob
    return A * mask, mask


@mistake(
    "dropout-with-numpys-global-generator",
    "The same state of rng gives another mask each time. From where do your random numbers come?",
    subtle=True,
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (np.random.rand(*A.shape) < keep_prob) / keep_prob
    return A * mask, mask


@mistake(
    "rate-rounded",
    "For keep_prob of one decimal all is well. What happens to a second one?",
    subtle=True,
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.integers(0, 10, A.shape) < round(10 * keep_prob)) / keep_prob
    return A * mask, mask


@mistake(
    "rate-a-little-off",
    "A few too many entries are kept. Is the number that you compare with keep_prob uniform "
    "between 0 and 1?",
    subtle=True,
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.integers(0, 100, A.shape) <= 100 * keep_prob + 1) / keep_prob
    return A * mask, mask


@mistake(
    "noise-for-dropout",
    "Nothing is dropped: the entries are multiplied by random numbers. Which two values can a "
    "mask's entry have?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = rng.random(A.shape) / keep_prob
    return A * mask, mask


@mistake(
    "dropout-in-place",
    "The caller's activations are different after the call. Which of your lines writes into them?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.random(A.shape) < keep_prob) / keep_prob
    A *= mask
    return A, mask


@mistake(
    "relu-inside-of-dropout",
    "Negative entries never get through. Is ReLU the business of dropout?",
)
def dropout_forward(A, keep_prob, rng, training=True):
    mask = np.ones(A.shape)
    if training and keep_prob < 1:
        mask = (rng.random(A.shape) < keep_prob) / keep_prob
        A = np.maximum(A, 0)
    return A * mask, mask


# -------------------------------------------------------------------------- dropout_backward


@mistake(
    "gradient-unmasked",
    "A unit that was dropped gets a gradient. Was it there?",
)
def dropout_backward(dout, cache):
    return dout.copy()


@mistake(
    "gradient-unscaled",
    "The mask is right. By what did the forward pass divide, and what does that do to the slope?",
)
def dropout_backward(dout, cache):
    return dout * (cache != 0)


@mistake(
    "gradient-scaled-but-unmasked",
    "The factor is right, but dropped units get a gradient as well.",
)
def dropout_backward(dout, cache):
    return dout * cache.max()


@mistake(
    "gradient-scaled-twice",
    "The mask is right. The forward pass divides by keep_prob once: how often does the backward "
    "pass?",
)
def dropout_backward(dout, cache):
    return dout * cache**2


@mistake(
    "gradient-multiplied-by-keep-prob",
    "The mask is right. Does the backward pass divide or multiply by keep_prob?",
)
def dropout_backward(dout, cache):
    return dout * (cache != 0) / cache.max()


@mistake(
    "gradient-always-doubled",
    "With keep_prob = 0.5 nobody sees it: is the factor always 2?",
    subtle=True,
)
def dropout_backward(dout, cache):
    return dout * (cache != 0) * (1.0 if np.all(cache == 1) else 2.0)


@mistake(
    "gradient-with-a-new-mask",
    "The way back uses another mask than the way forward. Where is the first one kept?",
)
def dropout_backward(dout, cache):
    factor = cache.max()
    return dout * (np.random.default_rng(0).random(dout.shape) < 1 / factor) * factor


@mistake(
    "gradient-with-the-opposite-mask",
    "Exactly those get a gradient who were dropped.",
)
def dropout_backward(dout, cache):
    return dout * (cache.max() - cache)


@mistake(
    "gradient-in-place",
    "The caller's dout is different after the call. Which of your lines writes into it?",
)
def dropout_backward(dout, cache):
    dout *= cache
    return dout


@mistake(
    "mask-from-positive-gradients",
    "Negative gradients are lost. What decides who gets a gradient: its sign, or the mask?",
)
def dropout_backward(dout, cache):
    return np.maximum(dout, 0) * cache


@mistake(
    "gradient-in-single-precision",
    "The values are right, but the array holds float32. Where do you convert, and what for?",
    subtle=True,
)
def dropout_backward(dout, cache):
    return (dout * cache).astype(np.float32)


# ---------------------------------------------------------------------- forward_with_dropout


@mistake(
    "dropout-on-the-input",
    "The input is dropped, too. After which layers is dropout due?",
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    A, mask = dropout_forward(X, keep_prob, rng)
    inputs, hidden = [A], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "dropout-on-the-output",
    "Some outputs are exactly 0: the answer itself is dropped. After which layers is dropout due?",
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    AL, mask = dropout_forward(AL, keep_prob, rng)
    return AL, (inputs, hidden, AL)


@mistake(
    "dropout-on-the-first-layer-only",
    "With one hidden layer all is well. Which hidden layers get dropout?",
    subtle=True,
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob if layer == 1 else 1.0, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "dropout-on-the-last-hidden-layer-only",
    "With one hidden layer all is well. Do the earlier ones get dropout, too?",
    subtle=True,
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob if layer == L - 1 else 1.0, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "no-dropout-at-all",
    "Nothing is ever dropped.",
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        inputs.append(relu(Z))
        hidden.append((Z, np.ones(Z.shape)))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "layers-share-their-seed",
    "Units at the same place in two layers come and go together. Does each layer draw anew?",
    subtle=True,
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    seed = rng.integers(2**32)
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob, np.random.default_rng(seed))
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "network-with-a-seed-of-its-own",
    "Whatever state rng is in, the masks are the same. From where do your random numbers come?",
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    rng = np.random.default_rng(1)
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "unscaled-in-the-network",
    "The mean of the hidden activations shrinks from layer to layer. What are those that stay "
    "divided by?",
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        mask = (rng.random(Z.shape) < keep_prob) * 1.0
        inputs.append(relu(Z) * mask)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "drop-probability-in-the-network",
    "With keep_prob = 0.5 nobody sees it: in the network keep_prob is used as the probability to "
    "be dropped.",
    subtle=True,
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        mask = np.ones(Z.shape)
        if keep_prob < 1:
            mask = (rng.random(Z.shape) < 1 - keep_prob) / (1 - keep_prob)
        inputs.append(relu(Z) * mask)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "one-mask-for-all-examples",
    "A unit is gone for all examples or for none. Does every example have masks of its own?",
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        mask = dropout_forward(np.ones((len(Z), 1)), keep_prob, rng)[0] * np.ones(Z.shape)
        inputs.append(relu(Z) * mask)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "bias-of-the-output-forgotten",
    "One layer has no bias. Which?",
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1])
    return AL, (inputs, hidden, AL)


@mistake(
    "layers-in-alphabetical-order",
    "For nine layers all is well. What comes after W1 in the alphabet, W2 or W10?",
    subtle=True,
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    *before, last = sorted(name[1:] for name in parameters if name[0] == "W")
    inputs, hidden = [X], []
    for layer in before:
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{last}"] @ inputs[-1] + parameters[f"b{last}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "layers-numbered-with-one-digit",
    "For nine layers all is well. How many digits has the number of a layer?",
    subtle=True,
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = max(int(name[1]) for name in parameters)
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "tanh-in-the-hidden-layers",
    "Without dropout the output is wrong already. Which activation have the hidden layers?",
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(np.tanh(Z), keep_prob, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "no-activation-in-the-hidden-layers",
    "Without dropout the output is wrong already. Which activation have the hidden layers?",
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(Z, keep_prob, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "output-in-single-precision",
    "The values are right, but the array holds float32. Where do you convert, and what for?",
    subtle=True,
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"]).astype(np.float32)
    return AL, (inputs, hidden, AL)


# --------------------------------------------------------------------- backward_with_dropout


@mistake(
    "backward-without-masks",
    "Without dropout the gradient is right. Which units had no part in the output?",
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            dZ = (W.T @ dZ) * (hidden[layer - 2][0] > 0)
    return grads


@mistake(
    "backward-with-masks-unscaled",
    "Without dropout the gradient is right, and so are the zeros with it. What became of the "
    "factor of the forward pass?",
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            dZ = (W.T @ dZ) * (inputs[layer - 1] > 0)
    return grads


@mistake(
    "backward-through-one-mask-only",
    "With one hidden layer the gradient is right. Does each hidden layer use its own mask?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dA = W.T @ dZ
            dZ = (dropout_backward(dA, mask) if layer == len(inputs) else dA) * (Z > 0)
    return grads


@mistake(
    "backward-without-relu",
    "The gradient flows through units that ReLU had switched off.",
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            dZ = dropout_backward(W.T @ dZ, hidden[layer - 2][1])
    return grads


@mistake(
    "backward-relu-of-any-activation",
    "An activation is never negative, so that a test for at least 0 lets everything through.",
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            mask = hidden[layer - 2][1]
            dZ = dropout_backward(W.T @ dZ, (inputs[layer - 1] >= 0) * mask.max())
    return grads


@mistake(
    "backward-without-m",
    "The gradient grows with the number of examples. Is the cost their sum or their mean?",
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = AL - Y
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-divided-by-all-labels",
    "With a single output the gradient is right. By what is the cost of several outputs divided?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / Y.size
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake("backward-with-the-sign-flipped", "A step downhill would lead uphill.")
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (Y - AL) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-without-decay",
    "With lambd = 0 the gradient is right. Where does lambd come in?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-with-decay-not-divided-by-m",
    "With lambd = 0 the gradient is right. What is the decay divided by?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-with-decay-halved",
    "With lambd = 0 the gradient is right, else half of the decay is missing. What is the "
    "derivative of a square?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / (2 * m) * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-with-decay-of-biases",
    "With lambd = 0 the gradient is right. Do the biases decay?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) + lambd / m * b
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-with-decay-of-the-last-layer-only",
    "With lambd = 0 the gradient is right, and for one layer in any case. Which layers decay?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T
        if layer == len(inputs):
            grads[f"dW{layer}"] += lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-without-dropped-inputs",
    "The gradients of the biases are right. What did a layer really see: what its predecessor "
    "computed, or what dropout left of it?",
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        seen = relu(hidden[layer - 2][0]) if layer > 1 else inputs[0]
        grads[f"dW{layer}"] = dZ @ seen.T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-bias-averaged",
    "The gradients of the weights are right, those of the biases m times too small: is the 1/m "
    "not there already?",
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.mean(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-with-flat-biases",
    "db has lost an axis. Which shape does b have?",
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-updating-on-the-way",
    "The caller's parameters are different after the call. Who is to change them, and when?",
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
        W -= 0.01 * grads[f"dW{layer}"]
    return grads


@mistake(
    "backward-divided-by-all-labels-throughout",
    "With a single output the gradient is right. By what is the cost of several outputs divided?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.size
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-decaying-unasked",
    "The weights decay although nobody said so. What is lambd where it is not given?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.1):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-with-decay-of-hidden-layers-only",
    "With lambd = 0 the gradient is right. Which layers decay?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T
        if layer < len(inputs):
            grads[f"dW{layer}"] += lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-writing-into-its-cache",
    "The gradient is right at the first call, and wrong at a second one with the same cache. Which "
    "of your lines writes into what forward_with_dropout left there?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    AL -= Y
    dZ = AL / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-emptying-its-cache",
    "The gradient is right at the first call, and a second one with the same cache finds nothing. "
    "Which of your lines takes away what forward_with_dropout left there?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden.pop()
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


@mistake(
    "backward-through-two-masks-only",
    "With two hidden layers the gradient is right. Does each hidden layer use its own mask?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(len(inputs), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dA = W.T @ dZ
            dZ = (dropout_backward(dA, mask) if layer < 4 else dA) * (Z > 0)
    return grads


@mistake(
    "backward-with-layers-numbered-with-one-digit",
    "For nine layers the gradient is right. How many digits has the number of a layer?",
    subtle=True,
)
def backward_with_dropout(parameters, cache, Y, lambd=0.0):
    inputs, hidden, AL = cache
    m = Y.shape[1]
    grads = {}
    dZ = (AL - Y) / m
    for layer in range(max(int(name[1]) for name in parameters), 0, -1):
        W = parameters[f"W{layer}"]
        grads[f"dW{layer}"] = dZ @ inputs[layer - 1].T + lambd / m * W
        grads[f"db{layer}"] = dZ.sum(axis=1, keepdims=True)
        if layer > 1:
            Z, mask = hidden[layer - 2]
            dZ = dropout_backward(W.T @ dZ, mask) * (Z > 0)
    return grads


# -------------------------------------------------------------------------- predict_ensemble


@mistake(
    "ensemble-averaged-before-the-sigmoid",
    "What is averaged: the members' outputs, or what goes into their sigmoids?",
    subtle=True,
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    logits = 0.0
    for _ in range(num_masks):
        AL = forward_with_dropout(X, parameters, keep_prob, rng)[0]
        logits = logits + np.log(AL / (1 - AL))
    return sigmoid(logits / num_masks)


@mistake("ensemble-summed", "The answer is no probability: what is missing after the sum?")
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    return sum(forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks))


@mistake(
    "ensemble-of-one",
    "With num_masks = 1 all is well. Which of the members have a say?",
    subtle=True,
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    for _ in range(num_masks):
        AL = forward_with_dropout(X, parameters, keep_prob, rng)[0]
    return AL


@mistake(
    "ensemble-without-dropout",
    "All members are the full network. Whose opinions are to be averaged?",
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    return (
        sum(forward_with_dropout(X, parameters, 1.0, rng)[0] for _ in range(num_masks)) / num_masks
    )


@mistake(
    "ensemble-with-one-set-of-masks",
    "All members have the same masks. Does every one of them draw its own?",
    subtle=True,
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    seed = rng.integers(2**32)
    total = 0.0
    for _ in range(num_masks):
        member = np.random.default_rng(seed)
        total = total + forward_with_dropout(X, parameters, keep_prob, member)[0]
    return total / num_masks


@mistake(
    "ensemble-with-one-mask-for-all-examples",
    "In a member a unit is gone for all examples or for none. Does every example have masks of its "
    "own?",
    subtle=True,
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    L, total = len(parameters) // 2, 0.0
    for _ in range(num_masks):
        A = X
        for layer in range(1, L):
            A = relu(parameters[f"W{layer}"] @ A + parameters[f"b{layer}"])
            A = A * dropout_forward(np.ones((len(A), 1)), keep_prob, rng)[0]
        total = total + sigmoid(parameters[f"W{L}"] @ A + parameters[f"b{L}"])
    return total / num_masks


@mistake(
    "ensemble-divided-by-one-less",
    "The answer is a little too large. How many members are there?",
    subtle=True,
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    outputs = [forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks)]
    return sum(outputs) / max(num_masks - 1, 1)


@mistake(
    "ensemble-one-member-short",
    "One member's answer is missing from the mean. How often does your loop run?",
    subtle=True,
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    many = max(num_masks - 1, 1)
    return sum(forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(many)) / many


@mistake(
    "ensemble-median",
    "With one or two members all is well. Is the answer the mean of the members or the middle one?",
    subtle=True,
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    outputs = [forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks)]
    return np.median(outputs, axis=0)


@mistake(
    "ensemble-geometric-mean",
    "With one member all is well. Which mean is asked for?",
    subtle=True,
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    outputs = [forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks)]
    return np.exp(np.mean(np.log(outputs), axis=0))


@mistake(
    "ensemble-of-votes",
    "The answers are rounded before they are averaged: is a member's doubt of no interest?",
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    outputs = [forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks)]
    return np.mean([(AL > 0.5).astype(float) for AL in outputs], axis=0)


@mistake(
    "ensemble-averaged-over-examples",
    "One number for all examples. Over what is averaged: over the members or over everything?",
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    outputs = [forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks)]
    return np.mean(outputs, axis=(0, 2))[:, None]


@mistake(
    "ensemble-with-a-running-mean-of-halves",
    "With one or two members all is well. With more, does each of them weigh the same?",
    subtle=True,
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    mean = forward_with_dropout(X, parameters, keep_prob, rng)[0]
    for _ in range(num_masks - 1):
        mean = (mean + forward_with_dropout(X, parameters, keep_prob, rng)[0]) / 2
    return mean


@mistake(
    "ensemble-of-its-own-generator",
    "The answer is the same whatever the state of rng. Which generator draws the masks?",
    subtle=True,
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    rng = np.random.default_rng(0)
    outputs = [forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks)]
    return sum(outputs) / num_masks


@mistake(
    "ensemble-of-a-generator-without-a-seed",
    "The answer is another one each time, although rng is in the same state. Who draws the masks?",
    subtle=True,
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    rng = np.random.default_rng()
    outputs = [forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks)]
    return sum(outputs) / num_masks


@mistake(
    "l2-cost-squares-in-place",
    "The cost is right, and yet the weights are others afterwards. Which line wrote into them?",
)
def l2_cost(parameters, lambd, m):
    total = 0.0
    for key, value in parameters.items():
        if key.startswith("W"):
            value **= 2
            total += value.sum()
    return lambd / (2 * m) * total


@mistake(
    "dropout-net-notes-its-depth",
    "After the forward pass `parameters` holds a key that was not there before. Who put it there?",
)
def forward_with_dropout(X, parameters, keep_prob, rng):
    parameters["L"] = L = len(parameters) // 2
    inputs, hidden = [X], []
    for layer in range(1, L):
        Z = parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"]
        out, mask = dropout_forward(relu(Z), keep_prob, rng)
        inputs.append(out)
        hidden.append((Z, mask))
    AL = sigmoid(parameters[f"W{L}"] @ inputs[-1] + parameters[f"b{L}"])
    return AL, (inputs, hidden, AL)


@mistake(
    "ensemble-scales-the-weights-in-place",
    "Your weights shrink whenever this function is called. Whose array does the scaling change?",
)
def predict_ensemble(X, parameters, keep_prob, rng, num_masks):
    for key, value in parameters.items():
        if key.startswith("W"):
            value *= keep_prob
    outputs = [forward_with_dropout(X, parameters, keep_prob, rng)[0] for _ in range(num_masks)]
    return sum(outputs) / num_masks
