"""Where a person arrives, and the dashboard of a partner."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from connections.models import Connection, ConnectionStatus
from portal.dashboard.board import program_boards, set_up_steps
from portal.kit.permissions import PartnerRequest, PersonRequest, partner_page, person_page
from programs.selectors import programs_for
from reports.inbox import decidable, notable
from reports.overview import has_succeeded
from reports.verdict import Waiting

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
    return TemplateResponse(request, "portal/dashboard/home.html")


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
        "portal/dashboard/dashboard.html",
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
