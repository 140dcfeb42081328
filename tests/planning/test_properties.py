"""What must hold whatever the invoice says, judged by sums that no code under test computed."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from syncs.planning.facts import ChargeFact, Rules
from syncs.planning.mapping import plan_mapping
from syncs.planning.present import values_of
from tests.planning.factories import (
    ANNUAL,
    AZURE,
    MONTHLY,
    OCT,
    explained,
    make_charge,
    make_facts,
    make_line,
    make_period,
    posting_of,
    writes,
)
from tests.planning.random_charges import CENTS, PRICINGS, STYLES, months_of_seats, wild_rows
from tests.planning.simulator import Amount, Simulator

Rows = list[ChargeFact]
MOTIONS = st.sampled_from([MONTHLY, AZURE, ANNUAL])
ANY_RULES = st.builds(
    Rules,
    prorations=STYLES,
    apply_credits=st.booleans(),
    negative_lines=st.booleans(),
)
TOLERANCE = Decimal("0.05")


def truth(rows: Rows) -> Amount:
    """What the source charges."""
    return sum((r.cost for r in rows), Decimal(0)), sum((r.retail for r in rows), Decimal(0))


def simulate(rows: Rows, rules: Rules, pricing: dict[str, bool], motion: str = MONTHLY) -> Simulator:
    simulator = Simulator(motion=motion, rules=rules, pricing=pricing)
    simulator.receive(1, OCT, rows)
    simulator.sync()
    return simulator


# --- Nothing is lost --------------------------------------------------------------------------------


@given(wild_rows() | months_of_seats(), MOTIONS, ANY_RULES, PRICINGS)
def test_parts_and_rounding_are_exactly_what_the_source_charged(
    rows: Rows, motion: str, rules: Rules, pricing: dict[str, bool]
) -> None:
    facts = make_facts(make_period(*rows), motion=motion, rules=rules, mapping=pricing)
    assert explained(posting_of(plan_mapping(facts))) == truth(rows)


@given(wild_rows() | months_of_seats(), MOTIONS, ANY_RULES, PRICINGS)
def test_balance_stays_exact_with_what_the_target_returned(
    rows: Rows, motion: str, rules: Rules, pricing: dict[str, bool]
) -> None:
    assert simulate(rows, rules, pricing, motion).explained((1, OCT)) == truth(rows)


@given(wild_rows(), wild_rows(), MOTIONS, ANY_RULES, PRICINGS)
def test_rows_that_come_after_a_generation_stay_balanced(
    rows: Rows, more: Rows, motion: str, rules: Rules, pricing: dict[str, bool]
) -> None:
    simulator = simulate(rows, rules, pricing, motion)
    simulator.generate()
    simulator.receive(1, OCT, more)
    simulator.sync()
    assert simulator.explained((1, OCT)) == truth(rows + more)


@given(wild_rows(), wild_rows(), MOTIONS, ANY_RULES, PRICINGS)
def test_an_invoice_replaced_after_a_generation_stays_balanced(
    rows: Rows, other: Rows, motion: str, rules: Rules, pricing: dict[str, bool]
) -> None:
    simulator = simulate(rows, rules, pricing, motion)
    simulator.generate()
    simulator.sync()
    simulator.charges[1, OCT] = other
    simulator.sync()
    assert simulator.explained((1, OCT)) == truth(other)


# --- What the customer is billed --------------------------------------------------------------------


@given(months_of_seats(), st.booleans())
def test_template_generates_the_rows_to_the_cent(rows: Rows, negatives: bool) -> None:
    simulator = simulate(rows, Rules(negative_lines=negatives), {})
    for billed, charged in zip(simulator.would_generate(), truth(rows), strict=True):
        assert abs(billed - charged) <= TOLERANCE


@given(months_of_seats(prices=CENTS))
def test_rows_in_whole_cents_are_billed_within_half_a_cent(rows: Rows) -> None:
    simulator = simulate(rows, Rules(tolerance=Decimal(0)), {})
    for billed, charged in zip(simulator.would_generate(), truth(rows), strict=True):
        assert abs(billed - charged) <= Decimal("0.005")


@given(months_of_seats(prices=CENTS))
def test_decimal_quantity_bills_the_rows_within_the_tolerance(rows: Rows) -> None:
    simulator = simulate(rows, Rules(prorations="quantity"), {})
    for billed, charged in zip(simulator.would_generate(), truth(rows), strict=True):
        assert abs(billed - charged) <= TOLERANCE


@given(wild_rows(), MOTIONS)
def test_azure_and_annual_generate_the_rows_within_half_a_cent_a_line(rows: Rows, motion: str) -> None:
    if motion == MONTHLY:
        motion = ANNUAL
    simulator = simulate(rows, Rules(apply_credits=True), {}, motion)
    for billed, charged in zip(simulator.would_generate(), truth(rows), strict=True):
        assert abs(billed - charged) <= Decimal("0.005") * len(rows)


# --- Once, and only ours ----------------------------------------------------------------------------


@given(wild_rows() | months_of_seats(), MOTIONS, ANY_RULES, PRICINGS)
def test_planning_again_writes_nothing(rows: Rows, motion: str, rules: Rules, pricing: dict[str, bool]) -> None:
    simulator = simulate(rows, rules, pricing, motion)
    assert writes(simulator.sync()) == []


@given(st.lists(wild_rows() | months_of_seats(), min_size=1, max_size=3), MOTIONS, ANY_RULES, PRICINGS)
def test_no_two_lines_have_one_mark(months: list[Rows], motion: str, rules: Rules, pricing: dict[str, bool]) -> None:
    simulator = Simulator(motion=motion, rules=rules, pricing=pricing)
    for subscription, rows in enumerate(months, start=1):
        simulator.receive(subscription, OCT, rows)
    simulator.sync()
    assert set(simulator.marks().values()) <= {1}


@given(wild_rows() | months_of_seats(), MOTIONS, ANY_RULES, st.sampled_from([None, 900]))
def test_foreign_lines_never_change(rows: Rows, motion: str, rules: Rules, product: int | None) -> None:
    typed_in = make_line(77, product_id=product)
    simulator = Simulator(motion=motion, rules=rules)
    simulator.type_in(typed_in)
    simulator.receive(1, OCT, rows)
    simulator.sync()
    assert simulator.lines[77] == typed_in


@given(wild_rows() | months_of_seats(), MOTIONS, STYLES, PRICINGS)
def test_negative_amounts_are_never_written_where_they_are_refused(
    rows: Rows, motion: str, style: str, pricing: dict[str, bool]
) -> None:
    rules = Rules(prorations=style, apply_credits=True, negative_lines=False)
    facts = make_facts(make_period(*rows), motion=motion, rules=rules, mapping=pricing)
    written = [change.after for change in writes(plan_mapping(facts)) if change.after]
    assert [v for v in written if v.quantity < 0 or v.retail_cents < 0 or v.cost_cents < 0] == []


@given(wild_rows() | months_of_seats(), MOTIONS, ANY_RULES, PRICINGS)
def test_a_plan_says_what_stood_before(rows: Rows, motion: str, rules: Rules, pricing: dict[str, bool]) -> None:
    simulator = simulate(rows, rules, pricing, motion)
    standing = dict(simulator.lines)
    simulator.receive(1, OCT, [make_charge("1")])
    for change in plan_mapping(simulator.facts()).changes:
        assert change.before == (values_of(standing[change.line_id]) if change.line_id else None)
