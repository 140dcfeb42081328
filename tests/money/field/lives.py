"""Lives of subscriptions, and the rows in which distributors bill them. It knows nothing of the product.

A life has levels: so many seats at such a price from a day on. What a line must say after an invoice, and what is
charged, follows from it by the calendar alone.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from tests.bookkeeping.source import Row

DAY = dt.timedelta(days=1)
CENT = Decimal("0.01")
EIGHT_PLACES = Decimal("0.00000001")
Days = tuple[dt.date, dt.date]  # the first and the last


@dataclass(frozen=True, slots=True)
class Level:
    """Seats at a price from a day on."""

    start: dt.date
    seats: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class Form:
    """How a distributor bills: before or after the cycle, which begins on this day of each month.

    ``change``: ``levels`` (a row for each level), ``pairs`` (the old level back and the new one, for the days that
    are left), ``whole`` (the same with the dates of the whole cycle), ``difference`` (the seats that came or went),
    ``settled`` (what was charged comes back, and a row for each level). ``refund``: what of a refund is negative.
    """

    advance: bool
    anchor: int
    change: str
    refund: str


@dataclass(frozen=True, slots=True)
class Life:
    """A subscription from its first to its last day; ``late`` and ``ordered`` are days of changes.

    A late change is told a month later, an ordered one on an invoice of its own before the month's.
    """

    name: str
    customer: str
    levels: tuple[Level, ...]
    last: dt.date | None = None
    late: frozenset[dt.date] = frozenset()
    ordered: frozenset[dt.date] = frozenset()
    rebates: tuple[tuple[str, Decimal], ...] = ()  # by month: taken off that month's cycle

    @property
    def first(self) -> dt.date:
        """The day on which it begins."""
        return self.levels[0].start

    def at(self, day: dt.date) -> Level:
        """What it is on a day."""
        return next(level for level in reversed(self.levels) if level.start <= day)

    def changes(self, days: Days) -> list[Level]:
        """The levels that begin within these days, of those that were another one before."""
        return [level for level in self.levels[1:] if days[0] <= level.start <= days[1]]

    def lives_on(self, days: Days) -> bool:
        """Whether it has a day of these."""
        return self.first <= days[1] and (self.last is None or self.last >= days[0])


def month_days(month: str) -> Days:
    """``2026-10`` as its first and its last day."""
    year, number = map(int, month.split("-"))
    return dt.date(year, number, 1), dt.date(year, number, monthrange(year, number)[1])


def month_of(day: dt.date) -> str:
    """The month of a day."""
    return f"{day:%Y-%m}"


def cycle_of(day: dt.date, anchor: int) -> Days:
    """The cycle of a day, where cycles begin on this day of each month."""
    start = day.replace(day=anchor) if day.day >= anchor else (day.replace(day=1) - DAY).replace(day=anchor)
    following = (start.replace(day=1) + 32 * DAY).replace(day=anchor)
    return start, following - DAY


# --- Rows -------------------------------------------------------------------------------------------


def charge(life: Life, level: Level, days: Days, whole: Days, *, dated: Days | None = None) -> Row:
    """So many seats for these days of a whole cycle, with these dates or others."""
    ratio = (Decimal(_length(days)) / _length(whole)).quantize(EIGHT_PLACES)
    return _row(life, level.seats, level.price, ratio, dated or days)


def refund(life: Life, form: Form, level: Level, days: Days, whole: Days, *, dated: Days | None = None) -> Row:
    """The same taken back, in one of three ways to write that."""
    row = charge(life, level, days, whole, dated=dated)
    back = replace(row, cost_amount=-row.cost_amount, retail_amount=-row.retail_amount)
    if form.refund == "seats":
        return replace(back, seats=-row.seats)
    return replace(back, cost=-row.cost, retail=-row.retail) if form.refund == "price" else back


def used(life: Life, amount: Decimal, days: Days) -> Row:
    """Usage of these days, or some of it back."""
    row = _row(life, 1, abs(amount), Decimal(1), days)
    return row if amount > 0 else replace(row, cost_amount=-row.cost_amount, retail_amount=-row.retail_amount)


def _row(life: Life, seats: int, price: Decimal, ratio: Decimal, dated: Days) -> Row:
    cost = (price * Decimal("0.8")).quantize(CENT)
    amounts = [(seats * one * ratio).quantize(CENT, ROUND_HALF_UP) for one in (cost, price)]
    start, end = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in dated)
    return Row(life.name, start, end, Decimal(seats), cost, price, ratio, *amounts)


def at_other_prices(rows: list[Row], less: Decimal) -> list[Row]:
    """The same rows, each unit of them so much cheaper (or dearer, below 0)."""
    return [_priced_otherwise(row, less) for row in rows]


def negative_of(row: Row) -> Row:
    """The row by which an invoice takes this one back."""
    return replace(row, seats=-row.seats, cost_amount=-row.cost_amount, retail_amount=-row.retail_amount)


def _priced_otherwise(row: Row, less: Decimal) -> Row:
    retail = abs(row.retail) - less
    if not row.retail or retail < less:
        return row
    cost = (retail * Decimal("0.8")).quantize(CENT)
    sign = -1 if row.retail_amount < 0 else 1
    amounts = [(abs(row.seats) * one * row.ratio).quantize(CENT, ROUND_HALF_UP) * sign for one in (cost, retail)]
    shown = -1 if row.retail < 0 else 1
    return replace(row, cost=cost * shown, retail=retail * shown, cost_amount=amounts[0], retail_amount=amounts[1])


def _length(days: Days) -> int:
    return (days[1] - days[0]).days + 1


# --- Invoices ---------------------------------------------------------------------------------------


def order_rows(life: Life, form: Form, month: str) -> list[Row]:
    """What comes before the month's invoice, on one of its own."""
    found = []
    for day in sorted(life.ordered):
        whole = cycle_of(day, form.anchor)
        if month_of(day) != month:
            continue
        if day == life.first:
            found.append(charge(life, life.levels[0], (day, whole[1]), whole))
        else:
            found += _difference(life, form, life.at(day - DAY), life.at(day), (day, whole[1]), whole)
    return found


