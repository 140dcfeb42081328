"""A plan that would change very much waits for a person."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.bookkeeping.product import (
    Action,
    Hold,
    LineValues,
    Motion,
    PartRole,
    PlannedChange,
    Upheaval,
    guard_reason,
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
        template_id=5001,
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


REMOVAL, ZEROED = change(Action.REMOVE_LINE), change(Action.CHANGE_LINE, quantity=0)


@pytest.mark.parametrize(
    ("removed", "lines", "waits"),
    [(10, 33, True), (10, 34, False), (9, 20, False), (3, 9, False), (9, 9, False)],
)
def test_plan_waits_from_ten_lines_and_thirty_percent(removed: int, lines: int, waits: bool) -> None:
    assert bool(reason(*[REMOVAL] * removed, lines=lines, total="100000.00")) is waits


def test_zeroed_lines_count_as_removed() -> None:
    text = reason(*[REMOVAL] * 5, *[ZEROED] * 5, total="100000.00")
    assert text == "It would remove or zero 10 of 20 lines."


@pytest.mark.parametrize(
    ("added", "lines", "total", "waits"),
    [(11, 10, "2000.00", True), (10, 10, "2000.00", False), (11, 9, "2000.00", False), (11, 10, "0.00", False)],
)
def test_plan_waits_when_the_total_moves_by_more_than_half(added: int, lines: int, total: str, waits: bool) -> None:
    assert bool(reason(*[change(Action.ADD_LINE)] * added, lines=lines, total=total)) is waits


def test_ups_and_downs_count_against_each_other() -> None:
    ups = [change(Action.CHANGE_LINE, quantity=3)] * 9
    assert reason(*ups) == "It would change the total of 2000.00 by 1800.00."
    assert reason(*ups, *[REMOVAL] * 9) == ""


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
    assert reason(*[REMOVAL] * 20) == "It would remove or zero 20 of 20 lines."
    assert reason(*[replace(REMOVAL, **over)] * 20) == ""


def test_first_plan_of_a_mapping_does_not_count() -> None:
    added = [change(Action.ADD_LINE)] * 20
    assert reason(*added) == "It would change the total of 2000.00 by 2000.00."
    assert reason(*added, first={(CUSTOMER, MONTHLY)}) == ""


def test_lines_that_move_to_another_template_do_not_count() -> None:
    added = [change(Action.ADD_LINE)] * 20
    assert reason(*[REMOVAL] * 20, *added) == "It would remove or zero 20 of 20 lines."
    assert reason(*[change(Action.REMOVE_LINE, moves=True)] * 20, *added) == ""


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


# --- A month that changes very much ------------------------------------------------------------------

SUBSCRIPTIONS = [f"s{number}" for number in range(1, 21)]


def invoice(number: str, month: str, subscriptions: list[str], seats: int) -> str:
    """An invoice with a row of these seats for each subscription."""
    rows = "\n".join(f"  {name} | {seats}" for name in subscriptions)
    return f"invoice {number} for {month}\n  subscription | seats\n{rows}"


def test_half_of_the_lines_would_go_and_so_the_plan_waits_whole() -> None:
    waits = "waits: It would remove or zero 10 of 20 lines."
    stays = "\n".join("  stays | 1" for _ in SUBSCRIPTIONS)
    planned = "\n".join(["  removal waits | 1"] * 10 + ["  waits | 2"] * 10)
    prove(
        invoice("I1", "Sep 2026", SUBSCRIPTIONS, 1),
        "sync\ngenerate\nsync",
        invoice("I2", "Oct 2026", SUBSCRIPTIONS[10:], 2),
        f"sync\n  nothing is written\n  done | seats\n{planned}\n{stays}\n  {waits}",
    )
