"""The charges of mapped customers as planning is told them: by subscription and period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from customers import models as customers
from invoices.counted import countable_invoices
from invoices.models import Charge, InvoiceState, SetAside, SourceInvoice
from money.days import Days
from money.enums import Kind, MotionCause
from money.facts import ChargeFact, OwnLine, PeriodFact, ProductFact
from money.month.levels import says_all, tell_current
from money.month.months import Months
from money.motions import REGULAR
from programs.models import Program
from syncs.facts.open_periods import PeriodKey
from syncs.facts.products import load_product_facts
from syncs.models import Posting

MONTHS_OF_HISTORY = 3
MappingKey = tuple[int, str]  # customer, motion


PlaceKey = tuple[int, str, int]  # customer, motion, subscription


class _Row(NamedTuple):
    """A charge with what is asked of its invoice and subscription. Thousands of them, so no objects are made."""

    pk: int
    invoice: int
    line: int
    subscription: int
    owner: int  # the customer
    product: int | None
    motion: str
    period: str
    kind: str
    credit: str
    motion_by: str
    problem: str
    start: dt.datetime
    end: dt.datetime
    first_day: dt.date
    last_day: dt.date
    quantity: Decimal
    unit_cost: Decimal
    unit_retail: Decimal
    ratio: Decimal
    cost: Decimal
    retail: Decimal
    number: str  # of the invoice
    month: dt.date  # of the invoice
    reference: str  # the subscription's id at the source

    @property
    def key(self) -> PeriodKey:
        return self.subscription, self.motion, self.period


_COLUMNS = (*_Row._fields[:-3], "invoice__number", "invoice__month", "subscription__external_id")


def load_periods(
    program: Program,
    wanted: Collection[PeriodKey],
    withdrawn: Collection[PeriodKey],
    months: Months,
    begun: Mapping[MappingKey, dt.date | None],
) -> dict[MappingKey, list[PeriodFact]]:
    """The charges of these periods by (customer, motion); of withdrawn ones there are none left.

    ``begun`` are the first months of the mappings that are planned.
    """
    beginnings = _Beginnings(begun, _load_posted_since(program, wanted))
    groups = _groups(program, wanted, beginnings)
    named = {row.product for rows in groups.values() for row in rows}
    products = load_product_facts(program, {product_id for product_id in named if product_id is not None})
    reversals = _reversals(program, {*wanted, *withdrawn})
    by_place: dict[PlaceKey, list[PeriodFact]] = defaultdict(list)
    for key, rows in groups.items():
        since = beginnings.of(rows[-1].owner, key)
        fact = _period_fact(rows, products, reversed_by=reversals.get(key, ""), since=since)
        by_place[rows[0].owner, key[1], key[0]].append(fact)
    earlier = _load_earlier(program, by_place, months)
    loaded: dict[MappingKey, list[PeriodFact]] = defaultdict(list)
    for place, periods in by_place.items():
        known = _known(periods, earlier.get(place, ()))
        loaded[place[:2]] += tell_current(periods, known, months, place[0], monthly=place[1] in REGULAR)
    _add_withdrawn(program, withdrawn, reversals, loaded)
    return loaded


@dataclass(frozen=True, slots=True)
class _Beginnings:
    """Since which month's invoices a period is billed. Rows of older ones are offered, and left out until then.

    ``mapped``: the first month of a customer's motion; ``posted``: what a period was planned with. One that was planned
    with all of its rows stays so.
    """

    mapped: Mapping[MappingKey, dt.date | None]
    posted: Mapping[PeriodKey, dt.date | None]

    def of(self, customer_id: int, key: PeriodKey) -> dt.date | None:
        """None: whatever the month."""
        first = self.mapped.get((customer_id, key[1]))
        if key not in self.posted:
            return first
        before = self.posted[key]
        return min(first, before) if first and before else before

    def counts(self, row: _Row) -> bool:
        """Whether a row is not left out."""
        since = self.of(row.owner, row.key)
        return since is None or row.month >= since


def _load_posted_since(program: Program, wanted: Collection[PeriodKey]) -> dict[PeriodKey, dt.date | None]:
    of = {"subscription__in": {key[0] for key in wanted}, "period__in": {key[2] for key in wanted}}
    posted = Posting.objects.filter(program=program, **of).values_list("subscription", "motion", "period", "since")
    return {(subscription, motion, period): since for subscription, motion, period, since in posted}


def _groups(program: Program, wanted: Collection[PeriodKey], beginnings: _Beginnings) -> dict[PeriodKey, list[_Row]]:
    groups: dict[PeriodKey, list[_Row]] = defaultdict(list)
    for row in _rows(program, wanted):
        if row.key in wanted and beginnings.counts(row):
            groups[row.key].append(row)
    return groups


def _known(periods: Iterable[PeriodFact], earlier: Iterable[ChargeFact]) -> list[ChargeFact]:
    """Each row once."""
    rows = {charge.pk: charge for period in periods for charge in period.charges}
    return list(({charge.pk: charge for charge in earlier} | rows).values())


def _load_earlier(
    program: Program, by_place: Mapping[PlaceKey, Sequence[PeriodFact]], months: Months
) -> dict[PlaceKey, list[ChargeFact]]:
    """The other rows of the last months, of subscriptions whose periods alone do not tell what they stand at."""
    open_ones = {
        place[2]
        for place, periods in by_place.items()
        if place[1] in REGULAR and not _tell_all(periods, months, place[2])
    }
    if not open_ones or not months.newest:
        return {}
    since = _months_before(months.regular, MONTHS_OF_HISTORY)
    rows = Charge.objects.filter(
        invoice__in=countable_invoices(program).filter(month__gte=since), subscription__in=open_ones, motion__in=REGULAR
    )
    found: dict[PlaceKey, list[ChargeFact]] = defaultdict(list)
    for row in _in_order(rows):
        found[row.owner, row.motion, row.subscription].append(_charge_fact(row))
    return found


def _tell_all(periods: Sequence[PeriodFact], months: Months, subscription_id: int) -> bool:
    """Whether the newest of these periods is of the newest regular month, and its last rows are whole cycles."""
    newest = max(periods, key=lambda period: period.period)
    of_month = any(charge.month >= months.regular for charge in newest.charges)
    return subscription_id not in months.early and of_month and says_all(newest.charges)


def _months_before(month: str, number: int) -> dt.date:
    year, place = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 - number, 12)
    return dt.date(year, place + 1, 1)


def _reversals(program: Program, wanted: Collection[PeriodKey]) -> dict[PeriodKey, str]:
    """Of the periods that a reversal takes back: its number."""
    reversals = SourceInvoice.objects.filter(source=program.source_id, state=InvoiceState.REVERSED, reversal=True)
    numbers = dict(reversals.filter(program_slug=program.slug).values_list("pk", "number"))
    if not numbers:
        return {}
    rows = Charge.objects.filter(
        invoice__in=numbers, subscription__in={key[0] for key in wanted}, period__in={key[2] for key in wanted}
    )
    found = rows.order_by("invoice").values_list("subscription_id", "motion", "period", "invoice_id").distinct()
    return {(subscription or 0, motion, period): numbers[pk] for subscription, motion, period, pk in found}


def _rows(program: Program, wanted: Collection[PeriodKey]) -> Iterable[_Row]:
    rows = Charge.objects.filter(
        invoice__in=countable_invoices(program),
        subscription__in={key[0] for key in wanted},
        period__in={key[2] for key in wanted},
    )
    return _in_order(rows)


def _in_order(charges: QuerySet[Charge]) -> Iterable[_Row]:
    """Rows that count, each with what is asked of its invoice and subscription; one of nobody is of the customer 0."""
    counted = charges.filter(set_aside="").exclude(kind=Kind.UNKNOWN).annotate(owner=Coalesce("customer", 0))
    rows = counted.order_by("subscription", "motion", "period", "invoice", "line").values_list(*_COLUMNS)
    return (_Row._make(row) for row in rows.iterator(chunk_size=2000))


def _is_once(row: _Row) -> bool:
    """Bought once, or metered by single days: it says nothing of a recurring line."""
    return bool(row.motion_by) and MotionCause(row.motion_by).once


def _period_fact(
    rows: list[_Row], products: dict[int, ProductFact], *, reversed_by: str, since: dt.date | None
) -> PeriodFact:
    last = rows[-1]
    return PeriodFact(
        reversed_by=reversed_by,
        since=f"{since:%Y-%m}" if since else "",
        subscription_id=last.subscription,
        subscription=last.reference,
        period=last.period,
        charges=tuple(_charge_fact(row) for row in rows),
        product=products.get(last.product) if last.product is not None else None,
        problem=next((row.problem for row in rows if row.problem), ""),
    )


def _charge_fact(row: _Row) -> ChargeFact:
    return ChargeFact(
        pk=row.pk,
        invoice_id=row.invoice,
        invoice_number=row.number,
        line=row.line,
        start=row.start,
        end=row.end,
        days=Days(row.first_day, row.last_day),
        month=f"{row.month:%Y-%m}",
        period="" if row.credit else row.period,
        quantity=row.quantity,
        unit_cost=row.unit_cost,
        unit_retail=row.unit_retail,
        ratio=row.ratio,
        cost=row.cost,
        retail=row.retail,
        credit=row.credit or (row.number if row.kind == Kind.CREDIT else ""),
        one_time=_is_once(row),
    )


def _add_withdrawn(
    program: Program,
    withdrawn: Collection[PeriodKey],
    reversals: Mapping[PeriodKey, str],
    loaded: dict[MappingKey, list[PeriodFact]],
) -> None:
    """Periods that were posted, and whose invoice no longer counts: without charges."""
    if not withdrawn:
        return
    subscriptions = {row.pk: row for row in customers.Subscription.objects.filter(pk__in={key[0] for key in withdrawn})}
    names = dict(
        Charge.objects.filter(subscription__in=subscriptions, product__isnull=False).values_list(
            "subscription_id", "product_id"
        )
    )
    products = load_product_facts(program, set(names.values()))
    for subscription_id, motion, period in withdrawn:
        row = subscriptions[subscription_id]
        product_id = names.get(subscription_id)
        fact = PeriodFact(
            subscription_id,
            row.external_id,
            period,
            (),
            products.get(product_id) if product_id else None,
            reversed_by=reversals.get((subscription_id, motion, period), ""),
        )
        loaded[row.customer_id or 0, motion].append(fact)


def uncertain_subscriptions(program: Program, newest: str, lines: Iterable[OwnLine]) -> frozenset[int]:
    """Subscriptions of these lines with rows of the newest regular month or later that are held, or of unknown kind."""
    names = {own.subscription: own.subscription_id for own in lines}
    of_program = {"source": program.source_id, "program_slug": program.slug, "past": False}
    invoices = SourceInvoice.objects.filter(**of_program, month__gte=dt.date.fromisoformat(f"{newest}-01"))
    rows = Charge.objects.filter(invoice__in=invoices.exclude(state=InvoiceState.REPLACED))
    doubtful = rows.filter(Q(kind=Kind.UNKNOWN) | Q(invoice__state=InvoiceState.HELD))
    doubtful = doubtful.exclude(set_aside=SetAside.EXCLUDED)
    found = doubtful.filter(subscription_ref__in=names).order_by().values_list("subscription_ref", flat=True)
    return frozenset(names[name] for name in found.distinct())
