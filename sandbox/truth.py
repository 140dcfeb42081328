"""The truth, from the story alone: what each customer owes, and what Syncro must bill.

``exact`` amounts are summed day by day (units x price / days of the month) without any rounding
but the last; ``source`` amounts are the sums of the distributor's rows, to the cent.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from sandbox.accounts import story_in
from sandbox.billing import Row, rows_of
from sandbox.catalogue import Price
from sandbox.months import days_between, days_in_month, last_of
from sandbox.prism_api.invoices import KIND as INVOICE
from sandbox.prism_api.invoices import rows_as_fields
from sandbox.state import Store
from sandbox.story import Story, Subscription
from sandbox.usage import total, usage_in_month
from sandbox.wire import Json, plain

_SIX_DIGITS = 1_000_000


@dataclass
class Sum:
    """Retail and cost, added up exactly."""

    retail: Fraction = Fraction(0)
    cost: Fraction = Fraction(0)

    def add(self, price: Price, times: Fraction = Fraction(1)) -> None:
        """Add a price some number of times."""
        self.retail += Fraction(price.retail) * times
        self.cost += Fraction(price.cost) * times

    def add_all(self, other: Sum) -> None:
        """Add another sum."""
        self.retail += other.retail
        self.cost += other.cost

    def told(self) -> dict[str, str]:
        """As decimal texts, at six digits where there are more."""
        return {"retail": _text(self.retail), "cost": _text(self.cost)}


@dataclass
class ChargeTruth:
    """One tenant's charges of one motion in one month."""

    exact: Sum = field(default_factory=Sum)
    source: Sum = field(default_factory=Sum)
    credits: Sum = field(default_factory=Sum)  # part of both sums above
    rows: int = 0
    invoices: set[str] = field(default_factory=set)

    def take(self, row: Row) -> None:
        """Add what one row charges."""
        self.source.add(row.amount)
        self.rows += 1
        if row.role == "credit":
            self.credits.add(row.amount)


ChargeKey = tuple[str, str, str]  # tenant id, motion, month as yyyy-mm
Charges = dict[ChargeKey, ChargeTruth]


def truth_of(store: Store, account: str, found: Charges) -> Json:
    """Invoices and charges of one account, as far as invoices have been issued.

    ``found`` is what ``charges_in`` told of the same account.
    """
    story = story_in(store, account)
    invoices = store.records(account, INVOICE)
    names = {tenant.tenant_id: tenant for tenant in story.tenants}
    charges = [
        {
            "tenant": tenant_id,
            "domain": names[tenant_id].domain,
            "name": names[tenant_id].name,
            "motion": motion,
            "month": month,
            "exact": charge.exact.told(),
            "source": charge.source.told(),
            "credits": charge.credits.told(),
            "rows": charge.rows,
            "invoices": sorted(charge.invoices),
        }
        for (tenant_id, motion, month), charge in sorted(found.items())
    ]
    return {
        "account": account,
        "today": store.today.isoformat(),
        "currency": store.accounts[account]["currency"],
        "invoices": [_invoice_truth(store, account, invoice) for invoice in invoices],
        "charges": charges,
        "strays": [_stray(row, invoice) for row, invoice in _rows(store, account) if row.role == "stray"],
        "known_only_by_domain": [s.subscription_id for s in story.subscriptions if s.seen == "nowhere"],
        "known_only_by_id": [s.subscription_id for s in story.subscriptions if s.seen == "by_id"],
    }


def charges_in(store: Store, account: str) -> Charges:
    """Every charge of the issued CSP invoices, by tenant, motion and month."""
    found: dict[ChargeKey, ChargeTruth] = defaultdict(ChargeTruth)
    for row, invoice in _rows(store, account):
        if row.tenant is None or not row.motion:
            continue
        charge = found[row.tenant.tenant_id, row.motion, invoice["month"][:7]]
        charge.take(row)
        charge.invoices.add(invoice["invoice_id"])
    _add_exact(found, store, account)
    return dict(found)


