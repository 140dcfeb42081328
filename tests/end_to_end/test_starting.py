"""A sync is asked for while another one is under way."""

from __future__ import annotations

import pytest

from core.audit import COMMAND, SCHEDULER
from core.scope import partner_scope
from programs.models import Program
from syncs.models import Run
from syncs.services import SyncRefused, cancel_run, start_sync
from tests.end_to_end.office import Office, finish
from tests.end_to_end.stepping import begin

CAST = ("adatum",)


def test_sync_is_not_joined_to_one_that_was_cancelled(office: Office):
    run_id = begin(office)
    with partner_scope(office.partner_id()):
        cancel_run(run=Run.objects.get(pk=run_id), actor=COMMAND)
        with pytest.raises(SyncRefused, match="was cancelled"):
            start_sync(program=Program.objects.get(), kinds=["billing"], actor=COMMAND, enqueue=False)

    finish(office.partner_id(), run_id)

    assert begin(office) != run_id


def test_schedule_waits_for_the_end_of_a_cancelled_sync(office: Office):
    run_id = begin(office)
    with partner_scope(office.partner_id()):
        cancel_run(run=Run.objects.get(pk=run_id), actor=COMMAND)
        program = Program.objects.get()
        due = program.next_due_at

        with pytest.raises(SyncRefused):
            start_sync(program=program, kinds=["products", "billing"], actor=SCHEDULER, enqueue=False)

        program.refresh_from_db()
        assert due is not None
        assert program.next_due_at is not None
        assert program.next_due_at < due
