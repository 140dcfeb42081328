"""A plan that would change very much at once waits for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from money.amounts import amount_of_values
from money.enums import Action, PartRole
from money.plan import PlannedChange
from money.words import ZERO, plain

LEAST_LINES = 10
MOST_REMOVED = Decimal("0.30")
MOST_MOVED = Decimal("0.50")

# Annual orders come when they are placed, and what was not billed yet is written because a person asked for it.
NEVER_USUAL = (PartRole.CHARGE, PartRole.CATCH_UP)


@dataclass(slots=True)
class Upheaval:
    """How much a plan changes: how many recurring lines it takes off or zeroes, and the retail moved.

    ``usual`` is the retail of the one-time lines that is no news, and ``one_time_lines`` their number.
    """

    removed: int = 0
    moved: Decimal = ZERO
    usual: Decimal = ZERO
    one_time_lines: int = 0

    def count(
        self,
        changes: Iterable[PlannedChange],
        first_mappings: Collection[tuple[int, str]],
        usual: Mapping[tuple[int, str], Decimal],
    ) -> None:
        """Add changes. Those of mappings planned for the first time, ``(customer, motion)``, do not count.

        ``usual``: the most retail that a subscription had in one period before, by ``(subscription, role)``.
        """
        one_time: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
        for change in changes:
            if change.hold or (change.customer_id, change.motion) in first_mappings:
                continue
            if change.role is PartRole.RECURRING:
                self.removed += _removes(change) and not change.moves
                self.moved += _difference(change)  # a moved line goes and comes: nothing is left
            elif change.action is not Action.REMOVE_LINE and change.role not in NEVER_USUAL:
                one_time[change.subscription_id, change.role] += _difference(change)
        for key, amount in one_time.items():
            known = usual.get(key, ZERO)
            self.usual += known
            self.one_time_lines += bool(known)
            self.moved += amount if amount < 0 else max(amount - known, ZERO)


def guard_reason(upheaval: Upheaval, *, line_count: int, total: Decimal) -> str:
    """Why a plan must wait, "" when it need not.

    ``line_count`` and ``total`` (retail, currency units) are those of our recurring lines as they
    stand; usual one-time amounts are added.
    """
    total += upheaval.usual
    if line_count + upheaval.one_time_lines < LEAST_LINES:
        return ""
    if upheaval.removed >= LEAST_LINES and upheaval.removed > MOST_REMOVED * line_count:
        return f"It would remove or zero {upheaval.removed} of {line_count} lines."
    if total and abs(upheaval.moved) > MOST_MOVED * abs(total):
        return f"It would change the total of {plain(total)} by {plain(upheaval.moved)}."
    return ""


def _removes(change: PlannedChange) -> bool:
    zeroed = change.after is not None and change.after.quantity == 0
    return change.action is Action.REMOVE_LINE or (change.action is Action.CHANGE_LINE and zeroed)


def _difference(change: PlannedChange) -> Decimal:
    if change.action is Action.KEEP:
        return ZERO
    before = amount_of_values(change.before).retail if change.before else ZERO
    if change.action is Action.REMOVE_LINE or change.after is None:
        return -before
    return amount_of_values(change.after).retail - before
