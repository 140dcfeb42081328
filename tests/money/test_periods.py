"""Which period a charge belongs to, and periods as dates and words."""

from __future__ import annotations

import datetime as dt

import pytest

from money.days import Days
from money.enums import Motion, MotionCause
from money.periods import (
    cycle_of,
    day_label,
    first_day_of,
    last_day_of,
    month_after,
    months_between,
    period_label,
    period_of,
    periods_of,
)

OCTOBER = Days.read("2026-10-01/2026-10-31")
YEAR = Days.read("2026-09-05/2027-09-04")


@pytest.mark.parametrize(
    ("period", "first", "label"),
    [
        ("2026-09", dt.date(2026, 9, 1), "Sep 2026"),
        ("2026-12", dt.date(2026, 12, 1), "Dec 2026"),
        (str(YEAR), dt.date(2026, 9, 5), "05 Sep 2026 to 04 Sep 2027"),
    ],
)
def test_period_has_a_first_day_and_words(period: str, first: dt.date, label: str) -> None:
    assert (first_day_of(period), period_label(period)) == (first, label)


@pytest.mark.parametrize(("month", "last"), [("2026-02", (2026, 2, 28)), ("2026-12", (2026, 12, 31))])
def test_month_ends_the_day_before_the_next_one_begins(month: str, last: tuple[int, int, int]) -> None:
    assert last_day_of(month) == dt.date(*last)
    assert month_after(month) == dt.date(*last) + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [((2026, 10, 31), (2026, 11, 1), 1), ((2025, 11, 30), (2027, 2, 1), 15), ((2026, 11, 1), (2026, 10, 1), -1)],
)
def test_months_between_two_dates_are_those_of_the_calendar(first, last, months) -> None:
    assert months_between(dt.date(*first), dt.date(*last)) == months


def test_day_is_told_with_its_month_in_letters() -> None:
    assert day_label(dt.date(2026, 10, 1)) == "01 Oct 2026"


@pytest.mark.parametrize(
    ("days", "motion", "cause", "period"),
    [
        (OCTOBER, Motion.SEAT_MONTHLY, MotionCause.WORDS, "2026-10"),
        (OCTOBER, Motion.AZURE_PLAN, MotionCause.USAGE, "2026-10"),
        (OCTOBER, None, None, "2026-10"),
        (YEAR, Motion.SEAT_ANNUAL, MotionCause.LENGTH, str(YEAR)),
        (YEAR, Motion.SEAT_MONTHLY, MotionCause.ONCE, str(YEAR)),
        (Days.read("2026-10-05/2026-10-05"), Motion.SEAT_MONTHLY, MotionCause.ONE_DAY, str(OCTOBER)),
    ],
)
def test_charge_belongs_to_the_month_or_the_dates_of_its_motion(
    days: Days, motion: Motion | None, cause: MotionCause | None, period: str
) -> None:
    assert period_of(days, motion, cause) == period
    assert period in periods_of(days)


def test_every_period_that_days_can_have_is_looked_through() -> None:
    days = Days.read("2026-03-05/2026-04-04")

    assert periods_of(days) == ("2026-03", "2026-02", "2026-03-05/2026-04-04", "2026-03-01/2026-03-31")


CYCLE = Days.read("2026-08-16/2026-09-15")
NEXT = "2026-09-16/2026-10-15"


@pytest.mark.parametrize(
    ("days", "charged", "cycle"),
    [
        ("2026-09-16/2026-09-30", (), NEXT),
        ("2026-09-20/2026-10-15", (), NEXT),
        ("2026-08-16/2026-08-31", (), str(CYCLE)),
        # known too late, charged by an earlier invoice, going beyond the cycle, or whole months: the days as they are
        ("2026-08-15/2026-08-31", (), "2026-08-15/2026-08-31"),
        ("2026-09-20/2026-10-15", (NEXT,), "2026-09-20/2026-10-15"),
        ("2026-09-20/2026-10-15", ("2026-09-16/2026-10-14",), NEXT),
        ("2026-09-20/2026-10-16", (), "2026-09-20/2026-10-16"),
        ("2026-10-01/2026-10-31", (), "2026-10-01/2026-10-31"),
    ],
)
def test_part_of_a_cycle_belongs_to_the_cycle_that_nobody_charged_before(
    days: str, charged: tuple[str, ...], cycle: str
) -> None:
    quarter = Days.read("2026-05-10/2026-08-09")

    assert str(cycle_of(Days.read(days), [CYCLE, quarter], map(Days.read, charged))) == cycle
    assert str(cycle_of(Days.read(days), [quarter], map(Days.read, charged))) == days
