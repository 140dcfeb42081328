"""What became of each part that was written: it is billed, it stands, it waits for a person, or it is planned again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import Action, Chosen, HoldCode, LineState, PartRole, PartState
from money.facts import Choice, MappingFacts, Posted, PostingPart
from money.present import PresentLines
from money.settling import Fate, SettledPart, fate_of_line, settle_one_time_lines, settled_parts
from money.words import Money
from tests.bookkeeping.product import OwnLine
from tests.money.plan_facts import OWN, make_line
from tests.money.standing_lines import (
    ADJUSTMENT,
    BILLED,
    DUE,
    HAS_RUN,
    LINE,
    MARK,
    ONCE,
    OWN_ONCE,
    RAN,
    STANDS,
    facts,
    once,
    part,
)

D = Decimal


# --- One-time lines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "own", "fate"),
    [
        (STANDS, OWN_ONCE, Fate.STANDING),
        (replace(STANDS, carried=frozenset({ONCE})), OWN_ONCE, Fate.STANDING),
        (HAS_RUN, OWN_ONCE, Fate.UNPROVEN),
        (BILLED, OWN_ONCE, Fate.BILLED),
        (facts(LINE, own=(OWN_ONCE,)), OWN_ONCE, Fate.LOST),
        (replace(STANDS, template=None), OWN_ONCE, Fate.LOST),
        # no next run is known, now or then: only an invoice can say that it ran
        (facts(ADJUSTMENT, next_run=None), OWN_ONCE, Fate.STANDING),
        (facts(next_run=None), OWN_ONCE, Fate.UNPROVEN),
        (facts(ADJUSTMENT, next_run=None, carried=frozenset({ONCE})), OWN_ONCE, Fate.BILLED),
        (STANDS, replace(OWN_ONCE, next_run=None), Fate.STANDING),
        (facts(), replace(OWN_ONCE, next_run=None), Fate.UNPROVEN),
    ],
)
def test_fate_of_a_one_time_line(told: MappingFacts, own: OwnLine, fate: Fate) -> None:
    assert fate_of_line(PresentLines(told), own) is fate


QUESTION = f"unproven:{ONCE}:2026-10"


@pytest.mark.parametrize(
    ("told", "choice", "fate", "removed", "lost"),
    [
        (STANDS, None, Fate.STANDING, None, False),
        (STANDS, Chosen.BILLED, Fate.STANDING, None, False),
        (BILLED, None, Fate.BILLED, "Billed already: it would be billed twice", False),
        (HAS_RUN, None, Fate.UNPROVEN, None, False),
        (HAS_RUN, Chosen.BILLED, Fate.BILLED, "Billed already: it would be billed twice", False),
        (HAS_RUN, Chosen.DISMISS, Fate.UNPROVEN, "Dismissed: it is not to be billed", False),
        (facts(own=(OWN_ONCE,), next_run=RAN), Chosen.DISMISS, Fate.UNPROVEN, None, True),
        (facts(own=(OWN_ONCE,), next_run=RAN), None, Fate.UNPROVEN, None, False),
        (facts(own=(OWN_ONCE,)), None, Fate.LOST, None, True),
    ],
)
def test_one_time_line_that_was_billed_or_dismissed_is_taken_off(
    told: MappingFacts, choice: Chosen | None, fate: Fate, removed: str | None, lost: bool
) -> None:
    choices = {QUESTION: Choice(choice)} if choice else {}
    made = settle_one_time_lines(PresentLines(told), choices, "Northwind")

    assert made.fates == {ONCE: fate}
    assert [(one.action, one.line_id, one.what, one.reason) for one in made.removals] == (
        [(Action.REMOVE_LINE, "2", "Northwind: Business Premium", removed)] if removed else []
    )
    assert made.lost == ({ONCE} if lost else set())
    assert made.marks(fate) == {ONCE}


def test_every_one_time_line_that_was_billed_or_dismissed_is_taken_off() -> None:
    third = replace(OWN_ONCE, mark="BS:CCCCCCCCCC", line_id="3")
    told = facts(ADJUSTMENT, make_line(3, mark=third.mark, one_time=True), own=(OWN_ONCE, third), next_run=RAN)
    choices = {f"unproven:{mark}:2026-10": Choice(Chosen.DISMISS) for mark in (ONCE, third.mark)}

    assert [one.line_id for one in settle_one_time_lines(PresentLines(told), choices, "").removals] == ["2", "3"]


# --- Parts of a posting -----------------------------------------------------------------------------------


def settle(
    told: MappingFacts, one: PostingPart, choice: tuple[str, Chosen] | None = None, *, followed: bool = False,
    period: str = "2026-10", next_run: dt.date | None = DUE,
) -> SettledPart | None:  # fmt: skip
    """What is settled of a posting of one part."""
    present, choices = PresentLines(told), {choice[0]: Choice(choice[1])} if choice else {}
    fates = settle_one_time_lines(present, choices, "").fates
    posted = Posted(11, period, "", "101", next_run, D(10), D(12), (one,))
    made = settled_parts(posted, present, choices, fates, recurring_mark=MARK, followed=followed)
    assert len(made) <= 1
    return made[0] if made else None


UNPROVEN = "The template's next run moved on, but no invoice shows the line of Oct 2026."
LOST = "The one-time line of Oct 2026 is gone, but the template has not run."


@pytest.mark.parametrize(
    ("told", "state", "followed", "next_run", "settled"),
    [
        (STANDS, PartState.SYNCED, False, DUE, None),
        (STANDS, PartState.BILLED, False, DUE, PartState.BILLED),
        (HAS_RUN, PartState.SYNCED, False, DUE, PartState.HELD),
        (BILLED, PartState.SYNCED, False, DUE, PartState.BILLED),
        (BILLED, PartState.HELD, False, DUE, PartState.BILLED),
        # what an invoice carries is the later period's by now
        (BILLED, PartState.SYNCED, True, DUE, PartState.HELD),
        # never confirmed on a template, or not written
        (BILLED, PartState.SYNCED, False, None, None),
        (BILLED, PartState.FAILED, False, DUE, None),
        (BILLED, PartState.PLANNED, False, DUE, None),
        (BILLED, PartState.EXCLUDED, False, DUE, None),
        (replace(BILLED, template=None), PartState.SYNCED, False, DUE, None),
    ],
)
def test_recurring_part_is_settled_once_its_template_ran(
    told: MappingFacts, state: PartState, followed: bool, next_run: dt.date | None, settled: PartState | None
) -> None:
    made = settle(told, part(state, reason="Once held"), followed=followed, next_run=next_run)

    assert (made.part.state if made else None) is settled
    if settled is PartState.HELD:
        assert made is not None
        assert (made.part.reason, made.hold and made.hold.subject) == (UNPROVEN, f"unproven:{MARK}:2026-10")
    elif made is not None and state is not PartState.BILLED:
        assert (made.part.reason, made.hold) == ("", None)


def test_part_of_another_mark_is_no_amount_of_the_recurring_line() -> None:
    assert settle(BILLED, part(PartState.SYNCED, mark="BS:CCCCCCCCCC")) is None
    assert settle(BILLED, part(PartState.HELD, mark="BS:CCCCCCCCCC")) is None


@pytest.mark.parametrize(
    ("period", "state", "amount"),
    [("2026-10", PartState.HELD, 96), ("2026-09", PartState.HELD, 120), ("2026-10", PartState.SYNCED, 120)],
)
def test_held_amount_was_billed_as_its_line_was_written(period: str, state: PartState, amount: int) -> None:
    told = replace(BILLED, own_lines=(replace(OWN, quantity=D(8)),))
    made = settle(told, part(state), period=period)

    assert made is not None
    assert (made.part.state, made.part.retail) == (PartState.BILLED, amount)
    unproven = settle(replace(told, carried=frozenset()), part(state), period=period)
    assert unproven is not None
    assert unproven.part.retail == amount
    assert settle(replace(told, template=STANDS.template), part(state), period=period) is None
    without = settle(replace(BILLED, own_lines=()), part(PartState.HELD))
    assert without is not None
    assert without.part.retail == 120


@pytest.mark.parametrize(
    ("choice", "state", "reason"),
    [
        (Chosen.BILLED, PartState.BILLED, ""),
        (Chosen.DISMISS, PartState.EXCLUDED, "Dismissed"),
        (None, PartState.HELD, UNPROVEN),
    ],
)
def test_person_says_what_became_of_a_part_that_no_invoice_shows(
    choice: Chosen | None, state: PartState, reason: str
) -> None:
    for one, mark in ((part(PartState.SYNCED, reason="x"), MARK), (once(PartState.SYNCED, "x"), ONCE)):
        told = facts(LINE, own=(OWN, OWN_ONCE), next_run=RAN)
        made = settle(told, one, (f"unproven:{mark}:2026-10", choice) if choice else None)

        assert made is not None
        assert (made.part, bool(made.hold)) == (replace(one, state=state, reason=reason), choice is None)


def test_run_that_billed_the_line_before_its_last_change_counts_with_its_share_of_the_rules() -> None:
    told = replace(BILLED, billed_before={MARK: Money(D(50), D(90))})

    made = settle(told, part(PartState.SYNCED))
    assert made is not None
    assert made.part == PostingPart(PartRole.RECURRING, MARK, PartState.BILLED, D(50), D(90), D("5.00"), D("9.00"))
    free = settle(told, replace(part(PartState.SYNCED), cost=D(0), rules_retail=D(0)))
    assert free is not None
    assert (free.part.rules_cost, free.part.rules_retail) == (D(10), D(0))


@pytest.mark.parametrize(
    ("told", "state", "settled"),
    [
        (STANDS, PartState.SYNCED, None),
        (STANDS, PartState.BILLED, (PartState.BILLED, 120)),
        (BILLED, PartState.SYNCED, (PartState.BILLED, 96)),
        (BILLED, PartState.FAILED, (PartState.BILLED, 96)),
        (HAS_RUN, PartState.SYNCED, (PartState.HELD, 96)),
        (facts(own=(replace(OWN_ONCE, quantity=D(8)),)), PartState.SYNCED, (PartState.HELD, 120)),  # gone without a run
        (facts(), PartState.SYNCED, None),
        (facts(), PartState.EXCLUDED, None),
    ],
)
def test_one_time_part_is_settled_with_what_its_line_came_to(
    told: MappingFacts, state: PartState, settled: tuple[PartState, int] | None
) -> None:
    own = tuple(replace(one, quantity=D(8)) for one in told.own_lines)
    made = settle(replace(told, own_lines=own), once(state))

    assert ((made.part.state, made.part.retail) if made else None) == settled


@pytest.mark.parametrize(
    ("choice", "state"), [(None, PartState.HELD), (Chosen.AGAIN, None), (Chosen.DISMISS, PartState.EXCLUDED)]
)
def test_lost_line_is_written_again_when_a_person_says_so_of_this_very_loss(
    choice: Chosen | None, state: PartState | None
) -> None:
    for own in (OWN_ONCE, replace(OWN_ONCE, state=LineState.LOST)):
        told = facts(own=(own,))
        made = settle(told, once(PartState.SYNCED), (f"lost:{ONCE}:2", choice) if choice else None)
        assert (made.part.state if made else None) is state
        of_the_next = settle(told, once(PartState.SYNCED), (f"lost:{ONCE}:3", choice) if choice else None)
        assert of_the_next is not None
        assert (of_the_next.part.reason, of_the_next.hold and of_the_next.hold.code) == (LOST, HoldCode.LOST)


def test_dismissed_part_whose_line_is_gone_stays_left_out() -> None:
    left_out = once(PartState.EXCLUDED, "Dismissed")

    assert settle(facts(), left_out, (QUESTION, Chosen.DISMISS)) == SettledPart(left_out)
    assert settle(facts(), once(PartState.SYNCED), (QUESTION, Chosen.DISMISS)) is None


def test_period_without_a_name_is_told_as_this_one() -> None:
    made = settle(HAS_RUN, part(PartState.SYNCED), period="")

    assert made is not None
    assert made.part.reason.endswith("no invoice shows the line of this period.")
