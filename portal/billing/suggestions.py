"""All suggestions on one page: look through them, and map many at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from core.audit import actor_of
from customers.mapping_batches import apply_batch, has_warnings, propose_batch
from customers.models import BatchKind
from invoices.models import BillingItem
from portal.billing.batches import batch_page
from portal.billing.choice import ticked_pairs
from portal.billing.forms import SuggestionForm
from portal.kit.paging import PagedRows, page_of
from portal.kit.permissions import PartnerRequest, partner_page
from programs.models import Program
from programs.selectors import program_for, source_currency
from reports.billing import unmapped_items
from reports.suggestions import Proposal, fill_in, propose_mappings

ROWS_PER_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.SUPPORT)
def suggestions(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Whom nobody mapped, the most money first, each with the likeliest customer of the target."""
    program = program_for(request, program_id)
    data = request.POST if request.method == "POST" else request.GET
    form = SuggestionForm(data)
    page = page_of(PagedRows(unmapped_items(program)), data.get("page"), ROWS_PER_PAGE)
    proposals = propose_mappings(program, _rows(program, page, data.getlist("row")), form.least_score)
    if request.method == "POST":
        fill_in(proposals, data.getlist("row"), data.dict())
        _tell_mapped(request, len(ticked_pairs(data.getlist("row"))) - sum(each.ticked for each in proposals))
        if _can_accept(request, proposals):
            return _accept(request, program, proposals)
    context = {
        "program": program,
        "form": form,
        "page": page,
        "proposals": proposals,
        "likely": sum(proposal.suggestion is not None for proposal in proposals),
        "currency": source_currency(program),
    }
    return TemplateResponse(request, "portal/billing/suggestions.html", context)


def _rows(program: Program, page: Page[BillingItem], ticked: Sequence[str]) -> list[BillingItem]:
    """Those of the page, and those ticked on it that stand elsewhere since others were mapped."""
    rows = list(page)
    here = {(row.customer_id, row.motion) for row in rows}
    moved = {pair for pair in ticked_pairs(ticked) if pair not in here}
    if moved:
        found = unmapped_items(program).filter(customer_id__in={customer for customer, _ in moved})
        rows += [row for row in found if (row.customer_id, row.motion) in moved]
    return rows


def _tell_mapped(request: PartnerRequest, number: int) -> None:
    """Of the ticked rows, as many are no longer among those that nobody mapped."""
    if number:
        text = f"{number:,} of the ticked rows {'is' if number == 1 else 'are'} mapped already: somebody was quicker."
        messages.warning(request, text)


def _can_accept(request: PartnerRequest, proposals: list[Proposal]) -> bool:
    """False, and said why, without a tick or where a ticked row has no template."""
    ticked = [proposal for proposal in proposals if proposal.ticked]
    lacking = [proposal.item.customer.name for proposal in ticked if proposal.wish() is None]
    if not ticked:
        messages.error(request, "Nothing was saved: tick the rows to map first.")
    elif lacking:
        messages.error(request, f"Nothing was saved: choose an invoice template for {', '.join(lacking[:3])}.")
    return bool(ticked) and not lacking


def _accept(request: PartnerRequest, program: Program, proposals: list[Proposal]) -> HttpResponse:
    """Map what is ticked; where a template asks for a second thought, the batch's page asks first."""
    wishes = [wish for proposal in proposals if proposal.ticked and (wish := proposal.wish())]
    actor = actor_of(request.user)
    batch = propose_batch(program=program, kind=BatchKind.SUGGESTIONS, wishes=wishes, actor=actor)
    if has_warnings(batch):
        messages.warning(request, "Some of these templates ask for a second look. Nothing is saved yet.")
    elif apply_batch(batch=batch, actor=actor):
        number = len(batch.entries)
        messages.success(request, f"{number:,} mapping{'' if number == 1 else 's'} made. You can undo it here.")
    return redirect(batch_page(request, batch))
