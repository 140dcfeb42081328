"""Sessions end by themselves: after so long without a request, and so long after the sign-in whatever happens."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase

BEGAN, SEEN = "began_at", "seen_at"  # seconds since 1970, in the session
NOTED_EVERY = 60  # seconds: to note each request would write the session each time


def end_old_sessions(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: who comes back too late is signed out before the page is made."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            _judge(request, int(time.time()))
        return get_response(request)

    return respond


def _judge(request: HttpRequest, now: int) -> None:
    session = request.session
    began, seen = session.setdefault(BEGAN, now), session.get(SEEN, now)
    if now - began > settings.SESSION_LONGEST_SECONDS or now - seen > settings.SESSION_IDLE_SECONDS:
        logout(request)
    elif not _is_by_itself(request) and (SEEN not in session or now - seen >= NOTED_EVERY):
        session[SEEN] = now


def _is_by_itself(request: HttpRequest) -> bool:
    """A page that asks for news while nobody sits before it."""
    return request.headers.get("X-Asks-By-Itself") == "1"


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_kwargs: Any) -> None:
    now = int(time.time())
    request.session[BEGAN], request.session[SEEN] = now, now


@receiver(authentication_step_completed)
def _renew(request: HttpRequest, *, reauthenticated: bool = False, **_kwargs: Any) -> None:
    """Who proved again who they are goes on under another session id: one that was stolen before is worth nothing."""
    if not reauthenticated:
        return
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
