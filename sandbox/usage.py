"""What the Azure plans of the story use: meters, day by day, in amounts finer than a cent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from sandbox.catalogue import Price
from sandbox.draws import draw, guid
from sandbox.months import days_between, first_of, last_of
from sandbox.story import Subscription

_FINE = Decimal("0.0001")
_RETAIL_ON_COST = Decimal("1.15")

# meter, category, unit, highest cost of a day in ten-thousandths
_METERS = (
    ("D4s v5", "Virtual Machines", "1 Hour", 96000),
    ("P10 LRS Disk", "Storage", "1/Month", 8200),
    ("Hot LRS Data Stored", "Storage", "1 GB/Month", 6100),
    ("Standard Data Transfer Out", "Bandwidth", "1 GB", 3700),
    ("Standard IPv4 Static Public IP", "Virtual Network", "1 Hour", 1250),
)


@dataclass(frozen=True)
class MeterDay:
    """One meter on one day; ``price`` holds amounts, not unit prices."""

    day: dt.date
    meter: str
    meter_id: str
    category: str
    unit: str
    quantity: Decimal
    price: Price


def usage_between(subscription: Subscription, first: dt.date, last: dt.date) -> list[MeterDay]:
    """Every rated record of an Azure plan on those days."""
    return [
        _meter_day(subscription.subscription_id, number, day)
        for day in days_between(first, last)
        if subscription.active_on(day)
        for number in range(2 + draw(4, "meters", subscription.subscription_id))
    ]


def usage_in_month(subscription: Subscription, month: dt.date) -> list[MeterDay]:
    """Every rated record of an Azure plan in that month."""
    return usage_between(subscription, first_of(month), last_of(month))


def total(records: list[MeterDay]) -> Price:
    """The sum of the records' amounts."""
    cost = sum((record.price.cost for record in records), Decimal(0))
    retail = sum((record.price.retail for record in records), Decimal(0))
    return Price(cost, retail)


@lru_cache(maxsize=50_000)
def _meter_day(subscription_id: str, number: int, day: dt.date) -> MeterDay:
    meter, category, unit, highest = _METERS[number]
    words = (subscription_id, meter, day.isoformat())
    cost = _FINE * (highest // 3 + draw(highest * 2 // 3, "cost", *words))
    return MeterDay(
        day=day,
        meter=meter,
        meter_id=guid("meter", meter),
        category=category,
        unit=unit,
        quantity=Decimal(1 + draw(24000, "quantity", *words)) / 1000,
        price=Price(cost, (cost * _RETAIL_ON_COST).quantize(_FINE)),
    )
