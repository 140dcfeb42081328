"""The steps of a billing run: read, plan, apply, settle, verify."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from connectors.errors import RecordMissing
from connectors.records import Template
from core.money import ZERO, from_cents
from customers.models import Template as TemplateRow
from customers.target_copy import refresh_target, save_template, template_record
from products.services import refresh_target_products
from programs.models import Approval, Program
from syncs.applying import Outcome, send_change
from syncs.committing import add_changes, commit_billing
from syncs.evidence import find_carried, lines_to_prove, remember_carried
from syncs.findings import store_notes
from syncs.loading import BillingFacts, load_billing, load_own_lines
from syncs.models import (
    Action,
    Change,
    ChangeState,
    Line,
    LineState,
    Part,
    PartRole,
    PartState,
    Run,
    RunState,
)
from syncs.planning.amounts import Money, times
from syncs.planning.billing import plan_billing
from syncs.planning.guard import guard_reason
from syncs.planning.results import Plan
from syncs.planning.taking_off import removals_of_doubles
from syncs.resolving import lost_changes, resolve_line_change, settles_in
from syncs.slices import Slice
from syncs.source_reading import read_source
from syncs.surveying import survey


def read(work: Slice) -> RunState:
    """Invoices from the source; customers and templates from the target."""
    with work.run() as run:
        fresh = run.after is not None and run.after.started_at is not None
        products_off = not run.program.products_enabled
        source_read = fresh and run.after is not None and "source" in run.after.basis
    if not source_read:
        read_source(work)
    refresh_target(work.partner_id, work.target_id, work.target)
    if products_off:
        refresh_target_products(work.partner_id, work.target_id, work.target)
    return RunState.PLANNING


def plan(work: Slice) -> RunState:
    """Make the plan; it waits when approval is required or it would change very much."""
    with work.run() as run:
        sought = lines_to_prove(run.program)
    carried = find_carried(sought, work.target)
    with work.run() as run:
        remember_carried(run.program, {} if run.preview else carried)
        facts = load_billing(run.program, carried=carried)
        made = plan_billing(facts.mappings, facts.left_behind, facts.templates, facts.choices)
        waiting_for = _must_wait(run, made, facts)
        commit_billing(run, made, facts.templates, waiting_for=waiting_for)
        store_notes(run, [*made.notes, *survey(run.program)])
        run.basis |= {str(key): template_hash(t) for key, t in facts.templates.items()}
        run.basis["carried"] = sorted(carried)
        run.total = run.changes.filter(state=ChangeState.PLANNED).count()
        run.counts = {"plan_unchanged": made.unchanged}
        run.waiting_for = waiting_for
        run.save(update_fields=["basis", "total", "counts", "waiting_for"])
        if run.preview:
            return RunState.FINISHED
        if waiting_for:
            return RunState.WAITING
        return RunState.APPLYING if run.total else RunState.FINISHED


def _must_wait(run: Run, made: Plan, facts: BillingFacts) -> str:
    writes = [c for c in made.changes if c.action.writes and not c.hold]
    if not writes:
        return ""
    if run.program.approval == Approval.REQUIRED:
        return "Approval is required."
    lines = Line.objects.filter(target=run.program.target_id, state=LineState.STANDING, role=PartRole.RECURRING)
    total = sum(
        (times(line.quantity, Money(ZERO, from_cents(line.retail_cents))).retail for line in lines),
        ZERO,
    )
    return guard_reason(
        made.changes,
        line_count=len(lines),
        total=total,
        first_mappings={(f.mapping.customer_id, f.mapping.motion) for f in facts.mappings if f.first},
    )


# --- Apply ----------------------------------------------------------------------------------------


def apply(work: Slice) -> RunState | None:
    """Write template by template until the slice is over; None when there is more to do."""
    while not work.over:
        with work.run() as run:
            if run.cancel_requested:
                return RunState.SETTLING
            change = _next_change(run)
            written = set(run.basis.get("written", ()))
        if change is None:
            return RunState.SETTLING
        assert change.template_id is not None
        template = _fresh_template(work, change.template_id, first=change.template_id not in written)
        if template is None and change.template_id not in written:
            continue  # planned again: nothing is left for a template that is gone
        _write_template(work, change.template_id, template)
    return None


def _next_change(run: Run) -> Change | None:
    return run.changes.filter(state=ChangeState.PLANNED).order_by("position").first()


def _fresh_template(work: Slice, template_id: int, *, first: bool) -> Template | None:
    """Read the template just before its first write; plan again what changed since the plan."""
    if not first:
        with work.run() as run:
            return _stored_template(run.program, template_id)
    try:
        template = work.target.get_template(template_id)
    except RecordMissing:
        with work.run() as run:
            TemplateRow.objects.filter(target=run.program.target_id, external_id=template_id).update(gone=True)
        replan_template(work, template_id, "The invoice template was deleted since the plan.")
        return None
    save_template(work.partner_id, work.target_id, template)
    with work.run() as run:
        expected = run.basis.get(str(template_id))
        run.basis["written"] = [*run.basis.get("written", ()), template_id]
        run.save(update_fields=["basis"])
    if expected != template_hash(template):
        replan_template(work, template_id, "The invoice template changed since the plan.")
    return template


def _stored_template(program: Program, template_id: int) -> Template | None:
    row = TemplateRow.objects.filter(target=program.target_id, external_id=template_id).first()
    return template_record(row) if row else None


def _write_template(work: Slice, template_id: int, template: Template | None) -> None:
    """Send the planned changes of one template, in order, until the slice is over."""
    while not work.over:
        with work.run() as run:
            change = _next_change(run)
            if change is None or change.template_id != template_id or run.cancel_requested:
                return
            if _stands_elsewhere(run, change):
                text = "The line is still on the old template, so it is not added to the new one."
                Change.objects.filter(pk=change.pk).update(state=ChangeState.FAILED, error=text)
                continue
        outcome = send_change(work.partner_id, change.pk, work.target, template)
        if outcome is Outcome.REFUSED_NEGATIVE:
            _fall_back(work, template_id)
            continue
        with work.run() as run:
            run.done = (
                run.changes.exclude(state__in=(ChangeState.PLANNED, ChangeState.SENDING))
                .filter(sent_at__isnull=False)
                .count()
            )
            run.save(update_fields=["done"])


def _stands_elsewhere(run: Run, change: Change) -> bool:
    if change.action != Action.ADD_LINE or change.template_id is None:
        return False
    return (
        Line.objects.filter(target=run.program.target_id, mark=change.mark, state=LineState.STANDING)
        .exclude(template_id=change.template_id)
        .exists()
    )


def _fall_back(work: Slice, template_id: int) -> None:
    """Syncro refused a negative amount: from now on plan without them."""
    template = work.target.get_template(template_id)
    save_template(work.partner_id, work.target_id, template)
    replan_template(work, template_id, "Syncro refuses negative amounts.")


def replan_template(work: Slice, template_id: int, why: str) -> None:
    """Plan the mappings of one template again, as it stands now, and say what changed."""
    with work.run() as run:
        old = list(run.changes.filter(template_id=template_id, state=ChangeState.PLANNED).order_by("position"))
        facts = load_billing(run.program, carried=run.basis.get("carried", ()), only_templates=[template_id])
        made = plan_billing(facts.mappings, (), facts.templates, facts.choices)
        Change.objects.filter(pk__in=[change.pk for change in old]).update(state=ChangeState.DROPPED, error=why)
        waits = run.approved and _plans_other(old, made)
        reason = f"{why} Look at the new plan before it is applied." if waits else ""
        commit_billing(run, made, facts.templates, waiting_for=reason)
        if waits:
            run.changes.filter(template_id=template_id, state=ChangeState.PLANNED).update(
                state=ChangeState.HELD, hold="changed_since", reason=reason
            )
        store_notes(run, made.notes)
        name = facts.templates[template_id].name if template_id in facts.templates else template_id
        run.messages.append(f"“{name}”: {why}")
        run.total = run.changes.filter(state=ChangeState.PLANNED).count() + run.done
        run.save(update_fields=["messages", "total"])


def _plans_other(old: Iterable[Change], made: Plan) -> bool:
    before = [(c.action, c.mark, c.retail, c.cost) for c in old]
    after = [(c.action, c.mark, c.retail, c.cost) for c in made.changes if c.action.writes]
    return before != after


# --- Settle and verify ----------------------------------------------------------------------------


def settle(work: Slice) -> RunState | float:
    """Resolve lost answers; a number is the seconds until that can be done."""
    with work.run() as run:
        lost = lost_changes(run.pk)
        for change in lost:
            change.run = run
    wait = settles_in(lost)
    if wait > 0:
        return wait
    templates: dict[int, Template | None] = {}
    for change in lost:
        resolve_line_change(work.partner_id, change, work.target, templates)
    with work.run() as run:
        again = run.changes.filter(state=ChangeState.PLANNED).exists() and not run.cancel_requested
        return RunState.APPLYING if again else RunState.VERIFYING


def verify(work: Slice) -> RunState | None:
    """Read each written template once more: every line once, and as it was written."""
    with work.run() as run:
        pending = [
            template_id
            for template_id in run.basis.get("written", ())
            if template_id not in run.basis.get("verified", ())
        ]
    for template_id in pending:
        if work.over:
            return None
        again = _verify_template(work, template_id)
        if again:
            return RunState.APPLYING
    return RunState.FINISHED


def _verify_template(work: Slice, template_id: int) -> bool:
    """True when a doubled line has to be taken off first."""
    try:
        template = work.target.get_template(template_id)
    except RecordMissing:
        template = None
    if template is not None:
        save_template(work.partner_id, work.target_id, template)
    with work.run() as run:
        run.basis["verified"] = [*run.basis.get("verified", ()), template_id]
        doubled = _plan_doubles(run, template) if template else False
        if doubled:
            run.basis["verified"].remove(template_id)
        elif template is not None:
            _compare_lines(run, template)
        run.save(update_fields=["basis"])
        return doubled


def _plan_doubles(run: Run, template: Template) -> bool:
    """Plan to take off second lines of one mark; each is tried once in a run."""
    tried = set(run.changes.filter(action=Action.REMOVE_LINE).values_list("line_id", flat=True))
    doubles = [
        change
        for own in load_own_lines(run.program)
        if own.template_id == template.template_id
        for change in removals_of_doubles(template, own)
        if change.line_id not in tried
    ]
    add_changes(run, doubles)
    return bool(doubles)


def _compare_lines(run: Run, template: Template) -> None:
    """A line that is not as the target said it was is an error of this run."""
    there = {line.line_id: line for line in template.lines}
    written = run.changes.filter(
        template_id=template.template_id, state=ChangeState.DONE, sent_at__isnull=False
    ).exclude(action=Action.REMOVE_LINE)
    stored = {
        line.line_id: line
        for line in Line.objects.filter(target=run.program.target_id, template_id=template.template_id)
    }
    for change in written:
        line, now = stored.get(change.line_id or 0), there.get(change.line_id or 0)
        if line is None or line.state != LineState.STANDING:
            continue
        if now is None or (now.quantity, now.retail_cents, now.cost_cents) != (
            line.quantity,
            line.retail_cents,
            line.cost_cents,
        ):
            change.state = ChangeState.FAILED
            change.error = "Read back at the end of the run, the line is not as it was written."
            change.save(update_fields=["state", "error"])
            Part.objects.filter(mark=change.mark, posting__period=change.period).exclude(state=PartState.BILLED).update(
                state=PartState.FAILED, reason=change.error
            )


def template_hash(template: Template) -> str:
    """Of everything about a template that a plan depends on (the order of lines is not)."""
    told: list[object] = [template.next_run, template.paused, template.customer_id]
    told += sorted(
        (
            line.line_id,
            str(line.product_id),
            line.name,
            line.description,
            line.quantity.normalize(),
            line.retail_cents,
            line.cost_cents,
            line.taxable,
            line.one_time,
        )
        for line in template.lines
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]
