"""Nothing in the gallery gets what it is after: with all layers, and with each layer alone.

The controls run the same texts with no layer at all and see them succeed: an attack that could not
work proves nothing.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox import Cell, Limits, Sandbox, SandboxMissing, StudentFailure, probe

from .gallery import ATTACKS, PRELUDE, Attack

LIMITS = Limits(seconds=5, total_seconds=10, memory_mb=256, output_mb=4, files_mb=4)
MISSING = {layer.name for layer in probe() if not layer.present and not layer.optional}
WON = "def won(facts):\n    return bool(attack(facts))\n"


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What an attacker may know, and a grader worth attacking."""
    folder = Path(tmp_path_factory.mktemp("solutions"))
    for parent in (folder, *folder.parents):
        if parent.owner() == folder.owner() and "pytest-of" in str(parent):
            parent.chmod(0o755)
    secret = folder / "test_hidden.py"
    secret.write_text("TOP-SECRET answer")
    os.environ["COURSE_SECRET"] = "TOP-SECRET " + secrets.token_hex(4)
    name = "autograder-attack-" + secrets.token_hex(4)
    # A grader that lets itself be traced: what holds here is the sandbox, not yama.
    ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1 & (2**64 - 1)), 0, 0, 0)
    memory = ctypes.create_string_buffer(b"TOP-SECRET")
    with (
        socket.socket() as tcp,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        tcp.bind(("127.0.0.1", 0))
        unix.bind(str(folder / "s"))
        (folder / "s").chmod(0o777)
        abstract.bind("\0" + name)
        for server in (tcp, unix, abstract):
            server.listen(64)
        yield {
            "secret": str(secret),
            "folder": str(folder),
            "marker": str(secret),
            "pytest": pytest.__file__,
            "grader": os.getpid(),
            "grader_source": str(Path(__file__).parents[2] / "autograder/sandbox/host.py"),
            "address": ctypes.addressof(memory),
            "port": tcp.getsockname()[1],
            "unix": str(folder / "s"),
            "abstract": "\0" + name,
            "hostname": socket.gethostname(),
        }
    del os.environ["COURSE_SECRET"]


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[Any]:
    """One sandbox a set of layers, made when first asked for."""
    made: dict[frozenset[str] | str, Sandbox] = {}

    def get(layers: frozenset[str] | str) -> Sandbox:
        if layers not in made:
            if layers == "none":
                made[layers] = Sandbox(LIMITS, ["numpy"], "none")
            elif layers == "full":
                made[layers] = Sandbox(LIMITS, ["numpy"], "full")
            else:
                made[layers] = Sandbox(LIMITS, ["numpy"], "reduced", layers=layers)
                assert set(made[layers].layers) == layers
        return made[layers]

    yield get
    for sandbox in made.values():
        sandbox.close()


def prize(sandbox: Sandbox, attack: Attack, facts: dict[str, Any]) -> bool | None:
    """Did the attack get something? None: its call had no value at all."""
    cells = [Cell(0, PRELUDE), Cell(1, attack.source), Cell(2, WON)]
    with sandbox.open(cells) as session:
        assert [cell.error for cell in session.cells] == [None] * 3
        try:
            got: bool = session.call("won", (facts,)).value
            return got
        except StudentFailure as failure:
            # An attack that is late or too large has not been tried: the test would prove nothing.
            if failure.kind not in ("ERRORED", "DIED"):
                raise
            return None


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.slug)
def test_all_layers_hold(attack: Attack, sandboxes: Any, facts: dict[str, Any]) -> None:
    """With every layer, the attack comes back with nothing."""
    try:
        sandbox = sandboxes("full")
    except SandboxMissing as missing:
        pytest.skip(str(missing))
    assert not prize(sandbox, attack, facts), attack.tries


@pytest.mark.parametrize(
    ("attack", "layers"),
    [
        pytest.param(attack, layers, id=f"{attack.slug}-{'+'.join(sorted(layers))}")
        for attack in ATTACKS
        for layers in attack.alone
    ],
)
def test_one_layer_alone_holds(
    attack: Attack, layers: frozenset[str], sandboxes: Any, facts: dict[str, Any]
) -> None:
    """With nothing but the named layers, the attack still comes back with nothing."""
    if layers & MISSING:
        pytest.skip(f"this kernel lacks {', '.join(sorted(layers & MISSING))}")
    assert not prize(sandboxes(layers), attack, facts), attack.tries


@pytest.mark.parametrize(
    "attack", [attack for attack in ATTACKS if attack.control], ids=lambda attack: attack.slug
)
def test_control_without_layers_it_succeeds(
    attack: Attack, sandboxes: Any, facts: dict[str, Any]
) -> None:
    """With no layer at all, the attack does succeed: the tests above can fail."""
    got = prize(sandboxes("none"), attack, facts)
    if not got:
        pytest.skip("this kernel, or this user, refuses it anyway")
