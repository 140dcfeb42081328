"""Which e-mails a member wants."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from core.audit import actor_of
from core.editions import NewerEdition
from notifications import news
from portal.account.wishes import WishesForm
from portal.kit.editing import Editing
from portal.kit.permissions import PartnerRequest, partner_page


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page()
def preferences(request: PartnerRequest) -> HttpResponse:
    """Which e-mails about this partner the reader gets."""
    wishes = news.read_wishes(request.user.pk)
    editing = Editing(request, asdict(wishes))
    form = WishesForm(editing.data, initial=asdict(wishes))
    if request.method == "POST" and form.is_valid():
        person, actor = request.user.pk, actor_of(request.user)
        try:
            changed = news.save_wishes(user_id=person, wishes=form.wishes(), actor=actor, drawn=editing.sent)
        except NewerEdition as newer:
            editing.give_way_in(form, newer, asdict(wishes))
        else:
            flash.success(request, "Saved." if changed else "Nothing was changed.")
            return redirect("mail_preferences", request.partner.slug)
    context = {"form": form, "editing": editing}
    return TemplateResponse(request, "portal/account/preferences.html", context, status=editing.status(form))
