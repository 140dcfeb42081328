"""What rows and lines come to: sums of rows, quantity x price to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connectors.records import LineValues, TemplateLine
from money.facts import ChargeFact, OwnLine
from money.words import ZERO, Money, cut_to_hundredths, from_cents, round_to_cent


class NotBillable(Exception):
    """The charges do not give a quantity that a line could carry; the text says why."""


def sum_charges(charges: Sequence[ChargeFact]) -> Money:
    """What the source charges for them, exactly."""
    return Money(sum((c.cost for c in charges), ZERO), sum((c.retail for c in charges), ZERO))


def units_charged(charges: Sequence[ChargeFact]) -> Decimal:
    """Sum of quantity x ratio: how many full periods of one unit were charged. A rebate gives no units back."""
    return sum((c.signed_quantity * c.ratio for c in charges if not _is_rebate(c, charges)), ZERO)


def _is_rebate(charge: ChargeFact, charges: Sequence[ChargeFact]) -> bool:
    """Whether it takes something off rows of its days, and the unit price of none of them."""
    beside = [one for one in charges if one.positive and one.days.share_a_day_with(charge.days)]
    return charge.negative and bool(beside) and not any(charge.takes_back(one) for one in beside)


def times(quantity: Decimal, unit: Money) -> Money:
    """Amount of a line: quantity x unit price, in whole cents."""
    return Money(round_to_cent(quantity * unit.cost), round_to_cent(quantity * unit.retail))


def amount_of_values(line: LineValues | TemplateLine | OwnLine) -> Money:
    """What a line comes to, in currency units."""
    return times(line.quantity, Money(from_cents(line.cost_cents), from_cents(line.retail_cents)))


def unit_of_row(charge: ChargeFact, amount: Money) -> Money | None:
    """The row's unit prices, if a line with them and the row's quantity comes to exactly ``amount``."""
    quantity, unit = charge.signed_quantity, Money(charge.unit_cost, charge.unit_retail)
    if quantity <= 0 or quantity != cut_to_hundredths(quantity) or unit != unit.in_cents():
        return None
    exact = (quantity * unit.cost, quantity * unit.retail) == (amount.cost, amount.retail)
    return unit if exact else None
