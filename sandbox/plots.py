"""The plots of the story: ordinary customers, and the ones to whom something happens."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from sandbox import catalogue
from sandbox.cast import LATE_COMER, tenants_of
from sandbox.catalogue import ANNUAL, THREE_YEARS, USAGE, Price
from sandbox.drafting import Draft
from sandbox.draws import draw
from sandbox.field import FIELD_PLOTS
from sandbox.months import add_months, last_of
from sandbox.story import Credit, Story, Stray

PREMIUM, STANDARD = "CFQ7TTC0LCHC:0002", "CFQ7TTC0LDPB:0001"
E3, E5 = "CFQ7TTC0LFLX:0001", "CFQ7TTC0LFLZ:0002"
EXCHANGE_1, EXCHANGE_2 = "CFQ7TTC0LH16:0001", "CFQ7TTC0LH1P:0001"
SECURITY_E3, ENTRA_P1, INTUNE = "CFQ7TTC0LHT4:0001", "CFQ7TTC0LFLS:0002", "CFQ7TTC0LCH4:0009"
APPS, PHONE, PROJECT = "CFQ7TTC0LGZT:0001", "CFQ7TTC0LH0T:0001", "CFQ7TTC0HDB0:0002"
BASIC, COPILOT, FACULTY_A1 = "CFQ7TTC0LH18:0001", "CFQ7TTC0MM8R:0002", "CFQ7TTC0LHPK:000W"
SERVER_1_YEAR, SERVER_3_YEARS = "DG7GMGF0PWHC:0004", "DG7GMGF0PWHC:0001"

_POPULAR = (PREMIUM, STANDARD, E3, EXCHANGE_1, EXCHANGE_2, SECURITY_E3, ENTRA_P1, INTUNE, APPS, BASIC)

_AZURE_USERS = ("adatum", "contoso", "fabrikam", "palm", "relecloud", "treyresearch", "wideworld")


@lru_cache(maxsize=16)
def story_of(account: str, title: str, first_month: dt.date, more: int = 0, *, field: bool = False) -> Story:
    """The story of a partner account. Month 0 is ``first_month``; a sandbox starts in month 3.

    ``field``: with the months of the field.
    """
    late = add_months(first_month, 4).replace(day=5)
    since = add_months(first_month, -30)
    tenants = tenants_of(account, title=title, since=since, late=late, more=more)
    draft = Draft(account, first_month, {tenant.key: tenant for tenant in tenants})
    for plot in _PLOTS:
        plot(draft)
    usual = len(draft.subscriptions)
    for of_the_field in FIELD_PLOTS if field else ():
        of_the_field(draft)
    return Story(
        account=account,
        first_month=first_month,
        tenants=tenants,
        offers=tuple(draft.offers.values()),
        subscriptions=tuple(draft.subscriptions),
        credits=tuple(draft.credits),
        strays=tuple(draft.strays),
        extras=tuple(draft.extras),
        fated=frozenset(one.subscription_id for one in draft.subscriptions[usual:]),
    )


def _price_changes(draft: Draft) -> None:
    draft.reprice(EXCHANGE_2, draft.day(2, 15), "1.075")
    draft.reprice(STANDARD, draft.day(3, 1), "1.08")
    draft.reprice(SECURITY_E3, draft.day(4, 11), "1.05")


def _ordinary_subscriptions(draft: Draft) -> None:
    for key, tenant in draft.tenants.items():
        first = draw(len(_POPULAR), draft.account, "first", key)
        for number in range(2 + draw(4, draft.account, "count", key)):
            sku = _POPULAR[(first + number * 3) % len(_POPULAR)]
            start = max(draft.long_ago(key, sku), tenant.joined)
            quantity = 3 + draw(58, draft.account, "quantity", key, sku)
            yearly = draw(2, draft.account, "term", key, sku)
            draft.subscribe(
                key,
                sku,
                (start, quantity),
                term=(1, "Year") if yearly else (1, "Month"),
                drifts=draw(5, draft.account, "drifts", key, sku) < 2 and key != LATE_COMER,
            )


def _quantities_within_a_month(draft: Draft) -> None:
    day, old = draft.day, draft.long_ago()
    draft.subscribe("adatum", PHONE, (day(2, 10), 8))
    draft.subscribe("adventure", PROJECT, (old, 10), (day(2, 17), 12), (day(3, 9), 9))
    draft.subscribe("fourthcoffee", E5, (old, 4), (day(1, 12), 6), (day(2, 8), 7), (day(2, 21), 5))
    draft.subscribe("tailspin", PHONE, (day(4, 9), 15))


def _refunds_and_new_charges(draft: Draft) -> None:
    day, old = draft.day, draft.long_ago()
    draft.subscribe("alpine", E5, (old, 5), (day(2, 16), 7), (day(3, 11), 4), refunds=True)
    draft.subscribe("lucerne", PHONE, (old, 20), (day(2, 6), 22), (day(2, 25), 21), refunds=True)


def _endings(draft: Draft) -> None:
    day, old = draft.day, draft.long_ago()
    draft.subscribe("coho-winery", PHONE, (old, 6), end=day(3, 20))
    draft.subscribe("nod", PROJECT, (old, 3), end=last_of(day(2)))
    draft.subscribe("munson", INTUNE, (old, 11), end=day(4, 14))


def _free_and_fine_prices(draft: Draft) -> None:
    draft.subscribe("fabrikam", catalogue.TRIAL_SKU, (draft.day(2, 4), 25), term=(1, "Month"))
    draft.subscribe("bellows", FACULTY_A1, (draft.long_ago(), 180))
    draft.subscribe("fineart", FACULTY_A1, (draft.long_ago(), 60))
    draft.subscribe("graphic", catalogue.FINE_PRICED_SKU, (draft.long_ago(), 125))


def _credits(draft: Draft) -> None:
    ended = draft.subscribe("fourthcoffee", ENTRA_P1, (draft.long_ago(), 9), end=draft.day(1, 20))
    alive = draft.subscribe("vanarsdel", PROJECT, (draft.long_ago(), 6))
    for subscription, month, quantity in ((ended, 2, -9), (alive, 4, -2)):
        past = draft.day(month - 1)
        start = past.replace(day=21)
        draft.credits.append(Credit(subscription, draft.day(month), start, last_of(past), quantity))


def _azure_plans(draft: Draft) -> None:
    for key in _AZURE_USERS:
        start = draft.long_ago("azure", key)
        draft.subscribe(key, catalogue.AZURE_SKU, (start, 1), cycle=USAGE, term=(0, ""))
    # A second plan of one customer, and one that starts within a month.
    draft.subscribe("contoso", catalogue.AZURE_SKU, (draft.day(2, 12), 1), cycle=USAGE, term=(0, ""))


def _annual_orders(draft: Draft) -> None:
    day = draft.day
    buyers = (
        ("adatum", E3, day(0, 14), 6), ("humongous", COPILOT, day(2, 15), 10),
        ("lamna", PREMIUM, day(2, 22), 14), ("southridge", PROJECT, day(3, 8), 5),
        ("wingtip", EXCHANGE_1, day(3, 19), 30), ("relecloud", COPILOT, day(4, 6), 8),
        ("margie", STANDARD, day(5, 11), 9), ("liberty", PREMIUM, day(6, 17), 4),
        ("citypower", SERVER_1_YEAR, day(2, 11), 16), ("wideworld", SERVER_1_YEAR, day(-5, 9), 8),
    )  # fmt: skip
    later = {"humongous": (day(3, 13), 12), "lamna": (day(4, 20), 17), "wideworld": (day(2, 18), 10)}
    for key, sku, start, quantity in buyers:
        more = [later[key]] if key in later else []
        draft.subscribe(key, sku, (start, quantity), *more, cycle=ANNUAL)
    draft.subscribe("firstup", SERVER_3_YEARS, (day(2, 25), 4), cycle=THREE_YEARS, term=(3, "Year"))


def _awkward_products(draft: Draft) -> None:
    old = draft.long_ago()
    draft.subscribe("bestforyou", catalogue.WITHDRAWN_SKU, (old, 7))
    draft.subscribe("coho-vineyard", catalogue.LEGACY_GUID.upper(), (old, 13))
    draft.subscribe("relecloud", catalogue.PLAIN_ID_SKU, (old, 22))
    draft.subscribe("treyresearch", catalogue.TWIN_SKU, (old, 3), term=(1, "Month"))
    draft.subscribe("treyresearch", catalogue.TWIN_SKU, (draft.day(2, 20), 2), cycle=ANNUAL)
    draft.subscribe("litware", catalogue.HAND_MADE_SKU, (old, 18))


def _half_known_subscriptions(draft: Draft) -> None:
    old = draft.long_ago()
    draft.subscribe("humongous", PHONE, (old, 5), seen="by_id")
    draft.subscribe("wingtip", APPS, (old, 4), seen="nowhere")


def _rows_without_subscription(draft: Draft) -> None:
    price = Price(Decimal("41.50"), Decimal("49.00"))
    for month, key in ((2, "margie"), (4, "southridge")):
        text = "Domain registration fee"
        draft.strays.append(Stray(draft.day(month), text, price, draft.tenants[key]))


# Prices first: a subscription keeps the offer that it was written with.
_PLOTS = (
    _price_changes, _ordinary_subscriptions, _quantities_within_a_month, _refunds_and_new_charges,
    _endings, _free_and_fine_prices, _credits, _azure_plans, _annual_orders, _awkward_products,
    _half_known_subscriptions, _rows_without_subscription,
)  # fmt: skip
