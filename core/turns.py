"""One at a time: work on the same thing in two transactions goes one after the other."""

from __future__ import annotations

from django.db import connection


def wait_for_turn(work: str, row_id: int) -> None:
    """Wait until no other transaction has this turn, and keep it until the own one ends.

    ``work`` names what is done, ``row_id`` to which row. Nobody else is kept from reading or
    writing that row itself.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{work}:{row_id}"])
