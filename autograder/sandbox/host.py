"""The trusted side: opens submissions, calls their functions, believes nothing.

The worker is asked and may answer whatever it likes, late, never, or in garbage; each of these
ends as a `StudentFailure` for the call in question, never as an error of the grader and never as
a hang. What the grader did wrong itself is a `SandboxError`.
"""

from __future__ import annotations

import builtins
import contextlib
import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NoReturn, Self, cast

from .layers import CURES
from .lockdown import LAYERS
from .protocol import (
    MAX_HEADER_INWARDS,
    PREFIX_SIZE,
    Call,
    Called,
    Cell,
    CellResult,
    Foreign,
    Held,
    Hold,
    Kind,
    Limits,
    ProtocolError,
    Reader,
    StudentFailure,
    Tree,
    Writer,
    pack,
    prefix_sizes,
    safe_name,
    unpack_header,
)
from .visible import PackageMissing, View, view
from .zygote import FORK, MAX_MESSAGE

__all__ = [
    "Call",
    "Called",
    "Cell",
    "CellResult",
    "Foreign",
    "Held",
    "Limits",
    "Mode",
    "Sandbox",
    "SandboxError",
    "SandboxMissing",
    "Session",
    "StudentFailure",
]

Mode = Literal["full", "reduced", "none"]

_MB, _CHUNK = 1 << 20, 1 << 14
_START = 60.0  # seconds for a warm process to start
_GRACE = 20.0  # seconds for a fork, and for a kill to take effect
_PATIENCE = 2  # times that a function may hang or die before it is not called any more
_ERRORS = frozenset(
    name for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
) | {"LinAlgError"}  # fmt: skip
_KINDS = frozenset({"MISSING", "UNANSWERED", "ERRORED", "OUT_OF_MEMORY", "TOO_LARGE"})
_BOOT = (
    "import sys, types; package = types.ModuleType('autograder'); "
    "package.__path__ = [sys.argv[2]]; "
    "sys.modules['autograder'] = package; "
    "from autograder.sandbox.zygote import main; main(int(sys.argv[1]))"
)


class SandboxError(Exception):
    """The sandbox itself failed; never a submission's fault."""


class SandboxMissing(SandboxError):
    """A layer that mode "full" needs is not there. One line: which, and the cure."""

    def __init__(self, layer: str, error: str) -> None:
        super().__init__(f"sandbox layer missing: {layer} ({error}); {CURES[layer]}")
        self.layer = layer


class _Lost(Exception):
    """The worker is gone or talks nonsense."""


class _Late(Exception):
    """The worker did not answer in time."""


# --------------------------------------------------------------------------------------- warm
# process


