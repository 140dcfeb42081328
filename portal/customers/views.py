"""One customer: charges, lines, mappings, and what was done."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.models import Customer
from portal.customers.tables import LineTable
from portal.kit.changes import ItemTable
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.tables import cut_pages, list_page
from programs.selectors import program_for, programs_for
from reports.customer import read_customer

CHANGES_PER_PAGE = 10


@require_safe
@partner_page()
def customer(request: PartnerRequest, program_id: int, customer_id: int) -> HttpResponse:
    """One customer: mappings, charges by month, lines on the templates, what waits, what was done."""
    program = program_for(request, program_id)
    found = get_object_or_404(Customer, pk=customer_id, source_id=program.source_id)
    request.menu = reverse("billing", args=[request.partner.slug, program.pk])  # type: ignore[attr-defined]  # read by the menu
    report = read_customer(program, found, programs_for(request), timezone.localdate())
    lines = LineTable(report.lines, places=report.places, currency=report.currency, caption="Lines")
    changes = ItemTable(report.changes, currency=report.currency, prefix="c-", caption="Changes")
    cut_pages(request, changes, CHANGES_PER_PAGE)
    page = "portal/customers/customer.html"
    return list_page(request, page, lines, program=program, report=report, changes=changes)
