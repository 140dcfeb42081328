"""A tree of the program with the environment of its lock file, as operations.md installs it without containers."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rehearsal.processes import Processes
from rehearsal.servers import listens
from rehearsal.steps import NotSoError, require, wait_for
from rehearsal.vendors import CHECKOUT

OLDEST = "schema-1"
PARTS = ("web", "worker", "beat")


@dataclass(frozen=True)
class Program:
    """One version of the program, with the interpreter that runs it."""

    tree: Path
    programs: Path  # the folder of its interpreter

    def run(self, env: Mapping[str, str], *words: str, codes: Sequence[int] = (0,)) -> str:
        """``python WORDS``; what it says. Raises NotSoError where it ends with another code."""
        command = [str(self.programs / "python"), *words]
        done = subprocess.run(command, cwd=self.tree, env=dict(env), capture_output=True, text=True, check=False)
        if done.returncode not in codes:
            raise NotSoError(f"{' '.join(words[:3])} ended with {done.returncode}: {done.stderr.strip()[-1500:]}")
        return done.stdout

    def version(self) -> str:
        """Which one it is."""
        return f"version {(self.tree / 'VERSION').read_text().strip()} of commit {_git('rev-parse', '--short', 'HEAD')}"

    def is_present(self) -> bool:
        """Whether it is no old version: that has no ``/readyz``, another start of web, and a beat that needs keys."""
        return (self.tree / "VERSION").exists()

    def command(self, part: str, web_port: int) -> list[str]:
        """How a part is started."""
        celery = [str(self.programs / "celery"), "--quiet", "-A", "billingsync"]
        web = [str(self.programs / "gunicorn"), "billingsync.wsgi:application"]
        web += ["-c", "python:billingsync.web_server"] if self.is_present() else ["--workers", "2", "--threads", "4"]
        return {
            "web": [*web, "--bind", f"127.0.0.1:{web_port}"],
            "worker": [*celery, "worker", "--loglevel", "INFO", "--concurrency", "4"],
            "beat": [*celery, "beat", "--loglevel", "INFO", "--pidfile="],
        }[part]


def install_program(folder: Path) -> Program:
    """What is committed, and what the lock file of production names."""
    return _install("HEAD", folder / "program", folder / "environment")


def install_oldest(folder: Path, present: Program) -> Program:
    """The version from which upgrades are promised; with the present environment where the lock file is the same."""
    return _install(commit_of_oldest(), folder / OLDEST, folder / f"{OLDEST}-environment", present)


def _install(commit: str, tree: Path, environment: Path, known: Program | None = None) -> Program:
    program = Program(tree, environment / "bin")
    unpack(commit, tree)
    if known and (known.tree / "requirements.txt").read_bytes() == (tree / "requirements.txt").read_bytes():
        return Program(tree, known.programs)
    _succeed([sys.executable, "-m", "venv", str(environment)])
    pip = [str(program.programs / "pip"), "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    _succeed([*pip, "-r", str(tree / "requirements.txt")])
    return program


def commit_of_oldest() -> str:
    """The tag, else the commit that added the file ``SCHEMA``."""
    added = _git("log", "--diff-filter=A", "--format=%H", "--", "SCHEMA").split()
    commit = _git("rev-parse", "--verify", "--quiet", f"refs/tags/{OLDEST}^{{commit}}") or (added[-1] if added else "")
    require(commit, f"the history of this clone does not reach back to {OLDEST}")
    return commit


def unpack(commit: str, folder: Path) -> None:
    """The tree of a commit."""
    archive = subprocess.run(
        ["git", "archive", "--format=zip", commit], cwd=CHECKOUT, capture_output=True, check=True
    ).stdout
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        packed.extractall(folder)


class Parts:
    """Web, worker and beat of one version."""

    def __init__(self, program: Program, env: Mapping[str, str], folder: Path, web_port: int) -> None:
        self._program, self._env, self._web_port = program, dict(env), web_port
        self._processes = Processes(folder)

    @contextmanager
    def running(self) -> Iterator[None]:
        """While the block lasts; one that ended by itself is an error."""
        for part in PARTS:
            keyless = part == "beat" and self._program.is_present()
            without_keys = {"WITHOUT_KEYS": "1", "FIELD_ENCRYPTION_KEYS": ""} if keyless else {}
            command = self._program.command(part, self._web_port)
            self._processes.start(part, command, cwd=self._program.tree, env=self._env | without_keys)
        try:
            wait_for(lambda: listens(self._web_port), 60, "the web server does not answer")
            yield
            ended = self._processes.ended()
            require(not ended, f"{', '.join(ended)} ended by itself")
        finally:
            self._processes.stop()


def plain_environment() -> dict[str, str]:
    """What every process needs, and nothing of whoever rehearses."""
    return {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _succeed(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotSoError(f"{' '.join(command[:4])}: {(done.stderr or done.stdout).strip()[-1000:]}")
