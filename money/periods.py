"""Which period a row belongs to, and periods as people read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from money.days import DAY, Days
from money.enums import Motion, MotionCause
from money.motions import MOTIONS


def period_label(period: str) -> str:
    """``2026-09`` as ``Sep 2026``; ``2026-09-05/2027-09-04`` as ``05 Sep 2026 to 04 Sep 2027``."""
    if "/" in period:
        first, last = period.split("/")
        return f"{day_label(dt.date.fromisoformat(first))} to {day_label(dt.date.fromisoformat(last))}"
    year, month = period.split("-")
    return dt.date(int(year), int(month), 1).strftime("%b %Y")


def day_label(day: dt.date) -> str:
    """``01 Oct 2026``."""
    return day.strftime("%d %b %Y")


def months_between(first: dt.date, last: dt.date) -> int:
    """Whole calendar months from one date's month to another's."""
    return (last.year - first.year) * 12 + last.month - first.month


def month_after(period: str) -> dt.date:
    """First day of the month after a monthly period."""
    year, month = (int(part) for part in period.split("-"))
    return dt.date(year + month // 12, month % 12 + 1, 1)


def first_day_of(period: str) -> dt.date:
    """The first day of a monthly period, or of one of two dates."""
    return dt.date.fromisoformat(period[:10] if "/" in period else f"{period}-01")


def last_day_of(period: str) -> dt.date:
    """The last day of a monthly period."""
    return month_after(period) - DAY


def cycle_of(days: Days, cycles: Iterable[Days], charged: Iterable[Days] = ()) -> Days:
    """The cycle of which these days are a part, where no earlier invoice charged it; elsewhere the days as they are.

    ``cycles``: whole months that the subscription is known to have had. In arrears a cycle comes together with what
    changed in it: all of that is one period, also where the cycle goes on into another calendar month.
    """
    known = [one for one in cycles if one.months == 1 and one.first <= days.first]
    if days.months or not known:
        return days
    cycle = max(known).around(days.first)
    over = any(one.months and one.cover(cycle) for one in charged)
    return cycle if cycle.cover(days) and not over else days


def period_of(days: Days, motion: Motion | None, cause: MotionCause | None = None) -> str:
    """The month in which a charge starts, or both dates of an annual or one-time one.

    Charges of single days are metered: their period is the first and the last day of their month.
    """
    if cause is MotionCause.ONE_DAY:
        return str(month_of_day(days.first))
    if cause is MotionCause.ONCE or (motion is not None and MOTIONS[motion].dated):
        return str(days)
    return f"{days.first:%Y-%m}"


def periods_of(days: Days) -> tuple[str, ...]:
    """Every period that a charge of these days can have, whatever its motion and cycle."""
    before = days.first.replace(day=1) - DAY
    return f"{days.first:%Y-%m}", f"{before:%Y-%m}", str(days), str(month_of_day(days.first))


def month_of_day(day: dt.date) -> Days:
    """The calendar month around a day."""
    first = day.replace(day=1)
    return Days(first, month_after(f"{day:%Y-%m}") - DAY)
