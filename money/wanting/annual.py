"""Seat Based Annual: one one-time line per charge."""

from __future__ import annotations

from money.amounts import sum_charges, times, unit_of_row, units_charged
from money.enums import PartRole
from money.facts import ChargeFact, MappingFacts, PeriodFact
from money.wanting.wants import (
    ONE,
    PeriodWants,
    Wanted,
    charge_ids,
    free_mark,
    mark_of,
    own_share,
    own_unit_for,
    part_source,
    refusal,
    source_amount,
    standing_unit,
)
from money.wording import charge_text, rows_text
from money.words import NOTHING, Money, round_to_cent


def want_annual(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact], wants: PeriodWants) -> None:
    """One one-time line per charge; one for the net of them where that is not possible."""
    ordered = sorted(charges, key=lambda charge: (charge.invoice_id, charge.line))
    marks = [mark_of(facts, period, PartRole.CHARGE, place) for place in range(len(ordered))]
    amounts = {mark: sum_charges([charge]).in_cents() for mark, charge in zip(marks, ordered, strict=True)}
    settled = {part.mark: part_source(part) for part in wants.fixed if part.role is PartRole.CHARGE}
    refused = not facts.rules.negative_lines and any(amount.negative for amount in amounts.values())
    if refused or any(amounts.get(mark) != amount for mark, amount in settled.items()):
        _want_net(facts, period, ordered, wants)
        return
    for mark, charge in zip(marks, ordered, strict=True):
        amount = amounts[mark]
        wants.rounding += sum_charges([charge]) - amount
        if mark not in settled and amount:
            wants.wanted.append(_annual_line(facts, period, [charge], amount, mark))


def _want_net(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact], wants: PeriodWants) -> None:
    """One line for all charges, less what was billed: where single lines are refused or came out otherwise."""
    rest = sum_charges(charges) - source_amount(wants.fixed, PartRole.CHARGE)
    amount = rest.in_cents()
    wants.rounding = rest - amount
    if amount:
        mark = free_mark(facts, period, PartRole.CHARGE, wants)
        billed = sum((Money(p.cost, p.retail) for p in wants.fixed if p.role is PartRole.CHARGE), NOTHING)
        wants.wanted.append(_annual_line(facts, period, charges, amount, mark, billed=billed))


def _annual_line(
    facts: MappingFacts,
    period: PeriodFact,
    group: list[ChargeFact],
    amount: Money,
    mark: str,
    *,
    billed: Money | None = None,
) -> Wanted:
    """The line of a charge; with ``billed`` (in the lines' own prices) that of the rest of all charges."""
    first = group[0]
    exact = unit_of_row(first, amount) if billed is None else None
    quantity, unit = (ONE, amount) if exact is None else (first.signed_quantity, exact)
    own = own_unit_for(facts, period, unit, mark)
    if exact is None and standing_unit(facts, mark) is None:
        units = units_charged(group)
        share = Money(round_to_cent(own.cost * units), round_to_cent(own.retail * units))
        own = own_share(facts, amount, share - (billed or NOTHING))
    own_amount = times(quantity, own)
    return Wanted(
        role=PartRole.CHARGE,
        mark=mark,
        quantity=quantity,
        unit=own,
        amount=own_amount,
        rules=own_amount - amount,
        text=charge_text(period) if exact is not None else f"{charge_text(period)}, {rows_text(group)}",
        reason=f"Annual charge on invoice {first.invoice_number}, line {first.line}",
        charge_ids=charge_ids(group),
        hold=refusal(facts, own_amount, f"charge:{mark}"),
    )
