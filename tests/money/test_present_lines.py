"""What stands on templates: lines of ours by id and mark, lines of others by product, and what taking one off is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import Action, LineState, PartRole
from money.present import (
    OwnLines,
    PresentLines,
    TemplateLines,
    changed_values,
    line_by_id,
    lines_by_mark,
    removal_of,
    unit_of,
    values_of,
)
from money.words import Money
from tests.bookkeeping.product import InvoiceTemplate, LineValues, MappingFacts, OwnLine, PlannedChange, TemplateLine
from tests.money.plan_facts import OWN, PRODUCT, TEMPLATE, make_facts, make_line

D = Decimal
MARK, OTHER = OWN.mark, "BS:BBBBBBBBBB"
LINES = (make_line(10, mark=MARK), make_line(9, mark=MARK), make_line(8, mark=OTHER), make_line(7))


def ids(lines: list[TemplateLine]) -> list[str]:
    return [line.line_id for line in lines]


def template(*lines: TemplateLine) -> InvoiceTemplate:
    return replace(TEMPLATE, lines=lines)


def test_lines_of_a_template_are_found_by_id_and_by_mark() -> None:
    lines = TemplateLines(template(*LINES))

    assert [lines.by_id(one) for one in ("10", "11", None)] == [LINES[0], None, None]
    assert [ids(lines.marked(one)) for one in (MARK, OTHER, "BS:CCCCCCCCCC")] == [["10", "9"], ["8"], []]
    assert line_by_id(template(*LINES), "8") == LINES[2]
    assert line_by_id(template(*LINES), "11") is None
    assert [ids(lines_by_mark(template(*LINES), one)) for one in (MARK, OTHER)] == [["10", "9"], ["8"]]


@pytest.mark.parametrize(
    ("own", "found"),
    [
        (replace(OWN, line_id="10"), "10"),
        (replace(OWN, line_id="7"), "7"),  # by its id, whatever its mark: somebody took the mark off
        (replace(OWN, line_id="99"), "9"),  # else the oldest that carries the mark
        (None, "9"),
    ],
)
def test_our_line_is_the_one_with_its_id_else_the_oldest_with_its_mark(own: OwnLine | None, found: str) -> None:
    line = TemplateLines(template(*LINES)).ours(MARK, own)

    assert line is not None
    assert line.line_id == found


def test_template_that_is_gone_has_no_lines() -> None:
    gone = TemplateLines(None)

    assert (gone.by_id("10"), gone.ours(MARK, OWN), gone.marked(MARK)) == (None, None, [])
    assert (line_by_id(None, "10"), lines_by_mark(None, MARK)) == (None, [])
    nothing = PresentLines(replace(make_facts(*LINES), template=None))
    assert (nothing.on("101").template, nothing.foreign_of(PRODUCT)) == (None, [])


def test_lines_that_stand_and_lines_that_were_lost_are_known_by_their_mark() -> None:
    lost = replace(OWN, mark=OTHER, state=LineState.LOST)
    again = replace(OWN, state=LineState.LOST, line_id="2")
    own = OwnLines([OWN, replace(OWN, line_id="3"), again, lost, replace(lost, line_id="5")])

    assert own.standing(MARK) == OWN
    assert own.standing(OTHER) is None
    assert own.lost(MARK) is None  # one stands
    assert own.lost(OTHER) == replace(lost, line_id="5")  # the last that was lost
    assert [one.line_id for one in own.all_standing] == ["1", "3"]


# --- On whatever template -----------------------------------------------------------------------------

HERE = replace(make_line(1, mark=MARK), retail_cents=15_00, cost_cents=9_00)
THERE = replace(make_line(2, mark=OTHER), template_id="102", retail_cents=20_00)
MOVED = replace(OWN, mark=OTHER, template_id="102", line_id="2", role=PartRole.ADJUSTMENT)


@pytest.fixture
def present() -> PresentLines:
    facts = make_facts(HERE, make_line(7), make_line(6, name="Backup"), own=(OWN, MOVED))
    return PresentLines(replace(facts, other_templates={"102": replace(TEMPLATE, template_id="102", lines=(THERE,))}))


def test_line_is_found_on_the_template_on_which_it_was_written(present: PresentLines) -> None:
    assert present.line_of(OWN) == HERE
    assert present.line_of(MOVED) == THERE
    assert present.line_of(replace(MOVED, line_id="99")) == THERE
    assert present.line_of(replace(MOVED, template_id="103")) is None
    twice = PresentLines(make_facts(make_line(9, mark=MARK), replace(HERE, line_id="10"), own=(OWN,)))
    assert twice.line_of(replace(OWN, line_id="10")) == replace(HERE, line_id="10")


def test_recurring_and_one_time_lines_are_told_apart(present: PresentLines) -> None:
    assert [one.mark for one in present.recurring_lines()] == [MARK]
    assert [one.mark for one in present.one_time_lines()] == [OTHER]


def test_price_that_stands_is_that_of_the_line_wherever_it_is(present: PresentLines) -> None:
    assert present.unit_under(MARK) == Money(D("9.00"), D("15.00"))
    assert present.unit_under(OTHER) == Money(D("10.00"), D("20.00"))
    assert present.unit_under("BS:CCCCCCCCCC") is None
    unmarked = make_facts(replace(HERE, description="Seats"), own=(OWN,))
    assert PresentLines(unmarked).unit_under(MARK) == Money(D("9.00"), D("15.00"))
    by_mark = make_facts(HERE)
    assert PresentLines(by_mark).unit_under(MARK) == Money(D("9.00"), D("15.00"))


def test_lines_of_others_are_those_that_bill_the_product_and_are_not_ours(present: PresentLines) -> None:
    assert ids(present.foreign_of(PRODUCT)) == ["7", "6"]
    assert ids(present.foreign_of(replace(PRODUCT, target_id="77", name="Backup"))) == ["6"]
    assert present.foreign_of(replace(PRODUCT, target_id="77", name="Mail")) == []


def adoptable(line: TemplateLine, *own: OwnLine) -> MappingFacts:
    return make_facts(line, own=own)


@pytest.mark.parametrize(
    ("facts", "line_id", "adopted"),
    [
        (adoptable(make_line(7)), "7", True),
        (adoptable(make_line(7)), "8", False),
        (adoptable(make_line(7)), None, False),
        (adoptable(make_line(7), replace(OWN, line_id="7")), "7", False),
        (adoptable(make_line(7), OWN), "7", False),
        (adoptable(make_line(7), MOVED), "7", True),
        (adoptable(make_line(7, one_time=True)), "7", False),
        (adoptable(replace(make_line(7), counted_by_target=True)), "7", False),
        (replace(adoptable(make_line(7)), foreign_ids=frozenset({"8"})), "8", False),
    ],
)
def test_line_of_others_is_taken_over_while_we_have_none_and_it_can_be(
    facts: MappingFacts, line_id: str | None, adopted: bool
) -> None:
    found = PresentLines(facts).to_adopt(line_id, MARK)

    assert (found.line_id if found else None) == ("7" if adopted else None)


# --- Values -------------------------------------------------------------------------------------------

VALUES = LineValues(
    "31", "Business Premium", f"Business Premium [{MARK}]", D(10), 15_00, 9_00, taxable=True, one_time=False, position=1
)


def test_line_is_written_with_our_numbers_and_mark_and_all_else_as_people_left_it() -> None:
    line = replace(HERE, description="Seats of March", taxable=False, position=4, name="Seats")

    assert values_of(HERE) == VALUES
    assert changed_values(
        line, mark=MARK, quantity=D(3), unit=Money(D("8.00"), D("9.50")), one_time=True
    ) == LineValues(
        "31", "Seats", f"Seats of March [{MARK}]", D(3), 9_50, 8_00, taxable=False, one_time=True, position=4
    )
    assert unit_of(HERE) == Money(D("9.00"), D("15.00"))


@pytest.mark.parametrize("asked", [{"moves": True}, {"goes_on": True}, {"asked_for": True}, {}])
def test_taking_a_line_off_gives_back_what_it_billed(asked: dict[str, bool]) -> None:
    assert removal_of(MOVED, HERE, "Northwind: Seats", "Ended", **asked) == PlannedChange(
        action=Action.REMOVE_LINE,
        role=PartRole.ADJUSTMENT,
        mark=OTHER,
        customer_id=7,
        motion="seat_monthly",
        subscription_id=11,
        period="2026-10",
        template_id="102",
        what="Northwind: Seats",
        reason="Ended",
        line_id="1",
        before=VALUES,
        retail=D("-150.00"),
        cost=D("-90.00"),
        **asked,
    )
