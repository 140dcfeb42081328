"""Joining by invitation: as a new person, or as oneself."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.identity import person_of
from accounts.models import Partner, User
from accounts.services import AccountError
from portal.account.forms import JoinForm
from portal.kit.permissions import public_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Follow the link of an invitation: join as a new person, or accept as oneself."""
    found = services.find_invitation(token)
    if found is None:
        return _press_again(request, token) or TemplateResponse(
            request, "portal/account/invitation_over.html", status=404
        )
    invitation = found[1]
    known = person_of(invitation.email)
    form = None if known else JoinForm(request.POST or None, email=invitation.email)
    context: dict[str, Any] = {"invitation": invitation, "partner": invitation.partner, "known": known, "form": form}
    context["is_reader"] = known is not None and request.user == known
    if request.method == "POST" and (pressed := _press(request, token, known, form)):
        return pressed
    return TemplateResponse(request, "portal/account/invitation.html", context)


def _press(request: HttpRequest, token: str, known: User | None, form: JoinForm | None) -> HttpResponse | None:
    """None: there is something to correct, or to do before."""
    try:
        if form is not None:
            return _join(request, token, form) if form.is_valid() else None
        if known is not None and request.user == known:
            return _welcome(request, services.accept_invitation(token=token, user=known))
    except AccountError as refusal:
        if again := _press_again(request, token):
            return again
        messages.error(request, str(refusal))
        return redirect("home")
    return _press_again(request, token)


def _join(request: HttpRequest, token: str, form: JoinForm) -> HttpResponse:
    data = form.cleaned_data
    user, partner = services.join(token=token, name=data["name"], password=data["password"])
    messages.success(request, f"Welcome to {partner}.")
    answer: HttpResponse = perform_login(request, user, redirect_url=resolve_url("dashboard", partner.slug))
    return answer


def _welcome(request: HttpRequest, partner: Partner) -> HttpResponse:
    messages.success(request, f"Welcome to {partner}.")
    return redirect("dashboard", partner.slug)


def _press_again(request: HttpRequest, token: str) -> HttpResponse | None:
    """Where the first press of the button led, for who pressed it twice; None where nobody did."""
    used = services.find_used_invitation(token) if request.method == "POST" else None
    person = person_of(used.email) if used else None
    if used is None or person is None:
        return None
    there = resolve_url("dashboard", used.partner.slug)
    if request.user == person:
        return redirect(there)
    if "password" not in request.POST:
        return None
    if _knows_password(request, person):
        answer: HttpResponse = perform_login(request, person, redirect_url=there)
        return answer
    messages.info(request, "This invitation was used already. Sign in with your password.")
    return redirect_to_login(there)


def _knows_password(request: HttpRequest, person: User) -> bool:
    """Counted like every attempt to sign in."""
    try:
        found = get_adapter().authenticate(request, email=person.email, password=request.POST["password"])
    except ValidationError:  # too many attempts
        return False
    return bool(found == person)
