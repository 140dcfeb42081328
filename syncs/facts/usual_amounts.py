"""What a subscription's usage came to in earlier periods. Inside the scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from money.enums import PartRole, PartState
from money.plan import PlannedChange
from money.words import ZERO
from programs.models import Program
from syncs.models import Part, Posting


def usual_amounts(program: Program, changes: Iterable[PlannedChange]) -> dict[tuple[int, str], Decimal]:
    """The most retail, in currency units, that was written for one other period, by ``(subscription, role)``.

    To be asked before the plan is stored. Two queries: joined, the parts of all subscriptions may be read.
    """
    planned = {(c.subscription_id, str(c.role), c.period) for c in changes if c.role is PartRole.USAGE}
    if not planned:
        return {}
    of = Posting.objects.filter(program=program, subscription__in={subscription for subscription, _, _ in planned})
    periods = {pk: (one, period) for pk, one, period in of.values_list("pk", "subscription", "period")}
    written = Part.objects.filter(
        posting__in=periods, role=PartRole.USAGE, state__in=(PartState.SYNCED, PartState.BILLED)
    )
    sums: dict[tuple[int, str, str], Decimal] = defaultdict(lambda: ZERO)
    for posting, role, retail in written.values_list("posting", "role", "retail"):
        subscription, period = periods[posting]
        sums[subscription, role, period] += retail
    usual: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    for (subscription, role, period), retail in sums.items():
        if (subscription, role, period) not in planned:
            usual[subscription, role] = max(usual[subscription, role], retail)
    return dict(usual)
