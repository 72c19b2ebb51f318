"""The warm process: starts once, imports what students import, forks a locked-down worker a time.

It is started by `exec` with a clean environment, so it holds nothing of the grader's memory, and it
never reads a byte of a submission. Two processes: the *keeper* stays outside and ends everything
when the grader ends, however that ends; its child, the first process of a pid namespace, is the
warm one. When that dies, the kernel kills everything inside.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
from typing import Any, NoReturn

from . import lockdown, seccomp
from .lockdown import LayerFailed, Plan, Prepared

__all__ = ["FORK", "main"]

FORK = b"fork"
MAX_MESSAGE = 1 << 17
_PAGE = resource.getpagesize()


def main(control_descriptor: int) -> NoReturn:
    """Read the plan, put on the layers that are put on once, serve forks until the grader hangs
    up."""
    sys.argv[:] = [""]
    sys.orig_argv[:] = [""]
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(
            number, signal.SIG_IGN
        )  # Ctrl-C is the grader's business, which then hangs up
    control = socket.socket(fileno=control_descriptor)
    try:
        request = json.loads(sys.stdin.buffer.read())
        null = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
        os.dup2(null, 0)
        os.close(null)
        status = _start(control, request)
    except LayerFailed as failure:
        _tell(control, {"failed": failure.layer, "error": failure.error})
        status = 1
    except BaseException as error:
        _tell(control, {"failed": None, "error": f"{type(error).__name__}: {error}"[:500]})
        status = 1
    os._exit(status)


def _tell(control: socket.socket, answer: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        control.send(json.dumps(answer).encode())


def _start(control: socket.socket, request: dict[str, Any]) -> int:
    plan = Plan(
        layers=frozenset(request["layers"]),
        paths=tuple(request["paths"]),
        masks=tuple(request["masks"]),
        readable=tuple(request["readable"]),
        listable=tuple(request["listable"]),
        memory_bytes=request["memory_bytes"],
        files_bytes=request["files_bytes"],
        cpu_seconds=request["cpu_seconds"],
    )
    grader = os.pidfd_open(request["grader"])
    if os.getppid() != request["grader"]:
        return 0  # it ended before it could be watched
    _enter_namespaces(plan)
    child = os.fork()
    if child:
        control.close()
        return _keep(child, grader)
    os.close(grader)
    Warm(control, plan, request).run()
    return 0


def _keep(child: int, grader: int) -> int:
    """The keeper: wait until the warm process ends, or end it when the grader has ended."""
    pidfd = os.pidfd_open(child)
    poller = select.poll()
    poller.register(pidfd, select.POLLIN)
    poller.register(grader, select.POLLIN)
    poller.poll()
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    os.waitpid(child, 0)
    return 0


def _enter_namespaces(plan: Plan) -> None:
    """The namespaces that must be entered before the warm process is born."""
    layer = "user"
    try:
        if "user" in plan.layers:
            lockdown.enter_user_namespace()
        for layer in ("mount", "pid", "net", "ipc", "uts"):
            if layer in plan.layers:
                lockdown.unshare([layer])
    except OSError as error:
        raise LayerFailed(layer, str(error)) from None


class Warm:
    """The process that is forked, and what it has made ready."""

    def __init__(self, control: socket.socket, plan: Plan, request: dict[str, Any]) -> None:
        self.control = control
        self.plan = plan
        self.request = request
        self.prepared = Prepared()
        self.pid_namespace = -1
        self.memory_file = -1
        self.home: str | None = None
        self.homes: dict[int, str] = {}

    def run(self) -> None:
        """Prepare, say so, serve."""
        self._prepare()
        _tell(self.control, {"ready": True})
        while True:
            message, descriptors, _, _ = socket.recv_fds(self.control, 16, 1)
            if message != FORK:
                return  # the grader hung up
            self._reap()
            pid = self._fork(descriptors[0])
            os.close(descriptors[0])
            pidfd = os.pidfd_open(pid)
            socket.send_fds(self.control, [FORK], [pidfd])
            os.close(pidfd)

    def _prepare(self) -> None:
        plan, prepared = self.plan, self.prepared
        # Opened while there is a /proc: the pid namespace to return to, and how much is mapped.
        self.pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self.memory_file = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        layer = "mount"
        try:
            if "mount" in plan.layers:
                lockdown.build_root(plan, self.request["package"])
                if "user" in plan.layers:
                    lockdown.leave_root_user()
                # To start in: matplotlib writes its list of fonts there.
                lockdown.mount_home(b"mode=0700,size=16m")
            lockdown.die_with_parent()  # forgotten at a change of user, so it is said only here
            self._import()
            if "mount" in plan.layers:
                lockdown.hide(self.request["package"])
                lockdown.seal_root(plan.masks)
                prepared.tmpfs_options = (
                    f"mode=0700,size={plan.files_bytes},nr_inodes=4096".encode()
                )
            layer = "privileges"
            if plan.layers & {"privileges", "landlock", "seccomp"}:
                lockdown.no_new_privileges()
            if "privileges" in plan.layers:
                lockdown.prepare_privileges()
            layer = "landlock"
            if plan.layers >= {"landlock", "mount"}:
                ruleset = lockdown.landlock_ruleset(plan.readable, plan.listable, ["/tmp"])
                prepared.ruleset = lockdown.move_up(ruleset)
            elif "landlock" in plan.layers:
                lockdown.landlock_abi()
            layer = "seccomp"
            if "seccomp" in plan.layers:
                prepared.program = seccomp.program()
        except (OSError, KeyError, ValueError) as error:
            raise LayerFailed(layer, str(error)) from None
        if "rlimits" in plan.layers:
            pages = int(os.pread(self.memory_file, 100, 0).split()[0])
            prepared.limits = lockdown.rlimits(plan, pages * _PAGE)
        # Everything alive now lives as long as this process: keep the collector, and so the copying
        # of pages, away from it.
        gc.collect()
        gc.freeze()

    def _import(self) -> None:
        """Import, out of the new root, what submissions will want; this also proves that the
        visible files are enough."""
        config = lockdown.HOME if "mount" in self.plan.layers else tempfile.mkdtemp()
        os.environ["MPLCONFIGDIR"] = config
        sys.path[:] = self.request["sys_path"]
        importlib.import_module(f"{__package__}.worker")
        for name in self.request["imports"]:
            importlib.import_module(name)
        if "matplotlib.pyplot" in sys.modules:
            self._draw()
        sys.modules["autograder"].__path__ = []
        if "mount" not in self.plan.layers:
            shutil.rmtree(config, ignore_errors=True)

    @staticmethod
    def _draw() -> None:
        """One small figure, so that fonts and lazy imports are there for every fork."""
        import io

        pyplot = sys.modules["matplotlib.pyplot"]
        figure, axes = pyplot.subplots(figsize=(1, 1))
        axes.plot([0, 1], label="$x$")
        axes.legend()
        figure.savefig(io.BytesIO())
        pyplot.close(figure)

    def _fork(self, channel: int) -> int:
        if "pid" in self.plan.layers:
            lockdown.setns_pid(self.pid_namespace)
            lockdown.unshare(["pid"])
        home = None if "mount" in self.plan.layers else tempfile.mkdtemp(prefix="autograder-")
        pid = os.fork()
        if pid == 0:
            self._become_worker(channel, home)
        if home is not None:
            self.homes[pid] = home
        return pid

    def _become_worker(self, channel: int, home: str | None) -> NoReturn:
        from . import worker  # imported long ago; only the name is looked up here
        from .protocol import pack

        try:
            os.environ.update(HOME=home or lockdown.HOME, TMPDIR=home or lockdown.HOME)
            tempfile.tempdir = None
            if "numpy.random" in sys.modules:  # forks would draw alike; `random` sees to it itself
                sys.modules["numpy.random"].seed()
            for number in (signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            try:
                if self.plan.layers:
                    channel = lockdown.enter(self.plan, self.prepared, channel, home)
                else:
                    self._leave_unlocked(channel, home)
                    channel = 3
            except LayerFailed as failure:
                os.write(3, pack(["refused", failure.layer, failure.error]))
                os._exit(1)
            worker.serve(channel, self.request["output_bytes"])
        finally:
            os._exit(70)

    @staticmethod
    def _leave_unlocked(channel: int, home: str | None) -> None:
        """Mode "none": another process, and no more than that."""
        os.dup2(channel, 3, inheritable=False)
        os.closerange(4, 1024)
        if home is not None:
            os.chdir(home)
        lockdown.die_with_parent()

    def _reap(self) -> None:
        """Collect workers that have ended, and their files where these are not in a namespace."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, _ = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                if home := self.homes.pop(pid, None):
                    shutil.rmtree(home, ignore_errors=True)
