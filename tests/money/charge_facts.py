"""A row as planning is told it, for tests of arithmetic that no month is needed for."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

from tests.bookkeeping.product import ChargeFact, Days

_numbers = itertools.count(1)


def make_charge(
    *, seats: str = "10", ratio: str = "1", cost_amount: str | None = None, amount: str | None = None
) -> ChargeFact:
    """A row of October at 10.00 and 12.00; its amounts are seats x price x ratio unless given."""
    number, count, share = next(_numbers), Decimal(seats), Decimal(ratio)
    cost, retail = Decimal("10.00"), Decimal("12.00")
    return ChargeFact(
        pk=number,
        invoice_id=1,
        invoice_number="I1",
        line=number,
        start=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
        end=dt.datetime(2026, 10, 31, tzinfo=dt.UTC),
        days=Days(dt.date(2026, 10, 1), dt.date(2026, 10, 31)),
        quantity=count,
        unit_cost=cost,
        unit_retail=retail,
        ratio=share,
        cost=count * cost * share if cost_amount is None else Decimal(cost_amount),
        retail=count * retail * share if amount is None else Decimal(amount),
    )
