"""A story while its plots are being written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sandbox.cast import Tenant
from sandbox.catalogue import MONTHLY, Offer, Price, base_offers
from sandbox.draws import draw, guid
from sandbox.months import add_months
from sandbox.story import Credit, Extra, Stray, Subscription


@dataclass
class Draft:
    """A story while its plots are being written."""

    account: str
    first_month: dt.date
    tenants: dict[str, Tenant]
    offers: dict[tuple[str, str], Offer] = field(default_factory=dict)
    subscriptions: list[Subscription] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.offers = {(offer.sku, offer.cycle): offer for offer in base_offers()}

    def day(self, month: int, day: int = 1) -> dt.date:
        """A day of the story's numbered month."""
        return add_months(self.first_month, month).replace(day=day)

    def long_ago(self, *words: object) -> dt.date:
        """A first of a month one or two years before the story begins."""
        return add_months(self.first_month, -12 - draw(12, self.account, "since", *words))

    def reprice(self, sku: str, since: dt.date, factor: str) -> None:
        """A new price from a day on. Write it before the subscriptions of that offer."""
        offer = self.offers[sku, MONTHLY]
        price = Price(
            (offer.price.cost * Decimal(factor)).quantize(Decimal("0.01")),
            (offer.price.retail * Decimal(factor)).quantize(Decimal("0.01")),
        )
        self.offers[sku, MONTHLY] = replace(offer, changes=(*offer.changes, (since, price)))

    def subscribe(
        self, key: str, sku: str, *levels: tuple[dt.date, int], cycle: str = MONTHLY, **more: Any
    ) -> Subscription:
        """One more subscription of a tenant."""
        number = sum(s.tenant.key == key and s.offer.sku == sku for s in self.subscriptions)
        subscription = Subscription(
            subscription_id=guid(self.account, "subscription", key, sku, cycle, number),
            tenant=self.tenants[key],
            offer=self.offers[sku, cycle],
            levels=levels,
            **more,
        )
        self.subscriptions.append(subscription)
        return subscription
