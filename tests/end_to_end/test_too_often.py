"""A template that runs more often than the charge comes bills it again: that is said, counted for later, given back."""

from __future__ import annotations

from decimal import Decimal

from core.scope import partner_scope
from notifications.models import Message
from syncs.models import BilledRun, Part
from tests.end_to_end.office import ACCOUNT, Json, Office, amount_of, command, invoiced

CAST = ("adatum",)
ADATUM = 5001
RUNS = 4


def run_weekly(office: Office, template: int, runs: int = RUNS) -> Decimal:
    """The template is made weekly, and runs; what each run bills of our recurring lines."""
    office.edit("edit_schedule", schedule_id=template, values={"frequency": "Weekly"})
    for _ in range(runs):
        office.edit("run_template", schedule_id=template)
    return amount_of(office.recurring(template))


def reconciled() -> tuple[int, Json]:
    return command("reconcile", "--partner", ACCOUNT, "--json")


def test_month_that_four_invoices_carry_is_not_called_right(office: Office):
    each = run_weekly(office, ADATUM)
    invoices = [one for one in office.records("invoice") if one["schedule_id"] == ADATUM]
    assert len(invoices) == RUNS
    assert invoiced(invoices) > each * RUNS - 1

    first = office.sync("billing")

    assert first.billing["status"] == "warning"
    (told,) = office.findings("billed_again")
    assert told.retail == each * (RUNS - 1)
    assert f"Sep 2026 is billed {RUNS} times" in told.text
    assert all(one["number"] in told.text for one in invoices[1:])
    with partner_scope(office.partner_id()):
        assert Message.objects.filter(text__contains=f"billed {RUNS} times").count() == 1
    code, answered = reconciled()
    assert code == 1
    (september,) = [one for one in answered["invoices"] if "billed_times" in one]
    assert september["billed_times"] == RUNS
    times = {one["motion"]: one.get("billed_times") for one in september["customers"] if one["name"].startswith("A.")}
    assert times["seat_monthly"] == RUNS
    assert {times[motion] for motion in times if motion != "seat_monthly"} <= {None}
    again = office.sync("billing")
    assert (again.statuses, again.writes) == (["no_change"], [])


def test_what_was_billed_ahead_counts_for_the_next_month_and_the_rest_is_one_credit(office: Office):
    each = run_weekly(office, ADATUM)
    office.sync("billing")
    office.edit("edit_schedule", schedule_id=ADATUM, values={"frequency": "Monthly", "next_run": "2026-12-07"})
    office.advance()

    office.sync()

    with partner_scope(office.partner_id()):
        assert not BilledRun.objects.filter(period="").exists()
        given = Part.objects.filter(role="credit", state="held", posting__period="2026-10")
        ahead = Part.objects.filter(role="recurring", state="billed", posting__period="2026-10")
        counted = sum(part.retail for part in ahead)
        assert counted == each * (RUNS - 1)
        assert Decimal(0) < -sum(part.retail for part in given) < counted
    assert office.findings("not_billed") == []
    assert office.unbalanced() == []
    assert office.planned() == []
    assert {one["period"]: one.get("billed_times") for one in reconciled()[1]["invoices"]} == {
        "2026-09": None,
        "2026-10": RUNS - 1,
    }


def test_run_counts_for_one_month_where_the_mapping_was_switched_off_and_on_since(office: Office):
    # The month that its first run was for is planned no more, so nothing proves it; the second run still counts once.
    for on in (False, True):
        office.map(office.entries(*CAST), sync=on)
    office.advance()
    office.edit("run_template", schedule_id=ADATUM)
    office.sync("billing")
    office.advance()

    office.sync("billing")

    with partner_scope(office.partner_id()):
        billed = Part.objects.filter(role="recurring", state="billed").values_list("mark", flat=True)
        assert len(billed) > 0
        assert sorted(billed) == sorted(set(billed))
    assert office.unbalanced() == []


def test_month_whose_run_billed_lines_while_the_mapping_was_off_is_that_runs(office: Office):
    office.map(office.entries(*CAST), sync=False)
    office.advance()
    office.advance()
    office.map(office.entries(*CAST))

    office.sync()

    with partner_scope(office.partner_id()):
        parts = Part.objects.filter(role="recurring", state="billed", posting__motion="seat_monthly")
        assert set(parts.values_list("posting__period", flat=True)) == {"2026-09", "2026-10"}
        assert set(BilledRun.objects.values_list("period", flat=True)) == {"2026-09", "2026-10"}
    offered = office.findings("older_months")
    assert [one.text for one in offered if "Seat Based" in one.text] == []
    assert (office.unbalanced(), office.planned()) == ([], [])


def test_run_that_billed_a_line_as_somebody_had_edited_it_is_listed_until_the_next_one(office: Office):
    line = office.recurring(ADATUM)[0]
    billed = {"quantity": str(Decimal(line["quantity"]) + 1), "retail_cents": line["retail_cents"] + 100}
    office.edit("edit_line", schedule_id=ADATUM, line_id=line["id"], values=billed)
    ours = Decimal(line["quantity"]) * line["retail_cents"]
    beside = (Decimal(billed["quantity"]) * billed["retail_cents"] - ours) / 100
    (invoice,) = office.advance()[ADATUM]

    office.sync()

    (told,) = office.findings("billed_by_hand")
    assert (told.retail, "A. Datum" in told.text, invoice["number"] in told.text) == (beside, True, True)
    assert (office.unbalanced(), office.planned()) == ([], [])
    office.advance()
    office.sync()
    assert office.findings("billed_by_hand") == []
