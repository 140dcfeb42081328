"""What each message of a sync means and what to do about it, for the page that explains them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_suffix(".yaml")
_TARGET = "{target}"  # stands in the texts for its label


@dataclass(frozen=True, slots=True)
class Explanation:
    """One kind of message, by the code that findings and held changes carry."""

    code: str
    title: str
    meaning: str  # why it is said, and what has happened to the money until then
    cure: str  # what a person does


@dataclass(frozen=True, slots=True)
class Chapter:
    """Messages about one subject."""

    title: str
    entries: Sequence[Explanation]


@cache
def chapters(target: str) -> tuple[Chapter, ...]:
    """All explanations, in the order of the page; ``target`` is what the reader calls the target."""
    written = yaml.safe_load(_FILE.read_text(encoding="utf-8").replace(_TARGET, target))
    return tuple(Chapter(one["title"], tuple(Explanation(**entry) for entry in one["entries"])) for one in written)
