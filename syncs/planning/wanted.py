"""Which lines a period asks for, whatever stands in the target: the heart of the product.

For each motion one function answers with the lines wanted (``Wanted``), the parts that are settled
already (``fixed``) and the rounding. The amounts of wanted and fixed parts, less their rules, plus
the rounding are always exactly what the source charged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count

from connectors.records import TemplateLine
from core.money import ZERO, plain, round_to_cent
from syncs.models.lines import PartRole, PartState
from syncs.planning.amounts import (
    NOTHING,
    Money,
    NotBillable,
    current_level,
    split_period,
    split_rest,
    sum_charges,
    times,
    unit_of_row,
    units_charged,
)
from syncs.planning.facts import ChargeFact, MappingFacts, PeriodFact, PostedPart
from syncs.planning.holds import (
    conflict_subject,
    held_credit,
    held_quantity,
    negative_refused,
    not_billed_yet,
)
from syncs.planning.marks import line_mark
from syncs.planning.periods import period_label
from syncs.planning.present import adopted_line, own_line, standing_line, template_of, unit_of
from syncs.planning.results import Hold, PlannedPart

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line that a period asks for. Amounts in currency units, unit prices in whole cents."""

    role: PartRole
    mark: str
    quantity: Decimal
    unit: Money
    amount: Money
    rules: Money
    text: str  # of the description, without the mark
    reason: str
    charge_ids: tuple[int, ...]
    counts: bool = True  # False: the line stands for the future, the period's part is settled
    excluded: str = ""  # why it is left out on purpose
    hold: Hold | None = None

    @property
    def one_time(self) -> bool:
        """True for everything but the recurring line."""
        return self.role is not PartRole.RECURRING


@dataclass(slots=True)
class PeriodWants:
    """What one period asks for."""

    wanted: list[Wanted] = field(default_factory=list)
    fixed: list[PlannedPart] = field(default_factory=list)
    rounding: Money = NOTHING
    unit: Money = NOTHING
    no_recurring: bool = False  # the quantity has come down to nothing: the line goes
    fell_back: bool = False  # to a decimal quantity, because negative amounts are refused


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
    _want_credits(facts, period, wants)
    _hold_rest(facts, period, wants, problem)
    return wants


def as_planned(part: PostedPart) -> PlannedPart:
    """A posted part, taken into the plan as it is."""
    return PlannedPart(
        role=part.role,
        mark=part.mark,
        state=part.state,
        cost=part.cost,
        retail=part.retail,
        rules_cost=part.rules_cost,
        rules_retail=part.rules_retail,
        reason=part.reason,
    )


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
    own_unit = _own_unit(facts, period, split.unit, mark, adopted)
    own_amount = times(split.quantity, own_unit)
    recurring = Wanted(
        role=PartRole.RECURRING,
        mark=mark,
        quantity=split.quantity,
        unit=own_unit,
        amount=own_amount,
        rules=own_amount - split.recurring,
        text=_name(period),
        reason=f"{plain_quantity(split.quantity)} on the invoice for {period_label(period.period)}",
        charge_ids=_ids(charges),
    )
    if settled:
        taken = sum((_part_source(part) for part in settled), NOTHING)
    else:  # all of a late period is a correction: one adjustment
        taken = NOTHING if period.late else split.recurring
    _want_recurring(facts, period, recurring, wants, settled=bool(settled))
    taken += _source_amount(wants.fixed, PartRole.ADJUSTMENT)
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
    return Wanted(
        role=PartRole.CATCH_UP,
        mark=mark,
        quantity=ONE,
        unit=recurring.amount,
        amount=recurring.amount,
        rules=recurring.rules,
        text=f"{_name(period)}, {label}, {plain_quantity(recurring.quantity)} not billed before",
        reason=f"The recurring amount of {label} was not billed",
        charge_ids=recurring.charge_ids,
        hold=not_billed_yet(label, recurring.amount.retail, subject)
        if choice is None or choice.choice != "apply"
        else None,
    )


