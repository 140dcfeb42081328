"""Failed items are tried again by themselves: nothing else is read, planned or written."""

from __future__ import annotations

import pytest

from core.audit import COMMAND, SCHEDULER
from core.scope import partner_scope
from programs.models import Program
from sandbox.faults import ALWAYS
from syncs.enums import ChangeState
from syncs.errors import SyncRefused
from syncs.facts.run_scope import run_scope
from syncs.models import Change, Finding, Run
from syncs.running.reading import read_again
from syncs.running.retrying import retry_failed
from syncs.running.slices import open_slice
from syncs.running.starting import start_sync
from tests.end_to_end.occasions import edited_lines
from tests.end_to_end.office import Json, Office, Synced
from tests.end_to_end.rightness import right

CAST = ("adatum", "coho-winery")
ADATUM, COHO, LUCERNE = 5001, 5010, 5026


def refuse(office: Office, path: str, method: str = "PUT", count: int = 1) -> None:
    office.fault(
        "status", vendor="syncro", method=method, path=path, status=422, body='{"errors": ["Not now"]}', count=count
    )


def broken_month(office: Office) -> Run:
    """A month in which Syncro refuses the lines of one template; answers the billing run."""
    edited_lines(office, COHO, 1)
    office.advance()
    refuse(office, f"/schedules/{COHO}/", "POST", count=ALWAYS)  # and the recurring lines wait for their adjustments
    office.sync()
    office.clear_faults()
    with partner_scope(office.partner_id()):
        return Run.objects.filter(kind="billing").latest("pk")


def begin_again(office: Office, run: Run, change: Change | None = None) -> Run:
    with partner_scope(office.partner_id()):
        return retry_failed(run=Run.objects.select_related("program").get(pk=run.pk), actor=COMMAND, change=change)


def templates_written(synced: Synced) -> set[int]:
    return {int(call["path"].split("/")[5]) for call in synced.writes}


def vendors_asked(synced: Synced) -> set[str]:
    return {call["vendor"] for call in synced.calls}


def test_only_the_template_that_failed_is_written_again(office: Office):
    run = broken_month(office)
    office.map(office.entries("lucerne"))  # a full sync would write this one too

    again = office._finish(begin_again(office, run))  # the office's own way to end a run

    assert templates_written(again) == {COHO}
    assert vendors_asked(again) == {"syncro"}
    assert office.our_lines(LUCERNE) == []
    office.sync()
    right(office, ADATUM, COHO, LUCERNE)


def test_what_was_said_of_the_failure_is_over_and_other_warnings_stay(office: Office):
    run = broken_month(office)
    said_before = {finding.pk for finding in office.findings() if finding.code != "failed"}
    assert (len(office.findings("failed")) > 0, len(said_before) > 0) == (True, True)

    office._finish(begin_again(office, run))  # as above

    assert office.findings("failed") == []
    assert said_before - {finding.pk for finding in office.findings()} == set()


def test_retry_reads_the_templates_concerned_and_nothing_else(office: Office):
    run = begin_again(office, broken_month(office))
    before = office._newest_request()  # as above

    with partner_scope(office.partner_id()):
        run = Run.objects.get(pk=run.pk)
        work = open_slice(run)
    assert read_again(work, run_scope(run))

    asked: list[Json] = office._synced([], 0, before).calls  # as above
    assert [call["path"].split("?")[0] for call in asked] == [f"/northwind/api/v1/schedules/{COHO}"]


def test_schedule_waits_while_failed_items_are_tried_again(office: Office):
    begin_again(office, broken_month(office))
    with partner_scope(office.partner_id()):
        program = Program.objects.get()
        due = program.next_due_at

        with pytest.raises(SyncRefused, match="are being tried again"):
            start_sync(program=program, kinds=["products", "billing"], actor=SCHEDULER, enqueue=False)

        program.refresh_from_db()
        assert due is not None
        assert program.next_due_at is not None
        assert program.next_due_at < due


def test_product_that_failed_is_made_and_no_other_is_written(office: Office):
    office.set_products(mode="all")
    office.write_wishes()
    refuse(office, "/products$", "POST", count=2)
    office.sync("products")
    with partner_scope(office.partner_id()):
        run = Run.objects.filter(kind="products").latest("pk")
        failed = list(run.changes.filter(state=ChangeState.FAILED))
    assert len(failed) == 2

    again = begin_again(office, run, failed[0])
    with partner_scope(office.partner_id()):
        scope = run_scope(Run.objects.get(pk=again.pk))
    told = office._finish(again)  # as above

    assert scope is not None
    assert scope.products == (failed[0].product_id,)
    assert told.runs[0]["counts"]["created"] == 1
    assert len(told.writes) == 1
    assert [finding.facts["change"] for finding in office.findings("failed")] == [failed[1].pk]


def test_nothing_is_tried_again_where_nothing_failed(office: Office):
    with partner_scope(office.partner_id()):
        run = Run.objects.filter(kind="billing").latest("pk")
        with pytest.raises(SyncRefused, match="Nothing failed"):
            retry_failed(run=run, actor=COMMAND)
        assert not Finding.objects.filter(code="failed").exists()
