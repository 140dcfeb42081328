"""A button that somebody presses after their session ended: nothing is done, and they come back to their page.

A cookie says so to that page once they have signed in, and brings back what was typed where the form was drawn for
them (see core.editions). It holds no secret: an edition names the fields that may be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from core.editions import Edition, open_edition

COOKIE = "__Host-undone" if settings.PRODUCTION else "undone"
MOST_BYTES = 16 * 1024  # of a form that is read although it does nothing
SECONDS = 1800  # long enough to sign in again, with a second factor
SALT = "undone"
LONGEST = 3500  # signs: a browser may drop a cookie above 4 KB
DRAWN = "drawn"  # the field that carries the edition
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Undone:
    """What was not done: on which page, and what stood in its form."""

    page: str
    person_id: int | None
    typed: str  # as a query


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in, and from there to the page; a pressed button is told there that nothing was done."""
    undone = read_press(request) if request.method in UNSAFE else None
    htmx = getattr(request, "htmx", None)
    asked = htmx.current_url_abs_path if htmx else request.get_full_path()
    page = undone.page if undone else asked
    sign_in = resolve_url("account_login")
    response: HttpResponse
    if htmx:  # a fragment cannot show the sign-in page
        response = HttpResponseClientRedirect(sign_in + (f"?{urlencode({'next': page})}" if page else ""))
    else:
        response = HttpResponseRedirect(f"{sign_in}?{urlencode({'next': page}, safe='/')}")
    if undone:
        note_undone(response, undone)
    return response


def note_undone(response: HttpResponse, undone: Undone) -> None:
    """Have the browser keep it until the page is opened."""
    whole = signing.dumps([undone.page, undone.person_id, undone.typed], salt=SALT, compress=True)
    if len(whole) > LONGEST:
        whole = signing.dumps([undone.page, None, ""], salt=SALT)
    response.set_cookie(COOKIE, whole, SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")


def tell_undone(request: HttpRequest) -> bool:
    """Say on this page that nothing was done, and hand back what was typed, as ``request.typed``. True: said."""
    if request.method != "GET" or COOKIE not in request.COOKIES or getattr(request, "htmx", None):
        return False
    try:
        undone = Undone(*signing.loads(request.COOKIES[COOKIE], salt=SALT, max_age=SECONDS))
    except signing.BadSignature:
        return False
    if undone.page != request.get_full_path():
        return False
    text = "You were signed out meanwhile: nothing was done. Press the button again."
    if undone.typed and undone.person_id == request.user.pk:
        request.typed = QueryDict(undone.typed)  # type: ignore[attr-defined]  # read by portal.kit.editing
        text = "You were signed out meanwhile: nothing was saved. What you had entered is filled in again."
    messages.warning(request, text)
    return True


def forget_undone(response: HttpResponse) -> None:
    """It was said."""
    response.set_cookie(COOKIE, "", max_age=0, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")


def drawn_of(request: HttpRequest) -> str:
    """The edition that a form carries; "" where it carries none, which is refused as one that is too old."""
    return request.POST.get(DRAWN, "")


def read_press(request: HttpRequest) -> Undone:
    """A button that was pressed and does nothing: where it stood, and what its form held."""
    edition = open_edition(drawn_of(request)) if _is_short(request) else None
    if edition is None:
        return Undone(_page_before(request), None, "")
    return Undone(edition.page, edition.person_id, _typed(request.POST, edition))


def _is_short(request: HttpRequest) -> bool:
    """Whoever is not signed in has nothing long read: what is kept of a form has to go into a cookie."""
    told = str(request.META.get("CONTENT_LENGTH") or "0")
    return told.isascii() and told.isdecimal() and int(told) <= MOST_BYTES


def _typed(posted: QueryDict, edition: Edition) -> str:
    kept = QueryDict(mutable=True)
    for name in (*edition.values, DRAWN):
        kept.setlist(name, posted.getlist(name))
    return kept.urlencode()


def _page_before(request: HttpRequest) -> str:
    """Where the button stood, as the browser says it; the start where it does not."""
    htmx = getattr(request, "htmx", None)
    if htmx and htmx.current_url_abs_path:
        return str(htmx.current_url_abs_path)
    told = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(told, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(told)
    return parts.path + (f"?{parts.query}" if parts.query else "")
