"""Which invoices wait as they come: whether one is another issued again, by the product's own rules, in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tests.bookkeeping.charges import Charge
from tests.bookkeeping.product import Meeting, Money, RowSeen, is_issued_again, repeated_rows, reverses
from tests.bookkeeping.source import Invoice

Rows = dict[int, list[RowSeen]]  # by the place of their invoice


def let_in(invoice: Invoice, before: Sequence[Invoice], charges: Sequence[Charge]) -> None:
    """It takes one of those before back, waits as a second issue of one, or counts."""
    rows: Rows = defaultdict(list)
    for charge in charges:
        rows[charge.invoice.place].append(_seen(charge))
    mine, counted = rows[invoice.place], [one for one in before if one.state == "counted"]
    original = next((one for one in reversed(counted) if reverses(mine, rows[one.place])), None)
    if original is not None:
        original.state = invoice.state = "reversed"
        invoice.takes_back = True
    elif any(_is_again(mine, rows[one.place]) for one in counted):
        invoice.state = "held"


def _is_again(mine: Sequence[RowSeen], theirs: Sequence[RowSeen]) -> bool:
    meeting = Meeting()
    for ref in {row.ref for row in mine}:
        repeated = repeated_rows(_of_subscription(ref, mine), _of_subscription(ref, theirs))
        meeting.add(ref, sum(row.positive for row in repeated))
    several = min(_charged_subscriptions(mine), _charged_subscriptions(theirs)) > 1
    return is_issued_again(meeting, positive_rows=sum(row.positive for row in mine), several=several)


def _of_subscription(ref: str, rows: Sequence[RowSeen]) -> list[RowSeen]:
    return [row for row in rows if row.ref == ref]


def _charged_subscriptions(rows: Sequence[RowSeen]) -> int:
    return len({row.ref for row in rows if row.positive})


def _seen(charge: Charge) -> RowSeen:
    row, unit = charge.row, charge.verdict.unit
    return RowSeen(
        charge.number,
        row.subscription,
        charge.verdict.days,
        row.seats,
        Money(unit.cost, unit.retail),
        Money(row.cost_amount, row.retail_amount),
        usage=charge.motion == "azure",
    )
