"""How a connection stood over time, and the line that is drawn of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from connections.history import WIDTH, Spell, Standing, uptime_of
from connections.models import ConnectionStatus

NOW = dt.datetime(2026, 10, 5, 12, 0, tzinfo=dt.UTC)
READY, WORKS, BROKEN = ConnectionStatus.READY, ConnectionStatus.CONNECTED, ConnectionStatus.ATTENTION


def spells(*parts: tuple[ConnectionStatus, float], problem: str = "") -> list[Spell]:
    """Spells that follow each other, the last one open; each with the days ago that it began."""
    starts = [NOW - dt.timedelta(days=days) for _status, days in parts]
    made = [
        Spell(status, problem, since, until)
        for (status, _days), since, until in zip(parts, starts, [*starts[1:], None], strict=True)
    ]
    return made[::-1]


def test_line_covers_the_last_ninety_days_and_what_reaches_into_them() -> None:
    line = uptime_of(spells((READY, 200), (WORKS, 180), (BROKEN, 45), (WORKS, 36)), NOW)

    drawn = sorted((part.left, part.width, part.standing) for part in line.segments)
    assert drawn == [
        (Decimal(0), Decimal(450), Standing.WORKS),
        (Decimal(450), Decimal(90), Standing.TROUBLE),
        (Decimal(540), Decimal(360), Standing.WORKS),
    ]
    assert (line.percent, line.troubles) == (Decimal("90.0"), 1)


def test_time_without_a_connection_counts_neither_for_nor_against_it() -> None:
    line = uptime_of(spells((READY, 80), (WORKS, 10)), NOW)

    assert (line.percent, line.troubles) == (Decimal("100.0"), 0)
    assert sum(part.width for part in line.segments) == Decimal(800)


@pytest.mark.parametrize(("begun", "ended"), [(30, 29.999), (0.001, None)])
def test_short_trouble_is_seen_and_never_rounded_away(begun: float, ended: float | None) -> None:
    after = [] if ended is None else [(WORKS, ended)]

    line = uptime_of(spells((WORKS, 100), (BROKEN, begun), *after), NOW)

    trouble = line.segments[-1]
    assert trouble.standing == Standing.TROUBLE
    assert trouble.width >= 2
    assert trouble.left + trouble.width <= WIDTH
    assert line.percent == Decimal("99.9")


def test_another_reason_is_no_other_trouble() -> None:
    line = uptime_of(spells((WORKS, 50), (BROKEN, 40), (BROKEN, 30), (WORKS, 20), (BROKEN, 10)), NOW)

    assert line.troubles == 2


def test_never_connected_has_no_share() -> None:
    assert uptime_of([], NOW).percent is None
    assert uptime_of(spells((READY, 5)), NOW).percent is None
