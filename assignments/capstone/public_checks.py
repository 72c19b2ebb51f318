"""The visible checks of the notebook, in one file. Generated: do not edit.

    python public_checks.py                  checks capstone.ipynb beside this file
    python public_checks.py my_copy.ipynb    checks another one

In a Jupyter or Colab cell: `!python public_checks.py`. Save the notebook first.
It needs numpy and nothing else. It runs your cells except figures and experiments, then one check
for each exercise. Those checks are honest but few: the grader tries other shapes and numbers.
"""

import contextlib
import io
import json
import os
import sys
import traceback
import types
from unittest import mock

import numpy as np

def check_build():
    """Every scheme gives a model, and the random ones really ask rng for numbers."""
    for use_batchnorm in (False, True):
        for scheme in ("zeros", "small", "xavier", "he"):
            rng = np.random.default_rng(1)
            before = rng.bit_generator.state
            model = build([5, 4, 4, 3], scheme, rng, use_batchnorm=use_batchnorm)
            assert model is not None, f'build(…, "{scheme}", …) returned None. Is there a return?'
            if scheme != "zeros":
                assert rng.bit_generator.state != before, (
                    f'"{scheme}" drew no number from rng. Use rng.standard_normal or rng.uniform, '
                    "not np.random: otherwise the same rng does not give the same network again."
                )
    widths = [5, 4, 3]
    build(widths, "he", np.random.default_rng(1))
    assert widths == [5, 4, 3], "build changed the list layer_dims that it was given."
    print("✓ build: four kinds of newborn network. Whether they can learn, we shall see.")


def check_predict():
    """Labels are integers, one a column, each decided without looking at the other columns."""
    X = np.random.default_rng(0).uniform(size=(6, 40))
    for use_batchnorm in (False, True):
        model = build([6, 20, 20, 5], "he", np.random.default_rng(2), use_batchnorm=use_batchnorm)
        before = X.copy()
        labels = predict(model, X)
        assert isinstance(labels, np.ndarray), (
            f"predict should return an array, but it returned a {type(labels).__name__}."
        )
        assert labels.shape == (40,), (
            f"For 40 pictures the labels should have shape (40,), not {labels.shape}."
        )
        assert np.issubdtype(labels.dtype, np.integer), (
            f"The labels should be integers, but their dtype is {labels.dtype}."
        )
        assert set(labels.tolist()) <= set(range(5)), (
            f"With 5 classes labels go from 0 to 4, but yours are {np.unique(labels)}."
        )
        assert np.array_equal(X, before), "predict changed the pictures X."
        alone = np.concatenate([predict(model, X[:, [i]]) for i in range(40)])
        assert np.array_equal(alone, labels), (
            f"Pictures get other labels one by one than all together "
            f"(use_batchnorm={use_batchnorm}). Batch normalisation must use the running statistics."
        )
    blind = predict(build([6, 20, 5], "zeros", np.random.default_rng(2)), X)
    assert len(set(blind.tolist())) == 1, (
        "A network of zeros sees no difference between pictures, but yours gave different labels."
    )
    print("✓ predict: it reads, and lets nobody else in the queue talk it into anything.")


