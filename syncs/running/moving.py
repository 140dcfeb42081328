"""Lines that wait for another one: a moved one for its removal, a recurring one for its adjustment."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from connectors.records import InvoiceTemplate, id_order
from core.scope import partner_scope
from money.enums import Action, LineState, PartRole, PartState
from money.present import line_by_id, lines_by_mark
from syncs.enums import LOST_STATES, Cause, ChangeState
from syncs.models import Change, Line
from syncs.running.slices import Slice
from syncs.running.templates import read_template
from syncs.writing.committing import part_of_change
from syncs.writing.protocol import conclude

_UNWRITTEN = (*LOST_STATES, ChangeState.FAILED)

# It may come true yet: once the removal, whose answer was lost, is known to have happened.
STRANDED = "The line is still on the old template, so it is not added to the new one."


# It may come true yet: once the adjustment, whose answer was lost, is known to stand.
HALF = "Its adjustment was not written, so the line waits: nobody is billed half a change."
Owner = tuple[int | None, str]  # subscription, motion


def open_adjustments(run_id: int, template_id: str) -> set[Owner]:
    """Whose adjustments on a template were not written, for certain or perhaps. Inside the scope."""
    halves = Change.objects.filter(run=run_id, template_id=template_id, role=PartRole.ADJUSTMENT)
    return set(halves.filter(state__in=_UNWRITTEN).values_list("subscription_id", "motion"))


def wait_for_adjustment(change: Change) -> None:
    """The recurring line waits for the next try, or for what becomes of a lost answer. Inside the scope."""
    conclude(change, ChangeState.FAILED, HALF, cause=Cause.HALF)
    part_of_change(change).update(state=PartState.FAILED, reason=HALF)


def take_up_halves(work: Slice) -> None:
    """Recurring lines whose adjustment is known to stand after all are written."""
    with work.bare_run() as run:
        waiting = run.changes.filter(state=ChangeState.FAILED, cause=Cause.HALF)
        for change in waiting:
            change.run = run
            if (change.subscription_id, change.motion) not in open_adjustments(run.pk, change.template_id or ""):
                conclude(change, ChangeState.PLANNED, cause="")
                part_of_change(change).update(state=PartState.PLANNED, reason="")


def without_stranded(work: Slice, changes: Sequence[Change]) -> list[Change]:
    """A line that could not be taken off its old template is not added to the new one."""
    stranded = _stranded(work, [change for change in changes if change.action == Action.ADD_LINE])
    if stranded:
        with partner_scope(work.partner_id):
            Change.objects.filter(pk__in=stranded).update(
                state=ChangeState.FAILED, cause=Cause.STRANDED, error=STRANDED
            )
    return [change for change in changes if change.pk not in stranded]


def _stranded(work: Slice, added: Collection[Change]) -> set[int]:
    """Ids of the additions whose line stands on another template.

    Where nothing is known to take it off there, people may have deleted it: the template is read to be sure.
    """
    with partner_scope(work.partner_id):
        marks = [change.mark for change in added]
        standing = Line.objects.filter(program=work.program_id, mark__in=marks, state=LineState.STANDING)
        lines = {line.mark: line for line in standing}
        removals = Change.objects.filter(run=work.run_id, action=Action.REMOVE_LINE, mark__in=marks)
        to_remove = set(removals.exclude(state=ChangeState.DONE).values_list("mark", flat=True))
    elsewhere = {
        change.pk: lines[change.mark]
        for change in added
        if change.mark in lines and lines[change.mark].template_id != change.template_id
    }
    unsure = {line.template_id for line in elsewhere.values() if line.mark not in to_remove}
    templates = {template_id: read_template(work, template_id) for template_id in sorted(unsure, key=id_order)}
    return {
        pk for pk, line in elsewhere.items() if line.mark in to_remove or _stands(templates[line.template_id], line)
    }


def _stands(template: InvoiceTemplate | None, line: Line) -> bool:
    return line_by_id(template, line.line_id) is not None or bool(lines_by_mark(template, line.mark))


def take_up_stranded(work: Slice) -> None:
    """What waited for a removal whose answer was lost is added after all, once the line is known to be off."""
    with work.bare_run() as run:
        waiting = list(run.changes.filter(state=ChangeState.FAILED, cause=Cause.STRANDED))
    still = _stranded(work, waiting)
    free = [change.pk for change in waiting if change.pk not in still]
    with partner_scope(work.partner_id):
        Change.objects.filter(pk__in=free).update(state=ChangeState.PLANNED, cause="", error="")
