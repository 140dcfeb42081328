"""What planning reads off its facts: parts, answers of people, sums of rows, digests."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from money.amounts import sum_charges, unit_of_row, units_charged
from money.enums import Chosen, PartRole, PartState
from money.facts import Choice, PostingPart, chosen, source_of
from money.fingerprints import charges_digest, digest
from money.words import Money
from tests.bookkeeping.product import ChargeFact, Days
from tests.money.charge_facts import make_charge
from tests.money.plan_facts import OWN, PRODUCT, make_line

D = Decimal


def part(cost: str, retail: str, rules_cost: str = "0", rules_retail: str = "0") -> PostingPart:
    """A part of a recurring line, with what rules made of it."""
    amounts = [D(one) for one in (cost, retail, rules_cost, rules_retail)]
    return PostingPart(PartRole.RECURRING, "BS:AAAAAAAAAA", PartState.SYNCED, *amounts)


def test_part_is_billed_at_its_amount_and_stands_for_the_sources() -> None:
    both = [part("10", "12"), part("20", "25", "1", "2")]

    assert [one.amount for one in both] == [Money(D(10), D(12)), Money(D(20), D(25))]
    assert [one.source for one in both] == [Money(D(10), D(12)), Money(D(19), D(23))]
    assert source_of(both) == Money(D(29), D(35))
    assert source_of([]) == Money(D(0), D(0))


def test_charge_counts_in_the_month_of_its_days_unless_its_period_is_given() -> None:
    charge = make_charge()

    assert charge.natural_period == "2026-10"
    assert replace(charge, period="2026-09-10/2027-09-09").natural_period == "2026-09-10/2027-09-09"


@pytest.mark.parametrize(
    ("choice", "dismisses"),
    [
        (Choice(Chosen.DISMISS), True),
        (Choice(Chosen.DISMISS, retail=D(12), cost=D(10)), True),
        (Choice(Chosen.DISMISS, retail=D(12)), True),
        (Choice(Chosen.DISMISS, cost=D(10)), True),
        (Choice(Chosen.DISMISS, retail=D(13), cost=D(10)), False),
        (Choice(Chosen.DISMISS, retail=D(12), cost=D(11)), False),
        (Choice(Chosen.DISMISS, retail=D(13)), False),
        (Choice(Chosen.DISMISS, cost=D(11)), False),
        (Choice(Chosen.APPLY), False),
        (Choice(Chosen.APPLY, retail=D(12), cost=D(10)), False),
    ],
)
def test_dismissing_is_good_for_just_that_money(choice: Choice, dismisses: bool) -> None:
    assert choice.dismisses(retail=D(12), cost=D(10)) is dismisses


def test_what_nobody_chose_is_nothing() -> None:
    choices = {"credit:BS:A": Choice(Chosen.APPLY)}

    assert chosen(choices, "credit:BS:A") is Chosen.APPLY
    assert chosen(choices, "credit:BS:B") is None


def test_sums_of_no_rows_are_decimals_too() -> None:
    nothing = sum_charges([])

    assert [type(one) for one in (nothing.cost, nothing.retail, units_charged([]))] == [Decimal] * 3


def rebate(**values: object) -> ChargeFact:
    """A row that takes 5.00 off, which is the unit price of nothing."""
    return replace(
        make_charge(seats="-1", cost_amount="-4.00", amount="-5.00"), unit_cost=D(4), unit_retail=D(5), **values
    )


def test_rebate_on_the_days_of_a_charge_gives_no_units_back() -> None:
    assert units_charged([make_charge(seats="10"), rebate()]) == 10


def test_what_takes_back_on_other_days_or_beside_no_charge_gives_units_back() -> None:
    elsewhere = Days(dt.date(2026, 9, 1), dt.date(2026, 9, 30))

    assert units_charged([make_charge(seats="10"), rebate(days=elsewhere)]) == 9
    assert units_charged([rebate(), make_charge(seats="-2")]) == -3
    assert units_charged([make_charge(seats="10"), make_charge(seats="-2")]) == 8


@pytest.mark.parametrize(
    ("seats", "amount", "shown"),
    [
        ("10", ("100.00", "120.00"), True),
        ("2.55", ("25.50", "30.60"), True),
        ("10", ("100.00", "120.01"), False),
        ("10", ("100.01", "120.00"), False),
        ("0", ("0", "0"), False),
        ("-1", ("-10.00", "-12.00"), False),
        ("2.555", ("25.55", "30.66"), False),
    ],
)
def test_row_is_shown_at_its_own_prices_where_they_come_to_the_amount(
    seats: str, amount: tuple[str, str], shown: bool
) -> None:
    charge = make_charge(seats=seats, cost_amount=None if seats != "0" else "0", amount=None if seats != "0" else "0")

    unit = unit_of_row(charge, Money(D(amount[0]), D(amount[1])))

    assert unit == (Money(D("10.00"), D("12.00")) if shown else None)


def test_price_below_a_cent_is_not_shown() -> None:
    charge = replace(make_charge(seats="100"), unit_retail=D("0.005"), retail=D("0.50"))

    assert unit_of_row(charge, Money(D(1000), D("0.50"))) is None


def test_digest_is_of_31_digits_and_the_same_in_any_order() -> None:
    rows = [make_charge(), make_charge(seats="3")]

    assert len(digest("anything")) == 31
    assert charges_digest(rows) == charges_digest(rows[::-1])
    assert charges_digest(rows) != charges_digest(rows[:1])


@pytest.mark.parametrize("column", ["pk", "quantity", "cost", "retail"])
def test_digest_tells_each_column_that_decides(column: str) -> None:
    row = make_charge()

    assert charges_digest([row]) != charges_digest([replace(row, **{column: getattr(row, column) + 1})])
    assert charges_digest([row]) == charges_digest([replace(row, **{column: getattr(row, column) * 1})])


@pytest.mark.parametrize(
    ("line", "own", "ours", "repriced"),
    [
        ({}, {"retail_cents": 11_00}, (True, True), True),
        ({}, {"retail_cents": 11_00}, (True, False), True),
        ({}, {"retail_cents": 11_00}, (False, True), False),
        ({}, {"cost_cents": 9_00}, (False, True), True),
        ({}, {"cost_cents": 9_00}, (True, False), False),
        ({}, {}, (True, True), False),
        # what somebody typed, on one side or on both, and a line of another product
        ({"retail_cents": 13_00}, {}, (True, True), False),
        ({"cost_cents": 8_00}, {"retail_cents": 11_00}, (True, True), False),
        ({"cost_cents": 8_00}, {"retail_cents": 11_00}, (True, False), True),
        ({"product_id": "32"}, {"retail_cents": 11_00}, (True, True), False),
        ({"product_id": None}, {"retail_cents": 11_00}, (True, True), False),
    ],
)
def test_price_of_the_product_on_a_line_of_ours_that_nobody_wrote_came_with_the_product(
    line: dict[str, object], own: dict[str, object], ours: tuple[bool, bool], repriced: bool
) -> None:
    retail, cost = ours
    stands, written = replace(make_line(1), **line), replace(OWN, **own)

    assert PRODUCT.has_repriced(stands, written, retail=retail, cost=cost) is repriced
    unlinked = replace(PRODUCT, target_id=None)
    assert not unlinked.has_repriced(replace(stands, product_id=None), written, retail=retail, cost=cost)
