"""Azure Plan: one one-time line per subscription and period."""

from __future__ import annotations

from money.amounts import sum_charges
from money.enums import PartRole
from money.facts import ChargeFact, MappingFacts, PeriodFact
from money.periods import period_label
from money.wanting.wants import (
    ONE,
    PeriodWants,
    Wanted,
    charge_ids,
    free_mark,
    own_share,
    own_unit_for,
    refusal,
    source_amount,
    unwritten_part,
)
from money.wording import usage_text
from money.words import NOTHING


def want_usage(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact], wants: PeriodWants) -> None:
    """One one-time line per period, with its amounts."""
    total = sum_charges(charges)
    rest = total - source_amount(wants.fixed, PartRole.USAGE)
    amount = rest.in_cents()
    wants.rounding = rest - amount
    if not amount:
        return
    mark = free_mark(facts, period, PartRole.USAGE, wants)
    own = own_unit_for(facts, period, amount, mark)
    if any(part.role is PartRole.USAGE for part in wants.fixed):  # a price of its own is billed already
        own = own_share(facts, amount, NOTHING)
    if not own:
        wants.fixed.append(unwritten_part(PartRole.USAGE, mark, amount))
        return
    label = period_label(period.period)
    wants.wanted.append(
        Wanted(
            role=PartRole.USAGE,
            mark=mark,
            quantity=ONE,
            unit=own,
            amount=own,
            rules=own - amount,
            text=usage_text(period),
            reason=f"Usage of {label}",
            charge_ids=charge_ids(charges),
            hold=refusal(facts, own, f"usage:{mark}"),
        )
    )
