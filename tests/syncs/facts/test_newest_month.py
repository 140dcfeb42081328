"""What speaks of the newest month means the newest with monthly seats, and looks at what came later too."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import Partner
from core.scope import partner_scope
from invoices.models import InvoiceState
from money.enums import Kind, Motion
from programs.models import Program
from syncs.facts.lines import load_own_lines
from syncs.facts.periods import uncertain_subscriptions
from syncs.facts.surveying import survey
from tests import factories as make

OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture
def program(partner: Partner) -> Program:
    """September's invoice charges a customer for seats that nobody mapped."""
    with partner_scope(partner.pk):
        program: Program = make.ProgramFactory.create()
        customer = make.CustomerFactory(source=program.source, name="Contoso")
        invoice = make.SourceInvoiceFactory(source=program.source, number="901")
        make.ChargeFactory(invoice=invoice, customer=customer)
    return program


def test_later_invoice_of_usage_alone_closes_no_alarm_about_seats_that_nobody_mapped(
    partner: Partner, program: Program
):
    with partner_scope(partner.pk):
        usage = make.SourceInvoiceFactory(source=program.source, month=OCTOBER)
        other = make.CustomerFactory(source=program.source, name="Fabrikam")
        make.ChargeFactory(
            invoice=usage, customer=other, motion=Motion.AZURE_PLAN, kind=Kind.USAGE, period="2026-10",
            retail=Decimal("7.00"),
        )  # fmt: skip

        told = {(note.code, note.retail) for note in survey(program)}

    assert told == {("not_mapped", Decimal("50.00")), ("not_mapped", Decimal("7.00"))}


def test_empty_invoice_is_told_of_though_a_later_one_has_usage_alone(partner: Partner, program: Program):
    with partner_scope(partner.pk):
        make.SourceInvoiceFactory(source=program.source, number="902", row_count=0)
        usage = make.SourceInvoiceFactory(source=program.source, month=OCTOBER)
        make.ChargeFactory(invoice=usage, motion=Motion.AZURE_PLAN, kind=Kind.USAGE, period="2026-10")

        told = [note.text for note in survey(program) if note.code == "invoice_empty"]

    assert len(told) == 1
    assert told[0].startswith("Invoice 902 has no rows")


@pytest.mark.parametrize(
    "invoice",
    [{"state": InvoiceState.REPLACED}, {"program_slug": "another-program"}, {"past": True}],
    ids=["replaced", "of another program", "past"],
)
def test_unknown_row_that_does_not_count_keeps_no_line(partner: Partner, program: Program, invoice: dict[str, object]):
    with partner_scope(partner.pk):
        customer = make.CustomerFactory(source=program.source)
        line = make.LineFactory(program=program, customer=customer)
        reference = line.subscription.external_id
        for values in (invoice, {}):
            billed = make.SourceInvoiceFactory(source=program.source, **values)
            doubtful = {"kind": Kind.UNKNOWN, "subscription": None, "subscription_ref": reference, "customer": customer}
            make.ChargeFactory(invoice=billed, **doubtful)
            found = uncertain_subscriptions(program, "2026-09", load_own_lines(program))
            assert found == (frozenset() if values else {line.subscription_id})
