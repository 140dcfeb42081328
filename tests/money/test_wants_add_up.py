"""What a period asks for is added up of parts, each line with a mark of its own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from money.enums import Because, Chosen, PartRole, PartState
from money.facts import Choice, PostingPart, Rules
from money.present import PresentLines
from money.steps.amounts import LineAmount
from money.wanting.brief import PeriodBrief
from money.wanting.wants import PeriodWants, Wanted, want_one_time
from money.words import NOTHING, Money
from tests.money.plan_facts import MAPPING, MARK, MARKS, ONCE, OURS, PERIOD, make_facts, make_line

D = Decimal
RULES = Rules(target="Syncro")


def money(cost: str, retail: str) -> Money:
    return Money(D(cost), D(retail))


def part(cost: str, retail: str, *, mark: str = MARK, role: PartRole = PartRole.RECURRING) -> PostingPart:
    return PostingPart(role, mark, PartState.BILLED, D(cost), D(retail))


SEATS = Wanted(
    PartRole.RECURRING, MARK, D(10), money("10", "12"), money("100", "120"), NOTHING,
    text="Business Premium", reason="10 on the invoice for Oct 2026",
    charge_ids=tuple(one.pk for one in PERIOD.charges),
)  # fmt: skip


def test_parts_of_what_is_wanted_add_up() -> None:
    one = PeriodWants([SEATS], [part("1", "2")], money("0.1", "0.2"), money("10", "12"), reasons=(Because.NOT_EXACT,))
    other = PeriodWants(no_recurring=True, ended=True, rounding=money("1", "1"), reasons=(Because.KEPT_PRICE,))

    for both in (one + other, other + one):
        assert (both.wanted, both.fixed, both.rounding, both.unit) == (
            [SEATS], [part("1", "2")], money("1.1", "1.2"), money("10", "12"),
        )  # fmt: skip
        assert (both.no_recurring, both.ended) == (True, True)
    assert (one + other).reasons == (Because.NOT_EXACT, Because.KEPT_PRICE)
    assert (one + one).ended is False
    assert one.source == money("101.1", "122.2")


def test_what_was_billed_by_a_line_that_stands_for_the_period_again_has_a_mark_of_its_own() -> None:
    first, second = (MARKS.of(PartRole.RECURRING, f"billed {number}") for number in (1, 2))
    twice = PeriodWants([SEATS], [part("1", "2"), part("3", "4"), part("5", "6", mark=ONCE)])
    assert [one.mark for one in twice.with_marks_apart(MARKS).fixed] == [first, second, ONCE]
    taken = PeriodWants([SEATS], [part("1", "2"), part("3", "4", mark=first)])
    assert [one.mark for one in taken.with_marks_apart(MARKS).fixed] == [second, first]

    future = PeriodWants([replace(SEATS, counts=False)], [part("1", "2")])
    assert future.with_marks_apart(MARKS) == future
    assert replace(twice, fixed=[]) == replace(twice.with_marks_apart(MARKS), fixed=[])


def test_one_time_line_of_nothing_is_a_part_without_a_line() -> None:
    made = want_one_time(
        LineAmount(D(1), NOTHING, money("10", "12")), PartRole.USAGE, ONCE, PERIOD.charges, RULES, text="", reason=""
    )

    unwritten = PostingPart(PartRole.USAGE, ONCE, PartState.SYNCED, D(0), D(0), D(-10), D(-12))
    assert made == PeriodWants(fixed=[unwritten])


def test_answer_to_adopt_names_the_line_under_the_recurring_mark_alone() -> None:
    adopt = {"conflict:seat_monthly:s1": Choice(Chosen.ADOPT, line_id="5")}
    told = PeriodBrief(PERIOD, MAPPING, RULES, PresentLines(make_facts(make_line(5), own=(OURS,))), adopt)

    assert told.adopted(MARK) is None  # ours stands
    found = told.adopted(ONCE)
    assert found is not None
    assert found.line_id == "5"
    assert told.terms(None, money("1", "2"), settled=True, whole=True).billed == money("1", "2")
    assert (told.terms(None).billed, told.terms(None).settled, told.terms(None).whole) == (NOTHING, False, False)
