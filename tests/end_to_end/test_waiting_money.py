"""Money on a template that runs late, too often or not at all is said with date and amount from the first day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from connections.models import Connection
from core.scope import partner_scope
from customers.models import Mapping
from money.words import plain
from programs.models import Program
from reports.billing import ATTENTION, billing_items, rows_of
from reports.dashboard import program_boards
from reports.verdict import Waiting
from tests.end_to_end.conftest import Open
from tests.end_to_end.office import Office, amount_of

CAST = ("coho-winery",)
COHO = 5010


def states(office: Office) -> dict[str, tuple[str, str]]:
    """State and problems of the mapped motions."""
    with partner_scope(office.partner_id()):
        program = Program.objects.select_related("source__partner", "target").get()
        items = list(billing_items(program))
        rows = rows_of(program, items)
        assert {item.pk: item.state for item in items} == {pk: row.state for pk, row in rows.items()}
        return {row.motion: (row.state, " ".join(row.problems)) for row in rows.values() if row.mapping is not None}


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"frequency": "Weekly"}, "too_often", "about 4 times a month"),
        ({"frequency": "Quarterly"}, "too_rare", "waits until"),
        ({"next_run": "2026-09-05"}, "run_in_the_past", "05 Sep 2026, is past"),
    ],
)
def test_template_out_of_step_is_a_warning_with_its_money(
    office: Office, values: dict[str, Any], code: str, words: str
):
    assert office.findings(code) == []
    assert states(office)["seat_monthly"][0] != ATTENTION
    office.edit("edit_schedule", schedule_id=COHO, values=values)

    first, second = office.sync("billing"), office.sync("billing")

    assert (first.statuses, second.statuses) == (["warning"], ["no_change"])
    told = [one for one in office.findings(code) if one.facts["motion"] == "seat_monthly"]
    assert len(told) == 1
    assert told[0].retail == amount_of(office.recurring(COHO)) > 0
    with partner_scope(office.partner_id()):
        assert told[0].customer_id == Mapping.objects.get(motion="seat_monthly").customer_id
    assert plain(told[0].retail) in told[0].text
    assert words in told[0].text
    state, problems = states(office)["seat_monthly"]
    assert state == ATTENTION
    assert words in problems


def test_disabled_customer_is_said(office: Office):
    customer = office.template(COHO)["customer_id"]
    office.edit("edit_customer", customer_id=customer, values={"disabled": True})

    office.sync("billing")

    assert {one.retail for one in office.findings("customer_disabled")} != {Decimal(0)}


def test_day_is_that_of_the_target(office: Office):
    with partner_scope(office.partner_id()):
        assert Connection.objects.get(system="syncro").target_day == dt.date(2026, 10, 2)


def test_orders_on_a_template_that_runs_next_year_wait_from_the_first_day(open_office: Open):
    office = open_office()
    office.configure(motions=["seat_annual"])
    templates = {entry["invoice_template"] for entry in office.entries(motions=["seat_annual"])}
    for template in templates:
        office.edit("edit_schedule", schedule_id=template, values={"next_run": "2027-11-12"})

    office.sync()

    total = sum((amount_of(office.one_time(template)) for template in templates), Decimal(0))
    told = office.findings("waits_long")
    assert sum(one.retail for one in told) == total > 0
    assert all(f"{plain(one.retail)} waits until 12 Nov 2027" in one.text for one in told)
    with partner_scope(office.partner_id()):
        program = Program.objects.select_related("source__partner", "target", "partner").get()
        (board,) = program_boards([program], Waiting.read(), dt.date(2026, 10, 2))
        assert board.verdict is not None
        assert [point.amount for point in board.verdict.points if "in its time" in point.text] == [total]
