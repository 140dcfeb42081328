"""Where billing starts among the invoices that are listed: with the newest month that is regular."""

from __future__ import annotations

import pytest

from tests.invoices.prism_wire import World, row, subscription


@pytest.fixture
def listed(world: World) -> World:
    """Northwind with a monthly subscription."""
    world.prism.tenant("Northwind", subscription("s1"))
    world.prism.product("p1")
    return world


def test_billing_starts_with_the_newest_month_that_is_regular(listed: World) -> None:
    # October has six orders of a year so far; an annual order says nothing about monthly seats.
    years = [subscription(f"y{number}", cycle="Annual") for number in range(6)]
    listed.prism.tenants[0]["Subscriptions"] += years
    listed.prism.invoice("100", row("s1", "2026-08", days=(1, 31), quantity=10), month="2026-08")
    listed.prism.invoice("101", row("s1", quantity=10))
    orders = [row(year["SubscriptionId"], start="2026-10-10", end="2027-10-09") for year in years]
    listed.prism.invoice("102", *orders, month="2026-10")

    listed.sync()

    assert listed.invoices() == {"100": "unread", "101": "counted", "102": "counted"}


def test_monthly_order_of_a_month_that_is_not_regular_yet_is_not_where_billing_starts(listed: World) -> None:
    # One of three monthly subscriptions has an early row of October: September is the newest whole month.
    listed.prism.tenants[0]["Subscriptions"] += [subscription("s2"), subscription("s3")]
    everybody = [row(ref, quantity=10) for ref in ("s1", "s2", "s3")]
    listed.prism.invoice("101", *everybody)
    listed.prism.invoice("102", row("s1", "2026-10", days=(12, 31), ratio="0.64516129"), month="2026-10")

    listed.sync()

    assert listed.invoices() == {"101": "counted", "102": "counted"}
