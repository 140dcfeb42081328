"""No calls with credentials or permissions that are known not to do.

A connection that needs attention is called again when a person asks for it: by *Test again*, by new
credentials, or by *Sync now*. Schedules wait, and a run that was begun before the trouble ends.
"""

from __future__ import annotations

from collections.abc import Iterable

from connections.models import Connection, ConnectionStatus
from connections.selectors import known_systems
from programs.models import Program
from syncs.models import Run


def is_broken(program: Program) -> bool:
    """Whether the source or the target of a program needs a person's attention."""
    return any(_needs_attention(connection) for connection in (program.source, program.target))


def read_sides(source_id: int, target_id: int) -> list[Connection]:
    """The source and the target as they are now. Inside the scope."""
    found = Connection.objects.in_bulk((source_id, target_id))
    return [found[source_id], found[target_id]]


def reason_to_stop(run: Run, sides: Iterable[Connection]) -> str:
    """Why a run must not call its source and target any more, in words; "" while it may. No query."""
    for connection in filter(_needs_attention, sides):
        if _began_before_trouble(run, connection):
            label = known_systems()[connection.system].label
            return f"{label} was not called, because the connection needs attention: {connection.problem}"
    return ""


def _needs_attention(connection: Connection) -> bool:
    return connection.status == ConnectionStatus.ATTENTION


def _began_before_trouble(run: Run, connection: Connection) -> bool:
    first_of_both = run.after is None or not run.after.error
    return not first_of_both or (connection.failing_since is not None and run.created_at < connection.failing_since)
