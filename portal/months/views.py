"""The list of usage months, one month, and the buttons that close it and open it again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from core.audit import actor_of
from portal.kit.permissions import PartnerRequest, partner_page
from programs.models import Program
from programs.selectors import program_for, source_currency
from reports.months import MonthPage, list_months, read_month_page
from syncs.deciding.closing import close_month, open_month
from syncs.errors import SyncRefused

LONGEST_REASON = 500


@require_safe
@partner_page()
def months(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Each usage month, the newest first."""
    program = program_for(request, program_id)
    context = {"program": program, "months": list_months(program), "currency": source_currency(program)}
    return TemplateResponse(request, "portal/months/months.html", context)


@require_safe
@partner_page()
def month(request: PartnerRequest, program_id: int, period: str) -> HttpResponse:
    """One usage month: its account, its invoices, and whether it is closed."""
    program = program_for(request, program_id)
    return _show(request, program, _page_of(program, period))


@require_POST
@partner_page(Role.OWNER)
def close(request: PartnerRequest, program_id: int, period: str) -> HttpResponse:
    """Close the month, for a reason."""
    program = program_for(request, program_id)
    page = _page_of(program, period)
    reason = request.POST.get("reason", "")[:LONGEST_REASON].replace("\0", "")

    def do() -> None:
        close_month(program=program, month=page.month.account.month, reason=reason, actor=actor_of(request.user))

    return _do(request, program, page, do, f"{page.month.label} is closed. What was not billed stays shown.")


@require_POST
@partner_page(Role.OWNER)
def reopen(request: PartnerRequest, program_id: int, period: str) -> HttpResponse:
    """Open again what an owner closed."""
    program = program_for(request, program_id)
    page = _page_of(program, period)

    def do() -> None:
        open_month(program=program, month=page.month.account.month, actor=actor_of(request.user))

    return _do(request, program, page, do, f"{page.month.label} is open again.")


def _do(request: PartnerRequest, program: Program, page: MonthPage, do: Callable[[], None], done: str) -> HttpResponse:
    try:
        do()
    except SyncRefused as refused:
        return _show(request, program, page, problem=str(refused))
    messages.success(request, done)
    return redirect("month", request.partner.slug, program.pk, page.month.period)


def _page_of(program: Program, period: str) -> MonthPage:
    try:
        day = dt.date.fromisoformat(f"{period}-01")
    except ValueError as error:
        raise Http404 from error
    page = read_month_page(program, day)
    if page is None:
        raise Http404
    return page


def _show(request: PartnerRequest, program: Program, page: MonthPage, problem: str = "") -> HttpResponse:
    context = {"program": program, "page": page, "month": page.month, "problem": problem}
    return TemplateResponse(request, "portal/months/month.html", context, status=422 if problem else 200)
