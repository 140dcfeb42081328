"""What customers would be billed otherwise, in sentences, and the rows that differ."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from decimal import Decimal

from tests.replay.outcome import Side
from tests.replay.table import Billed, Sums, money, read_sums


def tell_difference(name: str, accepted: str, made: str) -> list[str]:
    """Sentences about two tables of one record, the most important first; none where they are equal."""
    if accepted == made:
        return []
    if not accepted:
        return [f"{name}: no plan was accepted before"]
    before, after = read_sums(accepted), read_sums(made)
    told = [*_billed(before, after), *_waits(before, after), *_where(before, after)]
    return [f"{name}: {sentence}" for sentence in told or [_otherwise(before, after)]]


def show_difference(name: str, accepted: str, made: str) -> str:
    """The sentences, and below them the two tables compared line by line."""
    lines = difflib.unified_diff(accepted.splitlines(), made.splitlines(), "accepted", "now", lineterm="", n=2)
    return "\n".join([*tell_difference(name, accepted, made), "", *lines])


def _billed(before: Sums, after: Sums) -> Iterator[str]:
    """What the next runs bill otherwise, what every later run does, and what only costs otherwise."""
    for customer in _both(before.billed, after.billed):
        old, new = before.billed.get(customer, Billed()), after.billed.get(customer, Billed())
        if old.total != new.total:
            yield f"{customer} would be billed {_moved(old.total, new.total)}"
        if new.recurring - old.recurring not in (0, new.total - old.total):
            yield f"{customer} would be billed {_moved(old.recurring, new.recurring)} by every later run"
        if old.total == new.total and old.cost != new.cost:
            yield f"{customer} would be billed the same, at a cost that is {_moved(old.cost, new.cost)}"


def _waits(before: Sums, after: Sums) -> Iterator[str]:
    if before.waits != after.waits:
        yield f"the plan would wait for a person: {after.waits}" if after.waits else "the plan would wait for nobody"


def _where(before: Sums, after: Sums) -> Iterator[str]:
    """What moved from one place to another; that something is billed otherwise is told already."""
    for key in _both(before.where, after.where):
        old, new = _sides(before.where, after.where, key)
        customer, motion, where = key
        if old != new:
            side = "" if old.retail != new.retail else " of cost"
            amounts = (old.retail, new.retail) if not side else (old.cost, new.cost)
            whose = customer if motion == "-" else f"{customer}, {motion}"
            yield f"{whose}: {money(amounts[1])}{side} {where} instead of {money(amounts[0])}"


def _otherwise(before: Sums, after: Sums) -> str:
    differing = [name for name in _both(before.sections, after.sections) if _lines(before, name) != _lines(after, name)]
    if differing == ["Notes"]:
        return "the same is billed, and people are told something else"
    return f"the same is billed, but written otherwise ({', '.join(differing) or 'the heading'})"


def _lines(sums: Sums, section: str) -> list[str]:
    return sums.sections.get(section, [])


def _both(before: dict, after: dict) -> list:
    return list(dict.fromkeys([*before, *after]))


def _sides(before: dict, after: dict, key: object) -> tuple[Side, Side]:
    return before.get(key, Side()), after.get(key, Side())


def _moved(old: Decimal, new: Decimal) -> str:
    """``12.00 less (96.00 instead of 108.00)``."""
    word = "more" if new > old else "less"
    return f"{money(abs(new - old))} {word} ({money(new)} instead of {money(old)})"
