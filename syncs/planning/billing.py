"""The billing plan of a program: all its mappings, and the lines that were left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.records import Template
from core.money import from_cents
from syncs.models.lines import LineState
from syncs.models.review import Severity
from syncs.planning.facts import Choice, MappingFacts, OwnLine
from syncs.planning.mapping import plan_mapping
from syncs.planning.present import standing_line
from syncs.planning.removing import removal_of
from syncs.planning.results import Note, Plan


def plan_billing(
    mappings: Sequence[MappingFacts],
    left_behind: Sequence[OwnLine] = (),
    templates: Mapping[int, Template] | None = None,
    choices: Mapping[str, Choice] | None = None,
) -> Plan:
    """Plan every mapping, template by template, so that each is written in one go.

    ``left_behind`` are lines of ours whose mapping was removed or switched off: nothing happens to
    them until a person asks for their removal.
    """
    plan = Plan()
    for facts in sorted(mappings, key=lambda f: (f.mapping.template_id, f.mapping.mapping_id)):
        plan.extend(plan_mapping(facts))
    for own in left_behind:
        _plan_left_behind(own, templates or {}, choices or {}, plan)
    plan.changes.sort(key=lambda change: not change.moves)  # stable: moves first, the rest as planned
    return plan


def left_behind_subject(own: OwnLine) -> str:
    """Subject of the decision about a line whose mapping no longer syncs."""
    return f"left_behind:{own.mark}"


def _plan_left_behind(
    own: OwnLine,
    templates: Mapping[int, Template],
    choices: Mapping[str, Choice],
    plan: Plan,
) -> None:
    line = standing_line(templates.get(own.template_id), own.mark, own)
    choice = choices.get(left_behind_subject(own))
    if line is None or own.state is not LineState.STANDING or (choice and choice.choice == "leave"):
        return
    if line.counted_by_target:  # what Syncro counts itself is never written
        return
    if choice is None:
        plan.notes.append(
            Note(
                Severity.INFO,
                "left_behind",
                f"left_behind:{own.mark}",
                f"“{line.name}” stays on the template, but its mapping no longer syncs.",
                "Remove the line, or leave it.",
                left_behind_subject(own),
                own.customer_id,
                line.quantity * from_cents(line.retail_cents),
            )
        )
        return
    plan.changes.append(removal_of(own, line, line.name, "Its mapping no longer syncs"))
