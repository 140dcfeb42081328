"""The months of the field: what an ordinary invoice of a distributor also holds, each kind as a plot of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from sandbox.billing import REVERSAL
from sandbox.catalogue import ANNUAL, MONTHLY, ONE_TIME, Price
from sandbox.drafting import Draft
from sandbox.months import ONE_DAY, add_months, days_in_month, last_of
from sandbox.story import Credit, Extra, Subscription

TEAMS, PROJECT, VISIO = "CFQ7TTC0RM8K:0002", "CFQ7TTC0HDB0:0002", "CFQ7TTC0HD33:0003"
WINDOWS, PHONE, OFFICE = "CFQ7TTC0LGTX:0004", "CFQ7TTC0LH0T:0001", "CFQ7TTC0LF8R:0001"
COPILOT = "CFQ7TTC0MM8R:0002"
ACCESS_2021, ACCESS_2024 = "DG7GMGF0D7FV:0001", "DG7GMGF0PN5J:0002"

_CYCLE_DAY = 7
_NOTHING = Price(Decimal(0), Decimal(0))
_REBATE = Price(Decimal("6.20"), Decimal("7.30"))  # no unit of the offer costs that


def _change_told_a_month_later(draft: Draft) -> None:
    """Two seats more from 16 September, which the invoice of October tells, as a refund and a new charge."""
    subscription = draft.subscribe("liberty", OFFICE, (draft.long_ago(), 10), (draft.day(3), 12))
    draft.extras += _change(subscription, draft.day(3), draft.day(2, 16), 10, 12)


def _rebate_in_a_row_of_its_own(draft: Draft) -> None:
    subscription = draft.subscribe("liberty", PROJECT, (draft.long_ago(), 9))
    for number in (2, 3, 4):
        month = draft.day(number)
        draft.extras.append(
            Extra(subscription, month, month, last_of(month), -1, _REBATE, "Promotion rebate", role="rebate")
        )


def _trial_then_paid(draft: Draft) -> None:
    """Rows of 0.00 until 11 October, then 25 paid seats under the same id beside one more row of 0.00."""
    paid_from = draft.day(3, 12)
    offer = draft.offers[VISIO, MONTHLY]
    trial = replace(offer, price=_NOTHING, changes=((paid_from, offer.price),))
    subscription = draft.subscribe("liberty", VISIO, (draft.day(2), 25), term=(1, "Month"))
    subscription = draft.subscriptions[-1] = replace(subscription, offer=trial)
    end = last_of(paid_from)
    share = _share(paid_from, end)
    draft.extras.append(
        Extra(subscription, draft.day(3), paid_from, end, 25, _NOTHING, "Trial converted", "free", share)
    )


def _bought_once(draft: Draft) -> None:
    """Once a single day without words, once with words that say so."""
    for month, sku, quantity, words in ((draft.day(2), ACCESS_2021, 1, ""), (draft.day(3), ACCESS_2024, 2, "One-Time")):
        day = month.replace(day=8)
        subscription = draft.subscribe("proseware-west", sku, (day, quantity), cycle=ONE_TIME, term=(0, ""))
        price = subscription.offer.price_on(day)
        draft.extras.append(
            Extra(subscription, month, day, day, quantity, price, "Purchase fee", role="one_time", cycle=words)
        )


def _renewed_under_a_new_id(draft: Draft) -> None:
    """The day after the old one ended: once between two months, once within one."""
    for key, sku, last, quantity in (
        ("liberty", TEAMS, last_of(draft.day(2)), 14),
        ("proseware-east", TEAMS, draft.day(3, 14), 8),
    ):
        draft.subscribe(key, sku, (draft.long_ago(), quantity), end=last)
        draft.subscribe(key, sku, (last + ONE_DAY, quantity))


def _seats_ordered_before_the_months_invoice(draft: Draft) -> None:
    """Three seats more for November, on an invoice of their own a month before that of November."""
    month = draft.day(4)
    subscription = draft.subscribe("proseware-east", WINDOWS, (draft.long_ago(), 10), (draft.day(5), 13))
    draft.extras.append(
        Extra(
            subscription, month, month, last_of(month), 3, subscription.offer.price_on(month), "Cycle fee",
            role="early", issued=month + ONE_DAY,
        )
    )  # fmt: skip


def _ends_within_a_month(draft: Draft) -> None:
    draft.subscribe("proseware-west", OFFICE, (draft.long_ago(), 6), end=draft.day(3, 12))


def _cycles_from_the_seventh(draft: Draft) -> None:
    """A change within a cycle in the month where it began, and one in the month after."""
    day = draft.day
    old = draft.long_ago().replace(day=_CYCLE_DAY)
    subscription = draft.subscribe("proseware-east", PROJECT, (old, 10), (day(4, 7), 9), cycle_day=_CYCLE_DAY)
    draft.extras += _change(subscription, day(3), day(3, 20), 10, 8)
    draft.extras += _change(subscription, day(4), day(4, 3), 8, 9)


def _moved_to_another_tenant(draft: Draft) -> None:
    there = draft.tenants["proseware-west"]
    draft.subscribe("proseware-east", PHONE, (draft.long_ago(), 15), moved=(draft.day(3, 15), there))


def _ends_at_two_times(draft: Draft) -> None:
    """Two seats more are a row that ends at 23:59:59, beside one that ends at 00:00:00 or at the midnight after."""
    month, since = draft.day(3), draft.day(3, 16)
    subscriptions = (
        draft.subscribe("proseware-west", PROJECT, (draft.long_ago(), 10), (draft.day(4), 12)),
        draft.subscribe("liberty", WINDOWS, (draft.long_ago(), 7), (draft.day(4), 9), last_moment="midnight"),
    )
    for subscription in subscriptions:
        price, end = subscription.offer.price_on(since), last_of(month)
        draft.extras.append(
            Extra(
                subscription, month, since, end, 2, price, "Prorate fee when quantity changed",
                share=_share(since, end), last_moment="second",
            )
        )  # fmt: skip


def _taken_back_and_issued_again(draft: Draft) -> None:
    """Five seats more for November on an invoice of their own; weeks later it is taken back, and four are charged."""
    month, late = draft.day(4), draft.day(4, 20)
    subscription = draft.subscribe("proseware-west", TEAMS, (draft.long_ago(), 10), (draft.day(5), 14))
    ordered = Extra(
        subscription, month, month, last_of(month), 5, subscription.offer.price_on(month), "Cycle fee",
        role="early", issued=month + ONE_DAY,
    )  # fmt: skip
    reversal = replace(ordered, quantity=-5, detail="Reversal", role=REVERSAL, issued=late)
    draft.extras += (ordered, reversal, replace(ordered, quantity=4, issued=late + ONE_DAY))


def _monthly_becomes_annual_under_one_id(draft: Draft) -> None:
    """From 15 October paid for a year: the rest of the month is given back, the year has an invoice of its own."""
    month, since = draft.day(3), draft.day(3, 15)
    monthly = draft.subscribe("liberty", PHONE, (draft.long_ago(), 10), end=last_of(month))
    draft.extras.append(
        Extra(
            monthly, month, since, last_of(month), -10, monthly.offer.price_on(since),
            "Prorate fee when billing frequency changed", share=_share(since, last_of(month)),
        )
    )  # fmt: skip
    draft.subscribe("liberty", PHONE, (since, 10), cycle=ANNUAL)
    draft.subscriptions[-1] = replace(draft.subscriptions[-1], subscription_id=monthly.subscription_id)


def _only_a_refund_is_left(draft: Draft) -> None:
    """Charged for all of September; ended on the 20th, as the one row tells that the invoice of October has."""
    month = draft.day(2)
    subscription = draft.subscribe("proseware-east", OFFICE, (draft.long_ago(), 7), end=last_of(month))
    draft.credits.append(Credit(subscription, draft.day(3), month.replace(day=21), last_of(month), -7))


def _two_new_months_on_one_invoice(draft: Draft) -> None:
    """Bought on 12 September, and charged for the first time by the invoice of October."""
    since = draft.day(2, 12)
    subscription = draft.subscribe("proseware-west", COPILOT, (draft.day(3), 5))
    end, price = last_of(since), subscription.offer.price_on(since)
    draft.extras.append(Extra(subscription, draft.day(3), since, end, 5, price, "Cycle fee", share=_share(since, end)))


def _change(subscription: Subscription, month: dt.date, since: dt.date, before: int, after: int) -> tuple[Extra, Extra]:
    """From one quantity to another until the cycle's end: given back and charged anew in a month's invoice."""
    begins, end = subscription.cycle_in(since if since.day >= subscription.cycle_day else add_months(since, -1))
    share = Fraction((end - since).days + 1, days_in_month(begins))
    price = subscription.offer.price_on(since)
    back = Extra(subscription, month, since, end, -before, price, "Prorate fee when quantity changed", share=share)
    return back, replace(back, quantity=after)


def _share(first: dt.date, last: dt.date) -> Fraction:
    return Fraction((last - first).days + 1, days_in_month(first))


FIELD_PLOTS: tuple[Callable[[Draft], None], ...] = (
    _change_told_a_month_later, _rebate_in_a_row_of_its_own, _trial_then_paid, _bought_once, _renewed_under_a_new_id,
    _seats_ordered_before_the_months_invoice, _ends_within_a_month, _cycles_from_the_seventh, _moved_to_another_tenant,
    _ends_at_two_times, _taken_back_and_issued_again, _monthly_becomes_annual_under_one_id, _only_a_refund_is_left,
    _two_new_months_on_one_invoice,
)  # fmt: skip
