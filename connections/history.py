"""The health of a connection over time, from the rows that the database writes at each change of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.db.models import F, Q, Window
from django.db.models.functions import Lag

from connections.models import Connection, ConnectionStatus
from core.audit import entries_about
from core.enums import About
from core.models import AuditEntry

DAYS = 90  # that the line shows
WIDTH = 900  # of the line, in units of its drawing
LEAST_WIDTH = Decimal(2)  # of a part, so that a short one is seen
MOST_SPELLS = 500
SHOWN_SPELLS = SHOWN_FACTS = 100
FACTS = (
    "target.requested",
    "target.enabled",
    "connection.stored",
    "connection.replaced",
    "connection.tested",
    "connection.currency",
    "connection.named",
    "connection.removed",
)


class Standing(StrEnum):
    """What a status means for those who wait for syncs; the names are those of the fills."""

    WORKS = "works"
    TROUBLE = "trouble"
    OFF = "off"


_DRAWN = (Standing.OFF, Standing.WORKS, Standing.TROUBLE)


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which nothing changed: neither the status nor the kind of trouble; ``problem`` is its first words."""

    status: ConnectionStatus
    problem: str
    since: dt.datetime
    until: dt.datetime | None  # None: it goes on

    @property
    def standing(self) -> Standing:
        """Whether syncs could run."""
        working = {ConnectionStatus.CONNECTED: Standing.WORKS, ConnectionStatus.ATTENTION: Standing.TROUBLE}
        return working.get(self.status, Standing.OFF)

    def seconds(self, now: dt.datetime) -> float:
        """How long it lasted, or lasts already."""
        return ((self.until or now) - self.since).total_seconds()


@dataclass(frozen=True, slots=True)
class UptimeSegment:
    """A part of the uptime line, in units of its drawing."""

    standing: Standing
    left: Decimal
    width: Decimal


@dataclass(frozen=True, slots=True)
class Uptime:
    """The last ``DAYS`` days: the line, and the share of the connected time in which it worked."""

    segments: list[UptimeSegment]
    percent: Decimal | None  # one decimal, rounded down; None: it was never connected
    troubles: int


def read_spells(connection: Connection) -> list[Spell]:
    """How the connection stood, newest first; at most ``MOST_SPELLS``."""
    events: Any = apps.get_model("connections", "ConnectionEvent").objects
    by_age = F("pgh_id").asc()
    changed = events.filter(pgh_obj_id=connection.pk).annotate(
        status_before=Window(Lag("status"), order_by=by_age), trouble_before=Window(Lag("trouble"), order_by=by_age)
    )
    changed = changed.filter(
        Q(status_before=None) | ~Q(status=F("status_before")) | ~Q(trouble=F("trouble_before"))
    ).order_by("-pgh_id")
    rows = list(changed.values_list("status", "problem", "pgh_created_at")[:MOST_SPELLS])
    ends = [None, *(since for _status, _problem, since in rows)]
    return [
        Spell(ConnectionStatus(status), problem, since, until)
        for (status, problem, since), until in zip(rows, ends, strict=False)
    ]


def read_facts(connection: Connection) -> list[AuditEntry]:
    """Who did what to the connection, newest first."""
    return list(entries_about(About.CONNECTION, connection.pk, FACTS)[:SHOWN_FACTS])


def uptime_of(spells: Sequence[Spell], now: dt.datetime) -> Uptime:
    """The line of the last days. ``spells`` are newest first."""
    begin = now - dt.timedelta(days=DAYS)
    recent = [spell for spell in reversed(spells) if (spell.until or now) > begin]
    seconds = dict.fromkeys(Standing, 0.0)
    for spell in recent:
        seconds[spell.standing] += ((spell.until or now) - max(spell.since, begin)).total_seconds()
    connected = seconds[Standing.WORKS] + seconds[Standing.TROUBLE]
    percent = Decimal(seconds[Standing.WORKS] / connected * 100) if connected else None
    return Uptime(
        list(_segments(recent, begin, now)),
        None if percent is None else percent.quantize(Decimal("0.1"), ROUND_DOWN),
        _count_troubles(recent),
    )


def _count_troubles(spells: Sequence[Spell]) -> int:
    """Times that it broke; another reason for the same trouble is none."""
    broken = [False, *(spell.standing == Standing.TROUBLE for spell in spells)]
    return sum(now and not before for before, now in pairwise(broken))


def _segments(spells: Sequence[Spell], begin: dt.datetime, now: dt.datetime) -> Iterator[UptimeSegment]:
    """What is off first and trouble last, so that a short trouble is drawn over the others."""
    for spell in sorted(spells, key=lambda each: _DRAWN.index(each.standing)):
        left = _place(max(spell.since, begin), begin)
        width = _place(spell.until or now, begin) - left
        if width < LEAST_WIDTH:
            left, width = min(left, WIDTH - LEAST_WIDTH), LEAST_WIDTH
        yield UptimeSegment(spell.standing, left, width)


def _place(moment: dt.datetime, begin: dt.datetime) -> Decimal:
    share = (moment - begin).total_seconds() / dt.timedelta(days=DAYS).total_seconds()
    return (Decimal(share) * WIDTH).quantize(Decimal("0.01"))
