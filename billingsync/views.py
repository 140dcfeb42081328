"""Pages that look over all apps: home, dashboard, search, audit; and what is shown on errors."""

from __future__ import annotations

import secrets

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.permissions import PartnerRequest, PersonRequest, partner_page, person_page
from accounts.tables import list_page
from billingsync.dashboard import program_boards, set_up_steps
from billingsync.filters import AuditFilter
from billingsync.searching import find_everything
from billingsync.tables import AuditTable
from connections.models import Connection, ConnectionStatus
from core.models import AuditEntry
from programs.selectors import programs_for
from syncs.inbox import decidable, notable
from syncs.overview import has_succeeded
from syncs.verdicts import Waiting

log = structlog.get_logger(__name__)

# What the dashboard names of a finding: reading whole rows takes longer than finding them.
_NAMED = ("text", "cure", "severity", "retail")


@require_safe
@person_page
def home(request: PersonRequest) -> HttpResponse:
    """To the dashboard of the reader's partner; a page that says what to do for those without one."""
    if request.accesses:
        return redirect("dashboard", request.accesses[0].slug)
    if request.user.is_operator:
        return redirect("operator")
    return TemplateResponse(request, "home.html")


@require_safe
@partner_page()
def dashboard(request: PartnerRequest) -> HttpResponse:
    """Is the billing right? What waits, and what to do next."""
    programs = programs_for(request)
    waiting = Waiting.read()
    boards = program_boards(programs, waiting, timezone.localdate())
    succeeded = any(card.last_success for board in boards for card in board.cards) or has_succeeded()
    connections = list(Connection.objects.exclude(status=ConnectionStatus.NOT_ENABLED).order_by("pk"))
    return TemplateResponse(
        request,
        "dashboard.html",
        {
            "steps": [] if succeeded else set_up_steps(request.partner, programs),
            "programs": boards,
            "waiting_runs": waiting.plans[:3],
            "held_invoices": waiting.held[:3],
            "decidable": decidable().select_related(None).only(*_NAMED)[:3],
            "notable": notable().select_related(None).only(*_NAMED)[:3],
            "failing": [each for each in connections if each.status == ConnectionStatus.ATTENTION],
            "connections": connections,
        },
    )


@require_safe
@partner_page()
def search(request: PartnerRequest) -> HttpResponse:
    """Customers, products, invoices, runs, pages and commands whose name holds the words."""
    query = request.GET.get("q", "").replace("\0", "").strip()  # no text that is stored holds that sign
    found = find_everything(request, query)
    context = {"jump_query": query, "query": query, "results": found, "in_box": bool(request.htmx)}
    return TemplateResponse(request, "search/results.html" if request.htmx else "search/page.html", context)


@require_safe
@partner_page()
def running(request: PartnerRequest) -> HttpResponse:
    """The pill in the top bar, asked for again and again while a sync runs."""
    return TemplateResponse(request, "shell/running.html")


@require_safe
@partner_page()
def audit(request: PartnerRequest) -> HttpResponse:
    """Who did what."""
    entries = AuditEntry.objects.all()
    filters = AuditFilter(request.GET, queryset=entries)
    return list_page(request, "audit.html", AuditTable(filters.qs), filters=filters, total=entries.count())


def server_error(request: HttpRequest) -> HttpResponse:
    """A page with a reference that the log has too. It asks the database for nothing."""
    reference = secrets.token_hex(4)
    log.error("page_failed", reference=reference, path=request.path)
    return HttpResponseServerError(render_to_string("500.html", {"reference": reference}))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """404: also the answer to whoever asks for another partner's page."""
    return render(request, "404.html", status=404)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the role that is needed."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)
