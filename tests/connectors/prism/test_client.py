"""PRISM over the wire: token, tenants, price list, invoices, usage, and who must act on errors."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import logging
from decimal import Decimal

import pytest
import responses

from connectors.errors import (
    ConfigurationError,
    RateLimited,
    RecordMissing,
    TransientError,
    UnexpectedAnswer,
    UnreadableInvoice,
)
from connectors.prism.client import PrismClient
from connectors.records import (
    Cadence,
    InvoiceHeader,
    SourceProduct,
    SourceSubscription,
    SourceTenant,
    UsageRecord,
    UsageSummary,
)
from connectors.registry import get_source

IDENTITY = "https://identity.prism.example/core/connect/token"
API = "https://api.prism.example"
SECRET = "prism-client-secret"
CUSTOMERS = [
    {
        "CustomerId": "own",
        "CustomerName": "Northwind IT",
        "CreditCard": "4111 sample",
        "CustomerProgramAgreements": [
            {"Id": "a1", "ProgramName": "Microsoft CSP Indirect", "ContractAgreementId": "ca-1"},
            {"Id": "a2", "ProgramName": "microsoft csp tier 2", "ContractAgreementId": "CA-1"},
            {"Id": "a3", "ProgramName": "Veeam", "ContractAgreementId": "ca-9"},
        ],
    },
    {
        "CustomerId": "C-7",
        "CustomerName": "Fabrikam",
        "Email": "it@fabrikam.example",
        "CustomerNotificationEmail": "bills@fabrikam.example",
        "CustomerProgramAgreements": None,
    },
]
TENANTS = [
    {
        "TenantId": "t-1",
        "TenantStatus": "Active",
        "TenantDomain": "fabrikam.example",
        "CustomerId": "c-7",
        "CustomerName": "Fabrikam",
        "Subscriptions": [
            {
                "SubscriptionId": "s-1",
                "Status": "Active",
                "ProductId": "P-1",
                "Quantity": 5,
                "Unit": "Licenses",
                "BillingCycle": "Monthly",
                "BillingCycleDuration": 1,
                "DisplayTemplate": "Seats",
            },
            {"SubscriptionId": "s-2", "ProductId": "P-2", "DisplayTemplate": "Azure", "BillingCycle": "Monthly"},
        ],
    }
]
PRODUCT = {
    "ProductId": "778a4dce-0014",
    "ProductName": "Microsoft 365 A1",
    "ProductGroup": "Microsoft 365",
    "ProductSku": "778A4DCE-0014",
    "Price": 352.0,
    "Qty": 1,
    "UnitPrice": 352.0,
    "ProductUnit": "Licenses",
    "ProductFrequencies": ["6 Years"],
    "RetailPrice": 391.0,
    "RetailUnitPrice": 391.0,
    "ProductDescription": "For schools",
    "BillingCycleOptions": 2,
    "BillingCycleDuration": 6,
}
CSV_HEADER = (
    "SubscriptionId,OfferName,ChargeStartDate,ChargeEndDate,UnitPrice,UnitPriceRrp,Quantity,"
    "BillableRatio,SubTotal,SubTotalRrp"
)
CSV_ROW = "s-1,Offer,2026-10-01T00:00:00Z,2026-10-31T00:00:00Z,1,2,3,1,3,6"


@pytest.fixture
def token(vendor):
    """The identity service, handing out token-1, token-2 and so on."""
    numbers = itertools.count(1)

    def hand_out(request):
        body = {"access_token": f"token-{next(numbers)}-of-prism", "expires_in": 3600, "token_type": "Bearer"}
        return 200, {}, json.dumps(body)

    return vendor.add_callback(responses.POST, IDENTITY, callback=hand_out)


@pytest.fixture
def now():
    """A clock that a test may move."""
    return [1000.0]


@pytest.fixture
def prism(make_edge, token, now):
    """A client whose vendor answers what a test says."""
    credentials = {"client_id": "abc", "client_secret": SECRET}
    return PrismClient(credentials, make_edge(system="prism"), clock=lambda: now[0])


def _bearers(vendor):
    return [call.request.headers.get("Authorization") for call in vendor.calls if API in call.request.url]


def test_token_is_asked_with_the_credentials_in_the_body_and_used_again(vendor, prism):
    vendor.get(f"{API}/api/v1/me", json={"CustomerName": "Northwind IT"})

    prism.me()
    assert prism.me() == "Northwind IT"

    first = vendor.calls[0].request
    assert first.body == (
        b"grant_type=client_credentials&client_id=abc&client_secret=prism-client-secret&scope=rhipeapi"
    )
    assert "Authorization" not in first.headers
    assert _bearers(vendor) == ["Bearer token-1-of-prism"] * 2
    assert prism.calls == {"GET": 2}


def test_token_is_renewed_before_its_end(vendor, prism, now):
    vendor.get(f"{API}/api/v1/me", json={})

    prism.me()
    now[0] += 3600 - 60
    prism.me()

    assert _bearers(vendor) == ["Bearer token-1-of-prism", "Bearer token-2-of-prism"]


def test_refused_token_is_replaced_once(vendor, prism):
    vendor.get(f"{API}/api/v1/me", status=401)
    vendor.get(f"{API}/api/v1/me", json={"CustomerName": "Northwind IT"})

    assert prism.me() == "Northwind IT"
    assert _bearers(vendor) == ["Bearer token-1-of-prism", "Bearer token-2-of-prism"]


def test_token_refused_twice_is_for_the_partner_to_solve(vendor, prism):
    vendor.get(f"{API}/api/v1/me", status=401, body="denied token-2-of-prism")

    with pytest.raises(ConfigurationError) as caught:
        prism.me()

    assert prism.calls == {"GET": 2}
    assert "Manage Client Credentials" in str(caught.value)
    assert "token-2" not in caught.value.detail


@pytest.mark.parametrize("status", [400, 401])
def test_wrong_credentials_say_where_to_make_new_ones(vendor, make_edge, status):
    vendor.post(IDENTITY, status=status, json={"error": "invalid_client", "client_secret": SECRET})
    client = PrismClient({"client_id": "abc", "client_secret": SECRET}, make_edge(system="prism"))

    with pytest.raises(ConfigurationError) as caught:
        client.me()

    assert "Manage Client Credentials > Generate" in str(caught.value)
    assert SECRET not in caught.value.detail


def test_answer_without_token_is_unexpected(vendor, make_edge):
    vendor.post(IDENTITY, json={"token_type": "Bearer"})
    with pytest.raises(UnexpectedAnswer):
        PrismClient({"client_id": "abc", "client_secret": SECRET}, make_edge(system="prism")).me()


def test_connection_test_names_the_account(vendor, prism):
    vendor.get(f"{API}/api/v1/me", json={"CustomerName": "Northwind IT"})
    vendor.get(f"{API}/api/v1/me/customers", json=CUSTOMERS)

    report = prism.test_connection()

    assert (report.account, report.warnings, report.missing) == ("Northwind IT", (), ())


def test_connection_test_warns_where_no_csp_agreement_shows(vendor, prism):
    vendor.get(f"{API}/api/v1/me", json={})
    vendor.get(f"{API}/api/v1/me/customers", json=[CUSTOMERS[1]])

    assert prism.test_connection().warnings == ("No Microsoft CSP agreement was found for this company.",)


def test_tenants_of_each_csp_agreement_come_once_with_subscriptions_and_address(vendor, prism):
    vendor.get(f"{API}/api/v1/me/customers", json=CUSTOMERS)
    vendor.get(f"{API}/api/v2/contractagreements/ca-1/tenants", json=[*TENANTS, *TENANTS])

    assert prism.list_tenants() == [
        SourceTenant(
            tenant_id="t-1",
            name="Fabrikam",
            domain="fabrikam.example",
            email="it@fabrikam.example",
            company_id="c-7",
            active=True,
            subscriptions=(
                SourceSubscription("s-1", "t-1", "P-1", "Active", Decimal(5), "1", "Monthly", Cadence.MONTHLY),
                SourceSubscription("s-2", "t-1", "P-2", billing_cycle="Monthly", cadence=Cadence.USAGE),
            ),
        )
    ]
    assert prism.calls == {"GET": 2}


@pytest.mark.parametrize("wrapped", [{"Records": TENANTS}, {"Items": TENANTS}, TENANTS])
def test_lists_may_be_bare_or_wrapped(vendor, prism, wrapped):
    vendor.get(f"{API}/api/v1/me/customers", json={"Records": CUSTOMERS})
    vendor.get(f"{API}/api/v2/contractagreements/ca-1/tenants", json=wrapped)

    assert [tenant.tenant_id for tenant in prism.list_tenants()] == ["t-1"]


def test_agreement_fields_may_stand_at_the_customer(vendor, prism):
    customer = {"ProgramName": "Microsoft CSP", "ContractAgreementId": "ca-5", "CustomerProgramAgreements": [{}]}
    vendor.get(f"{API}/api/v1/me/customers", json=[customer])
    vendor.get(f"{API}/api/v2/contractagreements/ca-5/tenants", json=TENANTS)

    assert len(prism.list_tenants()) == 1


def test_without_an_agreement_each_tenant_is_asked_for(vendor, prism):
    vendor.get(f"{API}/api/v1/me/customers", json=[])
    vendor.get(f"{API}/api/v2/microsoftcsp/tenants", json=[{"TenantId": "t-1"}])
    vendor.get(f"{API}/api/v2/microsoftcsp/tenants/t-1", json=TENANTS[0])

    (tenant,) = prism.list_tenants()

    assert [s.subscription_id for s in tenant.subscriptions] == ["s-1", "s-2"]


def test_list_of_another_form_is_unexpected(vendor, prism):
    vendor.get(f"{API}/api/v1/me/customers", json={"Message": "hello"})
    with pytest.raises(UnexpectedAnswer):
        prism.list_tenants()


@pytest.mark.parametrize("nested", [{"TenantId": "t-1"}, {"Tenant": {"TenantId": "t-1"}}])
def test_subscription_is_asked_by_id(vendor, prism, nested):
    vendor.get(
        f"{API}/api/v2/microsoftcsp/subscriptions/s-9",
        json={"SubscriptionId": "s-9", "ProductId": "P", "BillingCycle": "Annual", **nested},
    )

    assert prism.get_subscription("s-9") == SourceSubscription(
        "s-9", "t-1", "P", billing_cycle="Annual", cadence=Cadence.ANNUAL
    )


@pytest.mark.parametrize("status", [404, 400])
def test_unknown_subscription_is_none(vendor, prism, status):
    vendor.get(f"{API}/api/v2/microsoftcsp/subscriptions/s-9", status=status)
    assert prism.get_subscription("s-9") is None


@pytest.mark.parametrize("odd", ["", "..", "../../me", "a/b", "s 9", "ä"])
def test_text_that_is_no_id_never_becomes_a_path(vendor, prism, odd):
    assert prism.get_subscription(odd) is None
    assert len(vendor.calls) == 0


def test_breakdown_is_no_missing_data(vendor, prism):
    vendor.get(f"{API}/api/v2/microsoftcsp/subscriptions/s-9", status=500)
    with pytest.raises(TransientError):
        prism.get_subscription("s-9")


def test_price_list_of_a_day_is_flattened(vendor, prism):
    vendor.get(f"{API}/api/v1/me/customers", json=CUSTOMERS)
    vendor.get(
        f"{API}/api/v2/me/pricing/ca-1/pricelist/2026/3/9/",
        json={"ProductGroups": [{"Products": [PRODUCT, PRODUCT]}, {"Products": []}]},
    )

    assert prism.list_products(dt.date(2026, 3, 9)) == [
        SourceProduct(
            product_id="778a4dce-0014",
            sku="778A4DCE-0014",
            name="Microsoft 365 A1",
            term="6",
            billing_cycle="6 Years",
            cadence=Cadence.ANNUAL,
            unit_cost=Decimal("352.0"),
            unit_retail=Decimal("391.0"),
            description="For schools",
        )
    ]
    assert vendor.calls[-1].request.url.endswith("/pricelist/2026/3/9/?excludeTieredProducts=true")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ProductSku": None}, {"sku": "778a4dce-0014"}),
        ({"BillingCycleDuration": None}, {"term": ""}),
        ({"ProductFrequencies": []}, {"billing_cycle": "2", "cadence": Cadence.UNKNOWN}),
        ({"ProductFrequencies": ["Monthly"]}, {"billing_cycle": "Monthly", "cadence": Cadence.MONTHLY}),
        (
            {"ProductFrequencies": ["Monthly", "Annual"]},
            {"billing_cycle": "Monthly|Annual", "cadence": Cadence.UNKNOWN},
        ),
        ({"ProductUnit": "usage-based"}, {"cadence": Cadence.USAGE}),
        ({"ProductGroup": "Azure"}, {"cadence": Cadence.USAGE}),
        ({"ProductName": "Azure plan"}, {"cadence": Cadence.USAGE}),
        ({"UnitPrice": None, "Price": 100, "Qty": 5}, {"unit_cost": Decimal(20)}),
        ({"RetailUnitPrice": None, "RetailPrice": "30.50"}, {"unit_retail": Decimal("30.50")}),
    ],
)
def test_product_fields_fall_back(vendor, prism, change, expected):
    vendor.get(f"{API}/api/v1/me/customers", json=CUSTOMERS)
    vendor.get(
        f"{API}/api/v2/me/pricing/ca-1/pricelist/2026/3/9/",
        json={"ProductGroups": [{"Products": [PRODUCT | change]}]},
    )

    (product,) = prism.list_products(dt.date(2026, 3, 9))

    assert {name: getattr(product, name) for name in expected} == expected


def test_product_without_any_price_is_left_out(vendor, prism):
    vendor.get(f"{API}/api/v1/me/customers", json=CUSTOMERS)
    priceless = PRODUCT | {"UnitPrice": None, "Price": None}
    vendor.get(f"{API}/api/v2/me/pricing/ca-1/pricelist/2026/3/9/", json={"ProductGroups": [{"Products": [priceless]}]})
    assert prism.list_products(dt.date(2026, 3, 9)) == []


@pytest.mark.parametrize("answer", [{}, {"ProductGroups": None}, {"Products": []}, []])
def test_price_list_without_groups_is_unexpected_and_never_empty(vendor, prism, answer):
    vendor.get(f"{API}/api/v1/me/customers", json=CUSTOMERS)
    vendor.get(f"{API}/api/v2/me/pricing/ca-1/pricelist/2026/3/9/", json=answer)

    with pytest.raises(UnexpectedAnswer):
        prism.list_products(dt.date(2026, 3, 9))


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

    assert _bearers(vendor) == ["Bearer token-1-of-prism", "Bearer token-2-of-prism"]


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
        ({"body": "<html>Sign in</html>"}, ConfigurationError),
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
