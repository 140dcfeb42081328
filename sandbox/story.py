"""The story of one partner account: who subscribes to what, day by day, and at which price.

It is made from the account's name and its first month alone, so the same account tells the same
story for ever; edits by a test are laid over it. Both the invoices and the truth read it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from sandbox.cast import Tenant
from sandbox.catalogue import ANNUAL, MONTHLY, ONE_TIME, THREE_YEARS, USAGE, Offer, Price
from sandbox.draws import draw, pick
from sandbox.months import ONE_DAY, add_months, first_of, last_of, months_between

Motion = Literal["seat_monthly", "azure_plan", "seat_annual", "one_time"]
Seen = Literal["tenants", "by_id", "nowhere"]
LastMoment = Literal["day", "second", "midnight"]

_MOTION_OF_CYCLE: dict[str, Motion] = {
    MONTHLY: "seat_monthly",
    USAGE: "azure_plan",
    ANNUAL: "seat_annual",
    THREE_YEARS: "seat_annual",
    ONE_TIME: "one_time",
}


@dataclass(frozen=True)
class Subscription:
    """A tenant's instance of an offer.

    ``levels`` are (day, quantity) in order; ``end`` is the last active day; ``refunds`` says that
    a change within a month is charged as a refund and a new charge; ``seen`` says where PRISM
    still knows it; ``drifts`` lets its quantity wander a little from month to month.

    ``cycle_day`` is the day of a month on which its cycles begin, each charged in the month where it begins;
    ``moved`` is a day and the tenant whose it is from then on, which is charged the month of that day whole;
    ``last_moment`` is how its rows write their end: 00:00:00 of the last day, 23:59:59, or the midnight after.
    One that goes on in another way (by the year instead of by the month) is a second one of the same id, written later.
    """

    subscription_id: str
    tenant: Tenant
    offer: Offer
    levels: tuple[tuple[dt.date, int], ...]
    term: tuple[int, str] = (1, "Year")
    end: dt.date | None = None
    refunds: bool = False
    seen: Seen = "tenants"
    drifts: bool = False
    cycle_day: int = 1
    moved: tuple[dt.date, Tenant] | None = None
    last_moment: LastMoment = "day"

    @property
    def start(self) -> dt.date:
        """The first active day."""
        return self.levels[0][0]

    @property
    def motion(self) -> Motion:
        """The category of its charges."""
        return _MOTION_OF_CYCLE[self.offer.cycle]

    def owner_on(self, day: dt.date) -> Tenant:
        """Whose it is on that day."""
        return self.moved[1] if self.moved is not None and day >= self.moved[0] else self.tenant

    def owner_in(self, month: dt.date) -> Tenant:
        """Whom the month's rows charge."""
        return self.owner_on(last_of(month))

    def cycle_in(self, month: dt.date) -> tuple[dt.date, dt.date]:
        """First and last day of the cycle that begins in a month."""
        first = month.replace(day=self.cycle_day)
        return first, add_months(first, 1) - ONE_DAY

    def active_on(self, day: dt.date) -> bool:
        """Whether it is charged on that day."""
        return self.start <= day and (self.end is None or day <= self.end)

    def seats_on(self, day: dt.date) -> int:
        """How many units it has on that day."""
        if not self.active_on(day):
            return 0
        return [quantity for since, quantity in self.levels_until(day) if since <= day][-1]

    def levels_until(self, day: dt.date) -> tuple[tuple[dt.date, int], ...]:
        """Every level up to the end of that day's month, those of the drift among them."""
        if not self.drifts:
            return self.levels
        return _drifting(self.subscription_id, self.levels, first_of(day))

    def term_end(self, start: dt.date) -> dt.date:
        """The last day of a term that starts on ``start``."""
        number, unit = self.term
        return add_months(start, number * (12 if unit == "Year" else 1)) - ONE_DAY


@dataclass(frozen=True)
class Credit:
    """Money given back in the invoice of ``month`` for a past period of a subscription."""

    subscription: Subscription
    month: dt.date
    start: dt.date
    end: dt.date
    quantity: int


@dataclass(frozen=True)
class Extra:
    """A row of its own beside those that the levels make, in the invoice of ``month``.

    ``share`` is the part of a cycle that it charges, ``price`` what a unit of a whole one costs. ``issued`` is the
    day of an invoice of its own, None where it is a row of the month's; ``cycle`` are the row's own words.
    """

    subscription: Subscription
    month: dt.date
    start: dt.date
    end: dt.date
    quantity: int
    price: Price
    detail: str
    role: str = "charge"
    share: Fraction = Fraction(1)
    issued: dt.date | None = None
    cycle: str = "Monthly"
    last_moment: LastMoment = "day"


@dataclass(frozen=True)
class Stray:
    """A row without a subscription in the invoice of ``month``."""

    month: dt.date
    text: str
    price: Price
    tenant: Tenant


@dataclass(frozen=True)
class Segment:
    """Days of one month with one quantity at one price."""

    start: dt.date
    end: dt.date
    quantity: int
    price: Price


