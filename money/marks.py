"""The short mark in a line's description by which a line of ours is known for good.

It names subscription and motion, for a one-time line also the period, and never the attempt: the
same line planned twice has the same mark, so a lost answer can be resolved by looking for it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from money.enums import PartRole

PREFIX = "BS:"
LENGTH = 10
_IN_TEXT = re.compile(r"\[(BS:[A-Z2-7]{10})\]")


@lru_cache(maxsize=4096)  # of each line it is asked many times while it is planned
def line_mark(subscription: str, motion: str, role: str, period: str = "", ordinal: str = "") -> str:
    """Mark of a line, e.g. ``BS:K7Q2M9X4TD``.

    ``ordinal`` tells lines of one subscription, motion, role and period apart: the invoice of a
    credit, the place of an annual charge, or how many lines of it were billed before.
    """
    identity = f"{subscription.lower()}\0{motion}\0{role}\0{period}\0{ordinal}"
    digest = hashlib.sha256(identity.encode()).digest()
    return PREFIX + base64.b32encode(digest).decode()[:LENGTH]


@dataclass(frozen=True, slots=True)
class PeriodMarks:
    """The marks of the lines of one subscription, motion and period."""

    subscription: str
    motion: str
    period: str

    @property
    def recurring(self) -> str:
        """Of the recurring line, which is the same for all periods."""
        return line_mark(self.subscription, self.motion, PartRole.RECURRING)

    def of(self, role: PartRole, ordinal: str = "") -> str:
        """Of a line of this role; ``ordinal`` tells several apart."""
        return line_mark(self.subscription, self.motion, role, self.period, ordinal)

    def nth(self, role: PartRole, place: int) -> str:
        """Of the line in this place, from 0, among several of one role."""
        return self.of(role, str(place) if place else "")

    def free(self, role: PartRole, taken: Collection[str]) -> str:
        """The first mark of this role that is not taken."""
        return next(mark for place in count() if (mark := self.nth(role, place)) not in taken)


def find_mark(description: str) -> str:
    """The mark in a description, "" where there is none."""
    found = _IN_TEXT.search(description or "")
    return found.group(1) if found else ""


def with_mark(description: str, mark: str) -> str:
    """``description`` carrying ``mark``; unchanged when it already does."""
    if find_mark(description) == mark:
        return description
    return f"{_IN_TEXT.sub('', description).rstrip()} [{mark}]".lstrip()
