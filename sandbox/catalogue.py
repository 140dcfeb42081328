"""What the distributor sells: real product names and part numbers, invented prices."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from sandbox.draws import draw, guid

MONTHLY, ANNUAL, THREE_YEARS, ONE_TIME, USAGE = "Monthly", "Annual", "Triennial", "OneTime", "Usage"

# Part numbers with a part of their own in the story.
FINE_PRICED_SKU = "CFQ7TTC0LHS9:0001"  # Office 365 Extra File Storage
HAND_MADE_SKU = "CFQ7TTC0HX56:0002"  # Microsoft Defender for Business
PLAIN_ID_SKU = "CFQ7TTC0LHSF:0001"  # Power BI Pro: its ProductId is the part number
TWIN_SKU = "CFQ7TTC0HD32:0002"  # Visio Plan 2: two items, one id, two billing cycles
WITHDRAWN_SKU = "CFQ7TTC0LF8S:0001"  # Office 365 E5 without Audio Conferencing
TRIAL_SKU = "CFQ7TTC0LCHC:0003"  # Microsoft 365 Business Premium (trial)
AZURE_SKU = "DZH318Z0BPS6:0001"
LEGACY_GUID = "031c9e47-4802-4248-838e-778fb1d2cc05"

# Products that are on sale with a yearly price beside the monthly one.
_ALSO_ANNUAL = {
    "CFQ7TTC0LCHC:0002", "CFQ7TTC0LDPB:0001", "CFQ7TTC0LFLX:0001", "CFQ7TTC0MM8R:0002",
    "CFQ7TTC0LH16:0001", "CFQ7TTC0HL8W:0001", "CFQ7TTC0LH0T:0001", TWIN_SKU,
    "CFQ7TTC0HDB0:0002", "CFQ7TTC0HD33:0003", "CFQ7TTC0LHT4:0001", "CFQ7TTC0LF8R:0001",
    "CFQ7TTC0LGTX:0004", "CFQ7TTC0RM8K:0002",
}  # fmt: skip
_PERPETUAL_ON_SALE = 30

_SOURCE = Path(__file__).parent / "data" / "microsoft-csp-products.csv"


@dataclass(frozen=True)
class Price:
    """What one unit costs the partner and the customer, per billing cycle, in USD."""

    cost: Decimal
    retail: Decimal


@dataclass(frozen=True)
class Offer:
    """One item of the price list."""

    product_id: str
    sku: str
    name: str
    group: str
    cycle: str
    price: Price
    listed: bool = True
    trial: bool = False
    changes: tuple[tuple[dt.date, Price], ...] = ()

    def price_on(self, day: dt.date) -> Price:
        """The price that holds on a day: the last change up to then."""
        held = [price for since, price in self.changes if since <= day]
        return held[-1] if held else self.price


@lru_cache(maxsize=1)
def base_offers() -> tuple[Offer, ...]:
    """The whole price list, with the withdrawn product among it marked as not listed."""
    with _SOURCE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    perpetual = [row for row in rows if row["kind"] == "perpetual"][:_PERPETUAL_ON_SALE]
    sold = [row for row in rows if row["kind"] != "perpetual"] + perpetual
    return (*(offer for row in sold for offer in _offers_of(row)), _legacy_offer())


def offer_for(sku: str, cycle: str = MONTHLY) -> Offer:
    """The price-list item of a part number and billing cycle."""
    return next(o for o in base_offers() if o.sku == sku and o.cycle == cycle)


def _offers_of(row: dict[str, str]) -> Iterator[Offer]:
    sku = f"{row['product_id']}:{row['sku_id']}"
    for cycle in _cycles_of(row, sku):
        yield Offer(
            product_id=sku if sku in (TWIN_SKU, PLAIN_ID_SKU) else guid("offer", sku, cycle),
            sku=sku,
            name=row["name"],
            group="Azure" if row["kind"] == "azure" else _group_of(row["name"]),
            cycle=cycle,
            price=_price_of(row, sku, cycle),
            listed=sku != WITHDRAWN_SKU,
            trial="(trial)" in row["name"],
        )


def _cycles_of(row: dict[str, str], sku: str) -> tuple[str, ...]:
    if sku == AZURE_SKU:
        return (USAGE,)
    if row["billing"] in (ONE_TIME, ANNUAL):
        return (row["billing"],)
    if row["billing"] == THREE_YEARS or row["terms"] == "P3Y":
        return (THREE_YEARS,)
    return (MONTHLY, ANNUAL) if sku in _ALSO_ANNUAL else (MONTHLY,)


def _price_of(row: dict[str, str], sku: str, cycle: str) -> Price:
    if "(trial)" in row["name"] or cycle == USAGE:
        return Price(Decimal(0), Decimal(0))
    if sku == FINE_PRICED_SKU:
        return Price(Decimal("0.1725"), Decimal("0.2075"))
    invented = Decimal(300 + draw(5000, "price", sku)) / 100
    month = Decimal(row["approx_usd_month"]) if row["approx_usd_month"] else invented
    units = {MONTHLY: 1, ANNUAL: 12, THREE_YEARS: 36, ONE_TIME: 20}[cycle]
    share = Decimal(80 + draw(10, "share", sku)) / 100
    retail = (month * units).quantize(Decimal("0.01"))
    return Price((retail * share).quantize(Decimal("0.01")), retail)


def _group_of(name: str) -> str:
    words = ("Microsoft 365", "Office 365", "Windows Server", "Power", "Microsoft")
    return next((word for word in words if name.startswith(word)), "Other software")


def _legacy_offer() -> Offer:
    # The same GUID in two cases, as older offers carry it.
    return Offer(
        product_id=LEGACY_GUID,
        sku=LEGACY_GUID.upper(),
        name="Office 365 Business Premium (legacy offer)",
        group="Office 365",
        cycle=MONTHLY,
        price=Price(Decimal("10.63"), Decimal("12.50")),
    )
