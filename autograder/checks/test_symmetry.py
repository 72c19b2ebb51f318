"""Hidden checks of ``symmetry``."""

from __future__ import annotations

from autograder.checks import ARRAY, OPAQUE, PARAMETERS, check, expect

RETURNS = {
    "forward": (ARRAY("A2"), OPAQUE),
    "initialize_zeros": PARAMETERS("parameters"),
}


@check("forward", points=2)
def test_forward_values(student, reference, rng):
    """The output is sigmoid(W2 tanh(W1 X + b1) + b2)."""
    for n_x, n_h, n_y, m in [(3, 4, 1, 5), (1, 1, 1, 1), (2, 5, 3, 1)]:
        p = {
            "W1": rng.normal(size=(n_h, n_x)),
            "b1": rng.normal(size=(n_h, 1)),
            "W2": rng.normal(size=(n_y, n_h)),
            "b2": rng.normal(size=(n_y, 1)),
        }
        X = rng.normal(size=(n_x, m))
        A2, _ = student.forward(X, p)
        expect.array(A2, reference.forward(X, p)[0], "A2")
