"""The way of an amount from its rows to lines: each step in its place, each reason told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from money.month.levels import Level
from money.steps.proration import Split
from money.words import NOTHING, ZERO
from tests.bookkeeping.product import (
    STEPS,
    Amounts,
    Because,
    ChargeFact,
    MappingFact,
    Money,
    NotBillable,
    OpenRest,
    Rules,
    Style,
    Terms,
    current_level,
    go_through,
    split_period,
    split_rest,
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


# --- The division of a month ------------------------------------------------------------------------------

SIDES = {"negatives": False, "tolerance": Decimal("0.05")}


def split(style: str, *rows: ChargeFact) -> Split:
    return split_period(rows, current_level(rows), style, **SIDES)


def priced(amount: str, price: str, *, seats: str = "1") -> ChargeFact:
    """A row at that price, in cost and retail, that comes to the amount."""
    made = make_charge(seats=seats, cost_amount=amount, amount=amount)
    return replace(made, unit_cost=Decimal(price), unit_retail=Decimal(price))


@pytest.mark.parametrize(
    ("rows", "quantity"),
    [
        ([make_charge(seats="1", ratio="0.5")], "0.50"),
        ([make_charge(seats="10"), make_charge(seats="2", ratio="0.25")], "10.50"),
        ([make_charge(seats="1"), make_charge(seats="-1")], "0.00"),
    ],
)
def test_decimal_quantity_is_the_sum_of_quantity_and_ratio(rows: list[ChargeFact], quantity: str) -> None:
    assert split("quantity", *rows).quantity == Decimal(quantity)


def test_decimal_quantity_is_rounded_half_up() -> None:
    rows = [make_charge(seats="1", ratio="0.025")]

    assert split_period(rows, current_level(rows), "quantity", negatives=True, tolerance=ZERO).quantity == Decimal(
        "0.03"
    )


def test_quantity_below_zero_cannot_be_billed() -> None:
    with pytest.raises(NotBillable, match=r"^Quantity x ratio adds up to -0\.50\.$"):
        split_period([make_charge(seats="-1", ratio="0.5")], Level(Decimal(0), NOTHING), "quantity", **SIDES)


@pytest.mark.parametrize(
    ("rows", "quantity", "amount", "fell_back"),
    [
        ([priced("6.00", "12.00")], "0.50", "6.00", True),
        ([priced("0.00", "12.00"), priced("12.00", "12.00")], "1", "12.00", False),
        # the largest at which nothing is left below zero: a line of half a cent would be rounded up
        ([priced("0.125", "0.25")], "0.49", "0.12", True),
        ([priced("0.13", "0.25")], "0.52", "0.13", True),
        ([priced("4.00", "12.00")], "0.33", "3.96", True),
        # without a price there is no other quantity
        ([priced("-5.00", "0.00", seats="2"), priced("1.00", "0.00", seats="2")], "2", "0.00", True),
        ([priced("12.00", "12.00"), priced("-12.00", "99.00")], "0.00", "0.00", True),
    ],
)
def test_quantity_at_which_nothing_is_left_below_zero(
    rows: list[ChargeFact], quantity: str, amount: str, fell_back: bool
) -> None:
    made = split("line", *rows)

    money = Money(Decimal(amount), Decimal(amount))
    assert (made.quantity, made.recurring, made.fell_back) == (Decimal(quantity), money, fell_back)


def test_rows_below_zero_cannot_be_billed_where_the_target_refuses_negatives() -> None:
    rows = [priced("12.00", "12.00"), priced("-13.00", "99.00")]

    with pytest.raises(NotBillable, match=r"^The rows add up to a negative amount, which the target refuses\.$"):
        split("line", *rows)


@pytest.mark.parametrize(
    ("cost", "retail", "rest"),
    [
        ("0.05", "-0.05", OpenRest(rounding=Money(Decimal("0.05"), Decimal("-0.05")))),
        ("1.00", "0.05", OpenRest(rounding=Money(Decimal(0), Decimal("0.05")), only_cost=Decimal("1.00"))),
        ("-1.00", "-0.05", OpenRest(rounding=Money(Decimal(0), Decimal("-0.05")), only_cost=Decimal("-1.00"))),
        ("0.00", "0.06", OpenRest(Money(Decimal("0.00"), Decimal("0.06")), Money(Decimal(0), Decimal(0)))),
    ],
)
def test_difference_that_the_customer_does_not_see_has_no_line(cost: str, retail: str, rest: OpenRest) -> None:
    assert split_rest(Money(Decimal(cost), Decimal(retail)), tolerance=Decimal("0.05")) == rest


REFUSED = {"negative_lines": False}


def test_what_is_billed_is_not_split_anew_and_the_rest_is_told_whole() -> None:
    less = month(make_charge(seats="10", cost_amount="50.00", amount="60.00"))
    fallen, _ = go_through(less, terms_of(**REFUSED))
    assert (fallen.quantity, fallen.rest) == (5, NOTHING)

    for over in ({"settled": True}, {"whole": True}):
        amounts, _ = go_through(less, replace(terms_of(**REFUSED), **over))
        assert (amounts.quantity, amounts.rest) == (10, Money(Decimal("50.00"), Decimal("60.00")))


def test_month_without_a_line_is_billed_to_the_cent_and_others_within_the_tolerance() -> None:
    cents = month(make_charge(seats="0", cost_amount="0.03", amount="0.03"))

    whole, _ = go_through(cents, replace(terms_of(), whole=True))
    assert (whole.rest, whole.rounding) == (Money(Decimal("0.03"), Decimal("0.03")), NOTHING)
    within, _ = go_through(cents, terms_of())
    assert (within.rest, within.rounding) == (NOTHING, Money(Decimal("0.03"), Decimal("0.03")))


def test_rest_is_billed_by_its_units_at_our_own_price_and_in_proportion_once_the_line_is_billed() -> None:
    rows = (make_charge(seats="10"), make_charge(seats="2", ratio="0.5"))
    own, reasons = go_through(month(*rows), terms_of(synced=False))
    assert own.difference.amount == Money(Decimal("-9.00"), Decimal("-20.00"))
    assert reasons == (Because.KEPT_PRICE, Because.DIFFERENCE)

    settled, _ = go_through(month(*rows), terms_of(synced=False, settled=True))
    assert settled.difference.amount == Money(Decimal("99.00"), Decimal("220.00"))  # 110.00 x 9/10, 132.00 x 20/12


def test_rebate_is_no_unit_at_our_own_price() -> None:
    rebate = make_charge(seats="0", cost_amount="-9.00", amount="-9.00")
    own, _ = go_through(month(make_charge(seats="10"), rebate), terms_of(synced=False))

    assert (own.rest.retail, own.difference.amount) == (Decimal("-9.00"), Money(Decimal("0.00"), Decimal("0.00")))


def test_price_that_is_not_synced_is_the_sources_where_neither_line_nor_product_has_one() -> None:
    amounts, reasons = go_through(month(make_charge()), replace(terms_of(synced=False), product=None))

    assert (amounts.price, reasons) == (Money(Decimal("10.00"), Decimal("12.00")), ())
