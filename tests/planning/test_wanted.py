"""What each motion asks for on the template."""

from __future__ import annotations

import pytest

from connectors.records import LineValues
from syncs.models.lines import PartRole, PartState
from syncs.models.runs import Action
from syncs.planning.facts import Choice, MappingFacts, Rules
from syncs.planning.mapping import plan_mapping
from tests.planning.factories import (
    ANNUAL,
    AZURE,
    OCT,
    SEP,
    D,
    explained,
    held,
    make_charge,
    make_facts,
    make_period,
    make_product,
    posting_of,
    told,
    writes,
)

ONLY_COST = {"sync_cost": True, "sync_retail": False}
ONLY_QUANTITY = {"sync_cost": False, "sync_retail": False}


def asked(facts: MappingFacts) -> list[tuple[PartRole, str, int, int]]:
    """Role, quantity, retail cents and cost cents of every line to write."""
    return [(c.role, f"{_after(c.after).quantity:f}", _after(c.after).retail_cents, _after(c.after).cost_cents)
            for c in writes(plan_mapping(facts))]  # fmt: skip


def _after(values: LineValues | None) -> LineValues:
    assert values is not None
    return values


# --- Seat Based Monthly -----------------------------------------------------------------------------


def test_monthly_is_one_recurring_line() -> None:
    assert asked(make_facts(make_period())) == [(PartRole.RECURRING, "10", 1200, 1000)]


def test_new_line_takes_product_and_tax_flag_of_its_product() -> None:
    (change,) = writes(plan_mapping(make_facts(make_period())))
    after = _after(change.after)
    assert (after.product_id, after.taxable, after.one_time) == (900, False, False)


def test_added_seats_are_an_adjustment_written_before_the_recurring_line() -> None:
    rows = [make_charge("10"), make_charge("2", ratio="0.5", start=16)]
    assert asked(make_facts(make_period(*rows))) == [
        (PartRole.ADJUSTMENT, "1", -1200, -1000),
        (PartRole.RECURRING, "12", 1200, 1000),
    ]


def test_adjustment_says_so_and_names_its_period() -> None:
    rows = [make_charge("10"), make_charge("2", ratio="0.5", start=16)]
    adjustment = writes(plan_mapping(make_facts(make_period(*rows))))[0]
    after = _after(adjustment.after)
    assert (after.name, after.one_time) == ("Business Premium (adjustment, Oct 2026)", True)
    assert after.description.startswith("Adjustment, Oct 2026: Business Premium [BS:")


def test_quantity_style_bills_decimal_seats() -> None:
    rows = [make_charge("10"), make_charge("2", ratio="0.5", start=16)]
    facts = make_facts(make_period(*rows), rules=Rules(prorations="quantity"))
    assert asked(facts) == [(PartRole.RECURRING, "11.00", 1200, 1000)]


def test_warn_style_excludes_the_difference_and_says_so() -> None:
    rows = [make_charge("10"), make_charge("2", ratio="0.5", start=16)]
    plan = plan_mapping(make_facts(make_period(*rows), rules=Rules(prorations="warn", negative_lines=False)))
    excluded = [p for p in posting_of(plan).parts if p.state is PartState.EXCLUDED]
    assert [change.role for change in writes(plan)] == [PartRole.RECURRING]
    assert [(part.retail, part.reason) for part in excluded] == [(D("-12.00"), "Prorations: warn only")]
    assert told(plan) == ["excluded"]


def test_refused_negatives_fall_back_with_a_warning() -> None:
    rows = [make_charge("10"), make_charge("2", ratio="0.65", start=11)]
    plan = plan_mapping(make_facts(make_period(*rows), rules=Rules(negative_lines=False)))
    assert [_after(change.after).quantity for change in writes(plan)] == [D("11.30")]
    assert told(plan) == ["decimal_quantity"]


def test_seats_that_came_down_to_none_bill_what_was_used_and_leave_no_line() -> None:
    rows = [make_charge("10"), make_charge("-10", ratio="0.5", start=16)]
    assert asked(make_facts(make_period(*rows))) == [(PartRole.ADJUSTMENT, "1", 6000, 5000)]


def test_quantity_below_zero_is_held_whole() -> None:
    plan = plan_mapping(make_facts(make_period(make_charge("2"), make_charge("-3"))))
    (part,) = posting_of(plan).parts
    assert (writes(plan), part.state, part.retail, told(plan)) == ([], PartState.HELD, D("-12.00"), ["quantity"])


def test_rows_of_a_month_before_are_one_adjustment() -> None:
    late = make_period(make_charge("3", period=SEP), period=SEP, late=True)
    assert asked(make_facts(late)) == [(PartRole.ADJUSTMENT, "1", 3600, 3000)]


