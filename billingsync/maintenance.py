"""Maintenance: pages can be read and nothing can be changed. Signing in and out goes on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from core.installation import in_maintenance

READS = ("GET", "HEAD", "OPTIONS")
SIGN_IN = (
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/2fa/authenticate/",
    "/accounts/2fa/webauthn/login/",
    "/accounts/reauthenticate/",
)
RETRY_AFTER = 300  # seconds


def refuse_changes(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: a pressed button is told that nothing was done."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if request.method in READS or request.path.startswith(SIGN_IN) or not in_maintenance():
            return get_response(request)
        answer = render(request, "portal/frame/maintenance.html", status=503)
        answer.headers["Retry-After"] = str(RETRY_AFTER)
        return answer

    return respond
