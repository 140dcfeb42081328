"""Background work over partners: one that breaks keeps no other back, and the operator sees it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Partner
from connections.models import Connection
from connections.tasks import remind_broken_connections
from core.models import Breakdown
from core.scope import partner_scope
from programs.models import Program
from syncs.enums import RunState
from syncs.models import Run
from syncs.tasks import dispatch_due, sweep
from tests import factories as make
from tests.portal.cast import Cast

LOST_ZONE = "Europe/Atlantis"


@pytest.fixture
def two_due(cast: Cast) -> tuple[Partner, Partner]:
    """Both partners' programs are due; the one that comes first has a zone that no longer exists."""
    for minutes, partner, zone in ((2, cast.northwind, LOST_ZONE), (1, cast.tailwind, "UTC")):
        with partner_scope(partner.pk):
            program = make.ProgramFactory()
            due = timezone.now() - dt.timedelta(minutes=minutes)
            Program.objects.filter(pk=program.pk).update(next_due_at=due, time_zone=zone)
    return cast.northwind, cast.tailwind


def due_at(partner: Partner) -> dt.datetime:
    with partner_scope(partner.pk):
        due = Program.objects.get().next_due_at
        assert due is not None
        return due


def breakdowns(partner: Partner) -> list[tuple[str, str, int]]:
    with partner_scope(partner.pk):
        return list(Breakdown.objects.values_list("job", "error", "times"))


def operator_page(cast: Cast) -> str:
    return str(cast.client("olga").get("/operator/").content.decode())


def test_unknown_time_zone_keeps_no_other_partner_back(cast: Cast, two_due: tuple[Partner, Partner]) -> None:
    broken, other = two_due
    now = timezone.now()

    assert dispatch_due() == 1

    assert due_at(other) > now
    assert breakdowns(other) == []
    assert breakdowns(broken) == [("dispatch", "ZoneInfoNotFoundError", 1)]
    assert dt.timedelta(hours=23) < due_at(broken) - now < dt.timedelta(hours=25)


def test_operator_sees_what_broke_until_it_works_again(cast: Cast, two_due: tuple[Partner, Partner]) -> None:
    broken, _ = two_due
    assert "Background work that breaks" not in operator_page(cast)
    dispatch_due()
    with partner_scope(broken.pk):
        Program.objects.update(next_due_at=timezone.now())
    dispatch_due()

    page = operator_page(cast)
    assert "Northwind IT</bdi></strong>: Start the daily sync" in page
    assert "ZoneInfoNotFoundError, 2 times" in page

    with partner_scope(broken.pk):
        Program.objects.update(next_due_at=timezone.now(), time_zone="UTC")
    dispatch_due()
    assert breakdowns(broken) == []
    assert "Background work that breaks" not in operator_page(cast)


def test_what_broke_long_ago_is_no_news(cast: Cast, two_due: tuple[Partner, Partner]) -> None:
    dispatch_due()
    assert "ZoneInfoNotFoundError" in operator_page(cast)
    with partner_scope(two_due[0].pk):
        Breakdown.objects.update(last_at=timezone.now() - dt.timedelta(days=2, minutes=1))

    assert "ZoneInfoNotFoundError" not in operator_page(cast)


def test_run_that_cannot_be_handed_over_keeps_no_other_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    long_ago = timezone.now() - dt.timedelta(hours=1)
    runs = {}
    for partner in (cast.northwind, cast.tailwind):
        with partner_scope(partner.pk):
            run = make.RunFactory(program=make.ProgramFactory(), state=RunState.APPLYING, status="", finished_at=None)
            Run.objects.filter(pk=run.pk).update(heartbeat_at=long_ago)
            runs[run.pk] = partner
    handed: list[int] = []

    def hand_over(run_id: int) -> None:
        if runs[run_id] == cast.northwind:
            raise OSError("no broker for this one")
        handed.append(run_id)

    monkeypatch.setattr("syncs.tasks.tickets.hand_over", hand_over)

    assert sweep() == 1

    assert [runs[run_id] for run_id in handed] == [cast.tailwind]
    assert breakdowns(cast.northwind) == [("sweep", "OSError", 1)]


def test_partner_without_a_letter_keeps_no_reminder_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for partner in (cast.northwind, cast.tailwind):
        with partner_scope(partner.pk):
            long_ago = timezone.now() - dt.timedelta(days=9)
            make.ConnectionFactory(
                system="prism", status="attention", failing_since=long_ago, reminded_at=long_ago, problem="No answer"
            )
    told: list[Any] = []

    def tell(connection: Connection, *_args: Any, **_options: Any) -> None:
        if connection.partner_id == cast.northwind.pk:
            raise LookupError("no letter of this kind")
        told.append(connection.partner_id)

    monkeypatch.setattr("connections.alerts._tell_partner", tell)

    assert remind_broken_connections() == 1

    assert told == [cast.tailwind.pk]
    assert breakdowns(cast.northwind) == [("remind", "LookupError", 1)]
