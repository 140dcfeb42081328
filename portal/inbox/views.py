"""The review inbox: whatever needs a person, with the facts and the buttons on the row.

Each answer is a form that works by itself; with htmx the inbox alone is made anew, and says what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from core.audit import actor_of
from core.editions import NewerEdition
from invoices.models import InvoiceState, SourceInvoice
from invoices.services import DecisionRefused, decide_overlap, undo_overlap_decision
from portal.inbox.filters import InboxFilter
from portal.inbox.forms import ChoiceForm, ChoicesForm, OverlapForm, SeenForm, UndoForm
from portal.kit.paging import PagedRows, page_of
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.undone import drawn_of
from programs.models import Program
from programs.selectors import programs_for, source_currency
from reports.inbox import decidable, notable, products_of, read_beside
from reports.inbox_items import items_of
from reports.inbox_kinds import KINDS
from reports.invoice import was_planned
from syncs.deciding import acknowledging, answering, undoing
from syncs.deciding.answers import choice_button
from syncs.errors import SyncRefused
from syncs.models import Decision, Finding

# Items on a page, among all that waits and of one kind alone, whose items may be answered together. An item has
# facts and buttons, and takes the room of several rows of a list.
MIXED, ALIKE = 10, 25


@require_safe
@partner_page()
def inbox(request: PartnerRequest) -> HttpResponse:
    """Everything that waits, the most money first."""
    part = request.htmx and request.htmx.target == "inbox"
    template = "portal/inbox/inbox_body.html" if part else "portal/inbox/inbox.html"
    return TemplateResponse(request, template, _context(request, request.GET))


@require_POST
@partner_page(Role.SUPPORT)
def decide(request: PartnerRequest) -> HttpResponse:
    """Answer a held item; the next sync carries it out."""
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return _answer(request, error="The answer could not be read. Nothing was changed.")
    data = form.cleaned_data
    program = get_object_or_404(Program, pk=data["program"])
    if refusal := _refuse_settled(program, data["subject"]):
        return _answer(request, error=refusal)
    given = {name: data[name] for name in ("subject", "choice", "line_id")}
    return _do(
        request,
        lambda: answering.decide(program=program, actor=actor_of(request.user), **given),
        "Noted. The next sync carries it out; until then you can undo it below.",
    )


@require_POST
@partner_page(Role.SUPPORT)
def decide_many(request: PartnerRequest) -> HttpResponse:
    """Give all ticked items the same answer."""
    form = ChoicesForm(request.POST)
    if not form.is_valid():
        return _answer(request, error="Tick at least one item, then choose. Nothing was changed.")
    found = list(decidable().filter(pk__in=form.cleaned_data["row"]).select_related("program"))
    if not found:
        return _answer(request, error="None of these items waits any longer. Nothing was changed.")
    late = len(set(form.cleaned_data["row"])) - len(found)
    left = f" {late} no longer waited: answered or settled meanwhile." if late else ""
    return _do(
        request,
        lambda: answering.decide_all(findings=found, choice=form.cleaned_data["choice"], actor=actor_of(request.user)),
        f"Noted for {len(found)} items.{left} The next sync carries it out; until then you can undo it below.",
    )


@require_POST
@partner_page(Role.SUPPORT)
def undo(request: PartnerRequest) -> HttpResponse:
    """Take back an answer, with all that were given together."""
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _answer(request, error="Which answer to undo could not be read. Nothing was changed.")
    data, actor = form.cleaned_data, actor_of(request.user)
    program = get_object_or_404(Program, pk=data["program"])
    drawn = drawn_of(request)
    try:
        undoing.undo_decisions(program=program, at=data["at"], actor=actor, drawn=drawn)
    except NewerEdition as newer:
        return _answer(request, error=newer.tell(_told_otherwise(newer)))
    except SyncRefused as refusal:
        return _answer(request, error=str(refusal))
    return _answer(request, "Undone. It waits again.")


@require_POST
@partner_page(Role.SUPPORT)
def seen(request: PartnerRequest) -> HttpResponse:
    """A warning is known, or all that the filter shows; or they are shown again."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        return _answer(request, error="Which warning is meant could not be read. Nothing was changed.")
    number, at, actor = form.cleaned_data["finding"], form.cleaned_data["at"], actor_of(request.user)
    if at:
        return _do(request, lambda: acknowledging.undo_seen(at=at, actor=actor), "Shown again.")
    chosen = notable().filter(pk=number) if number else InboxFilter(_back(request), notable()).qs
    return _do(
        request,
        lambda: acknowledging.mark_seen(findings=chosen, actor=actor),
        "Marked as seen: it is not shown again while its cause stands. You can undo it below.",
    )


