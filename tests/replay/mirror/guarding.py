"""Whether a plan waits for a person before it is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from money.amounts import amount_of_values
from money.enums import LineState, PartRole
from money.facts import OwnLine
from money.month.guard import Upheaval, guard_reason, hold_of_removals, hold_removals
from money.month.months import Months
from money.month.unfinished import note_of_removals
from money.plan import Plan, PlannedChange
from money.words import ZERO
from tests.replay import form
from tests.replay.mirror.rows import Imported
from tests.replay.words import ROLES, period_of


def reason_to_wait(
    record: form.Record,
    done: Imported,
    own_lines: Iterable[OwnLine],
    plan: Plan,
    first: Collection[tuple[int, str]],
    months: Months,
) -> str:
    """``syncs.running.planning._conclude``: "" when the plan is written at once; too many removals wait alone.

    ``first``: the mappings that are planned for the first time, as (customer, motion).
    """
    upheaval = Upheaval()
    upheaval.count(plan.changes, first, _usual_amounts(record, done, plan.changes))
    standing = [own for own in own_lines if own.state is LineState.STANDING and own.role is PartRole.RECURRING]
    hold = hold_of_removals(months, upheaval, line_count=len(standing))
    if hold is not None:
        plan.changes = hold_removals(plan.changes, hold, first)
        plan.notes.append(note_of_removals(hold, upheaval.removed_retail))
    if not any(change.action.writes and not change.hold for change in plan.changes):
        return ""
    if record.program.billing.approval == "required":
        return "Approval is required."
    total = sum((amount_of_values(own).retail for own in standing), ZERO)
    return guard_reason(upheaval, line_count=len(standing), total=total)


def _usual_amounts(
    record: form.Record, done: Imported, changes: Iterable[PlannedChange]
) -> dict[tuple[int, str], Decimal]:
    """``syncs.facts.usual_amounts``: the most that was written for one other period."""
    planned = {(one.subscription_id, str(one.role), one.period) for one in changes if one.role is PartRole.USAGE}
    usual: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    subscriptions = {subscription for subscription, _, _ in planned}
    for one in record.posted:
        key = done.subscriptions[one.subscription.lower()].pk or 0, str(PartRole.USAGE)
        written = [
            part.retail
            for part in one.parts
            if ROLES[part.what] is PartRole.USAGE and part.state in ("written", "billed")
        ]
        if written and key[0] in subscriptions and (*key, period_of(one.motion, one.days)) not in planned:
            usual[key] = max(usual[key], sum(written, ZERO))
    return dict(usual)
