"""The page of all suggestions: what comes ticked, what is mapped, how it is undone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.scope import partner_scope
from customers.models import Mapping, MappingBatch, Template
from tests import factories as make
from tests.portal.cast import Cast, Shop


def page(shop: Shop) -> str:
    return f"/p/northwind/programs/{shop.program.pk}/billing/suggestions/"


def proposals(client: Client, shop: Shop, **query: Any) -> dict[str, Any]:
    """Proposals of the first page by customer and motion."""
    found = client.get(page(shop), query).context["proposals"]
    return {f"{each.item.customer.name}, {each.item.motion}": each for each in found}


def accept(client: Client, shop: Shop, rows: dict[str, object], **data: object) -> Any:
    """Tick rows, each with the template chosen."""
    templates = {f"template-{row}": template for row, template in rows.items()}
    return client.post(page(shop), {"row": list(rows), **templates, **data}, follow=True)


def mapped(cast: Cast) -> set[tuple[str, str]]:
    with partner_scope(cast.northwind.pk):
        return set(Mapping.objects.values_list("customer__name", "motion"))


def add_customer(shop: Shop, name: str, match: str = "", templates: int = 1, **values: Any) -> str:
    """A charged customer that nobody mapped, and one of the target; the row's name in the form."""
    customer = make.CustomerFactory(source=shop.program.source, name=name, **values)
    make.ChargeFactory(invoice=shop.invoice, customer=customer)
    if match:
        owner = make.TargetCustomerFactory(target=shop.program.target, name=match, email="")
        for number in range(templates):
            make.TemplateFactory(
                target=shop.program.target, customer_external_id=owner.external_id, name=f"Template {number}"
            )
    return f"{customer.pk}-seat_monthly"


