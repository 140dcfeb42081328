"""The months of the field: the rows of each kind, and the story without them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from sandbox.__main__ import main
from sandbox.accounts import story_in
from sandbox.plots import story_of
from sandbox.server import running

Rows = list[dict[str, str]]
AUGUST, SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = "2026-08", "2026-09", "2026-10", "2026-11", "2026-12"
EAST, WEST, LIBERTY = "prosewareeast.example", "prosewarewest.example", "liberty.example"


@pytest.fixture
def rows_of(start: Callable[..., Any]) -> Callable[..., Rows]:
    """Finds rows in a sandbox three months on."""
    vendors = start(months="field")
    for _ in range(3):
        vendors.admin("POST", "/advance")
    return partial(find_rows, vendors)


def find_rows(vendors: Any, month: str, domain: str, product: str, kind: str = "") -> Rows:
    """The rows of a product at a customer, on all invoices of a month, or on those of one kind."""
    invoices = [one for one in vendors.admin("GET", "/truth")["invoices"] if one["program"] != "SPLA"]
    chosen = [one["invoice_id"] for one in invoices if one["month"] == month and kind in ("", one["kind"])]
    rows = [row for invoice_id in chosen for row in read(vendors, invoice_id)]
    return [row for row in rows if row["PrimaryDomainName"] == domain and row["OfferName"].startswith(product)]


def read(vendors: Any, invoice_id: str) -> Rows:
    return list(csv.DictReader(io.StringIO(vendors.prism(f"/api/v1/me/invoice/{invoice_id}/csv").text)))


def told(rows: Rows) -> list[tuple[str, str, str, str]]:
    """First and last day, quantity and retail amount."""
    return [
        (row["ChargeStartDate"][:10], row["ChargeEndDate"][:10], row["Quantity"], row["SubTotalRrp"]) for row in rows
    ]


def days_of(rows: Rows) -> list[tuple[str, str, str]]:
    return [day[:3] for day in told(rows)]


def ids_of(rows: Rows) -> list[str]:
    return [row["SubscriptionId"] for row in rows]


def test_change_is_told_a_month_later(rows_of):
    assert told(rows_of(SEPTEMBER, LIBERTY, "Office 365 E3")) == [("2026-09-01", "2026-09-30", "10", "230.00")]
    assert told(rows_of(OCTOBER, LIBERTY, "Office 365 E3")) == [
        ("2026-10-01", "2026-10-31", "12", "276.00"),
        ("2026-09-16", "2026-09-30", "-10", "-115.00"),
        ("2026-09-16", "2026-09-30", "12", "138.00"),
    ]


def test_rebate_has_a_row_and_a_price_of_its_own(rows_of):
    seats, rebate = rows_of(SEPTEMBER, LIBERTY, "Planner and Project Plan 3")

    assert (seats["Quantity"], rebate["Quantity"], rebate["SubTotalRrp"]) == ("9", "-1", "-7.30")
    assert seats["SubscriptionId"] == rebate["SubscriptionId"]
    assert seats["UnitPriceRrp"] != rebate["UnitPriceRrp"]


def test_trial_is_paid_under_its_own_id(rows_of):
    trial, converted = rows_of(SEPTEMBER, LIBERTY, "Visio"), rows_of(OCTOBER, LIBERTY, "Visio")

    assert told(trial) == [("2026-09-01", "2026-09-30", "25", "0.00")]
    assert told(converted) == [
        ("2026-10-01", "2026-10-11", "25", "0.00"),
        ("2026-10-12", "2026-10-31", "25", "80.65"),
        ("2026-10-12", "2026-10-31", "25", "0.00"),
    ]
    assert set(ids_of(trial)) == set(ids_of(converted))
    assert told(rows_of(NOVEMBER, LIBERTY, "Visio")) == [("2026-11-01", "2026-11-30", "25", "125.00")]


@pytest.mark.parametrize(
    ("month", "product", "quantity", "words"),
    [(SEPTEMBER, "Access LTSC 2021", "1", ""), (OCTOBER, "Access LTSC 2024", "2", "One-Time")],
)
def test_purchase_is_charged_on_one_day_once(rows_of, month, product, quantity, words):
    (row,) = rows_of(month, WEST, product)

    assert days_of([row]) == [(f"{month}-08", f"{month}-08", quantity)]
    assert (row["BillingCycle"], row["BillableRatio"]) == (words, "1")
    assert [rows_of(other, WEST, product) for other in (AUGUST, NOVEMBER)] == [[], []]


def test_renewal_has_a_new_id_between_months_and_within_one(rows_of):
    product = "Microsoft Teams Premium"
    before, after = rows_of(SEPTEMBER, LIBERTY, product), rows_of(OCTOBER, LIBERTY, product)
    within = rows_of(OCTOBER, EAST, product)

    assert days_of(before) + days_of(after) == [("2026-09-01", "2026-09-30", "14"), ("2026-10-01", "2026-10-31", "14")]
    assert days_of(within) == [("2026-10-01", "2026-10-14", "8"), ("2026-10-15", "2026-10-31", "8")]
    assert len({*ids_of(before), *ids_of(after)}) == len(set(ids_of(within))) == 2


def test_seats_are_ordered_before_the_months_invoice(rows_of):
    product = "Windows 10/11 Enterprise E3"
    early = rows_of(NOVEMBER, EAST, product, "early")
    monthly = rows_of(NOVEMBER, EAST, product, "monthly")

    assert days_of(early) + days_of(monthly) == [("2026-11-01", "2026-11-30", "3"), ("2026-11-01", "2026-11-30", "10")]
    assert ids_of(early) == ids_of(monthly)
    assert days_of(rows_of(DECEMBER, EAST, product)) == [("2026-12-01", "2026-12-31", "13")]


def test_early_order_is_listed_with_the_invoice_of_the_month_before(start):
    vendors = start(months="field")
    vendors.admin("POST", "/advance")

    headers = vendors.prism("/api/v2/invoices").json["Records"]

    newest = [(one["UsageMonth"], one["ProgramName"]) for one in headers if one["UsageMonth"] >= 10]
    assert (11, "Microsoft CSP Indirect") in newest
    assert (10, "Microsoft CSP Indirect") in newest


def test_subscription_ends_in_mid_month(rows_of):
    assert days_of(rows_of(OCTOBER, WEST, "Office 365 E3")) == [("2026-10-01", "2026-10-12", "6")]
    assert rows_of(NOVEMBER, WEST, "Office 365 E3") == []


def test_cycle_begins_on_the_seventh_with_changes_in_its_month_and_the_next(rows_of):
    product = "Planner and Project Plan 3"

    assert days_of(rows_of(SEPTEMBER, EAST, product)) == [("2026-09-07", "2026-10-06", "10")]
    assert days_of(rows_of(OCTOBER, EAST, product)) == [
        ("2026-10-07", "2026-11-06", "10"),
        ("2026-10-20", "2026-11-06", "-10"),
        ("2026-10-20", "2026-11-06", "8"),
    ]
    november = rows_of(NOVEMBER, EAST, product)
    assert days_of(november) == [
        ("2026-11-07", "2026-12-06", "9"),
        ("2026-11-03", "2026-11-06", "-8"),
        ("2026-11-03", "2026-11-06", "9"),
    ]
    assert [row["BillableRatio"] for row in november] == ["1", "0.129032", "0.129032"]


def test_subscription_moves_to_another_tenant(rows_of):
    product = "Microsoft Teams Phone"
    before, after = rows_of(SEPTEMBER, EAST, product), rows_of(OCTOBER, WEST, product)

    assert days_of(before) + days_of(after) == [("2026-09-01", "2026-09-30", "15"), ("2026-10-01", "2026-10-31", "15")]
    assert ids_of(before) == ids_of(after)
    assert [rows_of(SEPTEMBER, WEST, product), rows_of(OCTOBER, EAST, product)] == [[], []]


def test_moved_subscription_is_listed_by_its_new_tenant(start):
    vendors = start(months="field")

    def holders() -> list[str]:
        tenants = vendors.prism(f"/api/v2/contractagreements/{vendors.agreement}/tenants").json
        return [
            one["TenantDomain"] for one in tenants for sub in one["Subscriptions"] if sub["SubscriptionId"] == moved
        ]

    story = story_of(vendors.subdomain, "", dt.date(2026, 7, 1), field=True)
    moved = next(one.subscription_id for one in story.subscriptions if one.moved)
    before = holders()
    vendors.admin("POST", "/advance")

    assert (before, holders()) == ([EAST], [WEST])


@pytest.mark.parametrize(
    ("domain", "product", "end"),
    [
        (WEST, "Planner and Project Plan 3", "2026-10-31T00:00:00"),
        (LIBERTY, "Windows 10/11 Enterprise E3", "2026-11-01T00:00:00"),
    ],
)
def test_one_last_day_is_written_in_two_ways(rows_of, domain, product, end):
    whole, more = rows_of(OCTOBER, domain, product)

    assert whole["ChargeEndDate"].startswith(end)
    assert more["ChargeEndDate"].startswith("2026-10-31T23:59:59")
    assert whole["SubscriptionId"] == more["SubscriptionId"]
    assert (Decimal(whole["Quantity"]) > 2, more["Quantity"]) == (True, "2")


def test_order_is_taken_back_and_issued_again(rows_of):
    product = "Microsoft Teams Premium"
    ordered, reversal, again = rows_of(NOVEMBER, WEST, product, "early")

    assert told([ordered, reversal, again]) == [
        ("2026-11-01", "2026-11-30", "5", "50.00"),
        ("2026-11-01", "2026-11-30", "-5", "-50.00"),
        ("2026-11-01", "2026-11-30", "4", "40.00"),
    ]
    assert days_of(rows_of(NOVEMBER, WEST, product, "monthly")) == [("2026-11-01", "2026-11-30", "10")]
    assert days_of(rows_of(DECEMBER, WEST, product)) == [("2026-12-01", "2026-12-31", "14")]


def test_reversal_comes_on_an_invoice_of_its_own_and_takes_the_form_of_credits(start):
    vendors = start(months="field", credit_form="price")
    for _ in range(2):
        vendors.admin("POST", "/advance")
    early = [one for one in vendors.admin("GET", "/truth")["invoices"] if one["kind"] == "early"]
    whole = [read(vendors, one["invoice_id"]) for one in early]

    found = [rows[0] for rows in whole if rows[0]["OfferName"].startswith("Microsoft Teams Premium")]
    assert [len(rows) for rows in whole] == [1] * len(early)
    assert [(row["Quantity"], row["UnitPriceRrp"]) for row in found] == [
        ("5", "10.00"),
        ("5", "-10.00"),
        ("4", "10.00"),
    ]


def test_monthly_becomes_annual_under_one_id(rows_of):
    product = "Microsoft Teams Phone"
    before, monthly = rows_of(SEPTEMBER, LIBERTY, product), rows_of(OCTOBER, LIBERTY, product, "monthly")
    annual = rows_of(OCTOBER, LIBERTY, product, "order")

    assert days_of(monthly) == [("2026-10-01", "2026-10-31", "10"), ("2026-10-15", "2026-10-31", "-10")]
    assert days_of(annual) == [("2026-10-15", "2027-10-14", "10")]
    assert [row["BillingCycle"] for row in [*monthly, *annual]] == ["Monthly", "Monthly", "Annual"]
    assert len({*ids_of(before), *ids_of(monthly), *ids_of(annual)}) == 1
    assert rows_of(NOVEMBER, LIBERTY, product) == []


def test_what_became_annual_is_listed_once_as_it_is_now(start):
    vendors = start(months="field")
    story = story_of(vendors.subdomain, "", dt.date(2026, 7, 1), field=True)
    changed = next(
        one.subscription_id
        for one in story.subscriptions
        if one.motion == "seat_annual" and one.start == dt.date(2026, 10, 15)
    )

    def cycles() -> list[str]:
        tenants = vendors.prism(f"/api/v2/contractagreements/{vendors.agreement}/tenants").json
        listed = [sub for one in tenants for sub in one["Subscriptions"] if sub["SubscriptionId"] == changed]
        asked = vendors.prism(f"/api/v2/microsoftcsp/subscriptions/{changed}").json
        return [sub["BillingCycle"] for sub in [*listed, asked]]

    before = cycles()
    vendors.admin("POST", "/advance")

    assert (before, cycles()) == (["Monthly"] * 2, ["Annual"] * 2)


def test_only_a_refund_is_left(rows_of):
    product = "Office 365 E3"

    assert days_of(rows_of(SEPTEMBER, EAST, product)) == [("2026-09-01", "2026-09-30", "7")]
    assert told(rows_of(OCTOBER, EAST, product)) == [("2026-09-21", "2026-09-30", "-7", "-53.67")]
    assert rows_of(NOVEMBER, EAST, product) == []


def test_two_new_months_come_on_one_invoice(rows_of):
    product = "Microsoft 365 Copilot"

    assert rows_of(SEPTEMBER, WEST, product) == []
    assert days_of(rows_of(OCTOBER, WEST, product)) == [
        ("2026-10-01", "2026-10-31", "5"),
        ("2026-09-12", "2026-09-30", "5"),
    ]


def test_rebate_takes_the_form_of_credits(start):
    vendors = start(months="field", credit_form="price")
    newest = max(
        (i for i in vendors.admin("GET", "/truth")["invoices"] if i["kind"] == "monthly"), key=lambda i: i["month"]
    )

    (rebate,) = [row for row in read(vendors, newest["invoice_id"]) if row["LineDescription"] == "Promotion rebate"]
    assert (rebate["Quantity"], rebate["UnitPriceRrp"], rebate["SubTotalRrp"]) == ("1", "-7.30", "-7.30")


def test_story_of_the_calendar_is_a_part_of_that_of_the_field(tmp_path):
    found = []
    for months in ("calendar", "field"):
        with running(tmp_path / months, settings={"months": months}) as server, server.store.exclusive():
            found.append(story_in(server.store, "northwind"))
    usual, field = found

    assert field.subscriptions[: len(usual.subscriptions)] == usual.subscriptions
    assert (usual.extras, usual.fated) == ((), frozenset())
    told = field.subscriptions[len(usual.subscriptions) :]
    assert field.fated == {one.subscription_id for one in told}
    assert len(field.fated) > 10


def test_months_are_chosen_when_a_sandbox_begins(tmp_path, capsys):
    with running(tmp_path, settings={"months": "field"}):
        pass

    assert main(["switch", "--data", str(tmp_path), "months=calendar"]) == 2
    assert "months is set when a sandbox begins" in capsys.readouterr().err
    with running(tmp_path, settings={"months": "calendar", "page_size": "20"}) as server, server.store.exclusive():
        assert (server.store.switches["months"], server.store.switches["page_size"]) == ("field", "20")
