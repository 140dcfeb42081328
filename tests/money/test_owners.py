"""Whose a row is of a subscription that moved to another tenant."""

from __future__ import annotations

import datetime as dt

import pytest

from money.days import Days
from money.rows.owners import Stay, Whose, whose_row

NORTHWIND, FABRIKAM, CONTOSO = 1, 2, 3
OCTOBER = Days(dt.date(2026, 10, 1), dt.date(2026, 10, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def moved(first: str, last: str, since: str) -> list[Stay]:
    """Seen at Northwind between two days, and at Fabrikam since another."""
    return [Stay(NORTHWIND, day(first), day(last)), Stay(FABRIKAM, day(since))]


@pytest.mark.parametrize(
    ("stays", "customer"),
    [
        pytest.param(moved("09-01", "11-02", "11-03"), NORTHWIND, id="after the month"),
        pytest.param(moved("09-01", "10-31", "11-01"), NORTHWIND, id="on the day after it"),
        pytest.param(moved("09-01", "10-14", "10-15"), NORTHWIND, id="within the month, which it began at Northwind"),
        pytest.param(moved("10-31", "11-02", "11-03"), NORTHWIND, id="first seen on its last day"),
        pytest.param(moved("09-01", "10-01", "10-02"), NORTHWIND, id="on its second day"),
        pytest.param(moved("09-01", "09-30", "10-01"), FABRIKAM, id="on its first day"),
        pytest.param(moved("09-01", "09-20", "10-31"), FABRIKAM, id="seen in the month at Fabrikam alone"),
        pytest.param(moved("11-05", "11-05", "11-06"), FABRIKAM, id="before anybody looked: today's"),
    ],
)
def test_month_is_of_who_had_it_when_the_month_began(stays: list[Stay], customer: int) -> None:
    assert whose_row(OCTOBER, stays, FABRIKAM, []) == Whose(customer)


def test_month_that_nobody_looked_at_between_two_tenants_is_untold() -> None:
    assert whose_row(OCTOBER, moved("09-01", "09-20", "11-03"), FABRIKAM, []) == Whose(None, untold=True)


@pytest.mark.parametrize("named", [NORTHWIND, FABRIKAM])
@pytest.mark.parametrize("stays", [moved("09-01", "11-02", "11-03"), moved("09-01", "09-20", "11-03")])
def test_tenant_that_the_row_names_is_charged(named: int, stays: list[Stay]) -> None:
    assert whose_row(OCTOBER, stays, FABRIKAM, [named, named]) == Whose(named)


@pytest.mark.parametrize("named", [[CONTOSO], [NORTHWIND, FABRIKAM]])
def test_words_of_somebody_who_never_had_it_or_of_two_who_had_tell_nothing(named: list[int]) -> None:
    assert whose_row(OCTOBER, moved("09-01", "11-02", "11-03"), FABRIKAM, named) == Whose(NORTHWIND)


def test_subscription_that_never_moved_is_of_today() -> None:
    assert whose_row(OCTOBER, [], NORTHWIND, [FABRIKAM]) == Whose(NORTHWIND)
    assert whose_row(OCTOBER, [], None, []) == Whose(None)
