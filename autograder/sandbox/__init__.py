"""The sandbox: student code runs in it, and can forge its own return values and nothing else.

Theory of operation
===================

**What is defended, from whom.** The hidden checks, the reference solutions, the course secret,
other submissions, the marks, the grader's time, and the machine – from the text of a submission,
whose author may know this folder by heart. A submission gets values and gives values. It sees the
inputs of hidden checks, so nothing it prints, raises or names reaches feedback: output goes to
/dev/null, and of an exception only its nearest built-in class, cell and line come out.

**Three processes.** The *grader* (`host`) is trusted and holds every secret. It *execs*, never
forks, the *warm process* (`zygote`) with a clean environment; that one imports numpy and the
students' packages once, holds no secret, and never reads a submission. For each submission it
forks a *worker*, which locks itself down (`lockdown.enter`) before it reads a byte of student
text, then runs cells and calls functions (`worker`). The next one locks itself down meanwhile,
if there is a pid namespace to keep it out of reach. They talk in frames (`protocol`): JSON and
raw buffers, bounded in every direction, never pickled. The grader waits against a deadline and
kills by pidfd; a killed worker's successor re-runs the cells, so that one endless loop costs one
function.

**The layers, and what each holds alone.**

========== ========================================================================================
user       A user namespace; root becomes an unprivileged user in it for good. No further
           namespaces.
mount      A read-only root, by pivot_root, with the standard library, shared libraries and the
           students' packages (`visible`: an allowlist from installers' records) and no /proc; a
           private tmpfs of bounded size, where nothing can be executed. Holds every file.
pid        The warm process is the first of a namespace, each worker the first of its own: nobody
           else can be named, and with the first process the kernel ends all.
net        No interface but an empty loopback, no abstract sockets of the machine.
ipc, uts   No shared memory, semaphores or queues of others, and none left for the next; own host
           name.
landlock   Reading beneath the same paths, writing beneath the tmpfs; no TCP, no abstract sockets,
           no signals outwards, as far as the kernel's version governs them. Holds the contents of
           files without any namespace (names in the packages' folders can be listed then).
seccomp    An allowlist of calls, written by hand for x86-64 and aarch64, installed last. No
           process, no socket, no signal, no tracing, no io_uring, keys, BPF, other architectures.
           Holds everything that is not a file, and is the only guard against a kernel interface
           nobody thought of.
privileges No capabilities, an empty bounding set, untraceable, nothing inherited but the channel;
           dies with its parent. (no_new_privs is on with this, with Landlock and with seccomp.)
rlimits    Address space, processor time, file size, descriptors, threads, no core.
========== ========================================================================================

Each secret in a file is held by `mount` and by `landlock`, each alone; each secret in memory by
`pid` and by `seccomp`; the network by `net` and by `seccomp`. `tests/attacks` switches the others
off and tries.

**Fail closed.** A layer's failed call is a failure of the layer. In mode "full" one missing layer
is a `SandboxMissing` with its cure (`layers`), before any submission is read. "reduced" takes what
is there and says what that is; "none" is a process of its own and nothing more: it may read
whatever its user may.

**What is not defended.** A submission can lie about itself: about its values, about which
arguments it changed and which warnings it raised. It can learn the inputs that it is called with,
and use all of its own time. rlimits count per process, not over the machine: a worker may use its
memory and its tmpfs side by side; no cgroup is used. Threads may compute while the grader is
thinking, until the processor limit. Workers share a kernel, caches and clock with the grader:
kernel bugs behind the allowed calls and side channels are out of reach. Workers of one warm
process share its address layout and its hash seed. Without a pid namespace ("none", "reduced") a
process that a submission started may outlive it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .host import (
        Called,
        Cell,
        CellResult,
        Foreign,
        Held,
        Limits,
        Sandbox,
        SandboxError,
        SandboxMissing,
        Session,
        StudentFailure,
    )
    from .layers import Layer, probe

__all__ = [
    "Called",
    "Cell",
    "CellResult",
    "Foreign",
    "Held",
    "Layer",
    "Limits",
    "Sandbox",
    "SandboxError",
    "SandboxMissing",
    "Session",
    "StudentFailure",
    "probe",
]


def __getattr__(name: str) -> Any:
    """Import the trusted side only where it is used: the warm process imports this package, too."""
    if name in ("Layer", "probe"):
        from . import layers

        return getattr(layers, name)
    if name in __all__:
        from . import host

        return getattr(host, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
