"""A plan waits for a person, and something else happens before it is applied."""

from __future__ import annotations

import pytest

from core.audit import COMMAND
from core.scope import partner_scope
from customers.mapping_batches import Wish, apply_batch, propose_batch
from customers.models import Mapping
from customers.services import remove_mapping
from notifications.models import Message
from programs.models import Program
from sandbox.faults import ALWAYS
from syncs.enums import RunState
from syncs.errors import SyncRefused
from syncs.models import Run
from syncs.running.starting import apply_plan, cancel_run, start_sync
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


def test_plan_still_waits_when_a_run_is_cancelled_before_it_planned(office: Office):
    waiting, held, found = office.waiting_run(), office.newest_balance()["held"], office.findings()
    run_id = begin(office)
    with partner_scope(office.partner_id()):
        cancel_run(run=Run.objects.get(pk=run_id), actor=COMMAND)
    finish(office.partner_id(), run_id)

    with partner_scope(office.partner_id()):
        assert Run.objects.get(pk=run_id).state == RunState.CANCELLED
    assert (office.waiting_run(), office.newest_balance()["held"], office.findings()) == (waiting, held, found)
    office.apply()
    right(office, ADATUM, COHO)


def test_plan_is_replaced_when_a_run_is_cancelled_that_planned_anew(office: Office):
    waiting = office.waiting_run()
    assert waiting is not None
    office.set_billing(approval="automatic")
    run_id = begin(office)
    advance_to(office, run_id, RunState.APPLYING)
    with partner_scope(office.partner_id()):
        cancel_run(run=Run.objects.get(pk=run_id), actor=COMMAND)
    finish(office.partner_id(), run_id)

    with partner_scope(office.partner_id()):
        assert Run.objects.get(pk=waiting.pk).state == RunState.SUPERSEDED
    assert office.our_lines() == []
    office.sync()
    right(office, ADATUM, COHO)


def test_plan_is_not_applied_once_billing_is_off(office: Office):
    office.set_billing(enabled=False)

    with pytest.raises(SyncRefused, match="switched off"):
        office.apply()

    assert office.our_lines() == []
    office.set_billing(enabled=True)
    office.apply()
    assert office.our_lines() != []


def test_mapping_switched_off_since_the_plan_is_not_written(office: Office):
    with partner_scope(office.partner_id()):
        mapped = Mapping.objects.filter(template__external_id=ADATUM)
        wishes = [Wish(each.customer_id, each.motion, sync_on=False) for each in mapped]
        batch = propose_batch(program=Program.objects.get(), kind="sync_off", wishes=wishes, actor=COMMAND)
        assert apply_batch(batch=batch, actor=COMMAND)

    office.apply()

    assert office.our_lines(ADATUM) == []
    assert office.our_lines(COHO) != []
    assert office.unbalanced() == []


def test_mapping_removed_since_the_plan_is_not_written(office: Office):
    with partner_scope(office.partner_id()):
        for mapping in Mapping.objects.filter(template__external_id=ADATUM):
            remove_mapping(mapping=mapping, actor=COMMAND)

    office.apply()

    assert office.our_lines(ADATUM) == []
    assert office.our_lines(COHO) != []
    assert office.unbalanced() == []


def test_mail_about_a_plan_that_could_not_be_written_has_no_money_of_the_proof_before(office: Office):
    office.fault("html", status=502, vendor="syncro", method="GET", path="/schedules/", count=ALWAYS)

    broken = office.apply()

    office.clear_faults()
    assert broken.billing["status"] == "error"
    with partner_scope(office.partner_id()):
        waited, failed = Message.objects.filter(kind="run_finished").order_by("pk").values_list("text", flat=True)
    assert "Held in Sep 2026, retail" in waited
    assert ", retail" not in failed


def test_move_whose_destination_changed_since_waits_whole(office: Office):
    office.apply()
    before = {line["id"] for line in office.our_lines(ADATUM)}
    (entry,) = office.entries("adatum", motions=["seat_monthly"])
    values = {"customer_id": entry["syncro_customer"], "frequency": "Monthly", "next_run": "2026-10-20", "name": "New"}
    template = office.edit("add_schedule", values=values)["id"]
    office.map([entry | {"invoice_template": template}])
    office.sync()
    office.map([entry | {"invoice_template": template}], pricing="cost_only")

    applied = office.apply()

    assert applied.writes == []
    assert applied.billing["status"] == "warning"
    assert {line["id"] for line in office.our_lines(ADATUM)} == before
    assert "changed since the plan" in applied.messages

    applied = office.apply()

    assert len(office.recurring(template)) > 0
    assert office.recurring(ADATUM) == []
    assert (office.unbalanced(), office.doubled(), office.waiting_run()) == ([], [], None)
