"""Which lines a period asks for, whatever stands in the target: the heart of the product.

For each motion one function answers with the lines wanted (``Wanted``), the parts that are settled
already (``fixed``) and the rounding. The amounts of wanted and fixed parts, less their rules, plus
the rounding are always exactly what the source charged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from core.money import ZERO, plain, round_to_cent
from syncs.models.lines import PartRole, PartState
from syncs.planning.amounts import (
    NOTHING,
    Level,
    Money,
    NotBillable,
    current_level,
    split_period,
    split_rest,
    sum_charges,
    times,
    unit_for,
    units_charged,
)
from syncs.planning.facts import ChargeFact, MappingFacts, PeriodFact, PostedPart, ProductFact
from syncs.planning.holds import (
    held_credit,
    held_quantity,
    negative_refused,
    not_billed_yet,
)
from syncs.planning.marks import line_mark
from syncs.planning.periods import period_label
from syncs.planning.present import own_line, standing_line, template_of, unit_of
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


def want_period(facts: MappingFacts, period: PeriodFact, settled: Sequence[PostedPart]) -> PeriodWants:
    """Lines wanted for one period; ``settled`` are its parts that nothing can change any more."""
    main = [charge for charge in period.charges if not charge.credit]
    wants = PeriodWants(fixed=[as_planned(part) for part in settled])
    if not main and wants.fixed and not any(c.credit for c in period.charges):
        _hold_whole(facts, period, main, wants, "The rows were withdrawn after they were billed.")
    if main:
        try:
            _WANT[facts.mapping.motion](facts, period, main, wants)
        except NotBillable as problem:
            _hold_whole(facts, period, main, wants, str(problem))
    _want_credits(facts, period, wants)
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
    split = split_period(charges, rules.prorations, negatives=rules.negative_lines)
    level = current_level(charges)
    wants.unit = level.unit
    mark = line_mark(period.subscription, facts.mapping.motion, PartRole.RECURRING)
    own_unit = _own_unit(facts, period.product, split.unit, mark)
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
    taken = _take_recurring(facts, period, recurring, wants, split.recurring)
    taken += _source_amount(wants.fixed, PartRole.ADJUSTMENT)
    rest, wants.rounding = split_rest(sum_charges(charges) - taken, rounds=split.rounds, tolerance=rules.tolerance)
    if rest:
        _want_adjustment(facts, period, charges, wants, rest=rest, own_unit=own_unit, level=level)


def _take_recurring(
    facts: MappingFacts,
    period: PeriodFact,
    recurring: Wanted,
    wants: PeriodWants,
    source_amount: Money,
) -> Money:
    """Add what the recurring part asks for; answers the part of the source's amount it takes."""
    settled = [p for p in wants.fixed if p.role in (PartRole.RECURRING, PartRole.CATCH_UP)]
    if period.late and not settled:  # its whole amount is a correction: one adjustment
        return NOTHING
    if period.current:
        if recurring.quantity == 0:
            wants.no_recurring = True
        else:
            wants.wanted.append(replace(recurring, counts=not settled))
    elif not settled:
        wants.wanted.append(_catch_up(facts, period, recurring))
    if settled:
        return sum((_part_source(p) for p in settled), NOTHING)
    return source_amount


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
    own_unit: Money,
    level: Level,
) -> None:
    billed = [part for part in wants.fixed if part.role is PartRole.ADJUSTMENT]
    mark = _next_mark(facts, period, PartRole.ADJUSTMENT, len(billed))
    own = _own_difference(facts, charges, wants, rest=rest, own_unit=own_unit, level=level)
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
    facts: MappingFacts,
    charges: list[ChargeFact],
    wants: PeriodWants,
    *,
    rest: Money,
    own_unit: Money,
    level: Level,
) -> Money:
    """The difference in the line's own prices: the source's, where a price is synced."""
    mapping = facts.mapping
    if mapping.sync_cost and mapping.sync_retail:
        return rest
    extra = units_charged(charges) - level.quantity
    billed = sum((Money(p.cost, p.retail) for p in wants.fixed if p.role is PartRole.ADJUSTMENT), NOTHING)
    return Money(
        rest.cost if mapping.sync_cost else round_to_cent(extra * own_unit.cost) - billed.cost,
        rest.retail if mapping.sync_retail else round_to_cent(extra * own_unit.retail) - billed.retail,
    )


# --- Azure Plan -----------------------------------------------------------------------------------


