"""The distributor's invoices: which exist, and the rows of each, made from the story.

Vendor help, invoice rows: amount = UnitPrice x Quantity x BillableRatio, one row per quantity
level, ratio = active days by days in the month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import groupby

from sandbox.cast import Tenant
from sandbox.catalogue import Price
from sandbox.draws import draw, guid
from sandbox.months import ONE_DAY, add_months, days_in_month, last_of
from sandbox.story import Extra, LastMoment, Order, Segment, Story, Subscription, segments
from sandbox.usage import total, usage_in_month
from sandbox.wire import Json

CSP_PROGRAM = "Microsoft CSP Indirect"
OTHER_PROGRAM = "SPLA"
REVERSAL = "reversal"  # the role of a row that takes back one of an earlier invoice
ONE = Decimal(1)


@dataclass(frozen=True)
class Rounding:
    """How many digits the file keeps of amounts and ratios."""

    amount: int = 2
    ratio: int = 6

    @classmethod
    def of(cls, switches: Mapping[str, str]) -> Rounding:
        """As the switches say."""
        return cls(int(switches["amount_digits"]), int(switches["ratio_digits"]))


@dataclass(frozen=True)
class Row:
    """One row of an invoice. ``role`` is the story's own word and never leaves the sandbox."""

    subscription_id: str
    text: str
    detail: str
    start: dt.date
    end: dt.date
    unit: Price
    quantity: Decimal
    ratio: Decimal
    amount: Price
    tenant: Tenant | None
    cycle: str = ""
    term: tuple[int, str] = (0, "")
    role: str = "charge"
    motion: str = ""
    last_moment: LastMoment = "day"


def invoices_issued_on(story: Story, day: dt.date) -> Iterator[Json]:
    """The invoices that the distributor issues on that day, without their ids."""
    past = add_months(day, -1).replace(day=1)
    if past >= story.first_month and day.day == 1:
        yield {"program": OTHER_PROGRAM, "kind": "other", "month": past.isoformat()}
    if past >= story.first_month and day.day == 2:
        yield {"program": CSP_PROGRAM, "kind": "monthly", "month": past.isoformat()}
    for order in story.orders_between(day - 3 * ONE_DAY, day):
        if order.issued == day and order.day >= story.first_month:
            yield {
                "program": CSP_PROGRAM,
                "kind": "order",
                "month": order.day.replace(day=1).isoformat(),
                "subscription_id": order.subscription.subscription_id,
                "day": order.day.isoformat(),
            }
    for extra in story.extras:
        if extra.issued == day:
            yield {
                "program": CSP_PROGRAM,
                "kind": "early",
                "month": extra.month.isoformat(),
                "day": day.isoformat(),
                "subscription_id": extra.subscription.subscription_id,
            }


def rows_of(story: Story, invoice: Json, switches: Mapping[str, str]) -> list[Row]:
    """The rows of an invoice. A hand-made one carries its own."""
    month = dt.date.fromisoformat(invoice["month"])
    rounding = Rounding.of(switches)
    if invoice["kind"] == "monthly":
        by_meter = switches["azure_rows"] == "meter"
        return _in_form(_monthly_rows(story, month, rounding, by_meter=by_meter), switches)
    if invoice["kind"] == "order":
        day = dt.date.fromisoformat(invoice["day"])
        orders = story.orders_between(day, day)
        wanted = invoice["subscription_id"]
        return [_order_row(o, rounding) for o in orders if o.subscription.subscription_id == wanted]
    if invoice["kind"] == "early":
        return _in_form(_early_rows(story, invoice, rounding), switches)
    return list(_other_rows(story, month, rounding))


def _early_rows(story: Story, invoice: Json, rounding: Rounding) -> Iterator[Row]:
    issued = dt.date.fromisoformat(invoice["day"])
    for extra in story.extras:
        if extra.issued == issued and extra.subscription.subscription_id == invoice["subscription_id"]:
            yield _extra_row(extra, rounding)


def _monthly_rows(story: Story, month: dt.date, rounding: Rounding, *, by_meter: bool) -> Iterator[Row]:
    for subscription in story.subscriptions:
        if subscription.motion == "seat_monthly":
            yield from _seat_rows(subscription, month, rounding)
        elif subscription.motion == "azure_plan":
            yield from _azure_rows(subscription, month, rounding, by_meter=by_meter)
    yield from _rows_of_their_own(story, month, rounding)


def _rows_of_their_own(story: Story, month: dt.date, rounding: Rounding) -> Iterator[Row]:
    """What the levels do not make: credits, rows of the field, rows without a subscription."""
    for credit in story.credits:
        if credit.month == month:
            price = credit.subscription.offer.price_on(credit.start)
            segment = Segment(credit.start, credit.end, credit.quantity, price)
            yield _seat_row(credit.subscription, segment, rounding, "Credit", role="credit")
    for extra in story.extras:
        if extra.month == month and extra.issued is None:
            yield _extra_row(extra, rounding)
    for stray in story.strays:
        if stray.month == month:
            yield _made_row(
                rounding,
                subscription_id="",
                text=stray.text,
                detail="One-off charge",
                start=month,
                end=last_of(month),
                unit=stray.price,
                tenant=stray.tenant,
                role="stray",
            )


@lru_cache(maxsize=20_000)
def _seat_rows(subscription: Subscription, month: dt.date, rounding: Rounding) -> tuple[Row, ...]:
    return tuple(_rows_of_levels(subscription, month, rounding))


