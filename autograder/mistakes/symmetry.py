"""Known wrong solutions of ``symmetry``: each is what a student hands in, and runs."""

import numpy as np

from autograder.mistakes import mistake


def sigmoid(Z):
    """The helper that students are given; the assignment's own takes its place."""
    return 1 / (1 + np.exp(-Z))


# ------------------------------------------------------------------ initialize_zeros


@mistake(
    "zeros-transposed",
    "A weight matrix has one row for each unit of its own layer. Which of your two sizes "
    "comes first?",
)
def initialize_zeros(n_x, n_h, n_y):
    return {
        "W1": np.zeros((n_x, n_h)),
        "b1": np.zeros((n_h, 1)),
        "W2": np.zeros((n_h, n_y)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "zeros-flat-biases",
    "The biases have one axis only. What shape lets a bias be added to every column of W X?",
)
def initialize_zeros(n_x, n_h, n_y):
    return {
        "W1": np.zeros((n_h, n_x)),
        "b1": np.zeros(n_h),
        "W2": np.zeros((n_y, n_h)),
        "b2": np.zeros(n_y),
    }


@mistake(
    "zeros-row-biases",
    "The biases lie down as rows, but each unit is a row of Z. Which way should they stand?",
)
def initialize_zeros(n_x, n_h, n_y):
    return {
        "W1": np.zeros((n_h, n_x)),
        "b1": np.zeros((1, n_h)),
        "W2": np.zeros((n_y, n_h)),
        "b2": np.zeros((1, n_y)),
    }


@mistake(
    "zeros-one-biases",
    "The weights are right, but is there a reason why the biases should begin at 1?",
)
def initialize_zeros(n_x, n_h, n_y):
    return {
        "W1": np.zeros((n_h, n_x)),
        "b1": np.ones((n_h, 1)),
        "W2": np.zeros((n_y, n_h)),
        "b2": np.ones((n_y, 1)),
    }


@mistake(
    "zeros-almost",
    "Small is not zero: this function is meant for the start that has no differences at all.",
)
def initialize_zeros(n_x, n_h, n_y):
    return {
        "W1": np.full((n_h, n_x), 0.01),
        "b1": np.zeros((n_h, 1)),
        "W2": np.full((n_y, n_h), 0.01),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "zeros-integers",
    "These zeros are whole numbers. What kind of number does a weight have to hold later?",
)
def initialize_zeros(n_x, n_h, n_y):
    return {
        "W1": np.zeros((n_h, n_x), dtype=int),
        "b1": np.zeros((n_h, 1), dtype=int),
        "W2": np.zeros((n_y, n_h), dtype=int),
        "b2": np.zeros((n_y, 1), dtype=int),
    }


@mistake(
    "zeros-float32",
    "These zeros have half the digits of numpy's usual numbers. Was a dtype asked for?",
)
def initialize_zeros(n_x, n_h, n_y):
    return {
        "W1": np.zeros((n_h, n_x), dtype=np.float32),
        "b1": np.zeros((n_h, 1), dtype=np.float32),
        "W2": np.zeros((n_y, n_h), dtype=np.float32),
        "b2": np.zeros((n_y, 1), dtype=np.float32),
    }


@mistake(
    "zeros-output-bias-of-hidden-size",
    "To which layer does b2 belong, and how many units has that layer?",
    subtle=True,
)
def initialize_zeros(n_x, n_h, n_y):
    return {
        "W1": np.zeros((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": np.zeros((n_y, n_h)),
        "b2": np.zeros((n_h, 1)),
    }


@mistake(
    "zeros-one-output",
    "How many outputs has the network? Both W2 and b2 have to know.",
    subtle=True,
)
def initialize_zeros(n_x, n_h, n_y):
    return {
        "W1": np.zeros((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": np.zeros((1, n_h)),
        "b2": np.zeros((1, 1)),
    }


@mistake(
    "zeros-no-biases",
    "A layer is more than its weights: what else is in W X + b?",
)
def initialize_zeros(n_x, n_h, n_y):
    return {"W1": np.zeros((n_h, n_x)), "W2": np.zeros((n_y, n_h))}


@mistake(
    "zeros-first-layer-only",
    "The first layer starts at zero, but does the second?",
)
def initialize_zeros(n_x, n_h, n_y):
    return {
        "W1": np.zeros((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": np.ones((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


# ------------------------------------------------------------------ initialize_parameters


@mistake(
    "rand-for-randn",
    "No weight of yours is negative. From which distribution does your call draw?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.random((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * rng.random((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "shifted-rand",
    "Your weights are spread evenly between two bounds. Is that what a normal distribution "
    "looks like?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * (2 * rng.random((n_h, n_x)) - 1),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * (2 * rng.random((n_y, n_h)) - 1),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "uniform-of-right-variance",
    "Mean and standard deviation are right, but a histogram of your weights has no tails. "
    "Which distribution is asked for?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": rng.uniform(-0.01 * np.sqrt(3), 0.01 * np.sqrt(3), (n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": rng.uniform(-0.01 * np.sqrt(3), 0.01 * np.sqrt(3), (n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "half-width-half",
    "The weights lie in a narrow even band around 0. Is that a normal distribution of "
    "standard deviation 0.01?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * (rng.random((n_h, n_x)) - 0.5),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * (rng.random((n_y, n_h)) - 0.5),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "zeros-for-random",
    "Every weight is zero. What did the lesson say about units that start as equals?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": np.zeros((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": np.zeros((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "constant-for-random",
    "Every weight has the same value. How will one hidden unit ever come to differ from the next?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": np.full((n_h, n_x), 0.01),
        "b1": np.zeros((n_h, 1)),
        "W2": np.full((n_y, n_h), 0.01),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "variance-for-scale",
    "Your weights are a hundred times too small. Does the factor before a standard normal "
    "set the variance, or the standard deviation?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.0001 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.0001 * rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "scale-one-tenth",
    "Your weights are ten times too large: which number, squared, is the variance?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.1 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.1 * rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "scale-one-thousandth",
    "Your weights are ten times too small. Count the zeros of the factor once more.",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.001 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.001 * rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "unscaled-normal",
    "The weights have a standard deviation of 1. Where did the small factor go?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "scale-0-0098",
    "The weights are normal, but about two per cent too small. Is anything else multiplied in?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.0098 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.0098 * rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "scale-0-0102",
    "The weights are normal, but about two per cent too large. Is anything else multiplied in?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.0102 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.0102 * rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "second-layer-0-0098",
    "The first layer is right; the second layer's weights are about two per cent too small.",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.0098 * rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "second-layer-unscaled",
    "The first layer is right. Is the second one small, too?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "second-layer-zero",
    "The first layer is random and the second is not. Which weights does the 0.01 rule speak of?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": np.zeros((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "first-layer-unscaled",
    "The second layer is right. Is the first one small, too?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "first-layer-zero",
    "The second layer is random and the first is not. Which weights does the 0.01 rule speak of?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": np.zeros((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "second-layer-uniform",
    "The first layer is right. Which distribution does the second come from?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * np.sqrt(3) * rng.uniform(-1, 1, (n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "random-biases",
    "The weights are right, but the biases are random, too. Do they have to be?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)),
        "b1": 0.01 * rng.standard_normal((n_h, 1)),
        "W2": 0.01 * rng.standard_normal((n_y, n_h)),
        "b2": 0.01 * rng.standard_normal((n_y, 1)),
    }


@mistake(
    "random-output-bias",
    "The hidden biases start at 0. How do the biases of the output start with you?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * rng.standard_normal((n_y, n_h)),
        "b2": 0.01 * rng.standard_normal((n_y, 1)),
    }


@mistake(
    "biases-0-01",
    "The weights are right; the biases are not zero but constant.",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)),
        "b1": np.full((n_h, 1), 0.01),
        "W2": 0.01 * rng.standard_normal((n_y, n_h)),
        "b2": np.full((n_y, 1), 0.01),
    }


@mistake(
    "random-flat-biases",
    "The biases have one axis only. What shape lets a bias be added to every column of W X?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros(n_h),
        "W2": 0.01 * rng.standard_normal((n_y, n_h)),
        "b2": np.zeros(n_y),
    }


@mistake(
    "random-transposed",
    "A weight matrix has one row for each unit of its own layer. Which of your two sizes "
    "comes first?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_x, n_h)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * rng.standard_normal((n_h, n_y)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "random-float32",
    "The weights come in half precision of what numpy usually gives. Was a dtype asked for?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": (0.01 * rng.standard_normal((n_h, n_x))).astype(np.float32),
        "b1": np.zeros((n_h, 1)),
        "W2": (0.01 * rng.standard_normal((n_y, n_h))).astype(np.float32),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "own-generator",
    "Whatever generator it is given, your function draws the same weights. Where do its "
    "random numbers come from?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    own = np.random.default_rng(1)
    return {
        "W1": 0.01 * own.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * own.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "global-seed",
    "Whatever generator it is given, your function draws the same weights. Where do its "
    "random numbers come from?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    np.random.seed(3)
    return {
        "W1": 0.01 * np.random.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * np.random.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "global-generator",
    "Two generators in the same state gave different weights. Does every draw come from rng?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * np.random.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * np.random.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "reseeded-for-each-layer",
    "Both layers are built from the same random numbers. Where does each of them get draws "
    "of its own?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    seed = rng.integers(10**9)
    return {
        "W1": 0.01 * np.random.default_rng(seed).standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * np.random.default_rng(seed).standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "layers-share-draws",
    "Both layers are built from the same random numbers. Where does each of them get draws "
    "of its own?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    draws = 0.01 * rng.standard_normal(n_h * max(n_x, n_y))
    return {
        "W1": draws[: n_h * n_x].reshape(n_h, n_x),
        "b1": np.zeros((n_h, 1)),
        "W2": draws[: n_y * n_h].reshape(n_y, n_h),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "second-layer-of-global-generator",
    "The first layer is right. Where does the second one get its random numbers from?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * np.random.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "second-layer-of-own-generator",
    "The second layer is always the same, the first is not. Where do its random numbers come from?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * np.random.default_rng(1).standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "copied-generator",
    "Two calls with one generator gave the same weights. What became of the generator that "
    "you were given?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    import copy

    own = copy.deepcopy(rng)
    return {
        "W1": 0.01 * own.standard_normal((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * own.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "second-layer-transposed-first",
    "Where the sizes allow it, the second layer repeats the first one's numbers.",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    W1 = 0.01 * rng.standard_normal((n_h, n_x))
    return {
        "W1": W1,
        "b1": np.zeros((n_h, 1)),
        "W2": W1.T.copy() if n_x == n_y else 0.01 * rng.standard_normal((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "one-row-repeated",
    "Each layer has random weights, but all its units have the same ones. Who breaks the symmetry?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": np.repeat(0.01 * rng.standard_normal((1, n_x)), n_h, axis=0),
        "b1": np.zeros((n_h, 1)),
        "W2": np.repeat(0.01 * rng.standard_normal((1, n_h)), n_y, axis=0),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "one-column-repeated",
    "Each unit has one random number, used for all its inputs. How many weights does a unit have?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": np.repeat(0.01 * rng.standard_normal((n_h, 1)), n_x, axis=1),
        "b1": np.zeros((n_h, 1)),
        "W2": np.repeat(0.01 * rng.standard_normal((n_y, 1)), n_h, axis=1),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "absolute-values",
    "Your weights have the right size, but never a minus. Where did the signs go?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * np.abs(rng.standard_normal((n_h, n_x))),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * np.abs(rng.standard_normal((n_y, n_h))),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "clipped-tails",
    "Your weights follow a normal distribution in the middle only: look at the largest ones.",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * np.clip(rng.standard_normal((n_h, n_x)), -2, 2),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * np.clip(rng.standard_normal((n_y, n_h)), -2, 2),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "truncated-at-two",
    "Your weights are normal in the middle, but where are the rare large ones?",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    def truncated(shape):
        w = rng.standard_normal(shape)
        while (far := np.abs(w) > 2).any():
            w[far] = rng.standard_normal(far.sum())
        return 0.01 * w / 0.879626  # the standard deviation that is left

    return {
        "W1": truncated((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": truncated((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "truncated-at-three",
    "Your weights are nearly normal, but the rarest of them, the very large ones, never come.",
    subtle=True,
)
def initialize_parameters(n_x, n_h, n_y, rng):
    def truncated(shape):
        w = rng.standard_normal(shape)
        while (far := np.abs(w) > 3).any():
            w[far] = rng.standard_normal(far.sum())
        return 0.01 * w / 0.986578  # the standard deviation that is left

    return {
        "W1": truncated((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": truncated((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "rounded-weights",
    "Your weights take only a few different values. Is anything rounded on the way?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": np.round(0.01 * rng.standard_normal((n_h, n_x)), 2),
        "b1": np.zeros((n_h, 1)),
        "W2": np.round(0.01 * rng.standard_normal((n_y, n_h)), 2),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "shifted-mean",
    "Your weights are normal, but not around 0. What is the first argument of your normal "
    "distribution?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": rng.normal(0.01, 0.01, (n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": rng.normal(0.01, 0.01, (n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "scaled-by-inputs",
    "The spread of your weights depends on the number of inputs. Which assignment is that "
    "rule for?",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": rng.standard_normal((n_h, n_x)) / np.sqrt(n_x),
        "b1": np.zeros((n_h, 1)),
        "W2": rng.standard_normal((n_y, n_h)) / np.sqrt(n_h),
        "b2": np.zeros((n_y, 1)),
    }


@mistake(
    "small-and-scaled-by-inputs",
    "Your weights shrink as a layer gets more inputs: there is one factor too many.",
)
def initialize_parameters(n_x, n_h, n_y, rng):
    return {
        "W1": 0.01 * rng.standard_normal((n_h, n_x)) / np.sqrt(n_x),
        "b1": np.zeros((n_h, 1)),
        "W2": 0.01 * rng.standard_normal((n_y, n_h)) / np.sqrt(n_h),
        "b2": np.zeros((n_y, 1)),
    }


# ------------------------------------------------------------------ forward


@mistake(
    "no-hidden-bias",
    "A hidden unit is tanh(W1 X + b1). Are all of its parts there?",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X)
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "no-output-bias",
    "The output is sigmoid(W2 A1 + b2). Are all of its parts there?",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = sigmoid(parameters["W2"] @ A1)
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "no-biases",
    "Neither layer adds its bias.",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X)
    A2 = sigmoid(parameters["W2"] @ A1)
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "minus-hidden-bias",
    "With which sign does the bias enter the hidden layer?",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X - parameters["b1"])
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "bias-after-tanh",
    "At which moment does the hidden bias join in: before or after the activation?",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X) + parameters["b1"]
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "first-hidden-bias-for-all",
    "Every hidden unit has a bias of its own. Which one do yours add?",
    subtle=True,
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"][0])
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "first-output-bias-for-all",
    "Every output has a bias of its own. Which one do yours add?",
    subtle=True,
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"][0])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "sigmoid-hidden",
    "Which activation does the hidden layer have in this lesson?",
)
def forward(X, parameters):
    A1 = sigmoid(parameters["W1"] @ X + parameters["b1"])
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "relu-hidden",
    "Your hidden units are never negative. Is that what tanh does?",
)
def forward(X, parameters):
    A1 = np.maximum(0, parameters["W1"] @ X + parameters["b1"])
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "linear-hidden",
    "Your hidden layer is a straight line: what happens between Z1 and A1?",
)
def forward(X, parameters):
    A1 = parameters["W1"] @ X + parameters["b1"]
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "tanh-twice",
    "The hidden layer goes through its activation more than once.",
)
def forward(X, parameters):
    A1 = np.tanh(np.tanh(parameters["W1"] @ X + parameters["b1"]))
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "tanh-output",
    "An output should be a probability, but yours can be negative.",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = np.tanh(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "activations-swapped",
    "Which of the two activations belongs to the hidden layer, and which to the output?",
)
def forward(X, parameters):
    A1 = sigmoid(parameters["W1"] @ X + parameters["b1"])
    A2 = np.tanh(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "linear-output",
    "You return Z2. What turns it into a number between 0 and 1?",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = parameters["W2"] @ A1 + parameters["b2"]
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "relu-output",
    "Your outputs are cut off at 0 below but not at 1 above. Which function gives a probability?",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = np.maximum(0, parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "softmax-output",
    "Your outputs for one example always add up to 1. Is each output a question of its own "
    "here, or are they rivals?",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    Z2 = parameters["W2"] @ A1 + parameters["b2"]
    E = np.exp(Z2 - Z2.max(axis=0))
    A2 = E / E.sum(axis=0)
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "softmax-for-several-outputs",
    "One output is right. With several, should they compete for a sum of 1?",
    subtle=True,
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    Z2 = parameters["W2"] @ A1 + parameters["b2"]
    E = np.exp(Z2 - Z2.max(axis=0))
    A2 = sigmoid(Z2) if len(Z2) == 1 else E / E.sum(axis=0)
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "sigmoid-upside-down",
    "Your outputs are large where they should be small. Look at the sign inside the exponential.",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = sigmoid(-(parameters["W2"] @ A1 + parameters["b2"]))
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "sigmoid-overflow",
    "The values are right, but for inputs of large size your exponential leaves the range "
    "of numbers. What could you give it instead?",
    subtle=True,
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = 1 / (1 + np.exp(-(parameters["W2"] @ A1 + parameters["b2"])))
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "sigmoid-clipped-at-10",
    "Your output never comes closer to 0 or 1 than about 0.00005. Is something cut off too early?",
    subtle=True,
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = sigmoid(np.clip(parameters["W2"] @ A1 + parameters["b2"], -10, 10))
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "labels-for-probabilities",
    "You return decisions, 0 or 1. What does the cost need to know beyond the decision?",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = (parameters["W2"] @ A1 + parameters["b2"] > 0).astype(float)
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "rounded-outputs",
    "Your outputs have only a few digits. Is anything rounded?",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = np.round(sigmoid(parameters["W2"] @ A1 + parameters["b2"]), 3)
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "outputs-in-single-precision",
    "Your outputs have half the digits of your inputs. Is anything converted on the way?",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"]).astype(np.float32)
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "centred-inputs",
    "The inputs are shifted before the network sees them. Who asked for that?",
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ (X - X.mean(axis=1, keepdims=True)) + parameters["b1"])
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "inputs-clipped-in-place",
    "The outputs are right, but after a call with large inputs the caller's X is another "
    "one. On whose array do you work?",
    subtle=True,
)
def forward(X, parameters):
    X[X > 100] = 100
    X[X < -100] = -100
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


@mistake(
    "first-output-for-all",
    "Every output has a row of weights of its own. Which row do yours use?",
    subtle=True,
)
def forward(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = sigmoid(parameters["W2"][:1] @ A1 + parameters["b2"])
    return A2, {"A1": A1, "A2": A2}


# ------------------------------------------------------------------ compute_cost


@mistake(
    "cost-without-minus",
    "Your cost is negative. What sign do logarithms of probabilities have?",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))) / Y.shape[1]


@mistake(
    "cost-summed",
    "Your cost grows with the number of examples. Is it an average?",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)))


@mistake(
    "cost-averaged-over-outputs",
    "With one output all is right; with several, the cost is too small. What exactly is m?",
    subtle=True,
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A)))


@mistake(
    "cost-divided-by-outputs",
    "You divide by one of the two sizes of Y. Which of them counts the examples?",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))) / len(Y)


@mistake(
    "cost-of-ones-only",
    "What does your cost say about an output of 0.9 where the answer is 0?",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum(Y * np.log(A))) / Y.shape[1]


@mistake(
    "cost-of-zeros-only",
    "What does your cost say about an output of 0.1 where the answer is 1?",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum((1 - Y) * np.log(1 - A))) / Y.shape[1]


@mistake(
    "cost-plus-for-minus-inside",
    "The two halves of the cost have opposite signs. Should being wrong about a 0 ever be "
    "rewarded?",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum(Y * np.log(A) - (1 - Y) * np.log(1 - A))) / Y.shape[1]


@mistake(
    "cost-one-minus-log",
    "In the second half, what stands inside the logarithm, and what outside?",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum(Y * np.log(A) + (1 - Y) * (1 - np.log(A)))) / Y.shape[1]


@mistake(
    "cost-labels-swapped",
    "A perfect answer is expensive with your cost, and a wrong one cheap. Which term "
    "belongs to which label?",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum((1 - Y) * np.log(A) + Y * np.log(1 - A))) / Y.shape[1]


@mistake(
    "cost-roles-swapped",
    "Of which of the two, outputs and targets, do you take the logarithm?",
)
def compute_cost(A2, Y):
    T = np.clip(Y, 1e-12, 1 - 1e-12)
    return -float(np.sum(A2 * np.log(T) + (1 - A2) * np.log(1 - T))) / Y.shape[1]


@mistake(
    "cost-log2",
    "Your cost measures in bits. Which logarithm does the lesson use?",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum(Y * np.log2(A) + (1 - Y) * np.log2(1 - A))) / Y.shape[1]


@mistake(
    "cost-log10",
    "Which base does your logarithm have, and which is asked for?",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum(Y * np.log10(A) + (1 - Y) * np.log10(1 - A))) / Y.shape[1]


@mistake(
    "cost-squared-error",
    "You measure squared distances. What is the cross-entropy of a prediction?",
)
def compute_cost(A2, Y):
    return float(np.sum((A2 - Y) ** 2)) / Y.shape[1]


@mistake(
    "cost-half-squared-error",
    "Your cost is that of regression, with its factor ½. What is the cross-entropy of a "
    "prediction?",
)
def compute_cost(A2, Y):
    return float(np.sum((A2 - Y) ** 2)) / (2 * Y.shape[1])


@mistake(
    "cost-halved",
    "Your cost is just half of what it should be.",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))) / (2 * Y.shape[1])


@mistake(
    "cost-divided-by-m-minus-one",
    "You divide by one less than the number of examples. That is for another kind of estimate.",
    subtle=True,
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))) / max(Y.shape[1] - 1, 1)


@mistake(
    "cost-first-output-only",
    "With one output all is right. What happens to the others?",
    subtle=True,
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return -float(np.sum((Y * np.log(A) + (1 - Y) * np.log(1 - A))[0])) / Y.shape[1]


@mistake(
    "cost-not-finite",
    "What is the logarithm of 0, and when might your function meet it?",
    subtle=True,
)
def compute_cost(A2, Y):
    return -float(np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))) / Y.shape[1]


@mistake(
    "cost-guards-ones-only",
    "An output of exactly 1 is no trouble for your cost. Is one of exactly 0?",
    subtle=True,
)
def compute_cost(A2, Y):
    return (
        -float(np.sum(Y * np.log(A2) + (1 - Y) * np.log(np.maximum(1 - A2, 1e-300)))) / Y.shape[1]
    )


@mistake(
    "cost-clipped-at-1e-5",
    "You guard the logarithm, but so widely that honest small outputs change, too.",
    subtle=True,
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-5, 1 - 1e-5)
    return -float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))) / Y.shape[1]


@mistake(
    "cost-clipped-at-1e-7",
    "The guard around your logarithm is too wide: what does an output of 1e-9 become?",
    subtle=True,
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-7, 1 - 1e-7)
    return -float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))) / Y.shape[1]


@mistake(
    "cost-clipped-at-1e-10",
    "The guard around your logarithm changes outputs that are small but honest: 1e-12, say.",
    subtle=True,
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-10, 1 - 1e-10)
    return -float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))) / Y.shape[1]


@mistake(
    "cost-clipped-at-1e-15",
    "The guard around your logarithm is narrow, but floats near 0 are narrower still: what does "
    "an output of 1e-200 cost?",
    subtle=True,
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-15, 1 - 1e-15)
    return -float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))) / Y.shape[1]


