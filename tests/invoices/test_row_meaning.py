"""What a row means when it is imported: its days, its price, what told its motion, whose it was and what."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from connectors.prism.invoice_csv import BLANK_RETAIL
from money.classifying import SPOILT_SUBSCRIPTION
from products.services import refresh_price_list
from tests.invoices.prism_wire import World, row, subscription


def issue(world: World, number: str, *rows: dict[str, str], month: str = "2026-09", start: str = "", end: str = ""):
    """Issue an invoice whose rows begin and end at these moments, import it, and answer its charges."""
    moments = {"ChargeStartDate": start, "ChargeEndDate": end}
    told = {name: value for name, value in moments.items() if value}
    world.prism.invoice(number, *(one | told for one in rows), month=month)
    world.sync()
    return world.charges(number)


@pytest.mark.parametrize("end", ["2026-09-30T23:59:59+10:00", "2026-09-30T00:00:00+10:00", "2026-10-01T00:00:00+10:00"])
def test_days_are_kept_as_the_source_counts_them(world, end):
    # Midnight of 1 September there is still August in UTC.
    world.prism.tenant("Contoso", subscription("s1"))

    (charge,) = issue(world, "101", row("s1"), start="2026-09-01T00:00:00+10:00", end=end)

    assert str(charge.days) == "2026-09-01/2026-09-30"
    assert charge.period == "2026-09"


def test_midnight_at_which_the_next_row_of_the_subscription_begins_is_not_of_this_one(world):
    world.prism.tenant("Contoso", subscription("s1"), subscription("s2"))
    parts = {"BillingCycle": "Monthly", "ratio": "0.6"}
    rows = [row("s1", days=(1, 15), **parts), row("s1", days=(15, 30), **parts), row("s2", days=(1, 15), **parts)]

    charges = issue(world, "101", *rows)

    assert [charge.days.last.day for charge in charges] == [14, 30, 15]


def test_amount_is_the_truth_about_a_price(world):
    world.prism.tenant("Contoso", subscription("s1"), subscription("s2"))
    rows = [
        row("s1", quantity=10, retail="143.00", cost="114.40"),
        row("s2", quantity=10),
        row("s2", cost="0", retail="0"),
    ]

    charges = issue(world, "101", *rows)

    assert (charges[0].unit_cost, charges[0].unit_retail) == (Decimal("11.44"), Decimal("14.30"))
    assert (charges[1].unit_cost, charges[1].unit_retail) == (8, 10)
    assert charges[0].raw["UnitPriceRrp"] == "10.00"
    assert world.invoice("101").repriced_rows == 1


def test_refund_has_a_positive_price_however_it_is_signed(world):
    world.prism.tenant("Contoso", subscription("s1"))
    rows = [row("s1", quantity=-1), row("s1", unit_cost="-8", unit_retail="-10"), row("s1", cost="-8", retail="-10")]

    charges = issue(world, "101", *rows)

    assert {(charge.unit_cost, charge.unit_retail) for charge in charges} == {(8, 10)}
    assert {charge.kind for charge in charges} == {"credit"}


def test_blank_retail_beside_a_readable_cost_keeps_the_row_as_unknown(world):
    world.prism.tenant("Contoso", subscription("s1"), subscription("s2"))
    blank = row("s2") | {"UnitPriceRrp": "", "SubTotalRrp": ""}

    billed, unknown = issue(world, "101", row("s1"), blank)

    assert (billed.kind, unknown.kind, unknown.problem) == ("recurring", "unknown", BLANK_RETAIL)
    assert (unknown.cost, unknown.retail) == (8, 0)


def test_rows_of_nothing_but_commas_are_skipped(world):
    world.prism.tenant("Contoso", subscription("s1"))
    world.prism.invoice("101", row("s1"))
    world.prism.files["101"] += b",,,,,,,,,,,,,,,\r\n" * 2

    world.sync()

    assert world.invoice("101").row_count == 1


def test_id_that_a_spreadsheet_spoilt_makes_no_subscription(world):
    world.prism.tenant("Contoso")

    (charge,) = issue(world, "101", row("1.23457E+11", CustomerName="Contoso"))

    assert (charge.subscription, charge.subscription_ref, charge.problem) == (None, "", SPOILT_SUBSCRIPTION)


def test_what_told_the_motion_is_kept(world):
    tenant = world.prism.tenant("Contoso", subscription("s1"), subscription("u1", cycle=None, Unit="Usage-based"))
    odd = {"days": (1, 20), "ratio": "0.9"}
    rows = [
        row("u1"),
        row("s1", BillingCycle="Monthly"),
        row("s1", **odd),
        row("s1", days=(3, 3)),
        row("s9", CustomerName="Contoso"),
    ]

    charges = issue(world, "101", *rows)
    assert {charge.line: charge.motion_by for charge in charges} == {
        2: "usage",
        3: "words",
        4: "today",
        5: "one_day",
        6: "length",
    }

    tenant["Subscriptions"] = [subscription("s1", cycle="Annual")]
    late, later = issue(world, "102", row("s1", **odd), row("s1", "2026-10", **odd), month="2026-10")
    assert (late.motion, late.motion_by) == ("seat_monthly", "earlier")
    assert (later.motion, later.motion_by) == ("seat_monthly", "history")


def test_late_row_is_of_the_tenant_that_had_the_subscription_then(world):
    contoso = world.prism.tenant("Contoso", subscription("s1"))
    fabrikam = world.prism.tenant("Fabrikam")
    issue(world, "101", row("s1"))
    contoso["Subscriptions"], fabrikam["Subscriptions"] = [], [subscription("s1")]

    charges = issue(world, "102", row("s1", days=(10, 20)), row("s1", "2026-10"), month="2026-10")

    assert [charge.customer.name for charge in charges] == ["Contoso", "Fabrikam"]


def test_refund_is_of_the_product_that_the_subscription_was(world):
    tenant = world.prism.tenant("Contoso", subscription("s1"))
    for product in ("p1", "p2"):
        world.prism.product(product, ProductName=f"Suite {product}")
    with world.prism.answering():
        refresh_price_list(world.partner.pk, world.program.source_id, world.prism.client(), dt.date(2026, 9, 1))
    issue(world, "101", row("s1"))
    tenant["Subscriptions"] = [subscription("s1", "p2")]
    change = {"days": (16, 30), "ratio": "0.5"}

    refund, same, anew = issue(
        world, "102", row("s1", quantity=-1, **change), row("s1", **change), row("s1", unit_retail="11.00", **change)
    )

    assert [charge.product.product_id for charge in (refund, same, anew)] == ["p1", "p1", "p2"]


def test_change_to_a_product_that_nobody_can_tell_stays_one_credit_when_it_is_looked_at_again(world):
    tenant = world.prism.tenant("Contoso", subscription("s1"))
    world.prism.product("p1")
    for name in ("Suite A", "Suite B"):
        world.prism.product("p2", ProductName=name, ProductSku=name, ProductFrequencies=[])
    with world.prism.answering():
        refresh_price_list(world.partner.pk, world.program.source_id, world.prism.client(), dt.date(2026, 9, 1))
    issue(world, "101", row("s1", quantity=3))
    tenant["Subscriptions"] = [subscription("s1", "p2")]
    change = {"days": (16, 30), "ratio": "0.5"}
    issue(world, "102", row("s1", quantity=-3, **change), row("s1", unit_retail="6.00", unit_cost="5.00", **change))

    before = [(charge.kind, charge.credit) for charge in world.charges("102")]
    world.sync()

    assert before == [("credit", "102"), ("credit", "102")]
    assert [(charge.kind, charge.credit) for charge in world.charges("102")] == before
