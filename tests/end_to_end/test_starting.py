"""A sync is asked for while another one is under way."""

from __future__ import annotations

import pytest

from core.audit import COMMAND, SCHEDULER
from core.scope import partner_scope
from programs.models import Program
from sandbox.faults import ALWAYS
from syncs.enums import RunState
from syncs.errors import SyncRefused
from syncs.models import Run
from syncs.running import retrying
from syncs.running.advancing import advance
from syncs.running.slices import Slice
from syncs.running.starting import cancel_run, start_sync
from tests.end_to_end.office import Office, finish
from tests.end_to_end.stepping import advance_to, begin

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


@pytest.mark.parametrize("switch", ["program", "billing"])
def test_nothing_more_is_written_once_it_is_switched_off(office: Office, switch: str, monkeypatch: pytest.MonkeyPatch):
    before = len(office.our_lines())
    office.map(office.entries("coho-winery", "lucerne-publishing"))
    run_id = begin(office)
    advance_to(office, run_id, RunState.APPLYING)
    with monkeypatch.context() as patch:
        patch.setattr(Slice, "over", property(lambda _: len(office.our_lines()) > before))
        advance(office.partner_id(), run_id)
    written = len(office.our_lines())

    if switch == "program":
        office.wishes["programs"][0]["enabled"] = False
        office.write_wishes()
    else:
        office.set_billing(enabled=False)
    finish(office.partner_id(), run_id)

    with partner_scope(office.partner_id()):
        run = Run.objects.get(pk=run_id)
    assert run.state == RunState.CANCELLED
    assert len(office.our_lines()) == written
    assert written == before + 1 < before + run.total


def test_failed_items_are_not_left_to_a_sync_that_was_cancelled(office: Office):
    office.map(office.entries("coho-winery"))
    office.fault("status", vendor="syncro", method="POST", path="line_item", status=422, count=ALWAYS)
    office.sync()
    with partner_scope(office.partner_id()):
        failed = Run.objects.filter(kind="billing").latest("pk")
    office.clear_faults()
    run_id = begin(office)
    with partner_scope(office.partner_id()):
        cancel_run(run=Run.objects.get(pk=run_id), actor=COMMAND)

        with pytest.raises(SyncRefused, match="was cancelled"):
            retrying.retry_failed(run=failed, actor=COMMAND)
