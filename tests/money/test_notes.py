"""What people are told about a plan: each note whole, with its key, its cure and whom it is about."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import HoldCode, PartRole, PartState, Severity
from money.facts import ChargeFact, MappingFacts, Posted, PostingPart
from money.month.months import Holder
from money.month.unfinished import note_not_any_invoice, note_not_invoiced
from money.notes import (
    note_billed_ahead,
    note_excluded,
    note_fallback,
    note_foreign_lines,
    note_given_away,
    note_of_hold,
    note_prices,
    note_template,
    note_uncertain,
    note_without_product,
)
from money.present import PresentLines
from money.wanting.wants import Wanted
from money.words import NOTHING, Money
from tests.bookkeeping.product import Days, Hold, Months, Note, TemplateLine
from tests.money.charge_facts import make_charge
from tests.money.plan_facts import MAPPING, OWN, PERIOD, PRODUCT, TEMPLATE, make_facts, make_line

D = Decimal
WITHOUT_PRODUCT = replace(PERIOD, product=None)
WANTED = Wanted(
    PartRole.ADJUSTMENT, "BS:BBBBBBBBBB", D(1), Money(D(4), D(6)), Money(D(4), D(6)), NOTHING,
    text="Adjustment", reason="", charge_ids=(), excluded="Prorations: warn only",
)  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "key"), [("credit:BS:X", "credit:credit:BS:X"), ("", "credit:BS:AAAAAAAAAA:2026-10")]
)
def test_what_waits_is_told_with_its_cure_and_what_is_at_stake(subject: str, key: str) -> None:
    hold = Hold(HoldCode.CREDIT, "Credit of -3.00.", "Apply it.", subject)

    assert note_of_hold(MAPPING, PERIOD, hold, OWN.mark, D("-3.00")) == Note(
        Severity.WARNING, "credit", key, "Northwind: Credit of -3.00.", "Apply it.", subject,
        customer_id=7, retail=D("-3.00"),
    )  # fmt: skip


def test_amount_that_is_not_billed_on_purpose_is_told_with_the_reason() -> None:
    assert note_excluded(MAPPING, PERIOD, WANTED) == Note(
        Severity.WARNING, "excluded", "excluded:BS:BBBBBBBBBB",
        "Northwind: Adjustment: 6.00 is not billed (Prorations: warn only).",
        customer_id=7, subscription_id=11, retail=D(6),
    )  # fmt: skip


def test_difference_of_cost_alone_is_told_without_an_amount_that_is_missing() -> None:
    assert note_excluded(MAPPING, PERIOD, replace(WANTED, only_cost=True)) == Note(
        Severity.INFO, "only_cost", "only_cost:BS:BBBBBBBBBB",
        "Northwind: Adjustment: the customer's amount is right, your cost differs by 4.00. No line is written for it.",
        customer_id=7, subscription_id=11,
    )  # fmt: skip


@pytest.mark.parametrize(("runs", "told"), [(1, "ran before"), (2, "ran 2 times before"), (3, "ran 3 times before")])
def test_runs_ahead_are_counted_and_added_up(runs: int, told: str) -> None:
    part = PostingPart(PartRole.RECURRING, OWN.mark, PartState.BILLED, D(100), D(120))

    assert note_billed_ahead(MAPPING, PERIOD, [part] * runs) == [
        Note(
            Severity.WARNING, "billed_ahead", "billed_ahead:s1:2026-10",
            f"Northwind, Business Premium: the template {told} the lines for Oct 2026 were written, and billed "
            f"{120 * runs}.00 as the line stood. That counts for the month.",
            "Let the template run after the day on which the invoices come.",
            customer_id=7, subscription_id=11, retail=D(120 * runs),
        )
    ]  # fmt: skip
    assert note_billed_ahead(MAPPING, PERIOD, []) == []


def given(cost: str, *, credit: str = "") -> ChargeFact:
    return replace(make_charge(amount="0.00", cost_amount=cost), credit=credit)


def test_rows_that_cost_something_and_bill_nothing_are_told_with_their_cost() -> None:
    rows = (given("30.00"), given("20.00"), given("-5.00"), given("7.00", credit="CR-1"), make_charge())

    assert note_given_away(MAPPING, replace(PERIOD, charges=rows), D("0.05")) == [
        Note(
            Severity.WARNING, "given_away", "given_away:s1:2026-10",
            "Northwind, Business Premium: 50.00 of cost is invoiced at a retail price of 0.00 for Oct 2026.",
            "Nothing needs to be done where that is meant. Else set the retail price in the source.",
            customer_id=7, subscription_id=11,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(("cost", "told"), [("0.05", 0), ("0.06", 1)])
def test_cost_that_is_given_away_within_the_tolerance_is_not_told(cost: str, told: int) -> None:
    assert len(note_given_away(MAPPING, replace(PERIOD, charges=(given(cost),)), D("0.05"))) == told


def test_line_with_a_decimal_quantity_is_told_with_the_target_that_refuses_negatives() -> None:
    assert note_fallback(MAPPING, WITHOUT_PRODUCT, "Syncro") == Note(
        Severity.WARNING, "decimal_quantity", "decimal_quantity:s1:2026-10",
        "Northwind, s1: Syncro refuses negative amounts, so the line for Oct 2026 has a decimal quantity.",
        customer_id=7, subscription_id=11,
    )  # fmt: skip


def test_line_without_a_product_link_is_told_with_what_to_do() -> None:
    assert note_without_product(MAPPING, PERIOD, PRODUCT) == Note(
        Severity.WARNING, "no_product", "no_product:premium",
        "Northwind: Business Premium has no product in the target; its line for Oct 2026 is written without a "
        "product link.",
        "Switch the product sync on, or create the product.",
        customer_id=7, product_id=3,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "told"), [("", "s1"), ("Backup", "Backup")])
def test_line_that_stays_while_rows_are_held_is_told(name: str, told: str) -> None:
    assert note_uncertain("Northwind", replace(OWN, name=name), "2026-11") == Note(
        Severity.WARNING, "removal_held", "removal_held:BS:AAAAAAAAAA:2026-11",
        f"Northwind: {told} has rows for Nov 2026 that are held or unknown; its line stays.",
        "Decide about the held invoice or rows first.",
        customer_id=7,
    )  # fmt: skip


BEFORE = Posted(11, "2026-09", "", "101", None, D("9.50"), D("12.00"), ())


def test_each_price_that_changed_is_told_with_the_day_from_which_rows_have_it() -> None:
    late = Days(dt.date(2026, 10, 16), dt.date(2026, 10, 31))
    rows = (
        make_charge(),
        replace(make_charge(), unit_retail=D(13), days=late),
        replace(make_charge(), unit_retail=D(13), days=Days(dt.date(2026, 10, 2), late.last), credit="CR-1"),
        replace(
            make_charge(amount="-13", cost_amount="-10"),
            unit_retail=D(13),
            days=Days(late.first.replace(day=3), late.last),
        ),
    )

    notes = note_prices(MAPPING, replace(PERIOD, charges=rows), Money(D("10.00"), D("13.00")), BEFORE)

    told = "Northwind, Business Premium: Subscription"
    assert notes == [
        Note(
            Severity.WARNING, "price_changed", f"price:{side}:s1:2026-10",
            f"{told} {side} unit price changed from {how}",
            customer_id=7, subscription_id=11,
        )
        for side, how in (("cost", "9.50 to 10.00 on 01 Oct 2026"), ("retail", "12.00 to 13.00 on 16 Oct 2026"))
    ]  # fmt: skip


def test_price_that_no_row_has_is_told_with_the_first_day_of_the_rows() -> None:
    (note,) = note_prices(MAPPING, PERIOD, Money(D("9.50"), D("11.00")), BEFORE)

    assert note.text.endswith("retail unit price changed from 12.00 to 11.00 on 01 Oct 2026")


@pytest.mark.parametrize(
    ("current", "unit", "last"),
    [
        (False, Money(D(10), D(13)), BEFORE),
        (True, NOTHING, BEFORE),
        (True, Money(D(10), D(13)), None),
        (True, Money(D("9.50"), D(12)), BEFORE),
    ],
)
def test_price_is_not_told_as_changed_where_none_changed(current: bool, unit: Money, last: Posted | None) -> None:
    assert note_prices(MAPPING, replace(PERIOD, current=current), unit, last) == []


def told_of_template(facts: MappingFacts, *, writes: bool = True, newest: str = "2026-10") -> list[Note]:
    present = PresentLines(facts)
    return note_template(MAPPING, present, newest, target="Syncro", writes=writes, waits=D(120))


PAUSED = Note(
    Severity.WARNING, "paused", "paused:101:2026-10",
    "Northwind: The invoice template “Northwind monthly” is paused: 120.00 is not billed until it runs.",
    "Resume it in Syncro.", customer_id=7, retail=D(120),
)  # fmt: skip


@pytest.mark.parametrize(
    ("paused", "writes", "stands_on", "told"),
    [
        (True, True, "", [PAUSED]),
        (True, False, "101", [PAUSED]),
        (True, False, "102", []),
        (True, False, "", []),
        (False, True, "101", []),
    ],
)
def test_paused_template_is_told_with_what_waits_on_it(
    paused: bool, writes: bool, stands_on: str, told: list[Note]
) -> None:
    own = (replace(OWN, template_id=stands_on),) if stands_on else ()
    facts = replace(make_facts(own=own), template=replace(TEMPLATE, paused=paused))

    assert told_of_template(facts, writes=writes) == told


@pytest.mark.parametrize("writes", [True, False])
def test_template_that_ran_early_is_told_with_its_next_run(writes: bool) -> None:
    facts = replace(make_facts(), template=replace(TEMPLATE, next_run=dt.date(2026, 12, 1)))

    assert told_of_template(facts, writes=writes) == [
        Note(
            Severity.WARNING, "ran_early", "ran_early:101:2026-10:2026-12-01",
            "Northwind: The invoice template “Northwind monthly” ran before the invoice for Oct 2026 came; it is "
            "billed on 01 Dec 2026.",
            customer_id=7, news=writes,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("next_run", "newest"), [(dt.date(2026, 11, 30), "2026-10"), (None, "2026-10"), (dt.date(2026, 12, 1), "")]
)
def test_template_that_has_not_run_since_its_month_is_not_early(next_run: dt.date | None, newest: str) -> None:
    facts = replace(make_facts(), template=replace(TEMPLATE, next_run=next_run))

    assert told_of_template(facts, newest=newest) == []


def test_template_that_is_gone_is_neither_paused_nor_early() -> None:
    assert told_of_template(replace(make_facts(own=(OWN,)), template=None)) == []


def foreign(number: int) -> list[TemplateLine]:
    return [make_line(each, name=f"Line {each}") for each in range(1, number + 1)]


@pytest.mark.parametrize(("number", "more"), [(1, ""), (5, ""), (6, " and 1 more"), (7, " and 2 more")])
def test_first_plan_names_five_lines_that_others_put_on_the_template(number: int, more: str) -> None:
    facts = make_facts(
        *foreign(number), make_line(98, one_time=True), make_line(99, mark=OWN.mark), own=(replace(OWN, line_id="99"),)
    )
    named = ", ".join(f"“Line {each}” (10)" for each in range(1, min(number, 5) + 1))

    assert note_foreign_lines(MAPPING, PresentLines(facts)) == [
        Note(
            Severity.INFO, "foreign_lines", "foreign_lines:101",
            f"Northwind: other recurring lines on “Northwind monthly”: {named}{more}.",
            "They are never touched. Remove what the sync now bills.",
            customer_id=7,
        )
    ]  # fmt: skip


def test_template_without_lines_of_others_and_one_that_is_gone_name_none() -> None:
    ours = make_facts(make_line(1, mark=OWN.mark), make_line(2, one_time=True), own=(OWN,))

    assert note_foreign_lines(MAPPING, PresentLines(ours)) == []
    assert note_foreign_lines(MAPPING, PresentLines(replace(ours, template=None))) == []


def holder(retail: str) -> Holder:
    return Holder(OWN.mark, 11, 7, 3, D(10), D(retail))


def not_invoiced(text: str, retail: str) -> Note:
    return Note(
        Severity.WARNING, HoldCode.NOT_INVOICED, "not_invoiced:month:2026-11", text,
        "Wait while invoices of the month are still to come. Else say that it is complete: the lines are taken off.",
        "month:2026-11", retail=D(retail),
    )  # fmt: skip


def test_lines_that_the_newest_month_does_not_charge_yet_are_counted_and_added_up() -> None:
    months = Months("2026-11", "2026-10", not_yet=(holder("120.00"), holder("1.50")), holders=5)

    assert note_not_invoiced(months) == [
        not_invoiced("2 of 5 subscriptions, 121.50, are not invoiced for Nov 2026 yet.", "121.50")
    ]
    assert note_not_invoiced(replace(months, not_yet=())) == []
    assert note_not_invoiced(replace(months, regular="2026-11")) == []


def test_month_that_ended_without_any_invoice_names_all_lines() -> None:
    holders = [holder("120.00"), holder("1.50")]

    assert note_not_any_invoice("2026-11", holders) == [
        not_invoiced(
            "2 of 2 subscriptions, 121.50, are not invoiced for Nov 2026 yet: the month has ended without an invoice.",
            "121.50",
        )
    ]
    assert note_not_any_invoice("", holders) == []
    assert note_not_any_invoice("2026-11", []) == []
