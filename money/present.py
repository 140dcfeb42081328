"""What stands on the template now, what became of the lines we once wrote, and the change that takes one off."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from enum import Enum

from connectors.records import InvoiceTemplate, LineValues, TemplateLine
from money.amounts import amount_of_values
from money.enums import Action, LineState, PartRole
from money.facts import MappingFacts, OwnLine, Posted
from money.marks import find_mark, line_mark, with_mark
from money.plan import PlannedChange
from money.words import Money, from_cents, to_cents


class Fate(Enum):
    """What became of a line of ours since it was written."""

    STANDING = "standing"  # there, and the template has not generated
    BILLED = "billed"  # a generated invoice carries it
    UNPROVEN = "unproven"  # the template moved on, but no invoice shows the line
    LOST = "lost"  # gone although the template has not generated


def template_of(facts: MappingFacts, template_id: int) -> InvoiceTemplate | None:
    """The template as last read: the mapping's own, or one it was moved from."""
    if facts.template is not None and facts.template.template_id == template_id:
        return facts.template
    return facts.other_templates.get(template_id)


def own_line(facts: MappingFacts, mark: str) -> OwnLine | None:
    """The line that we have standing under this mark, on any template."""
    for line in facts.own_lines:
        if line.mark == mark and line.state == LineState.STANDING:
            return line
    return None


def lost_line(facts: MappingFacts, mark: str) -> OwnLine | None:
    """The last line of this mark that was lost, where none stands."""
    lines = [line for line in facts.own_lines if line.mark == mark]
    if any(line.state is LineState.STANDING for line in lines):
        return None
    return next((line for line in reversed(lines) if line.state is LineState.LOST), None)


def line_by_id(template: InvoiceTemplate | None, line_id: int) -> TemplateLine | None:
    """The template's line with this id."""
    lines = template.lines if template else ()
    return next((line for line in lines if line.line_id == line_id), None)


def lines_by_mark(template: InvoiceTemplate | None, mark: str) -> list[TemplateLine]:
    """All lines that carry the mark; more than one means a line was written twice."""
    lines = template.lines if template else ()
    return [line for line in lines if find_mark(line.description) == mark]


def standing_line(template: InvoiceTemplate | None, mark: str, own: OwnLine | None) -> TemplateLine | None:
    """Our line as it stands: by its id, else by its mark."""
    if own is not None:
        found = line_by_id(template, own.line_id)
        if found is not None:
            return found
    marked = lines_by_mark(template, mark)
    return min(marked, key=lambda line: line.line_id) if marked else None


def moved_on(template: InvoiceTemplate | None, since: object) -> bool:
    """True when the template's next run is later than it was at ``since`` (a date or None)."""
    if template is None or template.next_run is None or since is None:
        return False
    return bool(template.next_run > since)  # type: ignore[operator]  # both are dates here


def may_have_ended(template: InvoiceTemplate | None, since: object) -> bool:
    """True when a template names no next run, now or at ``since``: whether it ran in between cannot be seen."""
    return template is not None and (template.next_run is None or since is None)


def fate_of_line(facts: MappingFacts, own: OwnLine) -> Fate:
    """What became of a one-time line."""
    template = template_of(facts, own.template_id)
    if moved_on(template, own.next_run):
        return Fate.BILLED if own.mark in facts.carried else Fate.UNPROVEN
    unseen = may_have_ended(template, own.next_run)
    if unseen and own.mark in facts.carried:
        return Fate.BILLED
    if standing_line(template, own.mark, own) is None:
        return Fate.UNPROVEN if unseen else Fate.LOST
    return Fate.STANDING


def fate_of_recurring(facts: MappingFacts, posted: Posted, mark: str) -> Fate:
    """What became of the recurring amount of a period."""
    if not moved_on(template_of(facts, posted.template_id), posted.next_run):
        return Fate.STANDING
    # The line stands for a later period by now: what an invoice carries is that one's.
    followed = any(
        p.subscription_id == posted.subscription_id and p.period > posted.period and p.next_run is not None
        for p in facts.posted
    )
    return Fate.BILLED if mark in facts.carried and not followed else Fate.UNPROVEN


def foreign_lines_of_product(facts: MappingFacts, product_id: int | None) -> list[TemplateLine]:
    """Lines on the template that are not ours and have the same product."""
    if facts.template is None or product_id is None:
        return []
    return [
        line for line in facts.template.lines if line.line_id in facts.foreign_ids and line.product_id == product_id
    ]


def adopted_line(facts: MappingFacts, subject: str, mark: str) -> TemplateLine | None:
    """The foreign line that a person told us to take over under this recurring mark.

    None once we have a line of our own, and for a line that is gone, one-time, or counted by the
    target.
    """
    choice = facts.choices.get(subject)
    if choice is None or choice.choice != "adopt" or choice.line_id not in facts.foreign_ids:
        return None
    line = None if own_line(facts, mark) else line_by_id(facts.template, choice.line_id)
    return None if line is None or line.counted_by_target or line.one_time else line


def values_of(line: TemplateLine) -> LineValues:
    """A line as it stands, as values to write."""
    return LineValues(
        product_id=line.product_id,
        name=line.name,
        description=line.description,
        quantity=line.quantity,
        retail_cents=line.retail_cents,
        cost_cents=line.cost_cents,
        taxable=line.taxable,
        one_time=line.one_time,
        position=line.position,
    )


def changed_values(line: TemplateLine, *, mark: str, quantity: Decimal, unit: Money, one_time: bool) -> LineValues:
    """The line with our quantity, prices and mark; name, tax flag and place stay the user's."""
    return replace(
        values_of(line),
        description=with_mark(line.description, mark),
        quantity=quantity,
        retail_cents=to_cents(unit.retail),
        cost_cents=to_cents(unit.cost),
        one_time=one_time,
    )


def unit_of(line: TemplateLine) -> Money:
    """Unit prices of a line, in currency units."""
    return Money(from_cents(line.cost_cents), from_cents(line.retail_cents))


ONE_TIME_ROLES = frozenset(role for role in PartRole if role is not PartRole.RECURRING)


def removal_of(own: OwnLine, line: TemplateLine, what: str, reason: str, *, moves: bool = False) -> PlannedChange:
    """The change that takes one line of ours off its template; ``what`` is for people."""
    amount = amount_of_values(line)
    return PlannedChange(
        action=Action.REMOVE_LINE,
        role=own.role,
        mark=own.mark,
        customer_id=own.customer_id,
        motion=own.motion,
        subscription_id=own.subscription_id,
        period=own.period,
        template_id=own.template_id,
        what=what,
        reason=reason,
        line_id=line.line_id,
        before=values_of(line),
        retail=-amount.retail,
        cost=-amount.cost,
        moves=moves,
    )


def recurring_mark(facts: MappingFacts, subscription: str) -> str:
    """Mark of a subscription's recurring line."""
    return line_mark(subscription, facts.mapping.motion, PartRole.RECURRING)
