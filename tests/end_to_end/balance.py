"""The identity of the balance, computed here and not by the product."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

BUCKETS = ("synced", "rounding", "held", "excluded", "not_mapped", "unknown", "failed")


def adds_up(balance: dict[str, Any]) -> bool:
    """Whether every cent of an invoice is in one bucket, in retail and in cost."""
    for side in ("retail", "cost"):
        told = balance[side]
        if sum(Decimal(told[name]) for name in BUCKETS) != Decimal(told["source_total"]):
            return False
        if Decimal(told["total"]) != Decimal(told["source_total"]) + Decimal(told["rules"]):
            return False
    return True
