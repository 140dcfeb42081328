"""A customer is mapped after the first month: what the newest invoice tells of the month before, and nothing else."""

from __future__ import annotations

from decimal import Decimal

from tests.end_to_end.conftest import Open
from tests.end_to_end.office import Json, Office, amount_of


def test_what_is_told_late_of_the_month_before_is_billed_and_the_month_itself_is_offered(open_office: Open):
    office = open_office(months="field")
    office.configure("proseware-west")
    office.sync()
    office.advance()
    office.sync()
    (entry,) = [one for one in office.entries("liberty") if one["motion"] == "seat_monthly"]
    template = entry["invoice_template"]

    office.map([entry])
    office.sync()

    told = next(one for one in office.truth()["templates"] if one["invoice_template"] == template)
    ours = office.our_lines(template)
    assert [line["retail_cents"] for line in ours if "(adjustment, Sep 2026)" in line["name"]] == [2300]
    assert amount_of(ours) + _held(office) == Decimal(told["source"]["retail"])
    assert (office.unbalanced(), office.planned()) == ([], [])
    left = _not_mapped(office, entry)
    (offer,) = office.findings("older_months")
    assert offer.retail == left > 0

    office.decide(offer.subject, "take_up")
    office.sync()

    assert _not_mapped(office, entry) == 0
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def _held(office: Office) -> Decimal:
    """What waits of the newest invoices."""
    return sum((Decimal(one["retail"]["held"]) for one in office.balances()), Decimal(0))


def _not_mapped(office: Office, entry: Json) -> Decimal:
    """What is not mapped of the customer, over all invoices."""
    customers = [one for balance in office.balances() for one in balance["customers"]]
    mine = [one for one in customers if (one["customer"], one["motion"]) == (entry["customer"], entry["motion"])]
    return sum((Decimal(one["retail"]["not_mapped"]) for one in mine), Decimal(0))
