"""What the head of a step says after its first word."""

from __future__ import annotations

from collections.abc import Collection

from tests.bookkeeping.cells import read_facts, unquote
from tests.bookkeeping.text import Block, Line


def after_word(text: str) -> str:
    """``copy "Business Premium"`` without its first word."""
    return text.partition(" ")[2].strip()


def after_colon(line: Line) -> tuple[str, str]:
    """``template monthly: paused yes`` as (``monthly``, ``paused yes``)."""
    head, colon, told = line.text.partition(":")
    if not colon or not told.strip():
        raise line.unreadable("this says nothing after a colon", "Write: WORD NAME: key value, key value")
    return after_word(head), told.strip()


def named_facts(block: Block, keys: Collection[str], flags: Collection[str] = ()) -> tuple[str, dict[str, str]]:
    """The name before the colon, and the facts after it."""
    block.no_body()
    name, told = after_colon(block.head)
    return unquote(name), read_facts(told, block.head, keys, flags)
