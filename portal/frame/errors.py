"""What is shown when something cannot be."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from redis.exceptions import RedisError

from portal.kit.undone import note_undone, read_press

log = structlog.get_logger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """A page with a reference that the log has too. It asks the database for nothing."""
    reference = secrets.token_hex(4)
    log.error("page_failed", reference=reference, path=request.path)
    return HttpResponseServerError(render_to_string("500.html", {"reference": reference}))


class RedisAway:
    """Middleware: what cannot be done without Redis says so. Limits on attempts to sign in are counted there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 with what is down; any other exception goes on."""
        if not isinstance(exception, RedisError):
            return None
        log.error(
            "redis_away",
            error=type(exception).__name__,
            route=request.resolver_match and request.resolver_match.url_name,
        )
        return render(request, "portal/frame/redis_away.html", status=503)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """404: also the answer to whoever asks for another partner's page."""
    return render(request, "404.html", status=404)


def older_than_sign_in(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token against forgery is another one, as after a sign-in in another window.

    Nothing was done. A page of ours is led back to, with what was typed where the form was drawn for this person.
    """
    undone = read_press(request)
    log.warning("form_refused", reason=reason, route=request.resolver_match and request.resolver_match.url_name)
    response = render(request, "403_csrf.html", {"page": undone.page}, status=403)
    if undone.person_id is not None:
        note_undone(response, undone)
    return response


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the role that is needed."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)