def _rows_of_levels(subscription: Subscription, month: dt.date, rounding: Rounding) -> Iterator[Row]:
    levels = segments(subscription, month)
    if not subscription.refunds:
        for level in levels:
            yield _seat_row(subscription, level, rounding, "Cycle fee")
        return
    # Each change takes back the rest of the month and charges it again at the new level.
    for number, level in enumerate(levels):
        whole = Segment(level.start, levels[-1].end, level.quantity, level.price)
        if number:
            before = levels[number - 1]
            back = Segment(level.start, levels[-1].end, -before.quantity, before.price)
            yield _seat_row(subscription, back, rounding, "Prorate fee when quantity changed")
        yield _seat_row(subscription, whole, rounding, "Cycle fee")


def _seat_row(subscription: Subscription, level: Segment, rounding: Rounding, detail: str, role: str = "charge") -> Row:
    days = (level.end - level.start).days + 1
    return _made_row(
        rounding,
        subscription_id=subscription.subscription_id,
        text=subscription.offer.name,
        detail=detail,
        start=level.start,
        end=level.end,
        unit=level.price,
        quantity=Decimal(level.quantity),
        ratio=Decimal(days) / days_in_month(level.start),
        tenant=subscription.owner_in(level.start),
        cycle="Monthly",
        term=subscription.term,
        role=role,
        motion=subscription.motion,
        last_moment=subscription.last_moment,
    )


def _extra_row(extra: Extra, rounding: Rounding) -> Row:
    """What was bought once counts with the monthly subscriptions: their template bills it."""
    once = extra.role == "one_time"
    return _made_row(
        rounding,
        subscription_id=extra.subscription.subscription_id,
        text=extra.subscription.offer.name,
        detail=extra.detail,
        start=extra.start,
        end=extra.end,
        unit=extra.price,
        quantity=Decimal(extra.quantity),
        ratio=Decimal(extra.share.numerator) / extra.share.denominator,
        tenant=extra.subscription.owner_in(extra.month),
        cycle=extra.cycle,
        term=(0, "") if once else extra.subscription.term,
        role=extra.role,
        motion="seat_monthly",
        last_moment=extra.last_moment,
    )


def _azure_rows(subscription: Subscription, month: dt.date, rounding: Rounding, *, by_meter: bool) -> Iterator[Row]:
    records = sorted(usage_in_month(subscription, month), key=lambda r: (r.meter if by_meter else "", r.day))
    for meter, found in groupby(records, key=lambda r: r.meter if by_meter else ""):
        group = list(found)
        yield _made_row(
            rounding,
            subscription_id=subscription.subscription_id,
            text=subscription.offer.name,
            detail=meter or "Azure plan usage",
            start=max(month, subscription.start),
            end=min(last_of(month), subscription.end or last_of(month)),
            unit=total(group),
            tenant=subscription.tenant,
            motion=subscription.motion,
        )


def _order_row(order: Order, rounding: Rounding) -> Row:
    days = (order.term_end - order.day).days + 1
    return _made_row(
        rounding,
        subscription_id=order.subscription.subscription_id,
        text=order.subscription.offer.name,
        detail=f"Term {order.term_start.isoformat()} to {order.term_end.isoformat()}",
        start=order.day,
        end=order.term_end,
        unit=order.subscription.offer.price_on(order.day),
        quantity=Decimal(order.quantity),
        ratio=Decimal(days) / ((order.term_end - order.term_start).days + 1),
        tenant=order.subscription.tenant,
        cycle="Annual",
        term=order.subscription.term,
        motion=order.subscription.motion,
    )


def _other_rows(story: Story, month: dt.date, rounding: Rounding) -> Iterator[Row]:
    for number, name in enumerate(("Windows Server Standard SPLA", "Remote Desktop SAL SPLA")):
        yield _made_row(
            rounding,
            subscription_id=guid(story.account, "other program", number),
            text=name,
            detail="Monthly report",
            start=month,
            end=last_of(month),
            unit=Price(Decimal("5.10"), Decimal("6.40")),
            quantity=Decimal(10 + draw(30, story.account, name, month)),
            tenant=None,
            cycle="Monthly",
        )


def _in_form(rows: Iterable[Row], switches: Mapping[str, str]) -> list[Row]:
    return [_as_price(row) if switches["credit_form"] == "price" else row for row in rows]


def _as_price(row: Row) -> Row:
    """What is given back with the minus at the unit price instead of the quantity."""
    if row.role not in ("credit", "rebate", REVERSAL):
        return row
    return replace(row, unit=Price(-row.unit.cost, -row.unit.retail), quantity=-row.quantity)


def _made_row(
    rounding: Rounding,
    *,
    subscription_id: str,
    text: str,
    detail: str,
    start: dt.date,
    end: dt.date,
    unit: Price,
    tenant: Tenant | None,
    quantity: Decimal = ONE,
    ratio: Decimal = ONE,
    cycle: str = "",
    term: tuple[int, str] = (0, ""),
    role: str = "charge",
    motion: str = "",
    last_moment: LastMoment = "day",
) -> Row:
    share = _rounded(ratio, rounding.ratio)
    amount = Price(
        _rounded(unit.cost * quantity * share, rounding.amount),
        _rounded(unit.retail * quantity * share, rounding.amount),
    )
    return Row(
        subscription_id, text, detail, start, end, unit, quantity, share, amount, tenant,
        cycle, term, role, motion, last_moment,
    )  # fmt: skip


def _rounded(amount: Decimal, digits: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
