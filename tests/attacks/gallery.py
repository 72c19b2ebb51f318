"""The gallery: student texts that try to get more than a mark, each with what it tries.

Every text defines `attack(facts)`, which returns something true when it got what it was after. `facts`
are what a real attacker might guess: where secrets lie, who else runs, what listens. A text may use
what `PRELUDE` defines.
"""

# ruff: noqa: E501 – a table of texts

from __future__ import annotations

from dataclasses import dataclass

PRELUDE = '''
import ctypes, errno, os, platform, sys
libc = ctypes.CDLL(None, use_errno=True)
ARM = platform.machine() == "aarch64"
def call(x86, arm, *args):
    """A raw system call: its result, or minus the error number."""
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    result = libc.syscall(ctypes.c_long(arm if ARM else x86), *words)
    return -ctypes.get_errno() if result < 0 else result
def worked(result):
    """Did the kernel do it, or at least consider it? A wrong argument is not a refusal."""
    return result >= 0 or -result in (errno.EFAULT, errno.EINVAL, errno.EBADF)
'''


@dataclass(frozen=True)
class Attack:
    """`tries` in a few words; `control`: it does succeed in mode "none" (so that the test of it can
    fail); `alone`: sets of layers each of which holds it without the others."""

    slug: str
    tries: str
    source: str
    control: bool = False
    alone: tuple[frozenset[str], ...] = ()


NAMESPACES = frozenset({"user", "mount", "pid", "net", "ipc", "uts", "privileges"})
FILES = frozenset({"user", "mount", "privileges"})
LANDLOCK = frozenset({"landlock"})
SECCOMP = frozenset({"seccomp"})


def _attack(
    slug: str, tries: str, body: str, control: bool = False, alone: tuple[frozenset[str], ...] = ()
) -> Attack:
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return Attack(slug, tries, f"def attack(facts):\n{lines}\n", control, alone)


