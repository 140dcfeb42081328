"""What mappings lose when the source or target of their program is disconnected."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q

from connections.consequences import Consequence
from connections.models import Connection
from customers.models import Mapping


def mappings_that_rest(connection: Connection) -> Iterator[Consequence]:
    """How many mappings stay, and carry nothing any more."""
    uses_it = Q(program__source=connection) | Q(program__target=connection)
    counts = Mapping.objects.filter(uses_it).aggregate(all=Count("pk"), on=Count("pk", filter=Q(sync_on=True)))
    if counts["all"]:
        noun = "mapping" if counts["all"] == 1 else "mappings"
        yield Consequence(
            f"{counts['all']:,} {noun} kept, {counts['on']:,} switched on: nothing new is billed by them."
        )
