"""Detecting and importing invoices: each once, whole, from where the program starts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.errors import ConfigurationError, RateLimited
from core.scope import partner_scope
from invoices.models import Charge
from programs.models import Start
from tests.invoices.prism_wire import World, row, subscription


@pytest.fixture
def monthly(world: World) -> World:
    """One customer with one monthly seat, and the invoice of September."""
    world.prism.tenant("Adventure Works", subscription("s1"))
    world.prism.product("p1")
    world.prism.invoice("101", row("s1", quantity=3))
    return world


def test_import_keeps_every_row_as_it_came(monthly):
    report = monthly.sync()

    (charge,) = monthly.charges("101")
    assert report.imported == (monthly.invoice("101").pk,)
    assert (charge.line, charge.quantity, charge.cost, charge.retail) == (2, 3, Decimal("24.00"), Decimal("30.00"))
    assert (charge.motion, charge.kind, charge.period) == ("seat_monthly", "recurring", "2026-09")
    assert charge.raw["SubTotalRrp"] == "30.00"
    assert charge.customer.name == "Adventure Works"
    assert (monthly.invoice("101").row_count, monthly.invoice("101").currency) == (1, "AUD")


def test_import_again_reads_no_known_invoice(monthly):
    monthly.sync()

    again = monthly.sync()

    assert (again.imported, again.problems) == ((), ())
    assert monthly.prism.calls["/api/v1/me/invoice/101/csv"] == 1
    assert len(monthly.charges("101")) == 1


def test_currency_of_the_header_wins_over_the_partners(monthly):
    monthly.prism.invoice("102", row("s1", "2026-10"), month="2026-10", Currency="nzd")

    monthly.sync()

    assert monthly.invoice("102").currency == "NZD"


def test_other_programs_are_named_once_and_skipped(monthly):
    for number in ("201", "202"):
        monthly.prism.invoice(number, row("x1"), ProgramName="SPLA")

    report = monthly.sync()

    assert report.skipped_programs == ("SPLA",)
    assert monthly.invoices() == {"101": "counted"}
    assert "/api/v1/me/invoice/201/csv" not in monthly.prism.calls


def test_draft_is_left_until_it_is_final(monthly):
    monthly.prism.invoice("102", row("s1", "2026-10"), month="2026-10", Status="Draft")
    assert monthly.sync().not_final == ("102",)

    monthly.prism.invoices["102"]["Status"] = "Final"
    monthly.sync()

    assert monthly.invoices() == {"101": "counted", "102": "counted"}


def test_unreadable_row_fails_its_whole_invoice_and_no_other(monthly):
    monthly.sync()
    monthly.prism.invoice("102", row("s1", "2026-10"), row("s1", "2026-10", cost="n/a"), month="2026-10")
    monthly.prism.invoice("103", row("s1", "2026-11"), month="2026-11")

    report = monthly.sync()

    (problem,) = report.problems
    assert (problem.invoice, problem.line) == ("102", 3)
    assert "SubTotal" in problem.text
    assert monthly.invoices() == {"101": "counted", "103": "counted"}
    assert monthly.charges("102") == []


def test_corrected_file_is_imported_at_the_next_sync(monthly):
    monthly.sync()
    monthly.prism.invoice("102", row("s1", "2026-10", cost="n/a"), month="2026-10")
    monthly.sync()

    monthly.prism.invoice("102", row("s1", "2026-10"), month="2026-10")
    report = monthly.sync()

    assert report.problems == ()
    assert monthly.invoices()["102"] == "counted"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"Currency": "NZD"}, "it is in NZD while the invoice is in AUD"),
        ({"cost": "2000000000000"}, "out of all proportion"),
        ({"start": "1066-10-14"}, "it is dated 1066-10-14 to 2026-10-30"),
    ],
)
def test_row_that_cannot_belong_fails_the_invoice_and_names_its_line(monthly, values, words):
    monthly.sync()
    rows = row("s1", "2026-10", Currency="AUD"), row("s1", "2026-10", **values)
    monthly.prism.invoice("102", *rows, month="2026-10")

    (problem,) = monthly.sync().problems

    assert (problem.line, words in problem.text) == (3, True)
    assert "102" not in monthly.invoices()


def test_invoice_that_the_vendor_refuses_does_not_stop_the_others(monthly):
    monthly.sync()
    monthly.prism.invoice("102", row("s1", "2026-10"), month="2026-10")
    monthly.prism.invoice("103", row("s1", "2026-11"), month="2026-11")
    monthly.prism.refused["/api/v1/me/invoice/102/csv"] = 500

    (problem,) = monthly.sync().problems

    assert (problem.invoice, problem.line) == ("102", None)
    assert "tried again at the next sync" in problem.cure
    assert monthly.invoices()["103"] == "counted"


@pytest.mark.parametrize(("status", "error"), [(401, ConfigurationError), (429, RateLimited)])
def test_trouble_with_the_connection_ends_the_import(monthly, status, error):
    monthly.refresh()
    monthly.prism.refused["/api/v1/me/invoice/101/csv"] = status

    with pytest.raises(error):
        monthly.sync()

    assert monthly.invoices() == {}


def test_empty_invoice_is_imported_without_charges(monthly):
    monthly.sync()
    monthly.prism.invoice("102", month="2026-10")

    monthly.sync()

    assert (monthly.invoices()["102"], monthly.invoice("102").row_count) == ("counted", 0)


def test_invoice_of_another_partner_is_not_seen(monthly):
    monthly.sync()

    with partner_scope(monthly.partner.pk):
        assert Charge.objects.count() == 1
    with partner_scope(monthly.partner.pk + 1):
        assert Charge.objects.count() == 0


def test_number_of_queries_grows_by_batches_alone(monthly):
    def queries_for(month: str, rows: int) -> int:
        monthly.prism.invoice(month, *(row("s1", month) for _ in range(rows)), month=month)
        with CaptureQueriesContext(connection) as queries:
            monthly.sync()
        return len(queries)

    monthly.sync()
    few, batch, two_batches = queries_for("2026-10", 1), queries_for("2026-11", 500), queries_for("2026-12", 501)

    assert batch == few
    assert two_batches == few + 1


# --- Start ------------------------------------------------------------------------------------------


@pytest.fixture
def history(monthly: World) -> World:
    """Monthly invoices of July to September, and one for annual orders of October."""
    monthly.prism.tenants[0]["Subscriptions"].append(subscription("a1", cycle="Annual"))
    monthly.prism.invoice("99", row("s1", "2026-07"), month="2026-07")
    monthly.prism.invoice("100", row("s1", "2026-08"), month="2026-08")
    monthly.prism.invoice("102", row("a1", start="2026-10-05", end="2027-10-04"), month="2026-10")
    return monthly


def test_latest_counts_the_newest_regular_month_and_everything_after(history):
    # The month before it is read to tell whether it is regular, and not kept.
    report = history.sync()

    assert report.baseline_recorded
    assert history.invoices() == {"99": "unread", "100": "unread", "101": "counted", "102": "counted"}
    assert "/api/v1/me/invoice/100/csv" in history.prism.calls
    assert "/api/v1/me/invoice/99/csv" not in history.prism.calls
    assert history.kinds("100") == []


def test_next_counts_none_of_the_listed_invoices(history):
    history.settings(start=Start.NEXT)

    history.sync()

    assert history.invoices() == {"99": "unread", "100": "unread", "101": "past", "102": "past"}
    assert len(history.charges("101")) == 1


@pytest.mark.parametrize("start", Start.values)
def test_invoice_that_comes_later_counts_whatever_its_month(history, start):
    history.settings(start=start)
    history.sync()
    history.prism.invoice("103", row("a1", start="2026-08-20", end="2027-08-19"), month="2026-08")

    history.sync()

    assert history.invoices()["103"] == "counted"


def test_before_billing_is_on_everything_is_past(history):
    history.settings(billing_enabled=False)
    history.sync()
    history.prism.invoice("103", row("s1", "2026-10"), month="2026-10")
    assert not history.sync().baseline_recorded
    assert set(history.invoices().values()) == {"past", "unread"}

    history.settings(billing_enabled=True)
    history.sync()

    fates = {"99": "unread", "100": "unread", "101": "unread", "102": "counted", "103": "counted"}
    assert history.invoices() == fates


def test_start_waits_for_the_month_that_cannot_be_read(history):
    history.prism.invoice("103", row("s1", "2026-10", cost="n/a"), month="2026-10")
    report = history.sync()
    assert (report.baseline_recorded, len(report.problems)) == (False, 1)
    assert history.invoices() == {"99": "unread", "100": "unread", "101": "unread", "102": "past"}

    history.prism.invoice("103", row("s1", "2026-10"), month="2026-10")
    history.sync()

    fates = {"99": "unread", "100": "unread", "101": "unread", "102": "counted", "103": "counted"}
    assert history.invoices() == fates


def test_next_never_counts_a_listed_invoice_that_could_not_be_read(history):
    history.settings(start=Start.NEXT)
    history.prism.invoice("103", row("s1", "2026-10", cost="n/a"), month="2026-10")
    history.sync()

    history.prism.invoice("103", row("s1", "2026-10"), month="2026-10")
    history.sync()

    assert history.invoices()["103"] == "unread"


@pytest.mark.parametrize("start", Start.values)
def test_invoice_issued_between_switching_on_and_the_first_sync_counts(history, start):
    history.settings(start=start)
    assert history.record_start()
    history.prism.invoice("103", row("s1", "2026-10"), month="2026-10")

    report = history.sync()

    assert report.baseline_recorded
    listed = {"next": {"101": "past", "102": "past"}, "latest": {"101": "counted", "102": "counted"}}[start]
    assert history.invoices() == {"99": "unread", "100": "unread", **listed, "103": "counted"}


def test_recording_the_start_reads_no_invoice_and_happens_once(history):
    assert history.record_start()
    history.prism.invoice("103", row("s1", "2026-10"), month="2026-10")
    assert not history.record_start()

    assert set(history.invoices()) == {"99", "100", "101", "102"}
    assert [path for path in history.prism.calls if path.endswith("/csv")] == []
    history.sync()
    assert [path for path in history.prism.calls if path.endswith("/csv")] != []


def test_start_is_not_recorded_while_billing_is_off(history):
    history.settings(billing_enabled=False)

    assert not history.record_start()
    assert history.invoices() == {}


def test_listed_invoice_of_the_starting_month_that_could_not_be_read_counts_once_it_can(history):
    history.prism.tenants[0]["Subscriptions"].append(subscription("s2"))
    history.prism.invoice("104", row("s2", "2026-09", cost="n/a"), month="2026-09")
    history.record_start()
    history.sync()
    assert "104" not in history.invoices()

    history.prism.invoice("104", row("s2", "2026-09", start="2026-09-10"), month="2026-09")
    history.sync()

    assert history.invoices()["104"] == "counted"
    assert len(history.charges("104")) == 1


def test_latest_without_any_monthly_seat_starts_with_the_newest_month(world):
    world.prism.tenant("Adventure Works", subscription("a1", cycle="Annual"))
    for month in (7, 8):
        dates = {"start": f"2026-0{month}-01", "end": f"2027-0{month}-01"}
        world.prism.invoice(f"10{month}", row("a1", **dates), month=f"2026-0{month}")

    world.sync()

    assert world.invoices() == {"107": "unread", "108": "counted"}


def test_start_is_settled_once(history):
    history.sync()
    history.settings(billing_enabled=False)
    history.sync()
    history.settings(billing_enabled=True, start=Start.NEXT)

    assert not history.sync().baseline_recorded
    assert history.invoices()["101"] == "counted"


def test_file_with_a_stray_sign_at_its_start_is_no_web_page(monthly):
    monthly.prism.invoice("102", row("s1", "2026-10", quantity=7), month="2026-10")
    monthly.prism.files["102"] = b"<" + monthly.prism.files["102"]

    report = monthly.sync()

    assert (report.problems, monthly.invoice("102").charged_retail) == ((), 70)


@pytest.mark.parametrize(
    "page",
    [
        "\n<!DOCTYPE html>\n<html><body>Sign in, please</body></html>",
        "<!-- Copyright Northwind, all rights reserved --><html>",
        '<meta content="width=device-width, initial-scale=1">',
        "<H1>Blocked</H1>",
        "<html",
    ],
)
def test_web_page_in_place_of_a_file_is_no_invoice(monthly, page):
    monthly.prism.invoice("102", row("s1", "2026-10"), month="2026-10")
    monthly.prism.files["102"] = page.encode()

    (problem,) = monthly.sync().problems

    assert (problem.invoice, problem.text.partition(" answers")[2][:32]) == ("102", " with a web page instead of data")
    assert "tried again at the next sync" in problem.cure
    assert "102" not in monthly.invoices()
