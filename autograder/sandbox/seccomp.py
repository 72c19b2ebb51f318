"""The system calls that a locked-down worker may make: a seccomp filter, assembled by hand.

The filter is an allowlist. What is not on it fails with EPERM, so that a library which probes for a
feature falls back; a call through another architecture's table (32-bit `int 0x80`, x32) kills.
There is no way to start a process, open a socket, send a signal, trace, mount, or reach io_uring,
keys, shared memory segments or BPF: those calls are simply not named here.
"""

from __future__ import annotations

import ctypes
import errno
import platform

__all__ = ["AUDIT_ARCH", "Program", "machine", "program"]

# Linux's call numbers, (x86-64, aarch64); None where the architecture never had the call.
_CALLS: dict[str, tuple[int | None, int | None]] = {
    # reading, writing, and the private file system
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66),
    "pread64": (17, 67), "pwrite64": (18, 68), "close": (3, 57), "lseek": (8, 62),
    "open": (2, None), "openat": (257, 56), "dup": (32, 23), "dup2": (33, None),
    "dup3": (292, 24), "pipe": (22, None), "pipe2": (293, 59), "stat": (4, None),
    "fstat": (5, 80), "lstat": (6, None), "newfstatat": (262, 79), "statx": (332, 291),
    "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "getdents64": (217, 61), "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50),
    "readlink": (89, None), "readlinkat": (267, 78), "mkdir": (83, None), "mkdirat": (258, 34),
    "unlink": (87, None), "unlinkat": (263, 35), "rmdir": (84, None), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "ftruncate": (77, 46), "truncate": (76, 45),
    "fsync": (74, 82), "fdatasync": (75, 83), "flock": (73, 32), "fallocate": (285, 47),
    "fadvise64": (221, 223), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53),
    "utimensat": (280, 88), "statfs": (137, 43), "fstatfs": (138, 44), "umask": (95, 166),
    "sendfile": (40, 71), "copy_file_range": (326, 285),
    # memory
    "mmap": (9, 222), "munmap": (11, 215), "mprotect": (10, 226), "mremap": (25, 216),
    "madvise": (28, 233), "brk": (12, 214), "msync": (26, 227), "mincore": (27, 232),
    "membarrier": (324, 283),
    # threads, the end
    "futex": (202, 98), "sched_yield": (24, 124), "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121), "sched_getscheduler": (145, 120),
    "set_robust_list": (273, 99), "rseq": (334, 293), "set_tid_address": (218, 96),
    "exit": (60, 93), "exit_group": (231, 94), "restart_syscall": (219, 128),
    # time and waiting
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "gettimeofday": (96, 169), "time": (201, None),
    "times": (100, 153), "getitimer": (36, 102), "setitimer": (38, 103), "alarm": (37, None),
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    # facts
    "getrandom": (318, 278), "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173),
    "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177),
    "getresuid": (118, 148), "getresgid": (120, 150), "getgroups": (115, 158),
    "getpgrp": (111, None), "getpgid": (121, 155), "getsid": (124, 156), "uname": (63, 160),
    "sysinfo": (99, 179), "getrusage": (98, 165), "getrlimit": (97, 163), "getcpu": (309, 168),
    # its own signal handlers
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136), "rt_sigsuspend": (130, 133), "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132), "pause": (34, None),
}  # fmt: skip

# Calls judged by their arguments as well.
_CLONE, _CLONE3 = (56, 220), (435, 435)
_IOCTL, _FCNTL, _PRLIMIT = (16, 29), (72, 25), (302, 261)

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000

_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = 0x7E020000
_TERMINAL_QUESTIONS = (
    0x5401,
    0x5413,
    0x541B,
    0x5450,
    0x5451,
)  # TCGETS, size, FIONREAD, close-on-exec
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 1030)  # dup, flags, locks

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16


class _Filter(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16), ("jt", ctypes.c_uint8),
        ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32),
    )  # fmt: skip


