"""Lanes: copies of the checkout outside of it, in each of which one mutant is judged at a time."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event

from devservers.places import CHECKOUT
from tests.house import tree
from tests.mutants import scope, verdicts
from tests.mutants.making import Mutant
from tests.mutants.verdicts import Judged, Verdict

TIMES_AS_LONG = 4
ENOUGH = 4.0
NOTHING_FAILED, INTERNAL, NO_TESTS = 0, 3, 5  # pytest's exit codes
PYTEST = ("-x", "-q", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "tests.mutants.forking")

RUNNING: set[subprocess.Popen[str]] = set()
BROKEN_OFF = Event()


def fingerprint() -> str:
    """What the code and the tests are now: verdicts hold as long as it stays."""
    digest = hashlib.sha256()
    for path in sorted(tree.paths()):
        if not path.endswith(".md") and not path.startswith("tests/mutants/accepted"):
            digest.update(path.encode() + b"\0" + (CHECKOUT / path).read_bytes())
    return digest.hexdigest()[:12]


@dataclass
class Lane:
    """A copy of the checkout, in which one mutant is judged at a time.

    ``patience``: so many seconds of CPU time a mutant in a fork may take in any case, and six times as many by the
    clock where it has a process of its own. ``enough``: a mutant in a fork is judged by the quickest tests that take so
    many seconds of CPU time together without it; None for all that run its lines.
    """

    folder: Path
    results: Path
    deadline: float  # as time.time()
    patience: float = 10
    enough: float | None = ENOUGH

    def judge(self, mutants: Sequence[Mutant]) -> None:
        """Keep a verdict of each mutant, until the time is up: money's in forks, then the rest one by one."""
        self._judge_in_forks([mutant for mutant in mutants if mutant.path.startswith(scope.MONEY) and mutant.function])
        known = verdicts.read(self.results)
        for mutant in mutants:
            judged = known.get(mutant.key)
            if (judged is None or judged.verdict is Verdict.UNFIT) and time.time() < self.deadline:
                verdicts.keep(self.results, self._judge_alone(mutant))

    def _judge_in_forks(self, mutants: Sequence[Mutant]) -> None:
        if not mutants or time.time() > self.deadline:
            return
        work = self.folder / "var" / "mutants.json"
        work.parent.mkdir(exist_ok=True)
        told = {
            "mutants": [asdict(one) for one in mutants],
            "results": str(self.results),
            "deadline": self.deadline,
            "patience": self.patience,
            "enough": self.enough,
        }
        work.write_text(json.dumps(told), encoding="utf-8")
        status, said = self._pytest([f"--mutants={work}", *scope.MONEY_TESTS], longest=None)
        if status != NOTHING_FAILED:
            raise RuntimeError(f"The session that forks ended with {status}:\n{said}")

    def _judge_alone(self, mutant: Mutant) -> Judged:
        """In a process of its own, which finds the changed module in the lane."""
        tests = scope.tests_of(mutant.path)
        longest = 6 * self.patience + TIMES_AS_LONG * sum(map(self._seconds_unchanged, tests))
        file = self.folder / mutant.path
        source = file.read_text(encoding="utf-8")
        started = time.monotonic()
        try:
            file.write_text(mutant.put_into(source), encoding="utf-8")
            status, _ = self._pytest(["--mutant-order", *tests], longest=longest)
        finally:
            file.write_text(source, encoding="utf-8")
        return Judged(mutant.key, _verdict(status), round(time.monotonic() - started, 3))

    def _seconds_unchanged(self, test: str) -> float:
        """How long a file of tests takes without any mutant, by the clock. Raises where it fails."""
        key = f"nothing changed, {test}"
        known = verdicts.read(self.results).get(key)
        if known is None:
            started = time.monotonic()
            status, said = self._pytest([test], longest=None)
            if status != NOTHING_FAILED:
                raise RuntimeError(f"Without any mutant {test} ended with {status}:\n{said}")
            known = Judged(key, Verdict.SURVIVED, round(time.monotonic() - started, 3))
            verdicts.keep(self.results, known)
        return known.seconds

    def _pytest(self, arguments: Sequence[str], *, longest: float | None) -> tuple[int | None, str]:
        """The exit code, None where it took longer than ``longest`` seconds; and what was said."""
        found = (
            None
            if BROKEN_OFF.is_set()
            else run([sys.executable, "-m", "pytest", *PYTEST, *arguments], self.folder, longest)
        )
        if found is None or BROKEN_OFF.is_set():
            raise InterruptedError("broken off: what was at hand has no verdict")
        return found


def _verdict(status: int | None) -> Verdict:
    if status is None:
        return Verdict.TIMED_OUT
    if status in {INTERNAL, NO_TESTS}:
        raise RuntimeError(f"pytest judged nothing, and ended with {status}")
    return Verdict.SURVIVED if status == NOTHING_FAILED else Verdict.KILLED


def run(command: Sequence[str], folder: Path, longest: float | None = None) -> tuple[int | None, str]:
    """Run a command and what it starts to its end, or break it off; its exit code and what it said."""
    process = subprocess.Popen(
        command, cwd=folder, env=_environment(), text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    RUNNING.add(process)
    try:
        said, _ = process.communicate(timeout=longest)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None, ""
    finally:
        RUNNING.discard(process)
    return process.returncode, said


def break_off() -> None:
    """End what the lanes run now; they raise ``InterruptedError`` and stop their servers."""
    BROKEN_OFF.set()
    for process in list(RUNNING):
        os.killpg(process.pid, signal.SIGKILL)


def _environment() -> Mapping[str, str]:
    """Ours, without what would lead to the checkout's own servers; failing properties are not made smaller."""
    left_out = {"BILLINGSYNC_DATA_DIR", "PYTHONPATH", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "HYPOTHESIS_PROFILE": "mutants", "PYTHONDONTWRITEBYTECODE": "1"}


@contextmanager
def opened(number: int, results: Path, deadline: float, *, servers: bool, thorough: bool) -> Iterator[Lane]:
    """A lane with the checkout as it is now; its servers run where a test asks for a database."""
    checkout = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:10]
    folder = Path(tempfile.gettempdir()) / f"billingsync-mutants-{checkout}" / f"lane-{number}"
    with _alone(folder):
        _copy_into(folder)
        with _served(folder) if servers else nullcontext():
            yield Lane(folder, results, deadline, enough=None if thorough else ENOUGH)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time in a lane."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _served(folder: Path) -> Iterator[None]:
    """With the servers of a lane's tests."""
    databases = [sys.executable, "-m", "tests.databases"]
    status, said = run([*databases, "start"], folder)
    try:
        if status:
            raise RuntimeError(f"The tests' servers did not start:\n{said}")
        yield
    finally:
        run([*databases, "stop"], folder)


def _copy_into(folder: Path) -> None:
    """The checkout's files, and what the lane's servers keep in its ``var``."""
    for old in folder.iterdir():
        if old.name == "var":
            continue
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    for path in tree.paths():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / path, target)
