"""Several months of invoices, syncs and generations: what was billed is what was charged, once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from syncs.models.lines import PartRole, PartState
from syncs.models.runs import Action
from syncs.planning.facts import ChargeFact, Choice, Rules
from tests.planning.factories import ANNUAL, AZURE, MONTHLY, held, make_charge, writes
from tests.planning.random_charges import CENTS, PRICINGS, STYLES, months_of_seats, wild_rows
from tests.planning.simulator import Amount, Simulator, add_up, amount_of, mark_in

Months = list[list[ChargeFact]]
PERIODS = ["2026-01", "2026-02", "2026-03", "2026-04"]
TOLERANCE = Decimal("0.05")


@st.composite
def several_months(draw: Any, rows: Any = months_of_seats) -> Months:
    return [draw(rows(period=period)) for period in PERIODS[: draw(st.integers(2, 4))]]


def truth(months: Months) -> Amount:
    return add_up([(row.cost, row.retail) for rows in months for row in rows])


def amounts(simulator: Simulator) -> list[tuple[bool, Amount]]:
    """What each of our lines on the template comes to, and whether it is a one-time line."""
    return [(line.one_time, amount_of(line)) for line in simulator.lines.values() if mark_in(line.description)]


def live(simulator: Simulator, months: Months, generated: list[bool]) -> None:
    """Month by month: the invoice comes, two daily syncs, and perhaps the template runs."""
    for period, rows, runs in zip(PERIODS, months, generated, strict=False):
        simulator.receive(1, period, rows)
        simulator.sync()
        simulator.sync()
        if runs:
            simulator.generate()
    simulator.sync()


def bill_what_waits(simulator: Simulator) -> None:
    """A person applies every proposal to bill an older recurring amount."""
    for change in held(simulator.sync()):
        assert change.hold is not None
        simulator.choices[change.hold.subject] = Choice("apply")
    simulator.sync()


GENERATED = st.lists(st.booleans(), min_size=4, max_size=4)


@given(several_months(), st.booleans(), st.booleans())
def test_monthly_generation_bills_every_month_as_it_was_charged(months: Months, vanish: bool, negatives: bool) -> None:
    simulator = Simulator(one_time_lines_vanish=vanish, rules=Rules(negative_lines=negatives))
    live(simulator, months, [True] * 4)
    for billed, charged in zip(simulator.billed(), truth(months), strict=True):
        assert abs(billed - charged) <= TOLERANCE * len(months)


@given(several_months(), GENERATED, st.booleans())
def test_months_without_a_generation_are_billed_once_a_person_says_so(
    months: Months, generated: list[bool], vanish: bool
) -> None:
    simulator = Simulator(one_time_lines_vanish=vanish)
    live(simulator, months, generated)
    bill_what_waits(simulator)
    last_ran = generated[len(months) - 1]
    recurring = add_up([a for line, a in amounts(simulator) if not line]) if last_ran else (Decimal(0), Decimal(0))
    due = simulator.would_generate()
    for billed, planned, next_month, charged in zip(simulator.billed(), due, recurring, truth(months), strict=True):
        assert abs(billed + planned - next_month - charged) <= TOLERANCE * len(months)


@given(
    several_months() | several_months(wild_rows),
    GENERATED,
    st.sampled_from([MONTHLY, AZURE, ANNUAL]),
    st.booleans(),
    STYLES,
    PRICINGS,
)
def test_one_time_lines_are_never_billed_twice(
    months: Months, generated: list[bool], motion: str, vanish: bool, style: str, pricing: dict[str, bool]
) -> None:
    simulator = Simulator(
        motion=motion,
        one_time_lines_vanish=vanish,
        rules=Rules(prorations=style, apply_credits=True),
        pricing=pricing,
    )
    live(simulator, months, generated)
    simulator.generate()
    assert set(simulator.times_billed().values()) <= {1}


@given(several_months() | several_months(wild_rows), GENERATED, st.booleans(), STYLES, PRICINGS)
def test_every_month_stays_balanced(
    months: Months, generated: list[bool], vanish: bool, style: str, pricing: dict[str, bool]
) -> None:
    simulator = Simulator(one_time_lines_vanish=vanish, rules=Rules(prorations=style), pricing=pricing)
    live(simulator, months, generated)
    for period, rows in zip(PERIODS, months, strict=False):
        assert simulator.explained((1, period)) == truth([rows])


@given(several_months(), GENERATED, st.booleans(), STYLES, PRICINGS)
def test_the_ledger_calls_billed_what_the_invoices_show(
    months: Months, generated: list[bool], vanish: bool, style: str, pricing: dict[str, bool]
) -> None:
    simulator = Simulator(one_time_lines_vanish=vanish, rules=Rules(prorations=style), pricing=pricing)
    live(simulator, months, generated)
    assert simulator.in_state(PartState.BILLED) == simulator.billed()


@given(several_months(), st.lists(months_of_seats(period="2026-01"), min_size=1, max_size=3))
def test_late_rows_of_a_billed_month_are_billed_by_their_difference(months: Months, late: Months) -> None:
    simulator = Simulator()
    live(simulator, months[:1], [True])
    assume(any(line.role is PartRole.RECURRING for line in simulator.own.values()))  # seats were left
    for rows in late:
        simulator.receive(1, PERIODS[0], rows)
        simulator.sync()
        simulator.sync()
    one_time = add_up([amount for is_one_time, amount in amounts(simulator) if is_one_time])
    charged = truth([months[0], *late])
    for billed, corrected, source in zip(simulator.billed(), one_time, charged, strict=True):
        assert abs(billed + corrected - source) <= TOLERANCE


def test_line_of_a_subscription_that_left_goes_with_the_next_regular_invoice() -> None:
    simulator = Simulator()
    simulator.receive(1, PERIODS[0], [make_charge("5", period=PERIODS[0])])
    simulator.receive(2, PERIODS[0], [make_charge("3", period=PERIODS[0])])
    simulator.sync()
    simulator.generate()
    simulator.receive(2, PERIODS[1], [make_charge("3", period=PERIODS[1])])
    plan = simulator.sync()
    assert [(change.action, change.subscription_id) for change in writes(plan)] == [(Action.REMOVE_LINE, 1)]


@given(several_months(lambda period: months_of_seats(period=period, prices=CENTS)), GENERATED)
def test_a_second_run_on_the_same_day_writes_nothing(months: Months, generated: list[bool]) -> None:
    simulator = Simulator()
    for period, rows, runs in zip(PERIODS, months, generated, strict=False):
        simulator.receive(1, period, rows)
        simulator.sync()
        assert writes(simulator.sync()) == []
        if runs:
            simulator.generate()
            simulator.sync()
            assert writes(simulator.sync()) == []
