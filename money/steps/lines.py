"""Lines: what each of them carries, in the prices that are billed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from money.amounts import times
from money.enums import Because
from money.steps.amounts import ONE, Amounts, Answer, LineAmount, Terms
from money.words import ZERO, Money, round_to_cent


def draw_lines(amounts: Amounts, terms: Terms) -> Answer:
    """Quantity x price on the main line; the rest, where there is one, on a line of its own."""
    made = replace(amounts, main=LineAmount(amounts.quantity, amounts.price, amounts.placed))
    if not amounts.rest:
        return made, None
    own = terms.synced_or(amounts.rest, _in_own_prices(amounts, terms))
    return replace(made, difference=LineAmount(ONE, own, amounts.rest)), Because.DIFFERENCE


def _in_own_prices(amounts: Amounts, terms: Terms) -> Money:
    """The rest by its units; where its main line is billed they cannot be told, and follow from the source's price."""
    if amounts.rest_units is not None:
        return times(amounts.rest_units, amounts.price) - terms.billed
    return Money(
        _in_proportion(amounts.rest.cost, amounts.unit.cost, amounts.price.cost),
        _in_proportion(amounts.rest.retail, amounts.unit.retail, amounts.price.retail),
    )


def _in_proportion(rest: Decimal, source_price: Decimal, own_price: Decimal) -> Decimal:
    return round_to_cent(rest / source_price * own_price) if source_price else ZERO
