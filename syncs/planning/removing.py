"""The change that takes a line of ours off its template."""

from __future__ import annotations

from connectors.records import TemplateLine
from syncs.models.runs import Action
from syncs.planning.amounts import amount_of_values
from syncs.planning.facts import OwnLine
from syncs.planning.present import values_of
from syncs.planning.results import PlannedChange


def removal_of(own: OwnLine, line: TemplateLine, what: str, reason: str, *, moves: bool = False) -> PlannedChange:
    """The change that takes one line of ours off its template; ``what`` is for people."""
    amount = amount_of_values(line)
    return PlannedChange(
        action=Action.REMOVE_LINE,
        role=own.role,
        mark=own.mark,
        customer_id=own.customer_id,
        motion=own.motion,
        subscription_id=own.subscription_id,
        period=own.period,
        template_id=own.template_id,
        what=what,
        reason=reason,
        line_id=line.line_id,
        before=values_of(line),
        retail=-amount.retail,
        cost=-amount.cost,
        moves=moves,
    )
