"""Which month of the invoices is regular, and which waiting credits later rows join."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from tests.bookkeeping.charges import Charge, alone, take_over
from tests.bookkeeping.ledger import Ledger
from tests.bookkeeping.product import (
    Charged,
    Chosen,
    Holder,
    LineState,
    MonthCharges,
    Months,
    PartRole,
    PartState,
    covers_cycle,
    join_later,
    line_mark,
    month_of_subject,
    read_months,
)

MOTION = "monthly"


def months_of(charges: Iterable[Charge], ledger: Ledger, numbers: Mapping[str, object]) -> Months:
    """What the newest months say, with the lines that stand; ``numbers`` of subscriptions and customers."""
    rows: dict[str, list[Charged]] = defaultdict(list)
    for charge in charges:
        if charge.counts and charge.motion == MOTION and not charge.is_once:
            rows[charge.invoice.month].append(_charged(charge, numbers))
    products = {numbers["subscription"].of(one.row.subscription): one.product for one in charges}
    holders = list(_holders(ledger, products))
    said = (subject for subject, answer in ledger.choices.items() if answer.choice == Chosen.COMPLETE)
    return read_months(_newest_first(rows), holders, set(map(month_of_subject, said)))


def _charged(charge: Charge, numbers: Mapping[str, object]) -> Charged:
    row, amount = charge.row, charge.row.retail_amount or charge.row.cost_amount
    return Charged(
        numbers["subscription"].of(row.subscription),
        numbers["customer"].of(charge.customer),
        charge.product,
        charge.verdict.days,
        -abs(row.seats) if amount < 0 else abs(row.seats),
        negative=amount < 0,
        zero=not amount,
        whole=covers_cycle(charge.verdict.days, row.ratio),
    )


def _holders(ledger: Ledger, products: Mapping[int, str]) -> Iterator[Holder]:
    for own in ledger.known_lines():
        if own.state is LineState.STANDING and own.role is PartRole.RECURRING:
            retail = own.quantity * own.retail_cents / 100
            free = not (own.retail_cents or own.cost_cents)
            product = products.get(own.subscription_id)
            yield Holder(own.mark, own.subscription_id, own.customer_id, product, own.quantity, retail, free=free)


def _newest_first(rows: Mapping[str, list[Charged]]) -> Iterator[MonthCharges]:
    """Months with rows that charge something."""
    charging = {month: [one for one in some if not one.negative and not one.zero] for month, some in rows.items()}
    for month in sorted(filter(charging.get, charging), reverse=True):
        before = [one for other in charging if other < month for one in charging[other]]
        before.sort(key=lambda one: one.days.last)
        yield MonthCharges(month, tuple(rows[month]), {one.subscription: one.days.last for one in before})


# --- Waiting credits --------------------------------------------------------------------------------


def join_waiting_credits(charges: list[Charge], ledger: Ledger, motions: Mapping[str, str]) -> None:
    """Later rows join the credits that wait: their sum decides anew."""
    places: dict[tuple[str, str], list[Charge]] = defaultdict(list)
    for charge in charges:
        if charge.counts:
            places[charge.row.subscription, charge.motion].append(charge)
    for (subscription, motion), rows in places.items():
        credits: dict[str, list[Charge]] = defaultdict(list)
        for row in rows:
            if row.credit and _waits(
                ledger, line_mark(subscription, motions[motion], PartRole.CREDIT, row.verdict.period, row.credit)
            ):
                credits[row.credit].append(row)
        if credits:
            _join(rows, credits)


def _join(rows: list[Charge], credits: Mapping[str, list[Charge]]) -> None:
    first = min(row.invoice.place for some in credits.values() for row in some)
    later = [row for row in rows if row.invoice.place > first and row.credit not in credits]
    prices = [row.verdict.unit for row in rows if not alone(row).negative]
    found = join_later(
        {name: list(map(alone, some)) for name, some in credits.items()}, list(map(alone, later)), prices
    )
    for row in rows:
        if alone(row).key in found:
            take_over(row, found[alone(row).key])


def _waits(ledger: Ledger, mark: str) -> bool:
    """Nobody has answered, and nothing of it is written."""
    if f"credit:{mark}" in ledger.choices:
        return False
    parts = [part for kept in ledger.kept.values() for part in kept.posted.parts if part.mark == mark]
    return all(part.state is PartState.HELD for part in parts)