ATTACKS = (
    # ------------------------------------------------------------------------------ secrets in files
    _attack("passwd", "reads a file of the system", "return open('/etc/passwd').read()",
            True, (FILES, LANDLOCK)),
    _attack("secret-by-path", "reads the hidden checks where it knows them to be",
            "return 'TOP-SECRET' in open(facts['secret']).read()", True, (FILES, LANDLOCK)),
    _attack("secret-by-listing", "lists the folder of the solutions",
            "return os.listdir(facts['folder'])", True, (FILES, LANDLOCK)),
    _attack("secret-by-openat2", "opens by a newer call",
            "how = (ctypes.c_uint64 * 3)(0, 0, 0)\n"
            "return call(437, 437, -100, facts['secret'].encode(), how, 24) >= 0",
            True, (FILES, LANDLOCK, SECCOMP)),
    _attack("secret-by-symlink", "leaves its folder through a symbolic link",
            "os.symlink(facts['secret'], 'link')\nreturn open('link').read()",
            True, (FILES, LANDLOCK, SECCOMP)),
    _attack("secret-by-dotdot", "climbs out of its folder",
            "return open('../' * 20 + facts['secret'].lstrip('/')).read()", True, (FILES, LANDLOCK)),
    _attack("secret-by-handle", "opens a file by its handle",
            "return worked(call(304, 265, -100, 0, 0))", True, (SECCOMP,)),
    _attack("installed-checks", "imports what is installed beside its own packages",
            "import importlib.util\nreturn importlib.util.find_spec('pytest')", True, (FILES,)),
    _attack("installed-source", "reads what is installed beside its own packages",
            "return open(facts['pytest']).read()", True, (FILES, LANDLOCK)),
    _attack("autograder-import", "imports the grader's checks",
            "import autograder.checks\nreturn True"),
    _attack("autograder-path", "reads the grader's own source", "return open(facts['grader_source']).read()",
            True, (FILES, LANDLOCK)),
    # --------------------------------------------------------------------------- secrets in memory
    _attack("environment", "looks for the course secret in the environment",
            "return [v for v in os.environ.values() if 'TOP-SECRET' in v]"),
    _attack("parent-environment", "reads the environment of the grader",
            "return open(f\"/proc/{facts['grader']}/environ\", 'rb').read()",
            True, (FILES, LANDLOCK)),
    _attack("proc", "lists processes", "return [n for n in os.listdir('/proc') if n.isdigit()]",
            True, (FILES, LANDLOCK)),
    _attack("proc-self-mem", "opens its own memory as a file", "return open('/proc/self/mem', 'rb')",
            True, (FILES, LANDLOCK)),
    _attack("gc", "hunts through every object for a secret", '''
import gc
found = []
for thing in gc.get_objects():
    if type(thing) is dict:
        found += [v for v in list(thing.values()) if type(v) is str and 'TOP-' 'SECRET' in v
                  and v != facts['marker']]
return found'''),
    _attack("frames", "walks up the stack for a secret", '''
frame, found = sys._getframe().f_back, []
while frame:
    found += [k for k, v in frame.f_locals.items() if type(v) is str and 'TOP-SECRET' in v]
    frame = frame.f_back
return found'''),
    _attack("ptrace", "attaches to the grader",
            "return call(101, 117, 0x4206, facts['grader'], 0, 0) >= 0",
            True, (NAMESPACES, SECCOMP)),
    _attack("ptrace-me", "asks to be traced", "return call(101, 117, 0, 0, 0, 0) >= 0",
            True, (SECCOMP,)),
    _attack("process-vm-readv", "reads the grader's memory", '''
buffer = ctypes.create_string_buffer(8)
class Vec(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]
here, there = Vec(ctypes.addressof(buffer), 8), Vec(facts['address'], 8)
return call(310, 270, facts['grader'], ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0''',
            True, (NAMESPACES, SECCOMP)),
    _attack("pidfd-getfd", "takes a descriptor out of the grader", '''
pidfd = call(434, 434, facts['grader'], 0)
return pidfd >= 0 and call(438, 438, pidfd, 0, 0) >= 0''', True, (NAMESPACES, SECCOMP)),
    _attack("descriptors", "looks for descriptors that were left open", '''
found = []
for number in range(4, 4096):
    try:
        os.fstat(number)
        found.append(number)
    except OSError:
        pass
return found'''),
    _attack("standard-streams", "looks for a terminal or a file behind its streams",
            "null = os.stat('/dev/null').st_rdev\nreturn any(os.fstat(n).st_rdev != null for n in (0, 1, 2))"),
    _attack("stdin", "reads the grader's input", "return sys.stdin.read() or os.read(0, 10)"),
    _attack("tiocsti", "types into the grader's terminal",
            "return any(call(16, 29, n, 0x5412, b'x') == 0 for n in range(3))"),
    # ------------------------------------------------------------------------------------- network
    _attack("tcp", "connects to a server on this machine",
            "import socket\nreturn socket.create_connection(('127.0.0.1', facts['port']), 1)",
            True, (NAMESPACES, LANDLOCK, SECCOMP)),
    _attack("udp", "sends a datagram",
            "import socket\nreturn socket.socket(2, 2).sendto(b'x', ('127.0.0.1', facts['port']))",
            True, (NAMESPACES, SECCOMP)),
    _attack("unix", "connects to a socket in the file system",
            "import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect(facts['unix'])\nreturn True",
            True, (FILES, SECCOMP)),
    _attack("abstract", "connects to a socket without a file",
            "import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect(facts['abstract'])\nreturn True",
            True, (NAMESPACES, LANDLOCK, SECCOMP)),
    _attack("netlink", "asks the kernel about its network",
            "return call(41, 198, 16, 3, 0) >= 0", True, (SECCOMP,)),
    _attack("alg", "reaches the kernel's cryptography", "return call(41, 198, 38, 5, 0) != -1 ", True, (SECCOMP,)),
    _attack("vsock", "talks to the hypervisor", "return call(41, 198, 40, 1, 0) != -1", True, (SECCOMP,)),
    _attack("raw-socket", "listens to the network", "return call(41, 198, 17, 3, 3) >= 0"),
    _attack("socketpair", "makes a socket to pass descriptors over",
            "import socket\nreturn socket.socketpair()", True, (SECCOMP,)),
    _attack("scm-rights", "hands the grader a descriptor",
            "import socket\ns = socket.socket(fileno=3)\ntry:\n"
            "    return socket.send_fds(s, [b'AGS1'], [0])\nfinally:\n    s.detach()"),
    # ------------------------------------------------------------------------- new kernel interfaces
    _attack("io-uring", "makes system calls that no filter sees",
            "return worked(call(425, 425, 8, ctypes.create_string_buffer(120)))", True, (SECCOMP,)),
    _attack("keyctl", "reads the kernel's keyrings", "return call(250, 219, 0, -3, 1) >= 0", True, (SECCOMP,)),
    _attack("add-key", "leaves a message in a keyring",
            "return worked(call(248, 217, b'user', b'note', b'x', 1, -3))", True, (SECCOMP,)),
    _attack("bpf", "loads a program into the kernel", "return worked(call(321, 280, 0, 0, 0))", True, (SECCOMP,)),
    _attack("perf", "counts other people's events", "return worked(call(298, 241, 0, 0, -1, -1, 0))",
            True, (SECCOMP,)),
    _attack("userfaultfd", "stops the kernel in mid-copy", "return worked(call(323, 282, 1))",
            True, (SECCOMP,)),
    _attack("memfd", "makes a program without a file", "return worked(call(319, 279, b'x', 0))",
            True, (SECCOMP,)),
    _attack("seccomp-again", "replaces the filter", "return worked(call(317, 277, 1, 0, 0))",
            True, (SECCOMP,)),
    _attack("prctl", "makes itself readable again", "return call(157, 167, 4, 1, 0, 0, 0) >= 0",
            True, (SECCOMP,)),
    _attack("personality", "switches address randomisation off",
            "return call(135, 92, 0x40000) >= 0", True, (SECCOMP,)),
    _attack("x32", "calls through the x32 table",
            "return not ARM and libc.syscall(ctypes.c_long(0x40000000 + 39)) >= 0"),
    _attack("int80", "calls through the 32-bit table", '''
if ARM:
    return False
import mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")  # mov eax, 20 (getpid); int 0x80; ret
return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))() > 0'''),
    # ------------------------------------------------------------------------- processes and signals
    _attack("fork", "starts a process", "pid = os.fork()\nif pid == 0:\n    os._exit(0)\nreturn pid",
            True, (SECCOMP,)),
    _attack("clone", "starts a process by the bare call", '''
pid = call(56, 220, 17, 0, 0, 0, 0)
if pid == 0:
    os._exit(0)
return pid > 0''', True, (SECCOMP,)),
    _attack("clone-half", "starts a process that shares memory only",
            "return call(56, 220, 0x100 | 0x400, -16, 0, 0, 0) != -1", False, ()),
    _attack("clone3", "hides what it asks for behind a pointer", "return worked(call(435, 435, 0, 0))",
            True, (SECCOMP,)),
    _attack("exec", "becomes another program", "os.execv('/bin/true', ['true'])", False, ()),
    _attack("subprocess", "runs a command",
            "import subprocess\nreturn subprocess.run(['/bin/echo', 'x'], capture_output=True).stdout",
            True, (FILES, LANDLOCK, SECCOMP)),
    _attack("kill-grader", "sends the grader a signal", "os.kill(facts['grader'], 0)\nreturn True",
            True, (NAMESPACES, LANDLOCK, SECCOMP)),
    _attack("kill-parent", "sends the warm process a signal",
            "os.kill(os.getppid(), 0)\nreturn os.getppid() > 0", True, (NAMESPACES, LANDLOCK, SECCOMP)),
    _attack("kill-all", "sends everybody a signal", "return call(62, 129, -1, 0) >= 0",
            False, (SECCOMP,)),
    _attack("kill-self", "stops itself for ever", "os.kill(os.getpid(), 19)\nreturn True", False, (SECCOMP,)),
    _attack("pidfd-signal", "signals by descriptor", "return call(434, 434, facts['grader'], 0) >= 0",
            True, (NAMESPACES, SECCOMP)),
    # --------------------------------------------------------------------- privileges and namespaces
    _attack("setuid", "becomes root", "os.setuid(0)\nreturn os.getuid() == 0 and open('/etc/shadow').read()",
            False, (FILES, LANDLOCK, SECCOMP)),
    _attack("root-inside", "is root already", "return os.getuid() == 0", False, (NAMESPACES,)),
    _attack("mount", "mounts a file system", "return libc.mount(b'x', b'.', b'tmpfs', 0, None) == 0",
            False, (NAMESPACES, SECCOMP, LANDLOCK)),
    _attack("mount-proc", "brings /proc back", '''
if libc.unshare(0x10000000 | 0x20000 | 0x20000000):
    return False
os.mkdir('p')
return libc.mount(b'proc', os.path.abspath('p').encode(), b'proc', 0, None) == 0''',
            False, (NAMESPACES, SECCOMP)),
    _attack("umount", "takes its root away", "return libc.umount2(os.getcwd().encode(), 2) == 0",
            False, (NAMESPACES, SECCOMP)),
    _attack("remount", "makes the root writable",
            "return libc.mount(None, b'/', None, 32 | 4096, None) == 0", False, (NAMESPACES, SECCOMP)),
    _attack("unshare", "makes a namespace in which it is root",
            "return libc.unshare(0x10000000) == 0", True, (NAMESPACES, SECCOMP)),
    _attack("setns", "enters the grader's namespaces", '''
pidfd = call(434, 434, facts['grader'], 0)
return pidfd >= 0 and libc.setns(pidfd, 0x20000) == 0''', False, (NAMESPACES, SECCOMP)),
    _attack("chroot", "leaves its root by the classic way", '''
os.mkdir('jail')
root = os.open('/', os.O_RDONLY)
os.chroot('jail')
os.fchdir(root)
os.chdir('../../../..')
return open('etc/passwd').read()''', False, (NAMESPACES, SECCOMP, LANDLOCK)),
    _attack("mknod", "makes the disk's device", "os.mknod('disk', 0o60600, os.makedev(254, 0))\nreturn open('disk', 'rb').read(1)",
            False, (NAMESPACES, SECCOMP, LANDLOCK)),
    _attack("hostname", "renames the machine", "return libc.sethostname(facts['hostname'].encode(), len(facts['hostname'])) == 0",
            False, (NAMESPACES, SECCOMP)),
    _attack("limits", "raises its own limits", '''
import resource
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard * 4, hard * 4))
return True''', False, (frozenset({"seccomp"}), frozenset({"user", "privileges"}))),
    _attack("limits-of-others", "limits the grader",
            "limit = (ctypes.c_uint64 * 2)(10**6, 10**6)\nreturn call(302, 261, facts['grader'], 9, 0, limit) >= 0",
            False, (NAMESPACES, SECCOMP)),
    _attack("priority", "goes before everybody else", "os.nice(-5)\nreturn True", False,
            (SECCOMP, NAMESPACES)),
    _attack("affinity", "takes a processor of its own", "os.sched_setaffinity(0, {0})\nreturn True",
            True, (SECCOMP,)),
    # ------------------------------------------------------------------------------ writing elsewhere
    _attack("write-tmp", "leaves a file where others look",
            "open('/tmp/left-behind', 'w').write('x')\nreturn True", False, (FILES, LANDLOCK)),
    _attack("write-numpy", "changes numpy for those who come later",
            "import numpy\nopen(numpy.__file__, 'a').write('')\nreturn True", False, (FILES, LANDLOCK)),
    _attack("write-stdlib", "adds a module to the standard library",
            "open(os.path.join(os.path.dirname(os.__file__), 'attack_left.py'), 'w')\nreturn True",
            False, (FILES, LANDLOCK)),
    _attack("dev-shm", "leaves a file in shared memory", "open('/dev/shm/left', 'w').write('x')\nreturn True",
            False, (FILES, LANDLOCK)),
    _attack("sysv-shm", "leaves a shared segment", "return call(29, 194, 4242, 64, 0o1666) >= 0",
            True, (SECCOMP,)),
    _attack("sysv-msg", "leaves a queue", "return call(68, 186, 4242, 0o1666) >= 0", True, (SECCOMP,)),
    _attack("mqueue", "leaves a POSIX queue", "return call(240, 180, b'left', 0o102, 0o600, 0) >= 0",
            True, (SECCOMP,)),
    _attack("executable", "maps a library of its own making",
            "import mmap\nopen('lib.so', 'wb').write(bytes(4096))\n"
            "fd = os.open('lib.so', os.O_RDONLY)\n"
            "return mmap.mmap(fd, 4096, flags=mmap.MAP_PRIVATE, prot=5)", True, (FILES,)),
)  # fmt: skip
