"""What an older period did not bill: proposed as a one-time line."""

from __future__ import annotations

from decimal import Decimal

from money.amounts import (
    amount_of_values,
)
from money.enums import PartRole
from money.facts import MappingFacts, PeriodFact
from money.holds import not_billed_yet, ran_unchanged
from money.marks import line_mark
from money.periods import months_between, period_label
from money.present import own_line
from money.wanting.wants import (
    ONE,
    Wanted,
)
from money.wording import catch_up_text


def catch_up(facts: MappingFacts, period: PeriodFact, recurring: Wanted) -> Wanted:
    """An older period's recurring amount that no invoice carries: proposed as a one-time line."""
    mark = line_mark(period.subscription, facts.mapping.motion, PartRole.CATCH_UP, period.period)
    label = period_label(period.period)
    subject = f"catch_up:{mark}"
    choice = facts.choices.get(subject)
    stood_at = _billed_again(facts, period, recurring.mark)
    hold = not_billed_yet(label, recurring.amount.retail, subject)
    if stood_at is not None:
        hold = ran_unchanged(label, recurring.amount.retail, stood_at, subject)
    return Wanted(
        role=PartRole.CATCH_UP,
        mark=mark,
        quantity=ONE,
        unit=recurring.amount,
        amount=recurring.amount,
        rules=recurring.rules,
        text=catch_up_text(period, recurring.quantity),
        reason=f"The recurring amount of {label} was not billed",
        charge_ids=recurring.charge_ids,
        hold=None if choice is not None and choice.choice == "apply" else hold,
    )


def _billed_again(facts: MappingFacts, period: PeriodFact, mark: str) -> Decimal | None:
    """Retail at which the line ran once more while it still stood for an earlier period.

    A month after the run that it was written for, a monthly template has run again.
    """
    own, template = own_line(facts, mark), facts.template
    if own is None or own.next_run is None or own.period >= period.period:
        return None
    if template is None or template.next_run is None or template.frequency != "Monthly":
        return None
    return amount_of_values(own).retail if months_between(own.next_run, template.next_run) > 1 else None
