"""Which motion a row has: by the first thing that tells it, and that is remembered with the row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from connectors.records import Cadence, InvoiceRow
from money.days import Days, is_part_of_month, is_whole
from money.enums import Motion, MotionCause
from money.motions import MOTION_OF
from money.words import ZERO

SHORTEST_YEAR = 350  # days
LONGEST_MONTH = 31
_MONTH = Decimal("365.25") / 12  # days
_ABOUT = Decimal("0.1")  # a row is about as long as its term: within a tenth

NO_MOTION = "Neither the row nor what is known of its subscription says how it is billed."
UNREADABLE_CYCLE = "Nobody can read how often the row is billed."


@dataclass(frozen=True, slots=True)
class EarlierCharge:
    """What was charged of a subscription before, for these days; ``unit`` prices in currency units."""

    days: Days
    motion: Motion
    customer_id: int | None = None
    product_id: int | None = None
    unit_cost: Decimal = ZERO
    unit_retail: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Background:
    """What is known of a subscription apart from the row.

    ``earlier`` are charges of other invoices, the newest last. ``before`` is the motion it had on the newest
    earlier invoice, ``today`` what the source's list says now.
    """

    earlier: tuple[EarlierCharge, ...] = ()
    before: Motion | None = None
    today: Cadence = Cadence.UNKNOWN
    cycles: tuple[Days, ...] = ()  # whole ones: of its rows on the same invoice, and its newest on an earlier one
    taken_back: tuple[EarlierCharge, ...] = ()  # what negative rows of the same invoice tell of charges before

    def covering(self, days: Days) -> EarlierCharge | None:
        """The newest earlier charge that covers all of these days."""
        newest_first = (*reversed(self.earlier), *reversed(self.taken_back))
        return next((charge for charge in newest_first if charge.days.cover(days)), None)


@dataclass(frozen=True, slots=True)
class Recognised:
    """The motion of a row and what told it; without a motion, ``problem`` says why."""

    motion: Motion | None = None
    cause: MotionCause | None = None
    problem: str = ""


def recognise_motion(row: InvoiceRow, days: Days, known: Background) -> Recognised:
    """By usage, the row's words, an earlier charge of its days, its length, history, today's list; in this order."""
    if known.today is Cadence.USAGE or row.product_name.casefold().startswith("azure plan"):
        return Recognised(MOTION_OF[Cadence.USAGE], MotionCause.USAGE)
    if row.cadence is Cadence.UNREADABLE:
        return Recognised(problem=UNREADABLE_CYCLE)
    told = _by_words(row, days) or _by_days(row, days, known) or _by_length(row, days)
    return told or _by_history(known) or Recognised(problem=NO_MOTION)


def evidence_of(rows: Iterable[tuple[InvoiceRow, Days]]) -> tuple[EarlierCharge, ...]:
    """What negative rows tell of charges before: what they take back was charged, for their days.

    Only rows that say for themselves how they are billed, or whose length does.
    """
    found = ((days, _by_words(row, days) or _by_length(row, days)) for row, days in rows)
    return tuple(EarlierCharge(days, one.motion) for days, one in found if one and one.motion and not _is_once(one))


def _is_once(told: Recognised) -> bool:
    return told.cause is not None and told.cause.once


def _by_words(row: InvoiceRow, days: Days) -> Recognised | None:
    """What the row says of its cycle; a term alone speaks only where the row is about as long."""
    if row.cadence is Cadence.ONE_TIME:
        return Recognised(Motion.SEAT_MONTHLY, MotionCause.ONCE)
    said = MOTION_OF.get(row.cadence)
    if said is None and row.term_months >= 12 and abs(days.count / (row.term_months * _MONTH) - 1) < _ABOUT:
        said = MOTION_OF[Cadence.ANNUAL]
    if said is None and row.term_months == 1 and 0 < days.count <= LONGEST_MONTH:
        said = MOTION_OF[Cadence.MONTHLY]
    return Recognised(said, MotionCause.WORDS) if said else None


def _by_days(row: InvoiceRow, days: Days, known: Background) -> Recognised | None:
    """A single day that charges is bought once or metered, whatever else was charged of that day."""
    covering = known.covering(days)
    if covering is None or (_is_single_day(row, days) and (row.retail or row.cost) > ZERO):
        return None
    return Recognised(covering.motion, MotionCause.EARLIER_CHARGE)


def _by_length(row: InvoiceRow, days: Days) -> Recognised | None:
    if days.count >= SHORTEST_YEAR:
        return Recognised(MOTION_OF[Cadence.ANNUAL], MotionCause.LENGTH)
    if _is_single_day(row, days):
        return Recognised(Motion.SEAT_MONTHLY, MotionCause.ONE_DAY)
    if (days.months == 1 and is_whole(row.ratio)) or is_part_of_month(days, row.ratio):
        return Recognised(MOTION_OF[Cadence.MONTHLY], MotionCause.LENGTH)
    return None


def _by_history(known: Background) -> Recognised | None:
    if known.before is not None:
        return Recognised(known.before, MotionCause.HISTORY)
    today = MOTION_OF.get(known.today)
    return Recognised(today, MotionCause.TODAY) if today else None


def _is_single_day(row: InvoiceRow, days: Days) -> bool:
    return days.count == 1 and is_whole(row.ratio)
