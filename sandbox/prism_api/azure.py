"""Azure usage: a summary, and detailed records page by page."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from sandbox.accounts import story_in
from sandbox.catalogue import AZURE_SKU
from sandbox.draws import guid
from sandbox.routing import Call, route
from sandbox.story import Subscription
from sandbox.usage import MeterDay, total, usage_between
from sandbox.wire import Json, Reply, json_reply

_READS_UNTIL_SETTLED = 2
_LARGEST_PAGE = 500


def usage_summary(call: Call) -> Reply:
    """GET of the summary: the total and the cost of each resource."""
    found = _azure_plan(call, call.values[0])
    period = _period(call, call.request.param("startDate"), call.request.param("endDate"))
    if found is None or period is None:
        return _refusal(found)
    first, last = period
    records = usage_between(found, first, last)
    by_meter: dict[str, list[MeterDay]] = defaultdict(list)
    for record in records:
        by_meter[record.meter].append(record)
    return json_reply(
        {
            "SubscriptionName": "Azure plan",
            "StartDate": call.request.param("startDate"),
            "EndDate": call.request.param("endDate"),
            "Currency": call.facts["currency"],
            "TotalCost": total(records).cost,
            "LastUpdateDate": f"{call.store.today.isoformat()}T04:00:00{call.switch('date_offset')}",
            "ResourceUsageSummaries": [_resource(group) for group in by_meter.values()],
        }
    )


def usage_detailed(call: Call) -> Reply:
    """POST of the detailed usage: ``Records`` of one page, empty behind the last."""
    asked = call.request.fields()
    found = _azure_plan(call, str(asked.get("subscriptionId", "")))
    period = _period(call, str(asked.get("startDate", "")), str(asked.get("endDate", "")))
    if found is None or period is None:
        return _refusal(found)
    page = max(1, int(asked.get("page", 1)))
    size = min(_LARGEST_PAGE, max(1, int(asked.get("pageSize", _LARGEST_PAGE))))
    records = usage_between(found, *period)
    if not _settled(call, found.subscription_id, count=page == 1):
        records = records[:-1]
    shown = records[(page - 1) * size : page * size]
    return json_reply({"Records": [_record(call, found, record) for record in shown]})


ROUTES = (
    route("GET", r"/api/v2/microsoftcsp/azure/usage/summary/([0-9A-Za-z-]+)", usage_summary),
    route("POST", "/api/v2/microsoftcsp/azure/usage/detailed", usage_detailed),
)


def _azure_plan(call: Call, subscription_id: str) -> Subscription | None:
    found = story_in(call.store, call.account).subscription_on(subscription_id, call.store.today)
    return found if found is not None and found.offer.sku == AZURE_SKU else None


def _refusal(found: Subscription | None) -> Reply:
    if found is None:
        return json_reply({"Message": "The subscription was not found."}, 404)
    return json_reply({"Message": "startDate and endDate are needed."}, 400)


def _period(call: Call, start: str, end: str) -> tuple[dt.date, dt.date] | None:
    """First and last day of usage. An end at midnight is the moment before that day."""
    try:
        first = dt.datetime.fromisoformat(start)
        last = dt.datetime.fromisoformat(end)
    except ValueError:
        return None
    last -= dt.timedelta(microseconds=1)
    known = call.store.today - dt.timedelta(days=1)  # usage of a day is there a day later
    return first.date(), min(last.date(), known)


def _settled(call: Call, subscription_id: str, *, count: bool) -> bool:
    if call.switch("usage_settling") == "off":
        return True
    name = f"usage_reads/{call.account}/{subscription_id}"
    reads = int(call.store.fact(name, 0)) + int(count)
    call.store.remember(name, reads)
    return reads > _READS_UNTIL_SETTLED


def _resource(group: list[MeterDay]) -> Json:
    return {
        "ResourceId": group[0].meter_id,
        "ResourceName": group[0].meter,
        "ResourceCategory": group[0].category,
        "Cost": total(group).cost,
    }


def _record(call: Call, subscription: Subscription, record: MeterDay) -> Json:
    return {
        "SubscriptionId": subscription.subscription_id,
        "SubscriptionName": "Azure plan",
        "CustomerName": subscription.tenant.name,
        "VendorSubscriptionId": subscription.subscription_id,
        "PrimaryDomain": subscription.tenant.domain,
        "BillableContractAgreementId": call.facts["contract_agreement_id"],
        "UsageDate": f"{record.day.isoformat()}T00:00:00{call.switch('date_offset')}",
        "Quantity": record.quantity,
        "Unit": record.unit,
        "Currency": call.facts["currency"],
        "PartnerCost": record.price.cost,
        "Rrp": record.price.retail,
        "VendorFxRate": Decimal(1),
        "MeterId": record.meter_id,
        "MeterName": record.meter,
        "MeterCategory": record.category,
        "MeterSubCategory": "",
        "MeterRegion": "US East",
        "ProductId": AZURE_SKU.partition(":")[0],
        "ProductName": subscription.offer.name,
        "SkuId": AZURE_SKU.partition(":")[2],
        "SkuName": subscription.offer.name,
        "ResourceUri": f"/subscriptions/{subscription.subscription_id}/{guid('resource', record.meter)}",
        "ResourceGroup": "production",
        "Tags": None,
        "AdditionalInfo": None,
    }
