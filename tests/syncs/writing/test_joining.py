"""Credits that wait join later rows of their days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import Partner
from core.scope import partner_scope
from invoices.models import InvoiceState
from money.enums import Kind
from syncs.writing.joining import join_waiting_credits
from tests import factories as make


@pytest.mark.parametrize(("state", "joined"), [(InvoiceState.COUNTED, True), (InvoiceState.REPLACED, False)])
def test_credit_that_waits_joins_the_later_charge_of_its_days_on_an_invoice_that_counts(
    partner: Partner, state: InvoiceState, joined: bool
):
    with partner_scope(partner.pk):
        program = make.ProgramFactory.create()
        line = make.LineFactory(program=program, customer=make.CustomerFactory(source=program.source))
        days = {"period": "2026-09", "first_day": dt.date(2026, 9, 10), "last_day": dt.date(2026, 9, 30)}
        whose = {"customer": line.customer, "subscription": line.subscription, "product": line.product}
        first = make.SourceInvoiceFactory(source=program.source, month=dt.date(2026, 9, 1))
        later = make.SourceInvoiceFactory(source=program.source, month=dt.date(2026, 10, 1), state=state)
        back = {"quantity": Decimal(-1), "cost": Decimal("-8.50"), "retail": Decimal(-10)}
        credit = make.ChargeFactory(invoice=first, kind=Kind.CREDIT, credit="1", **(days | whose | back))
        assert join_waiting_credits(program) == 0

        make.ChargeFactory(invoice=later, **(days | whose))

        assert (join_waiting_credits(program) > 0) == joined
        credit.refresh_from_db()
        assert (credit.kind, credit.credit) == ((Kind.PRORATION, "") if joined else (Kind.CREDIT, "1"))
