"""Which negative rows take back part of what the invoice charges, and which are credits."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bookkeeping.product import Amount, find_prorations
from tests.bookkeeping.proving import prove


def test_taken_back_and_charged_again_is_a_proration() -> None:
    prove("""
        invoice I1 for Sep 2026
          from   | to     | cost amount | amount
          1 Sep  | 30 Sep |      100.00 | 100.00
          11 Sep | 30 Sep |      -66.00 | -66.00
          11 Sep | 30 Sep |       80.00 |  80.00
        charges
          row | kind
            1 | recurring
            2 | proration
            3 | recurring
    """)


@pytest.mark.parametrize(("first_day", "kind"), [("10 Sep", "proration"), ("11 Sep", "credit")])
def test_one_common_day_is_an_overlap_and_none_is_a_credit(first_day: str, kind: str) -> None:
    prove(f"""
        invoice I1 for Sep 2026
          from        | to     | cost amount | amount
          1 Sep       | 10 Sep |      100.00 | 100.00
          {first_day} | 20 Sep |       -5.00 |  -5.00
        charges
          row | kind
            1 | recurring
            2 | {kind}
    """)


@pytest.mark.parametrize(("taken_back", "kind"), [("-100.00", "proration"), ("-100.01", "credit")])
def test_all_of_what_was_charged_is_a_proration_and_more_is_a_credit(taken_back: str, kind: str) -> None:
    prove(f"""
        invoice I1 for Sep 2026
          cost amount  | amount
                100.00 | 100.00
          {taken_back} | {taken_back}
        charges
          row | kind
            1 | recurring
            2 | {kind}
    """)


def test_smallest_goes_first_when_not_all_fit() -> None:
    prove("""
        invoice I1 for Sep 2026
          cost amount | amount
               100.00 | 100.00
               -90.00 | -90.00
               -20.00 | -20.00
        charges
          row | kind
            1 | recurring
            2 | credit
            3 | proration
    """)


@pytest.mark.parametrize(("cost", "kind"), [("10.00", "credit"), ("20.00", "proration")])
def test_cost_alone_may_forbid_it(cost: str, kind: str) -> None:
    prove(f"""
        invoice I1 for Sep 2026
          cost amount | amount
               {cost} | 100.00
               -20.00 | -20.00
        charges
          row | kind
            1 | recurring
            2 | {kind}
    """)


def test_side_on_which_a_negative_row_charges_gives_no_room_twice() -> None:
    prove("""
        invoice I1 for Sep 2026
          from  | to    | seats | cost amount | amount
          1 Sep | 1 Sep |     1 |        0.00 |   0.00
          2 Sep | 2 Sep |     1 |        0.00 |   0.00
          1 Sep | 2 Sep |    -1 |       50.00 |   0.00
          1 Sep | 1 Sep |     1 |      -50.00 |   0.00
          2 Sep | 2 Sep |     1 |      -50.00 |   0.00
        charges
          row | kind
            1 | recurring
            2 | recurring
            3 | proration
            4 | credit
            5 | credit
    """)


def test_row_of_nothing_counts_as_charged() -> None:
    prove("""
        invoice I1 for Sep 2026
          subscription | seats | cost amount | amount
          s1           |     1 |        0.00 |   0.00
          s1           |    -1 |        0.00 |   0.00
          s2           |    -1 |        0.00 |   0.00
        charges
          row | subscription | kind
            1 | s1           | recurring
            2 | s1           | proration
            3 | s2           | credit
    """)


# --- Whatever the rows -------------------------------------------------------------------------------


def amount(line, days, retail, cost=None, quantity=1) -> Amount:
    """A row of some days of September."""
    first, last = days
    dates = dt.date(2026, 9, first), dt.date(2026, 9, last)
    return Amount(line, *dates, Decimal(quantity), Decimal(retail if cost is None else cost), Decimal(retail))


dates = st.tuples(st.integers(1, 30), st.integers(1, 30)).map(sorted)
cents = st.integers(-20_000, 20_000).map(lambda value: Decimal(value) / 100)
amounts = st.lists(st.tuples(dates, cents, cents, st.integers(-3, 3)), max_size=12).map(
    lambda rows: [amount(line, *one[:2], cost=one[2], quantity=one[3]) for line, one in enumerate(rows, start=2)]
)


@given(amounts)
def test_prorations_never_take_back_more_than_was_charged(rows):
    prorations = find_prorations(rows)
    kept = [one for one in rows if not one.is_negative or one.line in prorations]
    assert sum(one.cost for one in kept) >= 0
    assert sum(one.retail for one in kept) >= 0


@given(amounts)
def test_proration_is_negative_and_meets_a_charge(rows):
    prorations = find_prorations(rows)
    for one in (each for each in rows if each.line in prorations):
        assert one.is_negative
        assert any(other.overlaps(one) for other in rows if not other.is_negative)


@given(amounts)
def test_order_of_the_file_does_not_matter(rows):
    assert find_prorations(rows) == find_prorations(reversed(rows))
