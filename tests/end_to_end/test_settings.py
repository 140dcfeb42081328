"""What the program's settings and the mapping's pricing strategy do to templates and balances."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from connections.models import Connection
from core.scope import partner_scope
from tests.end_to_end.conftest import Open
from tests.end_to_end.office import Json, Office, amount_of, invoiced, mark_of

ADATUM, FOURTH = 5001, 5017
CREDIT = Decimal("-19.16")  # Fourth Coffee's, for a subscription that ended in August


def truth_of(office: Office, template: int) -> Json:
    """What the story says of a template."""
    found: Json = next(one for one in office.truth()["templates"] if one["invoice_template"] == template)
    return found


def ours(office: Office, template: int, side: str = "retail") -> Decimal:
    """What our lines on a template come to."""
    return amount_of(office.our_lines(template), side)


@pytest.fixture
def office(open_office: Open) -> Office:
    return open_office()


def settled(office: Office) -> bool:
    """Balanced, and nothing left to plan."""
    return not office.unbalanced() and not office.planned() and not office.doubled()


@pytest.mark.parametrize("style", ["line", "quantity", "warn"])
def test_proration_style_decides_how_changes_within_the_month_are_written(office: Office, style: str):
    office.configure("fourthcoffee", motions=["seat_monthly"], billing={"prorations": style})

    office.sync()

    source = Decimal(truth_of(office, FOURTH)["source"]["retail"])
    balance = office.newest_balance()
    grown = next(line for line in office.recurring(FOURTH) if "Microsoft 365 E5" in line["name"])
    whole = Decimal(grown["quantity"]) == int(Decimal(grown["quantity"]))
    assert settled(office)
    assert (len(office.one_time(FOURTH)) > 0, whole) == {
        "line": (True, True), "quantity": (True, False), "warn": (False, True),
    }[style]  # fmt: skip
    if style == "warn":
        assert ours(office, FOURTH) + balance["excluded"] == source
        assert "Prorations: warn only" in office.findings("excluded")[0].text
    else:
        assert ours(office, FOURTH) + balance.get("rounding", Decimal(0)) == source
    assert invoiced(office.advance()[FOURTH]) == amount_of(office.template(FOURTH)["lines"]) + (
        Decimal(0) if style == "warn" else invoiced_once(office)
    )


def invoiced_once(office: Office) -> Decimal:
    """What the one-time lines that Syncro dropped had billed."""
    rows = [invoice for invoice in office.records("invoice") if invoice["schedule_id"] == FOURTH]
    last = rows[-1]
    names = {line["name"] for line in office.template(FOURTH)["lines"]}
    return sum(
        (Decimal(r["price"]) * Decimal(r["quantity"]) for r in last["line_items"] if r["item"] not in names), Decimal(0)
    )


def test_only_cost_leaves_the_retail_price_of_the_product(office: Office):
    office.configure("adatum", motions=["seat_monthly"], pricing="cost_only")

    office.sync()

    truth = truth_of(office, ADATUM)
    assert ours(office, ADATUM, "cost") == Decimal(truth["source"]["cost"]) - _azure(office, "cost")
    assert settled(office)
    line = office.recurring(ADATUM)[0]
    office.edit("edit_line", schedule_id=ADATUM, line_id=line["id"], values={"retail_cents": 4321})
    office.advance()
    office.sync()
    now = next(one for one in office.recurring(ADATUM) if one["id"] == line["id"])
    assert now["retail_cents"] == 4321
    assert settled(office)


def _azure(office: Office, side: str) -> Decimal:
    charges = office.truth()["charges"]
    adatum = next(one["customer"] for one in office.entries("adatum"))
    return sum(
        (
            Decimal(one["source"][side])
            for one in charges
            if one["tenant"] == adatum and one["motion"] == "azure_plan" and one["month"] == "2026-09"
        ),
        Decimal(0),
    )


def test_only_quantity_leaves_both_prices_and_says_what_they_changed(office: Office):
    office.configure("adatum", motions=["seat_monthly"], pricing="quantity_only")
    office.sync()
    line = office.recurring(ADATUM)[0]
    values = {"retail_cents": line["retail_cents"] + 100, "cost_cents": line["cost_cents"] + 50}
    office.edit("edit_line", schedule_id=ADATUM, line_id=line["id"], values=values)
    office.advance()

    office.sync()

    now = next(one for one in office.recurring(ADATUM) if one["id"] == line["id"])
    assert {name: now[name] for name in values} == values
    assert office.newest_balance()["rules"] == ours(office, ADATUM) - office.newest_balance()["synced"]
    assert settled(office)


def test_credit_is_held_until_a_person_applies_it(office: Office):
    office.configure("fourthcoffee")
    office.sync()
    assert office.newest_balance()["held"] == CREDIT
    (held,) = office.findings("credit")

    office.decide(held.subject, "apply")
    office.sync()

    (line,) = [one for one in office.one_time(FOURTH) if one["retail_cents"] < 0 and "Credit" in one["description"]]
    assert Decimal(line["retail_cents"]) / 100 == CREDIT
    assert "held" not in office.newest_balance()
    assert settled(office)


def test_dismissed_credit_is_excluded_for_good(office: Office):
    office.configure("fourthcoffee")
    office.sync()
    (held,) = office.findings("credit")
    before = office.our_lines(FOURTH)

    office.decide(held.subject, "dismiss")
    office.sync()

    assert office.our_lines(FOURTH) == before
    assert office.newest_balance()["excluded"] == CREDIT
    office.advance()
    office.sync()
    assert office.unbalanced() == []
    assert office.findings("credit") == []


def test_credits_are_applied_when_the_program_says_so(office: Office):
    office.configure("fourthcoffee", billing={"credits": "apply"})

    office.sync()

    truth = truth_of(office, FOURTH)
    assert ours(office, FOURTH) == Decimal(truth["source"]["retail"]) + CREDIT
    assert settled(office)


def test_plan_that_needs_approval_waits_and_is_written_when_applied(office: Office):
    office.configure("adatum", billing={"approval": "required"})

    synced = office.sync()

    assert [call["path"] for call in synced.writes if "schedules" in call["path"]] == []
    assert (synced.billing["status"], office.our_lines()) == ("warning", [])
    expected = Decimal(truth_of(office, ADATUM)["source"]["retail"])
    assert office.newest_balance()["held"] == expected
    assert office.sync().billing["status"] == "no_change"
    applied = office.apply()
    assert applied.billing["status"] == "success"
    assert ours(office, ADATUM) == expected
    assert settled(office)


def test_discarded_plan_writes_nothing_and_is_made_again(office: Office):
    office.configure("adatum", billing={"approval": "required"})
    office.sync()

    office.discard()

    assert office.our_lines() == []
    assert office.unbalanced() == []
    office.sync()
    office.apply()
    assert office.our_lines() != []
    assert settled(office)


def test_template_edited_while_a_plan_waits_is_shown_again_before_it_is_written(office: Office):
    office.configure("adatum", billing={"approval": "required"})
    office.sync()
    office.apply()
    office.advance()
    office.sync()
    line = office.recurring(ADATUM)[0]
    office.edit("delete_line", schedule_id=ADATUM, line_id=line["id"])

    applied = office.apply()

    assert applied.writes == []
    assert "changed since the plan" in applied.messages
    office.sync()
    office.apply()
    assert mark_of(line) in [mark_of(one) for one in office.recurring(ADATUM)]
    assert settled(office)


def test_next_invoice_as_start_bills_nothing_of_the_present_one(office: Office):
    office.configure("adatum", billing={"start": "next"})

    synced = office.sync()

    assert (office.our_lines(), synced.billing["counts"]["created"]) == ([], 0)
    assert office.unbalanced() == []
    office.advance()
    office.sync()
    monthly = {one["month"]: one for one in office.truth()["charges"] if "adatum" in one["domain"]}
    assert "2026-10" in monthly
    assert office.recurring(ADATUM) != []
    assert office.unbalanced() == []
    billed = {one["period"]: Decimal(one["retail"]["synced"]) for one in office.balances()}
    assert [period for period, amount in billed.items() if amount] == ["2026-10"]


def test_motion_that_is_off_is_excluded(office: Office):
    office.configure("adatum", billing={"motions": ["seat_monthly"]})

    office.sync()

    assert [line for line in office.our_lines(ADATUM) if "Azure" in line["name"]] == []
    off = [one for one in office.truth()["charges"] if one["month"] == "2026-09" and one["motion"] != "seat_monthly"]
    assert _azure(office, "retail") > 0
    assert office.newest_balance()["excluded"] == sum(Decimal(one["source"]["retail"]) for one in off)
    assert settled(office)


def test_motion_switched_off_later_leaves_its_lines_and_says_so(office: Office):
    office.configure("adatum")
    office.sync()
    before = office.template(ADATUM)["lines"]

    office.set_billing(motions=["azure_plan", "seat_annual"])
    synced = office.sync()

    assert (synced.writes, office.template(ADATUM)["lines"]) == ([], before)
    left = office.findings("left_behind")
    assert len(left) == 5
    office.decide(left[0].subject, "remove")
    office.sync()
    assert len(office.template(ADATUM)["lines"]) == len(before) - 1
    assert office.unbalanced() == []


def test_other_currency_writes_nothing_to_templates(office: Office):
    office.edit("edit_account", values={"currency_symbol": "€"})
    office.configure("adatum")

    synced = office.sync()

    assert [call for call in synced.writes if "schedules" in call["path"]] == []
    assert synced.billing["status"] == "error"
    assert "The source bills in USD, Syncro shows “€”" in synced.messages
    assert office.unbalanced() == []


def test_currency_that_was_changed_later_is_noticed_within_a_week(office: Office):
    office.configure("adatum")
    office.sync()
    office.edit("edit_account", values={"currency_symbol": "€"})
    with partner_scope(office.partner_id()):
        Connection.objects.update(settings_read_at=timezone.now() - dt.timedelta(days=8))
    office.advance()

    synced = office.sync()

    assert [call for call in synced.writes if "schedules" in call["path"]] == []
    assert "Syncro shows “€”" in synced.messages
    assert office.unbalanced() == []


def test_products_off_uses_the_one_product_of_the_key_or_none(office: Office):
    office.configure("adatum", products={"enabled": False})

    synced = office.sync("billing")

    assert {line["product_id"] for line in office.our_lines(ADATUM)} == {None}
    assert "is written without a product link" in synced.messages
    assert ours(office, ADATUM) == Decimal(truth_of(office, ADATUM)["source"]["retail"])
    assert settled(office)


def test_in_use_without_a_mapping_has_nothing_to_do(office: Office):
    office.configure(late=True)

    synced = office.sync()

    assert (synced.products["status"], synced.writes) == ("no_change", [])
    assert "no customer is mapped yet" in synced.messages
    assert office.unbalanced() == []
    office.map(office.entries("adatum"))
    assert office.sync("products").writes != []


def test_product_deleted_there_while_products_are_off_is_left_out_of_new_lines(office: Office):
    office.configure("adatum", late=True, products={"mode": "all"})
    office.sync("products")
    office.map(office.entries("adatum"))
    for product in office.products():
        if product["upc_code"]:
            office.edit("delete_product", product_id=product["id"])
    office.set_products(enabled=False)

    synced = office.sync("billing")

    assert synced.billing["counts"]["failed"] == 0
    assert ours(office, ADATUM) == Decimal(truth_of(office, ADATUM)["source"]["retail"])
