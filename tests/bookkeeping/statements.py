"""What a statement is: something that a text says, compared with what there was to see after a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from tests.bookkeeping.account import Account
from tests.bookkeeping.outcome import Shown
from tests.bookkeeping.product import Note
from tests.bookkeeping.target import Amount


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to see after a step."""

    lines: list[Shown]
    template_name: Callable[[str], str] = str
    account: Account | None = None
    notes: tuple[Note, ...] = ()
    waits: str = ""
    counts: str = ""
    billed: Amount = (Decimal(0), Decimal(0))
    to_bill: Amount = (Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Compared:
    """What was said and what was found, line by line; ``same`` where the second makes the first true."""

    said: list[str]
    found: list[str]
    same: bool

    @classmethod
    def of(cls, said: list[str], found: list[str]) -> Compared:
        """Of sentences, which must be the same."""
        return cls(said, found, said == found)


class Statement(Protocol):
    """One thing that is said of what was seen."""

    def compare(self, seen: Seen) -> Compared:
        """It as it is said, and as it were said if it was true."""
