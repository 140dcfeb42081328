"""A plan that would change very much waits for a person."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.bookkeeping.product import (
    Action,
    Hold,
    LineValues,
    Months,
    Motion,
    PartRole,
    PlannedChange,
    Upheaval,
    guard_reason,
    hold_of_removals,
    hold_removals,
)
from tests.bookkeeping.proving import prove

CUSTOMER, MONTHLY = 1, Motion.SEAT_MONTHLY
LINE = LineValues(
    product_id=None,
    name="Business Premium",
    description="",
    quantity=Decimal(1),
    retail_cents=100_00,
    cost_cents=10_00,
    taxable=True,
    one_time=False,
)


def change(action: Action, *, quantity: int = 1, **over: object) -> PlannedChange:
    """One line of 100.00 that is added, changed to a quantity, or removed."""
    made = PlannedChange(
        action=action,
        role=PartRole.RECURRING,
        mark="BS:AAAAAAAAAA",
        customer_id=CUSTOMER,
        motion=MONTHLY,
        subscription_id=1,
        period="2026-10",
        template_id="5001",
        what="",
        reason="",
        before=None if action is Action.ADD_LINE else LINE,
        after=None if action is Action.REMOVE_LINE else replace(LINE, quantity=Decimal(quantity)),
    )
    return replace(made, **over)


def reason(
    *changes: PlannedChange,
    lines: int = 20,
    total: str = "2000.00",
    first: set[tuple[int, str]] | None = None,
    usual: dict[tuple[int, str], Decimal] | None = None,
) -> str:
    upheaval = Upheaval()
    upheaval.count(changes, first or set(), usual or {})
    return guard_reason(upheaval, line_count=lines, total=Decimal(total))


def removals_held(*changes: PlannedChange, lines: int = 20) -> int:
    """How many of the changes wait because too many lines would go."""
    upheaval = Upheaval()
    upheaval.count(changes, set(), {})
    hold = hold_of_removals(Months(regular="2026-10"), upheaval, line_count=lines)
    held = hold_removals(changes, hold, set()) if hold else changes
    return sum(one.hold is hold for one in held) if hold else 0


REMOVAL, ZEROED = change(Action.REMOVE_LINE), change(Action.CHANGE_LINE, quantity=0)


@pytest.mark.parametrize(
    ("removed", "lines", "wait"),
    [(10, 33, True), (10, 34, False), (2, 6, True), (3, 10, False), (1, 1, False), (2, 2, True)],
)
def test_removals_wait_from_two_lines_and_thirty_percent(removed: int, lines: int, wait: bool) -> None:
    assert removals_held(*[REMOVAL] * removed, lines=lines) == (removed if wait else 0)


def test_zeroed_lines_count_as_removed() -> None:
    assert removals_held(*[REMOVAL] * 5, *[ZEROED] * 5) == 10


def test_what_is_said_of_removals_names_their_number_and_money() -> None:
    upheaval = Upheaval()
    upheaval.count([REMOVAL] * 9, set(), {})
    hold = hold_of_removals(Months(regular="2026-10"), upheaval, line_count=20)
    assert hold is not None
    assert hold.text == "9 of 20 subscriptions, 900.00, are not invoiced for Oct 2026 yet."
    assert hold_of_removals(Months(regular="2026-10", complete=frozenset(["2026-10"])), upheaval, line_count=20) is None


@pytest.mark.parametrize(
    ("added", "lines", "total", "waits"),
    [(11, 10, "2000.00", True), (10, 10, "2000.00", False), (11, 9, "2000.00", False), (11, 10, "0.00", False)],
)
def test_plan_waits_when_the_total_moves_by_more_than_half(added: int, lines: int, total: str, waits: bool) -> None:
    assert bool(reason(*[change(Action.ADD_LINE)] * added, lines=lines, total=total)) is waits


def test_ups_and_downs_count_against_each_other() -> None:
    ups = [change(Action.CHANGE_LINE, quantity=3)] * 9
    assert reason(*ups) == "It would change the total of 2000.00 by 1800.00."
    assert reason(*ups, *[change(Action.CHANGE_LINE, quantity=-1)] * 5) == ""


def test_removals_are_asked_about_apart_and_move_nothing() -> None:
    ups = [change(Action.CHANGE_LINE, quantity=2)] * 6
    assert reason(*[REMOVAL] * 10, *ups) == "It would change the total of 1000.00 by 600.00."
    assert reason(*[REMOVAL] * 10, *ups[:5]) == ""
    assert reason(*[REMOVAL] * 11, *ups) == ""  # nine other lines


@pytest.mark.parametrize(
    "over",
    [
        {"hold": Hold("conflict", "", "")},
        {"role": PartRole.ADJUSTMENT},  # billed, so taken off
        {"action": Action.KEEP},
        {"action": Action.ADD_LINE, "role": PartRole.CATCH_UP, "before": None, "after": LINE},  # a person asked for it
        {"action": Action.ADD_LINE, "role": PartRole.CHARGE, "before": None, "after": LINE},  # an annual order
    ],
)
def test_what_is_not_written_or_no_news_does_not_count(over: dict[str, object]) -> None:
    assert removals_held(*[REMOVAL] * 20) == 20
    assert removals_held(*[replace(REMOVAL, **over)] * 20) == 0
    assert reason(*[replace(REMOVAL, **over)] * 20) == ""


def test_first_plan_of_a_mapping_does_not_count() -> None:
    added = [change(Action.ADD_LINE)] * 20
    assert reason(*added) == "It would change the total of 2000.00 by 2000.00."
    assert reason(*added, first={(CUSTOMER, MONTHLY)}) == ""


def test_lines_that_move_to_another_template_do_not_count() -> None:
    added = [change(Action.ADD_LINE)] * 20
    moved = [change(Action.REMOVE_LINE, moves=True)] * 20
    assert (removals_held(*[REMOVAL] * 20, *added), removals_held(*moved, *added)) == (20, 0)
    assert reason(*moved, *added) == ""


USAGE = change(Action.ADD_LINE, quantity=30, role=PartRole.USAGE)  # of 3000.00


@pytest.mark.parametrize("role", [PartRole.USAGE, PartRole.ADJUSTMENT])
def test_large_one_time_line_waits(role: PartRole) -> None:
    assert reason(replace(USAGE, role=role)) == "It would change the total of 2000.00 by 3000.00."


@pytest.mark.parametrize(("most", "waits"), [("3000.00", False), ("9000.00", False), ("400.00", True)])
def test_usual_usage_does_not_wait(most: str, waits: bool) -> None:
    assert bool(reason(USAGE, usual={(1, PartRole.USAGE): Decimal(most)})) is waits


def test_one_time_lines_with_a_past_count_among_the_lines() -> None:
    usages = [replace(USAGE, subscription_id=number) for number in range(10)]
    known = {(number, PartRole.USAGE): Decimal("100.00") for number in range(10)}
    assert reason(*usages, lines=0, total="0.00", usual=known) == "It would change the total of 1000.00 by 29000.00."
    assert reason(*usages[1:], lines=0, total="0.00", usual=known) == ""


@pytest.mark.parametrize(
    ("amounts", "most", "moved"),
    [
        (["3000.00"], "400.00", "2600.00"),
        (["3000.00"], "3000.00", "0"),
        (["3000.00", "100.00"], "3000.00", "100.00"),
        (["0.50"], "9.00", "0"),
        (["-3000.00"], "500.00", "-3000.00"),
        (["-3000.00"], "0", "-3000.00"),
    ],
)
def test_one_time_lines_move_what_they_add_up_to_beyond_the_usual(amounts: list[str], most: str, moved: str) -> None:
    usages = [replace(USAGE, after=replace(LINE, retail_cents=int(Decimal(amount) * 100))) for amount in amounts]
    upheaval = Upheaval()
    upheaval.count(usages, set(), {(1, PartRole.USAGE): Decimal(most)})

    assert upheaval.moved == Decimal(moved)


def test_what_does_not_count_does_not_end_the_counting() -> None:
    upheaval = Upheaval()
    upheaval.count([replace(REMOVAL, asked_for=True), REMOVAL, replace(REMOVAL, mark="BS:BBBBBBBBBB")], set(), {})

    assert (upheaval.removals, upheaval.removed_retail) == (["BS:AAAAAAAAAA", "BS:BBBBBBBBBB"], Decimal(200))


# --- A month that changes very much ------------------------------------------------------------------

SUBSCRIPTIONS = [f"s{number}" for number in range(1, 21)]


def invoice(number: str, month: str, subscriptions: list[str], seats: int) -> str:
    """An invoice with a row of these seats for each subscription."""
    rows = "\n".join(f"  {name} | {seats}" for name in subscriptions)
    return f"invoice {number} for {month}\n  subscription | seats\n{rows}"


def test_half_of_the_lines_would_go_and_wait_while_the_other_half_goes_on() -> None:
    stays = "\n".join(["  removal waits | 2"] * 10 + ["  changed | 3"] * 10 + ["  stays | 2"] * 10)
    prove(
        invoice("I1", "Sep 2026", SUBSCRIPTIONS, 2),
        "sync\ngenerate\nsync",
        invoice("I2", "Oct 2026", SUBSCRIPTIONS[10:], 3),
        f"""
        sync
          done | seats
{textwrap.indent(stays, "        ")}
          says removals: 10 of 20 subscriptions, 240.00, are not invoiced for Oct 2026 yet.
        decide complete
        sync, whatever it says
          done    | seats
{textwrap.indent(chr(10).join(["  removed | 2"] * 10 + ["  stays | 3"] * 10), "        ")}
        """,
    )
