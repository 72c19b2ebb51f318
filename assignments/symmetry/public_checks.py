"""The visible checks of the notebook, in one file. Generated: do not edit.

    python public_checks.py                  checks symmetry.ipynb beside this file
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

def check_initialize_zeros():
    """Four float64 arrays of the right shapes, all zero."""
    parameters = initialize_zeros(3, 4, 2)
    assert isinstance(parameters, dict), (
        f"initialize_zeros should return a dict, but it returned a {type(parameters).__name__}."
    )
    shapes = {"W1": (4, 3), "b1": (4, 1), "W2": (2, 4), "b2": (2, 1)}
    for name, shape in shapes.items():
        assert name in parameters, f'There is no "{name}" among the parameters.'
        array = parameters[name]
        assert isinstance(array, np.ndarray), (
            f"{name} should be a numpy array, but it is a {type(array).__name__}."
        )
        assert array.shape == shape, (
            f"With n_x=3, n_h=4, n_y=2, {name} should have shape {shape}, not {array.shape}."
        )
        assert array.dtype == np.float64, (
            f"{name} should hold float64 numbers, but it holds {array.dtype}."
        )
        assert np.all(array == 0), f"Every entry of {name} should be 0."
    print("✓ initialize_zeros: perfectly impartial. We will see where that leads.")


def check_forward():
    """The right values for two inputs, three hidden units, two outputs; calm when Z is huge."""
    import warnings

    X = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]])
    parameters = {
        "W1": np.array([[0.5, -1.0], [0.0, 0.25], [-0.5, 1.5]]),
        "b1": np.array([[0.1], [-0.2], [0.3]]),
        "W2": np.array([[1.0, -2.0, 0.5], [0.3, 0.6, -0.9]]),
        "b2": np.array([[0.0], [0.2]]),
    }
    expected = np.array(
        [[0.697012659, 0.261107315, 0.378664595], [0.603561607, 0.307967570, 0.285423253]]
    )
    result = forward(X, parameters)
    assert isinstance(result, tuple) and len(result) == 2, (
        "forward should return two things, A2 and a cache: `return A2, cache`."
    )
    A2 = result[0]
    assert np.shape(A2) == (2, 3), (
        f"For 2 outputs and 3 examples A2 should have shape (2, 3), but it has {np.shape(A2)}."
    )
    assert np.allclose(A2, expected, rtol=0, atol=1e-6), (
        f"A2 should be\n{expected}\nbut it is\n{A2}\n"
        "Check one step at a time: Z1, tanh, Z2, sigmoid; and both biases."
    )
    huge = {name: 1000 * value for name, value in parameters.items()}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        A2 = forward(X, huge)[0]
    assert not caught, (
        f"With very large weights numpy warned: {caught[0].message}. The sigmoid above is safe."
    )
    assert np.allclose(A2, [[1, 0, 0], [1, 0, 0]], rtol=0, atol=1e-6), (
        f"With very large weights A2 should be 0s and 1s (here [[1, 0, 0], [1, 0, 0]]), not\n{A2}"
    )
    print("✓ forward: the surveyors speak and the chief decides.")


def check_compute_cost():
    """The right value, one number, and finite for an output that is certain."""
    A2 = np.array([[0.9, 0.2, 0.5], [0.6, 0.1, 0.7]])
    Y = np.array([[1.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    cost = compute_cost(A2, Y)
    assert cost is not None, "compute_cost returned nothing. Is the `return` missing?"
    assert np.ndim(cost) == 0, (
        f"The cost should be a single number, but it is an array of shape {np.shape(cost)}."
    )
    assert np.isclose(cost, 0.947270064, rtol=0, atol=1e-6), (
        f"The cost should be 0.947270, but it is {cost:.6f}. "
        "Are both terms there, the minus, and 1/m with m = 3 examples (not 6 entries)?"
    )
    certain = compute_cost(np.array([[1.0, 0.0, 0.5]]), np.array([[1.0, 0.0, 1.0]]))
    assert np.isclose(certain, 0.231049060, rtol=0, atol=1e-6), (
        "Two answers that are certain and right, and one of 0.5, should cost log(2)/3 = 0.231049, "
        f"not {certain:.6f}. Don't let the log see a 0."
    )
    wrong = compute_cost(np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]]))
    assert np.isfinite(wrong) and wrong > 0, (
        f"Certain and wrong should cost a lot, but a finite amount; it costs {wrong}."
    )
    tiny = compute_cost(np.array([[1e-300, 0.5]]), np.array([[1.0, 1.0]]))
    assert np.isclose(tiny, 345.734337539, rtol=0, atol=1e-6), (
        f"Outputs 1e-300 and 0.5 for two places on land should cost 345.734338, not {tiny:.6f}. "
        "Is the floor under the logarithm too high, or something added to every output?"
    )
    print("✓ compute_cost: now we know how wrong we are.")


def check_backward():
    """Four gradients with the right shapes and values, on the example of check_forward."""
    X = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]])
    Y = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    parameters = {
        "W1": np.array([[0.5, -1.0], [0.0, 0.25], [-0.5, 1.5]]),
        "b1": np.array([[0.1], [-0.2], [0.3]]),
        "W2": np.array([[1.0, -2.0, 0.5], [0.3, 0.6, -0.9]]),
        "b2": np.array([[0.0], [0.2]]),
    }
    expected = {
        "dW2": np.array(
            [[0.045900170, 0.034941723, -0.096256164], [0.220768025, -0.021704140, -0.170783817]]
        ),
        "db2": np.array([[-0.221071810], [0.065650810]]),
        "dW1": np.array(
            [[0.031295228, -0.040038210], [0.039501189, 0.064765508], [-0.226912657, 0.003836988]]
        ),
        "db1": np.array([[-0.079044093], [0.477830611], [-0.218443033]]),
    }
    _, cache = forward(X, parameters)
    grads = backward(parameters, cache, X, Y)
    assert isinstance(grads, dict), (
        f"backward should return a dict, but it returned a {type(grads).__name__}."
    )
    for name, value in expected.items():
        assert name in grads, f'There is no "{name}" among the gradients.'
        assert np.shape(grads[name]) == value.shape, (
            f"{name} should have the shape of its parameter, {value.shape}, "
            f"but it has {np.shape(grads[name])}."
        )
        assert np.allclose(grads[name], value, rtol=0, atol=1e-6), (
            f"{name} should be\n{value}\nbut it is\n{grads[name]}"
        )
    print("✓ backward: blame, fairly shared.")


def check_update_parameters():
    """A step against the gradient, in new arrays."""
    old = {
        "W1": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        "b1": np.array([[0.0], [1.0], [2.0]]),
        "W2": np.array([[1.0, -1.0, 0.5]]),
        "b2": np.array([[0.25]]),
    }
    parameters = {name: value.copy() for name, value in old.items()}
    grads = {
        "dW1": np.array([[1.0, 0.0], [-1.0, 2.0], [0.0, 4.0]]),
        "db1": np.array([[1.0], [-2.0], [0.0]]),
        "dW2": np.array([[2.0, 0.0, -2.0]]),
        "db2": np.array([[-1.0]]),
    }
    expected = {
        "W1": np.array([[0.5, 2.0], [3.5, 3.0], [5.0, 4.0]]),
        "b1": np.array([[-0.5], [2.0], [2.0]]),
        "W2": np.array([[0.0, -1.0, 1.5]]),
        "b2": np.array([[0.75]]),
    }
    new = update_parameters(parameters, grads, 0.5)
    assert isinstance(new, dict), (
        f"update_parameters should return a dict, but it returned a {type(new).__name__}."
    )
    for name, value in expected.items():
        assert name in new, f'There is no "{name}" among the new parameters.'
        assert np.array_equal(parameters[name], old[name]), (
            f"Your function changed the old {name}. Compute a new array instead: "
            "`W - learning_rate * dW`, not `W -= ...`."
        )
        assert np.shape(new[name]) == value.shape, (
            f"The new {name} should keep the shape {value.shape}, not {np.shape(new[name])}."
        )
        assert np.allclose(new[name], value, rtol=0, atol=1e-9), (
            f"With learning rate 0.5 the new {name} should be\n{value}\nbut it is\n{new[name]}"
        )
    print("✓ update_parameters: one step downhill, and the old place is still on the map.")


def check_train():
    """Three steps on a small example: costs before each step, parameters after the last."""
    X = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]])
    Y = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    start = {
        "W1": np.array([[0.5, -1.0], [0.0, 0.25], [-0.5, 1.5]]),
        "b1": np.array([[0.1], [-0.2], [0.3]]),
        "W2": np.array([[1.0, -2.0, 0.5], [0.3, 0.6, -0.9]]),
        "b2": np.array([[0.0], [0.2]]),
    }
    parameters = {name: value.copy() for name, value in start.items()}
    result = train(X, Y, parameters, num_iterations=3, learning_rate=0.5)
    assert isinstance(result, tuple) and len(result) == 2, (
        "train should return two things: `return parameters, costs`."
    )
    trained, costs = result
    assert all(np.array_equal(parameters[name], start[name]) for name in start), (
        "Training changed the parameters that it started from; it should leave them alone."
    )
    assert np.shape(costs) == (3,), (
        f"3 iterations should give a sequence of 3 costs, but yours has shape {np.shape(costs)}."
    )
    expected = [1.393932639, 1.223120487, 1.129440226]
    assert np.allclose(costs, expected, rtol=0, atol=1e-6), (
        f"The costs before steps 1, 2 and 3 should be {expected}, but they are {list(costs)}."
    )
    W2 = np.array(
        [[0.989152601, -2.076454774, 0.583360951], [0.010148806, 0.633573895, -0.716650290]]
    )
    assert isinstance(trained, dict) and "W2" in trained, (
        'The first value that train returns should be the dict of parameters, with a "W2".'
    )
    assert np.allclose(trained["W2"], W2, rtol=0, atol=1e-6), (
        f"After 3 steps W2 should be\n{W2}\nbut it is\n{trained['W2']}"
    )
    print("✓ train: you have built a neural network. Now let it loose on the island.")


def check_count_distinct_units():
    """Weights and biases both count, neighbours or not; the tolerance is 1e-12."""

    def count(rows):
        rows = np.array(rows)
        n_h = len(rows)
        result = count_distinct_units(
            {
                "W1": rows[:, :-1],
                "b1": rows[:, -1:],
                "W2": np.arange(1.0, n_h + 1).reshape(1, n_h),
                "b2": np.zeros((1, 1)),
            }
        )
        assert np.ndim(result) == 0 and np.asarray(result).dtype.kind in "iu", (
            f"count_distinct_units should return one whole number (an int), not {result!r}."
        )
        return result

    a, b, c = [1.0, 2.0, 0.5], [1.0, -2.0, 0.5], [1.0, 2.0, -0.5]
    assert count([a, a, a]) == 1, f"Three equal units are one unit, not {count([a, a, a])}."
    assert count([a, b]) == 2, f"These two differ in a weight: 2 units, not {count([a, b])}."
    assert count([a, c]) == 2, (
        f"These two have equal weights and different biases: 2 units, not {count([a, c])}."
    )
    assert count([a, b, a, c, b]) == 3, (
        f"Units a, b, a, c, b are 3 different ones, not {count([a, b, a, c, b])}. "
        "Equal rows need not stand side by side."
    )
    near = [1.0, 2.0 + 1e-13, 0.5]
    assert count([a, near]) == 1, (
        "Units that differ by 1e-13 count as one: that is within the tolerance of 1e-12."
    )
    far = [1.0, 2.0 + 1e-9, 0.5]
    assert count([a, far]) == 2, (
        "Units that differ by 1e-9 are different: that is far more than 1e-12. "
        "(Has np.allclose or np.isclose added its relative tolerance, rtol?)"
    )
    low, high = [0.0, 0.0, 4.9e-13], [0.0, 0.0, 5.1e-13]
    assert count([low, high]) == 1, (
        "Biases of 4.9e-13 and 5.1e-13 are closer than 1e-12, so they count as one. "
        "(Rounding to 12 digits separates them. Look at differences instead.)"
    )
    print("✓ count_distinct_units: nobody draws two salaries unnoticed any more.")


def check_initialize_parameters():
    """Shapes, zero biases, N(0, 0.01²), and all randomness from rng."""
    small = initialize_parameters(3, 4, 2, np.random.default_rng(1))
    assert isinstance(small, dict), (
        f"initialize_parameters should return a dict, not a {type(small).__name__}."
    )
    shapes = {"W1": (4, 3), "b1": (4, 1), "W2": (2, 4), "b2": (2, 1)}
    for name, shape in shapes.items():
        assert name in small, f'There is no "{name}" among the parameters.'
        assert np.shape(small[name]) == shape, (
            f"With n_x=3, n_h=4, n_y=2, {name} should have shape {shape}, "
            f"not {np.shape(small[name])}."
        )
        assert np.asarray(small[name]).dtype == np.float64, f"{name} should hold float64 numbers."
    for name in ("b1", "b2"):
        assert np.all(small[name] == 0), f"The biases {name} should be zero."

    again = initialize_parameters(3, 4, 2, np.random.default_rng(1))
    other = initialize_parameters(3, 4, 2, np.random.default_rng(2))
    for name in ("W1", "W2"):
        assert np.array_equal(small[name], again[name]), (
            f"Two generators in the same state gave two different {name}. Use rng for every draw."
        )
        assert not np.array_equal(small[name], other[name]), (
            f"Generators with different seeds gave the same {name}. Draw it from rng."
        )

    # So many weights that a right answer fails any test below less than once in 10^20 classes.
    rng = np.random.default_rng(3)
    first = initialize_parameters(200, 100, 200, rng)
    second = initialize_parameters(200, 100, 200, rng)
    assert not np.array_equal(first["W1"], second["W1"]), (
        "Two calls with one generator gave the same weights. Don't reseed inside the function."
    )
    assert not np.allclose(first["W1"].ravel(), first["W2"].ravel()), (
        "W1 and W2 hold the same numbers. Each layer needs draws of its own."
    )
    for name in ("W1", "W2"):
        weights = np.asarray(first[name])
        assert abs(weights.mean()) < 0.001, (
            f"The weights should average about 0, but those in {name} average {weights.mean():.4f}."
            " (rng.random is never negative; rng.standard_normal is what you need.)"
        )
        assert abs(weights.std() - 0.01) < 0.0005, (
            f"The standard deviation of {name} should be about 0.01, not {weights.std():.4g}."
        )
        beyond = np.mean(np.abs(weights) > 0.02)
        assert 0.03 < beyond < 0.06, (
            f"In a normal distribution about 4.6 % lie beyond two standard deviations; in {name} "
            f"it is {100 * beyond:.1f} %. Did you draw from another distribution?"
        )
    print("✓ initialize_parameters: four surveyors with ideas of their own.")


def check_train_logistic_regression():
    """Three steps on four examples."""
    X = np.array([[1.0, 2.0, -1.0, 0.0], [0.0, 1.0, -1.0, -2.0]])
    Y = np.array([[1.0, 1.0, 0.0, 1.0]])
    result = train_logistic_regression(X, Y, num_iterations=3, learning_rate=0.5)
    assert isinstance(result, tuple) and len(result) == 3, (
        "train_logistic_regression should return three things: `return w, b, costs`."
    )
    w, b, costs = result
    assert np.shape(w) == (1, 2), f"w should have shape (1, 2), but it has {np.shape(w)}."
    assert np.ndim(b) == 0, f"b should be one number, but it has shape {np.shape(b)}."
    assert np.shape(costs) == (3,), (
        f"3 iterations should give a sequence of 3 costs, but yours has shape {np.shape(costs)}."
    )
    expected_costs = [0.693147181, 0.554255503, 0.467810104]
    assert np.allclose(costs, expected_costs, rtol=0, atol=1e-6), (
        f"The costs before steps 1, 2 and 3 should be {expected_costs}, not {list(costs)}. "
        "(The first one is log 2: at zero every answer is ½.)"
    )
    expected_w = np.array([[0.607527312, -0.037339763]])
    assert np.allclose(w, expected_w, rtol=0, atol=1e-6), (
        f"After 3 steps w should be {expected_w}, but it is {w}."
    )
    assert np.isclose(b, 0.292032415, rtol=0, atol=1e-6), (
        f"After 3 steps b should be 0.292032415, but it is {b:.9f}."
    )
    print("✓ train_logistic_regression: from zero, with a clear conscience.")


CHECKS = {
    "initialize_zeros": check_initialize_zeros,
    "forward": check_forward,
    "compute_cost": check_compute_cost,
    "backward": check_backward,
    "update_parameters": check_update_parameters,
    "train": check_train,
    "count_distinct_units": check_count_distinct_units,
    "initialize_parameters": check_initialize_parameters,
    "train_logistic_regression": check_train_logistic_regression,
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
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "symmetry.ipynb")
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else beside))
