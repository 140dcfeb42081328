"""Seat Based Monthly: one recurring line, and the difference as one adjustment."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from money.amounts import (
    current_level,
    split_period,
    split_rest,
    sum_charges,
    times,
    units_charged,
)
from money.enums import PartRole
from money.facts import ChargeFact, MappingFacts, PeriodFact
from money.holds import conflict_subject
from money.marks import line_mark
from money.periods import period_label
from money.present import adopted_line
from money.wanting.late import catch_up
from money.wanting.wants import (
    ONE,
    PeriodWants,
    Wanted,
    charge_ids,
    free_mark,
    own_share,
    own_unit_for,
    part_source,
    refusal,
    source_amount,
    unwritten_part,
)
from money.wording import adjustment_text, product_name
from money.words import NOTHING, ZERO, Money, plain_quantity, round_to_cent


def want_monthly(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact], wants: PeriodWants) -> None:
    """The recurring line of a period, and one adjustment where its rows differ from quantity x price."""
    rules = facts.rules
    settled = [part for part in wants.fixed if part.role in (PartRole.RECURRING, PartRole.CATCH_UP)]
    # What is billed is not split anew: a negative rest is held, and the line stays whole.
    negatives = rules.negative_lines or bool(settled) or period.late
    split = split_period(charges, rules.prorations, negatives=negatives, tolerance=rules.tolerance)
    wants.unit, wants.fell_back = current_level(charges).unit, split.fell_back
    mark = line_mark(period.subscription, facts.mapping.motion, PartRole.RECURRING)
    adopted = adopted_line(facts, conflict_subject(facts.mapping.motion, period.subscription), mark)
    own_unit = own_unit_for(facts, period, split.unit, mark, adopted)
    own_amount = times(split.quantity, own_unit)
    recurring = Wanted(
        role=PartRole.RECURRING,
        mark=mark,
        quantity=split.quantity,
        unit=own_unit,
        amount=own_amount,
        rules=own_amount - split.recurring,
        text=product_name(period),
        reason=f"{plain_quantity(split.quantity)} on the invoice for {period_label(period.period)}",
        charge_ids=charge_ids(charges),
    )
    if settled:
        taken = sum((part_source(part) for part in settled), NOTHING)
    else:  # all of a late period is a correction: one adjustment
        taken = NOTHING if period.late else split.recurring
    _want_recurring(facts, period, recurring, wants, settled=bool(settled))
    taken += source_amount(wants.fixed, PartRole.ADJUSTMENT)
    rest, wants.rounding = split_rest(sum_charges(charges) - taken, rounds=split.rounds, tolerance=rules.tolerance)
    if rest:
        extra = None if settled else units_charged(charges) - (ZERO if period.late else split.quantity)
        own = _own_difference(facts, wants, rest=rest, own_unit=own_unit, extra=extra)
        _want_adjustment(facts, period, charges, wants, rest=rest, own=own)


def _want_recurring(
    facts: MappingFacts, period: PeriodFact, recurring: Wanted, wants: PeriodWants, *, settled: bool
) -> None:
    """Add the recurring line, or for an older period the proposal to bill what it did not."""
    if period.late and not settled:
        return
    if period.current and recurring.quantity == 0:
        wants.no_recurring = True
    elif period.current:
        wants.wanted.append(replace(recurring, counts=not settled))
    elif not settled and (recurring.amount or recurring.rules):
        wants.wanted.append(catch_up(facts, period, recurring))


def _want_adjustment(
    facts: MappingFacts,
    period: PeriodFact,
    charges: list[ChargeFact],
    wants: PeriodWants,
    *,
    rest: Money,
    own: Money,
) -> None:
    mark = free_mark(facts, period, PartRole.ADJUSTMENT, wants)
    label = period_label(period.period)
    if not own:  # what differs is a price that is not synced: nothing to write
        wants.fixed.append(unwritten_part(PartRole.ADJUSTMENT, mark, rest))
        return
    wants.wanted.append(
        Wanted(
            role=PartRole.ADJUSTMENT,
            mark=mark,
            quantity=ONE,
            unit=own,
            amount=own,
            rules=own - rest,
            text=adjustment_text(period),
            reason=f"Adjustment, {label}: the rows differ from quantity x price",
            charge_ids=charge_ids(charges),
            excluded="Prorations: warn only" if facts.rules.prorations == "warn" else "",
            hold=refusal(facts, own, f"adjustment:{mark}"),
        )
    )


def _own_difference(
    facts: MappingFacts, wants: PeriodWants, *, rest: Money, own_unit: Money, extra: Decimal | None
) -> Money:
    """The difference in the line's own prices: the source's, where a price is synced.

    ``extra``: the units by which the charges differ from the recurring line; None where that is
    billed, then they follow from the source's rest and price.
    """
    mapping = facts.mapping
    if mapping.sync_cost and mapping.sync_retail:
        return rest
    billed = sum((Money(p.cost, p.retail) for p in wants.fixed if p.role is PartRole.ADJUSTMENT), NOTHING)
    if extra is None:
        own = Money(
            _in_proportion(rest.cost, wants.unit.cost, own_unit.cost),
            _in_proportion(rest.retail, wants.unit.retail, own_unit.retail),
        )
    else:
        own = Money(round_to_cent(extra * own_unit.cost), round_to_cent(extra * own_unit.retail)) - billed
    return own_share(facts, rest, own)


def _in_proportion(rest: Decimal, source_price: Decimal, own_price: Decimal) -> Decimal:
    return round_to_cent(rest / source_price * own_price) if source_price else ZERO