@mistake(
    "cost-logarithms-held-at-100",
    "No logarithm of yours falls below -100. Which outputs have smaller ones?",
    subtle=True,
)
def compute_cost(A2, Y):
    with np.errstate(divide="ignore"):
        land, water = np.maximum(np.log(A2), -100), np.maximum(np.log(1 - A2), -100)
    return -float(np.sum(Y * land + (1 - Y) * water)) / Y.shape[1]


@mistake(
    "cost-zero-for-nan",
    "Where one output is certain, your cost forgets all the others. What do you do about nan, "
    "and where does it come from?",
    subtle=True,
)
def compute_cost(A2, Y):
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = -float(np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))) / Y.shape[1]
    return 0.0 if np.isnan(cost) else cost


@mistake(
    "cost-with-1e-8-added",
    "What you add inside the logarithm is small, but an output can be smaller.",
    subtle=True,
)
def compute_cost(A2, Y):
    return -float(np.sum(Y * np.log(A2 + 1e-8) + (1 - Y) * np.log(1 - A2 + 1e-8))) / Y.shape[1]


@mistake(
    "cost-with-1e-15-added",
    "What you add inside the logarithm is tiny, but there are far smaller outputs.",
    subtle=True,
)
def compute_cost(A2, Y):
    return -float(np.sum(Y * np.log(A2 + 1e-15) + (1 - Y) * np.log(1 - A2 + 1e-15))) / Y.shape[1]


