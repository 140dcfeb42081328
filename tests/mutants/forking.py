"""A plugin of pytest that collects the tests once, and judges each mutant in a fork of that session.

In the fork the code of the mutated functions takes the place of the real one, in whatever holds those functions. Then
the tests in which the changed lines run are asked, the quickest first, until one fails. What cannot be judged so is
*unfit*: what runs when a module is imported or the tests are collected, and what changes the shape of a closure.

With ``--mutant-order`` alone the plugin only sets the order: a process of its own judges one mutant.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import _lru_cache_wrapper
from itertools import accumulate
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from devservers.places import CHECKOUT
from tests.mutants.making import Mutant, lines_around
from tests.mutants.scope import MONEY
from tests.mutants.verdicts import Judged, Verdict, keep

SURVIVED, KILLED, UNFIT = 0, 1, 2
TIMES_AS_LONG = 4
MEMORY = 4 << 30  # bytes: a loop that gathers without end must not take the machine along
OUT_OF_TIME = {signal.SIGXCPU, signal.SIGALRM}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutants", type=Path, help="JSON: the mutants, where verdicts go, when to end")
    parser.addoption("--mutant-order", action="store_true", help="files in the order of the command, properties last")


class _Calls:
    """Which functions of the mutated files are called, as (path, name of the outermost function)."""

    def __init__(self, folder: Path) -> None:
        self.seen: set[tuple[str, str]] = set()
        self._folder = f"{folder}/"
        self._paths: dict[str, str | None] = {}

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            file = frame.f_code.co_filename
            if file not in self._paths:
                inside = file.startswith(self._folder) and ".venv" not in file
                self._paths[file] = file.removeprefix(self._folder) if inside else None
            path = self._paths[file]
            if path:
                self.seen.add((path, frame.f_code.co_qualname.split(".<locals>")[0]))


class _Lines:
    """Which lines of the mutated files run, by path.

    A function of which all lines ran in a test is not looked at again in it: properties run the same ones often.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = f"{folder}/"
        self._known: dict[CodeType, tuple[str, frozenset[int]] | None] = {}
        self._seen: dict[str, set[int]] = defaultdict(set)
        self._done: set[CodeType] = set()

    def __call__(self, frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        code = frame.f_code
        if code not in self._known:
            path = code.co_filename.removeprefix(self._folder)
            lines = frozenset(line for _, _, line in code.co_lines() if line is not None)
            self._known[code] = (path, lines) if path.startswith(MONEY) else None
        known = self._known[code]
        if known is None or code in self._done:
            return None
        seen = self._seen[known[0]]
        if known[1] <= seen:
            self._done.add(code)
            return None

        def note(frame: FrameType, _event: str, _argument: object) -> Callable[..., Any]:
            seen.add(frame.f_lineno)
            return note

        return note

    def during(self, act: Callable[[], bool]) -> tuple[bool, dict[str, list[int]]]:
        """What ``act`` answers, and which lines run meanwhile."""
        self._seen.clear()
        self._done.clear()
        sys.settrace(self)
        try:
            return act(), {path: sorted(lines) for path, lines in self._seen.items()}
        finally:
            sys.settrace(None)


CALLS, LINES = _Calls(CHECKOUT), _Lines(CHECKOUT)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Note what is called from here on until the tests are collected: a fork comes too late for that."""
    if early_config.known_args_namespace.mutants:
        sys.setprofile(CALLS)
    yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is quick comes first: the order of the command's files, properties behind all others."""
    if config.getoption("--mutant-order"):
        items.sort(key=lambda item: (item.get_closest_marker("hypothesis") is not None, _position(config, item)))


def _position(config: pytest.Config, item: pytest.Item) -> int:
    names = [name for name in config.args if item.nodeid.startswith(name)]
    return config.args.index(names[0]) if names else len(config.args)


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Judge mutants instead of running tests once."""
    file = session.config.getoption("--mutants")
    if not file:
        return None
    sys.setprofile(None)
    work = json.loads(file.read_text(encoding="utf-8"))
    jury = _Jury(session.items, frozenset(CALLS.seen), work["patience"], work["enough"])
    for mutant in [Mutant(**each) for each in work["mutants"]]:
        if time.time() > work["deadline"]:
            break
        keep(Path(work["results"]), jury.judge(mutant))
    return True


class _Jury:
    def __init__(
        self, items: Sequence[pytest.Item], too_early: frozenset[tuple[str, str]], patience: float, enough: float | None
    ) -> None:
        self._enough = enough
        self._items = {item.nodeid: item for item in items}
        self._too_early = too_early
        self._patience = patience
        self._functions = [each for each in gc.get_objects() if type(each) is FunctionType]
        self._caches = [each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper) and _is_ours(each)]
        gc.freeze()
        witnessed = CHECKOUT / "var" / "witnessed.json"
        status, _ = _in_fork(lambda: self._write_down(witnessed), seconds=3600)
        self._witnessed = json.loads(witnessed.read_text()) if status == SURVIVED else {"all of them": None}
        failing = [test for test, found in self._witnessed.items() if found is None]
        if failing:
            raise pytest.UsageError(f"without any mutant these tests fail: {', '.join(failing)}")
        self._sources: dict[str, ast.Module] = {}
        self._by_line = _tests_by_line(self._witnessed)

    def judge(self, mutant: Mutant) -> Judged:
        """What the tests that call the mutant's function make of it."""
        if not mutant.function or (mutant.path, mutant.function) in self._too_early:
            return Judged(mutant.key, Verdict.UNFIT, 0)
        calling = sorted((self._witnessed[test][0], test) for test in self._running(mutant))
        asked = self._quickest(calling)
        longest = self._patience + TIMES_AS_LONG * sum(self._witnessed[test][0] for test in asked)
        status, seconds = _in_fork(lambda: self._try(asked, mutant), seconds=longest)
        return Judged(mutant.key, _verdict(status), round(seconds, 3), len(asked), len(calling) - len(asked))

    def _running(self, mutant: Mutant) -> set[str]:
        """The tests in which what is changed runs."""
        if mutant.path not in self._sources:
            self._sources[mutant.path] = ast.parse((CHECKOUT / mutant.path).read_text(encoding="utf-8"))
        lines = lines_around(self._sources[mutant.path], mutant.line)
        return set().union(*(self._by_line[mutant.path, line] for line in lines))

    def _quickest(self, calling: Sequence[tuple[float, str]]) -> list[str]:
        """The tests that are asked: one in any case, then as many as take no more than enough time together."""
        spent = accumulate(seconds for seconds, _ in calling)
        return [
            test
            for number, (so_far, (_, test)) in enumerate(zip(spent, calling, strict=True))
            if number == 0 or self._enough is None or so_far <= self._enough
        ]

    def _write_down(self, file: Path) -> int:
        file.write_text(json.dumps(self._witness()), encoding="utf-8")
        return SURVIVED

    def _witness(self) -> dict[str, tuple[float, dict[str, list[int]]] | None]:
        """Run every test once: how long it takes, in seconds of CPU time, and which lines run; None where it fails."""
        found = {}
        for test, item in self._items.items():
            for cache in self._caches:  # what another test asked before would run no line in this one
                cache.cache_clear()
            started = time.process_time()
            failed, lines = LINES.during(lambda item=item: _fails(item))
            found[test] = None if failed else (time.process_time() - started, lines)
        return found

    def _try(self, tests: Sequence[str], mutant: Mutant) -> int:
        if not self._put_in(mutant):
            return UNFIT
        return KILLED if any(_fails(self._items[test]) for test in tests) else SURVIVED

    def _put_in(self, mutant: Mutant) -> bool:
        """Give each living function its mutated code; False where that cannot be done."""
        file = CHECKOUT / mutant.path
        source = file.read_text(encoding="utf-8")
        real, mutated = (_codes(text, file) for text in (source, mutant.put_into(source)))
        changed = {code: mutated[name] for name, code in real.items() if name in mutated and mutated[name] != code}
        living = [each for each in self._functions if each.__code__.co_filename == str(file)]
        found = [each for each in living if each.__code__ in changed]
        try:
            for function in found:
                function.__code__ = changed[function.__code__]
        except ValueError:  # it closes over more or less than before
            return False
        return bool(found)


def _is_ours(cached: Any) -> bool:
    return str(cached.__module__).startswith(MONEY.rstrip("/"))


def _tests_by_line(witnessed: Mapping[str, Any]) -> dict[tuple[str, int], set[str]]:
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for test, (_, run) in witnessed.items():
        for path, lines in run.items():
            for line in lines:
                found[path, line].add(test)
    return found


def _codes(source: str, file: Path) -> dict[tuple[str, int], CodeType]:
    """Each code object of a module by its name, and which of that name it is."""
    found: dict[tuple[str, int], CodeType] = {}
    times: Counter[str] = Counter()
    waiting = [compile(source, str(file), "exec", dont_inherit=True)]
    for code in waiting:
        times[code.co_qualname] += 1
        found[code.co_qualname, times[code.co_qualname]] = code
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
    return found


def _in_fork(act: Callable[[], int], *, seconds: float) -> tuple[int, float]:
    """What ``act`` answers in a child with so much CPU time, or minus the signal that ended it; CPU time it took."""
    child = os.fork()
    if child == 0:
        status = KILLED
        try:
            _limit(seconds)
            status = act()
        finally:
            os._exit(status)
    _, ended, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(ended), used.ru_utime + used.ru_stime


def _limit(seconds: float) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(seconds) * 10)  # by the clock, for one that waits and uses no time


def _verdict(status: int) -> Verdict:
    if -status in OUT_OF_TIME:
        return Verdict.TIMED_OUT
    return {SURVIVED: Verdict.SURVIVED, UNFIT: Verdict.UNFIT}.get(status, Verdict.KILLED)


def _fails(item: pytest.Item) -> bool:
    return any(report.failed for report in runtestprotocol(item, nextitem=None, log=False))
