"""The pages of a customer and of a product: money by month, lines, who uses what, and what was done."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from core.audit import Actor, record
from core.enums import About
from core.scope import partner_scope
from customers.models import Template
from invoices.models import SourceInvoice
from money.enums import Action, Motion
from reports.spending import HEIGHT, Charges, monthly_charges
from syncs.enums import ChangeState
from tests import factories as make
from tests.portal.cast import Cast, Shop

TODAY = dt.date(2026, 11, 27)
LINE = {
    "line_id": "1", "template_id": "0", "product_id": None, "name": "Managed workstation", "description": "",
    "quantity": "3", "retail_cents": 4500, "cost_cents": 2000, "taxable": True, "one_time": False,
}  # fmt: skip


def customer_page(cast: Cast, shop: Shop) -> str:
    path = f"/p/northwind/programs/{shop.program.pk}/customers/{shop.customer.pk}/"
    return cast.client("vera").get(path).content.decode()


def product_page(cast: Cast, shop: Shop) -> Any:
    return cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/products/{shop.product.pk}/")


def charges_of(cast: Cast, shop: Shop) -> Charges:
    with partner_scope(cast.northwind.pk):
        found = monthly_charges(shop.program, shop.customer, TODAY)
    assert found
    return found


def test_charges_are_told_by_month_and_motion_with_empty_months(cast: Cast, shop: Shop) -> None:
    charges = charges_of(cast, shop)

    assert [each.month for each in charges.months][:: len(charges.months) - 1] == [
        dt.date(2025, 11, 1),
        dt.date(2026, 11, 1),
    ]
    assert charges.motions == [
        ("seat_monthly", "Seat Based Monthly", Decimal(50)),
        ("azure_plan", "Azure Plan", Decimal(10)),
    ]
    september = charges.months[10]
    assert [block.retail for block in september.blocks] == [Decimal(50), Decimal(10)]
    assert (september.retail, september.cost, september.margin) == (Decimal(60), Decimal("51.50"), Decimal("8.50"))
    assert sum(block.height for block in september.blocks) == HEIGHT
    assert [each.retail for each in charges.months if each is not september] == [Decimal(0)] * 12
    assert (charges.retail, charges.margin) == (Decimal(60), Decimal("8.50"))


def test_month_of_credits_stands_below_the_line(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        later = make.SourceInvoiceFactory(source=shop.program.source, month=dt.date(2026, 10, 1))
        make.ChargeFactory(invoice=later, customer=shop.customer, cost=Decimal(-50), retail=Decimal(-60))

    charges = charges_of(cast, shop)

    credit = charges.months[11].blocks[0]
    assert charges.zero == HEIGHT // 2
    assert (credit.top, credit.height) == (charges.zero, HEIGHT // 2)
    assert charges.months[11].margin == Decimal(-10)


def test_charges_of_an_invoice_that_does_not_count_are_left_out(cast: Cast, shop: Shop) -> None:
    assert charges_of(cast, shop).retail == Decimal(60)
    with partner_scope(cast.northwind.pk):
        SourceInvoice.objects.filter(pk=shop.invoice.pk).update(state="replaced")

        assert monthly_charges(shop.program, shop.customer, TODAY) is None


def test_lines_are_named_and_lead_to_their_template(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        number = shop.template.external_id
        ours = {**LINE, "line_id": "77", "template_id": number, "name": "Microsoft 365 E3"}
        Template.objects.filter(pk=shop.template.pk).update(lines=[{**LINE, "template_id": number}, ours])
        make.LineFactory(
            program=shop.program, customer=shop.customer, template_id=number, line_id="77", quantity=Decimal(4)
        )

    page = customer_page(cast, shop)

    assert f'href="https://northwind.syncromsp.com/schedules/{number}"' in page
    assert "<bdi>Microsoft 365 E3</bdi>" in page
    assert 'data-label="Line total (USD)"><span class="figure">40.00</span>' in page
    ours_part, _, foreign_part = page.partition("Other lines on its templates")
    assert "Managed workstation" not in ours_part
    assert "Managed workstation" in foreign_part
    assert '<span class="figure">135.00</span>' in foreign_part


def test_customer_page_tells_what_syncs_and_people_did(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChangeFactory(
            run=shop.run, customer=shop.customer, action=Action.KEEP, state=ChangeState.SKIPPED, what="Kept"
        )
        namesake = make.CustomerFactory(source=shop.program.source, name=shop.customer.name)
        bob, removed = Actor("bob@northwind.example"), "Contoso, Ltd. / Azure Plan is no longer mapped"
        record(bob, "mapping.removed", removed, (About.CUSTOMER, shop.customer.pk))
        record(bob, "mapping.made", "Contoso, Ltd. / Azure Plan mapped", (About.CUSTOMER, namesake.pk))

    page = customer_page(cast, shop)

    assert "Contoso, Ltd. / Azure Plan is no longer mapped" in page
    assert "Contoso, Ltd. / Azure Plan mapped" not in page  # that was another customer of this name
    assert '<s class="was">5</s>' in page
    assert '<span class="becomes">7</span>' in page
    assert "Kept" not in page


def test_product_page_says_who_uses_it(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        for name, retail in (("Fabrikam", 30), ("Litware", 90)):
            customer = make.CustomerFactory(source=shop.program.source, name=name)
            make.ChargeFactory(
                invoice=shop.invoice, customer=customer, product=shop.product, cost=Decimal(20), retail=Decimal(retail)
            )
        older = make.SourceInvoiceFactory(source=shop.program.source, month=dt.date(2026, 8, 1))
        make.ChargeFactory(invoice=older, customer=shop.customer, product=shop.product)

    response = product_page(cast, shop)

    use = response.context["report"].use
    assert (use.month, use.customers) == (dt.date(2026, 9, 1), 2)
    assert [each.customer.name for each in use.top] == ["Litware", "Fabrikam"]
    assert (use.retail, use.margin) == (Decimal(120), Decimal(80))


def test_product_page_shows_prices_and_margin_here_and_there(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChangeFactory(
            run=shop.run,
            product=shop.product,
            action=Action.UPDATE_PRICES,
            before={"name": "PC", "cost": "8.00", "retail": "9.00"},
            after={"name": "PC", "cost": "8.50", "retail": "10.00"},
        )

    page = product_page(cast, shop).content.decode()

    assert "In Syncro" in page
    assert '<span class="tag">Monthly</span>' in page
    assert page.count('<s class="was">9.00</s>') == 2  # the price there, which the next sync changes; what a sync did
    assert "15%" in page


@pytest.mark.parametrize(
    ("product_id", "words"), [("CFQ7", "No longer in the price list"), ("", "Not in the price list")]
)
def test_product_from_an_invoice_is_told_apart(cast: Cast, shop: Shop, product_id: str, words: str) -> None:
    with partner_scope(cast.northwind.pk):
        type(shop.product).objects.filter(pk=shop.product.pk).update(in_price_list=False, product_id=product_id)
    vera = cast.client("vera")

    assert words in product_page(cast, shop).content.decode()
    listed = vera.get(f"/p/northwind/programs/{shop.program.pk}/products/").content.decode()
    assert f"</svg>{words}</span>" in listed


def test_product_list_leads_into_the_target(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/products/").content.decode()

    assert 'href="https://northwind.syncromsp.com/products/' in page
    assert "Retail in Syncro (USD)" in page


def test_customer_without_charges_says_so(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        nobody = make.CustomerFactory(source=shop.program.source)

    page = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/customers/{nobody.pk}/").content.decode()

    assert "No invoice has charged this customer yet." in page
    assert Motion.AZURE_PLAN.label in page
