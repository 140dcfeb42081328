"""Invoices that the source changes after they were imported: noticed, told, and what was stored stays."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import F

from core.scope import partner_scope
from invoices.models import SourceInvoice
from tests.invoices.prism_wire import World, row, subscription


@pytest.fixture
def monthly(world: World) -> World:
    """One customer with one monthly seat, and the invoice of September."""
    world.prism.tenant("Adventure Works", subscription("s1"))
    world.prism.product("p1")
    world.prism.invoice("101", row("s1", quantity=3))
    return world


def test_changed_content_is_reported_once_and_stored_rows_stay(monthly):
    monthly.sync()
    monthly.prism.invoice("101", row("s1", quantity=5), Total="40.00")

    first, second = monthly.sync(), monthly.sync()

    assert (first.changed, second.changed) == ((monthly.invoice("101").pk,), ())
    assert monthly.invoice("101").changed_hash
    assert monthly.charges("101")[0].quantity == 3
    assert monthly.prism.calls["/api/v1/me/invoice/101/csv"] == 2


def test_header_that_changes_without_its_content_is_no_change(monthly):
    monthly.sync()
    monthly.prism.invoices["101"]["Status"] = "Paid"

    first = monthly.sync()
    monthly.sync()

    assert (first.changed, monthly.invoice("101").changed_hash) == ((), "")
    assert monthly.prism.calls["/api/v1/me/invoice/101/csv"] == 2


def test_rows_in_another_order_are_the_same_content(monthly):
    monthly.prism.invoice("101", row("s1"), row("s1", quantity=2, cost="16.0"))
    monthly.sync()
    monthly.prism.invoice("101", row("s1", quantity=2, cost="16.00"), row("s1"), Status="Paid")

    assert monthly.sync().changed == ()
    assert monthly.prism.calls["/api/v1/me/invoice/101/csv"] == 2  # it was compared


def hours_pass(world: World, hours: float) -> None:
    """Since each invoice was read last."""
    with partner_scope(world.partner.pk):
        SourceInvoice.objects.update(compared_at=F("compared_at") - dt.timedelta(hours=hours))


def test_newest_month_is_verified_on_demand_once_a_day(monthly):
    monthly.prism.invoice("102", row("s1", "2026-10"), month="2026-10")
    monthly.sync()
    monthly.prism.files["102"] = monthly.prism.files["101"]
    read = monthly.prism.calls

    assert monthly.sync(verify_newest=True).changed == ()
    assert read["/api/v1/me/invoice/102/csv"] == 1, "it was read a moment ago"

    hours_pass(monthly, 23.5)  # the daily sync does not begin at the same second each day
    assert monthly.sync().changed == ()
    assert monthly.sync(verify_newest=True).changed == (monthly.invoice("102").pk,)
    assert monthly.sync(verify_newest=True).changed == ()
    assert (read["/api/v1/me/invoice/101/csv"], read["/api/v1/me/invoice/102/csv"]) == (1, 2)


def test_invoice_whose_header_changed_is_read_again_at_once(monthly):
    monthly.sync()
    monthly.prism.invoice("101", row("s1", quantity=5), Total="40.00")

    assert monthly.sync(verify_newest=True).changed == (monthly.invoice("101").pk,)
