"""Which lines a period asks for, whatever stands in the target: the heart of the product.

For each motion one function answers with the lines wanted (``Wanted``), the parts that are settled
already (``fixed``) and the rounding. The amounts of wanted and fixed parts, less their rules, plus
the rounding are always exactly what the source charged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from core.money import ZERO, round_to_cent
from syncs.models.lines import PartRole
from syncs.planning.amounts import (
    NOTHING,
    Money,
    NotBillable,
    amount_of_values,
    current_level,
    split_period,
    split_rest,
    sum_charges,
    times,
    units_charged,
)
from syncs.planning.facts import ChargeFact, MappingFacts, PeriodFact, PostedPart
from syncs.planning.holds import conflict_subject, held_quantity, not_billed_yet, ran_unchanged
from syncs.planning.marks import line_mark
from syncs.planning.one_time import want_annual, want_credits, want_usage
from syncs.planning.periods import months_between, period_label
from syncs.planning.present import adopted_line, own_line
from syncs.planning.wants import (
    ONE,
    PeriodWants,
    Wanted,
    as_planned,
    charge_ids,
    free_mark,
    own_share,
    own_unit_for,
    part_source,
    plain_quantity,
    product_name,
    refusal,
    source_amount,
    unwritten_part,
)


def want_period(facts: MappingFacts, period: PeriodFact, settled: Sequence[PostedPart]) -> PeriodWants:
    """Lines wanted for one period; ``settled`` are its parts that nothing can change any more."""
    main = [charge for charge in period.charges if not charge.credit]
    wants = PeriodWants(fixed=[as_planned(part) for part in settled])
    problem = f"The rows were {'changed' if period.charges else 'withdrawn'} after they were billed."
    if main:
        try:
            _WANT[facts.mapping.motion](facts, period, main, wants)
        except NotBillable as reason:
            problem = str(reason)
    want_credits(facts, period, wants)
    _hold_rest(facts, period, wants, problem)
    return wants


# --- Seat Based Monthly ---------------------------------------------------------------------------


def _want_monthly(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact], wants: PeriodWants) -> None:
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
        wants.wanted.append(_catch_up(facts, period, recurring))


def _catch_up(facts: MappingFacts, period: PeriodFact, recurring: Wanted) -> Wanted:
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
        text=f"{product_name(period)}, {label}, {plain_quantity(recurring.quantity)} not billed before",
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
            text=f"Adjustment, {label}: {product_name(period)}",
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


# --- What no line can carry -----------------------------------------------------------------------


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
    "seat_monthly": _want_monthly,
    "azure_plan": want_usage,
    "seat_annual": want_annual,
}
