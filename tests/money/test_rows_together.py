"""What a row is because of the rows beside it: part of a change, of a credit and its name, or unknown with another."""

from __future__ import annotations

from decimal import Decimal

import pytest

from money.enums import Kind
from money.rows.together import GROUP_UNKNOWN, RowAlone, RowKey, RowTogether, join_later, put_together
from money.words import Money
from tests.bookkeeping.product import Days

OCTOBER, NOVEMBER = "2026-10-01/2026-10-31", "2026-11-01/2026-11-30"
MONTHLY = "seat_monthly"


def row(
    key: RowKey, amount: str, *, days: str = OCTOBER, price: str = "5.00", motion: str = MONTHLY, problem: str = ""
) -> RowAlone:
    """A row at that retail price, whose cost is nothing."""
    kind = Kind.RECURRING if motion else Kind.UNKNOWN
    money = Money(Decimal(0), Decimal(amount))
    return RowAlone(
        key, motion, Days.read(days), money, Money(Decimal(0), Decimal(price)), kind, days[:7], f"I{key[0]}", problem
    )


def in_sum(kind: Kind = Kind.RECURRING, period: str = "2026-10", problem: str = "") -> RowTogether:
    return RowTogether(kind, period, problem=problem)


def credit(name: str, period: str = "2026-10", problem: str = "") -> RowTogether:
    return RowTogether(Kind.CREDIT, period, name, problem)


@pytest.mark.parametrize(
    ("cost", "retail", "negative"),
    [
        ("0", "-1", True),
        ("-1", "0", True),
        ("1", "-1", True),
        ("-1", "1", False),
        ("0", "0", False),
        ("0", "0.50", False),
    ],
)
def test_row_takes_back_by_its_retail_amount_else_by_its_cost(cost: str, retail: str, negative: bool) -> None:
    amount = Money(Decimal(cost), Decimal(retail))
    made = RowAlone((1, 2), MONTHLY, Days.read(OCTOBER), amount, amount, Kind.RECURRING, "2026-10")

    assert made.negative is negative


def test_rows_stay_what_they_are_and_what_is_taken_back_is_part_of_the_change() -> None:
    rows = [row((1, 2), "50.00", problem="odd"), row((1, 3), "-10.00"), row((1, 4), "7.00", days=NOVEMBER)]

    assert put_together(rows) == {
        (1, 2): in_sum(problem="odd"),
        (1, 3): in_sum(Kind.PRORATION),
        (1, 4): in_sum(period="2026-11"),
    }


def test_credit_has_the_name_and_the_period_of_its_first_row_and_every_row_its_own_problem() -> None:
    rows = [row((1, 2), "-50.00", problem="odd"), row((1, 3), "10.00", days="2026-10-31/2026-11-29")]

    assert put_together(rows) == {(1, 2): credit("I1", problem="odd"), (1, 3): credit("I1")}


def test_second_credit_of_a_period_on_an_invoice_has_its_line_in_its_name() -> None:
    rows = [
        row((1, 2), "-50.00", days="2026-10-01/2026-10-09"),
        row((1, 3), "-20.00", days="2026-10-11/2026-10-19"),
        row((1, 4), "30.00", days="2026-10-21/2026-10-31"),
        row((1, 5), "-9.00", days=NOVEMBER),
    ]

    assert put_together(rows, [Money(Decimal(0), Decimal("5.00"))]) == {
        (1, 2): credit("I1"),
        (1, 3): credit("I1/3"),
        (1, 4): in_sum(),
        (1, 5): credit("I1", "2026-11"),
    }


def test_prices_charged_before_tell_a_refund_from_a_rebate() -> None:
    rows = [row((1, 2), "-50.00", price="5.00"), row((1, 3), "6.00", price="6.00")]

    assert put_together(rows) == {(1, 2): credit("I1"), (1, 3): in_sum()}
    before = [Money(Decimal(0), Decimal("5.00"))]
    assert put_together(rows, before) == {(1, 2): credit("I1"), (1, 3): credit("I1")}


def test_row_without_a_motion_takes_the_rows_of_its_days_along_in_every_motion() -> None:
    unclear = row((1, 3), "-5.00", motion="", problem="Nobody knows.")
    rows = [row((1, 2), "50.00"), unclear, row((1, 4), "9.00", days=NOVEMBER), row((1, 5), "3.00", motion="azure_plan")]

    assert put_together(rows) == {
        (1, 2): in_sum(Kind.UNKNOWN, problem=GROUP_UNKNOWN),
        (1, 3): in_sum(Kind.UNKNOWN, problem="Nobody knows."),
        (1, 4): in_sum(period="2026-11"),
        (1, 5): in_sum(Kind.UNKNOWN, problem=GROUP_UNKNOWN),
    }
    assert put_together([unclear]) == {(1, 3): in_sum(Kind.UNKNOWN, problem="Nobody knows.")}
    charge = row((1, 3), "5.00", motion="", problem="Nobody knows.")
    assert put_together([row((1, 2), "50.00"), charge]) == {
        (1, 2): in_sum(),
        (1, 3): in_sum(Kind.UNKNOWN, problem="Nobody knows."),
    }


# --- Credits that wait for later rows -----------------------------------------------------------------

WAITING = {"I1/2": [row((1, 2), "-50.00"), row((1, 3), "-5.00")]}


def test_later_rows_that_make_up_for_a_waiting_credit_end_it() -> None:
    assert join_later(WAITING, [row((2, 2), "60.00"), row((2, 3), "7.00", days=NOVEMBER)]) == {
        (1, 2): in_sum(Kind.PRORATION),
        (1, 3): in_sum(Kind.PRORATION),
        (2, 2): in_sum(),
    }


def test_credit_that_later_rows_do_not_make_up_for_keeps_its_name() -> None:
    assert join_later(WAITING, [row((2, 2), "40.00")]) == {
        (1, 2): credit("I1/2"),
        (1, 3): credit("I1/2"),
        (2, 2): credit("I1/2"),
    }


def test_credit_that_meets_nothing_stays_what_it_is() -> None:
    assert join_later(WAITING, [row((2, 2), "40.00", days=NOVEMBER)]) == {}
    assert join_later(WAITING, []) == {}


def test_later_rows_are_grouped_by_their_invoices() -> None:
    refund = row((3, 2), "-20.00", days="2026-10-31/2026-11-29")
    charge = row((2, 2), "12.00", days="2026-11-02/2026-11-29")

    before = [Money(Decimal(0), Decimal("5.00"))]
    assert join_later(WAITING, [charge, refund], before) == {
        (1, 2): credit("I1/2"),
        (1, 3): credit("I1/2"),
        (3, 2): credit("I1/2"),
    }


def test_price_charged_before_keeps_a_waiting_refund_with_the_rows_that_it_meets() -> None:
    later = [row((2, 2), "6.00", price="6.00")]
    before = [Money(Decimal(0), Decimal("5.00"))]

    assert join_later(WAITING, later, before)[2, 2] == credit("I1/2")
    assert join_later(WAITING, later)[2, 2] == in_sum()
