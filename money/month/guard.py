"""A plan that would change very much at once waits for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from money.amounts import amount_of_values
from money.enums import Action, HoldCode, PartRole
from money.holds import month_question
from money.month.months import Months
from money.periods import period_label
from money.plan import Hold, PlannedChange
from money.words import ZERO, shown

LEAST_LINES = 10
LEAST_REMOVED = 2
MOST_REMOVED = Decimal("0.30")
MOST_MOVED = Decimal("0.50")

# Annual orders come when they are placed, and what was not billed yet is written because a person asked for it.
NEVER_USUAL = (PartRole.CHARGE, PartRole.CATCH_UP)


@dataclass(slots=True)
class Upheaval:
    """How much a plan changes: the recurring lines that it takes off or zeroes, and the retail that it moves.

    ``removals`` are the marks of the removed lines, ``removed_retail`` is what they bill. ``usual`` is the retail
    of the one-time lines that is no news, and ``one_time_lines`` their number.
    """

    removals: list[str] = field(default_factory=list)
    removed_retail: Decimal = ZERO
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
            if not _counts(change, first_mappings):
                continue
            if is_removal(change):
                self.removals.append(change.mark)
                self.removed_retail -= _difference(change)
            elif change.role is PartRole.RECURRING:
                self.moved += _difference(change)  # a moved line goes and comes: nothing is left
            elif change.action is not Action.REMOVE_LINE and change.role not in NEVER_USUAL:
                one_time[change.subscription_id, change.role] += _difference(change)
        for key, amount in one_time.items():
            known = usual.get(key, ZERO)
            self.usual += known
            self.one_time_lines += bool(known)
            self.moved += amount if amount < 0 else max(amount - known, ZERO)

    @property
    def removed(self) -> int:
        """How many recurring lines would go."""
        return len(self.removals)


def removals_wait(upheaval: Upheaval, *, line_count: int) -> bool:
    """Whether so many of our ``line_count`` recurring lines would go that a person must look first."""
    return upheaval.removed >= LEAST_REMOVED and upheaval.removed > MOST_REMOVED * line_count


def guard_reason(upheaval: Upheaval, *, line_count: int, total: Decimal) -> str:
    """Why a plan must wait whole, "" when it need not.

    ``line_count`` and ``total`` (retail, currency units) are those of our recurring lines as they stand; those
    that go are taken off, usual one-time amounts are added.
    """
    total += upheaval.usual - upheaval.removed_retail
    if line_count - upheaval.removed + upheaval.one_time_lines < LEAST_LINES:
        return ""
    if total and abs(upheaval.moved) > MOST_MOVED * abs(total):
        return f"It would change the total of {shown(total)} by {shown(upheaval.moved)}."
    return ""


def hold_of_removals(months: Months, upheaval: Upheaval, *, line_count: int) -> Hold | None:
    """Why the removals of a plan wait, while the rest of it goes on; None where they need not.

    A person who says that the month is complete has answered; without a month, all that was billed was reversed.
    """
    month = months.regular
    if not month or month in months.complete or not removals_wait(upheaval, line_count=line_count):
        return None
    retail = shown(upheaval.removed_retail)
    text = (
        f"{upheaval.removed} of {line_count} subscriptions, {retail}, are not invoiced for {period_label(month)} yet."
    )
    return month_question(HoldCode.REMOVALS, text, month)


def hold_removals(
    changes: Iterable[PlannedChange], hold: Hold, first_mappings: Collection[tuple[int, str]]
) -> list[PlannedChange]:
    """The changes, of which the removals that were counted wait."""
    return [
        replace(change, hold=hold) if _counts(change, first_mappings) and is_removal(change) else change
        for change in changes
    ]


def is_removal(change: PlannedChange) -> bool:
    """Whether a recurring line goes or comes down to nothing, and does not go on elsewhere."""
    if change.role is not PartRole.RECURRING or change.moves or change.goes_on:
        return False
    return _removes(change)


def _counts(change: PlannedChange, first_mappings: Collection[tuple[int, str]]) -> bool:
    return change.hold is None and not change.asked_for and (change.customer_id, change.motion) not in first_mappings


def _removes(change: PlannedChange) -> bool:
    zeroed = change.after is not None and change.after.quantity == 0
    return change.action is Action.REMOVE_LINE or (change.action is Action.CHANGE_LINE and zeroed)


def _difference(change: PlannedChange) -> Decimal:
    if change.action is Action.KEEP:
        return ZERO
    before, after = (amount_of_values(values).retail if values else ZERO for values in (change.before, change.after))
    return after - before
