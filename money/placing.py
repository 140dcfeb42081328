"""One wanted line against what stands: add it, change it, keep it, or let a person decide."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from connectors.records import LineValues, TemplateLine
from money.enums import Action, Chosen, PartRole, PartState
from money.facts import PeriodFact, PostingPart, ProductFact
from money.holds import already_on_template, counted_by_target
from money.marks import with_mark
from money.notes import note_excluded, note_of_hold, note_without_product
from money.plan import Hold, Note, PlannedChange
from money.present import changed_values, values_of
from money.taking_off import take_off
from money.wanting.brief import PeriodBrief
from money.wanting.wants import Wanted
from money.wording import line_name
from money.words import to_cents


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a wanted line: its part of the posting, and what it adds to the plan."""

    part: PostingPart
    changes: tuple[PlannedChange, ...] = ()
    notes: tuple[Note, ...] = ()


def place_line(brief: PeriodBrief, wanted: Wanted, touched: Collection[str]) -> Placed:
    """Compare a wanted line with what stands. ``touched`` are the lines that the plan is about already."""
    if wanted.excluded:
        note = note_excluded(brief.mapping, brief.period, wanted)
        return Placed(_part_of(wanted, PartState.EXCLUDED, wanted.excluded), notes=(note,))
    if _is_dismissed(brief, wanted):
        return Placed(_part_of(wanted, PartState.EXCLUDED, "Dismissed"))
    product = brief.period.product
    assert product is not None  # a period without one fails as a whole
    own = brief.present.own.standing(wanted.mark)
    line = _adopted(brief, wanted, touched) or brief.present.here.ours(wanted.mark, own)
    conflict = _conflict(brief, product, wanted) if line is None else None
    if conflict is not None and brief.chosen(conflict.subject) == Chosen.EXCLUDE:
        return Placed(_part_of(wanted, PartState.EXCLUDED, "Excluded: already on the template"))
    asked = _change(brief, product, wanted, line=line, hold=conflict or wanted.hold)
    change = _left_to_target(asked, line, brief.rules.target)
    if change.hold is not None:
        note = note_of_hold(brief.mapping, brief.period, change.hold, wanted.mark, wanted.amount.retail)
        return Placed(_part_of(wanted, PartState.HELD, change.hold.text), (change,), (note,))
    moved: list[PlannedChange] = []
    if own and own.template_id != brief.mapping.template_id:
        why = "The mapping moved to another invoice template"
        moved = take_off(brief.present, own, brief.mapping.customer, why, moves=True)
    state = PartState.SYNCED if change.action is Action.KEEP else PartState.PLANNED
    return Placed(_part_of(wanted, state, ""), (*moved, change), _notes_without_product(brief, product, change))


def _is_dismissed(brief: PeriodBrief, wanted: Wanted) -> bool:
    choice = brief.choices.get(wanted.hold.subject) if wanted.hold else None
    return choice is not None and choice.dismisses(retail=wanted.amount.retail, cost=wanted.amount.cost)


def _change(
    brief: PeriodBrief, product: ProductFact, wanted: Wanted, *, line: TemplateLine | None, hold: Hold | None
) -> PlannedChange:
    mapping, period = brief.mapping, brief.period
    after = _values(period, product, wanted, line)
    return PlannedChange(
        action=_action(line, after),
        role=wanted.role,
        mark=wanted.mark,
        customer_id=mapping.customer_id,
        motion=mapping.motion,
        subscription_id=period.subscription_id,
        period=period.period,
        template_id=mapping.template_id,
        what=f"{mapping.customer}: {after.name}",
        reason=wanted.reason,
        line_id=line.line_id if line else None,
        before=values_of(line) if line else None,
        after=after,
        product_id=product.product_id,
        product_key=product.key,
        retail=wanted.amount.retail,
        cost=wanted.amount.cost,
        hold=hold,
        charge_ids=wanted.charge_ids,
    )


def _left_to_target(change: PlannedChange, line: TemplateLine | None, target: str) -> PlannedChange:
    """Holds the change of a line whose quantity the target counts itself."""
    if line is None or not line.counted_by_target or change.hold or change.action is Action.KEEP:
        return change
    return replace(change, hold=counted_by_target(line, target))


def _action(line: TemplateLine | None, after: LineValues) -> Action:
    if line is None:
        return Action.ADD_LINE
    return Action.KEEP if after == values_of(line) else Action.CHANGE_LINE


def _values(period: PeriodFact, product: ProductFact, wanted: Wanted, line: TemplateLine | None) -> LineValues:
    if line is not None:
        values = changed_values(
            line,
            mark=wanted.mark,
            quantity=wanted.quantity,
            unit=wanted.unit,
            one_time=wanted.one_time,
        )
        return replace(values, product_id=product.target_id) if product.mends(line) else values
    return LineValues(
        product_id=product.target_id,
        name=line_name(product, period, wanted.role),
        description=with_mark(wanted.text, wanted.mark),
        quantity=wanted.quantity,
        retail_cents=to_cents(wanted.unit.retail),
        cost_cents=to_cents(wanted.unit.cost),
        taxable=product.taxable,
        one_time=wanted.one_time,
    )


def _conflict(brief: PeriodBrief, product: ProductFact, wanted: Wanted) -> Hold | None:
    """Holds a line to be added where a foreign line has the same product."""
    # What is held needs no second reason; but a catch-up that only a conflict kept from the template missed no run.
    if wanted.hold is not None and wanted.role is not PartRole.CATCH_UP:
        return None
    choice = brief.chosen(brief.conflict)
    taken_over = brief.present.own.standing(brief.marks.recurring) or brief.adopted(brief.marks.recurring)
    if choice == Chosen.KEEP or (choice == Chosen.ADOPT and taken_over):
        return None
    lines = brief.present.foreign_of(product)
    return already_on_template(lines, brief.conflict) if lines else None


def _adopted(brief: PeriodBrief, wanted: Wanted, touched: Collection[str]) -> TemplateLine | None:
    """The foreign line to take over for this recurring line; each is taken over once."""
    if wanted.role is not PartRole.RECURRING:
        return None
    line = brief.adopted(wanted.mark)
    return None if line is None or line.line_id in touched else line


def _notes_without_product(brief: PeriodBrief, product: ProductFact, change: PlannedChange) -> tuple[Note, ...]:
    if change.after is None or change.after.product_id is not None:
        return ()
    return (note_without_product(brief.mapping, brief.period, product),)


def _part_of(wanted: Wanted, state: PartState, reason: str) -> PostingPart:
    return PostingPart(
        role=wanted.role,
        mark=wanted.mark,
        state=state,
        cost=wanted.amount.cost,
        retail=wanted.amount.retail,
        rules_cost=wanted.rules.cost,
        rules_retail=wanted.rules.retail,
        reason=reason,
    )