@require_POST
@partner_page(Role.SUPPORT)
def decide_invoice(request: PartnerRequest, invoice_id: int) -> HttpResponse:
    """Say whether a held invoice replaces those it overlaps or adds to them; or take that back."""
    invoice = get_object_or_404(SourceInvoice, pk=invoice_id)
    form = OverlapForm(request.POST)
    if not form.is_valid():
        return _answer(request, error="Choose replaces or adds.")
    choice, actor = form.cleaned_data["choice"], actor_of(request.user)
    try:
        if choice == "undo":
            undo_overlap_decision(invoice=invoice, planned=was_planned(invoice), actor=actor)
        else:
            decide_overlap(invoice=invoice, choice=choice, actor=actor)
    except DecisionRefused as refusal:
        return _answer(request, error=str(refusal))
    held = invoice.state == InvoiceState.HELD
    return _answer(request, f"Invoice {invoice.number} {'is held again' if held else 'counts from now on'}.")


def _told_otherwise(newer: NewerEdition) -> str:
    """What became of the answers that an older page shows."""
    if not newer.changed:
        return "Your page is too old to compare."
    left = [now for _, now in newer.changed.values() if now]
    return "It is answered otherwise by now." if left else "The answer was taken back already."


def _refuse_settled(program: Program, subject: str) -> str:
    """Why an item of an older page is not answered; "" where it waits."""
    if decidable().filter(program=program, subject=subject).exists():
        return ""
    if not Finding.objects.filter(program=program, subject=subject, closed_at=None).exists():
        return "This item no longer waits: a sync settled it meanwhile. Nothing was changed."
    by = Decision.objects.filter(program=program, subject=subject).values_list("decided_by__email", flat=True).first()
    return f"{by or 'Somebody'} has answered this already. Nothing was changed; that answer can be undone below."


# --- The answer to an answer ----------------------------------------------------------------------


def _do(request: PartnerRequest, action: Callable[[], object], done: str) -> HttpResponse:
    try:
        action()
    except SyncRefused as refusal:
        return _answer(request, error=str(refusal))
    return _answer(request, done)


def _answer(request: PartnerRequest, done: str = "", *, error: str = "") -> HttpResponse:
    """The inbox as it is now, filtered as before: the part alone where the page is there already."""
    if error:
        messages.error(request, error)
    else:
        messages.success(request, done)
    back = _back(request)
    if request.htmx and request.htmx.target == "inbox":
        return TemplateResponse(request, "portal/inbox/inbox_answer.html", _context(request, back))
    page = reverse("inbox", args=[request.partner.slug])
    return redirect(f"{page}?{back.urlencode()}" if back else page)


def _back(request: PartnerRequest) -> QueryDict:
    """How the inbox was filtered when the form was sent."""
    return QueryDict(request.POST.get("back", ""))


# --- What the page shows --------------------------------------------------------------------------


def _context(request: PartnerRequest, asked: QueryDict) -> dict[str, Any]:
    filters = InboxFilter(asked, decidable())
    understood = filters.form.cleaned_data if filters.form.is_valid() else {"kind": "", "q": ""}
    kind, words = understood["kind"], understood["q"]
    size = ALIKE if kind else MIXED
    number = asked.get("page") or _page_of(filters.qs, asked.get("item", ""), size)
    page = page_of(PagedRows(filters.qs), number, size)
    noted = page_of(PagedRows(filters.filter_queryset(notable())), asked.get("noted"), size)
    together = KINDS[kind].choices if kind and page.paginator.count > 1 else ()
    kept = {name: value for name in ("q", "kind") if (value := asked.get(name))}
    programs = programs_for(request)
    return {
        "filters": filters,
        "kind": kind,
        "narrowed": bool(kind or words),
        "back": asked.urlencode(),
        "kept": urlencode(kept),
        "page": page,
        "items": items_of(list(page), programs),
        "together": [choice_button(choice) for choice in together],
        "noted": noted,
        "products": products_of(noted),
        "currencies": {program.pk: source_currency(program) for program in programs},
        "beside": read_beside(programs, kind, words),
    }


def _page_of(rows: QuerySet[Finding], item: str, size: int) -> int:
    """The page on which an item stands that a link leads to; the first where it waits no longer."""
    if not item:
        return 1
    places = {str(pk): place for place, pk in enumerate(rows.values_list("pk", flat=True))}
    return places.get(item, 0) // size + 1
