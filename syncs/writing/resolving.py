"""Changes whose answer was lost: read the target, then adopt what is there or send again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.errors import RecordMissing
from connectors.records import InvoiceTemplate, id_order
from connectors.registry import Target
from core.scope import partner_scope
from customers.models import Template
from customers.target_copy import template_record
from money.enums import Action, PartRole
from money.marks import find_mark
from money.present import line_by_id
from syncs.enums import ChangeState
from syncs.facts.evidence import Carried
from syncs.facts.lines import as_seen_by
from syncs.models import Change, Line, Run
from syncs.writing.lines import LineWrite, found
from syncs.writing.protocol import conclude, fail, settle
from syncs.writing.ran_meanwhile import (
    correct_done,
    find_billed,
    line_as_written,
    may_have_run,
    resolve_one_time,
)
from syncs.writing.values import line_from_json


@dataclass(frozen=True, slots=True)
class Resolved:
    """The templates that were read for it, whole, None where one is gone, and those that must be planned anew."""

    templates: dict[str, InvoiceTemplate | None]
    anew: set[str]


def resolve_line_changes(partner_id: int, changes: Sequence[Change], client: Target) -> Resolved:
    """Find out by reading whether lost writes of one program to templates happened, and act on it."""
    if not changes:
        return Resolved({}, set())
    written = {change.template_id or "" for change in changes}
    templates = {template_id: _read(template_id, client) for template_id in sorted(written, key=id_order)}
    seen = _without_other_programs(partner_id, changes[0].run, templates)
    read = [(change, seen.get(change.template_id or "")) for change in changes]
    billed = find_billed(partner_id, _written_before_a_run(read), client)
    anew: set[str] = set()
    for change, template in read:
        write = LineWrite(partner_id, change, client)
        if template is None:
            _resolve_without_template(write)
        else:
            anew |= _resolve(write, template, billed)
    return Resolved(templates, anew)


def _written_before_a_run(
    read: Sequence[tuple[Change, InvoiceTemplate | None]],
) -> list[tuple[Change, InvoiceTemplate]]:
    return [(change, template) for change, template in read if template and may_have_run(change, template)]


def _without_other_programs(
    partner_id: int, run: Run, read: Mapping[str, InvoiceTemplate | None]
) -> dict[str, InvoiceTemplate]:
    there = [template for template in read.values() if template is not None]
    with partner_scope(partner_id):
        return {template.template_id: template for template in as_seen_by(run.program, there)}


def _read(template_id: str, client: Target) -> InvoiceTemplate | None:
    try:
        return client.get_template(template_id)
    except RecordMissing:
        return None


def _resolve_without_template(write: LineWrite) -> None:
    """With the template its lines are gone: one that was to be taken off is off, any other is not there."""
    if write.change.action == Action.REMOVE_LINE:
        settle(write, found(None))
    else:
        fail(write, "The invoice template no longer exists.")


def _resolve(write: LineWrite, template: InvoiceTemplate, billed: dict[str, Carried]) -> set[str]:
    change = write.change
    ran = may_have_run(change, template)
    if ran and change.role != PartRole.RECURRING:
        return resolve_one_time(write, template, billed.get(change.mark))
    anew = _resolve_by_reading(write, template)
    if ran and change.state == ChangeState.DONE:
        anew |= correct_done(write.partner_id, [change], template, billed)
    elif ran and change.state == ChangeState.PLANNED:  # sent again without a new plan, that run would count for nothing
        anew.add(template.template_id)
    return anew


def _resolve_by_reading(write: LineWrite, template: InvoiceTemplate) -> set[str]:
    """What stands on the template now is what the lost write left."""
    change = write.change
    if change.action == Action.REMOVE_LINE:
        settle(write, found(None) if line_by_id(template, write.line_id) is None else None)
        return set()
    line = line_as_written(change, template)
    if line is None and change.action == Action.ADD_LINE and _may_be_overwritten(write, template):
        return _plan_anew(write)
    settle(write, None if line is None else found(line))
    return set()


def _may_be_overwritten(write: LineWrite, template: InvoiceTemplate) -> bool:
    """A line that nobody knows stands there, of the same product or name: ours, if its text was overwritten."""
    values = line_from_json(write.change.after or {})
    with partner_scope(write.partner_id):
        target = write.change.run.program.target_id
        ours = Line.objects.filter(program=write.change.run.program_id, template_id=template.template_id)
        known = {*ours.values_list("line_id", flat=True), *_lines_before(target, template.template_id)}
    return any(
        (line.product_id, line.one_time) == (values.product_id, values.one_time)
        and (line.product_id is not None or line.name == values.name)
        for line in template.lines
        if line.line_id not in known and not find_mark(line.description)
    )


def _lines_before(target_id: int, template_id: str) -> set[str]:
    """Ids of the lines that our copy of the template has: it was read just before the first write."""
    row = Template.objects.filter(target=target_id, external_id=template_id).first()
    return {line.line_id for line in template_record(row).lines} if row else set()


def _plan_anew(write: LineWrite) -> set[str]:
    """Not sent again: planning meets the unknown line, and asks whether to adopt it."""
    with partner_scope(write.partner_id):
        conclude(write.change, ChangeState.DROPPED, "A line appeared on the template while the answer was lost.")
    return {write.template_id}