def _want_adjustment(
    facts: MappingFacts,
    period: PeriodFact,
    charges: list[ChargeFact],
    wants: PeriodWants,
    *,
    rest: Money,
    own: Money,
) -> None:
    mark = _free_mark(facts, period, PartRole.ADJUSTMENT, wants)
    label = period_label(period.period)
    if not own:  # what differs is a price that is not synced: nothing to write
        wants.fixed.append(_part(PartRole.ADJUSTMENT, mark, PartState.SYNCED, NOTHING, own - rest))
        return
    wants.wanted.append(
        Wanted(
            role=PartRole.ADJUSTMENT,
            mark=mark,
            quantity=ONE,
            unit=own,
            amount=own,
            rules=own - rest,
            text=f"Adjustment, {label}: {_name(period)}",
            reason=f"Adjustment, {label}: the rows differ from quantity x price",
            charge_ids=_ids(charges),
            excluded="Prorations: warn only" if facts.rules.prorations == "warn" else "",
            hold=_refusal(facts, own, f"adjustment:{mark}"),
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
    return _own_share(facts, rest, own)


def _in_proportion(rest: Decimal, source_price: Decimal, own_price: Decimal) -> Decimal:
    return round_to_cent(rest / source_price * own_price) if source_price else ZERO


# --- Azure Plan -----------------------------------------------------------------------------------


def _want_usage(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact], wants: PeriodWants) -> None:
    total = sum_charges(charges)
    rest = total - _source_amount(wants.fixed, PartRole.USAGE)
    amount = rest.in_cents()
    wants.rounding = rest - amount
    if not amount:
        return
    mark = _free_mark(facts, period, PartRole.USAGE, wants)
    own = _own_unit(facts, period, amount, mark)
    if any(part.role is PartRole.USAGE for part in wants.fixed):  # a price of its own is billed already
        own = _own_share(facts, amount, NOTHING)
    if not own:
        wants.fixed.append(_part(PartRole.USAGE, mark, PartState.SYNCED, NOTHING, own - amount))
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
            text=f"{_name(period)}, usage {label}",
            reason=f"Usage of {label}",
            charge_ids=_ids(charges),
            hold=_refusal(facts, own, f"usage:{mark}"),
        )
    )


# --- Seat Based Annual ----------------------------------------------------------------------------


def _want_annual(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact], wants: PeriodWants) -> None:
    ordered = sorted(charges, key=lambda charge: (charge.invoice_id, charge.line))
    marks = [_mark(facts, period, PartRole.CHARGE, place) for place in range(len(ordered))]
    amounts = {mark: sum_charges([charge]).in_cents() for mark, charge in zip(marks, ordered, strict=True)}
    settled = {part.mark: _part_source(part) for part in wants.fixed if part.role is PartRole.CHARGE}
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
    rest = sum_charges(charges) - _source_amount(wants.fixed, PartRole.CHARGE)
    amount = rest.in_cents()
    wants.rounding = rest - amount
    if amount:
        mark = _free_mark(facts, period, PartRole.CHARGE, wants)
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
    own = _own_unit(facts, period, unit, mark)
    if exact is None and _standing_unit(facts, mark) is None:
        units = units_charged(group)
        share = Money(round_to_cent(own.cost * units), round_to_cent(own.retail * units))
        own = _own_share(facts, amount, share - (billed or NOTHING))
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
        charge_ids=_ids(group),
        hold=_refusal(facts, own_amount, f"charge:{mark}"),
    )


def _annual_text(period: PeriodFact, group: list[ChargeFact], *, explain: bool) -> str:
    text = f"{_name(period)}, {period_label(period.period)}"
    if not explain:
        return text
    rows = " + ".join(
        f"{plain_quantity(charge.signed_quantity)} x ratio {charge.ratio.normalize():f}" for charge in group
    )
    return f"{text}, {rows}"


# --- Credits, and what cannot be billed -----------------------------------------------------------


def _want_credits(facts: MappingFacts, period: PeriodFact, wants: PeriodWants) -> None:
    settled = {part.mark for part in wants.fixed}
    by_invoice: dict[int, list[ChargeFact]] = {}
    for charge in period.charges:
        if charge.credit:
            by_invoice.setdefault(charge.invoice_id, []).append(charge)
    for charges in by_invoice.values():
        wanted = _credit_line(facts, period, charges)
        wants.rounding += sum_charges(charges) - wanted.amount
        if wanted.mark not in settled and wanted.amount:
            wants.wanted.append(wanted)


