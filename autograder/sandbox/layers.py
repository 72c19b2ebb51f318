"""Which layers this machine has, each tried alone, and the cure for each that is missing.

Each is tried in the way in which it is used, in a child of a small process of its own: `doctor`
must not change the one that asks.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import lockdown, seccomp

__all__ = ["CURES", "OPTIONAL", "Layer", "probe"]

_NAMESPACES = (
    "allow user namespaces (sysctl user.max_user_namespaces=10000; "
    "kernel.unprivileged_userns_clone=1 on Debian; kernel.apparmor_restrict_unprivileged_userns=0 "
    "on Ubuntu; in Docker, --security-opt seccomp=unconfined --security-opt apparmor=unconfined)"
)
_KERNEL = "use Linux 5.13 or newer on x86-64 or aarch64"

CURES: dict[str, str] = {
    **dict.fromkeys(("user", "mount", "pid", "net", "ipc", "uts"), _NAMESPACES),
    "landlock": f"{_KERNEL}, and boot it with lsm=landlock,… where landlock is not on its list",
    "seccomp": f"{_KERNEL}, with CONFIG_SECCOMP_FILTER",
    "privileges": _KERNEL,
    "rlimits": "raise the hard limits of this shell (ulimit -H)",
    "cgroup": "optional: would bound memory and processes of a submission as a whole; not used yet",
}
OPTIONAL = frozenset({"cgroup"})


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the sandbox: is it here, and if not, what helps."""

    name: str
    present: bool
    cure: str
    optional: bool = False


def probe() -> list[Layer]:
    """Every layer, tried alone. On a system that is not Linux none is present."""
    names = [*lockdown.LAYERS, *sorted(OPTIONAL)]
    package = Path(__file__).resolve().parent.parent
    code = (
        "import sys, types; package = types.ModuleType('autograder'); "
        "package.__path__ = [sys.argv[1]]; sys.modules['autograder'] = package; "
        "from autograder.sandbox.layers import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code, str(package)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    present = set(run.stdout.split())
    return [Layer(name, name in present, CURES[name], name in OPTIONAL) for name in names]


def main() -> None:
    """Print the names of the layers that can be put on."""
    for name, attempt in _ATTEMPTS.items():
        if _succeeds(attempt):
            print(name, flush=True)


def _succeeds(attempt: Callable[[], object]) -> bool:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            attempt()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


def _namespace(name: str) -> Callable[[], None]:
    def attempt() -> None:
        lockdown.enter_user_namespace()
        if name != "user":
            lockdown.unshare([name])
        if name == "mount":
            plan = lockdown.Plan(frozenset({"mount"}), (), (), (), (), 0, 0, 0)
            lockdown.build_root(plan, os.path.dirname(__file__))
            lockdown.leave_root_user()
            lockdown.mount_home(b"mode=0700,size=1m")
            lockdown.seal_root(())

    return attempt


def _landlock() -> None:
    lockdown.no_new_privileges()
    lockdown.restrict(lockdown.landlock_ruleset([], [], []))
    _must_fail(lambda: os.listdir("/"))


def _seccomp() -> None:
    lockdown.no_new_privileges()
    lockdown.install(seccomp.program())
    _must_fail(os.fork)


def _privileges() -> None:
    lockdown.prepare_privileges()
    lockdown.drop_capabilities()
    lockdown.close_from(3)
    lockdown.die_with_parent()


def _rlimits() -> None:
    plan = lockdown.Plan(frozenset(), (), (), (), (), 1 << 30, 1 << 20, 60)
    lockdown.set_limits(lockdown.rlimits(plan, 1 << 30))


def _must_fail(action: Callable[[], object]) -> None:
    """A layer that reports success and holds nothing is missing."""
    try:
        action()
    except OSError:
        return
    raise OSError("it holds nothing")


def _cgroup() -> None:
    raise OSError("not used yet")


_ATTEMPTS: dict[str, Callable[[], object]] = {
    **{name: _namespace(name) for name in ("user", "mount", "pid", "net", "ipc", "uts")},
    "landlock": _landlock,
    "seccomp": _seccomp,
    "privileges": _privileges,
    "rlimits": _rlimits,
    "cgroup": _cgroup,
}
