"""What a browser remembers of how somebody likes the lists."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

_REMEMBERED = 365 * 24 * 3600  # seconds


def remember(response: HttpResponse, name: str, value: str) -> None:
    """Have the browser keep this for a year, out of reach of scripts."""
    response.set_cookie(
        name, value, max_age=_REMEMBERED, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
