"""Settings of the partner itself."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from accounts.services import company_of, update_partner
from core.audit import actor_of
from core.editions import NewerEdition
from portal.company.forms import PartnerForm
from portal.kit.editing import Editing
from portal.kit.permissions import PartnerRequest, partner_page
from programs.services import reschedule_all


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.ADMIN)
def partner_settings(request: PartnerRequest) -> HttpResponse:
    """Change name, time zone, currency or locale of the partner."""
    editing = Editing(request, company_of(request.partner))
    form = PartnerForm(editing.data, partner=request.partner)
    if request.method == "POST" and form.is_valid():
        actor = actor_of(request.user)
        try:
            changed = update_partner(request.partner.pk, actor=actor, drawn=editing.sent, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except NewerEdition as newer:
            request.partner.refresh_from_db()
            editing.give_way_in(form, newer, company_of(request.partner))
        else:
            if "time_zone" in changed:
                reschedule_all()
            messages.success(request, "Saved." if changed else "Nothing was changed.")
            return redirect("partner_settings", request.partner.slug)
    context = {"form": form, "editing": editing}
    return TemplateResponse(request, "portal/company/partner.html", context, status=editing.status(form))
