"""Credits that wait join later rows of their days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Partner
from core.scope import partner_scope
from invoices.models import Charge, InvoiceState
from money.enums import Chosen, Kind, PartRole, PartState
from money.marks import line_mark
from programs.models import Program
from syncs.models import Decision, Line, Part, Posting
from syncs.writing.joining import join_waiting_credits
from tests import factories as make

DAYS = {"period": "2026-09", "first_day": dt.date(2026, 9, 10), "last_day": dt.date(2026, 9, 30)}
TOGETHER, BY_ITSELF = (Kind.PRORATION, ""), (Kind.CREDIT, "1")


class Desk:
    """A subscription of whose September one seat was given back: that waits."""

    def __init__(self) -> None:
        self.program: Program = make.ProgramFactory.create()
        self.line: Line = make.LineFactory(
            program=self.program, customer=make.CustomerFactory(source=self.program.source)
        )
        self.credit = self.charge(9, kind=Kind.CREDIT, credit="1", quantity=-1, cost="-8.50", retail="-10")

    @property
    def mark(self) -> str:
        """Of the line that the credit would be."""
        ref = self.line.subscription.external_id
        return line_mark(ref, "seat_monthly", PartRole.CREDIT, "2026-09", "1")

    def charge(self, month: int, *, state: str = InvoiceState.COUNTED, **values: Any) -> Charge:
        """A row of these days on an invoice of its own: five seats, 50.00."""
        invoice = make.SourceInvoiceFactory(source=self.program.source, month=dt.date(2026, month, 1), state=state)
        whose = {"customer": self.line.customer, "subscription": self.line.subscription, "product": self.line.product}
        amounts = {name: Decimal(values.pop(name)) for name in ("quantity", "cost", "retail") if name in values}
        charge: Charge = make.ChargeFactory(invoice=invoice, **(DAYS | whose | amounts | values))
        return charge

    def plan(self, state: str = PartState.HELD, **values: Any) -> None:
        """September was planned, with its credit in that state."""
        posting = Posting.objects.create(
            program=self.program, customer=self.line.customer, subscription=self.line.subscription,
            motion="seat_monthly", period="2026-09", fingerprint="", template_id="5000", **values,
        )  # fmt: skip
        Part.objects.create(
            posting=posting, role=PartRole.CREDIT, mark=self.mark, state=state, cost=Decimal("-8.50"), retail=-10
        )

    def join(self) -> tuple[str, str]:
        """What the credit is after it was judged."""
        join_waiting_credits(self.program)
        self.credit.refresh_from_db()
        return self.credit.kind, self.credit.credit


@pytest.fixture
def desk(partner: Partner) -> Iterator[Desk]:
    with partner_scope(partner.pk):
        yield Desk()


@pytest.mark.parametrize(
    ("later", "became"),
    [
        ({}, TOGETHER),
        ({"state": InvoiceState.REPLACED}, BY_ITSELF),
        ({"first_day": dt.date(2026, 10, 1), "last_day": dt.date(2026, 10, 31)}, BY_ITSELF),
        ({"kind": Kind.UNKNOWN}, BY_ITSELF),
        ({"set_aside": "held"}, BY_ITSELF),
    ],
    ids=["counts", "replaced", "other days", "unknown", "set aside"],
)
def test_waiting_credit_joins_the_later_charge_of_its_days(
    desk: Desk, later: dict[str, Any], became: tuple[str, str]
) -> None:
    assert desk.join() == BY_ITSELF

    desk.charge(10, **later)

    assert desk.join() == became


@pytest.mark.parametrize(
    ("state", "became"), [(PartState.HELD, TOGETHER), (PartState.SYNCED, BY_ITSELF), (PartState.BILLED, BY_ITSELF)]
)
def test_credit_that_was_written_stays(desk: Desk, state: str, became: tuple[str, str]) -> None:
    desk.plan(state, charge_count=1, source_cost=Decimal("-8.50"), source_retail=-10)
    desk.charge(10)

    assert desk.join() == became


def test_credit_that_a_person_answered_stays(desk: Desk) -> None:
    desk.plan(charge_count=1, source_cost=Decimal("-8.50"), source_retail=-10)
    desk.charge(10)
    Decision.objects.create(program=desk.program, subject=f"credit:{desk.mark}", choice=Chosen.APPLY)

    assert desk.join() == BY_ITSELF


@pytest.mark.parametrize(
    ("planned", "became"),
    [
        ({"charge_count": 2, "source_cost": "34.00", "source_retail": "40.00"}, BY_ITSELF),  # both rows, as they are
        ({"charge_count": 1, "source_cost": "-8.50", "source_retail": "-10.00"}, TOGETHER),
        ({"charge_count": 2, "source_cost": "34.01", "source_retail": "40.00"}, TOGETHER),
        ({"charge_count": 2, "source_cost": "34.00", "source_retail": "40.01"}, TOGETHER),
        (
            {"charge_count": 1, "source_cost": "42.50", "source_retail": "50.00", "since": dt.date(2026, 10, 1)},
            BY_ITSELF,
        ),
    ],
)
def test_row_that_was_planned_beside_the_credit_is_billed_as_it_is(
    desk: Desk, planned: dict[str, Any], became: tuple[str, str]
) -> None:
    desk.charge(10)
    desk.plan(**{name: Decimal(value) if name.startswith("source") else value for name, value in planned.items()})

    assert desk.join() == became


def test_price_of_an_earlier_charge_tells_seats_given_back_from_a_rebate(desk: Desk) -> None:
    """-10.00 is a seat at the price of August; with one of 4.00 charged in its place it is one credit of -6.00."""
    desk.charge(8, period="2026-08", first_day=dt.date(2026, 8, 1), last_day=dt.date(2026, 8, 31))
    later = desk.charge(10, quantity=1, cost="3", retail="4", unit_cost=Decimal(3), unit_retail=Decimal(4))
    Charge.objects.filter(pk=desk.credit.pk).update(unit_cost=Decimal("8.50"), unit_retail=Decimal("99.00"))

    kind, credit = desk.join()
    later.refresh_from_db()

    assert (kind, later.kind) == (Kind.CREDIT, Kind.CREDIT)
    assert credit == later.credit != ""


def test_another_subscription_is_left_alone(desk: Desk) -> None:
    other = make.LineFactory(program=desk.program, customer=desk.line.customer)
    desk.charge(10, subscription=other.subscription)
    assert desk.join() == BY_ITSELF

    desk.charge(10)

    assert desk.join() == TOGETHER
