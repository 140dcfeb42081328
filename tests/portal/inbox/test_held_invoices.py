"""Held invoices in the inbox: decided, held again, and told apart from what was planned."""

from __future__ import annotations

import pytest
from django.utils import timezone

from core.scope import partner_scope
from invoices.models import Charge, InvoiceOverlap, InvoiceState, SourceInvoice
from syncs.models import Posting
from tests import factories as make
from tests.portal.cast import Cast, Shop

INBOX = "/p/northwind/inbox/"


def test_held_invoice_is_decided_and_held_again(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        InvoiceOverlap.objects.create(held=shop.held, other=shop.invoice)
    path = f"{INBOX}invoices/{shop.held.pk}/"
    bob = cast.client("bob")

    bob.post(path, {"choice": "replaces"})
    with partner_scope(cast.northwind.pk):
        states = dict(SourceInvoice.objects.values_list("number", "state"))
    bob.post(path, {"choice": "undo"})

    assert states == {"1000013": InvoiceState.REPLACED, "1000014": InvoiceState.COUNTED}
    with partner_scope(cast.northwind.pk):
        assert SourceInvoice.objects.get(pk=shop.held.pk).state == InvoiceState.HELD


def test_held_invoices_that_find_no_room_are_counted(cast: Cast, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.inbox.MOST_HELD", 1)
    assert "more invoice" not in cast.client("bob").get(INBOX).content.decode()
    with partner_scope(cast.northwind.pk):
        make.SourceInvoiceFactory(source=shop.held.source, state=InvoiceState.HELD)

    page = cast.client("bob").get(INBOX).content.decode()

    assert "1 more invoice waits; it comes here as these are decided." in page


@pytest.fixture
def overlapping(cast: Cast, shop: Shop) -> Shop:
    """The held invoice charges what a sync wrote of the invoice that it overlaps."""
    with partner_scope(cast.northwind.pk):
        charge = Charge.objects.get(invoice=shop.invoice, motion="seat_monthly")
        make.ChargeFactory(
            invoice=shop.held, customer=shop.customer, subscription=charge.subscription, period=charge.period
        )
        InvoiceOverlap.objects.create(held=shop.held, other=shop.invoice)
        Posting.objects.create(
            program=shop.program, customer=shop.customer, subscription=charge.subscription, motion=charge.motion,
            period=charge.period, template_id=shop.template.external_id,
        )  # fmt: skip
    return shop


@pytest.mark.parametrize("planned_since", [False, True])
def test_decision_about_an_invoice_is_undone_until_a_sync_planned_with_it(
    cast: Cast, overlapping: Shop, planned_since: bool
) -> None:
    path = f"{INBOX}invoices/{overlapping.held.pk}/"
    bob = cast.client("bob")
    bob.post(path, {"choice": "replaces"})
    if planned_since:
        with partner_scope(cast.northwind.pk):
            make.RunFactory(program=overlapping.program, finished_at=timezone.now())

    page = bob.post(path, {"choice": "undo"}, follow=True).content.decode()

    with partner_scope(cast.northwind.pk):
        state = SourceInvoice.objects.get(pk=overlapping.held.pk).state
    assert ("was planned with this decision" in page) == planned_since
    assert state == (InvoiceState.COUNTED if planned_since else InvoiceState.HELD)


def test_decision_that_was_planned_stands_when_another_invoice_of_that_number_is_decided(
    cast: Cast, overlapping: Shop
) -> None:
    held, bob = overlapping.held, cast.client("bob")
    bob.post(f"{INBOX}invoices/{held.pk}/", {"choice": "adds"})
    with partner_scope(cast.northwind.pk):
        make.RunFactory(program=overlapping.program, finished_at=timezone.now())
        twin = make.SourceInvoiceFactory(source=held.source, number=held.number, state=InvoiceState.HELD)
        InvoiceOverlap.objects.create(held=twin, other=overlapping.invoice)
    bob.post(f"{INBOX}invoices/{twin.pk}/", {"choice": "adds"})

    page = bob.post(f"{INBOX}invoices/{held.pk}/", {"choice": "undo"}, follow=True).content.decode()

    assert "was planned with this decision" in page
