"""What an invoice row is. Plain records in, answers out; no database, no clock, no network."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from connectors.records import InvoiceRow
from money.days import Days, days_of
from money.enums import Kind, Motion, MotionCause
from money.motions import MOTIONS, REGULAR
from money.periods import cycle_of, period_of
from money.recognising import Background, Recognised, recognise_motion
from money.words import CENT, ZERO, Money

_EIGHT_DIGITS = Decimal("1E-8")
_SPOILT = re.compile(r"[0-9]+(?:[.,][0-9]+)?e[+-][0-9]+")

NO_SUBSCRIPTION = "The row names no subscription."
SPOILT_SUBSCRIPTION = "A spreadsheet spoilt the id of the subscription."
NO_CUSTOMER = "Nobody could tell whose subscription this is."


@dataclass(frozen=True, slots=True)
class Classified:
    """How a row is classified. ``problem`` says why it is unknown, ``cause`` what told its motion.

    ``unit`` prices are without their sign, in currency units; ``repriced`` says that they are not the row's
    own, because those do not come to its amount.
    """

    kind: Kind
    motion: Motion | None
    period: str
    days: Days
    unit: Money
    problem: str = ""
    cause: MotionCause | None = None
    repriced: bool = False


def days_of_row(row: InvoiceRow, starts: Collection[datetime] = ()) -> Days:
    """The days of a row; ``starts`` are those of its subscription's rows on the same invoice."""
    return days_of(row.start, row.end, ratio=row.ratio, starts=starts)


def classify(
    row: InvoiceRow,
    *,
    days: Days,
    known: Background,
    has_customer: bool,
) -> Classified:
    """Motion, kind, period and unit prices of a row, whatever rows there are beside it (``money.rows.together``).

    ``known`` is what is known of its subscription. A row without subscription, customer, motion or readable
    retail amount is *unknown*: kept, shown, never written.
    """
    told = recognise_motion(row, days, known)
    problem = _problem(row, told.problem, has_customer=has_customer)
    unit, repriced = unit_of_amount(row)
    return Classified(
        kind=Kind.UNKNOWN if problem else own_kind(told.motion, told.cause, recurring=row.recurring),
        motion=told.motion,
        period=period_of(_counted_days(days, told, known), told.motion, told.cause),
        days=days,
        unit=unit,
        problem=problem,
        cause=told.cause,
        repriced=repriced,
    )


def _counted_days(days: Days, told: Recognised, known: Background) -> Days:
    """Of a part of a cycle that comes with it, the whole cycle."""
    if told.motion not in REGULAR or (told.cause is not None and told.cause.once):
        return days
    return cycle_of(days, known.cycles, [one.days for one in known.earlier])


def unit_of_amount(row: InvoiceRow) -> tuple[Money, bool]:
    """Unit prices without their sign, and whether they had to follow from the amount.

    The amount is the truth: where unit price x quantity x ratio misses it by more than a cent, a unit costs
    amount / (quantity x ratio). A row of 0.00 is no sign of a price in another currency.
    """
    share = abs(row.quantity * row.ratio)
    cost, retail = _unit(row.unit_cost, row.cost, share), _unit(row.unit_retail, row.retail, share)
    missed = (bool(row.cost) and cost != abs(row.unit_cost)) or (bool(row.retail) and retail != abs(row.unit_retail))
    return Money(cost, retail), missed


def is_spoilt(subscription_id: str) -> bool:
    """Whether a spreadsheet made a number of an id (``1.23457E+11``), so that it names nobody."""
    return _SPOILT.fullmatch(subscription_id.strip().casefold()) is not None


def is_negative(row: InvoiceRow) -> bool:
    """Whether it takes back: by its retail amount, else by its cost, however it is signed otherwise."""
    return (row.retail or row.cost) < ZERO


def own_kind(motion: Motion | None, cause: MotionCause | None, *, recurring: bool) -> Kind:
    """What a row is that charges; one that takes back is what its group makes of it.

    ``recurring``: by what its source says, it is charged for its whole cycle.
    """
    if motion is None:
        return Kind.UNKNOWN
    if cause is not None and cause.once:
        return Kind.ONE_TIME
    return MOTIONS[motion].kind or (Kind.RECURRING if recurring else Kind.PRORATION)


def _unit(price: Decimal, amount: Decimal, share: Decimal) -> Decimal:
    if not share or abs(abs(price) * share - abs(amount)) <= CENT:
        return abs(price)
    return (abs(amount) / share).quantize(_EIGHT_DIGITS)


def _problem(row: InvoiceRow, without_motion: str, *, has_customer: bool) -> str:
    if is_spoilt(row.subscription_id):
        return SPOILT_SUBSCRIPTION
    if not row.subscription_id:
        return NO_SUBSCRIPTION
    if row.problem:
        return row.problem
    return without_motion if has_customer else NO_CUSTOMER
