"""Signing in by passkey: what is asked of the key travels in a short-lived signed cookie, not in a session."""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core import signing
from django.http import HttpRequest, HttpResponse

from portal.kit.permissions import public_page

COOKIE = "__Host-passkey" if settings.PRODUCTION else "passkey"
SECONDS = 300
SALT = "passkey challenge"


class _SignInByPasskey(LoginWebAuthnView):
    """Whoever asks for a challenge leaves no row and no key behind, and asks so often only."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refused: HttpResponse | None = ratelimit.consume_or_429(
            request, app="allauth.mfa", action="webauthn_login", limit_get=True
        )
        if refused is not None:
            return refused
        session, request.session = request.session, SessionStore()  # takes what allauth stores, and is never saved
        try:
            response: HttpResponse = super().get(request, *args, **kwargs)
            state = request.session.get(STATE_SESSION_KEY)
        finally:
            request.session = session
        if state:
            cookie = signing.dumps(state, salt=SALT)
            response.set_cookie(
                COOKIE, cookie, SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Strict"
            )
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            request.session[STATE_SESSION_KEY] = signing.loads(
                request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS
            )
        except signing.BadSignature:
            request.session.pop(STATE_SESSION_KEY, None)
        response: HttpResponse = super().post(request, *args, **kwargs)
        response.delete_cookie(COOKIE)
        return response


sign_in_by_passkey = public_page(_SignInByPasskey.as_view())
