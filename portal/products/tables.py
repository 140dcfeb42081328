"""The product list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from connectors.registry import get_target
from money.words import round_to_cent
from portal.kit.badges import badge_html
from portal.kit.figures import change_html, money_html, write_price
from portal.kit.icons import icon_html
from portal.kit.tables import NUMBER, PortalTable, PriceColumn, name_html
from portal.kit.terms import write_terms
from portal.products.filters import FROM_INVOICE_WORDS, WITHDRAWN_WORDS
from products.models import Product
from programs.models import Program

NONE_THERE = "none"  # where the target has no such product


class ProductTable(PortalTable):
    """Products with their prices, and what stands for them in the target."""

    name = tables.Column(verbose_name="Product", attrs={"td": {"class": "name"}})
    state = tables.Column(empty_values=(), orderable=False)
    unit_cost = PriceColumn(verbose_name="Cost")
    unit_retail = PriceColumn(verbose_name="Retail")
    margin = tables.Column(empty_values=(), attrs=NUMBER)
    target_retail = tables.Column(verbose_name="In the target", empty_values=(), attrs=NUMBER)

    class Meta(PortalTable.Meta):
        model = Product
        fields = ("name", "state", "unit_cost", "unit_retail", "margin", "target_retail")

    card_title = "name"
    card_figure = "unit_retail"
    list_name = "products"
    choosable = ("state", "unit_cost", "unit_retail", "margin", "target_retail")

    empty_title = "No products yet"
    empty_help = "They are read from the source’s price list by the first product sync."

    def __init__(self, *args: Any, program: Program, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.program = program
        definition = get_target(program.target.system)
        self.target_label, self.product_url = definition.label, definition.product_url
        titles = {"unit_cost": "Cost", "unit_retail": "Retail", "margin": "Margin"}
        titles["target_retail"] = f"Retail in {self.target_label}"
        for name, title in titles.items():
            self.columns[name].column.verbose_name = f"{title} ({currency})"

    def render_name(self, record: Product) -> SafeString:
        url = reverse("product", args=[self.request.partner.slug, self.program.pk, record.pk])
        return name_html(
            url, record.name, ", ".join(filter(None, (record.sku, write_terms(record.term, record.billing_cycle))))
        )

    def render_state(self, record: Product) -> SafeString:
        return state_badge(record)

    def render_margin(self, record: Product) -> SafeString | str:
        return margin_html(record.unit_cost, record.unit_retail)

    def order_margin(self, rows: QuerySet[Product], descending: bool) -> tuple[QuerySet[Product], bool]:  # noqa: FBT001  # django-tables2's signature
        margin = F("unit_retail") - F("unit_cost")
        return rows.order_by(margin.desc() if descending else margin.asc(), "pk"), True

    def render_target_retail(self, record: Any) -> SafeString:
        prices = target_prices(record)
        if record.target_id_linked is None or record.target_gone:
            return prices
        return format_html(
            '{}<a class="under" href="{}" target="_blank" rel="noopener noreferrer">{}{}'
            '<span class="visually-hidden">: {} (new window)</span></a>',
            prices,
            self.product_url(self.program.target.credentials, record.target_id_linked),
            f"Open in {self.target_label}",
            icon_html("out"),
            record.name,
        )


def state_badge(product: Any) -> SafeString:
    """What a person must know first about a product of ``list_products``."""
    if product.detached:
        return badge_html("skipped", "Left alone by the sync")
    if product.ambiguous:
        return badge_html("error", "More than once in the price list")
    if product.target_gone:
        return badge_html("warning", "Deleted in the target")
    if not product.in_price_list:
        return badge_html("warning", WITHDRAWN_WORDS if product.product_id else FROM_INVOICE_WORDS)
    if product.target_id_linked is None:
        return badge_html("skipped", "Not in the target")
    return (
        badge_html("info", "Inactive in the target") if product.target_disabled else badge_html("done", "In the target")
    )


def target_prices(product: Any) -> SafeString:
    """Retail and cost as the target has them; struck through where the next sync changes them."""
    if product.target_retail is None:
        return format_html('<span class="quiet">{}</span>', NONE_THERE)
    retail = price_there(product.target_retail, product.unit_retail)
    return format_html(
        '{}<span class="under">cost {}</span>', retail, price_there(product.target_cost, product.unit_cost)
    )


def price_there(there: Decimal | None, ours: Decimal) -> SafeString | str:
    """A price as the target has it; struck through, with what comes, where the next sync changes it."""
    if there is None:
        return NONE_THERE
    wanted = round_to_cent(ours)
    return write_price(there) if there == wanted else change_html(write_price(there), write_price(wanted))


def margin_html(cost: Decimal | None, retail: Decimal | None) -> SafeString | str:
    """Retail less cost, and its share of the retail."""
    if cost is None or retail is None:
        return NONE_THERE
    share = f"{(retail - cost) / retail:.0%}" if retail else ""
    return format_html('{}<span class="under">{}</span>', money_html(retail - cost, "loss"), share)
