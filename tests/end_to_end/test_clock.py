"""The clock of the machine jumps while a sync is under way."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from time_machine import Traveller

from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from syncs.enums import RunKind, RunState
from syncs.models import Run
from syncs.running.advancing import advance as advance_run
from syncs.running.starting import start_sync
from syncs.tasks import dispatch_due, sweep
from tests.end_to_end.office import Office
from tests.end_to_end.rightness import right

CAST = ("adatum",)
ADATUM, LUCERNE = 5001, 5026
LONGEST = 60.0  # seconds: more than any wait of a run that nobody holds up


def work_through(office: Office, run: Run, clock: Traveller, jump: dt.timedelta) -> list[float]:
    """Move a run to its end; the clock jumps once a lost answer waits to be read. Returns the waits."""
    waits = []
    while (wait := advance_run(office.partner_id(), run.pk)) is not None:
        waits.append(wait)
        if wait > 1 and jump:
            clock.shift(jump)
            jump = dt.timedelta()
        else:
            clock.shift(dt.timedelta(seconds=wait))
        assert len(waits) < 200
    assert not jump, "the run never waited"
    return waits


@pytest.mark.parametrize("hours", [-5, -1, 5])
def test_run_waits_no_longer_when_the_clock_jumps(office: Office, monkeypatch: pytest.MonkeyPatch, hours: int):
    monkeypatch.setattr(settings, "SETTLE_SECONDS", 20)
    office.map(office.entries("lucerne"))
    office.sync("products")
    office.fault("drop_after", vendor="syncro", method="POST", path="/add_line_item$", count=2)
    with partner_scope(office.partner_id()):
        (run,) = start_sync(program=Program.objects.get(), kinds=[RunKind.BILLING], actor=COMMAND, enqueue=False)

    with time_machine.travel(timezone.now(), tick=True) as clock:
        waits = work_through(office, run, clock, dt.timedelta(hours=hours))

    assert max(waits) < LONGEST
    right(office, ADATUM, LUCERNE)


def test_janitor_takes_up_a_run_whose_heartbeat_is_in_the_future(office: Office):
    with partner_scope(office.partner_id()):
        (run,) = start_sync(program=Program.objects.get(), kinds=[RunKind.BILLING], actor=COMMAND, enqueue=False)
        later = timezone.now() + dt.timedelta(hours=3)
        Run.objects.filter(pk=run.pk).update(heartbeat_at=later, resume_at=later, state=RunState.READING)

    assert sweep() == 1

    assert advance_run(office.partner_id(), run.pk) == 0.0


def test_daily_sync_is_not_put_off_by_a_clock_that_was_a_year_ahead(office: Office):
    with partner_scope(office.partner_id()):
        program = Program.objects.get()
        program.next_due_at = timezone.now() + dt.timedelta(days=365)
        program.save(update_fields=["next_due_at"])

    dispatch_due()

    with partner_scope(office.partner_id()):
        program.refresh_from_db()
        assert program.next_due_at is not None
        assert program.next_due_at - timezone.now() < dt.timedelta(days=2)
        assert not Run.objects.exclude(state__in=[RunState.FINISHED]).exists()
