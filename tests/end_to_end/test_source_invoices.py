"""Invoices of the source that overlap, reverse, change, or come with a credit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from core.audit import COMMAND
from core.scope import partner_scope
from invoices.models import InvoiceState, SourceInvoice
from invoices.services import decide_overlap
from sandbox.cast import Tenant
from sandbox.prism_api import directory
from sandbox.prism_api.invoices import find_invoice, keep_invoice, rows_as_fields
from sandbox.routing import Call
from sandbox.story import Story
from syncs.deciding import answering
from syncs.models import Finding
from tests.end_to_end.office import Json, Office, amount_of

CAST = ("adatum", "vanarsdel")
ADATUM, VANARSDEL, SEPTEMBER = 5001, 5042, "1000013"
AMOUNTS = ("SubTotal", "SubTotalRrp")
NEGATED = (*AMOUNTS, "Quantity")


def rows(office: Office, invoice: str = SEPTEMBER) -> list[Json]:
    """Rows of an invoice by the column names of its CSV."""
    with office.store.exclusive():
        found = find_invoice(office.store, "northwind", invoice)
        assert found is not None
        return list(rows_as_fields(office.store, "northwind", found))


def issue(office: Office, wanted: list[Json], month: str = "2026-09") -> str:
    """The distributor issues an invoice with these rows."""
    invoice: Json = {"program": "Microsoft CSP Indirect", "kind": "by_hand", "month": f"{month}-01"}
    invoice |= {"rows": wanted, "status": "Final"}
    with office.store.exclusive():
        return str(keep_invoice(office.store, "northwind", invoice, office.store.today))


def in_october(kept: list[Json]) -> list[Json]:
    """The same rows of a month later: whole months stay whole."""
    days = (("2026-09-30", "2026-10-31"), ("2026-09", "2026-10"))
    return [{name: _with(str(value), days) for name, value in row.items()} for row in kept]


def _with(text: str, replacements: tuple[tuple[str, str], ...]) -> str:
    for old, new in replacements:
        text = text.replace(old, new)
    return text


def adatum_seats(office: Office) -> list[Json]:
    """Adatum's rows of Business Standard on the invoice of September."""
    return [row for row in rows(office) if row.get("SubscriptionId", "").startswith("e69f8c4a")]


def decide(office: Office, choice: Any) -> None:
    with partner_scope(office.partner_id()):
        held = SourceInvoice.objects.get(state=InvoiceState.HELD)
        decide_overlap(invoice=held, choice=choice, actor=COMMAND)


def test_second_issue_is_held_whole(office: Office):
    before = office.our_lines()
    number = issue(office, rows(office))

    synced = office.sync()

    assert (synced.writes, office.our_lines()) == ([], before)
    total = sum(Decimal(row["SubTotalRrp"]) for row in rows(office))
    assert f"Invoice {number} charges what an imported invoice charged: {total} is held." in synced.messages
    assert office.unbalanced() == []


def test_row_that_another_invoice_has_is_held_alone_and_counted_once_somebody_says_so(office: Office):
    before = amount_of(office.our_lines(ADATUM))
    extra = adatum_seats(office)
    issue(office, extra)

    synced = office.sync()

    more = sum(Decimal(row["SubTotalRrp"]) for row in extra)
    assert "Charged twice?" in synced.messages
    assert (amount_of(office.our_lines(ADATUM)), office.newest_balance()["held"]) == (before, more)
    with partner_scope(office.partner_id()):
        held = Finding.objects.get(code="row_held", closed_at=None)
        answering.decide(program=held.program, subject=held.subject, choice="count", actor=COMMAND)
    office.sync()
    assert amount_of(office.our_lines(ADATUM)) == before + more
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def test_overlap_that_replaces_takes_the_place_of_the_first(office: Office):
    raised = [row | {"SubTotalRrp": str(Decimal(row["SubTotalRrp"]) + 10)} for row in adatum_seats(office)]
    changed = raised + [row for row in rows(office) if row not in adatum_seats(office)]
    before = amount_of(office.our_lines(ADATUM))
    issue(office, changed)
    office.sync()

    decide(office, "replaces")
    office.sync()

    more = amount_of(office.our_lines(ADATUM)) - before
    assert abs(more - 10 * len(adatum_seats(office))) <= Decimal("0.05")  # a seat has whole cents, the rest is rounding
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def test_second_issue_charges_whose_the_subscription_was(office: Office, monkeypatch: pytest.MonkeyPatch):
    before = amount_of(office.our_lines(ADATUM)), amount_of(office.our_lines(VANARSDEL))
    move_to_vanarsdel(monkeypatch, "e69f8c4a")
    again = issue(office, rows(office))
    office.sync()
    decide(office, "replaces")

    office.sync()

    assert charged_to(office, "vanarsdel", again) == charged_to(office, "vanarsdel", SEPTEMBER) > 0
    assert (amount_of(office.our_lines(ADATUM)), amount_of(office.our_lines(VANARSDEL))) == before
    assert (office.doubled(), office.unbalanced()) == ([], [])


def charged_to(office: Office, tenant: str, invoice: str) -> Decimal:
    """What an invoice charges a customer, in retail."""
    customer = office.entries(tenant)[0]["customer"]
    (told,) = office.balances(invoice)
    found = [entry["retail"]["source_total"] for entry in told["customers"] if entry["customer"] == customer]
    return sum(map(Decimal, found), Decimal(0))


