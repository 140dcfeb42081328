"""The charges of mapped customers as planning is told them: by subscription and period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from customers.models import Subscription
from invoices.models import Charge, InvoiceState, SourceInvoice
from invoices.months import countable_invoices
from money.enums import Kind
from money.facts import ChargeFact, PeriodFact, ProductFact
from programs.models import Program
from syncs.facts.open_periods import PeriodKey
from syncs.facts.products import load_product_facts
from syncs.models import Line

MappingKey = tuple[int, str]  # customer, motion


@dataclass(slots=True)
class LoadedPeriods:
    """Periods by (customer, motion), and the subscriptions that the newest month still charges."""

    periods: dict[MappingKey, list[PeriodFact]] = field(default_factory=lambda: defaultdict(list))
    invoiced: frozenset[int] = frozenset()


def load_periods(
    program: Program, wanted: Collection[PeriodKey], withdrawn: Collection[PeriodKey], newest: str
) -> LoadedPeriods:
    """The charges of these periods; of withdrawn ones there are none left."""
    groups: dict[PeriodKey, list[Charge]] = defaultdict(list)
    for row in _rows(program, wanted):
        key = (row.subscription_id or 0, row.motion, row.period)
        if key in wanted:
            groups[key].append(row)
    products = load_product_facts(
        program, {row.product_id for rows in groups.values() for row in rows if row.product_id is not None}
    )
    latest = _latest_periods(groups, newest)
    loaded = LoadedPeriods(invoiced=frozenset(_named(groups, newest)))
    for key, rows in groups.items():
        fact = _period_fact(rows, products, current=latest.get(key[:2]) == key[2])
        loaded.periods[rows[0].customer_id or 0, key[1]].append(fact)
    _add_withdrawn(program, withdrawn, loaded)
    return loaded


def _rows(program: Program, wanted: Collection[PeriodKey]) -> Iterable[Charge]:
    rows = Charge.objects.filter(
        invoice__in=countable_invoices(program),
        subscription__in={key[0] for key in wanted},
        period__in={key[2] for key in wanted},
    ).exclude(kind=Kind.UNKNOWN)
    rows = rows.select_related("invoice", "subscription").defer("raw")
    return rows.order_by("subscription", "motion", "period", "invoice", "line").iterator(chunk_size=2000)


def _latest_periods(groups: dict[PeriodKey, list[Charge]], newest: str) -> dict[tuple[int, str], str]:
    """The latest period of each subscription that the newest regular invoices charge."""
    latest: dict[tuple[int, str], str] = {}
    for (subscription, motion, period), rows in groups.items():
        if any(_month(row) == newest and row.kind != Kind.CREDIT for row in rows):
            place = (subscription, motion)
            latest[place] = max(latest.get(place, ""), period)
    return latest


def _named(groups: dict[PeriodKey, list[Charge]], newest: str) -> Iterable[int]:
    """Subscriptions that the newest invoices still charge: money back for an earlier month tells of none."""
    return (key[0] for key, rows in groups.items() if any(_month(row) == newest and _is_charge(row) for row in rows))


def _is_charge(row: Charge) -> bool:
    return row.kind != Kind.CREDIT or row.period >= _month(row)


def _month(row: Charge) -> str:
    return f"{row.invoice.month:%Y-%m}"


def _period_fact(rows: list[Charge], products: dict[int, ProductFact], *, current: bool) -> PeriodFact:
    last = rows[-1]
    assert last.subscription is not None
    return PeriodFact(
        current=current,
        late=all(_month(row) > last.period for row in rows),
        subscription_id=last.subscription.pk,
        subscription=last.subscription.external_id,
        period=last.period,
        charges=tuple(_charge_fact(row) for row in rows),
        product=products.get(last.product_id) if last.product_id is not None else None,
        problem=next((row.problem for row in rows if row.problem), ""),
    )


def _charge_fact(row: Charge) -> ChargeFact:
    return ChargeFact(
        pk=row.pk,
        invoice_id=row.invoice_id,
        invoice_number=row.invoice.number,
        line=row.line,
        start=row.start,
        end=row.end,
        quantity=row.quantity,
        unit_cost=row.unit_cost,
        unit_retail=row.unit_retail,
        ratio=row.ratio,
        cost=row.cost,
        retail=row.retail,
        credit=row.kind == Kind.CREDIT,
    )


def _add_withdrawn(program: Program, withdrawn: Collection[PeriodKey], loaded: LoadedPeriods) -> None:
    """Periods that were posted, and whose invoice no longer counts: without charges."""
    if not withdrawn:
        return
    subscriptions = {row.pk: row for row in Subscription.objects.filter(pk__in={key[0] for key in withdrawn})}
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
            subscription_id, row.external_id, period, (), products.get(product_id) if product_id else None
        )
        loaded.periods[row.customer_id or 0, motion].append(fact)


def uncertain_subscriptions(program: Program, newest: str) -> frozenset[int]:
    """Subscriptions with rows of the newest month that are held or could not be classified."""
    of_program = {"source": program.source_id, "program_slug": program.slug, "past": False}
    invoices = SourceInvoice.objects.filter(**of_program, month=dt.date.fromisoformat(f"{newest}-01"))
    rows = Charge.objects.filter(invoice__in=invoices.exclude(state=InvoiceState.REPLACED))
    doubtful = rows.filter(Q(kind=Kind.UNKNOWN) | Q(invoice__state=InvoiceState.HELD))
    refs = set(doubtful.exclude(subscription_ref="").values_list("subscription_ref", flat=True))
    lines = Line.objects.filter(program=program, subscription__external_id__in=refs)
    return frozenset(lines.values_list("subscription_id", flat=True))
