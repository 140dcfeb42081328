"""Taking turns: work on the same thing one after the other, and a partner with so many workers at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.db import connection

from core.session_locks import session_lock

TURN_LOCKS = 0x42535452  # any constant of our own
MOST_WORKERS_PER_PARTNER = 16


def wait_for_turn(work: str, row_id: int) -> None:
    """Wait until no other transaction has this turn, and keep it until the own one ends.

    ``work`` names what is done, ``row_id`` to which row. Nobody else is kept from reading or
    writing that row itself.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{work}:{row_id}"])


@contextmanager
def partner_turn(partner_id: int) -> Iterator[bool]:
    """True while this worker works for the partner; False when as many do as may at once.

    So a partner whose vendor is slow, or who asks for much, leaves workers to the others.
    """
    first = partner_id * MOST_WORKERS_PER_PARTNER
    places = range(first, first + min(settings.WORKERS_PER_PARTNER, MOST_WORKERS_PER_PARTNER))
    with ExitStack() as held:
        yield any(held.enter_context(session_lock(TURN_LOCKS, place % 2**31)) for place in places)
