"""What an invoice row is. Plain records in, answers out; no database, no clock, no network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.records import Cadence, InvoiceRow
from money.enums import Kind, Motion
from money.motions import MOTIONS, motion_of
from money.periods import period_of

ZERO = Decimal(0)

NO_SUBSCRIPTION = "The row names no subscription."
NO_CUSTOMER = "Nobody could tell whose subscription this is."
NO_MOTION = "Neither the subscription nor the row says how it is billed, and its dates are no month and no year."


@dataclass(frozen=True, slots=True)
class Classified:
    """How a row is classified. ``problem`` says why it is unknown."""

    kind: Kind
    motion: Motion | None
    period: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A row as far as it matters to the sign of its subscription: dates as written, both ends included."""

    line: int
    start: dt.date
    end: dt.date
    quantity: Decimal
    cost: Decimal
    retail: Decimal

    @classmethod
    def of(cls, row: InvoiceRow) -> Amount:
        """The same of a whole row."""
        return cls(row.line, row.start.date(), row.end.date(), row.quantity, row.cost, row.retail)

    @property
    def is_negative(self) -> bool:
        """Whether it takes back; a row that charges nothing does not."""
        return self.cost < ZERO or self.retail < ZERO or self.quantity < ZERO

    def overlaps(self, other: Amount) -> bool:
        """Whether the two have a day in common."""
        return self.start <= other.end and other.start <= self.end


def classify(row: InvoiceRow, *, cadence: Cadence, has_customer: bool, is_proration: bool) -> Classified:
    """Motion, kind and period of a row.

    ``cadence`` is that of its subscription, ``is_proration`` what ``find_prorations`` says of it. A
    row without subscription, customer or motion is *unknown*: kept, shown, never written.
    """
    motion = motion_of(row, cadence)
    period = period_of(row, motion)
    problem = _problem(row, motion, has_customer=has_customer)
    kind = Kind.UNKNOWN if problem or motion is None else _kind(row, motion, is_proration=is_proration)
    return Classified(kind, motion, period, problem)


def find_prorations(amounts: Iterable[Amount]) -> frozenset[int]:
    """Lines of the negative rows of one subscription that take back part of what the invoice charges.

    A negative row is a proration when the invoice has positive rows that overlap it and their sum,
    less what was taken back from them already, stays at or above zero in cost and in retail. The
    smallest goes first. Every other negative row is a credit. Where one side of a negative row charges,
    it gives the other rows no room.
    """
    rows = list(amounts)
    charged = [row for row in rows if not row.is_negative]
    taken: list[Amount] = []
    for row in sorted((row for row in rows if row.is_negative), key=_magnitude):
        if _has_room(row, charged, taken):
            taken.append(row)
    return frozenset(row.line for row in taken)


def _problem(row: InvoiceRow, motion: Motion | None, *, has_customer: bool) -> str:
    if not row.subscription_id:
        return NO_SUBSCRIPTION
    if not has_customer:
        return NO_CUSTOMER
    return NO_MOTION if motion is None else ""


def _kind(row: InvoiceRow, motion: Motion, *, is_proration: bool) -> Kind:
    if Amount.of(row).is_negative:
        return Kind.PRORATION if is_proration else Kind.CREDIT
    kind = MOTIONS[motion].kind
    if kind is not None:
        return kind
    return Kind.RECURRING if row.recurring else Kind.PRORATION


def _has_room(row: Amount, charged: Sequence[Amount], taken: Sequence[Amount]) -> bool:
    """Whether the charges that a row overlaps, less what was taken back from any of them, pay for it."""
    overlapped = [charge for charge in charged if charge.overlaps(row)]
    earlier = [other for other in taken if any(charge.overlaps(other) for charge in overlapped)]
    return bool(overlapped) and _stays_positive(overlapped, [*earlier, row])


def _stays_positive(charged: Sequence[Amount], negative: Sequence[Amount]) -> bool:
    cost = sum((row.cost for row in charged), ZERO) + sum((min(row.cost, ZERO) for row in negative), ZERO)
    retail = sum((row.retail for row in charged), ZERO) + sum((min(row.retail, ZERO) for row in negative), ZERO)
    return cost >= ZERO and retail >= ZERO


def _magnitude(row: Amount) -> tuple[Decimal, Decimal, int]:
    return abs(row.retail), abs(row.cost), row.line
