"""Bodies are refused before a byte of them is read: nobody fills the disk without having signed in."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from billingsync.routes import route_of

MOST_BYTES = 1024 * 1024
MOST_BYTES_OF = {"import_mappings": 16 * 1024 * 1024}  # routes that take a file of who is signed in


def refuse_large_bodies(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: a body says beforehand how long it is, and is no longer than its route takes."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if "HTTP_TRANSFER_ENCODING" in request.META:
            return HttpResponse("Say how long the body is (Content-Length).", status=411, content_type="text/plain")
        if _length(request) > MOST_BYTES and _length(request) > _most_bytes(request):
            return HttpResponse("The body is too long for this page.", status=413, content_type="text/plain")
        return get_response(request)

    return respond


def _most_bytes(request: HttpRequest) -> int:
    return MOST_BYTES_OF.get(route_of(request), MOST_BYTES) if request.user.is_authenticated else MOST_BYTES


def _length(request: HttpRequest) -> int:
    told = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(told) if told.isascii() and told.isdecimal() else MOST_BYTES + 1
