"""``-p tests.slowest_files --slowest-files N``: name the N files that took longest, over all workers of a run."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass

import pytest

_spent = 0.0  # CPU seconds of this process when the last report was made


@dataclass(slots=True)
class Effort:
    """What the tests of one file took. CPU time is that of Python and its ended processes, without the servers'."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    tests: int = 0

    def add(self, report: pytest.TestReport) -> None:
        """Count one phase of a test: its fixtures, itself, or what comes after it."""
        self.seconds += report.duration
        self.cpu_seconds += getattr(report, "cpu_seconds", 0.0)
        self.tests += report.when == "call"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Without the option nothing is said."""
    group = parser.getgroup("terminal reporting")
    group.addoption("--slowest-files", type=int, default=0, metavar="N", help="name the N files that took longest")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """What came before, such as collecting, belongs to no file."""
    _lap()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send the CPU time of a phase along with its report: workers have no other way to tell it."""
    report = yield
    report.cpu_seconds = _lap()
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table."""
    number = config.getoption("--slowest-files")
    if number:
        reports = [report for found in terminalreporter.stats.values() for report in found]
        terminalreporter.section(f"slowest {number} files")
        for file, effort in _slowest(r for r in reports if isinstance(r, pytest.TestReport))[:number]:
            tests = f"{effort.tests} test{'' if effort.tests == 1 else 's'}"
            terminalreporter.line(f"{effort.seconds:6.1f} s  {effort.cpu_seconds:6.1f} s CPU  {tests:>9}  {file}")


def _slowest(reports: Iterable[pytest.TestReport]) -> list[tuple[str, Effort]]:
    efforts: dict[str, Effort] = defaultdict(Effort)
    for report in reports:
        efforts[report.nodeid.partition("::")[0]].add(report)
    return sorted(efforts.items(), key=lambda entry: -entry[1].seconds)


def _lap() -> float:
    """CPU seconds since it was called last, those of processes that ended meanwhile included."""
    global _spent  # one test at a time runs in a process
    now = sum(os.times()[:4])
    lap, _spent = now - _spent, now
    return lap