def check_fit():
    """From the smallest network to a deep one, and from the plain step to the extras."""

    def seeded(seed=3):
        return np.random.default_rng(seed)

    # Four points, no hidden layer, one batch: the costs can be worked out by hand.
    X = np.array([[1.0, -1.0, 0.5, 0.0], [0.0, 1.0, -1.0, 2.0]])
    Y = np.array([0, 1, 2, 1])
    X_before, Y_before = X.copy(), Y.copy()
    result = fit(build([2, 3], "zeros", seeded()), X, Y, seeded(), 3, 4, 0.5)
    assert isinstance(result, tuple), "fit should return two things: return model, history"
    assert len(result) == 2, f"fit should return 2 things, not {len(result)}."
    history = np.asarray(result[1], dtype=float)
    assert history.shape == (3,), (
        f"For 3 epochs history should hold 3 numbers, but its shape is {history.shape}."
    )
    assert np.array_equal(X, X_before), "fit changed the pictures X."
    assert np.array_equal(Y, Y_before), "fit changed the labels Y."
    by_hand = np.array([1.0986122887, 0.7932930724, 0.6406340538, 0.5530303784])
    assert np.allclose(history, by_hand[:3], atol=1e-6) or np.allclose(
        history, by_hand[1:], atol=1e-6
    ), (
        f"Softmax regression from zero should cost {by_hand[:3].round(4)} in its first three "
        f"epochs, but yours cost {history.round(4)}. Check the softmax, the factor 1/B "
        "and the biases."
    )

    # Three times the same point, so that the order doesn't matter: batches of 2 and 1, two steps.
    def cost_after(epochs, batch_size):
        same, label = np.full((2, 3), 0.5), np.array([1, 1, 1])
        start = build([2, 3], "zeros", seeded())
        model, _ = fit(start, same, label, seeded(), epochs, batch_size, 0.5)
        return fit(model, same, label, seeded(), 1, 3, 0.0)[1][0]

    assert np.isclose(cost_after(1, 2), cost_after(2, 3)), (
        "Three pictures in batches of two should make two steps an epoch: one batch of 2, one "
        "of 1. Is the last, smaller batch lost, or divided by the wrong number?"
    )

    # Six clouds of points, two to a class, so that a straight line is not enough.
    rng = seeded(0)
    angles = rng.integers(0, 6, size=150)
    X = np.array([np.cos(angles * np.pi / 3), np.sin(angles * np.pi / 3)])
    X = X + 0.1 * rng.standard_normal(X.shape)
    Y = angles % 3

    newborn = build([2, 24, 24, 24, 3], "he", seeded())
    trained, history = fit(newborn, X, Y, seeded(), 40, 16, 0.1)
    assert np.all(np.isfinite(history)), "history contains nan or inf."
    right = np.mean(predict(trained, X) == Y)
    for good in (history[-1] < 0.3, right > 0.9):
        assert good, (
            f'"he" should learn these clouds: cost below 0.3, more than 90 % right. Yours ends at '
            f"{history[-1]:.3f} with {right:.0%} right. Check the hidden layers' gradients."
        )
    _, again = fit(newborn, X, Y, seeded(), 40, 16, 0.1)
    assert np.allclose(again, history), (
        "Training the same newborn network again, with the same rng, gave another history. "
        "Either fit changed the model that it was given, or it used randomness from outside rng."
    )
    _, huge = fit(build([2, 3], "he", seeded()), 1e4 * X, Y, seeded(), 1, 16, 0.0)
    assert np.all(np.isfinite(huge)), (
        "Large scores give nan or inf. Subtract each column's maximum."
    )

    count = np.bincount(Y).min()
    balanced = np.concatenate([np.nonzero(label == Y)[0][:count] for label in range(3)])
    _, stuck = fit(
        build([2, 8, 8, 3], "zeros", seeded()),
        X[:, balanced], Y[balanced], seeded(), 5, 3 * count, 0.5,
    )
    assert np.allclose(stuck, np.log(3)), (
        f'From "zeros", with three classes of equal size, each epoch costs ln 3 = {np.log(3):.4f}, '
        f"but yours cost {np.round(stuck, 4)}. Is everything zero at the start?"
    )

    # The extras.
    decayed, _ = fit(newborn, X, Y, seeded(), 40, 16, 0.1, lambd=5.0)
    _, without_penalty = fit(decayed, X, Y, seeded(), 1, 150, 0.0)  # a step of 0 only measures
    assert without_penalty[0] > 2 * history[-1], (
        "lambd = 5 made hardly any difference to the network. "
        "Does weight decay reach the gradients?"
    )
    _, dropped = fit(newborn, X, Y, seeded(), 40, 16, 0.1, keep_prob=0.8)
    assert dropped[-1] > 1.5 * history[-1], (
        "keep_prob = 0.8 made hardly any difference to the cost."
    )
    _, shallow = fit(build([2, 3], "zeros", seeded()), X, Y, seeded(), 3, 150, 0.5)
    _, dropped = fit(build([2, 3], "zeros", seeded()), X, Y, seeded(), 3, 150, 0.5, keep_prob=0.5)
    assert np.allclose(shallow, dropped), (
        "Without hidden layers there is nothing to drop, but keep_prob = 0.5 changed the cost. "
        "Dropout belongs neither on the input nor on the output."
    )
    bright = 5 * X + 10  # far from mean 0 and variance 1, so that the running statistics matter
    for scheme in ("small", "he"):
        attempts = []  # three, for a single one can have bad luck
        for seed in (3, 4, 5):
            rng = seeded(seed)
            newborn = build([2, 24, 24, 24, 24, 3], scheme, rng, use_batchnorm=True)
            trained, history = fit(newborn, bright, Y, rng, 100, 75, 0.03)
            attempts.append((np.mean(predict(trained, bright) == Y), history[-1]))
        right, cost = max(attempts)
        assert cost < 0.6, (
            f'"{scheme}" with batch normalisation should get below a cost of 0.6, but yours ends '
            f"at {cost:.3f}."
        )
        assert right > 0.7, (
            f'"{scheme}" with batch normalisation learned (cost {cost:.3f}), but predict gets only '
            f"{right:.0%} right. Does fit keep the running mean and variance up to date?"
        )
    print("✓ fit: it learns, it leaves what it was given alone, and the extras do their work.")


