"""An outcome as a table of text, and the sums of such a table read back. It knows nothing of the product."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from tests.replay.outcome import Account, Bill, ChangeTold, LineTold, Outcome, Side

_GAP = "  "  # between columns; no cell contains it
_PLAN = "Plan"
_BILLS = "Billed by the next runs"
_MONEY = "Money of all invoices"
_LEFT_OUT = "Left out"
_NOTES = "Notes"
_HEADINGS = (_PLAN, _BILLS, _MONEY, _LEFT_OUT, _NOTES)
_WAITS = "The plan waits for a person: "

# Widths are the same in every table, so that a change of one row changes one line.
_PLAN_COLUMNS = (
    ("what", 6), ("line", 58), ("subscription", 12), ("how", 9), ("quantity", 12), ("unit retail", 18),
    ("unit cost", 18), ("total retail", 22), ("product", 8), ("tax", 3), ("reason", 0),
)  # fmt: skip
_BILL_COLUMNS = (("customer", 40), ("template", 8), ("recurring", 12), ("one-time", 12), ("total", 12), ("cost", 12))
_MONEY_COLUMNS = (("customer", 40), ("motion", 12), ("where", 18), ("retail", 14), ("cost", 14))


def write_table(name: str, story: str, outcome: Outcome) -> str:
    """The plan of one record, for people and for the next comparison."""
    lines = [name, *textwrap.wrap(story, 140), ""]
    if outcome.waits:
        lines += [f"{_WAITS}{outcome.waits}", ""]
    lines += [*_plan(outcome), *_bills(outcome.bills), *_money(outcome.accounts)]
    lines += [*_listed(_LEFT_OUT, outcome.left_out), *_listed(_NOTES, outcome.notes)]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _plan(outcome: Outcome) -> Iterator[str]:
    yield _PLAN
    for template in dict.fromkeys(change.template for change in outcome.changes):
        yield f"{_GAP}template {template}: {outcome.templates.get(template, 'gone')}"
        yield _row(2, _PLAN_COLUMNS, [title for title, _ in _PLAN_COLUMNS])
        for change in outcome.changes:
            if change.template == template:
                yield _row(2, _PLAN_COLUMNS, _cells(change))
                yield from _details(change)
    if not outcome.changes:
        yield f"{_GAP}nothing is written"
    yield ""


def _cells(change: ChangeTold) -> list[str]:
    line = change.after or change.before
    assert line is not None
    reason = f"{change.hold}: {change.reason}" if change.hold else change.reason
    return [
        change.what,
        line.name,
        change.subscription[:12],
        "one-time" if line.one_time else "recurring",
        _moved(change, lambda one: quantity(one.quantity)),
        _moved(change, lambda one: money(one.retail)),
        _moved(change, lambda one: money(one.cost)),
        _moved(change, lambda one: money(one.quantity * one.retail)),
        _moved(change, lambda one: str(one.product or "none")),
        _moved(change, lambda one: "yes" if one.taxable else "no"),
        reason,
    ]


def _moved(change: ChangeTold, show: Callable[[LineTold], str]) -> str:
    told = [show(line) for line in (change.before, change.after) if line is not None]
    return told[0] if len(set(told)) == 1 else " -> ".join(told)


def _details(change: ChangeTold) -> Iterator[str]:
    """What a customer reads, where it is more than the line's name; and what else a change moves."""
    before, after = change.before, change.after
    line = after or before
    assert line is not None
    if before is not None and after is not None:
        for word in ("name", "description", "position", "one_time"):
            old, new = getattr(before, word), getattr(after, word)
            if old != new:
                yield f"{_GAP * 6}{word.replace('_', '-')}: {old} -> {new}"
    elif after is not None and line.description != line.name:
        yield f"{_GAP * 6}description: {line.description}"


def _bills(bills: Iterable[Bill]) -> Iterator[str]:
    yield _BILLS
    yield _row(1, _BILL_COLUMNS, [title for title, _ in _BILL_COLUMNS])
    for bill in bills:
        total = bill.recurring + bill.one_time
        amounts = [money(amount) for amount in (bill.recurring, bill.one_time, total, bill.cost)]
        yield _row(1, _BILL_COLUMNS, [bill.customer, str(bill.template), *amounts], right=2)
    yield ""


def _money(accounts: Iterable[Account]) -> Iterator[str]:
    yield _MONEY
    yield _row(1, _MONEY_COLUMNS, [title for title, _ in _MONEY_COLUMNS])
    for account in accounts:
        for where, side in (("charged", account.source), *account.buckets.items(), ("by pricing", account.rules)):
            if where == "charged" or side != Side():
                amounts = [money(side.retail), money(side.cost)]
                yield _row(1, _MONEY_COLUMNS, [account.customer, account.motion or "-", where, *amounts], right=3)
    yield ""


def _listed(heading: str, texts: list[str]) -> Iterator[str]:
    if texts:
        yield heading
        yield from (f"{_GAP}{text}" for text in texts)
        yield ""


def _row(depth: int, columns: tuple[tuple[str, int], ...], cells: list[str], *, right: int = 99) -> str:
    padded = (
        cell.rjust(width) if place >= right else cell.ljust(width)
        for place, ((_, width), cell) in enumerate(zip(columns, cells, strict=True))
    )
    return _GAP * depth + _GAP.join(padded)


def money(amount: Decimal) -> str:
    """At least two digits behind the point, more where there are: ``12.00``, ``0.2075``."""
    shown = f"{amount.normalize():f}" if amount else "0"
    whole, _, digits = shown.partition(".")
    return f"{whole}.{digits.ljust(2, '0')}"


def quantity(number: Decimal) -> str:
    """Without needless zeros: ``12``, ``9.48``."""
    return f"{number.normalize():f}" if number else "0"


# --- Read back ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Billed:
    """What the next runs bill a customer, and how much of it every later run bills again."""

    total: Decimal = Decimal(0)
    recurring: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)

    def __add__(self, other: Billed) -> Billed:
        return Billed(self.total + other.total, self.recurring + other.recurring, self.cost + other.cost)


@dataclass(slots=True)
class Sums:
    """What a table says of money: per customer what is billed, and where the rest is."""

    waits: str = ""
    billed: dict[str, Billed] = field(default_factory=dict)
    where: dict[tuple[str, str, str], Side] = field(default_factory=dict)  # customer, motion, bucket
    sections: dict[str, list[str]] = field(default_factory=dict)


def read_sums(text: str) -> Sums:
    """The sums of a table. Raises ``ValueError`` where its rows cannot be read: it was edited by hand."""
    sums, section = Sums(), ""
    for line in text.splitlines():
        if line in _HEADINGS:
            section = line
        elif line.startswith(_WAITS):
            sums.waits = line.removeprefix(_WAITS)
        elif line.strip() and section:
            sums.sections.setdefault(section, []).append(line.strip())
    for row in sums.sections.get(_BILLS, [])[1:]:
        customer, _, recurring, _, total, cost = re.split(r"\s{2,}", row)
        more = Billed(Decimal(total), Decimal(recurring), Decimal(cost))
        sums.billed[customer] = sums.billed.get(customer, Billed()) + more
    for row in sums.sections.get(_MONEY, [])[1:]:
        customer, motion, where, retail, cost = re.split(r"\s{2,}", row)
        sums.where[customer, motion, where] = Side(Decimal(retail), Decimal(cost))
    return sums
