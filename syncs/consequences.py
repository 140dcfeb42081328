"""What happens to runs when a connection that they use is taken away."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from connections.consequences import Consequence
from connections.models import Connection
from syncs.enums import ACTIVE_STATES, RunState
from syncs.models import Run


def runs_that_end(connection: Connection) -> Iterator[Consequence]:
    """Each run that is under way or waits, and what becomes of it."""
    uses_it = Q(program__source=connection) | Q(program__target=connection)
    open_states = (*ACTIVE_STATES, RunState.WAITING)
    for run in Run.objects.filter(uses_it, state__in=open_states).order_by("pk"):
        what = f"A {run.get_kind_display().lower()} {'preview' if run.preview else 'sync'}"
        if run.state == RunState.WAITING:
            yield Consequence(f"{what} waits for a person: its plan cannot be applied.", moment=run.created_at)
        else:
            ends = f"{what} is under way ({run.done:,} of {run.total:,} done): it ends at its next call"
            yield Consequence(f"{ends}. What it has written stays.", urgent=True)
