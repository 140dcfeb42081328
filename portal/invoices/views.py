"""The list of source invoices, one invoice, and its account."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from invoices.models import InvoiceState, SourceInvoice
from invoices.selectors import cancelled_with, listed_invoices, overlap_facts
from portal.invoices.filters import ChargeFilter, InvoiceFilter
from portal.invoices.tables import ChargeTable, InvoiceTable
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.tables import list_page
from programs.selectors import program_for, source_currency
from reports.strip import draw_strip
from syncs.proving.reconciliation import reconcile_invoice


@require_safe
@partner_page()
def invoices(request: PartnerRequest, program_id: int) -> HttpResponse:
    """The distributor's invoices that were read."""
    program = program_for(request, program_id)
    filters = InvoiceFilter(request.GET, queryset=listed_invoices(program))
    table = InvoiceTable(filters.qs, program=program, currency=source_currency(program), caption="Invoices")
    total = listed_invoices(program).count()
    return list_page(request, "portal/invoices/invoices.html", table, filters=filters, total=total, program=program)


@require_safe
@partner_page()
def invoice(request: PartnerRequest, program_id: int, invoice_id: int) -> HttpResponse:
    """One source invoice: its account, and its rows as they were classified."""
    program = program_for(request, program_id)
    found = get_object_or_404(SourceInvoice, pk=invoice_id, source_id=program.source_id, program_slug=program.slug)
    rows = found.charges.select_related("customer").defer("raw")
    filters = ChargeFilter(request.GET, queryset=rows, invoice=found)
    table = ChargeTable(filters.qs, program=program, currency=found.currency, caption="Rows")
    return list_page(
        request,
        "portal/invoices/invoice.html",
        table,
        filters=filters,
        total=found.row_count,
        program=program,
        invoice=found,
        overlaps=overlap_facts(found) if found.state == InvoiceState.HELD else [],
        cancelled_with=cancelled_with(found) if found.state == InvoiceState.REVERSED else [],
    )


@require_safe
@partner_page()
def strip(request: PartnerRequest, program_id: int, invoice_id: int) -> HttpResponse:
    """The account of an invoice, asked for by the pages that show it: summing it takes a moment."""
    program = program_for(request, program_id)
    found = get_object_or_404(SourceInvoice, pk=invoice_id, source_id=program.source_id, program_slug=program.slug)
    account = reconcile_invoice(found, program)
    context = {
        "program": program,
        "invoice": found,
        "account": account,
        "strip": draw_strip(account.total, balanced=account.balanced),
    }
    return TemplateResponse(
        request, "portal/invoices/strip.html" if request.htmx else "portal/invoices/strip_page.html", context
    )
