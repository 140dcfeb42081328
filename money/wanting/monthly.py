"""Seat Based Monthly: one recurring line, and the difference as one adjustment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from money.amounts import sum_charges, units_charged
from money.enums import PartRole, Prorations, Style
from money.facts import ChargeFact, source_of
from money.periods import period_label
from money.present import unit_of
from money.steps import go_through
from money.steps.amounts import Amounts, LineAmount
from money.steps.current import current_level
from money.wanting.brief import PeriodBrief
from money.wanting.late import catch_up
from money.wanting.wants import PeriodWants, Wanted, want_one_time
from money.wording import adjustment_text, product_name
from money.words import NOTHING, plain_quantity


def want_monthly(brief: PeriodBrief, charges: Sequence[ChargeFact]) -> PeriodWants:
    """The recurring line of a period, and one adjustment where its rows differ from quantity x price."""
    settled, adjusted = brief.settled_as(PartRole.RECURRING, PartRole.CATCH_UP), brief.settled_as(PartRole.ADJUSTMENT)
    level = current_level(charges)
    begun = Amounts(
        Style.RECURRING_LINE,
        tuple(charges),
        charged=sum_charges(charges) - source_of([*settled, *adjusted]),
        quantity=level.quantity,
        unit=level.unit,
        units=units_charged(charges),
    )
    adopted = brief.adopted(brief.marks.recurring)
    standing = unit_of(adopted) if adopted else brief.present.unit_under(brief.marks.recurring)
    billed = sum((part.amount for part in adjusted), NOTHING)
    amounts, reasons = go_through(begun, brief.terms(standing, billed, settled=bool(settled)))
    wants = _want_recurring(brief, charges, amounts.main, settled=bool(settled))
    if amounts.rest:
        wants += _want_adjustment(brief, charges, amounts.difference)
    return wants + PeriodWants(rounding=amounts.rounding, unit=level.unit, reasons=reasons)


def _want_recurring(
    brief: PeriodBrief, charges: Sequence[ChargeFact], line: LineAmount, *, settled: bool
) -> PeriodWants:
    """The recurring line, or for an older period the proposal to bill what it did not."""
    period = brief.period
    if period.late and not settled:  # all of it is a correction: one adjustment
        return PeriodWants()
    if period.current and line.quantity == 0:
        return PeriodWants(no_recurring=True)
    reason = f"{plain_quantity(line.quantity)} on the invoice for {period_label(period.period)}"
    recurring = Wanted.of(
        line, PartRole.RECURRING, brief.marks.recurring, charges, text=product_name(period), reason=reason
    )
    if period.current:
        return PeriodWants(wanted=[replace(recurring, counts=not settled)])
    if not settled and (line.amount or line.rules):
        return PeriodWants(wanted=[catch_up(brief, recurring)])
    return PeriodWants()


def _want_adjustment(brief: PeriodBrief, charges: Sequence[ChargeFact], line: LineAmount) -> PeriodWants:
    return want_one_time(
        line,
        PartRole.ADJUSTMENT,
        brief.free_mark(PartRole.ADJUSTMENT),
        charges,
        brief.rules,
        text=adjustment_text(brief.period),
        reason=f"Adjustment, {period_label(brief.period.period)}: the rows differ from quantity x price",
        excluded="Prorations: warn only" if brief.rules.prorations == Prorations.WARN else "",
    )
