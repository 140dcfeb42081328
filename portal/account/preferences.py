"""Which e-mails a member wants."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from core.audit import actor_of
from notifications import news
from portal.account.wishes import WishesForm
from portal.kit.permissions import PartnerRequest, partner_page


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page()
def preferences(request: PartnerRequest) -> HttpResponse:
    """Which e-mails about this partner the reader gets."""
    wishes = news.read_wishes(request.user.pk)
    form = WishesForm(request.POST if request.method == "POST" else None, initial=asdict(wishes))
    if form.is_valid():
        changed = news.save_wishes(user_id=request.user.pk, wishes=form.wishes(), actor=actor_of(request.user))
        flash.success(request, "Saved." if changed else "Nothing was changed.")
        return redirect("mail_preferences", request.partner.slug)
    return TemplateResponse(request, "portal/account/preferences.html", {"form": form})
