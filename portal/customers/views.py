"""One customer: charges, lines, mappings, and what was done."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.models import Customer
from customers.selectors import mappings_of
from money.enums import Motion
from portal.customers.tables import LineTable
from portal.kit.changes import recent_changes
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.tables import list_page
from programs.selectors import program_for, programs_for, source_currency
from reports.inbox import decidable
from reports.inbox_items import items_of
from reports.mapping_history import mapping_history
from reports.spending import monthly_charges
from reports.template_lines import foreign_lines, template_places
from syncs.models import Change, Line


@require_safe
@partner_page()
def customer(request: PartnerRequest, program_id: int, customer_id: int) -> HttpResponse:
    """One customer: mappings, charges by month, lines on the templates, what waits, what was done."""
    program = program_for(request, program_id)
    found = get_object_or_404(Customer, pk=customer_id, source_id=program.source_id)
    request.menu = reverse("billing", args=[request.partner.slug, program.pk])  # type: ignore[attr-defined]  # read by the menu
    mappings = {mapping.motion: mapping for mapping in mappings_of(program, [found.pk])}
    currency = source_currency(program)
    rows = Line.objects.filter(customer=found, target_id=program.target_id).select_related("product")
    lines = LineTable(rows.order_by("state", "-written_at", "pk"), currency=currency, caption="Lines")
    response = list_page(
        request,
        "portal/customers/customer.html",
        lines,
        program=program,
        customer=found,
        currency=currency,
        motions=[(motion, mappings.get(motion.value)) for motion in Motion],
        charges=monthly_charges(program, found, timezone.localdate()),
        items=items_of(list(decidable().filter(customer=found)[:20]), programs_for(request)),
        changes=recent_changes(request, program, Change.objects.filter(customer=found), prefix="c-"),
        history=mapping_history(found),
    )
    shown = {row.record.template_id for row in lines.paginated_rows}
    ids = {mapping.template.external_id for mapping in mappings.values()}
    places = template_places(program, shown | ids)
    lines.places = places
    response.context_data["places"] = places  # type: ignore[index]  # list_page fills it
    response.context_data["foreign"] = foreign_lines(program, [places[pk] for pk in places if pk in ids])  # type: ignore[index]  # as above
    return response
