"""The plan of one customer as a whole: changes in their order, postings, notes, what is billed and what is lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import Action, Chosen, HoldCode, LineState, PartRole, PartState, Prorations, Severity
from money.facts import Choice, MappingFact, Posted, PostingPart, Rules
from money.plan import Plan
from money.planning import plan_mapping
from money.postings import fingerprint_of
from tests.bookkeeping.product import Days, Note, OwnLine, PeriodFact, PlannedPosting, TemplateLine
from tests.money.charge_facts import make_charge
from tests.money.plan_facts import (
    LINE,
    MAPPING,
    MARK,
    MARKS,
    ONCE,
    OURS,
    PERIOD,
    RULES,
    STANDS,
    TEMPLATE,
    make_facts,
    make_line,
    part,
    posted,
)

D = Decimal


def posting(*parts: PostingPart, **over: object) -> PlannedPosting:
    (charge,) = PERIOD.charges
    made = PlannedPosting(
        customer_id=7, subscription_id=11, motion="seat_monthly", period="2026-10",
        fingerprint=fingerprint_of(MAPPING, RULES, PERIOD), template_id="101",
        unit_cost=D("10.00"), unit_retail=D("12.00"), parts=parts, charge_count=1,
        source_cost=charge.cost, source_retail=charge.retail, confirms_run=True,
    )  # fmt: skip
    return replace(made, **over)


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


def test_invoice_that_carries_the_line_before_its_run_proves_no_month() -> None:
    before = posted(part(), part(ONCE, PartState.BILLED, PartRole.ADJUSTMENT))

    assert plan_mapping(replace(STANDS, posted=(before,), carried=frozenset([MARK]))).proved == {}


def test_run_that_no_invoice_shows_is_told_with_what_is_at_stake() -> None:
    ran = replace(TEMPLATE, next_run=dt.date(2026, 12, 1), lines=(LINE,))
    notes = plan_mapping(replace(STANDS, template=ran, posted=(posted(part()),), newest="2026-11")).notes

    subject = f"unproven:{MARK}:2026-10"
    assert notes == [
        Note(
            Severity.WARNING, "unproven", f"unproven:{subject}",
            "Northwind: The template's next run moved on, but no invoice shows the line of Oct 2026.",
            "Look at the customer's invoices: say that it was billed, or dismiss it.",
            subject, customer_id=7, retail=D(120),
        )
    ]  # fmt: skip


def test_price_of_the_month_itself_is_no_price_before_it() -> None:
    again = posted(part(), fingerprint="other", unit_cost=D(9))
    earlier = replace(again, period="2026-09")

    assert plan_mapping(replace(STANDS, posted=(again,))).notes == []
    notes = plan_mapping(replace(STANDS, posted=(earlier, again))).notes
    assert [note.key for note in notes] == ["price:cost:s1:2026-10"]


def test_line_of_a_quantity_that_came_down_to_nothing_goes() -> None:
    nothing = replace(PERIOD, charges=(*PERIOD.charges, make_charge(seats="-10")))
    (removed,) = plan_mapping(replace(STANDS, periods=(nothing,))).changes

    assert (removed.action, removed.what, removed.reason) == (
        Action.REMOVE_LINE,
        "Northwind: Business Premium",
        "Quantity 0 on the invoice for Oct 2026",
    )


def test_line_whose_charges_were_all_withdrawn_goes_without_a_run() -> None:
    facts = replace(STANDS, posted=(posted(part(), fingerprint="other"),), gone=frozenset([11]), newest="2026-11")
    withdrawn = replace(PERIOD, charges=(), current=False)

    removed = [one for one in plan_mapping(replace(facts, periods=(withdrawn,))).changes if one.line_id == "1"]
    assert [one.reason for one in removed] == ["Not on the invoice for Nov 2026"]
    kept = plan_mapping(replace(facts, periods=(replace(PERIOD, current=False),))).changes
    assert Action.REMOVE_LINE not in [one.action for one in kept]


def test_line_of_others_that_two_subscriptions_would_take_over_is_the_firsts() -> None:
    second = replace(PERIOD, subscription_id=12, subscription="s2")
    third = replace(PERIOD, subscription_id=13, subscription="s3")
    adopt = Choice(Chosen.ADOPT, line_id="5")
    choices = {f"conflict:seat_monthly:{name}": adopt for name in ("s1", "s3")}
    keep = {"conflict:seat_monthly:s2": Choice(Chosen.KEEP)}
    facts = replace(make_facts(make_line(5)), periods=(third, second, PERIOD), choices=choices | keep)

    assert [(one.subscription_id, one.action, one.line_id) for one in plan_mapping(facts).changes] == [
        (11, Action.CHANGE_LINE, "5"),
        (12, Action.ADD_LINE, None),
        (13, Action.ADD_LINE, None),
    ]


def test_month_that_was_proposed_to_be_billed_waits_on_where_its_subscription_is_gone() -> None:
    late = part(MARKS.of(PartRole.CATCH_UP), PartState.HELD, PartRole.CATCH_UP)
    gone = replace(make_facts(), periods=(replace(PERIOD, gone=True),), posted=(posted(late),))

    assert [(one.role, one.hold is not None) for one in plan_mapping(gone).changes] == [(PartRole.CATCH_UP, True)]


def test_invoice_shows_the_later_month_of_a_line_that_goes_on() -> None:
    later = replace(PERIOD, period="2026-11")
    older = replace(PERIOD, current=False)
    ran = replace(TEMPLATE, next_run=dt.date(2026, 12, 1), lines=(LINE,))
    facts = replace(STANDS, template=ran, carried=frozenset([MARK]), newest="2026-11", periods=(older, later))
    both = (posted(part()), posted(part(), period=later, next_run=dt.date(2026, 12, 1)))

    (followed,) = plan_mapping(replace(facts, posted=both)).postings
    assert (followed.period, followed.parts[0].state) == ("2026-10", PartState.HELD)
    alone = plan_mapping(replace(facts, posted=(both[0], replace(both[1], next_run=None)))).postings
    assert alone[0].parts[0].state is PartState.BILLED


def test_cycle_that_begins_anew_has_the_mark_of_the_line_and_the_billed_one_its_own() -> None:
    cycles = [Days.read("2026-09-16/2026-10-15"), Days.read("2026-10-16/2026-11-15")]
    anew = replace(PERIOD, charges=tuple(replace(make_charge(), days=days) for days in cycles))
    facts = replace(STANDS, periods=(anew,), posted=(posted(part(state=PartState.BILLED)),))

    (made,) = plan_mapping(facts).postings
    billed = MARKS.of(PartRole.RECURRING, "billed 1")
    assert [(one.mark, one.state) for one in made.parts] == [(billed, PartState.BILLED), (MARK, PartState.SYNCED)]


REPRICED = replace(LINE, retail_cents=12_00)
CHEAPER = replace(OURS, retail_cents=11_00)


@pytest.mark.parametrize(
    ("line", "own", "mapping", "billed", "again"),
    [
        (LINE, OURS, MAPPING, False, False),
        (replace(LINE, product_id=None), OURS, MAPPING, False, True),
        (REPRICED, CHEAPER, MAPPING, False, True),
        (REPRICED, CHEAPER, replace(MAPPING, sync_cost=False), False, True),
        (REPRICED, CHEAPER, replace(MAPPING, sync_retail=False), False, False),
        (LINE, replace(OURS, cost_cents=9_00), replace(MAPPING, sync_retail=False), False, True),
        (LINE, replace(OURS, cost_cents=9_00), replace(MAPPING, sync_cost=False), False, False),
        (REPRICED, CHEAPER, MAPPING, True, False),
    ],
)
def test_line_that_lost_its_product_or_took_its_price_from_it_is_planned_again(
    line: TemplateLine, own: OwnLine, mapping: MappingFact, billed: bool, again: bool
) -> None:
    known = posted(part(state=PartState.BILLED if billed else PartState.SYNCED))
    known = replace(known, fingerprint=fingerprint_of(mapping, RULES, PERIOD))
    facts = replace(make_facts(line, own=(own,)), mapping=mapping, posted=(known,))

    assert bool(plan_mapping(facts).postings) is again
    unknown = replace(PERIOD, product=None)
    without = replace(known, fingerprint=fingerprint_of(mapping, RULES, unknown))
    assert plan_mapping(replace(facts, periods=(unknown,), posted=(without,))).postings == []


def test_line_of_a_month_that_was_taken_back_goes_where_it_is_the_newest() -> None:
    nothing = replace(PERIOD, charges=(), reversed_by="I9")
    facts = replace(STANDS, periods=(nothing,), posted=(posted(part(), fingerprint="other"),))

    assert [one.action for one in plan_mapping(facts).changes] == [Action.REMOVE_LINE]
    assert plan_mapping(replace(facts, newest="2026-09")).changes == []


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

    removed = [one for one in plan_mapping(asked).changes if one.action is Action.REMOVE_LINE]
    assert [(one.line_id, one.what) for one in removed] == [("2", "Northwind: Business Premium")]
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
