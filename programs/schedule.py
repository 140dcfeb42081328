"""When the daily sync of a program is due."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from programs.models import Program


def next_start(program: Program, after: dt.datetime) -> dt.datetime:
    """The first instant later than ``after`` (aware) at which the program's daily sync starts, at its own minute."""
    own = dt.timedelta(minutes=program.own_minutes)
    return next_due(program.daily_at, program.zone, after - own) + own


def next_due(daily_at: dt.time, time_zone: str, after: dt.datetime) -> dt.datetime:
    """The first instant later than ``after`` (aware) at which clocks in ``time_zone`` show ``daily_at``.

    Once per local day, whatever the clocks do: a time that a change of clocks skips counts as the
    same distance after the change, one that comes twice counts the first time. In UTC.
    """
    zone = zoneinfo.ZoneInfo(time_zone)
    today = after.astimezone(zone).date()
    for day in range(-1, 4):
        local = dt.datetime.combine(today + dt.timedelta(days=day), daily_at.replace(fold=0), tzinfo=zone)
        instant = local.astimezone(dt.UTC)
        if instant > after:
            return instant
    raise AssertionError("a day is never longer than three")