def test_older_month_that_was_never_billed_is_proposed_not_written() -> None:
    older = make_period(make_charge("3", period=SEP), period=SEP)
    plan = plan_mapping(make_facts(older))
    assert (writes(plan), [change.retail for change in held(plan)]) == ([], [D("36.00")])


def test_free_older_month_is_not_proposed() -> None:
    free = make_period(make_charge("3", cost="0", retail="0", period=SEP), period=SEP)
    plan = plan_mapping(make_facts(free))
    assert (plan.changes, plan.notes) == ([], [])


def test_applied_proposal_is_a_one_time_line() -> None:
    older = make_period(make_charge("3", period=SEP), period=SEP)
    (waiting,) = held(plan_mapping(make_facts(older)))
    assert waiting.hold is not None
    facts = make_facts(older, choices={waiting.hold.subject: Choice("apply")})
    assert asked(facts) == [(PartRole.CATCH_UP, "1", 3600, 3000)]


# --- Prices that are not synced ---------------------------------------------------------------------


def own_price() -> object:
    return make_product(cost=D("9.00"), retail=D("20.00"))


@pytest.mark.parametrize(("pricing", "cost"), [(ONLY_COST, 1000), (ONLY_QUANTITY, 900)])
def test_new_line_takes_the_products_price_where_none_is_synced(pricing: dict[str, bool], cost: int) -> None:
    facts = make_facts(make_period(product=own_price()), mapping=pricing)
    assert asked(facts) == [(PartRole.RECURRING, "10", 2000, cost)]


@pytest.mark.parametrize("style", ["line", "quantity"])
def test_prorated_seats_are_billed_at_the_price_of_the_line(style: str) -> None:
    rows = [make_charge("10"), make_charge("2", ratio="0.5", start=16)]
    period = make_period(*rows, product=own_price())
    plan = plan_mapping(make_facts(period, mapping=ONLY_QUANTITY, rules=Rules(prorations=style)))
    assert sum(p.retail for p in posting_of(plan).parts) == 11 * D("20.00")


def test_fall_back_bills_all_seats_at_the_price_of_the_line() -> None:
    rows = [make_charge("10"), make_charge("2", ratio="0.333", start=22)]  # 10.666 seats, 10.66 on the line
    period = make_period(*rows, product=own_price())
    plan = plan_mapping(make_facts(period, mapping=ONLY_QUANTITY, rules=Rules(negative_lines=False)))
    assert sum(p.retail for p in posting_of(plan).parts) == D("213.32")


def test_late_seats_are_billed_at_the_price_of_the_product() -> None:
    late = make_period(make_charge("3", period=SEP), period=SEP, late=True, product=own_price())
    assert asked(make_facts(late, mapping=ONLY_COST)) == [(PartRole.ADJUSTMENT, "1", 6000, 3000)]


def test_what_the_pricing_strategy_adds_is_told_as_rules() -> None:
    plan = plan_mapping(make_facts(make_period(product=own_price()), mapping=ONLY_COST))
    (part,) = posting_of(plan).parts
    assert (part.rules_cost, part.rules_retail) == (0, D("80.00"))
    assert explained(posting_of(plan)) == (D("100.00"), D("120.00"))


# --- Azure Plan -------------------------------------------------------------------------------------


def test_azure_is_one_one_time_line_of_its_amounts() -> None:
    rows = [make_charge("31.7", cost_amount=D("101.2345"), retail_amount=D("121.005")), make_charge("1")]
    plan = plan_mapping(make_facts(make_period(*rows), motion=AZURE))
    (change,) = writes(plan)
    after = _after(change.after)
    assert (after.quantity, after.retail_cents, after.cost_cents, after.one_time) == (1, 13301, 11123, True)
    assert explained(posting_of(plan)) == (D("111.2345"), D("133.005"))


def test_azure_of_nothing_writes_nothing() -> None:
    rows = [make_charge("1", cost_amount=D("0.004"), retail_amount=D(0))]
    plan = plan_mapping(make_facts(make_period(*rows), motion=AZURE))
    assert (writes(plan), posting_of(plan).rounding_cost) == ([], D("0.004"))


# --- Seat Based Annual ------------------------------------------------------------------------------


def test_annual_is_one_line_per_charge() -> None:
    period = make_period(make_charge("2", retail="120.00"), make_charge("3", retail="100.00"))
    assert sorted(asked(make_facts(period, motion=ANNUAL))) == [
        (PartRole.CHARGE, "2", 12000, 1000),
        (PartRole.CHARGE, "3", 10000, 1000),
    ]


def test_prorated_annual_charge_is_its_amount_with_the_explanation() -> None:
    plan = plan_mapping(make_facts(make_period(make_charge("10", ratio="0.5")), motion=ANNUAL))
    (change,) = writes(plan)
    after = _after(change.after)
    assert (after.quantity, after.retail_cents, after.cost_cents) == (1, 6000, 5000)
    assert "10 x ratio 0.5" in after.description


