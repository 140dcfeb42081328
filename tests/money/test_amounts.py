"""From rows to quantities, prices and differences."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.bookkeeping.product import Money, NotBillable, OpenRest, current_level, split_period, split_rest, times
from tests.bookkeeping.proving import prove
from tests.money.charge_facts import make_charge

TOLERANCE = Decimal("0.05")

# --- Current quantity and price ---------------------------------------------------------------------


def test_quantity_is_the_sum_of_the_rows_that_cover_the_latest_end() -> None:
    prove("""
        invoice I1 for Oct 2026
          from   | to     | seats
          1 Oct  | 15 Oct |     9
          1 Oct  | 31 Oct |    10
          16 Oct | 31 Oct |     3
          20 Oct | 31 Oct |    -1
        sync
          line                                    | kind      | seats | total
          Business Premium                        | recurring |    12 | 144.00
          Business Premium (adjustment, Oct 2026) | once      |     1 | 108.00
    """)


def test_prices_are_those_of_the_positive_row_that_starts_last() -> None:
    prove("""
        invoice I1 for Oct 2026
          from   | seats | cost  | retail | ratio
          1 Oct  |    10 | 10.00 | 12.00  |
          9 Oct  |    10 | 11.00 | 13.005 | 0.74
          20 Oct |   -10 | 10.00 | 12.00  | 0.39
        sync, among others
          line             | kind      | seats | cost  | retail
          Business Premium | recurring |    10 | 11.00 |  13.01
        generate
        invoice I2 for Nov 2026
          seats | cost  | retail
             10 | 11.00 |  13.00
        sync
          says price changed: Northwind, Business Premium: Subscription retail unit price changed from 13.005 to 13.00 on 01 Nov 2026
    """)  # noqa: E501


def test_a_refund_with_a_positive_quantity_counts_as_negative() -> None:
    prove("""
        invoice I1 for Oct 2026
          seats | cost  | retail | cost amount | amount
             10 | 10.00 |  12.00 |             |
              4 | 10.00 |  12.00 |      -40.00 | -48.00
        sync
          line             | kind      | seats | total
          Business Premium | recurring |     6 | 72.00
    """)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (
            ["s1 | 2 | 1 Oct | 12.00 |", "s1 | -3 | 31 Oct | 12.00 | 0.03"],
            "The quantities of the latest rows add up to -1. 22.92 is held.",
        ),
        (["s1 | 2.5 | 1 Oct | 12.00 |"], "The quantity 2.5 is not a whole number. 30.00 is held."),
    ],
)
def test_quantity_that_no_line_can_carry_is_held(rows: list[str], why: str) -> None:
    listed = "\n".join(f"          {row}" for row in rows)
    prove(f"""
        invoice I1 for Oct 2026
          subscription | seats | from | retail | ratio
{listed}
          s2 | 1 | 1 Oct | 12.00 |
        sync, whatever it says
          charged of Oct 2026 {Decimal(why.split()[-3]) + 12} = synced 12.00 + held {why.split()[-3]}
          says quantity: Northwind: {why}
    """)


# --- What is left: an adjustment, a decimal quantity, or rounding -----------------------------------


def test_line_style_puts_the_current_quantity_on_the_line() -> None:
    prove("""
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          16 Oct |     2 |   0.5
        sync
          line                                    | kind      | seats | total
          Business Premium                        | recurring |    12 | 144.00
          Business Premium (adjustment, Oct 2026) | once      |     1 | -12.00
    """)


def test_quantity_style_puts_quantity_times_ratio_on_the_line() -> None:
    prove("""
        settings: prorations quantity
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          19 Oct |     2 | 0.4167
        sync
          line             | kind      | seats | total
          Business Premium | recurring | 10.83 | 129.96
          charged 130.0008 = synced 129.96 + rounding 0.0408
    """)


def test_quantity_style_never_asks_for_a_negative_quantity() -> None:
    prove("""
        settings: prorations quantity
        invoice I1 for Oct 2026
          subscription | seats | ratio | cost  | retail
          s1           |     1 |       | 80.00 | 100.00
          s1           |     1 |   0.1 | 10.00 |  12.00
          s1           |    -2 |       | 10.00 |  12.00
          s2           |    10 |   0.1 | 10.00 |  12.00
        sync
          done  | subscription | line             | total
          added | s2           | Business Premium | 12.00
          waits | s1           | Business Premium | 77.20
          says quantity: Northwind: Quantity x ratio adds up to -0.90. 77.20 is held.
    """)


def test_rebate_gives_no_seats_back_in_quantity_style() -> None:
    prove("""
        settings: prorations quantity
        invoice I1 for Oct 2026
          from   | seats | ratio | cost  | retail
          1 Oct  |    10 |       | 10.00 |  12.00
          16 Oct |     2 |   0.5 | 10.00 |  12.00
          1 Oct  |    -1 |       | 16.00 |  20.00
        sync
          line                                    | kind      | seats | total
          Business Premium                        | recurring |    11 | 132.00
          Business Premium (adjustment, Oct 2026) | once      |     1 | -20.00
    """)


@pytest.mark.parametrize("style", ["line", "warn", "quantity"])
def test_plain_row_is_whole_in_every_style(style: str) -> None:
    prove(f"""
        settings: prorations {style}
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
          line             | kind      | seats | total
          Business Premium | recurring |    10 | 120.00
          charged 120.00 = synced 120.00
    """)


def test_negative_difference_falls_back_to_the_largest_hundredths() -> None:
    # 12 seats at 12.00 would be 144.00, the rows come to 135.60 retail and 113.00 cost: 11.3 seats.
    prove("""
        settings: negative lines refused
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          11 Oct |     2 |  0.65
        sync
          line             | kind      | seats | total cost | total
          Business Premium | recurring |  11.3 |     113.00 | 135.60
          says decimal quantity
    """)


def test_fall_back_leaves_no_side_negative() -> None:
    # 103.33 / 10.00 is less than 140.00 / 12.00
    prove("""
        settings: negative lines refused
        invoice I1 for Oct 2026
          from   | seats | ratio | cost  | retail | cost amount | amount
          1 Oct  |     2 |   0.5 |  3.33 |  20.00 |        3.33 |  20.00
          2 Oct  |    10 |       | 10.00 |  12.00 |             |
        sync
          line                                    | kind      | seats | total cost |  total
          Business Premium                        | recurring |     7 |      23.31 | 140.00
          says decimal quantity
          says only cost
    """)


def test_fall_back_leaves_no_side_negative_where_the_line_comes_to_half_a_cent() -> None:
    # 25.50 at 0.01 is 0.255 and would be billed as 0.26, half a cent more than was charged.
    prove("""
        settings: negative lines refused
        invoice I1 for Oct 2026
          seats | cost | retail
             50 | 0.01 | 0.0051
        sync
          line                                    | kind      | seats | total cost | total
          Business Premium                        | recurring | 25.49 |       0.25 |  0.25
          charged 0.255 = synced 0.25 + rounding 0.005
          says decimal quantity
          says only cost
    """)


def test_fall_back_leaves_a_rest_within_the_tolerance_as_rounding() -> None:
    # 10.6666 seats: the line carries 10.66.
    prove("""
        settings: negative lines refused
        invoice I1 for Oct 2026
          from   | seats | ratio  | cost | retail
          1 Oct  |    10 |        | 1.00 |   1.00
          22 Oct |     2 | 0.3333 | 1.00 |   1.00
        sync
          line                                    | kind      | seats | total
          Business Premium                        | recurring | 10.66 | 10.66
          charged 10.6666 = synced 10.66 + rounding 0.0066
          says decimal quantity
    """)


def test_a_few_cents_are_rounding_whatever_their_cause() -> None:
    prove("""
        invoice I1 for Oct 2026
          subscription | from   | to     | seats | ratio  | retail  | amount
          finer        | 1 Oct  | 31 Oct |     2 |        | 11.9849 |
          part         | 1 Oct  | 31 Oct |     2 | 0.9985 |   12.00 |
          prices       | 1 Oct  | 31 Oct |     1 |        |   12.00 |
          prices       | 2 Oct  | 31 Oct |     1 |        |   11.97 |
          refund       | 1 Oct  | 31 Oct |     2 |        |   12.00 |
          refund       | 1 Oct  | 31 Oct |    -1 |        |   12.00 | -11.97
          ended        | 1 Oct  | 31 Oct |     1 |        |   12.00 |
          ended        | 1 Oct  | 15 Oct |     1 |        |   12.00 |   0.03
        sync, among others
          subscription | kind      | seats | total
          finer        | recurring |     2 | 23.96
          part         | recurring |     2 | 24.00
          prices       | recurring |     2 | 24.00
          refund       | recurring |     1 | 12.00
          ended        | recurring |     1 | 12.00
          says only cost
    """)


@pytest.mark.parametrize("style", ["line", "quantity"])
def test_a_rest_that_is_only_rounding_needs_no_fall_back(style: str) -> None:
    prove(f"""
        settings: negative lines refused, prorations {style}
        invoice I1 for Oct 2026
          seats | cost   | retail
              3 | 10.005 | 12.005
        sync
          line             | kind      | seats | total cost | total
          Business Premium | recurring |     3 |      30.03 | 36.03
          charged 36.015 = synced 36.03 - rounding 0.015
    """)


def test_warn_style_writes_no_difference_and_so_never_falls_back() -> None:
    prove("""
        settings: negative lines refused, prorations warn
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          11 Oct |     2 |  0.65
        sync
          line             | kind      | seats | total
          Business Premium | recurring |    12 | 144.00
          charged 135.60 = synced 144.00 - excluded 8.40
          says excluded
    """)


# --- Arithmetic -------------------------------------------------------------------------------------


def test_rows_below_zero_are_not_billable_without_negative_amounts() -> None:
    rows = [
        make_charge(seats="1"),
        make_charge(seats="-1", ratio="0.5"),
        make_charge(seats="0", cost_amount="-9.00", amount="-9.00"),
    ]
    with pytest.raises(NotBillable, match="negative"):
        split_period(rows, current_level(rows), "line", negatives=False, tolerance=TOLERANCE)


@pytest.mark.parametrize(
    ("rest", "tolerance", "adjustment", "rounding"),
    [
        ("0.05", "0.05", "0", "0.05"),
        ("-0.05", "0.05", "0", "-0.05"),
        ("0.051", "0.05", "0.05", "0.001"),
        ("0.05", "0", "0.05", "0.00"),
        ("0.005", "0", "0.01", "-0.005"),
        ("-0.005", "0", "-0.01", "0.005"),
        ("0.004", "0", "0", "0.004"),
    ],
)
def test_rest_is_rounding_within_the_tolerance_and_an_adjustment_past_it(
    rest: str, tolerance: str, adjustment: str, rounding: str
) -> None:
    answer = split_rest(Money(Decimal(rest), Decimal(rest)), tolerance=Decimal(tolerance))
    assert answer == OpenRest(
        Money(Decimal(adjustment), Decimal(adjustment)), Money(Decimal(rounding), Decimal(rounding))
    )


def test_retail_past_the_tolerance_makes_both_sides_an_adjustment_and_cost_alone_none() -> None:
    both = Money(Decimal("0.01"), Decimal("0.06"))
    assert split_rest(both, tolerance=TOLERANCE) == OpenRest(both, Money(Decimal(0), Decimal(0)))
    only_cost = Money(Decimal("0.06"), Decimal("0.01"))
    assert split_rest(only_cost, tolerance=TOLERANCE) == OpenRest(
        rounding=Money(Decimal(0), Decimal("0.01")), only_cost=Decimal("0.06")
    )


def test_amount_of_a_line_is_rounded_half_up() -> None:
    assert times(Decimal("0.50"), Money(Decimal("0.01"), Decimal("0.03"))) == Money(Decimal("0.01"), Decimal("0.02"))


# --- Annual charges ---------------------------------------------------------------------------------


def test_prices_of_an_annual_row_stand_only_where_their_product_is_its_amount() -> None:
    prove("""
        subscriptions
          subscription | cycle
          plain        | Annual
          part         | Annual
          rounded      | Annual
          back         | Annual
          eighth       | Annual
          quarter      | Annual
        invoice I1 for Oct 2026
          subscription | from  | to          | seats | ratio | cost  | retail | amount
          plain        | 1 Oct | 30 Sep 2027 |     5 |       | 10.00 |  12.00 |
          part         | 1 Oct | 30 Sep 2027 |     5 |   0.5 | 10.00 |  12.00 |
          rounded      | 1 Oct | 30 Sep 2027 |     3 |       | 10.00 | 12.005 |  36.02
          back         | 1 Oct | 30 Sep 2027 |     6 |       | 10.00 |  12.00 |
          back         | 1 Oct | 30 Sep 2027 |    -5 |       | 10.00 |  12.00 |
          eighth       | 1 Oct | 30 Sep 2027 | 0.125 |       | 10.00 |  12.00 |
          quarter      | 1 Oct | 30 Sep 2027 |  0.25 |       | 10.00 |  12.00 |
        sync
          subscription | seats | cost   | retail
          plain        |     5 |  10.00 |  12.00
          part         |     1 |  25.00 |  30.00
          rounded      |     1 |  30.00 |  36.02
          back         |     6 |  10.00 |  12.00
          back         |     1 | -50.00 | -60.00
          eighth       |     1 |   1.25 |   1.50
          quarter      |  0.25 |  10.00 |  12.00
    """)
