"""Pages of what syncs touch: an invoice and its account, a customer, a product."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.permissions import PartnerRequest, partner_page
from accounts.tables import list_page
from connectors.registry import get_target
from customers.models import Customer
from customers.selectors import mappings_of
from invoices.models import InvoiceState, SourceInvoice
from invoices.selectors import overlap_facts
from products.selectors import list_products
from programs.models import Motion
from programs.selectors import source_currency
from syncs.filters import ChargeFilter
from syncs.inbox import decidable, items_of
from syncs.models import Change, Line
from syncs.reconciliation import reconcile_invoice
from syncs.spending import monthly_charges
from syncs.strips import draw_strip
from syncs.tables import ChargeTable, ItemTable, LineTable
from syncs.views.overview import find_program


@require_safe
@partner_page()
def invoice(request: PartnerRequest, program_id: int, invoice_id: int) -> HttpResponse:
    """One source invoice: its account, and its rows as they were classified."""
    program = find_program(program_id)
    found = get_object_or_404(SourceInvoice, pk=invoice_id, source_id=program.source_id, program_slug=program.slug)
    rows = found.charges.select_related("customer").defer("raw")
    filters = ChargeFilter(request.GET, queryset=rows, invoice=found)
    table = ChargeTable(filters.qs, program=program, currency=found.currency, caption="Rows")
    return list_page(
        request,
        "syncs/invoice.html",
        table,
        filters=filters,
        total=found.row_count,
        program=program,
        invoice=found,
        overlaps=overlap_facts(found) if found.state == InvoiceState.HELD else [],
    )


@require_safe
@partner_page()
def strip(request: PartnerRequest, program_id: int, invoice_id: int) -> HttpResponse:
    """The account of an invoice, asked for by the pages that show it: summing it takes a moment."""
    program = find_program(program_id)
    found = get_object_or_404(SourceInvoice, pk=invoice_id, source_id=program.source_id, program_slug=program.slug)
    account = reconcile_invoice(found, program)
    context = {"program": program, "invoice": found, "account": account, "strip": draw_strip(account)}
    return TemplateResponse(request, "syncs/strip.html" if request.htmx else "syncs/strip_page.html", context)


@require_safe
@partner_page()
def customer(request: PartnerRequest, program_id: int, customer_id: int) -> HttpResponse:
    """One customer: mappings, charges by month, lines on the templates, what waits."""
    program = find_program(program_id)
    found = get_object_or_404(Customer, pk=customer_id, source_id=program.source_id)
    request.menu = reverse("billing", args=[request.partner.slug, program.pk])  # type: ignore[attr-defined]  # read by the menu
    mappings = {mapping.motion: mapping for mapping in mappings_of(program, [found.pk])}
    lines = Line.objects.filter(customer=found, target_id=program.target_id).select_related("product")
    return list_page(
        request,
        "syncs/customer.html",
        LineTable(lines.order_by("state", "-written_at"), caption="Lines"),
        program=program,
        customer=found,
        currency=source_currency(program),
        motions=[(motion, mappings.get(motion.value)) for motion in Motion],
        months=monthly_charges(found),
        items=items_of(list(decidable().filter(customer=found)[:20])),
    )


@require_safe
@partner_page()
def product(request: PartnerRequest, program_id: int, product_id: int) -> HttpResponse:
    """One product: prices here and there, and what syncs did about it."""
    program = find_program(program_id)
    found = get_object_or_404(list_products(program), pk=product_id)
    linked = getattr(found, "target_id_linked", None)
    definition = get_target(program.target.system)
    changes = Change.objects.filter(product=found, run__program=program).select_related("run", "customer")
    return list_page(
        request,
        "syncs/product.html",
        ItemTable(changes.order_by("-run_id", "-pk"), caption="What syncs did"),
        program=program,
        product=found,
        currency=source_currency(program),
        target_label=definition.label,
        target_url=definition.product_url(program.target.credentials, linked) if linked else "",
    )
