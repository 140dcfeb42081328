"""Facts for planning, each with a sound default, so that a test names only what it is about."""

from __future__ import annotations

import datetime as dt
import itertools
from calendar import monthrange
from dataclasses import replace
from decimal import Decimal
from typing import Any

from connectors.records import Template, TemplateLine
from syncs.models.lines import LineState, PartRole, PartState
from syncs.planning.facts import (
    ChargeFact,
    MappingFact,
    MappingFacts,
    OwnLine,
    PeriodFact,
    Posted,
    PostedPart,
    ProductFact,
)
from syncs.planning.results import Plan, PlannedChange, PlannedPosting

MONTHLY, AZURE, ANNUAL = "seat_monthly", "azure_plan", "seat_annual"
SEP, OCT = "2026-09", "2026-10"
NEXT_RUN = dt.date(2026, 11, 1)
TEMPLATE = 5001
CUSTOMER = 1
_numbers = itertools.count(1)


def D(number: str | int) -> Decimal:  # noqa: N802  # reads as a literal
    return Decimal(number)


def make_charge(
    quantity: str | Decimal = "10",
    *,
    cost: str | Decimal = "10.00",
    retail: str | Decimal = "12.00",
    ratio: str | Decimal = "1",
    period: str = OCT,
    start: int = 1,
    cost_amount: Decimal | None = None,
    retail_amount: Decimal | None = None,
    **over: Any,
) -> ChargeFact:
    """A row from day ``start`` to the month's end; its amounts are quantity x unit price x ratio unless given."""
    year, month = (int(part) for part in period.split("-"))
    last = monthrange(year, month)[1]
    count, share = Decimal(quantity), Decimal(ratio)
    number = next(_numbers)
    charge = ChargeFact(
        pk=number,
        invoice_id=month,
        invoice_number=f"INV-{period}",
        line=number,
        start=dt.datetime(year, month, start, tzinfo=dt.UTC),
        end=dt.datetime(year, month, last, tzinfo=dt.UTC),
        quantity=count,
        unit_cost=Decimal(cost),
        unit_retail=Decimal(retail),
        ratio=share,
        cost=count * Decimal(cost) * share if cost_amount is None else cost_amount,
        retail=count * Decimal(retail) * share if retail_amount is None else retail_amount,
    )
    return replace(charge, **over)


def make_product(**over: Any) -> ProductFact:
    product = ProductFact(
        product_id=7,
        key="cfq7:p1m:monthly",
        name="Business Premium",
        cost=D("10.00"),
        retail=D("12.00"),
        target_id=900,
        taxable=False,
    )
    return replace(product, **over)


def make_period(*charges: ChargeFact, period: str = OCT, subscription: int = 1, **over: Any) -> PeriodFact:
    fact = PeriodFact(
        subscription_id=subscription,
        subscription=f"SUB-{subscription}",
        period=period,
        charges=charges or (make_charge(period=period),),
        product=make_product(),
        current=period == OCT,
    )
    return replace(fact, **over)


def make_line(line_id: int = 1, **over: Any) -> TemplateLine:
    line = TemplateLine(
        line_id=line_id,
        template_id=TEMPLATE,
        product_id=None,
        name="Managed backup",
        description="Typed in by hand",
        quantity=D(3),
        retail_cents=2500,
        cost_cents=1000,
        taxable=True,
        one_time=False,
    )
    return replace(line, **over)


def make_template(*lines: TemplateLine, **over: Any) -> Template:
    template = Template(
        template_id=TEMPLATE,
        customer_id=101,
        name="Northwind monthly",
        frequency="Monthly",
        next_run=NEXT_RUN,
        paused=False,
        lines=lines,
    )
    return replace(template, **over)


def make_own(line: TemplateLine, mark: str, **over: Any) -> OwnLine:
    """The ledger's knowledge of a line that stands as it was written."""
    own = OwnLine(
        mark=mark,
        line_id=line.line_id,
        template_id=line.template_id,
        role=PartRole.RECURRING,
        motion=MONTHLY,
        customer_id=CUSTOMER,
        subscription_id=1,
        subscription="SUB-1",
        period=OCT,
        quantity=line.quantity,
        retail_cents=line.retail_cents,
        cost_cents=line.cost_cents,
        state=LineState.STANDING,
        next_run=NEXT_RUN,
        target_product_id=line.product_id,
        name=line.name,
    )
    return replace(own, **over)


def make_part(mark: str, retail: str, cost: str, **over: Any) -> PostedPart:
    part = PostedPart(PartRole.RECURRING, mark, PartState.SYNCED, Decimal(cost), Decimal(retail))
    return replace(part, **over)


def make_posted(*parts: PostedPart, period: str = OCT, **over: Any) -> Posted:
    posted = Posted(
        subscription_id=1,
        period=period,
        fingerprint="as:planned",
        template_id=TEMPLATE,
        next_run=NEXT_RUN,
        unit_cost=D("10.00"),
        unit_retail=D("12.00"),
        parts=parts,
    )
    return replace(posted, **over)


def make_facts(*periods: PeriodFact, motion: str = MONTHLY, **over: Any) -> MappingFacts:
    mapping = MappingFact(
        mapping_id=1,
        customer_id=CUSTOMER,
        customer="Northwind",
        motion=motion,
        template_id=TEMPLATE,
        target_customer_id=101,
        **over.pop("mapping", {}),
    )
    template = over.pop("template", make_template())
    facts = MappingFacts(
        mapping=mapping,
        template=template,
        periods=periods,
        newest=OCT,
        invoiced=frozenset(period.subscription_id for period in periods),
        own_lines=(),
        posted=(),
        foreign_ids=frozenset(),
        other_templates={template.template_id: template} if template else {},
    )
    return replace(facts, **over)


def writes(plan: Plan) -> list[PlannedChange]:
    """The changes that would be sent to the target."""
    return [change for change in plan.changes if change.action.writes and not change.hold]


def held(plan: Plan) -> list[PlannedChange]:
    return [change for change in plan.changes if change.hold]


def told(plan: Plan) -> list[str]:
    """Codes of what is news, in order."""
    return [note.code for note in plan.notes if note.news]


def reminded(plan: Plan) -> list[str]:
    """Codes of what is said again where it was said before."""
    return [note.code for note in plan.notes if not note.news]


def posting_of(plan: Plan, period: str = OCT, subscription: int = 1) -> PlannedPosting:
    """The only posting of this subscription and period."""
    (posting,) = [p for p in plan.postings if (p.subscription_id, p.period) == (subscription, period)]
    return posting


def explained(posting: PlannedPosting) -> tuple[Decimal, Decimal]:
    """What parts (less their rules) and rounding say the source charged: (cost, retail)."""
    cost = sum((p.cost - p.rules_cost for p in posting.parts), posting.rounding_cost)
    retail = sum((p.retail - p.rules_retail for p in posting.parts), posting.rounding_retail)
    return cost, retail
