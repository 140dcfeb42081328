"""Numbers and ids that look random and are the same every time for the same words."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def draw(below: int, *words: object) -> int:
    """A whole number from 0 up to, not including, ``below``."""
    return int.from_bytes(_digest(words)[:8], "big") % below


def pick(items: Sequence[Item], *words: object) -> Item:
    """One of the items."""
    return items[draw(len(items), *words)]


def guid(*words: object) -> str:
    """A GUID in lower case."""
    return str(uuid.UUID(bytes=_digest(words)[:16], version=4))


def _digest(words: tuple[object, ...]) -> bytes:
    return hashlib.sha256("/".join(map(str, words)).encode()).digest()
