"""A template makes its invoice in the middle of a sync: what it billed is billed once, at the right amount."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from connections.clients import open_target
from core.scope import partner_scope
from customers.target_copy import refresh_target
from money.enums import Action, PartRole, PartState
from programs.models import Program
from sandbox.faults import ALWAYS
from syncs.enums import ChangeState, RunState
from syncs.models import BilledRun, Change, Line, Part, Run
from syncs.running.advancing import advance
from syncs.running.slices import Slice
from tests.end_to_end.conftest import Open
from tests.end_to_end.office import Json, Office, amount_of, finish, mark_of
from tests.end_to_end.running import billed, runs_just_before
from tests.end_to_end.stepping import advance_to, begin, begin_and_lose, lost

CAST = ("adatum", "coho-winery")
ADATUM, COHO, LUCERNE = 5001, 5010, 5026
ADD, REMOVE = "/add_line_item$", "/remove_line_item$"
IN_A_TURN = 3  # times that a call which reads is made before the turn breaks off


def standing_one_time(office: Office, *templates: int) -> set[str]:
    return {mark_of(line) for template in templates for line in office.one_time(template)}


def second_template(office: Office, template: int) -> int:
    """Another template of the same customer, with the same rhythm."""
    like = office.template(template)
    values = {
        "customer_id": like["customer_id"],
        "name": "Second",
        "frequency": "Monthly",
        "next_run": like["next_run"],
    }
    office.edit("add_schedule", values=values)
    return max(int(one["id"]) for one in office.templates() if one["customer_id"] == like["customer_id"])


def move(office: Office, template: int) -> int:
    """The mappings of a template go to another one of the same customer; answers with its id."""
    other = second_template(office, template)
    entries = [entry for entry in office.entries("adatum", "coho-winery") if entry["invoice_template"] == template]
    office.map([entry | {"invoice_template": other} for entry in entries])
    return other


def with_one_time_lines(office: Office) -> int:
    """A template with one-time lines of ours that wait to be billed."""
    office.advance()
    office.sync()
    return next(template for template in (ADATUM, COHO) if office.one_time(template))


@pytest.mark.parametrize("after_generation", ["dropped", "kept"])
def test_added_line_whose_answer_was_lost(open_office: Open, after_generation: str):
    office = open_office(one_time_after_generation=after_generation)
    office.configure("adatum")
    office.sync()
    office.map(office.entries("lucerne"))
    office.sync("products")
    office.fault("drop_after", vendor="syncro", method="POST", path=f"/schedules/{LUCERNE}{ADD}")
    run_id = begin_and_lose(office)
    (change,) = lost(office, run_id)
    office.edit("run_template", schedule_id=LUCERNE)

    finish(office.partner_id(), run_id)
    office.sync()
    office.sync()

    assert change.mark in billed(office, LUCERNE)
    assert set(billed(office, LUCERNE)) & standing_one_time(office, LUCERNE) == set()
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])


@pytest.mark.parametrize("loss", ["drop_before", "drop_after"])
def test_changed_one_time_line_whose_answer_was_lost(office: Office, loss: str):
    office.set_billing(rounding_tolerance="0.00")  # what is left of a line is a cent
    office.map(office.entries("lucerne"), pricing="quantity_only")
    office.sync()
    office.map(office.entries("lucerne"), pricing="cost_and_retail")
    for line in office.one_time(LUCERNE):
        path = f"/schedules/{LUCERNE}/line_items/{line['id']}$"
        office.fault(loss, vendor="syncro", method="PUT", path=path)
    run_id = begin_and_lose(office)
    changes = lost(office, run_id)
    assert len(changes) > 0
    office.edit("run_template", schedule_id=LUCERNE)
    told = {change.mark: billed(office, LUCERNE)[change.mark] for change in changes}
    wanted = {change.mark: total(change.after or {}) for change in changes}
    assert (told == wanted) is (loss == "drop_after")

    finish(office.partner_id(), run_id)
    office.sync()

    left = {mark: wanted[mark] - told[mark] for mark in wanted if wanted[mark] != told[mark]}
    assert [amount_of([line]) for line in office.one_time(LUCERNE)] == list(left.values())
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])


def test_removed_one_time_line_whose_answer_was_lost(office: Office):
    template = with_one_time_lines(office)
    marks = standing_one_time(office, template)
    other = move(office, template)
    office.fault("drop_before", vendor="syncro", method="POST", path=f"/schedules/{template}{REMOVE}", count=ALWAYS)
    run_id = begin_and_lose(office)
    office.clear_faults()
    office.edit("run_template", schedule_id=template)

    finish(office.partner_id(), run_id)
    office.sync()
    office.sync()

    assert marks <= set(billed(office, template))
    assert standing_one_time(office, template, other) & marks == set()
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])


# --- Nothing was lost, but the template ran between its reading and the write ---------------------------


def test_template_runs_just_before_a_one_time_line_is_taken_off(office: Office):
    template = with_one_time_lines(office)
    marks = standing_one_time(office, template)
    other = move(office, template)
    runs_just_before(office, template, "POST", REMOVE)

    office.sync()
    office.sync()
    office.sync()

    assert marks <= set(billed(office, template))
    assert standing_one_time(office, template, other) & marks == set()
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])


def test_template_runs_just_before_a_recurring_line_is_changed(office: Office):
    office.advance()
    office.sync("products")
    changed = changes_of_recurring_lines(office, ADATUM)
    earlier = billed(office, ADATUM)
    runs_just_before(office, ADATUM, "PUT", "/line_items/")

    office.sync("billing")
    office.sync()

    newly = {mark: billed(office, ADATUM)[mark] - earlier[mark] for mark in changed}
    assert newly == {mark: before for mark, (before, _) in changed.items()}
    assert {mark_of(line): amount_of([line]) for line in office.recurring(ADATUM) if mark_of(line) in changed} == {
        mark: after for mark, (_, after) in changed.items()
    }
    # The old amount was billed and counts for the month; the new one is not taken for billed.
    assert {mark: counted(office, "2026-10", ADATUM).get(mark) for mark in changed} == newly
    assert newest_parts(office, set(changed)) == {mark: (PartState.BILLED, newly[mark]) for mark in changed}
    assert office.unbalanced() == []
    assert office.findings("billed_by_hand") == []  # that is what we had written until then


def newest_parts(office: Office, marks: set[str]) -> dict[str, tuple[str, Decimal]]:
    """Where the newest parts of these lines count, and with how much."""
    with partner_scope(office.partner_id()):
        parts = Part.objects.filter(mark__in=marks).order_by("mark", "-posting__period").distinct("mark")
        return {part.mark: (part.state, part.retail) for part in parts}


def changes_of_recurring_lines(office: Office, template: int) -> dict[str, tuple[Decimal, Decimal]]:
    """Amounts before and after of the recurring lines that the next sync changes, by mark."""
    found = {}
    for change in office.planned():
        if change["action"] == "change_line" and not change["after"]["one_time"]:
            mark = mark_of(change["after"])
            if mark in {mark_of(line) for line in office.recurring(template)}:
                found[mark] = (total(change["before"]), total(change["after"]))
    assert len(found) > 0
    return found


def total(line: Json) -> Decimal:
    return Decimal(line["quantity"]) * Decimal(line["retail"])


def test_copy_is_refreshed_after_a_template_ran_that_is_being_written(
    open_office: Open, monkeypatch: pytest.MonkeyPatch
):
    office = open_office(one_time_after_generation="kept")
    office.configure("adatum")
    office.set_billing(rounding_tolerance="0.00")  # what is left of a line is a cent
    office.sync()
    office.map(office.entries("lucerne"), pricing="quantity_only")
    office.sync()
    office.map(office.entries("lucerne"), pricing="cost_and_retail")
    run_id = begin(office)
    advance_to(office, run_id, RunState.APPLYING)
    assert one_time_amounts_to_be(office, run_id) != {}
    with monkeypatch.context() as patch:  # the template is read, and it is another run's turn
        patch.setattr(Slice, "over", property(has_read_a_template))
        advance(office.partner_id(), run_id)
    office.edit("run_template", schedule_id=LUCERNE)

    refresh_copy(office)
    finish(office.partner_id(), run_id)
    office.sync()

    ours = {mark: retail for mark, retail in billed(office, LUCERNE).items() if mark}
    assert sum(ours.values()) + amount_of(office.one_time(LUCERNE)) == charged(office, "lucerne", LUCERNE)
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])


def charged(office: Office, tenant: str, template: int) -> Decimal:
    """Retail that all invoices charge a customer of what is mapped to a template."""
    mapped = {(one["customer"], one["motion"]) for one in office.entries(tenant) if one["invoice_template"] == template}
    told = [one for invoice in office.balances() for one in invoice["customers"]]
    mine = [one for one in told if (one["customer"], one["motion"]) in mapped]
    assert len(mine) > 0
    return sum((Decimal(one["retail"]["source_total"]) for one in mine), Decimal(0))


def has_read_a_template(work: Slice) -> bool:
    with work.run() as run:
        return run.templates.filter(read_at__isnull=False).exists()


def one_time_amounts_to_be(office: Office, run_id: int) -> dict[str, Decimal]:
    """Amounts of the one-time lines that the run is going to change, by mark."""
    with partner_scope(office.partner_id()):
        changes = Change.objects.filter(run=run_id, state=ChangeState.PLANNED, action=Action.CHANGE_LINE)
        found = {change.mark: total(change.after or {}) for change in changes.exclude(role=PartRole.RECURRING)}
    assert len(found) > 0
    return found


def refresh_copy(office: Office) -> None:
    """Somebody presses *Refresh* beside the drop-downs."""
    with partner_scope(office.partner_id()):
        target_id = Program.objects.get().target_id
    refresh_target(office.partner_id(), target_id, open_target(office.partner_id(), target_id))


# --- The run that saw the invoice breaks off ------------------------------------------------------------


def test_billed_line_is_taken_off_although_the_run_that_saw_it_broke_off(open_office: Open):
    office = open_office(one_time_after_generation="kept")
    office.configure("adatum")
    office.sync()
    office.advance()
    office.sync()
    office.advance()
    revoked = {"action": "expire_token", "account": "northwind"}
    office.fault("edit_before", vendor="syncro", method="POST", path=REMOVE, edits=[revoked])
    broken = office.sync()
    assert broken.code == 1
    office.edit("restore_token")

    office.sync()

    assert set(billed(office, ADATUM)) & standing_one_time(office, ADATUM) == set()
    assert (office.unbalanced(), office.planned()) == ([], [])


def test_plan_that_is_made_anew_finds_the_same_proof(office: Office):
    office.advance()
    office.sync("products")
    run_id = begin(office)
    advance_to(office, run_id, RunState.APPLYING)
    with partner_scope(office.partner_id()):
        Run.objects.filter(pk=run_id).update(state=RunState.PLANNING)  # as a crash at its end leaves it

    finish(office.partner_id(), run_id)

    assert billed(office, ADATUM) != {}
    assert [finding.code for finding in office.findings("unproven")] == []
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])


def test_day_of_a_run_is_the_targets_own_whatever_our_clock_said(office: Office):
    office.advance()
    office.fault("status", vendor="syncro", method="POST|PUT", path="/schedules/", status=422, count=ALWAYS)
    office.sync()
    office.clear_faults()
    with partner_scope(office.partner_id()):
        Line.objects.update(written_at=timezone.now() + dt.timedelta(days=3650))
    ran = {mark_of({"description": row["name"]}) for one in office.advance()[COHO] for row in one["line_items"]}

    office.sync()

    with partner_scope(office.partner_id()):
        lines = Line.objects.filter(template_id=str(COHO), role=PartRole.RECURRING, billed_on__isnull=False)
        seen = BilledRun.objects.filter(mark__in=lines.values("mark")).values_list("mark", "period").distinct()
        assert {mark for mark, period in seen if period == "2026-10"} == ran - {""}
    waiting = [*office.findings("not_billed"), *office.findings("ran_unchanged")]
    assert [one for one in waiting if "Coho" in one.text] == []
    assert (office.unbalanced(), office.planned()) == ([], [])


# --- The template runs between the plan and its writes --------------------------------------------------


def test_run_between_the_plan_and_its_writes_counts_for_the_month(office: Office):
    office.advance()
    office.sync("products")
    before = billed(office, COHO)
    run_id = begin(office)
    advance_to(office, run_id, RunState.APPLYING)
    office.edit("run_template", schedule_id=COHO)
    ran = {mark: retail - before.get(mark, 0) for mark, retail in billed(office, COHO).items() if mark}

    finish(office.partner_id(), run_id)

    assert counted(office, "2026-10", COHO) == {mark: retail for mark, retail in ran.items() if retail}
    assert waiting_for_coho(office) == []
    office.sync()
    assert waiting_for_coho(office) == []
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])


def test_run_between_the_plan_and_its_writes_counts_though_the_turn_that_saw_it_broke_off(office: Office):
    office.advance()
    office.sync("products")
    before = billed(office, COHO)
    run_id = begin(office)
    advance_to(office, run_id, RunState.APPLYING)
    office.edit("run_template", schedule_id=COHO)
    ran = {mark: retail - before.get(mark, 0) for mark, retail in billed(office, COHO).items() if mark}
    office.fault("status", vendor="syncro", method="GET", path="/invoices", status=503, count=2 * IN_A_TURN)

    finish(office.partner_id(), run_id)

    assert counted(office, "2026-10", COHO) == {mark: retail for mark, retail in ran.items() if retail}
    office.sync()
    assert waiting_for_coho(office) == []
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])


def test_run_before_a_recurring_line_is_sent_again_counts_for_the_month(office: Office):
    office.advance()
    office.sync("products")
    changed = changes_of_recurring_lines(office, ADATUM)
    before = billed(office, ADATUM)
    office.fault("drop_before", vendor="syncro", method="PUT", path=f"/schedules/{ADATUM}/", count=len(changed))
    run_id = begin_and_lose(office)
    assert {change.mark for change in lost(office, run_id)} == set(changed)
    office.edit("run_template", schedule_id=ADATUM)
    ran = {mark: billed(office, ADATUM)[mark] - before[mark] for mark in changed}

    finish(office.partner_id(), run_id)
    office.sync()

    found = counted(office, "2026-10", ADATUM)
    assert {mark: found.get(mark) for mark in changed} == ran
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])


def counted(office: Office, period: str, template: int) -> dict[str, Decimal]:
    """What runs billed of a template's recurring lines that counts for a month, by mark."""
    with partner_scope(office.partner_id()):
        lines = Line.objects.filter(template_id=str(template), role=PartRole.RECURRING).values("mark")
        runs = BilledRun.objects.filter(mark__in=lines, period=period)
        return {run.mark: run.quantity * run.price for run in runs}


def waiting_for_coho(office: Office) -> list[str]:
    waiting = [*office.findings("not_billed"), *office.findings("ran_unchanged"), *office.findings("unproven")]
    return [one.text for one in waiting if "Coho" in one.text]