def regular_rows(life: Life, form: Form, month: str) -> list[Row]:
    """What the month's invoice says of it."""
    rows = list(_advance_rows(life, form, month) if form.advance else _arrears_rows(life, form, month))
    return [*rows, *_rebates(life, form, month)]


def _rebates(life: Life, form: Form, month: str) -> Iterator[Row]:
    for of, amount in life.rebates:
        if of == month and (days := _billed_cycle(life, form, month)):
            back = _row(life, 1, amount, Decimal(1), days)
            yield replace(back, seats=Decimal(-1), cost_amount=-back.cost_amount, retail_amount=-back.retail_amount)


def _billed_cycle(life: Life, form: Form, month: str) -> Days | None:
    """The last whole cycle that is charged with the month's invoice."""
    first, last = month_days(month)
    day = last + DAY if form.advance and form.anchor == 1 else last if form.advance else first
    days = cycle_of(day, form.anchor)
    return days if life.first <= days[0] and (life.last is None or life.last >= days[1]) else None


def _arrears_rows(life: Life, form: Form, month: str) -> Iterator[Row]:
    for whole in _cycles(life, form, month):
        days = max(whole[0], life.first), min(whole[1], life.last or whole[1])
        if month_of(days[1]) == month and life.first not in life.ordered & {days[0]}:
            yield from _cycle_rows(life, form, days, whole)
        for level in life.changes(whole):
            if level.start in life.late and month_of(whole[1] + DAY) == month:
                yield from _pair(life, form, life.at(level.start - DAY), level, (level.start, whole[1]), whole)


def _cycles(life: Life, form: Form, month: str) -> list[Days]:
    """The cycles that touch the month or the one before, and have a day of the life."""
    first, last = month_days(month)
    touched = dict.fromkeys(cycle_of(day, form.anchor) for day in (first - DAY, first, last))
    return [days for days in touched if life.lives_on(days)]


def _cycle_rows(life: Life, form: Form, days: Days, whole: Days) -> Iterator[Row]:
    """A cycle that was never charged, or the part of it that is lived."""
    told = [x for x in life.changes((days[0] + DAY, days[1])) if x.start not in life.late | life.ordered]
    untold = life.changes((days[0] + DAY, days[1])) != told
    if form.change in ("levels", "settled") and not untold:
        yield from _levels(life, days, whole)
        return
    yield charge(life, life.at(days[0]), (days[0], whole[1]), whole)
    yield from _changed(life, form, told, whole)
    if days[1] < whole[1]:
        yield refund(life, form, life.at(days[1]), (days[1] + DAY, whole[1]), whole)


