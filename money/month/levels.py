"""What a subscription stands at: the quantity and price of its last rows, and whether it has ended with them."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from money.amounts import NotBillable
from money.facts import ChargeFact, PeriodFact
from money.month.months import Months
from money.periods import last_day_of
from money.words import NOTHING, ZERO, Money


@dataclass(frozen=True, slots=True)
class Level:
    """What a subscription stands at: quantity and unit prices of its latest rows."""

    quantity: Decimal
    unit: Money  # exact, may be finer than a cent

    @property
    def unit_in_cents(self) -> Money:
        """Unit prices as a line carries them."""
        return self.unit.in_cents()


def current_level(rows: Collection[ChargeFact]) -> Level:
    """Quantity and unit prices after the last of these rows of one subscription.

    The positive rows that end last, less the negative rows of that day that take back the unit price of a
    positive row whose days they share; other negative rows are a difference of price. Where nothing was charged
    since, the row of 0.00 that starts last. Raises ``NotBillable`` when it is negative or not whole.
    """
    positive = [row for row in rows if row.positive]
    free = _telling_rows_of_nothing(rows)
    if free:
        return Level(_whole(abs(max(free, key=_start).quantity)), NOTHING)  # the sign of 0.00 is unknown
    ending = _ending_last(positive)
    if not ending:
        return Level(ZERO, NOTHING)
    given_back = [row for row in rows if row.days.last == ending[0].days.last and _gives_back_seats(row, positive)]
    quantity = sum((row.signed_quantity for row in (*ending, *given_back)), ZERO)
    return Level(_whole(quantity), _price_of(ending))


def has_ended(rows: Collection[ChargeFact]) -> bool:
    """Whether the last row is part of a cycle that stops early.

    It ends before the day on which the subscription's whole cycles end; where none is known, before the last day
    of its month and of its invoice's.
    """
    positive = [row for row in rows if row.positive]
    ending = _ending_last(positive)
    if not ending or any(row.whole_cycle for row in ending) or _telling_rows_of_nothing(rows):
        return False
    last = ending[0].days.last
    whole = _ending_last([row for row in positive if row.whole_cycle and row.whole_ratio])
    if whole:
        return last < _cycle_end(whole[0].days.last, last)
    return last < min(_month_end(last), last_day_of(max(row.month for row in ending)))


def current_period(rows: Collection[ChargeFact]) -> str:
    """The newest month of the rows that charge, or of those of 0.00 that say something; "" without any."""
    telling = [row for row in rows if row.positive] + _telling_rows_of_nothing(rows)
    return max((row.natural_period for row in telling), default="")


def _without_early_orders(rows: Collection[ChargeFact], months: Months) -> list[ChargeFact]:
    """What a month charges that is not regular yet says nothing of a line where the subscription does not go on."""
    settled = [row for row in rows if row.month <= months.regular]
    return settled if any(row.positive or row.of_nothing for row in settled) else list(rows)


def tell_current(
    periods: Sequence[PeriodFact], known: Collection[ChargeFact], months: Months, customer_id: int, *, monthly: bool
) -> list[PeriodFact]:
    """The periods of one customer's subscription and motion, with the current one among them.

    ``known`` are all rows of it that are known, those of other periods too. What was bought once tells no line.
    """
    known = [row for row in known if not row.one_time]
    if not monthly:
        newest = max((period.period for period in periods if period.charges), default=None)
        return [replace(period, current=period.period == newest) for period in periods]
    number = periods[0].subscription_id
    rows = _without_early_orders(known, months) if number in months.early else known
    gone = (customer_id, number) in months.places_gone or not _charged_since(rows, months.regular)
    told = _Told(current_period(rows), gone, tuple(sorted(rows, key=lambda row: row.pk)))
    return [told.tell(period) for period in periods]


def _charged_since(rows: Iterable[ChargeFact], month: str) -> bool:
    return any(row.month >= month and not row.negative for row in rows)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the rows of a subscription say of all its periods."""

    current: str
    gone: bool
    rows: tuple[ChargeFact, ...]

    def tell(self, period: PeriodFact) -> PeriodFact:
        if period.period == self.current:
            history = () if says_all(period.charges) else self.rows
            return replace(period, current=True, gone=self.gone, history=history)
        since = min((row.month for row in self.rows if row.natural_period == self.current), default="")
        return replace(period, gone=self.gone, beside=all(row.month >= since for row in period.charges))


def says_all(rows: Collection[ChargeFact]) -> bool:
    """Whether no row of another period can belong to those that end last: a whole calendar month is among them.

    Of a cycle that goes on into the next month, seats that come or go then are rows of that month.
    """
    ending = _ending_last([row for row in rows if row.positive])
    return any(row.whole_cycle and row.whole_ratio and _within_a_month(row) for row in ending)


def _within_a_month(row: ChargeFact) -> bool:
    return row.days.last <= _month_end(row.days.first)


def _ending_last(rows: Collection[ChargeFact]) -> list[ChargeFact]:
    last = max((row.days.last for row in rows), default=None)
    return [row for row in rows if row.days.last == last]


def _telling_rows_of_nothing(rows: Collection[ChargeFact]) -> list[ChargeFact]:
    """Rows of 0.00 of a subscription that no row of the same or a later invoice charges, or that end later."""
    paid = max(((row.month, row.invoice_id) for row in rows if row.positive), default=())
    ended = max((row.days.last for row in rows if row.positive), default=dt.date.min)
    return [row for row in rows if row.of_nothing and (row.month, row.invoice_id) > paid and row.days.last > ended]


def _gives_back_seats(row: ChargeFact, positive: Sequence[ChargeFact]) -> bool:
    return row.negative and any(row.days.share_a_day_with(other.days) and row.takes_back(other) for other in positive)


def _price_of(ending: Sequence[ChargeFact]) -> Money:
    """Of the row that starts last; a part with ratio 1 has a prorated price, so then of one that covers a cycle."""
    last = max(ending, key=_start)
    if last.whole_cycle or not last.whole_ratio:
        return last.unit
    whole = [row for row in ending if row.whole_cycle]
    return max(whole, key=_start).unit if whole else last.unit


def _start(row: ChargeFact) -> tuple[dt.date, int, int]:
    return row.days.first, row.invoice_id, row.line


def _whole(quantity: Decimal) -> Decimal:
    if quantity < 0:
        raise NotBillable(f"The quantities of the latest rows add up to {quantity:f}.")
    if quantity != quantity.to_integral_value():
        raise NotBillable(f"The quantity {quantity.normalize():f} is not a whole number.")
    return quantity


def _cycle_end(known: dt.date, day: dt.date) -> dt.date:
    """The end of the cycle in which a day lies, as one is ``known`` to have ended."""
    here = _same_day(known, day)
    return here if here >= day else _same_day(known, _month_end(day) + dt.timedelta(days=1))


def _same_day(known: dt.date, month_of: dt.date) -> dt.date:
    if known == _month_end(known):
        return _month_end(month_of)
    return month_of.replace(day=min(known.day, _month_end(month_of).day))


def _month_end(day: dt.date) -> dt.date:
    return day.replace(day=monthrange(day.year, day.month)[1])
