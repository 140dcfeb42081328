"""The peak that the bench shows is the child's own."""

from __future__ import annotations

import subprocess
import sys

from bench.memory_child import peak

MB = 1 << 20
CHILD = """
import sys
from bench.memory_child import peak
before = peak()
taken = b"x" * int(sys.argv[1])
print(before, peak())
"""


def measured_by_a_child(bytes_taken: int) -> tuple[float, float]:
    done = subprocess.run([sys.executable, "-c", CHILD, str(bytes_taken)], capture_output=True, text=True, check=True)
    before, after = map(float, done.stdout.split())
    return before, after


def test_what_a_child_takes_is_seen_beside_a_larger_parent() -> None:
    weight = b"x" * (100 * MB)

    before, after = measured_by_a_child(20 * MB)

    assert peak() > len(weight) / MB > before, "the parent is the larger one"
    assert 19 < after - before < 30


def test_child_that_takes_nothing_shows_nothing() -> None:
    before, after = measured_by_a_child(0)

    assert after - before < 5