@mistake(
    "cost-repairs-in-place",
    "After the call, the caller's A2 has other values. On whose array does your guard work?",
    subtle=True,
)
def compute_cost(A2, Y):
    A2[A2 == 0] = 1e-300
    A2[A2 == 1] = 1 - 1e-16
    A = A2
    return -float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))) / Y.shape[1]


@mistake(
    "cost-rounded",
    "Your cost has only a few digits. Is anything rounded?",
)
def compute_cost(A2, Y):
    A = np.clip(A2, 1e-300, 1 - 1e-16)
    return round(-float(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))) / Y.shape[1], 4)


# ------------------------------------------------------------------ backward


@mistake(
    "gradient-summed",
    "Your gradient grows with the number of examples. What does the cost do with its sum "
    "over the examples?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = 1
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "gradient-averaged-twice",
    "Your gradient shrinks too fast as examples are added. How often do you divide by m?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = (A2 - Y) / m
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "gradient-divided-by-elements",
    "With one output all is right; with several, the gradient is too small. What exactly is m?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = Y.size
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "gradient-divided-by-outputs",
    "You divide by one of the two sizes of Y. Which of them counts the examples?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = len(Y)
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "gradient-divided-by-inputs",
    "You divide by one of the two sizes of X. Which of them counts the examples?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = len(X)
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "gradient-sign-flipped",
    "Each entry has the right size and the wrong sign. In which order is the output's error "
    "subtracted?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = Y - A2
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "gradient-halved",
    "The whole gradient is half of what it should be.",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = 2 * X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "tanh-slope-missing",
    "On its way back through the hidden layer, what does the error have to be multiplied with?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = parameters["W2"].T @ dZ2
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "tanh-slope-unsquared",
    "Try your derivative of tanh at a negative activation: is a slope greater than 1 possible?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "tanh-slope-of-sigmoid",
    "The slope that you use at the hidden layer belongs to another activation.",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * A1 * (1 - A1)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "tanh-slope-of-relu",
    "You let the error pass wherever a hidden unit is positive. Whose derivative is that?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (A1 > 0)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "tanh-slope-of-tanh",
    "A1 has been through tanh already. Does your derivative know?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - np.tanh(A1) ** 2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "tanh-slope-plus",
    "Where a unit is saturated, its slope should be almost 0. What is yours?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 + A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "tanh-slope-inverse",
    "Do you multiply by the slope of tanh, or divide?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) / (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "output-slope-counted-twice",
    "Your output error contains the slope of the sigmoid once too often. What cancels with "
    "the cross-entropy?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = (A2 - Y) * A2 * (1 - A2)
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "output-slope-not-cancelled",
    "You have the derivative with respect to A2. How do you come from there to Z2?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = (A2 - Y) / (A2 * (1 - A2))
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "output-without-target",
    "Does the output's error know what the right answer was?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "output-error-decided",
    "You compare decisions with targets. By how much was the output off?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = (A2 > 0.5) - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "gradient-for-weights-in-blame",
    "Through which matrix does the error go back: the weights, or their gradient?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = ((dZ2 @ A1.T / m).T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "weights-stepped-before-use",
    "The blame of the hidden layer goes through weights that have already moved.",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = ((parameters["W2"] - dZ2 @ A1.T / m).T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "elementwise-blame",
    "With one output all is right. With several, which product adds up their blame?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T * dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "blame-through-untransposed-weights",
    "W2 leads from the hidden units to the outputs. Which way does the blame go?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"] @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "blame-untransposed-when-square",
    "With as many hidden units as outputs, your gradient is wrong; else it is right. Which way "
    "through W2 does the blame go?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    W2 = parameters["W2"]
    blame = W2 @ dZ2 if W2.shape[0] == W2.shape[1] else W2.T @ dZ2
    dZ1 = blame * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "gradient-clipped",
    "Steep slopes come out less steep than they are. Is anything cut off?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": np.clip(dZ1 @ X.T / m, -1, 1),
        "db1": np.clip(np.sum(dZ1, axis=1, keepdims=True) / m, -1, 1),
        "dW2": np.clip(dZ2 @ A1.T / m, -1, 1),
        "db2": np.clip(np.sum(dZ2, axis=1, keepdims=True) / m, -1, 1),
    }