CHECKS = {
    "build": check_build,
    "predict": check_predict,
    "fit": check_fit,
}


def is_left_out(cell):
    """Tell figures and experiments, and the checks that stand in the notebook."""
    metadata = cell.get("metadata", {})
    return "demo" in metadata.get("tags", []) or metadata.get("nbgrader", {}).get("grade", False)


def without_magics(source):
    """Put `pass` for lines that only Jupyter understands: %magics, !commands, help?."""
    lines = []
    for line in source.splitlines():
        words = line.strip()
        magic = words.startswith(("%", "!", "?")) or words.endswith("?")
        lines.append(line[: len(line) - len(line.lstrip())] + "pass" if magic else line)
    return "\n".join(lines)


def run_cells(cells):
    """Run a notebook's code; return what it defines, and a line for each cell that stopped."""
    space, stopped = {"__name__": "notebook"}, []
    for number, cell in enumerate(cells, start=1):
        if cell.get("cell_type") != "code" or is_left_out(cell):
            continue
        source = "".join(cell.get("source", ""))
        try:
            try:
                code = compile(source, f"cell {number}", "exec")
            except SyntaxError:
                code = compile(without_magics(source), f"cell {number}", "exec")
            with contextlib.redirect_stdout(io.StringIO()):
                exec(code, space)
        except NotImplementedError:
            continue  # an exercise called before it is written: its own check says so
        except (Exception, SystemExit) as error:
            line = getattr(error, "lineno", None) or line_in(error, f"cell {number}")
            stopped.append(f"Cell {number} stopped in line {line}: {words_for(error)}")
    return space, stopped


def line_in(error, name):
    """Find the line of the cell in which an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == name), "?")


def words_for(error):
    """Say what went wrong in one line or a few."""
    return f"{type(error).__name__}: {error}".rstrip(": ")


def run_check(name, check, space):
    """Run one check on the notebook's definitions; return whether it passed."""
    if not callable(space.get(name)):
        print(f"✗ {name}: there is no function of this name.")
        return False
    try:
        # The check sees the notebook's functions as if it stood in the notebook.
        types.FunctionType(check.__code__, {**space, "np": np})()
    except NotImplementedError:
        print(f"· {name}: not written yet.")
    except AssertionError as error:
        print(f"✗ {name}: " + str(error).replace("\n", "\n    "))
    except (Exception, SystemExit) as error:
        print(f"✗ {name}: your code stopped with {words_for(error)}")
    else:
        return True
    return False


def main(path):
    """Check a notebook; return 0 if every check passed, else 1."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            cells = json.load(file)["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{path} cannot be read as a notebook ({words_for(error)}).")
        print("Save the notebook, or name it: python public_checks.py my_copy.ipynb")
        return 1
    os.environ["MPLBACKEND"] = "Agg"  # no window opens
    try:
        import matplotlib.pyplot  # noqa: F401
    except ImportError:  # only figures need it, and they are left out
        sys.modules["matplotlib"] = sys.modules["matplotlib.pyplot"] = mock.MagicMock()
    space, stopped = run_cells(cells)
    for line in stopped:
        print(line)
    passed = sum(run_check(name, check, space) for name, check in CHECKS.items())
    print(f"{passed} of {len(CHECKS)} checks pass.")
    return 0 if passed == len(CHECKS) else 1


if __name__ == "__main__":
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(errors="replace")  # a terminal without ✓ must not stop the checks
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "capstone.ipynb")
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else beside))
