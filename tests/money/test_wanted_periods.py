"""What a month of seats asks for beside what is settled of it: its line, a difference, and what waits for a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.records import MONTHLY, Interval
from money.enums import Chosen, HoldCode, PartRole, PartState, Prorations
from money.facts import ChargeFact, Choice, PostingPart, Rules
from money.marks import PeriodMarks
from money.month.ahead import credit_mark
from money.present import PresentLines
from money.wanting.brief import PeriodBrief
from money.wanting.late import catch_up, ran_meanwhile
from money.wanting.monthly import want_monthly
from money.wanting.period import want_period
from money.wanting.wants import PeriodWants, Wanted
from money.words import NOTHING, Money
from tests.bookkeeping.product import Days, Hold, InvoiceTemplate, OwnLine
from tests.money.charge_facts import make_charge
from tests.money.plan_facts import MAPPING, MARK, MARKS, ONCE, OURS, PERIOD, PRODUCT, TEMPLATE, make_facts, make_line

D = Decimal
RULES = Rules(target="Syncro")
WEEKLY = Interval(days=7)


def money(cost: str, retail: str) -> Money:
    return Money(D(cost), D(retail))


def brief(
    *charges: ChargeFact, own: OwnLine | None = None, template: InvoiceTemplate | None = TEMPLATE, rules: Rules = RULES,
    settled: tuple[PostingPart, ...] = (), choices: dict[str, Choice] | None = None,
    period: dict[str, object] | None = None,
    **over: object,
) -> PeriodBrief:  # fmt: skip
    told = replace(PERIOD, **({"charges": charges} if charges else {}), **(period or {}))
    facts = replace(make_facts(own=(own,) if own else ()), template=template)
    return PeriodBrief(told, MAPPING, rules, PresentLines(facts), choices or {}, settled, **over)


def part(cost: str, retail: str, *, mark: str = MARK, role: PartRole = PartRole.RECURRING) -> PostingPart:
    return PostingPart(role, mark, PartState.BILLED, D(cost), D(retail))


SEATS = Wanted(
    PartRole.RECURRING, MARK, D(10), money("10", "12"), money("100", "120"), NOTHING,
    text="Business Premium", reason="10 on the invoice for Oct 2026",
    charge_ids=tuple(one.pk for one in PERIOD.charges),
)  # fmt: skip


# --- Lines that ran meanwhile ----------------------------------------------------------------------------

EARLIER = replace(OURS, period="2026-09", next_run=dt.date(2026, 10, 1))


def runs(next_run: dt.date | None, every: Interval | None = MONTHLY) -> InvoiceTemplate:
    return replace(TEMPLATE, next_run=next_run, every=every)


@pytest.mark.parametrize(
    ("own", "template", "ran", "stood_at"),
    [
        (EARLIER, runs(dt.date(2026, 12, 1)), True, "120.00"),
        (EARLIER, runs(dt.date(2026, 11, 1)), False, None),
        (EARLIER, runs(dt.date(2026, 10, 31)), False, None),
        (EARLIER, runs(dt.date(2026, 10, 8), WEEKLY), True, None),
        (EARLIER, runs(dt.date(2026, 10, 1), WEEKLY), False, None),
        (EARLIER, runs(dt.date(2026, 12, 1), None), True, None),
        (EARLIER, runs(None), False, None),
        (EARLIER, None, False, None),
        (None, runs(dt.date(2026, 12, 1)), False, None),
        (replace(EARLIER, next_run=None), runs(dt.date(2026, 12, 1)), False, None),
        (replace(EARLIER, period="2026-10"), runs(dt.date(2026, 12, 1)), False, None),
        (replace(EARLIER, period="2026-11"), runs(dt.date(2026, 12, 1)), False, None),
        (replace(EARLIER, mark=ONCE), runs(dt.date(2026, 12, 1)), False, None),
    ],
)
def test_line_that_stood_for_an_earlier_month_may_have_run_once_more(
    own: OwnLine | None, template: InvoiceTemplate | None, ran: bool, stood_at: str | None
) -> None:
    told = brief(own=own, template=template)
    hold = catch_up(told, SEATS).hold

    assert ran_meanwhile(told) is ran
    assert hold is not None
    not_billed = "Not billed yet: 120.00 for Oct 2026, no generated invoice carries it."
    unchanged = (
        "120.00 for Oct 2026 was not written before the template ran: the line was billed once more as it stood, at"
    )
    if stood_at is None:
        assert (hold.code, hold.text) == (HoldCode.NOT_BILLED, not_billed)
    else:
        assert (hold.code, hold.text) == (HoldCode.RAN_UNCHANGED, f"{unchanged} {stood_at}.")
        assert hold.cure.startswith("Compare with the invoice in Syncro.")
    assert hold.subject == f"catch_up:{MARKS.of(PartRole.CATCH_UP)}"


def test_what_was_not_billed_is_one_line_of_its_amount_once_a_person_applies_it() -> None:
    mark = MARKS.of(PartRole.CATCH_UP)
    applied = catch_up(brief(choices={f"catch_up:{mark}": Choice(Chosen.APPLY)}), SEATS)

    assert applied == replace(
        SEATS, role=PartRole.CATCH_UP, mark=mark, quantity=D(1), unit=money("100", "120"),
        text="Business Premium, Oct 2026, 10 not billed before",
        reason="The recurring amount of Oct 2026 was not billed",
    )  # fmt: skip
    assert catch_up(brief(choices={f"catch_up:{mark}": Choice(Chosen.DISMISS)}), SEATS).hold is not None


# --- Months of seats ----------------------------------------------------------------------------------------


def month(*charges: ChargeFact, **over: object) -> PeriodWants:
    told = brief(*charges, **over)
    return want_monthly(told, told.period.charges)


def told(made: PeriodWants) -> list[tuple[PartRole, str, bool, bool]]:
    """Role, retail, whether it counts in its period, whether it waits."""
    return [(one.role, f"{one.amount.retail:f}", one.counts, one.hold is not None) for one in made.wanted]


LINE, REST, LATE = PartRole.RECURRING, PartRole.ADJUSTMENT, PartRole.CATCH_UP
OLDER = {"current": False}


@pytest.mark.parametrize(
    ("over", "lines"),
    [
        ({}, [(LINE, "120.00", True, False)]),
        ({"settled": (part("100", "120"),)}, [(LINE, "120.00", False, False)]),
        ({"settled": (part("100", "120", mark="x", role=LATE),)}, [(LINE, "120.00", False, False)]),
        ({"settled": (part("100", "120", mark="x", role=LATE),), "period": OLDER}, []),
        (
            {"settled": (part("1", "2", mark=ONCE, role=REST),)},
            [(LINE, "120.00", True, False), (REST, "-2.00", True, False)],
        ),
        # late, beside a newer month, or of one who is gone: no run comes, all of it is a difference
        ({"period": OLDER}, [(REST, "120.00", True, False)]),
        ({"period": OLDER, "stood": True}, [(LATE, "120.00", True, True)]),
        ({"period": OLDER | {"beside": True}, "stood": True}, [(REST, "120.00", True, False)]),
        ({"period": {"gone": True}}, [(REST, "120.00", True, False)]),
        ({"period": {"gone": True}, "stood": True}, [(LINE, "120.00", True, False)]),
        ({"period": {"gone": True}, "proposed": True}, [(LATE, "120.00", True, True)]),
        ({"period": {"gone": True}, "settled": (part("100", "120"),)}, []),
        # the line may have run for it as it stood: a person says what became of it
        ({"period": OLDER, "own": EARLIER, "template": runs(dt.date(2026, 12, 1))}, [(LATE, "120.00", True, True)]),
        (
            {"period": OLDER, "own": EARLIER, "template": runs(dt.date(2026, 12, 1)), "early": True},
            [(REST, "120.00", True, False)],
        ),
        (
            {"period": {"gone": True}, "own": EARLIER, "template": runs(dt.date(2026, 12, 1))},
            [(LATE, "120.00", True, True)],
        ),
    ],
)
def test_month_is_on_its_line_or_a_difference_or_not_billed_yet(
    over: dict[str, object], lines: list[tuple[PartRole, str, bool, bool]]
) -> None:
    assert told(month(**over)) == lines


HALF = replace(make_charge(ratio="0.4839"), days=Days.read("2026-10-01/2026-10-15"), month="2026-10")


def test_subscription_that_ended_loses_its_line_and_is_billed_what_is_left() -> None:
    made = month(HALF, rules=replace(RULES, prorations=Prorations.WARN))

    assert told(made) == [(REST, "58.07", True, False)]
    assert (made.no_recurring, made.ended, made.wanted[0].excluded) == (True, True, "")
    zero = month(make_charge(), make_charge(seats="-10"))
    assert (zero.wanted, zero.no_recurring, zero.ended) == ([], True, False)


def test_difference_that_is_only_told_is_left_out() -> None:
    (line, rest) = month(
        make_charge(), make_charge(seats="2", ratio="0.5"), rules=replace(RULES, prorations=Prorations.WARN)
    ).wanted

    assert (line.excluded, rest.excluded) == ("", "Prorations: warn only")
    assert rest.reason == "Adjustment, Oct 2026: the rows differ from quantity x price"


def test_difference_in_cost_alone_is_named_and_not_written() -> None:
    (line, rest) = month(make_charge(cost_amount="90.00")).wanted

    assert line.amount == money("100", "120")
    assert rest == Wanted(
        REST, ONCE, D(1), money("-10.00", "0"), money("-10.00", "0"), NOTHING,
        text="Adjustment, Oct 2026: Business Premium",
        reason="", charge_ids=line.charge_ids, excluded="Only the cost differs", only_cost=True,
    )  # fmt: skip
    again = month(make_charge(cost_amount="90.00"), settled=(part("0", "0", mark=ONCE, role=REST),)).wanted
    assert again[1].mark == MARKS.nth(REST, 1)


def test_what_runs_billed_beyond_a_month_is_a_credit_of_it_and_no_adjustment() -> None:
    beyond = (part("100", "120"), part("100", "120", mark="ahead"))

    assert told(month(settled=beyond, ahead=True)) == [
        (LINE, "120.00", False, False),
        (PartRole.CREDIT, "-120.00", True, True),
    ]
    assert told(month(settled=beyond)) == [(LINE, "120.00", False, False), (REST, "-120.00", True, False)]
    back = replace(part("-100", "-120", mark=credit_mark(MARKS)), role=PartRole.CREDIT)
    assert told(month(settled=(*beyond, back), ahead=True)) == [(LINE, "120.00", False, False)]
    more = month(make_charge(seats="22"), settled=beyond, ahead=True)
    assert told(more) == [(LINE, "264.00", False, False), (REST, "24.00", True, False)]


FIRST_HALF = replace(make_charge(), days=Days.read("2026-09-16/2026-10-15"))
SECOND_CYCLE = replace(make_charge(), days=Days.read("2026-10-16/2026-11-15"))


@pytest.mark.parametrize(
    ("charges", "billed", "period", "counts"),
    [
        ((FIRST_HALF, SECOND_CYCLE), ("100", "120"), {}, True),
        # less is left than the line of the new cycle bills, in retail or in cost
        ((FIRST_HALF, SECOND_CYCLE), ("100", "121"), {}, False),
        ((FIRST_HALF, SECOND_CYCLE), ("101", "120"), {}, False),
        # the newest row is no whole cycle, or no later than the others
        ((FIRST_HALF, replace(SECOND_CYCLE, ratio=D("0.9"))), ("100", "120"), {}, False),
        ((FIRST_HALF, replace(SECOND_CYCLE, days=Days.read("2026-10-16/2026-11-13"))), ("100", "120"), {}, None),
        ((replace(FIRST_HALF, days=Days.read("2026-09-16/2026-10-16")), SECOND_CYCLE), ("100", "120"), {}, False),
        ((FIRST_HALF, SECOND_CYCLE), ("100", "120"), OLDER, None),
        ((FIRST_HALF, make_charge(seats="-10")), ("100", "120"), {}, False),
    ],
)
def test_cycle_that_begins_in_a_month_of_which_one_is_billed_is_what_the_line_stands_for(
    charges: tuple[ChargeFact, ...], billed: tuple[str, str], period: dict[str, object], counts: bool | None
) -> None:
    made = month(*charges, settled=(part(*billed),), period=period)

    assert next((one.counts for one in made.wanted if one.role is LINE), None) is counts


def at_our_price(told: PeriodBrief) -> PeriodBrief:
    """The same, where the retail price is ours: 15.00."""
    period = replace(told.period, product=replace(PRODUCT, retail=D("15.00")))
    return replace(told, mapping=replace(MAPPING, sync_retail=False), period=period)


def test_difference_at_our_price_leaves_out_what_was_billed_of_it() -> None:
    rows = [make_charge(), make_charge(seats="2", ratio="0.5"), make_charge(seats="2", ratio="0.25")]
    before = PostingPart(REST, ONCE, PartState.BILLED, D(-10), D(-15), D(0), D(-3))
    told = at_our_price(brief(*rows, settled=(before,)))

    line, rest = want_monthly(told, rows).wanted
    assert line.amount.retail == 14 * 15
    # 11.5 units were charged and 14 stand: 2.5 less at 15.00, of which 15.00 were given back before
    assert (rest.amount.retail, rest.source.retail) == (D("-22.50"), D("-18.00"))


def test_price_that_stands_is_that_of_our_line_once_there_is_one() -> None:
    adopt = {"conflict:seat_monthly:s1": Choice(Chosen.ADOPT, line_id="5")}
    foreign, ours = replace(make_line(5), retail_cents=20_00), replace(make_line(1, mark=MARK), retail_cents=17_00)

    for lines, own, price in (((foreign,), (), "20.00"), ((foreign, ours), (OURS,), "17.00")):
        told = at_our_price(brief(choices=adopt))
        told = replace(told, present=PresentLines(make_facts(*lines, own=own)))
        (line,) = want_monthly(told, told.period.charges).wanted
        assert line.unit.retail == D(price)


# --- Whatever a period is -------------------------------------------------------------------------------------


def test_quantity_that_no_line_can_carry_waits_whole() -> None:
    (held,) = want_period(brief(make_charge(seats="2.5"))).wanted

    mark = MARKS.of(PartRole.RECURRING, "held")
    problem = "The quantity 2.5 is not a whole number."
    assert held == Wanted(
        LINE, mark, D(1), money("25.0", "30.0"), money("25.0", "30.0"), NOTHING,
        text="Business Premium", reason=problem,
        charge_ids=held.charge_ids,
        hold=Hold(
            HoldCode.QUANTITY, f"{problem} 30.00 is held.",
            "Look at the source rows, bill the amount by hand, then dismiss it.",
            f"quantity:{mark}",
        ),
    )  # fmt: skip
    assert len(held.charge_ids) == 1


CREDITED = replace(make_charge(amount="-3.00", cost_amount="-1.00"), credit="CR-1", invoice_number="CR-1")


@pytest.mark.parametrize(
    ("charges", "problem"),
    [
        ((), "The rows were withdrawn after they were billed."),
        ((CREDITED,), "The rows were changed after they were billed."),
    ],
)
def test_what_was_billed_and_is_charged_no_more_waits_with_the_reason(
    charges: tuple[ChargeFact, ...], problem: str
) -> None:
    settled = (part("100", "120"),)
    made = want_period(brief(settled=settled, period=OLDER | {"charges": charges}))

    assert [(one.reason, one.amount) for one in made.wanted if one.hold and one.hold.code is HoldCode.QUANTITY] == [
        (problem, money("-100", "-120"))
    ]
    assert made.fixed == list(settled)


@pytest.mark.parametrize(
    ("own", "charges", "newest", "goes"),
    [
        (OURS, (), True, True),
        (OURS, (), False, False),  # an earlier month tells whose line goes
        (replace(OURS, period="2026-09"), (), True, False),
        (None, (), True, False),
        (OURS, PERIOD.charges, True, False),
    ],
)
def test_line_that_stands_for_a_reversed_month_of_nothing_goes(
    own: OwnLine | None, charges: tuple[ChargeFact, ...], newest: bool, goes: bool
) -> None:
    made = want_period(brief(own=own, period=OLDER | {"charges": charges, "reversed_by": "I9"}, newest=newest))

    assert made.no_recurring is goes


def test_what_a_reversed_month_gives_back_is_one_credit_that_waits() -> None:
    settled = (part("100", "120"),)
    (credit,) = want_period(brief(settled=settled, period=OLDER | {"charges": (), "reversed_by": "I9"})).wanted
    assert (credit.mark, credit.amount) == (MARKS.of(PartRole.CREDIT, "I9"), money("-100", "-120"))
    less = want_period(brief(make_charge(seats="8"), settled=settled, period=OLDER | {"reversed_by": "I9"})).wanted
    assert [(one.role, one.amount.retail, one.hold and one.hold.text) for one in less] == [
        (REST, -24, "Credit of -24.00 on invoice I9.")
    ]


def test_year_that_is_reversed_takes_no_line_off() -> None:
    marks = PeriodMarks("s1", "seat_annual", "2026-10")
    own = replace(OURS, mark=marks.recurring)
    facts = make_facts(own=(own,))
    year = PeriodBrief(
        replace(PERIOD, charges=(), reversed_by="I9"),
        replace(MAPPING, motion="seat_annual"),
        RULES,
        PresentLines(facts),
        {},
    )

    assert want_period(year).no_recurring is False


REBATE = replace(
    make_charge(seats="1", cost_amount="0", amount="-3.00"), unit_cost=D(0), unit_retail=D(3)
)  # takes no seat back
GIVEN = replace(REBATE, pk=REBATE.pk + 1000, credit="CR-1", invoice_number="CR-1")


@pytest.mark.parametrize(
    ("given", "rules", "lines", "rounding"),
    [
        # what waits the other way is taken off the difference, as long as it is no greater
        ("-5.00", RULES, [(LINE, "120.00", False), (REST, "-1.00", False)], "0"),
        ("-6.00", RULES, [(LINE, "120.00", False)], "0"),
        ("-5.004", RULES, [(LINE, "120.00", False), (REST, "-1.00", False)], "0.004"),
        ("-7.00", RULES, [(LINE, "120.00", False), (REST, "-3.00", False), (LINE, "4.00", True)], "0"),
        ("-2.00", RULES, [(LINE, "120.00", False), (REST, "-3.00", False), (LINE, "-1.00", True)], "0"),
        ("-3.00", RULES, [(LINE, "120.00", False), (REST, "-3.00", False)], "0"),
        (
            "-5.00",
            replace(RULES, prorations=Prorations.WARN),
            [(LINE, "120.00", False), (REST, "-3.00", False), (LINE, "2.00", True)],
            "0",
        ),
    ],
)
def test_nothing_is_written_one_way_while_it_waits_the_other_way(
    given: str, rules: Rules, lines: list[tuple[PartRole, str, bool]], rounding: str
) -> None:
    back = part("0", given, mark=MARKS.of(PartRole.CREDIT, "CR-1"), role=PartRole.CREDIT)
    made = want_period(brief(make_charge(), REBATE, GIVEN, rules=rules, settled=(back,)))

    assert [(one.role, f"{one.amount.retail:.2f}", one.hold is not None) for one in made.wanted] == lines
    assert all(one.unit == one.amount for one in made.wanted if one.role is REST)
    assert made.rounding == money("0", rounding)
    assert made.source == money("100", "114")


def test_difference_of_a_reversed_month_that_was_never_billed_is_no_credit() -> None:
    made = want_period(brief(make_charge(), REBATE, period={"reversed_by": "I9"}))
    assert [(one.role, one.hold) for one in made.wanted] == [(LINE, None), (REST, None)]
