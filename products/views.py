"""The product list of a program."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.permissions import PartnerRequest, partner_page
from accounts.tables import list_page
from products.filters import ProductFilter
from products.models import Product
from products.selectors import list_products
from products.tables import ProductTable
from programs.selectors import program_for, source_currency


@require_safe
@partner_page()
def products(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Products of the source, searched, filtered and sorted as the address says."""
    program = program_for(request, program_id)
    filters = ProductFilter(request.GET, queryset=list_products(program))
    table = ProductTable(filters.qs, program=program, currency=source_currency(program), caption="Products")
    total = Product.objects.filter(source_id=program.source_id).count()
    return list_page(request, "products/products.html", table, filters=filters, total=total, program=program)
