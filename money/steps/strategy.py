"""Pricing strategy: which unit price is billed."""

from __future__ import annotations

from dataclasses import replace

from money.enums import Because
from money.steps.amounts import Amounts, Answer, Terms


def apply_strategy(amounts: Amounts, terms: Terms) -> Answer:
    """A price that is not synced stays as it stands on the line; a new line takes the target product's."""
    source = amounts.unit.in_cents()
    kept = terms.product if terms.standing is None else terms.standing
    price = terms.synced_or(source, source if kept is None else kept)
    return replace(amounts, price=price), None if price == source else Because.KEPT_PRICE