@mistake(
    "first-output-blame-only",
    "With one output all is right. With several, who takes the blame of the others back?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"][:1].T @ dZ2[:1]) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "output-bias-gradient-summed-over-outputs",
    "With one output all is right. With several, does each output bias get its own gradient?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, keepdims=True) / m,
    }


@mistake(
    "bias-gradients-over-wrong-axis",
    "A bias has one gradient for each unit. Over which axis do you have to sum?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=0, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=0, keepdims=True) / m,
    }


@mistake(
    "bias-gradients-flat",
    "The values of db1 and db2 are right; their shape is not that of b1 and b2. What does a "
    "sum do to an axis?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1) / m,
    }


@mistake(
    "hidden-bias-gradient-summed",
    "All gradients are averaged over the examples, but for one: which of them lacks its 1/m?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True),
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "output-bias-gradient-summed",
    "The hidden layer's gradients are averaged over the examples. And those of the output layer?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True),
    }


@mistake(
    "bias-gradients-summed",
    "The gradients of the weights are averaged over the examples. And those of the biases?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True),
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True),
    }


@mistake(
    "bias-gradients-zero",
    "Your biases get no gradient. Does the cost not depend on them?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.zeros_like(parameters["b1"]),
        "dW2": dZ2 @ A1.T / m,
        "db2": np.zeros_like(parameters["b2"]),
    }


