"""Which rows stand and fall together: a change is a refund and a charge."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from money.rows.grouping import takes_back
from money.words import NOTHING
from tests.bookkeeping.product import Days, GroupFate, GroupMember, Money, RowGroup, group_rows, join_waiting

SEPTEMBER, OCTOBER = "2026-09-01/2026-09-30", "2026-10-01/2026-10-31"
SPOKEN = {
    GroupFate.ALONE: "alone",
    GroupFate.SUMMED: "summed",
    GroupFate.CREDIT: "credit",
    GroupFate.UNKNOWN: "unknown",
}


def row(line: int, days: str, amount: str, price: str = "5.00", *, invoice: int = 1, unknown: bool = False):
    """A row; ``amount`` and ``price`` are retail, with nothing in cost."""
    retail = Decimal(amount)
    return GroupMember(
        key=(invoice, line),
        days=Days.read(days),
        negative=retail < 0,
        amount=Money(Decimal(0), retail),
        unit=Money(Decimal(0), Decimal(price)),
        unknown=unknown,
    )


def spoken(groups: list[RowGroup]) -> set[str]:
    """``credit 2+3: -6.06``."""
    return {
        f"{SPOKEN[group.fate]} {'+'.join(str(one.key[1]) for one in group.rows)}: {group.amount.retail}"
        for group in groups
    }


def grouped(*rows: GroupMember, before: str = "") -> set[str]:
    """The groups of these rows, in words."""
    return spoken(group_rows(rows, [Money(Decimal(0), Decimal(before))] if before else []))


def test_refund_and_charge_of_the_same_days_are_one_credit_and_the_next_cycle_stands_alone() -> None:
    assert grouped(
        row(2, "2026-10-02/2026-10-27", "-30.33", "3.50"),
        row(3, "2026-10-02/2026-10-27", "24.27", "3.50"),
        row(4, "2026-10-28/2026-11-27", "28.00", "3.50"),
    ) == {"credit 2+3: -6.06", "alone 4: 28.00"}


def test_change_that_comes_to_nothing_or_more_is_summed() -> None:
    assert grouped(row(2, OCTOBER, "30.00"), row(3, OCTOBER, "-30.00")) == {"summed 2+3: 0.00"}
    assert grouped(row(2, OCTOBER, "50.00"), row(3, "2026-10-12/2026-10-31", "-6.45")) == {"summed 2+3: 43.55"}


def test_groups_with_a_row_in_common_are_one() -> None:
    assert grouped(
        row(2, "2026-10-01/2026-10-05", "-5.00"),
        row(3, "2026-10-05/2026-10-20", "8.00"),
        row(4, "2026-10-20/2026-10-31", "-2.00"),
        row(5, "2026-10-06/2026-10-19", "1.00"),
    ) == {"summed 2+3+4: 1.00", "alone 5: 1.00"}


def test_rows_that_charge_alone_never_hang_together() -> None:
    assert grouped(row(2, OCTOBER, "5.00"), row(3, OCTOBER, "6.00")) == {"alone 2: 5.00", "alone 3: 6.00"}


def test_rebate_at_no_price_of_the_group_is_a_credit_of_its_own() -> None:
    assert grouped(row(2, OCTOBER, "50.00"), row(3, OCTOBER, "-60.00", "60.00")) == {
        "credit 3: -60.00",
        "alone 2: 50.00",
    }


def test_rebate_within_the_month_is_summed() -> None:
    assert grouped(row(2, OCTOBER, "50.00"), row(3, OCTOBER, "-3.00", "3.00")) == {"summed 2+3: 47.00"}


def test_what_a_rebate_leaves_is_judged_again() -> None:
    assert grouped(
        row(2, OCTOBER, "50.00"),
        row(3, OCTOBER, "-60.00", "60.00"),
        row(4, "2026-10-02/2026-10-27", "-30.33", "5.00"),
        row(5, SEPTEMBER, "-4.00", "5.00"),
    ) == {"credit 3: -60.00", "summed 2+4: 19.67", "credit 5: -4.00"}


def test_refund_is_told_from_a_rebate_by_an_earlier_price() -> None:
    refund = row(2, OCTOBER, "-50.00", "5.00"), row(3, OCTOBER, "6.00", "6.00")
    assert grouped(*refund, before="5.01") == {"credit 2+3: -44.00"}
    assert grouped(*refund, before="5.02") == {"credit 2: -50.00", "alone 3: 6.00"}


def test_cost_decides_where_no_row_has_a_retail_amount() -> None:
    free = [
        GroupMember((1, 2), Days.read(OCTOBER), True, Money(Decimal(-5), Decimal(0)), Money(Decimal(5), Decimal(0))),
        GroupMember((1, 3), Days.read(OCTOBER), False, Money(Decimal(4), Decimal(0)), Money(Decimal(5), Decimal(0))),
    ]
    assert spoken(group_rows(free)) == {"credit 2+3: 0"}
    paid = [
        GroupMember((1, 2), Days.read(OCTOBER), True, Money(Decimal(-5), Decimal(-1)), Money(Decimal(5), Decimal(1))),
        GroupMember((1, 3), Days.read(OCTOBER), False, Money(Decimal(4), Decimal(1)), Money(Decimal(5), Decimal(1))),
    ]
    assert spoken(group_rows(paid)) == {"summed 2+3: 0"}


@pytest.mark.parametrize(
    ("charge", "group"), [("5", "summed 2+3: 0"), ("5.50", "summed 2+3: 0"), ("4", "credit 2+3: 0")]
)
def test_cost_that_comes_to_nothing_or_more_gives_nothing_back(charge: str, group: str) -> None:
    days, price = Days.read(OCTOBER), Money(Decimal(5), Decimal(0))
    rows = [
        GroupMember((1, line), days, Decimal(cost) < 0, Money(Decimal(cost), Decimal(0)), price)
        for line, cost in ((2, "-5"), (3, charge))
    ]

    assert spoken(group_rows(rows)) == {group}


def test_side_without_a_price_takes_nothing_back() -> None:
    refund = GroupMember((1, 2), Days.read(OCTOBER), True, NOTHING, Money(Decimal(0), Decimal("5.00")))

    assert not takes_back(refund, [Money(Decimal("0.01"), Decimal("6.00"))])
    assert not takes_back(
        replace(refund, unit=Money(Decimal("0.01"), Decimal("5.00"))), [Money(Decimal(0), Decimal(6))]
    )
    assert takes_back(refund, [Money(Decimal(0), Decimal("5.01"))])


def test_first_row_that_takes_back_names_a_group_else_the_first() -> None:
    charges = (row(2, OCTOBER, "5.00"), row(3, OCTOBER, "6.00"))

    assert RowGroup(charges, GroupFate.ALONE).first == charges[0]
    assert RowGroup((*charges, row(4, OCTOBER, "-1.00")), GroupFate.SUMMED).first.key == (1, 4)


def test_waiting_credit_joins_no_row_of_its_own_invoice() -> None:
    price = [Money(Decimal(0), Decimal("5.00"))]
    waiting = group_rows([row(3, OCTOBER, "-10.00", invoice=2)], price)

    assert join_waiting(waiting, group_rows([row(4, OCTOBER, "12.00", invoice=2)]), price) == []
    assert join_waiting(waiting, group_rows([row(4, OCTOBER, "12.00", invoice=1)]), price) == []
    assert spoken(join_waiting(waiting, group_rows([row(4, OCTOBER, "12.00", invoice=3)]), price)) == {
        "summed 3+4: 2.00"
    }


def test_row_that_nobody_understands_takes_its_group_along() -> None:
    assert grouped(
        row(2, OCTOBER, "-50.00"), row(3, OCTOBER, "40.00", unknown=True), row(4, SEPTEMBER, "1.00", unknown=True)
    ) == {"unknown 2+3: -10.00", "unknown 4: 1.00"}


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ([row(2, OCTOBER, "12.00", invoice=2)], {"summed 3+2: 2.00"}),
        ([row(2, OCTOBER, "4.00", invoice=2)], {"credit 3+2: -6.00"}),
        ([row(2, SEPTEMBER, "12.00", invoice=2)], set()),
        (
            [row(2, "2026-10-31/2026-11-29", "-3.00", invoice=2), row(5, "2026-11-05/2026-11-29", "20.00", invoice=2)],
            {"summed 3+2+5: 7.00"},
        ),
    ],
)
def test_waiting_credit_joins_later_rows_that_share_its_days(later: list, found: set[str]) -> None:
    waiting = group_rows([row(3, OCTOBER, "-10.00")], [Money(Decimal(0), Decimal("5.00"))])

    assert spoken(join_waiting(waiting, group_rows(later), [Money(Decimal(0), Decimal("5.00"))])) == found


def test_waiting_credits_that_meet_the_same_row_are_one() -> None:
    waiting = group_rows([row(3, SEPTEMBER, "-10.00"), row(4, OCTOBER, "-10.00")], [Money(Decimal(0), Decimal("5.00"))])
    later = group_rows([row(2, "2026-09-20/2026-10-19", "25.00", invoice=2)])

    assert spoken(join_waiting(waiting, later)) == {"summed 3+4+2: 5.00"}
