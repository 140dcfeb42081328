"""The operator's page: requests, partners, connections in trouble, work that broke, queue, e-mails and limits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from connections.across_partners import target_requests, troubled_connections
from connections.limit_use import read_limit_use
from core.across_partners import partner_breakdowns
from notifications.across_partners import unsent_messages
from portal.kit.permissions import PersonRequest, operator_page
from reports.queue import read_queue_health
from syncs.across_partners import partner_figures
from syncs.running.lock import list_stuck

MOST_PAGES = 10_000


@require_safe
@operator_page
def operator(request: PersonRequest) -> HttpResponse:
    """How the service does over all partners: no secrets, and nothing of a partner's but numbers."""
    now = timezone.now()
    query = request.GET.get("q", "").replace("\0", "")[:100]  # no name holds that sign
    context = {
        "query": query,
        "requests": target_requests(_page(request, "requests")),
        "troubled": troubled_connections(_page(request, "troubled")),
        "breakdowns": partner_breakdowns(now, _page(request, "breakdowns")),
        "partners": partner_figures(query, now, _page(request, "page")),
        "stuck": list_stuck(),
        "queue": read_queue_health(now),
        "unsent": unsent_messages(),
        "limits": read_limit_use(),
    }
    return TemplateResponse(request, "portal/operator/operator.html", context)


def _page(request: HttpRequest, name: str) -> int:
    """The page that is asked for, from 1."""
    asked = request.GET.get(name, "")
    return min(max(int(asked), 1), MOST_PAGES) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
