"""Runs that billed a line once more before the next month's invoice came: they count for that month.

What they billed beyond it is given back as one credit, but for what people had made of our line before they ran.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from connectors.records import id_order
from money.amounts import sum_charges, times
from money.enums import LineState, PartRole, PartState
from money.facts import OwnLine, Posted, PostingPart, RunAhead, source_of
from money.marks import PeriodMarks, line_mark
from money.postings import Postings, has_stood
from money.wanting.brief import PeriodBrief
from money.words import Money, from_cents


def begins_with(newest: str, lines: Iterable[OwnLine], ahead: Iterable[RunAhead]) -> str:
    """The month that a mapping begins with, or begins with again: the newest.

    Where runs went on billing its standing lines while it was off, it is the one that those stand for, so that the runs
    count for the months since.
    """
    marks = {run.mark for run in ahead}
    stood = (own.period for own in lines if own.mark in marks and own.state is LineState.STANDING and own.period)
    return min([newest, *stood])


class RunsAhead:
    """The runs by the line that they billed, each of which one month takes."""

    def __init__(self, runs: Iterable[RunAhead]) -> None:
        self._by_mark: dict[str, list[RunAhead]] = defaultdict(list)
        for run in sorted(runs, key=lambda run: id_order(run.invoice_id)):
            self._by_mark[run.mark].append(run)

    def take(
        self, brief: PeriodBrief, postings: Postings, known: Posted | None, settled: Iterable[PostingPart]
    ) -> list[PostingPart]:
        """What counts for this period of what runs billed ahead: the oldest, and of the newest period all that is left.

        It takes none before its month is regular, or once the line stands for the period.
        Where nothing more comes that they could count for, they are of the last period.
        """
        period, own = brief.period, brief.present.own.standing(brief.marks.recurring)
        runs = self._by_mark[brief.marks.recurring]
        if not runs or own is None or any(charge.one_time for charge in period.charges):
            return []
        waits = own.period >= period.period or brief.early or (known is not None and has_stood(known))
        if waits and not (period.current and period.gone):
            return []
        number = len(runs) if period.current else 1
        taken, self._by_mark[brief.marks.recurring] = runs[:number], runs[number:]
        parts: list[PostingPart] = []
        for run in taken:
            charged = sum_charges(period.charges) - source_of([*settled, *parts])
            parts.append(_part(_counted(run, charged, synced=brief.mapping.sync_retail), own, postings))
        return parts


def credit_mark(marks: PeriodMarks, ordinal: int = 1) -> str:
    """Of the credit of what runs billed beyond the period."""
    return marks.of(PartRole.CREDIT, f"ahead {ordinal}")


def gives_back(brief: PeriodBrief, posted: Posted | None) -> bool:
    """Whether what runs billed beyond the period was a credit of it before."""
    return posted is not None and any(part.mark == credit_mark(brief.marks) for part in posted.parts)


def mark_ahead(own: OwnLine, run: RunAhead) -> str:
    """Of the amount that a run billed of a line beside the month that it stood for."""
    return line_mark(own.subscription, own.motion, PartRole.RECURRING, "", f"ahead {run.invoice_id}")


@dataclass(frozen=True, slots=True)
class _Counted:
    """What counts of a run. ``price`` is the one it was billed at, ``own_price`` the one of our line."""

    run: RunAhead
    quantity: Decimal
    price: Decimal
    own_price: Decimal


def _counted(run: RunAhead, charged: Money, *, synced: bool) -> _Counted:
    """As it was billed, where the month charges as much; what is beyond it and beyond our line, people made so.

    A price that is not ``synced`` is what people make of it.
    """
    price = run.price if synced else run.written_price
    if run.quantity * price <= max(run.written_quantity * run.written_price, charged.retail):
        return _Counted(run, run.quantity, run.price, price)
    return _Counted(run, run.written_quantity, run.written_price if synced else run.price, run.written_price)


def _part(counted: _Counted, own: OwnLine, postings: Postings) -> PostingPart:
    cost = from_cents(own.cost_cents)
    amount, at_our_price = (times(counted.quantity, Money(cost, price)) for price in (counted.price, counted.own_price))
    posted = postings.at(own.subscription_id, own.period)
    before = next((part for part in posted.parts if part.mark == own.mark), None) if posted else None
    rules = amount - (before.source if before is not None and before.amount == at_our_price else at_our_price)
    return PostingPart(
        PartRole.RECURRING,
        mark_ahead(own, counted.run),
        PartState.BILLED,
        amount.cost,
        amount.retail,
        rules.cost,
        rules.retail,
    )
