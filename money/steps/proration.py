"""Proration style: what quantity x price of a line stands for, and what is left for a difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from money.amounts import NotBillable, sum_charges, times, units_charged
from money.enums import Because, Prorations, Style
from money.facts import ChargeFact
from money.month.levels import Level
from money.steps.amounts import Amounts, Answer, Terms
from money.words import CENT, NOTHING, ZERO, Money, cut_to_hundredths


@dataclass(frozen=True, slots=True)
class Split:
    """What a period puts on its recurring line, and what is left of the source's amount."""

    quantity: Decimal
    recurring: Money
    fell_back: bool = False  # to a decimal quantity, to avoid a negative amount


def prorate(amounts: Amounts, terms: Terms) -> Answer:
    """Divide an amount into quantity x price and the rest, as its motion is billed."""
    if amounts.style is Style.RECURRING_LINE:
        return _divide_period(amounts, terms)
    whole = amounts.charged.in_cents()
    made = replace(amounts, rounding=amounts.charged - whole)
    if amounts.quantity:
        return replace(made, placed=whole), None
    return replace(made, rest=whole, rest_units=amounts.units), Because.NOT_EXACT


def _divide_period(amounts: Amounts, terms: Terms) -> Answer:
    rules = terms.rules
    # What is billed is not split anew: a negative rest is held, and the line stays whole.
    negatives = rules.negative_lines or terms.settled or terms.whole
    level = Level(amounts.quantity, amounts.unit)
    split = split_period(amounts.rows, level, rules.prorations, negatives=negatives, tolerance=rules.tolerance)
    counts = not (terms.settled or terms.whole)  # what no recurring line stands for is a difference as a whole
    open_amount = amounts.charged - (split.recurring if counts else NOTHING)
    rest = split_rest(open_amount, tolerance=ZERO if terms.whole else rules.tolerance)
    made = replace(
        amounts,
        quantity=split.quantity,
        placed=split.recurring,
        rest=rest.amount,
        only_cost=rest.only_cost,
        rest_units=None if terms.settled else amounts.units - (ZERO if terms.whole else split.quantity),
        rounding=rest.rounding,
    )
    return made, Because.DECIMAL_QUANTITY if split.fell_back else None


def split_period(
    charges: Sequence[ChargeFact], level: Level, style: Prorations, *, negatives: bool, tolerance: Decimal
) -> Split:
    """Divide a period by the proration style of the program.

    ``negatives`` is False where the target refuses negative amounts: then a period whose
    difference would be negative falls back to a decimal quantity. Raises ``NotBillable``.
    """
    unit = level.unit_in_cents
    if style == Prorations.QUANTITY:
        quantity = units_charged(charges).quantize(CENT, rounding=ROUND_HALF_UP)
        if quantity < 0:
            raise NotBillable(f"Quantity x ratio adds up to {quantity:f}.")
        split = Split(quantity, times(quantity, unit))
    else:
        split = Split(level.quantity, times(level.quantity, unit))
    if negatives or style == Prorations.WARN:  # where the difference is not written, it may be negative
        return split
    difference = split_rest(sum_charges(charges) - split.recurring, tolerance=tolerance).amount
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
    return Split(quantity, times(quantity, unit), fell_back=True)


@dataclass(frozen=True, slots=True)
class OpenRest:
    """What quantity x price does not stand for: an amount for a line, rounding, a cost without a line."""

    amount: Money = NOTHING
    rounding: Money = NOTHING
    only_cost: Decimal = ZERO


def split_rest(rest: Money, *, tolerance: Decimal) -> OpenRest:
    """A difference within the tolerance is rounding, whatever its cause; one in cost alone has no line."""
    if rest.within(tolerance):
        return OpenRest(rounding=rest)
    if abs(rest.retail) <= tolerance:
        return OpenRest(rounding=Money(ZERO, rest.retail), only_cost=rest.cost)
    amount = rest.in_cents()
    return OpenRest(amount, rest - amount)
