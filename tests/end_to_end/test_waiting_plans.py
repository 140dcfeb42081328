"""A plan waits for a person, and something else happens before it is applied."""

from __future__ import annotations

import pytest

from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from syncs.models import Run, RunState
from syncs.services import SyncRefused, apply_plan, cancel_run, start_sync
from tests.end_to_end.conftest import Open
from tests.end_to_end.office import Office, finish
from tests.end_to_end.rightness import right
from tests.end_to_end.stepping import advance_to, begin

ADATUM, COHO = 5001, 5010


@pytest.fixture
def office(open_office: Open) -> Office:
    """Its first plan waits."""
    office = open_office()
    office.configure("adatum", "coho-winery", billing={"approval": "required"})
    office.sync()
    return office


def test_plan_that_cannot_be_applied_now_is_still_held(office: Office):
    held = office.newest_balance()["held"]
    run = office.waiting_run()
    assert run is not None
    with partner_scope(office.partner_id()):
        start_sync(program=Program.objects.get(), kinds=["billing"], actor=COMMAND, enqueue=False)
        with pytest.raises(SyncRefused):
            apply_plan(run=run, actor=COMMAND)

    assert office.newest_balance()["held"] == held


def test_plan_of_a_run_that_was_cancelled_while_it_planned_is_written_when_applied(office: Office):
    office.discard()
    run_id = begin(office)
    advance_to(office, run_id, RunState.PLANNING)
    with partner_scope(office.partner_id()):
        cancel_run(run=Run.objects.get(pk=run_id), actor=COMMAND)
    finish(office.partner_id(), run_id)

    office.apply()

    right(office, ADATUM, COHO)


def test_plan_is_not_applied_once_billing_is_off(office: Office):
    office.set_billing(enabled=False)

    with pytest.raises(SyncRefused, match="switched off"):
        office.apply()

    assert office.our_lines() == []
