"""What annual charges, usage and credits ask for: each line whole, beside what is billed of the period already."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import Because, Chosen, HoldCode, PartRole, PartState
from money.facts import ChargeFact, Choice, MappingFact, PeriodFact, PostingPart, Rules
from money.marks import PeriodMarks
from money.month.ahead import credit_mark
from money.present import PresentLines
from money.steps.amounts import LineAmount
from money.wanting.annual import want_annual
from money.wanting.brief import PeriodBrief
from money.wanting.credits import settled_back, want_back, want_credits
from money.wanting.usage import want_usage
from money.wanting.wants import PeriodWants, Wanted
from money.words import NOTHING, Money
from tests.bookkeeping.product import OwnLine, TemplateLine
from tests.money.charge_facts import make_charge
from tests.money.plan_facts import MAPPING, OWN, PERIOD, PRODUCT, make_facts, make_line

D = Decimal
RULES = Rules(target="Syncro")
YEAR = "2026-10-01/2027-09-30"
MARKS = PeriodMarks("s1", "seat_annual", YEAR)
FIRST, SECOND = (MARKS.nth(PartRole.CHARGE, place) for place in (0, 1))


def money(cost: str, retail: str) -> Money:
    return Money(D(cost), D(retail))


def charge(number: int = 1, **over: object) -> ChargeFact:
    """A charge of invoice I1, in its line of that number, whose row of ours has the number too."""
    changes = {name: over.pop(name) for name in list(over) if name not in ("seats", "ratio", "cost_amount", "amount")}
    return replace(make_charge(**over), pk=number, line=number, **changes)


def brief(
    motion: str = "seat_annual", period: str = YEAR, *, settled: tuple[PostingPart, ...] = (),
    lines: tuple[TemplateLine, ...] = (), own: tuple[OwnLine, ...] = (), mapping: MappingFact = MAPPING,
    rules: Rules = RULES, choices: dict[str, Choice] | None = None, **over: object,
) -> PeriodBrief:  # fmt: skip
    told: PeriodFact = replace(PERIOD, period=period, product=PRODUCT, **over)
    present = PresentLines(make_facts(*lines, own=own))
    return PeriodBrief(told, replace(mapping, motion=motion), rules, present, choices or {}, settled)


def wanted(mark: str, quantity: str, unit: Money, amount: Money, **over: object) -> Wanted:
    made = Wanted(
        PartRole.CHARGE, mark, D(quantity), unit, amount, NOTHING,
        text="Business Premium, 01 Oct 2026 to 30 Sep 2027", reason="Annual charge on invoice I1, line 1",
        charge_ids=(1,),
    )  # fmt: skip
    return replace(made, **over)


def billed(mark: str, cost: str, retail: str, role: PartRole = PartRole.CHARGE, rules: str = "0") -> PostingPart:
    return PostingPart(role, mark, PartState.BILLED, D(cost), D(retail), rules_retail=D(rules))


TEN = wanted(FIRST, "10", money("10", "12"), money("100.00", "120.00"))


# --- Annual charges ---------------------------------------------------------------------------------------


def test_each_charge_is_a_line_of_its_own_in_the_order_of_the_invoices() -> None:
    later = charge(2, seats="2")
    two = wanted(
        SECOND, "2", money("10", "12"), money("20.00", "24.00"),
        reason="Annual charge on invoice I1, line 2", charge_ids=(2,),
    )  # fmt: skip

    assert want_annual(brief(), [later, charge()]) == PeriodWants(wanted=[TEN, two])
    newer = replace(charge(), invoice_id=2)
    assert [one.charge_ids for one in want_annual(brief(), [newer, later]).wanted] == [(2,), (1,)]


@pytest.mark.parametrize(
    ("row", "text", "amount", "rounding"),
    [
        ({"amount": "120.01"}, "10 x ratio 1", ("100.00", "120.01"), ("0", "0")),
        ({"ratio": "0.5"}, "10 x ratio 0.5", ("50.00", "60.00"), ("0", "0")),
        ({"seats": "-10"}, "-10 x ratio 1", ("-100.00", "-120.00"), ("0", "0")),
        ({"amount": "120.014"}, "10 x ratio 1", ("100.00", "120.01"), ("0", "0.004")),
    ],
)
def test_charge_that_is_no_quantity_times_price_is_one_of_its_amount(
    row: dict[str, str], text: str, amount: tuple[str, str], rounding: tuple[str, str]
) -> None:
    line = wanted(FIRST, "1", money(*amount), money(*amount), text=f"{TEN.text}, {text}")
    because = (Because.NOT_EXACT, Because.DIFFERENCE)

    assert want_annual(brief(), [charge(**row)]) == PeriodWants(
        wanted=[line], rounding=money(*rounding), reasons=because
    )


def test_charge_of_less_than_a_cent_is_rounding() -> None:
    tiny = charge(cost_amount="0.001", amount="0.004")

    assert want_annual(brief(), [tiny]) == PeriodWants(rounding=money("0.001", "0.004"))


def test_charge_that_is_billed_asks_for_nothing_more() -> None:
    two = [charge(), charge(2, seats="2", amount="24.004")]
    made = want_annual(brief(settled=(billed(SECOND, "20", "24"),)), two)

    assert made == PeriodWants(wanted=[TEN], rounding=money("0", "0.004"))


def test_charge_that_was_billed_otherwise_makes_one_line_of_the_rest_of_all() -> None:
    two = [charge(), charge(2, seats="2")]
    made = want_annual(brief(settled=(billed(SECOND, "20", "20"), billed("x", "1", "1", PartRole.CREDIT))), two)

    rest = wanted(
        FIRST, "1", money("100.00", "124.00"), money("100.00", "124.00"),
        text=f"{TEN.text}, 10 x ratio 1 + 2 x ratio 1", charge_ids=(1, 2),
    )  # fmt: skip
    assert made == PeriodWants(wanted=[rest], reasons=(Because.NOT_EXACT, Because.DIFFERENCE))
    withdrawn = want_annual(brief(settled=(billed(SECOND, "20", "24"),)), [charge()])
    assert [one.amount for one in withdrawn.wanted] == [money("80.00", "96.00")]
    otherwise = (billed(FIRST, "90", "110"), billed(SECOND, "30", "34"))
    nothing = want_annual(brief(settled=otherwise), [charge(amount="120.004"), charge(2, seats="2")])
    assert nothing == PeriodWants(wanted=[], rounding=money("0", "0.004"))


OWN_PRICE = replace(MAPPING, sync_retail=False)


def test_price_that_is_not_synced_is_the_products_or_what_stands_on_the_line() -> None:
    dear = replace(PRODUCT, retail=D("15.00"))
    told = brief(mapping=OWN_PRICE)
    told = replace(told, period=replace(told.period, product=dear))
    (new,) = want_annual(told, [charge()]).wanted
    assert (new.unit, new.amount, new.rules) == (money("10", "15.00"), money("100", "150.00"), money("0", "30.00"))

    own = replace(OWN, mark=FIRST, role=PartRole.CHARGE)
    stands = replace(make_line(1, mark=FIRST, one_time=True), quantity=D(1), retail_cents=200_00)
    told = brief(mapping=OWN_PRICE, lines=(stands,), own=(own,))
    (kept,) = want_annual(told, [charge(amount="120.01")]).wanted
    assert (kept.quantity, kept.unit, kept.rules) == (1, money("100", "200.00"), money("0", "79.99"))
    (seats,) = want_annual(told, [charge()]).wanted
    assert (seats.quantity, seats.unit) == (10, money("10", "200.00"))


def test_rest_in_our_own_prices_leaves_out_what_was_billed_in_them() -> None:
    dear = replace(PRODUCT, retail=D("15.00"))
    settled = (replace(billed(SECOND, "20", "30"), rules_retail=D(10)),)
    told = brief(mapping=OWN_PRICE, settled=settled)
    told = replace(told, period=replace(told.period, product=dear))
    (rest,) = want_annual(told, [charge(), charge(2, seats="2")]).wanted

    # 12 units at 15.00 less the 30.00 that were billed; of the source's 144.00 that stood for 20.00
    assert (rest.amount, rest.source) == (money("100.00", "150.00"), money("100.00", "124.00"))


def test_negative_charge_that_the_target_refuses_is_netted_and_what_is_left_of_it_waits() -> None:
    refuses = Rules(negative_lines=False, target="Syncro")
    netted = want_annual(brief(rules=refuses), [charge(), charge(2, seats="-2")])
    assert [(one.mark, one.amount, one.hold) for one in netted.wanted] == [(FIRST, money("80.00", "96.00"), None)]

    (held,) = want_annual(brief(rules=refuses), [charge(seats="-2")]).wanted
    assert held.hold is not None
    assert (held.hold.code, held.hold.subject, held.hold.text) == (
        HoldCode.NEGATIVE, f"charge:{FIRST}", "Syncro refuses negative amounts; -24.00 is held.",
    )  # fmt: skip


def test_what_is_metered_by_single_days_is_one_line_of_its_month() -> None:
    day = {"one_time": True}
    metered = want_annual(brief(period="2026-10-01/2026-10-30"), [charge(**day), charge(2, **day)])
    assert [(one.charge_ids, one.reason) for one in metered.wanted] == [
        ((1, 2), "One-time charge on invoice I1, line 1")
    ]

    for bought in (
        want_annual(brief(period="2026-10-01/2026-10-31"), [charge(**day), charge(2, **day)]),
        want_annual(brief(), [charge(), charge(2)]),
    ):
        assert [one.charge_ids for one in bought.wanted] == [(1,), (2,)]
    assert len(want_annual(brief(period="2026-10-01/2026-10-30"), [charge(**day)]).wanted) == 1


# --- Usage ------------------------------------------------------------------------------------------------

METER = PeriodMarks("s1", "azure_plan", "2026-10")
USED = Wanted(
    PartRole.USAGE, METER.of(PartRole.USAGE), D(1), money("100.00", "120.00"), money("100.00", "120.00"), NOTHING,
    text="Business Premium, usage Oct 2026", reason="Usage of Oct 2026", charge_ids=(1, 2),
)  # fmt: skip


def use(**over: object) -> PeriodBrief:
    return brief("azure_plan", "2026-10", **over)


def test_usage_of_a_month_is_one_line_of_its_amount() -> None:
    rows = [charge(amount="100.00", cost_amount="90.00"), charge(2, amount="20.004", cost_amount="10.00")]

    assert want_usage(use(), rows) == PeriodWants(wanted=[USED], rounding=money("0", "0.004"))


def test_usage_that_is_billed_leaves_the_rest_for_another_line() -> None:
    told = use(settled=(billed(USED.mark, "100", "120", PartRole.USAGE),))
    (rest,) = want_usage(told, [charge(), charge(2, seats="2")]).wanted

    assert (rest.mark, rest.amount) == (METER.nth(PartRole.USAGE, 1), money("20.00", "24.00"))
    assert want_usage(told, [charge(amount="120.004")]) == PeriodWants(rounding=money("0", "0.004"))


def test_usage_at_a_price_of_its_own_is_billed_as_it_stands_and_once() -> None:
    own = replace(OWN, mark=USED.mark, role=PartRole.USAGE)
    stands = replace(make_line(1, mark=USED.mark, one_time=True), quantity=D(1), retail_cents=200_00)
    made = want_usage(use(mapping=OWN_PRICE, lines=(stands,), own=(own,)), [charge()])
    (kept,) = made.wanted
    assert made.reasons == (Because.KEPT_PRICE,)
    assert (kept.unit, kept.rules) == (money("100", "200.00"), money("0", "80.00"))

    free = use(mapping=replace(OWN_PRICE, sync_cost=False), settled=(billed(USED.mark, "100", "120", PartRole.USAGE),))
    made = want_usage(free, [charge(), charge(2, seats="2")])
    (unwritten,) = made.fixed
    assert (made.wanted, unwritten.mark, unwritten.state) == ([], METER.nth(PartRole.USAGE, 1), PartState.SYNCED)
    assert (unwritten.amount, unwritten.source) == (NOTHING, money("20", "24"))


def test_usage_below_zero_that_the_target_refuses_waits() -> None:
    (held,) = want_usage(use(rules=Rules(negative_lines=False, target="Syncro")), [charge(seats="-2")]).wanted

    assert held.hold is not None
    assert (held.hold.code, held.hold.subject) == (HoldCode.NEGATIVE, f"usage:{USED.mark}")


# --- Credits ------------------------------------------------------------------------------------------------

SEATS = PeriodMarks("s1", "seat_monthly", "2026-10")


def give(**over: object) -> PeriodBrief:
    return brief("seat_monthly", "2026-10", **over)


def back(number: int, retail: str, cost: str = "-1.00", *, credit: str = "CR-1") -> ChargeFact:
    return charge(number, amount=retail, cost_amount=cost, credit=credit, invoice_number=credit)


def credit_line(name: str, cost: str, retail: str, ids: tuple[int, ...], made_of: str, **over: object) -> Wanted:
    made = Wanted(
        PartRole.CREDIT, SEATS.of(PartRole.CREDIT, name), D(1), money(cost, retail), money(cost, retail), NOTHING,
        text="Credit, Oct 2026: Business Premium", reason=f"Credit on {made_of}", charge_ids=ids,
    )  # fmt: skip
    return replace(made, **over)


APPLY = Rules(apply_credits=True, target="Syncro")
CREDIT = credit_line("CR-1", "-1.00", "-3.00", (1,), "invoice CR-1")


def test_each_credit_is_one_line_of_the_sum_of_its_rows() -> None:
    rows = [back(1, "-3.004"), back(2, "-5.00", credit="CR-2"), back(3, "2.00", "0", credit="CR-2")]

    assert want_credits(give(rules=APPLY), rows) == PeriodWants(
        wanted=[CREDIT, credit_line("CR-2", "-1.00", "-3.00", (2, 3), "invoice CR-2: -5.00 + 2.00")],
        rounding=money("0", "-0.004"),
    )


@pytest.mark.parametrize(
    ("rules", "choice", "stands", "code"),
    [
        (Rules(), None, False, HoldCode.CREDIT),
        (APPLY, None, False, None),
        (Rules(), Chosen.APPLY, False, None),
        (APPLY, Chosen.DISMISS, False, HoldCode.CREDIT),
        (Rules(), None, True, None),
        (Rules(), Chosen.DISMISS, True, HoldCode.CREDIT),
        (replace(APPLY, negative_lines=False), None, False, HoldCode.NEGATIVE),
    ],
)
def test_credit_waits_unless_a_person_or_the_settings_apply_it_or_it_stands(
    rules: Rules, choice: Chosen | None, stands: bool, code: HoldCode | None
) -> None:
    own = (replace(OWN, mark=CREDIT.mark, role=PartRole.CREDIT),) if stands else ()
    subject = f"credit:{CREDIT.mark}"
    told = give(rules=rules, own=own, choices={subject: Choice(choice)} if choice else {})
    (made,) = want_credits(told, [back(1, "-3.00")]).wanted

    assert (made.hold.code if made.hold else None, made.hold.subject if made.hold else subject) == (code, subject)
    if code is HoldCode.CREDIT:
        assert made.hold is not None
        assert made.hold.text == "Credit of -3.00 on invoice CR-1."


def test_credit_that_is_settled_or_less_than_a_cent_asks_for_nothing() -> None:
    settled = (billed(CREDIT.mark, "-1", "-3", PartRole.CREDIT),)

    assert want_credits(give(settled=settled), [back(1, "-3.004")]) == PeriodWants(rounding=money("0", "-0.004"))
    assert want_credits(give(), [back(1, "-0.004", "0")]) == PeriodWants(rounding=money("0", "-0.004"))


def test_credit_that_costs_something_and_gives_the_customer_nothing_is_left_out() -> None:
    (made,) = want_credits(give(), [back(1, "-0.004", "2.00")]).wanted

    assert (made.hold, made.excluded, made.only_cost, made.amount) == (
        None,
        "Only the cost differs",
        True,
        money("2", "0"),
    )


@pytest.mark.parametrize(
    ("settled", "amounts"),
    [
        ((billed("BS:OTHER", "-1", "-2", PartRole.CREDIT),), [("0.00", "-1.00"), ("-1.00", "-4.00")]),
        ((billed("BS:OTHER", "-1", "-3", PartRole.CREDIT),), [("-1.00", "-4.00")]),
        (
            (billed("BS:OTHER", "-1", "-3", PartRole.CREDIT), billed("BS:THIRD", "0", "-1", PartRole.CREDIT)),
            [("-1.00", "-3.00")],
        ),
        # of another role, not billed, of this credit, or of what runs billed ahead: nothing was given for others
        ((billed("BS:OTHER", "-1", "-2", PartRole.ADJUSTMENT),), [("-1.00", "-3.00"), ("-1.00", "-4.00")]),
        (
            (replace(billed("BS:OTHER", "-1", "-2", PartRole.CREDIT), state=PartState.HELD),),
            [("-1.00", "-3.00"), ("-1.00", "-4.00")],
        ),
        ((billed(CREDIT.mark, "-1", "-3", PartRole.CREDIT),), [("-1.00", "-4.00")]),
        ((billed(credit_mark(SEATS), "-1", "-2", PartRole.CREDIT),), [("-1.00", "-3.00"), ("-1.00", "-4.00")]),
    ],
)
def test_credit_gives_only_what_the_invoice_that_it_replaces_had_not_given(
    settled: tuple[PostingPart, ...], amounts: list[tuple[str, str]]
) -> None:
    made = want_credits(give(settled=settled, rules=APPLY), [back(1, "-3.00"), back(2, "-4.00", credit="CR-2")])

    assert [one.amount for one in made.wanted] == [money(*one) for one in amounts]


def test_what_runs_billed_beyond_the_period_has_a_mark_for_each_time() -> None:
    line = LineAmount(D(1), money("-10", "-12"), money("-10", "-12"))
    before = billed(credit_mark(SEATS), "-1", "-2", PartRole.CREDIT)
    third = billed(credit_mark(SEATS, 3), "-1", "-2", PartRole.CREDIT)
    assert settled_back(give(settled=(before, third))) == [before]
    assert settled_back(give(settled=(before, third, before, billed("x", "0", "0")))) == [before, third, before]

    for settled, ordinal in (((), 1), ((before,), 2)):
        (made,) = want_back(give(settled=settled), line, [charge(4)]).wanted
        mark = credit_mark(SEATS, ordinal)
        assert (made.mark, made.role, made.text, made.reason, made.charge_ids) == (
            mark, PartRole.CREDIT, "Credit, Oct 2026: Business Premium",
            "Credit of what the template billed beyond Oct 2026", (4,),
        )  # fmt: skip
        assert made.hold is not None
        assert made.hold.subject == f"credit:{mark}"
