"""Which lines a period asks for, whatever stands in the target: the heart of the product.

For each motion one function answers with the lines wanted (``Wanted``), the parts that are settled
already (``fixed``) and the rounding. The amounts of wanted and fixed parts, less their rules, plus
the rounding are always exactly what the source charged.
"""

from __future__ import annotations

from collections.abc import Sequence

from money.amounts import (
    NotBillable,
    sum_charges,
)
from money.enums import PartRole, Style
from money.facts import MappingFacts, PeriodFact, PostedPart
from money.holds import held_quantity
from money.marks import line_mark
from money.motions import MOTIONS
from money.wanting.annual import want_annual
from money.wanting.credits import want_credits
from money.wanting.monthly import want_monthly
from money.wanting.usage import want_usage
from money.wanting.wants import (
    ONE,
    PeriodWants,
    Wanted,
    as_planned,
    charge_ids,
    part_source,
)
from money.wording import product_name
from money.words import NOTHING


def want_period(facts: MappingFacts, period: PeriodFact, settled: Sequence[PostedPart]) -> PeriodWants:
    """Lines wanted for one period; ``settled`` are its parts that nothing can change any more."""
    main = [charge for charge in period.charges if not charge.credit]
    wants = PeriodWants(fixed=[as_planned(part) for part in settled])
    problem = f"The rows were {'changed' if period.charges else 'withdrawn'} after they were billed."
    if main:
        try:
            _WANT[MOTIONS[facts.mapping.motion].style](facts, period, main, wants)
        except NotBillable as reason:
            problem = str(reason)
    want_credits(facts, period, wants)
    _hold_rest(facts, period, wants, problem)
    return wants


def _hold_rest(facts: MappingFacts, period: PeriodFact, wants: PeriodWants, problem: str) -> None:
    """What no line can carry, or what was billed and charged otherwise since, waits for a person."""
    taken = sum((part_source(part) for part in wants.fixed), wants.rounding)
    taken += sum((wanted.amount - wanted.rules for wanted in wants.wanted if wanted.counts), NOTHING)
    rest = sum_charges(period.charges) - taken
    if not rest:
        return
    mark = line_mark(period.subscription, facts.mapping.motion, PartRole.RECURRING, period.period, "held")
    subject = f"quantity:{mark}"
    wants.wanted.append(
        Wanted(
            role=PartRole.RECURRING,
            mark=mark,
            quantity=ONE,
            unit=rest,
            amount=rest,
            rules=NOTHING,
            text=product_name(period),
            reason=problem,
            charge_ids=charge_ids(period.charges),
            hold=held_quantity(problem, rest.retail, subject),
        )
    )


_WANT = {
    Style.RECURRING_LINE: want_monthly,
    Style.LINE_PER_PERIOD: want_usage,
    Style.LINE_PER_CHARGE: want_annual,
}
