"""How often a schedule runs, in Syncro's words."""

from __future__ import annotations

from connectors.records import MONTHLY, Cadence, Interval

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
_YEARLY = frozenset({Interval(months=12), Interval(months=24), Interval(months=36)})
_FITTING = {Cadence.MONTHLY: {MONTHLY}, Cadence.USAGE: {MONTHLY}, Cadence.ANNUAL: _YEARLY}


def interval_of(frequency: str) -> Interval | None:
    """What a frequency means; None for a word that is not known."""
    return _INTERVALS.get(frequency.strip().casefold())


def frequency_fits(frequency: str, cadence: Cadence) -> bool:
    """Whether a template of this frequency suits charges that come so, without a warning."""
    return interval_of(frequency) in _FITTING.get(cadence, frozenset())
