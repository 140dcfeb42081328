"""The review inbox: facts, buttons, undo."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from core.scope import partner_scope
from customers.models import Template
from invoices.models import SourceInvoice
from programs.models import Program
from reports import inbox
from reports.inbox_items import items_of
from syncs.enums import RunState
from syncs.models import Decision, Finding
from tests import factories as make
from tests.portal.cast import Cast, Shop

INBOX = "/p/northwind/inbox/"


def decide(cast: Cast, shop: Shop, subject: str, choice: str, **more: object) -> str:
    data = {"program": shop.program.pk, "subject": subject, "choice": choice, **more}
    return str(cast.client("bob").post(f"{INBOX}decide/", data, follow=True).content.decode())


def test_number_in_the_menu_counts_what_waits(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get("/p/northwind/users/").content.decode()

    assert '<span class="count">2<span' in page  # a held invoice and a credit


def given_at(shop: Shop, decision: Decision) -> dict[str, Any]:
    """What the Undo of an answer sends, beside what it was drawn from."""
    return {"program": shop.program.pk, "at": decision.decided_at.isoformat()}


def test_credit_is_dismissed_and_that_is_undone(cast: Cast, shop: Shop) -> None:
    page = decide(cast, shop, shop.credit.subject, "dismiss")
    with partner_scope(cast.northwind.pk):
        decision = Decision.objects.get()

    cast.client("bob").post(f"{INBOX}undo/", given_at(shop, decision))

    assert decision.choice == "dismiss"
    assert "you can undo it" in page
    with partner_scope(cast.northwind.pk):
        assert not Decision.objects.exists()


def test_answer_that_the_item_does_not_offer_is_refused(cast: Cast, shop: Shop) -> None:
    page = decide(cast, shop, shop.credit.subject, "adopt")

    assert "is not a choice here" in page
    with partner_scope(cast.northwind.pk):
        assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("subject", "choice"), [("older:abc", "take_up"), ("older", "take_up"), ("older:7", "take_up"), ("credit", "apply")]
)
def test_answer_about_nothing_that_there_is_can_be_undone(cast: Cast, shop: Shop, subject: str, choice: str) -> None:
    with partner_scope(cast.northwind.pk):
        decision = Decision.objects.create(program=shop.program, subject=subject, choice=choice)
    page = cast.client("bob").post(f"{INBOX}undo/", given_at(shop, decision), follow=True)
    assert "Undone. It waits again." in page.content.decode()
    with partner_scope(cast.northwind.pk):
        assert not Decision.objects.exists()


@pytest.mark.parametrize("subject", ["credit", "credit:BS:NONE", "older:x:2026-09"])
def test_answer_to_what_does_not_wait_is_refused(cast: Cast, shop: Shop, subject: str) -> None:
    page = decide(cast, shop, subject, "take_up" if subject.startswith("older") else "dismiss")

    assert "This item no longer waits" in page
    with partner_scope(cast.northwind.pk):
        assert not Decision.objects.exists()


def test_answer_to_what_a_sync_settled_meanwhile_is_refused(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        shop.credit.closed_at = timezone.now()
        shop.credit.save()

    page = cast.client("bob").post(
        f"{INBOX}decide-together/", {"row": [shop.credit.pk], "choice": "dismiss"}, follow=True
    )

    assert "This item no longer waits" in decide(cast, shop, shop.credit.subject, "dismiss")
    assert "None of these items waits any longer" in page.content.decode()


def test_line_that_cannot_be_is_not_adopted(cast: Cast, shop: Shop) -> None:
    page = decide(cast, shop, "conflict:seat_monthly:5b", "adopt", line_id="9" * 101)

    assert "could not be read. Nothing was changed." in page


def test_conflict_offers_the_lines_that_can_be_adopted(cast: Cast, shop: Shop) -> None:
    subject = "conflict:seat_monthly:5b"
    line = {
        "line_id": "77", "template_id": shop.template.external_id, "product_id": "900", "name": "Typed in by hand",
        "description": "", "quantity": "18", "retail_cents": 300, "cost_cents": 200, "taxable": True, "one_time": False,
    }  # fmt: skip
    with partner_scope(cast.northwind.pk):
        Template.objects.filter(pk=shop.template.pk).update(lines=[line])
        make.FindingFactory(last_run=shop.run, code="conflict", subject=subject, text="Already on the template")
        make.ChangeFactory(
            run=shop.run, action="add_line", state="held", hold="conflict", subject=subject,
            template_id=shop.template.external_id, after={"product_id": "900", "name": "Sample", "quantity": "18"},
        )  # fmt: skip

    page = cast.client("bob").get(INBOX).content.decode()
    decide(cast, shop, subject, "adopt", line_id="77")

    assert '<input type="hidden" name="line_id" value="77">' in page
    with partner_scope(cast.northwind.pk):
        assert Decision.objects.get().line_id == "77"


def test_viewer_reads_without_buttons(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(INBOX).content.decode()

    assert "Credit of -19.16" in page
    assert "Dismiss</button>" not in page


def test_each_script_is_loaded_once(cast: Cast, shop: Shop) -> None:
    scripts = re.findall(r'<script src="([^"]+)"', cast.client("vera").get(INBOX).content.decode())

    assert sorted(set(scripts)) == sorted(scripts) != []


def test_unknown_rows_are_shown(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChargeFactory(invoice=shop.invoice, kind="unknown", retail="49.00")

    page = cast.client("vera").get(INBOX).content.decode()

    assert "1 unknown row" in page
    assert "49.00" in page


# --- What is answered -----------------------------------------------------------------------------


def waiting_number(page: str) -> int:
    """The number beside Inbox in the menu."""
    found = re.search(r'class="count">(\d+)<', page)
    return int(found.group(1)) if found else 0


def items_on(response: Any) -> list[int]:
    return [item.finding.pk for item in response.context["items"]]


def test_link_from_a_run_leads_to_the_page_on_which_the_item_stands(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        for number in range(30):
            make.FindingFactory(last_run=shop.run, subject=f"credit:BS:{number}", retail=1000 - number)
    bob = cast.client("bob")
    run = bob.get(f"/p/northwind/runs/{shop.run.pk}/").content.decode()
    link = re.search(rf'href="([^"]+)#item-{shop.credit.pk}"', run)

    assert link
    assert items_on(bob.get(link[1])) == [shop.credit.pk]
    assert items_on(bob.get(INBOX)) != [shop.credit.pk]


def test_answered_item_leaves_the_list_and_the_count_at_once(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")

    data = {"program": shop.program.pk, "subject": shop.credit.subject, "choice": "dismiss"}
    answered = bob.post(f"{INBOX}decide/", data, follow=True)
    page = answered.content.decode()

    assert items_on(answered) == []
    assert waiting_number(page) == 1  # the held invoice
    assert "<strong>Dismiss</strong>: Sample Customer: Credit of -19.16" in page
    with partner_scope(cast.northwind.pk):
        decision = Decision.objects.get()
    undone = bob.post(f"{INBOX}undo/", given_at(shop, decision), follow=True)
    assert items_on(undone) == [shop.credit.pk]
    assert waiting_number(undone.content.decode()) == 2


def test_item_that_a_later_sync_reports_although_it_was_answered_waits_again(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    data = {"program": shop.program.pk, "subject": shop.credit.subject, "choice": "dismiss"}
    bob.post(f"{INBOX}decide/", data)
    with partner_scope(cast.northwind.pk):
        shop.credit.last_run = make.RunFactory(program=shop.program)
        shop.credit.save()

    assert items_on(bob.get(INBOX)) == [shop.credit.pk]
    bob.post(f"{INBOX}decide/", data)
    assert items_on(bob.get(INBOX)) == []


def test_answer_by_htmx_gives_the_inbox_the_count_and_the_notice(cast: Cast, shop: Shop) -> None:
    data = {"program": shop.program.pk, "subject": shop.credit.subject, "choice": "dismiss", "back": "kind=credits"}
    response = cast.client("bob").post(f"{INBOX}decide/", data, headers={"HX-Request": "true", "HX-Target": "inbox"})
    part = response.content.decode()

    assert response.status_code == 200
    assert "<html" not in part
    assert 'id="inbox"' in part
    assert 'id="notices" hx-swap-oob="true"' in part
    assert waiting_number(part) == 1
    assert "Nothing of this kind to decide" in part


def test_credits_are_answered_together_and_undone_together(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        others = [make.FindingFactory(last_run=shop.run) for _ in range(2)]
    bob = cast.client("bob")
    page = bob.get(INBOX, {"kind": "credits"})
    assert [choice.value for choice in page.context["together"]] == ["apply", "dismiss"]

    rows = [shop.credit.pk, others[0].pk]
    answered = bob.post(
        f"{INBOX}decide-together/", {"row": rows, "choice": "dismiss", "back": "kind=credits"}, follow=True
    )

    assert items_on(answered) == [others[1].pk]
    (together,) = answered.context["beside"].decisions
    assert len(together.texts) == 2
    bob.post(f"{INBOX}undo/", {"program": shop.program.pk, "at": together.token})
    assert len(items_on(bob.get(INBOX))) == 3


def test_answer_that_one_of_them_does_not_offer_changes_none(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        lost = make.FindingFactory(last_run=shop.run, code="lost", subject="lost:mark")

    page = cast.client("bob").post(
        f"{INBOX}decide-together/", {"row": [shop.credit.pk, lost.pk], "choice": "apply"}, follow=True
    )

    assert "is not a choice here" in page.content.decode()
    with partner_scope(cast.northwind.pk):
        assert not Decision.objects.exists()


# --- Facts ----------------------------------------------------------------------------------------


def test_item_shows_amounts_invoice_rows_and_what_each_answer_does(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        charge = shop.invoice.charges.order_by("line").first()
        assert charge is not None
        make.ChangeFactory(
            run=shop.run, action="add_line", state="held", hold="credit", subject=shop.credit.subject, before=None,
            period="2026-09", charge_ids=[charge.pk],
            after={"name": "Credit, Sep 2026", "quantity": "1", "retail": "-19.16"},
        )  # fmt: skip

    page = cast.client("bob").get(INBOX).content.decode()

    for text in ("Sep 2026", f"1000013, line {charge.line}", "Would be added", "Credit, Sep 2026", "Total (USD)"):
        assert text in page
    assert "The next sync writes it as a one-time line." in page
    assert "It is not billed, and counts as excluded." in page


def test_most_money_comes_first_whatever_its_sign(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        large = make.FindingFactory(last_run=shop.run, retail="-99.00")
        small = make.FindingFactory(last_run=shop.run, retail="5.00")

    assert items_on(cast.client("vera").get(INBOX)) == [large.pk, shop.credit.pk, small.pk]


def test_inbox_is_searched_and_filtered_by_kind(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        lost = make.FindingFactory(last_run=shop.run, code="lost", subject="lost:mark", text="Gone: Fabrikam")
        paused = make.FindingFactory(last_run=shop.run, code="paused", subject="", text="Paused: Litware")
    vera = cast.client("vera")

    assert items_on(vera.get(INBOX, {"kind": "gone"})) == [lost.pk]
    assert items_on(vera.get(INBOX, {"q": "contoso"})) == [shop.credit.pk]
    templates = vera.get(INBOX, {"kind": "templates"})
    assert items_on(templates) == []
    assert [finding.pk for finding in templates.context["noted"]] == [paused.pk]
    assert items_on(vera.get(INBOX, {"kind": "other"})) == []


def test_customers_that_nobody_mapped_are_items_with_a_way_to_map_them(cast: Cast, shop: Shop) -> None:
    page = cast.client("bob").get(INBOX).content.decode()

    assert f"/programs/{shop.program.pk}/billing/{shop.customer.pk}/azure_plan/" in page
    assert "10.00</span> USD" in page


def test_product_that_the_price_list_lacks_is_an_item_with_its_prices(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.FindingFactory(
            last_run=shop.run, code="legacy_product", subject="", run_kind="products",
            text="It is invoiced but not in the price list", facts={"product": shop.product.pk},
        )  # fmt: skip

    page = cast.client("vera").get(INBOX, {"kind": "products"}).content.decode()

    assert f'/products/{shop.product.pk}/"><bdi>Exchange Online (Plan 1)</bdi></a>, retail 10.00, cost 8.50' in page


# --- Seen -----------------------------------------------------------------------------------------


def test_warning_is_marked_as_seen_and_shown_again(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        paused = make.FindingFactory(last_run=shop.run, code="paused", subject="", text="It is paused")
    bob = cast.client("bob")

    after = bob.post(f"{INBOX}seen/", {"finding": paused.pk}, follow=True)

    assert list(after.context["noted"]) == []
    (group,) = after.context["beside"].seen
    assert (group.texts, group.by) == (["It is paused"], "bob@northwind.example")
    again = bob.post(f"{INBOX}seen/", {"at": group.token}, follow=True)
    assert [finding.pk for finding in again.context["noted"]] == [paused.pk]


def test_all_warnings_of_a_kind_are_marked_as_seen_but_no_error(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        for number in range(3):
            make.FindingFactory(last_run=shop.run, code="paused", subject="", text=f"Template {number}")
        error = make.FindingFactory(last_run=shop.run, code="template_gone", subject="", severity="error")
        price = make.FindingFactory(last_run=shop.run, code="price_changed", subject="")
    bob = cast.client("bob")

    bob.post(f"{INBOX}seen/", {"back": "kind=templates"})

    assert {finding.pk for finding in bob.get(INBOX).context["noted"]} == {error.pk, price.pk}


def test_viewer_cannot_mark_as_seen(cast: Cast, shop: Shop) -> None:
    assert cast.client("vera").post(f"{INBOX}seen/", {"finding": 1}).status_code == 403


def test_what_is_there_at_all_is_told_as_the_lists_have_it(cast: Cast, shop: Shop) -> None:
    def lists() -> inbox.Present:
        return inbox.Present(
            inbox.waiting_runs().exists(),
            inbox.held_invoices().exists(),
            inbox.changed_invoices().exists(),
            inbox.decided_invoices().exists(),
            bool(inbox.recent_decisions()),
            bool(inbox.recently_seen()),
        )

    told = []
    with partner_scope(cast.northwind.pk):
        told.append((inbox.Present.read(), lists()))
        make.RunFactory(program=shop.program, state=RunState.WAITING)
        Decision.objects.create(program=shop.program, subject="credit:1", choice="apply")
        SourceInvoice.objects.filter(pk=shop.invoice.pk).update(changed_hash="other", overlap_choice="adds")
        Finding.objects.filter(pk=shop.credit.pk).update(seen_at=timezone.now())
        told.append((inbox.Present.read(), lists()))
    with partner_scope(cast.tailwind.pk):
        told.append((inbox.Present.read(), lists()))

    assert [present for present, _ in told] == [listed for _, listed in told]
    assert all(told[1][0])
    assert not any(told[2][0])


def test_items_of_one_name_in_two_programs_show_each_their_own(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        first = shop.program
        second = make.ProgramFactory(source=first.source, target=first.target, slug="another-program")
        for program, line_id, quantity in ((first, 41, 4), (second, 42, 9)):
            make.LineFactory(
                program=program, customer=shop.customer, mark="BS:MARK", line_id=line_id, quantity=quantity
            )
            run = make.RunFactory(program=program)
            held = {"subject": "credit:BS:MARK", "hold": "credit", "state": "held", "period": f"2026-0{quantity}"}
            make.ChangeFactory(run=run, customer=shop.customer, **held)
            make.FindingFactory(last_run=run, subject="credit:BS:MARK", customer=shop.customer)
        findings = list(Finding.objects.filter(subject="credit:BS:MARK").order_by("pk"))

        items = items_of(findings, Program.objects.filter(pk__in=[first.pk, second.pk]))

    assert [item.period for item in items] == ["2026-04", "2026-09"]
    assert [line.quantity for item in items for line in item.lines if line.label == "Our line"] == [4, 9]
