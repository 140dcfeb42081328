"""The list of source invoices; of one its account by customer, its rows, and its strip."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from invoices.models import InvoiceState, SourceInvoice
from invoices.selectors import cancelled_with, listed_invoices, overlap_facts
from portal.invoices.account import account_context
from portal.invoices.filters import ChargeFilter, InvoiceFilter
from portal.invoices.tables import ChargeTable, InvoiceTable
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.tables import list_page
from programs.models import Program
from programs.selectors import program_for, source_currency
from reports.invoice import read_account
from reports.months import list_months
from reports.strip import draw_strip
from syncs.proving.reconciliation import reconcile_invoice

MOST_AT_ONCE = 5_000  # rows of an invoice whose account is summed before its page is shown


@require_safe
@partner_page()
def invoices(request: PartnerRequest, program_id: int) -> HttpResponse:
    """The distributor's invoices that were read."""
    program = program_for(request, program_id)
    filters = InvoiceFilter(request.GET, queryset=listed_invoices(program))
    months, currency = list_months(program), source_currency(program)
    table = InvoiceTable(filters.qs, program=program, currency=currency, months=months, caption="Invoices")
    total = listed_invoices(program).count()
    return list_page(request, "portal/invoices/invoices.html", table, filters=filters, total=total, program=program)


@require_safe
@partner_page()
def invoice(request: PartnerRequest, program_id: int, invoice_id: int) -> HttpResponse:
    """One source invoice: what became of its money, by customer. A large one is summed once its page is there."""
    program = program_for(request, program_id)
    found = _invoice_of(program, invoice_id)
    alone = request.htmx and request.htmx.target == "list"
    context = _about(found, program)
    if alone or found.row_count <= MOST_AT_ONCE or request.GET:
        context |= account_context(request, read_account(found, program), found, program)
    template = "portal/invoices/account.html" if alone else "portal/invoices/invoice.html"
    response = TemplateResponse(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])  # a browser must not show the part for the page
    return response


@require_safe
@partner_page()
def invoice_rows(request: PartnerRequest, program_id: int, invoice_id: int) -> HttpResponse:
    """The rows of an invoice as they were classified, and what became of each."""
    program = program_for(request, program_id)
    found = _invoice_of(program, invoice_id)
    rows = found.charges.select_related("customer").defer("raw")
    filters = ChargeFilter(request.GET, queryset=rows, invoice=found, program=program)
    table = ChargeTable(filters.qs, program=program, invoice=found, caption="Rows")
    return list_page(
        request,
        "portal/invoices/rows.html",
        table,
        filters=filters,
        total=found.row_count,
        **_about(found, program),
    )


@require_safe
@partner_page()
def strip(request: PartnerRequest, program_id: int, invoice_id: int) -> HttpResponse:
    """The account of an invoice, asked for by the pages that show it: summing it takes a moment."""
    program = program_for(request, program_id)
    found = _invoice_of(program, invoice_id)
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


def _invoice_of(program: Program, invoice_id: int) -> SourceInvoice:
    return get_object_or_404(SourceInvoice, pk=invoice_id, source_id=program.source_id, program_slug=program.slug)


def _about(invoice: SourceInvoice, program: Program) -> dict[str, Any]:
    """What both pages of an invoice say of it."""
    return {
        "program": program,
        "invoice": invoice,
        "overlaps": overlap_facts(invoice) if invoice.state == InvoiceState.HELD else [],
        "cancelled_with": cancelled_with(invoice) if invoice.state == InvoiceState.REVERSED else [],
    }
