"""The filter, run by hand: what it says about every call, on both architectures."""

from __future__ import annotations

import errno

import pytest

from autograder.sandbox import seccomp

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000


def verdict(arch: str, number: int, *arguments: int, told: int | None = None) -> int:
    """What the filter returns, by a small interpreter of its own."""
    words = {0: number, 4: seccomp.AUDIT_ARCH[arch] if told is None else told}
    for i, argument in enumerate((*arguments, 0, 0, 0, 0, 0, 0)[:6]):
        words[16 + 8 * i] = argument & 0xFFFFFFFF
        words[20 + 8 * i] = argument >> 32 & 0xFFFFFFFF
    listing, at, value = seccomp.instructions(arch), 0, 0
    while True:
        code, yes, no, k = listing[at]
        at += 1
        if code == 0x20:
            value = words[k]
        elif code == 0x06:
            return k
        else:
            true = {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[code]
            at += yes if true else no


@pytest.mark.parametrize(("arch", "column"), [("x86_64", 0), ("aarch64", 1)])
def test_every_call(arch: str, column: int) -> None:
    """Exactly the listed calls are allowed without conditions; every other number is refused."""
    listed = {numbers[column] for numbers in seccomp._CALLS.values()} - {None}
    conditional = {n[column] for n in (seccomp._CLONE, seccomp._IOCTL, seccomp._FCNTL)}
    conditional |= {seccomp._PRLIMIT[column], seccomp._CLONE3[column]}
    for number in range(1000):
        if number in listed:
            assert verdict(arch, number) == ALLOW
        elif number not in conditional:
            assert verdict(arch, number) == ERRNO | errno.EPERM


@pytest.mark.parametrize(("arch", "column"), [("x86_64", 0), ("aarch64", 1)])
def test_conditions(arch: str, column: int) -> None:
    """Threads and no processes; questions and no commands; limits read and not set."""
    refused = ERRNO | errno.EPERM
    clone = seccomp._CLONE[column]
    thread = 0x3D0F00
    assert verdict(arch, clone, thread) == ALLOW
    assert verdict(arch, clone, 17) == refused
    assert verdict(arch, clone, 0x4111) == refused  # vfork
    for namespace in (0x20000, *(1 << bit for bit in range(25, 31))):
        assert verdict(arch, clone, thread | namespace) == refused
    assert verdict(arch, seccomp._CLONE3[column]) == ERRNO | errno.ENOSYS
    assert verdict(arch, seccomp._IOCTL[column], 0, 0x5401) == ALLOW
    assert verdict(arch, seccomp._IOCTL[column], 0, 0x5412) == ERRNO | errno.ENOTTY
    assert verdict(arch, seccomp._FCNTL[column], 0, 3) == ALLOW
    assert verdict(arch, seccomp._FCNTL[column], 0, 8) == refused
    limits = seccomp._PRLIMIT[column]
    assert verdict(arch, limits, 0, 7, 0) == ALLOW
    assert verdict(arch, limits, 1, 7, 0) == refused
    assert verdict(arch, limits, 0, 7, 1) == refused
    assert verdict(arch, limits, 0, 7, 1 << 32) == refused


@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
def test_other_tables_kill(arch: str) -> None:
    """A call through another architecture's table, or x32's numbers, ends the process."""
    assert verdict(arch, 0, told=0x40000003) == KILL
    assert verdict(arch, 0x40000000 + 39) == KILL


def test_jumps_fit() -> None:
    """No jump is longer than the format's eight bits."""
    for arch in seccomp.AUDIT_ARCH:
        assert all(max(line[1], line[2]) < 256 for line in seccomp.instructions(arch))


def test_no_dangerous_call_is_listed() -> None:
    """The families that the theory of operation promises to keep out are out."""
    words = "socket connect bind exec fork kill ptrace mount ns io_uring key bpf shm msgget sem mq_"
    for name in seccomp._CALLS:
        assert not any(word in name for word in words.split() if word != "ns"), name
