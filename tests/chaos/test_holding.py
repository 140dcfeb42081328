"""Which held amounts the comparison can read, and what lacks then of what is owed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chaos.expected import Cents, Expected, Part
from chaos.holding import Waiting, ways_to_wait

SEPTEMBER, OCTOBER, NOVEMBER = (("tenant", "seat_monthly", f"2026-{month}") for month in ("09", "10", "11"))
SIX_SEATS = Part("ended", Cents(6000, 5100), Cents(6000, 5100), (Decimal(6), 1000, 850))
TWENTY_DAYS = Part("ended", Cents(3871, 3290), Cents(3871, 3290))
TOO_MUCH = Cents(-2129, -1810)


def ended_in_october() -> Expected:
    """Six seats of September, of which October charges twenty days; the newest month charges nothing."""
    return Expected(cells={SEPTEMBER: [SIX_SEATS], OCTOBER: [TWENTY_DAYS]}, newest=NOVEMBER[2])


def test_what_a_run_billed_beyond_the_month_in_which_a_subscription_ended_may_be_held_as_a_credit():
    assert ways_to_wait(ended_in_october(), {OCTOBER: TOO_MUCH}) == {Waiting(), Waiting(TOO_MUCH)}


@pytest.mark.parametrize("cents", [-1, 1])
def test_credit_that_no_run_can_have_billed_explains_nothing(cents: int):
    assert ways_to_wait(ended_in_october(), {OCTOBER: TOO_MUCH + Cents(cents, cents)}) == set()


def test_two_runs_before_the_month_in_which_a_subscription_ended_may_be_held_as_one_credit():
    two_runs = TWENTY_DAYS.own - SIX_SEATS.own - SIX_SEATS.own
    assert ways_to_wait(ended_in_october(), {OCTOBER: two_runs}) == {Waiting(), Waiting(two_runs)}


def test_run_after_the_months_adjustment_was_written_may_be_held_as_a_credit():
    ten, eight = (Cents(seats * 3000, seats * 2600) for seats in (10, 8))
    before, since = (
        Part("fewer", ten, ten, (Decimal(10), 3000, 2600)),
        Part("fewer", eight, eight, (Decimal(8), 3000, 2600)),
    )
    adjustment = Part("fewer", Cents(2516, 2181), Cents(2516, 2181))
    cells = {SEPTEMBER: [before], OCTOBER: [since, adjustment], NOVEMBER: [since]}
    too_much = eight - ten
    assert Waiting(too_much) in ways_to_wait(Expected(cells=cells, newest=NOVEMBER[2]), {OCTOBER: too_much})


def test_three_credits_of_one_month_are_told_apart():
    some = [(f"ended {number}", Cents(1000 * number + number, 900 * number)) for number in (1, 2, 4)]
    lines = [Part(name, Cents(0, 0) + own, own, (Decimal(1), own.retail, own.cost)) for name, own in some]
    rest = [Part(name, Cents(number, number), Cents(number, number)) for number, (name, _) in enumerate(some, start=1)]
    wanted = Expected(cells={SEPTEMBER: lines, OCTOBER: rest}, newest=NOVEMBER[2])
    held = sum((part.own - own for part, (_, own) in zip(rest, some, strict=True)), Cents())
    assert Waiting(held) in ways_to_wait(wanted, {OCTOBER: held})


def test_what_a_run_billed_of_a_line_that_a_person_had_typed_into_may_be_held_as_a_credit():
    wanted = Expected(cells={SEPTEMBER: [SIX_SEATS]}, newest=NOVEMBER[2])
    typed = Cents(3066, 5100)
    credit = {SEPTEMBER: Cents() - typed}
    assert ways_to_wait(wanted, credit) == set()

    wanted.typed = [(SIX_SEATS.own, typed)]
    assert Waiting(Cents() - typed) in ways_to_wait(wanted, credit)
