"""PRISM's invoices and Azure usage over the wire."""

from __future__ import annotations

import datetime as dt
import json
import logging
from decimal import Decimal

import pytest

from connectors.errors import (
    ConfigurationError,
    RateLimited,
    RecordMissing,
    TransientError,
    UnexpectedAnswer,
    UnreadableInvoice,
)
from connectors.records import (
    InvoiceHeader,
    UsageRecord,
    UsageSummary,
)
from connectors.registry import get_source
from tests.connectors.prism.conftest import (
    API,
    CSV_HEADER,
    CSV_ROW,
    SECRET,
    bearers,
)


def test_invoice_headers_are_read_with_and_without_what_is_unknown(vendor, prism):
    bare = {
        "InvoiceId": "i-1",
        "ProgramName": "Microsoft CSP Indirect",
        "BillingPeriodStart": "2026-10-01T00:00:00+10:00",
    }
    full = {
        "InvoiceId": "i-2",
        "ProgramName": "Veeam",
        "UsageYear": 2026,
        "UsageMonth": 9,
        "invoicenumber": "INV-2",
        "Currency": "usd",
        "Status": "Draft",
        "Total": 110.0,
        "Tax": 10.0,
        "TotalRrp": "150.50",
        "CreditCard": "4111",
    }
    vendor.get(f"{API}/api/v2/invoices", json={"Records": [bare, full]})

    first, second = prism.list_invoices()

    assert first == InvoiceHeader("i-1", "i-1", "Microsoft CSP Indirect", 2026, 10, raw=bare)
    assert (second.number, second.year, second.month) == ("INV-2", 2026, 9)
    assert (second.final, second.currency) == (False, "USD")
    assert (second.cost_total, second.retail_total) == (Decimal("100.0"), Decimal("150.50"))
    assert "CreditCard" not in second.raw
    json.dumps(second.raw)


@pytest.mark.parametrize("header", [{"UsageYear": 2026, "UsageMonth": 9}, {"InvoiceId": "i-1"}])
def test_invoice_without_id_or_month_is_unexpected(vendor, prism, header):
    vendor.get(f"{API}/api/v2/invoices", json=[header])
    with pytest.raises(UnexpectedAnswer):
        prism.list_invoices()


@pytest.mark.parametrize(
    ("status", "final"),
    [("", True), ("Paid", True), ("Open", True), ("Something new", True), ("Pending payment", True)]
    + [(word, False) for word in ("Draft", "Estimated", "pending", "Not final", "Pro-forma")],
)
def test_invoice_is_final_unless_its_status_says_otherwise(vendor, prism, status, final):
    header = {"InvoiceId": "i", "UsageYear": 2026, "UsageMonth": 9, "Status": status}
    vendor.get(f"{API}/api/v2/invoices", json={"Records": [header]})
    assert prism.list_invoices()[0].final is final


def test_fields_that_look_like_pages_are_logged(vendor, prism, caplog):
    vendor.get(f"{API}/api/v2/invoices", json={"Records": [], "TotalPages": 3, "page": 1})
    with caplog.at_level(logging.WARNING):
        assert prism.list_invoices() == []
    assert "Page, TotalPages" in caplog.text


def test_further_pages_of_invoices_are_asked_for_where_the_answer_tells_of_them(vendor, prism):
    header = {"UsageYear": 2026, "UsageMonth": 9}
    for number in (1, 2, 3):
        page = {"Records": [header | {"InvoiceId": f"i-{number}"}], "Page": number, "TotalPages": 3}
        vendor.get(f"{API}/api/v2/invoices", json=page)

    assert [invoice.invoice_id for invoice in prism.list_invoices()] == ["i-1", "i-2", "i-3"]
    assert [call.request.url.partition("?")[2] for call in vendor.calls[1:]] == ["", "page=2", "page=3"]


def test_pages_that_bring_nothing_new_end_the_list(vendor, prism):
    page = {"Records": [{"InvoiceId": "i-1", "UsageYear": 2026, "UsageMonth": 9}], "TotalPages": 99}
    vendor.get(f"{API}/api/v2/invoices", json=page)

    assert len(prism.list_invoices()) == 1
    assert prism.calls == {"GET": 2}


