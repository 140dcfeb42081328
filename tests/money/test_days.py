"""Which days a row has, and what days have to do with each other."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money.days import covers_cycle, is_whole
from tests.bookkeeping.product import Days, days_of, is_part_of_month


def days(text: str) -> Days:
    """``2026-09-01/2026-09-30``."""
    return Days.read(text)


def row_days(start: str, end: str, *, ratio: str = "1", starts: tuple[str, ...] = ()) -> str:
    """The days of a row with these moments, as text."""
    moments = [dt.datetime.fromisoformat(one) for one in (start, end, *starts)]
    return str(days_of(moments[0], moments[1], ratio=Decimal(ratio), starts=(moments[0], *moments[2:])))


@pytest.mark.parametrize(
    ("start", "end", "last"),
    [
        ("2026-09-01T00:00+00:00", "2026-09-30T00:00+00:00", "2026-09-30"),
        ("2026-09-01T00:00+00:00", "2026-09-30T23:59:59+00:00", "2026-09-30"),
        ("2026-09-01T00:00+10:00", "2026-09-30T23:59:59+10:00", "2026-09-30"),
        ("2026-09-01T00:00+00:00", "2026-10-01T00:00+00:00", "2026-09-30"),
        ("2026-10-01T00:00+02:00", "2026-11-01T00:00+01:00", "2026-10-31"),
        ("2026-09-20T00:00+00:00", "2026-10-20T00:00+00:00", "2026-10-19"),
        ("2026-09-01T00:00+00:00", "2027-09-01T00:00+00:00", "2027-08-31"),
        ("2026-09-01T00:00+00:00", "2029-09-01T00:00+00:00", "2029-08-31"),
        ("2026-09-30T00:00+00:00", "2026-10-30T00:00+00:00", "2026-10-29"),
        ("2026-02-28T00:00+00:00", "2026-03-30T00:00+00:00", "2026-03-30"),
        ("2026-09-08T00:00+00:00", "2026-09-08T00:00+00:00", "2026-09-08"),
        ("2026-09-02T00:00+00:00", "2026-09-01T00:00+00:00", "2026-09-01"),
    ],
)
def test_midnight_a_whole_cycle_after_the_start_is_the_end_of_the_day_before(start, end, last):
    assert row_days(start, end).endswith(f"/{last}")


@pytest.mark.parametrize(
    ("starts", "last"),
    [(("2026-09-15T00:00+00:00",), "2026-09-14"), (("2026-09-16T00:00+00:00",), "2026-09-15"), ((), "2026-09-15")],
)
def test_midnight_at_which_the_next_row_begins_is_not_of_this_one(starts, last):
    found = row_days("2026-09-01T00:00+00:00", "2026-09-15T00:00+00:00", ratio="1", starts=starts)

    assert found == f"2026-09-01/{last}"


@pytest.mark.parametrize(
    ("start", "ratio", "last"),
    [("2026-09-01", "1", "2026-09-30"), ("2026-09-16", "0.5", "2026-09-30"), ("2026-09-16", "0.4667", "2026-09-29")],
)
def test_next_row_takes_no_day_that_the_row_itself_counts(start, ratio, last):
    found = row_days(f"{start}T00:00+00:00", "2026-09-30T00:00+00:00", ratio=ratio, starts=("2026-09-30T00:00+00:00",))

    assert found.endswith(f"/{last}")


def test_next_row_takes_no_day_from_a_row_that_begins_then_itself():
    assert row_days("2026-09-15T00:00+00:00", "2026-09-15T00:00+00:00", starts=("2026-09-15T00:00+00:00",)) == (
        "2026-09-15/2026-09-15"
    )


@pytest.mark.parametrize(
    ("ratio", "last"),
    [("0.64516129", "2026-10-31"), ("0.6774", "2026-11-01"), ("0.5", "2026-11-01"), ("1", "2026-11-01")],
)
def test_ratio_tells_whether_the_last_midnight_was_charged(ratio, last):
    # 12 to 31 October are 20 of 31 days, with 1 November 21.
    assert row_days("2026-10-12T00:00+00:00", "2026-11-01T00:00+00:00", ratio=ratio).endswith(f"/{last}")


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("2026-09-01/2026-09-30", 1),
        ("2026-09-01/2026-09-29", 0),
        ("2026-09-20/2026-10-19", 1),
        ("2026-01-31/2026-02-27", 1),
        ("2025-02-28/2025-03-30", 1),
        ("2026-02-28/2026-03-27", 1),
        ("2026-09-01/2026-11-30", 3),
        ("2026-01-13/2027-01-12", 12),
        ("2024-02-29/2025-02-27", 12),
        ("2026-09-02/2026-09-01", 0),
        ("2026-09-02/2026-08-01", 0),
        ("2026-09-02/2026-09-02", 0),
    ],
)
def test_whole_months_begin_on_any_day(text, months):
    assert days(text).months == months


@pytest.mark.parametrize(
    ("text", "ratio", "is_part"),
    [
        ("2026-10-12/2026-10-31", "0.64516129", True),
        ("2026-10-05/2026-10-19", "0.5", True),
        ("2026-09-30/2026-09-30", "0.03333333", True),
        ("2026-10-12/2026-10-31", "0.65", True),
        ("2026-11-11/2026-11-30", "0.05479452", False),
        ("2026-09-20/2026-10-19", "0.5", False),
        ("2026-12-15/2027-08-31", "0.71232877", False),
        ("2026-10-12/2026-10-31", "1", False),
        ("2026-09-01/2026-09-29", "1", False),
    ],
)
def test_ratio_of_a_month_is_told_from_that_of_a_year(text, ratio, is_part):
    assert is_part_of_month(days(text), Decimal(ratio)) is is_part


def test_days_meet_cover_and_follow():
    september, change, october = (
        days("2026-09-01/2026-09-30"),
        days("2026-09-16/2026-09-30"),
        days("2026-10-01/2026-10-31"),
    )

    assert (september.cover(change), change.cover(september)) == (True, False)
    assert (september.share_a_day_with(change), september.share_a_day_with(october)) == (True, False)
    assert (october.follow(september), change.follow(september)) == (True, False)
    assert (september.count, september.after) == (30, dt.date(2026, 10, 1))


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)), st.integers(0, 40))
def test_month_whose_end_is_midnight_or_the_evening_before_is_one(first, length):
    """Whatever the day, a cycle written with its last day and with the midnight after it are the same days."""
    last = first + dt.timedelta(days=length)
    if Days(first, last).months != 1:
        return
    start = dt.datetime.combine(first, dt.time(), dt.UTC)
    evening = dt.datetime.combine(last, dt.time(23, 59, 59), dt.UTC)
    midnight = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), dt.UTC)
    inclusive = days_of(start, evening, ratio=Decimal(1))
    exclusive = days_of(start, midnight, ratio=Decimal(1))
    assert inclusive == Days(first, last)
    assert exclusive == inclusive or (Days(first, midnight.date()).months == 1 and midnight.day != first.day)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (dt.date(2026, 9, 5), dt.date(2026, 8, 7), dt.date(2026, 9, 6)),
        (dt.date(2026, 9, 7), dt.date(2026, 9, 7), dt.date(2026, 10, 6)),
        (dt.date(2026, 12, 31), dt.date(2026, 12, 7), dt.date(2027, 1, 6)),
        (dt.date(2026, 3, 1), dt.date(2026, 2, 7), dt.date(2026, 3, 6)),
    ],
)
def test_cycle_of_a_day_follows_from_any_other(day, first, last):
    assert Days(dt.date(2026, 7, 7), dt.date(2026, 8, 6)).around(day) == Days(first, last)


def test_cycle_that_begins_on_the_31st_begins_on_the_last_day_of_a_shorter_month():
    assert Days(dt.date(2026, 1, 31), dt.date(2026, 2, 27)).around(dt.date(2026, 3, 1)) == Days(
        dt.date(2026, 2, 28), dt.date(2026, 3, 30)
    )


@pytest.mark.parametrize(
    ("day", "inside"),
    [("2026-08-31", False), ("2026-09-01", True), ("2026-09-15", True), ("2026-09-30", True), ("2026-10-01", False)],
)
def test_first_and_last_day_are_included(day, inside):
    assert days("2026-09-01/2026-09-30").cover_day(dt.date.fromisoformat(day)) is inside


@pytest.mark.parametrize(
    ("day", "month"),
    [
        ("2026-09-20", "2026-09-20/2026-10-19"),
        ("2026-10-19", "2026-09-20/2026-10-19"),
        ("2026-10-20", "2026-10-20/2026-11-19"),
        ("2026-09-19", "2026-08-20/2026-09-19"),
        ("2027-12-31", "2027-12-20/2028-01-19"),
        ("2024-01-05", "2023-12-20/2024-01-19"),
    ],
)
def test_rhythm_goes_on_in_both_directions(day, month):
    assert str(days("2026-09-20/2026-10-19").around(dt.date.fromisoformat(day))) == month


@pytest.mark.parametrize(
    ("ratio", "whole"), [("1", True), ("0.99901", True), ("1.00099", True), ("0.999", False), ("1.001", False)]
)
def test_ratio_is_whole_but_for_rounding(ratio, whole):
    assert is_whole(Decimal(ratio)) is whole


@pytest.mark.parametrize(
    ("text", "ratio", "covers"),
    [
        ("2026-09-01/2026-09-30", "1", True),
        ("2026-09-01/2027-08-31", "1", True),
        ("2026-09-01/2026-09-30", "0.5", False),
        ("2026-09-01/2026-09-29", "1", False),
        ("2026-09-01/2026-09-29", "0.5", False),
    ],
)
def test_cycle_is_covered_by_whole_months_at_a_whole_ratio(text, ratio, covers):
    assert covers_cycle(days(text), Decimal(ratio)) is covers


@pytest.mark.parametrize(
    ("text", "ratio", "is_part"),
    [
        # 15 days: 0.2 of a day beside 15/30 is still rounding, more is not.
        ("2026-09-01/2026-09-15", "0.50666666", True),
        ("2026-09-01/2026-09-15", "0.4", False),
        # All days of the longest month are no part of one.
        ("2026-10-01/2026-10-31", "0.99", False),
        ("2026-10-01/2026-10-30", "0.968", True),
    ],
)
def test_part_of_a_month_is_told_within_a_fifth_of_a_day(text, ratio, is_part):
    assert is_part_of_month(days(text), Decimal(ratio)) is is_part


def test_row_of_two_days_may_end_at_midnight():
    # The second row begins when the first ends: the first is of one day.
    assert (
        row_days("2026-09-14T00:00+00:00", "2026-09-15T00:00+00:00", ratio="0.5", starts=("2026-09-15T00:00+00:00",))
        == "2026-09-14/2026-09-14"
    )


@pytest.mark.parametrize(
    ("days_text", "months"),
    [
        ("2025-02-28/2025-03-30", 1),
        ("2025-02-27/2025-03-30", 0),
        ("2026-01-31/2026-02-27", 1),
        ("2026-01-30/2026-02-27", 1),
        ("2026-01-31/2026-02-26", 0),
        ("2026-09-16/2026-10-15", 1),
    ],
)
def test_cycle_of_the_end_of_a_month_ends_with_the_shorter_one_or_goes_on_to_the_end_of_the_longer(days_text, months):
    assert days(days_text).months == months


@pytest.mark.parametrize(
    ("days_text", "ratio", "part"),
    [
        ("2026-10-01/2026-10-18", "0.65", True),
        ("2026-10-01/2026-10-18", "0.66", False),
        ("2026-10-01/2026-10-31", "0.995", False),
        ("2026-02-01/2026-02-14", "0.5", True),  # of 28
        ("2026-10-01/2026-10-16", "0.5", False),  # of 32
        ("2026-10-01/2026-10-10", "0.5", False),  # of 20
        ("2026-10-01/2026-10-30", "0.97", True),
    ],
)
def test_ratio_says_of_which_part_of_a_month_days_are_but_of_no_whole_one(days_text, ratio, part):
    assert is_part_of_month(days(days_text), Decimal(ratio)) is part


@pytest.mark.parametrize(
    ("months", "of_the_field"), [(number, number in {1, 3, 6, 12, 24, 36, 60}) for number in range(1, 62)]
)
def test_midnight_ends_a_cycle_of_the_months_that_the_field_has(months, of_the_field):
    year, month = divmod(2026 * 12 + 8 + months, 12)
    midnight = dt.date(year, month + 1, 1)

    found = row_days("2026-09-01T00:00+00:00", f"{midnight}T00:00+00:00")
    assert found == f"2026-09-01/{midnight - dt.timedelta(days=1) if of_the_field else midnight}"
