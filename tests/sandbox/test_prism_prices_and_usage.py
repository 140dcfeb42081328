"""PRISM: the price list and Azure usage."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest


def price_list(vendors, day="2026/10/2", **query):
    query = {"excludeTieredProducts": "true"} | query
    answer = vendors.prism(f"/api/v2/me/pricing/{vendors.agreement}/pricelist/{day}/", **query)
    return [product for group in answer.json["ProductGroups"] for product in group["Products"]]


def azure_subscription(vendors):
    tenants = vendors.prism(f"/api/v2/contractagreements/{vendors.agreement}/tenants").json
    return next(s["SubscriptionId"] for t in tenants for s in t["Subscriptions"] if s["DisplayTemplate"] == "Azure")


def detailed(vendors, subscription_id, page=1, size=500):
    asked = {
        "subscriptionId": subscription_id,
        "startDate": "2026-09-01T00:00:00.000Z",
        "endDate": "2026-10-01T00:00:00.000Z",
        "page": page,
        "pageSize": size,
    }
    return vendors.prism("/api/v2/microsoftcsp/azure/usage/detailed", asked).json["Records"]


def summary(vendors, subscription_id):
    path = f"/api/v2/microsoftcsp/azure/usage/summary/{subscription_id}"
    period = {"startDate": "2026-09-01T00:00:00+00:00", "endDate": "2026-10-01T00:00:00+00:00"}
    return vendors.prism(path, **period).json


def test_price_list_has_real_products_and_the_awkward_ones(vendors):
    products = price_list(vendors)

    skus = Counter(product["ProductSku"] for product in products)
    assert len(skus) >= 150
    assert skus["CFQ7TTC0LCHC:0002"] == 3
    legacy = [p for p in products if p["ProductSku"] == p["ProductId"].upper() != p["ProductId"]]
    assert len(legacy) == 1
    twins = [p for p in products if p["ProductSku"] == p["ProductId"] == "CFQ7TTC0HD32:0002"]
    assert [p["ProductFrequencies"] for p in twins] == [["1 Month"], ["1 Year"]]
    assert "CFQ7TTC0LF8S:0001" not in skus
    assert any(product["UnitPrice"] != product["UnitPrice"].quantize(Decimal("0.01")) for product in products)


def test_most_part_numbers_are_sold_in_offers_told_apart_by_id_and_name(vendors):
    products = price_list(vendors)
    yearly = [p for p in products if p["ProductName"].endswith(" - 1 Year - Monthly")]
    skus = {product["ProductSku"] for product in products}

    assert len(yearly) > len(skus) / 2
    (monthly,) = [p for p in products if p["ProductName"] == "Microsoft 365 Business Basic"]
    (other,) = [p for p in yearly if p["ProductName"].startswith("Microsoft 365 Business Basic - ")]
    assert other["ProductId"] != monthly["ProductId"]
    assert other["UnitPrice"] < monthly["UnitPrice"]
    apart = {"ProductId", "ProductName", "Price", "UnitPrice", "RetailPrice", "RetailUnitPrice"}
    assert {name: other[name] for name in other if name not in apart} == {
        name: monthly[name] for name in monthly if name not in apart
    }


def test_price_list_of_a_day_shows_that_days_prices(vendors):
    def standard(day):
        found = (p for p in price_list(vendors, day) if p["ProductName"] == "Microsoft 365 Business Standard")
        return next(product["RetailPrice"] for product in found)

    assert standard("2026/9/30") == Decimal("12.5")
    assert standard("2026/10/1") == Decimal("13.5")


def test_price_list_padded_month_is_404(vendors):
    path = f"/api/v2/me/pricing/{vendors.agreement}/pricelist/2026/09/1/"

    assert vendors.prism(path).status == 404


def test_price_list_tiers_only_when_wanted(vendors):
    assert len(price_list(vendors, excludeTieredProducts="false")) > len(price_list(vendors))


def test_usage_detail_pages_until_empty_and_sums_to_the_summary(vendors):
    subscription_id = azure_subscription(vendors)
    records = []
    page = 1
    while found := detailed(vendors, subscription_id, page, 40):
        records += found
        page += 1

    told = summary(vendors, subscription_id)
    assert page > 2
    assert sum(record["PartnerCost"] for record in records) == told["TotalCost"]
    assert sum(part["Cost"] for part in told["ResourceUsageSummaries"]) == told["TotalCost"]


def test_usage_settles_late_by_switch(start):
    vendors = start(usage_settling="on")
    subscription_id = azure_subscription(vendors)

    counts = [len(detailed(vendors, subscription_id)) for _ in range(4)]

    assert counts[0] == counts[1] == counts[2] - 1
    assert counts[2] == counts[3]


@pytest.mark.parametrize("start_date", ["", "2026-09-01T00:00:00 00:00"])
def test_usage_summary_without_a_readable_date_is_400(vendors, start_date):
    path = f"/api/v2/microsoftcsp/azure/usage/summary/{azure_subscription(vendors)}"

    assert vendors.prism(path, startDate=start_date, endDate="2026-10-01T00:00:00Z").status == 400
