"""Invoices are accounted for together as each alone, and with no more queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Partner
from core.scope import partner_scope
from invoices.models import InvoiceState, SourceInvoice
from money.enums import PartRole, PartState
from money.words import Money
from syncs.models import Part, Posting
from syncs.proving.reconciliation import InvoiceBalance, reconcile_invoice, reconcile_invoices
from tests import factories as make

MONTH = dt.date(2026, 9, 1)


@pytest.fixture
def northwind(partner: Partner) -> Iterator[Partner]:
    with partner_scope(partner.pk):
        yield partner


def charged(program: Any, customer: Any, subscription: Any, **values: Any) -> SourceInvoice:
    """An invoice of the month with one row."""
    invoice: SourceInvoice = make.SourceInvoiceFactory(source=program.source, month=MONTH, **values)
    make.ChargeFactory(
        invoice=invoice, customer=customer, subscription=subscription, cost=Decimal(8), retail=Decimal(10)
    )
    return invoice


def planned(program: Any, customer: Any, subscription: Any, rows: int) -> None:
    """What those rows were planned as: synced, all of it."""
    amounts = {"source_cost": Decimal(8 * rows), "source_retail": Decimal(10 * rows)}
    posting = Posting.objects.create(
        program=program, customer=customer, subscription=subscription, motion="seat_monthly", period="2026-09",
        charge_count=rows, **amounts,
    )  # fmt: skip
    Part.objects.create(
        posting=posting, role=PartRole.RECURRING, state=PartState.SYNCED, mark=f"BS:{posting.pk}",
        cost=amounts["source_cost"], retail=amounts["source_retail"],
    )  # fmt: skip


def told(balance: InvoiceBalance) -> Any:
    return balance.total, balance.customers, balance.stored_equals_raw, balance.occurs


def counted(invoices: list[SourceInvoice], program: Any) -> tuple[list[InvoiceBalance], int]:
    with CaptureQueriesContext(connection) as queries:
        found = reconcile_invoices(invoices, program)
    return found, len(queries)


@pytest.mark.usefixtures("northwind")
def test_invoices_of_a_month_have_the_same_accounts_together_as_alone():
    program = make.ProgramFactory()
    one, other = make.CustomerFactory.create_batch(2, source=program.source)
    shared, moved, free = (make.SubscriptionFactory(customer=each) for each in (one, one, other))
    invoices = [
        charged(program, one, shared),
        charged(program, one, shared),
        charged(program, one, moved),
        charged(program, other, moved),  # planned for the customer whom only the invoice before names
        charged(program, other, free),
        charged(program, one, shared, state=InvoiceState.HELD),
        charged(program, one, shared, past=True),
    ]
    planned(program, one, shared, rows=2)
    planned(program, one, moved, rows=1)
    program.source  # noqa: B018  # read once, whatever is asked

    together, queries = counted(invoices, program)

    assert [told(each) for each in together] == [told(reconcile_invoice(invoice, program)) for invoice in invoices]
    assert queries == counted(invoices[:1], program)[1] > 0
    synced = [balance.total.buckets["synced"].retail for balance in together]
    assert synced == [10, 10, 10, 0, 0, 0, 0]


@pytest.mark.usefixtures("northwind")
def test_what_rules_make_of_a_period_is_added_up_over_its_lines():
    program = make.ProgramFactory()
    subscription = make.SubscriptionFactory(customer=make.CustomerFactory(source=program.source))
    invoice = charged(program, subscription.customer, subscription)
    posting = Posting.objects.create(
        program=program, customer=subscription.customer, subscription=subscription, motion="seat_monthly",
        period="2026-09", charge_count=1, source_cost=Decimal(8), source_retail=Decimal(10),
    )  # fmt: skip
    parts = [(PartRole.RECURRING, 6, 8, 1, 2), (PartRole.ADJUSTMENT, 7, 9, 4, 5)]
    for role, cost, retail, rules_cost, rules_retail in parts:
        Part.objects.create(
            posting=posting, role=role, state=PartState.SYNCED, mark=f"BS:{role}", cost=cost, retail=retail,
            rules_cost=rules_cost, rules_retail=rules_retail,
        )  # fmt: skip

    balance = reconcile_invoice(invoice, program).total

    assert (balance.rules, balance.ready) == (Money(Decimal(5), Decimal(7)), True)
    assert balance.buckets["synced"] == balance.source == Money(Decimal(8), Decimal(10))
    assert balance.side("retail")["total"] == 17
