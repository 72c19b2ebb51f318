"""People at their terminals: stock `nbgrader` commands, each in a process and as a user of its own.

One warm process has nbgrader imported and forks for each command, which then takes a tenth of a
second instead of three. Run as root, it gives students other user ids than the instructor's; what
they need is imported before, as the interpreter itself may stand where they cannot read.
"""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = os.getuid() == 0
CONFIG = """
c = get_config()
c.Exchange.root = {exchange!r}
c.CourseDirectory.course_id = {course!r}
"""


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said on its two streams."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return self.out + self.err


@dataclass(frozen=True)
class Person:
    """Someone with a folder and, where the system allows, a user id."""

    office: Office
    folder: Path
    uid: int | None

    @property
    def name(self) -> str:
        """The student's id for nbgrader, which is the user's name."""
        return pwd.getpwuid(os.getuid() if self.uid is None else self.uid).pw_name

    def tries(self, *words: str) -> Done:
        """Type ``nbgrader`` and these words."""
        return self.office.run(self, "nbgrader", words)

    def autograder(self, *words: str, before: str = "") -> Done:
        """Type ``autograder`` and these words; lines of Python run before."""
        return self.office.run(self, "autograder", words, before)

    def nbgrader(self, *words: str) -> str:
        """Type ``nbgrader`` and these words, which must work; gives what the terminal shows."""
        done = self.tries(*words)
        assert done.code == 0, f"nbgrader {' '.join(words)}: {done.text}"
        return done.text


class Office:
    """The system: an exchange that everyone can reach, and the process that runs commands."""

    def __init__(self, root: Path, course: str, prefix: Sequence[str] = ()) -> None:
        for folder in (root, *root.parents):  # pytest's own folders are closed to others
            if folder == Path(tempfile.gettempdir()):
                break
            folder.chmod(0o755)
        self.root = root
        self.exchange = root / "exchange"
        self.exchange.mkdir()
        self.exchange.chmod(0o777)
        config = root / "etc"
        config.mkdir()
        text = CONFIG.format(exchange=str(self.exchange), course=course)
        (config / "nbgrader_config.py").write_text(text, encoding="utf-8")
        self.environment = {**os.environ, "JUPYTER_CONFIG_PATH": str(config)}
        self._process = subprocess.Popen(
            [*prefix, sys.executable, "-W", "ignore", __file__], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env=self.environment,
        )  # fmt: skip

    def person(self, name: str, uid: int | None = None) -> Person:
        """Give someone a home; as another user only where this one may do that."""
        folder = self.root / name
        folder.mkdir(exist_ok=True)
        uid = uid if ROOT else None
        if uid is not None:
            os.chown(folder, uid, pwd.getpwuid(uid).pw_gid)
        return Person(self, folder, uid)

    def run(self, person: Person, program: str, words: tuple[str, ...], before: str = "") -> Done:
        """One command, from the person's folder."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        task = {
            "folder": str(person.folder), "uid": person.uid, "words": [program, *words],
            "before": before,
        }  # fmt: skip
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        return Done(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """Send everyone home."""
        self._process.communicate(timeout=60)


def _serve() -> None:
    from nbgrader.apps.nbgraderapp import NbGraderApp

    import autograder.nbgrader_plugin
    import autograder.run  # noqa: F401 - so that a fork has them
    from autograder.cli import main

    programs = {"nbgrader": NbGraderApp.launch_instance, "autograder": main}
    for line in sys.stdin:
        task: dict[str, Any] = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            if (child := os.fork()) == 0:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                code = 1
                try:
                    code = _command(programs, **task)
                finally:
                    sys.stdout.flush()
                    sys.stderr.flush()
                    os._exit(code)
            _, status = os.waitpid(child, 0)
            texts = {}
            for name, file in (("out", out), ("err", err)):
                file.seek(0)
                texts[name] = file.read().decode(errors="replace")
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), **texts}), flush=True)


def _command(
    programs: dict[str, Any], folder: str, uid: int | None, words: list[str], before: str
) -> int:
    os.environ["HOME"] = folder
    if uid is not None:
        user = pwd.getpwuid(uid)
        os.environ |= {"USER": user.pw_name, "LOGNAME": user.pw_name}
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(uid)
    os.chdir(folder)
    sys.argv = words
    try:
        exec(before, {})
        programs[words[0]]()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    _serve()
