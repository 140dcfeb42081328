"""The steps of a billing run: read, plan, apply, settle, verify."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import takewhile

from django.db.models import Q
from django.utils import timezone

from connectors.errors import RecordMissing
from connectors.records import Template, TemplateLine
from core.scope import partner_scope
from customers.models import Template as TemplateRow
from customers.target_copy import refresh_target, save_template, template_record
from syncs.applying import Outcome, send_change
from syncs.billing_plan import STRANDED, mapped_digest, replan_template, template_digest
from syncs.committing import add_changes
from syncs.loading import load_own_lines, mapped_to
from syncs.models import (
    Action,
    Change,
    ChangeState,
    Line,
    LineState,
    Part,
    PartState,
    Run,
    RunState,
    RunTemplate,
)
from syncs.planning.present import line_by_id, lines_by_mark
from syncs.planning.taking_off import removals_of_doubles
from syncs.ran_meanwhile import correct_done, find_billed, may_have_run
from syncs.resolving import abandoned_changes, drop_unsent, lost_changes, resolve_line_changes, settles_in
from syncs.slices import Slice
from syncs.source_reading import read_source
from syncs.target_reading import read_again, read_target_products

AT_HAND = 25  # changes that are loaded at once


def read(work: Slice) -> RunState | float | None:
    """Invoices from the source; customers and templates from the target.

    First what earlier runs sent and never heard of again is resolved, or it might be sent twice. A
    number is the seconds until that can be done; None asks for another slice.
    """
    wait = _resolve_abandoned(work)
    if wait > 0:
        return wait
    if read_again(work):  # a retry: what failed is read, and nothing else
        return RunState.PLANNING
    with work.run() as run:
        fresh = run.after is not None and run.after.started_at is not None
        products_off = not run.program.products_enabled
        read_before = fresh and run.after is not None and "source" in run.after.basis
        source_read = read_before or "source" in run.basis
    if not source_read:
        read_source(work)
    if products_off and not read_target_products(work):
        return None
    refresh_target(work.partner_id, work.target_id, work.target)
    return RunState.PLANNING


def _resolve_abandoned(work: Slice) -> float:
    with work.run() as run:
        abandoned = [] if run.preview else abandoned_changes(run)
        wait = settles_in(abandoned)
    if wait > 0:
        return wait
    resolve_line_changes(work.partner_id, abandoned, work.target)
    with work.run():
        drop_unsent(abandoned)
    return 0.0


# --- Apply ----------------------------------------------------------------------------------------


def apply(work: Slice) -> RunState | None:
    """Write template by template until the slice is over; None when there is more to do."""
    try:
        while not work.over:
            changes = _changes_at_hand(work)
            if not changes:
                return RunState.SETTLING
            template = _template_to_write(work, changes[0].template_id or 0)
            if template is not None and not _write_template(work, template, changes):
                return RunState.SETTLING
        return None
    finally:
        work.tell_progress(last=True)


def _changes_at_hand(work: Slice) -> list[Change]:
    """The next planned changes of the run, as far as they are of one template; none once it is cancelled."""
    with work.bare_run() as run:
        if run.cancel_requested:
            return []
        planned = list(run.changes.filter(state=ChangeState.PLANNED).order_by("position")[:AT_HAND])
        return list(takewhile(lambda change: change.template_id == planned[0].template_id, planned))


def _template_to_write(work: Slice, template_id: int) -> Template | None:
    """Read the template just before its first write; None when its changes had to be planned again."""
    with partner_scope(work.partner_id):
        visit, _ = RunTemplate.objects.get_or_create(run_id=work.run_id, template_id=template_id)
        if visit.read_at is not None:
            return _stored_template(work.target_id, visit)
    template = _read_template(work, template_id)
    if template is None:
        replan_template(work, template_id, "The invoice template was deleted since the plan.")
        return None
    with partner_scope(work.partner_id, flushed=False):
        RunTemplate.objects.filter(pk=visit.pk).update(read_at=timezone.now())
    if visit.planned_from != template_digest(template) or visit.mapped != _mapped(work, template_id):
        replan_template(work, template_id, "The invoice template or its mappings changed since the plan.")
        return None
    return template


def _mapped(work: Slice, template_id: int) -> str:
    """Digest of what syncs to the template now. One query: it is asked before each line."""
    with partner_scope(work.partner_id):
        return mapped_digest(mapped_to(work.program, [template_id]).get(template_id, ()))


def _read_template(work: Slice, template_id: int) -> Template | None:
    """The template as it is now, kept in our copy; None when it no longer exists."""
    try:
        template = work.target.get_template(template_id)
    except RecordMissing:
        with work.run() as run:
            TemplateRow.objects.filter(target=run.program.target_id, external_id=template_id).update(gone=True)
        return None
    _keep_template(work, template)
    return template


def _keep_template(work: Slice, template: Template) -> None:
    """In our copy; its next run with the run too, for the copy is refreshed by others as well."""
    save_template(work.partner_id, work.target_id, template)
    with partner_scope(work.partner_id, flushed=False):
        visits = RunTemplate.objects.filter(run=work.run_id, template_id=template.template_id)
        visits.update(next_run=template.next_run)


def _stored_template(target_id: int, visit: RunTemplate) -> Template | None:
    """As the run read it: that the template ran since must not be taken for known."""
    row = TemplateRow.objects.filter(target=target_id, external_id=visit.template_id).first()
    if row is None:
        return None
    template = template_record(row)
    return replace(template, next_run=visit.next_run or template.next_run)


def _write_template(work: Slice, template: Template, changes: Sequence[Change]) -> bool:
    """Send these changes of one template, in order, until the slice is over.

    False when lost answers must be resolved before the template can be planned again.
    """
    with partner_scope(work.partner_id):
        visit = RunTemplate.objects.get(run=work.run_id, template_id=template.template_id)
    for change in _without_stranded(work, changes):
        if work.over:
            return True
        if visit.mapped != _mapped(work, template.template_id):
            return _plan_again(work, template.template_id, "Its mappings were changed during the sync.")
        if send_change(work.partner_id, change, work.target, template) is Outcome.REFUSED_NEGATIVE:
            return _plan_again(work, template.template_id, "Syncro refuses negative amounts.")
        work.tell_progress()
    return True


def _without_stranded(work: Slice, changes: Sequence[Change]) -> list[Change]:
    """A line that could not be taken off its old template is not added to the new one."""
    stranded = _stranded(work, [change for change in changes if change.action == Action.ADD_LINE])
    if stranded:
        with partner_scope(work.partner_id):
            Change.objects.filter(pk__in=stranded).update(state=ChangeState.FAILED, error=STRANDED)
    return [change for change in changes if change.pk not in stranded]


def _stranded(work: Slice, added: Collection[Change]) -> set[int]:
    """Ids of the additions whose line stands on another template.

    Where nothing is known to take it off there, people may have deleted it: the template is read to be sure.
    """
    with partner_scope(work.partner_id):
        marks = [change.mark for change in added]
        standing = Line.objects.filter(target=work.target_id, mark__in=marks, state=LineState.STANDING)
        lines = {line.mark: line for line in standing}
        removals = Change.objects.filter(run=work.run_id, action=Action.REMOVE_LINE, mark__in=marks)
        to_remove = set(removals.exclude(state=ChangeState.DONE).values_list("mark", flat=True))
    elsewhere = {
        change.pk: lines[change.mark]
        for change in added
        if change.mark in lines and lines[change.mark].template_id != change.template_id
    }
    unsure = {line.template_id for line in elsewhere.values() if line.mark not in to_remove}
    templates = {template_id: _read_template(work, template_id) for template_id in sorted(unsure)}
    return {
        pk for pk, line in elsewhere.items() if line.mark in to_remove or _stands(templates[line.template_id], line)
    }


def _stands(template: Template | None, line: Line) -> bool:
    return line_by_id(template, line.line_id) is not None or bool(lines_by_mark(template, line.mark))


def _take_up_stranded(work: Slice) -> None:
    """What waited for a removal whose answer was lost is added after all, once the line is known to be off."""
    with work.bare_run() as run:
        waiting = list(run.changes.filter(state=ChangeState.FAILED, action=Action.ADD_LINE, error=STRANDED))
    still = _stranded(work, waiting)
    free = [change.pk for change in waiting if change.pk not in still]
    with partner_scope(work.partner_id):
        Change.objects.filter(pk__in=free).update(state=ChangeState.PLANNED, error="")


def _plan_again(work: Slice, template_id: int, why: str) -> bool:
    """Plan the rest of a template anew in the middle of writing it.

    False, and put off, while a line of the template may still land: planned anew, it would be sent twice.
    """
    with work.bare_run() as run:
        lost = any(change.template_id == template_id for change in lost_changes(run.pk))
        run.templates.filter(template_id=template_id).update(put_off=why if lost else "")
    if not lost:
        _read_template(work, template_id)
        replan_template(work, template_id, why)
    return not lost


# --- Settle and verify ----------------------------------------------------------------------------


def settle(work: Slice) -> RunState | float:
    """Resolve lost answers; a number is the seconds until that can be done.

    Those of runs that died come first: a plan that waited for a person meanwhile has not met them yet.
    """
    wait = _resolve_abandoned(work)
    if wait > 0:
        return wait
    with work.run() as run:
        lost = lost_changes(run.pk)
        for change in lost:
            change.run = run
        wait = settles_in(lost)
    if wait > 0:
        return wait
    resolved = resolve_line_changes(work.partner_id, lost, work.target)
    for template in resolved.templates.values():
        if template is not None:  # what is sent again goes to the template as it is now
            _keep_template(work, template)
    with work.run() as run:
        put_off = dict(run.templates.exclude(put_off="").values_list("template_id", "put_off"))
    for template_id, why in put_off.items():
        _plan_again(work, template_id, why)
    _plan_anew(work, resolved.anew - put_off.keys())
    _take_up_stranded(work)
    with work.run() as run:
        again = run.changes.filter(state=ChangeState.PLANNED).exists() and not run.cancel_requested
        return RunState.APPLYING if again else RunState.VERIFYING


def _plan_anew(work: Slice, template_ids: set[int]) -> None:
    for template_id in sorted(template_ids):
        _read_template(work, template_id)
        replan_template(work, template_id, "Something else happened to it while the sync was writing.")


def verify(work: Slice) -> RunState | None:
    """Read each written template once more: every line once, and as it was written."""
    with work.run() as run:
        pending = list(run.templates.filter(read_at__isnull=False, verified_at__isnull=True).order_by("pk"))
    for visit in pending:
        if work.over:
            return None
        if _verify_template(work, visit):
            return RunState.APPLYING
    return RunState.FINISHED


def _verify_template(work: Slice, visit: RunTemplate) -> bool:
    """True when there is more to write: a doubled line to take off, or what a run of the template left over."""
    template = _read_template(work, visit.template_id)
    if template is not None and _correct_after_run(work, template):
        return True
    with work.bare_run() as run:
        if template is not None and _plan_doubles(run, template):
            return True
        if template is not None:
            _compare_lines(run, template)
        RunTemplate.objects.filter(pk=visit.pk).update(verified_at=timezone.now())
        return False


def _correct_after_run(work: Slice, template: Template) -> bool:
    """The template ran while it was written: what its invoice carries decides. True when it was planned anew."""
    with work.run() as run:
        done = list(run.changes.filter(template_id=template.template_id, state=ChangeState.DONE, sent_at__isnull=False))
        for change in done:
            change.run = run
        unsure = [change for change in done if may_have_run(change, template)]
    if not unsure:
        return False
    billed = find_billed(work.partner_id, [(change, template) for change in unsure], work.target)
    anew = correct_done(work.partner_id, unsure, template, billed)
    _plan_anew(work, anew)
    return bool(anew)


def _plan_doubles(run: Run, template: Template) -> bool:
    """Plan to take off second lines of one mark; each is tried once in a run."""
    own_lines = load_own_lines(run.program, Q(template_id=template.template_id))
    doubles = [change for own in own_lines for change in removals_of_doubles(template, own)]
    if not doubles:
        return False
    tried = set(run.changes.filter(action=Action.REMOVE_LINE).values_list("line_id", flat=True))
    untried = [change for change in doubles if change.line_id not in tried]
    add_changes(run, untried)
    return bool(untried)


def _compare_lines(run: Run, template: Template) -> None:
    """A line that is not as the target said it was is an error of this run."""
    there = {line.line_id: line for line in template.lines}
    stored = {
        line.line_id: line
        for line in Line.objects.filter(target=run.program.target_id, template_id=template.template_id)
    }
    for change in run.changes.filter(template_id=template.template_id, state=ChangeState.DONE, sent_at__isnull=False):
        now = there.get(change.line_id or 0)
        if change.action == Action.REMOVE_LINE:
            if now is not None:
                _fail_check(
                    change, "Read back at the end of the run, the line still stands. The next sync tries again."
                )
        elif _differs(stored.get(change.line_id or 0), now):
            text = "Read back at the end of the run, the line is not as it was written."
            _fail_check(change, text)
            Part.objects.filter(mark=change.mark, posting__period=change.period).exclude(state=PartState.BILLED).update(
                state=PartState.FAILED, reason=text
            )


def _differs(line: Line | None, now: TemplateLine | None) -> bool:
    """Whether a line that should stand is gone, or has other amounts."""
    if line is None or line.state != LineState.STANDING:
        return False
    return now is None or (now.quantity, now.retail_cents, now.cost_cents) != (
        line.quantity,
        line.retail_cents,
        line.cost_cents,
    )


def _fail_check(change: Change, text: str) -> None:
    change.state, change.error = ChangeState.FAILED, text
    change.save(update_fields=["state", "error"])
