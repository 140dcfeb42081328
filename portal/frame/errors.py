"""What is shown when something cannot be."""

from __future__ import annotations

import secrets

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

log = structlog.get_logger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """A page with a reference that the log has too. It asks the database for nothing."""
    reference = secrets.token_hex(4)
    log.error("page_failed", reference=reference, path=request.path)
    return HttpResponseServerError(render_to_string("500.html", {"reference": reference}))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """404: also the answer to whoever asks for another partner's page."""
    return render(request, "404.html", status=404)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the role that is needed."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)
