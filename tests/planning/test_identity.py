"""Marks, fingerprints, periods and what is left behind."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncs.models.lines import LineState
from syncs.models.runs import Action
from syncs.planning.billing import left_behind_subject, plan_billing
from syncs.planning.facts import Choice, OwnLine
from syncs.planning.fingerprints import charges_digest
from syncs.planning.mapping import fingerprint_of
from syncs.planning.marks import find_mark, line_mark, with_mark
from syncs.planning.periods import month_after, period_label
from syncs.planning.results import Plan
from tests.planning.factories import (
    MONTHLY,
    OCT,
    TEMPLATE,
    D,
    make_charge,
    make_facts,
    make_line,
    make_own,
    make_period,
    make_template,
    told,
    writes,
)

WORDS = st.text(max_size=20)


# --- Marks ------------------------------------------------------------------------------------------


def test_mark_ignores_the_case_of_the_subscription() -> None:
    assert line_mark("ABC", MONTHLY, "usage", OCT) == line_mark("abc", MONTHLY, "usage", OCT)


def test_marks_differ_by_every_part() -> None:
    marks = {
        line_mark("a", MONTHLY, "usage", OCT),
        line_mark("b", MONTHLY, "usage", OCT),
        line_mark("a", "azure_plan", "usage", OCT),
        line_mark("a", MONTHLY, "credit", OCT),
        line_mark("a", MONTHLY, "usage", "2026-11"),
        line_mark("a", MONTHLY, "usage", OCT, "1"),
    }
    assert len(marks) == 6


@given(WORDS, st.lists(st.text("abc", min_size=1), min_size=1, max_size=3))
def test_a_description_carries_its_mark_once(text: str, subscriptions: list[str]) -> None:
    marks = [line_mark(name, MONTHLY, "recurring") for name in subscriptions]
    for mark in marks:
        text = with_mark(text, mark)
    assert (find_mark(text), text.count("[BS:"), with_mark(text, marks[-1])) == (marks[-1], 1, text)


@pytest.mark.parametrize("text", ["", "BS:AAAAAAAAAA", "[BS:AAAA]", "[BS:aaaaaaaaaa]", "[XX:AAAAAAAAAA]"])
def test_other_texts_are_no_mark(text: str) -> None:
    assert find_mark(text) == ""


# --- Fingerprints -----------------------------------------------------------------------------------

ROWS = [make_charge("10"), make_charge("2", ratio="0.5")]


@pytest.mark.parametrize("over", [{"pk": 0}, {"quantity": D(9)}, {"cost": D(1)}, {"retail": D(1)}])
def test_digest_sees_what_decides_about_billing(over: dict[str, object]) -> None:
    changed = replace(ROWS[0], **over)
    assert charges_digest([changed, ROWS[1]]) != charges_digest(ROWS)


def test_digest_is_the_same_in_any_order_and_notation() -> None:
    same = replace(ROWS[0], quantity=D("10.000"), cost=D("100.00000000"))
    assert charges_digest([ROWS[1], same]) == charges_digest(ROWS)


@pytest.mark.parametrize("pricing", [{"sync_cost": False}, {"sync_retail": False}])
def test_fingerprint_sees_the_pricing_strategy(pricing: dict[str, bool]) -> None:
    period = make_period(*ROWS)
    assert fingerprint_of(make_facts(mapping=pricing), period) != fingerprint_of(make_facts(), period)


# --- Periods ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "label"),
    [("2026-09", "Sep 2026"), ("2026-09-05/2027-09-04", "05 Sep 2026 to 04 Sep 2027")],
)
def test_period_reads_as_people_write_it(period: str, label: str) -> None:
    assert period_label(period) == label


@pytest.mark.parametrize(("period", "day"), [("2026-01", dt.date(2026, 2, 1)), ("2026-12", dt.date(2027, 1, 1))])
def test_month_after_crosses_the_year(period: str, day: dt.date) -> None:
    assert month_after(period) == day


# --- Lines left behind ------------------------------------------------------------------------------

MARK = line_mark("SUB-1", MONTHLY, "recurring")
LEFT = make_line(1, description=f"Business Premium [{MARK}]")
OWN = make_own(LEFT, MARK)


def left_behind(choice: str = "", own: OwnLine = OWN) -> Plan:
    choices = {left_behind_subject(own): Choice(choice)} if choice else {}
    return plan_billing([], [own], {TEMPLATE: make_template(LEFT)}, choices)


def test_line_left_behind_is_listed_and_not_touched() -> None:
    plan = left_behind()
    assert (plan.changes, told(plan)) == ([], ["left_behind"])


def test_line_left_behind_that_syncro_counts_is_not_touched() -> None:
    counted = {TEMPLATE: make_template(replace(LEFT, counted_by_target=True))}
    plan = plan_billing([], [OWN], counted, {left_behind_subject(OWN): Choice("remove")})
    assert (plan.changes, plan.notes) == ([], [])


def test_line_left_behind_goes_when_a_person_says_so() -> None:
    assert [change.action for change in writes(left_behind("remove"))] == [Action.REMOVE_LINE]


def test_line_left_behind_stays_silently_when_a_person_says_so() -> None:
    plan = left_behind("leave")
    assert (plan.changes, plan.notes) == ([], [])


@pytest.mark.parametrize("own", [replace(OWN, state=LineState.LOST), replace(OWN, template_id=1)])
def test_line_that_is_no_longer_there_is_not_left_behind(own: OwnLine) -> None:
    plan = left_behind(own=own)
    assert (plan.changes, plan.notes) == ([], [])
