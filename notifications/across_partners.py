"""What the operator sees of e-mails over all partners: numbers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Unsent:
    """E-mails that have not left: still tried, since when the oldest waits, and given up."""

    waiting: int
    oldest: dt.datetime | None
    given_up: int


def unsent_messages() -> Unsent:
    """E-mails of all partners that have not been sent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT waiting, oldest, given_up FROM unsent_messages()")
        return Unsent(*cursor.fetchone())
