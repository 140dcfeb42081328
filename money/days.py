"""The days of a row, both included, in the offset that the source gives them; never in UTC."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

DAY = dt.timedelta(days=1)
_MONTH_LENGTHS = range(28, 32)
_CYCLES = (1, 3, 6, 12, 24, 36, 60)  # months that a cycle of the field has
_MIDNIGHT = dt.time()
_WHOLE = Decimal("0.001")  # how far a ratio may be from 1: less than half a day of a year
_FRACTION_OF_A_DAY = Decimal("0.2")  # what rounding a ratio to two digits makes of a month's days


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """A first and a last day, both included."""

    first: dt.date
    last: dt.date

    def __str__(self) -> str:
        return f"{self.first}/{self.last}"

    @classmethod
    def read(cls, text: str) -> Days:
        """The inverse of ``str``."""
        first, last = text.split("/")
        return cls(dt.date.fromisoformat(first), dt.date.fromisoformat(last))

    @property
    def count(self) -> int:
        """How many days these are; below 1 where the last day lies before the first."""
        return (self.last - self.first).days + 1

    @property
    def after(self) -> dt.date:
        """The day after the last one."""
        return self.last + DAY

    @property
    def months(self) -> int:
        """How many months these days are exactly, from any day of a month; 0 where they are no whole months.

        A cycle that began on the 31st goes on at the end of a shorter month: 31 Jan to 27 Feb and 28 Feb to
        30 Mar are a month each.
        """
        return _whole_months(self.first, self.last)

    def around(self, day: dt.date) -> Days:
        """The month of this rhythm in which a day lies; these days are a whole one themselves."""
        number = (day.year - self.first.year) * 12 + day.month - self.first.month
        if _months_later(self.first, number) > day:
            number -= 1
        return Days(_months_later(self.first, number), _months_later(self.first, number + 1) - DAY)

    def share_a_day_with(self, other: Days) -> bool:
        """Whether the two have a day in common."""
        return self.first <= other.last and other.first <= self.last

    def cover(self, other: Days) -> bool:
        """Whether every day of the other is among these."""
        return self.first <= other.first and other.last <= self.last

    def cover_day(self, day: dt.date) -> bool:
        """Whether the day is among these."""
        return self.first <= day <= self.last

    def follow(self, other: Days) -> bool:
        """Whether these begin the day after the other's last one."""
        return self.first == other.after


def days_of(start: dt.datetime, end: dt.datetime, *, ratio: Decimal, starts: Collection[dt.datetime] = ()) -> Days:
    """The days of a row as its own offset counts them; ``starts`` are those of its subscription on the invoice.

    An end of 00:00:00 and one of 23:59:59 are the same last day. 00:00:00 is the midnight after the last
    day where it lies a whole cycle after the start, where a row of the subscription begins at just that
    moment and this one does not, or where it is the end of a month whose days the ratio counts without it.
    Days that are a whole cycle, or that the ratio counts, are what they say, whatever else begins then.
    """
    days = Days(start.date(), end.date())
    if end.timetz().replace(tzinfo=None) != _MIDNIGHT or days.count <= 1:
        return days
    shorter = Days(days.first, days.last - DAY)
    if shorter.months in _CYCLES and (end.day == start.day or not days.months):
        return shorter
    if days.months or is_part_of_month(days, ratio):
        return days
    begins_then = any(other.date() == days.last for other in starts)
    after_the_month = days.last.day == 1 and is_part_of_month(shorter, ratio)
    return shorter if begins_then or after_the_month else days


def is_whole(ratio: Decimal) -> bool:
    """Whether a ratio is 1, but for rounding: all of the days are charged."""
    return abs(ratio - 1) < _WHOLE


def covers_cycle(days: Days, ratio: Decimal) -> bool:
    """Whether whole months are charged as a whole."""
    return days.months > 0 and is_whole(ratio)


def is_part_of_month(days: Days, ratio: Decimal) -> bool:
    """Whether a ratio says that these days were charged of a month: ratio x days of the month is their number."""
    lengths = (length for length in _MONTH_LENGTHS if days.count < length)
    return not is_whole(ratio) and any(abs(ratio * length - days.count) <= _FRACTION_OF_A_DAY for length in lengths)


@lru_cache(maxsize=4096)  # an invoice has many rows of the same days
def _whole_months(first: dt.date, last: dt.date) -> int:
    after = last + DAY
    months = (after.year - first.year) * 12 + after.month - first.month
    same = after.day == first.day
    shortened = after.day < first.day and _ends_month(after)
    lengthened = after.day > first.day and _ends_month(first)
    return max(months, 0) if same or shortened or lengthened else 0


def _months_later(day: dt.date, number: int) -> dt.date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _ends_month(day: dt.date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]
