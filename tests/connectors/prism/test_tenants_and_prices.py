"""PRISM's tenants, subscriptions and price list over the wire."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from connectors.errors import (
    TransientError,
    UnexpectedAnswer,
)
from connectors.records import (
    Cadence,
    SourceProduct,
    SourceSubscription,
    SourceTenant,
)
from tests.connectors.prism.conftest import (
    API,
    CUSTOMERS,
    PRODUCT,
    TENANTS,
)


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
