"""One's own profile, and joining by invitation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from accounts.services import change_profile, profile_of
from core.editions import NewerEdition
from portal.account.forms import ProfileForm
from portal.kit.editing import Editing
from portal.kit.permissions import PersonRequest, person_page


@require_http_methods(["GET", "HEAD", "POST"])
@person_page
def profile(request: PersonRequest) -> HttpResponse:
    """Name and time zone of the signed-in person."""
    standing = profile_of(request.user)
    editing = Editing(request, standing)
    form = ProfileForm(editing.data, initial=standing)
    if request.method == "POST" and form.is_valid():
        try:
            change_profile(request.user.pk, drawn=editing.sent, **form.cleaned_data)
        except NewerEdition as newer:
            editing.give_way_in(form, newer, standing)
        else:
            messages.success(request, "Saved.")
            return redirect("profile")
    context = {"form": form, "editing": editing}
    return TemplateResponse(request, "portal/account/profile.html", context, status=editing.status(form))
