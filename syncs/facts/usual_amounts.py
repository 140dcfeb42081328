"""What a subscription's usage came to in earlier periods. Inside the scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Sum

from money.enums import PartRole, PartState
from money.plan import PlannedChange
from money.words import ZERO
from programs.models import Program
from syncs.models import Part


def usual_amounts(program: Program, changes: Iterable[PlannedChange]) -> dict[tuple[int, str], Decimal]:
    """The most retail, in currency units, that was written for one other period, by ``(subscription, role)``.

    To be asked before the plan is stored. One query.
    """
    planned = {(c.subscription_id, str(c.role), c.period) for c in changes if c.role is PartRole.USAGE}
    if not planned:
        return {}
    written = Part.objects.filter(
        posting__program=program,
        posting__subscription__in={subscription for subscription, _, _ in planned},
        role=PartRole.USAGE,
        state__in=(PartState.SYNCED, PartState.BILLED),
    )
    sums = written.values_list("posting__subscription", "role", "posting__period").annotate(sum=Sum("retail"))
    usual: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    for subscription, role, period, retail in sums.order_by():
        if (subscription, role, period) not in planned:
            usual[subscription, role] = max(usual[subscription, role], retail)
    return dict(usual)
