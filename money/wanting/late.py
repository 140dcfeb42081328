"""What an older period did not bill: proposed as a one-time line."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from connectors.records import MONTHLY
from money.amounts import amount_of_values
from money.enums import Chosen, PartRole
from money.holds import not_billed_yet, ran_unchanged
from money.periods import months_between, period_label
from money.present import PresentLines
from money.steps.amounts import ONE
from money.wanting.brief import PeriodBrief
from money.wanting.wants import Wanted
from money.wording import catch_up_text


def catch_up(brief: PeriodBrief, recurring: Wanted) -> Wanted:
    """An older period's recurring amount that no invoice carries: proposed as a one-time line."""
    mark = brief.marks.of(PartRole.CATCH_UP)
    label = period_label(brief.period.period)
    subject = f"{PartRole.CATCH_UP}:{mark}"
    stood_at = _billed_again(brief.present, brief.period.period, recurring.mark)
    hold = not_billed_yet(label, recurring.amount.retail, subject)
    if stood_at is not None:
        hold = ran_unchanged(label, recurring.amount.retail, stood_at, subject, brief.rules.target)
    return replace(
        recurring,
        role=PartRole.CATCH_UP,
        mark=mark,
        quantity=ONE,
        unit=recurring.amount,
        text=catch_up_text(brief.period, recurring.quantity),
        reason=f"The recurring amount of {label} was not billed",
        hold=None if brief.chosen(subject) == Chosen.APPLY else hold,
    )


def ran_meanwhile(brief: PeriodBrief) -> bool:
    """Whether the line may have run more than once since it was written, while it stood for an earlier period."""
    own, template = brief.present.own.standing(brief.marks.recurring), brief.present.here.template
    if own is None or own.next_run is None or own.period >= brief.period.period:
        return False
    if template is None or template.next_run is None:
        return False
    if template.every == MONTHLY:
        return months_between(own.next_run, template.next_run) > 1
    return template.next_run > own.next_run


def _billed_again(present: PresentLines, period: str, mark: str) -> Decimal | None:
    """Retail at which the line ran once more while it still stood for an earlier period.

    A month after the run that it was written for, a monthly template has run again.
    """
    own, template = present.own.standing(mark), present.here.template
    if own is None or own.next_run is None or own.period >= period:
        return None
    if template is None or template.next_run is None or template.every != MONTHLY:
        return None
    return amount_of_values(own).retail if months_between(own.next_run, template.next_run) > 1 else None
