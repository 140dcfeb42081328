"""The short mark in a line's description by which a line of ours is known for good.

It names subscription and motion, for a one-time line also the period, and never the attempt: the
same line planned twice has the same mark, so a lost answer can be resolved by looking for it.
"""

from __future__ import annotations

import base64
import hashlib
import re

PREFIX = "BS:"
LENGTH = 10
_IN_TEXT = re.compile(r"\[(BS:[A-Z2-7]{10})\]")


def line_mark(subscription: str, motion: str, role: str, period: str = "", ordinal: str = "") -> str:
    """Mark of a line, e.g. ``BS:K7Q2M9X4TD``.

    ``ordinal`` tells lines of one subscription, motion, role and period apart: the invoice of a
    credit, the place of an annual charge, or how many lines of it were billed before.
    """
    identity = f"{subscription.lower()}\0{motion}\0{role}\0{period}\0{ordinal}"
    digest = hashlib.sha256(identity.encode()).digest()
    return PREFIX + base64.b32encode(digest).decode()[:LENGTH]


def find_mark(description: str) -> str:
    """The mark in a description, "" where there is none."""
    found = _IN_TEXT.search(description or "")
    return found.group(1) if found else ""


def with_mark(description: str, mark: str) -> str:
    """``description`` carrying ``mark``; unchanged when it already does."""
    if find_mark(description) == mark:
        return description
    return f"{_IN_TEXT.sub('', description).rstrip()} [{mark}]".lstrip()
