"""What a target says of its account's currency and zone: settings that people may change there."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from django.utils import timezone

from connections.models import Connection
from connectors.interface import Target
from core.scope import partner_scope

MOST_AGE = dt.timedelta(days=7)


def refresh_locale(partner_id: int, connection: Connection, client: Target) -> None:
    """Read them again when they were last read a week ago, as the connection says. Call it outside any scope.

    Where they cannot be read, what was known stays, and they are asked for again in a week.
    """
    now, read_at = timezone.now(), connection.settings_read_at
    if read_at is not None and now - read_at < MOST_AGE:
        return
    found = client.read_locale()
    known = {} if found is None else asdict(found)
    with partner_scope(partner_id):
        Connection.objects.filter(pk=connection.pk).update(settings_read_at=now, **known)
