"""From the words of a record to those of today's product. A later move that renames something changes them here."""

from __future__ import annotations

import calendar
import datetime as dt

from money.enums import LineState, PartRole, PartState
from tests.replay import form

ROLES: dict[str, PartRole] = {
    "recurring": PartRole.RECURRING,
    "adjustment": PartRole.ADJUSTMENT,
    "usage": PartRole.USAGE,
    "annual charge": PartRole.CHARGE,
    "credit": PartRole.CREDIT,
    "not billed before": PartRole.CATCH_UP,
}
PART_STATES: dict[str, PartState] = {
    "to be written": PartState.PLANNED,
    "written": PartState.SYNCED,
    "billed": PartState.BILLED,
    "held": PartState.HELD,
    "excluded": PartState.EXCLUDED,
    "failed": PartState.FAILED,
}
LINE_STATES: dict[str, LineState] = {
    "stands": LineState.STANDING,
    "gone": LineState.LOST,
    "taken off": LineState.REMOVED,
    "billed": LineState.BILLED,
}
PRICINGS = {"cost_and_retail": (True, True), "cost_only": (True, False), "quantity_only": (False, False)}


def period_of(motion: str, days: form.Days | None) -> str:
    """The product's name for these days: ``2026-09``, of annual charges ``2026-09-05/2027-09-04``; "" without days."""
    if days is None:
        return ""
    first, last = days
    return f"{first}/{last}" if motion == "seat_annual" else f"{first:%Y-%m}"


def days_of(period: str) -> form.Days | None:
    """The inverse of ``period_of``."""
    if not period:
        return None
    if "/" in period:
        first, last = period.split("/")
        return dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    first_day = dt.date.fromisoformat(f"{period}-01")
    return first_day, first_day.replace(day=calendar.monthrange(first_day.year, first_day.month)[1])
