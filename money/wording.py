"""What a line is called, and what it says to the end customer. The mark is added where it is placed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from money.enums import PartRole
from money.facts import ChargeFact, PeriodFact, ProductFact
from money.periods import period_label
from money.words import one_line, plain_quantity, shown

MOST_NAMED = 6  # rows of a credit


def line_name(product: ProductFact, period: PeriodFact, role: PartRole) -> str:
    """The name of a new line: that of its product, and what it is where that is not the month's amount."""
    name = product.name
    if role is PartRole.ADJUSTMENT:
        return f"{name} (adjustment, {period_label(period.period)})"
    if role is PartRole.CREDIT:
        return f"{name} (credit, {period_label(period.period)})"
    return name


def product_name(period: PeriodFact) -> str:
    """Name of the product in one line, for people."""
    return one_line(period.product.name) if period.product else period.subscription


def adjustment_text(period: PeriodFact) -> str:
    """What the difference of a period says."""
    return f"Adjustment, {period_label(period.period)}: {product_name(period)}"


def credit_text(period: PeriodFact) -> str:
    """What is given back."""
    return f"Credit, {period_label(period.period)}: {product_name(period)}"


def usage_text(period: PeriodFact) -> str:
    """What the usage of a month says."""
    return f"{product_name(period)}, usage {period_label(period.period)}"


def charge_text(period: PeriodFact) -> str:
    """What an annual charge says: its product and days."""
    return f"{product_name(period)}, {period_label(period.period)}"


def rows_text(charges: Iterable[ChargeFact]) -> str:
    """How an amount came about that is not quantity x price: ``8 x ratio 0.7 + 2 x ratio 1``."""
    return " + ".join(
        f"{plain_quantity(charge.signed_quantity)} x ratio {charge.ratio.normalize():f}" for charge in charges
    )


def made_of_text(charges: Sequence[ChargeFact]) -> str:
    """Where a credit comes from, and where it has several rows, from what: ``invoice I2: -30.33 + 24.27``."""
    numbers = dict.fromkeys(charge.invoice_number for charge in charges)
    named = f"invoice{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
    if len(charges) == 1:
        return named
    amounts = [charge.retail for charge in charges[:MOST_NAMED]]
    text = shown(amounts[0]) + "".join(f" {'-' if one < 0 else '+'} {shown(abs(one))}" for one in amounts[1:])
    more = len(charges) - len(amounts)
    return f"{named}: {text}{f' and {more} more rows' if more else ''}"


def catch_up_text(period: PeriodFact, quantity: Decimal) -> str:
    """What an older month says that no run billed."""
    return f"{product_name(period)}, {period_label(period.period)}, {plain_quantity(quantity)} not billed before"
