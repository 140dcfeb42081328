"""The two sides of every amount."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.money import ZERO


@dataclass(frozen=True, slots=True)
class Money:
    """Cost (the partner pays) and retail (the customer pays), in the invoice's currency."""

    cost: Decimal = ZERO
    retail: Decimal = ZERO