def test_rows_of_an_invoice_are_read_one_by_one(vendor, prism):
    vendor.get(f"{API}/api/v1/me/invoice/i-1/csv", body=f"{CSV_HEADER}\r\n{CSV_ROW}\r\n", content_type="text/csv")

    with prism.open_invoice("i-1") as rows:
        amounts = [(row.line, row.subscription_id, row.cost, row.retail) for row in rows]

    assert amounts == [(2, "s-1", Decimal(3), Decimal(6))]
    assert prism.calls == {"GET": 1}


def test_invoice_file_is_asked_again_with_a_new_token(vendor, prism):
    vendor.get(f"{API}/api/v1/me/invoice/i-1/csv", status=401)
    vendor.get(f"{API}/api/v1/me/invoice/i-1/csv", body=CSV_HEADER)

    with prism.open_invoice("i-1") as rows:
        assert list(rows) == []

    assert bearers(vendor) == ["Bearer token-1-of-prism", "Bearer token-2-of-prism"]


def test_invoice_id_stays_one_segment_of_the_path(vendor, prism):
    vendor.get(f"{API}/api/v1/me/invoice/..%2Fme/csv", body=CSV_HEADER)
    with prism.open_invoice("../me") as rows:
        assert list(rows) == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"body": b""}, UnreadableInvoice),
        ({"status": 404}, RecordMissing),
        ({"status": 403}, ConfigurationError),
        ({"status": 500}, TransientError),
        ({"status": 429}, RateLimited),
        ({"body": "<html>Sign in</html>"}, TransientError),
    ],
)
def test_invoice_file_that_does_not_come_says_who_must_act(vendor, prism, answer, error):
    vendor.get(f"{API}/api/v1/me/invoice/i-1/csv", **answer)

    with pytest.raises(error), prism.open_invoice("i-1") as rows:
        list(rows)


def test_azure_usage_summary_is_asked_with_offsets(vendor, prism):
    vendor.get(
        f"{API}/api/v2/microsoftcsp/azure/usage/summary/s-2",
        json={"Currency": "AUD", "TotalCost": 12.345, "ResourceUsageSummaries": []},
    )
    start = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)

    summary = prism.azure_usage_summary("s-2", start, start.replace(month=11))

    assert summary == UsageSummary("s-2", "AUD", Decimal("12.345"))
    assert "startDate=2026-10-01T00%3A00%3A00%2B00%3A00" in vendor.calls[-1].request.url


def test_azure_usage_details_are_read_until_a_page_is_empty(vendor, prism):
    record = {
        "SubscriptionId": "s-2",
        "UsageDate": "2026-10-05T00:00:00.0000000Z",
        "MeterName": "D2 v3",
        "Quantity": 1.5,
        "Currency": "AUD",
        "PartnerCost": 0.123456,
        "Rrp": 0.2,
    }
    url = f"{API}/api/v2/microsoftcsp/azure/usage/detailed"
    for records in ([record], [record], []):
        vendor.post(url, json={"Records": records})
    start = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)

    found = list(prism.azure_usage_detailed("s-2", start, start.replace(month=11)))

    assert (
        found
        == [
            UsageRecord(
                "s-2",
                dt.datetime(2026, 10, 5, tzinfo=dt.UTC),
                "D2 v3",
                Decimal("1.5"),
                "AUD",
                Decimal("0.123456"),
                Decimal("0.2"),
            )
        ]
        * 2
    )
    assert [json.loads(call.request.body)["page"] for call in vendor.calls if url in call.request.url] == [1, 2, 3]


@pytest.mark.parametrize(
    ("program", "slug"),
    [("Microsoft CSP Indirect", "microsoft-csp"), ("microsoft csp", "microsoft-csp"), ("Veeam", ""), ("", "")],
)
def test_only_microsoft_csp_is_a_program_of_ours(program, slug):
    header = InvoiceHeader("i", "i", program, 2026, 10)
    assert get_source("prism").program_of(header) == slug


def test_client_shows_no_secret(vendor, prism):
    vendor.get(f"{API}/api/v1/me", json={})
    prism.me()
    assert SECRET not in repr(prism)
    assert "token-1" not in repr(prism)
