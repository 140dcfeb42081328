"""When the daily sync is due, whatever the clocks do."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.models import Program
from programs.schedule import next_due, next_start

OSLO = "Europe/Oslo"


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-01-10T03:59", "2026-01-10T04:00"),
        ("2026-01-10T04:00", "2026-01-11T04:00"),
        ("2026-07-10T02:00", "2026-07-10T03:00"),
    ],
)
def test_five_in_the_morning_in_oslo(after: str, due: str) -> None:
    assert next_due(dt.time(5, 0), OSLO, utc(after)) == utc(due)


def test_hour_that_spring_skips_is_kept_after_the_change() -> None:
    # On 29 March 2026 the clocks go from 02:00 to 03:00.
    assert next_due(dt.time(2, 30), OSLO, utc("2026-03-28T12:00")) == utc("2026-03-29T01:30")


def test_hour_that_autumn_repeats_is_due_once() -> None:
    # On 25 October 2026 the clocks go from 03:00 back to 02:00.
    first = next_due(dt.time(2, 30), OSLO, utc("2026-10-24T12:00"))
    assert first == utc("2026-10-25T00:30")
    assert next_due(dt.time(2, 30), OSLO, first) == utc("2026-10-26T01:30")


def test_zone_ahead_of_utc_by_more_than_a_working_day() -> None:
    assert next_due(dt.time(5, 0), "Pacific/Kiritimati", utc("2026-10-01T16:00")) == utc("2026-10-02T15:00")


@given(
    after=st.integers(1_577_836_800, 2_051_222_400).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC)),
    at=st.times().map(lambda time: time.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["UTC", OSLO, "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]),
)
def test_due_is_the_next_day_of_the_local_calendar(after: dt.datetime, at: dt.time, zone: str) -> None:
    first = next_due(at, zone, after)
    second = next_due(at, zone, first)
    local_days = [moment.astimezone(zoneinfo.ZoneInfo(zone)).date() for moment in (first, second)]
    assert after < first <= after + dt.timedelta(hours=27)
    assert dt.timedelta(hours=21) <= second - first <= dt.timedelta(hours=27)
    assert local_days[1] - local_days[0] == dt.timedelta(days=1)


def test_programs_of_one_time_start_spread_over_half_an_hour() -> None:
    noon = utc("2026-01-10T12:00")
    programs = [Program(pk=number, partner_id=1, time_zone="UTC") for number in range(1, 31)]

    starts = [next_start(program, noon) for program in programs]

    assert len(set(starts)) == 30
    assert (min(starts), max(starts)) == (utc("2026-01-11T05:00"), utc("2026-01-11T05:29"))
    assert [next_start(program, start) - start for program, start in zip(programs, starts, strict=True)] == [
        dt.timedelta(days=1)
    ] * 30


@given(
    after=st.integers(1_577_836_800, 2_051_222_400).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC)),
    at=st.sampled_from([dt.time(5, 45), dt.time(23, 50), dt.time(0, 0), dt.time(2, 30)]),
    number=st.integers(1, 10_000),
    zone=st.sampled_from(["UTC", OSLO, "Australia/Lord_Howe"]),
)
def test_start_is_within_half_an_hour_after_any_time(after: dt.datetime, at: dt.time, number: int, zone: str) -> None:
    program = Program(pk=number, partner_id=1, time_zone=zone, daily_at=at)

    start = next_start(program, after)

    late = start - next_due(at, zone, start - dt.timedelta(minutes=30))
    assert dt.timedelta(0) <= late < dt.timedelta(minutes=30)
    assert after < start <= after + dt.timedelta(hours=27)
