"""The visible checks of the notebook, in one file. Generated: do not edit.

    python public_checks.py                  checks batchnorm.ipynb beside this file
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

def check_batchnorm_forward():
    """Two units, four examples. Means 4 and 0, variances 5 and 0.0001: the second one needs eps."""
    Z = np.array([[1.0, 3.0, 5.0, 7.0], [0.01, -0.01, 0.01, -0.01]])
    gamma, beta = np.array([[2.0], [3.0]]), np.array([[10.0], [-1.0]])
    old_mean, old_var = np.array([[1.0], [2.0]]), np.array([[3.0], [0.5]])
    given = {"Z": Z, "gamma": gamma, "beta": beta, "running_mean": old_mean, "running_var": old_var}
    before = {name: value.copy() for name, value in given.items()}

    def same(got, want):
        return np.shape(got) == np.shape(want) and np.allclose(got, want, rtol=1e-7)

    def normalised(mean, var):
        return gamma * (Z - mean) / np.sqrt(var + 1e-5) + beta

    mean, var = np.array([[4.0], [0.0]]), np.array([[5.0], [0.0001]])
    answer = batchnorm_forward(Z, gamma, beta, old_mean, old_var)
    assert isinstance(answer, tuple), "Return four things: out, cache, running_mean, running_var."
    assert len(answer) == 4, (
        f"Return four things: out, cache, running_mean, running_var; you returned {len(answer)}."
    )
    out, _, new_mean, new_var = answer
    for name, value in given.items():
        assert np.array_equal(value, before[name]), (
            f"{name} was changed. Compute new arrays instead of changing the old ones."
        )
    assert np.shape(out) == (2, 4), f"out has the shape of Z, (2, 4); got {np.shape(out)}."
    assert not same(out, normalised(mean, var * 4 / 3)), (
        "The variance in the normaliser is divided by m, not by m - 1."
    )
    assert not same(out, gamma * (Z - mean) / (np.sqrt(var) + 1e-5) + beta), (
        "eps belongs under the root: sqrt(variance + eps)."
    )
    assert not same(out, gamma * (Z - mean) / np.sqrt(var) + beta), (
        "eps is missing: divide by sqrt(variance + eps)."
    )
    assert not same(out, gamma * (Z - mean) / (var + 1e-5) + beta), (
        "Divide by the standard deviation, the root of variance + eps, not by the variance."
    )
    assert not same(out, normalised(old_mean, old_var)), (
        "While training, use the batch's own mean and variance, not the running ones."
    )
    assert not same(out, beta * (Z - mean) / np.sqrt(var + 1e-5) + gamma), (
        "gamma and beta have changed places."
    )
    assert same(out, normalised(mean, var)), (
        f"Expected out =\n{normalised(mean, var).round(4)}\ngot\n{np.round(out, 4)}\nAre the "
        "statistics taken along each row, over the examples?"
    )
    for name, got, old, batch in (
        ("running_mean", new_mean, old_mean, mean),
        ("running_var", new_var, old_var, var),
    ):
        assert np.shape(got) == (2, 1), f"{name} has shape (n, 1) = (2, 1); got {np.shape(got)}."
        assert not same(got, old), f"{name} wasn't updated."
        assert not same(got, batch), (
            f"{name} was overwritten by the batch: mix old and new, 0.9 of the old and 0.1 of the "
            "new."
        )
        assert not same(got, 0.1 * old + 0.9 * batch), (
            f"{name}: momentum is the share of the old value, not of the new one."
        )
        assert not same(got, 0.9 * old + 0.1 * (batch + 1e-5)), (
            f"{name} has eps mixed in: eps belongs to the normaliser only."
        )
        if name == "running_var":
            assert not same(got, 0.9 * old + 0.1 * batch * 4 / 3), (
                "running_var takes the variance divided by m here, not by m - 1."
            )
        assert same(got, 0.9 * old + 0.1 * batch), (
            f"Expected {name} = 0.9·old + 0.1·batch =\n{0.9 * old + 0.1 * batch}\ngot\n{got}"
        )
    _, _, new_mean, _ = batchnorm_forward(Z, gamma, beta, old_mean, old_var, momentum=0.25)
    assert same(new_mean, 0.25 * old_mean + 0.75 * mean), (
        "The argument momentum is ignored: with 0.25 the memory is 0.25·old + 0.75·batch."
    )
    out = batchnorm_forward(Z, gamma, beta, old_mean, old_var, eps=1.0)[0]
    assert same(out, gamma * (Z - mean) / np.sqrt(var + 1) + beta), (
        "The argument eps is ignored: with eps=1 the row is divided by sqrt(variance + 1)."
    )

    small_var = 0.0001 * old_var
    out, _, new_mean, new_var = batchnorm_forward(
        Z, gamma, beta, old_mean, small_var, training=False
    )
    assert not same(out, normalised(mean, var)), (
        "With training=False use the running mean and variance, not the batch's."
    )
    assert same(out, normalised(old_mean, small_var)), (
        "With training=False out = gamma (Z - running_mean) / sqrt(running_var + eps) + beta. Is "
        "eps there, too?"
    )
    for name, got, old in (
        ("running_mean", new_mean, old_mean),
        ("running_var", new_var, small_var),
    ):
        assert same(got, old), f"With training=False {name} stays as it is."
        assert not np.shares_memory(got, old), (
            f"With training=False, too, return a new array: a copy of {name}."
        )
    print("batchnorm_forward: the knob turns itself.")


def check_batchnorm_backward():
    """The slopes of J = sum(dout * out), measured through your own batchnorm_forward."""
    rng = np.random.default_rng(2)
    Z, dout = rng.standard_normal((3, 5)), rng.standard_normal((3, 5))
    inputs = {"Z": Z, "gamma": rng.uniform(0.5, 2, (3, 1)), "beta": rng.standard_normal((3, 1))}
    mean, var = np.zeros((3, 1)), np.ones((3, 1))
    before = dout.copy()

    def weighted_sum(**inputs):
        return np.sum(dout * batchnorm_forward(**inputs, running_mean=mean, running_var=var)[0])

    def slopes(name, step=1e-5):
        """Central differences of J in every entry of one input."""
        slope = np.zeros(inputs[name].shape)
        for at in np.ndindex(slope.shape):
            nudge = np.zeros(slope.shape)
            nudge[at] = step
            up, down = inputs[name] + nudge, inputs[name] - nudge
            slope[at] = weighted_sum(**inputs | {name: up}) - weighted_sum(**inputs | {name: down})
        return slope / (2 * step)

    cache = batchnorm_forward(**inputs, running_mean=mean, running_var=var)[1]
    answer = batchnorm_backward(dout, cache)
    assert isinstance(answer, tuple), "Return three things: dZ, dgamma, dbeta."
    assert len(answer) == 3, f"Return three things: dZ, dgamma, dbeta; you returned {len(answer)}."
    assert np.array_equal(dout, before), (
        "dout was changed. Compute new arrays instead of changing the old ones."
    )
    hints = {
        "beta": "beta is added to every example of its row: sum dout over the examples.",
        "gamma": "gamma multiplies the normalised Z: sum dout times the normalised Z over the "
        "examples.",
        "Z": "There are three roads: directly, through the variance, and through the mean. Is the "
        "factor gamma there?",
    }
    for name, got in zip(("beta", "gamma", "Z"), reversed(answer), strict=True):
        want = slopes(name)
        assert np.shape(got) == want.shape, f"d{name} has shape {want.shape}; got {np.shape(got)}."
        if name == "Z":
            assert np.allclose(np.sum(got, axis=1), 0, atol=1e-7), (
                "Adding one number to a whole row of Z changes nothing, so each row of dZ must add "
                "up to 0. Yours doesn't: is the road through the mean there?"
            )
        elif not np.allclose(want, 0):
            assert not np.allclose(got, want / 5, rtol=1e-4), (
                f"d{name} is m times too small: sum over the examples, don't average."
            )
        assert np.allclose(got, want, rtol=1e-4, atol=1e-6), (
            f"d{name} is not the slope. "
            f"{hints[name]}\nmeasured:\n{want.round(5)}\nyours:\n{np.round(got, 5)}"
        )
    print("batchnorm_backward: all three roads lead back.")


def check_fold_batchnorm():
    """Two units that see three: standard deviations 2 and 0.1, so the gains are 3/2 and 5/0.1
    (nearly)."""
    W, b = np.array([[1.0, 0.0, 2.0], [-1.0, 1.0, 0.0]]), np.array([[4.0], [1.0]])
    gamma, beta = np.array([[3.0], [5.0]]), np.array([[7.0], [-2.0]])
    mean, var = np.array([[2.0], [3.0]]), np.array([[4.0], [0.01]])
    given = {"W": W, "b": b, "gamma": gamma, "beta": beta, "running_mean": mean, "running_var": var}
    before = {name: value.copy() for name, value in given.items()}
    answer = fold_batchnorm(**given)
    assert isinstance(answer, tuple), "Return two things: W, b."
    assert len(answer) == 2, f"Return two things: W, b; you returned {len(answer)}."
    for name, value in given.items():
        assert np.array_equal(value, before[name]), f"{name} was changed. Return new arrays."
    new_W, new_b = answer
    assert np.shape(new_W) == (2, 3), (
        f"The new W has the shape of the old one, (2, 3); got {np.shape(new_W)}."
    )
    assert np.shape(new_b) == (2, 1), f"The new b has shape (2, 1); got {np.shape(new_b)}."
    gain = gamma / np.sqrt(var + 1e-5)
    assert not np.allclose(new_W, gamma * W / np.sqrt(var), rtol=1e-7), (
        "eps is missing: the memory's variance also gets eps under the root."
    )
    assert np.allclose(new_W, gain * W, rtol=1e-7), (
        "Each row of W is multiplied by its unit's gamma / sqrt(running_var + eps). "
        f"Expected\n{(gain * W).round(4)}\ngot\n{np.round(new_W, 4)}"
    )
    assert not np.allclose(new_b, b + beta - gain * mean), (
        "The old bias goes through the normalisation, too: it is multiplied by the gain."
    )
    assert not np.allclose(new_b, beta - gain * mean), "The old bias b is lost."
    assert not np.allclose(new_b, gain * (b - mean)), "beta is lost."
    assert np.allclose(new_b, gain * (b - mean) + beta, rtol=1e-7), (
        f"The new b is not right. Put A = 0 into the formula: what comes out?\ngot\n{new_b}"
    )
    other = fold_batchnorm(**given, eps=5.0)[0]
    assert np.allclose(other, gamma * W / np.sqrt(var + 5), rtol=1e-7), (
        "The argument eps is ignored."
    )
    print("fold_batchnorm: soldered.")


CHECKS = {
    "batchnorm_forward": check_batchnorm_forward,
    "batchnorm_backward": check_batchnorm_backward,
    "fold_batchnorm": check_fold_batchnorm,
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
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "batchnorm.ipynb")
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else beside))
