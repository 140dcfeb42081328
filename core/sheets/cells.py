"""Single cells: made harmless for a spreadsheet, and understood as a spreadsheet rewrote them."""

from __future__ import annotations

import re

# A spreadsheet takes a cell that begins with one of these for a formula; the wide ones where the
# language writes them. An apostrophe before it makes the cell text.
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_GROUPED = re.compile(r"-?\d{1,3}([.,'’\u00a0\u202f ])\d{3}(?:\1\d{3})*")
_GROUP = re.compile(r"[.,'’\u00a0\u202f ]")
_FRACTION_OF_NOTHING = re.compile(r"[.,]0{1,2}$")
_SCIENTIFIC = re.compile(r"-?\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)


def disarm(cell: str) -> str:
    """The cell as text that no spreadsheet calculates; ``rearm`` takes it back."""
    quoted = cell.startswith("'") and _is_formula(cell.lstrip("'"))
    return f"'{cell}" if quoted or _is_formula(cell) else cell


def rearm(cell: str) -> str:
    """What ``disarm`` was given, or what a formula such as ``="5008"`` says."""
    if formula := _TEXT_FORMULA.fullmatch(cell):
        return formula[1].replace('""', '"')
    return cell[1:] if cell.startswith("'") and _is_formula(cell.lstrip("'")) else cell


def as_whole_number(cell: str) -> str:
    """``5008.0``, ``5,008`` and ``5 008,00`` as ``5008``; anything else as it is."""
    whole = _FRACTION_OF_NOTHING.sub("", cell)
    if _GROUPED.fullmatch(whole) or (whole != cell and whole.removeprefix("-").isdecimal()):
        return _GROUP.sub("", whole)
    return cell


def lost_digits(cell: str) -> bool:
    """Whether a spreadsheet wrote a long number as ``1.23457E+11``."""
    return _SCIENTIFIC.fullmatch(cell) is not None


def is_number(cell: str) -> bool:
    """Whether it is a plain decimal number."""
    return _NUMBER.fullmatch(cell) is not None


def _is_formula(cell: str) -> bool:
    return cell.lstrip(" ").startswith(_STARTS_FORMULA) and not is_number(cell)