def _add_exact(found: Charges, store: Store, account: str) -> None:
    """What each charge is by the day, of months whose invoice is there and of orders."""
    story = story_in(store, account)
    whole = {one["month"][:7] for one in store.records(account, INVOICE) if one["kind"] == "monthly"}
    for (tenant_id, motion, month), charge in found.items():
        first = dt.date.fromisoformat(f"{month}-01")
        mine = [s for s in story.subscriptions if _is_of(s, tenant_id, motion, first)]
        if motion == "seat_annual" or month in whole:
            charge.exact = _exact(story, mine, motion, first, store.today)
        charge.exact.add_all(_extras(story, tenant_id, motion, first, store.today, whole=month in whole))


def _rows(store: Store, account: str) -> Iterable[tuple[Row, Json]]:
    story = story_in(store, account)
    for invoice in store.records(account, INVOICE):
        if "rows" not in invoice:
            for row in rows_of(story, invoice, store.switches):
                yield row, invoice


def _is_of(subscription: Subscription, tenant_id: str, motion: str, month: dt.date) -> bool:
    return subscription.owner_in(month).tenant_id == tenant_id and subscription.motion == motion


def _extras(story: Story, tenant_id: str, motion: str, month: dt.date, today: dt.date, *, whole: bool) -> Sum:
    """What rows of their own charge; those of the month's invoice where it is there."""
    amount = Sum()
    for extra in story.extras:
        issued = whole if extra.issued is None else extra.issued <= today
        mine = (extra.month, extra.subscription.owner_in(month).tenant_id) == (month, tenant_id)
        if mine and motion == "seat_monthly" and issued:
            amount.add(extra.price, extra.quantity * extra.share)
    return amount


def _exact(story: Story, mine: Collection[Subscription], motion: str, month: dt.date, today: dt.date) -> Sum:
    if motion == "seat_annual":
        return _ordered(story, mine, month, today)
    amount = Sum()
    for subscription in mine:
        if motion == "azure_plan":
            amount.add(total(usage_in_month(subscription, month)))
        else:
            _add_days(amount, subscription, month)
    for credit in story.credits:
        if credit.month == month and credit.subscription in mine:
            days = (credit.end - credit.start).days + 1
            price = credit.subscription.offer.price_on(credit.start)
            amount.add(price, Fraction(credit.quantity * days, days_in_month(credit.start)))
    return amount


def _ordered(story: Story, mine: Collection[Subscription], month: dt.date, today: dt.date) -> Sum:
    """What was ordered in a month for the rest of a term, as far as it has been invoiced."""
    amount = Sum()
    for order in story.orders_between(month, last_of(month)):
        if order.subscription in mine and order.issued <= today:
            days = (order.term_end - order.day).days + 1
            term = (order.term_end - order.term_start).days + 1
            price = order.subscription.offer.price_on(order.day)
            amount.add(price, Fraction(order.quantity * days, term))
    return amount


def _add_days(amount: Sum, subscription: Subscription, month: dt.date) -> None:
    for price, units in _unit_days(subscription, month).items():
        amount.add(price, Fraction(units, days_in_month(month)))


@lru_cache(maxsize=20_000)
def _unit_days(subscription: Subscription, month: dt.date) -> Mapping[Price, int]:
    """Units of each day, added up by what a unit costs then."""
    found: dict[Price, int] = defaultdict(int)
    for day in days_between(*subscription.cycle_in(month)):
        found[subscription.offer.price_on(day)] += subscription.seats_on(day)
    return found


def _invoice_truth(store: Store, account: str, invoice: Json) -> Json:
    rows = rows_as_fields(store, account, invoice)
    return {
        "invoice_id": invoice["invoice_id"],
        "program": invoice["program"],
        "kind": invoice["kind"],
        "month": invoice["month"][:7],
        "issued": invoice["issued"],
        "rows": len(rows),
        "retail": plain(sum((Decimal(row["SubTotalRrp"]) for row in rows), Decimal(0))),
        "cost": plain(sum((Decimal(row["SubTotal"]) for row in rows), Decimal(0))),
    }


def _stray(row: Row, invoice: Json) -> Json:
    return {
        "invoice_id": invoice["invoice_id"],
        "text": row.text,
        "retail": plain(row.amount.retail),
        "cost": plain(row.amount.cost),
    }


def _text(amount: Fraction) -> str:
    scaled = round(amount * _SIX_DIGITS)
    return plain(Decimal(scaled) / _SIX_DIGITS)
