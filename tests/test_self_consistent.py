"""Functions that agree with one another and with nothing else: what leans on them earns nothing.

Readings by a student's own functions excuse who works on another's mistake. They must not pay for
functions that do nothing at all, however well these fit together.
"""

from __future__ import annotations

import pytest

from autograder.course import HOME, load_course
from autograder.grading import Grader
from autograder.reference import definition_source
from autograder.report import Report, Verdict
from autograder.sandbox.host import Sandbox
from autograder.submission import NotebookCell, Submission
from tests.conftest import of

COURSE = load_course(HOME / "course.yml")
STANDING_STILL = """
def forward(X, parameters):
    return np.full((len(parameters["W2"]), X.shape[1]), 0.5), None

def compute_cost(A2, Y):
    return 0.0

def backward(parameters, cache, X, Y):
    return {f"d{name}": np.zeros_like(value) for name, value in parameters.items()}

def update_parameters(parameters, grads, learning_rate):
    return dict(parameters)

def train(X, Y, parameters, num_iterations, learning_rate):
    return dict(parameters), [0.0] * num_iterations
"""
DRAWING_NOTHING = """
def variance_scaling(fan_in, fan_out, rng, scale, mode, distribution):
    return np.zeros((fan_out, fan_in))
"""
FLAT = """
def forward_deep(X, parameters, activation):
    return np.full((len(parameters[f"W{len(parameters) // 2}"]), X.shape[1]), 0.5), None

def backward_deep(parameters, cache, Y, activation):
    return {f"d{name}": np.zeros_like(value) for name, value in parameters.items()}
"""
WITHOUT_HIDDEN_LAYERS = """
deep_build = build

def build(layer_dims, scheme, rng, use_batchnorm=False):
    return deep_build([layer_dims[0], layer_dims[-1]], scheme, rng, use_batchnorm)
"""


def graded(slug: str, wrong: str, sandbox: Sandbox) -> Report:
    """The reference with some functions replaced."""
    definitions = definition_source(COURSE.source(slug).read_text(encoding="utf-8"))
    cells = (NotebookCell(0, "code", definitions), NotebookCell(1, "code", wrong))
    submission = Submission("eve", slug, HOME / "eve.ipynb", cells)
    return Grader(COURSE, COURSE.assignment(slug), b"secret of these tests").grade(
        submission, sandbox
    )


@pytest.mark.parametrize(
    ("slug", "wrong", "unpaid"),
    [
        ("symmetry", STANDING_STILL, {"backward": "_output", "train": "test_train_values"}),
        ("scaling", DRAWING_NOTHING, {"initialize_he": "_law", "initialize_xavier": "_law"}),
        ("scaling", FLAT, {"backward_deep": "test_backward_values"}),
        (
            "capstone",
            WITHOUT_HIDDEN_LAYERS,
            {"fit": "hidden_layers", "build": "test_build_what_must_not_learn"},
        ),
    ],
    ids=["standing still", "drawing nothing", "flat", "without hidden layers"],
)
def test_agreement_alone_earns_nothing(
    slug: str, wrong: str, unpaid: dict[str, str], sandbox: Sandbox
) -> None:
    """The check that would judge a function by such companions fails or is skipped, unpaid."""
    report = graded(slug, wrong, sandbox)
    for exercise, part in unpaid.items():
        judged = [o for o in of(report, exercise) if part in o.check]
        assert judged
        assert {o.verdict for o in judged} <= {Verdict.FAILED, Verdict.SKIPPED}
        assert not sum(o.points for o in judged)
        assert all(o.message for o in judged)


def test_who_uses_such_functions_rightly_is_not_failed(sandbox: Sandbox) -> None:
    """`train` written rightly over functions that stand still is SKIPPED, with a word of why."""
    only = STANDING_STILL.partition("def train")[0]
    (values,) = (o for o in of(graded("symmetry", only, sandbox), "train") if "values" in o.check)
    assert values.verdict is Verdict.SKIPPED
    assert "move no parameter" in values.message
