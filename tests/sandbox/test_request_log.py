"""Counting the busiest minute."""

from __future__ import annotations

import pytest

from sandbox.request_log import busiest_fixed, busiest_sliding


@pytest.mark.parametrize(
    ("times", "sliding", "fixed"),
    [
        ([], 0, 0),
        ([1.0], 1, 1),
        ([0.0, 59.9, 60.0], 2, 2),
        ([50.0, 55.0, 61.0, 65.0], 4, 2),
        ([65.0, 50.0, 61.0, 55.0], 4, 2),
    ],
)
def test_busiest_minute(times, sliding, fixed):
    assert busiest_sliding(times, 60.0) == sliding
    assert busiest_fixed(times, 60.0) == fixed
