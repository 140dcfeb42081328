"""When a line is billed: by the template's next run, its rhythm, and the target's own day."""

from __future__ import annotations

import datetime as dt

import pytest

from connectors.records import MONTHLY, Interval
from money.month.waiting import Rhythm, Wait

TODAY = dt.date(2026, 10, 2)
WEEKLY, QUARTERLY, YEARLY = Interval(days=7), Interval(months=3), Interval(months=12)


def days(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


SOON = days(5)


def rhythm(every: Interval | None = MONTHLY, next_run: dt.date | None = SOON, **values: bool) -> Rhythm:
    return Rhythm(next_run, values.get("paused", False), values.get("disabled", False), every, TODAY)


@pytest.mark.parametrize(
    ("template", "recurring", "once"),
    [
        (rhythm(), None, None),
        (rhythm(next_run=TODAY), None, None),
        (rhythm(next_run=days(-1)), Wait.PAST, Wait.PAST),
        (rhythm(next_run=None), Wait.ENDED, Wait.ENDED),
        (rhythm(paused=True), Wait.PAUSED, Wait.PAUSED),
        (rhythm(disabled=True), Wait.DISABLED, Wait.DISABLED),
        (rhythm(WEEKLY), Wait.OFTEN, None),
        (rhythm(Interval(days=20)), Wait.OFTEN, None),
        (rhythm(Interval(days=21)), None, None),
        (rhythm(Interval(days=30)), None, None),
        (rhythm(Interval(months=2)), Wait.RARE, None),
        (rhythm(QUARTERLY), Wait.RARE, None),
        (rhythm(YEARLY, days(45)), Wait.RARE, None),
        (rhythm(YEARLY, days(46)), Wait.RARE, Wait.LONG),
        (rhythm(None), None, None),
        (Rhythm(days(400), False, False, YEARLY, None), Wait.RARE, None),
    ],
)
def test_why_a_line_waits(template: Rhythm, recurring: Wait | None, once: Wait | None) -> None:
    assert (template.wait_of(recurring=True), template.wait_of(recurring=False)) == (recurring, once)


def test_line_waits_from_the_day_it_was_planned_or_its_charge_begins() -> None:
    yearly = rhythm(YEARLY, days(40))

    assert yearly.wait_of(recurring=False, since=days(-10)) is Wait.LONG
    assert yearly.wait_of(recurring=False, since=days(0)) is None
    assert rhythm(YEARLY, days(90)).wait_of(recurring=False, since=days(60)) is None


@pytest.mark.parametrize(
    ("every", "times"),
    [
        (WEEKLY, 4),
        (Interval(days=14), 2),
        (Interval(days=1), 30),
        (Interval(days=12), 2),
        (Interval(days=90), 1),
        (MONTHLY, 1),
        (None, 1),
    ],
)
def test_how_often_a_month(every: Interval | None, times: int) -> None:
    assert rhythm(every).times_a_month == times