@dataclass(frozen=True)
class Order:
    """A charge that has an invoice of its own: a term paid up front, or more units in it."""

    subscription: Subscription
    day: dt.date
    term_start: dt.date
    term_end: dt.date
    quantity: int

    @property
    def issued(self) -> dt.date:
        """The day of its invoice, 24 to 48 hours after the order."""
        wait = 1 + draw(2, "wait", self.subscription.subscription_id, self.day)
        return self.day + dt.timedelta(days=wait)


@dataclass(frozen=True)
class Story:
    """Everything that happens to one partner account."""

    account: str
    first_month: dt.date
    tenants: tuple[Tenant, ...]
    offers: tuple[Offer, ...]
    subscriptions: tuple[Subscription, ...]
    credits: tuple[Credit, ...] = ()
    strays: tuple[Stray, ...] = ()
    extras: tuple[Extra, ...] = ()
    fated: frozenset[str] = frozenset()  # subscriptions of the field: what becomes of them is written

    def tenants_on(self, day: dt.date) -> list[Tenant]:
        """The tenants that have joined by then."""
        return [tenant for tenant in self.tenants if tenant.joined <= day]

    def known_on(self, day: dt.date) -> dict[str, Subscription]:
        """By id, what has begun by then: of one that was sold in another way since, as it is now."""
        return {one.subscription_id: one for one in self.subscriptions if one.start <= day}

    def subscription_on(self, subscription_id: str, day: dt.date) -> Subscription | None:
        """One subscription as it is on that day, by its id without case; None where it has not begun."""
        return self.known_on(day).get(subscription_id.lower())

    def orders_between(self, first: dt.date, last: dt.date) -> list[Order]:
        """The annual charges ordered on those days, oldest first."""
        found = [
            order
            for subscription in self.subscriptions
            if subscription.motion == "seat_annual"
            for order in orders_until(subscription, last)
            if order.day >= first
        ]
        return sorted(found, key=lambda order: (order.day, order.subscription.subscription_id))


def segments(subscription: Subscription, month: dt.date) -> list[Segment]:
    """The days of the cycle that begins in a month, grouped by quantity and price."""
    cycle = subscription.cycle_in(month)
    first = max(cycle[0], subscription.start)
    last = min(cycle[1], subscription.end or cycle[1])
    if first > last:
        return []
    changes = {day for day, _ in subscription.levels_until(last)}
    changes |= {day for day, _ in subscription.offer.changes}
    starts = [first, *sorted(day for day in changes if first < day <= last)]
    ends = [day - ONE_DAY for day in starts[1:]] + [last]
    found: list[Segment] = []
    for start, end in zip(starts, ends, strict=True):
        quantity, price = subscription.seats_on(start), subscription.offer.price_on(start)
        if found and (found[-1].quantity, found[-1].price) == (quantity, price):
            found[-1] = replace(found[-1], end=end)
        else:
            found.append(Segment(start, end, quantity, price))
    return found


def orders_until(subscription: Subscription, last: dt.date) -> list[Order]:
    """Every charge of an annual subscription up to a day: each term, and each increase in it."""
    found: list[Order] = []
    start = subscription.start
    while start <= last and subscription.active_on(start):
        end = subscription.term_end(start)
        held = subscription.seats_on(start)
        found.append(Order(subscription, start, start, end, held))
        for day, quantity in subscription.levels:
            if start < day <= min(end, last) and quantity > held:
                found.append(Order(subscription, day, start, end, quantity - held))
                held = quantity
        start = end + ONE_DAY
    return found


def with_edits(story: Story, edits: Iterable[dict[str, str]]) -> Story:
    """The story after edits: a new level (``quantity``) or the ``end`` of a subscription."""
    for edit in edits:
        story = replace(story, subscriptions=tuple(_edited(s, edit) for s in story.subscriptions))
    return story


def _edited(subscription: Subscription, edit: dict[str, str]) -> Subscription:
    if subscription.subscription_id != edit["subscription_id"].lower():
        return subscription
    day = dt.date.fromisoformat(edit["day"])
    if "quantity" not in edit:
        return replace(subscription, end=day)
    earlier = [level for level in subscription.levels if level[0] < day]
    levels = (*earlier, (day, int(edit["quantity"])))
    return replace(subscription, levels=levels, drifts=False)


@lru_cache(maxsize=20000)
def _drifting(
    subscription_id: str, given: tuple[tuple[dt.date, int], ...], month: dt.date
) -> tuple[tuple[dt.date, int], ...]:
    levels = list(given)
    for each in months_between(add_months(first_of(given[0][0]), 1), month):
        words = (subscription_id, each.isoformat())
        if draw(100, "drift", *words) < 22:
            change = pick((-2, -1, 1, 1, 2, 3), "change", *words)
            day = each + dt.timedelta(days=1 + draw(26, "day", *words))
            levels.append((day, max(1, levels[-1][1] + change)))
    return tuple(levels)
