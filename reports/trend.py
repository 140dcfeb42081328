"""Synced revenue, cost and margin of the last 13 months, drawn on the server."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from money.words import ZERO
from syncs.models import MonthTotal
from syncs.proving.months import MONTHS, months_until

WIDTH, HEIGHT, GAP = 40, 120, 6  # of a month's place in the drawing, in its own units


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: amounts in currency units, and where its parts stand in the drawing.

    The cost stands on the ground and the margin on the cost: together they are the revenue. Where the
    cost is higher, the difference is a loss, and stands on the revenue instead.
    """

    month: dt.date
    retail: Decimal
    cost: Decimal
    left: int
    retail_height: int
    cost_height: int

    @property
    def margin(self) -> Decimal:
        """Retail less cost."""
        return self.retail - self.cost

    @property
    def difference_top(self) -> int:
        """Where the margin or loss begins, from above."""
        return HEIGHT - max(self.retail_height, self.cost_height)

    @property
    def difference_height(self) -> int:
        """Of the margin or loss."""
        return abs(self.retail_height - self.cost_height)

    @property
    def ground_top(self) -> int:
        """Where the part begins, from above, that stands on the ground."""
        return HEIGHT - self.ground_height

    @property
    def ground_height(self) -> int:
        """Of the cost; of the revenue where it does not cover the cost."""
        return min(self.retail_height, self.cost_height)


@dataclass(frozen=True, slots=True)
class Trend:
    """A drawing of 13 months; ``scale`` are the amounts at its lines, the highest first."""

    bars: list[Bar]
    scale: list[Decimal]
    width: int = MONTHS * WIDTH
    height: int = HEIGHT
    bar_width: int = WIDTH - GAP

    @property
    def lines(self) -> list[int]:
        """Where the lines of the scale stand, from above."""
        return [HEIGHT * place // (len(self.scale) - 1) for place in range(len(self.scale))]

    @property
    def newest(self) -> Bar:
        """The newest month with anything in it."""
        return next((bar for bar in reversed(self.bars) if bar.retail or bar.cost), self.bars[-1])


def trends_of(program_ids: Collection[int], today: dt.date) -> dict[int, Trend]:
    """The trend of each program that has synced anything. One query."""
    months = months_until(today)
    by_program: dict[int, dict[dt.date, MonthTotal]] = defaultdict(dict)
    for total in MonthTotal.objects.filter(program__in=program_ids, month__gte=months[0]):
        by_program[total.program_id][total.month] = total
    return {program_id: _draw(months, totals) for program_id, totals in by_program.items()}


def _draw(months: list[dt.date], totals: dict[dt.date, MonthTotal]) -> Trend:
    top = _round_up(max((max(total.retail, total.cost) for total in totals.values()), default=ZERO))
    bars = []
    for place, month in enumerate(months):
        total = totals.get(month)
        retail, cost = (total.retail, total.cost) if total else (ZERO, ZERO)
        left = place * WIDTH + GAP // 2
        bars.append(Bar(month, retail, cost, left, _height(retail, top), _height(cost, top)))
    return Trend(bars, [top, top / 2, ZERO])


def _round_up(amount: Decimal) -> Decimal:
    """The next amount that reads well at the end of a scale: 1, 2, 4, 6, 8 or 10 times a power of ten."""
    if amount <= 0:
        return Decimal(1)
    power = Decimal(10) ** amount.adjusted()
    return next(step * power for step in map(Decimal, (1, 2, 4, 6, 8, 10)) if step * power >= amount)


def _height(amount: Decimal, highest: Decimal) -> int:
    """In units of the drawing; what is there at all can be seen, a month of credits is empty."""
    if amount <= 0:
        return 0
    return max(1, round(amount * HEIGHT / highest))
