"""Lines that leave a template: moved, missing from the invoice, no longer asked for, or doubled."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain

from connectors.records import InvoiceTemplate, TemplateLine
from money.enums import LineState, PartRole
from money.facts import MappingFacts, OwnLine, PeriodFact
from money.notes import note_uncertain
from money.periods import period_label
from money.plan import Plan, PlannedChange
from money.present import Fate, lines_by_mark, own_line, recurring_mark, removal_of, standing_line, template_of


def removal(
    facts: MappingFacts, own: OwnLine, line: TemplateLine, reason: str, *, moves: bool = False
) -> PlannedChange:
    """The change that takes one line of ours off its template."""
    return removal_of(own, line, f"{facts.mapping.customer}: {line.name}", reason, moves=moves)


def take_off_old_template(facts: MappingFacts, own: OwnLine) -> list[PlannedChange]:
    """A line goes from the template that its mapping was moved from, where it still stands there."""
    line = standing_line(template_of(facts, own.template_id), own.mark, own)
    if line is None:
        return []
    return [removal(facts, own, line, "The mapping moved to another invoice template", moves=True)]


def remove_recurring(facts: MappingFacts, period: PeriodFact) -> list[PlannedChange]:
    """A subscription whose rows come to a quantity of 0 loses its recurring line."""
    own = own_line(facts, recurring_mark(facts, period.subscription))
    line = standing_line(template_of(facts, own.template_id), own.mark, own) if own else None
    if own is None or line is None or line.counted_by_target:
        return []
    return [removal(facts, own, line, f"Quantity 0 on the invoice for {period_label(period.period)}")]


def remove_missing(facts: MappingFacts) -> Plan:
    """Subscriptions that the newest regular invoice no longer has lose their recurring line."""
    plan, last = Plan(), _last_periods(facts)
    for own in facts.own_lines:
        if own.role is not PartRole.RECURRING or own.state is not LineState.STANDING:
            continue
        missing = own.subscription_id not in facts.invoiced
        if not missing or not last.get(own.subscription_id, "") < facts.newest:
            continue
        line = standing_line(template_of(facts, own.template_id), own.mark, own)
        if line is None or line.counted_by_target:  # what Syncro counts itself is never written
            continue
        if own.subscription_id in facts.uncertain:
            plan.notes.append(note_uncertain(facts, own))
            continue
        reason = f"Not on the invoice for {period_label(facts.newest)}"
        plan.changes.append(removal(facts, own, line, reason))
    return plan


def _last_periods(facts: MappingFacts) -> dict[int, str]:
    last: dict[int, str] = defaultdict(str)
    for posted in facts.posted:
        last[posted.subscription_id] = max(last[posted.subscription_id], posted.period)
    return last


def remove_unwanted(facts: MappingFacts, fates: dict[str, Fate], wanted_marks: set[str]) -> list[PlannedChange]:
    """One-time lines that nothing asks for any more: settings or invoices changed."""
    found = []
    governed = {(period.subscription_id, period.period) for period in facts.periods}
    for own in facts.own_lines:
        asked_for = own.mark in wanted_marks or (own.subscription_id, own.period) not in governed
        if fates.get(own.mark) is not Fate.STANDING or asked_for:
            continue
        line = standing_line(template_of(facts, own.template_id), own.mark, own)
        if line is not None:
            found.append(removal(facts, own, line, "No longer asked for"))
    return found


def remove_duplicates(facts: MappingFacts) -> list[PlannedChange]:
    """A second line with the mark of one of ours is taken off."""
    doubles = (removals_of_doubles(template_of(facts, own.template_id), own) for own in facts.own_lines)
    return list(chain.from_iterable(doubles))


def removals_of_doubles(template: InvoiceTemplate | None, own: OwnLine) -> list[PlannedChange]:
    """Removal of every line but one that carries this mark."""
    if own.state is not LineState.STANDING:
        return []
    kept = standing_line(template, own.mark, own)
    return [
        removal_of(own, line, line.name, "A second line with the same mark")
        for line in lines_by_mark(template, own.mark)
        if kept is not None and line.line_id != kept.line_id and not line.counted_by_target
    ]
