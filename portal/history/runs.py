"""Runs: starting one, its page with live progress, every change with old and new, and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, trigger_client_event

from accounts.models import Role
from core.audit import actor_of
from customers.models import Customer
from portal.history.change_cells import change_cells, group_heads, whole_sum
from portal.history.filters import ChangeFilter
from portal.history.forms import RetryForm
from portal.kit.page_sizes import page_size
from portal.kit.paging import PagedRows, page_of
from portal.kit.permissions import PartnerRequest, partner_page
from programs.selectors import program_for
from reports.at_work import tell_wait
from reports.overview import counts_of
from reports.progress import read_progress
from reports.run import customer_alone, group_changes, listed_runs, read_change, read_run
from syncs.enums import ACTIVE_STATES, RunKind
from syncs.errors import SyncRefused
from syncs.models import Change, Run
from syncs.running import retrying, starting

RENEWALS = 20  # at most so often are the items shown anew while they are written


@require_safe
@partner_page()
def run(request: PartnerRequest, run_id: int) -> HttpResponse:
    """The page of a run; without an end yet, it shows live progress."""
    found = _find_run(request, run_id)
    report, standing = read_run(found), read_progress(found, timezone.now())
    alone = customer_alone(found)
    changes = found.changes.select_related("customer", "product").order_by("customer__name", "customer_id", "position")
    filters = ChangeFilter(request.GET, queryset=changes, run=found)
    known = None if filters.narrows else report.shown
    page = page_of(PagedRows(filters.qs, known, whole=changes), request.GET.get("page"), page_size(request))
    groups = group_changes(found, page)
    context = {
        "run": found,
        "program": found.program,
        "report": report,
        "alone": alone,
        "first_counts": counts_of(report.first) if report.first else (),
        "progress": standing,
        "shown": standing.told,
        "filters": filters,
        "page": page,
        "groups": groups,
        "cells": change_cells(found, groups, request.partner.slug),
        "heads": group_heads(found, groups, request.partner.slug),
        "whole": whole_sum(report.sum) if report.sum and report.sum.lines else "",
        "unchanged": 0 if filters.unfolds else report.unchanged,  # folded away
        "currency": report.currency,
        "here": request.get_full_path(),
    }
    part = request.htmx.target == "changes"
    return TemplateResponse(request, "portal/history/changes.html" if part else "portal/history/run.html", context)


@require_safe
@partner_page()
def progress(request: PartnerRequest, run_id: int) -> HttpResponse:
    """Asked for every two seconds while the run goes on; tells the page when to renew which part of itself.

    ``shown`` is how much of the run the page shows: nothing before the plan is made.
    """
    found = _find_run(request, run_id)
    if found.state not in ACTIVE_STATES:
        return trigger_client_event(reswap(HttpResponse(), "none"), "run-over")
    standing = read_progress(found, timezone.now())
    shown = request.GET.get("shown", "")
    before = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else 0
    moved = standing.told - before
    renew = moved > 0 and (before == 0 or moved * RENEWALS >= found.total)
    context = {"run": found, "progress": standing, "shown": standing.told if renew else before}
    response = TemplateResponse(request, "portal/history/progress.html", context)
    return trigger_client_event(response, "plan-moved") if renew else response


@require_safe
@partner_page()
def change(request: PartnerRequest, run_id: int, change_id: int) -> HttpResponse:
    """One change: before and after, what went wrong, the source rows, and the record in the target."""
    found = _find_run(request, run_id)
    changes = Change.objects.select_related("customer", "product", "run")
    wanted: Change = get_object_or_404(changes, pk=change_id, run=found)
    context = {"run": found, "program": found.program, "change": wanted, "report": read_change(found, wanted)}
    return TemplateResponse(request, "portal/history/change.html", context)


@require_POST
@partner_page(Role.SUPPORT)
def start_sync(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Sync now, or preview: of one kind, or all that are switched on."""
    program = program_for(request, program_id)
    kind = request.POST.get("kind", "")
    kinds = [kind] if kind in RunKind.values else starting.enabled_kinds(program)
    preview = request.POST.get("preview") == "on"
    try:
        runs = starting.start_sync(program=program, kinds=kinds, preview=preview, actor=actor_of(request.user))
    except SyncRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("program", request.partner.slug, program.pk)
    if not runs:
        messages.warning(request, "Neither products nor billing is switched on. Switch one on in the settings.")
        return redirect("program", request.partner.slug, program.pk)
    return redirect("run", request.partner.slug, runs[-1].pk)  # its page shows what goes first


@require_POST
@partner_page(Role.SUPPORT)
def sync_alone(request: PartnerRequest, program_id: int, customer_id: int) -> HttpResponse:
    """Sync one customer alone, or preview that."""
    program = program_for(request, program_id)
    customer: Customer = get_object_or_404(Customer, pk=customer_id, source_id=program.source_id)
    preview = request.POST.get("preview") == "on"
    actor = actor_of(request.user)
    try:
        begun = starting.sync_customer(program=program, customer=customer, preview=preview, actor=actor)
    except SyncRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("customer", request.partner.slug, program.pk, customer.pk)
    return redirect("run", request.partner.slug, begun.pk)


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
    waits = tell_wait(_find_run(request, run_id))
    done = f"The run stops after the write at hand. What is written stays. {waits}".strip()
    return _act(request, run_id, starting.cancel_run, done)


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


def _find_run(request: HttpRequest, run_id: int) -> Run:
    found: Run = get_object_or_404(listed_runs(), pk=run_id)
    found.program = program_for(request, found.program_id)
    slug = request.partner.slug  # type: ignore[attr-defined]  # a PartnerRequest
    request.menu = reverse("history", args=[slug, found.program_id])  # type: ignore[attr-defined]  # read by the menu
    return found


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
