"""What a program loses when its source or target is disconnected."""

from __future__ import annotations

from collections.abc import Iterator

from connections.consequences import Consequence
from connections.models import Connection
from programs.selectors import programs_using


def programs_that_stop(connection: Connection) -> Iterator[Consequence]:
    """Each enabled program that uses the connection, with its next sync."""
    for program in programs_using(connection.pk).select_related("source", "target"):
        route = f"{program.name}, from {program.source.label} to {program.target.label}"
        if program.next_due_at is None:
            yield Consequence(f"{route}, stops.")
        else:
            yield Consequence(f"{route}, stops. Its next sync will do nothing but fail:", moment=program.next_due_at)