def _levels(life: Life, days: Days, whole: Days) -> Iterator[Row]:
    starts = [days[0], *(level.start for level in life.changes((days[0] + DAY, days[1])))]
    ends = [*(start - DAY for start in starts[1:]), days[1]]
    for start, end in zip(starts, ends, strict=True):
        yield charge(life, life.at(start), (start, end), whole)


def _changed(life: Life, form: Form, changes: list[Level], whole: Days) -> Iterator[Row]:
    for level in changes:
        before = life.at(level.start - DAY)
        days = level.start, whole[1]
        if form.change == "difference" and before.price == level.price:
            yield from _difference(life, form, before, level, days, whole)
        else:
            yield from _pair(life, form, before, level, days, whole)


def _pair(life: Life, form: Form, before: Level, after: Level, days: Days, whole: Days) -> Iterator[Row]:
    # Rows of one start would not say which of two prices is the later one.
    dated = whole if form.change == "whole" and before.price == after.price else days
    yield refund(life, form, before, days, whole, dated=dated)
    yield charge(life, after, days, whole, dated=dated)


def _difference(life: Life, form: Form, before: Level, after: Level, days: Days, whole: Days) -> Iterator[Row]:
    seats = after.seats - before.seats
    if seats > 0:
        yield charge(life, replace(after, seats=seats), days, whole)
    else:
        yield refund(life, form, replace(after, seats=-seats), days, whole)


def _advance_rows(life: Life, form: Form, month: str) -> Iterator[Row]:
    days = month_days(month)
    for whole in _cycles(life, form, month):
        news = _first_day_charged_now(life, form, whole, days)
        if news and news not in life.ordered:
            yield charge(life, life.at(news), (news, whole[1]), whole)
        yield from _changes_of_a_charged_cycle(life, form, whole, days, fresh=news is not None)
    if form.anchor == 1 and life.first <= days[1] and (life.last is None or life.last > days[1]):
        following = cycle_of(days[1] + DAY, 1)
        yield charge(life, life.at(days[1]), following, following)


def _first_day_charged_now(life: Life, form: Form, whole: Days, month: Days) -> dt.date | None:
    """Where the life or, of those with a day of their own, the cycle begins in this month."""
    if whole[0] <= life.first:
        day = life.first
    elif form.anchor > 1:
        day = whole[0]
    else:
        return None
    return day if month[0] <= day <= month[1] else None


def _changes_of_a_charged_cycle(life: Life, form: Form, whole: Days, month: Days, *, fresh: bool) -> Iterator[Row]:
    days = max(month[0], whole[0], life.first + DAY), min(month[1], whole[1])
    told = [level for level in life.changes(days) if level.start > whole[0] and level.start not in life.ordered]
    ends = life.last is not None and month[0] <= life.last <= month[1] and whole[0] <= life.last < whole[1]
    if form.change == "settled" and not fresh and (told or ends) and life.changes(whole) == told:
        yield refund(life, form, life.at(whole[0]), whole, whole)
        yield from _levels(life, (whole[0], life.last if ends and life.last else whole[1]), whole)
        return
    yield from _changed(life, form, told, whole)
    if ends and life.last:
        yield refund(life, form, life.at(life.last), (life.last + DAY, whole[1]), whole)


# --- What must stand --------------------------------------------------------------------------------


def line_after(life: Life, form: Form, month: str) -> Level | None:
    """The level that its line shows once the month's invoice is there; None where it has no line."""
    first, last = month_days(month)
    if form.advance:
        return life.at(last) if life.first <= last and (life.last is None or life.last > last) else None
    cycle = cycle_of(first, form.anchor)  # the one that ends in the month
    runs_on = life.last is None or life.last == cycle[1] or life.last > last
    if life.first > cycle[1] or not runs_on:
        return None
    return next(level for level in reversed(life.levels) if _is_told(life, level, cycle))


def _is_told(life: Life, level: Level, cycle: Days) -> bool:
    """A late change of a cycle is told when the cycle is over."""
    return level.start < cycle[0] or (level.start <= cycle[1] and level.start not in life.late)
