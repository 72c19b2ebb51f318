"""IPython's own lines become harmless and keep their places."""

from __future__ import annotations

import pytest

from autograder.sandbox.magics import plain_python


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install numpy\nx = 1", "pass\nx = 1"),
        ("if True:\n    %time f()\n    x = 1", "if True:\n    pass\n    x = 1"),
        ("files = !ls\nx = 1", "files = None\nx = 1"),
        ("t = %timeit -o f()", "t = None"),
        ("np.zeros?\nx = 1", "pass\nx = 1"),
        ("?np.zeros\nx = 1", "pass\nx = 1"),
        ("%%time\nx = 1", "pass\nx = 1"),
        ("%%bash\nrm -rf /", ""),
        ("\n%%html\n<b>x</b>", ""),
        ("x = 7 % 2\ny = x != 3", "x = 7 % 2\ny = x != 3"),
    ],
)
def test_plain_python(source: str, plain: str) -> None:
    """Each kind of line, and Python's own % and != untouched."""
    assert plain_python(source) == plain
    compile(plain, "x", "exec")
