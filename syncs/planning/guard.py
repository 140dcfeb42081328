"""A plan that would change very much at once waits for a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from core.money import ZERO, plain
from syncs.models.lines import PartRole
from syncs.models.runs import Action
from syncs.planning.amounts import amount_of_values
from syncs.planning.results import PlannedChange

LEAST_LINES = 10
MOST_REMOVED = Decimal("0.30")
MOST_MOVED = Decimal("0.50")


def guard_reason(
    changes: Sequence[PlannedChange],
    *,
    line_count: int,
    total: Decimal,
    first_mappings: Collection[tuple[int, str]],
) -> str:
    """Why this plan must wait, "" when it need not.

    ``line_count`` and ``total`` (retail, currency units) are those of our recurring lines as they
    stand. Changes of mappings planned for the first time, ``(customer, motion)``, do not count.
    """
    if line_count < LEAST_LINES:
        return ""
    counted = [
        change
        for change in changes
        if change.role is PartRole.RECURRING
        and not change.moves
        and not change.hold
        and (change.customer_id, change.motion) not in first_mappings
    ]
    removed = sum(_removes(change) for change in counted)
    if removed >= LEAST_LINES and removed > MOST_REMOVED * line_count:
        return f"It would remove or zero {removed} of {line_count} lines."
    moved = sum((_difference(change) for change in counted), ZERO)
    if total and abs(moved) > MOST_MOVED * abs(total):
        return f"It would change the total of {plain(total)} by {plain(moved)}."
    return ""


def _removes(change: PlannedChange) -> bool:
    zeroed = change.after is not None and change.after.quantity == 0
    return change.action is Action.REMOVE_LINE or (change.action is Action.CHANGE_LINE and zeroed)


def _difference(change: PlannedChange) -> Decimal:
    if change.action is Action.KEEP:
        return ZERO
    before = amount_of_values(change.before).retail if change.before else ZERO
    removed = change.action is Action.REMOVE_LINE or change.after is None
    after = ZERO if removed else amount_of_values(change.after).retail  # type: ignore[arg-type]  # not None here
    return after - before
