"""A backup is older than the target, whatever a run was doing when it was made: no line is billed a second time."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from core.scope import partner_scope
from syncs.enums import ChangeState, RunState, RunStatus
from syncs.models import Run
from syncs.running.advancing import advance
from syncs.running.slices import Slice
from tests.end_to_end.office import Office, finish, mark_of
from tests.end_to_end.stepping import advance_to, begin

CAST = ("adatum", "coho-winery")
ADATUM = 5001
BACKUP_OF = "2026-10-20T05:00+00:00"  # by the vendors' calendar


@contextmanager
def then_restored() -> Iterator[None]:
    """What happens in here happens at the vendors alone: the database is as it was before, and says so."""
    backup = transaction.savepoint()
    yield
    transaction.savepoint_rollback(backup)
    call_command("restored", "--as-of", BACKUP_OF, stderr=io.StringIO())


def times_billed(office: Office) -> Counter[str]:
    """How often the customers' invoices and templates carry each one-time line of ours."""
    rows = [row["name"] for invoice in office.records("invoice") for row in invoice["line_items"]]
    recurring = {mark_of(line) for line in office.our_lines() if not line["one_time_charge"]}
    standing = [line["description"] for line in office.our_lines()]
    found = Counter(mark_of({"description": text}) for text in (*rows, *standing))
    return Counter({mark: number for mark, number in found.items() if mark and mark not in recurring})


def runs_everywhere(office: Office) -> None:
    """Every template makes its invoice."""
    for template in office.templates():
        office.edit("run_template", schedule_id=template["id"])


def finish_everything(office: Office) -> None:
    """The sync, and whatever waits for a person is applied."""
    office.sync()
    if office.waiting_run():
        office.apply()


def break_off_writing(office: Office, run_id: int) -> None:
    """Some lines are written, most are not."""
    asked = count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Slice, "over", property(lambda _work: next(asked) > 12))
        advance(office.partner_id(), run_id)


@pytest.mark.parametrize("state", ["queued", "planning", "applying", "settling", "verifying"])
def test_backup_of_a_run_at_work_bills_nothing_twice(office: Office, state: str):
    office.advance()
    office.sync("products")
    if state == "settling":
        office.fault("drop_after", vendor="syncro", method="POST", path="/add_line_item$", skip=1)
    run_id = begin(office)
    advance_to(office, run_id, RunState(state))
    if state == "applying":
        break_off_writing(office, run_id)
    with then_restored():
        finish(office.partner_id(), run_id)
        runs_everywhere(office)
        billed = times_billed(office)
    assert sum(billed.values()) == len(billed) > 5
    with partner_scope(office.partner_id()):
        run = Run.objects.get(pk=run_id)
        assert (run.state, run.status) == (RunState.FINISHED, RunStatus.ERROR)
        assert not run.changes.filter(state__in=(ChangeState.SENDING, ChangeState.PLANNED)).exists()

    finish_everything(office)

    assert times_billed(office) == billed
    assert office.unbalanced() == []


def test_lines_that_nobody_told_us_of_raise_the_question(office: Office):
    office.advance()
    office.sync("products")
    backup = transaction.savepoint()
    office.sync("billing")
    written = times_billed(office)
    transaction.savepoint_rollback(backup)

    first = office.sync("billing")
    again = office.sync("billing")

    assert "are not in the ledger: was a backup restored?" in first.messages
    assert first.writes == []
    assert again.billing["status"] == "no_change"
    assert times_billed(office) == written


def test_invoice_that_carries_another_amount_leaves_the_rest_to_bill(office: Office):
    office.advance()
    office.sync("products")
    with then_restored():
        office.sync("billing")
        dearer = next(line for line in office.one_time(ADATUM) if line["retail_cents"] > 1000)
        office.edit("edit_line", schedule_id=ADATUM, line_id=dearer["id"], values={"retail_cents": 1000})
        office.edit("run_template", schedule_id=ADATUM)

    finish_everything(office)

    rest = [line for line in office.one_time(ADATUM) if line["name"] == dearer["name"]]
    assert [line["retail_cents"] for line in rest] == [dearer["retail_cents"] - 1000]
    assert office.unbalanced() == []


def test_preview_after_a_restore_shows_what_is_billed_already(office: Office):
    office.advance()
    office.sync("products")
    with then_restored():
        office.sync("billing")
        runs_everywhere(office)

    shown = office.sync("billing", preview=True).changes

    assert {change["reason"][:7] for change in shown if change["state"] == "skipped"} == {"Invoice"}


def test_restored_refuses_an_instant_that_cannot_be(office: Office):
    said = {}
    for told in ("yesterday", "2026-10-20T05:00", "2999-01-01T00:00+00:00"):
        with pytest.raises(CommandError) as refused:
            call_command("restored", "--as-of", told)
        said[told] = str(refused.value)

    assert "write it as" in said["yesterday"]
    assert "in which zone" in said["2026-10-20T05:00"]
    assert "yet to come" in said["2999-01-01T00:00+00:00"]