def move_to_vanarsdel(monkeypatch: pytest.MonkeyPatch, subscription: str) -> None:
    """A subscription of Adatum's is listed under Van Arsdel from now on."""
    listed = directory._tenant_with_subscriptions

    def list_otherwise(call: Call, story: Story, tenant: Tenant) -> Json:
        (adatum,) = [each for each in story.tenants if each.key == "adatum"]
        all_of_adatum = listed(call, story, adatum)["Subscriptions"]
        moved = [one for one in all_of_adatum if one["SubscriptionId"].startswith(subscription)]
        told = listed(call, story, tenant)
        others = [one for one in told["Subscriptions"] if one not in moved]
        return told | {"Subscriptions": others + (moved if tenant.key == "vanarsdel" else [])}

    monkeypatch.setattr(directory, "_tenant_with_subscriptions", list_otherwise)


def test_reversal_is_proposed_and_takes_everything_back_when_it_adds(office: Office):
    mirrored = [row | {name: f"-{row[name]}" for name in NEGATED if Decimal(row[name])} for row in adatum_seats(office)]
    issue(office, mirrored)
    synced = office.sync()
    assert synced.writes == []

    decide(office, "adds")
    office.sync()

    assert [line for line in office.recurring(ADATUM) if "Business Standard" in line["name"]] == []
    assert (office.unbalanced(), office.doubled()) == ([], [])


def test_changed_invoice_is_shown_and_never_planned(office: Office):
    changed = [row | {"SubTotalRrp": str(Decimal(row["SubTotalRrp"]) * 2)} for row in rows(office)]
    with office.store.exclusive():
        invoice = find_invoice(office.store, "northwind", SEPTEMBER)
        assert invoice is not None
        office.store.keep("northwind", "prism_invoice", invoice | {"rows": changed})
    assert "was changed at the source" not in office.sync().messages, "it was read a moment ago"
    with partner_scope(office.partner_id()):
        SourceInvoice.objects.update(compared_at=F("compared_at") - dt.timedelta(days=1))

    synced = office.sync()

    assert synced.writes == []
    assert "was changed at the source" in synced.messages
    assert office.unbalanced() == []
    assert office.sync().statuses == ["no_change", "no_change"]


@pytest.mark.parametrize(("column", "value"), [("Quantity", "many"), ("SubTotal", ""), ("ChargeStartDate", "soon")])
def test_unreadable_row_fails_the_whole_import_and_names_the_line(office: Office, column: str, value: str):
    office.advance()
    wanted = rows(office, "1000015") if len(rows(office, "1000015")) > 50 else rows(office)
    number = issue(office, [*wanted[:3], wanted[3] | {column: value}], "2026-11")

    synced = office.sync()

    assert f"Invoice {number} was not imported" in synced.messages
    assert "ine 5" in synced.messages
    assert synced.statuses == ["error", "error"]
    assert number not in [one["number"] for one in office.balances()]
    assert office.unbalanced() == []


def test_invoice_that_charges_few_of_the_lines_removes_none(office: Office):
    office.map(office.entries("adventure", "alpine", "coho-vineyard", "wideworld", "contoso", "nod"))
    office.sync()
    lines = sum(not line["one_time_charge"] for line in office.our_lines())
    assert lines > 20
    kept = [row for row in rows(office) if row.get("SubscriptionId", "").startswith("e69f8c4a")]
    issue(office, in_october(kept), "2026-10")

    synced = office.sync()

    assert [call for call in synced.writes if call["path"].endswith("remove_line_item")] == []
    assert f"of {lines} subscriptions" in synced.messages
    assert "are not invoiced for Oct 2026 yet." in synced.messages
    assert sum(not line["one_time_charge"] for line in office.our_lines()) == lines
    assert office.unbalanced() == []


@pytest.mark.parametrize(("factor", "waits"), [(1, False), (1000, True)])
def test_usage_far_beyond_what_it_ever_was_waits_for_a_person(office: Office, factor: int, waits: bool):
    office.map(office.entries("adventure", "alpine", "coho-vineyard", "contoso"))
    office.sync()
    assert any("Azure" in line["name"] for line in office.our_lines())
    wanted = in_october(rows(office))
    for row in wanted:
        if "Azure" in row["OfferName"]:
            row |= {name: str(Decimal(row[name]) * factor) for name in ("UnitPrice", "UnitPriceRrp", *AMOUNTS)}
    issue(office, wanted, "2026-10")

    synced = office.sync()

    assert (office.waiting_run() is not None) is waits
    assert any(call["path"].endswith("add_line_item") for call in synced.writes) is not waits
    assert office.unbalanced() == []


def test_credit_of_a_living_subscription_is_held_and_applied(office: Office):
    for _ in range(2):
        office.advance()
        office.sync()
    office.advance()
    office.sync()
    (credit,) = office.findings("credit")

    office.decide(credit.subject, "apply")
    office.sync()

    lines = [line for line in office.one_time(VANARSDEL) if line["retail_cents"] < 0]
    assert Decimal(lines[-1]["retail_cents"]) / 100 == credit.retail
    assert (office.unbalanced(), office.planned()) == ([], [])


def test_subscription_that_ended_loses_its_line_although_a_credit_for_an_earlier_month_names_it(office: Office):
    office.advance()
    office.sync()
    offer = "Planner and Project Plan 3"
    seats = [row for row in rows(office) if row.get("OfferName") == offer]
    (ended,) = {row["SubscriptionId"] for row in seats if row["PrimaryDomainName"] == "vanarsdel.example"}
    (line,) = [one for one in office.recurring(VANARSDEL) if one["name"] == offer]
    with office.store.exclusive():
        office.store.remember("story_edits/northwind", [{"subscription_id": ended, "day": "2026-10-31"}])
    office.advance()

    office.sync()

    (credit,) = office.findings("credit")
    assert credit.retail < 0
    assert line["id"] not in [one["id"] for one in office.recurring(VANARSDEL)]
    assert (office.unbalanced(), office.planned()) == ([], [])
