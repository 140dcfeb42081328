"""From the charges of a period to quantities, prices and differences, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from connectors.records import LineValues, TemplateLine
from money.facts import ChargeFact, OwnLine
from money.words import CENT, NOTHING, ZERO, Money, cut_to_hundredths, from_cents, round_to_cent


class NotBillable(Exception):
    """The charges do not give a quantity that a line could carry; the text says why."""


@dataclass(frozen=True, slots=True)
class Level:
    """What a subscription stands at: quantity and unit prices of its latest rows."""

    quantity: Decimal
    unit: Money  # exact, may be finer than a cent

    @property
    def unit_in_cents(self) -> Money:
        """Unit prices as a line carries them."""
        return self.unit.in_cents()


@dataclass(frozen=True, slots=True)
class Split:
    """What a period puts on its recurring line, and what is left of the source's amount.

    ``rounds``: a rest within the tolerance can only be rounding, so it needs no line.
    """

    quantity: Decimal
    unit: Money  # whole cents
    recurring: Money
    rounds: bool
    fell_back: bool = False  # to a decimal quantity, to avoid a negative amount


def sum_charges(charges: Sequence[ChargeFact]) -> Money:
    """What the source charges for them, exactly."""
    return Money(sum((c.cost for c in charges), ZERO), sum((c.retail for c in charges), ZERO))


def units_charged(charges: Sequence[ChargeFact]) -> Decimal:
    """Sum of quantity x ratio: how many full periods of one unit were charged."""
    return sum((c.signed_quantity * c.ratio for c in charges), ZERO)


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


def split_period(charges: Sequence[ChargeFact], style: str, *, negatives: bool, tolerance: Decimal) -> Split:
    """Divide a period by the proration style of the program.

    ``negatives`` is False where the target refuses negative amounts: then a period whose
    difference would be negative falls back to a decimal quantity. Raises ``NotBillable``.
    """
    level = current_level(charges)
    unit = level.unit_in_cents
    if style == "quantity":
        quantity = units_charged(charges).quantize(CENT, rounding=ROUND_HALF_UP)
        if quantity < 0:
            raise NotBillable(f"Quantity x ratio adds up to {quantity:f}.")
        split = Split(quantity, unit, times(quantity, unit), rounds=True)
    else:
        recurring = times(level.quantity, unit)
        split = Split(level.quantity, unit, recurring, only_rounding(charges, level))
    if negatives or style == "warn":  # where the difference is not written, it may be negative
        return split
    difference, _ = split_rest(sum_charges(charges) - split.recurring, rounds=split.rounds, tolerance=tolerance)
    return _split_without_negatives(charges, level) if difference.negative else split


def _split_without_negatives(charges: Sequence[ChargeFact], level: Level) -> Split:
    """The largest quantity of two places at which neither side of the rest is negative."""
    unit, total = level.unit_in_cents, sum_charges(charges)
    ratios = [amount / price for amount, price in ((total.cost, unit.cost), (total.retail, unit.retail)) if price > 0]
    quantity = cut_to_hundredths(min(ratios)) if ratios else level.quantity
    exact = Money(quantity * unit.cost, quantity * unit.retail)
    if not (total - exact).negative and (total - times(quantity, unit)).in_cents().negative:
        quantity -= CENT  # the line came to half a cent, which was rounded up
    if quantity < 0:
        raise NotBillable("The rows add up to a negative amount, which the target refuses.")
    return Split(quantity, unit, times(quantity, unit), rounds=False, fell_back=True)


def split_rest(rest: Money, *, rounds: bool, tolerance: Decimal) -> tuple[Money, Money]:
    """``rest`` as (amount of an adjustment line in whole cents, rounding)."""
    if rounds and rest.within(tolerance):
        return NOTHING, rest
    adjustment = rest.in_cents()
    return adjustment, rest - adjustment


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
