"""Term and billing cycle of a product as a person says them: "1-year term, billed monthly"."""

from __future__ import annotations

import re

_LENGTH = re.compile(r"p?(?P<count>\d{1,2}|one|two|three|six|twelve)?[ -]*(?P<unit>m|y|month|year)s?")
_COUNTS = {"one": 1, "two": 2, "three": 3, "six": 6, "twelve": 12}
_CYCLES = {
    "monthly": "billed monthly",
    "quarterly": "billed quarterly",
    "annual": "billed yearly",
    "annually": "billed yearly",
    "yearly": "billed yearly",
    "one-time": "billed once",
    "onetime": "billed once",
    "one time": "billed once",
}
_EVERY = {(1, "month"): "billed monthly", (12, "month"): "billed yearly", (1, "year"): "billed yearly"}


def write_terms(term: str, cycle: str) -> str:
    """What is known of both; a bare number is a code that says nothing, other words stand as the source has them."""
    return ", ".join(part for part in (_write_term(term.strip()), _write_cycle(cycle.strip())) if part)


def _write_term(term: str) -> str:
    length = _length_of(term)
    if length is not None:
        return f"{length[0]}-{length[1]} term"
    return "" if term.isdecimal() else term


def _write_cycle(cycle: str) -> str:
    length = _length_of(cycle)
    if length is not None:
        return _EVERY.get(length) or f"billed every {length[0]} {length[1]}s"
    return "" if cycle.isdecimal() else _CYCLES.get(cycle.casefold(), cycle)


def _length_of(text: str) -> tuple[int, str] | None:
    """A count and "month" or "year"."""
    found = _LENGTH.fullmatch(text.casefold())
    if found is None:
        return None
    count = found["count"] or "1"
    return (_COUNTS.get(count) or int(count)), ("month" if found["unit"].startswith("m") else "year")