class _Zygote:
    """A running warm process and the socket it takes orders from."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.ordered: socket.socket | None = None
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(_START)
        package = Path(__file__).resolve().parent
        environment = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "MPLBACKEND": "Agg"} | {
            f"{library}_NUM_THREADS": "1"
            for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR", "VECLIB_MAXIMUM")
        }
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", "-c", _BOOT,
                 str(theirs.fileno()), str(package.parent)],
                env=environment, cwd="/", pass_fds=[theirs.fileno()], start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        message = {**request, "grader": os.getpid(), "package": str(package)}
        try:
            with self.process.stdin as plan:  # type: ignore[union-attr]
                plan.write(json.dumps(message).encode())
            answer = json.loads(self.control.recv(MAX_MESSAGE) or b"null")
        except (OSError, ValueError) as error:
            self.close()
            raise SandboxError(f"the warm process did not start: {error}") from None
        if not answer or "failed" in answer:
            self.close()
            if answer and answer["failed"]:
                raise SandboxMissing(answer["failed"], answer["error"])
            raise SandboxError(
                f"the warm process did not start: {answer['error'] if answer else 'it died'}"
            )

    def order(self) -> None:
        """Have a worker forked and locked down while something else is done.

        OSError: the warm process died.
        """
        self.ordered, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.control, [FORK], [theirs.fileno()])

    def fork(self) -> tuple[int, socket.socket]:
        """A new worker: its pidfd and the trusted end of its channel. OSError: the warm process
        died."""
        if self.ordered is None:
            self.order()
        ours, self.ordered = cast("socket.socket", self.ordered), None
        try:
            answer, descriptors, _, _ = socket.recv_fds(self.control, 16, 1)
            if answer != FORK or not descriptors:
                raise OSError("the warm process died")
        except OSError:
            ours.close()
            raise
        ours.setblocking(False)
        return descriptors[0], ours

    def close(self) -> None:
        """Hang up, and wait until the keeper has ended; it ends when nothing is left inside."""
        if self.ordered is not None:
            self.ordered.close()
        self.control.close()
        try:
            self.process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Sandbox:
    """Opens submissions. Not to be shared between processes; each makes its own.

    `packages` are the distributions that students may import; `mode` is "full" (every layer or
    SandboxMissing), "reduced" (every layer that is there; `layers` says which) or "none" (a
    process of its own and nothing more). The keyword `layers` restricts "reduced" further, for
    tests of one layer.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        packages: Iterable[str] = ("numpy",),
        mode: Mode = "full",
        *,
        layers: Collection[str] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        if sys.platform != "linux":
            raise SandboxError("the sandbox needs Linux: run the grader in a Linux container")
        if layers is not None and mode != "reduced":
            raise ValueError('layers can be chosen in mode "reduced" only')
        self.mode = mode
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._sessions: set[Session] = set()
        self._zygote: _Zygote | None = None
        try:
            self._view = view(packages)
        except PackageMissing as error:
            raise SandboxError(str(error)) from None
        wanted = [layer for layer in LAYERS if layers is None or layer in layers]
        self.layers: tuple[str, ...] = () if mode == "none" else tuple(wanted)
        self._start()

    def _start(self) -> None:
        """Start the warm process, and in mode "reduced" again without what it found missing."""
        while True:
            zygote = None
            try:
                zygote = _Zygote(self._request(self._view))
                self._zygote = zygote
                self._try_out()
                return
            except SandboxError as missing:
                if zygote is not None:
                    zygote.close()
                if not isinstance(missing, SandboxMissing):
                    raise
                if self.mode != "reduced":
                    raise
                self.layers = tuple(layer for layer in self.layers if layer != missing.layer)

    def _try_out(self) -> None:
        """One worker that locks itself down and is asked nothing: are all layers really there?"""
        worker = _Worker(self, next(self._numbers))
        worker.await_ready()
        worker.kill()

    def _request(self, visible: View) -> dict[str, Any]:
        return {
            "layers": self.layers,
            "paths": visible.paths,
            "masks": visible.masks,
            "readable": visible.readable,
            "listable": visible.listable,
            "sys_path": visible.sys_path,
            "imports": visible.imports,
            "memory_bytes": self.limits.memory_mb * _MB,
            "files_bytes": self.limits.files_mb * _MB,
            "output_bytes": self.limits.output_mb * _MB,
            "cpu_seconds": int(2 * self.limits.total_seconds) + 10,
        }

    def open(self, cells: Iterable[Cell]) -> Session:
        """Run a submission's cells, whose indices differ, in a worker of their own."""
        session = Session(self, tuple(cells))
        self._sessions.add(session)
        return session

    def _fork(self) -> tuple[int, socket.socket]:
        """A fork of the warm process, which is started anew, once, when it is found dead."""
        if os.getpid() != self._pid:
            raise SandboxError("a Sandbox does not survive fork: make one in each process")
        with self._lock:
            if self._zygote is None:
                raise SandboxError("this Sandbox is closed")
            try:
                return self._forked(self._zygote)
            except OSError:
                self._zygote.close()
                self._zygote = _Zygote(self._request(self._view))
            try:
                return self._forked(self._zygote)
            except OSError as error:
                raise SandboxError(f"the warm process dies again and again: {error}") from None

    def _forked(self, zygote: _Zygote) -> tuple[int, socket.socket]:
        """A worker; the next one is ordered where no submission could lay hands on it before."""
        worker = zygote.fork()
        if "pid" in self.layers:
            with contextlib.suppress(OSError):  # that the warm process died is the next one's news
                zygote.order()
        return worker

    def close(self) -> None:
        """End every session and the warm process."""
        for session in list(self._sessions):
            session.close()
        if self._zygote is not None and os.getpid() == self._pid:
            self._zygote.close()
            self._zygote = None

    def __enter__(self) -> Self:
        """The same; `with` closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        """Close."""
        self.close()


# ---------------------------------------------------------------------------------------------
# worker


class _Worker:
    """One fork, seen from outside: a pidfd to kill it by, a socket to talk to it."""

    def __init__(self, sandbox: Sandbox, number: int) -> None:
        self.number = number
        self.handles = itertools.count(1)
        self.messages = itertools.count(1)
        self.max_body = sandbox.limits.output_mb * _MB
        self.pidfd, self.socket = sandbox._fork()
        self.inbox = bytearray()  # read ahead of the frame it belongs to
        self.alive = True
        self.used = False
        self.poller = select.poll()
        self.poller.register(self.socket, select.POLLIN)

    def await_ready(self) -> None:
        """Wait until the worker says that it is locked down, which it is before it reads a
        frame."""
        try:
            first = self.receive(_GRACE)[0]
        except (_Lost, _Late):
            self.kill()
            raise SandboxError("a worker died before it had read anything") from None
        if first != ["ready"]:
            self.kill()
            raise SandboxMissing(first[1], first[2])

    def send(self, frame: bytes, seconds: float) -> None:
        """Write a frame. Raises _Late or _Lost."""
        deadline = time.monotonic() + seconds
        data = memoryview(frame)
        while data:
            try:
                data = data[self.socket.send(data, socket.MSG_NOSIGNAL) :]
            except BlockingIOError:
                self.poller.modify(self.socket, select.POLLOUT)
                self._wait(deadline)
                self.poller.modify(self.socket, select.POLLIN)
            except OSError as error:
                raise _Lost from error

    def receive(self, seconds: float) -> tuple[list[Tree], bytearray]:
        """Read a frame, all of it within the time. Raises _Late or _Lost."""
        deadline = time.monotonic() + seconds
        try:
            header, body = prefix_sizes(self._read(PREFIX_SIZE, deadline), self.max_body)
            return unpack_header(self._read(header, deadline)), self._read(body, deadline)
        except ProtocolError as error:
            raise _Lost from error

    def _read(self, size: int, deadline: float) -> bytearray:
        # Grown as bytes come in: an announcement alone costs the grader nothing.
        data = self.inbox
        while len(data) < size:
            try:
                chunk = self.socket.recv(max(_CHUNK, min(size - len(data), _MB)))
            except BlockingIOError:
                self._wait(deadline)
                continue
            except OSError as error:
                raise _Lost from error
            if not chunk:
                raise _Lost
            data += chunk
            if time.monotonic() > deadline:
                raise _Late
        self.inbox = data[size:]
        del data[size:]
        return data

    def _wait(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0 or not self.poller.poll(left * 1000):
            raise _Late

    def kill(self) -> None:
        """End the worker and all it started, and see it ended."""
        if not self.alive:
            return
        self.alive = False
        self.socket.close()
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        waiter = select.poll()
        waiter.register(self.pidfd, select.POLLIN)
        ended = waiter.poll(_GRACE * 1000)
        os.close(self.pidfd)
        if not ended:
            raise SandboxError("a worker cannot be killed: the machine is in trouble")


# --------------------------------------------------------------------------------------------
# session


class Session:
    """One submission: what its cells did, and its functions to call.

    When a call kills the worker, the next one finds a fresh worker in which the cells have been run
    again, but for those that hung or died themselves.
    """

    def __init__(self, sandbox: Sandbox, cells: Sequence[Cell]) -> None:
        self._sandbox = sandbox
        self._limits = sandbox.limits
        self._sources = tuple(cells)
        self._left = sandbox.limits.total_seconds
        self._bad: dict[int, CellResult] = {}
        self._failures: Counter[tuple[str, Kind]] = Counter()
        self._worker: _Worker | None = None
        self._closed = False
        self.functions: frozenset[str] = frozenset()
        results: dict[int, CellResult] = {}
        with contextlib.suppress(StudentFailure):
            self._ready(results)
        self.cells = tuple(
            results.get(cell.index)
            or self._bad.get(cell.index)
            or CellResult(cell.index, "TimeLimit")
            for cell in self._sources
        )

    # -------------------------------------------------------------------------------------------
    # calls

    def call(
        self, function: str, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None,
        hold: Hold = (),
    ) -> Called:  # fmt: skip
        """Call one function. Raises StudentFailure."""
        result = self.calls([(function, args, kwargs or {}, hold)])[0]
        if isinstance(result, StudentFailure):
            raise result
        return result

    def calls(self, requests: Iterable[Call]) -> list[Called | StudentFailure]:
        """Call several functions in one round trip; what each gave, in order."""
        wanted = list(requests)
        results: dict[int, Called | StudentFailure] = {}
        waiting = deque(range(len(wanted)))
        again: set[int] = set()
        while waiting:
            try:
                worker = self._ready()
            except StudentFailure as failure:
                results.update((i, _copy(failure)) for i in waiting)
                break
            self._round(worker, wanted, waiting, results, again)
        return [results[i] for i in range(len(wanted))]

    def hold(self, value: Any) -> Held:
        """Put a value inside; the very same object is passed wherever the handle is."""
        worker = self._ready()
        ident = next(worker.handles)
        writer = Writer(_MB << 10, worker.number)
        number = next(worker.messages)
        frame = pack(
            ["hold", number, [ident, writer.tree(value)]], writer.buffers, MAX_HEADER_INWARDS
        )
        try:
            self._send(worker, frame)
            message, _ = self._receive(worker)
            if message != ["held", number]:
                raise _Lost
        except (_Late, _Lost) as error:
            worker.kill()
            raise StudentFailure("TIMED_OUT" if isinstance(error, _Late) else "DIED") from None
        return Held(ident, worker.number)

    def _round(
        self, worker: _Worker, wanted: list[Call], waiting: deque[int],
        results: dict[int, Called | StudentFailure], again: set[int],
    ) -> None:  # fmt: skip
        """Send what waits to this worker and take answers until all are in or the worker is lost.

        A worker that dies after earlier calls may have been poisoned by one of them: the call that
        found it dead is tried once more (`again`), on a fresh worker.
        """
        writer = Writer(_MB << 10, worker.number)
        trees: list[Tree] = []
        sent: list[tuple[int, int]] = []
        for i in waiting:
            function, args, kwargs, hold = wanted[i]
            refused = self._refused(function)
            if refused is not None:
                results[i] = refused
                continue
            writer.items = 0
            try:
                args_tree, kwargs_tree = writer.tree(tuple(args)), writer.tree(dict(kwargs))
            except StudentFailure as failure:
                results[i] = failure
                continue
            first = next(worker.handles)
            positions: Tree = hold if hold == "all" else sorted(set(hold))
            if positions and positions != "all":
                worker.handles = itertools.count(first + positions[-1] + 1)
            trees.append([function, args_tree, kwargs_tree, positions, first])
            sent.append((i, first))
        waiting.clear()
        if not sent:
            return
        number = next(worker.messages)
        worker.messages = itertools.count(number + len(sent))
        frame = pack(["calls", number, trees], writer.buffers, MAX_HEADER_INWARDS)
        for offset, (i, first) in enumerate(sent):
            function, _, _, hold = wanted[i]
            try:
                if offset == 0:
                    self._send(worker, frame)
                results[i] = self._answer(worker, number + offset, first, hold)
                worker.used = True
            except (_Late, _Lost) as error:
                worker.kill()
                waiting.extend(i for i, _ in sent[offset + 1 :])
                if isinstance(error, _Lost) and worker.used and i not in again:
                    again.add(i)
                    waiting.appendleft(i)
                    return
                kind: Kind = "TIMED_OUT" if isinstance(error, _Late) else "DIED"
                self._failures[function, kind] += 1
                results[i] = StudentFailure(kind)
                return

    def _refused(self, function: str) -> StudentFailure | None:
        """A function that hung or killed its worker too often is not called again."""
        kinds: tuple[Kind, ...] = ("TIMED_OUT", "DIED")
        for kind in kinds:
            if self._failures[function, kind] >= _PATIENCE:
                return StudentFailure(kind)
        return None

    def _answer(
        self, worker: _Worker, number: int, first: int, hold: Hold
    ) -> Called | StudentFailure:
        message, body = self._receive(worker)
        try:
            kind, echoed, *rest = message
            if echoed != number:
                raise ProtocolError("another call's answer")
            if kind == "failed":
                return _failure(rest)
            if kind != "called":
                raise ProtocolError("not an answer")
            tree, changed, warnings, kept = rest
            reader = Reader(body)
            value = reader.value(tree)
            reader.finish()
            return Called(
                _with_handles(value, kept, first, hold, worker.number),
                _names(changed), _names(warnings),
            )  # fmt: skip
        except (ProtocolError, ValueError, TypeError, MemoryError) as error:
            raise _Lost from error

    # -------------------------------------------------------------------------------------- the
    # worker

    def _ready(self, results: dict[int, CellResult] | None = None) -> _Worker:
        """A live worker with the cells run. Raises StudentFailure("TIMED_OUT") when the submission
        has used up its time."""
        if self._closed:
            raise SandboxError("this Session is closed")
        while self._worker is None or not self._worker.alive:
            if self._left <= 0:
                raise StudentFailure("TIMED_OUT")
            self._worker = _Worker(self._sandbox, next(self._sandbox._numbers))
            self._run_cells(self._worker, {} if results is None else results)
        return self._worker

    def _run_cells(self, worker: _Worker, results: dict[int, CellResult]) -> None:
        """Run the cells that are not known to be bad; on one that hangs or dies, note it and
        kill."""
        cells = [cell for cell in self._sources if cell.index not in self._bad]
        number = next(worker.messages)
        running = CellResult(0)
        try:
            # Sent before the worker is ready, so that it need not wait for the grader to wake up.
            sources = [[cell.index, cell.source] for cell in cells]
            self._send(worker, pack(["cells", number, sources], (), MAX_HEADER_INWARDS))
            worker.await_ready()
            for cell in cells:
                running = CellResult(cell.index)
                message, _ = self._receive(worker)
                results[cell.index] = _cell_result(message, number, cell.index)
            message, _ = self._receive(worker)
            self.functions = _function_names(message, number)
        except (_Late, _Lost) as error:
            worker.kill()
            name = "TimeLimit" if isinstance(error, _Late) else "Died"
            results[running.index] = self._bad[running.index] = CellResult(running.index, name)

    def _send(self, worker: _Worker, frame: bytes) -> None:
        self._timed(worker.send, frame)

    def _receive(self, worker: _Worker) -> tuple[list[Tree], bytearray]:
        return cast("tuple[list[Tree], bytearray]", self._timed(worker.receive))

    def _timed(self, action: Any, *arguments: Any) -> Any:
        """Wait for the worker, at most the seconds of a call, out of what the submission has
        left."""
        start = time.monotonic()
        try:
            return action(*arguments, min(self._limits.seconds, self._left))
        finally:
            self._left -= time.monotonic() - start

    def close(self) -> None:
        """End the submission's worker and everything that it left running."""
        self._closed = True
        self._sandbox._sessions.discard(self)
        if self._worker is not None:
            self._worker.kill()

    def __enter__(self) -> Self:
        """The same; `with` closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        """Close."""
        self.close()


# ----------------------------------------------------------------------- what the worker says,
# believed


def _refuse(what: str) -> NoReturn:
    raise ProtocolError(what)


def _copy(failure: StudentFailure) -> StudentFailure:
    return StudentFailure(failure.kind, failure.error, failure.cell, failure.line)


def _number_or_none(value: Tree) -> int | None:
    return value if type(value) is int and 0 <= value < 1_000_000_000 else None


def _error_name(value: Tree) -> str:
    return value if isinstance(value, str) and value in _ERRORS else "Exception"


def _names(values: Tree) -> tuple[str, ...]:
    if not isinstance(values, list) or len(values) > 100:
        raise ProtocolError("not a list of names")
    return tuple(safe_name(value) for value in values)


def _failure(rest: list[Tree]) -> StudentFailure:
    kind, error, cell, line = rest
    if kind not in _KINDS:
        raise ProtocolError("not a kind of failure")
    name = None if error is None else _error_name(error)
    return StudentFailure(kind, name, _number_or_none(cell), _number_or_none(line))


def _cell_result(message: list[Tree], number: int, index: int) -> CellResult:
    if len(message) != 5 or message[:3] != ["cell", number, index]:
        raise _Lost
    error, line = message[3:]
    if error is None:
        return CellResult(index)
    name = "MemoryLimit" if error == "MemoryLimit" else _error_name(error)
    return CellResult(index, name, _number_or_none(line))


def _function_names(message: list[Tree], number: int) -> frozenset[str]:
    if len(message) != 3 or message[:2] != ["names", number] or not isinstance(message[2], list):
        raise _Lost
    names = [name for name in message[2][:2_000] if isinstance(name, str)]
    return frozenset(name for name in names if len(name) <= 80 and name.isidentifier())


def _with_handles(value: Any, kept: Tree, first: int, hold: Hold, worker: int) -> Any:
    """Put handles where the grader asked for them and the worker says that it held something."""
    if not isinstance(kept, list) or not all(type(ident) is int for ident in kept):
        raise ProtocolError("not a list of handles")
    if not kept:
        return value
    if hold == "all" and kept == [first]:
        return Held(first, worker)
    if hold == "all" or type(value) is not tuple:
        raise ProtocolError("handles that were not asked for")
    items = list(value)
    for ident in kept:
        position = ident - first
        if position not in hold or not 0 <= position < len(items):
            raise ProtocolError("a handle that was not asked for")
        items[position] = Held(ident, worker)
    return tuple(items)
