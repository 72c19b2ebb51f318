"""Known mistakes of ``batchnorm``, written as a student would."""

import numpy as np

from autograder.mistakes import mistake

# ------------------------------------------------------------------------- batchnorm_forward


@mistake(
    "variance-for-deviation",
    "The rows do not come out with a spread of |gamma|. In which unit is a variance, and in which "
    "one is Z?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / (var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "variance-squared",
    "Rows with a small spread explode and those with a large one vanish: which power of the "
    "variance do you divide by?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / (var + eps) ** 2
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "eps-outside-root",
    "For large spreads all is well, for small ones not. Where does the formula put eps: inside the "
    "root or behind it?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / (np.sqrt(var) + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "eps-squared",
    "eps has less effect than it should: what exactly is added to the variance?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps**2)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "eps-subtracted",
    "eps makes the result larger where it should make it smaller. What is it for?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(np.abs(var - eps))
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "eps-missing",
    "What does your formula do with a unit whose values are all the same, as in a batch of one?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "eps-missing-at-inference",
    "Training is right. At inference the same formula is due with the memory in place of the "
    "batch: is every part of it there?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if not training:
        inverse_std = 1 / np.sqrt(running_var)
        Z_hat = (Z - running_mean) * inverse_std
        cache = (Z_hat, inverse_std, gamma)
        return gamma * Z_hat + beta, cache, running_mean.copy(), running_var.copy()
    mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    return gamma * Z_hat + beta, (Z_hat, inverse_std, gamma), running_mean, running_var


@mistake(
    "eps-hard-coded",
    "With the default eps all is well. Does another eps reach your formula?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + 1e-5)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "eps-default-of-another-library",
    "When eps is given all is well, and when it is left out not. Which default does the exercise "
    "state for it?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-3, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "eps-twice",
    "eps is there, and then it is there again. Where is it added for the first time?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True) + eps
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "sample-variance",
    "The variance is a little too large, the more so the smaller the batch. By how many examples "
    "is the sum of squares divided?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True, ddof=1)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "sample-variance-in-memory",
    "The output is right, the remembered variance is a little too large. Some libraries do it like "
    "this; which variance does this exercise remember?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        m = Z.shape[1]
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var * m / max(m - 1, 1)
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "momentum-reversed",
    "The memory forgets nearly everything at each step. Of what is momentum the share: of the old "
    "value or of the new one?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "momentum-reversed-for-the-variance",
    "The remembered mean is right and the remembered variance is not: compare the two lines.",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = (1 - momentum) * running_var + momentum * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "momentum-reversed-for-the-mean",
    "The remembered variance is right and the remembered mean is not: compare the two lines.",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "momentum-hard-coded",
    "With the default momentum the memory is right. Does another momentum reach your formula?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = 0.9 * running_mean + 0.1 * mean
        running_var = 0.9 * running_var + 0.1 * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "momentum-default-of-another-library",
    "When momentum is given all is well, and when it is left out not. Which default does the "
    "exercise state for it?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "momentum-default-is-the-other-share",
    "When momentum is given all is well, and when it is left out not. Which default does the "
    "exercise state for it?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "inference-unless-told",
    "Without training=True your function uses the memory. Which default does the exercise state?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=False
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "memory-summed",
    "The memory grows from batch to batch. The shares of old and new should add up to what?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + mean
        running_var = momentum * running_var + var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "memory-not-updated",
    "After a training batch the memory is what it was before. When does it learn anything?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "memory-of-variance-not-updated",
    "The remembered mean learns, the remembered variance doesn't.",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "memory-overwritten",
    "The memory knows nothing but the last batch. How much of the old value should stay?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean, running_var = mean, var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "memory-updated-at-inference",
    "The memory has changed after inference. Should a network learn from the data that it is "
    "tested on?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    new_mean = momentum * running_mean + (1 - momentum) * mean
    new_var = momentum * running_var + (1 - momentum) * var
    if not training:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    return gamma * Z_hat + beta, (Z_hat, inverse_std, gamma), new_mean, new_var


@mistake(
    "memory-updated-before-inference",
    "At inference the memory is used, but it has just been mixed with the batch. Which batch "
    "should have a say at inference?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    if not training:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    return gamma * Z_hat + beta, (Z_hat, inverse_std, gamma), running_mean, running_var


@mistake(
    "batch-at-inference",
    "At inference an example's output depends on its neighbours in the batch. Which mean and which "
    "variance are due there?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    if training:
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "batch-variance-at-inference",
    "At inference the mean comes from the memory. Where does the variance come from?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    if training:
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean = running_mean
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "deviation-taken-from-memory",
    "At inference the remembered variance is divided by as if it were a standard deviation. Is it?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
        inverse_std = 1 / np.sqrt(var + eps)
    else:
        mean = running_mean
        inverse_std = 1 / (running_var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "gamma-missing-at-inference",
    "At inference the values are normalised, and then one thing too few happens to them.",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if not training:
        inverse_std = 1 / np.sqrt(running_var + eps)
        Z_hat = (Z - running_mean) * inverse_std
        cache = (Z_hat, inverse_std, gamma)
        return Z_hat + beta, cache, running_mean.copy(), running_var.copy()
    mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    return gamma * Z_hat + beta, (Z_hat, inverse_std, gamma), running_mean, running_var


@mistake(
    "normalised-only-at-inference",
    "At inference the values come out normalised and nothing more: what did training add to them?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if not training:
        inverse_std = 1 / np.sqrt(running_var + eps)
        Z_hat = (Z - running_mean) * inverse_std
        return Z_hat, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()
    mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    return gamma * Z_hat + beta, (Z_hat, inverse_std, gamma), running_mean, running_var


@mistake(
    "training-and-inference-exchanged",
    "Training does what inference should do, and the other way round.",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if not training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "memory-used-in-training",
    "While training, the output has neither mean beta nor spread |gamma|: by whose mean and "
    "variance are the values normalised?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    inverse_std = 1 / np.sqrt(running_var + eps)
    Z_hat = (Z - running_mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "statistics-over-units",
    "The mean and the variance are taken across the units. One row is one unit, one column is one "
    "example: over which of them should they run?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=0, keepdims=True), Z.var(axis=0, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "statistics-over-everything",
    "One mean and one variance serve all units. With a single unit that is right; how many should "
    "there be for n units?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(), Z.var()
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "variance-over-everything",
    "The mean is each unit's own. Is the variance?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var()
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "mean-not-subtracted",
    "The rows have the right spread and stand in the wrong place. What is their mean, and what "
    "should it be?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        var = running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = Z * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "second-moment-for-variance",
    "For rows whose mean is 0 the variance is right. From where are the deviations measured?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), (Z**2).mean(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "sum-for-mean-of-squares",
    "The spread shrinks as the batch grows. Is the sum of the squared deviations a variance yet?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean = Z.mean(axis=1, keepdims=True)
        var = ((Z - mean) ** 2).sum(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "gamma-and-beta-exchanged",
    "The rows have spread |beta| and mean gamma. Which of the two is the gain, which the offset?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = beta * Z_hat + gamma
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake("beta-forgotten", "The rows have mean 0. Which mean should they have?", subtle=True)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    return gamma * Z_hat, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "gamma-forgotten",
    "Whatever gamma says, the rows have spread 1. With which gamma did you try it?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    return Z_hat + beta, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "shifted-before-scaled",
    "The rows have mean gamma times beta; with gamma = 1 nobody sees it. Which comes first, the "
    "gain or the offset?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * (Z_hat + beta)
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "eps-in-memory",
    "The remembered variance is a touch too large: something that belongs to the division only "
    "got into it.",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * (var + eps)
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "deviation-in-memory",
    "The memory of the spread is fed with something else than the batch's variance. With what?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * np.sqrt(var)
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "memory-of-normalised-values",
    "The memory is fed with the mean and variance of values that are already normalised. What will "
    "it remember in the end?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if not training:
        inverse_std = 1 / np.sqrt(running_var + eps)
        Z_hat = (Z - running_mean) * inverse_std
        cache = (Z_hat, inverse_std, gamma)
        return gamma * Z_hat + beta, cache, running_mean.copy(), running_var.copy()
    inverse_std = 1 / np.sqrt(Z.var(axis=1, keepdims=True) + eps)
    Z_hat = (Z - Z.mean(axis=1, keepdims=True)) * inverse_std
    mean, var = Z_hat.mean(axis=1, keepdims=True), Z_hat.var(axis=1, keepdims=True)
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    return gamma * Z_hat + beta, (Z_hat, inverse_std, gamma), running_mean, running_var


@mistake(
    "memory-changed-in-place",
    "The caller's own running_mean and running_var are different after the call. How do you make a "
    "new array instead?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean *= momentum
        running_mean += (1 - momentum) * mean
        running_var *= momentum
        running_var += (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    return gamma * Z_hat + beta, (Z_hat, inverse_std, gamma), running_mean, running_var


@mistake(
    "memory-flattened",
    "The memory comes back without its second axis. What does a mean over an axis do to the shape?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.ravel(), running_var.ravel()


@mistake(
    "input-centred-in-place",
    "The caller's Z is different after the call. Which of your lines writes into it?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z -= mean
    Z_hat = Z * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "mean-absolute-deviation",
    "The spread is measured in another way than by the root of the mean square: how?",
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean = Z.mean(axis=1, keepdims=True)
        var = np.abs(Z - mean).mean(axis=1, keepdims=True) ** 2
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "single-precision",
    "The output has another dtype than Z: where do you convert it, and what for?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = (gamma * Z_hat + beta).astype(np.float32)
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "single-example-spared",
    "A batch of one gets special treatment. What does the formula itself say there?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training and Z.shape[1] > 1:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "silenced-unit-without-beta",
    "A unit whose gamma is 0 says nothing at all. What does the formula leave of it?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = np.where(gamma == 0, 0.0, gamma * Z_hat + beta)
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "dead-unit-spared",
    "A unit that says the same to all examples of a batch gets special treatment. Does the formula "
    "need it?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    Z_hat = (Z - mean) * inverse_std
    out = np.where(np.ptp(Z, axis=1, keepdims=True) > 0, gamma * Z_hat + beta, Z)
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


@mistake(
    "zero-variance-becomes-one",
    "Where the remembered variance is 0, you divide by something else. What is eps for?",
    subtle=True,
)
def batchnorm_forward(
    Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5, training=True
):
    if training:
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inverse_std = 1 / np.sqrt(var + eps)
    if not training:
        inverse_std = np.where(var == 0, 1.0, inverse_std)
    Z_hat = (Z - mean) * inverse_std
    out = gamma * Z_hat + beta
    return out, (Z_hat, inverse_std, gamma), running_mean.copy(), running_var.copy()


# ------------------------------------------------------------------------ batchnorm_backward


@mistake(
    "mean-and-variance-held-constant",
    "A row of dZ should add up to 0, because shifting a whole row of Z changes nothing. The mean "
    "and the variance depend on Z, too: where are their roads back?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    return gamma * inverse_std * dout, dgamma, dbeta


@mistake(
    "variance-held-constant",
    "One of the three roads from out back to Z is missing. Does a change of one example change the "
    "spread of its row?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return gamma * inverse_std * (dout - dbeta / m), dgamma, dbeta


@mistake(
    "mean-held-constant",
    "A row of dZ should add up to 0, because shifting a whole row of Z changes nothing. Yours "
    "doesn't: which road carries that?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return gamma * inverse_std * (dout - Z_hat * dgamma / m), dgamma, dbeta


@mistake(
    "gamma-missing-in-dz",
    "With gamma = 1 your dZ is right. Where does gamma stand on the way from Z to out?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return inverse_std * (dout - dbeta / m - Z_hat * dgamma / m), dgamma, dbeta


@mistake(
    "gamma-twice-in-dz",
    "With gamma = 1 your dZ is right. How often does gamma stand on the way from Z to out?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma**2 * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m)
    return dZ, dgamma, dbeta


@mistake(
    "gamma-on-the-direct-road-only",
    "With gamma = 1 your dZ is right. Which of the three roads does gamma lie on: one, or all?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return inverse_std * (gamma * dout - dbeta / m - Z_hat * dgamma / m), dgamma, dbeta


@mistake(
    "gamma-missing-on-the-variance-road",
    "With gamma = 1 your dZ is right. One of the three roads has lost its gamma: which?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = inverse_std * (gamma * dout - gamma * dbeta / m - Z_hat * dgamma / m)
    return dZ, dgamma, dbeta


@mistake(
    "dgamma-without-normalised-values",
    "dgamma equals dbeta. By what is gamma multiplied on the way to out?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m)
    return dZ, dbeta.copy(), dbeta


@mistake(
    "dgamma-of-centred-values",
    "dgamma depends on the scale of Z. By what is gamma multiplied on the way to out: by centred "
    "or by normalised values?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m)
    return dZ, dgamma / inverse_std, dbeta


@mistake(
    "dgamma-with-gamma",
    "With gamma = 1 your dgamma is right. Does gamma belong into its own derivative?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m)
    return dZ, gamma * dgamma, dbeta


@mistake(
    "dgamma-divided-by-gamma",
    "What becomes of your dgamma where gamma is 0?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dZ_hat = gamma * dout
    with np.errstate(divide="ignore", invalid="ignore"):
        dgamma = np.sum(dZ_hat * Z_hat, axis=1, keepdims=True) / gamma
    means = dZ_hat.mean(axis=1, keepdims=True), (dZ_hat * Z_hat).mean(axis=1, keepdims=True)
    dZ = inverse_std * (dZ_hat - means[0] - Z_hat * means[1])
    return dZ, dgamma, np.sum(dout, axis=1, keepdims=True)


@mistake(
    "gain-of-zero-replaced",
    "A unit whose gamma is 0 is deaf to its input. Which slope does yours have there?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dZ_hat = np.where(gamma == 0, 1.0, gamma) * dout
    means = dZ_hat.mean(axis=1, keepdims=True), (dZ_hat * Z_hat).mean(axis=1, keepdims=True)
    dZ = inverse_std * (dZ_hat - means[0] - Z_hat * means[1])
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    return dZ, dgamma, np.sum(dout, axis=1, keepdims=True)


@mistake(
    "dbeta-with-gamma",
    "With gamma = 1 your dbeta is right. Is beta added before or after the gain?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m)
    return dZ, dgamma, gamma * dbeta


@mistake(
    "dgamma-averaged",
    "dgamma is m times too small. One gamma serves all examples: do their wishes add up, or are "
    "they averaged?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.mean(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    dZ = gamma * inverse_std * (dout - dbeta / dout.shape[1] - Z_hat * dgamma)
    return dZ, dgamma, dbeta


@mistake(
    "dbeta-averaged",
    "dbeta is m times too small. One beta serves all examples: do their wishes add up, or are they "
    "averaged?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.mean(dout, axis=1, keepdims=True)
    dZ = gamma * inverse_std * (dout - dbeta - Z_hat * dgamma / dout.shape[1])
    return dZ, dgamma, dbeta


@mistake(
    "dgamma-and-dbeta-averaged",
    "dgamma and dbeta are m times too small. They serve all examples: do the examples' wishes add "
    "up, or are they averaged?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.mean(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.mean(dout, axis=1, keepdims=True)
    dZ = gamma * inverse_std * (dout - dbeta - Z_hat * dgamma)
    return dZ, dgamma, dbeta


@mistake(
    "sums-for-means-in-dz",
    "dZ grows with the batch. On the roads through mean and variance, what does one example's "
    "share of a mean amount to?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    return gamma * inverse_std * (dout - dbeta - Z_hat * dgamma), dgamma, dbeta


@mistake(
    "sum-for-mean-on-the-variance-road",
    "The road through the mean is right. What is missing from the one through the variance?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma), dgamma, dbeta


@mistake(
    "sum-for-mean-on-the-mean-road",
    "The road through the variance is right. What is missing from the one through the mean?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return gamma * inverse_std * (dout - dbeta - Z_hat * dgamma / m), dgamma, dbeta


@mistake(
    "units-counted-for-examples",
    "For square arrays your dZ is right. Which axis of dout counts the examples?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[0]
    return gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m), dgamma, dbeta


@mistake(
    "variance-road-of-the-sample-variance",
    "The forward pass divides the squares by m. By what does the road back through the variance "
    "divide?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / max(m - 1, 1))
    return dZ, dgamma, dbeta


@mistake(
    "dz-divided-by-m",
    "Your dZ is m times too small. The average over the examples is already in dout.",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m) / m
    return dZ, dgamma, dbeta


@mistake(
    "dz-multiplied-by-m",
    "Your dZ is m times too large. The closed form with m in front has a 1/m as well: is it there?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    dZ = gamma * inverse_std * (dout.shape[1] * dout - dbeta - Z_hat * dgamma)
    return dZ, dgamma, dbeta


@mistake(
    "variance-road-with-the-wrong-sign",
    "The road through the variance is there, but with which sign? A larger variance makes the "
    "output larger or smaller?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return gamma * inverse_std * (dout - dbeta / m + Z_hat * dgamma / m), dgamma, dbeta


@mistake(
    "mean-road-with-the-wrong-sign",
    "The road through the mean is there, but with which sign? A larger mean makes the output "
    "larger or smaller?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return gamma * inverse_std * (dout + dbeta / m - Z_hat * dgamma / m), dgamma, dbeta


@mistake(
    "variance-road-halved",
    "The road through the variance is half as wide as it should be. What is the derivative of a "
    "square?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    m = dout.shape[1]
    centred = Z_hat / inverse_std
    dZ_hat = gamma * dout
    dvar = np.sum(dZ_hat * centred * -0.5 * inverse_std**3, axis=1, keepdims=True)
    dmean = -np.sum(dZ_hat * inverse_std, axis=1, keepdims=True)
    dZ = dZ_hat * inverse_std + dvar * centred / m + dmean / m
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    return dZ, dgamma, np.sum(dout, axis=1, keepdims=True)


@mistake(
    "variance-road-doubled",
    "The road through the variance is twice as wide as it should be. What is the derivative of "
    "1/sqrt(v)?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    m = dout.shape[1]
    centred = Z_hat / inverse_std
    dZ_hat = gamma * dout
    dvar = np.sum(dZ_hat * centred * -(inverse_std**3), axis=1, keepdims=True)
    dmean = -np.sum(dZ_hat * inverse_std, axis=1, keepdims=True)
    dZ = dZ_hat * inverse_std + dvar * 2 * centred / m + dmean / m
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    return dZ, dgamma, np.sum(dout, axis=1, keepdims=True)


@mistake(
    "variance-road-with-the-wrong-power",
    "For rows of spread 1 your dZ is right. Which power of the spread does the derivative of "
    "1/sqrt(v) have?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    m = dout.shape[1]
    centred = Z_hat / inverse_std
    dZ_hat = gamma * dout
    dvar = np.sum(dZ_hat * centred * -0.5 * inverse_std, axis=1, keepdims=True)
    dmean = -np.sum(dZ_hat * inverse_std, axis=1, keepdims=True)
    dZ = dZ_hat * inverse_std + dvar * 2 * centred / m + dmean / m
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    return dZ, dgamma, np.sum(dout, axis=1, keepdims=True)


@mistake(
    "deviation-missing-in-dz",
    "For rows of spread 1 your dZ is right. The forward pass divides by the spread: does the "
    "backward pass?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return gamma * (dout - dbeta / m - Z_hat * dgamma / m), dgamma, dbeta


@mistake(
    "deviation-twice-in-dz",
    "For rows of spread 1 your dZ is right. How often does the forward pass divide by the spread?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma * inverse_std**2 * (dout - dbeta / m - Z_hat * dgamma / m)
    return dZ, dgamma, dbeta


@mistake(
    "deviation-multiplied-in-dz",
    "For rows of spread 1 your dZ is right. Do you divide by the spread, or multiply?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma / inverse_std * (dout - dbeta / m - Z_hat * dgamma / m)
    return dZ, dgamma, dbeta


@mistake(
    "cache-read-in-another-order",
    "Two things that you stored have changed their names. In which order does batchnorm_forward "
    "put them into the cache?",
)
def batchnorm_backward(dout, cache):
    inverse_std, Z_hat, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m), dgamma, dbeta


@mistake(
    "dgamma-and-dbeta-exchanged",
    "dgamma and dbeta are right, each in the other's place. In which order are they due?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m), dbeta, dgamma


@mistake(
    "gradients-in-another-order",
    "All three gradients are there. In which order are they due?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    return dgamma, dbeta, gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m)


@mistake(
    "gradients-flattened",
    "dgamma and dbeta come back without their second axis. Which shape do gamma and beta have?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m)
    return dZ, dgamma.ravel(), dbeta.ravel()


@mistake(
    "gradients-as-rows",
    "dgamma and dbeta lie on their side. Which shape do gamma and beta have?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dZ = gamma * inverse_std * (dout - dbeta / m - Z_hat * dgamma / m)
    return dZ, dgamma.T, dbeta.T


@mistake(
    "gradients-summed-over-units",
    "dgamma and dbeta have one entry for each example. One row is one unit: over what do you sum?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=0, keepdims=True)
    dbeta = np.sum(dout, axis=0, keepdims=True)
    n = dout.shape[0]
    return gamma * inverse_std * (dout - dbeta / n - Z_hat * dgamma / n), dgamma, dbeta


@mistake(
    "means-over-everything-in-dz",
    "With a single unit your dZ is right. Whose mean is subtracted from whose gradient?",
    subtle=True,
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    dZ = gamma * inverse_std * (dout - np.mean(dout) - Z_hat * np.mean(dout * Z_hat))
    return dZ, dgamma, dbeta


@mistake(
    "dout-changed",
    "The caller's dout is different after the call. Which of your lines writes into it?",
)
def batchnorm_backward(dout, cache):
    Z_hat, inverse_std, gamma = cache
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    dout -= dbeta / m + Z_hat * dgamma / m
    return gamma * inverse_std * dout, dgamma, dbeta


# ---------------------------------------------------------------------------- fold_batchnorm


@mistake(
    "fold-without-eps",
    "The soldered layer is nearly right, and worst for units that hardly vary. What is under the "
    "root?",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var)
    return gain * W, gain * (b - running_mean) + beta


@mistake(
    "fold-with-zero-variance-spared",
    "Where the remembered variance is 0, your gain divides by something else. What is eps for?",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.where(running_var == 0, 1.0, np.sqrt(running_var + eps))
    return gain * W, gain * (b - running_mean) + beta


@mistake(
    "fold-with-eps-outside-root",
    "The soldered layer is nearly right, and worst for units that hardly vary. Where does eps "
    "stand: inside the root or behind it?",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / (np.sqrt(running_var) + eps)
    return gain * W, gain * (b - running_mean) + beta


@mistake(
    "fold-with-eps-hard-coded",
    "With the default eps all is well. Does another eps reach your formula?",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + 1e-5)
    return gain * W, gain * (b - running_mean) + beta


@mistake(
    "fold-with-another-default-eps",
    "When eps is given all is well, and when it is left out not. Which default does the exercise "
    "state for it?",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-3):
    gain = gamma / np.sqrt(running_var + eps)
    return gain * W, gain * (b - running_mean) + beta


@mistake(
    "fold-with-variance-for-deviation",
    "The gain divides by the variance. By what does batch normalisation divide?",
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / (running_var + eps)
    return gain * W, gain * (b - running_mean) + beta


@mistake(
    "fold-with-gain-multiplied",
    "Units that vary a lot become larger still. Does batch normalisation divide by the spread, or "
    "multiply?",
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma * np.sqrt(running_var + eps)
    return gain * W, gain * (b - running_mean) + beta


@mistake(
    "fold-with-bias-unscaled",
    "W is right. The old bias is added before the normalisation: what does that do to it?",
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    return gain * W, b - gain * running_mean + beta


@mistake(
    "fold-with-mean-unscaled",
    "W is right. The remembered mean is subtracted before the gain: what does the gain do to it?",
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    return gain * W, gain * b - running_mean + beta


@mistake(
    "fold-with-bias-lost",
    "W is right. With an old bias of 0 the new one would be, too: where is the old one?",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    return gain * W, beta - gain * running_mean


@mistake(
    "fold-with-mean-lost",
    "W is right. With a remembered mean of 0 the bias would be, too: where is the mean?",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    return gain * W, gain * b + beta


@mistake(
    "fold-with-beta-lost",
    "W is right. With beta = 0 the bias would be, too: where is beta?",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    return gain * W, gain * (b - running_mean)


@mistake(
    "fold-with-mean-added",
    "W is right. Is the remembered mean added or subtracted?",
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    return gain * W, gain * (b + running_mean) + beta


@mistake(
    "fold-with-beta-scaled",
    "W is right. Does the gain act on beta as well?",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    return gain * W, gain * (b - running_mean + beta)


@mistake(
    "fold-without-gamma",
    "With gamma = 1 both would be right: where is gamma?",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = 1 / np.sqrt(running_var + eps)
    return gain * W, gain * (b - running_mean) + beta


@mistake(
    "fold-without-gamma-in-the-weights",
    "The bias is right. With gamma = 1 the weights would be, too.",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    deviation = np.sqrt(running_var + eps)
    return W / deviation, gamma * (b - running_mean) / deviation + beta


@mistake(
    "fold-without-gamma-in-the-bias",
    "The weights are right. With gamma = 1 the bias would be, too.",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    deviation = np.sqrt(running_var + eps)
    return gamma * W / deviation, (b - running_mean) / deviation + beta


@mistake(
    "fold-with-weights-unscaled",
    "The bias is right. What does the gain do to the weights?",
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    return W.copy(), gain * (b - running_mean) + beta


@mistake(
    "fold-with-gain-on-columns",
    "The gain acts on the columns of W, which only works for square layers. Which row belongs to "
    "which unit?",
    subtle=True,
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    return W * gain.T, gain * (b - running_mean) + beta


@mistake(
    "fold-with-gamma-and-beta-exchanged",
    "gamma and beta have changed places: which is the gain?",
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = beta / np.sqrt(running_var + eps)
    return gain * W, gain * (b - running_mean) + gamma


@mistake(
    "fold-with-mean-and-variance-exchanged",
    "The remembered mean and variance have changed places.",
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(np.abs(running_mean) + eps)
    return gain * W, gain * (b - running_var) + beta


@mistake("fold-transposed", "The new W has the old one's numbers of rows and columns exchanged.")
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    return (gain * W).T, gain * (b - running_mean) + beta


@mistake("fold-flattened", "The new b has lost its second axis. Which shape did the old one have?")
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    return gain * W, (gain * (b - running_mean) + beta).ravel()


@mistake(
    "fold-in-place",
    "The old layer is different after the call. How do you make new arrays instead?",
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(running_var + eps)
    W *= gain
    b -= running_mean
    b *= gain
    b += beta
    return W, b


@mistake(
    "fold-through-the-batch",
    "The result depends on the weights alone. Which mean and which variance does batch "
    "normalisation use after training?",
)
def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    gain = gamma / np.sqrt(W.var(axis=1, keepdims=True) + eps)
    return gain * W, gain * (b - W.mean(axis=1, keepdims=True)) + beta
