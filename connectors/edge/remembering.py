"""Answers of pure functions that are asked the same of row after row."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar, cast

F = TypeVar("F", bound=Callable[..., object])

_MOST = 4096
_LONGEST = 200  # characters in all: what a vendor sends must not fill the memory


def remember_short(function: F) -> F:
    """Remember what a function answers to short texts; long ones are worked out each time."""
    remembered = lru_cache(maxsize=_MOST)(function)

    @wraps(function)
    def answer(*texts: str) -> object:
        return remembered(*texts) if sum(map(len, texts)) <= _LONGEST else function(*texts)

    return cast("F", answer)
