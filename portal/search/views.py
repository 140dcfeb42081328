"""What the search box finds."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from portal.kit.permissions import PartnerRequest, partner_page
from portal.search.finding import find_everything


@require_safe
@partner_page()
def search(request: PartnerRequest) -> HttpResponse:
    """Customers, products, invoices, runs, pages and commands whose name holds the words."""
    query = request.GET.get("q", "").replace("\0", "").strip()  # no text that is stored holds that sign
    found = find_everything(request, query)
    context = {"jump_query": query, "query": query, "results": found, "in_box": bool(request.htmx)}
    return TemplateResponse(
        request, "portal/search/results.html" if request.htmx else "portal/search/page.html", context
    )
