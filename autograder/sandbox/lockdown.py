"""The layers of the lockdown, each a few system calls. Every failure is an OSError; none is
ignored.

Nothing here decides policy for a submission: `Plan` says which layers are wanted, `prepare_*` runs
once in the warm process, `enter` runs in each fork before it reads a byte of student text.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import resource
import signal
import stat
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import seccomp

__all__ = [
    "LAYERS",
    "LayerFailed",
    "Plan",
    "Prepared",
    "build_root",
    "enter",
    "enter_user_namespace",
    "landlock_abi",
    "landlock_ruleset",
    "leave_root_user",
    "prepare_privileges",
    "unshare",
]

LAYERS: tuple[str, ...] = (
    "user", "mount", "pid", "net", "ipc", "uts", "landlock", "seccomp", "privileges", "rlimits",
)  # fmt: skip
"""Every layer that mode "full" insists on, in the order in which they are put on."""

UNPRIVILEGED = 65534
HOME = "/tmp/home"
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")

_CLONE = {
    "mount": 0x00020000, "uts": 0x04000000, "ipc": 0x08000000, "user": 0x10000000,
    "pid": 0x20000000, "net": 0x40000000,
}  # fmt: skip

_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
_MNT_DETACH = 2
_AT_FDCWD = -100
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV, _ATTR_NOEXEC = 1, 2, 4, 8

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_SECUREBITS, _PR_SET_NO_NEW_PRIVS = 28, 38
_NO_SETUID_FIXUP = 1 << 2

# (x86-64, aarch64) where glibc has no function.
_NUMBERS = {"pivot_root": (155, 41), "capset": (126, 91), "seccomp": (317, 277)}
_MOUNT_SETATTR, _CLOSE_RANGE = 442, 436
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446

_libc = ctypes.CDLL(None, use_errno=True)


class LayerFailed(Exception):
    """A layer that could not be put on; the worker must not run."""

    def __init__(self, layer: str, error: str) -> None:
        super().__init__(layer, error)
        self.layer = layer
        self.error = error


@dataclass(frozen=True, slots=True)
class Plan:
    """What a warm process is asked to be: the layers, the visible paths, the limits."""

    layers: frozenset[str]
    paths: tuple[str, ...]
    masks: tuple[str, ...]
    readable: tuple[str, ...]
    listable: tuple[str, ...]
    memory_bytes: int
    files_bytes: int
    cpu_seconds: int


@dataclass(slots=True)
class Prepared:
    """What the warm process has made once, for every fork to use."""

    ruleset: int | None = None
    program: Any = None
    address_space: int = 0
    tmpfs_options: bytes = b""
    limits: list[tuple[int, int]] = field(default_factory=list)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _number(name: str) -> int:
    return _NUMBERS[name][list(seccomp.AUDIT_ARCH).index(seccomp.machine())]


def _syscall(number: int, what: str, *arguments: Any) -> int:
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *words), what)


def _prctl(option: int, value: int, what: str) -> None:
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), what)


def _mount(
    source: str, target: str, kind: str | None, flags: int, data: bytes | None = None
) -> None:
    result = _libc.mount(
        source.encode(), target.encode(), kind and kind.encode(), ctypes.c_ulong(flags), data
    )
    _checked(result, f"mount {target}")


def _mount_attributes(path: str, wanted: int) -> None:
    """Add attributes to a mount, taking none away."""
    words = struct.pack("<QQQQ", wanted, 0, 0, 0)
    what = f"mount_setattr {path}"
    _syscall(_MOUNT_SETATTR, what, _AT_FDCWD, path.encode(), 0, words, len(words))


# -----------------------------------------------------------------------------------------
# namespaces


def unshare(names: Collection[str]) -> None:
    """Leave the named namespaces of _CLONE for new ones."""
    flags = 0
    for name in names:
        flags |= _CLONE[name]
    _checked(_libc.unshare(flags), "unshare " + "+".join(sorted(names)))


def setns_pid(descriptor: int) -> None:
    """Let the next child be born into the pid namespace of this descriptor."""
    _checked(_libc.setns(descriptor, _CLONE["pid"]), "setns")


def enter_user_namespace() -> None:
    """A user namespace that holds this user and nobody else, and no further namespace in it.

    Root's holds the unprivileged user as well, for `leave_root_user`. Only a process outside may
    write such a map, so a child that stays outside does it.
    """
    uid, gid = os.geteuid(), os.getegid()
    maps = {"uid_map": f"{uid} {uid} 1\n", "gid_map": f"{gid} {gid} 1\n"}
    if uid == 0:
        os.setgroups([])
        extra = f"{UNPRIVILEGED} {UNPRIVILEGED} 1\n"
        _map_from_outside({name: line + extra for name, line in maps.items()})
    else:
        unshare(["user"])
        _write("/proc/self/setgroups", "deny")
        for name, text in maps.items():
            _write(f"/proc/self/{name}", text)
    # Where a container mounts /proc/sys read-only, seccomp alone forbids further namespaces.
    with contextlib.suppress(OSError):
        _write("/proc/sys/user/max_user_namespaces", "0")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _map_from_outside(maps: Mapping[str, str]) -> None:
    parent = os.getpid()
    wait, go = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(go)
            os.read(wait, 1)
            for name, text in maps.items():
                _write(f"/proc/{parent}/{name}", text)
            status = 0
        finally:
            os._exit(status)
    os.close(wait)
    try:
        unshare(["user"])
    finally:
        os.close(go)  # the child's read ends
        _, status = os.waitpid(child, 0)
    if status:
        raise OSError(errno.EPERM, "the users of the namespace could not be mapped")


def leave_root_user() -> None:
    """Root becomes an unprivileged user for good, so that limits per user bind it as well. Its
    capabilities over the namespaces stay; forks drop them."""
    if os.geteuid() == 0:
        _prctl(_PR_SET_SECUREBITS, _NO_SETUID_FIXUP, "keep capabilities")
        os.setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
        os.setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)


def build_root(plan: Plan, package: str) -> None:
    """Make a read-only root that holds the visible paths alone, and move into it.

    There is no /proc in it; the old root is detached, not hidden. `package` is shown as well, until
    `hide` takes it away.
    """
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    # Opened before the new root is mounted over /tmp, where any of them may lie.
    paths = (*plan.paths, *DEVICES, package)
    sources = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in paths]
    root = "/tmp"
    _mount("root", root, "tmpfs", _MS_NOSUID | _MS_NODEV, b"mode=0755,size=8m,nr_inodes=16k")
    for path, descriptor in sorted([*sources, *((mask, -1) for mask in plan.masks)]):
        target = root + path
        if descriptor < 0:
            _mount("mask", target, "tmpfs", _MS_NOSUID | _MS_NODEV, b"mode=0755,size=1m")
            continue
        _make_mountpoint(target, descriptor)
        _mount(f"/proc/self/fd/{descriptor}", target, None, _MS_BIND)
        last = _ATTR_NOEXEC if path in DEVICES else _ATTR_NODEV
        _mount_attributes(target, _ATTR_RDONLY | _ATTR_NOSUID | last)
        os.close(descriptor)
    os.makedirs(root + HOME)
    os.chdir(root)
    _syscall(_number("pivot_root"), "pivot_root", b".", b".")
    _checked(_libc.umount2(b".", _MNT_DETACH), "umount the old root")
    os.chdir("/")


def mount_home(options: bytes) -> None:
    """A private file system, owned by the present user, where nothing can be executed."""
    _mount("home", HOME, "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, options)


def hide(path: str) -> None:
    """Take a bind away again that only the warm process needed."""
    _checked(_libc.umount2(path.encode(), _MNT_DETACH), f"umount {path}")


def seal_root(masks: Sequence[str]) -> None:
    """Nothing in the root can be written from here on."""
    for path in ("/", HOME, *masks):
        _mount_attributes(path, _ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV)


def _make_mountpoint(target: str, descriptor: int) -> None:
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.makedirs(target, exist_ok=True)
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if not os.path.exists(target):
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o444))


# -------------------------------------------------------------------------------------------
# Landlock

_READ = 1 << 2 | 1 << 3
_LIST = 1 << 3
# write, read, list, remove a directory or file, make a directory or file, refer, truncate
_USE_HOME = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 13 | 1 << 14
_USE_DEVICE = 1 << 1 | 1 << 2
_ON_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15


def landlock_abi() -> int:
    """The version of Landlock that the kernel speaks, from 1. Raises OSError without Landlock."""
    return _syscall(_LANDLOCK_CREATE, "landlock", 0, 0, 1)


def _landlock_handled(abi: int) -> int:
    """Every access that this version can govern; what a ruleset does not govern, it allows."""
    bits = 13 + (abi >= 2) + (abi >= 3) + (abi >= 5)
    return (1 << bits) - 1


def landlock_ruleset(
    readable: Sequence[str], listable: Sequence[str], writable: Sequence[str]
) -> int:
    """A ruleset: read beneath `readable`, list names beneath `listable`, use `writable`; no TCP, no
    abstract sockets and signals beyond the worker where the kernel's version governs them."""
    abi = landlock_abi()
    handled = _landlock_handled(abi)
    attributes = struct.pack("<QQQ", handled, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = _syscall(_LANDLOCK_CREATE, "landlock_create_ruleset", attributes, size, 0)
    rules = [(path, _READ) for path in readable]
    rules += [(path, _LIST) for path in listable]
    rules += [(path, _USE_DEVICE) for path in DEVICES]
    rules += [(path, _USE_HOME) for path in writable]
    for path, access in rules:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            _landlock_add(ruleset, descriptor, access & handled)
        finally:
            os.close(descriptor)
    return ruleset


def move_up(descriptor: int) -> int:
    """The same descriptor above those that a fork puts in place."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 16)
    os.close(descriptor)
    return moved


def _landlock_add(ruleset: int, descriptor: int, access: int) -> None:
    if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
        access &= _ON_FILES
    rule = struct.pack("<Qi", access, descriptor)
    _syscall(_LANDLOCK_ADD, "landlock_add_rule", ruleset, 1, rule, 0)


# ------------------------------------------------------------------------------------------
# privileges


def no_new_privileges() -> None:
    """No program started from here gains anything; Landlock and seccomp ask for it."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, "no_new_privs")


def prepare_privileges() -> None:
    """Once, for the warm process and so for every fork: an empty bounding set, and nobody may trace
    or read it."""
    _prctl(_PR_SET_DUMPABLE, 0, "set undumpable")
    capability = 0
    while capability < 64:
        try:
            _prctl(_PR_CAPBSET_DROP, capability, "drop the bounding set")
        except OSError as error:
            if error.errno == errno.EINVAL:  # beyond the kernel's last capability
                return
            if error.errno == errno.EPERM:  # an ordinary user outside a user namespace has none
                return
            raise
        capability += 1


_CAP_HEADER = struct.pack("<Ii", 0x20080522, 0)
_CAP_NONE = bytes(24)


def drop_capabilities() -> None:
    """Over the namespaces too: they can no longer be changed."""
    _syscall(_number("capset"), "capset", _CAP_HEADER, _CAP_NONE)


def close_from(first: int) -> None:
    """Close every descriptor from `first` on."""
    _syscall(_CLOSE_RANGE, "close_range", first, 0xFFFFFFFF, 0)


def restrict(ruleset: int) -> None:
    """Put a Landlock ruleset on this process, for good."""
    _syscall(_LANDLOCK_RESTRICT, "landlock_restrict_self", ruleset, 0)


def install(program: seccomp.Program) -> None:
    """Put a seccomp filter on this process, for good."""
    _syscall(_number("seccomp"), "seccomp", 1, 0, ctypes.byref(program))


def set_limits(limits: Sequence[tuple[int, int]]) -> None:
    """Set limits, soft and hard."""
    for which, limit in limits:
        resource.setrlimit(which, (limit, limit))


def die_with_parent() -> None:
    """The kernel kills this process when the one that forked it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, "set the parent death signal")


def rlimits(plan: Plan, address_space: int) -> list[tuple[int, int]]:
    """The limits per process; `address_space` is what a fork already has mapped. A hard limit that
    is lower already stays."""
    wanted = [
        (resource.RLIMIT_AS, address_space + plan.memory_bytes),
        (resource.RLIMIT_CPU, plan.cpu_seconds),
        (resource.RLIMIT_FSIZE, plan.files_bytes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, 64),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_STACK, 8 << 20),
    ]
    limits = []
    for which, limit in wanted:
        hard = resource.getrlimit(which)[1]
        limits.append((which, limit if hard == resource.RLIM_INFINITY else min(limit, hard)))
    return limits


# ------------------------------------------------------------------------------------------- the
# fork


def enter(plan: Plan, prepared: Prepared, channel: int, home: str | None) -> int:
    """Lock this fork down; returns the descriptor that its channel has become.

    Raises LayerFailed; the caller must then exit. Seccomp comes last: it forbids the calls that
    the other layers are made of. `home` is a private directory where there is no mount namespace.
    """
    layer = "privileges"
    try:
        os.dup2(channel, 3, inheritable=False)
        keep = 4 if prepared.ruleset is not None else 3
        if prepared.ruleset is not None:
            os.dup2(prepared.ruleset, 4, inheritable=False)
        close_from(keep + 1)
        layer = "ipc"
        private = plan.layers & {"ipc", "mount"}
        if private:
            unshare(private)
        layer = "mount"
        if "mount" in plan.layers:
            mount_home(prepared.tmpfs_options)
            home = HOME
        os.chdir(home or "/")
        layer = "rlimits"
        set_limits(prepared.limits)
        layer = "privileges"
        if "privileges" in plan.layers:
            drop_capabilities()
        die_with_parent()
        layer = "landlock"
        if "landlock" in plan.layers:
            ruleset = 4
            if prepared.ruleset is None:
                ruleset = landlock_ruleset(plan.readable, plan.listable, [home] if home else [])
            restrict(ruleset)
            os.close(ruleset)
        layer = "seccomp"
        if "seccomp" in plan.layers:
            install(prepared.program)
    except (OSError, ValueError) as error:
        raise LayerFailed(layer, str(error)) from None
    return 3
