"""What rows ask for, read by hand as the specification says it. It knows nothing of the product, nor of lives."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from tests.bookkeeping.source import Row

CENT = Decimal("0.01")


def is_negative(row: Row) -> bool:
    """By its amount, however quantity and price are signed."""
    return row.retail_amount < 0


def is_free(row: Row) -> bool:
    """A row of 0.00, of which nobody can tell the sign."""
    return not row.retail_amount and not row.cost_amount


def days(row: Row) -> tuple[dt.date, dt.date]:
    """Its first and its last day."""
    return row.start.date(), row.end.date()


def share_a_day(one: Row, other: Row) -> bool:
    """Whether some day is in both."""
    return one.start <= other.end and other.start <= one.end


def total(rows: Iterable[Row]) -> Decimal:
    """The retail of rows."""
    return sum((row.retail_amount for row in rows), Decimal(0))


def takes_back(row: Row, others: Iterable[Row]) -> bool:
    """Whether the price of a negative row is, within a cent, that of one of these positive ones."""
    return any(abs(abs(row.retail) - other.retail) <= CENT for other in others if not is_negative(other))


@dataclass(slots=True)
class Reading:
    """The rows of one subscription, invoice after invoice; ``credits`` are those that wait for a person."""

    rows: list[Row] = field(default_factory=list)
    credits: list[list[Row]] = field(default_factory=list)

    def read(self, invoice: list[Row]) -> None:
        """One more invoice: its groups, with the waiting credits that share their days."""
        groups, self.credits = self._groups(invoice), []
        for group in groups:
            self._judge(group)
        self.rows += invoice

    def _groups(self, invoice: list[Row]) -> list[list[Row]]:
        groups = [list(credit) for credit in self.credits] + [[row] for row in invoice]
        joined = True
        while joined:
            joined = False
            for group in groups:
                other = next((one for one in groups if one is not group and _belong_together(group, one)), None)
                if other is not None:
                    groups = [one for one in groups if one is not group and one is not other] + [group + other]
                    joined = True
                    break
        return groups

    def _judge(self, group: list[Row]) -> None:
        if total(group) >= 0:
            return
        apart = [row for row in group if is_negative(row) and not takes_back(row, [*self.rows, *group])]
        rest = [row for row in group if row not in apart]
        self.credits += [[row] for row in apart]
        if rest and total(rest) < 0:
            self.credits.append(rest)

    @property
    def waiting(self) -> Decimal:
        """The money of the waiting credits."""
        return sum(map(total, self.credits), Decimal(0))

    def seats(self) -> tuple[Decimal, Decimal]:
        """Current quantity and unit price: of the positive rows that end last, less what of them came back.

        As long as nothing is paid for, those of the row of 0.00 that starts last.
        """
        positive = [row for row in self.rows if not is_negative(row) and not is_free(row)]
        if not positive:
            free = max(self.rows, key=lambda row: row.start)
            return abs(free.seats), free.retail
        end = max(row.end for row in positive)
        last = [row for row in positive if row.end == end]
        back = [
            row
            for row in self.rows
            if is_negative(row)
            and row.end == end
            and takes_back(row, [one for one in positive if share_a_day(row, one)])
        ]
        quantity = sum(abs(row.seats) for row in last) - sum(abs(row.seats) for row in back)
        return Decimal(quantity), max(last, key=lambda row: row.start).retail


def _belong_together(group: list[Row], other: list[Row]) -> bool:
    """A negative row and every row that shares a day with it are one group."""
    return any(share_a_day(a, b) and (is_negative(a) or is_negative(b)) for a in group for b in other)


def by_subscription(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of an invoice, by subscription."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.subscription].append(row)
    return found
