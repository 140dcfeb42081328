"""The state *verifying*: read each written template once more."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from connectors.records import InvoiceTemplate, TemplateLine
from money.enums import Action, LineState, PartState
from money.taking_off import removals_of_doubles
from syncs.enums import ChangeState, RunState
from syncs.facts.lines import load_own_lines
from syncs.facts.run_scope import run_scope
from syncs.models import Change, Line, Run, RunTemplate
from syncs.running.replanning import plan_anew, wait_again
from syncs.running.slices import Slice
from syncs.running.templates import read_template
from syncs.writing.committing import add_changes, part_of_change
from syncs.writing.protocol import conclude
from syncs.writing.ran_meanwhile import correct_done, find_billed, may_have_run


def verify_templates(work: Slice) -> RunState | None:
    """Read each written template once more: every line once, and as it was written."""
    with work.run() as run:
        pending = list(run.templates.filter(read_at__isnull=False, verified_at__isnull=True).order_by("pk"))
    for visit in pending:
        if work.over:
            return None
        if _verify_template(work, visit):
            return RunState.APPLYING
    with work.run() as run:
        return RunState.WAITING if wait_again(run) else RunState.FINISHED


def _verify_template(work: Slice, visit: RunTemplate) -> bool:
    """True when there is more to write: a doubled line to take off, or what a run of the template left over."""
    template = read_template(work, visit.template_id)
    if template is None:
        with work.bare_run() as run:
            _fail_unread(run, visit.template_id)
        return False
    if _correct_after_run(work, template):
        return True
    with work.bare_run() as run:
        if _plan_doubles(run, template):
            return True
        _compare_lines(run, template)
        RunTemplate.objects.filter(pk=visit.pk).update(verified_at=timezone.now())
        return False


def _fail_unread(run: Run, template_id: str) -> None:
    """The template is gone: what was written there is not there, what was taken off is off."""
    text = "Its invoice template was deleted before it was read back: the line is not there."
    for change in _sent_and_done(run, template_id).exclude(action=Action.REMOVE_LINE):
        _fail_written(change, text)


def _correct_after_run(work: Slice, template: InvoiceTemplate) -> bool:
    """The template ran while it was written: what its invoice carries decides. True when it was planned anew."""
    with work.run() as run:
        done = list(_sent_and_done(run, template.template_id))
        for change in done:
            change.run = run
        unsure = [change for change in done if may_have_run(change, template)]
    if not unsure:
        return False
    billed = find_billed(work.partner_id, [(change, template) for change in unsure], work.target)
    anew = correct_done(work.partner_id, unsure, template, billed)
    plan_anew(work, anew)
    return bool(anew)


def _plan_doubles(run: Run, template: InvoiceTemplate) -> bool:
    """Plan to take off second lines of one mark; each is tried once in a run."""
    own, scope = Q(template_id=template.template_id), run_scope(run)
    if scope is not None and scope.customer is not None:
        own &= Q(customer=scope.customer)
    own_lines = load_own_lines(run.program, own)
    doubles = [change for own in own_lines for change in removals_of_doubles(template, own)]
    if not doubles:
        return False
    tried = set(run.changes.filter(action=Action.REMOVE_LINE).values_list("line_id", flat=True))
    untried = [change for change in doubles if change.line_id not in tried]
    add_changes(run, untried)
    return bool(untried)


def _compare_lines(run: Run, template: InvoiceTemplate) -> None:
    """A line that is not as the target said it was is an error of this run."""
    there = {line.line_id: line for line in template.lines}
    stored = {
        line.line_id: line for line in Line.objects.filter(program=run.program_id, template_id=template.template_id)
    }
    for change in _sent_and_done(run, template.template_id):
        now = there.get(change.line_id or "")
        if change.action == Action.REMOVE_LINE:
            if now is not None:
                text = "Read back at the end of the run, the line still stands. The next sync tries again."
                conclude(change, ChangeState.FAILED, text)
        elif _differs(stored.get(change.line_id or ""), now):
            _fail_written(change, "Read back at the end of the run, the line is not as it was written.")


def _sent_and_done(run: Run, template_id: str) -> QuerySet[Change]:
    return run.changes.filter(template_id=template_id, state=ChangeState.DONE, sent_at__isnull=False)


def _fail_written(change: Change, text: str) -> None:
    conclude(change, ChangeState.FAILED, text)
    part_of_change(change).update(state=PartState.FAILED, reason=text)


def _differs(line: Line | None, now: TemplateLine | None) -> bool:
    """Whether a line that should stand is gone, or has other amounts."""
    if line is None or line.state != LineState.STANDING:
        return False
    return now is None or (now.quantity, now.retail_cents, now.cost_cents) != (
        line.quantity,
        line.retail_cents,
        line.cost_cents,
    )
