"""Whether a plan waits for a person before it is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from money.amounts import amount_of_values
from money.enums import LineState, PartRole
from money.facts import OwnLine
from money.guard import Upheaval, guard_reason
from money.plan import PlannedChange
from money.words import ZERO
from tests.replay import form
from tests.replay.mirror.rows import Imported
from tests.replay.words import ROLES, period_of


def reason_to_wait(
    record: form.Record,
    done: Imported,
    own_lines: Iterable[OwnLine],
    changes: Collection[PlannedChange],
    first: Collection[tuple[int, str]],
) -> str:
    """``syncs.running.planning._must_wait``: "" when the plan is written at once.

    ``first``: the mappings that are planned for the first time, as (customer, motion).
    """
    if not any(change.action.writes and not change.hold for change in changes):
        return ""
    if record.program.billing.approval == "required":
        return "Approval is required."
    upheaval = Upheaval()
    upheaval.count(changes, first, _usual_amounts(record, done, changes))
    standing = [own for own in own_lines if own.state is LineState.STANDING and own.role is PartRole.RECURRING]
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
