"""The overview of a program, and starting a sync."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from core.audit import actor_of
from portal.kit.permissions import PartnerRequest, partner_page
from programs.selectors import program_for
from reports.dashboard import read_overview
from syncs.enums import RunKind
from syncs.errors import SyncRefused
from syncs.running import starting


@require_safe
@partner_page()
def overview(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Two cards, the latest invoice's account, and what most needs a person."""
    program = program_for(request, program_id)
    context = {"program": program, "report": read_overview(program)}
    return TemplateResponse(request, "portal/dashboard/overview.html", context)


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
    return redirect("run", request.partner.slug, runs[0].pk)
