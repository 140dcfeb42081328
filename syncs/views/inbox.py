"""The review inbox: whatever needs a person, with the facts and the buttons on the row."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from accounts.permissions import PartnerRequest, partner_page
from core.audit import actor_of
from invoices.models import InvoiceState, SourceInvoice
from invoices.selectors import overlap_facts
from invoices.services import DecisionRefused, decide_overlap, undo_overlap_decision
from programs.models import Program
from syncs import inbox as waiting
from syncs import services
from syncs.forms import ChoiceForm, OverlapForm, UndoForm
from syncs.models import Posting
from syncs.services import SyncRefused

PAGE_SIZE = 25  # an item has facts and buttons, and takes the room of several rows of a list
MOST_HELD = 10  # invoices whose overlaps are shown in full


@require_safe
@partner_page()
def inbox(request: PartnerRequest) -> HttpResponse:
    """Everything that waits, the most money first."""
    page = Paginator(waiting.decidable(), PAGE_SIZE).get_page(request.GET.get("page"))
    noted = Paginator(waiting.notable(), PAGE_SIZE).get_page(request.GET.get("noted"))
    held = list(waiting.held_invoices()[:MOST_HELD])
    decided = SourceInvoice.objects.exclude(overlap_choice="").order_by("-pk")[:5]
    context = {
        "runs": waiting.waiting_runs(),
        "held": [(invoice, overlap_facts(invoice)) for invoice in held],
        "page": page,
        "items": waiting.items_of(list(page)),
        "noted": noted,
        "unknown": waiting.unknown_rows(),
        "unmapped": waiting.unmapped_money(),
        "changed": waiting.changed_invoices()[:20],
        "decisions": waiting.recent_decisions(),
        "decided_invoices": decided,
        "programs": Program.objects.order_by("pk"),
    }
    return TemplateResponse(request, "syncs/inbox.html", context)


@require_POST
@partner_page(Role.SUPPORT)
def decide(request: PartnerRequest) -> HttpResponse:
    """Answer a held item; the next sync carries it out."""
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The answer could not be read. Nothing was changed.")
        return redirect("inbox", request.partner.slug)
    data = form.cleaned_data
    program = get_object_or_404(Program, pk=data["program"])
    try:
        services.decide(
            program=program,
            subject=data["subject"],
            choice=data["choice"],
            line_id=data["line_id"],
            actor=actor_of(request.user),
        )
    except SyncRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Noted. The next sync carries it out; until then you can undo it below.")
    return redirect("inbox", request.partner.slug)


@require_POST
@partner_page(Role.SUPPORT)
def undo(request: PartnerRequest) -> HttpResponse:
    """Take an answer back."""
    form = UndoForm(request.POST)
    if form.is_valid():
        program = get_object_or_404(Program, pk=form.cleaned_data["program"])
        try:
            services.undo_decision(program=program, subject=form.cleaned_data["subject"], actor=actor_of(request.user))
        except SyncRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Undone. It waits again at the next sync.")
    return redirect("inbox", request.partner.slug)


@require_POST
@partner_page(Role.SUPPORT)
def decide_invoice(request: PartnerRequest, invoice_id: int) -> HttpResponse:
    """Say whether a held invoice replaces those it overlaps or adds to them; or take that back."""
    invoice = get_object_or_404(SourceInvoice, pk=invoice_id)
    form = OverlapForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose replaces or adds.")
        return redirect("inbox", request.partner.slug)
    choice, actor = form.cleaned_data["choice"], actor_of(request.user)
    try:
        if choice == "undo":
            undo_overlap_decision(invoice=invoice, planned=_was_planned(invoice), actor=actor)
        else:
            decide_overlap(invoice=invoice, choice=choice, actor=actor)
    except DecisionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        held = invoice.state == InvoiceState.HELD
        messages.success(request, f"Invoice {invoice.number} {'is held again' if held else 'counts from now on'}.")
    return redirect("inbox", request.partner.slug)


def _was_planned(invoice: SourceInvoice) -> bool:
    """True when a sync has planned the invoice's subscriptions since it counts."""
    periods = invoice.charges.exclude(subscription=None).values("subscription_id", "period").distinct()
    subscriptions = {row["subscription_id"] for row in periods}
    planned = Posting.objects.filter(subscription__in=subscriptions, period__in={row["period"] for row in periods})
    return planned.exists()
