"""Seeds: the same again for a regrade, another for anyone else, the secret its owner's alone."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.problem import Problem
from autograder.seeds import course_secret, generator, seed


def test_a_seed_depends_on_every_name_and_on_where_names_end() -> None:
    """No two of these coincide, although their letters do."""
    names = [("a", "b"), ("ab",), ("", "ab"), ("ab", ""), ("b", "a")]
    assert len({seed(b"s" * 32, *n) for n in names} | {seed(b"t" * 32, "ab")}) == len(names) + 1


def test_a_regrade_draws_the_same() -> None:
    """The same secret and names give the same draws, to the bit."""
    one, other = (generator(b"s" * 32, "ada", "check").normal(size=9) for _ in range(2))
    assert one.tobytes() == other.tobytes()


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    """Graders that start at once agree on one secret, which only its owner can read."""
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: course_secret(tmp_path), range(1)))
        secrets |= set(pool.map(lambda _: course_secret(tmp_path), range(8)))
    assert len(secrets) == 1
    path = tmp_path / ".autograder" / "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secret"]


def test_a_damaged_secret_is_told(tmp_path: Path) -> None:
    """A secret that was cut short does not silently change every seed."""
    course_secret(tmp_path)
    (tmp_path / ".autograder" / "secret").write_text("abc")
    with pytest.raises(Problem, match="restore"):
        course_secret(tmp_path)


def test_the_environment_overrides_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines of one course can share a secret without sharing a folder."""
    monkeypatch.setenv("AUTOGRADER_SECRET", "ab" * 32)
    assert course_secret(tmp_path) == b"\xab" * 32
