"""How often a schedule runs, in Syncro's words."""

from __future__ import annotations

from connectors.records import MONTHLY, Interval

_INTERVALS = {
    "daily": Interval(days=1),
    "weekly": Interval(days=7),
    "biweekly": Interval(days=14),
    "monthly": MONTHLY,
    "quarterly": Interval(months=3),
    "semi-annually": Interval(months=6),
    "annually": Interval(months=12),
    "biennially": Interval(months=24),
    "triennially": Interval(months=36),
}


def interval_of(frequency: str) -> Interval | None:
    """What a frequency means; None for a word that is not known."""
    return _INTERVALS.get(frequency.strip().casefold())
