"""The second proof: every standing recurring line has its row, waits for its run, or is named with its money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Partner
from core.scope import partner_scope
from customers.models import Template
from invoices.models import InvoiceState, SetAside
from money.enums import Kind, LineState, PartRole, PartState
from programs.models import Program
from syncs.models import Decision, Line, Part, Posting
from syncs.proving.standing import prove_standing
from tests import factories as make

RUN = dt.date(2026, 12, 1)
TEMPLATE = 5000


class Shop:
    """Lines on one template, and the charges of their subscriptions."""

    def __init__(self) -> None:
        self.program: Program = make.ProgramFactory.create()
        self.template: Template = make.TemplateFactory(
            target=self.program.target, external_id=TEMPLATE, next_run=RUN, lines=[]
        )
        self.invoices: dict[str, Any] = {}

    def line(self, name: str, quantity: int = 5, **values: Any) -> Line:
        """Our line, as it stands on the template."""
        customer = make.CustomerFactory(source=self.program.source, name=name)
        product = make.ProductFactory(source=self.program.source, name="Business Premium")
        line: Line = make.LineFactory(
            program=self.program, customer=customer, product=product, quantity=Decimal(quantity), mark=f"BS:{name}",
            template_id=TEMPLATE,
        )  # fmt: skip
        shown = {
            "line_id": line.line_id, "template_id": TEMPLATE, "product_id": None, "name": name, "description": "",
            "quantity": str(quantity), "retail_cents": 1000, "cost_cents": 850, "taxable": True, "one_time": False,
        }  # fmt: skip
        self.template.lines.append(shown | values)
        self.template.save()
        return line

    def charge(self, line: Line, month: str, **values: Any) -> None:
        """A row for the line's subscription on the month's invoice: the whole month, unless it is said otherwise."""
        first = dt.date.fromisoformat(f"{month}-01")
        if month not in self.invoices:
            self.invoices[month] = make.SourceInvoiceFactory(source=self.program.source, month=first)
        last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        wanted = {"customer": line.customer, "subscription": line.subscription, "product": line.product}
        wanted |= {"period": month, "first_day": first, "last_day": last, "start": _midnight(first)}
        make.ChargeFactory(invoice=self.invoices[month], **(wanted | {"end": _midnight(last)} | values))

    def found(self) -> list[tuple[str, Decimal]]:
        """Who has a line without a charge, with its money."""
        return [(line.customer_name, line.retail) for line in prove_standing(self.program).without_charge]


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)


@pytest.fixture
def shop(partner: Partner) -> Iterator[Shop]:
    with partner_scope(partner.pk):
        yield Shop()


@pytest.fixture
def left(shop: Shop) -> Line:
    """Four lines are charged in September, three of them in October: the fourth stands without a charge."""
    lines = [shop.line(name) for name in ("Adatum", "Contoso", "Fabrikam", "Litware")]
    for line in lines:
        shop.charge(line, "2026-09")
    for line in lines[:3]:
        shop.charge(line, "2026-10")
    return lines[3]


def test_line_that_the_regular_month_does_not_charge_is_named_with_its_money(shop: Shop, left: Line):
    proof = prove_standing(shop.program)

    assert (proof.month, proof.retail) == ("2026-10", Decimal(50))
    assert [note.text for note in proof.notes()] == [
        "Litware, Business Premium: stands without a charge: 50.00. No invoice of Oct 2026 or later charges it."
    ]


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({}, False),
        ({"motion": "seat_annual"}, True),
        ({"retail": Decimal(-50), "cost": Decimal("-42.50")}, True),
        ({"retail": Decimal(0), "cost": Decimal(0)}, True),
        ({"kind": Kind.UNKNOWN}, True),
        ({"set_aside": SetAside.HELD}, True),
        ({"last_day": dt.date(2026, 9, 20)}, True),
        ({"ratio": Decimal("0.5")}, False),
    ],
    ids=["charged", "other motion", "refund", "of nothing", "unknown", "set aside", "late row", "part of the month"],
)
def test_which_rows_are_a_charge(shop: Shop, left: Line, row: dict[str, object], named: bool):
    shop.charge(left, "2026-10", **row)

    assert shop.found() == ([("Litware", Decimal(50))] if named else [])


def test_row_of_a_later_month_is_a_charge_also_where_that_is_not_regular(shop: Shop, left: Line):
    shop.charge(left, "2026-11")

    assert (prove_standing(shop.program).month, shop.found()) == ("2026-10", [])


def test_row_that_charges_another_customer_is_none_for_this_one(shop: Shop, left: Line):
    shop.charge(left, "2026-10", customer=make.CustomerFactory(source=shop.program.source))

    assert shop.found() == [("Litware", Decimal(50))]


def test_line_of_nothing_is_charged_by_rows_of_nothing_and_no_other_is(shop: Shop, left: Line):
    shop.charge(left, "2026-10", retail=Decimal(0), cost=Decimal(0))
    assert [name for name, _ in shop.found()] == ["Litware"]

    Line.objects.filter(pk=left.pk).update(retail_cents=0)
    assert [name for name, _ in shop.found()] == ["Litware"]

    Line.objects.filter(pk=left.pk).update(cost_cents=0)
    assert shop.found() == []


def test_month_that_is_not_regular_leaves_nobody_without_a_charge(shop: Shop):
    lines = [shop.line(name) for name in ("Adatum", "Contoso", "Fabrikam")]
    for line in lines:
        shop.charge(line, "2026-09")
    shop.charge(lines[0], "2026-10")
    Decision.objects.create(program=shop.program, subject="month:2026-09", choice="complete")
    assert shop.found() == []

    Decision.objects.create(program=shop.program, subject="month:2026-10", choice="complete")

    assert shop.found() == [("Contoso", Decimal(50)), ("Fabrikam", Decimal(50))]


def test_renewals_and_moves_make_a_month_regular(shop: Shop):
    renewed, moved, gone = (shop.line(name) for name in ("Adatum", "Contoso", "Fabrikam"))
    for line in (renewed, moved, gone):
        shop.charge(line, "2026-09")
    other = make.CustomerFactory(source=shop.program.source)
    new = make.SubscriptionFactory(customer=renewed.customer)
    shop.charge(renewed, "2026-10", subscription=new)
    shop.charge(moved, "2026-10", customer=other)

    assert [name for name, _ in shop.found()] == ["Adatum", "Contoso", "Fabrikam"]


def test_invoice_that_was_replaced_charges_nobody(shop: Shop, left: Line):
    shop.charge(left, "2026-10")
    assert shop.found() == []

    shop.invoices["2026-10"].state = InvoiceState.REPLACED
    shop.invoices["2026-10"].save()
    other = make.SourceInvoiceFactory(source=shop.program.source, month=dt.date(2026, 10, 1))
    shop.invoices["2026-10"] = other
    for line in Line.objects.exclude(pk=left.pk):
        shop.charge(line, "2026-10")

    assert shop.found() == [("Litware", Decimal(50))]


@pytest.mark.parametrize(("next_run", "named"), [(RUN, False), (RUN + dt.timedelta(days=31), True)])
def test_line_waits_for_the_run_that_bills_its_last_amount(shop: Shop, left: Line, next_run: dt.date, named: bool):
    posting = Posting.objects.create(
        program=shop.program, customer=left.customer, subscription=left.subscription, motion=left.motion,
        period="2026-09", fingerprint="", template_id=TEMPLATE, next_run=RUN,
    )  # fmt: skip
    Part.objects.create(
        posting=posting, role=PartRole.RECURRING, mark=left.mark, state=PartState.SYNCED, cost=Decimal("42.50"),
        retail=Decimal(50),
    )  # fmt: skip
    Template.objects.update(next_run=next_run)

    assert shop.found() == ([("Litware", Decimal(50))] if named else [])


def test_what_the_target_does_not_have_bills_nobody(shop: Shop, left: Line):
    assert len(shop.found()) == 1
    shown = shop.template.lines.pop()
    shop.template.lines.append(shown | {"quantity": "0"})
    shop.template.save()
    assert shop.found() == []
    shop.template.lines[-1] = shown | {"quantity": "7"}  # as somebody edited it since
    shop.template.save()
    assert shop.found() == [("Litware", Decimal(70))]

    Line.objects.filter(pk=left.pk).update(state=LineState.REMOVED)

    assert shop.found() == []