def test_prorated_annual_charge_counts_the_lines_own_price_for_its_share() -> None:
    period = make_period(make_charge("10", ratio="0.5"), product=own_price())
    assert asked(make_facts(period, motion=ANNUAL, mapping=ONLY_COST)) == [(PartRole.CHARGE, "1", 10000, 5000)]


def test_annual_refund_is_netted_where_negative_amounts_are_refused() -> None:
    period = make_period(make_charge("10"), make_charge("-4"))
    facts = make_facts(period, motion=ANNUAL, rules=Rules(negative_lines=False))
    assert asked(facts) == [(PartRole.CHARGE, "1", 7200, 6000)]


# --- Credits ----------------------------------------------------------------------------------------


def credit_period() -> object:
    return make_period(make_charge("10"), make_charge("-2", credit=True, invoice_number="CR-1"))


def test_credit_waits_for_review() -> None:
    plan = plan_mapping(make_facts(credit_period()))
    (waiting,) = held(plan)
    assert (waiting.role, waiting.retail, waiting.action) == (PartRole.CREDIT, D("-24.00"), Action.ADD_LINE)
    assert [(c.role, c.retail) for c in writes(plan)] == [(PartRole.RECURRING, D("120.00"))]


def test_credit_is_written_where_the_program_applies_credits() -> None:
    facts = make_facts(credit_period(), rules=Rules(apply_credits=True))
    assert (PartRole.CREDIT, "1", -2400, -2000) in asked(facts)


def test_credits_of_two_invoices_of_one_number_are_told_apart() -> None:
    credits = [make_charge(n, credit=True, invoice_number="CR-1", invoice_id=i) for n, i in (("-2", 21), ("-1", 22))]
    plan = plan_mapping(make_facts(make_period(make_charge("10"), *credits)))
    assert sorted(waiting.retail for waiting in held(plan)) == [D("-24.00"), D("-12.00")]
    marks = [part.mark for part in posting_of(plan).parts]
    assert sorted(set(marks)) == sorted(marks)


def test_dismissed_credit_is_excluded() -> None:
    (waiting,) = held(plan_mapping(make_facts(credit_period())))
    assert waiting.hold is not None
    plan = plan_mapping(make_facts(credit_period(), choices={waiting.hold.subject: Choice("dismiss")}))
    states = {part.role: part.state for part in posting_of(plan).parts}
    assert states == {PartRole.RECURRING: PartState.PLANNED, PartRole.CREDIT: PartState.EXCLUDED}


def test_dismissal_answers_for_the_money_that_was_held_and_no_other() -> None:
    (waiting,) = held(plan_mapping(make_facts(credit_period())))
    assert waiting.hold is not None
    for retail, waits in ((waiting.retail, False), (waiting.retail + 1, True)):
        choice = Choice("dismiss", retail=retail, cost=waiting.cost)
        plan = plan_mapping(make_facts(credit_period(), choices={waiting.hold.subject: choice}))
        assert bool(held(plan)) is waits


def test_credit_waits_even_if_applied_where_negatives_are_refused() -> None:
    facts = make_facts(credit_period(), rules=Rules(apply_credits=True, negative_lines=False))
    (waiting,) = held(plan_mapping(facts))
    assert waiting.hold is not None
    assert waiting.hold.code == "negative"


# --- Products ---------------------------------------------------------------------------------------


def test_charge_without_product_fails_and_is_named() -> None:
    plan = plan_mapping(make_facts(make_period(product=None, problem="Two products match")))
    (part,) = posting_of(plan).parts
    assert (writes(plan), part.state, part.retail, part.reason) == (
        [], PartState.FAILED, D("120.00"), "Two products match",
    )  # fmt: skip
    assert [note.text for note in plan.notes] == ["Northwind: Two products match"]


@pytest.mark.parametrize(("expected", "notes"), [(True, []), (False, ["no_product"])])
def test_line_without_product_link_is_written_and_warned_about(expected: bool, notes: list[str]) -> None:
    product = make_product(target_id=None, expected=expected)
    plan = plan_mapping(make_facts(make_period(product=product)))
    (change,) = writes(plan)
    assert (_after(change.after).product_id, change.product_key, told(plan)) == (None, "cfq7:p1m:monthly", notes)


def test_periods_of_two_months_are_told_apart() -> None:
    older = make_period(make_charge("3", period=SEP), period=SEP, late=True)
    plan = plan_mapping(make_facts(older, make_period()))
    assert [(p.period, len(p.parts)) for p in plan.postings] == [(SEP, 1), (OCT, 1)]
