"""A template is deleted while a sync writes to it: what was to be off is off, and what was written is not there."""

from __future__ import annotations

from core.scope import partner_scope
from money.enums import Action, PartRole, PartState
from syncs.enums import ChangeState, RunStatus
from syncs.models import Change, Part, Run, RunTemplate
from tests.end_to_end.occasions import new_customer
from tests.end_to_end.office import Office, amount_of, finish
from tests.end_to_end.stepping import begin_and_lose, lost

CAST = ("adatum",)
ADATUM, LUCERNE = 5001, 5026
REMOVE = "/remove_line_item$"


def second_template(office: Office) -> int:
    """Another template of the same customer, to which the mapping is moved."""
    like = office.template(ADATUM)
    values = {"customer_id": like["customer_id"], "name": "Second", "frequency": "Monthly"}
    office.edit("add_schedule", values=values | {"next_run": like["next_run"]})
    second = max(int(one["id"]) for one in office.templates() if one["customer_id"] == like["customer_id"])
    office.map([entry | {"invoice_template": second} for entry in office.entries("adatum", motions=["seat_monthly"])])
    return second


def test_removal_whose_answer_was_lost_is_done_where_the_template_is_gone(office: Office):
    second, ours = second_template(office), len(office.recurring(ADATUM))
    office.fault("drop_before", vendor="syncro", method="POST", path=REMOVE)
    run_id = begin_and_lose(office)
    (removal,) = lost(office, run_id)
    assert removal.action == Action.REMOVE_LINE
    office.edit("delete_schedule", schedule_id=ADATUM)

    finish(office.partner_id(), run_id)

    with partner_scope(office.partner_id()):
        removal.refresh_from_db()
        assert (removal.state, removal.error) == (ChangeState.DONE, "")
        assert Run.objects.get(pk=run_id).status != RunStatus.ERROR
        assert not Change.objects.filter(run=run_id, state=ChangeState.FAILED).exists()
    assert len(office.recurring(second)) == ours
    assert office.findings("failed") == []
    assert office.unbalanced() == []


def test_template_that_is_gone_when_it_is_read_back_is_not_verified(office: Office):
    new_customer(office)
    gone = {"action": "delete_schedule", "account": "northwind", "schedule_id": LUCERNE}
    path = f"/schedules/{LUCERNE}$"
    office.fault("edit_before", vendor="syncro", method="GET", path=path, skip=1, edits=[gone])

    synced = office.sync()

    assert synced.billing["status"] == "error"
    assert synced.billing["counts"]["failed"] > 0
    with partner_scope(office.partner_id()):
        (visit,) = RunTemplate.objects.filter(run=synced.billing["id"], template_id=LUCERNE)
        assert (visit.read_at is None, visit.verified_at) == (False, None)
        written = Change.objects.filter(run=synced.billing["id"], template_id=LUCERNE, sent_at__isnull=False)
        assert {change.state for change in written} == {ChangeState.FAILED}
        marks = {change.mark for change in written}
        assert {part.state for part in Part.objects.filter(mark__in=marks)} == {PartState.FAILED}
    assert office.newest_balance()["failed"] > 0
    assert office.unbalanced() == []


def test_money_on_a_template_that_is_gone_is_not_synced_and_one_of_its_name_is_proposed(office: Office):
    ours = office.our_lines(ADATUM)
    total, before = amount_of(ours), office.newest_balance()["synced"]
    like = office.template(ADATUM)
    office.edit("delete_schedule", schedule_id=ADATUM)
    values = {"customer_id": like["customer_id"], "name": like["name"], "frequency": "Monthly"}
    office.edit("add_schedule", values=values | {"next_run": like["next_run"]})
    again = max(int(one["id"]) for one in office.templates() if one["customer_id"] == like["customer_id"])

    office.sync("billing")

    assert office.newest_balance().get("synced", 0) == before - total
    assert office.newest_balance()["failed"] == total
    assert office.unbalanced() == []
    told = office.findings("template_gone")
    assert sum(one.retail for one in told) == total
    assert all(f"({again})" in one.text for one in told)


def test_invoice_after_a_merge_proves_what_it_carries_once_the_mapping_is_put_right(office: Office):
    merged = office.edit("add_customer", values={"business_name": "Merged"})["id"]
    office.edit("edit_schedule", schedule_id=ADATUM, values={"customer_id": merged})
    office.edit("run_template", schedule_id=ADATUM)
    for _ in range(2):
        office.sync("billing")
    assert len(office.findings("template_moved")) > 0
    with partner_scope(office.partner_id()):
        assert not Part.objects.filter(state=PartState.BILLED).exists()

    office.map(
        [one | {"syncro_customer": merged} for one in office.entries("adatum") if one["invoice_template"] == ADATUM]
    )
    office.sync("billing")

    assert office.findings("unproven") == []
    with partner_scope(office.partner_id()):
        assert Part.objects.filter(state=PartState.BILLED, role=PartRole.RECURRING).exists()
    assert (office.unbalanced(), office.planned()) == ([], [])
