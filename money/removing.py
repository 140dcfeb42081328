"""Which recurring lines go: a quantity that came down to nothing, one that has ended, one that nobody charges any more.

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
from money.settling import awaits_run
from money.taking_off import take_off


def remove_recurring(
    present: PresentLines, mark: str, period: PeriodFact, customer: str, reason: str
) -> list[PlannedChange]:
    """A subscription that stands at nothing after the period loses its recurring line."""
    own = present.own.standing(mark)
    line = present.line_of(own) if own else None
    if own is None or line is None or line.counted_by_target:
        return []
    return take_off(present, own, customer, f"{reason} on the invoice for {period_label(period.period)}")


def remove_gone(
    present: PresentLines,
    postings: Postings,
    customer: str,
    *,
    newest: str,
    gone: Collection[int],
    elsewhere: Collection[int],
    uncertain: Collection[int],
    leaving: Collection[str],
    withdrawn: Collection[tuple[int, str]],
) -> Plan:
    """Subscriptions that the newest regular month charges no more lose their line once its last period is billed.

    ``newest`` is that month, ``gone`` are the subscriptions, those of ``elsewhere`` go on at another customer or under
    a new id. Those that are ``uncertain``, because rows of that month do not count yet, keep their line, and a person
    is told. Marks that are ``leaving`` go for another reason. Of ``withdrawn`` subscriptions and periods no charge is
    left that a run would have to bill.
    """
    plan = Plan()
    for own in present.recurring_lines():
        line = present.line_of(own) if own.subscription_id in gone else None
        posted_at = own.subscription_id, own.period
        posted = postings.at(*posted_at)
        if (
            line is None
            or own.mark in leaving
            or line.counted_by_target
            or (posted and posted_at not in withdrawn and awaits_run(present, posted, own.mark))
        ):
            continue
        goes_on = own.subscription_id in elsewhere
        if own.subscription_id in uncertain and not goes_on:
            plan.notes.append(note_uncertain(customer, own, newest))
        else:
            reason = f"Not on the invoice for {period_label(newest)}"
            plan.changes += take_off(present, own, customer, reason, goes_on=goes_on)
    return plan
