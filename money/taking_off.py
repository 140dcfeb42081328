"""Lines that leave a template: moved, no longer asked for, doubled, or left behind by a mapping that is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from connectors.records import InvoiceTemplate, TemplateLine
from money.enums import Chosen, LineState, Severity
from money.facts import Choice, OwnLine, chosen
from money.plan import Note, Plan, PlannedChange
from money.present import PresentLines, TemplateLines, removal_of
from money.words import from_cents


def take_off(
    present: PresentLines, own: OwnLine, customer: str, reason: str, *, moves: bool = False, goes_on: bool = False
) -> list[PlannedChange]:
    """The change that takes one line of ours off its template, where it still stands there."""
    line = present.line_of(own)
    if line is None:
        return []
    return [removal_of(own, line, f"{customer}: {line.name}", reason, moves=moves, goes_on=goes_on)]


def remove_unwanted(
    present: PresentLines,
    unbilled: Collection[str],
    planned: Collection[tuple[int, str]],
    asked_for: Collection[str],
    customer: str,
) -> list[PlannedChange]:
    """One-time lines that nothing asks for any more: settings or invoices changed.

    ``unbilled`` are the marks of those that stand and were not billed. Only the ``planned`` periods, each with its
    subscription, can ask for theirs.
    """
    found: list[PlannedChange] = []
    for own in present.one_time_lines():
        if own.mark in unbilled and own.mark not in asked_for and (own.subscription_id, own.period) in planned:
            found += take_off(present, own, customer, "No longer asked for")
    return found


def remove_duplicates(present: PresentLines) -> list[PlannedChange]:
    """A second line with the mark of one of ours is taken off."""
    return [change for own in present.own.all_standing for change in _doubles(present.on(own.template_id), own)]


def removals_of_doubles(template: InvoiceTemplate | None, own: OwnLine) -> list[PlannedChange]:
    """Removal of every line but one that carries this mark."""
    return _doubles(TemplateLines(template), own) if own.state is LineState.STANDING else []


def _doubles(lines: TemplateLines, own: OwnLine) -> list[PlannedChange]:
    kept = lines.ours(own.mark, own)
    return [
        removal_of(own, line, line.name, "A second line with the same mark", asked_for=True)
        for line in lines.marked(own.mark)
        if kept is not None and line.line_id != kept.line_id and not line.counted_by_target
    ]


def plan_left_behind(
    own_lines: Iterable[OwnLine], templates: Mapping[str, InvoiceTemplate], choices: Mapping[str, Choice]
) -> Plan:
    """Lines whose mapping was removed or switched off are offered for removal, and taken off when a person says so."""
    read: dict[str, TemplateLines] = {}
    plan = Plan()
    for own in own_lines:
        if own.template_id not in read:
            read[own.template_id] = TemplateLines(templates.get(own.template_id))
        line = read[own.template_id].ours(own.mark, own)
        # What the target counts itself is never written.
        if line is not None and own.state is LineState.STANDING and not line.counted_by_target:
            plan.extend(_plan_line(own, line, chosen(choices, left_behind_subject(own))))
    return plan


def left_behind_subject(own: OwnLine) -> str:
    """Subject of the decision about a line whose mapping no longer syncs."""
    return f"left_behind:{own.mark}"


def _plan_line(own: OwnLine, line: TemplateLine, choice: Chosen | None) -> Plan:
    if choice == Chosen.LEAVE:
        return Plan()
    if choice:
        return Plan(changes=[removal_of(own, line, line.name, "Its mapping no longer syncs", asked_for=True)])
    note = Note(
        Severity.INFO,
        "left_behind",
        f"left_behind:{own.mark}",
        f"“{line.name}” stays on the template, but its mapping no longer syncs.",
        "Remove the line, or leave it.",
        left_behind_subject(own),
        own.customer_id,
        line.quantity * from_cents(line.retail_cents),
    )
    return Plan(notes=[note])
