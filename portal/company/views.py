"""Settings of the partner itself."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from accounts.services import update_partner
from core.audit import actor_of
from portal.company.forms import PartnerForm
from portal.kit.permissions import PartnerRequest, partner_page
from programs.services import reschedule_all


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.ADMIN)
def partner_settings(request: PartnerRequest) -> HttpResponse:
    """Change name, time zone, currency or locale of the partner."""
    form = PartnerForm(request.POST or None, partner=request.partner)
    if form.is_valid():
        try:
            changed = update_partner(request.partner.pk, actor=actor_of(request.user), **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            if "time_zone" in changed:
                reschedule_all()
            messages.success(request, "Saved." if changed else "Nothing was changed.")
            return redirect("partner_settings", request.partner.slug)
    return TemplateResponse(request, "portal/company/partner.html", {"form": form}, status=422 if form.errors else 200)
