"""Steps that hold or do not: one line each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class StepFailedError(Exception):
    """A step did not hold; its line is printed already."""


class NotSoError(Exception):
    """Something is not as it must be; the text says what."""


class Steps:
    """Prints what was rehearsed and counts it."""

    def __init__(self) -> None:
        self.held = 0
        self.failed = 0

    @contextmanager
    def step(self, name: str, meaning: str) -> Iterator[Callable[[str], None]]:
        """One step; what is told to the yielded function stands behind its line. Raises StepFailedError."""
        began = time.monotonic()
        told: list[str] = []
        try:
            yield told.append
        except Exception as trouble:
            self.failed += 1
            _print(began, "FAILED", f"{name}: {meaning}: {type(trouble).__name__}: {trouble}")
            raise StepFailedError(name) from trouble
        self.held += 1
        _print(began, "ok", f"{name}: {meaning}{''.join(f'; {one}' for one in told if one)}")


def require(held: object, otherwise: str) -> None:
    """Raises NotSoError with these words unless it holds."""
    if not held:
        raise NotSoError(otherwise)


def wait_for(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Ask until it holds. Raises NotSoError when it does not within that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        require(time.monotonic() < deadline, f"{otherwise} within {seconds:.0f} s")
        time.sleep(0.1)


def _print(began: float, verdict: str, words: str) -> None:
    print(f"{verdict:6} {time.monotonic() - began:6.1f} s  {words}", flush=True)
