"""Of a period that was taken back after it was billed: what else it charges settles it, the rest is a credit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import PartRole, PartState
from money.facts import PostingPart, Rules
from money.holds import held_quantity
from money.marks import PeriodMarks
from money.present import PresentLines
from money.wanting.brief import PeriodBrief
from money.wanting.credits import settle_reversal, settled_back, want_reversed
from money.wanting.wants import PeriodWants, Wanted
from money.words import NOTHING, Money
from tests.money.plan_facts import MAPPING, PERIOD, make_facts

D = Decimal
SEATS = PeriodMarks("s1", "seat_monthly", "2026-10")


def money(cost: str, retail: str) -> Money:
    return Money(D(cost), D(retail))


def give(*, settled: tuple[PostingPart, ...] = (), **over: object) -> PeriodBrief:
    told = replace(PERIOD, period="2026-10", **over)
    return PeriodBrief(told, MAPPING, Rules(target="Syncro"), PresentLines(make_facts()), {}, settled)


def given_back(mark: str) -> PostingPart:
    return PostingPart(PartRole.CREDIT, mark, PartState.BILLED, D(-1), D(-2))


CREDIT = Wanted(
    PartRole.CREDIT, SEATS.of(PartRole.CREDIT, "CR-1"), D(1), money("-1.00", "-3.00"), money("-1.00", "-3.00"), NOTHING,
    text="Credit, Oct 2026: Business Premium", reason="Credit on invoice CR-1", charge_ids=(1,),
)  # fmt: skip


def test_what_was_billed_of_a_reversed_period_is_one_credit() -> None:
    told = give(reversed_by="I9", charges=())

    made = want_reversed(told, money("-10.004", "-12.004"))
    expected = replace(
        CREDIT,
        mark=SEATS.of(PartRole.CREDIT, "I9"),
        unit=money("-10.00", "-12.00"),
        amount=money("-10.00", "-12.00"),
        charge_ids=(),
        reason="Invoice I9 takes back what was billed",
    )
    assert replace(made, hold=None) == expected
    assert made.hold is not None
    assert (made.hold.text, made.hold.subject) == ("Credit of -12.00 on invoice I9.", f"credit:{expected.mark}")


@pytest.mark.parametrize(
    ("over", "waits"),
    [
        ({}, True),
        ({"role": PartRole.RECURRING}, False),
        ({"amount": money("1", "3")}, False),
        ({"hold": None, "amount": NOTHING}, False),
    ],
)
def test_line_of_a_reversed_period_that_gives_money_back_waits_as_a_credit(
    over: dict[str, object], waits: bool
) -> None:
    line = replace(CREDIT, **over)
    told = give(reversed_by="I9")
    settled = settle_reversal(told, PeriodWants(wanted=[line], rounding=money("0", "0.004")))
    (made,) = settled.wanted

    assert settled.rounding == money("0", "0.004")
    assert replace(made, hold=None) == line
    if waits:
        assert made.hold is not None
        assert (made.hold.text, made.hold.subject) == ("Credit of -3.00 on invoice I9.", f"credit:{CREDIT.mark}")
        assert settle_reversal(give(reversed_by="I8"), settled) == settled
    else:
        assert made.hold is None


CHARGED = replace(CREDIT, role=PartRole.RECURRING, mark="line", amount=money("1", "2"))


@pytest.mark.parametrize(
    ("line", "amounts"),
    [
        (CHARGED, ["2", "-2", "-1"]),
        (replace(CHARGED, amount=money("1", "3")), ["3", "-3"]),
        (replace(CHARGED, amount=money("1", "4")), ["4", "-3"]),
        (replace(CHARGED, counts=False), ["2", "held -3"]),
        (replace(CHARGED, excluded="Prorations: warn only"), ["2", "held -3"]),
        (replace(CHARGED, hold=held_quantity("why", D(2), "x")), ["held 2", "held -3"]),
    ],
)
def test_what_else_a_reversed_period_charges_settles_what_was_billed(line: Wanted, amounts: list[str]) -> None:
    told = give(reversed_by="I9")
    made = settle_reversal(told, PeriodWants(wanted=[line, replace(CREDIT, unit=money("-1", "-3"))])).wanted

    rest = made[2:]
    assert [f"{'held ' if one.hold else ''}{one.amount.retail.normalize()}" for one in made[:2]] == amounts[:2]
    assert [one.amount.retail for one in rest] == [D(one) for one in amounts[2:]]
    assert all(one == want_reversed(told, one.amount) for one in rest)
    assert made[1].mark == CREDIT.mark
    assert made[1].unit.retail == (D(-2) if rest else D(-3))


def test_what_was_given_back_of_a_reversed_period_is_known_by_its_invoice() -> None:
    back = given_back(SEATS.of(PartRole.CREDIT, "I9"))

    assert settled_back(give(reversed_by="I9", settled=(back,))) == [back]
    assert settled_back(give(reversed_by="I8", settled=(back,))) == []
    assert settled_back(give(settled=(back, given_back(SEATS.of(PartRole.CREDIT, ""))))) == []
