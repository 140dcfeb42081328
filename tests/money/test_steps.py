"""The way of an amount from its rows to lines: each step in its place, each reason told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.bookkeeping.product import (
    STEPS,
    Amounts,
    Because,
    ChargeFact,
    MappingFact,
    Money,
    Rules,
    Style,
    Terms,
    current_level,
    go_through,
)
from tests.money.charge_facts import make_charge

PRODUCT = Money(Decimal("9.00"), Decimal("20.00"))


def terms_of(
    *, synced: bool = True, standing: Money | None = None, billed: str = "0.00", settled: bool = False, **rules: object
) -> Terms:
    """A mapping that syncs both prices or none; what is ``billed`` of the difference, at retail."""
    mapping = MappingFact(1, 1, "Northwind", "seat_monthly", "7", "2", sync_cost=synced, sync_retail=synced)
    own = Money(Decimal(0), Decimal(billed))
    return Terms(Rules(**rules), mapping, standing, PRODUCT, own, settled=settled)


def month(*rows: ChargeFact) -> Amounts:
    """The amounts of a month, as they begin."""
    level = current_level(rows)
    cost, retail = sum(row.cost for row in rows), sum(row.retail for row in rows)
    units = sum((row.quantity * row.ratio for row in rows), Decimal(0))
    return Amounts(Style.RECURRING_LINE, rows, Money(cost, retail), level.quantity, level.unit, units)


def seats(amount: str) -> Amounts:
    """One amount that is no quantity x price, of two and a half units."""
    money = Money(Decimal(amount), Decimal(amount))
    row = make_charge(seats="5", ratio="0.5", cost_amount=amount, amount=amount)
    return Amounts(Style.LINE_PER_CHARGE, (row,), money, Decimal(0), money, Decimal("2.5"))


def test_steps_stand_in_the_order_of_the_money() -> None:
    assert [step.__module__.rpartition(".")[2] for step in STEPS] == ["strategy", "proration", "lines"]


def test_whole_month_is_quantity_times_price_and_needs_no_reason() -> None:
    amounts, reasons = go_through(month(make_charge(seats="10")), terms_of())

    assert (amounts.main.quantity, amounts.main.amount) == (10, Money(Decimal("100.00"), Decimal("120.00")))
    assert (amounts.main.rules, amounts.rest, amounts.rounding, reasons) == (Money(), Money(), Money(), ())


def test_part_of_a_month_is_a_difference() -> None:
    amounts, reasons = go_through(month(make_charge(seats="8", ratio="0.5")), terms_of())

    assert amounts.main.amount.retail == Decimal("96.00")
    assert amounts.difference.amount.retail == Decimal("-48.00")
    assert reasons == (Because.DIFFERENCE,)


def test_price_that_is_not_synced_is_kept_and_the_difference_follows_it() -> None:
    amounts, reasons = go_through(month(make_charge(seats="8", ratio="0.5")), terms_of(synced=False))

    assert (amounts.main.unit, amounts.main.amount.retail) == (PRODUCT, Decimal("160.00"))
    assert (amounts.difference.amount.retail, amounts.difference.source.retail) == (
        Decimal("-80.00"),
        Decimal("-48.00"),
    )
    assert reasons == (Because.KEPT_PRICE, Because.DIFFERENCE)


def test_what_stands_on_the_line_goes_before_the_products_price() -> None:
    standing = Money(Decimal("8.00"), Decimal("15.00"))

    amounts, _ = go_through(month(make_charge(seats="8")), terms_of(synced=False, standing=standing))

    assert amounts.price == standing


def test_negative_difference_that_is_refused_becomes_a_decimal_quantity() -> None:
    amounts, reasons = go_through(month(make_charge(seats="8", ratio="0.3")), terms_of(negative_lines=False))

    assert (amounts.main.quantity, amounts.rest) == (Decimal("2.40"), Money())
    assert reasons == (Because.DECIMAL_QUANTITY,)


def test_month_that_is_billed_leaves_what_was_charged_since() -> None:
    """The recurring line was billed for 10 seats; 24.00 came since, which its units do not explain."""
    begun = month(make_charge(seats="10"), make_charge(seats="2"))
    late = Amounts(begun.style, begun.rows, Money(Decimal(20), Decimal(24)), begun.quantity, begun.unit, begun.units)

    amounts, reasons = go_through(late, terms_of(synced=False, settled=True))

    assert amounts.main.quantity == 12
    assert (amounts.difference.source.retail, amounts.difference.amount.retail) == (Decimal("24.00"), Decimal("40.00"))
    assert reasons == (Because.KEPT_PRICE, Because.DIFFERENCE)


def test_amount_that_is_no_quantity_times_price_is_billed_as_one() -> None:
    amounts, reasons = go_through(seats("31.005"), terms_of())

    assert (amounts.difference.quantity, amounts.difference.amount.retail) == (1, Decimal("31.01"))
    assert amounts.rounding.retail == Decimal("-0.005")
    assert reasons == (Because.NOT_EXACT, Because.DIFFERENCE)


@pytest.mark.parametrize(("billed", "left"), [("0.00", "50.00"), ("12.00", "38.00")])
def test_amount_in_own_prices_is_its_units_less_what_is_billed(billed: str, left: str) -> None:
    amounts, _ = go_through(seats("31.00"), terms_of(synced=False, billed=billed))

    assert amounts.difference.amount.retail == Decimal(left)
    assert amounts.difference.rules.retail == Decimal(left) - Decimal("31.00")
