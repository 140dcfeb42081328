"""Azure Plan: one one-time line per subscription and period."""

from __future__ import annotations

from collections.abc import Sequence

from money.amounts import sum_charges
from money.enums import PartRole, Style
from money.facts import ChargeFact, source_of
from money.periods import period_label
from money.steps import go_through
from money.steps.amounts import ONE, Amounts
from money.wanting.brief import PeriodBrief
from money.wanting.wants import PeriodWants, want_one_time
from money.wording import usage_text
from money.words import NOTHING


def want_usage(brief: PeriodBrief, charges: Sequence[ChargeFact]) -> PeriodWants:
    """One one-time line per period, with its amounts."""
    billed = brief.settled_as(PartRole.USAGE)
    charged = sum_charges(charges) - source_of(billed)
    amount = charged.in_cents()
    if not amount:
        return PeriodWants(rounding=charged)
    mark = brief.free_mark(PartRole.USAGE)
    standing = NOTHING if billed else brief.present.unit_under(mark)  # a price of its own is billed already
    begun = Amounts(Style.LINE_PER_PERIOD, tuple(charges), charged, quantity=ONE, unit=amount, units=ONE)
    amounts, reasons = go_through(begun, brief.terms(standing))
    text, reason = usage_text(brief.period), f"Usage of {period_label(brief.period.period)}"
    line = want_one_time(amounts.main, PartRole.USAGE, mark, charges, brief.rules, text=text, reason=reason)
    return line + PeriodWants(rounding=amounts.rounding, reasons=reasons)
