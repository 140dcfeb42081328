"""Ask again who it is before something sensitive: by password, passkey or code, whatever the person has."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse


def ask_again(request: HttpRequest, back: str = "") -> HttpResponse | None:
    """None for somebody who proved lately who they are, else a redirect that makes them.

    They come back to ``back``, else to the page itself. Unlike allauth's own decorator it never stores what was
    posted: that may be a secret.
    """
    try:
        _pass(request)
    except ReauthenticationRequired:
        if request.method == "POST":
            messages.warning(request, "Confirm that it is you, then do it once more. Nothing was changed yet.")
        methods = get_adapter().get_reauthentication_methods(request.user)
        page = methods[0]["url"] if methods else reverse("account_login")
        return HttpResponseRedirect(f"{page}?{urlencode({'next': back or request.path})}")
    return None


@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types for it
def _pass(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # what a view takes
    return HttpResponse()