def _want_usage(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact], wants: PeriodWants) -> None:
    total = sum_charges(charges)
    rest = total - _source_amount(wants.fixed, PartRole.USAGE)
    amount = rest.in_cents()
    wants.rounding = rest - amount
    if not amount:
        return
    billed = sum(part.role is PartRole.USAGE for part in wants.fixed)
    mark = _next_mark(facts, period, PartRole.USAGE, billed)
    own = _own_unit(facts, period.product, amount, mark)
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
    net = sum_charges(ordered)
    must_net = not facts.rules.negative_lines and any(c.retail < 0 or c.cost < 0 for c in ordered)
    groups = [ordered] if must_net else [[charge] for charge in ordered]
    settled = {part.mark for part in wants.fixed}
    for place, group in enumerate(groups):
        amount = sum_charges(group).in_cents()
        mark = _next_mark(facts, period, PartRole.CHARGE, place)
        if mark not in settled and amount:
            wants.wanted.append(_annual_line(facts, period, group, amount, mark))
    fixed = _source_amount(wants.fixed, PartRole.CHARGE)
    planned = sum((w.amount - w.rules for w in wants.wanted), NOTHING)
    wants.rounding = net - fixed - planned


def _annual_line(facts: MappingFacts, period: PeriodFact, group: list[ChargeFact], amount: Money, mark: str) -> Wanted:
    first = group[0]
    quantity = sum((charge.signed_quantity for charge in group), ZERO)
    unit = unit_for(amount, quantity) if len(group) == 1 else None
    share = unit is None
    if unit is None:
        quantity, unit = ONE, amount
    own = _own_unit(facts, period.product, unit, mark)
    if share and _standing_unit(facts, mark) is None:
        own = _times_share(facts, own, unit, units_charged(group))
    own_amount = times(quantity, own)
    return Wanted(
        role=PartRole.CHARGE,
        mark=mark,
        quantity=quantity,
        unit=own,
        amount=own_amount,
        rules=own_amount - amount,
        text=_annual_text(period, group, explain=share),
        reason=f"Annual charge on invoice {first.invoice_number}, line {first.line}",
        charge_ids=_ids(group),
        hold=_refusal(facts, own_amount, f"charge:{mark}"),
    )


def _times_share(facts: MappingFacts, own: Money, amount: Money, units: Decimal) -> Money:
    """A price that is not synced is the product's: it counts for the share that was charged."""
    return Money(
        amount.cost if facts.mapping.sync_cost else round_to_cent(own.cost * units),
        amount.retail if facts.mapping.sync_retail else round_to_cent(own.retail * units),
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
        exact = sum_charges(charges)
        wants.rounding += exact - exact.in_cents()
        if wanted.mark not in settled:
            wants.wanted.append(wanted)


def _credit_line(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact]) -> Wanted:
    amount = sum_charges(charges).in_cents()
    number, label = charges[0].invoice_number, period_label(period.period)
    mark = line_mark(period.subscription, facts.mapping.motion, PartRole.CREDIT, period.period, number)
    subject = f"credit:{mark}"
    choice = facts.choices.get(subject)
    apply = choice.choice == "apply" if choice else facts.rules.apply_credits
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


def _hold_whole(
    facts: MappingFacts,
    period: PeriodFact,
    charges: list[ChargeFact],
    wants: PeriodWants,
    problem: str,
) -> None:
    """Nothing of the period can be put on a line: its whole amount waits for a person."""
    mark = line_mark(period.subscription, facts.mapping.motion, PartRole.RECURRING, period.period, "held")
    subject = f"quantity:{mark}"
    rest = sum_charges(charges) - sum((_part_source(p) for p in wants.fixed), NOTHING)
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
            charge_ids=_ids(charges),
            hold=held_quantity(problem, rest.retail, subject),
        )
    )


# --- Small parts ----------------------------------------------------------------------------------


def _own_unit(facts: MappingFacts, product: ProductFact | None, source: Money, mark: str) -> Money:
    """Unit prices for the line: the source's, or what stands where a price is not synced."""
    mapping = facts.mapping
    if mapping.sync_cost and mapping.sync_retail:
        return source
    standing = _standing_unit(facts, mark)
    if standing is None:
        standing = Money(product.cost, product.retail).in_cents() if product else source
    return Money(
        source.cost if mapping.sync_cost else standing.cost,
        source.retail if mapping.sync_retail else standing.retail,
    )


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


def _next_mark(facts: MappingFacts, period: PeriodFact, role: PartRole, ordinal: int) -> str:
    return line_mark(
        period.subscription,
        facts.mapping.motion,
        role,
        period.period,
        str(ordinal) if ordinal else "",
    )


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
