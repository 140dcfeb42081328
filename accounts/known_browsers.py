"""Browsers that a person has signed in with: a signed cookie says so. It opens nothing; attempts count apart by it."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.identity import person_of
from accounts.models import User

COOKIE = "__Host-known" if settings.PRODUCTION else "known"
SECONDS = 90 * 24 * 3600
SALT = "known browser"


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """This browser is this person's from now on; one that was before keeps its mark."""
    mark = _read(request).get(str(user.pk)) or secrets.token_hex(8)
    cookie = signing.dumps({str(user.pk): mark}, salt=SALT)
    response.set_cookie(COOKIE, cookie, SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")


def known_browser(request: HttpRequest, email: str) -> str:
    """What marks the browser as that person's; "" for any other."""
    marks = _read(request)
    person = person_of(email) if marks else None
    mark = marks.get(str(person.pk)) if person else None
    return f":known:{mark}" if mark else ""


def _read(request: HttpRequest) -> dict[str, str]:
    try:
        marks: dict[str, str] = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return {}
    return marks
