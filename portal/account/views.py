"""One's own profile, and joining by invitation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from portal.account.forms import ProfileForm
from portal.kit.permissions import PersonRequest, person_page


@require_http_methods(["GET", "HEAD", "POST"])
@person_page
def profile(request: PersonRequest) -> HttpResponse:
    """Name and time zone of the signed-in person."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save(commit=False).save(update_fields=ProfileForm.Meta.fields)  # the rest may have changed meanwhile
        messages.success(request, "Saved.")
        return redirect("profile")
    return TemplateResponse(request, "portal/account/profile.html", {"form": form})
