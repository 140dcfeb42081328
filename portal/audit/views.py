"""The audit log of a partner."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from core.models import AuditEntry
from portal.audit.filters import AuditFilter
from portal.audit.tables import AuditTable
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.tables import list_page


@require_safe
@partner_page()
def audit(request: PartnerRequest) -> HttpResponse:
    """Who did what."""
    entries = AuditEntry.objects.all()
    filters = AuditFilter(request.GET, queryset=entries)
    return list_page(request, "portal/audit/audit.html", AuditTable(filters.qs), filters=filters, total=entries.count())
