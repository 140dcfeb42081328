"""The state *applying* of a billing run: template by template, each read afresh before its first write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from django.utils import timezone

from connectors.records import InvoiceTemplate
from core.scope import partner_scope
from customers.models import Template
from customers.target_copy import template_record
from money.enums import Action, PartRole
from syncs.enums import Anew, RunState
from syncs.facts.lines import as_seen_by
from syncs.facts.mappings import mapped_to
from syncs.models import Change, RunTemplate
from syncs.running.moving import Owner, open_adjustments, wait_for_adjustment, without_stranded
from syncs.running.replanning import destinations_of, plan_rest_again, replan_template
from syncs.running.slices import Slice
from syncs.running.templates import read_template
from syncs.writing.freshness import why_stale
from syncs.writing.lines import LineWrite
from syncs.writing.protocol import Outcome, send


def write_lines(work: Slice) -> RunState | None:
    """Write template by template until the slice is over; None when there is more to do."""
    try:
        at_hand = work.planned_changes()
        while not work.over:
            planned = next(at_hand, None)
            if planned is None:
                return RunState.SETTLING
            _, of_first = next(groupby(planned, attrgetter("template_id")))
            changes = list(of_first)
            if _move_was_planned_again(work, changes[0].template_id or ""):
                continue
            template = _template_to_write(work, changes[0].template_id or "")
            if template is not None and not _write_template(work, template, changes):
                return RunState.SETTLING
        return None
    finally:
        work.tell_progress(last=True)


def _template_to_write(work: Slice, template_id: str) -> InvoiceTemplate | None:
    """Read the template just before its first write; None when its changes had to be planned again."""
    with partner_scope(work.partner_id):
        visit, _ = RunTemplate.objects.get_or_create(run_id=work.run_id, template_id=template_id)
        if visit.read_at is not None:
            return _stored_template(work, visit)
    template = read_template(work, template_id)
    if template is None:
        _plan_with_moves(work, template_id, Anew.DELETED)
        return None
    stale = _why_stale(work, visit, template)
    if stale:
        _plan_with_moves(work, template_id, stale)
        return None
    with partner_scope(work.partner_id, flushed=False):
        RunTemplate.objects.filter(pk=visit.pk).update(read_at=timezone.now(), next_run=template.next_run)
    return template


def _move_was_planned_again(work: Slice, template_id: str) -> bool:
    """A move is one unit: before lines leave a template, those to which they go are read. True when one had changed."""
    with work.bare_run() as run:
        going_to = destinations_of(run, template_id)
        unread = going_to - set(run.templates.filter(read_at__isnull=False).values_list("template_id", flat=True))
    return any(_template_to_write(work, one) is None for one in sorted(unread))


def _plan_with_moves(work: Slice, template_id: str, why: Anew) -> None:
    """Plan a template again, after those to which its lines are to move: these moves are planned there."""
    with work.bare_run() as run:
        going_to = destinations_of(run, template_id)
    for one in sorted(going_to):
        replan_template(work, one, why)
    replan_template(work, template_id, why, read=why is not Anew.DELETED)


def _why_stale(work: Slice, visit: RunTemplate, read: InvoiceTemplate | None = None) -> Anew | None:
    with partner_scope(work.partner_id):
        return why_stale(visit, mapped_to(work.program, [visit.template_id]).get(visit.template_id, ()), read)


def _stored_template(work: Slice, visit: RunTemplate) -> InvoiceTemplate | None:
    """As the run read it: that the template ran since must not be taken for known."""
    row = Template.objects.filter(target=work.target_id, external_id=visit.template_id).first()
    if row is None:
        return None
    (template,) = as_seen_by(work.program, [template_record(row)])
    return replace(template, next_run=visit.next_run or template.next_run)


def _write_template(work: Slice, template: InvoiceTemplate, changes: Sequence[Change]) -> bool:
    """Send these changes of one template, in order, until the slice is over.

    False when lost answers must be resolved before the template can be planned again.
    """
    with partner_scope(work.partner_id):
        visit = RunTemplate.objects.get(run=work.run_id, template_id=template.template_id)
        halves = open_adjustments(work.run_id, template.template_id)
    for change in without_stranded(work, changes):
        if work.over:
            return True
        outcome = _send_line(work, template, visit, change, halves)
        stale = _why_stale(work, visit) if outcome is Outcome.NOT_OURS else None
        if stale or outcome is Outcome.REFUSED_NEGATIVE:
            return plan_rest_again(work, template.template_id, stale or Anew.NEGATIVES)
        work.tell_progress()
    return True


def _send_line(
    work: Slice, template: InvoiceTemplate, visit: RunTemplate, change: Change, halves: set[Owner]
) -> Outcome:
    """``halves``: whose adjustment was not written, for certain or perhaps; their recurring lines wait for it."""
    owner = (change.subscription_id, change.motion)
    if owner in halves and change.role == PartRole.RECURRING and change.action != Action.REMOVE_LINE:
        if _why_stale(work, visit):
            return Outcome.NOT_OURS
        with partner_scope(work.partner_id):
            wait_for_adjustment(change)
        return Outcome.FAILED
    outcome = send(LineWrite(work.partner_id, change, work.target, template, visit))
    if outcome in (Outcome.FAILED, Outcome.LOST) and change.role == PartRole.ADJUSTMENT:
        halves.add(owner)
    return outcome
