"""Which lines go: nobody charges them, nothing asks for them, they stand twice, or their mapping no longer syncs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import Chosen, LineState, PartState
from money.facts import Choice, MappingFacts, Posted, PostingPart
from money.postings import Postings
from money.present import PresentLines
from money.removing import remove_gone, remove_recurring
from money.settling import awaits_run
from money.taking_off import (
    left_behind_subject,
    plan_left_behind,
    removals_of_doubles,
    remove_duplicates,
    remove_unwanted,
)
from tests.bookkeeping.product import InvoiceTemplate, Note, OwnLine
from tests.money.plan_facts import OWN, PERIOD, TEMPLATE, make_line
from tests.money.standing_lines import ADJUSTMENT, DUE, HAS_RUN, LINE, MARK, ONCE, OWN_ONCE, STANDS, facts, once, part

D = Decimal

POSTED = Posted(11, "2026-10", "", "101", DUE, D(10), D(12), (part(PartState.SYNCED),))


@pytest.mark.parametrize(
    ("told", "parts", "waits"),
    [
        (STANDS, (part(PartState.SYNCED),), True),
        (HAS_RUN, (part(PartState.SYNCED),), False),
        (STANDS, (part(PartState.BILLED),), False),
        (STANDS, (once(PartState.SYNCED),), False),
        (STANDS, (), False),
    ],
)
def test_line_awaits_its_run_while_its_part_stands(
    told: MappingFacts, parts: tuple[PostingPart, ...], waits: bool
) -> None:
    assert awaits_run(PresentLines(told), replace(POSTED, parts=parts), MARK) is waits


def gone(
    told: MappingFacts, *, posted: Posted | None = None, **over: object
) -> tuple[list[tuple[object, ...]], list[Note]]:
    given = {
        "newest": "2026-11", "gone": {11}, "elsewhere": set(), "uncertain": set(), "leaving": set(), "withdrawn": set()
    } | over  # fmt: skip
    plan = remove_gone(PresentLines(told), Postings([posted] if posted else []), "Northwind", **given)
    return [(one.line_id, one.what, one.reason, one.goes_on) for one in plan.changes], plan.notes


REMOVED = ("1", "Northwind: Business Premium", "Not on the invoice for Nov 2026", False)


@pytest.mark.parametrize(
    ("told", "posted", "over", "removed"),
    [
        (STANDS, None, {}, [REMOVED]),
        (STANDS, None, {"gone": {12}}, []),
        (STANDS, None, {"leaving": {MARK}}, []),
        (STANDS, None, {"elsewhere": {11}}, [(*REMOVED[:3], True)]),
        (STANDS, None, {"elsewhere": {11}, "uncertain": {11}}, [(*REMOVED[:3], True)]),
        (STANDS, None, {"uncertain": {12}}, [REMOVED]),
        (STANDS, POSTED, {}, []),
        (STANDS, replace(POSTED, period="2026-09"), {}, [REMOVED]),
        (STANDS, POSTED, {"withdrawn": {(11, "2026-10")}}, [REMOVED]),
        (STANDS, POSTED, {"withdrawn": {(11, "2026-09")}}, []),
        (HAS_RUN, POSTED, {}, [REMOVED]),
        (facts(own=(OWN,)), None, {}, []),
        (facts(replace(LINE, counted_by_target=True), own=(OWN,)), None, {}, []),
    ],
)
def test_line_that_nobody_charges_any_more_goes_once_its_run_is_over(
    told: MappingFacts, posted: Posted | None, over: dict[str, object], removed: list[tuple[object, ...]]
) -> None:
    assert gone(told, posted=posted, **over) == (removed, [])


def test_line_of_rows_that_do_not_count_yet_stays_and_is_told() -> None:
    removed, notes = gone(STANDS, uncertain={11})

    assert (removed, [(note.code, note.text.split(":")[0]) for note in notes]) == ([], [("removal_held", "Northwind")])


def test_every_line_that_nobody_charges_goes() -> None:
    third = replace(OWN, mark="BS:CCCCCCCCCC", line_id="3", subscription_id=13)
    told = facts(LINE, make_line(3, mark=third.mark), own=(replace(OWN, subscription_id=12), OWN, third))

    assert [one[0] for one in gone(told, gone={11, 13})[0]] == ["1", "3"]


def test_line_of_a_quantity_that_came_down_to_nothing_goes_where_it_stands_and_is_ours_to_write() -> None:
    def removed(told: MappingFacts, mark: str = MARK) -> list[tuple[object, ...]]:
        made = remove_recurring(PresentLines(told), mark, PERIOD, "Northwind", "Ended")
        assert not any(one.moves or one.goes_on or one.asked_for for one in made)
        return [(one.line_id, one.what, one.reason) for one in made]

    assert removed(STANDS) == [("1", "Northwind: Business Premium", "Ended on the invoice for Oct 2026")]
    assert removed(STANDS, "BS:CCCCCCCCCC") == []
    assert removed(facts(own=(OWN,))) == []
    assert removed(facts(replace(LINE, counted_by_target=True), own=(OWN,))) == []


@pytest.mark.parametrize(
    ("unbilled", "planned", "asked_for", "removed"),
    [
        ({ONCE}, {(11, "2026-10")}, set(), True),
        (set(), {(11, "2026-10")}, set(), False),
        ({ONCE}, {(11, "2026-09"), (12, "2026-10")}, set(), False),
        ({ONCE}, {(11, "2026-10")}, {ONCE}, False),
        ({MARK}, {(11, "2026-10")}, set(), False),
    ],
)
def test_one_time_line_that_nothing_asks_for_goes(
    unbilled: set[str], planned: set[tuple[int, str]], asked_for: set[str], removed: bool
) -> None:
    made = remove_unwanted(PresentLines(STANDS), unbilled, planned, asked_for, "Northwind")

    assert [(one.line_id, one.what, one.reason) for one in made] == (
        [("2", "Northwind: Business Premium", "No longer asked for")] if removed else []
    )


def test_every_one_time_line_that_nothing_asks_for_goes() -> None:
    third = replace(OWN_ONCE, mark="BS:CCCCCCCCCC", line_id="3")
    told = facts(ADJUSTMENT, make_line(3, mark=third.mark, one_time=True), own=(OWN_ONCE, third))

    made = remove_unwanted(PresentLines(told), {ONCE, third.mark}, {(11, "2026-10")}, set(), "")
    assert [one.line_id for one in made] == ["2", "3"]


def test_second_line_with_one_mark_goes_and_the_one_we_know_stays() -> None:
    counted = replace(make_line(4, mark=MARK), counted_by_target=True)
    lines = (make_line(5, mark=MARK), LINE, make_line(3, mark=MARK), counted)
    told = facts(*lines, own=(OWN,))

    made = remove_duplicates(PresentLines(told))
    assert [(one.line_id, one.what, one.reason, one.asked_for) for one in made] == [
        (number, "Business Premium", "A second line with the same mark", True) for number in ("5", "3")
    ]
    assert removals_of_doubles(told.template, OWN) == made
    assert removals_of_doubles(told.template, replace(OWN, state=LineState.LOST)) == []
    assert removals_of_doubles(None, OWN) == []
    younger = remove_duplicates(PresentLines(facts(*lines, own=(replace(OWN, line_id="5"),))))
    assert [one.line_id for one in younger] == ["1", "3"]
    unknown = replace(OWN, line_id="99")
    assert [one.line_id for one in removals_of_doubles(told.template, unknown)] == ["5", "3"]


# --- Lines whose mapping no longer syncs ---------------------------------------------------------------------


def left_behind(
    *own: OwnLine, choice: Chosen | None = None, template: InvoiceTemplate | None = STANDS.template
) -> tuple[list[tuple[object, ...]], list[Note]]:
    templates = {"101": template} if template else {}
    choices = {left_behind_subject(own[0]): Choice(choice)} if choice else {}
    plan = plan_left_behind(own, templates, choices)
    return [(one.line_id, one.what, one.reason, one.asked_for) for one in plan.changes], plan.notes


def test_line_left_behind_is_offered_for_removal_with_its_money() -> None:
    removed, (note,) = left_behind(OWN)

    assert removed == []
    assert (note.code, note.key, note.subject, note.customer_id, note.retail) == (
        "left_behind", f"left_behind:{MARK}", f"left_behind:{MARK}", 7, D("120.00"),
    )  # fmt: skip
    assert note.text == "“Business Premium” stays on the template, but its mapping no longer syncs."
    assert note.cure == "Remove the line, or leave it."
    assert left_behind(OWN, choice=Chosen.LEAVE) == ([], [])
    unmarked = replace(TEMPLATE, lines=(replace(LINE, description="Seats"),))
    for own, template in ((replace(OWN, line_id="99"), STANDS.template), (OWN, unmarked)):
        assert [note.code for note in left_behind(own, template=template)[1]] == ["left_behind"]
    reason = "Its mapping no longer syncs"
    assert left_behind(OWN, choice=Chosen.REMOVE) == ([("1", "Business Premium", reason, True)], [])
    assert [note.subject for note in left_behind(OWN, OWN_ONCE)[1]] == [f"left_behind:{MARK}", f"left_behind:{ONCE}"]


@pytest.mark.parametrize(
    ("own", "template"),
    [
        (OWN, None),
        (OWN, replace(TEMPLATE, lines=())),
        (replace(OWN, state=LineState.LOST), STANDS.template),
        (OWN, replace(TEMPLATE, lines=(replace(LINE, counted_by_target=True),))),
        (replace(OWN, template_id="102"), STANDS.template),
    ],
)
def test_line_that_is_gone_or_not_ours_to_write_is_not_offered(own: OwnLine, template: InvoiceTemplate | None) -> None:
    assert left_behind(own, template=template) == ([], [])
