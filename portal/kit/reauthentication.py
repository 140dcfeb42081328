"""Ask for the password (or second factor) again before something sensitive."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """None for somebody who proved lately who they are, else a redirect that makes them.

    Unlike allauth's own decorator it never stores what was posted: that may be a secret.
    """
    try:
        _pass(request)
    except ReauthenticationRequired:
        methods = get_adapter().get_reauthentication_methods(request.user)
        page = methods[0]["url"] if methods else reverse("account_login")
        return HttpResponseRedirect(f"{page}?{urlencode({'next': request.path})}")
    return None


@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types for it
def _pass(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # what a view takes
    return HttpResponse()
