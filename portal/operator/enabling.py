"""Enable a target that a partner asked for."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.services import find_partner
from connections import services
from connections.errors import ConnectionRefused
from connections.testing import find_system
from core.audit import actor_of
from core.installation_audit import record_installation
from portal.kit.permissions import PersonRequest, operator_page
from portal.kit.reauthentication import ask_again


@require_POST
@operator_page
def enable(request: PersonRequest, slug: str, system: str) -> HttpResponse:
    """One click, by somebody who proved lately who they are: the partner may connect the target, who asked is told."""
    partner_id = find_partner(slug)
    if partner_id is None:
        raise Http404
    if detour := ask_again(request, reverse("operator")):
        return detour
    actor = actor_of(request.user)
    try:
        enabled = services.enable_target(partner_id, system, actor)
    except ConnectionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        if enabled:
            record_installation(actor, "target.enabled", f"{find_system(system).label} enabled for {slug}")
        messages.success(request, f"Enabled {system} for {slug}." if enabled else "It was enabled already.")
    return redirect("operator")
