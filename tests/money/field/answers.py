"""Two ways in which rows of an earlier month come to count."""

from __future__ import annotations

import pytest

AT_ONCE_OR_ANSWERED = pytest.mark.parametrize(
    ("held", "answer"), [("", ""), (", held", "sync\ndecide I2 adds")], ids=["at once", "answered"]
)
