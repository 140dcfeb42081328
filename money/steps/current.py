"""The current quantity: what a subscription stands at by the end of a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from money.amounts import NotBillable
from money.facts import ChargeFact
from money.words import ZERO, Money


@dataclass(frozen=True, slots=True)
class Level:
    """What a subscription stands at: quantity and unit prices of its latest rows."""

    quantity: Decimal
    unit: Money  # exact, may be finer than a cent

    @property
    def unit_in_cents(self) -> Money:
        """Unit prices as a line carries them."""
        return self.unit.in_cents()


def current_level(charges: Sequence[ChargeFact]) -> Level:
    """Quantity and unit prices at the end of the period.

    The signed sum of the quantities of the rows that cover the latest end date; the prices of the
    positive one among them that starts last. Raises ``NotBillable`` when that is negative or not
    whole.
    """
    latest = max(charge.end for charge in charges)
    covering = [charge for charge in charges if charge.end == latest]
    quantity = sum((charge.signed_quantity for charge in covering), ZERO)
    if quantity < 0:
        raise NotBillable(f"The quantities of the latest rows add up to {quantity:f}.")
    if quantity != quantity.to_integral_value():
        raise NotBillable(f"The quantity {quantity.normalize():f} is not a whole number.")
    positive = [charge for charge in covering if charge.signed_quantity > 0] or covering
    last = max(positive, key=lambda charge: (charge.start, charge.invoice_id, charge.line))
    return Level(quantity, Money(last.unit_cost, last.unit_retail))


def only_rounding(charges: Sequence[ChargeFact], level: Level) -> bool:
    """True when quantity x price explains the rows, so that a difference can only be rounding."""
    return all(
        charge.ratio == 1
        and charge.signed_quantity >= 0
        and (charge.unit_cost, charge.unit_retail) == (level.unit.cost, level.unit.retail)
        for charge in charges
    ) and level.quantity == sum((charge.quantity for charge in charges), ZERO)
