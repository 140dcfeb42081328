"""A single mapping: its sync switched on or off, and taken away; with what stays in the target."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.models import Role
from core.audit import actor_of
from core.editions import NewerEdition
from customers.mapping_batches import Wish, apply_batch, propose_batch
from customers.models import BatchKind, Mapping, MappingBatch
from customers.services import destination_of, refuse_older_mapping, remove_mapping
from portal.kit.going_back import came_from
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.undone import drawn_of
from reports.template_lines import tell_left_lines


@require_POST
@partner_page(Role.SUPPORT)
def switch_sync(request: PartnerRequest, program_id: int, mapping_id: int) -> HttpResponse:
    """Turn the sync of one mapping over, as the list shows it, with an undo."""
    found = _find_mapping(program_id, mapping_id)
    try:
        refuse_older_mapping(found, drawn_of(request))
    except NewerEdition as newer:
        state = "on" if found.sync_on else "off"
        messages.error(request, newer.tell(f"{found} is mapped to {destination_of(found)} now, its sync is {state}."))
        return _back(request, found)
    on = not found.sync_on
    batch = _switch(request, found, on=on)
    if batch is None:
        messages.error(request, f"The mapping of {found} cannot be changed as it stands. Nothing was done.")
    elif on:
        text = "Sync of {} is on. The next billing sync writes its lines. {}"
        messages.success(request, format_html(text, str(found), _undo(request, batch)))
    else:
        text = "Sync of {} is off. {} {}"
        messages.success(request, format_html(text, str(found), tell_left_lines(found), _undo(request, batch)))
    return _back(request, found)


@require_POST
@partner_page(Role.SUPPORT)
def unmap(request: PartnerRequest, program_id: int, mapping_id: int) -> HttpResponse:
    """Take a mapping away; what it wrote stays in the target."""
    found = _find_mapping(program_id, mapping_id)
    entered: dict[str, str | int] = {
        "target_customer": found.target_customer_id,
        "template": found.template_id,
        "touched": "on",
        "pricing": found.pricing,
        "sync_on": "on" if found.sync_on else "",
    }
    page = reverse("mapping", args=[request.partner.slug, program_id, found.customer_id, found.motion])
    text = '{} is no longer mapped. {} <a href="{}?{}">Map it again as it was</a>'
    told = format_html(text, str(found), tell_left_lines(found), page, urlencode(entered))
    try:
        remove_mapping(mapping=found, actor=actor_of(request.user), drawn=drawn_of(request))
    except NewerEdition as newer:
        messages.error(request, newer.tell(f"{found} is mapped to {destination_of(found)} now."))
    else:
        messages.success(request, told)
    return _back(request, found)


def _find_mapping(program_id: int, mapping_id: int) -> Mapping:
    rows = Mapping.objects.select_related(
        "customer", "template", "target_customer", "program__source__partner", "program__target", "program__partner"
    )
    found: Mapping = get_object_or_404(rows, pk=mapping_id, program_id=program_id)
    return found


def _switch(request: PartnerRequest, mapping: Mapping, *, on: bool) -> MappingBatch | None:
    """The batch that can be undone; none where nothing was changed."""
    actor = actor_of(request.user)
    kind = BatchKind.SYNC_ON if on else BatchKind.SYNC_OFF
    wish = Wish(mapping.customer_id, mapping.motion, sync_on=on)
    batch = propose_batch(program=mapping.program, kind=kind, wishes=[wish], actor=actor)
    if batch.entries and apply_batch(batch=batch, actor=actor):
        return batch
    batch.delete()
    return None


def _undo(request: PartnerRequest, batch: MappingBatch) -> SafeString:
    """A button in the notice."""
    return format_html(
        '<form method="post" action="{}" class="inline"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="next" value="{}"><button class="button small" type="submit">Undo</button></form>',
        reverse("undo_batch", args=[request.partner.slug, batch.program_id, batch.pk]),
        get_token(request),
        _list_of(request, batch.program_id),
    )


def _list_of(request: PartnerRequest, program_id: int) -> str:
    return came_from(request, reverse("billing", args=[request.partner.slug, program_id]))


def _back(request: PartnerRequest, mapping: Mapping) -> HttpResponse:
    """To the list; where scripts run, the list is renewed where it stands."""
    if not request.htmx:
        return redirect(_list_of(request, mapping.program_id))
    response = TemplateResponse(request, "portal/kit/lists/done.html")
    trigger_client_event(response, "dialog-done", after="settle")
    trigger_client_event(response, "list-changed", after="settle")
    return response
