"""What stands is indexed once: planning a large mapping looks lines up, it does not search for them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

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
    line_mark,
    plan_billing,
    with_mark,
)
from tests.money.charge_facts import make_charge

NEXT_RUN = dt.date(2026, 11, 1)


class CountedTuple(tuple):
    """Counts how often it is gone through, by what it holds."""

    __slots__ = ()
    passes: Counter[str] = Counter()

    def __iter__(self) -> Iterator:
        CountedTuple.passes[type(self[0]).__name__] += 1
        return super().__iter__()


def own_line(number: int) -> OwnLine:
    name = f"s{number}"
    return OwnLine(
        mark=line_mark(name, "seat_monthly", "recurring"),
        line_id=str(number),
        template_id="7",
        role=PartRole.RECURRING,
        motion="seat_monthly",
        customer_id=1,
        subscription_id=number,
        subscription=name,
        period="2026-09",
        quantity=Decimal(9),
        retail_cents=1200,
        cost_cents=1000,
        state=LineState.STANDING,
        next_run=NEXT_RUN,
    )


def template_line(own: OwnLine) -> TemplateLine:
    return TemplateLine(
        template_id="7",
        line_id=own.line_id,
        product_id="3",
        name=own.subscription,
        description=with_mark(own.subscription, own.mark),
        quantity=own.quantity,
        retail_cents=own.retail_cents,
        cost_cents=own.cost_cents,
        taxable=True,
        one_time=False,
        position=int(own.line_id),
    )


def facts_of(subscriptions: int) -> MappingFacts:
    """As many subscriptions, each with 9 seats on the template and 10 on the newest invoice."""
    own = [own_line(number) for number in range(1, subscriptions + 1)]
    product = ProductFact(1, "seat", "Seat", Decimal("10.00"), Decimal("12.00"), target_id="3")
    periods = (
        PeriodFact(line.subscription_id, line.subscription, "2026-10", (make_charge(),), product, current=True)
        for line in own
    )
    template = InvoiceTemplate(
        template_id="7",
        customer_id="2",
        name="Monthly",
        frequency="Monthly",
        next_run=NEXT_RUN,
        paused=False,
        lines=CountedTuple(template_line(line) for line in own),
    )
    return MappingFacts(
        mapping=MappingFact(1, 1, "Northwind", "seat_monthly", "7", "2"),
        template=template,
        periods=tuple(periods),
        newest="2026-10",
        own_lines=CountedTuple(own),
        posted=(),
        foreign_ids=frozenset(),
        other_templates={"7": template},
    )


def passes_over(subscriptions: int) -> Counter[str]:
    CountedTuple.passes = Counter()
    plan = plan_billing([facts_of(subscriptions)])
    assert [change.after.quantity for change in plan.changes] == [10] * subscriptions
    return CountedTuple.passes


def test_lines_are_gone_through_as_often_for_a_hundred_subscriptions_as_for_two() -> None:
    few = passes_over(2)

    assert few["OwnLine"]
    assert few["TemplateLine"]
    assert passes_over(100) == few
