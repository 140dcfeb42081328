"""Products of ours and of the target, for tests that need no table of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.bookkeeping.product import SourceItem, TargetItem


def make_item(number: int = 1, **over: Any) -> SourceItem:
    """A listed monthly product at 10.00 and 12.00."""
    item = SourceItem(
        product_id=number,
        key=f"sku-{number}:p1m:monthly",
        sku=f"SKU-{number}",
        name="Business Premium",
        description="",
        term="P1M",
        billing_cycle="Monthly",
        cadence="monthly",
        cost=Decimal("10.00"),
        retail=Decimal("12.00"),
    )
    return replace(item, **over)


def make_target(number: int = 900, **over: Any) -> TargetItem:
    """The target's product of the first one, as we made it but for its code."""
    target = TargetItem(str(number), "PC_SKU-1 Business Premium", "", Decimal("10.00"), Decimal("12.00"))
    return replace(target, **over)
