"""Seat Based Monthly: one recurring line, and the difference as one adjustment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from money.amounts import sum_charges, times, units_charged
from money.enums import PartRole, Prorations, Style
from money.facts import ChargeFact, source_of
from money.month.levels import current_level, has_ended
from money.periods import period_label
from money.present import unit_of
from money.steps import go_through
from money.steps.amounts import ONE, Amounts, LineAmount
from money.wanting.brief import PeriodBrief
from money.wanting.credits import settled_back, want_back
from money.wanting.late import catch_up, ran_meanwhile
from money.wanting.wants import PeriodWants, Wanted, want_one_time
from money.wording import adjustment_text, product_name
from money.words import NOTHING, Money, plain_quantity


def want_monthly(brief: PeriodBrief, charges: Sequence[ChargeFact]) -> PeriodWants:
    """The recurring line of a period, and one adjustment where its rows differ from quantity x price."""
    taken, adjusted = brief.settled_as(PartRole.RECURRING, PartRole.CATCH_UP), brief.settled_as(PartRole.ADJUSTMENT)
    given_back = settled_back(brief)
    level = current_level(brief.period.rows)
    ended = brief.period.current and has_ended(brief.period.rows)
    open_amount = sum_charges(charges) - source_of([*taken, *adjusted, *given_back])
    settled = bool(taken) and not _begins_again(brief, charges, open_amount, times(level.quantity, level.unit_in_cents))
    whole = not settled and (ended or _never_stands(brief))
    begun = Amounts(
        Style.RECURRING_LINE,
        tuple(charges),
        charged=open_amount,
        quantity=level.quantity,
        unit=level.unit,
        units=units_charged(charges),
    )
    adopted = brief.adopted(brief.marks.recurring)
    standing = unit_of(adopted) if adopted else brief.present.unit_under(brief.marks.recurring)
    billed = sum((part.amount for part in adjusted), NOTHING)
    amounts, reasons = go_through(begun, brief.terms(standing, billed, settled=settled, whole=whole))
    wants = PeriodWants(rounding=amounts.rounding, unit=level.unit, reasons=reasons)
    if ended:
        wants += PeriodWants(no_recurring=True, ended=True)
    elif not whole and not (settled and brief.period.gone):
        wants += _want_recurring(brief, charges, amounts.main, settled=settled)
    return wants + _want_difference(brief, charges, amounts, ended=ended)


def _want_difference(
    brief: PeriodBrief, charges: Sequence[ChargeFact], amounts: Amounts, *, ended: bool
) -> PeriodWants:
    """One adjustment, or a difference in cost alone that is named."""
    if brief.ahead and amounts.difference.amount.negative:
        return want_back(brief, amounts.difference, charges)
    if amounts.rest:
        return _want_adjustment(brief, charges, amounts.difference, ended=ended)
    if amounts.only_cost:
        return _leave_out_cost(brief, charges, Money(cost=amounts.only_cost))
    return PeriodWants()


def _begins_again(brief: PeriodBrief, charges: Sequence[ChargeFact], rest: Money, line: Money) -> bool:
    """Whether a new cycle began in a month of which one is billed: the line stands for the new one."""
    if not brief.period.current or rest.retail < line.retail or rest.cost < line.cost:
        return False
    newest = max((one for one in charges if one.positive), key=lambda one: one.days.first, default=None)
    if newest is None or not (newest.whole_cycle and newest.whole_ratio):
        return False
    return all(one is newest or one.days.last < newest.days.first for one in charges)


def _never_stands(brief: PeriodBrief) -> bool:
    """Whether no run bills the recurring line for the period: it came late, or beside a newer one, or is over.

    Where the line may have run for it as it stood, a person says what became of it.
    """
    if _may_have_run(brief):
        return False
    if brief.period.current:
        return brief.period.gone and not brief.stood
    return brief.period.beside or not brief.stood


def _may_have_run(brief: PeriodBrief) -> bool:
    """Whether the line may have run for the period as it stood, or a person was asked that already."""
    if brief.period.current:
        return ran_meanwhile(brief) or (brief.period.gone and brief.proposed)
    return ran_meanwhile(brief) and not brief.early


def _want_recurring(
    brief: PeriodBrief, charges: Sequence[ChargeFact], line: LineAmount, *, settled: bool
) -> PeriodWants:
    """The recurring line, or for an older period the proposal to bill what it did not."""
    period = brief.period
    stands = period.current and not (period.gone and _may_have_run(brief))
    if stands and line.quantity == 0:
        return PeriodWants(no_recurring=True)
    reason = f"{plain_quantity(line.quantity)} on the invoice for {period_label(period.period)}"
    recurring = Wanted.of(
        line, PartRole.RECURRING, brief.marks.recurring, charges, text=product_name(period), reason=reason
    )
    if stands:
        return PeriodWants(wanted=[replace(recurring, counts=not settled)])
    if not settled and (line.amount or line.rules):
        return PeriodWants(wanted=[catch_up(brief, recurring)])
    return PeriodWants()


def _leave_out_cost(brief: PeriodBrief, charges: Sequence[ChargeFact], differs: Money) -> PeriodWants:
    """The customer's amount is right as it is: the difference in cost is excluded, and named."""
    left_out = Wanted.of(
        LineAmount(ONE, differs, differs),
        PartRole.ADJUSTMENT,
        brief.free_mark(PartRole.ADJUSTMENT),
        charges,
        text=adjustment_text(brief.period),
        reason="",
        excluded="Only the cost differs",
    )
    return PeriodWants(wanted=[replace(left_out, only_cost=True)])


def _want_adjustment(
    brief: PeriodBrief, charges: Sequence[ChargeFact], line: LineAmount, *, ended: bool
) -> PeriodWants:
    warns = brief.rules.prorations == Prorations.WARN and not ended
    return want_one_time(
        line,
        PartRole.ADJUSTMENT,
        brief.free_mark(PartRole.ADJUSTMENT),
        charges,
        brief.rules,
        text=adjustment_text(brief.period),
        reason=f"Adjustment, {period_label(brief.period.period)}: the rows differ from quantity x price",
        excluded="Prorations: warn only" if warns else "",
    )
