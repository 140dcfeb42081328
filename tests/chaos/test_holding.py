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
