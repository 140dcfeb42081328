"""Numbers and ids that look random and are the same every time for the same words."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import TypeVar

Item = TypeVar("Item")


@lru_cache(maxsize=100_000, typed=True)
def draw(below: int, *words: Hashable) -> int:
    """A whole number from 0 up to, not including, ``below``."""
    return int.from_bytes(_digest(words)[:8], "big") % below


def pick(items: Sequence[Item], *words: Hashable) -> Item:
    """One of the items."""
    return items[draw(len(items), *words)]


@lru_cache(maxsize=100_000, typed=True)
def guid(*words: Hashable) -> str:
    """A GUID in lower case."""
    return str(uuid.UUID(bytes=_digest(words)[:16], version=4))


def _digest(words: tuple[object, ...]) -> bytes:
    return hashlib.sha256("/".join(map(str, words)).encode()).digest()
