"""One run: its verdict, live progress, every change with old and new, and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Case, Count, Q, QuerySet, When
from django.db.models.fields.json import KT
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, trigger_client_event

from accounts.models import Role
from connectors.registry import SYSTEMS, get_target
from core.audit import actor_of
from invoices.models import Charge
from money.enums import Action, Severity
from portal.history.change_cells import change_cells, group_heads
from portal.history.filters import SHOWN, ChangeFilter
from portal.history.forms import RetryForm
from portal.kit.page_sizes import page_size
from portal.kit.paging import PagedRows, page_of
from portal.kit.permissions import PartnerRequest, partner_page
from programs.selectors import program_for, source_currency
from reports.overview import counts_of
from reports.progress import has_plan, seconds_left, steps_of
from reports.run import change_row, group_changes
from syncs.enums import ACTIVE_STATES, ChangeState, RunState
from syncs.errors import SyncRefused
from syncs.models import Change, Finding, Run
from syncs.running import retrying, starting

MOST_LOUD, MOST_QUIET = 200, 100  # findings that a run's page names
_LOUDNESS = Case(When(severity=Severity.ERROR, then=0), When(severity=Severity.WARNING, then=1), default=2)
RENEWALS = 20  # at most so often are the items shown anew while they are written


@require_safe
@partner_page()
def run(request: PartnerRequest, run_id: int) -> HttpResponse:
    """The page of a run; without an end yet, it shows live progress."""
    found = _find_run(request, run_id)
    changes = found.changes.select_related("customer").order_by("customer__name", "customer_id", "position")
    filters = ChangeFilter(request.GET, queryset=changes, run=found)
    counts = found.changes.aggregate(
        shown=Count("pk", filter=SHOWN),
        unchanged=Count("pk", filter=Q(action=Action.KEEP, state=ChangeState.DONE)),
        failed=Count("pk", filter=Q(state=ChangeState.FAILED)),
    )
    known = None if filters.narrows else counts["shown"]
    page = page_of(PagedRows(filters.qs, known, whole=changes), request.GET.get("page"), page_size(request))
    groups = group_changes(found, page)
    context = {
        **_progress(found),
        "filters": filters,
        "page": page,
        "groups": groups,
        "cells": change_cells(found, groups, request.partner.slug),
        "heads": group_heads(found, groups, request.partner.slug),
        "unchanged": 0 if filters.unfolds else counts["unchanged"],  # folded away
        "currency": source_currency(found.program),
        **_findings(found),
        "follower": Run.objects.filter(after=found).first(),
        "failed": 0 if found.preview else counts["failed"],
        "here": request.get_full_path(),
    }
    return TemplateResponse(
        request,
        "portal/history/changes.html" if request.htmx.target == "changes" else "portal/history/run.html",
        context,
    )


@require_safe
@partner_page()
def progress(request: PartnerRequest, run_id: int) -> HttpResponse:
    """Asked for every two seconds while the run goes on; tells the page when to renew which part of itself.

    ``shown`` is how much of the run the page shows: nothing before the plan is made.
    """
    found = _find_run(request, run_id)
    if found.state not in ACTIVE_STATES:
        return trigger_client_event(reswap(HttpResponse(), "none"), "run-over")
    told = _progress(found)
    shown = request.GET.get("shown", "")
    now = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else 0
    moved = int(str(told["shown"])) - now
    if moved > 0 and (now == 0 or moved * RENEWALS >= found.total):
        response = TemplateResponse(request, "portal/history/progress.html", told)
        return trigger_client_event(response, "plan-moved")
    return TemplateResponse(request, "portal/history/progress.html", {**told, "shown": now})


@require_safe
@partner_page()
def change(request: PartnerRequest, run_id: int, change_id: int) -> HttpResponse:
    """One change: before and after, what went wrong, the source rows, and the record in the target."""
    found = _find_run(request, run_id)
    wanted: Change = get_object_or_404(
        Change.objects.select_related("customer", "product", "run"), pk=change_id, run=found
    )
    charges = Charge.objects.filter(pk__in=wanted.charge_ids).select_related("invoice")[:200]
    context = {
        "run": found,
        "program": found.program,
        "row": change_row(wanted),
        "currency": source_currency(found.program),
        "change": wanted,
        "charges": charges,
        "target_url": target_url(found, wanted),
    }
    return TemplateResponse(request, "portal/history/change.html", context)


@require_POST
@partner_page(Role.SUPPORT)
def apply_plan(request: PartnerRequest, run_id: int) -> HttpResponse:
    """Write a waiting plan."""
    return _act(request, run_id, starting.apply_plan, "The plan is being written.")


@require_POST
@partner_page(Role.SUPPORT)
def discard_plan(request: PartnerRequest, run_id: int) -> HttpResponse:
    """Drop a waiting plan."""
    return _act(request, run_id, starting.discard_plan, "The plan is discarded. The next sync plans again.")


@require_POST
@partner_page(Role.SUPPORT)
def cancel_run(request: PartnerRequest, run_id: int) -> HttpResponse:
    """Stop a run after the write at hand."""
    return _act(request, run_id, starting.cancel_run, "The run stops after the write at hand. What is written stays.")


@require_POST
@partner_page(Role.SUPPORT)
def retry_failed(request: PartnerRequest, run_id: int) -> HttpResponse:
    """Try again what failed; one item alone where the form names it."""
    found = _find_run(request, run_id)
    form = RetryForm(request.POST)
    if not form.is_valid():
        raise Http404
    number = form.cleaned_data["change"]
    one = None if number is None else get_object_or_404(found.changes, pk=number)
    try:
        again = retrying.retry_failed(run=found, actor=actor_of(request.user), change=one)
    except SyncRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("run", request.partner.slug, found.pk)
    return redirect("run", request.partner.slug, again.pk)


def target_url(run: Run, change: Change) -> str:
    """Where a browser sees the product or template of a change; "" for one that is not there yet."""
    target = run.program.target
    definition = get_target(target.system)
    if change.template_id is not None:
        return definition.template_url(target.credentials, change.template_id)
    return definition.product_url(target.credentials, change.target_product_id) if change.target_product_id else ""


def _find_run(request: HttpRequest, run_id: int) -> Run:
    runs = Run.objects.defer("basis").annotate(
        source_read=KT("basis__source"), retry_of=KT("basis__retry__run"), retry_items=KT("basis__retry__items")
    )
    found: Run = get_object_or_404(runs, pk=run_id)
    found.program = program_for(request, found.program_id)
    slug = request.partner.slug  # type: ignore[attr-defined]  # a PartnerRequest
    request.menu = reverse("history", args=[slug, found.program_id])  # type: ignore[attr-defined]  # read by the menu
    return found


def _progress(run: Run) -> dict[str, object]:
    wait = (run.resume_at - timezone.now()).total_seconds() if run.resume_at else 0
    started = run.started_at or run.created_at
    ended = run.finished_at or timezone.now()
    active, retry = run.state in ACTIVE_STATES, getattr(run, "retry_of", None) is not None
    source_read = bool(getattr(run, "source_read", None)) or run.after_id is not None
    return {
        "run": run,
        "program": run.program,
        "active": active,
        "steps": steps_of(run, source_read=source_read, retry=retry) if active else [],
        "shown": run.done + 1 if has_plan(run) else 0,
        "waiting": run.state == RunState.WAITING and not run.preview,
        "counts": counts_of(run),
        "waits_for": max(0, wait),
        "seconds": (ended - started).total_seconds(),
        "left": seconds_left(run),
        "calls": [_calls_of(system, calls) for system, calls in run.api_calls.items()],
    }


def _findings(run: Run) -> dict[str, list[Finding]]:
    """What the run was the first or the last to report: what is loud, and what is for information only."""
    reported = Finding.objects.filter(Q(first_run=run) | Q(last_run=run)).select_related("customer")
    found: QuerySet[Any] = reported.alias(loudness=_LOUDNESS).order_by("loudness", "-retail", "pk")
    first = list(found[: MOST_LOUD + MOST_QUIET])
    loud = [finding for finding in first if finding.severity != Severity.INFO]
    quiet = [finding for finding in first if finding.severity == Severity.INFO]
    if len(loud) > MOST_LOUD:  # they may have left no room for the quiet ones
        quiet = list(found.filter(severity=Severity.INFO)[:MOST_QUIET])
    return {"loud": loud[:MOST_LOUD], "quiet_ones": quiet[:MOST_QUIET]}


def _calls_of(system: str, calls: dict[str, int]) -> str:
    """ "Syncro: 86 GET, 160 POST"."""
    label = SYSTEMS[system].label if system in SYSTEMS else system
    return f"{label}: {', '.join(f'{number:,} {method}' for method, number in calls.items())}"


def _act(request: PartnerRequest, run_id: int, action: Callable[..., None], done: str) -> HttpResponse:
    found = _find_run(request, run_id)
    try:
        action(run=found, actor=actor_of(request.user))
    except SyncRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    if request.POST.get("next") == "inbox":
        return redirect("inbox", request.partner.slug)
    return redirect("run", request.partner.slug, found.pk)
