"""Credentials that no longer do: schedules stop calling, a person's try is let through."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from connections.models import Connection, ConnectionStatus
from core.scope import partner_scope
from programs.models import Program
from syncs.models import Run
from syncs.tasks import dispatch_due
from tests.end_to_end.office import Office

CAST = ("adatum",)


@pytest.fixture
def broken(office: Office) -> Office:
    """The token was revoked, and a sync met that."""
    office.edit("expire_token")
    synced = office.sync()
    assert synced.statuses == ["error", "error"]
    return office


def status(office: Office) -> str:
    with partner_scope(office.partner_id()):
        return Connection.objects.get(system="syncro").status


def runs_of_schedule(office: Office) -> int:
    """How many runs the schedule starts, the daily time having come."""
    with partner_scope(office.partner_id()):
        before = Run.objects.count()
        Program.objects.update(next_due_at=timezone.now() - dt.timedelta(minutes=1))
    dispatch_due()
    with partner_scope(office.partner_id()):
        due = Program.objects.get().next_due_at
        assert due is not None
        assert due > timezone.now()
        return Run.objects.count() - before


def test_second_run_of_a_sync_does_not_try_what_failed_in_the_first(office: Office):
    office.edit("expire_token")

    synced = office.sync()

    assert "syncro" not in synced.billing["api_calls"]
    assert "Syncro was not called, because the connection needs attention" in synced.messages


def test_schedule_waits_until_a_sync_by_hand_worked(broken: Office):
    assert status(broken) == ConnectionStatus.ATTENTION
    assert runs_of_schedule(broken) == 0

    broken.edit("restore_token")
    assert "error" not in broken.sync().statuses

    assert status(broken) == ConnectionStatus.CONNECTED
    assert runs_of_schedule(broken) == 2
