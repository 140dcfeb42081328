"""PRISM: the list of invoices and their CSV, in every form."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest

CENT = Decimal("0.01")
NEEDED = {
    "SubscriptionId", "OfferName", "ChargeStartDate", "ChargeEndDate", "UnitPrice", "UnitPriceRrp",
    "Quantity", "BillableRatio", "SubTotal", "SubTotalRrp",
}  # fmt: skip


def headers_of(vendors, **query):
    return vendors.prism("/api/v2/invoices", **query).json["Records"]


def newest_monthly(vendors):
    """The newest monthly invoice: the CSP one with the most rows comes first in its month."""
    invoices = vendors.admin("GET", "/truth")["invoices"]
    return max((i for i in invoices if i["kind"] == "monthly"), key=lambda i: i["month"])["invoice_id"]


def text_of(vendors, invoice_id):
    return vendors.prism(f"/api/v1/me/invoice/{invoice_id}/csv").text


def rows_of(vendors, invoice_id):
    return list(csv.DictReader(io.StringIO(text_of(vendors, invoice_id))))


def test_list_shows_only_what_is_known_of_headers(vendors):
    answer = vendors.prism("/api/v2/invoices").json

    assert set(answer) == {"Records"}
    newest = answer["Records"][0]
    assert set(newest) == {"InvoiceId", "ProgramName", "BillingPeriodStart", "UsageYear", "UsageMonth"}
    assert newest["BillingPeriodStart"] == "2026-09-01T00:00:00+00:00"
    assert (newest["UsageYear"], newest["UsageMonth"]) == (2026, 9)


def test_list_holds_three_months_and_another_program(vendors):
    headers = headers_of(vendors)

    programs = Counter(header["ProgramName"] for header in headers)
    assert programs["SPLA"] == 3
    assert programs["Microsoft CSP Indirect"] == len(headers) - 3
    assert {header["UsageMonth"] for header in headers} == {7, 8, 9}


def test_extended_header_totals_equal_the_rows(start):
    vendors = start(invoice_header="extended")
    headers = headers_of(vendors)

    assert len(headers) > 10
    for header in headers:
        rows = rows_of(vendors, header["InvoiceId"])
        assert header["Total"] == sum(Decimal(row["SubTotal"]) for row in rows)
        assert header["TotalRrp"] == sum(Decimal(row["SubTotalRrp"]) for row in rows)
        assert header["Currency"] == "USD"


def test_pages_of_invoices_by_switch(start):
    vendors = start(invoice_pages="paged")

    first = vendors.prism("/api/v2/invoices").json
    second = headers_of(vendors, page=2)

    assert len(first["Records"]) == first["PageSize"] == 10
    assert len(second) == first["TotalRecords"] - 10


def test_csv_has_the_family_in_order_and_seven_digit_fractions(vendors):
    rows = rows_of(vendors, newest_monthly(vendors))

    assert list(rows[0])[:6] == [
        "ResellerName", "PrimaryDomainName", "SubscriptionId", "OfferName", "ChargeStartDate", "ChargeEndDate",
    ]  # fmt: skip
    assert len(rows[0]) == 19
    assert rows[0]["ChargeStartDate"] == "2026-09-01T00:00:00.0000000+00:00"


def test_csv_amount_is_price_times_quantity_times_ratio(vendors):
    rows = rows_of(vendors, newest_monthly(vendors))

    assert len(rows) > 100
    for row in rows:
        for unit, amount in (("UnitPrice", "SubTotal"), ("UnitPriceRrp", "SubTotalRrp")):
            product = Decimal(row[unit]) * Decimal(row["Quantity"]) * Decimal(row["BillableRatio"])
            assert product.quantize(CENT, ROUND_HALF_UP) == Decimal(row[amount])


def varied(by_subscription, kind_of):
    """Subscriptions whose rows are not all of one kind."""
    return [name for name, group in by_subscription.items() if len(set(map(kind_of, group))) > 1]


def test_csv_tells_of_every_awkward_row(vendors):
    rows = rows_of(vendors, newest_monthly(vendors))
    by_subscription = defaultdict(list)
    for row in rows:
        by_subscription[row["SubscriptionId"]].append(row)

    strays = by_subscription.pop("")
    assert len(strays) == 1
    assert len(varied(by_subscription, lambda row: row["Quantity"])) >= 3
    assert len(varied(by_subscription, lambda row: Decimal(row["SubTotal"]) > 0)) >= 2
    given_back = [group for group in by_subscription.values() if all(row["SubTotal"][0] == "-" for row in group)]
    assert len(given_back) == 1
    assert any(Decimal(row["UnitPriceRrp"]) == 0 for row in rows)
    assert any(len(row["UnitPrice"].partition(".")[2]) == 4 for row in rows)
    assert varied(by_subscription, lambda row: row["UnitPriceRrp"])


def test_csv_needed_columns_only(start):
    vendors = start(csv_columns="needed")

    assert set(rows_of(vendors, newest_monthly(vendors))[0]) == NEEDED


@pytest.mark.parametrize(
    "settings",
    [
        {"csv_columns": "extra", "csv_order": "shuffled"},
        {"csv_line_end": "crlf", "csv_quotes": "all"},
        {"csv_columns": "extra", "csv_quotes": "minimal"},
    ],
)
def test_csv_forms_hold_the_same_rows(vendors, settings):
    invoice_id = newest_monthly(vendors)
    usual = [{name: row[name] for name in NEEDED} for row in rows_of(vendors, invoice_id)]
    usual_text = text_of(vendors, invoice_id)

    vendors.admin("POST", "/switch", **settings)

    changed = rows_of(vendors, invoice_id)
    assert [{name: row[name] for name in NEEDED} for row in changed] == usual
    assert text_of(vendors, invoice_id) != usual_text


def test_csv_byte_order_mark_and_line_ends(start):
    vendors = start(csv_bom="on", csv_line_end="crlf", csv_header_case="spaced")

    text = text_of(vendors, newest_monthly(vendors))

    assert text.startswith("\ufeffReseller Name,Primary Domain Name,")
    assert text.count("\r\n") == text.count("\n")


def test_azure_rows_per_meter_sum_to_those_per_subscription(vendors):
    def sums():
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        counts: Counter[str] = Counter()
        for row in rows_of(vendors, newest_monthly(vendors)):
            if row["OfferName"] == "Azure plan":
                totals[row["SubscriptionId"]] += Decimal(row["UnitPrice"])
                counts[row["SubscriptionId"]] += 1
        return totals, counts

    whole, ones = sums()
    vendors.admin("POST", "/switch", azure_rows="meter")
    parts, several = sums()

    assert whole == parts
    assert len(whole) == 8
    assert set(ones.values()) == {1}
    assert max(several.values()) >= 3


def test_annual_order_has_an_invoice_of_its_own_and_so_has_its_increase(vendors):
    vendors.admin("POST", "/advance")

    orders = [i for i in vendors.admin("GET", "/truth")["invoices"] if i["kind"] == "order"]
    rows = [rows_of(vendors, order["invoice_id"]) for order in orders]
    ratios = [Decimal(row["BillableRatio"]) for group in rows for row in group]
    assert all(len(group) == 1 and group[0]["BillingCycle"] == "Annual" for group in rows)
    assert 1 in ratios
    assert any(0 < ratio < 1 for ratio in ratios)


def test_unknown_invoice_is_404(vendors):
    assert vendors.prism("/api/v1/me/invoice/999/csv").status == 404


def test_invoice_by_hand_can_mirror_another(vendors):
    original = newest_monthly(vendors)

    mirrored = vendors.admin("POST", "/invoice", copy_of=original, negate=True)["invoice_id"]

    before = sum(Decimal(row["SubTotalRrp"]) for row in rows_of(vendors, original))
    after = sum(Decimal(row["SubTotalRrp"]) for row in rows_of(vendors, mirrored))
    assert after == -before
    assert headers_of(vendors)[0]["InvoiceId"] == mirrored


def test_story_edit_changes_the_content_of_an_issued_invoice(vendors):
    invoice_id = newest_monthly(vendors)
    row = next(r for r in rows_of(vendors, invoice_id) if r["BillableRatio"] == "1" and r["BillingCycle"])

    vendors.admin("POST", "/story", subscription_id=row["SubscriptionId"], day="2026-09-11", quantity=77)

    mine = [r for r in rows_of(vendors, invoice_id) if r["SubscriptionId"] == row["SubscriptionId"]]
    assert [r["BillableRatio"] for r in mine] == ["0.333333", "0.666667"]
    assert mine[1]["Quantity"] == "77"


def test_credit_with_a_negative_price_by_switch(vendors):
    def credit():
        return next(row for row in rows_of(vendors, newest_monthly(vendors)) if row["LineDescription"] == "Credit")

    by_quantity = credit()
    vendors.admin("POST", "/switch", credit_form="price")
    by_price = credit()

    assert by_quantity["Quantity"] == f"-{by_price['Quantity']}"
    assert by_price["UnitPrice"] == f"-{by_quantity['UnitPrice']}"
    assert by_price["SubTotal"] == by_quantity["SubTotal"]


def test_csv_semicolons_by_switch(start):
    vendors = start(csv_delimiter="semicolon")

    assert text_of(vendors, newest_monthly(vendors)).startswith("ResellerName;PrimaryDomainName;")
