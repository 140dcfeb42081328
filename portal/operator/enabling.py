"""Enable a target that a partner asked for."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.services import find_partner
from connections import services
from connections.errors import ConnectionRefused
from core.audit import actor_of
from portal.kit.permissions import PersonRequest, operator_page


@require_POST
@operator_page
def enable(request: PersonRequest, slug: str, system: str) -> HttpResponse:
    """One click: the partner may connect the target, and who asked is told."""
    partner_id = find_partner(slug)
    if partner_id is None:
        raise Http404
    try:
        enabled = services.enable_target(partner_id, system, actor_of(request.user))
    except ConnectionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Enabled {system} for {slug}." if enabled else "It was enabled already.")
    return redirect("operator")
