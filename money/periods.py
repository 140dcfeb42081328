"""Which period a row belongs to, and periods as people read them."""

from __future__ import annotations

import datetime as dt

from connectors.records import InvoiceRow
from money.enums import Motion
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


def period_of(row: InvoiceRow, motion: Motion | None) -> str:
    """The month of the charge's start, or both dates of an annual one, in the offset they carry."""
    if motion is not None and MOTIONS[motion].dated:
        return f"{row.start:%Y-%m-%d}/{row.end:%Y-%m-%d}"
    return f"{row.start:%Y-%m}"
