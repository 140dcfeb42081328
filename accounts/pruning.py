"""Sessions that are over, and what our list of browsers says of them."""

from __future__ import annotations

import datetime as dt

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef

from core.bulk_saving import delete_some


@transaction.atomic
def prune_sessions(before: dt.datetime) -> int:
    """Some sessions that ended before, and entries of the list of browsers whose session is gone; how many."""
    ended = delete_some(Session.objects.filter(expire_date__lt=before))
    living = Session.objects.filter(session_key=OuterRef("session_key"))
    return ended + delete_some(UserSession.objects.filter(~Exists(living), last_seen_at__lt=before))
