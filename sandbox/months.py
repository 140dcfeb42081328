"""Calendar arithmetic: whole months, and the days on which a template runs."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator

ONE_DAY = dt.timedelta(days=1)

_MONTHS_OF_FREQUENCY = {
    "Monthly": 1,
    "Quarterly": 3,
    "Semi-Annually": 6,
    "Annually": 12,
    "Biennially": 24,
    "Triennially": 36,
}
_DAYS_OF_FREQUENCY = {"Daily": 1, "Weekly": 7, "Biweekly": 14}

# Syncro API document, POST /schedules: the exact spelling of the nine words.
FREQUENCIES = (*_DAYS_OF_FREQUENCY, *_MONTHS_OF_FREQUENCY)


def first_of(day: dt.date) -> dt.date:
    """The first day of that day's month."""
    return day.replace(day=1)


def last_of(day: dt.date) -> dt.date:
    """The last day of that day's month."""
    return day.replace(day=days_in_month(day))


def days_in_month(day: dt.date) -> int:
    """How many days that day's month has."""
    return calendar.monthrange(day.year, day.month)[1]


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    first = dt.date(index // 12, index % 12 + 1, 1)
    return first.replace(day=min(day.day, days_in_month(first)))


def days_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every day from ``first`` to ``last``, both included."""
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


def months_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The first day of every month from that of ``first`` to that of ``last``."""
    month = first_of(first)
    while month <= last:
        yield month
        month = add_months(month, 1)


def next_run_after(day: dt.date, frequency: str) -> dt.date:
    """When a template of that frequency runs again after it ran on ``day``."""
    if frequency in _DAYS_OF_FREQUENCY:
        return day + dt.timedelta(days=_DAYS_OF_FREQUENCY[frequency])
    return add_months(day, _MONTHS_OF_FREQUENCY[frequency])
