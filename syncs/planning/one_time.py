"""Lines that are billed once: Azure usage, annual charges and credits."""

from __future__ import annotations

from core.money import round_to_cent
from syncs.models.lines import PartRole
from syncs.planning.amounts import (
    NOTHING,
    Money,
    sum_charges,
    times,
    unit_of_row,
    units_charged,
)
from syncs.planning.facts import ChargeFact, MappingFacts, PeriodFact
from syncs.planning.holds import held_credit
from syncs.planning.marks import line_mark
from syncs.planning.periods import period_label
from syncs.planning.present import own_line
from syncs.planning.wants import (
    ONE,
    PeriodWants,
    Wanted,
    charge_ids,
    free_mark,
    mark_of,
    own_share,
    own_unit_for,
    part_source,
    plain_quantity,
    product_name,
    refusal,
    source_amount,
    standing_unit,
    unwritten_part,
)

# --- Azure Plan -----------------------------------------------------------------------------------


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
            text=f"{product_name(period)}, usage {label}",
            reason=f"Usage of {label}",
            charge_ids=charge_ids(charges),
            hold=refusal(facts, own, f"usage:{mark}"),
        )
    )


# --- Seat Based Annual ----------------------------------------------------------------------------


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
        text=_annual_text(period, group, explain=exact is None),
        reason=f"Annual charge on invoice {first.invoice_number}, line {first.line}",
        charge_ids=charge_ids(group),
        hold=refusal(facts, own_amount, f"charge:{mark}"),
    )


def _annual_text(period: PeriodFact, group: list[ChargeFact], *, explain: bool) -> str:
    text = f"{product_name(period)}, {period_label(period.period)}"
    if not explain:
        return text
    rows = " + ".join(
        f"{plain_quantity(charge.signed_quantity)} x ratio {charge.ratio.normalize():f}" for charge in group
    )
    return f"{text}, {rows}"


# --- Credits --------------------------------------------------------------------------------------


def want_credits(facts: MappingFacts, period: PeriodFact, wants: PeriodWants) -> None:
    """One negative one-time line per invoice that credits the subscription."""
    settled = {part.mark for part in wants.fixed}
    by_invoice: dict[int, list[ChargeFact]] = {}
    for charge in period.charges:
        if charge.credit:
            by_invoice.setdefault(charge.invoice_id, []).append(charge)
    numbers: set[str] = set()
    for invoice_id, charges in by_invoice.items():
        number = charges[0].invoice_number  # a corrected invoice may bear that of the one before
        wanted = _credit_line(facts, period, charges, f"{number}#{invoice_id}" if number in numbers else number)
        numbers.add(number)
        wants.rounding += sum_charges(charges) - wanted.amount
        if wanted.mark not in settled and wanted.amount:
            wants.wanted.append(wanted)


def _credit_line(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact], ordinal: str) -> Wanted:
    amount = sum_charges(charges).in_cents()
    number, label = charges[0].invoice_number, period_label(period.period)
    mark = line_mark(period.subscription, facts.mapping.motion, PartRole.CREDIT, period.period, ordinal)
    subject = f"credit:{mark}"
    choice = facts.choices.get(subject)
    standing = own_line(facts, mark) is not None  # applied before, whatever the setting is now
    apply = choice.choice == "apply" if choice else facts.rules.apply_credits or standing
    hold = refusal(facts, amount, subject)
    if not apply:
        hold = held_credit(amount.retail, number, subject)
    return Wanted(
        role=PartRole.CREDIT,
        mark=mark,
        quantity=ONE,
        unit=amount,
        amount=amount,
        rules=NOTHING,
        text=f"Credit, {label}: {product_name(period)}",
        reason=f"Credit on invoice {number}",
        charge_ids=charge_ids(charges),
        hold=hold,
    )
