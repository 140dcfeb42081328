"""The review inbox: facts, buttons, undo."""

from __future__ import annotations

from core.scope import partner_scope
from customers.models import Template
from invoices.models import InvoiceOverlap, InvoiceState, SourceInvoice
from syncs.models import Decision
from tests import factories as make
from tests.portal.cast import Cast, Shop

INBOX = "/p/northwind/inbox/"


def decide(cast: Cast, shop: Shop, subject: str, choice: str, **more: object) -> str:
    data = {"program": shop.program.pk, "subject": subject, "choice": choice, **more}
    return cast.client("bob").post(f"{INBOX}decide/", data, follow=True).content.decode()


def test_number_in_the_menu_counts_what_waits(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get("/p/northwind/users/").content.decode()

    assert '<span class="count">2<span' in page  # a held invoice and a credit


def test_credit_is_dismissed_and_that_is_undone(cast: Cast, shop: Shop) -> None:
    page = decide(cast, shop, shop.credit.subject, "dismiss")
    with partner_scope(cast.northwind.pk):
        decision = Decision.objects.get()

    cast.client("bob").post(f"{INBOX}undo/", {"program": shop.program.pk, "subject": decision.subject})

    assert decision.choice == "dismiss"
    assert "you can undo it" in page
    with partner_scope(cast.northwind.pk):
        assert not Decision.objects.exists()


def test_answer_that_the_item_does_not_offer_is_refused(cast: Cast, shop: Shop) -> None:
    page = decide(cast, shop, shop.credit.subject, "adopt")

    assert "is not a choice here" in page
    with partner_scope(cast.northwind.pk):
        assert not Decision.objects.exists()


def test_conflict_offers_the_lines_that_can_be_adopted(cast: Cast, shop: Shop) -> None:
    subject = "conflict:seat_monthly:5b"
    line = {
        "line_id": 77, "template_id": shop.template.external_id, "product_id": 900, "name": "Typed in by hand",
        "description": "", "quantity": "18", "retail_cents": 300, "cost_cents": 200, "taxable": True, "one_time": False,
    }  # fmt: skip
    with partner_scope(cast.northwind.pk):
        Template.objects.filter(pk=shop.template.pk).update(lines=[line])
        make.FindingFactory(last_run=shop.run, code="conflict", subject=subject, text="Already on the template")
        make.ChangeFactory(
            run=shop.run, action="add_line", state="held", hold="conflict", subject=subject,
            template_id=shop.template.external_id, after={"product_id": 900, "name": "Sample", "quantity": "18"},
        )  # fmt: skip

    page = cast.client("bob").get(INBOX).content.decode()
    decide(cast, shop, subject, "adopt", line_id=77)

    assert '<input type="hidden" name="line_id" value="77">' in page
    with partner_scope(cast.northwind.pk):
        assert Decision.objects.get().line_id == 77


def test_viewer_reads_without_buttons(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(INBOX).content.decode()

    assert "Credit of -19.16" in page
    assert "Dismiss</button>" not in page


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


def test_unknown_rows_and_unmapped_money_are_shown(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChargeFactory(invoice=shop.invoice, kind="unknown", retail="49.00")
        make.FindingFactory(
            last_run=shop.run, code="not_mapped", subject="", severity="info", text="Fabrikam", retail="123.45"
        )

    page = cast.client("vera").get(INBOX).content.decode()

    assert "1 unknown row" in page
    assert "123.45" in page
