"""Whose a subscription was on the days of a row: it can move to another tenant before its month is invoiced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from money.days import Days


@dataclass(frozen=True, slots=True)
class Stay:
    """From when until when a subscription was seen at a customer; without ``last``, it is there still."""

    customer: int
    first: dt.date
    last: dt.date | None = None

    def has_day_of(self, days: Days) -> bool:
        """Whether it was seen there before the row ended, and still when it began or later."""
        return self.first <= days.last and (self.last is None or self.last >= days.first)


@dataclass(frozen=True, slots=True)
class Whose:
    """The customer whose a row is; ``untold``: nobody can say, though it was somebody's."""

    customer: int | None
    untold: bool = False


def whose_row(days: Days, stays: Sequence[Stay], today: int | None, named: Collection[int]) -> Whose:
    """Whom a row of these days charges.

    ``stays`` are those of a subscription that moved, in their order, the last one where it is today; ``named`` are the
    customers of whom the row's words tell. Of the customers that had it the row's own word decides, else who had it
    first of the row's days. A row that lies between two stays is untold; one from before all of them is of today's.
    """
    had = [stay.customer for stay in stays]
    said = [customer for customer in named if customer in had]
    if len(set(said)) == 1:
        return Whose(said[0])
    if there := next((stay for stay in stays if stay.has_day_of(days)), None):
        return Whose(there.customer)
    if any(stay.last is not None and stay.last < days.first for stay in stays):
        return Whose(None, untold=True)
    return Whose(today)
