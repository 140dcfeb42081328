"""Which lines a period asks for, whatever stands in the target: the heart of the product.

For each motion one function answers with the lines wanted (``Wanted``), the parts without a line to write
(``fixed``) and the rounding. The amounts of wanted and fixed parts, less their rules, plus the rounding
are always exactly what the source charged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from money.amounts import NotBillable, sum_charges
from money.enums import PartRole, PartState, Style
from money.facts import ChargeFact
from money.holds import held_quantity
from money.motions import MOTIONS
from money.steps.amounts import ONE
from money.wanting.annual import want_annual
from money.wanting.brief import PeriodBrief
from money.wanting.credits import settle_reversal, want_credits, want_reversed
from money.wanting.monthly import want_monthly
from money.wanting.usage import want_usage
from money.wanting.wants import PeriodWants, Wanted, charge_ids
from money.wording import product_name
from money.words import NOTHING, Money


def want_period(brief: PeriodBrief) -> PeriodWants:
    """Lines wanted for one period, beside its parts that are settled."""
    charges = brief.period.charges
    main = [charge for charge in charges if not charge.credit]
    credited = [charge for charge in charges if charge.credit]
    wants = PeriodWants(fixed=list(brief.settled))
    problem = f"The rows were {'changed' if charges else 'withdrawn'} after they were billed."
    style = _style(brief, main)
    if main or (style is Style.RECURRING_LINE and brief.period.current and brief.period.rows):
        try:
            wants += _WANT[style](brief, main)
        except NotBillable as reason:
            problem = str(reason)
    if brief.period.reversed_by:
        wants = _taken_back(brief, wants)
    if credited:
        wants += want_credits(brief, credited)
    return _with_rest(brief, wants, problem)


def _taken_back(brief: PeriodBrief, wants: PeriodWants) -> PeriodWants:
    """Of a period of which an invoice was reversed: what was billed of it is settled with what else it charges.

    A line for nothing goes. Where an earlier month counts, whose lines go is told by that one.
    """
    style = MOTIONS[brief.mapping.motion].style
    own = brief.present.own.standing(brief.marks.recurring)
    stands_for_it = own is not None and own.period == brief.period.period
    over = style is Style.RECURRING_LINE and brief.newest and not brief.period.charges and stands_for_it
    billed = any(part.state is PartState.BILLED for part in brief.settled)
    settled = settle_reversal(brief, wants) if billed else wants
    return replace(settled, no_recurring=settled.no_recurring or over)


def _style(brief: PeriodBrief, charges: Sequence[ChargeFact]) -> Style:
    """What is bought once is a line of its own in every motion."""
    once = any(charge.one_time for charge in charges)
    return Style.LINE_PER_CHARGE if once else MOTIONS[brief.mapping.motion].style


def _with_rest(brief: PeriodBrief, wants: PeriodWants, problem: str) -> PeriodWants:
    """The same, with what no line can carry, or what was billed and charged otherwise since: that waits for a person.

    Nothing is written one way while it waits the other way: what an adjustment would undo of it never was.
    """
    charges = brief.period.charges
    rest = sum_charges(charges) - wants.source
    if not rest:
        return wants
    if brief.period.reversed_by and not charges:
        return wants + PeriodWants(wanted=[want_reversed(brief, rest)])
    opposite = next((wanted for wanted in wants.wanted if _takes_from(wanted, rest)), None)
    if opposite is not None:
        return _netted(wants, opposite, opposite.amount + rest)
    return wants + PeriodWants(wanted=[_held_rest(brief, rest, problem)])


def _takes_from(wanted: Wanted, rest: Money) -> bool:
    """Whether it is a difference that would be written, and the rest is one of the other sign and no greater."""
    left = wanted.amount + rest
    return (
        wanted.role is PartRole.ADJUSTMENT
        and wanted.hold is None
        and not wanted.excluded
        and wanted.quantity == ONE
        and wanted.amount.negative != rest.negative
        and (not left or left.negative == wanted.amount.negative)
    )


def _netted(wants: PeriodWants, wanted: Wanted, left: Money) -> PeriodWants:
    amount = left.in_cents()
    others = [one for one in wants.wanted if one is not wanted]
    changed = [replace(wanted, unit=amount, amount=amount)] if amount else []
    return replace(wants, wanted=[*others, *changed], rounding=wants.rounding + left - amount)


def _held_rest(brief: PeriodBrief, rest: Money, problem: str) -> Wanted:
    charges, mark = brief.period.charges, brief.marks.of(PartRole.RECURRING, "held")
    return Wanted(
        role=PartRole.RECURRING,
        mark=mark,
        quantity=ONE,
        unit=rest,
        amount=rest,
        rules=NOTHING,
        text=product_name(brief.period),
        reason=problem,
        charge_ids=charge_ids(charges),
        hold=held_quantity(problem, rest.retail, f"quantity:{mark}"),
    )


_WANT = {
    Style.RECURRING_LINE: want_monthly,
    Style.LINE_PER_PERIOD: want_usage,
    Style.LINE_PER_CHARGE: want_annual,
}
