"""When rows of an invoice are those of another one again, or take them back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money.days import Days
from money.overlaps import (
    Meeting,
    RowSeen,
    by_ref,
    is_issued_again,
    mirrored_rows,
    repeated_rows,
    reverses,
    same_rows,
)
from money.words import NOTHING, Money

SEPTEMBER = Days(dt.date(2026, 9, 1), dt.date(2026, 9, 30))
LATE_SEPTEMBER = Days(dt.date(2026, 9, 16), dt.date(2026, 9, 30))


def seen(pk: int, *, seats: int = 10, price: str = "5.00", days: Days = SEPTEMBER, sign: int = 1) -> RowSeen:
    """A row of one subscription."""
    unit = Money(Decimal(price), Decimal(price))
    amount = Money(unit.cost * seats * sign, unit.retail * seats * sign)
    return RowSeen(pk, "s1", days, Decimal(seats), unit, amount)


def pks(rows: list[RowSeen]) -> list[int]:
    """Which rows these are."""
    return [row.pk for row in rows]


def test_row_repeats_at_whatever_price_and_is_the_same_to_the_cent_or_not():
    mine, theirs = [seen(1), seen(2, seats=3)], [seen(7, price="5.15"), seen(8, seats=3)]

    assert pks(repeated_rows(mine, theirs)) == [1, 2]
    assert pks(same_rows(mine, theirs)) == [2]


def test_each_of_their_rows_is_repeated_once():
    assert pks(repeated_rows([seen(1), seen(2)], [seen(7)])) == [1]


def test_usage_repeats_with_its_amount_alone():
    usage = replace(seen(1), usage=True)

    assert repeated_rows([usage], [replace(seen(7, price="5.15"), usage=True)]) == []
    assert pks(repeated_rows([usage], [replace(seen(7), usage=True)])) == [1]


@pytest.mark.parametrize(("refund_is_theirs", "repeated"), [(True, [1, 2]), (False, [])])
def test_what_is_taken_back_repeats_only_with_its_refund(refund_is_theirs, repeated):
    refund = seen(2, days=LATE_SEPTEMBER, sign=-1)
    theirs = [seen(7), *([seen(8, days=LATE_SEPTEMBER, sign=-1)] if refund_is_theirs else [])]

    assert pks(repeated_rows([seen(1), refund], theirs)) == repeated


def test_rows_of_nothing_are_nobodys_second_charge():
    free = replace(seen(1), amount=NOTHING, unit=NOTHING)

    assert same_rows([free], [replace(free, pk=7)]) == []


@pytest.mark.parametrize(
    ("rows", "refs", "positive", "several", "again"),
    [
        (1, 1, 1, False, False),
        (1, 1, 2, False, True),
        (1, 1, 3, False, False),
        (2, 1, 3, True, False),
        (2, 2, 4, True, True),
        (0, 0, 0, False, False),
    ],
)
def test_half_of_the_rows_of_two_subscriptions_make_a_second_issue(rows, refs, positive, several, again):
    meeting = Meeting(rows, {f"s{number}" for number in range(refs)})

    assert is_issued_again(meeting, positive_rows=positive, several=several) is again


@pytest.mark.parametrize(
    ("cost", "retail", "sign"),
    [
        ("0", "12", 1),
        ("10", "0", 1),
        ("-10", "12", 1),
        ("10", "-12", -1),
        ("0", "-12", -1),
        ("-10", "0", -1),
        ("0", "0", 0),
    ],
)
def test_retail_decides_what_a_row_does_and_cost_where_there_is_none(cost, retail, sign):
    row = replace(seen(1), amount=Money(Decimal(cost), Decimal(retail)))

    assert (row.positive, row.negative) == (sign > 0, sign < 0)


def test_each_of_their_rows_is_taken_back_once():
    refunds = [seen(1, sign=-1), seen(2, sign=-1), seen(3, seats=3, sign=-1)]

    assert pks(mirrored_rows(refunds, [seen(7), seen(8, seats=4)])) == [1]
    assert pks(mirrored_rows(refunds, [seen(7), seen(8)])) == [1, 2]
    assert mirrored_rows([seen(1)], [seen(7, sign=-1)]) == []


def test_rows_are_found_by_their_subscription():
    rows = [seen(1), replace(seen(2), ref="s2"), seen(3)]

    assert {ref: pks(some) for ref, some in by_ref(rows).items()} == {"s1": [1, 3], "s2": [2]}


row_lists = st.lists(
    st.builds(
        seen,
        st.integers(1, 10**6),
        seats=st.integers(0, 3),
        price=st.sampled_from(["5.00", "5.15"]),
        days=st.sampled_from([SEPTEMBER, LATE_SEPTEMBER]),
        sign=st.sampled_from([1, -1]),
    ),
    max_size=8,
    unique_by=lambda row: row.pk,
)


def negated(rows: list[RowSeen]) -> list[RowSeen]:
    """The same rows with the other sign."""
    return [replace(row, amount=NOTHING - row.amount) for row in rows]


@given(row_lists, st.randoms(use_true_random=False))
def test_negatives_of_all_rows_reverse_them_in_any_order(rows, random):
    shuffled = negated(rows)
    random.shuffle(shuffled)

    assert reverses(shuffled, rows)
    charged = [row for row in rows if row.positive]
    assert len(mirrored_rows(negated(charged), rows)) == len(charged)


@given(row_lists, row_lists)
def test_no_row_is_taken_back_or_repeated_more_often_than_it_is_there(mine, theirs):
    assert len(mirrored_rows(mine, theirs)) <= sum(row.positive for row in theirs)
    assert len(repeated_rows(mine, theirs)) <= len(theirs)
    assert set(pks(same_rows(mine, theirs))) <= set(pks(repeated_rows(mine, theirs)))


@given(row_lists)
def test_every_row_of_an_invoice_repeats_the_invoice_itself(rows):
    assert repeated_rows(rows, rows) == rows
