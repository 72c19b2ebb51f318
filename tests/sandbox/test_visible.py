"""What a worker may see is an allowlist, drawn from installers' records."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.sandbox import visible
from autograder.sandbox.visible import PackageMissing, view


def covered(path: str, pieces: tuple[str, ...]) -> bool:
    """Does one of the pieces hold this path?"""
    return any(path == piece or path.startswith(piece + "/") for piece in pieces)


def test_numpy_alone() -> None:
    """numpy's files are there, pytest's and the grader's are not, by either layer."""
    import numpy

    seen = view(["numpy"])
    numpy_file = str(Path(numpy.__file__).resolve())
    assert covered(numpy_file, seen.readable)
    assert covered(numpy_file, seen.paths)
    for other in (pytest.__file__, str(Path(visible.__file__).parents[1] / "checks")):
        assert not covered(str(Path(other).resolve()), seen.readable)
        hidden = covered(str(Path(other).resolve()), seen.masks)
        assert hidden or not covered(str(Path(other).resolve()), seen.paths)
    assert seen.imports[0] == "numpy"


def test_requirements_come_along() -> None:
    """matplotlib's requirements are visible with it, by their own record; its extras are not."""
    seen = view(["matplotlib"])
    names = {Path(path).name for path in seen.readable}
    assert {"matplotlib", "cycler", "dateutil", "PIL"} <= names
    assert "pytest" not in names


def test_namespace_package_is_split() -> None:
    """A folder that several distributions share is shown by the pieces that one owns."""
    names = {path for path in view(["matplotlib"]).readable if "mpl_toolkits" in path}
    assert names
    assert all(not path.endswith("/mpl_toolkits") for path in names)


def test_missing_package_has_a_cure() -> None:
    """One line: which package, and what to type."""
    with pytest.raises(PackageMissing, match="'no-such-thing', which is not installed"):
        view(["numpy", "no-such-thing"])


def test_site_packages_inside_the_library(tmp_path: Path) -> None:
    """Third-party folders inside the standard library's are masked, and left out for Landlock."""
    for name in ("json/x.py", "site-packages/other/x.py", "os.py"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    masks = sorted(visible._site_folders([str(tmp_path)]))
    assert masks == [str(tmp_path / "site-packages")]
    assert visible._expand(str(tmp_path), masks) == [str(tmp_path / n) for n in ("json", "os.py")]