def test_each_proposal_has_a_match_with_score_and_reason(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        add_customer(shop, "Fabrikam AG", "Fabrikam, Inc.")
        add_customer(shop, "Northern Lights Bakery", "Northern Light Bakery")
        add_customer(shop, "Wingtip Toys")

    found = proposals(cast.client("bob"), shop)

    told = {name: each.suggestion and (each.suggestion.score, each.suggestion.reasons) for name, each in found.items()}
    assert told == {
        "Contoso, Ltd., azure_plan": (100, ("mapped there for Seat Based Monthly",)),
        "Fabrikam AG, seat_monthly": (100, ("same name",)),
        "Northern Lights Bakery, seat_monthly": (94, ("similar name",)),
        "Wingtip Toys, seat_monthly": None,
    }


@pytest.mark.parametrize(("least", "ticked"), [("100", False), ("95", False), ("85", True), ("x", False)])
def test_threshold_says_what_comes_ticked(cast: Cast, shop: Shop, least: str, ticked: bool) -> None:
    with partner_scope(cast.northwind.pk):
        add_customer(shop, "Northern Lights Bakery", "Northern Light Bakery")

    assert proposals(cast.client("bob"), shop, least=least)["Northern Lights Bakery, seat_monthly"].ticked == ticked


@pytest.mark.parametrize(("templates", "ticked"), [(0, False), (1, True), (2, False)])
def test_row_comes_ticked_only_where_one_template_fits(cast: Cast, shop: Shop, templates: int, ticked: bool) -> None:
    with partner_scope(cast.northwind.pk):
        add_customer(shop, "Fabrikam AG", "Fabrikam, Inc.", templates)

    assert proposals(cast.client("bob"), shop)["Fabrikam AG, seat_monthly"].ticked == ticked


def test_paused_template_is_not_chosen_for_anybody(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Template.objects.update(paused=True)

    proposal = proposals(cast.client("bob"), shop)["Contoso, Ltd., azure_plan"]

    assert (proposal.template_id, proposal.ticked, len(proposal.offers)) == (0, False, 1)


def test_ticked_rows_are_mapped_at_once_and_brought_back_together(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    with partner_scope(cast.northwind.pk):
        fabrikam = add_customer(shop, "Fabrikam AG", "Fabrikam, Inc.")
        template = Template.objects.get(name="Template 0").pk
        add_customer(shop, "Litware", "Litware")
    before = mapped(cast)

    answer = accept(bob, shop, {fabrikam: template, f"{shop.customer.pk}-azure_plan": shop.template.pk})
    after = mapped(cast)
    with partner_scope(cast.northwind.pk):
        batch = MappingBatch.objects.get()
    bob.post(f"/p/northwind/programs/{shop.program.pk}/billing/batches/{batch.pk}/undo/")

    assert "2 mappings made. You can undo it here." in answer.content.decode()
    assert after - before == {("Fabrikam AG", "seat_monthly"), ("Contoso, Ltd.", "azure_plan")}
    assert mapped(cast) == before


def test_rows_that_moved_to_another_page_meanwhile_are_mapped_too(
    cast: Cast, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.billing.suggestions.ROWS_PER_PAGE", 1)
    bob = cast.client("bob")
    with partner_scope(cast.northwind.pk):
        add_customer(shop, "Fabrikam AG", "Fabrikam, Inc.")
        add_customer(shop, "Litware", "Litware")
    (first,), (second,) = (bob.get(page(shop), {"page": number}).context["proposals"] for number in (1, 2))
    accept(cast.client("adam"), shop, {first.name: first.template_id})

    answer = accept(bob, shop, {second.name: second.template_id}, page=2)

    assert "1 mapping made." in answer.content.decode()
    assert (second.item.customer.name, second.item.motion) in mapped(cast)


def test_rows_that_somebody_else_mapped_meanwhile_are_named(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        fabrikam = add_customer(shop, "Fabrikam AG", "Fabrikam, Inc.")
        template = Template.objects.get(name="Template 0").pk
    azure = f"{shop.customer.pk}-azure_plan"
    accept(cast.client("adam"), shop, {azure: shop.template.pk})

    answer = accept(cast.client("bob"), shop, {azure: shop.template.pk, fabrikam: template})

    assert "1 of the ticked rows is mapped already" in answer.content.decode()
    assert "1 mapping made." in answer.content.decode()


def test_template_with_a_warning_is_asked_about_first(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Template.objects.update(paused=True)
    before = mapped(cast)

    answer = accept(cast.client("bob"), shop, {f"{shop.customer.pk}-azure_plan": shop.template.pk})

    assert "Choose the templates with a warning below all the same" in answer.content.decode()
    assert mapped(cast) == before


@pytest.mark.parametrize("template", ["", "x", "999999999", "9" * 40, "²"])
def test_row_without_a_template_is_not_mapped_and_nothing_entered_is_lost(
    cast: Cast, shop: Shop, template: str
) -> None:
    bob = cast.client("bob")
    with partner_scope(cast.northwind.pk):
        fabrikam = add_customer(shop, "Fabrikam AG", "Fabrikam, Inc.", 2)
        second = Template.objects.get(name="Template 1").pk
    before = mapped(cast)

    answer = accept(bob, shop, {f"{shop.customer.pk}-azure_plan": template, fabrikam: second})

    kept = {each.name: (each.template_id, each.ticked) for each in answer.context["proposals"]}
    assert "choose an invoice template for Contoso, Ltd." in answer.content.decode()
    assert kept[fabrikam] == (second, True)
    assert mapped(cast) == before


def test_template_of_another_customer_is_not_accepted(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        fabrikam = add_customer(shop, "Fabrikam AG", "Fabrikam, Inc.")

    answer = accept(cast.client("bob"), shop, {fabrikam: shop.template.pk})

    assert "choose an invoice template for Fabrikam AG" in answer.content.decode()


def test_nothing_ticked_says_so(cast: Cast, shop: Shop) -> None:
    assert "tick the rows to map first" in accept(cast.client("bob"), shop, {}).content.decode()


def test_nobody_left_to_map_says_so(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    accept(bob, shop, {f"{shop.customer.pk}-azure_plan": shop.template.pk})

    assert "Everything is mapped" in bob.get(page(shop)).content.decode()
