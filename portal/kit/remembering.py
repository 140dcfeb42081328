"""What a browser remembers of how somebody likes the lists."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_REMEMBERED = 365 * 24 * 3600  # seconds


def remember(response: HttpResponse, name: str, value: str) -> None:
    """Have the browser keep this for a year, out of reach of scripts."""
    response.set_cookie(
        _cookie(name), value, max_age=_REMEMBERED, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def remembered(request: HttpRequest, name: str) -> str:
    """What the browser kept under that name, "" where it kept nothing."""
    return request.COOKIES.get(_cookie(name), "")


def _cookie(name: str) -> str:
    """Bound to this very host where browsers hold to that, over https."""
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name