def _credit_line(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact]) -> Wanted:
    amount = sum_charges(charges).in_cents()
    number, label = charges[0].invoice_number, period_label(period.period)
    mark = line_mark(period.subscription, facts.mapping.motion, PartRole.CREDIT, period.period, number)
    subject = f"credit:{mark}"
    choice = facts.choices.get(subject)
    standing = own_line(facts, mark) is not None  # applied before, whatever the setting is now
    apply = choice.choice == "apply" if choice else facts.rules.apply_credits or standing
    hold = _refusal(facts, amount, subject)
    if not apply:
        hold = held_credit(amount.retail, number, subject)
    return Wanted(
        role=PartRole.CREDIT,
        mark=mark,
        quantity=ONE,
        unit=amount,
        amount=amount,
        rules=NOTHING,
        text=f"Credit, {label}: {_name(period)}",
        reason=f"Credit on invoice {number}",
        charge_ids=_ids(charges),
        hold=hold,
    )


def _hold_rest(facts: MappingFacts, period: PeriodFact, wants: PeriodWants, problem: str) -> None:
    """What no line can carry, or what was billed and charged otherwise since, waits for a person."""
    taken = sum((_part_source(part) for part in wants.fixed), wants.rounding)
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
            text=_name(period),
            reason=problem,
            charge_ids=_ids(period.charges),
            hold=held_quantity(problem, rest.retail, subject),
        )
    )


# --- Small parts ----------------------------------------------------------------------------------


def _own_unit(
    facts: MappingFacts, period: PeriodFact, source: Money, mark: str, adopted: TemplateLine | None = None
) -> Money:
    """Unit prices for the line: the source's, or what stands where a price is not synced."""
    standing = unit_of(adopted) if adopted else _standing_unit(facts, mark)
    if standing is None:
        product = period.product
        standing = Money(product.cost, product.retail).in_cents() if product else source
    return _own_share(facts, source, standing)


def _own_share(facts: MappingFacts, source: Money, own: Money) -> Money:
    """The source's amount where a price is synced, else our own."""
    mapping = facts.mapping
    return Money(source.cost if mapping.sync_cost else own.cost, source.retail if mapping.sync_retail else own.retail)


def _standing_unit(facts: MappingFacts, mark: str) -> Money | None:
    """Unit prices on the line of this mark as it stands."""
    own = own_line(facts, mark)
    template = template_of(facts, own.template_id) if own else facts.template
    line = standing_line(template, mark, own)
    return unit_of(line) if line else None


def _refusal(facts: MappingFacts, amount: Money, subject: str) -> Hold | None:
    """Holds a negative amount where the target refuses them."""
    if facts.rules.negative_lines or not amount.negative:
        return None
    return negative_refused(amount.retail, subject)


def _mark(facts: MappingFacts, period: PeriodFact, role: PartRole, ordinal: int) -> str:
    return line_mark(
        period.subscription,
        facts.mapping.motion,
        role,
        period.period,
        str(ordinal) if ordinal else "",
    )


def _free_mark(facts: MappingFacts, period: PeriodFact, role: PartRole, wants: PeriodWants) -> str:
    """The first mark of this role that no settled part has."""
    taken = {part.mark for part in wants.fixed}
    return next(mark for n in count() if (mark := _mark(facts, period, role, n)) not in taken)


def _part(role: PartRole, mark: str, state: PartState, amount: Money, rules: Money) -> PlannedPart:
    return PlannedPart(role, mark, state, amount.cost, amount.retail, rules.cost, rules.retail)


def _part_source(part: PlannedPart) -> Money:
    return Money(part.cost - part.rules_cost, part.retail - part.rules_retail)


def _source_amount(parts: Sequence[PlannedPart], role: PartRole) -> Money:
    return sum((_part_source(part) for part in parts if part.role is role), NOTHING)


def _name(period: PeriodFact) -> str:
    return period.product.name if period.product else period.subscription


def _ids(charges: Sequence[ChargeFact]) -> tuple[int, ...]:
    return tuple(charge.pk for charge in charges)


def plain_quantity(quantity: Decimal) -> str:
    """A quantity without needless zeros: ``12``, ``9.48``."""
    if quantity == quantity.to_integral_value():
        return str(int(quantity))
    return plain(quantity)


_WANT = {
    "seat_monthly": _want_monthly,
    "azure_plan": _want_usage,
    "seat_annual": _want_annual,
}
