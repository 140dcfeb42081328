"""Text from elsewhere, before it is written somewhere else."""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"  # holds emoji together


def one_line(text: str) -> str:
    """``text`` in one line, without control characters and without signs that turn the reading direction."""
    return " ".join("".join(_shown(sign) for sign in text).split())


def _shown(sign: str) -> str:
    if sign == _JOINER:
        return sign
    kind = unicodedata.category(sign)
    if kind == "Cc":
        return " "
    return "" if kind in ("Cf", "Cs") else sign
