"""A recurring line that ran once more just before it was taken off: what that billed is given back."""

from __future__ import annotations

import datetime as dt

from core.scope import partner_scope
from money.enums import LineState, PartRole
from syncs.models import Line
from tests.end_to_end.office import ACCOUNT, Office, mark_of
from tests.end_to_end.running import billed, runs_just_before

CAST = ("adatum",)
ADATUM, REMOVE = 5001, "/remove_line_item$"


def end_subscription(office: Office, subscription_id: str, last_day: dt.date) -> None:
    """The customer gives it up; invoices of later months do not have it."""
    with office.store.exclusive():
        name = f"story_edits/{ACCOUNT}"
        ended = {"subscription_id": subscription_id, "day": last_day.isoformat()}
        office.store.remember(name, [*office.store.fact(name, []), ended])


def test_template_runs_just_before_a_recurring_line_is_taken_off(office: Office):
    with partner_scope(office.partner_id()):
        line = Line.objects.filter(template_id=str(ADATUM), role=PartRole.RECURRING, state=LineState.STANDING).earliest(
            "pk"
        )
        ended, mark = line.subscription.external_id, line.mark
    end_subscription(office, ended, dt.date(2026, 9, 30))
    office.advance()
    office.sync("products")
    earlier = billed(office, ADATUM)
    runs_just_before(office, ADATUM, "POST", REMOVE)

    office.sync("billing")
    office.sync()

    beyond = billed(office, ADATUM)[mark] - earlier[mark]
    assert beyond > 0, "the run billed the line once more"
    assert mark not in {mark_of(one) for one in office.recurring(ADATUM)}
    (credit,) = office.findings("credit")
    assert credit.text == f"A. Datum Corporation: Credit of -{beyond:.2f} on what the template billed beyond Sep 2026."
    assert office.sync("billing").statuses == ["no_change"]
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])
