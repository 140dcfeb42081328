"""Pages of a signed-in person show prices and customers: no browser and no proxy keeps them."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


def keep_nowhere(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: what answers a request with a session is not stored, unless the view says otherwise.

    It goes by the cookie, so that it asks the database nothing; also where nobody is signed in any more.
    """

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return respond
