"""In which order a plan is written, and what our lines bill once it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import Action, PartRole, PartState
from money.facts import MappingFacts, Rules
from money.marks import PeriodMarks
from money.planning import plan_billing, plan_mapping
from tests.money.charge_facts import make_charge
from tests.money.plan_facts import (
    LINE,
    MAPPING,
    OURS,
    PERIOD,
    STANDS,
    TEMPLATE,
    make_facts,
    make_line,
    part,
    posted,
)

D = Decimal


# --- Order and money of the whole --------------------------------------------------------------------


def test_moves_come_first_then_what_was_billed_goes_then_one_time_lines_and_recurring_ones_last() -> None:
    older = replace(PERIOD, period="2026-09", subscription_id=9, subscription="s2", current=False)
    marks = PeriodMarks("s2", "seat_monthly", "2026-09")
    billed = replace(
        OURS, mark=marks.of(PartRole.ADJUSTMENT), role=PartRole.ADJUSTMENT, line_id="3",
        subscription_id=9, subscription="s2", period="2026-09", next_run=dt.date(2026, 10, 1),
    )  # fmt: skip
    there = replace(TEMPLATE, template_id="102", lines=(replace(LINE, template_id="102"),))
    more = replace(PERIOD, charges=(*PERIOD.charges, make_charge(seats="2", ratio="0.5")))
    facts = make_facts(make_line(3, mark=billed.mark, one_time=True), own=(replace(OURS, template_id="102"), billed))
    facts = replace(
        facts, periods=(more, older), other_templates={"102": there}, carried=frozenset([billed.mark]),
        posted=(replace(posted(part(marks.recurring, PartState.BILLED), period=older), subscription_id=9),),
    )  # fmt: skip

    changes = plan_mapping(facts).changes
    assert {one.what.split(":")[0] for one in changes} == {"Northwind"}
    order = [(one.action, one.role, one.moves) for one in changes]
    assert order == [
        (Action.REMOVE_LINE, PartRole.RECURRING, True),
        (Action.REMOVE_LINE, PartRole.ADJUSTMENT, False),
        (Action.ADD_LINE, PartRole.ADJUSTMENT, False),
        (Action.ADD_LINE, PartRole.RECURRING, False),
    ]


def of_mapping(number: int, template_id: str) -> MappingFacts:
    mapping = replace(MAPPING, mapping_id=number, customer_id=number, template_id=template_id)
    return replace(make_facts(), mapping=mapping, template=replace(TEMPLATE, template_id=template_id))


def test_templates_are_written_in_the_order_of_their_ids_and_mappings_in_the_order_of_theirs() -> None:
    facts = [of_mapping(4, "10"), of_mapping(3, "9"), of_mapping(2, "10"), of_mapping(1, "a")]

    assert [one.customer_id for one in plan_billing(facts).changes] == [3, 2, 4, 1]


def test_what_moves_goes_before_anything_of_other_templates() -> None:
    moving = replace(make_facts(own=(replace(OURS, template_id="102"),)), other_templates={
        "102": replace(TEMPLATE, template_id="102", lines=(replace(LINE, template_id="102"),))
    })  # fmt: skip

    changes = plan_billing([of_mapping(3, "9"), moving]).changes
    assert [(one.customer_id, one.action) for one in changes] == [
        (7, Action.REMOVE_LINE),
        (3, Action.ADD_LINE),
        (7, Action.ADD_LINE),
    ]


@pytest.mark.parametrize(
    ("facts", "waits"),
    [
        (make_facts(), "120.00"),
        (make_facts(replace(LINE, quantity=D(8)), own=(replace(OURS, quantity=D(8)),)), "120.00"),
        (STANDS, "120.00"),
        (
            make_facts(
                LINE,
                make_line(2, mark="BS:BBBBBBBBBB"),
                own=(OURS, replace(OURS, mark="BS:BBBBBBBBBB", line_id="2", subscription_id=12)),
            ),
            "240.00",
        ),
    ],
)
def test_paused_template_says_what_it_would_bill_once_the_plan_is_written(facts: MappingFacts, waits: str) -> None:
    assert facts.template is not None
    paused = replace(facts, template=replace(facts.template, paused=True), rules=Rules(target="Syncro"))

    notes = [note for note in plan_mapping(paused).notes if note.code == "paused"]
    assert [(note.retail, note.cure) for note in notes] == [(D(waits), "Resume it in Syncro.")]


def test_amount_that_waits_for_a_person_is_no_money_of_a_paused_template() -> None:
    foreign = make_facts(make_line(5), LINE, own=(OURS,))
    adjusted = replace(PERIOD, charges=(*PERIOD.charges, make_charge(seats="2", ratio="0.5")))
    paused = replace(foreign, template=replace(TEMPLATE, paused=True, lines=(make_line(5), LINE)), periods=(adjusted,))

    (note,) = [note for note in plan_mapping(paused).notes if note.code == "paused"]
    assert note.retail == D("144.00")  # 12 seats, without the -12.00 that wait


def test_first_plan_of_a_mapping_names_the_lines_of_others() -> None:
    foreign = replace(make_facts(replace(make_line(5, name="Backup"), product_id="9")), first=True)

    assert [note.code for note in plan_mapping(foreign).notes] == ["foreign_lines"]
    assert plan_mapping(replace(foreign, first=False)).notes == []
