"""The product list of a program, and one product."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from portal.kit.changes import ItemTable
from portal.kit.editing import Editing
from portal.kit.figures import write_price
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.tables import list_page
from portal.products.filters import TYPES, ProductFilter
from portal.products.tables import ProductTable, margin_html, price_there
from products.models import Product
from products.selectors import list_products
from programs.selectors import program_for, source_currency
from reports.product import read_product

NOT_OF_PRODUCTS = ("quantity",)  # columns of changes


@require_safe
@partner_page()
def products(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Products of the source, searched, filtered and sorted as the address says."""
    program = program_for(request, program_id)
    filters = ProductFilter(request.GET, queryset=list_products(program))
    table = ProductTable(filters.qs, program=program, currency=source_currency(program), caption="Products")
    total = Product.objects.filter(source_id=program.source_id).count()
    return list_page(request, "portal/products/products.html", table, filters=filters, total=total, program=program)


@require_safe
@partner_page()
def product(request: PartnerRequest, program_id: int, product_id: int) -> HttpResponse:
    """One product: prices here and there, who uses it, and what syncs did about it."""
    program = program_for(request, program_id)
    report = read_product(program, get_object_or_404(list_products(program), pk=product_id))
    changes = ItemTable(
        report.changes, currency=report.currency, caption="What product syncs did", exclude=NOT_OF_PRODUCTS
    )
    page = "portal/products/product.html"
    link = {"linked": report.product.target_id_linked or "", "detached": report.product.detached}
    editing = Editing(request, link)
    return list_page(request, page, changes, program=program, report=report, editing=editing, **_prices(report.product))


def _prices(product: Any) -> dict[str, Any]:
    """Prices and margins here and there, as the page writes them."""
    return {
        "type_words": dict(TYPES).get(product.cadence, "Of unknown type"),
        "prices": [
            ("Unit cost", write_price(product.unit_cost), price_there(product.target_cost, product.unit_cost)),
            ("Unit price", write_price(product.unit_retail), price_there(product.target_retail, product.unit_retail)),
        ],
        "margins": [
            margin_html(product.unit_cost, product.unit_retail),
            margin_html(product.target_cost, product.target_retail),
        ],
    }
