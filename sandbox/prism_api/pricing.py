"""The price list of a day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from sandbox.accounts import story_in
from sandbox.catalogue import (
    ANNUAL,
    HAND_MADE_SKU,
    MONTHLY,
    ONE_TIME,
    PLAIN_ID_SKU,
    THREE_YEARS,
    TWIN_SKU,
    USAGE,
    Offer,
)
from sandbox.draws import guid
from sandbox.routing import Call, route
from sandbox.wire import Json, Reply, json_reply

# Frequency text, then the two numbers beside it. Only "6 Years" with 2 and 6 was ever seen.
_FREQUENCY: dict[str, tuple[list[str], int | None, int | None]] = {
    MONTHLY: (["1 Month"], 1, 1),
    ANNUAL: (["1 Year"], 2, 1),
    THREE_YEARS: (["3 Years"], 2, 3),
    ONE_TIME: (["One Time"], 3, None),
    USAGE: ([], None, None),
}
_TIERED_EVERY = 60
_DEARER = Decimal("1.2")  # is a month's term than a year's
# Their part numbers, or their names, have a part of their own in the story.
_ONE_OFFER = {HAND_MADE_SKU, PLAIN_ID_SKU, TWIN_SKU}


def price_list(call: Call) -> Reply:
    """GET of the price list: products by group, at the prices of the day in the path."""
    agreement, year, month, day = call.values
    if agreement.lower() != call.facts["contract_agreement_id"]:
        return json_reply({"Message": "The contract agreement was not found."}, 404)
    try:
        on = dt.date(int(year), int(month), int(day))
    except ValueError:
        return json_reply({"Message": "The date is not valid."}, 400)
    offers = [offer for offer in story_in(call.store, call.account).offers if offer.listed]
    groups: dict[str, list[Json]] = defaultdict(list)
    for number, offer in enumerate(offers):
        groups[offer.group].append(_product(offer, on))
        if _sold_by_the_year(offer):
            groups[offer.group].append(_by_the_year(offer, on))
        if number % _TIERED_EVERY == 0 and call.request.param("excludeTieredProducts") != "true":
            groups[offer.group].append(_tiered(offer, on))
    return json_reply(
        {"ProductGroups": [{"ProductGroupName": name, "Products": items} for name, items in groups.items()]}
    )


# Month and day are not padded with zeros.
ROUTES = (
    route(
        "GET",
        r"/api/v2/me/pricing/([0-9A-Za-z-]+)/pricelist/(\d{4})/([1-9]\d?)/([1-9]\d?)/?",
        price_list,
    ),
)


def _product(offer: Offer, on: dt.date) -> Json:
    price = offer.price_on(on)
    frequencies, options, duration = _FREQUENCY[offer.cycle]
    return {
        "ProductId": offer.product_id,
        "ProductName": offer.name,
        "ProductGroup": offer.group,
        "ProductGroupId": guid("group", offer.group),
        "ProductSku": offer.sku,
        "Price": _number(price.cost),
        "MinQty": 1,
        "MaxQty": 10000000,
        "Qty": 1,
        "UnitPrice": _number(price.cost),
        "ProductUnit": "Usage-based" if offer.cycle == USAGE else "Licenses",
        "ProductFrequencies": frequencies,
        "RetailPrice": _number(price.retail),
        "RetailUnitPrice": _number(price.retail),
        "CommitmentValue": None,
        "TieredProductSku": None,
        "ProductType": "TRIAL" if offer.trial else "NON-SPECIFIC",
        "ProductDescription": f"{offer.name}, sold through the cloud solution provider programme",
        "ProductShortDescription": None,
        "ProductRestrictions": None,
        "IsTrialProduct": offer.trial,
        "BillingCycleOptions": options,
        "BillingCycleDuration": duration,
        "CommitmentValueUnitPrice": None,
    }


def _sold_by_the_year(offer: Offer) -> bool:
    return offer.cycle == MONTHLY and not offer.trial and offer.sku not in _ONE_OFFER


def _by_the_year(offer: Offer, on: dt.date) -> Json:
    """The same part number with a term of a year: told apart by its id and its name alone, and cheaper."""
    product, price = _product(offer, on), offer.price_on(on)
    cost, retail = (_number((amount / _DEARER).quantize(Decimal("0.01"))) for amount in (price.cost, price.retail))
    product |= {"ProductId": guid("offer", offer.sku, "1 Year", offer.cycle), "Price": cost, "UnitPrice": cost}
    return product | {
        "ProductName": f"{offer.name} - 1 Year - Monthly",
        "RetailPrice": retail,
        "RetailUnitPrice": retail,
    }


def _tiered(offer: Offer, on: dt.date) -> Json:
    product = _product(offer, on)
    product |= {"ProductId": guid("tier", offer.sku), "MinQty": 300, "TieredProductSku": offer.sku}
    return product | {"ProductSku": f"{offer.sku}-T300"}


def _number(amount: Decimal) -> Decimal:
    # The recorded answer shows whole prices with one digit behind the point.
    return amount.quantize(Decimal("0.1")) if amount == amount.to_integral_value() else amount