class Program(ctypes.Structure):
    """struct sock_fprog, with its instructions kept alive beside it."""

    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Filter)))
    instructions: ctypes.Array[_Filter]


Instruction = tuple[int, int, int, int]


def machine() -> str:
    """This machine's architecture, as in AUDIT_ARCH; anything else has no filter."""
    return platform.machine()


def _give(result: int) -> Instruction:
    return (_RETURN, 0, 0, result)


def _low(argument: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument)


def _high(argument: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument + 4)


def _one_of(argument: int, values: tuple[int, ...], otherwise: int) -> list[Instruction]:
    """Allow when the low half of an argument is one of the values."""
    count = len(values)
    tests = [(_EQUAL, count - i, 0, value) for i, value in enumerate(values)]
    return [_low(argument), *tests, _give(_ERRNO | otherwise), _give(_ALLOW)]


def _rules(column: int) -> dict[int, list[Instruction]]:
    """What to do with each call that is not simply refused."""
    allow, refuse = _give(_ALLOW), _give(_ERRNO | errno.EPERM)
    rules = {numbers[column]: [allow] for numbers in _CALLS.values()}
    # A thread shares everything with its process; anything less is a new process and is refused.
    rules[_CLONE[column]] = [
        _low(0), (_ANY_BIT, 0, 2, _CLONE_THREAD), (_ANY_BIT, 1, 0, _CLONE_NAMESPACES),
        allow, refuse,
    ]  # fmt: skip
    # clone3 hides its flags behind a pointer: libraries take ENOSYS and use clone.
    rules[_CLONE3[column]] = [_give(_ERRNO | errno.ENOSYS)]
    rules[_IOCTL[column]] = _one_of(1, _TERMINAL_QUESTIONS, errno.ENOTTY)
    rules[_FCNTL[column]] = _one_of(1, _FCNTL_COMMANDS, errno.EPERM)
    # prlimit: read one's own limits, set none: pid and new limit are both zero.
    rules[_PRLIMIT[column]] = [
        _low(0), (_EQUAL, 0, 5, 0), _low(2), (_EQUAL, 0, 3, 0), _high(2), (_EQUAL, 0, 1, 0),
        allow, refuse,
    ]  # fmt: skip
    return {number: body for number, body in rules.items() if number is not None}


def _search(intervals: list[tuple[int, list[Instruction]]]) -> list[Instruction]:
    """A binary search for the last interval that begins at or below the call's number. The kernel
    runs a new filter once for every call there is; a list of comparisons makes that slow."""
    if len(intervals) == 1:
        return intervals[0][1]
    middle = len(intervals) // 2
    below, above = _search(intervals[:middle]), _search(intervals[middle:])
    return [(_AT_LEAST, len(below), 0, intervals[middle][0]), *below, *above]


def instructions(arch: str) -> list[Instruction]:
    """The whole filter for an architecture, as (code, jump if true, jump if false, k)."""
    rules = _rules(list(AUDIT_ARCH).index(arch))
    refuse = [_give(_ERRNO | errno.EPERM)]
    intervals: list[tuple[int, list[Instruction]]] = [(0, rules.get(0, refuse))]
    for number in range(1, max(rules) + 2):
        rule = rules.get(number, refuse)
        if rule != intervals[-1][1]:
            intervals.append((number, rule))
    intervals.append((_X32, [_give(_KILL)]))
    return [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, AUDIT_ARCH[arch]),
        _give(_KILL),
        (_LOAD, 0, 0, _NUMBER),
        *_search(intervals),
    ]


def program(arch: str | None = None) -> Program:
    """The filter, ready for the kernel. Raises KeyError on an architecture without one."""
    listing = instructions(arch or machine())
    array = (_Filter * len(listing))(*(_Filter(*line) for line in listing))
    result = Program(len(listing), array)
    result.instructions = array
    return result
