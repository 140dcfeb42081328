"""What planning is told of one customer, for tests of what it says: Northwind, Business Premium, October 2026."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from connectors.records import MONTHLY
from tests.bookkeeping.product import (
    InvoiceTemplate,
    LineState,
    MappingFact,
    MappingFacts,
    OwnLine,
    PartRole,
    PeriodFact,
    ProductFact,
    TemplateLine,
    with_mark,
)
from tests.money.charge_facts import make_charge

MAPPING = MappingFact(5, 7, "Northwind", "seat_monthly", "101", "201")
PRODUCT = ProductFact(3, "premium", "Business Premium", Decimal("10.00"), Decimal("12.00"), target_id="31")
PERIOD = PeriodFact(11, "s1", "2026-10", (make_charge(),), PRODUCT, current=True)
TEMPLATE = InvoiceTemplate(
    template_id="101",
    customer_id="201",
    name="Northwind monthly",
    frequency="Monthly",
    next_run=dt.date(2026, 11, 1),
    paused=False,
    lines=(),
    every=MONTHLY,
)
OWN = OwnLine(
    mark="BS:AAAAAAAAAA",
    line_id="1",
    template_id="101",
    role=PartRole.RECURRING,
    motion="seat_monthly",
    customer_id=7,
    subscription_id=11,
    subscription="s1",
    period="2026-10",
    quantity=Decimal(10),
    retail_cents=12_00,
    cost_cents=10_00,
    state=LineState.STANDING,
    next_run=dt.date(2026, 11, 1),
)


def make_line(number: int, *, name: str = "Business Premium", mark: str = "", one_time: bool = False) -> TemplateLine:
    """A line of ten seats at 10.00 and 12.00; with a mark it is ours."""
    return TemplateLine(
        template_id="101",
        line_id=str(number),
        product_id="31",
        name=name,
        description=with_mark(name, mark) if mark else name,
        quantity=Decimal(10),
        retail_cents=12_00,
        cost_cents=10_00,
        taxable=True,
        one_time=one_time,
        position=number,
    )


def make_facts(*lines: TemplateLine, own: tuple[OwnLine, ...] = (), foreign: bool = True) -> MappingFacts:
    """Facts of a template with these lines; those that are not our own are foreign."""
    ours = {line.line_id for line in own}
    return MappingFacts(
        mapping=MAPPING,
        template=replace(TEMPLATE, lines=lines),
        periods=(PERIOD,),
        newest="2026-10",
        own_lines=own,
        posted=(),
        foreign_ids=frozenset(line.line_id for line in lines if foreign) - ours,
    )
