"""One line per request, of our own: a path may hold a link that lets in, so the route's name stands for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponseBase

from accounts.visitors import address_of
from billingsync.routes import route_of

log = structlog.get_logger("billingsync.access")


def log_requests(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: what was asked for by route, by whom, of which partner and run, from where, and how long it took."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        started = time.monotonic()
        response = get_response(request)
        log.info(
            "request",
            route=route_of(request),
            method=request.method,
            status=response.status_code,
            milliseconds=round((time.monotonic() - started) * 1000),
            address=address_of(request),
            **_whose(request),
        )
        return response

    return respond


def _whose(request: HttpRequest) -> dict[str, Any]:
    given = request.resolver_match.kwargs if request.resolver_match else {}
    person = getattr(request, "user", None)
    return {
        "person": getattr(person, "pk", None),
        "partner": given.get("slug"),
        "run": given.get("run_id"),
    }
