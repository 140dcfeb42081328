"""What planning is told of one customer, for tests of what it says: Northwind, Business Premium, October 2026."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from connectors.records import MONTHLY
from money.enums import PartState
from money.facts import Posted, PostingPart, Rules
from money.marks import PeriodMarks
from money.postings import fingerprint_of
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


RULES = Rules()
MARKS = PeriodMarks("s1", "seat_monthly", "2026-10")
MARK, ONCE = MARKS.recurring, MARKS.of(PartRole.ADJUSTMENT)
OURS = replace(OWN, mark=MARK)
LINE = make_line(1, mark=MARK)
STANDS = make_facts(LINE, own=(OURS,))
NEXT_RUN = dt.date(2026, 11, 1)


def posted(
    *parts: PostingPart, period: PeriodFact = PERIOD, next_run: dt.date | None = NEXT_RUN, **over: object
) -> Posted:
    """What the period was posted with, as things are now."""
    made = Posted(
        11,
        period.period,
        fingerprint_of(MAPPING, RULES, period),
        "101",
        next_run,
        Decimal("10.00"),
        Decimal("12.00"),
        parts,
    )
    return replace(made, **over)


def part(mark: str = MARK, state: PartState = PartState.SYNCED, role: PartRole = PartRole.RECURRING) -> PostingPart:
    """A part of 100.00 and 120.00 on the recurring line, or on another one."""
    return PostingPart(role, mark, state, Decimal(100), Decimal(120))
