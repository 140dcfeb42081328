"""Billing: search, mapping dialog, warnings, sync switch."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import Client

from core.scope import partner_scope
from customers.models import Mapping, Template
from money.enums import Motion
from tests import factories as make
from tests.portal.cast import Cast, Shop, rows_of

HTMX = {"hx-request": "true"}


def billing(shop: Shop, rest: str = "") -> str:
    return f"/p/northwind/programs/{shop.program.pk}/billing/{rest}"


def dialog(shop: Shop, motion: str = "azure_plan") -> str:
    return billing(shop, f"{shop.customer.pk}/{motion}/")


def answer(shop: Shop, **changes: Any) -> dict[str, Any]:
    return {
        "touched": "on",
        "target_customer": shop.target_customer.pk,
        "template": shop.template.pk,
        "pricing": "cost_only",
        "sync_on": "on",
        **changes,
    }


def mapping_of(cast: Cast, motion: str) -> Mapping | None:
    with partner_scope(cast.northwind.pk):
        return Mapping.objects.select_related("template").filter(motion=motion).first()


def test_list_opens_with_what_nobody_mapped_and_its_money(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(billing(shop)).content.decode()

    assert "Azure Plan" in page
    assert '<span class="figure">10.00</span>' in page
    assert '<span class="figure">50.00</span>' not in page


@pytest.mark.parametrize(
    ("words", "found"), [("conto", True), ("CONTOSO.EX", True), ("4f0c", True), ("fabrikam", False)]
)
def test_search_looks_at_name_domain_and_id(cast: Cast, shop: Shop, words: str, found: bool) -> None:
    response = cast.client("vera").get(billing(shop), {"q": words, "tab": "all"})

    assert [row.customer for row in rows_of(cast, response)] == [shop.customer, shop.customer] * found


def test_search_answers_scripts_with_the_list_alone(cast: Cast, shop: Shop) -> None:
    response = cast.client("vera").get(billing(shop), {"tab": "all"}, headers={**HTMX, "hx-target": "list"})

    assert "<html" not in response.content.decode()
    assert 'id="list"' in response.content.decode()


def test_dialog_suggests_with_score_and_reason_but_chooses_nothing(cast: Cast, shop: Shop) -> None:
    page = cast.client("bob").get(dialog(shop)).content.decode()

    assert "Likely match, 100 of 100: same name" in page
    assert "checked" not in page.partition("Invoice template")[0]
    assert "Choose a customer first." in page


def test_dialog_shows_templates_of_the_chosen_customer_alone(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.TemplateFactory(target=shop.program.target, customer_external_id="999999", name="Somebody else's")

    page = cast.client("bob").get(dialog(shop), answer(shop)).content.decode()

    assert "Monthly services" in page
    assert "Somebody else" not in page


def test_mapping_is_saved(cast: Cast, shop: Shop) -> None:
    response = cast.client("bob").post(dialog(shop), answer(shop))

    mapping = mapping_of(cast, "azure_plan")
    assert response["Location"] == billing(shop)
    assert mapping is not None
    assert (mapping.template.pk, mapping.pricing, mapping.sync_on) == (shop.template.pk, "cost_only", True)


def test_saved_mapping_closes_the_dialog_and_renews_the_list(cast: Cast, shop: Shop) -> None:
    response = cast.client("bob").post(dialog(shop), answer(shop), headers=HTMX)

    assert "dialog-done" in response["HX-Trigger-After-Settle"]
    assert "list-changed" in response["HX-Trigger-After-Settle"]


def test_save_and_next_opens_the_next_unmapped_row(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        other = make.CustomerFactory(source=shop.program.source, name="Fabrikam, Inc.")
        make.ChargeFactory(invoice=shop.invoice, customer=other)

    response = cast.client("bob").post(dialog(shop), answer(shop, then="next"))

    assert response["Location"] == billing(shop, f"{other.pk}/seat_monthly/")


@pytest.mark.parametrize(
    ("changed", "warning"), [({"next_run": None}, "names no next run"), ({"paused": True}, "is paused")]
)
def test_doubtful_template_is_chosen_only_after_a_warning(
    cast: Cast, shop: Shop, changed: dict[str, Any], warning: str
) -> None:
    with partner_scope(cast.northwind.pk):
        Template.objects.filter(pk=shop.template.pk).update(**changed)
    bob = cast.client("bob")

    warned = bob.post(dialog(shop), answer(shop)).content.decode()
    unsaved = mapping_of(cast, "azure_plan")
    bob.post(dialog(shop), answer(shop, confirm=shop.template.pk))

    assert warning in warned
    assert f'name="confirm" value="{shop.template.pk}"' in warned
    assert unsaved is None
    assert mapping_of(cast, "azure_plan") is not None


def test_warning_that_was_confirmed_for_one_template_holds_for_no_other(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        other = make.TemplateFactory(
            target=shop.program.target, customer_external_id=shop.target_customer.external_id, paused=True
        )

    page = cast.client("bob").post(dialog(shop), answer(shop, template=other.pk, confirm=shop.template.pk))

    assert "is paused: nothing is billed" in page.content.decode()
    assert mapping_of(cast, "azure_plan") is None


def test_incomplete_answer_keeps_what_was_chosen(cast: Cast, shop: Shop) -> None:
    page = cast.client("bob").post(dialog(shop), answer(shop, template="")).content.decode()

    assert "Choose a customer of the target and one of its invoice templates." in page
    assert f'value="{shop.target_customer.pk}" checked' in page


def test_sync_of_a_mapping_is_switched_off_and_on(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/mappings/{shop.mapping.pk}/sync/"
    bob = cast.client("bob")

    bob.post(path)
    off = mapping_of(cast, "seat_monthly")
    bob.post(path)
    on = mapping_of(cast, "seat_monthly")

    assert off is not None
    assert on is not None
    assert (off.sync_on, on.sync_on) == (False, True)


def test_mapping_is_removed(cast: Cast, shop: Shop) -> None:
    cast.client("bob").post(f"/p/northwind/programs/{shop.program.pk}/mappings/{shop.mapping.pk}/remove/")

    assert mapping_of(cast, "seat_monthly") is None


def test_removed_mapping_can_be_made_again_as_it_was(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    removal = f"/p/northwind/programs/{shop.program.pk}/mappings/{shop.mapping.pk}/remove/"
    page = bob.post(removal, follow=True).content.decode()

    link = re.search(r'<a href="([^"]*)">Map it again as it was</a>', page)
    assert link
    again = html.unescape(link[1])
    bob.post(again.partition("?")[0], dict(parse_qsl(again.partition("?")[2])))

    mapping = mapping_of(cast, "seat_monthly")
    assert mapping
    assert (mapping.template.pk, mapping.pricing, mapping.sync_on) == (shop.template.pk, "cost_and_retail", True)


def test_dialog_says_what_becomes_of_the_lines(cast: Cast, shop: Shop) -> None:
    mapped = cast.client("bob").get(dialog(shop, "seat_monthly")).content.decode()
    unmapped = cast.client("bob").get(dialog(shop)).content.decode()

    assert "the next sync takes the lines it wrote there along" in mapped
    assert "the next sync takes" not in unmapped


def test_what_was_searched_is_marked(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(billing(shop), {"q": "TOSO", "tab": "all"}).content.decode()

    assert "Con<mark>toso</mark>, Ltd." in page
    assert "con<mark>toso</mark>.example" in page


def test_customer_page_shows_mappings_charges_and_lines(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/customers/{shop.customer.pk}/")

    text = page.content.decode()
    assert "Contoso Ltd" in text
    assert '<span class="figure">60.00</span>' in text
    assert "Recurring line" in text
    assert all(motion.label in text for motion in Motion)


def test_names_of_any_length_and_script_are_shown_safely(cast: Cast, shop: Shop) -> None:
    for name in ("شركة المثال المحدودة", "x" * 200, "<script>alert(1)</script>"):
        with partner_scope(cast.northwind.pk):
            type(shop.customer).objects.filter(pk=shop.customer.pk).update(name=name)
        page = cast.client("vera").get(billing(shop), {"tab": "all"}).content.decode()
        assert "<script>alert" not in page
        assert "<bdi>" in page


def test_anonymous_search_finds_nothing(shop: Shop) -> None:
    assert Client().get(billing(shop), {"q": "contoso"}).status_code == 302


def test_hidden_columns_are_remembered(cast: Cast, shop: Shop) -> None:
    vera = cast.client("vera")
    choice = {"list": "billing", "column": ["motion", "target"], "show": ["motion"], "next": billing(shop, "?tab=all")}

    back = vera.post("/p/northwind/columns/", choice)
    page = vera.get(billing(shop, "?tab=all")).content.decode()

    assert back["Location"] == billing(shop, "?tab=all")
    assert "Monthly services" not in page
    assert '<span class="tag">Azure Plan</span>' in page


def test_columns_that_name_the_row_cannot_be_hidden(cast: Cast, shop: Shop) -> None:
    vera = cast.client("vera")
    vera.cookies["columns_billing"] = "customer.actions.nonsense.<script>"

    assert "contoso.example" in vera.get(billing(shop, "?tab=all")).content.decode()


@pytest.mark.parametrize("back", ["https://example.com/", "//example.com", "javascript:alert(1)", ""])
def test_choice_of_columns_leads_to_no_other_site(cast: Cast, back: str) -> None:
    response = cast.client("vera").post("/p/northwind/columns/", {"list": "billing", "column": "motion", "next": back})

    assert response["Location"] == "/p/northwind/"


@pytest.mark.parametrize("tab", ["not_mapped", "all", "sync_on"])
@pytest.mark.parametrize("sort", ["customer", "motion", "state", "target", "-retail"])
def test_every_tab_is_sorted_by_every_column(cast: Cast, shop: Shop, tab: str, sort: str) -> None:
    with partner_scope(cast.northwind.pk):
        for number in range(3):
            customer = make.CustomerFactory(source=shop.program.source, name=f"Sample {number}")
            make.ChargeFactory(invoice=shop.invoice, customer=customer, retail=Decimal(number), motion="azure_plan")
            make.MappingFactory(program=shop.program, customer=customer)
            make.ChargeFactory(invoice=shop.invoice, customer=customer, retail=Decimal(70 + number))
    vera, path = cast.client("vera"), f"/p/northwind/programs/{shop.program.pk}/billing/"
    back = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"

    there, back_again = (rows_of(cast, vera.get(path, {"tab": tab, "sort": way})) for way in (sort, back))

    with partner_scope(cast.northwind.pk):
        keys, reversed_keys = ([key_of(row, sort) for row in rows] for rows in (there, back_again))
    assert len(keys) == {"not_mapped": 4, "all": 8, "sync_on": 4}[tab]
    assert keys == sorted(keys, reverse=sort.startswith("-"))
    assert reversed_keys == keys[::-1]


def key_of(row: Any, sort: str) -> Any:
    """What a row is sorted by; those without a target come last."""
    if sort == "state":
        return "sync_on" if row.mapping_id else "not_mapped"
    if sort == "target":
        mapping = Mapping.objects.filter(pk=row.mapping_id).first()
        return (mapping is None, mapping and mapping.target_customer.name)
    return row.customer.name if sort == "customer" else getattr(row, sort.removeprefix("-"))
