"""Marks, fingerprints, periods and what is left behind."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bookkeeping.product import charges_digest, find_mark, line_mark, month_after, period_label, with_mark
from tests.bookkeeping.proving import prove
from tests.money.charge_facts import make_charge

MONTHLY, OCT = "seat_monthly", "2026-10"
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


def test_marks_keep_their_meaning() -> None:
    # Lines that stand at partners' templates are known by these.
    assert line_mark("SUB-1", MONTHLY, "recurring") == "BS:OG7QDWFBHI"
    month = prove("""
        subscription y1: cycle Annual
        subscription a1: cycle usage
        settings: credits apply
        invoice I1 for Oct 2026
          subscription | from   | to          | seats | ratio
          s1           | 1 Oct  | 31 Oct      |    10 |
          s1           | 16 Oct | 31 Oct      |     2 |   0.5
          a1           | 1 Oct  | 31 Oct      |     1 |
          y1           | 1 Oct  | 30 Sep 2027 |     1 |
          y1           | 1 Oct  | 30 Sep 2027 |     2 |
        invoice CR-1 for Oct 2026
          subscription | from  | to     | seats | ratio
          s1           | 1 Oct | 10 Oct | -1    | 0.5
        invoice CR-1 for Oct 2026
          subscription | from   | to     | seats | ratio
          s1           | 20 Oct | 30 Oct | -2    | 0.5
        sync
          charged 162.00 = synced 162.00
    """)
    year = "2026-10-01/2027-09-30"
    assert {own.mark for own in month.books.ledger.own.values()} == {
        line_mark("s1", MONTHLY, "recurring"),
        line_mark("s1", MONTHLY, "adjustment", OCT),
        line_mark("s1", MONTHLY, "credit", OCT, "CR-1"),
        line_mark("s1", MONTHLY, "credit", OCT, "CR-1#3"),
        line_mark("a1", "azure_plan", "usage", OCT),
        line_mark("y1", "seat_annual", "charge", year),
        line_mark("y1", "seat_annual", "charge", year, "1"),
    }


@given(WORDS, st.lists(st.text("abc", min_size=1), min_size=1, max_size=3))
def test_a_description_carries_its_mark_once(text: str, subscriptions: list[str]) -> None:
    marks = [line_mark(name, MONTHLY, "recurring") for name in subscriptions]
    for mark in marks:
        text = with_mark(text, mark)
    assert (find_mark(text), text.count("[BS:"), with_mark(text, marks[-1])) == (marks[-1], 1, text)


@pytest.mark.parametrize("text", ["", "BS:AAAAAAAAAA", "[BS:AAAA]", "[BS:aaaaaaaaaa]", "[XX:AAAAAAAAAA]"])
def test_other_texts_are_no_mark(text: str) -> None:
    assert find_mark("[BS:AAAAAAAAAA]") == "BS:AAAAAAAAAA"
    assert find_mark(text) == ""


# --- Fingerprints -----------------------------------------------------------------------------------

ROWS = [make_charge(seats="10"), make_charge(seats="2", ratio="0.5")]


@pytest.mark.parametrize(
    "over", [{"pk": 0}, {"quantity": Decimal(9)}, {"cost": Decimal("1.00")}, {"retail": Decimal("1.00")}]
)
def test_digest_sees_what_decides_about_billing(over: dict[str, object]) -> None:
    changed = replace(ROWS[0], **over)
    assert charges_digest([changed, ROWS[1]]) != charges_digest(ROWS)


def test_digest_is_the_same_in_any_order_and_notation() -> None:
    same = replace(ROWS[0], quantity=Decimal("10.000"), cost=Decimal("100.00000000"))
    assert charges_digest([ROWS[1], same]) == charges_digest(ROWS)


@pytest.mark.parametrize(
    ("before", "after", "edited", "account"),
    [
        ("cost and retail", "only cost", "retail 19.99", "charged 120.00 = synced 199.90 - rules 79.90"),
        ("only cost", "only quantity", "cost 11.11", "charged cost 100.00 = synced 111.10 - rules 11.10"),
    ],
)
def test_pricing_strategy_that_changes_reaches_the_line_that_stands(
    before: str, after: str, edited: str, account: str
) -> None:
    prove(f"""
        mapping monthly: pricing {before}
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
          line             | cost  | retail
          Business Premium | 10.00 |  12.00
        edit "Business Premium": {edited}
        sync
          nothing is written
          charged 120.00 = synced 120.00
          charged cost 100.00 = synced 100.00
        mapping monthly: pricing {after}
        sync
          nothing is written
          {account}
    """)


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

LEFT_BEHIND = """
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
          line             | total
          Business Premium | 120.00
        mapping monthly: sync off
"""


def test_line_left_behind_is_listed_and_not_touched() -> None:
    prove(f"""
        {LEFT_BEHIND}
        sync
          nothing is written
          line             | total
          Business Premium | 120.00
          says left behind
    """)


def test_line_left_behind_that_syncro_counts_is_not_touched() -> None:
    prove(f"""
        {LEFT_BEHIND}
        sync
          says left behind
        decide remove
        edit "Business Premium": counted yes
        sync
          nothing is written
          line             | total
          Business Premium | 120.00
          says nothing
    """)


def test_line_left_behind_goes_when_a_person_says_so() -> None:
    prove(f"""
        {LEFT_BEHIND}
        sync
          says left behind
        decide remove
        sync
          done    | line             | total
          removed | Business Premium | 120.00
    """)


def test_line_left_behind_stays_silently_when_a_person_says_so() -> None:
    prove(f"""
        {LEFT_BEHIND}
        sync
          says left behind
        decide leave
        sync
          nothing is written
          line             | total
          Business Premium | 120.00
          says nothing
    """)


@pytest.mark.parametrize("gone", ['delete "Business Premium"', "template monthly: gone"])
def test_line_that_is_no_longer_there_is_not_left_behind(gone: str) -> None:
    prove(f"""
        {LEFT_BEHIND}
        sync
          says left behind
        {gone}
        sync
          nothing is written
          no lines
          says nothing
    """)
