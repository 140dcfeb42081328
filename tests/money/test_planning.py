"""The plan of one customer as a whole: changes in their order, postings, notes, what is billed and what is lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import Action, HoldCode, LineState, PartRole, PartState, Prorations, Severity
from money.facts import MappingFacts, Posted, PostingPart, Rules
from money.marks import PeriodMarks
from money.plan import Plan
from money.planning import plan_billing, plan_mapping
from money.postings import fingerprint_of
from tests.bookkeeping.product import Note, OwnLine, PeriodFact, PlannedPosting
from tests.money.charge_facts import make_charge
from tests.money.plan_facts import MAPPING, OWN, PERIOD, TEMPLATE, make_facts, make_line

D = Decimal
RULES = Rules()
MARKS = PeriodMarks("s1", "seat_monthly", "2026-10")
MARK, ONCE = MARKS.recurring, MARKS.of(PartRole.ADJUSTMENT)
OURS = replace(OWN, mark=MARK)
LINE = make_line(1, mark=MARK)
NEXT_RUN = dt.date(2026, 11, 1)


def posted(
    *parts: PostingPart, period: PeriodFact = PERIOD, next_run: dt.date | None = NEXT_RUN, **over: object
) -> Posted:
    """What the period was posted with, as things are now."""
    made = Posted(
        11, period.period, fingerprint_of(MAPPING, RULES, period), "101", next_run, D("10.00"), D("12.00"), parts
    )
    return replace(made, **over)


def part(mark: str = MARK, state: PartState = PartState.SYNCED, role: PartRole = PartRole.RECURRING) -> PostingPart:
    return PostingPart(role, mark, state, D(100), D(120))


def posting(*parts: PostingPart, **over: object) -> PlannedPosting:
    (charge,) = PERIOD.charges
    made = PlannedPosting(
        customer_id=7, subscription_id=11, motion="seat_monthly", period="2026-10",
        fingerprint=fingerprint_of(MAPPING, RULES, PERIOD), template_id="101",
        unit_cost=D("10.00"), unit_retail=D("12.00"), parts=parts, charge_count=1,
        source_cost=charge.cost, source_retail=charge.retail, confirms_run=True,
    )  # fmt: skip
    return replace(made, **over)


STANDS = make_facts(LINE, own=(OURS,))


def test_new_month_is_posted_with_what_the_source_charges() -> None:
    plan = plan_mapping(make_facts())

    assert [(one.action, one.mark) for one in plan.changes] == [(Action.ADD_LINE, MARK)]
    assert plan.postings == [posting(part(state=PartState.PLANNED))]
    assert (plan.notes, plan.billed_marks, plan.proved, plan.lost_marks, plan.unchanged) == ([], set(), {}, set(), 0)


def test_month_that_stands_as_it_was_posted_is_left_alone() -> None:
    assert plan_mapping(replace(STANDS, posted=(posted(part()),))) == Plan(unchanged=1)


@pytest.mark.parametrize(
    ("before", "period"),
    [
        (posted(part(), fingerprint="other"), PERIOD),
        (posted(part(state=PartState.HELD)), PERIOD),
        (posted(part(state=PartState.FAILED)), PERIOD),
        (posted(part(), next_run=None, parts=()), PERIOD),
        (posted(part()), replace(PERIOD, charges=(*PERIOD.charges, make_charge(seats="0")))),
    ],
)
def test_month_whose_rows_parts_or_settings_changed_is_planned_again(before: Posted, period: PeriodFact) -> None:
    plan = plan_mapping(replace(STANDS, posted=(before,), periods=(period,)))

    assert [one.parts for one in plan.postings] == [(part(),)]


def test_person_who_asks_has_a_month_planned_again() -> None:
    again = replace(STANDS, posted=(posted(part()),), again=frozenset([(11, "2026-10")]))

    assert plan_mapping(again).postings == [posting(part())]
    assert plan_mapping(replace(again, again=frozenset([(11, "2026-09"), (12, "2026-10")]))).postings == []


def test_setting_that_changed_reaches_what_is_not_billed_and_no_older_month() -> None:
    other = fingerprint_of(MAPPING, Rules(Prorations.QUANTITY), PERIOD)
    older = replace(PERIOD, current=False)
    billed = part(state=PartState.BILLED)

    def planned(before: Posted, period: PeriodFact) -> int:
        facts = replace(STANDS, posted=(before,), periods=(period,))
        return len(plan_mapping(facts).postings)

    assert planned(posted(billed, fingerprint=other), PERIOD) == 1
    assert planned(posted(billed, fingerprint=other), older) == 0
    assert planned(posted(part(ONCE, role=PartRole.ADJUSTMENT), fingerprint=other), older) == 1


def test_line_that_runs_is_billed_and_proves_its_month_once() -> None:
    ran = replace(TEMPLATE, next_run=dt.date(2026, 12, 1), lines=(LINE,))
    facts = replace(STANDS, template=ran, posted=(posted(part()),), carried=frozenset([MARK]), newest="2026-11")
    plan = plan_mapping(facts)

    assert [one.parts for one in plan.postings] == [(part(state=PartState.BILLED),)]
    assert plan.proved == {MARK: "2026-10"}
    billed = plan_mapping(replace(facts, posted=(posted(part(state=PartState.BILLED)),)))
    assert (billed.postings, billed.proved) == ([], {})
    elsewhere = plan_mapping(replace(facts, posted=(posted(part(state=PartState.BILLED)),), carried=frozenset([ONCE])))
    assert elsewhere.proved == {}


def test_posting_of_another_template_stays_there_when_it_is_posted_again() -> None:
    there = replace(
        TEMPLATE, template_id="102", next_run=dt.date(2026, 12, 1), lines=(replace(LINE, template_id="102"),)
    )
    older = replace(PERIOD, current=False)
    before = posted(
        part(),
        period=older,
        template_id="102",
        unit_cost=D(9),
        unit_retail=D(11),
        rounding_cost=D("0.01"),
        rounding_retail=D("0.02"),
    )
    facts = replace(
        make_facts(own=(replace(OURS, template_id="102"),)),
        periods=(older,),
        posted=(before,),
        other_templates={"102": there},
        carried=frozenset([MARK]),
    )

    assert plan_mapping(facts).postings == [
        posting(
            part(state=PartState.BILLED), template_id="102", unit_cost=D(9), unit_retail=D(11),
            rounding_cost=D("0.01"), rounding_retail=D("0.02"), confirms_run=False,
        )
    ]  # fmt: skip


def test_posting_says_since_when_rows_are_left_out_and_counts_them() -> None:
    late = replace(PERIOD, since="2026-10", charges=(*PERIOD.charges, make_charge(seats="2", ratio="0.5")))
    (made,) = plan_mapping(replace(make_facts(), periods=(late,))).postings

    assert (made.since, made.charge_count, made.source_cost, made.source_retail) == ("2026-10", 2, D(110), D(132))


def test_fraction_of_a_cent_is_kept_as_rounding() -> None:
    odd = replace(PERIOD, charges=(make_charge(cost_amount="100.004", amount="120.003"),))
    (made,) = plan_mapping(replace(make_facts(), periods=(odd,))).postings

    assert (made.rounding_cost, made.rounding_retail) == (D("0.004"), D("0.003"))


# --- Trouble -------------------------------------------------------------------------------------------


WITHOUT = replace(PERIOD, product=None)


@pytest.mark.parametrize(
    ("problem", "told"),
    [("", "Could not find source product or multiple matches"), ("It is there twice.", "It is there twice.")],
)
def test_month_without_a_product_fails_whole_and_says_why(problem: str, told: str) -> None:
    plan = plan_mapping(replace(make_facts(), periods=(replace(WITHOUT, problem=problem),)))

    failed = PostingPart(PartRole.RECURRING, f"{MARK}-all", PartState.FAILED, D(100), D(120), reason=told)
    assert plan.postings == [posting(failed, unit_cost=D(0), unit_retail=D(0), confirms_run=False)]
    assert plan.notes == [
        Note(
            Severity.ERROR, "product", "product:s1:2026-10", f"Northwind: {told}",
            "Make the product unique in the price list, or map the subscription's product.",
            customer_id=7, retail=D(120),
        )
    ]  # fmt: skip
    assert plan.changes == []


def test_month_that_loses_its_product_keeps_what_stands_and_fails_the_rest() -> None:
    more = replace(WITHOUT, charges=(*PERIOD.charges, make_charge(seats="2", ratio="0.5")))
    before = posted(part(), part(ONCE, PartState.FAILED, PartRole.ADJUSTMENT))
    once = replace(OURS, mark=ONCE, role=PartRole.ADJUSTMENT, line_id="2")
    facts = make_facts(LINE, make_line(2, mark=ONCE, one_time=True), own=(OURS, once))
    plan = plan_mapping(replace(facts, periods=(more,), posted=(before,)))

    (made,) = plan.postings
    rest = PostingPart(
        PartRole.RECURRING, f"{MARK}-all", PartState.FAILED, D(10), D(12),
        reason="Could not find source product or multiple matches",
    )  # fmt: skip
    assert made.parts == (part(), rest)
    assert plan.changes == []


def test_line_of_a_failing_month_that_nothing_asks_for_any_more_stays_while_it_fails() -> None:
    before = posted(part(), part(ONCE, role=PartRole.ADJUSTMENT))
    once = replace(OURS, mark=ONCE, role=PartRole.ADJUSTMENT, line_id="2")
    facts = make_facts(LINE, make_line(2, mark=ONCE, one_time=True), own=(OURS, once))
    asked = replace(facts, posted=(before,), again=frozenset([(11, "2026-10")]))

    assert [one.line_id for one in plan_mapping(asked).changes if one.action is Action.REMOVE_LINE] == ["2"]
    assert plan_mapping(replace(asked, periods=(WITHOUT,))).changes == []


@pytest.mark.parametrize(
    ("code", "severity", "own", "money"),
    [
        (None, Severity.WARNING, (OURS,), " 120.00 of our lines is not billed by it."),
        (None, Severity.WARNING, (replace(OURS, state=LineState.LOST),), ""),
        (HoldCode.CURRENCY, Severity.ERROR, (OURS,), ""),
        (HoldCode.CUSTOMER_GONE, Severity.WARNING, (OURS,), ""),
    ],
)
def test_mapping_in_trouble_holds_what_waits_and_says_what_is_not_billed(
    code: HoldCode | None, severity: Severity, own: tuple[OwnLine, ...], money: str
) -> None:
    why = "Something is wrong." if code else "The invoice template no longer exists. Choose another one."
    mapping = replace(MAPPING, trouble="Something is wrong." if code else "", trouble_code=code)
    facts = replace(make_facts(own=own), mapping=mapping, template=None)
    plan = plan_mapping(facts)

    held = PostingPart(PartRole.RECURRING, f"{MARK}-all", PartState.HELD, D(100), D(120), reason=why)
    assert [one.parts for one in plan.postings] == [(held,)]
    known = code or HoldCode.TEMPLATE_GONE
    assert plan.notes == [
        Note(
            severity, known, f"{known}:5", f"Northwind: {why}{money}",
            customer_id=7, retail=D(120) if own[0].state is LineState.STANDING else D(0),
        )
    ]  # fmt: skip


def test_mapping_in_trouble_leaves_what_is_settled() -> None:
    facts = replace(STANDS, template=None)
    billed, held = part(state=PartState.BILLED), part(ONCE, PartState.HELD, PartRole.ADJUSTMENT)

    assert plan_mapping(replace(facts, posted=(posted(billed),))).postings == []
    (made,) = plan_mapping(replace(facts, posted=(posted(replace(billed, retail=D(100)), held),))).postings
    assert [(one.mark, one.state, one.retail) for one in made.parts] == [
        (MARK, PartState.BILLED, 100),
        (f"{MARK}-all", PartState.HELD, 20),
    ]


# --- Order and money of the whole --------------------------------------------------------------------


def test_moves_come_first_then_what_was_billed_goes_then_one_time_lines_and_recurring_ones_last() -> None:
    older = replace(PERIOD, period="2026-09", subscription_id=12, subscription="s2", current=False)
    marks = PeriodMarks("s2", "seat_monthly", "2026-09")
    billed = replace(
        OURS, mark=marks.of(PartRole.ADJUSTMENT), role=PartRole.ADJUSTMENT, line_id="3",
        subscription_id=12, subscription="s2", period="2026-09", next_run=dt.date(2026, 10, 1),
    )  # fmt: skip
    there = replace(TEMPLATE, template_id="102", lines=(replace(LINE, template_id="102"),))
    more = replace(PERIOD, charges=(*PERIOD.charges, make_charge(seats="2", ratio="0.5")))
    facts = make_facts(make_line(3, mark=billed.mark, one_time=True), own=(replace(OURS, template_id="102"), billed))
    facts = replace(
        facts, periods=(more, older), other_templates={"102": there}, carried=frozenset([billed.mark]),
        posted=(replace(posted(part(marks.recurring, PartState.BILLED), period=older), subscription_id=12),),
    )  # fmt: skip

    order = [(one.action, one.role, one.moves) for one in plan_mapping(facts).changes]
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
