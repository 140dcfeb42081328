"""Which recurring lines go: a quantity that came down to nothing, a subscription that is not invoiced any more.

What the target counts itself is never written, so it stays.
"""

from __future__ import annotations

from collections.abc import Collection

from money.facts import PeriodFact
from money.notes import note_uncertain
from money.periods import period_label
from money.plan import Plan, PlannedChange
from money.postings import Postings
from money.present import PresentLines
from money.taking_off import take_off


def remove_recurring(present: PresentLines, mark: str, period: PeriodFact, customer: str) -> list[PlannedChange]:
    """A subscription whose rows come to a quantity of 0 loses its recurring line."""
    own = present.own.standing(mark)
    line = present.line_of(own) if own else None
    if own is None or line is None or line.counted_by_target:
        return []
    return take_off(present, own, customer, f"Quantity 0 on the invoice for {period_label(period.period)}")


def remove_missing(
    present: PresentLines,
    postings: Postings,
    customer: str,
    *,
    newest: str,
    invoiced: Collection[int],
    uncertain: Collection[int],
) -> Plan:
    """Subscriptions that the newest regular invoice no longer has lose their recurring line.

    ``newest`` is its month, ``invoiced`` the subscriptions that it charges. Those that are ``uncertain``, because rows
    of that month do not count yet, keep their line, and a person is told.
    """
    plan = Plan()
    for own in present.recurring_lines():
        if own.subscription_id in invoiced or not postings.last_period(own.subscription_id) < newest:
            continue
        line = present.line_of(own)
        if line is None or line.counted_by_target:
            continue
        if own.subscription_id in uncertain:
            plan.notes.append(note_uncertain(customer, own, newest))
        else:
            plan.changes += take_off(present, own, customer, f"Not on the invoice for {period_label(newest)}")
    return plan
