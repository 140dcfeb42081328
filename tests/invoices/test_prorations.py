"""Which negative rows take back part of what the invoice charges, and which are credits."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from invoices.classifying import Amount, find_prorations


def amount(line, days, retail, cost=None, quantity=1) -> Amount:
    """A row of some days of September."""
    first, last = days
    dates = dt.date(2026, 9, first), dt.date(2026, 9, last)
    return Amount(line, *dates, Decimal(quantity), Decimal(retail if cost is None else cost), Decimal(retail))


def test_taken_back_and_charged_again_is_a_proration():
    rows = [amount(2, (1, 30), 100), amount(3, (11, 30), -66), amount(4, (11, 30), 80)]
    assert find_prorations(rows) == {3}


def test_no_overlap_is_a_credit():
    assert find_prorations([amount(2, (1, 10), 100), amount(3, (11, 20), -5)]) == frozenset()


def test_one_common_day_is_an_overlap():
    assert find_prorations([amount(2, (1, 10), 100), amount(3, (10, 20), -5)]) == {3}


def test_more_than_was_charged_is_a_credit():
    assert find_prorations([amount(2, (1, 30), 100), amount(3, (1, 30), "-100.01")]) == frozenset()


def test_all_of_what_was_charged_is_a_proration():
    assert find_prorations([amount(2, (1, 30), 100), amount(3, (1, 30), -100)]) == {3}


def test_smallest_goes_first_when_not_all_fit():
    rows = [amount(2, (1, 30), 100), amount(3, (1, 30), -90), amount(4, (1, 30), -20)]
    assert find_prorations(rows) == {4}


def test_cost_alone_may_forbid_it():
    assert find_prorations([amount(2, (1, 30), 100, cost=10), amount(3, (1, 30), -20)]) == frozenset()


def test_side_on_which_a_negative_row_charges_gives_no_room_twice():
    charged = [amount(2, (1, 1), 0), amount(3, (2, 2), 0)]
    odd = amount(4, (1, 2), 0, cost=50, quantity=-1)
    back = [amount(5, (1, 1), 0, cost=-50), amount(6, (2, 2), 0, cost=-50)]
    assert find_prorations([*charged, odd, *back]) == {4}


def test_row_of_nothing_counts_as_charged():
    assert find_prorations([amount(2, (1, 30), 0), amount(3, (1, 30), 0, quantity=-1)]) == {3}


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
