"""From charges to quantities, prices and differences."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from syncs.planning.amounts import Money, NotBillable, current_level, split_period, split_rest, times, unit_of_row
from syncs.planning.facts import ChargeFact
from tests.planning.factories import D, make_charge

TOLERANCE = D("0.05")


def split(charges: list[ChargeFact], style: str = "line", *, negatives: bool = True) -> tuple[Decimal, bool, bool]:
    made = split_period(charges, style, negatives=negatives, tolerance=TOLERANCE)
    return made.quantity, made.rounds, made.fell_back


def test_level_is_the_sum_of_the_rows_that_cover_the_latest_end() -> None:
    ended = make_charge("9", end=dt.datetime(2026, 10, 15, tzinfo=dt.UTC))
    level = current_level([ended, make_charge("10"), make_charge("3", start=16), make_charge("-1", start=20)])
    assert level.quantity == 12


def test_level_has_the_prices_of_the_positive_row_that_starts_last() -> None:
    rows = [
        make_charge("10", cost="10.00", retail="12.00"),
        make_charge("10", cost="11.00", retail="13.005", start=9),
        make_charge("-10", cost="10.00", retail="12.00", start=20),
    ]
    level = current_level(rows)
    assert (level.unit, level.unit_in_cents) == (Money(D("11.00"), D("13.005")), Money(D("11.00"), D("13.01")))


def test_a_refund_with_a_positive_quantity_counts_as_negative() -> None:
    refund = make_charge("4", cost_amount=D("-40"), retail_amount=D("-48"))
    assert current_level([make_charge("10"), refund]).quantity == 6


@pytest.mark.parametrize(
    ("quantities", "why"),
    [(["2", "-3"], "add up to -1"), (["2.5"], "2.5 is not a whole number")],
)
def test_level_that_no_line_can_carry_is_not_billable(quantities: list[str], why: str) -> None:
    with pytest.raises(NotBillable, match=why):
        current_level([make_charge(quantity) for quantity in quantities])


def test_line_style_puts_the_current_quantity_on_the_line() -> None:
    rows = [make_charge("10"), make_charge("2", ratio="0.5", start=16)]
    assert split(rows) == (12, False, False)


def test_quantity_style_puts_quantity_times_ratio_on_the_line() -> None:
    rows = [make_charge("10"), make_charge("2", ratio="0.4167", start=19)]
    assert split(rows, "quantity") == (D("10.83"), True, False)


def test_quantity_style_never_asks_for_a_negative_quantity() -> None:
    rows = [make_charge("10", ratio="0.1"), make_charge("-9", ratio="1")]
    with pytest.raises(NotBillable, match="adds up to"):
        split(rows, "quantity")


@pytest.mark.parametrize(("style", "quantity"), [("line", 10), ("warn", 10), ("quantity", 10)])
def test_plain_row_is_whole_in_every_style(style: str, quantity: int) -> None:
    assert split([make_charge("10")], style) == (quantity, True, False)


def test_negative_difference_falls_back_to_the_largest_hundredths() -> None:
    # 12 seats at 12.00 would be 144.00, the rows come to 135.60 retail and 113.00 cost: 11.3 seats.
    rows = [make_charge("10"), make_charge("2", ratio="0.65", start=11)]
    assert split(rows, negatives=False) == (D("11.30"), False, True)


def test_fall_back_leaves_no_side_negative() -> None:
    rows = [make_charge("10"), make_charge("2", ratio="0.5", cost_amount=D("3.33"), retail_amount=D("20.00"), start=11)]
    made = split_period(rows, "line", negatives=False, tolerance=TOLERANCE)
    # 103.33 / 10.00 is less than 140.00 / 12.00
    assert (made.quantity, made.recurring) == (D("10.33"), Money(D("103.30"), D("123.96")))


def test_fall_back_leaves_no_side_negative_where_the_line_comes_to_half_a_cent() -> None:
    # 25.50 at 0.01 is 0.255 and would be billed as 0.26, half a cent more than was charged.
    rows = [make_charge("50", cost="0.01", retail="0.0051")]
    made = split_period(rows, "line", negatives=False, tolerance=TOLERANCE)
    rest, _ = split_rest(Money(D("0.50"), D("0.255")) - made.recurring, rounds=made.rounds, tolerance=TOLERANCE)
    assert (made.quantity, made.recurring, rest) == (
        D("25.49"),
        Money(D("0.25"), D("0.25")),
        Money(D("0.25"), D("0.01")),
    )


@pytest.mark.parametrize("style", ["line", "quantity"])
def test_a_rest_that_is_only_rounding_needs_no_fall_back(style: str) -> None:
    rows = [make_charge("3", cost="10.005", retail="12.005")]  # 36.015 against 3 x 12.01
    assert split(rows, style, negatives=False) == (3, True, False)


def test_warn_style_writes_no_difference_and_so_never_falls_back() -> None:
    rows = [make_charge("10"), make_charge("2", ratio="0.65", start=11)]
    assert split(rows, "warn", negatives=False) == (12, False, False)


def test_rows_below_zero_are_not_billable_without_negative_amounts() -> None:
    rows = [make_charge("1"), make_charge("-1", ratio="0.5"), make_charge("0", cost_amount=D(-9), retail_amount=D(-9))]
    with pytest.raises(NotBillable, match="negative"):
        split(rows, negatives=False)


@pytest.mark.parametrize(
    ("rest", "rounds", "adjustment", "rounding"),
    [
        ("0.05", True, "0", "0.05"),
        ("-0.05", True, "0", "-0.05"),
        ("0.051", True, "0.05", "0.001"),
        ("0.05", False, "0.05", "0.00"),
        ("0.005", False, "0.01", "-0.005"),
        ("-0.005", False, "-0.01", "0.005"),
        ("0.004", False, "0", "0.004"),
    ],
)
def test_rest_is_rounding_within_the_tolerance_and_an_adjustment_past_it(
    rest: str, rounds: bool, adjustment: str, rounding: str
) -> None:
    answer = split_rest(Money(D(rest), D(rest)), rounds=rounds, tolerance=TOLERANCE)
    assert answer == (Money(D(adjustment), D(adjustment)), Money(D(rounding), D(rounding)))


def test_one_side_past_the_tolerance_makes_both_an_adjustment() -> None:
    adjustment, rounding = split_rest(Money(D("0.01"), D("0.06")), rounds=True, tolerance=TOLERANCE)
    assert (adjustment, rounding) == (Money(D("0.01"), D("0.06")), Money(D(0), D(0)))


def test_amount_of_a_line_is_rounded_half_up() -> None:
    assert times(D("0.50"), Money(D("0.01"), D("0.03"))) == Money(D("0.01"), D("0.02"))


@pytest.mark.parametrize(
    ("row", "exact"),
    [
        (make_charge("5"), True),
        (make_charge("5", ratio="0.5"), False),
        (make_charge("3", retail="12.005", retail_amount=D("36.02")), False),
        (make_charge("-5"), False),
        (make_charge("0.125"), False),
        (make_charge("0.25"), True),
    ],
)
def test_prices_of_a_row_stand_only_where_their_product_is_its_amount(row: ChargeFact, exact: bool) -> None:
    unit = unit_of_row(row, Money(row.cost, row.retail).in_cents())
    assert unit == (Money(D("10.00"), D("12.00")) if exact else None)
