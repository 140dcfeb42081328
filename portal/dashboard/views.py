"""Where a person arrives, the dashboard of a partner, and the overview of a program."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.dashboard.set_up import set_up_steps
from portal.kit.permissions import PartnerRequest, PersonRequest, partner_page, person_page
from programs.selectors import program_for, programs_for
from reports.dashboard import read_dashboard, read_overview


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
    report = read_dashboard(programs, timezone.localdate())
    steps = [] if report.written else set_up_steps(request.partner, programs)
    return TemplateResponse(request, "portal/dashboard/dashboard.html", {"report": report, "steps": steps})


@require_safe
@partner_page()
def overview(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Two cards, the latest invoice's account, and what most needs a person."""
    program = program_for(request, program_id)
    context = {"program": program, "report": read_overview(program)}
    return TemplateResponse(request, "portal/dashboard/overview.html", context)
