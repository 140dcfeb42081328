"""Many mappings at once: sync on or off, export and import, and the page of what that changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from core.audit import actor_of
from core.sheets.reading import UnreadableFile
from core.sheets.writing import Form
from customers.mapping_batches import (
    BatchRefused,
    Wish,
    apply_batch,
    has_warnings,
    propose_batch,
    show_entries,
    undo_batch,
)
from customers.mapping_csv import AMOUNTS, COLUMNS, mapping_cells, read_mappings
from customers.models import BatchKind, BatchState, Customer, MappingBatch
from invoices.selectors import imported_since
from money.enums import Motion
from money.words import plain
from portal.billing.choice import choose_items, chosen_pairs
from portal.billing.forms import ImportForm
from portal.kit.going_back import came_from
from portal.kit.permissions import PartnerRequest, partner_page
from programs.models import Program
from programs.selectors import program_for
from reports.billing import rows_of

ENTRIES_PER_PAGE = 50
MOST_PROBLEMS = 200  # shown; who has more corrects these first
LATELY = 10


@require_safe
@partner_page()
def export_mappings(request: PartnerRequest, program_id: int) -> HttpResponse:
    """The mappings of the filtered billing list, as a file that can be imported again."""
    program = program_for(request, program_id)
    wanted = request.GET.get("file", "")
    form = Form(wanted) if wanted in list(Form) else Form.COMMA
    content = form.write(COLUMNS, _export_rows(program, request), amounts=AMOUNTS)
    name = f"mappings-{request.partner.slug}-{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}.{form.suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=form.content_type, headers=headers)


def _export_rows(program: Program, request: PartnerRequest) -> Iterator[list[str]]:
    choice = choose_items(program, request.GET)
    for row in rows_of(program, choice.items, choice.late).values():
        yield mapping_cells(row.customer, row.motion, plain(row.money.retail), f"{row.month:%Y-%m}", row.mapping)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.SUPPORT)
def import_mappings(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Take a file, and lead to the page that says what it would change."""
    program = program_for(request, program_id)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            reading = read_mappings(program, file.read())
        except UnreadableFile as error:
            form.add_error("file", str(error))
        else:
            batch = propose_batch(
                program=program,
                kind=BatchKind.IMPORT,
                wishes=reading.wishes,
                problems=[problem.as_json() for problem in reading.problems],
                notes=reading.notes,
                file_name=file.name,
                actor=actor_of(request.user),
            )
            return redirect(batch_page(request, batch))
    lately = MappingBatch.objects.filter(program=program).exclude(state=BatchState.PROPOSED)
    context = {
        "program": program,
        "form": form,
        "columns": COLUMNS,
        "motions": [str(motion) for motion in Motion],
        "lately": lately.defer("entries", "problems").order_by("-applied_at")[:LATELY],
    }
    return TemplateResponse(request, "portal/billing/import.html", context)


@require_POST
@partner_page(Role.SUPPORT)
def switch_many(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Propose to switch the sync of the ticked rows, or of all that match, on or off."""
    program = program_for(request, program_id)
    on = request.POST.get("sync") == "on"
    pairs = chosen_pairs(program, request.POST)
    known = Customer.objects.filter(source_id=program.source_id, pk__in={customer for customer, _ in pairs})
    ids = set(known.values_list("pk", flat=True))
    wishes = [Wish(customer, motion, sync_on=on) for customer, motion in pairs if customer in ids]
    if not wishes:
        messages.error(request, "Tick the rows first, or choose all that match.")
        kept = {name: request.POST.get(name, "") for name in ("q", "motion", "tab")}
        return redirect(f"{reverse('billing', args=[request.partner.slug, program.pk])}?{urlencode(kept)}")
    kind = BatchKind.SYNC_ON if on else BatchKind.SYNC_OFF
    return redirect(
        batch_page(request, propose_batch(program=program, kind=kind, wishes=wishes, actor=actor_of(request.user)))
    )


@require_safe
@partner_page()
def batch(request: PartnerRequest, program_id: int, batch_id: int) -> HttpResponse:
    """What a batch would change, or has changed."""
    found = _find_batch(program_id, batch_id)
    page = Paginator(found.entries, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    made = sum(entry["before"] is None for entry in found.entries)
    context = {
        "program": found.program,
        "batch": found,
        "page": page,
        "rows": show_entries(found, list(page)),
        "made": made,
        "changed": len(found.entries) - made,
        "problems": found.problems[:MOST_PROBLEMS],
        "more_problems": max(0, len(found.problems) - MOST_PROBLEMS),
        "warnings": has_warnings(found),
    }
    return TemplateResponse(request, "portal/billing/batch.html", context)


@require_POST
@partner_page(Role.SUPPORT)
def apply(request: PartnerRequest, program_id: int, batch_id: int) -> HttpResponse:
    """Make all changes of a batch, or none."""
    found = _find_batch(program_id, batch_id)
    try:
        applied = apply_batch(batch=found, actor=actor_of(request.user), confirm=request.POST.get("confirm") == "on")
    except BatchRefused as refusal:
        messages.error(request, str(refusal))
    else:
        if applied:
            messages.success(request, f"Applied: {found}. The next sync works with the changed mappings.")
        else:
            messages.warning(request, "Mappings changed since this was shown. Nothing was saved; look at it again.")
    return redirect(batch_page(request, found))


@require_POST
@partner_page(Role.SUPPORT)
def undo(request: PartnerRequest, program_id: int, batch_id: int) -> HttpResponse:
    """Bring the mappings of an applied batch back to what they were."""
    found = _find_batch(program_id, batch_id)
    keep = found.applied_at is not None and not imported_since(found.program, found.applied_at)
    try:
        number = undo_batch(batch=found, actor=actor_of(request.user), keep_months=keep)
    except BatchRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{number:,} mapping{'' if number == 1 else 's'} brought back to what they were.")
    page = batch_page(request, found)  # names what was left alone
    return redirect(page if found.left_alone else came_from(request, page))


def batch_page(request: PartnerRequest, found: MappingBatch) -> str:
    """The address of a batch's page."""
    return reverse("mapping_batch", args=[request.partner.slug, found.program_id, found.pk])


def _find_batch(program_id: int, batch_id: int) -> MappingBatch:
    rows = MappingBatch.objects.select_related("program__source__partner", "program__target", "program__partner")
    return get_object_or_404(rows, pk=batch_id, program_id=program_id)