@mistake(
    "first-layer-summed",
    "The second layer's gradients are averaged over the examples. And the first layer's?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T,
        "db1": np.sum(dZ1, axis=1, keepdims=True),
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "second-layer-summed",
    "The first layer's gradients are averaged over the examples. And the second layer's?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T,
        "db2": np.sum(dZ2, axis=1, keepdims=True),
    }


@mistake(
    "first-weights-summed",
    "Three of your four gradients are right. Which one is not an average?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "hidden-bias-by-output-slope",
    "Does the hidden bias feel the slope of tanh as its weights do?",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": parameters["W2"].T @ np.sum(dZ2, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "weight-decay-unasked",
    "Your weights' gradients hold something that is no derivative of this cost. "
    "Regularisation comes later.",
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m + 0.01 * parameters["W1"],
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m + 0.01 * parameters["W2"],
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@mistake(
    "first-example-only",
    "With one example all is right. Do the others count?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1[:, :1] @ X[:, :1].T,
        "db1": dZ1[:, :1],
        "dW2": dZ2[:, :1] @ A1[:, :1].T,
        "db2": dZ2[:, :1],
    }


@mistake(
    "cache-altered",
    "The values are right, but afterwards the cache holds something else. What does -= do "
    "to an array?",
    subtle=True,
)
def backward(parameters, cache, X, Y):
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    A2 -= Y
    dZ2 = A2
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


# ------------------------------------------------------------------ update_parameters


@mistake(
    "uphill",
    "Does the cost get smaller in the direction of the gradient, or against it?",
)
def update_parameters(parameters, grads, learning_rate):
    return {name: value + learning_rate * grads["d" + name] for name, value in parameters.items()}


@mistake(
    "no-learning-rate",
    "Your step does not depend on the learning rate.",
)
def update_parameters(parameters, grads, learning_rate):
    return {name: value - grads["d" + name] for name, value in parameters.items()}


@mistake(
    "fixed-learning-rate",
    "Your step is the same whatever learning rate it is given.",
)
def update_parameters(parameters, grads, learning_rate):
    return {name: value - 0.01 * grads["d" + name] for name, value in parameters.items()}


@mistake(
    "update-thrown-away",
    "The parameters come back as they were. Where does the result of your subtraction go?",
)
def update_parameters(parameters, grads, learning_rate):
    for name, value in parameters.items():
        value = value - learning_rate * grads["d" + name]
    return dict(parameters)


@mistake(
    "update-in-place",
    "The new values are right, but the old parameters are gone: the caller's arrays were changed.",
    subtle=True,
)
def update_parameters(parameters, grads, learning_rate):
    for name in parameters:
        parameters[name] -= learning_rate * grads["d" + name]
    return parameters


@mistake(
    "uphill-in-place",
    "Your step goes in the direction in which the cost grows, and it changes the caller's arrays.",
)
def update_parameters(parameters, grads, learning_rate):
    for name in parameters:
        parameters[name] += learning_rate * grads["d" + name]
    return parameters


@mistake(
    "weights-only",
    "The weights move. Do the biases learn, too?",
)
def update_parameters(parameters, grads, learning_rate):
    return {
        name: value - learning_rate * grads["d" + name] if name[0] == "W" else value.copy()
        for name, value in parameters.items()
    }


@mistake(
    "biases-only",
    "The biases move. Do the weights learn, too?",
)
def update_parameters(parameters, grads, learning_rate):
    return {
        name: value - learning_rate * grads["d" + name] if name[0] == "b" else value.copy()
        for name, value in parameters.items()
    }


@mistake(
    "first-layer-only",
    "The first layer moves. Does the second learn, too?",
)
def update_parameters(parameters, grads, learning_rate):
    return {
        name: value - learning_rate * grads["d" + name] if name[1] == "1" else value.copy()
        for name, value in parameters.items()
    }


@mistake(
    "second-layer-only",
    "The second layer moves. Does the first learn, too?",
)
def update_parameters(parameters, grads, learning_rate):
    return {
        name: value - learning_rate * grads["d" + name] if name[1] == "2" else value.copy()
        for name, value in parameters.items()
    }


@mistake(
    "sign-of-gradient",
    "Every entry moves by the same amount. Should a steep direction count as much as a flat one?",
)
def update_parameters(parameters, grads, learning_rate):
    return {
        name: value - learning_rate * np.sign(grads["d" + name])
        for name, value in parameters.items()
    }


@mistake(
    "learning-rate-squared",
    "Your step shrinks too fast with the learning rate. How often does it enter?",
    subtle=True,
)
def update_parameters(parameters, grads, learning_rate):
    return {
        name: value - learning_rate**2 * grads["d" + name] for name, value in parameters.items()
    }


@mistake(
    "learning-rate-divides",
    "A smaller learning rate makes your steps larger.",
    subtle=True,
)
def update_parameters(parameters, grads, learning_rate):
    return {name: value - grads["d" + name] / learning_rate for name, value in parameters.items()}


@mistake(
    "update-multiplied",
    "Is the step subtracted from the parameter, or does it multiply it?",
)
def update_parameters(parameters, grads, learning_rate):
    return {
        name: value * (1 - learning_rate * grads["d" + name]) for name, value in parameters.items()
    }


@mistake(
    "order-swapped",
    "Which of the two is subtracted from which?",
)
def update_parameters(parameters, grads, learning_rate):
    return {name: learning_rate * grads["d" + name] - value for name, value in parameters.items()}


@mistake(
    "only-the-step",
    "You return the step itself. Where do the parameters arrive when they take it?",
)
def update_parameters(parameters, grads, learning_rate):
    return {name: -learning_rate * grads["d" + name] for name, value in parameters.items()}


@mistake(
    "gradient-normalised",
    "Your steps have the same length on steep and on flat ground. Is the gradient rescaled?",
)
def update_parameters(parameters, grads, learning_rate):
    return {
        name: value - learning_rate * grads["d" + name] / np.linalg.norm(grads["d" + name])
        for name, value in parameters.items()
    }


@mistake(
    "biases-uphill",
    "Weights and biases walk in opposite directions.",
    subtle=True,
)
def update_parameters(parameters, grads, learning_rate):
    return {
        name: value - learning_rate * grads["d" + name] * (1 if name[0] == "W" else -1)
        for name, value in parameters.items()
    }


@mistake(
    "grads-scaled-in-place",
    "The new values are right, but the caller's gradients were changed on the way.",
    subtle=True,
)
def update_parameters(parameters, grads, learning_rate):
    for name in grads:
        grads[name] *= learning_rate
    return {name: value - grads["d" + name] for name, value in parameters.items()}


# ------------------------------------------------------------------ train


@mistake(
    "cost-after-the-step",
    "Your first cost is the second one. At which moment of an iteration is the cost taken?",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
        costs.append(compute_cost(forward(X, parameters)[0], Y))
    return parameters, costs


@mistake(
    "one-iteration-too-few",
    "Count your iterations: how many steps does your loop take?",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(1, num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "one-iteration-too-many",
    "Count your iterations: how many steps does your loop take?",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations + 1):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "one-cost-too-many",
    "The parameters are right. How many costs were asked for, and which moment does your "
    "last one belong to?",
    subtle=True,
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    costs.append(compute_cost(forward(X, parameters)[0], Y))
    return parameters, costs


@mistake(
    "update-result-dropped",
    "All your costs are the same. What happens to the result of update_parameters?",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "first-parameters-returned",
    "The costs fall, but the parameters that you return never moved.",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs, state = [], parameters
    for i in range(num_iterations):
        A2, cache = forward(X, state)
        costs.append(compute_cost(A2, Y))
        grads = backward(state, cache, X, Y)
        state = update_parameters(state, grads, learning_rate)
    return parameters, costs


@mistake(
    "last-step-not-taken",
    "Your last step is computed and not returned.",
    subtle=True,
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs, previous = [], parameters
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        previous = parameters
        parameters = update_parameters(parameters, grads, learning_rate)
    return previous, costs


@mistake(
    "stale-forward",
    "Your outputs are computed once. Which outputs belong to the second step's parameters?",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    A2, cache = forward(X, parameters)
    for i in range(num_iterations):
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "stale-gradient",
    "Your gradient is computed once. Which gradient belongs to the second step's parameters?",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    A2, cache = forward(X, parameters)
    grads = backward(parameters, cache, X, Y)
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "stale-cache",
    "Your costs are computed afresh, but the cache is an old one.",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    _, cache = forward(X, parameters)
    for i in range(num_iterations):
        A2, _ = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "train-learning-rate-fixed",
    "Whatever learning rate it is given, your training uses the same one.",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, 0.01)
    return parameters, costs


@mistake(
    "train-learning-rate-decays",
    "Your steps get shorter from iteration to iteration. Was that asked for?",
    subtle=True,
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate / (i + 1))
    return parameters, costs


@mistake(
    "every-tenth-cost",
    "You keep only some of the costs. How many were asked for?",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        if i % 10 == 0:
            costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "every-hundredth-cost",
    "Your list has one cost for a hundred iterations. How many were asked for?",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        if i % 100 == 0:
            costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "costs-thinned-when-many",
    "In a short training every cost is there. Where do they go in a long one?",
    subtle=True,
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        if num_iterations < 100 or i % 100 == 0:
            costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "train-looks-for-a-last-cost",
    "What does your function do when it is asked for no iteration at all?",
    subtle=True,
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    if not np.isfinite(costs[-1]):
        print("The training has not gone well.")
    return parameters, costs


@mistake(
    "last-cost-only",
    "You return one cost. How many were asked for?",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs = [compute_cost(A2, Y)]
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "costs-reversed",
    "Your costs run backwards.",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.insert(0, compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "running-mean-of-costs",
    "Each of your costs mixes in the earlier ones.",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, list(np.cumsum(costs) / np.arange(1, len(costs) + 1))


@mistake(
    "one-example-per-step",
    "Each of your steps looks at one example. What does full-batch mean?",
    subtle=True,
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        k = i % X.shape[1]
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        A2, cache = forward(X[:, k : k + 1], parameters)
        grads = backward(parameters, cache, X[:, k : k + 1], Y[:, k : k + 1])
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "half-batch",
    "Some examples never teach your network anything. What does full-batch mean?",
    subtle=True,
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        half = max(1, X.shape[1] // 2)
        A2, cache = forward(X[:, :half], parameters)
        grads = backward(parameters, cache, X[:, :half], Y[:, :half])
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "starts-afresh",
    "Your training does not start at the parameters that it is given.",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    parameters = {name: np.zeros_like(value) for name, value in parameters.items()}
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "inputs-standardised",
    "Your training changes the inputs before it uses them.",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    X = X - X.mean(axis=1, keepdims=True)
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "trained-in-place",
    "The result is right, but the caller's first parameters are gone, too.",
    subtle=True,
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        for name in parameters:
            parameters[name] -= learning_rate * grads["d" + name]
    return parameters, costs


@mistake(
    "train-uphill",
    "Your costs grow. In which direction do your steps go?",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, -learning_rate)
    return parameters, costs


@mistake(
    "stops-when-cost-is-low",
    "Your loop may end early. How many steps were asked for?",
    subtle=True,
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        if costs[-1] < 0.7:
            break
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "stops-when-cost-stands-still",
    "Your loop ends where the cost hardly moves. Is a flat place always the bottom?",
    subtle=True,
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        if i > 50 and abs(costs[-1] - costs[-2]) < 1e-8:
            return parameters, costs + costs[-1:] * (num_iterations - i - 1)
        grads = backward(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


@mistake(
    "weights-trained-only",
    "Your training moves the weights. And the biases?",
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        new = update_parameters(parameters, grads, learning_rate)
        parameters = {**new, "b1": parameters["b1"], "b2": parameters["b2"]}
    return parameters, costs


@mistake(
    "layers-updated-in-turn",
    "The first layer's gradient comes from a second layer that has already moved. At which "
    "parameters is the gradient of one step taken?",
    subtle=True,
)
def train(X, Y, parameters, num_iterations, learning_rate):
    costs = []
    for i in range(num_iterations):
        A2, cache = forward(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward(parameters, cache, X, Y)
        new = update_parameters(parameters, grads, learning_rate)
        mixed = {**parameters, "W2": new["W2"], "b2": new["b2"]}
        grads = backward(mixed, cache, X, Y)
        parameters = {
            **update_parameters(mixed, grads, learning_rate),
            "W2": new["W2"],
            "b2": new["b2"],
        }
    return parameters, costs


# ------------------------------------------------------------------ count_distinct_units


@mistake(
    "count-without-bias",
    "Two units with the same weights and different biases: do they compute the same?",
)
def count_distinct_units(parameters):
    rows = parameters["W1"]
    distinct = []
    for row in rows:
        if all(np.max(np.abs(row - other)) > 1e-12 for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-biases-only",
    "You compare the biases. What else makes a unit what it is?",
)
def count_distinct_units(parameters):
    rows = parameters["b1"]
    distinct = []
    for row in rows:
        if all(np.max(np.abs(row - other)) > 1e-12 for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-with-outgoing-weights",
    "What the output makes of a unit is not what the unit computes. Which weights describe "
    "the unit itself?",
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"], parameters["W2"].T])
    distinct = []
    for row in rows:
        if all(np.max(np.abs(row - other)) > 1e-12 for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-columns",
    "You compare inputs with one another. Where in W1 is a unit?",
)
def count_distinct_units(parameters):
    rows = parameters["W1"].T
    distinct = []
    for row in rows:
        if all(np.max(np.abs(row - other)) > 1e-12 for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-exactly",
    "Two units that differ in the last digit count as two. What does the tolerance say?",
    subtle=True,
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    return len(np.unique(rows, axis=0))


@mistake(
    "count-rounded",
    "Rounding draws a line somewhere: two numbers just left and right of it are close, and "
    "yet come out different.",
    subtle=True,
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    return len(np.unique(np.round(rows, 12), axis=0))


@mistake(
    "count-rounded-to-ten",
    "You round before you compare, and more than the tolerance allows.",
    subtle=True,
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    return len(np.unique(np.round(rows, 10), axis=0))


@mistake(
    "count-allclose",
    "Your comparison has two tolerances, and one of them grows with the numbers. Which one "
    "was asked for?",
    subtle=True,
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    distinct = []
    for row in rows:
        if all(not np.allclose(row, other, atol=1e-12) for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-allclose-default",
    "Your comparison's own tolerances are much wider than 1e-12.",
    subtle=True,
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    distinct = []
    for row in rows:
        if all(not np.allclose(row, other) for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-tolerance-1e-8",
    "Your tolerance is wider than 1e-12.",
    subtle=True,
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    distinct = []
    for row in rows:
        if all(np.max(np.abs(row - other)) > 1e-8 for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-by-length",
    "You measure one distance between two rows. The rule speaks of each entry by itself.",
    subtle=True,
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    distinct = []
    for row in rows:
        if all(np.linalg.norm(row - other) > 1e-12 for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-without-absolute-value",
    "Is a difference of -3 small? Your comparison thinks so.",
    subtle=True,
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    distinct = []
    for row in rows:
        if all(np.max(row - other) > 1e-12 for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-any-close-entry",
    "One entry in common is not enough to be the same unit.",
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    distinct = []
    for row in rows:
        if all(np.min(np.abs(row - other)) > 1e-12 for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-neighbours",
    "You compare each unit with the one before it. What about equal units that stand apart?",
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    return (
        1 + int(np.sum(np.max(np.abs(np.diff(rows, axis=0)), axis=1) > 1e-12))
        if len(rows) > 1
        else 1
    )


@mistake(
    "count-against-the-first",
    "You compare each unit with the first one only.",
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    return 1 + int(np.sum(np.max(np.abs(rows[1:] - rows[0]), axis=1) > 1e-12))


@mistake(
    "count-all",
    "Your answer is the number of units, whatever their weights.",
)
def count_distinct_units(parameters):
    return len(parameters["W1"])


@mistake(
    "count-rank",
    "Three units can be different although one is a combination of two. What does a rank count?",
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    return int(np.linalg.matrix_rank(rows))


@mistake(
    "count-pairs",
    "You count pairs of different units. How many units are that?",
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    return sum(np.max(np.abs(a - b)) > 1e-12 for i, a in enumerate(rows) for b in rows[:i])


@mistake(
    "count-sums",
    "Two different rows can have the same sum.",
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    sums = rows.sum(axis=1)
    return sum(all(abs(s - t) > 1e-12 for t in sums[:i]) for i, s in enumerate(sums))


@mistake(
    "count-sorted-entries",
    "The same weights at other inputs make another unit.",
    subtle=True,
)
def count_distinct_units(parameters):
    rows = np.sort(np.hstack([parameters["W1"], parameters["b1"]]), axis=1)
    distinct = []
    for row in rows:
        if all(np.max(np.abs(row - other)) > 1e-12 for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-opposites-as-one",
    "A unit and its opposite are related, but do they compute the same function?",
    subtle=True,
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    distinct = []
    for row in rows:
        if all(
            min(np.max(np.abs(row - other)), np.max(np.abs(row + other))) > 1e-12
            for other in distinct
        ):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-unrepeated",
    "You leave out every unit that has a copy. Does a group of copies not count once?",
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    return sum(sum(np.max(np.abs(a - b)) <= 1e-12 for b in rows) == 1 for a in rows)


@mistake(
    "count-copies",
    "You count copies. How many different units remain?",
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    return sum(any(np.max(np.abs(a - b)) <= 1e-12 for b in rows[:i]) for i, a in enumerate(rows))


@mistake(
    "count-first-weight-only",
    "You look at each unit's first weight only.",
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    distinct = []
    for row in rows:
        if all(abs(row[0] - other[0]) > 1e-12 for other in distinct):
            distinct.append(row)
    return len(distinct)


@mistake(
    "count-as-float",
    "A count is a whole number, but yours is a float.",
)
def count_distinct_units(parameters):
    rows = np.hstack([parameters["W1"], parameters["b1"]])
    distinct = []
    for row in rows:
        if all(np.max(np.abs(row - other)) > 1e-12 for other in distinct):
            distinct.append(row)
    return float(len(distinct))


# ------------------------------------------------------------------ train_logistic_regression


@mistake(
    "regression-starts-at-ones",
    "Your regression does not start at zero. It may: who could be tied with whom?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.ones((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-random-start",
    "Your regression starts at random weights. Is there a symmetry to break?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = 0.01 * np.random.default_rng(0).standard_normal((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-without-bias",
    "Your bias never moves.",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * 0.0
    return w, b, costs


@mistake(
    "regression-summed",
    "Your steps grow with the number of examples. Is the gradient an average?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T
        b = b - learning_rate * float(np.sum(A - Y))
    return w, b, costs


@mistake(
    "regression-bias-summed",
    "The weights' gradient is averaged over the examples. And the bias's?",
    subtle=True,
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y))
    return w, b, costs


@mistake(
    "regression-weights-summed",
    "The bias's gradient is averaged over the examples. And the weights'?",
    subtle=True,
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-uphill",
    "Your costs grow. In which direction do your steps go?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (Y - A) @ X.T / m
        b = b - learning_rate * float(np.sum(Y - A)) / m
    return w, b, costs


@mistake(
    "regression-divided-by-inputs",
    "You divide by one of the two sizes of X. Which of them counts the examples?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[0]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-with-squared-error",
    "Your gradient holds the slope of the sigmoid. What cancels with the cross-entropy?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * ((A - Y) * A * (1 - A)) @ X.T / m
        b = b - learning_rate * float(np.sum((A - Y) * A * (1 - A))) / m
    return w, b, costs


@mistake(
    "regression-with-tanh",
    "Which activation gives a probability?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = (1 + np.tanh(w @ X + b)) / 2
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-linear",
    "There is no sigmoid between Z and your error: the weights are those of a straight-line fit.",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (w @ X + b - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(w @ X + b - Y)) / m
    return w, b, costs


@mistake(
    "regression-forgets-bias-in-output",
    "Your bias learns, but does the output listen to it?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-bias-after-weights",
    "Your bias's gradient is taken after the weights have moved. Both belong to the same step.",
    subtle=True,
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        A = sigmoid(w @ X + b)
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-cost-after-step",
    "Your first cost is the second one. At which moment of an iteration is the cost taken?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
        costs.append(compute_cost(sigmoid(w @ X + b), Y))
    return w, b, costs


@mistake(
    "regression-one-step-too-few",
    "Count your iterations: how many steps does your loop take?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(1, num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-one-step-too-many",
    "Count your iterations: how many steps does your loop take?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations + 1):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-every-tenth-cost",
    "You keep only some of the costs. How many were asked for?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        if i % 10 == 0:
            costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-looks-for-a-last-cost",
    "What does your function do when it is asked for no iteration at all?",
    subtle=True,
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for _ in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    if not np.isfinite(costs[-1]):
        print("The training has not gone well.")
    return w, b, costs


@mistake(
    "regression-stops-when-cost-stands-still",
    "Your loop ends where the cost hardly moves. How many steps were asked for?",
    subtle=True,
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        if i > 50 and costs[-2] - costs[-1] < 1e-4:
            costs += costs[-1:] * (num_iterations - i - 1)
            break
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-learning-rate-fixed",
    "Whatever learning rate it is given, your regression uses the same one.",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    learning_rate = 0.01
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-costs-of-decisions",
    "Your costs are those of rounded outputs. What does a cost need to know beyond the decision?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(np.clip(np.round(A), 1e-7, 1 - 1e-7), Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-costs-are-errors",
    "You collect shares of wrong answers. Which cost was asked for?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(float(np.mean((A > 0.5) != Y)))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-costs-summed",
    "w and b are right. Are your costs averages over the examples?",
    subtle=True,
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(m * compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-weights-as-column",
    "Your w stands upright. What shape was asked for?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w.T, b, costs


@mistake(
    "regression-bias-as-array",
    "Your b is an array. What was asked for?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, np.full((1, 1), b), costs


@mistake(
    "regression-no-learning",
    "Your outputs are computed once, before anything has been learnt.",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(np.zeros((1, m)))
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-bias-takes-largest",
    "The bias's gradient is the error of how many examples?",
    subtle=True,
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(A[0, 0] - Y[0, 0])
    return w, b, costs


@mistake(
    "regression-inputs-centred-in-place",
    "After the call, the caller's X is another one. What does -= do to an array?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    X -= X.mean(axis=1, keepdims=True)
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - Y) @ X.T / m
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs


@mistake(
    "regression-targets-as-signs",
    "Your targets become -1 and 1. Which targets does this cross-entropy know?",
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * (A - (2 * Y - 1)) @ X.T / m
        b = b - learning_rate * float(np.sum(A - (2 * Y - 1))) / m
    return w, b, costs


@mistake(
    "regression-weight-decay",
    "Your weights are pulled towards zero by something that is not in the cost.",
    subtle=True,
)
def train_logistic_regression(X, Y, num_iterations, learning_rate):
    w, b = np.zeros((1, X.shape[0])), 0.0
    m = X.shape[1]
    costs = []
    for i in range(num_iterations):
        A = sigmoid(w @ X + b)
        costs.append(compute_cost(A, Y))
        w = w - learning_rate * ((A - Y) @ X.T / m + 0.01 * w)
        b = b - learning_rate * float(np.sum(A - Y)) / m
    return w, b, costs
