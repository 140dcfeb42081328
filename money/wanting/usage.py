"""Azure Plan: one one-time line per subscription and period."""

from __future__ import annotations

from collections.abc import Sequence

from money.amounts import sum_charges
from money.enums import PartRole, Style
from money.facts import ChargeFact, source_of
from money.periods import period_label
from money.steps import go_through
from money.steps.amounts import ONE, Amounts
from money.wanting.case import PeriodCase
from money.wanting.wants import PeriodWants, want_one_time
from money.wording import usage_text
from money.words import NOTHING


def want_usage(case: PeriodCase, charges: Sequence[ChargeFact]) -> PeriodWants:
    """One one-time line per period, with its amounts."""
    billed = case.settled_as(PartRole.USAGE)
    charged = sum_charges(charges) - source_of(billed)
    amount = charged.in_cents()
    if not amount:
        return PeriodWants(rounding=charged)
    mark = case.free_mark(PartRole.USAGE)
    standing = NOTHING if billed else case.present.unit_under(mark)  # a price of its own is billed already
    begun = Amounts(Style.LINE_PER_PERIOD, tuple(charges), charged, quantity=ONE, unit=amount, units=ONE)
    amounts, reasons = go_through(begun, case.terms(standing))
    text, reason = usage_text(case.period), f"Usage of {period_label(case.period.period)}"
    line = want_one_time(amounts.main, PartRole.USAGE, mark, charges, case.rules, text=text, reason=reason)
    return line + PeriodWants(rounding=amounts.rounding, reasons=reasons)
