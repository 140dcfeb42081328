"""The history of a program: one row per run."""

from __future__ import annotations

from django.db.models.fields.json import KeyTransform
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portal.history.filters import RunFilter
from portal.history.tables import RunTable
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.tables import list_page
from programs.selectors import program_for, source_currency
from syncs.facts.run_sums import MONEY
from syncs.models import LONG_COLUMNS, Run


@require_safe
@partner_page()
def history(request: PartnerRequest, program_id: int) -> HttpResponse:
    """One row per run."""
    program = program_for(request, program_id)
    runs = Run.objects.filter(program=program).defer(*LONG_COLUMNS).annotate(money=KeyTransform(MONEY, "basis"))
    filters = RunFilter(request.GET, queryset=runs)
    table = RunTable(filters.qs, currency=source_currency(program), caption="Runs")
    return list_page(
        request, "portal/history/history.html", table, filters=filters, total=runs.count(), program=program
    )
